//! The engine: its ports, its settings, and what every use case shares.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    AdapterFactory, AttemptId, BillingKey, CancellationId, ChannelKey, CommandKind, IdError,
    LOGIN_DEADLINE_MAX, PaymentId, Protocol, StoreId, Transport, Upstream, WebhookSender,
};

use crate::access::InstallationKey;
use crate::circuits::Circuits;
use crate::directory::{Directory, DirectoryWatch};
use crate::error::EngineError;
use crate::ledger::{
    BillingKeyRecord, BillingKeyStatus, KeyChannelState, NEVER, OpenAttempt, OpenSubject, Transaction,
};
use crate::notify::Hints;
use crate::port::{Clock, DeclaredStore, Random, Store, StoreError};
use crate::promotion::Promotions;
use crate::webhook::{Target, WebhookEndpoint, WebhookEndpoints};

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// How long an upstream call may take; past it the outcome is unknown. PortOne advises 60 s (rule V2-013).
    pub deadline: Duration,
    /// How long after the deadline an upstream may still be working: the lease is the sum.
    pub lease_margin: Duration,
    /// How long an inquiry may take.
    pub inquiry_deadline: Duration,
    /// How many transactions a payment may have (rule V2-041: unpublished).
    pub transaction_count_max: u32,
    /// How many cancels a payment may have (rule V2-062: unpublished).
    pub cancel_count_max: u32,
    /// How long after a card payment the upstream's record is compared with ours; absent means never.
    pub verify_after: Option<Duration>,
    /// How long a payment window may stay open; after it an unfinished one has failed. Unpublished.
    pub window_life: Duration,
    /// Where each store's announcements go.
    pub webhooks: WebhookEndpoints,
    /// The promotions of stores and PGs.
    pub promotions: Promotions,
    /// The upstreams that are sandboxes: their time is virtual.
    pub virtual_upstreams: BTreeSet<String>,
    /// Adapters that the router's registry has not got; they come before its own.
    pub adapters: &'static [AdapterFactory],
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            deadline: Duration::from_mins(1),
            lease_margin: Duration::from_secs(5),
            inquiry_deadline: Duration::from_secs(10),
            transaction_count_max: 20,
            cancel_count_max: 20,
            verify_after: Some(Duration::from_secs(5)),
            window_life: Duration::from_mins(30),
            webhooks: WebhookEndpoints::new(),
            promotions: Promotions::default(),
            virtual_upstreams: BTreeSet::new(),
            adapters: &[],
        }
    }
}

/// Everything the engine runs over.
pub struct Ports {
    /// The ledger's database.
    pub store: Arc<dyn Store>,
    /// Carries requests to upstreams.
    pub transport: Arc<dyn Transport>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws random numbers.
    pub random: Arc<dyn Random>,
    /// Is told when channels or groups have changed.
    pub watch: Option<Arc<dyn DirectoryWatch>>,
}

/// The ledger's rules over four ports. Cheap to share behind an `Arc`.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) config: EngineConfig,
    pub(crate) key: InstallationKey,
    /// Asks shops before approvals, where that is set up.
    pub(crate) shops: Option<Arc<dyn WebhookSender>>,
    watch: Option<Arc<dyn DirectoryWatch>>,
    upstreams: BTreeMap<String, Upstream>,
    directory: ArcSwap<Directory>,
    pub(crate) hints: Hints,
    pub(crate) circuits: Circuits,
}

