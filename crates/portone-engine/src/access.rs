//! Tokens that stand for an API secret (rules V2-003, V2-004): signed under the installation's key, so that they survive
//! a restart and every replica knows them. Only the digest of the latest refresh token is kept.

mod v1;

pub use v1::{KeptToken, V1Token};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use portone_core::Secret;
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::port::{Random, Store, StoreError};

/// How long an access token is good for (rule V2-003).
const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(30);
/// How long a refresh token is good for (rule V2-003).
const REFRESH_LIFE: TimeDelta = TimeDelta::days(1);
/// Bytes of a token: its kind, when it ends, whose it is, a number of its own.
const CLAIM_LENGTH: usize = 1 + 8 + 16 + 16;
/// Bytes of the signature behind them.
const SIGNATURE_LENGTH: usize = 32;

/// Whose a token is: a name for an API secret that tells nothing about it without the installation's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialTag(pub [u8; 16]);

/// SHA-256 of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest(pub [u8; 32]);

/// What a login or a refresh gives.
#[derive(Debug)]
pub struct Tokens {
    /// Good for 30 minutes.
    pub access: Secret<String>,
    /// Good for a day, once, and until the next login or refresh.
    pub refresh: Secret<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Access = b'a',
    Refresh = b'r',
    V1 = b'1',
}

/// What a token says of itself.
struct Claim {
    tag: CredentialTag,
    until: DateTime<Utc>,
    number: [u8; 16],
}

/// Signs for this installation. It is drawn once and kept in the store.
pub(crate) struct InstallationKey(Secret<[u8; 32]>);

impl InstallationKey {
    /// The installation's key; drawn where there is none yet.
    pub(crate) async fn load(store: &dyn Store, random: &dyn Random) -> Result<Self, StoreError> {
        let mut candidate = [0; 32];
        for part in candidate.chunks_exact_mut(8) {
            part.copy_from_slice(&random.next_u64().to_be_bytes());
        }
        store.installation_key(Secret::new(candidate)).await.map(Self)
    }

    /// An HMAC that only this installation can make. `purpose` keeps the values of one use out of every other.
    pub(crate) fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        // HMAC takes keys of any length.
        #[allow(clippy::expect_used)]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose()).expect("a key of 32 bytes");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        for part in parts {
            mac.update(part);
        }
        mac
    }

    fn sign(&self, kind: Kind, tag: CredentialTag, until: DateTime<Utc>, number: [u8; 16]) -> String {
        let mut token = Vec::with_capacity(CLAIM_LENGTH + SIGNATURE_LENGTH);
        token.push(kind as u8);
        token.extend(until.timestamp_millis().to_be_bytes());
        token.extend(tag.0);
        token.extend(number);
        let signature = self.mac("token", &[&token]).finalize().into_bytes();
        token.extend_from_slice(&signature);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Whose a token is, if this installation has made it and it is still good.
    fn check(&self, kind: Kind, token: &str, now: DateTime<Utc>) -> Option<CredentialTag> {
        let claim = self.claim(kind, token)?;
        (now < claim.until).then_some(claim.tag)
    }

    /// What a token says, if this installation has made it. The signature is compared in constant time, and before anything
    /// else is looked at.
    fn claim(&self, kind: Kind, token: &str) -> Option<Claim> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        if token.len() != CLAIM_LENGTH + SIGNATURE_LENGTH {
            return None;
        }
        let (claim, signature) = token.split_at(CLAIM_LENGTH);
        self.mac("token", &[claim]).verify_slice(signature).ok()?;
        let until = i64::from_be_bytes(claim[1..9].try_into().ok()?);
        let tag = CredentialTag(claim[9..25].try_into().ok()?);
        let number = claim[25..].try_into().ok()?;
        let until = DateTime::from_timestamp_millis(until)?;
        (claim[0] == kind as u8).then_some(Claim { tag, until, number })
    }
}

impl Engine {
    /// The name by which tokens know an API secret, from the secret's SHA-256.
    pub fn credential_tag(&self, secret_digest: &[u8; 32]) -> CredentialTag {
        let mac: [u8; 32] = self.key.mac("credential", &[secret_digest]).finalize().into_bytes().into();
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac[..16]);
        CredentialTag(tag)
    }

    /// New tokens for an API secret; its earlier refresh token is worth nothing from now on.
    pub async fn issue_tokens(&self, credential: CredentialTag) -> Result<Tokens, StoreError> {
        let tokens = self.new_tokens(credential);
        self.store.put_refresh_token(credential, digest(tokens.refresh.expose())).await?;
        Ok(tokens)
    }

    /// New tokens for a refresh token: `None` when it is not the latest one, not good any more, or `is_known` does not
    /// know the API secret it stands for.
    pub async fn refresh_tokens(
        &self,
        token: &Secret<String>,
        is_known: impl Fn(CredentialTag) -> bool,
    ) -> Result<Option<Tokens>, StoreError> {
        let token = token.expose();
        let Some(credential) = self.key.check(Kind::Refresh, token, self.now()) else { return Ok(None) };
        if !is_known(credential) {
            return Ok(None);
        }
        let tokens = self.new_tokens(credential);
        let next = digest(tokens.refresh.expose());
        let replaced = self.store.replace_refresh_token(credential, digest(token), next).await?;
        Ok(replaced.then_some(tokens))
    }

    /// Whose an access token is; `None` when it is none of this installation's, or not good any more.
    pub fn check_access_token(&self, token: &str) -> Option<CredentialTag> {
        self.key.check(Kind::Access, token, self.now())
    }

    fn new_tokens(&self, credential: CredentialTag) -> Tokens {
        let now = self.now();
        let access = self.key.sign(Kind::Access, credential, now + ACCESS_LIFE, self.new_number());
        let refresh = self.key.sign(Kind::Refresh, credential, now + REFRESH_LIFE, self.new_number());
        Tokens { access: Secret::new(access), refresh: Secret::new(refresh) }
    }

    fn new_number(&self) -> [u8; 16] {
        let mut number = [0; 16];
        number[..8].copy_from_slice(&self.random.next_u64().to_be_bytes());
        number[8..].copy_from_slice(&self.random.next_u64().to_be_bytes());
        number
    }
}

fn digest(token: &str) -> TokenDigest {
    TokenDigest(Sha256::digest(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: CredentialTag = CredentialTag([7; 16]);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
    }

    fn key(byte: u8) -> InstallationKey {
        InstallationKey(Secret::new([byte; 32]))
    }

    #[test]
    fn a_token_is_good_until_it_ends_and_for_its_kind() {
        let token = key(1).sign(Kind::Access, TAG, at(10), [3; 16]);
        assert_eq!(key(1).check(Kind::Access, &token, at(9)), Some(TAG));
        assert_eq!(key(1).check(Kind::Access, &token, at(10)), None);
        assert_eq!(key(1).check(Kind::Refresh, &token, at(9)), None);
        assert_eq!(key(2).check(Kind::Access, &token, at(9)), None);
    }

    #[test]
    fn no_byte_of_a_token_can_be_changed() {
        let token = key(1).sign(Kind::Access, TAG, at(10), [3; 16]);
        let bytes = URL_SAFE_NO_PAD.decode(&token).expect("decodes");
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(key(1).check(Kind::Access, &URL_SAFE_NO_PAD.encode(changed), at(9)), None, "{place}");
        }
        for length in 0..bytes.len() {
            assert_eq!(key(1).check(Kind::Access, &URL_SAFE_NO_PAD.encode(&bytes[..length]), at(9)), None);
        }
        assert_eq!(key(1).check(Kind::Access, "", at(9)), None);
    }
}
