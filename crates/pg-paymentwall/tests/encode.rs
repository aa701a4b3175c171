//! What is sent upstream, secrets shown as `[secret]`: every command by every method in a file of `snapshots/`, and below what
//! the samples leave out. Each is held against the published contract.

use pg_paymentwall::FACTORY;
use portone_core::{
    Command, CustomerName, Finding, InstantMethod, Leg, Order, Outcome, Progress, StandingState, admit,
};
use portone_testkit::{
    replies::v1,
    samples::{self, Secrets},
    shapes,
};
use serde_json::json;

portone_testkit::shapes!(FACTORY);

mod v2 {
    portone_testkit::shapes!(pg_paymentwall::FACTORY_V2);
}

fn complete(order: &mut Order) {
    order.customer.name = Some(CustomerName::Separated { first: "Jack".to_owned(), last: "Son".to_owned() });
    order.bypass = Some(json!({ "paymentwall": {
        "browser_ip": "203.0.113.7", "secure_3d_charge_id": "ch1", "secure_3d_token": "tok1", "extra": 1,
    } }));
}

/// Rule PW-029: a card without a birth date gets the placeholder.
#[test]
fn pw_029_pay_card() {
    let Command::PayInstantly(mut pay) = samples::pay_card(Secrets::ONE) else { panic!() };
    complete(&mut pay.order);
    let InstantMethod::Card(card) = &mut pay.method else { panic!() };
    card.card.cvc = Some("123".into());
    card.card.birth_or_business_registration_number = None;
    card.card.password_two_digits = None;
    let command = Command::PayInstantly(pay);
    insta::assert_snapshot!(shapes::rendered(&FACTORY, &command), @r#"
    POST https://upstream.example/subscribe/payments/onetime
    authorization: Bearer [secret]

    {
      "amount": 1100,
      "birth": "[secret]",
      "browser_ip": "203.0.113.7",
      "buyer_email": "hong@example.com",
      "buyer_name": "Jack Son",
      "buyer_tel": "010-1234-5678",
      "bypass": "{\"extra\":1}",
      "card_number": "[secret]",
      "card_quota": 0,
      "currency": "KRW",
      "custom_data": "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11",
      "cvc": "[secret]",
      "expiry": "[secret]",
      "merchant_uid": "payment0001A",
      "name": "스위블 체어",
      "notice_url": "https://gateway.example/notifications/channel-key-sample",
      "pg": "paymentwall.mid-sample",
      "secure_3d_charge_id": "ch1",
      "secure_3d_token": "[secret]"
    }
    "#);
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let admitted = admit(&*adapter, &command, &ctx).unwrap();
    let Progress::Send { request, .. } = adapter.encode(&admitted, &ctx).unwrap() else { panic!() };
    let body: serde_json::Value = serde_json::from_slice(request.body.unwrap().bytes()).unwrap();
    assert_eq!((&body["birth"], &body["cvc"]), (&json!("000000"), &json!("123")));
    assert_eq!(body["bypass"], r#"{"extra":1}"#);
}

/// Rule PW-034: a cancel that does not show yet may still be on its way, for a day.
#[test]
fn pw_034_a_cancel_is_absent_only_after_a_day() {
    let (adapter, command) = (samples::adapter(&FACTORY), samples::command("inquire_cancel"));
    let mut ctx = samples::context();
    let finding = |ctx: &portone_core::CallContext| {
        let admitted = admit(&*adapter, &command, ctx).unwrap();
        let reply = v1::done(&v1::payment("paid"));
        match adapter.decode(&admitted, Leg(1), &reply, ctx).unwrap() {
            Progress::Done(outcome) => *outcome,
            Progress::Send { request, .. } => panic!("{request:?}"),
        }
    };
    assert_eq!(finding(&ctx), Outcome::Inquired(Finding::NotYet));
    ctx.now += chrono::TimeDelta::hours(24);
    assert_eq!(finding(&ctx), Outcome::Inquired(Finding::DidNotHappen));
}

/// Rule PW-033: what was reported failed may be approved later, and then stands as paid.
#[test]
fn pw_033_a_failed_payment_may_be_paid_later() {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let command = samples::command("inquire_standing");
    let admitted = admit(&*adapter, &command, &ctx).unwrap();
    let state = |status: &str| {
        let reply = v1::done(&v1::payment(status));
        let Progress::Done(outcome) = adapter.decode(&admitted, Leg(1), &reply, &ctx).unwrap() else {
            panic!()
        };
        let Outcome::Inquired(Finding::Happened(outcome)) = *outcome else { panic!("{outcome:?}") };
        let Outcome::Standing(standing) = *outcome else { panic!("{outcome:?}") };
        standing.state
    };
    assert!(matches!(state("failed"), StandingState::Failed(_)));
    assert!(matches!(state("paid"), StandingState::Paid(_)));
}
