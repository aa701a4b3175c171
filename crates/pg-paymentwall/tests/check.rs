//! Paymentwall's rules: each fires on its bad example and is silent on its good one.

use std::collections::BTreeSet;

use pg_paymentwall::{FACTORY, FACTORY_V2, PROFILE, capability};
use portone_core::{
    Cancel, CardPayment, Command, Currency, CustomerName, Delivery, DeliveryKind, InstantMethod, Order,
    Parcel, PayMethod, PayWithBillingKey, Report, Schedule, Severity,
};
use portone_testkit::{
    rules::{self, Case, Example, contracted},
    samples::{self, Secrets},
};
use serde_json::json;

use Severity::{Advise, Reject};

const IP: &str = "bypass.paymentwall.browser_ip";
const CVC: &str = "method.card.credential.cvc";

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("PW-002", Reject, "customer.name", || card(|order, _| name(order, "JackSon")), || card(|order, _| name(order, "Jack Son"))),
    ("PW-002", Reject, "customer.name", || again(|pay| name(&mut pay.order, "Jack  Son")), || again(|_| {})),
    ("PW-002", Advise, "customer.name", || card(|order, _| name(order, "Jean Luc Son")), || card(|_, _| {})),
    ("PW-004", Reject, "customer.email", || again(|pay| pay.order.customer.email = None), || again(|_| {})),
    ("PW-004", Reject, "payment.customer.email", || schedule(|pay| pay.order.customer.email = Some("nobody".to_owned())), || schedule(|_| {})),
    ("PW-005", Reject, "customer.email", || again(|pay| pay.issue_email = Some("c@d.co".to_owned())), || again(|pay| pay.issue_email = Some(" hong@example.com ".to_owned()))),
    ("PW-005", Reject, "customer.email", || again(|pay| pay.issue_email = Some("Hong@example.com".to_owned())), || again(|pay| pay.issue_email = None)),
    ("PW-007", Reject, "amount.total", || card(|order, _| (order.amount.total, order.amount.currency) = (150, Currency::USD)), || card(|order, _| (order.amount.total, order.amount.currency) = (100_400, Currency::USD))),
    ("PW-020", Reject, "orderName", || again(|pay| pay.order.order_name = String::new()), || again(|pay| pay.order.order_name = String::from("Monthly pass"))),
    ("PW-022", Reject, "shippingAddressEmail", || delivery(|told| "nobody".clone_into(&mut told.email)), || delivery(|_| {})),
    ("PW-022", Reject, "details", || delivery(|told| told.details = Some("d".repeat(401))), || delivery(|told| told.details = Some("d".repeat(400)))),
    ("PW-023", Reject, "carrierTrackingId", || delivery(|told| told.parcel = Parcel::default()), || delivery(|told| (told.kind, told.parcel) = (DeliveryKind::Digital, Parcel::default()))),
    ("PW-023", Reject, "shippingAddressStreet", || delivery(|told| told.parcel.street = Some(" ".to_owned())), || delivery(|_| {})),
    ("PW-023", Reject, "shippingAddressCity", || delivery(|told| told.parcel.city = Some("c".repeat(41))), || delivery(|told| told.parcel.city = Some("c".repeat(40)))),
    ("PW-023", Advise, "shippingAddressState", || delivery(|told| told.parcel.state = Some("Seoul".to_owned())), || delivery(|told| (told.parcel.country, told.parcel.state) = (Some("US".to_owned()), Some("CA".to_owned())))),
    ("PW-022", Advise, "attachments", || delivery(|told| told.attachments.push("https://shop.example/proof".to_owned())), || delivery(|_| {})),
    ("PW-027", Reject, CVC, || card(|_, card| card.card.cvc = Some("12".into())), || card(|_, card| card.card.cvc = Some("123".into()))),
    ("PW-027", Reject, CVC, || card(|_, card| card.card.cvc = None), || card(|_, card| card.card.cvc = Some("1234".into()))),
    ("PW-028", Reject, IP, || card(|order, _| order.bypass = None), || card(|_, _| {})),
    ("PW-028", Reject, IP, || again(|pay| pay.order.bypass = Some(json!({ "paymentwall": { "browser_ip": "nowhere" } }))), || again(|pay| pay.order.bypass = Some(json!({ "paymentwall": { "browser_ip": "2001:db8::7" } })))),
    ("PW-030", Advise, "bypass.paymentwall.secure_3d_token", || card(|order, _| secure(order, json!({ "secure_3d_charge_id": "ch1" }))), || card(|order, _| secure(order, json!({ "secure_3d_charge_id": "ch1", "secure_3d_token": "tok1" })))),
    ("PW-030", Advise, "bypass.paymentwall.secure_3d_charge_id", || card(|order, _| secure(order, json!({ "secure_3d_token": "tok1" }))), || card(|_, _| {})),
    ("PW-031", Reject, "method", || example(samples::command("issue_billing_key")), || card(|_, _| {})),
    ("PW-035", Reject, "amount", || processing(Currency::USD, cancel(|cancel| cancel.amount.minor = 100)), || processing(Currency::KRW, cancel(|cancel| cancel.amount.minor = 100))),
    ("PW-035", Advise, "amount", || cancel(|cancel| cancel.amount.minor = 100), || processing(Currency::USD, cancel(|_| {}))),
    ("PW-041", Reject, "method", || example(samples::command("pay_virtual_account")), || card(|_, _| {})),
    ("PW-041", Reject, "method", || example(samples::command("close_virtual_account")), || cancel(|_| {})),
];

