//! Three gateways on one PostgreSQL: any of them or the PGs' sandbox is killed with `kill -9` under load, the database is cut
//! off and restarted twice, PGs fail. Afterwards the ledger is the PGs' ledger, each scheduled payment was made once, and every announcement
//! was queued with what it announces.
//!
//! It takes half a minute; `PORTONE_REPLICAS_SECONDS=300` makes it five, and then waits until the last webhook came.

#[path = "../kill/compare.rs"]
mod compare;
#[path = "../kill/load.rs"]
mod load;

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use portone_store::contract::cluster::Cluster;
use portone_tests::{
    ADMIN_TOKEN, Api, DEADLINE_MS, GROUP, KPN, LEASE_MARGIN_MS, PATIENCE, Receiver, SMARTRO, Shop, eventually,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::time::Instant;

use load::{Load, Sent};

const GATEWAY_COUNT: usize = 3;
const SCHEDULE_COUNT: usize = 24;
/// How soon a change of a group is everywhere.
const DIRECTORY_DELAY: Duration = Duration::from_secs(1);
/// The longest pause between two inquiries of one attempt.
const INQUIRY_WAIT_MAX: Duration = Duration::from_secs(30);
/// From which length on a run waits for the last webhook.
const LONG_SECONDS: u64 = 60;
/// How long the last webhook may take: a gateway that is killed leaves what it was sending claimed for 90 s, and a host has
/// no more than four under way, so that those who are killed all the time leave a long queue.
const DELIVERY_WAIT_MAX: Duration = Duration::from_mins(15);
const COMMANDS: [&str; 4] = ["PAY_INSTANTLY", "PAY_WITH_BILLING_KEY", "CANCEL", "READ"];
const KINDS: [&str; 5] = ["reset", "half_reply", "garbage", "status", "delay"];

#[tokio::test]
async fn no_payment_is_lost_or_doubled_by_three_gateways_on_one_postgres() {
    let Some(cluster) = Cluster::start() else { return };
    let cluster = Arc::new(cluster);
    let seed = std::env::var("PORTONE_TEST_SEED").map_or_else(
        |_| rand::random_range(0..1_000_000_000),
        |seed| seed.parse().expect("PORTONE_TEST_SEED is a number"),
    );
    let seconds: u64 = std::env::var("PORTONE_REPLICAS_SECONDS")
        .map_or(30, |seconds| seconds.parse().expect("PORTONE_REPLICAS_SECONDS is a number"));
    println!("seed {seed}: repeat with PORTONE_TEST_SEED={seed} PORTONE_REPLICAS_SECONDS={seconds}");
    let mut random = StdRng::seed_from_u64(seed);
    let receiver = Receiver::open().await;
    let mut shop = Shop::start_on(&cluster.create("ledger"), GATEWAY_COUNT, &webhooks(&receiver.url)).await;
    a_group_change_is_everywhere_soon(&shop).await;
    let load = Arc::new(Load::new(&shop, seed).await);
    let scheduled = schedule(&shop, seconds).await;
    let clients = load::start_clients(&load);
    let killed = torment(&mut shop, &cluster, &load, &mut random, Duration::from_secs(seconds)).await;
    let mut sent = load.stop(clients).await;
    sent.extend(scheduled.iter().map(|id| (id.clone(), Sent { total: 3_000, ..Sent::default() })));
    shop.clear_faults().await;
    wait_until_settled(&shop).await;
    wait_until_paid(&cluster).await;
    shop.check_running();
    let compared = compare::compare(&shop, &sent).await;
    println!("{compared}; {killed} processes killed, the database restarted twice");
    compared.check_it_was_worth_it();
    check_webhooks(&cluster, &receiver, seconds >= LONG_SECONDS).await;
}

fn webhooks(url: &str) -> String {
    format!(
        r#"webhooks = [
  {{ url = "{url}", secret = "whsec_dGVzdHMtd2ViaG9vay1zZWNyZXQtb2YtdGhlLXNob3A=", version = "2024-04-25", environment = "test" }},
]
"#
    )
}

/// What one gateway is told every gateway knows.
async fn a_group_change_is_everywhere_soon(shop: &Shop) {
    let path = format!("/channel-groups/{GROUP}");
    let channels = json!([{"key": SMARTRO, "weight": 40}, {"key": KPN, "weight": 60}]);
    let change = json!({"name": "Pair 40:60", "channels": channels});
    let changed = shop.admin().put(&path, &change).await.ok();
    assert_eq!(changed["version"], 2, "{changed}");
    let begun = Instant::now();
    for gateway in &shop.replicas {
        let admin = Api::new(&format!("{}/admin", gateway.url), &format!("Bearer {ADMIN_TOKEN}"));
        eventually("the change is there", DIRECTORY_DELAY, async || {
            (admin.get(&path).await.ok()["version"] == changed["version"]).then_some(())
        })
        .await;
    }
    println!("a group's change was everywhere after {} ms", begun.elapsed().as_millis());
}

