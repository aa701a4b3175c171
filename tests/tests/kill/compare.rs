//! Compares three accounts of the same payments: our ledger, the PGs' ledger, and what clients were told.

use std::collections::BTreeMap;
use std::fmt;

use portone_tests::{Api, Shop};
use serde_json::Value;

use crate::load::{Sent, SentById};

/// What was compared. It must be enough to mean something.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    payments: usize,
    never_begun: usize,
    charges: u64,
    charged: i64,
    cancelled: i64,
    unknown: u32,
}

/// Fails on the first payment whose accounts differ.
pub(crate) async fn compare(shop: &Shop, sent: &SentById) -> Compared {
    let ledger = shop.ledger().await;
    let mut theirs: BTreeMap<&str, &Value> = BTreeMap::new();
    for payment in ledger["payments"].as_array().expect("payments") {
        theirs.insert(text(payment, "paymentId"), payment);
    }
    let api = shop.api();
    let mut compared = Compared { payments: sent.len(), ..Compared::default() };
    for (id, sent) in sent {
        let theirs =
            theirs.remove(id.as_str()).map(|payment| list(payment, "transactions")).unwrap_or_default();
        compared.unknown += sent.unknown_count;
        compare_payment(&api, id, sent, &theirs, &mut compared).await;
    }
    assert!(theirs.is_empty(), "payments nobody asked for: {theirs:?}");
    let totals = &ledger["totals"];
    assert_eq!(
        (totals["charged"]["KRW"].as_i64(), totals["cancelled"]["KRW"].as_i64(), totals["charges"].as_u64()),
        (Some(compared.charged), Some(compared.cancelled), Some(compared.charges)),
        "the sums differ"
    );
    let discrepancies = shop.admin().get("/discrepancies").await.ok();
    assert!(
        list(&discrepancies, "items").is_empty(),
        "the gateway itself found differences: {discrepancies}"
    );
    compared
}

async fn compare_payment(api: &Api, id: &str, sent: &Sent, theirs: &[Value], compared: &mut Compared) {
    let answer = api.get(&format!("/payments/{id}/transactions")).await;
    if answer.status == 404 {
        answer.error(404, "PAYMENT_NOT_FOUND");
        assert!(theirs.is_empty(), "{id} is at the PG, but not in the ledger: {theirs:?}");
        assert!(
            sent.paid.is_empty() && !sent.already_paid,
            "{id} was acknowledged, but is not in the ledger"
        );
        compared.never_begun += 1;
        return;
    }
    let ours = list(&answer.ok(), "items");
    for ours in &ours {
        let marked = |theirs: &&Value| theirs["customData"] == ours["id"];
        match theirs.iter().filter(marked).collect::<Vec<_>>()[..] {
            [] => assert_eq!(text(ours, "status"), "FAILED", "{id} never reached the PG: {ours}"),
            [theirs] => compare_transaction(id, ours, theirs),
            [..] => panic!("{id}: one attempt was booked more than once: {theirs:?}"),
        }
    }
    assert!(theirs.len() <= ours.len(), "{id}: the PG knows attempts that the ledger does not: {theirs:?}");
    let charged: Vec<&Value> = theirs.iter().filter(|theirs| number(theirs, "charged") > 0).collect();
    assert!(charged.len() <= 1, "{id} was charged more than once: {charged:?}");
    compare_with_told(api, id, sent, charged.first().copied()).await;
    for charge in charged {
        assert_eq!(number(charge, "charged"), sent.total, "{id}: {charge}");
        compared.charges += 1;
        compared.charged += number(charge, "charged");
        compared.cancelled += number(charge, "cancelled");
    }
}

fn compare_transaction(id: &str, ours: &Value, theirs: &Value) {
    assert_eq!(ours["status"], theirs["status"], "{id}: {ours} but {theirs}");
    let amount = &ours["amount"];
    assert_eq!(number(amount, "paid"), number(theirs, "charged"), "{id}: {ours} but {theirs}");
    assert_eq!(number(amount, "cancelled"), number(theirs, "cancelled"), "{id}: {ours} but {theirs}");
    if number(theirs, "charged") > 0 {
        assert_eq!(ours["pgTxId"], theirs["pgTxId"], "{id}: {ours} but {theirs}");
    }
}

/// What was acknowledged is there; what is there may never have been acknowledged.
async fn compare_with_told(api: &Api, id: &str, sent: &Sent, charge: Option<&Value>) {
    let payment = api.get(&format!("/payments/{id}")).await.ok();
    assert!(sent.paid.len() <= 1, "{id} was acknowledged more than once: {:?}", sent.paid);
    for pg_tx_id in &sent.paid {
        assert_eq!(charge.map(|charge| &charge["pgTxId"]), Some(&Value::from(pg_tx_id.as_str())), "{id}");
        assert_eq!(payment["pgTxId"], pg_tx_id.as_str(), "{id}");
    }
    assert!(!sent.already_paid || charge.is_some(), "{id} was said to be paid already, but is not");
    let cancellations = payment["cancellations"].as_array().cloned().unwrap_or_default();
    for (cancellation_id, amount) in &sent.cancelled {
        let found = cancellations.iter().find(|found| found["id"] == cancellation_id.as_str());
        let found =
            found.unwrap_or_else(|| panic!("{id}: cancel {cancellation_id} was acknowledged: {payment}"));
        assert_eq!(number(found, "totalAmount"), *amount, "{id}: {found}");
    }
}

impl Compared {
    /// A run in which nothing was cancelled, lost or cut off would prove nothing.
    pub(crate) fn check_it_was_worth_it(&self) {
        assert!(self.charges > 100 && self.cancelled > 0 && self.unknown > 10, "too quiet a run: {self}");
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} payment ids, {} of them never begun, {} answers without outcome; {} charges of {} in all, {} cancelled",
            self.payments, self.never_begun, self.unknown, self.charges, self.charged, self.cancelled
        )
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text: {value}"))
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("{name} is no number: {value}"))
}

fn list(value: &Value, name: &str) -> Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name} is no list: {value}")).clone()
}
