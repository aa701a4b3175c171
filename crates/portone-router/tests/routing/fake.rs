//! PGs that only check, and builders for groups, channels and commands.

use chrono::DateTime;
use portone_core::{
    Ack, Admitted, AttemptId, Bank, BillingKey, CallContext, Card, CardPayment, CashReceiptRequest,
    CashReceiptType, Channel, ChannelGroup, ChannelGroupId, ChannelKey, Command, CommandKind, CommandSupport,
    Currencies, Currency, Customer, CustomerName, Environment, GroupMember, InstantMethod, IssueBillingKey,
    Leg, Notification, NotificationError, OnViolation, Order, PayInstantly, PayMethod, PayWithBillingKey,
    PaymentAmount, PaymentId, PaymentIdRule, PgAdapter, PgBillingKey, PgError, PgMerchantId, PgProfile,
    PgProvider, PgReply, Progress, RawNotification, Report, Rule, Severity, StoreId, VirtualAccountExpiry,
    VirtualAccountOption, VirtualAccountOptionType, VirtualAccountRequest,
};
use portone_router::{Ask, Candidate, Choice, NoChannel, Purpose, Roster};

/// A PG that refuses order names holding its display name and advises on every other request.
#[derive(Debug)]
pub(crate) struct FakePg(pub(crate) &'static PgProfile);

/// Key-in by virtual account only, payment ids of at most 40 letters and digits.
pub(crate) static SMARTRO: PgProfile =
    profile("SMARTRO_V2", "Smartro", &[PayMethod::VirtualAccount], Some(40), true);
/// Both key-ins, payment ids of letters and digits.
pub(crate) static KPN: PgProfile = profile("KPN", "KPN", BOTH, None, true);
/// Both key-ins, any payment id.
pub(crate) static OPEN: PgProfile = profile("OPEN", "Open", BOTH, None, false);
/// Compares productType.
pub(crate) static KSNET: PgProfile = profile("KSNET", "KSNET", BOTH, None, false);

const BOTH: &[PayMethod] = &[PayMethod::Card, PayMethod::VirtualAccount];
static REFUSES: Rule = rule("FAKE-001", Severity::Reject);
static ADVISES: Rule = rule("FAKE-002", Severity::Advise);
static CAPABILITY: Rule = rule("FAKE-CAP", Severity::Reject);

const fn rule(code: &'static str, severity: Severity) -> Rule {
    Rule { code, severity, reason: "a fake PG says so", source: "tests" }
}

const fn profile(
    provider: &'static str,
    display_name: &'static str,
    key_in: &'static [PayMethod],
    length_max: Option<usize>,
    alphanumeric: bool,
) -> PgProfile {
    PgProfile {
        provider,
        rule_prefix: "FAKE",
        display_name,
        commands: if key_in.len() == 1 { ACCOUNT_ONLY } else { ALL },
        currencies: Currencies::Any,
        payment_id: PaymentIdRule { length_max, alphanumeric },
        partial_cancel: true,
        judges_test_cards: false,
        key_window_charges: false,
        rules: &[],
        capability_rule: &CAPABILITY,
    }
}

const ALL: &[CommandSupport] = &[
    support(CommandKind::PayInstantly, BOTH),
    support(CommandKind::IssueBillingKey, &[]),
    support(CommandKind::PayWithBillingKey, &[]),
];
const ACCOUNT_ONLY: &[CommandSupport] = &[
    support(CommandKind::PayInstantly, &[PayMethod::VirtualAccount]),
    support(CommandKind::IssueBillingKey, &[]),
    support(CommandKind::PayWithBillingKey, &[]),
];

const fn support(command: CommandKind, methods: &'static [PayMethod]) -> CommandSupport {
    CommandSupport { command, methods, inquiry: true }
}

impl PgAdapter for FakePg {
    fn profile(&self) -> &'static PgProfile {
        self.0
    }

    fn check(&self, command: &Command, _: &CallContext, report: &mut Report) {
        let name = match command {
            Command::IssueBillingKey(issue) => issue.customer.id.as_deref().unwrap_or_default(),
            _ => command.order().map(|order| order.order_name.as_str()).unwrap_or_default(),
        };
        if name.contains(self.0.display_name) {
            report.add(&REFUSES, "orderName", format!("is not for {}", self.0.display_name));
        }
        report.add(&ADVISES, "orderName", format!("was seen by {}", self.0.display_name));
    }

    fn encode(&self, _: &Admitted<'_>, _: &CallContext) -> Result<Progress, Report> {
        unreachable!("the router sends nothing")
    }

    fn decode(&self, _: &Admitted<'_>, _: Leg, _: &PgReply, _: &CallContext) -> Result<Progress, PgError> {
        unreachable!("the router sends nothing")
    }

    fn parse_notification(
        &self,
        _: &RawNotification,
        _: &CallContext,
    ) -> Result<(Notification, Ack), NotificationError> {
        unreachable!("the router hears nothing")
    }
}

