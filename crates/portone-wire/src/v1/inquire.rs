//! What became of an attempt (design: inquiry). Every leg only reads.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Attempt, AttemptId, AttemptSubject, CallContext, CancelStatus, Cause, Currency, Finding, Leg, Method,
    Money, Outcome, PaymentId, PgBillingKey, PgError, PgReply, PgRequest, Progress,
};

use super::{
    V1Dialect,
    account::{account_facts, closed_finding},
    decode::{Parts, failure, issued_key, paid_facts},
    dto::Receipt,
    encode::FIRST_LEG,
    operation::Operation,
    receipts::{cancelled_finding, issued_finding},
    reply::{Lenient, Payment, PaymentPage, Status, StoredKey},
    standing::{issued_and_paid, standing_finding, window_finding},
    store_receipt::find_store_receipt,
};
use crate::path::percent_encoded;

/// The leg that reads one payment whole: a list may leave things out, and hides nothing only here (rule V1-036).
const READ_LEG: Leg = Leg(1);
/// How many payments of one `merchant_uid` are listed: the most there is (rule V1-046).
const PAGE_SIZE: u16 = 1000;
/// How far the clocks of the two sides may be apart.
pub(super) const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);

impl V1Dialect {
    /// The first request of an inquiry; `None` where V1 has nothing to ask.
    pub(super) fn encode_inquire(&self, of: &Attempt) -> Option<PgRequest> {
        Some(match &of.subject {
            AttemptSubject::Pay { payment_id, .. }
            | AttemptSubject::Cancel { payment_id, .. }
            | AttemptSubject::Window { payment_id, .. }
            | AttemptSubject::IssueAndPay { payment_id, .. }
            | AttemptSubject::Standing { payment_id }
            | AttemptSubject::CloseVirtualAccount { payment_id }
            | AttemptSubject::IssueCashReceipt { payment_id, .. }
            | AttemptSubject::CancelCashReceipt { payment_id }
            | AttemptSubject::RegisterStoreReceipt { payment_id }
            | AttemptSubject::RegisterEscrowLogistics { payment_id, .. } => self.find(payment_id),
            AttemptSubject::IssueBillingKey => {
                let path = format!("/subscribe/customers/{}", percent_encoded(of.id.as_str()));
                self.request(Operation::ReadBillingKey, Method::Get, &path, None)
            }
            AttemptSubject::DeleteBillingKey { pg_billing_key }
            | AttemptSubject::BillingKey { pg_billing_key } => {
                self.billing_key_request(Operation::ReadBillingKey, Method::Get, pg_billing_key)
            }
            // Nothing else is ever sent, so there is nothing else to ask about.
            _ => return None,
        })
    }

    /// Every payment of a `merchant_uid`, whatever its status, newest first.
    pub(super) fn find(&self, payment_id: &PaymentId) -> PgRequest {
        let merchant_uid = percent_encoded(payment_id.as_str());
        let path = format!("/payments/findAll/{merchant_uid}?limit={PAGE_SIZE}&sorting=-started");
        self.request(Operation::FindPayments, Method::Get, &path, None)
    }

