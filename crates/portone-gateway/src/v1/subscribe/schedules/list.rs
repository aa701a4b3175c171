//! Lists of schedules (rule V1-072).

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Months, TimeDelta, Utc};
use portone_core::StoreId;
use portone_engine::Engine;
use portone_engine::ledger::ScheduleStatus;
use portone_engine::port::{ScheduleQuery, ScheduleSort};

use super::views;
use crate::fields::Fields;
use crate::state::Gateway;
use crate::v1::endpoint::Endpoint;
use crate::v1::error::{Failure, V1Error, texts};
use crate::v1::query::Page;
use crate::v1::subscribe::customer_uid;
use crate::v1::{Call, answer, envelope, read, rules};

/// How long a list of a store's schedules looks at most.
const RANGE_MAX: Months = Months::new(3);

/// What the two kinds of lists call their parameters.
struct Names {
    from: &'static str,
    to: &'static str,
    status: &'static str,
    known: &'static [&'static str],
    range_max: Option<Months>,
}

const OF_RANGE: Names = Names {
    from: "schedule_from",
    to: "schedule_to",
    status: "schedule_status",
    known: &["schedule_from", "schedule_to", "schedule_status", "page", "limit", "sorting"],
    range_max: Some(RANGE_MAX),
};
const OF_CUSTOMER: Names = Names {
    from: "from",
    to: "to",
    status: "schedule-status",
    known: &["from", "to", "schedule-status", "page"],
    range_max: None,
};

/// `GET /subscribe/payments/schedule`
pub(in crate::v1) async fn of_range(State(gateway): State<Gateway>, call: Call<()>) -> Response {
    let read = read(Endpoint::Schedules, call.query(), &rules::SCHEDULES, OF_RANGE.known, |fields| {
        query(fields, &OF_RANGE, call.access.store())
    });
    answer(&gateway, Endpoint::Schedules, read, |engine, query| async move { listed(&engine, query).await })
        .await
}

/// `GET /subscribe/customers/{customer_uid}/schedules` and `GET /subscribe/payments/schedule/customers/{customer_uid}`
pub(in crate::v1) async fn of_customer(State(gateway): State<Gateway>, call: Call) -> Response {
    let endpoint = Endpoint::KeySchedules;
    let read = read(endpoint, call.query(), &rules::SCHEDULES, OF_CUSTOMER.known, |fields| {
        query(fields, &OF_CUSTOMER, call.access.store())
    });
    answer(&gateway, endpoint, read, |engine, query| async move {
        let uid = customer_uid(&call.id)?;
        let keys = engine.store().billing_keys_called(call.access.store(), &uid).await;
        let keys = keys.map_err(portone_engine::EngineError::from)?;
        if keys.is_empty() {
            return Err(V1Error::missing(endpoint, texts::NO_CUSTOMER).into());
        }
        listed(&engine, ScheduleQuery { billing_keys: Some(keys), ..query }).await
    })
    .await
}

async fn listed(engine: &Engine, query: ScheduleQuery) -> Result<Response, Failure> {
    let page = engine.schedules(&query).await?;
    Ok(envelope::ok(&views(engine, &page.items).await?.views()))
}

fn query(fields: &Fields<'_, '_>, names: &Names, store: &StoreId) -> Option<ScheduleQuery> {
    let (from, to) = (moment(fields, names.from), moment(fields, names.to));
    if let (Some(from), Some(to)) = (from, to) {
        check_range(fields, names, from, to);
    }
    let page = Page::read(fields);
    let statuses = fields.choice(names.status, STATUSES.into_iter());
    let ascending = fields.choice("sorting", [("scheduled", true), ("-scheduled", false)].into_iter());
    Some(ScheduleQuery {
        store_id: store.clone(),
        billing_keys: None,
        from: from?,
        // The end is excluded, and times have milliseconds.
        until: to? - TimeDelta::milliseconds(1),
        statuses: statuses.map(<[_]>::to_vec).unwrap_or_default(),
        is_for_test: None,
        sort: ScheduleSort::TimeToPay,
        ascending: ascending.unwrap_or(false),
        skip: page.offset(),
        count_max: page.count_max(),
    })
}

const STATUSES: [(&str, &[ScheduleStatus]); 3] = [
    ("scheduled", &[ScheduleStatus::Scheduled, ScheduleStatus::Started]),
    ("executed", &[ScheduleStatus::Pending, ScheduleStatus::Succeeded, ScheduleStatus::Failed]),
    ("revoked", &[ScheduleStatus::Revoked]),
];

/// UNIX seconds that have to be there.
fn moment(fields: &Fields<'_, '_>, name: &str) -> Option<DateTime<Utc>> {
    let moment = DateTime::from_timestamp(fields.need_int64_from(name, 0)?, 0);
    if moment.is_none() {
        fields.add(name, "is no time; send a UNIX time in seconds");
    }
    moment
}

fn check_range(fields: &Fields<'_, '_>, names: &Names, from: DateTime<Utc>, to: DateTime<Utc>) {
    if from >= to {
        fields.add(names.from, format!("is not before `{}`; send an earlier one", names.to));
    }
    let end = names.range_max.and_then(|months| from.checked_add_months(months));
    if end.is_some_and(|end| to > end) {
        let message = format!("is more than three months before `{}`; send a later one", names.to);
        fields.add(names.from, message);
    }
}
