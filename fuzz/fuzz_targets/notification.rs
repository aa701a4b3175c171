//! Whatever somebody posts as a notification is read or refused: without a panic, and never believed without its signature.

#![no_main]

use arbitrary::{Result, Unstructured};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use libfuzzer_sys::fuzz_target;
use portone_core::{Protocol, RawNotification};
use portone_fuzz::spoil;
use portone_router::registry;
use portone_testkit::samples;
use serde_json::{Value, json};
use sha2::Sha256;

fuzz_target!(|data: &[u8]| {
    // Too little was given to make a message of it.
    let _ = parse(&mut Unstructured::new(data));
});

fn parse(u: &mut Unstructured<'_>) -> Result<()> {
    let factory = u.choose(registry())?;
    let is_signed = u.arbitrary()?;
    let body = match u.int_in_range(0..=2)? {
        0 => b"imp_uid=imp_1&merchant_uid=order1&status=paid&".iter().copied().chain(u.bytes(u.len())?.to_vec()).collect(),
        _ => spoil::bytes(u, &example(factory.protocol))?,
    };
    let (adapter, ctx) = (samples::adapter(factory), samples::context());
    let kind = *u.choose(&["application/json", "application/x-www-form-urlencoded", "text/plain"])?;
    let mut headers = vec![("content-type".to_owned(), kind.to_owned())];
    if is_signed {
        headers.extend(signature(&ctx.now.timestamp().to_string(), &body));
    }
    let read = adapter.parse_notification(&RawNotification { headers, body }, &ctx);
    assert!(factory.protocol != Protocol::PortOneV2 || is_signed || read.is_err(), "{read:?}");
    Ok(())
}

fn example(protocol: Protocol) -> Value {
    match protocol {
        Protocol::IamportV1 => json!({ "imp_uid": "imp_1", "merchant_uid": "order1", "status": "paid" }),
        Protocol::PortOneV2 => json!({
            "type": "Transaction.Paid", "timestamp": "2026-03-02T05:04:04.123Z",
            "data": { "storeId": "store-1", "paymentId": "order1", "transactionId": "tx-1", "cancellationId": "c-1" },
        }),
    }
}

/// The headers of Standard Webhooks.
fn signature(timestamp: &str, body: &[u8]) -> [(String, String); 3] {
    let secret = samples::WEBHOOK_SECRET.strip_prefix("whsec_").expect("a prefix");
    let key = STANDARD.decode(secret).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
    mac.update(format!("msg-1.{timestamp}.").as_bytes());
    mac.update(body);
    let signed = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    [("webhook-id", "msg-1"), ("webhook-timestamp", timestamp), ("webhook-signature", &signed)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}
