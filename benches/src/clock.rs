//! The one place that reads the clock.

use std::time::Instant;

/// The time now, on a clock that never runs backwards.
#[expect(clippy::disallowed_methods, reason = "a measurement is made of readings of the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Nanoseconds since `start`; a span too long to count (584 years) is the longest.
pub(crate) fn nanoseconds_since(start: Instant) -> u64 {
    u64::try_from(now().saturating_duration_since(start).as_nanos()).unwrap_or(u64::MAX)
}
