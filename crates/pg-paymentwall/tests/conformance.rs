//! The conformance suite, over samples that Paymentwall's own rules let pass.

portone_testkit::conformance!(pg_paymentwall::FACTORY);

mod v2 {
    portone_testkit::conformance!(pg_paymentwall::FACTORY_V2, "fixtures_v2");
}
