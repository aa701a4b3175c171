//! Requests in V1's words as commands.

use chrono::{DateTime, Utc};
use portone_core::{
    Cancel, CloseVirtualAccount, Command, Currency, Customer, DeleteBillingKey, IssueBillingKey,
    LogisticsStep, Major, Money, PayMethod, PayWithBillingKey, PgBillingKey, Report, Rule, Schedule,
};
use portone_wire::v1::rules;

use super::{Operation, Question, read, unread, unreadable};
use crate::json::RawBody;
use crate::v1::dto::{
    Named, account, cancel, cancel::CancelRequest, delivery, escrow, key, payment, payment::KeyPayment,
    receipt, schedule, schedule::Schedules, window,
};

static UNREAD: Rule = unread("V1-UNREAD", "v1.openapi.json; docs sdk/v1-sdk");
/// A request that names no billing key in its path is checked with one that every PG takes.
const SAMPLE_UID: &str = "customer-1";
/// What is left of a payment where the context does not tell: more than the parts a request names.
const LEFT_UNKNOWN: i64 = 1_000_000_000_000;
/// The PGs that issue no billing key without a window, and so none for a schedule (rule IAMPORT-038).
const NO_KEY_FOR_SCHEDULE: [&str; 13] = [
    "chai",
    "danal",
    "danal_tpay",
    "kakaopay",
    "kicc",
    "mobilians",
    "naverpay",
    "payco",
    "settle_acc",
    "settle_firm",
    "smartro",
    "uplus",
    "smartro_v2",
];

