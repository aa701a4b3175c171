//! Where an example's parts stand in V1's requests.

use serde_json::{Map, Value, json};

use super::{Example, place::Placed};

/// The members of a schedule beside its entries.
const BESIDE_ENTRIES: [&str; 10] = [
    "customer_uid",
    "customer_id",
    "checking_amount",
    "channel_key",
    "card_number",
    "expiry",
    "birth",
    "pwd_2digit",
    "cvc",
    "schedules",
];
const CARD: [&str; 4] = ["card_number", "expiry", "birth", "pwd_2digit"];
const IN_MARCH: &str = "2026-03-01T00:00:00Z";
const IN_JANUARY: &str = "2026-01-31T00:00:00Z";

/// The request of an operation with this example of a rule in it.
pub(super) fn placed(example: &Example, op: &str, value: &Value, capabilities: &[&str]) -> Placed {
    let op = value["op"].as_str().unwrap_or(op);
    let op = if value["endpoint"] == "/subscribe/payments/onetime" { "API_INSTANT_CARD" } else { op };
    let pg = value["pg"].as_str().unwrap_or(pg_of(&example.id));
    let code = pg.split('.').next().unwrap_or(pg);
    let mut placed = Placed {
        op: op.to_owned(),
        pg: Some(code.to_owned()),
        request: base(op, code, pg),
        payment_id: "customer-1".to_owned(),
        test: example.env.as_deref() == Some("test"),
        contracts: capabilities.iter().map(|&name| name.to_owned()).collect(),
        context: context_of(&example.id, op),
    };
    suit(&mut placed, example, value);
    match value {
        // The amount itself, as V2 writes it.
        Value::Object(_) if example.id == "IAMPORT-050" => placed_at(&mut placed, "amount", value.clone()),
        Value::Array(_) if ["IAMPORT-012", "IAMPORT-040"].contains(&example.id.as_str()) => {}
        Value::Object(parts) => {
            for (name, part) in parts {
                put_part(&mut placed, name, part);
            }
        }
        scalar => {
            let path = path_of(&example.v1, op);
            if path == "path" {
                scalar.as_str().unwrap_or_default().clone_into(&mut placed.payment_id);
            } else {
                placed_at(&mut placed, &path, scalar.clone());
            }
        }
    }
    placed
}

fn pg_of(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("SMARTRO") => "smartro_v2.MID1",
        Some("PW") => "paymentwall.t_123",
        // Who reads the field at all.
        _ if id == "IAMPORT-062" => "tosspay_v2.MID1",
        // Whose bank code the example has.
        _ if id == "IAMPORT-093" => "html5_inicis.MID1",
        _ => "nice_v2.MID1",
    }
}

fn context_of(id: &str, op: &str) -> Map<String, Value> {
    let mut context = Map::new();
    if op.starts_with("WINDOW") {
        let is_mobile = ["PW-043", "IAMPORT-078"].contains(&id);
        context.insert("os".to_owned(), json!(if is_mobile { "android" } else { "windows" }));
        context.insert("in_app".to_owned(), json!(id == "IAMPORT-079"));
    }
    if op == "API_CANCEL" {
        context.insert("cancellable".to_owned(), json!(10_000));
    }
    if id == "IAMPORT-023" {
        context.insert("card_kind".to_owned(), json!("CORPORATE"));
    }
    context
}

/// What a rule's example takes for granted.
fn suit(placed: &mut Placed, example: &Example, value: &Value) {
    let id = example.id.as_str();
    suit_request(placed, id, value);
    let mut told = |fact: &str, value: Value| drop(placed.context.insert(fact.to_owned(), value));
    match id {
        "IAMPORT-093" if value["pay_method"] == "vbank" => told("pay_method", json!("VIRTUAL_ACCOUNT")),
        "IAMPORT-096" => {
            told("pay_method", json!("MOBILE"));
            let month = |name: &str| value[name].as_str().map(|day| day[..7].to_owned());
            told("paid_at", json!(if month("paid") == month("cancel") { IN_MARCH } else { IN_JANUARY }));
        }
        _ => {}
    }
}