/// A group, its channels and who holds a key: everything a test varies.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) group: ChannelGroup,
    pub(crate) channels: Vec<Channel>,
    pub(crate) holders: Vec<ChannelKey>,
}

impl Scene {
    /// A group of active members of provider `OPEN` with these names and weights.
    pub(crate) fn new(members: &[(&str, u32)]) -> Self {
        let channels = members.iter().map(|(name, _)| channel(name, &OPEN)).collect();
        let members = members
            .iter()
            .map(|(name, weight)| GroupMember { channel: key(name), weight: *weight, active: true })
            .collect();
        Self { group: group(members), channels, holders: Vec::new() }
    }

    /// Members of these PGs, each named after its PG, with equal weights.
    pub(crate) fn of(profiles: &[&'static PgProfile]) -> Self {
        let weighted: Vec<_> = profiles.iter().map(|profile| (profile.provider, 1)).collect();
        let mut scene = Self::new(&weighted);
        scene.channels = profiles.iter().map(|profile| channel(profile.provider, profile)).collect();
        scene
    }

    pub(crate) fn held_by(mut self, names: &[&str]) -> Self {
        self.holders = names.iter().map(|name| key(name)).collect();
        self
    }

    pub(crate) fn inactive(mut self, name: &str) -> Self {
        for member in self.group.members.iter_mut().filter(|member| member.channel == key(name)) {
            member.active = false;
        }
        self
    }

    pub(crate) fn on_violation(mut self, policy: OnViolation) -> Self {
        self.group.on_violation = policy;
        self
    }

    pub(crate) fn channel(&self, key: &ChannelKey) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.key == *key)
    }

    /// The roster without a request: no rule is checked.
    pub(crate) fn roster(&self) -> Roster<'_> {
        Roster::new(&self.group, |member| Candidate {
            channel: self.channel(&member.channel),
            holds_key: self.holders.contains(&member.channel),
            ask: None,
        })
    }

    /// Draws without a request.
    pub(crate) fn choose(&self, purpose: Purpose, draw: u64) -> Result<Choice<'_>, NoChannel> {
        self.roster().choose(purpose, draw)
    }

    /// The roster of a request.
    pub(crate) fn asking<'a>(&'a self, desk: &'a Desk) -> Roster<'a> {
        Roster::new(&self.group, |member| {
            let channel = self.channel(&member.channel);
            Candidate {
                channel,
                holds_key: self.holders.contains(&member.channel),
                ask: channel.map(|channel| desk.ask(channel)),
            }
        })
    }
}

/// A command, with an adapter for every channel.
#[derive(Debug)]
pub(crate) struct Desk {
    command: Command,
    ctx: CallContext,
}

impl Desk {
    pub(crate) fn new(command: Command) -> Self {
        let attempt = AttemptId::parse("attempt-0000000000000001").expect("an attempt id");
        Self { command, ctx: CallContext { now: DateTime::UNIX_EPOCH, attempt } }
    }

    pub(crate) fn ask(&self, channel: &Channel) -> Ask<'_> {
        let adapter = ADAPTERS.iter().find(|adapter| channel.provider == *adapter.0.provider);
        Ask { adapter: adapter.expect("a fake PG"), command: &self.command, ctx: &self.ctx }
    }
}

