//! Schedules end to end in the engine: what is due is paid once, wherever a gateway dies, at the channel that counts then.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use portone_core::{BillingKey, ChannelGroup, PaymentId, PaymentScheduleId};
use portone_engine::event::EventKind;
use portone_engine::idempotency::Operation;
use portone_engine::ledger::{PaymentStatus, Schedule, ScheduleStatus};
use portone_engine::port::Clock as _;
use portone_engine::request::CreateScheduleRequest;
use portone_engine::{EngineError, GroupChange};
use portone_router::Decision;
use serde_json::json;
use world::{GROUP, KPN, SMARTRO, World, by_channel, by_group, channel, group};

const APPROVED: &str = "4242424242424242";
/// Over its limit at payment; issued all the same.
const OVER_LIMIT: &str = "4000000000000010";
const SUBSCRIPTION_COUNT: usize = 50;

async fn key(world: &World, number: &str) -> BillingKey {
    world.engine.issue_billing_key(world.issue_request(by_group(GROUP), number)).await.unwrap().key
}

fn in_minutes(world: &World, id: &PaymentId, key: &BillingKey, minutes: i64) -> CreateScheduleRequest {
    let time_to_pay = world.clock.now() + TimeDelta::minutes(minutes);
    CreateScheduleRequest { pay: world.key_request(id, key), time_to_pay }
}

/// A schedule whose time has come.
async fn due(world: &World, id: &PaymentId, key: &BillingKey) -> PaymentScheduleId {
    let made = world.engine.create_schedule(in_minutes(world, id, key, 10)).await.unwrap();
    world.clock.advance(TimeDelta::minutes(10));
    made.id
}

async fn read(world: &World, id: &PaymentScheduleId) -> Schedule {
    world.engine.schedule(&world.caller().store_id, id).await.unwrap()
}

async fn status(world: &World, id: &PaymentScheduleId) -> ScheduleStatus {
    read(world, id).await.status
}

async fn failures(world: &World) -> usize {
    let events = world.engine.store().events(&world.caller().store_id, 0, 10_000).await.unwrap();
    events.iter().filter(|(_, event)| event.kind == EventKind::Failed).count()
}

async fn change(world: &World, members: &[(&str, u32, bool)], in_days: Option<i64>) {
    let weights: Vec<_> = members.iter().map(|(key, weight, _)| (*key, *weight)).collect();
    let mut changed: ChannelGroup = group(GROUP, &weights);
    for (member, (_, _, active)) in changed.members.iter_mut().zip(members) {
        member.active = *active;
    }
    let effective_at = in_days.map(|days| world.clock.now() + TimeDelta::days(days));
    world.engine.change_group(GroupChange { group: changed, effective_at, force: true }).await.unwrap();
}

/// A request that is taken up again, even after its schedule has failed and the payment may be scheduled anew, gets the one
/// schedule it made.
#[tokio::test]
async fn one_idempotency_key_makes_one_schedule() {
    let channels = vec![channel(SMARTRO, "SMARTRO_V2"), channel(KPN, "KPN")];
    let world = World::with(channels, vec![group(GROUP, &[(SMARTRO, 50), (KPN, 50)])], 7).await;
    let (key, id) = (key(&world, OVER_LIMIT).await, world.payment_id());
    let request = |is_resumed| {
        let mut request = in_minutes(&world, &id, &key, 10);
        let operation = "0195d3a0-0000-7000-8000-000000000001".parse().unwrap();
        let until = world.clock.now() + TimeDelta::hours(1);
        request.pay.caller.operation = Some(Operation { id: operation, is_resumed, until });
        request
    };
    let made = world.engine.create_schedule(request(false)).await.unwrap();
    assert_eq!(world.engine.create_schedule(request(true)).await.unwrap().id, made.id);
    world.clock.advance(TimeDelta::minutes(10));
    world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!(status(&world, &made.id).await, ScheduleStatus::Failed);
    assert_eq!(world.engine.create_schedule(request(true)).await.unwrap().id, made.id);
    let all = world.engine.transactions(&world.caller().store_id, &id).await.unwrap();
    assert_eq!(all.len(), 1, "it was paid for once");
}

