//! What this gateway remembers of a window it opened: written down for the window's page and the way back, and signed, so
//! that neither a restart nor anybody else can change it. It holds no secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portone_engine::Engine;
use portone_engine::ledger::Face;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

/// The longest ticket read, in bytes.
const TICKET_LENGTH_MAX: usize = 8192;

/// A window that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// The store.
    pub(super) store_id: String,
    /// What it is about.
    pub(super) about: About,
    /// Which SDK the shop used.
    pub(super) face: Face,
    /// Where the shop wants its buyer back, if it said so.
    pub(super) redirect_url: Option<String>,
    /// Which transaction its payment is, as the shop knows it: another window of the payment may have taken its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tx_id: Option<String>,
    /// What a V1 shop calls the key that is issued, to be told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) names: Option<Names>,
}

/// A V1 shop's own names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    pub(super) merchant_uid: String,
    pub(super) customer_uid: String,
}

/// What a window is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum About {
    /// A payment.
    Payment(String),
    /// A billing key to issue.
    BillingKey(String),
    /// A billing key to issue, and its first payment.
    #[serde(rename_all = "camelCase")]
    Both {
        /// The payment.
        payment_id: String,
        /// The key.
        key: String,
    },
}

impl About {
    /// The payment.
    pub(super) fn payment_id(&self) -> Option<&str> {
        match self {
            Self::Payment(payment_id) | Self::Both { payment_id, .. } => Some(payment_id),
            Self::BillingKey(_) => None,
        }
    }

    /// The billing key.
    pub(super) fn billing_key(&self) -> Option<&str> {
        match self {
            Self::BillingKey(key) | Self::Both { key, .. } => Some(key),
            Self::Payment(_) => None,
        }
    }
}

impl Ticket {
    /// The ticket as a text that fits into a URL.
    pub(super) fn write(&self, engine: &Engine) -> String {
        // Texts and names only: they always serialise.
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let seal = URL_SAFE_NO_PAD.encode(engine.seal(&body));
        format!("{body}.{seal}")
    }

    /// A ticket that this installation has written; nothing else.
    pub(super) fn read(engine: &Engine, text: &str) -> Option<Self> {
        let (body, seal) = text.split_once('.').filter(|_| text.len() <= TICKET_LENGTH_MAX)?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        if !bool::from(seal.ct_eq(&engine.seal(body))) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
    }
}
