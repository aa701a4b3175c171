//! What every adapter has to keep. [`conformance!`](crate::conformance!) makes a test of each.

mod client;
mod faults;

use std::{collections::BTreeSet, fmt::Debug, sync::Arc, time::Duration};

use portone_core::{
    AdapterFactory, Break, Command, CommandKind, Effect, Finding, LEG_COUNT_MAX, Leg, Outcome, PgAdapter,
    PgError, PgReply, Progress, Protocol, admit, execute,
};

use crate::{
    ScriptedTransport, Step, block_on,
    encoded::{Encoded, admitted, encoded},
    fixtures, replies,
    samples::{self, Sample, Secrets},
};

pub use client::the_client_answers_each_command;
pub use faults::faults_have_their_class_on_every_leg;

const DEADLINE: Duration = Duration::from_mins(1);

/// Two adapters of one channel encode a command to the same bytes.
pub fn encoding_is_deterministic(factory: &AdapterFactory) {
    for Sample { name, command } in samples::commands(factory.profile) {
        let one = encoded(&samples::adapter(factory), &command);
        let other = encoded(&samples::adapter(factory), &command);
        assert_eq!(one.rendered(), other.rendered(), "{name}");
        assert_eq!(one.bytes(), other.bytes(), "{name}");
    }
}

/// Requests and errors look the same whatever the secrets are, and show no credential.
pub fn requests_and_errors_show_no_secret(factory: &AdapterFactory, folder: &str) {
    let adapter = samples::adapter(factory);
    let recorded = fixtures::all(folder);
    let pairs = samples::every_for(factory.profile, Secrets::ONE)
        .into_iter()
        .zip(samples::every_for(factory.profile, Secrets::OTHER));
    for (one, other) in pairs.filter(|(one, _)| samples::has(factory.profile, &one.command)) {
        let (first, second) = (encoded(&adapter, &one.command), encoded(&adapter, &other.command));
        assert_eq!(first.rendered(), second.rendered(), "{}", one.name);
        assert_eq!(format!("{first:?}"), format!("{second:?}"), "{}", one.name);
        for text in [first.rendered(), format!("{first:?} {adapter:?} {:?}", one.command)] {
            assert!(!text.contains("sample-api-secret"), "{}: {text}", one.name);
            assert!(!text.contains(samples::WEBHOOK_SECRET), "{}: {text}", one.name);
        }
        for fixture in recorded.iter().filter(|fixture| fixture.sample == one.name) {
            let decoded = decode(&adapter, &one.command, fixture.leg, &fixture.reply);
            let again = decode(&adapter, &other.command, fixture.leg, &fixture.reply);
            if let (Err(error), Err(same)) = (decoded, again) {
                assert_eq!(
                    format!("{error} {error:?}"),
                    format!("{same} {same:?}"),
                    "{}",
                    fixture.path.display()
                );
            }
        }
    }
}

/// A reply cut after any byte is no outcome and no further leg: unknown, or unavailable where the leg only reads.
pub fn cut_replies_are_no_outcome(factory: &AdapterFactory, folder: &str) {
    let adapter = samples::adapter(factory);
    let known = samples::commands(factory.profile);
    for fixture in fixtures::all(folder) {
        let place = fixture.path.display().to_string();
        let sample = known.iter().find(|sample| sample.name == fixture.sample);
        let command = &sample.unwrap_or_else(|| panic!("{place}: no such sample")).command;
        let effect = *effects(factory, &adapter, command)
            .get(usize::from(fixture.leg.0))
            .expect("a leg of the sample");
        for length in 0..fixture.reply.body.len() {
            let cut = PgReply { status: fixture.reply.status, body: fixture.reply.body[..length].to_vec() };
            let error = decode(&adapter, command, fixture.leg, &cut)
                .map(|progress| format!("{progress:?}"))
                .expect_err(&format!("{place} cut after {length} bytes"));
            assert_class(effect == Effect::Reads, &error, &format!("{place} cut after {length} bytes"));
        }
    }
}

/// On each leg of each command: a reply leads on, and a break has the class the driver's contract says.
pub fn breaks_have_their_class_on_every_leg(factory: &AdapterFactory) {
    let adapter = samples::adapter(factory);
    for Sample { name, command } in samples::commands(factory.profile) {
        let Encoded::Request(_) = encoded(&adapter, &command) else { continue };
        let effects = effects(factory, &adapter, &command);
        let good = replies::success_at(factory.protocol, &command);
        assert_eq!(effects.len(), good.len(), "{name}");
        let outcome = run(&adapter, &command, good.iter().cloned().map(Step::Reply));
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        for leg in 0..good.len() {
            let before = || good[..leg].iter().cloned().map(Step::Reply);
            let changed_before = effects[..leg].iter().any(|effect| *effect != Effect::Reads);
            let changed = changed_before || effects[leg] != Effect::Reads;
            let unsent = Step::Break(Break::NotSent("refused".to_owned()));
            let error = run(&adapter, &command, before().chain([unsent])).expect_err(name);
            assert_class(!changed_before, &error, &format!("{name} leg {leg} not sent"));
            let cut = Step::Break(Break::Interrupted("deadline".to_owned()));
            let error = run(&adapter, &command, before().chain([cut])).expect_err(name);
            assert_class(!changed, &error, &format!("{name} leg {leg} interrupted"));
        }
    }
}

