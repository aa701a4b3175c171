//! What is sent upstream, secrets shown as `[secret]`: every command by every method in a file of `snapshots/`, and below what
//! the samples leave out. Each is held against the published contract.

use pg_kpn::FACTORY;
use portone_core::{Command, InstantMethod, PayMethod, PaymentId};
use portone_testkit::{
    samples::{self, Secrets},
    shapes,
};

portone_testkit::shapes!(FACTORY);

/// Rule KPN-009: KPN computes the value-added tax itself.
#[test]
fn the_value_added_tax_of_a_payment_is_left_out() {
    let mut command = samples::pay_card(Secrets::ONE);
    let Command::PayInstantly(pay) = &mut command else { panic!() };
    let InstantMethod::Card(card) = &mut pay.method else { panic!() };
    card.card.birth_or_business_registration_number = None;
    card.card.password_two_digits = None;
    card.installment_month = Some(3);
    pay.order.amount.tax_free = Some(100);
    pay.order.amount.vat = Some(90);
    insta::assert_snapshot!(shapes::rendered(&FACTORY, &command), @r#"
    POST https://upstream.example/payments/payment0001A/instant
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": {
        "taxFree": 100,
        "total": 1100
      },
      "channelKey": "channel-key-sample",
      "currency": "KRW",
      "customData": "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11",
      "customer": {
        "email": "hong@example.com",
        "id": "customer1234",
        "name": {
          "full": "홍길동"
        },
        "phoneNumber": "010-1234-5678"
      },
      "method": {
        "card": {
          "credential": {
            "expiryMonth": "[secret]",
            "expiryYear": "[secret]",
            "number": "[secret]"
          },
          "installmentMonth": 3
        }
      },
      "noticeUrls": [
        "https://gateway.example/notifications/channel-key-sample"
      ],
      "orderName": "스위블 체어",
      "productCount": 1
    }
    "#);
}

#[test]
fn part_of_a_payment_with_an_odd_id() {
    let mut command = samples::cancel(PayMethod::Card, None);
    let Command::Cancel(cancel) = &mut command else { panic!() };
    cancel.payment_id = PaymentId::parse("a b/주문").unwrap();
    cancel.amount.minor = 300;
    (cancel.tax_free, cancel.vat, cancel.requester) = (Some(100), Some(18), None);
    insta::assert_snapshot!(shapes::rendered(&FACTORY, &command), @r#"
    POST https://upstream.example/payments/a%20b%2F%EC%A3%BC%EB%AC%B8/cancel
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": 300,
      "currentCancellableAmount": 1100,
      "reason": "sold out",
      "taxFreeAmount": 100,
      "vatAmount": 18
    }
    "#);
}

/// KPN-038: only whether the receipt is asked for can be chosen, by the type, which therefore arrives as it is.
#[test]
fn kpn_038_how_a_receipt_is_asked_for_reaches_kpn() {
    for kind in [None, Some("ANONYMOUS"), Some("PERSONAL"), Some("CORPORATE")] {
        let receipt = portone_core::WindowReceipt {
            cash_receipt_type: kind.map(str::to_owned),
            ..portone_core::WindowReceipt::default()
        };
        let told = argument(&samples::open_window(portone_core::WindowMethod::Transfer(receipt)));
        assert_eq!(told["transfer"]["cashReceiptType"].as_str(), kind, "{told}");
    }
}

fn argument(command: &Command) -> serde_json::Value {
    let text = shapes::rendered(&FACTORY, command);
    let (_, argument) = text.split_once('\n').expect("a call and its argument");
    serde_json::from_str(argument).expect("JSON")
}
