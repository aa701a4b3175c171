//! The gateway under measurement: two processes of the real binary, the gateway on SQLite and the sandbox it calls.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, time::Duration};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Failure;
use crate::client::{PaymentRequest, fetch};
use crate::process::{Server, free_address};

/// Its declaration, with words in braces to fill in.
const CONFIGURATION: &str = include_str!("../gateway.toml");
const API_SECRET: &str = "bench-api-secret";
const UPSTREAM_SECRET: &str = "bench-upstream-secret";

/// The gateway and its sandbox.
#[derive(Debug)]
pub(crate) struct Gateway {
    /// The gateway's process.
    pub(crate) server: Server,
    /// The sandbox's process, with its ledger in memory.
    pub(crate) sandbox: Server,
    binary: PathBuf,
    folder: PathBuf,
}

impl Gateway {
    /// Starts the sandbox, then a gateway on an empty data folder inside `folder`: it, and how long it took until it
    /// answered.
    pub(crate) async fn start(binary: &Path, folder: &Path) -> Result<(Self, Duration), Failure> {
        let sandbox_address = free_address()?;
        let mut command = Command::new(binary);
        command.args(["sandbox", "--listen", &sandbox_address.to_string(), "--api-secret", UPSTREAM_SECRET]);
        let log = folder.join("sandbox.log");
        let mut sandbox = Server::start("sandbox", sandbox_address, &mut command, &log)?;
        sandbox.wait_ready("/sandbox/health").await?;
        let address = free_address()?;
        fs::create_dir_all(folder.join("data"))?;
        let database = folder.join("data/portone.db").display().to_string();
        let configuration = CONFIGURATION
            .replace("{listen}", &address.to_string())
            .replace("{database}", &database)
            .replace("{sandbox}", &format!("http://{sandbox_address}"));
        fs::write(folder.join("portone.toml"), configuration)?;
        let (server, ready) = start_gateway(binary, folder, address).await?;
        let (binary, folder) = (binary.to_owned(), folder.to_owned());
        Ok((Self { server, sandbox, binary, folder }, ready))
    }

    /// Stops the gateway and starts it anew on what it left behind: how long that took until it answered, and how many
    /// bytes its files had while it was stopped.
    pub(crate) async fn restart(mut self) -> Result<(Self, Duration, u64), Failure> {
        let address = self.server.address;
        self.server.stop().await?;
        let byte_count = bytes_in(&self.folder.join("data"))?;
        let (server, ready) = start_gateway(&self.binary, &self.folder, address).await?;
        self.server = server;
        Ok((self, ready, byte_count))
    }
}

async fn start_gateway(
    binary: &Path,
    folder: &Path,
    address: SocketAddr,
) -> Result<(Server, Duration), Failure> {
    let mut command = Command::new(binary);
    command.arg("serve").arg("--config").arg(folder.join("portone.toml"));
    // What a developer has set must not change what is measured.
    for name in ["PORTONE_CONFIG", "PORTONE_LISTEN", "PORTONE_DATABASE", "PORTONE_LOG"] {
        command.env_remove(name);
    }
    let mut server = Server::start("gateway", address, &mut command, &folder.join("gateway.log"))?;
    let ready = server.wait_ready("/health").await?;
    Ok((server, ready))
}

fn bytes_in(folder: &Path) -> Result<u64, Failure> {
    let mut byte_count = 0;
    for entry in fs::read_dir(folder)? {
        byte_count += entry?.metadata()?.len();
    }
    Ok(byte_count)
}

/// A key-in payment through the channel group.
pub(crate) fn payment_through_group() -> PaymentRequest {
    payment(API_SECRET, r#""channelGroupId":"channel-group-bench""#)
}

/// The same payment as the gateway would send it to the sandbox.
pub(crate) fn payment_at_sandbox() -> PaymentRequest {
    payment(UPSTREAM_SECRET, r#""channelKey":"channel-key-kpn""#)
}

fn payment(secret: &str, selector: &str) -> PaymentRequest {
    let card = r#"{"number":"4242424242424242","expiryYear":"29","expiryMonth":"12","birthOrBusinessRegistrationNumber":"900101","passwordTwoDigits":"00"}"#;
    let body = format!(
        r#"{{{selector},"orderName":"Monthly pass","amount":{{"total":8900}},"currency":"KRW","customer":{{"name":{{"full":"Kim Port"}}}},"method":{{"card":{{"credential":{card}}}}}}}"#
    );
    PaymentRequest::new(secret, &body)
}

#[derive(Debug, Deserialize)]
struct SandboxLedger {
    payments: Vec<IgnoredAny>,
    totals: Totals,
}

#[derive(Debug, Deserialize)]
struct Totals {
    charges: u64,
}

/// Fails unless the sandbox's PGs have charged exactly as many payments as were accepted.
pub(crate) async fn check_ledger(sandbox: &Server, accepted: u64) -> Result<(), Failure> {
    let (status, body) = fetch(sandbox.address, "/sandbox/ledger").await?;
    if status != 200 {
        return Err(format!("the sandbox's ledger was answered {status}").into());
    }
    let ledger: SandboxLedger = serde_json::from_slice(&body)?;
    let payments = ledger.payments.len() as u64;
    if (payments, ledger.totals.charges) != (accepted, accepted) {
        let charges = ledger.totals.charges;
        let text =
            format!("{accepted} payments were accepted; the PGs have {payments} and charged {charges}");
        return Err(text.into());
    }
    Ok(())
}
