//! Secrets of rows, sealed on their way into the database and opened on their way out; and which keys sealed any of them.

use super::database::{Database, Fault};
use super::opening::OpenError;
use crate::seal::{Keyring, Place, SealError, UnsealError, key_id};
use crate::sql::statement::Row;

/// What the names of keys in `meta` begin with.
const SEALED_BY: &str = "sealed_by_";
/// The key that an installation signs with: its only row.
pub(super) const INSTALLATION: Place<'static> = Place(&["installation", "1", "key"]);

/// The parts of the place of an upstream's billing key.
pub(super) const fn pg_billing_key<'p>(billing_key: &'p str, channel: &'p str) -> [&'p str; 4] {
    ["billing_key_channels", billing_key, channel, "pg_billing_key"]
}

impl Database {
    /// A secret as its column holds it.
    pub(super) fn seal(&self, place: Place<'_>, clear: &str) -> Result<String, Fault> {
        match self.sealing() {
            Some((keyring, id)) => {
                note(self, id)?;
                keyring.seal(place, clear.as_bytes()).map_err(unsealed)
            }
            None if key_id(clear).is_some() => {
                Err(Fault::Contract("a secret looks as if it were sealed; set encryption_key".to_owned()))
            }
            None => Ok(clear.to_owned()),
        }
    }

    /// A secret from its column: sealed, or from a time without a key.
    pub(super) fn unseal(&self, place: Place<'_>, value: &str) -> Result<String, Fault> {
        if key_id(value).is_none() {
            return Ok(value.to_owned());
        }
        let clear = self.keyring().ok_or(UnsealError::NoKey)?.open(place, value)?;
        Ok(String::from_utf8(clear).map_err(|_| UnsealError::Broken)?)
    }

    /// The installation's key as its column holds it.
    pub(super) fn seal_installation_key(&self, clear: &[u8; 32]) -> Result<Vec<u8>, Fault> {
        let Some((keyring, id)) = self.sealing() else { return Ok(clear.to_vec()) };
        note(self, id)?;
        keyring.seal(INSTALLATION, clear).map(String::into_bytes).map_err(unsealed)
    }

    /// The keys, where one of them seals, and its id.
    fn sealing(&self) -> Option<(&Keyring, &str)> {
        let keyring = self.keyring()?;
        Some((keyring, keyring.current_id()?))
    }

    /// The installation's key from its column.
    pub(super) fn unseal_installation_key(&self, value: &[u8]) -> Result<[u8; 32], Fault> {
        if let Ok(clear) = value.try_into() {
            return Ok(clear);
        }
        let sealed = str::from_utf8(value).map_err(|_| UnsealError::Broken)?;
        let clear = self.keyring().ok_or(UnsealError::NoKey)?.open(INSTALLATION, sealed)?;
        Ok(clear.try_into().map_err(|_| UnsealError::Broken)?)
    }
}

fn unsealed(problem: SealError) -> Fault {
    Fault::Contract(problem.to_string())
}

/// The ids of the keys that sealed anything in the database.
pub(super) fn key_ids(database: &Database) -> Result<Vec<String>, Fault> {
    let sql = "SELECT key FROM meta WHERE substr(key, 1, 10) = 'sealed_by_' ORDER BY key";
    let id = |row: Row<'_>| Ok(row.text(0)?.replacen(SEALED_BY, "", 1));
    database.prepared(sql)?.query_map([], id)
}

/// Lets nobody open a database whose secrets they could not read.
pub(crate) fn check_keys(database: &Database, name: &str) -> Result<(), OpenError> {
    let refused =
        |fault: Fault| OpenError::Database { database: name.to_owned(), problem: fault.to_string() };
    for key_id in key_ids(database).map_err(refused)? {
        let database_name = name.to_owned();
        match database.keyring() {
            None => return Err(OpenError::Sealed { database: database_name, key_id }),
            Some(keyring) if !keyring.has(&key_id) => {
                let current_id = keyring.current_id().unwrap_or("not set").to_owned();
                return Err(OpenError::WrongKey { database: database_name, key_id, current_id });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Notes the key that seals from now on, before it has sealed anything: a gateway with another key is not started.
pub(crate) fn note_key(database: &Database) -> Result<(), Fault> {
    match database.sealing() {
        Some((_, id)) if !key_ids(database)?.iter().any(|known| known == id) => {
            super::transfer::commit(database, |database| note(database, id))
        }
        _ => Ok(()),
    }
}

/// Notes a key with each secret it seals, in the same commit: a rotation that ended before forgot the key, and a gateway that
/// was not told of it still seals with it.
pub(super) fn note(database: &Database, id: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, 1) ON CONFLICT (key) DO NOTHING";
    database.write(sql, [&format!("{SEALED_BY}{id}")])
}

/// Forgets every key but this one: nothing is sealed with any other.
pub(super) fn forget_other_keys(database: &Database, current_id: &str) -> Result<(), Fault> {
    let sql = "DELETE FROM meta WHERE substr(key, 1, 10) = 'sealed_by_' AND key <> ?1";
    database.write(sql, [&format!("{SEALED_BY}{current_id}")])
}

/// Whether the installation's key is sealed with the current key, where there are both.
pub(super) fn is_current(database: &Database) -> Result<bool, Fault> {
    let Some((keyring, _)) = database.sealing() else { return Ok(true) };
    let mut statement = database.prepared("SELECT key FROM installation WHERE no = 1")?;
    let held: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0))?;
    let is_current = |value: &Vec<u8>| str::from_utf8(value).is_ok_and(|value| keyring.is_current(value));
    Ok(held.iter().all(is_current))
}
