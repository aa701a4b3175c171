//! Whatever an upstream replies is read or refused: without a panic, and no payment is paid by what is no JSON.

#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use portone_core::{Leg, PgReply, Progress, admit};
use portone_fuzz::spoil;
use portone_router::registry;
use portone_testkit::{replies, samples};
use serde_json::Value;

const STATUSES: [u16; 9] = [200, 201, 204, 302, 400, 401, 404, 500, 502];

fuzz_target!(|data: &[u8]| {
    // Too little was given to make a reply of it.
    let _ = decode(&mut Unstructured::new(data));
});

fn decode(u: &mut Unstructured<'_>) -> Result<()> {
    let factory = u.choose(registry())?;
    let samples = samples::commands(factory.profile);
    let command = &u.choose(&samples)?.command;
    let (adapter, ctx) = (samples::adapter(factory), samples::context());
    let Ok(admitted) = admit(&*adapter, command, &ctx) else { return Ok(()) };
    // Inquiries are admitted whatever they are about; what an adapter has no request for has no reply.
    if adapter.encode(&admitted, &ctx).is_err() {
        return Ok(());
    }
    let good = replies::success_at(factory.protocol, command);
    if good.is_empty() {
        return Ok(());
    }
    let at = u.choose_index(good.len())?;
    let example: Value = serde_json::from_slice(&good[at].body).unwrap_or_default();
    let status = *u.choose(&STATUSES)?;
    let reply = PgReply { status, body: spoil::bytes(u, &example)? };
    let leg = Leg(u8::try_from(at).expect("few legs"));
    let read = adapter.decode(&admitted, leg, &reply, &ctx);
    if matches!(read, Ok(Progress::Done(_))) {
        let json: serde_json::Result<Value> = serde_json::from_slice(&reply.body);
        assert!(json.is_ok(), "{command:?}: {}", String::from_utf8_lossy(&reply.body));
    }
    Ok(())
}
