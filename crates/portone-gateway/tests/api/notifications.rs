//! What PGs tell by themselves: believed as a hint only, whether it comes once, twice, late, in the wrong order, or from
//! somebody else.

use chrono::TimeDelta;
use portone_sandbox::Notification;
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{
    APPROVED, KPN, Line, OVER_LIMIT, SMARTRO, STORE, World, account_payment, card_payment, with,
};

impl World {
    /// A world whose PGs are asked to notify.
    pub(crate) async fn notified() -> Self {
        let demo = [(SMARTRO, 50), (KPN, 50)];
        Self::build(&demo, Some("http://gateway.test/notifications"), false, &[]).await
    }

    /// Delivers a notification as its PG's hub does.
    async fn notify(&self, notification: &Notification) -> Reply {
        self.send(delivery(notification)).await
    }

    /// Delivers all that the PGs have to say, and does what is due then. Each is taken.
    async fn hear(&self) -> Vec<Notification> {
        let heard = self.wire.notifications();
        for notification in &heard {
            assert_eq!(self.notify(notification).await.status, 200);
        }
        self.engine.follow_up(100).await.unwrap();
        heard
    }

    async fn status(&self, id: &str) -> Value {
        self.get(&format!("/payments/{id}")).await.json()["status"].clone()
    }

    /// The types of what was announced about a payment, oldest first, each with what caused it.
    async fn announced(&self, id: &str) -> Vec<String> {
        let path = format!("/admin/events?storeId={STORE}");
        let events = self.admin("GET", &path, None).await.json();
        let about = |event: &&Value| event["data"]["paymentId"] == id;
        let kind = |event: &Value| event["type"].as_str().unwrap().to_owned();
        events["items"].as_array().unwrap().iter().filter(about).map(kind).collect()
    }

    /// A virtual account that was paid into, and the shop knows it.
    async fn pay_in(&self, id: &str, channel: &str) {
        let reply = self.post(&format!("/payments/{id}/instant"), &account_payment(channel)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        self.wire.control(&format!("/payments/{id}/deposit"), &json!({}));
        self.hear().await;
        assert_eq!(self.status(id).await, "PAID");
    }

    /// Asks Smartro to send a deposit back: the cancel as answered.
    async fn refund(&self, id: &str, amount: Option<i64>) -> Value {
        let mut body = json!({"reason": "sold out", "refundAccount": {"bank": "SHINHAN", "number": "110123456789",
            "holderName": "Kim Port", "holderPhoneNumber": "01000001234"}});
        if let Some(amount) = amount {
            body["amount"] = json!(amount);
        }
        let reply = self.post(&format!("/payments/{id}/cancel"), &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["cancellation"].clone()
    }

    /// The PG ends a refund.
    fn end_refund(&self, id: &str, pg_number: &Value, fails: bool) {
        let payment = self.wire.read(&format!("/payments/{id}"));
        let cancels = payment["cancellations"].as_array().unwrap();
        let of_number = cancels.iter().find(|it| it["pgCancellationId"] == *pg_number).unwrap();
        let upstream_id = of_number["id"].as_str().unwrap();
        let path = format!("/payments/{id}/cancellations/{upstream_id}/complete");
        self.wire.control(&path, &json!({"fail": fails}));
    }
}

fn delivery(notification: &Notification) -> Call {
    let call = Call::new("POST", &notification.url).body(notification.body.to_vec());
    notification.headers.iter().fold(call, |call, (name, value)| call.header(name, value))
}

fn kind(notification: &Notification) -> String {
    let body: Value = serde_json::from_slice(&notification.body).unwrap();
    body["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn v2_049_and_v2_069_a_deposit_turns_the_payment_paid() {
    let world = World::notified().await;
    let mute = with(account_payment(KPN), "/skipWebhook", json!(true));
    assert_eq!(world.post("/payments/order1/instant", &mute).await.status, 200);
    assert_eq!(world.hear().await.len(), 1, "the hub is not asked to be mute");
    assert_eq!(world.status("order1").await, "VIRTUAL_ACCOUNT_ISSUED");
    world.advance(TimeDelta::minutes(10));
    world.wire.control("/payments/order1/deposit", &json!({}));
    let heard = world.hear().await;
    assert_eq!(heard.iter().map(kind).collect::<Vec<_>>(), ["Transaction.Paid"]);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], &payment["amount"]["paid"]), (&json!("PAID"), &json!(8900)));
    assert_eq!(payment["paidAt"], "2026-11-21T00:10:00.125Z");
    assert_eq!(payment["method"]["accountNumber"].as_str().unwrap().len(), 14);
    assert_eq!(world.announced("order1").await, ["Transaction.Paid"], "even where the issue was mute");
}

