//! KPN's documented rules for key-in payment, billing keys, cancels and virtual accounts, in the catalogue's order.
//!
//! A rule whose severity depends on the channel's contract has its gravest one here.

use portone_core::{Rule, Severity};

portone_core::rules! {
    pub(crate) ALL;
    PAYMENT_ID_ALPHABET = "KPN-001", Reject,
        "A payment id with anything but ASCII letters and digits may not work at KPN.",
        "docs v2/kpn.mdx";
    LOCALE = "KPN-002", Advise,
        "Windows speak Korean and English only.",
        "docs v2/kpn.mdx; browser-sdk.yml Locale";
    WINDOW_CURRENCY = "KPN-003", Reject,
        "The window takes won only.",
        "docs v2/kpn.mdx; seed 002";
    CURRENCY = "KPN-004", Reject,
        "Key-in payment takes won, and US dollar for cards issued abroad.",
        "docs v2/kpn.mdx";
    ACCOUNT_CURRENCY = "KPN-005", Reject,
        "A Korean virtual account holds won.",
        "docs v2/kpn.mdx";
    SMALL_DOLLAR_CANCEL = "KPN-006", Advise,
        "Some acquirers cannot cancel less than one dollar.",
        "docs v2/kpn.mdx";
    KEY_CURRENCY = "KPN-007", Advise,
        "The documents show billing-key payments in won only.",
        "seed 002";
    VAT_IGNORED = "KPN-009", Advise,
        "KPN computes the value-added tax itself and only echoes one that was sent.",
        "docs v2/kpn.mdx";
    ORDER_NAME_LENGTH = "KPN-010", Reject,
        "KPN takes an order name of at most 256 bytes; the encoding is not published, UTF-8 is measured.",
        "browser-sdk.yml PaymentOrderName";
    NAME_LENGTH = "KPN-011", Reject,
        "KPN takes a buyer's name of at most 100 characters.",
        "browser-sdk.yml Customer/fullName";
    WINDOW_METHODS = "KPN-012", Reject,
        "KPN's window knows five pay methods.",
        "seed 002";
    V2_ONLY = "KPN-013", Reject,
        "KPN is a PG of V2 only.",
        "docs support/code-info/pg-2.mdx; docs extra/smart-routing/intro.mdx";
    KEY_IN_CONTRACT = "KPN-014", Reject,
        "Key-in payment needs a contract.",
        "seed 002";
    BILLING_KEY_CONTRACT = "KPN-015", Reject,
        "Issuing a billing key without a window needs a contract.",
        "seed 002";
    TAX_FREE_CONTRACT = "KPN-016", Reject,
        "Saying the tax-free amount in each request needs a contract.",
        "seed 002";
    ESCROW_CONTRACT = "KPN-017", Reject,
        "Escrow needs a contract and a window; without one the payment may be made without escrow.",
        "seed 002";
    EASY_PAY_CONTRACT = "KPN-018", Reject,
        "A wallet that opens directly needs a contract.",
        "seed 002";
    DEPOSIT_NOTICE_CONTRACT = "KPN-019", Reject,
        "Deposits are told only where KPN was asked to, MID by MID; else a virtual account never becomes paid.",
        "seed 002; docs virtual-account/readme.mdx";
    ACCOUNT_REFUND_CONTRACT = "KPN-020", Reject,
        "Returning money to the buyer's bank account needs a contract.",
        "seed 002; docs v2/kpn.mdx";
    FREE_INTEREST = "KPN-021", Reject,
        "Interest-free instalments are settings of the MID's contract; the request's flags do nothing.",
        "seed 002; docs v2/kpn.mdx";
    CARD_SELECT = "KPN-030", Reject,
        "The choices beside the card companies are GLOBAL, LEGACY_AUTH and KEY_IN.",
        "seed 002; browser-sdk.yml KpnCardSelect";
    CARD_FLAGS = "KPN-031", Advise,
        "KPN reads neither flag.",
        "docs v2/kpn.mdx";
    DIRECT_CARD = "KPN-032", Reject,
        "The pages of 17 card companies open directly.",
        "docs v2/kpn.mdx; release note of 2024-07-11";
    CONSENTS = "KPN-033", Advise,
        "Where a card company's page opens directly the shop's own page collects the consents.",
        "docs v2/kpn.mdx";
    MONTH_LIST = "KPN-034", Advise,
        "KPN reads a fixed instalment month only.",
        "browser-sdk.yml Installment";
    DIRECT_WALLET = "KPN-035", Reject,
        "Four wallets open directly; Naver Pay is in KPN's own window only.",
        "docs v2/kpn.mdx; release note of 2024-04-12";
    EASY_PAY_KEYS = "KPN-036", Advise,
        "KPN's easy pay reads the wallet only.",
        "docs v2/kpn.mdx; browser-sdk.yml PaymentRequestUnionEasyPay";
    TRANSFER_KEYS = "KPN-037", Advise,
        "KPN's transfer window asks the buyer for the receipt's identifier and the bank.",
        "docs v2/kpn.mdx";
    ACCOUNT_KEYS = "KPN-039", Advise,
        "KPN's virtual-account window asks the buyer for the bank and the receipt's identifier.",
        "docs v2/kpn.mdx; browser-sdk.yml PaymentRequestUnionVirtualAccount";
    MOBILE_PRODUCT_TYPE = "KPN-040", Reject,
        "Carrier billing needs the product type.",
        "docs v2/kpn.mdx; seed 000";
    MOBILE_KEYS = "KPN-041", Advise,
        "KPN's carrier-billing window asks the buyer for the carrier.",
        "docs v2/kpn.mdx; browser-sdk.yml PaymentRequestUnionMobile";
    ACCOUNT_BANK = "KPN-042", Reject,
        "Not every bank issues virtual accounts for KPN.",
        "docs v2/kpn.mdx; V2 schema Bank";
    KEY_METHOD = "KPN-050", Reject,
        "Only cards can be registered.",
        "seed 002";
    WINDOW_KEY_CUSTOMER_ID = "KPN-051", Reject,
        "The window that issues a billing key needs the shop's id of the customer.",
        "seed 002";
    WINDOW_KEY_NAME = "KPN-052", Reject,
        "The window that issues a billing key needs the customer's name.",
        "seed 002";
    KEY_OFFER_PERIOD = "KPN-053", Reject,
        "The window that issues a billing key takes a service's period as a range only.",
        "docs v2/kpn.mdx";
    KEY_CARD_COMPANY = "KPN-054", Advise,
        "No card company's page opens directly where a billing key is issued.",
        "docs v2/kpn.mdx";
    KEY_IN_CARD = "KPN-060", Reject,
        "A key-in payment needs the card's number and expiry; some contracts demand birth date and password digits too.",
        "seed 002; docs v2/kpn.mdx; V2 schema CardCredential";
    ROTATING_ACCOUNT = "KPN-061", Reject,
        "KPN issues rotating virtual accounts only.",
        "seed 002; V2 schema InstantPaymentMethodInputVirtualAccount";
    EXPIRY = "KPN-062", Reject,
        "A virtual account has either a number of hours or a due date, in the future.",
        "seed 002; V2 schema InstantPaymentMethodInputVirtualAccountExpiry";
    CASH_RECEIPT = "KPN-063", Reject,
        "KPN wants to know which cash receipt to issue, even if none.",
        "seed 002";
    NO_ESCROW = "KPN-064", Reject,
        "A virtual account issued without a window cannot be held in escrow.",
        "docs v2/kpn.mdx";
    KEY_CUSTOMER_NAME = "KPN-067", Reject,
        "A billing key needs the customer's name.",
        "seed 002; docs v2/kpn.mdx";
    KEY_CARD = "KPN-068", Reject,
        "A billing key needs number, expiry, birth date or business number, and two password digits.",
        "seed 002";
    KEY_CUSTOMER_ID = "KPN-069", Advise,
        "Every sample of KPN's documents names the customer's id.",
        "seed 002";
    SCHEDULE_CUSTOMER_NAME = "KPN-070", Reject,
        "A scheduled payment needs the customer's name.",
        "seed 002; V2 schema BillingKeyPaymentScheduleInput";
    TIME_TO_PAY = "KPN-071", Reject,
        "A scheduled payment lies in the future.",
        "seed 002; V2 schema CreatePaymentScheduleBody";
    REFUND_ACCOUNT = "KPN-080", Reject,
        "A cancel that the pay method itself cannot undo returns the money to a bank account.",
        "docs v2/kpn.mdx; docs cancel/v2/readme.mdx";
}

/// The refusal of what KPN has not got.
pub(crate) static CAPABILITY: Rule = Rule {
    code: "KPN-CAP",
    severity: Severity::Reject,
    reason: "KPN has no such command for this pay method.",
    source: "seed 002",
};
