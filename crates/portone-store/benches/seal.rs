//! What it costs to seal a secret and to open it: once a billing key that is issued, once a payment by it.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{Criterion, criterion_group, criterion_main};
use portone_core::Secret;
use portone_engine::port::Random;
use portone_store::{EncryptionKey, Keyring};

struct Counting(AtomicU64);

impl Random for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

fn seal(criterion: &mut Criterion) {
    let key = EncryptionKey::parse(&Secret::new("5a".repeat(32))).expect("a key");
    let keyring = Keyring::new(Some(key), None, Arc::new(Counting(AtomicU64::default())));
    // As long as the billing keys of PortOne's upstreams.
    let clear = Secret::new("billing-key-01a200ce-df5e-7e77-b3a5-0dc57ebda0a6".to_owned());
    let sealed = keyring.seal_for_configuration(&clear).expect("seals");
    criterion.bench_function("seal", |it| it.iter(|| keyring.seal_for_configuration(black_box(&clear))));
    criterion.bench_function("open", |it| it.iter(|| keyring.open_of_configuration(black_box(&sealed))));
}

criterion_group!(benches, seal);
criterion_main!(benches);
