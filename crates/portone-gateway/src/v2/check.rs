//! Ask before you pay: what a channel's rules say of a request, without a call to anybody.

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, BuyerOs, CallContext, Cancel, CardFacts, Channel, ChannelFacts, ChannelKey,
    CloseVirtualAccount, Command, Contracts, Credentials, Currency, Environment, Money, PayMethod,
    PayWithBillingKey, PgAdapter, PgBillingKey, PgMerchantId, PgProvider, Protocol, Report, Rule, Schedule,
    Secret, Severity, StoreId, Upstream, admit,
};
use portone_engine::request::PayWithBillingKeyRequest;
use portone_wire::sdk;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::dto::{Read, billing_key, cancel, payment, schedule};
use crate::auth::Access;
use crate::error::ApiError;
use crate::fields::Fields;
use crate::json::RawBody;

/// The operations that can be checked, by the API they belong to.
const OPERATIONS: [(&str, Operation); 9] = [
    ("WINDOW_PAY", Operation::WindowPay),
    ("WINDOW_ISSUE_KEY", Operation::WindowIssueKey),
    ("API_INSTANT_CARD", Operation::Instant),
    ("API_INSTANT_VA", Operation::Instant),
    ("API_ISSUE_KEY", Operation::IssueKey),
    ("API_PAY_KEY", Operation::PayKey),
    ("API_SCHEDULE", Operation::Schedule),
    ("API_CANCEL", Operation::Cancel),
    ("API_CLOSE_VA", Operation::CloseAccount),
];
const APIS: [(&str, Api); 2] = [("v2", Api::Rest), ("sdk-v2", Api::Sdk)];
const SYSTEMS: [(&str, BuyerOs); 5] = [
    ("windows", BuyerOs::Windows),
    ("macos", BuyerOs::MacOs),
    ("linux", BuyerOs::Linux),
    ("android", BuyerOs::Android),
    ("ios", BuyerOs::Ios),
];
const METHODS: [(&str, PayMethod); 5] = [
    ("CARD", PayMethod::Card),
    ("VIRTUAL_ACCOUNT", PayMethod::VirtualAccount),
    ("TRANSFER", PayMethod::Transfer),
    ("MOBILE", PayMethod::Mobile),
    ("EASY_PAY", PayMethod::EasyPay),
];
const CARD_TYPES: &[&str] = &["CREDIT", "DEBIT", "GIFT"];
const PRODUCT_TYPES: &[&str] = &["PHYSICAL", "DIGITAL"];
const CONTEXT: &[&str] = &[
    "os",
    "consents_collected",
    "pay_method",
    "card_type",
    "card_issuer",
    "paid_at",
    "currency",
    "cancellable",
    "cancellable_tax_free",
    "ordered_vat",
    "issue_email",
    "mid_currency",
    "usd_enabled",
    "mid_product_type",
    "keyin_requires_full_auth",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Rest,
    Sdk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    WindowPay,
    WindowIssueKey,
    Instant,
    IssueKey,
    PayKey,
    Schedule,
    Cancel,
    CloseAccount,
}

impl Operation {
    const fn api(self) -> Api {
        match self {
            Self::WindowPay | Self::WindowIssueKey => Api::Sdk,
            _ => Api::Rest,
        }
    }
}

/// What is asked about: an operation, its request and what the ledger would know.
pub(crate) struct Question {
    operation: Operation,
    payment_id: String,
    facts: Facts,
}

/// Facts that a rule needs and a request does not hold.
#[derive(Default)]
struct Facts {
    os: Option<BuyerOs>,
    consents_collected: bool,
    pay_method: Option<PayMethod>,
    card_type: Option<String>,
    card_issuer: Option<String>,
    paid_at: Option<DateTime<Utc>>,
    currency: Option<Currency>,
    cancellable: Option<i64>,
    cancellable_tax_free: Option<i64>,
    ordered_vat: Option<i64>,
    issue_email: Option<String>,
    channel: ChannelFacts,
}