/// 50 subscriptions are paid monthly for a year through super billing keys, while the weights change twice by
/// reservation and one channel is deactivated.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_subscriptions_is_paid_to_the_won() {
    let channels = vec![channel(SMARTRO, "SMARTRO_V2"), channel(KPN, "KPN")];
    let world = World::with(channels, vec![group(GROUP, &[(SMARTRO, 100), (KPN, 0)])], 7).await;
    let mut ids = Vec::new();
    for _ in 0..SUBSCRIPTION_COUNT {
        let key = key(&world, APPROVED).await;
        for month in 1..=12 {
            let id = world.payment_id();
            world.engine.create_schedule(in_minutes(&world, &id, &key, month * 30 * 24 * 60)).await.unwrap();
            ids.push((month, id));
        }
    }
    change(&world, &[(SMARTRO, 0, true), (KPN, 100, true)], Some(100)).await;
    change(&world, &[(SMARTRO, 70, true), (KPN, 30, true)], Some(190)).await;
    let mut paid = 0;
    for month in 1..=12 {
        if month == 10 {
            change(&world, &[(SMARTRO, 100, true), (KPN, 0, false)], None).await;
        }
        world.clock.advance(TimeDelta::days(30));
        loop {
            let swept = world.engine.run_due_schedules(16).await.unwrap();
            assert_eq!(swept.claimed, swept.finished);
            paid += swept.finished;
            if swept.claimed == 0 {
                break;
            }
        }
        assert_eq!(paid, usize::try_from(month).unwrap() * SUBSCRIPTION_COUNT);
    }
    let mut counts: BTreeMap<(i64, String), usize> = BTreeMap::new();
    for (month, id) in &ids {
        let (transaction, decision) =
            world.engine.transactions(&world.caller().store_id, id).await.unwrap().remove(0);
        assert_eq!(transaction.status, PaymentStatus::Paid);
        let decision: Decision = serde_json::from_str(&decision).unwrap();
        assert_eq!(decision.replay(), Some(&transaction.channel.key));
        *counts.entry(((month - 1) / 3, transaction.channel.key.to_string())).or_default() += 1;
    }
    let count =
        |quarter: i64, channel: &str| counts.get(&(quarter, channel.to_owned())).copied().unwrap_or(0);
    println!("{counts:?}");
    assert_eq!((count(0, SMARTRO), count(0, KPN)), (150, 0));
    assert_eq!((count(1, SMARTRO), count(1, KPN)), (0, 150));
    assert_eq!(count(2, SMARTRO) + count(2, KPN), 150);
    assert!((85..=125).contains(&count(2, SMARTRO)), "{counts:?}");
    assert_eq!((count(3, SMARTRO), count(3, KPN)), (150, 0));
    assert_books(&world, 600).await;
}

/// The PGs booked each payment once, and each was announced once.
async fn assert_books(world: &World, count: usize) {
    let ledger = world.pg_ledger().await;
    let payments = ledger["payments"].as_array().unwrap();
    let charged: Vec<i64> = payments
        .iter()
        .flat_map(|payment| payment["transactions"].as_array().unwrap())
        .filter_map(|attempt| attempt["charged"].as_i64())
        .filter(|charged| *charged > 0)
        .collect();
    assert_eq!((charged.len(), charged.iter().sum::<i64>()), (count, 8_900 * i64::try_from(count).unwrap()));
    let events = world.engine.store().events(&world.caller().store_id, 0, 10_000).await.unwrap();
    let paid = events.iter().filter(|(_, event)| event.kind == EventKind::Paid).count();
    assert_eq!((paid, events.len()), (count, count + SUBSCRIPTION_COUNT));
}

#[tokio::test]
async fn sr_080_the_weights_at_execution_decide_and_sr_081_a_pin_overrides_them() {
    let channels = vec![channel(SMARTRO, "SMARTRO_V2"), channel(KPN, "KPN")];
    let world = World::with(channels, vec![group(GROUP, &[(SMARTRO, 100), (KPN, 0)])], 1).await;
    let key = key(&world, APPROVED).await;
    let (drawn, pinned) = (world.payment_id(), world.payment_id());
    let made = world.engine.create_schedule(in_minutes(&world, &drawn, &key, 5)).await.unwrap();
    let mut request = in_minutes(&world, &pinned, &key, 5);
    request.pay.channel_key = Some(SMARTRO.parse().unwrap());
    world.engine.create_schedule(request).await.unwrap();
    change(&world, &[(SMARTRO, 0, true), (KPN, 100, true)], None).await;
    world.clock.advance(TimeDelta::minutes(5));
    let swept = world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (2, 2));
    let (drawn, pinned) = (world.payment(&drawn).await, world.payment(&pinned).await);
    assert_eq!((drawn.channel.key.as_str(), pinned.channel.key.as_str()), (KPN, SMARTRO));
    assert_eq!(drawn.schedule_id, Some(made.id.clone()));
    let done = read(&world, &made.id).await;
    assert_eq!(done.status, ScheduleStatus::Succeeded);
    assert_eq!((done.started_at, done.completed_at), (Some(world.clock.now()), Some(world.clock.now())));
}

