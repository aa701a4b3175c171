//! Super billing keys: rules SR-060 to SR-076, as far as they are the router's.

use portone_core::OnViolation;
use portone_router::{
    Candidate, Choice, Decision, GroupDecision, NoChannel, NoChannelReason, Purpose, Verdict, pin,
};

use crate::fake::{Desk, KPN, OPEN, SMARTRO, Scene, card, customer, issue, key, order, pay_with_key};

fn group_decision(choice: Result<Choice<'_>, NoChannel>) -> GroupDecision {
    match choice.expect("a channel").decision {
        Decision::Group(decision) => decision,
        Decision::Pinned(decision) => panic!("nobody named {}", decision.chosen),
    }
}

fn probabilities(scene: &Scene) -> Vec<(String, String)> {
    group_decision(scene.choose(Purpose::BillingKeyPayment, 0))
        .candidates
        .iter()
        .map(|candidate| (candidate.channel_key.to_string(), candidate.probability.to_string()))
        .collect()
}

fn expect_probabilities(scene: &Scene, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(probabilities(scene), expected);
}

#[test]
fn sr_060_an_issue_asks_every_active_member_weight_0_included() {
    let scene = Scene::new(&[("A", 100), ("B", 0), ("C", 0)]).inactive("C");
    let plan = scene.roster().issue_plan().expect("a plan");
    let asked: Vec<_> = plan.tries.iter().map(|member| member.channel_key.as_str()).collect();
    assert_eq!(asked, ["A", "B"]);
    assert_eq!(plan.record.members[2].verdict, Verdict::InactiveMember);
}

#[test]
fn sr_060_an_issue_without_an_active_member_fails() {
    let scene = Scene::new(&[("A", 100)]).inactive("A");
    let refusal = scene.roster().issue_plan().expect_err("nobody");
    assert_eq!(refusal.reason, NoChannelReason::NoSelectableMember);
}

#[test]
fn sr_062_a_member_whose_rules_refuse_the_issue_is_a_failure_of_its_own() {
    let desk = Desk::new(issue(card(), portone_core::Customer { id: Some("Smartro".into()), ..customer() }));
    let scene = Scene::of(&[&SMARTRO, &KPN]);
    let roster = scene.asking(&desk);
    let plan = roster.issue_plan().expect("KPN takes it");
    assert_eq!(plan.tries.len(), 1);
    let admitted = plan.tries[0].admitted.as_ref().expect("a command");
    assert_eq!(admitted.adapter().profile().provider, "KPN");
    let failures: Vec<_> = plan
        .record
        .failures()
        .map(|(channel, violations)| (channel.as_str(), violations[0].rule.as_str()))
        .collect();
    assert_eq!(failures, [("SMARTRO_V2", "FAKE-001")]);
    assert_eq!(plan.record.members[1].advice[0].rule, "FAKE-002");

    let strict = scene.on_violation(OnViolation::Fail);
    let refusal = strict.asking(&desk).issue_plan().expect_err("Smartro refuses");
    assert_eq!(refusal.reason, NoChannelReason::Refused);
}

#[test]
fn sr_064_when_all_members_refuse_the_plan_asks_nobody() {
    let customer = portone_core::Customer { id: Some("Smartro KPN".into()), ..customer() };
    let desk = Desk::new(issue(card(), customer));
    let scene = Scene::of(&[&SMARTRO, &KPN]);
    let roster = scene.asking(&desk);
    let plan = roster.issue_plan().expect("each failure is the channel's own");
    assert!(plan.tries.is_empty());
    assert_eq!(plan.record.failures().count(), 2);
}

fn pinned<'a>(scene: &'a Scene, name: &str) -> Result<Choice<'a>, NoChannel> {
    let channel_key = key(name);
    let candidate = Candidate {
        channel: scene.channel(&channel_key),
        holds_key: scene.holders.contains(&channel_key),
        ask: None,
    };
    pin(&channel_key, Purpose::BillingKeyPayment, &candidate)
}

#[test]
fn sr_070_a_named_channel_is_taken_whatever_the_weights() {
    let scene = Scene::new(&[("A", 100), ("B", 0)]).held_by(&["A", "B"]);
    let decision = pinned(&scene, "B").expect("B").decision;
    assert_eq!(decision.chosen().as_str(), "B");
    assert!(matches!(decision, Decision::Pinned(_)));
    assert_eq!(decision.replay(), Some(decision.chosen()));

    let inactive = scene.inactive("B");
    assert!(pinned(&inactive, "B").is_ok(), "membership plays no part");
}

