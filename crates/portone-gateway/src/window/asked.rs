//! What a shop's page asked for, read from either SDK's argument.

use portone_core::{ChannelGroupId, ChannelKey, CustomerUid, OpenWindow, Report, StoreId};
use portone_engine::ledger::Face;
use portone_engine::request::{Extras, Selector};
use portone_wire::sdk::{self, SdkRequest};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::checkout;
use super::iamport;
use super::sdk_error::SdkError;
use super::ticket::Names;
use crate::json::RawBody;
use crate::state::Gateway;

/// Why no window issues a key for a group (seed 000).
pub(super) const NO_GROUP: &str = "SR-024 channelGroupId: a window issues a billing key at one channel only; give channelKey, or issue \
                        it with POST /billing-keys and the group, which gives a super billing key";

/// Another merchant's money must not end here.
const NO_TIER: &str = "V1-011 IMP.agency: the tier is no sub-merchant of this store, which has none; call IMP.init with the \
                       user code of the store that sells";

/// A window that is asked for.
pub(super) struct Asked {
    /// Of which store.
    pub(super) store_id: StoreId,
    /// By which SDK.
    pub(super) face: Face,
    /// Where; windows that issue a key name a channel.
    pub(super) selector: Selector,
    /// The window.
    pub(super) window: OpenWindow,
    /// For the shop.
    pub(super) extras: Extras,
    /// What a V1 shop calls the key that is issued.
    pub(super) customer_uid: Option<CustomerUid>,
    /// What its callback is told again.
    pub(super) names: Option<Names>,
}

/// The body of `POST /window/open`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    #[serde(default)]
    function: String,
    /// What `IMP.init` was called with.
    #[serde(default)]
    user_code: String,
    /// Whose page asks, of the hosted checkout.
    #[serde(default)]
    session_id: String,
    /// The sub-merchant that `IMP.agency` named.
    tier: Option<String>,
    #[serde(borrow)]
    argument: Option<&'a RawValue>,
}

/// Reads what a page sent; everything that is wrong with it is told together.
pub(super) async fn read(gateway: &Gateway, body: &RawBody) -> Result<Asked, SdkError> {
    let wrong = |message: String| SdkError::input(message);
    body.parse().map_err(|error| wrong(error.into_message()))?;
    let call: Call<'_> = serde_json::from_slice(body.bytes())
        .map_err(|error| wrong(format!("the call is none of the browser SDK's: {error}")))?;
    let argument = RawBody::from_text(call.argument.map_or("{}", RawValue::get));
    if call.function == "request_pay" {
        if call.tier.is_some_and(|tier| !tier.is_empty()) {
            return Err(SdkError::input(NO_TIER));
        }
        return iamport::read(gateway, &call.user_code, &argument);
    }
    let value = argument.parse().map_err(|error| wrong(error.into_message()))?.to_value();
    if call.function == "checkout" {
        return checkout::read(gateway, &call.session_id, &value).await;
    }
    let issues = call.function.starts_with("requestIssueBillingKey");
    if issues && value.get("channelGroupId").is_some_and(|group| !group.is_null()) {
        return Err(SdkError::input(NO_GROUP));
    }
    let read: fn(&Value) -> Result<SdkRequest, Report> = match call.function.as_str() {
        "requestPayment" => sdk::parse_payment,
        "requestIssueBillingKey" => sdk::parse_issue_billing_key,
        "requestIssueBillingKeyAndPay" => sdk::parse_issue_and_pay,
        _ => return Err(SdkError::input("function: is none of the browser SDK's that open a window")),
    };
    of_v2(gateway, read(&value).map_err(|report| SdkError::invalid(&report))?)
}

fn of_v2(gateway: &Gateway, request: SdkRequest) -> Result<Asked, SdkError> {
    let SdkRequest { store_id, channel_key, channel_group_id, .. } = &request;
    if !gateway.stores.iter().any(|store| store.id == *store_id) {
        let message = "storeId: there is no such store here; look it up in the configuration";
        return Err(SdkError::new("StoreNotFound", message));
    }
    let selector = selector(channel_key.clone(), channel_group_id.clone())?
        .ok_or_else(|| SdkError::input("channelKey: is missing; give it, or channelGroupId"))?;
    Ok(at(request, selector))
}

/// A window of V2's words, at the channels that somebody has chosen.
pub(super) fn at(request: SdkRequest, selector: Selector) -> Asked {
    let SdkRequest { store_id, notice_urls, custom_data, window, .. } = request;
    let custom_data = custom_data.map(|data| data.to_string());
    let extras = Extras { custom_data, notice_urls, skip_webhook: false };
    Asked { store_id, face: Face::V2, selector, window, extras, customer_uid: None, names: None }
}

/// One of the two; `None` where neither is given.
pub(super) fn selector(
    channel: Option<ChannelKey>,
    group: Option<ChannelGroupId>,
) -> Result<Option<Selector>, SdkError> {
    match (channel, group) {
        (Some(key), None) => Ok(Some(Selector::Channel(key))),
        (None, Some(group)) => Ok(Some(Selector::Group(group))),
        (Some(_), Some(_)) => {
            Err(SdkError::input("SR-020 channelGroupId: channelKey is given too; give one of them"))
        }
        (None, None) => Ok(None),
    }
}
