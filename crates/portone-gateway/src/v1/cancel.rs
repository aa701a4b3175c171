//! Cancels, whole and in part (rules V1-050 to V1-056).

use axum::extract::State;
use axum::response::Response;
use portone_core::{Bank, CancelRequester, Currency, Major, RefundAccount, Report, Rule, Secret, StoreId};
use portone_engine::ledger::Transaction;
use portone_engine::promotion::RetainOption;
use portone_engine::request::{Caller, CancelRequest};
use portone_engine::{Engine, EngineError};
use portone_wire::v1::bank_of_code;

use super::access::V1Access;
use super::body::Body;
use super::channel::finer;
use super::endpoint::Endpoint;
use super::error::{Failure, V1Error, texts};
use super::{Read, answer, payments, read, rules};
use crate::fields::Fields;
use crate::state::Gateway;

const KNOWN: &[&str] = &[
    "imp_uid",
    "merchant_uid",
    "amount",
    "tax_free",
    "vat_amount",
    "checksum",
    "reason",
    "refund_holder",
    "refund_bank",
    "refund_account",
    "refund_tel",
    "retain_promotion",
    "enable_webhook",
    "extra",
];
/// What a cancel without a reason is recorded with, as the V1 API does.
const REASON_DEFAULT: &str = "취소요청api";
const REQUESTERS: [(&str, CancelRequester); 2] =
    [("customer", CancelRequester::Customer), ("admin", CancelRequester::Admin)];

/// A cancel as it came: its amounts are in a currency that only the payment knows.
struct CancelBody {
    imp_uid: Option<String>,
    merchant_uid: Option<String>,
    amount: Option<Major>,
    tax_free: Option<Major>,
    vat: Option<Major>,
    checksum: Option<Major>,
    reason: Option<String>,
    requester: Option<CancelRequester>,
    refund: Option<Refund>,
    retain_promotion: bool,
    enable_webhook: bool,
}

/// A refund account as it came: its bank's code is the PG's.
struct Refund {
    bank: String,
    number: Secret<String>,
    holder_name: String,
    holder_phone_number: Option<String>,
}

/// `POST /payments/cancel`
pub(super) async fn cancel(State(gateway): State<Gateway>, access: V1Access, body: Body) -> Response {
    let read = cancel_body(&body);
    answer(&gateway, Endpoint::Cancel, read, |engine, body| async move {
        let payment = named(&engine, access.store(), &body).await?;
        let currency = payment.order.amount.currency;
        let request = request(access.caller(), body, &payment)?;
        Box::pin(engine.cancel(request)).await.map_err(|error| told(currency, error))?;
        let after = engine.store().transaction(&payment.id).await.map_err(EngineError::from)?;
        payments::shown(&engine, after.as_ref().unwrap_or(&payment)).await
    })
    .await
}

fn cancel_body(body: &Body) -> Read<CancelBody> {
    read(Endpoint::Cancel, body.parse(), &rules::INPUT, KNOWN, |fields| {
        let (imp_uid, merchant_uid) = (fields.owned_text("imp_uid"), fields.owned_text("merchant_uid"));
        if imp_uid.is_none() && merchant_uid.is_none() {
            let fields = fields.under(&rules::CANCEL_ID);
            fields.add("imp_uid", "is missing, and merchant_uid too; send one of them");
        }
        let amounts = fields.under(&rules::CANCEL_AMOUNT);
        let extra = fields.object("extra", &rules::INPUT, &["requester"]);
        Some(CancelBody {
            imp_uid,
            merchant_uid,
            amount: amounts.major("amount"),
            tax_free: amounts.major("tax_free"),
            vat: amounts.major("vat_amount"),
            checksum: fields.under(&rules::CHECKSUM).major("checksum"),
            reason: fields.owned_text("reason").filter(|reason| !reason.trim().is_empty()),
            requester: extra.and_then(|extra| extra.choice("requester", REQUESTERS.into_iter())),
            refund: refund(&fields.under(&rules::REFUND_ACCOUNT)),
            retain_promotion: fields.flag("retain_promotion").unwrap_or(false),
            enable_webhook: fields.flag("enable_webhook").unwrap_or(false),
        })
    })
}

/// Where a deposit is returned to, if any part of it is told.
fn refund(fields: &Fields<'_, '_>) -> Option<Refund> {
    let parts = ["refund_holder", "refund_bank", "refund_account"];
    if !parts.iter().any(|part| fields.has(part)) {
        return None;
    }
    let (bank, holder_name) = (fields.need_text("refund_bank"), fields.need_text("refund_holder"));
    let number = fields.need_secret("refund_account");
    Some(Refund {
        bank: bank?.to_owned(),
        number: number?,
        holder_name: holder_name?.to_owned(),
        holder_phone_number: fields.owned_text("refund_tel"),
    })
}

