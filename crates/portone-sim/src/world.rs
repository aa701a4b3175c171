//! Everything there is in one run.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Channel, ChannelFacts, ChannelGroup, Contracts, Currency, Environment, FailoverPolicy, GroupMember,
    OnViolation,
};
use portone_engine::Engine;
use portone_engine::port::Clock;
use portone_engine::promotion::{
    CardCompany, CardPromotion, DiscountPartition, Otherwise, Promotions, RecoverOption, Share,
};
use portone_sandbox::Method;
use portone_store::SqliteStore;
use serde_json::json;

use crate::book::Book;
use crate::chance::Chance;
use crate::disk::Disk;
use crate::hooks::Hooks;
use crate::network::{MOOD_CODE, Network, UPSTREAM_NAME, V1_UPSTREAM_NAME};
use crate::request::{CARDS, PROMOTION, TOTAL};
use crate::scheduler::{ProcessId, Scheduler};
use crate::trace::hashed;
use crate::weather::Weather;

pub(crate) const STORE: &str = "store-sim";
pub(crate) const GROUP: &str = "channel-group-sim";
/// The store's channels; all of them are in the group.
pub(crate) const CHANNELS: [&str; 3] = ["channel-kpn", "channel-second", "channel-smartro"];
/// What the promotion takes off a payment, and what may be spent on it: two payments and a little.
pub(crate) const DISCOUNT: i64 = TOTAL / 10;
pub(crate) const BUDGET: i64 = 2_000;
/// The channel that cash receipts are issued at.
pub(crate) const RECEIPT_CHANNEL: &str = CHANNELS[2];
/// The channel that is at a V1 upstream in some worlds.
pub(crate) const SECOND: usize = 1;
/// The channels' providers, where all are at the V2 upstream.
const PROVIDERS: [&str; CHANNELS.len()] = ["KPN", "KPN", "SMARTRO_V2"];
/// The second one's at the V1 upstream: any PG that has no rules of its own.
const V1_PROVIDER: &str = "NICE_V2";
const MERCHANT_ID: &str = "mid0001";

thread_local! {
    /// The database of the last world that this thread has played: its schema and prepared statements serve the next.
    static SPARE: Cell<Option<SqliteStore>> = const { Cell::new(None) };
}

/// The shops, the gateways, their database and the PGs.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) weather: Arc<Weather>,
    pub(crate) network: Arc<Network>,
    pub(crate) disk: Arc<Disk>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) chance: Chance,
    pub(crate) skews: BTreeMap<ProcessId, Arc<AtomicI64>>,
    book: Mutex<Book>,
    alive: Mutex<BTreeMap<ProcessId, Arc<Engine>>>,
    count: AtomicU64,
}

impl World {
    pub(crate) fn new(seed: u64, scheduler: &Arc<Scheduler>, weather: Weather) -> Result<Arc<Self>, String> {
        let weather = Arc::new(weather);
        scheduler.note(format_args!("seed {seed}: {weather:?}"));
        let network = Network::new(scheduler, Chance::new(seed, "network"), &weather);
        for (place, key) in CHANNELS.into_iter().enumerate() {
            let (path, body) = if weather.is_v1(place) {
                let pg = format!("{}.{MERCHANT_ID}", V1_PROVIDER.to_lowercase());
                ("/sandbox/v1/channels", json!({"key": key, "pg": pg, "environment": "test"}))
            } else {
                let provider = PROVIDERS[place];
                let body = json!({"key": key, "provider": provider, "pgMerchantId": MERCHANT_ID, "environment": "test"});
                ("/sandbox/channels", body)
            };
            network.control(Method::Put, path, &body);
        }
        let disk = Disk::new(scheduler, Chance::new(seed, "disk"), &weather);
        let gate = Arc::clone(&disk) as Arc<dyn portone_store::Gate>;
        let store = match SPARE.take() {
            Some(spare) => spare.renewed_behind(gate),
            None => SqliteStore::in_memory_behind(gate),
        };
        let store = store.map_err(|error| error.to_string())?;
        let hooks = Hooks::new(scheduler, Chance::new(seed, "hooks"), &weather);
        let skews = (1..=weather.gateway_count).map(|id| (id, Arc::default())).collect();
        Ok(Arc::new(Self {
            seed,
            scheduler: Arc::clone(scheduler),
            weather,
            network,
            disk,
            store: Arc::new(store),
            hooks,
            chance: Chance::new(seed, "world"),
            skews,
            book: Mutex::default(),
            alive: Mutex::default(),
            count: AtomicU64::new(0),
        }))
    }

    /// Ends a world that nobody plays in any more, and keeps what the next one can use.
    pub(crate) fn end(world: Arc<Self>) {
        world.alive().clear();
        let store = Arc::into_inner(world).and_then(|world| Arc::into_inner(world.store));
        SPARE.set(store);
    }

