//! The sandbox's settings.

use std::fmt;
use std::path::PathBuf;

/// Settings of a sandbox; `SandboxConfig::new` gives the documented defaults.
///
/// `Debug` hides the secret.
#[derive(Clone)]
pub struct SandboxConfig {
    /// The secret expected in `Authorization: PortOne <secret>` (V2-002).
    pub api_secret: String,
    /// What notifications are signed with (`whsec_` and base64); without one they go out unsigned (V2-104).
    pub webhook_secret: Option<String>,
    /// The one store the secret may use: another `storeId` gets 403 `FORBIDDEN` (V2-006). `None` accepts every
    /// store id and echoes it.
    pub store_id: Option<String>,
    /// Starts the sequence of ids. Two sandboxes with one seed give out the same ids; a sandbox without a data
    /// folder therefore needs a fresh seed at each start if its client remembers ids.
    pub id_seed: u64,
    /// How many times one payment id may be tried (V2-041; PortOne publishes no limit).
    pub attempt_count_max: usize,
    /// How many cancels one payment may have (V2-062; PortOne publishes no limit).
    pub cancel_count_max: usize,
    /// How many finished answers are kept for idempotency keys; the oldest go first. They expire after 3 hours
    /// in any case (V2-012).
    pub answer_count_max: usize,
    /// Where the server keeps its ledger; `None` keeps it in memory. The pure core ignores it.
    pub data_folder: Option<PathBuf>,
}

impl SandboxConfig {
    /// The defaults: any store, seed 0, 20 attempts, 20 cancels, 100,000 answers, memory only.
    pub fn new(api_secret: impl Into<String>) -> Self {
        Self {
            api_secret: api_secret.into(),
            webhook_secret: None,
            store_id: None,
            id_seed: 0,
            attempt_count_max: 20,
            cancel_count_max: 20,
            answer_count_max: 100_000,
            data_folder: None,
        }
    }
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxConfig")
            .field("store_id", &self.store_id)
            .field("id_seed", &self.id_seed)
            .field("data_folder", &self.data_folder)
            .finish_non_exhaustive()
    }
}