#[tokio::test]
async fn sr_076_and_v2_085_a_schedule_that_nobody_can_take_fails_and_is_announced() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let made = world.engine.create_schedule(in_minutes(&world, &id, &key, 5)).await.unwrap();
    change(&world, &[(SMARTRO, 50, false), (KPN, 50, false)], None).await;
    world.clock.advance(TimeDelta::minutes(5));
    let swept = world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1));
    assert_eq!(status(&world, &made.id).await, ScheduleStatus::Failed);
    let payment = world.payment(&id).await;
    assert_eq!((payment.status, &payment.schedule_id), (PaymentStatus::Failed, &Some(made.id)));
    assert!(payment.failure.unwrap().reason.contains("SR-076"));
    assert_eq!(failures(&world).await, 1);
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0);
}

#[tokio::test]
async fn a_refusal_of_the_pg_ends_the_schedule_and_frees_the_payment_id() {
    let world = World::new().await;
    let refused = key(&world, OVER_LIMIT).await;
    let id = world.payment_id();
    let schedule = due(&world, &id, &refused).await;
    world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Failed);
    assert_eq!((world.status(&id).await, failures(&world).await), (PaymentStatus::Failed, 1));
    let approved = key(&world, APPROVED).await;
    world.engine.pay_with_billing_key(world.key_request(&id, &approved)).await.unwrap();
    assert_eq!(world.status(&id).await, PaymentStatus::Paid);
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Failed, "it was not this schedule");
}

#[tokio::test]
async fn a_gateway_that_dies_before_the_payment_began_is_made_up_for() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let schedule = due(&world, &id, &key).await;
    let (now, lease) = (world.clock.now(), TimeDelta::seconds(65));
    assert_eq!(world.engine.store().claim_schedules(now, now + lease, 10).await.unwrap().len(), 1);
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Started);
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0, "the dead one has it");
    world.pass_the_lease();
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().finished, 1);
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Succeeded);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn a_gateway_that_dies_in_a_payment_leaves_it_to_the_sweep() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let schedule = due(&world, &id, &key).await;
    let gate = world.wire.hold_next();
    tokio::select! {
        swept = world.engine.run_due_schedules(10) => panic!("{swept:?}"),
        () = gate.reached.notified() => {}
    }
    world.pass_the_lease();
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().finished, 0, "it is not paid again");
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Pending);
    world.settle_all().await;
    // Whether a byte had left is not known, so nobody but the shop starts again.
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Failed);
    assert_eq!((world.status(&id).await, failures(&world).await), (PaymentStatus::Failed, 1));
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn an_unknown_outcome_is_pending_until_the_sweep_moves_it_on() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let schedule = due(&world, &id, &key).await;
    world
        .fault(json!({"command": "PAY_WITH_BILLING_KEY", "kind": "reset", "booked": true, "requests": 1}))
        .await;
    world.fault(json!({"command": "READ", "kind": "status", "status": 503, "requests": 1})).await;
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().finished, 0);
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Pending);
    world.clear_faults().await;
    world.pass_the_lease();
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0, "pending is not due");
    world.settle_all().await;
    assert_eq!(status(&world, &schedule).await, ScheduleStatus::Succeeded);
    assert_eq!(world.pg_charges(&id).await.len(), 1);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn an_upstream_out_of_reach_is_tried_again_and_announced_only_at_the_end() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let (reached, lost) = (world.payment_id(), world.payment_id());
    let first = due(&world, &reached, &key).await;
    world.wire.cut(true);
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().finished, 0);
    assert_eq!(status(&world, &first).await, ScheduleStatus::Started);
    assert_eq!((world.status(&reached).await, failures(&world).await), (PaymentStatus::Failed, 0));
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0, "not at once");
    world.wire.cut(false);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().finished, 1);
    assert_eq!(status(&world, &first).await, ScheduleStatus::Succeeded);
    world.assert_ledgers_agree(&reached).await;

    let second = due(&world, &lost, &key).await;
    world.wire.cut(true);
    for _ in 0..6 {
        assert_ne!(status(&world, &second).await, ScheduleStatus::Failed);
        assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 1);
        world.clock.advance(TimeDelta::minutes(17));
    }
    assert_eq!((status(&world, &second).await, failures(&world).await), (ScheduleStatus::Failed, 1));
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0);
    assert_eq!(world.pg_charges(&lost).await, vec![]);
}