impl Question {
    /// Reads everything but the request itself, which [`Question::command`] takes from the same body.
    pub(crate) fn read(fields: &Fields<'_, '_>) -> Option<Self> {
        let api = fields.need_choice("api", APIS.into_iter());
        let operation = fields.need_choice("operation", OPERATIONS.into_iter());
        if let (Some(api), Some(operation)) = (api, operation)
            && operation.api() != api
        {
            fields.add("operation", "is of the other API; windows are of sdk-v2 and all others of v2");
        }
        let payment_id = fields.owned_text("path").unwrap_or_else(|| SAMPLE_ID.to_owned());
        let facts = facts(fields);
        if !fields.has("request") {
            fields.add("request", "is missing; send the body or the argument as the shop would");
        }
        Some(Self { operation: operation?, payment_id, facts: facts? })
    }

    /// The facts of the channel that the context tells.
    pub(crate) fn channel_facts(&self) -> ChannelFacts {
        self.facts.channel.clone()
    }

    /// The command the request would become, or everything that refuses to read it. `raw` is the whole body.
    pub(crate) fn command(&self, raw: &RawBody, now: DateTime<Utc>) -> Result<(Command, Report), Report> {
        let whole: Whole<'_> = serde_json::from_slice(raw.bytes()).map_err(|_| unreadable())?;
        let text = whole.request.get();
        match self.operation {
            Operation::WindowPay => self.window(sdk::parse_payment, text),
            Operation::WindowIssueKey => self.window(sdk::parse_issue_billing_key, text),
            operation => {
                let body = RawBody::from_text(text);
                let store_id = store_of(text).or_else(|| StoreId::parse(SAMPLE_STORE).ok());
                let access = Access::to_check(store_id);
                let mut advice = Report::new();
                let command = self.rest(operation, &body, &access, now, &mut advice)?;
                Ok((command, advice))
            }
        }
    }

    fn window(
        &self,
        parse: fn(&serde_json::Value) -> Result<sdk::SdkRequest, Report>,
        text: &str,
    ) -> Result<(Command, Report), Report> {
        let argument = serde_json::from_str(text).map_err(|_| unreadable())?;
        let request = parse(&argument)?;
        let mut window = request.window;
        let settings = window.settings_mut();
        settings.os = self.facts.os;
        settings.consents_collected = self.facts.consents_collected;
        Ok((Command::OpenWindow(window), request.advice))
    }

    fn rest(
        &self,
        operation: Operation,
        body: &RawBody,
        access: &Access,
        now: DateTime<Utc>,
        advice: &mut Report,
    ) -> Result<Command, Report> {
        let id = self.payment_id.as_str();
        let command = match operation {
            Operation::Instant => {
                Command::PayInstantly(read(payment::instant(body, access, id), advice)?.pay)
            }
            Operation::IssueKey => {
                Command::IssueBillingKey(read(billing_key::issue(body, access), advice)?.issue)
            }
            Operation::PayKey => {
                let request = read(payment::with_billing_key(body, access, id), advice)?;
                Command::PayWithBillingKey(self.key_payment(request)?)
            }
            Operation::Schedule => {
                let request = read(schedule::create(body, access, id), advice)?;
                let time_to_pay = request.time_to_pay;
                Command::Schedule(Schedule { pay: self.key_payment(request.pay)?, time_to_pay })
            }
            Operation::Cancel => {
                Command::Cancel(self.cancel(read(cancel::cancel(body, access, id), advice)?, now))
            }
            Operation::CloseAccount => {
                let payment_id = id.parse().map_err(|_| unreadable())?;
                Command::CloseVirtualAccount(CloseVirtualAccount { payment_id })
            }
            Operation::WindowPay | Operation::WindowIssueKey => return Err(unreadable()),
        };
        Ok(command)
    }

