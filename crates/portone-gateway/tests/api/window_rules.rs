//! Each rule of windows through the door that a shop's page knocks at: the catalogue's bad example is refused with the rule's
//! id before anything is written, and its good one is not refused for it.

use portone_core::Report;
use portone_gateway::check_request;
use portone_testkit::catalogue::{self, Case, Placed};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::window::{SHOP, ask};
use crate::world::{GROUP, KPN, STORE, World};

const WINDOWS: &[&str] = &["WINDOW_PAY", "WINDOW_ISSUE_KEY"];
const PC: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36";
const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.4 Safari/605.1.15";
const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0 Mobile Safari/537.36";
const APP: &str =
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) Version/4.0 Chrome/126.0 Mobile Safari/537.36";

/// A PG's windows as one SDK opens them.
struct Pg {
    provider: &'static str,
    is_v1: bool,
}

impl Pg {
    /// What the rules alone say of a request, by its codes.
    fn refused(&self, placed: &Placed) -> Vec<String> {
        let question = json!({
            "provider": placed.pg.as_deref().unwrap_or(self.provider),
            "api": if self.is_v1 { "sdk-v1" } else { "sdk-v2" }, "operation": placed.op,
            "environment": if placed.test { "test" } else { "live" }, "contracts": placed.contracts,
            "context": placed.context, "request": placed.request,
        });
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let report: Report = check_request(&question.to_string(), now).unwrap();
        report.rejections().map(|found| found.rule.to_owned()).collect()
    }

    async fn ask(&self, world: &World, key: &str, placed: &Placed) -> Reply {
        self.channel(world, key, placed).await;
        let mut argument = placed.request.clone();
        let members = argument.as_object_mut().unwrap();
        members.insert("storeId".to_owned(), json!(STORE));
        if self.is_v1 {
            members.remove("storeId");
            members.remove("pg");
        }
        members.remove("channelGroupId");
        members.insert("channelKey".to_owned(), json!(key));
        let function = match (self.is_v1, placed.op.as_str()) {
            (true, _) => "request_pay",
            (false, "WINDOW_PAY") => "requestPayment",
            (false, _) => "requestIssueBillingKey",
        };
        let body = json!({"function": function, "argument": argument, "userCode": format!("imp-{STORE}")});
        let call = Call::new("POST", "/window/open").header("origin", SHOP).body(body.to_string());
        world.send(call.header("user-agent", agent(placed))).await
    }

    async fn channel(&self, world: &World, key: &str, placed: &Placed) {
        let fact = |name: &str| placed.context.get(name).cloned().unwrap_or_default();
        let provider = placed.pg.as_deref().unwrap_or(self.provider).to_ascii_uppercase();
        let channel = json!({
            "storeId": STORE, "key": key, "name": key, "pgProvider": provider, "pgMerchantId": "mid-of-rules",
            "environment": if placed.test { "test" } else { "live" },
            "upstream": if self.is_v1 { "sandbox-v1" } else { "sandbox" },
            "contracts": placed.contracts,
            "facts": {
                "midCurrency": fact("mid_currency"), "usdEnabled": fact("usd_enabled"),
                "midProductType": fact("mid_product_type"),
            },
        });
        let created = world.admin("POST", "/admin/channels", Some(&channel)).await;
        assert_eq!(created.status, 200, "{channel}: {}", created.text);
    }
}

fn agent(placed: &Placed) -> &'static str {
    match placed.context.get("os").and_then(Value::as_str) {
        _ if placed.context.get("in_app") == Some(&json!(true)) => APP,
        Some("android") => PHONE,
        Some("macos") => MAC,
        _ => PC,
    }
}

