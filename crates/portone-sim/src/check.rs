//! What must be true when all is at rest. The PGs' ledgers are the truth about money; ours, and everything the shops were
//! told, is held against them.

mod answers;
mod failover;
mod keys;
mod money;
mod promotion;
mod receipts;
mod schedules;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portone_core::{PaymentId, StoreId};
use portone_engine::Engine;
use portone_engine::event::Event;
use portone_engine::ledger::{Schedule, Transaction};
use portone_engine::port::{ScheduleQuery, ScheduleSort, StoreError};
use portone_router::Decision;
use portone_sandbox::Method;
use serde_json::Value;

use crate::world::{CHANNELS, SECOND, STORE, World};

/// How many rows of one kind a run has at most.
const ROW_COUNT_MAX: usize = 100_000;

/// One attempt as a PG knows it.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub(crate) payment: String,
    pub(crate) channel: String,
    pub(crate) status: String,
    pub(crate) marker: String,
    pub(crate) pg_tx_id: Option<String>,
    pub(crate) charged: i64,
    pub(crate) cancelled: i64,
}

/// A billing key as a PG knows it.
#[derive(Debug, Clone)]
pub(crate) struct PgKey {
    pub(crate) key: String,
    pub(crate) channel: String,
    pub(crate) is_issued: bool,
}

/// Both sides' books.
pub(crate) struct Books {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: StoreId,
    /// Ours, by payment id; each payment's oldest first.
    pub(crate) ours: BTreeMap<String, Vec<Transaction>>,
    /// How each transaction's channel was decided on, by its id.
    pub(crate) decisions: BTreeMap<String, Decision>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) keys: Vec<PgKey>,
    /// The PGs' cash receipts of what was paid elsewhere: payment id and state.
    pub(crate) receipts: Vec<(String, String)>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) events: Vec<(u64, Event)>,
}

/// What must not be, and how many payments the PGs know.
pub(crate) async fn check(world: &Arc<World>) -> (Vec<String>, usize) {
    let books = match Books::read(world).await {
        Ok(books) => books,
        Err(problem) => return (vec![problem], 0),
    };
    let mut found = Vec::new();
    money::check(&books, &mut found);
    failover::check(&books, world, &mut found);
    schedules::check(&books, &mut found);
    let rest = async {
        unsettled(&books, &mut found).await?;
        keys::check(&books, world, &mut found).await?;
        receipts::check(&books, world, &mut found).await?;
        promotion::check(&books, world, &mut found).await?;
        webhooks::check(&books, world, &mut found).await
    };
    if let Err(StoreError(problem)) = rest.await {
        found.push(format!("the ledger cannot be read: {problem}"));
    }
    answers::check(&books, world, &mut found);
    let payments: BTreeSet<&str> = books.charges.iter().map(|charge| charge.payment.as_str()).collect();
    (found, payments.len())
}

/// Nothing is open, and our own comparisons found nothing wrong.
async fn unsettled(books: &Books, found: &mut Vec<String>) -> Result<(), StoreError> {
    for open in books.engine.store().open_attempts(ROW_COUNT_MAX).await? {
        found.push(format!("unsettled: {:?} {} of {}", open.command, open.id, open.opened_at));
    }
    for differs in books.engine.store().discrepancies(ROW_COUNT_MAX).await? {
        found.push(format!(
            "discrepancy: {} of {}: {}",
            differs.transaction_id, differs.payment_id, differs.what
        ));
    }
    Ok(())
}

