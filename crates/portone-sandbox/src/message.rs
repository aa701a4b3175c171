//! What goes into the sandbox and what comes out.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The HTTP methods the sandbox answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// Any other method; answered with 404 like an unknown path.
    Other,
}

/// One request as it arrived.
///
/// `Debug` shows the method and the path only: a body may hold card data, a header a secret.
#[derive(Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The raw path without the query, still percent-encoded.
    pub path: String,
    /// The raw query without its `?`; empty when there is none.
    pub query: String,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// The value of `Idempotency-Key`, with its quotes.
    pub idempotency_key: Option<String>,
    /// The value of `Tier`: the sub-merchant that a V1 call is for.
    pub tier: Option<String>,
    /// The body; empty when there is none.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What to send back, after how long, and which ledger records changed.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How long to hold the answer, in milliseconds.
    pub delay_ms: u64,
    /// What to send.
    pub answer: Answer,
    /// The records to write to a journal before the answer leaves.
    pub changes: Vec<Change>,
}

/// What the client meets on its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A whole JSON reply.
    Json {
        /// The HTTP status.
        status: u16,
        /// The JSON text.
        body: Bytes,
    },
    /// A whole reply with status 200 whose body is not JSON, although its content type says so.
    Garbage {
        /// The bytes to send.
        body: Bytes,
    },
    /// A reply whose content length is that of `body`, of which `sent_bytes` arrive before the connection is cut.
    Half {
        /// The HTTP status.
        status: u16,
        /// The body that is announced.
        body: Bytes,
        /// How many of its bytes are sent.
        sent_bytes: usize,
    },
    /// No reply: the connection is reset.
    Reset,
    /// No answer yet: wait [`Reply::delay_ms`], then ask [`crate::Sandbox::resume`] with the ticket.
    Held(Ticket),
}

/// Names a request whose operation is performed only when its delay has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub(crate) u64);

/// Names a ledger record that changed; [`crate::Sandbox::journal_line`] writes its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A channel, by its key.
    Channel(String),
    /// A payment of the hub, by its payment id.
    Payment(String),
    /// A charge at a PG, by the PG's transaction number.
    Charge(String),
    /// A billing key.
    BillingKey(String),
    /// A cash receipt, by its payment id.
    CashReceipt(String),
    /// A finished answer kept for an idempotency key.
    Answer(String),
    /// A notification, by its number.
    Notice(u64),
    /// How far the clock is ahead of the time it is told.
    Clock,
    /// A channel of the V1 face, by its key.
    V1Channel(String),
    /// An attempt of the V1 face, by its `imp_uid`.
    V1Payment(String),
    /// The card behind a `customer_uid` of the V1 face.
    V1Key(String),
    /// A cash receipt of the V1 face, by what it is of.
    V1Receipt(String),
}
