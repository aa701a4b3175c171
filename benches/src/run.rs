//! The order of a run: rounds in which every subject is measured in turn, so that a change of the machine's mood meets
//! them all.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use clap::Args;

use crate::gateway::{self, Gateway};
use crate::load::{Span, Target, closed_loop, open_loop};
use crate::measure::Figures;
use crate::process::{Server, free_address};
use crate::{Failure, clock, machine, report, two_commits};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The gateway's binary, a release build.
    #[arg(long)]
    portone: PathBuf,
    /// Where the data goes: a folder on the disk to measure. The system's temporary folder unless told.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// One short round, to see that everything works; its figures are rough.
    #[arg(long)]
    quick: bool,
    /// Instead of measuring, press the gateway for this many seconds at 32 connections, for a profiler.
    #[arg(long, value_name = "SECONDS")]
    press: Option<u64>,
}

/// Connections of the closed loops.
const CONNECTION_COUNTS: [u32; 4] = [1, 8, 32, 128];
/// Payments a second of the open loop.
const OPEN_LOOP_RATE: u32 = 1_000;
/// Another open loop runs at this part of the round's best rate.
const OF_PEAK_PERCENT: u64 = 60;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How often everything is measured.
    pub(crate) round_count: usize,
    /// Each closed loop of the gateway and the reference.
    pub(crate) span: Span,
    /// Each of the other measurements.
    pub(crate) short: Span,
}

impl Plan {
    const FULL: Self = Self {
        round_count: 3,
        span: Span { warm_up: Duration::from_millis(500), window: Duration::from_secs(4) },
        short: Span { warm_up: Duration::from_millis(300), window: Duration::from_secs(2) },
    };
    const QUICK: Self = Self {
        round_count: 1,
        span: Span { warm_up: Duration::from_millis(200), window: Duration::from_secs(1) },
        short: Span { warm_up: Duration::from_millis(100), window: Duration::from_millis(500) },
    };
}

/// Measures, and writes the report.
pub(crate) fn run(args: &RunArgs) -> Result<String, Failure> {
    let base = args.data.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("portone-bench-").tempdir_in(&base)?;
    let machine = machine::describe(&fs::canonicalize(folder.path())?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(seconds) = args.press {
        runtime.block_on(press(&args.portone, folder.path(), seconds))?;
        return Ok(String::new());
    }
    let before = machine::Ticks::read()?;
    let plan = if args.quick { Plan::QUICK } else { Plan::FULL };
    let mut rounds = Vec::new();
    for number in 1..=plan.round_count {
        eprintln!("round {number} of {}", plan.round_count);
        let folder = folder.path().join(format!("round-{number}"));
        fs::create_dir(&folder)?;
        rounds.push(runtime.block_on(round(&plan, &args.portone, &folder))?);
    }
    // The servers have ended, so that their time counts as ours.
    let others_percent = machine::Ticks::read()?.others_percent_since(before);
    Ok(report::markdown(&machine, others_percent, &plan, &rounds))
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The gateway, through a group.
    Gateway,
    /// The least a durable payment needs.
    Reference,
    /// The gateway's upstream, asked directly.
    Sandbox,
    /// The reference's upstream: the HTTP server alone.
    Constant,
    /// The database alone, without group commit.
    TwoCommits,
}

/// How it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// This many requests are always under way.
    Connections(u32),
    /// This many start each second.
    Rate(u32),
    /// [`OF_PEAK_PERCENT`] of the best rate of the closed loops start each second.
    OfPeak,
}

/// One measurement.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) subject: Subject,
    pub(crate) load: Load,
    pub(crate) figures: Figures,
}

/// Everything measured in one round.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) rows: Vec<Row>,
    pub(crate) footprint: Footprint,
}

