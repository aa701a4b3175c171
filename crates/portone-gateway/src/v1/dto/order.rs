//! What is bought, as every V1 request that pays tells it.

use portone_core::{
    Address, Currency, Customer, CustomerName, Order, PaymentAmount, PaymentId, ProductType, Rule,
};
use portone_engine::request::Extras;
use portone_wire::v1::rules;
use serde_json::{Map, Value};

use super::{amount, whole};
use crate::fields::Fields;
use crate::json::Node;

/// The members of an order.
pub(super) const ORDER: [&str; 22] = [
    "merchant_uid",
    "currency",
    "amount",
    "tax_free",
    "vat_amount",
    "vat",
    "name",
    "buyer_name",
    "buyer_email",
    "buyer_tel",
    "buyer_addr",
    "buyer_postcode",
    "card_quota",
    "interest_free_by_merchant",
    "use_card_point",
    "custom_data",
    "notice_url",
    "browser_ip",
    "product_type",
    "product_count",
    "promotion_id",
    "bypass",
];
/// The PG that reads `browser_ip` and the 3-D Secure step, which V2 has in its bypass.
const PAYMENTWALL: &str = "paymentwall";
const OUR_BYPASS: [&str; 3] = ["browser_ip", "secure_3d_charge_id", "secure_3d_token"];
pub(super) const PRODUCT_TYPES: [(&str, ProductType); 2] =
    [("real", ProductType::Physical), ("digital", ProductType::Digital)];

/// How long texts may be, whatever the upstream: V1's answers show no longer ones.
const LENGTHS: [(&Rule, &str, usize); 6] = [
    (&rules::NAME, "name", 40),
    (&rules::BUYER_NAME_LENGTH, "buyer_name", 16),
    (&rules::BUYER_EMAIL_LENGTH, "buyer_email", 64),
    (&rules::BUYER_TEL_LENGTH, "buyer_tel", 16),
    (&rules::BUYER_ADDR_LENGTH, "buyer_addr", 128),
    (&rules::POSTCODE_LENGTH, "buyer_postcode", 8),
];

