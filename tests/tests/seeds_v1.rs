//! Each V1 request that the source documents write, sent with `curl` as they write it: accepted, or refused with the rule that
//! says why. Where the documents lie beside the checkout, each request's parts are looked up in them.

use portone_testkit::seed;
use portone_tests::{Demo, run};
use serde_json::{Value, json};
use tokio::process::Command;

/// How a document writes `Authorization`.
#[derive(Clone, Copy, PartialEq)]
enum Token {
    /// The token alone (seed 003).
    Bare,
    /// After `Bearer` (seed 000).
    Bearer,
    /// Not at all (seed 004).
    None,
}

/// What the document's request comes to.
enum Told {
    /// Code 0, and something at this place of the answer.
    Accepted(&'static str),
    /// The catalogue's entry that says why, and what the refusal says.
    Refused(&'static str, &'static [&'static str]),
}

struct Row {
    seed: u8,
    /// What the document has in it, beside the members of the body.
    facts: &'static [&'static str],
    token: Token,
    path: &'static str,
    /// JSON, unless it is a text: then a form.
    body: Value,
    told: Told,
}

const CARD: [(&str, &str); 4] = [
    ("card_number", "4242-4242-4242-4242"),
    ("expiry", "2029-12"),
    ("birth", "900101"),
    ("pwd_2digit", "00"),
];

/// A body with the whole card in it.
fn with_card(mut body: Value) -> Value {
    for (name, value) in CARD {
        body[name] = json!(value);
    }
    body
}

/// Billing keys by REST (seed 003).
fn keys() -> Vec<Row> {
    const ISSUE: &str = "https://api.iamport.kr/subscribe/customers/${customer_uid}";
    let form: Vec<String> = CARD.iter().map(|(name, value)| format!("{name}={value}")).collect();
    vec![
        // Its token stands in the envelope, whatever the sample reads (DOC-055).
        Row {
            seed: 3,
            facts: &["https://api.iamport.kr/users/getToken", "\"Content-Type\": \"application/json\""],
            token: Token::None,
            path: "/users/getToken",
            body: json!({"imp_key": Demo::V1_KEY, "imp_secret": Demo::V1_SECRET}),
            told: Told::Accepted("/response/access_token"),
        },
        Row {
            seed: 3,
            facts: &[ISSUE, "headers: { Authorization: access_token }"],
            token: Token::Bare,
            path: "/subscribe/customers/gildong_0001_1234",
            body: with_card(json!({"pg": "nice_v2"})),
            told: Told::Accepted("/response/customer_uid"),
        },
        // The page's own form has the same fields.
        Row {
            seed: 3,
            facts: &["name=\"card_number\"", "name=\"pwd_2digit\""],
            token: Token::Bare,
            path: "/subscribe/customers/gildong_0002_1234",
            body: json!(format!("{}&pg=nice_v2", form.join("&"))),
            told: Told::Accepted("/response/customer_uid"),
        },
        // Who has no key gets one of the card, then the schedules.
        Row {
            seed: 3,
            facts: &["/subscribe/payments/schedule", "등록된 customer_uid가 없는 경우"],
            token: Token::Bare,
            path: "/subscribe/payments/schedule",
            body: with_card(json!({"customer_uid": "gildong_0003_1234", "pg": "nice_v2", "schedules": [
                {"merchant_uid": "seed3schedule", "schedule_at": 4_070_908_800_i64, "currency": "KRW", "amount": 8900,
                    "name": "Monthly pass"},
            ]})),
            told: Told::Accepted("/response/0/merchant_uid"),
        },
    ]
}

/// Payments of a group (seed 000).
fn payments() -> Vec<Row> {
    let onetime = "https://api.iamport.kr/subscribe/payments/onetime";
    let group = "channel-group-live-f042e8e2-92f1-4f68-ad61-cec6ede41529";
    let bearer = "Authorization: `Bearer ${ACCESS_TOKEN}`";
    let mut rows = vec![
        // To the letter: the sample's digits are letters, and it leaves out the rest.
        Row {
            seed: 0,
            facts: &[],
            token: Token::Bearer,
            path: "/subscribe/payments/onetime",
            body: json!({"channelGroupId": group, "card_number": "YYYY-YYYY-YYYY-YYYY", "expiry": "YYYY-MM",
                "birth": "YYMMDD", "pwd_2digit": "NN"}),
            told: Told::Refused(
                "IAMPORT-020",
                &[
                    "IAMPORT-020 card_number",
                    "IAMPORT-021 expiry",
                    "IAMPORT-010 merchant_uid",
                    "IAMPORT-050 amount",
                ],
            ),
        },
        // With what its list calls mandatory.
        Row {
            seed: 0,
            facts: &["- merchant\\_uid: string **고객사 거래 고유번호**", "- amount: number **주문 금액**"],
            token: Token::Bearer,
            path: "/subscribe/payments/onetime",
            body: with_card(
                json!({"channelGroupId": Demo::GROUP, "merchant_uid": "seed0onetime", "amount": 1000, "name": "Norway swivel chair"}),
            ),
            told: Told::Accepted("/response/pg_provider"),
        },
        // The schema spells the group otherwise here; both are taken (DOC-023). The key's name stands in the envelope (DOC-054).
        Row {
            seed: 0,
            facts: &["https://api.iamport.kr/subscribe/customers/${customer_uid}"],
            token: Token::Bearer,
            path: "/subscribe/customers/gildong_0001_9999",
            body: with_card(json!({"channelGroupId": Demo::GROUP, "customer_id": "gildong"})),
            told: Told::Accepted("/response/customer_uid"),
        },
    ];
    for row in &mut rows[..2] {
        row.facts = [row.facts, &[onetime, bearer]].concat().leak();
    }
    rows.extend(with_super_key());
    rows
}

/// Payments with the super billing key that [`payments`] issued.
fn with_super_key() -> Vec<Row> {
    let uid = "gildong_0001_9999";
    let entry = |more: Value| {
        let mut entry = json!({"merchant_uid": "seed0monthly", "amount": 8900, "name": "월간 이용권 정기결제",
            "buyer_name": "홍길동", "buyer_tel": "01012345678", "buyer_email": "gildong@gmail.com"});
        entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({"customer_uid": uid, "schedules": [entry]})
    };
    let again = |amount: Value| {
        json!({"customer_uid": uid, "merchant_uid": "seed0again", "name": "월간 이용권 정기결제",
        "amount": amount, "currency": "KRW"})
    };
    let row = |facts, path, body, told| Row { seed: 0, facts, token: Token::Bearer, path, body, told };
    let again_facts: &[&str] =
        &["https://api.iamport.kr/subscribe/payments/again", "amount: { total: 8900, }"];
    let schedule_facts: &[&str] =
        &["https://api.iamport.kr/subscribe/payments/schedule", "schedule_at: 1519862400"];
    let schedule = "/subscribe/payments/schedule";
    vec![
        // Amounts are numbers; the sample has V2's object.
        row(
            again_facts,
            "/subscribe/payments/again",
            again(json!({"total": 8900})),
            Told::Refused("DOC-025", &["IAMPORT-050 amount"]),
        ),
        row(
            &["- amount: number **결제금액**"],
            "/subscribe/payments/again",
            again(json!(8900)),
            Told::Accepted("/response/paid_at"),
        ),
        // The sample's time is of 2018; that it has no currency is no mistake (DOC-024).
        row(
            schedule_facts,
            schedule,
            entry(json!({"schedule_at": 1_519_862_400})),
            Told::Refused("IAMPORT-042", &["schedules[0].schedule_at"]),
        ),
        row(
            schedule_facts,
            schedule,
            entry(json!({"merchant_uid": "seed0sample", "schedule_at": 4_070_908_800_i64})),
            Told::Accepted("/response/0/schedule_status"),
        ),
        row(
            &["- schedules.currency: string **결제 통화**"],
            schedule,
            entry(json!({"schedule_at": 4_070_908_800_i64, "currency": "KRW"})),
            Told::Accepted("/response/0/schedule_status"),
        ),
    ]
}

/// A renewal (seed 004), which the sample sends without a token and without a name; of the card that [`keys`] stored.
fn renewals() -> Vec<Row> {
    let again = |token, told| Row {
        seed: 4,
        facts: &["https://api.iamport.kr/subscribe/payments/again", "\"amount\":3000"],
        token,
        path: "/subscribe/payments/again",
        body: json!({"customer_uid": "gildong_0001_1234", "merchant_uid": "order_id_8237352", "amount": 3000}),
        told,
    };
    vec![
        again(Token::None, Told::Refused("DOC-022", &["V1-007 Authorization"])),
        again(Token::Bearer, Told::Refused("DOC-022", &["IAMPORT-013 name"])),
    ]
}

#[tokio::test]
async fn every_v1_request_of_the_source_documents_is_accepted_or_refused_with_its_rule() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "curl is missing");
        eprintln!("THE SOURCE DOCUMENTS' REQUESTS WERE NOT SENT: curl is missing");
        return;
    }
    let demo = Demo::start().await;
    let token = demo.v1_token().await;
    let mut problems = Vec::new();
    for row in [keys(), payments(), renewals()].into_iter().flatten() {
        let what = format!("seed {:03} {} {}", row.seed, row.path, row.body);
        if let Some(text) = seed(row.seed) {
            problems.extend(
                missing_in(&text, &row).into_iter().map(|fact| format!("{what}: the seed has no {fact}")),
            );
        }
        let (status, answer) = curl(&demo, &token, &row).await;
        if let Some(problem) = problem(&row.told, row.token, status, &answer) {
            problems.push(format!("{what}: {problem}: {status} {answer}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    demo.stop().await;
}

/// What the row says of the document and the document does not have: its facts, and the members of its body.
fn missing_in(text: &str, row: &Row) -> Vec<String> {
    let facts = row.facts.iter().map(|fact| (*fact).to_owned());
    // Seed 003 speaks of schedules in words only.
    let members = row
        .body
        .as_object()
        .into_iter()
        .flat_map(|body| body.keys().cloned())
        .filter(|name| name != "schedules");
    let told = |name: &String| text.contains(name.as_str()) || text.contains(&name.replace('_', "\\_"));
    facts.chain(members).filter(|fact| !told(fact)).collect()
}

fn problem(told: &Told, token: Token, status: u16, answer: &Value) -> Option<String> {
    let message = answer["message"].as_str().unwrap_or_default();
    match told {
        Told::Accepted(place) => {
            let is_there = answer.pointer(place).is_some_and(|value| !value.is_null());
            let is_accepted = status == 200 && answer["code"] == 0 && is_there;
            (!is_accepted).then(|| format!("is not accepted with something at {place}"))
        }
        Told::Refused(id, parts) => {
            let expected = if token == Token::None { 401 } else { 200 };
            let is_refused = status == expected && answer["code"] != 0;
            let missing = parts.iter().find(|part| !message.contains(**part));
            match (is_refused, missing) {
                (true, None) => None,
                (false, _) => Some(format!("{id} does not refuse it")),
                (true, Some(part)) => Some(format!("{id} refuses it without saying {part}")),
            }
        }
    }
}

/// Sends a row as the document's reader would: what curl got.
async fn curl(demo: &Demo, token: &str, row: &Row) -> (u16, Value) {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-w", "\n%{http_code}", "-X", "POST"]);
    let credential = match row.token {
        Token::Bare => Some(token.to_owned()),
        Token::Bearer => Some(format!("Bearer {token}")),
        Token::None => None,
    };
    curl.args(credential.iter().flat_map(|it| ["-H".to_owned(), format!("Authorization: {it}")]));
    match &row.body {
        // curl says of itself that it is a form.
        Value::String(form) => curl.args(["-d", form]),
        body => curl.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]),
    };
    let output = run(curl.arg(format!("{}/v1{}", demo.url, row.path))).await;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (body, status) = text.rsplit_once('\n').expect("a status after the body");
    (status.parse().expect("a status"), serde_json::from_str(body).expect("an envelope"))
}
