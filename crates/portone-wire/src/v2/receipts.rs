//! Cash receipts, escrow and sub-shops on sales slips: commands as requests, replies as outcomes, and inquiries.

mod reply;
mod request;

use chrono::{DateTime, Utc};
use portone_core::{
    Attempt, CallContext, CancelCashReceipt, CashReceiptFacts, ConfirmEscrow, Decline, Finding,
    IssueCashReceipt, LogisticsCompany, LogisticsStep, Method, Outcome, PaymentId, PgError, PgReply,
    PgRequest, RegisterEscrowLogistics, RegisterStoreReceipt,
};

use super::{V2Dialect, inquire::CLOCK_SKEW, operation::Operation};
use crate::body::json_body;
use reply::{
    AppliedAnswer, CancelledAnswer, CashReceipt, CompletedAnswer, EscrowState, IssuedAnswer,
    PaymentWithEscrow, ReceiptStatus, RegisteredAnswer,
};
use request::{ConfirmEscrowBody, EscrowLogisticsBody, IssueCashReceiptBody, RegisterStoreReceiptBody};

const CASH_RECEIPT_SECRETS: &[&str] = &["/customer/identityNumber", "/businessRegistrationNumber"];
const STORE_RECEIPT_SECRETS: &[&str] = &["/items/*/storeBusinessRegistrationNumber"];

/// The one error type an inquiry about a receipt takes for an answer.
const CASH_RECEIPT_NOT_FOUND: &str = "CASH_RECEIPT_NOT_FOUND";
/// What a PG that refuses a second receipt says (rule V2-070).
const CASH_RECEIPT_ALREADY_ISSUED: &str = "CASH_RECEIPT_ALREADY_ISSUED";

impl V2Dialect {
    pub(super) fn encode_issue_cash_receipt(&self, issue: &IssueCashReceipt, ctx: &CallContext) -> PgRequest {
        let body = json_body(&IssueCashReceiptBody::new(issue, &self.channel_key), CASH_RECEIPT_SECRETS);
        let url = format!("{}/cash-receipts", self.base_url);
        self.request(Operation::IssueCashReceipt, Method::Post, url, Some(body), ctx)
    }

    pub(super) fn encode_cancel_cash_receipt(
        &self,
        cancel: &CancelCashReceipt,
        ctx: &CallContext,
    ) -> PgRequest {
        let url = self.payment_url(&cancel.payment_id, "/cash-receipt/cancel");
        self.request(Operation::CancelCashReceipt, Method::Post, url, None, ctx)
    }

    pub(super) fn encode_escrow_logistics(
        &self,
        register: &RegisterEscrowLogistics,
        ctx: &CallContext,
    ) -> PgRequest {
        let (operation, method) = match register.step {
            LogisticsStep::Register => (Operation::RegisterEscrowLogistics, Method::Post),
            LogisticsStep::Modify => (Operation::ModifyEscrowLogistics, Method::Patch),
        };
        let body = json_body(&EscrowLogisticsBody::from(register), &[]);
        let url = self.payment_url(&register.payment_id, "/escrow/logistics");
        self.request(operation, method, url, Some(body), ctx)
    }

    pub(super) fn encode_confirm_escrow(&self, confirm: &ConfirmEscrow, ctx: &CallContext) -> PgRequest {
        let body = json_body(&ConfirmEscrowBody { from_store: confirm.from_store }, &[]);
        let url = self.payment_url(&confirm.payment_id, "/escrow/complete");
        self.request(Operation::ConfirmEscrow, Method::Post, url, Some(body), ctx)
    }

    pub(super) fn encode_store_receipt(
        &self,
        register: &RegisterStoreReceipt,
        ctx: &CallContext,
    ) -> PgRequest {
        let body = json_body(&RegisterStoreReceiptBody::from(register), STORE_RECEIPT_SECRETS);
        let url = self.payment_url(&register.payment_id, "/register-store-receipt");
        self.request(Operation::RegisterStoreReceipt, Method::Post, url, Some(body), ctx)
    }

