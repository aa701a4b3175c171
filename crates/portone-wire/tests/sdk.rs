//! The argument of the browser SDK, read as a shop sends it and written as our window page calls it.

use portone_core::{
    AttemptId, Body, ChannelKey, CustomerName, OpenWindow, Outcome, Progress, Report, SdkCall, StoreId,
    WindowMethod,
};
use portone_testkit::shapes;
use portone_wire::sdk::{
    SdkRequest, Target, encode, parse_issue_and_pay, parse_issue_billing_key, parse_payment,
};
use serde_json::{Value, json};

#[test]
fn a_payment_argument_is_written_as_it_was_read() {
    for (name, method) in methods() {
        let mut argument = full_payment();
        argument["payMethod"] = json!(name);
        if name != "CARD" {
            argument.as_object_mut().unwrap().remove("card");
        }
        let (block, settings) = method;
        if let Some(block) = block {
            argument[block] = settings;
        }
        let request = parse_payment(&argument).unwrap_or_else(|report| panic!("{name}: {report}"));
        assert!(request.advice.is_empty(), "{name}: {}", request.advice);
        let call = call(&request);
        assert_eq!(call.function, "requestPayment");
        assert_eq!(written(&call.arguments), with_our_ends(argument), "{name}");
    }
}

#[test]
fn an_issue_argument_is_written_as_it_was_read() {
    let blocks = [
        ("CARD", "card", json!({ "cardCompany": "BC_CARD" })),
        ("MOBILE", "mobile", json!({ "carrier": "SKT", "avaliableCarriers": ["SKT", "KT"] })),
        ("EASY_PAY", "easyPay", json!({ "easyPayProvider": "PAYCO", "availablePayMethods": ["CARD"] })),
    ];
    for (method, block, settings) in blocks {
        let mut argument = json!({
            "storeId": "store-1", "channelKey": "channel-key-1", "billingKeyMethod": method,
            "issueId": "issue1", "issueName": "구독", "displayAmount": 1000, "currency": "KRW",
            "customer": { "customerId": "c1" }, "locale": "KO_KR", "productType": "DIGITAL",
            "offerPeriod": { "interval": "1m" }, "redirectUrl": "https://shop.example",
            "bypass": { "smartro_v2": { "IsPwdPass": "Y" } },
        });
        argument[block] = settings;
        let request = parse_issue_billing_key(&argument).unwrap_or_else(|report| panic!("{report}"));
        let call = call(&request);
        assert_eq!(call.function, "requestIssueBillingKey");
        assert_eq!(written(&call.arguments), with_our_ends(argument), "{method}");
    }
}

