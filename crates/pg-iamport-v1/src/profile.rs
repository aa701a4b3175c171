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
        CommandSupport { command: CommandKind::PayInstantly, methods: &[PayMethod::Card], inquiry: true },
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
            methods: &[PayMethod::Card, PayMethod::Mobile, PayMethod::EasyPay],
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
    ],
    // Currency is a matter of the PG (rule IAMPORT-055).
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: Some(40), alphanumeric: false },
    partial_cancel: true,
    rules: ALL,
    capability_rule: &rules::CAPABILITY,
};
