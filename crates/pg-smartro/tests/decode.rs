//! What upstream replies mean: each case of `fixtures/`, one snapshot a command.

portone_testkit::outcomes!(pg_smartro::FACTORY);

mod v1 {
    portone_testkit::outcomes!(pg_smartro::FACTORY_V1, "fixtures_v1");
}
