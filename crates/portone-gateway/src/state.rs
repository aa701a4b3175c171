//! What every handler shares.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use portone_core::{ChannelKey, StoreId};
use portone_engine::Engine;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::auth::{Digest, Keyring};
use crate::limit::Limiter;
use crate::v1::V1Keyring;
use crate::window::{Book, Inbox};
use crate::{GatewayConfig, PassThrough, StoreAccess, V1Access, VirtualClock};

/// Renders the metrics page.
pub(crate) type MetricsPage = Arc<dyn Fn() -> String + Send + Sync>;

/// The state behind the router; cheap to clone.
#[derive(Clone)]
pub(crate) struct Gateway(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) keyring: Keyring,
    pub(crate) v1_keyring: V1Keyring,
    pub(crate) limiter: Limiter,
    /// What V1 knows of each store.
    pub(crate) v1_stores: BTreeMap<StoreId, V1Store>,
    pub(crate) public_url: String,
    pub(crate) admin: Digest,
    pub(crate) stores: Vec<StoreName>,
    pub(crate) metrics: Option<MetricsPage>,
    pub(crate) pass_through: Option<PassThrough>,
    pub(crate) clock: Option<Arc<dyn VirtualClock>>,
    pub(crate) windows: Book,
    pub(crate) upstream_user_codes: BTreeMap<String, String>,
    pub(crate) demo_store: Option<StoreId>,
    pub(crate) inbox: Inbox,
    tracker: TaskTracker,
    /// Tells this process's request ids from another's.
    started_ms: i64,
    request_count: AtomicU64,
}

/// A store as the admin face lists it.
pub(crate) struct StoreName {
    pub(crate) id: StoreId,
    pub(crate) name: String,
    pub(crate) user_code: Option<String>,
    pub(crate) manual_approval: bool,
}

/// What V1 knows of a store.
pub(crate) struct V1Store {
    /// The channel of requests that name none.
    pub(crate) default_channel: Option<ChannelKey>,
}

impl V1Store {
    fn of(access: &V1Access) -> Self {
        Self { default_channel: access.default_channel.clone() }
    }
}

impl Deref for Gateway {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Gateway {
    pub(crate) fn new(config: GatewayConfig) -> Self {
        let GatewayConfig {
            engine,
            stores,
            public_url,
            admin_token,
            tracker,
            clock,
            metrics,
            pass_through,
            rate_limit,
            upstream_user_codes,
            demo_store,
        } = config;
        let keyring = Keyring::new(&stores, |digest| engine.credential_tag(digest));
        let v1_keyring = V1Keyring::new(&stores, |digest| engine.credential_tag(digest));
        let limiter = Limiter::new(rate_limit, keyring.tags().chain(v1_keyring.tags()));
        let of_v1 = |store: &StoreAccess| (store.id.clone(), V1Store::of(&store.v1));
        let v1_stores = stores.iter().map(of_v1).collect();
        let stores = stores.into_iter().map(|store| StoreName {
            id: store.id,
            name: store.name,
            user_code: store.v1.user_code,
            manual_approval: store.manual_approval,
        });
        let stores = stores.collect();
        Self(Arc::new(Shared {
            started_ms: engine.now().timestamp_millis(),
            engine,
            keyring,
            v1_keyring,
            limiter,
            v1_stores,
            public_url,
            admin: Digest::of(admin_token.expose()),
            stores,
            metrics,
            pass_through,
            clock,
            windows: Book::default(),
            upstream_user_codes,
            demo_store,
            inbox: Inbox::default(),
            tracker,
            request_count: AtomicU64::new(0),
        }))
    }

    /// Runs a use case on the tracker, so that a client that hangs up does not drop it and a graceful stop waits for it.
    /// `None` when it panicked.
    ///
    /// It takes the use case in a box: a payment's future is large, and each hand on its way to the runtime would copy
    /// it.
    pub(crate) async fn run<T>(&self, work: Pin<Box<dyn Future<Output = T> + Send>>) -> Option<T>
    where
        T: Send + 'static,
    {
        match self.tracker.spawn(work.in_current_span()).await {
            Ok(result) => Some(result),
            Err(error) => {
                tracing::error!(%error, "a use case did not finish");
                None
            }
        }
    }

    /// Starts a piece of work and leaves the rest of it to the tracker: what it does before it waits first is done when
    /// this returns.
    pub(crate) async fn begin_and_detach(&self, mut work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let is_done = poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await;
        if !is_done {
            self.tracker.spawn(work.in_current_span());
        }
    }

    /// A request id no other request of this process has.
    pub(crate) fn new_request_id(&self) -> String {
        let count = self.request_count.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{count:x}", self.started_ms)
    }
}
