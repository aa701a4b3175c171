//! The sandbox: in this process beside a gateway, or as a process of its own; and telling it of our channels.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use portone_core::{Channel, Protocol};
use portone_engine::directory::{Directory, DirectoryWatch};
use portone_sandbox::SandboxConfig;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::cli::SandboxArgs;
use crate::system::{Failure, stop_on_signal, system_time};

/// `portone sandbox`: runs until it is told to stop.
pub(crate) async fn run(args: SandboxArgs) -> Result<(), Failure> {
    let stop = stop_on_signal();
    let tracker = TaskTracker::new();
    let secrets = Secrets { api: args.api_secret, webhook: args.webhook_secret };
    let address = start(args.listen, secrets, args.data, &tracker, &stop).await?;
    println!("sandbox is ready on http://{address}");
    stop.cancelled().await;
    tracker.close();
    tracker.wait().await;
    Ok(())
}

/// What a sandbox and its gateway know of each other.
pub(crate) struct Secrets {
    /// What the sandbox expects.
    pub(crate) api: String,
    /// What it signs its notifications with.
    pub(crate) webhook: String,
}

/// Starts a sandbox in this process; it stops with the token.
pub(crate) async fn start(
    listen: SocketAddr,
    secrets: Secrets,
    data_folder: Option<PathBuf>,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        format!(
            "cannot listen on {listen} for the sandbox: {error}; set another `listen` of the sandbox upstream"
        )
    })?;
    let address = listener.local_addr()?;
    // A ledger in memory must not give out again the ids of an earlier run, which our ledger remembers.
    let id_seed = system_time().timestamp_micros().unsigned_abs();
    let config = SandboxConfig {
        data_folder,
        id_seed,
        webhook_secret: Some(secrets.webhook),
        ..SandboxConfig::new(secrets.api)
    };
    // Before anything is answered: a gateway whose PGs are not there must not start.
    let opened = portone_sandbox::open(config, Arc::new(system_time)).map_err(|error| {
        format!("the sandbox cannot start: {error}; stop what uses it, or move the folder away")
    })?;
    let stopped = stop.clone().cancelled_owned();
    tracker.spawn(async move { opened.serve(listener, stopped).await });
    Ok(address)
}

/// An upstream on a sandbox.
#[derive(Debug, Clone)]
pub(crate) struct SandboxUpstream {
    /// The upstream's name.
    pub(crate) name: String,
    /// Scheme and host of its sandbox.
    pub(crate) base_url: String,
    /// Which of the sandbox's faces it is.
    pub(crate) protocol: Protocol,
}

/// Tells the sandboxes of the channels that are on them.
pub(crate) struct SandboxChannels {
    client: reqwest::Client,
    sandboxes: Vec<SandboxUpstream>,
}

impl SandboxChannels {
    /// A teller for the upstreams on sandboxes.
    pub(crate) const fn new(sandboxes: Vec<SandboxUpstream>, client: reqwest::Client) -> Self {
        Self { client, sandboxes }
    }

    async fn tell(&self, sandbox: &SandboxUpstream, channel: &Channel) -> Result<(), reqwest::Error> {
        let (path, settings) = match sandbox.protocol {
            Protocol::PortOneV2 => ("sandbox/channels", settings(channel)),
            Protocol::IamportV1 => ("sandbox/v1/channels", v1_settings(channel)),
        };
        let url = format!("{}/{path}", sandbox.base_url);
        let reply = self.client.put(url).json(&settings).send().await?;
        reply.error_for_status().map(|_| ())
    }
}

#[async_trait]
impl DirectoryWatch for SandboxChannels {
    async fn directory_changed(&self, directory: &Directory) {
        for channel in directory.channels() {
            let Some(sandbox) = self.sandboxes.iter().find(|sandbox| sandbox.name == channel.upstream) else {
                continue;
            };
            if let Err(error) = self.tell(sandbox, channel).await {
                tracing::error!(channel = %channel.key, %error, "cannot tell the sandbox of the channel");
            }
        }
    }
}

/// A channel as the sandbox wants to know it.
fn settings(channel: &Channel) -> serde_json::Value {
    let facts = &channel.facts;
    let mut settings = json!({
        "key": channel.upstream_channel_key.as_ref().unwrap_or(&channel.key),
        "provider": channel.provider,
        "pgMerchantId": channel.pg_merchant_id,
        "environment": channel.environment,
    });
    let optional = [
        ("contracts", json!(channel.contracts)),
        ("mid_currency", json!(facts.mid_currency)),
        ("usd_enabled", json!(facts.usd_enabled)),
        ("keyin_requires_full_auth", json!(facts.keyin_requires_full_auth)),
    ];
    for (name, value) in optional.into_iter().filter(|(_, value)| !value.is_null()) {
        settings[name] = value;
    }
    settings
}

/// A channel as the sandbox's V1 face wants to know it: by the `pg` that requests name.
fn v1_settings(channel: &Channel) -> serde_json::Value {
    let provider = channel.provider.as_str();
    let pg = if provider.contains('.') {
        provider.to_owned()
    } else {
        format!("{}.{}", provider.to_ascii_lowercase(), channel.pg_merchant_id)
    };
    json!({
        "key": channel.upstream_channel_key.as_ref().unwrap_or(&channel.key),
        "pg": pg,
        "environment": channel.environment,
        "contracts": channel.contracts,
        "mid_currency": channel.facts.mid_currency,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sandbox_whose_journal_cannot_be_used_ends_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let begin = || {
            let secrets = Secrets { api: "sandbox-secret".to_owned(), webhook: "whsec_".to_owned() };
            let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
            let data = Some(folder.path().to_owned());
            async move { start(([127, 0, 0, 1], 0).into(), secrets, data, &tracker, &stop).await.map(|_| stop) }
        };
        let first = begin().await.unwrap();
        let second = begin().await.unwrap_err().to_string();
        assert!(
            second.contains("is in use by another process") && second.contains("move the folder away"),
            "{second}"
        );
        first.cancel();
    }
}
