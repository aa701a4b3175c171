//! Settling an open attempt by hand: what no inquiry can tell, and what an upstream can tell no more.

use portone_core::{AttemptId, Outcome};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{Failure, HandSettlement, OpenAttempt, OpenSubject};

/// What somebody says of an open attempt.
#[derive(Debug, Clone)]
pub struct SettleByHand {
    /// The attempt.
    pub attempt: AttemptId,
    /// Whether it happened.
    pub happened: bool,
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Whether it is settled although an inquiry may still tell.
    pub force: bool,
}

impl Engine {
    /// Settles an attempt as somebody says. Never while the upstream may still be working on it; of what an inquiry tells,
    /// only with `force`; and not as happened where the record needs facts that only the upstream knows.
    pub async fn settle_by_hand(&self, said: SettleByHand) -> Result<HandSettlement, EngineError> {
        let id = &said.attempt;
        let gone =
            || EngineError::NotFound(format!("there is no open attempt `{id}`; it may be settled already"));
        let open = self.store.open_attempt(id).await?.ok_or_else(gone)?;
        self.check_by_hand(&open, said.force)?;
        let outcome = if said.happened { Some(self.assumed(&open)?) } else { None };
        let record = self.record_of(&open, said);
        if !self.store.keep_settlement(record.clone()).await? {
            return Err(EngineError::NotFound(format!("attempt `{}` was settled just now", open.id)));
        }
        tracing::warn!(
            attempt = %open.id, command = open.command.name(), happened = record.happened, by = record.by,
            reason = record.reason, "settled by hand"
        );
        if let Some(outcome) = outcome {
            self.settle_happened(&open, outcome).await?;
        } else {
            let reason = format!("settled by hand as not happened: {}", record.reason);
            let failure = Failure { reason, pg_code: None, pg_message: None };
            self.settle_absent(&open, failure, record.settled_at).await?;
        }
        Ok(record)
    }

    fn check_by_hand(&self, open: &OpenAttempt, force: bool) -> Result<(), EngineError> {
        if self.now() < open.lease_until {
            let text = format!(
                "the upstream may still be working on it until {}; wait for that, with force too",
                open.lease_until.to_rfc3339()
            );
            return Err(EngineError::Conflict(text));
        }
        if open.subject.is_inquired() && !force {
            let text = "an inquiry settles it as soon as the upstream tells; repeat with force=true if it never will";
            return Err(EngineError::Conflict(text.to_owned()));
        }
        Ok(())
    }

    /// The outcome that is written where somebody says that it happened. Moments nobody told are that of the settling.
    fn assumed(&self, open: &OpenAttempt) -> Result<Outcome, EngineError> {
        let now = self.now();
        let unknown = match &open.subject {
            OpenSubject::ConfirmDelivery { .. } => return Ok(Outcome::DeliveryConfirmed),
            OpenSubject::RegisterStoreReceipt { .. } => {
                return Ok(Outcome::StoreReceiptRegistered { receipt_url: None });
            }
            OpenSubject::Capture { .. } => return Ok(Outcome::Captured),
            OpenSubject::StopCancel { .. } => return Ok(Outcome::CancelStopped { stopped_at: now }),
            OpenSubject::CloseVirtualAccount { .. } => {
                return Ok(Outcome::VirtualAccountClosed { closed_at: now });
            }
            OpenSubject::DeleteBillingKey { .. } => {
                return Ok(Outcome::BillingKeyDeleted { deleted_at: now });
            }
            OpenSubject::RegisterEscrowLogistics { .. } => {
                return Ok(Outcome::EscrowLogisticsRegistered { applied_at: now });
            }
            OpenSubject::ConfirmEscrow { .. } => return Ok(Outcome::EscrowConfirmed { completed_at: now }),
            OpenSubject::CancelCashReceipt { .. } => {
                return Ok(Outcome::CashReceiptCancelled { total: None, cancelled_at: now });
            }
            OpenSubject::Pay { .. } | OpenSubject::Window { .. } | OpenSubject::Confirm { .. } => {
                "the PG's transaction number and when it was paid"
            }
            OpenSubject::IssueAndPayWindow { .. } | OpenSubject::ConfirmIssueAndPay { .. } => {
                "the PG's billing key, and its transaction number"
            }
            OpenSubject::Cancel { .. } => {
                "whether the money has gone back or is to, and the PG's number of the cancel"
            }
            OpenSubject::AskWallet { .. } => "how much of the money the wallet gave back",
            OpenSubject::IssueBillingKey { .. }
            | OpenSubject::KeyWindow { .. }
            | OpenSubject::ConfirmKey { .. } => "the PG's billing key",
            OpenSubject::IssueCashReceipt { .. } => "the tax office's number of the receipt",
        };
        let text = format!("only the upstream knows {unknown}: an inquiry has to tell that it happened");
        Err(EngineError::Conflict(text))
    }

    fn record_of(&self, open: &OpenAttempt, said: SettleByHand) -> HandSettlement {
        HandSettlement {
            attempt: open.id.clone(),
            store_id: open.store_id.clone(),
            command: open.command,
            channel: open.channel.clone(),
            payment_id: open.subject.payment_id().cloned(),
            billing_key: open.subject.billing_key().cloned(),
            opened_at: open.opened_at,
            happened: said.happened,
            by: said.by,
            reason: said.reason,
            forced: said.force,
            settled_at: self.now(),
        }
    }
}
