//! Plays seeds until one of them goes wrong: `portone-sim --seeds 10000`, or one of them again: `portone-sim --seed 7`.

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use clap::Parser;
use portone_sim::{Run, run};

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
#[derive(Debug, Default)]
struct Tally {
    seeds: AtomicU64,
    payments: AtomicU64,
    hash: AtomicU64,
    is_over: AtomicBool,
    /// The lowest seed that went wrong.
    failed: Mutex<Option<Run>>,
}

fn many(cli: &Cli) -> ExitCode {
    let threads = cli.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let (next, end) = (AtomicU64::new(cli.from), cli.from.saturating_add(cli.seeds));
    let tally = Tally::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| play(&next, end, &tally));
        }
    });
    let seeds = tally.seeds.load(Ordering::Relaxed);
    let (payments, hash) = (tally.payments.load(Ordering::Relaxed), tally.hash.load(Ordering::Relaxed));
    println!("{seeds} seeds, {payments} payments, hash {hash:016x}");
    let failed = tally.failed.lock().map(|mut failed| failed.take());
    failed.ok().flatten().map_or(ExitCode::SUCCESS, |run| told(&run, true))
}

fn play(next: &AtomicU64, end: u64, tally: &Tally) {
    while !tally.is_over.load(Ordering::Relaxed) {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let run = run(seed, false);
        tally.seeds.fetch_add(1, Ordering::Relaxed);
        tally.payments.fetch_add(run.payment_count as u64, Ordering::Relaxed);
        // In any order the sum is the same.
        tally.hash.fetch_add(run.hash, Ordering::Relaxed);
        if !run.violations.is_empty() {
            tally.is_over.store(true, Ordering::Relaxed);
            if let Ok(mut failed) = tally.failed.lock()
                && failed.as_ref().is_none_or(|known| run.seed < known.seed)
            {
                *failed = Some(run);
            }
        }
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
