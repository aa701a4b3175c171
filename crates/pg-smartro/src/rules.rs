//! Smartro's documented rules for key-in payment, billing keys, cancels and virtual accounts, in the catalogue's order.
//!
//! A rule whose severity depends on the command or on the channel's contract has its gravest one here.

use portone_core::{Rule, Severity};

macro_rules! rules {
    ($($name:ident = $code:literal, $severity:ident, $reason:literal, $source:literal;)+) => {
        $(pub(crate) const $name: Rule =
            Rule { code: $code, severity: Severity::$severity, reason: $reason, source: $source };)+

        /// Every rule, in the catalogue's order.
        pub(crate) const ALL: &[Rule] = &[$($name),+];
    };
}

rules! {
    PAYMENT_ID_ALPHABET = "SMARTRO-001", Reject,
        "Smartro refuses a payment id with anything but ASCII letters and digits.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    PAYMENT_ID_LENGTH = "SMARTRO-002", Reject,
        "Smartro keeps the first 40 characters of a payment id only, so a longer one is never found again.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    CURRENCY = "SMARTRO-004", Reject,
        "Smartro knows won and US dollar only.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    MID_CURRENCY = "SMARTRO-005", Reject,
        "The MID's setting decides the currency: another one in the request is ignored, and another amount is charged.",
        "seed 001";
    USD_ENABLED = "SMARTRO-006", Advise,
        "Some documents say that dollar payments are switched off at Smartro until further notice.",
        "docs v1/smartro-v2/caution.mdx; seed 001";
    CUSTOMER_ID_LENGTH = "SMARTRO-009", Reject,
        "Smartro takes a customer id of at most 20 characters.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    ORDER_NAME_LENGTH = "SMARTRO-012", Reject,
        "Smartro takes an order name of at most 40 bytes. The encoding is not published: over 40 bytes of EUC-KR is refused, over 40 of UTF-8 is risky.",
        "browser-sdk.yml PaymentOrderName";
    TAX_FREE_CONTRACT = "SMARTRO-031", Reject,
        "Tax-free and mixed taxation need a contract; without one the tax may be split otherwise than asked.",
        "seed 001";
    INSTALLMENT_CONTRACT = "SMARTRO-032", Reject,
        "Instalments need a contract.",
        "seed 001";
    FREE_INTEREST_CONTRACT = "SMARTRO-033", Reject,
        "Interest-free instalments the shop pays for need a contract.",
        "seed 001";
    CARD_POINT_CONTRACT = "SMARTRO-034", Reject,
        "Card points need a contract.",
        "seed 001";
    ONE_EXPIRY = "SMARTRO-066", Reject,
        "A virtual account has either a number of hours or a due date.",
        "V2 schema InstantPaymentMethodInputVirtualAccountExpiry";
    CUSTOMER_ID_ALPHABET = "SMARTRO-093", Reject,
        "The window that issues a billing key takes ASCII letters and digits only in a customer id; the API's own sample has a hyphen, so there it is risky only.",
        "browser-sdk.yml Customer/customerId; seed 001";
    NO_CARD_KEY_IN = "SMARTRO-100", Reject,
        "Smartro has no key-in payment by card.",
        "seed 001; docs extra/smart-routing/intro.mdx";
    FIXED_ACCOUNT = "SMARTRO-102", Reject,
        "Smartro issues a fixed account by the name given to it only, never by its number.",
        "seed 001; V2 schema InstantPaymentMethodInputVirtualAccountOptionFixed";
    FIXED_WITHOUT_TYPE = "SMARTRO-103", Reject,
        "Which fixed account is wanted can only be said with type FIXED.",
        "V2 schema InstantPaymentMethodInputVirtualAccountOption";
    FUTURE_EXPIRY = "SMARTRO-105", Reject,
        "A virtual account's deadline lies in the future.",
        "seed 001; docs v1/smartro-v2/api.mdx";
    CASH_RECEIPT = "SMARTRO-107", Reject,
        "A cash receipt names whom it is for.",
        "seed 001; V2 schema InstantPaymentMethodInputVirtualAccountCashReceiptInfo";
    REMITTEE_NAME = "SMARTRO-108", Advise,
        "Other documents of Smartro make the account holder's name mandatory.",
        "v1.openapi.json /vbanks; seed 001";
    ACCOUNT_CUSTOMER = "SMARTRO-109", Advise,
        "Other documents of Smartro make the buyer's name, telephone and e-mail mandatory for a virtual account.",
        "docs v1/smartro-v2/api.mdx; seed 001";
    KEY_CUSTOMER_ID = "SMARTRO-112", Reject,
        "A billing key needs a customer id of at most 20 characters.",
        "seed 001";
    KEY_CARD = "SMARTRO-113", Reject,
        "A billing key needs number, expiry, birth date or business number, and two password digits.",
        "seed 001; V2 schema CardCredential";
    KEY_PAYMENT_CUSTOMER = "SMARTRO-114", Advise,
        "Newer documents make the buyer's name, telephone and e-mail mandatory for a billing-key payment.",
        "docs v2/smartro-v2.mdx; seed 001";
    TIME_TO_PAY = "SMARTRO-116", Reject,
        "A scheduled payment lies in the future.",
        "seed 001; V2 schema CreatePaymentScheduleBody";
    REFUND_ACCOUNT = "SMARTRO-117", Reject,
        "A deposit is returned to a bank account; Smartro needs the holder's telephone too.",
        "docs cancel/v2/readme.mdx; V2 schema CancelPaymentBodyRefundAccount";
    PARTIAL_CANCEL_TAX_FREE = "SMARTRO-118", Reject,
        "A partial cancel of a payment with a tax-free part says how much of it is tax-free.",
        "docs v1/smartro-v2/api.mdx; v1.openapi.json /payments/cancel";
    CASH_RECEIPT_RECEIVER = "SMARTRO-120", Reject,
        "A cash receipt issued by API names its receiver and their telephone; a later cancel of the payment leaves it.",
        "docs v1/smartro-v2/api.mdx; v1.openapi.json /receipts";
    ESCROW_ADDRESSES = "SMARTRO-122", Reject,
        "A delivery is registered with name, telephone, postal code and two-line address of sender and receiver.",
        "docs v1/smartro-v2/api.mdx; V2 schema SeparatedAddressInput";
    TEST_DEBIT_CARD = "SMARTRO-124", Reject,
        "A test channel cancels a payment by check card in full only.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    TEST_BANK = "SMARTRO-127", Reject,
        "These banks, and some others, issue no account on a test channel.",
        "seed 001";
}

/// The refusal of what Smartro has not got.
pub(crate) static CAPABILITY: Rule = Rule {
    code: "SMARTRO-CAP",
    severity: Severity::Reject,
    reason: "Smartro has no such command for this pay method.",
    source: "seed 001",
};
