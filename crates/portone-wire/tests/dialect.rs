//! What the dialect takes from a channel and its upstream, and how it walks pages. What each command looks like is
//! tested by the adapters.

use portone_core::{
    Cause, Channel, ChannelKey, Command, Credentials, Currencies, Finding, LEG_COUNT_MAX, Leg, Outcome,
    PaymentIdRule, PgError, PgProfile, PgRequest, Progress, Rule, Secret, Severity, Upstream,
};
use portone_testkit::{
    replies,
    samples::{self, Secrets},
};
use portone_wire::v2::{Shaping, V2Dialect};

#[test]
fn the_upstreams_own_channel_key_is_sent() {
    let mut channel = samples::channel(&PROFILE);
    channel.upstream_channel_key = Some(ChannelKey::parse("channel-key-upstream").unwrap());
    let request = first_request(&channel, &samples::upstream(), &samples::pay_card(Secrets::ONE));
    let body = request.body.unwrap().rendered();
    assert_eq!(body["channelKey"], "channel-key-upstream");
}

#[test]
fn without_a_notice_url_none_is_sent() {
    let upstream = Upstream {
        notice_url: None,
        base_url: "https://upstream.example/".to_owned(),
        ..samples::upstream()
    };
    let request = first_request(&samples::channel(&PROFILE), &upstream, &samples::pay_card(Secrets::ONE));
    assert_eq!(request.url, "https://upstream.example/payments/payment0001A/instant");
    assert!(request.body.unwrap().rendered().get("noticeUrls").is_none());
}

#[test]
fn a_webhook_secret_that_is_no_base64_is_refused() {
    let mut upstream = samples::upstream();
    let Credentials::PortOneV2 { webhook_secret, .. } = &mut upstream.credentials else { panic!() };
    *webhook_secret = Some(Secret::from("whsec_a secret!"));
    let error = V2Dialect::new(&samples::channel(&PROFILE), &upstream).unwrap_err();
    assert!(error.to_string().contains("webhook_secret") && !error.to_string().contains("a secret!"));
}

#[test]
fn the_body_on_the_wire_holds_what_the_rendering_hides() {
    let request = first_request(
        &samples::channel(&PROFILE),
        &samples::upstream(),
        &samples::issue_billing_key(Secrets::ONE),
    );
    let body: serde_json::Value = serde_json::from_slice(request.body.unwrap().bytes()).unwrap();
    assert_eq!(
        body["method"]["card"]["credential"],
        serde_json::json!({
            "number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
            "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "37",
        })
    );
}

#[test]
fn a_key_is_looked_for_on_every_page_there_is() {
    let dialect = dialect(&samples::channel(&PROFILE), &samples::upstream());
    let (command, ctx) = (samples::command("inquire_issue_billing_key"), samples::context());
    let mut other = replies::billing_key("ISSUED");
    other["customData"] = "another-attempt-0001".into();
    let full: Vec<_> = std::iter::repeat_n(other, 100).collect();

    let reply = replies::billing_keys(&full, 200);
    let next = dialect.decode(&command, Leg(0), &reply, &ctx).unwrap();
    let Progress::Send { request, leg: Leg(1) } = next else { panic!("{next:?}") };
    assert!(request.url.contains("%22number%22%3A1%2C"), "{}", request.url);
    let last = dialect.decode(&command, Leg(1), &reply, &ctx).unwrap();
    assert!(is_absent(&last), "{last:?}");

    let beyond = dialect.decode(&command, Leg(LEG_COUNT_MAX - 1), &replies::billing_keys(&full, 5_000), &ctx);
    assert!(matches!(beyond, Err(PgError::Unavailable(Cause::TooManyLegs))), "{beyond:?}");
}

fn is_absent(progress: &Progress) -> bool {
    matches!(progress, Progress::Done(outcome) if **outcome == Outcome::Inquired(Finding::DidNotHappen))
}

fn first_request(channel: &Channel, upstream: &Upstream, command: &Command) -> PgRequest {
    match dialect(channel, upstream).encode(command, &samples::context(), Shaping::NONE) {
        Ok(Progress::Send { request, .. }) => *request,
        other => panic!("{other:?}"),
    }
}

fn dialect(channel: &Channel, upstream: &Upstream) -> V2Dialect {
    V2Dialect::new(channel, upstream).unwrap()
}

static RULE: Rule = Rule { code: "X-CAP", severity: Severity::Reject, reason: "None.", source: "none" };
static PROFILE: PgProfile = PgProfile {
    provider: "X",
    rule_prefix: "X",
    display_name: "X",
    commands: &[],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: false,
    judges_test_cards: false,
    key_window_charges: false,
    rules: &[],
    capability_rule: &RULE,
};
