//! Payments in blocks: what is kept of each, and what lists of them ask.

use std::collections::{BTreeMap, BTreeSet};

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_core::CashReceiptType;
use portone_engine::beside::ReceiptFacts;
use portone_engine::ledger::{ReceiptStatus, Transaction};
use portone_engine::list::{PaymentQuery, Reached, TimeField};
use portone_engine::search::{TextField, TextSearch};
use portone_engine::webhook::DeliveryStatus;

use super::block::{Entry, TIME_COUNT};
use super::build::{self, Kind, Source};
use super::sieve::Half;
use super::{Asked, AskedText, REST, WAIT};
use crate::document::{decode_code, millis};
use crate::sql::database::{Database, Fault};
use crate::sql::list::{by_no, wanted_row};
use crate::sql::{facets, receipts, transactions};

/// One page, if blocks tell it.
pub(in crate::sql) fn page(
    database: &Database,
    query: &PaymentQuery,
    store_no: i64,
) -> Result<Option<Reached<Transaction>>, Fault> {
    let asked = asked(database, query, store_no)?;
    let look = |no| look_at(database, query, &asked, no);
    let Some(found) = super::find::<Payments>(database, &asked, look)? else { return Ok(None) };
    let items = found.page.iter().map(|no| by_no(database, *no)).collect::<Result<_, _>>()?;
    Ok(Some(Reached { items, total_count: found.total_count, is_whole: found.is_whole }))
}

/// The times of a payment, if it is in the list.
fn look_at(
    database: &Database,
    query: &PaymentQuery,
    asked: &Asked,
    no: i64,
) -> Result<Option<[Option<i64>; TIME_COUNT]>, Fault> {
    let mut statement = database.prepared(transactions::select!("no = ?1 AND latest = 1"))?;
    let mut rows = statement.query([no])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (store_no, created, changed): (i64, i64, i64) = (row.get(1)?, row.get(6)?, row.get(7)?);
    let (at, from, until) = asked.window;
    if store_no != asked.store_no || !(from..=until).contains(&[created, changed][at]) {
        return Ok(None);
    }
    let found = wanted_row(database, query, row)?;
    Ok(found.map(|_| [Some(created), Some(changed), None, None]))
}

pub(super) fn asked(database: &Database, query: &PaymentQuery, store_no: i64) -> Result<Asked, Fault> {
    let beside = &query.filter.beside;
    let wanted = facets::wanted(database, query)?;
    let mut tags = Vec::new();
    if !wanted.are_all {
        let number = |no: &i64| u32::try_from(*no).ok().map(facet_tag);
        tags.push(wanted.facets.iter().filter_map(number).collect());
    }
    tags.extend(beside.webhook_status.map(|status| vec![webhook_tag(status)]));
    let mut spans = Vec::new();
    if let Some(receipt) = &beside.receipt {
        tags.extend(receipt.kind.map(|kind| vec![receipt_kind_tag(kind)]));
        if receipt.status.is_some() || receipt.issued.is_some() || receipt.cancelled.is_some() {
            let shown = [ReceiptStatus::Issued, ReceiptStatus::Cancelled].into_iter();
            let wanted = shown.filter(|it| receipt.status.is_none_or(|status| status == *it));
            tags.push(wanted.map(receipt_status_tag).collect());
        }
        spans.extend(receipt.issued.map(|span| (2, span)));
        spans.extend(receipt.cancelled.map(|span| (3, span)));
    }
    Ok(Asked {
        kind: Kind::Payments,
        store_no,
        window: (time_at(query.time), millis(query.window.from), millis(query.window.until)),
        sort: time_at(query.sort),
        descending: query.descending,
        offset: query.offset,
        count_max: query.count_max,
        tags,
        spans,
        texts: query.filter.texts.iter().map(asked_text).collect(),
    })
}

const fn time_at(field: TimeField) -> usize {
    match field {
        TimeField::Created => 0,
        TimeField::StatusChanged => 1,
    }
}

fn asked_text(search: &TextSearch) -> AskedText {
    let halves = match search.field {
        TextField::All => vec![Half::Words, Half::Ids],
        field if field.is_id() => vec![Half::Ids],
        _ => vec![Half::Words],
    };
    let field = (search.field != TextField::All).then(|| search.field.code());
    AskedText { field, any: vec![search.text.clone()], is_whole: false, halves }
}

/// Payments at a time.
pub(super) struct Payments {
    pub(super) now: DateTime<Utc>,
}

impl Source for Payments {
    const KIND: Kind = Kind::Payments;

    fn newest(database: &Database) -> Result<i64, Fault> {
        database.newest("SELECT no FROM transactions ORDER BY no DESC LIMIT 1")
    }

