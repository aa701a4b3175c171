//! Replies as outcomes.

use portone_core::{
    CallContext, Cancel, CancelStatus, CancelledFacts, CardFacts, Cause, Command, Currency, Decline,
    InstantMethod, IssuedKeyFacts, Leg, Outcome, PaidFacts, PaymentAmount, PaymentId, PgBillingKey, PgError,
    PgReply, PgTxId, Progress,
};

use super::{
    V1Dialect,
    account::account_facts,
    dto::moment,
    operation::Operation,
    reply::{CancelEntry, CardType, Payment, Status, StoredKey},
};

impl V1Dialect {
    /// The next move of a command, given the reply to `leg`.
    ///
    /// Errors are classed as the crate's documentation shows.
    pub fn decode(
        &self,
        command: &Command,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let outcome = match command {
            Command::PayInstantly(pay) => match &pay.method {
                InstantMethod::Card(card) => {
                    let facts = CardFacts { installment_month: card.installment_month, ..card.card.facts() };
                    let asked = Asked { payment_id: &pay.order.payment_id, amount: &pay.order.amount };
                    decode_payment(Operation::PayOnetime, reply, asked, Some(facts))?
                }
                InstantMethod::VirtualAccount(_) => decode_account(reply, &pay.order.payment_id)?,
            },
            Command::PayWithBillingKey(pay) => {
                let asked = Asked { payment_id: &pay.order.payment_id, amount: &pay.order.amount };
                decode_payment(Operation::PayAgain, reply, asked, None)?
            }
            Command::IssueBillingKey(_) => decode_issue(reply, ctx)?,
            Command::DeleteBillingKey(_) => {
                let _: StoredKey = Operation::DeleteBillingKey.read(reply)?;
                // The reply tells when the key was made, not when it went.
                Outcome::BillingKeyDeleted { deleted_at: ctx.now }
            }
            Command::Cancel(cancel) => decode_cancel(cancel, reply)?,
            Command::ConfirmDelivery(confirm) => return self.decode_delivery(confirm, leg, reply),
            Command::CloseVirtualAccount(close) => return self.decode_close(close, leg, reply, ctx),
            Command::IssueCashReceipt(issue) => return self.decode_issue_receipt(issue, leg, reply),
            Command::CancelCashReceipt(cancel) => {
                return self.decode_cancel_receipt(cancel, leg, reply, ctx.now);
            }
            Command::RegisterEscrowLogistics(register) => {
                return self.decode_logistics(register, leg, reply, ctx.now);
            }
            Command::RegisterStoreReceipt(register) => {
                return self.decode_store_receipt(register, leg, reply);
            }
            Command::AskWallet(ask) => return self.decode_wallet(ask, leg, reply),
            Command::Inquire(inquire) => return self.decode_inquire(&inquire.of, leg, reply, ctx),
            // Nothing else is sent.
            _ => return Err(never_sent()),
        };
        Ok(Progress::Done(Box::new(outcome)))
    }
}

/// A reply to a command that has no request: nothing was sent for it, and nothing is guessed.
fn never_sent() -> PgError {
    PgError::UnknownOutcome(Cause::InquireFirst("a reply to a command that V1 has not got".to_owned()))
}

/// What a payment asked for, to compare with what it came to.
#[derive(Clone, Copy)]
struct Asked<'a> {
    payment_id: &'a PaymentId,
    amount: &'a PaymentAmount,
}

/// Success is code 0 and `status: paid` together; a decline is code 0 and `failed`, or another code (rule V1-040).
fn decode_payment(
    operation: Operation,
    reply: &PgReply,
    asked: Asked<'_>,
    typed: Option<CardFacts>,
) -> Result<Outcome, PgError> {
    let payment: Payment = operation.read(reply)?;
    let unreadable = |what| operation.unreadable(reply, what);
    if payment.merchant_uid != asked.payment_id.as_str() {
        return Err(unreadable("merchant_uid is another one"));
    }
    match payment.status {
        Status::Paid => {
            let mut facts = paid_facts(payment, asked.amount.currency).map_err(unreadable)?;
            facts.card = facts.card.map(|told| merged(told, typed.unwrap_or_default()));
            Ok(Outcome::Paid(facts))
        }
        Status::Failed => Err(PgError::Declined(failure(payment))),
        Status::Ready => Err(PgError::UnknownOutcome(Cause::InquireFirst("status ready".to_owned()))),
        Status::Cancelled => Err(unreadable("a new payment is cancelled")),
        Status::Unknown => Err(unreadable("unknown status of the payment")),
    }
}

/// An account that waits for its deposit is `ready` (rule V1-080).
fn decode_account(reply: &PgReply, payment_id: &PaymentId) -> Result<Outcome, PgError> {
    let operation = Operation::IssueAccount;
    let payment: Payment = operation.read(reply)?;
    let unreadable = |what| operation.unreadable(reply, what);
    if payment.merchant_uid != payment_id.as_str() {
        return Err(unreadable("merchant_uid is another one"));
    }
    match payment.status {
        Status::Ready => account_facts(payment).map(Outcome::VirtualAccountIssued).map_err(unreadable),
        Status::Failed => Err(PgError::Declined(failure(payment))),
        Status::Paid | Status::Cancelled => Err(unreadable("a new account does not wait for its deposit")),
        Status::Unknown => Err(unreadable("unknown status of the payment")),
    }
}

