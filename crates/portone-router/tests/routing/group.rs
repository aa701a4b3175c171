//! What a group may look like: rules SR-001 to SR-006.

use portone_core::{ChannelGroupId, Environment, Report};
use portone_router::{Purpose, Verdict};

use crate::fake::Scene;

fn check(scene: &Scene) -> Report {
    scene.group.check(|key| scene.channel(key))
}

fn refused_by(scene: &Scene) -> Vec<&'static str> {
    check(scene).rejections().map(|violation| violation.rule).collect()
}

fn tens(count: usize) -> Scene {
    let names: Vec<String> = (0..count).map(|at| format!("channel-{at}")).collect();
    Scene::new(&names.iter().map(|name| (name.as_str(), 10)).collect::<Vec<_>>())
}

#[test]
fn sr_001_a_group_holds_1_to_10_channels() {
    assert!(check(&tens(10)).is_empty());
    let mut eleven = tens(11);
    eleven.group.members[10].weight = 0;
    assert_eq!(refused_by(&eleven), ["SR-001"]);
    assert_eq!(refused_by(&tens(0)), ["SR-001"]);
}

#[test]
fn sr_002_weights_add_up_to_100() {
    assert_eq!(refused_by(&Scene::new(&[("A", 50), ("B", 40)])), ["SR-002"]);
    assert_eq!(refused_by(&Scene::new(&[("A", 50), ("B", 51)])), ["SR-002"]);
    assert!(check(&Scene::new(&[("A", 50), ("B", 50)])).is_empty());
    assert!(check(&Scene::new(&[("A", 50), ("B", 50)]).inactive("B")).is_empty());
}

#[test]
fn sr_003_a_group_holds_one_environment() {
    let mut mixed = Scene::new(&[("A", 50), ("B", 50)]);
    mixed.channels[0].environment = Environment::Live;
    assert_eq!(refused_by(&mixed), ["SR-003"]);
}

#[test]
fn sr_004_a_group_has_a_name() {
    let mut nameless = Scene::new(&[("A", 100)]);
    nameless.group.name = String::new();
    assert_eq!(refused_by(&nameless), ["SR-004"]);
}

#[test]
fn sr_005_published_group_ids_are_accepted() {
    assert!(ChannelGroupId::parse("channel-group-live-f042e8e2-92f1-4f68-ad61-cec6ede41529").is_ok());
}

#[test]
fn sr_006_an_inactive_member_gets_nothing_whatever_its_weight() {
    let scene = Scene::new(&[("A", 70), ("B", 30)]).inactive("A").held_by(&["A", "B"]);
    for purpose in [Purpose::OneTime, Purpose::BillingKeyPayment] {
        for draw in [0, 1 << 63, u64::MAX] {
            assert_eq!(scene.choose(purpose, draw).expect("B").decision.chosen().as_str(), "B");
        }
    }
    let plan = scene.roster().issue_plan().expect("a plan");
    assert_eq!(plan.record.members[0].verdict, Verdict::InactiveMember);
    assert_eq!(plan.tries.len(), 1);
}