/// What V2's deliveries want otherwise.
#[rustfmt::skip]
const CASES_V2: &[Case] = &[
    ("PW-024", Reject, "shippingAddressEmail", || delivery(|told| "nobody".clone_into(&mut told.email)), || delivery(|_| {})),
    ("PW-024", Reject, "details", || delivery(|told| told.details = None), || delivery(|told| told.details = Some("d".repeat(401)))),
    ("PW-025", Reject, "carrierTrackingId", || delivery(|told| told.parcel = Parcel::default()), || delivery(|told| (told.kind, told.parcel) = (DeliveryKind::Digital, Parcel::default()))),
    ("PW-025", Reject, "shippingAddressStreet", || delivery(|told| told.parcel.street = Some(" ".to_owned())), || delivery(|told| told.parcel.street = Some("s".repeat(41)))),
];

#[test]
fn each_rule_fires_on_its_bad_example_only() {
    rules::each_fires_on_its_bad_example_only(&FACTORY, CASES);
    rules::each_fires_on_its_bad_example_only(&FACTORY_V2, CASES_V2);
}

#[test]
fn v2_takes_evidence_and_any_state() {
    let (channel, command) = delivery(|told| {
        told.attachments.push("https://shop.example/proof".to_owned());
        told.parcel.state = Some("Seoul".to_owned());
    });
    let report = rules::report(&FACTORY_V2, &(channel, command));
    assert!(report.is_empty(), "{report}");
}

/// Rules of windows, of V1's spelling and of the other protocol: each is shown on whole requests, as a shop sends them, in
/// portone-gateway's tests/pg_rules.rs.
const ON_WHOLE_REQUESTS: &[&str] = &[
    "PW-003", "PW-010", "PW-011", "PW-013", "PW-014", "PW-015", "PW-016", "PW-018", "PW-021", "PW-036",
    "PW-037", "PW-038", "PW-039", "PW-042", "PW-043",
];

#[test]
fn each_rule_of_the_profile_has_a_case() {
    let tested: BTreeSet<&str> =
        CASES.iter().chain(CASES_V2).map(|case| case.0).chain(ON_WHOLE_REQUESTS.iter().copied()).collect();
    assert_eq!(tested, PROFILE.rules.iter().map(|rule| rule.code).collect());
}