static ADAPTERS: [FakePg; 4] = [FakePg(&SMARTRO), FakePg(&KPN), FakePg(&OPEN), FakePg(&KSNET)];

pub(crate) fn key(name: &str) -> ChannelKey {
    ChannelKey::parse(name).expect("a channel key")
}

pub(crate) fn channel(name: &str, profile: &PgProfile) -> Channel {
    Channel {
        key: key(name),
        store_id: StoreId::parse("store-1").expect("a store id"),
        name: name.to_owned(),
        provider: PgProvider::parse(profile.provider).expect("a provider"),
        pg_merchant_id: PgMerchantId::parse("mid").expect("a merchant id"),
        environment: Environment::Test,
        upstream: "sandbox".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: portone_core::Contracts::default(),
        facts: portone_core::ChannelFacts::default(),
    }
}

fn group(members: Vec<GroupMember>) -> ChannelGroup {
    ChannelGroup {
        id: ChannelGroupId::parse("channel-group-test-94ab2b51-b7e1-4b74-9a9c-9fb6e117a6ac")
            .expect("a group id"),
        store_id: StoreId::parse("store-1").expect("a store id"),
        name: "demo".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        failover: None,
        version: 3,
        members,
    }
}

/// The sample card of seed 000's key-in.
pub(crate) fn card() -> Card {
    Card {
        number: "0000123400001234".into(),
        expiry_year: "26".into(),
        expiry_month: "12".into(),
        birth_or_business_registration_number: Some("900101".into()),
        password_two_digits: Some("00".into()),
        cvc: None,
    }
}

/// The sample buyer of seed 000's super billing key.
pub(crate) fn customer() -> Customer {
    Customer {
        id: Some("customerId_2333".to_owned()),
        name: Some(CustomerName::Full("김포트".to_owned())),
        phone_number: Some("01000001234".to_owned()),
        email: Some("port@portone.io".to_owned()),
        ..Customer::default()
    }
}

pub(crate) fn order() -> Order {
    let id = PaymentId::parse("order0001").expect("a payment id");
    let amount = PaymentAmount::total(8900, Currency::KRW);
    Order { customer: customer(), ..Order::of(id, "월간 이용권 정기결제", amount) }
}

pub(crate) fn pay_by_card(order: Order, card: Card) -> Command {
    let method = InstantMethod::Card(CardPayment {
        card,
        installment_month: None,
        use_free_installment_plan: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
    });
    Command::PayInstantly(PayInstantly { order, method })
}

pub(crate) fn pay_into_account(order: Order, request: VirtualAccountRequest) -> Command {
    Command::PayInstantly(PayInstantly { order, method: InstantMethod::VirtualAccount(request) })
}

/// The sample virtual account of seed 000's key-in.
pub(crate) fn account() -> VirtualAccountRequest {
    VirtualAccountRequest {
        bank: Bank::ALL[0],
        expiry: VirtualAccountExpiry { valid_hours: None, due_date: Some(DateTime::UNIX_EPOCH) },
        option: VirtualAccountOption { kind: VirtualAccountOptionType::Normal, fixed: None },
        cash_receipt: Some(CashReceiptRequest {
            kind: CashReceiptType::Personal,
            customer_identity_number: Some("01000001234".into()),
        }),
        remittee_name: Some("포트원".to_owned()),
    }
}

pub(crate) fn issue(card: Card, customer: Customer) -> Command {
    Command::IssueBillingKey(IssueBillingKey { card, customer, bypass: None })
}

pub(crate) fn pay_with_key(order: Order) -> Command {
    let billing_key = BillingKey::parse("billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6").expect("a key");
    Command::PayWithBillingKey(PayWithBillingKey {
        order,
        pg_billing_key: PgBillingKey::parse(billing_key.as_str()).expect("a PG key"),
        method: PayMethod::Card,
        issue_email: None,
        card: None,
        installment_month: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
        cash_receipt: None,
        locale: None,
    })
}

/// A seeded generator (SplitMix64), so that every run is the same.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
