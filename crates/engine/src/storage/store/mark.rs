//! The mark: how far a world has answered, beside its log.
//!
//! It is written after each commit and before the answer leaves, but not synced: it survives the death of the process,
//! and after a loss of power it may lag behind. So it never claims too much, and a log that ends before it has lost
//! something, or is an older copy.

use redb::StorageBackend;

use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::store::identity::{FileKind, Identity};
use crate::storage::store::sector::{SECTOR_BYTES, checksum_of};
use crate::storage::store::{StorageError, io_failed};

/// What has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Answered {
    /// The last record of the log.
    pub(super) record: u64,
    /// The last batch in it.
    pub(super) batch: BatchNumber,
    /// The world's clock at that batch, in unix milliseconds.
    pub(super) moment_ms: i64,
    /// The epoch.
    pub(super) epoch: Epoch,
}

/// Where the numbers stand, behind the identity.
const ANSWERED_AT: usize = Identity::BYTES;
const CHECKSUM_AT: usize = ANSWERED_AT + 32;
/// Where a second checksum stands if the world was closed in this state.
const CLOSED_AT: usize = CHECKSUM_AT + 4;
const CLOSED_SEED: u32 = 1;

/// The file of the mark.
#[derive(Debug)]
pub(super) struct Mark {
    file: Box<dyn StorageBackend>,
    identity: Identity,
}

impl Mark {
    pub(super) fn new(file: Box<dyn StorageBackend>, world: u64) -> Self {
        Self { file, identity: Identity { kind: FileKind::Mark, world } }
    }

    /// Reads what was answered; `None` when the file is empty.
    pub(super) fn read(&self, name: &str) -> Result<Option<Answered>, StorageError> {
        let action = "read the mark";
        let damaged = || StorageError::Damaged { file: name.to_owned(), at: 0 };
        match self.file.len().map_err(io_failed(action))? {
            0 => return Ok(None),
            length if length < SECTOR_BYTES as u64 => return Err(damaged()),
            _ => {}
        }
        let mut sector = [0; SECTOR_BYTES];
        self.file.read(0, &mut sector).map_err(io_failed(action))?;
        if sector == [0; SECTOR_BYTES] {
            return Ok(None);
        }
        self.identity.check(&sector, name)?;
        let (numbers, rest) = sector[ANSWERED_AT..].as_chunks::<8>().0.split_at(4);
        let checksum = rest.first().and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
        if u32::from_le_bytes(checksum) != checksum_of(0, &sector[..CHECKSUM_AT]) {
            return Err(damaged());
        }
        Ok(Some(Answered {
            record: u64::from_le_bytes(numbers[0]),
            batch: BatchNumber(u64::from_le_bytes(numbers[1])),
            moment_ms: i64::from_le_bytes(numbers[2]),
            epoch: Epoch::from_u64(u64::from_le_bytes(numbers[3])),
        }))
    }

    /// Whether the world was closed in the state that the mark tells of: nothing came after it, and all of it was in the
    /// rows.
    pub(super) fn is_closed(&self) -> Result<bool, StorageError> {
        let mut sector = [0; SECTOR_BYTES];
        self.file.read(0, &mut sector).map_err(io_failed("read the mark"))?;
        Ok(sector[CLOSED_AT..CLOSED_AT + 4] == closed(&sector))
    }

    /// Whether a mark of whichever world says that something was answered.
    pub(super) fn tells_of_changes(file: &dyn StorageBackend) -> Result<bool, StorageError> {
        let action = "read the mark";
        let mut sector = [0; SECTOR_BYTES];
        if file.len().map_err(io_failed(action))? < SECTOR_BYTES as u64 {
            return Ok(false);
        }
        file.read(0, &mut sector).map_err(io_failed(action))?;
        Ok(sector[ANSWERED_AT..ANSWERED_AT + 8] != [0; 8])
    }

    /// Writes what was answered, without waiting for the disk.
    pub(super) fn note(&self, answered: Answered) -> Result<(), StorageError> {
        self.write(&self.sector(answered))
    }

    /// Writes that the world was closed in this state, and waits for the disk.
    pub(super) fn close(&self, answered: Answered) -> Result<(), StorageError> {
        let mut sector = self.sector(answered);
        let closed = closed(&sector);
        sector[CLOSED_AT..CLOSED_AT + 4].copy_from_slice(&closed);
        self.write(&sector)?;
        self.file.sync_data().map_err(io_failed("write the mark"))
    }

    fn write(&self, sector: &[u8; SECTOR_BYTES]) -> Result<(), StorageError> {
        self.file.write(0, sector).map_err(io_failed("write the mark"))
    }

    fn sector(&self, answered: Answered) -> [u8; SECTOR_BYTES] {
        let mut sector = [0; SECTOR_BYTES];
        sector[..Identity::BYTES].copy_from_slice(&self.identity.to_bytes());
        let numbers = [
            answered.record.to_le_bytes(),
            answered.batch.0.to_le_bytes(),
            answered.moment_ms.to_le_bytes(),
            answered.epoch.to_u64().to_le_bytes(),
        ];
        sector[ANSWERED_AT..CHECKSUM_AT].copy_from_slice(numbers.as_flattened());
        let checksum = checksum_of(0, &sector[..CHECKSUM_AT]);
        sector[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&checksum.to_le_bytes());
        sector
    }

    /// Writes what was answered, and waits for the disk. It makes a file that is empty.
    pub(super) fn keep(&self, answered: Answered) -> Result<(), StorageError> {
        let failed = || io_failed("write the mark");
        self.file.set_len(SECTOR_BYTES as u64).map_err(failed())?;
        self.note(answered)?;
        self.file.sync_data().map_err(failed())
    }
}

fn closed(sector: &[u8; SECTOR_BYTES]) -> [u8; 4] {
    checksum_of(CLOSED_SEED, &sector[..CHECKSUM_AT]).to_le_bytes()
}
