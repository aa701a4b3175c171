//! Billing keys: issue, read, delete.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_core::BillingKey;
use portone_engine::EngineError;
use portone_engine::ledger::BillingKeyRecord;

use super::dto::{billing_key as billing_key_body, query};
use super::view::billing_key::{BillingKeyView, DeletedResponse, IssueResponse};
use super::{Call, IntoAnswer, answer, ok};
use crate::answer::Moment;
use crate::auth::Access;
use crate::endpoint::Endpoint;
use crate::json::RawBody;
use crate::state::Gateway;

/// `POST /billing-keys`
pub(super) async fn issue(State(gateway): State<Gateway>, access: Access, body: RawBody) -> Response {
    let read = billing_key_body::issue(&body, &access);
    answer(&gateway, Endpoint::IssueBillingKey, read, |engine, request| async move {
        engine.issue_billing_key(request).await.map(Issued)
    })
    .await
}

/// `GET /billing-keys/{billingKey}`
pub(super) async fn info(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::store(&call.query, &call.access);
    answer(&gateway, Endpoint::BillingKeyInfo, read, |engine, caller| async move {
        engine.billing_key(&caller.store_id, &found(&call.id)?).await
    })
    .await
}

/// `DELETE /billing-keys/{billingKey}`
pub(super) async fn delete(State(gateway): State<Gateway>, call: Call) -> Response {
    let read = query::deletion(&call.query, &call.access);
    answer(&gateway, Endpoint::DeleteBillingKey, read, |engine, deletion| async move {
        let key = found(&call.id)?;
        engine.delete_billing_key(&deletion.caller, &key, deletion.skip_webhook).await.map(Deleted)
    })
    .await
}

/// A name that cannot be one belongs to no key.
fn found(key: &str) -> Result<BillingKey, EngineError> {
    BillingKey::parse(key).map_err(|_| EngineError::BillingKeyNotFound)
}

struct Issued(BillingKeyRecord);

impl IntoAnswer for Issued {
    fn into_answer(self) -> Response {
        ok(&IssueResponse::from(&self.0))
    }
}

impl IntoAnswer for BillingKeyRecord {
    fn into_answer(self) -> Response {
        ok(&BillingKeyView::from(&self))
    }
}

struct Deleted(DateTime<Utc>);

impl IntoAnswer for Deleted {
    fn into_answer(self) -> Response {
        ok(&DeletedResponse { deleted_at: Moment(self.0) })
    }
}
