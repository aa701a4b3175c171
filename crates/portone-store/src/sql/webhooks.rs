//! Webhooks: where announcements go, the queue of what is to be sent, and the log of what was.

mod due;

use std::sync::Arc;

use crate::sql::statement::{OptionalRow, Row, params};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{Environment, PaymentId, StoreId};
use portone_engine::event::{Event, EventSubject};
use portone_engine::port::{ClaimLimits, DeliveryFilter, Resend, Settle, StoreError, WebhookStore};
use portone_engine::webhook::{
    Claim, Delivery, DeliveryResult, TRY_COUNT_MAX, Target, WebhookFormat, origin,
};

pub(super) use self::due::due_count;

use self::due::claimable;
use super::database::{Database, Fault};
use super::search::Kind;
use super::{SqlStore, events, read};
use crate::document::{decode, decode_code, encode, millis, time};

/// A query for whole deliveries: what [`read`] reads, from where, and then what comes after. The announcement's columns are
/// where [`events::read`] looks for them.
macro_rules! select {
    ($from:literal, $rest:literal) => {
        concat!(
            "SELECT d.no, e.kind, e.at, t.payment_id, t.id, e.cancellation_id, e.billing_key, e.notice_urls,
                d.id, d.environment, d.url, d.format, d.status, d.is_manual, d.execution_count, q.due_at,
                d.triggered_at, d.exchange, q.try_count, d.store_no,
                e.cause AS cause ",
            $from,
            " CROSS JOIN events AS e ON e.seq = d.event_seq LEFT JOIN transactions AS t ON t.no = e.transaction_no
              LEFT JOIN webhook_queue AS q ON q.delivery_no = d.no WHERE ",
            $rest
        )
    };
}

#[async_trait]
impl WebhookStore for SqlStore {
    async fn declare_targets(&self, stores: Vec<(StoreId, Vec<Target>)>) -> Result<(), StoreError> {
        self.write(move |database| declare(database, &stores)).await
    }

    async fn claim_deliveries(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limits: ClaimLimits,
    ) -> Result<Vec<Claim>, StoreError> {
        if read!(self, [], |database| claimable(database, now, limits))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |database| claim(database, now, until, limits)).await
    }

    async fn finish_delivery(&self, result: DeliveryResult) -> Result<Settle, StoreError> {
        let exchange = encode("webhook exchange", &result.exchange)?;
        self.write(move |database| finish(database, &result, &exchange)).await
    }

    async fn deliveries(
        &self,
        store: &StoreId,
        filter: DeliveryFilter,
        count_max: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let filter = &filter;
        read!(self, [store, filter], |database| list(database, store, filter, count_max))
    }

    async fn resend_delivery(
        &self,
        store: &StoreId,
        id: &str,
        resend_count_max: u32,
        now: DateTime<Utc>,
    ) -> Result<Resend, StoreError> {
        let (store, id) = (store.clone(), id.to_owned());
        self.write(move |database| resend(database, &store, &id, resend_count_max, now)).await
    }
}

fn declare(database: &Database, stores: &[(StoreId, Vec<Target>)]) -> Result<(), Fault> {
    for (store, targets) in stores {
        let store_no = database.store_no(store)?;
        if *targets_of(database, store_no)? == **targets {
            continue;
        }
        database.write("DELETE FROM webhook_endpoints WHERE store_no = ?1", [store_no])?;
        for (position, target) in targets.iter().enumerate() {
            database.write(
                "INSERT INTO webhook_endpoints (store_no, environment, position, url, format)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    store_no,
                    environment_code(target.environment),
                    position,
                    target.url,
                    target.format.code()
                ],
            )?;
        }
        database.numbers.borrow_mut().targets_by_store.remove(&store_no);
    }
    Ok(())
}

/// Where the announcements of a store go.
pub(super) const TARGETS: &str = "SELECT environment, url, format FROM webhook_endpoints WHERE store_no = ?1
    ORDER BY environment, position";
/// The channel of a transaction.
pub(super) const CHANNEL_NO: &str = "SELECT channel_no FROM transactions WHERE id = ?1";
/// The number of the last delivery.
pub(super) const LAST_NO: &str = "SELECT coalesce(max(no), 0) FROM webhook_deliveries";

/// A store's targets. Remembered by the connection, so that a store without any costs no statement.
fn targets_of(database: &Database, store_no: i64) -> Result<Arc<[Target]>, Fault> {
    if let Some(targets) = database.numbers.borrow().targets_by_store.get(&store_no) {
        return Ok(Arc::clone(targets));
    }
    let mut statement = database.prepared(TARGETS)?;
    let mut rows = statement.query([store_no])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_target(row, 0)?);
    }
    let targets: Arc<[Target]> = found.into();
    database.numbers.borrow_mut().targets_by_store.insert(store_no, Arc::clone(&targets));
    Ok(targets)
}

