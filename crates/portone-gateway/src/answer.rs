//! Answers: JSON with its content type, and the times in it.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::fields::UnknownFields;

/// The header that names the members of a request nobody knows.
pub(crate) const UNKNOWN_FIELDS: HeaderName = HeaderName::from_static("x-portone-unknown-fields");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer in JSON.
pub(crate) fn json_response(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    // Every answer is made of texts, integers and lists of them, which always serialise.
    json_text(status, serde_json::to_vec(body).unwrap_or_default())
}

/// An answer whose JSON is written already.
pub(crate) fn json_text(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// Names the members of a request that nobody knows, in a header and in the log.
pub(crate) fn name_unknown_fields(
    operation: &'static str,
    unknown: &UnknownFields,
    response: &mut Response<Body>,
) {
    let Some(header) = unknown.header() else { return };
    tracing::info!(operation, fields = header, "unknown fields");
    // Names are escaped, so that only characters outside of ASCII can be in the way.
    let ascii: String = header.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    if let Ok(value) = HeaderValue::from_str(&ascii) {
        response.headers_mut().insert(UNKNOWN_FIELDS, value);
    }
}

/// A time as every client reads it: UTC with `Z` and milliseconds (Java 8 to 11 take nothing else).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_with_milliseconds() {
        let moment = Moment(DateTime::from_timestamp(1_769_871_600, 123_456_789).unwrap());
        assert_eq!(serde_json::to_string(&moment).unwrap(), r#""2026-01-31T15:00:00.123Z""#);
    }
}