    pub(super) fn decode_inquire(
        &self,
        of: &Attempt,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let finding = match &of.subject {
            AttemptSubject::Pay { payment_id, amount } => {
                let judge = |payment| payment_finding(payment, amount.currency);
                return self.find_own(of, payment_id, leg, reply, judge);
            }
            AttemptSubject::Window { payment_id, amount } => {
                let judge = |payment| window_finding(payment, amount.currency);
                return self.find_own(of, payment_id, leg, reply, judge);
            }
            AttemptSubject::IssueAndPay { payment_id, amount } => {
                let judge = |payment| issued_and_paid(payment, &of.id, amount.currency);
                return self.find_own(of, payment_id, leg, reply, judge);
            }
            AttemptSubject::Standing { payment_id } => {
                return self.find_own(of, payment_id, leg, reply, standing_finding);
            }
            AttemptSubject::CloseVirtualAccount { payment_id } => {
                match self.follow(leg, reply, payment_id, Payment::is_account)? {
                    Followed::Leg(progress) => return Ok(progress),
                    Followed::Absent => return Err(no_account(reply)),
                    Followed::Payment(payment) => closed_finding(&payment, ctx.now)
                        .map_err(|what| Operation::ReadPayment.unreadable(reply, what))?,
                }
            }
            AttemptSubject::IssueCashReceipt { payment_id, total, former_number } => {
                let judge = |receipt| issued_finding(of, *total, former_number.as_deref(), receipt);
                return self.inquire_receipt(payment_id, leg, reply, judge);
            }
            AttemptSubject::CancelCashReceipt { payment_id } => {
                let judge = |receipt: Option<Receipt>| cancelled_finding(receipt.as_ref());
                return self.inquire_receipt(payment_id, leg, reply, judge);
            }
            AttemptSubject::RegisterEscrowLogistics { company, invoice_number, .. } => {
                return self.inquire_logistics((*company, invoice_number), leg, reply, ctx.now);
            }
            AttemptSubject::Cancel { payment_id, amount, cancelled_before } => {
                let was_paid = |payment: &Payment| payment.paid_at().is_some();
                match self.follow(leg, reply, payment_id, was_paid)? {
                    Followed::Leg(progress) => return Ok(progress),
                    Followed::Absent => return Err(unpaid(reply)),
                    Followed::Payment(payment) => {
                        find_cancel(&payment, *amount, *cancelled_before, of.opened_at, reply)?
                    }
                }
            }
            AttemptSubject::RegisterStoreReceipt { .. } => return find_store_receipt(reply),
            AttemptSubject::IssueBillingKey => find_issued_key(reply, ctx)?,
            AttemptSubject::DeleteBillingKey { .. } => find_deleted_key(reply, ctx)?,
            AttemptSubject::BillingKey { pg_billing_key } => find_key(pg_billing_key, reply)?,
            // Nothing else was asked.
            _ => return Err(PgError::Unavailable(Cause::InquireFirst("V1 was not asked".to_owned()))),
        };
        Ok(found(finding))
    }

    /// What became of the payment that carries our marker.
    fn find_own(
        &self,
        of: &Attempt,
        payment_id: &PaymentId,
        leg: Leg,
        reply: &PgReply,
        judge: impl FnOnce(Payment) -> Result<Finding, &'static str>,
    ) -> Result<Progress, PgError> {
        let ours = |payment: &Payment| is_marked(payment, &of.id);
        let finding = match self.follow(leg, reply, payment_id, ours)? {
            Followed::Leg(progress) => return Ok(progress),
            Followed::Absent => Finding::DidNotHappen,
            Followed::Payment(payment) => {
                judge(*payment).map_err(|what| Operation::ReadPayment.unreadable(reply, what))?
            }
        };
        Ok(found(finding))
    }

    /// First the list, to learn the `imp_uid` of the payment that is meant; then that payment.
    fn follow(
        &self,
        leg: Leg,
        reply: &PgReply,
        payment_id: &PaymentId,
        is_meant: impl Fn(&Payment) -> bool,
    ) -> Result<Followed, PgError> {
        if leg == FIRST_LEG {
            let operation = Operation::FindPayments;
            if operation.is_absent(reply) {
                return Ok(Followed::Absent);
            }
            let page: PaymentPage = operation.read(reply)?;
            return match page.list.iter().find(|payment| is_meant(payment)) {
                Some(payment) => Ok(Followed::Leg(self.read(&payment.imp_uid))),
                None if page.next > 0 => Err(operation.unreadable(reply, "there are more payments")),
                None => Ok(Followed::Absent),
            };
        }
        let operation = Operation::ReadPayment;
        let payment: Payment = operation.read(reply)?;
        if payment.merchant_uid == payment_id.as_str() && is_meant(&payment) {
            Ok(Followed::Payment(Box::new(payment)))
        } else {
            Err(operation.unreadable(reply, "another payment"))
        }
    }

    fn read(&self, imp_uid: &str) -> Progress {
        let path = format!("/payments/{}?include_sandbox=true", percent_encoded(imp_uid));
        let request = self.request(Operation::ReadPayment, Method::Get, &path, None);
        Progress::Send { request: Box::new(request), leg: READ_LEG }
    }
}

/// Every payment of a list, none where there is none.
pub(super) fn payments_of(reply: &PgReply) -> Result<Vec<Payment>, PgError> {
    let operation = Operation::FindPayments;
    if operation.is_absent(reply) {
        return Ok(Vec::new());
    }
    let page: PaymentPage = operation.read(reply)?;
    Ok(page.list)
}

pub(super) fn found(finding: Finding) -> Progress {
    Progress::Done(Box::new(Outcome::Inquired(finding)))
}

