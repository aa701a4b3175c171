//! Where a payment stands (design: inquiry). V1 tells a cancel once it is done, and nothing of receipts and escrow here.

use portone_core::{CancelStanding, CancelStatus, Currency, Finding, Outcome, Standing, StandingState};

use super::{
    account::account_facts,
    decode::{failure, paid_facts},
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
