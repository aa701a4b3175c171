//! The driver: joins an adapter with a transport. It is the only place that says what a broken connection means.

use std::time::Duration;

use crate::{Admitted, Break, CallContext, Cause, Effect, Outcome, PgError, Progress, Transport};

/// How many requests one command may take.
pub const LEG_COUNT_MAX: u8 = 8;

/// Performs an admitted command: sends what the adapter encodes until it is done.
///
/// `deadline` bounds each request. Errors are of the four classes of [`PgError`]: whatever goes wrong after a request
/// that changes something was sent is [`PgError::UnknownOutcome`], unless the PG itself said no.
pub async fn execute(
    admitted: &Admitted<'_>,
    ctx: &CallContext,
    transport: &dyn Transport,
    deadline: Duration,
) -> Result<Outcome, PgError> {
    let adapter = admitted.adapter();
    let mut progress = adapter.encode(admitted, ctx).map_err(PgError::Invalid)?;
    let mut changed = false;
    for _ in 0..LEG_COUNT_MAX {
        let (request, leg) = match progress {
            Progress::Done(outcome) => return Ok(*outcome),
            Progress::Send { request, leg } => (request, leg),
        };
        let reads = request.effect == Effect::Reads;
        let reply = match transport.send(&request, deadline).await {
            Ok(reply) => reply,
            Err(Break::NotSent(why)) => return Err(unreached(Cause::NotSent(why), changed)),
            Err(Break::Interrupted(why)) => {
                return Err(unreached(Cause::Interrupted(why), changed || !reads));
            }
        };
        let decoded = adapter.decode(admitted, leg, &reply, ctx);
        progress =
            if reads && changed { decoded.map_err(after_change)? } else { decoded.map_err(never_invalid)? };
        changed = changed || !reads;
    }
    Err(unreached(Cause::TooManyLegs, changed))
}

fn unreached(cause: Cause, changed: bool) -> PgError {
    if changed { PgError::UnknownOutcome(cause) } else { PgError::Unavailable(cause) }
}

/// A read that fails after a change was sent leaves the change unknown, whatever the read itself says.
fn after_change(error: PgError) -> PgError {
    match error {
        PgError::Invalid(_) => {
            PgError::UnknownOutcome(Cause::InquireFirst("the adapter refused its own reply".into()))
        }
        PgError::Declined(decline) => PgError::UnknownOutcome(Cause::InquireFirst(decline.to_string())),
        PgError::Unavailable(cause) | PgError::UnknownOutcome(cause) => PgError::UnknownOutcome(cause),
    }
}

/// A reply is never a reason to call the request invalid: something was sent.
fn never_invalid(error: PgError) -> PgError {
    match error {
        PgError::Invalid(_) => after_change(error),
        PgError::Declined(_) | PgError::Unavailable(_) | PgError::UnknownOutcome(_) => error,
    }
}