fn no_account(reply: &PgReply) -> PgError {
    Operation::FindPayments.unreadable(reply, "no payment of this merchant_uid has an account")
}

enum Followed {
    Leg(Progress),
    Absent,
    Payment(Box<Payment>),
}

/// Whether a payment carries our marker. Servers that store texts as JSON give it back in quotes (rule V1-033).
fn is_marked(payment: &Payment, attempt: &AttemptId) -> bool {
    let Some(Lenient(text)) = &payment.custom_data else { return false };
    text.trim_matches('"') == attempt.as_str()
}

fn unpaid(reply: &PgReply) -> PgError {
    Operation::FindPayments.unreadable(reply, "no payment of this merchant_uid was paid")
}

pub(super) fn payment_finding(payment: Payment, currency: Currency) -> Result<Finding, &'static str> {
    match payment.status {
        // What was asked for was an account: a deposit or a close since then is another event.
        Status::Ready | Status::Paid | Status::Cancelled if payment.is_account() => {
            let outcome = Outcome::VirtualAccountIssued(account_facts(payment)?);
            Ok(Finding::Happened(Box::new(outcome)))
        }
        Status::Ready => Ok(Finding::NotYet),
        Status::Failed => Ok(Finding::Declined(failure(payment))),
        // `cancelled` is also what a payment is called of which a part was cancelled (rule V1-027).
        Status::Paid | Status::Cancelled => {
            Ok(Finding::Happened(Box::new(Outcome::Paid(paid_facts(payment, currency)?))))
        }
        Status::Unknown => Err("unknown status of the payment"),
    }
}

/// A cancel has no marker, so the sum of cancels tells: one is open at a time, and it was sent with the balance the
/// upstream had to compare.
fn find_cancel(
    payment: &Payment,
    amount: Money,
    cancelled_before: i64,
    opened_at: DateTime<Utc>,
    reply: &PgReply,
) -> Result<Finding, PgError> {
    let unreadable = |what| Operation::ReadPayment.unreadable(reply, what);
    let cancelled = payment.cancelled(amount.currency).map_err(unreadable)?;
    if cancelled == cancelled_before {
        return Ok(Finding::DidNotHappen);
    }
    let is_ours = payment
        .cancel_of(amount.minor, amount.currency)
        .is_some_and(|entry| entry.cancelled_at >= (opened_at - CLOCK_SKEW).timestamp());
    if is_ours && cancelled_before.checked_add(amount.minor) == Some(cancelled) {
        let parts = Parts { amount: amount.minor, tax_free: None, vat: None };
        let facts = parts.facts(CancelStatus::Succeeded, Some((payment, amount.currency)));
        return Ok(Finding::Happened(Box::new(Outcome::Cancelled(facts))));
    }
    // Somebody else cancelled as well: whether ours is part of the sum cannot be told from here.
    Err(PgError::UnknownOutcome(Cause::InquireFirst(format!(
        "{cancelled} is cancelled, where {cancelled_before} was before and {} was asked for",
        amount.minor
    ))))
}

fn find_issued_key(reply: &PgReply, ctx: &CallContext) -> Result<Finding, PgError> {
    let operation = Operation::ReadBillingKey;
    if operation.is_absent(reply) {
        return Ok(Finding::DidNotHappen);
    }
    let key: StoredKey = operation.read(reply)?;
    let outcome = issued_key(key, ctx.attempt.as_str()).map_err(|what| operation.unreadable(reply, what))?;
    Ok(Finding::Happened(Box::new(outcome)))
}

fn find_key(key: &PgBillingKey, reply: &PgReply) -> Result<Finding, PgError> {
    let operation = Operation::ReadBillingKey;
    if operation.is_absent(reply) {
        return Ok(Finding::DidNotHappen);
    }
    let stored: StoredKey = operation.read(reply)?;
    let outcome = issued_key(stored, key.expose()).map_err(|what| operation.unreadable(reply, what))?;
    Ok(Finding::Happened(Box::new(outcome)))
}

/// A key that is gone was deleted: nobody else deletes it (design: already done is success).
fn find_deleted_key(reply: &PgReply, ctx: &CallContext) -> Result<Finding, PgError> {
    let operation = Operation::ReadBillingKey;
    if operation.is_absent(reply) {
        return Ok(Finding::Happened(Box::new(Outcome::BillingKeyDeleted { deleted_at: ctx.now })));
    }
    let _: StoredKey = operation.read(reply)?;
    Ok(Finding::DidNotHappen)
}
