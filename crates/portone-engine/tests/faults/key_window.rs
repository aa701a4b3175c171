//! Approvals of billing keys whose holders authenticated in a window.

use portone_core::{
    BillingKey, ChannelKey, Currency, Secret, WindowIssue, WindowIssueMethod, WindowMobile, WindowSettings,
};
use portone_engine::event::EventKind;
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus, OpenSubject};
use portone_engine::request::Extras;
use portone_engine::{
    ConfirmBillingKeyRequest, EngineError, OpenKeyWindowRequest, OpenedKeyWindow, issue_token,
};
use serde_json::{Value, json};

use super::world::{KPN, World, customer};
use super::{Class, arm, class, disarm, faults, is_booked, keys_at_pg};

const STOLEN: &str = "4000000000000002";

fn window(world: &World, method: WindowIssueMethod) -> OpenKeyWindowRequest {
    OpenKeyWindowRequest {
        caller: world.caller(),
        channel: ChannelKey::parse(KPN).unwrap(),
        window: WindowIssue {
            method,
            issue_id: None,
            issue_name: Some("Monthly pass".to_owned()),
            display_amount: None,
            currency: Some(Currency::KRW),
            customer: customer(),
            bypass: None,
            settings: WindowSettings::default(),
        },
        customer_uid: None,
        extras: Extras::default(),
    }
}

async fn opened(world: &World) -> OpenedKeyWindow {
    let card = WindowIssueMethod::Card { card_company: None };
    world.engine.open_key_window(window(world, card)).await.unwrap()
}

/// The holder authenticates in the window: the token that its page hands to the server.
async fn authenticated(world: &World, opened: &OpenedKeyWindow, card: &str) -> Secret<String> {
    let call: Value = serde_json::from_slice(opened.call.arguments.bytes()).unwrap();
    let done = world.posted("/windows", &json!({"call": call, "cardNumber": card})).await;
    issue_token(&opened.record.key, &done["billingIssueToken"].as_str().unwrap().into())
}

fn request(world: &World, token: &Secret<String>) -> ConfirmBillingKeyRequest {
    ConfirmBillingKeyRequest {
        caller: world.caller(),
        billing_issue_token: token.clone(),
        is_test: Some(true),
        skip_webhook: false,
    }
}

async fn record(world: &World, key: &BillingKey) -> BillingKeyRecord {
    world.engine.store().billing_key(&world.caller().store_id, key).await.unwrap().unwrap()
}

#[tokio::test]
async fn confirm_billing_key() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let before = keys_at_pg(&world, "ISSUED").await;
        let window = opened(&world).await;
        let key = &window.record.key;
        let token = authenticated(&world, &window, super::APPROVED).await;
        arm(&world, "CONFIRM_BILLING_KEY", fault.as_ref()).await;
        let result = world.engine.confirm_billing_key(request(&world, &token)).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        if expected == Class::Unknown {
            assert_eq!(record(&world, key).await.status, BillingKeyStatus::Pending, "{name}");
            let again = world.engine.confirm_billing_key(request(&world, &token)).await;
            assert_eq!(class(&again), Class::Unknown, "{name}: it is not sent again meanwhile");
            settle_confirm(&world).await;
        }
        let status = match (is_booked(fault.as_ref()), expected) {
            (true, _) => BillingKeyStatus::Issued,
            // The PG refused, and the token is spent.
            (false, Class::Declined) => BillingKeyStatus::Failed,
            (false, _) => BillingKeyStatus::Pending,
        };
        assert_eq!(record(&world, key).await.status, status, "{name}");
        // What was authenticated stands until it is approved, and is approved once.
        let again = world.engine.confirm_billing_key(request(&world, &token)).await;
        match status {
            BillingKeyStatus::Issued => {
                assert_eq!(again, Err(EngineError::BillingKeyAlreadyIssued), "{name}");
            }
            BillingKeyStatus::Failed => assert_eq!(again, Err(EngineError::BillingKeyNotFound), "{name}"),
            _ => assert_eq!(again.as_ref(), Ok(key), "{name}"),
        }
        let issued = usize::from(status != BillingKeyStatus::Failed);
        assert_eq!(keys_at_pg(&world, "ISSUED").await - before, issued, "{name}");
    }
}

/// Sweeps until no approval is open; windows may be.
async fn settle_confirm(world: &World) {
    for _ in 0..20 {
        let open = world.engine.store().open_attempts(100).await.unwrap();
        if !open.iter().any(|attempt| matches!(attempt.subject, OpenSubject::ConfirmKey { .. })) {
            return;
        }
        world.clock.advance(chrono::TimeDelta::seconds(31));
        world.engine.settle_unknown(100).await.unwrap();
    }
    panic!("an approval is still open");
}

