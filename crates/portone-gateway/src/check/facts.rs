//! What a rule needs and a request does not hold: facts of the channel, of the ledger and of the buyer.

use chrono::{DateTime, Utc};
use portone_core::{BuyerOs, ChannelFacts, Currency, PayMethod};

use crate::fields::Fields;

/// Everything the context may tell.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) os: Option<BuyerOs>,
    pub(super) in_app: bool,
    pub(super) consents_collected: bool,
    pub(super) pay_method: Option<PayMethod>,
    pub(super) card_type: Option<String>,
    pub(super) card_issuer: Option<String>,
    /// Whether the card is a company's without a person's name.
    pub(super) is_corporate_card: bool,
    pub(super) paid_at: Option<DateTime<Utc>>,
    pub(super) currency: Option<Currency>,
    pub(super) cancellable: Option<i64>,
    pub(super) cancellable_tax_free: Option<i64>,
    pub(super) ordered_vat: Option<i64>,
    pub(super) issue_email: Option<String>,
    /// How a payment of that number stands, as V1 spells it.
    pub(super) payment_status: Option<String>,
    /// In minor units.
    pub(super) prepared_amount: Option<i64>,
    pub(super) has_billing_key: Option<bool>,
    pub(super) pending_schedules: Option<i64>,
    pub(super) channel: ChannelFacts,
}

const SYSTEMS: [(&str, BuyerOs); 5] = [
    ("windows", BuyerOs::Windows),
    ("macos", BuyerOs::MacOs),
    ("linux", BuyerOs::Linux),
    ("android", BuyerOs::Android),
    ("ios", BuyerOs::Ios),
];
const METHODS: [(&str, PayMethod); 5] = [
    ("CARD", PayMethod::Card),
    ("VIRTUAL_ACCOUNT", PayMethod::VirtualAccount),
    ("TRANSFER", PayMethod::Transfer),
    ("MOBILE", PayMethod::Mobile),
    ("EASY_PAY", PayMethod::EasyPay),
];
const CARD_TYPES: &[&str] = &["CREDIT", "DEBIT", "GIFT"];
const CARD_KINDS: [(&str, bool); 2] = [("PERSONAL", false), ("CORPORATE", true)];
const STATUSES: &[&str] = &["ready", "paid", "cancelled", "failed"];
const PRODUCT_TYPES: &[&str] = &["PHYSICAL", "DIGITAL"];
const CONTEXT: &[&str] = &[
    "os",
    "in_app",
    "consents_collected",
    "pay_method",
    "card_type",
    "card_issuer",
    "card_kind",
    "paid_at",
    "currency",
    "cancellable",
    "cancellable_tax_free",
    "ordered_vat",
    "issue_email",
    "payment_status",
    "prepared_amount",
    "has_billing_key",
    "pending_schedules",
    "mid_currency",
    "usd_enabled",
    "mid_product_type",
    "keyin_requires_full_auth",
];

/// Reads `context`; nothing in it is needed.
pub(super) fn read(fields: &Fields<'_, '_>) -> Option<Facts> {
    let Some(context) = fields.object("context", fields.own_rule(), CONTEXT) else {
        return (!fields.has("context")).then(Facts::default);
    };
    let currency = |name| {
        context.text(name).and_then(|code| {
            let parsed = Currency::parse(code);
            parsed.map_err(|error| context.add(name, error.to_string())).ok()
        })
    };
    Some(Facts {
        os: context.choice("os", SYSTEMS.into_iter()),
        in_app: context.flag("in_app").unwrap_or(false),
        consents_collected: context.flag("consents_collected").unwrap_or(false),
        pay_method: context.choice("pay_method", METHODS.into_iter()),
        card_type: context.code("card_type", CARD_TYPES),
        card_issuer: context.owned_text("card_issuer"),
        is_corporate_card: context.choice("card_kind", CARD_KINDS.into_iter()).unwrap_or(false),
        paid_at: context.moment("paid_at"),
        currency: currency("currency"),
        cancellable: context.int64_from("cancellable", 0),
        cancellable_tax_free: context.int64_from("cancellable_tax_free", 0),
        ordered_vat: context.int64_from("ordered_vat", 0),
        issue_email: context.owned_text("issue_email"),
        payment_status: context.code("payment_status", STATUSES),
        prepared_amount: context.int64_from("prepared_amount", 0),
        has_billing_key: context.flag("has_billing_key"),
        pending_schedules: context.int64_from("pending_schedules", 0),
        channel: ChannelFacts {
            mid_currency: currency("mid_currency"),
            usd_enabled: context.flag("usd_enabled"),
            mid_product_type: context.code("mid_product_type", PRODUCT_TYPES),
            keyin_requires_full_auth: context.flag("keyin_requires_full_auth"),
        },
    })
}
