//! Request bodies of the V2 upstream, checked as the hub checks them before it asks a PG.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::banks::BANKS;
use crate::cards::CardFacts;
use crate::fields::Fields;
use crate::refusal::Refusal;

/// What an instant and a billing-key payment have in common.
pub(crate) struct Terms {
    pub(crate) store_id: Option<String>,
    pub(crate) order_name: String,
    /// Minor units of `currency`.
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    /// As requested; `None` leaves it to the hub.
    pub(crate) vat: Option<i64>,
    pub(crate) currency: String,
    pub(crate) customer: Customer,
    pub(crate) custom_data: Option<String>,
    pub(crate) notice_urls: Vec<String>,
    pub(crate) skip_webhook: bool,
    pub(crate) product_count: Option<i64>,
    pub(crate) is_escrow: bool,
    pub(crate) is_cultural_expense: Option<bool>,
    pub(crate) installment_month: Option<i64>,
    pub(crate) use_free_interest: bool,
    pub(crate) use_card_point: bool,
}

/// The `Customer` schema without the birth date, which is not kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number: Option<String>,
}

/// A credential, of which only what may be kept is left.
pub(crate) struct CardInput {
    pub(crate) facts: CardFacts,
    pub(crate) has_birth_or_business_number: bool,
    pub(crate) has_password: bool,
}

/// A virtual account to be issued.
pub(crate) struct AccountInput {
    pub(crate) bank: String,
    pub(crate) kind: AccountKind,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) remittee: Option<String>,
    /// What the cash receipt that was asked for is for.
    pub(crate) receipt_purpose: Option<String>,
}

/// `option` of a virtual account (V2-046).
pub(crate) enum AccountKind {
    Normal,
    FixedId(String),
    FixedNumber,
}

/// `method` of an instant payment.
pub(crate) enum InstantMethod {
    Card(CardInput),
    Account(AccountInput),
}

/// `CancelPaymentBody`.
pub(crate) struct CancelInput {
    pub(crate) store_id: Option<String>,
    pub(crate) amount: Option<i64>,
    pub(crate) tax_free: Option<i64>,
    pub(crate) vat: Option<i64>,
    pub(crate) reason: String,
    pub(crate) current_cancellable: Option<i64>,
    pub(crate) refund_account: Option<RefundAccount>,
    pub(crate) skip_webhook: bool,
}

/// Where money is returned to; its number is not kept.
pub(crate) struct RefundAccount {
    pub(crate) has_holder_phone: bool,
}

impl Terms {
    /// Reads `body`; `card_options` is the object that holds the instalment members.
    pub(crate) fn read(body: &Fields<'_>, card_options: Option<&Fields<'_>>) -> Result<Self, Refusal> {
        let amount = body.object("amount")?;
        let total = amount.integer("total")?;
        if total < 1 {
            return Err(amount.error("total", "must be at least 1"));
        }
        let tax_free = amount.optional_amount("taxFree")?.unwrap_or(0);
        let vat = amount.optional_amount("vat")?;
        if tax_free.saturating_add(vat.unwrap_or(0)) > total {
            return Err(Refusal::conflict(
                "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
                "amount.taxFree and amount.vat exceed amount.total",
            ));
        }
        let order_name = body.text("orderName")?;
        if order_name.is_empty() {
            return Err(body.error("orderName", "must not be empty"));
        }
        check_untouched(body)?;
        let card_option = |name| card_options.map_or(Ok(None), |options| options.flag(name));
        Ok(Self {
            store_id: body.owned_text("storeId")?,
            order_name: order_name.to_owned(),
            total,
            tax_free,
            vat,
            currency: read_currency(body)?,
            customer: Customer::read(body.optional_object("customer")?)?,
            custom_data: body.owned_text("customData")?,
            notice_urls: notice_urls(body)?,
            skip_webhook: body.flag("skipWebhook")?.unwrap_or(false),
            product_count: body.optional_integer("productCount")?,
            is_escrow: body.flag("isEscrow")?.unwrap_or(false),
            is_cultural_expense: body.flag("isCulturalExpense")?,
            installment_month: card_options.map_or(Ok(None), |o| o.optional_integer("installmentMonth"))?,
            use_free_interest: card_option("useFreeInterestFromMerchant")?.unwrap_or(false),
            use_card_point: card_option("useCardPoint")?.unwrap_or(false),
        })
    }
}

