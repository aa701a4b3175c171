//! Escrow: deliveries and confirmations; and sub-shops on the sales slip.

use portone_core::{
    EscrowParty, Logistics, LogisticsCompany, LogisticsStep, PayMethod, RegisterEscrowLogistics,
    StoreReceiptItem,
};
use portone_engine::request::{Caller, ConfirmEscrowRequest, EscrowLogisticsRequest, StoreReceiptRequest};

use super::{Read, customer, order, payment_id, read_body, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

const LOGISTICS: &[&str] = &["storeId", "sender", "receiver", "logistics", "sendEmail", "products"];
const SENDER: &[&str] = &["name", "phoneNumber", "zipcode", "relationship", "address"];
const RECEIVER: &[&str] = &["name", "phoneNumber", "zipcode", "address"];
const PARCEL: &[&str] = &["company", "invoiceNumber", "sentAt", "receivedAt", "address"];
const CONFIRM: &[&str] = &["storeId", "fromStore"];
const STORE_RECEIPT: &[&str] = &["storeId", "items"];
const ITEM: &[&str] = &[
    "storeBusinessRegistrationNumber",
    "storeName",
    "totalAmount",
    "taxFreeAmount",
    "vatAmount",
    "supplyAmount",
    "currency",
];
/// How many sub-shops one sales slip may name.
const ITEM_COUNT_MAX: usize = 100;

/// A delivery (schemas `RegisterEscrowLogisticsBody` and `ModifyEscrowLogisticsBody`, rule V2-071).
pub(crate) fn logistics(
    body: &RawBody,
    access: &Access,
    id: &str,
    step: LogisticsStep,
) -> Read<EscrowLogisticsRequest> {
    read_body(body, access, LOGISTICS, |fields, caller| {
        read_logistics(&fields.under(&rules::ESCROW), caller, id, step)
    })
}

fn read_logistics(
    fields: &Fields<'_, '_>,
    caller: Caller,
    id: &str,
    step: LogisticsStep,
) -> Option<EscrowLogisticsRequest> {
    let payment_id = payment_id(fields, id);
    let sender = fields.object("sender", &rules::ESCROW, SENDER);
    let receiver = fields.object("receiver", &rules::ESCROW, RECEIVER);
    let parcel = parcel(fields);
    let send_email = fields.flag("sendEmail");
    let products = order::products(fields);
    // Read to the end first, so that every problem is told.
    let register = RegisterEscrowLogistics {
        sender_relationship: sender.as_ref().and_then(|sender| sender.owned_text("relationship")),
        sender: sender.as_ref().map(party),
        receiver: receiver.as_ref().map(party),
        payment_id: payment_id?,
        step,
        logistics: parcel?,
        send_email,
        products,
        // The ledger knows better once the payment is read.
        method: PayMethod::VirtualAccount,
    };
    Some(EscrowLogisticsRequest { caller, register })
}

fn party(fields: &Fields<'_, '_>) -> EscrowParty {
    EscrowParty {
        name: fields.owned_text("name"),
        phone_number: fields.owned_text("phoneNumber"),
        zipcode: fields.owned_text("zipcode"),
        address: customer::address(fields, "address"),
    }
}

/// Schema `PaymentLogistics`.
fn parcel(fields: &Fields<'_, '_>) -> Option<Logistics> {
    let fields = fields.need_object("logistics", &rules::ESCROW, PARCEL)?;
    let companies = LogisticsCompany::ALL.into_iter().map(|company| (company.code(), company));
    let company = fields.need_choice("company", companies);
    let invoice_number = fields.need_text("invoiceNumber");
    if !fields.has("sentAt") {
        fields.add("sentAt", "is missing; send when the parcel was sent, like 2026-01-31T15:00:00+09:00");
    }
    let sent_at = fields.moment("sentAt");
    let received_at = fields.moment("receivedAt");
    let address = customer::address(&fields, "address");
    Some(Logistics {
        company: company?,
        invoice_number: invoice_number?.to_owned(),
        sent_at: sent_at?,
        received_at,
        address,
    })
}

/// A confirmation (schema `ConfirmEscrowBody`).
pub(crate) fn confirm(body: &RawBody, access: &Access, id: &str) -> Read<ConfirmEscrowRequest> {
    read_body(body, access, CONFIRM, |fields, caller| {
        let payment_id = payment_id(fields, id);
        let from_store = fields.flag("fromStore");
        Some(ConfirmEscrowRequest { caller, payment_id: payment_id?, from_store })
    })
}

/// Sub-shops (schema `RegisterStoreReceiptBody`).
pub(crate) fn store_receipt(body: &RawBody, access: &Access, id: &str) -> Read<StoreReceiptRequest> {
    read_body(body, access, STORE_RECEIPT, |fields, caller| {
        let fields = fields.under(&rules::STORE_RECEIPT);
        let payment_id = payment_id(&fields, id);
        let given = fields.objects("items", &rules::STORE_RECEIPT, ITEM);
        if given.is_empty() {
            fields.add("items", "names no sub-shop; send one or more");
        }
        if given.len() > ITEM_COUNT_MAX {
            fields.add("items", format!("names {} sub-shops; send at most {ITEM_COUNT_MAX}", given.len()));
        }
        let items: Vec<_> = given.iter().filter_map(item).collect();
        Some(StoreReceiptRequest { caller, payment_id: payment_id?, items })
    })
}

/// Schema `RegisterStoreReceiptBodyItem`.
fn item(fields: &Fields<'_, '_>) -> Option<StoreReceiptItem> {
    let business_registration_number = fields.need_secret("storeBusinessRegistrationNumber");
    let name = fields.need_text("storeName");
    let total = fields.need_int64_from("totalAmount", 1);
    let [tax_free, vat, supply] =
        ["taxFreeAmount", "vatAmount", "supplyAmount"].map(|name| fields.int64_from(name, 0));
    let currency = order::currency(fields);
    Some(StoreReceiptItem {
        business_registration_number: business_registration_number?,
        name: name?.to_owned(),
        total: total?,
        tax_free,
        vat,
        supply,
        currency: currency?,
    })
}
