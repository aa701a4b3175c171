//! What a card key-in costs without I/O: check and encode, and decode of the reply.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pg_kpn::FACTORY;
use portone_core::{Leg, admit};
use portone_testkit::{replies, samples};

fn card_key_in(criterion: &mut Criterion) {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let command = samples::command("pay_card");
    criterion.bench_function("check and encode a card key-in", |bencher| {
        bencher.iter(|| {
            let admitted = admit(&*adapter, black_box(&command), &ctx).unwrap();
            adapter.encode(&admitted, &ctx).unwrap()
        });
    });
    let admitted = admit(&*adapter, &command, &ctx).unwrap();
    let reply = replies::paid();
    criterion.bench_function("decode its reply", |bencher| {
        bencher.iter(|| adapter.decode(&admitted, Leg(0), black_box(&reply), &ctx).unwrap());
    });
}

criterion_group!(benches, card_key_in);
criterion_main!(benches);
