//! What a PG can be asked. A command carries the stored facts its rules need.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    AskWallet, AttemptId, Bank, CancelCashReceipt, Card, CardFacts, CashReceiptRequest, CommandKind,
    ConfirmBillingKey, ConfirmDelivery, ConfirmEscrow, ConfirmIssueAndPay, ConfirmPayment, Customer,
    IssueCashReceipt, LogisticsCompany, Money, OpenWindow, Order, PayMethod, PaymentId, PgBillingKey,
    RegisterEscrowLogistics, RegisterStoreReceipt, Secret, VirtualAccountRequest,
};

/// What a PG can be asked. The enum is exhaustive: an adapter matches every command, and its profile says which it has.
#[derive(Debug, Clone)]
pub enum Command {
    /// Pay by card number, or issue a virtual account, without a window (수기 결제; V2 `/instant`, V1 `onetime`).
    PayInstantly(PayInstantly),
    /// Store a card at the PG (빌링키 발급).
    IssueBillingKey(IssueBillingKey),
    /// Charge a stored card (빌링키 결제).
    PayWithBillingKey(PayWithBillingKey),
    /// Charge a stored card at a time to come (예약 결제). Checked when it is made and never encoded: schedules are
    /// the engine's, and are paid as [`Command::PayWithBillingKey`] when they are due.
    Schedule(Schedule),
    /// Open a window in the buyer's browser (결제창).
    OpenWindow(OpenWindow),
    /// Forget a stored card.
    DeleteBillingKey(DeleteBillingKey),
    /// Cancel a payment, in whole or in part (취소).
    Cancel(Cancel),
    /// Close a virtual account that waits for its deposit.
    CloseVirtualAccount(CloseVirtualAccount),
    /// Issue a cash receipt by hand (현금영수증).
    IssueCashReceipt(IssueCashReceipt),
    /// Cancel a cash receipt.
    CancelCashReceipt(CancelCashReceipt),
    /// Tell the PG of a delivery held in escrow (에스크로), or change what it was told.
    RegisterEscrowLogistics(RegisterEscrowLogistics),
    /// Confirm that the buyer has what is held in escrow.
    ConfirmEscrow(ConfirmEscrow),
    /// Tell Paymentwall how far a delivery is.
    ConfirmDelivery(ConfirmDelivery),
    /// Name sub-shops on the sales slip.
    RegisterStoreReceipt(RegisterStoreReceipt),
    /// Approve what a payer has authenticated in a window.
    ConfirmPayment(ConfirmPayment),
    /// Issue the billing key whose holder has authenticated in a window.
    ConfirmBillingKey(ConfirmBillingKey),
    /// Issue the billing key whose holder has authenticated in a window, and take the first payment with it.
    ConfirmIssueAndPay(ConfirmIssueAndPay),
    /// Claim an approved payment by hand (수동 매입).
    Capture(Capture),
    /// Withdraw a cancel that was accepted and is not done (rule V2-064).
    StopCancel(StopCancel),
    /// Ask a wallet for something that only it has.
    AskWallet(AskWallet),
    /// Ask what became of an attempt.
    Inquire(Inquire),
}

