//! What captures and withdrawn cancels are answered with.

use serde::Serialize;

use crate::answer::Moment;

/// Schema `CapturePaymentResponse`: an empty object.
#[derive(Debug, Serialize)]
pub(crate) struct CapturedResponse {}

/// Schema `StopPaymentCancellationResponse`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoppedResponse {
    /// When.
    pub(crate) stopped_at: Moment,
}
