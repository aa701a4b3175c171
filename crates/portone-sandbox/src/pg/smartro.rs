//! Smartro (스마트로 신모듈, `SMARTRO_V2`): rules `SMARTRO-*`.

use super::{Booked, CancelOrder, Order, Pg, Provider, Reason, ReceiptOrder, is_alphanumeric, vat_of};
use crate::cards::{CardFacts, Issuer};
use crate::channel::Channel;
use crate::refusal::{PgRefusal, Refusal};
use crate::v2::input::{AccountInput, AccountKind, CardInput, Customer, Terms};

pub(super) struct Smartro;

/// SMARTRO-003
const ORDER_ID_CHARS: usize = 40;
/// SMARTRO-012, in EUC-KR
const ORDER_NAME_BYTES_MAX: usize = 40;
/// SMARTRO-112
const CUSTOMER_ID_CHARS_MAX: usize = 20;
/// SMARTRO-070: a business registration number
const BUSINESS_NUMBER_DIGITS: usize = 10;
/// SMARTRO-070: a mobile number (10 or 11), a resident number (13) or a receipt card (up to 19)
const PERSONAL_NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 10..=19;
/// SMARTRO-127
const BANKS_NOT_IN_TEST_MODE: [&str; 5] = ["K_BANK", "KOOKMIN", "JEONBUK", "KWANGJU", "DAEGU"];

