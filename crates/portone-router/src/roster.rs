//! A group's members with what is known of each when a request comes.

use std::fmt;

use portone_core::{
    Admitted, CallContext, Channel, ChannelGroup, ChannelKey, Command, CommandKind, GroupMember, PgAdapter,
    Report, admit,
};

use crate::{
    CandidateRecord, GroupVersion, NoChannel, NoChannelReason, Probability, Verdict, ViolationRecord,
    required,
};

/// A request as one channel would get it. Its `Debug` shows the PG and the kind of command only: a command holds the
/// buyer's name.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The channel's adapter.
    pub adapter: &'a dyn PgAdapter,
    /// The command; for a payment with a billing key it holds this channel's PG billing key.
    pub command: &'a Command,
    /// The time and the attempt.
    pub ctx: &'a CallContext,
}

impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask({} {})", self.adapter.profile().provider, self.command.kind().name())
    }
}

/// What is known of a channel that may take a request.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The channel; `None` when there is no such channel any more.
    pub channel: Option<&'a Channel>,
    /// Whether it holds a PG billing key of the billing key. Read only for payments with a billing key.
    pub holds_key: bool,
    /// The request. `None` checks no rule: it explains a group's shares, and never precedes a call.
    pub ask: Option<Ask<'a>>,
}

/// Which API a request came through. What a group's requests must hold differs: seed 000 lists it for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApiVersion {
    /// V2: rules SR-040 to SR-042, SR-044, SR-045 and SR-049.
    #[default]
    V2,
    /// V1, which asks for less: rules SR-043, SR-048 and SR-052.
    V1,
}

/// A group's members, each with what is known of it: what [`Roster::choose`] and [`Roster::issue_plan`] decide from.
#[derive(Debug, Clone)]
pub struct Roster<'a> {
    pub(crate) group: &'a ChannelGroup,
    pub(crate) candidates: Vec<Candidate<'a>>,
    pub(crate) api: ApiVersion,
}

impl<'a> Roster<'a> {
    /// Looks up every member of the group.
    pub fn new(group: &'a ChannelGroup, candidate: impl FnMut(&'a GroupMember) -> Candidate<'a>) -> Self {
        Self { group, candidates: group.members.iter().map(candidate).collect(), api: ApiVersion::default() }
    }

    /// The same for a request that came through this API; V2 where nobody says.
    #[must_use]
    pub fn through(self, api: ApiVersion) -> Self {
        Self { api, ..self }
    }

    /// What seed 000 requires of every request to a group, whichever channel it goes to: rules SR-040 to SR-053.
    ///
    /// [`Roster::choose`] and [`Roster::issue_plan`] check it themselves; a schedule is checked with it when it is
    /// made. Nothing is found where no candidate has an [`Ask`].
    pub fn check_required(&self) -> Report {
        let Some(command) = self.candidates.iter().find_map(|candidate| candidate.ask).map(|ask| ask.command)
        else {
            return Report::new();
        };
        required::check(self.api, command, self.group.on_violation, &self.drawable(command.kind()))
    }

    /// Whom a payment may be drawn to.
    fn drawable(&self, kind: CommandKind) -> Vec<&Candidate<'a>> {
        let by_key = matches!(kind, CommandKind::PayWithBillingKey | CommandKind::Schedule);
        let reachable = || {
            self.group.members.iter().zip(&self.candidates).filter(move |(member, candidate)| {
                member.active
                    && candidate.channel.is_some_and(|channel| channel.active)
                    && (!by_key || candidate.holds_key)
            })
        };
        // A billing key's last resort (rule SR-074).
        let any_weight = by_key && !reachable().any(|(member, _)| member.weight > 0);
        reachable()
            .filter(|(member, _)| any_weight || member.weight > 0)
            .map(|(_, candidate)| candidate)
            .collect()
    }

    /// Every member's verdict, and its admitted command where its rules let it pass.
    pub(crate) fn evaluate(&self, needs_key: bool) -> Vec<Evaluated<'a>> {
        self.group
            .members
            .iter()
            .zip(&self.candidates)
            .map(|(member, candidate)| {
                if candidate.channel.is_some() && !member.active {
                    return Evaluated::out(Verdict::InactiveMember);
                }
                evaluate(candidate, needs_key)
            })
            .collect()
    }

    /// The record of each member. The verdicts come from [`Roster::evaluate`], in the same order.
    pub(crate) fn records(&self, verdicts: impl Iterator<Item = Verdict>) -> Vec<CandidateRecord> {
        self.group
            .members
            .iter()
            .zip(&self.candidates)
            .zip(verdicts)
            .map(|((member, candidate), verdict)| record(&member.channel, member.weight, candidate, verdict))
            .collect()
    }

    /// The refusal of a request to this group.
    pub(crate) fn refusal(
        &self,
        reason: NoChannelReason,
        required: &Report,
        candidates: Vec<CandidateRecord>,
    ) -> NoChannel {
        NoChannel {
            reason,
            group: Some(GroupVersion { id: self.group.id.clone(), version: self.group.version }),
            required: ViolationRecord::rejections_of(required),
            candidates,
        }
    }
}

/// A candidate's verdict, and its admitted command where its rules let it pass.
pub(crate) struct Evaluated<'a> {
    pub(crate) verdict: Verdict,
    pub(crate) admitted: Option<Admitted<'a>>,
}

impl Evaluated<'_> {
    const fn out(verdict: Verdict) -> Self {
        Self { verdict, admitted: None }
    }
}

impl fmt::Debug for Evaluated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)
    }
}

/// The verdict on a channel apart from its membership of a group.
pub(crate) fn evaluate<'a>(candidate: &Candidate<'a>, needs_key: bool) -> Evaluated<'a> {
    match candidate.channel {
        None => return Evaluated::out(Verdict::ChannelMissing),
        Some(channel) if !channel.active => return Evaluated::out(Verdict::InactiveChannel),
        Some(_) if needs_key && !candidate.holds_key => return Evaluated::out(Verdict::NoBillingKey),
        Some(_) => {}
    }
    match candidate.ask.map(|ask| admit(ask.adapter, ask.command, ask.ctx)) {
        None => Evaluated::out(Verdict::Eligible),
        Some(Ok(admitted)) => Evaluated { verdict: Verdict::Eligible, admitted: Some(admitted) },
        Some(Err(report)) => Evaluated::out(Verdict::Refused(ViolationRecord::rejections_of(&report))),
    }
}

/// The record of one candidate, whose probability is not known yet.
pub(crate) fn record(
    channel_key: &ChannelKey,
    weight: u32,
    candidate: &Candidate<'_>,
    verdict: Verdict,
) -> CandidateRecord {
    CandidateRecord {
        channel_key: channel_key.clone(),
        provider: candidate.channel.map(|channel| channel.provider.clone()),
        weight,
        verdict,
        probability: Probability { numerator: 0, denominator: 1 },
    }
}
