//! The rules of all V1 PGs: each fires on its bad example and is silent on its good one.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use pg_iamport_v1::{FACTORY, PROFILE, capability};
use portone_core::{
    Address, Bank, Cancel, CardPayment, CashReceiptRequest, CashReceiptType, ChannelKey, Command, Currency,
    Customer, CustomerName, DeleteBillingKey, InstantMethod, IssueBillingKey, Order, PayMethod,
    PayWithBillingKey, PaymentId, PgBillingKey, PgMerchantId, PgProvider, ProductType, Report, Schedule,
    Severity, VirtualAccountExpiry, VirtualAccountRequest, admit,
};
use portone_testkit::{
    rules::{self, Case, Example, contracted},
    samples::{self, Secrets},
};

use Severity::{Advise, Reject};

const NUMBER: &str = "method.card.credential.number";
const YEAR: &str = "method.card.credential.expiryYear";
const MONTH: &str = "method.card.credential.expiryMonth";
const BIRTH: &str = "method.card.credential.birthOrBusinessRegistrationNumber";
const PASSWORD: &str = "method.card.credential.passwordTwoDigits";

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("IAMPORT-001", Reject, "channelKey", || mid("MID 1", card(|_, _| {})), || mid("MID1", card(|_, _| {}))),
    ("IAMPORT-001", Reject, "channelKey", || pg("nice-v2", issue(|_| {})), || pg("nice_v2.MID1", issue(|_| {}))),
    ("IAMPORT-001", Reject, "channelKey", || mid(&"m".repeat(73), card(|_, _| {})), || mid(&"m".repeat(72), card(|_, _| {}))),
    ("IAMPORT-005", Reject, "channelKey", || key(56, issue(|_| {})), || key(55, issue(|_| {}))),
    ("IAMPORT-010", Reject, "paymentId", || card(|order, _| id(order, &"a".repeat(41))), || card(|order, _| id(order, "ORD20180131-0000011"))),
    ("IAMPORT-010", Reject, "paymentId", || again(|pay| id(&mut pay.order, &"주".repeat(41))), || again(|pay| id(&mut pay.order, &"주".repeat(40)))),
    ("IAMPORT-013", Reject, "orderName", || card(|order, _| order.order_name = "n".repeat(41)), || card(|order, _| order.order_name = "n".repeat(40))),
    ("IAMPORT-013", Reject, "orderName", || again(|pay| pay.order.order_name = String::from(" ")), || again(|pay| pay.order.order_name = String::from("Norway swivel chair"))),
    ("IAMPORT-014", Reject, "customer.name", || card(|order, _| name(&mut order.customer, "Maximilian Featherstonehaugh")), || card(|order, _| name(&mut order.customer, "Michael Jackson"))),
    ("IAMPORT-014", Reject, "customer.name", || again(|pay| name(&mut pay.order.customer, &"김".repeat(17))), || again(|pay| name(&mut pay.order.customer, &"김".repeat(16)))),
    ("IAMPORT-015", Reject, "customer.email", || again(|pay| pay.order.customer.email = Some("e".repeat(65))), || again(|pay| pay.order.customer.email = Some("e".repeat(64)))),
    ("IAMPORT-016", Reject, "customer.phoneNumber", || card(|order, _| phone(&mut order.customer, "010-4242-4242-0000")), || card(|order, _| phone(&mut order.customer, "010-4242-4242"))),
    ("IAMPORT-017", Reject, "customer.address", || card(|order, _| address(&mut order.customer, 127)), || card(|order, _| address(&mut order.customer, 126))),
    ("IAMPORT-018", Reject, "customer.zipcode", || card(|order, _| zip(&mut order.customer, "123-456-78")), || card(|order, _| zip(&mut order.customer, "01181"))),
    ("IAMPORT-018", Reject, "customer.zipcode", || issue(|issue| zip(&mut issue.customer, "123-456-78")), || issue(|issue| zip(&mut issue.customer, "12345678"))),
    ("IAMPORT-019", Reject, "customer.name", || issue(|issue| name(&mut issue.customer, &"n".repeat(21))), || issue(|issue| name(&mut issue.customer, &"n".repeat(20)))),
    ("IAMPORT-019", Reject, "customer.phoneNumber", || issue(|issue| phone(&mut issue.customer, &"0".repeat(21))), || issue(|issue| phone(&mut issue.customer, &"0".repeat(20)))),
    ("IAMPORT-019", Reject, "customer.email", || issue(|issue| issue.customer.email = Some("e".repeat(201))), || issue(|issue| issue.customer.email = Some("e".repeat(200)))),
    ("IAMPORT-019", Reject, "customer.address", || issue(|issue| address(&mut issue.customer, 199)), || issue(|issue| address(&mut issue.customer, 198))),
    ("IAMPORT-020", Reject, NUMBER, || card(|_, card| card.card.number = "1234-1234-1234-1234".into()), || card(|_, card| card.card.number = "1234123412341234".into())),
    ("IAMPORT-020", Reject, NUMBER, || issue(|issue| issue.card.number = "371234567890123".into()), || issue(|_| {})),
    ("IAMPORT-021", Reject, YEAR, || card(|_, card| card.card.expiry_year = "2026".into()), || card(|_, card| card.card.expiry_year = "26".into())),
    ("IAMPORT-021", Reject, MONTH, || issue(|issue| issue.card.expiry_month = "13".into()), || issue(|issue| issue.card.expiry_month = "12".into())),
    ("IAMPORT-022", Reject, BIRTH, || card(|_, card| birth(&mut card.card, "1990-01-01")), || card(|_, card| birth(&mut card.card, "900101"))),
    ("IAMPORT-022", Reject, BIRTH, || issue(|issue| birth(&mut issue.card, "901301")), || issue(|issue| birth(&mut issue.card, "1234567890"))),
    ("IAMPORT-022", Reject, BIRTH, || card(|_, card| birth(&mut card.card, "900132")), || card(|_, card| birth(&mut card.card, "000000"))),
    ("IAMPORT-025", Reject, PASSWORD, || card(|_, card| card.card.password_two_digits = Some("0000".into())), || card(|_, card| card.card.password_two_digits = Some("00".into()))),
    ("IAMPORT-026", Reject, BIRTH, || contracted(&[], card(|_, card| card.card.birth_or_business_registration_number = None)), || contracted(&[capability::CARD_WITHOUT_BIRTH], card(|_, card| card.card.birth_or_business_registration_number = None))),
    ("IAMPORT-026", Advise, PASSWORD, || issue(|issue| issue.card.password_two_digits = None), || contracted(&[capability::CARD_WITHOUT_PWD_2DIGIT], issue(|issue| issue.card.password_two_digits = None))),
    ("IAMPORT-027", Advise, "method.card.credential.cvc", || card(|_, card| card.card.cvc = Some("123".into())), || card(|_, _| {})),
    ("IAMPORT-029", Reject, "method", || contracted(&[], card(|_, _| {})), || contracted(&[capability::API_KEYIN], card(|_, _| {}))),
    ("IAMPORT-029", Advise, "method", || issue(|_| {}), || contracted(&[capability::API_BILLING], issue(|_| {}))),
    ("IAMPORT-030", Reject, "billingKey", || again(|pay| pay.pg_billing_key = uid(&"u".repeat(81))), || again(|pay| pay.pg_billing_key = uid("gildong_0001_1234"))),
    ("IAMPORT-030", Reject, "billingKey", || delete("a/b"), || delete(&"u".repeat(80))),
    ("IAMPORT-032", Advise, "bypass.customer_uid", || issue(|issue| issue.bypass = Some(serde_json::json!({ "customer_uid": "u1" }))), || issue(|_| {})),
    ("IAMPORT-036", Reject, "customer.id", || pg("tosspayments", issue(|issue| issue.customer.id = None)), || pg("tosspayments", issue(|issue| issue.customer.id = Some("cust_01".to_owned())))),
    ("IAMPORT-036", Reject, "customer.id", || pg("TOSSPAYMENTS", issue(|issue| issue.customer.id = None)), || issue(|issue| issue.customer.id = None)),
    ("IAMPORT-042", Reject, "timeToPay", || schedule(0), || schedule(1)),
    ("IAMPORT-052", Reject, "amount.taxFree", || card(|order, _| order.amount.tax_free = Some(1300)), || card(|order, _| order.amount.tax_free = Some(1100))),
    ("IAMPORT-052", Reject, "amount.taxFree", || again(|pay| pay.order.amount.tax_free = Some(-1)), || again(|pay| pay.order.amount.tax_free = Some(300))),
    ("IAMPORT-053", Advise, "amount.vat", || pg("smartro_v2", card(|order, _| order.amount.vat = Some(0))), || pg("nice_v2", card(|order, _| order.amount.vat = Some(0)))),
    ("IAMPORT-053", Advise, "amount.vat", || pg("tosspay_v2", card(|order, _| order.amount.vat = Some(0))), || pg("tosspay_v2", again(|pay| pay.order.amount.vat = Some(0)))),
    ("IAMPORT-055", Reject, "currency", || pg("kcp", card(|order, _| order.amount.currency = Currency::USD)), || pg("paypal_v2", card(|order, _| order.amount.currency = Currency::USD))),
    ("IAMPORT-056", Reject, "method.card.installmentMonth", || card(|order, card| quota(order, card, 1)), || card(|order, card| quota(order, card, 3))),
    ("IAMPORT-056", Reject, "installmentMonth", || again(|pay| pay.installment_month = Some(-2)), || again(|pay| pay.installment_month = Some(0))),
    ("IAMPORT-057", Reject, "method.card.installmentMonth", || card(|order, card| { quota(order, card, 3); order.amount.total = 49_999; }), || card(|order, card| quota(order, card, 3))),
    ("IAMPORT-057", Reject, "installmentMonth", || again(|pay| pay.installment_month = Some(2)), || again(|pay| { pay.installment_month = Some(2); pay.order.amount.total = 50_000; })),
    ("IAMPORT-058", Advise, "method.card.useFreeInterestFromMerchant", || pg("smartro_v2", card(|_, card| card.use_free_interest_from_merchant = Some(true))), || pg("nice_v2", card(|_, card| card.use_free_interest_from_merchant = Some(true)))),
    ("IAMPORT-058", Advise, "useFreeInterestFromMerchant", || pg("kcp", again(|pay| pay.use_free_interest_from_merchant = Some(true))), || pg("ksnet", again(|pay| { pay.use_free_interest_from_merchant = Some(true); pay.order.product_type = Some(ProductType::Digital); }))),
    ("IAMPORT-059", Advise, "useCardPoint", || pg("kcp", again(|pay| pay.use_card_point = Some(true))), || pg("smartro_v2", again(|pay| pay.use_card_point = Some(true)))),
    ("IAMPORT-059", Advise, "method.card.useCardPoint", || pg("smartro_v2", card(|_, card| card.use_card_point = Some(true))), || pg("nice", card(|_, card| card.use_card_point = Some(true)))),
    ("IAMPORT-060", Reject, "productType", || pg("ksnet", card(|_, _| {})), || pg("ksnet", card(|order, _| order.product_type = Some(ProductType::Physical)))),
    ("IAMPORT-061", Reject, "productCount", || again(|pay| pay.order.product_count = Some(0)), || again(|pay| pay.order.product_count = Some(1))),
    ("IAMPORT-062", Advise, "cashReceipt", || again(|pay| pay.cash_receipt = receipt()), || pg("tosspay_v2", again(|pay| pay.cash_receipt = receipt()))),
    ("IAMPORT-063", Reject, "bypass", || card(|order, _| order.bypass = Some("k=v".into())), || card(|order, _| order.bypass = Some(serde_json::json!({ "k": "v" })))),
    ("IAMPORT-067", Reject, "promotionId", || card(|order, _| order.promotion_id = Some("promo-1234".to_owned())), || card(|order, _| order.promotion_id = Some("promotion-id-1234".to_owned()))),
    ("IAMPORT-067", Reject, "promotionId", || again(|pay| pay.order.promotion_id = Some("promotion-id-".to_owned())), || again(|_| {})),
    ("IAMPORT-091", Reject, "amount", || cancel(|cancel| cancel.amount.minor = 0), || cancel(|cancel| cancel.amount.minor = 1000)),
    ("IAMPORT-093", Reject, "refundAccount", || refund(|cancel| cancel.refund_account = None), || refund(|_| {})),
    ("IAMPORT-093", Reject, "refundAccount.bank", || refund(|cancel| cancel.refund_account.as_mut().unwrap().bank = Bank::Hsbc), || refund(|cancel| cancel.refund_account.as_mut().unwrap().bank = Bank::Kookmin)),
    ("IAMPORT-093", Reject, "refundAccount.holderPhoneNumber", || pg("smartro_v2", refund(no_phone)), || pg("nice_v2", refund(no_phone))),
    ("IAMPORT-093", Reject, "refundAccount", || pg("smartro_v2", cancel(|cancel| cancel.method = PayMethod::Transfer)), || pg("kcp", cancel(|cancel| cancel.method = PayMethod::Transfer))),
    ("IAMPORT-093", Reject, "refundAccount", || pg("kcp", mobile(30)), || pg("kcp", mobile(0))),
    ("IAMPORT-094", Advise, "taxFreeAmount", || cancel(partial), || cancel(|cancel| { partial(cancel); cancel.tax_free = Some(300); })),
    ("IAMPORT-095", Reject, "vatAmount", || cancel(|cancel| cancel.ordered_vat = Some(100)), || cancel(|cancel| (cancel.ordered_vat, cancel.vat) = (Some(100), Some(100)))),
    ("IAMPORT-095", Reject, "vatAmount", || cancel(|cancel| cancel.ordered_vat = Some(100)), || pg("kcp", cancel(|cancel| cancel.ordered_vat = Some(100)))),
    ("IAMPORT-096", Reject, "paymentId", || mobile(30), || mobile(0)),
    ("IAMPORT-096", Reject, "amount", || cancel(|cancel| { cancel.method = PayMethod::Mobile; cancel.amount.minor = 100; }), || pg("html5_inicis", cancel(|cancel| { cancel.method = PayMethod::Mobile; cancel.amount.minor = 100; }))),
];

