//! Schedules: payments to be made later.

use portone_core::{Environment, PaymentScheduleId, PgBillingKey};
use portone_engine::event::EventKind;
use portone_engine::idempotency::{Fingerprint, KeptAnswer, KeyDigest};
use portone_engine::ledger::{IssueResult, PaymentStatus, Schedule, ScheduleStatus, Transaction};
use portone_engine::port::idempotency::{ClaimKey, HeldKey};
use portone_engine::port::{
    Begin, BeginPayment, CreateSchedule, Dependents, NewTransaction, RefusedPayment, RefusedSchedule,
    RevokeSchedules, ScheduleQuery, ScheduleSort, Settle, SettleTransaction, Store,
};

use super::records::{
    at, attempt_id, begin, billing_key, decision, delete_attempts, event, failed, group_id, issue_attempts,
    key_record, other_store_id, paid, pay_attempt_id, payment_id, settle_paid, store_id, transaction,
};

/// A schedule comes back as it was kept.
pub async fn every_part_of_a_schedule_comes_back(store: &dyn Store) {
    issue(store, 1).await;
    let kept = Schedule {
        customer_uid: Some("card-1".parse().expect("a name")),
        channel_key: Some(super::records::channel_key(1)),
        channel_group: None,
        installment_month: Some(3),
        use_free_interest_from_merchant: Some(true),
        use_card_point: Some(false),
        locale: Some("KO_KR".to_owned()),
        custom_data: Some("{}".to_owned()),
        notice_urls: vec!["https://shop.example.com/hook".to_owned()],
        ..schedule(1, 100)
    };
    assert_eq!(store.create_schedule(kept.clone(), None).await, Ok(CreateSchedule::Created));
    assert_eq!(store.schedule(&store_id(), &id(1)).await, Ok(Some(kept)));
    assert_eq!(store.schedule(&other_store_id(), &id(1)).await, Ok(None));
    assert_eq!(store.schedule(&store_id(), &id(2)).await, Ok(None));
}

/// A payment has one schedule that is not over, and none once it is paid; a revoked one frees it.
pub async fn a_payment_has_one_schedule(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 100).await;
    let again = |number| Schedule { id: id(number), ..schedule(1, 200) };
    assert_eq!(store.create_schedule(again(2), None).await, Ok(CreateSchedule::AlreadyScheduled));
    assert_eq!(store.begin_payment(begin(1, 1)).await, Ok(BeginPayment::Scheduled));
    let revoked = store.revoke_schedules(&store_id(), None, Some(&[id(1)]), at(5)).await;
    assert_eq!(revoked, Ok(RevokeSchedules::Revoked(vec![id(1)])));
    assert_eq!(store.begin_payment(begin(1, 1)).await, Ok(BeginPayment::Begun));
    assert_eq!(store.create_schedule(again(2), None).await, Ok(CreateSchedule::AlreadyPaidOrWaiting));
    store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    assert_eq!(store.create_schedule(again(2), None).await, Ok(CreateSchedule::AlreadyPaidOrWaiting));
}

/// A key that is deleted, or is being deleted, is not scheduled with; one that is scheduled with is not deleted.
pub async fn a_schedule_and_a_deletion_exclude_each_other(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 100).await;
    let refused = store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await;
    assert_eq!(refused, Ok(Begin::Scheduled));
    let dependents = Dependents { billing_keys: 1, schedules: 1 };
    assert_eq!(store.dependents(&group_id()).await, Ok(dependents));
    let revoked = store.revoke_schedules(&store_id(), Some(&billing_key(1)), None, at(5)).await;
    assert_eq!(revoked, Ok(RevokeSchedules::Revoked(vec![id(1)])));
    assert_eq!(store.dependents(&group_id()).await, Ok(Dependents { billing_keys: 1, schedules: 0 }));
    let begun = store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await;
    assert_eq!(begun, Ok(Begin::Begun));
    assert_eq!(store.create_schedule(schedule(2, 100), None).await, Ok(CreateSchedule::BillingKeyDeleted));
}

