//! Deliveries of announcements.

use portone_core::{Environment, StoreId};
use portone_engine::beside::BesideFilter;
use portone_engine::event::{Event, EventKind, EventSubject};
use portone_engine::ledger::BillingKeyRecord;
use portone_engine::list::{PaymentFilter, PaymentQuery, TimeField, Window};
use portone_engine::port::{ClaimLimits, DeliveryFilter, Resend, Settle, SettleTransaction, Store};
use portone_engine::webhook::{
    Claim, Delivery, DeliveryResult, DeliveryStatus, Exchange, Response, Target, WebhookFormat,
};

use super::billing_keys::issued;
use super::records::{
    at, attempt_id, begin, billing_key, cancel_attempt, issue_attempts, key_record, other_store_id,
    payment_id, settle_paid, store_id, transaction_id,
};

const ALL: ClaimLimits = ClaimLimits { count_max: 100, endpoint_count_max: 100 };

/// A store that declares no URL has no queue.
pub async fn a_store_without_targets_delivers_nothing(store: &dyn Store) {
    pay(store, 1, &[]).await;
    assert_eq!(claims(store, 100, ALL).await, []);
    assert_eq!(listed(store).await, []);
}

/// Test channels announce to test URLs, each with an id of its own.
pub async fn an_announcement_goes_to_each_url_of_its_environment(store: &dyn Store) {
    let old = target("https://b.example/old", WebhookFormat::V2024JanuaryForm);
    let live = Target { environment: Environment::Live, ..new_target("https://live.example/") };
    let targets = vec![new_target("https://a.example/hook"), live, old.clone()];
    declare(store, targets).await;
    pay(store, 1, &[]).await;
    let claimed = claims(store, 100, ALL).await;
    let urls: Vec<_> = claimed.iter().map(|claim| claim.target.url.as_str()).collect();
    assert_eq!(urls, ["https://a.example/hook", "https://b.example/old"]);
    assert_eq!(claimed[1].target, old);
    assert_ne!(claimed[0].id, claimed[1].id);
    assert_eq!(claimed[0].event, event(1, &[]));
    // What is declared later is not told what was announced before.
    declare(store, vec![new_target("https://c.example/")]).await;
    assert_eq!(listed(store).await.len(), 2);
    pay(store, 2, &[]).await;
    assert_eq!(listed(store).await.len(), 3);
}

/// A request's own URLs replace the store's, also where the store has none.
pub async fn notice_urls_replace_the_stores(store: &dyn Store) {
    pay(store, 1, &["https://x.example/1"]).await;
    declare(store, vec![target("https://a.example/", WebhookFormat::V2024JanuaryJson)]).await;
    pay(store, 2, &["https://x.example/1", "https://x.example/2"]).await;
    let found = listed(store).await;
    let targets: Vec<_> = found.iter().map(|it| (it.target.url.as_str(), it.target.format)).collect();
    let (new, old) = (WebhookFormat::V2024April, WebhookFormat::V2024JanuaryJson);
    let expected = [("https://x.example/1", new), ("https://x.example/1", old), ("https://x.example/2", old)];
    assert_eq!(targets, expected);
}

/// A claim keeps others away until it runs out, and what its holder writes after that counts no more.
pub async fn a_due_delivery_is_claimed_once_until_its_claim_runs_out(store: &dyn Store) {
    declare(store, vec![new_target("https://a.example/")]).await;
    pay(store, 1, &[]).await;
    let first = claims(store, 100, ALL).await.remove(0);
    assert_eq!((first.try_count, first.until), (0, at(190)));
    assert_eq!(claims(store, 189, ALL).await, []);
    let second = claims(store, 190, ALL).await.remove(0);
    assert_eq!((second.id.as_str(), second.until), (first.id.as_str(), at(280)));
    assert_eq!(finish(store, &first, None).await, Settle::AlreadySettled);
    assert_eq!(finish(store, &second, Some(400)).await, Settle::Settled);
    assert_eq!(claims(store, 399, ALL).await, []);
    let third = claims(store, 400, ALL).await.remove(0);
    assert_eq!((third.id.as_str(), third.try_count), (first.id.as_str(), 1));
    assert_eq!(finish(store, &third, None).await, Settle::Settled);
    assert_eq!(claims(store, 9_999, ALL).await, []);
    let log = of_payment(store, 1).await.remove(0);
    assert_eq!((log.execution_count, log.status, log.due_at), (2, Some(DeliveryStatus::Succeeded), None));
    assert_eq!(log.exchange, Some(result(&third, None).exchange));
}

