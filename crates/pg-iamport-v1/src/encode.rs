//! What V1 requests get from a command besides its fields.

use portone_core::{CallContext, Command, Progress, Report};
use portone_wire::v1::Shaping;

use crate::config::Config;

/// The first request of a command. Whatever the order's `bypass` holds goes to the PG untouched, as text (rule IAMPORT-063).
pub(crate) fn encode(config: &Config, command: &Command, ctx: &CallContext) -> Result<Progress, Report> {
    let bypass = command.order().and_then(|order| order.bypass.as_ref());
    let shaping = Shaping { bypass: bypass.map(ToString::to_string), ..Shaping::default() };
    config.dialect.encode(command, ctx, &shaping)
}
