//! How a face's own rules are written down.

use portone_core::{Rule, Severity};

/// A rule whose breach is refused.
pub(crate) const fn reject(code: &'static str, reason: &'static str, source: &'static str) -> Rule {
    Rule { code, severity: Severity::Reject, reason, source }
}
