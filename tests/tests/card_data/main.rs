//! Card data never rests: canaries are sent everywhere, in every way a request can end, and then looked for in every
//! file that is left behind, logs at debug level among them, and in every answer.

mod search;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portone_tests::{Api, DEADLINE_MS, GROUP, KPN, LEASE_MARGIN_MS, PATIENCE, SMARTRO, Shop, eventually};
use reqwest::Method;
use serde_json::{Value, json};

use search::{Canary, Search, each_byte};

/// Values that no clock, counter or id makes by chance.
const NUMBER: &str = "4929381750264837";
const BUSINESS_NUMBER: &str = "7193046285";
const IDENTITY_NUMBER: &str = "01093857261";
const ACCOUNT_NUMBER: &str = "60418293750611";
/// Two digits stand anywhere: these are looked for beside their names only.
const EXPIRY_YEAR: &str = "37";
const EXPIRY_MONTH: &str = "09";
const PASSWORD: &str = "83";

fn search() -> Search {
    Search::new(&[
        Canary::Long(NUMBER, &["4929-3817-5026-4837", "4929 3817 5026 4837"]),
        Canary::Long(BUSINESS_NUMBER, &["719-30-46285"]),
        Canary::Long(IDENTITY_NUMBER, &["010-9385-7261"]),
        Canary::Long(ACCOUNT_NUMBER, &[]),
        Canary::Named(&["expiryYear", "expiry_year"], EXPIRY_YEAR),
        Canary::Named(&["expiryMonth", "expiry_month"], EXPIRY_MONTH),
        Canary::Named(&["passwordTwoDigits", "password_two_digits", "pwd_2digit"], PASSWORD),
        Canary::Exact(&["37/09", "09/37", "2037-09"]),
    ])
}

/// The key of the shop's secrets at rest.
const ENCRYPTION_KEY: &str = "encryption_key = { file = \"encryption.key\" }\n";

#[tokio::test]
async fn no_card_data_is_left_behind() {
    let mut shop = Shop::start().await;
    seal_from_now_on(&mut shop).await;
    let mut visitor = Visitor { api: shop.api(), payment_count: 0, answers: Vec::new() };
    visitor.succeed(&shop).await;
    // An orderly stop moves what was written from the log into the database, so that both are searched.
    shop.gateway.terminate().await;
    assert!(shop.gateway.wait_ended().await.success());
    shop.gateway.restart().await;
    visitor.send_nonsense(&shop).await;
    visitor.meet_faults(&shop).await;
    visitor.be_cut_off(&mut shop).await;
    visitor.look_around(&shop).await;
    let pg_keys = pg_billing_keys(&shop).await;
    // The last kill leaves the write-ahead log behind, as a crash would.
    shop.gateway.kill().await;
    shop.check_sandbox_running();

    let files = files_under(shop.folder());
    check_that_there_is_something_to_find(&files);
    let search = search();
    let mut found: Vec<String> = Vec::new();
    for (path, content) in &files {
        found.extend(search.find(content).map(|what| format!("{}: {what}", path.display())));
    }
    found.extend(search.find(&visitor.answers.join("\n")).map(|what| format!("an answer: {what}")));
    // What charges a card at a PG is sealed wherever the gateway keeps it.
    let gateways = files.iter().filter(|(path, _)| !path.starts_with(shop.folder().join("sandbox")));
    for (path, content) in gateways.filter(|(path, _)| !path.ends_with("sandbox.log")) {
        let clear = pg_keys.iter().filter(|key| content.contains(key.as_str()));
        found.extend(clear.map(|key| format!("{}: the PG's key {key}", path.display())));
    }
    assert!(found.is_empty(), "{found:#?}");
}

async fn seal_from_now_on(shop: &mut Shop) {
    std::fs::write(shop.folder().join("encryption.key"), "5a".repeat(32)).expect("is written");
    shop.gateway.terminate().await;
    assert!(shop.gateway.wait_ended().await.success());
    shop.restart_with("admin_token", &format!("{ENCRYPTION_KEY}admin_token")).await;
}

