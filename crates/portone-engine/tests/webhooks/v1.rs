//! V1's webhooks (rules V1-090 to V1-098): which there are, in which words, and how often.

use portone_core::{WebhookBreak, WebhookMessage, WebhookReply, WebhookSender};
use portone_engine::ledger::Face;
use portone_engine::request::CreateScheduleRequest;
use serde_json::json;

use super::*;
use crate::world::SMARTRO;

const OVER_LIMIT: &str = "4000000000000010";

/// A shop's V1 URL as the document has it: unsigned, and tried once.
fn plain(shop: &Shop, format: WebhookFormat) -> WebhookEndpoint {
    WebhookEndpoint { is_redelivered: false, ..shop.endpoint_of("/v1", format, Environment::Test, &[]) }
}

async fn pay_through(world: &World, face: Face, number: &str) -> PaymentId {
    let id = world.payment_id();
    let mut request = world.card_request(&id, by_channel(KPN), number);
    request.caller.face = face;
    let paid = world.engine.pay_instantly(request).await;
    assert_eq!(paid.is_ok(), number == APPROVED, "{paid:?}");
    id
}

#[tokio::test]
async fn v1_091_a_payment_is_told_by_its_imp_uid_and_nobody_signs_it() {
    let shop = Shop::open().await;
    let world = world(vec![plain(&shop, WebhookFormat::V1Json)]).await;
    for face in [Face::V1, Face::V2] {
        let id = pay_through(&world, face, APPROVED).await;
        assert_eq!(deliver(&world).await, (1, 1));
        let imp_uid = world.payment(&id).await.imp_uid.to_string();
        let told = shop.received().pop().unwrap();
        assert_eq!(told.json(), json!({"imp_uid": imp_uid, "merchant_uid": id, "status": "paid"}));
        assert_eq!(told.header("content-type"), "application/json");
        let own = |name: &str| told.headers.iter().any(|(header, _)| header == name);
        assert!(!own("webhook-signature") && !own("webhook-id") && !own("webhook-timestamp"));
        assert_eq!(log(&world, &id).await[0].status, Some(DeliveryStatus::Succeeded));
    }
}

#[tokio::test]
async fn v1_091_a_form_says_the_same_and_a_cancel_names_itself() {
    let shop = Shop::open().await;
    let world = world(vec![plain(&shop, WebhookFormat::V1Form)]).await;
    let id = pay_through(&world, Face::V1, APPROVED).await;
    let cancellation = world.engine.cancel(world.cancel_request(&id, Some(1000))).await.unwrap();
    while deliver(&world).await.0 > 0 {}
    let bodies: Vec<String> =
        shop.received().into_iter().map(|it| String::from_utf8(it.body).unwrap()).collect();
    let imp_uid = world.payment(&id).await.imp_uid;
    let of_all = format!("imp_uid={imp_uid}&merchant_uid={id}");
    assert_eq!(
        bodies,
        [
            format!("{of_all}&status=paid"),
            format!("{of_all}&status=cancelled&cancellation_id={}", cancellation.id)
        ]
    );
    assert_eq!(shop.received()[0].header("content-type"), "application/x-www-form-urlencoded");
}

/// What V1 does not send: an ordinary failure, a key, a window. What it does: an account that waits, one that is closed, and
/// the failure of a schedule.
#[tokio::test]
async fn v1_090_a_failure_is_told_of_schedules_only() {
    let shop = Shop::open().await;
    let both = vec![plain(&shop, WebhookFormat::V1Json), shop.endpoint("/v2", WebhookFormat::V2024April)];
    let world = world(both).await;
    pay_through(&world, Face::V1, OVER_LIMIT).await;
    let account = world.payment_id();
    world.engine.pay_instantly(world.account_request(&account, by_channel(SMARTRO))).await.unwrap();
    world.engine.close_virtual_account(&world.caller(), &account).await.unwrap();
    let issued = world.engine.issue_billing_key(world.issue_request(by_channel(KPN), OVER_LIMIT)).await;
    let key = issued.unwrap().key;
    let scheduled = world.payment_id();
    let time_to_pay = world.clock_time() + TimeDelta::minutes(10);
    let request = CreateScheduleRequest { pay: world.key_request(&scheduled, &key), time_to_pay };
    world.engine.create_schedule(request).await.unwrap();
    world.clock.advance(TimeDelta::minutes(11));
    world.engine.run_due_schedules(10).await.unwrap();
    while deliver(&world).await.0 > 0 {}
    let (v1, v2): (Vec<_>, Vec<_>) = shop.received().into_iter().partition(|it| it.path == "/v1");
    let told: Vec<_> =
        v1.iter().map(Received::json).map(|it| (it["merchant_uid"].clone(), it["status"].clone())).collect();
    let closed = [(json!(account), json!("ready")), (json!(account), json!("cancelled"))];
    assert_eq!(told[..2], closed);
    assert_eq!(told[2..], [(json!(scheduled), json!("failed"))]);
    assert!(v2.len() >= 5, "the others have all of it: {}", v2.len());
}

/// Remembers how long each message may take, and reaches nobody.
#[derive(Debug, Default)]
struct Patience(Mutex<Vec<Option<Duration>>>);

