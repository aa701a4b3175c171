//! What upstream replies mean: each case of `fixtures/`, one snapshot a command.
//!
//! Rule PW-026: a refusal of a delivery is code 0 with an `error_code`; what is neither it nor `success` settles nothing.

portone_testkit::outcomes!(pg_paymentwall::FACTORY);

mod v2 {
    portone_testkit::outcomes!(pg_paymentwall::FACTORY_V2, "fixtures_v2");
}
