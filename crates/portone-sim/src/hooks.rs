//! The shops' endpoint for webhooks: it may answer with an error, break, or take a message without saying so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use portone_core::{WebhookBreak, WebhookMessage, WebhookReply, WebhookSender};
use serde_json::Value;

use crate::chance::Chance;
use crate::scheduler::Scheduler;
use crate::trace::hashed;
use crate::weather::Weather;

/// Where webhooks go.
pub(crate) const HOOK_URL: &str = "http://shop.test/hook";

/// A message as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) body: Value,
}

/// The endpoint.
pub(crate) struct Hooks {
    scheduler: Arc<Scheduler>,
    chance: Chance,
    weather: Arc<Weather>,
    is_calm: AtomicBool,
    received: Mutex<Vec<Received>>,
}

impl Hooks {
    pub(crate) fn new(scheduler: &Arc<Scheduler>, chance: Chance, weather: &Arc<Weather>) -> Arc<Self> {
        let (scheduler, weather) = (Arc::clone(scheduler), Arc::clone(weather));
        let (is_calm, received) = (AtomicBool::new(false), Mutex::default());
        Arc::new(Self { scheduler, chance, weather, is_calm, received })
    }

    /// From now on everything is taken.
    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    /// Everything that came, in the order it came.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl WebhookSender for Hooks {
    async fn send(&self, message: &WebhookMessage) -> Result<WebhookReply, WebhookBreak> {
        self.scheduler.sleep_ms(self.chance.between(1, 300)).await;
        let fails = !self.is_calm.load(Ordering::Relaxed) && self.chance.percent(self.weather.hook_failed);
        let way = if fails { self.chance.between(1, 3) } else { 0 };
        let id = message.headers.iter().find(|(name, _)| *name == "webhook-id");
        let id = id.map(|(_, id)| id.clone()).unwrap_or_default();
        let hash = hashed(0, &message.body);
        self.scheduler.note(format_args!("shop gets webhook {id} {hash:x}: {way}"));
        if matches!(way, 0 | 1) {
            let body = serde_json::from_slice(&message.body).unwrap_or(Value::Null);
            self.received.lock().unwrap_or_else(PoisonError::into_inner).push(Received { id, body });
        }
        match way {
            0 => Ok(WebhookReply { status: 200, headers: Vec::new(), body: Vec::new() }),
            2 => Ok(WebhookReply { status: 503, headers: Vec::new(), body: Vec::new() }),
            _ => Err(WebhookBreak("connection reset".to_owned())),
        }
    }
}
