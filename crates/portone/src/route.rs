//! `portone route`: how a group would distribute payments, drawn.

use std::collections::BTreeMap;

use portone_core::{Channel, ChannelGroup, ChannelGroupId, ChannelKey};
use portone_engine::port::Random as _;
use portone_router::{Candidate, Purpose, Roster, Verdict};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::cli::RouteArgs;
use crate::serve::configuration;
use crate::system::{Failure, SystemRandom, system_time};

/// Routes payments that go nowhere, and prints where they would have gone.
pub(crate) fn route(args: &RouteArgs) -> Result<(), Failure> {
    let id: ChannelGroupId = args.group.parse()?;
    let (group, channels) = find_group(args, &id)?;
    let seed = args.seed.unwrap_or_else(|| SystemRandom.next_u64());
    let holds_key = |key: &ChannelKey| args.billing_key_at.iter().any(|held| held == key.as_str());
    let purpose = if args.billing_key_at.is_empty() { Purpose::OneTime } else { Purpose::BillingKeyPayment };
    let roster = Roster::new(&group, |member| Candidate {
        channel: channels.iter().find(|channel| channel.key == member.channel),
        holds_key: holds_key(&member.channel),
        ask: None,
    });
    let mut random = StdRng::seed_from_u64(seed);
    let mut counts: BTreeMap<ChannelKey, u64> = BTreeMap::new();
    for _ in 0..args.payments {
        let choice = roster.choose(purpose, random.next_u64())?;
        *counts.entry(choice.decision.chosen().clone()).or_default() += 1;
    }
    println!("{} ({}), version {}, seed {seed}{}", group.id, group.name, group.version, failover(&group));
    let portone_router::Decision::Group(decision) = roster.choose(purpose, 0)?.decision else {
        return Err("a group's decision was not one of a group".into());
    };
    for candidate in &decision.candidates {
        let count = counts.get(&candidate.channel_key).copied().unwrap_or(0);
        println!("  {}", line(candidate, count, args.payments));
    }
    Ok(())
}

/// What a failover policy adds: the shares below are of first draws, with every circuit closed.
fn failover(group: &ChannelGroup) -> String {
    group.failover.as_ref().map_or_else(String::new, |policy| {
        let (count, seconds) = (policy.reroutes_max, policy.within_seconds);
        format!("; failover to up to {count} other channels within {seconds} s")
    })
}

/// The group that counts now: from the database where there is one, else from the file.
fn find_group(args: &RouteArgs, id: &ChannelGroupId) -> Result<(ChannelGroup, Vec<Channel>), Failure> {
    let config = configuration(&args.serve)?;
    let now = system_time();
    let stored = config.database.read_directory()?;
    let versions = stored.iter().flat_map(|rows| &rows.groups).filter(|version| version.group.id == *id);
    let current = versions
        .filter(|version| version.effective_at <= now)
        .max_by_key(|version| (version.effective_at, version.group.version))
        .map(|version| version.group.clone());
    if let (Some(group), Some(rows)) = (current, stored) {
        return Ok((group, rows.channels));
    }
    let declared = config.stores.iter().flat_map(|store| &store.declared.groups).map(|(group, _)| group);
    let Some(group) = declared.clone().find(|group| group.id == *id) else {
        let known: Vec<&str> = declared.map(|group| group.id.as_str()).collect();
        return Err(format!(
            "there is no channel group `{id}`; the configuration declares {}",
            known.join(", ")
        )
        .into());
    };
    let channels =
        config.stores.iter().flat_map(|store| &store.declared.channels).map(|(channel, _)| channel.clone());
    Ok((group.clone(), channels.collect()))
}

/// One channel: its weight, what came of it, and a bar of one block for each two percent.
fn line(candidate: &portone_router::CandidateRecord, count: u64, payments: u64) -> String {
    let thousandths = (count * 100_000).checked_div(payments).unwrap_or(0);
    let share = format!("{}.{:03} %", thousandths / 1_000, thousandths % 1_000);
    let blocks = usize::try_from(thousandths.div_ceil(2_000)).unwrap_or(0);
    let provider = candidate.provider.as_ref().map_or("?", |provider| provider.as_str());
    let verdict = match &candidate.verdict {
        Verdict::Eligible => String::new(),
        out => format!("  ({out})"),
    };
    format!(
        "{:<24} {:<11} weight {:>3}  {:>9}  {:>9}  {}{verdict}",
        candidate.channel_key.as_str(),
        provider,
        candidate.weight,
        count,
        share,
        "█".repeat(blocks)
    )
}
