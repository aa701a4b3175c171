//! The cost of one choice among five channels: the draw alone, and the whole decision with its record.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use portone_core::{
    Channel, ChannelGroup, ChannelGroupId, ChannelKey, Environment, GroupMember, OnViolation, PgMerchantId,
    PgProvider, StoreId,
};
use portone_router::{Candidate, Purpose, Roster, weighted_index};

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
    let group = group(&channels);
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
    ["a", "b", "c", "d", "e"]
        .map(|name| Channel {
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
        })
        .into()
}

fn group(channels: &[Channel]) -> ChannelGroup {
    let members = channels.iter().zip([10, 30, 5, 15, 40]);
    ChannelGroup {
        id: ChannelGroupId::parse("channel-group-test-bench").expect("id"),
        store_id: StoreId::parse("store-1").expect("store"),
        name: "bench".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        version: 1,
        members: members
            .map(|(channel, weight)| GroupMember { channel: channel.key.clone(), weight, active: true })
            .collect(),
    }
}

criterion_group!(benches, draw_alone, whole_decision);
criterion_main!(benches);
