//! The shops: each has some stories to tell, one after the other, and little patience.

use std::sync::Arc;

use chrono::TimeDelta;
use portone_core::{BillingKey, PaymentId};
use portone_sandbox::Method;
use serde_json::Value;

use crate::book::{Answer, Done, Operation};
use crate::key_window;
use crate::network::Network;
use crate::request::{CARDS, ON_SALE, TOTAL};
use crate::scheduler::WORLD;
use crate::serve::ask;
use crate::window;
use crate::world::{CHANNELS, SECOND, World};

/// How often a shop asks for one thing at most.
const TRY_COUNT_MAX: u64 = 5;
/// What most partial cancels give back.
const SHARE: i64 = 1_000;
/// The channels that issue virtual accounts to anybody; the second one where it is at the V1 upstream.
const ACCOUNT_CHANNELS: [usize; 2] = [0, 2];

/// A shop's life.
pub(crate) async fn live(world: Arc<World>) {
    let story_count = world.chance.between(1, 5);
    for _ in 0..story_count {
        let world = Arc::clone(&world);
        world.scheduler.sleep_ms(world.chance.between(0, 20_000)).await;
        if world.weather.has_windows && world.chance.percent(50) {
            window::story(&world).await;
            continue;
        }
        if world.weather.has_receipts && world.chance.percent(20) {
            receipt(&world).await;
            continue;
        }
        match world.chance.below(10) {
            0..=3 => card(&world).await,
            4..=6 => account(&world).await,
            _ => keys(&world).await,
        }
    }
}

/// A card payment, tried until it is paid or given up; then perhaps cancelled, in parts or in whole.
async fn card(world: &Arc<World>) {
    let payment = perhaps_on_sale(world);
    let mut paid = false;
    for _ in 0..world.chance.between(1, 3) {
        let operation = Operation::PayCard {
            payment: payment.clone(),
            card: world.chance.index(CARDS.len()),
            channel: world.chance.percent(40).then(|| *world.chance.pick(&CHANNELS)),
        };
        let answer = insist(world, operation).await;
        paid = matches!(answer, Some(Answer::Done(_)));
        if paid {
            break;
        }
    }
    // A shop that gives up may cancel what it does not know the end of.
    if paid || world.chance.percent(40) {
        cancel_some(world, &payment).await;
    }
}

pub(crate) async fn cancel_some(world: &Arc<World>, payment: &PaymentId) {
    if world.weather.is_stubborn {
        // Two of the shop's staff give back the same at the same time, and each means it.
        let (colleague, of) = (Arc::clone(world), payment.clone());
        world.scheduler.spawn(WORLD, async move {
            let cancel = Operation::Cancel { payment: of, amount: Some(SHARE) };
            colleague.scheduler.sleep_ms(colleague.chance.between(0, 200_000)).await;
            insist(&colleague, cancel).await;
        });
        insist(world, Operation::Cancel { payment: payment.clone(), amount: Some(SHARE) }).await;
    }
    for _ in 0..world.chance.below(4) {
        world.scheduler.sleep_ms(world.chance.between(0, 30_000)).await;
        let amount = world.chance.percent(70).then(|| match world.chance.below(2) {
            // Often the same: then one cancel cannot be told from another by its amount.
            0 => SHARE,
            _ => world.chance.amount(100, TOTAL / 2),
        });
        insist(world, Operation::Cancel { payment: payment.clone(), amount }).await;
    }
}

/// A virtual account: paid into or not, closed or cancelled.
async fn account(world: &Arc<World>) {
    let payment = payment(world);
    let is_v1 = world.weather.has_v1 && world.chance.percent(40);
    let channel = CHANNELS[if is_v1 { SECOND } else { *world.chance.pick(&ACCOUNT_CHANNELS) }];
    insist(world, Operation::PayAccount { payment: payment.clone(), channel }).await;
    if world.chance.percent(70) {
        let (buyer, payment) = (Arc::clone(world), payment.clone());
        world.scheduler.spawn(WORLD, async move {
            buyer.scheduler.sleep_ms(buyer.chance.between(0, 120_000)).await;
            let is_done = deposit(&buyer.network, &payment, is_v1);
            buyer.scheduler.note(format_args!("the buyer pays into the account of {payment}: {is_done}"));
        });
    }
    world.scheduler.sleep_ms(world.chance.between(0, 100_000)).await;
    if world.chance.percent(30) {
        insist(world, Operation::Close { payment: payment.clone() }).await;
    }
    if world.chance.percent(50) {
        cancel_some(world, &payment).await;
    }
}

/// Pays into an account; whether there is one.
fn deposit(network: &Network, payment: &PaymentId, is_v1: bool) -> bool {
    let path = if is_v1 {
        let waiting = network
            .v1_payments()
            .into_iter()
            .rev()
            .find(|it| it["merchant_uid"] == payment.as_str() && it["status"] == "ready");
        let Some(waiting) = waiting else { return false };
        format!("/sandbox/v1/payments/{}/deposit", waiting["imp_uid"].as_str().unwrap_or_default())
    } else {
        format!("/sandbox/payments/{payment}/deposit")
    };
    network.control(Method::Post, &path, &Value::Null).0
}

