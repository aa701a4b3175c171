//! Paymentwall's rules, command by command, on top of those of all V1 PGs.

mod delivery;
mod window;

use std::net::IpAddr;

use portone_core::{
    CallContext, Cancel, Card, Command, Currency, Customer, CustomerName, InstantMethod, OpenWindow, Order,
    PayWithBillingKey, ProductType, Report, Severity,
};
use portone_wire::v1::is_whole;
use portone_wire::v2::check::cancel_time;

use crate::{config::Config, encode::Bypass, rules};

const BROWSER_IP: &str = "bypass.paymentwall.browser_ip";
/// A name of more parts is taken, but which of them is the family name is a guess.
const NAME_PART_COUNT: usize = 2;

/// Adds everything the rules find in a command.
pub(crate) fn check(config: &Config, command: &Command, ctx: &CallContext, report: &mut Report) {
    config.dialect.check(command, ctx, report);
    match command {
        Command::PayInstantly(pay) => match &pay.method {
            InstantMethod::Card(card) => {
                check_order(&pay.order, report);
                check_cvc(&card.card, report);
                Bypass::of(&pay.order).check_secure_3d(report);
            }
            InstantMethod::VirtualAccount(_) => no_such_family("virtual account", report),
        },
        Command::IssueBillingKey(_) => {
            let message =
                "has no billing-key issue without a window; open its window, or choose another channel";
            report.add(&rules::NO_API_ISSUE, "method", format!("Paymentwall {message}"));
        }
        Command::PayWithBillingKey(pay) => check_key_payment(pay, report),
        Command::Schedule(schedule) => {
            let mut payment = Report::new();
            check_key_payment(&schedule.pay, &mut payment);
            report.extend(payment.under("payment"));
        }
        Command::Cancel(cancel) => check_cancel(config.processing_currency, cancel, report),
        Command::OpenWindow(window) => window::check(config, window, report),
        Command::ConfirmDelivery(confirm) => delivery::check(&confirm.delivery, report),
        Command::CloseVirtualAccount(_) => no_such_family("virtual account", report),
        Command::IssueCashReceipt(_) | Command::CancelCashReceipt(_) => {
            no_such_family("cash receipt", report);
        }
        Command::RegisterEscrowLogistics(_) | Command::ConfirmEscrow(_) => no_such_family("escrow", report),
        // The documents set no rule for these, or the profile refuses them.
        _ => {}
    }
}

fn no_such_family(what: &str, report: &mut Report) {
    report.add(
        &rules::NO_SUCH_FAMILY,
        "method",
        format!("asks for a {what}, which Paymentwall has not got; choose another channel"),
    );
}

fn check_order(order: &Order, report: &mut Report) {
    check_name(&order.customer, report);
    check_whole("amount.total", order, report);
    check_browser_ip(order, report);
    check_goods(order, report);
}

/// Goods are paid out once their delivery was registered.
fn check_goods(order: &Order, report: &mut Report) {
    if order.product_type == Some(ProductType::Physical) {
        let message = "says goods: register their delivery after the payment, or it is not paid out";
        report.add(&rules::DELIVERY_OWED, "productType", message);
    }
}

fn check_whole(field: &str, order: &Order, report: &mut Report) {
    let amount = &order.amount;
    if !is_whole(amount.total, amount.currency) {
        report.add(
            &rules::WHOLE_AMOUNT,
            field,
            format!(
                "{} is no whole number of {}; Paymentwall takes no smaller part",
                amount.total, amount.currency
            ),
        );
    }
}

fn check_browser_ip(order: &Order, report: &mut Report) {
    match Bypass::of(order).browser_ip() {
        None => report.add(
            &rules::BROWSER_IP,
            BROWSER_IP,
            "is missing; send the address on the internet that the buyer's request came from",
        ),
        Some(ip) if ip.parse::<IpAddr>().is_err() => {
            report.add(&rules::BROWSER_IP, BROWSER_IP, "is no IP address; send one such as 203.0.113.7");
        }
        Some(_) => {}
    }
}

