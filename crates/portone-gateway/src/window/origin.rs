//! Whose page it is: exact origins, and URLs a buyer may be sent to.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// How long an origin or a URL may be, in bytes.
const URL_LENGTH_MAX: usize = 2048;

/// The origin a page was loaded from: scheme, host and port, as browsers write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin(String);

impl Origin {
    /// The origin a browser names. `null` is none: nothing could be sent to it alone.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get(ORIGIN)?.to_str().ok()?)
    }

    /// Scheme, host and port; nothing else, and nothing a header or a policy would read otherwise.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
        let is_origin = !host.is_empty() && text.len() <= URL_LENGTH_MAX && host.bytes().all(is_plain);
        is_origin.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The origin of a URL.
    pub(super) fn of_url(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let host = rest.split(['/', '?', '#', '\\']).next()?;
        Self::parse(&format!("{scheme}://{host}"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the one that the request was sent to.
    pub(super) fn is_own(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let own = self.0.split_once("://").map(|(_, host)| host);
        own.is_some() && own == host.map(str::to_ascii_lowercase).as_deref()
    }
}

/// What may not be sent to: schemes that run or read something where they are opened.
const SCHEMES_REFUSED: [&str; 8] =
    ["javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem"];

/// Why a buyer cannot be sent to a URL; `None` where it is `https`, `http` or an app's own scheme.
pub(super) fn problem_of(url: &str) -> Option<&'static str> {
    if url.len() > URL_LENGTH_MAX {
        return Some("is longer than 2048 bytes; shorten it");
    }
    if url.bytes().any(|byte| byte <= b' ' || byte == 0x7f || b"\\\"<>^`{|}".contains(&byte)) {
        return Some("holds characters that no URL holds; percent-encode them");
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Some("is no absolute URL; write https:// and so on");
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme || SCHEMES_REFUSED.contains(&scheme.to_ascii_lowercase().as_str()) {
        return Some("has a scheme that nobody is sent to; use https");
    }
    let is_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if is_web && (authority.is_empty() || authority.contains('@')) {
        return Some("has no host, or a user's name before it; write https://host/path");
    }
    None
}

/// A URL with more in its query.
pub(super) fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let (before, fragment) = url.split_once('#').map_or((url, None), |(url, rest)| (url, Some(rest)));
    let mut whole = before.to_owned();
    let mut separator = if before.contains('?') { '&' } else { '?' };
    for (name, value) in pairs {
        whole.push(separator);
        whole.push_str(name);
        whole.push('=');
        push_encoded(&mut whole, value);
        separator = '&';
    }
    if let Some(fragment) = fragment {
        whole.push('#');
        whole.push_str(fragment);
    }
    whole
}

fn push_encoded(to: &mut String, value: &str) {
    use std::fmt::Write as _;
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(to, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for good in
            ["https://shop.example", "http://127.0.0.1:8787", "http://[::1]:80", "https://SHOP.example"]
        {
            assert!(Origin::parse(good).is_some(), "{good}");
        }
        for bad in [
            "null",
            "",
            "https://",
            "file://",
            "https://a b",
            "https://a/b",
            "https://a;x",
            "https://a'",
            "a.example",
        ] {
            assert_eq!(Origin::parse(bad), None, "{bad}");
        }
        assert_eq!(Origin::of_url("https://shop.example/a?b").unwrap().as_str(), "https://shop.example");
    }

    #[test]
    fn nobody_is_sent_to_what_runs() {
        for bad in [
            "javascript:alert(1)",
            "javascript://x%0aalert(1)",
            "JaVaScRiPt://x",
            "data:text/html,x",
            "//evil.example",
            "/relative",
            "https:/evil.example",
            "https://shop.example@evil.example/",
            "https://shop.example\\@evil.example",
            "https:///evil.example",
            "https://a.example/\r\nset-cookie: x",
            "vbscript://x",
            "file:///etc/passwd",
        ] {
            assert!(problem_of(bad).is_some(), "{bad}");
        }
        for good in ["https://shop.example/done?order=1#top", "http://127.0.0.1:3000", "myshop://done"] {
            assert_eq!(problem_of(good), None, "{good}");
        }
    }

    #[test]
    fn a_query_is_added_to_what_is_there() {
        let pairs = [("paymentId", "p 1&x=#"), ("code", "한")];
        assert_eq!(with_query("https://a/b", &pairs), "https://a/b?paymentId=p%201%26x%3D%23&code=%ED%95%9C");
        assert_eq!(with_query("https://a/b?c=d#e", &[("f", "g")]), "https://a/b?c=d&f=g#e");
    }
}
