//! Reads a request that is asked about and not made: the command it would become, with placeholders where the ledger
//! would help out.

use chrono::{DateTime, Utc};
use portone_core::{
    Cancel, CardFacts, CloseVirtualAccount, Command, Currency, DeleteBillingKey, InstantMethod, Money,
    PayMethod, PayWithBillingKey, PaymentId, PgBillingKey, Report, Schedule, StoreId,
};
use portone_engine::request::{CancelRequest, PayWithBillingKeyRequest};

use super::dto::{Read, billing_key, cancel, payment, schedule};
use crate::auth::Access;
use crate::fields::INPUT;
use crate::json::RawBody;

/// What a V2 request may ask for, as the catalogue names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiOperation {
    InstantCard,
    InstantAccount,
    IssueKey,
    PayKey,
    Schedule,
    Cancel,
    CloseAccount,
    DeleteKey,
}

/// What the ledger would know.
#[derive(Debug, Clone)]
pub(crate) struct LedgerFacts {
    pub(crate) method: PayMethod,
    pub(crate) currency: Currency,
    pub(crate) card_type: Option<String>,
    pub(crate) paid_at: DateTime<Utc>,
    /// What can still be cancelled, in minor units; `None`: as much as is asked for.
    pub(crate) cancellable: Option<i64>,
    pub(crate) tax_free: i64,
}

/// The command a request would become, or everything that is wrong with it; and what was found beside.
pub(crate) fn command(
    operation: ApiOperation,
    store: &StoreId,
    path_id: &str,
    body: &RawBody,
    facts: &LedgerFacts,
) -> (Option<Command>, Report) {
    let access = Access::of_store(store.clone());
    match operation {
        ApiOperation::InstantCard | ApiOperation::InstantAccount => {
            let (request, mut report) = found(payment::instant(body, &access, path_id));
            let pay = request.map(|request| request.pay);
            if let Some(pay) = &pay {
                check_method(operation, &pay.method, &mut report);
            }
            (pay.map(Command::PayInstantly), report)
        }
        ApiOperation::IssueKey => {
            let (request, report) = found(billing_key::issue(body, &access));
            (request.map(|request| Command::IssueBillingKey(request.issue)), report)
        }
        ApiOperation::PayKey => {
            let (request, report) = found(payment::with_billing_key(body, &access, path_id));
            (request.and_then(pay_with_key).map(Command::PayWithBillingKey), report)
        }
        ApiOperation::Schedule => {
            let (request, report) = found(schedule::create(body, &access, path_id));
            let schedule = request.and_then(|request| {
                Some(Schedule { pay: pay_with_key(request.pay)?, time_to_pay: request.time_to_pay })
            });
            (schedule.map(Command::Schedule), report)
        }
        ApiOperation::Cancel => {
            let (request, report) = found(cancel::cancel(body, &access, path_id));
            (request.map(|request| Command::Cancel(cancel_of(request, facts))), report)
        }
        ApiOperation::CloseAccount => {
            let mut report = Report::new();
            let id = PaymentId::parse(path_id);
            if let Err(error) = &id {
                report.add(
                    &INPUT,
                    "paymentId",
                    format!("{error}; send the shop's order number in path.paymentId"),
                );
            }
            let id = id.ok();
            (id.map(|payment_id| Command::CloseVirtualAccount(CloseVirtualAccount { payment_id })), report)
        }
        ApiOperation::DeleteKey => {
            let key = placeholder_key();
            (
                key.map(|pg_billing_key| Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key })),
                Report::new(),
            )
        }
    }
}

/// The request, what refuses it, and as advice the members nobody knows, which the face itself tolerates.
fn found<T>(read: Read<T>) -> (Option<T>, Report) {
    let Read { request, unknown, mut report } = read;
    if let (Err(error), false) = (&request, report.refuses()) {
        report.add(&INPUT, "request", error.message());
    }
    unknown.tell(&INPUT, portone_core::Severity::Advise, &mut report);
    (request.ok(), report)
}

fn check_method(operation: ApiOperation, method: &InstantMethod, report: &mut Report) {
    let is_card = matches!(method, InstantMethod::Card(_));
    if is_card != (operation == ApiOperation::InstantCard) {
        let other = if is_card { "API_INSTANT_CARD" } else { "API_INSTANT_VA" };
        report.add(&INPUT, "method", format!("is another method than the operation's; ask about {other}"));
    }
}

fn pay_with_key(request: PayWithBillingKeyRequest) -> Option<PayWithBillingKey> {
    Some(PayWithBillingKey {
        order: request.order,
        pg_billing_key: placeholder_key()?,
        installment_month: request.installment_month,
        use_free_interest_from_merchant: request.use_free_interest_from_merchant,
        use_card_point: request.use_card_point,
        cash_receipt: request.cash_receipt,
        locale: request.locale,
    })
}

fn cancel_of(request: CancelRequest, facts: &LedgerFacts) -> Cancel {
    let cancellable = facts.cancellable.or(request.amount).unwrap_or(1_000);
    Cancel {
        payment_id: request.payment_id,
        amount: Money::new(request.amount.unwrap_or(cancellable), facts.currency),
        tax_free: request.tax_free,
        vat: request.vat,
        reason: request.reason,
        requester: request.requester,
        refund_account: request.refund_account,
        cancellable,
        cancellable_tax_free: facts.tax_free,
        method: facts.method,
        card: (facts.method == PayMethod::Card)
            .then(|| CardFacts { card_type: facts.card_type.clone(), ..CardFacts::default() }),
        paid_at: facts.paid_at,
    }
}

/// No rule looks into a PG's key.
fn placeholder_key() -> Option<PgBillingKey> {
    PgBillingKey::parse("asked-about").ok()
}
