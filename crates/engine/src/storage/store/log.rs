//! The log of a world: one preallocated file to which each group of batches is appended with one write and one sync.
//!
//! The file begins with its identity, followed by regions of equal size. A record takes as many [sectors](super::sector)
//! as it needs, one behind the other; what does not fit into a region continues in the next. A region whose records
//! have all been folded is written anew, so that under a steady load the file neither grows nor shrinks.

use std::collections::BTreeMap;

use redb::StorageBackend;

use crate::outside::Epoch;
use crate::storage::batch::batches;
use crate::storage::log_store::{Appended, Log, LogRecord, LogStore, NewRecord, ReadHeld};
use crate::storage::store::identity::{FileKind, Identity};
use crate::storage::store::mark::{Answered, Mark};
use crate::storage::store::sector::{Part, SECTOR_BYTES, Sector, into_sectors, read_sector};
use crate::storage::store::{StorageError, io_failed};

/// Where the regions begin.
const HEAD_BYTES: u64 = 4096;
/// The sectors of a region: 1 MiB.
const REGION_SECTORS: usize = 2048;
const REGION_BYTES: usize = REGION_SECTORS * SECTOR_BYTES;
/// The regions of a new log.
const REGIONS_AT_FIRST: usize = 2;

/// A sector's place: region, and sector in it. The sector may be the one behind the region's last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    region: usize,
    sector: usize,
}

impl Place {
    fn offset(self) -> u64 {
        HEAD_BYTES + (self.region * REGION_BYTES + self.sector * SECTOR_BYTES) as u64
    }

    fn next(self) -> Self {
        Self { sector: self.sector + 1, ..self }
    }
}

/// The log file. One thread owns it.
#[derive(Debug)]
pub(super) struct FileLog {
    file: Box<dyn StorageBackend>,
    name: String,
    world: u64,
    mark: Mark,
    epoch: Epoch,
    /// The last record.
    last: Answered,
    /// Where the next record begins.
    at: Place,
    /// The last record in each region; 0 = none.
    regions: Vec<u64>,
    /// The last record that is in the rows.
    forgotten: u64,
}

/// What the checksums of a world's sectors begin with.
pub(in crate::storage) fn salt_of(world: u64) -> u32 {
    (world ^ (world >> 32)) as u32
}

/// Whether a file holds no record: it is missing, empty, or was made for a world that was never begun.
pub(super) fn is_unused(file: &dyn StorageBackend) -> Result<bool, StorageError> {
    let action = "read the log";
    let length = file.len().map_err(io_failed(action))?;
    let mut at = HEAD_BYTES;
    let mut sector = [0; SECTOR_BYTES];
    while at + SECTOR_BYTES as u64 <= length {
        file.read(at, &mut sector).map_err(io_failed(action))?;
        if sector != [0; SECTOR_BYTES] {
            return Ok(false);
        }
        at += REGION_BYTES as u64;
    }
    Ok(true)
}

impl FileLog {
    /// Makes the log of a world whose rows end with `folded`. Whatever the file holds is overwritten.
    pub(super) fn create(
        file: Box<dyn StorageBackend>,
        mark: Mark,
        name: &str,
        world: u64,
        folded: Answered,
    ) -> Result<Self, StorageError> {
        let action = "make the log";
        let identity = Identity { kind: FileKind::Log, world };
        let length = HEAD_BYTES + (REGIONS_AT_FIRST * REGION_BYTES) as u64;
        let mut bytes = vec![0; HEAD_BYTES as usize + REGIONS_AT_FIRST * REGION_BYTES];
        bytes[..Identity::BYTES].copy_from_slice(&identity.to_bytes());
        file.set_len(length).map_err(io_failed(action))?;
        file.write(0, &bytes).map_err(io_failed(action))?;
        file.sync_data().map_err(io_failed(action))?;
        mark.keep(folded)?;
        Ok(Self {
            file,
            name: name.to_owned(),
            world,
            mark,
            epoch: folded.epoch,
            last: folded,
            at: Place { region: 0, sector: 0 },
            regions: vec![0; REGIONS_AT_FIRST],
            forgotten: folded.record,
        })
    }

