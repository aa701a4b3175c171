//! The owner of the shops, who changes weights and switches channels off and on while payments are under way.

use std::sync::Arc;

use portone_engine::GroupChange;

use crate::scheduler::WORLD;
use crate::world::{CHANNELS, World, channel, group};

/// Changes something now and then, as long as things go wrong; then everything is switched on again.
pub(crate) fn keep_changing(world: &Arc<World>) {
    if !world.weather.has_changes {
        return;
    }
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(WORLD, async move {
        while !world.is_calm() {
            world.scheduler.sleep_ms(world.chance.between(1_000, 60_000)).await;
            if world.chance.percent(60) {
                let weight = |share| world.chance.percent(70).then_some(share);
                let first = world.chance.below(101);
                let second = world.chance.below(101 - first);
                let share = |part: u64| u32::try_from(part).unwrap_or(0);
                weigh(
                    &world,
                    [weight(share(first)), weight(share(second)), weight(share(100 - first - second))],
                );
            } else {
                switch(&world, world.chance.index(CHANNELS.len()), world.chance.percent(50));
            }
        }
        weigh(&world, [Some(50), Some(30), Some(20)]);
        (0..CHANNELS.len()).for_each(|place| switch(&world, place, true));
    });
}

/// Asks a gateway for other weights; a channel without one is off.
fn weigh(world: &Arc<World>, weights: [Option<u32>; CHANNELS.len()]) {
    let Some((process, engine)) = world.any_gateway() else { return };
    let Some(mut changed) = group(weights, world.failover()) else { return };
    // The weights of those that are off count too.
    let sum: u32 = changed.members.iter().map(|member| member.weight).sum();
    changed.members[0].weight += 100_u32.saturating_sub(sum);
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(process, async move {
        let saved =
            engine.change_group(GroupChange { group: changed, effective_at: None, force: true }).await;
        world.scheduler.note(format_args!("gateway {process} weighs {weights:?}: {}", saved.is_ok()));
    });
}

/// Asks a gateway to switch a channel off or on.
fn switch(world: &Arc<World>, place: usize, active: bool) {
    let Some((process, engine)) = world.any_gateway() else { return };
    let Some(mut changed) = channel(&world.weather, place) else { return };
    changed.active = active;
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(process, async move {
        let saved = engine.change_channel(changed).await;
        let key = CHANNELS[place];
        world.scheduler.note(format_args!("gateway {process} sets {key} {active}: {}", saved.is_ok()));
    });
}
