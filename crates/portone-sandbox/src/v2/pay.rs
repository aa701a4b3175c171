//! Payments by key-in and by billing key.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Context;
use super::escrow::hold;
use super::input::{AccountInput, AccountKind, CardInput, InstantMethod, Terms};
use super::view::time_text;
use crate::cards::{CardFacts, Use};
use crate::channel::Channel;
use crate::fields::Fields;
use crate::ids;
use crate::pg::{Order, Reason, vat_of};
use crate::records::{Charge, PaidWith, Status, Transaction};
use crate::refusal::Refusal;

/// `POST /payments/{paymentId}/instant`
pub(super) fn instantly(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    let method = body.object("method")?;
    let card_options = method.optional_object("card")?;
    let terms = Terms::read(body, card_options.as_ref())?;
    let store_id = context.check_store(terms.store_id.as_deref())?;
    let channel = context.selected_channel(body)?;
    let method = InstantMethod::read(context.now, &method)?;
    check_payable(context, payment_id)?;
    let attempt = Attempt { payment_id, store_id, channel, terms, billing_key: None };
    match method {
        InstantMethod::Card(card) => pay_by_card(context, &attempt, card),
        InstantMethod::Account(account) => issue_account(context, &attempt, account),
    }
}

/// `POST /payments/{paymentId}/billing-key`
pub(super) fn with_billing_key(
    context: &mut Context<'_>,
    payment_id: &str,
    body: &Fields<'_>,
) -> Result<Value, Refusal> {
    let billing_key = body.text("billingKey")?;
    let terms = Terms::read(body, Some(body))?;
    let store_id = context.check_store(terms.store_id.as_deref())?;
    let key = context.ledger.key(billing_key)?;
    if key.deleted_at.is_some() {
        return Err(Refusal::conflict("BILLING_KEY_ALREADY_DELETED", "the billing key is deleted"));
    }
    let (card, phone_number) = (key.card.clone(), key.customer.phone_number.clone());
    let channel_key = body.optional_text("channelKey")?.unwrap_or(&key.channel_key);
    if channel_key != key.channel_key {
        return Err(Refusal::missing("CHANNEL_NOT_FOUND", "the billing key was not issued on that channel"));
    }
    let channel = context.ledger.channel(channel_key)?;
    check_payable(context, payment_id)?;
    let attempt = Attempt { payment_id, store_id, channel, terms, billing_key: Some(billing_key.to_owned()) };
    let Some(card) = card else {
        let verdict = check_order_unused(context, &attempt).and_then(|()| context.check_forced());
        return settle(context, &attempt, PaidWith::Mobile { phone_number }, Status::Paid, verdict);
    };
    let order = attempt.order(context);
    let verdict = attempt
        .pg()
        .check_key_payment(&order, &card)
        .and_then(|()| ask_issuer(context, &attempt, &card, Use::BillingKey));
    settle_card(context, &attempt, card, verdict)
}

/// An attempt the hub has accepted.
struct Attempt<'a> {
    payment_id: &'a str,
    store_id: String,
    channel: Arc<Channel>,
    terms: Terms,
    billing_key: Option<String>,
}

impl Attempt<'_> {
    fn pg(&self) -> &'static dyn crate::pg::Pg {
        self.channel.provider.pg()
    }

    fn order(&self, context: &Context<'_>) -> Order<'_> {
        Order { now: context.now, channel: &self.channel, payment_id: self.payment_id, terms: &self.terms }
    }
}

/// An id may be tried again until it is paid or waits for a deposit (V2-041).
fn check_payable(context: &Context<'_>, payment_id: &str) -> Result<(), Refusal> {
    let Some(payment) = context.ledger.find_payment(payment_id) else { return Ok(()) };
    if payment.latest().status != Status::Failed {
        return Err(Refusal::conflict("ALREADY_PAID", "the payment is paid or waits for a deposit"));
    }
    if payment.transactions.len() >= context.config.attempt_count_max {
        return Err(Refusal::bad("MAX_TRANSACTION_COUNT_REACHED", "the payment id was tried too often"));
    }
    Ok(())
}

fn pay_by_card(context: &mut Context<'_>, attempt: &Attempt<'_>, card: CardInput) -> Result<Value, Refusal> {
    let order = attempt.order(context);
    let verdict = attempt
        .pg()
        .check_card_key_in(&order, &card)
        .and_then(|()| ask_issuer(context, attempt, &card.facts, Use::KeyIn));
    settle_card(context, attempt, card.facts, verdict)
}

/// What is left once the PG's own rules are met: its order book, a forced refusal and the card's issuer.
fn ask_issuer(
    context: &Context<'_>,
    attempt: &Attempt<'_>,
    card: &CardFacts,
    used_for: Use,
) -> Result<(), Refusal> {
    check_order_unused(context, attempt)?;
    context.check_forced()?;
    let provider = attempt.channel.provider;
    match card.refusal(used_for, provider) {
        Some(reason) => Err(provider.refuse(reason)),
        None => Ok(()),
    }
}

/// Two payment ids that the PG stores as one are one order (SMARTRO-003).
fn check_order_unused(context: &Context<'_>, attempt: &Attempt<'_>) -> Result<(), Refusal> {
    let order_id = attempt.pg().order_id(attempt.payment_id);
    if context.ledger.knows_order(&attempt.channel.key, order_id) {
        return Err(attempt.channel.provider.refuse(Reason::OrderIdUsed));
    }
    Ok(())
}

