//! Fields that rules know by their V2 names, as V1 spells them.

use portone_core::Report;
use portone_wire::v1::rules;

/// V2 paths and what a V1 request calls them; the longest of those that fit counts.
const NAMES: &[(&str, &str)] = &[
    ("paymentId", "merchant_uid"),
    ("orderName", "name"),
    ("amount.total", "amount"),
    ("amount.taxFree", "tax_free"),
    ("amount.vat", "vat_amount"),
    ("taxFreeAmount", "tax_free"),
    ("vatAmount", "vat_amount"),
    ("currentCancellableAmount", "checksum"),
    ("refundAccount", "refund_account"),
    ("refundAccount.bank", "refund_bank"),
    ("refundAccount.number", "refund_account"),
    ("refundAccount.holderName", "refund_holder"),
    ("refundAccount.holderPhoneNumber", "refund_tel"),
    ("requester", "extra.requester"),
    ("customer.id", "customer_id"),
    ("customer.name", "buyer_name"),
    ("customer.fullName", "buyer_name"),
    ("customer.customerId", "customer_id"),
    ("customer.email", "buyer_email"),
    ("customer.phoneNumber", "buyer_tel"),
    ("customer.address", "buyer_addr"),
    ("customer.zipcode", "buyer_postcode"),
    ("billingKey", "customer_uid"),
    ("channelKey", "channel_key"),
    ("channelGroupId", "channelGroupId"),
    ("customData", "custom_data"),
    ("noticeUrls", "notice_url"),
    ("method.card.credential.number", "card_number"),
    ("method.card.credential.expiryYear", "expiry"),
    ("method.card.credential.expiryMonth", "expiry"),
    ("method.card.credential.birthOrBusinessRegistrationNumber", "birth"),
    ("method.card.credential.passwordTwoDigits", "pwd_2digit"),
    ("method.card.credential.cvc", "cvc"),
    ("method.card.installmentMonth", "card_quota"),
    ("installmentMonth", "card_quota"),
    ("useFreeInterestFromMerchant", "interest_free_by_merchant"),
    ("useCardPoint", "use_card_point"),
    ("productType", "product_type"),
    ("timeToPay", "schedule_at"),
    ("issueId", "merchant_uid"),
    ("issueName", "name"),
    ("totalAmount", "amount"),
    ("displayAmount", "amount"),
    ("method.card.useFreeInterestFromMerchant", "interest_free_by_merchant"),
    ("method.card.useCardPoint", "use_card_point"),
    ("productCount", "product_count"),
    ("promotionId", "promotion_id"),
    ("cashReceipt", "cash_receipt_type"),
    ("method.virtualAccount.bank", "vbank_code"),
    ("method.virtualAccount.remitteeName", "vbank_holder"),
    ("card.cardCompany", "card.direct.code"),
    ("card.installment.monthOption.fixedMonth", "card.direct.quota"),
    ("card.installment.monthOption.availableMonthList", "display.card_quota"),
    ("card.installment.freeInstallmentPlans", "card.detail"),
    ("payMethod", "pay_method"),
    ("billingKeyMethod", "pay_method"),
    ("redirectUrl", "m_redirect_url"),
    ("appScheme", "app_scheme"),
    ("locale", "language"),
    ("isEscrow", "escrow"),
    ("method.virtualAccount.expiry", "vbank_due"),
    ("virtualAccount.accountExpiry", "vbank_due"),
    ("bypass.paymentwall.browser_ip", "browser_ip"),
    ("bypass.paymentwall.secure_3d_charge_id", "secure_3d_charge_id"),
    ("bypass.paymentwall.secure_3d_token", "secure_3d_token"),
    ("bypass.paymentwall.use_test_method", "use_test_method"),
    ("offerPeriod", "period"),
    // What has no member of its own is told by the one that stands for it: the card's, the account's, the channel's.
    ("payment", "schedules"),
    ("method", "pg"),
    ("method.card", "card_number"),
    ("method.card.credential", "card_number"),
    ("method.card.useFreeInstallmentPlan", "interest_free_by_merchant"),
    ("method.virtualAccount", "vbank_code"),
    ("method.virtualAccount.option", "vbank_key"),
    ("method.virtualAccount.option.fixed.pgAccountId", "vbank_key"),
    ("method.virtualAccount.option.fixed.accountNumber", "vbank_num"),
    ("easyPay.easyPayProvider", "pay_method"),
    ("customer.identityNumber", "identifier"),
    ("sender.phoneNumber", "sender.tel"),
    ("sender.zipcode", "sender.postcode"),
    ("sender.address", "sender.formed_address"),
    ("receiver.phoneNumber", "receiver.tel"),
    ("receiver.zipcode", "receiver.postcode"),
    ("receiver.address", "receiver.formed_address"),
    ("logistics", "logis"),
    ("deliveryType", "type"),
    ("deliveryStatus", "status"),
    ("carrierTrackingId", "carrier_tracking_id"),
    ("carrierType", "carrier_type"),
    ("shippingAddressEmail", "shipping_address_email"),
    ("shippingAddressCountry", "shipping_address_country"),
    ("shippingAddressCity", "shipping_address_city"),
    ("shippingAddressZip", "shipping_address_zip"),
    ("shippingAddressState", "shipping_address_state"),
    ("shippingAddressStreet", "shipping_address_street"),
    ("shippingAddressPhone", "shipping_address_phone"),
    ("shippingAddressFirstname", "shipping_address_firstname"),
    ("shippingAddressLastname", "shipping_address_lastname"),
];

