//! The load: closed loops, where each connection waits for its answer, and an open loop at a fixed rate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Failure;
use crate::client::{Connection, PaymentRequest};
use crate::clock::{nanoseconds_since, now};
use crate::measure::Figures;
use crate::process::{Cpu, Server};
use crate::statistics::Latencies;

/// How long the last answers may take after a window has ended.
const GRACE: Duration = Duration::from_secs(30);
/// Connections of the open loop: enough that a request waits for the gateway, never for a connection.
const OPEN_LOOP_CONNECTION_COUNT: u32 = 64;
/// Answers one connection keeps the latencies of in one window.
const LATENCY_COUNT_MAX: u64 = 4_000_000;

/// Where payments go, and how many have been accepted there.
#[derive(Debug)]
pub(crate) struct Target {
    address: SocketAddr,
    request: PaymentRequest,
    /// Numbers given out; each is one payment. Shared by targets that book at the same PG.
    numbers: Arc<AtomicU32>,
    accepted: AtomicU32,
}

impl Target {
    /// A target that numbers its payments from `numbers` on.
    pub(crate) fn new(address: SocketAddr, request: PaymentRequest, numbers: &Arc<AtomicU32>) -> Arc<Self> {
        Arc::new(Self { address, request, numbers: Arc::clone(numbers), accepted: AtomicU32::new(0) })
    }

    /// How many payments were answered 200.
    pub(crate) fn accepted(&self) -> u32 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Makes one payment.
    pub(crate) async fn pay_once(&self) -> Result<(), Failure> {
        let mut connection = Connection::open(self.address).await?;
        self.pay(&mut connection, &mut self.request.clone()).await
    }

    /// Pays, and refuses every answer but 200; a peer may say 201.
    async fn pay(&self, connection: &mut Connection, request: &mut PaymentRequest) -> Result<(), Failure> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let reply = connection.exchange(request.numbered(number)).await?;
        if !matches!(reply.status, 200 | 201) {
            let body = String::from_utf8_lossy(reply.body);
            return Err(format!("payment {number} was answered {}: {body}", reply.status).into());
        }
        self.accepted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// How long a closed loop runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Before anything is counted.
    pub(crate) warm_up: Duration,
    /// While it is.
    pub(crate) window: Duration,
}

const WARMING_UP: u8 = 0;
const MEASURING: u8 = 1;
const DONE: u8 = 2;

/// Keeps `connection_count` payments under way. Watches the CPU time of the servers and, last, of this process.
pub(crate) async fn closed_loop(
    target: &Arc<Target>,
    connection_count: u32,
    span: Span,
    watched: &[&Server],
) -> Result<Figures, Failure> {
    let phase = Arc::new(AtomicU8::new(WARMING_UP));
    let mut tasks = JoinSet::new();
    for _ in 0..connection_count {
        tasks.spawn(pay_in_turn(Arc::clone(target), Arc::clone(&phase)));
    }
    tokio::time::sleep(span.warm_up).await;
    let cpu_before = read_cpu(watched)?;
    let start = now();
    phase.store(MEASURING, Ordering::Relaxed);
    tokio::time::sleep(span.window).await;
    phase.store(DONE, Ordering::Relaxed);
    let elapsed_ns = nanoseconds_since(start);
    let cpu = cpu_since(&cpu_before, &read_cpu(watched)?);
    Ok(Figures::new(join_all(tasks).await?, elapsed_ns, &cpu))
}

async fn pay_in_turn(target: Arc<Target>, phase: Arc<AtomicU8>) -> Result<Latencies, Failure> {
    let mut connection = Connection::open(target.address).await?;
    let mut request = target.request.clone();
    let mut latencies = Latencies::default();
    loop {
        let sent_at = now();
        target.pay(&mut connection, &mut request).await?;
        match phase.load(Ordering::Relaxed) {
            WARMING_UP => {}
            MEASURING => latencies.add(nanoseconds_since(sent_at)),
            _ => return Ok(latencies),
        }
        if latencies.count() >= LATENCY_COUNT_MAX {
            return Err(format!("more than {LATENCY_COUNT_MAX} answers on one connection").into());
        }
    }
}

