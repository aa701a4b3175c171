//! Where an example's parts stand in a body of the V2 REST API.

use serde_json::{Value, json};

use super::{Example, place::Placed};

/// A body that every rule lets pass.
pub(super) fn base(op: &str) -> Value {
    let customer = json!({
        "id": "customer1234", "name": { "full": "Hong Gildong" }, "phoneNumber": "010-1234-5678",
        "email": "hong@example.com",
    });
    let order = json!({
        "orderName": "Norway swivel chair", "amount": { "total": 10_000 }, "currency": "KRW", "customer": customer,
    });
    let with = |own: Value| {
        let mut body = order.clone();
        let members = body.as_object_mut().expect("an object");
        members.extend(own.as_object().cloned().unwrap_or_default());
        body
    };
    match op {
        "API_INSTANT_CARD" => with(json!({ "channelKey": "channel-key-1", "method": { "card": card() } })),
        "API_INSTANT_VA" => {
            with(json!({ "channelKey": "channel-key-1", "method": { "virtualAccount": account() } }))
        }
        "API_ISSUE_KEY" => {
            json!({ "channelKey": "channel-key-1", "method": { "card": card() }, "customer": customer })
        }
        "API_PAY_KEY" => with(json!({ "billingKey": "billing-key-1" })),
        "API_SCHEDULE" => json!({
            "payment": with(json!({ "billingKey": "billing-key-1" })), "timeToPay": "2099-05-01T00:00:00+09:00",
        }),
        "API_RECEIPT" => json!({
            "paymentId": "payment0001A", "channelKey": "channel-key-1", "type": "PERSONAL",
            "orderName": "Norway swivel chair", "currency": "KRW", "amount": { "total": 10_000 }, "customer": {},
        }),
        "API_ESCROW" => json!({
            "sender": party(), "receiver": party(),
            "logistics": { "company": "CJ", "invoiceNumber": "1234567890", "sentAt": "2026-03-01T00:00:00+09:00" },
        }),
        "API_CLOSE_VA" | "API_DELETE_KEY" => json!({}),
        "API_DELIVERY" => delivery(),
        _ => json!({ "reason": "sold out" }),
    }
}

fn party() -> Value {
    json!({
        "name": "Hong Gildong", "phoneNumber": "01012345678", "zipcode": "06000",
        "address": { "addressLine1": "Teheran-ro 1", "addressLine2": "5F" },
    })
}

fn delivery() -> Value {
    json!({
        "transactionId": "tx1", "deliveryType": "DIGITAL", "deliveryStatus": "DELIVERED",
        "estimatedDeliveryDatetime": "2099-01-01T00:00:00Z", "estimatedUpdateDatetime": "2099-01-01T00:00:00Z",
        "refundable": true, "details": "delivered", "shippingAddressEmail": "hong@example.com",
    })
}

/// Whom a delivery of goods goes to.
pub(super) fn put_receiver(placed: &mut Placed) {
    let parts = [
        ("City", "Seoul"),
        ("Zip", "06000"),
        ("State", "N/A"),
        ("Street", "Teheran-ro 1"),
        ("Phone", "01012345678"),
        ("Firstname", "Jack"),
        ("Lastname", "Son"),
    ];
    for (part, value) in parts {
        placed.put(&format!("shippingAddress{part}"), json!(value));
    }
}

fn card() -> Value {
    json!({
        "credential": {
            "number": "1111111111111111", "expiryYear": "29", "expiryMonth": "01",
            "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00",
        },
    })
}

fn account() -> Value {
    json!({
        "bank": "SHINHAN", "expiry": { "validHours": 24 }, "option": { "type": "NORMAL" },
        "cashReceipt": { "type": "NO_RECEIPT", "customerIdentityNumber": "01012345678" }, "remitteeName": "PortOne",
    })
}

/// The account a deposit is returned to.
pub(super) fn refund_account() -> Value {
    json!({
        "bank": "SHINHAN", "number": "56211105948400", "holderName": "Hong", "holderPhoneNumber": "01012345678",
    })
}

