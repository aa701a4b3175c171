//! What is sent upstream, secrets shown as `[secret]`: every command by every method in a file of `snapshots/`, and below what
//! the samples leave out. Each is held against the published contract.

use chrono::TimeDelta;
use pg_smartro::FACTORY;
use portone_core::{
    Address, CashReceiptRequest, CashReceiptType, Command, CustomerName, FixedAccount, InstantMethod,
    Product, ProductType, VirtualAccountExpiry, VirtualAccountOption, VirtualAccountOptionType,
};
use portone_testkit::{
    samples::{self, Secrets},
    shapes,
};

portone_testkit::shapes!(FACTORY);

mod v1 {
    portone_testkit::shapes!(pg_smartro::FACTORY_V1);
}

#[test]
fn a_fixed_account_until_a_date_without_receipt() {
    let mut command = samples::pay_virtual_account(Secrets::ONE);
    let Command::PayInstantly(pay) = &mut command else { panic!() };
    let InstantMethod::VirtualAccount(account) = &mut pay.method else { panic!() };
    account.expiry =
        VirtualAccountExpiry { valid_hours: None, due_date: Some(samples::now() + TimeDelta::days(1)) };
    account.option = VirtualAccountOption {
        kind: VirtualAccountOptionType::Fixed,
        fixed: Some(FixedAccount { pg_account_id: Some("member42".to_owned()), account_number: None }),
    };
    account.cash_receipt =
        Some(CashReceiptRequest { kind: CashReceiptType::NoReceipt, customer_identity_number: None });
    insta::assert_snapshot!(shapes::rendered(&FACTORY, &command), @r#"
    POST https://upstream.example/payments/payment0001A/instant
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": {
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
        "virtualAccount": {
          "bank": "SHINHAN",
          "expiry": {
            "dueDate": "2026-03-03T05:04:03Z"
          },
          "option": {
            "fixed": {
              "pgAccountId": "member42"
            },
            "type": "FIXED"
          },
          "remitteeName": "PortOne"
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
fn everything_an_order_can_say() {
    let mut command = samples::pay_with_billing_key(Secrets::ONE);
    let Command::PayWithBillingKey(pay) = &mut command else { panic!() };
    pay.order.amount.tax_free = Some(100);
    pay.order.amount.vat = Some(90);
    pay.order.customer.name =
        Some(CustomerName::Separated { first: "길동".to_owned(), last: "홍".to_owned() });
    pay.order.customer.address = Some(address());
    pay.order.products = vec![Product {
        id: "chair".to_owned(),
        name: "스위블 체어".to_owned(),
        tag: None,
        code: None,
        amount: 1100,
        quantity: 1,
        link: None,
    }];
    pay.order.product_type = Some(ProductType::Physical);
    pay.order.country = Some("KR".to_owned());
    pay.order.shipping_address = Some(address());
    pay.order.promotion_id = Some("promotion-1".to_owned());
    pay.order.bypass = Some(serde_json::json!({ "smartro_v2": { "GoodsCnt": "1" } }));
    pay.installment_month = Some(3);
    pay.use_free_interest_from_merchant = Some(true);
    pay.use_card_point = Some(true);
    pay.cash_receipt = Some(CashReceiptRequest {
        kind: CashReceiptType::Corporate,
        customer_identity_number: Some("1234567890".into()),
    });
    pay.locale = Some("KO_KR".to_owned());
    insta::assert_snapshot!(shapes::rendered(&FACTORY, &command), @r#"
    POST https://upstream.example/payments/payment0001A/billing-key
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": {
        "taxFree": 100,
        "total": 1100,
        "vat": 90
      },
      "billingKey": "[secret]",
      "bypass": {
        "smartro_v2": {
          "GoodsCnt": "1"
        }
      },
      "cashReceipt": {
        "customerIdentityNumber": "[secret]",
        "type": "CORPORATE"
      },
      "channelKey": "channel-key-sample",
      "country": "KR",
      "currency": "KRW",
      "customData": "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11",
      "customer": {
        "address": {
          "addressLine1": "테헤란로 1",
          "addressLine2": "2층",
          "city": "서울",
          "country": "KR"
        },
        "email": "hong@example.com",
        "id": "customer1234",
        "name": {
          "separated": {
            "first": "길동",
            "last": "홍"
          }
        },
        "phoneNumber": "010-1234-5678"
      },
      "installmentMonth": 3,
      "locale": "KO_KR",
      "noticeUrls": [
        "https://gateway.example/notifications/channel-key-sample"
      ],
      "orderName": "스위블 체어",
      "productCount": 1,
      "productType": "PHYSICAL",
      "products": [
        {
          "amount": 1100,
          "id": "chair",
          "name": "스위블 체어",
          "quantity": 1
        }
      ],
      "promotionId": "promotion-1",
      "shippingAddress": {
        "addressLine1": "테헤란로 1",
        "addressLine2": "2층",
        "city": "서울",
        "country": "KR"
      },
      "useCardPoint": true,
      "useFreeInterestFromMerchant": true
    }
    "#);
}

fn address() -> Address {
    Address {
        address_line1: "테헤란로 1".to_owned(),
        address_line2: "2층".to_owned(),
        city: Some("서울".to_owned()),
        province: None,
        country: Some("KR".to_owned()),
    }
}

/// SMARTRO-062: a bank skips every page, so that it has to arrive. SMARTRO-071: with a receipt's fields Smartro skips that
/// step. SMARTRO-097: an issue's amount is shown and never charged, so that it goes as nothing else.
#[test]
fn what_decides_the_pages_of_a_window_reaches_smartro() {
    let told = |name| {
        let text = shapes::rendered(&FACTORY, &samples::command(name));
        let (_, argument) = text.split_once('\n').expect("a call and its argument");
        serde_json::from_str::<serde_json::Value>(argument).expect("JSON")
    };
    let account = told("open_virtual_account_window");
    assert_eq!(account["virtualAccount"]["bankCode"], "SHINHAN_BANK");
    let transfer = told("open_transfer_window");
    assert_eq!(transfer["transfer"]["cashReceiptType"], "PERSONAL");
    assert_eq!(transfer["transfer"]["customerIdentifier"], "[secret]");
    let issue = told("open_billing_key_window");
    assert_eq!(issue["displayAmount"], samples::AMOUNT);
    assert!(issue.get("totalAmount").is_none() && issue.get("paymentId").is_none(), "{issue}");
}
