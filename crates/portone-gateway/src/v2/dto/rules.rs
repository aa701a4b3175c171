//! The rules of the V2 face itself, whatever the PG.

use portone_core::Rule;

use crate::rule::reject;

pub(super) static TOKEN: Rule = reject(
    "V2-003",
    "A login sends an API secret, a refresh sends a refresh token.",
    "schemas LoginViaApiSecretBody and RefreshTokenBody",
);
pub(super) static PAGE: Rule = reject(
    "V2-015",
    "A page has a number from 0 and a size, and pages reach 60,000 records: (number + 1) x size.",
    "schema PageInput",
);
pub(super) static CURSOR: Rule =
    reject("V2-016", "A cursor comes from an answer; size is at most 1000.", "getAllPaymentsByCursor");
pub(super) static FILTER: Rule =
    reject("V2-017", "A list has a time range and filters.", "schema PaymentFilterInput");
pub(super) static STATUS: Rule =
    reject("V2-019", "A filter calls a payment that waits PENDING.", "schema PaymentStatus");
pub(super) static AMOUNT: Rule =
    reject("V2-044", "Amounts are whole numbers of the currency's minor unit.", "schema PaymentAmountInput");
pub(super) static METHOD: Rule = reject(
    "V2-045",
    "A method is a card or a virtual account, with its parts.",
    "schema InstantPaymentMethodInput",
);
pub(super) static ACCOUNT_OPTION: Rule = reject(
    "V2-046",
    "option is an object: NORMAL, or FIXED with which account.",
    "schema InstantPaymentMethodInputVirtualAccountOption",
);
pub(super) static CASH_RECEIPT: Rule =
    reject("V2-047", "A cash receipt has a type and, if issued, somebody.", "schema CashReceiptInput");
pub(super) static PRE_REGISTER: Rule =
    reject("V2-050", "A registration fixes amounts and the currency.", "schema PreRegisterPaymentBody");
pub(super) static CONFIRM: Rule = reject(
    "V2-051",
    "An approval has the window's token.",
    "schemas ConfirmPaymentBody and ConfirmBillingKeyBody",
);
pub(super) static CUSTOMER: Rule =
    reject("V2-052", "A customer's name is an object on input.", "schema CustomerInput");
pub(super) static CANCEL: Rule = reject("V2-060", "A cancel has a reason.", "schema CancelPaymentBody");
pub(super) static REFUND_ACCOUNT: Rule = reject(
    "V2-065",
    "A refund account has a bank, a number and a holder.",
    "schema CancelPaymentBodyRefundAccount",
);
pub(super) static PROMOTION: Rule =
    reject("V2-067", "A cancel says what becomes of a promotion.", "schema PromotionDiscountRetainOption");
pub(super) static ESCROW: Rule = reject(
    "V2-071",
    "A delivery has a carrier, its number of the parcel and when it was sent.",
    "schema RegisterEscrowLogisticsBody",
);
pub(super) static DELIVERY: Rule = reject(
    "PW-024",
    "A delivery names the transaction that was paid, what is delivered, how far it is and when it arrives.",
    "schema ConfirmPaymentwallDeliveryBody",
);
pub(super) static STORE_RECEIPT: Rule = reject(
    "V2-INPUT",
    "A sales slip names one sub-shop or more, each with number, name, amount and currency.",
    "schema RegisterStoreReceiptBody",
);
pub(super) static RECEIPT: Rule = reject(
    "V2-070",
    "A cash receipt has a payment id, a channel, an amount and somebody it is for.",
    "schema IssueCashReceiptBody",
);
pub(super) static ISSUE: Rule =
    reject("V2-080", "A billing key is issued for a card.", "schema IssueBillingKeyBody");
pub(super) static KEY_PAYMENT: Rule =
    reject("V2-083", "A billing-key payment has its members at the top.", "schema BillingKeyPaymentInput");
pub(super) static SCHEDULE: Rule = reject(
    "V2-084",
    "A schedule has a payment with a billing key, and a time to come.",
    "schema CreatePaymentScheduleBody",
);
pub(super) static REVOCATION: Rule = reject(
    "V2-086",
    "Schedules are revoked by billing key, by id, or by both.",
    "schema RevokePaymentSchedulesBody",
);
pub(super) static PRODUCT_COUNT: Rule =
    reject("SR-051", "productCount is a whole number.", "seed 000; schema InstantPaymentInput");
