//! The V1 (iamport) face of the upstream, under `/v1`: the REST calls a shop pays with.
//!
//! Written from the V1 documents. What it refuses, alters and loses is what they say of `api.iamport.kr`.

mod account;
mod cancel;
mod delivery;
mod escrow;
mod input;
mod keys;
mod pay;
mod receipts;
mod records;
mod token;
mod view;
mod wallet;
mod window;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::faults::Command;
use crate::ids::IdSource;
use crate::message::{Change, Method};
use crate::refusal::PgRefusal;
use crate::v2::{decode_id, query_value};

use input::Input;
use receipts::Of;
pub(crate) use records::{Book, Channel, Payment, Receipt, StoredCard};
pub(crate) use token::Tokens;

/// The key that V1 clients log in with; the secret is the sandbox's API secret.
pub(crate) const IMP_KEY: &str = "sandbox-imp-key";

/// A call of the V1 API, with its ids decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    PayOnetime,
    PayAgain,
    IssueKey { customer_uid: String },
    ReadKey { customer_uid: String },
    DeleteKey { customer_uid: String },
    Cancel,
    Find { merchant_uid: String, status: Option<String> },
    FindAll { merchant_uid: String, status: Option<String> },
    ReadPayment { imp_uid: String },
    Deliver,
    IssueAccount,
    CloseAccount { imp_uid: String },
    IssueReceipt { of: Of },
    CancelReceipt { of: Of },
    ReadReceipt { of: Of },
    TellLogistics { imp_uid: String, is_first: bool },
    ReadLogistics { imp_uid: String },
    NameSubShops { imp_uid: String },
    Wallet(wallet::Call),
}

impl Operation {
    /// The call that a method and the segments after `/v1` name.
    pub(crate) fn of(method: Method, segments: &[&str]) -> Option<Self> {
        let uid = |raw: &str| decode_id(raw);
        let status =
            |raw: Option<&&str>| raw.filter(|status| !status.is_empty()).map(|status| decode_id(status));
        Some(match (method, segments) {
            (Method::Post, ["subscribe", "payments", "onetime"]) => Self::PayOnetime,
            (Method::Post, ["subscribe", "payments", "again"]) => Self::PayAgain,
            (Method::Post, ["subscribe", "customers", id]) => Self::IssueKey { customer_uid: uid(id) },
            (Method::Get, ["subscribe", "customers", id]) => Self::ReadKey { customer_uid: uid(id) },
            (Method::Delete, ["subscribe", "customers", id]) => Self::DeleteKey { customer_uid: uid(id) },
            (Method::Post, ["payments", "cancel"]) => Self::Cancel,
            (Method::Get, ["payments", "find", id, rest @ ..]) if rest.len() <= 1 => {
                Self::Find { merchant_uid: uid(id), status: status(rest.first()) }
            }
            (Method::Get, ["payments", "findAll", id, rest @ ..]) if rest.len() <= 1 => {
                Self::FindAll { merchant_uid: uid(id), status: status(rest.first()) }
            }
            (Method::Get, ["payments", id]) => Self::ReadPayment { imp_uid: uid(id) },
            (Method::Post, ["paymentwall", "delivery"]) => Self::Deliver,
            (Method::Post, ["vbanks"]) => Self::IssueAccount,
            (Method::Delete, ["vbanks", id]) => Self::CloseAccount { imp_uid: uid(id) },
            (method, ["receipts", "external", id]) => Self::receipt(method, Of::Elsewhere(uid(id)))?,
            (method, ["receipts", id]) => Self::receipt(method, Of::Payment(uid(id)))?,
            (Method::Post, ["escrows", "logis", id]) => {
                Self::TellLogistics { imp_uid: uid(id), is_first: true }
            }
            (Method::Put, ["escrows", "logis", id]) => {
                Self::TellLogistics { imp_uid: uid(id), is_first: false }
            }
            (Method::Get, ["escrows", "logis", id]) => Self::ReadLogistics { imp_uid: uid(id) },
            (Method::Post, ["partners", "receipts", id]) => Self::NameSubShops { imp_uid: uid(id) },
            (method, segments) => Self::Wallet(wallet::Call::of(method, segments)?),
        })
    }