/// Refuses a text that is too long.
pub(super) fn check_length(fields: &Fields<'_, '_>, (rule, name, length_max): (&'static Rule, &str, usize)) {
    if let Some(Node::Text(text) | Node::Loose(text)) = fields.node(name) {
        let length = text.as_str().chars().count();
        if length > length_max {
            fields.under(rule).add(name, format!("has {length} characters; use at most {length_max}"));
        }
    }
}

/// A payment whose name V1 lets a shop leave out has its number for a name: V2 has none without.
pub(super) fn named(order: Order) -> Order {
    if order.order_name.trim().is_empty() {
        let order_name = order.payment_id.as_str().to_owned();
        return Order { order_name, ..order };
    }
    order
}

/// The order; `pg_code` says where the PG's own parameters go.
pub(super) fn read(fields: &Fields<'_, '_>, pg_code: &str, payment_id: Option<PaymentId>) -> Option<Order> {
    let currency = currency(fields);
    let total = currency.and_then(|currency| amount::total(fields, currency));
    let part = |rule, name| currency.and_then(|currency| amount::minor(fields, rule, name, currency));
    let tax_free = part(&rules::TAX_FREE_PART, "tax_free");
    let vat = part(&rules::VAT_IGNORED, "vat_amount");
    if fields.has("vat") {
        fields
            .under(&rules::OLD_VAT)
            .add("vat", "is out of use; say tax_free, and vat_amount where the PG reads it");
    }
    for length in LENGTHS {
        check_length(fields, length);
    }
    let order_name = fields.under(&rules::NAME).owned_text("name").unwrap_or_default();
    let customer = customer(fields, "buyer_");
    let product_count = whole(fields, &rules::PRODUCT_COUNT, "product_count");
    let product_type = fields.under(&rules::PRODUCT_TYPE).choice("product_type", PRODUCT_TYPES.into_iter());
    let promotion_id = fields.under(&rules::PROMOTION_ID).owned_text("promotion_id");
    let bypass = bypass(fields, pg_code);
    // Read to the end first, so that every problem is told.
    Some(Order {
        payment_id: payment_id?,
        order_name,
        amount: PaymentAmount { total: total?, tax_free, vat, currency: currency? },
        customer,
        products: Vec::new(),
        product_count,
        product_type,
        country: None,
        shipping_address: None,
        promotion_id,
        is_cultural_expense: None,
        is_escrow: None,
        bypass,
    })
}

/// Won where none is named (rule IAMPORT-055).
pub(super) fn currency(fields: &Fields<'_, '_>) -> Option<Currency> {
    let fields = fields.under(&rules::CURRENCY);
    if !fields.has("currency") {
        return Some(Currency::KRW);
    }
    let currency = Currency::parse(fields.text("currency")?);
    if currency.is_err() {
        fields.add("currency", "is no code of ISO 4217; send one such as KRW or USD");
    }
    currency.ok()
}

/// A person: the buyer (`buyer_…`), or the holder of a card (`customer_…`).
pub(super) fn customer(fields: &Fields<'_, '_>, prefix: &str) -> Customer {
    let text = |name: &str| fields.owned_text(&format!("{prefix}{name}"));
    let address = text("addr").map(|line| Address {
        address_line1: line,
        address_line2: String::new(),
        city: None,
        province: None,
        country: None,
    });
    Customer {
        id: fields.owned_text("customer_id"),
        name: text("name").map(CustomerName::Full),
        email: text("email"),
        phone_number: text("tel"),
        address,
        zipcode: text("postcode"),
        ..Customer::default()
    }
}

/// The PG's own parameters: on REST a text that holds a JSON object (rule IAMPORT-063). What V1 has members of its own
/// for and V2 has not joins them, where their PG expects it.
fn bypass(fields: &Fields<'_, '_>, pg_code: &str) -> Option<Value> {
    let mut parameters = fields.has("bypass").then(|| written_bypass(fields)).flatten().unwrap_or_default();
    if pg_code != PAYMENTWALL {
        return (!parameters.is_empty()).then_some(Value::Object(parameters));
    }
    for name in OUR_BYPASS {
        if let Some(text) = fields.text(name) {
            parameters.insert(name.to_owned(), Value::from(text));
        }
    }
    (!parameters.is_empty())
        .then(|| Value::Object(Map::from_iter([(PAYMENTWALL.to_owned(), parameters.into())])))
}

fn written_bypass(fields: &Fields<'_, '_>) -> Option<Map<String, Value>> {
    let fields = fields.under(&rules::BYPASS);
    let text = fields.text("bypass")?;
    let object = serde_json::from_str::<Value>(text).ok().and_then(|value| value.as_object().cloned());
    if object.is_none() {
        fields.add("bypass", "is no text that holds a JSON object; send one such as `{\"key\":\"value\"}`");
    }
    object
}

/// What the shop gets back, and where it hears of it: no PG's business. Only successes are muted, and V1 mutes none.
pub(super) fn extras(fields: &Fields<'_, '_>) -> Extras {
    let custom_data = match fields.node("custom_data") {
        None => None,
        Some(Node::Text(text) | Node::Loose(text)) => Some(text.as_str().to_owned()),
        Some(node @ (Node::Object(_) | Node::Array(_))) => Some(node.to_value().to_string()),
        Some(_) => {
            fields.add("custom_data", "is neither a text nor an object; send one of them");
            None
        }
    };
    let notice_urls = match fields.node("notice_url") {
        Some(Node::Array(_)) => fields.texts("notice_url"),
        _ => fields.owned_text("notice_url").into_iter().collect(),
    };
    Extras { custom_data, notice_urls, skip_webhook: false }
}

/// How a card is charged: instalments, interest, points.
pub(super) struct Terms {
    pub(super) installment_month: Option<i32>,
    pub(super) use_free_interest: Option<bool>,
    pub(super) use_card_point: Option<bool>,
}

pub(super) fn terms(fields: &Fields<'_, '_>) -> Terms {
    let flag = |rule: &'static Rule, name| fields.under(rule).flag(name);
    Terms {
        installment_month: whole(fields, &rules::CARD_QUOTA, "card_quota"),
        use_free_interest: flag(&rules::INTEREST_FREE_IGNORED, "interest_free_by_merchant"),
        use_card_point: flag(&rules::CARD_POINT_IGNORED, "use_card_point"),
    }
}
