//! What became of an attempt (design: inquiry). Every leg only reads, but for a capture's: nothing upstream shows whether a
//! payment was captured, so the capture is repeated under the key it was sent with, and the answer is the first one's.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Attempt, AttemptId, AttemptSubject, CallContext, Cause, Currency, Decline, Finding, LEG_COUNT_MAX, Leg,
    Method, Money, Outcome, PgError, PgReply, PgRequest, Progress,
};

use super::{
    V2Dialect,
    decode::{
        cancelled_facts, failed_cancellation, issued_and_paid, issued_key, paid_facts, virtual_account_facts,
    },
    encode::FIRST_LEG,
    operation::{BILLING_KEY_NOT_FOUND, Operation, PAYMENT_NOT_FOUND},
    receipts,
    reply::{
        BillingKeyInfo, BillingKeyPage, Cancellation, CancellationStatus, CaptureAnswer, KeyStatus, Payment,
        PaymentMethod, PaymentStatus, Transactions,
    },
    request::{BillingKeyFilterInput, GetBillingKeyInfosBody, PageInput, SortInput},
};
use crate::path::percent_encoded;

/// How far the clocks of the two sides may be apart.
pub(super) const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);
/// How many billing keys one page lists.
const PAGE_SIZE: u8 = 100;

impl V2Dialect {
    pub(super) fn encode_inquire(&self, of: &Attempt, ctx: &CallContext) -> Progress {
        let request = match &of.subject {
            AttemptSubject::Pay { payment_id, .. }
            | AttemptSubject::Window { payment_id, .. }
            | AttemptSubject::IssueAndPay { payment_id, .. } => {
                let url = self.payment_url(payment_id, "/transactions");
                self.request(Operation::ListTransactions, Method::Get, url, None, ctx)
            }
            AttemptSubject::IssueBillingKey => self.billing_key_page(of, FIRST_LEG, ctx),
            AttemptSubject::DeleteBillingKey { pg_billing_key }
            | AttemptSubject::BillingKey { pg_billing_key } => {
                self.billing_key_request(Operation::ReadBillingKey, Method::Get, pg_billing_key, ctx)
            }
            AttemptSubject::IssueCashReceipt { payment_id, .. }
            | AttemptSubject::CancelCashReceipt { payment_id } => self.read_cash_receipt(payment_id, ctx),
            AttemptSubject::Cancel { payment_id, .. }
            | AttemptSubject::CloseVirtualAccount { payment_id }
            | AttemptSubject::RegisterEscrowLogistics { payment_id, .. }
            | AttemptSubject::ConfirmEscrow { payment_id }
            | AttemptSubject::RegisterStoreReceipt { payment_id }
            | AttemptSubject::StopCancel { payment_id, .. } => {
                self.request(Operation::ReadPayment, Method::Get, self.payment_url(payment_id, ""), None, ctx)
            }
            AttemptSubject::Standing { payment_id } => self.encode_standing(payment_id, ctx),
            AttemptSubject::Capture { payment_id } => self.encode_capture(payment_id, ctx),
        };
        Progress::Send { request: Box::new(request), leg: FIRST_LEG }
    }

    /// One page of the keys issued since the attempt was opened, oldest first: ours comes early. The leg is the page.
    fn billing_key_page(&self, of: &Attempt, leg: Leg, ctx: &CallContext) -> PgRequest {
        let query = GetBillingKeyInfosBody {
            page: PageInput { number: leg.0, size: PAGE_SIZE },
            sort: SortInput { by: "ISSUED_AT", order: "ASC" },
            filter: BillingKeyFilterInput {
                time_range_field: "ISSUED_AT",
                from: of.opened_at - CLOCK_SKEW,
                until: ctx.now + CLOCK_SKEW,
            },
        };
        let query = serde_json::to_string(&query).expect("a query of texts and integers always serialises");
        let url = format!("{}/billing-keys?requestBody={}", self.base_url, percent_encoded(&query));
        self.request(Operation::ListBillingKeys, Method::Get, url, None, ctx)
    }

