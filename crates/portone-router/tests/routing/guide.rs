//! The two worked examples of the integration guide (seed 000), from issue to payment.

use portone_core::{ChannelKey, GroupMember};
use portone_router::{Decision, Purpose};

use crate::fake::{OPEN, Scene, channel, key};

/// Everyone whom an issue over this group asks, all of them answering.
fn issue_everywhere(scene: &Scene) -> Vec<ChannelKey> {
    let plan = scene.roster().issue_plan().expect("a plan");
    plan.tries.into_iter().map(|member| member.channel_key).collect()
}

fn regroup(scene: &mut Scene, members: &[(&str, u32)]) {
    scene.group.version += 1;
    scene.group.members = members
        .iter()
        .map(|(name, weight)| GroupMember { channel: key(name), weight: *weight, active: true })
        .collect();
    for (name, _) in members {
        if scene.channel(&key(name)).is_none() {
            scene.channels.push(channel(name, &OPEN));
        }
    }
}

#[test]
fn keys_at_a_b_c_and_a_group_now_b_10_c_30_d_60_pay_25_to_75_percent() {
    let mut scene = Scene::new(&[("A", 40), ("B", 30), ("C", 30)]);
    scene.holders = issue_everywhere(&scene);
    regroup(&mut scene, &[("B", 10), ("C", 30), ("D", 60)]);

    let quarter = 1_u64 << 62;
    for (draw, expected) in [(0, "B"), (quarter - 1, "B"), (quarter, "C"), (u64::MAX, "C")] {
        let decision = scene.choose(Purpose::BillingKeyPayment, draw).expect("a channel").decision;
        assert_eq!(decision.chosen().as_str(), expected, "{decision}");
    }
    let decision = scene.choose(Purpose::BillingKeyPayment, 0).expect("a channel").decision;
    let Decision::Group(decision) = decision else { panic!("it was drawn from a group") };
    assert_eq!(decision.group_version, 4);
    assert_eq!(decision.candidates[0].probability.to_string(), "10/40");
    assert_eq!(decision.candidates[1].probability.to_string(), "30/40");
    assert_eq!(decision.candidates[2].probability.to_string(), "0/40");
}

#[test]
fn keys_at_nice_inicis_toss_and_a_group_now_toss_0_smartro_100_pay_at_toss() {
    let mut scene = Scene::new(&[("NICE", 40), ("INICIS", 30), ("TOSS", 30)]);
    scene.holders = issue_everywhere(&scene);
    regroup(&mut scene, &[("TOSS", 0), ("SMARTRO", 100)]);
    for draw in [0, 1 << 63, u64::MAX] {
        let decision = scene.choose(Purpose::BillingKeyPayment, draw).expect("a channel").decision;
        assert_eq!(decision.chosen().as_str(), "TOSS");
    }
    let inactive = scene.inactive("TOSS");
    assert!(inactive.choose(Purpose::BillingKeyPayment, 0).is_err());
}