#[tokio::test]
async fn a_message_counts_once_however_often_and_in_whatever_order_it_comes() {
    let world = World::notified().await;
    world.post("/payments/order1/instant", &account_payment(KPN)).await;
    let issued = world.wire.notifications();
    world.wire.control("/payments/order1/deposit", &json!({}));
    let paid = world.wire.notifications();
    for notification in [&paid[0], &issued[0], &paid[0], &issued[0]] {
        assert_eq!(world.notify(notification).await.status, 200);
    }
    let sent = world.wire.sent_count();
    let swept = world.engine.follow_up(100).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1), "many messages are one question");
    assert_eq!(world.wire.sent_count(), sent + 1);
    for notification in [&issued[0], &paid[0]] {
        assert_eq!(world.notify(notification).await.status, 200);
        world.engine.follow_up(100).await.unwrap();
    }
    assert_eq!(world.status("order1").await, "PAID");
    assert_eq!(world.announced("order1").await, ["Transaction.VirtualAccountIssued", "Transaction.Paid"]);
    // An old message about what was paid says nothing about what has happened since.
    let cancel = world.refund("order1", None).await;
    assert_eq!(cancel["status"], "SUCCEEDED");
    world.notify(&paid[0]).await;
    world.engine.follow_up(100).await.unwrap();
    assert_eq!(world.status("order1").await, "CANCELLED");
}

#[tokio::test]
async fn v2_110_what_nobody_signed_is_not_believed() {
    let world = World::notified().await;
    world.post("/payments/order1/instant", &account_payment(KPN)).await;
    world.wire.notifications();
    world.wire.control("/payments/order1/deposit", &json!({}));
    let genuine = world.wire.notifications().remove(0);
    let changed = |name: &str, value: Option<&str>| {
        let mut headers = genuine.headers.clone();
        headers.retain(|(header, _)| *header != name);
        let mut forged = delivery(&Notification { headers, ..genuine.clone() });
        if let Some(value) = value {
            forged = forged.header(name, value);
        }
        forged
    };
    let body = String::from_utf8(genuine.body.to_vec()).unwrap().replace("order1", "order2");
    let forged = [
        delivery(&Notification { body: body.into_bytes().into(), ..genuine.clone() }),
        changed("webhook-signature", Some("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        changed("webhook-signature", None),
        changed("webhook-id", Some("msg_another")),
        changed("webhook-id", None),
        changed("webhook-timestamp", Some("1")),
        delivery(&genuine).header("webhook-id", "msg_twice"),
        Call::new("POST", &genuine.url).body("{}"),
    ];
    for call in forged {
        assert_eq!(world.send(call).await.error(), (401, "UNAUTHORIZED".to_owned()));
    }
    world.advance(TimeDelta::seconds(301));
    assert_eq!(world.notify(&genuine).await.error(), (401, "UNAUTHORIZED".to_owned()), "too late");
    assert_eq!(world.wire.sent_count(), 2, "nobody was asked");
    assert_eq!(world.status("order1").await, "VIRTUAL_ACCOUNT_ISSUED");
    for path in ["/notifications/nobody", "/notifications/%00"] {
        let call = Call::new("POST", path).body(genuine.body.to_vec());
        assert_eq!(world.send(call).await.error(), (404, "CHANNEL_NOT_FOUND".to_owned()), "{path}");
    }
    let long = Call::new("POST", &genuine.url).body(vec![b' '; 64 * 1024 + 1]);
    assert_eq!(world.send(long).await.status, 413);
}

#[tokio::test]
async fn a_deposit_nobody_told_of_is_found_by_asking() {
    let world = World::notified().await;
    world.post("/payments/order1/instant", &account_payment(KPN)).await;
    world.advance(TimeDelta::minutes(1));
    let swept = world.engine.follow_up(100).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 0));
    world.wire.control("/payments/order1/deposit", &json!({}));
    world.advance(TimeDelta::seconds(59));
    assert_eq!(world.engine.follow_up(100).await.unwrap().claimed, 0);
    world.advance(TimeDelta::seconds(1));
    world.engine.follow_up(100).await.unwrap();
    assert_eq!(world.status("order1").await, "PAID");
}

/// No document names a state for an account whose time is over, so it keeps its own; the last question comes an hour after.
#[tokio::test]
async fn an_account_whose_time_is_over_is_asked_about_once_more() {
    let world = World::notified().await;
    world.post("/payments/order1/instant", &account_payment(KPN)).await;
    let mut asked = 0;
    for _ in 0..24 * 4 {
        world.advance(TimeDelta::hours(1));
        asked += world.engine.follow_up(100).await.unwrap().claimed;
    }
    assert_eq!(world.status("order1").await, "VIRTUAL_ACCOUNT_ISSUED");
    assert!((70..=80).contains(&asked), "hourly until the third day, then never: {asked}");
    world.advance(TimeDelta::days(30));
    assert_eq!(world.engine.follow_up(100).await.unwrap().claimed, 0);
}