#[test]
fn each_rule_fires_on_its_bad_example_only() {
    rules::each_fires_on_its_bad_example_only(&FACTORY, CASES);
}

/// Rules of windows, of V1's spelling and of the other protocol: each is shown on whole requests, as a shop sends them, in
/// portone-gateway's tests/pg_rules.rs.
const ON_WHOLE_REQUESTS: &[&str] = &[
    "IAMPORT-002",
    "IAMPORT-003",
    "IAMPORT-004",
    "IAMPORT-011",
    "IAMPORT-012",
    "IAMPORT-023",
    "IAMPORT-037",
    "IAMPORT-038",
    "IAMPORT-039",
    "IAMPORT-040",
    "IAMPORT-043",
    "IAMPORT-044",
    "IAMPORT-047",
    "IAMPORT-050",
    "IAMPORT-054",
    "IAMPORT-070",
    "IAMPORT-071",
    "IAMPORT-072",
    "IAMPORT-073",
    "IAMPORT-074",
    "IAMPORT-075",
    "IAMPORT-076",
    "IAMPORT-077",
    "IAMPORT-078",
    "IAMPORT-079",
    "IAMPORT-080",
    "IAMPORT-081",
    "IAMPORT-082",
    "IAMPORT-083",
    "IAMPORT-084",
    "IAMPORT-085",
    "IAMPORT-090",
    "IAMPORT-092",
    "IAMPORT-097",
    "IAMPORT-098",
];

