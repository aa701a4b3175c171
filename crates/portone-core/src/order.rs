//! What is bought.

use serde::{Deserialize, Serialize};

use crate::{Address, Customer, PaymentAmount, PaymentId};

/// What is bought, for how much, by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The shop's order number; goes upstream verbatim.
    pub payment_id: PaymentId,
    /// What the buyer sees (주문명).
    pub order_name: String,
    /// How much.
    pub amount: PaymentAmount,
    /// The buyer.
    #[serde(default)]
    pub customer: Customer,
    /// What is bought, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    /// How many items (rule SR-051).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_count: Option<i32>,
    /// Goods or digital content (rule SR-050).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<ProductType>,
    /// Country of the payment, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where goods go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// The promotion applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<String>,
    /// Whether the expense counts as culture (문화비).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_cultural_expense: Option<bool>,
    /// Whether the payment is held in escrow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_escrow: Option<bool>,
    /// The PG's own parameters, opaque here, parsed by the adapter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass: Option<serde_json::Value>,
}

impl Order {
    /// An order that says no more than what every payment has to say.
    pub fn of(payment_id: PaymentId, order_name: impl Into<String>, amount: PaymentAmount) -> Self {
        Self {
            payment_id,
            order_name: order_name.into(),
            amount,
            customer: Customer::default(),
            products: Vec::new(),
            product_count: None,
            product_type: None,
            country: None,
            shipping_address: None,
            promotion_id: None,
            is_cultural_expense: None,
            is_escrow: None,
            bypass: None,
        }
    }
}

/// One line of an order (schema `PaymentProduct`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The shop's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// A code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Price of one, in minor units of the order's currency.
    pub amount: i64,
    /// How many.
    pub quantity: i32,
    /// Where it is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// `PHYSICAL` or `DIGITAL` (schema `PaymentProductType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProductType {
    /// Goods (실물).
    Physical,
    /// Digital content.
    Digital,
}
