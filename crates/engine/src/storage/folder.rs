//! A data folder: its lock, and the worlds in it.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::storage::StorageError;

/// The suffix of a log.
pub(super) const LOG_SUFFIX: &str = ".log";
/// The suffix of a rows file.
pub(super) const ROWS_SUFFIX: &str = ".rows.redb";

/// The file that a server locks.
const LOCK: &str = "lock";

/// The name of a world, which its files begin with.
pub fn world_name(number: u32) -> String {
    format!("world-{number}")
}

/// The path of the log of a world with this name.
pub fn log_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{LOG_SUFFIX}"))
}

/// The path of the rows of a world with this name.
pub fn rows_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{ROWS_SUFFIX}"))
}

fn failed(folder: &Path) -> impl Fn(std::io::Error) -> StorageError {
    let path = format!("data folder {}", folder.display());
    move |source| StorageError::Folder { path: path.clone(), source }
}

/// Locks a folder, created if missing, against other processes until the file is dropped.
pub fn lock(folder: &Path) -> Result<File, StorageError> {
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    let lock = options.open(folder.join(LOCK)).map_err(failed(folder))?;
    held(lock.try_lock(), folder).map(|()| lock)
}

fn held(lock: Result<(), TryLockError>, folder: &Path) -> Result<(), StorageError> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: folder.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(folder)(source)),
    }
}

/// Keeps servers out of a folder while it is read, without changing it; `None` when no server has ever used it.
pub fn lock_for_reading(folder: &Path) -> Result<Option<File>, StorageError> {
    let lock = match File::open(folder.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(folder)(error)),
    };
    held(lock.try_lock_shared(), folder).map(|()| Some(lock))
}

/// The names of the worlds in an existing folder, sorted.
pub fn worlds(folder: &Path) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let name = entry.map_err(failed(folder))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(ROWS_SUFFIX)).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}
