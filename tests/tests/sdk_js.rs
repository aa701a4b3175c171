//! The official JavaScript SDK, unmodified, against a gateway and its sandbox: `tests/js`.

use std::path::{Path, PathBuf};

use portone_tests::{ADMIN_TOKEN, API_SECRET, GROUP, KPN, PROMOTION, SMARTRO, Shop, WEBHOOK_SECRET};
use tokio::process::Command;

#[tokio::test]
async fn the_official_sdk_pays_cancels_and_hears_of_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    if let Err(missing) = prepare(&folder).await {
        // A machine without Node.js may test the rest; CI may not leave this out.
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        eprintln!("THE SDK TESTS WERE NOT RUN: {missing}");
        return;
    }
    let mut shop = Shop::start_with_webhooks().await;
    let status = Command::new("node")
        .args(["--test", "--test-concurrency=1"])
        .args(test_files(&folder))
        .current_dir(&folder)
        .env("PORTONE_TEST_URL", &shop.gateway.url)
        .env("PORTONE_TEST_SECRET", API_SECRET)
        .env("PORTONE_TEST_WEBHOOK_SECRET", WEBHOOK_SECRET)
        .env("PORTONE_TEST_ADMIN_TOKEN", ADMIN_TOKEN)
        .env("PORTONE_TEST_PROMOTION", PROMOTION)
        .env("PORTONE_TEST_SANDBOX_URL", &shop.sandbox.url)
        .env("PORTONE_TEST_GROUP", GROUP)
        .env("PORTONE_TEST_SMARTRO", SMARTRO)
        .env("PORTONE_TEST_KPN", KPN)
        .status()
        .await
        .expect("node was there a moment ago");
    shop.check_running();
    assert!(status.success(), "the SDK's tests failed, as told above");
}

/// Installs the SDK where it is missing; says what stands in the way.
async fn prepare(folder: &Path) -> Result<(), String> {
    works("node").await?;
    if folder.join("node_modules/@portone/server-sdk/package.json").is_file() {
        return Ok(());
    }
    works("npm").await?;
    let installed = Command::new("npm").arg("ci").current_dir(folder).status().await;
    if installed.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err("`npm ci` failed in tests/js, and @portone/server-sdk is not installed there".to_owned())
    }
}

async fn works(program: &str) -> Result<(), String> {
    let output = Command::new(program).arg("--version").output().await;
    if output.is_ok_and(|output| output.status.success()) {
        Ok(())
    } else {
        Err(format!("{program} is missing: install Node.js 20.10 or newer with npm"))
    }
}

fn test_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("test")).expect("tests/js/test");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no tests in {}", folder.display());
    files
}
