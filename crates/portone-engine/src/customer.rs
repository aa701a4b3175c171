//! Billing keys by their V1 names (`customer_uid`): read, charged, scheduled with (rules V1-060 to V1-068, IAMPORT-030 to
//! IAMPORT-041).

use chrono::{DateTime, Utc};
use portone_core::{
    Card, Command, Customer, CustomerUid, IssueBillingKey, Money, Order, PayInstantly, PaymentAmount,
    PaymentId, StoreId,
};

use crate::call::after_call;
use crate::cancel::RETRY_COUNT_MAX;
use crate::engine::{Engine, made};
use crate::error::EngineError;
use crate::ledger::{BillingKeyRecord, BillingKeyStatus, Schedule, Transaction};
use crate::list::Reached;
use crate::pay::check_parts;
use crate::port::NewSchedules;
use crate::port::follow::Recorded;
use crate::request::{
    Caller, CancelRequest, Extras, IssueBillingKeyRequest, PayInstantlyRequest, PayWithBillingKeyRequest,
    Selector,
};
use crate::routing::Routing;
use crate::schedule::why_not_created;

/// What the charge that proves a card is called, and why it is cancelled.
const CHECK_NAME: &str = "카드 확인";

/// Payments to be made later with the key of a name (rule V1-065).
#[derive(Debug)]
pub struct ScheduleForCustomer {
    /// Who asks.
    pub caller: Caller,
    /// The name.
    pub uid: CustomerUid,
    /// The card that a key is issued of first, and where, if the name has none.
    pub issue: Option<(Selector, IssueBillingKey)>,
    /// What is charged and cancelled at once to prove the card (rule IAMPORT-043).
    pub checking: Option<Money>,
    /// The payments, and when. Their billing key is filled in.
    pub entries: Vec<(PayWithBillingKeyRequest, DateTime<Utc>)>,
}

/// Why nothing was scheduled: which entry was refused, where it was one.
#[derive(Debug)]
pub struct NotScheduled {
    /// Its place; absent where the key or the card was refused.
    pub entry: Option<usize>,
    /// Why.
    pub error: EngineError,
}

impl From<EngineError> for NotScheduled {
    fn from(error: EngineError) -> Self {
        Self { entry: None, error }
    }
}

impl Engine {
    /// The billing key that a name means now: the last one issued under it, unless that was deleted (rule V1-061).
    pub async fn customer(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
    ) -> Result<BillingKeyRecord, EngineError> {
        let found = self.store.billing_key_called(store, uid).await?;
        let is_held = |record: &BillingKeyRecord| {
            matches!(record.status, BillingKeyStatus::Issued | BillingKeyStatus::Pending)
        };
        found.filter(is_held).ok_or(EngineError::BillingKeyNotFound)
    }

    /// Pays by card, and where that works keeps the card at the same channel under a name (rule IAMPORT-035). A key that
    /// cannot be issued after the payment changes nothing of it.
    pub async fn pay_and_keep_card(
        &self,
        request: PayInstantlyRequest,
        uid: CustomerUid,
    ) -> Result<Transaction, EngineError> {
        let (caller, payment_id) = (request.caller.clone(), request.pay.order.payment_id.clone());
        let issue = issue_of(&request.pay)?;
        if let Selector::Channel(key) = &request.selector {
            // What would refuse the key refuses the payment too, before money moves.
            let (directory, ctx) = (self.directory(), self.context());
            let routing =
                Routing { directory: &directory, store_id: &caller.store_id, ctx: &ctx, face: caller.face };
            let command = Command::IssueBillingKey(issue.clone());
            routing.select(self, &Selector::Channel(key.clone()), &command)?;
        }
        self.pay_instantly(request).await?;
        let paid = self.payment(&caller.store_id, &payment_id).await?;
        let selector = Selector::Channel(paid.channel.key.clone());
        let keep = IssueBillingKeyRequest {
            caller,
            selector,
            issue,
            customer_uid: Some(uid.clone()),
            extras: Extras::default(),
        };
        match self.issue_billing_key(keep).await {
            Ok(_) => self.note_issue(paid, &uid).await,
            Err(error) => {
                tracing::warn!(payment = %payment_id, %error, "paid, but the card could not be kept");
                Ok(paid)
            }
        }
    }

    /// Writes that a payment's card is kept under a name (rule V1-030). Where that cannot be written the key is there all the
    /// same, and the payment does not tell of it.
    async fn note_issue(&self, paid: Transaction, uid: &CustomerUid) -> Result<Transaction, EngineError> {
        let mut noted = Transaction { customer_uid: Some(uid.clone()), ..paid.clone() };
        for _ in 0..RETRY_COUNT_MAX {
            let written = self.store.record_change(noted.clone(), None, Vec::new(), Vec::new()).await;
            match written {
                Ok(Recorded::Written) => return Ok(noted),
                Ok(Recorded::Outstanding | Recorded::Changed) => {}
                Err(error) => {
                    tracing::warn!(payment = %paid.order.payment_id, %error, "cannot write that the card is kept");
                    break;
                }
            }
            let read = after_call(self.store.transaction(&paid.id).await)?;
            let Some(read) = read else { break };
            noted = Transaction { customer_uid: Some(uid.clone()), ..read };
        }
        Ok(paid)
    }

    /// The attempts to pay with a name's keys, the latest first: one page.
    pub async fn payments_of_customer(
        &self,
        store: &StoreId,
        uid: &CustomerUid,
        offset: usize,
        count_max: usize,
    ) -> Result<Reached<Transaction>, EngineError> {
        self.customer(store, uid).await?;
        Ok(self.store.payments_of_customer(store, uid, offset, count_max).await?)
    }

