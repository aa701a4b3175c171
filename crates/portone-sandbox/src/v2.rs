//! The PortOne V2 face of the upstream: what the hub does before and after it asks a PG.

mod account;
mod banks;
mod cancel;
mod capture;
mod delivery;
mod escrow;
pub(crate) mod input;
mod issue_and_pay;
mod key_window;
mod keys;
mod pay;
mod receipts;
mod view;
pub(crate) mod window;
mod window_method;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use self::escrow::Step;
use crate::channel::Channel;
use crate::config::SandboxConfig;
use crate::faults::Command;
use crate::fields::{self, Fields};
use crate::ledger::Ledger;
use crate::message::Method;
use crate::refusal::{PgRefusal, Refusal};

pub(crate) use cancel::complete_cancellation;
pub(crate) use escrow::move_on as move_escrow_on;
pub(crate) use receipts::issue_with_deposit;
pub(crate) use view::{cancellation_view, payment_view, time_text};

/// An operation of the V2 API, with its ids decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    PayInstantly { payment_id: String },
    PayWithBillingKey { payment_id: String },
    ReadPayment { payment_id: String },
    ReadTransactions { payment_id: String },
    Cancel { payment_id: String },
    CloseAccount { payment_id: String },
    ConfirmPayment { payment_id: String },
    Capture { payment_id: String },
    StopCancel { payment_id: String, cancellation_id: String },
    RegisterLogistics { payment_id: String },
    ModifyLogistics { payment_id: String },
    ConfirmEscrow { payment_id: String },
    RegisterStoreReceipt { payment_id: String },
    ConfirmDelivery,
    IssueReceipt,
    ReadReceipt { payment_id: String },
    CancelReceipt { payment_id: String },
    IssueKey,
    ConfirmKey,
    ConfirmIssueAndPay,
    ListKeys,
    ReadKey { key: String },
    DeleteKey { key: String },
}

/// What an operation works on.
pub(crate) struct Context<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) config: &'a SandboxConfig,
    /// The PG is to refuse with these words (a `decline` fault).
    pub(crate) forced_refusal: Option<PgRefusal>,
}

