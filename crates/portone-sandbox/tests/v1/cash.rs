//! Virtual accounts, cash receipts and escrow of the V1 face.

use portone_sandbox::Method;
use serde_json::{Value, json};

use super::{CANCEL, V1, with};

const VBANKS: &str = "/v1/vbanks";

fn account(merchant_uid: &str, channel_key: &str) -> Value {
    json!({
        "channel_key": channel_key, "merchant_uid": merchant_uid, "name": "Chair", "amount": 10_000,
        "vbank_code": "088", "vbank_due": 4_102_444_800_i64, "vbank_holder": "PortOne", "buyer_name": "Hong",
        "buyer_email": "hong@example.com", "buyer_tel": "01012345678",
    })
}

fn receipt() -> Value {
    json!({ "identifier": "01012345678", "type": "person", "buyer_name": "Hong", "buyer_tel": "01012345678" })
}

impl V1 {
    /// An account, paid into.
    fn deposited(&mut self, merchant_uid: &str, channel_key: &str) -> String {
        let issued = self.done(VBANKS, &account(merchant_uid, channel_key));
        let imp_uid = issued["imp_uid"].as_str().unwrap().to_owned();
        let (status, paid) = self.bench.post(&format!("/sandbox/v1/payments/{imp_uid}/deposit"), &json!({}));
        assert_eq!(status, 200, "{paid}");
        imp_uid
    }
}

#[test]
fn v1_080_an_account_waits_until_its_deposit() {
    let mut v1 = V1::new();
    let issued = v1.done(VBANKS, &account("order1", "a-nice"));
    assert_eq!((&issued["status"], &issued["pay_method"]), (&json!("ready"), &json!("vbank")));
    assert_eq!((&issued["vbank_code"], &issued["vbank_date"]), (&json!("088"), &json!(4_102_444_800_i64)));
    assert!(issued["vbank_num"].is_string() && issued["vbank_issued_at"].as_i64() > Some(0), "{issued}");
    let imp_uid = issued["imp_uid"].as_str().unwrap().to_owned();
    v1.bench.post(&format!("/sandbox/v1/payments/{imp_uid}/deposit"), &json!({}));
    let (_, found) = v1.get("/v1/payments/find/order1");
    assert_eq!(found["response"]["status"], "paid");
    // IAMPORT-076: nothing more is issued under it.
    v1.refused(VBANKS, &account("order1", "a-nice"));
}

#[test]
fn v1_081_several_accounts_wait_under_one_number_and_each_is_closed_by_its_own() {
    let mut v1 = V1::new();
    let first = v1.done(VBANKS, &account("order2", "a-nice"))["imp_uid"].as_str().unwrap().to_owned();
    let second = v1.done(VBANKS, &account("order2", "a-nice"))["imp_uid"].as_str().unwrap().to_owned();
    let path = format!("{VBANKS}/{first}");
    let (status, closed) = v1.call(Method::Delete, &path, &Value::Null);
    assert_eq!((status, &closed["response"]["status"]), (200, &json!("cancelled")));
    assert!(closed["response"]["cancelled_at"].as_i64() > Some(0), "{closed}");
    // IAMPORT-077
    assert_eq!(v1.call(Method::Delete, &path, &Value::Null).0, 400);
    assert_eq!(v1.call(Method::Delete, "/v1/vbanks/imp_none", &Value::Null).0, 404);
    let (_, left) = v1.get(&format!("/v1/payments/{second}"));
    assert_eq!(left["response"]["status"], "ready");
}

