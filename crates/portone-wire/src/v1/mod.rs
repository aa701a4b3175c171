//! The PortOne V1 REST API (`api.iamport.kr`), as an upstream.

mod account;
mod bank;
pub mod check;
pub mod codes;
mod decode;
mod delivery;
pub mod dto;
mod encode;
mod escrow;
mod inquire;
mod login;
mod money;
pub mod names;
mod notification;
mod operation;
mod receipts;
mod reply;
mod request;
pub mod rules;
mod standing;
mod store_receipt;
mod wallet;
mod window;

pub use bank::{bank_code, bank_of_code, banks};
pub use check::is_pg;
pub use money::is_whole;

use std::sync::Arc;

use portone_core::{Channel, ChannelKey, Command, Contracts, Credentials, SetupError, TokenSource, Upstream};

/// One channel's way to a PortOne V1 upstream: checks and encodes commands, reads replies and notifications.
#[derive(Debug)]
pub struct V1Dialect {
    base_url: String,
    pg: String,
    channel_key: Option<ChannelKey>,
    /// The key where the API takes no PG code: the channel's at the upstream, or else the one it has here.
    own_key: ChannelKey,
    contracts: Contracts,
    tokens: Arc<TokenSource>,
    notice_url: Option<String>,
}

impl V1Dialect {
    /// The dialect of one channel at its upstream.
    ///
    /// Requests name the channel as `{pg code}.{merchant id}`: the provider in small letters and the channel's merchant
    /// id. A provider that has a dot of its own is sent as it is. Where the channel has a key at the upstream, that key
    /// is sent too wherever the API takes one.
    ///
    /// Fails when the upstream is no V1 upstream.
    pub fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        let Credentials::IamportV1 { imp_key, imp_secret } = &upstream.credentials else {
            let problem = format!("needs a PortOne V1 upstream; `{}` is none", channel.upstream);
            return Err(SetupError { channel: channel.key.clone(), problem });
        };
        let base_url = upstream.base_url.trim_end_matches('/').to_owned();
        Ok(Self {
            tokens: Arc::new(login::tokens(&base_url, imp_key, imp_secret)),
            base_url,
            pg: pg(channel),
            channel_key: channel.upstream_channel_key.clone(),
            own_key: channel.upstream_channel_key.as_ref().unwrap_or(&channel.key).clone(),
            contracts: channel.contracts.clone(),
            notice_url: upstream.notice_url.clone(),
        })
    }

    /// The code of the PG (`nice_v2`), without the merchant id.
    pub fn pg_code(&self) -> &str {
        self.pg.split('.').next().unwrap_or_default()
    }
}

fn pg(channel: &Channel) -> String {
    let provider = channel.provider.as_str();
    if provider.contains('.') {
        return provider.to_owned();
    }
    format!("{}.{}", provider.to_ascii_lowercase(), channel.pg_merchant_id)
}

/// What an adapter adds to the standard encoding for its PG.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shaping {
    /// Sent as the birth date where the card has none.
    pub default_birth: Option<&'static str>,
    /// The buyer's address on the internet.
    pub browser_ip: Option<String>,
    /// The step of 3-D Secure that came before.
    pub secure_3d: Option<Secure3d>,
    /// The PG's own parameters, as JSON text.
    pub bypass: Option<String>,
    /// The PG's own parameters of a window, which takes an object.
    pub window_bypass: Option<serde_json::Value>,
    /// Whether a window offers methods of the PG's test mode.
    pub use_test_method: Option<bool>,
}

impl Shaping {
    /// Whatever the order's `bypass` holds goes to the PG untouched: as text on REST, as an object in a window (rule
    /// IAMPORT-063).
    pub fn as_given(command: &Command) -> Self {
        if let Command::OpenWindow(window) = command {
            return Self { window_bypass: window.bypass().cloned(), ..Self::default() };
        }
        let bypass = command.order().and_then(|order| order.bypass.as_ref());
        Self { bypass: bypass.map(ToString::to_string), ..Self::default() }
    }
}

/// What the 3-D Secure step gave: a charge id, and a token that may be spent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secure3d {
    /// `secure_3d_charge_id`.
    pub charge_id: String,
    /// `secure_3d_token`.
    pub token: String,
}