/// Its gateway may stand still until another has taken the request up again, and told its shop that it was refused: what was
/// refused is not made. Nor is it where the claim was let go, or the answer is kept.
pub async fn a_schedule_is_made_while_its_request_holds_its_key(store: &dyn Store) {
    const LEASE_S: i64 = 60;
    issue(store, 1).await;
    let claim = async |second| {
        let (now, lease_until, expires_at) = (at(second), at(second + LEASE_S), at(1_000));
        let (key, fingerprint, operation) = (KeyDigest([1; 32]), Fingerprint([9; 32]), attempt_id(1));
        let claim = ClaimKey { key, fingerprint, operation: operation.clone(), now, lease_until, expires_at };
        store.claim_key(claim).await.expect("is asked");
        HeldKey { key, operation, until: lease_until }
    };
    let make = async |held: &HeldKey| store.create_schedule(schedule(1, 100), Some(held.clone())).await;
    let nobodys = HeldKey { key: KeyDigest([1; 32]), operation: attempt_id(1), until: at(LEASE_S) };
    assert_eq!(make(&nobodys).await, Ok(CreateSchedule::GivenUp), "no such key");
    let first = claim(0).await;
    assert_eq!(first, nobodys);
    let anothers = HeldKey { operation: attempt_id(2), ..first.clone() };
    assert_eq!(make(&anothers).await, Ok(CreateSchedule::GivenUp), "another request's");
    let second = claim(LEASE_S).await;
    assert_eq!(make(&first).await, Ok(CreateSchedule::GivenUp), "taken up again");
    store.release_key(second.key, &second.operation, at(LEASE_S + 1)).await.expect("is let go");
    assert_eq!(make(&second).await, Ok(CreateSchedule::GivenUp), "let go");
    let third = claim(LEASE_S + 1).await;
    let answer = KeptAnswer { status: 404, body: "{}".to_owned() };
    assert_eq!(store.schedule(&store_id(), &id(1)).await, Ok(None));
    assert_eq!(make(&third).await, Ok(CreateSchedule::Created));
    let revoked = store.revoke_schedules(&store_id(), None, Some(&[id(1)]), at(5)).await;
    assert_eq!(revoked, Ok(RevokeSchedules::Revoked(vec![id(1)])));
    assert_eq!(store.finish_key(third.clone(), answer, at(1_000)).await, Ok(true));
    let again = store.create_schedule(Schedule { id: id(2), ..schedule(1, 200) }, Some(third)).await;
    assert_eq!(again, Ok(CreateSchedule::GivenUp), "answered");
}

/// A due schedule is taken up by one gateway at a time, the longest due first, and again when the lease is over.
pub async fn due_schedules_are_claimed_once_and_the_longest_due_first(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 30).await;
    create(store, 2, 20).await;
    create(store, 3, 90).await;
    assert_eq!(store.claim_schedules(at(19), at(100), 10).await, Ok(Vec::new()));
    let first = store.claim_schedules(at(50), at(100), 1).await.expect("claims");
    let expected = Schedule {
        status: ScheduleStatus::Started,
        started_at: Some(at(50)),
        run_count: 1,
        ..schedule(2, 20)
    };
    assert_eq!(first, std::slice::from_ref(&expected));
    assert_eq!(store.schedule(&store_id(), &id(2)).await, Ok(Some(expected)));
    assert_eq!(claimed(store, 50, 100).await, [id(1)]);
    assert_eq!(claimed(store, 60, 200).await, []);
    assert_eq!(claimed(store, 100, 200).await, [id(3), id(1), id(2)]);
    let again = store.schedule(&store_id(), &id(2)).await.expect("reads").expect("is there");
    assert_eq!((again.started_at, again.run_count), (Some(at(50)), 2));
}

