//! Smartro's rules: each fires on its bad example and is silent on its good one.

#[path = "check/windows.rs"]
mod windows;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use pg_smartro::{FACTORY, PROFILE, capability};
use portone_core::{
    Bank, Cancel, CardFacts, CashReceiptRequest, CashReceiptType, Channel, Command, Currency, Environment,
    FixedAccount, InstantMethod, IssueBillingKey, LogisticsStep, Order, PayMethod, PayWithBillingKey,
    PaymentId, ReceiptReceiver, RegisterEscrowLogistics, Report, Schedule, Severity, VirtualAccountOption,
    VirtualAccountOptionType, VirtualAccountRequest, admit,
};
use portone_testkit::{
    rules::{self, Case, Example, contracted},
    samples::{self, Secrets},
};

use Severity::{Advise, Reject};

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("SMARTRO-001", Reject, "paymentId", || account(|order, _| id(order, "payment-0001")), || account(|order, _| id(order, "payment0001A"))),
    ("SMARTRO-001", Reject, "paymentId", || key_payment(|pay| id(&mut pay.order, "주문1")), || key_payment(|_| {})),
    ("SMARTRO-002", Reject, "paymentId", || account(|order, _| id(order, &"a".repeat(41))), || account(|order, _| id(order, &"a".repeat(40)))),
    ("SMARTRO-004", Reject, "currency", || account(|order, _| order.amount.currency = Currency::JPY), || account(|order, _| order.amount.currency = Currency::USD)),
    ("SMARTRO-005", Reject, "currency", || on(|channel| channel.facts.mid_currency = Some(Currency::KRW), key_payment(|pay| pay.order.amount.currency = Currency::USD)), || on(|channel| channel.facts.mid_currency = Some(Currency::KRW), key_payment(|_| {}))),
    ("SMARTRO-006", Advise, "currency", || key_payment(|pay| pay.order.amount.currency = Currency::USD), || on(|channel| channel.facts.usd_enabled = Some(true), key_payment(|pay| pay.order.amount.currency = Currency::USD))),
    ("SMARTRO-009", Reject, "customer.id", || issue(|issue| issue.customer.id = Some("c".repeat(21))), || issue(|issue| issue.customer.id = Some("c".repeat(20)))),
    ("SMARTRO-012", Reject, "orderName", || account(|order, _| order.order_name = String::from("A very long product title that certainly exceeds forty bytes")), || account(|order, _| order.order_name = String::from("Norway swivel chair"))),
    ("SMARTRO-012", Reject, "orderName", || account(|order, _| order.order_name = format!("{}a", "가".repeat(20))), || account(|order, _| order.order_name = "a".repeat(40))),
    ("SMARTRO-012", Advise, "orderName", || account(|order, _| order.order_name = "가".repeat(20)), || account(|order, _| order.order_name = "가".repeat(13))),
    ("SMARTRO-031", Reject, "amount.taxFree", || contracted(&[], account(|order, _| order.amount.tax_free = Some(300))), || contracted(&[capability::TAX_FREE], account(|order, _| order.amount.tax_free = Some(300)))),
    ("SMARTRO-031", Advise, "amount.taxFree", || key_payment(|pay| pay.order.amount.tax_free = Some(1)), || key_payment(|pay| pay.order.amount.tax_free = Some(0))),
    ("SMARTRO-032", Reject, "installmentMonth", || contracted(&[], key_payment(|pay| pay.installment_month = Some(2))), || contracted(&[], key_payment(|pay| pay.installment_month = Some(1)))),
    ("SMARTRO-032", Advise, "installmentMonth", || key_payment(|pay| pay.installment_month = Some(3)), || contracted(&[capability::INSTALLMENT], key_payment(|pay| pay.installment_month = Some(3)))),
    ("SMARTRO-033", Reject, "useFreeInterestFromMerchant", || contracted(&[], key_payment(|pay| pay.use_free_interest_from_merchant = Some(true))), || contracted(&[], key_payment(|pay| pay.use_free_interest_from_merchant = Some(false)))),
    ("SMARTRO-034", Reject, "useCardPoint", || contracted(&[], key_payment(|pay| pay.use_card_point = Some(true))), || contracted(&[capability::CARD_POINT], key_payment(|pay| pay.use_card_point = Some(true)))),
    ("SMARTRO-066", Reject, "method.virtualAccount.expiry", || account(|_, account| account.expiry.due_date = Some(samples::now() + TimeDelta::days(1))), || account(|_, _| {})),
    ("SMARTRO-066", Reject, "method.virtualAccount.expiry", || account(|_, account| account.expiry.valid_hours = None), || account(|_, account| (account.expiry.valid_hours, account.expiry.due_date) = (None, Some(samples::now() + TimeDelta::seconds(1))))),
    ("SMARTRO-093", Advise, "customer.id", || issue(|issue| issue.customer.id = Some("customer-1234".to_owned())), || issue(|issue| issue.customer.id = Some("matthew".to_owned()))),
    ("SMARTRO-100", Reject, "method.card", || example(samples::pay_card(Secrets::ONE)), || account(|_, _| {})),
    ("SMARTRO-102", Reject, "method.virtualAccount.option.fixed.pgAccountId", || account(|_, account| account.option = fixed(None, None)), || account(|_, account| account.option = fixed(Some("member42"), None))),
    ("SMARTRO-102", Reject, "method.virtualAccount.option.fixed.accountNumber", || account(|_, account| account.option = fixed(Some("member42"), Some("1234567890"))), || account(|_, account| account.option = fixed(Some("member42"), None))),
    ("SMARTRO-103", Reject, "method.virtualAccount.option.fixed", || account(|_, account| account.option.fixed = fixed(Some("member42"), None).fixed), || account(|_, _| {})),
    ("SMARTRO-105", Reject, "method.virtualAccount.expiry.dueDate", || account(|_, account| (account.expiry.valid_hours, account.expiry.due_date) = (None, Some(samples::now()))), || account(|_, account| (account.expiry.valid_hours, account.expiry.due_date) = (None, Some(samples::now() + TimeDelta::seconds(1))))),
    ("SMARTRO-105", Reject, "method.virtualAccount.expiry.validHours", || account(|_, account| account.expiry.valid_hours = Some(0)), || account(|_, account| account.expiry.valid_hours = Some(1))),
    ("SMARTRO-107", Reject, "method.virtualAccount.cashReceipt.customerIdentityNumber", || account(|_, account| account.cash_receipt = receipt(CashReceiptType::Personal)), || account(|_, account| account.cash_receipt = receipt(CashReceiptType::NoReceipt))),
    ("SMARTRO-107", Reject, "method.virtualAccount.cashReceipt.customerIdentityNumber", || account(|_, account| account.cash_receipt = receipt(CashReceiptType::Corporate)), || account(|_, account| account.cash_receipt = None)),
    ("SMARTRO-108", Advise, "method.virtualAccount.remitteeName", || account(|_, account| account.remittee_name = None), || account(|_, _| {})),
    ("SMARTRO-109", Advise, "customer.phoneNumber", || account(|order, _| order.customer.phone_number = None), || account(|_, _| {})),
    ("SMARTRO-109", Advise, "customer.name", || account(|order, _| order.customer.name = None), || account(|_, _| {})),
    ("SMARTRO-112", Reject, "customer.id", || issue(|issue| issue.customer.id = None), || issue(|issue| issue.customer.id = Some("customer-1234".to_owned()))),
    ("SMARTRO-112", Reject, "customer.id", || issue(|issue| issue.customer.id = Some("c".repeat(21))), || issue(|issue| issue.customer.id = Some("c".repeat(20)))),
    ("SMARTRO-113", Reject, "method.card.credential.passwordTwoDigits", || issue(|issue| issue.card.password_two_digits = None), || issue(|_| {})),
    ("SMARTRO-113", Reject, "method.card.credential.birthOrBusinessRegistrationNumber", || issue(|issue| issue.card.birth_or_business_registration_number = Some("9001011".into())), || issue(|issue| issue.card.birth_or_business_registration_number = Some("1234567890".into()))),
    ("SMARTRO-113", Reject, "method.card.credential.number", || issue(|issue| issue.card.number = "4242-4242-4242-4242".into()), || issue(|issue| issue.card.number = "42424242424242".into())),
    ("SMARTRO-113", Reject, "method.card.credential.expiryYear", || issue(|issue| issue.card.expiry_year = "2029".into()), || issue(|_| {})),
    ("SMARTRO-113", Reject, "method.card.credential.expiryMonth", || issue(|issue| issue.card.expiry_month = "13".into()), || issue(|issue| issue.card.expiry_month = "01".into())),
    ("SMARTRO-114", Advise, "customer.email", || key_payment(|pay| pay.order.customer.email = None), || key_payment(|_| {})),
    ("SMARTRO-114", Advise, "payment.customer.email", || schedule(|schedule| schedule.pay.order.customer.email = None), || schedule(|_| {})),
    ("SMARTRO-116", Reject, "timeToPay", || schedule(|schedule| schedule.time_to_pay = samples::now()), || schedule(|schedule| schedule.time_to_pay = samples::now() + TimeDelta::seconds(1))),
    ("SMARTRO-117", Reject, "refundAccount.holderPhoneNumber", || refund(|cancel| cancel.refund_account.as_mut().unwrap().holder_phone_number = None), || refund(|_| {})),
    ("SMARTRO-117", Reject, "refundAccount", || refund(|cancel| cancel.refund_account = None), || card_cancel(|cancel| cancel.refund_account = None)),
    ("SMARTRO-118", Reject, "taxFreeAmount", || card_cancel(|cancel| (cancel.amount.minor, cancel.cancellable_tax_free) = (300, 100)), || card_cancel(|cancel| (cancel.amount.minor, cancel.cancellable_tax_free, cancel.tax_free) = (300, 100, Some(0)))),
    ("SMARTRO-118", Reject, "taxFreeAmount", || card_cancel(|cancel| (cancel.amount.minor, cancel.cancellable_tax_free) = (300, 100)), || card_cancel(|cancel| cancel.cancellable_tax_free = 100)),
    ("SMARTRO-120", Reject, "customer.phoneNumber", || cash_receipt(|receiver| receiver.phone_number = None), || cash_receipt(|_| {})),
    ("SMARTRO-122", Reject, "receiver.address", || logistics(|register| register.receiver.as_mut().unwrap().address = None), || logistics(|_| {})),
    ("SMARTRO-123", Reject, "method.virtualAccount", || contracted(&[], account(|_, _| {})), || contracted(&[capability::VA_DEPOSIT_NOTICE], account(|_, _| {}))),
    ("SMARTRO-123", Advise, "method.virtualAccount", || account(|_, _| {}), || contracted(&[capability::VA_DEPOSIT_NOTICE], account(|_, _| {}))),
    ("SMARTRO-125", Reject, "billingKey", || on_test(key_payment(|pay| pay.card = issued_by("KB국민카드"))), || on_test(key_payment(|pay| pay.card = issued_by("신한카드")))),
    ("SMARTRO-125", Reject, "payment.billingKey", || on_test(schedule(|schedule| schedule.pay.card = issued_by("카카오뱅크"))), || schedule(|schedule| schedule.pay.card = issued_by("카카오뱅크"))),
    ("SMARTRO-124", Reject, "amount", || on_test(card_cancel(|cancel| part_of_debit(cancel, 300))), || on_test(card_cancel(|cancel| part_of_debit(cancel, samples::AMOUNT)))),
    ("SMARTRO-124", Reject, "amount", || on_test(card_cancel(|cancel| part_of_debit(cancel, samples::AMOUNT - 1))), || card_cancel(|cancel| part_of_debit(cancel, 300))),
    ("SMARTRO-127", Reject, "method.virtualAccount.bank", || on_test(account(|_, account| account.bank = Bank::KBank)), || on_test(account(|_, _| {}))),
    ("SMARTRO-127", Reject, "method.virtualAccount.bank", || on_test(account(|_, account| account.bank = Bank::Daegu)), || account(|_, account| account.bank = Bank::Daegu)),
];

