//! The demo: the binary as it starts without a configuration, on free ports and in a temporary folder.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;
use crate::process::{Process, command, free_address};

/// The demo with its shop: KPN and Smartro on the sandbox's V2 face, NICE and Paymentwall on its V1 face.
#[derive(Debug)]
pub struct Demo {
    process: Process,
    /// The gateway's address.
    pub url: String,
    /// The sandbox's address.
    pub sandbox_url: String,
    // Last, so that it goes after the process that writes to it.
    _folder: TempDir,
}

impl Demo {
    /// The shop's V2 API secret.
    pub const API_SECRET: &str = "sandbox-api-secret";
    /// The shop's V1 key.
    pub const V1_KEY: &str = "imp_apikey";
    /// The secret of the shop's V1 key.
    pub const V1_SECRET: &str = "imp_secret";
    /// The gateway's admin token.
    pub const ADMIN_TOKEN: &str = "sandbox-admin-token";
    /// The shop's channel group: Smartro and KPN.
    pub const GROUP: &str = "channel-group-test-demo";

    /// Starts it.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (listen, sandbox) = (free_address(), free_address());
        let mut demo = command(folder.path());
        demo.env("PORTONE_LISTEN", listen.to_string()).env("PORTONE_SANDBOX_LISTEN", sandbox.to_string());
        let mut process = Process::spawn(demo, folder.path(), "demo");
        process.wait_healthy(&format!("http://{listen}/health")).await;
        Self {
            process,
            url: format!("http://{listen}"),
            sandbox_url: format!("http://{sandbox}"),
            _folder: folder,
        }
    }

    /// The V2 API.
    pub fn api(&self) -> Api {
        Api::new(&self.url, &format!("PortOne {}", Self::API_SECRET))
    }

    /// The V1 API, with a token of the shop's key.
    pub async fn v1(&self) -> Api {
        Api::new(&format!("{}/v1", self.url), &self.v1_token().await)
    }

    /// A token of the shop's V1 key.
    pub async fn v1_token(&self) -> String {
        let key = json!({"imp_key": Self::V1_KEY, "imp_secret": Self::V1_SECRET});
        let answer = Api::new(&format!("{}/v1", self.url), "").post("/users/getToken", &key).await.ok();
        answer["response"]["access_token"].as_str().expect("a token").to_owned()
    }

    /// The admin API.
    pub fn admin(&self) -> Api {
        Api::new(&format!("{}/admin", self.url), &format!("Bearer {}", Self::ADMIN_TOKEN))
    }

    /// The sandbox's control API.
    pub fn control(&self) -> Api {
        Api::new(&format!("{}/sandbox", self.sandbox_url), "")
    }

    /// What the V1 PGs hold of one payment: its attempts.
    pub async fn v1_attempts(&self, payment_id: &str) -> Vec<Value> {
        let ledger = self.control().get("/v1/payments").await.ok();
        let payments = ledger["payments"].as_array().expect("payments").clone();
        payments.into_iter().filter(|payment| payment["merchant_uid"] == payment_id).collect()
    }

    /// Fails if it has ended by itself.
    pub fn check_running(&mut self) {
        self.process.check_running();
    }

    /// Ends it as an operator does.
    pub async fn stop(mut self) {
        self.process.terminate().await;
        assert!(self.process.wait_ended().await.success(), "{}", self.process.log());
    }
}
