//! The PortOne V2 REST API (schema version 1.16.0).

mod decode;
mod delivery;
mod encode;
mod inquire;
mod notification;
mod operation;
mod receipts;
mod reply;
mod request;
mod standing;

use base64::{Engine, engine::general_purpose::STANDARD};
use portone_core::{
    CallContext, Channel, ChannelKey, Credentials, OpenWindow, Progress, Secret, SetupError, StoreId,
    Upstream,
};

pub use crate::check;
use crate::sdk;

/// One channel's way to a PortOne V2 upstream: encodes commands, reads replies, verifies notifications.
#[derive(Debug)]
pub struct V2Dialect {
    base_url: String,
    store_id: StoreId,
    channel_key: ChannelKey,
    api_secret: Secret<String>,
    notice_urls: Option<[String; 1]>,
    webhook_key: Option<Secret<Vec<u8>>>,
}

impl V2Dialect {
    /// The dialect of one channel at its upstream.
    ///
    /// Fails when the webhook secret is not base64, with or without its `whsec_` prefix.
    pub fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        let Credentials::PortOneV2 { api_secret, webhook_secret } = &upstream.credentials else {
            let problem = format!("needs a PortOne V2 upstream; `{}` is none", channel.upstream);
            return Err(SetupError { channel: channel.key.clone(), problem });
        };
        let webhook_key = webhook_secret
            .as_ref()
            .map(webhook_key)
            .transpose()
            .map_err(|problem| SetupError { channel: channel.key.clone(), problem: problem.to_owned() })?;
        Ok(Self {
            base_url: upstream.base_url.trim_end_matches('/').to_owned(),
            store_id: channel.store_id.clone(),
            channel_key: channel.upstream_channel_key.as_ref().unwrap_or(&channel.key).clone(),
            api_secret: api_secret.clone(),
            notice_urls: upstream.notice_url.clone().map(|url| [url]),
            webhook_key,
        })
    }

    /// The call on the upstream's browser SDK that opens a window. The upstream knows the store by the id it has here.
    fn encode_window(&self, window: &OpenWindow, ctx: &CallContext, shaping: Shaping) -> Progress {
        let target = sdk::Target {
            store_id: &self.store_id,
            channel_key: &self.channel_key,
            notice_url: self.notice_urls.as_ref().map(|[url]| url.as_str()),
            attempt: &ctx.attempt,
            leaves_vat_out: shaping.vat == Vat::LeftOut,
        };
        sdk::encode(window, target)
    }
}

/// What an adapter changes of the standard encoding for its PG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shaping {
    /// What becomes of the value-added tax a caller gave in a command that pays.
    pub vat: Vat,
}

impl Shaping {
    /// Everything as the caller gave it.
    pub const NONE: Self = Self { vat: Vat::AsGiven };
}

/// What becomes of the value-added tax a caller gave in a command that pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vat {
    /// It is sent as given.
    AsGiven,
    /// It is left out, and the PG computes it.
    LeftOut,
}

const WEBHOOK_SECRET_PREFIX: &str = "whsec_";

fn webhook_key(secret: &Secret<String>) -> Result<Secret<Vec<u8>>, &'static str> {
    let text = secret.expose();
    let encoded = text.strip_prefix(WEBHOOK_SECRET_PREFIX).unwrap_or(text);
    STANDARD
        .decode(encoded)
        .map(Secret::new)
        .map_err(|_| "webhook_secret is not base64; copy it from the console as it is (`whsec_…`)")
}
