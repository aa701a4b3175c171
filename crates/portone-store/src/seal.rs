//! Secrets at rest: sealed with AES-256-GCM under a key that is not in the database.
//!
//! A sealed value is text: `sealed:v1:<key id>:<base64 of nonce, ciphertext and tag>`. What it is sealed for (table, row and
//! column) is authenticated with it, so that none can be put in another's place. docs/encryption.md

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portone_core::Secret;
use portone_engine::port::Random;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// What every sealed value begins with.
pub(crate) const PREFIX: &str = "sealed:v1:";
/// How many bytes of a key's hash are its id.
const ID_LENGTH: usize = 8;
/// The place of values in configuration files.
const CONFIGURATION: Place<'static> = Place(&["configuration"]);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "is no key of 32 bytes, in base64 (44 characters) or hex (64); make one with `openssl rand -base64 32`"
)]
pub struct KeyError;

/// Why a value cannot be sealed. Says nothing of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// There is no key to seal with.
    #[error("it cannot be sealed: encryption_key is not set")]
    NoKey,
    /// The algorithm takes no more than 64 GiB.
    #[error("it cannot be sealed: it is far too long")]
    TooLong,
}

/// Why a sealed value cannot be opened. Says nothing of the value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnsealError {
    /// It is sealed with a key that is not there.
    #[error(
        "it is sealed with the key {0}, which none of encryption_key, encryption_key_previous and encryption_key_next is"
    )]
    UnknownKey(String),
    /// There is no key at all.
    #[error("it is sealed, and encryption_key is not set")]
    NoKey,
    /// It is damaged, or stands where it was not written.
    #[error("it is damaged, or was moved here from another place")]
    Broken,
}

/// A key of 32 bytes, known by a part of its hash.
pub struct EncryptionKey {
    id: String,
    key: LessSafeKey,
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl EncryptionKey {
    /// From 32 bytes in base64 or hex.
    pub fn parse(text: &Secret<String>) -> Result<Self, KeyError> {
        let text = text.expose().trim();
        let bytes = if text.len() == 64 { from_hex(text) } else { STANDARD.decode(text).ok() };
        let bytes = Secret::new(bytes.ok_or(KeyError)?);
        let key = UnboundKey::new(&AES_256_GCM, bytes.expose()).map_err(|_| KeyError)?;
        let hash =
            Sha256::new().chain_update("portone encryption key").chain_update(bytes.expose()).finalize();
        Ok(Self { id: crate::hex::encode(&hash[..ID_LENGTH]), key: LessSafeKey::new(key) })
    }

    /// What it is known by: says nothing of the key.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect()
}

/// Where a sealed value stands: a table, what names the row, a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p>(pub(crate) &'p [&'p str]);

impl Place<'_> {
    /// Each part with its length before it, so that no two places look the same.
    fn authenticated(self) -> Vec<u8> {
        self.0.iter().fold(PREFIX.as_bytes().to_vec(), |mut bytes, part| {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
            bytes
        })
    }
}

/// The keys of an installation: one seals, all open.
pub struct Keyring {
    current: Option<EncryptionKey>,
    others: Vec<EncryptionKey>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { current, others, random: _ } = self;
        f.debug_struct("Keyring").field("current", current).field("others", others).finish()
    }
}

impl Keyring {
    /// The key that seals (without one, secrets are written in clear), and those that only open: the one before, and the one
    /// to come. `random` has to be cryptographic: nonces come from it.
    pub fn new(
        current: Option<EncryptionKey>,
        others: impl IntoIterator<Item = EncryptionKey>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { current, others: others.into_iter().collect(), random }
    }

    /// The id of the key that seals.
    pub fn current_id(&self) -> Option<&str> {
        self.current.as_ref().map(EncryptionKey::id)
    }

    /// Whether a key of this id is here.
    pub fn has(&self, id: &str) -> bool {
        self.key(id).is_some()
    }