    /// Reads the receipt of a payment: what became of an issue or a cancel.
    pub(super) fn read_cash_receipt(&self, payment_id: &PaymentId, ctx: &CallContext) -> PgRequest {
        let url = self.payment_url(payment_id, "/cash-receipt");
        self.request(Operation::ReadCashReceipt, Method::Get, url, None, ctx)
    }
}

pub(super) fn decode_issue_cash_receipt(reply: &PgReply) -> Result<Outcome, PgError> {
    let answer: IssuedAnswer = Operation::IssueCashReceipt.read(reply)?;
    let receipt = answer.cash_receipt;
    Ok(Outcome::CashReceiptIssued(CashReceiptFacts {
        issue_number: receipt.issue_number,
        pg_receipt_id: receipt.pg_receipt_id,
        url: receipt.url,
        issued_at: None,
    }))
}

pub(super) fn decode_cancel_cash_receipt(reply: &PgReply) -> Result<Outcome, PgError> {
    let answer: CancelledAnswer = Operation::CancelCashReceipt.read(reply)?;
    Ok(Outcome::CashReceiptCancelled { total: answer.cancelled_amount, cancelled_at: answer.cancelled_at })
}

pub(super) fn decode_escrow_logistics(
    register: &RegisterEscrowLogistics,
    reply: &PgReply,
) -> Result<Outcome, PgError> {
    let operation = match register.step {
        LogisticsStep::Register => Operation::RegisterEscrowLogistics,
        LogisticsStep::Modify => Operation::ModifyEscrowLogistics,
    };
    let answer: AppliedAnswer = operation.read(reply)?;
    let applied_at = answer.applied_at.or(answer.modified_at);
    let applied_at = applied_at.ok_or_else(|| operation.unreadable(reply, "appliedAt is missing"))?;
    Ok(Outcome::EscrowLogisticsRegistered { applied_at })
}

pub(super) fn decode_confirm_escrow(reply: &PgReply) -> Result<Outcome, PgError> {
    let answer: CompletedAnswer = Operation::ConfirmEscrow.read(reply)?;
    Ok(Outcome::EscrowConfirmed { completed_at: answer.completed_at })
}

pub(super) fn decode_store_receipt(reply: &PgReply) -> Result<Outcome, PgError> {
    let answer: RegisteredAnswer = Operation::RegisterStoreReceipt.read(reply)?;
    Ok(Outcome::StoreReceiptRegistered { receipt_url: answer.receipt_url })
}

/// A receipt has no marker of ours. It is ours when it was issued since the attempt was opened, by clocks that may differ, is of
/// the amount asked for and is not the one that the payment had before; one that was there before, or is of another amount, is
/// why the PG refused ours.
pub(super) fn find_issued_receipt(
    of: &Attempt,
    total: i64,
    former_number: Option<&str>,
    reply: &PgReply,
) -> Result<Finding, PgError> {
    let Some(receipt) = read_receipt(reply)? else { return Ok(Finding::DidNotHappen) };
    let since = of.opened_at - CLOCK_SKEW;
    let is_former = former_number.is_some() && receipt.issue_number.as_deref() == former_number;
    let is_ours = !is_former
        && receipt.amount.is_none_or(|amount| amount == total)
        && receipt.issued_at.is_none_or(|issued_at| issued_at >= since);
    match receipt.status {
        // Issued and cancelled since: nobody else could have cancelled what was not issued.
        ReceiptStatus::Issued | ReceiptStatus::Cancelled if is_ours => {
            let facts = facts(receipt).map_err(|what| Operation::ReadCashReceipt.unreadable(reply, what))?;
            Ok(Finding::Happened(Box::new(Outcome::CashReceiptIssued(facts))))
        }
        ReceiptStatus::Issued => Ok(Finding::Declined(Decline {
            code: CASH_RECEIPT_ALREADY_ISSUED.to_owned(),
            message: "the payment has another cash receipt".to_owned(),
        })),
        ReceiptStatus::IssueFailed if receipt.status_updated_at.is_some_and(|at| at >= since) => {
            Ok(Finding::Declined(Decline {
                code: "ISSUE_FAILED".to_owned(),
                message: "the cash receipt was not issued".to_owned(),
            }))
        }
        // What is shown came to its end before ours was asked for.
        ReceiptStatus::Cancelled | ReceiptStatus::IssueFailed => Ok(Finding::DidNotHappen),
        ReceiptStatus::Unknown => Err(unknown_status(reply)),
    }
}

