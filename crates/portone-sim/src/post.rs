//! The PGs' notifications on their way to the gateways: lost, late, twice and in any order.

use std::sync::Arc;

use portone_core::RawNotification;
use portone_sandbox::Notification;
use serde_json::{Value, json};

use crate::gateway::NOTICES;
use crate::scheduler::WORLD;
use crate::world::{CHANNELS, SECOND, World};

/// Takes out what is due, now and then.
pub(crate) fn carry(world: &Arc<World>) {
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(WORLD, async move {
        loop {
            let pause_ms = if world.is_calm() { 300_000 } else { world.chance.between(200, 3_000) };
            world.scheduler.sleep_ms(pause_ms).await;
            for notification in world.network.take_notifications() {
                send(&world, &notification);
            }
        }
    });
}

/// The V1 upstream's messages: of any of its payments, at any time, true or not, as anybody could send them.
pub(crate) fn spread_rumours(world: &Arc<World>) {
    if !world.weather.has_v1 || !world.weather.has_rumours {
        return;
    }
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(WORLD, async move {
        while !world.is_calm() {
            world.scheduler.sleep_ms(world.chance.between(500, 20_000)).await;
            let payments = world.network.v1_payments();
            if !payments.is_empty() {
                rumour(&world, world.chance.pick(&payments));
            }
        }
    });
}

fn rumour(world: &Arc<World>, payment: &Value) {
    let Some((process, engine)) = world.any_gateway() else { return };
    let Ok(key) = CHANNELS[SECOND].parse() else { return };
    let status = *world.chance.pick(&["paid", "ready", "cancelled", "failed"]);
    let told =
        json!({"imp_uid": payment["imp_uid"], "merchant_uid": payment["merchant_uid"], "status": status});
    world.scheduler.note(format_args!("somebody tells gateway {process} {told}"));
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let raw = RawNotification { headers, body: told.to_string().into_bytes() };
    world.scheduler.spawn(process, async move {
        let _ = engine.notified(&key, &raw).await;
    });
}

/// Sends one message: once or more often, in its own time.
fn send(world: &Arc<World>, notification: &Notification) {
    let (chance, weather, is_calm) = (&world.chance, &world.weather, world.is_calm());
    if !is_calm && chance.percent(weather.notice_lost) {
        world.scheduler.note(format_args!("notification {} is lost", notification.number));
        world.network.notified(notification.number, false);
        return;
    }
    let copy_count = if !is_calm && chance.percent(weather.notice_copied) { chance.between(2, 4) } else { 1 };
    for _ in 0..copy_count {
        let is_late = !is_calm && chance.percent(weather.notice_late);
        let delay_ms = if is_late { chance.between(1_000, 120_000) } else { chance.between(1, 300) };
        let (world, notification) = (Arc::clone(world), notification.clone());
        let scheduler = Arc::clone(&world.scheduler);
        scheduler.spawn(WORLD, async move {
            world.scheduler.sleep_ms(delay_ms).await;
            arrive(&world, &notification);
        });
    }
}

/// Hands a message to one of the gateways.
fn arrive(world: &Arc<World>, notification: &Notification) {
    let key = notification.url.strip_prefix(NOTICES).map(|rest| rest.trim_start_matches('/'));
    let Some(key) = key.and_then(|key| key.parse().ok()) else { return };
    let Some((process, engine)) = world.any_gateway() else {
        world.network.notified(notification.number, false);
        return;
    };
    let headers = notification.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let raw = RawNotification { headers: headers.collect(), body: notification.body.to_vec() };
    let (here, number) = (Arc::clone(world), notification.number);
    world.scheduler.spawn(process, async move {
        let taken = engine.notified(&key, &raw).await;
        here.scheduler.note(format_args!("gateway {process} takes notification {number}: {}", taken.is_ok()));
        here.network.notified(number, taken.is_ok());
    });
}