/// Queues an announcement for each URL it goes to, in the commit of the announcement itself.
pub(super) fn enqueue(
    database: &Database,
    store_no: i64,
    event_seq: i64,
    event: &Event,
) -> Result<(), Fault> {
    let declared = targets_of(database, store_no)?;
    if declared.is_empty() && event.notice_urls.is_empty() {
        return Ok(());
    }
    let environment = environment_of(database, event)?;
    let mut declared = declared.iter().filter(|target| target.environment == environment);
    let is_v1_wanted = declared.clone().any(|target| target.format.is_v1());
    let made = if is_v1_wanted || !event.notice_urls.is_empty() { made(database, event)? } else { Made::V2 };
    let targets: Vec<Target> = if event.notice_urls.is_empty() {
        declared.cloned().collect()
    } else {
        // As the API speaks that the URLs came through.
        let first = declared.find(|target| target.format.is_v1() == made.by_v1);
        let default = if made.by_v1 { WebhookFormat::V1Json } else { WebhookFormat::V2024April };
        let format = first.map_or(default, |target| target.format);
        let urls = event.notice_urls.iter();
        urls.map(|url| Target { environment, url: url.clone(), format }).collect()
    };
    let announced = |target: &Target| target.format.announces(event, made.by_schedule);
    let targets = targets.iter().enumerate().filter(|(_, target)| announced(target));
    for (position, target) in targets {
        let no = insert(database, store_no, event_seq, event, position, target)?;
        let lane = lane(store_no, event, &target.url);
        database.write(
            "INSERT INTO webhook_queue (delivery_no, endpoint, lane, due_at)
             VALUES (?1, ?2, ?3, CASE WHEN EXISTS (SELECT 1 FROM webhook_queue WHERE lane = ?3) THEN NULL
                ELSE CAST(?4 AS BIGINT) END)",
            params![no, origin(&target.url), lane, millis(event.at)],
        )?;
        database.note_queued();
    }
    Ok(())
}

/// How what an announcement is about was made.
#[derive(Clone, Copy)]
struct Made {
    by_v1: bool,
    by_schedule: bool,
}

impl Made {
    /// As far as is known where nobody asks.
    const V2: Self = Self { by_v1: false, by_schedule: false };
}

fn made(database: &Database, event: &Event) -> Result<Made, Fault> {
    let EventSubject::Payment { transaction_id, .. } = &event.subject else { return Ok(Made::V2) };
    // PostgreSQL's own JSON would refuse a document with a NUL in it. Within a string of one quotes are escaped.
    let sql = database.words(
        "SELECT json_extract(doc, '$.face') IS 'V1', json_extract(doc, '$.schedule_id') IS NOT NULL
         FROM transactions WHERE id = ?1",
        r#"SELECT strpos(doc, '"face":"V1"') > 0, strpos(doc, '"schedule_id":"') > 0 FROM transactions WHERE id = ?1"#,
    );
    let made = database.prepared(sql)?.query_row([transaction_id.as_str()], |row| {
        Ok(Made { by_v1: row.get(0)?, by_schedule: row.get(1)? })
    })?;
    Ok(made)
}

fn environment_of(database: &Database, event: &Event) -> Result<Environment, Fault> {
    let channel_no = match &event.subject {
        EventSubject::Payment { transaction_id, .. } => database
            .prepared(CHANNEL_NO)?
            .query_row([transaction_id.as_str()], |row| row.get(0))?,
        EventSubject::BillingKey(key) => database
            .prepared(
                "SELECT channel_no FROM billing_key_channels WHERE billing_key = ?1 ORDER BY position LIMIT 1",
            )?
            .query_row([key.as_str()], |row| row.get(0))?,
    };
    Ok(database.channel(channel_no)?.environment)
}

fn insert(
    database: &Database,
    store_no: i64,
    event_seq: i64,
    event: &Event,
    position: usize,
    target: &Target,
) -> Result<i64, Fault> {
    let (subject, transaction) = match &event.subject {
        EventSubject::Payment { transaction_id, .. } => {
            (transaction_id.as_str(), Some(transaction_id.as_str()))
        }
        EventSubject::BillingKey(key) => (key.as_str(), None),
    };
    let no = database.insert(
        ("no", LAST_NO),
        "INSERT INTO webhook_deliveries (id, store_no, event_seq, transaction_no, environment, url, format,
            triggered_at) VALUES (?1, ?2, ?3, (SELECT no FROM transactions WHERE id = ?4), ?5, ?6, ?7, ?8)",
        params![
            format!("webhook-{subject}-{event_seq}-{position}"),
            store_no,
            event_seq,
            transaction,
            environment_code(target.environment),
            target.url,
            target.format.code(),
            millis(event.at),
        ],
    )?;
    touch(database, no)?;
    Ok(no)
}

