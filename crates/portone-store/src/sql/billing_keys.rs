//! Billing keys: one key of ours, and its key at each PG.

use crate::sql::statement::{OptionalRow, Row, params};
use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, BillingKey, CardFacts, ChannelGroupId, ChannelKey, CommandKind, CustomerUid, PgBillingKey,
    Secret, StoreId,
};
use portone_engine::event::{Event, EventKind, EventSubject};
use portone_engine::ledger::{
    BillingKeyRecord, BillingKeyStatus, IssueResult, KeyChannel, KeyChannelState, OpenAttempt, Transaction,
};
use portone_engine::port::{Begin, Dependents, SettleKey};

use super::attempts::{self, AttemptRow};
use super::database::{Database, Fault};
use super::events::{self, EventRow};
use super::search::Kind;
use super::{customers, schedules, sealing};
use crate::document::{
    KeyDocument, Unreadable, channel_state_code, decode, decode_code, encode, key_status_code, millis, time,
};
use crate::seal::Place;

/// A billing key to open, encoded on the caller's thread.
pub(super) struct KeyRows {
    record: BillingKeyRecord,
    decision: String,
    doc: String,
    channels: Vec<ChannelRow>,
}

/// A billing key to open with attempts of its own.
pub(super) struct IssueRows {
    key: KeyRows,
    attempts: Vec<AttemptRow>,
}

struct ChannelRow {
    snapshot: String,
    failure: Option<String>,
}

impl KeyRows {
    pub(super) fn encode(record: &BillingKeyRecord, decision: &str) -> Result<Self, Unreadable> {
        let doc = encode("billing key", &KeyDocument::of(record))?;
        let channels = record.channels.iter().map(ChannelRow::encode).collect::<Result<_, _>>()?;
        Ok(Self { record: record.clone(), decision: decision.to_owned(), doc, channels })
    }
}

impl IssueRows {
    pub(super) fn encode(
        record: &BillingKeyRecord,
        decision: &str,
        attempts: &[OpenAttempt],
    ) -> Result<Self, Unreadable> {
        let attempts = attempts.iter().map(AttemptRow::encode).collect::<Result<_, _>>()?;
        Ok(Self { key: KeyRows::encode(record, decision)?, attempts })
    }
}

impl ChannelRow {
    fn encode(part: &KeyChannel) -> Result<Self, Unreadable> {
        let failure = match &part.state {
            KeyChannelState::Failed(failure) => Some(encode("failure", failure)?),
            KeyChannelState::Pending | KeyChannelState::Issued(_) | KeyChannelState::Deleted => None,
        };
        Ok(Self { snapshot: encode("channel snapshot", &part.channel)?, failure })
    }
}

/// Opens a billing key with its attempts.
pub(super) fn begin_issue(database: &Database, rows: &IssueRows) -> Result<(), Fault> {
    if rows.attempts.is_empty() {
        return Err(Fault::Contract(
            "a billing key without an attempt would stay pending for good".to_owned(),
        ));
    }
    let record = &rows.key.record;
    insert(database, &rows.key)?;
    let store_no = database.store_no(&record.store_id)?;
    rows.attempts.iter().try_for_each(|row| attempts::insert(database, store_no, row))?;
    let opens_window = |row: &AttemptRow| row.attempt().command == CommandKind::OpenBillingKeyWindow;
    if rows.attempts.iter().any(opens_window) {
        announce(database, record, EventKind::BillingKeyReady, record.requested_at)?;
    }
    Ok(())
}

/// Opens a billing key whose attempt is its first payment's.
pub(super) fn insert_with_window(database: &Database, rows: &KeyRows) -> Result<(), Fault> {
    insert(database, rows)?;
    announce(database, &rows.record, EventKind::BillingKeyReady, rows.record.requested_at)
}

fn insert(database: &Database, rows: &KeyRows) -> Result<(), Fault> {
    let record = &rows.record;
    let store_no = database.store_no(&record.store_id)?;
    database.write(
        "INSERT INTO billing_keys (key, store_no, status, group_id, customer_id, requested_at, issued_at,
            deleted_at, decision, doc, customer_uid) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            record.key.as_str(),
            store_no,
            key_status_code(record.status),
            record.channel_group.as_ref().map(|group| group.id.as_str()),
            record.customer.id,
            millis(record.requested_at),
            record.issued_at.map(millis),
            record.deleted_at.map(millis),
            rows.decision,
            rows.doc,
            record.customer_uid.as_ref().map(CustomerUid::as_str),
        ],
    )?;
    database.write("INSERT INTO billing_key_numbers (key) VALUES (?1)", [record.key.as_str()])?;
    for (position, (part, row)) in record.channels.iter().zip(&rows.channels).enumerate() {
        insert_channel(database, &record.key, position, part, row)?;
    }
    Ok(())
}

