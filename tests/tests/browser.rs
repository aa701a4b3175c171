//! The payment window, both browser SDKs and the demo shop in a real browser: `tests/browser`.

use std::path::{Path, PathBuf};

use portone_tests::{Process, command as binary_command, free_address};
use tokio::process::Command;

#[tokio::test]
async fn buyers_pay_in_a_real_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let chromium = match prepare(&folder).await {
        Ok(chromium) => chromium,
        Err(missing) => {
            // A machine without a browser may test the rest; CI may not leave this out.
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
            eprintln!("THE BROWSER TESTS WERE NOT RUN: {missing}");
            return;
        }
    };
    let types = Command::new("npm").args(["run", "--silent", "types"]).current_dir(&folder).status().await;
    assert!(types.is_ok_and(|status| status.success()), "the scripts' types do not hold, as told above");
    let data = tempfile::tempdir().expect("a temporary folder");
    let (listen, sandbox) = (free_address(), free_address());
    let mut demo = binary_command(data.path());
    demo.env("PORTONE_LISTEN", listen.to_string()).env("PORTONE_SANDBOX_LISTEN", sandbox.to_string());
    let mut demo = Process::spawn(demo, data.path(), "demo");
    demo.wait_healthy(&format!("http://{listen}/health")).await;
    let status = Command::new("node")
        // A file's limit, for one that hangs: what a page waits for has its own, in world.js.
        .args(["--test", "--test-concurrency=1", "--test-timeout=900000"])
        .args(test_files(&folder))
        .current_dir(&folder)
        .env("PORTONE_TEST_URL", format!("http://{listen}"))
        .env("PORTONE_TEST_SANDBOX_URL", format!("http://{sandbox}"))
        .env("PORTONE_TEST_ARTEFACTS", artefacts())
        .env("PORTONE_CHROMIUM", chromium)
        .status()
        .await
        .expect("node was there a moment ago");
    demo.check_running();
    assert!(status.success(), "the browser's tests failed, as told above");
}

/// The browser, and the packages where they are missing; or what stands in the way.
async fn prepare(folder: &Path) -> Result<PathBuf, String> {
    let chromium = chromium().ok_or(
        "chromium is missing: install it (Debian: apt-get install chromium), or set PORTONE_CHROMIUM",
    )?;
    works("node").await?;
    works("npm").await?;
    if !folder.join("node_modules/playwright-core/package.json").is_file() {
        let installed = Command::new("npm").arg("ci").current_dir(folder).status().await;
        if !installed.is_ok_and(|status| status.success()) {
            return Err(
                "`npm ci` failed in tests/browser, and playwright-core is not installed there".to_owned()
            );
        }
    }
    Ok(chromium)
}

/// `PORTONE_CHROMIUM`, or what is on the path.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PORTONE_CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut found = std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    found.find(|path| path.is_file())
}

/// Pictures of every window stay in the target folder.
fn artefacts() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its own path");
    test.ancestors().nth(3).expect("the test is in the target folder").join("browser-artefacts")
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
    let entries = std::fs::read_dir(folder.join("test")).expect("tests/browser/test");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no tests in {}", folder.display());
    files
}
