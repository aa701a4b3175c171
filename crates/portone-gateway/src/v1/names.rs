//! Fields as V1 spells them. Adapters name a field as V2 does, and a shop that speaks V1 must find it.

use portone_core::Report;

/// V2's fields, of REST and of the browser SDK, and V1's.
const FIELDS: [(&str, &str); 49] = [
    ("paymentId", "merchant_uid"),
    ("issueId", "merchant_uid"),
    ("orderName", "name"),
    ("issueName", "name"),
    ("amount.total", "amount"),
    ("totalAmount", "amount"),
    ("displayAmount", "amount"),
    ("amount.taxFree", "tax_free"),
    ("taxFreeAmount", "tax_free"),
    ("amount.vat", "vat_amount"),
    ("vatAmount", "vat_amount"),
    ("customer.id", "customer_id"),
    ("customer.customerId", "customer_id"),
    ("method.card.credential.number", "card_number"),
    ("method.card.credential.expiryYear", "expiry"),
    ("method.card.credential.expiryMonth", "expiry"),
    ("method.card.credential.birthOrBusinessRegistrationNumber", "birth"),
    ("method.card.credential.passwordTwoDigits", "pwd_2digit"),
    ("method.card.credential.cvc", "cvc"),
    ("installmentMonth", "card_quota"),
    ("method.card.installmentMonth", "card_quota"),
    ("useFreeInterestFromMerchant", "interest_free_by_merchant"),
    ("method.card.useFreeInterestFromMerchant", "interest_free_by_merchant"),
    ("useCardPoint", "use_card_point"),
    ("method.card.useCardPoint", "use_card_point"),
    ("productType", "product_type"),
    ("productCount", "product_count"),
    ("promotionId", "promotion_id"),
    ("cashReceipt", "cash_receipt_type"),
    ("billingKey", "customer_uid"),
    ("channelKey", "pg"),
    ("timeToPay", "schedule_at"),
    ("refundAccount", "refund_account"),
    ("refundAccount.bank", "refund_bank"),
    ("refundAccount.number", "refund_account"),
    ("refundAccount.holderName", "refund_holder"),
    ("refundAccount.holderPhoneNumber", "refund_tel"),
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
];

/// The beginnings of V2's fields, and V1's.
const BEGINNINGS: [(&str, &str); 6] = [
    ("method.virtualAccount.expiry", "vbank_due"),
    ("virtualAccount.accountExpiry", "vbank_due"),
    ("bypass.paymentwall.browser_ip", "browser_ip"),
    ("bypass.paymentwall.secure_3d", "secure_3d"),
    ("bypass.paymentwall.use_test_method", "use_test_method"),
    ("offerPeriod", "period"),
];

/// The buyer's parts; a card's holder has the same under another name.
const PERSON: [(&str, &str); 6] = [
    ("customer.name", "name"),
    ("customer.fullName", "name"),
    ("customer.email", "email"),
    ("customer.phoneNumber", "tel"),
    ("customer.address", "addr"),
    ("customer.zipcode", "postcode"),
];

/// Spells every field of a report as V1 does; `person` is `buyer_` or `customer_`.
pub(crate) fn spell(report: &mut Report, person: &str) {
    for violation in &mut report.violations {
        let field = violation.field.strip_prefix("payment.").unwrap_or(&violation.field);
        violation.field = spelt(field, person);
    }
}

fn spelt(field: &str, person: &str) -> String {
    if let Some((_, name)) = PERSON.iter().find(|(known, _)| *known == field) {
        return format!("{person}{name}");
    }
    let whole = FIELDS.iter().find(|(known, _)| *known == field);
    let begun = || BEGINNINGS.iter().find(|(known, _)| field.starts_with(known));
    whole.or_else(begun).map_or_else(|| field.to_owned(), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_under_v1s_names() {
        assert_eq!(spelt("customer.fullName", "buyer_"), "buyer_name");
        assert_eq!(spelt("customer.name", "customer_"), "customer_name");
        assert_eq!(spelt("virtualAccount.accountExpiry.dueDate", "buyer_"), "vbank_due");
        assert_eq!(spelt("refundAccount.bank", "buyer_"), "refund_bank");
        assert_eq!(spelt("currency", "buyer_"), "currency");
    }
}
