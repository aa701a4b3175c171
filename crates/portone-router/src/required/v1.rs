//! What seed 000 requires of a V1 request to a group: less than of a V2 one (rules SR-043, SR-048 and SR-052).

use portone_core::{
    CardPayment, Command, InstantMethod, IssueBillingKey, OpenWindow, Order, Report, Rule, Severity,
    WindowMethod, WindowPayment,
};

use super::{
    BIRTH, PASSWORD, check_product_type, check_unread_product_count, is_secret, is_text, need, reject,
};
use crate::Candidate;

/// Checks a command that V1 has; false for any other.
pub(super) fn check(command: &Command, drawable: &[&Candidate<'_>], report: &mut Report) -> bool {
    match command {
        Command::PayInstantly(pay) => {
            let InstantMethod::Card(payment) = &pay.method else { return false };
            check_card(payment, report);
            check_product(&pay.order, drawable, report);
        }
        Command::Schedule(schedule) => {
            let mut found = Report::new();
            check_key_payment(&schedule.pay.order, drawable, &mut found);
            report.extend(found.under("payment"));
        }
        Command::PayWithBillingKey(pay) => check_key_payment(&pay.order, drawable, report),
        Command::IssueBillingKey(issue) => check_issue(issue, report),
        Command::OpenWindow(OpenWindow::Payment(payment)) => check_window(payment, drawable, report),
        // No V1 request to a group becomes one of the others.
        _ => return false,
    }
    true
}

fn check_card(payment: &CardPayment, report: &mut Report) {
    let card = &payment.card;
    need(report, &CARD, "method.card.credential.number", is_secret(Some(&card.number)));
    need(report, &CARD, "method.card.credential.expiryYear", is_secret(Some(&card.expiry_year)));
    let birth = is_secret(card.birth_or_business_registration_number.as_ref());
    let password = is_secret(card.password_two_digits.as_ref());
    for (field, present) in [(BIRTH, birth), (PASSWORD, password)] {
        if !present {
            let problem = "is missing, and contracts differ in whether they need it; send it to groups";
            report.add_with(&CARD, Severity::Advise, field, problem);
        }
    }
}

fn check_issue(issue: &IssueBillingKey, report: &mut Report) {
    need(report, &BILLING, "method.card.credential.number", is_secret(Some(&issue.card.number)));
    need(report, &BILLING, "method.card.credential.expiryYear", is_secret(Some(&issue.card.expiry_year)));
}

fn check_key_payment(order: &Order, drawable: &[&Candidate<'_>], report: &mut Report) {
    need(report, &BILLING, "orderName", is_text(Some(&order.order_name)));
    check_product(order, drawable, report);
}

fn check_window(payment: &WindowPayment, drawable: &[&Candidate<'_>], report: &mut Report) {
    let (order, customer) = (&payment.order, &payment.order.customer);
    need(report, &WINDOW, "orderName", is_text(Some(&order.order_name)));
    need(report, &WINDOW, "customer.phoneNumber", is_text(customer.phone_number.as_ref()));
    need(report, &WINDOW, "customer.email", is_text(customer.email.as_ref()));
    match &payment.method {
        WindowMethod::VirtualAccount(account) => {
            let due = account.expiry.as_ref().is_some_and(|expiry| expiry.due_date.is_some());
            need(report, &WINDOW, "virtualAccount.accountExpiry", due);
        }
        WindowMethod::Mobile(_) => {
            need(report, &WINDOW, "productType", is_text(payment.settings.product_type.as_ref()));
        }
        // Seed 000 asks for nothing more of other methods.
        _ => {}
    }
    // The seed calls them mandatory, and its own sample leaves them out (DOC-026); so it does `custom_data`, which no command
    // holds: the face tells of it.
    for (field, amount) in [("amount.taxFree", order.amount.tax_free), ("amount.vat", order.amount.vat)] {
        if amount.is_none() {
            report.add_with(&WINDOW, Severity::Advise, field, "is missing; tell it to windows of a group");
        }
    }
    check_product(order, drawable, report);
}

fn check_product(order: &Order, drawable: &[&Candidate<'_>], report: &mut Report) {
    check_product_type(order, drawable, report);
    check_unread_product_count(order, report);
}

pub(crate) const WINDOW: Rule =
    reject("SR-043", "A V1 window of a group needs the order and the buyer's telephone and e-mail.");
pub(crate) const CARD: Rule =
    reject("SR-048", "A V1 card key-in to a group needs the order's number, its amount and the card.");
pub(crate) const BILLING: Rule =
    reject("SR-052", "With a super billing key V1 needs the card at issue, and the order's name at payment.");
