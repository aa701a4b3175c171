//! Billing keys: one key of ours, issued and deleted at several PGs.

use chrono::{DateTime, Utc};
use portone_core::{CardFacts, PgBillingKey};
use portone_engine::event::{EventKind, EventSubject};
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus, IssueResult, KeyChannelState, KeyFailure};
use portone_engine::port::{Begin, Dependents, SettleKey, Store};

use super::records::{
    at, attempt_id, begin, billing_key, delete_attempts, group_id, issue_attempts, key_record,
    other_store_id, pay_attempt_id, store_id,
};

/// A key is told when every channel has answered: issued as soon as one channel did, from the earliest on.
pub async fn a_key_is_pending_until_its_last_channel_is_settled(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    assert_eq!(store.billing_key(&store_id(), &billing_key(1)).await, Ok(Some(key_record(1))));
    assert_eq!(store.open_attempts(10).await, Ok(issue_attempts(1)));
    let refused = store.settle_issue(&attempt_id(11), IssueResult::Failed(failure()), at(5)).await;
    assert_eq!(refused, Ok(SettleKey::Partly));
    assert_eq!(read(store, 1).await.status, BillingKeyStatus::Pending);
    assert_eq!(kinds(store).await, []);
    let last = store.settle_issue(&attempt_id(12), issued("pg-2", at(4)), at(6)).await;
    let mut expected = key_record(1);
    expected.status = BillingKeyStatus::Issued;
    expected.issued_at = Some(at(4));
    expected.channels[0].state = KeyChannelState::Failed(failure());
    expected.channels[1].state = KeyChannelState::Issued(pg_key("pg-2"));
    assert_eq!(last, Ok(SettleKey::Complete(Box::new(expected.clone()))));
    assert_eq!(read(store, 1).await, expected);
    let events = store.events(&store_id(), 0, 10).await.expect("reads");
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].1.kind, events[0].1.at), (EventKind::BillingKeyIssued, at(6)));
    assert_eq!(events[0].1.subject, EventSubject::BillingKey(billing_key(1)));
    assert_eq!(events[0].1.notice_urls, expected.notice_urls);
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// A key that no PG holds has failed, and cannot be deleted.
pub async fn a_key_that_no_channel_issued_has_failed(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    store.settle_issue(&attempt_id(12), IssueResult::Failed(failure()), at(5)).await.expect("settles");
    store.settle_issue(&attempt_id(11), IssueResult::Failed(failure()), at(5)).await.expect("settles");
    let record = read(store, 1).await;
    assert_eq!((record.status, record.issued_at), (BillingKeyStatus::Failed, None));
    assert_eq!(kinds(store).await, [EventKind::BillingKeyFailed]);
    let begun = store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await;
    assert_eq!(begun, Ok(Begin::Changed));
}

/// What a PG tells of the card is kept beside what was known of it, and counts for it.
pub async fn what_a_pg_tells_of_the_card_is_kept(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    let known = read(store, 1).await.card;
    let told = CardFacts { issuer: Some("KB국민카드".to_owned()), ..CardFacts::default() };
    let card = Some(Box::new(told.clone()));
    let result = IssueResult::Issued { pg_billing_key: pg_key("pg-1"), issued_at: at(3), card };
    store.settle_issue(&attempt_id(11), result, at(5)).await.expect("settles");
    store.settle_issue(&attempt_id(12), issued("pg-2", at(3)), at(5)).await.expect("settles");
    let card = read(store, 1).await.card;
    assert_eq!(card.issuer, told.issuer);
    assert_eq!(CardFacts { issuer: known.issuer.clone(), ..card }, known);
}

/// A failure is announced even where the success would be mute.
pub async fn skip_webhook_mutes_success_only(store: &dyn Store) {
    for number in [1, 2] {
        begin_issue(store, BillingKeyRecord { skip_webhook: true, ..key_record(number) }).await;
        assert!(read(store, number).await.skip_webhook);
    }
    issue_at_both(store, 1).await;
    assert_eq!(kinds(store).await, []);
    for attempt in [21, 22] {
        store
            .settle_issue(&attempt_id(attempt), IssueResult::Failed(failure()), at(5))
            .await
            .expect("settles");
    }
    assert_eq!(kinds(store).await, [EventKind::BillingKeyFailed]);
}