    /// Makes schedules with the key of a name, all or none. A name without a key gets one of the card first; then the card
    /// is proved, if that is asked for.
    pub async fn schedule_for_customer(
        &self,
        request: ScheduleForCustomer,
    ) -> Result<Vec<Schedule>, NotScheduled> {
        let ScheduleForCustomer { caller, uid, issue, checking, entries } = request;
        let record = match self.customer(&caller.store_id, &uid).await {
            Err(EngineError::BillingKeyNotFound) => self.key_of_card(&caller, &uid, issue).await?,
            known => known?,
        };
        let now = self.now();
        let mut schedules = Vec::with_capacity(entries.len());
        let mut first = None;
        for (at, (mut pay, time_to_pay)) in entries.into_iter().enumerate() {
            pay.billing_key = record.key.clone();
            pay.customer_uid = Some(uid.clone());
            fill_buyer(&mut pay.order, &record.customer);
            let refused = |error| NotScheduled { entry: Some(at), error };
            check_parts(&pay.order.amount).map_err(refused)?;
            self.check_schedule(&pay, &record, time_to_pay, now).map_err(refused)?;
            first.get_or_insert_with(|| (pay.order.clone(), pay.channel_key.clone()));
            schedules.push(self.new_schedule(pay, &record, time_to_pay, now)?);
        }
        if let (Some(amount), Some((order, channel_key))) = (checking, first) {
            let pay = self.check_charge(&caller, &record, amount, order, channel_key);
            Box::pin(self.prove_card(pay)).await?;
        }
        match self.store.create_schedules(schedules.clone()).await.map_err(EngineError::from)? {
            NewSchedules::Created => Ok(schedules),
            NewSchedules::Refused(at, why) => {
                Err(NotScheduled { entry: Some(at), error: why_not_created(why) })
            }
        }
    }

    async fn key_of_card(
        &self,
        caller: &Caller,
        uid: &CustomerUid,
        issue: Option<(Selector, IssueBillingKey)>,
    ) -> Result<BillingKeyRecord, EngineError> {
        let (selector, issue) = issue.ok_or(EngineError::BillingKeyNotFound)?;
        let (caller, customer_uid) = (caller.clone(), Some(uid.clone()));
        let extras = Extras::default();
        self.issue_billing_key(IssueBillingKeyRequest { caller, selector, issue, customer_uid, extras }).await
    }

    /// The charge that proves a card: the first entry's, under an id of its own, of another amount.
    fn check_charge(
        &self,
        caller: &Caller,
        record: &BillingKeyRecord,
        amount: Money,
        order: Order,
        channel_key: Option<portone_core::ChannelKey>,
    ) -> PayWithBillingKeyRequest {
        // Some PGs take letters and digits only, and 40 of them.
        let id = format!("checking{}", self.new_uuid(self.now()).replace('-', ""));
        let order = Order {
            payment_id: made(PaymentId::parse(&id)),
            order_name: CHECK_NAME.to_owned(),
            amount: PaymentAmount {
                total: amount.minor,
                tax_free: None,
                vat: None,
                currency: amount.currency,
            },
            promotion_id: None,
            ..order
        };
        PayWithBillingKeyRequest {
            caller: caller.clone(),
            billing_key: record.key.clone(),
            customer_uid: record.customer_uid.clone(),
            channel_key,
            order,
            installment_month: None,
            use_free_interest_from_merchant: None,
            use_card_point: None,
            cash_receipt: None,
            locale: None,
            extras: Extras { skip_webhook: true, ..Extras::default() },
        }
    }

    /// Charges, and cancels at once. A charge that stays is told with its id.
    async fn prove_card(&self, pay: PayWithBillingKeyRequest) -> Result<(), EngineError> {
        let (caller, payment_id) = (pay.caller.clone(), pay.order.payment_id.clone());
        Box::pin(self.pay_with_billing_key(pay)).await?;
        let cancel = CancelRequest {
            caller,
            payment_id: payment_id.clone(),
            amount: None,
            tax_free: None,
            vat: None,
            reason: CHECK_NAME.to_owned(),
            requester: None,
            current_cancellable: None,
            refund_account: None,
            retain_option: None,
            skip_webhook: true,
        };
        Box::pin(self.cancel(cancel)).await.map(drop).map_err(|error| {
            tracing::error!(payment = %payment_id, %error, "a card's check was charged and not cancelled");
            EngineError::Conflict(format!(
                "the card was checked by payment `{payment_id}`, which could not be cancelled: {error}; cancel it, and schedule without checking_amount"
            ))
        })
    }
}

/// The key of the card that pays; its holder is the buyer.
fn issue_of(pay: &PayInstantly) -> Result<IssueBillingKey, EngineError> {
    let portone_core::InstantMethod::Card(paying) = &pay.method else {
        return Err(EngineError::Conflict("a virtual account has no card to keep".to_owned()));
    };
    let card: Card = paying.card.clone();
    Ok(IssueBillingKey { card, customer: pay.order.customer.clone(), bypass: None })
}

/// What an order does not say of its buyer, the key's holder says (rule IAMPORT-041).
pub fn fill_buyer(order: &mut Order, holder: &Customer) {
    let buyer = &mut order.customer;
    let fill = |own: &mut Option<String>, other: &Option<String>| {
        if own.is_none() {
            own.clone_from(other);
        }
    };
    fill(&mut buyer.id, &holder.id);
    fill(&mut buyer.email, &holder.email);
    fill(&mut buyer.phone_number, &holder.phone_number);
    fill(&mut buyer.zipcode, &holder.zipcode);
    if buyer.name.is_none() {
        buyer.name.clone_from(&holder.name);
    }
    if buyer.address.is_none() {
        buyer.address.clone_from(&holder.address);
    }
}
