//! Faults on demand: what the next requests meet instead of, or after, their operation.

use serde_json::{Value, json};

use crate::fields::Fields;
use crate::refusal::{PgRefusal, Refusal};

/// What a request asks for, as far as faults tell requests apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    PayInstantly,
    PayWithBillingKey,
    IssueBillingKey,
    DeleteBillingKey,
    Cancel,
    CloseVirtualAccount,
    ConfirmPayment,
    ConfirmBillingKey,
    ConfirmIssueAndPay,
    Capture,
    StopCancel,
    IssueCashReceipt,
    CancelCashReceipt,
    ConfirmDelivery,
    RegisterEscrowLogistics,
    ConfirmEscrow,
    RegisterStoreReceipt,
    AskWallet,
    Read,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Decline,
    Status,
    Delay,
    Reset,
    Garbage,
    HalfReply,
}

/// A fault and how many requests are still to meet it.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    id: u64,
    channel_key: Option<String>,
    command: Option<Command>,
    pub(crate) kind: Kind,
    /// Whether the operation is performed before the fault shows.
    pub(crate) booked: bool,
    code: Option<String>,
    message: Option<String>,
    pub(crate) status: u16,
    pub(crate) delay_ms: u64,
    remaining_count: u64,
}

/// The faults that are waiting for requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    made_count: u64,
}

const FAULT_COUNT_MAX: usize = 1_000;
const DELAY_MS_MAX: i64 = 600_000;
const MEMBERS: [&str; 9] =
    ["channelKey", "command", "kind", "booked", "code", "message", "status", "delay_ms", "requests"];

impl Faults {
    /// `POST /sandbox/faults`
    pub(crate) fn add(&mut self, body: &Fields<'_>) -> Result<Value, Refusal> {
        if self.waiting.len() >= FAULT_COUNT_MAX {
            return Err(Refusal::invalid("too many faults are waiting"));
        }
        let fault = Fault::read(body, self.made_count + 1)?;
        self.made_count += 1;
        let view = fault.view();
        self.waiting.push(fault);
        Ok(view)
    }

    pub(crate) fn view(&self) -> Value {
        json!({"faults": self.waiting.iter().map(Fault::view).collect::<Vec<_>>()})
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The oldest fault for such a request; it is used up by one.
    pub(crate) fn take(&mut self, command: Command, channel_key: Option<&str>) -> Option<Fault> {
        let place = self.waiting.iter().position(|fault| fault.is_for(command, channel_key))?;
        self.waiting[place].remaining_count -= 1;
        let fault = self.waiting[place].clone();
        if fault.remaining_count == 0 {
            self.waiting.remove(place);
        }
        Some(fault)
    }
}

impl Fault {
    fn read(body: &Fields<'_>, id: u64) -> Result<Self, Refusal> {
        if let Some(unknown) = body.names().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(body.error(unknown, "is not a member of a fault"));
        }
        let kind = body.one_of("kind", &Kind::NAMES)?.and_then(Kind::named);
        let kind = kind.ok_or_else(|| body.error("kind", "is required"))?;
        let command = body.one_of("command", &Command::NAMES)?.and_then(Command::named);
        if kind == Kind::Decline && command == Some(Command::Read) {
            return Err(body.error("command", "cannot be READ: no PG is asked, so none can decline"));
        }
        if kind == Kind::Decline && body.flag("booked")?.is_some() {
            return Err(body.error("booked", "makes no sense: a declined operation is not performed"));
        }
        let delay_ms = bounded(body, "delay_ms", 0, DELAY_MS_MAX)?;
        if kind == Kind::Delay && delay_ms.is_none() {
            return Err(body.error("delay_ms", "is required by a delay"));
        }
        let remaining_count = bounded(body, "requests", 1, 1_000_000_000)?;
        Ok(Self {
            id,
            channel_key: body.owned_text("channelKey")?,
            command,
            kind,
            booked: body.flag("booked")?.unwrap_or(false),
            code: body.owned_text("code")?,
            message: body.owned_text("message")?,
            status: bounded(body, "status", 400, 599)?
                .map_or(500, |status| u16::try_from(status).unwrap_or(500)),
            delay_ms: delay_ms.unwrap_or(0),
            remaining_count: remaining_count.ok_or_else(|| body.error("requests", "is required"))?,
        })
    }

    /// The words of a declining PG.
    pub(crate) fn pg_refusal(&self) -> PgRefusal {
        PgRefusal {
            code: self.code.clone().unwrap_or_else(|| "F001".into()),
            message: self.message.clone().unwrap_or_else(|| "샌드박스에서 지정한 거절입니다".into()),
        }
    }

