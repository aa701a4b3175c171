//! Which database: `sqlite:PATH`, one gateway's own, or `postgres://…`, which any number of gateways share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "postgres")]
use portone_core::Secret;
use portone_engine::port::DirectoryRows;
#[cfg(feature = "postgres")]
use portone_store::PostgresOptions;
use portone_store::transfer::Place;
use portone_store::{Keyring, OpenError, SqlStore, SqliteOptions};

use super::DATABASE;
use super::reader::{Reader, Section};

/// Where the ledger is.
#[derive(Debug, Clone)]
pub(crate) enum DatabaseConfig {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres {
        /// Its address, with a password as a rule.
        url: Secret<String>,
        /// How many connections this gateway has at most.
        connection_count: usize,
    },
}

impl DatabaseConfig {
    /// From `sqlite:PATH` or `postgres://user:password@host:port/name`.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Self::Sqlite(PathBuf::from(path.trim_start_matches("//"))))
            }
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres {
                url: Secret::new(url.to_owned()),
                connection_count: PostgresOptions::default().reader_count + 1,
            }),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => {
                Err("PostgreSQL is not in this build (feature `postgres`); use sqlite:PATH".to_owned())
            }
            // What it is may be a password in the wrong place.
            _ => Err("is no database; use sqlite:PATH or postgres://user:password@host:5432/name".to_owned()),
        }
    }

    /// Where files of this gateway go beside the ledger.
    pub(crate) fn folder(&self) -> &Path {
        let file = match self {
            Self::Sqlite(path) => path,
            #[cfg(feature = "postgres")]
            Self::Postgres { .. } => Path::new(DATABASE),
        };
        file.parent().unwrap_or(Path::new("."))
    }

    /// Opens it for this gateway.
    pub(crate) fn open(&self, keyring: Option<Arc<Keyring>>) -> Result<SqlStore, OpenError> {
        match self {
            Self::Sqlite(path) => SqlStore::open_sealed(path, SqliteOptions::default(), keyring),
            #[cfg(feature = "postgres")]
            Self::Postgres { url, connection_count } => {
                let reader_count = connection_count.saturating_sub(1).max(1);
                let options = PostgresOptions { reader_count, ..PostgresOptions::default() };
                SqlStore::connect_sealed(url.expose(), options, keyring)
            }
        }
    }

    /// Where it is, to export from it or to import into it.
    pub(crate) fn place(&self) -> Place<'_> {
        match self {
            Self::Sqlite(path) => Place::Sqlite(path),
            #[cfg(feature = "postgres")]
            Self::Postgres { url, .. } => Place::Postgres(url.expose()),
        }
    }

    /// The directory in it, if a gateway has ever used it.
    pub(crate) fn read_directory(&self) -> Result<Option<DirectoryRows>, OpenError> {
        match self {
            Self::Sqlite(path) => path.exists().then(|| SqlStore::read_directory(path)).transpose(),
            #[cfg(feature = "postgres")]
            Self::Postgres { url, .. } => SqlStore::read_remote_directory(url.expose()),
        }
    }
}

/// What `database` and `database_connections` say.
pub(super) fn read_database<'a>(reader: &mut Reader<'a>, root: &Section<'a>) -> Option<DatabaseConfig> {
    let count = reader.number(root, "database_connections").map(usize::try_from);
    if !root.entries().any(|(key, _)| key == "database") {
        return Some(DatabaseConfig::Sqlite(PathBuf::from(DATABASE)));
    }
    let url = reader.secret(root, "database")?;
    let parsed = DatabaseConfig::parse(url.expose());
    match (parsed, count) {
        (Err(problem), _) => {
            reader.problem_at(root, "database", problem);
            None
        }
        #[cfg(feature = "postgres")]
        (Ok(DatabaseConfig::Postgres { url, .. }), Some(Ok(connection_count @ 2..=100))) => {
            Some(DatabaseConfig::Postgres { url, connection_count })
        }
        (Ok(database), None) => Some(database),
        (Ok(_), Some(_)) => {
            let remedy = "is for PostgreSQL, and from 2 (one writes, the others read) to 100";
            reader.problem_at(root, "database_connections", remedy);
            None
        }
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_file_or_a_server() {
        assert!(
            matches!(DatabaseConfig::parse("sqlite:a/b.db"), Ok(DatabaseConfig::Sqlite(path)) if path == Path::new("a/b.db"))
        );
        let server = DatabaseConfig::parse("postgres://shop:s3cret@db.internal/ledger").expect("parses");
        assert!(!format!("{server:?}").contains("s3cret"), "{server:?}");
        assert_eq!(server.folder(), Path::new("portone-data"));
        for wrong in ["mysql://shop:s3cret@db.internal/ledger", "sqlite:", "shop.db"] {
            let refused = DatabaseConfig::parse(wrong).expect_err("is refused");
            assert!(!refused.contains("s3cret") && refused.contains("postgres://"), "{refused}");
        }
    }
}
