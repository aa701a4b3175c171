//! The driver's log-ins: one where there is no token, one more where the upstream refuses it, and what a break then means.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use pg_iamport_v1::FACTORY;
use portone_core::{Break, CallContext, Cause, Outcome, PgAdapter, PgError, PgReply, admit, execute};
use portone_testkit::{ScriptedTransport, Step, block_on, replies, replies::v1, samples};

const DEADLINE: Duration = Duration::from_mins(1);

fn run(
    adapter: &Arc<dyn PgAdapter>,
    ctx: &CallContext,
    steps: Vec<Step>,
) -> (Result<Outcome, PgError>, Vec<String>) {
    let transport = ScriptedTransport::new(steps);
    let command = samples::command("pay_card");
    let admitted = admit(&**adapter, &command, ctx).unwrap();
    let outcome = block_on(execute(&admitted, ctx, &transport, DEADLINE));
    let first_lines = transport.sent().iter().map(|sent| sent.lines().next().unwrap().to_owned()).collect();
    (outcome, first_lines)
}

fn paid() -> Step {
    Step::Reply(v1::done(&v1::payment("paid")))
}

fn token() -> Step {
    Step::Reply(v1::token())
}

fn unauthorized() -> PgReply {
    replies::with_status(401, &serde_json::json!({ "code": -1, "message": "Unauthorized", "response": null }))
}

const LOGIN: &str = "POST https://upstream.example/users/getToken";
const PAY: &str = "POST https://upstream.example/subscribe/payments/onetime";

#[test]
fn v1_008_one_log_in_serves_until_the_token_expires() {
    let (adapter, mut ctx) = (samples::adapter(&FACTORY), samples::context());
    assert_eq!(run(&adapter, &ctx, vec![token(), paid()]).1, [LOGIN, PAY]);
    assert_eq!(run(&adapter, &ctx, vec![paid()]).1, [PAY]);
    ctx.now += TimeDelta::seconds(1800);
    let (outcome, sent) = run(&adapter, &ctx, vec![token(), paid()]);
    assert!(matches!(outcome, Ok(Outcome::Paid(_))), "{outcome:?}");
    assert_eq!(sent, [LOGIN, PAY]);
}

#[test]
fn v1_007_a_refused_token_is_renewed_once() {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let refused = || Step::Reply(unauthorized());
    let (outcome, sent) = run(&adapter, &ctx, vec![token(), refused(), token(), paid()]);
    assert!(matches!(outcome, Ok(Outcome::Paid(_))), "{outcome:?}");
    assert_eq!(sent, [LOGIN, PAY, LOGIN, PAY]);
    let (outcome, sent) = run(&adapter, &ctx, vec![refused(), token(), refused()]);
    assert!(matches!(outcome, Err(PgError::Unavailable(Cause::Misconfigured { .. }))), "{outcome:?}");
    assert_eq!(sent, [PAY, LOGIN, PAY]);
}

/// Nothing was charged before the log-in ended well, so whatever breaks it is harmless; a break of the charge is not.
#[test]
fn a_break_within_the_log_in_charges_nobody() {
    let broken = || Step::Break(Break::Interrupted("deadline".to_owned()));
    let unreadable = || Step::Reply(PgReply { status: 200, body: b"{".to_vec() });
    let refused = || Step::Reply(unauthorized());
    for steps in [
        vec![broken()],
        vec![unreadable()],
        vec![refused()],
        vec![token(), refused(), broken()],
        vec![token(), refused(), unreadable()],
        vec![token(), refused(), token(), Step::Break(Break::NotSent("refused".to_owned()))],
    ] {
        let (outcome, _) = run(&samples::adapter(&FACTORY), &samples::context(), steps);
        assert!(matches!(outcome, Err(PgError::Unavailable(_))), "{outcome:?}");
    }
    for steps in [vec![token(), broken()], vec![token(), refused(), token(), broken()]] {
        let (outcome, _) = run(&samples::adapter(&FACTORY), &samples::context(), steps);
        assert!(matches!(outcome, Err(PgError::UnknownOutcome(_))), "{outcome:?}");
    }
}
