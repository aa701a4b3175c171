//! What the V1 dialect takes from a channel and its upstream, and how it asks.

use portone_core::{
    Auth, Channel, Command, Currencies, Finding, Leg, Outcome, PaymentIdRule, PgError, PgProfile, PgRequest,
    Progress, Rule, Severity,
};
use portone_testkit::{replies::v1, samples};
use portone_wire::v1::{Shaping, V1Dialect};

#[test]
fn a_v2_upstream_is_refused() {
    let error = V1Dialect::new(&channel(), &samples::upstream()).unwrap_err();
    assert!(error.to_string().contains("V1 upstream"), "{error}");
}

#[test]
fn the_provider_and_the_merchant_id_make_the_pg() {
    for (provider, pg, code) in [
        ("nice_v2", "nice_v2.mid-sample", "nice_v2"),
        ("NICE_V2", "nice_v2.mid-sample", "nice_v2"),
        ("kcp.MID9", "kcp.MID9", "kcp"),
    ] {
        let channel = Channel { provider: provider.parse().unwrap(), ..channel() };
        let dialect = V1Dialect::new(&channel, &samples::v1_upstream()).unwrap();
        assert_eq!(dialect.pg_code(), code);
        let request = first_request(&dialect, &samples::command("pay_card"));
        assert_eq!(request.body.unwrap().rendered()["pg"], pg);
    }
}

#[test]
fn the_log_in_carries_its_credentials_in_its_body_and_shows_none() {
    let dialect = V1Dialect::new(&channel(), &samples::v1_upstream()).unwrap();
    let request = first_request(&dialect, &samples::command("pay_card"));
    let Auth::V1Token(source) = request.auth else { panic!("{request:?}") };
    let login = source.login();
    assert_eq!(login.url, "https://upstream.example/users/getToken");
    let shown = format!("{login} {login:?} {source:?}");
    assert!(!shown.contains("sample-imp-key") && !shown.contains("sample-api-secret"), "{shown}");
    let body: serde_json::Value = serde_json::from_slice(login.body.as_ref().unwrap().bytes()).unwrap();
    assert_eq!(body, serde_json::json!({ "imp_key": "sample-imp-key", "imp_secret": "sample-api-secret" }));
}

/// Amounts stay numbers, which forms would make texts of.
#[test]
fn iamport_099_a_request_is_json_whose_numbers_are_numbers() {
    let dialect = V1Dialect::new(&channel(), &samples::v1_upstream()).unwrap();
    for name in ["pay_card", "pay_with_billing_key", "pay_virtual_account"] {
        let request = first_request(&dialect, &samples::command(name));
        let body: serde_json::Value = serde_json::from_slice(request.body.as_ref().unwrap().bytes()).unwrap();
        assert!(body["amount"].is_u64(), "{name}: {body}");
    }
}

/// Rule V1-036: test payments are told only where they are asked for.
#[test]
fn v1_036_an_inquiry_reads_the_payment_itself_sandbox_or_not() {
    let dialect = V1Dialect::new(&channel(), &samples::v1_upstream()).unwrap();
    let (command, ctx) = (samples::command("inquire_pay"), samples::context());
    let listed = v1::listed(&[v1::payment("paid")]);
    let next = dialect.decode(&command, Leg(0), &listed, &ctx).unwrap();
    let Progress::Send { request, leg: Leg(1) } = next else { panic!("{next:?}") };
    assert!(request.url.ends_with("/payments/imp_448280090638?include_sandbox=true"), "{}", request.url);
    let mut test_payment = v1::payment("paid");
    test_payment["sandbox"] = true.into();
    let last = dialect.decode(&command, Leg(1), &v1::done(&test_payment), &ctx).unwrap();
    let Progress::Done(outcome) = last else { panic!("{last:?}") };
    assert!(matches!(*outcome, Outcome::Inquired(Finding::Happened(_))), "{outcome:?}");
}

#[test]
fn what_v1_has_not_got_has_no_request_and_no_reply_settles_it() {
    let dialect = V1Dialect::new(&channel(), &samples::v1_upstream()).unwrap();
    let ctx = samples::context();
    for name in ["confirm_escrow", "capture", "stop_cancel", "inquire_capture"] {
        let command = samples::command(name);
        assert!(dialect.encode(&command, &ctx, &Shaping::default()).is_err(), "{name}");
        let error = dialect.decode(&command, Leg(0), &v1::done(&v1::payment("paid")), &ctx).unwrap_err();
        assert!(!matches!(error, PgError::Declined(_)), "{name}: {error:?}");
    }
}

fn first_request(dialect: &V1Dialect, command: &Command) -> PgRequest {
    match dialect.encode(command, &samples::context(), &Shaping::default()) {
        Ok(Progress::Send { request, .. }) => *request,
        other => panic!("{other:?}"),
    }
}

fn channel() -> Channel {
    samples::channel(&PROFILE)
}

static RULE: Rule = Rule { code: "X-CAP", severity: Severity::Reject, reason: "None.", source: "none" };
static PROFILE: PgProfile = PgProfile {
    provider: "NICE_V2",
    rule_prefix: "X",
    display_name: "X",
    commands: &[],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: false,
    judges_test_cards: false,
    rules: &[],
    capability_rule: &RULE,
};