/// What PGs gave for cards that are held now.
async fn pg_billing_keys(shop: &Shop) -> Vec<String> {
    let ledger = shop.ledger().await;
    let keys = ledger["billingKeys"].as_array().expect("keys").iter();
    let keys: Vec<_> = keys.map(|key| key["billingKey"].as_str().expect("a key").to_owned()).collect();
    assert!(keys.len() > 3, "there is something to find");
    keys
}

/// The same search, over a copy of a real log that somebody was careless with.
#[test]
fn the_search_finds_what_is_planted() {
    let body = json!({"method": card()}).to_string();
    let hex = each_byte(NUMBER, |byte| format!("{byte:02x}")).concat();
    let percent = each_byte(NUMBER, |byte| format!("%{byte:02X}")).concat();
    let planted = [
        format!("charging {NUMBER}"),
        "charging 4929-3817-5026-4837".to_owned(),
        format!("hex {hex}"),
        format!("percent {percent}"),
        format!("base64 {}", STANDARD.encode(NUMBER)),
        format!("base64 at one {}", STANDARD.encode(format!("x{NUMBER}y"))),
        format!("base64 at two {}", STANDARD.encode(format!("xx{NUMBER}yy"))),
        format!("a whole body {}", STANDARD.encode(&body)),
        format!("bytes {:?}", NUMBER.as_bytes()),
        format!("business number {BUSINESS_NUMBER}"),
        format!("identity number {IDENTITY_NUMBER}"),
        format!("account {ACCOUNT_NUMBER}"),
        format!(r#"{{"expiryYear":"{EXPIRY_YEAR}"}}"#),
        format!(r#"{{\"expiryMonth\":\"{EXPIRY_MONTH}\"}}"#),
        format!("Card {{ expiry_year: \"{EXPIRY_YEAR}\" }}"),
        format!("password_two_digits={PASSWORD}"),
        "valid thru 09/37".to_owned(),
    ];
    let search = search();
    let log = format!(
        r#"{{"level":"INFO","message":"expiryYear is missing","at":"2026-03-09T08:37:09.83Z"}}{}"#,
        "\n"
    );
    assert_eq!(search.find(&log).collect::<Vec<_>>(), Vec::<String>::new(), "nothing is planted here");
    for line in planted {
        assert!(search.find(&format!("{log}{line}\n{log}")).next().is_some(), "not found: {line}");
    }
}

/// Sends canaries, and keeps what it is answered.
struct Visitor {
    api: Api,
    payment_count: u32,
    answers: Vec<String>,
}

impl Visitor {
    /// Every endpoint that takes card data or an account, as it should be used.
    async fn succeed(&mut self, shop: &Shop) {
        for selector in [json!({"channelGroupId": GROUP}), json!({"channelKey": KPN})] {
            assert_eq!(self.pay(&with(&payment(), &selector)).await.1, 200);
            assert_eq!(self.send("/billing-keys", &with(&issue(), &selector)).await, 200);
        }
        let (id, status) = self.pay(&virtual_account()).await;
        assert_eq!(status, 200);
        shop.control().post(&format!("/payments/{id}/deposit"), &json!({})).await.ok();
        let refund = json!({"reason": "gone", "refundAccount": {
            "bank": "SHINHAN", "number": ACCOUNT_NUMBER, "holderName": "Kim Port", "holderPhoneNumber": "01012345678"
        }});
        // Whether the deposit has been heard of does not matter here: the account was sent.
        self.send(&format!("/payments/{id}/cancel"), &refund).await;
        let key = shop.ledger().await["billingKeys"][0]["billingKey"].clone();
        self.send("/payments/withkey1/billing-key", &with(&payment(), &json!({"billingKey": key}))).await;
    }

    /// Requests with a mistake, each with the whole card in it: no answer and no log may quote it.
    async fn send_nonsense(&mut self, shop: &Shop) {
        let number: Value = serde_json::from_str(NUMBER).expect("a number");
        let credential = "/method/card/credential";
        let mistakes = [
            (format!("{credential}/number"), number),
            (format!("{credential}/number"), json!("4929-3817-5026-4837")),
            (format!("{credential}/number"), json!(format!("{NUMBER}{NUMBER}"))),
            (format!("{credential}/number"), json!([NUMBER])),
            (format!("{credential}/number"), json!({"value": NUMBER})),
            (format!("{credential}/expiryYear"), json!("2037-09")),
            (format!("{credential}/expiryYear"), json!(37)),
            (format!("{credential}/expiryMonth"), json!(9)),
            (format!("{credential}/passwordTwoDigits"), json!(83)),
            (format!("{credential}/birthOrBusinessRegistrationNumber"), json!(format!("{BUSINESS_NUMBER}9"))),
            (credential.to_owned(), json!(NUMBER)),
            ("/method/card".to_owned(), json!(NUMBER)),
            ("/method".to_owned(), json!(NUMBER)),
            ("/currency".to_owned(), json!(NUMBER)),
            ("/amount".to_owned(), json!(NUMBER)),
            ("/amount/total".to_owned(), json!(NUMBER)),
            ("/orderName".to_owned(), Value::Null),
            ("/channelGroupId".to_owned(), json!("channel-group-gone")),
        ];
        for (place, wrong) in mistakes {
            for mut body in [
                payment(),
                with(&issue(), &json!({"currency": "KRW", "amount": {"total": 1}, "orderName": ""})),
            ] {
                *body.pointer_mut(&place).expect("a member") = wrong.clone();
                self.pay(&body).await;
                self.send("/billing-keys", &body).await;
            }
        }
        let stray = json!({"cardNumber": NUMBER, "credential": credential_body(), "channelKey": SMARTRO});
        self.pay(&with(&payment(), &stray)).await;
        let whole = payment().to_string();
        for text in
            [&whole[..whole.len() - 1], &whole.replace(':', "="), &whole.replace("\"KRW\"", NUMBER), NUMBER]
        {
            self.send_text("/payments/nonsense1/instant", text.to_owned()).await;
            self.send_text("/billing-keys", text.to_owned()).await;
        }
        self.send("/no/such/path", &payment()).await;
        self.send("/payments/nonsense1/cancel", &with(&payment(), &json!({"reason": 1}))).await;
        let stranger = Api::new(&shop.gateway.url, "PortOne wrong-secret");
        self.answers.push(stranger.post("/payments/nonsense1/instant", &payment()).await.text);
        self.answers.push(shop.admin().post("/channels", &payment()).await.text);
    }

    /// Every way a call to a PG can go wrong.
    async fn meet_faults(&mut self, shop: &Shop) {
        let faults = [
            json!({"kind": "decline", "code": "X1", "message": "no"}),
            json!({"kind": "reset", "booked": true}),
            json!({"kind": "reset"}),
            json!({"kind": "half_reply", "booked": true}),
            json!({"kind": "garbage", "booked": true}),
            json!({"kind": "status", "status": 400}),
            json!({"kind": "status", "status": 503}),
            json!({"kind": "delay", "delay_ms": DEADLINE_MS + 200}),
        ];
        for fault in faults {
            shop.fault(with(&fault, &json!({"command": "PAY_INSTANTLY", "requests": 1}))).await;
            assert_ne!(self.pay(&payment()).await.1, 0);
            shop.fault(with(&fault, &json!({"command": "ISSUE_BILLING_KEY", "requests": 2}))).await;
            self.send("/billing-keys", &issue()).await;
        }
        shop.clear_faults().await;
    }

    /// The gateway dies while card data is on its way to a PG.
    async fn be_cut_off(&mut self, shop: &mut Shop) {
        let requests = [
            ("PAY_INSTANTLY", "/payments/cutoff1/instant", payment()),
            ("ISSUE_BILLING_KEY", "/billing-keys", issue()),
        ];
        for (command, path, body) in requests {
            shop.fault(json!({"command": command, "kind": "delay", "delay_ms": 500, "requests": 1})).await;
            let api = self.api.clone();
            let sending =
                tokio::spawn(async move { api.try_send(Method::POST, path, Some(body.to_string())).await });
            eventually("the request is at the PG", PATIENCE, async || {
                let faults = shop.control().get("/faults").await.ok();
                faults["faults"].as_array().expect("faults").is_empty().then_some(())
            })
            .await;
            shop.gateway.kill().await;
            assert!(sending.await.expect("a client").is_err(), "the gateway was dead before it could answer");
            shop.gateway.restart().await;
        }
        let admin = shop.admin();
        let lease = std::time::Duration::from_millis(DEADLINE_MS + LEASE_MARGIN_MS);
        eventually("what was cut off is settled", lease + 2 * PATIENCE, async || {
            let open = admin.get("/attempts").await.ok();
            open["items"].as_array().expect("items").is_empty().then_some(())
        })
        .await;
    }

    /// What the faces tell of all this afterwards.
    async fn look_around(&mut self, shop: &Shop) {
        for path in ["/attempts", "/events", "/discrepancies", "/payments/canary1/routing"] {
            self.answers.push(shop.admin().get(path).await.text);
        }
        for number in 1..=self.payment_count {
            self.answers.push(self.api.get(&format!("/payments/canary{number}")).await.text);
            self.answers.push(self.api.get(&format!("/payments/canary{number}/transactions")).await.text);
        }
        self.answers.push(shop.control().get("/ledger").await.text);
        self.answers.push(Api::new(&shop.gateway.url, "").get("/metrics").await.text);
    }

    async fn pay(&mut self, body: &Value) -> (String, u16) {
        self.payment_count += 1;
        let id = format!("canary{}", self.payment_count);
        let status = self.send(&format!("/payments/{id}/instant"), body).await;
        (id, status)
    }

    async fn send(&mut self, path: &str, body: &Value) -> u16 {
        self.send_text(path, body.to_string()).await
    }

    async fn send_text(&mut self, path: &str, body: String) -> u16 {
        let answer = self.api.try_send(Method::POST, path, Some(body)).await.expect("an answer");
        self.answers.extend([format!("{path} {:?}", answer.headers), answer.text]);
        answer.status
    }
}

fn payment() -> Value {
    json!({
        "channelGroupId": GROUP, "orderName": "Monthly pass", "amount": {"total": 8_900}, "currency": "KRW",
        "customer": customer(), "method": card()
    })
}

fn issue() -> Value {
    json!({"channelGroupId": GROUP, "customer": customer(), "method": card()})
}

fn card() -> Value {
    json!({"card": {"credential": credential_body()}})
}

fn credential_body() -> Value {
    json!({
        "number": NUMBER, "expiryYear": EXPIRY_YEAR, "expiryMonth": EXPIRY_MONTH,
        "birthOrBusinessRegistrationNumber": BUSINESS_NUMBER, "passwordTwoDigits": PASSWORD
    })
}

fn customer() -> Value {
    json!({
        "id": "customer1", "name": {"full": "Kim Port"}, "phoneNumber": "01012345678", "email": "kim@example.com"
    })
}

fn virtual_account() -> Value {
    let account = json!({
        "bank": "SHINHAN", "expiry": {"validHours": 24}, "option": {"type": "NORMAL"}, "remitteeName": "Kim Port",
        "cashReceipt": {"type": "PERSONAL", "customerIdentityNumber": IDENTITY_NUMBER}
    });
    with(&payment(), &json!({"productCount": 1, "method": {"virtualAccount": account}}))
}

/// The first object with the second's members in it.
fn with(body: &Value, more: &Value) -> Value {
    let mut merged = body.clone();
    for (name, value) in more.as_object().expect("an object") {
        merged[name] = value.clone();
    }
    if more.get("channelKey").is_some() {
        merged.as_object_mut().expect("an object").remove("channelGroupId");
    }
    merged
}

/// Every file below a folder, read as text: bytes that are none do not matter here.
fn files_under(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = std::fs::read(&path).expect("a readable file");
                files.push((path, String::from_utf8_lossy(&content).into_owned()));
            }
        }
    }
    files
}

/// A search that finds nothing means something only where there is something: each file that could hold card data is
/// there, and holds what may be kept of it.
fn check_that_there_is_something_to_find(files: &[(PathBuf, String)]) {
    let expected = [
        ("portone.db", &NUMBER[..6]),
        ("portone.db-wal", "canary"),
        ("sandbox-ledger.jsonl", &NUMBER[..6]),
        ("gateway.log", "\"level\":\"DEBUG\""),
        ("sandbox.log", ""),
    ];
    for (name, words) in expected {
        let file = files.iter().find(|(path, _)| path.file_name().is_some_and(|file| file == name));
        let (_, content) = file.unwrap_or_else(|| panic!("{name} is missing"));
        assert!(content.contains(words), "{name} does not hold {words}");
    }
}