/// Of one payment the announcements to one URL go one after the other; other payments and URLs do not wait.
pub async fn a_later_announcement_waits_for_the_earlier(store: &dyn Store) {
    declare(store, vec![new_target("https://a.example/"), new_target("https://b.example/")]).await;
    pay(store, 1, &[]).await;
    let paid = claims(store, 100, ALL).await;
    announce(store, 1, EventKind::PartialCancelled).await;
    announce(store, 1, EventKind::Cancelled).await;
    pay(store, 2, &[]).await;
    let others = claims(store, 100, ALL).await;
    assert!(others.iter().all(|claim| is_about(claim, 2)) && others.len() == 2, "{others:?}");
    assert_eq!(finish(store, &paid[0], Some(120)).await, Settle::Settled);
    assert_eq!(finish(store, &paid[1], None).await, Settle::Settled);
    let next = claims(store, 110, ALL).await;
    let kinds = |claims: &[Claim]| {
        claims.iter().map(|claim| (claim.target.url.clone(), claim.event.kind)).collect::<Vec<_>>()
    };
    let (a, b) = ("https://a.example/".to_owned(), "https://b.example/".to_owned());
    assert_eq!(kinds(&next), [(b, EventKind::PartialCancelled)]);
    let again = claims(store, 120, ALL).await;
    assert_eq!(kinds(&again), [(a.clone(), EventKind::Paid)]);
    assert_eq!(finish(store, &again[0], None).await, Settle::Settled);
    assert_eq!(kinds(&claims(store, 130, ALL).await), [(a, EventKind::PartialCancelled)]);
}

/// A list selects by how a webhook of the last announcement ended, whatever became of earlier ones.
pub async fn the_end_of_the_last_announcement_selects_payments(store: &dyn Store) {
    declare(store, vec![new_target("https://a.example/")]).await;
    pay(store, 1, &[]).await;
    let wanted = |webhook_status| {
        let beside = BesideFilter { webhook_status: Some(webhook_status), receipt: None };
        PaymentQuery {
            store_id: store_id(),
            time: TimeField::Created,
            window: Window { from: at(-9_999), until: at(9_999) },
            sort: TimeField::Created,
            descending: true,
            statuses: None,
            filter: PaymentFilter { beside, ..PaymentFilter::default() },
            offset: 0,
            count_max: 10,
        }
    };
    let count = async |status| store.list_payments(wanted(status)).await.expect("lists").total_count;
    assert_eq!(count(DeliveryStatus::Succeeded).await, 0, "nothing was sent yet");
    let claim = claims(store, 100, ALL).await.remove(0);
    finish(store, &claim, None).await;
    assert_eq!(count(DeliveryStatus::Succeeded).await, 1);
    assert_eq!(count(DeliveryStatus::FailedNotOkResponse).await, 0);
    announce(store, 1, EventKind::PartialCancelled).await;
    assert_eq!(count(DeliveryStatus::Succeeded).await, 0, "the last one is not through");
}

/// However much waits for one host, others get their turn.
pub async fn a_host_takes_no_more_than_its_share(store: &dyn Store) {
    declare(store, vec![new_target("https://a.example/1")]).await;
    for number in 1..=5 {
        pay(store, number, &[]).await;
    }
    pay(store, 6, &["https://z.example/"]).await;
    let limits = ClaimLimits { count_max: 3, endpoint_count_max: 2 };
    let claimed = claims(store, 100, limits).await;
    let hosts: Vec<_> = claimed.iter().map(|claim| claim.target.url.as_str()).collect();
    assert_eq!(hosts, ["https://a.example/1", "https://a.example/1", "https://z.example/"]);
    assert_eq!(claims(store, 100, limits).await, []);
    finish(store, &claimed[0], None).await;
    assert_eq!(claims(store, 100, limits).await.len(), 1);
}

