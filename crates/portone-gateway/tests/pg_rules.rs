//! Each documented rule through the door a shop asks at: its bad example in an otherwise valid request is found, its good
//! example is not, and beside it only what the tables here name.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use portone_core::{Report, Severity};
use portone_gateway::check_request;
use portone_testkit::catalogue::{self, Placed};
use serde_json::json;

/// Every operation that can be asked about.
const OPS: &[&str] = &[
    "WINDOW_PAY",
    "WINDOW_ISSUE_KEY",
    "API_INSTANT_CARD",
    "API_INSTANT_VA",
    "API_ISSUE_KEY",
    "API_PAY_KEY",
    "API_SCHEDULE",
    "API_UNSCHEDULE",
    "API_CANCEL",
    "API_CLOSE_VA",
    "API_ESCROW",
    "API_RECEIPT",
    "API_DELETE_KEY",
    "API_DELIVERY",
];

#[test]
fn smartros_rules() {
    let capabilities = catalogue::SMARTRO_CONTRACT;
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
    let capabilities = catalogue::KPN_CONTRACT;
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

#[test]
fn the_rules_of_all_v1_pgs() {
    let capabilities = ["api_keyin", "api_billing", "escrow", "confirm_process"];
    let beside: &[(&str, &[&str])] = &[
        // A group's window without `custom_data` is told so.
        ("IAMPORT-003", &["SR-043"]),
        // These examples name Smartro's channel, which has rules of its own.
        ("IAMPORT-053", &["SMARTRO-100", "SMARTRO-123"]),
        ("IAMPORT-058", &["SMARTRO-033", "SMARTRO-100"]),
    ];
    let elsewhere = [
        ("IAMPORT-002", "who knows the merchant's channels tells: the V1 face"),
        ("IAMPORT-006", "a header of the V1 face"),
        ("IAMPORT-027", "the good example is Paymentwall's: pg-iamport-v1 tests/check.rs"),
        ("IAMPORT-045", "of another call of the V1 face"),
        ("IAMPORT-046", "of another call of the V1 face"),
    ];
    let instead =
        [("IAMPORT-011", "API_INSTANT_VA", "IAMPORT-076"), ("IAMPORT-037", "API_SCHEDULE", "IAMPORT-038")];
    let cases = catalogue::v1_cases("IAMPORT", OPS, &capabilities);
    let proven = catalogue::prove_cases(cases, beside, &elsewhere, &instead, check_v1);
    assert_walked("IAMPORT_V1", &proven, &elsewhere);
}

#[test]
fn the_defaults_of_all_v1_pgs() {
    // Rules the catalogue has as defaults and behaviour, whose values can be wrong all the same.
    let long = "c".repeat(56);
    let cases = [
        ("IAMPORT-004", "API_INSTANT_CARD", "channelGroupId", json!(long)),
        ("IAMPORT-055", "API_PAY_KEY", "currency", json!("USD")),
        ("IAMPORT-061", "API_PAY_KEY", "product_count", json!(0)),
        ("IAMPORT-091", "API_CANCEL", "amount", json!(0)),
        ("IAMPORT-097", "API_CANCEL", "enable_webhook", json!("yes")),
        ("IAMPORT-098", "API_CANCEL", "retain_promotion", json!("RETAIN")),
    ];
    for (rule, op, field, value) in cases {
        let mut request = match op {
            "API_CANCEL" => json!({ "merchant_uid": "order1", "reason": "sold out" }),
            "API_PAY_KEY" => {
                json!({ "customer_uid": "u1", "merchant_uid": "order1", "amount": 1000, "name": "Pass" })
            }
            _ => json!({
                "merchant_uid": "order1", "amount": 1000, "card_number": "1234-1234-1234-1234",
                "expiry": "2029-12", "birth": "900101", "pwd_2digit": "00",
            }),
        };
        let question = |request: &serde_json::Value| {
            let asked = asked(
                &json!({
                    "provider": "kcp", "api": "v1", "operation": op, "request": request,
                    "context": { "cancellable": 1000 },
                })
                .to_string(),
            );
            let report = asked.unwrap();
            report.violations.iter().any(|found| found.rule == rule)
        };
        assert!(!question(&request), "{rule} fires on {request}");
        request[field] = value;
        assert!(question(&request), "{rule} is silent on {request}");
    }
}

#[test]
fn a_negative_amount_of_a_cancel_is_refused_by_its_field() {
    for field in ["amount", "tax_free", "vat_amount", "checksum"] {
        let mut request = json!({ "merchant_uid": "order1", "reason": "sold out" });
        request[field] = json!(-1000);
        let question =
            json!({ "provider": "kcp", "api": "v1", "operation": "API_CANCEL", "request": request });
        let report = asked(&question.to_string()).unwrap();
        let fields: Vec<&str> = report.rejections().map(|found| found.field.as_str()).collect();
        assert_eq!(fields, [field], "{report}");
    }
}

/// Of a payment of another month, of more than a year and of more than five years.
#[test]
fn v2_066_how_long_a_cancel_is_taken() {
    let found = |provider: &str, context: serde_json::Value| {
        let question = json!({
            "provider": provider, "api": "v2", "operation": "API_CANCEL", "path": "order1",
            "request": { "reason": "returned" }, "context": context,
        });
        let report = asked(&question.to_string()).unwrap();
        let found = report.violations.iter().find(|found| found.rule == "V2-066");
        found.map(|found| found.severity)
    };
    let (reject, advise) = (Some(Severity::Reject), Some(Severity::Advise));
    let (month_before, in_month) = ("2026-02-28T14:59:59Z", "2026-02-28T15:00:00Z");
    let (over_a_year, a_year) = ("2025-03-02T05:04:02Z", "2025-03-02T05:04:03Z");
    let (over_five, five) = ("2021-03-02T05:04:02Z", "2021-03-02T05:04:03Z");
    let cases = [
        ("MOBILE", None, month_before, reject),
        ("MOBILE", None, in_month, None),
        ("CARD", None, over_a_year, advise),
        ("CARD", None, a_year, None),
        ("EASY_PAY", Some("CREDIT"), over_a_year, advise),
        ("EASY_PAY", None, over_a_year, None),
        ("EASY_PAY", None, over_five, advise),
        ("EASY_PAY", None, five, None),
        ("TRANSFER", None, over_five, None),
        ("VIRTUAL_ACCOUNT", None, over_five, None),
    ];
    for (method, card, paid_at, expected) in cases {
        let mut context = json!({ "pay_method": method, "paid_at": paid_at, "cancellable": 1000 });
        if let Some(card) = card {
            context["card_type"] = json!(card);
        }
        for provider in ["SMARTRO_V2", "KPN", "PAYMENTWALL"] {
            // KPN pays a carrier's money to an account instead, and Paymentwall has no virtual accounts.
            let expected = expected.filter(|_| (provider, method) != ("KPN", "MOBILE"));
            assert_eq!(found(provider, context.clone()), expected, "{provider} {method} {paid_at}");
        }
    }
}

#[test]
fn paymentwalls_rules_at_v1() {
    let capabilities = ["api_keyin", "api_billing"];
    let beside: &[(&str, &[&str])] = &[
        ("PW-010", &["PW-036"]),
        ("PW-020", &["IAMPORT-013"]),
        ("PW-022", &["IAMPORT-010"]),
        ("PW-027", &["IAMPORT-027"]),
        ("PW-036", &["PW-010"]),
        ("PW-043", &["IAMPORT-078"]),
    ];
    let elsewhere = [
        ("PW-001", "another code is another PG's"),
        ("PW-008", "V2 upstreams only"),
        ("PW-009", "the ledger knows: IAMPORT-011"),
        ("PW-018", "what is charged: tests/api/window_upstream.rs"),
        ("PW-019", "what a shop means by a cancel no request says"),
        ("PW-021", "no request is it: pg-paymentwall tests/windows.rs"),
        ("PW-024", "the V2 API's own: V2 upstreams only"),
        ("PW-025", "V2 upstreams only"),
        ("PW-032", "the engine uses no key before it is issued"),
        ("PW-037", "V2 upstreams only"),
        ("PW-038", "V2 upstreams only"),
        ("PW-039", "V2 upstreams only"),
    ];
    let instead = [
        ("PW-006", "WINDOW_PAY", "IAMPORT-055"),
        ("PW-006", "WINDOW_ISSUE_KEY", "IAMPORT-055"),
        ("PW-007", "WINDOW_PAY", "IAMPORT-050"),
        ("PW-007", "WINDOW_ISSUE_KEY", "IAMPORT-050"),
        ("PW-007", "API_INSTANT_CARD", "IAMPORT-050"),
        ("PW-007", "API_PAY_KEY", "IAMPORT-050"),
        ("PW-017", "WINDOW_ISSUE_KEY", "IAMPORT-030"),
        ("PW-020", "API_PAY_KEY", "IAMPORT-013"),
        ("PW-020", "API_SCHEDULE", "IAMPORT-040"),
        ("PW-022", "API_DELIVERY", "V1-INPUT"),
    ];
    let mut cases = catalogue::v1_cases("PW", OPS, &capabilities);
    // Paymentwall issues no key from a card, so that a schedule never has one.
    cases.retain(|case| case.example.id != "PW-027" || case.op != "API_SCHEDULE");
    let proven = catalogue::prove_cases(cases, beside, &elsewhere, &instead, check_v1);
    assert_walked("PAYMENTWALL", &proven, &elsewhere);
}

#[test]
fn paymentwalls_rules_at_v2() {
    let beside: &[(&str, &[&str])] = &[];
    let of_v2 = [
        "PW-004", "PW-008", "PW-014", "PW-015", "PW-016", "PW-020", "PW-024", "PW-025", "PW-037", "PW-038",
        "PW-039", "PW-043",
    ];
    let mut cases = catalogue::cases("PW", &["WINDOW_PAY", "API_ISSUE_KEY", "API_DELIVERY"], &[]);
    cases.retain(|case| of_v2.contains(&case.example.id.as_str()));
    let instead = [
        ("PW-004", "WINDOW_PAY", "PW-037"),
        ("PW-008", "WINDOW_PAY", "SDK-TYPE"),
        ("PW-020", "WINDOW_PAY", "SDK-REQUIRED"),
    ];
    let proven = catalogue::prove_cases(cases, beside, &[], &instead, |placed| check("PAYMENTWALL", placed));
    assert_eq!(proven.len(), of_v2.len(), "{proven:?}");
}

/// What V1's documents say of Smartro beside V2's, and where they are graver.
#[test]
fn smartros_rules_at_v1() {
    let capabilities = ["easy_pay", "va_deposit_notice", "card_point", "api_billing"];
    let of_v1 = [
        "SMARTRO-007",
        "SMARTRO-065",
        "SMARTRO-086",
        "SMARTRO-108",
        "SMARTRO-109",
        "SMARTRO-114",
        "SMARTRO-115",
        "SMARTRO-120",
        "SMARTRO-122",
        "SMARTRO-129",
    ];
    let beside: &[(&str, &[&str])] = &[
        // The example of a period has one end only.
        ("SMARTRO-086", &["SMARTRO-085"]),
        ("SMARTRO-108", &["IAMPORT-075"]),
        ("SMARTRO-122", &["V1-UNREAD"]),
        // By mobile, without a word on what is sold.
        ("SMARTRO-129", &["IAMPORT-071", "SMARTRO-080"]),
    ];
    let instead =
        [("SMARTRO-065", "WINDOW_PAY", "IAMPORT-072"), ("SMARTRO-115", "API_SCHEDULE", "IAMPORT-038")];
    let mut cases = catalogue::v1_cases("SMARTRO", OPS, &capabilities);
    cases.retain(|case| of_v1.contains(&case.example.id.as_str()));
    let proven = catalogue::prove_cases(cases, beside, &[], &instead, check_v1);
    assert_eq!(proven.len(), of_v1.len(), "{proven:?}");
}

#[test]
fn smartro_issues_no_key_without_a_window_at_v1() {
    // The catalogue's good example is V2's.
    let mut cases = catalogue::v1_cases("SMARTRO", &["API_ISSUE_KEY"], &["api_billing"]);
    cases.retain(|case| case.example.id == "SMARTRO-111");
    assert_eq!(check_v1(&cases[0].bad), ["SMARTRO-111"]);
}

#[test]
fn kpn_is_no_pg_of_v1() {
    let mut cases = catalogue::v1_cases("KPN", OPS, &[]);
    cases.retain(|case| case.example.id == "KPN-013");
    for case in cases {
        let placed = Placed { pg: Some("kpn".to_owned()), ..case.bad };
        assert!(check_v1(&placed).contains(&"KPN-013".to_owned()), "{}", case.op);
    }
}

/// A rule that no request of the catalogue breaks is tested where the table says, or where its operation is.
fn assert_walked(provider: &str, proven: &BTreeSet<String>, elsewhere: &[(&str, &str)]) {
    // What is no operation: channels.
    let other_operations = ["SMARTRO-123"];
    // Defaults and behaviour: the_defaults_of_all_v1_pgs.
    let defaults = ["IAMPORT-004", "IAMPORT-055", "IAMPORT-061", "IAMPORT-091", "IAMPORT-097", "IAMPORT-098"];
    let factory =
        portone_router::registry().iter().find(|factory| factory.profile.provider == provider).unwrap();
    for rule in factory.profile.rules {
        let named = elsewhere.iter().any(|(code, _)| *code == rule.code)
            || other_operations.contains(&rule.code)
            || defaults.contains(&rule.code);
        assert!(named || proven.contains(rule.code), "{} has no test", rule.code);
    }
}

fn check(provider: &str, placed: &Placed) -> Vec<String> {
    asked_by(provider, placed, if placed.op.starts_with("WINDOW") { "sdk-v2" } else { "v2" })
}

/// The same in V1's words, of the PG that the request names.
fn check_v1(placed: &Placed) -> Vec<String> {
    let provider = placed.pg.clone().expect("a PG");
    asked_by(&provider, placed, if placed.op.starts_with("WINDOW") { "sdk-v1" } else { "v1" })
}

fn asked_by(provider: &str, placed: &Placed, api: &str) -> Vec<String> {
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
        "provider": "no body", "api": "v2", "operation": "WINDOW_PAY", "contract": [], "context": { "os": "beos" },
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
