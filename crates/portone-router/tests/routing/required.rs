//! What a group requires of every request: rules SR-040 to SR-053.

use chrono::{DateTime, Utc};
use portone_core::{
    Card, CashReceiptRequest, CashReceiptType, Command, Customer, FixedAccount, OnViolation, OpenWindow,
    Order, PaymentId, ProductType, Report, Schedule, Severity, VirtualAccountExpiry, VirtualAccountOption,
    VirtualAccountOptionType, VirtualAccountRequest, WindowCard, WindowExpiry, WindowMethod, WindowMobile,
    WindowPayment, WindowSettings, WindowVirtualAccount,
};

use portone_router::ApiVersion;

use crate::fake::{
    Desk, KPN, KSNET, OPEN, SMARTRO, Scene, account, card, customer, issue, order, pay_by_card,
    pay_into_account, pay_with_key,
};

/// Every finding as `severity code field`.
fn findings(scene: &Scene, command: Command) -> Vec<String> {
    let desk = Desk::new(command);
    let report = scene.asking(&desk).check_required();
    listed(&report)
}

fn listed(report: &Report) -> Vec<String> {
    let severity = |severity| if severity == Severity::Reject { "reject" } else { "advise" };
    report
        .violations
        .iter()
        .map(|found| format!("{} {} {}", severity(found.severity), found.rule, found.field))
        .collect()
}

const NOTHING: [&str; 0] = [];

fn both() -> Scene {
    Scene::of(&[&SMARTRO, &KPN])
}

fn counted() -> Order {
    Order { product_count: Some(1), ..order() }
}

#[test]
fn the_guides_own_samples_lack_nothing() {
    assert_eq!(findings(&both(), pay_by_card(order(), card())), NOTHING);
    assert_eq!(findings(&both(), pay_into_account(counted(), account())), NOTHING);
    assert_eq!(findings(&both(), issue(card(), customer())), NOTHING);
    let scene = both().held_by(&["SMARTRO_V2", "KPN"]);
    assert_eq!(findings(&scene, pay_with_key(order())), NOTHING);
}

#[test]
fn sr_040_a_window_needs_the_order_and_the_buyer() {
    let blank = Order { order_name: " ".into(), customer: Customer::default(), ..order() };
    let expected = [
        "reject SR-040 orderName",
        "reject SR-040 customer.fullName",
        "reject SR-040 customer.phoneNumber",
        "reject SR-040 customer.email",
    ];
    assert_eq!(findings(&both(), window(blank, WindowMethod::Paypal)), expected);
    assert_eq!(findings(&both(), window(order(), WindowMethod::Card(WindowCard::default()))), NOTHING);
}

#[test]
fn sr_041_a_virtual_account_window_needs_its_deadline() {
    let by = |expiry| WindowVirtualAccount { expiry, ..WindowVirtualAccount::default() };
    let opened = |account| findings(&both(), window(order(), WindowMethod::VirtualAccount(account)));
    let expected = ["reject SR-041 virtualAccount.accountExpiry"];
    assert_eq!(opened(by(None)), expected);
    assert_eq!(opened(by(Some(WindowExpiry::default()))), expected);
    assert_eq!(opened(by(Some(WindowExpiry { valid_hours: Some(1), due_date: None }))), NOTHING);
}

#[test]
fn sr_042_a_carrier_billing_window_needs_the_product_type() {
    let mut command = window(order(), WindowMethod::Mobile(WindowMobile::default()));
    assert_eq!(findings(&both(), command.clone()), ["reject SR-042 productType"]);
    let Command::OpenWindow(OpenWindow::Payment(payment)) = &mut command else { unreachable!() };
    payment.settings.product_type = Some("DIGITAL".to_owned());
    assert_eq!(findings(&both(), command), NOTHING);
}

fn window(order: Order, method: WindowMethod) -> Command {
    Command::OpenWindow(OpenWindow::Payment(Box::new(WindowPayment {
        order,
        method,
        confirm_url: None,
        store_details: None,
        merpay_category_id: None,
        settings: WindowSettings::default(),
    })))
}

#[test]
fn sr_049_a_schedule_is_asked_what_its_payment_is() {
    let scene = both().held_by(&["SMARTRO_V2", "KPN"]);
    let Command::PayWithBillingKey(mut pay) = pay_with_key(order()) else { unreachable!() };
    pay.order.customer.email = None;
    let time_to_pay = DateTime::<Utc>::MAX_UTC;
    let found = findings(&scene, Command::Schedule(Schedule { pay, time_to_pay }));
    assert_eq!(found, ["reject SR-049 payment.customer.email"]);
}