#[tokio::test]
async fn v2_063_and_smartro_119_a_refund_is_done_when_the_pg_says_so() {
    let world = World::notified().await;
    world.pay_in("order1", SMARTRO).await;
    let part = world.refund("order1", Some(900)).await;
    assert_eq!((&part["status"], part.get("cancelledAt")), (&json!("REQUESTED"), None));
    world.hear().await;
    assert_eq!(world.status("order1").await, "PAID");
    world.advance(TimeDelta::seconds(30));
    world.end_refund("order1", &part["pgCancellationId"], false);
    world.hear().await;
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["status"], "PARTIAL_CANCELLED");
    let done = &payment["cancellations"][0];
    assert_eq!((&done["status"], &done["id"]), (&json!("SUCCEEDED"), &part["id"]));
    assert_eq!(done["cancelledAt"], "2026-11-21T00:00:30.125Z");
    let rest = world.refund("order1", None).await;
    world.end_refund("order1", &rest["pgCancellationId"], false);
    world.hear().await;
    assert_eq!(world.status("order1").await, "CANCELLED");
    let expected = [
        "Transaction.VirtualAccountIssued",
        "Transaction.Paid",
        "Transaction.CancelPending",
        "Transaction.PartialCancelled",
        "Transaction.CancelPending",
        "Transaction.Cancelled",
    ];
    assert_eq!(world.announced("order1").await, expected);
}

#[tokio::test]
async fn a_refund_that_fails_can_be_asked_for_again() {
    let world = World::notified().await;
    world.pay_in("order1", SMARTRO).await;
    let first = world.refund("order1", None).await;
    let nothing_left = world.post("/payments/order1/cancel", &json!({"reason": "again"})).await;
    assert_eq!(nothing_left.error(), (409, "PAYMENT_ALREADY_CANCELLED".to_owned()));
    world.end_refund("order1", &first["pgCancellationId"], true);
    world.hear().await;
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(
        (&payment["status"], &payment["cancellations"][0]["status"]),
        (&json!("PAID"), &json!("FAILED"))
    );
    assert_eq!(payment["amount"]["cancelled"], 0);
    let second = world.refund("order1", None).await;
    world.end_refund("order1", &second["pgCancellationId"], false);
    world.hear().await;
    assert_eq!(world.status("order1").await, "CANCELLED");
}

/// Where no notification comes, an accepted cancel is asked about until it has ended, and after two weeks no more.
#[tokio::test]
async fn a_refund_nobody_told_of_is_found_by_asking() {
    let world = World::new().await;
    world.deposited_by_asking("order1").await;
    world.deposited_by_asking("order2").await;
    let cancel = world.refund("order1", None).await;
    world.refund("order2", None).await;
    world.end_refund("order1", &cancel["pgCancellationId"], false);
    world.advance(TimeDelta::minutes(2));
    world.engine.follow_up(100).await.unwrap();
    assert_eq!(world.status("order1").await, "CANCELLED");
    let mut asked = 0;
    for _ in 0..24 * 15 {
        world.advance(TimeDelta::hours(1));
        asked += world.engine.follow_up(100).await.unwrap().claimed;
    }
    assert!((330..=345).contains(&asked), "{asked}");
    assert_eq!(world.status("order2").await, "PAID");
    let found = world.admin("GET", "/admin/discrepancies", None).await.json();
    let what = found["items"][0]["what"].as_str().unwrap();
    assert!(what.ends_with("the PG never told how it ended"), "{found}");
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

impl World {
    async fn deposited_by_asking(&self, id: &str) {
        self.post(&format!("/payments/{id}/instant"), &account_payment(SMARTRO)).await;
        self.wire.control(&format!("/payments/{id}/deposit"), &json!({}));
        self.advance(TimeDelta::minutes(2));
        self.engine.follow_up(100).await.unwrap();
        assert_eq!(self.status(id).await, "PAID");
    }
}

#[tokio::test]
async fn v1_098_a_refused_payment_may_turn_out_paid() {
    let world = World::notified().await;
    let refused = world.post("/payments/order1/instant", &card_payment(KPN, OVER_LIMIT)).await;
    assert_eq!(refused.status, 502);
    assert_eq!(world.hear().await.len(), 1);
    assert_eq!(world.status("order1").await, "FAILED");
    world.wire.control("/payments/order1/approve", &json!({}));
    world.hear().await;
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["status"], payment.get("failure")), (&json!("PAID"), None));
    assert!(payment["pgTxId"].as_str().unwrap().starts_with("KPN"));
    assert_eq!(world.announced("order1").await, ["Transaction.Failed", "Transaction.Paid"]);
    let again = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(again.error(), (409, "ALREADY_PAID".to_owned()));
}

