//! Failover under faults: another channel only after a certain failure, one announcement, one charge, and circuits that go
//! around what does not work. Real sockets, a real ledger; time moves only when told.

#![allow(clippy::large_futures)] // a test holds one at a time

#[path = "failover/circuits.rs"]
mod circuits;
#[path = "failover/keys.rs"]
mod keys;
mod world;

use portone_core::{Channel, ChannelGroup, FailoverPolicy, PaymentId};
use portone_engine::EngineError;
use portone_engine::event::EventKind;
use portone_engine::idempotency::Operation;
use portone_engine::ledger::PaymentStatus;
use portone_engine::request::PayInstantlyRequest;
use portone_router::{Decision, GroupDecision, RerouteClass, Verdict};
use serde_json::json;
use world::faulty::{Class, class};
use world::{GROUP, KPN, SMARTRO, World, by_channel, by_group, channel, group};

const APPROVED: &str = "4242424242424242";
/// Over its limit at every PG: `K102`.
const OVER_LIMIT: &str = "4000000000000010";
const KPN_2: &str = "channel-key-kpn-2";
const KPN_3: &str = "channel-key-kpn-3";

fn policy(declines: &[&str]) -> FailoverPolicy {
    let declines = declines.iter().map(|code| (*code).to_owned()).collect();
    FailoverPolicy { declines, ..FailoverPolicy::default() }
}

/// A group with a policy: weights of the channels, which [`channels`] has.
fn routed(members: &[(&str, u32)], failover: Option<FailoverPolicy>) -> ChannelGroup {
    ChannelGroup { failover, ..group(GROUP, members) }
}

fn channels() -> Vec<Channel> {
    let kpn = [KPN, KPN_2, KPN_3].map(|key| channel(key, "KPN"));
    kpn.into_iter().chain([channel(SMARTRO, "SMARTRO_V2")]).collect()
}

/// `KPN` is drawn first, nearly always: by the seed, in every test here.
async fn world(failover: Option<FailoverPolicy>) -> World {
    World::with(channels(), vec![routed(&[(KPN, 98), (KPN_2, 2)], failover)], 3).await
}

fn by_card(world: &World, id: &PaymentId, number: &str) -> PayInstantlyRequest {
    world.card_request(id, by_group(GROUP), number)
}

/// Where a payment went, in order, with the state each attempt ended in.
async fn way(world: &World, id: &PaymentId) -> Vec<(String, &'static str)> {
    let all = world.engine.transactions(&world.caller().store_id, id).await.unwrap();
    all.iter().map(|(one, _)| (one.channel.key.to_string(), one.status.code())).collect()
}

async fn decisions(world: &World, id: &PaymentId) -> Vec<GroupDecision> {
    let all = world.engine.transactions(&world.caller().store_id, id).await.unwrap();
    let read = |record: &str| match serde_json::from_str(record).unwrap() {
        Decision::Group(decision) => decision,
        Decision::Pinned(_) => panic!("a group decided"),
    };
    all.iter().map(|(_, record)| read(record)).collect()
}

/// What the shop hears.
async fn announced(world: &World) -> Vec<EventKind> {
    let events = world.engine.store().events(&world.caller().store_id, 0, 1_000).await.unwrap();
    events.iter().map(|(_, event)| event.kind).collect()
}

fn went(steps: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    steps.iter().map(|(channel, status)| ((*channel).to_owned(), *status)).collect()
}

#[tokio::test]
async fn unavailable_goes_to_another_channel_and_the_shop_hears_once() {
    let world = world(Some(policy(&[]))).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[KPN]);
    let paid = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await.unwrap();
    assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED"), (KPN_2, "PAID")]));
    assert_eq!(world.payment(&id).await.pg_tx_id.unwrap().as_str(), paid.pg_tx_id);
    assert_eq!(announced(&world).await, [EventKind::Paid]);
    world.assert_ledgers_agree(&id).await;
    assert_eq!(world.open_attempts().await, 0);
}