fn suit_request(placed: &mut Placed, id: &str, value: &Value) {
    let missing = |placed: &mut Placed, names: &[&str]| {
        names.iter().for_each(|name| placed_at(placed, name, Value::Null));
    };
    match id {
        "IAMPORT-003" => placed.put("pg", value["pg"].clone()),
        "IAMPORT-012" => {
            let entry = placed.request["schedules"][0].clone();
            let of = |uid: &Value| merged(entry.clone(), &json!({ "merchant_uid": uid }));
            placed.request["schedules"] = value.as_array().into_iter().flatten().map(of).collect();
        }
        "IAMPORT-020" | "IAMPORT-021" | "IAMPORT-022" | "IAMPORT-023" | "IAMPORT-025" => put_card(placed),
        "IAMPORT-026" => missing(placed, &CARD),
        "IAMPORT-032" if placed.op == "API_INSTANT_CARD" => placed.put("customer_uid", json!("customer-1")),
        "IAMPORT-036" => {
            put_card(placed);
            placed.put("customer_id", Value::Null);
        }
        "IAMPORT-039" | "SMARTRO-115" if value.get("card_number").is_some() => put_card(placed),
        "IAMPORT-040" => placed.request["schedules"] = value.clone(),
        // Instalments are for larger amounts.
        "IAMPORT-056" => placed_at(placed, "amount", json!(60_000)),
        "IAMPORT-071" | "SMARTRO-080" => placed.put("pay_method", json!("phone")),
        "IAMPORT-072" | "SMARTRO-065" => placed.put("pay_method", json!("vbank")),
        "IAMPORT-082" => placed.put("card.direct.quota", json!(0)),
        "IAMPORT-085" => placed.put("confirm_url", json!("https://shop.example/confirm")),
        "IAMPORT-090" => missing(placed, &["merchant_uid"]),
        "SMARTRO-108" => missing(placed, &["vbank_holder"]),
        "SMARTRO-109" | "SMARTRO-114" => missing(placed, &["buyer_name", "buyer_email", "buyer_tel"]),
        "SMARTRO-120" => missing(placed, &["type", "buyer_name", "buyer_tel"]),
        "PW-022" => placed.request = json!({}),
        _ => {}
    }
}

/// A whole card, where a schedule has none.
fn put_card(placed: &mut Placed) {
    if placed.op == "API_SCHEDULE" {
        let digits = ["1234-1234-1234-1234", "2029-12", "900101", "00"];
        for (name, part) in CARD.into_iter().zip(digits) {
            placed.put(name, json!(part));
        }
    }
}

fn put_part(placed: &mut Placed, name: &str, part: &Value) {
    let mut told = |fact: &str, value: Value| drop(placed.context.insert(fact.to_owned(), value));
    match name {
        "pg" | "api" | "op" | "path" | "endpoint" | "sequence" | "paid" | "cancel" | "registered" => {
            if name == "sequence" {
                // Without a deletion between them the first key is still there.
                told("has_billing_key", json!(part.as_array().is_some_and(|steps| steps.len() == 2)));
            }
        }
        "existing_status" => told("payment_status", part.clone()),
        "status" if placed.op == "API_CLOSE_VA" => told("payment_status", part.clone()),
        // The payment's, which the ledger knows.
        "pay_method" if placed.op == "API_CANCEL" => {}
        "card_quota" if placed.op == "WINDOW_PAY" => placed.put("display.card_quota", json!([part])),
        "pending_schedules" => told("pending_schedules", part.clone()),
        "prepared" => told("prepared_amount", part.clone()),
        "requested" => placed.put("amount", part.clone()),
        "original_vat_amount" => told("ordered_vat", part.clone()),
        "original_tax_free" => {
            told("cancellable_tax_free", part.clone());
            placed.put("amount", json!(1_000));
        }
        "cancel_amount" => told("cancellable", json!(9_000)),
        "amount" if placed.op == "API_CANCEL" && placed.request["checksum"].is_null() && part == 10_000 => {}
        "amount" if part == "partial" => placed.put("amount", json!(1_000)),
        "issue" => told("issue_email", part.clone()),
        "charge" => placed_at(placed, "buyer_email", part.clone()),
        "request" => told("currency", part.clone()),
        "processing" => told("mid_currency", part.clone()),
        "project" => placed.test = part == "NOT_LIVE",
        "ps" | "sales_tax" => placed.put(&format!("bypass.{name}"), part.clone()),
        "method" => placed.put("pay_method", json!(if part == "card" { "card" } else { "vbank" })),
        "channel" | "merchant" => {
            for (capability, has) in part.as_object().into_iter().flatten() {
                let names = if capability == "api_billing" {
                    vec!["api_billing", "api_keyin"]
                } else {
                    vec![capability.as_str()]
                };
                if *has == json!(false) {
                    placed.contracts.retain(|held| !names.contains(&held.as_str()));
                }
            }
        }
        "customer_uid" if part == "has_key" || part == "no_key" => {
            told("has_billing_key", json!(part == "has_key"));
        }
        "formed_address" => placed.put("sender.formed_address", part.clone()),
        "addr" => {
            placed.put("sender.formed_address", Value::Null);
            placed.put("sender.addr", part.clone());
        }
        "v1" => {
            for (name, part) in part.as_object().into_iter().flatten() {
                placed_at(placed, name, part.clone());
            }
        }
        _ => placed_at(placed, name, part.clone()),
    }
}

/// Sets a member, in the entry of a schedule where it belongs there; null takes it away.
fn placed_at(placed: &mut Placed, path: &str, value: Value) {
    let first = path.split('.').next().unwrap_or(path);
    if placed.op == "API_SCHEDULE" && !BESIDE_ENTRIES.contains(&first) {
        let entry = placed.request["schedules"][0].as_object_mut().expect("an entry");
        if value.is_null() {
            entry.remove(path);
        } else {
            entry.insert(path.to_owned(), value);
        }
        return;
    }
    placed.put(path, value);
}

