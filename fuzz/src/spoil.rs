//! A document that is nearly good reaches further than noise: some of its members are replaced by what nobody expects.

use arbitrary::{Result, Unstructured};
use serde_json::{Value, json};

/// How many members are replaced at most.
const CHANGE_COUNT_MAX: usize = 4;

/// The document with some members replaced, taken out or wrapped.
pub fn spoilt(u: &mut Unstructured<'_>, good: &Value) -> Result<Value> {
    let mut value = good.clone();
    for _ in 0..u.int_in_range(0..=CHANGE_COUNT_MAX)? {
        let places = places(&value);
        let place = u.choose(&places)?.clone();
        let new = strange(u)?;
        if let Some(member) = value.pointer_mut(&place) {
            *member = match u.int_in_range(0..=3)? {
                0 => json!([member.take()]),
                1 => json!({ "value": member.take() }),
                _ => new,
            };
        }
    }
    Ok(value)
}

/// A document as bytes: spoilt, cut somewhere, or noise.
pub fn bytes(u: &mut Unstructured<'_>, good: &Value) -> Result<Vec<u8>> {
    match u.int_in_range(0..=7)? {
        0 => Ok(u.bytes(u.len())?.to_vec()),
        1 => {
            let mut text = good.to_string().into_bytes();
            text.truncate(u.int_in_range(0..=text.len())?);
            Ok(text)
        }
        _ => Ok(spoilt(u, good)?.to_string().into_bytes()),
    }
}

fn strange(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=11)? {
        0 => Value::Null,
        1 => json!(u.arbitrary::<bool>()?),
        2 => json!(u.arbitrary::<i64>()?),
        3 => json!(u.arbitrary::<u64>()?),
        4 => json!(u.arbitrary::<f64>()?),
        5 => json!(u.arbitrary::<String>()?),
        6 => json!(""),
        7 => json!("가".repeat(u.int_in_range(1..=300)?)),
        8 => json!(i64::MAX),
        9 => json!(-1),
        10 => json!("2026-13-45T99:99:99Z"),
        _ => json!({}),
    })
}

/// The pointer of each member, the whole document's included.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while at < found.len() {
        let here = found[at].clone();
        at += 1;
        match value.pointer(&here) {
            Some(Value::Object(members)) => found.extend(
                members.keys().map(|name| format!("{here}/{}", name.replace('~', "~0").replace('/', "~1"))),
            ),
            Some(Value::Array(items)) => found.extend((0..items.len()).map(|index| format!("{here}/{index}"))),
            _ => {}
        }
    }
    found
}
