//! `POST /billing-keys/confirm-issue-and-pay`, after `POST /admin/windows`

use serde_json::{Value, json};

use crate::welcome::WELCOME;
use crate::world::{KPN, Line, STORE, World, with};

const CONFIRM: &str = "/billing-keys/confirm-issue-and-pay";

fn call(payment_id: &str) -> Value {
    json!({"storeId": STORE, "channelKey": WELCOME, "billingKeyAndPayMethod": "MOBILE", "paymentId": payment_id,
        "orderName": "Monthly pass", "totalAmount": 8900, "currency": "CURRENCY_KRW", "productType": "DIGITAL",
        "customData": {"mine": 1}, "customer": {"customerId": "customer1", "fullName": "Kim Port",
            "phoneNumber": "01000001234", "email": "port@example.com"}})
}

/// A window that issues a billing key and pays, open.
pub(crate) async fn opened(world: &World, payment_id: &str) -> Value {
    let reply = world.admin("POST", "/admin/windows", Some(&call(payment_id))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// The telephone's owner finishes the window: the body its page's shop sends.
pub(crate) fn finished(world: &World, opened: &Value) -> Value {
    let done = world.control("/windows", &json!({"call": opened["arguments"]}));
    assert_eq!(
        (&done["billingKey"], &done["paymentId"]),
        (&json!("NEEDS_CONFIRMATION"), &opened["paymentId"])
    );
    let (key, token) = (opened["billingKey"].as_str().unwrap(), done["billingIssueToken"].as_str().unwrap());
    json!({"billingIssueToken": format!("{key}.{token}"), "totalAmount": 8900, "currency": "KRW", "isTest": true})
}

#[tokio::test]
async fn v2_051_a_key_is_issued_and_pays_at_once() {
    let world = World::with_issue_and_pay().await;
    let opened = opened(&world, "order1").await;
    assert_eq!(opened["function"], "requestIssueBillingKeyAndPay");
    assert_eq!(opened["arguments"]["customData"]["attemptId"], opened["transactionId"]);
    let (key, path) =
        (&opened["billingKey"], format!("/billing-keys/{}", opened["billingKey"].as_str().unwrap()));
    assert_eq!(world.get(&path).await.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    assert_eq!(world.get("/payments/order1").await.json()["status"], "READY");
    let body = finished(&world, &opened);
    for (member, value) in
        [("paymentId", json!("order2")), ("totalAmount", json!(1)), ("isTest", json!(false))]
    {
        let wrong = world.post(CONFIRM, &with(body.clone(), &format!("/{member}"), value)).await;
        assert_eq!(wrong.error(), (409, "INFORMATION_MISMATCH".to_owned()), "{member}");
    }
    let key_only = json!({"billingIssueToken": body["billingIssueToken"]});
    let refused = world.post("/billing-keys/confirm", &key_only).await;
    assert_eq!(refused.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    let reply = world.post(CONFIRM, &body).await;
    assert_eq!((reply.status, &reply.json()), (200, &json!({"billingKey": key, "paymentId": "order1"})));
    let issued = world.get(&path).await.json();
    assert_eq!(issued["status"], "ISSUED");
    let method = json!({"type": "BillingKeyPaymentMethodMobile", "phoneNumber": "01000001234"});
    assert_eq!(issued["methods"][0], method);
    let paid = world.get("/payments/order1").await.json();
    assert_eq!((&paid["status"], &paid["billingKey"]), (&json!("PAID"), key));
    assert_eq!(paid["method"], json!({"type": "PaymentMethodMobile", "phoneNumber": "01000001234"}));
    assert_eq!(world.post(CONFIRM, &body).await.error(), (409, "BILLING_KEY_ALREADY_ISSUED".to_owned()));
}

/// A reply that is lost is no error of the PG's: it is told as not known, and found out.
#[tokio::test]
async fn a_lost_reply_is_found_out() {
    let world = World::with_issue_and_pay().await;
    let opened = opened(&world, "order1").await;
    let body = finished(&world, &opened);
    world.wire.set(Line::Dumb);
    let lost = world.post(CONFIRM, &body).await;
    assert_eq!((lost.error().0, &lost.json()["pgCode"]), (502, &json!("UNKNOWN_OUTCOME")));
    world.wire.set(Line::Up);
    assert_eq!(world.post(CONFIRM, &body).await.json()["pgCode"], "UNKNOWN_OUTCOME", "it is not sent again");
    world.advance(chrono::TimeDelta::seconds(90));
    world.engine.settle_unknown(10).await.unwrap();
    assert_eq!(world.get("/payments/order1").await.json()["status"], "PAID");
    assert_eq!(world.post(CONFIRM, &body).await.error(), (409, "BILLING_KEY_ALREADY_ISSUED".to_owned()));
}

#[tokio::test]
async fn only_such_a_windows_token_is_taken() {
    let world = World::with_issue_and_pay().await;
    let unknown = world.post(CONFIRM, &json!({"billingIssueToken": "another"})).await;
    assert_eq!(unknown.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    assert!(!unknown.text.contains("another"), "a token is never repeated");
    let window = crate::billing_keys_confirm::opened(&world).await;
    let key_only = crate::billing_keys_confirm::finished(&world, &window, crate::world::APPROVED);
    assert_eq!(world.post(CONFIRM, &key_only).await.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    let missing = world.post(CONFIRM, &json!({"isTest": true})).await;
    assert_eq!(missing.error(), (400, "INVALID_REQUEST".to_owned()));
    let kpn = with(call("order9"), "/channelKey", json!(KPN));
    let refused = world.admin("POST", "/admin/windows", Some(&kpn)).await;
    assert_eq!((refused.status, refused.text.contains("KPN-CAP")), (409, true), "{}", refused.text);
}
