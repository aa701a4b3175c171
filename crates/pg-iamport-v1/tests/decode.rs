//! What upstream replies mean: each case of `fixtures/`, one snapshot a command.
//!
//! Rule IAMPORT-034: an issue succeeded where `code` is 0, whatever the HTTP status (`issue_billing_key/declined.http` is a 200).

portone_testkit::outcomes!(pg_iamport_v1::FACTORY);