/// The payment a cancel names. An `imp_uid` wins, also one that is wrong; an attempt that another followed was never paid.
async fn named(engine: &Engine, store: &StoreId, body: &CancelBody) -> Result<Transaction, Failure> {
    let found = match (&body.imp_uid, &body.merchant_uid) {
        (Some(imp_uid), _) => payments::attempt(engine, store, imp_uid).await,
        (None, Some(merchant_uid)) => payments::latest(engine, store, merchant_uid).await,
        (None, None) => Err(EngineError::PaymentNotFound(String::new())),
    };
    let nothing = || V1Error::refused(Endpoint::Cancel, texts::NOTHING_TO_CANCEL);
    let found = match found {
        Err(EngineError::PaymentNotFound(_)) => return Err(nothing().into()),
        other => other?,
    };
    let latest = engine.payment(store, &found.order.payment_id).await?;
    if latest.id != found.id {
        return Err(EngineError::PaymentNotPaid(found.status.code()).into());
    }
    Ok(found)
}

/// The cancel in the engine's terms, with everything that is wrong with it for this payment.
fn request(caller: Caller, body: CancelBody, payment: &Transaction) -> Result<CancelRequest, V1Error> {
    let mut report = Report::new();
    let currency = payment.order.amount.currency;
    let mut minor = |rule: &Rule, name: &str, major: Option<Major>| {
        let major = major?;
        let minor = major.minor(currency);
        if minor.is_none() {
            report.add(rule, name, finer(major, currency));
        }
        minor
    };
    // None and 0 are the whole (rule V1-051).
    let amount = minor(&rules::CANCEL_AMOUNT, "amount", body.amount).filter(|amount| *amount > 0);
    let tax_free = minor(&rules::CANCEL_AMOUNT, "tax_free", body.tax_free);
    let vat = minor(&rules::CANCEL_AMOUNT, "vat_amount", body.vat);
    let current_cancellable = minor(&rules::CHECKSUM, "checksum", body.checksum);
    let refund_account = body.refund.and_then(|refund| account(refund, payment, &mut report));
    if report.refuses() {
        return Err(V1Error::invalid(Endpoint::Cancel, &report));
    }
    Ok(CancelRequest {
        caller,
        payment_id: payment.order.payment_id.clone(),
        amount,
        tax_free,
        vat,
        reason: body.reason.unwrap_or_else(|| REASON_DEFAULT.to_owned()),
        requester: body.requester,
        current_cancellable,
        refund_account,
        // Without it the discount is found anew for what is left (rule IAMPORT-098).
        retain_option: body.retain_promotion.then_some(RetainOption::Retain),
        skip_webhook: !body.enable_webhook,
    })
}

fn account(refund: Refund, payment: &Transaction, report: &mut Report) -> Option<RefundAccount> {
    let pg = payment.channel.provider.v1_code();
    let bank: Option<Bank> = bank_of_code(&pg, refund.bank.trim());
    if bank.is_none() {
        let problem = format!(
            "is no bank code of `{pg}`; send one of its table, as GET /banks lists the standard ones"
        );
        report.add(&rules::REFUND_ACCOUNT, "refund_bank", problem);
    }
    Some(RefundAccount {
        bank: bank?,
        number: refund.number,
        holder_name: refund.holder_name,
        holder_phone_number: refund.holder_phone_number,
    })
}

/// What the engine says in minor units and V2 names, in V1's.
fn told(currency: Currency, error: EngineError) -> Failure {
    let major = |minor: i64| Major::of(minor, currency);
    let message = match &error {
        EngineError::PaymentNotFound(_) => texts::NOTHING_TO_CANCEL.to_owned(),
        EngineError::CancellableAmountBroken { given, actual } => format!(
            "{} checksum: is {}, but {} can be cancelled; read the payment and decide anew",
            rules::CHECKSUM.code,
            major(*given),
            major(*actual)
        ),
        EngineError::CancelAmountExceeds { amount, cancellable } => format!(
            "{} amount: is {}, but only {} can be cancelled; send no more, or none for all of it",
            rules::CANCEL_AMOUNT.code,
            major(*amount),
            major(*cancellable)
        ),
        EngineError::CancelTaxFreeExceeds { amount, cancellable } => format!(
            "{} tax_free: is {}, but only {} tax-free can be cancelled; send no more",
            rules::CANCEL_AMOUNT.code,
            major(*amount),
            major(*cancellable)
        ),
        EngineError::CancelTaxExceeds { amount, cancellable } => format!(
            "{} amount: is {} of it taxable, but only {} taxable can be cancelled; send tax_free",
            rules::CANCEL_AMOUNT.code,
            major(*amount),
            major(*cancellable)
        ),
        EngineError::SumOfPartsExceedsCancel => {
            format!("{} tax_free: is with vat_amount more than amount; send less", rules::CANCEL_AMOUNT.code)
        }
        _ => return error.into(),
    };
    V1Error::refused(Endpoint::Cancel, message).into()
}
