//! What is known of a payment before anybody pays.

use portone_core::{AttemptId, CommandKind, Currency, PayMethod, PgBillingKey};
use portone_engine::event::EventKind;
use portone_engine::ledger::{
    BillingKeyRecord, BillingKeyStatus, IssueResult, KeyFailure, OpenAttempt, OpenSubject, PaymentSession,
    PaymentStatus, PreRegistration, SessionAgreement, SessionColors, SessionId, SessionOffer, SessionProduct,
    Transaction,
};
use portone_engine::port::{
    Begin, BeginPayment, NewTransaction, PreRegister, Settle, SettleKey, SettleTransaction, Store,
    SwapAttempt, SwapKeyAttempt,
};

use super::records::{
    at, attempt, attempt_id, begin, billing_key, event, key_record, other_store_id, pay_attempt_id,
    payment_id, settle_failed, settle_paid, store_id, transaction, transaction_id,
};

fn registration(payment: u64, total: Option<i64>) -> PreRegistration {
    PreRegistration {
        store_id: store_id(),
        payment_id: payment_id(payment),
        total,
        decimals: Some(2),
        tax_free: Some(100),
        currency: Some(Currency::KRW),
        registered_at: at(5),
    }
}

/// The last registration counts, and belongs to its store.
pub async fn a_payment_is_registered_until_it_is_paid(store: &dyn Store) {
    for total in [Some(1_000), None, Some(2_000)] {
        let fixed = registration(1, total);
        assert_eq!(store.pre_register(fixed.clone()).await, Ok(PreRegister::Registered));
        assert_eq!(store.pre_registration(&store_id(), &payment_id(1)).await, Ok(Some(fixed)));
    }
    assert_eq!(store.pre_registration(&store_id(), &payment_id(2)).await, Ok(None));
    assert_eq!(store.pre_registration(&other_store_id(), &payment_id(1)).await, Ok(None));
    store.begin_payment(begin(1, 1)).await.expect("begins");
    assert_eq!(
        store.pre_register(registration(1, None)).await,
        Ok(PreRegister::AlreadyPaid),
        "it is being paid"
    );
    store.settle_transaction(settle_paid(1, 1)).await.expect("settles");
    assert_eq!(store.pre_register(registration(1, None)).await, Ok(PreRegister::AlreadyPaid));
    store.begin_payment(begin(2, 2)).await.expect("begins");
    store.settle_transaction(settle_failed(2, 2)).await.expect("settles");
    assert_eq!(store.pre_register(registration(2, None)).await, Ok(PreRegister::Registered));
}

/// The second attempt takes the first one's place together with the changed record, or nothing changes.
pub async fn an_attempt_takes_anothers_place(store: &dyn Store) {
    let events = vec![event(&transaction(1, 1), EventKind::Ready)];
    store.begin_payment(NewTransaction { events, ..begin(1, 1) }).await.expect("begins");
    let read = store.transaction(&transaction_id(1)).await.expect("reads").expect("is there");
    let mut changed = read.clone();
    changed.status = PaymentStatus::Ready;
    changed.skip_webhook = true;
    let subject = OpenSubject::Confirm { payment_id: payment_id(1), transaction_id: transaction_id(1) };
    let begin_second = attempt(attempt_id(2), CommandKind::ConfirmPayment, subject, 5);
    let swap = |end: AttemptId, revision| SwapAttempt {
        end,
        begin: begin_second.clone(),
        transaction: Transaction { revision, ..changed.clone() },
        events: vec![event(&changed, EventKind::PayPending)],
    };
    let stranger = swap(attempt_id(77), read.revision);
    assert_eq!(store.swap_attempt(stranger).await, Ok(Begin::Outstanding));
    let late = swap(pay_attempt_id(1), read.revision + 1);
    assert_eq!(store.swap_attempt(late).await, Ok(Begin::Changed));
    assert_eq!(store.transaction(&transaction_id(1)).await, Ok(Some(read.clone())));
    let done = swap(pay_attempt_id(1), read.revision);
    assert_eq!(store.swap_attempt(done).await, Ok(Begin::Begun));
    let told = store.events(&store_id(), 0, 10).await.expect("reads");
    let kinds: Vec<EventKind> = told.into_iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, [EventKind::Ready, EventKind::PayPending], "told with what they tell of, and once");
    let expected = Transaction { revision: read.revision + 1, ..changed };
    assert_eq!(store.transaction(&transaction_id(1)).await, Ok(Some(expected)));
    assert_eq!(store.open_attempts(10).await, Ok(vec![begin_second]));
    assert_eq!(store.begin_payment(begin(3, 1)).await, Ok(BeginPayment::Outstanding));
}

