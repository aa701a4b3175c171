//! Windows that issue a billing key, and the server's approval of them (V2-051).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Context;
use crate::cards::CardFacts;
use crate::channel::Channel;
use crate::fields::Fields;
use crate::ledger::Ledger;
use crate::pg::Provider;
use crate::records::BillingKey;
use crate::refusal::Refusal;
use crate::v2::input::Customer;

/// A card's holder finishes the window that `call` opens, the argument of the browser SDK's `requestIssueBillingKey`, up
/// to the approval, which is the server's.
pub(super) fn finish(
    ledger: &mut Ledger,
    now: DateTime<Utc>,
    call: &Fields<'_>,
    card_number: &str,
) -> Result<Value, Refusal> {
    if call.text("billingKeyMethod")? != "CARD" {
        return Err(call.error("billingKeyMethod", "has to be CARD: the sandbox's windows take cards only"));
    }
    let channel = ledger.channel(call.text("channelKey")?)?;
    let token = format!("billing-issue-token-{}", ledger.ids.uuid());
    let customer = customer(call)?;
    let verifies = verifies_identity(ledger, &channel, &customer);
    let key = BillingKey {
        key: format!("billing-key-{}", ledger.ids.uuid()),
        store_id: call.text("storeId")?.to_owned(),
        channel_key: channel.key.clone(),
        pg_key: ledger.ids.pg_number(channel.provider.number_prefix()),
        card: Some(CardFacts::of(card_number)),
        customer,
        // The browser SDK takes an object; the hub shows its text.
        custom_data: call.member("customData").map(Value::to_string),
        issue_token: Some(token.clone()),
        first_payment: None,
        is_pending: true,
        issued_at: now,
        deleted_at: None,
    };
    ledger.put_key(key);
    Ok(json!({
        "billingKey": "NEEDS_CONFIRMATION",
        "billingIssueToken": token,
        "verifiesIdentity": verifies,
    }))
}

/// Smartro has a holder verified once for each customer id, under which a key is issued (SMARTRO-095).
fn verifies_identity(ledger: &Ledger, channel: &Channel, customer: &Customer) -> bool {
    let is_known = || {
        ledger
            .keys()
            .any(|key| key.channel_key == channel.key && !key.is_pending && key.customer.id == customer.id)
    };
    channel.provider == Provider::SmartroV2 && (customer.id.is_none() || !is_known())
}

pub(super) fn customer(call: &Fields<'_>) -> Result<Customer, Refusal> {
    let Some(customer) = call.optional_object("customer")? else { return Ok(Customer::default()) };
    Ok(Customer {
        id: customer.owned_text("customerId")?,
        name: customer.owned_text("fullName")?,
        email: customer.owned_text("email")?,
        phone_number: customer.owned_text("phoneNumber")?,
    })
}

/// `POST /billing-keys/confirm`
pub(super) fn confirm(context: &mut Context<'_>, body: &Fields<'_>) -> Result<Value, Refusal> {
    context.check_store(body.optional_text("storeId")?)?;
    let mut key = context.ledger.key_of_token(body.text("billingIssueToken")?)?.clone();
    if key.first_payment.is_some() {
        return Err(Refusal::missing("BILLING_KEY_NOT_FOUND", "the token is of a key and a payment"));
    }
    if !key.is_pending {
        return Err(Refusal::conflict("BILLING_KEY_ALREADY_ISSUED", "the billing key is issued"));
    }
    let channel = context.ledger.channel(&key.channel_key)?;
    if body.flag("isTest")?.is_some_and(|is_test| is_test != channel.is_test()) {
        return Err(Refusal::conflict("INFORMATION_MISMATCH", "the channel is not of that environment"));
    }
    let verdict = context.check_forced().and_then(|()| match key.refusal(channel.provider) {
        Some(reason) => Err(channel.provider.refuse(reason)),
        None => Ok(()),
    });
    if verdict.is_err() {
        // The token is good once, whatever comes of it.
        key.issue_token = None;
    } else {
        key.is_pending = false;
        key.issued_at = context.now;
    }
    let name = key.key.clone();
    context.ledger.put_key(key);
    verdict.map(|()| json!({"billingKey": name}))
}
