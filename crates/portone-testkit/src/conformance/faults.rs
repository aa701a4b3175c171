//! Replies that go wrong, by protocol: what each means on a leg that changes something, and on one that reads.

use portone_core::{AdapterFactory, Command, Effect, PgError, PgReply, Protocol};
use serde_json::json;

use super::{assert_class, effects, run};
use crate::{
    Step,
    encoded::{Encoded, encoded},
    replies,
    samples::{self, Sample},
};

/// What a faulty reply says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// Nothing that can be read: as if the reply were lost.
    Nothing,
    /// That nobody looked at the request.
    Unauthorized,
    /// That the outcome is open.
    Open,
    /// No.
    No,
}

/// On each leg of each command, each fault of the upstream's protocol has its class.
pub fn faults_have_their_class_on_every_leg(factory: &AdapterFactory) {
    let adapter = samples::adapter(factory);
    for Sample { name, command } in samples::commands(factory.profile) {
        let Encoded::Request(_) = encoded(&adapter, &command) else { continue };
        let effects = effects(factory, &adapter, &command);
        let good = replies::success_at(factory.protocol, &command);
        for (leg, effect) in effects.iter().enumerate() {
            let changed_before = effects[..leg].iter().any(|effect| *effect != Effect::Reads);
            let changes = *effect != Effect::Reads;
            for (fault, mut says, reply) in faults(factory.protocol) {
                if has_no_word_of_the_pg(factory.protocol, &command) && says == Says::No {
                    says = Says::Open;
                }
                if says_no_by_500(&command, leg) && fault == SERVER_FAILED {
                    says = Says::No;
                }
                // An inquiry reads refusals as findings; each PG's fixtures say which.
                let is_inquiry = matches!(command, Command::Inquire(_));
                if matches!(says, Says::Open | Says::No) && (is_inquiry || !changes) {
                    continue;
                }
                // Twice, since a token that is refused is renewed once.
                let replies = good[..leg].iter().chain([&reply, &reply]).cloned().map(Step::Reply);
                let place = format!("{name} leg {leg}: {fault}");
                let error = run(&adapter, &command, replies).expect_err(&place);
                match says {
                    Says::Nothing => assert_class(!changes && !changed_before, &error, &place),
                    Says::Unauthorized => assert_class(!changed_before, &error, &place),
                    Says::Open => assert_class(false, &error, &place),
                    Says::No => assert!(matches!(error, PgError::Declined(_)), "{place}: {error:?}"),
                }
            }
        }
    }
}

/// Naver Pay's operations answer 500 where every product order was refused: their document says so.
const fn says_no_by_500(command: &Command, leg: usize) -> bool {
    matches!(command, Command::AskWallet(_)) && leg == 1
}

/// V2 documents no error of the PG for a delivery (schema `ConfirmPaymentwallDeliveryError`).
const fn has_no_word_of_the_pg(protocol: Protocol, command: &Command) -> bool {
    matches!((protocol, command), (Protocol::PortOneV2, Command::ConfirmDelivery(_)))
}

const SERVER_FAILED: &str = "a failure of the server";

fn faults(protocol: Protocol) -> Vec<(&'static str, Says, PgReply)> {
    let mut faults = vec![
        ("a page of a proxy", Says::Nothing, page(502)),
        ("a page that says all is well", Says::Nothing, page(200)),
        ("an empty reply", Says::Nothing, PgReply { status: 200, body: Vec::new() }),
        ("a redirect", Says::Nothing, PgReply { status: 302, body: Vec::new() }),
        ("a status nobody documents", Says::Nothing, PgReply { status: 418, body: b"{}".to_vec() }),
    ];
    faults.extend(match protocol {
        Protocol::PortOneV2 => v2(),
        Protocol::IamportV1 => v1(),
    });
    faults
}

fn page(status: u16) -> PgReply {
    PgReply { status, body: b"<html><body>down for maintenance</body></html>".to_vec() }
}

fn v2() -> Vec<(&'static str, Says, PgReply)> {
    vec![
        ("an error of another status than its own", Says::Nothing, replies::error(500, "PG_PROVIDER")),
        ("too many requests", Says::Nothing, replies::error(429, "TOO_MANY_REQUESTS")),
        ("no credentials", Says::Unauthorized, replies::error(401, "UNAUTHORIZED")),
        ("another request of its key", Says::Open, replies::error(409, "IDEMPOTENCY_OUTSTANDING_REQUEST")),
        ("a gateway that does not know either", Says::Open, replies::declined("UNKNOWN_OUTCOME", "unknown")),
        ("the PG's no", Says::No, replies::declined("8412", "한도 초과")),
    ]
}

/// V1 wraps its answers: the status says little (rule V1-004).
fn v1() -> Vec<(&'static str, Says, PgReply)> {
    let envelope = |status, code: i64, message: &str| {
        replies::with_status(status, &json!({ "code": code, "message": message, "response": null }))
    };
    vec![
        ("a success that tells nothing", Says::Nothing, envelope(200, 0, "")),
        ("an envelope without a code", Says::Nothing, replies::ok(&json!({ "response": {} }))),
        ("a code that is a text", Says::Nothing, replies::ok(&json!({ "code": "0", "response": {} }))),
        (SERVER_FAILED, Says::Nothing, envelope(500, -1, "error")),
        ("too many requests", Says::Nothing, envelope(429, -1, "too many")),
        ("a token that is refused again", Says::Unauthorized, envelope(401, -1, "Unauthorized")),
        ("a no in a 200", Says::No, envelope(200, -1, "한도 초과")),
    ]
}