#[tokio::test]
async fn each_reroute_is_in_the_decision_record_and_replays() {
    let world = world(Some(policy(&[]))).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[KPN]);
    world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await.unwrap();
    let [first, second] = &decisions(&world, &id).await[..] else { panic!("two attempts") };
    assert_eq!(first.failover.as_ref().unwrap().attempt, 1);
    assert_eq!(first.failover.as_ref().unwrap().after, None);
    let record = second.failover.clone().unwrap();
    let after = record.after.unwrap();
    assert_eq!((record.attempt, after.from.as_str()), (2, KPN));
    assert_eq!(after.because, RerouteClass::Unavailable);
    assert!(after.reason.contains("not sent"), "{}", after.reason);
    assert_eq!(second.candidates[0].verdict, Verdict::Tried);
    for decision in [first, second] {
        let decision = Decision::Group(decision.clone());
        assert_eq!(decision.replay(), Some(decision.chosen()));
    }
}

#[tokio::test]
async fn with_every_channel_down_the_documented_error_is_told_and_announced_once() {
    let world = world(Some(policy(&[]))).await;
    let id = world.payment_id();
    world.wire.cut(true);
    let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
    assert_eq!(class(&told), Class::Unavailable);
    assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED"), (KPN_2, "FAILED")]));
    assert_eq!(announced(&world).await, [EventKind::Failed]);
    world.wire.cut(false);
    world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await.unwrap();
    assert_eq!(announced(&world).await, [EventKind::Failed, EventKind::Paid]);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn an_unknown_outcome_is_never_failed_over_but_inquired_and_settled() {
    for booked in [true, false] {
        let world = world(Some(policy(&["F001"]))).await;
        let id = world.payment_id();
        let fault = json!({"command": "PAY_INSTANTLY", "kind": "reset", "booked": booked, "requests": 1});
        world.fault(fault).await;
        world.fault(json!({"command": "READ", "kind": "status", "status": 503, "requests": 1})).await;
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(class(&told), Class::Unknown, "booked: {booked}");
        assert_eq!(way(&world, &id).await, went(&[(KPN, "PAY_PENDING")]));
        assert!(announced(&world).await.is_empty());
        let again = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(class(&again), Class::Unknown, "nor is it drawn again on request");
        world.settle_all().await;
        let (status, event) = if booked { ("PAID", EventKind::Paid) } else { ("FAILED", EventKind::Failed) };
        assert_eq!(way(&world, &id).await, went(&[(KPN, status)]));
        assert_eq!(announced(&world).await, [event]);
        world.assert_ledgers_agree(&id).await;
    }
}

/// A lost reply that an inquiry explains at once is what the inquiry says: a listed decline goes on, a charge stays.
#[tokio::test]
async fn what_an_inquiry_tells_at_once_counts() {
    let world = world(Some(policy(&["K102"]))).await;
    for (number, expected) in
        [(OVER_LIMIT, went(&[(KPN, "FAILED"), (KPN_2, "FAILED")])), (APPROVED, went(&[(KPN, "PAID")]))]
    {
        let id = world.payment_id();
        world
            .fault(json!({"command": "PAY_INSTANTLY", "kind": "reset", "booked": true, "requests": 1}))
            .await;
        let _ = world.engine.pay_instantly(by_card(&world, &id, number)).await;
        assert_eq!(way(&world, &id).await, expected);
        world.assert_ledgers_agree(&id).await;
    }
}

#[tokio::test]
async fn only_a_listed_decline_goes_on() {
    for (declines, expected) in [
        (&[][..], went(&[(KPN, "FAILED")])),
        (&["K101"][..], went(&[(KPN, "FAILED")])),
        (&["SMARTRO_V2:X9"][..], went(&[(KPN, "FAILED")])),
        (&["X9"][..], went(&[(KPN, "FAILED"), (KPN_2, "PAID")])),
        (&["KPN:X9"][..], went(&[(KPN, "FAILED"), (KPN_2, "PAID")])),
    ] {
        let world = world(Some(policy(declines))).await;
        let id = world.payment_id();
        let fault =
            json!({"channelKey": KPN, "kind": "decline", "code": "X9", "message": "no", "requests": 1});
        world.fault(fault).await;
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(way(&world, &id).await, expected, "{declines:?}");
        assert_eq!(told.is_ok(), expected.len() == 2, "{declines:?}: {told:?}");
        assert_eq!(announced(&world).await.len(), 1, "{declines:?}");
        world.assert_ledgers_agree(&id).await;
    }
}

/// The last channel's own words are told, not the first one's.
#[tokio::test]
async fn the_last_decline_is_told() {
    let world = world(Some(policy(&["X9"]))).await;
    let id = world.payment_id();
    for (channel, code) in [(KPN, "X9"), (KPN_2, "Y1")] {
        let fault =
            json!({"channelKey": channel, "kind": "decline", "code": code, "message": "no", "requests": 1});
        world.fault(fault).await;
    }
    let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
    assert!(matches!(&told, Err(EngineError::Declined(decline)) if decline.code == "Y1"), "{told:?}");
    assert_eq!(announced(&world).await, [EventKind::Failed]);
}

#[tokio::test]
async fn without_a_policy_there_is_one_draw() {
    let world = world(None).await;
    world.wire.cut_channels(&[KPN]);
    for _ in 0..10 {
        let id = world.payment_id();
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        let at_first = world.payment(&id).await;
        assert_eq!(told.is_err(), at_first.channel.key.as_str() == KPN);
        assert_eq!(decisions(&world, &id).await.len(), 1);
        assert_eq!(decisions(&world, &id).await[0].failover, None);
    }
    let circuits = world.engine.circuits();
    let open = circuits.iter().find(|circuit| circuit.channel.as_str() == KPN).unwrap();
    assert!(open.open.is_some(), "it is seen all the same, and changes nothing");
}

#[tokio::test]
async fn a_channel_that_the_request_names_is_the_only_one() {
    let world = world(Some(policy(&["X9"]))).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[KPN]);
    let told = world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await;
    assert_eq!(class(&told), Class::Unavailable);
    assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED")]));
}

