//! Recorded replies and what they come to.

use pg_paymentwall::FACTORY;
use portone_testkit::fixtures;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

fn decoded(name: &str) -> String {
    fixtures::decoded(&FACTORY, FOLDER, name)
}

#[test]
fn pay_card() {
    insta::assert_snapshot!(decoded("pay_card/bad_gateway"), @r#"UnknownOutcome(Undocumented { status: 502, what: "no V1 envelope" })"#);
    insta::assert_snapshot!(decoded("pay_card/declined"), @r#"Declined(Decline { code: "failed", message: "[3041] 한도 초과" })"#);
    insta::assert_snapshot!(decoded("pay_card/paid"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("b1234567890"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: Some("424242"), last_four: Some("4242"), issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })"#);
    insta::assert_snapshot!(decoded("pay_card/refused"), @r#"Declined(Decline { code: "-1", message: "유효하지않은 카드번호를 입력하셨습니다." })"#);
}

#[test]
fn pay_with_billing_key() {
    insta::assert_snapshot!(decoded("pay_with_billing_key/no_key"), @r#"Declined(Decline { code: "1", message: "등록되지 않은 구매자입니다." })"#);
    insta::assert_snapshot!(decoded("pay_with_billing_key/paid"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("b1234567890"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: None, last_four: None, issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })"#);
}

#[test]
fn delete_billing_key() {
    insta::assert_snapshot!(decoded("delete_billing_key/deleted"), @"BillingKeyDeleted { deleted_at: 2026-03-02T05:04:03Z }");
}

#[test]
fn cancel() {
    insta::assert_snapshot!(decoded("cancel/checksum"), @r#"Declined(Decline { code: "1", message: "취소 가능한 잔액이 일치하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("cancel/requested"), @"Cancelled(CancelledFacts { status: Requested, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: None, upstream_id: None, cancelled_at: None })");
    insta::assert_snapshot!(decoded("cancel/succeeded"), @r#"Cancelled(CancelledFacts { status: Succeeded, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("cancel-1"), cancelled_at: Some(2026-03-02T05:04:06Z) })"#);
}

#[test]
fn inquire_pay() {
    insta::assert_snapshot!(decoded("inquire_pay/absent"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_pay/failed.leg1"), @r#"Inquired(Declined(Decline { code: "failed", message: "[3041] 한도 초과" }))"#);
    insta::assert_snapshot!(decoded("inquire_pay/found"), @"leg 1: GET https://upstream.example/payments/imp_448280090638?include_sandbox=true");
    insta::assert_snapshot!(decoded("inquire_pay/paid.leg1"), @r#"Inquired(Happened(Paid(PaidFacts { pg_tx_id: PgTxId("b1234567890"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: None, last_four: None, issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })))"#);
}

#[test]
fn inquire_delete_billing_key() {
    insta::assert_snapshot!(decoded("inquire_delete_billing_key/deleted"), @"Inquired(Happened(BillingKeyDeleted { deleted_at: 2026-03-02T05:04:03Z }))");
}

#[test]
fn inquire_cancel() {
    insta::assert_snapshot!(decoded("inquire_cancel/done.leg1"), @r#"Inquired(Happened(Cancelled(CancelledFacts { status: Succeeded, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("cancel-1"), cancelled_at: Some(2026-03-02T05:04:06Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/found"), @"leg 1: GET https://upstream.example/payments/imp_448280090638?include_sandbox=true");
    insta::assert_snapshot!(decoded("inquire_cancel/nothing.leg1"), @"Inquired(NotYet)");
}

/// Rule PW-026: a refusal is code 0 with an `error_code`. What is neither it nor `success` settles nothing.
#[test]
fn pw_026_confirm_delivery() {
    insta::assert_snapshot!(decoded("confirm_delivery/found"), @"leg 1: POST https://upstream.example/paymentwall/delivery");
    insta::assert_snapshot!(decoded("confirm_delivery/unpaid"), @r#"Unavailable(Unreadable { status: 200, what: "no payment of this merchant_uid was paid" })"#);
    insta::assert_snapshot!(decoded("confirm_delivery/confirmed.leg1"), @"DeliveryConfirmed");
    insta::assert_snapshot!(decoded("confirm_delivery/declined.leg1"), @r#"Declined(Decline { code: "3000", message: "Invalid carrier; carrier_type is not known" })"#);
    insta::assert_snapshot!(decoded("confirm_delivery/neither.leg1"), @r#"UnknownOutcome(Unreadable { status: 200, what: "neither success nor error_code" })"#);
    insta::assert_snapshot!(decoded("confirm_delivery/not_found.leg1"), @r#"Declined(Decline { code: "1", message: "존재하지 않는 결제정보입니다." })"#);
}
