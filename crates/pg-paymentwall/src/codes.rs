//! The names Paymentwall's documents give to things.

use chrono::TimeDelta;

/// What a Paymentwall contract may cover, as the names of a channel's contracts.
pub mod capability {
    /// Key-in payment: card data is taken by merchants with PCI DSS (rule IAMPORT-029, DOC-052).
    pub const API_KEYIN: &str = "api_keyin";
}

/// Sent as the birth date of a card that has none (rule PW-029).
pub(crate) const NO_BIRTH: &str = "000000";

/// How long a cancel may wait for Paymentwall's pingback before its absence says that there was none (rule PW-034). How
/// long a pingback takes is not published.
pub(crate) const PINGBACK_WAIT_MAX: TimeDelta = TimeDelta::hours(24);
