//! Request bodies, in the schema's words: what is required is always there, what is optional and unset is left out.
//! They are sent as JSON, so that numbers keep their type (rule IAMPORT-099).

use portone_core::{Address, Card, Customer, CustomerName, Order, ProductType, Secret};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Shaping, money::major};

/// `POST /subscribe/payments/onetime`.
#[derive(Serialize)]
pub(super) struct OnetimeInput<'a> {
    #[serde(flatten)]
    pub order: OrderInput<'a>,
    #[serde(flatten)]
    pub card: CardInput<'a>,
    pub pg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_3d_charge_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_3d_token: Option<&'a str>,
}

/// `POST /subscribe/payments/again`.
#[derive(Serialize)]
pub(super) struct AgainInput<'a> {
    pub customer_uid: &'a str,
    #[serde(flatten)]
    pub order: OrderInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_count: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_receipt_type: Option<&'static str>,
}

/// What both kinds of payment have.
#[derive(Serialize)]
pub(super) struct OrderInput<'a> {
    merchant_uid: &'a str,
    name: &'a str,
    amount: Box<RawValue>,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_tel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_addr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_postcode: Option<&'a str>,
    #[serde(flatten)]
    terms: TermsInput,
    custom_data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser_ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bypass: Option<&'a str>,
}

impl<'a> OrderInput<'a> {
    /// `marker` goes into `custom_data`: an inquiry finds the attempt by it.
    pub(super) fn new(
        order: &'a Order,
        terms: TermsInput,
        marker: &'a str,
        notice_url: Option<&'a str>,
        shaping: &'a Shaping,
    ) -> Self {
        let currency = &order.amount.currency;
        let customer = &order.customer;
        Self {
            merchant_uid: order.payment_id.as_str(),
            name: &order.order_name,
            amount: major(order.amount.total, *currency),
            currency: currency.code(),
            tax_free: order.amount.tax_free.map(|part| major(part, *currency)),
            vat_amount: order.amount.vat.map(|part| major(part, *currency)),
            buyer_name: customer.name.as_ref().map(CustomerName::one_line),
            buyer_email: customer.email.as_deref(),
            buyer_tel: customer.phone_number.as_deref(),
            buyer_addr: customer.address.as_ref().map(one_line),
            buyer_postcode: customer.zipcode.as_deref(),
            terms,
            custom_data: marker,
            notice_url,
            browser_ip: shaping.browser_ip.as_deref(),
            product_type: order.product_type.map(product_type),
            promotion_id: order.promotion_id.as_deref(),
            bypass: shaping.bypass.as_deref(),
        }
    }
}

/// How a card is charged.
#[derive(Serialize)]
pub(super) struct TermsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_quota: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest_free_by_merchant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_card_point: Option<bool>,
}

pub(super) const fn product_type(kind: ProductType) -> &'static str {
    match kind {
        ProductType::Physical => "real",
        ProductType::Digital => "digital",
    }
}

/// An address as one line, from the largest place to the smallest.
pub(super) fn one_line(address: &Address) -> String {
    let parts = [
        address.province.as_deref(),
        address.city.as_deref(),
        Some(address.address_line1.as_str()),
        Some(address.address_line2.as_str()),
    ];
    let told: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    told.join(" ")
}

/// `POST /subscribe/customers/{customer_uid}`.
#[derive(Serialize)]
pub(super) struct CustomerInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_key: Option<&'a str>,
    pub pg: &'a str,
    #[serde(flatten)]
    pub card: CardInput<'a>,
    #[serde(flatten)]
    pub holder: HolderInput<'a>,
}

/// Who holds the card.
#[derive(Serialize)]
pub(super) struct HolderInput<'a> {
    #[serde(rename = "customer_id", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "customer_name", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "customer_tel", skip_serializing_if = "Option::is_none")]
    tel: Option<&'a str>,
    #[serde(rename = "customer_email", skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(rename = "customer_addr", skip_serializing_if = "Option::is_none")]
    addr: Option<String>,
    #[serde(rename = "customer_postcode", skip_serializing_if = "Option::is_none")]
    postcode: Option<&'a str>,
}

impl<'a> From<&'a Customer> for HolderInput<'a> {
    fn from(customer: &'a Customer) -> Self {
        Self {
            id: customer.id.as_deref(),
            name: customer.name.as_ref().map(CustomerName::one_line),
            tel: customer.phone_number.as_deref(),
            email: customer.email.as_deref(),
            addr: customer.address.as_ref().map(one_line),
            postcode: customer.zipcode.as_deref(),
        }
    }
}

/// A card as V1 writes it: number in groups of four (rule IAMPORT-020), expiry as `YYYY-MM` (rule IAMPORT-021).
#[derive(Serialize)]
pub(super) struct CardInput<'a> {
    #[serde(serialize_with = "exposed")]
    card_number: Secret<String>,
    #[serde(serialize_with = "exposed")]
    expiry: Secret<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pwd_2digit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cvc: Option<&'a str>,
}

impl<'a> CardInput<'a> {
    pub(super) fn new(card: &'a Card, shaping: &Shaping, takes_cvc: bool) -> Self {
        fn text(secret: Option<&Secret<String>>) -> Option<&str> {
            secret.map(|secret| secret.expose().as_str())
        }
        Self {
            card_number: grouped(card.number.expose()),
            expiry: expiry(card),
            birth: text(card.birth_or_business_registration_number.as_ref()).or(shaping.default_birth),
            pwd_2digit: text(card.password_two_digits.as_ref()),
            cvc: text(card.cvc.as_ref()).filter(|_| takes_cvc),
        }
    }
}

/// The longest number the rules let pass, with its hyphens: a text that grew would leave a copy of itself behind.
const GROUPED_LENGTH: usize = 19;

fn grouped(number: &str) -> Secret<String> {
    let mut text = String::with_capacity(GROUPED_LENGTH.max(number.len() * 2));
    for (at, digit) in number.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(digit);
    }
    Secret::new(text)
}

fn expiry(card: &Card) -> Secret<String> {
    let (year, month) = (card.expiry_year.expose(), card.expiry_month.expose());
    let mut text = String::with_capacity(year.len() + month.len() + 3);
    text.push_str("20");
    text.push_str(year);
    text.push('-');
    text.push_str(month);
    Secret::new(text)
}

fn exposed<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// `POST /payments/cancel`. The payment is named by the shop's number: at most one of it was ever paid (rule IAMPORT-011).
#[derive(Serialize)]
pub(super) struct CancelInput<'a> {
    pub merchant_uid: &'a str,
    pub amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_free: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_amount: Option<Box<RawValue>>,
    pub checksum: Box<RawValue>,
    pub reason: &'a str,
    #[serde(flatten)]
    pub refund: Option<RefundInput<'a>>,
}

/// The account that money is returned to.
#[derive(Serialize)]
pub(super) struct RefundInput<'a> {
    #[serde(rename = "refund_holder")]
    pub holder: &'a str,
    #[serde(rename = "refund_bank")]
    pub bank: &'a str,
    #[serde(rename = "refund_account")]
    pub account: &'a str,
    #[serde(rename = "refund_tel", skip_serializing_if = "Option::is_none")]
    pub telephone: Option<&'a str>,
}
