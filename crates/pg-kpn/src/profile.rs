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
        CommandSupport {
            command: CommandKind::PayInstantly,
            methods: &[PayMethod::Card, PayMethod::VirtualAccount],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::IssueBillingKey, methods: &[PayMethod::Card], inquiry: true },
        CommandSupport {
            command: CommandKind::PayWithBillingKey,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::Schedule, methods: &[PayMethod::Card], inquiry: false },
        CommandSupport {
            command: CommandKind::OpenPaymentWindow,
            methods: &[
                PayMethod::Card,
                PayMethod::VirtualAccount,
                PayMethod::Transfer,
                PayMethod::Mobile,
                PayMethod::EasyPay,
            ],
            inquiry: true,
        },
        CommandSupport {
            command: CommandKind::OpenBillingKeyWindow,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::DeleteBillingKey, methods: &[], inquiry: true },
        CommandSupport {
            command: CommandKind::Cancel,
            methods: &[
                PayMethod::Card,
                PayMethod::VirtualAccount,
                PayMethod::Transfer,
                PayMethod::Mobile,
                PayMethod::EasyPay,
            ],
            inquiry: true,
        },
        CommandSupport {
            command: CommandKind::CloseVirtualAccount,
            methods: &[PayMethod::VirtualAccount],
            inquiry: true,
        },
        CommandSupport {
            command: CommandKind::ConfirmPayment,
            methods: &[
                PayMethod::Card,
                PayMethod::VirtualAccount,
                PayMethod::Transfer,
                PayMethod::Mobile,
                PayMethod::EasyPay,
            ],
            inquiry: true,
        },
        CommandSupport {
            command: CommandKind::ConfirmBillingKey,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        // PortOne's own operations: whether the merchant has agreed on them with the PG, the upstream says.
        CommandSupport { command: CommandKind::Capture, methods: &[PayMethod::Card], inquiry: true },
        CommandSupport { command: CommandKind::StopCancel, methods: &[], inquiry: true },
    ],
    currencies: Currencies::Only(CURRENCIES),
    payment_id: PaymentIdRule { length_max: None, alphanumeric: true },
    partial_cancel: true,
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
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
