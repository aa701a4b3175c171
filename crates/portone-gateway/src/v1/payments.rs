//! Payments: one attempt each, by its own name, by its order's, by state.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use portone_core::{Environment, PaymentId, StoreId, WalletCall};
use portone_engine::attempts::{AttemptSort, sort_attempts};
use portone_engine::ledger::{MERCHANT_UID_LENGTH_MAX, Transaction};
use portone_engine::{Engine, EngineError};

use super::endpoint::Endpoint;
use super::error::{Failure, V1Error, texts};
use super::query::{self, Order, Page};
use super::status::V1Status;
use super::view::payment::{PagedPayments, PaymentView};
use super::{Call, Read, answer, envelope, read, rules, wallet};
use crate::state::Gateway;

/// The one PG that tells a balance (rule V1-049).
const PAYCO: &str = "payco";

/// `GET /payments/{imp_uid}`
pub(super) async fn payment(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = read(Endpoint::Payment, call.query(), &rules::INPUT, &["include_sandbox"], |fields| {
        Some(fields.flag("include_sandbox").unwrap_or(false))
    });
    answer(&gateway, Endpoint::Payment, read, |engine, include_sandbox| async move {
        let found = attempt(&engine, call.access.store(), &call.id).await?;
        if found.channel.environment == Environment::Test && !include_sandbox {
            let hint = "V1-036 include_sandbox: is not true, and the payment is of a test channel; send include_sandbox=true to read it";
            return Err(V1Error::missing(Endpoint::Payment, format!("{}\n{hint}", texts::NO_PAYMENT)).into());
        }
        shown(&engine, &found).await
    })
    .await
}

/// `GET /payments`
pub(super) async fn several(State(gateway): State<Gateway>, call: Call<()>) -> Response {
    let read =
        read(Endpoint::Payments, call.query(), &rules::MULTI, &["imp_uid", "merchant_uid"], query::named);
    answer(&gateway, Endpoint::Payments, read, |engine, named| async move {
        let store = call.access.store();
        let mut found: Vec<Transaction> = Vec::new();
        let mut is_whole = true;
        let imp_uids = named.imp_uids.iter().map(|uid| (uid, true));
        for (uid, is_imp_uid) in imp_uids.chain(named.merchant_uids.iter().map(|uid| (uid, false))) {
            let one = if is_imp_uid {
                attempt(&engine, store, uid).await
            } else {
                latest(&engine, store, uid).await
            };
            match one {
                Ok(one) if found.iter().all(|known| known.id != one.id) => found.push(one),
                Ok(_) => {}
                Err(EngineError::PaymentNotFound(_)) => is_whole = false,
                Err(error) => return Err(error.into()),
            }
        }
        if found.is_empty() {
            return Err(V1Error::missing(Endpoint::Payments, texts::NO_PAYMENT).into());
        }
        let views: Vec<_> = found.iter().map(PaymentView::of).collect();
        let status = if is_whole { StatusCode::OK } else { StatusCode::MULTI_STATUS };
        Ok(envelope::with_status(status, &views))
    })
    .await
}

/// `GET /payments/find/{merchant_uid}`
pub(super) async fn find(State(gateway): State<Gateway>, call: Call) -> Response {
    let Call { access, id, query } = call;
    find_in_state(State(gateway), Call { access, id: (id, String::new()), query }).await
}

/// `GET /payments/find/{merchant_uid}/{payment_status}`
pub(super) async fn find_in_state(State(gateway): State<Gateway>, call: Call<(String, String)>) -> Response {
    let read = find_request(Endpoint::Find, &call);
    answer(&gateway, Endpoint::Find, read, |engine, (order, status, _)| async move {
        let found = attempts(&engine, call.access.store(), &call.id.0, order, status).await?;
        let first = found.first().ok_or_else(|| V1Error::missing(Endpoint::Find, texts::NO_PAYMENT))?;
        shown(&engine, first).await
    })
    .await
}

/// `GET /payments/findAll/{merchant_uid}`
pub(super) async fn find_all(State(gateway): State<Gateway>, call: Call) -> Response {
    let Call { access, id, query } = call;
    find_all_in_state(State(gateway), Call { access, id: (id, String::new()), query }).await
}

/// `GET /payments/findAll/{merchant_uid}/{payment_status}`
pub(super) async fn find_all_in_state(
    State(gateway): State<Gateway>,
    call: Call<(String, String)>,
) -> Response {
    let read = find_request(Endpoint::FindAll, &call);
    answer(&gateway, Endpoint::FindAll, read, |engine, (order, status, page)| async move {
        let found = attempts(&engine, call.access.store(), &call.id.0, order, status).await?;
        if found.is_empty() {
            return Err(V1Error::missing(Endpoint::FindAll, texts::NO_PAYMENT).into());
        }
        let items: Vec<_> = found.iter().skip(page.offset()).take(page.count_max()).collect();
        paged(Endpoint::FindAll, page, found.len(), &items)
    })
    .await
}

/// `GET /payments/status/{payment_status}`
pub(super) async fn by_status(State(gateway): State<Gateway>, call: Call) -> Response {
    let known = ["page", "limit", "from", "to", "sorting"];
    let now = gateway.engine.now();
    let read = read(Endpoint::ByStatus, call.query(), &rules::BY_STATUS, &known, |fields| {
        query::by_status(fields, call.access.store(), &call.id, now)
    });
    answer(&gateway, Endpoint::ByStatus, read, |engine, (page, query)| async move {
        let reached = engine.list_attempts(&query).await?;
        let items: Vec<_> = reached.items.iter().collect();
        paged(Endpoint::ByStatus, page, reached.total_count, &items)
    })
    .await
}

