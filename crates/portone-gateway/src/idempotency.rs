//! `Idempotency-Key` on the V2 face (rules V2-010 to V2-013): the same request with the same key gets the first answer,
//! whether its client heard it or not.
//!
//! Requests without the header go by. A login and a refresh do not take it: their answers are secrets, and are not kept.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use portone_core::{Report, Rule, Severity};
use portone_engine::idempotency::{KeptAnswer, KeyDigest, Keyed, Operation};
use zeroize::Zeroizing;

use crate::answer::json_text;
use crate::auth::Access;
use crate::error::{ApiError, Undecided};
use crate::json::{Node, RawBody};
use crate::pass_through;
use crate::secrets::SECRETS;
use crate::state::Gateway;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long a key is, in characters between the quotes (rule V2-010).
const KEY_LENGTH_MIN: usize = 16;
const KEY_LENGTH_MAX: usize = 256;
/// The longest answer that is kept, in bytes: more than any endpoint gives.
const ANSWER_LENGTH_MAX: usize = 4 * 1024 * 1024;
/// The routes whose answers are secrets.
const NOT_KEPT: [&str; 2] = ["/login/api-secret", "/token/refresh"];

static KEY: Rule = Rule {
    code: "V2-010",
    severity: Severity::Reject,
    reason: "An Idempotency-Key is a quoted text of 16 to 256 ASCII characters without quotes and backslashes.",
    source: "docs api/rest-v2",
};
static REPLAY: Rule = Rule {
    code: "V2-012",
    severity: Severity::Reject,
    reason: "An Idempotency-Key belongs to one request: the same method, path, query and body.",
    source: "docs api/rest-v2",
};

/// Whether a request to a route of the V2 face runs under a key: it changes something and has the header (rule V2-011).
pub(crate) fn is_keyed(request: &Request, route: &str) -> bool {
    let changes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    changes
        && request.headers().contains_key(&IDEMPOTENCY_KEY)
        && !NOT_KEPT.contains(&route)
        // What is passed on is answered for, and its key kept, by whom it is passed on to.
        && !pass_through::is_passed(route)
}

/// Runs a request under its key, or answers as the first one with it was answered.
pub(crate) async fn honour(gateway: Gateway, request: Request, next: Next) -> Response {
    match begin(&gateway, request).await {
        Ok(Begun::Run { request, key, operation }) => run(&gateway, *request, next, key, operation).await,
        Ok(Begun::Replay(answer)) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            json_text(status, answer.body)
        }
        Err(error) => error.into_response(),
    }
}

enum Begun {
    Run { request: Box<Request>, key: KeyDigest, operation: Operation },
    Replay(KeptAnswer),
}

async fn begin(gateway: &Gateway, request: Request) -> Result<Begun, ApiError> {
    let (mut parts, body) = request.into_parts();
    let access = Access::from_request_parts(&mut parts, gateway).await?;
    let key = gateway.engine.key_digest(access.stores(), key_of(&parts.headers)?);
    let body = RawBody::read(&parts.headers, body).await?;
    let fingerprint = gateway.engine.fingerprint(&asked_for(&parts, &body));
    let claimed = gateway.engine.claim_key(key, fingerprint).await;
    match claimed.map_err(|problem| ApiError::from_store(&problem))? {
        Keyed::Run(operation) => {
            parts.extensions.insert(operation.clone());
            // The copy that goes on is zeroised too.
            let body = Body::from(Bytes::from_owner(body.into_bytes()));
            Ok(Begun::Run { request: Box::new(Request::from_parts(parts, body)), key, operation })
        }
        Keyed::Replay(answer) => Ok(Begun::Replay(answer)),
        Keyed::Mismatch => {
            Err(refused(&REPLAY, "was used for another request within three hours; send a new key"))
        }
        Keyed::Outstanding => Err(outstanding()),
    }
}

/// Runs the request to its end whether the client waits or not, and keeps the answer.
async fn run(
    gateway: &Gateway,
    request: Request,
    next: Next,
    key: KeyDigest,
    operation: Operation,
) -> Response {
    let (ours, its) = (gateway.clone(), operation.clone());
    let work = Box::pin(async move {
        let response = next.run(request).await;
        keep(&ours, key, &its, response).await
    });
    if let Some(response) = gateway.run(work).await {
        return response;
    }
    release(gateway, key, &operation).await;
    ApiError::internal().into_response()
}