impl Command {
    /// Which command it is.
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::PayInstantly(_) => CommandKind::PayInstantly,
            Self::IssueBillingKey(_) => CommandKind::IssueBillingKey,
            Self::PayWithBillingKey(_) => CommandKind::PayWithBillingKey,
            Self::Schedule(_) => CommandKind::Schedule,
            Self::OpenWindow(OpenWindow::Payment(_)) => CommandKind::OpenPaymentWindow,
            Self::OpenWindow(OpenWindow::BillingKey(_)) => CommandKind::OpenBillingKeyWindow,
            Self::OpenWindow(OpenWindow::IssueAndPay(_)) => CommandKind::OpenIssueAndPayWindow,
            Self::DeleteBillingKey(_) => CommandKind::DeleteBillingKey,
            Self::Cancel(_) => CommandKind::Cancel,
            Self::CloseVirtualAccount(_) => CommandKind::CloseVirtualAccount,
            Self::IssueCashReceipt(_) => CommandKind::IssueCashReceipt,
            Self::CancelCashReceipt(_) => CommandKind::CancelCashReceipt,
            Self::RegisterEscrowLogistics(_) => CommandKind::RegisterEscrowLogistics,
            Self::ConfirmEscrow(_) => CommandKind::ConfirmEscrow,
            Self::ConfirmDelivery(_) => CommandKind::ConfirmDelivery,
            Self::RegisterStoreReceipt(_) => CommandKind::RegisterStoreReceipt,
            Self::ConfirmPayment(_) => CommandKind::ConfirmPayment,
            Self::ConfirmBillingKey(_) => CommandKind::ConfirmBillingKey,
            Self::ConfirmIssueAndPay(_) => CommandKind::ConfirmIssueAndPay,
            Self::Capture(_) => CommandKind::Capture,
            Self::StopCancel(_) => CommandKind::StopCancel,
            Self::AskWallet(_) => CommandKind::AskWallet,
            Self::Inquire(_) => CommandKind::Inquire,
        }
    }

    /// The pay method it concerns, where the command decides it.
    pub const fn pay_method(&self) -> Option<PayMethod> {
        match self {
            Self::PayInstantly(pay) => Some(pay.method.pay_method()),
            Self::IssueBillingKey(_) => Some(PayMethod::Card),
            Self::PayWithBillingKey(pay) => Some(pay.method),
            Self::Schedule(schedule) => Some(schedule.pay.method),
            Self::OpenWindow(OpenWindow::Payment(payment)) => payment.method.pay_method(),
            Self::OpenWindow(OpenWindow::BillingKey(issue)) => issue.method.pay_method(),
            Self::OpenWindow(OpenWindow::IssueAndPay(both)) => Some(both.method.pay_method()),
            Self::Cancel(cancel) => Some(cancel.method),
            Self::CloseVirtualAccount(_) => Some(PayMethod::VirtualAccount),
            Self::IssueCashReceipt(issue) => issue.method,
            Self::CancelCashReceipt(cancel) => cancel.method,
            Self::RegisterEscrowLogistics(register) => Some(register.method),
            Self::ConfirmEscrow(confirm) => Some(confirm.method),
            Self::ConfirmDelivery(confirm) => Some(confirm.method),
            Self::RegisterStoreReceipt(register) => Some(register.method),
            Self::ConfirmPayment(confirm) => Some(confirm.method),
            Self::ConfirmBillingKey(confirm) => Some(confirm.method),
            Self::ConfirmIssueAndPay(confirm) => Some(confirm.method),
            Self::Capture(capture) => Some(capture.method),
            Self::AskWallet(ask) => match &ask.payment {
                Some(payment) => Some(payment.method),
                None => None,
            },
            Self::DeleteBillingKey(_) | Self::StopCancel(_) | Self::Inquire(_) => None,
        }
    }

    /// The order, of commands that pay.
    pub const fn order(&self) -> Option<&Order> {
        match self {
            Self::PayInstantly(pay) => Some(&pay.order),
            Self::PayWithBillingKey(pay) => Some(&pay.order),
            Self::Schedule(schedule) => Some(&schedule.pay.order),
            Self::OpenWindow(OpenWindow::Payment(payment)) => Some(&payment.order),
            Self::OpenWindow(OpenWindow::IssueAndPay(both)) => Some(&both.order),
            Self::IssueBillingKey(_)
            | Self::OpenWindow(OpenWindow::BillingKey(_))
            | Self::DeleteBillingKey(_)
            | Self::Cancel(_)
            | Self::CloseVirtualAccount(_)
            | Self::IssueCashReceipt(_)
            | Self::CancelCashReceipt(_)
            | Self::RegisterEscrowLogistics(_)
            | Self::ConfirmEscrow(_)
            | Self::ConfirmDelivery(_)
            | Self::RegisterStoreReceipt(_)
            | Self::ConfirmPayment(_)
            | Self::ConfirmBillingKey(_)
            | Self::ConfirmIssueAndPay(_)
            | Self::Capture(_)
            | Self::StopCancel(_)
            | Self::AskWallet(_)
            | Self::Inquire(_) => None,
        }
    }
}

/// Pay without a window.
#[derive(Debug, Clone)]
pub struct PayInstantly {
    /// The order.
    pub order: Order,
    /// How it is paid.
    pub method: InstantMethod,
}

