//! Background duties: the engine's step functions in loops, until the gateway stops.

mod deliver;

pub(crate) use deliver::deliver;

use std::{future::Future, sync::Arc, time::Duration};

use portone_engine::port::StoreError;
use portone_engine::{Engine, Swept};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many open attempts one step takes up.
const SETTLE_COUNT_MAX: usize = 64;
/// How many payments one step compares with their upstream: few, because payments come first.
const VERIFY_COUNT_MAX: usize = 64;
/// How many payments that change by themselves one step asks about.
const FOLLOW_COUNT_MAX: usize = 64;

/// How many due schedules one step pays, side by side.
const SCHEDULE_COUNT_MAX: usize = 64;
/// How many expired idempotency keys one step removes: few, because payments wait for the same commit.
const FORGET_COUNT_MAX: usize = 256;
/// How often expired idempotency keys are looked for.
const FORGET_PAUSE: Duration = Duration::from_secs(5);

/// How many records one step prepares for lists: one commit, and payments wait for it.
const INDEX_COUNT_MAX: usize = 128;
/// How often records are prepared for lists.
const INDEX_PAUSE: Duration = Duration::from_secs(1);

/// How often other gateways' changes of channels and groups are looked for: each is everywhere within a second.
const REFRESH_PAUSE: Duration = Duration::from_millis(400);

/// Starts every duty but deliveries on the tracker; they stop when the token is cancelled.
pub(crate) fn start(engine: &Arc<Engine>, tracker: &TaskTracker, stop: &CancellationToken) {
    let settling = Arc::clone(engine);
    repeat(tracker, stop, "settle", Duration::from_millis(500), move || {
        let engine = Arc::clone(&settling);
        async move { engine.settle_unknown(SETTLE_COUNT_MAX).await.map(|swept| is_full(swept, SETTLE_COUNT_MAX)) }
    });
    let paying = Arc::clone(engine);
    repeat(tracker, stop, "schedules", Duration::from_millis(250), move || {
        let engine = Arc::clone(&paying);
        async move {
            engine.run_due_schedules(SCHEDULE_COUNT_MAX).await.map(|swept| is_full(swept, SCHEDULE_COUNT_MAX))
        }
    });
    let comparing = Arc::clone(engine);
    repeat(tracker, stop, "verify", Duration::from_millis(250), move || {
        let engine = Arc::clone(&comparing);
        async move { engine.verify_paid(VERIFY_COUNT_MAX).await.map(|_| false) }
    });
    let forgetting = Arc::clone(engine);
    repeat(tracker, stop, "forget", FORGET_PAUSE, move || {
        let engine = Arc::clone(&forgetting);
        async move { engine.forget_keys(FORGET_COUNT_MAX).await.map(|count| count == FORGET_COUNT_MAX) }
    });
    let following = Arc::clone(engine);
    repeat(tracker, stop, "follow", Duration::from_millis(250), move || {
        let engine = Arc::clone(&following);
        async move { engine.follow_up(FOLLOW_COUNT_MAX).await.map(|swept| is_full(swept, FOLLOW_COUNT_MAX)) }
    });
    let probing = Arc::clone(engine);
    repeat(tracker, stop, "probe", Duration::from_secs(1), move || {
        let engine = Arc::clone(&probing);
        async move {
            engine.probe_circuits().await;
            Ok(false)
        }
    });
    let indexing = Arc::clone(engine);
    repeat(tracker, stop, "index", INDEX_PAUSE, move || {
        let engine = Arc::clone(&indexing);
        async move { engine.index_records(INDEX_COUNT_MAX).await.map(|count| count > 0) }
    });
    let refreshing = Arc::clone(engine);
    repeat(tracker, stop, "refresh", REFRESH_PAUSE, move || {
        let engine = Arc::clone(&refreshing);
        async move { engine.refresh_directory().await.map(|_| false) }
    });
}

/// A full step may have left more behind.
const fn is_full(swept: Swept, count_max: usize) -> bool {
    swept.claimed == count_max
}

/// Repeats a step: at once while it says there is more to do, else after a pause.
fn repeat<F>(
    tracker: &TaskTracker,
    stop: &CancellationToken,
    name: &'static str,
    pause: Duration,
    step: impl Fn() -> F + Send + 'static,
) where
    F: Future<Output = Result<bool, StoreError>> + Send,
{
    repeat_or_wake(tracker, stop, name, (pause, Arc::default()), step);
}

/// Repeats a step: at once while it says there is more to do, else after a pause or when it is woken.
fn repeat_or_wake<F>(
    tracker: &TaskTracker,
    stop: &CancellationToken,
    name: &'static str,
    (pause, wake): (Duration, Arc<Notify>),
    step: impl Fn() -> F + Send + 'static,
) where
    F: Future<Output = Result<bool, StoreError>> + Send,
{
    let stop = stop.clone();
    tracker.spawn(async move {
        while !stop.is_cancelled() {
            let more = step().await.unwrap_or_else(|error| {
                tracing::error!(duty = name, %error, "a background duty failed; it goes on");
                false
            });
            if !more {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = wake.notified() => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    });
}