/// Spells every field of a report as V1 does; `person` is `buyer_`, or `customer_` for the holder of a card.
pub(crate) fn spell(report: &mut Report, person: &str) {
    for violation in &mut report.violations {
        violation.message = message_of(&violation.field, &violation.message, person);
        violation.field = field_of(&violation.field, person);
    }
}

/// A rule of the engine that V1 has a rule of its own for: a schedule lies in the future.
pub(super) fn rule_of(rule: &str) -> &str {
    if rule == "V2-084" { rules::SCHEDULE_AT.code } else { rule }
}

/// What is wrong with a field, with the fields that it names as V1 spells them: each alone, or as a part of this one.
pub(super) fn message_of(field: &str, message: &str, person: &str) -> String {
    let known = |name: &str| NAMES.iter().any(|(v2, _)| *v2 == name);
    let spelt = |name: &str| {
        let part = format!("{field}.{name}");
        if known(&part) {
            field_of(&part, person)
        } else if known(name) {
            field_of(name, person)
        } else {
            name.to_owned()
        }
    };
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 1 { spelt(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// A field's V1 name where people are called so.
pub(super) fn field_of(field: &str, person: &str) -> String {
    let name = v1_field(field);
    match name.strip_prefix("buyer_") {
        Some(part) => format!("{person}{part}"),
        None => name,
    }
}

/// A field's V1 name; one that has none keeps its own.
pub(super) fn v1_field(field: &str) -> String {
    let field = field.strip_prefix("payment.").unwrap_or(field);
    let fits = |name: &str| {
        field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let found = NAMES.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len());
    found.map_or_else(|| field.to_owned(), |(_, v1)| (*v1).to_owned())
}

/// Lines of `CODE field: what`, each perhaps after its channel, with the fields' V1 names.
pub(crate) fn v1_lines(text: &str, person: &str) -> String {
    let named = |part: &str| match part.rsplit_once(' ') {
        Some((code, field)) => format!("{code} {}", field_of(field, person)),
        None => part.to_owned(),
    };
    let lines = text.lines().map(|line| {
        let parts: Vec<&str> = line.splitn(3, ": ").collect();
        // The last part is what is wrong, and the one before it ends with the field.
        let (last, before) = parts.split_last().unwrap_or((&"", &[]));
        let field = before.last().and_then(|part| part.rsplit_once(' ')).map_or("", |(_, field)| field);
        let message = message_of(field, last, person);
        before.iter().map(|part| named(part)).chain([message]).collect::<Vec<_>>().join(": ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_by_their_v1_names() {
        for (v2, v1) in [
            ("paymentId", "merchant_uid"),
            ("customer.name.full", "buyer_name"),
            ("refundAccount.bank", "refund_bank"),
            ("refundAccount", "refund_account"),
            ("products[0].name", "products[0].name"),
            ("paymentIdentity", "paymentIdentity"),
        ] {
            assert_eq!(v1_field(v2), v1);
        }
        assert_eq!(
            message_of("refundAccount", "is missing; give `bank` and `holderName`, not `x`", "buyer_"),
            "is missing; give `refund_bank` and `refund_holder`, not `x`"
        );
        assert_eq!(
            v1_lines("c: X-1 refundAccount: is missing; give `number`", "buyer_"),
            "c: X-1 refund_account: is missing; give `refund_account`"
        );
        assert_eq!(
            v1_lines("KPN-001 paymentId: is long\nfree text", "buyer_"),
            "KPN-001 merchant_uid: is long\nfree text"
        );
        assert_eq!(
            v1_lines("channel-1: KPN-002 customer.email: is missing", "customer_"),
            "channel-1: KPN-002 customer_email: is missing"
        );
    }
}
