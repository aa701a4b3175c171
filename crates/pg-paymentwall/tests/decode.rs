//! What upstream replies mean: each case of `fixtures/`, one snapshot a command.
//!
//! Rule PW-026: a refusal of a delivery is code 0 with an `error_code`; what is neither it nor `success` settles nothing.

portone_testkit::outcomes!(pg_paymentwall::FACTORY);
