//! What is sent upstream: one request each, secrets shown as `[secret]`.

use pg_kpn::FACTORY;
use portone_core::{Command, InstantMethod, PayMethod, PaymentId, Progress, admit};
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
fn pay_card() {
    insta::assert_snapshot!(encoded(&samples::command("pay_card")), @r#"
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
        "card": {
          "credential": {
            "birthOrBusinessRegistrationNumber": "[secret]",
            "expiryMonth": "[secret]",
            "expiryYear": "[secret]",
            "number": "[secret]",
            "passwordTwoDigits": "[secret]"
          },
          "installmentMonth": 0
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
    insta::assert_snapshot!(encoded(&command), @r#"
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
    insta::assert_snapshot!(encoded(&command), @r#"
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