    fn receipt(method: Method, of: Of) -> Option<Self> {
        match method {
            Method::Post => Some(Self::IssueReceipt { of }),
            Method::Delete => Some(Self::CancelReceipt { of }),
            Method::Get => Some(Self::ReadReceipt { of }),
            Method::Put | Method::Patch | Method::Other => None,
        }
    }

    pub(crate) fn command(&self) -> Command {
        match self {
            Self::PayOnetime | Self::IssueAccount => Command::PayInstantly,
            Self::PayAgain => Command::PayWithBillingKey,
            Self::IssueKey { .. } => Command::IssueBillingKey,
            Self::DeleteKey { .. } => Command::DeleteBillingKey,
            Self::Cancel => Command::Cancel,
            Self::Deliver => Command::ConfirmDelivery,
            Self::CloseAccount { .. } => Command::CloseVirtualAccount,
            Self::IssueReceipt { .. } => Command::IssueCashReceipt,
            Self::CancelReceipt { .. } => Command::CancelCashReceipt,
            Self::TellLogistics { .. } => Command::RegisterEscrowLogistics,
            Self::NameSubShops { .. } => Command::RegisterStoreReceipt,
            Self::Wallet(call) if !call.is_read() => Command::AskWallet,
            Self::ReadKey { .. }
            | Self::Wallet(_)
            | Self::Find { .. }
            | Self::FindAll { .. }
            | Self::ReadPayment { .. }
            | Self::ReadReceipt { .. }
            | Self::ReadLogistics { .. } => Command::Read,
        }
    }

    /// The key of the channel the call will go to, as far as it can be told before it is performed.
    pub(crate) fn channel_key(&self, book: &Book, body: &[u8]) -> Option<String> {
        let input = Input::parse(body).ok()?;
        let text = |name: &str| input.text(name).ok().flatten();
        match self {
            Self::PayOnetime | Self::IssueKey { .. } => {
                let (pg, key) = (text("pg"), text("channel_key"));
                book.channel_for(pg.as_deref(), key.as_deref()).map(|channel| channel.key.clone())
            }
            Self::PayAgain => book.key(&text("customer_uid")?).map(|key| key.channel_key.clone()),
            Self::ReadKey { customer_uid } | Self::DeleteKey { customer_uid } => {
                book.key(customer_uid).map(|key| key.channel_key.clone())
            }
            Self::Cancel | Self::Deliver => {
                let found = text("imp_uid").and_then(|uid| book.payment(&uid));
                let found = found.or_else(|| book.newest(&text("merchant_uid")?));
                found.map(|payment| payment.channel_key.clone())
            }
            Self::Find { merchant_uid, .. } | Self::FindAll { merchant_uid, .. } => {
                book.newest(merchant_uid).map(|payment| payment.channel_key.clone())
            }
            Self::IssueAccount => text("channel_key"),
            Self::IssueReceipt { of } | Self::CancelReceipt { of } | Self::ReadReceipt { of } => match of {
                Of::Payment(imp_uid) => of_payment(book, imp_uid),
                Of::Elsewhere(_) => text("channel_key"),
            },
            Self::Wallet(call) => of_payment(book, call.imp_uid()?),
            Self::ReadPayment { imp_uid }
            | Self::NameSubShops { imp_uid }
            | Self::CloseAccount { imp_uid }
            | Self::TellLogistics { imp_uid, .. }
            | Self::ReadLogistics { imp_uid } => of_payment(book, imp_uid),
        }
    }
}

/// Whether a `Tier` header can be one: three capitals or digits (IAMPORT-006).
pub(crate) fn is_tier(tier: Option<&str>) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    tier.is_none_or(|tier| tier.len() == 3 && tier.bytes().all(is_part))
}

fn of_payment(book: &Book, imp_uid: &str) -> Option<String> {
    book.payment(imp_uid).map(|payment| payment.channel_key.clone())
}

/// A refusal in the V1 envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    code: i64,
    message: String,
}

impl Refusal {
    /// PortOne refused (V1-005).
    pub(crate) fn hub(message: impl Into<String>) -> Self {
        Self { status: 200, code: 1, message: message.into() }
    }

