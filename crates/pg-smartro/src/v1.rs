//! Smartro behind a PortOne V1 upstream: the rules of all V1 PGs, and Smartro's where V1's documents say more.

use std::sync::Arc;

use portone_core::{
    Ack, AdapterFactory, Admitted, CallContext, Channel, Command, Leg, Notification, NotificationError,
    OpenWindow, PgAdapter, PgError, PgProfile, PgProvider, PgReply, Progress, Protocol, RawNotification,
    Report, SetupError, Upstream, WindowMethod,
};
use portone_wire::v1::{Shaping, V1Dialect};

use crate::{check, config::Config, profile::PROFILE_V1, rules};

/// Builds the adapter of a Smartro channel at a V1 upstream.
pub static FACTORY_V1: AdapterFactory =
    AdapterFactory { profile: &PROFILE_V1, protocol: Protocol::IamportV1, build };

/// V1's code of Smartro's old module (rule SMARTRO-129).
const OLD_MODULE: &str = "smartro";

/// Whether a provider is Smartro's old module, which V1 alone still has (rule SMARTRO-129).
pub fn is_old_module(provider: &PgProvider) -> bool {
    let code = provider.as_str().split('.').next().unwrap_or_default();
    code.eq_ignore_ascii_case(OLD_MODULE)
}

/// The adapter of one Smartro channel behind a PortOne V1 upstream.
#[derive(Debug)]
pub struct SmartroV1 {
    config: Config,
    dialect: V1Dialect,
}

impl SmartroV1 {
    /// The adapter of a channel at its upstream.
    ///
    /// Fails when the upstream is no V1 upstream.
    pub fn new(channel: &Channel, upstream: &Upstream) -> Result<Self, SetupError> {
        Ok(Self {
            config: Config::new(channel, Protocol::IamportV1),
            dialect: V1Dialect::new(channel, upstream)?,
        })
    }

    fn check_old_module(&self, window: &OpenWindow, report: &mut Report) {
        if self.dialect.pg_code() != OLD_MODULE {
            return;
        }
        let OpenWindow::Payment(payment) = window else { return };
        let is_its_own = matches!(
            payment.method,
            WindowMethod::Card(_) | WindowMethod::Transfer(_) | WindowMethod::VirtualAccount(_)
        );
        let (field, message) = if is_its_own {
            ("channelKey", "names Smartro's old module; make new integrations with smartro_v2")
        } else {
            (
                "payMethod",
                "is nothing Smartro's old module has; use smartro_v2, or card, transfer, virtual account",
            )
        };
        report.add(&rules::OLD_MODULE, field, message);
    }
}

fn build(channel: &Channel, upstream: &Upstream) -> Result<Arc<dyn PgAdapter>, SetupError> {
    Ok(Arc::new(SmartroV1::new(channel, upstream)?))
}

impl PgAdapter for SmartroV1 {
    fn profile(&self) -> &'static PgProfile {
        &PROFILE_V1
    }

    fn check(&self, command: &Command, ctx: &CallContext, report: &mut Report) {
        self.dialect.check(command, ctx, report);
        match command {
            Command::IssueBillingKey(_) => {
                let message =
                    "is no way to issue Smartro's billing keys at V1; open the window that issues them";
                report.add(&rules::NO_V1_ISSUE, "method", message);
            }
            _ => check::check(&self.config, command, ctx, report),
        }
        if let Command::OpenWindow(window) = command {
            self.check_old_module(window, report);
        }
    }

    fn encode(&self, command: &Admitted<'_>, ctx: &CallContext) -> Result<Progress, Report> {
        let command = command.command();
        self.dialect.encode(command, ctx, &Shaping::as_given(command))
    }

    fn decode(
        &self,
        command: &Admitted<'_>,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        self.dialect.decode(command.command(), leg, reply, ctx)
    }

    fn parse_notification(
        &self,
        raw: &RawNotification,
        _ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        self.dialect.parse_notification(raw)
    }
}
