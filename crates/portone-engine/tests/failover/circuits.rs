//! Circuits in the engine: what opens them, how draws go around, how they close, and what becomes of what is open.

use chrono::TimeDelta;
use portone_core::{PaymentId, WindowCard, WindowMethod, WindowPayment, WindowSettings};
use portone_engine::ledger::PaymentStatus;
use portone_engine::request::Extras;
use portone_engine::{CircuitState, OpenWindowRequest};
use portone_router::Verdict;
use serde_json::json;

use super::world::order;
use super::{
    APPROVED, Class, GROUP, KPN, KPN_2, OVER_LIMIT, World, by_card, by_channel, by_group, channels, class,
    decisions, policy, routed, way, went,
};

/// Half and half, so that draws fall on both.
async fn world() -> World {
    let group = routed(&[(KPN, 50), (KPN_2, 50)], Some(policy(&[])));
    World::with(channels(), vec![group], 11).await
}

fn circuit(world: &World, channel: &str) -> CircuitState {
    let circuits = world.engine.circuits();
    circuits.into_iter().find(|circuit| circuit.channel.as_str() == channel).unwrap()
}

fn is_open(world: &World) -> bool {
    circuit(world, KPN).open.is_some()
}

async fn pay(world: &World) -> PaymentId {
    let id = world.payment_id();
    world.engine.pay_instantly(by_card(world, &id, APPROVED)).await.unwrap();
    id
}

/// Pays until the circuit of `KPN` is open: how many attempts failed there.
async fn until_open(world: &World) -> u64 {
    world.wire.cut_channels(&[KPN]);
    for _ in 0..60 {
        pay(world).await;
        if is_open(world) {
            return circuit(world, KPN).tally.failures;
        }
    }
    panic!("60 payments did not open it");
}

#[tokio::test]
async fn five_failed_attempts_open_it_and_no_payment_is_lost() {
    let world = world().await;
    assert_eq!(until_open(&world).await, 5);
    for _ in 0..30 {
        let id = pay(&world).await;
        assert_eq!(way(&world, &id).await, went(&[(KPN_2, "PAID")]));
        assert_eq!(decisions(&world, &id).await[0].candidates[0].verdict, Verdict::CircuitOpen);
        world.assert_ledgers_agree(&id).await;
    }
    assert_eq!(circuit(&world, KPN).tally.failures, 5, "it was left alone");
}

#[tokio::test]
async fn buyers_declines_do_not_open_it() {
    let world = world().await;
    for _ in 0..40 {
        let id = world.payment_id();
        let told = world.engine.pay_instantly(by_card(&world, &id, OVER_LIMIT)).await;
        assert_eq!(class(&told), Class::Declined);
    }
    assert_eq!((circuit(&world, KPN).score, circuit(&world, KPN_2).score), (0, 0));
}

#[tokio::test]
async fn lost_replies_open_it_although_the_payments_are_found() {
    let world = world().await;
    let fault = json!({"channelKey": KPN, "command": "PAY_INSTANTLY", "kind": "reset", "booked": true, "requests": 5});
    world.fault(fault).await;
    while circuit_or_new(&world) < 5 {
        let id = pay(&world).await;
        world.assert_ledgers_agree(&id).await;
    }
    assert!(is_open(&world));
}

fn circuit_or_new(world: &World) -> u64 {
    let circuits = world.engine.circuits();
    circuits.iter().find(|one| one.channel.as_str() == KPN).map_or(0, |one| one.tally.failures)
}

#[tokio::test]
async fn two_canaries_close_it_after_it_has_healed() {
    let world = world().await;
    until_open(&world).await;
    world.wire.cut_channels(&[]);
    let mut seconds = 0;
    while is_open(&world) {
        world.clock.advance(TimeDelta::seconds(1));
        seconds += 1;
        world.engine.probe_circuits().await;
        pay(&world).await;
        assert!(seconds <= 60, "{:?}", circuit(&world, KPN));
    }
    println!("closed after {seconds} s");
    assert!(seconds >= 30, "two canaries, 15 s apart");
    assert_eq!(circuit(&world, KPN).tally.canaries, 2);
}

