//! What KPN can do.

use portone_core::{CommandKind, CommandSupport, Currencies, Currency, PayMethod, PaymentIdRule, PgProfile};

use crate::rules;

/// The currencies KPN takes without a window; dollars by foreign cards only (rule KPN-004).
pub(crate) const CURRENCIES: &[Currency] = &[Currency::KRW, Currency::USD];

/// What KPN can do through the PortOne V2 REST API.
pub static PROFILE: PgProfile = PgProfile {
    provider: "KPN",
    rule_prefix: "KPN",
    display_name: "KPN",
    commands: &[
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::Card, PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::IssueBillingKey, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::PayWithBillingKey, &[PayMethod::Card]),
        CommandSupport::untold(CommandKind::Schedule, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::OpenPaymentWindow, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::OpenBillingKeyWindow, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::DeleteBillingKey, &[]),
        CommandSupport::inquired(CommandKind::Cancel, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::CloseVirtualAccount, &[PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::ConfirmPayment, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::ConfirmBillingKey, &[PayMethod::Card]),
        // PortOne's own operations: whether the merchant has agreed on them with the PG, the upstream says.
        CommandSupport::inquired(CommandKind::Capture, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::StopCancel, &[]),
    ],
    currencies: Currencies::Only(CURRENCIES),
    payment_id: PaymentIdRule { length_max: None, alphanumeric: true },
    partial_cancel: true,
    judges_test_cards: false,
    key_window_charges: false,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};

/// What KPN can do through the PortOne V1 REST API: nothing (rule KPN-013).
pub static PROFILE_V1: PgProfile = PgProfile {
    provider: "KPN",
    rule_prefix: "KPN",
    display_name: "KPN (V1)",
    commands: &[],
    currencies: Currencies::Only(&[]),
    payment_id: PaymentIdRule { length_max: None, alphanumeric: true },
    partial_cancel: false,
    judges_test_cards: false,
    key_window_charges: false,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
