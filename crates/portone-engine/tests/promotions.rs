//! Promotions: what is taken off, what the PG hears, and what becomes of the budget, whatever goes wrong. Real sockets, a
//! real ledger; time moves only when told.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use portone_core::{
    BillingKey, Break, CancelStatus, Currency, PaymentAmount, PaymentId, PgReply, PgRequest, Transport,
};
use portone_engine::ledger::{Face, PaymentStatus, ScheduleStatus};
use portone_engine::port::{BeginPayment, BudgetShare, NewTransaction, Store};
use portone_engine::promotion::{
    CardCompany, CardPromotion, DiscountPartition, Otherwise, Promotions, RecoverOption, RetainOption, Share,
};
use portone_engine::request::{Caller, CancelRequest, CreateScheduleRequest, PayInstantlyRequest};
use portone_engine::{Engine, EngineConfig, EngineError, Ports};
use portone_store::{SqliteStore, contract::records};
use world::faulty::{Class, arm, class, disarm, faults, is_booked};
use world::{KPN, SMARTRO, STORE, SeededRandom, TestClock, World, by_channel};

const APPROVED: &str = "4242424242424242";
/// Of another company.
const OTHERS: &str = "5555555555554444";
/// Of a company that nobody told us of.
const UNKNOWN: &str = "4111111111111111";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// 10% from 5,000 on, 20% from 50,000 on, for the day the tests begin on.
fn autumn() -> CardPromotion {
    CardPromotion {
        id: "autumn".to_owned(),
        name: "Autumn".to_owned(),
        partitions: vec![
            DiscountPartition { amount_from: 5_000, discount: Share::Percent(10) },
            DiscountPartition { amount_from: 50_000, discount: Share::Percent(20) },
        ],
        total_budget: 1_000_000,
        max_discount_amount: None,
        spent_amount: 0,
        currency: Currency::KRW,
        start_at: time("2026-11-21T00:00:00Z"),
        end_at: time("2026-11-22T00:00:00Z"),
        terminated_at: None,
        paused: false,
        card_company: CardCompany::Lotte,
        created_at: time("2026-11-01T00:00:00Z"),
        recover_option: RecoverOption::Recover,
        otherwise: Otherwise::ChargeInFull,
    }
}

async fn shop(promotions: Vec<CardPromotion>) -> World {
    let bins = [("4242", CardCompany::Lotte), ("400000", CardCompany::Lotte), ("555555", CardCompany::Bc)];
    World::with_promotions(Promotions {
        of_stores: BTreeMap::from([(STORE.parse().unwrap(), promotions)]),
        of_channels: BTreeMap::new(),
        card_bins: bins.into_iter().map(|(bin, company)| (bin.to_owned(), company)).collect(),
    })
    .await
}

fn request(world: &World, id: &PaymentId, promotion: &str, total: i64) -> PayInstantlyRequest {
    let mut request = world.card_request(id, by_channel(KPN), APPROVED);
    request.pay.order.promotion_id = Some(promotion.to_owned());
    request.pay.order.amount.total = total;
    request
}

async fn pay(world: &World, promotion: &str, total: i64) -> PaymentId {
    let id = world.payment_id();
    world.engine.pay_instantly(request(world, &id, promotion, total)).await.unwrap();
    id
}

async fn spent(world: &World, promotion: &str) -> i64 {
    world.engine.promotion(&world.caller(), promotion).await.unwrap().spent_amount
}

async fn charged(world: &World, id: &PaymentId) -> i64 {
    world.assert_ledgers_agree(id).await;
    world.payment(id).await.charged().total
}

fn part(world: &World, id: &PaymentId, amount: i64, option: Option<RetainOption>) -> CancelRequest {
    CancelRequest { retain_option: option, ..world.cancel_request(id, Some(amount)) }
}

