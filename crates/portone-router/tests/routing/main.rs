//! The router's tests. A test of a catalogued rule carries the rule's id and uses the catalogue's numbers.

mod failover;
mod fake;
mod group;
mod guide;
mod one_time;
mod policy;
mod properties;
mod record;
mod required;
mod selector;
mod super_key;
