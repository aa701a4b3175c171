//! Cash receipts in blocks.

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_core::{Environment, ReceiptPurpose};
use portone_engine::ledger::{CashReceipt, ReceiptStatus};
use portone_engine::list::Reached;
use portone_engine::receipt_list::{ReceiptFilter, ReceiptQuery, ReceiptTime};

use super::block::{Entry, TIME_COUNT};
use super::build::{self, Kind, Source};
use super::{Asked, AskedText, REST, WAIT};
use crate::document::{decode, millis};
use crate::sql::database::{Database, Fault};

/// One page, if blocks tell it.
pub(in crate::sql) fn page(
    database: &Database,
    query: &ReceiptQuery,
    store_no: i64,
) -> Result<Option<Reached<CashReceipt>>, Fault> {
    let asked = asked(query, store_no);
    let look = |no| look_at(database, query, no);
    let Some(found) = super::find::<Receipts>(database, &asked, look)? else { return Ok(None) };
    let by_no = |no: &i64| {
        by_no(database, *no)?.ok_or_else(|| Fault::Contract("a cash receipt went away".to_owned()))
    };
    let items = found.page.iter().map(by_no).collect::<Result<_, _>>()?;
    Ok(Some(Reached { items, total_count: found.total_count, is_whole: found.is_whole }))
}

/// The times of a receipt, if it is in the list.
fn look_at(
    database: &Database,
    query: &ReceiptQuery,
    no: i64,
) -> Result<Option<[Option<i64>; TIME_COUNT]>, Fault> {
    let receipt = by_no(database, no)?;
    let is_within = |receipt: &CashReceipt| {
        query.time.of(receipt).is_some_and(|at| query.window.from <= at && at <= query.window.until)
    };
    let found = receipt.filter(|receipt| {
        receipt.store_id == query.store_id && is_within(receipt) && query.filter.matches(receipt)
    });
    Ok(found.as_ref().map(times))
}

/// A receipt that lists have.
fn by_no(database: &Database, no: i64) -> Result<Option<CashReceipt>, Fault> {
    let sql = "SELECT doc FROM cash_receipts WHERE no = ?1 AND status <> 'PENDING'";
    let doc: Option<String> = database.prepared(sql)?.query_row([no], |row| row.get(0)).optional()?;
    Ok(doc.map(|doc| decode("cash receipt", &doc)).transpose()?)
}

fn times(receipt: &CashReceipt) -> [Option<i64>; TIME_COUNT] {
    let of = |time: ReceiptTime| time.of(receipt).map(millis);
    [of(ReceiptTime::Issued), of(ReceiptTime::StatusUpdated), of(ReceiptTime::Cancelled), None]
}

const fn time_at(time: ReceiptTime) -> usize {
    match time {
        ReceiptTime::Issued => 0,
        ReceiptTime::StatusUpdated => 1,
        ReceiptTime::Cancelled => 2,
    }
}

fn asked(query: &ReceiptQuery, store_no: i64) -> Asked {
    let filter = &query.filter;
    let mut tags: Vec<Vec<u32>> = Vec::new();
    tags.extend(filter.statuses.iter().map(|wanted| wanted.iter().map(|it| status_tag(*it)).collect()));
    tags.extend(filter.purposes.iter().map(|wanted| wanted.iter().map(|it| purpose_tag(*it)).collect()));
    tags.extend(filter.environment.map(|it| vec![environment_tag(it)]));
    tags.extend(filter.is_manual.map(|it| vec![manual_tag(it)]));
    Asked {
        kind: Kind::Receipts,
        store_no,
        window: (time_at(query.time), millis(query.window.from), millis(query.window.until)),
        sort: time_at(query.sort),
        descending: query.descending,
        offset: query.offset,
        count_max: query.count_max,
        tags,
        spans: Vec::new(),
        texts: texts(filter),
    }
}

const PROVIDER: &str = "PROVIDER";
const COMPANY: &str = "COMPANY";
const ORDER_NAME: &str = "ORDER_NAME";
const PG_RECEIPT_ID: &str = "PG_RECEIPT_ID";
const PG_MERCHANT_ID: &str = "PG_MERCHANT_ID";

