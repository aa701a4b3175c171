//! `docs/failover.md`, tried out: its commands against the demo, up to where an outage has healed.

use portone_tests::{Demo, run};
use serde_json::Value;
use tokio::process::Command;

const DOCUMENT: &str = include_str!("../../docs/failover.md");
/// Where the demo is, by the document.
const GATEWAY: &str = "http://127.0.0.1:8787";
const SANDBOX: &str = "http://127.0.0.1:8789";

#[tokio::test]
async fn the_documents_commands_do_what_it_says() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "curl is missing");
        eprintln!("THE COMMANDS OF FAILOVER WERE NOT RUN: curl is missing");
        return;
    }
    let demo = Demo::start().await;
    let (_, rest) = DOCUMENT.split_once("```sh\n").expect("a block of commands");
    let (commands, _) = rest.split_once("# it has healed").expect("the part that waits");
    let commands = commands.replace(GATEWAY, &demo.url).replace(SANDBOX, &demo.sandbox_url);
    let output = run(Command::new("sh").args(["-c", &commands])).await;
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    println!("{told}");
    let answers: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let [channel, group, _, paid, routing, _, paid_around @ .., circuits, around] = &answers[..] else {
        panic!("{} answers", answers.len())
    };
    assert_eq!(channel["key"], "channel-key-kpn-2");
    assert_eq!(group["failover"]["reroutesMax"], 2);
    for paid in paid_around.iter().chain([paid]) {
        assert!(paid["payment"]["pgTxId"].is_string(), "{paid}");
    }
    check_rerouted(routing);
    let circuit = &circuits["items"][0];
    assert_eq!((&circuit["channelKey"], &circuit["state"]), (&"channel-key-kpn".into(), &"OPEN".into()));
    let decision = &around["items"][0]["decision"];
    assert_eq!(decision["chosen"], "channel-key-kpn-2");
    assert_eq!(decision["candidates"][0]["verdict"]["type"], "CIRCUIT_OPEN");
    demo.stop().await;
}

/// One payment in a hundred is drawn to the second channel at once, and then there is nothing to see.
fn check_rerouted(routing: &Value) {
    let first = &routing["items"][0];
    if first["channelKey"] == "channel-key-kpn-2" {
        eprintln!("drawn to the second channel at once");
        return;
    }
    assert_eq!(first["status"], "FAILED");
    let second = &routing["items"][1];
    assert_eq!(second["status"], "PAID");
    assert_eq!(second["decision"]["failover"]["after"]["because"], "DECLINED");
    assert_eq!(second["replay"]["agrees"], true);
}
