//! What shops were told is true: what was done is done, once for each key; what was refused was not charged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portone_core::PaymentId;
use portone_engine::ledger::ScheduleStatus;

use super::Books;
use crate::book::{Answer, Asked, Done, Operation};
use crate::world::World;

pub(super) fn check(books: &Books, world: &Arc<World>, found: &mut Vec<String>) {
    let asked: Vec<Asked> = world.book().asked().cloned().collect();
    for one in &asked {
        if let Some(Answer::Done(done)) = &one.answer {
            check_done(books, one, done, found);
        }
    }
    check_keys(&asked, found);
    for payment in books.ours.keys() {
        let of_it: Vec<&Asked> = asked.iter().filter(|one| is_about(one, payment)).collect();
        check_refused(books, payment, &of_it, found);
        check_paid_already(books, payment, &of_it, found);
        check_cancels(books, payment, &of_it, found);
    }
}

fn is_about(asked: &Asked, payment: &str) -> bool {
    asked.operation.payment().is_some_and(|id| id.as_str() == payment)
}

/// What was told as done is on the PG's books and on ours.
fn check_done(books: &Books, asked: &Asked, done: &Done, found: &mut Vec<String>) {
    let payment = asked.operation.payment().map(PaymentId::as_str).unwrap_or_default();
    let is_true = match done {
        Done::Paid { pg_tx_id } => {
            books.charges_of(payment).any(|charge| charge.pg_tx_id.as_ref() == Some(pg_tx_id))
        }
        Done::Cancelled { id, total } => books.ours.get(payment).into_iter().flatten().any(|transaction| {
            transaction.cancellations.iter().any(|cancel| cancel.id.as_str() == id && cancel.total == *total)
        }),
        Done::Closed => books
            .ours
            .get(payment)
            .into_iter()
            .flatten()
            .any(|transaction| transaction.status.code() == "CANCELLED" && transaction.paid_at.is_none()),
        Done::Deleted => {
            let Operation::Delete { key } = &asked.operation else { return };
            books.events.iter().any(|(_, event)| {
                event.kind == portone_engine::event::EventKind::BillingKeyDeleted
                    && matches!(&event.subject, portone_engine::event::EventSubject::BillingKey(of) if of == key)
            })
        }
        Done::Scheduled { id } => books.schedules.iter().any(|schedule| schedule.id.as_str() == id),
        Done::Revoked => {
            let Operation::Revoke { schedule: id, .. } = &asked.operation else { return };
            let revoked = |it: &&portone_engine::ledger::Schedule| it.id == *id;
            books.schedules.iter().find(revoked).is_some_and(|it| it.status == ScheduleStatus::Revoked)
        }
        // Held against the PGs with all the others.
        Done::Issued { .. }
        | Done::Opened { .. }
        | Done::Looked
        | Done::KeyOpened { .. }
        | Done::ReceiptIssued { .. }
        | Done::ReceiptCancelled => true,
    };
    if !is_true {
        found.push(format!("told as done, and is not: {asked:?}"));
    }
}

/// What was told as done under a key is told so again, and is not refused from then on; nor is anything done under a key whose
/// refusal is kept. A refusal that could not be kept may be followed by the same request's success: nothing was done before.
fn check_keys(asked: &[Asked], found: &mut Vec<String>) {
    let mut done: BTreeMap<&str, (usize, &Answer)> = BTreeMap::new();
    for one in asked {
        let (Some(key), Some(answer @ Answer::Done(_))) = (&one.key, &one.answer) else { continue };
        let first = done.entry(key.as_str()).or_insert((one.answered, answer));
        first.0 = first.0.min(one.answered);
        if first.1 != answer {
            found.push(format!("one key, two answers: {key}: {:?} and {answer:?}", first.1));
        }
    }
    // What goes by no name of its own finds itself done before: closed, deleted or revoked.
    for one in asked.iter().filter(|one| one.operation.is_named()) {
        let (Some(key), Some(Answer::Refused(why))) = (&one.key, &one.answer) else { continue };
        if let Some((since, done)) = done.get(key.as_str())
            && (one.is_kept || one.answered > *since)
        {
            found.push(format!("one key, done and refused: {key}: {done:?} and {why}"));
        }
    }
}

/// Where every request to pay was refused, nothing was charged.
fn check_refused(books: &Books, payment: &str, asked: &[&Asked], found: &mut Vec<String>) {
    let mut pays = asked.iter().filter(|one| one.operation.pays()).peekable();
    let is_any = pays.peek().is_some();
    // One request that was sent again and again is refused when its last word is: that it failed.
    let first = pays.peek().and_then(|one| one.key.clone());
    let is_one = first.is_some() && pays.clone().all(|one| one.key == first);
    let all_refused = pays.clone().all(|one| matches!(&one.answer, Some(Answer::Refused(_))));
    let failed = |one: &&&Asked| matches!(&one.answer, Some(Answer::Refused(why)) if why == "Declined" || why == "Unavailable");
    let all_refused = all_refused || is_one && pays.any(|one| failed(&one));
    let is_scheduled = books.schedules.iter().any(|it| it.order.payment_id.as_str() == payment);
    // A window may pay without an approval of ours: at a V1 upstream, or when its PG had put it off.
    let windows = asked.iter().filter(|one| matches!(one.answer, Some(Answer::Done(Done::Opened { .. }))));
    let tokens: BTreeSet<&str> = asked.iter().filter_map(|one| one.operation.token()).collect();
    let is_any = is_any && windows.count() <= tokens.len();
    let charged: i64 = books.charges_of(payment).map(|charge| charge.charged).sum();
    if is_any && all_refused && !is_scheduled && charged > 0 {
        found.push(format!("refused, and {charged} was charged: {payment} {asked:?}"));
    }
}

/// "Paid already" is told of what is paid, and never to the one request that paid it.
fn check_paid_already(books: &Books, payment: &str, asked: &[&Asked], found: &mut Vec<String>) {
    let told = |one: &&&Asked| {
        one.operation.pays() && matches!(&one.answer, Some(Answer::Refused(why)) if why == "AlreadyPaid")
    };
    if !asked.iter().any(|one| told(&one)) {
        return;
    }
    let ours = books.ours.get(payment).map_or(&[][..], Vec::as_slice);
    if ours.iter().all(|transaction| transaction.status.code() == "FAILED") {
        found.push(format!("told as paid already, and is not: {payment} {asked:?}"));
    }
    let is_scheduled = books.schedules.iter().any(|it| it.order.payment_id.as_str() == payment);
    let mut keys: Vec<&Option<String>> =
        asked.iter().filter(|one| one.operation.pays()).map(|one| &one.key).collect();
    keys.dedup();
    if let [Some(key)] = keys[..]
        && !is_scheduled
    {
        found.push(format!("told to its own payer as paid already: {payment} {key}"));
    }
}

/// There are no more cancels than were asked for: requests with one key are one.
fn check_cancels(books: &Books, payment: &str, asked: &[&Asked], found: &mut Vec<String>) {
    let cancels = || asked.iter().filter(|one| matches!(one.operation, Operation::Cancel { .. }));
    let keyed: BTreeSet<&String> = cancels().filter_map(|one| one.key.as_ref()).collect();
    let asked_count = keyed.len() + cancels().filter(|one| one.key.is_none()).count();
    let ours = books.ours.get(payment).map_or(&[][..], Vec::as_slice);
    let count = ours.iter().filter(|it| it.paid_at.is_some()).flat_map(|it| &it.cancellations).count();
    if count > asked_count {
        found.push(format!(
            "{payment} was cancelled {count} times and {asked_count} were asked for: {asked:?}"
        ));
    }
}
