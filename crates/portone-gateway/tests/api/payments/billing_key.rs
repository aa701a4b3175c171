//! `POST /payments/{paymentId}/billing-key`

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::json;

use crate::world::{APPROVED, GROUP, KPN, OVER_LIMIT, SMARTRO, World, key_payment, with};

#[tokio::test]
async fn a_key_is_charged_at_a_channel_that_holds_it() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let reply = world.post("/payments/order1/billing-key", &key_payment(&key)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "payment": {
        "paidAt": "2026-11-21T00:00:00.125Z",
        "pgTxId": "SMTCA6200F1521BFEAEC0AE"
      }
    }
    "#);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!((&payment["billingKey"], &payment["channel"]["key"]), (&json!(key), &json!(SMARTRO)));
    let pinned = with(key_payment(&key), "/channelKey", json!(KPN));
    assert_eq!(world.post("/payments/order2/billing-key", &pinned).await.status, 200);
    assert_eq!(world.get("/payments/order2").await.json()["channel"]["key"], KPN);
}

#[tokio::test]
async fn documented_errors() {
    let world = World::new().await;
    let unknown = world.post("/payments/order1/billing-key", &key_payment("billing-key-none")).await;
    assert_eq!(unknown.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    let key = world.issued(OVER_LIMIT).await;
    let declined = world.post("/payments/order1/billing-key", &key_payment(&key)).await;
    assert_eq!((declined.status, &declined.json()["pgCode"]), (502, &json!("S102")));
    let pinned = with(key_payment(&key), "/channelKey", json!("channel-key-none"));
    let unpinned = world.post("/payments/order1/billing-key", &pinned).await;
    assert_eq!(unpinned.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
    assert_eq!(world.delete(&format!("/billing-keys/{key}")).await.status, 200);
    let deleted = world.post("/payments/order1/billing-key", &key_payment(&key)).await;
    assert_eq!(deleted.error(), (409, "BILLING_KEY_ALREADY_DELETED".to_owned()));
    world.paid("order2").await;
    let key = world.issued(APPROVED).await;
    let paid = world.post("/payments/order2/billing-key", &key_payment(&key)).await;
    assert_eq!(paid.error(), (409, "ALREADY_PAID".to_owned()));
}

#[tokio::test]
async fn a_group_is_refused_since_the_key_remembers_its_own() {
    let world = World::new().await;
    let body = with(key_payment("billing-key-1"), "/channelGroupId", json!(GROUP));
    let reply = world.post("/payments/order1/billing-key", &body).await;
    assert_snapshot!(reply.message(), @"SR-021 channelGroupId: is not taken here: the billing key remembers its group");
}

#[tokio::test]
async fn a_schedules_wrapper_is_refused_with_the_remedy() {
    let world = World::new().await;
    let body = json!({"payment": key_payment("billing-key-1"), "timeToPay": "2026-12-01T00:00:00Z",
        "locale": "ko", "cashReceipt": {"type": "NONE"}});
    let reply = world.post("/payments/order1/billing-key", &body).await;
    assert_snapshot!(reply.message(), @r"
    V2-083 payment: belongs to /schedule; here the payment's members are at the top
    V2-083 timeToPay: belongs to /schedule; here the payment's members are at the top
    V2-083 billingKey: is missing; send a text
    V2-083 orderName: is missing; send a text
    V2-083 currency: is missing; send a text
    V2-044 amount: is missing; send an object with total, taxFree, vat
    V2-047 cashReceipt.type: `NONE` is no documented value; send one of PERSONAL, CORPORATE, NO_RECEIPT
    V2-083 locale: `ko` is no documented value; send one of KO_KR, EN_US, ZH_CN, ZH_TW, JA_JP, RU_RU, TH_TH, VI_VN
    `payment` is unknown: did you mean `paymentId`?
    ");
}
