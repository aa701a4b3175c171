//! The rules of every PG behind the V1 REST API (`IAMPORT-*`), as far as they concern commands, in the catalogue's order.
//!
//! A rule whose severity depends on the channel's contract has its gravest one here.

use portone_core::{Rule, Severity};

/// What a V1 channel's contract may cover, as the names of a channel's contracts.
pub mod capability {
    /// Key-in payment by card (rule IAMPORT-029).
    pub const API_KEYIN: &str = "api_keyin";
    /// Issuing billing keys without a window (rule IAMPORT-029).
    pub const API_BILLING: &str = "api_billing";
    /// Leaving out the birth date or business number of a card (rule IAMPORT-026).
    pub const CARD_WITHOUT_BIRTH: &str = "card_without_birth";
    /// Leaving out the password digits of a card (rule IAMPORT-026).
    pub const CARD_WITHOUT_PWD_2DIGIT: &str = "card_without_pwd_2digit";
}

macro_rules! rules {
    ($($name:ident = $code:literal, $severity:ident, $reason:literal, $source:literal;)+) => {
        $(pub(super) const $name: Rule =
            Rule { code: $code, severity: Severity::$severity, reason: $reason, source: $source };)+

        /// Every rule, in the catalogue's order.
        pub const ALL: &[Rule] = &[$($name),+];
    };
}

