//! Attempts to pay one by one, as the V1 API lists them: a payment that failed twice and was paid is three of them (rules
//! V1-020, V1-021, V1-047).

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use portone_core::{PaymentId, StoreId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{ImpUid, PaymentStatus, Transaction};
use crate::list::{EXAMINED_COUNT_MAX, PaymentFilter, PaymentQuery, Reached, TimeField, Window};

/// Which time attempts are in order of (rule V1-045).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptSort {
    /// When it was asked for.
    Started,
    /// When it was paid; what was not comes before all that was.
    Paid,
    /// When its state changed last.
    Updated,
}

/// One page of a store's attempts.
#[derive(Debug, Clone)]
pub struct AttemptQuery {
    /// The store.
    pub store_id: StoreId,
    /// Which time `window` is about.
    pub time: TimeField,
    /// Which times.
    pub window: Window,
    /// Which states; all where absent.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// Which time they are in order of.
    pub sort: AttemptSort,
    /// Whether the latest is first.
    pub descending: bool,
    /// How many come before the page.
    pub offset: usize,
    /// How many are on the page.
    pub count_max: usize,
}

impl AttemptQuery {
    /// Whether a state is asked for.
    pub fn takes(&self, status: PaymentStatus) -> bool {
        self.statuses.as_ref().is_none_or(|wanted| wanted.contains(&status))
    }

    /// The first of the payments' latest attempts, in the list's order as far as the store knows it.
    fn latest(&self, offset: usize, count_max: usize) -> PaymentQuery {
        PaymentQuery {
            store_id: self.store_id.clone(),
            time: self.time,
            window: self.window,
            sort: match self.sort {
                AttemptSort::Started => TimeField::Created,
                AttemptSort::Paid | AttemptSort::Updated => TimeField::StatusChanged,
            },
            descending: self.descending,
            statuses: self.statuses.clone(),
            filter: PaymentFilter::default(),
            offset,
            count_max,
        }
    }
}

/// Puts attempts in order; those of one time by their names.
pub fn sort_attempts(attempts: &mut [Transaction], sort: AttemptSort, descending: bool) {
    let key = |attempt: &Transaction| -> (Option<DateTime<Utc>>, ImpUid) {
        let time = match sort {
            AttemptSort::Started => Some(attempt.requested_at),
            AttemptSort::Paid => attempt.paid_at,
            AttemptSort::Updated => Some(attempt.status_changed_at),
        };
        (time, attempt.imp_uid)
    };
    if descending {
        attempts.sort_by_key(|attempt| Reverse(key(attempt)));
    } else {
        attempts.sort_by_key(key);
    }
}

impl Engine {
    /// A store's attempt by its V1 name.
    pub async fn attempt(&self, store: &StoreId, imp_uid: ImpUid) -> Result<Transaction, EngineError> {
        let found = self.store.transaction_by_imp_uid(store, imp_uid).await?;
        found.ok_or_else(|| EngineError::PaymentNotFound(imp_uid.to_string()))
    }

    /// Every attempt at a payment in order (rule V1-045).
    pub async fn attempts_of(
        &self,
        store: &StoreId,
        payment: &PaymentId,
        sort: AttemptSort,
        descending: bool,
    ) -> Result<Vec<Transaction>, EngineError> {
        let found = self.transactions(store, payment).await?;
        let mut attempts: Vec<_> = found.into_iter().map(|(attempt, _)| attempt).collect();
        sort_attempts(&mut attempts, sort, descending);
        Ok(attempts)
    }

    /// One page of a store's attempts (rule V1-047). `TooMany` where more have to be looked at than a list may.
    pub async fn list_attempts(&self, query: &AttemptQuery) -> Result<Reached<Transaction>, EngineError> {
        let earlier = self.store.earlier_attempts(query).await?;
        if earlier.len() > EXAMINED_COUNT_MAX {
            return Err(EngineError::TooMany(EXAMINED_COUNT_MAX));
        }
        let is_by_payment = query.sort == AttemptSort::Paid;
        if earlier.is_empty() && !is_by_payment {
            return self.list_payments(query.latest(query.offset, query.count_max)).await;
        }
        // What is on the page is among the first of both.
        let end = query.offset.saturating_add(query.count_max);
        let reach = if is_by_payment { EXAMINED_COUNT_MAX } else { end.min(EXAMINED_COUNT_MAX) };
        let latest = self.list_payments(query.latest(0, reach)).await?;
        if is_by_payment && latest.total_count >= EXAMINED_COUNT_MAX {
            return Err(EngineError::TooMany(EXAMINED_COUNT_MAX));
        }
        let total_count = latest.total_count + earlier.len();
        let mut items = latest.items;
        items.extend(earlier);
        sort_attempts(&mut items, query.sort, query.descending);
        let items = items.into_iter().skip(query.offset).take(query.count_max).collect();
        Ok(Reached { items, total_count, is_whole: true })
    }
}
