//! Sub-shops on sales slips. The call names a payment by its `imp_uid`, so a list is read first.

use portone_core::{
    Finding, Leg, Method, Outcome, PgError, PgReply, Progress, RegisterStoreReceipt, StoreReceiptItem,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    V1Dialect, delivery::paid, encode::FIRST_LEG, inquire::found, money::major, operation::Operation,
};
use crate::{body::json_body, path::percent_encoded};

/// The leg that names the sub-shops.
const REGISTER_LEG: Leg = Leg(1);
const SECRETS: &[&str] = &["/data/*/business_registration_number"];

impl V1Dialect {
    pub(super) fn decode_store_receipt(
        &self,
        register: &RegisterStoreReceipt,
        leg: Leg,
        reply: &PgReply,
    ) -> Result<Progress, PgError> {
        let operation = Operation::RegisterSubShops;
        if leg == FIRST_LEG {
            let path = format!("/partners/receipts/{}", percent_encoded(&paid(reply)?.imp_uid));
            let data = register.items.iter().map(ItemInput::from).collect();
            let body = json_body(&SubShopsInput { data }, SECRETS);
            let request = self.request(operation, Method::Post, &path, Some(body));
            return Ok(Progress::Send { request: Box::new(request), leg: REGISTER_LEG });
        }
        let slip: SlipAnswer = operation.read(reply)?;
        Ok(Progress::Done(Box::new(Outcome::StoreReceiptRegistered { receipt_url: slip.receipt_url })))
    }
}

/// No read tells of sub-shops: while their payment can be read they may be named again.
pub(super) fn find_store_receipt(reply: &PgReply) -> Result<Progress, PgError> {
    paid(reply).map(|_| found(Finding::DidNotHappen))
}

/// Definition `PartnerReceiptResultAnnotation`.
#[derive(Deserialize)]
struct SlipAnswer {
    receipt_url: Option<String>,
}

/// `POST /partners/receipts/{imp_uid}`.
#[derive(Serialize)]
struct SubShopsInput<'a> {
    data: Vec<ItemInput<'a>>,
}

/// Definition `PartnerReceiptsAnnotation`.
#[derive(Serialize)]
struct ItemInput<'a> {
    business_registration_number: &'a str,
    company_name: &'a str,
    amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Box<RawValue>>,
}

impl<'a> From<&'a StoreReceiptItem> for ItemInput<'a> {
    fn from(item: &'a StoreReceiptItem) -> Self {
        let part = |minor: i64| major(minor, item.currency);
        Self {
            business_registration_number: item.business_registration_number.expose(),
            company_name: &item.name,
            amount: part(item.total),
            tax_free: item.tax_free.map(part),
            vat_amount: item.vat.map(part),
        }
    }
}
