//! The channels the sandbox plays: one contract with one PG each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fields::Fields;
use crate::pg::Provider;
use crate::refusal::Refusal;

/// What the sandbox knows of a channel; declared through `PUT /sandbox/channels`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Channel {
    pub(crate) key: String,
    pub(crate) provider: Provider,
    pub(crate) pg_merchant_id: String,
    pub(crate) environment: Environment,
    /// `None`: everything is contracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contracts: Option<BTreeSet<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The currency Smartro charges whatever the request says (SMARTRO-005).
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "mid_currency")]
    pub(crate) mid_currency: Option<String>,
    /// `Some(false)`: Smartro refuses dollars (SMARTRO-006).
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "usd_enabled")]
    pub(crate) usd_enabled: Option<bool>,
    /// KPN demands birth date and password digits for key-in (KPN-060).
    #[serde(default, rename = "keyin_requires_full_auth")]
    pub(crate) keyin_requires_full_auth: bool,
    /// Concerns windows only; kept so that the declaration can be sent whole.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "mid_product_type")]
    pub(crate) mid_product_type: Option<String>,
}

/// Live money or test mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    Live,
    Test,
}

const MEMBERS: &[&str] = &[
    "key",
    "provider",
    "pgMerchantId",
    "environment",
    "contracts",
    "name",
    "mid_currency",
    "usd_enabled",
    "keyin_requires_full_auth",
    "mid_product_type",
];

impl Channel {
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Self, Refusal> {
        if let Some(unknown) = fields.names().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(fields.error(unknown, "is not a member of a channel"));
        }
        let provider = fields
            .one_of("provider", Provider::NAMES)?
            .and_then(Provider::named)
            .ok_or_else(|| fields.error("provider", "is required"))?;
        let environment = match fields.one_of("environment", &["live", "test"])? {
            Some("live") => Environment::Live,
            Some(_) => Environment::Test,
            None => return Err(fields.error("environment", "is required")),
        };
        let contracts = fields.texts("contracts")?;
        Ok(Self {
            key: fields.text("key")?.to_owned(),
            provider,
            pg_merchant_id: fields.text("pgMerchantId")?.to_owned(),
            environment,
            contracts: contracts.map(|names| names.into_iter().map(str::to_owned).collect()),
            name: fields.owned_text("name")?,
            mid_currency: fields.owned_text("mid_currency")?,
            usd_enabled: fields.flag("usd_enabled")?,
            keyin_requires_full_auth: fields.flag("keyin_requires_full_auth")?.unwrap_or(false),
            mid_product_type: fields.owned_text("mid_product_type")?,
        })
    }

    pub(crate) fn is_test(&self) -> bool {
        self.environment == Environment::Test
    }

    /// Whether the merchant has agreed on `capability` with the PG.
    pub(crate) fn has_contract(&self, capability: &str) -> bool {
        self.contracts.as_ref().is_none_or(|names| names.contains(capability))
    }

    /// The `SelectedChannel` schema.
    pub(crate) fn view(&self) -> Value {
        let mut view = json!({
            "type": if self.is_test() { "TEST" } else { "LIVE" },
            "key": self.key,
            "pgProvider": self.provider.name(),
            "pgMerchantId": self.pg_merchant_id,
        });
        if let Some(name) = &self.name {
            view["name"] = json!(name);
        }
        view
    }
}
