//! The part of the port that keeps schedules, on SQLite.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use portone_core::{BillingKey, PaymentScheduleId, StoreId};
use portone_engine::ledger::Schedule;
use portone_engine::port::idempotency::HeldKey;
use portone_engine::port::{
    CreateSchedule, RefusedSchedule, RevokeSchedules, SchedulePage, ScheduleQuery, ScheduleStore, Settle,
    StoreError,
};

use super::schedules::{self, RefusedRows, ScheduleRow};
use super::{SqlStore, read};

#[async_trait]
impl ScheduleStore for SqlStore {
    async fn create_schedule(
        &self,
        schedule: Schedule,
        held: Option<HeldKey>,
    ) -> Result<CreateSchedule, StoreError> {
        let row = ScheduleRow::encode(schedule)?;
        self.write(move |database| schedules::create(database, &row, held.as_ref())).await
    }

    async fn schedule(
        &self,
        store: &StoreId,
        id: &PaymentScheduleId,
    ) -> Result<Option<Schedule>, StoreError> {
        read!(self, [store, id], |database| schedules::find(database, store, id))
    }

    async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage, StoreError> {
        let query = query.clone();
        self.read_long(move |database| database.snapshot(|| schedules::page(database, &query))).await
    }

    async fn revoke_schedules(
        &self,
        store: &StoreId,
        key: Option<&BillingKey>,
        ids: Option<&[PaymentScheduleId]>,
        now: DateTime<Utc>,
    ) -> Result<RevokeSchedules, StoreError> {
        let (store, key, ids) = (store.clone(), key.cloned(), ids.map(<[_]>::to_vec));
        self.write(move |database| schedules::revoke(database, &store, key.as_ref(), ids.as_deref(), now))
            .await
    }

    async fn claim_schedules(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count_max: usize,
    ) -> Result<Vec<Schedule>, StoreError> {
        if !read!(self, [], |database| schedules::is_any_due(database, now))? {
            return Ok(Vec::new());
        }
        self.write(move |database| schedules::claim(database, now, until, count_max)).await
    }

    async fn await_schedule(&self, id: &PaymentScheduleId, now: DateTime<Utc>) -> Result<Settle, StoreError> {
        let id = id.clone();
        self.write(move |database| schedules::await_outcome(database, &id, now)).await
    }

    async fn refuse_schedule(&self, refused: RefusedSchedule) -> Result<Settle, StoreError> {
        let rows = RefusedRows::encode(refused)?;
        self.write(move |database| schedules::refuse(database, &rows)).await
    }
}
