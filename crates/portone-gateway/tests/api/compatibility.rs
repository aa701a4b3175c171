//! `docs/compatibility.md`: every published operation is in it, and what it says is served has a route.

use std::collections::{BTreeMap, BTreeSet};

use portone_testkit::contract::Contract;
use portone_testkit::contract_v1::ContractV1;
use serde_json::Value;

use crate::http::Call;
use crate::v1::wallets;
use crate::world::World;

const PAGE: &str = include_str!("../../../../docs/compatibility.md");
const SCRIPTS: [(&str, &str); 2] = [
    ("PortOne", include_str!("../../src/window/assets/browser-sdk.js")),
    ("IMP", include_str!("../../src/window/assets/iamport.js")),
];

/// The rows of a table: what it is about, and what becomes of it.
fn table(heading: &str) -> BTreeMap<&'static str, &'static str> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<_> = rows.map(|row| row.split_once("` | ").unwrap()).collect();
    let count = rows.len();
    let table: BTreeMap<_, _> =
        rows.into_iter().map(|(subject, verdict)| (subject, verdict.strip_suffix(" |").unwrap())).collect();
    assert_eq!(table.len(), count, "{heading}: a row is there twice");
    for (subject, verdict) in &table {
        let is_known = *verdict == "served"
            || verdict.starts_with("served with limits: ")
            || verdict.starts_with("refused: ");
        assert!(is_known, "{subject}: {verdict}");
    }
    table
}

/// What `/openapi.json` describes, which is what is routed.
async fn routed(world: &World) -> BTreeSet<String> {
    let document: Value =
        serde_json::from_str(&world.send(Call::new("GET", "/openapi.json")).await.text).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

#[tokio::test]
async fn every_v1_operation_is_in_the_table_and_has_a_route() {
    let (table, routed) = (table("V1 REST API"), routed(&World::new().await).await);
    assert_eq!(table.len(), 80);
    for operation in table.keys() {
        let (method, path) = operation.split_once(' ').unwrap();
        assert!(routed.contains(&format!("{method} /v1{path}")), "{operation} has no route");
    }
    for operation in &wallets::OPERATIONS {
        let verdict = table[operation.operation().as_str()];
        assert_eq!(
            verdict.starts_with("refused: "),
            !operation.is_asked(),
            "{}: {verdict}",
            operation.operation()
        );
    }
    let Some(contract) = ContractV1::get() else { return };
    let documented: BTreeSet<String> =
        contract.operations().map(|(path, method)| format!("{method} {path}")).collect();
    assert_eq!(documented, table.keys().map(|it| (*it).to_owned()).collect());
}

#[tokio::test]
async fn every_v2_operation_is_in_the_table_and_has_a_route() {
    let (table, routed) = (table("V2 REST API"), routed(&World::new().await).await);
    assert_eq!(table.len(), 41);
    for operation in table.keys() {
        assert!(routed.contains(*operation), "{operation} has no route");
    }
    let Some(contract) = Contract::v2() else { return };
    let documented: BTreeSet<String> =
        contract.operations().map(|(path, method, _)| format!("{} {path}", method.to_uppercase())).collect();
    assert_eq!(documented, table.keys().map(|it| (*it).to_owned()).collect());
}

/// Each function is a member of its SDK's object, and each member is in the table.
#[test]
fn every_sdk_function_is_in_the_table_and_in_its_script() {
    let table = table("Browser SDKs");
    for (object, script) in SCRIPTS {
        let start = script.find(if object == "IMP" { "const imp = {" } else { "const sdk = {" }).unwrap();
        let members = script[start..].split("\n};").next().unwrap().lines().filter_map(|line| {
            let member = line.strip_prefix("  ")?;
            let name = member.split([':', '(']).next()?;
            let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            is_name.then(|| format!("{object}.{name}"))
        });
        let members: BTreeSet<String> = members.collect();
        let told: BTreeSet<String> = table
            .keys()
            .filter(|it| it.starts_with(&format!("{object}.")))
            .map(|it| (*it).to_owned())
            .collect();
        assert_eq!(members, told);
    }
}