#[tokio::test]
async fn an_inactive_member_or_channel_is_no_way_out() {
    let mut switched_off = routed(&[(KPN, 98), (KPN_2, 2)], Some(policy(&[])));
    switched_off.members[1].active = false;
    let mut inactive = channels();
    inactive[1].active = false;
    let on = routed(&[(KPN, 98), (KPN_2, 2)], Some(policy(&[])));
    for (channels, group) in [(channels(), switched_off), (inactive, on)] {
        let world = World::with(channels, vec![group], 3).await;
        let id = world.payment_id();
        world.wire.cut_channels(&[KPN]);
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(class(&told), Class::Unavailable);
        assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED")]));
    }
}

#[tokio::test]
async fn reroutes_are_bounded_in_number() {
    for (reroutes_max, expected) in [(1, 2), (2, 3)] {
        let failover = Some(FailoverPolicy { reroutes_max, ..FailoverPolicy::default() });
        let group = routed(&[(KPN, 40), (KPN_2, 30), (KPN_3, 30)], failover);
        let world = World::with(channels(), vec![group], 3).await;
        let id = world.payment_id();
        world.wire.cut(true);
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(class(&told), Class::Unavailable);
        let way = way(&world, &id).await;
        assert_eq!(way.len(), expected);
        let mut channels: Vec<_> = way.iter().map(|(channel, _)| channel).collect();
        channels.sort();
        channels.dedup();
        assert_eq!(channels.len(), expected, "no channel twice");
    }
}

