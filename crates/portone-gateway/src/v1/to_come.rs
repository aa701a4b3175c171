//! What is not served: an operation that the V1 API documents and this gateway does not have, and everything else.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::error::{OURS, THE_PGS, V1Error};

/// The documented operations that are not served: method and path, `*` for an id. Each goes from here when its route comes.
const TO_COME: &[(&str, &str)] = &[
    ("POST", "/vbanks"),
    ("PUT", "/vbanks/*"),
    ("DELETE", "/vbanks/*"),
    ("GET", "/receipts/*"),
    ("POST", "/receipts/*"),
    ("DELETE", "/receipts/*"),
    ("GET", "/receipts/external/*"),
    ("POST", "/receipts/external/*"),
    ("DELETE", "/receipts/external/*"),
    ("GET", "/escrows/logis/*"),
    ("POST", "/escrows/logis/*"),
    ("PUT", "/escrows/logis/*"),
    ("POST", "/paymentwall/delivery"),
    ("GET", "/tiers/*"),
    ("POST", "/benepia/point"),
    ("POST", "/benepia/payment"),
    ("GET", "/certifications/*"),
    ("DELETE", "/certifications/*"),
    ("POST", "/certifications/otp/request"),
    ("POST", "/certifications/otp/confirm/*"),
    ("POST", "/cvs"),
    ("DELETE", "/cvs/*"),
    ("DELETE", "/kcpquick/members/*"),
    ("POST", "/kcpquick/payment/money"),
    ("POST", "/kcpquick/prepare/*"),
    ("PUT", "/kcpquick/prepare/*"),
    ("POST", "/kcpquick/payment/autopay"),
    ("DELETE", "/kcpquick/autopay/*"),
    ("POST", "/kcpquick/members/*/fido/release"),
    ("POST", "/payments/*/naver/*"),
    ("GET", "/payments/*/naver/*"),
    ("GET", "/naver/product-orders/*"),
    ("GET", "/naver/reviews"),
    ("POST", "/partners/receipts/*"),
    ("POST", "/payco/orders/status/*"),
];

/// Whatever has no route, or another method's.
pub(crate) async fn unserved(request: Request) -> Response {
    let path = request.uri().path();
    if is_documented(request.method(), path) {
        let message = "this gateway does not serve this operation of the V1 API; GET /openapi.json lists those it serves";
        return V1Error::new(StatusCode::NOT_IMPLEMENTED, THE_PGS, message).into_response();
    }
    let message = "there is no such path and method in the V1 API; compare them with its document";
    V1Error::new(StatusCode::NOT_FOUND, OURS, message).into_response()
}

fn is_documented(method: &Method, path: &str) -> bool {
    TO_COME.iter().any(|(known, template)| *known == method.as_str() && fits(template, path))
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(given)) if !given.is_empty() => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}
