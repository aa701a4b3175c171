//! What KPN's requests have of their own.

use portone_core::{CallContext, Command, Progress, Report};
use portone_wire::v2::{Shaping, Vat};

use crate::config::Config;

/// KPN computes the value-added tax itself, but a look-up echoes the one that was sent, so that a stored one would be
/// wrong (rule KPN-009): it is left out.
const SHAPING: Shaping = Shaping { vat: Vat::LeftOut };

pub(crate) fn encode(config: &Config, command: &Command, ctx: &CallContext) -> Result<Progress, Report> {
    config.dialect.encode(command, ctx, SHAPING)
}
