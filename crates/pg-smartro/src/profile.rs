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
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::IssueBillingKey, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::PayWithBillingKey, &[PayMethod::Card]),
        CommandSupport::untold(CommandKind::Schedule, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::OpenPaymentWindow, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::OpenBillingKeyWindow, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::DeleteBillingKey, &[]),
        CommandSupport::inquired(CommandKind::Cancel, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::CloseVirtualAccount, &[PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::IssueCashReceipt, PAID_IN_CASH),
        CommandSupport::inquired(CommandKind::CancelCashReceipt, PAID_IN_CASH),
        CommandSupport::inquired(CommandKind::RegisterEscrowLogistics, HELD_IN_ESCROW),
        CommandSupport::inquired(CommandKind::ConfirmEscrow, HELD_IN_ESCROW),
        CommandSupport::inquired(CommandKind::ConfirmPayment, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::ConfirmBillingKey, &[PayMethod::Card]),
        // PortOne's own operations: whether the merchant has agreed on them with the PG, the upstream says.
        CommandSupport::inquired(CommandKind::Capture, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::StopCancel, &[]),
    ],
    currencies: Currencies::Only(CURRENCIES),
    payment_id: PaymentIdRule { length_max: Some(PAYMENT_ID_LENGTH_MAX), alphanumeric: true },
    partial_cancel: true,
    judges_test_cards: true,
    key_window_charges: false,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};

/// What Smartro V2 can do through the PortOne V1 REST API, as far as V1 documents it.
pub static PROFILE_V1: PgProfile = PgProfile {
    provider: "SMARTRO_V2",
    rule_prefix: "SMARTRO",
    display_name: "Smartro (V1)",
    commands: &[
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::PayWithBillingKey, &[PayMethod::Card]),
        CommandSupport::untold(CommandKind::Schedule, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::OpenPaymentWindow, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::OpenBillingKeyWindow, &[PayMethod::Card]),
        CommandSupport::inquired(CommandKind::DeleteBillingKey, &[]),
        CommandSupport::inquired(CommandKind::Cancel, PayMethod::ALL),
        CommandSupport::inquired(CommandKind::CloseVirtualAccount, &[PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::IssueCashReceipt, PAID_IN_CASH),
        CommandSupport::inquired(CommandKind::CancelCashReceipt, PAID_IN_CASH),
        CommandSupport::inquired(CommandKind::RegisterEscrowLogistics, HELD_IN_ESCROW),
    ],
    currencies: Currencies::Only(CURRENCIES),
    payment_id: PaymentIdRule { length_max: Some(PAYMENT_ID_LENGTH_MAX), alphanumeric: true },
    partial_cancel: true,
    judges_test_cards: true,
    key_window_charges: false,
    rules: rules::ALL,
    capability_rule: &rules::CAPABILITY,
};
