//! The scripts and styles that are in the binary: each with an entity tag, and the SDKs with the hash that a page's
//! `integrity` attribute compares.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha384};

use crate::error::ApiError;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
/// A day, and another week while it is asked whether there is a newer one.
const SCRIPT_CACHING: HeaderValue =
    HeaderValue::from_static("public, max-age=86400, stale-while-revalidate=604800");
const OWN_CACHING: HeaderValue = HeaderValue::from_static("public, max-age=3600, must-revalidate");

/// A file in the binary.
pub(super) struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    hash: String,
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, text: &'static str) -> Self {
        Self { name, kind, text, hash: STANDARD.encode(Sha384::digest(text.as_bytes())) }
    }

    /// The file, or nothing where the browser has it already.
    fn respond(&self, headers: &HeaderMap, caching: HeaderValue) -> Response {
        let tag = format!("\"{}\"", self.hash);
        let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        let has_it = known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
        let mut response =
            if has_it { StatusCode::NOT_MODIFIED.into_response() } else { self.text.into_response() };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(CACHE_CONTROL, caching);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        // A page with an integrity attribute asks with CORS.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        response
    }
}

/// An SDK is what both share and its own part, in a function, so that a page sees none of their names.
macro_rules! sdk {
    ($part:literal) => {
        concat!("(function () {\n", include_str!("assets/shared.js"), "\n", include_str!($part), "})();\n")
    };
}

static BROWSER_SDK: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("/v2/browser-sdk.js", JAVASCRIPT, sdk!("assets/browser-sdk.js")));
static IAMPORT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("/v1/iamport.js", JAVASCRIPT, sdk!("assets/iamport.js")));
static OWN: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    [
        Asset::new("window.js", JAVASCRIPT, include_str!("assets/window.js")),
        Asset::new("window.css", CSS, include_str!("assets/window.css")),
        Asset::new("checkout.js", JAVASCRIPT, sdk!("assets/checkout.js")),
        Asset::new("checkout.css", CSS, include_str!("assets/checkout.css")),
        Asset::new("demo.js", JAVASCRIPT, include_str!("assets/demo.js")),
        Asset::new("demo.css", CSS, include_str!("assets/demo.css")),
    ]
});

/// A browser SDK that this gateway serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdkScript {
    /// Its path.
    pub path: &'static str,
    /// What a page's `integrity` attribute holds.
    pub integrity: String,
}

/// The browser SDKs, for whoever tells a shop how to load them.
pub fn scripts() -> [SdkScript; 2] {
    [&*BROWSER_SDK, &*IAMPORT]
        .map(|asset| SdkScript { path: asset.name, integrity: format!("sha384-{}", asset.hash) })
}

pub(super) async fn browser_sdk(headers: HeaderMap) -> Response {
    BROWSER_SDK.respond(&headers, SCRIPT_CACHING)
}

pub(super) async fn iamport(headers: HeaderMap) -> Response {
    IAMPORT.respond(&headers, SCRIPT_CACHING)
}

/// `GET /window/assets/{name}`: what our own pages load.
pub(super) async fn own(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match OWN.iter().find(|asset| asset.name == name) {
        Some(asset) => asset.respond(&headers, OWN_CACHING),
        None => {
            ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such path here").into_response()
        }
    }
}