#[test]
fn sr_044_a_card_without_birth_and_password_is_advised_against() {
    let bare = Card { birth_or_business_registration_number: None, password_two_digits: None, ..card() };
    let expected = [
        "advise SR-044 method.card.credential.birthOrBusinessRegistrationNumber",
        "advise SR-044 method.card.credential.passwordTwoDigits",
    ];
    assert_eq!(findings(&Scene::of(&[&KPN, &OPEN]), pay_by_card(order(), bare.clone())), expected);

    let mut known = Scene::of(&[&KPN, &OPEN]);
    known.channels[0].facts.keyin_requires_full_auth = Some(false);
    assert_eq!(findings(&known, pay_by_card(order(), bare.clone())), expected, "one contract is unknown");
    known.channels[1].facts.keyin_requires_full_auth = Some(false);
    assert_eq!(findings(&known, pay_by_card(order(), bare)), NOTHING);
}

#[test]
fn sr_044_order_name_buyers_name_and_card_are_mandatory() {
    let blank = Order { order_name: " ".into(), customer: Customer::default(), ..order() };
    let empty = Card { number: "".into(), expiry_year: "".into(), expiry_month: "".into(), ..card() };
    assert_eq!(
        findings(&both(), pay_by_card(blank, empty)),
        [
            "reject SR-044 orderName",
            "reject SR-044 customer.name",
            "reject SR-044 method.card.credential.number",
            "reject SR-044 method.card.credential.expiryYear",
            "reject SR-044 method.card.credential.expiryMonth",
        ]
    );
}

#[test]
fn sr_045_a_virtual_account_needs_the_union_of_what_pgs_need() {
    let bank_only = VirtualAccountRequest {
        expiry: VirtualAccountExpiry::default(),
        cash_receipt: None,
        remittee_name: None,
        ..account()
    };
    let nobody = Order { customer: Customer::default(), ..order() };
    assert_eq!(
        findings(&both(), pay_into_account(nobody, bank_only)),
        [
            "reject SR-045 customer.name",
            "reject SR-045 customer.phoneNumber",
            "reject SR-045 customer.email",
            "reject SR-045 method.virtualAccount.expiry.dueDate",
            "reject SR-045 method.virtualAccount.cashReceipt.type",
            "reject SR-045 method.virtualAccount.remitteeName",
            "reject SR-045 productCount",
        ]
    );
}

#[test]
fn sr_045_product_count_is_mandatory_exactly_when_smartro_can_be_drawn() {
    let request = || pay_into_account(order(), account());
    assert_eq!(findings(&both(), request()), ["reject SR-045 productCount"]);
    assert_eq!(findings(&both().inactive("SMARTRO_V2"), request()), NOTHING);
    let mut weightless = both();
    weightless.group.members[0].weight = 0;
    assert_eq!(findings(&weightless, request()), NOTHING);
}

#[test]
fn sr_045_a_receipt_needs_a_number_unless_there_is_none_to_issue() {
    let with = |kind| VirtualAccountRequest {
        cash_receipt: Some(CashReceiptRequest { kind, customer_identity_number: None }),
        ..account()
    };
    let field = "reject SR-045 method.virtualAccount.cashReceipt.customerIdentityNumber";
    for kind in [CashReceiptType::Personal, CashReceiptType::Corporate] {
        assert_eq!(findings(&both(), pay_into_account(counted(), with(kind))), [field]);
    }
    let none = with(CashReceiptType::NoReceipt);
    assert_eq!(findings(&both(), pay_into_account(counted(), none)), NOTHING);
}

#[test]
fn sr_046_a_fixed_account_is_advised_against() {
    let fixed = VirtualAccountRequest {
        option: VirtualAccountOption {
            kind: VirtualAccountOptionType::Fixed,
            fixed: Some(FixedAccount { pg_account_id: Some("1".into()), account_number: None }),
        },
        ..account()
    };
    assert_eq!(
        findings(&both(), pay_into_account(counted(), fixed)),
        ["advise SR-046 method.virtualAccount.option.type"]
    );
}

#[test]
fn sr_047_valid_hours_are_advised_against() {
    let hours = VirtualAccountRequest {
        expiry: VirtualAccountExpiry { valid_hours: Some(3), due_date: None },
        ..account()
    };
    assert_eq!(
        findings(&both(), pay_into_account(counted(), hours)),
        ["advise SR-047 method.virtualAccount.expiry.validHours"]
    );
}

