//! Seals every secret of a ledger with the current key, while gateways use it: some rows a commit, again where it was
//! stopped, and with those that were never sealed.

use std::sync::Arc;

use portone_core::Secret;

use super::database::{Database, Fault};
use super::sealing::{check_keys, forget_other_keys, note_key, pg_billing_key};
use super::statement::params;
use super::transfer::{self, Opened, Place as Ledger, TransferError, commit};
use crate::seal::{Keyring, PREFIX, Place, SealError};

/// How many rows are looked at in one commit: other writers wait for it.
const BATCH_ROW_COUNT: usize = 256;
/// How often all rows are looked at, where gateways go on to seal with another key.
const PASS_COUNT_MAX: usize = 3;

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotated {
    /// How many secrets were sealed.
    pub sealed_count: u64,
    /// How many were sealed with the current key already.
    pub current_count: u64,
    /// Whether nothing older is left in the files: on SQLite, whether the log could be emptied; on PostgreSQL old rows stay
    /// until vacuum takes them.
    pub is_wiped: bool,
}

/// Seals every secret with the current key of the keyring. `progress` hears how many were looked at. Not from within an
/// async runtime.
pub fn rotate(
    ledger: Ledger<'_>,
    keyring: &Arc<Keyring>,
    progress: &mut dyn FnMut(u64),
) -> Result<Rotated, TransferError> {
    if keyring.current_id().is_none() {
        return Err(TransferError::database("encryption_key")(Fault::Contract(SealError::NoKey.to_string())));
    }
    let opened = match ledger {
        Ledger::Sqlite(path) => crate::sqlite::open_to_rotate(path)?,
        #[cfg(feature = "postgres")]
        Ledger::Postgres(url) => crate::postgres::open_to_export(url)?,
    };
    let Opened { database, name, .. } = opened;
    let database = database.sealed_with(Some(Arc::clone(keyring)));
    transfer::refuse_half_imported(&database, &name)?;
    check_keys(&database, &name)?;
    note_key(&database).map_err(TransferError::database("meta"))?;
    let mut rotated = Rotated::default();
    for _ in 0..PASS_COUNT_MAX {
        pass(&database, keyring, &mut rotated, progress)
            .map_err(TransferError::database("billing_key_channels"))?;
        let finished = commit(&database, |database| finish(database, keyring));
        if let Some(installation) = finished.map_err(TransferError::database("installation"))? {
            rotated.sealed_count += u64::from(installation == Installation::Sealed);
            rotated.current_count += u64::from(installation == Installation::Current);
            rotated.is_wiped = database.wipe_log().map_err(TransferError::database("the log"))?;
            return Ok(rotated);
        }
    }
    Err(TransferError::Database {
        at: "billing_key_channels".to_owned(),
        problem: "a gateway goes on to write without the current key: restart every gateway with it, then rotate again"
            .to_owned(),
    })
}

fn pass(
    database: &Database,
    keyring: &Keyring,
    rotated: &mut Rotated,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    let (mut after, mut looked_at) = (Some((String::new(), -1)), 0);
    rotated.current_count = 0;
    while let Some(place) = after {
        let batch = commit(database, |database| rotate_batch(database, keyring, &place))?;
        rotated.sealed_count += batch.sealed_count;
        rotated.current_count += batch.current_count;
        looked_at += batch.sealed_count + batch.current_count;
        progress(looked_at);
        after = batch.last;
    }
    Ok(())
}

/// What became of some rows.
struct Batch {
    sealed_count: u64,
    current_count: u64,
    /// The last of them, where there may be more.
    last: Option<(String, i64)>,
}

/// A secret of a row: its billing key, its place there, its channel, and as the column holds it.
type Held = (String, i64, String, String);

fn rotate_batch(database: &Database, keyring: &Keyring, after: &(String, i64)) -> Result<Batch, Fault> {
    let some = "SELECT billing_key, position, channel_key, pg_billing_key FROM billing_key_channels
        WHERE (billing_key, position) > (?1, ?2) AND pg_billing_key IS NOT NULL
        ORDER BY billing_key, position LIMIT ?3";
    let held: Vec<Held> =
        database.prepared(some)?.query_map(params![after.0, after.1, BATCH_ROW_COUNT], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    // Not until one is empty: gateways may go on to issue keys as fast.
    let may_be_more = held.len() == BATCH_ROW_COUNT;
    let mut batch = Batch { sealed_count: 0, current_count: 0, last: None };
    for (key, position, channel, value) in held {
        if keyring.is_current(&value) {
            batch.current_count += 1;
        } else {
            let sealed = sealed_anew(database, (&key, &channel), &value)?;
            // Only what was read: whoever writes meanwhile would win.
            let sql = "UPDATE billing_key_channels SET pg_billing_key = ?4
                WHERE billing_key = ?1 AND position = ?2 AND pg_billing_key = ?3";
            database.write(sql, params![key, position, value, sealed])?;
            batch.sealed_count += 1;
        }
        batch.last = may_be_more.then_some((key, position));
    }
    Ok(batch)
}

/// A PG's billing key under the key of now.
fn sealed_anew(database: &Database, (key, channel): (&str, &str), value: &str) -> Result<String, Fault> {
    let parts = pg_billing_key(key, channel);
    let clear = database.unseal(Place(&parts), value).map_err(|fault| {
        Fault::Contract(format!(
            "billing key `{key}` at channel `{channel}`, the ones before are done: {fault}"
        ))
    })?;
    database.seal(Place(&parts), Secret::new(clear).expose())
}

/// What became of the installation's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Installation {
    /// There is none yet.
    None,
    Sealed,
    Current,
}

/// Seals the last secret and forgets the other keys, if nothing needs them any more.
fn finish(database: &Database, keyring: &Keyring) -> Result<Option<Installation>, Fault> {
    let current_id = keyring.current_id().unwrap_or_default();
    let current = format!("{PREFIX}{current_id}:");
    let other = "SELECT 1 FROM billing_key_channels WHERE pg_billing_key IS NOT NULL
        AND substr(pg_billing_key, 1, ?1) <> ?2 LIMIT 1";
    // In characters, all of which are ASCII.
    let length = i32::try_from(current.len()).unwrap_or_default();
    if database.prepared(other)?.exists(params![length, current])? {
        return Ok(None);
    }
    let mut held: Vec<Vec<u8>> =
        database.prepared("SELECT key FROM installation WHERE no = 1")?.query_map([], |row| row.get(0))?;
    let installation = match held.pop() {
        None => Installation::None,
        Some(value) if value.starts_with(current.as_bytes()) => Installation::Current,
        Some(value) => {
            let clear = database.unseal_installation_key(&value)?;
            let sealed = database.seal_installation_key(&clear)?;
            database.write("UPDATE installation SET key = ?1 WHERE no = 1", [&sealed])?;
            Installation::Sealed
        }
    };
    forget_other_keys(database, current_id)?;
    Ok(Some(installation))
}
