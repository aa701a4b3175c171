//! What `POST /payments/{paymentId}/instant` takes, and how it says what it does not take.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, KPN, SMARTRO, World, account_payment, card_payment, with};

/// The lines of the refusal of a body.
async fn refusal(body: &Value) -> String {
    let world = World::new().await;
    let reply = world.post("/payments/order1/instant", body).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()), "{body}");
    assert_eq!(world.wire.sent_count(), 0);
    reply.message()
}

#[tokio::test]
async fn everything_wrong_is_told_at_once() {
    let body = json!({
        "storeId": 7, "channelKey": KPN, "channelGroupId": GROUP, "orderName": " ",
        "amount": {"total": "8900", "taxFree": -1, "vat": 1.5}, "currency": "CURRENCY_KRW",
        "country": "KOR", "isEscrow": "true", "productCount": "1", "productType": "REAL",
        "noticeUrls": ["https://shop.example", 5], "products": [{"id": "a", "name": "b", "amount": 1}],
        "customer": {"name": "Kim", "gender": "male", "address": {"addressLine1": "Seoul"}},
        "shippingAddress": [], "bypass": "x", "skipWebhook": 0, "customData": {"a": 1},
        "method": {"card": {"credential": {"number": "4242-4242-4242-4242", "expiryYear": "2029"},
            "installmentMonth": -1, "useCardPoint": "no"}, "virtualAccount": "SHINHAN"},
    });
    assert_snapshot!(refusal(&body).await, @r#"
    V2-INPUT storeId: is a number; send a text
    SR-020 channelGroupId: is given together with channelKey; send exactly one of the two
    V2-045 method.card.credential.expiryMonth: is missing; send a text of digits
    V2-045 method.card.credential.number: is malformed; send digits only, without spaces or hyphens (the value is not shown)
    V2-045 method.card.credential.expiryYear: is malformed; send the last two digits of the year (the value is not shown)
    V2-045 method.card.installmentMonth: is -1; send 0 or more
    V2-045 method.card.useCardPoint: is a text; send true or false without quotes
    V2-045 method.virtualAccount: is a text; send an object with bank, expiry, option, cashReceipt, remitteeName
    V2-045 method: has both card and virtualAccount; send one of them
    V2-INPUT orderName: is empty; send a text
    V2-INPUT currency: `CURRENCY_KRW` is no documented value; did you mean `KRW`?
    V2-044 amount.total: is a text; send a whole number without quotes
    V2-044 amount.taxFree: is -1; send 0 or more
    V2-044 amount.vat: is not a whole number of 64 bits; send one without a decimal point
    V2-052 customer.name: is a text; send an object with full, separated
    V2-INPUT customer.gender: `male` is no documented value; did you mean `MALE`?
    V2-INPUT customer.address.addressLine2: is missing; send a text, "" if there is none
    V2-INPUT products[0].quantity: is missing; send a whole number
    SR-051 productCount: is a text; send a whole number without quotes
    V2-INPUT productType: `REAL` is no documented value; send one of PHYSICAL, DIGITAL
    V2-INPUT country: `KOR` is no documented value; did you mean `KR`?
    V2-INPUT shippingAddress: is an array; send an object with addressLine1, addressLine2, city, province, country
    V2-INPUT isEscrow: is a text; send true or false without quotes
    V2-INPUT bypass: is a text; send an object
    V2-INPUT customData: is an object; send a text
    V2-INPUT noticeUrls[1]: is a number; send a text
    V2-INPUT skipWebhook: is a number; send true or false without quotes
    "#);
}

#[tokio::test]
async fn an_empty_object_lacks_what_is_mandatory() {
    assert_snapshot!(refusal(&json!({})).await, @r"
    SR-020 channelKey: is missing; send channelKey or channelGroupId
    V2-045 method: is missing; send an object with card, virtualAccount
    V2-INPUT orderName: is missing; send a text
    V2-INPUT currency: is missing; send a text
    V2-044 amount: is missing; send an object with total, taxFree, vat
    ");
}

#[tokio::test]
async fn a_virtual_account_is_read_strictly() {
    let body = with(
        account_payment(SMARTRO),
        "/method/virtualAccount",
        json!({"bank": "SHINHAN_BANK", "expiry": {"validHours": 24, "dueDate": "2026-11-24 09:00"},
            "option": {"type": "NOMAL", "fixed": {}}, "cashReceipt": {"type": "PERSONAL"}}),
    );
    assert_snapshot!(refusal(&body).await, @r"
    V2-045 method.virtualAccount.bank: `SHINHAN_BANK` is no documented value; did you mean `SHINHAN`?
    V2-045 method.virtualAccount.expiry: has both validHours and dueDate; send one of them
    V2-045 method.virtualAccount.expiry.dueDate: is not an RFC 3339 time with an offset; write it like 2026-01-31T15:00:00+09:00
    V2-046 method.virtualAccount.option.type: `NOMAL` is no documented value; did you mean `NORMAL`?
    V2-046 method.virtualAccount.option.fixed: has neither pgAccountId nor accountNumber; send one of them
    V2-047 method.virtualAccount.cashReceipt.customerIdentityNumber: is missing; send whom the receipt is for, or leave cashReceipt out
    ");
}

#[tokio::test]
async fn an_option_that_is_a_text_is_told_what_to_be() {
    let body = with(account_payment(SMARTRO), "/method/virtualAccount/option", json!("NOMAL"));
    assert_snapshot!(refusal(&body).await, @r#"V2-046 method.virtualAccount.option: is a text; send an object: `"option": {"type": "NORMAL"}`"#);
}

#[tokio::test]
async fn a_fixed_account_says_which_and_a_rotating_one_does_not() {
    let option = |option| with(account_payment(SMARTRO), "/method/virtualAccount/option", option);
    let message = refusal(&option(json!({"type": "NORMAL", "fixed": {"pgAccountId": "a"}}))).await;
    assert_snapshot!(message, @"V2-046 method.virtualAccount.option.fixed: is taken with type FIXED only; leave it out or send FIXED");
    assert_snapshot!(refusal(&option(json!({"type": "FIXED"}))).await, @"V2-046 method.virtualAccount.option.fixed: is missing; say which account with pgAccountId or accountNumber");
    let both = json!({"type": "FIXED", "fixed": {"pgAccountId": "a", "accountNumber": "1"}});
    assert_snapshot!(refusal(&option(both)).await, @"V2-046 method.virtualAccount.option.fixed: has both pgAccountId and accountNumber; send one of them");
}

#[tokio::test]
async fn exactly_one_method_and_one_deadline() {
    let both = json!({"card": {"credential": {"number": "1", "expiryYear": "29", "expiryMonth": "12"}},
        "virtualAccount": account_payment(KPN)["method"]["virtualAccount"]});
    assert_snapshot!(refusal(&with(card_payment(KPN, APPROVED), "/method", both)).await, @"V2-045 method: has both card and virtualAccount; send one of them");
    assert_snapshot!(refusal(&with(card_payment(KPN, APPROVED), "/method", json!({}))).await, @"V2-045 method: has neither card nor virtualAccount; send one of them");
    let neither = with(account_payment(KPN), "/method/virtualAccount/expiry", json!({}));
    assert_snapshot!(refusal(&neither).await, @"V2-045 method.virtualAccount.expiry: has neither validHours nor dueDate; send one of them");
}

#[tokio::test]
async fn a_misspelt_name_is_the_reason_given_for_what_is_missing() {
    let body = with(card_payment(KPN, APPROVED), "/channelKey", json!(null));
    let body = with(body, "/chanenlGroupId", json!(GROUP));
    assert_snapshot!(refusal(&body).await, @r"
    SR-020 channelKey: is missing; send channelKey or channelGroupId
    `chanenlGroupId` is unknown: did you mean `channelGroupId`?
    ");
    let body = with(account_payment(KPN), "/method/virtualAccount", json!(null));
    let body = with(body, "/method/virtaulAccount", json!({}));
    assert_snapshot!(refusal(&body).await, @r"
    V2-045 method: has neither card nor virtualAccount; send one of them
    `method.virtaulAccount` is unknown: did you mean `method.virtualAccount`?
    ");
}

#[tokio::test]
async fn a_misspelt_name_that_only_a_pgs_rule_misses_is_told_as_well() {
    let body = with(account_payment(SMARTRO), "/channelKey", json!(null));
    let body = with(body, "/channelGroupId", json!(GROUP));
    let body = with(body, "/customer/phoneNumber", json!(null));
    let message = refusal(&with(body, "/customer/phonNumber", json!("01012345678"))).await;
    assert!(message.contains("customer.phoneNumber: is missing"), "{message}");
    assert!(
        message.ends_with("`customer.phonNumber` is unknown: did you mean `customer.phoneNumber`?"),
        "{message}"
    );
    assert!(!message.contains("01012345678"), "{message}");
}

#[tokio::test]
async fn unknown_names_are_tolerated_and_told_in_a_header() {
    let world = World::new().await;
    let body = with(card_payment(KPN, APPROVED), "/customData2", json!("a"));
    let body = with(body, "/customer/nick", json!("b"));
    let body = with(body, "/4242424242424242", json!("c"));
    let reply = world.post("/payments/order1/instant", &body).await;
    assert_eq!(reply.status, 200);
    assert_snapshot!(reply.header("x-portone-unknown-fields").unwrap(), @"[not shown], customData2 (did you mean customData?), customer.nick");
    let plain = world.post("/payments/order2/instant", &card_payment(KPN, APPROVED)).await;
    assert_eq!(plain.header("x-portone-unknown-fields"), None);
}

#[tokio::test]
async fn null_is_as_good_as_absent_and_twice_is_refused() {
    let world = World::new().await;
    let mut body = card_payment(KPN, APPROVED);
    body["customData"] = Value::Null;
    body["channelGroupId"] = Value::Null;
    assert_eq!(world.post("/payments/order1/instant", &body).await.status, 200);
    let twice = card_payment(KPN, APPROVED).to_string().replacen('{', "{\"currency\":\"USD\",", 1);
    let call = crate::http::Call::new("POST", "/payments/order2/instant").shop().body(twice);
    let reply = world.send(call).await;
    assert_eq!(reply.message(), "V2-INPUT currency: is given twice; give it once");
}
