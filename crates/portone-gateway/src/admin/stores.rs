//! `GET /admin/stores`

use axum::extract::State;
use serde::Serialize;

use super::input::Call;
use super::{Answer, items};
use crate::state::Gateway;

#[derive(Serialize)]
struct StoreView<'a> {
    id: &'a str,
    name: &'a str,
}

pub(super) async fn list(State(gateway): State<Gateway>, _: Call) -> Answer {
    let stores = gateway.stores.iter();
    Ok(items(stores.map(|store| StoreView { id: store.id.as_str(), name: &store.name })))
}
