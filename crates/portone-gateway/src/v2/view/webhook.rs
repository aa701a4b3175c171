//! Webhooks as answers show them.

use portone_engine::event::{EventKind, EventSubject};
use portone_engine::webhook::{Delivery, Exchange, TRY_COUNT_MAX};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Moment;

/// Schema `PaymentWebhook` (rule V2-108).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_status: Option<&'static str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    url: &'a str,
    current_execution_count: u32,
    max_execution_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<ResponseView<'a>>,
    triggered_at: Moment,
}

/// Schema `PaymentWebhookRequest`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RequestView<'a> {
    header: &'a str,
    body: &'a str,
    requested_at: Moment,
}

/// Schema `PaymentWebhookResponse`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ResponseView<'a> {
    code: String,
    header: &'a str,
    body: &'a str,
    responded_at: Moment,
}

/// Schema `ResendWebhookResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResendWebhookResponse<'a> {
    pub(crate) webhook: WebhookView<'a>,
}

impl<'a> From<&'a Delivery> for WebhookView<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            payment_status: payment_status(delivery.event.kind),
            id: &delivery.id,
            status: delivery.status.map(portone_engine::webhook::DeliveryStatus::code),
            url: &delivery.target.url,
            current_execution_count: delivery.execution_count,
            max_execution_count: TRY_COUNT_MAX.max(delivery.execution_count),
            trigger: if delivery.is_manual {
                Some("MANUAL")
            } else {
                delivery.event.trigger.map(portone_engine::event::EventTrigger::code)
            },
            request: delivery.exchange.as_ref().map(request),
            response: delivery.exchange.as_ref().and_then(response),
            triggered_at: Moment(delivery.triggered_at),
        }
    }
}

/// A webhook as the admin face lists it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedWebhookView<'a> {
    number: u64,
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    kind: EventKind,
    store_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_key: Option<&'a str>,
    version: &'static str,
    /// Why there was no answer to the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    /// When the next try is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Moment>,
    #[serde(flatten)]
    webhook: WebhookView<'a>,
}

impl<'a> From<&'a Delivery> for LoggedWebhookView<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        let (payment_id, billing_key) = match &delivery.event.subject {
            EventSubject::Payment { payment_id, .. } => (Some(payment_id.as_str()), None),
            EventSubject::BillingKey(key) => (None, Some(key.as_str())),
        };
        Self {
            number: delivery.number,
            kind: delivery.event.kind,
            store_id: delivery.event.store_id.as_str(),
            payment_id,
            billing_key,
            version: delivery.target.format.version(),
            problem: delivery.exchange.as_ref().and_then(|it| it.answer.as_ref().err()).map(String::as_str),
            due_at: delivery.due_at.map(Moment),
            webhook: WebhookView::from(delivery),
        }
    }
}

fn request(exchange: &Exchange) -> RequestView<'_> {
    RequestView {
        header: &exchange.request_headers,
        body: &exchange.request_body,
        requested_at: Moment(exchange.requested_at),
    }
}

fn response(exchange: &Exchange) -> Option<ResponseView<'_>> {
    let response = exchange.answer.as_ref().ok()?;
    Some(ResponseView {
        code: response.status.to_string(),
        header: &response.headers,
        body: &response.body,
        responded_at: Moment(response.responded_at),
    })
}

/// The payment's state that was announced (schema `PaymentWebhookPaymentStatus`, which has none for an accepted cancel).
const fn payment_status(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Ready => Some("READY"),
        EventKind::Paid => Some("PAID"),
        EventKind::VirtualAccountIssued => Some("VIRTUAL_ACCOUNT_ISSUED"),
        EventKind::Failed => Some("FAILED"),
        EventKind::PayPending => Some("PAY_PENDING"),
        EventKind::PartialCancelled => Some("PARTIAL_CANCELLED"),
        EventKind::Cancelled => Some("CANCELLED"),
        EventKind::CancelPending
        | EventKind::BillingKeyReady
        | EventKind::BillingKeyIssued
        | EventKind::BillingKeyFailed
        | EventKind::BillingKeyDeleted
        | EventKind::BillingKeyUpdated => None,
    }
}
