//! The seeded simulator: engine, router, adapters and the SQLite store as they ship, in a world where everything else is
//! simulated: the clock, the network, the PGs (the sandbox's pure core), the disk under the database, the shops, and
//! the processes that die. One seed gives one history, byte for byte.
//!
//! [`run`] plays one seed: first things go wrong, then nothing does any more, and when all is at rest the PGs' ledgers are
//! held against ours.

#![warn(missing_docs)]

mod book;
mod chance;
mod change;
mod check;
mod disk;
mod doubt;
mod duties;
mod gateway;
mod hooks;
mod key_window;
mod network;
mod post;
mod request;
mod scheduler;
mod serve;
mod shop;
mod strike;
mod trace;
mod weather;
mod window;
mod world;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use portone_sandbox::Method;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::scheduler::{Scheduler, WORLD};
use crate::trace::Trace;
use crate::weather::Weather;
use crate::world::World;

/// How long nothing goes wrong before the ledgers are compared: longer than the last try of a webhook waits, and than
/// the longest pause between two questions about a deposit.
const REST: TimeDelta = TimeDelta::hours(7);
/// How long what was begun may still go wrong after the shops are done.
const AFTERMATH_MS_MAX: u64 = 60_000;

/// What came of one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// A hash of the whole history.
    pub hash: u64,
    /// How many lines the history has.
    pub line_count: u64,
    /// How many payments the PGs know.
    pub payment_count: usize,
    /// The history: all of it where that was asked for, else its end.
    pub lines: Vec<String>,
    /// What must not be; empty where all is well.
    pub violations: Vec<String>,
}

/// Plays one seed. `keeps_all`: whether the whole history is kept.
pub fn run(seed: u64, keeps_all: bool) -> Run {
    let weather = Weather::new(&Chance::new(seed, "weather"));
    played(seed, weather, None, Trace::new(keeps_all))
}

/// Plays one seed with one gateway, where nothing goes wrong but this: the gateway crashes after so many steps of its tasks,
/// each of which ends at an await point.
pub fn run_crashing(seed: u64, step_count: u64) -> Run {
    let weather = Weather::calm(&Chance::new(seed, "weather"));
    played(seed, weather, Some(step_count), Trace::new(false))
}

fn played(seed: u64, weather: Weather, crash_after: Option<u64>, trace: Trace) -> Run {
    let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_778);
    let scheduler = Scheduler::new(Chance::new(seed, "turns"), start, trace);
    let (mut violations, payment_count) = match World::new(seed, &scheduler, weather) {
        Err(problem) => (vec![format!("the world does not begin: {problem}")], 0),
        Ok(world) => {
            let found = play(&world, crash_after);
            World::end(world);
            found
        }
    };
    for violation in &violations {
        scheduler.note(format_args!("violation: {violation}"));
    }
    violations.dedup();
    let (hash, line_count, lines) = scheduler.trace.end();
    Run { seed, hash, line_count, payment_count, lines, violations }
}

/// What was found, and how many payments there were.
fn play(world: &Arc<World>, crash_after: Option<u64>) -> (Vec<String>, usize) {
    let found = Arc::new(Mutex::new((Vec::new(), 0)));
    let (here, told) = (Arc::clone(world), Arc::clone(&found));
    world.scheduler.spawn(WORLD, async move {
        let checked = history(&here, crash_after).await;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = checked;
        here.scheduler.stop();
    });
    let ended = world.scheduler.run();
    let (mut violations, count) = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    violations.extend(ended.err());
    (violations, count)
}

/// From the first request to the comparison of the ledgers.
async fn history(world: &Arc<World>, crash_after: Option<u64>) -> (Vec<String>, usize) {
    let scheduler = &world.scheduler;
    for id in 1..=world.weather.gateway_count {
        gateway::keep(world, id);
    }
    while world.alive().is_empty() {
        scheduler.sleep_ms(100).await;
    }
    world.disk.set_calm(false);
    if let Some(step_count) = crash_after {
        scheduler.crash_after(1, step_count);
    }
    for id in 1..=world.weather.gateway_count {
        gateway::trouble(world, id);
    }
    post::carry(world);
    post::spread_rumours(world);
    change::keep_changing(world);
    join_all((0..world.weather.shop_count).map(|_| shop::live(Arc::clone(world)))).await;
    scheduler.sleep_ms(world.chance.between(0, AFTERMATH_MS_MAX)).await;
    scheduler.note(format_args!("nothing goes wrong from now on"));
    world.calm_down();
    scheduler.sleep(TimeDelta::hours(1)).await;
    complete_refunds(world);
    scheduler.sleep(REST).await;
    check::check(world).await
}

/// The PGs finish the refunds that they had accepted.
fn complete_refunds(world: &Arc<World>) {
    let (_, ledger) = world.network.control(Method::Get, "/sandbox/ledger", &Value::Null);
    for payment in ledger["payments"].as_array().into_iter().flatten() {
        let id = payment["paymentId"].as_str().unwrap_or_default();
        let (_, view) = world.network.control(Method::Get, &format!("/payments/{id}"), &Value::Null);
        for cancel in view["cancellations"].as_array().into_iter().flatten() {
            if cancel["status"] == "REQUESTED" {
                let cancel = cancel["id"].as_str().unwrap_or_default();
                let path = format!("/sandbox/payments/{id}/cancellations/{cancel}/complete");
                let (is_done, _) = world.network.control(Method::Post, &path, &json!({}));
                world.scheduler.note(format_args!("the PG completes refund {cancel} of {id}: {is_done}"));
            }
        }
    }
}