/// A request that is not about this window changes nothing, and a key from a window pays as any other.
#[tokio::test]
async fn v2_051_a_key_is_issued_by_its_own_token() {
    let world = World::new().await;
    let window = opened(&world).await;
    let token = authenticated(&world, &window, super::APPROVED).await;
    let sent = || world.wire.sent.lock().unwrap().len();
    let before = sent();
    let good = request(&world, &token);
    let live = ConfirmBillingKeyRequest { is_test: Some(false), ..request(&world, &token) };
    let refused = world.engine.confirm_billing_key(live).await;
    assert_eq!(refused, Err(EngineError::InformationMismatch("isTest")));
    for wrong in ["no token of ours", "billing-key-unknown-0000.token"] {
        let refused = world.engine.confirm_billing_key(request(&world, &wrong.into())).await;
        assert_eq!(refused, Err(EngineError::BillingKeyNotFound), "{wrong}");
    }
    assert_eq!(sent(), before, "nothing was sent");
    let forged = issue_token(&window.record.key, &"forged".into());
    let refused = world.engine.confirm_billing_key(request(&world, &forged)).await;
    assert_eq!(refused, Err(EngineError::BillingKeyNotFound));
    assert_eq!(record(&world, &window.record.key).await.status, BillingKeyStatus::Pending);
    let key = world.engine.confirm_billing_key(good).await.unwrap();
    assert_eq!(kinds(&world).await, [EventKind::BillingKeyReady, EventKind::BillingKeyIssued]);
    let id = world.payment_id();
    world.engine.pay_with_billing_key(world.key_request(&id, &key)).await.unwrap();
    world.assert_ledgers_agree(&id).await;
}

async fn kinds(world: &World) -> Vec<EventKind> {
    let events = world.engine.store().events(&world.caller().store_id, 0, 100).await.unwrap();
    events.into_iter().map(|(_, event)| event.kind).collect()
}

#[tokio::test]
async fn a_muted_approval_announces_nothing() {
    let world = World::new().await;
    let window = opened(&world).await;
    let token = authenticated(&world, &window, super::APPROVED).await;
    let muted = ConfirmBillingKeyRequest { skip_webhook: true, ..request(&world, &token) };
    world.engine.confirm_billing_key(muted).await.unwrap();
    assert_eq!(kinds(&world).await, [EventKind::BillingKeyReady]);
}

#[tokio::test]
async fn a_refused_card_fails_the_key() {
    let world = World::new().await;
    let window = opened(&world).await;
    let token = authenticated(&world, &window, STOLEN).await;
    let refused = world.engine.confirm_billing_key(request(&world, &token)).await;
    assert_eq!(class(&refused), Class::Declined);
    assert_eq!(record(&world, &window.record.key).await.status, BillingKeyStatus::Failed);
    assert_eq!(kinds(&world).await, [EventKind::BillingKeyReady, EventKind::BillingKeyFailed]);
}

/// A window that nobody finishes fails after its time, and not before.
#[tokio::test]
async fn an_abandoned_window_fails_in_the_end() {
    let world = World::new().await;
    let window = opened(&world).await;
    let key = &window.record.key;
    world.clock.advance(chrono::TimeDelta::minutes(29));
    world.engine.settle_unknown(10).await.unwrap();
    assert_eq!(record(&world, key).await.status, BillingKeyStatus::Pending);
    world.clock.advance(chrono::TimeDelta::minutes(2));
    world.engine.settle_unknown(10).await.unwrap();
    assert_eq!(record(&world, key).await.status, BillingKeyStatus::Failed);
    assert_eq!(world.open_attempts().await, 0);
}

/// Two approvals at once: one reaches the upstream.
#[tokio::test]
async fn a_key_is_approved_once_at_a_time() {
    let world = World::new().await;
    let window = opened(&world).await;
    let token = authenticated(&world, &window, super::APPROVED).await;
    let gate = world.wire.hold_next();
    let first = world.engine.confirm_billing_key(request(&world, &token));
    let second = async {
        gate.reached.notified().await;
        let result = world.engine.confirm_billing_key(request(&world, &token)).await;
        gate.open.notify_one();
        result
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first, Ok(window.record.key));
    assert_eq!(second, Err(EngineError::UnknownOutcome));
}

#[tokio::test]
async fn windows_issue_keys_of_cards_only() {
    let world = World::new().await;
    let mobile = window(&world, WindowIssueMethod::Mobile(WindowMobile::default()));
    let refused = world.engine.open_key_window(mobile).await;
    let Err(error @ EngineError::NoChannel(_)) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("KPN-050"), "{error}");
    assert_eq!(world.open_attempts().await, 0);
}
