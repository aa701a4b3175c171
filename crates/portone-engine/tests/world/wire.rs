//! The real transport, which can be cut off, and holds requests and answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use portone_core::{Break, PgReply, PgRequest, Transport};
use portone_http::{HttpConfig, HttpTransport};
use tokio::sync::Notify;

/// The real transport, which can also be cut off and counts what is sent.
pub struct Wire {
    http: HttpTransport,
    cut: Mutex<bool>,
    /// The channels whose requests are never sent.
    gone: Mutex<Vec<&'static str>>,
    gate: Mutex<Option<Gate>>,
    answer_gate: Mutex<Option<Gate>>,
    pub sent: Mutex<Vec<String>>,
}

/// Holds the next request, or its answer: tells when it has come, and lets it go when told.
#[derive(Clone, Default)]
pub struct Gate {
    pub reached: Arc<Notify>,
    pub open: Arc<Notify>,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: &PgRequest, deadline: Duration) -> Result<PgReply, Break> {
        let is_cut = *self.cut.lock().unwrap();
        if is_cut {
            pass(&self.gate).await;
            return Err(Break::NotSent("cut off by the test".to_owned()));
        }
        if self.is_gone(request) {
            return Err(Break::NotSent("this channel is cut off by the test".to_owned()));
        }
        self.sent.lock().unwrap().push(format!("{request:?}"));
        pass(&self.gate).await;
        let reply = self.http.send(request, deadline).await;
        pass(&self.answer_gate).await;
        reply
    }
}

async fn pass(gate: &Mutex<Option<Gate>>) {
    let gate = gate.lock().unwrap().take();
    if let Some(gate) = gate {
        gate.reached.notify_one();
        gate.open.notified().await;
    }
}

impl Wire {
    pub fn new() -> Self {
        Self {
            http: HttpTransport::new(&HttpConfig::default()).unwrap(),
            cut: Mutex::new(false),
            gone: Mutex::default(),
            gate: Mutex::new(None),
            answer_gate: Mutex::new(None),
            sent: Mutex::new(Vec::new()),
        }
    }

    /// Holds the next request; where it is cut off, before its sender knows.
    pub fn hold_next(&self) -> Gate {
        let gate = Gate::default();
        *self.gate.lock().unwrap() = Some(gate.clone());
        gate
    }

    /// Holds the next answer: the upstream has done its part.
    pub fn hold_answer(&self) -> Gate {
        let gate = Gate::default();
        *self.answer_gate.lock().unwrap() = Some(gate.clone());
        gate
    }

    /// From now on requests that name one of these channels are never sent.
    pub fn cut_channels(&self, channels: &[&'static str]) {
        *self.gone.lock().unwrap() = channels.to_vec();
    }

    fn is_gone(&self, request: &PgRequest) -> bool {
        let body = request.body.as_ref().map(portone_core::Body::bytes).unwrap_or_default();
        let body = String::from_utf8_lossy(body);
        self.gone.lock().unwrap().iter().any(|channel| body.contains(&format!("\"{channel}\"")))
    }

    pub fn cut(&self, cut: bool) {
        *self.cut.lock().unwrap() = cut;
    }
}