#[test]
fn sr_049_an_issue_needs_the_buyer_and_the_whole_card() {
    let bare = Card { birth_or_business_registration_number: None, password_two_digits: None, ..card() };
    assert_eq!(
        findings(&both(), issue(bare, Customer::default())),
        [
            "reject SR-049 customer.name",
            "reject SR-049 customer.phoneNumber",
            "reject SR-049 customer.email",
            "reject SR-049 method.card.credential.birthOrBusinessRegistrationNumber",
            "reject SR-049 method.card.credential.passwordTwoDigits",
        ]
    );
    let mut weightless = Scene::of(&[&KPN]);
    weightless.group.members[0].weight = 0;
    let desk = Desk::new(issue(card(), Customer::default()));
    let refusal = weightless.asking(&desk).issue_plan().expect_err("the buyer is missing");
    assert_eq!(refusal.required.len(), 3);
}

#[test]
fn sr_049_a_payment_with_a_super_key_needs_the_buyer() {
    let nobody = Order { customer: Customer::default(), ..order() };
    let scene = both().held_by(&["KPN"]);
    assert_eq!(
        findings(&scene, pay_with_key(nobody)),
        [
            "reject SR-049 customer.id",
            "reject SR-049 customer.name",
            "reject SR-049 customer.phoneNumber",
            "reject SR-049 customer.email",
        ]
    );
}

#[test]
fn sr_050_product_type_matters_to_ksnet_only() {
    let digital = Order { product_type: Some(ProductType::Digital), ..order() };
    assert_eq!(findings(&both(), pay_by_card(digital.clone(), card())), NOTHING);
    assert_eq!(findings(&both(), pay_by_card(order(), card())), NOTHING);
    let with_ksnet = Scene::of(&[&KSNET, &KPN]);
    assert_eq!(findings(&with_ksnet, pay_by_card(order(), card())), ["advise SR-050 productType"]);
    assert_eq!(findings(&with_ksnet, pay_by_card(digital, card())), NOTHING);
}

#[test]
fn sr_051_product_count_is_read_by_smartros_virtual_accounts_only() {
    let ignored = ["advise SR-051 productCount"];
    assert_eq!(findings(&both(), pay_by_card(counted(), card())), ignored);
    assert_eq!(findings(&Scene::of(&[&KPN]), pay_into_account(counted(), account())), ignored);
    let scene = both().held_by(&["KPN"]);
    assert_eq!(findings(&scene, pay_with_key(counted())), ignored);
}

#[test]
fn sr_051_product_count_is_an_integer() {
    let mut json = serde_json::to_value(counted()).expect("an order");
    assert!(serde_json::from_value::<Order>(json.clone()).is_ok());
    json["product_count"] = "1".into();
    assert!(serde_json::from_value::<Order>(json).is_err());
}

fn with_id(payment_id: &str) -> Command {
    let payment_id = PaymentId::parse(payment_id).expect("an id");
    pay_into_account(Order { payment_id, ..counted() }, account())
}

const UUID_ID: &str = "payment-3f2504e0-4f89-41d3-9a0c-0305e82c3301";

#[test]
fn sr_053_the_payment_id_suits_every_member() {
    let refused = ["reject SR-053 paymentId"];
    assert_eq!(findings(&Scene::of(&[&SMARTRO]), with_id(UUID_ID)), refused);
    assert_eq!(findings(&both(), with_id(UUID_ID)), refused);
    let mixed = Scene::of(&[&SMARTRO, &OPEN]);
    assert_eq!(findings(&mixed.clone().on_violation(OnViolation::Fail), with_id(UUID_ID)), refused);
    assert_eq!(findings(&mixed, with_id(UUID_ID)), ["advise SR-053 paymentId"], "Smartro is passed over");
    assert_eq!(findings(&mixed.inactive("SMARTRO_V2"), with_id(UUID_ID)), ["advise SR-051 productCount"]);
}

#[test]
fn sr_053_forty_letters_are_taken_and_one_more_is_not() {
    let smartro = Scene::of(&[&SMARTRO]);
    assert_eq!(findings(&smartro, with_id(&"a".repeat(40))), NOTHING);
    assert_eq!(findings(&smartro, with_id(&"a".repeat(41))), ["reject SR-053 paymentId"]);
}

