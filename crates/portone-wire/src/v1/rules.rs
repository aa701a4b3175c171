//! The rules of every PG behind the V1 REST API (`IAMPORT-*`), as far as they concern commands, in the catalogue's order.
//!
//! A rule whose severity depends on the channel's contract has its gravest one here.

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
    /// Holding a window's payment in escrow (rule IAMPORT-081).
    pub const ESCROW: &str = "escrow";
    /// Being asked before a window's payment is approved (rule IAMPORT-085).
    pub const CONFIRM_PROCESS: &str = "confirm_process";
}

portone_core::rules! {
    pub ALL;
    PG = "IAMPORT-001", Reject,
        "A channel is named by a PG code, alone or with a dot and the merchant id.",
        "v1.openapi.json onetime (pg); docs sdk/v1-sdk/payrq.mdx; seed 004";
    PG_UNKNOWN = "IAMPORT-002", Advise,
        "Where no channel is named, or one the merchant has not got, the merchant's default PG takes the payment.",
        "v1.openapi.json onetime (pg)";
    PG_BESIDE_GROUP = "IAMPORT-003", Advise,
        "Beside a channel group the PG code is ignored.",
        "v1.openapi.json onetime (channelGroupId); seed 000";
    GROUP_LENGTH = "IAMPORT-004", Reject,
        "A channel group's id has at most 55 characters.",
        "v1.openapi.json onetime (channelGroupId), customers (channel_group_id); seed 000";
    CHANNEL_KEY_LENGTH = "IAMPORT-005", Reject,
        "A channel key has at most 55 characters.",
        "v1.openapi.json customers (channel_key); seed 003";
    MERCHANT_UID_LENGTH = "IAMPORT-010", Reject,
        "A payment's number has at most 40 characters.",
        "docs sdk/v1-sdk/payrq.mdx; v1.openapi.json again (merchant_uid)";
    PAID_UID = "IAMPORT-011", Reject,
        "A payment's number that was paid under is refused before the PG is asked.",
        "docs sdk/v1-sdk/payrq.mdx; v1.openapi.json onetime (merchant_uid)";
    SCHEDULE_UIDS = "IAMPORT-012", Reject,
        "Each entry of a schedule has a payment's number of its own.",
        "v1.openapi.json ScheduleAnnotation (merchant_uid)";
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
    CORPORATE_BIRTH = "IAMPORT-023", Reject,
        "A corporate card without a person's name needs the business number of ten digits.",
        "seed 003; docs start/v1/non-auth.mdx";
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
    KEY_MISSING = "IAMPORT-037", Reject,
        "A customer_uid without a billing key pays nothing.",
        "v1.openapi.json again (customer_uid)";
    CARD_FOR_KEY = "IAMPORT-038", Reject,
        "A schedule for a customer_uid without a key needs the card, and a PG that issues keys without a window.",
        "v1.openapi.json schedule (card_number)";
    CARD_BESIDE_KEY = "IAMPORT-039", Advise,
        "Where the customer_uid has a key, a schedule's card data is not used.",
        "v1.openapi.json schedule (card_number)";
    SCHEDULES = "IAMPORT-040", Reject,
        "A schedule has entries, each with number, time, amount, currency and name.",
        "v1.openapi.json ScheduleAnnotation";
    SCHEDULE_AT = "IAMPORT-042", Reject,
        "A scheduled payment lies in the future.",
        "seed 000; v1.openapi.json ScheduleAnnotation";
    CHECKING_AMOUNT = "IAMPORT-043", Advise,
        "An amount to check the card with is charged for real, and cancelled at once.",
        "v1.openapi.json schedule (checking_amount)";
    UNSCHEDULE = "IAMPORT-044", Reject,
        "Schedules are called off by billing key, by payment, or by both.",
        "v1.openapi.json unschedule";
    KEY_WITH_SCHEDULES = "IAMPORT-047", Advise,
        "A billing key that schedules wait for is deleted all the same, and they fail later.",
        "v1.openapi.json customers (delete)";
    AMOUNT = "IAMPORT-050", Reject,
        "An amount is a JSON number in major units, neither a text nor an object.",
        "v1.openapi.json onetime (amount); docs sdk/v1-sdk/payrq.mdx";
    TAX_FREE_PART = "IAMPORT-052", Reject,
        "The tax-free amount is a part of the amount.",
        "v1.openapi.json onetime (tax_free); v2.openapi.json SumOfPartsExceedsTotalAmountError";
    VAT_IGNORED = "IAMPORT-053", Advise,
        "Few PGs take the value-added tax from a request; the others compute it.",
        "v1.openapi.json again (vat_amount); docs sdk/v1-sdk/payrq.mdx";
    OLD_VAT = "IAMPORT-054", Advise,
        "The old name of the value-added tax is out of use.",
        "v1.openapi.json onetime (vat)";
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
    PAY_METHOD = "IAMPORT-070", Reject,
        "A window opens with a pay method of the published list.",
        "docs sdk/v1-sdk/payrq.mdx";
    DIGITAL = "IAMPORT-071", Reject,
        "Carrier billing needs to know whether digital content is sold.",
        "docs sdk/v1-sdk/payrq.mdx";
    WINDOW_DUE = "IAMPORT-072", Reject,
        "A window's deposit deadline is a date, or a date and a time, in one of four forms.",
        "docs sdk/v1-sdk/payrq.mdx";
    VBANK_DUE = "IAMPORT-073", Reject,
        "A virtual account's deadline is a UNIX time in seconds.",
        "v1.openapi.json vbanks (vbank_due)";
    VBANK_CODE = "IAMPORT-074", Reject,
        "A virtual account's bank is named by the PG's own code.",
        "v1.openapi.json vbanks (vbank_code); docs support/code-info/pg-1.mdx";
    VBANK_HOLDER = "IAMPORT-075", Reject,
        "An account holder's name has at most 16 characters; some PGs need it, others show their own.",
        "v1.openapi.json vbanks (vbank_holder)";
    VBANK_PAID = "IAMPORT-076", Reject,
        "No further account is issued for a payment's number that was paid under.",
        "v1.openapi.json vbanks (merchant_uid)";
    VBANK_CLOSED = "IAMPORT-077", Reject,
        "Only an account that waits for its deposit can be closed.",
        "v1.openapi.json vbanks/{imp_uid} (delete)";
    REDIRECT_URL = "IAMPORT-078", Reject,
        "Where a window is a page of its own the result comes back by redirection only.",
        "docs sdk/v1-sdk/payrq.mdx";
    APP_SCHEME = "IAMPORT-079", Reject,
        "A window inside an app needs the app's scheme, so that card apps come back to it.",
        "docs sdk/v1-sdk/payrq.mdx";
    LANGUAGE = "IAMPORT-080", Advise,
        "A window speaks Korean, English or Chinese, and several PGs' windows Korean only.",
        "docs sdk/v1-sdk/payrq.mdx";
    ESCROW_CONTRACT = "IAMPORT-081", Reject,
        "Escrow needs a contract.",
        "docs sdk/v1-sdk/payrq.mdx";
    DIRECT_CARD = "IAMPORT-082", Reject,
        "A card company is named by its code of three digits.",
        "docs sdk/v1-sdk/payrq.mdx; docs support/code-info/card-code.mdx";
    MONTH_LIST = "IAMPORT-083", Reject,
        "The months offered are 2 or more; a lump sum is offered besides.",
        "docs sdk/v1-sdk/payrq.mdx";
    PREPARED_AMOUNT = "IAMPORT-084", Reject,
        "A window opens for the amount that was prepared only.",
        "v1.openapi.json payments/prepare";
    CONFIRM_CONTRACT = "IAMPORT-085", Reject,
        "A callback before the approval must be switched on by PortOne first.",
        "docs sdk/v1-sdk/payrq.mdx (confirm_url)";
    CANCEL_WHICH = "IAMPORT-090", Reject,
        "A cancel names the payment by imp_uid, by merchant_uid, or by both.",
        "v1.openapi.json cancel";
    CANCEL_AMOUNT = "IAMPORT-091", Reject,
        "A cancel of 0 cancels everything that is left.",
        "v1.openapi.json cancel (amount)";
    CHECKSUM = "IAMPORT-092", Reject,
        "A cancel whose checksum is not the balance reaches no PG.",
        "v1.openapi.json cancel (checksum)";
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
    CANCEL_WEBHOOK = "IAMPORT-097", Reject,
        "Whether a cancel is announced is true or false; left out, it is not.",
        "v1.openapi.json cancel (enable_webhook)";
    CANCEL_PROMOTION = "IAMPORT-098", Reject,
        "Whether a cancel keeps a promotion is true or false; left out, it does not.",
        "v1.openapi.json cancel (retain_promotion)";
}
