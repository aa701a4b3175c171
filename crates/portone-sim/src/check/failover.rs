//! Nothing is sent anew while an earlier attempt is in doubt, nor after others may have given the attempt up; and each payment
//! that went to another channel had a reason to, which its record tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_router::{Decision, RerouteClass};

use super::Books;
use crate::network::MOOD_CODE;
use crate::world::{CHANNELS, SECOND, World};

/// How long after its attempt is durable a call may start: the lease's margin, and two clocks that are a second off.
const START_MAX: TimeDelta = TimeDelta::seconds(7);
/// The same at the V1 upstream, whose lease has room for two log-ins of 5 s and a first try of 60 s.
const V1_START_MAX: TimeDelta = TimeDelta::seconds(77);

pub(super) fn check(books: &Books, world: &Arc<World>, found: &mut Vec<String>) {
    found.extend(world.network.sent_wrongly());
    let sent_at = world.network.sent_at();
    for (payment, ours) in &books.ours {
        for transaction in ours {
            let is_v1 = transaction.channel.key.as_str() == CHANNELS[SECOND] && world.weather.has_v1;
            check_start(transaction, &sent_at, if is_v1 { V1_START_MAX } else { START_MAX }, found);
            check_replay(books, transaction, sent_at.contains_key(transaction.id.as_str()), found);
            check_left(books, payment, transaction, found);
            check_came(books, ours, transaction, found);
        }
    }
}

/// A gateway that stood still does not send what others may have given up.
fn check_start(
    transaction: &Transaction,
    sent_at: &BTreeMap<String, DateTime<Utc>>,
    start_max: TimeDelta,
    found: &mut Vec<String>,
) {
    let Some(sent_at) = sent_at.get(transaction.id.as_str()) else { return };
    if *sent_at > transaction.requested_at + start_max {
        let (id, since) = (&transaction.id, transaction.requested_at);
        found.push(format!("sent too late: {id} at {sent_at}, and was begun at {since}"));
    }
}

/// Each decision replays to the channel that was asked; nothing is asked without one.
fn check_replay(books: &Books, transaction: &Transaction, is_sent: bool, found: &mut Vec<String>) {
    let decision = books.decisions.get(transaction.id.as_str());
    let replayed = decision.and_then(Decision::replay);
    if (is_sent || decision.is_some()) && replayed != Some(&transaction.channel.key) {
        let (id, channel) = (&transaction.id, &transaction.channel.key);
        found.push(format!("decision: {id} went to {channel}, and replays to {replayed:?}"));
    }
}

/// A transaction that another one followed failed for a reason the policy knows, and nothing was charged there.
fn check_left(books: &Books, payment: &str, transaction: &Transaction, found: &mut Vec<String>) {
    let Some(next) = &transaction.rerouted_to else { return };
    let id = &transaction.id;
    if transaction.status != PaymentStatus::Failed {
        found.push(format!("rerouted: {id} is {}, and {next} followed", transaction.status.code()));
    }
    let why = transaction.failure.as_ref().and_then(|failure| failure.pg_code.as_deref());
    if why.is_some_and(|code| code != MOOD_CODE) {
        found.push(format!("rerouted: {id} was declined with {why:?}, which the policy does not list"));
    }
    let ours = books.ours.get(payment).map_or(&[][..], Vec::as_slice);
    if !ours.iter().any(|other| other.id == *next && other.seq > transaction.seq) {
        found.push(format!("rerouted: {id} names {next}, which did not follow"));
    }
}

/// A transaction that followed another one says so in its record, and is at a channel that was not asked before.
fn check_came(books: &Books, ours: &[Transaction], transaction: &Transaction, found: &mut Vec<String>) {
    let before = ours.iter().find(|other| other.rerouted_to.as_ref() == Some(&transaction.id));
    let Some(Decision::Group(decision)) = books.decisions.get(transaction.id.as_str()) else {
        if before.is_some() {
            found.push(format!("rerouted: {} has no group's decision", transaction.id));
        }
        return;
    };
    let after = decision.failover.as_ref().and_then(|record| record.after.as_ref());
    let is_true = match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => {
            let is_declined = before.failure.as_ref().is_some_and(|failure| failure.pg_code.is_some());
            after.from == before.channel.key && (after.because == RerouteClass::Declined) == is_declined
        }
        _ => false,
    };
    if !is_true {
        let (id, before) = (&transaction.id, before.map(|before| &before.id));
        found.push(format!("rerouted: {id} came after {before:?}, and its record says {after:?}"));
    }
    let mut asked = BTreeSet::from([&transaction.channel.key]);
    let mut here = before;
    while let Some(one) = here {
        if !asked.insert(&one.channel.key) {
            found.push(format!("rerouted: {} was asked twice for {}", one.channel.key, transaction.id));
        }
        here = ours.iter().find(|other| other.rerouted_to.as_ref() == Some(&one.id));
    }
}
