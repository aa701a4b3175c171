//! What belongs to one wallet or one PG alone. The request is read and checked as its document says, and what it names is looked
//! up. Where the document tells what state the operation works on, the wallet is asked; anything else is refused with what is
//! missing (docs/compatibility.md).

mod asked;
mod input;
mod table;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use portone_core::{ChannelKey, StoreId, WalletCall};
use portone_engine::ledger::Transaction;
use portone_engine::{Engine, EngineError};

pub(super) use self::asked::told;
use self::input::{Field, Named};
use super::body::Body;
use super::endpoint::Endpoint;
use super::error::{Failure, V1Error};
use super::{Call, answer, capability, payments, read, rules};
use crate::state::Gateway;

const NO_PRODUCT_ORDER: &str = "V1-INPUT product_order_id: is no product order that Naver Pay has told this store of; read those of its payment first (GET /payments/{imp_uid}/naver/product-orders)";

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
    /// What the wallet is asked for; absent where no document describes what the operation works on.
    call: Option<WalletCall>,
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
    /// The product order that its path names, of a payment whose product orders were read before.
    ProductOrder,
    /// The channel that it names by `channel_key`.
    Channel,
    /// The billing key that its path or its body names by `customer_uid`.
    Key,
    /// Something that only another operation of the wallet makes, so that there is none: why, for whoever asks.
    Nothing(&'static str),
}

impl Wallet {
    /// V1's codes of the PGs that have it.
    const fn codes(self) -> &'static [&'static str] {
        match self {
            Self::NaverOrder => &["naverco"],
            Self::NaverPay => &["naverpay"],
            Self::Payco => &["payco"],
            Self::KcpQuick => &["kcp_quick"],
            Self::Benepia => &["kcp"],
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
            Self::Benepia => "Benepia, through NHN KCP",
            Self::Certification => "Danal's and NHN KCP's identity verification",
            Self::ConvenienceStore => "Galaxia's convenience-store payments",
        }
    }
}

impl WalletOperation {
    /// Whether a wallet is asked for it.
    pub(crate) const fn is_asked(&self) -> bool {
        self.call.is_some()
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
                            body: Body| { serve(operation, gateway, call, body) };
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

async fn serve(
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
        let found = find(&engine, call.access.store(), operation, &named).await?;
        match operation.call {
            Some(wallet_call) if is_of(&engine, operation.wallet, &found.channel) => {
                asked::ask(&engine, endpoint, wallet_call, found, named).await
            }
            _ => Err(not_asked(&engine, operation, &found)),
        }
    })
    .await
}

/// What an operation is about, as it was found.
struct Found {
    /// The member that names it.
    field: &'static str,
    /// Its channel.
    channel: ChannelKey,
    /// The payment, where it is about one.
    payment: Option<Transaction>,
}

async fn find(
    engine: &Engine,
    store: &StoreId,
    operation: &'static WalletOperation,
    named: &Named,
) -> Result<Found, Failure> {
    let endpoint = Endpoint::Wallet(operation);
    let of = |field, payment: Transaction| {
        Ok(Found { field, channel: payment.channel.key.clone(), payment: Some(payment) })
    };
    match operation.subject {
        Subject::Payment => of("imp_uid", payments::attempt(engine, store, named.text("imp_uid")).await?),
        Subject::ProductOrder => {
            let found = engine.product_order(store, named.text("product_order_id")).await?;
            of("product_order_id", found.ok_or_else(|| V1Error::missing(endpoint, NO_PRODUCT_ORDER))?)
        }
        Subject::Channel => channel_named(engine, store, endpoint, named),
        Subject::Key => channel_of_key(engine, store, named).await,
        Subject::Nothing(why) => Err(V1Error::missing(endpoint, why).into()),
    }
}

async fn channel_of_key(engine: &Engine, store: &StoreId, named: &Named) -> Result<Found, Failure> {
    let missing = || EngineError::BillingKeyNotFound;
    let uid = named.text("customer_uid").parse().map_err(|_| missing())?;
    let key = engine.customer(store, &uid).await?;
    let part = key.channels.first().ok_or_else(missing)?;
    Ok(Found { field: "customer_uid", channel: part.channel.key.clone(), payment: None })
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
    let channel = known.ok_or_else(|| V1Error::refused(endpoint, message))?;
    Ok(Found { field: "channel_key", channel, payment: None })
}

/// V1's code of a channel's PG.
fn code_of(engine: &Engine, channel: &ChannelKey) -> String {
    let directory = engine.directory();
    directory.entry(channel).map(|entry| entry.channel.provider.v1_code()).unwrap_or_default()
}

fn is_of(engine: &Engine, wallet: Wallet, channel: &ChannelKey) -> bool {
    wallet.codes().contains(&code_of(engine, channel).as_str())
}

/// The refusal, under the rule by which the channel's PG has no such thing.
fn not_asked(engine: &Engine, operation: &'static WalletOperation, found: &Found) -> Failure {
    let profile = match capability::profile(engine, &found.channel) {
        Ok(profile) => profile,
        Err(error) => return error.into(),
    };
    let (endpoint, wallet, field) = (Endpoint::Wallet(operation), operation.wallet, found.field);
    let (rule, title) = (profile.capability_rule.code, wallet.title());
    if is_of(engine, wallet, &found.channel) {
        let message = format!(
            "{rule} {field}: is at {title}, which no adapter of this gateway asks for it; do it in the PG's console, or at api.iamport.kr"
        );
        return V1Error::of_pg(endpoint, message).into();
    }
    let message = format!(
        "{rule} {field}: is at `{}`, and this operation is of {title} alone; name one at `{}`",
        code_of(engine, &found.channel),
        wallet.codes().join("` or `")
    );
    V1Error::refused(endpoint, message).into()
}
