//! The rules of the V1 face itself, whatever the PG.

use portone_core::Rule;

use crate::rule::reject;

pub(super) static INPUT: Rule = reject(
    "V1-INPUT",
    "A request has the parameters, types and values its document gives it.",
    "the V1 REST API's schema",
);
pub(super) static TOKEN: Rule =
    reject("V1-009", "A token is asked for with imp_key and imp_secret.", "operation getToken");
pub(super) static MERCHANT_UID: Rule =
    reject("V1-021", "A merchant_uid has at most 40 characters.", "schema PaymentAnnotation");
pub(super) static PREPARE: Rule = reject(
    "V1-042",
    "An amount is registered for a merchant_uid, with or without its currency.",
    "operation preparePayment",
);
pub(super) static MULTI: Rule =
    reject("V1-044", "At most 100 payments are read at once.", "operation getPaymentListByImpUid");
pub(super) static SORTING: Rule = reject(
    "V1-045",
    "Attempts are in the order of when they were started, paid or updated.",
    "operation getPaymentByMerchantUid",
);
pub(super) static PAGE: Rule =
    reject("V1-046", "Pages begin at 1 and have 1 to 1000 payments.", "schema PagedPaymentAnnotation");
pub(super) static BY_STATUS: Rule = reject(
    "V1-047",
    "A list is of one state, or all, and of at most 90 days.",
    "operation getPaymentsByStatus",
);
pub(super) static CANCEL_ID: Rule =
    reject("V1-050", "A cancel names its payment by imp_uid or merchant_uid.", "operation cancelPayment");
pub(super) static CANCEL_AMOUNT: Rule =
    reject("V1-051", "A cancel's amount is at most what is left of the payment.", "operation cancelPayment");
pub(super) static CHECKSUM: Rule =
    reject("V1-052", "A checksum is what can be cancelled now.", "operation cancelPayment");
pub(super) static REFUND_ACCOUNT: Rule =
    reject("V1-054", "A refund account has a bank, a number and a holder.", "operation cancelPayment");
pub(super) static SELECTOR: Rule =
    reject("SR-020", "A request names a channel or a channel group, not both.", "seed 000");
pub(super) static CUSTOMERS: Rule =
    reject("V1-063", "Billing keys are read by their customer_uid.", "operation customer_view_multiple");
pub(super) static SCHEDULES: Rule = reject(
    "V1-072",
    "A list of schedules has a beginning and an end, of a store at most three months apart.",
    "operation findSchedulesByRange",
);

pub(super) static ACCOUNT: Rule = reject(
    "V1-081",
    "An account is changed and closed by its imp_uid, while it waits for its deposit.",
    "operations modifyVbank and revokeVbank",
);
pub(super) static RECEIPT: Rule = reject(
    "V1-083",
    "A cash receipt is issued by API for what was paid by transfer or into a virtual account.",
    "operation issueReceipt",
);
pub(super) static LOGISTICS: Rule = reject(
    "V1-086",
    "A delivery is registered once, and changed after that.",
    "operations escrow_logis_save and escrow_logis_edit",
);
