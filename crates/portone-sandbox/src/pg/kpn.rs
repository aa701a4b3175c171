//! KPN (한국결제네트웍스): rules `KPN-*`.

use super::{Booked, CancelOrder, Order, Pg, Provider, Reason, ReceiptOrder, is_alphanumeric, vat_of};
use crate::cards::{CardFacts, Issuer};
use crate::channel::Channel;
use crate::refusal::{PgRefusal, Refusal};
use crate::v2::input::{AccountInput, AccountKind, CardInput, Customer, Terms};

pub(super) struct Kpn;

/// KPN-010, in UTF-8
const ORDER_NAME_BYTES_MAX: usize = 256;
/// KPN-006, in cents
const USD_CANCEL_MIN: i64 = 100;
/// KPN-042
const ISSUING_BANKS: [&str; 13] = [
    "IBK",
    "KOOKMIN",
    "NONGHYUP",
    "WOORI",
    "STANDARD_CHARTERED",
    "CITI",
    "DAEGU",
    "BUSAN",
    "KWANGJU",
    "KYONGNAM",
    "POST",
    "HANA",
    "SHINHAN",
];

impl Pg for Kpn {
    fn order_id<'a>(&self, payment_id: &'a str) -> &'a str {
        payment_id
    }

    fn check_card_key_in(&self, order: &Order<'_>, card: &CardInput) -> Result<(), Refusal> {
        check_contract(order.channel, "api_keyin")?;
        check_order(order)?;
        check_card_currency(order.terms, &card.facts)?;
        let is_full = card.has_birth_or_business_number && card.has_password;
        if order.channel.keyin_requires_full_auth && !is_full {
            return refuse(Reason::CardFactsMissing);
        }
        Ok(())
    }

    fn check_account(&self, order: &Order<'_>, account: &AccountInput) -> Result<(), Refusal> {
        if !matches!(account.kind, AccountKind::Normal) {
            return Err(Refusal::invalid("method.virtualAccount.option.type must be NORMAL at KPN"));
        }
        if order.terms.is_escrow {
            return Err(Refusal::invalid(
                "isEscrow is not available for virtual accounts issued by API at KPN",
            ));
        }
        check_contract(order.channel, "api_keyin")?;
        check_order(order)?;
        if order.terms.currency != "KRW" {
            return refuse(Reason::CurrencyNotForAccounts);
        }
        if account.expires_at <= order.now {
            return refuse(Reason::DueDatePast);
        }
        if !ISSUING_BANKS.contains(&account.bank.as_str()) {
            return refuse(Reason::BankUnable);
        }
        Ok(())
    }

    fn check_key_issue(
        &self,
        channel: &Channel,
        card: &CardInput,
        customer: &Customer,
    ) -> Result<(), Refusal> {
        if customer.name.is_none() {
            return Err(Refusal::invalid("customer.name is required by KPN, as full or separated"));
        }
        if !card.has_birth_or_business_number || !card.has_password {
            return Err(Refusal::invalid(
                "method.card.credential needs birthOrBusinessRegistrationNumber and passwordTwoDigits at KPN",
            ));
        }
        check_contract(channel, "api_billing_key")
    }

    fn check_key_payment(&self, order: &Order<'_>, card: &CardFacts) -> Result<(), Refusal> {
        check_order(order)?;
        check_card_currency(order.terms, card)
    }

    fn check_cancel(&self, cancel: &CancelOrder<'_>) -> Result<(), Refusal> {
        if cancel.is_account {
            if cancel.input.refund_account.is_none() {
                return Err(Refusal::invalid("refundAccount is required for a deposited virtual account"));
            }
            check_contract(cancel.channel, "account_refund")?;
        }
        // Only some acquirers refuse such a cancel; the sandbox plays one that does.
        if cancel.currency == "USD" && cancel.amount < USD_CANCEL_MIN {
            return refuse(Reason::CancelTooSmall);
        }
        Ok(())
    }

    fn has_escrow_api(&self) -> bool {
        false
    }

    fn check_receipt(&self, _receipt: &ReceiptOrder<'_>) -> Result<(), Refusal> {
        refuse(Reason::NoSuchService)
    }

    fn booked(&self, _channel: &Channel, terms: &Terms) -> Booked {
        Booked {
            currency: terms.currency.clone(),
            total: terms.total,
            tax_free: terms.tax_free,
            // The requested VAT is ignored; only the hub's view repeats it (KPN-009).
            vat: vat_of(terms.total, terms.tax_free),
        }
    }

    fn gives_free_interest(&self, channel: &Channel) -> bool {
        // The MID's setting decides; the request's flag changes nothing (KPN-021).
        channel.has_contract("merchant_free_interest")
    }

    fn cancels_later(&self, _is_account: bool) -> bool {
        false
    }

    fn reports_deposits(&self, channel: &Channel) -> bool {
        channel.has_contract("va_deposit_notice")
    }

    fn words(&self, reason: Reason) -> PgRefusal {
        let (digits, message) = reason.words();
        PgRefusal { code: format!("K{digits}"), message: format!("{message} (KPN)") }
    }
}

fn check_order(order: &Order<'_>) -> Result<(), Refusal> {
    if !is_alphanumeric(order.payment_id) {
        return refuse(Reason::OrderIdMalformed);
    }
    if !matches!(order.terms.currency.as_str(), "KRW" | "USD") {
        return refuse(Reason::CurrencyUnknown);
    }
    if order.terms.order_name.len() > ORDER_NAME_BYTES_MAX {
        return refuse(Reason::OrderNameTooLong);
    }
    if order.terms.tax_free > 0 {
        check_contract(order.channel, "tax_free_amount")?;
    }
    Ok(())
}

/// Dollars are for cards issued abroad (KPN-004).
fn check_card_currency(terms: &Terms, card: &CardFacts) -> Result<(), Refusal> {
    if terms.currency == "USD" && card.issuer != Issuer::Foreign {
        return refuse(Reason::CurrencyNotForThisCard);
    }
    Ok(())
}

fn check_contract(channel: &Channel, capability: &str) -> Result<(), Refusal> {
    if channel.has_contract(capability) { Ok(()) } else { refuse(Reason::NotContracted) }
}

fn refuse<T>(reason: Reason) -> Result<T, Refusal> {
    Err(Provider::Kpn.refuse(reason))
}
