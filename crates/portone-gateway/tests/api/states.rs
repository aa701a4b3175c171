//! The state machine as a table: each operation on a payment, in each state a payment can be in, gives the documented
//! answer (rule V2-040; the catalogue's table of errors).

use serde_json::{Value, json};

use crate::http::Call;
use crate::paymentwall;
use crate::world::{
    APPROVED, KPN, Line, OVER_LIMIT, SMARTRO, STORE, World, account_payment, card_payment, key_payment,
};

const STATES: [State; 9] = [
    State::Unknown,
    State::Scheduled,
    State::Ready,
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
    /// A window is open for it.
    Ready,
    PayPending,
    AccountIssued,
    Paid,
    Failed,
    PartialCancelled,
    Cancelled,
}

/// An operation, and what it answers in each of [`STATES`]: `OK`, or an error's type.
type Row = (&'static str, [&'static str; 9]);

const NOT_FOUND: &str = "PAYMENT_NOT_FOUND";
const NOT_PAID: &str = "PAYMENT_NOT_PAID";
const CANCELLED: &str = "PAYMENT_ALREADY_CANCELLED";
const PAID: &str = "ALREADY_PAID";
const EXISTS: &str = "PAYMENT_SCHEDULE_ALREADY_EXISTS";
const NOT_WAITING: &str = "PAYMENT_NOT_WAITING_FOR_DEPOSIT";
const OR_WAITING: &str = "ALREADY_PAID_OR_WAITING";
/// An open outcome gets the same 502 again, without a call; a window that no payer has finished is not known upstream.
const OPEN: &str = "PG_PROVIDER";

const NO_TOKEN: &str = "INVALID_PAYMENT_TOKEN";
const INVALID: &str = "INVALID_REQUEST";
const NO_WEBHOOK: &str = "WEBHOOK_NOT_FOUND";
const NO_RECEIPT: &str = "CASH_RECEIPT_NOT_FOUND";

#[rustfmt::skip]
const TABLE: &[Row] = &[
    //                 unknown    scheduled  ready        pending      issued       paid         failed       part         cancelled
    ("read",          [NOT_FOUND, NOT_FOUND, "OK",        "OK",        "OK",        "OK",        "OK",        "OK",        "OK"]),
    ("transactions",  [NOT_FOUND, NOT_FOUND, "OK",        "OK",        "OK",        "OK",        "OK",        "OK",        "OK"]),
    ("instant",       ["OK",      EXISTS,    OPEN,        OPEN,        PAID,        PAID,        "OK",        PAID,        PAID]),
    ("billing-key",   ["OK",      EXISTS,    OPEN,        OPEN,        PAID,        PAID,        "OK",        PAID,        PAID]),
    ("schedule",      ["OK",      EXISTS,    OR_WAITING,  OR_WAITING,  OR_WAITING,  OR_WAITING,  "OK",        OR_WAITING,  OR_WAITING]),
    ("pre-register",  ["OK",      "OK",      PAID,        PAID,        PAID,        PAID,        "OK",        PAID,        PAID]),
    ("confirm",       [NOT_FOUND, NOT_FOUND, OPEN,        OPEN,    PAID,        PAID,        NO_TOKEN,    PAID,        PAID]),
    ("capture",       [NOT_FOUND, NOT_FOUND, NOT_PAID,    NOT_PAID,    NOT_PAID,    "OK",        NOT_PAID,    "OK",        NOT_PAID]),
    ("cancel",        [NOT_FOUND, NOT_FOUND, NOT_PAID,    NOT_PAID,    NOT_PAID,    "OK",        NOT_PAID,    "OK",        CANCELLED]),
    ("close",         [NOT_FOUND, NOT_FOUND, NOT_WAITING, NOT_WAITING, "OK",        NOT_WAITING, NOT_WAITING, NOT_WAITING, NOT_WAITING]),
    ("logistics",     [NOT_FOUND, NOT_FOUND, NOT_PAID,    NOT_PAID,    NOT_PAID,    INVALID,     NOT_PAID,    INVALID,     NOT_PAID]),
    ("complete",      [NOT_FOUND, NOT_FOUND, NOT_PAID,    NOT_PAID,    NOT_PAID,    INVALID,     NOT_PAID,    INVALID,     NOT_PAID]),
    ("store-receipt", [NOT_FOUND, NOT_FOUND, NOT_PAID,    NOT_PAID,    NOT_PAID,    INVALID,     NOT_PAID,    INVALID,     NOT_PAID]),
    ("delivery",      [NOT_FOUND, NOT_FOUND, INVALID,     INVALID,     INVALID,     INVALID,     INVALID,     INVALID,     INVALID]),
    ("cash-receipt",  [NO_RECEIPT, NO_RECEIPT, NO_RECEIPT, NO_RECEIPT, NO_RECEIPT,  NO_RECEIPT,  NO_RECEIPT,  NO_RECEIPT,  NO_RECEIPT]),
    ("resend",        [NOT_FOUND, NOT_FOUND, NO_WEBHOOK,  NO_WEBHOOK,  NO_WEBHOOK,  NO_WEBHOOK,  NO_WEBHOOK,  NO_WEBHOOK,  NO_WEBHOOK]),
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
        State::Ready => {
            let window = json!({"storeId": STORE, "channelKey": KPN, "paymentId": "order1", "orderName": "Monthly pass",
                "totalAmount": 8900, "currency": "KRW", "payMethod": "CARD", "customer": {"customerId": "customer1",
                "fullName": "Kim Port", "phoneNumber": "01000001234", "email": "port@example.com"}});
            let opened = world.admin("POST", "/admin/windows", Some(&window)).await;
            assert_eq!(opened.status, 200, "{}", opened.text);
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
        "pre-register" => post("/pre-register", json!({"totalAmount": 8900, "currency": "KRW"})),
        "confirm" => post("/confirm", json!({"paymentToken": "another"})),
        "capture" => post("/capture", json!({})),
        "logistics" => post("/escrow/logistics", delivery()),
        "complete" => post("/escrow/complete", json!({})),
        "store-receipt" => post(
            "/register-store-receipt",
            json!({"items": [{
            "storeBusinessRegistrationNumber": "1234567890", "storeName": "Sub-shop", "totalAmount": 8900,
            "currency": "KRW"}]}),
        ),
        "delivery" => {
            let read = world.get("/payments/order1").await;
            let id = if read.status == 200 { read.json()["transactionId"].clone() } else { json!("none") };
            Call::new("POST", "/paymentwall/delivery/confirm").shop().json(&paymentwall::digital(&id))
        }
        "cash-receipt" => Call::new("GET", &path("/cash-receipt")).shop(),
        "resend" => post("/resend-webhook", json!({})),
        other => panic!("`{other}` is in the table only"),
    };
    let reply = world.send(call).await;
    if reply.status == 200 { "OK".to_owned() } else { reply.error().1 }
}

fn delivery() -> Value {
    let party = json!({"name": "Port Kim", "phoneNumber": "01000001234", "zipcode": "06133",
        "address": {"addressLine1": "Teheran-ro 1", "addressLine2": "5F"}});
    json!({"sender": party, "receiver": party,
        "logistics": {"company": "CJ", "invoiceNumber": "1", "sentAt": "2026-11-20T09:00:00+09:00"}})
}
