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
        CommandSupport::inquired(CommandKind::OpenPaymentWindow, WINDOW_METHODS),
        CommandSupport::inquired(CommandKind::Cancel, WINDOW_METHODS),
        // Nothing reads a delivery back (rule PW-026).
        CommandSupport::untold(CommandKind::ConfirmDelivery, WINDOW_METHODS),
    ],
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: None, alphanumeric: false },
    partial_cancel: true,
    judges_test_cards: false,
    key_window_charges: false,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};

/// What Paymentwall can do through the PortOne V1 REST API (catalogue A.3).
pub static PROFILE: PgProfile = PgProfile {
    provider: "PAYMENTWALL",
    rule_prefix: "PW",
    display_name: "Paymentwall",
    commands: &[
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::PayWithBillingKey, &[PayMethod::Card]),
        CommandSupport::untold(CommandKind::Schedule, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::OpenPaymentWindow, WINDOW_METHODS),
        CommandSupport::inquired(CommandKind::OpenBillingKeyWindow, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::DeleteBillingKey, &[]),
        CommandSupport::inquired(CommandKind::Cancel, WINDOW_METHODS),
        // Nothing reads a delivery back (rule PW-026).
        CommandSupport::untold(CommandKind::ConfirmDelivery, WINDOW_METHODS),
    ],
    // Whatever the project supports.
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: Some(40), alphanumeric: false },
    partial_cancel: true,
    judges_test_cards: false,
    key_window_charges: true,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
