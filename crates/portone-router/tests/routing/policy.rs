//! What a channel's own rules do to a request: `on_violation`.

use portone_core::{OnViolation, Order};
use portone_router::{Decision, NoChannelReason, Purpose, Verdict};

use crate::fake::{Desk, KPN, OPEN, SMARTRO, Scene, account, card, order, pay_by_card, pay_into_account};

fn named(order_name: &str) -> Order {
    Order { order_name: order_name.to_owned(), ..order() }
}

#[test]
fn skip_passes_over_a_channel_whose_profile_lacks_the_method() {
    let desk = Desk::new(pay_by_card(order(), card()));
    let scene = Scene::of(&[&SMARTRO, &KPN]);
    for draw in [0, u64::MAX] {
        let choice = scene.asking(&desk).choose(Purpose::OneTime, draw).expect("KPN has key-in by card");
        let Decision::Group(decision) = &choice.decision else { panic!("it was drawn from a group") };
        assert_eq!(decision.chosen.as_str(), "KPN");
        assert_eq!(decision.candidates[1].probability.to_string(), "1/1");
        let Verdict::Refused(violations) = &decision.candidates[0].verdict else { panic!("it lacks cards") };
        assert_eq!(violations.len(), 1, "advice is no violation");
        assert_eq!(violations[0].rule, "FAKE-CAP");
    }
}

#[test]
fn skip_passes_over_a_channel_whose_rules_refuse() {
    let desk = Desk::new(pay_by_card(named("KPN must not see it"), card()));
    let scene = Scene::of(&[&KPN, &OPEN]);
    let choice = scene.asking(&desk).choose(Purpose::OneTime, 0).expect("OPEN takes it");
    assert_eq!(choice.decision.chosen().as_str(), "OPEN");
}

#[test]
fn when_none_can_the_error_lists_every_channels_violations() {
    let desk = Desk::new(pay_by_card(named("neither KPN nor Smartro"), card()));
    let refusal = Scene::of(&[&SMARTRO, &KPN]).asking(&desk).choose(Purpose::OneTime, 0).expect_err("nobody");
    assert_eq!(refusal.reason, NoChannelReason::Refused);
    let found: Vec<_> = refusal
        .violations()
        .map(|(channel, violation)| (channel.as_str(), violation.rule.as_str()))
        .collect();
    assert_eq!(found, [("SMARTRO_V2", "FAKE-001"), ("SMARTRO_V2", "FAKE-CAP"), ("KPN", "FAKE-001")]);
    let text = refusal.to_string();
    assert!(text.contains("KPN: FAKE-001 orderName: is not for KPN"), "{text}");
}

#[test]
fn sr_011_fail_refuses_what_any_active_member_refuses_whatever_the_draw() {
    let desk = Desk::new(pay_by_card(named("not for KPN"), card()));
    let scene = Scene::of(&[&KPN, &OPEN]).on_violation(OnViolation::Fail);
    for draw in [0, u64::MAX] {
        let refusal = scene.asking(&desk).choose(Purpose::OneTime, draw).expect_err("KPN refuses");
        assert_eq!(refusal.reason, NoChannelReason::Refused);
        assert_eq!(refusal.violations().count(), 1);
    }
    let without = scene.inactive("KPN");
    assert_eq!(
        without.asking(&desk).choose(Purpose::OneTime, 0).expect("OPEN").decision.chosen().as_str(),
        "OPEN"
    );
}

#[test]
fn fail_asks_active_members_of_weight_0_too() {
    let desk = Desk::new(pay_by_card(named("not for KPN"), card()));
    let mut scene = Scene::of(&[&KPN, &OPEN]);
    scene.group.members[0].weight = 0;
    assert!(scene.asking(&desk).choose(Purpose::OneTime, 0).is_ok());
    let strict = scene.on_violation(OnViolation::Fail);
    assert!(strict.asking(&desk).choose(Purpose::OneTime, 0).is_err());
}

#[test]
fn a_refusal_that_decides_nothing_is_not_the_reason() {
    let desk = Desk::new(pay_by_card(named("not for KPN"), card()));
    let mut scene = Scene::of(&[&KPN, &OPEN]).inactive("OPEN");
    scene.group.members[0].weight = 0;
    let refusal = scene.asking(&desk).choose(Purpose::OneTime, 0).expect_err("nobody");
    assert_eq!(refusal.reason, NoChannelReason::NoSelectableMember);
}

#[test]
fn what_the_group_requires_is_refused_under_either_policy() {
    for policy in [OnViolation::Skip, OnViolation::Fail] {
        let desk = Desk::new(pay_into_account(order(), account()));
        let scene = Scene::of(&[&SMARTRO, &OPEN]).on_violation(policy);
        let refusal = scene.asking(&desk).choose(Purpose::OneTime, 0).expect_err("productCount is missing");
        assert_eq!(refusal.reason, NoChannelReason::Refused);
        assert_eq!(refusal.required.len(), 1);
        assert_eq!(
            (refusal.required[0].rule.as_str(), refusal.required[0].field.as_str()),
            ("SR-045", "productCount")
        );
        assert!(refusal.to_string().contains("SR-045 productCount"));
    }
}

#[test]
fn the_chosen_channels_advice_follows_the_groups() {
    let desk = Desk::new(pay_by_card(Order { product_count: Some(1), ..order() }, card()));
    let scene = Scene::of(&[&KPN, &OPEN]);
    let choice = scene.asking(&desk).choose(Purpose::OneTime, u64::MAX).expect("OPEN");
    let advice: Vec<_> = choice
        .decision
        .advice()
        .iter()
        .map(|advice| (advice.rule.as_str(), advice.message.as_str()))
        .collect();
    assert_eq!(advice[0].0, "SR-051");
    assert_eq!(advice[1], ("FAKE-002", "was seen by Open"));
    assert_eq!(advice.len(), 2);
    let admitted = choice.admitted.expect("the command as OPEN's rules let it pass");
    assert_eq!(admitted.adapter().profile().provider, "OPEN");
}