#[test]
fn each_rule_fires_on_its_bad_example_only() {
    rules::each_fires_on_its_bad_example_only(&FACTORY, CASES);
}

/// Rules of windows, of V1's spelling and of the other protocol: each is shown on whole requests, as a shop sends them, in
/// portone-gateway's tests/pg_rules.rs.
const ON_WHOLE_REQUESTS: &[&str] = &["SMARTRO-086", "SMARTRO-111", "SMARTRO-129"];

#[test]
fn each_rule_of_the_profile_fires_in_a_request_or_a_window() {
    let mut tested = windows::proven();
    tested.extend(CASES.iter().map(|case| case.0.to_owned()));
    tested.extend(ON_WHOLE_REQUESTS.iter().map(|&code| code.to_owned()));
    let listed: BTreeSet<String> = PROFILE.rules.iter().map(|rule| rule.code.to_owned()).collect();
    assert_eq!(tested, listed);
}

#[test]
fn a_key_that_charges_a_phone_is_refused() {
    let is_refused = |report: &Report| report.rejections().any(|violation| violation.rule == "SMARTRO-CAP");
    assert!(is_refused(&report(&key_payment(|pay| pay.method = PayMethod::Mobile))));
    assert!(!is_refused(&report(&key_payment(|_| {}))));
}