impl Operation {
    /// The operation that a method and the segments of a raw path name.
    pub(crate) fn of(method: Method, segments: &[&str]) -> Option<Self> {
        let payment_id = |raw: &str| decode_id(raw);
        match (method, segments) {
            (Method::Post, ["payments", id, "instant"]) => {
                Some(Self::PayInstantly { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "billing-key"]) => {
                Some(Self::PayWithBillingKey { payment_id: payment_id(id) })
            }
            (Method::Get, ["payments", id]) => Some(Self::ReadPayment { payment_id: payment_id(id) }),
            (Method::Get, ["payments", id, "transactions"]) => {
                Some(Self::ReadTransactions { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "cancel"]) => Some(Self::Cancel { payment_id: payment_id(id) }),
            (Method::Post, ["payments", id, "virtual-account", "close"]) => {
                Some(Self::CloseAccount { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "confirm"]) => {
                Some(Self::ConfirmPayment { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "capture"]) => Some(Self::Capture { payment_id: payment_id(id) }),
            (Method::Post, ["payments", id, "cancellations", cancellation_id, "stop"]) => {
                let cancellation_id = decode_id(cancellation_id);
                Some(Self::StopCancel { payment_id: payment_id(id), cancellation_id })
            }
            (Method::Post, ["payments", id, "escrow", "logistics"]) => {
                Some(Self::RegisterLogistics { payment_id: payment_id(id) })
            }
            (Method::Patch, ["payments", id, "escrow", "logistics"]) => {
                Some(Self::ModifyLogistics { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "escrow", "complete"]) => {
                Some(Self::ConfirmEscrow { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "register-store-receipt"]) => {
                Some(Self::RegisterStoreReceipt { payment_id: payment_id(id) })
            }
            (Method::Post, ["paymentwall", "delivery", "confirm"]) => Some(Self::ConfirmDelivery),
            (Method::Post, ["cash-receipts"]) => Some(Self::IssueReceipt),
            (Method::Get, ["payments", id, "cash-receipt"]) => {
                Some(Self::ReadReceipt { payment_id: payment_id(id) })
            }
            (Method::Post, ["payments", id, "cash-receipt", "cancel"]) => {
                Some(Self::CancelReceipt { payment_id: payment_id(id) })
            }
            (Method::Post, ["billing-keys"]) => Some(Self::IssueKey),
            (Method::Post, ["billing-keys", "confirm"]) => Some(Self::ConfirmKey),
            (Method::Post, ["billing-keys", "confirm-issue-and-pay"]) => Some(Self::ConfirmIssueAndPay),
            (Method::Get, ["billing-keys"]) => Some(Self::ListKeys),
            (Method::Get, ["billing-keys", key]) => Some(Self::ReadKey { key: decode_id(key) }),
            (Method::Delete, ["billing-keys", key]) => Some(Self::DeleteKey { key: decode_id(key) }),
            _ => None,
        }
    }

    pub(crate) fn command(&self) -> Command {
        match self {
            Self::PayInstantly { .. } => Command::PayInstantly,
            Self::PayWithBillingKey { .. } => Command::PayWithBillingKey,
            Self::Cancel { .. } => Command::Cancel,
            Self::CloseAccount { .. } => Command::CloseVirtualAccount,
            Self::ConfirmPayment { .. } => Command::ConfirmPayment,
            Self::Capture { .. } => Command::Capture,
            Self::StopCancel { .. } => Command::StopCancel,
            Self::RegisterLogistics { .. } | Self::ModifyLogistics { .. } => Command::RegisterEscrowLogistics,
            Self::ConfirmEscrow { .. } => Command::ConfirmEscrow,
            Self::RegisterStoreReceipt { .. } => Command::RegisterStoreReceipt,
            Self::ConfirmDelivery => Command::ConfirmDelivery,
            Self::IssueReceipt => Command::IssueCashReceipt,
            Self::CancelReceipt { .. } => Command::CancelCashReceipt,
            Self::IssueKey => Command::IssueBillingKey,
            Self::ConfirmKey => Command::ConfirmBillingKey,
            Self::ConfirmIssueAndPay => Command::ConfirmIssueAndPay,
            Self::DeleteKey { .. } => Command::DeleteBillingKey,
            Self::ReadPayment { .. }
            | Self::ReadTransactions { .. }
            | Self::ReadReceipt { .. }
            | Self::ListKeys
            | Self::ReadKey { .. } => Command::Read,
        }
    }

    /// The key of the channel the operation will go to, as far as it can be told before it is performed.
    pub(crate) fn channel_key(&self, ledger: &Ledger, body: &Value) -> Option<String> {
        let named = || body.get("channelKey").and_then(Value::as_str).map(str::to_owned);
        match self {
            Self::PayInstantly { .. } | Self::IssueKey | Self::IssueReceipt => named(),
            Self::PayWithBillingKey { .. } => named().or_else(|| {
                let key = body.get("billingKey").and_then(Value::as_str)?;
                ledger.key(key).ok().map(|key| key.channel_key.clone())
            }),
            Self::ReadPayment { payment_id }
            | Self::ReadTransactions { payment_id }
            | Self::Cancel { payment_id }
            | Self::CloseAccount { payment_id }
            | Self::ConfirmPayment { payment_id }
            | Self::Capture { payment_id }
            | Self::StopCancel { payment_id, .. }
            | Self::RegisterLogistics { payment_id }
            | Self::ModifyLogistics { payment_id }
            | Self::ConfirmEscrow { payment_id }
            | Self::RegisterStoreReceipt { payment_id } => {
                ledger.find_payment(payment_id).map(|payment| payment.latest().channel_key.clone())
            }
            Self::ReadReceipt { payment_id } | Self::CancelReceipt { payment_id } => {
                ledger.receipt(payment_id).map(|receipt| receipt.channel_key.clone())
            }
            Self::ReadKey { key } | Self::DeleteKey { key } => {
                ledger.key(key).ok().map(|key| key.channel_key.clone())
            }
            Self::ConfirmKey | Self::ConfirmIssueAndPay => {
                let token = body.get("billingIssueToken").and_then(Value::as_str)?;
                ledger.key_of_token(token).ok().map(|key| key.channel_key.clone())
            }
            Self::ConfirmDelivery => {
                let id = body.get("transactionId").and_then(Value::as_str)?;
                let found =
                    ledger.payments().map(super::records::Payment::latest).find(|latest| latest.id == id);
                found.map(|latest| latest.channel_key.clone())
            }
            Self::ListKeys => None,
        }
    }
}

impl Context<'_> {
    /// Performs the operation; `query` is the raw query of the request.
    pub(crate) fn perform(
        &mut self,
        operation: &Operation,
        query: &str,
        body: &Value,
    ) -> Result<Value, Refusal> {
        let fields = Fields::root(body)?;
        if let Some(store_id) = query_value(query, "storeId") {
            self.check_store(Some(&store_id))?;
        }
        match operation {
            Operation::PayInstantly { payment_id } => pay::instantly(self, payment_id, &fields),
            Operation::PayWithBillingKey { payment_id } => pay::with_billing_key(self, payment_id, &fields),
            Operation::ReadPayment { payment_id } => view::payment(self.ledger, payment_id),
            Operation::ReadTransactions { payment_id } => view::transactions(self.ledger, payment_id),
            Operation::Cancel { payment_id } => cancel::cancel(self, payment_id, &fields),
            Operation::CloseAccount { payment_id } => account::close(self, payment_id, &fields),
            Operation::ConfirmPayment { payment_id } => window::confirm(self, payment_id, &fields),
            Operation::Capture { payment_id } => capture::capture(self, payment_id, &fields),
            Operation::StopCancel { payment_id, cancellation_id } => {
                cancel::stop(self, payment_id, cancellation_id, &fields)
            }
            Operation::RegisterLogistics { payment_id } => {
                escrow::logistics(self, payment_id, Step::Register, &fields)
            }
            Operation::ModifyLogistics { payment_id } => {
                escrow::logistics(self, payment_id, Step::Modify, &fields)
            }
            Operation::ConfirmEscrow { payment_id } => escrow::confirm(self, payment_id, &fields),
            Operation::RegisterStoreReceipt { payment_id } => {
                escrow::store_receipt(self, payment_id, &fields)
            }
            Operation::ConfirmDelivery => delivery::confirm(self, &fields),
            Operation::IssueReceipt => receipts::issue(self, &fields),
            Operation::ReadReceipt { payment_id } => receipts::read(self, payment_id),
            Operation::CancelReceipt { payment_id } => receipts::cancel(self, payment_id),
            Operation::IssueKey => keys::issue(self, &fields),
            Operation::ConfirmKey => key_window::confirm(self, &fields),
            Operation::ConfirmIssueAndPay => issue_and_pay::confirm(self, &fields),
            Operation::ListKeys => {
                let asked = query_value(query, "requestBody").filter(|_| fields.is_empty());
                let asked = fields::parse(asked.unwrap_or_default().as_bytes())?;
                if fields.is_empty() {
                    keys::list(self, &Fields::root(&asked)?)
                } else {
                    keys::list(self, &fields)
                }
            }
            Operation::ReadKey { key } => keys::read(self, key),
            Operation::DeleteKey { key } => keys::delete(self, key),
        }
    }

    /// The store a request acts for: the one it names, else the credential's own (V2-006).
    fn check_store(&self, named: Option<&str>) -> Result<String, Refusal> {
        const ANY_STORE: &str = "store-00000000-0000-4000-8000-000000000000";
        match (&self.config.store_id, named) {
            (Some(own), Some(named)) if own != named => Err(Refusal::forbidden()),
            (Some(own), _) => Ok(own.clone()),
            (None, named) => Ok(named.unwrap_or(ANY_STORE).to_owned()),
        }
    }

    /// The channel an instant payment or an issue names; the sandbox knows no channel groups.
    fn selected_channel(&self, body: &Fields<'_>) -> Result<Arc<Channel>, Refusal> {
        let group = body.optional_text("channelGroupId")?;
        match (body.optional_text("channelKey")?, group) {
            (Some(key), None) => self.ledger.channel(key),
            (None, Some(_)) => {
                Err(Refusal::missing("CHANNEL_NOT_FOUND", "the channel group id names no channel group"))
            }
            (Some(_), Some(_)) => Err(Refusal::invalid("channelKey and channelGroupId exclude each other")),
            (None, None) => Err(Refusal::invalid("channelKey or channelGroupId is required")),
        }
    }

    /// Refuses if a fault says that the PG must.
    fn check_forced(&self) -> Result<(), Refusal> {
        match &self.forced_refusal {
            Some(refusal) => Err(Refusal::Pg(refusal.clone())),
            None => Ok(()),
        }
    }
}

/// The decoded value of a query parameter; `+` is a space there.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decode(key) == name).then(|| percent_decode(&value.replace('+', " ")).into_owned())
    })
}

/// A path id, percent-decoded once.
pub(crate) fn decode_id(raw: &str) -> String {
    percent_decode(raw).into_owned()
}

/// Decodes `%xx`; anything else, a stray `%` included, stands for itself.
fn percent_decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('%') {
        return Cow::Borrowed(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let decoded = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%');
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
