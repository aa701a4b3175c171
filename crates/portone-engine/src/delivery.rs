//! Deliveries that a PG is told of as evidence: Paymentwall pays goods out only then (rule PW-021). Nothing reads one back
//! (rule PW-026), so that a lost answer stays open until somebody settles it by hand.

use portone_core::{Command, ConfirmDelivery, Delivery, Outcome, StoreId, TransactionId};

use crate::cancel::RETRY_COUNT_MAX;
use crate::capture::{About, surprised};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::escrow::held;
use crate::ledger::{DeliveryTold, Face, ImpUid, OpenAttempt, OpenSubject, Transaction};
use crate::request::ConfirmDeliveryRequest;
use crate::transition;

impl Engine {
    /// Tells the PG how far a delivery is. The payment stays free for other calls meanwhile; a second delivery of it waits
    /// until the first is answered, or its lease is over, so that the PG hears them in order.
    pub async fn confirm_delivery(&self, request: ConfirmDeliveryRequest) -> Result<(), EngineError> {
        let ConfirmDeliveryRequest { stores, transaction_id, delivery } = request;
        for _ in 0..RETRY_COUNT_MAX {
            let transaction = self.delivered_transaction(&stores, &transaction_id).await?;
            let told = DeliveryTold { kind: delivery.kind, status: delivery.status, told_at: self.now() };
            let command = confirm(&transaction, delivery.clone());
            let about = About {
                command: &command,
                open: OpenSubject::ConfirmDelivery {
                    payment_id: transaction.order.payment_id.clone(),
                    transaction_id: transaction.id.clone(),
                    told,
                },
                inquired: None,
            };
            let asked = self.ask_about(&transaction, about).await.map_err(unknown_delivery)?;
            let Some((open, answer)) = asked else { continue };
            let settled = match self.done(&open, answer).await {
                Ok(Outcome::DeliveryConfirmed) => self.settle_delivery(&open, transaction, told).await,
                Ok(other) => Err(surprised(&open.id, &other)),
                Err(error) => Err(error),
            };
            return settled.map_err(unknown_delivery);
        }
        Err(EngineError::Conflict("the payment is changing; send the delivery again".to_owned()))
    }

    /// A transaction of one of these stores, of which money is still held.
    async fn delivered_transaction(
        &self,
        stores: &[StoreId],
        id: &TransactionId,
    ) -> Result<Transaction, EngineError> {
        let found = self.store.transaction(id).await?;
        let mut found = found.filter(|transaction| stores.contains(&transaction.store_id));
        // One made through V1 is shown by its `imp_uid` (rule V1-103).
        if let (None, Ok(imp_uid)) = (&found, id.as_str().parse::<ImpUid>()) {
            for store in stores {
                let named = self.store.transaction_by_imp_uid(store, imp_uid).await?;
                found = found.or(named.filter(|transaction| transaction.face == Face::V1));
            }
        }
        held(found.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))?)
    }

    /// Writes that the PG took note of a delivery.
    pub(crate) async fn settle_delivery(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        told: DeliveryTold,
    ) -> Result<(), EngineError> {
        self.settle_on(open, transaction, |transaction, now| {
            transition::delivery_told(transaction, told, now)
        })
        .await
    }
}

/// What is unknown of a delivery is neither inquired nor announced.
fn unknown_delivery(error: EngineError) -> EngineError {
    match error {
        EngineError::UnknownOutcome => EngineError::UnknownDelivery,
        other => other,
    }
}

fn confirm(transaction: &Transaction, delivery: Delivery) -> Command {
    Command::ConfirmDelivery(ConfirmDelivery {
        payment_id: transaction.order.payment_id.clone(),
        delivery,
        method: transaction.method,
    })
}
