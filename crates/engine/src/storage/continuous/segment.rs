//! A segment of the archive: a head, records in the sectors of the log, and, once it is
//! closed, an index of whom they touch and a tail.
//!
//! The head and the tail are blocks of a fixed size: magic, length (u16 in little endian), content, zeros, and a checksum
//! of all that (CRC-32, u32). The index is in sectors too, as a record of a number that no other has.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::outside::Epoch;
use crate::storage::batch::batches;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::owner::SegmentName;
use crate::storage::continuous::records::Records;
use crate::storage::continuous::touches::{TouchKey, Touches, find, highest_account};
use crate::storage::store::salt_of;
use crate::storage::store::{SECTOR_BYTES, Sector, checksum_of, read_sector};

/// The head's length.
pub(super) const HEAD_BYTES: usize = 4096;
/// The tail's length.
pub(super) const TAIL_BYTES: usize = SECTOR_BYTES;
const MAGIC_BYTES: usize = 16;
const HEAD_MAGIC: &[u8; MAGIC_BYTES] = b"raidkeep seg 02\n";
/// Of earlier programs, which wrote into whatever segment was open.
const SHARED_MAGIC: &[u8; MAGIC_BYTES] = b"raidkeep seg 01\n";
const TAIL_MAGIC: &[u8; MAGIC_BYTES] = b"raidkeep end 01\n";
/// The number of the index among the records.
pub(super) const INDEX_RECORD: u64 = u64::MAX;

/// The beginning of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) name: SegmentName,
    /// The one that its owner has found before it; `None` = the archive begins with it.
    pub(super) before: Option<SegmentName>,
    /// The id of the world.
    pub(super) world: u64,
    /// The line it belongs to.
    pub(super) line: u32,
    /// Its first record.
    pub(super) first_record: u64,
    /// Why it begins the line, if it does.
    pub(super) anew: Option<Anew>,
    /// The tables of which each key begins with an account.
    pub(super) players: Vec<String>,
}

/// The same as earlier programs wrote it.
#[derive(Deserialize)]
struct SharedHead {
    world: u64,
    sequence: u64,
    line: u32,
    first_record: u64,
    anew: Option<Anew>,
    players: Vec<String>,
}

impl From<SharedHead> for Head {
    fn from(SharedHead { world, sequence, line, first_record, anew, players }: SharedHead) -> Self {
        let name = SegmentName { sequence, owner: None };
        Self { name, before: name.usual_before(), world, line, first_record, anew, players }
    }
}

/// Why a line begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Anew {
    pub(super) reason: Reason,
    /// The last record that was archived before; `None` = there was none.
    pub(super) after: Option<Place>,
    /// For people.
    pub(super) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Reason {
    /// The archive begins.
    First,
    /// Records could not be archived.
    Gap,
    /// The world was put back to an earlier state.
    PutBack,
}

/// A record of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) record: u64,
    pub(super) epoch: Epoch,
    /// The world's clock at its last batch, in unix milliseconds.
    pub(super) moment_ms: i64,
}

/// The end of a closed segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tail {
    /// The world's clock at the first batch, in unix milliseconds.
    pub(super) first_ms: i64,
    /// The last record.
    pub(super) last: Place,
    /// Where the records end and the index begins, in bytes.
    pub(super) records_end: u64,
}

/// A block with this content.
///
/// # Panics
/// When the content is too long, which is a bug.
fn to_block<const BYTES: usize>(magic: &[u8; MAGIC_BYTES], content: &impl Serialize) -> [u8; BYTES] {
    let content = postcard::to_stdvec(content).expect("what is archived should be plain data");
    let mut block = [0; BYTES];
    block[..MAGIC_BYTES].copy_from_slice(magic);
    let length = u16::try_from(content.len()).expect("a block should be shorter than 64 KiB");
    block[MAGIC_BYTES..MAGIC_BYTES + 2].copy_from_slice(&length.to_le_bytes());
    block[MAGIC_BYTES + 2..MAGIC_BYTES + 2 + content.len()].copy_from_slice(&content);
    let checksum = checksum_of(0, &block[..BYTES - 4]);
    block[BYTES - 4..].copy_from_slice(&checksum.to_le_bytes());
    block
}

