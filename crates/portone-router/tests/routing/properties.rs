//! Many random groups against the catalogue's algorithm (section C.3), written down a second time.

use portone_core::{ChannelKey, GroupMember};
use portone_router::{CandidateRecord, Decision, Purpose};

use crate::fake::{Scene, Seeded, key};

const SEED: u64 = 0x5eed_0007;
const GROUP_COUNT: u32 = 2_000;

fn random_scene(random: &mut Seeded) -> Scene {
    let names: Vec<String> = (0..=random.below(9)).map(|at| format!("channel-{at}")).collect();
    let mut scene = Scene::new(&names.iter().map(|name| (name.as_str(), 0)).collect::<Vec<_>>());
    for member in &mut scene.group.members {
        member.weight = u32::try_from(random.below(4) * random.below(26)).expect("at most 75");
        member.active = random.below(4) > 0;
    }
    scene.holders = names.iter().filter(|_| random.below(2) == 0).map(|name| key(name)).collect();
    if random.below(5) == 0 {
        scene.channels.remove(0);
    }
    scene
}

/// C.3: who may be drawn, and with which share.
fn expected_pool(scene: &Scene, purpose: Purpose) -> Vec<(ChannelKey, u32)> {
    let there = |member: &&GroupMember| member.active && scene.channel(&member.channel).is_some();
    let issued =
        |member: &&GroupMember| purpose == Purpose::OneTime || scene.holders.contains(&member.channel);
    let candidates: Vec<_> = scene.group.members.iter().filter(there).filter(issued).collect();
    let pool: Vec<_> = candidates.iter().filter(|member| member.weight > 0).collect();
    if pool.is_empty() && purpose == Purpose::BillingKeyPayment {
        return candidates.iter().map(|member| (member.channel.clone(), 1)).collect();
    }
    pool.iter().map(|member| (member.channel.clone(), member.weight)).collect()
}

fn recorded_pool(candidates: &[CandidateRecord]) -> Vec<(ChannelKey, u32)> {
    candidates
        .iter()
        .filter(|candidate| candidate.probability.numerator > 0)
        .map(|candidate| (candidate.channel_key.clone(), candidate.probability.numerator))
        .collect()
}

/// The first draw that falls on point `at` of `total`.
fn draw_at(at: u64, total: u64) -> u64 {
    let scaled = (u128::from(at) << 64).div_ceil(u128::from(total));
    u64::try_from(scaled).expect("below 2^64")
}

#[test]
fn random_groups_follow_the_catalogues_algorithm_exactly() {
    println!("seed {SEED:#x}");
    let mut random = Seeded(SEED);
    let mut drawn = 0;
    for round in 0..GROUP_COUNT {
        let scene = random_scene(&mut random);
        for purpose in [Purpose::OneTime, Purpose::BillingKeyPayment] {
            let pool = expected_pool(&scene, purpose);
            let total: u64 = pool.iter().map(|(_, share)| u64::from(*share)).sum();
            if total == 0 {
                assert!(scene.choose(purpose, random.next()).is_err(), "round {round}: {scene:?}");
                continue;
            }
            drawn += 1;
            let mut counts: Vec<u32> = vec![0; pool.len()];
            for at in 0..total {
                let decision = scene.choose(purpose, draw_at(at, total)).expect("a channel").decision;
                let Decision::Group(group) = &decision else { panic!("it was drawn from a group") };
                assert_eq!(recorded_pool(&group.candidates), pool, "round {round}");
                let index = pool.iter().position(|(channel, _)| channel == decision.chosen());
                counts[index.expect("the chosen one is in the pool")] += 1;
            }
            let shares: Vec<u32> = pool.iter().map(|(_, share)| *share).collect();
            assert_eq!(counts, shares, "round {round}: each point of the range belongs to one share");
        }
    }
    assert!(drawn > GROUP_COUNT, "most groups could be drawn from: {drawn}");
}

#[test]
fn random_records_read_back_and_replay() {
    println!("seed {SEED:#x}");
    let mut random = Seeded(SEED);
    for _ in 0..GROUP_COUNT {
        let scene = random_scene(&mut random);
        let draw = random.next();
        for purpose in [Purpose::OneTime, Purpose::BillingKeyPayment] {
            let Ok(choice) = scene.choose(purpose, draw) else { continue };
            let text = serde_json::to_string(&choice.decision).expect("JSON");
            let read: Decision = serde_json::from_str(&text).expect("a decision");
            assert_eq!(read, choice.decision);
            assert_eq!(read.replay(), Some(choice.decision.chosen()));
            let again = scene.choose(purpose, draw).expect("the same");
            assert_eq!(again.decision, choice.decision);
        }
    }
}
