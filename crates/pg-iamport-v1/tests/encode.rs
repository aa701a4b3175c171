//! What is sent upstream, secrets shown as `[secret]`: every command by every method in a file of `snapshots/`, and below what
//! the samples leave out. Each is held against the published contract.

use pg_iamport_v1::FACTORY;
use portone_core::{
    Address, Attempt, AttemptId, CallContext, ChannelKey, Command, Currency, Inquire, InstantMethod,
    PaymentId, PgProvider, Progress, admit,
};
use portone_testkit::{
    samples::{self, Secrets},
    shapes,
};

portone_testkit::shapes!(FACTORY);

fn encoded(command: &Command) -> String {
    encoded_at("nice_v2", None, command)
}

fn encoded_at(provider: &str, channel_key: Option<&str>, command: &Command) -> String {
    let mut channel = samples::channel(FACTORY.profile);
    channel.provider = PgProvider::parse(provider).unwrap();
    channel.upstream_channel_key = channel_key.map(|key| ChannelKey::parse(key).unwrap());
    shapes::rendered_by(&(FACTORY.build)(&channel, &samples::v1_upstream()).unwrap(), command)
}

#[test]
fn pay_card_with_everything() {
    let Command::PayInstantly(mut pay) = samples::pay_card(Secrets::ONE) else { panic!() };
    let InstantMethod::Card(card) = &mut pay.method else { panic!() };
    card.installment_month = Some(3);
    card.use_free_interest_from_merchant = Some(true);
    card.use_card_point = Some(true);
    pay.order.amount.total = 55_000;
    pay.order.amount.tax_free = Some(0);
    pay.order.amount.vat = Some(0);
    pay.order.product_type = Some(portone_core::ProductType::Physical);
    pay.order.promotion_id = Some("promotion-id-1234".to_owned());
    pay.order.bypass = Some(serde_json::json!({ "k": "v" }));
    pay.order.customer.zipcode = Some("06018".to_owned());
    pay.order.customer.address = Some(Address {
        address_line1: "테헤란로 1".to_owned(),
        address_line2: "2층".to_owned(),
        city: Some("강남구".to_owned()),
        province: Some("서울".to_owned()),
        country: None,
    });
    insta::assert_snapshot!(encoded(&Command::PayInstantly(pay)), @r#"
    POST https://upstream.example/subscribe/payments/onetime
    authorization: Bearer [secret]

    {
      "amount": 55000,
      "birth": "[secret]",
      "buyer_addr": "서울 강남구 테헤란로 1 2층",
      "buyer_email": "hong@example.com",
      "buyer_name": "홍길동",
      "buyer_postcode": "06018",
      "buyer_tel": "010-1234-5678",
      "bypass": "{\"k\":\"v\"}",
      "card_number": "[secret]",
      "card_quota": 3,
      "currency": "KRW",
      "custom_data": "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11",
      "expiry": "[secret]",
      "interest_free_by_merchant": true,
      "merchant_uid": "payment0001A",
      "name": "스위블 체어",
      "notice_url": "https://gateway.example/notifications/channel-key-sample",
      "pg": "nice_v2.mid-sample",
      "product_type": "real",
      "promotion_id": "promotion-id-1234",
      "pwd_2digit": "[secret]",
      "tax_free": 0,
      "use_card_point": true,
      "vat_amount": 0
    }
    "#);
}

#[test]
fn issue_billing_key_at_a_channel_with_a_key() {
    let request =
        encoded_at("nice_v2.MID1", Some("channel-key-upstream"), &samples::command("issue_billing_key"));
    assert!(
        request.contains("\"channel_key\": \"channel-key-upstream\"")
            && request.contains("\"pg\": \"nice_v2.MID1\"")
    );
}

#[test]
fn a_merchant_uid_is_one_segment_of_the_path() {
    let Command::Inquire(Inquire { of }) = samples::command("inquire_pay") else { panic!() };
    let portone_core::AttemptSubject::Pay { amount, .. } = of.subject else { panic!() };
    let payment_id = PaymentId::parse("주문/1").unwrap();
    let of = Attempt { subject: portone_core::AttemptSubject::Pay { payment_id, amount }, ..of };
    let request = encoded(&Command::Inquire(Inquire { of }));
    assert!(request.contains("/payments/findAll/%EC%A3%BC%EB%AC%B8%2F1?"), "{request}");
}

/// V1 amounts are decimal major units: 10.50 dollars here are 1050 cents.
#[test]
fn iamport_050_dollars_are_written_as_a_decimal_number() {
    let Command::PayWithBillingKey(mut pay) = samples::pay_with_billing_key(Secrets::ONE) else { panic!() };
    pay.order.amount.currency = Currency::USD;
    pay.order.amount.total = 1050;
    pay.order.amount.tax_free = Some(5);
    let request = encoded_at("paypal_v2", None, &Command::PayWithBillingKey(pay));
    assert!(request.contains("\"amount\": 10.5,") && request.contains("\"tax_free\": 0.05\n"), "{request}");
}

#[test]
fn iamport_020_the_number_goes_in_groups_of_four_and_iamport_021_the_expiry_with_its_century() {
    let adapter = samples::adapter(&FACTORY);
    let (command, ctx) = (samples::command("pay_card"), samples::context());
    let admitted = admit(&*adapter, &command, &ctx).unwrap();
    let Progress::Send { request, .. } = adapter.encode(&admitted, &ctx).unwrap() else { panic!() };
    let body: serde_json::Value = serde_json::from_slice(request.body.unwrap().bytes()).unwrap();
    assert_eq!(body["card_number"], "4242-4242-4242-4242");
    assert_eq!(body["expiry"], "2029-12");
    assert_eq!((&body["birth"], &body["pwd_2digit"]), (&"900101".into(), &"37".into()));
}

/// Rules IAMPORT-031 and IAMPORT-035: a uid of its own for each key, and a key-in stores none.
#[test]
fn iamport_031_each_issue_has_a_customer_uid_of_its_own_and_iamport_035_a_key_in_has_none() {
    let adapter = samples::adapter(&FACTORY);
    let command = samples::command("issue_billing_key");
    let url = |attempt: &str| {
        let ctx = CallContext { attempt: AttemptId::parse(attempt).unwrap(), ..samples::context() };
        let admitted = admit(&*adapter, &command, &ctx).unwrap();
        let Progress::Send { request, .. } = adapter.encode(&admitted, &ctx).unwrap() else { panic!() };
        request.url
    };
    assert!(url("attempt-000000000001").ends_with("/subscribe/customers/attempt-000000000001"));
    assert_ne!(url("attempt-000000000001"), url("attempt-000000000002"));
    assert!(!encoded(&samples::command("pay_card")).contains("customer_uid"));
}

/// What V1 fills in is left out: the currency is always told (DOC-024), the rest has harmless defaults (rules
/// IAMPORT-051, IAMPORT-061, IAMPORT-066, IAMPORT-097, IAMPORT-098).
#[test]
fn defaults_are_left_to_the_upstream() {
    let request = encoded(&samples::command("pay_card"));
    for field in ["tax_free", "vat", "browser_ip", "product_count"] {
        assert!(!request.contains(&format!("\"{field}\"")), "{field}: {request}");
    }
    assert!(request.contains("\"currency\": \"KRW\""));
    let cancel = encoded(&samples::command("cancel"));
    assert!(!cancel.contains("enable_webhook") && !cancel.contains("retain_promotion"));
}

/// The body of a command's first request.
fn body_of(command: &Command) -> serde_json::Value {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let admitted = admit(&*adapter, command, &ctx).unwrap();
    let Progress::Send { request, .. } = adapter.encode(&admitted, &ctx).unwrap() else { panic!() };
    serde_json::from_slice(request.body.unwrap().bytes()).unwrap()
}

#[test]
fn iamport_065_accounts_have_a_list_of_urls_to_tell_and_others_one() {
    let url = "https://gateway.example/notifications/channel-key-sample";
    let card = body_of(&samples::pay_card(Secrets::ONE));
    let account = body_of(&samples::pay_virtual_account(Secrets::ONE));
    assert_eq!(card["notice_url"], url);
    assert_eq!(account["notice_url"], serde_json::json!([url]));
}

#[test]
fn iamport_073_an_account_ends_at_a_unix_time() {
    let account = body_of(&samples::pay_virtual_account(Secrets::ONE));
    let due = samples::now() + chrono::TimeDelta::hours(24);
    assert_eq!(account["vbank_due"], due.timestamp());
    // IAMPORT-074: in the PG's own code of the bank.
    assert_eq!(account["vbank_code"], "BK88");
}
