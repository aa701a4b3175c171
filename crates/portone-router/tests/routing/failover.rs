//! Drawing around channels that do not work or that the payment has been to.

use portone_core::ChannelKey;
use portone_router::circuit::Passage;
use portone_router::{
    Around, Decision, GroupDecision, NoChannel, NoChannelReason, Purpose, Reroute, RerouteClass, Verdict,
};

use crate::fake::{Scene, Seeded, key};

/// Draws where some channels do not work, after some were tried.
fn draw_around(
    scene: &Scene,
    purpose: Purpose,
    draw: u64,
    (barred, canaries, tried): (&[&str], &[&str], &[&str]),
) -> Result<GroupDecision, NoChannel> {
    let tried: Vec<ChannelKey> = tried.iter().map(|name| key(name)).collect();
    let passage = |channel: &ChannelKey| match channel.as_str() {
        name if barred.contains(&name) => Passage::Barred,
        name if canaries.contains(&name) => Passage::Canary,
        _ => Passage::Free,
    };
    let after = tried.last().map(|from| Reroute {
        from: from.clone(),
        because: RerouteClass::Unavailable,
        reason: "not sent: refused".to_owned(),
    });
    let around = Around { passage: &passage, tried: &tried, after: after.as_ref() };
    match scene.roster().choose_around(purpose, draw, &around)?.decision {
        Decision::Group(decision) => Ok(decision),
        Decision::Pinned(_) => panic!("it was drawn from a group"),
    }
}

fn verdicts(decision: &GroupDecision) -> Vec<String> {
    let told = decision.candidates.iter();
    told.map(|candidate| format!("{} {}", candidate.verdict, candidate.probability)).collect()
}

#[test]
fn an_open_circuit_is_left_out_and_the_rest_renormalised() {
    let scene = Scene::new(&[("a", 50), ("b", 30), ("c", 20)]);
    let decision = draw_around(&scene, Purpose::OneTime, 0, (&["a"], &[], &[])).expect("two are left");
    assert_eq!(verdicts(&decision), ["its circuit is open 0/50", "eligible 30/50", "eligible 20/50"]);
    assert_eq!(decision.chosen, key("b"));
    let record = decision.failover.expect("it is on record");
    assert_eq!((record.attempt, record.after, record.last_resort), (1, None, false));
}

#[test]
fn what_was_tried_is_left_out_and_the_record_says_why() {
    let scene = Scene::new(&[("a", 50), ("b", 30), ("c", 20)]);
    let decision =
        draw_around(&scene, Purpose::OneTime, u64::MAX, (&[], &[], &["c", "a"])).expect("one is left");
    assert_eq!(verdicts(&decision), ["tried before 0/30", "eligible 30/30", "tried before 0/30"]);
    let record = decision.failover.clone().expect("it is on record");
    assert_eq!((record.attempt, record.after.expect("a reason").from), (3, key("a")));
    let told = Decision::Group(decision).to_string();
    assert!(told.contains("attempt 3, after a because it was unavailable: not sent: refused"), "{told}");
}

#[test]
fn a_canary_has_its_usual_weight() {
    let scene = Scene::new(&[("a", 50), ("b", 50)]);
    let decision = draw_around(&scene, Purpose::OneTime, 0, (&[], &["a"], &[])).expect("both");
    assert_eq!(verdicts(&decision), ["eligible 50/100", "eligible 50/100"]);
    assert!(decision.is_canary());
    let other = draw_around(&scene, Purpose::OneTime, u64::MAX, (&[], &["a"], &[])).expect("both");
    assert!(!other.is_canary());
}

#[test]
fn open_circuits_refuse_no_payment_that_has_nowhere_else_to_go() {
    let scene = Scene::new(&[("a", 50), ("b", 50)]).inactive("b");
    let decision =
        draw_around(&scene, Purpose::OneTime, 7, (&["a", "b"], &[], &[])).expect("the last resort");
    assert_eq!(decision.chosen, key("a"));
    assert!(decision.failover.as_ref().is_some_and(|record| record.last_resort));
    let told = Decision::Group(decision).to_string();
    assert!(told.contains("every circuit open: as if closed"), "{told}");
}

