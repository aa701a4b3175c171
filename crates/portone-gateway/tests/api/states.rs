//! The state machine as a table: each operation on a payment, in each state a payment can be in, gives the documented
//! answer (rule V2-040; the catalogue's table of errors).

use serde_json::{Value, json};

use crate::http::Call;
use crate::world::{
    APPROVED, KPN, Line, OVER_LIMIT, SMARTRO, World, account_payment, card_payment, key_payment,
};

const STATES: [State; 8] = [
    State::Unknown,
    State::Scheduled,
    State::PayPending,
    State::AccountIssued,
    State::Paid,
    State::Failed,
    State::PartialCancelled,
    State::Cancelled,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No payment has this id.
    Unknown,
    /// A schedule will pay it.
    Scheduled,
    PayPending,
    AccountIssued,
    Paid,
    Failed,
    PartialCancelled,
    Cancelled,
}

/// An operation, and what it answers in each of [`STATES`]: `OK`, or an error's type.
type Row = (&'static str, [&'static str; 8]);

const NOT_FOUND: &str = "PAYMENT_NOT_FOUND";
const NOT_PAID: &str = "PAYMENT_NOT_PAID";
const CANCELLED: &str = "PAYMENT_ALREADY_CANCELLED";
const PAID: &str = "ALREADY_PAID";
const EXISTS: &str = "PAYMENT_SCHEDULE_ALREADY_EXISTS";
const NOT_WAITING: &str = "PAYMENT_NOT_WAITING_FOR_DEPOSIT";
const OR_WAITING: &str = "ALREADY_PAID_OR_WAITING";
/// The answer of design: an open outcome gets the same 502 again, without a call.
const OPEN: &str = "PG_PROVIDER";

#[rustfmt::skip]
const TABLE: &[Row] = &[
    //                 unknown    scheduled  pending    issued      paid         failed      part        cancelled
    ("read",          [NOT_FOUND, NOT_FOUND, "OK",      "OK",       "OK",        "OK",       "OK",       "OK"]),
    ("transactions",  [NOT_FOUND, NOT_FOUND, "OK",      "OK",       "OK",        "OK",       "OK",       "OK"]),
    ("instant",       ["OK",      EXISTS,    OPEN,      PAID,       PAID,        "OK",       PAID,       PAID]),
    ("billing-key",   ["OK",      EXISTS,    OPEN,      PAID,       PAID,        "OK",       PAID,       PAID]),
    ("schedule",      ["OK",      EXISTS,    OR_WAITING, OR_WAITING, OR_WAITING, "OK",       OR_WAITING, OR_WAITING]),
    ("cancel",        [NOT_FOUND, NOT_FOUND, NOT_PAID,  NOT_PAID,   "OK",        NOT_PAID,   "OK",       CANCELLED]),
    ("close",         [NOT_FOUND, NOT_FOUND, NOT_WAITING, "OK",     NOT_WAITING, NOT_WAITING, NOT_WAITING, NOT_WAITING]),
];

#[tokio::test]
async fn v2_040_each_operation_in_each_state_gives_the_documented_answer() {
    let mut wrong = Vec::new();
    for (operation, expected) in TABLE {
        for (state, expected) in STATES.into_iter().zip(expected) {
            let world = World::new().await;
            let key = world.issued(APPROVED).await;
            bring_to(&world, state, &key).await;
            let got = ask(&world, operation, &key).await;
            if got != *expected {
                wrong.push(format!("{operation} × {state:?}: {got}, documented {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Brings payment `order1` into a state, as a shop would.
async fn bring_to(world: &World, state: State, key: &str) {
    let instant = "/payments/order1/instant";
    match state {
        State::Unknown => {}
        State::Scheduled => {
            let body = json!({"payment": key_payment(key), "timeToPay": "2026-12-01T00:00:00Z"});
            assert_eq!(world.post("/payments/order1/schedule", &body).await.status, 200);
        }
        State::PayPending => {
            world.wire.set(Line::Dumb);
            assert_eq!(world.post(instant, &card_payment(KPN, APPROVED)).await.status, 502);
            world.wire.set(Line::Up);
        }
        State::AccountIssued => assert_eq!(world.post(instant, &account_payment(SMARTRO)).await.status, 200),
        State::Failed => assert_eq!(world.post(instant, &card_payment(KPN, OVER_LIMIT)).await.status, 502),
        State::Paid => world.paid("order1").await,
        State::PartialCancelled => cancelled(world, json!({"reason": "r", "amount": 900})).await,
        State::Cancelled => cancelled(world, json!({"reason": "r"})).await,
    }
}

async fn cancelled(world: &World, body: Value) {
    world.paid("order1").await;
    assert_eq!(world.post("/payments/order1/cancel", &body).await.status, 200);
}

/// `OK`, or the error's type.
async fn ask(world: &World, operation: &str, key: &str) -> String {
    let path = |tail: &str| format!("/payments/order1{tail}");
    let post = |tail: &str, body: Value| Call::new("POST", &path(tail)).shop().json(&body);
    let call = match operation {
        "read" => Call::new("GET", &path("")).shop(),
        "transactions" => Call::new("GET", &path("/transactions")).shop(),
        "instant" => post("/instant", card_payment(KPN, APPROVED)),
        "billing-key" => post("/billing-key", key_payment(key)),
        "schedule" => {
            post("/schedule", json!({"payment": key_payment(key), "timeToPay": "2026-12-01T00:00:00Z"}))
        }
        "cancel" => post("/cancel", json!({"reason": "r"})),
        "close" => post("/virtual-account/close", json!({})),
        other => panic!("`{other}` is in the table only"),
    };
    let reply = world.send(call).await;
    if reply.status == 200 { "OK".to_owned() } else { reply.error().1 }
}