#[test]
fn an_issue_and_pay_argument_is_written_as_it_was_read() {
    let mut argument = full_payment();
    let members = argument.as_object_mut().unwrap();
    // What `requestPayment` has and `requestIssueBillingKeyAndPay` has not.
    for name in ["payMethod", "card", "confirmUrl", "isEscrow", "promotionId", "merpayCategoryId", "bypass"] {
        members.remove(name);
    }
    argument["billingKeyAndPayMethod"] = json!("MOBILE");
    argument["mobile"] = json!({ "carrier": "SKT", "avaliableCarriers": ["SKT", "KT"] });
    let request = parse_issue_and_pay(&argument).unwrap_or_else(|report| panic!("{report}"));
    assert!(request.advice.is_empty(), "{}", request.advice);
    let call = call(&request);
    assert_eq!(call.function, "requestIssueBillingKeyAndPay");
    assert_eq!(written(&call.arguments), with_our_ends(argument.clone()));
    argument["confirmUrl"] = json!("https://shop.example/confirm");
    assert_eq!(found(&parse_issue_and_pay(&argument).unwrap().advice), ["SDK-UNKNOWN confirmUrl"]);
    let least = json!({ "storeId": "store-1", "channelKey": "channel-key-1", "paymentId": "p1", "orderName": "의자",
        "totalAmount": 1000, "currency": "CURRENCY_KRW", "billingKeyAndPayMethod": "MOBILE" });
    let arguments = self::call(&parse_issue_and_pay(&least).unwrap()).arguments;
    insta::assert_snapshot!(String::from_utf8_lossy(arguments.bytes()), @r#"{"storeId":"store-ours","channelKey":"channel-key-ours","paymentId":"p1","orderName":"의자","totalAmount":1000,"currency":"KRW","billingKeyAndPayMethod":"MOBILE","customData":{"attemptId":"attempt-0123456789"},"noticeUrls":["https://gateway.example/notifications/1"]}"#);
    argument["billingKeyAndPayMethod"] = json!("CARD");
    assert_eq!(found(&parse_issue_and_pay(&argument).unwrap_err())[0], "SDK-TYPE billingKeyAndPayMethod");
}

#[test]
fn prefixes_are_taken_off() {
    let mut argument = full_payment();
    argument["currency"] = json!("CURRENCY_KRW");
    argument["productType"] = json!("PRODUCT_TYPE_REAL");
    argument["payMethod"] = json!("VIRTUAL_ACCOUNT");
    argument["virtualAccount"] =
        json!({ "bankCode": "BANK_K_BANK", "cashReceiptType": "CASH_RECEIPT_TYPE_ANONYMOUS" });
    let arguments = written(&call(&parse_payment(&argument).unwrap()).arguments);
    assert_eq!(arguments["currency"], "KRW");
    assert_eq!(arguments["productType"], "REAL");
    assert_eq!(arguments["virtualAccount"], json!({ "cashReceiptType": "ANONYMOUS", "bankCode": "K_BANK" }));
}

#[test]
fn everything_wrong_with_an_argument_is_said_at_once() {
    let argument = json!({
        "storeId": "store-1", "paymentId": 7, "totalAmount": 10.5, "currency": "WON", "payMethod": "card",
        "customer": { "fullName": ["Hong"], "address": { "addressLine1": "Teheran-ro 1" } },
    });
    let report = parse_payment(&argument).unwrap_err();
    let expected = [
        "SDK-REQUIRED customer.address.addressLine2",
        "SDK-REQUIRED orderName",
        "SDK-TYPE currency",
        "SDK-TYPE customer.fullName",
        "SDK-TYPE payMethod",
        "SDK-TYPE paymentId",
        "SDK-TYPE totalAmount",
    ];
    assert_eq!(found(&report), expected);
    assert_eq!(found(&parse_payment(&json!([])).unwrap_err()), ["SDK-TYPE argument"]);
}

#[test]
fn names_that_nobody_reads_are_told() {
    let mut argument = full_payment();
    argument["orderTitle"] = json!("chair");
    argument["easyPay"] = json!({ "easyPayProvider": "PAYCO" });
    argument["card"]["cardCode"] = json!("361");
    let advice = parse_payment(&argument).unwrap().advice;
    assert_eq!(
        found(&advice),
        ["SDK-UNKNOWN card.cardCode", "SDK-UNKNOWN easyPay", "SDK-UNKNOWN orderTitle"]
    );
}

#[test]
fn a_name_in_parts_is_a_name_only_when_both_are_there() {
    let parse = |customer: Value| {
        let mut argument = full_payment();
        argument["customer"] = customer;
        let OpenWindow::Payment(payment) = parse_payment(&argument).unwrap().window else { panic!() };
        payment
    };
    let both = parse(json!({ "firstName": "길동", "lastName": "홍" }));
    let name = CustomerName::Separated { first: "길동".to_owned(), last: "홍".to_owned() };
    assert_eq!(both.order.customer.name, Some(name));
    let one = parse(json!({ "firstName": "길동" }));
    assert_eq!(one.order.customer.name, None);
    assert_eq!(one.settings.name_parts.first.as_deref(), Some("길동"));
}

#[test]
fn an_offer_period_may_stand_beside_its_interval() {
    let mut argument = full_payment();
    argument["offerPeriod"] = json!({ "from": "2099-01-01T00:00:00+09:00" });
    let arguments = written(&call(&parse_payment(&argument).unwrap()).arguments);
    assert_eq!(arguments["offerPeriod"], json!({ "range": { "from": "2099-01-01T00:00:00+09:00" } }));
}

#[test]
fn an_identifier_is_shown_nowhere() {
    let mut argument = full_payment();
    argument["payMethod"] = json!("TRANSFER");
    argument["transfer"] = json!({ "cashReceiptType": "PERSONAL", "customerIdentifier": "9001011234567" });
    let request = parse_payment(&argument).unwrap();
    let call = call(&request);
    for text in [format!("{request:?}"), format!("{call:?}"), call.arguments.rendered().to_string()] {
        assert!(!text.contains("9001011234567"), "{text}");
    }
    assert_eq!(written(&call.arguments)["transfer"]["customerIdentifier"], "9001011234567");
    argument["transfer"]["customerIdentifier"] = json!(9_001_011_234_567_i64);
    assert!(!parse_payment(&argument).unwrap_err().to_string().contains("9001011234567"));
}

#[test]
fn value_added_tax_is_left_out_where_the_pg_computes_it() {
    let mut argument = full_payment();
    argument["vatAmount"] = json!(90);
    let request = parse_payment(&argument).unwrap();
    assert!(
        matches!(&request.window, OpenWindow::Payment(pay) if matches!(pay.method, WindowMethod::Card(_)))
    );
    assert_eq!(written(&call(&request).arguments)["vatAmount"], 90);
    let (store, channel, attempt) = ends();
    let target = Target {
        store_id: &store,
        channel_key: &channel,
        notice_url: None,
        attempt: &attempt,
        leaves_vat_out: true,
    };
    let arguments = written(&done(encode(&request.window, target)).arguments);
    assert!(arguments.get("vatAmount").is_none() && arguments.get("noticeUrls").is_none());
}

fn full_payment() -> Value {
    json!({
        "storeId": "store-1", "channelKey": "channel-key-1", "paymentId": "payment0001A", "orderName": "의자",
        "totalAmount": 1000, "currency": "KRW", "payMethod": "CARD", "taxFreeAmount": 10,
        "card": {
            "cardCompany": "BC_CARD", "availableCards": ["BC_CARD"], "useFreeInterestFromMall": true,
            "installment": {
                "monthOption": { "fixedMonth": 3 },
                "freeInstallmentPlans": [{ "cardCompany": "SAMSUNG_CARD", "months": [2, 3] }],
            },
            "useCardPoint": true, "useAppCardOnly": false, "useInstallment": true,
            "cardPromotion": { "promotionId": "p1", "discountAmount": 100 },
        },
        "customer": {
            "customerId": "c1", "fullName": "홍길동", "firstName": "길동", "lastName": "홍",
            "firstNameKana": "ギルドン", "lastNameKana": "ホン", "phoneNumber": "010-0000-1234",
            "email": "hong@example.com", "zipcode": "06000", "gender": "MALE", "birthYear": "1990",
            "birthMonth": "01", "birthDay": "01",
            "address": {
                "country": "KR", "addressLine1": "Teheran-ro 1", "addressLine2": "5F", "city": "Seoul",
                "province": "Seoul",
            },
        },
        "windowType": { "pc": "IFRAME", "mobile": "REDIRECTION" }, "redirectUrl": "https://shop.example/return",
        "forceRedirect": true, "confirmUrl": "https://shop.example/confirm", "appScheme": "shop://",
        "isEscrow": false,
        "products": [{
            "id": "p1", "name": "의자", "code": "c", "amount": 1000, "quantity": 1, "tag": "t",
            "link": "https://shop.example/p1",
        }],
        "isCulturalExpense": false, "locale": "EN_US", "country": "KR", "productType": "REAL",
        "offerPeriod": { "range": { "from": "2099-01-01T00:00:00+09:00", "to": "2099-02-01T00:00:00+09:00" } },
        "storeDetails": {
            "ceoFullName": "a", "phoneNumber": "b", "address": "c", "zipcode": "d", "email": "e",
            "businessName": "f", "businessRegistrationNumber": "g", "storeName": "h", "storeNameShort": "i",
            "storeNameEn": "j", "storeNameKana": "k", "openingHours": { "open": "09:00", "close": "18:00" },
            "contactName": "l",
        },
        "promotionId": "promotion-1", "merpayCategoryId": "m", "popup": { "center": true },
        "iframe": { "dim": false }, "bypass": { "smartro_v2": { "GoodsCnt": 1 } },
    })
}

/// Each pay method with its block in full; the card's is in [`full_payment`].
fn methods() -> Vec<(&'static str, (Option<&'static str>, Value))> {
    vec![
        ("CARD", (None, Value::Null)),
        (
            "VIRTUAL_ACCOUNT",
            (
                Some("virtualAccount"),
                json!({
                    "cashReceiptType": "PERSONAL", "customerIdentifier": "01000001234",
                    "bankCode": "SHINHAN_BANK", "accountExpiry": { "validHours": 24 },
                    "availableBanks": ["SHINHAN_BANK"],
                }),
            ),
        ),
        ("TRANSFER", (Some("transfer"), json!({ "cashReceiptType": "ANONYMOUS" }))),
        ("MOBILE", (Some("mobile"), json!({ "carrier": "SKT", "avaliableCarriers": ["KT"] }))),
        ("GIFT_CERTIFICATE", (Some("giftCertificate"), json!({ "giftCertificateType": "CULTURELAND" }))),
        (
            "EASY_PAY",
            (
                Some("easyPay"),
                json!({
                    "easyPayProvider": "PAYCO", "useFreeInterestFromMall": true, "availableCards": ["BC_CARD"],
                    "installment": { "monthOption": { "availableMonthList": [2, 3] } },
                    "cashReceiptType": "CORPORATE", "customerIdentifier": "1178178260", "useCardPoint": false,
                    "availablePayMethods": ["CARD", "MONEY"], "useInstallment": true,
                }),
            ),
        ),
        ("PAYPAL", (None, Value::Null)),
        ("ALIPAY", (None, Value::Null)),
        ("ALIPAY_PLUS", (Some("alipayPlus"), json!({ "easyPayProvider": "GCASH" }))),
        (
            "CONVENIENCE_STORE",
            (Some("convenienceStore"), json!({ "paymentDeadline": { "dueDate": "2099-01-01" } })),
        ),
    ]
}

