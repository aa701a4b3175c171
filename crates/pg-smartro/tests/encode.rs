//! What is sent upstream: one request each, secrets shown as `[secret]`.

use chrono::TimeDelta;
use pg_smartro::FACTORY;
use portone_core::{
    Address, CashReceiptRequest, CashReceiptType, Command, CustomerName, FixedAccount, InstantMethod,
    Product, ProductType, Progress, VirtualAccountExpiry, VirtualAccountOption, VirtualAccountOptionType,
    admit,
};
use portone_testkit::samples::{self, Secrets};

fn encoded(command: &Command) -> String {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let admitted = admit(&*adapter, command, &ctx).unwrap();
    match adapter.encode(&admitted, &ctx).unwrap() {
        Progress::Send { request, .. } => request.to_string(),
        Progress::Done(outcome) => panic!("{outcome:?}"),
    }
}

#[test]
fn pay_virtual_account() {
    insta::assert_snapshot!(encoded(&samples::command("pay_virtual_account")), @r#"
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
          "cashReceipt": {
            "customerIdentityNumber": "[secret]",
            "type": "PERSONAL"
          },
          "expiry": {
            "validHours": 24
          },
          "option": {
            "type": "NORMAL"
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
fn issue_billing_key() {
    insta::assert_snapshot!(encoded(&samples::command("issue_billing_key")), @r#"
    POST https://upstream.example/billing-keys
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "channelKey": "channel-key-sample",
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
            "birthOrBusinessRegistrationNumber": "[secret]",
            "expiryMonth": "[secret]",
            "expiryYear": "[secret]",
            "number": "[secret]",
            "passwordTwoDigits": "[secret]"
          }
        }
      },
      "noticeUrls": [
        "https://gateway.example/notifications/channel-key-sample"
      ]
    }
    "#);
}

#[test]
fn pay_with_billing_key() {
    insta::assert_snapshot!(encoded(&samples::command("pay_with_billing_key")), @r#"
    POST https://upstream.example/payments/payment0001A/billing-key
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": {
        "total": 1100
      },
      "billingKey": "[secret]",
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
      "noticeUrls": [
        "https://gateway.example/notifications/channel-key-sample"
      ],
      "orderName": "스위블 체어",
      "productCount": 1
    }
    "#);
}

#[test]
fn delete_billing_key() {
    insta::assert_snapshot!(encoded(&samples::command("delete_billing_key")), @r#"
    DELETE https://upstream.example/billing-keys/[secret]
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"
    "#);
}

#[test]
fn cancel() {
    insta::assert_snapshot!(encoded(&samples::command("cancel")), @r#"
    POST https://upstream.example/payments/payment0001A/cancel
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": 1100,
      "currentCancellableAmount": 1100,
      "reason": "sold out",
      "requester": "CUSTOMER"
    }
    "#);
}

#[test]
fn cancel_virtual_account() {
    insta::assert_snapshot!(encoded(&samples::command("cancel_virtual_account")), @r#"
    POST https://upstream.example/payments/payment0001A/cancel
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "amount": 1100,
      "currentCancellableAmount": 1100,
      "reason": "sold out",
      "refundAccount": {
        "bank": "SHINHAN",
        "holderName": "홍길동",
        "holderPhoneNumber": "01012345678",
        "number": "[secret]"
      },
      "requester": "CUSTOMER"
    }
    "#);
}

#[test]
fn close_virtual_account() {
    insta::assert_snapshot!(encoded(&samples::command("close_virtual_account")), @r#"
    POST https://upstream.example/payments/payment0001A/virtual-account/close
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"
    "#);
}

#[test]
fn confirm_payment() {
    insta::assert_snapshot!(encoded(&samples::command("confirm_payment")), @r#"
    POST https://upstream.example/payments/payment0001A/confirm
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "currency": "KRW",
      "isTest": false,
      "paymentToken": "[secret]",
      "totalAmount": 1100
    }
    "#);
}

#[test]
fn confirm_billing_key() {
    insta::assert_snapshot!(encoded(&samples::command("confirm_billing_key")), @r#"
    POST https://upstream.example/billing-keys/confirm
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {
      "billingIssueToken": "[secret]",
      "isTest": false
    }
    "#);
}

#[test]
fn capture() {
    insta::assert_snapshot!(encoded(&samples::command("capture")), @r#"
    POST https://upstream.example/payments/payment0001A/capture
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {}
    "#);
}

#[test]
fn stop_cancel() {
    insta::assert_snapshot!(encoded(&samples::command("stop_cancel")), @r#"
    POST https://upstream.example/payments/payment0001A/cancellations/0195557b-0000-7000-8000-000000000001/stop
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {}
    "#);
}

#[test]
fn inquire_capture() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_capture")), @r#"
    POST https://upstream.example/payments/payment0001A/capture
    authorization: PortOne [secret]
    idempotency-key: "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11"

    {}
    "#);
}

#[test]
fn inquire_stop_cancel() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_stop_cancel")), @r"
    GET https://upstream.example/payments/payment0001A
    authorization: PortOne [secret]
    ");
}

#[test]
fn inquire_pay() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_pay")), @r#"
    GET https://upstream.example/payments/payment0001A/transactions
    authorization: PortOne [secret]
    "#);
}

#[test]
fn inquire_issue_billing_key() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_issue_billing_key")), @r#"
    GET https://upstream.example/billing-keys?requestBody=%7B%22page%22%3A%7B%22number%22%3A0%2C%22size%22%3A100%7D%2C%22sort%22%3A%7B%22by%22%3A%22ISSUED_AT%22%2C%22order%22%3A%22ASC%22%7D%2C%22filter%22%3A%7B%22timeRangeField%22%3A%22ISSUED_AT%22%2C%22from%22%3A%222026-03-02T05%3A01%3A33Z%22%2C%22until%22%3A%222026-03-02T05%3A05%3A03Z%22%7D%7D
    authorization: PortOne [secret]
    "#);
}

#[test]
fn inquire_delete_billing_key() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_delete_billing_key")), @r#"
    GET https://upstream.example/billing-keys/[secret]
    authorization: PortOne [secret]
    "#);
}

#[test]
fn inquire_cancel() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_cancel")), @r#"
    GET https://upstream.example/payments/payment0001A
    authorization: PortOne [secret]
    "#);
}

#[test]
fn inquire_close_virtual_account() {
    insta::assert_snapshot!(encoded(&samples::command("inquire_close_virtual_account")), @r#"
    GET https://upstream.example/payments/payment0001A
    authorization: PortOne [secret]
    "#);
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
    insta::assert_snapshot!(encoded(&command), @r#"
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
    insta::assert_snapshot!(encoded(&command), @r#"
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
