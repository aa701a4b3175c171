//! Facts that a rule needs and no answer has told yet: what card pays. On its test channels a PG may refuse some cards, and some
//! cancels of some cards (rules SMARTRO-124, SMARTRO-125). An answer to a payment, or to an issue, tells neither issuer nor type,
//! so that the upstream is asked before the rule is. A read that fails leaves it to the PG.

use portone_core::{
    AttemptId, AttemptSubject, CardFacts, Environment, Finding, Outcome, PayMethod, PgBillingKey,
};

use crate::call::attempt;
use crate::directory::ChannelEntry;
use crate::engine::{Engine, made};
use crate::ledger::{BillingKeyRecord, KeyChannelState, Transaction};
use crate::transition;

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

    /// The key with its card's issuer, where a rule of one of its channels asks for it and it is not known.
    pub(crate) async fn learn_card_of_key(&self, record: &mut BillingKeyRecord) {
        if record.method != PayMethod::Card || record.card.issuer.is_some() {
            return;
        }
        let directory = self.directory();
        let issued = record.channels.iter().find_map(|part| {
            let KeyChannelState::Issued(key) = &part.state else { return None };
            let entry = directory.entry(&part.channel.key).filter(|entry| judges_cards(entry))?;
            Some((entry, key.clone()))
        });
        let Some((entry, key)) = issued else { return };
        if let Some(told) = self.card_of_key(entry, record, key).await {
            record.card = transition::merged_card(told, record.card.clone());
        } else {
            tracing::warn!(channel = %entry.channel.key, "cannot ask what card a billing key is of");
        }
    }

    async fn card_of_key(
        &self,
        entry: &ChannelEntry,
        record: &BillingKeyRecord,
        pg_billing_key: PgBillingKey,
    ) -> Option<CardFacts> {
        let id: AttemptId = made(AttemptId::parse(record.key.as_str()));
        let subject = AttemptSubject::BillingKey { pg_billing_key };
        let found = self.inquire(entry.adapter().ok()?, attempt(&id, record.requested_at, subject)).await;
        match found.ok()? {
            Finding::Happened(outcome) => match *outcome {
                Outcome::BillingKeyIssued(facts) => facts.card.map(|card| *card),
                _ => None,
            },
            Finding::Declined(_) | Finding::DidNotHappen | Finding::NotYet => None,
        }
    }
}

fn judges_cards(entry: &ChannelEntry) -> bool {
    entry.channel.environment == Environment::Test
        && entry.adapter.as_ref().is_ok_and(|adapter| adapter.profile().judges_test_cards)
}