impl Customer {
    pub(crate) fn read(fields: Option<Fields<'_>>) -> Result<Self, Refusal> {
        let Some(fields) = fields else { return Ok(Self::default()) };
        for name in ["birthYear", "birthMonth", "birthDay", "zipcode", "businessRegistrationNumber"] {
            fields.optional_text(name)?;
        }
        fields.one_of("gender", &["MALE", "FEMALE", "OTHER"])?;
        Ok(Self {
            id: fields.owned_text("id")?,
            name: read_name(fields.optional_object("name")?)?,
            email: fields.owned_text("email")?,
            phone_number: fields.owned_text("phoneNumber")?,
        })
    }
}

impl CardInput {
    /// Reads `credential` (V2-045).
    pub(crate) fn read(credential: &Fields<'_>) -> Result<Self, Refusal> {
        let number = credential.text("number")?;
        if !is_digits(number, 14..=16) {
            return Err(credential.error("number", "must be 14 to 16 digits"));
        }
        if !is_digits(credential.text("expiryYear")?, 2..=2) {
            return Err(credential.error("expiryYear", "must be two digits"));
        }
        let month = credential.text("expiryMonth")?;
        if !is_digits(month, 2..=2) || !("01"..="12").contains(&month) {
            return Err(credential.error("expiryMonth", "must be 01 to 12"));
        }
        let birth = credential.optional_text("birthOrBusinessRegistrationNumber")?;
        if birth.is_some_and(|digits| !is_digits(digits, 6..=6) && !is_digits(digits, 10..=10)) {
            return Err(credential.error("birthOrBusinessRegistrationNumber", "must be 6 or 10 digits"));
        }
        let password = credential.optional_text("passwordTwoDigits")?;
        if password.is_some_and(|digits| !is_digits(digits, 2..=2)) {
            return Err(credential.error("passwordTwoDigits", "must be two digits"));
        }
        Ok(Self {
            facts: CardFacts::of(number),
            has_birth_or_business_number: birth.is_some(),
            has_password: password.is_some(),
        })
    }
}

impl InstantMethod {
    pub(crate) fn read(now: DateTime<Utc>, method: &Fields<'_>) -> Result<Self, Refusal> {
        match (method.optional_object("card")?, method.optional_object("virtualAccount")?) {
            (Some(card), None) => Ok(Self::Card(CardInput::read(&card.object("credential")?)?)),
            (None, Some(account)) => Ok(Self::Account(AccountInput::read(now, &account)?)),
            _ => Err(Refusal::invalid("method must hold exactly one of card and virtualAccount")),
        }
    }
}

impl AccountInput {
    fn read(now: DateTime<Utc>, account: &Fields<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            bank: read_bank(account)?,
            kind: read_account_kind(&account.object("option")?)?,
            expires_at: read_expiry(now, &account.object("expiry")?)?,
            remittee: account.owned_text("remitteeName")?,
            receipt_purpose: read_cash_receipt(account.optional_object("cashReceipt")?)?,
        })
    }

    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            AccountKind::Normal => "NORMAL",
            AccountKind::FixedId(_) | AccountKind::FixedNumber => "FIXED",
        }
    }
}

impl CancelInput {
    pub(crate) fn read(body: &Fields<'_>) -> Result<Self, Refusal> {
        let amount = body.optional_integer("amount")?;
        if amount.is_some_and(|amount| amount < 1) {
            return Err(body.error("amount", "must be at least 1"));
        }
        body.one_of("requester", &["CUSTOMER", "ADMIN"])?;
        body.one_of("promotionDiscountRetainOption", &["RETAIN", "RELEASE"])?;
        body.optional_text("refundEmail")?;
        Ok(Self {
            store_id: body.owned_text("storeId")?,
            amount,
            tax_free: body.optional_amount("taxFreeAmount")?,
            vat: body.optional_amount("vatAmount")?,
            reason: body.text("reason")?.to_owned(),
            current_cancellable: body.optional_amount("currentCancellableAmount")?,
            refund_account: body
                .optional_object("refundAccount")?
                .map(|account| RefundAccount::read(&account))
                .transpose()?,
            skip_webhook: body.flag("skipWebhook")?.unwrap_or(false),
        })
    }
}

