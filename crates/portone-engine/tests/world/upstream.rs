//! The sandbox's pure core as an upstream, without a socket: simulated time costs nothing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use portone_core::{Auth, Break, Channel, PgReply, PgRequest, Transport};
use portone_engine::port::Clock as _;
use portone_sandbox::{Answer, Method, Request, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use super::TestClock;

pub const SECRET: &str = "sandbox-secret";

/// The sandbox's pure core, at an address.
pub struct Core {
    sandbox: Mutex<Sandbox>,
    clock: Arc<TestClock>,
    base_url: &'static str,
}

impl Core {
    pub fn new(clock: &Arc<TestClock>, base_url: &'static str) -> Arc<Self> {
        let sandbox = Mutex::new(Sandbox::new(SandboxConfig::new(SECRET)));
        Arc::new(Self { sandbox, clock: Arc::clone(clock), base_url })
    }

    /// Whether a request goes to this one.
    pub fn is_meant(&self, request: &PgRequest) -> bool {
        request.url.starts_with(self.base_url)
    }

    pub fn declare(&self, channel: &Channel) {
        let body = json!({"key": channel.key, "provider": channel.provider,
            "pgMerchantId": channel.pg_merchant_id, "environment": "test"});
        let reply = self.handle(Method::Put, "/sandbox/channels", "", None, body.to_string().as_bytes());
        assert_eq!(reply.status, 200);
    }

    /// What the control API tells.
    pub fn read(&self, path: &str) -> Value {
        serde_json::from_slice(&self.handle(Method::Get, path, "", None, b"").body).unwrap()
    }

    fn handle(
        &self,
        method: Method,
        path: &str,
        authorization: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> PgReply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: Some(authorization.to_owned()),
            idempotency_key: key.map(str::to_owned),
            tier: None,
            body: Bytes::copy_from_slice(body),
        };
        match self.sandbox.lock().unwrap().handle(self.clock.now(), request).answer {
            Answer::Json { status, body } => PgReply { status, body: body.to_vec() },
            other => panic!("no fault was asked for: {other:?}"),
        }
    }
}

#[async_trait]
impl Transport for Core {
    async fn send(&self, request: &PgRequest, _deadline: Duration) -> Result<PgReply, Break> {
        let path = request.url.strip_prefix(self.base_url).unwrap();
        let Auth::PortOneSecret(secret) = &request.auth else { panic!("a V2 upstream is asked") };
        let key = request.headers.iter().find(|(name, _)| *name == "idempotency-key");
        let method = match request.method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            other => panic!("a payment sends no {other}"),
        };
        let body = request.body.as_ref().map(portone_core::Body::bytes).unwrap_or_default();
        let authorization = format!("PortOne {}", secret.expose());
        Ok(self.handle(method, path, &authorization, key.map(|(_, value)| value.as_str()), body))
    }
}
