//! Gateways as processes: an engine, its duties, and the requests it serves. They share one database; each may crash at
//! any await point and is started again on what is durable.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_channel::oneshot;
use futures_util::future::pending;
use portone_core::{Credentials, Environment, Transport, Upstream};
use portone_engine::port::{Clock, DeclaredStore, Store, StoreError};
use portone_engine::webhook::{Target, WebhookEndpoint, WebhookEndpoints, WebhookFormat};
use portone_engine::{Engine, EngineConfig, Ports};

use crate::chance::Chance;
use crate::duties;
use crate::hooks::HOOK_URL;
use crate::network::{
    NOTICE_SECRET, SECRET, UPSTREAM, UPSTREAM_NAME, V1_KEY, V1_UPSTREAM, V1_UPSTREAM_NAME, Wire,
};
use crate::scheduler::{ProcessId, WORLD};
use crate::world::{CHANNELS, GatewayClock, STORE, World, channel, group, promotions};

/// Where the PGs send their notifications; each channel's key follows.
pub(crate) const NOTICES: &str = "http://gateway.test/notifications";

/// Keeps a gateway going: starts it, and starts it again when it has died.
pub(crate) fn keep(world: &Arc<World>, id: ProcessId) {
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(WORLD, async move {
        for generation in 0_u64.. {
            let (alive, died) = oneshot::channel::<()>();
            world.scheduler.spawn(id, live(Arc::clone(&world), id, generation, alive));
            let _ = died.await;
            world.alive().remove(&id);
            let pause_ms = if world.is_calm() { 100 } else { world.chance.between(100, 60_000) };
            world.scheduler.sleep_ms(pause_ms).await;
        }
    });
}

/// Makes trouble for a gateway, as long as there is any.
pub(crate) fn trouble(world: &Arc<World>, id: ProcessId) {
    let world = Arc::clone(world);
    let scheduler = Arc::clone(&world.scheduler);
    scheduler.spawn(WORLD, async move {
        let (chance, weather) = (&world.chance, &world.weather);
        loop {
            world.scheduler.sleep_ms(chance.between(500, 60_000)).await;
            if world.is_calm() {
                return;
            }
            if weather.has_crashes && chance.percent(60) {
                world.scheduler.crash_after(id, chance.between(1, 120));
            }
            if weather.has_freezes && chance.percent(50) {
                world.scheduler.freeze_after(id, chance.between(1, 80), weather.freeze(chance));
            }
            if let Some(skew) = world.skews.get(&id).filter(|_| weather.skew_ms_max > 0) {
                let milliseconds = chance.amount(-weather.skew_ms_max, weather.skew_ms_max);
                world.scheduler.note(format_args!("gateway {id}'s clock is {milliseconds} ms off"));
                skew.store(milliseconds, Ordering::Relaxed);
            }
        }
    });
}

/// The life of a gateway, from its start to its death; whoever holds the other end of `alive` hears of that.
async fn live(world: Arc<World>, id: ProcessId, generation: u64, alive: oneshot::Sender<()>) {
    let engine = loop {
        match start(&world, id, generation).await {
            Ok(engine) => break Arc::new(engine),
            Err(error) => {
                world.scheduler.note(format_args!("gateway {id} does not start: {error}"));
                world.scheduler.sleep_ms(500).await;
            }
        }
    };
    world.scheduler.note(format_args!("gateway {id} serves"));
    duties::start(&world, id, &engine);
    world.alive().insert(id, engine);
    pending::<()>().await;
    drop(alive);
}

async fn start(world: &Arc<World>, id: ProcessId, generation: u64) -> Result<Engine, StoreError> {
    let skew_ms = world.skews.get(&id).cloned().unwrap_or_default();
    let clock = GatewayClock { scheduler: Arc::clone(&world.scheduler), skew_ms };
    let wire = Wire { network: Arc::clone(&world.network), gateway: id };
    let ports = Ports {
        store: Arc::clone(&world.store) as Arc<dyn Store>,
        transport: Arc::new(wire) as Arc<dyn Transport>,
        clock: Arc::new(clock) as Arc<dyn Clock>,
        random: Arc::new(Chance::new(world.seed, &format!("gateway {id} {generation}"))),
        watch: None,
    };
    let upstream = Upstream {
        base_url: UPSTREAM.to_owned(),
        credentials: Credentials::PortOneV2 {
            api_secret: SECRET.into(),
            webhook_secret: Some(NOTICE_SECRET.into()),
        },
        notice_url: Some(NOTICES.to_owned()),
    };
    let by_v1 = Upstream {
        base_url: V1_UPSTREAM.to_owned(),
        credentials: Credentials::IamportV1 { imp_key: V1_KEY.into(), imp_secret: SECRET.into() },
        notice_url: None,
    };
    let upstreams =
        BTreeMap::from([(UPSTREAM_NAME.to_owned(), upstream), (V1_UPSTREAM_NAME.to_owned(), by_v1)]);
    let (config, declared) =
        declaration(world).ok_or_else(|| StoreError("a name cannot be read".to_owned()))?;
    Engine::start(ports, config, upstreams, vec![declared]).await
}

/// The configuration file.
fn declaration(world: &World) -> Option<(EngineConfig, DeclaredStore)> {
    let target = Target {
        environment: Environment::Test,
        url: HOOK_URL.to_owned(),
        format: WebhookFormat::V2024April,
    };
    let store: portone_core::StoreId = STORE.parse().ok()?;
    let endpoints = vec![WebhookEndpoint { target, secrets: Vec::new(), is_redelivered: true }];
    let webhooks = WebhookEndpoints::from([(store.clone(), endpoints)]);
    let promotions = promotions(&world.weather)?;
    let config = EngineConfig { webhooks, promotions, ..EngineConfig::default() };
    let channel = |place| Some((channel(&world.weather, place)?, String::new()));
    let channels: Option<Vec<_>> = (0..CHANNELS.len()).map(channel).collect();
    let groups = vec![(group([Some(50), Some(30), Some(20)], world.failover())?, String::new())];
    Some((config, DeclaredStore { id: store, name: "Sim".to_owned(), channels: channels?, groups }))
}