#[test]
fn accounts_are_refused_as_documented() {
    let mut v1 = V1::new();
    for changes in [
        json!({"vbank_code": "SHINHAN"}),
        json!({"vbank_code": null}),
        json!({"vbank_due": "20301231235959"}),
        json!({"vbank_due": 1_000_000_000}),
        json!({"vbank_due": null}),
        json!({"vbank_holder": "h".repeat(17)}),
        json!({"channel_key": "c-pw"}),
        json!({"channel_key": "nobody"}),
    ] {
        v1.refused(VBANKS, &with(account("order3", "a-nice"), changes));
    }
    // SMARTRO-001, SMARTRO-108, SMARTRO-109, SMARTRO-127
    for changes in [
        json!({"merchant_uid": "order-3"}),
        json!({"vbank_holder": null}),
        json!({"buyer_tel": null}),
        json!({"vbank_code": "004"}),
    ] {
        v1.refused(VBANKS, &with(account("order3", "d-smartro"), changes));
    }
    v1.done(VBANKS, &account("order3", "d-smartro"));
}

#[test]
fn smartro_123_a_deposit_that_nobody_tells_of_is_lost() {
    let mut v1 = V1::new();
    v1.deposited("order4", "e-mute");
    assert_eq!(v1.get("/v1/payments/find/order4").1["response"]["status"], "ready");
}

#[test]
fn smartro_119_a_deposit_goes_back_later_and_to_an_account() {
    let mut v1 = V1::new();
    let imp_uid = v1.deposited("order5", "d-smartro");
    v1.refused(CANCEL, &json!({"imp_uid": imp_uid}));
    let refund = json!({
        "imp_uid": imp_uid, "refund_holder": "Hong", "refund_bank": "088", "refund_account": "1", "refund_tel": "010",
    });
    let asked = v1.done(CANCEL, &refund);
    assert_eq!((&asked["status"], &asked["cancel_amount"]), (&json!("paid"), &json!(0)));
    v1.bench.post(&format!("/sandbox/v1/payments/{imp_uid}/pingback"), &json!({}));
    let (_, done) = v1.get("/v1/payments/find/order5");
    assert_eq!(done["response"]["status"], "cancelled");
    assert_eq!(done["response"]["cancel_amount"], 10_000);
}

#[test]
fn v1_083_a_receipt_is_issued_once_for_what_is_left() {
    let mut v1 = V1::new();
    let imp_uid = v1.deposited("order6", "a-nice");
    let path = format!("/v1/receipts/{imp_uid}");
    assert_eq!(v1.get(&path).0, 404);
    let issued = v1.done(&path, &receipt());
    // V1-085
    assert_eq!(
        (&issued["amount"], &issued["vat"], &issued["type"]),
        (&json!(10_000), &json!(909), &json!("person"))
    );
    assert_eq!((&issued["imp_uid"], &issued["cancelled_at"]), (&json!(imp_uid), &json!(0)));
    assert_eq!(v1.post(&path, &receipt()).0, 400);
    let (status, cancelled) = v1.call(Method::Delete, &path, &Value::Null);
    assert_eq!(status, 200);
    assert!(cancelled["response"]["cancelled_at"].as_i64() > Some(0), "{cancelled}");
    // V1-084
    assert_eq!(v1.call(Method::Delete, &path, &Value::Null).0, 400);
    assert_eq!(v1.get(&path).0, 200);
    v1.done(&path, &receipt());
}

#[test]
fn v1_084_cancelling_a_payment_leaves_its_receipt() {
    let mut v1 = V1::new();
    let imp_uid = v1.deposited("order7", "d-smartro");
    let path = format!("/v1/receipts/{imp_uid}");
    // SMARTRO-120
    for missing in ["type", "buyer_name", "buyer_tel", "identifier"] {
        assert_eq!(v1.post(&path, &with(receipt(), json!({missing: null}))).0, 400, "{missing}");
    }
    v1.done(&path, &receipt());
    let refund = json!({
        "imp_uid": imp_uid, "refund_holder": "Hong", "refund_bank": "088", "refund_account": "1", "refund_tel": "010",
    });
    v1.done(CANCEL, &refund);
    assert_eq!(v1.get(&path).1["response"]["cancelled_at"], 0);
}

