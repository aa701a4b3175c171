//! `GET /admin/webhooks` and `POST /admin/webhooks/{id}/replay`

use serde_json::{Value, json};

use crate::world::{APPROVED, KPN, OTHER_STORE, STORE, World, card_payment, with};

#[tokio::test]
async fn webhooks_are_listed_page_by_page_and_sent_again() {
    let world = World::new().await;
    let urls = json!(["https://shop.example/1", "https://shop.example/2", "https://shop.example/3"]);
    let body = with(card_payment(KPN, APPROVED), "/noticeUrls", urls);
    assert_eq!(world.post("/payments/order1/instant", &body).await.status, 200);
    let list = async |query: &str| {
        let reply = world.admin("GET", &format!("/admin/webhooks?storeId={STORE}{query}"), None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["items"].as_array().unwrap().clone()
    };
    let first = list("&limit=2").await;
    assert_eq!(first.len(), 2);
    let told = json!({"type": first[0]["type"], "paymentId": first[0]["paymentId"], "version": first[0]["version"],
        "url": first[0]["url"], "dueAt": first[0]["dueAt"]});
    let expected = json!({"type": "Transaction.Paid", "paymentId": "order1", "version": "2024-04-25",
        "url": "https://shop.example/1", "dueAt": "2026-11-21T00:00:00.125Z"});
    assert_eq!(told, expected);
    let rest = list(&format!("&after={}", first[1]["number"])).await;
    assert_eq!(rest.iter().map(|it| it["url"].clone()).collect::<Vec<Value>>(), ["https://shop.example/3"]);
    let id = rest[0]["id"].as_str().unwrap();
    let path = format!("/admin/webhooks/{id}/replay?storeId=");
    let replayed = world.admin("POST", &format!("{path}{STORE}"), None).await;
    assert_eq!((replayed.status, replayed.json()["trigger"].as_str()), (200, Some("MANUAL")));
    assert_eq!(world.admin("POST", &format!("{path}{OTHER_STORE}"), None).await.status, 404);
    let query = format!("/admin/webhooks?storeId={STORE}&after=x&colour=red");
    assert_eq!(world.admin("GET", &query, None).await.status, 400);
    assert_eq!(world.get(&format!("/admin/webhooks?storeId={STORE}")).await.status, 401);
}
