//! What Paymentwall's replies mean of their own.

use portone_core::{AttemptSubject, CallContext, Command, Finding, Leg, Outcome, PgError, PgReply, Progress};

use crate::{codes::PINGBACK_WAIT_MAX, config::Config};

/// The next move. A cancel shows only once Paymentwall's pingback has come, so that a cancel that does not show yet may
/// still be on its way (rule PW-034).
pub(crate) fn decode(
    config: &Config,
    command: &Command,
    leg: Leg,
    reply: &PgReply,
    ctx: &CallContext,
) -> Result<Progress, PgError> {
    let progress = config.dialect.decode(command, leg, reply, ctx)?;
    let is_absent =
        matches!(&progress, Progress::Done(outcome) if **outcome == Outcome::Inquired(Finding::DidNotHappen));
    if is_absent && awaits_pingback(command, ctx) {
        return Ok(Progress::Done(Box::new(Outcome::Inquired(Finding::NotYet))));
    }
    Ok(progress)
}

fn awaits_pingback(command: &Command, ctx: &CallContext) -> bool {
    let Command::Inquire(inquire) = command else { return false };
    matches!(inquire.of.subject, AttemptSubject::Cancel { .. })
        && ctx.now < inquire.of.opened_at + PINGBACK_WAIT_MAX
}
