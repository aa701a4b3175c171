//! The catalogue's examples: for each documented rule a value that breaks it and one that does not. The facts are kept
//! here; where the catalogue itself lies beside the checkout (`../shared/reference`, or the folder `PORTONE_REFERENCE`
//! names), the two are compared.

mod place;
mod rest;
mod v1;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::reference;

pub use place::Placed;

/// Everything a channel at Smartro may have contracted.
pub const SMARTRO_CONTRACT: [&str; 8] = [
    "tax_free",
    "installment",
    "merchant_free_interest",
    "card_point",
    "easy_pay",
    "escrow",
    "overseas",
    "va_deposit_notice",
];

/// Everything a channel at KPN may have contracted.
pub const KPN_CONTRACT: [&str; 9] = [
    "api_keyin",
    "api_billing_key",
    "tax_free_amount",
    "escrow_window",
    "easy_pay_direct",
    "va_deposit_notice",
    "account_refund",
    "merchant_free_interest",
    "partial_free_interest",
];

/// One rule's examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The rule.
    pub id: String,
    /// What becomes of a request that breaks it (`REJECT`, `REJECT_TRUNCATED`, `CONTRACT`, `WARN`, `WARN_IGNORED`).
    pub outcome: String,
    /// The operations it concerns (`WINDOW_PAY`, …).
    pub ops: Vec<String>,
    /// The fields it concerns in V2.
    pub v2: String,
    /// The fields it concerns in V1; of a PG that V1 has not got, nothing.
    pub v1: String,
    /// `test` where it concerns test channels only.
    pub env: Option<String>,
    /// What a contract must cover.
    pub capability: Option<String>,
    /// A value that keeps it.
    pub ok: Value,
    /// A value that breaks it.
    pub bad: Value,
}

const OUTCOMES: [&str; 5] = ["REJECT", "REJECT_TRUNCATED", "CONTRACT", "WARN", "WARN_IGNORED"];

/// The examples of the rules with this prefix (`SMARTRO`).
pub fn examples(prefix: &str) -> Vec<Example> {
    let all: Value =
        serde_json::from_str(include_str!("catalogue/examples.json")).expect("the examples are JSON");
    of_prefix(prefix, all.as_array().expect("the examples are a list"))
}

/// Compares the examples kept here with the catalogue's own, where that is there, and says aloud where it is not.
pub fn compare_with_published(prefix: &str) {
    let Some(published) = published() else { return };
    let kept = examples(prefix);
    let published = of_prefix(prefix, &published);
    let ids = |examples: &[Example]| examples.iter().map(|example| example.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&kept), ids(&published), "the catalogue has other rules");
    for (kept, published) in kept.into_iter().zip(published) {
        assert_eq!(kept, published, "the catalogue's example is another one now");
    }
}

/// Shows that the rules hold for one PG: each bad example, merged into an otherwise valid request of its operation with
/// every contract declared, fires its rule, and beside it only those that `beside` names for it; its good example does
/// not fire it. `capabilities` are the names of the PG's contracts. `elsewhere` names rules that no such request can
/// break, each with who keeps it instead, and `instead` the code under which a reader of an operation's requests refuses the example
/// before any rule of a PG is asked. Returns the rules that fired.
pub fn prove(
    prefix: &str,
    ops: &[&str],
    capabilities: &[&str],
    beside: &[(&str, &[&str])],
    elsewhere: &[(&str, &str)],
    instead: &[(&str, &str, &str)],
    check: impl Fn(&Placed) -> Vec<String>,
) -> BTreeSet<String> {
    compare_with_published(prefix);
    prove_cases(cases(prefix, ops, capabilities), beside, elsewhere, instead, check)
}

