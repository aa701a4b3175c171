//! Lists of billing keys, cash receipts and schedules: what records say, however the list is found.

use portone_core::{CustomerName, Environment, PgBillingKey, PgProvider, ReceiptPurpose};
use portone_engine::key_list::{KeyFilter, KeyQuery, KeyText, KeyTime};
use portone_engine::ledger::{
    BillingKeyRecord, BillingKeyStatus, CashReceipt, IssueResult, ReceiptStatus, Schedule, ScheduleStatus,
};
use portone_engine::list::Window;
use portone_engine::port::{CreateSchedule, ScheduleQuery, ScheduleSort, Store};
use portone_engine::receipt_list::{ReceiptFilter, ReceiptQuery, ReceiptTime};

use super::records::{
    at, billing_key, delete_attempts, group_id, issue_attempts, key_record, payment_id, store_id,
};
use super::search::fill;
use super::{receipts, schedules};

/// Long after everything, in seconds.
const LATER: i64 = 900_000;
/// More than a list has.
const ALL: usize = 2_000;

/// A key with what makes it differ from others: one of fifty waits for its PG, one of eleven is deleted.
async fn key(store: &dyn Store, number: u64) {
    let mut record = key_record(number);
    record.requested_at = at(i64::try_from(number).expect("is small") * 10);
    record.customer.id = Some(format!("customer-{}", number % 7));
    record.customer.email = (!number.is_multiple_of(4)).then(|| format!("buyer{number}@example.com"));
    if number.is_multiple_of(3) {
        record.channel_group = None;
        record.customer.name = Some(CustomerName::Full("김철수".to_owned()));
    }
    store.begin_issue(record, "{}".to_owned(), issue_attempts(number)).await.expect("begins");
    if !number.is_multiple_of(50) {
        settle_key(store, number).await;
    }
    if number.is_multiple_of(11) && !number.is_multiple_of(50) {
        delete_key(store, number).await;
    }
}

async fn settle_key(store: &dyn Store, number: u64) {
    let seconds = i64::try_from(number).expect("is small") * 10;
    for attempt in issue_attempts(number) {
        let pg_billing_key = PgBillingKey::parse("bk-1").expect("a key");
        let issued = at(seconds + 5 - 60 * i64::from(number.is_multiple_of(9)));
        let result = IssueResult::Issued { pg_billing_key, issued_at: issued, card: None };
        store.settle_issue(&attempt.id, result, at(seconds + 6)).await.expect("settles");
    }
}

async fn delete_key(store: &dyn Store, number: u64) {
    let attempts = delete_attempts(number);
    store.begin_delete(&store_id(), &billing_key(number), attempts.clone()).await.expect("begins");
    let seconds = 20_000 - i64::try_from(number).expect("is small");
    for attempt in attempts {
        store.settle_delete(&attempt.id, true, false, at(seconds)).await.expect("settles");
    }
}

fn key_filters() -> Vec<KeyFilter> {
    let none = KeyFilter::default;
    let text = |field, text: &str| KeyFilter { text: Some((field, text.to_owned())), ..none() };
    let customer = |id: &str| KeyFilter { customer_id: Some(id.to_owned()), ..none() };
    let at_pg = |code: &str| KeyFilter {
        providers: Some(vec![PgProvider::parse(code).expect("a provider")]),
        ..none()
    };
    vec![
        none(),
        KeyFilter { statuses: Some(vec![BillingKeyStatus::Deleted]), ..none() },
        KeyFilter { statuses: Some(vec![BillingKeyStatus::Issued]), ..customer("customer-3") },
        KeyFilter { groups: Some(vec![group_id()]), ..none() },
        KeyFilter { groups: Some(Vec::new()), ..none() },
        customer("customer-6"),
        customer("customer-9"),
        at_pg("SMARTRO_V2"),
        at_pg("KPN"),
        KeyFilter { companies: Some(vec!["SMARTRO".to_owned()]), ..text(KeyText::CustomerName, "철") },
        text(KeyText::CustomerEmail, "buyer17"),
        text(KeyText::CustomerEmail, "@example"),
        text(KeyText::CustomerEmail, "nobody"),
        text(KeyText::CardBin, "4242"),
        text(KeyText::BillingKey, "0000-8000-000000000017"),
        text(KeyText::BillingKey, billing_key(33).as_str()),
        text(KeyText::ChannelGroupName, "Card"),
        text(KeyText::UserAgent, "a"),
        KeyFilter { none: true, ..none() },
    ]
}

