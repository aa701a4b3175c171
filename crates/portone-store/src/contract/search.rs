//! Lists by texts, webhooks and receipts: the same whether their index has been filled, is being filled, or is behind.

use portone_core::{CashReceiptType, CustomerName, PayMethod, PgTxId};
use portone_engine::beside::{BesideFilter, ReceiptFacts, ReceiptWanted, Span};
use portone_engine::event::EventKind;
use portone_engine::ledger::{PaymentStatus, ReceiptStatus, Transaction};
use portone_engine::list::{PaymentFilter, PaymentQuery, TimeField, Window};
use portone_engine::port::{DeliveryFilter, Settle, SettleTransaction, Store};
use portone_engine::search::{TextField, TextSearch};
use portone_engine::webhook::{DeliveryStatus, Target};

use super::records::{
    at, attempt_id, begin, cancel_attempt, cancellation, event, payment_id, settle_failed, settle_paid,
    store_id, transaction_id,
};
use super::{receipts, webhooks};

/// How many payments a case makes: several blocks, and some behind them.
const COUNT: u64 = 420;
/// Long after the last payment, in seconds.
const LATER: i64 = 900_000;

fn query(time: TimeField) -> PaymentQuery {
    PaymentQuery {
        store_id: store_id(),
        time,
        window: Window { from: at(0), until: at(100_000) },
        sort: time,
        descending: true,
        statuses: None,
        filter: PaymentFilter::default(),
        offset: 0,
        count_max: 2_000,
    }
}

fn text(field: TextField, text: &str) -> PaymentFilter {
    PaymentFilter { texts: vec![TextSearch { field, text: text.to_owned() }], ..PaymentFilter::default() }
}

fn receipt(receipt: ReceiptWanted) -> PaymentFilter {
    let beside = BesideFilter { receipt: Some(receipt), webhook_status: None };
    PaymentFilter { beside, ..PaymentFilter::default() }
}

fn webhook(status: DeliveryStatus) -> PaymentFilter {
    let beside = BesideFilter { receipt: None, webhook_status: Some(status) };
    PaymentFilter { beside, ..PaymentFilter::default() }
}

/// What lists are asked for: each field, alone and with others, found in all, in some and in none.
fn filters() -> Vec<PaymentFilter> {
    use TextField::{
        All, CancelReason, CardApprovalNumber, CardInstallment, CustomerName as Name, OrderName, PaymentId,
        PgMerchantId, PgTxId as PgId, TxId, UserAgent,
    };
    let texts = [
        (OrderName, "트레이너"),
        (OrderName, "SD"),
        (OrderName, "no such name"),
        (OrderName, "17번"),
        (Name, "길"),
        (Name, "Hong Gil"),
        (Name, "g G"),
        (PaymentId, "order-2026-00000017"),
        (PaymentId, "00001"),
        (PgId, "tx-33"),
        (TxId, "7001-8000-000000000021"),
        (PgMerchantId, "2207281"),
        (CardApprovalNumber, "0001234"),
        (CardInstallment, "3"),
        (CardInstallment, "1"),
        (CancelReason, "changed"),
        (UserAgent, "a"),
        (All, "33"),
        (All, "Gil"),
        (All, "nowhere"),
        (All, "12"),
        (All, "my mind"),
        (OrderName, "\"quoted\""),
    ];
    let mut filters: Vec<_> = texts.into_iter().map(|(field, it)| text(field, it)).collect();
    let two = [text(OrderName, "번"), text(All, "33")].map(|filter| filter.texts).concat();
    filters.push(PaymentFilter { texts: two, ..PaymentFilter::default() });
    filters.push(PaymentFilter { methods: Some(vec![PayMethod::VirtualAccount]), ..text(OrderName, "번") });
    let all = [
        DeliveryStatus::Succeeded,
        DeliveryStatus::FailedNotOkResponse,
        DeliveryStatus::FailedUnexpectedError,
    ];
    filters.extend(all.map(webhook));
    let of = |kind| receipt(ReceiptWanted { kind: Some(kind), ..ReceiptWanted::default() });
    filters
        .extend([CashReceiptType::Personal, CashReceiptType::Corporate, CashReceiptType::NoReceipt].map(of));
    let with = |status| receipt(ReceiptWanted { status: Some(status), ..ReceiptWanted::default() });
    filters.extend([ReceiptStatus::Issued, ReceiptStatus::Cancelled].map(with));
    let span = Some(Span { from: Some(at(5)), until: Some(at(2_000)) });
    filters.push(receipt(ReceiptWanted { issued: span, ..ReceiptWanted::default() }));
    filters.push(receipt(ReceiptWanted { cancelled: span, ..ReceiptWanted::default() }));
    filters
}

