//! Idempotency keys: claimed before a request runs, answered after it.

use crate::sql::statement::{OptionalRow, params};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::AttemptId;
use portone_engine::idempotency::{KeptAnswer, KeyDigest};
use portone_engine::port::StoreError;
use portone_engine::port::idempotency::{ClaimKey, HeldKey, IdempotencyStore, KeyClaim};

use super::database::{Database, Fault};
use super::{SqlStore, read};
use crate::document::{decode_code, millis};

#[async_trait]
impl IdempotencyStore for SqlStore {
    async fn claim_key(&self, claim: ClaimKey) -> Result<KeyClaim, StoreError> {
        self.write(move |database| claim_key(database, &claim)).await
    }

    async fn finish_key(
        &self,
        held: HeldKey,
        answer: KeptAnswer,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.write(move |database| finish(database, &held, &answer, expires_at)).await
    }

    async fn release_key(
        &self,
        key: KeyDigest,
        operation: &AttemptId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = operation.clone();
        self.write(move |database| release(database, key, &id, now)).await
    }

    async fn forget_keys(&self, now: DateTime<Utc>, count_max: usize) -> Result<usize, StoreError> {
        if !read!(self, [], |database| is_any_expired(database, now))? {
            return Ok(0);
        }
        self.write(move |database| forget(database, now, count_max)).await
    }
}

/// A key as it is stored.
struct Row {
    fingerprint: [u8; 32],
    operation: AttemptId,
    lease_until: i64,
    expires_at: i64,
    answer: Option<KeptAnswer>,
}

fn claim_key(database: &Database, claim: &ClaimKey) -> Result<KeyClaim, Fault> {
    let now = millis(claim.now);
    let Some(row) = find(database, claim.key)?.filter(|row| row.expires_at > now) else {
        write_new(database, claim)?;
        return Ok(KeyClaim::New(claim.operation.clone()));
    };
    if row.fingerprint != claim.fingerprint.0 {
        return Ok(KeyClaim::Mismatch);
    }
    if let Some(answer) = row.answer {
        return Ok(KeyClaim::Finished(answer));
    }
    if row.lease_until > now {
        return Ok(KeyClaim::Outstanding);
    }
    let sql = "UPDATE idempotency_keys SET lease_until = ?2, expires_at = ?3 WHERE digest = ?1";
    database.write(sql, params![claim.key.0, millis(claim.lease_until), millis(claim.expires_at)])?;
    Ok(KeyClaim::Resumed(row.operation))
}

fn find(database: &Database, key: KeyDigest) -> Result<Option<Row>, Fault> {
    let mut statement = database.prepared(
        "SELECT fingerprint, operation_id, lease_until, expires_at, status, body FROM idempotency_keys
         WHERE digest = ?1",
    )?;
    let read = statement.query_row([key.0], |row| {
        let answer = match (row.get::<Option<u16>>(4)?, row.get::<Option<String>>(5)?) {
            (Some(status), Some(body)) => Some(KeptAnswer { status, body }),
            _ => None,
        };
        Ok((row.get(0)?, row.get::<String>(1)?, row.get(2)?, row.get(3)?, answer))
    });
    let Some((fingerprint, operation, lease_until, expires_at, answer)) = read.optional()? else {
        return Ok(None);
    };
    let operation = decode_code("attempt id", &operation)?;
    Ok(Some(Row { fingerprint, operation, lease_until, expires_at, answer }))
}

/// Whether a request still holds its key. Each claim of a key lasts longer than the one before, so that its end names it.
pub(super) fn is_held(database: &Database, held: &HeldKey) -> Result<bool, Fault> {
    let row = find(database, held.key)?.filter(|row| row.answer.is_none());
    Ok(row.is_some_and(|row| row.operation == held.operation && row.lease_until == millis(held.until)))
}

/// An expired key is new: its row is written over.
fn write_new(database: &Database, claim: &ClaimKey) -> Result<(), Fault> {
    database.write(
        "INSERT INTO idempotency_keys (digest, fingerprint, operation_id, lease_until, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (digest) DO UPDATE SET fingerprint = ?2, operation_id = ?3, lease_until = ?4,
            expires_at = ?5, status = NULL, body = NULL",
        params![
            claim.key.0,
            claim.fingerprint.0,
            claim.operation.as_str(),
            millis(claim.lease_until),
            millis(claim.expires_at),
        ],
    )?;
    Ok(())
}

fn finish(
    database: &Database,
    held: &HeldKey,
    answer: &KeptAnswer,
    expires_at: DateTime<Utc>,
) -> Result<bool, Fault> {
    let sql = "UPDATE idempotency_keys SET status = ?4, body = ?5, expires_at = ?6
         WHERE digest = ?1 AND operation_id = ?2 AND lease_until = ?3 AND status IS NULL";
    let written = params![
        held.key.0,
        held.operation.as_str(),
        millis(held.until),
        answer.status,
        answer.body,
        millis(expires_at)
    ];
    Ok(database.execute(sql, written)? > 0)
}

fn release(
    database: &Database,
    key: KeyDigest,
    operation: &AttemptId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let sql = "UPDATE idempotency_keys SET lease_until = ?3
         WHERE digest = ?1 AND operation_id = ?2 AND status IS NULL AND lease_until > ?3";
    database.write(sql, params![key.0, operation.as_str(), millis(now)])
}

fn is_any_expired(database: &Database, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM idempotency_keys WHERE expires_at <= ?1 LIMIT 1";
    database.prepared(sql)?.exists([millis(now)])
}

fn forget(database: &Database, now: DateTime<Utc>, count_max: usize) -> Result<usize, Fault> {
    database.execute(
        "DELETE FROM idempotency_keys WHERE no IN
            (SELECT no FROM idempotency_keys WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        params![millis(now), count_max],
    )
}
