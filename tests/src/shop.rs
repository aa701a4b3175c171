//! A shop: a sandbox and a gateway as two processes on one temporary folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::process::{Process, command, free_address};

/// The shop's store.
pub const STORE: &str = "store-tests";
/// The shop's API secret.
pub const API_SECRET: &str = "tests-api-secret";
/// The gateway's admin token.
pub const ADMIN_TOKEN: &str = "tests-admin-token";
/// The channel at Smartro, which has no card key-in.
pub const SMARTRO: &str = "channel-key-smartro";
/// The channel at KPN.
pub const KPN: &str = "channel-key-kpn";
/// The group of both channels, 50:50.
pub const GROUP: &str = "channel-group-test-pair";
/// The store's promotion: 1,000 won off 10,000 and more.
pub const PROMOTION: &str = "promotion-tests";
/// How long an upstream call may take, in milliseconds.
pub const DEADLINE_MS: u64 = 1_000;
/// How long after it the upstream may still be working, in milliseconds: wide, since a test may share its processors.
pub const LEASE_MARGIN_MS: u64 = 4_000;

/// What signs the webhooks of a shop that has some.
pub const WEBHOOK_SECRET: &str = "whsec_dGVzdHMtd2ViaG9vay1zZWNyZXQtb2YtdGhlLXNob3A=";

/// A URL nobody listens at: requests that name `noticeUrls` take its secret and never its place.
const WEBHOOKS: &str = r#"webhooks = [
  { url = "http://127.0.0.1:1/unused", secret = "whsec_dGVzdHMtd2ViaG9vay1zZWNyZXQtb2YtdGhlLXNob3A=", version = "2024-04-25", environment = "test" },
]
"#;

const UPSTREAM_SECRET: &str = "tests-upstream-secret";

/// A sandbox and a gateway on a folder of their own. Both end and the folder goes when it is dropped.
#[derive(Debug)]
pub struct Shop {
    /// The gateway.
    pub gateway: Gateway,
    /// Others on the same database.
    pub replicas: Vec<Gateway>,
    /// The sandbox.
    pub sandbox: Sandbox,
    // Last, so that it goes after the processes that write to it.
    folder: TempDir,
}

impl Shop {
    /// Starts both.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// Starts both; the shop signs its webhooks with [`WEBHOOK_SECRET`].
    pub async fn start_with_webhooks() -> Self {
        Self::start_with(WEBHOOKS).await
    }

    /// Starts both, with these lines among the store's settings.
    pub async fn start_with(store_settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sandbox = Sandbox::start(folder.path()).await;
        let gateway = Gateway::start(folder.path(), &sandbox, store_settings).await;
        Self { gateway, replicas: Vec::new(), sandbox, folder }
    }

    /// Starts several gateways on one database, with these lines among their store's settings.
    pub async fn start_on(database: &str, gateway_count: usize, store_settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sandbox = Sandbox::start(folder.path()).await;
        let mut gateways = Vec::new();
        for number in 0..gateway_count.max(1) {
            let name = format!("gateway{number}");
            gateways.push(Gateway::start_as(&name, folder.path(), &sandbox, database, store_settings).await);
        }
        let gateway = gateways.remove(0);
        Self { gateway, replicas: gateways, sandbox, folder }
    }

    /// Changes a line of the gateway's configuration, and starts the gateway again, after it has ended.
    pub async fn restart_with(&mut self, line: &str, changed: &str) {
        let path = self.folder.path().join("portone.toml");
        let settings = std::fs::read_to_string(&path).expect("is there");
        assert!(settings.contains(line), "there is no {line}");
        std::fs::write(&path, settings.replacen(line, changed, 1)).expect("is written");
        self.gateway.restart().await;
    }

    /// Every gateway.
    pub fn gateways(&mut self) -> Vec<&mut Gateway> {
        std::iter::once(&mut self.gateway).chain(&mut self.replicas).collect()
    }

    /// How many processes there are to kill.
    pub fn process_count(&self) -> usize {
        self.replicas.len() + 2
    }

