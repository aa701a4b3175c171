//! Billing keys in blocks, by numbers they have for this alone.

use crate::sql::statement::{OptionalRow, params};
use chrono::{DateTime, Utc};
use portone_core::BillingKey;
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyText, KeyTime};
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus};
use portone_engine::list::Reached;

use super::block::{Entry, TIME_COUNT};
use super::build::{self, Kind, Source};
use super::sieve::Half;
use super::{Asked, AskedText, REST, WAIT};
use crate::document::{decode_code, millis};
use crate::sql::billing_keys;
use crate::sql::database::{Database, Fault};

/// One page, if blocks tell it.
pub(in crate::sql) fn page(
    database: &Database,
    query: &KeyQuery,
    store_no: i64,
) -> Result<Option<Reached<BillingKeyRecord>>, Fault> {
    let asked = asked(query, store_no);
    let look = |no| look_at(database, query, no);
    let Some(found) = super::find::<Keys>(database, &asked, look)? else { return Ok(None) };
    let by_no =
        |no: &i64| by_no(database, *no)?.ok_or_else(|| Fault::Contract("a billing key went away".to_owned()));
    let items = found.page.iter().map(by_no).collect::<Result<_, _>>()?;
    Ok(Some(Reached { items, total_count: found.total_count, is_whole: found.is_whole }))
}

/// The times of a key, if it is in the list.
fn look_at(
    database: &Database,
    query: &KeyQuery,
    no: i64,
) -> Result<Option<[Option<i64>; TIME_COUNT]>, Fault> {
    let is_within = |key: &BillingKeyRecord| {
        let (from, until) = (millis(query.window.from), millis(query.window.until));
        query.time.of(key).map(millis).is_some_and(|at| from <= at && at <= until)
    };
    let found = by_no(database, no)?
        .filter(|key| key.store_id == query.store_id && is_within(key) && query.filter.matches(key));
    Ok(found.as_ref().map(times))
}