fn queries() -> Vec<PaymentQuery> {
    let mut queries = Vec::new();
    for filter in filters() {
        let of = |time| PaymentQuery { filter: filter.clone(), ..query(time) };
        queries.push(of(TimeField::Created));
        queries.push(PaymentQuery {
            descending: false,
            offset: 3,
            count_max: 7,
            ..of(TimeField::StatusChanged)
        });
        queries.push(PaymentQuery { sort: TimeField::StatusChanged, count_max: 5, ..of(TimeField::Created) });
        let window = Window { from: at(900), until: at(2_345) };
        queries.push(PaymentQuery {
            window,
            statuses: Some(vec![PaymentStatus::Paid]),
            ..of(TimeField::Created)
        });
    }
    queries
}

/// Payment `number`, with what makes it differ from others.
fn differing(number: u64, transaction: Transaction) -> Transaction {
    let mut it = transaction;
    let seconds = i64::try_from(number).expect("is small") * 10;
    it.requested_at = at(seconds);
    it.status_changed_at = at(seconds + i64::from(number.is_multiple_of(5)) * 700);
    it.order.order_name = match number % 4 {
        0 => format!("{number}번 상품"),
        1 => "say \"quoted\"".to_owned(),
        _ => it.order.order_name,
    };
    if number.is_multiple_of(9) {
        it.order.customer.name =
            Some(CustomerName::Separated { first: "Hong".to_owned(), last: format!("Gil{number}") });
    }
    if number.is_multiple_of(3) {
        it.method = PayMethod::VirtualAccount;
        it.card = None;
    }
    if let Some(card) = &mut it.card {
        card.installment_month = Some(i32::try_from(number % 13).expect("is small"));
    }
    it.pg_tx_id = it.pg_tx_id.map(|_| PgTxId::parse(&format!("tx-{number}")).expect("an id"));
    it
}

/// Payments of all sorts: paid, failed, tried again, waiting.
async fn pay(store: &dyn Store, number: u64) {
    let mut new = begin(number, number);
    new.transaction = differing(number, new.transaction);
    store.begin_payment(new).await.expect("begins");
    if number.is_multiple_of(70) {
        return;
    }
    let settle =
        if number.is_multiple_of(8) { settle_failed(number, number) } else { settle_paid(number, number) };
    let transaction = differing(number, settle.transaction);
    let kind = if number.is_multiple_of(8) { EventKind::Failed } else { EventKind::Paid };
    let events = vec![event(&transaction, kind)];
    let settle = SettleTransaction { transaction, events, ..settle };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
    if number.is_multiple_of(40) {
        let mut again = begin(number + 10_000, number);
        again.transaction = differing(number, again.transaction);
        store.begin_payment(again).await.expect("begins again");
    }
}

async fn cancel(store: &dyn Store, number: u64) {
    let paid = store.transaction(&transaction_id(number)).await.expect("reads").expect("is there");
    let mut transaction = paid.clone();
    transaction.cancellations = vec![cancellation(number, 1_000)];
    transaction.status = PaymentStatus::PartialCancelled;
    transaction.status_changed_at = at(80_000);
    let open = cancel_attempt(50_000 + number, &paid);
    let attempt = attempt_id(50_000 + number);
    store.begin_on_transaction(open, &paid.id, paid.revision).await.expect("begins");
    let events = vec![event(&transaction, EventKind::PartialCancelled)];
    let settle = SettleTransaction { attempt, transaction, events, verify_at: None, ..settle_paid(1, 1) };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
}