    /// Opens the log of a world whose rows end with `folded`. Returns also how many damaged sectors it has that hold
    /// nothing the rows lack.
    ///
    /// # Errors
    /// When the log is of another world, cut, damaged where it matters, or ends before what was answered.
    pub(super) fn open(
        file: Box<dyn StorageBackend>,
        mark: Mark,
        name: &str,
        world: u64,
        [folded, answered]: [Answered; 2],
    ) -> Result<(Self, u64), StorageError> {
        let scan = Scan::of(&*file, name, world, folded.record)?;
        let records = scan.records_behind(folded.record);
        let last = folded.record + records.len() as u64;
        scan.check_end(last, folded, answered, name)?;
        let at = scan.end_of(last);
        let leftovers: Vec<Place> = scan.behind(last).chain(scan.damaged.iter().copied()).collect();
        let damaged = scan.damaged.len() as u64;
        let regions = scan.regions;
        let epoch = folded.epoch.max(answered.epoch);
        let last = answered_by(&records, folded.epoch).unwrap_or(folded);
        let log = Self { file, name: name.to_owned(), world, mark, epoch, last, at, regions, forgotten: folded.record };
        log.blank(&leftovers)?;
        Ok((log, damaged))
    }

    /// What can be read of a log without a gap behind the record that the rows end with.
    pub(super) fn salvage(file: &dyn StorageBackend, world: u64, folded: u64) -> Vec<LogRecord> {
        Scan::of(file, "", world, folded).map(|scan| scan.records_behind(folded)).unwrap_or_default()
    }

    /// Clears sectors of a record that was never finished, and damaged ones that hold nothing needed, so that the next
    /// start does not meet them again.
    fn blank(&self, places: &[Place]) -> Result<(), StorageError> {
        let action = "clear an unfinished record of the log";
        for place in places {
            self.file.write(place.offset(), &[0; SECTOR_BYTES]).map_err(io_failed(action))?;
        }
        if places.is_empty() { Ok(()) } else { self.file.sync_data().map_err(io_failed(action)) }
    }

    /// The log for whoever commits to it.
    pub(super) fn into_log(self) -> Log {
        let (epoch, next_record) = (self.epoch, self.last.record + 1);
        Log::new(Box::new(self), epoch, next_record)
    }

    /// One write and one sync.
    fn keep(&mut self, number: u64, record: &NewRecord) -> Result<(), StorageError> {
        self.write(number, &into_sectors(salt_of(self.world), number, self.epoch, &record.bytes))?;
        self.file.sync_data().map_err(io_failed("write the log"))?;
        let NewRecord { last_batch: batch, moment_ms, .. } = *record;
        self.last = Answered { record: number, batch, moment_ms, epoch: self.epoch };
        self.mark.note(self.last)
    }

    /// Writes a record's sectors where there is room.
    fn write(&mut self, number: u64, mut sectors: &[u8]) -> Result<(), StorageError> {
        while !sectors.is_empty() {
            if self.at.sector == REGION_SECTORS {
                self.at = Place { region: self.free_region()?, sector: 0 };
            }
            let room = (REGION_SECTORS - self.at.sector) * SECTOR_BYTES;
            let (now, later) = sectors.split_at(room.min(sectors.len()));
            self.file.write(self.at.offset(), now).map_err(io_failed("write the log"))?;
            self.regions[self.at.region] = number;
            self.at.sector += now.len() / SECTOR_BYTES;
            sectors = later;
        }
        Ok(())
    }

    /// A region whose records are all in the rows; the file grows by one if there is none.
    fn free_region(&mut self) -> Result<usize, StorageError> {
        if let Some(free) = self.regions.iter().position(|last| *last <= self.forgotten) {
            return Ok(free);
        }
        let action = "make the log larger";
        let region = self.regions.len();
        let offset = Place { region, sector: 0 }.offset();
        self.file.set_len(offset + REGION_BYTES as u64).map_err(io_failed(action))?;
        // Blocks that exist need no change of the file system's tables when a record is synced.
        self.file.write(offset, &vec![0; REGION_BYTES]).map_err(io_failed(action))?;
        self.regions.push(0);
        Ok(region)
    }