/// `GET /payments/{imp_uid}/balance`: what PAYCO keeps, and this gateway has no way to ask for (rule V1-049).
pub(super) async fn balance(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::Balance, Read::of(()), |engine, ()| async move {
        let found = attempt(&engine, call.access.store(), &call.id).await?;
        let code = found.channel.provider.v1_code();
        if code == PAYCO {
            let answer = engine.ask_wallet(found, WalletCall::Balance, Vec::new()).await?;
            return Ok(wallet::told(&answer));
        }
        let message = format!(
            "V1-049 imp_uid: is a payment at {code}, and only PAYCO tells a balance; read the payment's amount and cancel_amount"
        );
        Err(V1Error::new(StatusCode::METHOD_NOT_ALLOWED, super::error::OURS, message).into())
    })
    .await
}

/// One attempt by itself.
pub(super) async fn shown(engine: &Engine, attempt: &Transaction) -> Result<Response, Failure> {
    let receipt = engine.payment_receipt(&attempt.store_id, &attempt.order.payment_id).await?;
    Ok(envelope::ok(&PaymentView::of(attempt).with_receipt(receipt.as_ref())))
}

/// An attempt by the V1 name in a path.
pub(super) async fn attempt(engine: &Engine, store: &StoreId, uid: &str) -> Result<Transaction, EngineError> {
    match query::imp_uid(uid) {
        Some(imp_uid) => engine.attempt(store, imp_uid).await,
        None => Err(EngineError::PaymentNotFound(uid.trim().to_owned())),
    }
}

/// An attempt that use cases can reach by its payment's id.
pub(super) async fn current(engine: &Engine, store: &StoreId, uid: &str) -> Result<Transaction, EngineError> {
    let found = attempt(engine, store, uid).await?;
    still_current(engine, found).await
}

/// The attempt, unless another followed it: then it was never paid.
pub(super) async fn still_current(engine: &Engine, found: Transaction) -> Result<Transaction, EngineError> {
    let latest = engine.payment(&found.store_id, &found.order.payment_id).await?;
    if latest.id == found.id { Ok(found) } else { Err(EngineError::PaymentNotPaid(found.status.code())) }
}

/// The latest attempt at a payment.
pub(super) async fn latest(engine: &Engine, store: &StoreId, uid: &str) -> Result<Transaction, EngineError> {
    let found = attempts_of(engine, store, uid).await?;
    found.into_iter().last().ok_or_else(|| EngineError::PaymentNotFound(uid.trim().to_owned()))
}

/// Every attempt at a payment, the oldest first. One whose id is too long for a `merchant_uid` goes by an `imp_uid` there
/// too, which finds all its attempts.
async fn attempts_of(engine: &Engine, store: &StoreId, uid: &str) -> Result<Vec<Transaction>, EngineError> {
    let missing = || EngineError::PaymentNotFound(uid.trim().to_owned());
    let id = PaymentId::parse(uid.trim()).map_err(|_| missing())?;
    let oldest_first = (AttemptSort::Started, false);
    match engine.attempts_of(store, &id, oldest_first.0, oldest_first.1).await {
        Err(EngineError::PaymentNotFound(_)) => {}
        other => return other,
    }
    let named = engine.attempt(store, query::imp_uid(uid).ok_or_else(missing)?).await?;
    if named.order.payment_id.as_str().chars().count() <= MERCHANT_UID_LENGTH_MAX {
        return Err(missing());
    }
    engine.attempts_of(store, &named.order.payment_id, oldest_first.0, oldest_first.1).await
}

/// The attempts of a state at a payment, in order.
async fn attempts(
    engine: &Engine,
    store: &StoreId,
    uid: &str,
    (sort, descending): Order,
    status: Option<V1Status>,
) -> Result<Vec<Transaction>, EngineError> {
    let mut found = attempts_of(engine, store, uid).await?;
    sort_attempts(&mut found, sort, descending);
    found.retain(|attempt| status.is_none_or(|wanted| wanted == V1Status::from(attempt.status)));
    Ok(found)
}

/// What both finds are asked for. `undefined` is what the official Node client sends for no state.
fn find_request(endpoint: Endpoint, call: &Call<(String, String)>) -> Read<(Order, Option<V1Status>, Page)> {
    read(endpoint, call.query(), &rules::SORTING, &["sorting", "page", "limit"], |fields| {
        let status = match call.id.1.as_str() {
            "" | "all" | "undefined" => None,
            code => {
                let known = V1Status::from_code(code);
                if known.is_none() {
                    fields.unknown_value("payment_status", code, V1Status::ALL.iter().map(|(code, _)| *code));
                }
                known
            }
        };
        Some((query::order(fields), status, Page::read(fields)))
    })
}

pub(super) fn paged(
    endpoint: Endpoint,
    page: Page,
    total_count: usize,
    items: &[&Transaction],
) -> Result<Response, Failure> {
    if !page.is_within(total_count) {
        let message = format!(
            "{} page: is {}, beyond the {total_count} payments there are; send an earlier one",
            rules::PAGE.code,
            page.number
        );
        return Err(V1Error::refused(endpoint, message).into());
    }
    Ok(envelope::ok(&PagedPayments::new(page, total_count, items)))
}