fn insert_channel(
    database: &Database,
    key: &BillingKey,
    position: usize,
    part: &KeyChannel,
    row: &ChannelRow,
) -> Result<(), Fault> {
    let pg_billing_key = match &part.state {
        KeyChannelState::Issued(held) => Some(sealed(database, key, &part.channel.key, held)?),
        KeyChannelState::Pending | KeyChannelState::Failed(_) | KeyChannelState::Deleted => None,
    };
    database.write(
        "INSERT INTO billing_key_channels (billing_key, position, channel_key, state, pg_billing_key, failure,
            channel_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            key.as_str(),
            position,
            part.channel.key.as_str(),
            channel_state_code(&part.state),
            pg_billing_key,
            row.failure,
            database.channel_no(&row.snapshot)?,
        ],
    )?;
    Ok(())
}

/// What can charge a card, as its column holds it.
fn sealed(
    database: &Database,
    key: &BillingKey,
    channel: &ChannelKey,
    held: &PgBillingKey,
) -> Result<String, Fault> {
    let parts = sealing::pg_billing_key(key.as_str(), channel.as_str());
    database.seal(Place(&parts), held.expose())
}

/// The commands whose result is a key: through the API, or by one window and its approval.
const ISSUES: [CommandKind; 3] =
    [CommandKind::IssueBillingKey, CommandKind::OpenBillingKeyWindow, CommandKind::ConfirmBillingKey];

/// Ends one channel's attempt of an issue; with the last one, the issue.
pub(super) fn settle_issue(
    database: &Database,
    attempt: &AttemptId,
    result: &IssueResult,
    now: DateTime<Utc>,
) -> Result<SettleKey, Fault> {
    let Some(open) = attempts::by_id(database, attempt)? else { return Ok(SettleKey::AlreadySettled) };
    let key = key_of(&open, &ISSUES)?;
    attempts::delete(database, attempt)?;
    write_result(database, &open.store_id, key, &open.channel, result)?;
    if attempts::count_on_key(database, key, CommandKind::IssueBillingKey)? > 0 {
        return Ok(SettleKey::Partly);
    }
    let record = conclude(database, &open.store_id, key)?;
    let is_muted = record.skip_webhook;
    announce_issue(database, &record, is_muted, now)?;
    Ok(SettleKey::Complete(Box::new(record)))
}

/// Ends the issue of a key together with its first payment.
pub(super) fn settle_with_payment(
    database: &Database,
    key: &BillingKey,
    transaction: &Transaction,
    result: &IssueResult,
) -> Result<(), Fault> {
    write_result(database, &transaction.store_id, key, &transaction.channel.key, result)?;
    let record = conclude(database, &transaction.store_id, key)?;
    announce_issue(database, &record, transaction.skip_webhook, transaction.updated_at)
}

/// Writes what became of a key at one channel.
fn write_result(
    database: &Database,
    store: &StoreId,
    key: &BillingKey,
    channel: &ChannelKey,
    result: &IssueResult,
) -> Result<(), Fault> {
    match result {
        IssueResult::Issued { pg_billing_key, issued_at, card } => {
            if let Some(card) = card {
                keep_card(database, store, key, card)?;
            }
            let state = KeyChannelState::Issued(pg_billing_key.clone());
            write_state(database, key, channel, &state)?;
            // Its parts come in any order; the earliest counts.
            database.write(
                "UPDATE billing_keys SET issued_at = CASE WHEN issued_at <= ?2 THEN issued_at ELSE ?2 END WHERE key = ?1",
                params![key.as_str(), millis(*issued_at)],
            )?;
            customers::take_over_schedules(database, store, key)
        }
        IssueResult::Failed(failure) => {
            write_state(database, key, channel, &KeyChannelState::Failed(failure.clone()))
        }
    }
}

/// What a PG told of the card, beside what is known of it.
fn keep_card(database: &Database, store: &StoreId, key: &BillingKey, told: &CardFacts) -> Result<(), Fault> {
    let known = record(database, store, key)?;
    let card = told.clone().or(known.card.clone());
    if card == known.card {
        return Ok(());
    }
    write_document(database, &BillingKeyRecord { card, ..known })
}

/// Ends an issue: the key's record as it now is.
fn conclude(database: &Database, store: &StoreId, key: &BillingKey) -> Result<BillingKeyRecord, Fault> {
    let issued = record(database, store, key)?
        .channels
        .iter()
        .any(|part| matches!(part.state, KeyChannelState::Issued(_)));
    let status = if issued { BillingKeyStatus::Issued } else { BillingKeyStatus::Failed };
    let sql = "UPDATE billing_keys SET status = ?2 WHERE key = ?1";
    database.write(sql, params![key.as_str(), key_status_code(status)])?;
    touch(database, key)?;
    record(database, store, key)
}

