//! What an adapter makes of a command before anything is sent.

use std::sync::Arc;

use portone_core::{
    Admitted, Body, Command, Leg, Outcome, PgAdapter, PgRequest, Progress, Report, SdkCall, admit,
};

use crate::samples;

/// What a command encodes to.
#[derive(Debug)]
pub(crate) enum Encoded {
    Request(Box<PgRequest>),
    Call(SdkCall),
    /// A schedule: it is checked and held, never encoded. Or an inquiry about what the PG has not got.
    Held(Report),
}

impl Encoded {
    /// For people, secrets shown as `[secret]`.
    pub(crate) fn rendered(&self) -> String {
        match self {
            Self::Request(request) => request.to_string(),
            Self::Call(call) => rendered_call(call),
            Self::Held(report) => report.to_string(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Request(request) => request.body.as_ref().map(Body::bytes).unwrap_or_default(),
            Self::Call(call) => call.arguments.bytes(),
            Self::Held(_) => &[],
        }
    }
}

pub(crate) fn rendered_call(call: &SdkCall) -> String {
    format!("{:?} {}\n{:#}", call.sdk, call.function, call.arguments.rendered())
}

/// Every command is sent or, where it is a window, done at once; schedules alone are neither.
pub(crate) fn encoded(adapter: &Arc<dyn PgAdapter>, command: &Command) -> Encoded {
    let progress = adapter.encode(&admitted(adapter, command), &samples::context());
    match (command, progress) {
        // Nobody inquires about a command that the PG has not got.
        (Command::Schedule(_) | Command::Inquire(_), Err(report)) => return Encoded::Held(report),
        (Command::OpenWindow(_), Ok(Progress::Done(outcome))) => {
            if let Outcome::CallSdk(call) = *outcome {
                return Encoded::Call(call);
            }
        }
        (Command::OpenWindow(_) | Command::Schedule(_), _) => {}
        (_, Ok(Progress::Send { request, leg: Leg(0) })) => return Encoded::Request(request),
        _ => {}
    }
    panic!("{command:?} encodes to something else")
}

pub(crate) fn admitted<'a>(adapter: &'a Arc<dyn PgAdapter>, command: &'a Command) -> Admitted<'a> {
    let admitted = admit(&**adapter, command, &samples::context());
    admitted.unwrap_or_else(|report| panic!("{command:?} is refused: {report}"))
}
