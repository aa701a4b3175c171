//! Paymentwall's documented rules for commands, in the catalogue's order. The rules of all V1 PGs come on top:
//! [`portone_wire::v1::rules`].
//!
//! A rule whose severity depends on the channel or the value has its gravest one here.

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
    BUYER_NAME = "PW-002", Reject,
        "A buyer's name is given name and family name with one blank between them.",
        "seed 004; v1.openapi.json onetime (buyer_name)";
    BUYER_EMAIL = "PW-004", Reject,
        "A payment with a billing key needs the buyer's e-mail address.",
        "seed 004; seed 000; v1.openapi.json again (buyer_email); docs v2/paymentwall.mdx";
    ISSUE_EMAIL = "PW-005", Reject,
        "The e-mail address is the one the billing key was issued with.",
        "seed 004; v1.openapi.json again (buyer_email)";
    WHOLE_AMOUNT = "PW-007", Reject,
        "An amount is a whole number of major units.",
        "seed 004; docs v1/paymentwall.mdx";
    ORDER_NAME = "PW-020", Reject,
        "A payment with a billing key needs an order name.",
        "docs v1/paymentwall.mdx; v1.openapi.json again (name)";
    DELIVERY = "PW-022", Reject,
        "A delivery has the receiver's e-mail address, and texts no longer than V1 takes.",
        "v1.openapi.json /paymentwall/delivery";
    PARCEL = "PW-023", Reject,
        "Goods are delivered with the carrier, its number of the parcel and the receiver's whole address; outside the United States the state is N/A.",
        "v1.openapi.json /paymentwall/delivery";
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
    NO_SUCH_FAMILY = "PW-041", Reject,
        "Paymentwall has no virtual accounts, no cash receipts and no escrow.",
        "v1.openapi.json (supported PGs)";
}

/// The refusal of what Paymentwall has not got.
pub(crate) static CAPABILITY: Rule = Rule {
    code: "PW-CAP",
    severity: Severity::Reject,
    reason: "Paymentwall has no such command for this pay method.",
    source: "seed 004; v1.openapi.json",
};
