//! Four classes of error, by the one question that matters: did money move?

use thiserror::Error;

use crate::Report;

/// Why a command has no outcome. Each class allows one next step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PgError {
    /// We refused it before a byte left. No money moved; fix the request.
    #[error("the request breaks documented rules:\n{0}")]
    Invalid(Report),
    /// The PG said no. No money moved; it is the payer's turn.
    #[error("{0}")]
    Declined(Decline),
    /// Nothing reached the PG's ledger. No money moved; try again or another channel.
    #[error("the PG could not be reached: {0}")]
    Unavailable(Cause),
    /// It was sent and the result is unknown. Money may have moved: inquire, then settle; never retry before that.
    #[error("the outcome is unknown: {0}")]
    UnknownOutcome(Cause),
}

/// A refusal in the PG's own words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the PG declined: {code} {message}")]
pub struct Decline {
    /// The PG's code, verbatim; the upstream's error type where the PG gave none.
    pub code: String,
    /// The PG's message, verbatim.
    pub message: String,
}

/// What went wrong between us and a PG's ledger. Texts never hold a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Cause {
    /// The connection was never made.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The connection broke, or the deadline passed, after a byte had left.
    #[error("interrupted: {0}")]
    Interrupted(String),
    /// A reply came that cannot be read.
    #[error("unreadable reply (HTTP {status}): {what}")]
    Unreadable {
        /// HTTP status of the reply.
        status: u16,
        /// What could not be read.
        what: String,
    },
    /// A reply came that the documents do not describe.
    #[error("undocumented reply (HTTP {status}, {what})")]
    Undocumented {
        /// HTTP status of the reply.
        status: u16,
        /// The error type, or a few words.
        what: String,
    },
    /// A documented reply that leaves the outcome open: the upstream is still working, or has done it before.
    #[error("{0}: ask what became of it")]
    InquireFirst(String),
    /// The upstream refuses our credentials or does not know our channel: nothing reached a PG.
    #[error("misconfigured (HTTP {status}): {message}")]
    Misconfigured {
        /// HTTP status of the reply.
        status: u16,
        /// The upstream's words.
        message: String,
    },
    /// The adapter asked for more legs than [`LEG_COUNT_MAX`](crate::LEG_COUNT_MAX).
    #[error("too many legs")]
    TooManyLegs,
}
