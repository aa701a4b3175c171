//! Requests in V2's words as commands.

use chrono::{DateTime, Utc};
use portone_core::{
    Cancel, CardFacts, CloseVirtualAccount, Command, ConfirmDelivery, Currency, DeleteBillingKey,
    LogisticsStep, Money, OpenWindow, Order, PayInstantly, PayMethod, PayWithBillingKey, PgBillingKey,
    Report, Rule, Schedule, StoreId,
};
use portone_engine::request::{CancelRequest, PayWithBillingKeyRequest};
use portone_wire::sdk;
use serde::Deserialize;

use super::{
    Operation, Question, SAMPLE_ID, SAMPLE_KEY, SAMPLE_STORE, facts::Facts, read, unread, unreadable,
};
use crate::auth::Access;
use crate::json::RawBody;
use crate::v2::dto::{billing_key, cancel, delivery, escrow, payment, receipt, schedule};

static UNREAD: Rule = unread("V2-UNREAD", "the V2 REST API's schema");

impl Question {
    pub(super) fn v2(
        &self,
        text: &str,
        now: DateTime<Utc>,
        told: &mut Report,
    ) -> Result<Vec<Command>, Report> {
        match self.operation {
            Operation::WindowPay => self.window(sdk::parse_payment, text, told),
            Operation::WindowIssueKey => self.window(sdk::parse_issue_billing_key, text, told),
            _ => self.rest(text, now, told),
        }
    }

    fn window(
        &self,
        parse: fn(&serde_json::Value) -> Result<sdk::SdkRequest, Report>,
        text: &str,
        told: &mut Report,
    ) -> Result<Vec<Command>, Report> {
        let argument = serde_json::from_str(text).map_err(|_| unreadable())?;
        let request = parse(&argument)?;
        told.extend(request.advice);
        Ok(vec![self.seen(request.window)])
    }

    /// A window as the buyer's browser would see it.
    pub(super) fn seen(&self, mut window: OpenWindow) -> Command {
        let settings = window.settings_mut();
        settings.os = self.facts.os;
        settings.in_app = self.facts.in_app;
        settings.consents_collected = self.facts.consents_collected;
        Command::OpenWindow(window)
    }

    fn rest(&self, text: &str, now: DateTime<Utc>, told: &mut Report) -> Result<Vec<Command>, Report> {
        let body = &RawBody::from_text(text);
        let store_id = store_of(text).or_else(|| StoreId::parse(SAMPLE_STORE).ok());
        let access = &Access::to_check(store_id);
        let id = self.path.as_deref().unwrap_or(SAMPLE_ID);
        let method = self.facts.pay_method;
        let command = match self.operation {
            Operation::InstantCard | Operation::InstantAccount => {
                let pay = read(payment::instant(body, access, id), &UNREAD, told)?.pay;
                Command::PayInstantly(PayInstantly { order: unpromoted(pay.order), ..pay })
            }
            Operation::IssueKey => {
                Command::IssueBillingKey(read(billing_key::issue(body, access), &UNREAD, told)?.issue)
            }
            Operation::PayKey => {
                let request = read(payment::with_billing_key(body, access, id), &UNREAD, told)?;
                Command::PayWithBillingKey(self.key_payment(request)?)
            }
            Operation::Schedule => {
                let request = read(schedule::create(body, access, id), &UNREAD, told)?;
                let time_to_pay = request.time_to_pay;
                Command::Schedule(Schedule { pay: self.key_payment(request.pay)?, time_to_pay })
            }
            Operation::Unschedule => {
                read(schedule::revoke(body, access), &UNREAD, told)?;
                return Ok(Vec::new());
            }
            Operation::Cancel => {
                Command::Cancel(self.cancel(read(cancel::cancel(body, access, id), &UNREAD, told)?, now))
            }
            Operation::CloseAccount => {
                Command::CloseVirtualAccount(CloseVirtualAccount { payment_id: self.payment_id()? })
            }
            Operation::Receipt => {
                let mut issue = read(receipt::issue(body, access), &UNREAD, told)?.issue;
                issue.method = method;
                Command::IssueCashReceipt(issue)
            }
            Operation::Escrow => {
                let step = LogisticsStep::Register;
                let mut register = read(escrow::logistics(body, access, id, step), &UNREAD, told)?.register;
                register.method = method.unwrap_or(register.method);
                Command::RegisterEscrowLogistics(register)
            }
            Operation::DeleteKey => {
                Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key: sample_key()? })
            }
            Operation::Delivery => {
                let delivery = read(delivery::confirm(body, access), &UNREAD, told)?.delivery;
                let (payment_id, method) = (self.payment_id()?, method.unwrap_or(PayMethod::Card));
                Command::ConfirmDelivery(ConfirmDelivery { payment_id, delivery, method })
            }
            Operation::WindowPay | Operation::WindowIssueKey => return Err(unreadable()),
        };
        Ok(vec![command])
    }

    fn key_payment(&self, request: PayWithBillingKeyRequest) -> Result<PayWithBillingKey, Report> {
        Ok(PayWithBillingKey {
            order: unpromoted(request.order),
            pg_billing_key: sample_key()?,
            method: PayMethod::Card,
            issue_email: self.facts.issue_email.clone(),
            card: Some(self.card()),
            installment_month: request.installment_month,
            use_free_interest_from_merchant: request.use_free_interest_from_merchant,
            use_card_point: request.use_card_point,
            cash_receipt: request.cash_receipt,
            locale: request.locale,
        })
    }

    pub(super) fn card(&self) -> CardFacts {
        let Facts { card_type, card_issuer, .. } = &self.facts;
        CardFacts { card_type: card_type.clone(), issuer: card_issuer.clone(), ..CardFacts::default() }
    }

    /// A cancel of a payment as the context tells it; of one made just now by card where it does not.
    pub(super) fn cancel(&self, request: CancelRequest, now: DateTime<Utc>) -> Cancel {
        let facts = &self.facts;
        let cancellable = facts.cancellable.or(request.amount).unwrap_or(0);
        let amount = request.amount.unwrap_or(cancellable);
        let method = facts.pay_method.unwrap_or(PayMethod::Card);
        let by_card = method == PayMethod::Card || facts.card_type.is_some() || facts.card_issuer.is_some();
        Cancel {
            payment_id: request.payment_id,
            amount: Money::new(amount, facts.currency.unwrap_or(Currency::KRW)),
            tax_free: request.tax_free,
            vat: request.vat,
            reason: request.reason,
            requester: request.requester,
            refund_account: request.refund_account,
            cancellable,
            cancellable_tax_free: facts.cancellable_tax_free.unwrap_or(0),
            ordered_vat: facts.ordered_vat,
            method,
            card: by_card.then(|| self.card()),
            paid_at: facts.paid_at.unwrap_or(now),
        }
    }
}

fn sample_key() -> Result<PgBillingKey, Report> {
    PgBillingKey::parse(SAMPLE_KEY).map_err(|_| unreadable())
}

/// The store that a body names: whoever asks here may ask for any.
fn store_of(text: &str) -> Option<StoreId> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "storeId")]
        store_id: Option<StoreId>,
        payment: Option<Box<Named>>,
    }
    let named: Named = serde_json::from_str(text).ok()?;
    named.store_id.or_else(|| named.payment?.store_id)
}

/// An order as a PG hears of it: promotions are the store's own.
fn unpromoted(order: Order) -> Order {
    Order { promotion_id: None, ..order }
}
