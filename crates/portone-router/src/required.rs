//! What every request to a group must hold, whichever channel it goes to (seed 000; rules SR-040 to SR-053).

pub(crate) mod v1;

use std::collections::BTreeSet;

use portone_core::{
    CardPayment, CashReceiptType, Command, Customer, CustomerName, InstantMethod, IssueBillingKey,
    OnViolation, OpenWindow, Order, PaymentIdRule, Report, Rule, Secret, Severity, VirtualAccountOptionType,
    VirtualAccountRequest, WindowExpiry, WindowMethod, WindowPayment,
};

use crate::{ApiVersion, Candidate};

/// Checks a command against what its group requires. `drawable` are the members it may reach.
pub(crate) fn check(
    api: ApiVersion,
    command: &Command,
    on_violation: OnViolation,
    drawable: &[&Candidate<'_>],
) -> Report {
    let mut report = Report::new();
    let is_asked_by_v1 = api == ApiVersion::V1 && v1::check(command, drawable, &mut report);
    if !is_asked_by_v1 {
        check_v2(command, drawable, &mut report);
    }
    if let Some(order) = command.order() {
        check_payment_id(order, on_violation, drawable, &mut report);
    }
    report
}

fn check_v2(command: &Command, drawable: &[&Candidate<'_>], report: &mut Report) {
    match command {
        Command::PayInstantly(pay) => match &pay.method {
            InstantMethod::Card(payment) => check_card(&pay.order, payment, drawable, report),
            InstantMethod::VirtualAccount(request) => {
                check_virtual_account(&pay.order, request, drawable, report);
            }
        },
        Command::Schedule(schedule) => {
            let mut found = Report::new();
            check_key_payment(&schedule.pay.order, &mut found);
            check_product_type(&schedule.pay.order, drawable, &mut found);
            check_unread_product_count(&schedule.pay.order, &mut found);
            report.extend(found.under("payment"));
        }
        Command::PayWithBillingKey(pay) => {
            check_key_payment(&pay.order, report);
            check_product_type(&pay.order, drawable, report);
            check_unread_product_count(&pay.order, report);
        }
        Command::IssueBillingKey(issue) => check_issue(issue, report),
        Command::OpenWindow(OpenWindow::Payment(payment)) => check_window(payment, drawable, report),
        // Nothing else is routed.
        Command::OpenWindow(OpenWindow::BillingKey(_) | OpenWindow::IssueAndPay(_))
        | Command::DeleteBillingKey(_)
        | Command::Cancel(_)
        | Command::CloseVirtualAccount(_)
        | Command::IssueCashReceipt(_)
        | Command::CancelCashReceipt(_)
        | Command::RegisterEscrowLogistics(_)
        | Command::ConfirmEscrow(_)
        | Command::ConfirmDelivery(_)
        | Command::RegisterStoreReceipt(_)
        | Command::ConfirmPayment(_)
        | Command::ConfirmBillingKey(_)
        | Command::ConfirmIssueAndPay(_)
        | Command::Capture(_)
        | Command::StopCancel(_)
        | Command::AskWallet(_)
        | Command::Inquire(_) => {}
    }
}

fn check_card(order: &Order, payment: &CardPayment, drawable: &[&Candidate<'_>], report: &mut Report) {
    let card = &payment.card;
    need(report, &CARD, "orderName", is_text(Some(&order.order_name)));
    need(report, &CARD, "customer.name", has_name(&order.customer));
    need(report, &CARD, "method.card.credential.number", is_secret(Some(&card.number)));
    need(report, &CARD, "method.card.credential.expiryYear", is_secret(Some(&card.expiry_year)));
    need(report, &CARD, "method.card.credential.expiryMonth", is_secret(Some(&card.expiry_month)));
    let contracts_known = drawable.iter().all(|candidate| {
        candidate.channel.is_some_and(|channel| channel.facts.keyin_requires_full_auth.is_some())
    });
    if !contracts_known {
        let birth = is_secret(card.birth_or_business_registration_number.as_ref());
        let password = is_secret(card.password_two_digits.as_ref());
        for (field, present) in [(BIRTH, birth), (PASSWORD, password)] {
            if !present {
                report.add_with(
                    &CARD,
                    Severity::Advise,
                    field,
                    "is missing, and contracts differ in whether they need it; send it to groups",
                );
            }
        }
    }
    check_product_type(order, drawable, report);
    check_unread_product_count(order, report);
}

fn check_window(payment: &WindowPayment, drawable: &[&Candidate<'_>], report: &mut Report) {
    let (order, customer) = (&payment.order, &payment.order.customer);
    need(report, &WINDOW, "orderName", is_text(Some(&order.order_name)));
    need(report, &WINDOW, "customer.fullName", has_name(customer));
    need(report, &WINDOW, "customer.phoneNumber", is_text(customer.phone_number.as_ref()));
    need(report, &WINDOW, "customer.email", is_text(customer.email.as_ref()));
    match &payment.method {
        WindowMethod::VirtualAccount(account) => {
            let given = |expiry: &WindowExpiry| expiry.due_date.is_some() || expiry.valid_hours.is_some();
            need(
                report,
                &WINDOW_ACCOUNT,
                "virtualAccount.accountExpiry",
                account.expiry.as_ref().is_some_and(given),
            );
        }
        WindowMethod::Mobile(_) => {
            need(report, &WINDOW_MOBILE, "productType", is_text(payment.settings.product_type.as_ref()));
        }
        // Seed 000 asks for nothing more of other methods.
        _ => {}
    }
    check_product_type(order, drawable, report);
}

fn check_virtual_account(
    order: &Order,
    request: &VirtualAccountRequest,
    drawable: &[&Candidate<'_>],
    report: &mut Report,
) {
    let customer = &order.customer;
    need(report, &ACCOUNT, "orderName", is_text(Some(&order.order_name)));
    need(report, &ACCOUNT, "customer.name", has_name(customer));
    need(report, &ACCOUNT, "customer.phoneNumber", is_text(customer.phone_number.as_ref()));
    need(report, &ACCOUNT, "customer.email", is_text(customer.email.as_ref()));
    check_expiry(request, report);
    check_receipt(request, report);
    need(report, &ACCOUNT, "method.virtualAccount.remitteeName", is_text(request.remittee_name.as_ref()));
    if is_drawable(SMARTRO, drawable) {
        need(report, &ACCOUNT, "productCount", order.product_count.is_some());
    } else {
        check_unread_product_count(order, report);
    }
    if request.option.kind == VirtualAccountOptionType::Fixed {
        report.add(
            &FIXED_ACCOUNT,
            "method.virtualAccount.option.type",
            "is FIXED, which each PG issues in its own way; use NORMAL with groups",
        );
    }
}

/// `validHours` alone is enough: seed 000 discourages it (rule SR-047), which it could not do if it were refused.
fn check_expiry(request: &VirtualAccountRequest, report: &mut Report) {
    let expiry = &request.expiry;
    need(
        report,
        &ACCOUNT,
        "method.virtualAccount.expiry.dueDate",
        expiry.due_date.is_some() || expiry.valid_hours.is_some(),
    );
    if expiry.valid_hours.is_some() {
        report.add(
            &VALID_HOURS,
            "method.virtualAccount.expiry.validHours",
            "is read by few PGs, and the others may not issue; use expiry.dueDate with groups",
        );
    }
}

fn check_receipt(request: &VirtualAccountRequest, report: &mut Report) {
    let receipt = request.cash_receipt.as_ref();
    need(report, &ACCOUNT, "method.virtualAccount.cashReceipt.type", receipt.is_some());
    // NO_RECEIPT has nobody to issue one to (DOC-038).
    let numbered = receipt.is_none_or(|receipt| {
        receipt.kind == CashReceiptType::NoReceipt || is_secret(receipt.customer_identity_number.as_ref())
    });
    need(report, &ACCOUNT, "method.virtualAccount.cashReceipt.customerIdentityNumber", numbered);
}

fn check_issue(issue: &IssueBillingKey, report: &mut Report) {
    let (customer, card) = (&issue.customer, &issue.card);
    need(report, &BILLING, "customer.name", has_name(customer));
    need(report, &BILLING, "customer.phoneNumber", is_text(customer.phone_number.as_ref()));
    need(report, &BILLING, "customer.email", is_text(customer.email.as_ref()));
    need(report, &BILLING, "method.card.credential.number", is_secret(Some(&card.number)));
    need(report, &BILLING, "method.card.credential.expiryYear", is_secret(Some(&card.expiry_year)));
    need(report, &BILLING, "method.card.credential.expiryMonth", is_secret(Some(&card.expiry_month)));
    need(report, &BILLING, BIRTH, is_secret(card.birth_or_business_registration_number.as_ref()));
    need(report, &BILLING, PASSWORD, is_secret(card.password_two_digits.as_ref()));
}

fn check_key_payment(order: &Order, report: &mut Report) {
    let customer = &order.customer;
    need(report, &BILLING, "orderName", is_text(Some(&order.order_name)));
    need(report, &BILLING, "customer.id", is_text(customer.id.as_ref()));
    need(report, &BILLING, "customer.name", has_name(customer));
    need(report, &BILLING, "customer.phoneNumber", is_text(customer.phone_number.as_ref()));
    need(report, &BILLING, "customer.email", is_text(customer.email.as_ref()));
}

fn check_product_type(order: &Order, drawable: &[&Candidate<'_>], report: &mut Report) {
    if order.product_type.is_none() && is_drawable(KSNET, drawable) {
        report.add(
            &PRODUCT_TYPE,
            "productType",
            "is missing, and KSNET compares it with the contract; send PHYSICAL or DIGITAL as it is",
        );
    }
}

fn check_unread_product_count(order: &Order, report: &mut Report) {
    if order.product_count.is_some() {
        report.add(
            &PRODUCT_COUNT,
            "productCount",
            "is ignored: only Smartro reads it, when it issues a virtual account",
        );
    }
}

/// Under `Skip` a member that does not take the id is passed over, so it is refused only when none takes it.
fn check_payment_id(
    order: &Order,
    on_violation: OnViolation,
    drawable: &[&Candidate<'_>],
    report: &mut Report,
) {
    let profiles = || drawable.iter().filter_map(|candidate| candidate.ask).map(|ask| ask.adapter.profile());
    let refusing = || profiles().filter(|profile| !takes(&profile.payment_id, order.payment_id.as_str()));
    if refusing().next().is_none() {
        return;
    }
    let none_takes_it = refusing().count() == profiles().count();
    let refused = on_violation == OnViolation::Fail || none_takes_it;
    let names: BTreeSet<&str> = refusing().map(|profile| profile.display_name).collect();
    let names: Vec<&str> = names.into_iter().collect();
    report.add_with(
        &PAYMENT_ID,
        if refused { Severity::Reject } else { Severity::Advise },
        "paymentId",
        format!(
            "is not taken by {}; 6 to 40 ASCII letters and digits are taken by every PG of a group",
            names.join(", ")
        ),
    );
}

fn takes(rule: &PaymentIdRule, id: &str) -> bool {
    rule.length_max.is_none_or(|length_max| id.chars().count() <= length_max)
        && (!rule.alphanumeric || id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_drawable(provider: &str, drawable: &[&Candidate<'_>]) -> bool {
    drawable.iter().any(|candidate| candidate.channel.is_some_and(|channel| channel.provider == *provider))
}

fn need(report: &mut Report, rule: &Rule, field: &str, present: bool) {
    if !present {
        report.add(rule, field, "is missing; requests to a group need it, whichever PG they go to");
    }
}

fn has_name(customer: &Customer) -> bool {
    match &customer.name {
        None => false,
        Some(CustomerName::Full(full)) => is_text(Some(full)),
        Some(CustomerName::Separated { first, last }) => is_text(Some(first)) || is_text(Some(last)),
    }
}

fn is_text(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

fn is_secret(secret: Option<&Secret<String>>) -> bool {
    is_text(secret.map(Secret::expose))
}

const SMARTRO: &str = "SMARTRO_V2";
const KSNET: &str = "KSNET";
const BIRTH: &str = "method.card.credential.birthOrBusinessRegistrationNumber";
const PASSWORD: &str = "method.card.credential.passwordTwoDigits";

pub(crate) const WINDOW: Rule =
    reject("SR-040", "A window of a group needs the order and the buyer's name, telephone and e-mail.");
pub(crate) const WINDOW_ACCOUNT: Rule =
    reject("SR-041", "A virtual-account window of a group needs the deposit's deadline.");
pub(crate) const WINDOW_MOBILE: Rule =
    reject("SR-042", "A carrier-billing window of a group needs the product type.");
pub(crate) const CARD: Rule =
    reject("SR-044", "A card key-in to a group needs the order, the buyer's name and the card.");
pub(crate) const ACCOUNT: Rule =
    reject("SR-045", "A virtual account from a group needs what any of its PGs may need.");
pub(crate) const FIXED_ACCOUNT: Rule =
    advise("SR-046", "Fixed accounts are issued in a different way by each PG.");
pub(crate) const VALID_HOURS: Rule = advise("SR-047", "Few PGs read validHours.");
pub(crate) const BILLING: Rule = reject("SR-049", "A super billing key needs the whole card and the buyer.");
pub(crate) const PRODUCT_TYPE: Rule =
    advise("SR-050", "KSNET compares productType with the contract of the MID.");
pub(crate) const PRODUCT_COUNT: Rule =
    advise("SR-051", "productCount is read only where Smartro issues a virtual account.");
pub(crate) const PAYMENT_ID: Rule = reject("SR-053", "The payment id must suit every PG it can go to.");

const fn reject(code: &'static str, reason: &'static str) -> Rule {
    Rule { code, severity: Severity::Reject, reason, source: "seed 000" }
}

const fn advise(code: &'static str, reason: &'static str) -> Rule {
    Rule { code, severity: Severity::Advise, reason, source: "seed 000" }
}
