//! Windows: what the call on the upstream's SDK holds.

use pg_paymentwall::{FACTORY, FACTORY_V2};
use portone_core::{
    AdapterFactory, Command, OpenWindow, Outcome, ProductType, Progress, Report, SdkCall, WindowCard,
    WindowMethod, admit,
};
use portone_testkit::samples::{self, Secrets};
use serde_json::{Value, json};

fn window(change: impl FnOnce(&mut portone_core::WindowPayment)) -> Command {
    let samples = samples::every_for(FACTORY.profile, Secrets::ONE);
    let found = samples.into_iter().find(|sample| sample.name == "open_card_window");
    let Some(Command::OpenWindow(OpenWindow::Payment(mut payment))) = found.map(|sample| sample.command)
    else {
        panic!("there is no such sample")
    };
    payment.method = WindowMethod::Card(WindowCard::default());
    change(&mut payment);
    Command::OpenWindow(OpenWindow::Payment(payment))
}

fn call(factory: &AdapterFactory, command: &Command) -> SdkCall {
    let (adapter, ctx) = (samples::adapter(factory), samples::context());
    let admitted = admit(&*adapter, command, &ctx).unwrap();
    let Progress::Done(outcome) = adapter.encode(&admitted, &ctx).unwrap() else {
        panic!("it is done at once")
    };
    let Outcome::CallSdk(call) = *outcome else { panic!("it is a call") };
    call
}

fn arguments(call: &SdkCall) -> Value {
    serde_json::from_slice(call.arguments.bytes()).unwrap()
}

fn advice(factory: &AdapterFactory, command: &Command) -> Report {
    admit(&*samples::adapter(factory), command, &samples::context()).unwrap().advice().clone()
}

#[test]
fn doc_050_v1_has_paymentwalls_parameters_flat_and_under_its_own_names() {
    let command = window(|payment| {
        payment.order.bypass = Some(json!({
            "paymentwall": { "widget": "t3_1", "ps": "kakaopaykr", "country_code": "KR", "use_test_method": false },
        }));
    });
    let call = call(&FACTORY, &command);
    let told = arguments(&call);
    assert_eq!(call.function, "request_pay");
    assert_eq!(told["bypass"], json!({ "widget_code": "t3_1", "ps": "kakaopaykr", "country_code": "KR" }));
    assert_eq!(told["use_test_method"], json!(false));
    assert_eq!((&told["pg"], &told["buyer_name"]), (&json!("paymentwall.mid-sample"), &json!("Jack Son")));
    assert_eq!((&told["amount"], &told["currency"]), (&json!(1100), &json!("KRW")));
}

#[test]
fn v2_has_them_under_paymentwalls_name() {
    let command = window(|payment| {
        payment.order.bypass = Some(json!({ "paymentwall": { "widget": "t3_1" } }));
    });
    let call = call(&FACTORY_V2, &command);
    assert_eq!(call.function, "requestPayment");
    assert_eq!(arguments(&call)["bypass"], json!({ "paymentwall": { "widget": "t3_1" } }));
}

/// PW-018: an issue is a payment, so that its amount goes with it.
#[test]
fn pw_018_a_key_is_issued_with_the_amount_of_its_first_payment() {
    let samples = samples::every_for(FACTORY.profile, Secrets::ONE);
    let found = samples.into_iter().find(|sample| sample.name == "open_billing_key_window").unwrap();
    let told = arguments(&call(&FACTORY, &found.command));
    assert_eq!((&told["amount"], &told["customer_uid"]), (&json!(1100), &json!(samples::ATTEMPT)));
}

#[test]
fn pw_012_test_methods_of_a_live_project_are_asked_for_by_one_switch() {
    let asked = |flag| {
        let command = window(|payment| {
            payment.order.bypass = Some(json!({ "paymentwall": { "use_test_method": flag } }));
        });
        arguments(&call(&FACTORY, &command))["use_test_method"].clone()
    };
    assert_eq!((asked(true), asked(false)), (json!(true), json!(false)));
}

#[test]
fn pw_021_goods_owe_a_delivery() {
    let kinds = [(Some(ProductType::Physical), true), (Some(ProductType::Digital), false), (None, false)];
    for (kind, owes) in kinds {
        let command = window(|payment| payment.order.product_type = kind);
        for factory in [&FACTORY, &FACTORY_V2] {
            let found = advice(factory, &command).violations.iter().any(|found| found.rule == "PW-021");
            assert_eq!(found, owes, "{kind:?}");
        }
    }
}
