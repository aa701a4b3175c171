//! Why a request was not carried out. The faces translate each variant to their documented error.

use portone_core::{Cause, Decline, PgError, Report};
use portone_router::NoChannel;
use thiserror::Error;

use crate::ledger::{ChannelSnapshot, KeyFailure};
use crate::port::{Dependents, StoreError};

/// Why a request was not carried out. "Did money move?" is answered by the variant: only
/// [`EngineError::UnknownOutcome`] leaves it open. (No delivery moves any: [`EngineError::UnknownDelivery`].)
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EngineError {
    /// Documented rules refuse the request; nothing was sent.
    #[error("{0}")]
    Invalid(Report),
    /// No channel can take the request: unknown, inactive, or none of the group is left.
    #[error("{0}")]
    ChannelNotFound(String),
    /// No channel takes the request: the reason, and every channel's violations.
    #[error("{0}")]
    NoChannel(Box<NoChannel>),
    /// The billing key is issued, so that nothing is left to approve.
    #[error("the billing key is issued already")]
    BillingKeyAlreadyIssued,
    /// The payment is paid, waits for a deposit, or was cancelled.
    #[error("the payment is paid already or waits for a deposit; use another payment id")]
    AlreadyPaid,
    /// The payment has had as many attempts as are allowed.
    #[error("the payment has been attempted {0} times, as often as is allowed; use another payment id")]
    TransactionCountReached(u32),
    /// The tax-free part and the tax exceed the total.
    #[error("taxFree and vat add up to more than total")]
    SumOfPartsExceedsTotal,
    /// There is no such payment.
    #[error("there is no payment `{0}` in this store")]
    PaymentNotFound(String),
    /// The payment is not paid.
    #[error("the payment is {0}, not paid")]
    PaymentNotPaid(&'static str),
    /// The payment was cancelled in full.
    #[error("the payment is cancelled already")]
    PaymentAlreadyCancelled,
    /// The balance the caller believes in is not the ledger's.
    #[error(
        "currentCancellableAmount is {given}, but {actual} can be cancelled; read the payment and decide anew"
    )]
    CancellableAmountBroken {
        /// What the caller gave.
        given: i64,
        /// What the ledger has.
        actual: i64,
    },
    /// More than can be cancelled.
    #[error("amount is {amount}, but only {cancellable} can be cancelled")]
    CancelAmountExceeds {
        /// What the caller gave.
        amount: i64,
        /// What the ledger has.
        cancellable: i64,
    },
    /// More tax-free than can be cancelled.
    #[error("taxFreeAmount is {amount}, but only {cancellable} tax-free can be cancelled")]
    CancelTaxFreeExceeds {
        /// What the caller gave.
        amount: i64,
        /// What the ledger has.
        cancellable: i64,
    },
    /// More taxable than can be cancelled.
    #[error(
        "{amount} of the cancel is taxable, but only {cancellable} taxable can be cancelled; give taxFreeAmount"
    )]
    CancelTaxExceeds {
        /// What the caller gave.
        amount: i64,
        /// What the ledger has.
        cancellable: i64,
    },
    /// A list's page is not found among as many records as may be looked at.
    #[error("the page is not among the first {0} records of the time range; narrow from and until")]
    TooMany(usize),
    /// There is no such cancel.
    #[error("the payment has no cancel `{0}`; payment.cancellations lists them")]
    CancellationNotFound(String),
    /// The cancel is over.
    #[error("the cancel {0}; only one that is REQUESTED can be withdrawn")]
    CancellationNotPending(&'static str),
    /// The parts of the cancel exceed it.
    #[error("taxFreeAmount and vatAmount add up to more than amount")]
    SumOfPartsExceedsCancel,
    /// The payment has been cancelled in as many parts as are allowed.
    #[error("the payment has been cancelled {0} times, as often as is allowed")]
    CancelCountReached(u32),
    /// The payment does not wait for a deposit.
    #[error("the payment is {0}, and does not wait for a deposit")]
    PaymentNotWaitingForDeposit(&'static str),
    /// The payment is not what was fixed (rule V2-050); names the member.
    #[error("`{0}` is not what was registered before; register anew or pay what was registered")]
    DiffersFromRegistered(&'static str),
    /// A validating member is not what the ledger has (rule V2-051).
    #[error("`{0}` is not the payment's; read the payment and compare")]
    InformationMismatch(&'static str),
    /// The token is none that a window gave for this payment, or it was used (rule V2-051).
    #[error("the token is not valid for this payment; open the window again")]
    InvalidPaymentToken,
    /// The URL at which a window's shop is to be asked; says what is wrong with it (rule V2-111).
    #[error("confirmUrl {0}")]
    ConfirmUrl(&'static str),
    /// There is no such session.
    #[error("there is no payment session of that id in this store")]
    SessionNotFound,
    /// The session is over.
    #[error("the payment session is over: it was closed, or its time has passed")]
    SessionExpired,
    /// A session may not be open that long.
    #[error("ttlSeconds is more than {0}, the longest a session is open")]
    SessionLifeExceeded(i64),
    /// There is no such promotion.
    #[error("there is no promotion of that id in this store; its configuration declares them")]
    PromotionNotFound,
    /// The card is not of the promotion's company, or nobody knows whose it is.
    #[error(
        "the promotion is for cards of {0}, and this is not known to be one; pay with one, or leave it out"
    )]
    PromotionPayMethodDoesNotMatch(&'static str),
    /// The promotion would take off all of the payment, or more.
    #[error("the promotion takes {discount} off, and the payment is {total}; leave it out, or pay more")]
    DiscountExceedsTotal {
        /// What it takes off.
        discount: i64,
        /// What was ordered.
        total: i64,
    },
    /// Others have taken what was left of the promotion's budget. No payment ends with it: it is charged in full or refused.
    #[error("the promotion's budget is being spent by others; try again, or leave promotionId out")]
    PromotionBudgetTaken,
    /// What is left of the order loses more of its discount than is cancelled.
    #[error(
        "amount is {amount}, and what is left would lose {released} of its discount, so that nothing would go back; \
         cancel more, or send promotionDiscountRetainOption RETAIN"
    )]
    NegativeAdjustedCancel {
        /// What of the order was to be cancelled.
        amount: i64,
        /// What the discount would lose.
        released: i64,
    },
    /// Earlier partial cancels of the payment took the other option.
    #[error(
        "earlier cancels of this payment were made with {0}; send the same promotionDiscountRetainOption"
    )]
    RetainOptionChanged(&'static str),
    /// There is no such billing key.
    #[error("there is no billing key of that name in this store")]
    BillingKeyNotFound,
    /// The payment has a schedule, or the billing key has (rules V2-042, V2-082, V2-084).
    #[error("a schedule that is not over needs it; revoke the schedule, or wait for it")]
    ScheduleExists,
    /// What is to be scheduled is paid or waits for a deposit (rule V2-084).
    #[error("the payment is paid already, waits for a deposit, or is being paid; use another payment id")]
    AlreadyPaidOrWaiting,
    /// There is no such schedule.
    #[error("there is no schedule `{0}` of that billing key in this store")]
    ScheduleNotFound(String),
    /// The schedule was taken up.
    #[error("schedule `{0}` has been paid or is being paid; nothing was revoked")]
    ScheduleAlreadyProcessed(String),
    /// The schedule was called off before.
    #[error("schedule `{0}` is revoked already; nothing was revoked")]
    ScheduleAlreadyRevoked(String),
    /// A schedule is not in a state in which that can be done to it (rules V1-069 to V1-071).
    #[error(
        "the schedule is {0}: one that is SCHEDULED can be moved, one that is FAILED or REVOKED opened again"
    )]
    ScheduleInState(&'static str),
    /// The billing key was deleted.
    #[error("the billing key is deleted")]
    BillingKeyAlreadyDeleted,
    /// Every channel, or some of them, failed (rules SR-064, SR-077).
    #[error("{} of {} channels failed", failures.len(), failures.len() + succeeded.len())]
    ChannelSpecific {
        /// What failed, and where.
        failures: Vec<(ChannelSnapshot, KeyFailure)>,
        /// Where it succeeded.
        succeeded: Vec<ChannelSnapshot>,
    },
    /// The PG refused; no money moved.
    #[error("{0}")]
    Declined(Decline),
    /// Nothing reached the PG; no money moved.
    #[error("the PG could not be reached: {0}")]
    Unavailable(Cause),
    /// It was sent and the result is unknown; it is being inquired, and a webhook will tell.
    #[error(
        "the outcome is not known yet; it is being inquired and a webhook will tell: do not pay again under another id"
    )]
    UnknownOutcome,
    /// A delivery was told, and nobody knows whether the PG took note of it: no read tells (rule PW-026).
    #[error(
        "the answer to a delivery of this payment is not known: the PG may have taken note of it or not, and nothing reads that back; look at the PG, or send the delivery again some minutes later"
    )]
    UnknownDelivery,
    /// The payment has a cash receipt that is not cancelled (rule V2-070).
    #[error("the payment has a cash receipt already; cancel it first")]
    CashReceiptAlreadyIssued,
    /// The payment has no cash receipt.
    #[error("the payment `{0}` has no cash receipt in this store")]
    CashReceiptNotFound(String),
    /// The cash receipt was not issued, or was cancelled.
    #[error("the cash receipt is {0}, not issued")]
    CashReceiptNotIssued(&'static str),
    /// There is no such webhook, or none was sent.
    #[error("there is no webhook of that id; payment.webhooks lists them")]
    WebhookNotFound,
    /// The webhook was sent again by hand as often as is allowed.
    #[error("the webhook was sent again {0} times, as often as is allowed")]
    WebhookResendCountReached(u32),
    /// What depends on it would break.
    #[error(
        "{} billing keys and {} schedules depend on this group; deactivate channels instead, or repeat with force",
        .0.billing_keys, .0.schedules
    )]
    InUse(Dependents),
    /// What was to be changed does not exist, or what was to be created does.
    #[error("{0}")]
    Conflict(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NoChannel> for EngineError {
    fn from(error: NoChannel) -> Self {
        Self::NoChannel(Box::new(error))
    }
}

impl From<PgError> for EngineError {
    fn from(error: PgError) -> Self {
        match error {
            PgError::Invalid(report) => Self::Invalid(report),
            PgError::Declined(decline) => Self::Declined(decline),
            PgError::Unavailable(cause) => Self::Unavailable(cause),
            PgError::UnknownOutcome(_) => Self::UnknownOutcome,
        }
    }
}
