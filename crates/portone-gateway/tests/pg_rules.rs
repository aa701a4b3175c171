//! Each documented rule through the door a shop asks at: its bad example in an otherwise valid request is found, its good
//! example is not, and beside it only what the tables here name.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use portone_core::{Report, Severity};
use portone_gateway::check_request;
use portone_testkit::catalogue::{self, Placed};
use serde_json::json;

const OPS: &[&str] = &[
    "WINDOW_PAY",
    "WINDOW_ISSUE_KEY",
    "API_INSTANT_CARD",
    "API_INSTANT_VA",
    "API_ISSUE_KEY",
    "API_PAY_KEY",
    "API_SCHEDULE",
    "API_CANCEL",
    "API_CLOSE_VA",
];

#[test]
fn smartros_rules() {
    let capabilities = [
        "tax_free",
        "installment",
        "merchant_free_interest",
        "card_point",
        "easy_pay",
        "escrow",
        "overseas",
        "va_deposit_notice",
    ];
    // What else an example breaks by itself.
    let beside: &[(&str, &[&str])] = &[
        ("SMARTRO-005", &["SMARTRO-006"]),
        ("SMARTRO-009", &["SMARTRO-112"]),
        ("SMARTRO-032", &["SMARTRO-041"]),
        ("SMARTRO-034", &["SMARTRO-043"]),
        ("SMARTRO-042", &["SMARTRO-040", "SMARTRO-041"]),
        ("SMARTRO-046", &["SMARTRO-041"]),
        ("SMARTRO-063", &["SMARTRO-061"]),
        ("SMARTRO-083", &["SMARTRO-061"]),
        ("SMARTRO-112", &["SMARTRO-009"]),
        ("SMARTRO-125", &["SMARTRO-041"]),
        ("SMARTRO-127", &["SMARTRO-061"]),
    ];
    let elsewhere = [
        ("SMARTRO-086", "V1 upstreams only"),
        ("SMARTRO-108", "the example is V1's; V2 advises: pg-smartro tests/check.rs"),
        ("SMARTRO-109", "the example is V1's; V2 advises: pg-smartro tests/check.rs"),
        ("SMARTRO-111", "V1 upstreams only: on V2 a billing key is issued by card, which the schema says"),
        ("SMARTRO-114", "the example is V1's; V2 advises: pg-smartro tests/check.rs"),
        ("SMARTRO-115", "V1 upstreams only"),
        ("SMARTRO-129", "V1 upstreams only"),
    ];
    // What cannot even be read.
    let instead = [
        ("SMARTRO-015", "WINDOW_PAY", "SDK-TYPE"),
        ("SMARTRO-066", "API_INSTANT_VA", "V2-045"),
        ("SMARTRO-101", "API_INSTANT_VA", "V2-046"),
        ("SMARTRO-103", "API_INSTANT_VA", "V2-046"),
        ("SMARTRO-105", "API_INSTANT_VA", "V2-045"),
        ("SMARTRO-106", "API_INSTANT_VA", "V2-045"),
        ("SMARTRO-107", "API_INSTANT_VA", "V2-047"),
        ("SMARTRO-116", "API_SCHEDULE", "V2-084"),
    ];
    let proven = catalogue::prove("SMARTRO", OPS, &capabilities, beside, &elsewhere, &instead, |placed| {
        check("SMARTRO_V2", placed)
    });
    assert_walked("SMARTRO_V2", &proven, &elsewhere);
}

