//! What no dialect encodes.

use portone_core::{Report, Rule, Severity};

/// The refusal to encode a schedule.
pub(crate) fn held_schedule() -> Report {
    refusal(&HELD_SCHEDULE, "timeToPay", "is for the engine to keep; pay with the billing key when it is due")
}

/// The refusal of a command that the V1 dialect has no request for. An adapter's profile refuses it before.
#[cfg(feature = "v1")]
pub(crate) fn not_on_v1() -> Report {
    refusal(&NOT_ON_V1, "method", "has no request on V1 here; choose another channel")
}

/// The refusal of what a wallet has alone: only the V1 API has calls for it.
#[cfg(feature = "v2")]
pub(crate) fn not_on_v2() -> Report {
    refusal(&NOT_ON_V2, "method", "has no request on V2; ask a channel of a V1 upstream")
}

static HELD_SCHEDULE: Rule = Rule {
    code: "SCHEDULE-HELD",
    severity: Severity::Reject,
    reason: "A schedule is checked when it is made and paid when it is due; no PG is asked before.",
    source: "this project",
};
#[cfg(feature = "v1")]
static NOT_ON_V1: Rule = Rule {
    code: "V1-NO-REQUEST",
    severity: Severity::Reject,
    reason: "The V1 dialect has no request for this command.",
    source: "this project",
};

#[cfg(feature = "v2")]
static NOT_ON_V2: Rule = Rule {
    code: "V2-NO-REQUEST",
    severity: Severity::Reject,
    reason: "The V2 API has no request for what one wallet has alone.",
    source: "v2.openapi.json",
};

fn refusal(rule: &Rule, field: &str, message: &str) -> Report {
    let mut report = Report::new();
    report.add(rule, field, message);
    report
}
