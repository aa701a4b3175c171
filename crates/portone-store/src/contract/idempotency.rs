//! Idempotency keys: claimed once, answered once, taken over when nobody works on them.

use portone_core::AttemptId;
use portone_engine::idempotency::{Fingerprint, KeptAnswer, KeyDigest};
use portone_engine::port::Store;
use portone_engine::port::idempotency::{ClaimKey, HeldKey, KeyClaim};

use super::records::at;

const KEY: KeyDigest = KeyDigest([1; 32]);
const OTHER_KEY: KeyDigest = KeyDigest([2; 32]);
/// How long the claims of these tests last, and how long answers are kept.
const LEASE_S: i64 = 60;
const RETENTION_S: i64 = 1_000;

fn id(number: u64) -> AttemptId {
    AttemptId::parse(&format!("00000000-0000-7000-8000-{number:012}")).expect("an id")
}

/// A claim of request `number`, made at a second.
fn claim(key: KeyDigest, number: u64, second: i64) -> ClaimKey {
    ClaimKey {
        key,
        fingerprint: Fingerprint([9; 32]),
        operation: id(number),
        now: at(second),
        lease_until: at(second + LEASE_S),
        expires_at: at(second + RETENTION_S),
    }
}

fn answer(status: u16) -> KeptAnswer {
    KeptAnswer { status, body: format!("{{\"status\":{status}}}") }
}

/// Whether the answer of request `number`, whose claim was made at a second, is kept.
async fn is_kept(store: &dyn Store, key: KeyDigest, number: u64, second: i64, status: u16) -> bool {
    let held = HeldKey { key, operation: id(number), until: at(second + LEASE_S) };
    store.finish_key(held, answer(status), at(RETENTION_S)).await.expect("is asked")
}

async fn claimed(store: &dyn Store, claim: ClaimKey) -> KeyClaim {
    store.claim_key(claim).await.expect("is asked")
}

/// The second one waits, the third one hears what the first one was told, and another request hears that it is another.
pub async fn a_key_is_claimed_once_and_answered(store: &dyn Store) {
    assert_eq!(claimed(store, claim(KEY, 1, 0)).await, KeyClaim::New(id(1)));
    assert_eq!(claimed(store, claim(KEY, 2, 1)).await, KeyClaim::Outstanding);
    assert_eq!(claimed(store, claim(OTHER_KEY, 3, 1)).await, KeyClaim::New(id(3)));
    let other = ClaimKey { fingerprint: Fingerprint([8; 32]), ..claim(KEY, 2, 2) };
    assert_eq!(claimed(store, other.clone()).await, KeyClaim::Mismatch);
    assert!(is_kept(store, KEY, 1, 0, 502).await);
    assert_eq!(claimed(store, claim(KEY, 2, 3)).await, KeyClaim::Finished(answer(502)));
    assert_eq!(claimed(store, other).await, KeyClaim::Mismatch);
    assert_eq!(claimed(store, claim(OTHER_KEY, 2, 3)).await, KeyClaim::Outstanding);
}

/// Whoever takes it over works under the first one's id, one at a time; a claim ends by itself or is let go.
pub async fn a_claim_that_ended_is_taken_over_with_its_id(store: &dyn Store) {
    assert_eq!(claimed(store, claim(KEY, 1, 0)).await, KeyClaim::New(id(1)));
    assert_eq!(claimed(store, claim(KEY, 2, LEASE_S - 1)).await, KeyClaim::Outstanding);
    assert_eq!(claimed(store, claim(KEY, 2, LEASE_S)).await, KeyClaim::Resumed(id(1)));
    assert_eq!(claimed(store, claim(KEY, 3, LEASE_S + 1)).await, KeyClaim::Outstanding);
    store.release_key(KEY, &id(2), at(LEASE_S + 2)).await.expect("is let go");
    assert_eq!(claimed(store, claim(KEY, 3, LEASE_S + 2)).await, KeyClaim::Outstanding, "another's");
    store.release_key(KEY, &id(1), at(LEASE_S + 3)).await.expect("is let go");
    assert_eq!(claimed(store, claim(KEY, 3, LEASE_S + 3)).await, KeyClaim::Resumed(id(1)));
    assert!(!is_kept(store, KEY, 1, LEASE_S, 404).await, "the one before has nothing to say any more");
    assert!(is_kept(store, KEY, 1, LEASE_S + 3, 200).await);
    store.release_key(KEY, &id(1), at(LEASE_S + 4)).await.expect("changes nothing");
    assert_eq!(claimed(store, claim(KEY, 3, LEASE_S + 4)).await, KeyClaim::Finished(answer(200)));
}

/// An answer that comes from elsewhere, or a second time, changes nothing.
pub async fn only_the_holder_of_a_key_answers_it_and_once(store: &dyn Store) {
    assert_eq!(claimed(store, claim(KEY, 1, 0)).await, KeyClaim::New(id(1)));
    assert!(!is_kept(store, KEY, 2, 0, 500).await);
    assert_eq!(claimed(store, claim(KEY, 2, 1)).await, KeyClaim::Outstanding);
    assert!(is_kept(store, KEY, 1, 0, 200).await);
    assert!(!is_kept(store, KEY, 1, 0, 409).await);
    assert_eq!(claimed(store, claim(KEY, 2, 2)).await, KeyClaim::Finished(answer(200)));
    assert!(!is_kept(store, OTHER_KEY, 1, 0, 200).await, "is nobody's");
    assert_eq!(claimed(store, claim(OTHER_KEY, 2, 3)).await, KeyClaim::New(id(2)));
}

/// Another request may then use it, and is not told what the first one was.
pub async fn a_key_is_new_when_it_has_expired(store: &dyn Store) {
    assert_eq!(claimed(store, claim(KEY, 1, 0)).await, KeyClaim::New(id(1)));
    assert!(is_kept(store, KEY, 1, 0, 200).await);
    assert_eq!(claimed(store, claim(KEY, 2, RETENTION_S - 1)).await, KeyClaim::Finished(answer(200)));
    let other = ClaimKey { fingerprint: Fingerprint([8; 32]), ..claim(KEY, 2, RETENTION_S) };
    assert_eq!(claimed(store, other.clone()).await, KeyClaim::New(id(2)));
    assert_eq!(claimed(store, other).await, KeyClaim::Outstanding);
}

/// The longest expired go first, and those that are good stay.
pub async fn expired_keys_are_forgotten_in_batches(store: &dyn Store) {
    for number in 1..=4 {
        let second = i64::from(number);
        let new = claim(KeyDigest([number; 32]), number.into(), second);
        assert_eq!(claimed(store, new).await, KeyClaim::New(id(number.into())));
    }
    let forget = async |second| store.forget_keys(at(second), 2).await.expect("forgets");
    assert_eq!(forget(RETENTION_S).await, 0);
    assert_eq!(forget(RETENTION_S + 3).await, 2);
    assert_eq!(forget(RETENTION_S + 3).await, 1);
    assert_eq!(forget(RETENTION_S + 3).await, 0);
    assert_eq!(claimed(store, claim(KeyDigest([4; 32]), 9, 10)).await, KeyClaim::Outstanding);
}