/// The first result of a channel counts.
pub async fn a_part_is_settled_once(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    store.settle_issue(&attempt_id(11), issued("pg-1", at(3)), at(5)).await.expect("settles");
    let again = store.settle_issue(&attempt_id(11), IssueResult::Failed(failure()), at(5)).await;
    assert_eq!(again, Ok(SettleKey::AlreadySettled));
    assert_eq!(read(store, 1).await.channels[0].state, KeyChannelState::Issued(pg_key("pg-1")));
    let unknown = store.settle_issue(&attempt_id(99), issued("pg-9", at(3)), at(5)).await;
    assert_eq!(unknown, Ok(SettleKey::AlreadySettled));
    assert_eq!(store.settle_delete(&attempt_id(99), true, false, at(5)).await, Ok(SettleKey::AlreadySettled));
}

/// What would leave a key pending for good, or overwrite another one, is refused whole.
pub async fn a_key_without_attempts_or_with_a_taken_name_is_an_error(store: &dyn Store) {
    assert!(store.begin_issue(key_record(1), "{}".to_owned(), Vec::new()).await.is_err());
    assert_eq!(store.billing_key(&store_id(), &billing_key(1)).await, Ok(None));
    begin_issue(store, key_record(1)).await;
    let taken = BillingKeyRecord { custom_data: None, ..key_record(1) };
    assert!(store.begin_issue(taken, "{}".to_owned(), issue_attempts(2)).await.is_err());
    assert_eq!(read(store, 1).await, key_record(1));
    assert_eq!(store.open_attempts(10).await, Ok(issue_attempts(1)));
}

/// Another store cannot read or delete it.
pub async fn a_key_belongs_to_its_store(store: &dyn Store) {
    let other = portone_engine::port::DeclaredStore {
        id: other_store_id(),
        name: "Other".to_owned(),
        channels: Vec::new(),
        groups: Vec::new(),
    };
    store.apply_declared(vec![other], at(0)).await.expect("is applied");
    begin_issue(store, key_record(1)).await;
    issue_at_both(store, 1).await;
    assert_eq!(store.billing_key(&other_store_id(), &billing_key(1)).await, Ok(None));
    let begun = store.begin_delete(&other_store_id(), &billing_key(1), delete_attempts(1)).await;
    assert_eq!(begun, Ok(Begin::Changed));
    assert_eq!(store.open_attempts(10).await, Ok(Vec::new()));
}

/// A key is gone when the last PG has forgotten it.
pub async fn a_key_is_deleted_with_its_last_channel(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    store.settle_issue(&attempt_id(11), issued("pg-1", at(3)), at(5)).await.expect("settles");
    store.settle_issue(&attempt_id(12), issued("pg-2", at(2)), at(5)).await.expect("settles");
    assert_eq!(read(store, 1).await.issued_at, Some(at(2)));
    let begun = store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await;
    assert_eq!(begun, Ok(Begin::Begun));
    assert_eq!(store.settle_delete(&attempt_id(1_011), true, false, at(8)).await, Ok(SettleKey::Partly));
    assert_eq!(read(store, 1).await.channels[0].state, KeyChannelState::Deleted);
    assert_eq!(read(store, 1).await.status, BillingKeyStatus::Issued);
    let last = store.settle_delete(&attempt_id(1_012), true, false, at(9)).await;
    let record = read(store, 1).await;
    assert_eq!((record.status, record.deleted_at), (BillingKeyStatus::Deleted, Some(at(9))));
    assert_eq!(record.channels[1].state, KeyChannelState::Deleted);
    assert_eq!(last, Ok(SettleKey::Complete(Box::new(record))));
    assert_eq!(kinds(store).await, [EventKind::BillingKeyIssued, EventKind::BillingKeyDeleted]);
}

/// Where a PG keeps its key, ours stays, and the deletion can be tried again there.
pub async fn a_refused_deletion_leaves_the_key_issued(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    issue_at_both(store, 1).await;
    store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await.expect("begins");
    store.settle_delete(&attempt_id(1_012), true, false, at(8)).await.expect("settles");
    let last = store.settle_delete(&attempt_id(1_011), false, false, at(9)).await;
    let record = read(store, 1).await;
    assert_eq!((record.status, record.deleted_at), (BillingKeyStatus::Issued, None));
    assert_eq!(record.channels[0].state, KeyChannelState::Issued(pg_key("pg-1")));
    assert_eq!(record.channels[1].state, KeyChannelState::Deleted);
    assert_eq!(last, Ok(SettleKey::Complete(Box::new(record))));
    assert_eq!(kinds(store).await, [EventKind::BillingKeyIssued]);
    let rest = delete_attempts(1)[..1].to_vec();
    assert_eq!(store.begin_delete(&store_id(), &billing_key(1), rest).await, Ok(Begin::Begun));
    store.settle_delete(&attempt_id(1_011), true, false, at(10)).await.expect("settles");
    assert_eq!(read(store, 1).await.status, BillingKeyStatus::Deleted);
}

