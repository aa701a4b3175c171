//! Bodies as a tree that keeps nothing: texts borrow from the body, copies are zeroised, and no part of it prints
//! itself. It takes any JSON, so that every wrong type can be told at once, by name, and never by value.

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderMap, header::CONTENT_LENGTH};
use http_body_util::BodyExt;
use portone_core::Report;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use crate::error::ApiError;
use crate::fields::INPUT;

/// The longest request body taken, in bytes.
pub(crate) const BODY_LENGTH_MAX: usize = 1024 * 1024;
/// How much is reserved for a body whose length was not announced.
const BODY_LENGTH_GUESS: usize = 4096;

/// A whole request body. Zeroised when dropped: it may hold a card number.
pub(crate) struct RawBody(Zeroizing<Vec<u8>>);

impl RawBody {
    /// Reads a body of at most [`BODY_LENGTH_MAX`] bytes, whatever its content type (the JS SDK sends `text/plain`).
    pub(crate) async fn read(headers: &HeaderMap, mut body: Body) -> Result<Self, ApiError> {
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let mut whole = Zeroizing::new(Vec::with_capacity(capacity(announced)?));
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| ApiError::input("the body broke off; send it again"))?;
            if let Some(data) = frame.data_ref() {
                append(&mut whole, data)?;
            }
        }
        Ok(Self(whole))
    }

    /// A body that came in another place.
    pub(crate) fn from_text(text: &str) -> Self {
        Self(Zeroizing::new(text.as_bytes().to_vec()))
    }

    /// The bytes, for another reader.
    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// The bytes, for another reader of the same body.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether nothing was sent.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.iter().all(u8::is_ascii_whitespace)
    }

    /// The body as JSON.
    pub(crate) fn parse(&self) -> Result<Node<'_>, ApiError> {
        if self.is_blank() {
            return Err(ApiError::input("the body is empty; send a JSON object"));
        }
        let node: Node<'_> = serde_json::from_slice(&self.0).map_err(|error| {
            // A syntax error names a place and what was expected there, never what was found.
            ApiError::input(&format!("the body is not JSON: {error}; correct it there"))
        })?;
        match node {
            Node::Object(_) => Ok(node),
            other => Err(ApiError::input(&format!("the body is {}; send a JSON object", other.kind()))),
        }
    }
}

fn capacity(announced: Option<usize>) -> Result<usize, ApiError> {
    let capacity = announced.unwrap_or(BODY_LENGTH_GUESS);
    if capacity > BODY_LENGTH_MAX { Err(too_long()) } else { Ok(capacity) }
}

/// Appends without leaving an unzeroised copy behind: where the buffer is full, a larger one takes over.
fn append(whole: &mut Zeroizing<Vec<u8>>, data: &[u8]) -> Result<(), ApiError> {
    let length = whole.len() + data.len();
    if length > BODY_LENGTH_MAX {
        return Err(too_long());
    }
    if length > whole.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(length.max(2 * whole.capacity())));
        larger.extend_from_slice(whole);
        *whole = larger;
    }
    whole.extend_from_slice(data);
    Ok(())
}

fn too_long() -> ApiError {
    ApiError::input(&format!("the body is longer than {BODY_LENGTH_MAX} bytes; send less"))
}

impl ApiError {
    /// A request that cannot be read at all.
    pub(crate) fn input(message: &str) -> Self {
        let mut report = Report::new();
        report.add(&INPUT, "body", message);
        Self::invalid(&report)
    }
}

/// A JSON value. It has no `Debug`, since it may hold a card number.
pub(crate) enum Node<'b> {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    /// A number that is not a whole one of 64 bits, as it was written. Only [`RawBody::parse_exact`] tells it.
    Decimal(&'b str),
    Text(Text<'b>),
    /// A value of a form or a query: a text that may stand for a number, a flag or a list of one.
    Loose(Text<'b>),
    Array(Vec<Node<'b>>),
    /// Members in the order they came, repeated ones included.
    Object(Vec<(Text<'b>, Node<'b>)>),
}

impl Node<'_> {
    /// What it is, for a message.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) | Self::Decimal(_) => "a number",
            Self::Text(_) | Self::Loose(_) => "a text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// A text member of an object, if there is one.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        let Self::Object(members) = self else { return None };
        let (_, node) = members.iter().find(|(known, _)| known.as_str() == name)?;
        if let Self::Text(text) | Self::Loose(text) = node { Some(text.as_str()) } else { None }
    }

    /// A copy as an opaque value, for the PG's own parameters.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(value) => value.clone().into(),
            Self::Decimal(value) => value.parse().map_or(serde_json::Value::Null, serde_json::Value::Number),
            Self::Text(value) | Self::Loose(value) => value.as_str().into(),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.to_value()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// A text: a part of the body, or an unescaped copy.
pub(crate) enum Text<'b> {
    Part(&'b str),
    Copy(Zeroizing<String>),
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Part(text) => text,
            Self::Copy(text) => text,
        }
    }
}

impl<'de: 'b, 'b> Deserialize<'de> for Text<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Part(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text::Copy(Zeroizing::new(text.to_owned())))
    }
}

impl<'de: 'b, 'b> Deserialize<'de> for Node<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Node<'de>, E> {
        TextVisitor.visit_borrowed_str(text).map(Node::Text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node<'de>, E> {
        TextVisitor.visit_str(text).map(Node::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Node::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node<'de>, A::Error> {
        let mut object = Vec::with_capacity(16);
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> RawBody {
        RawBody(Zeroizing::new(text.as_bytes().to_vec()))
    }

    fn problem(text: &str) -> String {
        let Err(error) = body(text).parse() else { panic!("`{text}` parsed") };
        error.message().to_owned()
    }

    #[test]
    fn broken_json_is_told_by_place_and_not_by_value() {
        let message = problem("{\"number\": \"4242424242424242\",\n  4242424242424242}");
        assert!(message.contains("line 2 column 3"), "{message}");
        assert!(!message.contains("4242"), "{message}");
        assert!(problem("").contains("is empty"));
        assert!(problem(" \n").contains("is empty"));
        assert!(problem("[1]").contains("is an array"));
        assert!(problem("{} {}").contains("trailing characters"));
    }

    #[test]
    fn nesting_has_a_limit() {
        assert!(body(&format!("{{\"a\":{}1{}}}", "[".repeat(126), "]".repeat(126))).parse().is_ok());
        assert!(problem(&format!("{{\"a\":{}1{}}}", "[".repeat(127), "]".repeat(127))).contains("recursion"));
    }

    #[test]
    fn plain_texts_are_parts_of_the_body_and_escaped_ones_are_copies() {
        let raw = body(r#"{"plain": "a", "escaped": "\n"}"#);
        let Ok(Node::Object(members)) = raw.parse() else { panic!("an object") };
        assert!(matches!(&members[0].1, Node::Text(Text::Part("a"))));
        assert!(matches!(&members[1].1, Node::Text(Text::Copy(copy)) if **copy == "\n"));
    }
}
