//! What the V1 face keeps: channels, payments and the cards behind `customer_uid`s.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::Input;
use super::wallet::Goods;
use super::{Context, Refusal};
use crate::cards::CardFacts;
use crate::message::Change;

/// One contract with one PG, named by `pg` (`nice_v2.MID1`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Channel {
    pub(crate) key: String,
    pub(crate) pg_code: String,
    pub(crate) pg_id: String,
    pub(crate) is_test: bool,
    /// `None`: everything is contracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contracts: Option<BTreeSet<String>>,
    /// The currency Paymentwall processes in (PW-035).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) processing_currency: Option<String>,
}

/// What a card is called (IAMPORT-070).
pub(crate) const CARD: &str = "card";

/// One attempt. Amounts are in thousandths of a major unit, so that no currency needs a fraction of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payment {
    pub(crate) imp_uid: String,
    pub(crate) merchant_uid: String,
    pub(crate) channel_key: String,
    pub(crate) pg_code: String,
    pub(crate) pg_id: String,
    pub(crate) is_test: bool,
    pub(crate) status: Status,
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    /// What the request said of the value-added tax.
    #[serde(default)]
    pub(crate) vat: Option<i64>,
    pub(crate) currency: String,
    pub(crate) name: Option<String>,
    pub(crate) buyer: BTreeMap<String, String>,
    pub(crate) custom_data: Option<String>,
    /// `pay_method` (IAMPORT-070).
    #[serde(default = "by_card")]
    pub(crate) pay_method: String,
    /// Absent of one that no card paid.
    #[serde(default)]
    pub(crate) card: Option<CardFacts>,
    /// The account it is paid into.
    #[serde(default)]
    pub(crate) account: Option<Account>,
    #[serde(default)]
    pub(crate) is_escrow: bool,
    /// The delivery that escrow waits for.
    #[serde(default)]
    pub(crate) logistics: Option<Logistics>,
    pub(crate) card_quota: i64,
    pub(crate) customer_uid: Option<String>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) paid_at: Option<DateTime<Utc>>,
    pub(crate) failed_at: Option<DateTime<Utc>>,
    pub(crate) fail_reason: Option<String>,
    pub(crate) pg_tid: Option<String>,
    pub(crate) apply_num: Option<String>,
    #[serde(default)]
    pub(crate) cancels: Vec<Cancel>,
    /// The sub-shops on its sales slip.
    #[serde(default)]
    pub(crate) sub_shops: Vec<Value>,
    /// What a wallet holds of it.
    #[serde(default)]
    pub(crate) goods: Goods,
    /// What was registered of its delivery.
    #[serde(default)]
    pub(crate) delivery: Option<Value>,
}

fn by_card() -> String {
    CARD.to_owned()
}

/// A virtual account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    /// The financial-clearing standard code.
    pub(crate) bank_code: String,
    pub(crate) number: String,
    pub(crate) holder: Option<String>,
    pub(crate) due: DateTime<Utc>,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// A delivery, as definition `EscrowLogisAnnotation` spells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Logistics {
    pub(crate) company: String,
    pub(crate) invoice: String,
    pub(crate) sent_at: i64,
    pub(crate) applied_at: i64,
}

/// A cash receipt. Whom it is for is not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    /// What it is of ([`super::receipts::Of::key`]).
    pub(crate) of: String,
    pub(crate) tid: String,
    pub(crate) apply_num: String,
    pub(crate) kind: String,
    pub(crate) amount: i64,
    pub(crate) vat: i64,
    pub(crate) applied_at: DateTime<Utc>,
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
}

/// `status` (V1-025); only an account that waits for its deposit is `ready`, since the sandbox opens no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Ready,
    Paid,
    Failed,
    Cancelled,
}

/// One cancel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancel {
    pub(crate) id: String,
    pub(crate) pg_tid: String,
    pub(crate) amount: i64,
    pub(crate) reason: Option<String>,
    /// Absent while the PG's word is awaited (PW-034, SMARTRO-119).
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
}

/// The card behind a `customer_uid`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredCard {
    pub(crate) customer_uid: String,
    pub(crate) channel_key: String,
    pub(crate) card: CardFacts,
    pub(crate) holder: BTreeMap<String, String>,
    pub(crate) pg_key: String,
    /// Keys that live on at the PG and that nobody can reach (IAMPORT-032).
    #[serde(default)]
    pub(crate) orphaned_pg_keys: Vec<String>,
    pub(crate) inserted: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) deleted_at: Option<DateTime<Utc>>,
    /// The payment that issued it, until the PG has told of that (PW-032).
    #[serde(default)]
    pub(crate) waits_for: Option<String>,
}

/// All that the V1 face knows.
#[derive(Debug, Default)]
pub(crate) struct Book {
    channels: BTreeMap<String, Channel>,
    payments: BTreeMap<String, Payment>,
    /// `imp_uid`s in the order of their attempts.
    order: Vec<String>,
    keys: BTreeMap<String, StoredCard>,
    receipts: BTreeMap<String, Receipt>,
}

