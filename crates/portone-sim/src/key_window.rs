//! Billing keys that are issued in a window: the shop opens it, the card's holder authenticates, leaves or never comes back,
//! and its page tells a gateway, or does not. At the V2 upstream the gateway approves; at the V1 upstream the PG issues by
//! itself.

use std::sync::Arc;

use portone_core::BillingKey;
use portone_engine::issue_token;
use portone_sandbox::Method;
use serde_json::{Value, json};

use crate::book::{Answer, Done, Operation};
use crate::request::CARDS;
use crate::serve::ask;
use crate::shop::patience;
use crate::window::tell;
use crate::world::{CHANNELS, World};

/// The key, where the shop gets to know that it is issued.
pub(crate) async fn story(world: &Arc<World>) -> Option<BillingKey> {
    let place = world.chance.index(CHANNELS.len());
    let opened =
        ask(world, Operation::OpenKeyWindow { channel: CHANNELS[place] }, None, patience(world)).await;
    let Some(Answer::Done(Done::KeyOpened { key, call })) = opened else { return None };
    let (key, call) = (key.parse::<BillingKey>().ok()?, serde_json::from_str::<Value>(&call).ok()?);
    world.scheduler.sleep_ms(world.chance.between(500, 120_000)).await;
    if world.chance.percent(20) {
        // The holder closed the browser.
        return None;
    }
    let told = authenticate(world, &key, &call, world.weather.is_v1(place));
    if world.chance.percent(15) {
        return None;
    }
    let operation = match told["billingIssueToken"].as_str() {
        Some(token) => Operation::ConfirmKey { token: issue_token(&key, &token.into()).expose().to_owned() },
        None => Operation::LookAtKey { key: key.clone() },
    };
    match tell(world, &operation).await {
        Some(Answer::Done(Done::Issued { .. })) => Some(key),
        _ => None,
    }
}

/// What a card's holder does in a window, and what its page is told.
fn authenticate(world: &Arc<World>, key: &BillingKey, call: &Value, is_v1: bool) -> Value {
    let card = world.chance.pick(&CARDS);
    let mut body = json!({"call": call, "cardNumber": card});
    if world.chance.percent(10) {
        body["ending"] = "LEAVE".into();
    }
    let path = if is_v1 { "/sandbox/v1/windows" } else { "/sandbox/windows" };
    let (is_done, told) = world.network.control(Method::Post, path, &body);
    world.scheduler.note(format_args!("the holder of {key}: {card}: {is_done} {told}"));
    told
}
