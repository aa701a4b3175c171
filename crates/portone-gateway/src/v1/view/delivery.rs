//! What Paymentwall said of a delivery (rule PW-026).

use portone_core::Decline;
use serde::Serialize;

/// A delivery that Paymentwall took note of.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryView {
    pub(crate) success: u8,
}

/// Schema `PaymentwallDeliveryDetailAnnotation`: a delivery that it refused.
#[derive(Debug, Serialize)]
pub(crate) struct RefusedDeliveryView<'a> {
    /// Where it is a number, as the document says.
    error_code: Option<i64>,
    error: &'a str,
    notices: [&'a str; 1],
}

impl<'a> From<&'a Decline> for RefusedDeliveryView<'a> {
    fn from(decline: &'a Decline) -> Self {
        let Decline { code, message } = decline;
        Self { error_code: code.parse().ok(), error: message, notices: [message] }
    }
}
