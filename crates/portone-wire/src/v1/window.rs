//! A window as the call our window page makes on the upstream's V1 SDK, `IMP.request_pay`.

use chrono::{TimeDelta, Utc};
use portone_core::{
    Address, CallContext, Customer, CustomerName, OpenWindow, Outcome, ProductType, Progress, Sdk, SdkCall,
    WindowExpiry, WindowInstallment, WindowIssueMethod, WindowMethod, WindowReceipt, WindowSettings,
};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{Shaping, V1Dialect, money::major, names, request::one_line};
use crate::{body::json_body, check::KOREAN_TIME, sdk::check::moment};

const SECRETS: &[&str] = &["/bypass/customerIdentifier"];

impl V1Dialect {
    /// The SDK call that opens a window: done at once, since nothing is sent from here; `None` where V1 has no such window. A window that issues a billing key
    /// gets a `customer_uid` of its own, the attempt's id (rules IAMPORT-031, IAMPORT-032).
    pub(super) fn encode_window(
        &self,
        window: &OpenWindow,
        ctx: &CallContext,
        shaping: &Shaping,
    ) -> Option<Progress> {
        let common = self.common(window, ctx, shaping);
        let arguments = match window {
            OpenWindow::Payment(payment) => {
                let amount = &payment.order.amount;
                let part = |minor| major(minor, amount.currency);
                let input = RequestPay {
                    pay_method: names::pay_method(&payment.method),
                    merchant_uid: Some(payment.order.payment_id.as_str()),
                    name: Some(&payment.order.order_name),
                    amount: Some(part(amount.total)),
                    currency: Some(amount.currency.code()),
                    tax_free: amount.tax_free.map(part),
                    vat_amount: amount.vat.map(part),
                    escrow: payment.order.is_escrow,
                    digital: payment.order.product_type.map(|kind| kind == ProductType::Digital),
                    confirm_url: payment.confirm_url.as_deref(),
                    ..common
                };
                json_body(&with_method(input, &payment.method, ctx), SECRETS)
            }
            OpenWindow::BillingKey(issue) => {
                let amount = issue.display_amount.zip(issue.currency);
                let input = RequestPay {
                    pay_method: issue_method(&issue.method),
                    merchant_uid: Some(issue.issue_id.as_deref().unwrap_or(ctx.attempt.as_str())),
                    name: issue.issue_name.as_deref(),
                    amount: Some(amount.map_or_else(|| raw("0"), |(minor, currency)| major(minor, currency))),
                    currency: issue.currency.as_ref().map(portone_core::Currency::code),
                    customer_uid: Some(ctx.attempt.as_str()),
                    ..common
                };
                json_body(&input, SECRETS)
            }
            OpenWindow::IssueAndPay(_) => return None,
        };
        let call = SdkCall { sdk: Sdk::V1, function: "request_pay", arguments };
        Some(Progress::Done(Box::new(Outcome::CallSdk(call))))
    }

    /// What both kinds of window have.
    fn common<'a>(
        &'a self,
        window: &'a OpenWindow,
        ctx: &'a CallContext,
        shaping: &'a Shaping,
    ) -> RequestPay<'a> {
        let (customer, settings) = (window.customer(), window.settings());
        let Customer { id, email, phone_number, zipcode, .. } = customer;
        RequestPay {
            channel_key: self.channel_key.as_ref().map(portone_core::ChannelKey::as_str),
            pg: self.channel_key.is_none().then_some(&self.pg),
            buyer_name: customer.name.as_ref().map(CustomerName::one_line),
            buyer_email: email.as_deref(),
            buyer_tel: phone_number.as_deref(),
            buyer_addr: customer.address.as_ref().map(|address: &Address| one_line(address)),
            buyer_postcode: zipcode.as_deref(),
            customer_id: id.as_deref(),
            m_redirect_url: settings.redirect_url.as_deref(),
            app_scheme: settings.app_scheme.as_deref(),
            language: settings.locale.as_deref().and_then(names::language),
            period: period(settings),
            custom_data: ctx.attempt.as_str(),
            notice_url: self.notice_url.as_deref(),
            use_test_method: shaping.use_test_method,
            bypass: shaping
                .window_bypass
                .as_ref()
                .map(|rest| Bypass { rest: Some(rest), ..Bypass::default() }),
            ..RequestPay::default()
        }
    }
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).expect("digits are a JSON number")
}

