//! The way to the upstream, which the tests cut, hold and listen to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use portone_core::{Auth, Break, Channel, PgReply, PgRequest, Transport};
use portone_engine::port::Clock as _;
use portone_sandbox::{Answer, Method, Notification, Request, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::world::{NOTICE_SECRET, TestClock, UPSTREAM, UPSTREAM_SECRET};

/// What becomes of a request to the upstream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Up,
    /// Nothing gets through.
    Cut,
    /// Requests get through, and no reply comes back.
    Dumb,
    /// Requests get through once they are released.
    Held,
    /// The transport has a bug.
    Broken,
}

/// The sandbox as a transport, without sockets.
pub(crate) struct Wire {
    sandbox: Mutex<Sandbox>,
    clock: Arc<TestClock>,
    line: Mutex<Line>,
    sent_count: AtomicU64,
    held: Semaphore,
    held_count: AtomicU64,
}

/// Counts a request that is held, until it goes on or is dropped.
struct Holding<'a>(&'a AtomicU64);

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Wire {
    pub(crate) fn new(clock: &Arc<TestClock>) -> Self {
        Self {
            sandbox: Mutex::new(Sandbox::new(SandboxConfig {
                webhook_secret: Some(NOTICE_SECRET.to_owned()),
                ..SandboxConfig::new(UPSTREAM_SECRET)
            })),
            clock: Arc::clone(clock),
            line: Mutex::new(Line::Up),
            sent_count: AtomicU64::new(0),
            held: Semaphore::new(0),
            held_count: AtomicU64::new(0),
        }
    }

    pub(crate) fn set(&self, line: Line) {
        *self.line.lock().unwrap() = line;
    }

    /// How many requests wait to be released.
    pub(crate) fn held_count(&self) -> u64 {
        self.held_count.load(Ordering::Relaxed)
    }

    /// Lets one held request go on.
    pub(crate) fn release(&self) {
        self.held.add_permits(1);
    }

    async fn hold(&self) {
        self.held_count.fetch_add(1, Ordering::Relaxed);
        let _holding = Holding(&self.held_count);
        self.held.acquire().await.unwrap().forget();
    }

    pub(crate) fn sent_count(&self) -> u64 {
        self.sent_count.load(Ordering::Relaxed)
    }

    fn handle(&self, request: Request) -> Result<PgReply, Break> {
        match self.sandbox.lock().unwrap().handle(self.clock.now(), request).answer {
            Answer::Json { status, body } => Ok(PgReply { status, body: body.to_vec() }),
            other => Err(Break::Interrupted(format!("{other:?}"))),
        }
    }

    /// What the PGs have to say now, without the address's host.
    pub(crate) fn notifications(&self) -> Vec<Notification> {
        let mut taken = self.sandbox.lock().unwrap().take_notifications(self.clock.now(), 1_000);
        for notification in &mut taken {
            self.sandbox.lock().unwrap().notified(self.clock.now(), notification.number, true);
            notification.url = notification.url.strip_prefix("http://gateway.test").unwrap().to_owned();
        }
        taken
    }

    /// What the outside world does at a PG: a request to the sandbox's control API.
    pub(crate) fn control(&self, path: &str, body: &Value) -> Value {
        let request = Request {
            method: Method::Post,
            path: format!("/sandbox{path}"),
            query: String::new(),
            authorization: None,
            idempotency_key: None,
            tier: None,
            body: Bytes::from(body.to_string()),
        };
        let reply = self.handle(request).unwrap();
        assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// What the upstream says of something.
    pub(crate) fn read(&self, path: &str) -> Value {
        self.asked(Method::Get, path)
    }

    /// What the upstream answers a shop that asks without us.
    pub(crate) fn asked(&self, method: Method, path: &str) -> Value {
        let request = Request {
            method,
            path: path.to_owned(),
            query: String::new(),
            authorization: Some(format!("PortOne {UPSTREAM_SECRET}")),
            idempotency_key: None,
            tier: None,
            body: Bytes::new(),
        };
        serde_json::from_slice(&self.handle(request).unwrap().body).unwrap()
    }

    pub(crate) fn declare(&self, channel: &Channel) {
        let provider = crate::welcome::played_as(channel);
        let body = json!({"key": channel.key, "provider": provider,
            "pgMerchantId": channel.pg_merchant_id, "environment": "test"});
        self.declare_at("/sandbox/channels", &body);
    }

    /// Makes a channel known to one of the sandbox's faces.
    pub(crate) fn declare_at(&self, path: &str, body: &Value) {
        let request = Request {
            method: Method::Put,
            path: path.to_owned(),
            query: String::new(),
            authorization: None,
            idempotency_key: None,
            tier: None,
            body: Bytes::from(body.to_string()),
        };
        assert_eq!(self.handle(request).unwrap().status, 200);
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: &PgRequest, _deadline: Duration) -> Result<PgReply, Break> {
        let line = *self.line.lock().unwrap();
        assert!(line != Line::Broken, "the transport panics, as the test wants it to");
        if line == Line::Cut {
            return Err(Break::NotSent("cut off by the test".to_owned()));
        }
        if line == Line::Held {
            self.hold().await;
        }
        self.sent_count.fetch_add(1, Ordering::Relaxed);
        let target = request.url.strip_prefix(UPSTREAM).unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let authorization = match &request.auth {
            Auth::PortOneSecret(secret) => Some(format!("PortOne {}", secret.expose())),
            Auth::Bearer(token) => Some(format!("Bearer {}", token.expose())),
            Auth::InBody => None,
            Auth::V1Token(_) => panic!("{request:?} has no token yet"),
        };
        let key = request.headers.iter().find(|(name, _)| *name == "idempotency-key");
        let reply = self.handle(Request {
            method: match request.method {
                portone_core::Method::Get => Method::Get,
                portone_core::Method::Post => Method::Post,
                portone_core::Method::Put => Method::Put,
                portone_core::Method::Patch => Method::Patch,
                portone_core::Method::Delete => Method::Delete,
            },
            path: path.to_owned(),
            query: query.to_owned(),
            authorization,
            idempotency_key: key.map(|(_, value)| value.clone()),
            tier: None,
            body: request.body.as_ref().map(|body| Bytes::copy_from_slice(body.bytes())).unwrap_or_default(),
        });
        if line == Line::Dumb {
            return Err(Break::Interrupted("no reply came back".to_owned()));
        }
        reply
    }
}
