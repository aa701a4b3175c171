//! The V1 face under load, beside another server of the V1 API that runs already (fake-iamport-server): closed loops of 8
//! connections, taking turns. Ours is durable, and asks its sandbox.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use clap::Args;

use crate::client::{PaymentRequest, post};
use crate::format::{decimal, microseconds, milliseconds, thousands};
use crate::gateway::{self, Gateway};
use crate::load::{Span, Target, closed_loop};
use crate::measure::Figures;
use crate::statistics::median;
use crate::{Failure, machine};

#[derive(Debug, Args)]
pub(crate) struct V1Args {
    /// The gateway's binary, a release build.
    #[arg(long)]
    portone: PathBuf,
    /// Where another server of the V1 API listens, if any.
    #[arg(long, value_name = "ADDRESS")]
    peer: Option<SocketAddr>,
    /// The key and secret that server knows, with a colon between them.
    #[arg(long, value_name = "KEY:SECRET", default_value = "test_imp_key:test_imp_secret")]
    peer_key: String,
    /// Where the data goes: a folder on the disk to measure. The system's temporary folder unless told.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

const CONNECTION_COUNT: u32 = 8;
const ROUND_COUNT: usize = 3;
const SPAN: Span = Span { warm_up: Duration::from_millis(500), window: Duration::from_secs(4) };
/// A key-in payment, as every server of the V1 API takes it.
const ORDER: &str = r#""amount":8900,"name":"Monthly pass","card_number":"4242-4242-4242-4242","expiry":"2029-12","birth":"900101","pwd_2digit":"00","buyer_name":"Port Kim""#;
const P99_MS_MAX: u64 = 10;
const RATIO_MIN: u64 = 5;

/// Measures, and writes the report.
pub(crate) fn run(args: &V1Args) -> Result<String, Failure> {
    let base = args.data.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("portone-bench-").tempdir_in(&base)?;
    let machine = machine::describe(&std::fs::canonicalize(folder.path())?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ours, peers) = runtime.block_on(rounds(args, folder.path()))?;
    Ok(markdown(&machine, &ours, &peers))
}

async fn rounds(args: &V1Args, folder: &std::path::Path) -> Result<(Vec<Figures>, Vec<Figures>), Failure> {
    let (gateway, _) = Gateway::start(&args.portone, folder).await?;
    let key = ("bench-imp-key", "bench-imp-secret");
    let order = format!(r#""pg":"kpn",{ORDER}"#);
    let ours = target(gateway.server.address, "/v1", key, &order).await?;
    let peer = match args.peer {
        Some(address) => {
            let key = args.peer_key.split_once(':').ok_or("--peer-key: send KEY:SECRET")?;
            Some(target(address, "", key, ORDER).await?)
        }
        None => None,
    };
    let (mut of_ours, mut of_peer) = (Vec::new(), Vec::new());
    for number in 1..=ROUND_COUNT {
        eprintln!("round {number} of {ROUND_COUNT}");
        if let Some(peer) = &peer {
            of_peer.push(closed_loop(peer, CONNECTION_COUNT, SPAN, &[]).await?);
        }
        let watched = [&gateway.server, &gateway.sandbox];
        of_ours.push(closed_loop(&ours, CONNECTION_COUNT, SPAN, &watched).await?);
    }
    gateway::check_ledger(&gateway.sandbox, u64::from(ours.accepted())).await?;
    Ok((of_ours, of_peer))
}

/// Where payments go, with a token of the key.
async fn target(
    address: SocketAddr,
    prefix: &str,
    (key, secret): (&str, &str),
    order: &str,
) -> Result<Arc<Target>, Failure> {
    let body = format!(r#"{{"imp_key":"{key}","imp_secret":"{secret}"}}"#);
    let (status, answer) = post(address, &format!("{prefix}/users/getToken"), &body).await?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let token = answer["response"]["access_token"].as_str();
    let token = token.ok_or_else(|| format!("{address} gives no token: {status} {answer}"))?;
    let request = PaymentRequest::v1(prefix, token, order);
    Ok(Target::new(address, request, &Arc::new(AtomicU32::new(0))))
}

fn markdown(machine: &str, ours: &[Figures], peers: &[Figures]) -> String {
    let mut text = format!(
        "Machine: {machine}.\n\n| V1 `onetime`, 8 connections | rate /s | p50 ms | p99 ms | CPU µs |\n|---|---:|---:|---:|---:|\n"
    );
    for (name, all) in [("**gateway**, durable", ours), ("the peer", peers)] {
        let Some(figures) = Figures::median(&all.iter().collect::<Vec<_>>()) else { continue };
        // The generator is watched last; a peer is not watched.
        let cpu = if figures.cpu_ns.len() > 1 { microseconds(figures.cpu_ns[0]) } else { String::new() };
        let (rate, p50, p99) =
            (thousands(figures.rate_per_s), milliseconds(figures.p50_ns), milliseconds(figures.p99_ns));
        let _ = writeln!(text, "| {name} | {rate} | {p50} | {p99} | {cpu} |");
    }
    let ratio = median(
        ours.iter()
            .zip(peers)
            .filter_map(|(one, other)| (one.rate_per_s * 100).checked_div(other.rate_per_s)),
    );
    let verdict = |is_met: bool| if is_met { "met" } else { "**missed**" };
    text.push_str("\n| target | must | measured | |\n|---|---|---:|---|\n");
    if let Some(percent) = ratio {
        let is_met = verdict(percent >= 100 * RATIO_MIN);
        let _ = writeln!(
            text,
            "| rate to the peer's | ≥ {RATIO_MIN} | {} | {is_met} |",
            decimal(percent, 100, 2)
        );
    }
    if let Some(p99_ns) = median(ours.iter().map(|figures| figures.p99_ns)) {
        let is_met = verdict(p99_ns <= P99_MS_MAX * 1_000_000);
        let _ = writeln!(text, "| p99 | ≤ {P99_MS_MAX} ms | {} ms | {is_met} |", milliseconds(p99_ns));
    }
    text
}