/// A scheduled payment begins only while its schedule is started, and takes the schedule with it.
pub async fn a_schedule_follows_its_payment(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 10).await;
    assert_eq!(store.begin_payment(scheduled(1, 1)).await, Ok(BeginPayment::Scheduled), "not started");
    claimed(store, 10, 100).await;
    assert_eq!(store.await_schedule(&id(1), at(11)).await, Ok(Settle::AlreadySettled), "nothing is open");
    assert_eq!(store.begin_payment(scheduled(1, 1)).await, Ok(BeginPayment::Begun));
    assert_eq!(store.begin_payment(scheduled(2, 1)).await, Ok(BeginPayment::Outstanding));
    assert_eq!(store.await_schedule(&id(1), at(11)).await, Ok(Settle::Settled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Pending, Some(at(11))));
    assert_eq!(claimed(store, 500, 600).await, []);
    let settled = store.settle_transaction(settle(paid(by_schedule(1, 1)))).await;
    assert_eq!(settled, Ok(Settle::Settled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Succeeded, Some(at(1))));
    assert_eq!(store.begin_payment(scheduled(2, 1)).await, Ok(BeginPayment::Scheduled), "it is over");
    let read = store.transaction(&transaction(1, 1).id).await.expect("reads").expect("is there");
    assert_eq!(read.schedule_id, Some(id(1)));
}

/// A refused payment ends its schedule; one of which nothing was sent is taken up again at its time.
pub async fn a_schedule_of_which_nothing_was_sent_is_claimed_again(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 10).await;
    claimed(store, 10, 100).await;
    store.begin_payment(scheduled(1, 1)).await.expect("begins");
    let again = SettleTransaction { run_again_at: Some(at(70)), ..settle(failed(by_schedule(1, 1))) };
    assert_eq!(store.settle_transaction(again).await, Ok(Settle::Settled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Started, None));
    assert_eq!(claimed(store, 69, 200).await, []);
    assert_eq!(claimed(store, 70, 200).await, [id(1)]);
    assert_eq!(store.begin_payment(scheduled(2, 1)).await, Ok(BeginPayment::Begun));
    let refused = Transaction { seq: 2, ..failed(by_schedule(2, 1)) };
    assert_eq!(store.settle_transaction(settle(refused)).await, Ok(Settle::Settled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Failed, Some(at(1))));
    assert_eq!(claimed(store, 500, 600).await, []);
}

/// A schedule that routing refused is over, with a failed payment and its announcement.
pub async fn a_schedule_that_no_pg_was_asked_about_ends_with_a_failed_payment(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 10).await;
    let refused = || {
        let transaction = failed(by_schedule(1, 1));
        let events = vec![event(&transaction, EventKind::Failed)];
        let payment = RefusedPayment { transaction, decision: decision(), events };
        RefusedSchedule { id: id(1), now: at(12), payment: Some(payment) }
    };
    assert_eq!(store.refuse_schedule(refused()).await, Ok(Settle::AlreadySettled), "it is not started");
    claimed(store, 10, 100).await;
    assert_eq!(store.refuse_schedule(refused()).await, Ok(Settle::Settled));
    assert_eq!(store.refuse_schedule(refused()).await, Ok(Settle::AlreadySettled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Failed, Some(at(12))));
    let payment = store.latest_transaction(&store_id(), &payment_id(1)).await.expect("reads");
    assert_eq!(payment.map(|payment| (payment.seq, payment.status)), Some((1, PaymentStatus::Failed)));
    let events = store.events(&store_id(), 0, 10).await.expect("reads");
    assert_eq!(events.iter().filter(|(_, event)| event.kind == EventKind::Failed).count(), 1);
}

/// A gateway that stood still may refuse a schedule that another has begun to pay meanwhile: the payment wins.
pub async fn a_schedule_that_is_being_paid_is_not_refused(store: &dyn Store) {
    issue(store, 1).await;
    create(store, 1, 10).await;
    claimed(store, 10, 100).await;
    store.begin_payment(scheduled(1, 1)).await.expect("begins");
    let transaction = failed(by_schedule(2, 1));
    let payment = RefusedPayment { transaction, decision: decision(), events: Vec::new() };
    let refused = RefusedSchedule { id: id(1), now: at(101), payment: Some(payment) };
    assert_eq!(store.refuse_schedule(refused).await, Ok(Settle::AlreadySettled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Started, None));
    let settled = store.settle_transaction(settle(paid(by_schedule(1, 1)))).await;
    assert_eq!(settled, Ok(Settle::Settled));
    assert_eq!(state(store, 1).await, (ScheduleStatus::Succeeded, Some(at(1))));
}