/// A deletion begins on an issued key that is not being deleted already.
pub async fn only_an_issued_key_is_deleted_and_once_at_a_time(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    let (owner, key) = (store_id(), billing_key(1));
    let delete = || store.begin_delete(&owner, &key, delete_attempts(1));
    assert_eq!(delete().await, Ok(Begin::Changed));
    issue_at_both(store, 1).await;
    assert_eq!(delete().await, Ok(Begin::Begun));
    assert_eq!(delete().await, Ok(Begin::Outstanding));
    assert_eq!(store.open_attempts(10).await, Ok(delete_attempts(1)));
    for attempt in [1_011, 1_012] {
        store.settle_delete(&attempt_id(attempt), true, false, at(8)).await.expect("settles");
    }
    assert_eq!(delete().await, Ok(Begin::Changed));
    let unknown = store.begin_delete(&store_id(), &billing_key(9), delete_attempts(9)).await;
    assert_eq!(unknown, Ok(Begin::Changed));
}

/// A muted deletion happens all the same.
pub async fn a_muted_deletion_announces_nothing(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    issue_at_both(store, 1).await;
    store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await.expect("begins");
    for attempt in [1_011, 1_012] {
        store.settle_delete(&attempt_id(attempt), true, true, at(8)).await.expect("settles");
    }
    assert_eq!(read(store, 1).await.status, BillingKeyStatus::Deleted);
    assert_eq!(kinds(store).await, [EventKind::BillingKeyIssued]);
}

/// An attempt is settled by what it is.
pub async fn a_result_of_the_wrong_command_is_an_error(store: &dyn Store) {
    begin_issue(store, key_record(1)).await;
    assert!(store.settle_delete(&attempt_id(11), true, false, at(8)).await.is_err());
    store.begin_payment(begin(1, 1)).await.expect("begins");
    assert!(store.settle_issue(&pay_attempt_id(1), issued("pg-1", at(3)), at(5)).await.is_err());
    assert_eq!(store.open_attempts(10).await.map(|open| open.len()), Ok(3));
}

/// A group that keys were issued with is missed.
pub async fn issued_keys_depend_on_their_group(store: &dyn Store) {
    for number in [1, 2, 3] {
        begin_issue(store, key_record(number)).await;
    }
    assert_eq!(store.dependents(&group_id()).await, Ok(Dependents { billing_keys: 0, schedules: 0 }));
    issue_at_both(store, 1).await;
    issue_at_both(store, 2).await;
    assert_eq!(store.dependents(&group_id()).await, Ok(Dependents { billing_keys: 2, schedules: 0 }));
    store.begin_delete(&store_id(), &billing_key(1), delete_attempts(1)).await.expect("begins");
    for attempt in [1_011, 1_012] {
        store.settle_delete(&attempt_id(attempt), true, false, at(8)).await.expect("settles");
    }
    assert_eq!(store.dependents(&group_id()).await, Ok(Dependents { billing_keys: 1, schedules: 0 }));
}

async fn begin_issue(store: &dyn Store, record: BillingKeyRecord) {
    let number = (1..10).find(|number| billing_key(*number) == record.key).expect("a key of these tests");
    store.begin_issue(record, "{}".to_owned(), issue_attempts(number)).await.expect("begins");
}

async fn issue_at_both(store: &dyn Store, number: u64) {
    for (attempt, key) in [(10 * number + 1, "pg-1"), (10 * number + 2, "pg-2")] {
        store.settle_issue(&attempt_id(attempt), issued(key, at(3)), at(5)).await.expect("settles");
    }
}

async fn read(store: &dyn Store, number: u64) -> BillingKeyRecord {
    store.billing_key(&store_id(), &billing_key(number)).await.expect("reads").expect("is there")
}

async fn kinds(store: &dyn Store) -> Vec<EventKind> {
    let events = store.events(&store_id(), 0, 100).await.expect("reads");
    events.into_iter().map(|(_, event)| event.kind).collect()
}

pub(super) fn issued(key: &str, issued_at: DateTime<Utc>) -> IssueResult {
    IssueResult::Issued { pg_billing_key: pg_key(key), issued_at, card: None }
}

fn pg_key(key: &str) -> PgBillingKey {
    PgBillingKey::parse(key).expect("a key")
}

fn failure() -> KeyFailure {
    KeyFailure {
        message: "the PG declined".to_owned(),
        pg_code: Some("3011".to_owned()),
        pg_message: Some("카드번호 오류".to_owned()),
        failed_at: at(2),
    }
}
