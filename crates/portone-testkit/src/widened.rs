//! An adapter of a PG that also has windows which issue a billing key and take the first payment, by carrier billing. By the
//! browser SDK's documents Welcome, Eximbay and Payletter have them; this project has an adapter of none of those.

use std::sync::Arc;

use portone_core::{
    Ack, AdapterFactory, Admitted, BuildAdapter, CallContext, Channel, Command, CommandKind, CommandSupport,
    Currencies, Leg, Notification, NotificationError, PayMethod, PaymentIdRule, PgAdapter, PgError,
    PgProfile, PgReply, Progress, Protocol, RawNotification, Report, Rule, SetupError, Severity, Upstream,
};

/// What it can do.
pub static WIDENED: PgProfile = PgProfile {
    provider: "WELCOME",
    rule_prefix: "WELCOME",
    display_name: "Welcome, as far as tests go",
    commands: &[
        CommandSupport {
            command: CommandKind::OpenIssueAndPayWindow,
            methods: &[PayMethod::Mobile],
            inquiry: true,
        },
        CommandSupport {
            command: CommandKind::ConfirmIssueAndPay,
            methods: &[PayMethod::Mobile],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::PayWithBillingKey, methods: &[], inquiry: true },
        CommandSupport { command: CommandKind::DeleteBillingKey, methods: &[], inquiry: true },
        CommandSupport { command: CommandKind::Cancel, methods: &[], inquiry: true },
    ],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: true,
    judges_test_cards: false,
    key_window_charges: false,
    rules: &[],
    capability_rule: &CAPABILITY,
};

static CAPABILITY: Rule = Rule {
    code: "WELCOME-CAP",
    severity: Severity::Reject,
    reason: "The PG has not got it.",
    source: "browser-sdk.yml",
};

/// The factory of such an adapter over one of `registry`'s, which `build` names by [`over`].
pub const fn factory(build: BuildAdapter) -> AdapterFactory {
    AdapterFactory { profile: &WIDENED, protocol: Protocol::PortOneV2, build }
}

/// The adapter over the one that `registry` has of a provider.
pub fn over(
    registry: &[AdapterFactory],
    provider: &str,
    channel: &Channel,
    upstream: &Upstream,
) -> Result<Arc<dyn PgAdapter>, SetupError> {
    let inner = registry.iter().find(|it| it.profile.provider == provider).expect("the registry has it");
    Ok(Arc::new(Widened((inner.build)(channel, upstream)?)))
}

/// Another adapter's encoding and decoding under the profile [`WIDENED`].
#[derive(Debug)]
pub struct Widened(pub Arc<dyn PgAdapter>);

impl PgAdapter for Widened {
    fn profile(&self) -> &'static PgProfile {
        &WIDENED
    }

    fn check(&self, _command: &Command, _ctx: &CallContext, _report: &mut Report) {}

    fn encode(&self, command: &Admitted<'_>, ctx: &CallContext) -> Result<Progress, Report> {
        self.0.encode(command, ctx)
    }

    fn decode(
        &self,
        command: &Admitted<'_>,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        self.0.decode(command, leg, reply, ctx)
    }

    fn parse_notification(
        &self,
        raw: &RawNotification,
        ctx: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        self.0.parse_notification(raw, ctx)
    }
}