impl Engine {
    /// Starts an engine: applies what the configuration declares and builds the directory. `upstreams` are by the names
    /// channels use; an upstream's `notice_url` is the prefix that each channel's key is appended to.
    pub async fn start(
        ports: Ports,
        config: EngineConfig,
        upstreams: BTreeMap<String, Upstream>,
        declared: Vec<DeclaredStore>,
    ) -> Result<Self, StoreError> {
        let Ports { store, transport, clock, random, watch } = ports;
        let targets = declared.iter().map(|store| (store.id.clone(), targets(&config, &store.id))).collect();
        let known = store.directory().await?.groups;
        store.apply_declared(declared, clock.now()).await?;
        let key = InstallationKey::load(&*store, &*random).await?;
        store.declare_targets(targets).await?;
        let directory = ArcSwap::from_pointee(Directory::default());
        let engine = Self {
            store,
            transport,
            clock,
            random,
            config,
            key,
            shops: None,
            watch,
            upstreams,
            directory,
            hints: Hints::default(),
            circuits: Circuits::default(),
        };
        engine.reload_directory().await?;
        engine.log_new_advice(&known);
        engine.log_overspent_promotions().await?;
        Ok(engine)
    }

    /// The time, by the engine's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Channels, groups and adapters as they are now.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }

    /// Builds the directory anew from the store.
    pub async fn reload_directory(&self) -> Result<(), StoreError> {
        let rows = self.store.directory().await?;
        let directory = Arc::new(Directory::build(rows, &self.upstreams, self.config.adapters));
        if let Some(watch) = &self.watch {
            watch.directory_changed(&directory).await;
        }
        self.directory.store(directory);
        Ok(())
    }

    /// Builds the directory anew if another replica has changed it. A step for the binary's loop.
    pub async fn refresh_directory(&self) -> Result<bool, StoreError> {
        let changed = self.store.directory_revision().await? != self.directory.load().revision;
        if changed {
            self.reload_directory().await?;
        }
        Ok(changed)
    }

    /// The names of the configured upstreams.
    pub fn upstream_names(&self) -> impl Iterator<Item = &str> {
        self.upstreams.keys().map(String::as_str)
    }

    /// Where an upstream is; `None` where there is no upstream of this name.
    pub(crate) fn base_url(&self, upstream: &str) -> Option<&str> {
        self.upstreams.get(upstream).map(|upstream| upstream.base_url.as_str())
    }

    /// What an upstream speaks; `None` where there is no upstream of this name.
    pub(crate) fn protocol(&self, upstream: &str) -> Option<Protocol> {
        self.upstreams.get(upstream).map(|upstream| upstream.credentials.protocol())
    }

    /// The latest transaction of a payment (rule V2-053).
    pub async fn payment(&self, store: &StoreId, id: &PaymentId) -> Result<Transaction, EngineError> {
        let found = self.store.latest_transaction(store, id).await?;
        found.ok_or_else(|| EngineError::PaymentNotFound(id.to_string()))
    }

    /// Every transaction of a payment, oldest first, each with its decision record as JSON.
    pub async fn transactions(
        &self,
        store: &StoreId,
        id: &PaymentId,
    ) -> Result<Vec<(Transaction, String)>, EngineError> {
        let found = self.store.transactions(store, id).await?;
        if found.is_empty() { Err(EngineError::PaymentNotFound(id.to_string())) } else { Ok(found) }
    }

    /// A billing key that was issued, deleted or not (rule V2-081).
    pub async fn billing_key(
        &self,
        store: &StoreId,
        key: &BillingKey,
    ) -> Result<BillingKeyRecord, EngineError> {
        let found = self.store.billing_key(store, key).await?;
        found.filter(is_told).ok_or(EngineError::BillingKeyNotFound)
    }

    /// The store, for what needs no rule: listing and history.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// An id in UUID form that sorts by time (version 7): of a transaction, an attempt or a cancel.
    pub(crate) fn new_uuid(&self, now: DateTime<Utc>) -> String {
        let mut noise = [0; 10];
        noise[..8].copy_from_slice(&self.random.next_u64().to_be_bytes());
        noise[8..].copy_from_slice(&self.random.next_u64().to_be_bytes()[..2]);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid().to_string()
    }

    pub(crate) fn new_attempt_id(&self, now: DateTime<Utc>) -> AttemptId {
        made(AttemptId::parse(&self.new_uuid(now)))
    }

