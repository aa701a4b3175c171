//! What Smartro can do.

use portone_core::{CommandKind, CommandSupport, Currencies, Currency, PayMethod, PaymentIdRule, PgProfile};

use crate::rules;

/// The longest payment id Smartro keeps, in characters (rule SMARTRO-002).
pub(crate) const PAYMENT_ID_LENGTH_MAX: usize = 40;
/// The currencies Smartro knows (rule SMARTRO-004).
pub(crate) const CURRENCIES: &[Currency] = &[Currency::KRW, Currency::USD];

/// The methods a cash receipt is issued for.
const PAID_IN_CASH: &[PayMethod] = &[PayMethod::Transfer, PayMethod::VirtualAccount];
/// The methods Smartro holds in escrow.
const HELD_IN_ESCROW: &[PayMethod] = &[PayMethod::Card, PayMethod::Transfer, PayMethod::VirtualAccount];

/// What Smartro V2 can do through the PortOne V2 REST API.
pub static PROFILE: PgProfile = PgProfile {
    provider: "SMARTRO_V2",
    rule_prefix: "SMARTRO",
    display_name: "Smartro",
    commands: &[
        CommandSupport {
            command: CommandKind::PayInstantly,
            methods: &[PayMethod::VirtualAccount],
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
        CommandSupport { command: CommandKind::IssueCashReceipt, methods: PAID_IN_CASH, inquiry: true },
        CommandSupport { command: CommandKind::CancelCashReceipt, methods: PAID_IN_CASH, inquiry: true },
        CommandSupport {
            command: CommandKind::RegisterEscrowLogistics,
            methods: HELD_IN_ESCROW,
            inquiry: true,
        },
        CommandSupport { command: CommandKind::ConfirmEscrow, methods: HELD_IN_ESCROW, inquiry: true },
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
    payment_id: PaymentIdRule { length_max: Some(PAYMENT_ID_LENGTH_MAX), alphanumeric: true },
    partial_cancel: true,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};

const EVERY_METHOD: &[PayMethod] =
    &[PayMethod::Card, PayMethod::VirtualAccount, PayMethod::Transfer, PayMethod::Mobile, PayMethod::EasyPay];

/// What Smartro V2 can do through the PortOne V1 REST API, as far as this project asks it there.
pub static PROFILE_V1: PgProfile = PgProfile {
    provider: "SMARTRO_V2",
    rule_prefix: "SMARTRO",
    display_name: "Smartro (V1)",
    commands: &[
        CommandSupport {
            command: CommandKind::PayWithBillingKey,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::Schedule, methods: &[PayMethod::Card], inquiry: false },
        CommandSupport { command: CommandKind::OpenPaymentWindow, methods: EVERY_METHOD, inquiry: true },
        CommandSupport {
            command: CommandKind::OpenBillingKeyWindow,
            methods: &[PayMethod::Card],
            inquiry: true,
        },
        CommandSupport { command: CommandKind::DeleteBillingKey, methods: &[], inquiry: true },
        CommandSupport { command: CommandKind::Cancel, methods: EVERY_METHOD, inquiry: true },
    ],
    currencies: Currencies::Only(CURRENCIES),
    payment_id: PaymentIdRule { length_max: Some(PAYMENT_ID_LENGTH_MAX), alphanumeric: true },
    partial_cancel: true,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
