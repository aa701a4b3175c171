//! `POST /vbanks` and `DELETE /vbanks/{imp_uid}`.

use chrono::{DateTime, Utc};
use portone_core::{
    Bank, FixedAccount, InstantMethod, PayInstantly, VirtualAccountExpiry, VirtualAccountOption,
    VirtualAccountOptionType, VirtualAccountRequest,
};
use portone_engine::request::Extras;
use portone_wire::v1::{bank_of_code, rules};

use super::{Named, Source, amount, merchant_uid, named, order, read_body};
use crate::fields::Fields;
use crate::read::Read;

const ACCOUNT: [&str; 10] = [
    "channel_key",
    "pg",
    "vbank_num",
    "vbank_code",
    "vbank_due",
    "vbank_holder",
    "vbank_key",
    "business_registration_number",
    "escrow_password",
    "fixed_unlimited_vbank",
];
/// The first second with ten digits, as UNIX time, and the first with eleven.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..10_000_000_000;

/// A virtual account to issue.
pub(crate) struct Issue {
    pub(crate) named: Named,
    pub(crate) pay: PayInstantly,
    pub(crate) extras: Extras,
}

/// A virtual account to issue; `pg_code` says whose bank codes these are.
pub(crate) fn issue(body: &impl Source, pg_code: &str) -> Read<Issue> {
    let known: Vec<&str> = [&order::ORDER[..], &ACCOUNT].concat();
    read_body(body, &known, |fields| {
        let named = named(fields, "channel_key");
        let extras = order::extras(fields);
        let order = order::read(fields, pg_code, merchant_uid(fields));
        let (bank, due_date) = (bank(fields, pg_code), due_date(fields));
        let remittee_name = fields.under(&rules::VBANK_HOLDER).owned_text("vbank_holder");
        let option = option(fields);
        let account = VirtualAccountRequest {
            bank: bank?,
            expiry: VirtualAccountExpiry { valid_hours: None, due_date: Some(due_date?) },
            option,
            cash_receipt: None,
            remittee_name,
        };
        let pay =
            PayInstantly { order: order::named(order?), method: InstantMethod::VirtualAccount(account) };
        Some(Issue { named, pay, extras })
    })
}

/// The PG's own code of a bank (rule IAMPORT-074).
fn bank(fields: &Fields<'_, '_>, pg_code: &str) -> Option<Bank> {
    let fields = fields.under(&rules::VBANK_CODE);
    let code = fields.need_text("vbank_code")?;
    let bank = bank_of_code(pg_code, code);
    if bank.is_none() {
        fields.add("vbank_code", format!("is no bank's code at `{pg_code}`; send the PG's own, such as 088"));
    }
    bank
}

/// UNIX seconds, unlike the window's (rule IAMPORT-073).
fn due_date(fields: &Fields<'_, '_>) -> Option<DateTime<Utc>> {
    let fields = fields.under(&rules::VBANK_DUE);
    if !fields.has("vbank_due") {
        fields.add("vbank_due", "is missing; send a UNIX time in seconds");
    }
    told_due_date(&fields)
}

fn told_due_date(fields: &Fields<'_, '_>) -> Option<DateTime<Utc>> {
    let seconds = fields.int64("vbank_due")?;
    let due_date = DateTime::from_timestamp(seconds, 0).filter(|_| SECONDS.contains(&seconds));
    if due_date.is_none() {
        fields.add("vbank_due", "is no UNIX time in seconds, which has ten digits; a date is the window's");
    }
    due_date
}

/// A fixed account is asked for by its key or its number.
fn option(fields: &Fields<'_, '_>) -> VirtualAccountOption {
    let fixed = FixedAccount {
        pg_account_id: fields.owned_text("vbank_key"),
        account_number: fields.owned_text("vbank_num"),
    };
    let is_fixed = fixed != FixedAccount::default();
    let kind = if is_fixed { VirtualAccountOptionType::Fixed } else { VirtualAccountOptionType::Normal };
    VirtualAccountOption { kind, fixed: is_fixed.then_some(fixed) }
}

/// What a virtual account is changed to: a new amount, a new due date, or both.
pub(crate) fn change(body: &impl Source) -> Read<()> {
    read_body(body, &["amount", "vbank_due"], |fields| {
        let amount = amount::major(fields, &rules::AMOUNT, "amount");
        told_due_date(&fields.under(&rules::VBANK_DUE));
        if amount.is_none() && !fields.has("amount") && !fields.has("vbank_due") {
            fields.add("amount", "is missing, and vbank_due too; send what is to be changed");
        }
        Some(())
    })
}

/// A virtual account to close; the path says which.
pub(crate) fn close(body: &impl Source) -> Read<()> {
    read_body(body, &[], |_| Some(()))
}
