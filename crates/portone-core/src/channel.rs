//! Channels (채널: one contract with one PG) and channel groups (스마트 라우팅 그룹).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::failover::GROUP_FAILOVER;
use crate::{
    ChannelGroupId, ChannelKey, Currency, FailoverPolicy, PgMerchantId, PgProvider, Report, Rule, Severity,
    StoreId,
};

/// How many channels a group holds at most (rule SR-001).
pub const GROUP_CHANNEL_COUNT_MAX: usize = 10;
/// What the weights of a group add up to, inactive members included (rule SR-002).
pub const WEIGHT_SUM: u32 = 100;

/// Whether a channel moves real money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Real money.
    Live,
    /// A PG's test mode.
    Test,
}

impl Environment {
    /// The code as schema `SelectedChannelType` spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Live => "LIVE",
            Self::Test => "TEST",
        }
    }
}

/// What a channel's contract covers, by the capability names of the rules. `None` is unknown: contract rules then
/// only advise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Contracts(pub Option<BTreeSet<String>>);

impl Contracts {
    /// Whether the contract covers a capability: `None` when nothing was declared.
    pub fn covers(&self, capability: &str) -> Option<bool> {
        self.0.as_ref().map(|names| names.contains(capability))
    }
}

/// Facts of a contract that some rules need; all optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelFacts {
    /// The currency the MID settles in (rule SMARTRO-005).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid_currency: Option<Currency>,
    /// Whether dollar payments are switched on (rule SMARTRO-006).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_enabled: Option<bool>,
    /// The product type the MID was opened for: `PHYSICAL` or `DIGITAL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid_product_type: Option<String>,
    /// Whether key-in needs birth date and password digits too (rule KPN-060).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyin_requires_full_auth: Option<bool>,
}

/// One contract with one PG, as a shop configured it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The key requests name it by.
    pub key: ChannelKey,
    /// The store it belongs to.
    pub store_id: StoreId,
    /// The name people see.
    pub name: String,
    /// The PG's module.
    pub provider: PgProvider,
    /// The merchant id at the PG.
    pub pg_merchant_id: PgMerchantId,
    /// Whether it moves real money.
    pub environment: Environment,
    /// The configured upstream that reaches the PG.
    pub upstream: String,
    /// The channel's key at that upstream, where it differs from [`Channel::key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_channel_key: Option<ChannelKey>,
    /// Whether requests may name it.
    pub active: bool,
    /// What the contract covers.
    #[serde(default)]
    pub contracts: Contracts,
    /// Facts some rules need.
    #[serde(default)]
    pub facts: ChannelFacts,
}

impl Channel {
    /// A channel as a library user needs it: active, of an upstream called `portone`, with nothing declared of its contract.
    pub fn new(
        key: ChannelKey,
        store_id: StoreId,
        provider: PgProvider,
        pg_merchant_id: PgMerchantId,
        environment: Environment,
    ) -> Self {
        Self {
            name: provider.as_str().to_owned(),
            key,
            store_id,
            provider,
            pg_merchant_id,
            environment,
            upstream: "portone".to_owned(),
            upstream_channel_key: None,
            active: true,
            contracts: Contracts::default(),
            facts: ChannelFacts::default(),
        }
    }
}

/// One channel's share in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    /// The channel.
    pub channel: ChannelKey,
    /// Its share in percent, 0 to 100.
    pub weight: u32,
    /// Whether it takes part at all (rule SR-006).
    pub active: bool,
}

/// What happens when a channel's own rules would refuse a request that another channel of the group can take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnViolation {
    /// The channel is passed over.
    #[default]
    Skip,
    /// The request is refused (the documented validation against every member).
    Fail,
}

/// A smart-routing group, in one version of its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelGroup {
    /// The id requests name it by.
    pub id: ChannelGroupId,
    /// The store it belongs to.
    pub store_id: StoreId,
    /// The name people see; mandatory (rule SR-004).
    pub name: String,
    /// The environment of every member (rule SR-003).
    pub environment: Environment,
    /// What a member's own rules do to a request.
    #[serde(default)]
    pub on_violation: OnViolation,
    /// Where a payment goes when its channel does not take it; absent means nowhere, as documented (rule SR-033).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<FailoverPolicy>,
    /// Counts the group's changes from 1.
    pub version: u32,
    /// The members, in the order they were declared.
    pub members: Vec<GroupMember>,
}