impl RefundAccount {
    fn read(account: &Fields<'_>) -> Result<Self, Refusal> {
        read_bank(account)?;
        account.text("number")?;
        account.text("holderName")?;
        Ok(Self { has_holder_phone: account.optional_text("holderPhoneNumber")?.is_some() })
    }
}

/// Members the sandbox makes no use of, whose types the hub checks all the same.
fn check_untouched(body: &Fields<'_>) -> Result<(), Refusal> {
    body.optional_object("bypass")?;
    body.optional_object("shippingAddress")?;
    body.optional_text("country")?;
    body.one_of("productType", &["PHYSICAL", "DIGITAL"])?;
    if body.optional_text("promotionId")?.is_some() {
        return Err(body.error("promotionId", "names no promotion of this store"));
    }
    Ok(())
}

pub(super) fn notice_urls(body: &Fields<'_>) -> Result<Vec<String>, Refusal> {
    let urls = body.texts("noticeUrls")?.unwrap_or_default();
    Ok(urls.into_iter().map(str::to_owned).collect())
}

pub(super) fn read_currency(body: &Fields<'_>) -> Result<String, Refusal> {
    let currency = body.text("currency")?;
    if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(currency.to_owned())
    } else {
        Err(body.error("currency", "must be a three-letter code such as KRW"))
    }
}

/// Input is an object, output a plain string (V2-052).
fn read_name(name: Option<Fields<'_>>) -> Result<Option<String>, Refusal> {
    let Some(name) = name else { return Ok(None) };
    let full = name.owned_text("full")?;
    let separated = match name.optional_object("separated")? {
        Some(parts) => Some(format!("{} {}", parts.text("first")?, parts.text("last")?)),
        None => None,
    };
    Ok(full.or(separated))
}

fn read_bank(fields: &Fields<'_>) -> Result<String, Refusal> {
    let bank = fields.text("bank")?;
    if BANKS.contains(&bank) {
        Ok(bank.to_owned())
    } else {
        Err(fields.error("bank", "must be a bank of the REST API, such as SHINHAN"))
    }
}

fn read_account_kind(option: &Fields<'_>) -> Result<AccountKind, Refusal> {
    let fixed = option.optional_object("fixed")?;
    match (option.one_of("type", &["NORMAL", "FIXED"])?, fixed) {
        (None, _) => Err(option.error("type", "is required")),
        (Some("NORMAL"), None) => Ok(AccountKind::Normal),
        (Some("NORMAL"), Some(_)) => Err(option.error("fixed", "goes with type FIXED only")),
        (Some(_), None) => Err(option.error("fixed", "is required with type FIXED")),
        (Some(_), Some(fixed)) => {
            let number = fixed.optional_text("accountNumber")?;
            match (fixed.optional_text("pgAccountId")?, number) {
                (Some(id), None) => Ok(AccountKind::FixedId(id.to_owned())),
                (None, Some(_)) => Ok(AccountKind::FixedNumber),
                _ => Err(option.error("fixed", "must hold exactly one of pgAccountId and accountNumber")),
            }
        }
    }
}

fn read_expiry(now: DateTime<Utc>, expiry: &Fields<'_>) -> Result<DateTime<Utc>, Refusal> {
    match (expiry.optional_integer("validHours")?, expiry.time("dueDate")?) {
        (Some(hours), None) if (1..=87_600).contains(&hours) => Ok(now + TimeDelta::hours(hours)),
        (Some(_), None) => Err(expiry.error("validHours", "must be 1 to 87600")),
        (None, Some(due)) => Ok(due),
        _ => Err(Refusal::invalid(
            "method.virtualAccount.expiry must hold exactly one of validHours and dueDate",
        )),
    }
}

/// An absent receipt is `NO_RECEIPT`; a present one needs its number whatever its type (V2-047).
/// What the receipt is for; `NO_RECEIPT` is as good as none.
fn read_cash_receipt(receipt: Option<Fields<'_>>) -> Result<Option<String>, Refusal> {
    let Some(receipt) = receipt else { return Ok(None) };
    let kind = receipt.one_of("type", &["PERSONAL", "CORPORATE", "NO_RECEIPT"])?;
    receipt.text("customerIdentityNumber")?;
    match kind {
        Some(kind) => Ok(Some(kind).filter(|kind| *kind != "NO_RECEIPT").map(str::to_owned)),
        None => Err(receipt.error("type", "is required")),
    }
}

fn is_digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
