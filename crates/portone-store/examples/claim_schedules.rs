//! Keeps a million schedules, a hundred of them due, and prints how long claiming those takes.

#![allow(clippy::disallowed_methods)] // it measures time

use std::{env, fs, time::Instant};

use futures_executor::block_on;
use portone_core::{Environment, PaymentScheduleId, PgBillingKey};
use portone_engine::ledger::{IssueResult, Schedule, ScheduleStatus};
use portone_engine::port::{CreateSchedule, ScheduleStore, Store};
use portone_store::SqliteStore;
use portone_store::contract::records::{
    at, attempt_id, billing_key, decision, declared, issue_attempts, key_record, store_id, transaction,
};

const SCHEDULES: u64 = 1_000_000;
const DUE: u64 = 100;
const CALLERS: u64 = 256;

fn main() {
    let folder = env::temp_dir().join(format!("portone-schedules-{}", std::process::id()));
    let store = SqliteStore::open(&folder.join("portone.db")).expect("opens");
    block_on(store.apply_declared(vec![declared()], at(0))).expect("is applied");
    block_on(store.begin_issue(key_record(1), decision(), issue_attempts(1))).expect("begins");
    for channel in 1..=2 {
        let pg_billing_key = PgBillingKey::parse("pg-key").expect("a key");
        let issued = IssueResult::Issued { pg_billing_key, issued_at: at(1), card: None };
        block_on(store.settle_issue(&attempt_id(10 + channel), issued, at(1))).expect("settles");
    }
    for first in (0..SCHEDULES).step_by(usize::try_from(CALLERS).expect("is small")) {
        let batch =
            (first..SCHEDULES.min(first + CALLERS)).map(|number| store.create_schedule(schedule(number)));
        for made in block_on(futures_util::future::join_all(batch)) {
            assert_eq!(made, Ok(CreateSchedule::Created));
        }
    }
    let begun = Instant::now();
    let claimed = block_on(store.claim_schedules(at(60), at(125), 1_000)).expect("claims");
    println!("{} of {SCHEDULES} claimed in {:?}, the commit included", claimed.len(), begun.elapsed());
    drop(store);
    fs::remove_dir_all(&folder).expect("the folder can go");
}

/// The first hundred are due within a minute, the rest over years.
fn schedule(number: u64) -> Schedule {
    let seconds = if number < DUE { 60 } else { 3_600 + number * 60 };
    Schedule {
        id: PaymentScheduleId::parse(&format!("payment-schedule-{number:036}")).expect("an id"),
        store_id: store_id(),
        status: ScheduleStatus::Scheduled,
        billing_key: billing_key(1),
        customer_uid: None,
        channel_key: None,
        channel_group: None,
        environment: Environment::Test,
        order: transaction(number, number).order,
        installment_month: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
        locale: None,
        custom_data: None,
        notice_urls: Vec::new(),
        origin_ip: "203.0.113.10".to_owned(),
        face: portone_engine::ledger::Face::V2,
        created_at: at(0),
        time_to_pay: at(i64::try_from(seconds).expect("is small")),
        started_at: None,
        completed_at: None,
        revoked_at: None,
        run_count: 0,
    }
}
