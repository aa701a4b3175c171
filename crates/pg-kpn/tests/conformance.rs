portone_testkit::conformance!(pg_kpn::FACTORY);

/// What answers for KPN at a V1 upstream refuses everything, by a rule of its own (KPN-013).
#[test]
fn kpn_013_there_is_none_at_v1() {
    let factory = pg_kpn::FACTORY_V1;
    portone_testkit::conformance::the_profile_is_what_is_admitted(&factory);
    portone_testkit::conformance::rules_are_named_once_and_after_the_pg(&factory);
}
