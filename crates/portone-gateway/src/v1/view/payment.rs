//! A payment as V1 shows it: one attempt (rules V1-020 to V1-036).

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use portone_core::{
    Bank, CancelStatus, CardFacts, Customer, CustomerName, Environment, MethodFacts, PayMethod, WalletFacts,
};
use portone_engine::ledger::{Cancellation, CashReceipt, Failure, Platform, ReceiptStatus, Transaction};
use portone_wire::v1::names;
use serde::Serialize;
use serde_json::value::RawValue;

use super::amount;
use super::code::{self, CodeView};
use crate::v1::query::Page;
use crate::v1::status::V1Status;

/// Schema `PaymentAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct PaymentView<'a> {
    imp_uid: String,
    merchant_uid: Cow<'a, str>,
    pay_method: Option<&'static str>,
    channel: &'static str,
    pg_provider: Option<String>,
    /// The wallet that paid.
    emb_pg_provider: Option<&'static str>,
    pg_tid: Option<&'a str>,
    pg_id: Option<&'a str>,
    sandbox: bool,
    escrow: bool,
    /// Of a transfer.
    bank_code: Option<&'static str>,
    bank_name: Option<&'static str>,
    #[serde(flatten)]
    card: CardView<'a>,
    #[serde(flatten)]
    account: AccountView<'a>,
    name: String,
    amount: Box<RawValue>,
    cancel_amount: Box<RawValue>,
    currency: &'static str,
    #[serde(flatten)]
    buyer: BuyerView<'a>,
    custom_data: Option<&'a str>,
    /// Not kept.
    user_agent: Option<&'a str>,
    status: &'static str,
    started_at: i64,
    paid_at: i64,
    failed_at: i64,
    cancelled_at: i64,
    fail_reason: Option<String>,
    cancel_reason: Option<&'a str>,
    receipt_url: Option<&'a str>,
    cancel_history: Vec<CancelView<'a>>,
    /// Of a fixed account that takes several; one deposit ends those this gateway issues.
    deposit_history: Option<[(); 0]>,
    cancel_receipt_urls: Vec<&'a str>,
    /// Where the payment is read by itself.
    cash_receipt_issued: Option<bool>,
    customer_uid: Option<&'a str>,
    customer_uid_usage: Option<&'static str>,
    promotion: Option<PromotionView<'a>>,
}

/// What is known of a card.
#[derive(Debug, Default, Serialize)]
struct CardView<'a> {
    apply_num: Option<&'a str>,
    card_code: Option<&'static str>,
    card_name: Option<&'a str>,
    card_issuer_code: Option<&'static str>,
    card_issuer_name: Option<&'a str>,
    card_publisher_code: Option<&'static str>,
    card_publisher_name: Option<&'a str>,
    card_quota: Option<i32>,
    card_number: Option<String>,
    card_type: Option<u8>,
}

/// What is known of a virtual account.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::struct_field_names, reason = "the schema has them so")]
struct AccountView<'a> {
    vbank_code: Option<&'static str>,
    vbank_name: Option<&'static str>,
    vbank_num: Option<&'a str>,
    vbank_holder: Option<&'a str>,
    vbank_date: i64,
    vbank_issued_at: i64,
}

/// Who bought.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the schema has them so")]
pub(super) struct BuyerView<'a> {
    buyer_name: Option<String>,
    buyer_email: Option<&'a str>,
    buyer_tel: Option<&'a str>,
    buyer_addr: Option<String>,
    buyer_postcode: Option<&'a str>,
}

/// Schema `PaymentCancelAnnotation`.
#[derive(Debug, Serialize)]
struct CancelView<'a> {
    pg_tid: &'a str,
    amount: Box<RawValue>,
    cancelled_at: i64,
    reason: &'a str,
    cancellation_id: &'a str,
    /// No PG tells one.
    receipt_url: Option<&'a str>,
}

/// A promotion and what it takes off what is left of the order.
#[derive(Debug, Serialize)]
struct PromotionView<'a> {
    id: &'a str,
    discount: Box<RawValue>,
}

/// Schema `PagedPaymentAnnotation`.
#[derive(Debug, Serialize)]
pub(crate) struct PagedPayments<'a> {
    total: usize,
    previous: i64,
    next: i64,
    list: Vec<PaymentView<'a>>,
}

