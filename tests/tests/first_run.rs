//! What somebody does first: the binary without arguments, the line it prints, and its other commands.

use std::path::Path;
use std::process::Output;

use portone_tests::{Api, PATIENCE, Process, command, eventually, free_address, run};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// The demo shop, as the binary starts it in an empty folder.
struct Demo {
    process: Process,
    url: String,
    sandbox: Api,
    folder: TempDir,
}

impl Demo {
    async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder")).await
    }

    async fn start_in(folder: TempDir) -> Self {
        let (listen, sandbox) = (free_address(), free_address());
        let mut process = Self::spawn(folder.path(), &listen.to_string(), &sandbox.to_string());
        let url = format!("http://{listen}");
        process.wait_healthy(&format!("{url}/health")).await;
        let sandbox = Api::new(&format!("http://{sandbox}/sandbox"), "");
        Self { process, url, sandbox, folder }
    }

    fn spawn(folder: &Path, listen: &str, sandbox: &str) -> Process {
        let mut demo = command(folder);
        demo.env("PORTONE_LISTEN", listen).env("PORTONE_SANDBOX_LISTEN", sandbox);
        Process::spawn(demo, folder, "demo")
    }

    fn api(&self) -> Api {
        Api::new(&self.url, "PortOne sandbox-api-secret")
    }

    /// Stops it, and gives the folder back.
    async fn stop(mut self) -> TempDir {
        self.process.terminate().await;
        assert!(self.process.wait_ended().await.success(), "{}", self.process.log());
        self.folder
    }
}

#[tokio::test]
async fn the_printed_line_pays_when_it_is_pasted_and_a_restart_keeps_the_payment() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "curl is missing");
        eprintln!("THE PRINTED LINES WERE NOT RUN: curl is missing");
        return;
    }
    let demo = Demo::start().await;
    let paste = pasted_lines(&demo.process.printed());
    let output = run(Command::new("sh").args(["-c", &paste])).await;
    let answers = String::from_utf8(output.stdout).expect("UTF-8");
    let mut answers = serde_json::Deserializer::from_str(&answers).into_iter::<Value>();
    let mut next = || answers.next().expect("an answer to each curl line").expect("JSON");
    let (paid, payment, routing) = (next(), next(), next());
    assert!(paid["payment"]["pgTxId"].is_string(), "{paid}");
    assert_eq!(payment["status"], "PAID", "{payment}");
    assert_eq!(payment["pgTxId"], paid["payment"]["pgTxId"]);
    assert_eq!(routing["items"][0]["channelKey"], payment["channel"]["key"], "{routing}");

    let id = payment["id"].as_str().expect("id").to_owned();
    let again = Demo::start_in(demo.stop().await).await;
    let kept = again.api().get(&format!("/payments/{id}")).await.ok();
    assert_eq!((&kept["status"], &kept["pgTxId"]), (&payment["status"], &payment["pgTxId"]));
    let cancelled =
        again.api().post(&format!("/payments/{id}/cancel"), &json!({"reason": "enough seen"})).await;
    assert_eq!(cancelled.ok()["cancellation"]["status"], "SUCCEEDED");
}

/// Every line from the first assignment to the last command, as one would paste them.
fn pasted_lines(banner: &str) -> String {
    let from = banner.find("PAYMENT_ID=").unwrap_or_else(|| panic!("no PAYMENT_ID in {banner}"));
    let lines = banner[from..].lines().map(str::trim_start);
    let is_shell =
        |line: &&str| ["PAYMENT_ID=", "curl ", "-H ", "-d "].iter().any(|start| line.starts_with(start));
    let lines: Vec<&str> = lines.filter(is_shell).collect();
    assert!(lines.iter().filter(|line| line.starts_with("curl ")).count() == 3, "{banner}");
    lines.join("\n")
}

#[tokio::test]
async fn a_stop_lets_a_payment_under_way_finish() {
    let mut demo = Demo::start().await;
    let delay = json!({
        "command": "PAY_INSTANTLY", "kind": "delay", "delay_ms": 1_000, "booked": true, "requests": 1
    });
    demo.sandbox.post("/faults", &delay).await.ok();
    let (api, body) = (demo.api(), card_payment());
    let paying = tokio::spawn(async move { api.post("/payments/underway1/instant", &body).await });
    eventually("the payment is at the PG", PATIENCE, async || {
        let faults = demo.sandbox.get("/faults").await.ok();
        faults["faults"].as_array().expect("faults").is_empty().then_some(())
    })
    .await;
    demo.process.terminate().await;
    let answer = paying.await.expect("an answer");
    assert!(answer.ok()["payment"]["pgTxId"].is_string());
    assert!(demo.process.wait_ended().await.success(), "{}", demo.process.log());
    let again = Demo::start_in(demo.folder).await;
    assert_eq!(again.api().get("/payments/underway1").await.ok()["status"], "PAID");
}

fn card_payment() -> Value {
    json!({
        "channelGroupId": "channel-group-test-demo",
        "orderName": "Monthly pass",
        "amount": {"total": 8_900},
        "currency": "KRW",
        "customer": {"name": {"full": "Kim Port"}},
        "method": {"card": {"credential": {
            "number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
            "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"
        }}}
    })
}

