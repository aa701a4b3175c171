//! The installation's key, and the refresh token each credential has.

use async_trait::async_trait;
use portone_core::Secret;
use portone_engine::access::{CredentialTag, TokenDigest};
use portone_engine::port::StoreError;
use portone_engine::port::access::AccessStore;
use rusqlite::params;

use super::SqliteStore;
use super::database::{Database, Fault};

#[async_trait]
impl AccessStore for SqliteStore {
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
}

fn installation_key(database: &Database, candidate: &Secret<[u8; 32]>) -> Result<Secret<[u8; 32]>, Fault> {
    let insert = "INSERT INTO installation (no, key) VALUES (1, ?1) ON CONFLICT (no) DO NOTHING";
    database.execute(insert, [candidate.expose()])?;
    let mut statement = database.prepared("SELECT key FROM installation WHERE no = 1")?;
    Ok(Secret::new(statement.query_row([], |row| row.get(0))?))
}

fn put(database: &Database, credential: CredentialTag, next: TokenDigest) -> Result<(), Fault> {
    let upsert = "INSERT INTO refresh_tokens (credential, digest) VALUES (?1, ?2)
         ON CONFLICT (credential) DO UPDATE SET digest = ?2";
    database.execute(upsert, params![credential.0, next.0]).map(drop)
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
