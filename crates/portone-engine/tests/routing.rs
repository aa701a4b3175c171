//! Routed payments end to end in the engine: the distribution, and the ledger's side of the routing rules.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use std::collections::BTreeMap;

use portone_core::{Channel, ChannelGroup, Environment};
use portone_engine::ledger::{KeyChannelState, PaymentStatus};
use portone_engine::port::Clock as _;
use portone_engine::{EngineError, GroupChange, GroupSaved};
use portone_router::Decision;
use serde_json::json;
use world::{GROUP, KPN, SMARTRO, World, by_channel, by_group, channel, group};

const APPROVED: &str = "4242424242424242";
/// Refused at issue by KPN only (docs/sandbox.md).
const REFUSED_BY_KPN: &str = "4000000000000127";
const PAYMENT_COUNT: u64 = 20_000;
/// The 0.999 quantile of the chi-square distribution with 2 degrees of freedom, times 1,000.
const CHI_SQUARE_LIMIT_MILLI: i64 = 13_816;

/// 20,000 payments through 70/20/10/0 with a fixed seed: p > 0.001, and nothing at weight 0.
#[tokio::test(flavor = "multi_thread")]
async fn payments_are_distributed_by_weight() {
    let weights = [("a", 70), ("b", 20), ("c", 10), ("d", 0)];
    let channels = weights.iter().map(|(key, _)| channel(key, "KPN")).collect();
    let world = World::with(channels, vec![group(GROUP, &weights)], 42).await;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for _ in 0..PAYMENT_COUNT / 50 {
        let ids: Vec<_> = (0..50).map(|_| world.payment_id()).collect();
        let pays = ids
            .iter()
            .map(|id| world.engine.pay_instantly(world.card_request(id, by_group(GROUP), APPROVED)));
        for result in futures_util::future::join_all(pays).await {
            result.unwrap();
        }
        for id in &ids {
            *counts.entry(world.payment(id).await.channel.key.to_string()).or_default() += 1;
        }
    }
    println!("{counts:?}");
    assert_eq!(counts.get("d"), None, "weight 0 gets nothing");
    let total = i64::try_from(PAYMENT_COUNT).unwrap();
    assert_eq!(counts.values().sum::<i64>(), total);
    let statistic_milli: i64 = weights[..3]
        .iter()
        .map(|(key, weight)| {
            let expected = total * weight_of(*weight) / 100;
            let difference = counts[*key] - expected;
            difference * difference * 1_000 / expected
        })
        .sum();
    println!("chi-square {statistic_milli}/1000");
    assert!(statistic_milli < CHI_SQUARE_LIMIT_MILLI, "{counts:?}");
}

fn weight_of(weight: u32) -> i64 {
    i64::from(weight)
}

#[tokio::test]
async fn sr_033_and_sr_034_one_attempt_then_another_channel() {
    let world = World::new().await;
    let id = world.payment_id();
    world.fault(json!({"kind": "decline", "command": "PAY_INSTANTLY", "requests": 1})).await;
    let declined = world.engine.pay_instantly(world.account_request(&id, by_channel(SMARTRO))).await;
    assert!(matches!(declined, Err(EngineError::Declined(_))), "{declined:?}");
    assert_eq!(world.status(&id).await, PaymentStatus::Failed);
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    let transactions = world.engine.transactions(&world.caller().store_id, &id).await.unwrap();
    let went: Vec<_> = transactions.iter().map(|(one, _)| (one.channel.key.as_str(), one.status)).collect();
    assert_eq!(went, [(SMARTRO, PaymentStatus::Failed), (KPN, PaymentStatus::Paid)]);
    assert_ne!(transactions[0].0.id, transactions[1].0.id);
}

#[tokio::test]
async fn sr_061_a_super_billing_key_maps_to_every_channel_that_issued_it() {
    let world = World::new().await;
    let record =
        world.engine.issue_billing_key(world.issue_request(by_group(GROUP), APPROVED)).await.unwrap();
    assert_eq!(record.channels.len(), 2);
    assert!(record.channels.iter().all(|part| matches!(part.state, KeyChannelState::Issued(_))));
    assert_eq!(record.channel_group.as_ref().unwrap().id.as_str(), GROUP);
    let mut went = BTreeMap::new();
    for _ in 0..40 {
        let id = world.payment_id();
        world.engine.pay_with_billing_key(world.key_request(&id, &record.key)).await.unwrap();
        *went.entry(world.payment(&id).await.channel.key.to_string()).or_insert(0) += 1;
    }
    assert_eq!(went.len(), 2, "both channels are drawn: {went:?}");
}