#[test]
fn kpns_rules() {
    let capabilities = [
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
    let beside: &[(&str, &[&str])] = &[("KPN-021", &["KPN-031"])];
    let elsewhere = [
        ("KPN-013", "V1 upstreams only"),
        ("KPN-042", "windows ignore the bank (KPN-039); key-in: pg-kpn tests/check.rs"),
    ];
    let instead = [
        ("KPN-060", "API_INSTANT_CARD", "V2-045"),
        ("KPN-062", "API_INSTANT_VA", "V2-045"),
        ("KPN-063", "API_INSTANT_VA", "V2-047"),
        ("KPN-065", "API_INSTANT_CARD", "V2-045"),
        ("KPN-065", "API_INSTANT_VA", "V2-045"),
        ("KPN-066", "API_INSTANT_CARD", "V2-UNREAD"),
        ("KPN-066", "API_INSTANT_VA", "V2-UNREAD"),
        ("KPN-067", "API_ISSUE_KEY", "V2-052"),
        ("KPN-071", "API_SCHEDULE", "V2-084"),
    ];
    let proven = catalogue::prove("KPN", OPS, &capabilities, beside, &elsewhere, &instead, |placed| {
        check("KPN", placed)
    });
    assert_walked("KPN", &proven, &elsewhere);
}

/// A rule that no request of the catalogue breaks is tested where the table says, or where its operation is.
fn assert_walked(provider: &str, proven: &BTreeSet<String>, elsewhere: &[(&str, &str)]) {
    // Operations that are not asked about here: cash receipts, escrow, channels.
    let other_operations = ["SMARTRO-120", "SMARTRO-122", "SMARTRO-123"];
    let factory =
        portone_router::registry().iter().find(|factory| factory.profile.provider == provider).unwrap();
    for rule in factory.profile.rules {
        let named =
            elsewhere.iter().any(|(code, _)| *code == rule.code) || other_operations.contains(&rule.code);
        assert!(named || proven.contains(rule.code), "{} has no test", rule.code);
    }
}

fn check(provider: &str, placed: &Placed) -> Vec<String> {
    let api = if placed.op.starts_with("WINDOW") { "sdk-v2" } else { "v2" };
    let question = json!({
        "provider": provider, "api": api, "operation": placed.op, "path": placed.payment_id,
        "environment": if placed.test { "test" } else { "live" }, "contracts": placed.contracts,
        "context": placed.context, "request": placed.request,
    });
    let report = asked(&question.to_string()).unwrap_or_else(|problem| panic!("{placed:#?}: {problem}"));
    report.violations.iter().map(|violation| violation.rule.to_owned()).collect()
}

fn asked(question: &str) -> Result<Report, String> {
    let now: DateTime<Utc> = "2026-03-02T05:04:03Z".parse().unwrap();
    check_request(question, now)
}

#[test]
fn what_is_no_question_is_told_line_by_line() {
    let question = json!({
        "provider": "NOBODY", "api": "v2", "operation": "WINDOW_PAY", "contract": [], "context": { "os": "beos" },
    });
    let problem = asked(&question.to_string()).unwrap_err();
    let fields: Vec<&str> = problem.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(
        fields,
        [
            "ADMIN-INPUT provider",
            "ADMIN-INPUT operation",
            "ADMIN-INPUT context.os",
            "ADMIN-INPUT request",
            "ADMIN-INPUT contract",
        ]
    );
    let by_channel = json!({
        "channelKey": "channel-key-1", "api": "v2", "operation": "API_CLOSE_VA", "request": {},
    });
    assert!(asked(&by_channel.to_string()).unwrap_err().contains("name a provider"));
}

#[test]
fn a_capability_that_a_pg_lacks_is_refused_as_such() {
    let question = json!({
        "provider": "KPN", "api": "sdk-v2", "operation": "WINDOW_ISSUE_KEY",
        "request": {
            "storeId": "s", "channelKey": "c", "billingKeyMethod": "MOBILE",
            "customer": { "customerId": "c1", "fullName": "Hong" },
        },
    });
    let report = asked(&question.to_string()).unwrap();
    let refusals: Vec<_> = report.rejections().map(|found| found.rule).collect();
    assert_eq!(refusals, ["KPN-050"], "the rule says it better than the profile: {report}");
    assert!(report.violations.iter().all(|found| found.severity == Severity::Reject));
}