/// Keeps an answer. One that leaves the outcome open is not the last word: the key is let go, and the next request with
/// it asks the ledger.
async fn keep(gateway: &Gateway, key: KeyDigest, operation: &Operation, response: Response) -> Response {
    if response.extensions().get::<Undecided>().is_some() {
        release(gateway, key, operation).await;
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = match to_bytes(body, ANSWER_LENGTH_MAX).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be kept");
            release(gateway, key, operation).await;
            return ApiError::internal().into_response();
        }
    };
    let answer = KeptAnswer { status: parts.status.as_u16(), body: text.clone() };
    let response = Response::from_parts(parts, Body::from(text));
    if !response.status().is_success() {
        return keep_refusal(gateway, key, operation, answer, response).await;
    }
    let (engine, operation) = (Arc::clone(&gateway.engine), operation.clone());
    // Queued before the client hears anything, and durable with whatever else is written then: the client need not wait,
    // since an answer that is lost with this process is found in the ledger.
    gateway
        .begin_and_detach(Box::pin(async move {
            if let Err(error) = engine.finish_key(&operation, answer).await {
                tracing::error!(%error, "an answer was not kept; the next request with its key asks the ledger");
            }
        }))
        .await;
    response
}

/// A refusal is told once it is kept: the ledger knows nothing of it, and whoever has taken the request up again meanwhile may
/// do what was asked.
async fn keep_refusal(
    gateway: &Gateway,
    key: KeyDigest,
    operation: &Operation,
    answer: KeptAnswer,
    response: Response,
) -> Response {
    match gateway.engine.finish_key(operation, answer).await {
        Ok(true) => response,
        Ok(false) => {
            tracing::warn!("a refusal is not told: others have taken its request up again");
            outstanding().into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a refusal was not kept, and is not told");
            release(gateway, key, operation).await;
            ApiError::internal().into_response()
        }
    }
}

/// Somebody else is at the same request.
fn outstanding() -> ApiError {
    let message = "the first request with this Idempotency-Key is still running; send it again later";
    ApiError::new(StatusCode::CONFLICT, "IDEMPOTENCY_OUTSTANDING_REQUEST", message)
}

async fn release(gateway: &Gateway, key: KeyDigest, operation: &Operation) {
    if let Err(error) = gateway.engine.release_key(key, operation).await {
        tracing::error!(%error, "a key was not let go; its lease runs out");
    }
}

/// The key between its quotes.
fn key_of(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut given = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let (first, more) = (given.next(), given.next());
    if more.is_some() {
        return Err(refused(&KEY, "is given twice; send one"));
    }
    let text = first.and_then(|value| value.to_str().ok()).map(str::trim);
    let inner = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    let is_plain = |key: &str| {
        key.bytes().all(|byte| (byte == b' ' || byte.is_ascii_graphic()) && byte != b'"' && byte != b'\\')
    };
    let fits = |key: &str| (KEY_LENGTH_MIN..=KEY_LENGTH_MAX).contains(&key.len());
    inner.filter(|key| fits(key) && is_plain(key)).ok_or_else(|| {
        let message = format!(
            "is not a quoted text of {KEY_LENGTH_MIN} to {KEY_LENGTH_MAX} ASCII characters; send one like \"0199c0de-7a11-7000-8000-5ca1ab1e0001\", quotes included"
        );
        refused(&KEY, &message)
    })
}

fn refused(rule: &'static Rule, message: &str) -> ApiError {
    let mut report = Report::new();
    report.add(rule, "Idempotency-Key", message);
    ApiError::invalid(&report)
}

/// The request as bytes that two requests share only if they ask for the same. What is secret in the body is left out;
/// so is a body that is no JSON object, which the endpoint refuses.
fn asked_for(parts: &Parts, body: &RawBody) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    append_text(&mut bytes, parts.method.as_str());
    append_text(&mut bytes, target);
    if let Ok(node) = body.parse() {
        append(&mut bytes, &node);
    }
    bytes
}