impl Books {
    async fn read(world: &Arc<World>) -> Result<Self, String> {
        let Some((_, engine)) = world.any_gateway() else { return Err("no gateway is alive".to_owned()) };
        let store: StoreId = STORE.parse().map_err(|_| "the store's name cannot be read".to_owned())?;
        let (_, ledger) = world.network.control(Method::Get, "/sandbox/ledger", &Value::Null);
        let mut charges: Vec<Charge> = list(&ledger["payments"]).flat_map(charges_of).collect();
        charges.extend(world.network.v1_payments().iter().map(v1_charge));
        let mut keys: Vec<PgKey> = list(&ledger["billingKeys"]).map(pg_key).collect();
        let receipts = list(&ledger["cashReceipts"]).filter(|receipt| receipt["isManual"] == true);
        let receipts =
            receipts.map(|receipt| (text(&receipt["paymentId"]), text(&receipt["status"]))).collect();
        let (_, by_v1) = world.network.control(Method::Get, "/sandbox/v1/customers", &Value::Null);
        keys.extend(list(&by_v1["customers"]).map(v1_key));
        let mut ids: BTreeSet<String> = charges.iter().map(|charge| charge.payment.clone()).collect();
        ids.extend(
            world.book().asked().filter_map(|asked| asked.operation.payment()).map(ToString::to_string),
        );
        let mut books = Self {
            engine,
            store,
            ours: BTreeMap::new(),
            decisions: BTreeMap::new(),
            charges,
            keys,
            receipts,
            schedules: Vec::new(),
            events: Vec::new(),
        };
        books.read_ours(ids).await.map_err(|StoreError(problem)| problem)?;
        Ok(books)
    }

    async fn read_ours(&mut self, ids: BTreeSet<String>) -> Result<(), StoreError> {
        let engine = Arc::clone(&self.engine);
        let store = engine.store();
        for id in ids {
            let Ok(payment) = id.parse::<PaymentId>() else { continue };
            let transactions = store.transactions(&self.store, &payment).await?;
            for (transaction, record) in &transactions {
                // A schedule for which there was no channel has another record.
                if let Ok(decision) = serde_json::from_str(record) {
                    self.decisions.insert(transaction.id.to_string(), decision);
                }
            }
            self.ours.insert(id, transactions.into_iter().map(|(transaction, _)| transaction).collect());
        }
        let query = ScheduleQuery {
            store_id: self.store.clone(),
            billing_keys: None,
            from: chrono::DateTime::UNIX_EPOCH,
            until: engine.now() + chrono::TimeDelta::days(365),
            statuses: Vec::new(),
            is_for_test: None,
            sort: ScheduleSort::TimeToPay,
            ascending: true,
            skip: 0,
            count_max: ROW_COUNT_MAX,
        };
        self.schedules = store.schedules(&query).await?.items;
        self.events = store.events(&self.store, 0, ROW_COUNT_MAX).await?;
        Ok(())
    }

    /// What the PGs know under a payment id.
    pub(crate) fn charges_of<'a>(&'a self, payment: &'a str) -> impl Iterator<Item = &'a Charge> {
        self.charges.iter().filter(move |charge| charge.payment == payment)
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn charges_of(payment: &Value) -> Vec<Charge> {
    let of = |transaction: &Value| Charge {
        payment: text(&payment["paymentId"]),
        channel: text(&transaction["channelKey"]),
        status: text(&transaction["status"]),
        marker: text(&transaction["customData"]),
        pg_tx_id: transaction["pgTxId"].as_str().map(str::to_owned),
        charged: transaction["charged"].as_i64().unwrap_or(0),
        cancelled: transaction["cancelled"].as_i64().unwrap_or(0),
    };
    list(&payment["transactions"]).map(of).collect()
}

/// An attempt at the V1 face. What it calls cancelled may be so in part (rule V1-027).
fn v1_charge(payment: &Value) -> Charge {
    let was_paid = payment["paid_at"].as_i64().is_some_and(|at| at > 0);
    let sum = |name: &str| payment[name].as_i64().filter(|_| was_paid).unwrap_or(0);
    let waits = payment["status"] == "ready";
    Charge {
        payment: text(&payment["merchant_uid"]),
        channel: CHANNELS[SECOND].to_owned(),
        status: if waits { "VIRTUAL_ACCOUNT_ISSUED".to_owned() } else { text(&payment["status"]) },
        marker: text(&payment["custom_data"]),
        pg_tx_id: payment["pg_tid"].as_str().map(str::to_owned),
        charged: sum("amount"),
        cancelled: sum("cancel_amount"),
    }
}

fn v1_key(key: &Value) -> PgKey {
    PgKey {
        key: text(&key["customer_uid"]),
        channel: text(&key["channel_key"]),
        is_issued: key["is_deleted"] == false,
    }
}

fn pg_key(key: &Value) -> PgKey {
    PgKey {
        key: text(&key["billingKey"]),
        channel: text(&key["channelKey"]),
        is_issued: key["status"] == "ISSUED",
    }
}
