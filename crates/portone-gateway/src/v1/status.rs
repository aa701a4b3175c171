//! The four states V1 knows (rules V1-025 and V1-027): there is none for a part that was cancelled, or for an answer that is
//! open.

use portone_engine::ledger::PaymentStatus;

/// A state as V1 spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum V1Status {
    Ready,
    Paid,
    Cancelled,
    Failed,
}

impl V1Status {
    /// Every state, with its code.
    pub(super) const ALL: [(&'static str, Self); 4] = [
        ("ready", Self::Ready),
        ("paid", Self::Paid),
        ("cancelled", Self::Cancelled),
        ("failed", Self::Failed),
    ];

    /// The state with this code.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == code).map(|(_, status)| *status)
    }

    /// The code.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// What it is in the ledger.
    pub(super) fn statuses(self) -> Vec<PaymentStatus> {
        use PaymentStatus as Status;
        match self {
            Self::Ready => vec![Status::Ready, Status::PayPending, Status::VirtualAccountIssued],
            Self::Paid => vec![Status::Paid],
            Self::Cancelled => vec![Status::PartialCancelled, Status::Cancelled],
            Self::Failed => vec![Status::Failed],
        }
    }
}

impl From<PaymentStatus> for V1Status {
    fn from(status: PaymentStatus) -> Self {
        match status {
            PaymentStatus::Ready | PaymentStatus::PayPending | PaymentStatus::VirtualAccountIssued => {
                Self::Ready
            }
            PaymentStatus::Paid => Self::Paid,
            PaymentStatus::PartialCancelled | PaymentStatus::Cancelled => Self::Cancelled,
            PaymentStatus::Failed => Self::Failed,
        }
    }
}
