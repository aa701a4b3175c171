//! `kill -9` of the gateway under load, ten times, with faults at the PGs: afterwards its ledger is the PGs' ledger.

mod compare;
mod load;

use std::sync::Arc;
use std::time::Duration;

use portone_tests::{DEADLINE_MS, LEASE_MARGIN_MS, PATIENCE, Shop, eventually};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use load::Load;

const KILL_COUNT: u32 = 10;
/// How long after the deadline a PG may still perform what it was asked for: after the first inquiries, which find
/// nothing, and well before the lease ends, which is what a lease is for.
const LATE_MS: u64 = 1_800;
/// The longest pause between two inquiries of one attempt.
const INQUIRY_WAIT_MAX: Duration = Duration::from_secs(30);

#[tokio::test]
async fn no_payment_is_lost_or_doubled_when_the_gateway_is_killed() {
    let seed = seed();
    println!("seed {seed}: repeat with PORTONE_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut shop = Shop::start().await;
    let load = Arc::new(Load::new(&shop, seed).await);
    let clients = load::start_clients(&load);
    for _ in 0..KILL_COUNT {
        for _ in 0..random.random_range(4..10) {
            shop.fault(fault(&mut random)).await;
        }
        load.wait_for_successes(random.random_range(20..=120)).await;
        shop.gateway.kill().await;
        shop.gateway.restart().await;
    }
    load.wait_for_successes(20).await;
    shop.clear_faults().await;
    let sent = load.stop(clients).await;
    wait_until_settled(&shop).await;
    shop.check_running();
    let compared = compare::compare(&shop, &sent).await;
    println!("{compared}");
    compared.check_it_was_worth_it();
}

/// Which round of luck this is; `PORTONE_TEST_SEED` repeats one.
fn seed() -> u64 {
    match std::env::var("PORTONE_TEST_SEED") {
        Ok(seed) => seed.parse().expect("PORTONE_TEST_SEED is a number"),
        Err(_) => rand::random_range(0..1_000_000_000),
    }
}

/// Something that goes wrong at the PGs.
fn fault(random: &mut StdRng) -> Value {
    let commands = ["PAY_INSTANTLY", "PAY_WITH_BILLING_KEY", "CANCEL", "READ"];
    let mut fault = json!({
        "command": commands[random.random_range(0..commands.len())],
        "booked": random.random_bool(0.5),
        "requests": random.random_range(1..=3),
    });
    let kinds = ["reset", "half_reply", "garbage", "status", "delay", "late"];
    match kinds[random.random_range(0..kinds.len())] {
        "delay" => {
            fault["kind"] = json!("delay");
            fault["delay_ms"] = json!(random.random_range(50..=DEADLINE_MS + DEADLINE_MS / 2));
        }
        "late" => {
            fault["kind"] = json!("delay");
            fault["booked"] = json!(false);
            fault["delay_ms"] = json!(DEADLINE_MS + LATE_MS);
        }
        kind => fault["kind"] = json!(kind),
    }
    fault
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