/// Whether a payment is asked for, by its own record and the records beside it.
async fn belongs(store: &dyn Store, query: &PaymentQuery, payment: &Transaction) -> bool {
    let beside = &query.filter.beside;
    if let Some(wanted) = &beside.receipt {
        let receipt = store.payment_receipt(&store_id(), &payment.order.payment_id).await.expect("reads");
        if !wanted.wants(&ReceiptFacts::of(payment, receipt.as_ref())) {
            return false;
        }
    }
    if let Some(status) = beside.webhook_status {
        let filter = DeliveryFilter::OfPayment(payment.order.payment_id.clone());
        let deliveries = store.deliveries(&store_id(), filter, 9).await.expect("lists");
        let last = deliveries.last().filter(|it| it.event.subject == event(payment, EventKind::Paid).subject);
        return query.matches(payment) && last.is_some_and(|it| it.status == Some(status));
    }
    query.matches(payment)
}

/// Every list is what the records say.
async fn check(store: &dyn Store, when: &str) {
    for query in queries() {
        let plain = PaymentQuery {
            filter: PaymentFilter::default(),
            statuses: None,
            offset: 0,
            count_max: 2_000,
            ..query.clone()
        };
        let mut expected = Vec::new();
        for payment in store.list_payments(plain).await.expect("lists").items {
            if belongs(store, &query, &payment).await {
                expected.push(payment.id);
            }
        }
        let reached = store.list_payments(query.clone()).await.expect("lists");
        let page: Vec<_> = expected.iter().skip(query.offset).take(query.count_max).collect();
        let found: Vec<_> = reached.items.iter().map(|payment| &payment.id).collect();
        assert_eq!(
            (found, reached.total_count, reached.is_whole),
            (page, expected.len(), true),
            "{when}: {query:?}"
        );
    }
}

/// Fills the index: how many payments it took in.
pub(super) async fn fill(store: &dyn Store, seconds: i64) -> usize {
    let mut count = 0;
    for _ in 0..1_000 {
        match store.index_records(at(seconds), 128).await.expect("indexes") {
            0 => return count,
            more => count += more,
        }
    }
    panic!("an index that is never filled");
}

/// Lists say the same before their index is filled, after, and when payments have changed since.
pub async fn an_index_changes_no_list(store: &dyn Store) {
    for number in 1..=COUNT {
        pay(store, number).await;
    }
    check(store, "without an index").await;
    assert_eq!(fill(store, 0).await, 0, "nothing has come to rest yet");
    assert!(fill(store, LATER).await >= 384, "three blocks are full");
    check(store, "with an index").await;
    for number in [7, 14, 130, 201, 419] {
        cancel(store, number).await;
    }
    // It waited for its PG when its block was written.
    let settle = settle_paid(70, 70);
    let settle = SettleTransaction { transaction: differing(70, settle.transaction), ..settle };
    assert_eq!(store.settle_transaction(settle).await, Ok(Settle::Settled));
    // It is another transaction now: that of the block is no more listed.
    store.begin_payment(begin(20_000, 24)).await.expect("begins again");
    check(store, "behind").await;
    assert!(fill(store, LATER).await > 0, "what changed is taken in");
    check(store, "caught up").await;
    assert_eq!(fill(store, LATER).await, 0);
}

/// Receipts and webhooks that come after their payments are in the index are found.
pub async fn an_index_knows_of_receipts_and_webhooks(store: &dyn Store) {
    let target = webhooks::new_target("https://a.example/");
    webhooks::declare(store, vec![Target { ..target }]).await;
    for number in 1..=260 {
        pay(store, number).await;
    }
    fill(store, LATER).await;
    check(store, "with nothing beside").await;
    webhooks::deliver_some(store, 100).await;
    let first = receipts::issue(store, 60_001, 3, 10).await;
    receipts::issue(store, 60_002, 6, 3_000).await;
    receipts::cancel(store, 60_003, &first, 1_000).await;
    check(store, "behind").await;
    fill(store, LATER).await;
    check(store, "caught up").await;
    let found = |filter| store.list_payments(PaymentQuery { filter, ..query(TimeField::Created) });
    let succeeded = found(webhook(DeliveryStatus::Succeeded)).await.expect("lists");
    assert!(succeeded.total_count > 50, "webhooks were delivered");
    let personal = ReceiptWanted { kind: Some(CashReceiptType::Personal), ..ReceiptWanted::default() };
    let listed = found(receipt(personal)).await.expect("lists");
    let ids: Vec<_> = listed.items.into_iter().map(|payment| payment.order.payment_id).collect();
    assert_eq!(ids, [payment_id(6), payment_id(3)]);
}
