//! Waiting for something to become true, without guessing how long it takes.

use std::time::Duration;

/// How long a test waits for what should take a moment, in a debug build on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(15);

/// Asks again and again until there is an answer.
pub async fn eventually<T>(what: &str, patience: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let waited = tokio::time::timeout(patience, asking).await;
    waited.unwrap_or_else(|_| panic!("waited {} s in vain: {what}", patience.as_secs()))
}