#[tokio::test]
async fn sr_062_partial_failure_leaves_a_key_that_works_where_it_was_issued() {
    let world = World::new().await;
    let request = world.issue_request(by_group(GROUP), REFUSED_BY_KPN);
    let record = world.engine.issue_billing_key(request).await.unwrap();
    let failed: Vec<_> = record
        .channels
        .iter()
        .filter(|part| matches!(part.state, KeyChannelState::Failed(_)))
        .map(|part| part.channel.key.as_str())
        .collect();
    assert_eq!(failed, [KPN]);
    for _ in 0..10 {
        let id = world.payment_id();
        world.engine.pay_with_billing_key(world.key_request(&id, &record.key)).await.unwrap();
        assert_eq!(world.payment(&id).await.channel.key.as_str(), SMARTRO);
    }
}

#[tokio::test]
async fn sr_064_no_key_exists_when_every_channel_refuses() {
    let world = World::new().await;
    let request = world.issue_request(by_group(GROUP), "4000000000000002");
    let result = world.engine.issue_billing_key(request).await;
    let Err(EngineError::ChannelSpecific { failures, succeeded }) = result else { panic!("{result:?}") };
    assert_eq!((failures.len(), succeeded.len()), (2, 0));
    assert!(failures.iter().all(|(_, failure)| failure.pg_code.is_some()));
}

#[tokio::test]
async fn sr_070_and_sr_071_channel_key_overrides_the_draw_where_the_key_is_held() {
    let world = World::new().await;
    let request = world.issue_request(by_group(GROUP), REFUSED_BY_KPN);
    let key = world.engine.issue_billing_key(request).await.unwrap().key;
    let pinned = |channel: &str| {
        let mut request = world.key_request(&world.payment_id(), &key);
        request.channel_key = Some(channel.parse().unwrap());
        request
    };
    world.engine.pay_with_billing_key(pinned(SMARTRO)).await.unwrap();
    let refused = world.engine.pay_with_billing_key(pinned(KPN)).await;
    assert!(matches!(refused, Err(EngineError::NoChannel(_))), "{refused:?}");
}

#[tokio::test]
async fn sr_077_deleting_tells_which_channels_failed() {
    let world = World::new().await;
    let key =
        world.engine.issue_billing_key(world.issue_request(by_group(GROUP), APPROVED)).await.unwrap().key;
    let fault =
        json!({"kind": "decline", "command": "DELETE_BILLING_KEY", "channelKey": SMARTRO, "requests": 1});
    world.fault(fault).await;
    let result = world.engine.delete_billing_key(&world.caller(), &key, false).await;
    let Err(EngineError::ChannelSpecific { failures, succeeded }) = result else { panic!("{result:?}") };
    assert_eq!(failures[0].0.key.as_str(), SMARTRO);
    assert_eq!(succeeded[0].key.as_str(), KPN);
    world.engine.delete_billing_key(&world.caller(), &key, false).await.unwrap();
}

fn change(members: &[(&str, u32)], effective_at: Option<chrono::DateTime<chrono::Utc>>) -> GroupChange {
    GroupChange { group: group(GROUP, members), effective_at, force: false }
}

async fn account_goes_to(world: &World) -> String {
    let id = world.payment_id();
    world.engine.pay_instantly(world.account_request(&id, by_group(GROUP))).await.unwrap();
    world.payment(&id).await.channel.key.to_string()
}

#[tokio::test]
async fn sr_007_a_change_counts_for_the_next_request() {
    let world = World::new().await;
    world.engine.change_group(change(&[(SMARTRO, 100), (KPN, 0)], None)).await.unwrap();
    assert_eq!(account_goes_to(&world).await, SMARTRO);
    world.engine.change_group(change(&[(SMARTRO, 0), (KPN, 100)], None)).await.unwrap();
    assert_eq!(account_goes_to(&world).await, KPN);
}

