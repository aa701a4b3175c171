//! `GET /admin/deliveries/owed`: payments whose PG withholds the money until it is told of the delivery (rule PW-021).

use axum::extract::State;
use portone_core::ProductType;
use portone_engine::ledger::Transaction;
use portone_engine::list::Window;
use serde::Serialize;

use super::input::Call;
use super::{Answer, items, store};
use crate::answer::Moment;
use crate::state::Gateway;

/// How many are listed.
const LISTED_COUNT_MAX: usize = 1000;

/// The oldest first, of those created from `from` until `until`: the last 90 days where neither is given.
pub(super) async fn owed(State(gateway): State<Gateway>, call: Call) -> Answer {
    let now = gateway.engine.now();
    let (named, window) = call.query(&["storeId", "from", "until"], |fields| {
        let window = Window::new(fields.moment("from"), fields.moment("until"), now);
        Some((fields.owned_text("storeId"), window))
    })?;
    let store_id = store(&gateway, named.as_deref())?;
    let owed = gateway.engine.owed_deliveries(&store_id, window, LISTED_COUNT_MAX).await?;
    Ok(items(owed.iter().map(OwedView::from)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwedView<'a> {
    store_id: &'a str,
    payment_id: &'a str,
    /// What `POST /paymentwall/delivery/confirm` names.
    transaction_id: &'a str,
    channel_key: &'a str,
    order_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<ProductType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<Moment>,
}

impl<'a> From<&'a Transaction> for OwedView<'a> {
    fn from(transaction: &'a Transaction) -> Self {
        Self {
            store_id: transaction.store_id.as_str(),
            payment_id: transaction.order.payment_id.as_str(),
            transaction_id: transaction.id.as_str(),
            channel_key: transaction.channel.key.as_str(),
            order_name: &transaction.order.order_name,
            product_type: transaction.order.product_type,
            paid_at: transaction.paid_at.map(Moment),
        }
    }
}