    pub(super) fn decode_inquire(
        &self,
        of: &Attempt,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let finding = match &of.subject {
            AttemptSubject::Pay { .. } => find_payment(&of.id, Waiting::ForPg, reply)?,
            AttemptSubject::Window { amount, .. } => {
                check_currency(&of.id, amount.currency, reply)?;
                find_payment(&of.id, Waiting::ForPayer, reply)?
            }
            AttemptSubject::IssueAndPay { amount, .. } => {
                check_currency(&of.id, amount.currency, reply)?;
                find_issued_and_paid(&of.id, reply)?
            }
            AttemptSubject::IssueBillingKey => return self.find_issued_key(of, leg, reply, ctx),
            AttemptSubject::DeleteBillingKey { .. } => find_deleted_key(reply)?,
            AttemptSubject::BillingKey { .. } => find_key(reply)?,
            AttemptSubject::Cancel { amount, cancelled_before, .. } => {
                find_cancel(*amount, *cancelled_before, of.opened_at, reply)?
            }
            AttemptSubject::CloseVirtualAccount { .. } => find_closed_account(reply)?,
            AttemptSubject::IssueCashReceipt { total, former_number, .. } => {
                receipts::find_issued_receipt(of, *total, former_number.as_deref(), reply)?
            }
            AttemptSubject::CancelCashReceipt { .. } => receipts::find_cancelled_receipt(reply)?,
            AttemptSubject::RegisterEscrowLogistics { company, invoice_number, .. } => {
                receipts::find_logistics(*company, invoice_number, reply, ctx.now)?
            }
            AttemptSubject::ConfirmEscrow { .. } => receipts::find_confirmed_escrow(reply, ctx.now)?,
            AttemptSubject::RegisterStoreReceipt { .. } => receipts::find_store_receipt(reply)?,
            AttemptSubject::Standing { payment_id } => {
                return self.find_standing(of, payment_id, leg, reply, ctx);
            }
            AttemptSubject::Capture { .. } => find_capture(reply)?,
            AttemptSubject::StopCancel { upstream_cancellation_id, .. } => {
                find_stopped_cancel(upstream_cancellation_id, reply, ctx)?
            }
        };
        Ok(found(finding))
    }

    fn find_issued_key(
        &self,
        of: &Attempt,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let operation = Operation::ListBillingKeys;
        let page: BillingKeyPage = operation.read(reply)?;
        let seen =
            i64::from(leg.0) * i64::from(PAGE_SIZE) + i64::try_from(page.items.len()).unwrap_or(i64::MAX);
        let is_last = page.items.is_empty() || seen >= page.page.total_count;
        let own = page.items.into_iter().find(|key| key.is_marked(&of.id));
        if let Some(own) = own {
            let outcome = issued_key(own).map_err(|what| operation.unreadable(reply, what))?;
            return Ok(found(Finding::Happened(Box::new(outcome))));
        }
        if is_last {
            return Ok(found(Finding::DidNotHappen));
        }
        let next = Leg(leg.0 + 1);
        if next.0 >= LEG_COUNT_MAX {
            return Err(PgError::Unavailable(Cause::TooManyLegs));
        }
        let request = self.billing_key_page(of, next, ctx);
        Ok(Progress::Send { request: Box::new(request), leg: next })
    }
}

pub(super) fn found(finding: Finding) -> Progress {
    Progress::Done(Box::new(Outcome::Inquired(finding)))
}

/// Whom a payment that is `READY` waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// It was sent, so the PG has it.
    ForPg,
    /// A window is open, or what was authenticated in it is not approved: nothing happened yet.
    ForPayer,
}

/// Our transaction among a payment's, where the upstream knows it.
fn own_transaction(attempt: &AttemptId, reply: &PgReply) -> Result<Option<Payment>, PgError> {
    let operation = Operation::ListTransactions;
    if operation.documented_error(reply, PAYMENT_NOT_FOUND) {
        return Ok(None);
    }
    let transactions: Transactions = operation.read(reply)?;
    Ok(transactions.items.into_iter().find(|item| item.is_marked(attempt)))
}

/// The first payment holds the key it was made with.
fn find_issued_and_paid(attempt: &AttemptId, reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::ListTransactions;
    let Some(own) = own_transaction(attempt, reply)? else { return Ok(Finding::DidNotHappen) };
    match own.status {
        PaymentStatus::Ready => Ok(Finding::DidNotHappen),
        PaymentStatus::Paid | PaymentStatus::PartialCancelled | PaymentStatus::Cancelled => {
            let outcome = issued_and_paid(own).map_err(|what| operation.unreadable(reply, what))?;
            Ok(Finding::Happened(Box::new(outcome)))
        }
        PaymentStatus::PayPending
        | PaymentStatus::Failed
        | PaymentStatus::VirtualAccountIssued
        | PaymentStatus::Unknown => payment_finding(own).map_err(|what| operation.unreadable(reply, what)),
    }
}

fn find_payment(attempt: &AttemptId, waiting: Waiting, reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::ListTransactions;
    let Some(own) = own_transaction(attempt, reply)? else { return Ok(Finding::DidNotHappen) };
    if own.status == PaymentStatus::Ready && waiting == Waiting::ForPayer {
        return Ok(Finding::DidNotHappen);
    }
    payment_finding(own).map_err(|what| operation.unreadable(reply, what))
}