#[test]
fn a_reroute_never_goes_to_an_open_circuit() {
    let scene = Scene::new(&[("a", 50), ("b", 50)]);
    let refusal = draw_around(&scene, Purpose::OneTime, 7, (&["b"], &[], &["a"])).expect_err("nobody");
    assert_eq!(refusal.reason, NoChannelReason::NoSelectableMember);
    assert_eq!(refusal.candidates[1].verdict, Verdict::CircuitOpen);
}

#[test]
fn weight_0_is_no_way_out_unless_it_could_be_drawn_without() {
    let scene = Scene::new(&[("a", 100), ("b", 0)]).held_by(&["a", "b"]);
    for purpose in [Purpose::OneTime, Purpose::BillingKeyPayment] {
        assert!(draw_around(&scene, purpose, 7, (&[], &[], &["a"])).is_err(), "{purpose:?}");
    }
    let scene = Scene::new(&[("a", 100), ("b", 0), ("c", 0)]).held_by(&["b", "c"]);
    let decision = draw_around(&scene, Purpose::BillingKeyPayment, 7, (&[], &[], &["b"])).expect("SR-074");
    assert_eq!(decision.chosen, key("c"));
}

#[test]
fn a_key_goes_only_where_it_is_held() {
    let scene = Scene::new(&[("a", 40), ("b", 30), ("c", 30)]).held_by(&["a", "c"]);
    let decision =
        draw_around(&scene, Purpose::BillingKeyPayment, 0, (&[], &[], &["a"])).expect("c holds one");
    assert_eq!(decision.chosen, key("c"));
    assert_eq!(decision.candidates[1].verdict, Verdict::NoBillingKey);
    let gone = draw_around(&scene, Purpose::BillingKeyPayment, 0, (&[], &[], &["a", "c"]));
    assert_eq!(gone.expect_err("nobody").reason, NoChannelReason::NoUsableBillingKey);
}

#[test]
fn a_record_without_failover_is_as_it_was() {
    let scene = Scene::new(&[("a", 50), ("b", 50)]);
    let decision = scene.choose(Purpose::OneTime, 0).expect("a").decision;
    assert!(!serde_json::to_string(&decision).expect("JSON").contains("failover"));
}

/// Random groups: what is drawn is neither tried nor barred, and replays from its own JSON.
#[test]
fn random_draws_replay_and_never_go_back() {
    const SEED: u64 = 0xfa11_0ce5;
    println!("seed {SEED:#x}");
    let mut random = Seeded(SEED);
    let names = ["a", "b", "c", "d"];
    let mut drawn = 0;
    for _ in 0..5_000 {
        let weights = names.map(|name| (name, u32::try_from(random.below(3)).expect("small") * 25));
        let scene = Scene::new(&weights).held_by(&["a", "b", "d"]);
        let mut pick = || names.into_iter().filter(|_| random.below(3) == 0).collect::<Vec<_>>();
        let (barred, canaries, tried) = (pick(), pick(), pick());
        let purpose = if random.below(2) == 0 { Purpose::OneTime } else { Purpose::BillingKeyPayment };
        let Ok(decision) = draw_around(&scene, purpose, random.next(), (&barred, &canaries, &tried)) else {
            continue;
        };
        drawn += 1;
        let chosen = decision.chosen.as_str().to_owned();
        assert!(!tried.contains(&chosen.as_str()));
        let record = decision.failover.as_ref().expect("it is on record");
        assert!(record.last_resort || !barred.contains(&chosen.as_str()));
        assert!(!record.last_resort || tried.is_empty());
        let stored = serde_json::to_string(&Decision::Group(decision)).expect("JSON");
        let read: Decision = serde_json::from_str(&stored).expect("the record");
        assert_eq!(read.replay(), Some(read.chosen()));
    }
    assert!(drawn > 1_000, "{drawn}");
}
