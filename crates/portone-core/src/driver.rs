//! The driver: joins an adapter with a transport. It is the only place that says what a broken connection means.

use std::time::Duration;

use crate::{
    Admitted, Auth, Break, CallContext, Cause, Effect, LOGIN_DEADLINE_MAX, Outcome, PgError, PgReply,
    PgRequest, Progress, Secret, TokenSource, Transport,
};

/// How many requests one command may take.
pub const LEG_COUNT_MAX: u8 = 8;

/// Performs an admitted command: sends what the adapter encodes until it is done.
///
/// `deadline` bounds each request; a log-in, where a token is needed, takes [`LOGIN_DEADLINE_MAX`] at most. Errors are of the four classes of [`PgError`]: whatever goes wrong after a request
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
        let reply = match send(&request, ctx, transport, deadline).await {
            Ok(reply) => reply,
            Err(Unanswered::Before(cause)) => return Err(unreached(cause, changed)),
            Err(Unanswered::Interrupted(cause)) => return Err(unreached(cause, changed || !reads)),
        };
        let decoded = adapter.decode(admitted, leg, &reply, ctx);
        progress =
            if reads && changed { decoded.map_err(after_change)? } else { decoded.map_err(never_invalid)? };
        changed = changed || !reads;
    }
    Err(unreached(Cause::TooManyLegs, changed))
}

/// Why a request has no reply.
enum Unanswered {
    /// It was never sent, or refused for its token before it was looked at.
    Before(Cause),
    /// It may have been sent.
    Interrupted(Cause),
}

impl From<Break> for Unanswered {
    fn from(broken: Break) -> Self {
        match broken {
            Break::NotSent(why) => Self::Before(Cause::NotSent(why)),
            Break::Interrupted(why) => Self::Interrupted(Cause::Interrupted(why)),
        }
    }
}

/// Sends a request with the token it asks for: one log-in where there is none, one more where the upstream refuses it.
async fn send(
    request: &PgRequest,
    ctx: &CallContext,
    transport: &dyn Transport,
    deadline: Duration,
) -> Result<PgReply, Unanswered> {
    let Auth::V1Token(source) = &request.auth else { return Ok(transport.send(request, deadline).await?) };
    let token = match source.token(ctx.now) {
        Some(token) => token,
        None => log_in(source, ctx, transport, deadline).await?,
    };
    let reply = transport.send(&with_token(request, &token), deadline).await?;
    if reply.status != UNAUTHORIZED {
        return Ok(reply);
    }
    source.forget(&token);
    let token = log_in(source, ctx, transport, deadline).await?;
    Ok(transport.send(&with_token(request, &token), deadline).await?)
}

/// A request that carries a refused token is not processed, so it may be sent again.
const UNAUTHORIZED: u16 = 401;

async fn log_in(
    source: &TokenSource,
    ctx: &CallContext,
    transport: &dyn Transport,
    deadline: Duration,
) -> Result<Secret<String>, Unanswered> {
    match transport.send(source.login(), deadline.min(LOGIN_DEADLINE_MAX)).await {
        Ok(reply) => source.keep(&reply, ctx.now).map_err(Unanswered::Before),
        Err(Break::NotSent(why)) => Err(Unanswered::Before(Cause::NotSent(why))),
        Err(Break::Interrupted(why)) => Err(Unanswered::Before(Cause::Interrupted(why))),
    }
}

fn with_token(request: &PgRequest, token: &Secret<String>) -> PgRequest {
    PgRequest { auth: Auth::Bearer(token.clone()), ..request.clone() }
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
