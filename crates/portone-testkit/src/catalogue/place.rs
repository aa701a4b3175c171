//! Where an example's parts stand in a request of an operation.

use portone_core::{
    BuyerOs, Channel, ChannelFacts, Command, Contracts, Currency, Environment, OpenWindow, PgProfile,
};
use serde_json::{Map, Value, json};

use super::{Example, rest};
use crate::{rules, samples};

/// An otherwise valid request with an example in it, and what is known besides.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The operation (`WINDOW_PAY`, …).
    pub op: String,
    /// V1's code of the PG; of V2's requests, none.
    pub pg: Option<String>,
    /// The argument of the browser SDK, or the body of the REST API.
    pub request: Value,
    /// The order number of the path, for operations of the REST API.
    pub payment_id: String,
    /// Whether the channel is a test channel.
    pub test: bool,
    /// What the channel's contract covers.
    pub contracts: Vec<String>,
    /// Facts of the channel and stored ones (`mid_currency`, `os`, `card_type`, …).
    pub context: Map<String, Value>,
}

impl Placed {
    /// The window it opens, at the channel it speaks of.
    pub fn example(&self, profile: &PgProfile, mut window: OpenWindow) -> rules::Example {
        let settings = window.settings_mut();
        settings.os = match self.context["os"].as_str() {
            Some("windows") => Some(BuyerOs::Windows),
            Some("macos") => Some(BuyerOs::MacOs),
            Some("android") => Some(BuyerOs::Android),
            other => panic!("{other:?}"),
        };
        settings.consents_collected = self.context["consents_collected"] == true;
        (self.channel(profile), Command::OpenWindow(window))
    }

    fn channel(&self, profile: &PgProfile) -> Channel {
        let fact = |name: &str| self.context.get(name).cloned();
        Channel {
            environment: if self.test { Environment::Test } else { Environment::Live },
            contracts: Contracts(Some(self.contracts.iter().cloned().collect())),
            facts: ChannelFacts {
                mid_currency: fact("mid_currency").and_then(|code| Currency::parse(code.as_str()?).ok()),
                usd_enabled: fact("usd_enabled").and_then(|flag| flag.as_bool()),
                mid_product_type: fact("mid_product_type").and_then(|name| Some(name.as_str()?.to_owned())),
                keyin_requires_full_auth: None,
            },
            ..samples::channel(profile)
        }
    }

    /// The request of an operation with this example of a rule in it.
    pub(super) fn new(example: &Example, op: &str, value: &Value, capabilities: &[&str]) -> Self {
        let block = block(&example.v2);
        let op = value["op"].as_str().unwrap_or(op);
        let is_window = op.starts_with("WINDOW");
        let request = if is_window { base(op, method_of(example, value, block)) } else { rest::base(op) };
        let mut placed = Self {
            op: op.to_owned(),
            pg: None,
            request,
            payment_id: "payment0001A".to_owned(),
            test: example.env.as_deref() == Some("test"),
            contracts: capabilities.iter().map(|&name| name.to_owned()).collect(),
            context: context_of(&example.id, is_window),
        };
        rest::add_ledger(&mut placed, example);
        if example.id == "SMARTRO-010" {
            // The wallet whose rule it is.
            placed.put("easyPay.easyPayProvider", json!("PINPAY"));
        }
        if example.id == "KPN-065" {
            // The example is the whole method.
            placed.put("method", json!({}));
        }
        match value {
            Value::Object(parts) => {
                if parts.contains_key("firstName") {
                    placed.put("customer.fullName", Value::Null);
                }
                // A credential or an account stands for itself: what it lacks is not filled in.
                if !is_window && parts.contains_key("number") {
                    placed.put(
                        if op == "API_CANCEL" { "refundAccount" } else { "method.card.credential" },
                        json!({}),
                    );
                }
                if op == "API_INSTANT_VA" && parts.contains_key("type") {
                    placed.put("method.virtualAccount.cashReceipt", json!({}));
                }
                if example.id == "PW-037" {
                    placed.put("customer.customerId", Value::Null);
                }
                if example.id == "PW-025" && parts.contains_key("carrierTrackingId") {
                    // The catalogue's good example is abridged: goods need all ten parts.
                    rest::put_receiver(&mut placed);
                }
                if !is_window && parts.is_empty() && op == "API_CANCEL" {
                    placed.put("refundAccount", Value::Null);
                }
                for (name, part) in parts {
                    placed.put_part(example, name, part, block);
                }
            }
            scalar => {
                let path = if is_window { path_of(&example.v2, op) } else { rest::path_of(&example.v2, op) };
                if path.ends_with("path:paymentId") {
                    scalar.as_str().unwrap_or_default().clone_into(&mut placed.payment_id);
                } else {
                    placed.put(&path, scalar.clone());
                }
            }
        }
        placed
    }

