//! What captures and withdrawn cancels are answered with.

use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// Schema `CapturePaymentResponse`: an empty object.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CapturedResponse {}

/// Schema `StopPaymentCancellationResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoppedResponse {
    /// When.
    pub(crate) stopped_at: Moment,
}
