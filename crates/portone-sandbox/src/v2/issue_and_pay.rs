//! Windows that issue a billing key and take the first payment with it, and the server's approval of them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Context;
use super::key_window::customer;
use super::window::{differs, mismatch, ready, settle};
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::records::{BillingKey, PaidWith, Status};
use crate::refusal::Refusal;

const NEEDS_CONFIRMATION: &str = "NEEDS_CONFIRMATION";

/// A telephone's owner finishes the window that `call` opens, the argument of the browser SDK's
/// `requestIssueBillingKeyAndPay`, up to the approval, which is the server's.
pub(super) fn finish(ledger: &mut Ledger, now: DateTime<Utc>, call: &Fields<'_>) -> Result<Value, Refusal> {
    if call.text("billingKeyAndPayMethod")? != "MOBILE" {
        return Err(call.error("billingKeyAndPayMethod", "has to be MOBILE: the browser SDK knows no other"));
    }
    let channel = ledger.channel(call.text("channelKey")?)?;
    let customer = customer(call)?;
    let method = PaidWith::Mobile { phone_number: customer.phone_number.clone() };
    let (payment_id, _) = ready(ledger, now, call, &channel, method)?;
    let token = format!("billing-issue-token-{}", ledger.ids.uuid());
    let key = BillingKey {
        key: format!("billing-key-{}", ledger.ids.uuid()),
        store_id: call.text("storeId")?.to_owned(),
        channel_key: channel.key.clone(),
        pg_key: ledger.ids.pg_number(channel.provider.number_prefix()),
        card: None,
        customer,
        custom_data: call.member("customData").map(Value::to_string),
        issue_token: Some(token.clone()),
        first_payment: Some(payment_id.clone()),
        is_pending: true,
        issued_at: now,
        deleted_at: None,
    };
    ledger.put_key(key);
    Ok(json!({"transactionType": "ISSUE_BILLING_KEY_AND_PAY", "billingKey": NEEDS_CONFIRMATION,
        "billingIssueToken": token, "paymentId": payment_id, "txId": NEEDS_CONFIRMATION}))
}

/// `POST /billing-keys/confirm-issue-and-pay`: both, or neither.
pub(super) fn confirm(context: &mut Context<'_>, body: &Fields<'_>) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let mut key = context.ledger.key_of_token(body.text("billingIssueToken")?)?.clone();
    let unknown = || Refusal::missing("BILLING_KEY_NOT_FOUND", "the token is of no key and payment");
    let payment_id = key.first_payment.clone().ok_or_else(unknown)?;
    if !key.is_pending {
        return Err(Refusal::conflict("BILLING_KEY_ALREADY_ISSUED", "the billing key is issued"));
    }
    let channel = context.ledger.channel(&key.channel_key)?;
    let transaction = context.ledger.payment(&payment_id)?.latest();
    if transaction.status != Status::Ready {
        return Err(unknown());
    }
    let is_another = body.optional_text("paymentId")?.is_some_and(|id| id != payment_id);
    if is_another || differs(transaction, &channel, body)? {
        return Err(mismatch());
    }
    let verdict = context.check_forced();
    if verdict.is_err() {
        // The token is good once, whatever comes of it.
        key.issue_token = None;
    } else {
        key.is_pending = false;
        key.issued_at = context.now;
        context.ledger.payment_mut(&payment_id)?.latest_mut().billing_key = Some(key.key.clone());
    }
    let name = key.key.clone();
    context.ledger.put_key(key);
    let is_muted = body.flag("skipWebhook")?.unwrap_or(false);
    settle(context.ledger, context.now, &payment_id, &channel, verdict, is_muted)?;
    Ok(json!({"billingKey": name, "paymentId": payment_id}))
}