    /// Kills one with SIGKILL, the gateways first in order and the sandbox last, and starts it anew.
    pub async fn kill_and_restart(&mut self, which: usize) {
        match self.gateways().into_iter().nth(which) {
            Some(gateway) => {
                gateway.kill().await;
                gateway.restart().await;
            }
            None => self.sandbox.kill_and_restart().await,
        }
    }

    /// The V2 API at every gateway.
    pub fn apis(&self) -> Vec<Api> {
        let gateways = std::iter::once(&self.gateway).chain(&self.replicas);
        gateways.map(|gateway| Api::new(&gateway.url, &format!("PortOne {API_SECRET}"))).collect()
    }

    /// Fails if one of the two has ended by itself: it explains whatever else went wrong.
    pub fn check_running(&mut self) {
        for gateway in self.gateways() {
            gateway.process.check_running();
        }
        self.check_sandbox_running();
    }

    /// Fails if the sandbox has ended.
    pub fn check_sandbox_running(&mut self) {
        self.sandbox.process.check_running();
    }

    /// Where everything is: `portone.toml`, `data`, `sandbox`, the logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The V2 API.
    pub fn api(&self) -> Api {
        Api::new(&self.gateway.url, &format!("PortOne {API_SECRET}"))
    }

    /// The admin API.
    pub fn admin(&self) -> Api {
        Api::new(&format!("{}/admin", self.gateway.url), &format!("Bearer {ADMIN_TOKEN}"))
    }

    /// The sandbox's control API.
    pub fn control(&self) -> Api {
        self.sandbox.control()
    }

    /// The upstream's own API, as the gateway sees it.
    pub fn upstream(&self) -> Api {
        Api::new(&self.sandbox.url, &format!("PortOne {UPSTREAM_SECRET}"))
    }

    /// Makes coming requests to the PGs go wrong.
    pub async fn fault(&self, fault: Value) {
        self.control().post("/faults", &fault).await.ok();
    }

    /// Takes back the faults no request has met.
    pub async fn clear_faults(&self) {
        self.control().delete("/faults").await.ok();
    }

    /// The PGs' own ledger.
    pub async fn ledger(&self) -> Value {
        self.control().get("/ledger").await.ok()
    }
}

/// The gateway's process.
#[derive(Debug)]
pub struct Gateway {
    process: Process,
    name: String,
    folder: PathBuf,
    /// Its address, which stays the same over restarts.
    pub url: String,
}

impl Gateway {
    /// Writes `portone.toml`, with these lines among its store's, into the folder and starts a gateway with it.
    pub async fn start(folder: &Path, sandbox: &Sandbox, store_settings: &str) -> Self {
        // Its file has the name that the commands look for.
        Self::start_as("portone", folder, sandbox, "sqlite:data/portone.db", store_settings).await
    }

    async fn start_as(
        name: &str,
        folder: &Path,
        sandbox: &Sandbox,
        database: &str,
        store_settings: &str,
    ) -> Self {
        let listen = free_address();
        let settings = configuration(listen, database, &sandbox.url, store_settings);
        std::fs::write(folder.join(format!("{name}.toml")), settings).expect("a writable folder");
        let process = Self::spawn(folder, name);
        let (name, folder) = (name.to_owned(), folder.to_owned());
        let mut gateway = Self { process, name, folder, url: format!("http://{listen}") };
        gateway.process.wait_healthy(&format!("{}/health", gateway.url)).await;
        gateway
    }

    fn spawn(folder: &Path, name: &str) -> Process {
        let mut serve = command(folder);
        serve.args(["serve", "--config", &format!("{name}.toml")]).env("PORTONE_LOG", "debug");
        let name = if name == "portone" { "gateway" } else { name };
        Process::spawn(serve, folder, name)
    }

    /// Kills it with SIGKILL.
    pub async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Starts it anew on the same folder and address, after it has ended.
    pub async fn restart(&mut self) {
        self.process = Self::spawn(&self.folder, &self.name);
        self.process.wait_healthy(&format!("{}/health", self.url)).await;
    }

