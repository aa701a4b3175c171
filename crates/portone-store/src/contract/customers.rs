//! What V1's subscriptions need: names of billing keys, and schedules that change.

use portone_core::{CustomerUid, PgBillingKey};
use portone_engine::ledger::{BillingKeyRecord, IssueResult, Schedule, ScheduleStatus, Transaction};
use portone_engine::port::{
    Begin, CreateSchedule, NewSchedules, NewTransaction, Reopen, ReopenSchedule, Store, TakenUp,
};

use super::records::{
    at, attempt_id, begin, billing_key, decision, delete_attempts, group_id, issue_attempts, key_record,
    other_store_id, payment_id, store_id, transaction_id,
};
use super::schedules::{create, id, schedule};

const OVER: &[ScheduleStatus] = &[ScheduleStatus::Failed, ScheduleStatus::Revoked];
const WAITING: &[ScheduleStatus] = &[ScheduleStatus::Scheduled];

fn uid() -> CustomerUid {
    CustomerUid::parse("gildong_0001").expect("a name")
}

/// Issues a key under the name; its PGs issue it at that second.
async fn issue(store: &dyn Store, number: u64, seconds: i64) {
    let record = BillingKeyRecord { customer_uid: Some(uid()), ..key_record(number) };
    store.begin_issue(record, decision(), issue_attempts(number)).await.expect("begins");
    for channel in 1..=2 {
        let pg_billing_key = PgBillingKey::parse("pg-key").expect("a key");
        let issued = IssueResult::Issued { pg_billing_key, issued_at: at(seconds), card: None };
        store.settle_issue(&attempt_id(10 * number + channel), issued, at(seconds)).await.expect("settles");
    }
}

async fn called(store: &dyn Store) -> Option<u64> {
    let found = store.billing_key_called(&store_id(), &uid()).await.expect("reads")?;
    assert_eq!(found.customer_uid, Some(uid()));
    (1..=3).find(|number| billing_key(*number) == found.key)
}

/// The last key issued under a name is what it means, in its store; a key without a name goes by its own.
pub async fn a_name_means_the_last_key_issued_under_it(store: &dyn Store) {
    assert_eq!(called(store).await, None);
    issue(store, 1, 10).await;
    let record = BillingKeyRecord { customer_uid: Some(uid()), ..key_record(2) };
    store.begin_issue(record, decision(), issue_attempts(2)).await.expect("begins");
    assert_eq!(called(store).await, Some(1), "one that is being issued means nothing yet");
    issue(store, 3, 20).await;
    assert_eq!(called(store).await, Some(3));
    assert_eq!(store.billing_key_called(&other_store_id(), &uid()).await, Ok(None));
    let own = CustomerUid::parse(billing_key(1).as_str()).expect("a name");
    let found = store.billing_key_called(&store_id(), &own).await.expect("reads").expect("is there");
    assert_eq!(found.key, billing_key(1));
    let mut every = store.billing_keys_called(&store_id(), &uid()).await.expect("reads");
    every.sort();
    assert_eq!(every, [billing_key(1), billing_key(2), billing_key(3)]);
}

/// With its next key a name's schedules are that key's; those that name the key itself stay.
pub async fn schedules_of_a_name_go_over_to_its_next_key(store: &dyn Store) {
    issue(store, 1, 10).await;
    let named = Schedule { customer_uid: Some(uid()), ..schedule(1, 100) };
    assert_eq!(store.create_schedule(named).await, Ok(CreateSchedule::Created));
    create(store, 2, 100).await;
    issue(store, 2, 20).await;
    let key = async |number| {
        store.schedule(&store_id(), &id(number)).await.expect("reads").expect("is there").billing_key
    };
    assert_eq!((key(1).await, key(2).await), (billing_key(2), billing_key(1)));
    // A key that turns out to be older than the last one changes nothing.
    issue(store, 3, 15).await;
    assert_eq!(key(1).await, billing_key(2));
    let despite =
        store.begin_delete_despite_schedules(&store_id(), &billing_key(2), delete_attempts(2)).await;
    assert_eq!(despite, Ok(Begin::Begun));
}