fn with_method<'a>(input: RequestPay<'a>, method: &'a WindowMethod, ctx: &CallContext) -> RequestPay<'a> {
    match method {
        WindowMethod::Card(card) => {
            let installment = card.installment.as_ref();
            let direct = card
                .card_company
                .as_deref()
                .and_then(names::card_code)
                .map(|code| Direct { code, quota: installment.and_then(|months| months.fixed_month) });
            RequestPay {
                card: direct.map(|direct| Card { direct }),
                display: installment.and_then(display),
                ..input
            }
        }
        WindowMethod::VirtualAccount(account) => {
            let vbank_due = account.expiry.as_ref().and_then(|expiry| due(expiry, ctx));
            let input = RequestPay { vbank_due, ..input };
            with_receipt(input, &account.receipt)
        }
        WindowMethod::Transfer(receipt) => with_receipt(input, receipt),
        _ => input,
    }
}

fn with_receipt<'a>(input: RequestPay<'a>, receipt: &'a WindowReceipt) -> RequestPay<'a> {
    if *receipt == WindowReceipt::default() {
        return input;
    }
    let bypass = Bypass {
        cash_receipt_type: receipt.cash_receipt_type.as_deref().map(str::to_ascii_lowercase),
        customer_identifier: receipt.customer_identifier.as_ref().map(|number| number.expose().as_str()),
        ..input.bypass.unwrap_or_default()
    };
    RequestPay { bypass: Some(bypass), ..input }
}

fn issue_method(method: &WindowIssueMethod) -> Option<&'static str> {
    match method {
        WindowIssueMethod::Card { .. } => Some("card"),
        WindowIssueMethod::Mobile(_) => Some("phone"),
        WindowIssueMethod::EasyPay(wallet) => names::pay_method(&WindowMethod::EasyPay(wallet.clone())),
        WindowIssueMethod::Paypal => Some("paypal"),
    }
}

fn display(installment: &WindowInstallment) -> Option<Display<'_>> {
    installment.available_months.as_deref().map(|card_quota| Display { card_quota })
}

/// V1's form of a deadline, in Korean time (rule IAMPORT-072).
fn due(expiry: &WindowExpiry, ctx: &CallContext) -> Option<String> {
    let named = expiry.due_date.as_deref().and_then(moment);
    let hours = expiry.valid_hours.and_then(TimeDelta::try_hours);
    let due = named.or_else(|| ctx.now.checked_add_signed(hours?))?;
    Some((due.with_timezone(&Utc) + KOREAN_TIME).format("%Y-%m-%d %H:%M:%S").to_string())
}

/// V1's form of a period is dates without hyphens (rule SMARTRO-086); what has another one is sent as it is.
fn period(settings: &WindowSettings) -> Option<Period> {
    let period = settings.offer_period.as_ref()?;
    let day = |text: &String| match moment(text) {
        Some(at) => (at + KOREAN_TIME).format("%Y%m%d").to_string(),
        None => text.clone(),
    };
    Some(Period {
        from: period.from.as_ref().map(day),
        to: period.to.as_ref().map(day),
        interval: period.interval.clone(),
    })
}

/// The argument of `IMP.request_pay`.
#[derive(Default, Serialize)]
struct RequestPay<'a> {
    #[serde(rename = "channelKey", skip_serializing_if = "Option::is_none")]
    channel_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pg: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escrow: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digital: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_tel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_addr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_postcode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    m_redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_scheme: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vbank_due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<Display<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<Card>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<Period>,
    custom_data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_test_method: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bypass: Option<Bypass<'a>>,
}

#[derive(Serialize)]
struct Display<'a> {
    card_quota: &'a [i32],
}

#[derive(Serialize)]
struct Card {
    direct: Direct,
}

/// A card company whose page opens directly, with its months.
#[derive(Serialize)]
struct Direct {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<i32>,
}

#[derive(Serialize)]
struct Period {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
}

/// The PG's own parameters: an object here, unlike on REST (rule IAMPORT-063).
#[derive(Default, Serialize)]
struct Bypass<'a> {
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    rest: Option<&'a Value>,
    #[serde(rename = "cashReceiptType", skip_serializing_if = "Option::is_none")]
    cash_receipt_type: Option<String>,
    #[serde(rename = "customerIdentifier", skip_serializing_if = "Option::is_none")]
    customer_identifier: Option<&'a str>,
}