/// An approval takes the place of the key's window, or nothing changes; the key is settled by whichever is open.
pub async fn an_attempt_on_a_key_takes_anothers_place(store: &dyn Store) {
    let record = BillingKeyRecord { channel_group: None, ..key_record(1) };
    let record = BillingKeyRecord { channels: record.channels[..1].to_vec(), ..record };
    let subject = OpenSubject::KeyWindow { billing_key: billing_key(1) };
    let window = attempt(attempt_id(1), CommandKind::OpenBillingKeyWindow, subject, 0);
    let subject = OpenSubject::ConfirmKey { billing_key: billing_key(1) };
    let confirm = attempt(attempt_id(2), CommandKind::ConfirmBillingKey, subject, 5);
    store.begin_issue(record.clone(), "{}".to_owned(), vec![window.clone()]).await.expect("begins");
    let swap = |end, begin: &OpenAttempt, skip_webhook| {
        store.swap_key_attempt(SwapKeyAttempt { end: attempt_id(end), begin: begin.clone(), skip_webhook })
    };
    assert_eq!(swap(77, &confirm, true).await, Ok(Begin::Outstanding));
    assert_eq!(store.open_attempts(10).await, Ok(vec![window.clone()]));
    assert_eq!(swap(1, &confirm, true).await, Ok(Begin::Begun));
    assert_eq!(swap(1, &confirm, false).await, Ok(Begin::Outstanding), "once");
    let muted = BillingKeyRecord { skip_webhook: true, ..record.clone() };
    assert_eq!(store.billing_key(&store_id(), &billing_key(1)).await, Ok(Some(muted)));
    assert_eq!(store.open_attempts(10).await, Ok(vec![confirm.clone()]));
    assert_eq!(swap(2, &window, false).await, Ok(Begin::Begun));
    assert_eq!(store.billing_key(&store_id(), &billing_key(1)).await, Ok(Some(record)));
    assert_eq!(swap(1, &confirm, false).await, Ok(Begin::Begun));
    let pg_billing_key = PgBillingKey::parse("pg-1").expect("a key");
    let result = IssueResult::Issued { pg_billing_key, issued_at: at(6), card: None };
    let settled = store.settle_issue(&attempt_id(2), result, at(7)).await;
    let Ok(SettleKey::Complete(issued)) = settled else { panic!("{settled:?}") };
    assert_eq!((issued.status, issued.issued_at), (BillingKeyStatus::Issued, Some(at(6))));
    assert_eq!(swap(2, &window, false).await, Ok(Begin::Outstanding));
}

/// A key and its first payment begin and end together: one attempt, one commit, each told.
pub async fn a_key_and_its_first_payment_are_one(store: &dyn Store) {
    for (number, is_paid) in [(1, true), (2, false)] {
        let key = first_key(number);
        let subject = OpenSubject::IssueAndPayWindow {
            payment_id: payment_id(number),
            transaction_id: transaction_id(number),
            billing_key: key.key.clone(),
        };
        let kind = CommandKind::OpenIssueAndPayWindow;
        let waiting = Transaction { billing_key: Some(key.key.clone()), ..transaction(number, number) };
        let new = NewTransaction {
            transaction: waiting.clone(),
            attempt: attempt(pay_attempt_id(number), kind, subject, 0),
            key: Some(Box::new(key.clone())),
            ..begin(number, number)
        };
        assert_eq!(store.begin_payment(new.clone()).await, Ok(BeginPayment::Begun));
        assert_eq!(store.begin_payment(new).await, Ok(BeginPayment::Outstanding), "once, with its key");
        assert_eq!(store.billing_key(&store_id(), &key.key).await, Ok(Some(key.clone())));
        let pg_billing_key = PgBillingKey::parse("pg-1").expect("a key");
        let (settle, result) = if is_paid {
            (
                settle_paid(number, number),
                IssueResult::Issued { pg_billing_key, issued_at: at(1), card: None },
            )
        } else {
            (settle_failed(number, number), IssueResult::Failed(failure()))
        };
        let transaction = Transaction { billing_key: waiting.billing_key, ..settle.transaction };
        let settle = SettleTransaction { transaction, key: Some(result), ..settle };
        assert_eq!(store.settle_transaction(settle.clone()).await, Ok(Settle::Settled));
        let status = if is_paid { BillingKeyStatus::Issued } else { BillingKeyStatus::Failed };
        let told = store.billing_key(&store_id(), &key.key).await.expect("reads").expect("is there");
        assert_eq!((told.status, told.issued_at), (status, is_paid.then(|| at(1))));
        assert_eq!(store.settle_transaction(settle).await, Ok(Settle::AlreadySettled));
        assert_eq!(store.open_attempts(10).await, Ok(vec![]));
    }
    let told = store.events(&store_id(), 0, 10).await.expect("reads");
    let kinds: Vec<EventKind> = told.into_iter().map(|(_, event)| event.kind).collect();
    let paid = [EventKind::BillingKeyReady, EventKind::Paid, EventKind::BillingKeyIssued];
    let failed = [EventKind::BillingKeyReady, EventKind::Failed, EventKind::BillingKeyFailed];
    assert_eq!(kinds, [paid, failed].concat());
}

