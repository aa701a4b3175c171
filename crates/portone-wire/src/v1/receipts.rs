//! Cash receipts by hand (rules V1-083 to V1-085): of a payment this upstream made, by its `imp_uid`; of one made elsewhere,
//! by the shop's own number. A list of payments says which it is.

use chrono::{DateTime, Utc};
use portone_core::{
    Attempt, CancelCashReceipt, CashReceiptFacts, ChannelKey, Currency, Decline, Finding, IssueCashReceipt,
    Leg, Method, Outcome, PayMethod, PaymentId, PgError, PgReply, Progress,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    V1Dialect,
    codes::{identity_type_code, purpose_code, receipt_method_code},
    dto::Receipt,
    encode::FIRST_LEG,
    inquire::{CLOCK_SKEW, found, payments_of},
    money::major,
    operation::Operation,
    reply::Payment,
    request::product_type,
};
use crate::{body::json_body, path::percent_encoded};

/// The leg that issues, cancels or reads.
const RECEIPT_LEG: Leg = Leg(1);
const SECRETS: &[&str] = &["/identifier", "/corp_reg_no"];

impl V1Dialect {
    pub(super) fn decode_issue_receipt(
        &self,
        issue: &IssueCashReceipt,
        leg: Leg,
        reply: &PgReply,
    ) -> Result<Progress, PgError> {
        let (operation, total) = (Operation::IssueReceipt, issue.amount.total);
        if leg == FIRST_LEG {
            let of = paid(reply, issue.method)?;
            if let Some(payment) = &of {
                check_left(payment, issue, reply)?;
            }
            let path = path_of(of.as_ref(), &issue.payment_id);
            let is_elsewhere = of.is_none();
            let input = ReceiptInput::new(issue, is_elsewhere.then_some(&self.own_key));
            let request = self.request(operation, Method::Post, &path, Some(json_body(&input, SECRETS)));
            return Ok(Progress::Send { request: Box::new(request), leg: RECEIPT_LEG });
        }
        let receipt: Receipt = operation.read(reply)?;
        if receipt.minor_amount() != Some(total) {
            return Err(operation.unreadable(reply, "the receipt is of another amount"));
        }
        Ok(Progress::Done(Box::new(Outcome::CashReceiptIssued(facts(receipt)))))
    }

    pub(super) fn decode_cancel_receipt(
        &self,
        cancel: &CancelCashReceipt,
        leg: Leg,
        reply: &PgReply,
        now: DateTime<Utc>,
    ) -> Result<Progress, PgError> {
        let operation = Operation::CancelReceipt;
        if leg == FIRST_LEG {
            let path = path_of(paid(reply, cancel.method)?.as_ref(), &cancel.payment_id);
            let request = self.request(operation, Method::Delete, &path, None);
            return Ok(Progress::Send { request: Box::new(request), leg: RECEIPT_LEG });
        }
        let receipt: Receipt = operation.read(reply)?;
        let cancelled_at = receipt.cancelled_at().unwrap_or(now);
        let outcome = Outcome::CashReceiptCancelled { total: receipt.minor_amount(), cancelled_at };
        Ok(Progress::Done(Box::new(outcome)))
    }

    /// What became of a receipt: first where it would be, then the receipt there.
    pub(super) fn inquire_receipt(
        &self,
        payment_id: &PaymentId,
        leg: Leg,
        reply: &PgReply,
        judge: impl FnOnce(Option<Receipt>) -> Finding,
    ) -> Result<Progress, PgError> {
        let operation = Operation::ReadReceipt;
        if leg == FIRST_LEG {
            let path = path_of(paid(reply, None)?.as_ref(), payment_id);
            let request = self.request(operation, Method::Get, &path, None);
            return Ok(Progress::Send { request: Box::new(request), leg: RECEIPT_LEG });
        }
        let receipt = if operation.is_absent(reply) { None } else { Some(operation.read(reply)?) };
        Ok(found(judge(receipt)))
    }
}

/// The payment this upstream made, of which money may be left. One that the ledger knows to be paid must be there.
fn paid(reply: &PgReply, known: Option<PayMethod>) -> Result<Option<Payment>, PgError> {
    let paid = payments_of(reply)?.into_iter().find(|payment| payment.paid_at().is_some());
    if paid.is_none() && known.is_some() {
        let what = "no payment of this merchant_uid was paid";
        return Err(Operation::FindPayments.unreadable(reply, what));
    }
    Ok(paid)
}

