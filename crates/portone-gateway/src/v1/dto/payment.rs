//! `POST /subscribe/payments/onetime` and `/again`.

use portone_core::{
    CardPayment, CashReceiptRequest, CashReceiptType, InstantMethod, Order, PayInstantly, PaymentId,
};
use portone_engine::request::Extras;
use portone_wire::v1::rules;

use super::{Named, Source, card, key, merchant_uid, named, order, read_body};
use crate::fields::Fields;
use crate::read::Read;

const ONETIME: [&str; 6] =
    ["pg", "channelGroupId", "channel_group_id", "customer_uid", "secure_3d_charge_id", "secure_3d_token"];
pub(super) const AGAIN: [&str; 4] = ["customer_uid", "channel_key", "cash_receipt_type", "extra"];
const RECEIPT_TYPES: [(&str, CashReceiptType); 3] = [
    ("person", CashReceiptType::Personal),
    ("company", CashReceiptType::Corporate),
    ("anonymous", CashReceiptType::NoReceipt),
];

/// A payment by card number.
pub(crate) struct Onetime {
    pub(crate) named: Named,
    pub(crate) pay: PayInstantly,
    /// The card is stored under it too (rule IAMPORT-035).
    pub(crate) customer_uid: Option<String>,
    pub(crate) extras: Extras,
}

/// A payment by card number; `pg_code` is the code of the PG that takes it.
pub(crate) fn onetime(body: &impl Source, pg_code: &str) -> Read<Onetime> {
    let known: Vec<&str> = [&order::ORDER[..], &card::CARD, &ONETIME].concat();
    read_body(body, &known, |fields| {
        let named = named(fields, "channel_key");
        let card = card::read(fields);
        let order = order::read(fields, pg_code, merchant_uid(fields));
        let terms = order::terms(fields);
        let customer_uid = key::check_uid(fields, "customer_uid");
        let extras = order::extras(fields);
        let method = InstantMethod::Card(CardPayment {
            card: card?,
            installment_month: terms.installment_month,
            use_free_installment_plan: None,
            use_free_interest_from_merchant: terms.use_free_interest,
            use_card_point: terms.use_card_point,
        });
        let order = order::named(order?);
        Some(Onetime { named, pay: PayInstantly { order, method }, customer_uid, extras })
    })
}

/// A charge of a stored card, without the card.
pub(crate) struct KeyPayment {
    pub(crate) order: Order,
    pub(crate) installment_month: Option<i32>,
    pub(crate) use_free_interest: Option<bool>,
    pub(crate) use_card_point: Option<bool>,
    pub(crate) cash_receipt: Option<CashReceiptRequest>,
    pub(crate) extras: Extras,
}

/// A payment with a billing key, and the `customer_uid` that names it.
pub(crate) fn again(body: &impl Source, pg_code: &str) -> Read<(String, Named, KeyPayment)> {
    let known: Vec<&str> = [&order::ORDER[..], &AGAIN].concat();
    read_body(body, &known, |fields| {
        let named = named(fields, "channel_key");
        let uid = key::need_uid(fields, "customer_uid");
        fields.under(&rules::NAME).need_text("name");
        let payment = key_payment(fields, pg_code, merchant_uid(fields));
        Some((uid?, named, payment?))
    })
}

/// What a charge and an entry of a schedule have in common.
pub(super) fn key_payment(
    fields: &Fields<'_, '_>,
    pg_code: &str,
    payment_id: Option<PaymentId>,
) -> Option<KeyPayment> {
    let order = order::read(fields, pg_code, payment_id);
    let terms = order::terms(fields);
    let extras = order::extras(fields);
    let receipt = fields.under(&rules::CASH_RECEIPT_IGNORED);
    let kind = receipt.choice("cash_receipt_type", RECEIPT_TYPES.into_iter());
    Some(KeyPayment {
        order: order?,
        installment_month: terms.installment_month,
        use_free_interest: terms.use_free_interest,
        use_card_point: terms.use_card_point,
        cash_receipt: kind.map(|kind| CashReceiptRequest { kind, customer_identity_number: None }),
        extras,
    })
}
