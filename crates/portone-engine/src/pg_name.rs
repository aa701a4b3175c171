//! Which channel a V1 request means: its `pg`, `code` or `code.MID`, or the store's own where it names none.

use portone_core::{Channel, ChannelKey, StoreId};

use crate::directory::Directory;
use crate::error::EngineError;

impl Directory {
    /// The channel of a store that a V1 `pg` names; `default` where there is no `pg`. A name that no channel has, or several
    /// have, is refused with the names there are.
    pub fn channel_by_pg(
        &self,
        store: &StoreId,
        pg: Option<&str>,
        default: Option<&ChannelKey>,
    ) -> Result<ChannelKey, EngineError> {
        let Some(pg) = pg.map(str::trim).filter(|pg| !pg.is_empty()) else {
            return default.cloned().ok_or_else(|| {
                let remedy = self.names(store, |_| true);
                refused(&format!("is missing, and the store has no default_channel; send {remedy}"))
            });
        };
        let found: Vec<&Channel> =
            self.of_store(store).filter(|channel| channel.active && is_named(channel, pg)).collect();
        match found.as_slice() {
            [channel] => Ok(channel.key.clone()),
            [] => {
                let remedy = self.names(store, |_| true);
                Err(refused(&format!("names no active channel of this store; send {remedy}")))
            }
            _ => {
                let remedy = self.names(store, |channel| is_named(channel, pg));
                Err(refused(&format!("names {} channels; send {remedy}, or channel_key", found.len())))
            }
        }
    }

    fn of_store(&self, store: &StoreId) -> impl Iterator<Item = &Channel> {
        self.channels().filter(move |channel| channel.store_id == *store)
    }

    /// What the store's active channels are called.
    fn names(&self, store: &StoreId, takes: impl Fn(&Channel) -> bool) -> String {
        let active = self.of_store(store).filter(|channel| channel.active && takes(channel));
        let names: Vec<String> =
            active.map(|channel| format!("`{}` ({})", name_of(channel), channel.key)).collect();
        if names.is_empty() {
            "a pg once the store has an active channel".to_owned()
        } else {
            names.join(" or ")
        }
    }
}

/// What V1 calls a channel: its PG's code in small letters and its merchant id.
pub(crate) fn name_of(channel: &Channel) -> String {
    let provider = channel.provider.as_str();
    if provider.contains('.') {
        provider.to_owned()
    } else {
        format!("{}.{}", channel.provider.v1_code(), channel.pg_merchant_id)
    }
}

fn is_named(channel: &Channel, pg: &str) -> bool {
    match pg.split_once('.') {
        None => channel.provider.v1_code().eq_ignore_ascii_case(pg),
        Some((code, merchant)) => {
            let own = channel.provider.as_str().split_once('.').map(|(_, merchant)| merchant);
            let own = own.unwrap_or_else(|| channel.pg_merchant_id.as_str());
            channel.provider.v1_code().eq_ignore_ascii_case(code) && own == merchant
        }
    }
}

fn refused(problem: &str) -> EngineError {
    EngineError::ChannelNotFound(format!("pg: {problem}"))
}