#[tokio::test]
async fn a_second_gateway_on_the_same_folder_is_refused() {
    let demo = Demo::start().await;
    let (listen, sandbox) = (free_address().to_string(), free_address().to_string());
    let mut second = command(demo.folder.path());
    second.env("PORTONE_LISTEN", listen).env("PORTONE_SANDBOX_LISTEN", sandbox);
    let output = run(&mut second).await;
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    // The log is written by a thread of its own, which may come last.
    let line = told.lines().find(|line| line.starts_with("portone: ")).unwrap_or_default();
    assert!(line.contains("portone-data"), "{told}");
    assert!(line.contains("another"), "it says why: {told}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("ready"));
    // The first one goes on as if nothing had been.
    demo.api().post("/payments/stillhere1/instant", &card_payment()).await.ok();
}

#[tokio::test]
async fn a_taken_address_is_refused_and_leaves_nothing_behind() {
    let demo = Demo::start().await;
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let mut second = command(elsewhere.path());
    second.env("PORTONE_LISTEN", demo.url.trim_start_matches("http://"));
    let output = run(second.env("PORTONE_SANDBOX_LISTEN", free_address().to_string())).await;
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("cannot listen on") && told.contains("--listen"), "{told}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).expect("the folder").count(), 0);
}

/// Every line with a mistake ends with the words that must be said of it.
const MISTAKES: &str = r#"listen = "127.0.0.1"                      #! invalid socket address
databse = "sqlite:x.db"                   #! did you mean `database`
admin_token = "t"
[upstreams.sandbox]
kind = "sandbox"
url = "ftp://127.0.0.1"                   #! no http:// or https:// address
[[stores]]
id = "store-one"
api_secrets = ["shared-secret"]
[[stores.channels]]
key = "channel-a"
provider = "KPM"                          #! there is no adapter for `KPM`
pg_merchant_id = "m"
environment = "test"
upstream = "sandbox"
[[stores.channels]]
key = "channel-b"
provider = "KPN"
pg_merchant_id = "m"
environment = "live"
upstream = "elsewhere"                    #! there is no upstream `elsewhere`
[[stores.channels]]
key = "channel-c"
provider = "KPN"
pg_merchant_id = "m"
environment = "test"
upstream = "sandbox"
[[stores.channels]]
key = "channel-c"                         #! is declared twice
provider = "SMARTRO_V2"
pg_merchant_id = "m"
environment = "test"
upstream = "sandbox"
[[stores.channel_groups]]
id = "group-sum"
name = "Weights"
environment = "test"
channels = [{ key = "channel-c", weight = 90 }]    #! SR-002
[[stores.channel_groups]]
id = "group-gone"
name = "Missing"
environment = "test"
channels = [{ key = "channel-gone", weight = 100 }]    #! channel-gone
[[stores.channel_groups]]
id = "group-mixed"
name = "Mixed"
environment = "live"
channels = [{ key = "channel-c", weight = 100 }]    #! SR-003
[[stores]]
id = "store-two"
api_secrets = ["shared-secret"]           #! declared twice
"#;

#[tokio::test]
async fn check_names_every_mistake_with_its_line() {
    let output = check(MISTAKES).await;
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut expected = 0;
    for (number, line) in MISTAKES.lines().enumerate() {
        let Some((_, words)) = line.split_once("#! ") else { continue };
        expected += 1;
        let start = format!("  line {}: ", number + 1);
        let found = told.lines().any(|told| told.starts_with(&start) && told.contains(words));
        assert!(found, "line {}, `{words}`, is not told:\n{told}", number + 1);
    }
    let count = told.lines().filter(|line| line.starts_with("  line ")).count();
    assert_eq!(count, expected, "something else is told as well:\n{told}");
    assert!(!told.contains("shared-secret"), "{told}");
}

#[tokio::test]
async fn check_passes_the_demo_file() {
    let output = check(include_str!("../../crates/portone/demo.toml")).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("no mistakes") && told.contains("4 channels, 1 channel groups"), "{told}");
}

async fn check(source: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("portone.toml"), source).expect("a writable folder");
    let output = run(command(folder.path()).arg("check")).await;
    let files = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, 1, "a check starts nothing and leaves nothing behind");
    output
}

#[tokio::test]
async fn route_shows_a_distribution_that_adds_up_and_repeats() {
    let first = route(&["--seed", "1"]).await;
    assert_eq!(first, route(&["--seed", "1"]).await, "a seed repeats a run");
    let counts = counts(&first);
    assert_eq!(counts.len(), 2, "{first}");
    assert_eq!(counts.values().sum::<u64>(), 100_000, "{first}");
    // 50:50 of 100,000 is 50,000 with a standard deviation of 158.
    assert!(counts.values().all(|count| (49_000..51_000).contains(count)), "{first}");

    let held = route(&["--seed", "1", "--billing-key-at", "channel-key-kpn"]).await;
    assert_eq!(self::counts(&held)["channel-key-kpn"], 100_000, "{held}");
}

async fn route(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut route = command(folder.path());
    route.args(["route", "--group", "channel-group-test-demo", "--payments", "100000"]).args(arguments);
    let output = run(&mut route).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The count in each line `<channel key> <provider> weight <weight> <count> <share> %`.
fn counts(told: &str) -> std::collections::BTreeMap<&str, u64> {
    let lines = told.lines().filter(|line| line.contains(" weight "));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            (words[0], words[4].parse().unwrap_or_else(|_| panic!("no count in {line}")))
        })
        .collect()
}
