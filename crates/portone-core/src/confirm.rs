//! Approving from the server what a payer has authenticated in a window (수동 승인).

use crate::{AttemptId, PayMethod, PaymentAmount, PaymentId, Secret};

/// Approve a payment that its payer has authenticated in a window (rule V2-051).
#[derive(Debug, Clone)]
pub struct ConfirmPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// What the window gave the shop's page. Secret: it takes the payer's money, once.
    pub payment_token: Secret<String>,
    /// Ledger: what the window was opened with; the upstream compares it.
    pub amount: PaymentAmount,
    /// Ledger: whether the channel is a test one; the upstream compares it.
    pub is_test: bool,
    /// Ledger: the pay method the window was opened with.
    pub method: PayMethod,
    /// Ledger: the marker the window was opened with.
    pub window: AttemptId,
}

/// Issue the billing key whose holder has authenticated in a window, and take the first payment with it.
#[derive(Debug, Clone)]
pub struct ConfirmIssueAndPay {
    /// What the upstream's window gave. Secret: it issues the key and takes the holder's money, once.
    pub billing_issue_token: Secret<String>,
    /// Ledger: the payment.
    pub payment_id: PaymentId,
    /// Ledger: what the window was opened with; the upstream compares it.
    pub amount: PaymentAmount,
    /// Ledger: whether the channel is a test one; the upstream compares it.
    pub is_test: bool,
    /// Ledger: the pay method the window was opened with.
    pub method: PayMethod,
    /// Ledger: the marker the window was opened with.
    pub window: AttemptId,
}

/// Issue the billing key whose holder has authenticated in a window (rule V2-051).
#[derive(Debug, Clone)]
pub struct ConfirmBillingKey {
    /// What the upstream's window gave. Secret: it issues the key, once.
    pub billing_issue_token: Secret<String>,
    /// Ledger: whether the channel is a test one; the upstream compares it.
    pub is_test: bool,
    /// Ledger: the pay method the window was opened with.
    pub method: PayMethod,
}
