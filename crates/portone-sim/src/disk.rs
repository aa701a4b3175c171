//! The disk under the ledger: commits that wait, fail, or happen unheard. Between asking for a commit and hearing of it
//! a process may die; what was committed stays, since every commit is synced before it is answered (`synchronous = FULL`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use futures_util::future::poll_fn;
use portone_engine::port::StoreError;
use portone_store::Gate;

use crate::chance::Chance;
use crate::scheduler::Scheduler;
use crate::strike::strike;
use crate::weather::Weather;

/// Decides what becomes of each write and read.
#[derive(Debug)]
pub(crate) struct Disk {
    scheduler: Arc<Scheduler>,
    chance: Chance,
    weather: Arc<Weather>,
    is_calm: AtomicBool,
}

impl Disk {
    pub(crate) fn new(scheduler: &Arc<Scheduler>, chance: Chance, weather: &Arc<Weather>) -> Arc<Self> {
        let (scheduler, weather) = (Arc::clone(scheduler), Arc::clone(weather));
        Arc::new(Self { scheduler, chance, weather, is_calm: AtomicBool::new(true) })
    }

    /// From now on nothing goes wrong, or things do again.
    pub(crate) fn set_calm(&self, is_calm: bool) {
        self.is_calm.store(is_calm, Ordering::Relaxed);
    }

    fn happens(&self, share: u64) -> bool {
        !self.is_calm.load(Ordering::Relaxed) && share > 0 && self.chance.percent(share)
    }

    /// Lets others go first: usually those that can go on now, sometimes everybody for some milliseconds.
    async fn wait(&self) {
        match self.chance.below(8) {
            0..=4 => give_way().await,
            5 | 6 => self.scheduler.sleep_ms(self.chance.between(1, 20)).await,
            _ => self.scheduler.sleep_ms(self.chance.between(20, 300)).await,
        }
    }
}

#[async_trait]
impl Gate for Disk {
    async fn before_write(&self, _what: &'static str) {
        self.wait().await;
    }

    fn before_commit(&self, what: &'static str) -> Result<(), StoreError> {
        if self.happens(self.weather.commit_lost) {
            self.note(what, "is lost");
            return Err(StoreError("the disk failed before the commit".to_owned()));
        }
        Ok(())
    }

    async fn after_commit(&self, what: &'static str) -> Result<(), StoreError> {
        let is_torn = self.happens(self.weather.commit_torn);
        self.note(what, if is_torn { "is committed, unheard" } else { "is committed" });
        if !self.is_calm.load(Ordering::Relaxed) {
            strike(&self.scheduler, &self.chance, &self.weather);
            // A request that has its key and nothing else is one that others take up again.
            if what == "claim_key" {
                strike(&self.scheduler, &self.chance, &self.weather);
            }
        }
        self.wait().await;
        if is_torn {
            return Err(StoreError("the disk failed after the commit".to_owned()));
        }
        Ok(())
    }

    fn before_read(&self) -> Result<(), StoreError> {
        if self.happens(self.weather.read_failed) {
            return Err(StoreError("the disk failed to read".to_owned()));
        }
        Ok(())
    }
}

impl Disk {
    fn note(&self, what: &str, how: &str) {
        self.scheduler.note(format_args!("gateway {}: {what} {how}", self.scheduler.running()));
    }
}

/// Goes to the end of the queue once.
pub(crate) async fn give_way() {
    let mut has_waited = false;
    poll_fn(move |cx| {
        if has_waited {
            return Poll::Ready(());
        }
        has_waited = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
