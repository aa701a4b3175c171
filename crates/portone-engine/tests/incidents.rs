//! Incidents of a PG, replayed: one of two channels of equal weight is down, wholly or half, for 60, 91 and 127 minutes, at 1 to
//! 1,000 payments a minute; with one draw, and with failover. Each channel has an upstream of its own, which is the truth about
//! charges. Simulated time, seeded; the table is docs/failover.md's, written by `cargo xtask incidents`.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{Break, Credentials, FailoverPolicy, PaymentId, PgReply, PgRequest, Transport, Upstream};
use portone_engine::ledger::{Face, PaymentStatus};
use portone_engine::port::{Clock, DeclaredStore, Random as _};
use portone_engine::request::{Caller, Extras, PayInstantlyRequest};
use portone_engine::{CircuitState, Engine, EngineConfig, Ports};
use portone_store::SqliteStore;
use world::upstream::{Core, SECRET};
use world::{GROUP, KPN, STORE, SeededRandom, TestClock, by_group, channel, group, requests::key_in};

const KPN_2: &str = "channel-key-kpn-2";
/// How long before the incident and after it payments come, in minutes.
const BEFORE: i64 = 5;
const AFTER: i64 = 15;

/// What happens, and with what policy.
#[derive(Debug, Clone, Copy)]
struct Incident {
    minutes: i64,
    per_minute: i64,
    /// How many of the requests to the PG fail, in percent.
    percent: u64,
    seed: u64,
}

/// Both PGs; requests to the first may fail.
struct Line {
    works: Arc<Core>,
    fails: Arc<Core>,
    /// How many requests fail now, in percent.
    percent: Mutex<u64>,
    random: Arc<SeededRandom>,
}

impl Line {
    fn below(&self, end: u64) -> u64 {
        u64::try_from((u128::from(self.random.next_u64()) * u128::from(end)) >> 64).unwrap()
    }
}

#[async_trait]
impl Transport for Line {
    /// Of what fails one half is never sent, a quarter is lost on its way and a quarter on its way back, done.
    async fn send(&self, request: &PgRequest, deadline: Duration) -> Result<PgReply, Break> {
        if self.works.is_meant(request) {
            return self.works.send(request, deadline).await;
        }
        let percent = *self.percent.lock().unwrap();
        if self.below(100) >= percent {
            return self.fails.send(request, deadline).await;
        }
        match self.below(4) {
            0 | 1 => Err(Break::NotSent("connection refused".to_owned())),
            2 => Err(Break::Interrupted("reset".to_owned())),
            _ => {
                self.fails.send(request, deadline).await?;
                Err(Break::Interrupted("reset".to_owned()))
            }
        }
    }
}

struct Replay {
    incident: Incident,
    engine: Engine,
    clock: Arc<TestClock>,
    line: Arc<Line>,
    paid_for: u64,
    pay_at: DateTime<Utc>,
    duties_at: DateTime<Utc>,
    /// Payments that were asked for while the PG was down.
    during: Vec<PaymentId>,
}

/// What came of an incident.
#[derive(Debug, Default, Clone, Copy)]
struct Outcome {
    payments: usize,
    paid: usize,
    double: usize,
    /// Payments of which our ledger says another thing than the PGs'.
    differ: usize,
    /// Attempts at the channel from the incident's start until its circuit opened.
    until_open: Option<u64>,
    /// From healing until the circuit was closed.
    recovered_seconds: i64,
    /// Canaries sent from healing until then.
    canaries: u64,
    /// From healing until every charge was in our ledger whose attempt was open then.
    settled_seconds: i64,
    /// The same of what had not happened.
    absent_seconds: i64,
}

impl Replay {
    async fn start(incident: Incident, failover: Option<FailoverPolicy>) -> Self {
        let clock = TestClock::new();
        let (fails, works) = (Core::new(&clock, "http://a.test"), Core::new(&clock, "http://b.test"));
        let mut channels = [channel(KPN, "KPN"), channel(KPN_2, "KPN")];
        for (channel, (core, name)) in channels.iter_mut().zip([(&fails, "a"), (&works, "b")]) {
            name.clone_into(&mut channel.upstream);
            core.declare(channel);
        }
        let random = SeededRandom::new(incident.seed);
        let line = Arc::new(Line { works, fails, percent: Mutex::new(0), random });
        let mut routed = group(GROUP, &[(KPN, 50), (KPN_2, 50)]);
        routed.failover = failover;
        let declared = DeclaredStore {
            id: STORE.parse().unwrap(),
            name: "Test".to_owned(),
            channels: channels.map(|channel| (channel, String::new())).to_vec(),
            groups: vec![(routed, String::new())],
        };
        let ports = Ports {
            store: Arc::new(SqliteStore::in_memory().unwrap()),
            transport: Arc::clone(&line) as Arc<dyn Transport>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: SeededRandom::new(incident.seed + 1_000),
            watch: None,
        };
        // The comparisons are another duty's, and have their own tests.
        let config = EngineConfig { verify_after: None, ..EngineConfig::default() };
        let upstreams = [("a", "http://a.test"), ("b", "http://b.test")].map(|(name, base_url)| {
            let credentials = Credentials::PortOneV2 { api_secret: SECRET.into(), webhook_secret: None };
            (name.to_owned(), Upstream { base_url: base_url.to_owned(), credentials, notice_url: None })
        });
        let engine = Engine::start(ports, config, BTreeMap::from(upstreams), vec![declared]).await.unwrap();
        let now = clock.now();
        Self { incident, engine, clock, line, paid_for: 0, pay_at: now, duties_at: now, during: Vec::new() }
    }

