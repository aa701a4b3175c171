//! The binary as processes: where it is, how one is started, watched and ended.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use reqwest::Method;
use tokio::process::{Child, Command};

use crate::api::Api;
use crate::wait::{PATIENCE, eventually};

/// Where the binary is.
pub fn binary() -> PathBuf {
    let path = std::env::var_os("PORTONE_BIN").map_or_else(beside_the_test, PathBuf::from);
    assert!(
        path.is_file(),
        "{} is missing: build it first with `cargo build -p portone`, or set PORTONE_BIN",
        path.display()
    );
    path
}

/// A test's executable is in `<target>/<profile>/deps`, the binary one folder up.
fn beside_the_test() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its own path");
    let profile = test.ancestors().nth(2).expect("the test is in the target folder");
    profile.join(format!("portone{}", std::env::consts::EXE_SUFFIX))
}

/// The binary, to be run in `folder` without what the caller's environment says of `PORTONE_*`.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PORTONE_")) {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs a command to its end; what it printed.
pub async fn run(command: &mut Command) -> Output {
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    output.unwrap_or_else(|_| panic!("it does not end: {command:?}")).expect("a command that can be started")
}

const PORT_FIRST: u16 = 20_000;
const PORT_COUNT: u16 = 10_000;

/// A loopback address nobody listens on. Its port lies below those the system gives to outgoing connections: one of
/// them could take it while its gateway is down.
pub fn free_address() -> SocketAddr {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    // Test processes run side by side, so each begins elsewhere.
    let own = u16::try_from(std::process::id() % u32::from(PORT_COUNT)).unwrap_or(0).wrapping_mul(37);
    let mut ports = std::iter::repeat_with(|| {
        PORT_FIRST + own.wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed)) % PORT_COUNT
    });
    let port = ports
        .by_ref()
        .take(usize::from(PORT_COUNT))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    SocketAddr::from((Ipv4Addr::LOCALHOST, port.expect("a free port")))
}

/// A running process whose output is in files of its folder.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Process {
    /// Starts a command in `folder`; what it prints is appended to `<name>.out` and `<name>.log` there.
    pub fn spawn(mut command: Command, folder: &Path, name: &str) -> Self {
        let stdout = folder.join(format!("{name}.out"));
        let stderr = folder.join(format!("{name}.log"));
        let child = command.stdout(appending(&stdout)).stderr(appending(&stderr)).spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Self { child, name: name.to_owned(), stdout, stderr }
    }

    /// Waits until it answers 200 at a health path.
    pub async fn wait_healthy(&mut self, url: &str) {
        let health = Api::new(url, "");
        let what = format!("{} answers at {url}", self.name);
        eventually(&what, PATIENCE, async || {
            self.check_running();
            let answer = health.try_send(Method::GET, "", None).await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    /// Fails if it has ended.
    pub fn check_running(&mut self) {
        if let Some(status) = self.child.try_wait().expect("a child") {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(10).collect();
            panic!("{} ended with {status}; its last words, latest first:\n{}", self.name, last.join("\n"));
        }
    }

    /// Kills it with SIGKILL and waits until it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("to kill one's own child");
    }

    /// Asks it to stop with SIGTERM.
    pub async fn terminate(&self) {
        let id = self.child.id().expect("a running process").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.expect("the command kill");
        assert!(sent.success(), "cannot signal {}", self.name);
    }

    /// Waits until it has ended.
    pub async fn wait_ended(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("{} does not end: {}", self.name, self.log())).expect("a child")
    }

    /// What it has printed on standard output.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(&self.stdout).unwrap_or_default()
    }

    /// What it has logged on standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap_or_default()
    }
}

fn appending(path: &Path) -> File {
    let file = File::options().create(true).append(true).open(path);
    file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
