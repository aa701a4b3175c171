//! All that the sandbox knows, and the note of what changed during a request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::idempotency::{Answers, KeptAnswer};
use crate::ids::IdSource;
use crate::message::Change;
use crate::notices::{News, Notice, Notices};
use crate::records::{BillingKey, CashReceipt, Charge, Payment, Status, Transaction};
use crate::refusal::{PgRefusal, Refusal};
use crate::v1;

/// The records, in the order of their keys.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) ids: IdSource,
    channels: BTreeMap<String, Arc<Channel>>,
    payments: BTreeMap<String, Payment>,
    charges: BTreeMap<String, Charge>,
    /// Channel key and PG order id of every charge.
    orders: BTreeSet<(String, String)>,
    keys: BTreeMap<String, BillingKey>,
    /// By payment id.
    receipts: BTreeMap<String, CashReceipt>,
    /// Billing keys in the order of their issue.
    issue_order: Vec<String>,
    pub(crate) notices: Notices,
    /// How far the clock is ahead of the time the sandbox is told.
    pub(crate) ahead: TimeDelta,
    /// What the V1 face knows.
    pub(crate) v1: v1::Book,
    changes: Vec<Change>,
}

/// A journal line could not be read.
#[derive(Debug, thiserror::Error)]
#[error("a journal line is not a ledger record")]
pub struct RestoreError;

