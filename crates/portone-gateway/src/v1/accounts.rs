//! Virtual accounts: `/vbanks` (rules V1-080 to V1-082).

use axum::extract::State;
use axum::response::Response;
use portone_core::{PayMethod, StoreId};
use portone_engine::ledger::{PaymentStatus, Transaction};
use portone_engine::request::PayInstantlyRequest;
use portone_engine::{Engine, EngineError};

use super::access::V1Access;
use super::body::Body;
use super::dto::account;
use super::endpoint::Endpoint;
use super::error::{Failure, V1Error};
use super::subscribe::{charge, pg_code, selector, told, unknown};
use super::{Call, answer, capability, payments, read, rules};
use crate::state::Gateway;

/// `POST /vbanks`
pub(super) async fn issue(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let endpoint = Endpoint::IssueAccount;
    let read = told(endpoint, account::issue(&body, &pg_code(&gateway, access.store(), &body)));
    let issue = read.request.as_ref().ok();
    let selector = issue.map(|issue| selector(&gateway, access.store(), endpoint, &issue.named));
    answer(&gateway, endpoint, read, |engine, issue| async move {
        let selector = selector.unwrap_or_else(|| Err(EngineError::PaymentNotFound(String::new()).into()))?;
        let payment_id = issue.pay.order.payment_id.clone();
        let request =
            PayInstantlyRequest { caller: access.caller(), selector, pay: issue.pay, extras: issue.extras };
        let result = engine.pay_instantly(request).await.map(drop);
        charge::charged(&engine, access.store(), &payment_id, result).await
    })
    .await
}

/// `PUT /vbanks/{imp_uid}`: one PG has it, and it has no adapter here.
pub(super) async fn change(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let endpoint = Endpoint::ChangeAccount;
    answer(&gateway, endpoint, told(endpoint, account::change(&body)), |engine, ()| async move {
        let account = waiting(&engine, call.access.store(), &call.id, endpoint).await?;
        let profile = capability::profile(&engine, &account.channel.key)?;
        let message = format!(
            "{} imp_uid: is an account of {}, and only Settlebank (`settle`) changes one that it has issued, which this gateway does not ask it for; close it with DELETE /vbanks/{{imp_uid}} and issue another",
            profile.capability_rule.code, profile.display_name
        );
        Err(V1Error::refused(endpoint, message).into())
    })
    .await
}

/// `DELETE /vbanks/{imp_uid}`
pub(super) async fn close(State(gateway): State<Gateway>, call: Call) -> Response {
    let endpoint = Endpoint::CloseAccount;
    // The key is of one PG's console (`html5_inicis`), and no PG's here.
    let read = read(endpoint, call.query(), &rules::ACCOUNT, &["pg_api_key"], |_| Some(()));
    answer(&gateway, endpoint, read, |engine, ()| async move {
        let store = call.access.store();
        let account = waiting(&engine, store, &call.id, endpoint).await?;
        let closed = engine.close_virtual_account(&call.access.caller(), &account.order.payment_id).await;
        match closed {
            Ok(_) => {}
            Err(EngineError::UnknownOutcome) => return Err(unknown(Some(account.imp_uid.to_string()))),
            Err(error) => return Err(error.into()),
        }
        payments::shown(&engine, &engine.attempt(store, account.imp_uid).await?).await
    })
    .await
}

/// An account that waits for its deposit (rule V1-081).
async fn waiting(
    engine: &Engine,
    store: &StoreId,
    uid: &str,
    endpoint: Endpoint,
) -> Result<Transaction, Failure> {
    let found = payments::attempt(engine, store, uid).await?;
    let problem = if found.method != PayMethod::VirtualAccount {
        "is no virtual account, but a payment by another method".to_owned()
    } else if found.status == PaymentStatus::VirtualAccountIssued {
        return Ok(found);
    } else {
        format!(
            "is {}, and waits for no deposit; read the payment and cancel it if it is paid",
            found.status.code()
        )
    };
    Err(V1Error::refused(endpoint, format!("{} imp_uid: {problem}", rules::ACCOUNT.code)).into())
}
