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
mod encoded;
pub mod fixtures;
#[cfg(any(feature = "catalogue", feature = "contract"))]
mod reference;
pub mod replies;
pub mod rules;
pub mod samples;
#[cfg(feature = "contract")]
pub mod shapes;
mod transport;
pub mod widened;

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
        fn an_issued_key_is_the_replys_own() {
            $crate::conformance::an_issued_key_is_the_replys_own(&$factory, FIXTURES);
        }

        #[test]
        fn every_command_that_is_sent_has_a_recorded_reply() {
            $crate::conformance::every_command_that_is_sent_has_a_recorded_reply(&$factory, FIXTURES);
        }

        #[test]
        fn faults_have_their_class_on_every_leg() {
            $crate::conformance::faults_have_their_class_on_every_leg(&$factory);
        }

        #[test]
        fn the_client_answers_each_command() {
            $crate::conformance::the_client_answers_each_command(&$factory);
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

/// Generates the test that compares what every command of a PG's profile is sent as, by every method, with a snapshot a
/// command. The crate needs `insta`.
#[cfg(feature = "contract")]
#[macro_export]
macro_rules! shapes {
    ($factory:expr) => {
        #[test]
        fn every_command_by_every_method_has_its_shape() {
            for (command, shapes) in $crate::shapes::of_profile(&$factory) {
                insta::assert_snapshot!(command, shapes);
            }
        }
    };
}

/// Generates the test that compares what every recorded reply of `tests/fixtures` means with a snapshot a sample. The
/// crate needs `insta`.
#[macro_export]
macro_rules! outcomes {
    ($factory:expr) => {
        #[test]
        fn every_recorded_reply_has_its_meaning() {
            const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
            for (sample, meanings) in $crate::fixtures::meanings(&$factory, FIXTURES) {
                insta::assert_snapshot!(sample, meanings);
            }
        }
    };
}
