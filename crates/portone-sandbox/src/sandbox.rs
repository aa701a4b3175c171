//! The pure core: a request and the time in, a reply out.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::config::SandboxConfig;
use crate::control;
use crate::faults::{Fault, Faults, Kind};
use crate::fields;
use crate::idempotency::{self, Answers};
use crate::ledger::{Ledger, RestoreError};
use crate::message::{Answer, Change, Method, Reply, Request, Ticket};
use crate::notices::Notification;
use crate::refusal::Refusal;
use crate::v1;
use crate::v2::{self, Context};

/// The PGs and the hub above them. Deterministic: no clock, no randomness, no I/O.
#[derive(Debug)]
pub struct Sandbox {
    config: SandboxConfig,
    /// `PortOne <secret>`, built once.
    credential: String,
    ledger: Ledger,
    tokens: v1::Tokens,
    answers: Answers,
    faults: Faults,
    held: BTreeMap<Ticket, Held>,
    ticket_count: u64,
}

/// A request whose operation waits for its delay to pass.
#[derive(Debug)]
struct Held {
    operation: Operation,
    request: Request,
    key: Option<String>,
}

impl Sandbox {
    /// An empty sandbox without channels.
    pub fn new(config: SandboxConfig) -> Self {
        Self {
            credential: format!("PortOne {}", config.api_secret),
            ledger: Ledger::new(config.id_seed),
            tokens: v1::Tokens::default(),
            answers: Answers::new(config.answer_count_max),
            faults: Faults::default(),
            held: BTreeMap::new(),
            ticket_count: 0,
            config,
        }
    }

    /// Answers one request. The operation, if there is one, has been performed when this returns, unless the answer
    /// is [`Answer::Held`].
    pub fn handle(&mut self, now: DateTime<Utc>, request: Request) -> Reply {
        let now = now + self.ledger.ahead;
        let segments: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
        let (delay_ms, answer) = match segments.as_slice() {
            ["sandbox", "v1", rest @ ..] => (0, self.v1_control(now, &request, rest)),
            ["v1", "users", "getToken"] if request.method == Method::Post => {
                let secret = &self.config.api_secret;
                let token = self.tokens.give(now, &mut self.ledger.ids, secret, &request.body);
                (0, v1_answer(token))
            }
            ["v1", rest @ ..] => match v1::Operation::of(request.method, rest) {
                Some(_) if !self.tokens.admits(now, request.authorization.as_deref()) => {
                    (0, v1_answer(Err(v1::Refusal::unauthorized())))
                }
                // Whoever it is for, there is one book (IAMPORT-006).
                Some(_) if !v1::is_tier(request.tier.as_deref()) => {
                    (0, v1_answer(Err(v1::Refusal::hub("Tier 코드가 올바르지 않습니다."))))
                }
                Some(operation) => self.perform_or_fail(now, Operation::V1(operation), request, None),
                None => (0, v1_answer(Err(v1::Refusal::missing("the sandbox has no such V1 call")))),
            },
            ["sandbox", rest @ ..] => {
                let result = control::answer(&mut self.ledger, &mut self.faults, now, &request, rest);
                (0, answer_of(result))
            }
            segments => match v2::Operation::of(request.method, segments) {
                Some(operation) => self.upstream(now, operation, request),
                None => (0, answer_of(Err(control::not_found()))),
            },
        };
        self.reply(delay_ms, answer)
    }

    /// Performs a held operation now and answers it; `None` when the ticket was used before.
    pub fn resume(&mut self, now: DateTime<Utc>, ticket: Ticket) -> Option<Reply> {
        let now = now + self.ledger.ahead;
        let held = self.held.remove(&ticket)?;
        let answer = self.perform(now, &held.operation, &held.request, None);
        self.finish(held.key.as_deref(), now, &answer);
        Some(self.reply(0, answer))
    }

    /// Takes up to `count_max` notifications that are due. Each is to be sent, and its end told to [`Sandbox::notified`];
    /// one whose end is never told is due again a minute later.
    pub fn take_notifications(&mut self, now: DateTime<Utc>, count_max: usize) -> Vec<Notification> {
        let now = now + self.ledger.ahead;
        self.ledger.notices.take(now, self.config.webhook_secret.as_deref(), count_max)
    }

