//! What is bought, as every request that pays tells it.

use portone_core::{Currency, Order, PaymentAmount, PaymentId, Product, ProductType};

use super::codes::COUNTRIES;
use super::{customer, rules};
use crate::fields::{Fields, INPUT};
use crate::words::shown;

const AMOUNT: &[&str] = &["total", "taxFree", "vat"];
const PRODUCT: &[&str] = &["id", "name", "tag", "code", "amount", "quantity", "link"];
pub(super) const PRODUCT_TYPES: [(&str, ProductType); 2] =
    [("PHYSICAL", ProductType::Physical), ("DIGITAL", ProductType::Digital)];
const BROWSER_PREFIX: &str = "CURRENCY_";

/// The order; `isCulturalExpense` and `isEscrow` only where the request has them.
pub(super) fn read(fields: &Fields<'_, '_>, payment_id: Option<PaymentId>) -> Option<Order> {
    let order_name = fields.need_text("orderName");
    let currency = currency(fields);
    let amount = amount(fields, currency);
    let customer = customer::read(fields);
    let products = products(fields);
    let product_count = fields.under(&rules::PRODUCT_COUNT).int32_from("productCount", 1);
    let product_type = fields.choice("productType", PRODUCT_TYPES.into_iter());
    let country = fields.code("country", COUNTRIES);
    let shipping_address = customer::address(fields, "shippingAddress");
    let promotion_id = fields.owned_text("promotionId");
    let is_cultural_expense = fields.flag("isCulturalExpense");
    let is_escrow = fields.flag("isEscrow");
    let bypass = fields.opaque("bypass");
    // Read to the end first, so that every problem is told.
    Some(Order {
        payment_id: payment_id?,
        order_name: order_name?.to_owned(),
        amount: amount?,
        customer,
        products,
        product_count,
        product_type,
        country,
        shipping_address,
        promotion_id,
        is_cultural_expense,
        is_escrow,
        bypass,
    })
}

/// The parts of `amount` (schema `PaymentAmountInput`, rule V2-044).
pub(super) fn amount(fields: &Fields<'_, '_>, currency: Option<Currency>) -> Option<PaymentAmount> {
    let fields = fields.need_object("amount", &rules::AMOUNT, AMOUNT)?;
    let total = fields.need_int64_from("total", 1);
    let tax_free = fields.int64_from("taxFree", 0);
    let vat = fields.int64_from("vat", 0);
    Some(PaymentAmount { total: total?, tax_free, vat, currency: currency? })
}

/// A currency code (schema `Currency`); the browser SDK's spelling is refused with the right one.
pub(super) fn currency(fields: &Fields<'_, '_>) -> Option<Currency> {
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

pub(super) fn products(fields: &Fields<'_, '_>) -> Vec<Product> {
    fields.objects("products", &INPUT, PRODUCT).iter().filter_map(product).collect()
}

fn product(fields: &Fields<'_, '_>) -> Option<Product> {
    let (id, name) = (fields.need_text("id"), fields.need_text("name"));
    let amount = fields.need_int64_from("amount", 0);
    if !fields.has("quantity") {
        fields.add("quantity", "is missing; send a whole number");
    }
    let quantity = fields.int32_from("quantity", 1);
    let [tag, code, link] = ["tag", "code", "link"].map(|name| fields.owned_text(name));
    Some(Product {
        id: id?.to_owned(),
        name: name?.to_owned(),
        tag,
        code,
        amount: amount?,
        quantity: quantity?,
        link,
    })
}