/// The console takes full hours; here any moment to come will do, and no other.
#[tokio::test]
async fn sr_008_a_scheduled_change_counts_from_its_moment() {
    let world = World::new().await;
    world.engine.change_group(change(&[(SMARTRO, 100), (KPN, 0)], None)).await.unwrap();
    let later = world.clock.now() + chrono::TimeDelta::hours(1);
    world.engine.change_group(change(&[(SMARTRO, 0), (KPN, 100)], Some(later))).await.unwrap();
    world.clock.advance(chrono::TimeDelta::seconds(3599));
    assert_eq!(account_goes_to(&world).await, SMARTRO);
    world.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(account_goes_to(&world).await, KPN);
    let past = Some(world.clock.now() - chrono::TimeDelta::seconds(1));
    let refused = world.engine.change_group(change(&[(SMARTRO, 100), (KPN, 0)], past)).await;
    assert!(matches!(refused, Err(EngineError::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn sr_009_a_deleted_group_takes_nothing_and_its_keys_need_a_channel() {
    let world = World::new().await;
    let key =
        world.engine.issue_billing_key(world.issue_request(by_group(GROUP), APPROVED)).await.unwrap().key;
    let (store, id) = (world.caller().store_id, GROUP.parse().unwrap());
    let used = world.engine.delete_group(&store, &id, false).await;
    assert!(matches!(used, Err(EngineError::InUse(dependents)) if dependents.billing_keys == 1));
    world.engine.delete_group(&store, &id, true).await.unwrap();
    let paid = world.engine.pay_instantly(world.account_request(&world.payment_id(), by_group(GROUP))).await;
    assert!(matches!(paid, Err(EngineError::ChannelNotFound(_))), "{paid:?}");
    let mut request = world.key_request(&world.payment_id(), &key);
    let drawn = world.engine.pay_with_billing_key(world.key_request(&world.payment_id(), &key)).await;
    assert!(matches!(drawn, Err(EngineError::ChannelNotFound(_))), "{drawn:?}");
    request.channel_key = Some(KPN.parse().unwrap());
    world.engine.pay_with_billing_key(request).await.unwrap();
}

/// KPN is new in the live group, so its owner is told to test it; Smartro was there before.
#[tokio::test]
async fn sr_012_a_new_pg_in_a_live_group_is_advised_to_be_tested() {
    let live = |key: &str, provider| Channel { environment: Environment::Live, ..channel(key, provider) };
    let of =
        |members: &[(&str, u32)]| ChannelGroup { environment: Environment::Live, ..group(GROUP, members) };
    let channels = vec![live(SMARTRO, "SMARTRO_V2"), live("smartro-2", "SMARTRO_V2"), live(KPN, "KPN")];
    let world = World::with(channels, vec![of(&[(SMARTRO, 100)])], 12).await;
    let grown = GroupChange {
        group: of(&[(SMARTRO, 40), ("smartro-2", 30), (KPN, 30)]),
        effective_at: None,
        force: false,
    };
    let saved = world.engine.change_group(grown.clone()).await.unwrap();
    assert_eq!(saved.group.version, 2, "it is advice, and the change counts");
    let newcomers = |saved: &GroupSaved| -> Vec<String> {
        let of_rule = saved.advice.violations.iter().filter(|violation| violation.rule == "SR-012");
        of_rule.map(ToString::to_string).collect()
    };
    assert_eq!(newcomers(&saved).len(), 1, "{:?}", saved.advice);
    assert!(newcomers(&saved)[0].starts_with("SR-012 channels[2].key: KPN is new in this live group"));
    assert!(newcomers(&world.engine.change_group(grown).await.unwrap()).is_empty(), "it is new once");
}

/// A group whose members differ in what they take is told so when it is saved.
#[tokio::test]
async fn sr_010_a_group_of_members_that_lack_a_method_is_advised() {
    let world = World::new().await;
    let saved = world.engine.change_group(change(&[(SMARTRO, 50), (KPN, 50)], None)).await.unwrap();
    let told: Vec<String> = saved.advice.violations.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("SR-010 channels[0].key: SMARTRO_V2 lacks PAY_INSTANTLY by CARD"),
        "{told:?}"
    );
    let alone = world.engine.change_group(change(&[(KPN, 100)], None)).await.unwrap();
    assert!(alone.advice.is_empty(), "{:?}", alone.advice);
}

/// Routing is not method-aware at PortOne; here a member that lacks the method is passed over, and the record says so.
#[tokio::test]
async fn sr_010_a_member_that_lacks_the_method_is_named_in_the_record() {
    let world = World::new().await;
    let id = world.payment_id();
    world.engine.pay_instantly(world.card_request(&id, by_group(GROUP), APPROVED)).await.unwrap();
    let transactions = world.engine.transactions(&world.caller().store_id, &id).await.unwrap();
    let decision: Decision = serde_json::from_str(&transactions[0].1).unwrap();
    assert!(
        decision
            .to_string()
            .contains("channel-key-smartro (SMARTRO_V2): weight 50, probability 0/50, refused")
    );
}

/// The decision is stored with the payment and leads to the same channel again.
#[tokio::test]
async fn a_decision_is_recorded_and_replays() {
    let world = World::new().await;
    let id = world.payment_id();
    world.engine.pay_instantly(world.card_request(&id, by_group(GROUP), APPROVED)).await.unwrap();
    let transactions = world.engine.transactions(&world.caller().store_id, &id).await.unwrap();
    let decision: Decision = serde_json::from_str(&transactions[0].1).unwrap();
    assert_eq!(decision.chosen(), &transactions[0].0.channel.key);
    assert_eq!(decision.replay(), Some(decision.chosen()));
    assert_eq!(decision.chosen().as_str(), KPN, "Smartro has no card key-in, so it is passed over");
}

/// A channel whose outcome is unknown at issue is told as such, and joins the key once it is settled.
#[tokio::test]
async fn an_unknown_part_of_an_issue_joins_the_key_later() {
    let world = World::new().await;
    let lost = json!({"kind": "reset", "booked": true, "command": "ISSUE_BILLING_KEY", "channelKey": KPN, "requests": 1});
    world.fault(lost).await;
    // What Smartro's key is of is asked too, and may stay unknown.
    world.fault(json!({"kind": "status", "status": 503, "command": "READ", "requests": 2})).await;
    let record =
        world.engine.issue_billing_key(world.issue_request(by_group(GROUP), APPROVED)).await.unwrap();
    let state = |record: &portone_engine::ledger::BillingKeyRecord, key: &str| {
        record.channels.iter().find(|part| part.channel.key.as_str() == key).unwrap().state.clone()
    };
    assert!(matches!(state(&record, SMARTRO), KeyChannelState::Issued(_)));
    assert_eq!(state(&record, KPN), KeyChannelState::Pending);
    let id = world.payment_id();
    world.engine.pay_with_billing_key(world.key_request(&id, &record.key)).await.unwrap();
    assert_eq!(world.payment(&id).await.channel.key.as_str(), SMARTRO, "usable at once where it is held");
    world.clear_faults().await;
    world.settle_all().await;
    let settled = world.engine.billing_key(&world.caller().store_id, &record.key).await.unwrap();
    assert!(matches!(state(&settled, KPN), KeyChannelState::Issued(_)));
}

/// Card payments are compared with the upstream a little later: the card's facts are filled in.
#[tokio::test]
async fn a_card_payment_is_compared_and_filled_in() {
    let world = World::new().await;
    let id = world.payment_id();
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), APPROVED)).await.unwrap();
    assert_eq!(world.payment(&id).await.card.unwrap().issuer, None);
    assert_eq!(world.engine.verify_paid(10).await.unwrap().claimed, 0, "not due yet");
    world.clock.advance(chrono::TimeDelta::seconds(6));
    let swept = world.engine.verify_paid(10).await.unwrap();
    assert_eq!((swept.claimed, swept.finished), (1, 1));
    let card = world.payment(&id).await.card.unwrap();
    assert!(card.issuer.is_some() && card.approval_number.is_some(), "{card:?}");
    assert_eq!(card.bin.as_deref(), Some("424242"));
    assert!(world.engine.store().discrepancies(10).await.unwrap().is_empty());
    assert_eq!(world.engine.verify_paid(10).await.unwrap().claimed, 0, "once is enough");
    assert!(world.clock.now() > world.payment(&id).await.requested_at);
}