    /// The body of a reply that carries no answer.
    pub(crate) fn error_body(&self) -> Value {
        json!({
            "type": self.code.as_deref().unwrap_or("INTERNAL_SERVER_ERROR"),
            "message": self.message.as_deref().unwrap_or("a fault of the sandbox"),
        })
    }

    fn is_for(&self, command: Command, channel_key: Option<&str>) -> bool {
        let is_declinable = self.kind != Kind::Decline || command != Command::Read;
        is_declinable
            && self.command.is_none_or(|wanted| wanted == command)
            && self.channel_key.as_deref().is_none_or(|wanted| channel_key == Some(wanted))
    }

    fn view(&self) -> Value {
        let mut view = json!({
            "id": self.id,
            "kind": self.kind.name(),
            "booked": self.booked,
            "remaining": self.remaining_count,
        });
        if let Some(channel_key) = &self.channel_key {
            view["channelKey"] = json!(channel_key);
        }
        if let Some(command) = self.command {
            view["command"] = json!(command.name());
        }
        view
    }
}

impl Command {
    const NAMES: [&'static str; 19] = [
        "PAY_INSTANTLY",
        "PAY_WITH_BILLING_KEY",
        "ISSUE_BILLING_KEY",
        "DELETE_BILLING_KEY",
        "CANCEL",
        "CLOSE_VIRTUAL_ACCOUNT",
        "CONFIRM_PAYMENT",
        "CONFIRM_BILLING_KEY",
        "CONFIRM_ISSUE_AND_PAY",
        "CAPTURE",
        "STOP_CANCEL",
        "ISSUE_CASH_RECEIPT",
        "CANCEL_CASH_RECEIPT",
        "CONFIRM_DELIVERY",
        "REGISTER_ESCROW_LOGISTICS",
        "CONFIRM_ESCROW",
        "REGISTER_STORE_RECEIPT",
        "ASK_WALLET",
        "READ",
    ];
    const ALL: [Self; 19] = [
        Self::PayInstantly,
        Self::PayWithBillingKey,
        Self::IssueBillingKey,
        Self::DeleteBillingKey,
        Self::Cancel,
        Self::CloseVirtualAccount,
        Self::ConfirmPayment,
        Self::ConfirmBillingKey,
        Self::ConfirmIssueAndPay,
        Self::Capture,
        Self::StopCancel,
        Self::IssueCashReceipt,
        Self::CancelCashReceipt,
        Self::ConfirmDelivery,
        Self::RegisterEscrowLogistics,
        Self::ConfirmEscrow,
        Self::RegisterStoreReceipt,
        Self::AskWallet,
        Self::Read,
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::PayInstantly => "PAY_INSTANTLY",
            Self::PayWithBillingKey => "PAY_WITH_BILLING_KEY",
            Self::IssueBillingKey => "ISSUE_BILLING_KEY",
            Self::DeleteBillingKey => "DELETE_BILLING_KEY",
            Self::Cancel => "CANCEL",
            Self::CloseVirtualAccount => "CLOSE_VIRTUAL_ACCOUNT",
            Self::ConfirmPayment => "CONFIRM_PAYMENT",
            Self::ConfirmBillingKey => "CONFIRM_BILLING_KEY",
            Self::ConfirmIssueAndPay => "CONFIRM_ISSUE_AND_PAY",
            Self::Capture => "CAPTURE",
            Self::StopCancel => "STOP_CANCEL",
            Self::IssueCashReceipt => "ISSUE_CASH_RECEIPT",
            Self::CancelCashReceipt => "CANCEL_CASH_RECEIPT",
            Self::ConfirmDelivery => "CONFIRM_DELIVERY",
            Self::RegisterEscrowLogistics => "REGISTER_ESCROW_LOGISTICS",
            Self::ConfirmEscrow => "CONFIRM_ESCROW",
            Self::RegisterStoreReceipt => "REGISTER_STORE_RECEIPT",
            Self::AskWallet => "ASK_WALLET",
            Self::Read => "READ",
        }
    }
}

impl Kind {
    const NAMES: [&'static str; 6] = ["decline", "status", "delay", "reset", "garbage", "half_reply"];
    const ALL: [Self; 6] =
        [Self::Decline, Self::Status, Self::Delay, Self::Reset, Self::Garbage, Self::HalfReply];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Decline => "decline",
            Self::Status => "status",
            Self::Delay => "delay",
            Self::Reset => "reset",
            Self::Garbage => "garbage",
            Self::HalfReply => "half_reply",
        }
    }
}

fn bounded(body: &Fields<'_>, name: &str, least: i64, most: i64) -> Result<Option<u64>, Refusal> {
    match body.optional_integer(name)? {
        None => Ok(None),
        Some(number) => u64::try_from(number)
            .ok()
            .filter(|_| (least..=most).contains(&number))
            .map(Some)
            .ok_or_else(|| body.error(name, &format!("must be {least} to {most}"))),
    }
}
