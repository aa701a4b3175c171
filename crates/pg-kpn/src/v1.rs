//! KPN behind a PortOne V1 upstream: there is none (rule KPN-013).

use std::sync::Arc;

use portone_core::{
    Ack, AdapterFactory, Admitted, CallContext, Cause, Channel, Command, Leg, Notification,
    NotificationError, PgAdapter, PgError, PgProfile, PgReply, Progress, Protocol, RawNotification, Report,
    SetupError, Upstream,
};

use crate::{profile::PROFILE_V1, rules};

/// Builds what answers for a KPN channel at a V1 upstream: it refuses everything.
pub static FACTORY_V1: AdapterFactory =
    AdapterFactory { profile: &PROFILE_V1, protocol: Protocol::IamportV1, build };

/// The answer to whoever declares a KPN channel at a V1 upstream.
#[derive(Debug)]
struct NoKpn;

fn build(_channel: &Channel, _upstream: &Upstream) -> Result<Arc<dyn PgAdapter>, SetupError> {
    Ok(Arc::new(NoKpn))
}

const MESSAGE: &str = "names KPN at a V1 upstream, which has no such PG; use a channel at a V2 upstream";

impl PgAdapter for NoKpn {
    fn profile(&self) -> &'static PgProfile {
        &PROFILE_V1
    }

    fn check(&self, command: &Command, _ctx: &CallContext, report: &mut Report) {
        // An inquiry asks the upstream, and nothing was ever sent there.
        if !matches!(command, Command::Inquire(_)) {
            // What the method's field tells, the profile does not tell again.
            report.add(&rules::V2_ONLY, field(command), MESSAGE);
        }
    }

    fn encode(&self, _command: &Admitted<'_>, _ctx: &CallContext) -> Result<Progress, Report> {
        let mut report = Report::new();
        report.add(&rules::V2_ONLY, "channelKey", MESSAGE);
        Err(report)
    }

    fn decode(
        &self,
        _command: &Admitted<'_>,
        _leg: Leg,
        _reply: &PgReply,
        _ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        Err(PgError::UnknownOutcome(Cause::InquireFirst(
            "a reply to a request that V1 has not got".to_owned(),
        )))
    }

    fn parse_notification(
        &self,
        _raw: &RawNotification,
        _ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        Err(NotificationError::NoSecret)
    }
}

const fn field(command: &Command) -> &'static str {
    match command {
        Command::OpenWindow(portone_core::OpenWindow::Payment(_)) => "payMethod",
        Command::OpenWindow(portone_core::OpenWindow::BillingKey(_)) => "billingKeyMethod",
        Command::Schedule(_) => "payment",
        _ => "method",
    }
}