    /// A number that no other has in this run.
    pub(crate) fn number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.network.is_calm()
    }

    /// The group's policy. It lists the PGs' moods, and no card that is refused.
    pub(crate) fn failover(&self) -> Option<FailoverPolicy> {
        let declines = vec![MOOD_CODE.to_owned()];
        self.weather.has_failover.then(|| FailoverPolicy { declines, ..FailoverPolicy::default() })
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm_down(&self) {
        self.network.calm_down();
        self.disk.set_calm(true);
        self.hooks.calm_down();
        self.scheduler.spare();
    }

    /// What the shops asked for, and what they were told.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The gateways that serve, by their numbers.
    pub(crate) fn alive(&self) -> MutexGuard<'_, BTreeMap<ProcessId, Arc<Engine>>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The gateway that the balancer hands a request to: where it is stubborn, all requests with a key to one.
    pub(crate) fn gateway_for(&self, key: Option<&String>) -> Option<(ProcessId, Arc<Engine>)> {
        let Some(key) = key.filter(|_| self.weather.is_stubborn) else { return self.any_gateway() };
        let alive = self.alive();
        let place = usize::try_from(hashed(0, key.as_bytes())).unwrap_or(usize::MAX) % alive.len().max(1);
        alive.iter().nth(place).map(|(id, engine)| (*id, Arc::clone(engine)))
    }

    /// One of the gateways that serve.
    pub(crate) fn any_gateway(&self) -> Option<(ProcessId, Arc<Engine>)> {
        let alive = self.alive();
        let place = self.chance.index(alive.len());
        alive.iter().nth(place).map(|(id, engine)| (*id, Arc::clone(engine)))
    }
}

/// A gateway's clock: the world's, and a little off.
pub(crate) struct GatewayClock {
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) skew_ms: Arc<AtomicI64>,
}

impl Clock for GatewayClock {
    fn now(&self) -> DateTime<Utc> {
        self.scheduler.now() + TimeDelta::milliseconds(self.skew_ms.load(Ordering::Relaxed))
    }
}

/// A channel of the store.
pub(crate) fn channel(weather: &Weather, place: usize) -> Option<Channel> {
    let is_v1 = weather.is_v1(place);
    let provider = if is_v1 { V1_PROVIDER } else { PROVIDERS[place] };
    Some(Channel {
        key: CHANNELS[place].parse().ok()?,
        store_id: STORE.parse().ok()?,
        name: format!("{provider} sim"),
        provider: provider.parse().ok()?,
        pg_merchant_id: MERCHANT_ID.parse().ok()?,
        environment: Environment::Test,
        upstream: (if is_v1 { V1_UPSTREAM_NAME } else { UPSTREAM_NAME }).to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: Contracts(None),
        facts: ChannelFacts::default(),
    })
}

/// The promotion of the store, where it has one: a tenth off, on every card of ours.
pub(crate) fn promotions(weather: &Weather) -> Option<Promotions> {
    if !weather.has_promotion {
        return Some(Promotions::default());
    }
    let recover_option = if weather.recovers_budget {
        RecoverOption::Recover
    } else {
        RecoverOption::NoRecover { spare_budget: None }
    };
    let promotion = CardPromotion {
        id: PROMOTION.to_owned(),
        name: "A tenth off".to_owned(),
        partitions: vec![DiscountPartition { amount_from: 0, discount: Share::Percent(10) }],
        total_budget: BUDGET,
        max_discount_amount: None,
        spent_amount: 0,
        currency: Currency::KRW,
        start_at: DateTime::UNIX_EPOCH,
        end_at: DateTime::UNIX_EPOCH + TimeDelta::days(36_500),
        terminated_at: None,
        paused: false,
        card_company: CardCompany::Lotte,
        created_at: DateTime::UNIX_EPOCH,
        recover_option,
        otherwise: Otherwise::ChargeInFull,
    };
    let bins = CARDS.iter().map(|card| (card[..6].to_owned(), CardCompany::Lotte));
    Some(Promotions {
        of_stores: BTreeMap::from([(STORE.parse().ok()?, vec![promotion])]),
        of_channels: BTreeMap::new(),
        card_bins: bins.collect(),
    })
}

/// The group, with these weights; a channel is off where it has none.
pub(crate) fn group(
    weights: [Option<u32>; CHANNELS.len()],
    failover: Option<FailoverPolicy>,
) -> Option<ChannelGroup> {
    let members = CHANNELS.iter().zip(weights).map(|(key, weight)| {
        Some(GroupMember {
            channel: key.parse().ok()?,
            weight: weight.unwrap_or(0),
            active: weight.is_some(),
        })
    });
    Some(ChannelGroup {
        id: GROUP.parse().ok()?,
        store_id: STORE.parse().ok()?,
        name: "sim group".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        failover,
        version: 1,
        members: members.collect::<Option<Vec<_>>>()?,
    })
}