/// The call was made in a buyer's browser: what it took is in the currency that was asked for, or somebody has to look.
fn check_currency(attempt: &AttemptId, currency: Currency, reply: &PgReply) -> Result<(), PgError> {
    let own = own_transaction(attempt, reply)?;
    let told = own.and_then(|own| own.currency);
    if told.is_some_and(|told| told != currency.code()) {
        return Err(Operation::ListTransactions.unreadable(reply, "the currency is another one"));
    }
    Ok(())
}

fn payment_finding(mut payment: Payment) -> Result<Finding, &'static str> {
    match payment.status {
        PaymentStatus::Ready | PaymentStatus::PayPending => Ok(Finding::NotYet),
        PaymentStatus::Failed => Ok(Finding::Declined(failure(payment))),
        PaymentStatus::Paid
        | PaymentStatus::VirtualAccountIssued
        | PaymentStatus::PartialCancelled
        | PaymentStatus::Cancelled => {
            // What was asked for was an account: a deposit or a close since then is another event.
            let outcome = match payment.method.take() {
                Some(PaymentMethod::VirtualAccount(method)) => {
                    Outcome::VirtualAccountIssued(virtual_account_facts(payment, method)?)
                }
                _ if payment.status == PaymentStatus::VirtualAccountIssued => {
                    return Err("method is no virtual account");
                }
                method => Outcome::Paid(paid_facts(Payment { method, ..payment })?),
            };
            Ok(Finding::Happened(Box::new(outcome)))
        }
        PaymentStatus::Unknown => Err("unknown status of the payment"),
    }
}

pub(super) fn failure(payment: Payment) -> Decline {
    let (code, message) = payment
        .failure
        .map_or((None, None), |failure| (failure.pg_code, failure.pg_message.or(failure.reason)));
    Decline { code: code.unwrap_or_else(|| "FAILED".to_owned()), message: message.unwrap_or_default() }
}

fn find_key(reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::ReadBillingKey;
    if operation.documented_error(reply, BILLING_KEY_NOT_FOUND) {
        return Ok(Finding::DidNotHappen);
    }
    let key: BillingKeyInfo = operation.read(reply)?;
    match key.status {
        KeyStatus::Issued => {
            let outcome = issued_key(key).map_err(|what| operation.unreadable(reply, what))?;
            Ok(Finding::Happened(Box::new(outcome)))
        }
        KeyStatus::Deleted => Ok(Finding::DidNotHappen),
        KeyStatus::Unknown => Err(operation.unreadable(reply, "unknown status of the billing key")),
    }
}

fn find_deleted_key(reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::ReadBillingKey;
    let key: BillingKeyInfo = operation.read(reply)?;
    match (key.status, key.deleted_at) {
        (KeyStatus::Deleted, Some(deleted_at)) => {
            Ok(Finding::Happened(Box::new(Outcome::BillingKeyDeleted { deleted_at })))
        }
        (KeyStatus::Issued, _) => Ok(Finding::DidNotHappen),
        (KeyStatus::Deleted, None) => Err(operation.unreadable(reply, "deletedAt is missing")),
        (KeyStatus::Unknown, _) => Err(operation.unreadable(reply, "unknown status of the billing key")),
    }
}

/// A cancel has no marker, so the sum of cancels tells: one is open at a time, and it was sent with the balance the
/// upstream had to compare.
fn find_cancel(
    amount: Money,
    cancelled_before: i64,
    opened_at: DateTime<Utc>,
    reply: &PgReply,
) -> Result<Finding, PgError> {
    let operation = Operation::ReadPayment;
    let payment: Payment = operation.read(reply)?;
    let cancelled = cancelled_sum(&payment).map_err(|what| operation.unreadable(reply, what))?;
    let ours = matching(payment.cancellations.unwrap_or_default(), amount, opened_at);
    if cancelled == cancelled_before {
        let refused = newest(ours, |status| status == CancellationStatus::Failed);
        return Ok(match refused {
            Some(refused) => Finding::Declined(failed_cancellation(&refused)),
            None => Finding::DidNotHappen,
        });
    }
    if cancelled_before.checked_add(amount.minor) == Some(cancelled)
        && let Some(own) = newest(ours, counts)
    {
        let facts = cancelled_facts(own).map_err(|what| operation.unreadable(reply, what))?;
        return Ok(Finding::Happened(Box::new(Outcome::Cancelled(facts))));
    }
    // Somebody else cancelled as well: whether ours is part of the sum cannot be told from here.
    Err(PgError::UnknownOutcome(Cause::InquireFirst(format!(
        "{cancelled} is cancelled, where {cancelled_before} was before and {} was asked for",
        amount.minor
    ))))
}