/// Under the same id, and counted.
pub async fn a_delivery_is_sent_again_by_hand_until_the_limit(store: &dyn Store) {
    declare(store, vec![new_target("https://a.example/")]).await;
    pay(store, 1, &[]).await;
    let first = claims(store, 100, ALL).await.remove(0);
    finish(store, &first, None).await;
    let resend = async |owner: StoreId, id: &str| {
        store.resend_delivery(&owner, id, 1, at(200)).await.expect("answers")
    };
    assert_eq!(resend(store_id(), "webhook-none").await, Resend::NotFound);
    assert_eq!(resend(other_store_id(), &first.id).await, Resend::NotFound);
    let Resend::Queued(queued) = resend(store_id(), &first.id).await else { panic!("it is queued") };
    assert_eq!((queued.is_manual, queued.due_at, queued.execution_count), (true, Some(at(200)), 1));
    let second = claims(store, 200, ALL).await.remove(0);
    // The last one there is: a failure leads to no other try.
    assert_eq!((second.id.as_str(), second.try_count), (first.id.as_str(), 5));
    finish(store, &second, None).await;
    assert_eq!(listed(store).await[0].execution_count, 2);
    assert_eq!(resend(store_id(), &first.id).await, Resend::CountReached);
    assert_eq!(claims(store, 999, ALL).await, []);
}

/// Whoever asks while it is being sent gets another one: what is under way may have been lost where it went.
pub async fn a_delivery_under_way_is_sent_once_more_when_asked_for(store: &dyn Store) {
    declare(store, vec![new_target("https://a.example/")]).await;
    pay(store, 1, &[]).await;
    let first = claims(store, 100, ALL).await.remove(0);
    let resend = async || store.resend_delivery(&store_id(), &first.id, 9, at(101)).await.expect("answers");
    assert!(matches!(resend().await, Resend::Queued(_)));
    assert_eq!(claims(store, 102, ALL).await, [], "it is being sent");
    finish(store, &first, None).await;
    let second = claims(store, 103, ALL).await.remove(0);
    assert_eq!((second.id.as_str(), second.try_count), (first.id.as_str(), 5));
    finish(store, &second, None).await;
    assert_eq!(listed(store).await[0].execution_count, 2);
    assert_eq!(claims(store, 999, ALL).await, [], "once more, and no more");
    // One that fails and has tries left is tried at once instead of later, and keeps them.
    pay(store, 2, &[]).await;
    let first = claims(store, 200, ALL).await.remove(0);
    store.resend_delivery(&store_id(), &first.id, 9, at(201)).await.expect("answers");
    finish(store, &first, Some(5_000)).await;
    let second = claims(store, 202, ALL).await.remove(0);
    assert_eq!((second.id.as_str(), second.try_count), (first.id.as_str(), 1));
}

/// The first body version has no form for them.
pub async fn billing_keys_are_announced_in_the_newer_version_only(store: &dyn Store) {
    let old = target("https://a.example/old", WebhookFormat::V2024JanuaryJson);
    declare(store, vec![old, new_target("https://a.example/new")]).await;
    let attempts = issue_attempts(1);
    let ids: Vec<_> = attempts.iter().map(|attempt| attempt.id.clone()).collect();
    let record = BillingKeyRecord { notice_urls: Vec::new(), ..key_record(1) };
    store.begin_issue(record, "{}".to_owned(), attempts).await.expect("begins");
    for id in ids {
        store.settle_issue(&id, issued("pg", at(50)), at(50)).await.expect("settles");
    }
    let found = listed(store).await;
    let told: Vec<_> = found.iter().map(|it| (it.target.url.as_str(), it.event.subject.clone())).collect();
    assert_eq!(told, [("https://a.example/new", EventSubject::BillingKey(billing_key(1)))]);
}