/// How an instant payment is paid: exactly one (rule V2-045).
#[derive(Debug, Clone)]
pub enum InstantMethod {
    /// By card number.
    Card(CardPayment),
    /// Into a virtual account to issue.
    VirtualAccount(VirtualAccountRequest),
}

impl InstantMethod {
    /// The pay method.
    pub const fn pay_method(&self) -> PayMethod {
        match self {
            Self::Card(_) => PayMethod::Card,
            Self::VirtualAccount(_) => PayMethod::VirtualAccount,
        }
    }
}

/// A card key-in (schema `InstantPaymentMethodInputCard`).
#[derive(Debug, Clone)]
pub struct CardPayment {
    /// The card.
    pub card: Card,
    /// Instalments in months; 0, 1 or absent is a lump sum.
    pub installment_month: Option<i32>,
    /// Whether a free instalment plan applies.
    pub use_free_installment_plan: Option<bool>,
    /// Whether the shop bears the interest.
    pub use_free_interest_from_merchant: Option<bool>,
    /// Whether card points are spent.
    pub use_card_point: Option<bool>,
}

/// Store a card at the PG.
#[derive(Debug, Clone)]
pub struct IssueBillingKey {
    /// The card.
    pub card: Card,
    /// The buyer.
    pub customer: Customer,
    /// The PG's own parameters.
    pub bypass: Option<serde_json::Value>,
}

/// Charge what a billing key stands for.
#[derive(Debug, Clone)]
pub struct PayWithBillingKey {
    /// The order.
    pub order: Order,
    /// The PG's key of the card.
    pub pg_billing_key: PgBillingKey,
    /// Ledger: what the key charges, a card or a phone.
    pub method: PayMethod,
    /// Ledger: the e-mail address the key was issued with (rule PW-005).
    pub issue_email: Option<String>,
    /// Ledger: the card, as far as the PG told.
    pub card: Option<CardFacts>,
    /// Instalments in months; 0, 1 or absent is a lump sum.
    pub installment_month: Option<i32>,
    /// Whether the shop bears the interest.
    pub use_free_interest_from_merchant: Option<bool>,
    /// Whether card points are spent.
    pub use_card_point: Option<bool>,
    /// The cash receipt to issue.
    pub cash_receipt: Option<CashReceiptRequest>,
    /// Language of messages (schema `Locale`).
    pub locale: Option<String>,
}

/// Charge a stored card at a time to come.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The payment.
    pub pay: PayWithBillingKey,
    /// When.
    pub time_to_pay: DateTime<Utc>,
}

/// Forget a stored card.
#[derive(Debug, Clone)]
pub struct DeleteBillingKey {
    /// The PG's key of the card.
    pub pg_billing_key: PgBillingKey,
}

/// Cancel a payment, with what the ledger knows of it.
#[derive(Debug, Clone)]
pub struct Cancel {
    /// The payment.
    pub payment_id: PaymentId,
    /// How much to cancel.
    pub amount: Money,
    /// The tax-free part of it, in minor units.
    pub tax_free: Option<i64>,
    /// The value-added tax of it, in minor units.
    pub vat: Option<i64>,
    /// Why; mandatory (rule V2-060).
    pub reason: String,
    /// Who asked for it.
    pub requester: Option<CancelRequester>,
    /// The account that a deposit is returned to.
    pub refund_account: Option<RefundAccount>,
    /// Ledger: what can still be cancelled, sent along so that the upstream compares (rule V2-061).
    pub cancellable: i64,
    /// Ledger: the tax-free part of what can still be cancelled.
    pub cancellable_tax_free: i64,
    /// Ledger: the value-added tax the payment asked for, where it said one (rule IAMPORT-095).
    pub ordered_vat: Option<i64>,
    /// Ledger: how it was paid.
    pub method: PayMethod,
    /// Ledger: the card it was paid with, as far as the PG told.
    pub card: Option<CardFacts>,
    /// Ledger: when it was paid.
    pub paid_at: DateTime<Utc>,
}

impl Cancel {
    /// Whether something is left afterwards.
    pub const fn is_partial(&self) -> bool {
        self.amount.minor < self.cancellable
    }
}

