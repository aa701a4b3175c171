//! Requests in JSON and in forms (rule V1-002), and their queries: one tree of members, whatever they were written in.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::V1Error;
use super::form;
use crate::json::{Node, RawBody, Text};

/// How deep objects and lists may be in one another.
const DEPTH_MAX: usize = 16;

/// The body of a request, not parsed yet: zeroised when dropped, since it may hold a card number.
pub(super) struct Body {
    raw: RawBody,
    is_form: bool,
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = V1Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, V1Error> {
        let (parts, body) = request.into_parts();
        let is_form = is_form(&parts.headers);
        let raw = RawBody::read(&parts.headers, body)
            .await
            .map_err(|error| V1Error::new(StatusCode::BAD_REQUEST, 1, error.into_message()))?;
        Ok(Self { raw, is_form })
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

impl Body {
    /// The members of the body, or what is wrong with it as a whole. No body at all is one without members.
    pub(super) fn parse(&self) -> Result<Node<'_>, String> {
        if self.raw.is_blank() {
            return Ok(Node::Object(Vec::new()));
        }
        if self.is_form {
            return form::tree(self.raw.bytes());
        }
        let raw: &RawValue = serde_json::from_slice(self.raw.bytes()).map_err(|error| {
            format!("the body is not JSON: {error}; correct it there, or name its content type")
        })?;
        match exact(raw, DEPTH_MAX)? {
            node @ Node::Object(_) => Ok(node),
            other => Err(format!("the body is {}; send a JSON object, or a form", other.kind())),
        }
    }
}

/// JSON as a tree that keeps numbers as they were written, so that no amount goes through a float.
fn exact(raw: &RawValue, depth: usize) -> Result<Node<'_>, String> {
    let text = raw.get();
    let unreadable = |error: serde_json::Error| format!("the body is not JSON: {error}; correct it");
    let deeper =
        || depth.checked_sub(1).ok_or_else(|| "the body is too deep; send less in one another".to_owned());
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text).map_err(unreadable)?;
            let depth = deeper()?;
            let members = members.into_iter().map(|(name, raw)| Ok((name, exact(raw, depth)?)));
            Node::Object(members.collect::<Result<_, String>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(unreadable)?;
            let depth = deeper()?;
            Node::Array(items.into_iter().map(|raw| exact(raw, depth)).collect::<Result<_, String>>()?)
        }
        Some(b'"') => Node::Text(serde_json::from_str(text).map_err(unreadable)?),
        Some(b't') => Node::Bool(true),
        Some(b'f') => Node::Bool(false),
        Some(b'n') | None => Node::Null,
        Some(_) => match text.parse::<i64>() {
            Ok(whole) => Node::Number(whole.into()),
            Err(_) => Node::Decimal(text),
        },
    })
}

/// The members of an object in the order they came, repeated ones included.
struct Members<'b>(Vec<(Text<'b>, &'b RawValue)>);

impl<'de: 'b, 'b> Deserialize<'de> for Members<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<serde_json::Value, String> {
        let body = Body { raw: RawBody::from_text(text), is_form: false };
        body.parse().map(|node| node.to_value())
    }

    #[test]
    fn numbers_keep_their_digits() {
        let raw = RawBody::from_text(r#"{"a": 20.000000000000001, "b": 20, "c": [1e3], "d": 1.0}"#);
        let body = Body { raw, is_form: false };
        let Ok(Node::Object(members)) = body.parse() else { panic!("parses") };
        let text = |at: usize| match &members[at].1 {
            Node::Decimal(text) => (*text).to_owned(),
            Node::Number(number) => number.to_string(),
            other => other.kind().to_owned(),
        };
        assert_eq!([text(0), text(1), text(3)], ["20.000000000000001", "20", "1.0"]);
        let Node::Array(items) = &members[2].1 else { panic!("an array") };
        assert!(matches!(items[0], Node::Decimal("1e3")));
    }

    #[test]
    fn json_is_read_whole_and_nesting_has_a_limit() {
        let value = serde_json::json!({"a": {"b": [true, false, null, "t\n"]}, "e": -1});
        assert_eq!(parsed(&value.to_string()), Ok(value));
        assert!(parsed("[1]").unwrap_err().contains("an array"));
        assert!(parsed("{\"a\":1,}").unwrap_err().contains("column"));
        let deep = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parsed(&deep(DEPTH_MAX - 1)).is_ok());
        assert!(parsed(&deep(DEPTH_MAX)).unwrap_err().contains("too deep"));
        assert!(parsed(&deep(100_000)).unwrap_err().contains("too deep"));
        assert_eq!(parsed(" "), Ok(serde_json::json!({})));
    }
}
