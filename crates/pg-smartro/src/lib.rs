#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod codes;
mod config;
mod profile;
mod rules;
mod v1;

use portone_core::{CallContext, Protocol};
use portone_wire::v2::{Shaping, V2Dialect};

pub use codes::capability;
use config::Reach;
pub use portone_core;
pub use profile::{PROFILE, PROFILE_V1};
pub use v1::{FACTORY as FACTORY_V1, SmartroV1, is_old_module};

type AtV2 = Reach<V2Dialect>;

portone_core::adapter! {
    /// The adapter of one Smartro channel behind a PortOne V2 upstream.
    pub struct Smartro(AtV2) = PROFILE, Protocol::PortOneV2;
    new: AtV2::new,
    check: |at: &AtV2, command, ctx, report| check::check(&at.config, command, ctx, report),
    encode: |at: &AtV2, command, ctx| at.dialect.encode(command, ctx, Shaping::NONE),
    decode: |at: &AtV2, command, leg, reply, ctx| at.dialect.decode(command, leg, reply, ctx),
    parse_notification: |at: &AtV2, raw, ctx: &CallContext| at.dialect.parse_notification(raw, ctx.now),
}
