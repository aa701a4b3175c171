//! What deliveries are answered with.

use serde::Serialize;

/// Schema `ConfirmPaymentwallDeliveryResponse`: an empty object.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryResponse {}