async fn check_keys(store: &dyn Store, when: &str) {
    use KeyTime::{Deleted, Issued, Requested, Status};
    let times = [
        (Requested, Requested),
        (Issued, Requested),
        (Status, Status),
        (Requested, Deleted),
        (Deleted, Issued),
    ];
    for filter in key_filters() {
        for (at_number, (time, sort)) in times.into_iter().enumerate() {
            let query = KeyQuery {
                store_id: store_id(),
                time,
                window: Window { from: at(100), until: at(90_000 - 70_500 * i64::from(at_number == 2)) },
                sort,
                descending: at_number.is_multiple_of(2),
                filter: filter.clone(),
                offset: 2 * at_number,
                count_max: if at_number == 1 { 3 } else { ALL },
            };
            let plain = KeyQuery {
                sort: time,
                filter: KeyFilter::default(),
                offset: 0,
                count_max: ALL,
                ..query.clone()
            };
            let mut all = store.list_billing_keys(plain).await.expect("lists").items;
            all.retain(|key| query.filter.matches(key));
            let moment = |key: &BillingKeyRecord| sort.of(key);
            let expected = paged(sorted(all, moment, query.descending), query.offset, query.count_max);
            let reached = store.list_billing_keys(query.clone()).await.expect("lists");
            let found: Vec<_> = reached.items.iter().map(moment).collect();
            let wanted: Vec<_> = expected.0.iter().map(moment).collect();
            let case = format!("{when}: {query:?}");
            // Times can be those of several keys: each of the page's keys belongs to the list all the same.
            assert_eq!((found, reached.total_count, reached.is_whole), (wanted, expected.1, true), "{case}");
            assert!(reached.items.iter().all(|key| query.filter.matches(key)), "{case}");
        }
    }
}

