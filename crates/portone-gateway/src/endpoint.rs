//! The endpoints of the V2 face, each with the errors its schema documents.

/// An operation of the V2 face, with the errors its document lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Payments,
    PaymentsByCursor,
    PaymentEventsByCursor,
    BillingKeyInfos,
    Login,
    RefreshToken,
    PayInstantly,
    PayWithBillingKey,
    Payment,
    Transactions,
    CancelPayment,
    CloseVirtualAccount,
    IssueBillingKey,
    BillingKeyInfo,
    DeleteBillingKey,
    CreatePaymentSchedule,
    PaymentSchedule,
    PaymentSchedules,
    RevokePaymentSchedules,
    ResendWebhook,
    ConfirmPayment,
    ConfirmBillingKey,
    ConfirmIssueAndPay,
    CapturePayment,
    StopCancellation,
    PreRegisterPayment,
    CreatePaymentSession,
    PaymentSession,
    ClosePaymentSession,
    IssueCashReceipt,
    CashReceipts,
    CashReceipt,
    CancelCashReceipt,
    ApplyEscrowLogistics,
    ModifyEscrowLogistics,
    ConfirmEscrow,
    RegisterStoreReceipt,
    ConfirmPaymentwallDelivery,
    PgCardPromotions,
    Promotion,
}