fn target(url: &str, format: WebhookFormat) -> Target {
    Target { environment: Environment::Test, url: url.to_owned(), format }
}

pub(super) fn new_target(url: &str) -> Target {
    target(url, WebhookFormat::V2024April)
}

pub(super) async fn declare(store: &dyn Store, targets: Vec<Target>) {
    store.declare_targets(vec![(store_id(), targets)]).await.expect("declares");
}

fn event(number: u64, notice_urls: &[&str]) -> Event {
    let subject = EventSubject::Payment {
        payment_id: payment_id(number),
        transaction_id: transaction_id(number),
        cancellation_id: None,
    };
    let notice_urls = notice_urls.iter().map(|&url| url.to_owned()).collect();
    Event { store_id: store_id(), kind: EventKind::Paid, at: at(50), subject, trigger: None, notice_urls }
}

async fn pay(store: &dyn Store, number: u64, notice_urls: &[&str]) {
    store.begin_payment(begin(number, number)).await.expect("begins");
    let events = vec![event(number, notice_urls)];
    let settle = SettleTransaction { events, ..settle_paid(number, number) };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

/// A change of a paid payment that announces something.
async fn announce(store: &dyn Store, number: u64, kind: EventKind) {
    let paid = store.transaction(&transaction_id(number)).await.expect("reads").expect("is there");
    let open = cancel_attempt(1_000 + paid.revision, &paid);
    let id = attempt_id(1_000 + paid.revision);
    store.begin_on_transaction(open, &paid.id, paid.revision).await.expect("begins");
    let events = vec![Event { kind, ..event(number, &[]) }];
    let settle = SettleTransaction {
        attempt: id,
        opened_at: None,
        transaction: paid,
        events,
        verify_at: None,
        run_again_at: None,
        key: None,
    };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

async fn claims(store: &dyn Store, seconds: i64, limits: ClaimLimits) -> Vec<Claim> {
    store.claim_deliveries(at(seconds), at(seconds + 90), limits).await.expect("claims")
}

fn result(claim: &Claim, retry_at: Option<i64>) -> DeliveryResult {
    let response =
        Response { status: 200, headers: "x: y".to_owned(), body: "ok".to_owned(), responded_at: at(101) };
    let (status, answer) = match retry_at {
        None => (DeliveryStatus::Succeeded, Ok(response)),
        Some(_) => (DeliveryStatus::FailedUnexpectedError, Err("no reply in time".to_owned())),
    };
    let exchange = Exchange {
        request_headers: format!("webhook-id: {}", claim.id),
        request_body: "{}".to_owned(),
        requested_at: at(100),
        answer,
    };
    let retry_at = retry_at.map(at);
    DeliveryResult { number: claim.number, until: claim.until, status, exchange, retry_at, now: at(101) }
}

async fn finish(store: &dyn Store, claim: &Claim, retry_at: Option<i64>) -> Settle {
    store.finish_delivery(result(claim, retry_at)).await.expect("writes")
}

async fn listed(store: &dyn Store) -> Vec<Delivery> {
    store.deliveries(&store_id(), DeliveryFilter::After(0), 100).await.expect("lists")
}

async fn of_payment(store: &dyn Store, number: u64) -> Vec<Delivery> {
    let filter = DeliveryFilter::OfPayment(payment_id(number));
    store.deliveries(&store_id(), filter, 100).await.expect("lists")
}

/// Delivers what is due, at most `count_max`: two of three with success.
pub(super) async fn deliver_some(store: &dyn Store, count_max: usize) {
    let limits = ClaimLimits { count_max, endpoint_count_max: count_max };
    for (at, claim) in claims(store, 100_000, limits).await.iter().enumerate() {
        finish(store, claim, (at % 3 == 0).then_some(200_000)).await;
    }
}

fn is_about(claim: &Claim, number: u64) -> bool {
    claim.event.subject == event(number, &[]).subject
}
