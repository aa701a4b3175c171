//! `portone serve`: puts the pieces together, and takes them apart again without losing anything.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use metrics_exporter_prometheus::PrometheusBuilder;
use portone_core::{ChannelKey, Credentials, Protocol, Upstream};
use portone_engine::port::Clock;
use portone_engine::{Engine, EngineConfig, Ports};
use portone_gateway::{GatewayConfig, LiveUpstream, PassThrough, StoreAccess, V1Access, V1Key};
use portone_http::{Forwarder, HttpConfig, HttpTransport, HttpWebhookSender, WebhookConfig};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::cli::{CheckArgs, ServeArgs};
use crate::clock::ClockControl;
use crate::config::{Config, DatabaseConfig, SANDBOX_WEBHOOK_SECRET, UpstreamConfig, V1Place};
use crate::listen::{PATIENCE, answer, bind};
use crate::sandbox::{SandboxChannels, SandboxUpstream, Secrets};
use crate::system::{Failure, SystemRandom, stop_on_signal};
use crate::{banner, demo, duties, notices, sandbox};

/// Runs a gateway until it is told to stop; then requests under way are finished first.
pub(crate) async fn serve(args: ServeArgs) -> Result<(), Failure> {
    let is_demo = args.config.is_none();
    let config = configuration(&args)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let stop = stop_on_signal();
    let tracker = TaskTracker::new();
    let sandboxes = Sandboxes::default();
    // Bind before anything else: a taken port is the most common mistake, and must leave nothing behind.
    let listener = bind(config.listen, "--listen").await?;
    let listener_v1 = match config.listen_v1 {
        Some(listen) => Some(bind(listen, "listen_v1").await?),
        None => None,
    };
    let (upstreams, started) = start_upstreams(&config, &sandboxes).await?;
    let sandbox_address = started.iter().find_map(|(_, address)| *address);
    let outbox = Arc::new(Notify::new());
    let (engine, clock, transport) = start_engine(&config, upstreams, started, &outbox).await?;
    let private_targets = config.webhook_private_targets;
    let sender = HttpWebhookSender::new(WebhookConfig { private_targets, ..WebhookConfig::default() })?;
    duties::start(&engine, &tracker, &stop);
    duties::deliver(&engine, sender, &outbox, &tracker, &stop);
    let gateway = gateway_config(&config, engine, clock, &transport, &tracker, is_demo)?;
    let faces = portone_gateway::faces(gateway);
    if is_demo {
        println!("{}", banner::demo(&config, sandbox_address));
    } else {
        println!("portone is ready on {}", config.public_url);
    }
    let v1 = listener_v1.map(|listener| tokio::spawn(answer(listener, faces.v1, PATIENCE, stop.clone())));
    answer(listener, faces.all, PATIENCE, stop.clone()).await;
    if let Some(v1) = v1 {
        v1.await?;
    }
    tracing::info!("stopping: requests under way are finished");
    stop.cancel();
    tracker.close();
    tracker.wait().await;
    // Last: requests under way needed it.
    sandboxes.stop.cancel();
    sandboxes.tracker.close();
    sandboxes.tracker.wait().await;
    Ok(())
}

/// The sandboxes in this process, which outlive the requests that are on their way to them.
#[derive(Default)]
struct Sandboxes {
    tracker: TaskTracker,
    stop: CancellationToken,
}

/// `portone check`: says every mistake of a file, or what it declares.
pub(crate) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config)?;
    println!("{}: no mistakes", args.config.display());
    for warning in config.warnings() {
        println!("  warning: {warning}");
    }
    println!("  upstreams: {}", config.upstreams.keys().cloned().collect::<Vec<_>>().join(", "));
    for store in &config.stores {
        println!(
            "  store {} ({}): {} channels, {} channel groups",
            store.declared.id,
            store.declared.name,
            store.declared.channels.len(),
            store.declared.groups.len()
        );
        let channels = || store.declared.channels.iter().map(|(channel, _)| channel);
        for (group, _) in &store.declared.groups {
            let find = |key: &ChannelKey| channels().find(|channel| channel.key == *key);
            // Only the running gateway knows which PGs are new in a group (rule SR-012).
            for violation in portone_router::advise(group, Some(group), find).violations {
                println!("  advice for {}: {violation}", group.id);
            }
        }
    }
    Ok(())
}

