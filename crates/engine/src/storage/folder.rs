//! A data folder: its lock, and the worlds in it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::storage::StorageError;

/// The suffix of a rows file.
pub(super) const ROWS_SUFFIX: &str = ".rows.redb";

/// The name of a world, which its files begin with.
pub fn world_name(number: u32) -> String {
    format!("world-{number}")
}

/// The path of the log of a world with this name.
pub fn log_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log.redb"))
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
    let file = folder.join("lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(file).map_err(failed(folder))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: folder.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(folder)(source)),
    }
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
