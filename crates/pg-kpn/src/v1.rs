//! KPN behind a PortOne V1 upstream: there is none (rule KPN-013).

use portone_core::{
    Ack, CallContext, Cause, Channel, Command, Leg, Notification, NotificationError, OpenWindow, PgError,
    PgReply, Progress, Protocol, RawNotification, Report, SetupError, Upstream,
};

use crate::{profile::PROFILE_V1, rules};

const MESSAGE: &str = "names KPN at a V1 upstream, which has no such PG; use a channel at a V2 upstream";

portone_core::adapter! {
    /// The answer to whoever declares a KPN channel at a V1 upstream: it refuses everything.
    pub struct NoKpn(()) = PROFILE_V1, Protocol::IamportV1;
    new: anything,
    check: check,
    encode: encode,
    decode: decode,
    parse_notification: parse_notification,
}

fn anything(_: &Channel, _: &Upstream) -> Result<(), SetupError> {
    Ok(())
}

fn check(_: &(), command: &Command, _: &CallContext, report: &mut Report) {
    // An inquiry asks the upstream, and nothing was ever sent there.
    if !matches!(command, Command::Inquire(_)) {
        // What the method's field tells, the profile does not tell again.
        report.add(&rules::V2_ONLY, field(command), MESSAGE);
    }
}

fn encode(_: &(), _: &Command, _: &CallContext) -> Result<Progress, Report> {
    let mut report = Report::new();
    report.add(&rules::V2_ONLY, "channelKey", MESSAGE);
    Err(report)
}

fn decode(_: &(), _: &Command, _: Leg, _: &PgReply, _: &CallContext) -> Result<Progress, PgError> {
    Err(PgError::UnknownOutcome(Cause::InquireFirst(
        "a reply to a request that V1 has not got".to_owned(),
    )))
}

fn parse_notification(
    _: &(),
    _: &RawNotification,
    _: &CallContext,
) -> Result<(Notification, Ack), NotificationError> {
    Err(NotificationError::NoSecret)
}

const fn field(command: &Command) -> &'static str {
    match command {
        Command::OpenWindow(OpenWindow::Payment(_)) => "payMethod",
        Command::OpenWindow(OpenWindow::BillingKey(_)) => "billingKeyMethod",
        Command::Schedule(_) => "payment",
        _ => "method",
    }
}
