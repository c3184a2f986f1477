//! Restores: the world as of a moment, as rows in a folder of its own.

use std::path::Path;

use crate::account::AccountId;
use crate::outside::Epoch;
use crate::storage::RowStore;
use crate::storage::batch::batches;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::folder::WorldFolder;
use crate::storage::continuous::plan::Chain;
use crate::storage::continuous::segment::{FoundRecord, Segment};
use crate::storage::continuous::succession::Succession;
use crate::storage::folder::{log_file, rows_file};
use crate::storage::proof::{CopyError, verify_copy};
use crate::storage::store::{LogRecord, RowsFile, Store};

/// Records are folded when they have this many bytes.
const FOLD_BYTES: usize = 32 << 20;

/// A world that was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// The last record that it has.
    pub record: u64,
    /// The epoch of that record, as far as it is known.
    pub epoch: Epoch,
    /// The world's clock at its last batch, in unix milliseconds.
    pub moment_ms: i64,
    /// How many records were put on top of the base.
    pub records: u64,
    /// The last epoch in the archive.
    pub last_epoch: Epoch,
    /// The id of the world.
    pub world: Option<u64>,
}

/// Restores a world from the archive to a moment (unix milliseconds; `None` = the last one) as a copy of its rows in
/// `folder`, without beginning an epoch.
///
/// # Errors
/// When the archive lacks something that is needed, or it is damaged.
pub fn restore_world(
    archive: &Path,
    world: &str,
    until_ms: Option<i64>,
    folder: &Path,
) -> Result<(RowsFile, Restored), ArchiveError> {
    let of_world = WorldFolder::new(archive, world);
    let chain = Chain::of(&of_world, until_ms)?;
    let base = of_world.base(&chain.base);
    verify_copy(&of_world.path, &chain.base.name())?;
    let rows = copy_base(&base, folder, world)?;
    let reached = rows.reached()?;
    if reached.record != chain.base.record {
        return Err(ArchiveError::Damaged { file: base.display().to_string(), at: 0 });
    }
    let (record, epoch, moment_ms) = (reached.record, reached.epoch, reached.moment_ms);
    let mut restored = Restored { record, epoch, moment_ms, records: 0, last_epoch: epoch, world: reached.world };
    let mut group = Group { rows: &rows, records: Vec::new(), bytes: 0 };
    for segment in &chain.segments {
        if Some(segment.head.world) != reached.world {
            return Err(ArchiveError::OfAnotherWorld { file: segment.path.display().to_string() });
        }
        if !apply(segment, chain.until_ms, &mut restored, &mut group)? {
            break;
        }
    }
    group.fold()?;
    restored.last_epoch = restored.last_epoch.max(last_epoch(&of_world)?);
    Ok((rows, restored))
}

/// The newest epoch that the archive knows of.
fn last_epoch(folder: &WorldFolder) -> Result<Epoch, ArchiveError> {
    let mut last = Epoch::BEFORE;
    for name in folder.segments()? {
        last = last.max(name.owner.map_or(Epoch::BEFORE, |owner| owner.epoch));
    }
    let segments = Succession::of(folder)?.into_segments();
    // What is damaged behind the moment is of no concern.
    let newest = segments.last().and_then(|newest| newest.last().ok().flatten());
    Ok(newest.map_or(last, |newest| last.max(newest.epoch)))
}

/// Puts the records of a segment on top of the rows; whether more may follow.
fn apply(
    segment: &Segment,
    until_ms: Option<i64>,
    restored: &mut Restored,
    group: &mut Group<'_>,
) -> Result<bool, ArchiveError> {
    for record in segment.all_records() {
        let record = record?;
        if record.number <= restored.record {
            continue;
        }
        if record.number != restored.record + 1 {
            let (from, until) = (restored.record + 1, record.number - 1);
            return Err(ArchiveError::Missing { file: segment.path.display().to_string(), from, until });
        }
        let (bytes, is_whole) = until(&record, until_ms);
        if let Some(last) = batches(bytes).last() {
            restored.record = record.number;
            restored.epoch = record.epoch;
            restored.moment_ms = last.moment_ms;
            restored.records += 1;
            group.add(LogRecord { number: record.number, bytes: bytes.into() })?;
        }
        if !is_whole {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The batches of a record up to a moment, and whether these are all of it.
pub(super) fn until(record: &FoundRecord, until_ms: Option<i64>) -> (&[u8], bool) {
    let Some(until_ms) = until_ms else {
        return (&record.bytes, true);
    };
    let mut kept = 0;
    for batch in batches(&record.bytes) {
        if batch.moment_ms > until_ms {
            return (&record.bytes[..kept], false);
        }
        kept += batch.encoded_len();
    }
    (&record.bytes, true)
}

/// Records that are folded together.
struct Group<'a> {
    rows: &'a RowsFile,
    records: Vec<LogRecord>,
    bytes: usize,
}

impl Group<'_> {
    fn add(&mut self, record: LogRecord) -> Result<(), ArchiveError> {
        self.bytes += record.bytes.len();
        self.records.push(record);
        if self.bytes < FOLD_BYTES { Ok(()) } else { self.fold() }
    }

    fn fold(&mut self) -> Result<(), ArchiveError> {
        if !self.records.is_empty() {
            self.rows.fold(&self.records)?;
        }
        self.records.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// The highest number that any account has in the archive, however late.
///
/// # Errors
/// When the archive cannot be read.
pub fn highest_account(archive: &Path, world: &str) -> Result<AccountId, ArchiveError> {
    let mut highest = AccountId(0);
    for segment in Succession::of(&WorldFolder::new(archive, world))?.into_segments() {
        // What is damaged behind the moment is of no concern.
        if let Ok(account) = segment.highest_account() {
            highest = highest.max(account);
        }
    }
    Ok(highest)
}

/// Restores a world from a backup as [`restore_world`] does.
///
/// # Errors
/// When it is damaged, or no backup.
pub fn restore_backup(backup: &Path, world: &str, folder: &Path) -> Result<(RowsFile, Restored), ArchiveError> {
    let file = rows_file(backup, world);
    let log = log_file(backup, world);
    if log.exists() {
        return Err(ArchiveError::NoBackup { file: log.display().to_string() });
    }
    match verify_copy(backup, world) {
        // An earlier version made it: its rows are checked all the same.
        Err(CopyError::Unproven { .. }) => {}
        proven => drop(proven?),
    }
    let rows = copy_base(&file, folder, world)?;
    let reached = rows.reached()?;
    let (record, epoch, moment_ms) = (reached.record, reached.epoch, reached.moment_ms);
    let restored = Restored { record, epoch, moment_ms, records: 0, last_epoch: epoch, world: reached.world };
    Ok((rows, restored))
}

/// Copies a base or a backup into a folder under the world's name, and checks all rows of the copy.
///
/// # Errors
/// When it cannot be copied, or is damaged.
fn copy_base(base: &Path, folder: &Path, world: &str) -> Result<RowsFile, ArchiveError> {
    let to = rows_file(folder, world);
    std::fs::copy(base, &to).map_err(at("copy", base))?;
    std::fs::File::open(&to).and_then(|file| file.sync_all()).map_err(at("sync", &to))?;
    let damaged = |source| ArchiveError::Base { file: base.display().to_string(), source: Box::new(source) };
    let rows = Store::open_copy(folder, world).map_err(damaged)?;
    match rows.damages().map_err(damaged)?.into_iter().next() {
        Some(damage) => Err(damaged(rows.damaged(damage))),
        None => Ok(rows),
    }
}