/// What the ledger knows of the payment that the rule's cancel is about.
pub(super) fn add_ledger(placed: &mut Placed, example: &Example) {
    if placed.op != "API_CANCEL" {
        return;
    }
    let context = &mut placed.context;
    context.insert("cancellable".to_owned(), json!(10_000));
    let deposited = ["SMARTRO-117", "KPN-020", "KPN-080"].contains(&example.id.as_str());
    if deposited {
        context.insert("pay_method".to_owned(), json!("VIRTUAL_ACCOUNT"));
        placed.request["refundAccount"] = refund_account();
    }
    if example.id == "SMARTRO-118" {
        placed.context.insert("cancellable_tax_free".to_owned(), json!(1_000));
    }
}

/// The path of the field that the rule is about.
pub(super) fn path_of(v2: &str, op: &str) -> String {
    if !v2.contains("body:") && v2.contains("path:paymentId") {
        return "path:paymentId".to_owned();
    }
    let part = v2.split(" / ").find_map(|part| part.strip_prefix("body:")).unwrap_or(v2);
    inside(part.split([',', ' ']).next().unwrap_or(part), op)
}

/// The order of a schedule is inside `payment`.
fn inside(path: &str, op: &str) -> String {
    let at_the_top = op != "API_SCHEDULE" || path == "timeToPay" || path.starts_with("payment");
    if at_the_top { path.to_owned() } else { format!("payment.{path}") }
}

/// Where a named part of an example stands, and its value; `None` for parts that are no members of a body.
pub(super) fn part(example: &Example, name: &str, part: &Value, op: &str) -> Option<(String, Value)> {
    let at = |path: &str| Some((inside(path, op), part.clone()));
    match (name, example.id.as_str()) {
        ("taxFree", _) => at("amount.taxFree"),
        ("vat", _) => at("amount.vat"),
        ("total", _) => at("amount.total"),
        ("fixedMonth", _) => at("installmentMonth"),
        ("useFreeInterestFromMall", _) => at("useFreeInterestFromMerchant"),
        ("dueDate" | "validHours", _) => at(&format!("method.virtualAccount.expiry.{name}")),
        ("option" | "bank", _) if op == "API_INSTANT_VA" => at(&format!("method.virtualAccount.{name}")),
        ("type", "SMARTRO-120") => None,
        ("type" | "customerIdentityNumber", _) => at(&format!("method.virtualAccount.cashReceipt.{name}")),
        ("name" | "buyer_name", _) => at("customer.name"),
        ("bank" | "number" | "holderName" | "holderPhoneNumber", _) if op == "API_CANCEL" => {
            at(&format!("refundAccount.{name}"))
        }
        (
            "number"
            | "expiryYear"
            | "expiryMonth"
            | "birthOrBusinessRegistrationNumber"
            | "passwordTwoDigits",
            _,
        ) => at(&format!("method.card.credential.{name}")),
        ("card", "KPN-065") => Some(("method.card".to_owned(), card())),
        ("virtualAccount", "KPN-065") => Some(("method.virtualAccount".to_owned(), account())),
        ("payment", _) => Some(("payment.customer".to_owned(), part["customer"].clone())),
        ("method", _) if part.is_object() => {
            let whole = if part.get("card").is_some() {
                json!({ "card": card() })
            } else {
                json!({ "virtualAccount": account() })
            };
            Some(("method".to_owned(), whole))
        }
        ("identifier", _) => at("customer.identityNumber"),
        ("buyer_tel", _) => at("customer.phoneNumber"),
        // V1's one line has no place in V2: an address there is one in parts, or none.
        ("addr", _) => Some(("sender.address".to_owned(), Value::Null)),
        ("formed_address", _) => {
            let line = |name: &str| part[name].clone();
            let lines =
                json!({ "addressLine1": line("address_line_1"), "addressLine2": line("address_line_2") });
            Some(("sender.address".to_owned(), lines))
        }
        // The operation says it already.
        ("method", _) => None,
        ("cancel", _) => at("amount"),
        ("amount", "SMARTRO-124") => (part == "partial").then(|| ("amount".to_owned(), json!(300))),
        _ => at(name),
    }
}