#[tokio::test]
async fn the_pg_is_asked_for_what_is_left_and_hears_of_no_promotion() {
    let world = shop(vec![autumn()]).await;
    let id = pay(&world, "autumn", 8_900).await;
    assert_eq!(charged(&world, &id).await, 8_010);
    let paid = world.payment(&id).await;
    assert_eq!((paid.order.amount.total, paid.discount()), (8_900, 890));
    assert_eq!(paid.order.promotion_id.as_deref(), Some("autumn"), "the shop's record says which");
    assert_eq!(spent(&world, "autumn").await, 890);
    // The sandbox refuses a payment that names a promotion, and has none.
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.engine.verify_paid(10).await.unwrap().finished, 1);
    assert_eq!(world.engine.store().discrepancies(10).await.unwrap(), []);
}

#[tokio::test]
async fn the_tier_is_the_amounts_and_the_cap_holds() {
    let capped = CardPromotion { id: "capped".to_owned(), max_discount_amount: Some(7_000), ..autumn() };
    let world = shop(vec![autumn(), capped]).await;
    for (promotion, total, expected) in [
        ("autumn", 5_000, 4_500),
        ("autumn", 5_009, 4_509),
        ("autumn", 49_999, 45_000),
        ("autumn", 50_000, 40_000),
        ("capped", 30_000, 27_000),
        ("capped", 50_000, 43_000),
    ] {
        let id = pay(&world, promotion, total).await;
        assert_eq!(charged(&world, &id).await, expected, "{promotion} {total}");
    }
}

/// Whatever becomes of the call, the budget has what the PG took, and holds what is not known.
#[tokio::test]
async fn the_budget_follows_the_outcome() {
    let world = shop(vec![autumn()]).await;
    let mut expected = 0;
    for (name, fault, of_class) in faults() {
        let id = world.payment_id();
        arm(&world, "PAY_INSTANTLY", fault.as_ref()).await;
        let result = world.engine.pay_instantly(request(&world, &id, "autumn", 8_900)).await;
        assert_eq!(class(&result), of_class, "{name}");
        disarm(&world).await;
        let held = if of_class == Class::Unknown { 890 } else { 0 };
        assert_eq!(spent(&world, "autumn").await, expected + held, "{name}");
        world.settle_all().await;
        world.assert_ledgers_agree(&id).await;
        expected += if is_booked(fault.as_ref()) { 890 } else { 0 };
        assert_eq!(spent(&world, "autumn").await, expected, "{name}");
    }
    assert!(expected > 0);
}

/// PortOne's guide: what cannot have its promotion is charged in full; a promotion may say that it is refused instead.
#[tokio::test]
async fn what_cannot_have_its_promotion_is_charged_in_full_or_refused() {
    let later = CardPromotion { id: "later".to_owned(), start_at: time("2026-11-21T06:00:00Z"), ..autumn() };
    let paused = CardPromotion { id: "paused".to_owned(), paused: true, ..autumn() };
    let small = CardPromotion { id: "small".to_owned(), total_budget: 889, ..autumn() };
    let gone = CardPromotion { id: "gone".to_owned(), total_budget: 500, spent_amount: 500, ..autumn() };
    let all = [later, paused, small, gone];
    let strict = all.clone().map(|promotion| CardPromotion {
        id: format!("strict-{}", promotion.id),
        otherwise: Otherwise::Refuse,
        ..promotion
    });
    let world = shop(all.iter().chain(&strict).chain(&[autumn()]).cloned().collect()).await;
    for id in ["later", "paused", "small", "gone"] {
        let payment = pay(&world, id, 8_900).await;
        assert_eq!(charged(&world, &payment).await, 8_900, "{id}");
        let refused = world.payment_id();
        let result =
            world.engine.pay_instantly(request(&world, &refused, &format!("strict-{id}"), 8_900)).await;
        let Err(EngineError::Invalid(report)) = result else { panic!("{id}: {result:?}") };
        assert_eq!(report.violations[0].field, "promotionId", "{id}");
        assert!(world.pg_charges(&refused).await.is_empty());
    }
    let below = pay(&world, "autumn", 4_999).await;
    assert_eq!(charged(&world, &below).await, 4_999, "below the least amount");
    world.clock.advance(TimeDelta::days(1));
    let over = pay(&world, "autumn", 8_900).await;
    assert_eq!(charged(&world, &over).await, 8_900);
    assert_eq!(spent(&world, "autumn").await, 0);
}

