//! Facts that a rule needs and no answer has told: what card it is. On its test channels Smartro refuses to cancel a part of what
//! a debit card paid (rule SMARTRO-124), and payments with some issuers' cards (SMARTRO-125). An answer to a payment tells no type,
//! so that the upstream is asked before such a cancel; an answer to an issue tells no issuer, so that it is asked once, as soon as
//! the key is there. A read that fails leaves it to the PG.

use portone_core::{AttemptSubject, CardFacts, Environment, Finding, IssuedKeyFacts, Outcome, PayMethod};

use crate::call::attempt;
use crate::directory::ChannelEntry;
use crate::engine::Engine;
use crate::ledger::{OpenAttempt, Transaction};

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

    /// A key that was just issued, with its card's issuer where a rule of its channel asks for it. The attempt is open until the
    /// key is settled: whoever settles it instead of us inquires, and is told the card too.
    pub(crate) async fn learn_card_of_key(
        &self,
        open: &OpenAttempt,
        mut facts: IssuedKeyFacts,
    ) -> IssuedKeyFacts {
        let directory = self.directory();
        let entry = directory.entry(&open.channel).filter(|entry| judges_cards(entry));
        let is_known = facts.card.as_ref().is_some_and(|card| card.issuer.is_some());
        if let Some(entry) = entry.filter(|_| !is_known) {
            let told = self.card_of_key(entry, open, &facts).await;
            if told.is_none() {
                tracing::warn!(channel = %open.channel, "cannot ask what card a billing key is of");
            }
            let known = facts.card.map_or_else(CardFacts::default, |card| *card);
            facts.card = Some(Box::new(told.unwrap_or_default().or(known)));
        }
        facts
    }

    async fn card_of_key(
        &self,
        entry: &ChannelEntry,
        open: &OpenAttempt,
        facts: &IssuedKeyFacts,
    ) -> Option<CardFacts> {
        let subject = AttemptSubject::BillingKey { pg_billing_key: facts.pg_billing_key.clone() };
        let found = self.inquire(entry.adapter().ok()?, attempt(&open.id, open.opened_at, subject)).await;
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
