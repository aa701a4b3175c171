//! Escrow of the sandbox: V2-071, SMARTRO-035, SMARTRO-122.

mod support;

use portone_sandbox::Method;
use serde_json::{Value, json};
use support::{APPROVED, Bench, account, key_in, refusal_code, with, without};

const LOGISTICS: &str = "/payments/pay1/escrow/logistics";
const COMPLETE: &str = "/payments/pay1/escrow/complete";

fn delivery(number: &str) -> Value {
    let party = json!({"name": "Hong", "phoneNumber": "01012345678", "zipcode": "06133",
        "address": {"addressLine1": "Teheran-ro 1", "addressLine2": "5F"}});
    json!({
        "sender": party, "receiver": party,
        "logistics": {"company": "CJ", "invoiceNumber": number, "sentAt": "2026-09-21T00:00:00Z"},
    })
}

/// A deposited account at this channel, held in escrow where its contract has it.
fn held(bench: &mut Bench, channel: &str) {
    bench.posted("/payments/pay1/instant", &with(&account(channel), "/isEscrow", json!(true)));
    bench.posted("/sandbox/payments/pay1/deposit", &Value::Null);
}

fn status(bench: &mut Bench) -> Value {
    bench.get("/payments/pay1").1["escrow"]["status"].clone()
}

#[test]
fn v2_071_a_delivery_is_registered_modified_and_confirmed() {
    let mut bench = Bench::new();
    held(&mut bench, "smartro");
    assert_eq!(status(&mut bench), "BEFORE_REGISTERED");
    for (method, target) in [(Method::Patch, LOGISTICS), (Method::Post, COMPLETE)] {
        assert_eq!(
            refusal_code(&bench.call(method, target, &delivery("1")).1),
            "S607",
            "nothing is registered"
        );
    }
    let registered = bench.posted(LOGISTICS, &delivery("1"));
    assert_eq!((&registered["invoiceNumber"], registered.get("appliedAt").is_some()), (&json!("1"), true));
    assert_eq!(refusal_code(&bench.post(LOGISTICS, &delivery("2")).1), "S607", "it is registered already");
    let parcel = json!({"logistics": delivery("2")["logistics"]});
    let (_, modified) = bench.call(Method::Patch, LOGISTICS, &parcel);
    assert!(modified.get("modifiedAt").is_some(), "{modified}");
    let escrow = bench.get("/payments/pay1").1["escrow"].clone();
    assert_eq!((&escrow["status"], &escrow["invoiceNumber"]), (&json!("REGISTERED"), &json!("2")));
    bench.posted(COMPLETE, &json!({"fromStore": true}));
    assert_eq!(status(&mut bench), "CONFIRMED");
    assert_eq!(refusal_code(&bench.post(COMPLETE, &json!({})).1), "S607", "it is confirmed already");
}

#[test]
fn smartro_122_a_delivery_is_registered_with_both_addresses() {
    let mut bench = Bench::new();
    held(&mut bench, "smartro");
    for gone in ["/sender", "/receiver/address", "/sender/phoneNumber"] {
        assert_eq!(refusal_code(&bench.post(LOGISTICS, &without(&delivery("1"), gone)).1), "S605", "{gone}");
    }
    let half = without(&delivery("1"), "/sender/address/addressLine2");
    assert_eq!(bench.post(LOGISTICS, &half).0, 400);
    assert_eq!(bench.post(LOGISTICS, &with(&delivery("1"), "/logistics/company", json!("cj"))).0, 400);
}

#[test]
fn smartro_035_without_the_contract_nothing_is_held() {
    let mut bench = Bench::new();
    bench.channel("plain", "SMARTRO_V2", "live", &json!({"contracts": []}));
    held(&mut bench, "plain");
    assert_eq!(status(&mut bench), Value::Null);
    assert_eq!(refusal_code(&bench.post(LOGISTICS, &delivery("1")).1), "S606");
}

#[test]
fn only_a_paid_payment_of_smartro_is_delivered_and_nobody_names_sub_shops() {
    let mut bench = Bench::new();
    assert_eq!(refusal_code(&bench.post(LOGISTICS, &delivery("1")).1), "PAYMENT_NOT_FOUND");
    bench.posted("/payments/pay1/instant", &with(&account("smartro"), "/isEscrow", json!(true)));
    assert_eq!(refusal_code(&bench.post(LOGISTICS, &delivery("1")).1), "PAYMENT_NOT_PAID");
    assert_eq!(
        refusal_code(&bench.post("/payments/pay1/register-store-receipt", &json!({})).1),
        "PAYMENT_NOT_PAID"
    );
    bench.posted("/payments/pay2/instant", &key_in("kpn", APPROVED));
    assert_eq!(refusal_code(&bench.post("/payments/pay2/escrow/logistics", &delivery("1")).1), "K601");
    assert_eq!(refusal_code(&bench.post("/payments/pay2/register-store-receipt", &json!({})).1), "K601");
}

#[test]
fn carriers_buyers_and_time_move_an_escrow_on_one_step_after_another() {
    let mut bench = Bench::new();
    held(&mut bench, "smartro");
    let escrow = "/sandbox/payments/pay1/escrow";
    let to = |status: &str| json!({"status": status});
    assert_eq!(refusal_code(&bench.post(escrow, &to("DELIVERED")).1), "ESCROW_OUT_OF_STEP");
    bench.posted(LOGISTICS, &delivery("1"));
    assert_eq!(refusal_code(&bench.post(escrow, &to("REJECT_CONFIRMED")).1), "ESCROW_OUT_OF_STEP");
    assert_eq!(bench.posted(escrow, &to("DELIVERED"))["escrow"]["status"], "DELIVERED");
    bench.posted(escrow, &to("REJECTED"));
    assert_eq!(refusal_code(&bench.post(COMPLETE, &json!({})).1), "S607", "the buyer has refused");
    bench.posted(escrow, &to("REJECT_CONFIRMED"));
    let told = bench.get("/payments/pay1").1["escrow"].clone();
    assert_eq!((&told["status"], &told["invoiceNumber"]), (&json!("REJECT_CONFIRMED"), &json!("1")));
    assert_eq!(bench.post(escrow, &to("LOST")).0, 400);
    bench.posted("/payments/pay2/instant", &account("smartro"));
    assert_eq!(
        refusal_code(&bench.post("/sandbox/payments/pay2/escrow", &to("DELIVERED")).1),
        "NOT_IN_ESCROW"
    );
}

#[test]
fn what_nobody_refuses_is_confirmed_by_time() {
    let mut bench = Bench::new();
    held(&mut bench, "smartro");
    bench.posted(LOGISTICS, &delivery("1"));
    for status in ["DELIVERED", "CONFIRMED"] {
        bench.posted("/sandbox/payments/pay1/escrow", &json!({"status": status}));
    }
    let told = bench.get("/payments/pay1").1["escrow"].clone();
    assert_eq!((&told["status"], &told["isAutomaticallyConfirmed"]), (&json!("CONFIRMED"), &json!(true)));
}