/// The file's configuration, or the demo's, with what the command line overrides.
pub(crate) fn configuration(args: &ServeArgs) -> Result<Config, Failure> {
    let mut config = match &args.config {
        Some(path) => Config::load(path)?,
        None => demo::config()?,
    };
    if let Some(listen) = args.listen {
        if config.public_url == format!("http://{}", config.listen) {
            config.public_url = format!("http://{listen}");
        }
        config.listen = listen;
    }
    if let Some(url) = &args.database {
        config.database = DatabaseConfig::parse(url).map_err(|problem| format!("the database {problem}"))?;
    }
    if let Some(sandbox_listen) = args.sandbox_listen {
        // Of several sandboxes only one could have the address; the others then fail to bind, and say so.
        for upstream in config.upstreams.values_mut() {
            if let UpstreamConfig::Sandbox { listen: Some(listen), .. } = upstream {
                *listen = sandbox_listen;
            }
        }
    }
    Ok(config)
}

/// An upstream of the sandbox: its name, and its address where it runs in this process.
type StartedSandbox = (SandboxUpstream, Option<SocketAddr>);

async fn start_upstreams(
    config: &Config,
    here: &Sandboxes,
) -> Result<(BTreeMap<String, Upstream>, Vec<StartedSandbox>), Failure> {
    let mut upstreams = BTreeMap::new();
    let mut sandboxes: Vec<StartedSandbox> = Vec::new();
    for (name, upstream) in &config.upstreams {
        let (base_url, credentials) = match upstream {
            UpstreamConfig::PortOneV2 { base_url, api_secret, webhook_secret } => {
                let (api_secret, webhook_secret) = (api_secret.clone(), webhook_secret.clone());
                (base_url.clone(), Credentials::PortOneV2 { api_secret, webhook_secret })
            }
            // Those of a sandbox come after it: they need its address.
            UpstreamConfig::IamportV1 { .. } => continue,
            UpstreamConfig::Sandbox { listen, url, api_secret, webhook_secret } => {
                let webhook_secret = webhook_secret.clone().unwrap_or_else(|| match listen {
                    Some(_) => notices::new_secret(&SystemRandom),
                    None => SANDBOX_WEBHOOK_SECRET.into(),
                });
                let folder = config.database.folder().join(format!("sandbox-{name}"));
                let address = match listen {
                    Some(listen) => {
                        let secrets = Secrets {
                            api: api_secret.expose().clone(),
                            webhook: webhook_secret.expose().clone(),
                        };
                        Some(sandbox::start(*listen, secrets, Some(folder), &here.tracker, &here.stop).await?)
                    }
                    None => None,
                };
                let started = address.map(|address| format!("http://{address}"));
                let base_url = started.or_else(|| url.clone()).unwrap_or_default();
                let protocol = Protocol::PortOneV2;
                let sandbox = SandboxUpstream { name: name.clone(), base_url: base_url.clone(), protocol };
                sandboxes.push((sandbox, address));
                let api_secret = api_secret.clone();
                (base_url, Credentials::PortOneV2 { api_secret, webhook_secret: Some(webhook_secret) })
            }
        };
        let is_signed = matches!(&credentials, Credentials::PortOneV2 { webhook_secret: Some(_), .. });
        let notice_url = notices::notice_url(name, &config.public_url, &base_url, is_signed);
        upstreams.insert(name.clone(), Upstream { base_url, credentials, notice_url });
    }
    for (name, upstream) in &config.upstreams {
        let UpstreamConfig::IamportV1 { at, imp_key, imp_secret, .. } = upstream else { continue };
        let base_url = match at {
            V1Place::Url(url) => url.clone(),
            V1Place::Sandbox(of) => {
                let started = sandboxes.iter().find(|(sandbox, _): &&StartedSandbox| sandbox.name == *of);
                let (sandbox, address) = started.ok_or("the sandbox of a V1 upstream is not declared")?;
                let base_url = format!("{}/v1", sandbox.base_url);
                let protocol = Protocol::IamportV1;
                let face = SandboxUpstream { name: name.clone(), protocol, ..sandbox.clone() };
                sandboxes.push((face, *address));
                base_url
            }
        };
        let credentials = Credentials::IamportV1 { imp_key: imp_key.clone(), imp_secret: imp_secret.clone() };
        // Nothing signs what a V1 upstream says: it is believed after an inquiry.
        let notice_url = notices::notice_url(name, &config.public_url, &base_url, true);
        upstreams.insert(name.clone(), Upstream { base_url, credentials, notice_url });
    }
    Ok((upstreams, sandboxes))
}

