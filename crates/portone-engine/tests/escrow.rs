//! Escrow: the fault table of deliveries and confirmations. Real sockets, a real ledger; time moves only when told.

#![allow(clippy::large_futures)] // a test holds one at a time

mod world;

use chrono::TimeDelta;
use portone_core::{
    Address, Currency, Escrow, EscrowParty, EscrowStatus, Logistics, LogisticsCompany, LogisticsStep, Order,
    PayMethod, PaymentId, RegisterEscrowLogistics, StoreReceiptItem,
};
use portone_engine::EngineError;
use portone_engine::request::{ConfirmEscrowRequest, EscrowLogisticsRequest, StoreReceiptRequest};
use world::faulty::{Class, arm, class, disarm, faults, is_booked};
use world::{KPN, SMARTRO, World, by_channel};

const FIRST: &str = "345678901234";
const SECOND: &str = "555566667777";

/// A payment into an account of Smartro, held in escrow.
async fn held(world: &World) -> PaymentId {
    let id = world.payment_id();
    let mut request = world.account_request(&id, by_channel(SMARTRO));
    request.pay.order = Order { is_escrow: Some(true), ..request.pay.order };
    world.engine.pay_instantly(request).await.unwrap();
    world.deposited(&id).await;
    id
}

async fn registered(world: &World) -> PaymentId {
    let id = held(world).await;
    let request = logistics(world, &id, LogisticsStep::Register, FIRST);
    world.engine.register_escrow_logistics(request).await.unwrap();
    id
}

fn logistics(world: &World, id: &PaymentId, step: LogisticsStep, number: &str) -> EscrowLogisticsRequest {
    let party = || {
        Some(EscrowParty {
            name: Some("Kim Port".to_owned()),
            phone_number: Some("01000001234".to_owned()),
            zipcode: Some("06133".to_owned()),
            address: Some(Address {
                address_line1: "Teheran-ro 1".to_owned(),
                address_line2: "5F".to_owned(),
                city: None,
                province: None,
                country: None,
            }),
        })
    };
    let register = RegisterEscrowLogistics {
        payment_id: id.clone(),
        step,
        logistics: Logistics {
            company: LogisticsCompany::from_code("CJ").unwrap(),
            invoice_number: number.to_owned(),
            sent_at: world.clock_time() - TimeDelta::hours(1),
            received_at: None,
            address: None,
        },
        sender: party(),
        sender_relationship: None,
        receiver: party(),
        send_email: None,
        products: Vec::new(),
        method: PayMethod::Card,
    };
    EscrowLogisticsRequest { caller: world.caller(), register }
}

fn confirm(world: &World, id: &PaymentId) -> ConfirmEscrowRequest {
    ConfirmEscrowRequest { caller: world.caller(), payment_id: id.clone(), from_store: Some(true) }
}

async fn escrow(world: &World, id: &PaymentId) -> Option<(EscrowStatus, Option<String>)> {
    let Escrow { status, delivery, .. } = world.payment(id).await.escrow?;
    Some((status, delivery.map(|delivery| delivery.invoice_number)))
}

#[tokio::test]
async fn deliveries_are_registered() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = held(&world).await;
        arm(&world, "REGISTER_ESCROW_LOGISTICS", fault.as_ref()).await;
        let request = || logistics(&world, &id, LogisticsStep::Register, FIRST);
        let result = world.engine.register_escrow_logistics(request()).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        if expected == Class::Unknown {
            let again = world.engine.register_escrow_logistics(request()).await;
            assert_eq!(class(&again), Class::Unknown, "{name}: a second one while the first is open");
        }
        world.settle_all().await;
        let expected = is_booked(fault.as_ref()).then(|| (EscrowStatus::Registered, Some(FIRST.to_owned())));
        assert_eq!(escrow(&world, &id).await, expected, "{name}");
        world.assert_ledgers_agree(&id).await;
    }
}

