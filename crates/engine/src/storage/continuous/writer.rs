//! Writes the segment that is open.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::outside::Epoch;
use crate::storage::batch::batches;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::folder::{WorldFolder, open_private};
use crate::storage::continuous::segment::{HEAD_BYTES, Head, INDEX_RECORD, Place, Tail};
use crate::storage::continuous::touches::Touches;
use crate::storage::store::{LogRecord, salt_of};
use crate::storage::store::{SECTOR_BYTES, into_sectors};

/// Sectors are gathered up to this size before they are written.
const WRITE_BYTES: usize = 1 << 20;

/// The open segment.
pub(super) struct SegmentWriter {
    path: PathBuf,
    file: File,
    pub(super) head: Head,
    /// What was not written yet.
    pending: Vec<u8>,
    /// Where that goes.
    written: u64,
    touches: Touches,
    first_ms: Option<i64>,
    /// The last record, written or not.
    pub(super) last: Option<Place>,
    needs_sync: bool,
}

impl SegmentWriter {
    /// Begins a segment.
    pub(super) fn begin(folder: &WorldFolder, head: Head) -> Result<Self, ArchiveError> {
        let path = folder.segment(head.name);
        let file = open_private(&path)?;
        file.set_len(0).map_err(at("write", &path))?;
        file.write_all_at(&head.to_bytes(), 0).map_err(at("write", &path))?;
        file.sync_data().map_err(at("sync", &path))?;
        folder.sync()?;
        Ok(Self {
            path,
            file,
            head,
            pending: Vec::new(),
            written: HEAD_BYTES as u64,
            touches: Touches::default(),
            first_ms: None,
            last: None,
            needs_sync: false,
        })
    }

    /// The length in bytes, without an index.
    pub(super) fn bytes(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    /// Adds a record.
    pub(super) fn push(&mut self, epoch: Epoch, record: &LogRecord) -> Result<(), ArchiveError> {
        let sector = (self.bytes() / SECTOR_BYTES as u64) as u32;
        self.touches.add(sector, &record.bytes, &self.head.players);
        self.pending.extend(into_sectors(salt_of(self.head.world), record.number, epoch, &record.bytes));
        let mut moments = batches(&record.bytes).map(|batch| batch.moment_ms);
        let first_ms = moments.next().unwrap_or_default();
        self.first_ms.get_or_insert(first_ms);
        self.last = Some(Place { record: record.number, epoch, moment_ms: moments.last().unwrap_or(first_ms) });
        if self.pending.len() >= WRITE_BYTES { self.write() } else { Ok(()) }
    }

    /// Writes what is pending.
    pub(super) fn write(&mut self) -> Result<(), ArchiveError> {
        if !self.pending.is_empty() {
            self.file.write_all_at(&self.pending, self.written).map_err(at("write", &self.path))?;
            self.written += self.pending.len() as u64;
            self.pending.clear();
            self.needs_sync = true;
        }
        Ok(())
    }

    /// Waits until everything is on disk.
    pub(super) fn sync(&mut self) -> Result<(), ArchiveError> {
        self.write()?;
        if self.needs_sync {
            self.file.sync_data().map_err(at("sync", &self.path))?;
            self.needs_sync = false;
        }
        Ok(())
    }

    /// Whether something is not on disk yet.
    pub(super) fn needs_sync(&self) -> bool {
        self.needs_sync || !self.pending.is_empty()
    }

    /// Writes index and tail.
    pub(super) fn close(mut self) -> Result<(), ArchiveError> {
        self.sync()?;
        let (Some(first_ms), Some(last)) = (self.first_ms, self.last) else {
            return Ok(());
        };
        let records_end = self.written;
        self.pending = into_sectors(salt_of(self.head.world), INDEX_RECORD, last.epoch, &self.touches.to_bytes());
        // A tail says that the index is there.
        self.sync()?;
        self.pending = Tail { first_ms, last, records_end }.to_bytes().to_vec();
        self.sync()
    }
}