async fn start_engine(
    config: &Config,
    upstreams: BTreeMap<String, Upstream>,
    sandboxes: Vec<StartedSandbox>,
    outbox: &Arc<Notify>,
) -> Result<(Arc<Engine>, Arc<ClockControl>, HttpTransport), Failure> {
    let folder = config.database.folder();
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make the data folder {}: {error}", folder.display()))?;
    let sandboxes: Vec<_> = sandboxes.into_iter().map(|(sandbox, _)| sandbox).collect();
    let virtual_upstreams = sandboxes.iter().map(|sandbox| sandbox.name.clone()).collect();
    let store = Arc::new(config.database.open(config.keyring.clone())?);
    if !store.is_sealed_throughout().await? {
        tracing::warn!(
            "secrets in the database are not sealed with encryption_key yet: run `portone rotate-key`"
        );
    }
    let queued = Arc::clone(outbox);
    store.watch_outbox(move || queued.notify_one()).await?;
    // First of all clients: it chooses the provider of TLS for the process, without which none can be built.
    let transport = HttpTransport::new(&HttpConfig::default())?;
    // One for all that sandboxes are told: each client reads and keeps the system's certificates.
    let control = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    // A sandbox of two faces has one clock.
    let v2 = sandboxes.iter().filter(|sandbox| sandbox.protocol == Protocol::PortOneV2);
    let urls = v2.map(|sandbox| sandbox.base_url.clone()).collect();
    let clock = Arc::new(ClockControl::start(Arc::clone(&store), urls, control.clone()).await?);
    let ports = Ports {
        store,
        transport: Arc::new(transport.clone()),
        clock: Arc::clone(&clock.clock) as Arc<dyn Clock>,
        random: Arc::new(SystemRandom),
        watch: Some(Arc::new(SandboxChannels::new(sandboxes, control))),
    };
    let declared = config.stores.iter().map(|store| store.declared.clone()).collect();
    let settings = EngineConfig { virtual_upstreams, ..config.engine.clone() };
    let engine = Engine::start(ports, settings, upstreams, declared).await?;
    let engine = engine.with_confirm_process(Arc::new(confirm_sender(config.webhook_private_targets)?));
    if engine.ahead_seconds() > 0 {
        engine.check_clock_movable()?;
        tracing::warn!(ahead_seconds = engine.ahead_seconds(), "the clock is ahead of the time of day");
    }
    Ok((Arc::new(engine), clock, transport))
}

/// Asks shops before approvals: within 10 s in all (rule V2-111 tells no time of V2's, and V1-102 tells that of V1).
fn confirm_sender(private_targets: bool) -> Result<HttpWebhookSender, Failure> {
    let whole_timeout = Duration::from_secs(10);
    Ok(HttpWebhookSender::new(WebhookConfig { private_targets, whole_timeout, ..WebhookConfig::default() })?)
}

fn gateway_config(
    config: &Config,
    engine: Arc<Engine>,
    clock: Arc<ClockControl>,
    transport: &HttpTransport,
    tracker: &TaskTracker,
    is_demo: bool,
) -> Result<GatewayConfig, Failure> {
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let stores = config.stores.iter().map(|store| StoreAccess {
        id: store.id().clone(),
        name: store.declared.name.clone(),
        api_secrets: store.api_secrets.clone(),
        manual_approval: store.manual_approval,
        v1: V1Access {
            keys: store
                .v1
                .keys
                .iter()
                .map(|(key, secret)| V1Key { key: key.clone(), secret: secret.clone() })
                .collect(),
            user_code: store.v1.user_code.clone(),
            default_channel: store.v1.default_channel.clone(),
        },
    });
    Ok(GatewayConfig {
        engine,
        stores: stores.collect(),
        public_url: config.public_url.clone(),
        admin_token: config.admin_token.clone(),
        tracker: tracker.clone(),
        clock: Some(clock),
        metrics: Some(Arc::new(move || metrics.render())),
        pass_through: Some(pass_through(config, transport)),
        rate_limit: config.rate_limit,
        upstream_user_codes: user_codes(config),
        demo_store: config.stores.first().filter(|_| is_demo).map(|store| store.id().clone()),
    })
}

/// What the browser SDK of each V1 upstream is started with.
fn user_codes(config: &Config) -> BTreeMap<String, String> {
    let code = |(name, upstream): (&String, &UpstreamConfig)| match upstream {
        UpstreamConfig::IamportV1 { user_code: Some(code), .. } => Some((name.clone(), code.clone())),
        _ => None,
    };
    config.upstreams.iter().filter_map(code).collect()
}

/// The upstreams that requests are passed on to which this gateway does not serve.
fn pass_through(config: &Config, transport: &HttpTransport) -> PassThrough {
    let live = |(name, upstream): (&String, &UpstreamConfig)| match upstream {
        UpstreamConfig::PortOneV2 { base_url, api_secret, .. } => {
            let live = LiveUpstream { base_url: base_url.clone(), api_secret: api_secret.clone() };
            Some((name.clone(), live))
        }
        UpstreamConfig::Sandbox { .. } | UpstreamConfig::IamportV1 { .. } => None,
    };
    let upstreams = config.upstreams.iter().filter_map(live).collect();
    PassThrough { forwarder: Forwarder::of(transport), upstreams }
}