#[tokio::test]
async fn deliveries_are_modified() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = registered(&world).await;
        arm(&world, "REGISTER_ESCROW_LOGISTICS", fault.as_ref()).await;
        let request = logistics(&world, &id, LogisticsStep::Modify, SECOND);
        let result = world.engine.register_escrow_logistics(request).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        let number = if is_booked(fault.as_ref()) { SECOND } else { FIRST };
        let expected = Some((EscrowStatus::Registered, Some(number.to_owned())));
        assert_eq!(escrow(&world, &id).await, expected, "{name}");
    }
}

#[tokio::test]
async fn purchases_are_confirmed() {
    let world = World::new().await;
    for (name, fault, expected) in faults() {
        let id = registered(&world).await;
        arm(&world, "CONFIRM_ESCROW", fault.as_ref()).await;
        let result = world.engine.confirm_escrow(confirm(&world, &id)).await;
        assert_eq!(class(&result), expected, "{name}");
        disarm(&world).await;
        world.settle_all().await;
        let status =
            if is_booked(fault.as_ref()) { EscrowStatus::Confirmed } else { EscrowStatus::Registered };
        assert_eq!(escrow(&world, &id).await, Some((status, Some(FIRST.to_owned()))), "{name}");
    }
}

/// A cancel of everything ends what is held.
#[tokio::test]
async fn a_cancelled_payment_is_held_no_more() {
    let world = World::new().await;
    let key = world.engine.issue_billing_key(world.issue_request(by_channel(KPN), "4242424242424242")).await;
    let id = world.payment_id();
    world.engine.pay_with_billing_key(world.key_request(&id, &key.unwrap().key)).await.unwrap();
    let mut paid = world.payment(&id).await;
    paid.escrow = Some(Escrow { status: EscrowStatus::Registered, ..Escrow::BEFORE_REGISTERED });
    world.write(paid).await;
    world.engine.cancel(world.cancel_request(&id, Some(100))).await.unwrap();
    assert_eq!(escrow(&world, &id).await.unwrap().0, EscrowStatus::Registered, "the rest is still held");
    world.engine.cancel(world.cancel_request(&id, None)).await.unwrap();
    assert_eq!(escrow(&world, &id).await.unwrap().0, EscrowStatus::Cancelled);
}

#[tokio::test]
async fn v2_071_only_a_paid_payment_in_escrow_is_delivered() {
    let world = World::new().await;
    let id = world.payment_id();
    let deliver = async |id: &PaymentId| {
        let request = logistics(&world, id, LogisticsStep::Register, FIRST);
        world.engine.register_escrow_logistics(request).await.unwrap_err()
    };
    assert!(matches!(deliver(&id).await, EngineError::PaymentNotFound(_)));
    world.engine.pay_instantly(world.account_request(&id, by_channel(SMARTRO))).await.unwrap();
    assert_eq!(deliver(&id).await, EngineError::PaymentNotPaid("VIRTUAL_ACCOUNT_ISSUED"));
    world.deposited(&id).await;
    let sent = world.wire.sent.lock().unwrap().len();
    assert!(matches!(deliver(&id).await, EngineError::Conflict(_)), "it was made without isEscrow");
    assert_eq!(world.wire.sent.lock().unwrap().len(), sent);
}

/// No PG of this project names sub-shops on its slips.
#[tokio::test]
async fn sub_shops_are_refused_by_the_profile() {
    let world = World::new().await;
    let id = world.payment_id();
    world.engine.pay_instantly(world.card_request(&id, by_channel(KPN), "4242424242424242")).await.unwrap();
    let item = StoreReceiptItem {
        business_registration_number: "1234567890".into(),
        name: "Sub-shop".to_owned(),
        total: 8900,
        tax_free: None,
        vat: None,
        supply: None,
        currency: Currency::KRW,
    };
    let request = |id: &PaymentId| StoreReceiptRequest {
        caller: world.caller(),
        payment_id: id.clone(),
        items: vec![item.clone()],
    };
    let Err(EngineError::Invalid(report)) = world.engine.register_store_receipt(request(&id)).await else {
        panic!("it was not refused")
    };
    assert!(report.rejections().any(|violation| violation.rule == "KPN-CAP"), "{report}");
    let unknown = world.engine.register_store_receipt(request(&world.payment_id())).await;
    assert!(matches!(unknown, Err(EngineError::PaymentNotFound(_))));
    assert_eq!(world.open_attempts().await, 0);
}