fn settle_card(
    context: &mut Context<'_>,
    attempt: &Attempt<'_>,
    card: CardFacts,
    verdict: Result<(), Refusal>,
) -> Result<Value, Refusal> {
    let approval_number = verdict.is_ok().then(|| context.ledger.ids.digits(8));
    let months = attempt.terms.installment_month.unwrap_or(0);
    let is_interest_free =
        attempt.terms.use_free_interest && attempt.pg().gives_free_interest(&attempt.channel);
    let method = PaidWith::Card { card, approval_number, months, is_interest_free };
    settle(context, attempt, method, Status::Paid, verdict)
}

fn issue_account(
    context: &mut Context<'_>,
    attempt: &Attempt<'_>,
    account: AccountInput,
) -> Result<Value, Refusal> {
    let order = attempt.order(context);
    let verdict = attempt
        .pg()
        .check_account(&order, &account)
        .and_then(|()| check_order_unused(context, attempt))
        .and_then(|()| context.check_forced());
    let number = verdict.is_ok().then(|| account_number(context, &attempt.channel, &account));
    let method = PaidWith::Account {
        kind: account.kind_name().to_owned(),
        bank: account.bank,
        number,
        remittee: account.remittee,
        expires_at: account.expires_at,
        has_cash_receipt: account.receipt_purpose.is_some(),
        receipt_purpose: account.receipt_purpose,
    };
    settle(context, attempt, method, Status::VirtualAccountIssued, verdict)
}

/// One account id of one merchant is always one account number (SMARTRO-104).
fn account_number(context: &mut Context<'_>, channel: &Channel, account: &AccountInput) -> String {
    match &account.kind {
        AccountKind::FixedId(id) => ids::digits_of(&[&channel.pg_merchant_id, id], 14),
        AccountKind::Normal | AccountKind::FixedNumber => context.ledger.ids.digits(14),
    }
}

/// Records what the PG said: nothing if it was not asked, else a charge and a transaction or a failed transaction.
fn settle(
    context: &mut Context<'_>,
    attempt: &Attempt<'_>,
    method: PaidWith,
    status: Status,
    verdict: Result<(), Refusal>,
) -> Result<Value, Refusal> {
    let transaction_id = context.ledger.ids.uuid();
    match verdict {
        Ok(()) => {
            let pg_tx_id = book(context, attempt, &transaction_id, status);
            let reply = json!({
                "payment": {"pgTxId": pg_tx_id, "paidAt": time_text(context.now)},
            });
            let mut transaction = transaction_of(context, attempt, transaction_id, method, status);
            transaction.pg_tx_id = Some(pg_tx_id);
            transaction.paid_at = (status == Status::Paid).then_some(context.now);
            context.ledger.add_transaction(attempt.payment_id, transaction);
            if !attempt.terms.skip_webhook {
                context.ledger.announce_state(context.now, attempt.payment_id, None)?;
            }
            Ok(reply)
        }
        Err(Refusal::Pg(refusal)) => {
            let mut transaction = transaction_of(context, attempt, transaction_id, method, Status::Failed);
            transaction.failure = Some(refusal.clone());
            context.ledger.add_transaction(attempt.payment_id, transaction);
            context.ledger.announce_state(context.now, attempt.payment_id, None)?;
            Err(Refusal::Pg(refusal))
        }
        Err(refusal) => Err(refusal),
    }
}

/// Enters the charge into the PG's own ledger and gives its number.
fn book(context: &mut Context<'_>, attempt: &Attempt<'_>, transaction_id: &str, status: Status) -> String {
    let pg_tx_id = context.ledger.ids.pg_number(attempt.channel.provider.number_prefix());
    let booked = attempt.pg().booked(&attempt.channel, &attempt.terms);
    context.ledger.put_charge(Charge {
        pg_tx_id: pg_tx_id.clone(),
        channel_key: attempt.channel.key.clone(),
        order_id: attempt.pg().order_id(attempt.payment_id).to_owned(),
        payment_id: attempt.payment_id.to_owned(),
        transaction_id: transaction_id.to_owned(),
        product_count: attempt.terms.product_count.unwrap_or(1),
        charged: if status == Status::Paid { booked.total } else { 0 },
        booked,
        cancelled: 0,
        captured_at: None,
        is_closed: false,
    });
    pg_tx_id
}

fn transaction_of(
    context: &Context<'_>,
    attempt: &Attempt<'_>,
    id: String,
    method: PaidWith,
    status: Status,
) -> Transaction {
    let terms = &attempt.terms;
    Transaction {
        id,
        store_id: attempt.store_id.clone(),
        channel_key: attempt.channel.key.clone(),
        status,
        requested_at: context.now,
        status_changed_at: context.now,
        paid_at: None,
        method,
        order_name: terms.order_name.clone(),
        currency: terms.currency.clone(),
        total: terms.total,
        tax_free: terms.tax_free,
        vat: terms.vat.unwrap_or_else(|| vat_of(terms.total, terms.tax_free)),
        customer: terms.customer.clone(),
        custom_data: terms.custom_data.clone(),
        notice_urls: terms.notice_urls.clone(),
        billing_key: attempt.billing_key.clone(),
        product_count: terms.product_count,
        is_cultural_expense: terms.is_cultural_expense,
        pg_tx_id: None,
        escrow: hold(&attempt.channel, attempt.terms.is_escrow),
        payment_token: None,
        delivery: None,
        failure: None,
        cancellations: Vec::new(),
    }
}