fn from_block<T: DeserializeOwned>(magic: &[u8; MAGIC_BYTES], block: &[u8]) -> Option<T> {
    let (checked, checksum) = block.split_last_chunk()?;
    if u32::from_le_bytes(*checksum) != checksum_of(0, checked) {
        return None;
    }
    let (length, rest) = checked.strip_prefix(magic)?.split_first_chunk()?;
    postcard::from_bytes(rest.get(..usize::from(u16::from_le_bytes(*length)))?).ok()
}

impl Head {
    pub(super) fn to_bytes(&self) -> [u8; HEAD_BYTES] {
        to_block(HEAD_MAGIC, self)
    }
}

impl Tail {
    pub(super) fn to_bytes(self) -> [u8; TAIL_BYTES] {
        to_block(TAIL_MAGIC, &self)
    }
}

/// A record as it is found in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundRecord {
    pub(super) number: u64,
    pub(super) epoch: Epoch,
    pub(super) bytes: Vec<u8>,
    /// The sector of the segment where it begins.
    pub(super) sector: u32,
}

impl FoundRecord {
    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        let moment_ms = batches(&self.bytes).last().map_or(0, |batch| batch.moment_ms);
        Place { record: self.number, epoch: self.epoch, moment_ms }
    }
}

/// A segment that is read.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    file: File,
    pub(super) head: Head,
    /// `None` while it is open, or when it was never closed.
    pub(super) tail: Option<Tail>,
    /// The last record that counts; what is behind it was written by a node that had the world no more. `None` = all do.
    pub(super) until: Option<u64>,
    length: u64,
}

impl Segment {
    /// Opens a segment and reads its head and its tail.
    pub(super) fn open(path: PathBuf, name: SegmentName) -> Result<Self, ArchiveError> {
        let file = File::open(&path).map_err(at("open", &path))?;
        let length = file.metadata().map_err(at("read", &path))?.len();
        let mut head = [0; HEAD_BYTES];
        if length < HEAD_BYTES as u64 {
            return Err(damaged(&path, length));
        }
        file.read_exact_at(&mut head, 0).map_err(at("read", &path))?;
        let shared = || from_block::<SharedHead>(SHARED_MAGIC, &head).map(Head::from);
        let head = from_block::<Head>(HEAD_MAGIC, &head).or_else(shared).filter(|head| head.name == name);
        let head = head.ok_or_else(|| damaged(&path, 0))?;
        let mut segment = Self { path, file, head, tail: None, until: None, length };
        segment.tail = segment.read_tail()?;
        Ok(segment)
    }

    /// Waits until what others have written is on disk.
    pub(super) fn sync(&self) -> Result<(), ArchiveError> {
        self.file.sync_all().map_err(at("sync", &self.path))
    }

    /// Whether a record counts.
    pub(super) fn counts(&self, record: u64) -> bool {
        self.until.is_none_or(|until| record <= until)
    }

    /// The tail, if everything before it counts.
    pub(super) fn whole_tail(&self) -> Option<Tail> {
        self.tail.filter(|tail| self.counts(tail.last.record))
    }

    fn read_tail(&self) -> Result<Option<Tail>, ArchiveError> {
        let Some(from) = self.length.checked_sub(TAIL_BYTES as u64).filter(|from| *from >= HEAD_BYTES as u64) else {
            return Ok(None);
        };
        let mut block = [0; TAIL_BYTES];
        self.file.read_exact_at(&mut block, from).map_err(at("read", &self.path))?;
        let tail: Option<Tail> = from_block(TAIL_MAGIC, &block);
        // A tail that can no longer be read must not make it an open segment.
        if tail.is_none() && block.starts_with(&TAIL_MAGIC[..4]) {
            return Err(damaged(&self.path, from));
        }
        Ok(tail)
    }

    /// Where the records end, or at the latest end.
    pub(super) fn records_end(&self) -> u64 {
        self.tail.map_or(self.length, |tail| tail.records_end)
    }