    /// Hears whether somebody took a notification, with a 2xx. If not it is due again after 1, 4, 16, 64 and 256 minutes,
    /// and then given up. The answer names the records to write to a journal.
    pub fn notified(&mut self, now: DateTime<Utc>, number: u64, is_taken: bool) -> Vec<Change> {
        let now = now + self.ledger.ahead;
        self.ledger.notices.tried(now, number, is_taken);
        vec![Change::Notice(number)]
    }

    /// Appends the present state of a changed record to `out`, as one line of JSON with its line feed.
    pub fn journal_line(&self, change: &Change, out: &mut Vec<u8>) {
        self.ledger.write_line(&self.answers, change, out);
    }

    /// Names every record there is: writing each of them makes a whole journal.
    pub fn records(&self) -> Vec<Change> {
        self.ledger.everything(&self.answers)
    }

    /// Takes one journal line back, without its line feed; later lines replace earlier ones of the same record.
    pub fn restore(&mut self, line: &[u8]) -> Result<(), RestoreError> {
        self.ledger.restore(&mut self.answers, line)
    }

    /// The PG that a window's call goes to; empty where its channel is unknown.
    pub(crate) fn provider_of(&self, is_v1: bool, call: &Value) -> String {
        let text = |name: &str| call.get(name).and_then(Value::as_str);
        let key = text("channelKey").or_else(|| text("channel_key"));
        if is_v1 {
            let channel = self.ledger.v1.channel_for(text("pg"), key);
            return channel.map(|channel| channel.pg_code.clone()).unwrap_or_default();
        }
        let channel = key.and_then(|key| self.ledger.channel(key).ok());
        channel.map(|channel| channel.provider.name().to_owned()).unwrap_or_default()
    }

    /// `/sandbox/v1`: what it answers is no envelope, unless it refuses.
    fn v1_control(&mut self, now: DateTime<Utc>, request: &Request, segments: &[&str]) -> Answer {
        let mut context = self.ledger.v1_context(now, None);
        match v1::control(&mut context, request.method, segments, &request.body) {
            Some(Ok(body)) => json_answer(200, &body),
            Some(Err(refusal)) => json_answer(refusal.status.max(400), &refusal.body()),
            None => answer_of(Err(control::not_found())),
        }
    }

    fn reply(&mut self, delay_ms: u64, answer: Answer) -> Reply {
        Reply { delay_ms, answer, changes: self.ledger.take_changes() }
    }

    /// Credential, idempotency key, fault, operation: in this order.
    fn upstream(&mut self, now: DateTime<Utc>, operation: v2::Operation, request: Request) -> (u64, Answer) {
        if request.authorization.as_deref() != Some(self.credential.as_str()) {
            return (0, answer_of(Err(Refusal::unauthorized())));
        }
        let key = match self.open_key(now, &request) {
            Ok(Opened::Replay(answer)) => return (0, answer),
            Ok(Opened::Perform(key)) => key,
            Err(refusal) => return (0, answer_of(Err(refusal))),
        };
        if let Some(key) = &key {
            self.answers.start(now, key, &request);
        }
        self.perform_or_fail(now, Operation::V2(operation), request, key)
    }

    /// Performs an operation, unless a fault has its way with it.
    fn perform_or_fail(
        &mut self,
        now: DateTime<Utc>,
        operation: Operation,
        request: Request,
        key: Option<String>,
    ) -> (u64, Answer) {
        match self.fault_for(&operation, &request) {
            None => {
                let answer = self.perform(now, &operation, &request, None);
                self.finish(key.as_deref(), now, &answer);
                (0, answer)
            }
            Some(fault) => self.upstream_with(&fault, now, operation, request, key),
        }
    }

    fn open_key(&mut self, now: DateTime<Utc>, request: &Request) -> Result<Opened, Refusal> {
        let header = request.idempotency_key.as_deref().filter(|_| request.method != Method::Get);
        let Some(header) = header else { return Ok(Opened::Perform(None)) };
        let key = idempotency::key_in(header)?;
        match self.answers.replay(now, key, request)? {
            Some(answer) => Ok(Opened::Replay(answer)),
            None => Ok(Opened::Perform(Some(key.to_owned()))),
        }
    }

