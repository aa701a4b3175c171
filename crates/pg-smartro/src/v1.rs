//! Smartro behind a PortOne V1 upstream: the rules of all V1 PGs, and Smartro's where V1's documents say more.

use portone_core::{CallContext, Command, OpenWindow, PgProvider, Protocol, Report, WindowMethod};
use portone_wire::v1::{Shaping, V1Dialect};

use crate::config::Reach;
use crate::{check, profile::PROFILE_V1, rules};

/// V1's code of Smartro's old module (rule SMARTRO-129).
const OLD_MODULE: &str = "smartro";

/// Whether a provider is Smartro's old module, which V1 alone still has (rule SMARTRO-129).
pub fn is_old_module(provider: &PgProvider) -> bool {
    let code = provider.as_str().split('.').next().unwrap_or_default();
    code.eq_ignore_ascii_case(OLD_MODULE)
}

type AtV1 = Reach<V1Dialect>;

portone_core::adapter! {
    /// The adapter of one Smartro channel behind a PortOne V1 upstream.
    pub struct SmartroV1(AtV1) = PROFILE_V1, Protocol::IamportV1;
    new: AtV1::new,
    check: check,
    encode: |at: &AtV1, command, ctx| at.dialect.encode(command, ctx, &Shaping::as_given(command)),
    decode: |at: &AtV1, command, leg, reply, ctx| at.dialect.decode(command, leg, reply, ctx),
    parse_notification: |at: &AtV1, raw, _ctx| at.dialect.parse_notification(raw),
}

fn check(at: &AtV1, command: &Command, ctx: &CallContext, report: &mut Report) {
    at.dialect.check(command, ctx, report);
    match command {
        Command::IssueBillingKey(_) => {
            let message = "is no way to issue Smartro's billing keys at V1; open the window that issues them";
            report.add(&rules::NO_V1_ISSUE, "method", message);
        }
        _ => check::check(&at.config, command, ctx, report),
    }
    if let Command::OpenWindow(window) = command
        && at.dialect.pg_code() == OLD_MODULE
    {
        check_old_module(window, report);
    }
}

fn check_old_module(window: &OpenWindow, report: &mut Report) {
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
