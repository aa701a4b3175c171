//! The documented errors of the hub (V2-031).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An error answer: a `type`, its status and a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The hub refused; the PG was not asked.
    Hub { status: u16, kind: &'static str, message: String },
    /// The PG refused: 502 with its own code and words (V2-030).
    Pg(PgRefusal),
}

/// A PG's refusal in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PgRefusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    /// 400 `INVALID_REQUEST`. The message names fields and rules, never a value.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Hub { status: 400, kind: "INVALID_REQUEST", message: message.into() }
    }

    pub(crate) fn bad(kind: &'static str, message: impl Into<String>) -> Self {
        Self::Hub { status: 400, kind, message: message.into() }
    }

    pub(crate) fn missing(kind: &'static str, message: impl Into<String>) -> Self {
        Self::Hub { status: 404, kind, message: message.into() }
    }

    pub(crate) fn conflict(kind: &'static str, message: impl Into<String>) -> Self {
        Self::Hub { status: 409, kind, message: message.into() }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::Hub {
            status: 401,
            kind: "UNAUTHORIZED",
            message: "the Authorization header must be `PortOne <API secret>`".into(),
        }
    }

    pub(crate) fn forbidden() -> Self {
        Self::Hub { status: 403, kind: "FORBIDDEN", message: "this credential may not use that store".into() }
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Hub { status, .. } => *status,
            Self::Pg(_) => 502,
        }
    }

    pub(crate) fn body(&self) -> Value {
        match self {
            Self::Hub { kind, message, .. } => json!({"type": kind, "message": message}),
            Self::Pg(refusal) => json!({
                "type": "PG_PROVIDER",
                "message": "the PG refused the request",
                "pgCode": refusal.code,
                "pgMessage": refusal.message,
            }),
        }
    }
}

impl From<PgRefusal> for Refusal {
    fn from(refusal: PgRefusal) -> Self {
        Self::Pg(refusal)
    }
}