#[tokio::test]
async fn reroutes_are_bounded_in_time() {
    for (seconds, expected) in [(30, 2), (31, 1)] {
        let world = world(Some(policy(&["X9"]))).await;
        let id = world.payment_id();
        let fault =
            json!({"channelKey": KPN, "kind": "decline", "code": "X9", "message": "no", "requests": 1});
        world.fault(fault).await;
        let gate = world.wire.hold_next();
        let slow = async {
            gate.reached.notified().await;
            world.clock.advance(chrono::TimeDelta::seconds(seconds));
            gate.open.notify_one();
        };
        let (_, ()) = tokio::join!(world.engine.pay_instantly(by_card(&world, &id, APPROVED)), slow);
        assert_eq!(way(&world, &id).await.len(), expected, "after {seconds} s");
    }
}

/// The gateway dies while the second channel is asked, before its request is on the wire or after the PG has charged: the sweep
/// ends what the ledger holds.
#[tokio::test]
async fn a_crash_between_attempts_never_charges_twice() {
    for booked in [false, true] {
        let world = world(Some(policy(&[]))).await;
        let id = world.payment_id();
        world.wire.cut_channels(&[KPN]);
        if booked {
            let fault = json!({"channelKey": KPN_2, "command": "PAY_INSTANTLY", "kind": "delay", "booked": true,
                "delay_ms": 600_000, "requests": 1});
            world.fault(fault).await;
            let pay = world.engine.pay_instantly(by_card(&world, &id, APPROVED));
            let charged = async { while world.pg_charges(&id).await.is_empty() {} };
            tokio::select! {
                told = pay => panic!("its answer is held: {told:?}"),
                () = charged => {}
            }
        } else {
            let gate = world.wire.hold_next();
            tokio::select! {
                told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)) => panic!("it is held: {told:?}"),
                () = gate.reached.notified() => {}
            }
        }
        assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED"), (KPN_2, "PAY_PENDING")]));
        assert!(announced(&world).await.is_empty());
        let again = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        assert_eq!(class(&again), Class::Unknown, "the shop's retry waits for the second attempt's end");
        world.wire.cut_channels(&[]);
        world.settle_all().await;
        let (status, event) = if booked { ("PAID", EventKind::Paid) } else { ("FAILED", EventKind::Failed) };
        assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED"), (KPN_2, status)]));
        assert_eq!(announced(&world).await, [event]);
        world.assert_ledgers_agree(&id).await;
        assert_eq!(world.pg_charges(&id).await.len(), usize::from(booked));
    }
}

/// Whoever asks again under the same idempotency key gets the end of the payment, not of its first attempt.
#[tokio::test]
async fn an_idempotency_key_leads_to_the_last_attempt() {
    let world = world(Some(policy(&[]))).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[KPN]);
    let mut request = by_card(&world, &id, APPROVED);
    let operation = "0195d3a0-0000-7000-8000-000000000001".parse().unwrap();
    let until = world.clock_time() + chrono::TimeDelta::hours(1);
    request.caller.operation = Some(Operation { id: operation, is_resumed: false, until });
    let paid = world.engine.pay_instantly(request.clone()).await.unwrap();
    request.caller.operation.as_mut().unwrap().is_resumed = true;
    assert_eq!(world.engine.pay_instantly(request).await, Ok(paid));
    assert_eq!(way(&world, &id).await.len(), 2);
}

/// Here each attempt of a request counts, and an attempt that failed is not left open where no other may follow.
#[tokio::test]
async fn the_limit_of_a_payments_transactions_holds() {
    let world = world(Some(policy(&[]))).await;
    let id = world.payment_id();
    world.wire.cut(true);
    let mut refused = 0;
    let told = loop {
        let told = world.engine.pay_instantly(by_card(&world, &id, APPROVED)).await;
        if !matches!(told, Err(EngineError::Unavailable(_))) {
            break told;
        }
        refused += 1;
    };
    assert!(matches!(told, Err(EngineError::TransactionCountReached(20))), "{told:?}");
    assert_eq!(way(&world, &id).await.len(), 20);
    assert!(refused < 20, "some went to both channels");
    assert_eq!(world.status(&id).await, PaymentStatus::Failed);
    assert_eq!(announced(&world).await.len(), refused);
}
