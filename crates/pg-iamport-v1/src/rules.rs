//! The refusal of what V1 channels have not got. The rules themselves are [`portone_wire::v1::rules`].

use portone_core::{Rule, Severity};

pub(crate) static CAPABILITY: Rule = Rule {
    code: "IAMPORT-CAP",
    severity: Severity::Reject,
    reason: "A V1 channel has no such command for this pay method here.",
    source: "v1.openapi.json",
};
