//! What upstream replies mean: each case of `fixtures/`, one snapshot a command.

portone_testkit::outcomes!(pg_smartro::FACTORY);
