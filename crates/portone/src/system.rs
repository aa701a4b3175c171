//! What only the binary may fetch: the time, randomness, the runtime, the log.

use std::{
    error::Error,
    io::{BufWriter, IsTerminal as _},
};

use chrono::{DateTime, SubsecRound as _, Utc};
use portone_engine::port::Random;
use tokio_util::sync::CancellationToken;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Any error that ends the program, for people to read.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The time now, to the millisecond, which is what the ledger keeps. The one place that reads the clock.
#[expect(clippy::disallowed_methods, reason = "the binary is where the time comes from")]
pub(crate) fn system_time() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

/// The thread's cryptographic generator, seeded by the system.
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the binary is where random numbers come from")]
    fn next_u64(&self) -> u64 {
        rand::Rng::next_u64(&mut rand::rng())
    }
}

/// Runs a command on a multi-threaded runtime until it is done.
pub(crate) fn run(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)
}

/// What is never logged, whatever `PORTONE_LOG` says: at its debug level the client of PostgreSQL writes all that is bound to
/// statements, which are buyers' names and, where no key seals them, PGs' billing keys.
const NEVER_LOGGED: [&str; 2] = ["tokio_postgres=info", "tokio_postgres::query=info"];

/// Starts structured logs on standard error: JSON, or text on a terminal. `PORTONE_LOG` sets what is logged.
///
/// Lines are written by a thread of their own, many in one write under load; none is dropped. What is still waiting is
/// written when the guard is dropped.
pub(crate) fn start_logging() -> WorkerGuard {
    let filter = EnvFilter::try_from_env("PORTONE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = NEVER_LOGGED
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let lines = BufWriter::with_capacity(64 * 1024, std::io::stderr());
    let (writer, guard) = NonBlockingBuilder::default().lossy(false).finish(lines);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    if std::io::stderr().is_terminal() {
        builder.compact().init();
    } else {
        builder.json().flatten_event(true).with_span_list(false).init();
    }
    guard
}

/// A token that is cancelled by Ctrl-C or a termination signal.
pub(crate) fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let on_signal = stop.clone();
    tokio::spawn(async move {
        signal().await;
        on_signal.cancel();
    });
    stop
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
