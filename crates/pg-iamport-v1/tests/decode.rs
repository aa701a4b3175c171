//! Recorded replies and what they come to.

use pg_iamport_v1::FACTORY;
use portone_testkit::fixtures;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

fn decoded(name: &str) -> String {
    fixtures::decoded(&FACTORY, FOLDER, name)
}

#[test]
fn pay_card() {
    insta::assert_snapshot!(decoded("pay_card/already"), @r#"UnknownOutcome(InquireFirst("이미 승인완료된 merchant_uid입니다."))"#);
    insta::assert_snapshot!(decoded("pay_card/bad_gateway"), @r#"UnknownOutcome(Undocumented { status: 502, what: "no V1 envelope" })"#);
    insta::assert_snapshot!(decoded("pay_card/cancelled"), @r#"UnknownOutcome(Unreadable { status: 200, what: "a new payment is cancelled" })"#);
    insta::assert_snapshot!(decoded("pay_card/declined"), @r#"Declined(Decline { code: "failed", message: "[3041] 한도 초과" })"#);
    insta::assert_snapshot!(decoded("pay_card/no_paid_at"), @r#"UnknownOutcome(Unreadable { status: 200, what: "paid_at is missing" })"#);
    insta::assert_snapshot!(decoded("pay_card/no_response"), @r#"UnknownOutcome(Unreadable { status: 200, what: "response" })"#);
    insta::assert_snapshot!(decoded("pay_card/open_behind"), @r#"UnknownOutcome(InquireFirst("UNKNOWN_OUTCOME"))"#);
    insta::assert_snapshot!(decoded("pay_card/other_currency"), @r#"UnknownOutcome(Unreadable { status: 200, what: "the currency is another one" })"#);
    insta::assert_snapshot!(decoded("pay_card/other_payment"), @r#"UnknownOutcome(Unreadable { status: 200, what: "merchant_uid is another one" })"#);
    insta::assert_snapshot!(decoded("pay_card/paid"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("nictest00m01162603021404051234"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: Some("424242"), last_four: Some("4242"), issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })"#);
    insta::assert_snapshot!(decoded("pay_card/paid_decimal"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("imp_448280090638"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: Some("424242"), last_four: Some("4242"), issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })"#);
    insta::assert_snapshot!(decoded("pay_card/ready"), @r#"UnknownOutcome(InquireFirst("status ready"))"#);
    insta::assert_snapshot!(decoded("pay_card/refused"), @r#"Declined(Decline { code: "-1", message: "유효하지않은 카드번호를 입력하셨습니다." })"#);
    insta::assert_snapshot!(decoded("pay_card/server_error"), @r#"UnknownOutcome(Undocumented { status: 500, what: "V1 error" })"#);
    insta::assert_snapshot!(decoded("pay_card/unauthorized"), @r#"Unavailable(Misconfigured { status: 401, message: "Unauthorized" })"#);
    insta::assert_snapshot!(decoded("pay_card/unknown_status"), @r#"UnknownOutcome(Unreadable { status: 200, what: "unknown status of the payment" })"#);
    insta::assert_snapshot!(decoded("pay_card/unmasked"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("nictest00m01162603021404051234"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: Some("424242"), last_four: Some("4242"), issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: None, approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })"#);
}

#[test]
fn pay_with_billing_key() {
    insta::assert_snapshot!(decoded("pay_with_billing_key/declined"), @r#"Declined(Decline { code: "failed", message: "[3041] 한도 초과" })"#);
    insta::assert_snapshot!(decoded("pay_with_billing_key/no_key"), @r#"Declined(Decline { code: "1", message: "등록되지 않은 구매자입니다." })"#);
    insta::assert_snapshot!(decoded("pay_with_billing_key/paid"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("nictest00m01162603021404051234"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: None, last_four: None, issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })"#);
}

#[test]
fn issue_billing_key() {
    insta::assert_snapshot!(decoded("issue_billing_key/declined"), @r#"Declined(Decline { code: "-1", message: "카드정보 인증 및 빌키 발급에 실패하였습니다." })"#);
    insta::assert_snapshot!(decoded("issue_billing_key/issued"), @"BillingKeyIssued(IssuedKeyFacts { pg_billing_key: PgBillingKey([secret]), issued_at: 2026-03-02T05:04:05Z })");
    insta::assert_snapshot!(decoded("issue_billing_key/no_time"), @r#"UnknownOutcome(Unreadable { status: 200, what: "updated is missing" })"#);
    insta::assert_snapshot!(decoded("issue_billing_key/other_uid"), @r#"UnknownOutcome(Unreadable { status: 200, what: "customer_uid is another one" })"#);
}

#[test]
fn delete_billing_key() {
    insta::assert_snapshot!(decoded("delete_billing_key/deleted"), @"BillingKeyDeleted { deleted_at: 2026-03-02T05:04:03Z }");
    insta::assert_snapshot!(decoded("delete_billing_key/not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "등록되지 않은 구매자입니다." })"#);
    insta::assert_snapshot!(decoded("delete_billing_key/refused"), @r#"Declined(Decline { code: "1", message: "등록된 고객정보가 없습니다." })"#);
}

#[test]
fn cancel() {
    insta::assert_snapshot!(decoded("cancel/already"), @r#"UnknownOutcome(InquireFirst("이미 전액취소된 주문입니다."))"#);
    insta::assert_snapshot!(decoded("cancel/checksum"), @r#"Declined(Decline { code: "1", message: "취소 가능한 잔액이 일치하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("cancel/not_there"), @r#"Declined(Decline { code: "1", message: "취소할 결제건이 존재하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("cancel/other_sum"), @r#"UnknownOutcome(Unreadable { status: 200, what: "cancel_amount is not what was asked for" })"#);
    insta::assert_snapshot!(decoded("cancel/requested"), @"Cancelled(CancelledFacts { status: Requested, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: None, upstream_id: None, cancelled_at: None })");
    insta::assert_snapshot!(decoded("cancel/succeeded"), @r#"Cancelled(CancelledFacts { status: Succeeded, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("cancel-1"), cancelled_at: Some(2026-03-02T05:04:06Z) })"#);
}

#[test]
fn cancel_virtual_account() {
    insta::assert_snapshot!(decoded("cancel_virtual_account/requested"), @"Cancelled(CancelledFacts { status: Requested, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: None, upstream_id: None, cancelled_at: None })");
}

#[test]
fn inquire_pay() {
    insta::assert_snapshot!(decoded("inquire_pay/absent"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_pay/another.leg1"), @r#"Unavailable(Unreadable { status: 200, what: "another payment" })"#);
    insta::assert_snapshot!(decoded("inquire_pay/failed.leg1"), @r#"Inquired(Declined(Decline { code: "failed", message: "[3041] 한도 초과" }))"#);
    insta::assert_snapshot!(decoded("inquire_pay/found"), @"leg 1: GET https://upstream.example/payments/imp_448280090638?include_sandbox=true");
    insta::assert_snapshot!(decoded("inquire_pay/found_quoted"), @"leg 1: GET https://upstream.example/payments/imp_448280090638?include_sandbox=true");
    insta::assert_snapshot!(decoded("inquire_pay/hidden.leg1"), @r#"Unavailable(Misconfigured { status: 404, message: "존재하지 않는 결제정보입니다." })"#);
    insta::assert_snapshot!(decoded("inquire_pay/more"), @r#"Unavailable(Unreadable { status: 200, what: "there are more payments" })"#);
    insta::assert_snapshot!(decoded("inquire_pay/no_route"), @r#"Unavailable(Undocumented { status: 404, what: "no V1 envelope" })"#);
    insta::assert_snapshot!(decoded("inquire_pay/not_found"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_pay/paid.leg1"), @r#"Inquired(Happened(Paid(PaidFacts { pg_tx_id: PgTxId("nictest00m01162603021404051234"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: None, last_four: None, issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/part_cancelled.leg1"), @r#"Inquired(Happened(Paid(PaidFacts { pg_tx_id: PgTxId("nictest00m01162603021404051234"), paid_at: 2026-03-02T05:04:05Z, card: Some(CardFacts { bin: None, last_four: None, issuer: Some("신한카드"), publisher: None, name: None, brand: None, card_type: Some("CREDIT"), owner_type: None, masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/ready.leg1"), @"Inquired(NotYet)");
    insta::assert_snapshot!(decoded("inquire_pay/unauthorized"), @r#"Unavailable(Misconfigured { status: 401, message: "Unauthorized" })"#);
    insta::assert_snapshot!(decoded("inquire_pay/unknown_status.leg1"), @r#"Unavailable(Unreadable { status: 200, what: "unknown status of the payment" })"#);
}

#[test]
fn inquire_issue_billing_key() {
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/absent"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/absent_200"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/found"), @"Inquired(Happened(BillingKeyIssued(IssuedKeyFacts { pg_billing_key: PgBillingKey([secret]), issued_at: 2026-03-02T05:04:05Z })))");
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/refused"), @r#"Unavailable(Misconfigured { status: 200, message: "일시적인 장애입니다." })"#);
}

#[test]
fn inquire_delete_billing_key() {
    insta::assert_snapshot!(decoded("inquire_delete_billing_key/deleted"), @"Inquired(Happened(BillingKeyDeleted { deleted_at: 2026-03-02T05:04:03Z }))");
    insta::assert_snapshot!(decoded("inquire_delete_billing_key/there"), @"Inquired(DidNotHappen)");
}

#[test]
fn inquire_cancel() {
    insta::assert_snapshot!(decoded("inquire_cancel/another_cancel.leg1"), @r#"UnknownOutcome(InquireFirst("300 is cancelled, where 0 was before and 1100 was asked for"))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/before_ours.leg1"), @r#"UnknownOutcome(InquireFirst("1100 is cancelled, where 0 was before and 1100 was asked for"))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/done.leg1"), @r#"Inquired(Happened(Cancelled(CancelledFacts { status: Succeeded, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("cancel-1"), cancelled_at: Some(2026-03-02T05:04:06Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/found"), @"leg 1: GET https://upstream.example/payments/imp_448280090638?include_sandbox=true");
    insta::assert_snapshot!(decoded("inquire_cancel/nothing.leg1"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_cancel/unpaid"), @r#"Unavailable(Unreadable { status: 200, what: "no payment of this merchant_uid was paid" })"#);
}
