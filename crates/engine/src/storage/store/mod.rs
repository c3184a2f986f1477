//! The files of a world: a log of batches, the rows it is folded into, and a mark of how far the world has answered.
//!
//! A commit to the log is what makes an answer final. Folding writes each row once, no matter how often it changed, and
//! to a file of its own, so it never holds up a commit. After a crash the unfolded tail of the log is folded before
//! anything else happens.

use std::path::Path;

use redb::{Database, TableDefinition};

use crate::numbers::BatchNumber;
use crate::outside::world_name;
use crate::storage::disk::Disks;
use crate::storage::log_store::LogStore;
use crate::storage::store::files::{FileRole, Files, Folder, ReadOnlyFolder};
use crate::storage::store::log::{FileLog, answered_by, is_unused};
use crate::storage::store::mark::{Answered, Mark};
use crate::storage::store::passed::Passed;

mod error;
mod files;
mod half_made;
mod identity;
mod legacy;
mod log;
mod mark;
mod migrate;
mod overlay;
mod pages;
mod passed;
mod reached;
mod redb_fold;
mod redb_moment;
mod redb_rows;
mod reopen;
mod rows_file;
mod sector;

pub use crate::storage::log_store::{Log, LogRecord};
pub use error::StorageError;
pub(super) use error::failed;
use error::io_failed;
pub(in crate::storage) use log::salt_of;
pub(super) use overlay::Overlay;
pub use reached::Reached;
pub(in crate::storage) use redb_moment::RedbMoment;
pub use reopen::Answering;
pub use rows_file::RowsFile;
pub(in crate::storage) use rows_file::{file_name, write_meta};
pub(super) use sector::{SECTOR_BYTES, Sector, checksum_of, into_sectors, read_sector};

pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
pub(super) const META_LAST_BATCH: &str = "last_batch";
/// Present in a copy, which has no log beside it.
pub(super) const META_COPY: &str = "copy";

/// The file format. Format 1 had no deletion by key prefix; formats 1 and 2 had the log in a database, and rows without
/// checksums.
const FORMAT: u64 = 3;
const ROWS_CACHE_BYTES: usize = 128 << 20;

/// A player's rows: one list of (key, value) for each player table, in the tables' order.
pub type LoadedPlayer = Vec<Vec<(Vec<u8>, Vec<u8>)>>;

/// A world's storage, just opened and recovered.
#[derive(Debug)]
pub struct Store {
    /// The log, where batches are committed.
    pub log: Log,
    /// The rows, where batches are folded to and read from.
    pub rows: RowsFile,
    /// What recovery found.
    pub recovered: Recovered,
}

/// The state of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Number of the last batch; 0 for a new world.
    pub last_batch: BatchNumber,
    /// The world's clock at that batch, in unix milliseconds; `None` for a new world.
    pub moment_ms: Option<i64>,
    /// Log records that a crash had left unfolded.
    pub folded_at_start: u64,
    /// Whether the world was not closed in an orderly way.
    pub was_cut_off: bool,
    /// Whether the files were a copy, of which this is the first start.
    pub was_copy: bool,
}

/// A world that was made usable although something of it is lost.
#[derive(Debug)]
pub struct AcceptedLoss {
    /// Why it was refused before.
    pub refused: StorageError,
    /// The last batch that it has.
    pub last_batch: BatchNumber,
    /// The world's clock at that batch, in unix milliseconds.
    pub moment_ms: i64,
    /// Where the files of before are.
    pub kept: [std::path::PathBuf; 2],
}

impl Store {
    /// Opens or makes the files of a world in a folder: `NAME.rows.redb`, `NAME.log` and `NAME.mark`.
    ///
    /// # Errors
    /// When they cannot be used, do not belong together, or lack something that was answered.
    pub fn open_folder(folder: &Path, name: &str) -> Result<Self, StorageError> {
        let files = Folder::new(folder, name);
        // Opening repairs what a crash has left. Files that are refused must stay as they were found.
        if files.length(FileRole::Rows)? > 0 {
            files.refuse_open_rows()?;
            drop(Self::read_folder(folder, name)?);
        }
        Self::open(&files, name)
    }

    /// Opens the files of a world without changing them: what recovery would write stays in memory. A copy of the rows
    /// alone is a world too.
    ///
    /// # Errors
    /// As [`open_folder`](Self::open_folder).
    pub fn read_folder(folder: &Path, name: &str) -> Result<Self, StorageError> {
        Self::open(&ReadOnlyFolder::new(folder, name), name)
    }

