//! What upstream replies mean: one fixture a case.

use pg_smartro::FACTORY;
use portone_core::{Command, Leg, Outcome, Progress, admit};
use portone_testkit::{fixtures, samples};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

fn decoded(name: &str) -> String {
    fixtures::decoded(&FACTORY, FOLDER, name)
}

#[test]
fn pay_virtual_account() {
    insta::assert_snapshot!(decoded("pay_virtual_account/absent.leg1"), @r#"Unavailable(Unreadable { status: 200, what: "our transaction is missing" })"#);
    insta::assert_snapshot!(decoded("pay_virtual_account/already_paid"), @r#"UnknownOutcome(InquireFirst("ALREADY_PAID"))"#);
    insta::assert_snapshot!(decoded("pay_virtual_account/declined"), @r#"Declined(Decline { code: "V204", message: "발급 가능한 계좌가 없습니다." })"#);
    insta::assert_snapshot!(decoded("pay_virtual_account/issued"), @"leg 1: GET https://upstream.example/payments/payment0001A/transactions");
    insta::assert_snapshot!(decoded("pay_virtual_account/issued.leg1"), @r#"VirtualAccountIssued(VirtualAccountFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), issued_at: 2026-03-02T05:04:05Z, account_number: "56211105948401", bank: Some(Shinhan), account_type: Some("NORMAL"), remittee_name: Some("PortOne"), expired_at: Some(2026-03-03T05:04:03Z) })"#);
    insta::assert_snapshot!(decoded("pay_virtual_account/no_method.leg1"), @r#"Unavailable(Unreadable { status: 200, what: "our transaction has no virtual account" })"#);
    insta::assert_snapshot!(decoded("pay_virtual_account/not_found.leg1"), @r#"Unavailable(Misconfigured { status: 404, message: "결제 건이 존재하지 않습니다." })"#);
}

#[test]
fn issue_billing_key() {
    insta::assert_snapshot!(decoded("issue_billing_key/channel_specific"), @r#"Declined(Decline { code: "8326", message: "비밀번호 오류" })"#);
    insta::assert_snapshot!(decoded("issue_billing_key/declined"), @r#"Declined(Decline { code: "8326", message: "비밀번호 오류" })"#);
    insta::assert_snapshot!(decoded("issue_billing_key/issued"), @"BillingKeyIssued(IssuedKeyFacts { pg_billing_key: PgBillingKey([secret]), issued_at: 2026-03-02T05:04:05Z })");
}

#[test]
fn pay_with_billing_key() {
    insta::assert_snapshot!(decoded("pay_with_billing_key/declined"), @r#"Declined(Decline { code: "8412", message: "한도 초과" })"#);
    insta::assert_snapshot!(decoded("pay_with_billing_key/key_deleted"), @r#"UnknownOutcome(InquireFirst("BILLING_KEY_ALREADY_DELETED"))"#);
    insta::assert_snapshot!(decoded("pay_with_billing_key/key_not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "빌링키가 존재하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("pay_with_billing_key/paid"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), paid_at: 2026-03-02T05:04:05.123Z, card: None, receipt_url: None, total: None, method: None })"#);
}

#[test]
fn delete_billing_key() {
    insta::assert_snapshot!(decoded("delete_billing_key/already_deleted"), @r#"UnknownOutcome(InquireFirst("BILLING_KEY_ALREADY_DELETED"))"#);
    insta::assert_snapshot!(decoded("delete_billing_key/deleted"), @"BillingKeyDeleted { deleted_at: 2026-03-02T05:04:06Z }");
    insta::assert_snapshot!(decoded("delete_billing_key/scheduled"), @r#"Declined(Decline { code: "PAYMENT_SCHEDULE_ALREADY_EXISTS", message: "결제 예약건이 이미 존재합니다." })"#);
}

#[test]
fn cancel() {
    insta::assert_snapshot!(decoded("cancel/already_cancelled"), @r#"UnknownOutcome(InquireFirst("PAYMENT_ALREADY_CANCELLED"))"#);
    insta::assert_snapshot!(decoded("cancel/balance"), @r#"Declined(Decline { code: "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", message: "취소 가능 잔액이 다릅니다." })"#);
    insta::assert_snapshot!(decoded("cancel/failed"), @r#"Declined(Decline { code: "FAILED", message: "cancellation 0195557b-0000-7000-8000-000000000001 failed" })"#);
    insta::assert_snapshot!(decoded("cancel/not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "결제 건이 존재하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("cancel/succeeded"), @r#"Cancelled(CancelledFacts { status: Succeeded, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("0195557b-0000-7000-8000-000000000001"), cancelled_at: Some(2026-03-02T05:04:05Z) })"#);
    insta::assert_snapshot!(decoded("cancel/unknown_status"), @r#"UnknownOutcome(Unreadable { status: 200, what: "unknown status of the cancellation" })"#);
}

#[test]
fn cancel_virtual_account() {
    insta::assert_snapshot!(decoded("cancel_virtual_account/requested"), @r#"Cancelled(CancelledFacts { status: Requested, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("0195557b-0000-7000-8000-000000000001"), cancelled_at: None })"#);
}

#[test]
fn close_virtual_account() {
    insta::assert_snapshot!(decoded("close_virtual_account/closed"), @"VirtualAccountClosed { closed_at: 2026-03-02T05:04:06Z }");
    insta::assert_snapshot!(decoded("close_virtual_account/not_waiting"), @r#"Declined(Decline { code: "PAYMENT_NOT_WAITING_FOR_DEPOSIT", message: "입금 대기 상태가 아닙니다." })"#);
}

#[test]
fn inquire_pay() {
    insta::assert_snapshot!(decoded("inquire_pay/absent"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_pay/account_closed"), @r#"Inquired(Happened(VirtualAccountIssued(VirtualAccountFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), issued_at: 2026-03-02T05:04:05Z, account_number: "56211105948401", bank: Some(Shinhan), account_type: Some("NORMAL"), remittee_name: Some("PortOne"), expired_at: Some(2026-03-03T05:04:03Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/account_deposited"), @r#"Inquired(Happened(VirtualAccountIssued(VirtualAccountFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), issued_at: 2026-03-02T05:04:05Z, account_number: "56211105948401", bank: Some(Shinhan), account_type: Some("NORMAL"), remittee_name: Some("PortOne"), expired_at: Some(2026-03-03T05:04:03Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/account_issued"), @r#"Inquired(Happened(VirtualAccountIssued(VirtualAccountFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), issued_at: 2026-03-02T05:04:05Z, account_number: "56211105948401", bank: Some(Shinhan), account_type: Some("NORMAL"), remittee_name: Some("PortOne"), expired_at: Some(2026-03-03T05:04:03Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/cancelled"), @r#"Inquired(Happened(Paid(PaidFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), paid_at: 2026-03-02T05:04:05.123Z, card: Some(CardFacts { bin: Some("42424242"), last_four: None, issuer: Some("신한카드"), publisher: Some("신한카드"), name: Some("Deep Dream"), brand: Some("LOCAL"), card_type: Some("CREDIT"), owner_type: Some("PERSONAL"), masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: None, total: Some(1100), method: None })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/failed"), @r#"Inquired(Declined(Decline { code: "8412", message: "한도 초과" }))"#);
    insta::assert_snapshot!(decoded("inquire_pay/forbidden"), @r#"Unavailable(Misconfigured { status: 403, message: "권한이 없습니다." })"#);
    insta::assert_snapshot!(decoded("inquire_pay/invalid"), @r#"Unavailable(Misconfigured { status: 400, message: "요청이 올바르지 않습니다." })"#);
    insta::assert_snapshot!(decoded("inquire_pay/no_pg_tx_id"), @r#"Unavailable(Unreadable { status: 200, what: "pgTxId is missing" })"#);
    insta::assert_snapshot!(decoded("inquire_pay/no_route"), @r#"Unavailable(Undocumented { status: 404, what: "no PortOne error body" })"#);
    insta::assert_snapshot!(decoded("inquire_pay/not_found"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_pay/paid"), @r#"Inquired(Happened(Paid(PaidFacts { pg_tx_id: PgTxId("SMTPAY001m20260302140405000123"), paid_at: 2026-03-02T05:04:05.123Z, card: Some(CardFacts { bin: Some("42424242"), last_four: None, issuer: Some("신한카드"), publisher: Some("신한카드"), name: Some("Deep Dream"), brand: Some("LOCAL"), card_type: Some("CREDIT"), owner_type: Some("PERSONAL"), masked_number: Some("42424242****424*"), approval_number: Some("00012345"), installment_month: Some(3) }), receipt_url: Some("https://receipts.example/1"), total: Some(1100), method: None })))"#);
    insta::assert_snapshot!(decoded("inquire_pay/pending"), @"Inquired(NotYet)");
    insta::assert_snapshot!(decoded("inquire_pay/ready"), @"Inquired(NotYet)");
    insta::assert_snapshot!(decoded("inquire_pay/unknown_status"), @r#"Unavailable(Unreadable { status: 200, what: "unknown status of the payment" })"#);
}

#[test]
fn inquire_issue_billing_key() {
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/absent"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/found"), @"Inquired(Happened(BillingKeyIssued(IssuedKeyFacts { pg_billing_key: PgBillingKey([secret]), issued_at: 2026-03-02T05:04:05Z })))");
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/found_by_window"), @"Inquired(Happened(BillingKeyIssued(IssuedKeyFacts { pg_billing_key: PgBillingKey([secret]), issued_at: 2026-03-02T05:04:05Z })))");
    insta::assert_snapshot!(decoded("inquire_issue_billing_key/found_later"), @"leg 1: GET https://upstream.example/billing-keys?requestBody=%7B%22page%22%3A%7B%22number%22%3A1%2C%22size%22%3A100%7D%2C%22sort%22%3A%7B%22by%22%3A%22ISSUED_AT%22%2C%22order%22%3A%22ASC%22%7D%2C%22filter%22%3A%7B%22timeRangeField%22%3A%22ISSUED_AT%22%2C%22from%22%3A%222026-03-02T05%3A01%3A33Z%22%2C%22until%22%3A%222026-03-02T05%3A05%3A03Z%22%7D%7D");
}

#[test]
fn inquire_delete_billing_key() {
    insta::assert_snapshot!(decoded("inquire_delete_billing_key/deleted"), @"Inquired(Happened(BillingKeyDeleted { deleted_at: 2026-03-02T05:04:06Z }))");
    insta::assert_snapshot!(decoded("inquire_delete_billing_key/issued"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_delete_billing_key/not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "빌링키가 존재하지 않습니다." })"#);
}

#[test]
fn inquire_cancel() {
    insta::assert_snapshot!(decoded("inquire_cancel/another_cancel"), @r#"UnknownOutcome(InquireFirst("300 is cancelled, where 0 was before and 1100 was asked for"))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/done"), @r#"Inquired(Happened(Cancelled(CancelledFacts { status: Succeeded, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("0195557b-0000-7000-8000-000000000001"), cancelled_at: Some(2026-03-02T05:04:05Z) })))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/failed"), @r#"Inquired(Declined(Decline { code: "FAILED", message: "cancellation 0195557b-0000-7000-8000-000000000001 failed" }))"#);
    insta::assert_snapshot!(decoded("inquire_cancel/failed_before"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_cancel/nothing"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_cancel/requested"), @r#"Inquired(Happened(Cancelled(CancelledFacts { status: Requested, total: 1100, tax_free: 0, vat: 100, pg_cancellation_id: Some("C0001"), upstream_id: Some("0195557b-0000-7000-8000-000000000001"), cancelled_at: None })))"#);
}

#[test]
fn inquire_close_virtual_account() {
    insta::assert_snapshot!(decoded("inquire_close_virtual_account/closed"), @"Inquired(Happened(VirtualAccountClosed { closed_at: 2026-03-02T05:04:06Z }))");
    insta::assert_snapshot!(decoded("inquire_close_virtual_account/deposited"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_close_virtual_account/unknown_status"), @r#"Unavailable(Unreadable { status: 200, what: "the payment has no virtual account" })"#);
    insta::assert_snapshot!(decoded("inquire_close_virtual_account/waiting"), @"Inquired(DidNotHappen)");
}

#[test]
fn the_billing_key_is_the_one_of_the_reply() {
    for (sample, case) in [("issue_billing_key", "issued"), ("inquire_issue_billing_key", "found")] {
        let command: Command = samples::command(sample);
        let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
        let admitted = admit(&*adapter, &command, &ctx).unwrap();
        let reply = fixtures::read(format!("{FOLDER}/{sample}/{case}.http").as_ref());
        let Ok(Progress::Done(outcome)) = adapter.decode(&admitted, Leg(0), &reply, &ctx) else { panic!() };
        let outcome = match *outcome {
            Outcome::Inquired(portone_core::Finding::Happened(outcome)) => *outcome,
            outcome => outcome,
        };
        let Outcome::BillingKeyIssued(facts) = outcome else { panic!() };
        assert_eq!(facts.pg_billing_key.expose(), portone_testkit::replies::BILLING_KEY);
    }
}

#[test]
fn capture() {
    insta::assert_snapshot!(decoded("capture/captured"), @"Captured");
    insta::assert_snapshot!(decoded("capture/declined"), @r#"Declined(Decline { code: "9101", message: "매입 계약이 없습니다." })"#);
    insta::assert_snapshot!(decoded("capture/not_paid"), @r#"Declined(Decline { code: "PAYMENT_NOT_PAID", message: "결제가 완료되지 않았습니다." })"#);
}

#[test]
fn stop_cancel() {
    insta::assert_snapshot!(decoded("stop_cancel/not_pending"), @r#"Declined(Decline { code: "PAYMENT_CANCELLATION_NOT_PENDING", message: "취소 요청 상태가 아닙니다." })"#);
    insta::assert_snapshot!(decoded("stop_cancel/stopped"), @"CancelStopped { stopped_at: 2026-03-02T05:04:06Z }");
}

#[test]
fn inquire_capture() {
    insta::assert_snapshot!(decoded("inquire_capture/captured"), @"Inquired(Happened(Captured))");
    insta::assert_snapshot!(decoded("inquire_capture/not_found"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_capture/not_paid"), @r#"Inquired(Declined(Decline { code: "PAYMENT_NOT_PAID", message: "결제가 완료되지 않았습니다." }))"#);
    insta::assert_snapshot!(decoded("inquire_capture/outstanding"), @"Inquired(NotYet)");
}

#[test]
fn inquire_stop_cancel() {
    insta::assert_snapshot!(decoded("inquire_stop_cancel/another_cancel"), @r#"Unavailable(Unreadable { status: 200, what: "the cancellation is missing" })"#);
    insta::assert_snapshot!(decoded("inquire_stop_cancel/done"), @r#"Inquired(Declined(Decline { code: "PAYMENT_CANCELLATION_NOT_PENDING", message: "the cancel was done before it could be withdrawn" }))"#);
    insta::assert_snapshot!(decoded("inquire_stop_cancel/requested"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_stop_cancel/stopped"), @"Inquired(Happened(CancelStopped { stopped_at: 2026-03-02T05:04:03Z }))");
    insta::assert_snapshot!(decoded("inquire_stop_cancel/unknown_status"), @r#"Unavailable(Unreadable { status: 200, what: "unknown status of the cancellation" })"#);
}

#[test]
fn confirm_payment() {
    insta::assert_snapshot!(decoded("confirm_payment/already_paid"), @r#"UnknownOutcome(InquireFirst("ALREADY_PAID"))"#);
    insta::assert_snapshot!(decoded("confirm_payment/confirmed"), @r#"Paid(PaidFacts { pg_tx_id: PgTxId("pg-tx-1"), paid_at: 2026-03-02T05:04:05.123Z, card: None, receipt_url: None, total: None, method: None })"#);
    insta::assert_snapshot!(decoded("confirm_payment/invalid_token"), @r#"Declined(Decline { code: "INVALID_PAYMENT_TOKEN", message: "유효하지 않은 결제 토큰입니다." })"#);
    insta::assert_snapshot!(decoded("confirm_payment/mismatch"), @r#"Declined(Decline { code: "INFORMATION_MISMATCH", message: "정보가 일치하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("confirm_payment/not_found"), @r#"Unavailable(Misconfigured { status: 404, message: "결제 건이 존재하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("confirm_virtual_account/confirmed"), @"leg 1: GET https://upstream.example/payments/payment0001A/transactions");
}

#[test]
fn inquire_window() {
    insta::assert_snapshot!(decoded("inquire_window/another"), @"Inquired(DidNotHappen)");
    insta::assert_snapshot!(decoded("inquire_window/paid"), @r#"Inquired(Happened(Paid(PaidFacts { pg_tx_id: PgTxId("pg-tx-1"), paid_at: 2026-03-02T05:04:05Z, card: None, receipt_url: None, total: None, method: None })))"#);
    insta::assert_snapshot!(decoded("inquire_window/pending"), @"Inquired(NotYet)");
    insta::assert_snapshot!(decoded("inquire_window/ready"), @"Inquired(DidNotHappen)");
}

#[test]
fn confirm_billing_key() {
    insta::assert_snapshot!(decoded("confirm_billing_key/already_issued"), @r#"UnknownOutcome(InquireFirst("BILLING_KEY_ALREADY_ISSUED"))"#);
    insta::assert_snapshot!(decoded("confirm_billing_key/confirmed"), @"BillingKeyIssued(IssuedKeyFacts { pg_billing_key: PgBillingKey([secret]), issued_at: 2026-03-02T05:04:03Z })");
    insta::assert_snapshot!(decoded("confirm_billing_key/declined"), @r#"Declined(Decline { code: "4001", message: "정지된 카드" })"#);
    insta::assert_snapshot!(decoded("confirm_billing_key/mismatch"), @r#"Declined(Decline { code: "INFORMATION_MISMATCH", message: "정보가 일치하지 않습니다." })"#);
    insta::assert_snapshot!(decoded("confirm_billing_key/no_key"), @r#"UnknownOutcome(Unreadable { status: 200, what: "billingKey is empty or too long" })"#);
    insta::assert_snapshot!(decoded("confirm_billing_key/not_found"), @r#"Declined(Decline { code: "BILLING_KEY_NOT_FOUND", message: "the upstream knows no such token" })"#);
}
