//! Approvals of windows that issue a billing key and take the first payment: both happen, or neither.

use portone_core::{
    BillingKey, ChannelKey, PaymentId, Secret, WindowIssueAndPay, WindowIssueAndPayMethod, WindowMobile,
    WindowSettings,
};
use portone_engine::event::EventKind;
use portone_engine::ledger::{BillingKeyStatus, OpenSubject, PaymentStatus};
use portone_engine::request::Extras;
use portone_engine::{
    ConfirmBillingKeyRequest, ConfirmIssueAndPayRequest, EngineError, FixedAmount, OpenIssueAndPayRequest,
    OpenedIssueAndPay, issue_token,
};
use serde_json::{Value, json};

use super::world::{KPN, World, order, welcome::WELCOME};
use super::{Class, arm, class, disarm, faults, is_booked};

fn window(world: &World, id: &PaymentId, channel: &str) -> OpenIssueAndPayRequest {
    OpenIssueAndPayRequest {
        caller: world.caller(),
        channel: ChannelKey::parse(channel).unwrap(),
        window: WindowIssueAndPay {
            order: order(id),
            method: WindowIssueAndPayMethod::Mobile(WindowMobile::default()),
            store_details: None,
            settings: WindowSettings::default(),
        },
        extras: Extras::default(),
    }
}

async fn opened(world: &World) -> (PaymentId, OpenedIssueAndPay) {
    let id = world.payment_id();
    let opened = world.engine.open_issue_and_pay(window(world, &id, WELCOME)).await.unwrap();
    assert_eq!(opened.call.function, "requestIssueBillingKeyAndPay");
    (id, opened)
}

/// The owner of the telephone finishes the window: the token that its page hands to the server.
async fn authenticated(world: &World, opened: &OpenedIssueAndPay) -> Secret<String> {
    let call: Value = serde_json::from_slice(opened.call.arguments.bytes()).unwrap();
    let done = world.posted("/windows", &json!({"call": call})).await;
    assert_eq!(
        (&done["billingKey"], &done["txId"]),
        (&json!("NEEDS_CONFIRMATION"), &json!("NEEDS_CONFIRMATION"))
    );
    issue_token(&opened.record.key, &done["billingIssueToken"].as_str().unwrap().into())
}

fn request(world: &World, token: &Secret<String>) -> ConfirmIssueAndPayRequest {
    ConfirmIssueAndPayRequest {
        caller: world.caller(),
        billing_issue_token: token.clone(),
        payment_id: None,
        amount: FixedAmount { total: Some(8900), ..FixedAmount::default() },
        is_test: Some(true),
        skip_webhook: false,
    }
}

async fn key_status(world: &World, key: &BillingKey) -> BillingKeyStatus {
    world.engine.store().billing_key(&world.caller().store_id, key).await.unwrap().unwrap().status
}

async fn kinds(world: &World) -> Vec<EventKind> {
    let events = world.engine.store().events(&world.caller().store_id, 0, 100).await.unwrap();
    events.into_iter().map(|(_, event)| event.kind).collect()
}

/// Sweeps until no approval is open; windows may be.
async fn settle_confirm(world: &World) {
    for _ in 0..20 {
        let open = world.engine.store().open_attempts(100).await.unwrap();
        if !open.iter().any(|attempt| matches!(attempt.subject, OpenSubject::ConfirmIssueAndPay { .. })) {
            return;
        }
        world.clock.advance(chrono::TimeDelta::seconds(31));
        world.engine.settle_unknown(100).await.unwrap();
    }
    panic!("an approval is still open");
}

/// Whatever happens to the approval, the key and the payment end alike, and as the upstream has them.
#[tokio::test]
async fn confirm_issue_and_pay() {
    let world = World::with_issue_and_pay().await;
    for (name, fault, expected) in faults() {
        let (id, window) = opened(&world).await;
        let key = &window.record.key;
        let token = authenticated(&world, &window).await;
        arm(&world, "CONFIRM_ISSUE_AND_PAY", fault.as_ref()).await;
        let result = world.engine.confirm_issue_and_pay(request(&world, &token)).await;
        assert_eq!(class(&result), expected, "{name}: {result:?}");
        disarm(&world).await;
        if expected == Class::Unknown {
            assert_eq!(world.status(&id).await, PaymentStatus::PayPending, "{name}");
            assert_eq!(key_status(&world, key).await, BillingKeyStatus::Pending, "{name}");
            let again = world.engine.confirm_issue_and_pay(request(&world, &token)).await;
            assert_eq!(class(&again), Class::Unknown, "{name}: it is not sent again meanwhile");
            settle_confirm(&world).await;
        }
        let (status, key_is) = match (is_booked(fault.as_ref()), expected) {
            (true, _) => (PaymentStatus::Paid, BillingKeyStatus::Issued),
            // The PG refused, and the token is spent.
            (false, Class::Declined) => (PaymentStatus::Failed, BillingKeyStatus::Failed),
            (false, _) => (PaymentStatus::Ready, BillingKeyStatus::Pending),
        };
        assert_eq!((world.status(&id).await, key_status(&world, key).await), (status, key_is), "{name}");
        world.assert_ledgers_agree(&id).await;
        // What was authenticated stands until it is approved, and is approved once.
        let again = world.engine.confirm_issue_and_pay(request(&world, &token)).await;
        match status {
            PaymentStatus::Paid => assert_eq!(again, Err(EngineError::BillingKeyAlreadyIssued), "{name}"),
            PaymentStatus::Failed => assert_eq!(again, Err(EngineError::BillingKeyNotFound), "{name}"),
            _ => assert!(again.is_ok(), "{name}: {again:?}"),
        }
        world.assert_ledgers_agree(&id).await;
        if status != PaymentStatus::Failed {
            assert_eq!(world.pg_charges(&id).await, [(8900, 0)], "{name}: once");
            pays_again(&world, key).await;
        }
    }
}