    /// All records.
    pub(super) fn all_records(&self) -> Records<'_> {
        Records::new(self, HEAD_BYTES as u64, Some(self.head.first_record))
    }

    /// It was cut, as far as others know of it.
    pub(super) fn cut(&self) -> ArchiveError {
        damaged(&self.path, self.length)
    }

    /// The bytes from a place on.
    pub(super) fn read(&self, at_byte: u64, out: &mut [u8]) -> Result<(), ArchiveError> {
        self.file.read_exact_at(out, at_byte).map_err(at("read", &self.path))
    }

    /// The world's clock at the first batch; `None` when there is no record.
    pub(super) fn first_ms(&self) -> Result<Option<i64>, ArchiveError> {
        if let Some(tail) = self.whole_tail() {
            return Ok(Some(tail.first_ms));
        }
        let first = self.all_records().next().transpose()?;
        Ok(first.and_then(|record| batches(&record.bytes).next().map(|batch| batch.moment_ms)))
    }

    /// The last record; `None` when there is none.
    pub(super) fn last(&self) -> Result<Option<Place>, ArchiveError> {
        if let Some(tail) = self.whole_tail() {
            return Ok(Some(tail.last));
        }
        let mut last = None;
        for record in self.all_records() {
            last = Some(record?.place());
        }
        Ok(last)
    }

    /// The index, checked.
    pub(super) fn index(&self) -> Result<Option<Vec<u8>>, ArchiveError> {
        let Some(tail) = self.tail else {
            return Ok(None);
        };
        let mut sectors = Vec::new();
        let until = self.length - TAIL_BYTES as u64;
        sectors.resize(usize::try_from(until.saturating_sub(tail.records_end)).unwrap_or_default(), 0);
        self.file.read_exact_at(&mut sectors, tail.records_end).map_err(at("read", &self.path))?;
        let mut index = Vec::with_capacity(sectors.len());
        for (number, sector) in (0..).zip(sectors.as_chunks().0) {
            match read_sector(salt_of(self.head.world), sector) {
                Sector::Part(part) if (part.record, part.index) == (INDEX_RECORD, number) => {
                    index.extend_from_slice(part.payload);
                }
                _ => return Err(damaged(&self.path, tail.records_end + u64::from(number) * SECTOR_BYTES as u64)),
            }
        }
        Ok(Some(index))
    }

    /// The records that may touch one of these keys: by the index, or all of them while there is none.
    pub(super) fn touching(&self, keys: &[TouchKey]) -> Result<Vec<FoundRecord>, ArchiveError> {
        let Some(index) = self.index()? else {
            return self.all_records().collect();
        };
        let mut sectors = Vec::new();
        for key in keys {
            sectors.extend(find(&index, *key).ok_or_else(|| damaged(&self.path, self.records_end()))?);
        }
        sectors.sort_unstable();
        sectors.dedup();
        let read = |sector: u32| {
            let at = u64::from(sector) * SECTOR_BYTES as u64;
            let mut records = Records::new(self, at, None).reading(SECTOR_BYTES * 4);
            records.next().unwrap_or_else(|| Err(damaged(&self.path, at)))
        };
        let counts =
            |record: &Result<FoundRecord, _>| record.as_ref().map_or(true, |record| self.counts(record.number));
        sectors.into_iter().map(read).filter(counts).collect()
    }

    /// The highest account that it touches.
    pub(super) fn highest_account(&self) -> Result<AccountId, ArchiveError> {
        let index = match self.index()? {
            Some(index) => index,
            None => self.touches()?.to_bytes(),
        };
        Ok(highest_account(&index).unwrap_or(AccountId(0)))
    }

    /// Whom its records touch, from the records themselves.
    pub(super) fn touches(&self) -> Result<Touches, ArchiveError> {
        let mut touches = Touches::default();
        for record in self.all_records() {
            let record = record?;
            touches.add(record.sector, &record.bytes, &self.head.players);
        }
        Ok(touches)
    }
}

pub(super) fn damaged(path: &Path, at: u64) -> ArchiveError {
    ArchiveError::Damaged { file: path.display().to_string(), at }
}