impl Question {
    pub(super) fn v1(
        &self,
        text: &str,
        now: DateTime<Utc>,
        pg_code: &str,
        told: &mut Report,
    ) -> Result<Vec<Command>, Report> {
        let body = &RawBody::from_text(text);
        let method = self.facts.pay_method;
        let command = match self.operation {
            Operation::Schedule => {
                let schedules = read(schedule::create(body, pg_code), &UNREAD, told)?;
                return self.schedules(schedules, pg_code, told);
            }
            Operation::Unschedule => {
                read(schedule::revoke(body), &UNREAD, told)?;
                return Ok(Vec::new());
            }
            Operation::Cancel => {
                let request = read(cancel::cancel(body, pg_code), &UNREAD, told)?;
                Command::Cancel(self.v1_cancel(&request, now, told)?)
            }
            Operation::CloseAccount => {
                read(account::close(body), &UNREAD, told)?;
                Command::CloseVirtualAccount(CloseVirtualAccount { payment_id: self.payment_id()? })
            }
            Operation::Receipt => {
                let paid = Some(self.facts.cancellable.unwrap_or(0)).filter(|paid| *paid > 0);
                let mut issue = read(receipt::issue(body, self.payment_id()?, paid), &UNREAD, told)?;
                issue.method = method;
                Command::IssueCashReceipt(issue)
            }
            Operation::Escrow => {
                let (step, method) = (LogisticsStep::Register, method.unwrap_or(PayMethod::VirtualAccount));
                let register = escrow::logistics(body, self.payment_id()?, step, method);
                Command::RegisterEscrowLogistics(read(register, &UNREAD, told)?)
            }
            Operation::DeleteKey => {
                let uid = read(key::delete(body, self.uid()), &UNREAD, told)?;
                if let Some(count) = self.facts.pending_schedules.filter(|count| *count > 0) {
                    let message = format!("has {count} schedules, which will fail; call them off first");
                    told.add(&rules::KEY_WITH_SCHEDULES, "customer_uid", message);
                }
                Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key: stored_key(&uid)? })
            }
            Operation::Delivery => {
                let confirm = delivery::confirm(body, method.unwrap_or(PayMethod::Card));
                Command::ConfirmDelivery(read(confirm, &UNREAD, told)?.1)
            }
            _ => self.v1_payment(body, pg_code, told)?,
        };
        Ok(vec![command])
    }

    /// A window, a payment or a billing key, whose request names a channel.
    fn v1_payment(&self, body: &RawBody, pg_code: &str, told: &mut Report) -> Result<Command, Report> {
        Ok(match self.operation {
            Operation::WindowPay => {
                let (named, window) = read(window::payment(body, pg_code), &UNREAD, told)?;
                check_named(&named, pg_code, told);
                self.seen(window)
            }
            Operation::WindowIssueKey => {
                let (named, window) = read(window::issue(body, pg_code), &UNREAD, told)?;
                check_named(&named, pg_code, told);
                self.check_reuse(told);
                self.seen(window)
            }
            Operation::InstantCard => {
                let onetime = read(payment::onetime(body, pg_code), &UNREAD, told)?;
                check_named(&onetime.named, pg_code, told);
                if onetime.customer_uid.is_some() {
                    self.check_reuse(told);
                }
                Command::PayInstantly(onetime.pay)
            }
            Operation::InstantAccount => {
                let issue = read(account::issue(body, pg_code), &UNREAD, told)?;
                check_named(&issue.named, pg_code, told);
                Command::PayInstantly(issue.pay)
            }
            Operation::IssueKey => {
                let (named, issue) = read(key::issue(body, self.uid()), &UNREAD, told)?;
                check_named(&named, pg_code, told);
                self.check_reuse(told);
                Command::IssueBillingKey(issue)
            }
            Operation::PayKey => {
                let (uid, _, payment) = read(payment::again(body, pg_code), &UNREAD, told)?;
                if self.facts.has_billing_key == Some(false) {
                    told.add(&rules::KEY_MISSING, "customer_uid", "has no billing key; issue one first");
                }
                Command::PayWithBillingKey(self.stored(&uid, payment)?)
            }
            _ => return Err(unreadable()),
        })
    }

    fn uid(&self) -> &str {
        self.path.as_deref().unwrap_or(SAMPLE_UID)
    }

    /// A key that is there already is replaced, and stays alive at the PG.
    fn check_reuse(&self, told: &mut Report) {
        if self.facts.has_billing_key == Some(true) {
            let message = "has a key, which this one replaces and nobody revokes at the PG; delete it first";
            told.add(&rules::CUSTOMER_UID_REUSED, "customer_uid", message);
        }
    }

    fn stored(&self, uid: &str, payment: KeyPayment) -> Result<PayWithBillingKey, Report> {
        Ok(PayWithBillingKey {
            order: payment.order,
            pg_billing_key: stored_key(uid)?,
            method: PayMethod::Card,
            issue_email: self.facts.issue_email.clone(),
            card: Some(self.card()),
            installment_month: payment.installment_month,
            use_free_interest_from_merchant: payment.use_free_interest,
            use_card_point: payment.use_card_point,
            cash_receipt: payment.cash_receipt,
            locale: None,
        })
    }

    /// Every entry of a schedule, and first the key that its card would issue.
    fn schedules(
        &self,
        schedules: Schedules,
        pg_code: &str,
        told: &mut Report,
    ) -> Result<Vec<Command>, Report> {
        let Schedules { customer_uid, customer_id, card, entries, .. } = schedules;
        let has_key = self.facts.has_billing_key;
        let mut commands = Vec::new();
        match card {
            Some(_) if has_key == Some(true) => {
                let message = "is not used: the customer_uid has a key; leave the card out";
                told.add(&rules::CARD_BESIDE_KEY, "card_number", message);
            }
            Some(_) if NO_KEY_FOR_SCHEDULE.contains(&pg_code) => {
                let message =
                    format!("is of no use: `{pg_code}` issues keys in its window only; issue one there");
                told.add(&rules::CARD_FOR_KEY, "card_number", message);
            }
            Some(card) => {
                let buyer = entries.first().map(|(entry, _)| entry.order.customer.clone());
                let customer = Customer { id: customer_id, ..buyer.unwrap_or_default() };
                commands.push(Command::IssueBillingKey(IssueBillingKey { card, customer, bypass: None }));
            }
            None if has_key == Some(false) => {
                let message = "is missing, and the customer_uid has no key; send the card";
                told.add(&rules::CARD_FOR_KEY, "card_number", message);
            }
            None => {}
        }
        for (entry, time_to_pay) in entries {
            let pay = self.stored(&customer_uid, entry)?;
            commands.push(Command::Schedule(Schedule { pay, time_to_pay }));
        }
        Ok(commands)
    }

    /// A cancel of a payment as the context tells it; all that is left where no amount is named.
    fn v1_cancel(
        &self,
        request: &CancelRequest,
        now: DateTime<Utc>,
        told: &mut Report,
    ) -> Result<Cancel, Report> {
        let facts = &self.facts;
        let currency = facts.currency.unwrap_or(Currency::KRW);
        let mut problems = Report::new();
        let mut minor = |rule: &Rule, name: &str, amount: Option<Major>| {
            let minor = amount.and_then(|amount| amount.minor(currency)).filter(|minor| *minor >= 0);
            if amount.is_some() && minor.is_none() {
                problems.add_with(
                    rule,
                    portone_core::Severity::Reject,
                    name,
                    format!("is no amount of {currency}; send one from 0 on, with its decimals at most"),
                );
            }
            minor
        };
        let amount = minor(&rules::CANCEL_AMOUNT, "amount", request.amount);
        let tax_free = minor(&rules::CANCEL_TAX_FREE, "tax_free", request.tax_free);
        let vat = minor(&rules::CANCEL_VAT, "vat_amount", request.vat);
        let checksum = minor(&rules::CHECKSUM, "checksum", request.checksum);
        if problems.refuses() {
            return Err(problems);
        }
        let cancellable = facts.cancellable.or(amount).unwrap_or(LEFT_UNKNOWN);
        if checksum.is_some_and(|checksum| facts.cancellable.is_some_and(|left| left != checksum)) {
            told.add(
                &rules::CHECKSUM,
                "checksum",
                format!("is not what is left, {cancellable}; read it anew"),
            );
        }
        Ok(Cancel {
            payment_id: self.payment_id()?,
            amount: Money::new(amount.unwrap_or(cancellable), currency),
            tax_free,
            vat,
            reason: request.reason.clone(),
            requester: None,
            refund_account: request.refund_account.clone(),
            cancellable,
            cancellable_tax_free: facts.cancellable_tax_free.unwrap_or(0),
            ordered_vat: facts.ordered_vat,
            method: facts.pay_method.unwrap_or(PayMethod::Card),
            card: Some(self.card()),
            paid_at: facts.paid_at.unwrap_or(now),
        })
    }
}

/// Whether the request goes where it is asked about (rule IAMPORT-002).
fn check_named(named: &Named, pg_code: &str, told: &mut Report) {
    let code = named.pg.as_deref().and_then(|pg| pg.split('.').next());
    if named.is_by_key || code == Some(pg_code) || pg_code.is_empty() {
        return;
    }
    let message = match code {
        None => "is missing, so the merchant's default PG takes it; name the channel by its key".to_owned(),
        Some(_) => {
            format!("is not `{pg_code}`; where the merchant has no such channel, the default PG takes it")
        }
    };
    told.add(&rules::PG_UNKNOWN, "pg", message);
}

fn stored_key(uid: &str) -> Result<PgBillingKey, Report> {
    PgBillingKey::parse(uid).map_err(|_| unreadable())
}
