//! A virtual clock, and what is due.

use chrono::TimeDelta;
use portone_engine::port::time::DueCounts;
use portone_engine::port::{SettleTransaction, Store};

use super::records::{at, begin, settle_paid};

/// How far the clock is ahead is zero until it is told, and then what was told last.
pub async fn the_clock_stays_ahead(store: &dyn Store) {
    assert_eq!(store.clock_ahead().await, Ok(TimeDelta::zero()));
    for days in [31, 400] {
        store.set_clock_ahead(TimeDelta::days(days)).await.expect("is kept");
        assert_eq!(store.clock_ahead().await, Ok(TimeDelta::days(days)));
    }
}

/// What is due counts from its moment on.
pub async fn what_is_due_is_counted(store: &dyn Store) {
    assert_eq!(store.due_counts(at(9_999)).await, Ok(DueCounts::default()));
    store.begin_payment(begin(1, 1)).await.expect("begins");
    let settle = SettleTransaction { verify_at: Some(at(50)), ..settle_paid(1, 1) };
    store.settle_transaction(settle).await.expect("settles");
    let mut open = begin(2, 2);
    open.attempt.next_inquiry_at = at(60);
    store.begin_payment(open).await.expect("begins");
    assert_eq!(store.due_counts(at(49)).await, Ok(DueCounts::default()));
    let compared = DueCounts { comparisons: 1, ..DueCounts::default() };
    assert_eq!(store.due_counts(at(50)).await, Ok(compared));
    assert_eq!(store.due_counts(at(60)).await, Ok(DueCounts { attempts: 1, ..compared }));
}
