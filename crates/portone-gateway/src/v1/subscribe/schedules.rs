//! Schedules: `/subscribe/payments/schedule` and its neighbours (rules V1-065 to V1-073).

mod list;

pub(in crate::v1) use list::{of_customer, of_range};

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use portone_core::{BillingKey, Customer, CustomerUid, IssueBillingKey, Money, PaymentId, StoreId};
use portone_engine::customer::{NotScheduled, ScheduleForCustomer};
use portone_engine::ledger::{Schedule, ScheduleStatus, Transaction};
use portone_engine::port::{ScheduleQuery, ScheduleSort};
use portone_engine::{Engine, EngineError};
use portone_wire::v1::rules as wire_rules;

use super::charge::{charged, pay_request};
use super::{customer_uid, pg_code_of_key, selector, told};
use crate::state::Gateway;
use crate::v1::access::V1Access;
use crate::v1::body::Body;
use crate::v1::dto::schedule::{self, Revoke, Schedules};
use crate::v1::endpoint::Endpoint;
use crate::v1::error::{Failure, V1Error, texts};
use crate::v1::view::schedule::ScheduleView;
use crate::v1::{Call, answer, envelope, names};
use portone_engine::request::Selector;

/// How many schedules one request calls off at most.
const REVOKED_COUNT_MAX: usize = 1_000;

/// `POST /subscribe/payments/schedule`
pub(in crate::v1) async fn create(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let pg_code = pg_code_of_key(&gateway, access.store(), &body).await;
    let read = told(Endpoint::Schedule, schedule::create(&body, &pg_code));
    let named = read.request.as_ref().ok().map(|schedules| &schedules.named);
    let selector = named.map(|named| selector(&gateway, access.store(), Endpoint::Schedule, named));
    answer(&gateway, Endpoint::Schedule, read, |engine, schedules| async move {
        let uid = customer_uid(&schedules.customer_uid)?;
        let has_key = engine.customer(access.store(), &uid).await.is_ok();
        if has_key && schedules.card.is_some() {
            let rule = wire_rules::CARD_BESIDE_KEY.code;
            tracing::info!(rule, "card_number: is not used: the customer_uid has a key; leave the card out");
        }
        // A key that is there needs no channel.
        let selector = match selector {
            Some(selector) if !has_key => Some(selector?),
            _ => None,
        };
        let request = for_customer(&access, uid, selector, schedules);
        match engine.schedule_for_customer(request).await {
            Ok(made) => Ok(envelope::ok(&views(&engine, &made).await?.views())),
            Err(refused) => Err(not_scheduled(refused)),
        }
    })
    .await
}

fn for_customer(
    access: &V1Access,
    uid: CustomerUid,
    selector: Option<Selector>,
    schedules: Schedules,
) -> ScheduleForCustomer {
    let Schedules { named, checking_amount, customer_id, card, entries, .. } = schedules;
    let first = entries.first().map(|(payment, _)| &payment.order);
    let currency = first.map_or(portone_core::Currency::KRW, |order| order.amount.currency);
    let checking = checking_amount.and_then(|whole| {
        let minor = portone_core::Major::new(whole, 0).minor(currency)?;
        Some(Money::new(minor, currency))
    });
    let buyer = first.map(|order| order.customer.clone()).unwrap_or_default();
    let customer = Customer { id: customer_id.or(buyer.id.clone()), ..buyer };
    let issue = card.map(|card| IssueBillingKey { card, customer, bypass: None });
    let entry = |(payment, time_to_pay)| {
        // The key is known once it is issued.
        let key = (unnamed(&uid), uid.clone());
        (pay_request(access.caller(), payment, key, named.channel_key.clone()), time_to_pay)
    };
    ScheduleForCustomer {
        caller: access.caller(),
        issue: selector.zip(issue),
        checking,
        entries: entries.into_iter().map(entry).collect(),
        uid,
    }
}

/// The key of a name, before the ledger has told which one it is.
#[allow(clippy::expect_used)]
fn unnamed(uid: &CustomerUid) -> BillingKey {
    uid.as_str().parse().expect("what is a name is a key")
}

/// Which entry was refused, and why.
fn not_scheduled(refused: NotScheduled) -> Failure {
    let NotScheduled { entry, error } = refused;
    let (Some(entry), EngineError::Invalid(report)) = (entry, &error) else {
        return match entry {
            Some(entry) if !matches!(error, EngineError::Store(_)) => {
                let told = names::v1_lines(&error.to_string());
                V1Error::refused(Endpoint::Schedule, format!("schedules[{entry}]: {told}")).into()
            }
            _ => error.into(),
        };
    };
    let mut report = report.clone();
    for violation in &mut report.violations {
        violation.field = format!("schedules[{entry}].{}", names::v1_field(&violation.field));
    }
    V1Error::invalid(Endpoint::Schedule, &report).into()
}

/// `GET /subscribe/payments/schedule/{merchant_uid}`
pub(in crate::v1) async fn one(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::OneSchedule, crate::v1::Read::of(()), |engine, ()| async move {
        let found = engine.schedule_of_payment(call.access.store(), &payment_id(&call.id)?).await?;
        shown(&engine, found).await
    })
    .await
}

/// `PUT /subscribe/payments/schedule/{merchant_uid}`
pub(in crate::v1) async fn change(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let read = told(Endpoint::ChangeSchedule, schedule::change(&body));
    answer(&gateway, Endpoint::ChangeSchedule, read, |engine, time| async move {
        let moved = engine.move_schedule(&call.access.caller(), &payment_id(&call.id)?, time).await?;
        shown(&engine, moved).await
    })
    .await
}