    /// The PG refused.
    pub(crate) fn pg(message: impl Into<String>) -> Self {
        Self { status: 200, code: -1, message: message.into() }
    }

    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self { status: 404, code: -1, message: message.into() }
    }

    pub(crate) fn unauthorized() -> Self {
        Self { status: 401, code: -1, message: "Unauthorized".to_owned() }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// What it says.
    fn words(self) -> String {
        self.message
    }

    pub(crate) fn body(&self) -> Value {
        json!({"code": self.code, "message": self.message, "response": null})
    }
}

/// What a call works on.
pub(crate) struct Context<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) ids: &'a mut IdSource,
    pub(crate) book: &'a mut Book,
    pub(crate) changes: &'a mut Vec<Change>,
    /// Whether only some of what was asked for was done.
    pub(crate) is_partial: bool,
    /// The PG is to refuse with these words (a `decline` fault).
    pub(crate) forced_refusal: Option<PgRefusal>,
}

impl Context<'_> {
    /// Performs the call: what its envelope holds.
    pub(crate) fn perform(
        &mut self,
        operation: &Operation,
        query: &str,
        body: &[u8],
    ) -> Result<Value, Refusal> {
        let input = Input::parse(body)?;
        match operation {
            Operation::PayOnetime => pay::onetime(self, &input),
            Operation::PayAgain => pay::again(self, &input),
            Operation::IssueKey { customer_uid } => keys::issue(self, customer_uid, &input),
            Operation::ReadKey { customer_uid } => keys::read(self, customer_uid),
            Operation::DeleteKey { customer_uid } => keys::delete(self, customer_uid),
            Operation::Cancel => cancel::cancel(self, &input),
            Operation::Find { merchant_uid, status } => {
                view::find(self.book, merchant_uid, status.as_deref())
            }
            Operation::FindAll { merchant_uid, status } => {
                view::find_all(self.book, merchant_uid, status.as_deref(), query)
            }
            Operation::ReadPayment { imp_uid } => {
                let shows_tests = query_value(query, "include_sandbox").as_deref() == Some("true");
                view::read(self.book, imp_uid, shows_tests)
            }
            Operation::Deliver => delivery::register(self, &input),
            Operation::IssueAccount => account::issue(self, &input),
            Operation::CloseAccount { imp_uid } => account::close(self, imp_uid),
            Operation::IssueReceipt { of } => receipts::issue(self, of, &input),
            Operation::CancelReceipt { of } => receipts::cancel(self, of),
            Operation::ReadReceipt { of } => receipts::read_back(self, of),
            Operation::TellLogistics { imp_uid, is_first } => escrow::tell(self, imp_uid, &input, *is_first),
            Operation::ReadLogistics { imp_uid } => escrow::read_back(self, imp_uid),
            Operation::NameSubShops { imp_uid } => receipts::name_sub_shops(self, imp_uid, &input),
            Operation::Wallet(call) => wallet::perform(self, call, query, &input),
        }
    }

    fn forced_words(&self) -> Option<String> {
        self.forced_refusal.as_ref().map(|refusal| format!("[{}] {}", refusal.code, refusal.message))
    }

    fn note(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

/// The control API's part under `/sandbox/v1`: channels, and what only Paymentwall can do.
pub(crate) fn control(
    context: &mut Context<'_>,
    method: Method,
    segments: &[&str],
    body: &[u8],
) -> Option<Result<Value, Refusal>> {
    match (method, segments) {
        (Method::Put, ["channels"]) => Some(records::put_channel(context, body)),
        (Method::Post, ["windows"]) => Some(window::finish(context, body)),
        (Method::Get, ["payments"]) => Some(Ok(view::ledger(context.book))),
        (Method::Get, ["customers"]) => Some(Ok(view::customers(context.book))),
        (Method::Post, ["payments", imp_uid, "deposit"]) => {
            Some(account::deposit(context, &decode_id(imp_uid)))
        }
        (Method::Post, ["payments", imp_uid, part @ ("product-orders" | "claims" | "reviews")]) => {
            wallet::control(context, &decode_id(imp_uid), part, body)
        }
        (Method::Post, ["payments", imp_uid, "pingback"]) => {
            Some(cancel::pingback(context, &decode_id(imp_uid)))
        }
        _ => None,
    }
}