/// All are called off or none.
pub async fn schedules_are_revoked_together_or_not_at_all(store: &dyn Store) {
    issue(store, 1).await;
    issue(store, 2).await;
    for number in 1..=3 {
        create(store, number, 100 + i64::try_from(number).expect("is small")).await;
    }
    let of_another = Schedule { billing_key: billing_key(2), ..schedule(4, 100) };
    assert_eq!(store.create_schedule(of_another, None).await, Ok(CreateSchedule::Created));
    let revoke = async |key: Option<u64>, numbers: &[u64]| {
        let (key, ids) = (key.map(billing_key), numbers.iter().map(|number| id(*number)).collect::<Vec<_>>());
        store.revoke_schedules(&store_id(), key.as_ref(), Some(&ids), at(5)).await.expect("revokes")
    };
    assert_eq!(revoke(None, &[1, 9]).await, RevokeSchedules::NotFound(id(9)));
    assert_eq!(revoke(Some(1), &[1, 4]).await, RevokeSchedules::NotFound(id(4)));
    assert_eq!(revoke(None, &[2]).await, RevokeSchedules::Revoked(vec![id(2)]));
    assert_eq!(revoke(None, &[1, 2]).await, RevokeSchedules::AlreadyRevoked(id(2)));
    assert_eq!(claimed(store, 101, 300).await, [id(4), id(1)]);
    assert_eq!(revoke(None, &[3, 1]).await, RevokeSchedules::AlreadyProcessed(id(1)));
    let foreign = store.revoke_schedules(&other_store_id(), None, Some(&[id(3)]), at(5)).await;
    assert_eq!(foreign, Ok(RevokeSchedules::NotFound(id(3))));
    let all = store.revoke_schedules(&store_id(), Some(&billing_key(1)), None, at(6)).await;
    assert_eq!(all, Ok(RevokeSchedules::Revoked(vec![id(3)])), "what waits, and nothing else");
    let read = store.schedule(&store_id(), &id(3)).await.expect("reads").expect("is there");
    assert_eq!((read.status, read.revoked_at), (ScheduleStatus::Revoked, Some(at(6))));
    assert_eq!(claimed(store, 105, 300).await, []);
}

/// Lists are filtered, sorted and cut into pages, of a store or of a key.
pub async fn schedules_are_listed_by_page(store: &dyn Store) {
    issue(store, 1).await;
    issue(store, 2).await;
    create(store, 1, 30).await;
    create(store, 2, 20).await;
    create(store, 3, 40).await;
    let live = Schedule { billing_key: billing_key(2), environment: Environment::Live, ..schedule(4, 10) };
    assert_eq!(store.create_schedule(live, None).await, Ok(CreateSchedule::Created));
    store.revoke_schedules(&store_id(), None, Some(&[id(3)]), at(5)).await.expect("revokes");
    let base = ScheduleQuery {
        store_id: store_id(),
        billing_keys: None,
        from: at(0),
        until: at(100),
        statuses: Vec::new(),
        is_for_test: None,
        sort: ScheduleSort::TimeToPay,
        ascending: true,
        skip: 0,
        count_max: 10,
    };
    let listed = async |query: ScheduleQuery| {
        let page = store.schedules(&query).await.expect("reads");
        (page.items.into_iter().map(|schedule| schedule.id).collect::<Vec<_>>(), page.total_count)
    };
    assert_eq!(listed(base.clone()).await, (vec![id(4), id(2), id(1), id(3)], 4));
    let page = ScheduleQuery { ascending: false, skip: 1, count_max: 2, ..base.clone() };
    assert_eq!(listed(page).await, (vec![id(1), id(2)], 4));
    let window = ScheduleQuery { from: at(20), until: at(30), ..base.clone() };
    assert_eq!(listed(window).await, (vec![id(2), id(1)], 2));
    let waiting = ScheduleQuery { statuses: vec![ScheduleStatus::Scheduled], ..base.clone() };
    assert_eq!(listed(waiting).await, (vec![id(4), id(2), id(1)], 3));
    let test = ScheduleQuery { is_for_test: Some(true), ..base.clone() };
    assert_eq!(listed(test).await.1, 3);
    let of_key = ScheduleQuery { billing_keys: Some(vec![billing_key(1)]), count_max: 2, ..base.clone() };
    assert_eq!(listed(of_key).await, (vec![id(2), id(1)], 3));
    for billing_keys in [None, Some(vec![billing_key(1), billing_key(2)])] {
        for ascending in [true, false] {
            for sort in [ScheduleSort::CreatedAt, ScheduleSort::CompletedAt, ScheduleSort::StatusTimestamp] {
                let sorted =
                    ScheduleQuery { sort, ascending, billing_keys: billing_keys.clone(), ..base.clone() };
                let (found, count) = listed(sorted).await;
                assert_eq!(found.len(), count);
                let first = if ascending { found.first() } else { found.last() };
                // Number 3 was called off first of all.
                assert!(sort != ScheduleSort::StatusTimestamp || first == Some(&id(3)), "{found:?}");
            }
        }
    }
    assert_eq!(listed(ScheduleQuery { store_id: other_store_id(), ..base }).await, (Vec::new(), 0));
}

