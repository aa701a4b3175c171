//! Lists of payments: which, in what order, and how many of them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{Currency, Environment, EscrowStatus, PayMethod, PgProvider, StoreId};

use crate::beside::BesideFilter;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::facet::Facet;
use crate::ledger::{Face, PaymentStatus, Platform, Transaction};
use crate::port::StoreError;
use crate::search::TextSearch;

/// How far pages reach, and how many records one page may look at (rule V2-015).
pub const EXAMINED_COUNT_MAX: usize = 60_000;
/// How far back a list goes that does not say (rule V2-017).
const WINDOW: TimeDelta = TimeDelta::days(90);

/// Which of a payment's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeField {
    /// When its latest transaction was asked for.
    Created,
    /// When its state changed last.
    StatusChanged,
}

/// From when until when, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The last moment.
    pub until: DateTime<Utc>,
}

impl Window {
    /// What is not given: until now, from 90 days before that (rule V2-017).
    pub fn new(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let until = until.unwrap_or(now);
        let earliest = || until.checked_sub_signed(WINDOW).unwrap_or(DateTime::UNIX_EPOCH);
        Self { from: from.unwrap_or_else(earliest), until }
    }
}

/// One page of a store's records that have times of kind `T` and can be asked for by an `F`.
#[derive(Debug, Clone)]
pub struct PageQuery<T, F> {
    /// The store.
    pub store_id: StoreId,
    /// Which time `window` is about.
    pub time: T,
    /// Which times.
    pub window: Window,
    /// Which time they are in order of; records without it come last.
    pub sort: T,
    /// Whether the latest is first.
    pub descending: bool,
    /// What else is asked of a record.
    pub filter: F,
    /// How many come before the page.
    pub offset: usize,
    /// How many are on the page.
    pub count_max: usize,
}

impl<T: PartialEq, F: PartialEq + Default> PageQuery<T, F> {
    /// Whether an index answers it alone: nothing but times is asked for, in the order of the time.
    pub fn is_plain(&self) -> bool {
        self.sort == self.time && self.filter == F::default()
    }
}

/// One page of a store's payments.
#[derive(Debug, Clone)]
pub struct PaymentQuery {
    /// The store.
    pub store_id: StoreId,
    /// Which time `window` is about.
    pub time: TimeField,
    /// Which times.
    pub window: Window,
    /// Which time they are in order of.
    pub sort: TimeField,
    /// Whether the latest is first.
    pub descending: bool,
    /// Which states; all where absent.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// What else is asked of a payment.
    pub filter: PaymentFilter,
    /// How many come before the page.
    pub offset: usize,
    /// How many are on the page.
    pub count_max: usize,
}

impl PaymentQuery {
    /// Whether a payment of the window belongs to the list, as far as its own record tells; the rest is for
    /// [`PaymentFilter::beside`] to say.
    pub fn matches(&self, transaction: &Transaction) -> bool {
        let statuses = self.statuses.as_ref();
        statuses.is_none_or(|wanted| wanted.contains(&transaction.status)) && self.filter.matches(transaction)
    }
}

/// What is asked of a payment beside its times and its state. An absent member asks nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PaymentFilter {
    /// One of these PG modules.
    pub providers: Option<Vec<PgProvider>>,
    /// Live or test.
    pub environment: Option<Environment>,
    /// One of these methods.
    pub methods: Option<Vec<PayMethod>>,
    /// The currency.
    pub currency: Option<Currency>,
    /// With escrow or without.
    pub is_escrow: Option<bool>,
    /// Schema `CardBrand`.
    pub card_brand: Option<String>,
    /// Schema `CardType`.
    pub card_type: Option<String>,
    /// Schema `CardOwnerType`.
    pub card_owner_type: Option<String>,
    /// Made by a schedule or not.
    pub is_scheduled: Option<bool>,
    /// How far the escrow is.
    pub escrow_status: Option<EscrowStatus>,
    /// What is asked of records beside the payment's own.
    pub beside: BesideFilter,
    /// The API it was made through.
    pub face: Option<Face>,
    /// Where its payer was.
    pub platform: Option<Platform>,
    /// Every one of these is found.
    pub texts: Vec<TextSearch>,
    /// A fact is asked for that no payment of this ledger has.
    pub none: bool,
}

impl PaymentFilter {
    fn matches(&self, transaction: &Transaction) -> bool {
        !self.none
            && self.wants(&Facet::of(transaction))
            && self.texts.iter().all(|text| text.is_in(transaction))
    }
}

/// What a look at no more than [`EXAMINED_COUNT_MAX`] records found.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached<T> {
    /// The page.
    pub items: Vec<T>,
    /// How many records belong to the list, as far as was looked.
    pub total_count: usize,
    /// Whether everything was looked at that could belong to the page.
    pub is_whole: bool,
}

/// A place in the order of creation. As text it is opaque to shops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// When the record before the place was created, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its number among those created then.
    pub no: i64,
}

impl Cursor {
    /// The place before everything that was created at `time` or later.
    pub const fn before(time: DateTime<Utc>) -> Self {
        Self { at_ms: time.timestamp_millis(), no: -1 }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at_ms, self.no)
    }
}

/// A text that is no cursor of this ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (at_ms, no) = text.split_once('.').ok_or(NoCursor)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| NoCursor);
        Ok(Self { at_ms: number(at_ms)?, no: number(no)? })
    }
}

impl Engine {
    /// One page of a store's payments (rule V2-015). `TooMany` where the page is not found among as many records as a
    /// list may look at.
    pub async fn list_payments(&self, query: PaymentQuery) -> Result<Reached<Transaction>, EngineError> {
        let reached = self.store.list_payments(query).await?;
        if reached.is_whole { Ok(reached) } else { Err(EngineError::TooMany(EXAMINED_COUNT_MAX)) }
    }

    /// Prepares lists for records that have come to rest, about `count_max` of them: how many. A step for the binary's
    /// loop.
    pub async fn index_records(&self, count_max: usize) -> Result<usize, StoreError> {
        self.store.index_records(self.now(), count_max).await
    }

    /// A store's payments by creation, the oldest first (rule V2-016).
    pub async fn payments_after(
        &self,
        store: &StoreId,
        after: Cursor,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<(Transaction, Cursor)>, StoreError> {
        self.store.payments_after(store, after, until, count_max).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for cursor in [Cursor { at_ms: 1_790_000_000_123, no: 77 }, Cursor::before(DateTime::UNIX_EPOCH)] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", ".", "1", "1.", "x.1", "1.1.1"] {
            assert_eq!(text.parse::<Cursor>(), Err(NoCursor), "{text}");
        }
    }

    #[test]
    fn a_window_that_is_not_given_is_the_last_90_days() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let window = Window::new(None, None, now);
        assert_eq!((window.until, now - window.from), (now, TimeDelta::days(90)));
        let early = now - TimeDelta::days(10);
        assert_eq!(Window::new(None, Some(early), now).from, early - TimeDelta::days(90));
        assert_eq!(Window::new(Some(early), None, now), Window { from: early, until: now });
    }
}