#[test]
fn good_examples_break_no_rule_under_a_full_contract() {
    for (channel, command) in
        [card(|_, _| {}), again(|_| {}), schedule(|_| {}), cancel(|_| {}), delivery(|_| {})]
    {
        let report = report(&contracted(&[capability::API_KEYIN], (channel, command)));
        assert!(report.is_empty(), "{report}");
    }
}

/// Every part that goods lack is named at once.
#[test]
fn pw_023_ten_parts_are_needed_of_goods() {
    let report = report(&delivery(|told| told.parcel = Parcel::default()));
    assert_eq!(report.rejections().count(), 10, "{report}");
}

/// The rules of all V1 PGs hold too, but those on parts of Korean cards (rule IAMPORT-024).
#[test]
fn generic_rules_come_first() {
    let report = report(&contracted(
        &[],
        card(|order, card| {
            order.order_name = "n".repeat(41);
            card.card.birth_or_business_registration_number = None;
            card.card.password_two_digits = None;
        }),
    ));
    let rules: Vec<&str> = report.rejections().map(|violation| violation.rule).collect();
    assert_eq!(rules, ["IAMPORT-029", "IAMPORT-013"], "{report}");
}

#[test]
fn findings_show_no_secret() {
    let report = report(&card(|_, card| card.card.cvc = Some("42424".into())));
    assert!(report.refuses() && !report.to_string().contains("42424"), "{report}");
}

fn report(example: &Example) -> Report {
    rules::report(&FACTORY, example)
}

fn example(command: Command) -> Example {
    (samples::channel(&PROFILE), command)
}

fn processing(currency: Currency, (mut channel, command): Example) -> Example {
    channel.facts.mid_currency = Some(currency);
    (channel, command)
}

/// A key-in with what Paymentwall wants.
fn card(change: impl FnOnce(&mut Order, &mut CardPayment)) -> Example {
    let Command::PayInstantly(mut pay) = samples::pay_card(Secrets::ONE) else { panic!() };
    let InstantMethod::Card(card) = &mut pay.method else { panic!() };
    card.card.cvc = Some("123".into());
    complete(&mut pay.order);
    change(&mut pay.order, card);
    example(Command::PayInstantly(pay))
}

fn again(change: impl FnOnce(&mut PayWithBillingKey)) -> Example {
    example(Command::PayWithBillingKey(key_payment(change)))
}

fn schedule(change: impl FnOnce(&mut PayWithBillingKey)) -> Example {
    let time_to_pay = samples::now() + chrono::TimeDelta::days(1);
    example(Command::Schedule(Schedule { pay: key_payment(change), time_to_pay }))
}

fn key_payment(change: impl FnOnce(&mut PayWithBillingKey)) -> PayWithBillingKey {
    let Command::PayWithBillingKey(mut pay) = samples::pay_with_billing_key(Secrets::ONE) else { panic!() };
    complete(&mut pay.order);
    change(&mut pay);
    pay
}

fn cancel(change: impl FnOnce(&mut Cancel)) -> Example {
    let Command::Cancel(mut cancel) = samples::cancel(PayMethod::Card, None) else { panic!() };
    change(&mut cancel);
    example(Command::Cancel(cancel))
}

fn delivery(change: impl FnOnce(&mut Delivery)) -> Example {
    let Command::ConfirmDelivery(mut told) = samples::command("confirm_delivery") else { panic!() };
    change(&mut told.delivery);
    example(Command::ConfirmDelivery(told))
}

fn complete(order: &mut Order) {
    name(order, "Jack Son");
    order.bypass = Some(json!({ "paymentwall": { "browser_ip": "203.0.113.7" } }));
}

fn secure(order: &mut Order, step: serde_json::Value) {
    let mut fields = step;
    fields["browser_ip"] = json!("203.0.113.7");
    order.bypass = Some(json!({ "paymentwall": fields }));
}

fn name(order: &mut Order, full: &str) {
    order.customer.name = Some(CustomerName::Full(full.to_owned()));
}