    fn put_part(&mut self, example: &Example, name: &str, part: &Value, block: Option<&str>) {
        match name {
            "capabilities" => {
                self.contracts.retain(|held| Some(held) != example.capability.as_ref());
                self.contracts.extend(
                    part.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())),
                );
            }
            // An answer without the mark of escrow is what a channel without the contract gives.
            "response_escrow" => {
                if part == "absent" {
                    self.contracts.retain(|held| Some(held) != example.capability.as_ref());
                }
            }
            "mid_currency" | "usd_enabled" | "mid_product_type" | "os" | "consents_collected"
            | "card_type" => {
                self.context.insert(name.to_owned(), part.clone());
            }
            "cardCompany" if !self.op.starts_with("WINDOW") => {
                self.context.insert("card_issuer".to_owned(), part.clone());
            }
            "currency" if self.op == "API_CANCEL" => {
                self.context.insert(name.to_owned(), part.clone());
            }
            "channel" => self.test = part == "TEST",
            // The same value as each API writes it.
            "v2" => self.put("totalAmount", part.clone()),
            "op" | "v1" | "api" => {}
            "keys" => {
                for key in part.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    let (path, value) = bypass_key(key);
                    self.put(path, value);
                }
            }
            "configured_at" => {
                if part == "request" {
                    self.contracts.retain(|held| held != "merchant_free_interest");
                    self.put(
                        match self.op.as_str() {
                            "WINDOW_PAY" => "card.useFreeInterestFromMall",
                            "API_INSTANT_CARD" => "method.card.useFreeInterestFromMerchant",
                            _ => "useFreeInterestFromMerchant",
                        },
                        json!(true),
                    );
                }
            }
            _ if !self.op.starts_with("WINDOW") => {
                if let Some((path, value)) = rest::part(example, name, part, &self.op) {
                    self.put(&path, value);
                }
            }
            _ => {
                let path = part_path(name, block);
                self.put(&path, part_value(name, part));
            }
        }
    }

    /// Sets a member by its path; null takes it away.
    pub(super) fn put(&mut self, path: &str, value: Value) {
        let mut target = &mut self.request;
        let (parents, last) =
            path.rsplit_once('.').map_or((None, path), |(parents, last)| (Some(parents), last));
        for name in parents.into_iter().flat_map(|parents| parents.split('.')) {
            target = &mut target[name];
            if target.is_null() {
                *target = json!({});
            }
        }
        // One end of an expiry alone: the base's own would be a second one.
        if let Some(members) = target.as_object_mut() {
            if value.is_null() {
                members.remove(last);
            } else {
                members.insert(last.to_owned(), value);
            }
            let expires = path.ends_with("accountExpiry.dueDate") || path.ends_with("expiry.dueDate");
            if expires && members.get("validHours") == Some(&json!(24)) {
                members.remove("validHours");
            }
        }
    }
}

/// The pay method's block that the rule speaks of.
fn block(v2: &str) -> Option<&'static str> {
    if v2.contains("{transfer,virtualAccount}") {
        return Some("transfer");
    }
    let blocks = ["card", "easyPay", "virtualAccount", "transfer", "mobile"];
    blocks.into_iter().find(|block| v2.contains(&format!("sdk:{block}.")))
}

/// The pay method of the base request.
fn method_of(example: &Example, value: &Value, block: Option<&str>) -> &'static str {
    // These rules name the method in words only.
    if ["SMARTRO-008", "SMARTRO-010"].contains(&example.id.as_str()) {
        return "EASY_PAY";
    }
    if ["SMARTRO-080", "SMARTRO-081", "KPN-040"].contains(&example.id.as_str()) {
        return "MOBILE";
    }
    // Paymentwall's windows have no block of a method, and its own parameters.
    if example.id.starts_with("PW-") {
        return "CARD";
    }
    if example.id == "KPN-019" {
        return "VIRTUAL_ACCOUNT";
    }
    let known = ["CARD", "TRANSFER", "VIRTUAL_ACCOUNT", "MOBILE", "EASY_PAY"];
    if let Some(method) = known.into_iter().find(|known| value["payMethod"] == *known) {
        return method;
    }
    match block {
        Some("easyPay") => "EASY_PAY",
        Some("virtualAccount") => "VIRTUAL_ACCOUNT",
        Some("transfer") => "TRANSFER",
        Some("mobile") => "MOBILE",
        _ => "CARD",
    }
}