    /// Opens or makes the files on simulated disks.
    ///
    /// # Errors
    /// As [`open_folder`](Self::open_folder).
    pub fn open_disks(disks: &Disks) -> Result<Self, StorageError> {
        Self::open(disks, &world_name(0))
    }

    /// Makes a world usable whose log or mark is damaged, missing or of another time: folds what can be read of the log
    /// without a gap, puts the old log and mark aside, and begins new ones. Answered changes may be lost.
    ///
    /// # Errors
    /// When the rows cannot be read, or nothing is wrong with the world.
    pub fn accept_loss(folder: &Path, name: &str) -> Result<AcceptedLoss, StorageError> {
        let rows = || Folder::new(folder, name).name(FileRole::Rows);
        let accept = || match Self::read_folder(folder, name) {
            Ok(_) => Err(StorageError::NothingLost { world: name.to_owned() }),
            Err(refused) => Self::begin_anew(&Folder::new(folder, name), name, refused),
        };
        guarded(accept).unwrap_or_else(|| Err(StorageError::Damaged { file: rows(), at: 0 }))
    }

    /// The same on simulated disks.
    ///
    /// # Errors
    /// As [`accept_loss`](Self::accept_loss).
    pub fn accept_loss_on(disks: &Disks) -> Result<AcceptedLoss, StorageError> {
        let name = world_name(0);
        match Self::open_disks(&disks.after_kill()) {
            Ok(_) => Err(StorageError::NothingLost { world: name }),
            Err(refused) => Self::begin_anew(disks, &name, refused),
        }
    }

    /// Whenever the machine loses power in here, the loss can be accepted again, or was.
    fn begin_anew(files: &dyn Files, name: &str, refused: StorageError) -> Result<AcceptedLoss, StorageError> {
        let rows = Self::open_rows(files, name)?;
        let folded = rows.meta()?.folded();
        let world = rows.meta()?.world.unwrap_or_else(rand::random);
        let records = FileLog::salvage(&*files.open(FileRole::Log)?, world, folded.record);
        let mark = Mark::new(files.open(FileRole::Mark)?, world);
        let answered = mark.read(&files.name(FileRole::Mark)).ok().flatten();
        let reached = answered_by(&records, folded.epoch).unwrap_or(folded);
        rows.begin(world, &records)?;
        // Records that were lost keep their numbers, so that none is given twice. The rows know that before the mark goes.
        let begins = Answered { record: reached.record.max(answered.map_or(0, |answered| answered.record)), ..reached };
        rows.skip_to(begins.record)?;
        let kept = [files.put_aside(FileRole::Log)?, files.put_aside(FileRole::Mark)?];
        let mark = Mark::new(files.open(FileRole::Mark)?, world);
        FileLog::create(files.open(FileRole::Log)?, mark, &files.name(FileRole::Log), world, begins)?;
        files.sync_names()?;
        Ok(AcceptedLoss { refused, last_batch: reached.batch, moment_ms: reached.moment_ms, kept })
    }

    fn open_rows(files: &dyn Files, name: &str) -> Result<RowsFile, StorageError> {
        let file = Passed(files.open(FileRole::Rows)?);
        let database = Database::builder().set_cache_size(ROWS_CACHE_BYTES).create_with_backend(file);
        Ok(RowsFile::new(name, database.map_err(|error| files.cannot_open(FileRole::Rows, error))?))
    }

    /// A damaged database may make its library panic; whoever opens it gets an error.
    fn open(files: &dyn Files, name: &str) -> Result<Self, StorageError> {
        let opened = guarded(|| Self::recover(files, name));
        opened.unwrap_or_else(|| Err(StorageError::Damaged { file: files.name(FileRole::Rows), at: 0 }))
    }

