//! One channel for a payment: drawn from a group, or named by the request.

use std::fmt;

use portone_core::{Admitted, ChannelKey, OnViolation, Report, Rule, Severity};

use crate::{
    Around, Candidate, CandidateRecord, Decision, GroupDecision, NoChannel, NoChannelReason, PinnedDecision,
    Probability, Purpose, Roster, Verdict, ViolationRecord,
    draw::pick,
    record::{advice_of, is_zero_weight_fallback, shares},
    roster::{evaluate, record},
};

/// A chosen channel. Its `Debug` shows the decision only: a command holds the buyer's name.
pub struct Choice<'a> {
    /// Which, and why: stored with the payment before anything is sent.
    pub decision: Decision,
    /// The command as the chosen channel's rules let it pass. `None` only where the candidate had no
    /// [`Ask`](crate::Ask).
    pub admitted: Option<Admitted<'a>>,
}

impl fmt::Debug for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice").field("decision", &self.decision).finish_non_exhaustive()
    }
}

impl<'a> Roster<'a> {
    /// Draws the channel of a payment: rules SR-006, SR-030 to SR-032 and SR-072 to SR-076.
    ///
    /// `draw` is a uniformly random number; the same number always gives the same channel. Under
    /// [`OnViolation::Skip`] a channel whose rules refuse is passed over while another can take the request, under
    /// [`OnViolation::Fail`] any active member's refusal refuses it. What the group itself requires
    /// ([`Roster::check_required`]) is checked first, and refuses under both. The error lists everything.
    pub fn choose(&self, purpose: Purpose, draw: u64) -> Result<Choice<'a>, NoChannel> {
        self.draw(purpose, draw, None)
    }

    /// As [`Roster::choose`], among the channels that work and that the payment has not been to: what a group's failover
    /// policy asks for. A channel of weight 0 is no way out, unless it could be drawn without any (rule SR-074).
    pub fn choose_around(
        &self,
        purpose: Purpose,
        draw: u64,
        around: &Around<'_>,
    ) -> Result<Choice<'a>, NoChannel> {
        self.draw(purpose, draw, Some(around))
    }

    fn draw(
        &self,
        purpose: Purpose,
        draw: u64,
        around: Option<&Around<'_>>,
    ) -> Result<Choice<'a>, NoChannel> {
        let required = self.check_required();
        let (mut candidates, mut admitted) = self.candidates_for(purpose);
        if required.refuses() || self.any_refusal_fails(&candidates) {
            return Err(self.refusal(NoChannelReason::Refused, &required, candidates));
        }
        take_out_zero_weights(&mut candidates, purpose);
        let failover = around.map(|around| around.take_out(&mut candidates));
        settle_shares(&mut candidates);
        let Some(at) = pick(shares(&candidates), draw) else {
            return Err(self.refusal(reason_of_none(&candidates, purpose), &required, candidates));
        };
        let admitted = admitted[at].take();
        Ok(Choice {
            decision: Decision::Group(GroupDecision {
                group_id: self.group.id.clone(),
                group_version: self.group.version,
                purpose,
                on_violation: self.group.on_violation,
                draw,
                advice: advice(required, &candidates, at, admitted.as_ref()),
                chosen: candidates[at].channel_key.clone(),
                candidates,
                failover,
            }),
            admitted,
        })
    }

    fn candidates_for(&self, purpose: Purpose) -> (Vec<CandidateRecord>, Vec<Option<Admitted<'a>>>) {
        let mut admitted = Vec::with_capacity(self.candidates.len());
        let evaluated = self.evaluate(purpose == Purpose::BillingKeyPayment).into_iter();
        let records = self.records(evaluated.map(|evaluated| {
            admitted.push(evaluated.admitted);
            evaluated.verdict
        }));
        (records, admitted)
    }

    fn any_refusal_fails(&self, candidates: &[CandidateRecord]) -> bool {
        self.group.on_violation == OnViolation::Fail
            && candidates.iter().any(|candidate| matches!(candidate.verdict, Verdict::Refused(_)))
    }
}

