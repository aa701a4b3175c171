//! What happened, line by line. Two runs of one seed write the same bytes.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};

/// How many of the last lines a run keeps that was not asked for all.
const KEPT_COUNT_MAX: usize = 60;

/// The history of one run.
#[derive(Debug)]
pub(crate) struct Trace {
    written: Mutex<Written>,
    keeps_all: bool,
}

#[derive(Debug)]
struct Written {
    lines: VecDeque<String>,
    count: u64,
    hash: u64,
}

impl Trace {
    pub(crate) fn new(keeps_all: bool) -> Self {
        let written = Written { lines: VecDeque::new(), count: 0, hash: 0xcbf2_9ce4_8422_2325 };
        Self { written: Mutex::new(written), keeps_all }
    }

    /// Writes a line.
    pub(crate) fn line(&self, now: DateTime<Utc>, text: std::fmt::Arguments<'_>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = String::with_capacity(96);
        // Writing to a String cannot fail.
        let _ = write!(line, "{} {text}", now.to_rfc3339_opts(SecondsFormat::Millis, true));
        written.hash = hashed(hashed(written.hash, line.as_bytes()), b"\n");
        written.count += 1;
        written.lines.push_back(line);
        if !self.keeps_all && written.lines.len() > KEPT_COUNT_MAX {
            written.lines.pop_front();
        }
    }

    /// Notes a number that a line would be too long for: whose turn it was.
    pub(crate) fn turn(&self, task: u64) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.hash = hashed(written.hash, &task.to_be_bytes());
    }

    /// The hash of everything noted, how many lines there were, and those that are kept.
    pub(crate) fn end(&self) -> (u64, u64, Vec<String>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        (written.hash, written.count, written.lines.drain(..).collect())
    }
}

/// A hash that goes on from another (FNV-1a).
pub(crate) fn hashed(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
