//! Request bodies, in the schema's words.

use chrono::{DateTime, Utc};
use portone_core::{
    ChannelKey, Currency, EscrowParty, IssueCashReceipt, Logistics, LogisticsCompany, PaymentAmount, Product,
    ProductType, RegisterEscrowLogistics, RegisterStoreReceipt, StoreReceiptItem,
};
use serde::Serialize;

use crate::v2::request::{AddressInput, AmountInput};

/// Schema `IssueCashReceiptBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueCashReceiptBody<'a> {
    payment_id: &'a str,
    channel_key: &'a str,
    #[serde(rename = "type")]
    purpose: &'static str,
    order_name: &'a str,
    currency: Currency,
    amount: AmountInput,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<ProductType>,
    customer: ReceiverInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_registration_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<&'static str>,
}

impl<'a> IssueCashReceiptBody<'a> {
    pub(super) fn new(issue: &'a IssueCashReceipt, channel_key: &'a ChannelKey) -> Self {
        let PaymentAmount { total, tax_free, vat, currency } = issue.amount;
        Self {
            payment_id: issue.payment_id.as_str(),
            channel_key: channel_key.as_str(),
            purpose: issue.purpose.code(),
            order_name: &issue.order_name,
            currency,
            amount: AmountInput { total, tax_free, vat },
            product_type: issue.product_type,
            customer: ReceiverInput {
                identity_number: issue.receiver.identity_number.expose(),
                identity_number_type: issue
                    .receiver
                    .identity_type
                    .map(portone_core::ReceiptIdentityType::code),
                name: issue.receiver.name.as_deref(),
                email: issue.receiver.email.as_deref(),
                phone_number: issue.receiver.phone_number.as_deref(),
            },
            paid_at: issue.paid_at,
            business_registration_number: issue
                .business_registration_number
                .as_ref()
                .map(|number| number.expose().as_str()),
            payment_method: issue.told_method.map(portone_core::PayMethod::code),
        }
    }
}

/// Schema `IssueCashReceiptCustomerInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiverInput<'a> {
    identity_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_number_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
}

/// Schemas `RegisterEscrowLogisticsBody` and `ModifyEscrowLogisticsBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EscrowLogisticsBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<PartyInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<PartyInput<'a>>,
    logistics: LogisticsInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_email: Option<bool>,
    #[serde(skip_serializing_if = "<[Product]>::is_empty")]
    products: &'a [Product],
}

impl<'a> From<&'a RegisterEscrowLogistics> for EscrowLogisticsBody<'a> {
    fn from(register: &'a RegisterEscrowLogistics) -> Self {
        let relationship = register.sender_relationship.as_deref();
        Self {
            sender: register.sender.as_ref().map(|sender| PartyInput::new(sender, relationship)),
            receiver: register.receiver.as_ref().map(|receiver| PartyInput::new(receiver, None)),
            logistics: LogisticsInput::from(&register.logistics),
            send_email: register.send_email,
            products: &register.products,
        }
    }
}

/// Schemas `PaymentEscrowSenderInput` and `PaymentEscrowReceiverInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartyInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zipcode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressInput<'a>>,
}

impl<'a> PartyInput<'a> {
    fn new(party: &'a EscrowParty, relationship: Option<&'a str>) -> Self {
        Self {
            name: party.name.as_deref(),
            phone_number: party.phone_number.as_deref(),
            zipcode: party.zipcode.as_deref(),
            relationship,
            address: party.address.as_ref().map(AddressInput::from),
        }
    }
}

/// Schema `PaymentLogistics`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogisticsInput<'a> {
    company: LogisticsCompany,
    invoice_number: &'a str,
    sent_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressInput<'a>>,
}

impl<'a> From<&'a Logistics> for LogisticsInput<'a> {
    fn from(logistics: &'a Logistics) -> Self {
        Self {
            company: logistics.company,
            invoice_number: &logistics.invoice_number,
            sent_at: logistics.sent_at,
            received_at: logistics.received_at,
            address: logistics.address.as_ref().map(AddressInput::from),
        }
    }
}

/// Schema `ConfirmEscrowBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmEscrowBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_store: Option<bool>,
}

/// Schema `RegisterStoreReceiptBody`.
#[derive(Serialize)]
pub(super) struct RegisterStoreReceiptBody<'a> {
    items: Vec<StoreReceiptItemInput<'a>>,
}

impl<'a> From<&'a RegisterStoreReceipt> for RegisterStoreReceiptBody<'a> {
    fn from(register: &'a RegisterStoreReceipt) -> Self {
        Self { items: register.items.iter().map(StoreReceiptItemInput::from).collect() }
    }
}

/// Schema `RegisterStoreReceiptBodyItem`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreReceiptItemInput<'a> {
    store_business_registration_number: &'a str,
    store_name: &'a str,
    total_amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supply_amount: Option<i64>,
    currency: Currency,
}

impl<'a> From<&'a StoreReceiptItem> for StoreReceiptItemInput<'a> {
    fn from(item: &'a StoreReceiptItem) -> Self {
        Self {
            store_business_registration_number: item.business_registration_number.expose(),
            store_name: &item.name,
            total_amount: item.total,
            tax_free_amount: item.tax_free,
            vat_amount: item.vat,
            supply_amount: item.supply,
            currency: item.currency,
        }
    }
}
