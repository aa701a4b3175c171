//! Billing keys by their names: `/subscribe/customers`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use portone_core::{BillingKey, StoreId};
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus};
use portone_engine::request::{Extras, IssueBillingKeyRequest};
use portone_engine::{Engine, EngineError};

use super::{customer_uid, selector, told, unknown};
use crate::state::Gateway;
use crate::v1::body::Body;
use crate::v1::dto::key;
use crate::v1::endpoint::Endpoint;
use crate::v1::error::{Failure, V1Error, texts};
use crate::v1::query::Page;
use crate::v1::view::customer::KeyView;
use crate::v1::{Call, Read, answer, envelope, names, payments, read, rules};

/// How many names are read at once; the document has no limit.
const MULTI_COUNT_MAX: usize = 100;

/// `POST /subscribe/customers/{customer_uid}`
pub(in crate::v1) async fn issue(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let read = told(Endpoint::IssueKey, key::issue(&body, &call.id));
    let store = call.access.store().clone();
    let named = read.request.as_ref().ok();
    let selector = named.map(|(named, _)| selector(&gateway, &store, Endpoint::IssueKey, named));
    answer(&gateway, Endpoint::IssueKey, read, |engine, (_, issue)| async move {
        let uid = customer_uid(&call.id)?;
        let selector = selector.unwrap_or_else(|| Err(EngineError::BillingKeyNotFound.into()))?;
        if engine.customer(&store, &uid).await.is_ok() {
            tracing::info!(
                rule = "IAMPORT-032",
                "a customer_uid has a key, which a new one replaces and nobody revokes at its PG"
            );
        }
        let request = IssueBillingKeyRequest {
            caller: call.access.caller(),
            selector,
            issue,
            customer_uid: Some(uid),
            extras: Extras::default(),
        };
        let record = engine.issue_billing_key(request).await.map_err(why_none)?;
        shown(&engine, &record).await
    })
    .await
}

/// `GET /subscribe/customers/{customer_uid}`
pub(in crate::v1) async fn one(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::Key, Read::of(()), |engine, ()| async move {
        let record = engine.customer(call.access.store(), &customer_uid(&call.id)?).await?;
        shown(&engine, &record).await
    })
    .await
}

/// `GET /subscribe/customers`
pub(in crate::v1) async fn several(State(gateway): State<Gateway>, call: Call<()>) -> Response {
    let read = read(Endpoint::Keys, call.query(), &rules::CUSTOMERS, &["customer_uid"], |fields| {
        let uids = fields.texts("customer_uid");
        if uids.is_empty() {
            fields.add("customer_uid[]", "is missing; send it once for each billing key");
        }
        if uids.len() > MULTI_COUNT_MAX {
            let count = uids.len();
            fields.add("customer_uid[]", format!("are {count}; send at most {MULTI_COUNT_MAX} at once"));
        }
        Some(uids)
    });
    answer(&gateway, Endpoint::Keys, read, |engine, uids| async move {
        let mut found: Vec<(BillingKeyRecord, Option<DateTime<Utc>>)> = Vec::new();
        let mut is_whole = true;
        for uid in &uids {
            let record = match uid.parse() {
                Ok(uid) => engine.customer(call.access.store(), &uid).await,
                Err(_) => Err(EngineError::BillingKeyNotFound),
            };
            match record {
                Ok(record) if found.iter().all(|(known, _)| known.key != record.key) => {
                    let inserted = inserted(&engine, &record).await?;
                    found.push((record, inserted));
                }
                Ok(_) => {}
                Err(EngineError::BillingKeyNotFound) => is_whole = false,
                Err(error) => return Err(error.into()),
            }
        }
        if found.is_empty() {
            return Err(V1Error::missing(Endpoint::Keys, texts::NO_CUSTOMER).into());
        }
        let views: Vec<_> = found.iter().map(|(record, inserted)| KeyView::of(record, *inserted)).collect();
        let status = if is_whole { StatusCode::OK } else { StatusCode::MULTI_STATUS };
        Ok(envelope::with_status(status, &views))
    })
    .await
}

/// `DELETE /subscribe/customers/{customer_uid}`: the answer is what was deleted (rule V1-064).
pub(in crate::v1) async fn delete(State(gateway): State<Gateway>, call: Call) -> Response {
    let known = ["reason", "extra"];
    let read = read(Endpoint::DeleteKey, call.query(), &rules::INPUT, &known, |fields| {
        fields.text("reason");
        fields.object("extra", &rules::INPUT, &["requester"]);
        Some(())
    });
    answer(&gateway, Endpoint::DeleteKey, read, |engine, ()| async move {
        let store = call.access.store();
        let record = engine.customer(store, &customer_uid(&call.id)?).await?;
        match engine.delete_billing_key(&call.access.caller(), &record.key, false).await {
            Ok(_) => {}
            Err(EngineError::UnknownOutcome) => return Err(unknown(None)),
            Err(error) => return Err(why_none(error)),
        }
        shown(&engine, &engine.billing_key(store, &record.key).await?).await
    })
    .await
}

/// `GET /subscribe/customers/{customer_uid}/payments`
pub(in crate::v1) async fn payments_of(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = read(Endpoint::KeyPayments, call.query(), &rules::INPUT, &["page"], |fields| {
        Some(Page::read(fields))
    });
    answer(&gateway, Endpoint::KeyPayments, read, |engine, page| async move {
        let uid = customer_uid(&call.id)?;
        let store = call.access.store();
        let reached = engine.payments_of_customer(store, &uid, page.offset(), page.count_max()).await?;
        let items: Vec<_> = reached.items.iter().collect();
        payments::paged(Endpoint::KeyPayments, page, reached.total_count, &items)
    })
    .await
}

async fn shown(engine: &Engine, record: &BillingKeyRecord) -> Result<Response, Failure> {
    let inserted = inserted(engine, record).await?;
    Ok(envelope::ok(&KeyView::of(record, inserted)))
}

/// When a key's name got its first key that was not deleted since.
async fn inserted(engine: &Engine, record: &BillingKeyRecord) -> Result<Option<DateTime<Utc>>, EngineError> {
    let mut first = record.issued_at;
    let Some(uid) = &record.customer_uid else { return Ok(first) };
    let (store, keys): (&StoreId, Vec<BillingKey>) =
        (&record.store_id, engine.store().billing_keys_called(&record.store_id, uid).await?);
    for key in keys.iter().filter(|key| **key != record.key) {
        let earlier = engine.store().billing_key(store, key).await?;
        let earlier = earlier.filter(|key| key.status == BillingKeyStatus::Issued);
        first = first.into_iter().chain(earlier.and_then(|key| key.issued_at)).min();
    }
    Ok(first)
}

/// Why there is no key: of several channels, in the words of the first that failed (rule SR-067).
fn why_none(error: EngineError) -> Failure {
    let EngineError::ChannelSpecific { failures, .. } = &error else { return error.into() };
    let first = failures.first().map(|(_, failure)| failure);
    let message = first.map(|failure| failure.pg_message.clone().unwrap_or_else(|| failure.message.clone()));
    let message = message.unwrap_or_else(|| error.to_string());
    let response = V1Error::of_pg(Endpoint::IssueKey, names::v1_lines(&message)).into_response();
    Failure::Answered { response: Box::new(response), error: Box::new(error) }
}
