//! Records that cases, benches and examples are made of: the size and shape of real ones.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    AttemptId, BillingKey, CancelStatus, CancellationId, CardFacts, Channel, ChannelFacts, ChannelGroup,
    ChannelGroupId, ChannelKey, CommandKind, Contracts, Currency, Customer, CustomerName, Environment,
    GroupMember, OnViolation, Order, PayMethod, PaymentAmount, PaymentId, PgMerchantId, PgProvider, PgTxId,
    StoreId, TransactionId,
};
use portone_engine::event::{Event, EventKind, EventSubject};
use portone_engine::ledger::{
    AppliedPromotion, BillingKeyRecord, BillingKeyStatus, Cancellation, ChannelSnapshot, Face, GroupSnapshot,
    ImpUid, KeyChannel, KeyChannelState, OpenAttempt, OpenSubject, PaymentStatus, Platform, Transaction,
};
use portone_engine::port::{BudgetShare, DeclaredStore, NewTransaction, SettleTransaction};
use portone_engine::promotion::{DiscountPartition, Share};

/// How many transactions a payment of [`begin`] may have.
pub const TRANSACTION_COUNT_MAX: u32 = 3;
/// How long after it begins an attempt is inquired, in seconds.
pub const LEASE_SECONDS: i64 = 65;

/// A moment, in seconds after the one all cases start at.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_790_000_000 + seconds)
}

/// The store everything belongs to.
pub fn store_id() -> StoreId {
    StoreId::parse("store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec").expect("an id")
}

/// A store that [`declared`] does not declare.
pub fn other_store_id() -> StoreId {
    StoreId::parse("store-00000000-0000-4000-8000-000000000000").expect("an id")
}

/// A UUID that depends on a kind of thing and a number, and sorts by the number.
fn uuid(kind: u8, number: u64) -> String {
    format!("01997b2c-{:04x}-7{kind:03x}-8000-{:012x}", number >> 32, number & 0xffff_ffff)
}

/// A payment's id.
pub fn payment_id(number: u64) -> PaymentId {
    PaymentId::parse(&format!("order-2026-{number:08}")).expect("an id")
}

/// A transaction's id.
pub fn transaction_id(number: u64) -> TransactionId {
    TransactionId::parse(&uuid(1, number)).expect("an id")
}

/// An attempt's id. A payment's attempt has the id of its transaction: [`pay_attempt_id`].
pub fn attempt_id(number: u64) -> AttemptId {
    AttemptId::parse(&uuid(2, number)).expect("an id")
}

/// The id of the attempt that a payment begins with.
pub fn pay_attempt_id(number: u64) -> AttemptId {
    AttemptId::parse(&uuid(1, number)).expect("an id")
}

/// A billing key.
pub fn billing_key(number: u64) -> BillingKey {
    BillingKey::parse(&format!("billing-key-{}", uuid(3, number))).expect("an id")
}

/// A channel's key.
pub fn channel_key(number: u64) -> ChannelKey {
    ChannelKey::parse(&format!("channel-key-{}", uuid(4, number))).expect("an id")
}

/// The group's id.
pub fn group_id() -> ChannelGroupId {
    ChannelGroupId::parse(&format!("channel-group-test-{}", uuid(5, 1))).expect("an id")
}

/// A channel.
pub fn channel(number: u64) -> Channel {
    Channel {
        key: channel_key(number),
        store_id: store_id(),
        name: format!("Smartro {number}"),
        provider: PgProvider::parse("SMARTRO_V2").expect("a provider"),
        pg_merchant_id: PgMerchantId::parse("t_2207281m").expect("an id"),
        environment: Environment::Test,
        upstream: "portone".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: Contracts::default(),
        facts: ChannelFacts::default(),
    }
}

/// A group of channels 1 and 2.
pub fn group(version: u32, first_weight: u32) -> ChannelGroup {
    let member = |number, weight| GroupMember { channel: channel_key(number), weight, active: true };
    ChannelGroup {
        id: group_id(),
        store_id: store_id(),
        name: "Cards".to_owned(),
        environment: Environment::Test,
        on_violation: OnViolation::Skip,
        failover: None,
        version,
        members: vec![member(1, first_weight), member(2, 100 - first_weight)],
    }
}

/// A configuration with one store, two channels and their group.
pub fn declared() -> DeclaredStore {
    DeclaredStore {
        id: store_id(),
        name: "Shop".to_owned(),
        channels: vec![(channel(1), "digest-1".to_owned()), (channel(2), "digest-2".to_owned())],
        groups: vec![(group(0, 50), "digest-g".to_owned())],
    }
}

