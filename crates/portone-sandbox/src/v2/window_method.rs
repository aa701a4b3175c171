//! What a payer pays with in a window.

use chrono::{DateTime, TimeDelta, Utc};

use super::key_window::customer;
use crate::cards::CardFacts;
use crate::fields::Fields;
use crate::records::{PaidWith, WalletMoney};
use crate::refusal::Refusal;

const APPROVED_CARD: &str = "4242424242424242";
/// How long a deposit is waited for where the window names no deadline; the PGs do not publish theirs.
const DEPOSIT_WAIT: TimeDelta = TimeDelta::days(7);

/// What a payer has at hand.
pub(super) struct Payer<'a> {
    pub(super) card_number: &'a str,
    /// As the browser SDK spells it.
    bank: &'a str,
    wallet: &'a str,
    wallet_money: &'a str,
    /// The receipt that he chose where the window asked him.
    receipt: Option<&'a str>,
}

/// The banks of the browser SDK, and the same as the V2 REST API spells them.
const BANKS: [(&str, &str); 15] = [
    ("INDUSTRIAL_BANK_OF_KOREA", "IBK"),
    ("KOOKMIN_BANK", "KOOKMIN"),
    ("SUHYUP_BANK", "SUHYUP"),
    ("NH_NONGHYUP_BANK", "NONGHYUP"),
    ("WOORI_BANK", "WOORI"),
    ("SC_BANK_KOREA", "STANDARD_CHARTERED"),
    ("DAEGU_BANK", "DAEGU"),
    ("BUSAN_BANK", "BUSAN"),
    ("GWANGJU_BANK", "KWANGJU"),
    ("JEONBUK_BANK", "JEONBUK"),
    ("KYONGNAM_BANK", "KYONGNAM"),
    ("EPOST", "POST"),
    ("HANA_BANK", "HANA"),
    ("SHINHAN_BANK", "SHINHAN"),
    ("K_BANK", "K_BANK"),
];

impl<'a> Payer<'a> {
    pub(super) fn read(body: &Fields<'a>) -> Result<Self, Refusal> {
        let number = body.optional_text("cardNumber")?.unwrap_or(APPROVED_CARD);
        let is_number =
            number.len() >= 14 && number.len() <= 16 && number.bytes().all(|it| it.is_ascii_digit());
        if !is_number {
            return Err(body.error("cardNumber", "must be 14 to 16 digits"));
        }
        Ok(Self {
            card_number: number,
            bank: body.one_of("bank", &BANKS.map(|(name, _)| name))?.unwrap_or("SHINHAN_BANK"),
            wallet: body.optional_text("wallet")?.unwrap_or("KAKAOPAY"),
            receipt: body.one_of("receipt", &["none", "PERSONAL", "CORPORATE"])?,
            wallet_money: body.one_of("walletMoney", &["CARD", "CHARGE", "TRANSFER"])?.unwrap_or("CARD"),
        })
    }

    fn card(&self) -> CardFacts {
        CardFacts::of(self.card_number)
    }

    fn bank(&self) -> String {
        rest_bank(self.bank).to_owned()
    }
}

fn rest_bank(name: &str) -> &str {
    let name = name.strip_prefix("BANK_").unwrap_or(name);
    BANKS.iter().find(|(sdk, _)| *sdk == name).map_or(name, |(_, rest)| rest)
}

/// The method of `call`, and what the payer chooses of it in the window.
pub(super) fn read(now: DateTime<Utc>, call: &Fields<'_>, payer: &Payer<'_>) -> Result<PaidWith, Refusal> {
    match call.text("payMethod")? {
        "CARD" => {
            let card = payer.card();
            Ok(PaidWith::Card { card, approval_number: None, months: 0, is_interest_free: false })
        }
        "VIRTUAL_ACCOUNT" => account(now, call, payer),
        "TRANSFER" => Ok(PaidWith::Transfer { bank: payer.bank() }),
        "MOBILE" => Ok(PaidWith::Mobile { phone_number: customer(call)?.phone_number }),
        "EASY_PAY" => wallet(call, payer),
        _ => Err(call.error("payMethod", "is none of CARD, VIRTUAL_ACCOUNT, TRANSFER, MOBILE and EASY_PAY")),
    }
}

fn account(now: DateTime<Utc>, call: &Fields<'_>, payer: &Payer<'_>) -> Result<PaidWith, Refusal> {
    let settings = call.optional_object("virtualAccount")?;
    let (mut bank, mut expires_at, mut receipt) = (payer.bank(), now + DEPOSIT_WAIT, None);
    if let Some(settings) = settings {
        bank = settings.optional_text("bankCode")?.map_or(bank, |code| rest_bank(code).to_owned());
        receipt = settings.optional_text("cashReceiptType")?.filter(|kind| !kind.ends_with("ANONYMOUS"));
        if let Some(expiry) = settings.optional_object("accountExpiry")? {
            let hours = expiry.optional_integer("validHours")?.and_then(TimeDelta::try_hours);
            expires_at = expiry.time("dueDate")?.or(hours.map(|hours| now + hours)).unwrap_or(expires_at);
        }
    }
    // What the payer chose counts, whichever kind the shop asked for (KPN-038).
    let receipt = payer.receipt.or(receipt).filter(|kind| *kind != "none");
    let receipt_purpose = receipt.map(|kind| kind.strip_prefix("CASH_RECEIPT_TYPE_").unwrap_or(kind));
    Ok(PaidWith::Account {
        bank,
        number: None,
        kind: "NORMAL".to_owned(),
        remittee: None,
        expires_at,
        has_cash_receipt: receipt_purpose.is_some(),
        receipt_purpose: receipt_purpose.map(str::to_owned),
    })
}

fn wallet(call: &Fields<'_>, payer: &Payer<'_>) -> Result<PaidWith, Refusal> {
    let named = match call.optional_object("easyPay")? {
        Some(settings) => settings.optional_text("easyPayProvider")?,
        None => None,
    };
    let provider = named.unwrap_or(payer.wallet);
    let provider = provider.strip_prefix("EASY_PAY_PROVIDER_").unwrap_or(provider).to_owned();
    let with = match payer.wallet_money {
        "CHARGE" => WalletMoney::Charge { bank: payer.bank() },
        "TRANSFER" => WalletMoney::Transfer { bank: payer.bank() },
        _ => WalletMoney::Card { card: payer.card(), approval_number: None },
    };
    Ok(PaidWith::Wallet { provider, with })
}
