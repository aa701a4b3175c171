//! What deliveries are answered with.

use schemars::JsonSchema;
use serde::Serialize;

/// Schema `ConfirmPaymentwallDeliveryResponse`: an empty object.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeliveryResponse {}