/// A card payment that waits for its PG. `number` makes its transaction's id, `payment` its payment's.
pub fn transaction(number: u64, payment: u64) -> Transaction {
    let mut order = order(payment);
    order.customer = customer();
    Transaction {
        id: transaction_id(number),
        store_id: store_id(),
        seq: 0,
        revision: 0,
        imp_uid: ImpUid::default(),
        face: Face::V2,
        platform: Platform::Api,
        status: PaymentStatus::PayPending,
        order,
        method: PayMethod::Card,
        channel: ChannelSnapshot::from(&channel(1)),
        channel_group: None,
        billing_key: None,
        customer_uid: None,
        schedule_id: None,
        custom_data: None,
        notice_urls: Vec::new(),
        skip_webhook: false,
        origin_ip: "203.0.113.10".to_owned(),
        requested_at: at(0),
        updated_at: at(0),
        status_changed_at: at(0),
        paid_at: None,
        failed_at: None,
        captured_at: None,
        cancelled_at: None,
        pg_tx_id: None,
        receipt_url: None,
        card: Some(card()),
        virtual_account: None,
        paid_by: None,
        confirm_url: None,
        escrow: None,
        delivery: None,
        wallet: None,
        window_until: None,
        failure: None,
        rerouted_to: None,
        cancellations: Vec::new(),
        promotion: None,
    }
}

fn order(payment: u64) -> Order {
    Order::of(payment_id(payment), "나이키 와플 트레이너 2 SD", PaymentAmount::total(10_000, Currency::KRW))
}

fn customer() -> Customer {
    Customer {
        id: Some("customer-1042".to_owned()),
        name: Some(CustomerName::Full("홍길동".to_owned())),
        email: Some("gildong@example.com".to_owned()),
        phone_number: Some("010-1234-5678".to_owned()),
        ..Customer::default()
    }
}

fn card() -> CardFacts {
    CardFacts {
        bin: Some("424242".to_owned()),
        last_four: Some("4242".to_owned()),
        installment_month: Some(0),
        ..CardFacts::default()
    }
}

/// An attempt that opens at a moment and is due [`LEASE_SECONDS`] later.
pub fn attempt(id: AttemptId, command: CommandKind, subject: OpenSubject, seconds: i64) -> OpenAttempt {
    let due = at(seconds + LEASE_SECONDS);
    OpenAttempt {
        id,
        store_id: store_id(),
        command,
        channel: channel_key(1),
        opened_at: at(seconds),
        lease_until: due,
        next_inquiry_at: due,
        inquiry_count: 0,
        subject,
    }
}

/// A payment to begin.
pub fn begin(number: u64, payment: u64) -> NewTransaction {
    let transaction = transaction(number, payment);
    let subject =
        OpenSubject::Pay { payment_id: payment_id(payment), transaction_id: transaction.id.clone() };
    NewTransaction {
        transaction,
        decision: decision(),
        attempt: attempt(pay_attempt_id(number), CommandKind::PayInstantly, subject, 0),
        transaction_count_max: TRANSACTION_COUNT_MAX,
        budget: None,
        events: Vec::new(),
        key: None,
        instead_of: None,
    }
}

