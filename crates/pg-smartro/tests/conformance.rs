portone_testkit::conformance!(pg_smartro::FACTORY);
