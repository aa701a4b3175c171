//! Another window of a payment, whose buyer left the one before.

use portone_core::ChannelKey;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{Failure, OpenSubject, PaymentStatus, Transaction};
use crate::window::marker;

impl Engine {
    /// Ends the window that a payment has open, where the upstream knows nothing final of it: its buyer left it, and asks
    /// again (a payment id that is not paid may be tried again, rule SR-034). Only for a window at the same upstream, which
    /// takes one payment under an id; elsewhere both could be paid.
    pub(crate) async fn make_room(&self, new: &Transaction) -> Result<bool, EngineError> {
        let transaction = self.payment(&new.store_id, &new.order.payment_id).await?;
        let is_same = self.is_one_upstream(&transaction.channel.key, &new.channel.key);
        if transaction.status != PaymentStatus::Ready || !is_same {
            return Ok(false);
        }
        let open = self.window_attempt(&transaction);
        match self.try_settle(&open).await {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(attempt = %open.id, %error, "an open window cannot be asked about, and stays");
                return Ok(false);
            }
        }
        let transaction = self.payment(&new.store_id, &new.order.payment_id).await?;
        if transaction.status != PaymentStatus::Ready || marker(&transaction) != open.id {
            return Ok(false);
        }
        self.fail_window(&open, transaction, replaced()).await?;
        Ok(true)
    }

    /// Ends the window that a payment has open, where the upstream tells that another attempt was paid: it takes one payment under
    /// an id, so that nobody can pay in this one any more.
    pub(crate) async fn make_way(&self, paid: &Transaction) -> Result<(), EngineError> {
        let open = self.store.open_attempt_on(&paid.store_id, &paid.order.payment_id).await?;
        let Some(open) = open.filter(|open| self.is_one_upstream(&open.channel, &paid.channel.key)) else {
            return Ok(());
        };
        let (OpenSubject::Window { transaction_id, .. }
        | OpenSubject::IssueAndPayWindow { transaction_id, .. }) = &open.subject
        else {
            return Ok(());
        };
        let Some(transaction) = self.store.transaction(transaction_id).await? else { return Ok(()) };
        self.fail_window(&open, transaction, paid_before()).await
    }

    fn is_one_upstream(&self, one: &ChannelKey, other: &ChannelKey) -> bool {
        self.upstream_name_of(one) == self.upstream_name_of(other)
    }
}

/// Why a window failed whose payment was paid in one before.
fn paid_before() -> Failure {
    let reason = "the payment was paid in a window that was opened before".to_owned();
    Failure { reason, pg_code: None, pg_message: None }
}

/// Why a window failed that made room for another.
fn replaced() -> Failure {
    let reason = "another window of the payment was opened in its place".to_owned();
    Failure { reason, pg_code: None, pg_message: None }
}
