//! Where a payment stands (design: inquiry): read from the payment as it is now, and where another attempt hides ours, from
//! the list of its attempts. The list tells of no cancel that is only requested, so it comes second.

use portone_core::{
    Attempt, CallContext, CancelStanding, CancelStatus, CashReceiptFacts, Escrow, EscrowDelivery,
    EscrowStatus, Finding, Leg, Method, Outcome, PaymentId, PgError, PgReply, PgRequest, Progress,
    ReceiptPurpose, ReceiptStanding, Standing, StandingState,
};

use super::{
    V2Dialect,
    decode::{paid_facts, virtual_account_facts},
    encode::FIRST_LEG,
    inquire::{failure, found},
    operation::{Operation, PAYMENT_NOT_FOUND},
    reply::{
        Cancellation, CancellationStatus, Payment, PaymentCashReceipt, PaymentEscrow, PaymentMethod,
        PaymentStatus, Transactions,
    },
};

const LIST_LEG: Leg = Leg(1);

impl V2Dialect {
    /// The request that reads a payment as it is now.
    pub(super) fn encode_standing(&self, payment_id: &PaymentId, ctx: &CallContext) -> PgRequest {
        self.request(Operation::ReadPayment, Method::Get, self.payment_url(payment_id, ""), None, ctx)
    }

    pub(super) fn find_standing(
        &self,
        of: &Attempt,
        payment_id: &PaymentId,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let operation = if leg == FIRST_LEG { Operation::ReadPayment } else { Operation::ListTransactions };
        if operation.documented_error(reply, PAYMENT_NOT_FOUND) {
            return Ok(found(Finding::DidNotHappen));
        }
        let is_ours = |payment: &Payment| payment.is_marked(&of.id);
        let own = if leg == FIRST_LEG {
            Some(operation.read::<Payment>(reply)?).filter(is_ours)
        } else {
            operation.read::<Transactions>(reply)?.items.into_iter().find(is_ours)
        };
        match own {
            Some(own) => {
                let standing = standing(own).map_err(|what| operation.unreadable(reply, what))?;
                Ok(found(Finding::Happened(Box::new(Outcome::Standing(Box::new(standing))))))
            }
            None if leg == FIRST_LEG => {
                let url = self.payment_url(payment_id, "/transactions");
                let request = self.request(Operation::ListTransactions, Method::Get, url, None, ctx);
                Ok(Progress::Send { request: Box::new(request), leg: LIST_LEG })
            }
            None => Ok(found(Finding::DidNotHappen)),
        }
    }
}

fn standing(mut payment: Payment) -> Result<Standing, &'static str> {
    let cancels = payment.cancellations.take().unwrap_or_default();
    let cash_receipt = payment.cash_receipt.take().and_then(receipt_standing);
    let escrow = payment.escrow.take().and_then(escrow_standing);
    let state = match payment.status {
        PaymentStatus::Ready | PaymentStatus::PayPending => StandingState::Open,
        PaymentStatus::Failed => StandingState::Failed(failure(payment)),
        PaymentStatus::VirtualAccountIssued => match payment.method.take() {
            Some(PaymentMethod::VirtualAccount(method)) => {
                StandingState::WaitsForDeposit(virtual_account_facts(payment, method)?)
            }
            _ => return Err("method is no virtual account"),
        },
        // Nothing was paid, so nothing went back: the account was closed.
        PaymentStatus::Cancelled if payment.paid_at.is_none() && cancels.is_empty() => {
            let closed_at = payment.cancelled_at.or(payment.status_changed_at);
            StandingState::Closed { closed_at: closed_at.ok_or("cancelledAt is missing")? }
        }
        PaymentStatus::Paid | PaymentStatus::PartialCancelled | PaymentStatus::Cancelled => {
            // A cancelled payment need not tell when it was paid.
            payment.paid_at = payment.paid_at.or(payment.status_changed_at);
            StandingState::Paid(paid_facts(payment)?)
        }
        PaymentStatus::Unknown => return Err("unknown status of the payment"),
    };
    let cancels = cancels.into_iter().filter_map(cancel_standing).collect();
    Ok(Standing { state, cancels, cash_receipt, escrow })
}

/// A receipt whose status is none we know, or which lacks its number, tells nothing yet.
fn receipt_standing(told: PaymentCashReceipt) -> Option<ReceiptStanding> {
    let cancelled_at = match told.status.as_deref() {
        Some("ISSUED") => None,
        Some("CANCELLED") => Some(told.cancelled_at?),
        _ => return None,
    };
    let kind = told.kind;
    Some(ReceiptStanding {
        facts: CashReceiptFacts {
            issue_number: told.issue_number?,
            pg_receipt_id: told.pg_receipt_id,
            url: told.url,
            issued_at: told.issued_at,
        },
        purpose: ReceiptPurpose::ALL.into_iter().find(|purpose| kind.as_deref() == Some(purpose.code())),
        total: told.total_amount?,
        cancelled_at,
    })
}

/// An escrow whose status is none we know tells nothing yet.
fn escrow_standing(told: PaymentEscrow) -> Option<Escrow> {
    let delivery = told.company.zip(told.invoice_number).map(|(company, invoice_number)| EscrowDelivery {
        company,
        invoice_number,
        sent_at: told.sent_at,
        applied_at: told.applied_at,
    });
    Some(Escrow {
        status: EscrowStatus::from_code(&told.status?)?,
        delivery,
        is_automatically_confirmed: told.is_automatically_confirmed.unwrap_or(false),
    })
}

/// A cancel whose status is none we know tells nothing yet.
fn cancel_standing(cancellation: Cancellation) -> Option<CancelStanding> {
    let status = match cancellation.status {
        CancellationStatus::Succeeded => CancelStatus::Succeeded,
        CancellationStatus::Requested => CancelStatus::Requested,
        CancellationStatus::Failed => CancelStatus::Failed,
        CancellationStatus::Unknown => return None,
    };
    Some(CancelStanding {
        status,
        upstream_id: cancellation.id,
        pg_cancellation_id: cancellation.pg_cancellation_id,
        total: cancellation.total_amount,
        cancelled_at: cancellation.cancelled_at,
    })
}
