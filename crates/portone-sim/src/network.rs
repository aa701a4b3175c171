//! The way to the PGs and back, and the PGs themselves: the sandbox's pure core, whose ledger is the truth.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use portone_core::{Auth, Break, PgReply, PgRequest, Transport};
use portone_sandbox::{Answer, Method, Notification, Request, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::doubt::{Doubts, Sent};
use crate::scheduler::{Scheduler, WORLD};
use crate::strike::strike;
use crate::trace::hashed;
use crate::weather::Weather;
use crate::world::{CHANNELS, SECOND};

/// The secret of the upstream.
pub(crate) const SECRET: &str = "sandbox-secret";
/// What the upstream signs its notifications with.
pub(crate) const NOTICE_SECRET: &str = "whsec_c2ltdWxhdGVkIG5vdGljZXM=";
/// What V1 clients log in with, beside the secret.
pub(crate) const V1_KEY: &str = "sandbox-imp-key";
/// What the two faces of the upstream are called.
pub(crate) const UPSTREAM_NAME: &str = "pg";
pub(crate) const V1_UPSTREAM_NAME: &str = "pg-v1";
/// Where the upstream is.
pub(crate) const UPSTREAM: &str = "http://pg.test";
pub(crate) const V1_UPSTREAM: &str = "http://pg.test/v1";
/// What the PGs say when they decline for no reason.
pub(crate) const MOOD_CODE: &str = "X9";
/// The longest that a request is under way before a PG works on it. A gateway's deadline is 60 s and its lease 65 s.
const LATE_MS_MAX: u64 = 50_000;

/// The network and what is behind it.
pub(crate) struct Network {
    scheduler: Arc<Scheduler>,
    chance: Chance,
    weather: Arc<Weather>,
    sandbox: Mutex<Sandbox>,
    is_calm: AtomicBool,
    outage: Option<Outage>,
    /// What no gateway has heard the end of.
    doubts: Mutex<Doubts>,
    request_count: AtomicU64,
}

/// When PGs are out of reach.
#[derive(Debug)]
struct Outage {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// The channel that is not answered; absent where none is.
    of: Option<&'static str>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
enum Fate {
    Clean,
    Refused,
    LostBefore {
        silent: bool,
    },
    LostAfter {
        silent: bool,
    },
    /// The caller's connection breaks, and the PG works on it later all the same.
    Late,
    Slow,
    /// The sandbox itself answers so.
    Upset(Value),
}

impl Fate {
    /// Whether an answer that arrives is the PG's own word. A late one does where the caller stood still meanwhile.
    fn is_plain(&self) -> bool {
        match self {
            Self::Upset(fault) => fault["kind"] == "decline",
            Self::Clean
            | Self::Refused
            | Self::LostBefore { .. }
            | Self::LostAfter { .. }
            | Self::Late
            | Self::Slow => true,
        }
    }
}

impl Network {
    pub(crate) fn new(scheduler: &Arc<Scheduler>, chance: Chance, weather: &Arc<Weather>) -> Arc<Self> {
        let start = scheduler.now() + TimeDelta::seconds(chance.amount(5, 120));
        let until = start + TimeDelta::seconds(chance.amount(10, 300));
        let one = weather.is_outage_of_one.then(|| *chance.pick(&CHANNELS));
        let outage = weather.has_outage.then_some(Outage { from: start, until, of: one });
        let webhook_secret = Some(NOTICE_SECRET.to_owned());
        let config = SandboxConfig { webhook_secret, ..SandboxConfig::new(SECRET) };
        Arc::new(Self {
            scheduler: Arc::clone(scheduler),
            chance,
            weather: Arc::clone(weather),
            sandbox: Mutex::new(Sandbox::new(config)),
            is_calm: AtomicBool::new(false),
            outage,
            doubts: Mutex::default(),
            request_count: AtomicU64::new(0),
        })
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
        self.control(Method::Delete, "/sandbox/faults", &Value::Null);
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    /// Asks the sandbox itself: what it answers, and whether it agrees.
    pub(crate) fn control(&self, method: Method, path: &str, body: &Value) -> (bool, Value) {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let authorization = Some(format!("PortOne {SECRET}"));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            authorization,
            idempotency_key: None,
            tier: None,
            body,
        };
        match self.handle(request) {
            Answer::Json { status, body } => {
                (status < 400, serde_json::from_slice(&body).unwrap_or(Value::Null))
            }
            _ => (false, Value::Null),
        }
    }

    /// Every attempt that the V1 face knows, in no order.
    pub(crate) fn v1_payments(&self) -> Vec<Value> {
        let (_, mut told) = self.control(Method::Get, "/sandbox/v1/payments", &Value::Null);
        match told["payments"].take() {
            Value::Array(payments) => payments,
            _ => Vec::new(),
        }
    }

    /// Notifications that are due.
    pub(crate) fn take_notifications(&self) -> Vec<Notification> {
        self.sandbox().take_notifications(self.scheduler.now(), 16)
    }

    /// Tells the sandbox what became of one.
    pub(crate) fn notified(&self, number: u64, is_taken: bool) {
        self.sandbox().notified(self.scheduler.now(), number, is_taken);
    }

    /// What was sent that must not have been.
    pub(crate) fn sent_wrongly(&self) -> Vec<String> {
        self.doubts().found.clone()
    }

    /// When each attempt to pay was sent.
    pub(crate) fn sent_at(&self) -> BTreeMap<String, DateTime<Utc>> {
        self.doubts().sent_at.clone()
    }

    fn doubts(&self) -> MutexGuard<'_, Doubts> {
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, request: Request) -> Answer {
        self.sandbox().handle(self.scheduler.now(), request).answer
    }

    fn is_out(&self, request: &PgRequest) -> bool {
        let Some(outage) = &self.outage else { return false };
        let now = self.scheduler.now();
        let is_meant = |channel: &str| {
            if self.weather.has_v1 && channel == CHANNELS[SECOND] {
                return request.url.starts_with(V1_UPSTREAM);
            }
            let body = request.body.as_ref().map_or("", |body| str::from_utf8(body.bytes()).unwrap_or(""));
            body.contains(channel)
        };
        outage.from <= now && now < outage.until && outage.of.is_none_or(is_meant)
    }

    fn fate(&self, request: &PgRequest) -> Fate {
        if self.is_calm() {
            return Fate::Clean;
        }
        if self.is_out(request) {
            let silent = self.chance.percent(50);
            return if self.chance.percent(50) { Fate::Refused } else { Fate::LostBefore { silent } };
        }
        let weather = &self.weather;
        let silent = self.chance.percent(40);
        let fates = [
            (weather.refused, Fate::Refused),
            (weather.lost_before, Fate::LostBefore { silent }),
            (weather.lost_after, Fate::LostAfter { silent }),
            (weather.late, Fate::Late),
            (weather.slow, Fate::Slow),
            (weather.upset, Fate::Upset(self.upset())),
            (weather.declined, Fate::Upset(json!({"kind": "decline", "code": MOOD_CODE, "message": "no"}))),
        ];
        // They may add up to more than a hundred: then nothing is clean.
        let total: u64 = fates.iter().map(|(share, _)| share).sum::<u64>().max(100);
        let mut drawn = self.chance.below(total);
        for (share, fate) in fates {
            if drawn < share {
                return fate;
            }
            drawn -= share;
        }
        Fate::Clean
    }

    fn upset(&self) -> Value {
        let kind = *self.chance.pick(&["status", "garbage", "half_reply", "reset"]);
        let status = *self.chance.pick(&[500, 502, 503, 429]);
        json!({"kind": kind, "booked": self.chance.percent(50), "status": status})
    }

    /// What the PG answers; `None` where nothing comes back.
    fn answered(&self, number: u64, request: Request, fate: &Fate) -> Option<PgReply> {
        let (method, path) = (request.method, request.path.clone());
        if let Fate::Upset(fault) = fate {
            let mut fault = fault.clone();
            fault["requests"] = 1.into();
            // A read cannot be declined: then it is answered as it is.
            let _ = self.control(Method::Post, "/sandbox/faults", &fault);
        }
        let answer = self.handle(request);
        if matches!(fate, Fate::Upset(_)) {
            let _ = self.control(Method::Delete, "/sandbox/faults", &Value::Null);
        }
        let reply = match answer {
            Answer::Json { status, body } => Some(PgReply { status, body: body.to_vec() }),
            Answer::Garbage { body } => Some(PgReply { status: 200, body: body.to_vec() }),
            // The transport says that a reply that ends too early was interrupted.
            _ => None,
        };
        let shown = reply.as_ref().map(|reply| (reply.status, hashed(0, &reply.body)));
        self.scheduler.note(format_args!("pg #{number} {method:?} {path} answers {shown:x?}"));
        reply
    }

    /// Sends a request on its way, as a task of the world: the caller may be gone when it arrives.
    fn dispatch(
        self: &Arc<Self>,
        number: u64,
        request: Request,
        fate: Fate,
    ) -> oneshot::Receiver<Option<PgReply>> {
        let (sender, receiver) = oneshot::channel();
        let network = Arc::clone(self);
        self.scheduler.spawn(WORLD, async move {
            let there_ms = match fate {
                Fate::Late => network.chance.between(1_000, LATE_MS_MAX),
                Fate::Slow => network.chance.between(1_000, 20_000),
                _ => network.chance.between(1, 400),
            };
            network.scheduler.sleep_ms(there_ms).await;
            if matches!(fate, Fate::LostBefore { .. }) {
                let _ = sender.send(None);
                return;
            }
            let reply = network.answered(number, request, &fate);
            network.scheduler.sleep_ms(network.chance.between(1, 400)).await;
            let _ = sender.send(if matches!(fate, Fate::LostAfter { .. }) { None } else { reply });
        });
        receiver
    }
}

/// What one gateway sends with.
pub(crate) struct Wire {
    pub(crate) network: Arc<Network>,
    pub(crate) gateway: usize,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: &PgRequest, deadline: Duration) -> Result<PgReply, Break> {
        let network = &self.network;
        let scheduler = &network.scheduler;
        let number = network.request_count.fetch_add(1, Ordering::Relaxed) + 1;
        let fate = network.fate(request);
        let gateway = self.gateway;
        scheduler.note(format_args!("gateway {gateway} sends #{number} {request:?}: {fate:?}"));
        if fate == Fate::Refused {
            scheduler.sleep_ms(network.chance.between(1, 50)).await;
            return Err(Break::NotSent("connection refused".to_owned()));
        }
        let deadline = TimeDelta::from_std(deadline).unwrap_or(TimeDelta::seconds(60));
        let patience = match fate {
            // The connection breaks while the request is on its way.
            Fate::Late => TimeDelta::milliseconds(network.chance.amount(1, 900)).min(deadline),
            _ => deadline,
        };
        let is_silent = matches!(fate, Fate::LostBefore { silent: true } | Fate::LostAfter { silent: true });
        let is_plain = fate.is_plain();
        let request = read(request);
        let sent = Sent::of(&request, scheduler.now());
        network.doubts().sent(&sent);
        let reply = network.dispatch(number, request, fate);
        let timer = scheduler.sleep(patience);
        let ended = match select(reply, timer).await {
            Either::Left((Ok(Some(reply)), _)) => {
                if is_plain {
                    network.doubts().answered(&sent, &reply);
                }
                Ok(reply)
            }
            Either::Left((_, timer)) => {
                if is_silent {
                    timer.await;
                }
                Err(Break::Interrupted("connection reset".to_owned()))
            }
            Either::Right(_) => Err(Break::Interrupted("no answer".to_owned())),
        };
        if !network.is_calm() {
            strike(scheduler, &network.chance, &network.weather);
        }
        ended
    }
}

/// A request as the sandbox reads it.
fn read(request: &PgRequest) -> Request {
    let target = request.url.strip_prefix(UPSTREAM).unwrap_or(&request.url);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let authorization = match &request.auth {
        Auth::PortOneSecret(secret) => Some(format!("PortOne {}", secret.expose())),
        Auth::Bearer(token) => Some(format!("Bearer {}", token.expose())),
        Auth::V1Token(_) | Auth::InBody => None,
    };
    let key = request.headers.iter().find(|(name, _)| *name == "idempotency-key");
    Request {
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
    }
}