fn append(bytes: &mut Vec<u8>, node: &Node<'_>) {
    match node {
        Node::Null => bytes.push(b'n'),
        Node::Bool(value) => bytes.push(if *value { b't' } else { b'f' }),
        Node::Number(number) => {
            bytes.push(b'#');
            append_text(bytes, &number.to_string());
        }
        Node::Decimal(number) => {
            bytes.push(b'#');
            append_text(bytes, number);
        }
        Node::Text(text) | Node::Loose(text) => append_text(bytes, text.as_str()),
        Node::Array(items) => {
            bytes.push(b'[');
            for item in items {
                append(bytes, item);
            }
            bytes.push(b']');
        }
        Node::Object(members) => {
            // In an order of their own: some clients write the same map differently each time.
            let mut members: Vec<_> =
                members.iter().map(|(name, node)| (name.as_str(), node)).filter(is_told).collect();
            members.sort_by_key(|(name, _)| *name);
            bytes.push(b'{');
            for (name, node) in members {
                append_text(bytes, name);
                append(bytes, node);
            }
            bytes.push(b'}');
        }
    }
}

fn is_told((name, _): &(&str, &Node<'_>)) -> bool {
    !SECRETS.contains(name)
}

fn append_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    bytes.extend(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(method: &str, target: &str, body: &str) -> Zeroizing<Vec<u8>> {
        let request = Request::builder().method(method).uri(target).body(()).unwrap();
        asked_for(&request.into_parts().0, &RawBody::from_text(body))
    }

    #[test]
    fn v2_010_a_key_is_a_quoted_text_of_16_to_256_characters() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(value).unwrap());
            key_of(&headers).map(str::len).map_err(|error| error.message().to_owned())
        };
        let quoted = |length: usize| format!("\"{}\"", "k".repeat(length));
        assert_eq!(read(&quoted(16)), Ok(16));
        assert_eq!(read(&quoted(256)), Ok(256));
        assert_eq!(read("\"a key, with a space\""), Ok(19));
        let wrong = [quoted(15), quoted(257), "k".repeat(20), "\"0123456789abcdef".to_owned()];
        for value in wrong.into_iter().chain(["\"0123456789\\\"abcdef\"".to_owned(), "\"".to_owned()]) {
            assert!(read(&value).unwrap_err().starts_with("V2-010 Idempotency-Key: "), "{value}");
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter_and_everything_else_does() {
        let base = asked("POST", "/payments/1/cancel", r#"{"a": 1, "b": ["x", null]}"#);
        assert_eq!(base, asked("POST", "/payments/1/cancel", r#"{ "b":["x",null],"a":1 }"#));
        let others = [
            ("PUT", "/payments/1/cancel", r#"{"a": 1, "b": ["x", null]}"#),
            ("POST", "/payments/2/cancel", r#"{"a": 1, "b": ["x", null]}"#),
            ("POST", "/payments/1/cancel?x", r#"{"a": 1, "b": ["x", null]}"#),
            ("POST", "/payments/1/cancel", r#"{"a": 2, "b": ["x", null]}"#),
            ("POST", "/payments/1/cancel", r#"{"a": "1", "b": ["x", null]}"#),
            ("POST", "/payments/1/cancel", r#"{"a": 1, "b": ["x"]}"#),
            ("POST", "/payments/1/cancel", r#"{"a": 1}"#),
            ("POST", "/payments/1/cancel", ""),
        ];
        for (method, target, body) in others {
            assert_ne!(base, asked(method, target, body), "{method} {target} {body}");
        }
    }

    #[test]
    fn nothing_secret_is_in_what_is_compared() {
        let body = r#"{"method": {"card": {"credential": {"nubmer": "4242424242424242"}}},
            "refundAccount": {"number": "1101234567"}, "number": 4242, "passwordTwoDigits": "77",
            "expiryYear": "29", "expiryMonth": "12", "birthOrBusinessRegistrationNumber": "900101",
            "customerIdentityNumber": "01012345678", "identityNumber": "01012345678",
            "businessRegistrationNumber": "1012345678", "orderName": "pass"}"#;
        let bytes = asked("POST", "/", body);
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["4242", "1101234567", "77", "29", "12", "900101", "0101"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.contains("orderName") && text.contains("pass"));
    }
}
