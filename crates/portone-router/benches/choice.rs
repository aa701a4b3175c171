//! The cost of one choice among five channels: the draw alone, and the whole decision with its record.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use portone_core::{
    Channel, ChannelGroup, ChannelGroupId, ChannelKey, Environment, GroupMember, OnViolation, PgMerchantId,
    PgProvider, StoreId,
};
use portone_router::{Ask, Candidate, Purpose, Roster, factory, weighted_index};
use portone_testkit::samples;

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn draw_alone(criterion: &mut Criterion) {
    let weights = [10, 30, 5, 15, 40];
    let mut draw = 0_u64;
    criterion.bench_function("weighted_index of 5", |bencher| {
        bencher.iter(|| {
            draw = draw.wrapping_add(STEP);
            weighted_index(black_box(&weights), draw)
        });
    });
}

fn whole_decision(criterion: &mut Criterion) {
    let channels = channels();
    let group = group(&channels, &[10, 30, 5, 15, 40]);
    for (name, purpose) in [("one-time", Purpose::OneTime), ("billing key", Purpose::BillingKeyPayment)] {
        let mut draw = 0_u64;
        criterion.bench_function(&format!("decision of 5 with its record, {name}"), |bencher| {
            bencher.iter(|| {
                draw = draw.wrapping_add(STEP);
                let roster = Roster::new(black_box(&group), |member| Candidate {
                    channel: channels.iter().find(|channel| channel.key == member.channel),
                    holds_key: true,
                    ask: None,
                });
                roster.choose(purpose, draw)
            });
        });
    }
}

fn channels() -> Vec<Channel> {
    ["a", "b", "c", "d", "e"].map(channel).into()
}

fn channel(name: &str) -> Channel {
    Channel {
        key: ChannelKey::parse(&format!("channel-key-{name}")).expect("key"),
        store_id: StoreId::parse("store-1").expect("store"),
        name: name.to_owned(),
        provider: PgProvider::parse("KPN").expect("provider"),
        pg_merchant_id: PgMerchantId::parse("mid").expect("mid"),
        environment: Environment::Test,
        upstream: "sandbox".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: portone_core::Contracts::default(),
        facts: portone_core::ChannelFacts::default(),
    }
}

fn group(channels: &[Channel], weights: &[u32]) -> ChannelGroup {
    let members = channels.iter().zip(weights.iter().copied());
    ChannelGroup {
        id: ChannelGroupId::parse("channel-group-test-bench").expect("id"),
        store_id: StoreId::parse("store-1").expect("store"),
        name: "bench".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        failover: None,
        version: 1,
        members: members
            .map(|(channel, weight)| GroupMember { channel: channel.key.clone(), weight, active: true })
            .collect(),
    }
}

/// A group of ten as the check of the admin face sees it: every channel asked about one card key-in.
fn check_of_ten(criterion: &mut Criterion) {
    let command = samples::command("pay_card");
    let channels: Vec<Channel> = (0..10).map(|number| channel(&number.to_string())).collect();
    let adapters: Vec<_> = channels
        .iter()
        .map(|channel| {
            let factory = factory(&channel.provider).expect("an adapter");
            (factory.build)(channel, &samples::upstream()).expect("its adapter")
        })
        .collect();
    let weights = [10; 10];
    let group = group(&channels, &weights);
    let ctx = samples::context();
    let mut draw = 0_u64;
    criterion.bench_function("check of a card key-in at a group of 10, and the decision", |bencher| {
        bencher.iter(|| {
            draw = draw.wrapping_add(STEP);
            let roster = Roster::new(black_box(&group), |member| {
                let at = channels.iter().position(|channel| channel.key == member.channel);
                Candidate {
                    channel: at.map(|at| &channels[at]),
                    holds_key: true,
                    ask: at.map(|at| Ask { adapter: &*adapters[at], command: &command, ctx: &ctx }),
                }
            });
            roster.choose(Purpose::OneTime, draw)
        });
    });
}

criterion_group!(benches, draw_alone, whole_decision, check_of_ten);
criterion_main!(benches);
