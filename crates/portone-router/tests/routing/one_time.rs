//! One-time payments: rules SR-030 to SR-032.

use portone_router::{Decision, NoChannelReason, Probability, Purpose, Verdict};

use crate::fake::{Scene, Seeded};

#[test]
fn sr_030_members_are_drawn_in_proportion_to_their_weights() {
    let scene = Scene::new(&[("A", 10), ("B", 30), ("C", 60)]);
    let seed = 0x0030;
    println!("seed {seed:#x}");
    let mut random = Seeded(seed);
    let mut counts = [0_i64; 3];
    for _ in 0..100_000 {
        let choice = scene.choose(Purpose::OneTime, random.next()).expect("a channel");
        let at = ["A", "B", "C"].iter().position(|name| *name == choice.decision.chosen().as_str());
        counts[at.expect("a member")] += 1;
    }
    for (count, expected) in counts.into_iter().zip([10_000, 30_000, 60_000]) {
        assert!((count - expected).abs() <= 1_000, "{counts:?}");
    }
}

#[test]
fn sr_031_weight_0_gets_no_one_time_traffic() {
    let scene = Scene::new(&[("A", 0), ("B", 100)]);
    for draw in [0, 1, u64::MAX] {
        let Decision::Group(decision) = scene.choose(Purpose::OneTime, draw).expect("B").decision else {
            panic!("it was drawn from a group");
        };
        assert_eq!(decision.chosen.as_str(), "B");
        assert_eq!(decision.candidates[0].verdict, Verdict::ZeroWeight);
        assert_eq!(decision.candidates[0].probability, Probability { numerator: 0, denominator: 100 });
        assert_eq!(decision.candidates[1].probability, Probability { numerator: 100, denominator: 100 });
    }
}

#[test]
fn sr_032_without_a_selectable_member_it_fails() {
    let all_inactive = Scene::new(&[("A", 50), ("B", 50)]).inactive("A").inactive("B");
    let refusal = all_inactive.choose(Purpose::OneTime, 7).expect_err("nobody");
    assert_eq!(refusal.reason, NoChannelReason::NoSelectableMember);
    assert_eq!(refusal.group.as_ref().map(|group| group.version), Some(3));
    assert!(refusal.to_string().contains("SR-032"));
    assert!(refusal.candidates.iter().all(|member| member.verdict == Verdict::InactiveMember));

    let only_zero = Scene::new(&[("A", 0), ("B", 100)]).inactive("B");
    let refusal = only_zero.choose(Purpose::OneTime, 7).expect_err("weight 0 is no fallback here");
    assert_eq!(refusal.reason, NoChannelReason::NoSelectableMember);
}

#[test]
fn channels_that_are_switched_off_or_gone_are_out() {
    let mut scene = Scene::new(&[("A", 40), ("B", 40), ("C", 20)]);
    scene.channels[0].active = false;
    scene.channels.remove(1);
    let Decision::Group(decision) = scene.choose(Purpose::OneTime, 0).expect("C").decision else {
        panic!("it was drawn from a group");
    };
    let verdicts: Vec<_> = decision.candidates.iter().map(|candidate| &candidate.verdict).collect();
    assert_eq!(verdicts, [&Verdict::InactiveChannel, &Verdict::ChannelMissing, &Verdict::Eligible]);
    assert_eq!(decision.candidates[1].provider, None);
    assert_eq!(decision.chosen.as_str(), "C");
}