/// A key by telephone, at one channel, that is issued with its first payment.
fn first_key(number: u64) -> BillingKeyRecord {
    let record = key_record(number);
    BillingKeyRecord {
        method: PayMethod::Mobile,
        first_payment: Some(payment_id(number)),
        channel_group: None,
        channels: record.channels[..1].to_vec(),
        ..record
    }
}

fn failure() -> KeyFailure {
    KeyFailure { message: "declined".to_owned(), pg_code: None, pg_message: None, failed_at: at(1) }
}

/// Every part comes back, and the first close counts.
pub async fn a_session_is_kept_and_closed_once(store: &dyn Store) {
    let session = session();
    store.create_session(session.clone()).await.expect("is kept");
    assert_eq!(store.session(&session.id).await, Ok(Some(session.clone())));
    let missing = SessionId("payment-session-2".to_owned());
    assert_eq!(store.session(&missing).await, Ok(None));
    assert_eq!(store.close_session(&store_id(), &missing, at(7)).await, Ok(None));
    assert_eq!(store.close_session(&store_id(), &session.id, at(7)).await, Ok(Some(at(7))));
    assert_eq!(store.close_session(&store_id(), &session.id, at(9)).await, Ok(Some(at(7))));
    let closed = PaymentSession { closed_at: Some(at(7)), ..session };
    assert_eq!(store.session(&closed.id).await, Ok(Some(closed.clone())));
}

fn session() -> PaymentSession {
    let text = |text: &str| Some(text.to_owned());
    let product = SessionProduct {
        id: text("p1"),
        name: "Chair".to_owned(),
        code: text("c1"),
        unit_price: 500,
        quantity: 2,
        start_date: text("2026-01-01"),
        end_date: text("2026-01-31"),
        url: text("https://shop.example.com/p1"),
        n_pay_category_type: text("PRODUCT"),
        n_pay_category_id: text("GENERAL"),
        n_pay_uid: text("u1"),
    };
    PaymentSession {
        id: SessionId("payment-session-1".to_owned()),
        store_id: store_id(),
        created_at: at(0),
        expires_at: at(60),
        closed_at: None,
        offer: SessionOffer {
            payment_id: payment_id(1),
            profile_key: "profile-1".to_owned(),
            payment_method: text("CARD_KR"),
            country: "KR".to_owned(),
            currency: Currency::KRW,
            total_amount: 1_000,
            order_name: "의자".to_owned(),
            redirect_url: text("https://shop.example.com/done"),
            products: vec![product],
            customer_name: text("홍길동"),
            customer_email: text("hong@example.com"),
            store_name: text("Shop"),
            agreements: vec![SessionAgreement {
                name: "Terms".to_owned(),
                url: "https://shop.example.com/terms".to_owned(),
            }],
            order_image_url: text("https://shop.example.com/p1.png"),
            custom_data: text("{}"),
            colors: Some(SessionColors {
                primary: text("#112233"),
                primary_hover: None,
                primary_light: text("#ffffff"),
            }),
        },
    }
}
