//! The windows of the PGs as a browser sees them: the sandbox's own browser SDKs, and the page that a payer chooses in. What
//! is chosen reaches the core through the control API, as anybody's request.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::message::{Method, Request};
use crate::v2::query_value;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

const SDK: &str = include_str!("page/assets/sdk.js");
const WORDS: &str = include_str!("page/assets/words.js");
const SCRIPT: &str = include_str!("page/assets/page.js");
const STYLE: &str = include_str!("page/assets/page.css");

/// The window may stand in any page: which gateway's and which shop's, no PG of a test knows. It runs our own script only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors http: https:";

/// What a browser is sent.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) policy: Option<&'static str>,
    pub(crate) body: Bytes,
}

impl Page {
    fn file(kind: &'static str, text: &'static str) -> Self {
        Self { status: 200, kind, policy: None, body: Bytes::from_static(text.as_bytes()) }
    }
}

/// The page a browser asks for; `None` where the request is no browser's. `provider` names the PG of a call, by V1 or not.
pub(crate) fn page(request: &Request, provider: impl FnOnce(bool, &Value) -> String) -> Option<Page> {
    match (request.method, request.path.as_str()) {
        (Method::Get, "/v2/browser-sdk.js" | "/v1/iamport.js") => Some(Page::file(JAVASCRIPT, SDK)),
        (Method::Get, "/window/words.js") => Some(Page::file(JAVASCRIPT, WORDS)),
        (Method::Get, "/window/page.js") => Some(Page::file(JAVASCRIPT, SCRIPT)),
        (Method::Get, "/window/page.css") => Some(Page::file(CSS, STYLE)),
        (Method::Post, "/window") => Some(window(&request.body, provider)),
        _ => None,
    }
}

/// The window that a form of the SDK asks for.
fn window(form: &[u8], provider: impl FnOnce(bool, &Value) -> String) -> Page {
    let form = String::from_utf8_lossy(form);
    let field = |name: &str| query_value(&form, name).unwrap_or_default();
    let call: Value = serde_json::from_str(&field("call")).unwrap_or(Value::Null);
    if !call.is_object() {
        let body =
            Bytes::from_static("<!doctype html><title>PG</title><p>call is no JSON object</p>".as_bytes());
        return Page { status: 400, kind: HTML, policy: Some(POLICY), body };
    }
    let kind = field("kind");
    let provider = provider(kind.starts_with("v1-"), &call);
    let work = json!({ "kind": kind, "call": call, "page": field("page"), "provider": provider });
    // No parser of HTML may see the end of the script in a shop's words.
    let work = work.to_string().replace('<', "\\u003c").replace(['\u{2028}', '\u{2029}'], " ");
    let html = format!(
        r#"<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PG</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/window/page.css">
</head>
<body>
<main id="root"></main>
<script type="application/json" id="work">{work}</script>
<script src="/window/words.js" defer></script>
<script src="/window/page.js" defer></script>
</body>
</html>
"#
    );
    Page { status: 200, kind: HTML, policy: Some(POLICY), body: Bytes::from(html) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, path: &str, body: &str) -> Option<Page> {
        let request = Request {
            method,
            path: path.to_owned(),
            query: String::new(),
            authorization: None,
            idempotency_key: None,
            tier: None,
            body: Bytes::from(body.to_owned()),
        };
        page(&request, |is_v1, call| format!("{is_v1}-{}", call["channelKey"]))
    }

    #[test]
    fn a_shops_words_are_data() {
        let form =
            "kind=pay&page=&call=%7B%22channelKey%22%3A1%2C%22orderName%22%3A%22%3C%2Fscript%3E%3Cb%3E%22%7D";
        let page = asked(Method::Post, "/window", form).unwrap();
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert_eq!(page.status, 200);
        assert!(html.contains(r#""orderName":"\u003c/script>\u003cb>""#), "{html}");
        assert!(html.contains(r#""provider":"false-1""#), "{html}");
        assert_eq!(html.matches("</script>").count(), 3);
    }

    #[test]
    fn other_requests_are_no_browsers() {
        assert!(asked(Method::Get, "/payments/1", "").is_none());
        assert!(asked(Method::Get, "/window", "").is_none());
        assert_eq!(asked(Method::Post, "/window", "kind=pay").unwrap().status, 400);
        assert!(asked(Method::Get, "/v1/iamport.js", "").is_some());
    }
}