/// Takes the channel that the request names, whatever the group's weights say (rules SR-070 and SR-071). Membership
/// and activity in a group play no part; the channel itself must be there and active, and its rules must let the
/// request pass.
pub fn pin<'a>(
    channel_key: &ChannelKey,
    purpose: Purpose,
    candidate: &Candidate<'a>,
) -> Result<Choice<'a>, NoChannel> {
    let evaluated = evaluate(candidate, purpose == Purpose::BillingKeyPayment);
    let reason = match (&evaluated.verdict, candidate.channel) {
        (Verdict::Eligible, Some(channel)) => {
            let decision = PinnedDecision {
                chosen: channel_key.clone(),
                provider: channel.provider.clone(),
                purpose,
                advice: advice_of(evaluated.admitted.as_ref()),
            };
            return Ok(Choice { decision: Decision::Pinned(decision), admitted: evaluated.admitted });
        }
        (Verdict::NoBillingKey, _) => NoChannelReason::PinWithoutBillingKey,
        (Verdict::Refused(_), _) => NoChannelReason::Refused,
        // Whatever else keeps a channel out, it is not there for this request.
        _ => NoChannelReason::PinUnusable,
    };
    let candidates = vec![record(channel_key, 0, candidate, evaluated.verdict)];
    Err(NoChannel { reason, group: None, required: Vec::new(), candidates })
}

/// Takes weight 0 out unless it is the last resort of a billing key.
fn take_out_zero_weights(candidates: &mut [CandidateRecord], purpose: Purpose) {
    let last_resort = purpose == Purpose::BillingKeyPayment && is_zero_weight_fallback(candidates);
    for candidate in candidates.iter_mut() {
        if !last_resort && candidate.weight == 0 && candidate.verdict == Verdict::Eligible {
            candidate.verdict = Verdict::ZeroWeight;
        }
    }
}

/// Fills in the probabilities.
fn settle_shares(candidates: &mut [CandidateRecord]) {
    let denominator = shares(candidates).map(u64::from).sum::<u64>().max(1);
    let fallback = is_zero_weight_fallback(candidates);
    for candidate in candidates {
        candidate.probability = Probability { numerator: candidate.share(fallback), denominator };
    }
}

/// A refusal counts only where the channel could have been drawn without it.
fn reason_of_none(candidates: &[CandidateRecord], purpose: Purpose) -> NoChannelReason {
    let refused = candidates.iter().any(|candidate| {
        matches!(candidate.verdict, Verdict::Refused(_))
            && (candidate.weight > 0 || purpose == Purpose::BillingKeyPayment)
    });
    match (refused, purpose) {
        (true, _) => NoChannelReason::Refused,
        (false, Purpose::OneTime) => NoChannelReason::NoSelectableMember,
        (false, Purpose::BillingKeyPayment) => NoChannelReason::NoUsableBillingKey,
    }
}

fn advice(
    mut group: Report,
    candidates: &[CandidateRecord],
    at: usize,
    admitted: Option<&Admitted<'_>>,
) -> Vec<ViolationRecord> {
    if is_zero_weight_fallback(candidates) {
        let channel = &candidates[at].channel_key;
        group.add(
            &ZERO_WEIGHT,
            "billingKey",
            format!(
                "only channels of weight 0 hold this billing key, so `{channel}` is charged; deactivate it in the \
                 group to stop that"
            ),
        );
    }
    let mut advice = ViolationRecord::advice_of(&group);
    advice.extend(advice_of(admitted));
    advice
}

pub(crate) const ZERO_WEIGHT: Rule = Rule {
    code: "SR-074",
    severity: Severity::Advise,
    reason: "Weight 0 does not stop charges of a billing key that no weighted channel holds.",
    source: "seed 000",
};
