//! The installation's key and refresh tokens: one of each.

use portone_core::Secret;
use portone_engine::access::{CredentialTag, TokenDigest};
use portone_engine::port::Store;

const CREDENTIAL: CredentialTag = CredentialTag([1; 16]);

fn token(number: u8) -> TokenDigest {
    TokenDigest([number; 32])
}

/// Whoever comes first draws it, and everybody gets the same.
pub async fn the_installation_keeps_its_first_key(store: &dyn Store) {
    let (first, second) = (Secret::new([7; 32]), Secret::new([8; 32]));
    assert_eq!(store.installation_key(first.clone()).await, Ok(first.clone()));
    assert_eq!(store.installation_key(second).await, Ok(first));
}

/// A login or a refresh ends what was before, and one token is exchanged once.
pub async fn a_credential_has_one_refresh_token(store: &dyn Store) {
    assert_eq!(store.replace_refresh_token(CREDENTIAL, token(1), token(2)).await, Ok(false));
    store.put_refresh_token(CREDENTIAL, token(1)).await.expect("is put");
    store.put_refresh_token(CredentialTag([2; 16]), token(9)).await.expect("is put");
    assert_eq!(store.replace_refresh_token(CREDENTIAL, token(1), token(2)).await, Ok(true));
    assert_eq!(store.replace_refresh_token(CREDENTIAL, token(1), token(3)).await, Ok(false));
    assert_eq!(store.replace_refresh_token(CREDENTIAL, token(9), token(3)).await, Ok(false));
    store.put_refresh_token(CREDENTIAL, token(4)).await.expect("is put");
    assert_eq!(store.replace_refresh_token(CREDENTIAL, token(2), token(5)).await, Ok(false));
    assert_eq!(store.replace_refresh_token(CREDENTIAL, token(4), token(5)).await, Ok(true));
}