impl Pg for Smartro {
    fn order_id<'a>(&self, payment_id: &'a str) -> &'a str {
        match payment_id.char_indices().nth(ORDER_ID_CHARS) {
            Some((end, _)) => &payment_id[..end],
            None => payment_id,
        }
    }

    fn check_card_key_in(&self, _order: &Order<'_>, _card: &CardInput) -> Result<(), Refusal> {
        Err(Refusal::invalid("method.card is not supported by SMARTRO_V2: key-in takes a virtual account"))
    }

    fn check_account(&self, order: &Order<'_>, account: &AccountInput) -> Result<(), Refusal> {
        if let AccountKind::FixedNumber = account.kind {
            return Err(Refusal::invalid(
                "method.virtualAccount.option.fixed.accountNumber is not supported by SMARTRO_V2: use pgAccountId",
            ));
        }
        check_order(order)?;
        if account.expires_at <= order.now {
            return refuse(Reason::DueDatePast);
        }
        if order.channel.is_test() && BANKS_NOT_IN_TEST_MODE.contains(&account.bank.as_str()) {
            return refuse(Reason::BankNotInTestMode);
        }
        Ok(())
    }

    fn check_key_issue(
        &self,
        _channel: &Channel,
        card: &CardInput,
        customer: &Customer,
    ) -> Result<(), Refusal> {
        if !card.has_birth_or_business_number || !card.has_password {
            return Err(Refusal::invalid(
                "method.card.credential needs birthOrBusinessRegistrationNumber and passwordTwoDigits at SMARTRO_V2",
            ));
        }
        match &customer.id {
            None => Err(Refusal::invalid("customer.id is required by SMARTRO_V2")),
            Some(id) if id.chars().count() > CUSTOMER_ID_CHARS_MAX => refuse(Reason::CustomerIdTooLong),
            Some(_) => Ok(()),
        }
    }

    fn check_key_payment(&self, order: &Order<'_>, card: &CardFacts) -> Result<(), Refusal> {
        check_order(order)?;
        if order.terms.currency == "USD" && order.channel.usd_enabled == Some(false) {
            return refuse(Reason::CurrencyUnknown);
        }
        let terms = order.terms;
        let wanted = [
            (terms.installment_month.is_some_and(|months| months >= 2), "installment"),
            (terms.use_free_interest, "merchant_free_interest"),
            (terms.use_card_point, "card_point"),
        ];
        if wanted.iter().any(|(asked, contract)| *asked && !order.channel.has_contract(contract)) {
            return refuse(Reason::NotContracted);
        }
        if order.channel.is_test() && matches!(card.issuer, Issuer::KookminCard | Issuer::KakaoBank) {
            return refuse(Reason::IssuerNotInTestMode);
        }
        Ok(())
    }

    fn check_cancel(&self, cancel: &CancelOrder<'_>) -> Result<(), Refusal> {
        if cancel.is_account {
            match &cancel.input.refund_account {
                None => {
                    return Err(Refusal::invalid(
                        "refundAccount is required for a deposited virtual account",
                    ));
                }
                Some(account) if !account.has_holder_phone => return refuse(Reason::RefundPhoneMissing),
                Some(_) => {}
            }
        }
        if cancel.channel.is_test() && cancel.is_partial && cancel.card.is_some_and(|card| card.debit) {
            return refuse(Reason::DebitPartialInTestMode);
        }
        let is_verified = cancel.card.is_some() || cancel.has_cash_receipt;
        let lacks_share = cancel.tax_free_left > 0 && cancel.input.tax_free.is_none();
        if cancel.is_partial && is_verified && lacks_share {
            return refuse(Reason::TaxFreeMissing);
        }
        Ok(())
    }

    fn has_escrow_api(&self) -> bool {
        true
    }

    fn check_receipt(&self, receipt: &ReceiptOrder<'_>) -> Result<(), Refusal> {
        if !receipt.pays_in_cash {
            return refuse(Reason::NotPaidInCash);
        }
        let is_blank = |text: Option<&str>| text.is_none_or(|text| text.trim().is_empty());
        if is_blank(receipt.name) || is_blank(receipt.phone_number) {
            return refuse(Reason::ReceiptReceiverMissing);
        }
        let digits = receipt.identity_number.bytes().filter(u8::is_ascii_digit).count();
        let is_only_digits =
            receipt.identity_number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let fits = match receipt.purpose {
            "CORPORATE" => digits == BUSINESS_NUMBER_DIGITS,
            _ => PERSONAL_NUMBER_DIGITS.contains(&digits),
        };
        if is_only_digits && fits { Ok(()) } else { refuse(Reason::ReceiptNumberMalformed) }
    }

    fn booked(&self, channel: &Channel, terms: &Terms) -> Booked {
        // Without the contract the split is lost in silence (SMARTRO-031).
        let tax_free = if channel.has_contract("tax_free") { terms.tax_free } else { 0 };
        let vat = terms.vat.filter(|_| tax_free == terms.tax_free);
        Booked {
            currency: channel.mid_currency.clone().unwrap_or_else(|| terms.currency.clone()),
            total: terms.total,
            tax_free,
            vat: vat.unwrap_or_else(|| vat_of(terms.total, tax_free)),
        }
    }

    fn gives_free_interest(&self, _channel: &Channel) -> bool {
        // Without the contract the payment was refused (SMARTRO-033).
        true
    }

    fn cancels_later(&self, is_account: bool) -> bool {
        is_account
    }

    fn reports_deposits(&self, _channel: &Channel) -> bool {
        true
    }

    fn words(&self, reason: Reason) -> PgRefusal {
        let (digits, message) = reason.words();
        PgRefusal { code: format!("S{digits}"), message: format!("[스마트로] {message}") }
    }
}

fn check_order(order: &Order<'_>) -> Result<(), Refusal> {
    if !is_alphanumeric(order.payment_id) {
        return refuse(Reason::OrderIdMalformed);
    }
    if !matches!(order.terms.currency.as_str(), "KRW" | "USD") {
        return refuse(Reason::CurrencyUnknown);
    }
    if euc_kr_bytes(&order.terms.order_name) > ORDER_NAME_BYTES_MAX {
        return refuse(Reason::OrderNameTooLong);
    }
    Ok(())
}

/// EUC-KR spends one byte on ASCII and two on everything else it knows.
fn euc_kr_bytes(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

fn refuse<T>(reason: Reason) -> Result<T, Refusal> {
    Err(Provider::SmartroV2.refuse(reason))
}
