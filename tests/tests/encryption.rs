//! Secrets at rest, with real processes: a shop's ledger is sealed while it runs, no gateway starts on it without the key or
//! with another, keys change while it pays, on SQLite and, three gateways at once, on PostgreSQL.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use portone_store::contract::cluster::Cluster;
use portone_tests::{Api, Gateway, KPN, PATIENCE, SMARTRO, Shop, command, run};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

const ONE: &str = "encryption_key = { file = \"one.key\" }";
const TWO: &str = "encryption_key = { file = \"two.key\" }";
const BEFORE: &str = "encryption_key_previous = { file = \"one.key\" }";
const NEXT: &str = "encryption_key_next = { file = \"two.key\" }";

#[tokio::test]
async fn a_ledger_is_sealed_and_its_keys_change() {
    let mut shop = Shop::start().await;
    write_keys(shop.folder());
    let first = issue(&shop.api(), KPN).await;
    pay(&shop.api(), &first, "clear1").await;
    let held = pg_keys(&shop).await;
    assert!(is_in_files(&shop, &held), "a search that finds nothing has to be able to");

    restart(&mut shop, &[ONE]).await;
    assert!(shop.gateway.log().contains("run `portone rotate-key`"), "the start says what is left to do");
    let second = issue(&shop.api(), SMARTRO).await;
    let told = portone(&shop, &["rotate-key"], true).await;
    assert!(told.contains("sealed 2 secrets with the key") && told.contains("; 1 were sealed"), "{told}");
    let held = pg_keys(&shop).await;
    assert!(held.len() == 2 && !is_in_files(&shop, &held));
    for (key, id) in [(&first, "sealed1"), (&second, "sealed2")] {
        pay(&shop.api(), key, id).await;
    }
    stop(&mut shop).await;
    for (settings, remedy) in [(vec![], "encryption_key is not set"), (vec![TWO], "encryption_key_previous")]
    {
        set(shop.folder(), "portone", &settings);
        let refused = portone(&shop, &["serve"], false).await;
        assert!(refused.contains("portone.db") && refused.contains(remedy), "{refused}");
        assert!(held.iter().all(|secret| !refused.contains(secret)), "{refused}");
    }
    set(shop.folder(), "portone", &[TWO, BEFORE]);
    shop.gateway.restart().await;
    pay(&shop.api(), &first, "between1").await;
    let told = portone(&shop, &["rotate-key"], true).await;
    assert!(told.contains("sealed 3 secrets"), "{told}");
    restart(&mut shop, &[TWO]).await;
    for (key, id) in [(&first, "changed1"), (&second, "changed2")] {
        pay(&shop.api(), key, id).await;
    }
    assert!(!is_in_files(&shop, &held));
    check_charged_once(&shop, 6).await;
}

