//! The files of a database: whose they are, and that one process has them.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use crate::sql::OpenError;

/// How often a lock that is taken is tried again, and after how long: half a second in all.
const LOCK_TRY_COUNT: u32 = 25;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// What SQLite puts beside a database, after its name.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Makes the folder and the database file where there is none, takes the lock, and shuts everybody else out. The lock
/// lives as long as the returned file; the system drops it with the process.
pub(super) fn prepare(database: &Path) -> Result<File, OpenError> {
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(at(folder))?;
    }
    let lock_path = beside(database, ".lock");
    let lock = open_private(&lock_path).map_err(at(&lock_path))?;
    match taken(&lock) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OpenError::InUse { database: database.to_owned(), lock: lock_path });
        }
        Err(TryLockError::Error(problem)) => return Err(at(&lock_path)(problem)),
    }
    // SQLite gives its companions the mode of the database, which therefore has to be there before. Not later: closing a
    // second handle on an open database would drop the locks SQLite has on it.
    open_private(database).map_err(at(database))?;
    for suffix in COMPANIONS {
        let companion = beside(database, suffix);
        if companion.exists() {
            open_private(&companion).map_err(at(&companion))?;
        }
    }
    Ok(lock)
}

/// Takes a lock. A process that ends, or that is just starting another one, may have it for a moment longer.
fn taken(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRY_COUNT {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            taken => return taken,
        }
    }
    lock.try_lock()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_owned();
    move |problem| OpenError::File { path, problem }
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    name.into()
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}