/// A failure is announced even where the success would be mute (rule V2-049).
fn announce_issue(
    database: &Database,
    record: &BillingKeyRecord,
    is_muted: bool,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    match (record.status == BillingKeyStatus::Issued, is_muted) {
        (false, _) => announce(database, record, EventKind::BillingKeyFailed, now),
        (true, false) => announce(database, record, EventKind::BillingKeyIssued, now),
        (true, true) => Ok(()),
    }
}

/// Ends one attempt on a key and opens another.
pub(super) fn swap_attempt(
    database: &Database,
    end: &AttemptId,
    begin: &AttemptRow,
    skip_webhook: bool,
) -> Result<Begin, Fault> {
    let Some(ended) = attempts::by_id(database, end)? else { return Ok(Begin::Outstanding) };
    let key = key_of(&ended, &ISSUES)?;
    let changed = BillingKeyRecord { skip_webhook, ..record(database, &ended.store_id, key)? };
    write_document(database, &changed)?;
    touch(database, key)?;
    attempts::delete(database, end)?;
    attempts::insert(database, database.store_no(&ended.store_id)?, begin)?;
    Ok(Begin::Begun)
}

/// Opens the attempts of a deletion, if the key is issued; `despite_schedules`: whatever schedules need it.
pub(super) fn begin_delete(
    database: &Database,
    store: &StoreId,
    key: &BillingKey,
    rows: &[AttemptRow],
    despite_schedules: bool,
) -> Result<Begin, Fault> {
    let store_no = database.store_no(store)?;
    let mut statement =
        database.prepared("SELECT status FROM billing_keys WHERE key = ?1 AND store_no = ?2")?;
    let status: Option<String> =
        statement.query_row(params![key.as_str(), store_no], |row| row.get(0)).optional()?;
    if status.as_deref() != Some(key_status_code(BillingKeyStatus::Issued)) {
        return Ok(Begin::Changed);
    }
    if !despite_schedules && schedules::need_key(database, key)? {
        return Ok(Begin::Scheduled);
    }
    if attempts::count_on_key(database, key, CommandKind::DeleteBillingKey)? > 0 {
        return Ok(Begin::Outstanding);
    }
    rows.iter().try_for_each(|row| attempts::insert(database, store_no, row))?;
    Ok(Begin::Begun)
}

/// Ends one channel's attempt of a deletion; with the last one, the deletion.
pub(super) fn settle_delete(
    database: &Database,
    attempt: &AttemptId,
    deleted: bool,
    skip_webhook: bool,
    now: DateTime<Utc>,
) -> Result<SettleKey, Fault> {
    let Some(open) = attempts::by_id(database, attempt)? else { return Ok(SettleKey::AlreadySettled) };
    let key = key_of(&open, &[CommandKind::DeleteBillingKey])?;
    attempts::delete(database, attempt)?;
    if deleted {
        write_state(database, key, &open.channel, &KeyChannelState::Deleted)?;
    }
    if attempts::count_on_key(database, key, CommandKind::DeleteBillingKey)? > 0 {
        return Ok(SettleKey::Partly);
    }
    let mut current = record(database, &open.store_id, key)?;
    let gone =
        |part: &KeyChannel| matches!(part.state, KeyChannelState::Deleted | KeyChannelState::Failed(_));
    if current.status == BillingKeyStatus::Issued && current.channels.iter().all(gone) {
        database.write(
            "UPDATE billing_keys SET status = ?2, deleted_at = ?3 WHERE key = ?1",
            params![key.as_str(), key_status_code(BillingKeyStatus::Deleted), millis(now)],
        )?;
        touch(database, key)?;
        current = record(database, &open.store_id, key)?;
        if !skip_webhook {
            announce(database, &current, EventKind::BillingKeyDeleted, now)?;
        }
    }
    Ok(SettleKey::Complete(Box::new(current)))
}

fn key_of<'a>(open: &'a OpenAttempt, commands: &[CommandKind]) -> Result<&'a BillingKey, Fault> {
    open.subject
        .billing_key()
        .filter(|_| commands.contains(&open.command))
        .ok_or_else(|| Fault::Contract(format!("attempt `{}` is no {}", open.id, commands[0].name())))
}

fn write_state(
    database: &Database,
    key: &BillingKey,
    channel: &ChannelKey,
    state: &KeyChannelState,
) -> Result<(), Fault> {
    let (pg_billing_key, failure) = match state {
        KeyChannelState::Issued(held) => (Some(sealed(database, key, channel, held)?), None),
        KeyChannelState::Failed(failure) => (None, Some(encode("failure", failure)?)),
        KeyChannelState::Pending | KeyChannelState::Deleted => (None, None),
    };
    let written = database.execute(
        "UPDATE billing_key_channels SET state = ?3, pg_billing_key = ?4, failure = ?5
         WHERE billing_key = ?1 AND channel_key = ?2",
        params![key.as_str(), channel.as_str(), channel_state_code(state), pg_billing_key, failure],
    )?;
    if written == 1 {
        return touch(database, key);
    }
    Err(Fault::Contract(format!("billing key `{key}` has {written} parts at channel `{channel}`, not one")))
}

