//! `POST /payments/{paymentId}/pre-register` and `POST /payment-sessions`.

use portone_core::PaymentId;
use portone_engine::FixedAmount;
use portone_engine::ledger::{SessionAgreement, SessionColors, SessionOffer, SessionProduct};
use portone_engine::request::Caller;

use super::codes::{CHECKOUT_METHODS, COUNTRIES};
use super::{Read, order, payment_id, rules};
use crate::auth::Access;
use crate::fields::{Fields, INPUT};
use crate::json::RawBody;

/// A payment to fix.
pub(crate) struct PreRegister {
    /// Who asks.
    pub(crate) caller: Caller,
    /// The payment.
    pub(crate) payment_id: PaymentId,
    /// What it shall be.
    pub(crate) amount: FixedAmount,
}

/// Schema `PreRegisterPaymentBody` (rule V2-050).
pub(crate) fn pre_register(body: &RawBody, access: &Access, id: &str) -> Read<PreRegister> {
    let known = ["storeId", "totalAmount", "taxFreeAmount", "currency"];
    super::read_body(body, access, &known, |root, caller| {
        let fields = root.under(&rules::PRE_REGISTER);
        let payment_id = payment_id(root, id);
        let total = fields.int64_from("totalAmount", 1);
        let tax_free = fields.int64_from("taxFreeAmount", 0);
        let currency = fields.has("currency").then(|| order::currency(&fields)).flatten();
        if let (Some(total), Some(tax_free)) = (total, tax_free)
            && tax_free > total
        {
            fields
                .add("taxFreeAmount", format!("is {tax_free}, more than totalAmount; send at most {total}"));
        }
        let amount = FixedAmount { total, decimals: None, tax_free, currency };
        Some(PreRegister { caller, payment_id: payment_id?, amount })
    })
}

/// A session to open.
pub(crate) struct CreateSession {
    /// Who asks.
    pub(crate) caller: Caller,
    /// What is offered.
    pub(crate) offer: SessionOffer,
    /// For how long.
    pub(crate) life_seconds: Option<i64>,
}

const SESSION: &[&str] = &[
    "storeId",
    "paymentId",
    "profileKey",
    "paymentMethod",
    "country",
    "currency",
    "totalAmount",
    "orderName",
    "redirectUrl",
    "products",
    "customerName",
    "customerEmail",
    "storeName",
    "agreements",
    "orderImageUrl",
    "customData",
    "colors",
    "ttlSeconds",
];
const PRODUCT: &[&str] = &[
    "id",
    "name",
    "code",
    "unitPrice",
    "quantity",
    "startDate",
    "endDate",
    "url",
    "nPayCategoryType",
    "nPayCategoryId",
    "nPayUid",
];

/// Schema `CreatePaymentSessionBody`.
pub(crate) fn create(body: &RawBody, access: &Access) -> Read<CreateSession> {
    super::read_body(body, access, SESSION, |fields, caller| {
        fields.need_text("storeId");
        let life_seconds = fields.int64_from("ttlSeconds", 1);
        let offer = offer(fields);
        Some(CreateSession { caller, offer: offer?, life_seconds })
    })
}

fn offer(fields: &Fields<'_, '_>) -> Option<SessionOffer> {
    let payment_id = fields.need_id("paymentId");
    let profile_key = fields.need_text("profileKey");
    let country = fields.need_code("country", COUNTRIES);
    let currency = order::currency(fields);
    let total_amount = fields.need_int64_from("totalAmount", 1);
    let order_name = fields.need_text("orderName");
    let payment_method = fields.code("paymentMethod", CHECKOUT_METHODS);
    let products = products(fields);
    let agreements = agreements(fields);
    let redirect_url = web_address(fields, "redirectUrl");
    let order_image_url = web_address(fields, "orderImageUrl");
    let texts = ["customerName", "customerEmail", "storeName", "customData"];
    let [customer_name, customer_email, store_name, custom_data] = texts.map(|name| fields.owned_text(name));
    let colors = colors(fields);
    // Read to the end first, so that every problem is told.
    Some(SessionOffer {
        payment_id: payment_id?,
        profile_key: profile_key?.to_owned(),
        payment_method,
        country: country?,
        currency: currency?,
        total_amount: total_amount?,
        order_name: order_name?.to_owned(),
        redirect_url,
        products,
        customer_name,
        customer_email,
        store_name,
        agreements,
        order_image_url,
        custom_data,
        colors,
    })
}

/// A page of the web: the buyer's browser goes there, so nothing but http and https passes.
fn web_address(fields: &Fields<'_, '_>, name: &str) -> Option<String> {
    let url = fields.text(name)?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        fields.add(name, "is no web address; send one that starts with https://");
        return None;
    }
    Some(url.to_owned())
}

fn products(fields: &Fields<'_, '_>) -> Vec<SessionProduct> {
    fields.objects("products", &INPUT, PRODUCT).iter().filter_map(product).collect()
}

fn product(fields: &Fields<'_, '_>) -> Option<SessionProduct> {
    let name = fields.need_text("name");
    let unit_price = fields.need_int64_from("unitPrice", 0);
    let quantity = fields.need_int64_from("quantity", 1).and_then(|quantity| i32::try_from(quantity).ok());
    if quantity.is_none() && fields.int64("quantity").is_some_and(|quantity| quantity > 0) {
        fields.add("quantity", format!("is not a number of 32 bits; send at most {}", i32::MAX));
    }
    let [start_date, end_date] = ["startDate", "endDate"].map(|name| date(fields, name));
    let url = web_address(fields, "url");
    let texts = ["id", "code", "nPayCategoryType", "nPayCategoryId", "nPayUid"];
    let [id, code, n_pay_category_type, n_pay_category_id, n_pay_uid] =
        texts.map(|name| fields.owned_text(name));
    Some(SessionProduct {
        id,
        name: name?.to_owned(),
        code,
        unit_price: unit_price?,
        quantity: quantity?,
        start_date,
        end_date,
        url,
        n_pay_category_type,
        n_pay_category_id,
        n_pay_uid,
    })
}

fn date(fields: &Fields<'_, '_>, name: &str) -> Option<String> {
    let given = fields.text(name)?;
    if given.len() != 10 || given.parse::<chrono::NaiveDate>().is_err() {
        fields.add(name, "is no date; write it like 2026-01-31");
        return None;
    }
    Some(given.to_owned())
}

fn agreements(fields: &Fields<'_, '_>) -> Vec<SessionAgreement> {
    let agreement = |fields: &Fields<'_, '_>| {
        let name = fields.need_text("name");
        if !fields.has("url") {
            fields.add("url", "is missing; send the terms' web address");
        }
        let url = web_address(fields, "url");
        Some(SessionAgreement { name: name?.to_owned(), url: url? })
    };
    fields.objects("agreements", &INPUT, &["name", "url"]).iter().filter_map(agreement).collect()
}

fn colors(fields: &Fields<'_, '_>) -> Option<SessionColors> {
    let fields = fields.object("colors", &INPUT, &["primary", "primaryHover", "primaryLight"])?;
    let [primary, primary_hover, primary_light] =
        ["primary", "primaryHover", "primaryLight"].map(|name| fields.owned_text(name));
    Some(SessionColors { primary, primary_hover, primary_light })
}
