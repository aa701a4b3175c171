//! A fact that a rule needs and no answer has told yet: the type of the card that paid. On its test channels Smartro refuses to
//! cancel a part of what a debit card paid (rule SMARTRO-124). An answer to a payment tells no type, so that the upstream is asked
//! before the rule is. A read that fails leaves it to the PG.

use portone_core::{Environment, PayMethod};

use crate::directory::ChannelEntry;
use crate::engine::Engine;
use crate::ledger::Transaction;

impl Engine {
    /// The transaction with its card's type, where a rule of its channel asks for it and it is not known.
    pub(crate) async fn learn_card(&self, transaction: Transaction) -> Transaction {
        let is_known = transaction.card.as_ref().is_some_and(|card| card.card_type.is_some());
        let directory = self.directory();
        let entry = directory.entry(&transaction.channel.key).filter(|entry| judges_cards(entry));
        if is_known || transaction.method != PayMethod::Card || entry.is_none() {
            return transaction;
        }
        let (store_id, payment_id) = (transaction.store_id.clone(), transaction.order.payment_id.clone());
        if let Err(error) = self.try_verify(transaction.clone()).await {
            tracing::warn!(payment = %payment_id, %error, "cannot ask what card paid");
        }
        self.payment(&store_id, &payment_id).await.unwrap_or(transaction)
    }
}

fn judges_cards(entry: &ChannelEntry) -> bool {
    entry.channel.environment == Environment::Test
        && entry.adapter.as_ref().is_ok_and(|adapter| adapter.profile().judges_test_cards)
}