/// What `portone seal` prints stands for the secret in the configuration.
#[tokio::test]
async fn a_sealed_setting_is_used_like_one_in_clear() {
    let mut shop = Shop::start().await;
    write_keys(shop.folder());
    stop(&mut shop).await;
    set(shop.folder(), "portone", &[ONE]);
    let clear = "tests-upstream-secret";
    let mut seal = command(shop.folder());
    seal.args(["seal", "--config", "portone.toml"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut sealing = seal.spawn().expect("starts");
    let mut input = sealing.stdin.take().expect("is piped");
    input.write_all(format!("{clear}\n").as_bytes()).await.expect("is read");
    drop(input);
    let output =
        tokio::time::timeout(PATIENCE, sealing.wait_with_output()).await.expect("ends").expect("ends");
    let sealed = String::from_utf8(output.stdout).expect("is text");
    assert!(sealed.starts_with("{ sealed = \"v1:") && !sealed.contains(clear), "{sealed}");
    shop.restart_with(&format!("api_secret = \"{clear}\""), &format!("api_secret = {}", sealed.trim())).await;
    let key = issue(&shop.api(), KPN).await;
    pay(&shop.api(), &key, "sealed1").await;
    set(shop.folder(), "portone", &[TWO, BEFORE]);
    let told = portone(&shop, &["check"], true).await;
    assert!(told.contains("upstreams.sandbox.api_secret is not sealed with encryption_key"), "{told}");
    set(shop.folder(), "portone", &[TWO]);
    let refused = portone(&shop, &["check"], false).await;
    assert!(refused.contains("upstreams.sandbox.api_secret") && !refused.contains(clear), "{refused}");
}

/// Three gateways: the new key opens everywhere before it seals anywhere, so that nobody meets a secret it cannot open.
#[tokio::test]
async fn three_gateways_change_keys_one_by_one() {
    let Some(cluster) = Cluster::start() else { return };
    let mut shop = Shop::start_on(&cluster.create("ledger"), 3, "").await;
    write_keys(shop.folder());
    let mut keys = vec![issue(&shop.api(), KPN).await];
    let first_next = "encryption_key_next = { file = \"one.key\" }";
    let steps: [&[&str]; 5] = [&[first_next], &[ONE], &[ONE, NEXT], &[TWO, BEFORE], &[TWO]];
    let mut payment_count = 0;
    for (step, settings) in steps.into_iter().enumerate() {
        for number in 0..3 {
            set(shop.folder(), &format!("gateway{number}"), settings);
            let mut gateways = shop.gateways();
            let gateway: &mut Gateway = gateways.remove(number);
            gateway.terminate().await;
            assert!(gateway.wait_ended().await.success());
            gateway.restart().await;
            // Whatever one has issued, each can charge.
            keys.push(issue(&shop.apis()[number], SMARTRO).await);
            for api in shop.apis() {
                payment_count += 1;
                let key = &keys[keys.len() - 1 - payment_count % 2];
                pay(&api, key, &format!("order{payment_count}")).await;
            }
        }
        // Once all of them seal with a key, what is older is sealed with it.
        if [1, 3].contains(&step) {
            let told = portone_as(&shop, "gateway2", &["rotate-key"], true).await;
            assert!(told.contains("secrets with the key"), "{told}");
        }
    }
    for (number, key) in keys.iter().enumerate() {
        pay(&shop.api(), key, &format!("last{number}")).await;
    }
    check_charged_once(&shop, payment_count + keys.len()).await;
    let secrets = pg_keys(&shop).await;
    for number in 0..3 {
        let log = fs::read_to_string(shop.folder().join(format!("gateway{number}.log"))).expect("is there");
        assert!(log.contains("\"level\":\"DEBUG\""), "it logs what it can");
        let told = secrets.iter().find(|secret| log.contains(secret.as_str()));
        assert_eq!(told, None, "in the log of gateway {number}");
    }
    let dump = cluster.query("ledger", "SELECT string_agg(pg_billing_key, ' ') FROM billing_key_channels");
    assert!(secrets.iter().all(|secret| !dump.contains(secret)), "{dump}");
    let meta = cluster.query("ledger", "SELECT count(*) FROM meta WHERE key LIKE 'sealed_by_%'");
    assert_eq!(meta.trim(), "1", "the old key is forgotten");
}

fn write_keys(folder: &Path) {
    for (name, byte) in [("one.key", "1f"), ("two.key", "e2")] {
        fs::write(folder.join(name), format!("{}\n", byte.repeat(32))).expect("is written");
    }
}

/// Gives a gateway's configuration these settings of keys, and no other.
fn set(folder: &Path, name: &str, settings: &[&str]) {
    let path = folder.join(format!("{name}.toml"));
    let text = fs::read_to_string(&path).expect("is there");
    let rest: Vec<&str> = text.lines().filter(|line| !line.starts_with("encryption_key")).collect();
    fs::write(&path, [settings.join("\n"), rest.join("\n")].join("\n")).expect("is written");
}

async fn stop(shop: &mut Shop) {
    shop.gateway.terminate().await;
    assert!(shop.gateway.wait_ended().await.success());
}

async fn restart(shop: &mut Shop, settings: &[&str]) {
    stop(shop).await;
    set(shop.folder(), "portone", settings);
    shop.gateway.restart().await;
}

/// Runs a command of the binary: what it says.
async fn portone(shop: &Shop, args: &[&str], succeeds: bool) -> String {
    portone_as(shop, "portone", args, succeeds).await
}

async fn portone_as(shop: &Shop, name: &str, args: &[&str], succeeds: bool) -> String {
    let config = format!("{name}.toml");
    // `check` is about a file and has no other.
    let configuration = if args == ["check"] { vec![] } else { vec!["--config", &config] };
    let output = run(command(shop.folder()).args(args).args(configuration)).await;
    let told =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(output.status.success(), succeeds, "{args:?}: {told}");
    told
}

/// The secrets: what the PGs gave for cards.
async fn pg_keys(shop: &Shop) -> Vec<String> {
    let ledger = shop.ledger().await;
    let keys = ledger["billingKeys"].as_array().expect("keys");
    keys.iter().map(|key| key["billingKey"].as_str().expect("a key").to_owned()).collect()
}

/// Whether one of them is in the gateway's database, its log or what else it has written.
fn is_in_files(shop: &Shop, secrets: &[String]) -> bool {
    let written = fs::read_dir(shop.folder().join("data")).expect("a folder");
    let mut files: Vec<_> = written.map(|entry| entry.expect("an entry").path()).collect();
    files.push(shop.folder().join("gateway.log"));
    files.iter().any(|path| {
        let content = String::from_utf8_lossy(&fs::read(path).expect("reads")).into_owned();
        secrets.iter().any(|secret| content.contains(secret.as_str()))
    })
}

async fn check_charged_once(shop: &Shop, payment_count: usize) {
    let ledger = shop.ledger().await;
    let payments = ledger["payments"].as_array().expect("payments");
    assert_eq!(payments.len(), payment_count);
    assert!(payments.iter().all(|payment| payment["transactions"].as_array().expect("a list").len() == 1));
}

async fn issue(api: &Api, channel: &str) -> String {
    // Smartro's test channels issue keys by key-in too.
    let body = json!({"channelKey": channel, "customer": customer(), "method": {"card": {"credential": {
        "number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"}}}});
    let issued = api.post("/billing-keys", &body).await.ok();
    issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned()
}

async fn pay(api: &Api, key: &str, id: &str) {
    let body = json!({"billingKey": key, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer()});
    api.post(&format!("/payments/{id}/billing-key"), &body).await.ok();
}

fn customer() -> Value {
    json!({"id": "customer1", "name": {"full": "Kim Port"}, "phoneNumber": "01012345678", "email": "kim@example.com"})
}