    fn fault_for(&mut self, operation: &Operation, request: &Request) -> Option<Fault> {
        if self.faults.is_empty() {
            return None;
        }
        let (command, channel_key) = match operation {
            Operation::V1(operation) => {
                (operation.command(), operation.channel_key(&self.ledger.v1, &request.body))
            }
            Operation::V2(operation) => {
                let body = fields::parse(&request.body).unwrap_or_default();
                (operation.command(), operation.channel_key(&self.ledger, &body))
            }
        };
        self.faults.take(command, channel_key.as_deref())
    }

    fn upstream_with(
        &mut self,
        fault: &Fault,
        now: DateTime<Utc>,
        operation: Operation,
        request: Request,
        key: Option<String>,
    ) -> (u64, Answer) {
        if fault.kind == Kind::Delay && !fault.booked {
            self.ticket_count += 1;
            let ticket = Ticket(self.ticket_count);
            self.held.insert(ticket, Held { operation, request, key });
            return (fault.delay_ms, Answer::Held(ticket));
        }
        let answer = if fault.booked || fault.kind == Kind::Decline {
            let forced = (fault.kind == Kind::Decline).then_some(fault);
            let answer = self.perform(now, &operation, &request, forced);
            let since = now + TimeDelta::milliseconds(i64::try_from(fault.delay_ms).unwrap_or(i64::MAX));
            self.finish(key.as_deref(), since, &answer);
            answer
        } else {
            // The request was lost before it reached the hub, so its key is unused.
            if let Some(key) = &key {
                self.answers.forget(key);
            }
            // Half a reply is cut off a 200, so that its status does not give the loss away.
            let status = if fault.kind == Kind::HalfReply { 200 } else { fault.status };
            json_answer(status, &fault.error_body())
        };
        (fault.delay_ms, broken(fault, answer))
    }

    fn perform(
        &mut self,
        now: DateTime<Utc>,
        operation: &Operation,
        request: &Request,
        forced: Option<&Fault>,
    ) -> Answer {
        let operation = match operation {
            Operation::V1(operation) => {
                let mut context = self.ledger.v1_context(now, forced.map(Fault::pg_refusal));
                let result = context.perform(operation, &request.query, &request.body);
                return match (v1_answer(result), context.is_partial) {
                    (Answer::Json { body, .. }, true) => Answer::Json { status: 207, body },
                    (answer, _) => answer,
                };
            }
            Operation::V2(operation) => operation,
        };
        let mut context = Context {
            now,
            ledger: &mut self.ledger,
            config: &self.config,
            forced_refusal: forced.map(Fault::pg_refusal),
        };
        let result = fields::parse(&request.body)
            .and_then(|body: Value| context.perform(operation, &request.query, &body));
        answer_of(result)
    }

    fn finish(&mut self, key: Option<&str>, since: DateTime<Utc>, answer: &Answer) {
        if let Some(key) = key {
            self.answers.finish(key, since, answer);
            self.ledger.note(Change::Answer(key.to_owned()));
        }
    }
}

/// An operation of either face.
#[derive(Debug)]
enum Operation {
    V1(v1::Operation),
    V2(v2::Operation),
}

/// What an idempotency key says about a request.
enum Opened {
    Replay(Answer),
    Perform(Option<String>),
}

/// What is left of an answer once the fault has had its way with it.
fn broken(fault: &Fault, answer: Answer) -> Answer {
    match (fault.kind, answer) {
        (Kind::Status, _) => json_answer(fault.status, &fault.error_body()),
        (Kind::Reset, _) => Answer::Reset,
        (Kind::Garbage, _) => Answer::Garbage { body: Bytes::from_static(b"<html>\xff\xfe not JSON {\"pay") },
        (Kind::HalfReply, Answer::Json { status, body }) => {
            Answer::Half { status, sent_bytes: body.len() / 2, body }
        }
        (Kind::HalfReply | Kind::Delay | Kind::Decline, answer) => answer,
    }
}

fn answer_of(result: Result<Value, Refusal>) -> Answer {
    match result {
        Ok(body) => json_answer(200, &body),
        Err(refusal) => json_answer(refusal.status(), &refusal.body()),
    }
}

fn v1_answer(result: Result<Value, v1::Refusal>) -> Answer {
    match result {
        Ok(response) => json_answer(200, &json!({"code": 0, "message": null, "response": response})),
        Err(refusal) => json_answer(refusal.status, &refusal.body()),
    }
}

fn json_answer(status: u16, body: &Value) -> Answer {
    Answer::Json { status, body: Bytes::from(body.to_string()) }
}
