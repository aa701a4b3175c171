//! Paymentwall (`PAYMENTWALL`) behind V2: a payment window, cancels that end by pingback, and deliveries. The rules `PW-*` of V1
//! are the V1 face's.

use crate::cards::CardFacts;
use crate::channel::Channel;
use crate::refusal::{PgRefusal, Refusal};
use crate::v2::input::{AccountInput, CardInput, Customer, Terms};

use super::{Booked, CancelOrder, Order, Pg, Provider, Reason, ReceiptOrder};

pub(super) struct Paymentwall;

impl Pg for Paymentwall {
    fn order_id<'a>(&self, payment_id: &'a str) -> &'a str {
        payment_id
    }

    // PW-039: there is nothing but the window.
    fn check_card_key_in(&self, _order: &Order<'_>, _card: &CardInput) -> Result<(), Refusal> {
        none()
    }

    fn check_account(&self, _order: &Order<'_>, _account: &AccountInput) -> Result<(), Refusal> {
        none()
    }

    fn check_key_issue(
        &self,
        _channel: &Channel,
        _card: &CardInput,
        _customer: &Customer,
    ) -> Result<(), Refusal> {
        none()
    }

    fn check_key_payment(&self, _order: &Order<'_>, _card: &CardFacts) -> Result<(), Refusal> {
        none()
    }

    /// PW-035
    fn check_cancel(&self, cancel: &CancelOrder<'_>) -> Result<(), Refusal> {
        let processing = cancel.channel.mid_currency.as_deref();
        if cancel.is_partial && processing.is_some_and(|currency| currency != cancel.currency) {
            return Err(Provider::Paymentwall.refuse(Reason::PartialInAnotherCurrency));
        }
        Ok(())
    }

    fn has_escrow_api(&self) -> bool {
        false
    }

    fn check_receipt(&self, _receipt: &ReceiptOrder<'_>) -> Result<(), Refusal> {
        none()
    }

    fn booked(&self, _channel: &Channel, terms: &Terms) -> Booked {
        Booked {
            currency: terms.currency.clone(),
            total: terms.total,
            tax_free: terms.tax_free,
            vat: super::vat_of(terms.total, terms.tax_free),
        }
    }

    fn gives_free_interest(&self, _channel: &Channel) -> bool {
        false
    }

    /// PW-034: the pingback tells.
    fn cancels_later(&self, _is_account: bool) -> bool {
        true
    }

    fn reports_deposits(&self, _channel: &Channel) -> bool {
        false
    }

    fn words(&self, reason: Reason) -> PgRefusal {
        let (digits, message) = reason.words();
        PgRefusal { code: format!("P{digits}"), message: format!("{message} (Paymentwall)") }
    }
}

fn none() -> Result<(), Refusal> {
    Err(Provider::Paymentwall.refuse(Reason::NoSuchService))
}
