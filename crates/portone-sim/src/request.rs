//! Requests as a gateway's face hands them to the engine.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    Bank, BillingKey, Card, CardPayment, CashReceiptRequest, CashReceiptType, Currency, Customer,
    CustomerName, IdError, InstantMethod, IssueBillingKey, IssueCashReceipt, Order, PayInstantly,
    PaymentAmount, PaymentId, ReceiptReceiver, RefundAccount, VirtualAccountExpiry, VirtualAccountOption,
    VirtualAccountOptionType, VirtualAccountRequest, WindowCard, WindowIssue, WindowIssueMethod,
    WindowMethod, WindowPayment, WindowSettings,
};
use portone_engine::request::{
    Caller, CancelRequest, Extras, IssueBillingKeyRequest, IssueCashReceiptRequest, PayInstantlyRequest,
    PayWithBillingKeyRequest, Selector,
};

use portone_engine::{
    ConfirmBillingKeyRequest, ConfirmPaymentRequest, OpenKeyWindowRequest, OpenWindowRequest,
};

use crate::world::{GROUP, RECEIPT_CHANNEL};

/// Cards of the sandbox: three that pay, one that is declined, one that is issued a key and declined at payment.
pub(crate) const CARDS: [&str; 5] =
    ["4242424242424242", "4242424242424242", "4242424242424242", "4000000000000002", "4000000000000010"];

/// What each payment costs.
pub(crate) const TOTAL: i64 = 8_900;

/// What is taken off a payment whose id begins so, in worlds that have a promotion; two of them spend its budget.
pub(crate) const ON_SALE: &str = "sale";
pub(crate) const PROMOTION: &str = "promotion-sim";

/// How long a virtual account waits.
const ACCOUNT_LIFE: TimeDelta = TimeDelta::hours(30);

fn card(place: usize) -> Card {
    Card {
        number: CARDS[place % CARDS.len()].into(),
        expiry_year: "29".into(),
        expiry_month: "12".into(),
        birth_or_business_registration_number: Some("900101".into()),
        password_two_digits: Some("00".into()),
        cvc: None,
    }
}

fn customer() -> Customer {
    Customer {
        id: Some("customer1".to_owned()),
        name: Some(CustomerName::Full("Kim Port".to_owned())),
        email: Some("port@example.com".to_owned()),
        phone_number: Some("01000001234".to_owned()),
        ..Customer::default()
    }
}

fn order(id: &PaymentId) -> Order {
    Order {
        promotion_id: id.as_str().starts_with(ON_SALE).then(|| PROMOTION.to_owned()),
        customer: customer(),
        product_count: Some(1),
        ..Order::of(id.clone(), "Monthly pass", PaymentAmount::total(TOTAL, Currency::KRW))
    }
}

fn selector(channel: Option<&str>) -> Result<Selector, IdError> {
    Ok(match channel {
        Some(key) => Selector::Channel(key.parse()?),
        None => Selector::Group(GROUP.parse()?),
    })
}

pub(crate) fn card_payment(
    caller: Caller,
    payment: &PaymentId,
    place: usize,
    channel: Option<&str>,
) -> Result<PayInstantlyRequest, IdError> {
    let method = InstantMethod::Card(CardPayment {
        card: card(place),
        installment_month: None,
        use_free_installment_plan: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
    });
    let pay = PayInstantly { order: order(payment), method };
    Ok(PayInstantlyRequest { caller, selector: selector(channel)?, pay, extras: Extras::default() })
}

pub(crate) fn account_payment(
    caller: Caller,
    payment: &PaymentId,
    channel: &str,
    now: DateTime<Utc>,
) -> Result<PayInstantlyRequest, IdError> {
    let method = InstantMethod::VirtualAccount(VirtualAccountRequest {
        bank: Bank::Shinhan,
        expiry: VirtualAccountExpiry { valid_hours: None, due_date: Some(now + ACCOUNT_LIFE) },
        option: VirtualAccountOption { kind: VirtualAccountOptionType::Normal, fixed: None },
        cash_receipt: Some(CashReceiptRequest {
            kind: CashReceiptType::Personal,
            customer_identity_number: Some("01000001234".into()),
        }),
        remittee_name: Some("Shop".to_owned()),
    });
    let pay = PayInstantly { order: order(payment), method };
    Ok(PayInstantlyRequest { caller, selector: selector(Some(channel))?, pay, extras: Extras::default() })
}