    fn key(&self, id: &str) -> Option<&EncryptionKey> {
        self.current.iter().chain(&self.others).find(|key| key.id == id)
    }

    /// Seals a value for a configuration file.
    pub fn seal_for_configuration(&self, clear: &Secret<String>) -> Result<String, SealError> {
        let sealed = self.seal(CONFIGURATION, clear.expose().as_bytes())?;
        Ok(sealed.strip_prefix("sealed:").unwrap_or_default().to_owned())
    }

    /// Opens a value of a configuration file; the second says whether the current key sealed it.
    pub fn open_of_configuration(&self, sealed: &str) -> Result<(Secret<String>, bool), UnsealError> {
        let sealed = format!("sealed:{sealed}");
        let bytes = Secret::new(self.open(CONFIGURATION, &sealed)?);
        let text = str::from_utf8(bytes.expose()).map_err(|_| UnsealError::Broken)?;
        Ok((Secret::from(text), self.is_current(&sealed)))
    }

    /// Whether a value is sealed with the current key.
    pub(crate) fn is_current(&self, value: &str) -> bool {
        key_id(value).is_some_and(|id| self.current_id() == Some(id))
    }

    /// Seals a value for a place.
    pub(crate) fn seal(&self, place: Place<'_>, clear: &[u8]) -> Result<String, SealError> {
        let current = self.current.as_ref().ok_or(SealError::NoKey)?;
        let nonce = self.nonce();
        let mut bytes = Vec::with_capacity(clear.len() + AES_256_GCM.tag_len());
        bytes.extend_from_slice(clear);
        let aad = Aad::from(place.authenticated());
        let nonce_once = Nonce::assume_unique_for_key(nonce);
        let sealed = current.key.seal_in_place_append_tag(nonce_once, aad, &mut bytes);
        sealed.map_err(|_| SealError::TooLong)?;
        let whole = [nonce.as_slice(), &bytes].concat();
        Ok(format!("{PREFIX}{}:{}", current.id, STANDARD.encode(whole)))
    }

    /// Opens a value of a place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &str) -> Result<Vec<u8>, UnsealError> {
        let id = key_id(sealed).ok_or(UnsealError::Broken)?;
        let key = self.key(id).ok_or_else(|| UnsealError::UnknownKey(id.to_owned()))?;
        let text = sealed.get(PREFIX.len() + id.len() + 1..).ok_or(UnsealError::Broken)?;
        let whole = STANDARD.decode(text).map_err(|_| UnsealError::Broken)?;
        let (nonce, bytes) = whole.split_first_chunk::<NONCE_LEN>().ok_or(UnsealError::Broken)?;
        let mut bytes = bytes.to_vec();
        let (nonce, aad) = (Nonce::assume_unique_for_key(*nonce), Aad::from(place.authenticated()));
        let clear = key.key.open_in_place(nonce, aad, &mut bytes).map_err(|_| UnsealError::Broken)?.len();
        bytes.truncate(clear);
        Ok(bytes)
    }

    fn nonce(&self) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        let words = [self.random.next_u64().to_be_bytes(), self.random.next_u64().to_be_bytes()].concat();
        nonce.copy_from_slice(&words[..NONCE_LEN]);
        nonce
    }
}

