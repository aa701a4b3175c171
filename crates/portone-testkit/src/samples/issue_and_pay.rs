//! A billing key and its first payment in one window.

use portone_core::{
    Command, ConfirmIssueAndPay, OpenWindow, Order, PayMethod, ProductType, WindowIssueAndPay,
    WindowIssueAndPayMethod, WindowMobile,
};

use super::{Secrets, attempt_id, order, payment_id, window_settings};

/// A window that issues a billing key by carrier billing and takes the first payment.
pub(super) fn open() -> Command {
    let order = Order { product_count: None, product_type: Some(ProductType::Digital), ..order() };
    Command::OpenWindow(OpenWindow::IssueAndPay(Box::new(WindowIssueAndPay {
        order,
        method: WindowIssueAndPayMethod::Mobile(WindowMobile::default()),
        store_details: None,
        settings: window_settings(),
    })))
}

/// Its approval.
pub(super) fn confirm(secrets: Secrets) -> Command {
    Command::ConfirmIssueAndPay(ConfirmIssueAndPay {
        billing_issue_token: secrets.payment_token.into(),
        payment_id: payment_id(),
        amount: order().amount,
        is_test: false,
        method: PayMethod::Mobile,
        window: attempt_id(),
    })
}
