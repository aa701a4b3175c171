//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

/// PortOne's REST API with smart routing, on one ledger, with an offline sandbox of the PGs.
///
/// An independent implementation, written from public documents; not affiliated with PortOne or a PG.
#[derive(Debug, Parser)]
#[command(name = "portone", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway. Without a configuration file: a demo shop on the sandbox.
    Serve(ServeArgs),
    /// Run only the sandbox of the PGs, as a process of its own.
    Sandbox(SandboxArgs),
    /// Check a configuration file: every mistake with its line, and nothing is started.
    Check(CheckArgs),
    /// Check one request against a PG's documented rules, without sending it: exit code 0 when the PG takes it, 2 when
    /// it would refuse, corrupt or alter it, 1 when the question cannot be read.
    CheckRequest(CheckRequestArgs),
    /// Show how a channel group distributes payments, without paying.
    Route(RouteArgs),
    /// Print a store's webhooks as they are sent, or forward them to a URL that the gateway cannot reach.
    Webhooks(WebhooksArgs),
    /// Write the ledger as lines of JSON, as it is at one moment, while gateways may be using it.
    Export(ExportArgs),
    /// Fill an empty database, SQLite or PostgreSQL, with what was exported.
    Import(ImportArgs),
    /// Seal a secret from standard input with `encryption_key`, and print what stands for it in the configuration.
    Seal(SealArgs),
    /// Seal every secret in the database with `encryption_key`, while gateways may be using it.
    RotateKey(RotateKeyArgs),
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArgs {
    /// The configuration file.
    #[arg(long, env = "PORTONE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the API listens, instead of what the file says.
    #[arg(long, env = "PORTONE_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// The database, instead of what the file says: sqlite:PATH or postgres://user:password@host:5432/name.
    #[arg(long, env = "PORTONE_DATABASE", value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Where the sandbox in this process listens, instead of what the file says.
    #[arg(long, env = "PORTONE_SANDBOX_LISTEN", value_name = "ADDRESS")]
    pub(crate) sandbox_listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Where it listens.
    #[arg(long, env = "PORTONE_SANDBOX_LISTEN", default_value_t = crate::config::SANDBOX_LISTEN)]
    pub(crate) listen: SocketAddr,
    /// The folder it keeps its ledger in; without one the ledger is in memory.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// The secret it expects from its callers.
    #[arg(long, env = "PORTONE_SANDBOX_SECRET", default_value = crate::config::SANDBOX_SECRET, hide_env_values = true)]
    pub(crate) api_secret: String,
    /// The secret it signs its notifications with.
    #[arg(long, env = "PORTONE_SANDBOX_WEBHOOK_SECRET", default_value = crate::config::SANDBOX_WEBHOOK_SECRET, hide_env_values = true)]
    pub(crate) webhook_secret: String,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The configuration file.
    #[arg(default_value = "portone.toml", env = "PORTONE_CONFIG")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CheckRequestArgs {
    /// What `POST /admin/check` takes, by `provider`; `-` reads standard input.
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RouteArgs {
    /// The group's id.
    #[arg(long)]
    pub(crate) group: String,
    /// How many payments to route.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) payments: u64,
    /// Starts the random numbers, so that a run can be repeated; without it, it is drawn and printed.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Route payments with a super billing key that these channels hold (comma-separated channel keys).
    #[arg(long, value_delimiter = ',', value_name = "CHANNEL_KEYS")]
    pub(crate) billing_key_at: Vec<String>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The file to write, which must not be there yet; without one, standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file to read; without one, standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// The configuration file that names the key; the rest of it need not be right yet.
    #[arg(long, env = "PORTONE_CONFIG", default_value = "portone.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RotateKeyArgs {
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["print", "forward"])))]
pub(crate) struct WebhooksArgs {
    /// The store's id.
    #[arg(long)]
    pub(crate) store: String,
    /// Print them: headers and body, as they were sent.
    #[arg(long)]
    pub(crate) print: bool,
    /// Forward them to this URL, with the headers and the signature they were sent with.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,
    /// Begin after this number instead of with what is sent from now on; 0 begins with the first there is.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) after: Option<u64>,
    /// The gateway; without it, the address of the configuration.
    #[arg(long, value_name = "URL")]
    pub(crate) gateway: Option<String>,
    /// The admin token; without it, the configuration's.
    #[arg(long, env = "PORTONE_ADMIN_TOKEN", hide_env_values = true)]
    pub(crate) admin_token: Option<String>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}
