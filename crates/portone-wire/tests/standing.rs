//! Where a payment stands: read as it is now, and by our marker among its attempts.

use portone_core::{
    CancelStatus, Cause, Currencies, EscrowStatus, Finding, Leg, Outcome, PaymentIdRule, PgError, PgProfile,
    PgReply, Progress, ReceiptPurpose, Rule, Severity, Standing, StandingState,
};
use portone_testkit::{replies, samples};
use portone_wire::v2::V2Dialect;
use serde_json::{Value, json};

#[test]
fn each_state_is_told() {
    let mut deposited = replies::virtual_account_transaction("PAID");
    deposited["paidAt"] = json!("2026-03-02T06:00:00Z");
    let told = standing(&deposited);
    let StandingState::Paid(facts) = &told.state else { panic!("{told:?}") };
    assert_eq!(facts.paid_at.to_rfc3339(), "2026-03-02T06:00:00+00:00");
    let waits = standing(&replies::virtual_account_transaction("VIRTUAL_ACCOUNT_ISSUED"));
    assert!(
        matches!(&waits.state, StandingState::WaitsForDeposit(facts) if facts.expired_at.is_some()),
        "{waits:?}"
    );
    let mut closed = replies::virtual_account_transaction("CANCELLED");
    closed["paidAt"] = Value::Null;
    closed["cancellations"] = json!([]);
    closed["cancelledAt"] = json!("2026-03-02T06:00:00Z");
    assert!(matches!(standing(&closed).state, StandingState::Closed { .. }));
    assert!(matches!(standing(&replies::card_transaction("FAILED")).state, StandingState::Failed(_)));
    assert_eq!(standing(&replies::card_transaction("PAY_PENDING")).state, StandingState::Open);
    let unknown = decode(Leg(0), &replies::ok(&replies::card_transaction("FROZEN")));
    assert!(matches!(unknown, Err(PgError::Unavailable(Cause::Unreadable { .. }))), "{unknown:?}");
}

/// An account that was paid into and refunded is cancelled too, and was never closed (found by the simulator, seed 753029 of its
/// first run of a million).
#[test]
fn a_deposit_that_was_given_back_is_no_closed_account() {
    let inquired = |account: &Value| {
        let reply = replies::ok(account);
        finding_of(decode_command("inquire_close_virtual_account", Leg(0), &reply))
    };
    let mut account = replies::virtual_account_transaction("CANCELLED");
    account["cancelledAt"] = json!("2026-03-02T06:00:00Z");
    account["paidAt"] = Value::Null;
    account["cancellations"] = json!([]);
    let Finding::Happened(closed) = inquired(&account) else { panic!("it is closed") };
    assert!(matches!(*closed, Outcome::VirtualAccountClosed { .. }));
    let mut deposited = account.clone();
    deposited["paidAt"] = json!("2026-03-02T05:30:00Z");
    assert_eq!(inquired(&deposited), Finding::DidNotHappen);
    account["cancellations"] = json!([{"status": "SUCCEEDED", "id": "a", "totalAmount": 100, "taxFreeAmount": 0,
        "vatAmount": 9, "reason": "r", "requestedAt": "2026-03-02T05:04:04Z"}]);
    assert_eq!(
        inquired(&account),
        Finding::DidNotHappen,
        "a cancelled payment need not tell when it was paid"
    );
}