fn check_name(customer: &Customer, report: &mut Report) {
    let Some(name) = customer.name.as_ref().map(CustomerName::one_line) else { return };
    let parts: Vec<&str> = name.split(' ').collect();
    let has_blanks = parts.iter().any(|part| part.is_empty() || part.contains(char::is_whitespace));
    if parts.len() < NAME_PART_COUNT || has_blanks {
        let message = "is not a given name and a family name with one blank between them; send `Jack Son`";
        report.add(&rules::BUYER_NAME, "customer.name", message);
    } else if parts.len() > NAME_PART_COUNT {
        let message =
            "has more than two parts: the last is taken for the family name; send two if that is wrong";
        report.add_with(&rules::BUYER_NAME, Severity::Advise, "customer.name", message);
    }
}

fn check_cvc(card: &Card, report: &mut Report) {
    let is_cvc =
        |digits: &str| matches!(digits.len(), 3 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let message = match &card.cvc {
        None => "is missing; send the card verification number",
        Some(cvc) if !is_cvc(cvc.expose()) => "is not 3 or 4 digits",
        Some(_) => return,
    };
    report.add(&rules::CVC, "method.card.credential.cvc", message);
}

fn check_key_payment(pay: &PayWithBillingKey, report: &mut Report) {
    check_order(&pay.order, report);
    if pay.order.order_name.trim().is_empty() {
        report.add(&rules::ORDER_NAME, "orderName", "is empty; give the order a name");
    }
    let email = pay.order.customer.email.as_deref().map(str::trim).unwrap_or_default();
    if !email.contains('@') {
        let message = "is no e-mail address; send the one the billing key was issued with";
        report.add(&rules::BUYER_EMAIL, "customer.email", message);
        return;
    }
    if pay.issue_email.as_deref().is_some_and(|issued| issued.trim() != email) {
        let message = "is not the address the billing key was issued with; send that one";
        report.add(&rules::ISSUE_EMAIL, "customer.email", message);
    }
}

/// Adds everything the rules find in a command at a V2 upstream.
pub(crate) fn check_v2(
    processing_currency: Option<Currency>,
    command: &Command,
    ctx: &CallContext,
    report: &mut Report,
) {
    match command {
        Command::OpenWindow(OpenWindow::Payment(payment)) => window::check_v2(payment, report),
        Command::Cancel(cancel) => {
            cancel_time(cancel, ctx.now, report);
            check_cancel(processing_currency, cancel, report);
        }
        Command::ConfirmDelivery(confirm) => delivery::check_v2(&confirm.delivery, report),
        Command::OpenWindow(OpenWindow::BillingKey(_))
        | Command::PayInstantly(_)
        | Command::IssueBillingKey(_)
        | Command::PayWithBillingKey(_)
        | Command::Schedule(_) => {
            let field = match command {
                Command::OpenWindow(_) => "billingKeyMethod",
                Command::Schedule(_) => "payment",
                _ => "method",
            };
            let message = "is nothing Paymentwall has at V2; open its payment window, or use a V1 channel";
            report.add(&rules::V2_WINDOWS_ONLY, field, message);
        }
        Command::CloseVirtualAccount(_) => no_such_family("virtual account", report),
        Command::IssueCashReceipt(_) | Command::CancelCashReceipt(_) => {
            no_such_family("cash receipt", report);
        }
        Command::RegisterEscrowLogistics(_) | Command::ConfirmEscrow(_) => no_such_family("escrow", report),
        // The documents set no rule for these, or the profile refuses them.
        _ => {}
    }
}

fn check_cancel(processing_currency: Option<Currency>, cancel: &Cancel, report: &mut Report) {
    if !cancel.is_partial() {
        return;
    }
    match processing_currency {
        Some(currency) if currency == cancel.amount.currency => {}
        Some(currency) => report.add(
            &rules::PARTIAL_CANCEL,
            "amount",
            format!(
                "is a part of a payment in {}, and the project processes in {currency}; cancel it whole",
                cancel.amount.currency
            ),
        ),
        None => report.add_with(
            &rules::PARTIAL_CANCEL,
            Severity::Advise,
            "amount",
            "is a part, which Paymentwall refuses where it processes in another currency; declare `mid_currency` of the channel",
        ),
    }
}