/// Writes what of a key is in no column.
fn write_document(database: &Database, record: &BillingKeyRecord) -> Result<(), Fault> {
    let doc = encode("billing key", &KeyDocument::of(record))?;
    database.write("UPDATE billing_keys SET doc = ?2 WHERE key = ?1", params![record.key.as_str(), doc])?;
    Ok(())
}

/// Notes that lists may say otherwise of a key now.
fn touch(database: &Database, key: &BillingKey) -> Result<(), Fault> {
    let mut statement = database.prepared("SELECT no FROM billing_key_numbers WHERE key = ?1")?;
    let no = statement.query_row([key.as_str()], |row| row.get(0))?;
    database.touch(Kind::Keys, no)
}

fn announce(
    database: &Database,
    record: &BillingKeyRecord,
    kind: EventKind,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let event = Event {
        store_id: record.store_id.clone(),
        kind,
        at: now,
        subject: EventSubject::BillingKey(record.key.clone()),
        trigger: None,
        notice_urls: record.notice_urls.clone(),
    };
    events::insert(database, &[EventRow::encode(event)?])
}

fn record(database: &Database, store: &StoreId, key: &BillingKey) -> Result<BillingKeyRecord, Fault> {
    find(database, store, key)?.ok_or_else(|| Fault::Contract(format!("there is no billing key `{key}`")))
}

/// A billing key of a store. Its two reads need one state of the database around them.
pub(super) fn find(
    database: &Database,
    store: &StoreId,
    key: &BillingKey,
) -> Result<Option<BillingKeyRecord>, Fault> {
    let Some(store_no) = database.find_store_no(store)? else { return Ok(None) };
    let mut statement = database.prepared(
        "SELECT status, requested_at, issued_at, deleted_at, doc, customer_uid FROM billing_keys
         WHERE key = ?1 AND store_no = ?2",
    )?;
    let mut rows = statement.query(params![key.as_str(), store_no])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let text = |at| row.text(at);
    let document: KeyDocument = decode("billing key", text(4)?)?;
    let status = decode_code("billing key state", text(0)?)?;
    let mut record = document.into_record(key.clone(), store.clone(), status, time(row.get(1)?)?);
    record.issued_at = row.get::<Option<i64>>(2)?.map(time).transpose()?;
    record.deleted_at = row.get::<Option<i64>>(3)?.map(time).transpose()?;
    let uid: Option<String> = row.get(5)?;
    record.customer_uid = uid.map(|uid| decode_code("customer_uid", &uid)).transpose()?;
    record.channels = channels(database, key)?;
    Ok(Some(record))
}

fn channels(database: &Database, key: &BillingKey) -> Result<Vec<KeyChannel>, Fault> {
    let mut statement = database.prepared(
        "SELECT state, pg_billing_key, failure, channel_no FROM billing_key_channels
         WHERE billing_key = ?1 ORDER BY position",
    )?;
    let mut rows = statement.query([key.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_channel(database, key, row)?);
    }
    Ok(found)
}

fn read_channel(database: &Database, key: &BillingKey, row: Row<'_>) -> Result<KeyChannel, Fault> {
    let text = |at| row.text(at);
    let channel = database.channel(row.get(3)?)?;
    let state = match text(0)? {
        "PENDING" => KeyChannelState::Pending,
        "ISSUED" => {
            let unreadable = |_| Unreadable::new("PG billing key", "empty or too long");
            let parts = sealing::pg_billing_key(key.as_str(), channel.key.as_str());
            let held = Secret::new(database.unseal(Place(&parts), text(1)?)?);
            KeyChannelState::Issued(PgBillingKey::parse(held.expose()).map_err(unreadable)?)
        }
        "FAILED" => KeyChannelState::Failed(decode("failure", text(2)?)?),
        "DELETED" => KeyChannelState::Deleted,
        _ => return Err(Unreadable::new("state of a billing key at a channel", "unknown code").into()),
    };
    Ok(KeyChannel { channel, state })
}

/// What depends on a group.
pub(super) fn dependents(database: &Database, group: &ChannelGroupId) -> Result<Dependents, Fault> {
    let sql = "SELECT count(*) FROM billing_keys WHERE group_id = ?1 AND status = 'ISSUED'";
    let billing_keys = database.prepared(sql)?.query_row([group.as_str()], |row| row.get(0))?;
    Ok(Dependents { billing_keys, schedules: schedules::count_of_group(database, group)? })
}
