//! What each operation answers with, as a schema made from the type that writes it.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::view::access::TokensResponse;
use super::view::bank::BanksResponse;
use super::view::billing_key::{
    BillingKeyView, ConfirmedIssueAndPayResponse, ConfirmedResponse, DeletedResponse, IssueResponse,
};
use super::view::cancellation::CancelPaymentResponse;
use super::view::capture::{CapturedResponse, StoppedResponse};
use super::view::delivery::DeliveryResponse;
use super::view::escrow::{AppliedResponse, CompletedResponse, ModifiedResponse, StoreReceiptResponse};
use super::view::list::{BillingKeysResponse, PaymentsByCursorResponse, PaymentsResponse};
use super::view::payment::{ClosedResponse, PaidResponse, PaidSummary, PaymentView, TransactionsResponse};
use super::view::payment_event::PaymentEventsResponse;
use super::view::promotion::{PgCardPromotionsResponse, PromotionView};
use super::view::receipt::{CancelledResponse, CashReceiptView, CashReceiptsResponse, IssuedResponse};
use super::view::schedule::{CreatedResponse, RevokedResponse, ScheduleView, SchedulesResponse};
use super::view::session::{ClosedSessionResponse, CreateSessionResponse, RegisteredResponse, SessionView};
use super::view::webhook::ResendWebhookResponse;
use crate::endpoint::Endpoint;

/// The schema of an operation's success.
pub(crate) fn schema(endpoint: Endpoint, schemas: &mut SchemaGenerator) -> Schema {
    of(endpoint)(schemas)
}

/// The schema of the list of banks, which is no operation with errors.
pub(crate) fn banks(schemas: &mut SchemaGenerator) -> Schema {
    named::<BanksResponse>(schemas)
}

fn named<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

fn of(endpoint: Endpoint) -> fn(&mut SchemaGenerator) -> Schema {
    match endpoint {
        Endpoint::Login | Endpoint::RefreshToken => named::<TokensResponse<'_>>,
        Endpoint::Payments => named::<PaymentsResponse<'_>>,
        Endpoint::PaymentsByCursor => named::<PaymentsByCursorResponse<'_>>,
        Endpoint::PaymentEventsByCursor => named::<PaymentEventsResponse<'_>>,
        Endpoint::BillingKeyInfos => named::<BillingKeysResponse<'_>>,
        Endpoint::PayInstantly | Endpoint::PayWithBillingKey => named::<PaidResponse>,
        Endpoint::Payment => named::<PaymentView<'_>>,
        Endpoint::Transactions => named::<TransactionsResponse<'_>>,
        Endpoint::CancelPayment => named::<CancelPaymentResponse<'_>>,
        Endpoint::CloseVirtualAccount => named::<ClosedResponse>,
        Endpoint::IssueBillingKey => named::<IssueResponse<'_>>,
        Endpoint::BillingKeyInfo => named::<BillingKeyView<'_>>,
        Endpoint::DeleteBillingKey => named::<DeletedResponse>,
        Endpoint::CreatePaymentSchedule => named::<CreatedResponse<'_>>,
        Endpoint::PaymentSchedule => named::<ScheduleView<'_>>,
        Endpoint::PaymentSchedules => named::<SchedulesResponse<'_>>,
        Endpoint::RevokePaymentSchedules => named::<RevokedResponse<'_>>,
        Endpoint::ResendWebhook => named::<ResendWebhookResponse<'_>>,
        Endpoint::ConfirmPayment => named::<PaidSummary>,
        Endpoint::ConfirmBillingKey => named::<ConfirmedResponse<'_>>,
        Endpoint::ConfirmIssueAndPay => named::<ConfirmedIssueAndPayResponse<'_>>,
        Endpoint::CapturePayment => named::<CapturedResponse>,
        Endpoint::StopCancellation => named::<StoppedResponse>,
        Endpoint::PreRegisterPayment => named::<RegisteredResponse>,
        Endpoint::CreatePaymentSession => named::<CreateSessionResponse<'_>>,
        Endpoint::PaymentSession => named::<SessionView<'_>>,
        Endpoint::ClosePaymentSession => named::<ClosedSessionResponse>,
        Endpoint::IssueCashReceipt => named::<IssuedResponse<'_>>,
        Endpoint::CashReceipts => named::<CashReceiptsResponse<'_>>,
        Endpoint::CashReceipt => named::<CashReceiptView<'_>>,
        Endpoint::CancelCashReceipt => named::<CancelledResponse>,
        Endpoint::ApplyEscrowLogistics => named::<AppliedResponse<'_>>,
        Endpoint::ModifyEscrowLogistics => named::<ModifiedResponse<'_>>,
        Endpoint::ConfirmEscrow => named::<CompletedResponse>,
        Endpoint::RegisterStoreReceipt => named::<StoreReceiptResponse>,
        Endpoint::ConfirmPaymentwallDelivery => named::<DeliveryResponse>,
        Endpoint::PgCardPromotions => named::<PgCardPromotionsResponse<'_>>,
        Endpoint::Promotion => named::<PromotionView<'_>>,
    }
}
