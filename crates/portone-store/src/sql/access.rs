//! The installation's key, and the refresh token each credential has.

use crate::sql::statement::{OptionalRow, Row, params};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::Secret;
use portone_engine::access::{CredentialTag, KeptToken, TokenDigest};
use portone_engine::port::StoreError;
use portone_engine::port::access::AccessStore;

use super::database::{Database, Fault};
use super::{SqlStore, read};
use crate::document::{millis, time};

#[async_trait]
impl AccessStore for SqlStore {
    async fn installation_key(&self, candidate: Secret<[u8; 32]>) -> Result<Secret<[u8; 32]>, StoreError> {
        self.write(move |database| installation_key(database, &candidate)).await
    }

    async fn put_refresh_token(
        &self,
        credential: CredentialTag,
        next: TokenDigest,
    ) -> Result<(), StoreError> {
        self.write(move |database| put(database, credential, next)).await
    }

    async fn replace_refresh_token(
        &self,
        credential: CredentialTag,
        previous: TokenDigest,
        next: TokenDigest,
    ) -> Result<bool, StoreError> {
        self.write(move |database| replace(database, credential, previous, next)).await
    }

    async fn v1_token(
        &self,
        credential: CredentialTag,
        candidate: KeptToken,
        now: DateTime<Utc>,
    ) -> Result<KeptToken, StoreError> {
        self.write(move |database| v1_token(database, credential, candidate, now)).await
    }

    async fn kept_v1_token(&self, credential: CredentialTag) -> Result<Option<KeptToken>, StoreError> {
        read!(self, [], |database| kept_v1_token(database, credential))
    }
}

fn v1_token(
    database: &Database,
    credential: CredentialTag,
    candidate: KeptToken,
    now: DateTime<Utc>,
) -> Result<KeptToken, Fault> {
    let given = KeptToken::given(kept_v1_token(database, credential)?, candidate, now);
    let upsert = "INSERT INTO v1_tokens (credential, number, made_until, until) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (credential) DO UPDATE SET number = ?2, made_until = ?3, until = ?4";
    let (made_until, until) = (millis(given.made_until), millis(given.until));
    database.write(upsert, params![credential.0, given.number, made_until, until])?;
    Ok(given)
}

fn kept_v1_token(database: &Database, credential: CredentialTag) -> Result<Option<KeptToken>, Fault> {
    let sql = "SELECT number, made_until, until FROM v1_tokens WHERE credential = ?1";
    let mut statement = database.prepared(sql)?;
    let read = |row: Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let Some((number, made_until, until)) = statement.query_row([credential.0], read).optional()? else {
        return Ok(None);
    };
    Ok(Some(KeptToken { number, made_until: time(made_until)?, until: time(until)? }))
}

fn installation_key(database: &Database, candidate: &Secret<[u8; 32]>) -> Result<Secret<[u8; 32]>, Fault> {
    let insert = "INSERT INTO installation (no, key) VALUES (1, ?1) ON CONFLICT (no) DO NOTHING";
    database.write(insert, [&database.seal_installation_key(candidate.expose())?])?;
    let mut statement = database.prepared("SELECT key FROM installation WHERE no = 1")?;
    let key = statement.query_row([], |row| database.unseal_installation_key(row.blob(0)?))?;
    Ok(Secret::new(key))
}

fn put(database: &Database, credential: CredentialTag, next: TokenDigest) -> Result<(), Fault> {
    let upsert = "INSERT INTO refresh_tokens (credential, digest) VALUES (?1, ?2)
         ON CONFLICT (credential) DO UPDATE SET digest = ?2";
    database.write(upsert, params![credential.0, next.0])
}

fn replace(
    database: &Database,
    credential: CredentialTag,
    previous: TokenDigest,
    next: TokenDigest,
) -> Result<bool, Fault> {
    let sql = "UPDATE refresh_tokens SET digest = ?3 WHERE credential = ?1 AND digest = ?2";
    Ok(database.execute(sql, params![credential.0, previous.0, next.0])? == 1)
}