/// `CUSTOMER` or `ADMIN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CancelRequester {
    /// The buyer.
    Customer,
    /// The shop.
    Admin,
}

/// The account that a deposit is returned to (schema `CancelPaymentBodyRefundAccount`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundAccount {
    /// Its bank.
    pub bank: Bank,
    /// Its number. Secret: it is the buyer's bank account.
    pub number: Secret<String>,
    /// Its holder's name.
    pub holder_name: String,
    /// Its holder's telephone; Smartro needs it (rule SMARTRO-117).
    pub holder_phone_number: Option<String>,
}

/// Close a virtual account that waits for its deposit.
#[derive(Debug, Clone)]
pub struct CloseVirtualAccount {
    /// The payment.
    pub payment_id: PaymentId,
}

/// Claim an approved payment by hand. Only merchants that agreed on it with the PG need to.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The payment.
    pub payment_id: PaymentId,
    /// Ledger: how it was paid.
    pub method: PayMethod,
}

/// Withdraw a cancel that was accepted and is not done.
#[derive(Debug, Clone)]
pub struct StopCancel {
    /// The payment.
    pub payment_id: PaymentId,
    /// Ledger: the upstream's id of the cancel.
    pub upstream_cancellation_id: String,
}

/// Ask what became of an attempt.
#[derive(Debug, Clone)]
pub struct Inquire {
    /// The attempt.
    pub of: Attempt,
}

/// A call to a PG that was made durable before it was sent, as far as an inquiry needs it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The marker the upstream kept.
    pub id: AttemptId,
    /// When it was made durable; nothing was sent before.
    pub opened_at: DateTime<Utc>,
    /// What it was about.
    pub subject: AttemptSubject,
}

/// What an attempt was about.
#[derive(Debug, Clone)]
pub enum AttemptSubject {
    /// A payment, instant or with a billing key.
    Pay {
        /// The payment.
        payment_id: PaymentId,
        /// What was asked for.
        amount: Money,
    },
    /// A payment that was settled before: where it stands now.
    Standing {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A billing key to issue.
    IssueBillingKey,
    /// A billing key that was issued before: what it charges.
    BillingKey {
        /// The PG's key.
        pg_billing_key: PgBillingKey,
    },
    /// A billing key to delete.
    DeleteBillingKey {
        /// The PG's key.
        pg_billing_key: PgBillingKey,
    },
    /// A cancel.
    Cancel {
        /// The payment.
        payment_id: PaymentId,
        /// How much was to be cancelled.
        amount: Money,
        /// What had been cancelled or asked to be cancelled before, in minor units.
        cancelled_before: i64,
    },
    /// A virtual account to close.
    CloseVirtualAccount {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A cash receipt to issue.
    IssueCashReceipt {
        /// The payment.
        payment_id: PaymentId,
        /// What was asked for, in minor units.
        total: i64,
        /// The tax office's number of the payment's receipt before this one, if there was one: a PG shows it until there is
        /// another.
        former_number: Option<String>,
    },
    /// A cash receipt to cancel.
    CancelCashReceipt {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A delivery to tell the PG of.
    RegisterEscrowLogistics {
        /// The payment.
        payment_id: PaymentId,
        /// The carrier.
        company: LogisticsCompany,
        /// The carrier's number of the parcel.
        invoice_number: String,
    },
    /// An escrow to confirm.
    ConfirmEscrow {
        /// The payment.
        payment_id: PaymentId,
    },
    /// Sub-shops to name on the sales slip. No read tells whether it happened; it moves no money, and may be asked for
    /// again.
    RegisterStoreReceipt {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A window that was opened, or the approval of what was authenticated in it: one marker finds both.
    Window {
        /// The payment.
        payment_id: PaymentId,
        /// What was asked for: the buyer's browser may change it; another amount is told, another currency cannot be.
        amount: Money,
    },
    /// A window that issues a billing key and takes a first payment, or its approval: one marker finds both.
    IssueAndPay {
        /// The payment.
        payment_id: PaymentId,
        /// What was asked for, as of a window.
        amount: Money,
    },
    /// A payment to capture.
    Capture {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A cancel to withdraw.
    StopCancel {
        /// The payment.
        payment_id: PaymentId,
        /// The upstream's id of the cancel.
        upstream_cancellation_id: String,
    },
}
