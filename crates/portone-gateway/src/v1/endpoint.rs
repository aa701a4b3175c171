//! The endpoints of the V1 face, each with the statuses its document lists (rule V1-010).

use super::wallet::WalletOperation;

/// An operation of the V1 face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Token,
    Payment,
    Payments,
    Find,
    FindAll,
    ByStatus,
    Balance,
    Prepare,
    EditPrepared,
    Prepared,
    Cancel,
    Onetime,
    Again,
    IssueKey,
    Key,
    Keys,
    DeleteKey,
    KeyPayments,
    KeySchedules,
    Schedule,
    Schedules,
    OneSchedule,
    ChangeSchedule,
    Reschedule,
    Retry,
    Unschedule,
    PgSettings,
    Cards,
    Card,
    Banks,
    Bank,
    IssueAccount,
    ChangeAccount,
    CloseAccount,
    Receipt,
    IssueReceipt,
    RevokeReceipt,
    ExternalReceipt,
    IssueExternalReceipt,
    RevokeExternalReceipt,
    Logistics,
    RegisterLogistics,
    ChangeLogistics,
    Delivery,
    PartnerReceipt,
    Tier,
    /// One of a wallet's own.
    Wallet(&'static WalletOperation),
}

impl Endpoint {
    /// The operation's name, for logs, metrics and the description: the document's, which the V2 API has too.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Token => "v1.getToken",
            Self::Payment => "v1.getPaymentByImpUid",
            Self::Payments => "v1.getPaymentListByImpUid",
            Self::Find => "v1.getPaymentByMerchantUid",
            Self::FindAll => "v1.getAllPaymentsByMerchantUid",
            Self::ByStatus => "v1.getPaymentsByStatus",
            Self::Balance => "v1.balanceByImpUid",
            Self::Prepare => "v1.preparePayment",
            Self::EditPrepared => "v1.editPreparePayment",
            Self::Prepared => "v1.getPaymentPrepareByMerchantUid",
            Self::Cancel => "v1.cancelPayment",
            Self::Onetime => "v1.onetime",
            Self::Again => "v1.again",
            Self::IssueKey => "v1.customer_save",
            Self::Key => "v1.customer_view",
            Self::Keys => "v1.customer_view_multiple",
            Self::DeleteKey => "v1.customer_delete",
            Self::KeyPayments => "v1.customer_payments",
            Self::KeySchedules => "v1.findSchedulesByCustomer",
            Self::Schedule => "v1.schedule",
            Self::Schedules => "v1.findSchedulesByRange",
            Self::OneSchedule => "v1.getScheduleByMid",
            Self::ChangeSchedule => "v1.updateScheduleByMid",
            Self::Reschedule => "v1.rescheduleByMid",
            Self::Retry => "v1.retryScheduleByMid",
            Self::Unschedule => "v1.unschedule",
            Self::PgSettings => "v1.getPgSettingList",
            Self::Cards => "v1.allCardCodes",
            Self::Card => "v1.cardCodes",
            Self::Banks => "v1.allBankCodes",
            Self::Bank => "v1.bankCodes",
            Self::IssueAccount => "v1.createVbank",
            Self::ChangeAccount => "v1.modifyVbank",
            Self::CloseAccount => "v1.revokeVbank",
            Self::Receipt => "v1.getReceipt",
            Self::IssueReceipt => "v1.issueReceipt",
            Self::RevokeReceipt => "v1.revokeReceipt",
            Self::ExternalReceipt => "v1.getExternalReceipt",
            Self::IssueExternalReceipt => "v1.issueExternalReceipt",
            Self::RevokeExternalReceipt => "v1.revokeExternalReceipt",
            Self::Logistics => "v1.escrow_logis_get",
            Self::RegisterLogistics => "v1.escrow_logis_save",
            Self::ChangeLogistics => "v1.escrow_logis_edit",
            Self::Delivery => "v1.paymentwall_delivery",
            Self::PartnerReceipt => "v1.partner",
            Self::Tier => "v1.GetTier",
            Self::Wallet(operation) => operation.name,
        }
    }

    /// The statuses beside 200 and 401 that it answers. Whatever is refused and has none here is told with 200 and a code
    /// (rule V1-004).
    pub(crate) const fn statuses(self) -> &'static [u16] {
        match self {
            // Seen where a parameter is missing (rule V1-009).
            Self::Token | Self::ByStatus | Self::KeySchedules | Self::Schedules => &[400],
            Self::Payments | Self::Keys => &[207, 404],
            Self::ChangeSchedule | Self::Reschedule | Self::Retry => &[400, 404, 500],
            // Seen where nothing is registered (rule V1-006).
            Self::Payment
            | Self::Find
            | Self::EditPrepared
            | Self::Prepared
            | Self::Key
            | Self::DeleteKey
            | Self::KeyPayments
            | Self::OneSchedule
            | Self::Cards
            | Self::Card
            | Self::Banks
            | Self::Bank
            | Self::Receipt
            | Self::ExternalReceipt
            | Self::Tier => &[404],
            Self::IssueReceipt | Self::RevokeReceipt | Self::IssueExternalReceipt => &[400, 500, 501],
            Self::RevokeExternalReceipt | Self::PartnerReceipt => &[400, 404, 500, 501],
            Self::Logistics => &[400, 404, 409, 500],
            Self::RegisterLogistics | Self::ChangeLogistics => &[400, 404, 405, 409, 500],
            Self::Wallet(operation) => operation.statuses,
            Self::FindAll | Self::ChangeAccount | Self::CloseAccount => &[400, 404],
            Self::Balance => &[404, 405],
            Self::Prepare
            | Self::Cancel
            | Self::Onetime
            | Self::Again
            | Self::IssueKey
            | Self::Schedule
            | Self::Unschedule
            | Self::PgSettings
            | Self::IssueAccount
            | Self::Delivery => &[],
        }
    }

    /// What its members that are about a person begin with.
    pub(super) const fn person(self) -> &'static str {
        if matches!(self, Self::IssueKey) { "customer_" } else { "buyer_" }
    }

    /// Whether a PG may have been asked by the time something goes wrong.
    pub(crate) const fn asks_pg(self) -> bool {
        matches!(
            self,
            Self::Cancel
                | Self::Onetime
                | Self::Again
                | Self::IssueKey
                | Self::DeleteKey
                | Self::Schedule
                | Self::Retry
                | Self::IssueAccount
                | Self::CloseAccount
                | Self::IssueReceipt
                | Self::RevokeReceipt
                | Self::IssueExternalReceipt
                | Self::RevokeExternalReceipt
                | Self::RegisterLogistics
                | Self::ChangeLogistics
                | Self::Delivery
                | Self::PartnerReceipt
        ) || matches!(self, Self::Wallet(operation) if operation.is_asked())
    }
}
