//! `GET /admin/webhooks` and `POST /admin/webhooks/{id}/replay`

use axum::extract::State;
use portone_engine::port::DeliveryFilter;

use super::input::Call;
use super::{Answer, items, ok, store};
use crate::error::ApiError;
use crate::state::Gateway;
use crate::v2::view::webhook::LoggedWebhookView;

/// How many are listed at once.
const LISTED_COUNT_MAX: usize = 200;

/// The delivery log: oldest first, after the number `after`, at most `limit`.
pub(super) async fn list(State(gateway): State<Gateway>, call: Call) -> Answer {
    let (named, after, limit) = call.query(&["storeId", "after", "limit"], |fields| {
        let number = |name: &str, unless: u64| {
            let number = fields.text(name).map_or(Some(unless), |text| text.parse().ok());
            if number.is_none() {
                fields.add(name, "is not a number; send a whole number from 0");
            }
            number.unwrap_or(unless)
        };
        let limit = usize::try_from(number("limit", 200)).unwrap_or(LISTED_COUNT_MAX);
        Some((fields.owned_text("storeId"), number("after", 0), limit.min(LISTED_COUNT_MAX)))
    })?;
    let store_id = store(&gateway, named.as_deref())?;
    let found = gateway.engine.store().deliveries(&store_id, DeliveryFilter::After(after), limit).await;
    let found = found.map_err(|error| ApiError::from_store(&error))?;
    Ok(items(found.iter().map(LoggedWebhookView::from)))
}

/// Sends one again, under the same id.
pub(super) async fn replay(State(gateway): State<Gateway>, call: Call) -> Answer {
    let id: String = call.id("webhook")?;
    let store_id = store(&gateway, call.store_id()?.as_deref())?;
    let delivery = gateway.engine.replay_webhook(&store_id, &id).await?;
    Ok(ok(&LoggedWebhookView::from(&delivery)))
}