/// A billing key is read where the upstream writes it: V2 makes one, V1 keeps the one it was given.
pub fn an_issued_key_is_the_replys_own(factory: &AdapterFactory, folder: &str) {
    let right = match factory.protocol {
        Protocol::PortOneV2 => replies::BILLING_KEY,
        Protocol::IamportV1 => samples::ATTEMPT,
    };
    for fixture in fixtures::all(folder) {
        let Ok(Progress::Done(outcome)) = fixtures::decoded(factory, &fixture) else { continue };
        let outcome = match *outcome {
            Outcome::Inquired(Finding::Happened(outcome)) => *outcome,
            outcome => outcome,
        };
        if let Outcome::BillingKeyIssued(facts) = outcome {
            assert_eq!(facts.pg_billing_key.expose(), right, "{}", fixture.path.display());
        }
    }
}

/// Each command of the profile that is sent has a recorded reply: what a PG's replies mean is proven by what it said.
pub fn every_command_that_is_sent_has_a_recorded_reply(factory: &AdapterFactory, folder: &str) {
    let profile = factory.profile;
    assert!(
        !profile.commands.is_empty(),
        "{} has no command: list in src/profile.rs what its documents say it can",
        profile.display_name
    );
    let recorded: BTreeSet<String> =
        fixtures::all(folder).into_iter().map(|fixture| fixture.sample).collect();
    for support in profile.commands {
        let (never_sent, kind) = (is_never_sent(support.command), support.command);
        let samples = samples::commands(profile);
        let of_kind: Vec<&str> =
            samples.iter().filter(|sample| sample.command.kind() == kind).map(|sample| sample.name).collect();
        assert!(
            never_sent || of_kind.iter().any(|name| recorded.contains(*name)),
            "no reply to {} is recorded: put one into {folder}/{}/<case>.http",
            kind.name(),
            of_kind.first().unwrap_or(&"<sample>")
        );
    }
}

/// Windows are opened in a browser, and schedules are the engine's.
fn is_never_sent(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::OpenPaymentWindow | CommandKind::OpenBillingKeyWindow | CommandKind::Schedule)
}

/// Each command of the profile is admitted and encoded; each other is refused as `<prefix>-CAP`, or by a rule that
/// refuses its method.
pub fn the_profile_is_what_is_admitted(factory: &AdapterFactory) {
    let adapter = samples::adapter(factory);
    let ctx = samples::context();
    let capability = format!("{}-CAP", factory.profile.rule_prefix);
    assert_eq!(factory.profile.capability_rule.code, capability);
    for Sample { name, command } in samples::every_for(factory.profile, Secrets::ONE) {
        if samples::has(factory.profile, &command) {
            encoded(&adapter, &command);
            continue;
        }
        let report = admit(&*adapter, &command, &ctx).expect_err(name);
        let refused = report
            .rejections()
            .any(|violation| violation.rule == capability || names_method(&violation.field));
        assert!(refused, "{name}: {report}");
    }
}

/// Each rule's code starts with the PG's prefix and occurs once, and each rule has its reason and its source.
pub fn rules_are_named_once_and_after_the_pg(factory: &AdapterFactory) {
    let profile = factory.profile;
    let prefix = format!("{}-", profile.rule_prefix);
    let mut codes = BTreeSet::new();
    assert!(
        !profile.rules.is_empty(),
        "{} has no rule: write in src/rules.rs what its documents refuse, alter or ignore, and check it in src/check.rs",
        profile.display_name
    );
    for rule in profile.rules.iter().chain([profile.capability_rule]) {
        assert!(rule.code.starts_with(&prefix), "{}", rule.code);
        assert!(codes.insert(rule.code), "{} occurs twice", rule.code);
        assert!(rule.reason.ends_with('.'), "{}: its reason is a sentence", rule.code);
        assert!(
            !rule.source.is_empty(),
            "{} has no source: name in src/rules.rs the document that says so, or take the rule out",
            rule.code
        );
    }
    assert!(profile.rules.is_sorted_by_key(|rule| rule.code), "rules are in the catalogue's order");
}

fn names_method(field: &str) -> bool {
    // A schedule's method is that of the payment in it.
    field == "payment"
        || ["method", "payMethod", "billingKeyMethod"].iter().any(|name| field.starts_with(name))
}

fn decode(
    adapter: &Arc<dyn PgAdapter>,
    command: &Command,
    leg: Leg,
    reply: &PgReply,
) -> Result<Progress, PgError> {
    adapter.decode(&admitted(adapter, command), leg, reply, &samples::context())
}

/// The effect of each leg on the way to success.
fn effects(factory: &AdapterFactory, adapter: &Arc<dyn PgAdapter>, command: &Command) -> Vec<Effect> {
    let mut progress = adapter.encode(&admitted(adapter, command), &samples::context()).unwrap();
    let mut effects = Vec::new();
    let mut good = replies::success_at(factory.protocol, command).into_iter();
    while let Progress::Send { request, leg } = progress {
        assert_eq!(usize::from(leg.0), effects.len(), "legs are counted from 0");
        assert!(leg.0 < LEG_COUNT_MAX, "too many legs");
        effects.push(request.effect);
        progress = decode(adapter, command, leg, &good.next().expect("a reply a leg")).unwrap();
    }
    effects
}

fn run(
    adapter: &Arc<dyn PgAdapter>,
    command: &Command,
    steps: impl Iterator<Item = Step>,
) -> Result<impl Debug, PgError> {
    let transport = ScriptedTransport::logging_in(replies::v1::token(), steps);
    block_on(execute(&admitted(adapter, command), &samples::context(), &transport, DEADLINE))
}

fn assert_class(harmless: bool, error: &PgError, place: &str) {
    let right = if harmless {
        matches!(error, PgError::Unavailable(_))
    } else {
        matches!(error, PgError::UnknownOutcome(_))
    };
    assert!(right, "{place}: {error:?}");
}