#[test]
fn sr_053_a_schedule_asks_only_the_channels_its_payment_can_reach() {
    let order = Order { payment_id: PaymentId::parse(UUID_ID).expect("an id"), ..order() };
    let Command::PayWithBillingKey(pay) = pay_with_key(order) else { unreachable!() };
    let schedule = || Command::Schedule(Schedule { pay: pay.clone(), time_to_pay: DateTime::<Utc>::MAX_UTC });
    let mut scene = Scene::of(&[&SMARTRO, &OPEN]).held_by(&["SMARTRO_V2", "OPEN"]);
    scene.group.members[0].weight = 0;
    assert_eq!(findings(&scene, schedule()), NOTHING, "a weighted holder comes first");
    let last_resort = scene.inactive("OPEN");
    assert_eq!(findings(&last_resort, schedule()), ["reject SR-053 paymentId"]);
}

#[test]
fn sr_053_a_payment_with_a_super_key_asks_only_the_channels_it_can_reach() {
    let by_key = || pay_with_key(Order { payment_id: PaymentId::parse(UUID_ID).expect("an id"), ..order() });
    let scene = Scene::of(&[&SMARTRO, &OPEN]);
    assert_eq!(findings(&scene.clone().held_by(&["OPEN"]), by_key()), NOTHING, "Smartro holds no key");

    let mut weightless = scene.held_by(&["SMARTRO_V2", "OPEN"]);
    weightless.group.members[0].weight = 0;
    assert_eq!(findings(&weightless, by_key()), NOTHING, "a weighted holder comes first");
    let last_resort = weightless.inactive("OPEN");
    assert_eq!(findings(&last_resort, by_key()), ["reject SR-053 paymentId"]);
}

/// Every finding of a request that came through V1.
fn v1_findings(scene: &Scene, command: Command) -> Vec<String> {
    let desk = Desk::new(command);
    listed(&scene.asking(&desk).through(ApiVersion::V1).check_required())
}

#[test]
fn sr_048_a_v1_key_in_needs_the_card_and_no_buyer() {
    let bare = Order { order_name: String::new(), customer: Customer::default(), ..order() };
    assert_eq!(v1_findings(&both(), pay_by_card(bare.clone(), card())), NOTHING);
    let parts = Card { number: "".into(), birth_or_business_registration_number: None, ..card() };
    let expected = [
        "reject SR-048 method.card.credential.number",
        "advise SR-048 method.card.credential.birthOrBusinessRegistrationNumber",
    ];
    assert_eq!(v1_findings(&both(), pay_by_card(bare, parts)), expected);
}

#[test]
fn sr_052_a_v1_super_key_needs_the_card_and_its_payments_a_name() {
    let bare = Card { birth_or_business_registration_number: None, password_two_digits: None, ..card() };
    assert_eq!(v1_findings(&both(), issue(bare, Customer::default())), NOTHING);
    let expired = Card { expiry_year: " ".into(), ..card() };
    let expected = ["reject SR-052 method.card.credential.expiryYear"];
    assert_eq!(v1_findings(&both(), issue(expired, Customer::default())), expected);
    let scene = both().held_by(&["KPN"]);
    let nobody = Order { customer: Customer::default(), ..order() };
    assert_eq!(v1_findings(&scene, pay_with_key(nobody.clone())), NOTHING);
    let nameless = Order { order_name: String::new(), ..nobody };
    assert_eq!(v1_findings(&scene, pay_with_key(nameless)), ["reject SR-052 orderName"]);
}

#[test]
fn sr_043_a_v1_window_needs_no_name_of_the_buyer() {
    let nameless = Customer { name: None, ..customer() };
    let blank = Order { customer: nameless, ..order() };
    let advice = ["advise SR-043 amount.taxFree", "advise SR-043 amount.vat"];
    let by_card = WindowMethod::Card(WindowCard::default());
    assert_eq!(v1_findings(&both(), window(blank, by_card)), advice);
    let nobody = Order { customer: Customer::default(), ..order() };
    let account = WindowMethod::VirtualAccount(WindowVirtualAccount::default());
    let expected = [
        "reject SR-043 customer.phoneNumber",
        "reject SR-043 customer.email",
        "reject SR-043 virtualAccount.accountExpiry",
    ];
    assert_eq!(v1_findings(&both(), window(nobody.clone(), account))[..3], expected);
    let mobile = window(nobody, WindowMethod::Mobile(WindowMobile::default()));
    assert!(v1_findings(&both(), mobile).contains(&"reject SR-043 productType".to_owned()));
}