/// What may be told of a payment that was made. The error names what the reply lacks.
pub(super) fn paid_facts(payment: Payment, currency: Currency) -> Result<PaidFacts, &'static str> {
    let total = payment.total(currency)?;
    let paid_at = payment.paid_at().ok_or("paid_at is missing")?;
    Ok(PaidFacts {
        pg_tx_id: PgTxId::parse(payment.pg_number()).map_err(|_| "pg_tid is too long")?,
        paid_at,
        receipt_url: payment.receipt_url.clone(),
        total: Some(total),
        method: None,
        card: (!payment.is_account()).then(|| card_facts(payment)),
    })
}

fn card_facts(payment: Payment) -> CardFacts {
    CardFacts {
        issuer: payment.card_issuer_name.or(payment.card_name),
        publisher: payment.card_publisher_name,
        card_type: card_type(payment.card_type),
        masked_number: payment.card_number.filter(|number| is_masked(number)),
        approval_number: payment.apply_num,
        installment_month: payment.card_quota,
        ..CardFacts::default()
    }
}

fn card_type(told: Option<CardType>) -> Option<String> {
    match told? {
        CardType::Credit => Some("CREDIT".to_owned()),
        CardType::Debit => Some("DEBIT".to_owned()),
        CardType::Unknown => None,
    }
}

/// The most digits of a card number that may be shown or kept: the first eight (its BIN) and the last four.
const SHOWN_DIGIT_COUNT_MAX: usize = 12;

/// The schema says the number is masked; one that is not is never taken over.
fn is_masked(number: &str) -> bool {
    number.bytes().filter(u8::is_ascii_digit).count() <= SHOWN_DIGIT_COUNT_MAX
}

fn merged(told: CardFacts, typed: CardFacts) -> CardFacts {
    CardFacts {
        bin: typed.bin,
        last_four: typed.last_four,
        installment_month: told.installment_month.or(typed.installment_month),
        ..told
    }
}

/// The refusal of a payment, which has words and no code.
pub(super) fn failure(payment: Payment) -> Decline {
    Decline { code: "failed".to_owned(), message: payment.fail_reason.unwrap_or_default() }
}

fn decode_issue(reply: &PgReply, ctx: &CallContext) -> Result<Outcome, PgError> {
    let operation = Operation::IssueBillingKey;
    let key: StoredKey = operation.read(reply)?;
    issued_key(key, ctx.attempt.as_str()).map_err(|what| operation.unreadable(reply, what))
}

/// The key stored under this `customer_uid`. The error names what does not fit.
pub(super) fn issued_key(key: StoredKey, customer_uid: &str) -> Result<Outcome, &'static str> {
    if key.customer_uid != customer_uid {
        return Err("customer_uid is another one");
    }
    let issued_at = moment(key.updated.or(key.inserted));
    Ok(Outcome::BillingKeyIssued(IssuedKeyFacts {
        pg_billing_key: PgBillingKey::parse(&key.customer_uid).map_err(|_| "customer_uid is too long")?,
        issued_at: issued_at.ok_or("updated is missing")?,
        card: Some(Box::new(CardFacts {
            issuer: key.card_name,
            card_type: card_type(key.card_type),
            masked_number: key.card_number.filter(|number| is_masked(number)),
            ..CardFacts::default()
        })),
    }))
}

/// The reply is the payment as it is afterwards: what is cancelled of it tells whether the money has gone back already
/// or will later (rules V1-054, V1-055, PW-034).
fn decode_cancel(cancel: &Cancel, reply: &PgReply) -> Result<Outcome, PgError> {
    let operation = Operation::CancelPayment;
    let unreadable = |what: &'static str| operation.unreadable(reply, what);
    let payment: Payment = operation.read(reply)?;
    if payment.merchant_uid != cancel.payment_id.as_str() {
        return Err(unreadable("merchant_uid is another one"));
    }
    let currency = cancel.amount.currency;
    let total = payment.total(currency).map_err(unreadable)?;
    let cancelled = payment.cancelled(currency).map_err(unreadable)?;
    let before = total - cancel.cancellable;
    let (tax_free, vat) = (cancel.tax_free, cancel.vat);
    if cancelled == before {
        let parts = Parts { amount: cancel.amount.minor, tax_free, vat };
        return Ok(Outcome::Cancelled(parts.facts(CancelStatus::Requested, None)));
    }
    if before.checked_add(cancel.amount.minor) != Some(cancelled) {
        return Err(unreadable("cancel_amount is not what was asked for"));
    }
    let parts = Parts { amount: cancel.amount.minor, tax_free, vat };
    Ok(Outcome::Cancelled(parts.facts(CancelStatus::Succeeded, Some((&payment, currency)))))
}

/// A cancel's amounts, in minor units. V1 does not tell the tax of a cancel: what was not asked for is computed.
pub(super) struct Parts {
    pub amount: i64,
    pub tax_free: Option<i64>,
    pub vat: Option<i64>,
}

impl Parts {
    pub(super) fn facts(&self, status: CancelStatus, told: Option<(&Payment, Currency)>) -> CancelledFacts {
        let tax_free = self.tax_free.unwrap_or(0);
        let entry = told.and_then(|(payment, currency)| payment.cancel_of(self.amount, currency));
        CancelledFacts {
            status,
            total: self.amount,
            tax_free,
            vat: self.vat.unwrap_or_else(|| (self.amount - tax_free).max(0) / 11),
            pg_cancellation_id: entry.and_then(|entry| entry.pg_tid.clone()),
            upstream_id: entry.and_then(|entry| entry.cancellation_id.clone()),
            cancelled_at: entry.and_then(CancelEntry::cancelled_at),
        }
    }
}