#[test]
fn v2_020_cancels_are_told_with_their_ids_and_an_unknown_status_tells_nothing() {
    let cancel = |status: &str, id: &str| {
        json!({"status": status, "id": id, "pgCancellationId": format!("pg-{id}"), "totalAmount": 100,
            "taxFreeAmount": 0, "vatAmount": 9, "reason": "r", "requestedAt": "2026-03-02T05:04:04Z"})
    };
    let mut paid = replies::card_transaction("PAID");
    paid["cancellations"] = json!([
        cancel("REQUESTED", "a"),
        cancel("FAILED", "b"),
        cancel("SUCCEEDED", "c"),
        cancel("FROZEN", "d")
    ]);
    let told = standing(&paid).cancels;
    let told: Vec<_> =
        told.iter().map(|it| (it.upstream_id.as_deref().unwrap(), it.status, it.total)).collect();
    let expected = [
        ("a", CancelStatus::Requested, 100),
        ("b", CancelStatus::Failed, 100),
        ("c", CancelStatus::Succeeded, 100),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_cash_receipt_and_the_escrow_are_told_where_their_states_are_known() {
    let mut paid = replies::virtual_account_transaction("PAID");
    paid["paidAt"] = json!("2026-03-02T06:00:00Z");
    assert_eq!((standing(&paid).cash_receipt, standing(&paid).escrow), (None, None));
    paid["cashReceipt"] = json!({"status": "ISSUED", "type": "PERSONAL", "pgReceiptId": "r1", "issueNumber": "123456789",
        "totalAmount": 8900, "currency": "KRW", "url": "https://receipt", "issuedAt": "2026-03-02T06:00:00Z"});
    paid["escrow"] = json!({"status": "REJECTED", "company": "CJ", "invoiceNumber": "1"});
    let told = standing(&paid);
    let receipt = told.cash_receipt.unwrap();
    assert_eq!(
        (receipt.facts.issue_number.as_str(), receipt.total, receipt.cancelled_at),
        ("123456789", 8900, None)
    );
    assert_eq!(receipt.purpose, Some(ReceiptPurpose::Personal));
    let escrow = told.escrow.unwrap();
    assert_eq!(
        (escrow.status, escrow.delivery.unwrap().invoice_number),
        (EscrowStatus::Rejected, "1".to_owned())
    );
    paid["cashReceipt"]["status"] = json!("CANCELLED");
    assert_eq!(standing(&paid).cash_receipt, None, "when is missing");
    paid["cashReceipt"]["cancelledAt"] = json!("2026-03-03T06:00:00Z");
    assert!(standing(&paid).cash_receipt.unwrap().cancelled_at.is_some());
    paid["cashReceipt"]["status"] = json!("FROZEN");
    paid["escrow"]["status"] = json!("FROZEN");
    assert_eq!((standing(&paid).cash_receipt, standing(&paid).escrow), (None, None));
}

#[test]
fn an_attempt_behind_another_is_found_in_the_list() {
    let own = replies::card_transaction("FAILED");
    let mut later = replies::card_transaction("PAID");
    later["customData"] = json!("another-attempt-0001");
    let next = decode(Leg(0), &replies::ok(&later)).unwrap();
    let Progress::Send { request, leg: Leg(1) } = next else { panic!("{next:?}") };
    assert!(request.url.ends_with("/payments/payment0001A/transactions"), "{}", request.url);
    let found = finding(Leg(1), &replies::transactions(&[own, later.clone()]));
    let Finding::Happened(outcome) = found else { panic!("{found:?}") };
    let Outcome::Standing(told) = *outcome else { panic!("{outcome:?}") };
    assert!(matches!(told.state, StandingState::Failed(_)));
    assert_eq!(finding(Leg(1), &replies::transactions(&[later])), Finding::DidNotHappen);
    for leg in [Leg(0), Leg(1)] {
        assert_eq!(finding(leg, &replies::error(404, "PAYMENT_NOT_FOUND")), Finding::DidNotHappen);
        let broken = decode(leg, &replies::error(500, "INTERNAL"));
        assert!(matches!(broken, Err(PgError::Unavailable(_))), "{broken:?}");
    }
}

fn standing(payment: &Value) -> Standing {
    match finding(Leg(0), &replies::ok(payment)) {
        Finding::Happened(outcome) => match *outcome {
            Outcome::Standing(standing) => *standing,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn finding(leg: Leg, reply: &PgReply) -> Finding {
    finding_of(decode(leg, reply))
}

fn finding_of(decoded: Result<Progress, PgError>) -> Finding {
    match decoded {
        Ok(Progress::Done(outcome)) => match *outcome {
            Outcome::Inquired(finding) => finding,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn decode(leg: Leg, reply: &PgReply) -> Result<Progress, PgError> {
    decode_command("inquire_standing", leg, reply)
}

fn decode_command(name: &str, leg: Leg, reply: &PgReply) -> Result<Progress, PgError> {
    let dialect = V2Dialect::new(&samples::channel(&PROFILE), &samples::upstream()).unwrap();
    dialect.decode(&samples::command(name), leg, reply, &samples::context())
}

static RULE: Rule = Rule { code: "X-CAP", severity: Severity::Reject, reason: "None.", source: "none" };
static PROFILE: PgProfile = PgProfile {
    provider: "X",
    rule_prefix: "X",
    display_name: "X",
    commands: &[],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: false,
    judges_test_cards: false,
    key_window_charges: false,
    rules: &[],
    capability_rule: &RULE,
};
