//! The commands by name.

use serde::{Deserialize, Serialize};

/// The commands by name, as profiles and attempts name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum CommandKind {
    PayInstantly,
    IssueBillingKey,
    PayWithBillingKey,
    Schedule,
    OpenPaymentWindow,
    OpenBillingKeyWindow,
    OpenIssueAndPayWindow,
    DeleteBillingKey,
    Cancel,
    CloseVirtualAccount,
    IssueCashReceipt,
    CancelCashReceipt,
    RegisterEscrowLogistics,
    ConfirmEscrow,
    ConfirmDelivery,
    RegisterStoreReceipt,
    ConfirmPayment,
    ConfirmBillingKey,
    ConfirmIssueAndPay,
    Capture,
    StopCancel,
    AskWallet,
    Inquire,
}

impl CommandKind {
    /// The name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PayInstantly => "PAY_INSTANTLY",
            Self::IssueBillingKey => "ISSUE_BILLING_KEY",
            Self::PayWithBillingKey => "PAY_WITH_BILLING_KEY",
            Self::Schedule => "SCHEDULE",
            Self::OpenPaymentWindow => "OPEN_PAYMENT_WINDOW",
            Self::OpenBillingKeyWindow => "OPEN_BILLING_KEY_WINDOW",
            Self::OpenIssueAndPayWindow => "OPEN_ISSUE_AND_PAY_WINDOW",
            Self::DeleteBillingKey => "DELETE_BILLING_KEY",
            Self::Cancel => "CANCEL",
            Self::CloseVirtualAccount => "CLOSE_VIRTUAL_ACCOUNT",
            Self::IssueCashReceipt => "ISSUE_CASH_RECEIPT",
            Self::CancelCashReceipt => "CANCEL_CASH_RECEIPT",
            Self::RegisterEscrowLogistics => "REGISTER_ESCROW_LOGISTICS",
            Self::ConfirmEscrow => "CONFIRM_ESCROW",
            Self::ConfirmDelivery => "CONFIRM_DELIVERY",
            Self::RegisterStoreReceipt => "REGISTER_STORE_RECEIPT",
            Self::ConfirmPayment => "CONFIRM_PAYMENT",
            Self::ConfirmBillingKey => "CONFIRM_BILLING_KEY",
            Self::ConfirmIssueAndPay => "CONFIRM_ISSUE_AND_PAY",
            Self::Capture => "CAPTURE",
            Self::StopCancel => "STOP_CANCEL",
            Self::AskWallet => "ASK_WALLET",
            Self::Inquire => "INQUIRE",
        }
    }

    /// What it is to people: what a PG has or has not.
    pub const fn words(self) -> &'static str {
        match self {
            Self::PayInstantly => "payment without a window",
            Self::IssueBillingKey => "billing key without a window",
            Self::PayWithBillingKey => "payment with a billing key",
            Self::Schedule => "scheduled payment",
            Self::OpenPaymentWindow => "payment window",
            Self::OpenBillingKeyWindow => "window that issues a billing key",
            Self::OpenIssueAndPayWindow => "window that issues a billing key and takes a payment",
            Self::DeleteBillingKey => "way to delete a billing key",
            Self::Cancel => "cancel",
            Self::CloseVirtualAccount => "way to close a virtual account",
            Self::IssueCashReceipt => "cash receipt by API",
            Self::CancelCashReceipt => "way to cancel a cash receipt",
            Self::RegisterEscrowLogistics => "way to be told of a delivery held in escrow",
            Self::ConfirmEscrow => "way to confirm an escrow",
            Self::ConfirmDelivery => "way to be told of a delivery",
            Self::RegisterStoreReceipt => "sub-shops on sales slips",
            Self::ConfirmPayment => "payment to approve after a window",
            Self::ConfirmBillingKey => "billing key to approve after a window",
            Self::ConfirmIssueAndPay => "billing key and payment to approve after a window",
            Self::Capture => "capture by hand",
            Self::StopCancel => "way to withdraw a cancel",
            Self::AskWallet => "operations of its own wallet",
            Self::Inquire => "inquiry",
        }
    }
}