#[test]
fn each_rule_of_the_profile_has_a_case() {
    let tested: BTreeSet<&str> =
        CASES.iter().map(|case| case.0).chain(ON_WHOLE_REQUESTS.iter().copied()).collect();
    assert_eq!(tested, PROFILE.rules.iter().map(|rule| rule.code).collect());
}

#[test]
fn the_samples_break_no_rule_under_a_full_contract() {
    let capabilities = [capability::API_KEYIN, capability::API_BILLING];
    for sample in samples::commands(&PROFILE) {
        let report = report(&contracted(&capabilities, example(sample.command)));
        let told: Vec<&str> = report.violations.iter().map(|violation| violation.rule).collect();
        let advice: &[&str] = if sample.name == "pay_virtual_account" { &["IAMPORT-062"] } else { &[] };
        assert_eq!(told, advice, "{}: {report}", sample.name);
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let (channel, command) = mid(
        "MID 1",
        card(|order, card| {
            id(order, &"a".repeat(41));
            order.order_name = "n".repeat(41);
            order.amount.currency = Currency::USD;
            order.bypass = Some("x".into());
            card.card.number = "371234567890123".into();
            card.card.expiry_month = "13".into();
            card.installment_month = Some(1);
        }),
    );
    let adapter = (FACTORY.build)(&channel, &samples::v1_upstream()).unwrap();
    let report = admit(&*adapter, &command, &samples::context()).unwrap_err();
    insta::assert_snapshot!(report, @"
    IAMPORT-001 channelKey: names a channel whose `pg` would be `nice_v2.MID 1`; set its provider to a PG code such as `nice_v2`, and its merchant id without blanks, 80 characters in all
    IAMPORT-029 method: asks for key-in payment, which needs a contract; declare `api_keyin` in the channel's contracts once it is signed
    IAMPORT-010 paymentId: has 41 characters; use at most 40
    IAMPORT-013 orderName: has 41 characters; use at most 40
    IAMPORT-055 currency: `USD` is not looked at by `nice_v2`, which takes won; use KRW
    IAMPORT-063 bypass: is no object; send a JSON object
    IAMPORT-020 method.card.credential.number: is not 16 digits; V1 takes no other card numbers, those of American Express (15) neither
    IAMPORT-021 method.card.credential.expiryMonth: is not `01` to `12`; send two digits
    IAMPORT-056 method.card.installmentMonth: 1 is no number of instalments; give 0 for a lump sum, or 2 or more
    ");
}

#[test]
fn what_v1_has_not_got_is_refused() {
    for name in ["confirm_escrow", "capture"] {
        let report = report(&example(samples::command(name)));
        assert_eq!(report.rejections().map(|violation| violation.rule).collect::<Vec<_>>(), ["IAMPORT-CAP"]);
    }
}

#[test]
fn an_account_without_a_window_has_a_bank_an_end_and_no_escrow() {
    type Spoil = fn(&mut Order, &mut VirtualAccountRequest);
    let told = |change: Spoil| {
        let Command::PayInstantly(mut pay) = samples::command("pay_virtual_account") else { panic!() };
        let InstantMethod::VirtualAccount(account) = &mut pay.method else { panic!() };
        change(&mut pay.order, account);
        let report = report(&example(Command::PayInstantly(pay)));
        let found = report.violations.iter().map(|found| (found.rule, found.severity, found.field.clone()));
        found.collect::<Vec<_>>()
    };
    let receipt = ("IAMPORT-062", Advise, "method.virtualAccount.cashReceipt".to_owned());
    assert_eq!(told(|_, _| {}), [receipt]);
    let cases: [(&str, &str, Spoil); 3] = [
        ("IAMPORT-073", "method.virtualAccount.expiry", |_, account| {
            account.expiry = VirtualAccountExpiry::default();
        }),
        ("IAMPORT-074", "method.virtualAccount.bank", |_, account| account.bank = Bank::Hsbc),
        ("IAMPORT-081", "isEscrow", |order, _| order.is_escrow = Some(true)),
    ];
    for (rule, field, change) in cases {
        assert!(told(change).contains(&(rule, Reject, field.to_owned())), "{rule}");
    }
}

#[test]
fn any_pg_string_is_taken_and_nothing_else() {
    let takes = |provider: &str| pg_iamport_v1::takes(&PgProvider::parse(provider).unwrap());
    assert!(["nice_v2", "nice_v2.MID1", "html5_inicis", "NICE_V2", "KCP"].into_iter().all(takes));
    assert!(!["nice v2", "Nice", "nice-v2", ".MID1"].into_iter().any(takes));
}

fn report(example: &Example) -> Report {
    rules::report(&FACTORY, example)
}

fn example(command: Command) -> Example {
    let mut channel = samples::channel(&PROFILE);
    channel.provider = PgProvider::parse("nice_v2").unwrap();
    (channel, command)
}

fn pg(provider: &str, (mut channel, command): Example) -> Example {
    channel.provider = PgProvider::parse(provider).unwrap();
    (channel, command)
}

fn mid(id: &str, (mut channel, command): Example) -> Example {
    channel.pg_merchant_id = PgMerchantId::parse(id).unwrap();
    (channel, command)
}

fn key(length: usize, (mut channel, command): Example) -> Example {
    channel.upstream_channel_key = Some(ChannelKey::parse(&"k".repeat(length)).unwrap());
    (channel, command)
}

fn card(change: impl FnOnce(&mut Order, &mut CardPayment)) -> Example {
    let Command::PayInstantly(mut pay) = samples::pay_card(Secrets::ONE) else { panic!() };
    let InstantMethod::Card(card) = &mut pay.method else { panic!() };
    change(&mut pay.order, card);
    example(Command::PayInstantly(pay))
}

fn again(change: impl FnOnce(&mut PayWithBillingKey)) -> Example {
    let Command::PayWithBillingKey(mut pay) = samples::pay_with_billing_key(Secrets::ONE) else { panic!() };
    change(&mut pay);
    example(Command::PayWithBillingKey(pay))
}

/// A schedule in so many seconds.
fn schedule(seconds: i64) -> Example {
    let Command::PayWithBillingKey(pay) = samples::pay_with_billing_key(Secrets::ONE) else { panic!() };
    let time_to_pay = samples::now() + TimeDelta::seconds(seconds);
    example(Command::Schedule(Schedule { pay, time_to_pay }))
}

fn issue(change: impl FnOnce(&mut IssueBillingKey)) -> Example {
    let Command::IssueBillingKey(mut issue) = samples::issue_billing_key(Secrets::ONE) else { panic!() };
    change(&mut issue);
    example(Command::IssueBillingKey(issue))
}

fn delete(customer_uid: &str) -> Example {
    example(Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key: uid(customer_uid) }))
}

