//! What a batch is going to ask, asked all at once, together with the lock.
//!
//! An answer holds for the job that said it would ask, and only while nothing about its payment was written: the jobs of a batch that
//! say what they ask run first, and of those about one payment only the first is foreseen.

use std::collections::HashSet;

use super::ahead::{Ahead, COMMIT, Write};
use super::database::Database;
use super::search::{self, Kind};
use super::statement::params;
use super::{attempts, events, payment_events, schedules, transactions, webhooks};
use crate::postgres::{Asked, Connection};

/// What the jobs of a batch are going to ask, each by its place in it.
pub(super) fn of_batch<'a>(
    database: &Database,
    connection: &Connection,
    batch: impl Iterator<Item = Option<&'a Ahead>>,
) -> Asked {
    let mut asked = Asked::default();
    let (mut payments, mut told) = (HashSet::new(), HashSet::new());
    for (turn, ahead) in batch.enumerate() {
        // What others write, nobody has said.
        let Some(ahead) = ahead else { break };
        let is_first = payments.insert((&ahead.store, &ahead.payment));
        let store_no = database.known_store_no(&ahead.store).filter(|_| is_first);
        let Some(store_no) = store_no else { continue };
        if asked.is_empty() {
            asked.add(COMMIT, search::BLOCK_COUNT, params![Kind::Payments.code()]);
        }
        ahead.ask(turn, store_no, &mut asked);
        asked.numbers.extend(ahead.numbers().filter(|last_sql| connection.has_counted(last_sql)));
        // Asked once a store in a transaction, by whoever announces first.
        if ahead.announces && told.insert(store_no) {
            asked.add(turn, webhooks::TARGETS, params![store_no]);
        }
        if let Write::Settle(transaction, _) = &ahead.write
            && ahead.announces
            && connection.has_counted(webhooks::LAST_NO)
        {
            asked.add(turn, webhooks::CHANNEL_NO, params![transaction.as_str()]);
        }
    }
    asked
}

impl Ahead {
    /// The statements that tell the last numbers of the tables it inserts into.
    fn numbers(&self) -> impl Iterator<Item = &'static str> {
        let begun = matches!(self.write, Write::Begin).then_some(transactions::LAST_NO);
        let announced = self.announces.then_some([events::LAST_SEQ, webhooks::LAST_NO]);
        begun.into_iter().chain(announced.into_iter().flatten())
    }

    fn ask(&self, turn: usize, store_no: i64, asked: &mut Asked) {
        match &self.write {
            Write::Begin => {
                let of_payment = params![store_no, self.payment.as_str()];
                asked.add(turn, schedules::UNFINISHED, of_payment);
                asked.add(turn, attempts::OPEN_ON_PAYMENT, of_payment);
                asked.add(turn, transactions::LATEST_SEQ_AND_STATUS, of_payment);
            }
            Write::Settle(transaction, attempt) => {
                asked.add(turn, payment_events::BEFORE, params![transaction.as_str(), attempt.as_str()]);
            }
        }
    }
}
