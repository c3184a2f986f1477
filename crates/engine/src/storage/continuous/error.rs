//! What is wrong with an archive, and what an operator can do about it.

use std::path::Path;

use crate::clock::shown_utc;
use crate::outside::Epoch;
use crate::storage::StorageError;
use crate::storage::proof::CopyError;

/// Why an archive cannot be written, read or restored from.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The disk.
    #[error("cannot {action} {file}: {source}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// The file.
        file: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A file is not what was written into it.
    #[error(
        "{file} is damaged at byte {at}. Check the disk; `raidkeep archive verify` tells what is damaged and from when to \
         when worlds can be restored"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Where.
        at: u64,
    },
    /// A base is damaged.
    #[error("{file} cannot be restored from: {source}. `raidkeep archive verify` tells what is left")]
    Base {
        /// The file.
        file: String,
        /// What is wrong.
        source: Box<StorageError>,
    },
    /// Records are not there.
    #[error(
        "before {file}, records {from} to {until} are missing. Put the segments back that were there; otherwise restore to \
         a moment before that, or from a later base: `raidkeep archive verify` tells which there are"
    )]
    Missing {
        /// The segment behind them, or where it should be.
        file: String,
        /// The first record.
        from: u64,
        /// The last one.
        until: u64,
    },
    /// A segment is not there.
    #[error(
        "{file} is missing, which begins with record {from}. Put it back; otherwise restore to a moment before that, or from \
         a later base: `raidkeep archive verify` tells which there are"
    )]
    Gone {
        /// The segment.
        file: String,
        /// Its first record.
        from: u64,
    },
    /// The moment lies where the archive has nothing.
    #[error(
        "the archive in {folder} has a gap from {} to {}: {why}. Restore to a moment outside of it", shown_utc(*from_ms),
        until_ms.map_or_else(|| "its end".to_owned(), shown_utc)
    )]
    Gap {
        /// The archive of the world.
        folder: String,
        /// The last moment before it.
        from_ms: i64,
        /// The first moment after it that can be restored, if there is one.
        until_ms: Option<i64>,
        /// Why it arose.
        why: String,
    },
    /// There is no base to begin with.
    #[error("the archive in {folder} has no base of {} or before; `raidkeep archive verify` tells which there are", shown_utc(*to_ms))]
    NoBase {
        /// The archive of the world.
        folder: String,
        /// The moment.
        to_ms: i64,
    },
    /// There is nothing of this world.
    #[error("there is no archive in {folder}; --archive names the folder of the setting archive.folder")]
    Nothing {
        /// The folder.
        folder: String,
    },
    /// The folder has the archive of another world.
    #[error("{file} belongs to another world. Give each world's archive a folder of its own (archive.folder)")]
    OfAnotherWorld {
        /// A file in it.
        file: String,
    },
    /// Another node has taken the world over, and its archive.
    #[error("the archive in {folder} is carried on by epoch {epoch}, which has taken the world over")]
    Elsewhere {
        /// The archive of the world.
        folder: String,
        /// The later epoch.
        epoch: Epoch,
    },
    /// A restore into a folder that is in use.
    #[error(
        "{folder} is not empty. Restore into a folder that is empty or does not exist yet, and look at it before you use it"
    )]
    NotEmpty {
        /// The folder.
        folder: String,
    },
    /// A folder that is no backup.
    #[error(
        "{file} is there: this is a data folder and no backup. Start a server on it, or on a copy of all its files"
    )]
    NoBackup {
        /// The log in it.
        file: String,
    },
    /// The rows.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// A copy of them.
    #[error("{0}")]
    Copy(#[from] CopyError),
}

/// A failure of the disk at a file.
pub(super) fn at<'a>(action: &'static str, file: &'a Path) -> impl Fn(std::io::Error) -> ArchiveError + 'a {
    move |source| ArchiveError::Io { action, file: file.display().to_string(), source }
}