    pub(crate) fn new_cancellation_id(&self, now: DateTime<Utc>) -> CancellationId {
        made(CancellationId::parse(&self.new_uuid(now)))
    }

    pub(crate) fn new_billing_key(&self, now: DateTime<Utc>) -> BillingKey {
        made(BillingKey::parse(&format!("billing-key-{}", self.new_uuid(now))))
    }

    /// How long a call at a channel takes at most.
    fn call_duration_max(&self, channel: &ChannelKey, command: CommandKind) -> TimeDelta {
        let directory = self.directory.load();
        let protocol = directory.entry(channel).and_then(|entry| self.protocol(&entry.channel.upstream));
        let deadline = self.config.deadline;
        let protocol = protocol.unwrap_or(Protocol::PortOneV2);
        let of_a_request = delta(match protocol {
            Protocol::IamportV1 => with_log_ins(deadline),
            Protocol::PortOneV2 => deadline,
        });
        of_a_request * call_count(command, protocol)
    }

    /// When the upstream can no longer be working on a call that was opened then.
    pub(crate) fn lease_until(
        &self,
        channel: &ChannelKey,
        command: CommandKind,
        opened_at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        opened_at + self.call_duration_max(channel, command) + delta(self.config.lease_margin)
    }

    /// An attempt to open: its lease ends when the upstream can no longer be working on it.
    pub(crate) fn open_attempt(
        &self,
        id: AttemptId,
        store_id: &StoreId,
        command: CommandKind,
        channel: &ChannelKey,
        subject: OpenSubject,
        now: DateTime<Utc>,
    ) -> OpenAttempt {
        let lease_until = self.lease_until(channel, command, now);
        let next_inquiry_at = if subject.is_inquired() { lease_until } else { NEVER };
        OpenAttempt {
            id,
            store_id: store_id.clone(),
            command,
            channel: channel.clone(),
            opened_at: now,
            lease_until,
            next_inquiry_at,
            inquiry_count: 0,
            subject,
        }
    }
}

/// How many requests a command takes that have the deadline each: a payment is looked up first where the upstream names it by
/// an id of its own.
const fn call_count(command: CommandKind, protocol: Protocol) -> i32 {
    match (command, protocol) {
        (CommandKind::ConfirmDelivery | CommandKind::AskWallet, _)
        | (
            CommandKind::CloseVirtualAccount
            | CommandKind::IssueCashReceipt
            | CommandKind::CancelCashReceipt
            | CommandKind::RegisterEscrowLogistics
            | CommandKind::RegisterStoreReceipt,
            Protocol::IamportV1,
        ) => 2,
        _ => 1,
    }
}

/// How long a call may take at an upstream that wants a token, where one request alone takes up to `deadline`: the request
/// may be sent twice, with a log-in before each.
fn with_log_ins(deadline: Duration) -> Duration {
    (deadline + LOGIN_DEADLINE_MAX) * 2
}

fn targets(config: &EngineConfig, store: &StoreId) -> Vec<Target> {
    let endpoints = config.webhooks.get(store).map_or(&[][..], Vec::as_slice);
    endpoints.iter().map(|WebhookEndpoint { target, .. }| target.clone()).collect()
}

/// Whether anybody was told of a key: one that some channel holds is told before the last channel has answered.
fn is_told(record: &BillingKeyRecord) -> bool {
    match record.status {
        BillingKeyStatus::Issued | BillingKeyStatus::Deleted => true,
        BillingKeyStatus::Pending => {
            record.channels.iter().any(|part| matches!(part.state, KeyChannelState::Issued(_)))
        }
        BillingKeyStatus::Failed => false,
    }
}

/// A duration as chrono counts it; longer ones than it can count are a year.
pub(crate) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or_else(|_| TimeDelta::days(365))
}

/// An id made here is never empty or too long, so parsing it cannot fail.
#[allow(clippy::expect_used)]
pub(crate) fn made<T>(id: Result<T, IdError>) -> T {
    id.expect("an id made here is valid")
}