/// What the gateway takes beside CPU time.
#[derive(Debug, Default)]
pub(crate) struct Footprint {
    /// From the start of its process on an empty folder until it answers, in nanoseconds.
    pub(crate) ready_empty_ns: u64,
    /// Until its first payment is answered.
    pub(crate) paid_empty_ns: u64,
    /// The same on the ledger of the round's payments.
    pub(crate) ready_full_ns: u64,
    /// Until its first payment is answered there.
    pub(crate) paid_full_ns: u64,
    /// Payments in that ledger.
    pub(crate) payment_count: u64,
    /// Resident memory after the first payment, in KiB.
    pub(crate) rest_kib: u64,
    /// Resident memory after the load, in KiB.
    pub(crate) loaded_kib: u64,
    /// Bytes of its files, stopped, per payment.
    pub(crate) bytes_per_payment: u64,
}

impl Round {
    fn add(&mut self, subject: Subject, load: Load, figures: Figures) {
        eprintln!("  {subject:?} {load:?}: {} /s, p99 {} µs", figures.rate_per_s, figures.p99_ns / 1_000);
        self.rows.push(Row { subject, load, figures });
    }

    /// The best rate of the gateway's closed loops.
    fn peak(&self) -> u64 {
        let gateway = self.rows.iter().filter(|row| row.subject == Subject::Gateway);
        gateway.map(|row| row.figures.rate_per_s).max().unwrap_or_default()
    }
}