#[test]
fn the_samples_break_no_rule_under_a_full_contract() {
    for sample in samples::commands(&PROFILE) {
        let report = report(&contracted(windows::CAPABILITIES, example(sample.command)));
        assert!(report.is_empty(), "{}: {report}", sample.name);
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let (channel, command) = on_test(account(|order, account| {
        id(order, &"주문-".repeat(14));
        order.amount.currency = Currency::JPY;
        order.amount.tax_free = Some(100);
        order.order_name = "의자".repeat(20);
        account.bank = Bank::KBank;
        account.expiry.due_date = Some(samples::now() - TimeDelta::days(1));
        account.option = fixed(None, Some("1234567890"));
        account.cash_receipt = receipt(CashReceiptType::Corporate);
    }));
    let adapter = (FACTORY.build)(&channel, &samples::upstream()).unwrap();
    let report = admit(&*adapter, &command, &samples::context()).unwrap_err();
    insta::assert_snapshot!(report, @r#"
    SMARTRO-001 paymentId: `주문-주문-주문-주문-주문-주문-주문-주문-주문-주문-주문-주문-주문-주문-` holds `주`; use only 0-9, a-z and A-Z
    SMARTRO-002 paymentId: is 42 characters long and would be cut; use at most 40
    SMARTRO-004 currency: `JPY` is unknown to Smartro; use KRW or USD
    SMARTRO-012 orderName: is 80 bytes long in EUC-KR; use at most 40
    SMARTRO-031 amount.taxFree: asks for a tax-free amount, which needs a contract; declare `tax_free` in the channel's contracts once it is signed
    SMARTRO-123 method.virtualAccount: asks for an account whose deposits Smartro must tell, which needs a contract; declare `va_deposit_notice` in the channel's contracts once it is signed
    SMARTRO-066 method.virtualAccount.expiry: has both `validHours` and `dueDate`; give one of them
    SMARTRO-102 method.virtualAccount.option.fixed.pgAccountId: is missing; a fixed account is chosen by it
    SMARTRO-102 method.virtualAccount.option.fixed.accountNumber: is no way to choose a fixed account at Smartro; use `pgAccountId`
    SMARTRO-105 method.virtualAccount.expiry.dueDate: `2026-03-01T05:04:03+00:00` is not in the future; give a later moment
    SMARTRO-107 method.virtualAccount.cashReceipt.customerIdentityNumber: is missing; a CORPORATE receipt needs the business registration number
    SMARTRO-127 method.virtualAccount.bank: `K_BANK` issues no account on a test channel; use another bank
    "#);
}

/// Secrets stay out of the findings even where they are what is wrong.
#[test]
fn findings_show_no_secret() {
    let report = report(&issue(|issue| {
        issue.card.number = "4242".into();
        issue.card.expiry_year = "4242".into();
        issue.card.expiry_month = "42".into();
        issue.card.birth_or_business_registration_number = Some("4242".into());
        issue.card.password_two_digits = Some("424".into());
    }));
    assert_eq!(report.violations.len(), 5, "{report}");
    assert!(!report.to_string().contains("42"), "{report}");
}

fn report(example: &Example) -> Report {
    rules::report(&FACTORY, example)
}

fn example(command: Command) -> Example {
    (samples::channel(&PROFILE), command)
}

fn account(edit: fn(&mut Order, &mut VirtualAccountRequest)) -> Example {
    let mut command = samples::pay_virtual_account(Secrets::ONE);
    let Command::PayInstantly(pay) = &mut command else { unreachable!() };
    let InstantMethod::VirtualAccount(account) = &mut pay.method else { unreachable!() };
    edit(&mut pay.order, account);
    example(command)
}

fn issue(edit: fn(&mut IssueBillingKey)) -> Example {
    let mut command = samples::issue_billing_key(Secrets::ONE);
    let Command::IssueBillingKey(issue) = &mut command else { unreachable!() };
    edit(issue);
    example(command)
}

fn key_payment(edit: fn(&mut PayWithBillingKey)) -> Example {
    let mut command = samples::pay_with_billing_key(Secrets::ONE);
    let Command::PayWithBillingKey(pay) = &mut command else { unreachable!() };
    edit(pay);
    example(command)
}

fn schedule(edit: fn(&mut Schedule)) -> Example {
    let mut command = samples::schedule(Secrets::ONE);
    let Command::Schedule(schedule) = &mut command else { unreachable!() };
    edit(schedule);
    example(command)
}

fn card_cancel(edit: fn(&mut Cancel)) -> Example {
    cancel(samples::cancel(PayMethod::Card, None), edit)
}

fn refund(edit: fn(&mut Cancel)) -> Example {
    let account = samples::refund_account(Secrets::ONE);
    cancel(samples::cancel(PayMethod::VirtualAccount, Some(account)), edit)
}

fn cancel(mut command: Command, edit: fn(&mut Cancel)) -> Example {
    let Command::Cancel(cancel) = &mut command else { unreachable!() };
    edit(cancel);
    example(command)
}

fn on(edit: fn(&mut Channel), (mut channel, command): Example) -> Example {
    edit(&mut channel);
    (channel, command)
}

fn on_test(example: Example) -> Example {
    on(|channel| channel.environment = Environment::Test, example)
}

#[allow(clippy::unnecessary_wraps)] // what the field takes
fn issued_by(issuer: &str) -> Option<CardFacts> {
    Some(CardFacts { issuer: Some(issuer.to_owned()), ..CardFacts::default() })
}

fn id(order: &mut Order, payment_id: &str) {
    order.payment_id = PaymentId::parse(payment_id).unwrap();
}

fn fixed(pg_account_id: Option<&str>, account_number: Option<&str>) -> VirtualAccountOption {
    let fixed = FixedAccount {
        pg_account_id: pg_account_id.map(str::to_owned),
        account_number: account_number.map(str::to_owned),
    };
    VirtualAccountOption { kind: VirtualAccountOptionType::Fixed, fixed: Some(fixed) }
}

#[allow(clippy::unnecessary_wraps)] // what the field takes
fn receipt(kind: CashReceiptType) -> Option<CashReceiptRequest> {
    Some(CashReceiptRequest { kind, customer_identity_number: None })
}

fn part_of_debit(cancel: &mut Cancel, minor: i64) {
    cancel.amount.minor = minor;
    cancel.card = Some(CardFacts { card_type: Some("DEBIT".to_owned()), ..CardFacts::default() });
}

fn cash_receipt(change: impl FnOnce(&mut ReceiptReceiver)) -> Example {
    let mut command = samples::receipts::issue_cash_receipt(Secrets::ONE);
    let Command::IssueCashReceipt(issue) = &mut command else { panic!() };
    change(&mut issue.receiver);
    example(command)
}

fn logistics(change: impl FnOnce(&mut RegisterEscrowLogistics)) -> Example {
    let mut command = samples::receipts::logistics(LogisticsStep::Register);
    let Command::RegisterEscrowLogistics(register) = &mut command else { panic!() };
    change(register);
    example(command)
}
