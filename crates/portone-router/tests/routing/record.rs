//! The record: serialised, read back, replayed, and free of secrets.

use portone_core::ChannelKey;
use portone_router::{Decision, IssueRecord, NoChannel, Purpose, factory, registry};
use serde_json::json;

use crate::fake::{Desk, KPN, OPEN, SMARTRO, Scene, card, customer, issue, key, order, pay_by_card};

fn drawn(draw: u64) -> Decision {
    let desk = Desk::new(pay_by_card(order(), card()));
    let scene = Scene::of(&[&SMARTRO, &KPN, &OPEN]);
    scene.asking(&desk).choose(Purpose::OneTime, draw).expect("a channel").decision
}

#[test]
fn a_record_reads_back_as_it_was_and_replays_to_the_same_channel() {
    for draw in [0, 1 << 63, u64::MAX] {
        let decision = drawn(draw);
        let text = serde_json::to_string(&decision).expect("JSON");
        let read: Decision = serde_json::from_str(&text).expect("a decision");
        assert_eq!(read, decision);
        assert_eq!(read.replay(), Some(decision.chosen()));
    }
}

#[test]
fn a_tampered_record_does_not_replay() {
    let mut json = serde_json::to_value(drawn(0)).expect("JSON");
    assert_eq!(json["chosen"], "KPN");
    json["chosen"] = "OPEN".into();
    let forged: Decision = serde_json::from_value(json).expect("a decision");
    assert_ne!(forged.replay(), Some(forged.chosen()));
}

#[test]
fn a_record_is_readable_json() {
    let scene = Scene::new(&[("B", 10), ("C", 30), ("D", 60)]).held_by(&["B", "C"]);
    let decision = scene.choose(Purpose::BillingKeyPayment, u64::MAX).expect("C").decision;
    let candidate = |key: &str, weight: u32, verdict: &str, numerator: u32| {
        json!({
            "channelKey": key, "provider": "OPEN", "weight": weight, "verdict": { "type": verdict },
            "probability": { "numerator": numerator, "denominator": 40 },
        })
    };
    let expected = json!({
        "kind": "GROUP",
        "groupId": "channel-group-test-94ab2b51-b7e1-4b74-9a9c-9fb6e117a6ac",
        "groupVersion": 3,
        "purpose": "BILLING_KEY_PAYMENT",
        "onViolation": "skip",
        "draw": "18446744073709551615",
        "candidates": [
            candidate("B", 10, "ELIGIBLE", 10),
            candidate("C", 30, "ELIGIBLE", 30),
            candidate("D", 60, "NO_BILLING_KEY", 0),
        ],
        "chosen": "C",
    });
    assert_eq!(serde_json::to_value(&decision).expect("JSON"), expected);
}

#[test]
fn a_decision_explains_itself() {
    let text = drawn(0).to_string();
    let expected = "KPN: drawn (0) from channel-group-test-94ab2b51-b7e1-4b74-9a9c-9fb6e117a6ac version 3
  SMARTRO_V2 (SMARTRO_V2): weight 1, probability 0/2, refused
    FAKE-CAP method: Smartro has no payment without a window by CARD; choose another channel or method
  KPN (KPN): weight 1, probability 1/2, eligible
  OPEN (OPEN): weight 1, probability 1/2, eligible
  advice FAKE-002 orderName: was seen by KPN";
    assert_eq!(text, expected);
}

#[test]
fn refusals_and_issue_plans_read_back_too() {
    let scene = Scene::new(&[("A", 100)]).inactive("A");
    let refusal = scene.choose(Purpose::OneTime, 0).expect_err("nobody");
    let text = serde_json::to_string(&refusal).expect("JSON");
    assert_eq!(serde_json::from_str::<NoChannel>(&text).expect("a refusal"), refusal);

    let customer = portone_core::Customer { id: Some("KPN".into()), ..customer() };
    let desk = Desk::new(issue(card(), customer));
    let scene = Scene::of(&[&KPN, &OPEN]).inactive("OPEN");
    let roster = scene.asking(&desk);
    let record = roster.issue_plan().expect("a plan").record;
    let text = serde_json::to_string(&record).expect("JSON");
    assert_eq!(serde_json::from_str::<IssueRecord>(&text).expect("a record"), record);
}

#[test]
fn no_record_holds_the_card_or_the_buyer() {
    let mut wrong = order();
    wrong.order_name = "KPN".into();
    let desk = Desk::new(pay_by_card(wrong, card()));
    let scene = Scene::of(&[&SMARTRO, &KPN]);
    let refusal = scene.asking(&desk).choose(Purpose::OneTime, 0).expect_err("nobody");
    let desk = Desk::new(pay_by_card(order(), card()));
    let choice = scene.asking(&desk).choose(Purpose::OneTime, 0).expect("KPN");
    let issue_desk = Desk::new(issue(card(), customer()));
    let roster = scene.asking(&issue_desk);
    let plan = roster.issue_plan().expect("a plan");
    let texts = [
        serde_json::to_string(&refusal).expect("JSON"),
        refusal.to_string(),
        format!("{refusal:?}"),
        format!("{roster:?}"),
        serde_json::to_string(&choice.decision).expect("JSON"),
        choice.decision.to_string(),
        format!("{choice:?}"),
        serde_json::to_string(&plan.record).expect("JSON"),
        format!("{plan:?}"),
    ];
    for text in texts {
        for secret in ["00001234", "900101", "김포트", "port@portone.io"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn the_registry_lists_each_provider_once_at_what_it_speaks() {
    let listed: Vec<_> =
        registry().iter().map(|factory| (factory.profile.provider, factory.protocol)).collect();
    for (at, (provider, protocol)) in listed.iter().enumerate() {
        assert!(!listed[..at].contains(&(provider, *protocol)), "{provider} is listed twice at {protocol:?}");
        let found = factory(&portone_core::PgProvider::parse(provider).expect("a provider"));
        assert_eq!(found.map(|factory| factory.profile.provider), Some(*provider));
    }
    assert!(factory(&portone_core::PgProvider::parse("NOBODY").expect("a provider")).is_none());
    assert_eq!(ChannelKey::parse("A"), Ok(key("A")));
}
