//! The adapter trait, and the door through which a command gets to it.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    Ack, AttemptId, Channel, ChannelKey, Command, CommandKind, Notification, NotificationError, OpenWindow,
    Outcome, PayMethod, PgError, PgProfile, PgReply, PgRequest, RawNotification, Report, Secret,
};

/// Translates commands to one PG's wire format and back. Pure: same input, same output.
///
/// One value serves one channel and holds its credentials. There are no default methods, so nothing can be forgotten.
pub trait PgAdapter: fmt::Debug + Send + Sync {
    /// What the PG can do.
    fn profile(&self) -> &'static PgProfile;

    /// Adds every provider-specific finding to the report. Never stops at the first.
    fn check(&self, command: &Command, ctx: &CallContext, report: &mut Report);

    /// The first request of an admitted command, or its outcome where none is needed.
    fn encode(&self, command: &Admitted<'_>, ctx: &CallContext) -> Result<Progress, Report>;

    /// The next move, given the reply to `leg`.
    fn decode(
        &self,
        command: &Admitted<'_>,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError>;

    /// A message the PG sent us: verified, parsed, and what to answer.
    fn parse_notification(
        &self,
        raw: &RawNotification,
        ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError>;
}

/// The next move of a command.
#[derive(Debug)]
pub enum Progress {
    /// Send this, and hand the reply back with the leg.
    Send {
        /// What to send.
        request: Box<PgRequest>,
        /// Which leg it is.
        leg: Leg,
    },
    /// The command is done.
    Done(Box<Outcome>),
}

/// Which request of a command: counted from 0; an adapter gives the numbers their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg(pub u8);

/// What an adapter may know besides the command.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The time.
    pub now: DateTime<Utc>,
    /// The attempt this call belongs to, durable before the call. For an inquiry it is the attempt inquired about.
    pub attempt: AttemptId,
}

/// A command that one adapter's rules let pass. Only [`admit`] makes one.
#[derive(Debug)]
pub struct Admitted<'a> {
    adapter: &'a dyn PgAdapter,
    command: &'a Command,
    advice: Report,
}

impl<'a> Admitted<'a> {
    /// The adapter whose rules it passed, and the only one it may go to.
    pub const fn adapter(&self) -> &'a dyn PgAdapter {
        self.adapter
    }

    /// The command.
    pub const fn command(&self) -> &'a Command {
        self.command
    }

    /// Findings that did not refuse it: the caller should hear of them.
    pub const fn advice(&self) -> &Report {
        &self.advice
    }
}

/// Checks a command against an adapter's profile and rules: the admitted command, or everything that is wrong with it.
pub fn admit<'a>(
    adapter: &'a dyn PgAdapter,
    command: &'a Command,
    ctx: &CallContext,
) -> Result<Admitted<'a>, Report> {
    let mut report = Report::new();
    adapter.check(command, ctx, &mut report);
    check_capability(adapter.profile(), command, &mut report);
    if report.refuses() { Err(report) } else { Ok(Admitted { adapter, command, advice: report }) }
}

fn check_capability(profile: &PgProfile, command: &Command, report: &mut Report) {
    let kind = command.kind();
    let field = match kind {
        CommandKind::OpenPaymentWindow => "payMethod",
        CommandKind::OpenBillingKeyWindow => "billingKeyMethod",
        CommandKind::OpenIssueAndPayWindow => "billingKeyAndPayMethod",
        CommandKind::Schedule => "payment",
        _ => "method",
    };
    // Where a rule of the PG already refuses the method, it says why better than the profile can.
    let refused = report.rejections().any(|violation| violation.field.starts_with(field));
    if kind != CommandKind::Inquire && !refused && !has(profile, command) {
        let method = method_code(command).map(|method| format!(" by {method}")).unwrap_or_default();
        report.add(
            profile.capability_rule,
            field,
            format!(
                "{} has no {}{method}; choose another channel or method",
                profile.display_name,
                kind.words()
            ),
        );
    }
}

fn has(profile: &PgProfile, command: &Command) -> bool {
    match command {
        // A window's method without a name in profiles is one that no profile lists.
        Command::OpenWindow(_) if command.pay_method().is_none() => {
            profile.supports_any_method(command.kind())
        }
        _ => profile.supports(command.kind(), command.pay_method()),
    }
}

fn method_code(command: &Command) -> Option<&'static str> {
    match command {
        Command::OpenWindow(OpenWindow::Payment(payment)) => Some(payment.method.code()),
        Command::OpenWindow(OpenWindow::BillingKey(issue)) => Some(issue.method.code()),
        _ => command.pay_method().map(PayMethod::code),
    }
}

/// How a channel reaches its PG: everything an adapter value is built from.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Scheme and host without a trailing slash.
    pub base_url: String,
    /// Who we are there.
    pub credentials: Credentials,
    /// Where the upstream shall send its notifications of this channel.
    pub notice_url: Option<String>,
}

impl Upstream {
    /// PortOne V2 itself, telling us nothing by itself.
    pub fn portone_v2(api_secret: impl Into<Secret<String>>) -> Self {
        Self {
            base_url: "https://api.portone.io".to_owned(),
            credentials: Credentials::PortOneV2 { api_secret: api_secret.into(), webhook_secret: None },
            notice_url: None,
        }
    }

    /// PortOne V1 itself, telling us nothing by itself.
    pub fn iamport_v1(imp_key: impl Into<Secret<String>>, imp_secret: impl Into<Secret<String>>) -> Self {
        Self {
            base_url: "https://api.iamport.kr".to_owned(),
            credentials: Credentials::IamportV1 { imp_key: imp_key.into(), imp_secret: imp_secret.into() },
            notice_url: None,
        }
    }
}

/// Who we are at an upstream.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// PortOne V2.
    PortOneV2 {
        /// The API secret.
        api_secret: Secret<String>,
        /// The secret its webhooks are signed with (`whsec_…`), where one is configured.
        webhook_secret: Option<Secret<String>>,
    },
    /// PortOne V1, the iamport REST API.
    IamportV1 {
        /// The REST API key.
        imp_key: Secret<String>,
        /// The REST API secret.
        imp_secret: Secret<String>,
    },
}

impl Credentials {
    /// The protocol they are for.
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::PortOneV2 { .. } => Protocol::PortOneV2,
            Self::IamportV1 { .. } => Protocol::IamportV1,
        }
    }
}

/// What an upstream speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// The PortOne V2 REST API.
    PortOneV2,
    /// The PortOne V1 (iamport) REST API.
    IamportV1,
}

/// Builds adapters of one provider; each pg-* crate has one, and the router's registry lists them.
#[derive(Debug, Clone, Copy)]
pub struct AdapterFactory {
    /// The provider's profile.
    pub profile: &'static PgProfile,
    /// What its upstreams speak.
    pub protocol: Protocol,
    /// Builds the adapter of one channel.
    pub build: BuildAdapter,
}

/// Builds the adapter of one channel from its settings and its upstream.
pub type BuildAdapter = fn(&Channel, &Upstream) -> Result<Arc<dyn PgAdapter>, SetupError>;

/// Why no adapter can be built for a channel.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("channel `{channel}`: {problem}")]
pub struct SetupError {
    /// The channel.
    pub channel: ChannelKey,
    /// What is wrong, and the remedy.
    pub problem: String,
}