/// The reply was lost and the inquiry too; the hub's message brings the next one forward.
#[tokio::test]
async fn a_message_settles_an_open_call_early() {
    let world = World::notified().await;
    world.wire.set(Line::Dumb);
    let unknown = world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(unknown.status, 502);
    for _ in 0..8 {
        world.advance(TimeDelta::seconds(31));
        world.engine.settle_unknown(100).await.unwrap();
    }
    assert_eq!(world.status("order1").await, "PAY_PENDING");
    world.wire.set(Line::Up);
    world.advance(TimeDelta::seconds(1));
    assert_eq!(
        world.engine.settle_unknown(100).await.unwrap().claimed,
        0,
        "the next question is half a minute off"
    );
    world.hear().await;
    world.advance(TimeDelta::seconds(1));
    let swept = world.engine.settle_unknown(100).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1));
    assert_eq!(world.status("order1").await, "PAID");
}

/// Most messages tell of what a call has just settled.
#[tokio::test]
async fn what_the_record_holds_already_is_not_asked_about() {
    let world = World::notified().await;
    assert_eq!(world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await.status, 200);
    let paid = world.wire.notifications();
    assert_eq!(world.wire.sent_count(), 1);
    for _ in 0..2 {
        assert_eq!(world.notify(&paid[0]).await.status, 200);
    }
    assert_eq!(world.follow_ups_within_an_hour().await, 0);
    assert_eq!(world.wire.sent_count(), 1, "nobody was asked");
    let cancel = world.post("/payments/order1/cancel", &json!({"reason": "sold out"})).await;
    assert_eq!(cancel.status, 200);
    for notification in world.wire.notifications() {
        assert_eq!(world.notify(&notification).await.status, 200);
    }
    assert_eq!((world.follow_ups_within_an_hour().await, world.wire.sent_count()), (0, 2));
}

/// A call that is under way settles what the message is about by itself: then there is nothing to ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_during_a_call_waits_for_its_end() {
    let world = World::notified().await;
    world.post("/payments/order1/instant", &card_payment(KPN, APPROVED)).await;
    let paid = world.wire.notifications();
    let cancelled = json!({"reason": "sold out"});
    let call = world.while_held(world.post("/payments/order1/cancel", &cancelled), &paid[0]).await;
    assert_eq!(call.status, 200, "{}", call.text);
    let done = world.wire.notifications();
    assert_eq!(world.notify(&done[0]).await.status, 200);
    assert_eq!((world.follow_ups_within_an_hour().await, world.wire.sent_count()), (0, 2));
    assert_eq!(world.status("order1").await, "CANCELLED");
}

/// The account was paid into while it was being closed: the close is refused, and does not swallow the message.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_during_a_call_that_ends_otherwise_is_asked_about() {
    let world = World::notified().await;
    world.post("/payments/order1/instant", &account_payment(KPN)).await;
    world.wire.notifications();
    world.wire.control("/payments/order1/deposit", &json!({}));
    let deposit = world.wire.notifications();
    let path = "/payments/order1/virtual-account/close";
    let closed = world.while_held(world.post(path, &json!({})), &deposit[0]).await;
    assert_ne!(closed.status, 200, "{}", closed.text);
    assert_eq!(world.status("order1").await, "VIRTUAL_ACCOUNT_ISSUED");
    world.advance(TimeDelta::seconds(1));
    let swept = world.engine.follow_up(100).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1));
    assert_eq!(world.status("order1").await, "PAID");
}

impl World {
    /// Delivers a message while a request waits for its PG: the request's answer.
    async fn while_held(&self, request: impl Future<Output = Reply>, message: &Notification) -> Reply {
        self.wire.set(Line::Held);
        let told = async {
            while self.wire.held_count() == 0 {
                tokio::task::yield_now().await;
            }
            self.wire.set(Line::Up);
            assert_eq!(self.notify(message).await.status, 200);
            assert_eq!(self.engine.follow_up(100).await.unwrap().claimed, 0, "the call comes first");
            self.wire.release();
        };
        tokio::join!(request, told).0
    }

    /// How many questions come due within the hour.
    async fn follow_ups_within_an_hour(&self) -> usize {
        let mut claimed = 0;
        for _ in 0..60 {
            claimed += self.engine.follow_up(100).await.unwrap().claimed;
            claimed += self.engine.settle_unknown(100).await.unwrap().claimed;
            self.advance(TimeDelta::minutes(1));
        }
        claimed
    }
}