    fn circuit(&self) -> Option<CircuitState> {
        self.engine.circuits().into_iter().find(|circuit| circuit.channel.as_str() == KPN)
    }

    fn is_open(&self) -> bool {
        self.circuit().is_some_and(|circuit| circuit.open.is_some())
    }

    fn attempts(&self) -> u64 {
        self.circuit().map_or(0, |circuit| circuit.tally.answers + circuit.tally.failures)
    }

    async fn pay(&mut self) -> PaymentId {
        let id: PaymentId = format!("order{}", self.paid_for).parse().unwrap();
        self.paid_for += 1;
        let caller = Caller {
            store_id: STORE.parse().unwrap(),
            ip: "127.0.0.1".to_owned(),
            face: Face::V2,
            operation: None,
        };
        let pay = key_in(&id, "4242424242424242");
        let request =
            PayInstantlyRequest { caller, selector: by_group(GROUP), pay, extras: Extras::default() };
        // What became of it is read from the ledgers.
        let _ = self.engine.pay_instantly(request).await;
        id
    }

    /// The gateway's background duties.
    async fn duties(&self) {
        self.engine.probe_circuits().await;
        while self.engine.settle_unknown(64).await.unwrap().claimed == 64 {}
    }

    /// Goes on until a moment: a payment at each of its times, the duties each second. `look` is asked after each.
    async fn until(&mut self, end: DateTime<Utc>, mut look: impl FnMut(&Self, Option<PaymentId>)) {
        let pause = TimeDelta::milliseconds(60_000 / self.incident.per_minute);
        loop {
            let next = self.pay_at.min(self.duties_at);
            if next >= end {
                self.clock.advance(end - self.clock.now());
                return;
            }
            self.clock.advance(next - self.clock.now());
            let paid = if next == self.pay_at {
                self.pay_at += pause;
                Some(self.pay().await)
            } else {
                self.duties_at += TimeDelta::seconds(1);
                self.duties().await;
                None
            };
            look(self, paid);
        }
    }

    async fn run(mut self) -> Outcome {
        let mut outcome = Outcome::default();
        let start = self.clock.now() + TimeDelta::minutes(BEFORE);
        self.until(start, |_, _| {}).await;
        assert_eq!(self.circuit().map_or(0, |circuit| circuit.tally.trips), 0);
        *self.line.percent.lock().unwrap() = self.incident.percent;
        let before = self.attempts();
        let healed_at = start + TimeDelta::minutes(self.incident.minutes);
        let mut during = Vec::new();
        let until_open = &mut outcome.until_open;
        self.until(healed_at, |replay, paid| {
            during.extend(paid);
            if until_open.is_none() && replay.is_open() {
                *until_open = Some(replay.attempts() - before);
            }
        })
        .await;
        self.during = during;
        *self.line.percent.lock().unwrap() = 0;
        self.heal(healed_at, &mut outcome).await;
        self.count(&mut outcome).await;
        outcome
    }

    /// Payments and duties go on; when was it as before?
    async fn heal(&mut self, healed_at: DateTime<Utc>, outcome: &mut Outcome) {
        let store_open = self.engine.store().open_attempts(1_000_000).await.unwrap();
        let mut open: BTreeSet<String> =
            store_open.into_iter().map(|attempt| attempt.id.to_string()).collect();
        let canaries = |replay: &Self| replay.circuit().map_or(0, |circuit| circuit.tally.canaries);
        let canaries_before = canaries(self);
        let mut closed_at = (!self.is_open()).then_some(healed_at);
        let mut end = healed_at;
        // Where payments are rare, two canaries take their time.
        let last = healed_at + TimeDelta::minutes(AFTER * if self.incident.per_minute == 1 { 8 } else { 1 });
        while end < last && (closed_at.is_none() || !open.is_empty()) {
            end += TimeDelta::seconds(1);
            self.until(end, |replay, _| {
                if closed_at.is_none() && !replay.is_open() {
                    closed_at = Some(replay.clock.now());
                }
            })
            .await;
            if !open.is_empty() {
                self.note_settled(&mut open, (end - healed_at).num_seconds(), outcome).await;
            }
        }
        assert!(open.is_empty(), "{} attempts were never settled", open.len());
        outcome.recovered_seconds = (closed_at.expect("it closed in time") - healed_at).num_seconds();
        outcome.canaries = canaries(self) - canaries_before;
        self.until(end + TimeDelta::minutes(2), |_, _| {}).await;
    }

