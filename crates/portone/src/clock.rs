//! The clock: the time of day, and how far it was moved ahead of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use portone_engine::port::time::TimeStore;
use portone_engine::port::{Clock, StoreError};
use portone_gateway::VirtualClock;
use portone_store::SqlStore;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::system::{Failure, system_time};

/// How far the clock may be moved in all: a hundred years.
const AHEAD_MS_MAX: i64 = 100 * 366 * 86_400_000;

/// The system's clock, moved ahead.
#[derive(Debug, Default)]
pub(crate) struct MovedClock {
    ahead_ms: AtomicI64,
}

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        system_time() + self.ahead()
    }

    fn ahead(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.ahead_ms.load(Ordering::Relaxed))
    }
}

/// Moves our clock and those of the sandboxes: theirs first, so that no PG ever lives in our past, and ours is kept before
/// it counts, so that a restart never goes back in time.
pub(crate) struct ClockControl {
    pub(crate) clock: Arc<MovedClock>,
    store: Arc<SqlStore>,
    client: reqwest::Client,
    /// The sandboxes' base URLs.
    sandboxes: Vec<String>,
    /// One move at a time.
    moving: Mutex<()>,
}

impl ClockControl {
    /// A clock as far ahead as the ledger's or the furthest sandbox's was: one may have been moved when the other was not.
    pub(crate) async fn start(
        store: Arc<SqlStore>,
        sandboxes: Vec<String>,
        client: reqwest::Client,
    ) -> Result<Self, Failure> {
        let clock = Arc::new(MovedClock::default());
        let control = Self { clock, store, client, sandboxes, moving: Mutex::new(()) };
        let kept = control.store.clock_ahead().await?.num_milliseconds();
        let mut ahead_ms = kept;
        for sandbox in &control.sandboxes {
            match control.ahead_of(sandbox).await {
                Ok(theirs) => ahead_ms = ahead_ms.max(theirs),
                Err(error) => tracing::error!(sandbox, %error, "cannot ask the sandbox for its time"),
            }
        }
        if ahead_ms > 0 {
            control.set(ahead_ms).await.map_err(|problem| -> Failure { problem.into() })?;
        }
        Ok(control)
    }

    async fn ahead_of(&self, sandbox: &str) -> Result<i64, reqwest::Error> {
        let reply = self.client.get(format!("{sandbox}/sandbox/clock")).send().await?.error_for_status()?;
        let clock: Value = reply.json().await?;
        Ok(clock["ahead_ms"].as_i64().unwrap_or(0))
    }

    async fn set(&self, ahead_ms: i64) -> Result<(), String> {
        for sandbox in &self.sandboxes {
            let put =
                self.client.put(format!("{sandbox}/sandbox/clock")).json(&json!({"ahead_ms": ahead_ms}));
            let reply = put.send().await.and_then(reqwest::Response::error_for_status);
            reply.map_err(|error| format!("the sandbox at {sandbox} did not move its clock: {error}"))?;
        }
        let kept: Result<(), StoreError> =
            self.store.set_clock_ahead(TimeDelta::milliseconds(ahead_ms)).await;
        kept.map_err(|error| format!("the ledger cannot keep the time, so it stays: {error}"))?;
        self.clock.ahead_ms.store(ahead_ms, Ordering::Relaxed);
        Ok(())
    }
}

#[async_trait]
impl VirtualClock for ClockControl {
    async fn advance(&self, by: TimeDelta) -> Result<(), String> {
        let _moving = self.moving.lock().await;
        let ahead_ms = self.clock.ahead_ms.load(Ordering::Relaxed).saturating_add(by.num_milliseconds());
        if ahead_ms > AHEAD_MS_MAX {
            return Err("the clock is a hundred years ahead at most; start with another database".to_owned());
        }
        self.set(ahead_ms).await
    }
}
