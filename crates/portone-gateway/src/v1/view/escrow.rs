//! Deliveries as answers show them.

use portone_core::{EscrowDelivery, LogisticsCompany};
use portone_wire::v1::codes;
use serde::Serialize;

use super::payment::seconds;

/// Schema `EscrowLogisAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct LogisticsView<'a> {
    company: &'static str,
    invoice: &'a str,
    sent_at: i64,
    applied_at: i64,
}

impl<'a> From<&'a EscrowDelivery> for LogisticsView<'a> {
    fn from(delivery: &'a EscrowDelivery) -> Self {
        Self {
            company: LogisticsCompany::from_code(&delivery.company).map_or(codes::OTHER, codes::carrier_code),
            invoice: &delivery.invoice_number,
            sent_at: seconds(delivery.sent_at),
            applied_at: seconds(delivery.applied_at),
        }
    }
}

/// Schema `PartnerReceiptResultAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct PartnerReceiptView {
    pub(crate) receipt_url: Option<String>,
}