fn with_our_ends(mut argument: Value) -> Value {
    argument["storeId"] = json!("store-ours");
    argument["channelKey"] = json!("channel-key-ours");
    argument["customData"] = json!({ "attemptId": "attempt-0123456789" });
    argument["noticeUrls"] = json!(["https://gateway.example/notifications/1"]);
    argument
}

fn call(request: &SdkRequest) -> SdkCall {
    let (store, channel, attempt) = ends();
    let target = Target {
        store_id: &store,
        channel_key: &channel,
        notice_url: Some("https://gateway.example/notifications/1"),
        attempt: &attempt,
        leaves_vat_out: false,
    };
    done(encode(&request.window, target))
}

fn ends() -> (StoreId, ChannelKey, AttemptId) {
    (
        StoreId::parse("store-ours").unwrap(),
        ChannelKey::parse("channel-key-ours").unwrap(),
        AttemptId::parse("attempt-0123456789").unwrap(),
    )
}

fn done(progress: Progress) -> SdkCall {
    match progress {
        Progress::Done(outcome) => match *outcome {
            Outcome::CallSdk(call) => {
                shapes::rendered_call(&call);
                call
            }
            other => panic!("{other:?}"),
        },
        Progress::Send { .. } => panic!("a window is sent nowhere"),
    }
}

fn written(arguments: &Body) -> Value {
    serde_json::from_slice(arguments.bytes()).unwrap()
}

fn found(report: &Report) -> Vec<String> {
    let mut found: Vec<String> =
        report.violations.iter().map(|violation| format!("{} {}", violation.rule, violation.field)).collect();
    found.sort();
    found
}