#[tokio::test]
async fn a_wrong_promotion_is_refused_before_anything_is_sent() {
    let all = CardPromotion {
        id: "all".to_owned(),
        partitions: vec![DiscountPartition { amount_from: 0, discount: Share::Amount(5_000) }],
        ..autumn()
    };
    let world = shop(vec![autumn(), all]).await;
    let id = world.payment_id();
    for (promotion, currency) in [("winter", Currency::KRW), ("autumn", Currency::USD)] {
        let mut wrong = request(&world, &id, promotion, 8_900);
        wrong.pay.order.amount.currency = currency;
        let result = world.engine.pay_instantly(wrong).await;
        assert!(matches!(result, Err(EngineError::Invalid(_))), "{promotion}: {result:?}");
    }
    for number in [OTHERS, UNKNOWN] {
        let mut wrong = world.card_request(&id, by_channel(KPN), number);
        wrong.pay.order.promotion_id = Some("autumn".to_owned());
        let result = world.engine.pay_instantly(wrong).await;
        assert_eq!(result.unwrap_err(), EngineError::PromotionPayMethodDoesNotMatch("LOTTE_CARD"));
    }
    let mut account = world.account_request(&id, by_channel(SMARTRO));
    account.pay.order.promotion_id = Some("autumn".to_owned());
    let result = world.engine.pay_instantly(account).await;
    assert_eq!(result.unwrap_err(), EngineError::PromotionPayMethodDoesNotMatch("LOTTE_CARD"));
    let result = world.engine.pay_instantly(request(&world, &id, "all", 5_000)).await;
    assert_eq!(result.unwrap_err(), EngineError::DiscountExceedsTotal { discount: 5_000, total: 5_000 });
    assert!(world.wire.sent.lock().unwrap().is_empty());
    assert!(world.engine.payment(&STORE.parse().unwrap(), &id).await.is_err(), "nothing is kept");
    world.engine.pay_instantly(request(&world, &id, "all", 5_001)).await.unwrap();
    assert_eq!(charged(&world, &id).await, 1);
}

/// However many pay at once, the budget is never overspent, and the rest pays in full.
#[tokio::test(flavor = "multi_thread")]
async fn payments_at_once_never_overspend() {
    let tight = CardPromotion { total_budget: 7 * 890 + 500, ..autumn() };
    let world = shop(vec![tight]).await;
    let ids: Vec<_> = (0..30).map(|_| world.payment_id()).collect();
    let paid =
        join_all(ids.iter().map(|id| world.engine.pay_instantly(request(&world, id, "autumn", 8_900)))).await;
    assert!(paid.iter().all(Result::is_ok), "{paid:?}");
    let mut amounts = Vec::new();
    for id in &ids {
        amounts.push(charged(&world, id).await);
    }
    let given = amounts.iter().filter(|amount| **amount == 8_010).count();
    assert_eq!((given, amounts.iter().filter(|amount| **amount == 8_900).count()), (7, 23));
    assert_eq!(spent(&world, "autumn").await, 7 * 890);
}

/// What was looked at may be gone when it is reserved: then it is looked at again.
#[tokio::test]
async fn a_budget_that_others_take_meanwhile_is_looked_at_again() {
    let one = CardPromotion { total_budget: 890, ..autumn() };
    let world = shop(vec![one]).await;
    let (first, second) = (world.payment_id(), world.payment_id());
    let (a, b) = tokio::join!(
        world.engine.pay_instantly(request(&world, &first, "autumn", 8_900)),
        world.engine.pay_instantly(request(&world, &second, "autumn", 8_900)),
    );
    assert!(a.is_ok() && b.is_ok());
    let mut amounts = [charged(&world, &first).await, charged(&world, &second).await];
    amounts.sort_unstable();
    assert_eq!(amounts, [8_010, 8_900]);
    // A cancel gives it back to the next.
    let given = if charged(&world, &first).await == 8_010 { first } else { second };
    world.engine.cancel(world.cancel_request(&given, None)).await.unwrap();
    let third = pay(&world, "autumn", 8_900).await;
    assert_eq!(charged(&world, &third).await, 8_010);
}