/// Notes that lists may say otherwise of a delivery's payment now.
fn touch(database: &Database, no: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO search_touched (kind, no) SELECT CAST(?2 AS BIGINT), transaction_no FROM webhook_deliveries
         WHERE no = ?1 AND transaction_no < ?3 ON CONFLICT (kind, no) DO NOTHING";
    database.write(sql, params![no, Kind::Payments.code(), database.first_without_block(Kind::Payments)?])
}

/// What is delivered one after the other: a payment's (or a billing key's) announcements to one URL.
fn lane(store_no: i64, event: &Event, url: &str) -> String {
    let subject = match &event.subject {
        EventSubject::Payment { payment_id, .. } => payment_id.as_str(),
        EventSubject::BillingKey(key) => key.as_str(),
    };
    format!("{store_no} {} {subject} {url}", subject.len())
}

const fn environment_code(environment: Environment) -> &'static str {
    match environment {
        Environment::Live => "live",
        Environment::Test => "test",
    }
}

fn claim(
    database: &Database,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limits: ClaimLimits,
) -> Result<Vec<Claim>, Fault> {
    let mut claims = Vec::new();
    for no in claimable(database, now, limits)? {
        let sql = "UPDATE webhook_queue SET claimed = 1, due_at = ?2 WHERE delivery_no = ?1";
        database.write(sql, params![no, millis(until)])?;
        let mut statement = database.prepared(select!("FROM webhook_deliveries AS d", "d.no = ?1"))?;
        let mut rows = statement.query([no])?;
        let Some(row) = rows.next()? else {
            return Err(Fault::Contract(format!("delivery {no} is queued and not in the log")));
        };
        let delivery = read(database, row)?;
        claims.push(Claim {
            number: delivery.number,
            id: delivery.id,
            event: delivery.event,
            target: delivery.target,
            try_count: row.get(18)?,
            until: time(millis(until))?,
        });
    }
    Ok(claims)
}

