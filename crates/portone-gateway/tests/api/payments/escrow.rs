//! `/payments/{paymentId}/escrow/logistics`, `…/escrow/complete` and `…/register-store-receipt`

use chrono::TimeDelta;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::http::Call;
use crate::world::{SMARTRO, World, account_payment, with};

const LOGISTICS: &str = "/payments/order1/escrow/logistics";
const COMPLETE: &str = "/payments/order1/escrow/complete";
const STORE_RECEIPT: &str = "/payments/order1/register-store-receipt";

fn delivery(number: &str) -> Value {
    let party = json!({"name": "Port Kim", "phoneNumber": "01000001234", "zipcode": "06133",
        "address": {"addressLine1": "Teheran-ro 1", "addressLine2": "5F"}});
    json!({"sender": party, "receiver": party,
        "logistics": {"company": "CJ", "invoiceNumber": number, "sentAt": "2026-11-20T09:00:00+09:00"}})
}

fn sub_shop() -> Value {
    json!({"items": [{"storeBusinessRegistrationNumber": "1234567890", "storeName": "Sub-shop",
        "totalAmount": 8900, "currency": "KRW"}]})
}

async fn escrow(world: &World) -> Value {
    world.get("/payments/order1").await.json()["escrow"].clone()
}

#[tokio::test]
async fn v2_071_a_delivery_is_registered_modified_and_confirmed() {
    let world = World::new().await;
    let held = with(account_payment(SMARTRO), "/isEscrow", json!(true));
    assert_eq!(world.post("/payments/order1/instant", &held).await.status, 200);
    assert_eq!(world.post(LOGISTICS, &delivery("1")).await.error(), (409, "PAYMENT_NOT_PAID".to_owned()));
    world.deposited("order1").await;
    assert_eq!(escrow(&world).await, json!({"status": "BEFORE_REGISTERED"}));
    let early = world.post(COMPLETE, &json!({})).await;
    assert_eq!((early.error(), &early.json()["pgCode"]), ((502, "PG_PROVIDER".to_owned()), &json!("S607")));
    assert_json_snapshot!(world.post(LOGISTICS, &delivery("1")).await.json(), @r#"
    {
      "appliedAt": "2026-11-21T00:00:00.125Z",
      "invoiceNumber": "1",
      "sentAt": "2026-11-20T00:00:00.000Z"
    }
    "#);
    let patch = Call::new("PATCH", LOGISTICS).shop().json(&json!({"logistics": delivery("2")["logistics"]}));
    assert_json_snapshot!(world.send(patch).await.json(), @r#"
    {
      "invoiceNumber": "2",
      "modifiedAt": "2026-11-21T00:00:00.125Z",
      "sentAt": "2026-11-20T00:00:00.000Z"
    }
    "#);
    assert_json_snapshot!(escrow(&world).await, @r#"
    {
      "appliedAt": "2026-11-21T00:00:00.125Z",
      "company": "CJ",
      "invoiceNumber": "2",
      "sentAt": "2026-11-20T00:00:00.000Z",
      "status": "REGISTERED"
    }
    "#);
    assert_json_snapshot!(world.post(COMPLETE, &json!({"fromStore": true})).await.json(), @r#"
    {
      "completedAt": "2026-11-21T00:00:00.125Z"
    }
    "#);
    let confirmed = escrow(&world).await;
    assert_eq!(
        (&confirmed["status"], &confirmed["isAutomaticallyConfirmed"]),
        (&json!("CONFIRMED"), &json!(false))
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_together_and_nothing_is_sent() {
    let world = World::new().await;
    let held = with(account_payment(SMARTRO), "/isEscrow", json!(true));
    world.post("/payments/order1/instant", &held).await;
    world.deposited("order1").await;
    let sent = world.wire.sent_count();
    let body = json!({"logistics": {"company": "FEDX", "sentAt": "yesterday"}, "sendEmail": 1,
        "sender": {"address": {"addressLine1": "Teheran-ro 1"}}});
    let refused = world.post(LOGISTICS, &body).await;
    assert_eq!(refused.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_snapshot!(refused.json()["message"].as_str().unwrap(), @r#"
    V2-071 logistics.company: `FEDX` is no documented value; did you mean `FEDEX`?
    V2-071 logistics.invoiceNumber: is missing; send a text
    V2-071 logistics.sentAt: is not an RFC 3339 time with an offset; write it like 2026-01-31T15:00:00+09:00
    V2-071 sendEmail: is a number; send true or false without quotes
    V2-INPUT sender.address.addressLine2: is missing; send a text, "" if there is none
    "#);
    let bare = json!({"logistics": delivery("1")["logistics"]});
    let message = world.post(LOGISTICS, &bare).await.message();
    assert!(message.contains("SMARTRO-122 sender.name") && message.contains("receiver.address"), "{message}");
    assert_eq!(world.wire.sent_count(), sent);
}

#[tokio::test]
async fn a_payment_that_is_not_in_escrow_or_at_a_pg_without_it_is_refused() {
    let world = World::new().await;
    assert_eq!(world.post(LOGISTICS, &delivery("1")).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    assert_eq!(world.post(COMPLETE, &json!({})).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.paid("order1").await;
    let plain = world.post(LOGISTICS, &delivery("1")).await;
    assert_eq!(plain.error(), (400, "INVALID_REQUEST".to_owned()));
    assert!(plain.message().contains("isEscrow"), "{}", plain.text);
}

#[tokio::test]
async fn sub_shops_are_read_strictly_and_refused_by_every_pg() {
    let world = World::new().await;
    assert_eq!(world.post(STORE_RECEIPT, &sub_shop()).await.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.paid("order1").await;
    let sent = world.wire.sent_count();
    let lacking = world.post(STORE_RECEIPT, &sub_shop()).await;
    assert_eq!(lacking.error(), (400, "INVALID_REQUEST".to_owned()));
    assert!(lacking.message().contains("KPN-CAP"), "{}", lacking.text);
    let body = json!({"items": [{"storeBusinessRegistrationNumber": 1_234_567_890, "totalAmount": 0}]});
    let wrong = world.post(STORE_RECEIPT, &body).await;
    assert_snapshot!(wrong.json()["message"].as_str().unwrap(), @r"
    V2-INPUT items[0].storeBusinessRegistrationNumber: is a number; send a text of digits (the value is not shown)
    V2-INPUT items[0].storeName: is missing; send a text
    V2-INPUT items[0].totalAmount: is 0; send 1 or more
    V2-INPUT items[0].currency: is missing; send a text
    ");
    let none = world.post(STORE_RECEIPT, &json!({"items": []})).await;
    assert!(none.message().contains("items: names no sub-shop"), "{}", none.text);
    assert_eq!(world.wire.sent_count(), sent);
}

/// What carriers and buyers do nobody notifies of: the upstream is asked.
#[tokio::test]
async fn what_becomes_of_a_delivery_is_asked_and_shown() {
    let world = World::new().await;
    let held = with(account_payment(SMARTRO), "/isEscrow", json!(true));
    assert_eq!(world.post("/payments/order1/instant", &held).await.status, 200);
    world.deposited("order1").await;
    assert_eq!(world.post(LOGISTICS, &delivery("1")).await.status, 200);
    for status in ["DELIVERED", "REJECTED", "REJECT_CONFIRMED"] {
        world.control("/payments/order1/escrow", &json!({"status": status}));
        assert_ne!(escrow(&world).await["status"], status, "nobody has asked yet");
        world.advance(TimeDelta::hours(7));
        world.engine.follow_up(100).await.unwrap();
        let told = escrow(&world).await;
        assert_eq!((&told["status"], &told["invoiceNumber"]), (&json!(status), &json!("1")), "{told}");
        assert_eq!(told["sentAt"], "2026-11-20T00:00:00.000Z");
    }
    world.advance(TimeDelta::days(40));
    assert_eq!(world.engine.follow_up(100).await.unwrap().claimed, 0, "it is over");
    let events = world.admin("GET", "/admin/events?storeId=store-test", None).await.json();
    let kinds: Vec<&Value> = events["items"].as_array().unwrap().iter().map(|it| &it["type"]).collect();
    assert_eq!(kinds, ["Transaction.VirtualAccountIssued"], "no document names an announcement of it");
}

#[tokio::test]
async fn a_purchase_that_time_confirms_is_shown_so_and_one_nobody_ends_is_asked_about_for_a_month() {
    let world = World::new().await;
    for id in ["order1", "order2"] {
        let held = with(account_payment(SMARTRO), "/isEscrow", json!(true));
        assert_eq!(world.post(&format!("/payments/{id}/instant"), &held).await.status, 200);
        world.deposited(id).await;
        let path = format!("/payments/{id}/escrow/logistics");
        assert_eq!(world.post(&path, &delivery("1")).await.status, 200);
        world.control(&format!("/payments/{id}/escrow"), &json!({"status": "DELIVERED"}));
    }
    world.control("/payments/order1/escrow", &json!({"status": "CONFIRMED"}));
    let mut asked = 0;
    for _ in 0..(40 * 24) {
        world.advance(TimeDelta::hours(1));
        asked += world.engine.follow_up(100).await.unwrap().claimed;
    }
    let told = escrow(&world).await;
    assert_eq!((&told["status"], &told["isAutomaticallyConfirmed"]), (&json!("CONFIRMED"), &json!(true)));
    assert!((100..200).contains(&asked), "{asked} questions, one each six hours for thirty days");
}