async fn key(world: &World, number: &str) -> BillingKey {
    world.engine.issue_billing_key(world.issue_request(by_channel(KPN), number)).await.unwrap().key
}

#[tokio::test]
async fn a_billing_keys_card_decides() {
    let world = shop(vec![autumn()]).await;
    for (number, ours) in [(APPROVED, true), (OTHERS, false)] {
        let (id, key) = (world.payment_id(), key(&world, number).await);
        let mut request = world.key_request(&id, &key);
        request.order.promotion_id = Some("autumn".to_owned());
        let result = world.engine.pay_with_billing_key(request).await;
        if ours {
            result.unwrap();
            assert_eq!(charged(&world, &id).await, 8_010);
        } else {
            assert_eq!(result.unwrap_err(), EngineError::PromotionPayMethodDoesNotMatch("LOTTE_CARD"));
        }
    }
}

/// A schedule has its promotion when it is paid, not when it is made.
#[tokio::test]
async fn a_schedule_has_the_promotion_of_its_time() {
    let later = CardPromotion { start_at: time("2026-11-21T06:00:00Z"), ..autumn() };
    let world = shop(vec![later]).await;
    let key = key(&world, APPROVED).await;
    let mut made = Vec::new();
    for (hours, expected) in [(1, 8_900), (7, 8_010), (25, 8_900)] {
        let id = world.payment_id();
        let mut pay = world.key_request(&id, &key);
        pay.order.promotion_id = Some("autumn".to_owned());
        let time_to_pay = world.clock_time() + TimeDelta::hours(hours);
        let schedule =
            world.engine.create_schedule(CreateScheduleRequest { pay, time_to_pay }).await.unwrap();
        made.push((hours, id, schedule.id, expected));
    }
    let mut now = 0;
    for (hours, id, schedule, expected) in made {
        world.clock.advance(TimeDelta::hours(hours - now));
        now = hours;
        world.engine.run_due_schedules(10).await.unwrap();
        let status = world.engine.schedule(&world.caller().store_id, &schedule).await.unwrap().status;
        assert_eq!((status, charged(&world, &id).await), (ScheduleStatus::Succeeded, expected), "{hours}");
    }
    let mut wrong = world.key_request(&world.payment_id(), &key);
    wrong.order.promotion_id = Some("winter".to_owned());
    let time_to_pay = world.clock_time() + TimeDelta::hours(1);
    let result = world.engine.create_schedule(CreateScheduleRequest { pay: wrong, time_to_pay }).await;
    let Err(EngineError::Invalid(report)) = result else { panic!("{result:?}") };
    assert_eq!(report.violations[0].field, "payment.promotionId");
}

/// The tier that is left decides what goes back.
#[tokio::test]
async fn a_cancel_finds_the_discount_anew() {
    let world = shop(vec![autumn()]).await;
    let id = pay(&world, "autumn", 60_000).await;
    assert_eq!(spent(&world, "autumn").await, 12_000);
    world.engine.cancel(part(&world, &id, 10_000, None)).await.unwrap();
    let payment = world.payment(&id).await;
    assert_eq!((payment.cancellable(), payment.discount(), payment.given_back()), (50_000, 10_000, 8_000));
    // 20% of 50,000 becomes 10% of 49,000: more than is cancelled.
    let result = world.engine.cancel(part(&world, &id, 1_000, None)).await;
    assert_eq!(result.unwrap_err(), EngineError::NegativeAdjustedCancel { amount: 1_000, released: 5_100 });
    // Exactly nothing would go back.
    let result = world.engine.cancel(part(&world, &id, 5_555, None)).await;
    assert!(matches!(result, Err(EngineError::NegativeAdjustedCancel { .. })), "{result:?}");
    let mut believed = part(&world, &id, 30_000, Some(RetainOption::Release));
    believed.current_cancellable = Some(50_000);
    world.engine.cancel(believed).await.unwrap();
    let payment = world.payment(&id).await;
    assert_eq!((payment.discount(), payment.given_back()), (2_000, 30_000));
    assert_eq!(spent(&world, "autumn").await, 2_000);
    // Below the least amount nothing is taken off.
    world.engine.cancel(part(&world, &id, 16_000, None)).await.unwrap();
    assert_eq!(world.payment(&id).await.discount(), 0);
    world.engine.cancel(world.cancel_request(&id, None)).await.unwrap();
    let payment = world.payment(&id).await;
    assert_eq!((payment.status, payment.given_back()), (PaymentStatus::Cancelled, 48_000));
    assert_eq!(spent(&world, "autumn").await, 0);
    world.assert_ledgers_agree(&id).await;
}

