//! Billing keys and due schedules: only where a key is held.

use chrono::TimeDelta;
use portone_core::{BillingKey, ChannelGroup};
use portone_engine::event::EventKind;
use portone_engine::ledger::ScheduleStatus;
use portone_engine::port::Clock as _;
use portone_engine::request::CreateScheduleRequest;

use super::{
    APPROVED, Class, GROUP, KPN, KPN_2, SMARTRO, World, announced, by_group, channels, class, policy, routed,
    way, went,
};

/// Refused by KPN only, when its key is issued.
const NOT_AT_KPN: &str = "4000000000000127";

async fn world(members: &[(&str, u32)]) -> World {
    let group: ChannelGroup = routed(members, Some(policy(&[])));
    World::with(channels(), vec![group], 5).await
}

async fn key(world: &World, number: &str) -> BillingKey {
    world.engine.issue_billing_key(world.issue_request(by_group(GROUP), number)).await.unwrap().key
}

#[tokio::test]
async fn a_key_payment_goes_to_another_channel_that_holds_the_key() {
    let world = world(&[(KPN, 98), (SMARTRO, 2)]).await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[KPN]);
    world.engine.pay_with_billing_key(world.key_request(&id, &key)).await.unwrap();
    assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED"), (SMARTRO, "PAID")]));
    assert_eq!(announced(&world).await, [EventKind::BillingKeyIssued, EventKind::Paid]);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn a_channel_without_the_key_is_no_way_out() {
    let world = world(&[(SMARTRO, 50), (KPN, 50)]).await;
    let key = key(&world, NOT_AT_KPN).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[SMARTRO]);
    let told = world.engine.pay_with_billing_key(world.key_request(&id, &key)).await;
    assert_eq!(class(&told), Class::Unavailable);
    assert_eq!(way(&world, &id).await, went(&[(SMARTRO, "FAILED")]));
}

#[tokio::test]
async fn a_key_payment_that_names_its_channel_stays_there() {
    let world = world(&[(KPN, 50), (SMARTRO, 50)]).await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    world.wire.cut_channels(&[SMARTRO]);
    let mut request = world.key_request(&id, &key);
    request.channel_key = Some(SMARTRO.parse().unwrap());
    assert_eq!(class(&world.engine.pay_with_billing_key(request).await), Class::Unavailable);
    assert_eq!(way(&world, &id).await, went(&[(SMARTRO, "FAILED")]));
}

#[tokio::test]
async fn a_due_schedule_goes_to_another_channel_and_succeeds_once() {
    let world = world(&[(KPN, 98), (KPN_2, 2)]).await;
    let key = key(&world, APPROVED).await;
    let id = world.payment_id();
    let time_to_pay = world.clock.now() + TimeDelta::minutes(10);
    let request = CreateScheduleRequest { pay: world.key_request(&id, &key), time_to_pay };
    let schedule = world.engine.create_schedule(request).await.unwrap().id;
    world.clock.advance(TimeDelta::minutes(10));
    let status = async || world.engine.schedule(&world.caller().store_id, &schedule).await.unwrap().status;

    // Nobody can be reached: it is taken up again, and nobody is told that it failed.
    world.wire.cut(true);
    world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!(way(&world, &id).await, went(&[(KPN, "FAILED"), (KPN_2, "FAILED")]));
    assert_eq!(status().await, ScheduleStatus::Started);
    world.wire.cut(false);

    world.wire.cut_channels(&[KPN]);
    world.clock.advance(TimeDelta::minutes(1));
    world.engine.run_due_schedules(10).await.unwrap();
    assert_eq!(way(&world, &id).await[2..], went(&[(KPN, "FAILED"), (KPN_2, "PAID")]));
    assert_eq!(status().await, ScheduleStatus::Succeeded);
    let told = announced(&world).await;
    assert_eq!(told.iter().filter(|kind| **kind == EventKind::Failed).count(), 0, "{told:?}");
    assert_eq!(told.iter().filter(|kind| **kind == EventKind::Paid).count(), 1, "{told:?}");
    world.assert_ledgers_agree(&id).await;
}
