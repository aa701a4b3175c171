#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod encode;
mod profile;
mod rules;
mod v1;

use std::sync::Arc;

use portone_core::{
    Ack, AdapterFactory, Admitted, CallContext, Channel, Command, Leg, Notification, NotificationError,
    PgAdapter, PgError, PgProfile, PgReply, Progress, Protocol, RawNotification, Report, SetupError,
    Upstream,
};
use portone_wire::v2::V2Dialect;

pub use codes::capability;
use config::Config;
pub use profile::{PROFILE, PROFILE_V1};
pub use v1::FACTORY_V1;

/// Builds the adapter of a KPN channel.
pub static FACTORY: AdapterFactory =
    AdapterFactory { profile: &PROFILE, protocol: Protocol::PortOneV2, build };

/// The adapter of one KPN channel behind a PortOne V2 upstream.
#[derive(Debug)]
pub struct Kpn {
    config: Config,
    dialect: V2Dialect,
}

impl Kpn {
    /// The adapter of a channel at its upstream.
    ///
    /// Fails when the upstream's webhook secret cannot be read.
    pub fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self { config: Config::new(channel), dialect: V2Dialect::new(channel, upstream)? })
    }
}

fn build(channel: &Channel, upstream: &Upstream) -> Result<Arc<dyn PgAdapter>, SetupError> {
    Ok(Arc::new(Kpn::new(channel, upstream)?))
}

impl PgAdapter for Kpn {
    fn profile(&self) -> &'static PgProfile {
        &PROFILE
    }

    fn check(&self, command: &Command, ctx: &CallContext, report: &mut Report) {
        check::check(&self.config, command, ctx, report);
    }

    fn encode(&self, command: &Admitted<'_>, ctx: &CallContext) -> Result<Progress, Report> {
        encode::encode(&self.dialect, command.command(), ctx)
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
