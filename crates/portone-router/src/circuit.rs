//! The circuit of a channel: whether payments should go there at all. A pure state machine; time and what was seen are
//! arguments.
//!
//! It opens by a sequential test (Page's CUSUM) of a technical error rate of 5 % against 60 %: each failure adds the
//! log-likelihood ratio of the two, each answer takes it off, never below zero. The figures in `docs/failover.md` are
//! computed from this code by `tests/circuit.rs`.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// The score at which a circuit opens.
pub const SCORE_OPEN: u32 = 100;
/// What a technical failure adds: five in a row open.
pub const SCORE_OF_FAILURE: u32 = 20;
/// What an answer takes off: ln(0.4/0.95) to ln(0.6/0.05) is as 7 to 20.
pub const SCORE_OF_ANSWER: u32 = 7;

/// How long after a canary the next one may go, in time.
pub const CANARY_PAUSE: TimeDelta = TimeDelta::seconds(15);
/// How many payments must have been drawn elsewhere besides, unless the last canary was answered: where payments are rare, most
/// of them shall not be canaries.
pub const CANARY_PASSED_MIN: u32 = 3;
/// After how many payments drawn elsewhere a canary may go at once: 1 % of the traffic.
pub const CANARY_PASSED: u32 = 100;
/// How long failing probes hold canaries back: where reads alone are broken, payments find out.
pub const CANARY_PAUSE_DARK: TimeDelta = TimeDelta::minutes(5);
/// How many answers in a row close an open circuit.
pub const ANSWERS_TO_CLOSE: u32 = 2;
/// The time between two probes.
pub const PROBE_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// How long a failed probe tells that the upstream is dark.
pub const DARK_FOR: TimeDelta = TimeDelta::seconds(30);

/// What came of a payment at a channel, as far as its circuit cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The PG said something: paid, or declined.
    Answer,
    /// A technical failure: nobody said anything that can be used.
    Failure,
}

/// That a circuit has just changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It opened: payments are drawn elsewhere.
    Opened,
    /// It closed: payments are drawn as usual.
    Closed,
}

/// Whether a payment may be drawn to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// As usual.
    Free,
    /// As a canary, which [`Circuit::take_canary`] has to allow.
    Canary,
    /// Not now.
    Barred,
}

/// The circuit of one channel. A new one is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circuit {
    score: u32,
    open: Option<Open>,
    tally: Tally,
}

/// What a circuit has counted since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Payments that were answered.
    pub answers: u64,
    /// Payments that failed technically.
    pub failures: u64,
    /// How often it opened.
    pub trips: u64,
    /// Payments that went there as canaries.
    pub canaries: u64,
}

/// An open circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Answers in a row to payments that were begun after it opened.
    pub answers: u32,
    /// When the last canary went; when it opened, as long as none has.
    pub canary_at: DateTime<Utc>,
    /// Payments drawn elsewhere since then.
    pub passed: u32,
    /// When the last probe was sent.
    pub probe_at: Option<DateTime<Utc>>,
    /// When the last probe failed that none has been answered after.
    pub dark_at: Option<DateTime<Utc>>,
}

impl Circuit {
    /// Takes note of what came of a payment that was sent at `begun_at`: whether that turned the circuit.
    ///
    /// An open circuit cares only for payments begun after it opened: what was under way before says nothing of a
    /// recovery.
    pub fn observe(&mut self, seen: Seen, begun_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Turn> {
        match seen {
            Seen::Answer => self.tally.answers += 1,
            Seen::Failure => self.tally.failures += 1,
        }
        match &mut self.open {
            None => self.weigh(seen, now),
            Some(open) if begun_at < open.since => None,
            Some(open) => {
                open.answers = if seen == Seen::Answer { open.answers + 1 } else { 0 };
                if open.answers < ANSWERS_TO_CLOSE {
                    return None;
                }
                self.open = None;
                self.score = 0;
                Some(Turn::Closed)
            }
        }
    }

    fn weigh(&mut self, seen: Seen, now: DateTime<Utc>) -> Option<Turn> {
        self.score = match seen {
            Seen::Answer => self.score.saturating_sub(SCORE_OF_ANSWER),
            Seen::Failure => (self.score + SCORE_OF_FAILURE).min(SCORE_OPEN),
        };
        if self.score < SCORE_OPEN {
            return None;
        }
        self.tally.trips += 1;
        self.open =
            Some(Open { since: now, answers: 0, canary_at: now, passed: 0, probe_at: None, dark_at: None });
        Some(Turn::Opened)
    }

    /// Whether a payment may be drawn to the channel now.
    pub fn passage(&self, now: DateTime<Utc>) -> Passage {
        match &self.open {
            None => Passage::Free,
            Some(open) if open.may_send_canary(now) => Passage::Canary,
            Some(_) => Passage::Barred,
        }
    }

    /// Sends a canary, if one may go: of several payments that were told so at once, one is it.
    pub fn take_canary(&mut self, now: DateTime<Utc>) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.may_send_canary(now)) else { return false };
        open.canary_at = now;
        open.passed = 0;
        self.tally.canaries += 1;
        true
    }

    /// Takes note of a payment that could have gone to the channel, were its circuit closed.
    pub fn pass(&mut self) {
        if let Some(open) = &mut self.open {
            open.passed = open.passed.saturating_add(1);
        }
    }

    /// Whether a probe is due; it counts as sent then.
    pub fn take_probe(&mut self, now: DateTime<Utc>) -> bool {
        let Some(open) = &mut self.open else { return false };
        let is_due = open.probe_at.is_none_or(|at| now - at >= PROBE_PAUSE);
        if is_due {
            open.probe_at = Some(now);
        }
        is_due
    }

    /// Takes note of what came of a probe.
    pub fn probed(&mut self, seen: Seen, now: DateTime<Utc>) {
        if let Some(open) = &mut self.open {
            open.dark_at = (seen == Seen::Failure).then_some(now);
        }
    }

    /// Whether not even a read is answered: nothing is worth asking until a probe is.
    pub fn is_dark(&self, now: DateTime<Utc>) -> bool {
        self.open.is_some_and(|open| open.dark_at.is_some_and(|at| now - at < DARK_FOR))
    }

    /// What is known of it while it is open.
    pub const fn open(&self) -> Option<&Open> {
        self.open.as_ref()
    }

    /// Its score, 0 to [`SCORE_OPEN`].
    pub const fn score(&self) -> u32 {
        self.score
    }

    /// What it has counted.
    pub const fn tally(&self) -> Tally {
        self.tally
    }
}

impl Open {
    fn may_send_canary(&self, now: DateTime<Utc>) -> bool {
        let since = now - self.canary_at;
        if self.dark_at.is_some() {
            return since >= CANARY_PAUSE_DARK;
        }
        let passed_min = if self.answers > 0 { 0 } else { CANARY_PASSED_MIN };
        self.passed >= CANARY_PASSED || (since >= CANARY_PAUSE && self.passed >= passed_min)
    }
}
