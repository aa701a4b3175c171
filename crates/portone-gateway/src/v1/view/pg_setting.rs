//! Channels as answers show them.

use portone_core::{Channel, CommandKind, Environment, StoreId};
use portone_engine::directory::{ChannelEntry, Directory};
use serde::Serialize;

/// Schema `PgSettingAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct PgSettingView {
    pg_provider: String,
    pg_id: String,
    sandbox: bool,
    #[serde(rename = "type")]
    kind: &'static str,
    channel_name: String,
    channel_key: String,
}

/// The store's active channels: once for windows, and once for requests, where a channel takes both.
pub(crate) fn pg_settings(directory: &Directory, store: &StoreId) -> Vec<PgSettingView> {
    let active = directory.channels().filter(|channel| channel.store_id == *store && channel.active);
    active
        .flat_map(|channel| {
            let entry = directory.entry(&channel.key);
            kinds(entry).into_iter().map(|kind| PgSettingView::new(channel, kind))
        })
        .collect()
}

fn kinds(entry: Option<&ChannelEntry>) -> Vec<&'static str> {
    let Some(adapter) = entry.and_then(|entry| entry.adapter().ok()) else { return Vec::new() };
    let has =
        |commands: &[CommandKind]| commands.iter().any(|command| adapter.profile().supports(*command, None));
    let windows = has(&[CommandKind::OpenPaymentWindow, CommandKind::OpenBillingKeyWindow]);
    let requests =
        has(&[CommandKind::PayInstantly, CommandKind::PayWithBillingKey, CommandKind::IssueBillingKey]);
    [(windows, "payment"), (requests, "api_payment")]
        .into_iter()
        .filter_map(|(has, kind)| has.then_some(kind))
        .collect()
}

impl PgSettingView {
    fn new(channel: &Channel, kind: &'static str) -> Self {
        Self {
            pg_provider: channel.provider.v1_code(),
            pg_id: channel.pg_merchant_id.to_string(),
            sandbox: channel.environment == Environment::Test,
            kind,
            channel_name: channel.name.clone(),
            channel_key: channel.key.to_string(),
        }
    }
}
