//! Charged = paid − cancelled for each payment and channel; nothing charged twice; nothing left open.

use std::collections::BTreeMap;

use portone_engine::ledger::{PaymentStatus, Transaction};

use super::{Books, Charge};

pub(super) fn check(books: &Books, found: &mut Vec<String>) {
    for (payment, ours) in &books.ours {
        check_payment(payment, ours, &books.charges_of(payment).collect::<Vec<_>>(), found);
    }
    check_channels(books, found);
}

fn check_payment(payment: &str, ours: &[Transaction], theirs: &[&Charge], found: &mut Vec<String>) {
    let taken: Vec<&&Charge> = theirs.iter().filter(|charge| charge.charged > 0).collect();
    if taken.len() > 1 {
        found.push(format!("charged twice: {payment} {taken:?}"));
    }
    for charge in theirs {
        if !ours.iter().any(|transaction| is_of(transaction, charge)) {
            found.push(format!("a PG knows of what we do not: {charge:?}"));
        }
    }
    for transaction in ours {
        if matches!(transaction.status, PaymentStatus::Ready | PaymentStatus::PayPending) {
            found.push(format!("unsettled: {payment} {} is {}", transaction.id, transaction.status.code()));
        }
        let of_it = || theirs.iter().filter(|charge| is_of(transaction, charge));
        let sums = (of_it().map(|charge| charge.charged).sum(), of_it().map(|charge| charge.cancelled).sum());
        let expected = taken_of(transaction);
        if expected != sums {
            let (status, id) = (transaction.status.code(), &transaction.id);
            found.push(format!("money: {payment} {id} is {status}: (paid, cancelled) is {expected:?} here, {sums:?} at the PG"));
        }
        let waits = of_it().any(|charge| charge.status == "VIRTUAL_ACCOUNT_ISSUED");
        if waits != (transaction.status == PaymentStatus::VirtualAccountIssued) {
            let (status, id) = (transaction.status.code(), &transaction.id);
            found.push(format!("account: {payment} {id} is {status} here, waits at the PG: {waits}"));
        }
        check_number(transaction, of_it().copied(), found);
        check_state(transaction, found);
    }
    check_latest(payment, ours, found);
}

/// The state says what the sums say.
fn check_state(transaction: &Transaction, found: &mut Vec<String>) {
    let (paid, cancelled) = taken_of(transaction);
    let is_true = match transaction.status {
        PaymentStatus::Paid => cancelled == 0,
        PaymentStatus::PartialCancelled => 0 < cancelled && cancelled < paid,
        PaymentStatus::Cancelled => cancelled == paid,
        _ => true,
    };
    if !is_true {
        let (status, id) = (transaction.status.code(), &transaction.id);
        found.push(format!("state: {id} is {status}, and {cancelled} of {paid} is cancelled"));
    }
}

/// A payment shows its latest transaction: the one that was paid, where one was.
fn check_latest(payment: &str, ours: &[Transaction], found: &mut Vec<String>) {
    let latest = ours.iter().max_by_key(|transaction| transaction.seq);
    let hides = |transaction: &&Transaction| transaction.status != PaymentStatus::Failed;
    if latest.is_some_and(|latest| latest.status == PaymentStatus::Failed) && ours.iter().any(|it| hides(&it))
    {
        found.push(format!("state: {payment} shows a failure, and was paid before"));
    }
}

/// A paid transaction names the charge by the PG's number.
fn check_number<'a>(
    transaction: &Transaction,
    mut charges: impl Iterator<Item = &'a Charge>,
    found: &mut Vec<String>,
) {
    let Some(number) = &transaction.pg_tx_id else {
        if transaction.status != PaymentStatus::Failed {
            found.push(format!("{} is {} and has no number", transaction.id, transaction.status.code()));
        }
        return;
    };
    if !charges.any(|charge| charge.pg_tx_id.as_deref() == Some(number.as_str())) {
        found.push(format!("{} names {number}, which the PG does not know", transaction.id));
    }
}

fn is_of(transaction: &Transaction, charge: &Charge) -> bool {
    charge.marker.contains(transaction.id.as_str()) && charge.channel == transaction.channel.key.as_str()
}

/// What was paid and what went back, by our ledger.
fn taken_of(transaction: &Transaction) -> (i64, i64) {
    let is_paid = matches!(
        transaction.status,
        PaymentStatus::Paid | PaymentStatus::PartialCancelled | PaymentStatus::Cancelled
    ) && transaction.paid_at.is_some();
    if is_paid { (transaction.charged().total, transaction.given_back()) } else { (0, 0) }
}

/// The sums of each channel: what the checks of single payments might agree on by mistake.
fn check_channels(books: &Books, found: &mut Vec<String>) {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for transaction in books.ours.values().flatten() {
        let (paid, cancelled) = taken_of(transaction);
        sums.entry(transaction.channel.key.as_str()).or_default().0 += paid - cancelled;
    }
    for charge in &books.charges {
        sums.entry(charge.channel.as_str()).or_default().1 += charge.charged - charge.cancelled;
    }
    for (channel, (here, there)) in sums {
        if here != there {
            found.push(format!("channel {channel}: {here} here, {there} at the PG"));
        }
    }
}
