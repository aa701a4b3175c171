//! What the rules keep from the PGs. Each refused example is sent twice: past the gateway, where it does harm (refused,
//! altered or lost), and through it, where nothing reaches the PG.

use portone_testkit::catalogue::{self, Case, Placed};
use portone_tests::{Answer, Api, PATIENCE, STORE, Shop, eventually};
use serde_json::{Value, json};

/// The operations of the V2 REST API that the PGs themselves serve.
const OPS: [&str; 7] = [
    "API_INSTANT_CARD",
    "API_INSTANT_VA",
    "API_ISSUE_KEY",
    "API_PAY_KEY",
    "API_CANCEL",
    "API_RECEIPT",
    "API_ESCROW",
];
const REFUSED: [&str; 3] = ["REJECT", "REJECT_TRUNCATED", "CONTRACT"];
/// V1's examples: a V2 upstream has no such member.
const V1_ONLY: [&str; 5] = ["SMARTRO-108", "SMARTRO-109", "SMARTRO-111", "SMARTRO-114", "KPN-013"];

/// Good examples that break another rule: dollars are for cards issued abroad and for no account (KPN-004, KPN-005), and the
/// API wants a number even beside NO_RECEIPT (V2-047).
const GOOD_ELSEWHERE: [&str; 2] = ["KPN-004", "KPN-063"];

const CARD: &str = "4242424242424242";
const DEBIT_CARD: &str = "4000000000000143";
const KOOKMIN_CARD: &str = "4000000000000150";

#[tokio::test]
async fn smartros_rules_keep_harm_away() {
    let capabilities = catalogue::SMARTRO_CONTRACT;
    keep_harm_away("SMARTRO", "SMARTRO_V2", &capabilities).await;
}

#[tokio::test]
async fn kpns_rules_keep_harm_away() {
    let capabilities = catalogue::KPN_CONTRACT;
    keep_harm_away("KPN", "KPN", &capabilities).await;
}