/// Payments to be made while everything breaks: their ids.
#[expect(clippy::disallowed_methods, reason = "the gateways' clock is the time of day")]
async fn schedule(shop: &Shop, seconds: u64) -> Vec<String> {
    let body = json!({"channelGroupId": GROUP, "method": load::card("4242424242424242"), "customer": load::customer()});
    let issued = shop.api().post("/billing-keys", &body).await.ok();
    let mut ids = Vec::new();
    for number in 0..SCHEDULE_COUNT {
        let id = format!("scheduled{number}");
        let share = i64::try_from(seconds * 1_000 * number as u64 / SCHEDULE_COUNT as u64).expect("is small");
        let at = Utc::now() + TimeDelta::milliseconds(2_000 + share);
        let payment = json!({"billingKey": issued["billingKeyInfo"]["billingKey"], "orderName": "Monthly pass",
            "amount": {"total": 3_000}, "currency": "KRW", "customer": load::customer()});
        let body =
            json!({"payment": payment, "timeToPay": at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)});
        shop.api().post(&format!("/payments/{id}/schedule"), &body).await.ok();
        ids.push(id);
    }
    ids
}

/// Kills processes at random, and the database twice: how many processes.
async fn torment(
    shop: &mut Shop,
    cluster: &Arc<Cluster>,
    load: &Load,
    random: &mut StdRng,
    whole: Duration,
) -> u32 {
    let begun = Instant::now();
    let mut cuts = vec![whole * 2 / 3, whole / 3];
    let mut killed = 0;
    while begun.elapsed() < whole {
        for _ in 0..random.random_range(2..6) {
            shop.fault(any_fault(random)).await;
        }
        load.wait_for_successes(random.random_range(20..=80)).await;
        if cuts.last().is_some_and(|cut| begun.elapsed() >= *cut) {
            cuts.pop();
            let (cluster, is_first) = (Arc::clone(cluster), cuts.len() == 1);
            let restart = move || if is_first { cluster.crash_and_restart() } else { cluster.restart() };
            tokio::task::spawn_blocking(restart).await.expect("the database comes back");
        } else {
            let which = random.random_range(0..shop.process_count());
            shop.kill_and_restart(which).await;
            killed += 1;
        }
    }
    assert!(cuts.is_empty() && killed > 0, "the database was restarted twice, and a process killed");
    killed
}

fn any_fault(random: &mut StdRng) -> Value {
    let command = COMMANDS[random.random_range(0..COMMANDS.len())];
    let kind = KINDS[random.random_range(0..KINDS.len())];
    let mut fault = json!({"command": command, "kind": kind, "booked": random.random_bool(0.5),
        "requests": random.random_range(1..=3)});
    if kind == "delay" {
        fault["delay_ms"] = json!(random.random_range(50..=DEADLINE_MS + DEADLINE_MS / 2));
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

/// Each schedule has ended, with one transaction.
async fn wait_until_paid(cluster: &Cluster) {
    eventually("every schedule is over", INQUIRY_WAIT_MAX + PATIENCE, async || {
        let open = "SELECT count(*) FROM payment_schedules WHERE status NOT IN ('SUCCEEDED', 'FAILED')";
        (cluster.query("ledger", open).trim() == "0").then_some(())
    })
    .await;
    let succeeded = "SELECT count(*) FROM payment_schedules WHERE status = 'SUCCEEDED'";
    println!("{} of {SCHEDULE_COUNT} schedules succeeded", cluster.query("ledger", succeeded).trim());
    let twice = "SELECT payment_id FROM transactions WHERE payment_id LIKE 'scheduled%' AND status = 'PAID'
        GROUP BY payment_id HAVING count(*) > 1";
    assert_eq!(cluster.query("ledger", twice).trim(), "", "paid twice");
}

/// Every announcement has its delivery, and what was not delivered yet is in the queue; later all came.
async fn check_webhooks(cluster: &Cluster, receiver: &Receiver, is_long: bool) {
    let lost = "SELECT count(*) FROM events AS e LEFT JOIN webhook_deliveries AS d ON d.event_seq = e.seq
        LEFT JOIN webhook_queue AS q ON q.delivery_no = d.no
        WHERE d.no IS NULL OR (d.status IS DISTINCT FROM 'SUCCEEDED' AND q.delivery_no IS NULL)";
    assert_eq!(cluster.query("ledger", lost).trim(), "0", "announcements without a delivery");
    if !is_long {
        return;
    }
    eventually("every webhook is delivered", DELIVERY_WAIT_MAX, async || {
        let queue =
            "SELECT count(*), count(due_at), coalesce(sum(claimed), 0), max(try_count) FROM webhook_queue";
        let left = cluster.query("ledger", queue);
        println!("webhooks left, due, under way, most tries: {}", left.trim());
        tokio::time::sleep(Duration::from_secs(2)).await;
        left.starts_with("0|").then_some(())
    })
    .await;
    let ids: std::collections::BTreeSet<String> = receiver
        .received()
        .iter()
        .filter_map(|request| Some(request.lines().find(|it| it.starts_with("webhook-id: "))?.to_owned()))
        .collect();
    let announced: usize =
        cluster.query("ledger", "SELECT count(*) FROM webhook_deliveries").trim().parse().expect("a number");
    println!("{announced} webhooks, {} requests", receiver.received().len());
    assert_eq!(ids.len(), announced, "each came at least once");
}
