//! The reference gateway: the least a durable payment needs. Parse, write the intent, call the upstream, write the
//! result, answer; both writes share a commit with whatever else waits. No authentication, routing, rules or records.

use std::{net::SocketAddr, path::Path, sync::Arc, sync::mpsc};

use axum::extract::{Path as UrlPath, State};
use axum::{Json, Router, body::Bytes, http::StatusCode, routing::post};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::Failure;
use crate::constant::serve_router;

/// Makes the payments table of a new file, with the gateway's own durability.
pub(crate) fn open_database(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;
         CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, pg_tx_id TEXT);",
    )?;
    Ok(connection)
}

/// Writes an intent.
pub(crate) const INSERT: &str = "INSERT INTO payments (id, amount) VALUES (?1, ?2)";
/// Writes its result.
pub(crate) const UPDATE: &str = "UPDATE payments SET pg_tx_id = ?2 WHERE id = ?1";
/// How many writes share a commit.
const BATCH_COUNT_MAX: usize = 256;

/// Serves until the process is stopped.
pub(crate) fn serve(listen: SocketAddr, database: &Path, upstream: String) -> Result<(), Failure> {
    // An error means that there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let connection = open_database(database)?;
    let (queue, jobs) = mpsc::channel();
    std::thread::spawn(move || write(&connection, &jobs).expect("the reference gateway's database works"));
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
    let shared = Arc::new(Shared { queue, client, upstream });
    let router = Router::new().route("/payments/{id}/instant", post(pay)).with_state(shared);
    serve_router(listen, router)
}

struct Shared {
    queue: mpsc::Sender<Job>,
    client: reqwest::Client,
    upstream: String,
}

struct Job {
    id: String,
    write: Write,
    done: oneshot::Sender<()>,
}

enum Write {
    Intent { amount: i64 },
    Result { pg_tx_id: String },
}

#[derive(Deserialize)]
struct Body {
    amount: Amount,
}

#[derive(Deserialize)]
struct Amount {
    total: i64,
}

#[derive(Deserialize)]
struct Paid {
    payment: PaidPayment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaidPayment {
    pg_tx_id: String,
    paid_at: String,
}

async fn pay(
    State(shared): State<Arc<Shared>>,
    UrlPath(id): UrlPath<String>,
    body: Bytes,
) -> Result<Json<Value>, StatusCode> {
    let parsed: Body = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    shared.commit(&id, Write::Intent { amount: parsed.amount.total }).await?;
    let url = format!("{}/payments/{id}/instant", shared.upstream);
    let reply = shared.client.post(url).body(body).send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let reply = reply.bytes().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let Paid { payment } = serde_json::from_slice(&reply).map_err(|_| StatusCode::BAD_GATEWAY)?;
    shared.commit(&id, Write::Result { pg_tx_id: payment.pg_tx_id.clone() }).await?;
    Ok(Json(json!({"payment": {"pgTxId": payment.pg_tx_id, "paidAt": payment.paid_at}})))
}

impl Shared {
    async fn commit(&self, id: &str, write: Write) -> Result<(), StatusCode> {
        let (done, committed) = oneshot::channel();
        let job = Job { id: id.to_owned(), write, done };
        self.queue.send(job).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        committed.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// Group commit: whatever waits when the writer is free shares one transaction.
fn write(connection: &Connection, jobs: &mpsc::Receiver<Job>) -> Result<(), rusqlite::Error> {
    let mut batch = Vec::with_capacity(BATCH_COUNT_MAX);
    while let Ok(first) = jobs.recv() {
        batch.push(first);
        batch.extend(jobs.try_iter().take(BATCH_COUNT_MAX - 1));
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for job in &batch {
            match &job.write {
                Write::Intent { amount } => {
                    connection.prepare_cached(INSERT)?.execute((&job.id, amount))?;
                }
                Write::Result { pg_tx_id } => {
                    connection.prepare_cached(UPDATE)?.execute((&job.id, pg_tx_id))?;
                }
            }
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        for job in batch.drain(..) {
            // A caller that hung up does not undo what is durable.
            let _ = job.done.send(());
        }
    }
    Ok(())
}