/// The same of these requests.
pub fn prove_cases(
    cases: Vec<Case>,
    beside: &[(&str, &[&str])],
    elsewhere: &[(&str, &str)],
    instead: &[(&str, &str, &str)],
    check: impl Fn(&Placed) -> Vec<String>,
) -> BTreeSet<String> {
    let mut proven = BTreeSet::new();
    let mut problems = Vec::new();
    for Case { example, op, bad, good } in cases {
        let (id, op) = (example.id.as_str(), op.as_str());
        if elsewhere.iter().any(|(kept_elsewhere, _)| *kept_elsewhere == id) {
            continue;
        }
        let reader = instead.iter().find(|(rule, at, _)| *rule == id && *at == op).map(|(_, _, code)| *code);
        let code = reader.unwrap_or(id);
        let fired: BTreeSet<String> = check(&bad).into_iter().collect();
        let named = beside.iter().filter(|(rule, _)| *rule == id).flat_map(|(_, codes)| *codes);
        let allowed: BTreeSet<&str> = named.copied().chain([code]).collect();
        let expected = fired.contains(code) && fired.iter().all(|code| allowed.contains(code.as_str()));
        if !expected {
            problems.push(format!("{id} {op}: {code} expected, {fired:?} found for the bad {}", bad.request));
        }
        if check(&good).iter().any(|found| found == code) {
            problems.push(format!("{id} {op}: fires on the good {}", good.request));
        }
        proven.insert(id.to_owned());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    proven
}

/// A rule's two examples in requests of one operation.
#[derive(Debug, Clone)]
pub struct Case {
    /// The rule and its examples.
    pub example: Example,
    /// The operation.
    pub op: String,
    /// A request that breaks the rule.
    pub bad: Placed,
    /// One that keeps it.
    pub good: Placed,
}

/// The examples of the rules with this prefix, each in an otherwise valid request of each of these operations that it
/// concerns, with every contract of `capabilities` declared.
pub fn cases(prefix: &str, ops: &[&str], capabilities: &[&str]) -> Vec<Case> {
    let of = |example: &Example, op: &str| Case {
        op: op.to_owned(),
        bad: Placed::new(example, op, &example.bad, capabilities),
        good: Placed::new(example, op, &example.ok, capabilities),
        example: example.clone(),
    };
    let concerned = |example: &Example| {
        let ops = example.ops.iter().map(String::as_str).filter(|op| ops.contains(op));
        ops.map(|op| of(example, op)).collect::<Vec<_>>()
    };
    examples(prefix).iter().flat_map(concerned).collect()
}

/// The same examples in V1's words: bodies of its REST API, and arguments of `IMP.request_pay`.
pub fn v1_cases(prefix: &str, ops: &[&str], capabilities: &[&str]) -> Vec<Case> {
    compare_with_published(prefix);
    let of = |example: &Example, op: &str| Case {
        op: op.to_owned(),
        bad: v1::placed(example, op, &example.bad, capabilities),
        good: v1::placed(example, op, &example.ok, capabilities),
        example: example.clone(),
    };
    let concerned = |example: &Example| {
        let ops = example.ops.iter().map(String::as_str).filter(|op| ops.contains(op));
        ops.map(|op| of(example, op)).collect::<Vec<_>>()
    };
    examples(prefix).iter().flat_map(concerned).collect()
}

fn of_prefix(prefix: &str, all: &[Value]) -> Vec<Example> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    all.iter()
        .filter(|rule| rule["id"].as_str().is_some_and(|id| id.starts_with(&format!("{prefix}-"))))
        .filter(|rule| rule["outcome"].as_str().is_some_and(|outcome| OUTCOMES.contains(&outcome)))
        .map(|rule| Example {
            id: text(&rule["id"]).expect("an id"),
            outcome: text(&rule["outcome"]).expect("an outcome"),
            ops: rule["ops"].as_array().into_iter().flatten().filter_map(text).collect(),
            v2: text(&rule["v2"]).unwrap_or_default(),
            v1: text(&rule["v1"]).filter(|_| prefix != "KPN").unwrap_or_default(),
            env: text(&rule["env"]),
            capability: text(&rule["capability"]).or_else(|| text(&rule["const"]["capability"])),
            ok: spelt_out(&rule["ok"]),
            bad: spelt_out(&rule["bad"]),
        })
        .collect()
}

/// `{repeat: a, n: 3}` is `aaa`, in an example and in its parts.
fn spelt_out(value: &Value) -> Value {
    match (value["repeat"].as_str(), value["n"].as_u64()) {
        (Some(text), Some(count)) => Value::from(text.repeat(usize::try_from(count).expect("a short text"))),
        _ => match value {
            Value::Object(parts) => {
                parts.iter().map(|(name, part)| (name.clone(), spelt_out(part))).collect()
            }
            _ => value.clone(),
        },
    }
}

/// Every rule of the catalogue, if its file is there.
fn published() -> Option<Vec<Value>> {
    let text = reference::text_of("pg-rules.md", "the examples are not compared with it")?;
    let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lists = blocks.filter_map(|block| serde_norway::from_str::<Value>(block).ok());
    Some(lists.filter_map(|list| list.as_array().cloned()).flatten().collect())
}
