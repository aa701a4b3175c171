//! The faces over real sockets: an engine on an SQLite ledger in memory, the sandbox's PGs behind it, a clock that moves
//! only when told. A module's path is the URL's.

mod access;
mod admin;
mod banks;
mod billing_keys;
mod billing_keys_confirm;
mod billing_keys_confirm_issue_and_pay;
mod billing_keys_list;
mod bodies;
mod canary;
mod cash_receipts;
mod catalogue;
mod compatibility;
mod fuzz;
mod http;
mod idempotency;
mod limits;
mod notifications;
mod openapi;
mod pass_through;
mod payment_events;
mod payment_schedules;
mod payment_sessions;
mod payments;
mod paymentwall;
mod promotions;
mod spoil;
mod states;
mod transport;
mod v1;
mod welcome;
mod window;
mod window_rules;
mod window_upstream;
mod wire;
mod world;
