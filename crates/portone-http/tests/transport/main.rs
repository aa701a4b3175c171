//! The transport against real sockets.

mod breaks;
mod requests;
mod stub;
mod webhook;
