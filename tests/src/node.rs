//! The JavaScript clients: a folder of tests with the packages they drive.

use std::path::{Path, PathBuf};

use tokio::process::Command;

/// A folder of tests for Node.js, with its packages installed.
#[derive(Debug)]
pub struct Node {
    folder: PathBuf,
}

impl Node {
    /// The folder `tests/<name>`, whose tests drive `package`; `None`, said aloud, where a machine has no Node.js: it may test
    /// the rest, but CI may not leave this out.
    pub async fn prepare(name: &str, package: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if let Err(missing) = install(&folder, package).await {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
            eprintln!("THE TESTS OF {package} WERE NOT RUN: {missing}");
            return None;
        }
        Some(Self { folder })
    }

    /// Runs every test with these settings in its environment; whether all passed.
    pub async fn test(&self, settings: &[(&str, &str)]) -> bool {
        let mut node = Command::new("node");
        node.args(["--test", "--test-concurrency=1"]).args(self.test_files()).current_dir(&self.folder);
        node.envs(settings.iter().copied()).status().await.expect("node was there a moment ago").success()
    }

    fn test_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.join("test")).expect("a folder of tests");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "no tests in {}", self.folder.display());
        files
    }
}

/// Installs the package where it is missing; says what stands in the way.
async fn install(folder: &Path, package: &str) -> Result<(), String> {
    works("node").await?;
    if folder.join("node_modules").join(package).join("package.json").is_file() {
        return Ok(());
    }
    works("npm").await?;
    let installed = Command::new("npm").arg("ci").current_dir(folder).status().await;
    if installed.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(format!("`npm ci` failed in {}, and {package} is not installed there", folder.display()))
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
