#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod decode;
mod encode;
mod profile;
mod rules;
mod v2;

use std::sync::Arc;

use portone_core::{
    Ack, AdapterFactory, Admitted, CallContext, Channel, Command, Leg, Notification, NotificationError,
    PgAdapter, PgError, PgProfile, PgReply, Progress, Protocol, RawNotification, Report, SetupError,
    Upstream,
};

pub use codes::capability;
use config::Config;
pub use profile::{PROFILE, PROFILE_V2};
pub use v2::{FACTORY_V2, PaymentwallV2};

/// Builds the adapter of a Paymentwall channel at a V1 upstream.
pub static FACTORY: AdapterFactory =
    AdapterFactory { profile: &PROFILE, protocol: Protocol::IamportV1, build };

/// The adapter of one Paymentwall project behind a PortOne V1 upstream.
#[derive(Debug)]
pub struct Paymentwall {
    config: Config,
}

impl Paymentwall {
    /// The adapter of a channel at its upstream.
    ///
    /// Fails when the upstream is no V1 upstream.
    pub fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self { config: Config::new(channel, upstream)? })
    }
}

fn build(channel: &Channel, upstream: &Upstream) -> Result<Arc<dyn PgAdapter>, SetupError> {
    Ok(Arc::new(Paymentwall::new(channel, upstream)?))
}

impl PgAdapter for Paymentwall {
    fn profile(&self) -> &'static PgProfile {
        &PROFILE
    }

    fn check(&self, command: &Command, ctx: &CallContext, report: &mut Report) {
        check::check(&self.config, command, ctx, report);
    }

    fn encode(&self, command: &Admitted<'_>, ctx: &CallContext) -> Result<Progress, Report> {
        encode::encode(&self.config, command.command(), ctx)
    }

    fn decode(
        &self,
        command: &Admitted<'_>,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        decode::decode(&self.config, command.command(), leg, reply, ctx)
    }

    fn parse_notification(
        &self,
        raw: &RawNotification,
        _ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        self.config.dialect.parse_notification(raw)
    }
}
