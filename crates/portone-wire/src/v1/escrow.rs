//! Deliveries held in escrow (rules V1-086, V1-087). The call names a payment by its `imp_uid`, so a list is read first.

use chrono::{DateTime, Utc};
use portone_core::{
    Address, EscrowParty, Finding, Leg, LogisticsCompany, LogisticsStep, Method, Outcome, PgError, PgReply,
    Product, Progress, RegisterEscrowLogistics,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    V1Dialect,
    codes::carrier_code,
    dto::Logistics,
    encode::FIRST_LEG,
    inquire::{found, payments_of},
    money::major,
    operation::Operation,
    reply::Payment,
    request::one_line,
};
use crate::{body::json_body, check::KOREAN_TIME, path::percent_encoded};

/// The leg that tells of the delivery, or reads what was told.
const LOGISTICS_LEG: Leg = Leg(1);

impl V1Dialect {
    pub(super) fn decode_logistics(
        &self,
        register: &RegisterEscrowLogistics,
        leg: Leg,
        reply: &PgReply,
        now: DateTime<Utc>,
    ) -> Result<Progress, PgError> {
        let operation = Operation::TellLogistics;
        if leg == FIRST_LEG {
            let payment = paid(reply)?;
            let method = match register.step {
                LogisticsStep::Register => Method::Post,
                LogisticsStep::Modify => Method::Put,
            };
            let body = json_body(&LogisticsInput::new(register, &payment), &[]);
            let request = self.request(operation, method, &path_of(&payment), Some(body));
            return Ok(Progress::Send { request: Box::new(request), leg: LOGISTICS_LEG });
        }
        let told: Logistics = operation.read(reply)?;
        let applied_at = told.applied_at().unwrap_or(now);
        Ok(Progress::Done(Box::new(Outcome::EscrowLogisticsRegistered { applied_at })))
    }

    /// The PG took note of a delivery where it shows that very parcel.
    pub(super) fn inquire_logistics(
        &self,
        parcel: (LogisticsCompany, &str),
        leg: Leg,
        reply: &PgReply,
        now: DateTime<Utc>,
    ) -> Result<Progress, PgError> {
        let operation = Operation::ReadLogistics;
        if leg == FIRST_LEG {
            let request = self.request(operation, Method::Get, &path_of(&paid(reply)?), None);
            return Ok(Progress::Send { request: Box::new(request), leg: LOGISTICS_LEG });
        }
        if operation.is_absent(reply) {
            return Ok(found(Finding::DidNotHappen));
        }
        let told: Logistics = operation.read(reply)?;
        let is_ours = (told.company.as_str(), told.invoice.as_str()) == (carrier_code(parcel.0), parcel.1);
        let applied_at = told.applied_at().unwrap_or(now);
        Ok(found(if is_ours {
            Finding::Happened(Box::new(Outcome::EscrowLogisticsRegistered { applied_at }))
        } else {
            Finding::DidNotHappen
        }))
    }
}

fn paid(reply: &PgReply) -> Result<Payment, PgError> {
    let paid = payments_of(reply)?.into_iter().find(|payment| payment.paid_at().is_some());
    let what = "no payment of this merchant_uid was paid";
    paid.ok_or_else(|| Operation::FindPayments.unreadable(reply, what))
}

fn path_of(payment: &Payment) -> String {
    format!("/escrows/logis/{}", percent_encoded(&payment.imp_uid))
}

/// `POST` and `PUT /escrows/logis/{imp_uid}`.
#[derive(Serialize)]
struct LogisticsInput<'a> {
    sender: PartyInput<'a>,
    receiver: PartyInput<'a>,
    logis: ParcelInput<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    products: Vec<ProductInput<'a>>,
    /// Of a first registration only.
    #[serde(skip_serializing_if = "Option::is_none")]
    send_email: Option<bool>,
}

impl<'a> LogisticsInput<'a> {
    fn new(register: &'a RegisterEscrowLogistics, payment: &'a Payment) -> Self {
        let relationship = register.sender_relationship.as_deref();
        Self {
            sender: PartyInput::new(register.sender.as_ref(), relationship),
            receiver: PartyInput::new(register.receiver.as_ref(), None),
            logis: ParcelInput::new(register),
            products: register.products.iter().map(|product| ProductInput::new(product, payment)).collect(),
            send_email: register.send_email.filter(|_| register.step == LogisticsStep::Register),
        }
    }
}

/// Definitions `EscrowLogisSenderAnnotation` and `EscrowLogisReceiverAnnotation`. PGs read the address in one line, or in two
/// (rule SMARTRO-122); both are sent.
#[derive(Serialize, Default)]
struct PartyInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formed_address: Option<LinesInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship: Option<&'a str>,
}

#[derive(Serialize)]
struct LinesInput<'a> {
    address_line_1: &'a str,
    address_line_2: &'a str,
}

impl<'a> PartyInput<'a> {
    fn new(party: Option<&'a EscrowParty>, relationship: Option<&'a str>) -> Self {
        let Some(party) = party else { return Self { relationship, ..Self::default() } };
        let lines = |address: &'a Address| LinesInput {
            address_line_1: &address.address_line1,
            address_line_2: &address.address_line2,
        };
        Self {
            name: party.name.as_deref(),
            tel: party.phone_number.as_deref(),
            postcode: party.zipcode.as_deref(),
            addr: party.address.as_ref().map(one_line),
            formed_address: party.address.as_ref().map(lines),
            relationship,
        }
    }
}

/// Definition `EscrowLogisInfoAnnotation`.
#[derive(Serialize)]
struct ParcelInput<'a> {
    company: &'static str,
    invoice: &'a str,
    sent_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiving_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

impl<'a> ParcelInput<'a> {
    fn new(register: &'a RegisterEscrowLogistics) -> Self {
        let logistics = &register.logistics;
        Self {
            company: carrier_code(logistics.company),
            invoice: &logistics.invoice_number,
            sent_at: logistics.sent_at.timestamp(),
            receiving_at: logistics.received_at.map(|at| (at + KOREAN_TIME).format("%Y%m%d").to_string()),
            address: logistics.address.as_ref().map(one_line),
        }
    }
}

/// Definition `EscrowLogisProductsAnnotation`.
#[derive(Serialize)]
struct ProductInput<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    amount: Box<RawValue>,
    currency: &'a str,
    quantity: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
}

impl<'a> ProductInput<'a> {
    fn new(product: &'a Product, payment: &'a Payment) -> Self {
        let currency = payment.currency().unwrap_or(portone_core::Currency::KRW);
        Self {
            id: &product.id,
            name: &product.name,
            code: product.code.as_deref(),
            amount: major(product.amount, currency),
            currency: payment.currency_code(),
            quantity: product.quantity,
            tag: product.tag.as_deref(),
        }
    }
}