/// A receipt of a payment is of what is left of it: V1 takes no amount.
fn check_left(payment: &Payment, issue: &IssueCashReceipt, reply: &PgReply) -> Result<(), PgError> {
    let unreadable = |what| Operation::FindPayments.unreadable(reply, what);
    let currency = issue.amount.currency;
    let (total, cancelled) = (payment.total(currency), payment.cancelled(currency));
    let left = total.map_err(unreadable)? - cancelled.map_err(unreadable)?;
    if left == issue.amount.total {
        return Ok(());
    }
    Err(unreadable("another amount is left of the payment, and its receipt would be of that"))
}

fn path_of(of: Option<&Payment>, payment_id: &PaymentId) -> String {
    match of {
        Some(payment) => format!("/receipts/{}", percent_encoded(&payment.imp_uid)),
        None => format!("/receipts/external/{}", percent_encoded(payment_id.as_str())),
    }
}

/// A receipt has no marker of ours. It is ours when it was issued since the attempt was opened and is of the amount asked
/// for; one that was there before, or is of another amount, is why the PG refused ours.
pub(super) fn issued_finding(
    of: &Attempt,
    total: i64,
    former_number: Option<&str>,
    receipt: Option<Receipt>,
) -> Finding {
    let Some(receipt) = receipt else { return Finding::DidNotHappen };
    let since = of.opened_at - CLOCK_SKEW;
    let is_former = former_number == Some(receipt.apply_num.as_str());
    let is_ours = !is_former
        && receipt.minor_amount().is_none_or(|amount| amount == total)
        && receipt.applied_at().is_none_or(|issued_at| issued_at >= since);
    match receipt.cancelled_at() {
        _ if is_ours => Finding::Happened(Box::new(Outcome::CashReceiptIssued(facts(receipt)))),
        None => Finding::Declined(Decline {
            code: "1".to_owned(),
            message: "the payment has another cash receipt".to_owned(),
        }),
        // What is shown came to its end before ours was asked for.
        Some(_) => Finding::DidNotHappen,
    }
}

pub(super) fn cancelled_finding(receipt: Option<&Receipt>) -> Finding {
    let cancelled = receipt.and_then(|receipt| Some((receipt.minor_amount(), receipt.cancelled_at()?)));
    match cancelled {
        Some((total, cancelled_at)) => {
            Finding::Happened(Box::new(Outcome::CashReceiptCancelled { total, cancelled_at }))
        }
        None => Finding::DidNotHappen,
    }
}

fn facts(receipt: Receipt) -> CashReceiptFacts {
    CashReceiptFacts {
        issued_at: receipt.applied_at(),
        issue_number: receipt.apply_num,
        pg_receipt_id: receipt.receipt_tid,
        url: receipt.receipt_url,
    }
}

/// `POST /receipts/{imp_uid}`, and with what a payment made elsewhere needs besides, `POST /receipts/external/{merchant_uid}`.
#[derive(Serialize)]
struct ReceiptInput<'a> {
    #[serde(flatten)]
    elsewhere: Option<ElsewhereInput<'a>>,
    identifier: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier_type: Option<&'static str>,
    #[serde(rename = "type")]
    purpose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_tel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corp_reg_no: Option<&'a str>,
}

/// What a payment made elsewhere needs besides.
#[derive(Serialize)]
struct ElsewhereInput<'a> {
    channel_key: &'a str,
    name: &'a str,
    amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_method: Option<&'static str>,
}

impl<'a> ReceiptInput<'a> {
    fn new(issue: &'a IssueCashReceipt, elsewhere: Option<&'a ChannelKey>) -> Self {
        let part = |minor| major(minor, issue.amount.currency);
        let receiver = &issue.receiver;
        Self {
            elsewhere: elsewhere.map(|channel_key| ElsewhereInput {
                channel_key: channel_key.as_str(),
                name: &issue.order_name,
                amount: part(issue.amount.total),
                pay_method: issue.told_method.and_then(receipt_method_code),
            }),
            identifier: receiver.identity_number.expose(),
            identifier_type: receiver.identity_type.map(identity_type_code),
            purpose: purpose_code(issue.purpose),
            product_type: issue.product_type.map(product_type),
            buyer_name: receiver.name.as_deref(),
            buyer_email: receiver.email.as_deref(),
            buyer_tel: receiver.phone_number.as_deref(),
            tax_free: issue.amount.tax_free.map(part),
            vat_amount: issue.amount.vat.map(part),
            corp_reg_no: issue.business_registration_number.as_ref().map(|number| number.expose().as_str()),
        }
    }
}

impl Receipt {
    /// Receipts are in won.
    fn minor_amount(&self) -> Option<i64> {
        self.amount.minor(Currency::KRW)
    }
}
