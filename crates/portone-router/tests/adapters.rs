//! The registry's adapters in one group, as a gateway with all features has them.

#![cfg(all(feature = "smartro", feature = "kpn", feature = "paymentwall", feature = "iamport-v1"))]

use std::sync::Arc;

use chrono::DateTime;
use portone_core::{
    AttemptId, CallContext, Card, CardPayment, Channel, ChannelFacts, ChannelGroup, ChannelGroupId,
    ChannelKey, Command, Contracts, Credentials, Currency, Customer, CustomerName, Environment, GroupMember,
    InstantMethod, OnViolation, Order, PayInstantly, PaymentAmount, PaymentId, PgAdapter, PgMerchantId,
    PgProvider, Protocol, StoreId, Upstream,
};
use portone_router::{
    Ask, Candidate, Decision, Purpose, Roster, Verdict, factory, factory_at, providers_at, registry,
};

#[test]
fn the_registry_has_them_all() {
    let providers: Vec<&str> = registry().iter().map(|factory| factory.profile.provider).collect();
    // Each by what its upstreams speak; the last takes any PG of V1.
    assert_eq!(
        providers,
        ["SMARTRO_V2", "SMARTRO_V2", "KPN", "KPN", "PAYMENTWALL", "PAYMENTWALL", "IAMPORT_V1"]
    );
}

#[test]
fn a_provider_is_served_by_what_its_upstream_speaks() {
    let at = |name: &str, protocol| {
        let provider = PgProvider::parse(name).expect("a provider");
        factory_at(&provider, protocol).map(|factory| factory.profile.provider)
    };
    assert_eq!(at("KPN", Protocol::PortOneV2), Some("KPN"));
    assert_eq!(at("kpn", Protocol::PortOneV2), None);
    assert_eq!(at("NICE_V2", Protocol::PortOneV2), None);
    for pg in ["smartro_v2", "smartro_v2.MID1", "SMARTRO_V2", "smartro"] {
        assert_eq!(at(pg, Protocol::IamportV1), Some("SMARTRO_V2"), "{pg}");
    }
    assert_eq!(at("PAYMENTWALL", Protocol::PortOneV2), Some("PAYMENTWALL"));
    assert_eq!(at("KPN", Protocol::IamportV1), Some("KPN"), "which refuses everything");
    for pg in ["nice_v2", "nice_v2.MID1", "NICE_V2"] {
        assert_eq!(at(pg, Protocol::IamportV1), Some("IAMPORT_V1"), "{pg}");
    }
    for pg in ["paymentwall", "paymentwall.t_123", "PAYMENTWALL"] {
        assert_eq!(at(pg, Protocol::IamportV1), Some("PAYMENTWALL"), "{pg}");
    }
    assert_eq!(at("nice v2", Protocol::IamportV1), None);
    assert_eq!(providers_at(Protocol::PortOneV2), "SMARTRO_V2, KPN, PAYMENTWALL");
    assert_eq!(providers_at(Protocol::IamportV1), "SMARTRO_V2, PAYMENTWALL, any V1 PG code such as nice_v2");
}

#[test]
fn a_card_key_in_goes_to_kpn_since_smartro_has_none() {
    let channels = ["SMARTRO_V2", "KPN"].map(channel);
    let adapters = [adapter(&channels[0]), adapter(&channels[1])];
    let group = group(&channels);
    let command = key_in();
    let attempt = AttemptId::parse("attempt-0000000000000001").expect("an attempt id");
    let ctx = CallContext { now: DateTime::UNIX_EPOCH, attempt };
    let roster = Roster::new(&group, |member| {
        let at = channels.iter().position(|channel| channel.key == member.channel).expect("a channel");
        let ask = Ask { adapter: adapters[at].as_ref(), command: &command, ctx: &ctx };
        Candidate { channel: Some(&channels[at]), holds_key: false, ask: Some(ask) }
    });
    for draw in [0, u64::MAX] {
        let choice = roster.choose(Purpose::OneTime, draw).expect("KPN");
        assert_eq!(choice.decision.chosen().as_str(), "channel-key-KPN", "{}", choice.decision);
        let Decision::Group(decision) = &choice.decision else { panic!("it was drawn from a group") };
        assert!(matches!(decision.candidates[0].verdict, Verdict::Refused(_)));
        assert_eq!(choice.admitted.expect("a command").adapter().profile().provider, "KPN");
    }
}

fn channel(provider: &str) -> Channel {
    Channel {
        key: ChannelKey::parse(&format!("channel-key-{provider}")).expect("a channel key"),
        store_id: StoreId::parse("store-1").expect("a store id"),
        name: provider.to_owned(),
        provider: PgProvider::parse(provider).expect("a provider"),
        pg_merchant_id: PgMerchantId::parse("SMTPAY001m").expect("a merchant id"),
        environment: Environment::Test,
        upstream: "sandbox".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: Contracts::default(),
        facts: ChannelFacts::default(),
    }
}

fn adapter(channel: &Channel) -> Arc<dyn PgAdapter> {
    let upstream = Upstream {
        base_url: "http://127.0.0.1:1".to_owned(),
        credentials: Credentials::PortOneV2 { api_secret: "secret".into(), webhook_secret: None },
        notice_url: None,
    };
    let factory = factory(&channel.provider).expect("the feature is on");
    (factory.build)(channel, &upstream).expect("an adapter")
}

fn group(channels: &[Channel]) -> ChannelGroup {
    let member = |channel: &Channel| GroupMember { channel: channel.key.clone(), weight: 50, active: true };
    ChannelGroup {
        id: ChannelGroupId::parse("channel-group-test-demo").expect("a group id"),
        store_id: StoreId::parse("store-1").expect("a store id"),
        name: "demo".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        failover: None,
        version: 1,
        members: channels.iter().map(member).collect(),
    }
}

/// The card key-in sample of seed 000, under an id of letters and digits.
fn key_in() -> Command {
    let id = PaymentId::parse("order0001").expect("a payment id");
    let customer = Customer { name: Some(CustomerName::Full("김포트".to_owned())), ..Customer::default() };
    let amount = PaymentAmount::total(8900, Currency::KRW);
    let order = Order { customer, ..Order::of(id, "월간 이용권", amount) };
    let card = Card {
        number: "0000123400001234".into(),
        expiry_year: "26".into(),
        expiry_month: "12".into(),
        birth_or_business_registration_number: Some("900101".into()),
        password_two_digits: Some("00".into()),
        cvc: None,
    };
    let method = InstantMethod::Card(CardPayment {
        card,
        installment_month: None,
        use_free_installment_plan: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
    });
    Command::PayInstantly(PayInstantly { order, method })
}
