//! A project behind a PortOne V2 upstream: its payment window and its cancels, and nothing else (rule PW-039).

use std::sync::Arc;

use portone_core::{
    Ack, AdapterFactory, Admitted, CallContext, Channel, Currency, Leg, Notification, NotificationError,
    PgAdapter, PgError, PgProfile, PgReply, Progress, Protocol, RawNotification, Report, SetupError,
    Upstream,
};
use portone_wire::v2::{Shaping, V2Dialect};

use crate::{check, profile::PROFILE_V2};

/// Builds the adapter of a Paymentwall channel at a V2 upstream.
pub static FACTORY_V2: AdapterFactory =
    AdapterFactory { profile: &PROFILE_V2, protocol: Protocol::PortOneV2, build };

/// The adapter of one Paymentwall project behind a PortOne V2 upstream.
#[derive(Debug)]
pub struct PaymentwallV2 {
    dialect: V2Dialect,
    processing_currency: Option<Currency>,
}

impl PaymentwallV2 {
    /// The adapter of a channel at its upstream.
    ///
    /// Fails when the upstream is no V2 upstream, or its webhook secret cannot be read.
    pub fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self {
            dialect: V2Dialect::new(channel, upstream)?,
            processing_currency: channel.facts.mid_currency,
        })
    }
}

fn build(channel: &Channel, upstream: &Upstream) -> Result<Arc<dyn PgAdapter>, SetupError> {
    Ok(Arc::new(PaymentwallV2::new(channel, upstream)?))
}

impl PgAdapter for PaymentwallV2 {
    fn profile(&self) -> &'static PgProfile {
        &PROFILE_V2
    }

    fn check(&self, command: &portone_core::Command, _ctx: &CallContext, report: &mut Report) {
        check::check_v2(self.processing_currency, command, report);
    }

    fn encode(&self, command: &Admitted<'_>, ctx: &CallContext) -> Result<Progress, Report> {
        self.dialect.encode(command.command(), ctx, Shaping::NONE)
    }

    fn decode(
        &self,
        command: &Admitted<'_>,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        self.dialect.decode(command.command(), leg, reply, ctx)
    }

    fn parse_notification(
        &self,
        raw: &RawNotification,
        ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        self.dialect.parse_notification(raw, ctx.now)
    }
}