/// Starts payments at a fixed rate, whether or not earlier ones are answered. A latency counts from the time at which
/// the payment was due, so a stall is charged to every payment it held up.
pub(crate) async fn open_loop(
    target: &Arc<Target>,
    rate_per_s: u32,
    window: Duration,
    watched: &[&Server],
) -> Result<Figures, Failure> {
    let interval = Duration::from_secs(1) / rate_per_s.max(1);
    let count = u32::try_from(window.as_nanos() / interval.as_nanos().max(1))?;
    let mut connections = Vec::new();
    for _ in 0..OPEN_LOOP_CONNECTION_COUNT {
        connections.push(Connection::open(target.address).await?);
    }
    let cpu_before = read_cpu(watched)?;
    let schedule = Arc::new(Schedule {
        start: now(),
        interval,
        count,
        due: Semaphore::new(0),
        taken: AtomicU32::new(0),
    });
    let mut tasks = JoinSet::new();
    for connection in connections {
        tasks.spawn(pay_when_due(Arc::clone(target), connection, Arc::clone(&schedule)));
    }
    let pacing = Arc::clone(&schedule);
    let pacer = std::thread::spawn(move || pacing.run());
    let latencies = join_all(tasks).await?;
    let elapsed_ns = nanoseconds_since(schedule.start);
    let cpu = cpu_since(&cpu_before, &read_cpu(watched)?);
    pacer.join().map_err(|_| "the pacer panicked")?;
    Ok(Figures::new(latencies, elapsed_ns, &cpu))
}

struct Schedule {
    start: Instant,
    interval: Duration,
    count: u32,
    due: Semaphore,
    taken: AtomicU32,
}

impl Schedule {
    /// Lets each payment go when it is due. On a thread of its own: the runtime's timer is too coarse.
    fn run(&self) {
        for number in 0..self.count {
            std::thread::sleep(self.due_at(number).saturating_duration_since(now()));
            self.due.add_permits(1);
        }
        // One more for each connection, which finds nothing left to do.
        self.due.add_permits(OPEN_LOOP_CONNECTION_COUNT as usize);
    }

    fn due_at(&self, number: u32) -> Instant {
        self.start + self.interval * number
    }
}

async fn pay_when_due(
    target: Arc<Target>,
    mut connection: Connection,
    schedule: Arc<Schedule>,
) -> Result<Latencies, Failure> {
    let mut request = target.request.clone();
    let mut latencies = Latencies::default();
    loop {
        schedule.due.acquire().await?.forget();
        let number = schedule.taken.fetch_add(1, Ordering::Relaxed);
        if number >= schedule.count {
            return Ok(latencies);
        }
        target.pay(&mut connection, &mut request).await?;
        latencies.add(nanoseconds_since(schedule.due_at(number)));
    }
}

async fn join_all(mut tasks: JoinSet<Result<Latencies, Failure>>) -> Result<Latencies, Failure> {
    let joined = async {
        let mut latencies = Latencies::default();
        while let Some(ended) = tasks.join_next().await {
            latencies.append(ended??);
        }
        Ok(latencies)
    };
    // Long enough for an open loop, which runs inside.
    tokio::time::timeout(GRACE, joined).await.map_err(|_| "answers are missing long after the load ended")?
}

fn read_cpu(watched: &[&Server]) -> Result<Vec<Cpu>, Failure> {
    let servers = watched.iter().map(|server| server.cpu());
    servers.chain([Cpu::of_self()]).collect()
}

fn cpu_since(before: &[Cpu], after: &[Cpu]) -> Vec<u64> {
    before.iter().zip(after).map(|(before, after)| after.since(*before)).collect()
}
