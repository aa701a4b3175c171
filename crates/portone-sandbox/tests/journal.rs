//! The ledger on disk: what a restart brings back.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;

use portone_sandbox::{JournalError, ServeError};
use serde_json::{Value, json};
use support::server::{Server, text};
use support::{APPROVED, DECLINED, account, issue, key_in, key_payment, with};

const FILE: &str = "sandbox-ledger.jsonl";

#[tokio::test]
async fn a_restart_loses_nothing_but_a_torn_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Some(folder.path())).await;
    let key =
        server.call("POST", "/billing-keys", &issue("kpn", APPROVED)).await.1["billingKeyInfo"]["billingKey"]
            .as_str()
            .unwrap()
            .to_owned();
    assert_eq!(server.call("POST", "/payments/p1/instant", &key_in("kpn", DECLINED)).await.0, 502);
    assert_eq!(server.call("POST", "/payments/p1/billing-key", &key_payment(&key)).await.0, 200);
    assert_eq!(
        server.call("POST", "/payments/p1/cancel", &json!({"reason": "r", "amount": 100})).await.0,
        200
    );
    assert_eq!(server.call("POST", "/payments/va/instant", &account("kpn")).await.0, 200);
    let keyed = text(
        "POST",
        "/payments/p2/instant",
        "idempotency-key: \"0123456789abcdef\"\r\n",
        &key_in("kpn", APPROVED),
    );
    let first = server.exchange(&keyed).await.unwrap();
    let before = everything(&server).await;
    server.stop().await.unwrap();

    let mut file = fs::OpenOptions::new().append(true).open(folder.path().join(FILE)).unwrap();
    file.write_all(b"{\"drawn\":99,\"record\":{\"payment\":{\"id\":\"torn").unwrap();
    drop(file);

    let server = Server::start_bare(Some(folder.path())).await;
    assert_eq!(everything(&server).await, before);
    let again = server.exchange(&keyed).await.unwrap();
    assert_eq!(
        again.split_once("\r\n\r\n"),
        first.split_once("\r\n\r\n"),
        "the same answer for the same key"
    );
    // A billing key was the first id of all, so a counter that starts again would repeat it here.
    let next = server.call("POST", "/billing-keys", &issue("kpn", APPROVED)).await.1;
    assert_ne!(next["billingKeyInfo"]["billingKey"], json!(key), "no id is given out twice");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn no_card_or_personal_number_reaches_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Some(folder.path())).await;
    let issue = with(&issue("kpn", "1234567890123456"), "/customer/birthYear", json!("1977"));
    let receipt = json!({"type": "PERSONAL", "customerIdentityNumber": "01077665544"});
    let account = with(&account("kpn"), "/method/virtualAccount/cashReceipt", receipt);
    assert_eq!(server.call("POST", "/billing-keys", &issue).await.0, 200);
    assert_eq!(server.call("POST", "/payments/p1/instant", &key_in("kpn", "1234567890123456")).await.0, 200);
    assert_eq!(server.call("POST", "/payments/va/instant", &account).await.0, 200);
    server.stop().await.unwrap();
    let written = fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert!(written.contains("\"bin\":\"123456\"") && written.contains("3456"));
    for secret in ["1234567890", "7890123456", "900101", "1977", "01077665544", "expiryYear", "\"29\""] {
        assert!(!written.contains(secret), "{secret} is on disk");
    }
}

#[tokio::test]
async fn superseded_lines_go_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Some(folder.path())).await;
    server.call("POST", "/payments/p1/instant", &key_in("kpn", APPROVED)).await;
    for _ in 0..5 {
        server.call("POST", "/payments/p1/cancel", &json!({"reason": "r", "amount": 1})).await;
    }
    server.stop().await.unwrap();
    let long = line_count(folder.path());
    Server::start_bare(Some(folder.path())).await.stop().await.unwrap();
    assert_eq!((long, line_count(folder.path())), (13, 3), "a channel, a payment, a charge");
}

#[tokio::test]
async fn a_folder_serves_one_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(Some(folder.path())).await;
    let second = Server::start_bare(Some(folder.path())).await.ended().await;
    assert!(matches!(second, Err(ServeError::Journal(JournalError::InUse { .. }))), "{second:?}");
    first.stop().await.unwrap();
}

#[tokio::test]
async fn damage_before_the_end_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), "{\"drawn\":1}\n").unwrap();
    let ended = Server::start_bare(Some(folder.path())).await.ended().await;
    assert!(matches!(ended, Err(ServeError::Journal(JournalError::Damaged { line: 1, .. }))), "{ended:?}");
}

fn line_count(folder: &Path) -> usize {
    fs::read_to_string(folder.join(FILE)).unwrap().lines().count()
}

async fn everything(server: &Server) -> Value {
    let mut all = json!({});
    for path in [
        "/sandbox/channels",
        "/sandbox/ledger",
        "/payments/p1",
        "/payments/p1/transactions",
        "/payments/va",
        "/billing-keys",
    ] {
        all[path] = server.call("GET", path, &Value::Null).await.1;
    }
    all
}
