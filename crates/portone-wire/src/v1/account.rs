//! Virtual accounts without a window: issued (rule V1-080), closed (rule V1-081), and what became of either.

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    CallContext, CloseVirtualAccount, CustomerName, Finding, Leg, Method, Order, Outcome, PgError, PgReply,
    PgRequest, PgTxId, Progress, VirtualAccountExpiry, VirtualAccountFacts, VirtualAccountRequest,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    V1Dialect,
    bank::{bank_code, standard_bank},
    encode::FIRST_LEG,
    money::major,
    operation::Operation,
    reply::{Payment, PaymentPage, Status},
    request::{one_line, product_type},
};
use crate::{body::json_body, path::percent_encoded};

/// The leg that closes the account.
const CLOSE_LEG: Leg = Leg(1);

impl V1Dialect {
    pub(super) fn encode_account(
        &self,
        order: &Order,
        account: &VirtualAccountRequest,
        ctx: &CallContext,
    ) -> PgRequest {
        let body = json_body(&self.account_input(order, account, ctx), &[]);
        self.request(Operation::IssueAccount, Method::Post, "/vbanks", Some(body))
    }

    fn account_input<'a>(
        &'a self,
        order: &'a Order,
        account: &'a VirtualAccountRequest,
        ctx: &'a CallContext,
    ) -> AccountInput<'a> {
        let currency = order.amount.currency;
        let customer = &order.customer;
        let fixed = account.option.fixed.as_ref();
        AccountInput {
            channel_key: self.own_key.as_str(),
            merchant_uid: order.payment_id.as_str(),
            name: &order.order_name,
            amount: major(order.amount.total, currency),
            tax_free: order.amount.tax_free.map(|part| major(part, currency)),
            vat_amount: order.amount.vat.map(|part| major(part, currency)),
            product_type: order.product_type.map(product_type),
            product_count: order.product_count,
            // The rules want a bank of the PG's table (IAMPORT-074) and a moment (IAMPORT-073).
            vbank_code: bank_code(self.pg_code(), account.bank).unwrap_or_default(),
            vbank_due: due(&account.expiry, ctx.now).unwrap_or(ctx.now).timestamp(),
            vbank_holder: account.remittee_name.as_deref(),
            vbank_key: fixed.and_then(|fixed| fixed.pg_account_id.as_deref()),
            vbank_num: fixed.and_then(|fixed| fixed.account_number.as_deref()),
            buyer_name: customer.name.as_ref().map(CustomerName::one_line),
            buyer_email: customer.email.as_deref(),
            buyer_tel: customer.phone_number.as_deref(),
            buyer_addr: customer.address.as_ref().map(one_line),
            buyer_postcode: customer.zipcode.as_deref(),
            custom_data: ctx.attempt.as_str(),
            notice_url: self.notice_url.as_ref().map(|url| [url.as_str()]),
        }
    }

    /// Only an `imp_uid` names an account, so the account that waits is looked up first. Of several, which one is meant
    /// nobody can tell.
    pub(super) fn decode_close(
        &self,
        close: &CloseVirtualAccount,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        if leg == FIRST_LEG {
            let path = format!("/vbanks/{}", percent_encoded(&waiting(reply)?.imp_uid));
            let request = self.request(Operation::CloseAccount, Method::Delete, &path, None);
            return Ok(Progress::Send { request: Box::new(request), leg: CLOSE_LEG });
        }
        let operation = Operation::CloseAccount;
        let payment: Payment = operation.read(reply)?;
        if payment.merchant_uid != close.payment_id.as_str() {
            return Err(operation.unreadable(reply, "merchant_uid is another one"));
        }
        let closed_at = payment.cancelled_at().unwrap_or(ctx.now);
        Ok(Progress::Done(Box::new(Outcome::VirtualAccountClosed { closed_at })))
    }
}

fn waiting(reply: &PgReply) -> Result<Payment, PgError> {
    let operation = Operation::FindPayments;
    let page: PaymentPage = operation.read(reply)?;
    let waits = |payment: &Payment| payment.is_account() && payment.status == Status::Ready;
    let mut found = page.list.into_iter().filter(waits);
    match (found.next(), found.next()) {
        (Some(payment), None) => Ok(payment),
        (None, _) => {
            Err(operation.unreadable(reply, "no account of this merchant_uid waits for its deposit"))
        }
        (Some(_), Some(_)) => Err(operation.unreadable(reply, "several accounts of this merchant_uid wait")),
    }
}

/// Until when a deposit is taken; `None` where neither is told.
pub(super) fn due(expiry: &VirtualAccountExpiry, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let hours = expiry.valid_hours.map(i64::from).and_then(TimeDelta::try_hours);
    expiry.due_date.or_else(|| now.checked_add_signed(hours?))
}

/// What may be told of an account that was issued. The error names what the reply lacks.
pub(super) fn account_facts(payment: Payment) -> Result<VirtualAccountFacts, &'static str> {
    let issued_at = payment.vbank_issued_at().ok_or("vbank_issued_at is missing")?;
    Ok(VirtualAccountFacts {
        pg_tx_id: PgTxId::parse(payment.pg_number()).map_err(|_| "pg_tid is too long")?,
        issued_at,
        expired_at: payment.vbank_date(),
        account_number: payment.vbank_num.ok_or("vbank_num is missing")?,
        bank: payment.vbank_code.as_deref().and_then(standard_bank),
        account_type: None,
        remittee_name: payment.vbank_holder,
    })
}

/// A deposit and a refund since are other events: what was asked for was that it takes no deposit.
pub(super) fn closed_finding(payment: &Payment, now: DateTime<Utc>) -> Result<Finding, &'static str> {
    match payment.status {
        Status::Cancelled if payment.paid_at().is_none() => {
            let closed_at = payment.cancelled_at().unwrap_or(now);
            Ok(Finding::Happened(Box::new(Outcome::VirtualAccountClosed { closed_at })))
        }
        Status::Ready | Status::Paid | Status::Cancelled => Ok(Finding::DidNotHappen),
        Status::Failed | Status::Unknown => Err("the payment has no account"),
    }
}

/// `POST /vbanks`.
#[derive(Serialize)]
struct AccountInput<'a> {
    channel_key: &'a str,
    merchant_uid: &'a str,
    name: &'a str,
    amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count: Option<i32>,
    vbank_code: String,
    vbank_due: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    vbank_holder: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vbank_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vbank_num: Option<&'a str>,
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
    custom_data: &'a str,
    /// A list here, one text elsewhere (rule IAMPORT-065).
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_url: Option<[&'a str; 1]>,
}
