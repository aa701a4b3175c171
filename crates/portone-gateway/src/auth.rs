//! Who asks: a store's API secret or an access token on the V2 face, the admin token on the admin face. Secrets are compared as SHA-256
//! digests in constant time.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use portone_core::StoreId;
use portone_engine::access::CredentialTag;
use portone_engine::idempotency::Operation;
use portone_engine::ledger::Face;
use portone_engine::request::Caller;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::StoreAccess;
use crate::error::ApiError;
use crate::state::Gateway;

/// A secret's SHA-256 digest.
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    pub(crate) fn of(secret: &str) -> Self {
        Self::of_bytes(secret.as_bytes())
    }

    pub(crate) fn of_bytes(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    pub(crate) fn matches(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

/// The API secrets of every store.
pub(crate) struct Keyring(Vec<Key>);

/// An API secret, the name tokens know it by, and a store it opens.
struct Key {
    digest: Digest,
    tag: CredentialTag,
    store: StoreId,
}

impl Keyring {
    pub(crate) fn new(stores: &[StoreAccess], tag: impl Fn(&[u8; 32]) -> CredentialTag) -> Self {
        let mut keys = Vec::new();
        for (store, secret) in
            stores.iter().flat_map(|store| store.api_secrets.iter().map(move |s| (store, s)))
        {
            let digest = Digest::of(secret.expose());
            keys.push(Key { tag: tag(&digest.0), digest, store: store.id.clone() });
        }
        Self(keys)
    }

    /// The stores a secret opens, in the order they are configured. Every digest is compared, so that the time tells
    /// nothing.
    fn stores(&self, secret: &str) -> Vec<StoreId> {
        let given = Digest::of(secret);
        let mut stores = Vec::new();
        for key in &self.0 {
            if bool::from(key.digest.matches(&given)) {
                stores.push(key.store.clone());
            }
        }
        stores
    }

    /// The name tokens know a secret by, if it opens a store. Every digest is compared, as in [`Self::stores`].
    pub(crate) fn tag(&self, secret: &str) -> Option<CredentialTag> {
        let given = Digest::of(secret);
        self.0.iter().fold(None, |found, key| {
            let matches = bool::from(key.digest.matches(&given));
            if matches { Some(key.tag) } else { found }
        })
    }

    /// Whether a secret of this name is still configured.
    pub(crate) fn knows(&self, tag: CredentialTag) -> bool {
        self.0.iter().any(|key| key.tag == tag)
    }

    /// The stores a token's secret opens. The name is no secret: the token it came in was signed.
    fn stores_of(&self, tag: CredentialTag) -> Vec<StoreId> {
        self.0.iter().filter(|key| key.tag == tag).map(|key| key.store.clone()).collect()
    }
}

/// An authenticated request of the V2 face.
pub(crate) struct Access {
    stores: Vec<StoreId>,
    ip: IpAddr,
    /// What it runs as, where it came with an idempotency key.
    operation: Option<Operation>,
}

impl Access {
    /// An access to nothing, to read a request with that is only checked: to the store it names, whichever that is.
    pub(crate) fn to_check(store_id: Option<StoreId>) -> Self {
        Self {
            stores: store_id.into_iter().collect(),
            ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            operation: None,
        }
    }

    /// The stores its credential opens, in the order they are configured.
    pub(crate) fn stores(&self) -> &[StoreId] {
        &self.stores
    }

    /// Who asks, for the store the request names: absent is the credential's own, another's is refused (rule V2-006).
    pub(crate) fn caller(&self, store_id: Option<&str>) -> Result<Caller, ApiError> {
        let store = match store_id {
            None => self.stores.first(),
            Some(named) => self.stores.iter().find(|store| store.as_str() == named),
        };
        let store = store.ok_or_else(|| {
            ApiError::forbidden(
                "storeId names a store this API secret does not open; leave it out or use its secret",
            )
        })?;
        Ok(Caller {
            store_id: store.clone(),
            ip: self.ip.to_string(),
            face: Face::V2,
            operation: self.operation.clone(),
        })
    }
}

impl FromRequestParts<Gateway> for Access {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let stores = match (credential(parts, "PortOne"), credential(parts, "Bearer")) {
            (Some(secret), _) => gateway.keyring.stores(secret),
            (None, Some(token)) => {
                let credential = gateway.engine.check_access_token(token);
                credential.map(|tag| gateway.keyring.stores_of(tag)).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        if stores.is_empty() {
            return Err(ApiError::unauthorized(
                "send the store's API secret, `Authorization: PortOne <secret>`, or an access token that is not over, `Authorization: Bearer <token>`",
            ));
        }
        Ok(Self { stores, ip: client_ip(parts), operation: parts.extensions.get().cloned() })
    }
}

/// An authenticated request of the admin face.
pub(crate) struct Admin;

impl FromRequestParts<Gateway> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let given = credential(parts, "Bearer").map(Digest::of);
        if given.is_some_and(|given| bool::from(gateway.admin.matches(&given))) {
            return Ok(Self);
        }
        Err(ApiError::unauthorized("send the admin token: `Authorization: Bearer <token>`"))
    }
}

/// What follows the scheme in `Authorization`; `None` when there is not exactly one credential of that scheme.
fn credential<'p>(parts: &'p Parts, scheme: &str) -> Option<&'p str> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let (header, more) = (headers.next()?, headers.next());
    let (given, secret) = header.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (more.is_none() && given.eq_ignore_ascii_case(scheme) && !secret.is_empty()).then_some(secret)
}

pub(crate) fn client_ip(parts: &Parts) -> IpAddr {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip())
}