fn context_of(id: &str, is_window: bool) -> Map<String, Value> {
    let mut context = Map::new();
    if !is_window {
        return context;
    }
    context.insert(
        "os".to_owned(),
        json!(if ["SMARTRO-098", "PW-043"].contains(&id) { "android" } else { "windows" }),
    );
    context.insert("consents_collected".to_owned(), json!(true));
    context
}

/// An otherwise valid request.
fn base(op: &str, method: &str) -> Value {
    let customer = json!({
        "customerId": "customer1234", "fullName": "Hong Gildong", "phoneNumber": "010-1234-5678",
        "email": "hong@example.com",
    });
    let mut request = json!({
        "storeId": "store-1", "channelKey": "channel-key-1", "customer": customer,
        "redirectUrl": "https://shop.example/return", "locale": "KO_KR",
    });
    let own = match op {
        "WINDOW_ISSUE_KEY" => json!({ "billingKeyMethod": "CARD", "issueId": "issue0001A" }),
        _ => json!({
            "paymentId": "payment0001A", "orderName": "Norway swivel chair", "totalAmount": 10_000,
            "currency": "KRW", "payMethod": method,
        }),
    };
    let members = request.as_object_mut().expect("an object");
    members.extend(own.as_object().cloned().unwrap_or_default());
    match method {
        "VIRTUAL_ACCOUNT" => {
            members.insert("virtualAccount".to_owned(), json!({ "accountExpiry": { "validHours": 24 } }));
        }
        "MOBILE" => {
            members.insert("productType".to_owned(), json!("DIGITAL"));
        }
        _ => {}
    }
    request
}

/// The path of the field that the rule is about, in this kind of operation.
fn path_of(v2: &str, op: &str) -> String {
    let wanted = if op.starts_with("WINDOW") { "sdk:" } else { "body:" };
    let part = v2.split(" / ").find(|part| part.starts_with(wanted)).unwrap_or(v2);
    let first = part.split([',', ' ']).next().unwrap_or(part);
    match part.trim_start_matches(wanted) {
        "{transfer,virtualAccount}.cashReceiptType" => "transfer.cashReceiptType".to_owned(),
        "virtualAccount.accountExpiry" => "virtualAccount.accountExpiry.dueDate".to_owned(),
        _ => first.trim_start_matches(wanted).trim_end_matches("[]").to_owned(),
    }
}

/// Where a named part of an example stands.
fn part_path(name: &str, block: Option<&str>) -> String {
    let path = match name {
        "cardCompany" | "useFreeInterestFromMall" | "useCardPoint" | "useAppCardOnly" | "useInstallment" => {
            return format!("{}.{name}", block.unwrap_or("card"));
        }
        "monthOption" | "freeInstallmentPlans" => return format!("card.installment.{name}"),
        "fixedMonth" | "availableMonthList" => return format!("card.installment.monthOption.{name}"),
        "easyPayProvider" | "availablePayMethods" => return format!("easyPay.{name}"),
        "card" => "easyPay.availableCards",
        "bankCode" | "availableBanks" => return format!("virtualAccount.{name}"),
        "bank" => "virtualAccount.bankCode",
        "dueDate" | "validHours" => return format!("virtualAccount.accountExpiry.{name}"),
        "cashReceiptType" | "customerIdentifier" => return format!("{}.{name}", block.unwrap_or("transfer")),
        "carrier" => "mobile.carrier",
        "range" | "interval" => return format!("offerPeriod.{name}"),
        "taxFree" => "taxFreeAmount",
        "vat" => "vatAmount",
        "total" => "totalAmount",
        "OpenType" => "bypass.smartro_v2.OpenType",
        "firstName" | "lastName" | "customerId" | "email" => return format!("customer.{name}"),
        other => other,
    };
    path.to_owned()
}

fn part_value(name: &str, part: &Value) -> Value {
    match (name, part.as_str()) {
        ("card", Some(card)) => json!([card]),
        // The rule's table gives the REST API's name.
        ("bank", Some("SHINHAN")) => json!("SHINHAN_BANK"),
        _ => part.clone(),
    }
}

fn bypass_key(key: &str) -> (&'static str, Value) {
    match key {
        "GoodsCnt" => ("bypass.smartro_v2.GoodsCnt", json!(1)),
        _ => ("bypass.smartro_v2.OpenType", json!("KR")),
    }
}
