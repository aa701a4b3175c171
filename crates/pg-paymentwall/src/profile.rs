//! What Paymentwall can do.

use portone_core::{CommandKind, CommandSupport, Currencies, PayMethod, PaymentIdRule, PgProfile};

use crate::rules;

/// Korean virtual accounts are not among them (rule PW-036).
const WINDOW_METHODS: &[PayMethod] =
    &[PayMethod::Card, PayMethod::Transfer, PayMethod::Mobile, PayMethod::EasyPay];

/// What Paymentwall can do through the PortOne V2 REST API (catalogue A.4).
pub static PROFILE_V2: PgProfile = PgProfile {
    provider: "PAYMENTWALL",
    rule_prefix: "PW",
    display_name: "Paymentwall (V2)",
    commands: &[
        CommandSupport { command: CommandKind::OpenPaymentWindow, methods: WINDOW_METHODS, inquiry: true },
        CommandSupport { command: CommandKind::Cancel, methods: WINDOW_METHODS, inquiry: true },
    ],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: true,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};

/// What Paymentwall can do through the PortOne V1 REST API (catalogue A.3).
pub static PROFILE: PgProfile = PgProfile {
    provider: "PAYMENTWALL",
    rule_prefix: "PW",
    display_name: "Paymentwall",
    commands: &[
        CommandSupport { command: CommandKind::PayInstantly, methods: &[PayMethod::Card], inquiry: true },
        CommandSupport {
            command: CommandKind::PayWithBillingKey,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::Schedule, methods: &[PayMethod::Card], inquiry: false },
        CommandSupport { command: CommandKind::OpenPaymentWindow, methods: WINDOW_METHODS, inquiry: true },
        CommandSupport {
            command: CommandKind::OpenBillingKeyWindow,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::DeleteBillingKey, methods: &[], inquiry: true },
        CommandSupport {
            command: CommandKind::Cancel,
            methods: &[PayMethod::Card, PayMethod::Transfer, PayMethod::Mobile, PayMethod::EasyPay],
            inquiry: true,
        },
        // Nothing reads a delivery back (rule PW-026).
        CommandSupport {
            command: CommandKind::ConfirmDelivery,
            methods: &[PayMethod::Card, PayMethod::Transfer, PayMethod::Mobile, PayMethod::EasyPay],
            inquiry: false,
        },
    ],
    // Whatever the project supports.
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: Some(40), alphanumeric: false },
    partial_cancel: true,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
