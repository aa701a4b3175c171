//! `kill -9` of the gateway or of the PGs' sandbox under load, again and again, with faults at the PGs: afterwards the
//! gateway's ledger is the PGs' ledger. `PORTONE_KILL_SECONDS=300` makes five minutes of it.

mod compare;
mod keyed;
mod load;

use std::sync::Arc;
use std::time::Duration;

use portone_tests::{DEADLINE_MS, LEASE_MARGIN_MS, PATIENCE, Shop, eventually};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::time::Instant;

use load::Load;

/// How many processes are killed at least.
const KILL_COUNT_MIN: u32 = 14;
const COMMANDS: [&str; 4] = ["PAY_INSTANTLY", "PAY_WITH_BILLING_KEY", "CANCEL", "READ"];
const KINDS: [&str; 6] = ["reset", "half_reply", "garbage", "status", "delay", LATE];
/// A PG that performs after the deadline what it was asked for.
const LATE: &str = "late";
/// How long after the deadline: after the first inquiries, which find nothing, and well before the lease ends, which is
/// what a lease is for.
const LATE_MS: u64 = 1_800;
/// The longest pause between two inquiries of one attempt.
const INQUIRY_WAIT_MAX: Duration = Duration::from_secs(30);

#[tokio::test]
async fn no_payment_is_lost_or_doubled_when_processes_are_killed() {
    let seed = seed();
    let seconds: u64 = std::env::var("PORTONE_KILL_SECONDS")
        .map_or(0, |seconds| seconds.parse().expect("PORTONE_KILL_SECONDS is a number"));
    println!("seed {seed}: repeat with PORTONE_TEST_SEED={seed} PORTONE_KILL_SECONDS={seconds}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut shop = Shop::start().await;
    let load = Arc::new(Load::new(&shop, seed).await);
    let clients = load::start_clients(&load);
    let killed = torment(&mut shop, &load, &mut random, Duration::from_secs(seconds)).await;
    meet_every_fault(&shop, &mut random).await;
    let sent = load.stop(clients).await;
    wait_until_settled(&shop).await;
    shop.check_running();
    let compared = compare::compare(&shop, &sent).await;
    println!("{compared}; killed: {} times the gateway, {} the sandbox", killed[0], killed[1]);
    compared.check_it_was_worth_it();
}

/// Kills one of the two processes at random, again and again: how often each.
async fn torment(shop: &mut Shop, load: &Load, random: &mut StdRng, whole: Duration) -> Vec<u32> {
    let begun = Instant::now();
    let mut killed = vec![0; shop.process_count()];
    while begun.elapsed() < whole || killed.iter().sum::<u32>() < KILL_COUNT_MIN || killed.contains(&0) {
        for _ in 0..random.random_range(4..10) {
            shop.fault(any_fault(random)).await;
        }
        load.wait_for_successes(random.random_range(20..=120)).await;
        let which = random.random_range(0..shop.process_count());
        shop.kill_and_restart(which).await;
        killed[which] += 1;
    }
    killed
}

/// Which round of luck this is; `PORTONE_TEST_SEED` repeats one.
fn seed() -> u64 {
    match std::env::var("PORTONE_TEST_SEED") {
        Ok(seed) => seed.parse().expect("PORTONE_TEST_SEED is a number"),
        Err(_) => rand::random_range(0..1_000_000_000),
    }
}

fn any_fault(random: &mut StdRng) -> Value {
    let command = COMMANDS[random.random_range(0..COMMANDS.len())];
    let kind = KINDS[random.random_range(0..KINDS.len())];
    fault(command, kind, random.random_bool(0.5), random)
}

/// Something that goes wrong at the PGs.
fn fault(command: &str, kind: &str, booked: bool, random: &mut StdRng) -> Value {
    let requests = random.random_range(1..=3);
    let mut fault = json!({"command": command, "kind": kind, "booked": booked, "requests": requests});
    if kind == "delay" {
        fault["delay_ms"] = json!(random.random_range(50..=DEADLINE_MS + DEADLINE_MS / 2));
    } else if kind == LATE {
        fault["kind"] = json!("delay");
        fault["booked"] = json!(false);
        fault["delay_ms"] = json!(DEADLINE_MS + LATE_MS);
    }
    fault
}

/// Lets a gateway that lives on meet every fault there is.
async fn meet_every_fault(shop: &Shop, random: &mut StdRng) {
    for command in COMMANDS {
        for kind in KINDS {
            shop.fault(fault(command, kind, random.random_bool(0.5), random)).await;
        }
    }
    eventually("every fault is met", PATIENCE, async || {
        let faults = shop.control().get("/faults").await.ok();
        faults["faults"].as_array().expect("faults").is_empty().then_some(())
    })
    .await;
}

async fn wait_until_settled(shop: &Shop) {
    let lease = Duration::from_millis(DEADLINE_MS + LEASE_MARGIN_MS);
    let admin = shop.admin();
    eventually("every open attempt is settled", lease + INQUIRY_WAIT_MAX + PATIENCE, async || {
        let open = admin.get("/attempts?open").await.ok();
        open["items"].as_array().expect("items").is_empty().then_some(())
    })
    .await;
}
