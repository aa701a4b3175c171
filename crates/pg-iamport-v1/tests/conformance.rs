portone_testkit::conformance!(pg_iamport_v1::FACTORY);
