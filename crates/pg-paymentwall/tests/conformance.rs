//! The conformance suite, over samples that Paymentwall's own rules let pass.

portone_testkit::conformance!(pg_paymentwall::FACTORY);

/// The same at a V2 upstream, whose replies the adapters of V2 have recorded.
mod v2 {
    use portone_testkit::conformance;

    #[test]
    fn it_keeps_what_every_adapter_has_to_keep() {
        let factory = pg_paymentwall::FACTORY_V2;
        conformance::encoding_is_deterministic(&factory);
        conformance::breaks_have_their_class_on_every_leg(&factory);
        conformance::the_profile_is_what_is_admitted(&factory);
        conformance::rules_are_named_once_and_after_the_pg(&factory);
    }
}