    /// Asks it to stop with SIGTERM.
    pub async fn terminate(&self) {
        self.process.terminate().await;
    }

    /// Waits until it has ended.
    pub async fn wait_ended(&mut self) -> ExitStatus {
        self.process.wait_ended().await
    }

    /// Everything it has logged, over restarts.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// The sandbox's process, which keeps its ledger in the folder.
#[derive(Debug)]
pub struct Sandbox {
    process: Process,
    folder: PathBuf,
    listen: SocketAddr,
    /// Its address, which stays the same over restarts.
    pub url: String,
}

impl Sandbox {
    /// Starts a sandbox that keeps its ledger in `<folder>/sandbox`.
    pub async fn start(folder: &Path) -> Self {
        let listen = free_address();
        let process = Self::spawn(folder, listen);
        let mut sandbox =
            Self { process, folder: folder.to_owned(), listen, url: format!("http://{listen}") };
        sandbox.wait_healthy().await;
        sandbox
    }

    /// Kills it with SIGKILL, and starts it anew on the same folder and address. It forgets its faults.
    pub async fn kill_and_restart(&mut self) {
        self.process.kill().await;
        self.process = Self::spawn(&self.folder, self.listen);
        self.wait_healthy().await;
    }

    fn spawn(folder: &Path, listen: SocketAddr) -> Process {
        let mut sandbox = command(folder);
        sandbox.args(["sandbox", "--data", "sandbox", "--listen", &listen.to_string()]);
        sandbox.env("PORTONE_SANDBOX_SECRET", UPSTREAM_SECRET).env("PORTONE_LOG", "debug");
        Process::spawn(sandbox, folder, "sandbox")
    }

    async fn wait_healthy(&mut self) {
        self.process.wait_healthy(&format!("{}/sandbox/health", self.url)).await;
    }

    /// Its control API.
    pub fn control(&self) -> Api {
        Api::new(&format!("{}/sandbox", self.url), "")
    }
}

fn configuration(listen: SocketAddr, database: &str, sandbox_url: &str, store_settings: &str) -> String {
    format!(
        r#"
listen = "{listen}"
database = "{database}"
admin_token = "{ADMIN_TOKEN}"
upstream_deadline_ms = {DEADLINE_MS}
lease_margin_ms = {LEASE_MARGIN_MS}
verify_after_ms = 500
webhook_private_targets = true
card_bins.LOTTE_CARD = ["512345"]

[upstreams.sandbox]
kind = "sandbox"
url = "{sandbox_url}"
api_secret = "{UPSTREAM_SECRET}"

[[stores]]
id = "{STORE}"
name = "Tests"
api_secrets = ["{API_SECRET}"]
promotions = [
  {{ id = "{PROMOTION}", name = "Tests", card_company = "LOTTE_CARD", currency = "KRW", discounts = [{{ amount_from = 10_000, amount = 1_000 }}], total_budget = 1_000_000, recover_option = "RECOVER", start_at = "2026-01-01T00:00:00Z", end_at = "2126-01-01T00:00:00Z", created_at = "2026-01-01T00:00:00Z" }},
]
{store_settings}
[[stores.channels]]
key = "{SMARTRO}"
name = "Smartro"
provider = "SMARTRO_V2"
pg_merchant_id = "SMTPAY001m"
environment = "test"
upstream = "sandbox"
card_promotions = [
  {{ id = "pg-tests", card_company = "LOTTE_CARD", discount_amount = 5_000, minimum_payment_amount = 50_000 }},
]

[[stores.channels]]
key = "{KPN}"
name = "KPN"
provider = "KPN"
pg_merchant_id = "KPNTEST01m"
environment = "test"
upstream = "sandbox"

[[stores.channel_groups]]
id = "{GROUP}"
name = "Pair 50:50"
environment = "test"
channels = [
  {{ key = "{SMARTRO}", weight = 50 }},
  {{ key = "{KPN}", weight = 50 }},
]
"#
    )
}
