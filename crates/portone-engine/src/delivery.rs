//! Deliveries that a PG is told of as evidence: Paymentwall pays goods out only then (rule PW-021). Nothing reads one back
//! (rule PW-026), so that a lost answer stays open until somebody settles it by hand.

use std::collections::BTreeSet;

use portone_core::{
    Command, CommandKind, ConfirmDelivery, Delivery, Outcome, PgProvider, ProductType, Protocol, StoreId,
    TransactionId,
};

use crate::cancel::RETRY_COUNT_MAX;
use crate::capture::{About, surprised};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::escrow::held;
use crate::ledger::{DeliveryTold, Face, ImpUid, OpenAttempt, OpenSubject, PaymentStatus, Transaction};
use crate::list::{PaymentFilter, PaymentQuery, TimeField, Window};
use crate::request::ConfirmDeliveryRequest;
use crate::transition;

/// How many payments one look at the ledger takes while those that owe a delivery are gathered.
const PAGE_COUNT: usize = 1000;

impl Engine {
    /// The payments of a store, created in `window`, whose PG was told of no delivery yet and withholds the money until it is
    /// (rule PW-021): goods, and at a V2 upstream whatever was sold, since V2 wants a proof for each. The oldest first, up to
    /// `count_max`; a payment of which all was returned owes nothing.
    pub async fn owed_deliveries(
        &self,
        store: &StoreId,
        window: Window,
        count_max: usize,
    ) -> Result<Vec<Transaction>, EngineError> {
        let providers: Vec<PgProvider> = self.delivering_providers(store).into_iter().collect();
        let mut owed = Vec::new();
        if providers.is_empty() {
            return Ok(owed);
        }
        for page in 0.. {
            let found = self
                .list_payments(PaymentQuery {
                    store_id: store.clone(),
                    time: TimeField::Created,
                    window,
                    sort: TimeField::Created,
                    descending: false,
                    statuses: Some(vec![PaymentStatus::Paid, PaymentStatus::PartialCancelled]),
                    filter: PaymentFilter { providers: Some(providers.clone()), ..PaymentFilter::default() },
                    offset: page * PAGE_COUNT,
                    count_max: PAGE_COUNT,
                })
                .await?;
            let is_last = found.items.len() < PAGE_COUNT;
            owed.extend(found.items.into_iter().filter(|transaction| self.owes_delivery(transaction)));
            if is_last || owed.len() >= count_max {
                break;
            }
        }
        owed.truncate(count_max);
        Ok(owed)
    }

    /// The providers of the store's channels, deleted ones too, that are told of deliveries.
    fn delivering_providers(&self, store: &StoreId) -> BTreeSet<PgProvider> {
        let directory = self.directory();
        let of_store = directory.every_channel().filter(|channel| channel.store_id == *store);
        let delivers = |key| {
            let adapter = directory.entry(key).and_then(|entry| entry.adapter.as_ref().ok());
            adapter.is_some_and(|adapter| adapter.profile().supports(CommandKind::ConfirmDelivery, None))
        };
        of_store.filter(|channel| delivers(&channel.key)).map(|channel| channel.provider.clone()).collect()
    }

    fn owes_delivery(&self, transaction: &Transaction) -> bool {
        let directory = self.directory();
        let entry = directory.entry(&transaction.channel.key);
        let protocol = entry.and_then(|entry| self.protocol(&entry.channel.upstream));
        transaction.delivery.is_none()
            && (transaction.order.product_type == Some(ProductType::Physical)
                || protocol == Some(Protocol::PortOneV2))
    }

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
