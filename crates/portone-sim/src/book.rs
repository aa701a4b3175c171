//! What the shops asked for and what they were told, whether they were still listening or not.

use std::collections::BTreeMap;

use portone_core::{BillingKey, PaymentId, PaymentScheduleId};
use serde::{Deserialize, Serialize};

/// What a shop asks a gateway for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operation {
    /// A card's place in [`crate::request::CARDS`], and the channel, if not the group.
    PayCard {
        payment: PaymentId,
        card: usize,
        channel: Option<&'static str>,
    },
    PayAccount {
        payment: PaymentId,
        channel: &'static str,
    },
    PayKey {
        payment: PaymentId,
        key: BillingKey,
    },
    Cancel {
        payment: PaymentId,
        amount: Option<i64>,
    },
    Close {
        payment: PaymentId,
    },
    Issue {
        card: usize,
        channel: Option<&'static str>,
    },
    Delete {
        key: BillingKey,
    },
    Schedule {
        payment: PaymentId,
        key: BillingKey,
        in_seconds: i64,
    },
    Revoke {
        key: BillingKey,
        schedule: PaymentScheduleId,
    },
    OpenWindow {
        payment: PaymentId,
        channel: &'static str,
    },
    /// Approves what a payer authenticated in a window.
    Confirm {
        payment: PaymentId,
        token: String,
    },
    /// A window's page says that it has ended.
    Look {
        payment: PaymentId,
    },
    /// Opens a window that issues a key.
    OpenKeyWindow {
        channel: &'static str,
    },
    /// Issues the key whose holder authenticated in a window.
    ConfirmKey {
        token: String,
    },
    /// A key's window says that it has ended.
    LookAtKey {
        key: BillingKey,
    },
    /// A cash receipt for what was paid elsewhere.
    IssueReceipt {
        payment: PaymentId,
    },
    CancelReceipt {
        payment: PaymentId,
    },
}

impl Operation {
    /// The payment it is about.
    pub(crate) fn payment(&self) -> Option<&PaymentId> {
        match self {
            Self::PayCard { payment, .. }
            | Self::PayAccount { payment, .. }
            | Self::PayKey { payment, .. }
            | Self::Cancel { payment, .. }
            | Self::Close { payment }
            | Self::Schedule { payment, .. }
            | Self::OpenWindow { payment, .. }
            | Self::Confirm { payment, .. }
            | Self::Look { payment }
            | Self::IssueReceipt { payment }
            | Self::CancelReceipt { payment } => Some(payment),
            Self::Issue { .. }
            | Self::Delete { .. }
            | Self::Revoke { .. }
            | Self::OpenKeyWindow { .. }
            | Self::ConfirmKey { .. }
            | Self::LookAtKey { .. } => None,
        }
    }

    /// What a payer was given in a window, where it is about that.
    pub(crate) fn token(&self) -> Option<&str> {
        match self {
            Self::Confirm { token, .. } => Some(token),
            _ => None,
        }
    }

    /// Whether what it makes goes by the name of its idempotency key's operation.
    pub(crate) fn is_named(&self) -> bool {
        match self {
            Self::PayCard { .. }
            | Self::PayAccount { .. }
            | Self::PayKey { .. }
            | Self::Cancel { .. }
            | Self::Issue { .. }
            | Self::Schedule { .. } => true,
            Self::Close { .. }
            | Self::Delete { .. }
            | Self::Revoke { .. }
            | Self::OpenWindow { .. }
            | Self::Confirm { .. }
            | Self::Look { .. }
            | Self::OpenKeyWindow { .. }
            | Self::ConfirmKey { .. }
            | Self::LookAtKey { .. }
            | Self::IssueReceipt { .. }
            | Self::CancelReceipt { .. } => false,
        }
    }

    /// Whether it takes money, or issues an account for it.
    pub(crate) fn pays(&self) -> bool {
        matches!(
            self,
            Self::PayCard { .. } | Self::PayAccount { .. } | Self::PayKey { .. } | Self::Confirm { .. }
        )
    }
}

/// What a gateway answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done(Done),
    /// It was not done, and is not being done.
    Refused(String),
    /// It is not known yet: a 502 with `UNKNOWN_OUTCOME`, or a 500.
    Undecided(String),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Done {
    Paid {
        pg_tx_id: String,
    },
    Cancelled {
        id: String,
        total: i64,
    },
    Closed,
    /// Whether any of its channels is still open.
    Issued {
        key: String,
    },
    Deleted,
    Scheduled {
        id: String,
    },
    Revoked,
    /// The transaction, and what the PG's window is opened with: a JSON object.
    Opened {
        tx_id: String,
        call: String,
    },
    Looked,
    /// The key, which is pending, and what the PG's window is opened with.
    KeyOpened {
        key: String,
        call: String,
    },
    ReceiptIssued {
        number: Option<String>,
    },
    ReceiptCancelled,
}

/// A request, and its answer if there was one.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) operation: Operation,
    /// Its idempotency key.
    pub(crate) key: Option<String>,
    pub(crate) answer: Option<Answer>,
    /// How many answers there were by then.
    pub(crate) answered: usize,
    /// Whether the answer is kept under its key.
    pub(crate) is_kept: bool,
}

/// Every request, by its number.
#[derive(Debug, Default)]
pub(crate) struct Book {
    asked: BTreeMap<u64, Asked>,
    answer_count: usize,
}

impl Book {
    pub(crate) fn ask(&mut self, number: u64, operation: Operation, key: Option<String>) {
        self.asked.insert(number, Asked { operation, key, answer: None, answered: 0, is_kept: false });
    }

    pub(crate) fn answer(&mut self, number: u64, answer: Answer, is_kept: bool) {
        if let Some(asked) = self.asked.get_mut(&number) {
            self.answer_count += 1;
            (asked.answer, asked.answered, asked.is_kept) = (Some(answer), self.answer_count, is_kept);
        }
    }

    pub(crate) fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.asked.values()
    }
}
