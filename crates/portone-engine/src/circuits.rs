//! The circuits of the channels, as this gateway has seen them work: in memory, and never in the ledger.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use portone_core::{Attempt, Cause, ChannelGroup, ChannelKey, CommandKind, Outcome, PgError};
use portone_router::circuit::{Circuit, Open, Passage, Seen, Tally, Turn};
use portone_router::{Around, Choice, Decision, NoChannel, Purpose, Reroute, Roster, Verdict};

use crate::engine::Engine;

/// How many probes one step sends: as many as a busy shop has channels.
const PROBE_COUNT_MAX: usize = 64;

/// What this gateway knows of how channels work.
#[derive(Debug, Default)]
pub(crate) struct Circuits(Mutex<BTreeMap<ChannelKey, Watched>>);

#[derive(Debug, Default)]
struct Watched {
    circuit: Circuit,
    /// The last attempt that failed: what a probe asks about.
    failed: Option<Attempt>,
}

/// How a channel works, for people to see.
#[derive(Debug, Clone)]
pub struct CircuitState {
    /// The channel.
    pub channel: ChannelKey,
    /// 0 to [`SCORE_OPEN`](portone_router::circuit::SCORE_OPEN).
    pub score: u32,
    /// What is known of it while it is open.
    pub open: Option<Open>,
    /// What was counted since this gateway started.
    pub tally: Tally,
}

impl Circuits {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ChannelKey, Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn passage(&self, channel: &ChannelKey, now: DateTime<Utc>) -> Passage {
        self.lock().get(channel).map_or(Passage::Free, |watched| watched.circuit.passage(now))
    }

    /// Whether not even a read is answered there.
    pub(crate) fn is_dark(&self, channel: &ChannelKey, now: DateTime<Utc>) -> bool {
        self.lock().get(channel).is_some_and(|watched| watched.circuit.is_dark(now))
    }

    /// Takes note of where a payment goes; `false` where its canary is already another payment.
    fn went(&self, decision: &Decision, now: DateTime<Utc>) -> bool {
        let Decision::Group(decision) = decision else { return true };
        let mut circuits = self.lock();
        let canary = circuits.get_mut(&decision.chosen).filter(|_| decision.is_canary());
        if canary.is_some_and(|watched| !watched.circuit.take_canary(now)) {
            return false;
        }
        let canaries = decision.failover.iter().flat_map(|record| &record.canaries);
        let barred = decision.candidates.iter().filter(|candidate| candidate.verdict == Verdict::CircuitOpen);
        for channel in canaries.chain(barred.map(|candidate| &candidate.channel_key)) {
            if let Some(watched) = circuits.get_mut(channel).filter(|_| *channel != decision.chosen) {
                watched.circuit.pass();
            }
        }
        true
    }
}

impl Engine {
    /// How each channel that was paid at works, in key order. Each gateway knows what it has seen itself.
    pub fn circuits(&self) -> Vec<CircuitState> {
        let circuits = self.circuits.lock();
        let states = circuits.iter().map(|(channel, Watched { circuit, .. })| CircuitState {
            channel: channel.clone(),
            score: circuit.score(),
            open: circuit.open().copied(),
            tally: circuit.tally(),
        });
        states.collect()
    }

