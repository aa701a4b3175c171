//! The ledger on disk: an append-only file of JSON lines.
//!
//! Each line is one record as it stands after a change. The lines of a request are appended with one `write` before
//! its answer leaves, and never synced: a killed process loses nothing that was answered, a power cut may.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::message::Change;
use crate::sandbox::Sandbox;

const FILE_NAME: &str = "sandbox-ledger.jsonl";
const NEXT_NAME: &str = "sandbox-ledger.jsonl.next";
const LOCK_NAME: &str = "sandbox-ledger.lock";

/// The journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or a file in it could not be read or written.
    #[error("cannot use the sandbox ledger in {}: {source}", folder.display())]
    Io {
        /// The data folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process uses the folder.
    #[error("the sandbox ledger in {} is in use by another process", folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// A line other than a torn last one is not a ledger record.
    #[error("line {line} of the sandbox ledger in {} is damaged", folder.display())]
    Damaged {
        /// The data folder.
        folder: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

/// An open journal; the folder stays locked while it lives.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    buffer: Vec<u8>,
    _lock: File,
}

impl Journal {
    /// Replays the journal of `folder` into `sandbox`, writes it anew without superseded lines, and opens it.
    pub(crate) fn open(folder: &Path, sandbox: &mut Sandbox) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Io { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.join(LOCK_NAME)).map_err(failed)?;
        lock.try_lock().map_err(|_| JournalError::InUse { folder: folder.to_owned() })?;
        let path = folder.join(FILE_NAME);
        replay(&path, sandbox).map_err(|error| match error {
            ReplayError::Io(source) => failed(source),
            ReplayError::Damaged(line) => JournalError::Damaged { folder: folder.to_owned(), line },
        })?;
        let file = compact(folder, &path, sandbox).map_err(failed)?;
        Ok(Self { file, buffer: Vec::new(), _lock: lock })
    }

    /// Appends the changed records with one `write`.
    pub(crate) fn append(&mut self, sandbox: &Sandbox, changes: &[Change]) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        self.buffer.clear();
        for change in changes {
            sandbox.journal_line(change, &mut self.buffer);
        }
        self.file.write_all(&self.buffer)
    }
}

enum ReplayError {
    Io(io::Error),
    Damaged(usize),
}

fn replay(path: &Path, sandbox: &mut Sandbox) -> Result<(), ReplayError> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map_err(ReplayError::Io)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(ReplayError::Io(error)),
    };
    // A line without its line feed was being written when the process died; its request was never answered.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    for (index, line) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
        if !line.is_empty() {
            sandbox.restore(line).map_err(|_| ReplayError::Damaged(index + 1))?;
        }
    }
    Ok(())
}

/// Writes every record once and puts the new file in the old one's place.
fn compact(folder: &Path, path: &Path, sandbox: &Sandbox) -> io::Result<File> {
    let next = folder.join(NEXT_NAME);
    let mut bytes = Vec::new();
    for change in sandbox.records() {
        sandbox.journal_line(&change, &mut bytes);
    }
    let mut file = File::create(&next)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&next, path)?;
    OpenOptions::new().append(true).open(path)
}
