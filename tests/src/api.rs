//! A client of one face: the V2 API, the admin API, or the sandbox's control API.

use portone_testkit::contract::{Contract, Verdict};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use reqwest::{Client, Method, Response};
use serde_json::Value;

/// Speaks JSON to one address with one credential. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base_url: String,
    is_v2: bool,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
}

impl Api {
    /// A client that sends this `Authorization`; an empty one is left out.
    pub fn new(base_url: &str, authorization: &str) -> Self {
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).expect("a header value"));
        }
        let is_v2 = authorization.starts_with("PortOne ");
        Self { client: client(headers), base_url: base_url.to_owned(), is_v2 }
    }

    /// A browser's page that was loaded from this origin.
    pub fn of_page(base_url: &str, origin: &str) -> Self {
        let origin = HeaderValue::from_str(origin).expect("a header value");
        let headers = HeaderMap::from_iter([(ORIGIN, origin)]);
        Self { client: client(headers), base_url: base_url.to_owned(), is_v2: false }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Sends a body with `POST`.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a body with `PUT`.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let text = body.map(Value::to_string);
        let described = format!("{method} {path}");
        match self.try_send(method, path, text).await {
            Ok(answer) => answer,
            Err(error) => panic!("{described}: {error:?}"),
        }
    }

    /// Sends a body that need not be JSON; the error says that no whole answer came.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, reqwest::Error> {
        self.try_send_with(&HeaderMap::new(), method, path, body).await
    }

    /// Sends a body with `POST` under an idempotency key; the error says that no whole answer came.
    pub async fn try_post_keyed(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Answer, reqwest::Error> {
        let value = HeaderValue::from_str(&format!("\"{key}\"")).expect("a header value");
        let headers = HeaderMap::from_iter([(HeaderName::from_static("idempotency-key"), value)]);
        self.try_send_with(&headers, Method::POST, path, Some(body.to_string())).await
    }

    async fn try_send_with(
        &self,
        headers: &HeaderMap,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{path}", self.base_url);
        let mut request = self.client.request(method.clone(), url).headers(headers.clone());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let answer = Answer::read(request.send().await?).await?;
        if let Some(contract) = Contract::v2().filter(|_| self.is_v2) {
            answer.hold_against(contract, &method, path);
        }
        Ok(answer)
    }
}

/// A client of plain HTTP. The workspace's client has TLS built in and asks for a provider, although nothing here uses it.
fn client(headers: HeaderMap) -> Client {
    // An error means that an earlier client has installed one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().no_proxy().tls_certs_only([]).default_headers(headers);
    builder.build().expect("an HTTP client")
}

impl Answer {
    async fn read(response: Response) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    /// Every answer of the V2 face is one its published description allows.
    fn hold_against(&self, contract: &Contract, method: &Method, path: &str) {
        let body = serde_json::from_str(&self.text).ok();
        if let Verdict::Broken(problems) =
            contract.check_answer(method.as_str(), path, self.status, body.as_ref())
        {
            panic!("{method} {path}: {}\n{}", problems.join("\n"), self.text);
        }
    }

    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.text))
    }

    /// The body of a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The body of an error of this status and type.
    pub fn error(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body["type"], kind, "{}", self.text);
        body
    }
}