async fn keep_harm_away(prefix: &str, provider: &'static str, capabilities: &[&str]) {
    let shop = Shop::start().await;
    let mut problems = Vec::new();
    let cases = catalogue::cases(prefix, &OPS, capabilities);
    let refused = cases.iter().filter(|case| {
        REFUSED.contains(&case.example.outcome.as_str()) && !V1_ONLY.contains(&case.example.id.as_str())
    });
    for (at, case) in refused.enumerate() {
        let what = format!("{} {}", case.example.id, case.op);
        let raw = |placed, turn| Trial::new(&shop, provider, placed, 10 * at + turn, Way::Raw);
        let is_good = !GOOD_ELSEWHERE.contains(&case.example.id.as_str());
        if is_good && let Some(harm) = raw(&case.good, 0).await.harm().await {
            problems.push(format!("{what}: the good example is {harm}: {}", case.good.request));
        }
        if raw(&case.bad, 1).await.harm().await.is_none() {
            problems.push(format!("{what}: does no harm: {}", case.bad.request));
        }
        let trial = Trial::new(&shop, provider, &case.bad, 10 * at + 2, Way::Gateway).await;
        problems.extend(trial.problem_at_the_gateway(case).await.map(|problem| format!("{what}: {problem}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Raw,
    Gateway,
}

/// One example on a channel of its own, with what had to be there before it.
struct Trial<'a> {
    shop: &'a Shop,
    api: Api,
    placed: &'a Placed,
    channel: String,
    payment_id: String,
    body: Value,
}

impl<'a> Trial<'a> {
    async fn new(shop: &'a Shop, provider: &str, placed: &'a Placed, number: usize, way: Way) -> Self {
        let api = if way == Way::Raw { shop.upstream() } else { shop.api() };
        // The example's own id, in a place of its own: nothing here is about its first characters.
        let (_, tail) = placed.payment_id.split_at(4);
        let mut trial = Self {
            shop,
            api,
            placed,
            channel: format!("channel-key-trial-{number}"),
            payment_id: format!("{number:04}{tail}"),
            body: placed.request.clone(),
        };
        trial.declare(provider, way).await;
        trial.prepare(number).await;
        trial
    }

    async fn declare(&self, provider: &str, way: Way) {
        let environment = if self.placed.test { "test" } else { "live" };
        let fact = |name: &str| self.placed.context.get(name).cloned().unwrap_or(Value::Null);
        if way == Way::Raw {
            let mut channel = json!({
                "key": self.channel, "provider": provider, "pgMerchantId": "MID01m", "environment": environment,
                "contracts": self.placed.contracts,
            });
            for name in ["mid_currency", "usd_enabled"] {
                if !fact(name).is_null() {
                    channel[name] = fact(name);
                }
            }
            self.shop.control().put("/channels", &channel).await.ok();
        } else {
            let channel = json!({
                "storeId": STORE, "key": self.channel, "name": "Trial", "pgProvider": provider,
                "pgMerchantId": "MID01m", "environment": environment, "upstream": "sandbox",
                "contracts": self.placed.contracts,
                "facts": { "midCurrency": fact("mid_currency"), "usdEnabled": fact("usd_enabled") },
            });
            self.shop.admin().post("/channels", &channel).await.ok();
        }
    }

    /// A billing key to charge, a payment to cancel, a deposit in escrow to deliver for.
    async fn prepare(&mut self, number: usize) {
        let channel_key = json!(self.channel);
        match self.placed.op.as_str() {
            "API_INSTANT_CARD" | "API_INSTANT_VA" | "API_ISSUE_KEY" => self.body["channelKey"] = channel_key,
            "API_RECEIPT" => {
                self.body["channelKey"] = channel_key;
                self.body["paymentId"] = json!(self.payment_id);
            }
            "API_PAY_KEY" => self.body["billingKey"] = json!(self.issued_key().await),
            "API_CANCEL" => {
                self.payment_id = format!("cancelled{number}");
                if self.placed.context.get("pay_method") == Some(&json!("VIRTUAL_ACCOUNT")) {
                    self.deposited(json!({})).await;
                } else {
                    self.charged().await;
                }
            }
            "API_ESCROW" => {
                self.payment_id = format!("escrow{number}");
                self.deposited(json!({ "isEscrow": true })).await;
            }
            other => panic!("{other} has no way to be sent"),
        }
    }

    async fn issued_key(&self) -> String {
        let told = |name: &str| self.placed.context.get(name).and_then(Value::as_str);
        let number = match (told("card_type"), told("card_issuer")) {
            (Some("DEBIT"), _) => DEBIT_CARD,
            (_, Some("KOOKMIN_CARD")) => KOOKMIN_CARD,
            _ => CARD,
        };
        let credential = json!({
            "number": number, "expiryYear": "29", "expiryMonth": "01",
            "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00",
        });
        let issue = json!({
            "channelKey": self.channel, "customer": customer(), "method": { "card": { "credential": credential } },
        });
        let issued = self.api.post("/billing-keys", &issue).await.ok();
        issued["billingKeyInfo"]["billingKey"].as_str().expect("a key").to_owned()
    }

    async fn charged(&self) {
        let tax_free = self.placed.context.get("cancellable_tax_free").cloned().unwrap_or(json!(0));
        let charge = json!({
            "billingKey": self.issued_key().await, "orderName": "Chair", "currency": "KRW", "customer": customer(),
            "amount": { "total": 10_000, "taxFree": tax_free },
        });
        self.api.post(&self.at("/billing-key"), &charge).await.ok();
    }

    async fn deposited(&self, besides: Value) {
        let mut account = json!({
            "channelKey": self.channel, "orderName": "Chair", "amount": { "total": 10_000 }, "currency": "KRW",
            "customer": customer(),
            "method": { "virtualAccount": {
                "bank": "SHINHAN", "expiry": { "validHours": 24 }, "option": { "type": "NORMAL" },
                "cashReceipt": { "type": "NO_RECEIPT", "customerIdentityNumber": "01012345678" },
                "remitteeName": "PortOne",
            } },
        });
        account.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        self.api.post(&format!("/payments/{}/instant", self.payment_id), &account).await.ok();
        let deposit = self.shop.control().post(&self.at("/deposit"), &json!({})).await;
        assert_eq!(deposit.status, 200, "{}: {} {}", self.payment_id, deposit.text, self.ledger().await);
        eventually("the deposit is heard of", PATIENCE, async || {
            (self.status().await == "PAID").then_some(())
        })
        .await;
    }

    fn at(&self, tail: &str) -> String {
        format!("/payments/{}{tail}", self.payment_id)
    }

    async fn status(&self) -> String {
        let payment = self.api.get(&self.at("")).await.json();
        payment["status"].as_str().unwrap_or_default().to_owned()
    }

    async fn send(&self) -> Answer {
        let path = match self.placed.op.as_str() {
            "API_INSTANT_CARD" | "API_INSTANT_VA" => self.at("/instant"),
            "API_PAY_KEY" => self.at("/billing-key"),
            "API_CANCEL" => self.at("/cancel"),
            "API_ESCROW" => self.at("/escrow/logistics"),
            "API_ISSUE_KEY" => "/billing-keys".to_owned(),
            "API_RECEIPT" => "/cash-receipts".to_owned(),
            other => panic!("{other} has no way to be sent"),
        };
        self.api.post(&path, &self.body).await
    }

    /// What becomes of the example where no adapter stands before the PG: refused, altered, lost, or no harm.
    async fn harm(&self) -> Option<String> {
        let answer = self.send().await;
        if answer.status != 200 {
            return Some(format!("refused: {}", answer.text));
        }
        if !matches!(self.placed.op.as_str(), "API_INSTANT_CARD" | "API_INSTANT_VA" | "API_PAY_KEY") {
            return None;
        }
        self.alteration().await
    }

    async fn alteration(&self) -> Option<String> {
        let ledger = self.ledger().await;
        let line = &ledger["payments"][0];
        if line["pgOrderId"] != json!(self.payment_id) {
            return Some(format!("cut to {}", line["pgOrderId"]));
        }
        let booked = &line["transactions"][0]["booked"];
        let tax_free = self.body["amount"].get("taxFree").cloned().unwrap_or(json!(0));
        if booked["currency"] != self.body["currency"] || booked["taxFree"] != tax_free {
            return Some(format!("booked as {booked}"));
        }
        let payment = self.api.get(&self.at("")).await.ok();
        let asked = |place: &str| self.body.pointer(place) == Some(&json!(true));
        let free_interest =
            asked("/useFreeInterestFromMerchant") || asked("/method/card/useFreeInterestFromMerchant");
        if free_interest && payment.pointer("/method/installment/isInterestFree") != Some(&json!(true)) {
            return Some("charged with interest".to_owned());
        }
        // What follows is about accounts.
        self.body.pointer("/method/virtualAccount")?;
        self.shop.control().post(&self.at("/deposit"), &json!({})).await.ok();
        let status = self.status().await;
        (status != "PAID").then(|| format!("lost: deposited, and still {status}"))
    }

    /// The PGs' own record of this channel.
    async fn ledger(&self) -> Value {
        self.shop.control().get(&format!("/ledger?channelKey={}", self.channel)).await.ok()
    }

    /// The gateway refuses, and the PG's record of the channel stays what it was.
    async fn problem_at_the_gateway(&self, case: &Case) -> Option<String> {
        let before = self.ledger().await;
        let answer = self.send().await;
        if answer.status != 400 {
            return Some(format!("the gateway answers {}: {}", answer.status, answer.text));
        }
        let told = answer.json()["message"].as_str().unwrap_or_default().to_owned();
        // What is no member or no type of the schema is told by the rules of the API itself.
        if !told.contains(&case.example.id) && !told.contains("V2-") {
            return Some(format!("the gateway refuses for another reason: {told}"));
        }
        let after = self.ledger().await;
        (before != after).then(|| format!("it reached the PG: {before} became {after}"))
    }
}

fn customer() -> Value {
    json!({
        "id": "customer1234", "name": { "full": "Hong Gildong" }, "phoneNumber": "010-1234-5678",
        "email": "hong@example.com",
    })
}
