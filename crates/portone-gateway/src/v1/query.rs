//! What lists of payments are asked for (rules V1-044 to V1-047).

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::StoreId;
use portone_engine::attempts::{AttemptQuery, AttemptSort};
use portone_engine::ledger::ImpUid;
use portone_engine::list::{TimeField, Window};

use super::rules;
use super::status::V1Status;
use crate::fields::Fields;

/// How many payments are read at once (rule V1-044).
const MULTI_COUNT_MAX: usize = 100;
const LIMIT_DEFAULT: i64 = 20;
const LIMIT_MAX: i64 = 1_000;
/// How long a list's window is at most (rule V1-047).
const WINDOW_MAX: TimeDelta = TimeDelta::days(90);

/// An order of attempts, and whether the latest is first.
pub(super) type Order = (AttemptSort, bool);

const ORDERS: [(&str, Order); 6] = [
    ("-started", (AttemptSort::Started, true)),
    ("started", (AttemptSort::Started, false)),
    ("-paid", (AttemptSort::Paid, true)),
    ("paid", (AttemptSort::Paid, false)),
    ("-updated", (AttemptSort::Updated, true)),
    ("updated", (AttemptSort::Updated, false)),
];

/// `sorting`, or the latest first.
pub(super) fn order(fields: &Fields<'_, '_>) -> Order {
    let order = fields.under(&rules::SORTING).choice("sorting", ORDERS.into_iter());
    order.unwrap_or((AttemptSort::Started, true))
}

/// A page, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) number: i64,
    pub(super) limit: i64,
}

impl Page {
    pub(super) fn read(fields: &Fields<'_, '_>) -> Self {
        let fields = fields.under(&rules::PAGE);
        let number = fields.int64_from("page", 1).unwrap_or(1);
        let limit = fields.int64_from("limit", 1).unwrap_or(LIMIT_DEFAULT);
        if limit > LIMIT_MAX {
            fields.add("limit", format!("is {limit}; send at most {LIMIT_MAX}"));
        }
        Self { number, limit: limit.min(LIMIT_MAX) }
    }

    /// How many payments come before it.
    pub(super) fn offset(self) -> usize {
        usize::try_from((self.number - 1).saturating_mul(self.limit)).unwrap_or(usize::MAX)
    }

    /// How many payments are on it.
    pub(super) fn count_max(self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Whether there is such a page; the first one always is.
    pub(super) fn is_within(self, total_count: usize) -> bool {
        self.number == 1 || self.offset() < total_count
    }

    /// The page before and the one after, 0 where there is none.
    pub(super) fn around(self, total_count: usize) -> (i64, i64) {
        let after = self.offset().saturating_add(self.count_max());
        (self.number - 1, if after < total_count { self.number + 1 } else { 0 })
    }
}

/// What several payments are named by.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) imp_uids: Vec<String>,
    pub(super) merchant_uids: Vec<String>,
}

/// The names of several payments, `imp_uid[]` and `merchant_uid[]`.
pub(super) fn named(fields: &Fields<'_, '_>) -> Option<Named> {
    let fields = fields.under(&rules::MULTI);
    let named = Named { imp_uids: fields.texts("imp_uid"), merchant_uids: fields.texts("merchant_uid") };
    let count = named.imp_uids.len() + named.merchant_uids.len();
    if count == 0 {
        fields.add("imp_uid[]", "is missing; send imp_uid[] or merchant_uid[], once for each payment");
        return None;
    }
    if count > MULTI_COUNT_MAX {
        fields.add(
            "imp_uid[]",
            format!("are {count} with merchant_uid[]; send at most {MULTI_COUNT_MAX} at once"),
        );
    }
    Some(named)
}

/// An attempt by its name; what cannot be one names nothing.
pub(super) fn imp_uid(text: &str) -> Option<ImpUid> {
    text.trim().parse().ok()
}

/// A list by state. `status` is the path's.
pub(super) fn by_status(
    fields: &Fields<'_, '_>,
    store: &StoreId,
    status: &str,
    now: DateTime<Utc>,
) -> Option<(Page, AttemptQuery)> {
    let fields = fields.under(&rules::BY_STATUS);
    let (sort, descending) = order(&fields);
    let page = Page::read(&fields);
    let window = window(&fields, now);
    let status = match status {
        "all" => None,
        code => {
            let known = V1Status::from_code(code);
            if known.is_none() {
                let codes = V1Status::ALL.iter().map(|(code, _)| *code).chain(["all"]);
                fields.unknown_value("payment_status", code, codes);
            }
            Some(known?)
        }
    };
    let time = match status {
        None | Some(V1Status::Ready) => TimeField::Created,
        Some(V1Status::Paid | V1Status::Cancelled | V1Status::Failed) => TimeField::StatusChanged,
    };
    let query = AttemptQuery {
        store_id: store.clone(),
        time,
        window,
        statuses: status.map(V1Status::statuses),
        sort,
        descending,
        offset: page.offset(),
        count_max: page.count_max(),
    };
    Some((page, query))
}

/// `from` and `to`, both included: seconds, so that the last one counts to its end.
fn window(fields: &Fields<'_, '_>, now: DateTime<Utc>) -> Window {
    let moment = |name: &str| {
        let seconds = fields.int64_from(name, 0)?;
        let moment = DateTime::from_timestamp(seconds, 0);
        if moment.is_none() {
            fields.add(name, "is no time; send a UNIX time in seconds");
        }
        moment
    };
    let to = moment("to").unwrap_or(now);
    let from = moment("from").or_else(|| to.checked_sub_signed(WINDOW_MAX)).unwrap_or(DateTime::UNIX_EPOCH);
    // Asking from a whole second to the present one is no more than 90 days, whatever its fraction.
    if to - from >= WINDOW_MAX + TimeDelta::seconds(1) {
        fields.add(
            "from",
            "is more than 90 days before `to`; send a later one, and ask for the rest by itself",
        );
    }
    if from > to {
        fields.add("from", "is later than `to`; send an earlier one");
    }
    let last = TimeDelta::milliseconds(999);
    Window { from, until: if fields.has("to") { to + last } else { to } }
}