    fn key_payment(&self, request: PayWithBillingKeyRequest) -> Result<PayWithBillingKey, Report> {
        Ok(PayWithBillingKey {
            order: request.order,
            pg_billing_key: PgBillingKey::parse(SAMPLE_KEY).map_err(|_| unreadable())?,
            issue_email: self.facts.issue_email.clone(),
            card: Some(self.card()),
            installment_month: request.installment_month,
            use_free_interest_from_merchant: request.use_free_interest_from_merchant,
            use_card_point: request.use_card_point,
            cash_receipt: request.cash_receipt,
            locale: request.locale,
        })
    }

    fn card(&self) -> CardFacts {
        let Facts { card_type, card_issuer, .. } = &self.facts;
        CardFacts { card_type: card_type.clone(), issuer: card_issuer.clone(), ..CardFacts::default() }
    }

    /// A cancel of a payment as the context tells it; of one made just now by card where it does not.
    fn cancel(&self, request: portone_engine::request::CancelRequest, now: DateTime<Utc>) -> Cancel {
        let facts = &self.facts;
        let cancellable = facts.cancellable.or(request.amount).unwrap_or(0);
        let amount = request.amount.unwrap_or(cancellable);
        Cancel {
            payment_id: request.payment_id,
            amount: Money::new(amount, facts.currency.unwrap_or(Currency::KRW)),
            tax_free: request.tax_free,
            vat: request.vat,
            reason: request.reason,
            requester: request.requester,
            refund_account: request.refund_account,
            cancellable,
            cancellable_tax_free: facts.cancellable_tax_free.unwrap_or(0),
            ordered_vat: facts.ordered_vat,
            method: facts.pay_method.unwrap_or(PayMethod::Card),
            card: Some(self.card()),
            paid_at: facts.paid_at.unwrap_or(now),
        }
    }
}

/// A request that names no order number is checked with one that every PG takes.
const SAMPLE_ID: &str = "payment0001A";
/// No rule reads a billing key.
const SAMPLE_KEY: &str = "billing-key-of-no-card";
/// A request that names no store is checked for one that nobody has.
const SAMPLE_STORE: &str = "store-of-nobody";
const SAMPLE_ATTEMPT: &str = "attempt-of-no-call-000";

/// A context to check in; no attempt is made.
pub(crate) fn context(now: DateTime<Utc>) -> Option<CallContext> {
    Some(CallContext { now, attempt: AttemptId::parse(SAMPLE_ATTEMPT).ok()? })
}

/// Everything an adapter says of a command: what it refuses, or else its advice.
pub(crate) fn said(adapter: &dyn PgAdapter, command: &Command, ctx: &CallContext) -> Report {
    match admit(adapter, command, ctx) {
        Ok(admitted) => admitted.advice().clone(),
        Err(report) => report,
    }
}

/// A channel that nobody configured, to check a provider's rules with.
pub(crate) struct Draft {
    provider: PgProvider,
    environment: Environment,
    contracts: Contracts,
}

impl Draft {
    /// Reads `provider`, `environment` (live where absent) and `contracts`.
    pub(crate) fn read(fields: &Fields<'_, '_>) -> Option<Self> {
        let provider = fields.need_id::<PgProvider>("provider");
        if let Some(provider) = provider.as_ref()
            && portone_router::factory_at(provider, Protocol::PortOneV2).is_none()
        {
            let known = portone_router::providers_at(Protocol::PortOneV2);
            fields.add("provider", format!("`{provider}` has no adapter here; use one of {known}"));
        }
        let environment = fields.choice("environment", ENVIRONMENTS.into_iter());
        let contracts = fields.has("contracts").then(|| fields.texts("contracts").into_iter().collect());
        Some(Self {
            provider: provider?,
            environment: environment.unwrap_or(Environment::Live),
            contracts: Contracts(contracts),
        })
    }