    fn are_at_rest(&self, database: &Database, first: i64, last: i64) -> Result<bool, Fault> {
        let sql = "SELECT status_changed_at, facet_no IS NULL OR verify_at IS NOT NULL FROM transactions
             WHERE no BETWEEN ?1 AND ?2 ORDER BY no DESC";
        let mut statement = database.prepared(sql)?;
        let mut rows = statement.query(params![first, last])?;
        let (rested, waited) = (millis(self.now - REST), millis(self.now - WAIT));
        while let Some(row) = rows.next()? {
            let (changed, is_moving): (i64, bool) = (row.get(0)?, row.get(1)?);
            if changed > if is_moving { waited } else { rested } {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn next_touched(&self, database: &Database) -> Result<Option<i64>, Fault> {
        // Those that wait for their PG are looked at each time: they are few.
        let sql = "SELECT t.no FROM search_touched AS s CROSS JOIN transactions AS t ON t.no = s.no
             WHERE s.kind = ?1 AND (t.facet_no IS NOT NULL OR t.latest = 0) AND t.status_changed_at <= ?2
             ORDER BY s.no LIMIT 1";
        let rested = params![Self::KIND.code(), millis(self.now - REST)];
        database.prepared(sql)?.query_row(rested, |row| row.get(0)).optional()
    }

    /// One that waits for its PG is left to be looked at itself.
    fn entries(&self, database: &Database, first: i64, last: i64) -> Result<Vec<Entry>, Fault> {
        let mut statement =
            database.prepared(transactions::select!("no BETWEEN ?1 AND ?2 AND latest = 1"))?;
        let mut facets = database.prepared("SELECT facet_no FROM transactions WHERE no = ?1")?;
        let webhooks = webhook_tags(database, first, last)?;
        let mut rows = statement.query(params![first, last])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (no, store_no): (i64, i64) = (row.get(11)?, row.get(1)?);
            let Some(facet_no) = facets.query_row([no], |row| row.get::<Option<u32>>(0))? else {
                build::leave_out(database, Self::KIND, no)?;
                continue;
            };
            let payment = transactions::read(database, row)?;
            let mut entry = entry(database, &payment, (no, store_no, facet_no))?;
            entry.tags.extend(webhooks.get(&no).into_iter().flatten());
            entry.tags.sort_unstable();
            found.push(entry);
        }
        Ok(found)
    }

    fn fields() -> Vec<&'static str> {
        TextField::ALL.iter().map(|(code, _)| *code).collect()
    }

    fn is_id(field: &str) -> bool {
        TextField::ALL.iter().any(|(code, of)| *code == field && of.is_id())
    }
}

fn entry(
    database: &Database,
    payment: &Transaction,
    (no, store_no, facet_no): (i64, i64, u32),
) -> Result<Entry, Fault> {
    let receipt = receipts::of_payment(database, &payment.store_id, &payment.order.payment_id)?;
    let facts = ReceiptFacts::of(payment, receipt.as_ref());
    let mut tags = vec![facet_tag(facet_no)];
    tags.extend(facts.kind.map(receipt_kind_tag));
    tags.extend(facts.status.map(receipt_status_tag));
    let times: [_; TIME_COUNT] =
        [Some(payment.requested_at), Some(payment.status_changed_at), facts.issued_at, facts.cancelled_at];
    let mut texts = Vec::new();
    for (code, field) in TextField::ALL {
        field.each(payment, &mut |text| texts.push((*code, text.to_owned())));
    }
    Ok(Entry { no, store_no, times: times.map(|time| time.map(millis)), tags, texts })
}

/// How the webhooks of each payment's last announcement ended.
fn webhook_tags(database: &Database, first: i64, last: i64) -> Result<BTreeMap<i64, BTreeSet<u32>>, Fault> {
    let sql = "SELECT transaction_no, event_seq, status FROM webhook_deliveries
         WHERE transaction_no BETWEEN ?1 AND ?2 ORDER BY transaction_no, no";
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![first, last])?;
    let mut tags: BTreeMap<i64, BTreeSet<u32>> = BTreeMap::new();
    let mut last_of: BTreeMap<i64, i64> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (no, seq): (i64, i64) = (row.get(0)?, row.get(1)?);
        let known = last_of.entry(no).or_insert(seq);
        if seq > *known {
            *known = seq;
            tags.remove(&no);
        }
        let code: Option<&str> = row.text_or_null(2)?;
        if let Some(code) = code.filter(|_| seq == *known) {
            tags.entry(no).or_default().insert(webhook_tag(decode_code("webhook status", code)?));
        }
    }
    Ok(tags)
}

/// Tags are kept: a number never changes its meaning.
const fn facet_tag(facet_no: u32) -> u32 {
    0x1000_0000 | facet_no
}

const fn webhook_tag(status: DeliveryStatus) -> u32 {
    match status {
        DeliveryStatus::Succeeded => 1,
        DeliveryStatus::FailedNotOkResponse => 2,
        DeliveryStatus::FailedUnexpectedError => 3,
    }
}

const fn receipt_kind_tag(kind: CashReceiptType) -> u32 {
    match kind {
        CashReceiptType::Personal => 16,
        CashReceiptType::Corporate => 17,
        CashReceiptType::NoReceipt => 18,
    }
}

const fn receipt_status_tag(status: ReceiptStatus) -> u32 {
    match status {
        ReceiptStatus::Pending => 24,
        ReceiptStatus::Issued => 25,
        ReceiptStatus::Cancelled => 26,
        ReceiptStatus::Failed => 27,
    }
}