fn texts(filter: &ReceiptFilter) -> Vec<AskedText> {
    let mut texts = Vec::new();
    texts.extend(filter.order_name.iter().map(|name| AskedText::with(ORDER_NAME, name)));
    texts.extend(filter.pg_receipt_id.iter().map(|id| AskedText::just(PG_RECEIPT_ID, id)));
    texts.extend(filter.pg_merchant_id.iter().map(|id| AskedText::just(PG_MERCHANT_ID, id)));
    let codes =
        |wanted: &Vec<portone_core::PgProvider>| wanted.iter().map(|it| it.as_str().to_owned()).collect();
    texts.extend(filter.providers.iter().map(|it| AskedText::one_of(PROVIDER, codes(it))));
    texts.extend(filter.companies.iter().map(|it| AskedText::one_of(COMPANY, it.clone())));
    texts
}

/// Receipts at a time.
pub(super) struct Receipts {
    pub(super) now: DateTime<Utc>,
}

impl Source for Receipts {
    const KIND: Kind = Kind::Receipts;

    fn newest(database: &Database) -> Result<i64, Fault> {
        database.newest("SELECT no FROM cash_receipts ORDER BY no DESC LIMIT 1")
    }

    fn are_at_rest(&self, database: &Database, first: i64, last: i64) -> Result<bool, Fault> {
        let sql = "SELECT no FROM cash_receipts WHERE no BETWEEN ?1 AND ?2
             AND status_at > CASE WHEN status = 'PENDING' OR open_attempt IS NOT NULL
                THEN CAST(?3 AS BIGINT) ELSE ?4 END";
        let params = params![first, last, millis(self.now - WAIT), millis(self.now - REST)];
        Ok(!database.prepared(sql)?.exists(params)?)
    }

    fn next_touched(&self, database: &Database) -> Result<Option<i64>, Fault> {
        let sql = "SELECT r.no FROM search_touched AS s CROSS JOIN cash_receipts AS r ON r.no = s.no
             WHERE s.kind = ?1 AND r.status <> 'PENDING' AND r.status_at <= ?2 ORDER BY s.no LIMIT 1";
        let rested = params![Self::KIND.code(), millis(self.now - REST)];
        database.prepared(sql)?.query_row(rested, |row| row.get(0)).optional()
    }

    /// One that is pending is left to be looked at itself.
    fn entries(&self, database: &Database, first: i64, last: i64) -> Result<Vec<Entry>, Fault> {
        let mut statement =
            database.prepared("SELECT no, store_no, doc FROM cash_receipts WHERE no BETWEEN ?1 AND ?2")?;
        let mut rows = statement.query(params![first, last])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (no, store_no): (i64, i64) = (row.get(0)?, row.get(1)?);
            let receipt: CashReceipt = decode("cash receipt", row.text(2)?)?;
            if receipt.status == ReceiptStatus::Pending {
                build::leave_out(database, Self::KIND, no)?;
            } else {
                found.push(entry(no, store_no, receipt));
            }
        }
        Ok(found)
    }

    fn fields() -> Vec<&'static str> {
        vec![ORDER_NAME, PG_RECEIPT_ID, PG_MERCHANT_ID, PROVIDER, COMPANY]
    }

    fn is_id(_field: &str) -> bool {
        false
    }
}

fn entry(no: i64, store_no: i64, receipt: CashReceipt) -> Entry {
    let times = times(&receipt);
    let mut tags = vec![
        status_tag(receipt.status),
        environment_tag(receipt.channel.environment),
        manual_tag(receipt.is_manual),
    ];
    tags.extend(receipt.purpose.map(purpose_tag));
    tags.sort_unstable();
    let provider = receipt.channel.provider.as_str().to_owned();
    let company = portone_engine::key_list::company(&receipt.channel.provider);
    let mut texts = vec![
        (ORDER_NAME, receipt.order_name),
        (PG_MERCHANT_ID, receipt.channel.pg_merchant_id.as_str().to_owned()),
        (PROVIDER, provider),
        (COMPANY, company),
    ];
    texts.extend(receipt.pg_receipt_id.map(|id| (PG_RECEIPT_ID, id)));
    Entry { no, store_no, times, tags, texts }
}

/// Tags are kept: a number never changes its meaning.
const fn purpose_tag(purpose: ReceiptPurpose) -> u32 {
    match purpose {
        ReceiptPurpose::Personal => 16,
        ReceiptPurpose::Corporate => 17,
    }
}

const fn status_tag(status: ReceiptStatus) -> u32 {
    match status {
        ReceiptStatus::Pending => 24,
        ReceiptStatus::Issued => 25,
        ReceiptStatus::Cancelled => 26,
        ReceiptStatus::Failed => 27,
    }
}

const fn environment_tag(environment: Environment) -> u32 {
    match environment {
        Environment::Test => 32,
        Environment::Live => 33,
    }
}

const fn manual_tag(is_manual: bool) -> u32 {
    if is_manual { 34 } else { 35 }
}
