//! What a V1 channel can do through this crate.

use portone_core::{CommandKind, CommandSupport, Currencies, PayMethod, PaymentIdRule, PgProfile};
use portone_wire::v1::rules::ALL;

use crate::rules;

/// What a channel of any PG can do through the PortOne V1 REST API. Which of it a PG has is for the upstream to say.
pub static PROFILE: PgProfile = PgProfile {
    provider: "IAMPORT_V1",
    rule_prefix: "IAMPORT",
    display_name: "iamport V1",
    commands: &[
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::IssueBillingKey, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::PayWithBillingKey, &[PayMethod::Card]),
        CommandSupport::untold(CommandKind::Schedule, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::OpenPaymentWindow, PayMethod::ALL),
        CommandSupport::inquired(
            CommandKind::OpenBillingKeyWindow,
            &[PayMethod::Card, PayMethod::Mobile, PayMethod::EasyPay],
        ),
        CommandSupport::inquired(CommandKind::DeleteBillingKey, &[]),
        CommandSupport::inquired(CommandKind::Cancel, PayMethod::ALL),
    ],
    // Currency is a matter of the PG (rule IAMPORT-055).
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: Some(40), alphanumeric: false },
    partial_cancel: true,
    key_window_charges: false,
    rules: ALL,
    capability_rule: &rules::CAPABILITY,
};
