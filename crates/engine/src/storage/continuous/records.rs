//! Reads the records of a segment, one after the other.

use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::segment::{FoundRecord, INDEX_RECORD, Segment, damaged};
use crate::storage::store::salt_of;
use crate::storage::store::{SECTOR_BYTES, Sector, read_sector};

/// How much is read at once.
const READ_BYTES: usize = 1 << 20;
const _: () = assert!(READ_BYTES.is_multiple_of(SECTOR_BYTES));

/// Reads the records of a segment that count. A record at the end of an open segment that was never finished is no record.
pub(super) struct Records<'a> {
    segment: &'a Segment,
    /// Where the next record begins.
    at: u64,
    buffer: Vec<u8>,
    buffered_at: u64,
    read_bytes: usize,
    /// The number that must come next, if that is known.
    next: Option<u64>,
    is_over: bool,
}

impl<'a> Records<'a> {
    /// Those from this place on, the first of which has this number if that is known.
    pub(super) fn new(segment: &'a Segment, at: u64, next: Option<u64>) -> Self {
        Self { segment, at, buffer: Vec::new(), buffered_at: at, read_bytes: READ_BYTES, next, is_over: false }
    }

    /// The same, reading this many bytes at once.
    pub(super) fn reading(self, read_bytes: usize) -> Self {
        Self { read_bytes, ..self }
    }

    /// The sector at this place; `None` at the end.
    fn sector(&mut self, at_byte: u64) -> Result<Option<[u8; SECTOR_BYTES]>, ArchiveError> {
        let end = self.segment.records_end();
        if at_byte + SECTOR_BYTES as u64 > end {
            return Ok(None);
        }
        let is_buffered =
            |from: u64, length: usize| at_byte >= from && at_byte + SECTOR_BYTES as u64 <= from + length as u64;
        if !is_buffered(self.buffered_at, self.buffer.len()) {
            let length = self.read_bytes.min(usize::try_from(end - at_byte).unwrap_or(self.read_bytes));
            self.buffer.resize(length, 0);
            self.buffered_at = at_byte;
            self.segment.read(at_byte, &mut self.buffer)?;
        }
        let from = (at_byte - self.buffered_at) as usize;
        Ok(self.buffer[from..].first_chunk().copied())
    }

    fn read(&mut self) -> Result<Option<FoundRecord>, ArchiveError> {
        if self.next.is_some_and(|next| !self.segment.counts(next)) {
            return Ok(None);
        }
        let (began_at, salt) = (self.at, salt_of(self.segment.head.world));
        let mut record: Option<FoundRecord> = None;
        let mut at_byte = began_at;
        for index in 0.. {
            let Some(sector) = self.sector(at_byte)? else {
                return if record.is_some() { self.unfinished(at_byte) } else { Ok(None) };
            };
            let part = match read_sector(salt, &sector) {
                Sector::Part(part) if part.record == INDEX_RECORD => return self.unfinished(at_byte),
                Sector::Part(part) => part,
                Sector::Blank => return self.unfinished(at_byte),
                Sector::Damaged => return Err(damaged(&self.segment.path, at_byte)),
            };
            let number = record.as_ref().map(|record| record.number).or(self.next).unwrap_or(part.record);
            if (part.record, part.index) != (number, index) {
                return Err(damaged(&self.segment.path, at_byte));
            }
            let record = record.get_or_insert_with(|| FoundRecord {
                number,
                epoch: part.epoch,
                bytes: Vec::new(),
                sector: (began_at / SECTOR_BYTES as u64) as u32,
            });
            record.bytes.extend_from_slice(part.payload);
            at_byte += SECTOR_BYTES as u64;
            if part.is_last {
                break;
            }
        }
        self.at = at_byte;
        self.next = record.as_ref().map(|record| record.number + 1);
        Ok(record)
    }

    /// A record or an index that ends too early: its process died while it was written, unless more follows, or the segment
    /// was closed.
    fn unfinished(&mut self, at_byte: u64) -> Result<Option<FoundRecord>, ArchiveError> {
        if self.segment.tail.is_some() {
            return Err(damaged(&self.segment.path, at_byte));
        }
        let mut later = at_byte;
        while let Some(sector) = self.sector(later)? {
            match read_sector(salt_of(self.segment.head.world), &sector) {
                Sector::Blank => {}
                Sector::Part(part) if part.record == INDEX_RECORD => {}
                _ => return Err(damaged(&self.segment.path, at_byte)),
            }
            later += SECTOR_BYTES as u64;
        }
        Ok(None)
    }
}

impl Iterator for Records<'_> {
    type Item = Result<FoundRecord, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let found = self.read().transpose();
        self.is_over = !matches!(found, Some(Ok(_)));
        found
    }
}
