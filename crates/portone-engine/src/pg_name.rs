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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use portone_core::{ChannelFacts, Contracts, Environment};

    use super::*;
    use crate::port::DirectoryRows;

    fn channel(key: &str, provider: &str, merchant: &str, active: bool) -> Channel {
        Channel {
            key: key.parse().unwrap(),
            store_id: "store".parse().unwrap(),
            name: key.to_owned(),
            provider: provider.parse().unwrap(),
            pg_merchant_id: merchant.parse().unwrap(),
            environment: Environment::Test,
            upstream: "none".to_owned(),
            upstream_channel_key: None,
            active,
            contracts: Contracts(None),
            facts: ChannelFacts::default(),
        }
    }

    fn directory() -> Directory {
        let channels = vec![
            channel("a", "SMARTRO_V2", "mid.1", true),
            channel("b", "SMARTRO_V2", "mid2", true),
            channel("c", "nice_v2.MID3", "other", true),
            channel("d", "KPN", "mid4", false),
        ];
        Directory::build(DirectoryRows { channels, ..DirectoryRows::default() }, &BTreeMap::new(), &[])
    }

    fn named(store: &str, pg: Option<&str>, default: Option<&str>) -> Result<String, String> {
        let default = default.map(|key| key.parse().unwrap());
        let found = directory().channel_by_pg(&store.parse().unwrap(), pg, default.as_ref());
        found.map(|key| key.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_code_with_its_merchant_id_names_one_channel() {
        for (pg, key) in [
            ("smartro_v2.mid.1", "a"),
            ("SMARTRO_V2.mid2", "b"),
            ("nice_v2", "c"),
            ("nice_v2.MID3", "c"),
            (" nice_v2 ", "c"),
        ] {
            assert_eq!(named("store", Some(pg), None).as_deref(), Ok(key), "{pg}");
        }
    }

    #[test]
    fn what_names_none_or_several_is_refused_with_the_names_there_are() {
        let several =
            "pg: names 2 channels; send `smartro_v2.mid.1` (a) or `smartro_v2.mid2` (b), or channel_key";
        assert_eq!(named("store", Some("smartro_v2"), Some("c")), Err(several.to_owned()));
        for pg in ["kpn", "kpn.mid4", "smartro_v2.MID2", "nice_v2.other", "smartro"] {
            let problem = named("store", Some(pg), Some("a")).unwrap_err();
            assert!(
                problem.starts_with("pg: names no active channel") && problem.contains("`nice_v2.MID3` (c)"),
                "{pg}: {problem}"
            );
        }
        assert!(
            named("another", Some("nice_v2"), None)
                .unwrap_err()
                .contains("once the store has an active channel")
        );
    }

    #[test]
    fn without_a_name_it_is_the_store_s_own() {
        for pg in [None, Some(""), Some(" ")] {
            assert_eq!(named("store", pg, Some("b")).as_deref(), Ok("b"));
            assert!(named("store", pg, None).unwrap_err().contains("has no default_channel"));
        }
    }
}
