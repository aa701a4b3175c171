//! Reading connections: they see what is committed and never wait for the writer.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::database::{Database, Fault};

/// A pool that never makes a reader wait: where none is idle, another connection is opened. A read holds no connection
/// across an await, so there are at most as many as threads.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Database>>,
    idle_count_max: usize,
}

impl Readers {
    pub(super) fn new(path: &Path, idle_count_max: usize) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()), idle_count_max }
    }

    /// Runs a read. A connection whose read failed is not used again.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Database) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let database = match idle {
            Some(database) => database,
            None => Database::open_reader(&self.path)?,
        };
        let value = work(&database)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.idle_count_max {
            idle.push(database);
        }
        Ok(value)
    }
}