rules! {
    PG = "IAMPORT-001", Reject,
        "A channel is named by a PG code, alone or with a dot and the merchant id.",
        "v1.openapi.json onetime (pg); docs sdk/v1-sdk/payrq.mdx; seed 004";
    CHANNEL_KEY_LENGTH = "IAMPORT-005", Reject,
        "A channel key has at most 55 characters.",
        "v1.openapi.json customers (channel_key); seed 003";
    MERCHANT_UID_LENGTH = "IAMPORT-010", Reject,
        "A payment's number has at most 40 characters.",
        "docs sdk/v1-sdk/payrq.mdx; v1.openapi.json again (merchant_uid)";
    NAME = "IAMPORT-013", Reject,
        "An order name has at most 40 characters, and a payment with a billing key needs one.",
        "docs sdk/v1-sdk/payrq.mdx; v1.openapi.json ScheduleAnnotation (name); seed 000";
    BUYER_NAME_LENGTH = "IAMPORT-014", Reject,
        "A buyer's name has at most 16 characters; what becomes of a longer one is not published.",
        "v1.openapi.json onetime (buyer_name)";
    BUYER_EMAIL_LENGTH = "IAMPORT-015", Reject,
        "A buyer's e-mail address has at most 64 characters.",
        "v1.openapi.json again (buyer_email)";
    BUYER_TEL_LENGTH = "IAMPORT-016", Reject,
        "A telephone number has at most 16 characters.",
        "v1.openapi.json again (buyer_tel); seed 000";
    BUYER_ADDR_LENGTH = "IAMPORT-017", Reject,
        "A buyer's address has at most 128 characters.",
        "v1.openapi.json again (buyer_addr)";
    POSTCODE_LENGTH = "IAMPORT-018", Reject,
        "A postal code has at most 8 characters.",
        "v1.openapi.json again (buyer_postcode)";
    HOLDER_LENGTHS = "IAMPORT-019", Reject,
        "What is kept with a billing key has limits of its own: name and telephone 20, e-mail and address 200.",
        "v1.openapi.json customers";
    CARD_NUMBER = "IAMPORT-020", Reject,
        "A card number is four groups of four digits; one of 15 digits cannot be written.",
        "seed 003; seed 000; v1.openapi.json onetime (card_number)";
    CARD_EXPIRY = "IAMPORT-021", Reject,
        "An expiry is a year of four digits and a month of two.",
        "seed 003; seed 000; v1.openapi.json onetime (expiry)";
    CARD_BIRTH = "IAMPORT-022", Reject,
        "A personal card has a birth date of six digits, a corporate one a business number of ten.",
        "seed 003; seed 000; docs start/v1/non-auth.mdx";
    CARD_PASSWORD = "IAMPORT-025", Reject,
        "The card's password is given by its first two digits.",
        "seed 003; seed 000; v1.openapi.json customers (pwd_2digit)";
    CARD_PARTS = "IAMPORT-026", Reject,
        "Birth date and password digits are wanted unless the PG agreed to go without.",
        "seed 003; seed 000; v1.openapi.json customers";
    CVC_IGNORED = "IAMPORT-027", Advise,
        "Only Paymentwall takes a card verification number.",
        "v1.openapi.json onetime (cvc)";
    CARD_CONTRACT = "IAMPORT-029", Reject,
        "Taking card data without a window needs a contract.",
        "seed 003; docs start/v1/non-auth.mdx";
    CUSTOMER_UID = "IAMPORT-030", Reject,
        "A customer_uid has 1 to 80 characters without slashes and control characters.",
        "v1.openapi.json customers (customer_uid); seed 003";
    CUSTOMER_UID_REUSED = "IAMPORT-032", Advise,
        "A customer_uid that is used again loses the key it had, and that key is not revoked at the PG.",
        "seed 003; docs start/v1/non-auth.mdx";
    CUSTOMER_ID = "IAMPORT-036", Reject,
        "Toss Payments wants the buyer's id with a billing key.",
        "v1.openapi.json customers (customer_id); seed 000";
    SCHEDULE_AT = "IAMPORT-042", Reject,
        "A scheduled payment lies in the future.",
        "seed 000; v1.openapi.json ScheduleAnnotation";
    TAX_FREE_PART = "IAMPORT-052", Reject,
        "The tax-free amount is a part of the amount.",
        "v1.openapi.json onetime (tax_free); v2.openapi.json SumOfPartsExceedsTotalAmountError";
    VAT_IGNORED = "IAMPORT-053", Advise,
        "Few PGs take the value-added tax from a request; the others compute it.",
        "v1.openapi.json again (vat_amount); docs sdk/v1-sdk/payrq.mdx";
    CURRENCY = "IAMPORT-055", Reject,
        "Only Paymentwall and PayPal look at the currency: elsewhere the amount would be taken in won.",
        "v1.openapi.json again (currency); seed 000";
    CARD_QUOTA = "IAMPORT-056", Reject,
        "A lump sum is 0 instalments; otherwise there are at least 2.",
        "v1.openapi.json onetime (card_quota)";
    CARD_QUOTA_AMOUNT = "IAMPORT-057", Reject,
        "Instalments start at 50,000 won.",
        "v1.openapi.json onetime (card_quota); docs sdk/v1-sdk/payrq.mdx";
    INTEREST_FREE_IGNORED = "IAMPORT-058", Advise,
        "Few PGs take the shop's interest-free instalments from a request.",
        "v1.openapi.json again (interest_free_by_merchant)";
    CARD_POINT_IGNORED = "IAMPORT-059", Advise,
        "Few PGs spend card points.",
        "v1.openapi.json again (use_card_point)";
    PRODUCT_TYPE = "IAMPORT-060", Reject,
        "KSNET wants to know whether goods or digital content is sold.",
        "v1.openapi.json onetime (product_type); seed 000";
    PRODUCT_COUNT = "IAMPORT-061", Reject,
        "A number of items is positive; left out it is 1.",
        "v1.openapi.json again (product_count)";
    CASH_RECEIPT_IGNORED = "IAMPORT-062", Advise,
        "Only Toss Pay looks at the cash receipt of a payment with a billing key.",
        "v1.openapi.json again (cash_receipt_type)";
    BYPASS = "IAMPORT-063", Reject,
        "A PG's own parameters are a JSON object.",
        "v1.openapi.json onetime (bypass); seed 004";
    PROMOTION_ID = "IAMPORT-067", Reject,
        "A promotion's id starts with promotion-id-.",
        "v1.openapi.json again (promotion_id)";
    CANCEL_AMOUNT = "IAMPORT-091", Reject,
        "A cancel of 0 cancels everything that is left.",
        "v1.openapi.json cancel (amount)";
    REFUND_ACCOUNT = "IAMPORT-093", Reject,
        "A deposit is returned to a bank account, in the PG's own bank codes.",
        "v1.openapi.json cancel (refund_*); docs cancel/v1/basic.mdx";
    CANCEL_TAX_FREE = "IAMPORT-094", Advise,
        "A partial cancel without a tax-free amount returns none of the tax-free part.",
        "v1.openapi.json cancel (tax_free)";
    CANCEL_VAT = "IAMPORT-095", Reject,
        "A cancel says the value-added tax where the payment said it.",
        "v1.openapi.json cancel (vat_amount)";
    MOBILE_MONTH = "IAMPORT-096", Reject,
        "A mobile payment is cancelled within its month in Korea, and in part only at KG Inicis and KCP.",
        "docs cancel/v1/basic.mdx; docs checklist/readme-v1.mdx";
}
