//! What belongs to one wallet or one PG alone, and that no adapter here asks for: the request is read and checked as its
//! document says, what it names is looked up, and it is refused with what is missing (docs/compatibility.md).

mod input;
mod table;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use portone_core::{ChannelKey, StoreId};
use portone_engine::{Engine, EngineError};

use self::input::{Field, Named};
use super::body::Body;
use super::endpoint::Endpoint;
use super::error::{Failure, V1Error};
use super::{Call, answer, capability, payments, read, rules};
use crate::state::Gateway;

/// One operation of a wallet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WalletOperation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The operation's name, for logs, metrics and the description.
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    /// The statuses beside 200 and 401 that its document lists.
    pub(crate) statuses: &'static [u16],
    /// Whose it is.
    wallet: Wallet,
    /// What it is about.
    subject: Subject,
    /// What it takes, in its body or, without one, in its query.
    fields: &'static [Field],
    /// A body that can be read, as JSON.
    pub(crate) example: Option<&'static str>,
    /// A query that can be read.
    pub(crate) query: &'static [(&'static str, &'static str)],
}

/// Whose an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wallet {
    NaverOrder,
    NaverPay,
    Payco,
    KcpQuick,
    Benepia,
    Certification,
    ConvenienceStore,
}

/// What an operation is about: where to look before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The payment that its path or its body names by `imp_uid`.
    Payment,
    /// The channel that it names by `channel_key`.
    Channel,
    /// The billing key that its path or its body names by `customer_uid`.
    Key,
    /// Something that only another operation of the wallet makes, so that there is none: why, for whoever asks.
    Nothing(&'static str),
}

impl Wallet {
    /// V1's codes of the PGs that have it; Benepia's is not published.
    const fn codes(self) -> &'static [&'static str] {
        match self {
            Self::NaverOrder => &["naverco"],
            Self::NaverPay => &["naverpay"],
            Self::Payco => &["payco"],
            Self::KcpQuick => &["kcp_quick"],
            Self::Benepia => &["benepia"],
            Self::Certification => &["danal", "kcp_v2"],
            Self::ConvenienceStore => &["galaxia"],
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::NaverOrder => "Naver Pay's order type",
            Self::NaverPay => "Naver Pay's payment type",
            Self::Payco => "PAYCO",
            Self::KcpQuick => "NHN KCP's quick pay",
            Self::Benepia => "Benepia",
            Self::Certification => "Danal's and NHN KCP's identity verification",
            Self::ConvenienceStore => "Galaxia's convenience-store payments",
        }
    }
}

/// Every one.
pub(crate) fn operations() -> impl Iterator<Item = &'static WalletOperation> {
    table::OPERATIONS.iter().copied().flatten()
}

/// The router with a route for each of them.
pub(super) fn routed(router: Router<Gateway>) -> Router<Gateway> {
    operations().fold(router, |router, operation| {
        let handler = move |State(gateway): State<Gateway>,
                            call: Call<BTreeMap<String, String>>,
                            body: Body| { refuse(operation, gateway, call, body) };
        router.route(operation.path, on(filter(operation.method), handler))
    })
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "GET" => MethodFilter::GET,
        "PUT" => MethodFilter::PUT,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::POST,
    }
}

async fn refuse(
    operation: &'static WalletOperation,
    gateway: Gateway,
    call: Call<BTreeMap<String, String>>,
    body: Body,
) -> Response {
    let endpoint = Endpoint::Wallet(operation);
    let has_body = matches!(operation.method, "POST" | "PUT");
    let node = if has_body { body.parse() } else { call.query() };
    let known: Vec<&str> = operation.fields.iter().map(|field| field.name).collect();
    let read =
        read(endpoint, node, &rules::INPUT, &known, |fields| Some(Named::read(fields, operation.fields)));
    answer(&gateway, endpoint, read, |engine, named| async move {
        let named = named.or_of(&call.id);
        Err(why_not(&engine, call.access.store(), operation, &named).await)
    })
    .await
}

/// Why it is not carried out: what it names is not there, is not the wallet's, or is and cannot be asked.
async fn why_not(
    engine: &Engine,
    store: &StoreId,
    operation: &'static WalletOperation,
    named: &Named,
) -> Failure {
    let endpoint = Endpoint::Wallet(operation);
    let found = match operation.subject {
        Subject::Payment => channel_of_payment(engine, store, named).await,
        Subject::Channel => channel_named(engine, store, endpoint, named),
        Subject::Key => channel_of_key(engine, store, named).await,
        Subject::Nothing(why) => Err(V1Error::missing(endpoint, why).into()),
    };
    match found {
        Ok((field, channel)) => not_asked(engine, operation, field, &channel),
        Err(failure) => failure,
    }
}

/// A member that names something, and the channel it leads to.
type Found = (&'static str, ChannelKey);

async fn channel_of_payment(engine: &Engine, store: &StoreId, named: &Named) -> Result<Found, Failure> {
    let payment = payments::attempt(engine, store, named.text("imp_uid")).await?;
    Ok(("imp_uid", payment.channel.key))
}

async fn channel_of_key(engine: &Engine, store: &StoreId, named: &Named) -> Result<Found, Failure> {
    let missing = || EngineError::BillingKeyNotFound;
    let uid = named.text("customer_uid").parse().map_err(|_| missing())?;
    let key = engine.customer(store, &uid).await?;
    let part = key.channels.first().ok_or_else(missing)?;
    Ok(("customer_uid", part.channel.key.clone()))
}

fn channel_named(
    engine: &Engine,
    store: &StoreId,
    endpoint: Endpoint,
    named: &Named,
) -> Result<Found, Failure> {
    let directory = engine.directory();
    let key: Option<ChannelKey> = named.text("channel_key").parse().ok();
    let known = key.filter(|key| directory.channel(store, key).is_some());
    let message = "V1-INPUT channel_key: is no channel of this store; GET /users/pg lists them";
    Ok(("channel_key", known.ok_or_else(|| V1Error::refused(endpoint, message))?))
}

/// The refusal, under the rule by which the channel's PG has no such thing.
fn not_asked(
    engine: &Engine,
    operation: &'static WalletOperation,
    field: &str,
    channel: &ChannelKey,
) -> Failure {
    let profile = match capability::profile(engine, channel) {
        Ok(profile) => profile,
        Err(error) => return error.into(),
    };
    let code =
        engine.directory().entry(channel).map(|entry| entry.channel.provider.v1_code()).unwrap_or_default();
    let (endpoint, wallet) = (Endpoint::Wallet(operation), operation.wallet);
    let (rule, title) = (profile.capability_rule.code, wallet.title());
    if wallet.codes().contains(&code.as_str()) {
        let message = format!(
            "{rule} {field}: is at {title}, which no adapter of this gateway asks for it; do it in the PG's console, or at api.iamport.kr"
        );
        return V1Error::of_pg(endpoint, message).into();
    }
    let message = format!(
        "{rule} {field}: is at `{code}`, and this operation is of {title} alone; name one at `{}`",
        wallet.codes().join("` or `")
    );
    V1Error::refused(endpoint, message).into()
}