/// A key that lists have.
fn by_no(database: &Database, no: i64) -> Result<Option<BillingKeyRecord>, Fault> {
    let sql =
        "SELECT k.key, k.store_no FROM billing_key_numbers AS n CROSS JOIN billing_keys AS k ON k.key = n.key
         WHERE n.no = ?1 AND k.status IN ('ISSUED', 'DELETED')";
    let found: Option<(String, i64)> =
        database.prepared(sql)?.query_row([no], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((key, store_no)) = found else { return Ok(None) };
    let key: BillingKey = decode_code("billing key", &key)?;
    billing_keys::find(database, &database.store_id(store_no)?, &key)
}

fn times(key: &BillingKeyRecord) -> [Option<i64>; TIME_COUNT] {
    [KeyTime::Requested, KeyTime::Issued, KeyTime::Deleted, KeyTime::Status]
        .map(|time| time.of(key).map(millis))
}

const fn time_at(time: KeyTime) -> usize {
    match time {
        KeyTime::Requested => 0,
        KeyTime::Issued => 1,
        KeyTime::Deleted => 2,
        KeyTime::Status => 3,
    }
}

fn asked(query: &KeyQuery, store_no: i64) -> Asked {
    let statuses = query.filter.statuses.iter();
    Asked {
        kind: Kind::Keys,
        store_no,
        window: (time_at(query.time), millis(query.window.from), millis(query.window.until)),
        sort: time_at(query.sort),
        descending: query.descending,
        offset: query.offset,
        count_max: query.count_max,
        tags: statuses.map(|wanted| wanted.iter().map(|it| status_tag(*it)).collect()).collect(),
        spans: Vec::new(),
        texts: texts(&query.filter),
    }
}

const PROVIDER: &str = "PROVIDER";
const COMPANY: &str = "COMPANY";
const GROUP: &str = "GROUP";
const CUSTOMER_ID: &str = "CUSTOMER_ID";

fn texts(filter: &KeyFilter) -> Vec<AskedText> {
    let mut texts = Vec::new();
    texts.extend(filter.customer_id.iter().map(|id| AskedText::just(CUSTOMER_ID, id)));
    let groups = filter.groups.iter().map(|it| it.iter().map(|id| id.as_str().to_owned()).collect());
    texts.extend(groups.map(|ids| AskedText::one_of(GROUP, ids)));
    let providers =
        filter.providers.iter().map(|it| it.iter().map(|code| code.as_str().to_owned()).collect());
    texts.extend(providers.map(|codes| AskedText::one_of(PROVIDER, codes)));
    texts.extend(filter.companies.iter().map(|it| AskedText::one_of(COMPANY, it.clone())));
    texts.extend(filter.text.iter().map(|(field, text)| {
        let halves = vec![if is_id(*field) { Half::Ids } else { Half::Words }];
        AskedText { halves, ..AskedText::with(field.code(), text) }
    }));
    texts
}

const fn is_id(field: KeyText) -> bool {
    matches!(field, KeyText::BillingKey)
}

/// Keys at a time.
pub(super) struct Keys {
    pub(super) now: DateTime<Utc>,
}

impl Source for Keys {
    const KIND: Kind = Kind::Keys;

    fn newest(database: &Database) -> Result<i64, Fault> {
        database.newest("SELECT no FROM billing_key_numbers ORDER BY no DESC LIMIT 1")
    }

    fn are_at_rest(&self, database: &Database, first: i64, last: i64) -> Result<bool, Fault> {
        let sql = "SELECT n.no FROM billing_key_numbers AS n CROSS JOIN billing_keys AS k ON k.key = n.key
             WHERE n.no BETWEEN ?1 AND ?2
                AND coalesce(k.deleted_at, k.issued_at, k.requested_at) > CASE WHEN k.status = 'PENDING'
                    THEN CAST(?3 AS BIGINT) ELSE ?4 END";
        let params = params![first, last, millis(self.now - WAIT), millis(self.now - REST)];
        Ok(!database.prepared(sql)?.exists(params)?)
    }

    fn next_touched(&self, database: &Database) -> Result<Option<i64>, Fault> {
        let sql = "SELECT s.no FROM search_touched AS s CROSS JOIN billing_key_numbers AS n ON n.no = s.no
             CROSS JOIN billing_keys AS k ON k.key = n.key
             WHERE s.kind = ?1 AND k.status <> 'PENDING'
                AND coalesce(k.deleted_at, k.issued_at, k.requested_at) <= ?2 ORDER BY s.no LIMIT 1";
        let rested = params![Self::KIND.code(), millis(self.now - REST)];
        database.prepared(sql)?.query_row(rested, |row| row.get(0)).optional()
    }

    /// One that is pending is left to be looked at itself.
    fn entries(&self, database: &Database, first: i64, last: i64) -> Result<Vec<Entry>, Fault> {
        let mut statement = database.prepared(
            "SELECT n.no, k.store_no, k.status FROM billing_key_numbers AS n CROSS JOIN billing_keys AS k
                ON k.key = n.key WHERE n.no BETWEEN ?1 AND ?2",
        )?;
        let mut rows = statement.query(params![first, last])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (no, store_no): (i64, i64) = (row.get(0)?, row.get(1)?);
            if row.text(2)? == "PENDING" {
                build::leave_out(database, Self::KIND, no)?;
            } else if let Some(key) = by_no(database, no)? {
                found.push(entry(no, store_no, &key));
            }
        }
        Ok(found)
    }

    fn fields() -> Vec<&'static str> {
        let texts = KeyText::ALL.iter().map(|(code, _)| *code);
        [CUSTOMER_ID, GROUP, PROVIDER, COMPANY].into_iter().chain(texts).collect()
    }

    fn is_id(field: &str) -> bool {
        KeyText::ALL.iter().any(|(code, of)| *code == field && is_id(*of))
    }
}

fn entry(no: i64, store_no: i64, key: &BillingKeyRecord) -> Entry {
    let mut texts = Vec::new();
    texts.extend(key.customer.id.iter().map(|id| (CUSTOMER_ID, id.clone())));
    texts.extend(key.channel_group.iter().map(|group| (GROUP, group.id.as_str().to_owned())));
    for provider in key.held_at() {
        texts.push((PROVIDER, provider.as_str().to_owned()));
        texts.push((COMPANY, portone_engine::key_list::company(provider)));
    }
    for (code, field) in KeyText::ALL {
        field.each(key, &mut |text| texts.push((*code, text.to_owned())));
    }
    Entry { no, store_no, times: times(key), tags: vec![status_tag(key.status)], texts }
}

/// Tags are kept: a number never changes its meaning.
const fn status_tag(status: BillingKeyStatus) -> u32 {
    match status {
        BillingKeyStatus::Pending => 40,
        BillingKeyStatus::Issued => 41,
        BillingKeyStatus::Failed => 42,
        BillingKeyStatus::Deleted => 43,
    }
}
