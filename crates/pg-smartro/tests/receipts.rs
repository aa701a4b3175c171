//! Cash receipts, escrow and sub-shops: what replies mean, and the rules about them.

use pg_smartro::FACTORY;
use portone_core::{Command, EscrowParty, LogisticsStep, PayMethod, Report, Severity, admit};
use portone_testkit::{
    fixtures,
    samples::{self, Secrets, receipts},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

fn decoded(name: &str) -> String {
    fixtures::decoded(&FACTORY, FOLDER, name)
}

#[test]
fn issue_cash_receipt_is_read() {
    insta::assert_snapshot!(decoded("issue_cash_receipt/already_issued"), @r#"UnknownOutcome(InquireFirst("CASH_RECEIPT_ALREADY_ISSUED"))"#);
    insta::assert_snapshot!(decoded("issue_cash_receipt/channel_not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "채널이 없습니다." })"#);
    insta::assert_snapshot!(decoded("issue_cash_receipt/declined"), @r#"Declined(Decline { code: "R102", message: "발급 불가 번호" })"#);
    insta::assert_snapshot!(decoded("issue_cash_receipt/issued"), @r#"CashReceiptIssued(CashReceiptFacts { issue_number: "170012345", pg_receipt_id: Some("R0001"), url: Some("https://receipts.example/cash/1"), issued_at: None })"#);
}

#[test]
fn cancel_cash_receipt_is_read() {
    insta::assert_snapshot!(decoded("cancel_cash_receipt/cancelled"), @"CashReceiptCancelled { total: Some(1100), cancelled_at: 2026-03-02T05:04:05Z }");
    insta::assert_snapshot!(decoded("cancel_cash_receipt/not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "현금영수증이 없습니다." })"#);
    insta::assert_snapshot!(decoded("cancel_cash_receipt/not_issued"), @r#"UnknownOutcome(InquireFirst("CASH_RECEIPT_NOT_ISSUED"))"#);
}

#[test]
fn register_escrow_logistics_is_read() {
    insta::assert_snapshot!(decoded("register_escrow_logistics/declined"), @r#"Declined(Decline { code: "R102", message: "발급 불가 번호" })"#);
    insta::assert_snapshot!(decoded("register_escrow_logistics/no_time"), @r#"UnknownOutcome(Unreadable { status: 200, what: "appliedAt is missing" })"#);
    insta::assert_snapshot!(decoded("register_escrow_logistics/not_paid"), @r#"Declined(Decline { code: "PAYMENT_NOT_PAID", message: "결제가 완료되지 않았습니다." })"#);
    insta::assert_snapshot!(decoded("register_escrow_logistics/registered"), @"EscrowLogisticsRegistered { applied_at: 2026-03-02T05:04:05Z }");
}

#[test]
fn modify_escrow_logistics_is_read() {
    insta::assert_snapshot!(decoded("modify_escrow_logistics/modified"), @"EscrowLogisticsRegistered { applied_at: 2026-03-02T05:04:05Z }");
}

#[test]
fn confirm_escrow_is_read() {
    insta::assert_snapshot!(decoded("confirm_escrow/completed"), @"EscrowConfirmed { completed_at: 2026-03-02T05:04:05Z }");
    insta::assert_snapshot!(decoded("confirm_escrow/declined"), @r#"Declined(Decline { code: "R102", message: "발급 불가 번호" })"#);
}

#[test]
fn inquire_issue_cash_receipt_is_read() {
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/another_amount"), @r#"Inquired(Declined(Decline { code: "CASH_RECEIPT_ALREADY_ISSUED", message: "the payment has another cash receipt" }))"#);
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/earlier_cancelled"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/failed"), @r#"Inquired(Declined(Decline { code: "ISSUE_FAILED", message: "the cash receipt was not issued" }))"#);
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/failed_before"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/issued"), @r#"Inquired(Happened(CashReceiptIssued(CashReceiptFacts { issue_number: "170012345", pg_receipt_id: Some("R0001"), url: Some("https://receipts.example/cash/1"), issued_at: Some(2026-03-02T05:04:00Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/issued_and_cancelled"), @r#"Inquired(Happened(CashReceiptIssued(CashReceiptFacts { issue_number: "170012345", pg_receipt_id: Some("R0001"), url: Some("https://receipts.example/cash/1"), issued_at: Some(2026-03-02T05:04:00Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/issued_before"), @r#"Inquired(Declined(Decline { code: "CASH_RECEIPT_ALREADY_ISSUED", message: "the payment has another cash receipt" }))"#);
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/not_found"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_issue_cash_receipt/unknown_status"), @r#"Unavailable(Unreadable { status: 200, what: "unknown status of the cash receipt" })"#);
}

#[test]
fn inquire_cancel_cash_receipt_is_read() {
    insta::assert_snapshot!(decoded("inquire_cancel_cash_receipt/cancelled"), @"Inquired(Happened(CashReceiptCancelled { total: Some(1100), cancelled_at: 2026-03-02T05:04:05Z }))");
    insta::assert_snapshot!(decoded("inquire_cancel_cash_receipt/issued"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_cancel_cash_receipt/not_found"), @"Inquired(DidNotHappen)");
}

#[test]
fn inquire_escrow_logistics_is_read() {
    insta::assert_snapshot!(decoded("inquire_escrow_logistics/another_parcel"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_escrow_logistics/before"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_escrow_logistics/confirmed_since"), @"Inquired(Happened(EscrowLogisticsRegistered { applied_at: 2026-03-02T05:04:05Z }))");
    insta::assert_snapshot!(decoded("inquire_escrow_logistics/no_escrow"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_escrow_logistics/registered"), @"Inquired(Happened(EscrowLogisticsRegistered { applied_at: 2026-03-02T05:04:05Z }))");
    insta::assert_snapshot!(decoded("inquire_escrow_logistics/unknown_status"), @r#"Unavailable(Unreadable { status: 200, what: "unknown status of the escrow" })"#);
}

#[test]
fn inquire_confirm_escrow_is_read() {
    insta::assert_snapshot!(decoded("inquire_confirm_escrow/confirmed"), @"Inquired(Happened(EscrowConfirmed { completed_at: 2026-03-02T05:04:03Z }))");
    insta::assert_snapshot!(decoded("inquire_confirm_escrow/delivered"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_confirm_escrow/no_escrow"), @"Inquired(DidNotHappen)");
}

#[test]
fn inquire_store_receipt_is_read() {
    insta::assert_snapshot!(decoded("inquire_store_receipt/not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "결제 건이 없습니다." })"#);
    insta::assert_snapshot!(decoded("inquire_store_receipt/paid"), @"Inquired(DidNotHappen)");
}

fn checked(command: &Command) -> Report {
    let mut report = Report::new();
    samples::adapter(&FACTORY).check(command, &samples::context(), &mut report);
    report
}

fn fields(command: &Command, rule: &str) -> Vec<String> {
    let report = checked(command);
    let found = report.violations.iter().filter(|violation| violation.rule == rule);
    found
        .inspect(|violation| assert_eq!(violation.severity, Severity::Reject))
        .map(|violation| violation.field.clone())
        .collect()
}

#[test]
fn smartro_120_a_receipt_names_its_receiver_and_their_telephone() {
    let mut command = receipts::issue_cash_receipt(Secrets::ONE);
    assert!(fields(&command, "SMARTRO-120").is_empty());
    let Command::IssueCashReceipt(issue) = &mut command else { panic!() };
    (issue.receiver.name, issue.receiver.phone_number) = (None, Some(" ".to_owned()));
    assert_eq!(fields(&command, "SMARTRO-120"), ["customer.name", "customer.phoneNumber"]);
}

#[test]
fn smartro_122_a_delivery_is_registered_with_both_addresses_and_modified_without() {
    let mut command = receipts::logistics(LogisticsStep::Register);
    assert!(fields(&command, "SMARTRO-122").is_empty());
    let Command::RegisterEscrowLogistics(register) = &mut command else { panic!() };
    register.sender = None;
    register.receiver = register.receiver.take().map(|receiver| EscrowParty { address: None, ..receiver });
    let missing =
        ["sender.name", "sender.phoneNumber", "sender.zipcode", "sender.address", "receiver.address"];
    assert_eq!(fields(&command, "SMARTRO-122"), missing);
    let Command::RegisterEscrowLogistics(register) = &mut command else { panic!() };
    register.step = LogisticsStep::Modify;
    assert!(fields(&command, "SMARTRO-122").is_empty());
}

#[test]
fn a_card_payment_gets_no_cash_receipt() {
    let adapter = samples::adapter(&FACTORY);
    let mut command = receipts::issue_cash_receipt(Secrets::ONE);
    for (method, is_refused) in [
        (Some(PayMethod::Card), true),
        (Some(PayMethod::Mobile), true),
        (Some(PayMethod::VirtualAccount), false),
        (Some(PayMethod::Transfer), false),
        (None, false),
    ] {
        let Command::IssueCashReceipt(issue) = &mut command else { panic!() };
        issue.method = method;
        let refused = admit(&*adapter, &command, &samples::context())
            .is_err_and(|report| report.rejections().any(|violation| violation.rule == "SMARTRO-CAP"));
        assert_eq!(refused, is_refused, "{method:?}");
    }
}