pub(super) fn find_cancelled_receipt(reply: &PgReply) -> Result<Finding, PgError> {
    let Some(receipt) = read_receipt(reply)? else { return Ok(Finding::DidNotHappen) };
    match (receipt.status, receipt.cancelled_at) {
        (ReceiptStatus::Cancelled, Some(cancelled_at)) => {
            let outcome = Outcome::CashReceiptCancelled { total: receipt.amount, cancelled_at };
            Ok(Finding::Happened(Box::new(outcome)))
        }
        (ReceiptStatus::Cancelled, None) => {
            Err(Operation::ReadCashReceipt.unreadable(reply, "cancelledAt is missing"))
        }
        (ReceiptStatus::Issued | ReceiptStatus::IssueFailed, _) => Ok(Finding::DidNotHappen),
        (ReceiptStatus::Unknown, _) => Err(unknown_status(reply)),
    }
}

/// The PG took note of a delivery where the payment's escrow shows that very parcel, whatever has become of it since.
pub(super) fn find_logistics(
    company: LogisticsCompany,
    invoice_number: &str,
    reply: &PgReply,
    now: DateTime<Utc>,
) -> Result<Finding, PgError> {
    let Some(escrow) = read_escrow(reply)? else { return Ok(Finding::DidNotHappen) };
    let shows_ours = escrow.company.as_deref() == Some(company.code())
        && escrow.invoice_number.as_deref() == Some(invoice_number);
    if escrow.status == EscrowState::Unknown {
        return Err(Operation::ReadPayment.unreadable(reply, "unknown status of the escrow"));
    }
    Ok(if shows_ours {
        let applied_at = escrow.applied_at.unwrap_or(now);
        Finding::Happened(Box::new(Outcome::EscrowLogisticsRegistered { applied_at }))
    } else {
        Finding::DidNotHappen
    })
}

/// A state of an escrow carries no time of its own, so a confirmation that is found counts from now.
pub(super) fn find_confirmed_escrow(reply: &PgReply, now: DateTime<Utc>) -> Result<Finding, PgError> {
    let Some(escrow) = read_escrow(reply)? else { return Ok(Finding::DidNotHappen) };
    match escrow.status {
        EscrowState::Confirmed => {
            Ok(Finding::Happened(Box::new(Outcome::EscrowConfirmed { completed_at: now })))
        }
        EscrowState::Unconfirmed => Ok(Finding::DidNotHappen),
        EscrowState::Unknown => Err(Operation::ReadPayment.unreadable(reply, "unknown status of the escrow")),
    }
}

/// No read tells whether sub-shops were named; that the payment can be read tells at least that the upstream is there.
/// Naming them moves no money and may be asked for again, so that it counts as not done.
pub(super) fn find_store_receipt(reply: &PgReply) -> Result<Finding, PgError> {
    read_escrow(reply).map(|_| Finding::DidNotHappen)
}

fn read_receipt(reply: &PgReply) -> Result<Option<CashReceipt>, PgError> {
    let operation = Operation::ReadCashReceipt;
    if operation.documented_error(reply, CASH_RECEIPT_NOT_FOUND) {
        return Ok(None);
    }
    operation.read(reply).map(Some)
}

fn read_escrow(reply: &PgReply) -> Result<Option<reply::Escrow>, PgError> {
    let payment: PaymentWithEscrow = Operation::ReadPayment.read(reply)?;
    Ok(payment.escrow)
}

fn facts(receipt: CashReceipt) -> Result<CashReceiptFacts, &'static str> {
    Ok(CashReceiptFacts {
        issue_number: receipt.issue_number.ok_or("issueNumber is missing")?,
        pg_receipt_id: receipt.pg_receipt_id,
        url: receipt.url,
        issued_at: receipt.issued_at,
    })
}

fn unknown_status(reply: &PgReply) -> PgError {
    Operation::ReadCashReceipt.unreadable(reply, "unknown status of the cash receipt")
}
