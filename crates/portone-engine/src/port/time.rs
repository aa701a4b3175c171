//! What the store keeps of time: how far a virtual clock is ahead, and how much is due.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::StoreError;

/// How much the background duties have to do now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DueCounts {
    /// Schedules to pay.
    pub schedules: u64,
    /// Webhooks to send.
    pub webhooks: u64,
    /// Open calls to inquire about.
    pub attempts: u64,
    /// Transactions that change by themselves, to ask about.
    pub follow_ups: u64,
    /// Card payments to compare with the upstream's record.
    pub comparisons: u64,
}

/// The part of the ledger's database that knows the time.
#[async_trait]
pub trait TimeStore: Send + Sync {
    /// How far the clock was moved ahead; zero where it never was.
    async fn clock_ahead(&self) -> Result<TimeDelta, StoreError>;

    /// Keeps how far the clock was moved ahead.
    async fn set_clock_ahead(&self, ahead: TimeDelta) -> Result<(), StoreError>;

    /// How much is due at a time.
    async fn due_counts(&self, now: DateTime<Utc>) -> Result<DueCounts, StoreError>;
}
