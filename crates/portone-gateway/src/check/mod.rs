//! Ask before you pay: what a channel's rules say of a request, without a call to anybody.

mod facts;
mod group;
mod known;
mod operation;
mod v1;
mod v2;

use chrono::{DateTime, Utc};
use portone_core::{
    AttemptId, CallContext, Channel, ChannelFacts, ChannelGroupId, ChannelKey, Command, Contracts,
    Credentials, Environment, PaymentId, PgAdapter, PgMerchantId, PgProvider, Protocol, Report, Rule, Secret,
    Severity, StoreId, Upstream, admit,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::fields::Fields;
use crate::json::RawBody;
use crate::read::Read;
use crate::v1::names;
use facts::Facts;
use operation::{Api, Operation};

/// What is asked about: an operation, its request and what the ledger would know.
pub(crate) struct Question {
    api: Api,
    operation: Operation,
    path: Option<String>,
    facts: Facts,
}

/// A request as the commands it becomes, and what is risky about it however it is routed.
pub(crate) struct Asked {
    pub(crate) commands: Vec<Command>,
    pub(crate) report: Report,
}

impl Question {
    /// Reads everything but the request itself, which [`Question::asked`] takes from the same body.
    pub(crate) fn read(fields: &Fields<'_, '_>) -> Option<Self> {
        let api = operation::api(fields);
        let operation = operation::operation(fields);
        if let (Some(api), Some(operation)) = (api, operation)
            && operation.is_window() != api.is_sdk()
        {
            let message = "is of another API; windows are of sdk-v1 and sdk-v2, all others of v1 and v2";
            fields.add("operation", message);
        }
        let path = fields.owned_text("path");
        let facts = facts::read(fields);
        if !fields.has("request") {
            fields.add("request", "is missing; send the body or the argument as the shop would");
        }
        Some(Self { api: api?, operation: operation?, path, facts: facts? })
    }

    /// The facts of the channel that the context tells.
    pub(crate) fn channel_facts(&self) -> ChannelFacts {
        self.facts.channel.clone()
    }

    /// What an upstream speaks that is asked as the shop asks.
    pub(crate) fn protocol(&self) -> Protocol {
        if self.api.is_v1() { Protocol::IamportV1 } else { Protocol::PortOneV2 }
    }

    /// The commands the request would become, or everything that refuses to read it. `raw` is the whole body, and
    /// `pg_code` V1's code of the PG.
    pub(crate) fn asked(&self, raw: &RawBody, now: DateTime<Utc>, pg_code: &str) -> Result<Asked, Report> {
        let whole: Whole<'_> = serde_json::from_slice(raw.bytes()).map_err(|_| unreadable())?;
        self.read_commands(whole.request.get(), now, pg_code)
    }

    /// The same at a group, which has no PG's code; V1's bank codes are the standard ones then.
    pub(crate) fn asked_at(
        &self,
        group: &ChannelGroupId,
        raw: &RawBody,
        now: DateTime<Utc>,
    ) -> Result<Asked, Report> {
        let whole: Whole<'_> = serde_json::from_slice(raw.bytes()).map_err(|_| unreadable())?;
        self.read_commands(&self.in_group(whole.request.get(), group)?, now, "")
    }

    fn read_commands(&self, text: &str, now: DateTime<Utc>, pg_code: &str) -> Result<Asked, Report> {
        let mut report = Report::new();
        let commands = if self.api.is_v1() {
            self.v1(text, now, pg_code, &mut report)?
        } else {
            self.v2(text, now, &mut report)?
        };
        self.check_known(&commands, &mut report);
        Ok(Asked { commands, report })
    }

    /// An adapter's report about a command, in the words of the API that the shop speaks.
    pub(crate) fn spelt(&self, mut report: Report, command: &Command) -> Report {
        if self.api.is_v1() {
            let person = if matches!(command, Command::IssueBillingKey(_)) { "customer_" } else { "buyer_" };
            names::spell(&mut report, person);
        }
        report
    }

    /// The payment that the path names, or one that every PG takes.
    fn payment_id(&self) -> Result<PaymentId, Report> {
        self.path.as_deref().unwrap_or(SAMPLE_ID).parse().map_err(|_| unreadable())
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
            && PROTOCOLS.into_iter().all(|protocol| portone_router::factory_at(provider, protocol).is_none())
        {
            let known = portone_router::providers_at(Protocol::PortOneV2);
            let message = format!("`{provider}` has no adapter here; use one of {known}, or a V1 PG code");
            fields.add("provider", message);
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

    /// What the provider's rules say of the question: those of an upstream that speaks as the shop does, where the PG is
    /// there, and else of the other.
    pub(crate) fn answer(self, question: &Question, raw: &RawBody, now: DateTime<Utc>) -> Report {
        let Asked { commands, mut report } = match question.asked(raw, now, &code_of(&self.provider)) {
            Ok(asked) => asked,
            Err(report) => return report,
        };
        let other = PROTOCOLS.into_iter().find(|protocol| *protocol != question.protocol());
        let protocols = [Some(question.protocol()), other];
        let found = protocols
            .into_iter()
            .flatten()
            .find_map(|protocol| Some((protocol, portone_router::factory_at(&self.provider, protocol)?)));
        let channel = self.channel(question.channel_facts());
        let adapter = found
            .zip(channel)
            .and_then(|((protocol, factory), channel)| (factory.build)(&channel, &nowhere(protocol)).ok());
        let (Some(adapter), Some(ctx)) = (adapter, context(now)) else { return unreadable() };
        for command in &commands {
            report.extend(question.spelt(said(&*adapter, command, &ctx), command));
        }
        report
    }
}

const PROTOCOLS: [Protocol; 2] = [Protocol::PortOneV2, Protocol::IamportV1];

/// An upstream that nothing is sent to.
fn nowhere(protocol: Protocol) -> Upstream {
    let credentials = match protocol {
        Protocol::PortOneV2 => Credentials::PortOneV2 { api_secret: Secret::from(""), webhook_secret: None },
        Protocol::IamportV1 => {
            Credentials::IamportV1 { imp_key: Secret::from(""), imp_secret: Secret::from("") }
        }
    };
    Upstream { base_url: "https://nowhere.invalid".to_owned(), credentials, notice_url: None }
}

/// The code V1 gives to a provider.
pub(crate) fn code_of(provider: &PgProvider) -> String {
    provider.as_str().split('.').next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether a channel moves real money, as files and the admin face spell it.
const ENVIRONMENTS: [(&str, Environment); 2] = [("live", Environment::Live), ("test", Environment::Test)];

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    request: &'a RawValue,
}

/// What was read, and what is to be said of it.
fn read<T>(read: Read<T>, unread: &Rule, told: &mut Report) -> Result<T, Report> {
    read.unknown.refuse(unread, told);
    told.extend(read.advice);
    read.request.map_err(|error| {
        let report = error.into_report();
        if report.refuses() { report } else { unreadable() }
    })
}

/// A member that no schema has, or that the operation does not use.
const fn unread(code: &'static str, source: &'static str) -> Rule {
    Rule { code, severity: Severity::Advise, reason: "The operation reads no such member.", source }
}

fn unreadable() -> Report {
    ApiError::input("the request cannot be read; send it as the shop would").into_report()
}
