//! What commands are sent as: the texts that snapshots hold. Each is held against the published contract as it is made.

use std::{collections::BTreeMap, sync::Arc};

use portone_core::{
    AdapterFactory, Auth, Command, CommandKind, PayMethod, PgAdapter, PgProfile, PgRequest, Progress, SdkCall,
};

use crate::{
    contract::{Verdict, check_called, check_sent},
    encoded::{self, Encoded, admitted, encoded},
    replies,
    samples::{self, Sample},
};

/// What the sample channel's adapter sends first for a command, or the SDK call that opens its window. Secrets show as
/// `[secret]`. Panics where the adapter refuses the command, or the published contract refuses the request.
pub fn rendered(factory: &AdapterFactory, command: &Command) -> String {
    rendered_by(&samples::adapter(factory), command)
}

/// The same by an adapter that was built for a channel of its own.
pub fn rendered_by(adapter: &Arc<dyn PgAdapter>, command: &Command) -> String {
    let encoded = encoded(adapter, command);
    match &encoded {
        Encoded::Request(request) => hold_request(request),
        Encoded::Call(call) => hold_call(call),
        Encoded::Held(_) => {}
    }
    encoded.rendered()
}

/// A request, held against the published contract of the sample upstream it goes to.
pub fn rendered_request(request: &PgRequest) -> String {
    hold_request(request);
    request.to_string()
}

/// A call of the browser SDK, held against the published contract.
pub fn rendered_call(call: &SdkCall) -> String {
    hold_call(call);
    encoded::rendered_call(call)
}

/// Every shape of a PG: a name and a text for each command of its profile, with every leg of every sample of it. Samples that
/// are sent alike share a shape. Panics where a command has a method of the profile, and no sample of it.
pub fn of_profile(factory: &AdapterFactory) -> Vec<(String, String)> {
    let adapter = samples::adapter(factory);
    let known = samples::commands(factory.profile);
    let mut kinds: Vec<CommandKind> =
        factory.profile.commands.iter().map(|support| support.command).collect();
    kinds.push(CommandKind::Inquire);
    assert_every_method(factory.profile, &known);
    kinds
        .into_iter()
        .map(|kind| {
            let of_kind = known.iter().filter(|sample| sample.command.kind() == kind);
            (
                kind.name().to_lowercase(),
                text_of(of_kind.map(|sample| (sample.name, legs(factory, &adapter, sample)))),
            )
        })
        .collect()
}

fn assert_every_method(profile: &PgProfile, known: &[Sample]) {
    for support in profile.commands {
        let of_kind = || known.iter().filter(|sample| sample.command.kind() == support.command);
        let has = |method: &PayMethod| of_kind().any(|sample| sample.command.pay_method() == Some(*method));
        let missing: Vec<&str> =
            support.methods.iter().filter(|method| !has(method)).map(|method| method.code()).collect();
        assert!(
            missing.is_empty() && of_kind().next().is_some(),
            "no sample has {} by {}: add one to portone_testkit::samples",
            support.command.name(),
            if missing.is_empty() { "any method".to_owned() } else { missing.join(" and by ") }
        );
    }
}

/// Shapes with the names of the samples that have them, in the order of the samples.
fn text_of<'a>(shapes: impl Iterator<Item = (&'a str, Vec<String>)>) -> String {
    let mut names: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    let mut order: Vec<Vec<String>> = Vec::new();
    for (name, legs) in shapes {
        let alike = names.entry(legs.clone()).or_default();
        if alike.is_empty() {
            order.push(legs);
        }
        alike.push(name);
    }
    let texts = order.iter().map(|legs| format!("{}:\n{}", names[legs].join(", "), legs.join("\nthen:\n")));
    texts.collect::<Vec<_>>().join("\n\n")
}

/// What is sent on the way to success.
fn legs(factory: &AdapterFactory, adapter: &Arc<dyn PgAdapter>, sample: &Sample) -> Vec<String> {
    let Sample { command, .. } = sample;
    let mut texts = vec![rendered_by(adapter, command)];
    if !matches!(encoded(adapter, command), Encoded::Request(_)) {
        return texts;
    }
    for (leg, reply) in (0..).map(portone_core::Leg).zip(replies::success_at(factory.protocol, command)) {
        match adapter.decode(&admitted(adapter, command), leg, &reply, &samples::context()) {
            Ok(Progress::Send { request, .. }) => texts.push(rendered_request(&request)),
            Ok(Progress::Done(_)) => break,
            Err(error) => panic!("{}: {error}", sample.name),
        }
    }
    texts
}

/// With the log-in that a request may take first.
fn hold_request(request: &PgRequest) {
    if let Auth::V1Token(source) = &request.auth {
        hold_request(source.login());
    }
    hold(check_sent(request, &samples::upstream().base_url), &request.to_string());
}

fn hold_call(call: &SdkCall) {
    hold(check_called(call), &encoded::rendered_call(call));
}

fn hold(verdict: Option<Verdict>, rendered: &str) {
    match verdict {
        // Its file is absent, which was said.
        None | Some(Verdict::Kept) => {}
        Some(Verdict::Uncharted) => panic!("the published contract has no such operation:\n{rendered}"),
        Some(Verdict::Broken(problems)) => {
            panic!("the published contract is broken:\n{}\nby\n{rendered}", problems.join("\n"))
        }
    }
}
