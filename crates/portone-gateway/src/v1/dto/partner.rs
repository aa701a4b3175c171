//! `POST /partners/receipts/{imp_uid}`.

use portone_core::{Currency, PaymentAmount, StoreReceiptItem};
use portone_wire::v1::rules;

use super::{INPUT, Source, amount, read_body};
use crate::fields::Fields;
use crate::read::Read;

const ITEM: &[&str] = &["business_registration_number", "company_name", "amount", "tax_free", "vat_amount"];
/// How many sub-shops one sales slip may name.
const ITEM_COUNT_MAX: usize = 100;

/// Sub-shops on the sales slip of a payment in that currency.
pub(crate) fn receipts(body: &impl Source, currency: Currency) -> Read<Vec<StoreReceiptItem>> {
    read_body(body, &["data"], |fields| {
        let given = fields.objects("data", &INPUT, ITEM);
        if given.is_empty() {
            fields.add("data", "is missing; name one sub-shop or more");
        }
        if given.len() > ITEM_COUNT_MAX {
            fields.add("data", format!("names {} sub-shops; send at most {ITEM_COUNT_MAX}", given.len()));
        }
        Some(given.iter().filter_map(|it| item(it, currency)).collect())
    })
}

/// Schema `PartnerReceiptsAnnotation`, with its defaults: nothing is tax-free, and the tax is an eleventh of the rest.
fn item(fields: &Fields<'_, '_>, currency: Currency) -> Option<StoreReceiptItem> {
    let business_registration_number = fields.need_secret("business_registration_number");
    let name = fields.need_text("company_name");
    let total = amount::total(fields, currency);
    let tax_free = amount::minor(fields, &rules::TAX_FREE_PART, "tax_free", currency);
    let vat = amount::minor(fields, &rules::AMOUNT, "vat_amount", currency);
    let parts = PaymentAmount { total: total?, tax_free: Some(tax_free.unwrap_or(0)), vat, currency };
    Some(StoreReceiptItem {
        business_registration_number: business_registration_number?,
        name: name?.to_owned(),
        total: parts.total,
        tax_free: parts.tax_free,
        vat: Some(parts.effective_vat()),
        supply: None,
        currency,
    })
}
