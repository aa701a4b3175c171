//! What became of a window, and where a payment stands now: the states that wait for a payer.

use portone_core::{
    AttemptId, CancelStanding, CancelStatus, Currency, Finding, IssuedKeyFacts, Outcome, PgBillingKey,
    PgTxId, Standing, StandingState, VirtualAccountFacts,
};

use super::{
    V1Dialect, bank_of_code,
    decode::{failure, paid_facts},
    inquire::payment_finding,
    reply::{Payment, Status},
};

impl V1Dialect {
    /// What a payer did in a window. One that is `ready` waits for its payer, unless it has an account to pay into.
    pub(super) fn window_finding(
        &self,
        payment: Payment,
        currency: Currency,
    ) -> Result<Finding, &'static str> {
        if payment.status != Status::Ready {
            return payment_finding(payment, currency);
        }
        // The account is for what was asked for: another currency or a broken amount is for somebody to look at.
        payment.total(currency)?;
        Ok(match self.account(&payment)? {
            Some(facts) => Finding::Happened(Box::new(Outcome::VirtualAccountIssued(facts))),
            None => Finding::DidNotHappen,
        })
    }

    /// Where a payment stands. Its currency is its own: the record of ours is compared by whoever asks.
    pub(super) fn standing(&self, payment: Payment) -> Result<Standing, &'static str> {
        let currency = Currency::parse(&payment.currency).map_err(|_| "the currency is none")?;
        let cancels = cancels(&payment, currency);
        let state = match payment.status {
            Status::Ready => {
                self.account(&payment)?.map_or(StandingState::Open, StandingState::WaitsForDeposit)
            }
            Status::Failed => StandingState::Failed(failure(payment)),
            Status::Paid | Status::Cancelled => StandingState::Paid(paid_facts(payment, currency)?),
            Status::Unknown => return Err("unknown status of the payment"),
        };
        Ok(Standing { state, cancels, cash_receipt: None, escrow: None })
    }

    fn account(&self, payment: &Payment) -> Result<Option<VirtualAccountFacts>, &'static str> {
        let Some(number) = payment.vbank_num.as_deref().filter(|number| !number.is_empty()) else {
            return Ok(None);
        };
        let (issued_at, expired_at) = payment.account_times();
        let pg_tid =
            payment.pg_tid.as_deref().filter(|number| !number.is_empty()).unwrap_or(&payment.imp_uid);
        Ok(Some(VirtualAccountFacts {
            pg_tx_id: PgTxId::parse(pg_tid).map_err(|_| "pg_tid is too long")?,
            issued_at: issued_at.ok_or("started_at is missing")?,
            account_number: number.to_owned(),
            bank: payment.vbank_code.as_deref().and_then(|code| bank_of_code(self.pg_code(), code)),
            account_type: None,
            remittee_name: payment.vbank_holder.clone(),
            expired_at,
        }))
    }
}

/// A window that issued a key and took its first payment: the key is stored under the marker, which the window was opened
/// with (rules PW-017, PW-018).
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
            let key = IssuedKeyFacts { pg_billing_key, issued_at: paid.paid_at };
            Ok(Finding::Happened(Box::new(Outcome::IssuedAndPaid { key, paid })))
        }
        Status::Failed | Status::Unknown => payment_finding(payment, currency),
    }
}

fn cancels(payment: &Payment, currency: Currency) -> Vec<CancelStanding> {
    let told = payment.cancels().iter().filter_map(|entry| {
        Some(CancelStanding {
            status: CancelStatus::Succeeded,
            upstream_id: entry.cancellation_id.clone(),
            pg_cancellation_id: entry.pg_tid.clone(),
            total: entry.minor(currency)?,
            cancelled_at: Some(entry.done_at()?),
        })
    });
    told.collect()
}
