//! What Paymentwall can do.

use portone_core::{CommandKind, CommandSupport, Currencies, PayMethod, PaymentIdRule, PgProfile};

use crate::rules;

/// What Paymentwall can do through the PortOne V1 REST API (catalogue A.3).
pub static PROFILE: PgProfile = PgProfile {
    provider: "PAYMENTWALL",
    rule_prefix: "PW",
    display_name: "Paymentwall",
    commands: &[
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::PayWithBillingKey, &[PayMethod::Card]),
        CommandSupport::untold(CommandKind::Schedule, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::DeleteBillingKey, &[]),
        CommandSupport::inquired(
            CommandKind::Cancel,
            &[PayMethod::Card, PayMethod::Transfer, PayMethod::Mobile, PayMethod::EasyPay],
        ),
        // Nothing reads a delivery back (rule PW-026).
        CommandSupport::untold(
            CommandKind::ConfirmDelivery,
            &[PayMethod::Card, PayMethod::Transfer, PayMethod::Mobile, PayMethod::EasyPay],
        ),
    ],
    // Whatever the project supports.
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: Some(40), alphanumeric: false },
    partial_cancel: true,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
