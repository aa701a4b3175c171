//! `portone export` and `portone import`: a ledger as lines of JSON, and back.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use portone_store::transfer::{self, Moved, Progress, Stamp};

use crate::cli::{ExportArgs, ImportArgs};
use crate::config::Config;
use crate::serve::configuration;
use crate::system::{Failure, system_time};

/// After how many rows of a table people are told how far it is.
const TOLD_ROW_COUNT: u64 = 100_000;

/// Writes the ledger to a file, or to standard output.
pub(crate) fn export(args: &ExportArgs) -> Result<(), Failure> {
    let database = configuration(&args.serve)?.database;
    let made_by = concat!("portone ", env!("CARGO_PKG_VERSION"));
    let stamp = Stamp { made_by, made_at: system_time() };
    let place = database.place();
    let moved = match &args.to {
        Some(path) => {
            let target = Target::create(path)?;
            let mut out = BufWriter::new(&target.file);
            let moved = transfer::export(place, stamp, &mut out, &mut tell("exported"))?;
            drop(out);
            target.keep()?;
            moved
        }
        None if io::stdout().is_terminal() => {
            return Err("an export holds what PGs can be charged with: name a file with --to, or send standard output \
                 to one"
                .into());
        }
        None => transfer::export(place, stamp, &mut io::stdout().lock(), &mut tell("exported"))?,
    };
    eprintln!("{}", summary("exported", &moved));
    Ok(())
}

/// Fills an empty database from a file, or from standard input.
pub(crate) fn import(args: &ImportArgs) -> Result<(), Failure> {
    let Config { database, keyring, .. } = configuration(&args.serve)?;
    let (place, keyring) = (database.place(), keyring.as_deref());
    let moved = match &args.from {
        Some(path) => {
            let file =
                File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            transfer::import(place, &mut BufReader::new(file), keyring, &mut tell("imported"))?
        }
        None => transfer::import(place, &mut io::stdin().lock(), keyring, &mut tell("imported"))?,
    };
    eprintln!("{}", summary("imported", &moved));
    Ok(())
}

/// Tells how far a long table is.
fn tell(done: &'static str) -> impl FnMut(Progress) {
    let mut told = 0;
    move |Progress { table, row_count }| {
        if row_count < told {
            told = 0;
        }
        if row_count - told >= TOLD_ROW_COUNT {
            told = row_count;
            eprintln!("portone: {done} {row_count} rows of {table} so far");
        }
    }
}

fn summary(done: &str, moved: &Moved) -> String {
    let count = |table| moved.rows.get(table).copied().unwrap_or_default();
    format!(
        "portone: {done} {} rows of {} tables ({} transactions, {} billing keys, {} schedules), sha256 {}",
        moved.rows.values().sum::<u64>(),
        moved.rows.len(),
        count("transactions"),
        count("billing_keys"),
        count("payment_schedules"),
        moved.sha256
    )
}

/// A file that is there when all of it is: until then it has another name.
struct Target {
    file: File,
    partial: PathBuf,
    path: PathBuf,
}

impl Target {
    /// Makes it, for its owner alone.
    fn create(path: &Path) -> Result<Self, Failure> {
        if path.exists() {
            return Err(format!("{} is there already: name another file", path.display()).into());
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".part");
        let partial = PathBuf::from(partial);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file =
            options.open(&partial).map_err(|error| format!("cannot write {}: {error}", partial.display()))?;
        Ok(Self { file, partial, path: path.to_owned() })
    }

    /// Makes it durable under its name.
    fn keep(mut self) -> Result<(), Failure> {
        self.file.flush()?;
        self.file.sync_all()?;
        std::fs::rename(&self.partial, &self.path)?;
        Ok(())
    }
}
