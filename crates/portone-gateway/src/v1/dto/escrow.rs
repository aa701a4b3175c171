//! `POST` and `PUT /escrows/logis/{imp_uid}`.

use chrono::DateTime;
use portone_core::{
    Address, EscrowParty, Logistics, LogisticsStep, PayMethod, PaymentId, Product, RegisterEscrowLogistics,
};
use portone_wire::v1::codes;

use super::{INPUT, Source, amount, order, read_body};
use crate::fields::Fields;
use crate::read::Read;

const LOGISTICS: &[&str] = &["sender", "receiver", "logis", "products", "send_email"];
const PARTY: &[&str] = &["name", "tel", "addr", "postcode", "relationship", "formed_address"];
const PARCEL: &[&str] = &["company", "invoice", "sent_at", "receiving_at", "address"];
const PRODUCT: &[&str] = &["id", "name", "code", "amount", "currency", "quantity", "tag"];
const ADDRESS: &[&str] = &["address_line_1", "address_line_2"];
/// A delivery to tell the PG of, or to change.
pub(crate) fn logistics(
    body: &impl Source,
    payment_id: PaymentId,
    step: LogisticsStep,
    method: PayMethod,
) -> Read<RegisterEscrowLogistics> {
    read_body(body, LOGISTICS, |fields| {
        let sender = fields.object("sender", &INPUT, PARTY);
        let receiver = fields.object("receiver", &INPUT, PARTY);
        let parcel = parcel(fields);
        let products = fields.objects("products", &INPUT, PRODUCT);
        let products = products.iter().filter_map(product).collect();
        Some(RegisterEscrowLogistics {
            sender_relationship: sender.as_ref().and_then(|sender| sender.owned_text("relationship")),
            sender: sender.as_ref().map(party),
            receiver: receiver.as_ref().map(party),
            payment_id,
            step,
            logistics: parcel?,
            send_email: fields.flag("send_email"),
            products,
            method,
        })
    })
}

/// Schema `EscrowLogisProductsAnnotation`.
fn product(fields: &Fields<'_, '_>) -> Option<Product> {
    let (id, name) = (fields.need_text("id"), fields.need_text("name"));
    let amount = order::currency(fields).and_then(|currency| amount::total(fields, currency));
    let quantity = fields.int32_from("quantity", 1).unwrap_or(1);
    Some(Product {
        id: id?.to_owned(),
        name: name?.to_owned(),
        tag: fields.owned_text("tag"),
        code: fields.owned_text("code"),
        amount: amount?,
        quantity,
        link: None,
    })
}

/// An address in one line (`addr`) is not read: PGs take it in two (rule SMARTRO-122).
fn party(fields: &Fields<'_, '_>) -> EscrowParty {
    fields.note_ignored("addr");
    EscrowParty {
        name: fields.owned_text("name"),
        phone_number: fields.owned_text("tel"),
        zipcode: fields.owned_text("postcode"),
        address: fields.object("formed_address", &INPUT, ADDRESS).and_then(|lines| address(&lines)),
    }
}

fn address(lines: &Fields<'_, '_>) -> Option<Address> {
    let (line1, line2) = (lines.need_text("address_line_1"), lines.need_text("address_line_2"));
    Some(Address {
        address_line1: line1?.to_owned(),
        address_line2: line2?.to_owned(),
        city: None,
        province: None,
        country: None,
    })
}

fn parcel(fields: &Fields<'_, '_>) -> Option<Logistics> {
    let fields = fields.need_object("logis", &INPUT, PARCEL)?;
    let company = fields.need_text("company").and_then(codes::carrier);
    let invoice = fields.need_text("invoice");
    let seconds = fields.need_int64_from("sent_at", 0);
    let sent_at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    if seconds.is_some() && sent_at.is_none() {
        fields.add("sent_at", "is no UNIX time in seconds; send one");
    }
    Some(Logistics {
        company: company?,
        invoice_number: invoice?.to_owned(),
        sent_at: sent_at?,
        received_at: None,
        address: None,
    })
}
