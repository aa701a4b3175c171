//! The PGs: what each of them refuses, alters and loses.

mod kpn;
mod paymentwall;
mod reason;
mod smartro;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cards::CardFacts;
use crate::channel::Channel;
use crate::refusal::{PgRefusal, Refusal};
use crate::v2::input::{AccountInput, CancelInput, CardInput, Customer, Terms};

pub(crate) use reason::Reason;

/// Declares the PGs the sandbox plays: its name, what its transaction numbers start with, and its rules.
macro_rules! providers {
    ($($variant:ident = $name:literal, $number_prefix:literal, $pg:expr;)+) => {
        /// The PGs the sandbox plays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum Provider {
            $(#[serde(rename = $name)] $variant,)+
        }

        impl Provider {
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),+];

            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What the PG's transaction numbers start with.
            pub(crate) fn number_prefix(self) -> &'static str {
                match self {
                    $(Self::$variant => $number_prefix,)+
                }
            }

            pub(crate) fn pg(self) -> &'static dyn Pg {
                match self {
                    $(Self::$variant => &$pg,)+
                }
            }
        }
    };
}

// A new PG is a line here and a file beside this one.
providers! {
    SmartroV2 = "SMARTRO_V2", "SMT", smartro::Smartro;
    Kpn = "KPN", "KPN", kpn::Kpn;
    Paymentwall = "PAYMENTWALL", "PWL", paymentwall::Paymentwall;
}

/// A PG's rules. Each `check_*` sees a request the hub has found well formed.
pub(crate) trait Pg {
    /// The order id the PG stores for a payment id.
    fn order_id<'a>(&self, payment_id: &'a str) -> &'a str;

    fn check_card_key_in(&self, order: &Order<'_>, card: &CardInput) -> Result<(), Refusal>;

    fn check_account(&self, order: &Order<'_>, account: &AccountInput) -> Result<(), Refusal>;

    fn check_key_issue(
        &self,
        channel: &Channel,
        card: &CardInput,
        customer: &Customer,
    ) -> Result<(), Refusal>;

    fn check_key_payment(&self, order: &Order<'_>, card: &CardFacts) -> Result<(), Refusal>;

    fn check_cancel(&self, cancel: &CancelOrder<'_>) -> Result<(), Refusal>;

    /// Whether deliveries held in escrow can be told by API.
    fn has_escrow_api(&self) -> bool;

    fn check_receipt(&self, receipt: &ReceiptOrder<'_>) -> Result<(), Refusal>;

    /// What the PG books for these terms, which need not be what was asked for.
    fn booked(&self, channel: &Channel, terms: &Terms) -> Booked;

    /// Whether a payment that asks for instalments free of interest gets them.
    fn gives_free_interest(&self, channel: &Channel) -> bool;

    /// Whether a cancel is only accepted, and done later, told by a notification: of money paid into a virtual account
    /// (SMARTRO-119), or of any (PW-034).
    fn cancels_later(&self, is_account: bool) -> bool;

    /// Whether the hub hears of deposits on this channel (KPN-019).
    fn reports_deposits(&self, channel: &Channel) -> bool;

    fn words(&self, reason: Reason) -> PgRefusal;
}

/// An order that is about to be charged.
pub(crate) struct Order<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) channel: &'a Channel,
    pub(crate) payment_id: &'a str,
    pub(crate) terms: &'a Terms,
}

/// A cancel that the hub has found possible.
pub(crate) struct CancelOrder<'a> {
    pub(crate) channel: &'a Channel,
    pub(crate) input: &'a CancelInput,
    /// In minor units, resolved from the input and the balance.
    pub(crate) amount: i64,
    pub(crate) is_partial: bool,
    pub(crate) currency: &'a str,
    /// The tax-free part of the payment that is not cancelled yet.
    pub(crate) tax_free_left: i64,
    /// The card that paid.
    pub(crate) card: Option<&'a CardFacts>,
    /// Whether the payment was made into a virtual account.
    pub(crate) is_account: bool,
    pub(crate) has_cash_receipt: bool,
}

/// A cash receipt that is to be issued by hand.
pub(crate) struct ReceiptOrder<'a> {
    pub(crate) identity_number: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) phone_number: Option<&'a str>,
    /// Whether the payment was made into a virtual account, or elsewhere.
    pub(crate) pays_in_cash: bool,
}

/// Amounts in the minor units of `currency`, as the PG books them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Booked {
    pub(crate) currency: String,
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    pub(crate) vat: i64,
}

impl Provider {
    pub(crate) fn refuse(self, reason: Reason) -> Refusal {
        Refusal::Pg(self.pg().words(reason))
    }
}

/// The VAT of a total, an eleventh of its taxable part (V2-044).
pub(crate) fn vat_of(total: i64, tax_free: i64) -> i64 {
    (total - tax_free) / 11
}

fn is_alphanumeric(payment_id: &str) -> bool {
    !payment_id.is_empty() && payment_id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
