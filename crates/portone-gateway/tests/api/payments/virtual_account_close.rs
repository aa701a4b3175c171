//! `POST /payments/{paymentId}/virtual-account/close`

use insta::assert_json_snapshot;

use crate::http::Call;
use crate::world::{SMARTRO, World, account_payment};

const CLOSE: &str = "/payments/order1/virtual-account/close";

#[tokio::test]
async fn an_account_is_closed_once() {
    let world = World::new().await;
    assert_eq!(world.post("/payments/order1/instant", &account_payment(SMARTRO)).await.status, 200);
    let reply = world.send(Call::new("POST", CLOSE).shop()).await;
    assert_eq!(reply.status, 200);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "closedAt": "2026-11-21T00:00:00.125Z"
    }
    "#);
    let payment = world.get("/payments/order1").await.json();
    assert_eq!(payment["status"], "CANCELLED");
    assert_eq!(payment["cancellations"], serde_json::json!([]));
    let again = world.send(Call::new("POST", CLOSE).shop()).await;
    assert_eq!(again.error(), (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT".to_owned()));
}

#[tokio::test]
async fn only_an_account_that_waits_can_be_closed() {
    let world = World::new().await;
    let unknown = world.send(Call::new("POST", CLOSE).shop()).await;
    assert_eq!(unknown.error(), (404, "PAYMENT_NOT_FOUND".to_owned()));
    world.paid("order1").await;
    let paid = world.send(Call::new("POST", CLOSE).shop()).await;
    assert_eq!(paid.error(), (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT".to_owned()));
}