pub(super) fn id(number: u64) -> PaymentScheduleId {
    PaymentScheduleId::parse(&format!("payment-schedule-{number:016}")).expect("an id")
}

/// A schedule of payment `number` with key 1.
pub fn schedule(number: u64, seconds: i64) -> Schedule {
    Schedule {
        id: id(number),
        store_id: store_id(),
        status: ScheduleStatus::Scheduled,
        billing_key: billing_key(1),
        customer_uid: None,
        channel_key: None,
        channel_group: Some(group_id()),
        environment: Environment::Test,
        order: transaction(number, number).order,
        installment_month: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
        locale: None,
        custom_data: None,
        notice_urls: Vec::new(),
        origin_ip: "203.0.113.10".to_owned(),
        face: portone_engine::ledger::Face::V1,
        created_at: at(0),
        time_to_pay: at(seconds),
        started_at: None,
        completed_at: None,
        revoked_at: None,
        run_count: 0,
    }
}

pub(super) async fn create(store: &dyn Store, number: u64, seconds: i64) {
    assert_eq!(store.create_schedule(schedule(number, seconds), None).await, Ok(CreateSchedule::Created));
}

/// Issues a key at both channels.
pub async fn issue(store: &dyn Store, number: u64) {
    let begun = store.begin_issue(key_record(number), decision(), issue_attempts(number)).await;
    assert_eq!(begun, Ok(()));
    for channel in 1..=2 {
        let pg_billing_key = PgBillingKey::parse("pg-key").expect("a key");
        let issued = IssueResult::Issued { pg_billing_key, issued_at: at(1), card: None };
        store.settle_issue(&attempt_id(10 * number + channel), issued, at(1)).await.expect("settles");
    }
}

/// A schedule of payment `number` that was taken up.
pub(super) async fn start(store: &dyn Store, number: u64) {
    issue(store, number).await;
    create(store, number, 10).await;
    claimed(store, 10, 100).await;
}

async fn claimed(store: &dyn Store, now: i64, until: i64) -> Vec<PaymentScheduleId> {
    let claimed = store.claim_schedules(at(now), at(until), 10).await.expect("claims");
    claimed.into_iter().map(|schedule| schedule.id).collect()
}

pub(super) async fn state(
    store: &dyn Store,
    number: u64,
) -> (ScheduleStatus, Option<chrono::DateTime<chrono::Utc>>) {
    let read = store.schedule(&store_id(), &id(number)).await.expect("reads").expect("is there");
    (read.status, read.completed_at)
}

/// Transaction `number` of a payment with a schedule.
pub(super) fn by_schedule(number: u64, payment: u64) -> Transaction {
    Transaction { schedule_id: Some(id(payment)), ..transaction(number, payment) }
}

pub(super) fn scheduled(number: u64, payment: u64) -> NewTransaction {
    NewTransaction { transaction: by_schedule(number, payment), ..begin(number, payment) }
}

/// The result of a transaction that [`scheduled`] began first.
pub(super) fn settle(transaction: Transaction) -> SettleTransaction {
    let number = if transaction.seq == 2 { 2 } else { 1 };
    SettleTransaction {
        attempt: pay_attempt_id(number),
        opened_at: None,
        events: Vec::new(),
        transaction,
        verify_at: None,
        run_again_at: None,
        key: None,
    }
}
