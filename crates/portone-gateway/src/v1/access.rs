//! Who asks: a V1 key and its secret get a token, and the token opens the key's store (rules V1-007 to V1-009).

use std::net::IpAddr;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use portone_core::StoreId;
use portone_engine::access::CredentialTag;
use portone_engine::ledger::Face;
use portone_engine::request::Caller;
use subtle::Choice;

use super::body::Body;
use super::endpoint::Endpoint;
use super::error::V1Error;
use super::rules;
use super::view::access::TokenView;
use super::{Read, envelope, read};
use crate::answer::name_unknown_fields;
use crate::auth::{Digest, client_ip};
use crate::state::Gateway;
use crate::{StoreAccess, V1Key};

/// The V1 keys of every store.
pub(crate) struct V1Keyring(Vec<Entry>);

struct Entry {
    key: Digest,
    secret: Digest,
    tag: CredentialTag,
    store: StoreId,
}

impl V1Keyring {
    pub(crate) fn new(stores: &[StoreAccess], tag: impl Fn(&[u8; 32]) -> CredentialTag) -> Self {
        let keys = stores.iter().flat_map(|store| store.v1.keys.iter().map(move |key| (store, key)));
        Self(keys.map(|(store, key)| Entry::new(store, key, &tag)).collect())
    }

    /// The name tokens know a key by, if the secret is its own. Every digest is compared, so that the time tells nothing.
    fn tag(&self, key: &str, secret: &str) -> Option<CredentialTag> {
        let (key, secret) = (Digest::of(key), Digest::of(secret));
        self.0.iter().fold(None, |found, entry| {
            let matches: Choice = entry.key.matches(&key) & entry.secret.matches(&secret);
            if bool::from(matches) { Some(entry.tag) } else { found }
        })
    }

    /// The store a token's key opens.
    fn store_of(&self, tag: CredentialTag) -> Option<&StoreId> {
        self.0.iter().find(|entry| entry.tag == tag).map(|entry| &entry.store)
    }
}

impl Entry {
    fn new(store: &StoreAccess, key: &V1Key, tag: impl Fn(&[u8; 32]) -> CredentialTag) -> Self {
        let (name, secret) = (Digest::of(key.key.expose()), Digest::of(key.secret.expose()));
        let mut both = Vec::from(*b"v1 key");
        both.extend(name.0);
        both.extend(secret.0);
        let tag = tag(&Digest::of_bytes(&both).0);
        Self { key: name, secret, tag, store: store.id.clone() }
    }
}

/// An authenticated request of the V1 face.
#[derive(Debug, Clone)]
pub(super) struct V1Access {
    store: StoreId,
    ip: IpAddr,
}

impl V1Access {
    /// The store its key opens.
    pub(super) const fn store(&self) -> &StoreId {
        &self.store
    }

    /// Who asks. V1 has no idempotency keys.
    pub(super) fn caller(&self) -> Caller {
        Caller { store_id: self.store.clone(), ip: self.ip.to_string(), face: Face::V1, operation: None }
    }
}

impl FromRequestParts<Gateway> for V1Access {
    type Rejection = V1Error;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, V1Error> {
        let refused = || {
            V1Error::unauthorized(
                "V1-007 Authorization: is no access token that is good; get one at POST /users/getToken and send it, alone or as `Bearer <token>`",
            )
        };
        let token = token(parts).ok_or_else(refused)?;
        let tag = gateway.engine.check_v1_token(token).await.map_err(|problem| {
            tracing::error!(%problem, "the ledger failed");
            V1Error::internal()
        })?;
        let store = tag.and_then(|tag| gateway.v1_keyring.store_of(tag)).ok_or_else(refused)?;
        if parts.headers.contains_key("tier") {
            // To read past it would show one sub-merchant another's payments (rule V1-011).
            return Err(V1Error::unauthorized(
                "V1-011 Tier: is no sub-merchant of this store, which has none; leave the header out",
            ));
        }
        Ok(Self { store: store.clone(), ip: client_ip(parts) })
    }
}

/// What `Authorization` carries: the token alone, or after `Bearer`; `None` where there is not exactly one.
fn token(parts: &Parts) -> Option<&str> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let (header, more) = (headers.next()?.to_str().ok()?.trim(), headers.next());
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
        None => header,
    };
    (more.is_none() && !token.is_empty()).then_some(token)
}

/// `POST /users/getToken`
pub(super) async fn token_of_key(State(gateway): State<Gateway>, body: Body) -> Response {
    let known = ["imp_key", "imp_secret"];
    let Read { request, unknown } = read(Endpoint::Token, body.parse(), &rules::TOKEN, &known, |fields| {
        let (key, secret) = (fields.need_text("imp_key"), fields.need_secret("imp_secret"));
        Some((key?.to_owned(), secret?))
    });
    let told = match request {
        Ok((key, secret)) => match gateway.v1_keyring.tag(&key, secret.expose()) {
            Some(tag) => given(&gateway, tag).await,
            None => Err(V1Error::unauthorized(
                "V1-009 imp_key: opens no store with this imp_secret; send a key of the store's v1_keys and its secret",
            )),
        },
        Err(error) => Err(error.with_hints(unknown.hints())),
    };
    let mut response = told.unwrap_or_else(IntoResponse::into_response);
    name_unknown_fields(Endpoint::Token.name(), &unknown, &mut response);
    response
}

async fn given(gateway: &Gateway, tag: CredentialTag) -> Result<Response, V1Error> {
    let token = gateway.engine.issue_v1_token(tag).await.map_err(|problem| {
        tracing::error!(%problem, "the ledger failed");
        V1Error::new(StatusCode::INTERNAL_SERVER_ERROR, -1, "the ledger could not be written; ask again")
    })?;
    Ok(envelope::ok(&TokenView::from(&token)))
}
