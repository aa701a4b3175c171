//! What stands between a caller and a database in memory: whoever simulates a disk decides here when a write happens,
//! whether it does, and whether anybody hears of it.

use std::fmt;

use async_trait::async_trait;
use portone_engine::port::StoreError;

/// Is asked around each use of a database in memory. `what` names the business transaction.
#[async_trait]
pub trait Gate: fmt::Debug + Send + Sync {
    /// Before a write: it begins when this is done.
    async fn before_write(&self, what: &'static str);

    /// When everything is written and nothing is committed. An error stands for a disk that fails: it is undone.
    fn before_commit(&self, what: &'static str) -> Result<(), StoreError>;

    /// After a write was committed. An error stands for an answer that got lost: what was written stays.
    async fn after_commit(&self, what: &'static str) -> Result<(), StoreError>;

    /// Before a read. An error stands for a database that cannot be read.
    fn before_read(&self) -> Result<(), StoreError>;
}

/// Lets everything pass at once.
#[derive(Debug)]
pub(crate) struct Open;

#[async_trait]
impl Gate for Open {
    async fn before_write(&self, _what: &'static str) {}

    fn before_commit(&self, _what: &'static str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn after_commit(&self, _what: &'static str) -> Result<(), StoreError> {
        Ok(())
    }

    fn before_read(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The business transaction that a closure belongs to, as its type names it: `begin_payment`.
pub(crate) fn name_of<F>() -> &'static str {
    let name = std::any::type_name::<F>().trim_end_matches("::{{closure}}");
    let name = name.rsplit("::").next().unwrap_or(name);
    name.split('<').next().unwrap_or(name)
}