impl ChannelGroup {
    /// Checks what can be known of a group by itself and its channels: rules SR-001 to SR-004, unknown and repeated
    /// channels. `find` looks a channel up.
    pub fn check<'a>(&self, find: impl Fn(&ChannelKey) -> Option<&'a Channel>) -> Report {
        let mut report = Report::new();
        self.check_size_and_weights(&mut report);
        if self.name.trim().is_empty() {
            report.add(&GROUP_NAME, "name", "is empty; give the group a name");
        }
        if let Some(policy) = &self.failover {
            policy.check(&mut report);
        }
        for (at, member) in self.members.iter().enumerate() {
            let field = format!("channels[{at}].key");
            if self.members[..at].iter().any(|earlier| earlier.channel == member.channel) {
                report.add(
                    &GROUP_MEMBER,
                    &field,
                    format!("`{}` is listed twice; list each channel once", member.channel),
                );
            }
            match find(&member.channel) {
                None => report.add(
                    &GROUP_MEMBER,
                    &field,
                    format!("there is no channel `{}` in this store", member.channel),
                ),
                Some(channel) if channel.environment != self.environment => report.add(
                    &GROUP_ENVIRONMENT,
                    &field,
                    format!(
                        "`{}` is a {} channel in a {} group; a group holds one environment",
                        member.channel,
                        channel.environment.code().to_lowercase(),
                        self.environment.code().to_lowercase()
                    ),
                ),
                Some(_) => {}
            }
        }
        report
    }

    fn check_size_and_weights(&self, report: &mut Report) {
        let count = self.members.len();
        if count == 0 || count > GROUP_CHANNEL_COUNT_MAX {
            report.add(
                &GROUP_SIZE,
                "channels",
                format!("holds {count} channels; 1 to {GROUP_CHANNEL_COUNT_MAX} are allowed"),
            );
        }
        for (at, member) in self.members.iter().enumerate() {
            if member.weight > WEIGHT_SUM {
                report.add(
                    &GROUP_WEIGHTS,
                    format!("channels[{at}].weight"),
                    format!("is {}; use 0 to {WEIGHT_SUM}", member.weight),
                );
            }
        }
        let sum: u64 = self.members.iter().map(|member| u64::from(member.weight)).sum();
        if count > 0 && sum != u64::from(WEIGHT_SUM) {
            report.add(
                &GROUP_WEIGHTS,
                "channels",
                format!("have weights that add up to {sum}; they must add up to exactly {WEIGHT_SUM}"),
            );
        }
    }
}

/// The rules of a group by itself and its channels, in the catalogue's order.
pub const GROUP_RULES: &[Rule] =
    &[GROUP_SIZE, GROUP_WEIGHTS, GROUP_ENVIRONMENT, GROUP_NAME, GROUP_MEMBER, GROUP_FAILOVER];

const CONSOLE_GUIDE: &str = "console guide of smart routing";
const GROUP_SIZE: Rule = reject("SR-001", "A group holds 1 to 10 channels.");
const GROUP_WEIGHTS: Rule =
    reject("SR-002", "Weights are percentages that add up to exactly 100, inactive members included.");
const GROUP_ENVIRONMENT: Rule = reject("SR-003", "All members share one environment.");
const GROUP_NAME: Rule = reject("SR-004", "A group name is mandatory.");
const GROUP_MEMBER: Rule = Rule {
    code: "GROUP-MEMBER",
    severity: Severity::Reject,
    reason: "A group lists existing channels of its store, each once.",
    source: "this project",
};

const fn reject(code: &'static str, reason: &'static str) -> Rule {
    Rule { code, severity: Severity::Reject, reason, source: CONSOLE_GUIDE }
}