/// A billing key: paid with at once and by schedules, and perhaps deleted.
async fn keys(world: &Arc<World>) {
    let Some(key) = new_billing_key(world).await else { return };
    for _ in 0..world.chance.below(4) {
        let payment = perhaps_on_sale(world);
        match world.chance.below(3) {
            0 => {
                insist(world, Operation::PayKey { payment: payment.clone(), key: key.clone() }).await;
                cancel_some(world, &payment).await;
            }
            _ => schedule(world, &key, payment).await,
        }
    }
    if world.chance.percent(40) {
        world.scheduler.sleep_ms(world.chance.between(0, 60_000)).await;
        insist(world, Operation::Delete { key }).await;
    }
}

async fn new_billing_key(world: &Arc<World>) -> Option<BillingKey> {
    if world.weather.has_key_windows && world.chance.percent(50) {
        return key_window::story(world).await;
    }
    let channel = world.chance.percent(30).then(|| *world.chance.pick(&CHANNELS));
    let card = world.chance.index(CARDS.len());
    match insist(world, Operation::Issue { card, channel }).await {
        Some(Answer::Done(Done::Issued { key })) => key.parse().ok(),
        _ => None,
    }
}

/// A cash receipt for what was paid elsewhere: issued, perhaps cancelled, perhaps issued anew.
async fn receipt(world: &Arc<World>) {
    let payment = payment(world);
    for _ in 0..world.chance.between(1, 2) {
        insist(world, Operation::IssueReceipt { payment: payment.clone() }).await;
        if world.chance.percent(50) {
            world.scheduler.sleep_ms(world.chance.between(0, 60_000)).await;
            insist(world, Operation::CancelReceipt { payment: payment.clone() }).await;
        }
    }
}

async fn schedule(world: &Arc<World>, key: &BillingKey, payment: PaymentId) {
    // Some come due when nothing goes wrong any more.
    let most = if world.chance.percent(20) { 7_000 } else { 150 };
    let in_seconds = world.chance.amount(30, most);
    let operation = Operation::Schedule { payment: payment.clone(), key: key.clone(), in_seconds };
    let made = insist(world, operation).await;
    if let Some(Answer::Done(Done::Scheduled { id })) = made
        && world.chance.percent(30)
        && let Ok(schedule) = id.parse()
    {
        // Some call it off in the very seconds in which it is paid.
        let is_late = in_seconds <= 150 && world.chance.percent(50);
        let (least, most) =
            if is_late { (in_seconds * 1_000 - 1_000, in_seconds * 1_000 + 9_000) } else { (0, 40_000) };
        world.scheduler.sleep(TimeDelta::milliseconds(world.chance.amount(least, most))).await;
        insist(world, Operation::Revoke { key: key.clone(), schedule }).await;
    }
    // A shop that is not sure pays by itself: it must not.
    if world.chance.percent(20) {
        insist(world, Operation::PayKey { payment, key: key.clone() }).await;
    }
}

/// Asks until something definite is said, or patience ends.
async fn insist(world: &Arc<World>, operation: Operation) -> Option<Answer> {
    let mut key = new_key(world);
    let mut last = None;
    let is_stubborn = world.weather.is_stubborn;
    let (try_count_max, is_patient, has_doubts) =
        if is_stubborn { (3 * TRY_COUNT_MAX, 60, 10) } else { (TRY_COUNT_MAX, 20, 30) };
    for _ in 0..world.chance.between(1, try_count_max) {
        if world.chance.percent(world.weather.doubled) {
            ask_besides(world, &operation, key.as_ref());
        }
        let patience = patience(world);
        last = ask(world, operation.clone(), key.clone(), patience).await;
        if matches!(last, Some(Answer::Done(_) | Answer::Refused(_))) {
            return last;
        }
        // Some come back when nobody can be working on it any more.
        let longest_ms = if world.chance.percent(is_patient) { 200_000 } else { 20_000 };
        world.scheduler.sleep_ms(world.chance.between(0, longest_ms)).await;
        if world.chance.percent(has_doubts) {
            key = new_key(world);
        }
    }
    last
}

/// A second request at the same time: the button was pressed twice.
fn ask_besides(world: &Arc<World>, operation: &Operation, key: Option<&String>) {
    let key = if world.chance.percent(60) { key.cloned() } else { new_key(world) };
    let (world, operation) = (Arc::clone(world), operation.clone());
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(WORLD, async move {
        world.scheduler.sleep_ms(world.chance.between(0, 2_000)).await;
        ask(&world, operation, key, TimeDelta::seconds(90)).await;
    });
}

fn new_key(world: &World) -> Option<String> {
    world.chance.percent(60).then(|| format!("key-of-the-shop-{}", world.number()))
}

/// The id of a new payment.
pub(crate) fn payment(world: &World) -> PaymentId {
    payment_of(world, "order")
}

/// The id of a new payment that may be one of the promotion's.
fn perhaps_on_sale(world: &World) -> PaymentId {
    let is_on_sale = world.weather.has_promotion && world.chance.percent(60);
    payment_of(world, if is_on_sale { ON_SALE } else { "order" })
}

fn payment_of(world: &World, kind: &str) -> PaymentId {
    let id = format!("{kind}{}", world.number());
    // Letters and digits, and short.
    id.parse().unwrap_or_else(|_| unreachable!("{id} is a payment id"))
}

/// How long a shop waits for one answer.
pub(crate) fn patience(world: &World) -> TimeDelta {
    let is_impatient = world.chance.percent(world.weather.impatient);
    let milliseconds =
        if is_impatient { world.chance.amount(50, 5_000) } else { world.chance.amount(30_000, 90_000) };
    TimeDelta::milliseconds(milliseconds)
}