#[tokio::test]
async fn a_cancel_keeps_the_rate_and_every_later_one_too() {
    let world = shop(vec![autumn()]).await;
    let id = pay(&world, "autumn", 60_000).await;
    world.engine.cancel(part(&world, &id, 56_000, Some(RetainOption::Retain))).await.unwrap();
    let payment = world.payment(&id).await;
    assert_eq!((payment.discount(), payment.given_back()), (800, 44_800));
    for option in [None, Some(RetainOption::Release)] {
        let result = world.engine.cancel(part(&world, &id, 1_000, option)).await;
        assert_eq!(result.unwrap_err(), EngineError::RetainOptionChanged("RETAIN"));
    }
    let mut rest = world.cancel_request(&id, None);
    rest.retain_option = Some(RetainOption::Release);
    let result = world.engine.cancel(rest).await;
    assert_eq!(result.unwrap_err(), EngineError::RetainOptionChanged("RETAIN"));
    world.engine.cancel(world.cancel_request(&id, None)).await.unwrap();
    assert_eq!(world.payment(&id).await.given_back(), 48_000, "all that is left goes back by any option");
    world.assert_ledgers_agree(&id).await;
}

/// What cancels give back is kept from the budget unless it recovers; for that there is spare budget.
#[tokio::test]
async fn a_budget_that_does_not_recover_has_spare() {
    let spare_budget = Some(Share::Percent(50));
    let fixed = CardPromotion {
        total_budget: 890,
        recover_option: RecoverOption::NoRecover { spare_budget },
        ..autumn()
    };
    let world = shop(vec![
        CardPromotion { id: "fixed".to_owned(), ..fixed.clone() },
        CardPromotion { total_budget: 1_187, ..fixed },
    ])
    .await;
    for promotion in ["fixed", "autumn"] {
        let id = pay(&world, promotion, 8_900).await;
        world.engine.cancel(world.cancel_request(&id, None)).await.unwrap();
        assert_eq!(spent(&world, promotion).await, 890);
    }
    let id = pay(&world, "fixed", 8_900).await;
    assert_eq!(charged(&world, &id).await, 8_900, "890 of 890 + 445 are spent");
    let id = pay(&world, "autumn", 8_900).await;
    assert_eq!(charged(&world, &id).await, 8_010, "1,187 + 593 have room for two");
}

/// A cancel whose reply is lost is settled with what went back, and the budget waits for it.
#[tokio::test]
async fn the_budget_follows_the_outcome_of_a_cancel() {
    let world = shop(vec![autumn()]).await;
    for (name, fault, of_class) in faults() {
        let before = spent(&world, "autumn").await;
        let id = pay(&world, "autumn", 60_000).await;
        arm(&world, "CANCEL", fault.as_ref()).await;
        let result = world.engine.cancel(part(&world, &id, 20_000, None)).await;
        assert_eq!(class(&result), of_class, "{name}");
        disarm(&world).await;
        assert_eq!(spent(&world, "autumn").await, before + 12_000, "{name}");
        world.settle_all().await;
        world.assert_ledgers_agree(&id).await;
        let booked = is_booked(fault.as_ref());
        let (back, kept) = if booked { (12_000, 4_000) } else { (0, 12_000) };
        let payment = world.payment(&id).await;
        assert_eq!((payment.given_back(), payment.discount()), (back, kept), "{name}");
        assert_eq!(spent(&world, "autumn").await, before + kept, "{name}");
        assert!(payment.cancellations.iter().all(|cancel| cancel.status == CancelStatus::Succeeded));
    }
}