/// Attempts are found by what V1 calls their key, the latest first.
pub async fn payments_are_found_by_their_customer(store: &dyn Store) {
    for number in 1..=3 {
        let new = begin(number, number);
        let customer_uid = (number != 3).then(uid);
        let billing_key = Some(billing_key(1));
        let transaction = Transaction { customer_uid, billing_key, ..new.transaction };
        store.begin_payment(NewTransaction { transaction, ..new }).await.expect("begins");
    }
    let page = store.payments_of_customer(&store_id(), &uid(), 0, 10).await.expect("reads");
    let ids: Vec<_> = page.items.iter().map(|item| item.id.clone()).collect();
    assert_eq!((ids, page.total_count), (vec![transaction_id(2), transaction_id(1)], 2));
    let page = store.payments_of_customer(&store_id(), &uid(), 1, 10).await.expect("reads");
    assert_eq!((page.items.len(), page.total_count), (1, 2));
    let own = CustomerUid::parse(billing_key(1).as_str()).expect("a name");
    let page = store.payments_of_customer(&store_id(), &own, 0, 10).await.expect("reads");
    assert_eq!(page.total_count, 1, "one without a name of its own");
}

/// One that is refused keeps the others out too.
pub async fn schedules_are_made_together_or_not_at_all(store: &dyn Store) {
    issue(store, 1, 10).await;
    create(store, 2, 100).await;
    let new = |number| Schedule { id: id(number + 10), ..schedule(number, 100) };
    let refused = store.create_schedules(vec![new(1), new(2)]).await;
    assert_eq!(refused, Ok(NewSchedules::Refused(1, CreateSchedule::AlreadyScheduled)));
    assert_eq!(store.schedule_of_payment(&store_id(), &payment_id(1)).await, Ok(None));
    assert_eq!(store.create_schedules(vec![new(1), new(3)]).await, Ok(NewSchedules::Created));
    let found = store.schedule_of_payment(&store_id(), &payment_id(3)).await.expect("reads");
    assert_eq!(found.map(|schedule| schedule.id), Some(id(13)));
    assert_eq!(store.schedule_of_payment(&other_store_id(), &payment_id(3)).await, Ok(None));
}

/// One that waits is moved; one that is over is opened again, and taken up by one.
pub async fn a_schedule_is_moved_and_opened_again(store: &dyn Store) {
    issue(store, 1, 10).await;
    create(store, 1, 100).await;
    let reopen = |from, seconds| Reopen {
        store_id: store_id(),
        id: id(1),
        from,
        time_to_pay: at(seconds),
        billing_key: billing_key(1),
        channel_group: Some(group_id()),
        taken_up: None,
    };
    let refused = store.reopen_schedule(reopen(OVER, 200)).await;
    assert_eq!(refused, Ok(ReopenSchedule::InState(ScheduleStatus::Scheduled)));
    let moved = store.reopen_schedule(reopen(WAITING, 200)).await;
    let expected = Schedule { time_to_pay: at(200), ..schedule(1, 100) };
    assert_eq!(moved, Ok(ReopenSchedule::Done(Box::new(expected.clone()))));
    assert_eq!(store.claim_schedules(at(199), at(300), 10).await, Ok(Vec::new()));
    store.revoke_schedules(&store_id(), None, Some(&[id(1)]), at(5)).await.expect("revokes");
    let refused = store.reopen_schedule(reopen(WAITING, 300)).await;
    assert_eq!(refused, Ok(ReopenSchedule::InState(ScheduleStatus::Revoked)));
    let again = Schedule { id: id(2), ..schedule(1, 50) };
    assert_eq!(store.create_schedule(again).await, Ok(CreateSchedule::Created));
    assert_eq!(store.reopen_schedule(reopen(OVER, 300)).await, Ok(ReopenSchedule::AlreadyScheduled));
    store.revoke_schedules(&store_id(), None, Some(&[id(2)]), at(5)).await.expect("revokes");
    let taken_up = Some(TakenUp { now: at(250), until: at(290), run_count: 6 });
    let started = store.reopen_schedule(Reopen { taken_up, ..reopen(OVER, 200) }).await;
    let (status, started_at) = (ScheduleStatus::Started, Some(at(250)));
    let expected = Schedule { status, started_at, run_count: 6, ..expected };
    assert_eq!(started, Ok(ReopenSchedule::Done(Box::new(expected))));
    assert_eq!(store.claim_schedules(at(289), at(300), 10).await, Ok(Vec::new()), "its lease holds");
    let missing = store.reopen_schedule(Reopen { id: id(9), ..reopen(OVER, 300) }).await;
    assert_eq!(missing, Ok(ReopenSchedule::NotFound));
}