fn cancel(change: impl FnOnce(&mut Cancel)) -> Example {
    changed(samples::cancel(PayMethod::Card, None), change)
}

fn refund(change: impl FnOnce(&mut Cancel)) -> Example {
    let account = Some(samples::refund_account(Secrets::ONE));
    changed(samples::cancel(PayMethod::VirtualAccount, account), change)
}

/// A mobile payment of so many days ago.
fn mobile(days: i64) -> Example {
    changed(samples::cancel(PayMethod::Mobile, None), |cancel| {
        cancel.paid_at = samples::now() - TimeDelta::days(days);
    })
}

fn changed(command: Command, change: impl FnOnce(&mut Cancel)) -> Example {
    let Command::Cancel(mut cancel) = command else { panic!() };
    change(&mut cancel);
    example(Command::Cancel(cancel))
}

fn partial(cancel: &mut Cancel) {
    cancel.amount.minor = 500;
    cancel.cancellable_tax_free = 300;
}

fn no_phone(cancel: &mut Cancel) {
    cancel.refund_account.as_mut().unwrap().holder_phone_number = None;
}

fn id(order: &mut Order, id: &str) {
    order.payment_id = PaymentId::parse(id).unwrap();
}

fn uid(text: &str) -> PgBillingKey {
    PgBillingKey::parse(text).unwrap()
}

fn name(customer: &mut Customer, full: &str) {
    customer.name = Some(CustomerName::Full(full.to_owned()));
}

fn phone(customer: &mut Customer, number: &str) {
    customer.phone_number = Some(number.to_owned());
}

fn zip(customer: &mut Customer, code: &str) {
    customer.zipcode = Some(code.to_owned());
}

/// An address of two lines, the first so long; the second and a blank make it two longer.
fn address(customer: &mut Customer, length: usize) {
    customer.address = Some(Address {
        address_line1: "a".repeat(length),
        address_line2: "b".to_owned(),
        city: None,
        province: None,
        country: None,
    });
}

fn birth(card: &mut portone_core::Card, text: &str) {
    card.birth_or_business_registration_number = Some(text.into());
}

fn quota(order: &mut Order, card: &mut CardPayment, months: i32) {
    order.amount.total = 50_000;
    card.installment_month = Some(months);
}

#[allow(clippy::unnecessary_wraps)] // as the field wants it
fn receipt() -> Option<CashReceiptRequest> {
    Some(CashReceiptRequest {
        kind: CashReceiptType::Personal,
        customer_identity_number: Some("01012345678".into()),
    })
}