impl<'a> PagedPayments<'a> {
    /// One page of a list.
    pub(in crate::v1) fn new(page: Page, total_count: usize, items: &[&'a Transaction]) -> Self {
        let (previous, next) = page.around(total_count);
        let list = items.iter().map(|item| PaymentView::of(item)).collect();
        Self { total: total_count, previous, next, list }
    }
}

impl<'a> PaymentView<'a> {
    /// One attempt.
    pub(crate) fn of(attempt: &'a Transaction) -> Self {
        let (order, channel) = (&attempt.order, &attempt.channel);
        let currency = order.amount.currency;
        let done: Vec<&Cancellation> =
            attempt.cancellations.iter().filter(|cancel| is_done(cancel)).collect();
        let bank = bank_of(attempt).map(code::bank);
        Self {
            imp_uid: attempt.imp_uid.to_string(),
            merchant_uid: attempt.merchant_uid(),
            pay_method: pay_method(attempt),
            channel: platform(attempt.platform),
            pg_provider: Some(channel.provider.v1_code()).filter(|code| code.len() <= 16),
            emb_pg_provider: wallet(attempt),
            pg_tid: attempt.pg_tx_id.as_ref().and_then(|id| fitting(id.as_str(), 64)),
            pg_id: fitting(channel.pg_merchant_id.as_str(), 80),
            sandbox: channel.environment == Environment::Test,
            escrow: order.is_escrow.unwrap_or(false),
            bank_code: bank.and_then(|(code, _)| code),
            bank_name: bank.map(|(_, name)| name),
            card: card_of(attempt).map(CardView::of).unwrap_or_default(),
            account: AccountView::of(attempt),
            name: cut(&order.order_name, 40),
            amount: amount(order.amount.total, currency),
            cancel_amount: amount(attempt.cancelled(), currency),
            currency: order.amount.currency.code(),
            buyer: BuyerView::of(&attempt.order.customer),
            custom_data: attempt.custom_data.as_deref(),
            user_agent: None,
            status: V1Status::from(attempt.status).code(),
            started_at: attempt.requested_at.timestamp(),
            paid_at: seconds(attempt.paid_at),
            failed_at: seconds(attempt.failed_at),
            cancelled_at: seconds(attempt.cancelled_at),
            fail_reason: attempt.failure.as_ref().map(fail_reason),
            cancel_reason: done.last().map(|cancel| cancel.reason.as_str()),
            receipt_url: attempt.receipt_url.as_deref(),
            cancel_history: done.iter().map(|cancel| CancelView::of(cancel, attempt)).collect(),
            deposit_history: None,
            cancel_receipt_urls: Vec::new(),
            cash_receipt_issued: None,
            customer_uid: customer_uid(attempt),
            customer_uid_usage: usage(attempt),
            promotion: order.promotion_id.as_deref().map(|id| {
                let discount = amount(attempt.discount(), currency);
                PromotionView { id, discount }
            }),
        }
    }
}

impl PaymentView<'_> {
    /// The attempt with its payment's cash receipt.
    pub(crate) fn with_receipt(mut self, receipt: Option<&CashReceipt>) -> Self {
        self.cash_receipt_issued =
            Some(receipt.is_some_and(|receipt| receipt.status == ReceiptStatus::Issued));
        self
    }
}

impl<'a> CardView<'a> {
    fn of(facts: &'a CardFacts) -> Self {
        let issuer = facts.issuer.as_deref();
        let publisher = facts.publisher.as_deref();
        let (issuer_code, issuer_name) = company(issuer);
        let (publisher_code, publisher_name) = company(publisher);
        Self {
            apply_num: facts.approval_number.as_deref().and_then(|number| fitting(number, 20)),
            card_code: issuer_code,
            card_name: issuer_name.or(facts.name.as_deref()),
            card_issuer_code: issuer_code,
            card_issuer_name: issuer_name,
            card_publisher_code: publisher_code,
            card_publisher_name: publisher_name,
            card_quota: Some(facts.installment_month.unwrap_or(0)),
            card_number: masked(facts),
            card_type: card_type(facts),
        }
    }
}

/// Credit or debit, where the PG says (rule V1-031).
pub(super) fn card_type(facts: &CardFacts) -> Option<u8> {
    match facts.card_type.as_deref() {
        Some("CREDIT") => Some(0),
        Some("DEBIT") => Some(1),
        _ => None,
    }
}

/// A card company's code and name; one that the table does not have keeps the PG's words.
pub(super) fn company(words: Option<&str>) -> (Option<&'static str>, Option<&str>) {
    let known = words.and_then(code::card);
    (known.map(CodeView::code), known.map(CodeView::name).or(words))
}

/// The number with its middle masked (rule V1-034).
pub(super) fn masked(facts: &CardFacts) -> Option<String> {
    let made = || Some(format!("{}******{}", facts.bin.as_ref()?, facts.last_four.as_ref()?));
    facts.masked_number.clone().or_else(made)
}

impl<'a> AccountView<'a> {
    fn of(attempt: &'a Transaction) -> Self {
        let Some(facts) = &attempt.virtual_account else { return Self::default() };
        let bank = facts.bank.map(code::bank);
        Self {
            vbank_code: bank.and_then(|(code, _)| code),
            vbank_name: bank.map(|(_, name)| name),
            vbank_num: fitting(&facts.account_number, 32),
            vbank_holder: facts.remittee_name.as_deref(),
            vbank_date: seconds(facts.expired_at),
            vbank_issued_at: facts.issued_at.timestamp(),
        }
    }
}

