//! What V1 requests get from a command besides its fields.

use portone_core::{CallContext, Command, Progress, Report};
use portone_wire::v1::Shaping;

use crate::config::Config;

/// The first request of a command.
pub(crate) fn encode(config: &Config, command: &Command, ctx: &CallContext) -> Result<Progress, Report> {
    config.dialect.encode(command, ctx, &Shaping::as_given(command))
}
