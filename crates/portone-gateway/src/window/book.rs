//! Windows that are open to be shown: each page once, for the token that only the shop's page was given.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::SdkCall;

use super::origin::Origin;
use super::ticket::Ticket;

/// How many may wait for their page; the oldest goes first.
const WAITING_COUNT_MAX: usize = 10_000;
/// How long a page may be asked for.
const WAITING_TIME: TimeDelta = TimeDelta::minutes(5);

/// A window whose page nobody has asked for yet. The call may hold a buyer's number: it stays in memory.
#[derive(Debug)]
pub(super) struct Waiting {
    /// What the page calls.
    pub(super) call: SdkCall,
    /// Where the upstream's SDK is.
    pub(super) sdk_url: String,
    /// How it is shown.
    pub(super) mode: Mode,
    /// The shop's page.
    pub(super) shop: Origin,
    /// What it is about.
    pub(super) ticket: Ticket,
    /// Whether the words are Korean.
    pub(super) is_korean: bool,
    /// Whether money moves.
    pub(super) is_live: bool,
    /// What V1's SDK is started with.
    pub(super) user_code: String,
}

/// How a window is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Over the shop's page.
    Iframe,
    /// In a window of its own.
    Popup,
    /// In the place of the shop's page.
    Redirect,
}

impl Mode {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Iframe => "iframe",
            Self::Popup => "popup",
            Self::Redirect => "redirect",
        }
    }
}

/// The windows that wait, by token.
#[derive(Debug, Default)]
pub(crate) struct Book(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    waiting: BTreeMap<String, (DateTime<Utc>, Waiting)>,
    order: VecDeque<String>,
}

impl Book {
    /// Keeps a window until its page is asked for.
    pub(super) fn put(&self, token: String, now: DateTime<Utc>, window: Waiting) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while pages.order.len() >= WAITING_COUNT_MAX {
            if let Some(oldest) = pages.order.pop_front() {
                pages.waiting.remove(&oldest);
            }
        }
        pages.order.push_back(token.clone());
        pages.waiting.insert(token, (now, window));
    }

    /// Takes a window out: a token is good once, and for five minutes.
    pub(super) fn take(&self, token: &str, now: DateTime<Utc>) -> Option<Waiting> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (opened_at, window) = pages.waiting.remove(token)?;
        pages.order.retain(|other| other != token);
        (now < opened_at + WAITING_TIME).then_some(window)
    }
}