#[test]
fn receipts_are_of_cash_and_of_pgs_that_issue_them() {
    let mut v1 = V1::new();
    let card = v1.paid("order8")["imp_uid"].as_str().unwrap().to_owned();
    assert_eq!(v1.post(&format!("/v1/receipts/{card}"), &receipt()).0, 400);
    let elsewhere =
        |channel: &str| with(receipt(), json!({"channel_key": channel, "name": "Chair", "amount": 1_100}));
    assert_eq!(v1.post("/v1/receipts/external/shop1", &elsewhere("c-pw")).0, 501);
    let issued = v1.done("/v1/receipts/external/shop1", &elsewhere("a-nice"));
    assert_eq!((&issued["merchant_uid"], &issued["vat"]), (&json!("shop1"), &json!(100)));
    assert_eq!(v1.post("/v1/receipts/external/shop1", &elsewhere("a-nice")).0, 400);
    assert_eq!(v1.call(Method::Delete, "/v1/receipts/external/shop2", &Value::Null).0, 404);
    assert_eq!(v1.call(Method::Delete, "/v1/receipts/external/shop1", &Value::Null).0, 200);
}

#[test]
fn v1_086_a_delivery_is_told_once_and_then_changed() {
    let mut v1 = V1::new();
    let call = json!({
        "pg": "smartro_v2.MID3", "merchant_uid": "order9", "amount": 10_000, "name": "Chair", "escrow": true,
    });
    let held = v1.bench.post("/sandbox/v1/windows", &json!({"call": call})).1["imp_uid"].clone();
    let path = format!("/v1/escrows/logis/{}", held.as_str().unwrap());
    let party = json!({
        "name": "Hong", "tel": "010", "postcode": "06000",
        "formed_address": {"address_line_1": "Teheran-ro 1", "address_line_2": "5F"},
    });
    let told = json!({
        "sender": party, "receiver": party,
        "logis": {"company": "DHL", "invoice": "1234", "sent_at": 1_772_400_000},
    });
    assert_eq!(v1.get(&path).0, 409);
    assert_eq!(v1.call(Method::Put, &path, &told).0, 409);
    // SMARTRO-122: an address in one line is none.
    let one_line = with(
        told.clone(),
        json!({"sender": {"name": "Hong", "tel": "010", "postcode": "06000", "addr": "x"}}),
    );
    assert_eq!(v1.post(&path, &one_line).0, 400);
    // V1-087
    assert_eq!(v1.done(&path, &told)["company"], "ETC");
    assert_eq!(v1.post(&path, &told).0, 409);
    let changed = json!({
        "sender": {}, "receiver": {}, "logis": {"company": "CJGLS", "invoice": "5678", "sent_at": 1_772_400_000},
    });
    assert_eq!(v1.call(Method::Put, &path, &changed).0, 200);
    let (_, kept) = v1.get(&path);
    assert_eq!(
        (&kept["response"]["company"], &kept["response"]["invoice"]),
        (&json!("CJGLS"), &json!("5678"))
    );
}

#[test]
fn iamport_081_without_the_contract_nothing_is_held() {
    let mut v1 = V1::new();
    let call = json!({
        "pg": "smartro_v2.MID4", "merchant_uid": "order10", "amount": 10_000, "name": "Chair", "escrow": true,
    });
    let plain = v1.bench.post("/sandbox/v1/windows", &json!({"call": call})).1;
    assert_eq!(plain["escrow"], false);
    let path = format!("/v1/escrows/logis/{}", plain["imp_uid"].as_str().unwrap());
    assert_eq!(v1.post(&path, &json!({"logis": {}})).0, 409);
}