/// The key is the PG's, and pays.
async fn pays_again(world: &World, key: &BillingKey) {
    let id = world.payment_id();
    world.engine.pay_with_billing_key(world.key_request(&id, key)).await.unwrap();
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn v2_051_what_differs_is_not_approved() {
    let world = World::with_issue_and_pay().await;
    let (id, window) = opened(&world).await;
    let token = authenticated(&world, &window).await;
    let sent = || world.wire.sent.lock().unwrap().len();
    let before = sent();
    let good = || request(&world, &token);
    let amount = |amount| ConfirmIssueAndPayRequest { amount, ..good() };
    let none = FixedAmount::default();
    let cases = [
        ("paymentId", ConfirmIssueAndPayRequest { payment_id: Some("another".to_owned()), ..good() }),
        ("totalAmount", amount(FixedAmount { total: Some(8899), ..none })),
        ("taxFreeAmount", amount(FixedAmount { tax_free: Some(1), ..none })),
        ("currency", amount(FixedAmount { currency: Some(portone_core::Currency::USD), ..none })),
        ("isTest", ConfirmIssueAndPayRequest { is_test: Some(false), ..good() }),
    ];
    for (name, request) in cases {
        let refused = world.engine.confirm_issue_and_pay(request).await;
        assert_eq!(refused, Err(EngineError::InformationMismatch(name)));
    }
    let key_only = ConfirmBillingKeyRequest {
        caller: world.caller(),
        billing_issue_token: token.clone(),
        is_test: None,
        skip_webhook: false,
    };
    assert_eq!(world.engine.confirm_billing_key(key_only).await, Err(EngineError::BillingKeyNotFound));
    assert_eq!(sent(), before, "nothing was sent");
    let named = ConfirmIssueAndPayRequest { payment_id: Some(id.to_string()), ..good() };
    let done = world.engine.confirm_issue_and_pay(named).await.unwrap();
    assert_eq!((&done.billing_key, &done.payment_id), (&window.record.key, &id));
}

#[tokio::test]
async fn v2_101_both_are_announced() {
    let world = World::with_issue_and_pay().await;
    let (_, window) = opened(&world).await;
    let token = authenticated(&world, &window).await;
    world.engine.confirm_issue_and_pay(request(&world, &token)).await.unwrap();
    let expected =
        [EventKind::Ready, EventKind::BillingKeyReady, EventKind::Paid, EventKind::BillingKeyIssued];
    assert_eq!(kinds(&world).await, expected);
    let (_, window) = opened(&world).await;
    let token = authenticated(&world, &window).await;
    let muted = ConfirmIssueAndPayRequest { skip_webhook: true, ..request(&world, &token) };
    world.engine.confirm_issue_and_pay(muted).await.unwrap();
    assert_eq!(kinds(&world).await[4..], [EventKind::Ready, EventKind::BillingKeyReady]);
}

/// A window that nobody finishes fails after its time, and not before.
#[tokio::test]
async fn an_abandoned_window_fails_in_the_end() {
    let world = World::with_issue_and_pay().await;
    let (id, left) = opened(&world).await;
    let window = world.engine.open_issue_and_pay(window(&world, &id, WELCOME)).await.unwrap();
    assert_eq!(key_status(&world, &left.record.key).await, BillingKeyStatus::Failed, "one window at a time");
    world.clock.advance(chrono::TimeDelta::minutes(29));
    world.engine.settle_unknown(10).await.unwrap();
    assert_eq!((world.status(&id).await, world.open_attempts().await), (PaymentStatus::Ready, 1));
    world.clock.advance(chrono::TimeDelta::minutes(2));
    world.engine.settle_unknown(10).await.unwrap();
    assert_eq!(world.status(&id).await, PaymentStatus::Failed);
    assert_eq!(key_status(&world, &window.record.key).await, BillingKeyStatus::Failed);
    assert_eq!(world.open_attempts().await, 0);
}

/// No PG of this project documents these windows.
#[tokio::test]
async fn kpn_and_smartro_have_no_such_window() {
    let world = World::new().await;
    let refused = world.engine.open_issue_and_pay(window(&world, &world.payment_id(), KPN)).await;
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("KPN-CAP") && told.contains("billingKeyAndPayMethod"), "{told}");
    assert_eq!(world.open_attempts().await, 0);
}
