//! The conformance suite, over samples that Paymentwall's own rules let pass.

portone_testkit::conformance!(pg_paymentwall::FACTORY);