    /// Draws a group's channel: by the documents, or around what does not work where the group has a failover policy.
    pub(crate) fn choose<'a>(
        &self,
        roster: &Roster<'a>,
        group: &ChannelGroup,
        purpose: Purpose,
        (tried, after): (&[ChannelKey], Option<&Reroute>),
    ) -> Result<Choice<'a>, NoChannel> {
        let draw = self.random.next_u64();
        if group.failover.is_none() {
            return roster.choose(purpose, draw);
        }
        let now = self.now();
        let with_canaries = |channel: &ChannelKey| self.circuits.passage(channel, now);
        let around = Around { passage: &with_canaries, tried, after };
        let choice = roster.choose_around(purpose, draw, &around)?;
        if self.circuits.went(&choice.decision, now) {
            return Ok(choice);
        }
        // Another payment has just become the canary.
        let without = |channel: &ChannelKey| match self.circuits.passage(channel, now) {
            Passage::Canary => Passage::Barred,
            other => other,
        };
        let choice = roster.choose_around(purpose, draw, &Around { passage: &without, ..around })?;
        self.circuits.went(&choice.decision, now);
        Ok(choice)
    }

    /// Takes note of what came of a call: payments tell how a channel works.
    pub(crate) fn observe(
        &self,
        channel: &ChannelKey,
        command: CommandKind,
        result: &Result<Outcome, PgError>,
        (attempt, begun_at): (&Attempt, DateTime<Utc>),
    ) {
        let Some(seen) = seen_of(result).filter(|_| is_payment(command)) else { return };
        let mut circuits = self.circuits.lock();
        let watched = circuits.entry(channel.clone()).or_default();
        if seen == Seen::Failure {
            watched.failed = Some(attempt.clone());
        }
        let turn = watched.circuit.observe(seen, begun_at, self.now());
        let score = watched.circuit.score();
        drop(circuits);
        if let Some(turn) = turn {
            tell(channel, turn, score);
        }
    }

    /// Asks the upstream of each channel that does not work what became of the last attempt that failed there: whether it
    /// answers at all. Reads and changes nothing. A step for the binary's loop; how many were asked.
    pub async fn probe_circuits(&self) -> usize {
        let now = self.now();
        let mut probes: Vec<(ChannelKey, Attempt)> = Vec::new();
        for (channel, watched) in self.circuits.lock().iter_mut() {
            if let Some(attempt) = &watched.failed
                && probes.len() < PROBE_COUNT_MAX
                && watched.circuit.take_probe(now)
            {
                probes.push((channel.clone(), attempt.clone()));
            }
        }
        let count = probes.len();
        let mut asked: FuturesUnordered<_> =
            probes.into_iter().map(|(channel, attempt)| self.probe(channel, attempt)).collect();
        while asked.next().await.is_some() {}
        count
    }

    async fn probe(&self, channel: ChannelKey, attempt: Attempt) {
        let directory = self.directory();
        let Some(Ok(adapter)) = directory.entry(&channel).map(|entry| entry.adapter()) else { return };
        let seen = match self.inquire(adapter, attempt).await {
            Err(PgError::Unavailable(cause) | PgError::UnknownOutcome(cause)) if is_technical(&cause) => {
                // Whoever refuses our credentials is there.
                if matches!(cause, Cause::Misconfigured { .. }) { Seen::Answer } else { Seen::Failure }
            }
            _ => Seen::Answer,
        };
        if let Some(watched) = self.circuits.lock().get_mut(&channel) {
            watched.circuit.probed(seen, self.now());
        }
    }
}

/// What a call tells of its channel; `None` where it tells nothing.
fn seen_of(result: &Result<Outcome, PgError>) -> Option<Seen> {
    match result {
        Ok(_) | Err(PgError::Declined(_)) => Some(Seen::Answer),
        Err(PgError::Unavailable(cause) | PgError::UnknownOutcome(cause)) => {
            is_technical(cause).then_some(Seen::Failure)
        }
        // Refused by our own rules, before a byte left.
        Err(PgError::Invalid(_)) => None,
    }
}

const fn is_technical(cause: &Cause) -> bool {
    match cause {
        Cause::NotSent(_)
        | Cause::Interrupted(_)
        | Cause::Unreadable { .. }
        | Cause::Undocumented { .. }
        | Cause::Misconfigured { .. }
        | Cause::TooManyLegs => true,
        // A documented answer: it has been asked before.
        Cause::InquireFirst(_) => false,
    }
}

const fn is_payment(command: CommandKind) -> bool {
    matches!(
        command,
        CommandKind::PayInstantly
            | CommandKind::PayWithBillingKey
            | CommandKind::ConfirmPayment
            | CommandKind::ConfirmIssueAndPay
    )
}

fn tell(channel: &ChannelKey, turn: Turn, score: u32) {
    let labels = [("channel", channel.to_string())];
    match turn {
        Turn::Opened => {
            tracing::warn!(%channel, score, "the channel does not work: its circuit is open");
            metrics::counter!("portone_circuit_trips_total", &labels).increment(1);
            metrics::gauge!("portone_circuit_open", &labels).set(1.0);
        }
        Turn::Closed => {
            tracing::info!(%channel, "the channel works again: its circuit is closed");
            metrics::gauge!("portone_circuit_open", &labels).set(0.0);
        }
    }
}
