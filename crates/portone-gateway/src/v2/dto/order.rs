//! What is bought, as every request that pays tells it.

use portone_core::{Currency, Order, PaymentAmount, PaymentId, Product, ProductType};

use super::codes::COUNTRIES;
use super::{customer, rules};
use crate::fields::{Fields, INPUT, shown};

const AMOUNT: &[&str] = &["total", "taxFree", "vat"];
const PRODUCT: &[&str] = &["id", "name", "tag", "code", "amount", "quantity", "link"];
const PRODUCT_TYPES: [(&str, ProductType); 2] =
    [("PHYSICAL", ProductType::Physical), ("DIGITAL", ProductType::Digital)];
const BROWSER_PREFIX: &str = "CURRENCY_";

/// The order; `isCulturalExpense` and `isEscrow` only where the request has them.
pub(super) fn read(fields: &Fields<'_, '_>, payment_id: Option<PaymentId>) -> Option<Order> {
    let order_name = fields.need_text("orderName");
    let currency = currency(fields);
    let amount = amount(fields, currency);
    let order = Order {
        payment_id: payment_id?,
        order_name: order_name.unwrap_or_default().to_owned(),
        amount: amount.unwrap_or(PaymentAmount::total(0, Currency::KRW)),
        customer: customer::read(fields),
        products: products(fields),
        product_count: fields.under(&rules::PRODUCT_COUNT).int32_from("productCount", 1),
        product_type: fields.choice("productType", PRODUCT_TYPES.into_iter()),
        country: fields.code("country", COUNTRIES),
        shipping_address: customer::address(fields, "shippingAddress"),
        promotion_id: fields.owned_text("promotionId"),
        is_cultural_expense: fields.flag("isCulturalExpense"),
        is_escrow: fields.flag("isEscrow"),
        bypass: fields.opaque("bypass"),
    };
    // Read to the end first, so that every problem is told.
    (order_name.is_some() && amount.is_some()).then_some(order)
}

/// The parts of `amount` (schema `PaymentAmountInput`, rule V2-044).
fn amount(fields: &Fields<'_, '_>, currency: Option<Currency>) -> Option<PaymentAmount> {
    let fields = fields.need_object("amount", &rules::AMOUNT, AMOUNT)?;
    let total = fields.need_int64_from("total", 1);
    let tax_free = fields.int64_from("taxFree", 0);
    let vat = fields.int64_from("vat", 0);
    Some(PaymentAmount { total: total?, tax_free, vat, currency: currency? })
}

/// A currency code (schema `Currency`); the browser SDK's spelling is refused with the right one.
fn currency(fields: &Fields<'_, '_>) -> Option<Currency> {
    let given = fields.need_text("currency")?;
    let parsed = Currency::parse(given).ok();
    if parsed.is_none() {
        let bare = given.strip_prefix(BROWSER_PREFIX).unwrap_or(given).to_ascii_uppercase();
        let remedy = match Currency::parse(&bare) {
            Ok(near) => format!("did you mean `{near}`?"),
            Err(_) => "send a code of ISO 4217, such as KRW or USD".to_owned(),
        };
        fields.add("currency", format!("`{}` is no documented value; {remedy}", shown(given)));
    }
    parsed
}

fn products(fields: &Fields<'_, '_>) -> Vec<Product> {
    fields.objects("products", &INPUT, PRODUCT).iter().filter_map(product).collect()
}

fn product(fields: &Fields<'_, '_>) -> Option<Product> {
    let (id, name) = (fields.need_text("id"), fields.need_text("name"));
    let amount = fields.need_int64_from("amount", 0);
    if !fields.has("quantity") {
        fields.add("quantity", "is missing; send a whole number");
    }
    let quantity = fields.int32_from("quantity", 1);
    Some(Product {
        id: id?.to_owned(),
        name: name?.to_owned(),
        tag: fields.owned_text("tag"),
        code: fields.owned_text("code"),
        amount: amount?,
        quantity: quantity?,
        link: fields.owned_text("link"),
    })
}