/// Asks for the window of every example; how many bad ones were refused with their rules.
async fn walk(pg: &Pg, cases: Vec<Case>) -> usize {
    let world = World::new().await;
    let mut refused_count = 0;
    let mut problems = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        for (kind, placed) in [("bad", &case.bad), ("good", &case.good)] {
            // What another operation takes is asked for there.
            if !WINDOWS.contains(&placed.op.as_str()) {
                continue;
            }
            let codes = pg.refused(placed);
            let reply = pg.ask(&world, &format!("channel-key-{kind}-{number}"), placed).await;
            let message = reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
            let what = format!("{} {} {kind}: {} {message}", case.example.id, case.op, reply.status);
            let missing: Vec<&String> =
                codes.iter().filter(|code| !message.contains(&format!("{code} "))).collect();
            if codes.is_empty() && message.contains(&format!("{} ", case.example.id)) {
                problems.push(format!("{what}: refused for what the rule only advises"));
            }
            if !codes.is_empty() && (reply.status != 400 || !missing.is_empty()) {
                problems.push(format!("{what}: {missing:?} expected"));
            }
            refused_count += usize::from(kind == "bad" && !codes.is_empty());
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let attempts = world.admin("GET", "/admin/attempts?open", None).await.json();
    let opened = attempts["items"].as_array().unwrap();
    let at_bad = |item: &&Value| item["channelKey"].as_str().is_some_and(|key| key.contains("-bad-"));
    let refused_cases: Vec<String> = cases
        .iter()
        .enumerate()
        .filter(|(_, case)| WINDOWS.contains(&case.bad.op.as_str()) && !pg.refused(&case.bad).is_empty())
        .map(|(number, _)| format!("channel-key-bad-{number}"))
        .collect();
    for item in opened.iter().filter(at_bad) {
        let key = item["channelKey"].as_str().unwrap();
        assert!(!refused_cases.iter().any(|refused| refused == key), "{key} was refused, and begun: {item}");
    }
    refused_count
}

#[tokio::test]
async fn smartros_windows_are_refused_by_its_rules() {
    let capabilities = catalogue::SMARTRO_CONTRACT;
    let pg = Pg { provider: "SMARTRO_V2", is_v1: false };
    assert!(walk(&pg, catalogue::cases("SMARTRO", WINDOWS, &capabilities)).await > 30);
}

#[tokio::test]
async fn kpns_windows_are_refused_by_its_rules() {
    let capabilities = catalogue::KPN_CONTRACT;
    let pg = Pg { provider: "KPN", is_v1: false };
    assert!(walk(&pg, catalogue::cases("KPN", WINDOWS, &capabilities)).await > 15);
}

#[tokio::test]
async fn paymentwalls_windows_are_refused_by_its_rules() {
    let pg = Pg { provider: "PAYMENTWALL", is_v1: true };
    let cases = catalogue::v1_cases("PW", WINDOWS, &["api_keyin", "api_billing"]);
    // Another code is another PG's, and what is no window's argument at all opens another window.
    let cases = cases.into_iter().filter(|case| !["PW-001", "PW-017"].contains(&case.example.id.as_str()));
    assert!(walk(&pg, cases.collect()).await > 8);
}

#[tokio::test]
async fn v1_windows_are_refused_by_the_rules_of_all_pgs() {
    let pg = Pg { provider: "NICE_V2", is_v1: true };
    let cases =
        catalogue::v1_cases("IAMPORT", WINDOWS, &["api_keyin", "api_billing", "escrow", "confirm_process"]);
    // How a channel is named: the windows here name theirs by key. Without a customer_uid it is another window.
    // What was paid or registered before only the ledger knows: tests/api/window_upstream.rs, pre_register.rs. Where the
    // gateway asks shops, a confirmUrl is taken: confirm_process.rs.
    let elsewhere = [
        "IAMPORT-001",
        "IAMPORT-003",
        "IAMPORT-004",
        "IAMPORT-005",
        "IAMPORT-011",
        "IAMPORT-030",
        "IAMPORT-084",
    ];
    let cases = cases.into_iter().filter(|case| !elsewhere.contains(&case.example.id.as_str()));
    assert!(walk(&pg, cases.collect()).await > 12);
}

#[tokio::test]
async fn paymentwalls_windows_at_v2_are_refused_by_its_rules() {
    let pg = Pg { provider: "PAYMENTWALL", is_v1: false };
    let of_v2 = ["PW-008", "PW-014", "PW-015", "PW-016", "PW-037", "PW-043"];
    let mut cases = catalogue::cases("PW", &["WINDOW_PAY"], &[]);
    cases.retain(|case| of_v2.contains(&case.example.id.as_str()));
    assert!(walk(&pg, cases).await > 2);
}

#[tokio::test]
async fn smartros_windows_at_v1_are_refused_by_its_rules() {
    let pg = Pg { provider: "SMARTRO_V2", is_v1: true };
    let of_v1 = ["SMARTRO-065", "SMARTRO-086", "SMARTRO-129"];
    let capabilities = ["easy_pay", "va_deposit_notice", "card_point", "api_billing"];
    let mut cases = catalogue::v1_cases("SMARTRO", WINDOWS, &capabilities);
    cases.retain(|case| of_v1.contains(&case.example.id.as_str()));
    assert!(walk(&pg, cases).await > 1);
}

/// A window of the group, in one SDK's words.
fn group_argument(is_v1: bool) -> Value {
    if is_v1 {
        return json!({"channelGroupId": GROUP, "pay_method": "card", "merchant_uid": "order1", "name": "Chair",
            "amount": 58000, "buyer_name": "Kim Port", "buyer_tel": "010-1234-5678", "buyer_email": "kim@example.com",
            "customer_id": "customer1"});
    }
    json!({"storeId": STORE, "channelGroupId": GROUP, "paymentId": "order1", "orderName": "Chair", "totalAmount": 58000,
        "currency": "KRW", "payMethod": "CARD",
        "customer": {"customerId": "customer1", "fullName": "Kim Port", "phoneNumber": "010-1234-5678",
            "email": "kim@example.com"}})
}

/// SR-020, SR-040 to SR-043: what a group's window needs, told by its rule before one channel is drawn.
#[tokio::test]
async fn groups_windows_are_refused_by_the_guides_rules() {
    let rows: [(&str, bool, Value); 9] = [
        ("SR-020", false, json!({"channelKey": KPN})),
        ("SR-040", false, json!({"customer": {"phoneNumber": "010-1234-5678", "email": "kim@example.com"}})),
        ("SR-040", false, json!({"customer": {"fullName": "Kim Port", "phoneNumber": "010-1234-5678"}})),
        ("SR-041", false, json!({"payMethod": "VIRTUAL_ACCOUNT"})),
        ("SR-042", false, json!({"payMethod": "MOBILE"})),
        ("SR-020", true, json!({"channelKey": KPN})),
        ("SR-043", true, json!({"buyer_email": null})),
        ("SR-043", true, json!({"pay_method": "vbank"})),
        ("SR-024", true, json!({"customer_uid": "customer-1"})),
    ];
    for (rule, is_v1, change) in rows {
        let world = World::new().await;
        let function = if is_v1 { "request_pay" } else { "requestPayment" };
        let mut argument = group_argument(is_v1);
        for (name, value) in change.as_object().unwrap() {
            argument[name] = value.clone();
        }
        let refused = ask(&world, function, &argument).await;
        let message = refused.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(&format!("{rule} ")), "{rule} by {change}: {}", refused.text);
        assert_eq!(world.get("/payments/order1").await.status, 404, "{rule}: nothing is written");
        let opened = ask(&world, function, &group_argument(is_v1)).await;
        assert_eq!(opened.status, 200, "{rule}: {}", opened.text);
    }
}