fn finish(database: &Database, result: &DeliveryResult, exchange: &str) -> Result<Settle, Fault> {
    let no = result.number;
    let sql = "SELECT lane, again FROM webhook_queue WHERE delivery_no = ?1 AND claimed = 1 AND due_at = ?2";
    let mut statement = database.prepared(sql)?;
    let found: Option<(String, bool)> = statement
        .query_row(params![no, millis(result.until)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((lane, is_again)) = found else { return Ok(Settle::AlreadySettled) };
    match result.retry_at {
        // Somebody asked for it while it was being sent: once more at once, then the tries that are left, if any.
        retry_at if is_again => {
            let sql = "UPDATE webhook_queue SET claimed = 0, again = 0, due_at = ?2,
                       try_count = CASE WHEN ?3 THEN try_count + 1 ELSE ?4 END WHERE delivery_no = ?1";
            let (now, has_tries) = (millis(result.now), retry_at.is_some());
            database.write(sql, params![no, now, has_tries, TRY_COUNT_MAX - 1])?;
            database.note_queued();
        }
        Some(at) => {
            let sql = "UPDATE webhook_queue SET claimed = 0, due_at = ?2, try_count = try_count + 1
                       WHERE delivery_no = ?1";
            database.write(sql, params![no, millis(at)])?;
        }
        None => end(database, no, &lane, result.now)?,
    }
    database.write(
        "UPDATE webhook_deliveries SET status = ?2, exchange = ?3, execution_count = execution_count + 1
         WHERE no = ?1",
        params![no, result.status.code(), exchange],
    )?;
    touch(database, no.cast_signed())?;
    Ok(Settle::Settled)
}

/// Takes a delivery out of the queue, and lets the next one of its lane go.
fn end(database: &Database, no: u64, lane: &str, now: DateTime<Utc>) -> Result<(), Fault> {
    database.write("DELETE FROM webhook_queue WHERE delivery_no = ?1", [no])?;
    database.write(
        "UPDATE webhook_queue SET due_at = ?2 WHERE due_at IS NULL
            AND delivery_no = (SELECT min(delivery_no) FROM webhook_queue WHERE lane = ?1)",
        params![lane, millis(now)],
    )?;
    Ok(())
}

fn list(
    database: &Database,
    store: &StoreId,
    filter: &DeliveryFilter,
    count_max: usize,
) -> Result<Vec<Delivery>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    match filter {
        DeliveryFilter::After(after) => {
            let sql = select!(
                "FROM webhook_deliveries AS d",
                "d.store_no = ?1 AND d.no > ?2 ORDER BY d.no LIMIT ?3"
            );
            let mut statement = database.prepared(sql)?;
            let mut rows = statement.query(params![store_no, after, count_max])?;
            while let Some(row) = rows.next()? {
                found.push(read(database, row)?);
            }
        }
        DeliveryFilter::Id(id) => {
            let sql = select!("FROM webhook_deliveries AS d", "d.id = ?1 AND d.store_no = ?2");
            let mut statement = database.prepared(sql)?;
            let mut rows = statement.query(params![id, store_no])?;
            while let Some(row) = rows.next()? {
                found.push(read(database, row)?);
            }
        }
        DeliveryFilter::OfPayment(payment) => of_payment(database, store_no, payment, count_max, &mut found)?,
    }
    Ok(found)
}

/// The latest ones of a payment, oldest first.
fn of_payment(
    database: &Database,
    store_no: i64,
    payment: &PaymentId,
    count_max: usize,
    found: &mut Vec<Delivery>,
) -> Result<(), Fault> {
    let sql = select!(
        "FROM transactions AS p CROSS JOIN webhook_deliveries AS d ON d.transaction_no = p.no",
        "p.store_no = ?1 AND p.payment_id = ?2 ORDER BY p.seq DESC, d.no DESC LIMIT ?3"
    );
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query(params![store_no, payment.as_str(), count_max])?;
    while let Some(row) = rows.next()? {
        found.push(read(database, row)?);
    }
    found.reverse();
    Ok(())
}

fn read(database: &Database, row: Row<'_>) -> Result<Delivery, Fault> {
    let optional = |at| row.text_or_null(at);
    let store = database.store_id(row.get(19)?)?;
    Ok(Delivery {
        number: row.get(0)?,
        id: row.get(8)?,
        event: events::read(&store, row)?,
        target: read_target(row, 9)?,
        status: optional(12)?.map(|code| decode_code("webhook status", code)).transpose()?,
        is_manual: row.get(13)?,
        execution_count: row.get(14)?,
        due_at: row.get::<Option<i64>>(15)?.map(time).transpose()?,
        triggered_at: time(row.get(16)?)?,
        exchange: optional(17)?.map(|json| decode("webhook exchange", json)).transpose()?,
    })
}

fn read_target(row: Row<'_>, first: usize) -> Result<Target, Fault> {
    let text = |at: usize| row.text(first + at);
    Ok(Target {
        environment: decode_code("environment", text(0)?)?,
        url: text(1)?.to_owned(),
        format: decode_code("webhook format", text(2)?)?,
    })
}

fn resend(
    database: &Database,
    store: &StoreId,
    id: &str,
    resend_count_max: u32,
    now: DateTime<Utc>,
) -> Result<Resend, Fault> {
    let by_id = DeliveryFilter::Id(id.to_owned());
    let Some(delivery) = list(database, store, &by_id, 1)?.pop() else { return Ok(Resend::NotFound) };
    let counted = database.execute(
        "UPDATE webhook_deliveries SET resend_count = resend_count + 1, is_manual = 1, triggered_at = ?3
         WHERE no = ?1 AND resend_count < ?2",
        params![delivery.number, resend_count_max, millis(now)],
    )?;
    if counted == 0 {
        return Ok(Resend::CountReached);
    }
    let lane = lane(database.store_no(store)?, &delivery.event, &delivery.target.url);
    // One that is through is tried once; one that waits goes on with its tries; one under way may be lost where it goes,
    // and is sent once more afterwards.
    database.write(
        "INSERT INTO webhook_queue (delivery_no, endpoint, lane, due_at, try_count) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (delivery_no) DO UPDATE SET again = webhook_queue.claimed,
            due_at = CASE WHEN webhook_queue.claimed = 1 THEN webhook_queue.due_at ELSE excluded.due_at END",
        params![delivery.number, origin(&delivery.target.url), lane, millis(now), TRY_COUNT_MAX - 1],
    )?;
    database.note_queued();
    let written = list(database, store, &by_id, 1)?.pop();
    Ok(written.map_or(Resend::NotFound, |delivery| Resend::Queued(Box::new(delivery))))
}
