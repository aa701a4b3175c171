//! What was sent to be paid and nobody has heard the end of, as the network sees it: no other attempt at that payment may be
//! sent before an inquiry has told. That is what failover must never do, and a shop's second try neither.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::PgReply;
use portone_sandbox::{Method, Request};
use serde_json::Value;

/// How long after it was sent an attempt's absence counts: a lease of 65 s, less the 5 s that a call may start after its
/// attempt is durable, and clocks that are off. What is under way is booked within 50 s.
const ABSENCE_COUNTS_AFTER: TimeDelta = TimeDelta::seconds(55);

/// The part of a request that matters here.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    at: DateTime<Utc>,
    payment: Option<String>,
    /// The attempt that asks for money; absent where it only reads, or does something else.
    attempt: Option<String>,
    is_read: bool,
}

impl Sent {
    pub(crate) fn of(request: &Request, at: DateTime<Utc>) -> Self {
        let parts: Vec<&str> = request.path.split('/').skip(1).collect();
        if let ["v1", of_v1 @ ..] = &parts[..] {
            return Self::of_v1(request, of_v1, at);
        }
        let payment =
            (parts.first() == Some(&"payments")).then(|| parts.get(1).map(ToString::to_string)).flatten();
        let pays = request.method == Method::Post && matches!(parts[..], [_, _, "instant" | "billing-key"]);
        let attempt = request.idempotency_key.as_ref().filter(|_| pays);
        // Keys are quoted upstream.
        let attempt = attempt.map(|key| key.trim_matches('"').to_owned());
        Self { at, payment, attempt, is_read: request.method == Method::Get }
    }

    /// V1 names the payment in the body and the attempt in its own data, where it asks for money.
    fn of_v1(request: &Request, parts: &[&str], at: DateTime<Utc>) -> Self {
        let (mut payment, mut attempt) = (None, None);
        match parts {
            ["subscribe", "payments", _] | ["vbanks"] => {
                let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                let text = |name: &str| body[name].as_str().map(str::to_owned);
                (payment, attempt) = (text("merchant_uid"), text("custom_data"));
            }
            ["payments", "findAll", merchant_uid, ..] => payment = Some((*merchant_uid).to_owned()),
            _ => {}
        }
        Self { at, payment, attempt, is_read: request.method == Method::Get }
    }
}

/// What is in doubt.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// By payment, then by attempt: since when.
    open: BTreeMap<String, BTreeMap<String, DateTime<Utc>>>,
    /// When each attempt was sent first.
    pub(crate) sent_at: BTreeMap<String, DateTime<Utc>>,
    /// Attempts that were sent while another was in doubt.
    pub(crate) found: Vec<String>,
}

impl Doubts {
    /// Takes note of a request that has left.
    pub(crate) fn sent(&mut self, sent: &Sent) {
        let (Some(payment), Some(attempt)) = (&sent.payment, &sent.attempt) else { return };
        let open = self.open.entry(payment.clone()).or_default();
        if let Some((other, since)) = open.iter().find(|(other, _)| *other != attempt) {
            self.found.push(format!(
                "sent before an inquiry: {attempt} of {payment} at {}, and {other} of {since} is in doubt",
                sent.at
            ));
        }
        open.insert(attempt.clone(), sent.at);
        self.sent_at.entry(attempt.clone()).or_insert(sent.at);
    }

    /// Takes note of a PG's own word that a gateway has got.
    pub(crate) fn answered(&mut self, sent: &Sent, reply: &PgReply) {
        let Some(open) = sent.payment.as_ref().and_then(|payment| self.open.get_mut(payment)) else { return };
        if let Some(attempt) = &sent.attempt {
            open.remove(attempt);
        }
        if sent.is_read {
            let told = String::from_utf8_lossy(&reply.body);
            open.retain(|attempt, since| {
                !told.contains(attempt.as_str()) && sent.at < *since + ABSENCE_COUNTS_AFTER
            });
        }
    }
}