/// The path of the field that the rule is about, in this kind of operation.
fn path_of(v1: &str, op: &str) -> String {
    let names = v1.split([',', '|', '+']).map(|name| name.trim().trim_start_matches("schedules[]."));
    let names: Vec<&str> = names.map(|name| name.split(' ').next().unwrap_or(name)).collect();
    let first = names.first().copied().unwrap_or_default();
    match (first, op) {
        ("customer_uid", "API_ISSUE_KEY" | "API_DELETE_KEY") => "path".to_owned(),
        (_, "API_ISSUE_KEY") => {
            let own = names.iter().find(|name| name.starts_with("customer_"));
            own.copied().unwrap_or(first).to_owned()
        }
        ("channelKey", _) => "pg".to_owned(),
        ("card[]" | "card", _) => "card.detail".to_owned(),
        _ => first.trim_end_matches("[]").to_owned(),
    }
}

/// A request that every rule lets pass.
fn base(op: &str, code: &str, pg: &str) -> Value {
    let is_paymentwall = code == "paymentwall";
    let buyer = json!({
        "buyer_name": if is_paymentwall { "Jack Son" } else { "Hong Gildong" }, "buyer_email": "hong@example.com",
        "buyer_tel": "010-1234-5678",
    });
    let mut order =
        json!({ "merchant_uid": "payment0001A", "name": "Norway swivel chair", "amount": 10_000 });
    if is_paymentwall {
        order = merged(order, &json!({ "currency": "USD" }));
    }
    let mut charge = merged(order.clone(), &buyer);
    if is_paymentwall {
        charge = merged(charge, &json!({ "browser_ip": "203.0.113.7" }));
    }
    let mut card = json!({
        "card_number": "1234-1234-1234-1234", "expiry": "2029-12", "birth": "900101", "pwd_2digit": "00",
    });
    if is_paymentwall {
        card = merged(card, &json!({ "cvc": "123" }));
    }
    match op {
        "API_INSTANT_CARD" => merged(merged(charge, &card), &json!({ "pg": pg })),
        "API_INSTANT_VA" => {
            let account = json!({
                "channel_key": "channel-key-1", "vbank_code": "088", "vbank_due": 1_893_456_000,
                "vbank_holder": "PortOne",
            });
            merged(charge, &account)
        }
        "API_ISSUE_KEY" => {
            merged(card, &json!({ "pg": pg, "customer_id": "customer1234", "customer_name": "Hong Gildong" }))
        }
        "API_PAY_KEY" => merged(charge, &json!({ "customer_uid": "customer-1" })),
        "API_SCHEDULE" => {
            let entry = json!({ "schedule_at": 1_893_456_000, "currency": if is_paymentwall { "USD" } else { "KRW" } });
            json!({ "customer_uid": "customer-1", "schedules": [merged(charge, &entry)] })
        }
        "API_UNSCHEDULE" => json!({}),
        "API_CANCEL" => json!({ "merchant_uid": "payment0001A", "reason": "sold out" }),
        "API_ESCROW" => json!({
            "sender": party(), "receiver": party(),
            "logis": { "company": "CJGLS", "invoice": "1234567890", "sent_at": 1_772_400_000 },
        }),
        "API_RECEIPT" => json!({
            "channel_key": "channel-key-1", "name": "Norway swivel chair", "amount": 10_000,
            "identifier": "01012345678", "type": "person", "buyer_name": "Hong", "buyer_tel": "01012345678",
        }),
        "API_DELIVERY" => json!({
            "imp_uid": "imp_448280090638", "merchant_uid": "order1", "type": "digital", "status": "delivered",
            "estimated_delivery_datetime": 1_700_000_000, "estimated_update_datetime": 1_700_000_000,
            "refundable": "yes", "shipping_address_email": "a@b.co",
        }),
        "WINDOW_PAY" | "WINDOW_ISSUE_KEY" => {
            let window = json!({
                "pg": pg, "pay_method": "card", "customer_id": "customer1234",
                "m_redirect_url": "https://shop.example/return",
            });
            let window = merged(merged(order, &buyer), &window);
            if op == "WINDOW_ISSUE_KEY" {
                merged(window, &json!({ "customer_uid": "customer-1" }))
            } else {
                window
            }
        }
        _ => json!({}),
    }
}

fn party() -> Value {
    json!({
        "name": "Hong Gildong", "tel": "01012345678", "postcode": "06000",
        "formed_address": { "address_line_1": "Teheran-ro 1", "address_line_2": "5F" },
    })
}

fn merged(mut one: Value, other: &Value) -> Value {
    let members = other.as_object().cloned().unwrap_or_default();
    one.as_object_mut().expect("an object").extend(members);
    one
}