    /// Notes, on disk, that everything up to here is in the rows.
    pub(super) fn keep_mark(&self, answered: Answered) -> Result<(), StorageError> {
        self.mark.keep(answered)
    }
}

impl LogStore for FileLog {
    fn append(&mut self, seq: u64, epoch: Epoch, record: &NewRecord) -> Appended {
        if epoch < self.epoch {
            return Appended::Fenced(self.epoch);
        }
        debug_assert_eq!(seq, self.last.record + 1, "records are numbered without a gap");
        self.keep(seq, record).map_or_else(Appended::Unknown, |()| Appended::Acked)
    }

    fn tail(&self, from: u64) -> Result<Vec<LogRecord>, StorageError> {
        let folded = from.saturating_sub(1);
        let scan = Scan::of(&*self.file, &self.name, self.world, folded)?;
        let records = scan.records_behind(folded);
        match scan.parts.keys().next().filter(|_| records.is_empty()) {
            Some((found, _)) => Err(StorageError::Gap { file: self.name.clone(), folded, found: *found }),
            None => Ok(records),
        }
    }

    fn held(&self) -> Result<ReadHeld, StorageError> {
        let scan = Scan::of(&*self.file, &self.name, self.world, 0)?;
        let read = |number| {
            let epoch = scan.parts.get(&(number, 0))?.epoch;
            Some((epoch, LogRecord { number, bytes: scan.whole_record(number)?.into() }))
        };
        let mut held: Vec<_> = (1..=self.last.record).rev().map_while(read).collect();
        held.reverse();
        Ok(Box::new(move || Ok(std::mem::take(&mut held))))
    }

    /// The lock on the files keeps other processes out, so that only this one has to know.
    fn take_over(&mut self, epoch: Epoch) -> Result<(), StorageError> {
        if epoch < self.epoch {
            return Err(StorageError::Fenced { epoch, by: self.epoch });
        }
        self.epoch = epoch;
        Ok(())
    }

    fn forget(&mut self, record: u64) {
        self.forgotten = record.max(self.forgotten);
    }

    fn close(&mut self) -> Result<(), StorageError> {
        if self.forgotten < self.last.record {
            return Ok(());
        }
        self.mark.close(Answered { epoch: self.epoch, ..self.last })
    }
}

/// All that a log file holds.
struct Scan {
    /// The parts of records that the rows lack, by record and place in it.
    parts: BTreeMap<(u64, u32), Found>,
    /// Each region's newest record that the rows have, and where it ends.
    ends: Vec<(u64, Place)>,
    /// The last record in each region.
    regions: Vec<u64>,
    damaged: Vec<Place>,
}

struct Found {
    place: Place,
    epoch: Epoch,
    is_last: bool,
    payload: Vec<u8>,
}

impl Scan {
    fn of(file: &dyn StorageBackend, name: &str, world: u64, folded: u64) -> Result<Self, StorageError> {
        let action = "read the log";
        let length = file.len().map_err(io_failed(action))?;
        let regions =
            length.checked_sub(HEAD_BYTES).map(|bytes| (bytes / REGION_BYTES as u64, bytes % REGION_BYTES as u64));
        let Some((regions @ 1.., 0)) = regions else {
            return Err(StorageError::Cut { file: name.to_owned(), length });
        };
        let mut sector = [0; SECTOR_BYTES];
        file.read(0, &mut sector).map_err(io_failed(action))?;
        Identity { kind: FileKind::Log, world }.check(&sector, name)?;
        let mut scan = Self { parts: BTreeMap::new(), ends: Vec::new(), regions: Vec::new(), damaged: Vec::new() };
        let mut bytes = vec![0; REGION_BYTES];
        for region in 0..regions as usize {
            file.read(Place { region, sector: 0 }.offset(), &mut bytes).map_err(io_failed(action))?;
            scan.take_in(region, salt_of(world), &bytes, folded);
        }
        Ok(scan)
    }