impl<'a> BuyerView<'a> {
    /// A buyer, cut to what V1 shows of it.
    pub(super) fn of(customer: &'a Customer) -> Self {
        let address = customer.address.as_ref();
        Self {
            buyer_name: customer.name.as_ref().map(CustomerName::one_line).map(|name| cut(&name, 16)),
            buyer_email: customer.email.as_deref().and_then(|email| fitting(email, 64)),
            buyer_tel: customer.phone_number.as_deref().and_then(|number| fitting(number, 16)),
            buyer_addr: address.map(|address| {
                let line = format!("{} {}", address.address_line1, address.address_line2);
                cut(line.trim(), 128)
            }),
            buyer_postcode: customer.zipcode.as_deref().and_then(|code| fitting(code, 8)),
        }
    }
}

impl<'a> CancelView<'a> {
    fn of(cancel: &'a Cancellation, attempt: &'a Transaction) -> Self {
        let of_payment = attempt.pg_tx_id.as_ref().map(portone_core::PgTxId::as_str);
        Self {
            pg_tid: cancel.pg_cancellation_id.as_deref().or(of_payment).unwrap_or_default(),
            amount: amount(cancel.total, attempt.order.amount.currency),
            cancelled_at: seconds(cancel.cancelled_at),
            reason: &cancel.reason,
            cancellation_id: cancel.id.as_str(),
            receipt_url: None,
        }
    }
}

fn is_done(cancel: &Cancellation) -> bool {
    cancel.status == CancelStatus::Succeeded
}

/// V1's code of a method; it has none for a wallet that is not known. One wallet is asked for by another name (rule V1-032).
fn pay_method(attempt: &Transaction) -> Option<&'static str> {
    match attempt.method {
        PayMethod::Card => Some("card"),
        PayMethod::VirtualAccount => Some("vbank"),
        PayMethod::Transfer => Some("trans"),
        PayMethod::Mobile => Some("phone"),
        PayMethod::EasyPay => match wallet(attempt)? {
            "samsungpay" => Some("samsung"),
            other => Some(other),
        },
    }
}

/// The wallet that paid through the PG (rule V1-032).
fn wallet(attempt: &Transaction) -> Option<&'static str> {
    match attempt.paid_by.as_ref()? {
        MethodFacts::EasyPay { provider, .. } => names::wallet_method(provider.as_deref()?),
        MethodFacts::Transfer(_) | MethodFacts::Mobile { .. } => None,
    }
}

/// The card that paid, perhaps in a wallet.
fn card_of(attempt: &Transaction) -> Option<&CardFacts> {
    let in_wallet = match attempt.paid_by.as_ref() {
        Some(MethodFacts::EasyPay { with: Some(WalletFacts::Card(card)), .. }) => Some(card.as_ref()),
        _ => None,
    };
    attempt.card.as_ref().or(in_wallet)
}

/// The bank an account transfer came from, perhaps by a wallet.
fn bank_of(attempt: &Transaction) -> Option<Bank> {
    match attempt.paid_by.as_ref()? {
        MethodFacts::Transfer(account)
        | MethodFacts::EasyPay { with: Some(WalletFacts::Transfer(account)), .. } => account.bank,
        MethodFacts::EasyPay { with: Some(WalletFacts::Charge { bank }), .. } => *bank,
        MethodFacts::EasyPay { .. } | MethodFacts::Mobile { .. } => None,
    }
}

const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Api => "api",
        Platform::Pc => "pc",
        Platform::Mobile => "mobile",
    }
}

/// V1's name of the key that paid: its own where it was given none.
fn customer_uid(attempt: &Transaction) -> Option<&str> {
    let own = attempt.customer_uid.as_ref().map(portone_core::CustomerUid::as_str);
    own.or(attempt.billing_key.as_ref().map(portone_core::BillingKey::as_str))
}

/// What a billing key was used for (rule V1-030).
const fn usage(attempt: &Transaction) -> Option<&'static str> {
    match (&attempt.billing_key, &attempt.schedule_id, attempt.platform) {
        // Paid by card, and the card kept under a name.
        (None, _, _) if attempt.customer_uid.is_some() => Some("issue"),
        (None, _, _) => None,
        (Some(_), Some(_), _) => Some("payment.scheduled"),
        (Some(_), None, Platform::Api) => Some("payment"),
        // A window that has a key issues it.
        (Some(_), None, Platform::Pc | Platform::Mobile) => Some("issue"),
    }
}

/// The PG's words where it said any, else ours.
pub(super) fn fail_reason(failure: &Failure) -> String {
    match (&failure.pg_code, &failure.pg_message) {
        (Some(code), Some(message)) => format!("[{code}] {message}"),
        (None, Some(message)) => message.clone(),
        (_, None) => failure.reason.clone(),
    }
}

/// A time in seconds; 0 where there is none (rule V1-025).
pub(super) fn seconds(time: Option<DateTime<Utc>>) -> i64 {
    time.map_or(0, |time| time.timestamp())
}

/// A text for people, cut to what V1 shows of it (rule V1-024).
pub(super) fn cut(text: &str, length_max: usize) -> String {
    text.chars().take(length_max).collect()
}

/// A text for machines: one that is too long is not known, rather than another one.
pub(super) fn fitting(text: &str, length_max: usize) -> Option<&str> {
    (text.chars().count() <= length_max).then_some(text)
}