async fn round(plan: &Plan, portone: &Path, folder: &Path) -> Result<Round, Failure> {
    let mut round = Round::default();
    let (gateway, ready) = Gateway::start(portone, folder).await?;
    let numbers = Arc::new(AtomicU32::new(0));
    let payments = Target::new(gateway.server.address, gateway::payment_through_group(), &numbers);
    let direct = Target::new(gateway.sandbox.address, gateway::payment_at_sandbox(), &numbers);
    round.footprint.ready_empty_ns = nanoseconds(ready);
    payments.pay_once().await?;
    round.footprint.paid_empty_ns = clock::nanoseconds_since(gateway.server.started_at);
    round.footprint.rest_kib = gateway.server.resident_kib()?;
    let reference = Reference::start(folder).await?;
    closed_loops(plan, &mut round, &gateway, &payments, &reference).await?;
    open_loops(plan, &mut round, &gateway, &payments, &reference).await?;
    limits(plan, &mut round, &gateway, &direct, &reference, folder).await?;
    round.footprint.loaded_kib = gateway.server.resident_kib()?;
    gateway::check_ledger(&gateway.sandbox, u64::from(payments.accepted() + direct.accepted())).await?;
    let payment_count = u64::from(payments.accepted());
    let (gateway, ready, byte_count) = gateway.restart().await?;
    payments.pay_once().await?;
    round.footprint.paid_full_ns = clock::nanoseconds_since(gateway.server.started_at);
    round.footprint.ready_full_ns = nanoseconds(ready);
    round.footprint.payment_count = payment_count;
    round.footprint.bytes_per_payment = byte_count / payment_count;
    gateway::check_ledger(&gateway.sandbox, u64::from(payments.accepted() + direct.accepted())).await?;
    Ok(round)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The reference gateway and the constant server it calls, each a process of this binary.
struct Reference {
    server: Server,
    upstream: Server,
    payments: Arc<Target>,
    constant: Arc<Target>,
}

impl Reference {
    async fn start(folder: &Path) -> Result<Self, Failure> {
        let binary = std::env::current_exe()?;
        let log = folder.join("reference.log");
        let upstream_address = free_address()?;
        let mut command = Command::new(&binary);
        command.args(["constant", "--listen", &upstream_address.to_string()]);
        let mut upstream = Server::start("constant server", upstream_address, &mut command, &log)?;
        upstream.wait_ready("/").await?;
        let address = free_address()?;
        let mut command = Command::new(&binary);
        command
            .args(["reference", "--listen", &address.to_string(), "--upstream"])
            .arg(format!("http://{upstream_address}"))
            .arg("--database")
            .arg(folder.join("reference.db"));
        let server = Server::start("reference gateway", address, &mut command, &log)?;
        let target = |address: SocketAddr| {
            Target::new(address, gateway::payment_through_group(), &Arc::new(AtomicU32::new(0)))
        };
        let reference =
            Self { server, upstream, payments: target(address), constant: target(upstream_address) };
        reference.wait_ready().await?;
        Ok(reference)
    }

    /// It has nothing to ask but to pay.
    async fn wait_ready(&self) -> Result<(), Failure> {
        let mut result = Ok(());
        for _ in 0..1_000 {
            result = self.payments.pay_once().await;
            if result.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        result
    }
}

async fn closed_loops(
    plan: &Plan,
    round: &mut Round,
    gateway: &Gateway,
    payments: &Arc<Target>,
    reference: &Reference,
) -> Result<(), Failure> {
    for count in CONNECTION_COUNTS {
        let load = Load::Connections(count);
        let watched = [&reference.server, &reference.upstream];
        let figures = closed_loop(&reference.payments, count, plan.span, &watched).await?;
        round.add(Subject::Reference, load, figures);
        let watched = [&gateway.server, &gateway.sandbox];
        let figures = closed_loop(payments, count, plan.span, &watched).await?;
        round.add(Subject::Gateway, load, figures);
    }
    Ok(())
}

async fn open_loops(
    plan: &Plan,
    round: &mut Round,
    gateway: &Gateway,
    payments: &Arc<Target>,
    reference: &Reference,
) -> Result<(), Failure> {
    let window = plan.span.window;
    let watched = [&reference.server, &reference.upstream];
    let figures = open_loop(&reference.payments, OPEN_LOOP_RATE, window, &watched).await?;
    round.add(Subject::Reference, Load::Rate(OPEN_LOOP_RATE), figures);
    let watched = [&gateway.server, &gateway.sandbox];
    let figures = open_loop(payments, OPEN_LOOP_RATE, window, &watched).await?;
    round.add(Subject::Gateway, Load::Rate(OPEN_LOOP_RATE), figures);
    let rate = u32::try_from(round.peak() * OF_PEAK_PERCENT / 100)?;
    let figures = open_loop(payments, rate, window, &watched).await?;
    round.add(Subject::Gateway, Load::OfPeak, figures);
    Ok(())
}

async fn limits(
    plan: &Plan,
    round: &mut Round,
    gateway: &Gateway,
    direct: &Arc<Target>,
    reference: &Reference,
    folder: &Path,
) -> Result<(), Failure> {
    for count in [1, 32] {
        let load = Load::Connections(count);
        let figures = closed_loop(direct, count, plan.short, &[&gateway.sandbox]).await?;
        round.add(Subject::Sandbox, load, figures);
        let figures = closed_loop(&reference.constant, count, plan.short, &[&reference.upstream]).await?;
        round.add(Subject::Constant, load, figures);
    }
    let figures = two_commits::measure(folder, plan.short.window)?;
    round.add(Subject::TwoCommits, Load::Connections(1), figures);
    Ok(())
}

/// Keeps the gateway busy while somebody looks at it from outside.
async fn press(portone: &Path, folder: &Path, seconds: u64) -> Result<(), Failure> {
    let (gateway, _) = Gateway::start(portone, folder).await?;
    let request = gateway::payment_through_group();
    let payments = Target::new(gateway.server.address, request, &Arc::new(AtomicU32::new(0)));
    eprintln!("gateway: process {}; sandbox: process {}", gateway.server.id(), gateway.sandbox.id());
    let span = Span { warm_up: Duration::from_millis(500), window: Duration::from_secs(seconds) };
    let figures = closed_loop(&payments, 32, span, &[&gateway.server, &gateway.sandbox]).await?;
    eprintln!("{figures:?}");
    gateway::check_ledger(&gateway.sandbox, u64::from(payments.accepted())).await?;
    // Asked to stop, not killed: a profiler around it writes its findings as it ends.
    gateway.server.stop().await
}
