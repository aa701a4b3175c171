//! `docs/migration.md`, run: each V1 call and the V2 call that takes its place, against the demo, their answers compared as the
//! document's tables say.

use std::collections::BTreeMap;

use portone_tests::{Demo, run};
use serde_json::Value;
use tokio::process::Command;

const DOCUMENT: &str = include_str!("../../docs/migration.md");

/// A section with a command for each API.
#[derive(Debug, Default)]
struct Step {
    title: String,
    v1: String,
    v2: String,
    /// The rows of its table: a cell each.
    rows: Vec<(String, String)>,
}

/// Members of answers that later commands name.
const REMEMBERED: [(&str, &str); 4] = [
    ("TOKEN", "/response/access_token"),
    ("IMP_UID", "/response/imp_uid"),
    ("BILLING_KEY", "/billingKeyInfo/billingKey"),
    ("SCHEDULE_ID", "/schedule/id"),
];

#[tokio::test]
async fn every_pair_of_calls_does_the_same() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "curl is missing");
        eprintln!("THE MIGRATION'S COMMANDS WERE NOT RUN: curl is missing");
        return;
    }
    let steps = steps(DOCUMENT);
    assert!(steps.len() >= 15, "{} sections have both commands", steps.len());
    let demo = Demo::start().await;
    let mut names = BTreeMap::from([
        ("V1", format!("{}/v1", demo.url)),
        ("V2", demo.url.clone()),
        ("SECRET", Demo::API_SECRET.to_owned()),
    ]);
    for step in &steps {
        let one = answer(&step.v1, &names).await;
        assert_eq!(one["code"], 0, "{}: {one}", step.title);
        remember(&mut names, &one);
        let other = answer(&step.v2, &names).await;
        assert!(other.get("type").is_none() || other["type"] != "INVALID_REQUEST", "{}: {other}", step.title);
        remember(&mut names, &other);
        for (left, right) in &step.rows {
            compare(&step.title, (left, &one), (right, &other));
        }
    }
    demo.stop().await;
}

/// The sections that have both commands, in the document's order.
fn steps(document: &str) -> Vec<Step> {
    let sections = document.split("\n## ").skip(1);
    sections.filter_map(step).collect()
}

fn step(section: &str) -> Option<Step> {
    let title = section.lines().next()?.to_owned();
    let block = |name: &str| {
        let (_, rest) = section.split_once(&format!("```sh {name}\n"))?;
        Some(rest.split_once("\n```")?.0.to_owned())
    };
    let cells = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        Some((cells.next()?, cells.next()?))
    };
    let table = section.split("```").last()?.lines().filter(|line| line.starts_with('|'));
    let rows = table.skip(2).filter_map(cells).collect();
    Some(Step { title, v1: block("v1")?, v2: block("v2")?, rows })
}

/// What a command prints, with these names in its environment.
async fn answer(command: &str, names: &BTreeMap<&'static str, String>) -> Value {
    let output = run(Command::new("sh").args(["-c", command]).envs(names)).await;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command}\n{error}: {text:?} {told}"))
}

fn remember(names: &mut BTreeMap<&'static str, String>, answer: &Value) {
    for (name, place) in REMEMBERED {
        if let Some(text) = answer.pointer(place).and_then(Value::as_str) {
            names.insert(name, text.to_owned());
        }
    }
}

/// Cells that both name a member name the same value; a cell that says what its member is, is checked by itself.
fn compare(title: &str, left: (&str, &Value), right: (&str, &Value)) {
    let (one, other) = (cell(title, left), cell(title, right));
    if let (Some(one), Some(other)) = (one, other) {
        assert_eq!(one, other, "{title}: {} and {}", left.0, right.0);
    }
}

/// The value a cell names, where nothing says what it is.
fn cell(title: &str, (cell, answer): (&str, &Value)) -> Option<Value> {
    let mut quoted = cell.split('`').skip(1).step_by(2);
    let path = quoted.next()?;
    let found = answer.pointer(&format!("/{}", path.replace('.', "/")));
    let found =
        found.filter(|value| !value.is_null()).unwrap_or_else(|| panic!("{title}: no {path} in {answer}"));
    let Some(expected) = quoted.next() else { return Some(found.clone()) };
    let shown = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    assert_eq!(shown, expected, "{title}: {path} in {answer}");
    None
}
