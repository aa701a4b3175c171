//! Deliveries that Paymentwall is told of: its evidence when a buyer disputes a charge, and for goods a condition of
//! paying out (rule PW-021).

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use crate::{PayMethod, PaymentId};

/// Tell Paymentwall how far a delivery is.
#[derive(Debug, Clone)]
pub struct ConfirmDelivery {
    /// The payment.
    pub payment_id: PaymentId,
    /// The delivery.
    pub delivery: Delivery,
    /// Ledger: how it was paid.
    pub method: PayMethod,
}

/// A delivery (schema `ConfirmPaymentwallDeliveryBody`).
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What is delivered.
    pub kind: DeliveryKind,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When it will have arrived; of digital goods, now.
    pub estimated_delivery_at: DateTime<Utc>,
    /// When the status will next change; of digital goods, now.
    pub estimated_update_at: DateTime<Utc>,
    /// Why it stands where it stands.
    pub reason: Option<String>,
    /// Whether the order can be given back.
    pub is_refundable: bool,
    /// The delivery in words.
    pub details: Option<String>,
    /// Who receives: the e-mail address.
    pub email: String,
    /// The parcel; needed of goods (rule PW-023).
    pub parcel: Parcel,
    /// Addresses of evidence on the web. V1 has no field for it.
    pub attachments: Vec<String>,
}

/// A parcel and whom it goes to. Each part is needed of goods, and of nothing else (rule PW-023).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    /// The carrier's number of it.
    pub tracking_id: Option<String>,
    /// The carrier.
    pub carrier: Option<String>,
    /// The receiver's country.
    pub country: Option<String>,
    /// The receiver's city.
    pub city: Option<String>,
    /// The receiver's postal code.
    pub zip: Option<String>,
    /// The receiver's state; `N/A` outside the United States.
    pub state: Option<String>,
    /// The receiver's street.
    pub street: Option<String>,
    /// The receiver's telephone.
    pub phone: Option<String>,
    /// The receiver's given name.
    pub first_name: Option<String>,
    /// The receiver's family name.
    pub last_name: Option<String>,
}

/// What is delivered (schema `PaymentwallDeliveryType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryKind {
    /// Something that is sent over a wire.
    Digital,
    /// Goods.
    Physical,
}

impl DeliveryKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Digital, Self::Physical];

    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Digital => "DIGITAL",
            Self::Physical => "PHYSICAL",
        }
    }
}

/// How far a delivery is (schema `PaymentwallDeliveryStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryStatus {
    /// The order was taken.
    OrderPlaced,
    /// The parcel is on its way.
    OrderShipped,
    /// It has arrived.
    Delivered,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::OrderPlaced, Self::OrderShipped, Self::Delivered];

    /// The code as the V2 REST API spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OrderPlaced => "ORDER_PLACED",
            Self::OrderShipped => "ORDER_SHIPPED",
            Self::Delivered => "DELIVERED",
        }
    }
}