    fn recover(files: &dyn Files, name: &str) -> Result<Self, StorageError> {
        let is_half_made = half_made::is_half_made(files)?;
        if (files.length(FileRole::Rows)? == 0 || is_half_made) && tells_of_changes(files)? {
            return Err(StorageError::Missing { file: files.name(FileRole::Rows) });
        }
        if is_half_made {
            half_made::begin_anew(files)?;
        }
        let rows = Self::open_rows(files, name)?;
        let meta = rows.meta()?;
        if let Some(found) = meta.format.filter(|found| *found > FORMAT) {
            return Err(StorageError::FromTheFuture { found });
        }
        let (folded, was_copy) = (meta.folded(), meta.is_copy);
        let (log, records, was_cut_off) = match meta.world.filter(|_| meta.format == Some(FORMAT) && !meta.is_copy) {
            Some(world) => Self::open_log(files, &rows, world, folded)?,
            None => Self::make_log(files, &rows, meta.world.unwrap_or_else(rand::random), folded)?,
        };
        let meta = rows.meta()?;
        let moment_ms = (meta.last_batch > BatchNumber::default()).then_some(meta.moment_ms.cast_signed());
        let recovered =
            Recovered { last_batch: meta.last_batch, moment_ms, folded_at_start: records, was_cut_off, was_copy };
        Ok(Self { log, rows, recovered })
    }

    /// Opens the log beside the rows, and folds what they lack.
    fn open_log(
        files: &dyn Files,
        rows: &RowsFile,
        world: u64,
        folded: Answered,
    ) -> Result<(Log, u64, bool), StorageError> {
        for role in [FileRole::Log, FileRole::Mark] {
            if files.length(role)? == 0 {
                return Err(StorageError::Missing { file: files.name(role) });
            }
        }
        let mark = Mark::new(files.open(FileRole::Mark)?, world);
        let missing = || StorageError::Missing { file: files.name(FileRole::Mark) };
        let answered = mark.read(&files.name(FileRole::Mark))?.ok_or_else(missing)?;
        let was_closed = mark.is_closed()? && answered == folded;
        let name = files.name(FileRole::Log);
        let (log, damaged) = FileLog::open(files.open(FileRole::Log)?, mark, &name, world, [folded, answered])?;
        let records = log.tail(folded.record + 1)?;
        if damaged > 0 {
            tracing::warn!(file = name, damaged, "the log had damaged sectors that nothing needs; check the disk");
        }
        if let Some(reached) = answered_by(&records, folded.epoch) {
            rows.fold(&records)?;
            log.keep_mark(reached)?;
        }
        Ok((log.into_log(), records.len() as u64, !was_closed || !records.is_empty()))
    }

    /// Makes the log of a new world, of a copy, and of a world whose log an earlier program kept in a database.
    fn make_log(
        files: &dyn Files,
        rows: &RowsFile,
        world: u64,
        folded: Answered,
    ) -> Result<(Log, u64, bool), StorageError> {
        if files.length(FileRole::Log)? > 0 && !is_unused(&*files.open(FileRole::Log)?)? {
            return Err(StorageError::CopyBesideLog { file: files.name(FileRole::Log) });
        }
        let records = match files.legacy_log()? {
            Some(log) => legacy::read_tail(&log, folded.record)?,
            None => Vec::new(),
        };
        let reached = answered_by(&records, folded.epoch).unwrap_or(folded);
        let mark = Mark::new(files.open(FileRole::Mark)?, world);
        let log = FileLog::create(files.open(FileRole::Log)?, mark, &files.name(FileRole::Log), world, reached)?;
        files.sync_names()?;
        rows.begin(world, &records)?;
        files.remove_legacy_log()?;
        Ok((log.into_log(), records.len() as u64, false))
    }
}

/// Reads or writes a database, which may make its library panic if it is damaged; `None` when it did.
pub(super) fn guarded<T>(act: impl FnOnce() -> T) -> Option<T> {
    let was_open = OPENS.replace(true);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
    OPENS.set(was_open);
    outcome.ok()
}

thread_local! {
    /// Whether this thread is reading or writing a database, and a panic is an error of its files.
    static OPENS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether a panic of this thread will be reported as an error of the files that it uses, so that nobody else needs to
/// tell of it.
pub fn reports_panics() -> bool {
    OPENS.get()
}

/// Whether the files beside the rows tell of changes, so that rows that are not there are no new world.
fn tells_of_changes(files: &dyn Files) -> Result<bool, StorageError> {
    if files.length(FileRole::Log)? > 0 && !is_unused(&*files.open(FileRole::Log)?)? {
        return Ok(true);
    }
    if files.length(FileRole::Mark)? > 0 && Mark::tells_of_changes(&*files.open(FileRole::Mark)?)? {
        return Ok(true);
    }
    match files.legacy_log()? {
        Some(log) => Ok(!legacy::read_tail(&log, 0)?.is_empty()),
        None => Ok(false),
    }
}
