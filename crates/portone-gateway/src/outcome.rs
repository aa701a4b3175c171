//! What became of requests that may have reached a PG, counted.

use metrics::counter;
use portone_engine::EngineError;

/// How a request ended.
pub(crate) enum Ended<'e> {
    /// It was carried out.
    Done,
    /// It was not.
    Failed(&'e EngineError),
    /// The use case panicked, which leaves its outcome unknown.
    Panicked,
}

impl<'e, T> From<Option<&'e Result<T, EngineError>>> for Ended<'e> {
    fn from(result: Option<&'e Result<T, EngineError>>) -> Self {
        match result {
            Some(Ok(_)) => Self::Done,
            Some(Err(error)) => Self::Failed(error),
            None => Self::Panicked,
        }
    }
}

/// Counts one that reached the engine.
pub(crate) fn count(operation: &'static str, ended: &Ended<'_>) {
    counter!("portone_outcomes_total", "operation" => operation, "outcome" => name(ended)).increment(1);
}

const fn name(ended: &Ended<'_>) -> &'static str {
    match ended {
        Ended::Done => "done",
        Ended::Failed(EngineError::Declined(_) | EngineError::ChannelSpecific { .. }) => "declined",
        Ended::Failed(EngineError::Unavailable(_)) => "unavailable",
        Ended::Failed(EngineError::UnknownOutcome | EngineError::UnknownDelivery) | Ended::Panicked => {
            "unknown"
        }
        Ended::Failed(EngineError::Store(_)) => "store_failed",
        // Every other variant says no before a PG is asked.
        Ended::Failed(_) => "refused",
    }
}
