//! What the store keeps for tokens: the installation's key, and the one refresh token each credential has.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::Secret;

use super::StoreError;
use crate::access::{CredentialTag, KeptToken, TokenDigest};

/// The part of the ledger's database that access needs.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// The key this installation signs with: the stored one, or `candidate`, which is stored where there is none.
    async fn installation_key(&self, candidate: Secret<[u8; 32]>) -> Result<Secret<[u8; 32]>, StoreError>;

    /// Makes `next` the only refresh token of a credential, whatever was before (rule V2-004).
    async fn put_refresh_token(&self, credential: CredentialTag, next: TokenDigest)
    -> Result<(), StoreError>;

    /// Makes `next` the only refresh token of a credential, if `previous` is it: whether it was.
    async fn replace_refresh_token(
        &self,
        credential: CredentialTag,
        previous: TokenDigest,
        next: TokenDigest,
    ) -> Result<bool, StoreError>;

    /// The token of a V1 key from now on, as [`KeptToken::given`] decides between the one it has and `candidate`.
    async fn v1_token(
        &self,
        credential: CredentialTag,
        candidate: KeptToken,
        now: DateTime<Utc>,
    ) -> Result<KeptToken, StoreError>;

    /// The token of a V1 key, over or not.
    async fn kept_v1_token(&self, credential: CredentialTag) -> Result<Option<KeptToken>, StoreError>;
}