    fn channel(self, facts: ChannelFacts) -> Option<Channel> {
        Some(Channel {
            key: ChannelKey::parse("channel-key-of-nobody").ok()?,
            store_id: StoreId::parse(SAMPLE_STORE).ok()?,
            name: self.provider.to_string(),
            pg_merchant_id: PgMerchantId::parse("mid-of-nobody").ok()?,
            provider: self.provider,
            environment: self.environment,
            upstream: "nowhere".to_owned(),
            upstream_channel_key: None,
            active: true,
            contracts: self.contracts,
            facts,
        })
    }

    /// What the provider's rules say of the question.
    pub(crate) fn answer(self, question: &Question, raw: &RawBody, now: DateTime<Utc>) -> Report {
        let (command, mut report) = match question.command(raw, now) {
            Ok(read) => read,
            Err(report) => return report,
        };
        let upstream = Upstream {
            base_url: "https://nowhere.invalid".to_owned(),
            credentials: Credentials::PortOneV2 { api_secret: Secret::from(""), webhook_secret: None },
            notice_url: None,
        };
        let factory = portone_router::factory_at(&self.provider, Protocol::PortOneV2);
        let channel = self.channel(question.channel_facts());
        let adapter =
            factory.zip(channel).and_then(|(factory, channel)| (factory.build)(&channel, &upstream).ok());
        let (Some(adapter), Some(ctx)) = (adapter, context(now)) else { return unreadable() };
        report.extend(said(&*adapter, &command, &ctx));
        report
    }
}

/// Whether a channel moves real money, as files and the admin face spell it.
const ENVIRONMENTS: [(&str, Environment); 2] = [("live", Environment::Live), ("test", Environment::Test)];

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    request: &'a RawValue,
}

/// The store that a body names: whoever asks here may ask for any.
fn store_of(text: &str) -> Option<StoreId> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "storeId")]
        store_id: Option<StoreId>,
        payment: Option<Box<Named>>,
    }
    let named: Named = serde_json::from_str(text).ok()?;
    named.store_id.or_else(|| named.payment?.store_id)
}

fn facts(fields: &Fields<'_, '_>) -> Option<Facts> {
    let Some(context) = fields.object("context", fields.own_rule(), CONTEXT) else {
        return (!fields.has("context")).then(Facts::default);
    };
    let currency = |name| {
        context.text(name).and_then(|code| {
            let parsed = Currency::parse(code);
            parsed.map_err(|error| context.add(name, error.to_string())).ok()
        })
    };
    Some(Facts {
        os: context.choice("os", SYSTEMS.into_iter()),
        consents_collected: context.flag("consents_collected").unwrap_or(false),
        pay_method: context.choice("pay_method", METHODS.into_iter()),
        card_type: context.code("card_type", CARD_TYPES),
        card_issuer: context.owned_text("card_issuer"),
        paid_at: context.moment("paid_at"),
        currency: currency("currency"),
        cancellable: context.int64_from("cancellable", 0),
        cancellable_tax_free: context.int64_from("cancellable_tax_free", 0),
        ordered_vat: context.int64_from("ordered_vat", 0),
        issue_email: context.owned_text("issue_email"),
        channel: ChannelFacts {
            mid_currency: currency("mid_currency"),
            usd_enabled: context.flag("usd_enabled"),
            mid_product_type: context.code("mid_product_type", PRODUCT_TYPES),
            keyin_requires_full_auth: context.flag("keyin_requires_full_auth"),
        },
    })
}

fn read<T>(read: Read<T>, advice: &mut Report) -> Result<T, Report> {
    read.unknown.refuse(&UNREAD, advice);
    read.request.map_err(|error| {
        let report = error.into_report();
        if report.refuses() { report } else { unreadable() }
    })
}

/// A member that no schema has, or that the operation does not use.
static UNREAD: Rule = Rule {
    code: "V2-UNREAD",
    severity: Severity::Advise,
    reason: "The operation reads no such member.",
    source: "the V2 REST API's schema",
};

fn unreadable() -> Report {
    ApiError::input("the request cannot be read; send it as the shop would").into_report()
}
