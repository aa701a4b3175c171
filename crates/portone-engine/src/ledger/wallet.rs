//! What a wallet holds of a payment: the goods are its own, the money is ours.

use chrono::{DateTime, Utc};
use portone_core::ProductOrder;
use serde::{Deserialize, Serialize};

/// What a wallet holds of a payment, as it told last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletRecord {
    /// When it was last asked for something that may give money back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
    /// The product orders that are known, oldest first. Who ordered and where it goes is not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product_orders: Vec<ProductOrderRecord>,
}

/// A product order, as the wallet told last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOrderRecord {
    /// The wallet's number of it.
    pub id: String,
    /// How far it is (`PAYED`, `DELIVERING`, …).
    pub status: String,
    /// What is wanted of it besides (`CANCEL`, `RETURN`, `EXCHANGE`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_type: Option<String>,
    /// How far that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_status: Option<String>,
}

impl WalletRecord {
    /// Takes over what was told of these product orders; of others it stays as it was.
    pub fn told(&mut self, orders: &[ProductOrder]) {
        for order in orders {
            let told = ProductOrderRecord {
                id: order.product_order_id.clone(),
                status: order.product_order_status.clone(),
                claim_type: order.claim_type.clone(),
                claim_status: order.claim_status.clone(),
            };
            match self.product_orders.iter_mut().find(|known| known.id == told.id) {
                Some(known) => *known = told,
                None => self.product_orders.push(told),
            }
        }
    }
}
