//! Smartro's documented rules, in the catalogue's order.
//!
//! What its own documents call rules but no request can break is not here: credentials that only the upstream holds
//! (SMARTRO-121: MID, merchant key, a cancel password of at most 6 characters; billing needs the ssp mall id too, escrow
//! the API key), and what the types of a request leave no room for.
//!
//! A rule whose severity depends on the command or on the channel's contract has its gravest one here.

use portone_core::{Rule, Severity};

portone_core::rules! {
    pub(crate) ALL;
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
    WINDOW_PHONE_NUMBER = "SMARTRO-007", Reject,
        "Smartro opens no payment window without the buyer's telephone number.",
        "seed 001; docs v1/smartro-v2/readme.mdx";
    EASY_PAY_CUSTOMER_ID = "SMARTRO-008", Reject,
        "Easy pay needs the shop's id of the buyer.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    CUSTOMER_ID_LENGTH = "SMARTRO-009", Reject,
        "Smartro takes a customer id of at most 20 characters.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    PINPAY_CUSTOMER_ID = "SMARTRO-010", Advise,
        "PINPAY keeps a wallet under the buyer's id, so that it must be the buyer's own.",
        "browser-sdk.yml Customer/customerId";
    WINDOW_METHODS = "SMARTRO-011", Reject,
        "Smartro's window knows five pay methods.",
        "seed 001; docs v1/smartro-v2/readme.mdx";
    ORDER_NAME_LENGTH = "SMARTRO-012", Reject,
        "Smartro takes an order name of at most 40 bytes. The encoding is not published: over 40 bytes of EUC-KR is refused, over 40 of UTF-8 is risky.",
        "browser-sdk.yml PaymentOrderName";
    NAME_LENGTH = "SMARTRO-013", Reject,
        "Smartro takes a buyer's name of at most 30 characters.",
        "browser-sdk.yml Customer/fullName";
    EMAIL = "SMARTRO-014", Reject,
        "Smartro takes a well-formed e-mail address of at most 60 characters.",
        "browser-sdk.yml Customer/email";
    WINDOW_LOCALE = "SMARTRO-016", Advise,
        "The payment window speaks Korean and English only.",
        "seed 001; browser-sdk.yml Locale; docs v1/smartro-v2/caution.mdx";
    GOODS_COUNT = "SMARTRO-020", Reject,
        "The number of items is a whole number.",
        "seed 001; browser-sdk.yml bypass/payment/SmartroV2";
    SKIN_COLOR = "SMARTRO-021", Reject,
        "The window has four colours.",
        "seed 001";
    OPEN_TYPE = "SMARTRO-022", Reject,
        "The window shows domestic cards (KR) or cards issued abroad only (EN).",
        "seed 001";
    SKIP_PASSWORD = "SMARTRO-023", Reject,
        "Whether a payment password is registered is said with Y or N.",
        "seed 001";
    BYPASS_KEYS = "SMARTRO-024", Advise,
        "Each window reads its own parameters and ignores others.",
        "seed 001; browser-sdk.yml bypass";
    EASY_PAY_CONTRACT = "SMARTRO-030", Reject,
        "Easy pay needs a contract.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
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
    ESCROW_CONTRACT = "SMARTRO-035", Reject,
        "Escrow needs a contract; without one the payment may be made without escrow.",
        "seed 001; docs ready/readme.mdx";
    OVERSEAS_CONTRACT = "SMARTRO-036", Reject,
        "Cards issued abroad and dollars need a contract.",
        "seed 001";
    MONTH_LIST = "SMARTRO-040", Advise,
        "The months offered cannot be chosen; only a fixed month with a card company is kept.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    CARD_AND_MONTH = "SMARTRO-041", Reject,
        "A card company that opens directly and a fixed instalment month go together.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    ONE_MONTH_OPTION = "SMARTRO-042", Reject,
        "A window has either a fixed month or a list of months.",
        "browser-sdk.yml InstallmentMonthOption";
    WINDOW_CARD_POINT = "SMARTRO-043", Advise,
        "In a window, card points follow the MID's settings.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    WINDOWS_ONLY_CARD = "SMARTRO-044", Reject,
        "The pages of these card companies open directly on Windows only.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    FREE_PLANS = "SMARTRO-045", Advise,
        "Plans free of interest are shown as the MID has them, and cannot be chosen by request.",
        "seed 001; docs v1/smartro-v2/caution.mdx; browser-sdk.yml Installment";
    CARD_COMPANY = "SMARTRO-046", Reject,
        "A card company is named as the browser SDK names it.",
        "browser-sdk.yml CardCompany";
    WALLET = "SMARTRO-050", Reject,
        "These wallets open directly through Smartro.",
        "browser-sdk.yml EasyPayProvider; docs v2/smartro-v2.mdx";
    NAVERPAY_CARDS = "SMARTRO-051", Advise,
        "Naver Pay opened directly pays with registered cards only.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    RECEIPT_WITHOUT_BANK = "SMARTRO-060", Advise,
        "A virtual account's cash receipt can be filled in only where the bank is given too.",
        "seed 001; browser-sdk.yml PaymentRequestUnionVirtualAccount";
    RECEIPT_WITH_BANK = "SMARTRO-061", Reject,
        "Where the bank is given no page asks the buyer, so that the receipt's type must be said.",
        "browser-sdk.yml PaymentRequestUnionVirtualAccount/cashReceiptType";
    WINDOW_BANK = "SMARTRO-063", Reject,
        "A bank is named as the browser SDK names it, not as the REST API does.",
        "seed 001; browser-sdk.yml Bank";
    WINDOW_FUTURE_EXPIRY = "SMARTRO-064", Reject,
        "A virtual account's deadline lies in the future.",
        "seed 001";
    WINDOW_EXPIRY = "SMARTRO-065", Reject,
        "A virtual account's deadline is a date. V2's documents let it be absent, V1's and smart routing's do not.",
        "docs v1/smartro-v2/caution.mdx; seed 000; seed 001";
    ONE_EXPIRY = "SMARTRO-066", Reject,
        "A virtual account has either a number of hours or a due date.",
        "V2 schema InstantPaymentMethodInputVirtualAccountExpiry";
    ANONYMOUS_RECEIPT = "SMARTRO-067", Reject,
        "An undisclosed cash receipt carries no identifier; the window does not open.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    NAMED_RECEIPT = "SMARTRO-068", Reject,
        "A cash receipt for somebody names them; the window does not open otherwise.",
        "seed 001";
    IDENTIFIER_WITHOUT_TYPE = "SMARTRO-069", Reject,
        "A cash receipt's identifier needs the receipt's type.",
        "docs v1/smartro-v2/caution.mdx";
    RECEIPT_IDENTIFIER = "SMARTRO-070", Reject,
        "A person's cash receipt takes a mobile number, a resident number or a receipt card, a company's its business number.",
        "docs v1/smartro-v2/caution.mdx; browser-sdk.yml customerIdentifier";
    RECEIPT_TYPE = "SMARTRO-072", Reject,
        "A cash receipt is PERSONAL, CORPORATE or ANONYMOUS.",
        "seed 001; docs v1/smartro-v2/readme.mdx";
    BANK_LIST = "SMARTRO-073", Advise,
        "Only NHN KCP reads which banks are offered.",
        "browser-sdk.yml PaymentRequestUnionVirtualAccount/availableBanks";
    MOBILE_PRODUCT_TYPE = "SMARTRO-080", Reject,
        "Carrier billing needs the product type.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    MID_PRODUCT_TYPE = "SMARTRO-081", Reject,
        "Carrier billing fails inside the window where the product type is not the MID's.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    ESCROW_WITH_CARD = "SMARTRO-082", Reject,
        "Escrow and a card company that opens directly exclude each other.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    ESCROW_WITH_BANK = "SMARTRO-083", Reject,
        "Escrow and a virtual account without a page exclude each other.",
        "seed 001";
    ESCROW_WITH_RECEIPT = "SMARTRO-084", Reject,
        "An escrow payment carries no cash-receipt fields.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    OFFER_PERIOD = "SMARTRO-085", Advise,
        "The window shows a service's period only where both ends are given.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    V1_PERIOD = "SMARTRO-086", Advise,
        "V1's dates of a service's period are eight digits; others are not shown.",
        "docs v1/smartro-v2/caution.mdx";
    KEY_METHOD = "SMARTRO-090", Reject,
        "Only cards can be registered.",
        "seed 001; docs v1/smartro-v2/readme.mdx";
    ISSUE_ID = "SMARTRO-091", Reject,
        "The window that issues a billing key needs a number of letters and digits.",
        "seed 001";
    WINDOW_KEY_CUSTOMER_ID = "SMARTRO-092", Reject,
        "The window that issues a billing key needs the shop's id of the customer.",
        "seed 001; docs v1/smartro-v2/readme.mdx";
    CUSTOMER_ID_ALPHABET = "SMARTRO-093", Reject,
        "The window that issues a billing key takes ASCII letters and digits only in a customer id; the API's own sample has a hyphen, so there it is risky only.",
        "browser-sdk.yml Customer/customerId; seed 001";
    KEY_LOCALE = "SMARTRO-094", Advise,
        "The window that issues a billing key speaks Korean only.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    MOBILE_RETURN = "SMARTRO-098", Reject,
        "On a mobile the window that issues a billing key is a page of its own, which comes back by redirection.",
        "docs v1/smartro-v2/readme.mdx";
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
    REMITTEE_NAME = "SMARTRO-108", Reject,
        "V1's documents make the account holder's name mandatory; V2's do not.",
        "v1.openapi.json /vbanks; seed 001";
    ACCOUNT_CUSTOMER = "SMARTRO-109", Reject,
        "V1's documents make the buyer's name, telephone and e-mail mandatory for a virtual account; V2's do not.",
        "docs v1/smartro-v2/api.mdx; seed 001";
    NO_V1_ISSUE = "SMARTRO-111", Reject,
        "V1 issues Smartro's billing keys in the window only; V2 issues them by card.",
        "seed 001; v1.openapi.json customers (supported PGs)";
    KEY_CUSTOMER_ID = "SMARTRO-112", Reject,
        "A billing key needs a customer id of at most 20 characters.",
        "seed 001";
    KEY_CARD = "SMARTRO-113", Reject,
        "A billing key needs number, expiry, birth date or business number, and two password digits.",
        "seed 001; V2 schema CardCredential";
    KEY_PAYMENT_CUSTOMER = "SMARTRO-114", Reject,
        "V1's documents and newer ones of V2 make the buyer's name, telephone and e-mail mandatory for a billing-key payment.",
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
    DEPOSIT_NOTICE = "SMARTRO-123", Reject,
        "Smartro must be told where to announce deposits and refunds of virtual accounts, or they are never heard of.",
        "docs virtual-account/readme.mdx";
    TEST_DEBIT_CARD = "SMARTRO-124", Reject,
        "A test channel cancels a payment by check card in full only.",
        "seed 001; docs v1/smartro-v2/caution.mdx";
    TEST_CARD = "SMARTRO-125", Reject,
        "Cards of these issuers never pay on a test channel.",
        "seed 001";
    TEST_WALLET = "SMARTRO-126", Reject,
        "On a test channel these wallets take the cards of four issuers only.",
        "seed 001";
    TEST_BANK = "SMARTRO-127", Reject,
        "These banks, and some others, issue no account on a test channel.",
        "seed 001";
    OLD_MODULE = "SMARTRO-129", Advise,
        "Smartro's old module has card, transfer and virtual account only; new integrations use smartro_v2.",
        "seed 001; docs v1/smartro.mdx";
}

/// The refusal of what Smartro has not got.
pub(crate) static CAPABILITY: Rule = Rule {
    code: "SMARTRO-CAP",
    severity: Severity::Reject,
    reason: "Smartro has no such command for this pay method.",
    source: "seed 001",
};
