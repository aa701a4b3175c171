//! What a group's owner should know before it takes its first payment: nothing here refuses anything.

use std::collections::BTreeSet;

use portone_core::{
    Channel, ChannelGroup, ChannelKey, CommandKind, Environment, OnViolation, PayMethod, PgProfile, Report,
    Rule, Severity,
};

use crate::factory;

/// The commands that are routed.
const ROUTED: [CommandKind; 3] =
    [CommandKind::PayInstantly, CommandKind::IssueBillingKey, CommandKind::PayWithBillingKey];

/// What is risky about a group that replaces `before` (`None`: a new group): members that cannot take what the others
/// take (rule SR-010), and PGs that are new among live payments (rule SR-012). `find` looks a channel up.
pub fn advise<'a>(
    group: &ChannelGroup,
    before: Option<&ChannelGroup>,
    find: impl Fn(&ChannelKey) -> Option<&'a Channel>,
) -> Report {
    let mut report = Report::new();
    let profiles: Vec<Option<&PgProfile>> =
        group.members.iter().map(|member| profile(&find, &member.channel)).collect();
    advise_on_coverage(group, &profiles, &mut report);
    if group.environment == Environment::Live {
        let known = before.map_or_else(BTreeSet::new, |before| {
            before
                .members
                .iter()
                .filter_map(|member| profile(&find, &member.channel))
                .map(|known| known.provider)
                .collect()
        });
        advise_on_newcomers(&profiles, known, &mut report);
    }
    report
}

fn profile<'a>(
    find: &impl Fn(&ChannelKey) -> Option<&'a Channel>,
    key: &ChannelKey,
) -> Option<&'static PgProfile> {
    Some(factory(&find(key)?.provider)?.profile)
}

fn advise_on_coverage(group: &ChannelGroup, profiles: &[Option<&PgProfile>], report: &mut Report) {
    let taken: BTreeSet<(CommandKind, PayMethod)> =
        profiles.iter().flatten().flat_map(|profile| routed(profile)).collect();
    let consequence = match group.on_violation {
        OnViolation::Skip => "passes it over",
        OnViolation::Fail => "fails whenever it is drawn",
    };
    for (at, profile) in profiles.iter().enumerate() {
        let Some(profile) = profile else { continue };
        let has: BTreeSet<_> = routed(profile).collect();
        let lacks: Vec<String> = taken
            .difference(&has)
            .map(|(command, method)| format!("{} by {}", command.name(), method.code()))
            .collect();
        if !lacks.is_empty() {
            let text = format!(
                "{} lacks {}, which other members take: such a payment {consequence}; use a group whose members all take \
                 what is sent",
                profile.provider,
                lacks.join(", ")
            );
            report.add(&COVERAGE, format!("channels[{at}].key"), text);
        }
    }
}

fn routed(profile: &PgProfile) -> impl Iterator<Item = (CommandKind, PayMethod)> {
    let supports = profile.commands.iter().filter(|support| ROUTED.contains(&support.command));
    supports.flat_map(|support| support.methods.iter().map(|method| (support.command, *method)))
}

fn advise_on_newcomers(profiles: &[Option<&PgProfile>], mut known: BTreeSet<&str>, report: &mut Report) {
    for (at, profile) in profiles.iter().enumerate() {
        let Some(profile) = profile.filter(|profile| known.insert(profile.provider)) else { continue };
        let text = format!(
            "{} is new in this live group, and PGs differ in the fields they need; pay through a group of test channels \
             with it first, with every pay method",
            profile.provider
        );
        report.add(&NEWCOMER, format!("channels[{at}].key"), text);
    }
}

pub(crate) const COVERAGE: Rule = Rule {
    code: "SR-010",
    severity: Severity::Advise,
    reason: "Routing does not look at pay methods: a member that lacks one fails the payments it draws.",
    source: "guide of smart routing (FAQ), seed 000",
};
pub(crate) const NEWCOMER: Rule = Rule {
    code: "SR-012",
    severity: Severity::Advise,
    reason: "The fields a PG needs differ; a payment that lacks one fails, and a window may not open.",
    source: "seed 000",
};
