#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
// Each function here is a check or a part of one: it says no by panicking.
#![allow(clippy::missing_panics_doc)]

#[cfg(feature = "catalogue")]
pub mod catalogue;
pub mod conformance;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "contract")]
pub mod contract_v1;
pub mod fixtures;
pub mod replies;
pub mod samples;
mod transport;

pub use transport::{ScriptedTransport, Step, block_on};

/// Generates the tests every adapter has to pass, from its factory. Fixtures are read from `tests/fixtures`.
#[macro_export]
macro_rules! conformance {
    ($factory:expr) => {
        const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

        #[test]
        fn encoding_is_deterministic() {
            $crate::conformance::encoding_is_deterministic(&$factory);
        }

        #[test]
        fn requests_and_errors_show_no_secret() {
            $crate::conformance::requests_and_errors_show_no_secret(&$factory, FIXTURES);
        }

        #[test]
        fn cut_replies_are_no_outcome() {
            $crate::conformance::cut_replies_are_no_outcome(&$factory, FIXTURES);
        }

        #[test]
        fn breaks_have_their_class_on_every_leg() {
            $crate::conformance::breaks_have_their_class_on_every_leg(&$factory);
        }

        #[test]
        fn the_profile_is_what_is_admitted() {
            $crate::conformance::the_profile_is_what_is_admitted(&$factory);
        }

        #[test]
        fn rules_are_named_once_and_after_the_pg() {
            $crate::conformance::rules_are_named_once_and_after_the_pg(&$factory);
        }
    };
}
