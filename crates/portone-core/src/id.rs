//! Identifiers: each its own type, cheap to clone, never empty.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::Secret;

/// The longest identifier accepted anywhere, in bytes. PGs set far lower limits of their own in their rules.
pub const ID_LENGTH_MAX: usize = 512;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// The text is empty or only white space.
    #[error("must not be empty")]
    Empty,
    /// The text is longer than [`ID_LENGTH_MAX`] bytes.
    #[error("is {0} bytes long; at most {ID_LENGTH_MAX} are accepted")]
    TooLong(usize),
}

fn checked(text: &str) -> Result<(), IdError> {
    if text.trim().is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_LENGTH_MAX { Err(IdError::TooLong(text.len())) } else { Ok(()) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a text that is not empty and at most [`ID_LENGTH_MAX`] bytes long.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                checked(text)?;
                Ok(Self(text.into()))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// The merchant's own order number of a payment (고객사 주문 고유 번호; V1 `merchant_uid`). Goes upstream verbatim.
    PaymentId
}
id! {
    /// One attempt to pay (결제 시도 번호; V1 `imp_uid`): a UUID made by the gateway.
    TransactionId
}
id! {
    /// One call to a PG, durable before the call; 16 or more characters. It is the upstream idempotency key and the
    /// marker by which an inquiry finds what became of the call. A payment's attempt id is its transaction id.
    AttemptId
}
id! {
    /// One cancel of a payment: a UUID made by the gateway.
    CancellationId
}
id! {
    /// A payment to be made later (결제 예약): `payment-schedule-` and a UUID made by the gateway.
    PaymentScheduleId
}
id! {
    /// The transaction number a PG gave (V1 `pg_tid`).
    PgTxId
}
id! {
    /// The billing key a merchant holds (`billing-key-` and a UUID). It may be mapped to keys at several PGs.
    BillingKey
}
id! {
    /// What a shop that speaks V1 calls a billing key (`customer_uid`): its own name for one card of one member. The last key
    /// issued under it is the one it means.
    CustomerUid
}
id! {
    /// A channel's key (`channel-key-…`): what a request names to choose one contract with one PG.
    ChannelKey
}
id! {
    /// A smart-routing group's id (`channel-group-{live|test}-…`, at most 55 characters where published; rule SR-005).
    ChannelGroupId
}
id! {
    /// A store's id (`store-…`).
    StoreId
}
id! {
    /// The merchant id a PG gave to the shop (MID).
    PgMerchantId
}
id! {
    /// A PG provider as the V2 REST API spells it (`SMARTRO_V2`, `KPN`, …). Open: core knows no provider by name.
    PgProvider
}

impl PgProvider {
    /// The code as schema `PgProvider` spells it: a V1 `pg` (`nice_v2.MID1`) in capitals and without its merchant id.
    pub fn code(&self) -> String {
        self.as_str().split('.').next().unwrap_or_default().to_ascii_uppercase()
    }

    /// The code as V1 spells a `pg`: in small letters and without its merchant id.
    pub fn v1_code(&self) -> String {
        self.code().to_ascii_lowercase()
    }
}

impl PartialEq<str> for PgProvider {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

/// The key a PG (or the upstream in front of it) gave for a stored card. It never leaves the store: no `Debug`, no
/// serialisation; whoever holds it can charge the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgBillingKey(Secret<String>);

impl PgBillingKey {
    /// Takes a key as a PG gave it.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        checked(text)?;
        Ok(Self(Secret::from(text)))
    }

    /// The key itself, for a request to the PG or for the store.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_overlong_ids_are_refused() {
        assert_eq!(PaymentId::parse(" "), Err(IdError::Empty));
        assert!(PaymentId::parse(&"a".repeat(ID_LENGTH_MAX)).is_ok());
        assert_eq!(
            PaymentId::parse(&"a".repeat(ID_LENGTH_MAX + 1)),
            Err(IdError::TooLong(ID_LENGTH_MAX + 1))
        );
    }

    #[test]
    fn a_v1_pg_is_shown_by_its_v2_code() {
        for text in ["NICE_V2", "nice_v2", "nice_v2.MID1"] {
            assert_eq!(PgProvider::parse(text).unwrap().code(), "NICE_V2");
        }
    }
}
