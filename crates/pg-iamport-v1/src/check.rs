//! The rules of all V1 PGs are all there is: what one PG wants besides, only its own adapter knows.

use portone_core::{CallContext, Command, Report};

use crate::config::Config;

/// Adds everything the rules find in a command.
pub(crate) fn check(config: &Config, command: &Command, ctx: &CallContext, report: &mut Report) {
    config.dialect.check(command, ctx, report);
}