impl Endpoint {
    /// The error types the operation's document lists. `MAX_CANCEL_COUNT_REACHED` is listed for a cancel as well, but no
    /// released client knows it, so it is not used.
    #[allow(clippy::too_many_lines)] // a table: one row an endpoint
    pub(crate) const fn documented(self) -> &'static [&'static str] {
        match self {
            Self::Login | Self::RefreshToken => &["INVALID_REQUEST", "UNAUTHORIZED"],
            Self::Payments
            | Self::PaymentsByCursor
            | Self::PaymentEventsByCursor
            | Self::BillingKeyInfos
            | Self::CashReceipts
            | Self::PaymentSchedules => &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN"],
            Self::PayInstantly => &[
                "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
                "INVALID_REQUEST",
                "MAX_TRANSACTION_COUNT_REACHED",
                "PROMOTION_PAY_METHOD_DOES_NOT_MATCH",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "CHANNEL_NOT_FOUND",
                "ALREADY_PAID",
                "PAYMENT_SCHEDULE_ALREADY_EXISTS",
                "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
                "PG_PROVIDER",
            ],
            Self::PayWithBillingKey => &[
                "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
                "INVALID_REQUEST",
                "MAX_TRANSACTION_COUNT_REACHED",
                "PROMOTION_PAY_METHOD_DOES_NOT_MATCH",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "BILLING_KEY_NOT_FOUND",
                "CHANNEL_NOT_FOUND",
                "ALREADY_PAID",
                "BILLING_KEY_ALREADY_DELETED",
                "PAYMENT_SCHEDULE_ALREADY_EXISTS",
                "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
                "PG_PROVIDER",
            ],
            Self::Payment | Self::Transactions => {
                &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "PAYMENT_NOT_FOUND"]
            }
            Self::CancelPayment => &[
                "INVALID_REQUEST",
                "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
                "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "PAYMENT_NOT_FOUND",
                "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
                "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
                "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
                "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
                "PAYMENT_ALREADY_CANCELLED",
                "PAYMENT_NOT_PAID",
                "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
                "PG_PROVIDER",
            ],
            Self::CloseVirtualAccount => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "PAYMENT_NOT_FOUND",
                "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
                "PG_PROVIDER",
            ],
            Self::IssueBillingKey => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "CHANNEL_NOT_FOUND",
                "CHANNEL_SPECIFIC",
                "PG_PROVIDER",
            ],
            Self::BillingKeyInfo => {
                &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "BILLING_KEY_NOT_FOUND"]
            }
            Self::DeleteBillingKey => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "BILLING_KEY_NOT_FOUND",
                "BILLING_KEY_NOT_ISSUED",
                "BILLING_KEY_ALREADY_DELETED",
                "PAYMENT_SCHEDULE_ALREADY_EXISTS",
                "CHANNEL_SPECIFIC",
                "PG_PROVIDER",
            ],
            Self::CreatePaymentSchedule => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "BILLING_KEY_NOT_FOUND",
                "ALREADY_PAID_OR_WAITING",
                "BILLING_KEY_ALREADY_DELETED",
                "PAYMENT_SCHEDULE_ALREADY_EXISTS",
                "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
            ],
            Self::PaymentSchedule => {
                &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "PAYMENT_SCHEDULE_NOT_FOUND"]
            }
            Self::RevokePaymentSchedules => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "BILLING_KEY_NOT_FOUND",
                "PAYMENT_SCHEDULE_NOT_FOUND",
                "BILLING_KEY_ALREADY_DELETED",
                "PAYMENT_SCHEDULE_ALREADY_PROCESSED",
                "PAYMENT_SCHEDULE_ALREADY_REVOKED",
            ],
            Self::IssueCashReceipt => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "CHANNEL_NOT_FOUND",
                "CASH_RECEIPT_ALREADY_ISSUED",
                "PG_PROVIDER",
            ],
            Self::CashReceipt => &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "CASH_RECEIPT_NOT_FOUND"],
            Self::CancelCashReceipt => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "CASH_RECEIPT_NOT_FOUND",
                "CASH_RECEIPT_NOT_ISSUED",
                "PG_PROVIDER",
            ],
            Self::ResendWebhook => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "PAYMENT_NOT_FOUND",
                "WEBHOOK_NOT_FOUND",
                "MAX_WEBHOOK_RETRY_COUNT_REACHED",
            ],
            Self::ConfirmPayment => &[
                "INVALID_REQUEST",
                "INVALID_PAYMENT_TOKEN",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "PAYMENT_NOT_FOUND",
                "ALREADY_PAID",
                "INFORMATION_MISMATCH",
                "PG_PROVIDER",
            ],
            Self::ConfirmBillingKey | Self::ConfirmIssueAndPay => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "BILLING_KEY_NOT_FOUND",
                "BILLING_KEY_ALREADY_ISSUED",
                "INFORMATION_MISMATCH",
                "PG_PROVIDER",
            ],
            Self::CapturePayment
            | Self::ApplyEscrowLogistics
            | Self::ModifyEscrowLogistics
            | Self::ConfirmEscrow
            | Self::RegisterStoreReceipt => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "PAYMENT_NOT_FOUND",
                "PAYMENT_NOT_PAID",
                "PG_PROVIDER",
            ],
            Self::ConfirmPaymentwallDelivery => &["INVALID_REQUEST", "UNAUTHORIZED", "PAYMENT_NOT_FOUND"],
            Self::PreRegisterPayment => &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "ALREADY_PAID"],
            Self::CreatePaymentSession => {
                &["INVALID_REQUEST", "MAX_TTL_EXCEEDED", "UNAUTHORIZED", "FORBIDDEN"]
            }
            Self::PaymentSession => &["INVALID_REQUEST", "SESSION_NOT_FOUND", "SESSION_EXPIRED"],
            Self::ClosePaymentSession => {
                &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "SESSION_NOT_FOUND"]
            }
            Self::Promotion => &["INVALID_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "PROMOTION_NOT_FOUND"],
            Self::PgCardPromotions => &["INVALID_REQUEST", "UNAUTHORIZED", "CHANNEL_NOT_FOUND"],
            Self::StopCancellation => &[
                "INVALID_REQUEST",
                "UNAUTHORIZED",
                "FORBIDDEN",
                "PAYMENT_CANCELLATION_NOT_FOUND",
                "PAYMENT_NOT_FOUND",
                "PAYMENT_CANCELLATION_NOT_PENDING",
                "PG_PROVIDER",
            ],
        }
    }

    /// The operation's name, for logs and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Login => "loginViaApiSecret",
            Self::RefreshToken => "refreshToken",
            Self::Payments => "getPayments",
            Self::PaymentsByCursor => "getAllPaymentsByCursor",
            Self::PaymentEventsByCursor => "getAllPaymentEventsByCursor",
            Self::BillingKeyInfos => "getBillingKeyInfos",
            Self::PayInstantly => "payInstantly",
            Self::PayWithBillingKey => "payWithBillingKey",
            Self::Payment => "getPayment",
            Self::Transactions => "getPaymentTransactions",
            Self::CancelPayment => "cancelPayment",
            Self::CloseVirtualAccount => "closeVirtualAccount",
            Self::IssueBillingKey => "issueBillingKey",
            Self::BillingKeyInfo => "getBillingKeyInfo",
            Self::DeleteBillingKey => "deleteBillingKey",
            Self::CreatePaymentSchedule => "createPaymentSchedule",
            Self::PaymentSchedule => "getPaymentSchedule",
            Self::PaymentSchedules => "getPaymentSchedules",
            Self::RevokePaymentSchedules => "revokePaymentSchedules",
            Self::ResendWebhook => "resendWebhook",
            Self::ConfirmPayment => "confirmPayment",
            Self::ConfirmBillingKey => "confirmBillingKey",
            Self::ConfirmIssueAndPay => "confirmBillingKeyIssueAndPay",
            Self::CapturePayment => "capturePayment",
            Self::StopCancellation => "stopPaymentCancellation",
            Self::PreRegisterPayment => "preRegisterPayment",
            Self::CreatePaymentSession => "createPaymentSession",
            Self::PaymentSession => "getPaymentSession",
            Self::ClosePaymentSession => "closePaymentSession",
            Self::IssueCashReceipt => "issueCashReceipt",
            Self::CashReceipts => "getCashReceipts",
            Self::CashReceipt => "getCashReceiptByPaymentId",
            Self::CancelCashReceipt => "cancelCashReceiptByPaymentId",
            Self::ApplyEscrowLogistics => "applyEscrowLogistics",
            Self::ModifyEscrowLogistics => "modifyEscrowLogistics",
            Self::ConfirmEscrow => "confirmEscrow",
            Self::RegisterStoreReceipt => "registerStoreReceipt",
            Self::ConfirmPaymentwallDelivery => "confirmPaymentwallDelivery",
            Self::PgCardPromotions => "getPgCardPromotions",
            Self::Promotion => "getPromotion",
        }
    }

    /// Whether its document has a type for what a PG refuses.
    pub(crate) fn tells_of_pgs(self) -> bool {
        self.documented().contains(&"PG_PROVIDER")
    }

    /// Whether a PG may have been asked by the time something goes wrong.
    pub(crate) const fn asks_pg(self) -> bool {
        match self {
            Self::PayInstantly
            | Self::PayWithBillingKey
            | Self::CancelPayment
            | Self::CloseVirtualAccount
            | Self::ConfirmPayment
            | Self::ConfirmBillingKey
            | Self::ConfirmIssueAndPay
            | Self::CapturePayment
            | Self::StopCancellation
            | Self::IssueCashReceipt
            | Self::CancelCashReceipt
            | Self::ApplyEscrowLogistics
            | Self::ModifyEscrowLogistics
            | Self::ConfirmEscrow
            | Self::RegisterStoreReceipt
            | Self::ConfirmPaymentwallDelivery
            | Self::IssueBillingKey
            | Self::DeleteBillingKey => true,
            Self::Login
            | Self::RefreshToken
            | Self::Payments
            | Self::PaymentsByCursor
            | Self::PaymentEventsByCursor
            | Self::BillingKeyInfos
            | Self::Payment
            | Self::Transactions
            | Self::BillingKeyInfo
            | Self::CreatePaymentSchedule
            | Self::PaymentSchedule
            | Self::PaymentSchedules
            | Self::RevokePaymentSchedules
            | Self::PreRegisterPayment
            | Self::CreatePaymentSession
            | Self::PaymentSession
            | Self::ClosePaymentSession
            | Self::ResendWebhook
            | Self::CashReceipts
            | Self::CashReceipt
            | Self::PgCardPromotions
            | Self::Promotion => false,
        }
    }
}