#[async_trait::async_trait]
impl WebhookSender for Patience {
    async fn send(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak> {
        self.0.lock().unwrap().push(message.deadline);
        Err(WebhookBreak("nobody is there".to_owned()))
    }
}

/// To connect 10 s and to be answered 30 s, and again 15 s in all.
#[tokio::test]
async fn v1_094_a_shop_has_less_time_the_second_time() {
    let shop = Shop::open().await;
    let wanted = WebhookEndpoint { is_redelivered: true, ..plain(&shop, WebhookFormat::V1Json) };
    let world = world(vec![wanted]).await;
    pay_through(&world, Face::V1, APPROVED).await;
    let patience = Patience::default();
    for _ in 0..2 {
        world.engine.deliver_due(&patience, 100).await.unwrap();
        world.clock.advance(TimeDelta::minutes(1));
    }
    let seconds: Vec<u64> = patience.0.lock().unwrap().iter().map(|it| it.unwrap().as_secs()).collect();
    assert_eq!(seconds, [40, 15]);
}

#[tokio::test]
async fn v1_095_a_message_is_tried_once_unless_the_shop_wants_more() {
    let shop = Shop::open().await;
    shop.answers(500);
    let world = world(vec![plain(&shop, WebhookFormat::V1Json)]).await;
    let id = pay_through(&world, Face::V1, APPROVED).await;
    assert_eq!(deliver(&world).await, (1, 0));
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(deliver(&world).await, (0, 0));
    assert_eq!(log(&world, &id).await[0].due_at, None);
}

#[tokio::test]
async fn v1_095_a_shop_that_wants_more_is_tried_five_times_again_a_minute_apart() {
    let shop = Shop::open().await;
    shop.answers(503);
    let wanted = WebhookEndpoint { is_redelivered: true, ..plain(&shop, WebhookFormat::V1Json) };
    let world = world(vec![wanted]).await;
    let id = pay_through(&world, Face::V1, APPROVED).await;
    assert_eq!(deliver(&world).await, (1, 0));
    for again in 1..=5 {
        world.clock.advance(TimeDelta::seconds(59));
        assert_eq!(deliver(&world).await, (0, 0), "before minute {again}");
        world.clock.advance(TimeDelta::seconds(1));
        assert_eq!(deliver(&world).await, (1, 0), "after minute {again}");
    }
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(deliver(&world).await, (0, 0), "it is given up");
    let received = shop.received();
    assert!(received.len() == 6 && received.iter().all(|it| it.body == received[0].body));
    assert_eq!(log(&world, &id).await[0].execution_count, 6);
    shop.answers(404);
    let other = pay_through(&world, Face::V1, APPROVED).await;
    assert_eq!(deliver(&world).await, (1, 0));
    assert_eq!(log(&world, &other).await[0].due_at, None, "a 4xx is final");
}

#[tokio::test]
async fn v1_092_a_request_s_own_url_is_told_in_the_words_of_its_api() {
    let shop = Shop::open().await;
    let signed = shop.endpoint("/v1", WebhookFormat::V1Form);
    let world = world(vec![shop.endpoint("/v2", WebhookFormat::V2024April), signed]).await;
    for (face, path) in [(Face::V1, "/notice-v1"), (Face::V2, "/notice-v2")] {
        let mut request = world.card_request(&world.payment_id(), by_channel(KPN), APPROVED);
        request.caller.face = face;
        request.extras.notice_urls = vec![format!("{}{path}", shop.url)];
        world.engine.pay_instantly(request).await.unwrap();
        assert_eq!(deliver(&world).await, (1, 1));
    }
    let [v1, v2]: [Received; 2] = shop.received().try_into().unwrap();
    assert_eq!((v1.path.as_str(), v2.path.as_str()), ("/notice-v1", "/notice-v2"));
    assert_eq!(v1.header("content-type"), "application/x-www-form-urlencoded");
    assert!(v1.signed_by(KEY), "by the secret of the shop's V1 URL, which it may leave out");
    assert_eq!(v2.json()["type"], "Transaction.Paid");
}

/// A payment made through V1 goes by its `imp_uid` in V2's messages too (rule V1-103).
#[tokio::test]
async fn v1_103_v2_tells_a_payment_of_v1_by_its_imp_uid() {
    let shop = Shop::open().await;
    let old = shop.endpoint("/old", WebhookFormat::V2024JanuaryJson);
    let world = world(vec![shop.endpoint("/new", WebhookFormat::V2024April), old]).await;
    let id = pay_through(&world, Face::V1, APPROVED).await;
    assert_eq!(deliver(&world).await, (2, 2));
    let imp_uid = world.payment(&id).await.imp_uid.to_string();
    for told in shop.received() {
        let body = told.json();
        let shown = body.pointer("/data/transactionId").or_else(|| body.get("tx_id"));
        assert_eq!(shown, Some(&json!(imp_uid)), "{body}");
    }
}

/// One whose id is too long for V1 goes by its `imp_uid` in both members.
#[tokio::test]
async fn v1_021_a_long_payment_id_is_no_merchant_uid() {
    let shop = Shop::open().await;
    let world = world(vec![plain(&shop, WebhookFormat::V1Json)]).await;
    let id: PaymentId = "o".repeat(41).parse().unwrap();
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    assert_eq!(deliver(&world).await, (1, 1));
    let body = shop.received()[0].json();
    assert_eq!(body["merchant_uid"], body["imp_uid"]);
}
