//! A rows file that a loss of power left while it was made: it has its length, and nothing yet that makes it a database.
//!
//! The database's library writes the first page, then what says that it is a database, and only then anything else. Such
//! a file never held a row, so a world may be made there.

use redb::StorageBackend;

use crate::storage::StorageError;
use crate::storage::store::files::{FileRole, Files};
use crate::storage::store::io_failed;

/// What a database begins with.
const MAGIC_BYTES: usize = 9;
const PAGE_BYTES: u64 = 4096;
const CHUNK_BYTES: usize = 1 << 20;

/// Whether the rows are such a file.
pub(super) fn is_half_made(files: &dyn Files) -> Result<bool, StorageError> {
    let length = files.length(FileRole::Rows)?;
    if length == 0 {
        return Ok(false);
    }
    let file = files.open(FileRole::Rows)?;
    let mut begin = vec![0; MAGIC_BYTES.min(usize::try_from(length).unwrap_or(MAGIC_BYTES))];
    read(&*file, 0, &mut begin)?;
    Ok(begin.iter().all(|byte| *byte == 0) && is_blank_behind(&*file, length)?)
}

/// Makes it an empty file, as if it were not there.
pub(super) fn begin_anew(files: &dyn Files) -> Result<(), StorageError> {
    files.open(FileRole::Rows)?.set_len(0).map_err(io_failed("begin the rows anew"))
}

fn is_blank_behind(file: &dyn StorageBackend, length: u64) -> Result<bool, StorageError> {
    let mut at = PAGE_BYTES;
    let mut chunk = vec![0; CHUNK_BYTES];
    while at < length {
        let count = usize::try_from(length - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        read(file, at, &mut chunk[..count])?;
        if chunk[..count].iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        at += count as u64;
    }
    Ok(true)
}

fn read(file: &dyn StorageBackend, at: u64, out: &mut [u8]) -> Result<(), StorageError> {
    file.read(at, out).map_err(io_failed("read the rows"))
}
