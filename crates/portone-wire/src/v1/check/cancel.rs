//! Cancels (rules IAMPORT-091 to IAMPORT-096).

use portone_core::{CallContext, Cancel, PayMethod, Report};

use crate::{
    check,
    v1::{bank::bank_code, rules},
};

/// The PGs that cancel a mobile payment in part.
const PARTIAL_MOBILE_PGS: &[&str] = &["html5_inicis", "kcp"];
/// The PG that returns a mobile payment of an earlier month to a bank account.
const LATE_MOBILE_PG: &str = "kcp";
/// The PGs that want the account holder's telephone number.
const REFUND_TEL_PGS: &[&str] = &["smartro", "smartro_v2"];
/// The PGs that take the value-added tax of a cancel.
const VAT_PGS: &[&str] = &["nice", "html5_inicis", "welcome", "nice_v2"];

pub(super) fn check(pg_code: &str, cancel: &Cancel, ctx: &CallContext, report: &mut Report) {
    if cancel.amount.minor == 0 {
        let message = "is 0, which would cancel everything that is left; give the amount";
        report.add(&rules::CANCEL_AMOUNT, "amount", message);
    }
    if cancel.is_partial() && cancel.cancellable_tax_free > 0 && cancel.tax_free.is_none() {
        report.add(
            &rules::CANCEL_TAX_FREE,
            "taxFreeAmount",
            format!(
                "is missing, so none of the tax-free {} is returned; say how much of it is",
                cancel.cancellable_tax_free
            ),
        );
    }
    if cancel.ordered_vat.is_some() && cancel.vat.is_none() && VAT_PGS.contains(&pg_code) {
        report.add(&rules::CANCEL_VAT, "vatAmount", "is missing; the payment said its value-added tax");
    }
    check_mobile(pg_code, cancel, ctx, report);
    check_refund_account(pg_code, cancel, ctx, report);
}

fn check_mobile(pg_code: &str, cancel: &Cancel, ctx: &CallContext, report: &mut Report) {
    if cancel.method != PayMethod::Mobile {
        return;
    }
    if cancel.is_partial() && !PARTIAL_MOBILE_PGS.contains(&pg_code) {
        let message = format!("is a part, and `{pg_code}` cancels a mobile payment whole; cancel it whole");
        report.add(&rules::MOBILE_MONTH, "amount", message);
    }
    if is_late(cancel, ctx) && pg_code != LATE_MOBILE_PG {
        let message = "was paid by mobile in another month; return the money by other means";
        report.add(&rules::MOBILE_MONTH, "paymentId", message);
    }
}

fn check_refund_account(pg_code: &str, cancel: &Cancel, ctx: &CallContext, report: &mut Report) {
    let why = match cancel.method {
        PayMethod::VirtualAccount => "a deposit is returned to a bank account",
        PayMethod::Mobile if pg_code == LATE_MOBILE_PG && is_late(cancel, ctx) => {
            "KCP returns a mobile payment of another month to a bank account"
        }
        PayMethod::Transfer if REFUND_TEL_PGS.contains(&pg_code) => {
            "Smartro returns a transfer to a bank account"
        }
        PayMethod::Card | PayMethod::Transfer | PayMethod::Mobile | PayMethod::EasyPay => return,
    };
    let needs_telephone = REFUND_TEL_PGS.contains(&pg_code);
    let account = cancel.refund_account.as_ref();
    check::refund_account(&rules::REFUND_ACCOUNT, account, needs_telephone, why, report);
    if let Some(account) = account.filter(|account| bank_code(pg_code, account.bank).is_none()) {
        let message =
            format!("`{}` has no code at `{pg_code}`; use an account at another bank", account.bank.code());
        report.add(&rules::REFUND_ACCOUNT, "refundAccount.bank", message);
    }
}

fn is_late(cancel: &Cancel, ctx: &CallContext) -> bool {
    !check::same_korean_month(cancel.paid_at, ctx.now)
}
