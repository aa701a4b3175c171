portone_testkit::conformance!(pg_smartro::FACTORY);

mod v1 {
    portone_testkit::conformance!(pg_smartro::FACTORY_V1, "fixtures_v1");
}
