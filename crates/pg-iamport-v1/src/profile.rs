//! What a V1 channel can do through this crate.

use portone_core::{CommandKind, CommandSupport, Currencies, PayMethod, PaymentIdRule, PgProfile};
use portone_wire::v1::rules::ALL;

use crate::rules;

/// The methods a cash receipt is issued for.
const PAID_IN_CASH: &[PayMethod] = &[PayMethod::Transfer, PayMethod::VirtualAccount];

/// What a channel of any PG can do through the PortOne V1 REST API. Which of it a PG has is for the upstream to say.
pub static PROFILE: PgProfile = PgProfile {
    provider: "IAMPORT_V1",
    rule_prefix: "IAMPORT",
    display_name: "iamport V1",
    commands: &[
        CommandSupport::inquired(CommandKind::PayInstantly, &[PayMethod::Card, PayMethod::VirtualAccount]),
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
        CommandSupport::inquired(CommandKind::CloseVirtualAccount, &[PayMethod::VirtualAccount]),
        CommandSupport::inquired(CommandKind::IssueCashReceipt, PAID_IN_CASH),
        CommandSupport::inquired(CommandKind::CancelCashReceipt, PAID_IN_CASH),
        CommandSupport::inquired(
            CommandKind::RegisterEscrowLogistics,
            &[PayMethod::Card, PayMethod::Transfer, PayMethod::VirtualAccount],
        ),
        CommandSupport::untold(CommandKind::RegisterStoreReceipt, PayMethod::ALL),
        // Which wallet has it is a matter of the PG's code; where the payment then stands tells what became of it.
        CommandSupport::inquired(CommandKind::AskWallet, PayMethod::ALL),
    ],
    // Currency is a matter of the PG (rule IAMPORT-055).
    currencies: Currencies::Any,
    payment_id: PaymentIdRule { length_max: Some(40), alphanumeric: false },
    partial_cancel: true,
    judges_test_cards: false,
    key_window_charges: false,
    rules: ALL,
    capability_rule: &rules::CAPABILITY,
};
