//! Card data is in no answer and in no log line, whatever is wrong with the request.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::http::Call;
use crate::world::{GROUP, KPN, Line, World, card_payment, issue, with};

/// Nobody's number: no other test sends it.
const NUMBER: &str = "4929123412347777";
const YEAR: &str = "3791648205";
const BIRTH: &str = "8112257013";

/// The log of the whole process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Listens to everything that is logged from now on.
fn log() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let start = || {
        let log = Log::default();
        let level = tracing_subscriber::filter::LevelFilter::TRACE;
        tracing_subscriber::fmt().with_max_level(level).with_writer(log.clone()).init();
        log
    };
    LOG.get_or_init(start).clone()
}

fn credential() -> Value {
    json!({"number": NUMBER, "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": BIRTH, "passwordTwoDigits": "00"})
}

/// Bodies that put the canaries everywhere a mistake might.
fn bodies() -> Vec<String> {
    let number: u64 = NUMBER.parse().unwrap();
    let pay = |credential: Value| with(card_payment(KPN, "1"), "/method/card/credential", credential);
    let good = pay(credential());
    let changed = |name: &str, value: Value| pay(with(credential(), &format!("/{name}"), value));
    let mut bodies = vec![
        good.to_string(),
        changed("number", json!(number)).to_string(),
        changed("number", json!([NUMBER])).to_string(),
        changed("number", json!({"value": NUMBER})).to_string(),
        changed("number", json!(NUMBER.repeat(40))).to_string(),
        changed("number", json!(format!("{NUMBER}\n"))).to_string(),
        changed("expiryYear", json!(YEAR)).to_string(),
        changed("expiryMonth", json!(3_791_648_205_u64)).to_string(),
        changed("birthOrBusinessRegistrationNumber", json!(8_112_257_013_u64)).to_string(),
        changed("passwordTwoDigits", json!(NUMBER)).to_string(),
        with(good.clone(), "/method/card/credential", json!(NUMBER)).to_string(),
        with(good.clone(), "/method/card", json!(NUMBER)).to_string(),
        with(good.clone(), "/currency", json!(NUMBER)).to_string(),
        with(good.clone(), "/channelKey", json!(null)).to_string(),
        pay(with(credential(), &format!("/{NUMBER}"), json!(1))).to_string(),
        pay(json!({"nubmer": NUMBER, "expiryYear": YEAR})).to_string(),
        // Cut in the middle of the number, and after it.
        good.to_string().split_once("7777").unwrap().0.to_owned(),
        good.to_string().replacen('}', "", 1),
        format!("{{\"method\": {NUMBER}x}}"),
        format!("\"{NUMBER}\""),
    ];
    let issued = issue("channelGroupId", GROUP, NUMBER);
    let receipt = crate::world::cash_receipt(crate::world::SMARTRO);
    let receipt = with(receipt, "/customer/identityNumber", json!(BIRTH));
    bodies.push(with(receipt.clone(), "/type", json!("PERSONAL")).to_string());
    bodies.push(with(receipt, "/businessRegistrationNumber", json!(8_112_257_013_u64)).to_string());
    bodies.push(with(issued, "/method/card/credential", credential()).to_string());
    bodies
}

#[tokio::test(flavor = "multi_thread")]
async fn card_data_is_nowhere() {
    let log = log();
    let world = World::new().await;
    let mut answers = String::new();
    for line in [Line::Up, Line::Cut, Line::Dumb] {
        world.wire.set(line);
        for (at, body) in bodies().into_iter().enumerate() {
            for path in [
                format!("/payments/canary{at}/instant"),
                "/billing-keys".to_owned(),
                "/cash-receipts".to_owned(),
            ] {
                let reply = world.send(Call::new("POST", &path).shop().body(body.clone())).await;
                answers.extend([reply.header("x-portone-unknown-fields").unwrap_or_default(), &reply.text]);
            }
            let payment = world.get(&format!("/payments/canary{at}")).await;
            answers.push_str(&payment.text);
        }
    }
    let attempts = world.admin("GET", "/admin/attempts?open", None).await;
    answers.push_str(&attempts.text);
    let log = log.text();
    assert!(log.contains("unknown fields") && log.contains("answered"), "the log is listened to");
    for canary in [NUMBER, &NUMBER[6..14], YEAR, BIRTH] {
        assert!(!answers.contains(canary), "an answer holds {canary}");
        assert!(!log.contains(canary), "the log holds {canary}");
    }
}