    /// Takes out what was settled in the last second.
    async fn note_settled(&self, open: &mut BTreeSet<String>, seconds: i64, outcome: &mut Outcome) {
        let left = self.engine.store().open_attempts(1_000_000).await.unwrap();
        let left: BTreeSet<String> = left.into_iter().map(|attempt| attempt.id.to_string()).collect();
        for id in open.difference(&left) {
            let settled = self.engine.store().transaction(&id.parse().unwrap()).await.unwrap().unwrap();
            match settled.status {
                PaymentStatus::Paid => outcome.settled_seconds = seconds,
                _ => outcome.absent_seconds = seconds,
            }
        }
        open.retain(|id| left.contains(id));
    }

    /// The ledgers: ours, and those of the PGs.
    async fn count(&self, outcome: &mut Outcome) {
        let mut charges: BTreeMap<String, usize> = BTreeMap::new();
        for core in [&self.line.works, &self.line.fails] {
            let ledger = core.read("/sandbox/ledger");
            for payment in ledger["payments"].as_array().unwrap() {
                let booked = payment["transactions"].as_array().unwrap().iter();
                let count = booked.filter(|one| one["charged"].as_i64().unwrap_or(0) > 0).count();
                *charges.entry(payment["paymentId"].as_str().unwrap().to_owned()).or_default() += count;
            }
        }
        outcome.double = charges.values().filter(|count| **count > 1).count();
        outcome.payments = self.during.len();
        let store = STORE.parse().unwrap();
        for number in 0..self.paid_for {
            let id: PaymentId = format!("order{number}").parse().unwrap();
            let is_paid = self.engine.payment(&store, &id).await.unwrap().status == PaymentStatus::Paid;
            let charged = charges.get(id.as_str()).copied().unwrap_or(0);
            outcome.differ += usize::from(charged != usize::from(is_paid));
        }
        for id in &self.during {
            let is_paid = self.engine.payment(&store, id).await.unwrap().status == PaymentStatus::Paid;
            outcome.paid += usize::from(is_paid);
        }
    }
}

/// An incident with one draw and with failover, checked.
async fn replayed(incident: Incident) -> (Outcome, Outcome) {
    let one_draw = Replay::start(incident, None).await.run().await;
    let failover = Replay::start(incident, Some(FailoverPolicy::default())).await.run().await;
    for outcome in [one_draw, failover] {
        assert_eq!((outcome.double, outcome.differ), (0, 0), "{incident:?}: {outcome:?}");
        assert!(outcome.settled_seconds <= 60, "{incident:?}: {outcome:?}");
        // A lease, and a step of the sweep.
        assert!(outcome.absent_seconds <= 66, "{incident:?}: {outcome:?}");
    }
    assert!(failover.paid >= one_draw.paid, "{incident:?}: {one_draw:?} {failover:?}");
    if incident.percent == 100 {
        assert_eq!(failover.until_open, Some(5), "{incident:?}");
    }
    // Back to normal within a minute, or with the second canary, where payments are so rare that it takes longer.
    let is_in_time = failover.recovered_seconds <= 60 || incident.per_minute < 100 && failover.canaries == 2;
    assert!(is_in_time, "{incident:?}: {failover:?}");
    (one_draw, failover)
}

fn line_of(incident: Incident, (one_draw, failover): (Outcome, Outcome)) -> String {
    let Incident { minutes, per_minute, percent, .. } = incident;
    let lost = |outcome: Outcome| outcome.payments - outcome.paid;
    format!(
        "| {minutes} | {per_minute} | {percent} % | {} | {} | {} | {} | {} | {} s | {} s | {} |",
        failover.payments,
        lost(one_draw),
        lost(failover),
        failover.paid - one_draw.paid,
        failover.until_open.map_or_else(|| "–".to_owned(), |count| count.to_string()),
        failover.recovered_seconds,
        failover.settled_seconds.max(one_draw.settled_seconds),
        failover.double + one_draw.double,
    )
}

/// Says that all of them are to be played, as `cargo xtask incidents` does.
const ALL: &str = "PORTONE_INCIDENTS";

/// Every incident of the table, each with a seed of its own; else the two of an hour at ten payments a minute.
fn incidents() -> Vec<Incident> {
    let cases = [100, 50].into_iter().flat_map(|percent| {
        let lengths = [60, 91, 127].into_iter();
        lengths.flat_map(move |minutes| [1, 10, 100, 1_000].map(|per_minute| (percent, minutes, per_minute)))
    });
    let incidents = (1..).zip(cases).map(|(seed, (percent, minutes, per_minute))| Incident {
        minutes,
        per_minute,
        percent,
        seed,
    });
    let is_all = std::env::var_os(ALL).is_some();
    incidents.filter(|incident| is_all || (incident.minutes, incident.per_minute) == (60, 10)).collect()
}

#[tokio::test]
async fn an_incident_loses_few_payments_and_charges_none_twice() {
    println!(
        "| minutes | payments a minute | fails | payments | lost, one draw | lost, failover | saved | attempts until open | recovered after | settled within | double charges |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for incident in incidents() {
        println!("{}", line_of(incident, replayed(incident).await));
    }
}