/// In order of a time, those without it last.
fn sorted<R, T: Ord>(mut records: Vec<R>, time: impl Fn(&R) -> Option<T>, descending: bool) -> Vec<R> {
    records.sort_by(|one, other| match (time(one), time(other)) {
        (Some(one), Some(other)) if descending => other.cmp(&one),
        (Some(one), Some(other)) => one.cmp(&other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    });
    records
}

/// A page, and how many records there are.
fn paged<R>(records: Vec<R>, offset: usize, count_max: usize) -> (Vec<R>, usize) {
    let count = records.len();
    (records.into_iter().skip(offset).take(count_max).collect(), count)
}

/// Keys are listed the same before their index is filled, after, and when some have changed since.
pub async fn an_index_changes_no_list_of_keys(store: &dyn Store) {
    for number in 1..=290 {
        key(store, number).await;
    }
    check_keys(store, "without an index").await;
    assert!(fill(store, LATER).await >= 256, "two blocks are full");
    check_keys(store, "with an index").await;
    settle_key(store, 50).await;
    delete_key(store, 5).await;
    delete_key(store, 131).await;
    check_keys(store, "behind").await;
    assert!(fill(store, LATER).await > 0, "what changed is taken in");
    check_keys(store, "caught up").await;
    assert_eq!(fill(store, LATER).await, 0);
}

fn receipt_filters() -> Vec<ReceiptFilter> {
    let none = ReceiptFilter::default;
    let of = |statuses: &[ReceiptStatus]| ReceiptFilter { statuses: Some(statuses.to_vec()), ..none() };
    let named = |name: &str| ReceiptFilter { order_name: Some(name.to_owned()), ..none() };
    let at_pg = |code: &str| Some(vec![PgProvider::parse(code).expect("a provider")]);
    vec![
        none(),
        of(&[ReceiptStatus::Issued]),
        of(&[ReceiptStatus::Cancelled, ReceiptStatus::Failed]),
        named("air 2"),
        named("Chair"),
        named("no such name"),
        ReceiptFilter { payment_id: Some(payment_id(9)), ..none() },
        ReceiptFilter { environment: Some(Environment::Test), ..named("7") },
        ReceiptFilter { environment: Some(Environment::Live), ..none() },
        ReceiptFilter { is_manual: Some(true), ..none() },
        ReceiptFilter { is_manual: Some(false), ..none() },
        ReceiptFilter { pg_receipt_id: Some("RChair 17".to_owned()), ..none() },
        ReceiptFilter { pg_receipt_id: Some("RChair".to_owned()), ..none() },
        ReceiptFilter { pg_merchant_id: Some("t_2207281m".to_owned()), ..none() },
        ReceiptFilter { providers: at_pg("SMARTRO_V2"), ..none() },
        ReceiptFilter { providers: at_pg("KPN"), ..none() },
        ReceiptFilter { companies: Some(vec!["KPN".to_owned(), "SMARTRO".to_owned()]), ..none() },
        ReceiptFilter { purposes: Some(vec![ReceiptPurpose::Personal]), ..none() },
        ReceiptFilter { purposes: Some(vec![ReceiptPurpose::Corporate]), ..none() },
        ReceiptFilter { none: true, ..none() },
    ]
}

async fn check_receipts(store: &dyn Store, when: &str) {
    use ReceiptTime::{Cancelled, Issued, StatusUpdated};
    for filter in receipt_filters() {
        for (number, (time, sort)) in
            [(Issued, Issued), (Issued, Cancelled), (StatusUpdated, Issued), (Cancelled, Cancelled)]
                .into_iter()
                .enumerate()
        {
            let query = ReceiptQuery {
                store_id: store_id(),
                time,
                window: Window { from: at(100), until: at(2_500 + 80_000 * i64::from(number > 0)) },
                sort,
                descending: number.is_multiple_of(2),
                filter: filter.clone(),
                offset: number,
                count_max: if number == 2 { 4 } else { ALL },
            };
            let plain = ReceiptQuery {
                sort: time,
                filter: ReceiptFilter::default(),
                offset: 0,
                count_max: ALL,
                ..query.clone()
            };
            let mut all = store.list_receipts(plain).await.expect("lists").items;
            all.retain(|receipt| query.filter.matches(receipt));
            let moment = |receipt: &CashReceipt| sort.of(receipt);
            let expected = paged(sorted(all, moment, query.descending), query.offset, query.count_max);
            let reached = store.list_receipts(query.clone()).await.expect("lists");
            let found: Vec<_> = reached.items.iter().map(moment).collect();
            let wanted: Vec<_> = expected.0.iter().map(moment).collect();
            let case = format!("{when}: {query:?}");
            assert_eq!((found, reached.total_count, reached.is_whole), (wanted, expected.1, true), "{case}");
            assert!(reached.items.iter().all(|receipt| query.filter.matches(receipt)), "{case}");
        }
    }
}

/// Receipts are listed the same before their index is filled, after, and when some have changed since.
pub async fn an_index_changes_no_list_of_receipts(store: &dyn Store) {
    let mut issued = Vec::new();
    for number in 1..=270 {
        let seconds = i64::try_from(number).expect("is small") * 10;
        let receipt = receipts::issue(store, number, number, seconds).await;
        if number.is_multiple_of(9) {
            receipts::cancel(store, 5_000 + number, &receipt, seconds + 3_000).await;
        } else {
            issued.push(receipt);
        }
    }
    let pending = receipts::receipt(900, 900, 2_000);
    store.begin_receipt(pending.clone(), receipts::issue_attempt(&pending)).await.expect("begins");
    check_receipts(store, "without an index").await;
    assert!(fill(store, LATER).await >= 256, "two blocks are full");
    check_receipts(store, "with an index").await;
    receipts::cancel(store, 6_000, &issued[3], 70_000).await;
    receipts::cancel(store, 6_001, &issued[170], 70_001).await;
    check_receipts(store, "behind").await;
    assert!(fill(store, LATER).await > 0, "what changed is taken in");
    check_receipts(store, "caught up").await;
    assert_eq!(fill(store, LATER).await, 0);
}

/// Schedules over ten hours, in each state that no payment brings, and in both environments.
async fn many_schedules(store: &dyn Store) -> Vec<Schedule> {
    schedules::issue(store, 1).await;
    let mut ids = Vec::new();
    for number in 1..=240 {
        let seconds = i64::try_from(number * 7 % 241).expect("is small") * 150;
        let mut schedule = schedules::schedule(number, seconds);
        schedule.created_at = at(-i64::try_from(number * 11 % 241).expect("is small"));
        if number.is_multiple_of(5) {
            schedule.environment = Environment::Live;
        }
        ids.push(schedule.id.clone());
        assert_eq!(store.create_schedule(schedule).await, Ok(CreateSchedule::Created));
    }
    let some: Vec<_> = ids.iter().step_by(13).cloned().collect();
    store.revoke_schedules(&store_id(), None, Some(&some), at(-1)).await.expect("revokes");
    store.claim_schedules(at(9_000), at(90_000), 30).await.expect("claims");
    let mut all = Vec::new();
    for id in ids {
        all.push(store.schedule(&store_id(), &id).await.expect("reads").expect("is there"));
    }
    all
}

/// Counts and pages of schedules are those of the schedules there are.
pub async fn a_list_of_schedules_is_what_there_is(store: &dyn Store) {
    let all = many_schedules(store).await;
    let states = [
        vec![],
        vec![ScheduleStatus::Started],
        vec![ScheduleStatus::Revoked, ScheduleStatus::Scheduled],
        vec![ScheduleStatus::Failed],
    ];
    let sorts = [ScheduleSort::TimeToPay, ScheduleSort::CreatedAt];
    for statuses in &states {
        for is_for_test in [None, Some(true), Some(false)] {
            for (from, until) in [(0, 90_000), (1_234, 29_876), (4_000, 4_700), (50_000, 50_001)] {
                for (sort, ascending, skip) in
                    sorts.into_iter().flat_map(|sort| [(sort, true, 0), (sort, false, 3), (sort, true, 500)])
                {
                    let query = ScheduleQuery {
                        store_id: store_id(),
                        billing_keys: None,
                        from: at(from),
                        until: at(until),
                        statuses: statuses.clone(),
                        is_for_test,
                        sort,
                        ascending,
                        skip,
                        count_max: 9,
                    };
                    let page = store.schedules(&query).await.expect("lists");
                    let found: Vec<_> = page.items.into_iter().map(|schedule| schedule.id).collect();
                    let (expected, count) = expected_schedules(&all, &query);
                    assert_eq!((found, page.total_count), (expected, count), "{query:?}");
                }
            }
        }
    }
}

fn expected_schedules(
    all: &[Schedule],
    query: &ScheduleQuery,
) -> (Vec<portone_core::PaymentScheduleId>, usize) {
    let mut wanted: Vec<&Schedule> = all
        .iter()
        .filter(|it| query.from <= it.time_to_pay && it.time_to_pay <= query.until)
        .filter(|it| query.statuses.is_empty() || query.statuses.contains(&it.status))
        .filter(|it| query.is_for_test.is_none_or(|wanted| wanted == (it.environment == Environment::Test)))
        .collect();
    wanted.sort_by_key(|it| match query.sort {
        ScheduleSort::CreatedAt => it.created_at,
        _ => it.time_to_pay,
    });
    if !query.ascending {
        wanted.reverse();
    }
    let (page, count) = paged(wanted, query.skip, query.count_max);
    (page.into_iter().map(|it| it.id.clone()).collect(), count)
}