/// The id of the key a value is sealed with; none where it is not sealed.
pub(crate) fn key_id(value: &str) -> Option<&str> {
    value.strip_prefix(PREFIX).and_then(|rest| rest.split_once(':')).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting(AtomicU64);

    impl Random for Counting {
        fn next_u64(&self) -> u64 {
            self.0.fetch_add(1, Ordering::Relaxed)
        }
    }

    fn key(byte: u8) -> EncryptionKey {
        EncryptionKey::parse(&Secret::new(STANDARD.encode([byte; 32]))).expect("a key")
    }

    fn keyring(current: u8, previous: Option<u8>) -> Keyring {
        Keyring::new(Some(key(current)), previous.map(key), Arc::new(Counting::default()))
    }

    fn sealed(ring: &Keyring) -> String {
        ring.seal(PLACE, b"pg-key-1").expect("seals")
    }

    const PLACE: Place<'static> = Place(&["billing_key_channels", "key-1", "channel-1", "pg_billing_key"]);

    #[test]
    fn a_key_is_32_bytes_in_base64_or_hex() {
        let parse = |text: &str| EncryptionKey::parse(&text.into()).map(|key| key.id().to_owned());
        assert_eq!(parse(&STANDARD.encode([0xab; 32])), parse(&"ab".repeat(32)));
        assert_eq!(parse(&"ab".repeat(32)), parse(&format!("{}\n", "AB".repeat(32))));
        assert_ne!(parse(&"ab".repeat(32)), parse(&"ac".repeat(32)));
        for wrong in ["", "secret", &"xy".repeat(32), &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            assert_eq!(parse(wrong), Err(KeyError), "{wrong}");
        }
        assert!(!format!("{:?}", keyring(1, Some(2))).contains("key:"), "shows no key");
    }

    #[test]
    fn what_is_sealed_comes_back_in_its_place_and_nowhere_else() {
        let ring = keyring(1, None);
        let sealed = sealed(&ring);
        assert!(!sealed.contains("pg-key-1") && ring.is_current(&sealed));
        assert_eq!(ring.open(PLACE, &sealed), Ok(b"pg-key-1".to_vec()));
        assert_ne!(self::sealed(&ring), sealed, "each time with a nonce of its own");
        for other in [
            Place(&["billing_key_channels", "key-2", "channel-1", "pg_billing_key"]),
            Place(&["billing_key_channels", "key-1c", "hannel-1", "pg_billing_key"]),
            CONFIGURATION,
        ] {
            assert_eq!(ring.open(other, &sealed), Err(UnsealError::Broken), "{other:?}");
        }
    }

    #[test]
    fn every_bit_counts() {
        let ring = keyring(1, None);
        let sealed = sealed(&ring);
        let at = sealed.rfind(':').expect("parts") + 1;
        let bytes = STANDARD.decode(&sealed[at..]).expect("base64");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = format!("{}{}", &sealed[..at], STANDARD.encode(&changed));
            assert_eq!(ring.open(PLACE, &changed), Err(UnsealError::Broken), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(ring.open(PLACE, &sealed[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn the_previous_key_opens_and_the_current_one_seals() {
        let (old, both, new) = (keyring(1, None), keyring(2, Some(1)), keyring(2, None));
        let sealed = sealed(&old);
        assert_eq!(both.open(PLACE, &sealed), Ok(b"pg-key-1".to_vec()));
        assert!(!both.is_current(&sealed));
        let again = self::sealed(&both);
        assert_eq!(new.open(PLACE, &again), Ok(b"pg-key-1".to_vec()));
        assert_eq!(new.open(PLACE, &sealed), Err(UnsealError::UnknownKey(key(1).id().to_owned())));
    }

    #[test]
    fn a_key_to_come_opens_and_does_not_seal() {
        let (next, current) = (Keyring::new(None, [key(2)], Arc::new(Counting::default())), keyring(2, None));
        assert_eq!(next.open(PLACE, &sealed(&current)), Ok(b"pg-key-1".to_vec()));
        assert_eq!(next.seal(PLACE, b"pg-key-1"), Err(SealError::NoKey));
        assert_eq!(next.current_id(), None);
    }

    #[test]
    fn a_value_of_a_configuration_comes_back() {
        let (old, both) = (keyring(1, None), keyring(2, Some(1)));
        let sealed = old.seal_for_configuration(&"live-api-secret".into()).expect("seals");
        assert!(sealed.starts_with("v1:"), "{sealed}");
        let (opened, is_current) = both.open_of_configuration(&sealed).expect("opens");
        assert_eq!((opened.expose().as_str(), is_current), ("live-api-secret", false));
    }
}
