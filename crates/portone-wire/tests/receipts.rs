//! What no PG of this project has yet: sub-shops on a sales slip, and every optional member of a cash receipt.

use chrono::TimeDelta;
use portone_core::{
    CashReceiptFacts, Channel, ChannelFacts, Command, Contracts, Environment, Outcome, PayMethod, PgReply,
    ProductType, Progress, ReceiptIdentityType, ReceiptPurpose, Secret,
};
use portone_testkit::{
    replies,
    samples::{self, Secrets, receipts},
    shapes,
};
use portone_wire::v2::{Shaping, V2Dialect};

fn dialect() -> V2Dialect {
    let channel = Channel {
        key: "channel-key-sample".parse().unwrap(),
        store_id: "store-sample".parse().unwrap(),
        name: "sample".to_owned(),
        provider: "WELCOME".parse().unwrap(),
        pg_merchant_id: "mid-sample".parse().unwrap(),
        environment: Environment::Live,
        upstream: "sample".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: Contracts::default(),
        facts: ChannelFacts::default(),
    };
    V2Dialect::new(&channel, &samples::upstream()).unwrap()
}

fn encoded(command: &Command) -> String {
    match dialect().encode(command, &samples::context(), Shaping::NONE).unwrap() {
        Progress::Send { request, .. } => shapes::rendered_request(&request),
        Progress::Done(outcome) => panic!("{outcome:?}"),
    }
}

fn decoded(command: &Command, reply: &PgReply) -> Outcome {
    let progress = dialect().decode(command, portone_core::Leg(0), reply, &samples::context());
    match progress.unwrap() {
        Progress::Done(outcome) => *outcome,
        Progress::Send { request, .. } => panic!("{request}"),
    }
}

#[test]
fn sub_shops_are_named_and_their_numbers_hidden() {
    insta::assert_snapshot!(encoded(&receipts::store_receipt(Secrets::ONE)), @r#"
    POST https://upstream.example/payments/payment0001A/register-store-receipt
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "items": [
        {
          "currency": "KRW",
          "storeBusinessRegistrationNumber": "[secret]",
          "storeName": "하위상점 1",
          "totalAmount": 1000
        },
        {
          "currency": "KRW",
          "storeBusinessRegistrationNumber": "[secret]",
          "storeName": "하위상점 2",
          "totalAmount": 100
        }
      ]
    }
    "#);
    let command = receipts::store_receipt(Secrets::ONE);
    let told = decoded(&command, &replies::success(&command)[0]);
    let receipt_url = Some("https://receipts.example/1".to_owned());
    assert_eq!(told, Outcome::StoreReceiptRegistered { receipt_url });
    let untold = decoded(&command, &replies::ok(&serde_json::json!({})));
    assert_eq!(untold, Outcome::StoreReceiptRegistered { receipt_url: None });
}

#[test]
fn everything_a_cash_receipt_can_say() {
    let mut command = receipts::issue_cash_receipt(Secrets::ONE);
    let Command::IssueCashReceipt(issue) = &mut command else { panic!() };
    issue.purpose = ReceiptPurpose::Corporate;
    (issue.amount.tax_free, issue.amount.vat) = (Some(100), Some(90));
    issue.product_type = Some(ProductType::Digital);
    issue.receiver.identity_type = Some(ReceiptIdentityType::Business);
    issue.receiver.email = Some("hong@example.com".to_owned());
    issue.paid_at = Some(samples::now() - TimeDelta::days(1));
    issue.business_registration_number = Some(Secret::from("1234567890"));
    issue.told_method = Some(PayMethod::Transfer);
    insta::assert_snapshot!(encoded(&command), @r#"
    POST https://upstream.example/cash-receipts
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": {
        "taxFree": 100,
        "total": 1100,
        "vat": 90
      },
      "businessRegistrationNumber": "[secret]",
      "channelKey": "channel-key-sample",
      "currency": "KRW",
      "customer": {
        "email": "hong@example.com",
        "identityNumber": "[secret]",
        "identityNumberType": "BUSINESS",
        "name": "홍길동",
        "phoneNumber": "01012345678"
      },
      "orderName": "스위블 체어",
      "paidAt": "2026-03-01T05:04:03Z",
      "paymentId": "payment0001A",
      "paymentMethod": "TRANSFER",
      "productType": "DIGITAL",
      "type": "CORPORATE"
    }
    "#);
    let expected = CashReceiptFacts {
        issue_number: "170012345".to_owned(),
        pg_receipt_id: Some("receipt-1".to_owned()),
        url: Some("https://receipts.example/cash/1".to_owned()),
        issued_at: None,
    };
    assert_eq!(
        decoded(&command, &replies::receipts::cash_receipt_issued()),
        Outcome::CashReceiptIssued(expected)
    );
}
