//! A data folder: who may use it, and which worlds are in it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::storage::StorageError;

/// What the name of a rows file ends with.
pub(super) const ROWS_SUFFIX: &str = ".rows.redb";

/// The name of a world, with which its files begin.
pub fn world_name(number: u32) -> String {
    format!("world-{number}")
}

fn failed(folder: &Path) -> impl Fn(std::io::Error) -> StorageError {
    let path = folder.display().to_string();
    move |source| StorageError::Folder { path: path.clone(), source }
}

/// Keeps everybody else out of a folder, which is made if there is none, until the file is dropped.
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

/// The names of the worlds in a folder that exists, sorted.
pub fn worlds(folder: &Path) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let name = entry.map_err(failed(folder))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(ROWS_SUFFIX)).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}
