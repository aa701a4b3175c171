//! Plays seeds until one of them goes wrong: `portone-sim --seeds 10000`, or one of them again: `portone-sim --seed 7`.

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use portone_sim::{Run, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often it is told how far the seeds are.
const PROGRESS_EVERY_MS: u64 = 10_000;

#[derive(Debug, Parser)]
#[command(
    about = "Plays payments in a world where everything goes wrong, and holds the ledgers against each other"
)]
struct Cli {
    /// How many seeds to play.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Play this one alone, and show its hash.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// With --seed: show the whole history.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Go on after a seed that goes wrong: each is named, and the lowest is told of at the end.
    #[arg(long, conflicts_with = "seed")]
    all: bool,
    /// How many seeds are played side by side; absent means one a processor.
    #[arg(long)]
    threads: Option<NonZero<usize>>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.seed {
        Some(seed) => one(seed, cli.trace),
        None => many(&cli),
    }
}

fn one(seed: u64, trace: bool) -> ExitCode {
    let run = run(seed, trace);
    if trace {
        run.lines.iter().for_each(|line| println!("{line}"));
    }
    println!("seed {seed}: {} lines, hash {:016x}, {} payments", run.line_count, run.hash, run.payment_count);
    told(&run, !trace)
}

/// What every thread adds to.
#[derive(Debug)]
struct Tally {
    started: Instant,
    /// When progress was told last, in milliseconds since the start.
    told_ms: AtomicU64,
    seeds: AtomicU64,
    payments: AtomicU64,
    hash: AtomicU64,
    wrong: AtomicU64,
    is_over: AtomicBool,
    /// The lowest seed that went wrong.
    failed: Mutex<Option<Run>>,
}

impl Tally {
    #[allow(clippy::disallowed_methods, reason = "how long it takes is told, and moves nothing")]
    fn new() -> Self {
        Self {
            started: Instant::now(),
            told_ms: AtomicU64::new(0),
            seeds: AtomicU64::new(0),
            payments: AtomicU64::new(0),
            hash: AtomicU64::new(0),
            wrong: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            failed: Mutex::default(),
        }
    }

    fn add(&self, run: &Run) {
        self.seeds.fetch_add(1, Ordering::Relaxed);
        self.payments.fetch_add(run.payment_count as u64, Ordering::Relaxed);
        // In any order the sum is the same.
        self.hash.fetch_add(run.hash, Ordering::Relaxed);
    }

    fn add_wrong(&self, run: Run) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut failed) = self.failed.lock()
            && failed.as_ref().is_none_or(|known| run.seed < known.seed)
        {
            *failed = Some(run);
        }
    }

    /// Tells how far it is, if nobody has told for a while.
    fn tell_progress(&self, of: u64) {
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let told_ms = self.told_ms.load(Ordering::Relaxed);
        let is_due = now_ms - told_ms.min(now_ms) >= PROGRESS_EVERY_MS;
        let order = Ordering::Relaxed;
        if is_due && self.told_ms.compare_exchange(told_ms, now_ms, order, order).is_ok() {
            eprintln!("{} of {of}", self.text());
        }
    }

    fn text(&self) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (seeds, payments, wrong) = (of(&self.seeds), of(&self.payments), of(&self.wrong));
        let seconds = self.started.elapsed().as_secs();
        format!("{seconds} s: {payments} payments, {wrong} wrong in {seeds} seeds")
    }
}

fn many(cli: &Cli) -> ExitCode {
    let threads = cli.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let (next, tally) = (AtomicU64::new(cli.from), Tally::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| play(cli, &next, &tally));
        }
    });
    println!("{}, hash {:016x}", tally.text(), tally.hash.load(Ordering::Relaxed));
    let failed = tally.failed.lock().map(|mut failed| failed.take());
    failed.ok().flatten().map_or(ExitCode::SUCCESS, |run| told(&run, true))
}

fn play(cli: &Cli, next: &AtomicU64, tally: &Tally) {
    let end = cli.from.saturating_add(cli.seeds);
    while !tally.is_over.load(Ordering::Relaxed) {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let run = run(seed, false);
        tally.add(&run);
        if !run.violations.is_empty() {
            tally.is_over.store(!cli.all, Ordering::Relaxed);
            if cli.all {
                eprintln!("wrong: {seed}: {}", run.violations.join("; "));
            }
            tally.add_wrong(run);
        }
        tally.tell_progress(cli.seeds);
    }
}

/// Tells what went wrong, and how to see it again.
fn told(run: &Run, with_end: bool) -> ExitCode {
    if run.violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    if with_end {
        eprintln!("… the end of the history:");
        run.lines.iter().for_each(|line| eprintln!("{line}"));
    }
    eprintln!("seed {} went wrong:", run.seed);
    run.violations.iter().for_each(|violation| eprintln!("  {violation}"));
    eprintln!("again: cargo xtask sim --seed {} --trace", run.seed);
    ExitCode::FAILURE
}