/// Both parts bear the discount, and neither gives back more than it holds.
#[tokio::test]
async fn the_tax_free_part_is_handled() {
    let world = shop(vec![autumn()]).await;
    let id = world.payment_id();
    let mut half = request(&world, &id, "autumn", 50_000);
    half.pay.order.amount = PaymentAmount { tax_free: Some(25_000), ..half.pay.order.amount };
    world.engine.pay_instantly(half).await.unwrap();
    let ledger = world.pg_ledger().await;
    let asked = &ledger["payments"][0]["transactions"][0];
    let parts = (&asked["charged"], &asked["booked"]["taxFree"]);
    assert_eq!(parts, (&40_000.into(), &20_000.into()), "{asked}");
    let mut taxable = part(&world, &id, 20_000, None);
    taxable.tax_free = Some(0);
    world.engine.cancel(taxable).await.unwrap();
    // 3,000 of 30,000 are taken off now: 27,000 of the 40,000 stay, 22,500 of them tax-free, so all of the 20,000 do.
    let first = world.payment(&id).await.cancellations[0].clone();
    assert_eq!((first.given_back(), first.adjustment.unwrap().tax_free), (13_000, 0));
    let mut free = part(&world, &id, 15_000, None);
    free.tax_free = Some(15_000);
    world.engine.cancel(free).await.unwrap();
    let payment = world.payment(&id).await;
    assert_eq!(payment.cancellations[1].given_back(), 13_500);
    assert_eq!(payment.cancellations[1].adjustment.unwrap().tax_free, 11_000);
    world.engine.cancel(world.cancel_request(&id, None)).await.unwrap();
    let payment = world.payment(&id).await;
    let last = payment.cancellations[2].adjustment.unwrap();
    assert_eq!((payment.cancellations[2].given_back(), last.tax_free), (13_500, 9_000));
    world.assert_ledgers_agree(&id).await;
}

/// Nothing is sent in a test that has no upstream.
struct NoUpstream;

#[async_trait]
impl Transport for NoUpstream {
    async fn send(&self, _: &PgRequest, _: Duration) -> Result<PgReply, Break> {
        Err(Break::NotSent("there is no upstream".to_owned()))
    }
}

/// The ledger counts on, whatever a later declaration says was spent; a budget below that is exhausted.
#[tokio::test]
async fn a_promotion_that_is_declared_anew_keeps_what_it_spent() {
    let store = Arc::new(SqliteStore::in_memory().unwrap());
    let caller = Caller { store_id: records::store_id(), ip: String::new(), face: Face::V2, operation: None };
    let told = async |total_budget: i64, spent_amount: i64| {
        let promotion =
            CardPromotion { id: "promotion-1".to_owned(), total_budget, spent_amount, ..autumn() };
        let of_stores = BTreeMap::from([(records::store_id(), vec![promotion])]);
        let promotions = Promotions { of_stores, ..Promotions::default() };
        let ports = Ports {
            store: Arc::clone(&store) as Arc<dyn Store>,
            transport: Arc::new(NoUpstream),
            clock: TestClock::new(),
            random: SeededRandom::new(1),
            watch: None,
        };
        let config = EngineConfig { promotions, ..EngineConfig::default() };
        let engine = Engine::start(ports, config, BTreeMap::new(), vec![records::declared()]).await.unwrap();
        let told = engine.promotion(&caller, "promotion-1").await.unwrap();
        (told.spent_amount, told.status.code())
    };
    assert_eq!(told(1_000_000, 500).await, (500, "IN_PROGRESS"));
    assert_eq!(told(1_000_000, 400).await, (400, "IN_PROGRESS"), "nothing was paid with it");
    let new = records::begin_promoted(1, 1, 1_000_000);
    let budget = Some(BudgetShare { limit: 1_000_000, spent_before: 400 });
    let begun = store.begin_payment(NewTransaction { budget, ..new }).await;
    assert_eq!(begun, Ok(BeginPayment::Begun));
    assert_eq!(told(1_000_000, 900_000).await, (1_400, "IN_PROGRESS"));
    assert_eq!(told(1_399, 0).await, (1_400, "BUDGET_EXHAUSTED"));
}