#[derive(Serialize)]
struct LineOut<'a> {
    drawn: u64,
    record: RecordOut<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum RecordOut<'a> {
    Channel(&'a Channel),
    Payment(&'a Payment),
    Charge(&'a Charge),
    BillingKey(&'a BillingKey),
    CashReceipt(&'a CashReceipt),
    Answer(&'a KeptAnswer),
    Notice(&'a Notice),
    /// The notification of this number was taken, or given up.
    NoticeDone(u64),
    ClockAheadMs(i64),
    V1Channel(&'a v1::Channel),
    V1Payment(&'a v1::Payment),
    V1Key(&'a v1::StoredCard),
    V1Receipt(&'a v1::Receipt),
}

#[derive(Deserialize)]
struct LineIn {
    drawn: u64,
    record: RecordIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RecordIn {
    Channel(Channel),
    Payment(Payment),
    Charge(Charge),
    BillingKey(BillingKey),
    CashReceipt(CashReceipt),
    Answer(KeptAnswer),
    Notice(Notice),
    NoticeDone(u64),
    ClockAheadMs(i64),
    V1Channel(v1::Channel),
    V1Payment(Box<v1::Payment>),
    V1Key(v1::StoredCard),
    V1Receipt(v1::Receipt),
}

impl Ledger {
    pub(crate) fn new(id_seed: u64) -> Self {
        Self {
            ids: IdSource::new(id_seed),
            channels: BTreeMap::new(),
            payments: BTreeMap::new(),
            charges: BTreeMap::new(),
            orders: BTreeSet::new(),
            keys: BTreeMap::new(),
            receipts: BTreeMap::new(),
            issue_order: Vec::new(),
            notices: Notices::default(),
            ahead: TimeDelta::zero(),
            v1: v1::Book::default(),
            changes: Vec::new(),
        }
    }

    pub(crate) fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values().map(Arc::as_ref)
    }

    pub(crate) fn channel(&self, key: &str) -> Result<Arc<Channel>, Refusal> {
        self.channels
            .get(key)
            .cloned()
            .ok_or_else(|| Refusal::missing("CHANNEL_NOT_FOUND", "the channel key names no channel"))
    }

    pub(crate) fn put_channel(&mut self, channel: Channel) {
        self.note(Change::Channel(channel.key.clone()));
        self.channels.insert(channel.key.clone(), Arc::new(channel));
    }

    pub(crate) fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.values()
    }

    pub(crate) fn find_payment(&self, id: &str) -> Option<&Payment> {
        self.payments.get(id)
    }

    pub(crate) fn payment(&self, id: &str) -> Result<&Payment, Refusal> {
        self.find_payment(id).ok_or_else(payment_not_found)
    }

    /// The payment, to be changed.
    pub(crate) fn payment_mut(&mut self, id: &str) -> Result<&mut Payment, Refusal> {
        let payment = self.payments.get_mut(id).ok_or_else(payment_not_found)?;
        note(&mut self.changes, Change::Payment(id.to_owned()));
        Ok(payment)
    }

    pub(crate) fn add_transaction(&mut self, payment_id: &str, transaction: Transaction) {
        self.note(Change::Payment(payment_id.to_owned()));
        let payment = self
            .payments
            .entry(payment_id.to_owned())
            .or_insert_with(|| Payment { id: payment_id.to_owned(), transactions: Vec::new() });
        // Most payments have one attempt; a grown Vec would hold room for four, 2 KB of it unused.
        payment.transactions.reserve_exact(1);
        payment.transactions.push(transaction);
    }

    pub(crate) fn charge(&self, pg_tx_id: &str) -> Option<&Charge> {
        self.charges.get(pg_tx_id)
    }

    pub(crate) fn charge_mut(&mut self, pg_tx_id: &str) -> Option<&mut Charge> {
        let charge = self.charges.get_mut(pg_tx_id)?;
        note(&mut self.changes, Change::Charge(pg_tx_id.to_owned()));
        Some(charge)
    }

    /// Whether the PG has booked anything under this order id.
    pub(crate) fn knows_order(&self, channel_key: &str, order_id: &str) -> bool {
        self.orders.contains(&(channel_key.to_owned(), order_id.to_owned()))
    }

    pub(crate) fn put_charge(&mut self, charge: Charge) {
        self.note(Change::Charge(charge.pg_tx_id.clone()));
        self.orders.insert((charge.channel_key.clone(), charge.order_id.clone()));
        self.charges.insert(charge.pg_tx_id.clone(), charge);
    }

    pub(crate) fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.charges.values()
    }

    /// Billing keys, newest first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &BillingKey> {
        self.issue_order.iter().rev().filter_map(|key| self.keys.get(key)).filter(|key| !key.is_pending)
    }

    pub(crate) fn key(&self, key: &str) -> Result<&BillingKey, Refusal> {
        self.keys.get(key).filter(|key| !key.is_pending).ok_or_else(key_not_found)
    }

    /// The key a window's token stands for, pending or issued.
    pub(crate) fn key_of_token(&self, token: &str) -> Result<&BillingKey, Refusal> {
        let mut keys = self.keys.values();
        keys.find(|key| key.issue_token.as_deref() == Some(token)).ok_or_else(key_not_found)
    }

    pub(crate) fn key_mut(&mut self, key: &str) -> Result<&mut BillingKey, Refusal> {
        let found = self.keys.get_mut(key).filter(|key| !key.is_pending).ok_or_else(key_not_found)?;
        note(&mut self.changes, Change::BillingKey(key.to_owned()));
        Ok(found)
    }

    pub(crate) fn put_key(&mut self, key: BillingKey) {
        self.note(Change::BillingKey(key.key.clone()));
        if !self.keys.contains_key(&key.key) {
            self.issue_order.push(key.key.clone());
        }
        self.keys.insert(key.key.clone(), key);
    }

    /// Tells of the state the latest attempt stands in, at the addresses its request named.
    pub(crate) fn announce_state(
        &mut self,
        now: DateTime<Utc>,
        payment_id: &str,
        cancellation_id: Option<&str>,
    ) -> Result<(), Refusal> {
        let (kind, cancellation_id) = match self.payment(payment_id)?.latest().status {
            Status::Ready => ("Transaction.Ready", None),
            Status::PayPending => ("Transaction.PayPending", None),
            Status::VirtualAccountIssued => ("Transaction.VirtualAccountIssued", None),
            Status::Paid => ("Transaction.Paid", None),
            Status::Failed => ("Transaction.Failed", None),
            Status::PartialCancelled => ("Transaction.PartialCancelled", cancellation_id),
            Status::Cancelled => ("Transaction.Cancelled", cancellation_id),
        };
        self.announce(now, payment_id, kind, cancellation_id)
    }

    /// Tells of what happened to the latest attempt.
    pub(crate) fn announce(
        &mut self,
        now: DateTime<Utc>,
        payment_id: &str,
        kind: &'static str,
        cancellation_id: Option<&str>,
    ) -> Result<(), Refusal> {
        let Transaction { id, store_id, notice_urls, .. } = self.payment(payment_id)?.latest().clone();
        let news = News { kind, store_id: &store_id, payment_id, transaction_id: &id, cancellation_id };
        for url in &notice_urls {
            let id = format!("msg_{}", self.ids.uuid());
            if let Some(number) = self.notices.add(now, id, url, &news) {
                self.note(Change::Notice(number));
            } else {
                tracing::warn!("too many notifications wait: one is lost");
            }
        }
        Ok(())
    }

    pub(crate) fn receipt(&self, payment_id: &str) -> Option<&CashReceipt> {
        self.receipts.get(payment_id)
    }

    pub(crate) fn receipts(&self) -> impl Iterator<Item = &CashReceipt> {
        self.receipts.values()
    }

    pub(crate) fn put_receipt(&mut self, receipt: CashReceipt) {
        self.note(Change::CashReceipt(receipt.payment_id.clone()));
        self.receipts.insert(receipt.payment_id.clone(), receipt);
    }

    pub(crate) fn note(&mut self, change: Change) {
        note(&mut self.changes, change);
    }

    /// What a call of the V1 face works on.
    pub(crate) fn v1_context(
        &mut self,
        now: DateTime<Utc>,
        forced_refusal: Option<PgRefusal>,
    ) -> v1::Context<'_> {
        v1::Context {
            now,
            ids: &mut self.ids,
            book: &mut self.v1,
            changes: &mut self.changes,
            is_partial: false,
            forced_refusal,
        }
    }

    /// The changes since the last call.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// One line for each record, in an order from which the ledger can be restored.
    pub(crate) fn everything(&self, answers: &Answers) -> Vec<Change> {
        let channels = self.channels.keys().cloned().map(Change::Channel);
        let payments = self.payments.keys().cloned().map(Change::Payment);
        let charges = self.charges.keys().cloned().map(Change::Charge);
        let keys = self.issue_order.iter().cloned().map(Change::BillingKey);
        let receipts = self.receipts.keys().cloned().map(Change::CashReceipt);
        let kept = answers.keys().cloned().map(Change::Answer);
        let clock = (!self.ahead.is_zero()).then_some(Change::Clock);
        let waiting = self.notices.numbers().map(Change::Notice).chain(clock);
        let records = channels.chain(payments).chain(charges).chain(keys).chain(receipts);
        records.chain(kept).chain(waiting).chain(self.v1.everything()).collect()
    }

    /// Appends the present state of a record to `out`, with its line feed; nothing when it is gone.
    pub(crate) fn write_line(&self, answers: &Answers, change: &Change, out: &mut Vec<u8>) {
        let record = match change {
            Change::Channel(key) => self.channels.get(key).map(|channel| RecordOut::Channel(channel)),
            Change::Payment(id) => self.payments.get(id).map(RecordOut::Payment),
            Change::Charge(id) => self.charges.get(id).map(RecordOut::Charge),
            Change::BillingKey(key) => self.keys.get(key).map(RecordOut::BillingKey),
            Change::CashReceipt(id) => self.receipts.get(id).map(RecordOut::CashReceipt),
            Change::Answer(key) => answers.find(key).map(RecordOut::Answer),
            Change::Notice(number) => {
                Some(self.notices.find(*number).map_or(RecordOut::NoticeDone(*number), RecordOut::Notice))
            }
            Change::Clock => Some(RecordOut::ClockAheadMs(self.ahead.num_milliseconds())),
            Change::V1Channel(key) => self.v1.channel(key).map(RecordOut::V1Channel),
            Change::V1Payment(uid) => self.v1.payment(uid).map(RecordOut::V1Payment),
            Change::V1Key(uid) => self.v1.key_record(uid).map(RecordOut::V1Key),
            Change::V1Receipt(of) => self.v1.receipt(of).map(RecordOut::V1Receipt),
        };
        if let Some(record) = record {
            let line = LineOut { drawn: self.ids.drawn_count(), record };
            // Records have string keys and no failing serializer, and a Vec takes every write.
            if serde_json::to_writer(&mut *out, &line).is_ok() {
                out.push(b'\n');
            }
        }
    }

    pub(crate) fn restore(&mut self, answers: &mut Answers, line: &[u8]) -> Result<(), RestoreError> {
        let line: LineIn = serde_json::from_slice(line).map_err(|_| RestoreError)?;
        self.ids.skip_to(line.drawn);
        match line.record {
            RecordIn::Channel(channel) => self.put_channel(channel),
            RecordIn::Payment(payment) => {
                self.payments.insert(payment.id.clone(), payment);
            }
            RecordIn::Charge(charge) => self.put_charge(charge),
            RecordIn::BillingKey(key) => self.put_key(key),
            RecordIn::CashReceipt(receipt) => self.put_receipt(receipt),
            RecordIn::Answer(kept) => answers.keep(kept),
            RecordIn::Notice(notice) => self.notices.put(notice),
            RecordIn::NoticeDone(number) => self.notices.remove(number),
            RecordIn::ClockAheadMs(ahead) => {
                self.ahead = TimeDelta::try_milliseconds(ahead).ok_or(RestoreError)?;
            }
            RecordIn::V1Channel(channel) => self.v1.put_channel(channel),
            RecordIn::V1Payment(payment) => self.v1.put_payment(*payment),
            RecordIn::V1Key(key) => self.v1.put_key(key),
            RecordIn::V1Receipt(receipt) => self.v1.put_receipt(receipt),
        }
        self.changes.clear();
        Ok(())
    }
}

fn note(changes: &mut Vec<Change>, change: Change) {
    if !changes.contains(&change) {
        changes.push(change);
    }
}

fn payment_not_found() -> Refusal {
    Refusal::missing("PAYMENT_NOT_FOUND", "the payment id names no payment")
}

fn key_not_found() -> Refusal {
    Refusal::missing("BILLING_KEY_NOT_FOUND", "the billing key is unknown")
}
