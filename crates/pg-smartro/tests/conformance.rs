portone_testkit::conformance!(pg_smartro::FACTORY);

/// The same at a V1 upstream, whose replies pg-iamport-v1 has recorded.
mod v1 {
    use portone_testkit::conformance;

    #[test]
    fn it_keeps_what_every_adapter_has_to_keep() {
        let factory = pg_smartro::FACTORY_V1;
        conformance::encoding_is_deterministic(&factory);
        conformance::breaks_have_their_class_on_every_leg(&factory);
        conformance::the_profile_is_what_is_admitted(&factory);
        conformance::rules_are_named_once_and_after_the_pg(&factory);
    }
}
