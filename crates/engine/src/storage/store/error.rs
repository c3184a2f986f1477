//! What is wrong with the files of a world, and what an operator can do about it.

use crate::clock::shown_utc;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::store::FORMAT;
use crate::storage::stored::RowDamage;

/// A storage failure. What was confirmed is safe; nothing more can be confirmed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process has the files open.
    #[error("{path} is in use by another server; stop that one first, or give this one another --data folder")]
    InUse {
        /// The file.
        path: String,
    },
    /// The database or the disk under it failed.
    #[error("cannot {action}: {source}")]
    Failed {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: Box<redb::Error>,
    },
    /// A file cannot be opened as a database.
    #[error("cannot open {path}: {source}. If it is damaged, put back a copy of this world")]
    Open {
        /// The file.
        path: String,
        /// Why.
        source: Box<redb::Error>,
    },
    /// The log does not continue where the rows end.
    #[error(
        "the rows end with log record {folded} but {file} goes on with {found}: the rows are an older copy, or the log \
         has lost what lies between. Put all files of this world back from the same copy"
    )]
    Gap {
        /// The log.
        file: String,
        /// The last record in the rows.
        folded: u64,
        /// The first record in the log.
        found: u64,
    },
    /// A file of the world is not there, or is empty.
    #[error(
        "{file} is missing or empty, and the other files of this world tell of changes in it. Put it back if it was moved; \
         otherwise put the whole world back from a copy, into a folder without the files of this one"
    )]
    Missing {
        /// The file.
        file: String,
    },
    /// A file is shorter than it was made.
    #[error("{file} was cut: {length} bytes are no length that it can have. Put the world back from a copy")]
    Cut {
        /// The file.
        file: String,
        /// Its length in bytes.
        length: u64,
    },
    /// A file is not what was written into it.
    #[error("{file} is damaged at byte {at}. Check the disk, and put the world back from a copy")]
    Damaged {
        /// The file.
        file: String,
        /// Where.
        at: u64,
    },
    /// Rows are not those that were written.
    #[error(
        "{file} is damaged: {damage}. Check the disk; `raidkeep verify` tells what else is damaged; then put the world \
         back from a copy"
    )]
    RowsDamaged {
        /// The file.
        file: String,
        /// The row, or the rows.
        damage: RowDamage,
    },
    /// Files of two worlds beside each other.
    #[error(
        "{file} belongs to another world than the rows beside it. Put each world's files back under their own names"
    )]
    OfAnotherWorld {
        /// The file.
        file: String,
    },
    /// The log, or the rows, end before what was answered.
    #[error(
        "{file} ends with record {last}, but the world has answered up to record {answered} ({}): it or the rows are an older copy, \
         or were cut. Put back the files that were there; otherwise put the world back from a copy", shown_utc(*moment_ms)
    )]
    Lost {
        /// The log.
        file: String,
        /// The last record that is there.
        last: u64,
        /// The last record that was answered.
        answered: u64,
        /// The world's clock at that record, in unix milliseconds.
        moment_ms: i64,
    },
    /// Somebody else has taken the world over.
    #[error(
        "epoch {by} has taken this world over, so that epoch {epoch} may answer nothing any more. If no other server should \
         have it, stop that one and start this one again"
    )]
    Fenced {
        /// The epoch that was fenced.
        epoch: Epoch,
        /// The epoch that has the world now.
        by: Epoch,
    },
    /// A world that is opened again lacks something that it has answered.
    #[error(
        "{file} ends with change {last}, but the world has answered up to change {answered}: the files are an older copy, or \
         the disk has lost what it had confirmed. Put back the files that were there; otherwise put the world back from a copy"
    )]
    Behind {
        /// The rows.
        file: String,
        /// The last batch that is there.
        last: BatchNumber,
        /// The last batch that was answered.
        answered: BatchNumber,
    },
    /// Where a world was, there are files of another one.
    #[error("{file} belongs to another world than the one that was here. Put this world's files back")]
    Replaced {
        /// The rows.
        file: String,
    },
    /// There is no loss to accept.
    #[error(
        "{world} has all that it has answered; there is nothing to accept. If a server refuses it, see what it says"
    )]
    NothingLost {
        /// The world.
        world: String,
    },
    /// A copy of the rows was put beside the log of another time.
    #[error(
        "the rows are a copy, and {file} is of another time. Put a copy into a folder without the other files of its world"
    )]
    CopyBesideLog {
        /// The log.
        file: String,
    },
    /// A record of a log in a database is not what was written.
    #[error(
        "record {record} of {log} is not what was written. Check the database and its disks, and put the world back from a copy"
    )]
    RecordDamaged {
        /// The log.
        log: String,
        /// Which record.
        record: u64,
    },
    /// A log in a database lacks records that the world has answered.
    #[error(
        "{log} lacks record {missing}, but the world has answered up to record {answered}: somebody deleted it, or the \
         database is an older one. Let the nodes have the database that was there; otherwise put the world back from a copy"
    )]
    LogIncomplete {
        /// The log.
        log: String,
        /// The first record that is not there.
        missing: u64,
        /// The last record that was answered.
        answered: u64,
    },
    /// A world that was to be brought into a database is in it already.
    #[error("the database has a {world} already; nothing was changed")]
    IsThere {
        /// The world.
        world: String,
    },
    /// Another node has the world.
    #[error("node {node} has {world}")]
    Elsewhere {
        /// The world.
        world: String,
        /// The node.
        node: String,
    },
    /// A database failed, or did not answer in time.
    #[error("cannot {action} in the database: {what}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// What it said, or did not.
        what: String,
    },
    /// A later program made the files.
    #[error(
        "the files have format {found}; this program knows format {FORMAT}. Use the program that wrote them, or a newer one"
    )]
    FromTheFuture {
        /// In the files.
        found: u64,
    },
    /// A row of the world cannot be read.
    #[error("table {table}: {source}")]
    Row {
        /// The table.
        table: &'static str,
        /// What is wrong with the row.
        source: crate::storage::RowError,
    },
    /// The folder cannot be used.
    #[error("cannot use the {path}: {source}")]
    Folder {
        /// What it is for, and where it is.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl StorageError {
    /// What a log says that has failed before.
    pub(in crate::storage) fn stopped() -> Self {
        io_failed("write the log")(std::io::Error::other("an earlier write failed"))
    }

    /// Whether the cause lies outside of the stores, such as a disk that is full or a node that has the world, so that opening
    /// them again may help.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Failed { .. }
                | Self::Folder { .. }
                | Self::InUse { .. }
                | Self::Database { .. }
                | Self::Fenced { .. }
                | Self::Elsewhere { .. }
        )
    }
}

pub(in crate::storage) fn failed<E: Into<redb::Error>>(action: &'static str) -> impl FnOnce(E) -> StorageError {
    move |error| StorageError::Failed { action, source: Box::new(error.into()) }
}

/// A failure of the files beside the database.
pub(super) fn io_failed(action: &'static str) -> impl Fn(std::io::Error) -> StorageError {
    move |error| StorageError::Failed { action, source: Box::new(redb::Error::Io(error)) }
}
