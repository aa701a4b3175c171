//! Deliveries that a PG is told of as evidence.

use chrono::{DateTime, Utc};
use portone_core::{DeliveryKind, DeliveryStatus};
use serde::{Deserialize, Serialize};

/// How far a PG was told that a delivery is. Whom it goes to is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTold {
    /// What is delivered.
    pub kind: DeliveryKind,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When the shop told it.
    pub told_at: DateTime<Utc>,
}
