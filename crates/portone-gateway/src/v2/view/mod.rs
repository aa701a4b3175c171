//! Answers of the V2 face. Optional members are left out, never null.

pub(crate) mod access;
pub(crate) mod bank;
pub(crate) mod billing_key;
pub(crate) mod cancellation;
pub(crate) mod capture;
pub(crate) mod channel;
pub(crate) mod customer;
pub(crate) mod delivery;
pub(crate) mod escrow;
pub(crate) mod list;
pub(crate) mod method;
pub(crate) mod payment;
pub(super) mod payment_event;
pub(super) mod promotion;
pub(crate) mod receipt;
pub(crate) mod schedule;
pub(crate) mod session;
pub(crate) mod webhook;

use portone_core::StoreId;
use sha2::{Digest, Sha256};

/// The merchant a store belongs to. Nobody configures merchants here, so each store has one of its own: always the same
/// id, derived from the store's.
pub(crate) fn merchant_id(store: &StoreId) -> String {
    let digest: [u8; 32] = Sha256::digest(store.as_str().as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    format!("merchant-{}", uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_always_has_the_same_merchant() {
        let id = |store| merchant_id(&StoreId::parse(store).unwrap());
        assert_eq!(id("store-a"), id("store-a"));
        assert_ne!(id("store-a"), id("store-b"));
        assert_eq!(id("store-a").len(), "merchant-".len() + 36);
    }
}