pub(crate) fn issue(
    caller: Caller,
    place: usize,
    channel: Option<&str>,
) -> Result<IssueBillingKeyRequest, IdError> {
    let issue = IssueBillingKey { card: card(place), customer: customer(), bypass: None };
    Ok(IssueBillingKeyRequest {
        caller,
        selector: selector(channel)?,
        issue,
        customer_uid: None,
        extras: Extras::default(),
    })
}

pub(crate) fn key_payment(caller: Caller, payment: &PaymentId, key: &BillingKey) -> PayWithBillingKeyRequest {
    PayWithBillingKeyRequest {
        caller,
        billing_key: key.clone(),
        customer_uid: None,
        channel_key: None,
        order: order(payment),
        installment_month: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
        cash_receipt: None,
        locale: None,
        extras: Extras::default(),
    }
}

pub(crate) fn cancel(caller: Caller, payment: &PaymentId, amount: Option<i64>) -> CancelRequest {
    CancelRequest {
        caller,
        payment_id: payment.clone(),
        amount,
        tax_free: None,
        vat: None,
        reason: "changed my mind".to_owned(),
        requester: None,
        retain_option: None,
        current_cancellable: None,
        refund_account: Some(RefundAccount {
            bank: Bank::Shinhan,
            number: "56211105948400".into(),
            holder_name: "Kim Port".to_owned(),
            holder_phone_number: Some("01000001234".to_owned()),
        }),
        skip_webhook: false,
    }
}

pub(crate) fn window(
    caller: Caller,
    payment: &PaymentId,
    channel: &str,
) -> Result<OpenWindowRequest, IdError> {
    let window = WindowPayment {
        order: order(payment),
        method: WindowMethod::Card(WindowCard::default()),
        confirm_url: None,
        store_details: None,
        merpay_category_id: None,
        settings: WindowSettings {
            redirect_url: Some("https://shop.test/done".to_owned()),
            ..WindowSettings::default()
        },
    };
    Ok(OpenWindowRequest { caller, selector: selector(Some(channel))?, window, extras: Extras::default() })
}

pub(crate) fn key_window(caller: Caller, channel: &str) -> Result<OpenKeyWindowRequest, IdError> {
    let window = WindowIssue {
        method: WindowIssueMethod::Card { card_company: None },
        issue_id: None,
        issue_name: Some("Monthly pass".to_owned()),
        display_amount: None,
        currency: Some(Currency::KRW),
        customer: customer(),
        bypass: None,
        settings: WindowSettings {
            redirect_url: Some("https://shop.test/done".to_owned()),
            ..WindowSettings::default()
        },
    };
    let channel = channel.parse()?;
    Ok(OpenKeyWindowRequest { caller, channel, window, customer_uid: None, extras: Extras::default() })
}

pub(crate) fn confirm_key(caller: Caller, token: &str) -> ConfirmBillingKeyRequest {
    ConfirmBillingKeyRequest { caller, billing_issue_token: token.into(), is_test: None, skip_webhook: false }
}

pub(crate) fn receipt(caller: Caller, payment: &PaymentId) -> Result<IssueCashReceiptRequest, IdError> {
    let receiver = ReceiptReceiver {
        identity_number: "01000001234".into(),
        identity_type: None,
        name: Some("Kim Port".to_owned()),
        email: None,
        phone_number: Some("01000001234".to_owned()),
    };
    let amount = PaymentAmount::total(TOTAL, Currency::KRW);
    let issue = IssueCashReceipt::personal(payment.clone(), "Monthly pass", amount, receiver);
    Ok(IssueCashReceiptRequest { caller, channel_key: RECEIPT_CHANNEL.parse()?, issue })
}

pub(crate) fn confirm(caller: Caller, payment: &PaymentId, token: &str) -> ConfirmPaymentRequest {
    ConfirmPaymentRequest {
        caller,
        payment_id: payment.clone(),
        payment_token: token.into(),
        tx_id: None,
        currency: None,
        total: None,
        tax_free: None,
        is_test: None,
        skip_webhook: false,
    }
}
