//! Virtual time: a clock that is moved ahead, so that a year of payments takes seconds. It is for sandboxes only: a PG that
//! moves money lives in the time of day.

use crate::directory::Directory;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::port::StoreError;
use crate::port::time::DueCounts;

impl Engine {
    /// Whether the clock may be moved: only while every channel there is or was is on a sandbox, whose clock moves too.
    pub fn check_clock_movable(&self) -> Result<(), EngineError> {
        let directory: &Directory = &self.directory();
        let elsewhere = directory
            .every_channel()
            .find(|channel| !self.config.virtual_upstreams.contains(&channel.upstream));
        match elsewhere {
            None => Ok(()),
            Some(channel) => Err(EngineError::Conflict(format!(
                "the clock moves only where every channel, the deleted ones too, is on a sandbox: channel `{}` of store `{}` is on upstream `{}`",
                channel.key, channel.store_id, channel.upstream
            ))),
        }
    }

    /// How far the clock is ahead of the time of day, in whole seconds.
    pub fn ahead_seconds(&self) -> i64 {
        self.clock.ahead().num_seconds()
    }

    /// How much the background duties have to do now.
    pub async fn due_counts(&self) -> Result<DueCounts, StoreError> {
        self.store.due_counts(self.now()).await
    }

    /// A channel of another upstream is refused while the clock is ahead: its PG would be told of times to come.
    pub(crate) fn check_upstream_time(&self, upstream: &str) -> Result<(), EngineError> {
        if self.clock.ahead().is_zero() || self.config.virtual_upstreams.contains(upstream) {
            return Ok(());
        }
        let text = format!(
            "this gateway's clock was moved ahead, so its channels stay on sandboxes; use `{upstream}` with another database"
        );
        Err(EngineError::Conflict(text))
    }
}
