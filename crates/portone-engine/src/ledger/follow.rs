//! Which transactions change by themselves, and how long that is waited for.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{CancelStatus, EscrowStatus, PayMethod};

use super::{PaymentStatus, Transaction};

/// How long after a change the upstream is asked for the first time what has become of it by itself.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);
/// How long a deposit is waited for where the upstream has not told until when it is taken.
const DEPOSIT_WAIT_MAX: TimeDelta = TimeDelta::days(30);
/// How long after its last moment a deposit may still be reported.
const DEPOSIT_REPORT_MAX: TimeDelta = TimeDelta::hours(1);
/// How long the end of an accepted cancel is waited for: refunds take a day or two (rule V2-066).
const CANCEL_WAIT_MAX: TimeDelta = TimeDelta::days(14);

/// How long the end of an escrow is waited for: carriers take days, and PGs pay out by themselves some days later.
const ESCROW_WAIT_MAX: TimeDelta = TimeDelta::days(30);
/// The longest wait between two questions about a deposit or a cancel.
const WAIT_MAX: TimeDelta = TimeDelta::hours(1);
/// The longest wait between two questions about an escrow or a wallet, which move by days.
const ESCROW_PAUSE_MAX: TimeDelta = TimeDelta::hours(6);

impl Transaction {
    /// When to ask the upstream first what has become of it by itself; `None` where nothing is waited for.
    pub fn follow_up_at(&self) -> Option<DateTime<Utc>> {
        self.awaited_until().map(|until| (self.updated_at + FIRST_WAIT).min(until))
    }

    /// Until when the upstream is asked for a deposit, for the end of an accepted cancel or of an escrow, for what a wallet gives
    /// back, and for what is paid in a window that has failed here; `None` where nothing is waited for. A notification is heard after it all the same.
    pub fn awaited_until(&self) -> Option<DateTime<Utc>> {
        if self.status == PaymentStatus::VirtualAccountIssued {
            let told = self.virtual_account.as_ref().and_then(|account| account.expired_at);
            let until = told.unwrap_or(self.status_changed_at + DEPOSIT_WAIT_MAX);
            return Some(until + DEPOSIT_REPORT_MAX);
        }
        if self.status == PaymentStatus::Failed {
            // What the PG itself has refused stays refused.
            let is_refused = self.failure.as_ref().is_some_and(|failure| failure.pg_code.is_some());
            return self.window_until.filter(|_| !is_refused);
        }
        self.cancels_awaited_until().max(self.escrow_awaited_until()).max(self.wallet_awaited_until())
    }

    fn cancels_awaited_until(&self) -> Option<DateTime<Utc>> {
        self.requested_cancels().map(|cancel| cancel.requested_at + CANCEL_WAIT_MAX).max()
    }

    /// Until when the upstream is asked what a wallet has given back after it was asked for something.
    fn wallet_awaited_until(&self) -> Option<DateTime<Utc>> {
        let asked_at = self.wallet.as_ref().and_then(|wallet| wallet.asked_at)?;
        (self.status != PaymentStatus::Cancelled).then(|| asked_at + CANCEL_WAIT_MAX)
    }

    /// Until when the upstream is asked how far an escrow has come: nobody notifies of it.
    fn escrow_awaited_until(&self) -> Option<DateTime<Utc>> {
        let escrow = self.escrow.as_ref()?;
        let moves = match escrow.status {
            EscrowStatus::Registered | EscrowStatus::Delivered | EscrowStatus::Rejected => true,
            EscrowStatus::BeforeRegistered
            | EscrowStatus::Confirmed
            | EscrowStatus::RejectConfirmed
            | EscrowStatus::Cancelled => false,
        };
        let since = escrow.delivery.as_ref().and_then(|delivery| delivery.applied_at);
        moves.then(|| since.unwrap_or(self.status_changed_at) + ESCROW_WAIT_MAX)
    }

    /// The longest wait between two questions.
    pub fn wait_max(&self) -> TimeDelta {
        let is_quick = self.status == PaymentStatus::VirtualAccountIssued
            || self.cancels_awaited_until().is_some()
            || (self.escrow_awaited_until().is_none() && self.wallet_awaited_until().is_none());
        if is_quick { WAIT_MAX } else { ESCROW_PAUSE_MAX }
    }

    /// Whether it ever waited, or may have: what was paid at once by card and never cancelled did not.
    pub fn may_have_waited(&self) -> bool {
        self.method == PayMethod::VirtualAccount
            || !self.cancellations.is_empty()
            || self.window_until.is_some()
            || self.escrow.is_some()
            || self.wallet.is_some()
    }

    /// The cancels that are accepted and not done.
    pub fn requested_cancels(&self) -> impl Iterator<Item = &super::Cancellation> {
        self.cancellations.iter().filter(|cancel| cancel.status == CancelStatus::Requested)
    }
}
