//! Cash receipts, escrow and sub-shops.

use chrono::TimeDelta;
use portone_core::{
    Address, AttemptSubject, Command, ConfirmEscrow, Currency, EscrowParty, IssueCashReceipt, Logistics,
    LogisticsCompany, LogisticsStep, PayMethod, PaymentAmount, ReceiptPurpose, ReceiptReceiver,
    RegisterEscrowLogistics, RegisterStoreReceipt, Secret, StoreReceiptItem,
};

use super::{AMOUNT, Secrets, now, payment_id};

/// The carrier's number of every sample parcel.
pub const INVOICE_NUMBER: &str = "345678901234";

/// A personal cash receipt for a payment that is not in the ledger.
pub fn issue_cash_receipt(secrets: Secrets) -> Command {
    Command::IssueCashReceipt(IssueCashReceipt {
        payment_id: payment_id(),
        purpose: ReceiptPurpose::Personal,
        order_name: "스위블 체어".to_owned(),
        amount: PaymentAmount::total(AMOUNT, Currency::KRW),
        product_type: None,
        receiver: ReceiptReceiver {
            identity_number: Secret::from(secrets.identity),
            identity_type: None,
            name: Some("홍길동".to_owned()),
            email: None,
            phone_number: Some("01012345678".to_owned()),
        },
        paid_at: None,
        business_registration_number: None,
        told_method: None,
        method: None,
    })
}

/// A delivery, of a payment by virtual account.
pub fn logistics(step: LogisticsStep) -> Command {
    Command::RegisterEscrowLogistics(RegisterEscrowLogistics {
        payment_id: payment_id(),
        step,
        logistics: Logistics {
            company: carrier(),
            invoice_number: INVOICE_NUMBER.to_owned(),
            sent_at: now() - TimeDelta::hours(2),
            received_at: None,
            address: None,
        },
        sender: Some(party("포트원")),
        sender_relationship: None,
        receiver: Some(party("홍길동")),
        send_email: None,
        products: Vec::new(),
        method: PayMethod::VirtualAccount,
    })
}

/// What an attempt to tell of [`logistics`] is about.
pub fn logistics_subject() -> AttemptSubject {
    AttemptSubject::RegisterEscrowLogistics {
        payment_id: payment_id(),
        company: carrier(),
        invoice_number: INVOICE_NUMBER.to_owned(),
    }
}

/// A confirmation by the buyer.
pub fn confirm_escrow() -> Command {
    Command::ConfirmEscrow(ConfirmEscrow {
        payment_id: payment_id(),
        from_store: None,
        method: PayMethod::VirtualAccount,
    })
}

/// Two sub-shops of a card payment.
pub fn store_receipt(secrets: Secrets) -> Command {
    let item = |name: &str, total| StoreReceiptItem {
        business_registration_number: Secret::from(secrets.account),
        name: name.to_owned(),
        total,
        tax_free: None,
        vat: None,
        supply: None,
        currency: Currency::KRW,
    };
    Command::RegisterStoreReceipt(RegisterStoreReceipt {
        payment_id: payment_id(),
        items: vec![item("하위상점 1", 1000), item("하위상점 2", 100)],
        method: PayMethod::Card,
    })
}

fn carrier() -> LogisticsCompany {
    LogisticsCompany::from_code("CJ").unwrap()
}

fn party(name: &str) -> EscrowParty {
    EscrowParty {
        name: Some(name.to_owned()),
        phone_number: Some("01012345678".to_owned()),
        zipcode: Some("06133".to_owned()),
        address: Some(Address {
            address_line1: "테헤란로 1".to_owned(),
            address_line2: "2층".to_owned(),
            city: None,
            province: None,
            country: None,
        }),
    }
}
