//! Smartro's rules of windows: each fires on the catalogue's bad example and is silent on its good one.

use std::collections::BTreeSet;

use pg_smartro::{FACTORY, PROFILE, capability};
use portone_core::{BuyerOs, Channel, ChannelFacts, Command, Contracts, Currency, Environment, Report};
use portone_testkit::{
    catalogue::{self, Placed},
    samples,
};
use portone_wire::sdk::{parse_issue_billing_key, parse_payment};
use serde_json::json;

const OPS: &[&str] = &["WINDOW_PAY", "WINDOW_ISSUE_KEY"];

pub(crate) const CAPABILITIES: &[&str] = &[
    capability::TAX_FREE,
    capability::INSTALLMENT,
    capability::MERCHANT_FREE_INTEREST,
    capability::CARD_POINT,
    capability::EASY_PAY,
    capability::ESCROW,
    capability::OVERSEAS,
    capability::VA_DEPOSIT_NOTICE,
];

/// What else an example breaks by itself.
const BESIDE: &[(&str, &[&str])] = &[
    // Dollars at a MID whose dollars nobody has confirmed.
    ("SMARTRO-005", &["SMARTRO-006"]),
    // A month without a card company, or the other way round.
    ("SMARTRO-032", &["SMARTRO-041"]),
    ("SMARTRO-042", &["SMARTRO-040", "SMARTRO-041"]),
    ("SMARTRO-046", &["SMARTRO-041"]),
    ("SMARTRO-125", &["SMARTRO-041"]),
    // Points need a contract, and a window's flag does nothing about them.
    ("SMARTRO-034", &["SMARTRO-043"]),
    // A bank given without the receipt's type.
    ("SMARTRO-063", &["SMARTRO-061"]),
    ("SMARTRO-083", &["SMARTRO-061"]),
    ("SMARTRO-127", &["SMARTRO-061"]),
];

const ELSEWHERE: &[(&str, &str)] = &[
    ("SMARTRO-015", "the argument's reader: an amount is a whole number (SDK-TYPE)"),
    ("SMARTRO-086", "V1 upstreams only"),
    ("SMARTRO-129", "V1 upstreams only"),
];

/// The rules that windows break, each shown to fire on its bad example only.
pub(crate) fn proven() -> BTreeSet<String> {
    catalogue::prove("SMARTRO", OPS, CAPABILITIES, BESIDE, ELSEWHERE, &[], check)
}

#[test]
fn everything_wrong_with_a_window_is_said_at_once() {
    let request = json!({
        "storeId": "store-1", "paymentId": "payment-1", "orderName": "의자", "totalAmount": 1000,
        "currency": "KRW", "payMethod": "VIRTUAL_ACCOUNT", "isEscrow": true, "locale": "JA_JP",
        "customer": { "email": "nobody" }, "offerPeriod": { "interval": "30d" },
        "bypass": { "smartro_v2": { "GoodsCnt": "2", "OpenType": "US", "Color": "RED" } },
        "virtualAccount": {
            "bankCode": "SHINHAN", "cashReceiptType": "PERSONAL", "customerIdentifier": "1234",
            "accountExpiry": { "dueDate": "2026-03-01" }, "availableBanks": [],
        },
    });
    let window = parse_payment(&request).unwrap().window;
    let mut channel = samples::channel(&PROFILE);
    channel.contracts = Contracts(Some(BTreeSet::new()));
    insta::assert_snapshot!(report(&channel, &Command::OpenWindow(window)));
}

fn check(placed: &Placed) -> Vec<String> {
    let read = match placed.op.as_str() {
        "WINDOW_PAY" => parse_payment(&placed.request),
        _ => parse_issue_billing_key(&placed.request),
    };
    let mut window = read.unwrap_or_else(|report| panic!("{placed:#?}: {report}")).window;
    let settings = window.settings_mut();
    settings.os = match placed.context["os"].as_str() {
        Some("windows") => Some(BuyerOs::Windows),
        Some("macos") => Some(BuyerOs::MacOs),
        Some("android") => Some(BuyerOs::Android),
        other => panic!("{other:?}"),
    };
    settings.consents_collected = placed.context["consents_collected"] == true;
    let mut channel = samples::channel(&PROFILE);
    channel.environment = if placed.test { Environment::Test } else { Environment::Live };
    channel.contracts = Contracts(Some(placed.contracts.iter().cloned().collect()));
    let fact = |name: &str| placed.context.get(name).cloned();
    channel.facts = ChannelFacts {
        mid_currency: fact("mid_currency").and_then(|code| Currency::parse(code.as_str()?).ok()),
        usd_enabled: fact("usd_enabled").and_then(|flag| flag.as_bool()),
        mid_product_type: fact("mid_product_type").and_then(|name| Some(name.as_str()?.to_owned())),
        keyin_requires_full_auth: None,
    };
    codes(&report(&channel, &Command::OpenWindow(window)))
}

fn report(channel: &Channel, command: &Command) -> Report {
    let adapter = (FACTORY.build)(channel, &samples::upstream()).unwrap();
    let mut report = Report::new();
    adapter.check(command, &samples::context(), &mut report);
    report
}

fn codes(report: &Report) -> Vec<String> {
    report.violations.iter().map(|violation| violation.rule.to_owned()).collect()
}
