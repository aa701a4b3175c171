//! `POST /payments/{paymentId}/instant` and `/billing-key`.

use portone_core::{CardPayment, CommandKind, InstantMethod, PayInstantly, PaymentId};
use portone_engine::request::{Caller, PayInstantlyRequest, PayWithBillingKeyRequest};
use portone_router::Selector;

use super::codes::LOCALES;
use super::{Read, card, extras, named_selector, order, payment_id, rules, selector, virtual_account};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

/// `paymentId` is no member of either schema, but guides show it; the path decides.
const INSTANT: &[&str] = &[
    "storeId",
    "channelKey",
    "channelGroupId",
    "method",
    "orderName",
    "isCulturalExpense",
    "isEscrow",
    "customer",
    "customData",
    "amount",
    "currency",
    "country",
    "noticeUrls",
    "products",
    "productCount",
    "productType",
    "shippingAddress",
    "promotionId",
    "bypass",
    "skipWebhook",
    "paymentId",
];
const METHODS: &[&str] = &["card", "virtualAccount"];
const CARD: &[&str] = &[
    "credential",
    "installmentMonth",
    "useFreeInstallmentPlan",
    "useFreeInterestFromMerchant",
    "useCardPoint",
];
const ACCOUNT: &[&str] = &["bank", "expiry", "option", "cashReceipt", "remitteeName"];
/// `channelGroupId` is no member of the schema; it is known here so that rule SR-021 refuses it.
const KEY_PAYMENT: &[&str] = &[
    "storeId",
    "billingKey",
    "channelKey",
    "channelGroupId",
    "orderName",
    "customer",
    "customData",
    "amount",
    "currency",
    "installmentMonth",
    "useFreeInterestFromMerchant",
    "useCardPoint",
    "cashReceipt",
    "country",
    "noticeUrls",
    "products",
    "productCount",
    "productType",
    "shippingAddress",
    "promotionId",
    "locale",
    "bypass",
    "skipWebhook",
    "paymentId",
];

/// An instant payment (schema `InstantPaymentInput`).
pub(crate) fn instant(body: &RawBody, access: &Access, id: &str) -> Read<PayInstantlyRequest> {
    super::read_body(body, access, INSTANT, |fields, caller| read_instant(fields, caller, id))
}

fn read_instant(fields: &Fields<'_, '_>, caller: Caller, id: &str) -> Option<PayInstantlyRequest> {
    let selector = named_selector(fields, CommandKind::PayInstantly);
    let method = method(fields);
    let order = order::read(fields, payment_id(fields, id));
    let extras = extras(fields);
    fields.note_ignored("paymentId");
    let pay = PayInstantly { order: order?, method: method? };
    Some(PayInstantlyRequest { caller, selector: selector?, pay, extras })
}

/// Exactly one method (rule V2-045).
fn method(fields: &Fields<'_, '_>) -> Option<InstantMethod> {
    let rule = &rules::METHOD;
    let fields = fields.need_object("method", rule, METHODS)?;
    let card = fields.object("card", rule, CARD).map(|card| card_payment(&card));
    let account =
        fields.object("virtualAccount", rule, ACCOUNT).map(|account| virtual_account::read(&account));
    match (fields.has("card"), fields.has("virtualAccount")) {
        (true, true) => {
            fields.add_here("has both card and virtualAccount; send one of them");
            None
        }
        (false, false) => {
            fields.add_here("has neither card nor virtualAccount; send one of them");
            None
        }
        (true, false) => card.flatten().map(InstantMethod::Card),
        (false, true) => account.flatten().map(InstantMethod::VirtualAccount),
    }
}

fn card_payment(fields: &Fields<'_, '_>) -> Option<CardPayment> {
    let card = card::read(fields);
    let installment_month = fields.int32_from("installmentMonth", 0);
    let use_free_installment_plan = fields.flag("useFreeInstallmentPlan");
    let use_free_interest_from_merchant = fields.flag("useFreeInterestFromMerchant");
    let use_card_point = fields.flag("useCardPoint");
    Some(CardPayment {
        card: card?,
        installment_month,
        use_free_installment_plan,
        use_free_interest_from_merchant,
        use_card_point,
    })
}

/// A payment with a billing key (schema `BillingKeyPaymentInput`).
pub(crate) fn with_billing_key(body: &RawBody, access: &Access, id: &str) -> Read<PayWithBillingKeyRequest> {
    super::read_body(body, access, KEY_PAYMENT, |fields, caller| read_key_payment(fields, caller, id))
}

fn read_key_payment(fields: &Fields<'_, '_>, caller: Caller, id: &str) -> Option<PayWithBillingKeyRequest> {
    let fields = &fields.under(&rules::KEY_PAYMENT);
    for schedule_only in ["payment", "timeToPay"] {
        if fields.has(schedule_only) {
            fields.add(schedule_only, "belongs to /schedule; here the payment's members are at the top");
        }
    }
    let payment_id = payment_id(fields, id);
    let request = key_payment(fields, caller, payment_id);
    fields.note_ignored("paymentId");
    request
}

/// The members that a payment with a billing key and a schedule have in common.
pub(super) fn key_payment(
    fields: &Fields<'_, '_>,
    caller: Caller,
    payment_id: Option<PaymentId>,
) -> Option<PayWithBillingKeyRequest> {
    let selector = selector(fields, CommandKind::PayWithBillingKey);
    let billing_key = fields.need_id("billingKey");
    let order = order::read(fields, payment_id);
    let installment_month = fields.int32_from("installmentMonth", 0);
    let use_free_interest_from_merchant = fields.flag("useFreeInterestFromMerchant");
    let use_card_point = fields.flag("useCardPoint");
    let cash_receipt = virtual_account::cash_receipt(fields);
    let locale = fields.code("locale", LOCALES);
    let extras = extras(fields);
    // Read to the end first, so that every problem is told.
    Some(PayWithBillingKeyRequest {
        caller,
        billing_key: billing_key?,
        customer_uid: None,
        channel_key: match selector? {
            Selector::Channel(key) => Some(key),
            // A group was refused already (rule SR-021).
            Selector::BillingKey | Selector::Group(_) => None,
        },
        order: order?,
        installment_month,
        use_free_interest_from_merchant,
        use_card_point,
        cash_receipt,
        locale,
        extras,
    })
}
