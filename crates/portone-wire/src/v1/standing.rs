//! Where a payment stands (design: inquiry). V1 tells a cancel once it is done, and nothing of receipts and escrow here.

use portone_core::{
    AttemptId, CancelStanding, CancelStatus, Currency, Finding, IssuedKeyFacts, Outcome, PgBillingKey,
    Standing, StandingState,
};

use super::{
    account::account_facts,
    decode::{failure, paid_facts},
    inquire::payment_finding,
    reply::{Payment, Status},
};

pub(super) fn standing_finding(payment: Payment) -> Result<Finding, &'static str> {
    let currency = payment.currency().ok_or("the currency is no currency")?;
    let cancels = cancels(&payment, currency);
    let state = state(payment, currency)?;
    let standing = Standing { state, cancels, cash_receipt: None, escrow: None };
    Ok(Finding::Happened(Box::new(Outcome::Standing(Box::new(standing)))))
}

fn state(payment: Payment, currency: Currency) -> Result<StandingState, &'static str> {
    Ok(match payment.status {
        Status::Ready if payment.is_account() => StandingState::WaitsForDeposit(account_facts(payment)?),
        Status::Ready => StandingState::Open,
        Status::Failed => StandingState::Failed(failure(payment)),
        // Nothing was paid, so nothing went back: the account was closed (rule V1-026).
        Status::Cancelled if payment.paid_at().is_none() => {
            StandingState::Closed { closed_at: payment.cancelled_at().ok_or("cancelled_at is missing")? }
        }
        Status::Paid | Status::Cancelled => StandingState::Paid(paid_facts(payment, currency)?),
        Status::Unknown => return Err("unknown status of the payment"),
    })
}

fn cancels(payment: &Payment, currency: Currency) -> Vec<CancelStanding> {
    let entries = payment.cancel_history().iter();
    let told = entries.filter_map(|entry| {
        Some(CancelStanding {
            status: CancelStatus::Succeeded,
            upstream_id: entry.cancellation_id.clone(),
            pg_cancellation_id: entry.pg_tid.clone(),
            total: entry.minor_amount(currency)?,
            cancelled_at: entry.cancelled_at(),
        })
    });
    told.collect()
}

/// What a payer did in a window. One that is `ready` waits for its payer, unless it has an account to pay into.
pub(super) fn window_finding(payment: Payment, currency: Currency) -> Result<Finding, &'static str> {
    if payment.status == Status::Ready && !payment.is_account() {
        return Ok(Finding::DidNotHappen);
    }
    // What was taken is told as it is, but in another currency, or broken, it is for somebody to look at.
    payment.total(currency)?;
    payment_finding(payment, currency)
}

/// What became of a window that issues a key and takes its first payment: the key is stored under the marker, which the
/// window was opened with (rules PW-017, PW-018).
pub(super) fn issued_and_paid(
    payment: Payment,
    marker: &AttemptId,
    currency: Currency,
) -> Result<Finding, &'static str> {
    match payment.status {
        Status::Ready => Ok(Finding::DidNotHappen),
        Status::Paid | Status::Cancelled => {
            let paid = paid_facts(payment, currency)?;
            let pg_billing_key = PgBillingKey::parse(marker.as_str()).map_err(|_| "the marker is no key")?;
            let key = IssuedKeyFacts {
                pg_billing_key,
                issued_at: paid.paid_at,
                card: paid.card.clone().map(Box::new),
            };
            Ok(Finding::Happened(Box::new(Outcome::IssuedAndPaid { key, paid })))
        }
        Status::Failed | Status::Unknown => payment_finding(payment, currency),
    }
}