/// `POST /subscribe/payments/schedule/{merchant_uid}/reschedule`
pub(in crate::v1) async fn reschedule(State(gateway): State<Gateway>, call: Call, body: Body) -> Response {
    let read = told(Endpoint::Reschedule, schedule::change(&body));
    answer(&gateway, Endpoint::Reschedule, read, |engine, time| async move {
        let again = engine.reschedule(&call.access.caller(), &payment_id(&call.id)?, time).await?;
        shown(&engine, again).await
    })
    .await
}

/// `POST /subscribe/payments/schedule/{merchant_uid}/retry`: the payment tells what came of it (rule V1-070).
pub(in crate::v1) async fn retry(State(gateway): State<Gateway>, call: Call) -> Response {
    answer(&gateway, Endpoint::Retry, crate::v1::Read::of(()), |engine, ()| async move {
        let (store, id) = (call.access.store(), payment_id(&call.id)?);
        Box::pin(engine.retry_schedule(&call.access.caller(), &id)).await?;
        let result = match engine.payment(store, &id).await?.status {
            portone_engine::ledger::PaymentStatus::PayPending => Err(EngineError::UnknownOutcome),
            _ => Ok(()),
        };
        charged(&engine, store, &id, result).await
    })
    .await
}

/// `POST /subscribe/payments/unschedule`
pub(in crate::v1) async fn revoke(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let read = told(Endpoint::Unschedule, schedule::revoke(&body));
    answer(&gateway, Endpoint::Unschedule, read, |engine, revoke| async move {
        let waiting = waiting(&engine, access.store(), revoke).await?;
        if waiting.is_empty() {
            return Err(V1Error::refused(Endpoint::Unschedule, texts::NO_SCHEDULE).into());
        }
        let ids: Vec<_> = waiting.iter().map(|schedule| schedule.id.clone()).collect();
        engine.revoke_schedules(&access.caller(), None, Some(&ids)).await?;
        let mut revoked = Vec::with_capacity(ids.len());
        for id in &ids {
            revoked.push(engine.schedule(access.store(), id).await?);
        }
        Ok(envelope::ok(&views(&engine, &revoked).await?.views()))
    })
    .await
}

/// The schedules that wait for their time: of a name, of orders, or of both (rule IAMPORT-044).
async fn waiting(engine: &Engine, store: &StoreId, revoke: Revoke) -> Result<Vec<Schedule>, Failure> {
    let keys = match &revoke.customer_uid {
        Some(uid) => Some(
            engine
                .store()
                .billing_keys_called(store, &customer_uid(uid)?)
                .await
                .map_err(EngineError::from)?,
        ),
        None => None,
    };
    let Some(uids) = revoke.merchant_uids else {
        let query = ScheduleQuery {
            store_id: store.clone(),
            billing_keys: keys,
            from: DateTime::<Utc>::UNIX_EPOCH,
            until: DateTime::<Utc>::MAX_UTC,
            statuses: vec![ScheduleStatus::Scheduled],
            is_for_test: None,
            sort: ScheduleSort::TimeToPay,
            ascending: true,
            skip: 0,
            count_max: REVOKED_COUNT_MAX,
        };
        return Ok(engine.schedules(&query).await?.items);
    };
    let mut found = Vec::new();
    for uid in uids.iter().take(REVOKED_COUNT_MAX) {
        let schedule = match engine.schedule_of_payment(store, &payment_id(uid)?).await {
            Err(EngineError::ScheduleNotFound(_)) => continue,
            known => known?,
        };
        let is_of_key = keys.as_ref().is_none_or(|keys| keys.contains(&schedule.billing_key));
        let is_new = found.iter().all(|known: &Schedule| known.id != schedule.id);
        if schedule.status == ScheduleStatus::Scheduled && is_of_key && is_new {
            found.push(schedule);
        }
    }
    Ok(found)
}

fn payment_id(uid: &str) -> Result<PaymentId, EngineError> {
    uid.trim().parse().map_err(|_| EngineError::ScheduleNotFound(uid.to_owned()))
}

async fn shown(engine: &Engine, schedule: Schedule) -> Result<Response, Failure> {
    let told = views(engine, std::slice::from_ref(&schedule)).await?;
    let views = told.views();
    let view = views.first().ok_or_else(|| EngineError::ScheduleNotFound(schedule.id.to_string()))?;
    Ok(envelope::ok(view))
}

/// Schedules with what their answers need beside them.
struct Told<'a>(Vec<(&'a Schedule, String, Option<Transaction>)>);

impl Told<'_> {
    fn views(&self) -> Vec<ScheduleView<'_>> {
        let views = self.0.iter();
        views.map(|(schedule, uid, attempt)| ScheduleView::of(schedule, uid, attempt.as_ref())).collect()
    }
}

/// The name of the key a schedule pays with: as it was given, else the key's own, else the key itself.
async fn key_name(engine: &Engine, schedule: &Schedule) -> Result<String, EngineError> {
    if let Some(uid) = &schedule.customer_uid {
        return Ok(uid.to_string());
    }
    let key = engine.store().billing_key(&schedule.store_id, &schedule.billing_key).await?;
    let own = key.and_then(|key| key.customer_uid).map(|uid| uid.to_string());
    Ok(own.unwrap_or_else(|| schedule.billing_key.to_string()))
}

async fn views<'a>(engine: &Engine, schedules: &'a [Schedule]) -> Result<Told<'a>, EngineError> {
    let mut told = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let store = &schedule.store_id;
        let uid = key_name(engine, schedule).await?;
        let attempts = engine.store().transactions(store, &schedule.order.payment_id).await?;
        let mut own = attempts.into_iter().map(|(attempt, _)| attempt).rev();
        let attempt = own.find(|attempt| attempt.schedule_id.as_ref() == Some(&schedule.id));
        told.push((schedule, uid, attempt));
    }
    Ok(Told(told))
}
