portone_testkit::conformance!(pg_kpn::FACTORY);