#[tokio::test]
async fn while_probes_fail_there_are_no_canaries() {
    let world = world().await;
    until_open(&world).await;
    for _ in 0..100 {
        world.clock.advance(TimeDelta::seconds(1));
        // Everything but the payments to the other channel is down.
        world.wire.cut(true);
        world.engine.probe_circuits().await;
        world.wire.cut(false);
        pay(&world).await;
    }
    assert_eq!(circuit(&world, KPN).tally.canaries, 0);
}

#[tokio::test]
async fn where_every_circuit_is_open_payments_are_tried_all_the_same() {
    let world = world().await;
    world.wire.cut(true);
    while !(is_open_at(&world, KPN) && is_open_at(&world, KPN_2)) {
        let id = world.payment_id();
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(class(&told), Class::Unavailable);
    }
    world.wire.cut(false);
    let id = pay(&world).await;
    let record = decisions(&world, &id).await.remove(0).failover.unwrap();
    assert!(record.last_resort);
}

fn is_open_at(world: &World, channel: &str) -> bool {
    world.engine.circuits().iter().any(|one| one.channel.as_str() == channel && one.open.is_some())
}

/// A booked or refused result is settled within 60 s of the PG answering again, however long it was silent.
#[tokio::test]
async fn what_is_open_is_settled_within_a_minute_of_the_pg_answering_again() {
    for minutes in [1, 60, 127] {
        let world = world().await;
        let mut open = Vec::new();
        while open.len() < 6 {
            let id = world.payment_id();
            let fault = json!({"channelKey": KPN, "command": "PAY_INSTANTLY", "kind": "reset",
                "booked": open.len() % 2 == 0, "requests": 1});
            world.clear_faults().await;
            world.fault(fault).await;
            world.fault(json!({"command": "READ", "kind": "status", "status": 503, "requests": 1})).await;
            let told = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
            assert_eq!(class(&told), Class::Unknown);
            open.push(id);
        }
        world.clear_faults().await;
        world.wire.cut(true);
        for _ in 0..minutes * 60 {
            tick(&world).await;
        }
        assert_eq!(world.open_attempts().await, open.len(), "nobody answers");
        world.wire.cut(false);
        let mut seconds = 0;
        while world.open_attempts().await > 0 {
            tick(&world).await;
            seconds += 1;
            assert!(seconds <= 60, "{} are open", world.open_attempts().await);
        }
        println!("settled {seconds} s after {minutes} minutes");
        for (at, id) in open.iter().enumerate() {
            let expected = if at % 2 == 0 { PaymentStatus::Paid } else { PaymentStatus::Failed };
            assert_eq!(world.status(id).await, expected);
            world.assert_ledgers_agree(id).await;
        }
    }
}

/// A second of the gateway's background duties.
async fn tick(world: &World) {
    world.clock.advance(TimeDelta::seconds(1));
    world.engine.probe_circuits().await;
    world.engine.settle_unknown(64).await.unwrap();
}

/// A window is drawn around what does not work.
#[tokio::test]
async fn windows_go_around_open_circuits() {
    let world = world().await;
    until_open(&world).await;
    for _ in 0..20 {
        let id = world.payment_id();
        let opened = world.engine.open_window(window(&world, &id)).await.unwrap();
        assert_eq!(opened.transaction.channel.key.as_str(), KPN_2);
    }
}

fn window(world: &World, id: &PaymentId) -> OpenWindowRequest {
    let window = WindowPayment {
        order: order(id),
        method: WindowMethod::Card(WindowCard::default()),
        confirm_url: None,
        store_details: None,
        merpay_category_id: None,
        settings: WindowSettings::default(),
    };
    let selector = by_group(GROUP);
    OpenWindowRequest { caller: world.caller(), selector, window, extras: Extras::default() }
}
