//! Windows: what the call of `IMP.request_pay` holds.

use insta::assert_snapshot;
use pg_iamport_v1::FACTORY;
use portone_core::{
    Command, OpenWindow, Outcome, Progress, SdkCall, WindowCard, WindowExpiry, WindowInstallment,
    WindowMethod, WindowReceipt, WindowVirtualAccount, admit,
};
use portone_testkit::samples;
use serde_json::Value;

fn call(command: &Command) -> SdkCall {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let admitted = admit(&*adapter, command, &ctx).unwrap();
    let Progress::Done(outcome) = adapter.encode(&admitted, &ctx).unwrap() else {
        panic!("it is done at once")
    };
    let Outcome::CallSdk(call) = *outcome else { panic!("it is a call") };
    call
}

fn arguments(command: &Command) -> Value {
    serde_json::from_slice(call(command).arguments.bytes()).unwrap()
}

#[test]
fn a_card_company_and_its_months_are_v1s_codes() {
    let method = WindowMethod::Card(WindowCard {
        card_company: Some("HYUNDAI_CARD".to_owned()),
        installment: Some(WindowInstallment { fixed_month: Some(0), ..WindowInstallment::default() }),
        ..WindowCard::default()
    });
    let call = call(&samples::open_window(method));
    assert_snapshot!(format!("{} {:#}", call.function, call.arguments.rendered()));
}

#[test]
fn iamport_072_a_deadline_is_korean_time_without_an_offset() {
    let due = |expiry| {
        let account = WindowVirtualAccount { expiry: Some(expiry), ..WindowVirtualAccount::default() };
        arguments(&samples::open_window(WindowMethod::VirtualAccount(account)))["vbank_due"].clone()
    };
    let hours = WindowExpiry { valid_hours: Some(24), due_date: None };
    let date = |text: &str| WindowExpiry { valid_hours: None, due_date: Some(text.to_owned()) };
    assert_eq!(due(hours), "2026-03-03 14:04:03");
    assert_eq!(due(date("2099-12-31T14:59:59Z")), "2099-12-31 23:59:59");
    assert_eq!(due(date("20991231")), "2099-12-31 23:59:59");
}

#[test]
fn whom_a_receipt_is_for_is_secret() {
    let receipt = WindowReceipt {
        cash_receipt_type: Some("PERSONAL".to_owned()),
        customer_identifier: Some("01000001234".into()),
    };
    let call = call(&samples::open_window(WindowMethod::Transfer(receipt)));
    let rendered = format!("{:#}", call.arguments.rendered());
    assert!(rendered.contains("[secret]") && !rendered.contains("01000001234"), "{rendered}");
}

/// IAMPORT-031: one `customer_uid` for one key.
#[test]
fn iamport_031_each_issue_has_a_customer_uid_of_its_own() {
    let command = samples::open_billing_key_window();
    assert!(matches!(&command, Command::OpenWindow(OpenWindow::BillingKey(_))));
    assert_eq!(arguments(&command)["customer_uid"], samples::ATTEMPT);
}
