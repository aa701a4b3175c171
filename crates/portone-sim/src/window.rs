//! Payments in a window: the shop opens it, its payer pays, leaves or never comes back, and its page tells a gateway, or
//! does not. At the V2 upstream the gateway approves what was authenticated; at the V1 upstream the PG charges by itself.

use std::sync::Arc;

use chrono::TimeDelta;
use portone_core::PaymentId;
use portone_engine::payment_token;
use portone_sandbox::Method;
use serde_json::{Value, json};

use crate::book::{Answer, Done, Operation};
use crate::request::CARDS;
use crate::scheduler::WORLD;
use crate::serve::ask;
use crate::shop::{cancel_some, patience, payment};
use crate::world::{CHANNELS, World};

/// How often a page tells what its window came to, and hears nothing certain, at most.
const TELL_COUNT_MAX: u64 = 4;

/// A payment whose window is opened once or twice: what is in the first one counts no more then.
pub(crate) async fn story(world: &Arc<World>) {
    let payment = payment(world);
    let mut left_open = None;
    for _ in 0..world.chance.between(1, 2) {
        let place = world.chance.index(CHANNELS.len());
        let operation = Operation::OpenWindow { payment: payment.clone(), channel: CHANNELS[place] };
        let opened = ask(world, operation, None, patience(world)).await;
        let Some(Answer::Done(Done::Opened { tx_id, call })) = opened else { continue };
        let Ok(call) = serde_json::from_str::<Value>(&call) else { continue };
        if world.weather.has_tabs && left_open.is_none() && world.chance.percent(50) {
            left_open = Some((place, tx_id, call));
            continue;
        }
        let (place, tx_id, call) = left_open.take().unwrap_or((place, tx_id, call));
        world.scheduler.sleep_ms(world.chance.between(500, 120_000)).await;
        if world.chance.percent(20) {
            // The payer closed the browser.
            continue;
        }
        let told = pay(world, &payment, &call, world.weather.is_v1(place));
        if world.chance.percent(85) {
            tell(world, &told_by_page(&payment, &tx_id, &told)).await;
        }
        if world.chance.percent(40) {
            cancel_some(world, &payment).await;
        }
    }
}

/// What a payer does in a window, and what its page is told.
fn pay(world: &Arc<World>, payment: &PaymentId, call: &Value, is_v1: bool) -> Value {
    let ending = match world.chance.below(10) {
        0 => "LEAVE",
        1 if !is_v1 => "REFUSE",
        2 if !is_v1 => "PUT_OFF",
        _ => "PAY",
    };
    let card = world.chance.pick(&CARDS);
    let mut body = json!({"call": call, "cardNumber": card});
    if ending != "PAY" {
        body["ending"] = ending.into();
    }
    let path = if is_v1 { "/sandbox/v1/windows" } else { "/sandbox/windows" };
    let (is_done, told) = world.network.control(Method::Post, path, &body);
    world.scheduler.note(format_args!("the payer of {payment}: {ending} with {card}: {is_done} {told}"));
    if is_done && ending == "PUT_OFF" {
        decide_later(world, payment);
    }
    told
}

/// The PG decides about what it has put off.
fn decide_later(world: &Arc<World>, payment: &PaymentId) {
    let (here, payment) = (Arc::clone(world), payment.clone());
    world.scheduler.spawn(WORLD, async move {
        here.scheduler.sleep_ms(here.chance.between(1_000, 300_000)).await;
        let what = if here.chance.percent(70) { "approve" } else { "refuse" };
        let path = format!("/sandbox/payments/{payment}/{what}");
        let (is_done, _) = here.network.control(Method::Post, &path, &json!({}));
        here.scheduler.note(format_args!("the PG decides to {what} {payment}: {is_done}"));
    });
}

/// The token that the page hands on, or its word that its window has ended.
fn told_by_page(payment: &PaymentId, tx_id: &str, told: &Value) -> Operation {
    match told["paymentToken"].as_str() {
        Some(token) => {
            let token = payment_token(tx_id, &token.into()).expose().to_owned();
            Operation::Confirm { payment: payment.clone(), token }
        }
        None => Operation::Look { payment: payment.clone() },
    }
}

/// Tells a gateway what a window came to; again where nothing certain comes back.
pub(crate) async fn tell(world: &Arc<World>, operation: &Operation) -> Option<Answer> {
    let mut last = None;
    for _ in 0..world.chance.between(1, TELL_COUNT_MAX) {
        if world.chance.percent(world.weather.doubled) {
            let (here, operation) = (Arc::clone(world), operation.clone());
            world.scheduler.spawn(WORLD, async move {
                ask(&here, operation, None, TimeDelta::seconds(90)).await;
            });
        }
        last = ask(world, operation.clone(), None, patience(world)).await;
        if matches!(last, Some(Answer::Done(_) | Answer::Refused(_))) {
            return last;
        }
        world.scheduler.sleep_ms(world.chance.between(0, 60_000)).await;
    }
    last
}