#[test]
fn sr_071_a_named_channel_without_a_key_fails() {
    let mut scene = Scene::new(&[("A", 50), ("D", 50)]).held_by(&["A"]);
    let refusal = pinned(&scene, "D").expect_err("D holds no key");
    assert_eq!(refusal.reason, NoChannelReason::PinWithoutBillingKey);
    assert!(refusal.to_string().contains("SR-071"));

    assert_eq!(pinned(&scene, "X").expect_err("there is no X").reason, NoChannelReason::PinUnusable);
    scene.channels[0].active = false;
    assert_eq!(pinned(&scene, "A").expect_err("A is off").reason, NoChannelReason::PinUnusable);
}

#[test]
fn a_named_channels_rules_refuse_too() {
    let desk = Desk::new(pay_with_key(portone_core::Order { order_name: "KPN".into(), ..order() }));
    let scene = Scene::of(&[&KPN]).held_by(&["KPN"]);
    let channel = &scene.channels[0];
    let candidate = Candidate { channel: Some(channel), holds_key: true, ask: Some(desk.ask(channel)) };
    let refusal = pin(&channel.key, Purpose::BillingKeyPayment, &candidate).expect_err("it refuses");
    assert_eq!(refusal.reason, NoChannelReason::Refused);
    assert_eq!(refusal.violations().count(), 1);
}

#[test]
fn sr_072_the_groups_current_weights_decide_among_holders() {
    let scene = Scene::new(&[("B", 10), ("C", 30), ("D", 60)]).held_by(&["A", "B", "C"]);
    expect_probabilities(&scene, &[("B", "10/40"), ("C", "30/40"), ("D", "0/40")]);
}

#[test]
fn sr_073_members_added_after_the_issue_are_skipped() {
    let scene = Scene::new(&[("A", 10), ("D", 90)]).held_by(&["A"]);
    expect_probabilities(&scene, &[("A", "10/10"), ("D", "0/10")]);
    let decision = group_decision(scene.choose(Purpose::BillingKeyPayment, u64::MAX));
    assert_eq!(decision.candidates[1].verdict, Verdict::NoBillingKey);
    assert!(decision.advice.is_empty());
}

#[test]
fn sr_074_weight_0_is_used_when_only_weight_0_holds_a_key() {
    let scene = Scene::new(&[("TOSS", 0), ("SMARTRO", 100)]).held_by(&["NICE", "INICIS", "TOSS"]);
    expect_probabilities(&scene, &[("TOSS", "1/1"), ("SMARTRO", "0/1")]);
    let decision = group_decision(scene.choose(Purpose::BillingKeyPayment, u64::MAX));
    assert_eq!(decision.chosen.as_str(), "TOSS");
    assert!(decision.is_zero_weight_fallback());
    assert_eq!(decision.advice[0].rule, "SR-074");
}

#[test]
fn sr_074_weight_0_is_not_used_beside_a_weighted_holder() {
    let scene = Scene::new(&[("A", 0), ("B", 100)]).held_by(&["A", "B"]);
    expect_probabilities(&scene, &[("A", "0/100"), ("B", "100/100")]);
}

#[test]
fn weight_0_is_the_last_resort_when_the_weighted_holders_refuse() {
    let desk = Desk::new(pay_with_key(portone_core::Order { order_name: "not KPN".into(), ..order() }));
    let mut scene = Scene::of(&[&KPN, &OPEN]).held_by(&["KPN", "OPEN"]);
    scene.group.members[0].weight = 100;
    scene.group.members[1].weight = 0;
    let roster = scene.asking(&desk);
    let decision = group_decision(roster.choose(Purpose::BillingKeyPayment, 0));
    assert_eq!(decision.chosen.as_str(), "OPEN");
    assert!(decision.is_zero_weight_fallback());
}

#[test]
fn sr_075_several_holders_of_weight_0_are_drawn_uniformly() {
    let scene = Scene::new(&[("A", 0), ("B", 0), ("D", 100)]).held_by(&["A", "B"]);
    expect_probabilities(&scene, &[("A", "1/2"), ("B", "1/2"), ("D", "0/2")]);
    for (draw, expected) in [(0, "A"), ((1 << 63) - 1, "A"), (1 << 63, "B"), (u64::MAX, "B")] {
        let decision = group_decision(scene.choose(Purpose::BillingKeyPayment, draw));
        assert_eq!(decision.chosen.as_str(), expected);
    }
}

#[test]
fn sr_076_it_fails_when_every_holder_is_inactive_or_removed() {
    let inactive = Scene::new(&[("A", 0), ("D", 100)]).inactive("A").held_by(&["A"]);
    let refusal = inactive.choose(Purpose::BillingKeyPayment, 0).expect_err("A is inactive");
    assert_eq!(refusal.reason, NoChannelReason::NoUsableBillingKey);

    let removed = Scene::new(&[("D", 100)]).held_by(&["A"]);
    let refusal = removed.choose(Purpose::BillingKeyPayment, 0).expect_err("A is gone");
    assert_eq!(refusal.reason, NoChannelReason::NoUsableBillingKey);
    assert_eq!(refusal.candidates[0].verdict, Verdict::NoBillingKey);
}
