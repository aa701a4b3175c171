//! The samples whose request depends on the pay method of the payment, by the methods that the other samples leave out.

use portone_core::{
    AskWallet, CancelCashReceipt, Command, Currency, LogisticsStep, OpenWindow, PayMethod, WindowEasyPay,
    WindowIssue, WindowIssueMethod, WindowMobile,
};

use super::{
    AMOUNT, Sample, Secrets, ask_wallet, cancel, confirm_payment, customer, delivery, payment_id, receipts,
    refund_account, window_settings,
};

/// Each with its method in its name.
pub(super) fn every(secrets: Secrets) -> Vec<Sample> {
    use PayMethod::{Card, EasyPay, Mobile, Transfer, VirtualAccount};
    let logistics = |step, method| {
        let mut command = receipts::logistics(step);
        if let Command::RegisterEscrowLogistics(register) = &mut command {
            register.method = method;
        }
        command
    };
    let (register, modify) = (LogisticsStep::Register, LogisticsStep::Modify);
    // On the heap: a command is large.
    let named = vec![
        (
            "open_billing_key_window_mobile",
            open_key_window(WindowIssueMethod::Mobile(WindowMobile::default())),
        ),
        (
            "open_billing_key_window_easy_pay",
            open_key_window(WindowIssueMethod::EasyPay(WindowEasyPay::default())),
        ),
        ("cancel_transfer", cancel(Transfer, Some(refund_account(secrets)))),
        ("cancel_mobile", cancel(Mobile, None)),
        ("cancel_easy_pay", cancel(EasyPay, None)),
        ("confirm_transfer", confirm_payment(secrets, Transfer)),
        ("confirm_mobile", confirm_payment(secrets, Mobile)),
        ("confirm_easy_pay", confirm_payment(secrets, EasyPay)),
        ("issue_cash_receipt_of_transfer", cash_receipt(secrets, Transfer)),
        ("issue_cash_receipt_of_virtual_account", cash_receipt(secrets, VirtualAccount)),
        ("cancel_cash_receipt_of_transfer", cancelled_receipt(Transfer)),
        ("cancel_cash_receipt_of_virtual_account", cancelled_receipt(VirtualAccount)),
        ("register_escrow_logistics_of_card", logistics(register, Card)),
        ("register_escrow_logistics_of_transfer", logistics(register, Transfer)),
        ("modify_escrow_logistics_of_card", logistics(modify, Card)),
        ("modify_escrow_logistics_of_transfer", logistics(modify, Transfer)),
        ("confirm_escrow_of_card", confirmed_escrow(Card)),
        ("confirm_escrow_of_transfer", confirmed_escrow(Transfer)),
        ("confirm_delivery_of_transfer", delivery_of(Transfer)),
        ("confirm_delivery_of_mobile", delivery_of(Mobile)),
        ("confirm_delivery_of_easy_pay", delivery_of(EasyPay)),
        ("register_store_receipt_of_transfer", slip_of(secrets, Transfer)),
        ("register_store_receipt_of_virtual_account", slip_of(secrets, VirtualAccount)),
        ("register_store_receipt_of_mobile", slip_of(secrets, Mobile)),
        ("register_store_receipt_of_easy_pay", slip_of(secrets, EasyPay)),
        ("ask_wallet_of_transfer", wallet_of(Transfer)),
        ("ask_wallet_of_virtual_account", wallet_of(VirtualAccount)),
        ("ask_wallet_of_mobile", wallet_of(Mobile)),
        ("ask_wallet_of_easy_pay", wallet_of(EasyPay)),
    ];
    named.into_iter().map(|(name, command)| Sample { name, command }).collect()
}

fn cash_receipt(secrets: Secrets, method: PayMethod) -> Command {
    let mut command = receipts::issue_cash_receipt(secrets);
    if let Command::IssueCashReceipt(issue) = &mut command {
        issue.method = Some(method);
    }
    command
}

fn cancelled_receipt(method: PayMethod) -> Command {
    Command::CancelCashReceipt(CancelCashReceipt { payment_id: payment_id(), method: Some(method) })
}

fn confirmed_escrow(method: PayMethod) -> Command {
    let mut command = receipts::confirm_escrow();
    if let Command::ConfirmEscrow(confirm) = &mut command {
        confirm.method = method;
    }
    command
}

fn delivery_of(method: PayMethod) -> Command {
    let mut command = delivery::confirm();
    if let Command::ConfirmDelivery(confirm) = &mut command {
        confirm.method = method;
    }
    command
}

fn slip_of(secrets: Secrets, method: PayMethod) -> Command {
    let mut command = receipts::store_receipt(secrets);
    if let Command::RegisterStoreReceipt(register) = &mut command {
        register.method = method;
    }
    command
}

fn wallet_of(method: PayMethod) -> Command {
    let mut command = ask_wallet();
    if let Command::AskWallet(AskWallet { payment: Some(payment), .. }) = &mut command {
        payment.method = method;
    }
    command
}

/// A window that issues a billing key by card.
pub fn open_billing_key_window() -> Command {
    open_key_window(WindowIssueMethod::Card { card_company: None })
}

fn open_key_window(method: WindowIssueMethod) -> Command {
    Command::OpenWindow(OpenWindow::BillingKey(Box::new(WindowIssue {
        method,
        issue_id: Some("issue0001A".to_owned()),
        issue_name: Some("정기 결제".to_owned()),
        display_amount: Some(AMOUNT),
        currency: Some(Currency::KRW),
        customer: customer(),
        bypass: None,
        settings: window_settings(),
    })))
}
