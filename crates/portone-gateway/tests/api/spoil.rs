//! How the fuzz tests of both faces spoil a body.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};

/// Replaces, removes or adds one member somewhere.
pub(crate) fn spoil(random: &mut StdRng, value: &mut Value, own: &[Value]) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = names.choose(random).expect("it has members").clone();
            match random.random_range(0..5) {
                0 => drop(members.remove(&name)),
                1 => drop(members.insert(name, junk(random, own))),
                2 => drop(members.insert(format!("{name}x"), json!(1))),
                _ => spoil(random, members.get_mut(&name).expect("its own member"), own),
            }
        }
        other => *other = junk(random, own),
    }
}

/// What no member takes, or hardly one; `own` are the face's, beside what every face gets.
pub(crate) fn junk(random: &mut StdRng, own: &[Value]) -> Value {
    let mut junk = vec![
        Value::Null,
        json!(""),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MAX),
        json!(true),
        json!([]),
        json!({}),
        json!([[{}]]),
        json!("가나다 라마바"),
        json!("\u{0}\u{7f}\u{202e}"),
        json!("'; drop table payment; --"),
        json!("x".repeat(5_000)),
    ];
    junk.extend_from_slice(own);
    junk.choose(random).expect("it is not empty").clone()
}

/// A text as a part of a query or a form.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            text + char::from(byte).encode_utf8(&mut [0; 4])
        }
        _ => format!("{text}%{byte:02X}"),
    })
}