#[test]
fn iamport_072_a_window_issues_an_account_until_its_deadline() {
    let mut v1 = V1::new();
    let call = |uid: &str, due: &str| {
        json!({
            "pg": "nice_v2.MID1", "pay_method": "vbank", "merchant_uid": uid, "amount": 10_000, "name": "Chair",
            "vbank_due": due,
        })
    };
    let dues = ["20991231", "2099-12-31", "2099-12-31 23:59:59", "20991231235959"];
    for (number, due) in dues.into_iter().enumerate() {
        let asked = json!({"call": call(&format!("w{number}"), due), "bank": "KOOKMIN_BANK"});
        let (status, told) = v1.bench.post("/sandbox/v1/windows", &asked);
        assert_eq!(
            (status, &told["success"], &told["status"]),
            (200, &json!(true), &json!("ready")),
            "{told}"
        );
        assert_eq!((&told["vbank_code"], &told["vbank_date"]), (&json!("004"), &json!(4_102_412_399_i64)));
        assert_eq!((&told["pay_method"], &told["paid_at"]), (&json!("vbank"), &json!(0)));
    }
    let paid = v1.get("/v1/payments/find/w0").1["response"]["imp_uid"].clone();
    let path = format!("/sandbox/v1/payments/{}/deposit", paid.as_str().unwrap());
    assert_eq!(v1.bench.post(&path, &json!({})).1["status"], "paid");
    for asked in [
        json!({"call": call("w9", "20201231")}),
        json!({"call": call("w9", "soon")}),
        json!({"call": call("w9", "20991231"), "bank": "BANK_OF_NOBODY"}),
        json!({"call": call("w0", "20991231")}),
    ] {
        assert_eq!(v1.bench.post("/sandbox/v1/windows", &asked).0, 400, "{asked}");
    }
    let refused = json!({"call": call("w9", "20991231"), "cardNumber": "4000000000000002"});
    let told = v1.bench.post("/sandbox/v1/windows", &refused).1;
    assert_eq!(
        (&told["success"], &told["status"], &told["vbank_num"]),
        (&json!(false), &json!("failed"), &json!(null))
    );
}

#[test]
fn smartro_096_another_card_takes_one_slot_of_a_verified_person_only() {
    let mut v1 = V1::new();
    let issue = |v1: &mut V1, uid: &str, card: &str| {
        let call = json!({
            "pg": "smartro_v2.MID3", "merchant_uid": format!("{uid}{card}"), "amount": 0, "name": "Chair",
            "customer_id": "person1", "customer_uid": uid,
        });
        let (status, told) = v1.bench.post("/sandbox/v1/windows", &json!({"call": call, "cardNumber": card}));
        assert_eq!((status, &told["success"]), (200, &json!(true)), "{told}");
    };
    issue(&mut v1, "cuidA", "4242424242424242");
    issue(&mut v1, "cuidB", "5555555555554444");
    let card = |v1: &mut V1, uid: &str| {
        v1.get(&format!("/v1/subscribe/customers/{uid}")).1["response"]["card_number"].clone()
    };
    let (first, other) = (card(&mut v1, "cuidA"), card(&mut v1, "cuidB"));
    issue(&mut v1, "cuidA", "4000000000000143");
    assert_ne!(card(&mut v1, "cuidA"), first);
    assert_eq!(card(&mut v1, "cuidB"), other);
}

#[test]
fn a_restart_loses_no_receipt_and_no_account() {
    let mut v1 = V1::new();
    let imp_uid = v1.deposited("order11", "a-nice");
    let path = format!("/v1/receipts/{imp_uid}");
    let issued = v1.done(&path, &receipt());
    let mut restored = portone_sandbox::Sandbox::new(portone_sandbox::SandboxConfig::new(super::SECRET));
    for line in super::journal(&v1.bench.sandbox) {
        restored.restore(line.as_bytes()).unwrap();
    }
    v1.bench.sandbox = restored;
    v1.token = String::from(v1.log_in()["access_token"].as_str().unwrap());
    assert_eq!(v1.get(&path).1["response"], issued);
    assert!(v1.get("/v1/payments/find/order11").1["response"]["vbank_num"].is_string());
}