    fn take_in(&mut self, region: usize, salt: u32, bytes: &[u8], folded: u64) {
        let (mut end, mut last) = ((0, Place { region, sector: 0 }), 0);
        for (sector, bytes) in bytes.as_chunks::<SECTOR_BYTES>().0.iter().enumerate() {
            let place = Place { region, sector };
            match read_sector(salt, bytes) {
                Sector::Blank => {}
                Sector::Damaged => self.damaged.push(place),
                Sector::Part(part) => {
                    last = part.record.max(last);
                    if (end.0..=folded).contains(&part.record) {
                        end = (part.record, place.next());
                    }
                    self.add(place, part, folded);
                }
            }
        }
        self.regions.push(last);
        self.ends.push(end);
    }

    fn add(&mut self, place: Place, part: Part<'_>, folded: u64) {
        if part.record > folded {
            let Part { epoch, is_last, .. } = part;
            let found = Found { place, epoch, is_last, payload: part.payload.to_vec() };
            self.parts.insert((part.record, part.index), found);
        }
    }

    /// The whole records behind one, without a gap.
    fn records_behind(&self, record: u64) -> Vec<LogRecord> {
        let read = |number| self.whole_record(number).map(|bytes| LogRecord { number, bytes: bytes.into() });
        (record + 1..).map_while(read).collect()
    }

    /// The bytes of a record, if every part of it is there.
    fn whole_record(&self, record: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for index in 0.. {
            let part = self.parts.get(&(record, index))?;
            bytes.extend_from_slice(&part.payload);
            if part.is_last {
                break;
            }
        }
        Some(bytes)
    }

    /// The places of parts behind a record.
    fn behind(&self, record: u64) -> impl Iterator<Item = Place> {
        self.parts.range((record + 1, 0)..).map(|(_, found)| found.place)
    }

    /// Where the record after this one begins: behind this one, or behind the last one that the rows have.
    fn end_of(&self, record: u64) -> Place {
        let behind = self.parts.range((record, 0)..(record + 1, 0)).next_back().map(|(_, found)| found.place.next());
        let newest = self.ends.iter().max_by_key(|(last, _)| *last).map(|(_, place)| *place);
        behind.or(newest).unwrap_or(Place { region: 0, sector: 0 })
    }

    /// Checks that the log ends where a crash may have left it.
    fn check_end(&self, last: u64, folded: Answered, answered: Answered, name: &str) -> Result<(), StorageError> {
        let damaged_at = self.damaged_next(last).map(Place::offset);
        let next_found = self.parts.range((last + 2, 0)..).next().map(|((record, _), _)| *record);
        if last < answered.record || next_found.is_some() {
            let (file, folded) = (name.to_owned(), folded.record);
            let first_kept = self.parts.keys().next().map(|(record, _)| *record);
            return Err(match (damaged_at, first_kept) {
                (Some(at), _) => StorageError::Damaged { file, at },
                (None, Some(found)) if last == folded && found > folded + 1 => {
                    StorageError::Gap { file, folded, found }
                }
                (None, _) => StorageError::Lost {
                    file,
                    last,
                    answered: answered.record.max(next_found.unwrap_or_default()),
                    moment_ms: answered.moment_ms,
                },
            });
        }
        match damaged_at {
            Some(at) => Err(StorageError::Damaged { file: name.to_owned(), at }),
            None => Ok(()),
        }
    }

    /// A damaged sector where the record after `last` would be. A loss of power leaves none, so it once was that record.
    fn damaged_next(&self, last: u64) -> Option<Place> {
        let mut place = self.end_of(last);
        let unfinished: Vec<Place> = self.behind(last).collect();
        while unfinished.contains(&place) {
            place = place.next();
        }
        let is_next = |damaged: &&Place| **damaged == place || (place.sector == REGION_SECTORS && damaged.sector == 0);
        self.damaged.iter().find(is_next).copied()
    }
}

/// How far these records go, if there are any.
pub(super) fn answered_by(records: &[LogRecord], epoch: Epoch) -> Option<Answered> {
    let last = records.last()?;
    let batch = batches(&last.bytes).last()?;
    Some(Answered { record: last.number, batch: batch.number, moment_ms: batch.moment_ms, epoch })
}