/// A decision record of the size of a pinned channel's.
pub fn decision() -> String {
    format!(r#"{{"channel_key":"{}","purpose":"ONE_TIME"}}"#, channel_key(1))
}

/// The transaction as a PG's success leaves it.
pub fn paid(mut transaction: Transaction) -> Transaction {
    transaction.status = PaymentStatus::Paid;
    (transaction.updated_at, transaction.status_changed_at) = (at(1), at(1));
    transaction.paid_at = Some(at(1));
    transaction.pg_tx_id = Some(PgTxId::parse("t_2207281m01012609210001224567").expect("an id"));
    transaction.receipt_url = Some("https://receipts.example.com/01012609210001224567".to_owned());
    if let Some(card) = &mut transaction.card {
        card.issuer = Some("SHINHAN_CARD".to_owned());
        card.approval_number = Some("00012345".to_owned());
    }
    transaction
}

/// The transaction as a PG's refusal leaves it.
pub fn failed(mut transaction: Transaction) -> Transaction {
    transaction.status = PaymentStatus::Failed;
    transaction.status_changed_at = at(1);
    transaction.failed_at = Some(at(1));
    transaction
}

/// An announcement about a transaction.
pub fn event(transaction: &Transaction, kind: EventKind) -> Event {
    Event {
        store_id: transaction.store_id.clone(),
        kind,
        at: transaction.updated_at,
        subject: EventSubject::Payment {
            payment_id: transaction.order.payment_id.clone(),
            transaction_id: transaction.id.clone(),
            cancellation_id: None,
        },
        trigger: None,
        notice_urls: Vec::new(),
    }
}

/// A payment to begin whose promotion takes 1,000 off, from a budget that nothing was spent of before.
pub fn begin_promoted(number: u64, payment: u64, limit: i64) -> NewTransaction {
    let mut new = begin(number, payment);
    new.transaction.promotion = Some(Box::new(promotion()));
    NewTransaction { budget: Some(BudgetShare { limit, spent_before: 0 }), ..new }
}

/// A promotion that takes 1,000 off and recovers.
pub fn promotion() -> AppliedPromotion {
    AppliedPromotion {
        id: "promotion-1".to_owned(),
        discount: 1_000,
        partitions: vec![DiscountPartition { amount_from: 0, discount: Share::Percent(10) }],
        max_discount_amount: Some(1_000),
        recovers: true,
    }
}

/// The success of a payment that [`begin`] began.
pub fn settle_paid(number: u64, payment: u64) -> SettleTransaction {
    let transaction = paid(transaction(number, payment));
    SettleTransaction {
        attempt: pay_attempt_id(number),
        opened_at: None,
        events: vec![event(&transaction, EventKind::Paid)],
        transaction,
        verify_at: None,
        run_again_at: None,
        key: None,
    }
}

/// The refusal of a payment that [`begin`] began.
pub fn settle_failed(number: u64, payment: u64) -> SettleTransaction {
    let transaction = failed(transaction(number, payment));
    SettleTransaction {
        attempt: pay_attempt_id(number),
        opened_at: None,
        events: vec![event(&transaction, EventKind::Failed)],
        transaction,
        verify_at: None,
        run_again_at: None,
        key: None,
    }
}

/// A cancel of a part.
pub fn cancellation(number: u64, total: i64) -> Cancellation {
    Cancellation {
        id: CancellationId::parse(&uuid(6, number)).expect("an id"),
        status: CancelStatus::Requested,
        total,
        tax_free: 0,
        vat: total / 11,
        reason: "changed my mind".to_owned(),
        requester: None,
        pg_cancellation_id: None,
        upstream_id: None,
        requested_at: at(10),
        cancelled_at: None,
        adjustment: None,
    }
}

/// The attempt of a cancel.
pub fn cancel_attempt(number: u64, transaction: &Transaction) -> OpenAttempt {
    let subject = OpenSubject::Cancel {
        payment_id: transaction.order.payment_id.clone(),
        transaction_id: transaction.id.clone(),
        cancellation: Box::new(cancellation(number, 1_000)),
        skip_webhook: false,
        cancelled_before: 0,
    };
    attempt(attempt_id(number), CommandKind::Cancel, subject, 10)
}

/// A billing key that is being issued at channels 1 and 2 of the group.
pub fn key_record(number: u64) -> BillingKeyRecord {
    let part = |channel_number| KeyChannel {
        channel: ChannelSnapshot::from(&channel(channel_number)),
        state: KeyChannelState::Pending,
    };
    BillingKeyRecord {
        key: billing_key(number),
        customer_uid: None,
        store_id: store_id(),
        status: BillingKeyStatus::Pending,
        customer: customer(),
        method: PayMethod::Card,
        card: card(),
        first_payment: None,
        channel_group: Some(GroupSnapshot::from(&group(1, 50))),
        custom_data: Some(r#"{"plan":"monthly"}"#.to_owned()),
        notice_urls: vec!["https://shop.example.com/webhook".to_owned()],
        skip_webhook: false,
        requested_at: at(0),
        issued_at: None,
        deleted_at: None,
        channels: vec![part(1), part(2)],
    }
}

/// The attempts of a billing key's issue at channels 1 and 2: ids `10 * number + channel`.
pub fn issue_attempts(number: u64) -> Vec<OpenAttempt> {
    let subject = || OpenSubject::IssueBillingKey { billing_key: billing_key(number) };
    key_attempts(10 * number, CommandKind::IssueBillingKey, subject)
}

/// The attempts of a billing key's deletion at channels 1 and 2: ids `1000 + 10 * number + channel`.
pub fn delete_attempts(number: u64) -> Vec<OpenAttempt> {
    let subject = || OpenSubject::DeleteBillingKey { billing_key: billing_key(number), skip_webhook: false };
    key_attempts(1_000 + 10 * number, CommandKind::DeleteBillingKey, subject)
}

fn key_attempts(base: u64, command: CommandKind, subject: impl Fn() -> OpenSubject) -> Vec<OpenAttempt> {
    let one = |channel_number| OpenAttempt {
        channel: channel_key(channel_number),
        ..attempt(attempt_id(base + channel_number), command, subject(), 0)
    };
    vec![one(1), one(2)]
}