#[tokio::test]
async fn two_gateways_at_once_pay_each_schedule_once() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let ids: Vec<_> = (0..20).map(|_| world.payment_id()).collect();
    for id in &ids {
        world.engine.create_schedule(in_minutes(&world, id, &key, 1)).await.unwrap();
    }
    world.clock.advance(TimeDelta::minutes(1));
    let (one, other) = tokio::join!(world.engine.run_due_schedules(15), world.engine.run_due_schedules(15));
    assert_eq!(one.unwrap().finished + other.unwrap().finished, 20);
    for id in &ids {
        assert_eq!(world.pg_charges(id).await.len(), 1);
    }
}

#[tokio::test]
async fn v2_042_and_v2_084_a_payment_id_has_one_way_to_be_paid() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let (scheduled, paid) = (world.payment_id(), world.payment_id());
    world.engine.create_schedule(in_minutes(&world, &scheduled, &key, 5)).await.unwrap();
    let by_key = world.engine.pay_with_billing_key(world.key_request(&scheduled, &key)).await;
    assert_eq!(by_key, Err(EngineError::ScheduleExists));
    let by_card = world.engine.pay_instantly(world.card_request(&scheduled, by_channel(KPN), APPROVED)).await;
    assert_eq!(by_card, Err(EngineError::ScheduleExists));
    let twice = world.engine.create_schedule(in_minutes(&world, &scheduled, &key, 9)).await;
    assert_eq!(twice.map(drop), Err(EngineError::ScheduleExists));
    world.engine.pay_with_billing_key(world.key_request(&paid, &key)).await.unwrap();
    let late = world.engine.create_schedule(in_minutes(&world, &paid, &key, 5)).await;
    assert_eq!(late.map(drop), Err(EngineError::AlreadyPaidOrWaiting));
}

#[tokio::test]
async fn v2_082_what_a_schedule_needs_is_not_deleted_before_it_is_revoked() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let made = world.engine.create_schedule(in_minutes(&world, &id, &key, 5)).await.unwrap();
    let deleted = world.engine.delete_billing_key(&world.caller(), &key, false).await;
    assert_eq!(deleted, Err(EngineError::ScheduleExists));
    let group_id = GROUP.parse().unwrap();
    let group = world.engine.delete_group(&world.caller().store_id, &group_id, false).await;
    let Err(EngineError::InUse(dependents)) = group else { panic!("{group:?}") };
    assert_eq!((dependents.billing_keys, dependents.schedules), (1, 1));
    let revoked = world.engine.revoke_schedules(&world.caller(), Some(&key), None).await.unwrap();
    assert_eq!(revoked, (vec![made.id.clone()], world.clock.now()));
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(world.engine.run_due_schedules(10).await.unwrap().claimed, 0);
    world.engine.delete_billing_key(&world.caller(), &key, false).await.unwrap();
    let gone = world.engine.create_schedule(in_minutes(&world, &id, &key, 5)).await;
    assert_eq!(gone.map(drop), Err(EngineError::BillingKeyAlreadyDeleted));
}

/// Rules SMARTRO-116, KPN-070, KPN-071, SR-049 and SR-071 at the door; what only concerns the day of payment is left to it.
#[tokio::test]
async fn a_schedule_is_checked_when_it_is_made() {
    let world = World::new().await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let told = |result: Result<Schedule, EngineError>| result.unwrap_err().to_string();
    let past = world.engine.create_schedule(in_minutes(&world, &id, &key, 0)).await;
    assert!(told(past).contains("V2-084 timeToPay"));
    let mut nameless = in_minutes(&world, &id, &key, 5);
    nameless.pay.order.customer.name = None;
    nameless.pay.channel_key = Some(KPN.parse().unwrap());
    assert!(told(world.engine.create_schedule(nameless).await).contains("KPN-070 payment.customer.name"));
    let mut nameless = in_minutes(&world, &id, &key, 5);
    nameless.pay.order.customer.name = None;
    nameless.pay.channel_key = Some(SMARTRO.parse().unwrap());
    assert!(world.engine.create_schedule(nameless).await.is_ok(), "the rule is KPN's");
    let mut anonymous = in_minutes(&world, &world.payment_id(), &key, 5);
    anonymous.pay.order.customer.id = None;
    assert!(told(world.engine.create_schedule(anonymous).await).contains("SR-049"));
    let mut unknown = in_minutes(&world, &world.payment_id(), &key, 5);
    unknown.pay.channel_key = Some("channel-key-none".parse().unwrap());
    assert!(told(world.engine.create_schedule(unknown).await).contains("SR-071 payment.channelKey"));
    change(&world, &[(SMARTRO, 50, false), (KPN, 50, false)], None).await;
    let inactive = world.engine.create_schedule(in_minutes(&world, &world.payment_id(), &key, 5)).await;
    assert!(inactive.is_ok(), "a channel may be active again by then");
}
