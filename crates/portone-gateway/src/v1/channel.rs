//! What every request that pays shares: its channel, and its amounts.

use portone_core::{ChannelKey, Currency, Major, StoreId};
use portone_engine::EngineError;

use crate::fields::Fields;
use crate::state::Gateway;

/// The channel that a request's `pg` names, or the store's default where it names none.
pub(crate) fn by_pg(gateway: &Gateway, store: &StoreId, pg: Option<&str>) -> Result<ChannelKey, EngineError> {
    let default = gateway.v1_stores.get(store).and_then(|store| store.default_channel.as_ref());
    gateway.engine.directory().channel_by_pg(store, pg, default)
}

/// An amount in minor units; what is finer than the currency is told.
pub(super) fn minor(fields: &Fields<'_, '_>, name: &str, major: Major, currency: Currency) -> Option<i64> {
    let minor = major.minor(currency);
    if minor.is_none() {
        fields.add(name, finer(major, currency));
    }
    minor
}

/// Why an amount is none of its currency.
pub(super) fn finer(major: Major, currency: Currency) -> String {
    format!(
        "is {major}, no amount of {currency}; send at most {} digits behind the point, and no more than a PG takes",
        currency.exponent()
    )
}
