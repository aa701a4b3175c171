//! Paymentwall's documented rules for commands, in the catalogue's order. The rules of all V1 PGs come on top:
//! [`portone_wire::v1::rules`].
//!
//! A rule whose severity depends on the channel or the value has its gravest one here.

use portone_core::{Rule, Severity};

portone_core::rules! {
    pub(crate) ALL;
    BUYER_NAME = "PW-002", Reject,
        "A buyer's name is given name and family name with one blank between them.",
        "seed 004; v1.openapi.json onetime (buyer_name)";
    WINDOW_NAME = "PW-003", Reject,
        "A window needs the buyer's name.",
        "seed 004";
    BUYER_EMAIL = "PW-004", Reject,
        "A window, and a payment with a billing key, need the buyer's e-mail address.",
        "seed 004; seed 000; v1.openapi.json again (buyer_email); docs v2/paymentwall.mdx";
    ISSUE_EMAIL = "PW-005", Reject,
        "The e-mail address is the one the billing key was issued with.",
        "seed 004; v1.openapi.json again (buyer_email)";
    WHOLE_AMOUNT = "PW-007", Reject,
        "An amount is a whole number of major units.",
        "seed 004; docs v1/paymentwall.mdx";
    PAY_METHOD = "PW-010", Advise,
        "The buyer's country and the project decide the methods; the one asked for may be ignored.",
        "seed 004; docs v2/paymentwall.mdx";
    KEY_METHOD = "PW-011", Reject,
        "Only cards can be registered.",
        "seed 004";
    TEST_METHOD = "PW-013", Reject,
        "A project that is not live yet shows test methods where both switches say so.",
        "seed 004; docs v1/paymentwall.mdx";
    WIDGET = "PW-014", Reject,
        "A window is the widget pw_1 or Terminal3's, t3_1.",
        "seed 004; docs v2/paymentwall.mdx";
    PAYMENT_SYSTEM = "PW-015", Advise,
        "A payment system is named by Paymentwall's own short code, in small letters.",
        "seed 004; docs v2/paymentwall.mdx";
    COUNTRY = "PW-016", Reject,
        "The buyer's country is named by two capital letters.",
        "seed 004; docs v2/paymentwall.mdx";
    FIRST_PAYMENT = "PW-018", Reject,
        "A window that issues a key always takes the amount as the first payment.",
        "seed 004; docs v1/paymentwall.mdx";
    ORDER_NAME = "PW-020", Reject,
        "An order needs a name.",
        "docs v1/paymentwall.mdx; v1.openapi.json again (name)";
    DELIVERY_OWED = "PW-021", Advise,
        "What was paid for goods is paid out once their delivery was registered; a dispute needs it too.",
        "v1.openapi.json /paymentwall/delivery; docs v2/paymentwall.mdx";
    DELIVERY = "PW-022", Reject,
        "A delivery has the receiver's e-mail address, and texts no longer than V1 takes.",
        "v1.openapi.json /paymentwall/delivery";
    PARCEL = "PW-023", Reject,
        "Goods are delivered with the carrier, its number of the parcel and the receiver's whole address; outside the United States the state is N/A.",
        "v1.openapi.json /paymentwall/delivery";
    DELIVERY_V2 = "PW-024", Reject,
        "A delivery at V2 names what is delivered in words, and the receiver's e-mail address.",
        "schema ConfirmPaymentwallDeliveryBody";
    PARCEL_V2 = "PW-025", Reject,
        "Goods are delivered with the carrier, its number of the parcel and the receiver's whole address.",
        "schema ConfirmPaymentwallDeliveryBody";
    CVC = "PW-027", Reject,
        "A card needs its verification number, 3 digits, or 4 of American Express.",
        "v1.openapi.json onetime (cvc)";
    BROWSER_IP = "PW-028", Reject,
        "Paymentwall judges fraud by the buyer's address on the internet; without it, it would take the shop's server's.",
        "v1.openapi.json again (browser_ip)";
    SECURE_3D = "PW-030", Advise,
        "The two values of a 3-D Secure step belong together.",
        "v1.openapi.json onetime (secure_3d_charge_id, secure_3d_token)";
    NO_API_ISSUE = "PW-031", Reject,
        "Paymentwall issues billing keys in its window only, with a first payment.",
        "v1.openapi.json customers (supported PGs); docs support/code-info/pg.mdx; legacy iamport-manual paymentwall-api-billing-key";
    PARTIAL_CANCEL = "PW-035", Reject,
        "A part cannot be cancelled where Paymentwall processes in another currency than was asked for.",
        "docs v2/paymentwall.mdx";
    NO_KOREAN_ACCOUNT = "PW-036", Reject,
        "Paymentwall has no Korean virtual accounts.",
        "docs v1/paymentwall.mdx; docs v2/paymentwall.mdx";
    V2_CUSTOMER = "PW-037", Reject,
        "A V2 window needs the shop's id of the buyer, and the e-mail address.",
        "docs v2/paymentwall.mdx";
    V2_LOCALE = "PW-038", Advise,
        "A V2 window speaks 28 languages.",
        "docs v2/paymentwall.mdx; browser-sdk.yml Locale";
    V2_WINDOWS_ONLY = "PW-039", Reject,
        "V2 has Paymentwall's payment window, its cancel and its deliveries, and nothing else.",
        "docs v2/paymentwall.mdx";
    NO_SUCH_FAMILY = "PW-041", Reject,
        "Paymentwall has no virtual accounts, no cash receipts and no escrow.",
        "v1.openapi.json (supported PGs)";
    DISPLAY = "PW-042", Advise,
        "What a window shows besides are a picture's address, a name and two numbers.",
        "seed 004";
    REDIRECT_URL = "PW-043", Advise,
        "On a mobile the result comes back by redirection only.",
        "seed 004; docs v2/paymentwall.mdx";
}

/// The refusal of what Paymentwall has not got.
pub(crate) static CAPABILITY: Rule = Rule {
    code: "PW-CAP",
    severity: Severity::Reject,
    reason: "Paymentwall has no such command for this pay method.",
    source: "seed 004; v1.openapi.json",
};
