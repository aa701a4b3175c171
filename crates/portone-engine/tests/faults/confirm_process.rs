//! The shop is asked before an approval (rule V2-111), where the window names a URL.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portone_core::{WebhookBreak, WebhookMessage, WebhookReply, WebhookSender};
use portone_engine::event::EventKind;
use portone_engine::ledger::{Face, PaymentStatus};
use portone_engine::{EngineError, OpenWindowRequest};
use serde_json::{Value, json};

use super::confirm::{authenticated, request, window, won};
use super::world::World;

/// A shop that answers one thing, and remembers what it was asked.
struct Shop {
    answer: Result<WebhookReply, WebhookBreak>,
    asked: Mutex<Vec<WebhookMessage>>,
}

#[async_trait]
impl WebhookSender for Shop {
    async fn send(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak> {
        self.asked.lock().unwrap().push(message.clone());
        self.answer.clone()
    }
}

fn shop(status: u16, body: &Value) -> Arc<Shop> {
    let reply = WebhookReply { status, headers: Vec::new(), body: body.to_string().into_bytes() };
    Arc::new(Shop { answer: Ok(reply), asked: Mutex::default() })
}

async fn asking(shop: &Arc<Shop>) -> World {
    let mut world = World::new().await;
    world.engine = world.engine.with_confirm_process(Arc::clone(shop) as Arc<dyn WebhookSender>);
    world
}

fn with_url(world: &World, id: &portone_core::PaymentId, url: &str) -> OpenWindowRequest {
    let mut request = window(world, id, won(8900));
    request.window.confirm_url = Some(url.to_owned());
    request
}

#[tokio::test]
async fn v2_111_a_shop_that_agrees_is_asked_before_the_pg() {
    let shop = shop(200, &json!({}));
    let world = asking(&shop).await;
    let id = world.payment_id();
    let opened =
        world.engine.open_window(with_url(&world, &id, "https://shop.example/confirm")).await.unwrap();
    let arguments = String::from_utf8(opened.call.arguments.bytes().to_vec()).unwrap();
    assert!(!arguments.contains("confirmUrl"), "the upstream would ask a second time: {arguments}");
    let token = authenticated(&world, &opened, super::APPROVED).await;
    let gate = world.wire.hold_next();
    let confirm = world.engine.confirm_payment(request(&world, &id, &token));
    let meanwhile = async {
        gate.reached.notified().await;
        assert_eq!(shop.asked.lock().unwrap().len(), 1, "asked before anything is sent");
        gate.open.notify_one();
    };
    let (paid, ()) = tokio::join!(confirm, meanwhile);
    assert!(paid.is_ok(), "{paid:?}");
    let asked = shop.asked.lock().unwrap()[0].clone();
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(asked.url, "https://shop.example/confirm");
    assert_eq!(body["type"], "Transaction.Confirm");
    let data = json!({"paymentId": id, "transactionId": opened.transaction.id, "totalAmount": 8900});
    assert_eq!(body["data"], data);
    assert_eq!(world.status(&id).await, PaymentStatus::Paid);
}

/// A shop that does not agree, or does not answer, stops the payment: nothing is sent, and its words are handed back.
#[tokio::test]
async fn v2_111_a_shop_that_does_not_agree_stops_the_payment() {
    let away =
        Arc::new(Shop { answer: Err(WebhookBreak("no reply in time".to_owned())), asked: Mutex::default() });
    let cases = [
        (shop(400, &json!({"errorMessage": "sold out"})), "sold out"),
        (shop(500, &json!("?")), "the shop did not agree"),
        (shop(302, &json!({})), "the shop did not agree"),
        (away, "the shop could not be asked: no reply in time"),
    ];
    for (shop, words) in cases {
        let world = asking(&shop).await;
        let id = world.payment_id();
        let opened = world.engine.open_window(with_url(&world, &id, "https://shop.example/c")).await.unwrap();
        let token = authenticated(&world, &opened, super::APPROVED).await;
        let sent = world.wire.sent.lock().unwrap().len();
        let refused = world.engine.confirm_payment(request(&world, &id, &token)).await;
        let Err(EngineError::Declined(decline)) = &refused else { panic!("{refused:?}") };
        assert_eq!((decline.code.as_str(), decline.message.as_str()), ("ConfirmProcessFailed", words));
        assert_eq!(world.wire.sent.lock().unwrap().len(), sent, "{words}: nothing was sent");
        let payment = world.payment(&id).await;
        assert_eq!(
            (payment.status, payment.failure.unwrap().reason.as_str()),
            (PaymentStatus::Failed, words)
        );
        let events = world.engine.store().events(&world.caller().store_id, 0, 10).await.unwrap();
        let kinds: Vec<EventKind> = events.into_iter().map(|(_, event)| event.kind).collect();
        assert_eq!(kinds, [EventKind::Ready, EventKind::Failed]);
        assert_eq!(world.open_attempts().await, 0);
        world.assert_ledgers_agree(&id).await;
    }
}

/// A V1 window's shop is asked in V1's words, agrees by 200 alone, and its reason stands in V1's sentence.
#[tokio::test]
async fn v1_102_a_shop_of_v1_is_asked_and_told_in_its_own_words() {
    let cases = [
        (200, json!({}), None),
        (202, json!({}), Some("알 수 없음")),
        (400, json!({"reason": "sold out"}), Some("sold out")),
        (500, json!("?"), Some("알 수 없음")),
    ];
    for (status, body, reason) in cases {
        let shop = shop(status, &body);
        let world = asking(&shop).await;
        let id = world.payment_id();
        let mut open = with_url(&world, &id, "https://shop.example/c");
        open.caller.face = Face::V1;
        let opened = world.engine.open_window(open).await.unwrap();
        let token = authenticated(&world, &opened, super::APPROVED).await;
        let confirmed = world.engine.confirm_payment(request(&world, &id, &token)).await;
        let payment = world.payment(&id).await;
        let asked: Value = serde_json::from_slice(&shop.asked.lock().unwrap()[0].body).unwrap();
        let imp_uid = payment.imp_uid.to_string();
        assert_eq!(asked, json!({"imp_uid": imp_uid, "merchant_uid": id, "amount": 8900}));
        match reason {
            None => assert!(confirmed.is_ok(), "{confirmed:?}"),
            Some(reason) => {
                let told = format!("고객사 요청에 의해 결제를 중단합니다. (상세사유 : {reason})");
                assert_eq!(payment.failure.map(|failure| failure.reason), Some(told), "{status}");
            }
        }
    }
}

#[tokio::test]
async fn v2_111_a_url_that_nobody_can_be_asked_at_opens_no_window() {
    let world = asking(&shop(200, &json!({}))).await;
    let bad = world.engine.open_window(with_url(&world, &world.payment_id(), "shop.example")).await;
    assert!(matches!(bad, Err(EngineError::ConfirmUrl(_))), "{bad:?}");
    let mute = World::new().await;
    let unasked = mute.engine.open_window(with_url(&mute, &mute.payment_id(), "https://shop.example")).await;
    assert!(matches!(unasked, Err(EngineError::ConfirmUrl(_))), "{unasked:?}");
    assert_eq!(mute.open_attempts().await, 0);
}