fn cancelled_sum(payment: &Payment) -> Result<i64, &'static str> {
    let told = payment.amount.as_ref().and_then(|amount| amount.cancelled);
    let listed = payment.cancellations.as_ref().map(|cancellations| {
        cancellations
            .iter()
            .filter(|item| counts(item.status))
            .fold(0_i64, |sum, item| sum.saturating_add(item.total_amount))
    });
    // `amount.cancelled` leaves out what is only requested, so the larger of the two is the sum.
    told.max(listed).ok_or("neither amount.cancelled nor cancellations is there")
}

/// Whether a cancellation of this status is part of the sum.
const fn counts(status: CancellationStatus) -> bool {
    matches!(status, CancellationStatus::Succeeded | CancellationStatus::Requested)
}

fn matching(cancellations: Vec<Cancellation>, amount: Money, opened_at: DateTime<Utc>) -> Vec<Cancellation> {
    cancellations
        .into_iter()
        .filter(|item| item.total_amount == amount.minor)
        .filter(|item| item.requested_at.is_none_or(|at| at >= opened_at - CLOCK_SKEW))
        .collect()
}

fn newest(
    cancellations: Vec<Cancellation>,
    wanted: impl Fn(CancellationStatus) -> bool,
) -> Option<Cancellation> {
    cancellations.into_iter().filter(|item| wanted(item.status)).max_by_key(|item| item.requested_at)
}

fn find_closed_account(reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::ReadPayment;
    let payment: Payment = operation.read(reply)?;
    match payment.status {
        PaymentStatus::Cancelled if is_unpaid(&payment) => {
            match payment.cancelled_at.or(payment.status_changed_at) {
                Some(closed_at) => {
                    Ok(Finding::Happened(Box::new(Outcome::VirtualAccountClosed { closed_at })))
                }
                None => Err(operation.unreadable(reply, "cancelledAt is missing")),
            }
        }
        // A deposit came first, and may have been given back since: the account can no longer be closed.
        PaymentStatus::VirtualAccountIssued
        | PaymentStatus::Paid
        | PaymentStatus::PartialCancelled
        | PaymentStatus::Cancelled => Ok(Finding::DidNotHappen),
        PaymentStatus::Ready | PaymentStatus::PayPending | PaymentStatus::Failed | PaymentStatus::Unknown => {
            Err(operation.unreadable(reply, "the payment has no virtual account"))
        }
    }
}

/// Whether nothing was ever paid: a cancelled payment is then an account that was closed.
fn is_unpaid(payment: &Payment) -> bool {
    payment.paid_at.is_none() && payment.cancellations.as_ref().is_none_or(Vec::is_empty)
}

/// The answer to a capture that was sent again.
fn find_capture(reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::CapturePayment;
    if operation.documented_error(reply, PAYMENT_NOT_FOUND) {
        return Ok(Finding::DidNotHappen);
    }
    match operation.read::<CaptureAnswer>(reply) {
        Ok(CaptureAnswer {}) => Ok(Finding::Happened(Box::new(Outcome::Captured))),
        Err(PgError::Declined(decline)) => Ok(Finding::Declined(decline)),
        // The first one is still on its way.
        Err(PgError::UnknownOutcome(Cause::InquireFirst(_))) => Ok(Finding::NotYet),
        Err(other) => Err(other),
    }
}

/// Where the cancel is over and no money went back, it was withdrawn; since when nobody tells.
fn find_stopped_cancel(id: &str, reply: &PgReply, ctx: &CallContext) -> Result<Finding, PgError> {
    let operation = Operation::ReadPayment;
    let payment: Payment = operation.read(reply)?;
    let own = payment.cancellations.unwrap_or_default().into_iter().find(|own| own.id.as_deref() == Some(id));
    match own.map(|own| own.status) {
        Some(CancellationStatus::Failed) => {
            Ok(Finding::Happened(Box::new(Outcome::CancelStopped { stopped_at: ctx.now })))
        }
        Some(CancellationStatus::Requested) => Ok(Finding::DidNotHappen),
        Some(CancellationStatus::Succeeded) => Ok(Finding::Declined(Decline {
            code: "PAYMENT_CANCELLATION_NOT_PENDING".to_owned(),
            message: "the cancel was done before it could be withdrawn".to_owned(),
        })),
        Some(CancellationStatus::Unknown) => {
            Err(operation.unreadable(reply, "unknown status of the cancellation"))
        }
        None => Err(operation.unreadable(reply, "the cancellation is missing")),
    }
}
