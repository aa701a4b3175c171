//! A gateway's background duties, as the binary runs them: each step again at once while it says there is more to do, else
//! after a pause. Idle pauses grow, since here nothing but the clock is saved by that.

use std::future::Future;
use std::sync::Arc;

use portone_engine::Engine;
use portone_engine::port::StoreError;

use crate::scheduler::ProcessId;
use crate::world::World;

/// How much one step takes up.
const COUNT_MAX: usize = 64;
/// The pause after a step that found something.
const PAUSE_MS: u64 = 250;
/// The longest pause while things go wrong, and when nothing does any more: then the clock runs for hours, and asking more
/// often finds nothing more.
const PAUSE_MS_MAX: u64 = 8_000;
const CALM_PAUSE_MS_MAX: u64 = 900_000;

/// Starts every duty of a gateway.
pub(crate) fn start(world: &Arc<World>, id: ProcessId, engine: &Arc<Engine>) {
    repeat(world, id, engine, "settle", |_, engine| async move {
        engine.settle_unknown(COUNT_MAX).await.map(|swept| swept.claimed > 0)
    });
    repeat(world, id, engine, "schedules", |_, engine| async move {
        engine.run_due_schedules(COUNT_MAX).await.map(|swept| swept.claimed > 0)
    });
    repeat(world, id, engine, "verify", |_, engine| async move {
        engine.verify_paid(COUNT_MAX).await.map(|swept| swept.claimed > 0)
    });
    repeat(world, id, engine, "follow", |_, engine| async move {
        engine.follow_up(COUNT_MAX).await.map(|swept| swept.claimed > 0)
    });
    repeat(world, id, engine, "probe", |_, engine| async move { Ok(engine.probe_circuits().await > 0) });
    repeat(world, id, engine, "refresh", |_, engine| async move { engine.refresh_directory().await });
    repeat(world, id, engine, "forget", |_, engine| async move {
        engine.forget_keys(COUNT_MAX).await.map(|count| count > 0)
    });
    repeat(world, id, engine, "deliver", move |world, engine| async move {
        let claims = engine.claim_deliveries(COUNT_MAX).await?;
        let is_any = !claims.is_empty();
        for claim in claims {
            let (engine, hooks) = (Arc::clone(&engine), Arc::clone(&world.hooks));
            world.scheduler.spawn(id, async move {
                engine.deliver(&*hooks, claim).await;
            });
        }
        Ok(is_any)
    });
}

fn repeat<F>(
    world: &Arc<World>,
    id: ProcessId,
    engine: &Arc<Engine>,
    name: &'static str,
    step: impl Fn(Arc<World>, Arc<Engine>) -> F + Send + 'static,
) where
    F: Future<Output = Result<bool, StoreError>> + Send,
{
    let (world, engine) = (Arc::clone(world), Arc::clone(engine));
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(id, async move {
        let mut pause_ms = PAUSE_MS;
        loop {
            let found = step(Arc::clone(&world), Arc::clone(&engine)).await.unwrap_or_else(|error| {
                world.scheduler.note(format_args!("gateway {id}: duty {name} fails: {error}"));
                false
            });
            let most = if world.is_calm() { CALM_PAUSE_MS_MAX } else { PAUSE_MS_MAX };
            pause_ms = if found { PAUSE_MS } else { (pause_ms * 2).min(most) };
            world.scheduler.sleep_ms(pause_ms).await;
        }
    });
}
