//! What a shop asks for.

use chrono::TimeDelta;
use portone_core::{
    Bank, CardPayment, CashReceiptRequest, CashReceiptType, InstantMethod, IssueBillingKey, Order,
    PayInstantly, PaymentId, VirtualAccountExpiry, VirtualAccountOption, VirtualAccountOptionType,
    VirtualAccountRequest,
};
use portone_engine::port::Clock as _;
use portone_engine::request::{
    CancelRequest, Extras, IssueBillingKeyRequest, PayInstantlyRequest, PayWithBillingKeyRequest, Selector,
};

use super::{World, card, customer, order};

/// A payment by card number.
pub fn key_in(id: &PaymentId, number: &str) -> PayInstantly {
    let method = InstantMethod::Card(CardPayment {
        card: card(number),
        installment_month: None,
        use_free_installment_plan: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
    });
    PayInstantly { order: order(id), method }
}

impl World {
    pub fn card_request(&self, id: &PaymentId, selector: Selector, number: &str) -> PayInstantlyRequest {
        let pay = key_in(id, number);
        PayInstantlyRequest { caller: self.caller(), selector, pay, extras: Extras::default() }
    }

    pub fn account_request(&self, id: &PaymentId, selector: Selector) -> PayInstantlyRequest {
        let method = InstantMethod::VirtualAccount(VirtualAccountRequest {
            bank: Bank::Shinhan,
            expiry: VirtualAccountExpiry {
                valid_hours: None,
                due_date: Some(self.clock.now() + TimeDelta::days(3)),
            },
            option: VirtualAccountOption { kind: VirtualAccountOptionType::Normal, fixed: None },
            cash_receipt: Some(CashReceiptRequest {
                kind: CashReceiptType::Personal,
                customer_identity_number: Some("01000001234".into()),
            }),
            remittee_name: Some("Shop".to_owned()),
        });
        let order = Order { product_count: Some(1), ..order(id) };
        let pay = PayInstantly { order, method };
        PayInstantlyRequest { caller: self.caller(), selector, pay, extras: Extras::default() }
    }

    pub fn issue_request(&self, selector: Selector, number: &str) -> IssueBillingKeyRequest {
        let issue = IssueBillingKey { card: card(number), customer: customer(), bypass: None };
        IssueBillingKeyRequest {
            caller: self.caller(),
            selector,
            issue,
            customer_uid: None,
            extras: Extras::default(),
        }
    }

    pub fn key_request(&self, id: &PaymentId, key: &portone_core::BillingKey) -> PayWithBillingKeyRequest {
        PayWithBillingKeyRequest {
            caller: self.caller(),
            billing_key: key.clone(),
            customer_uid: None,
            channel_key: None,
            order: order(id),
            installment_month: None,
            use_free_interest_from_merchant: None,
            use_card_point: None,
            cash_receipt: None,
            locale: None,
            extras: Extras::default(),
        }
    }

    pub fn cancel_request(&self, id: &PaymentId, amount: Option<i64>) -> CancelRequest {
        CancelRequest {
            caller: self.caller(),
            payment_id: id.clone(),
            amount,
            tax_free: None,
            vat: None,
            reason: "changed my mind".to_owned(),
            requester: None,
            retain_option: None,
            current_cancellable: None,
            refund_account: None,
            skip_webhook: false,
        }
    }
}