impl Channel {
    /// Whether the contract covers something.
    pub(crate) fn has(&self, capability: &str) -> bool {
        self.contracts.as_ref().is_none_or(|names| names.contains(capability))
    }
}

impl Payment {
    /// What has been cancelled, in thousandths.
    pub(crate) fn cancelled(&self) -> i64 {
        self.cancels.iter().filter(|cancel| cancel.cancelled_at.is_some()).map(|cancel| cancel.amount).sum()
    }

    /// Whether money was taken, some of which may have been returned.
    pub(crate) fn was_paid(&self) -> bool {
        self.paid_at.is_some()
    }
}

impl Book {
    /// The channel a request names. One that names none, or an unknown `pg`, goes to the default PG (IAMPORT-002).
    pub(crate) fn channel_for(&self, pg: Option<&str>, key: Option<&str>) -> Option<&Channel> {
        if let Some(channel) = key.and_then(|key| self.channels.get(key)) {
            return Some(channel);
        }
        let named = pg.and_then(|pg| {
            let (code, id) = pg.split_once('.').map_or((pg, None), |(code, id)| (code, Some(id)));
            self.channels
                .values()
                .find(|channel| channel.pg_code == code && id.is_none_or(|id| channel.pg_id == id))
        });
        named.or_else(|| self.channels.values().next())
    }

    pub(crate) fn channel(&self, key: &str) -> Option<&Channel> {
        self.channels.get(key)
    }

    pub(crate) fn payment(&self, imp_uid: &str) -> Option<&Payment> {
        self.payments.get(imp_uid)
    }

    pub(crate) fn payment_mut(&mut self, imp_uid: &str) -> Option<&mut Payment> {
        self.payments.get_mut(imp_uid)
    }

    /// The attempts of one `merchant_uid`, newest first.
    pub(crate) fn of_merchant_uid(&self, merchant_uid: &str) -> Vec<&Payment> {
        let all = self.order.iter().rev().filter_map(|uid| self.payments.get(uid));
        all.filter(|payment| payment.merchant_uid == merchant_uid).collect()
    }

    pub(crate) fn newest(&self, merchant_uid: &str) -> Option<&Payment> {
        self.of_merchant_uid(merchant_uid).into_iter().next()
    }

    /// The attempt that was paid; there is at most one (IAMPORT-011).
    pub(crate) fn paid(&self, merchant_uid: &str) -> Option<&Payment> {
        self.of_merchant_uid(merchant_uid).into_iter().find(|payment| payment.was_paid())
    }

    pub(crate) fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.values()
    }

    /// Every key, deleted or not.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &StoredCard> {
        self.keys.values()
    }

    /// A key that is not deleted.
    pub(crate) fn key(&self, customer_uid: &str) -> Option<&StoredCard> {
        self.keys.get(customer_uid).filter(|key| key.deleted_at.is_none())
    }

    /// A record of a key, deleted or not, for the journal.
    pub(crate) fn key_record(&self, customer_uid: &str) -> Option<&StoredCard> {
        self.keys.get(customer_uid)
    }

    /// The latest receipt of this.
    pub(crate) fn receipt(&self, of: &str) -> Option<&Receipt> {
        self.receipts.get(of)
    }

    pub(crate) fn put_receipt(&mut self, receipt: Receipt) {
        self.receipts.insert(receipt.of.clone(), receipt);
    }

    pub(crate) fn put_channel(&mut self, channel: Channel) {
        self.channels.insert(channel.key.clone(), channel);
    }

    pub(crate) fn put_payment(&mut self, payment: Payment) {
        if !self.payments.contains_key(&payment.imp_uid) {
            self.order.push(payment.imp_uid.clone());
        }
        self.payments.insert(payment.imp_uid.clone(), payment);
    }

    pub(crate) fn put_key(&mut self, key: StoredCard) {
        self.keys.insert(key.customer_uid.clone(), key);
    }

    /// Names every record, in an order from which the book can be restored.
    pub(crate) fn everything(&self) -> Vec<Change> {
        let channels = self.channels.keys().cloned().map(Change::V1Channel);
        let payments = self.order.iter().cloned().map(Change::V1Payment);
        let keys = self.keys.keys().cloned().map(Change::V1Key);
        let receipts = self.receipts.keys().cloned().map(Change::V1Receipt);
        channels.chain(payments).chain(keys).chain(receipts).collect()
    }
}

/// `PUT /sandbox/v1/channels`
pub(super) fn put_channel(context: &mut Context<'_>, body: &[u8]) -> Result<Value, Refusal> {
    let input = Input::parse(body)?;
    let pg = input.need("pg")?;
    let (code, id) =
        pg.split_once('.').ok_or_else(|| Refusal::hub("pg must be CODE.MID").with_status(400))?;
    let contracts = input
        .value("contracts")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let channel = Channel {
        key: input.need("key")?,
        pg_code: code.to_owned(),
        pg_id: id.to_owned(),
        is_test: input.need("environment")? == "test",
        contracts,
        processing_currency: input.text("mid_currency")?,
    };
    let view = json!(channel);
    context.note(Change::V1Channel(channel.key.clone()));
    context.book.put_channel(channel);
    Ok(view)
}
