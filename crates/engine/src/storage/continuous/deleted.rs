//! The list of deleted accounts, outside of the world's data: what a restore deletes again.
//!
//! It holds numbers only, no names. Entries are of a fixed size, numbers in little endian: account, moment (unix
//! milliseconds), record, epoch, world (u64 each), CRC-32 of that (u32), four zeros.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::account::AccountId;
use crate::outside::Epoch;
use crate::private;
use crate::storage::batch::batches;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::segment::damaged;
use crate::storage::store::LogRecord;
use crate::storage::store::checksum_of;

const ENTRY_BYTES: usize = 48;
const CHECKED_BYTES: usize = 40;

/// An account that was deleted. Later deletions compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeletedAccount {
    /// In which epoch.
    pub epoch: Epoch,
    /// By which record of the log.
    pub record: u64,
    /// Which account.
    pub account: AccountId,
    /// The world's clock then, in unix milliseconds.
    pub moment_ms: i64,
    /// The id of the world.
    pub world: u64,
}

impl DeletedAccount {
    fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let numbers = [self.account.0, self.moment_ms.cast_unsigned(), self.record, self.epoch.to_u64(), self.world];
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..CHECKED_BYTES].copy_from_slice(numbers.map(u64::to_le_bytes).as_flattened());
        let checksum = checksum_of(0, &bytes[..CHECKED_BYTES]);
        bytes[CHECKED_BYTES..CHECKED_BYTES + 4].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let (checked, rest) = bytes.split_at(CHECKED_BYTES);
        if u32::from_le_bytes(*rest.first_chunk()?) != checksum_of(0, checked) {
            return None;
        }
        let [account, moment_ms, record, epoch, world] = checked.as_chunks().0.first_chunk()?.map(u64::from_le_bytes);
        let (account, epoch) = (AccountId(account), Epoch::from_u64(epoch));
        Some(Self { epoch, record, account, moment_ms: moment_ms.cast_signed(), world })
    }
}

/// Where the deleted accounts of a world are listed below a folder of an archive or of backups.
pub fn list_file(folder: &Path, world: &str) -> PathBuf {
    folder.join(format!("{world}.deleted"))
}

/// The accounts that a record deletes.
pub(super) fn deleted_by<'a>(record: &'a LogRecord, identity: &'a str) -> impl Iterator<Item = (AccountId, i64)> + 'a {
    batches(&record.bytes).flat_map(move |batch| {
        let deleted = batch.rows().filter(move |row| row.is_prefix && row.table == identity);
        deleted.filter_map(move |row| Some((AccountId::from_key(row.key.try_into().ok()?), batch.moment_ms)))
    })
}

/// Reads a list; `None` when there is none. An entry that was not finished is none.
///
/// # Errors
/// When it is damaged or cannot be read.
pub fn read_list(path: &Path) -> Result<Option<BTreeSet<DeletedAccount>>, ArchiveError> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(at("read", path))?,
    };
    let entries = bytes.as_chunks::<ENTRY_BYTES>().0.iter().enumerate();
    let read = |(number, entry): (usize, &[u8; ENTRY_BYTES])| {
        DeletedAccount::from_bytes(entry).ok_or_else(|| damaged(path, (number * ENTRY_BYTES) as u64))
    };
    entries.map(read).collect::<Result<_, _>>().map(Some)
}

/// A list that is written.
#[derive(Debug)]
pub(super) struct DeletionList {
    path: PathBuf,
    /// What is not in it yet.
    waiting: BTreeSet<DeletedAccount>,
    /// Whether its folder is made for it.
    makes_folder: bool,
}

impl DeletionList {
    /// The list in the folder of an archive.
    pub(super) fn of_archive(folder: &Path, world: &str) -> Self {
        Self { path: list_file(folder, world), waiting: BTreeSet::new(), makes_folder: true }
    }

    /// The list in a folder of backups. Until there is one, nobody can be brought back who was deleted.
    pub(super) fn of_backups(folder: &Path, world: &str) -> Self {
        Self { makes_folder: false, ..Self::of_archive(folder, world) }
    }

    /// Notes a deletion, to be written with the next [`Self::write`].
    pub(super) fn add(&mut self, deleted: DeletedAccount) {
        self.waiting.insert(deleted);
    }

    /// Writes what is waiting, and waits for the disk.
    pub(super) fn write(&mut self) -> Result<(), ArchiveError> {
        let has_folder = self.makes_folder || self.path.parent().is_some_and(Path::is_dir);
        if self.waiting.is_empty() || !has_folder {
            self.waiting.clear();
            return Ok(());
        }
        // Other nodes write into it, too.
        let known = read_list(&self.path)?.unwrap_or_default();
        let mut new = Vec::new();
        self.waiting.difference(&known).for_each(|deleted| new.extend_from_slice(&deleted.to_bytes()));
        if !new.is_empty() {
            append(&self.path, &new)?;
        }
        self.waiting.clear();
        Ok(())
    }
}

fn append(path: &Path, new: &[u8]) -> Result<(), ArchiveError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private::make_folder(folder).map_err(at("make", folder))?;
    let mut file = private::options().create(true).append(true).open(path).map_err(at("open", path))?;
    let length = file.metadata().map_err(at("read", path))?.len();
    // An entry that was not finished.
    let torn = length % ENTRY_BYTES as u64;
    if torn > 0 {
        file.set_len(length - torn).map_err(at("write", path))?;
    }
    file.write_all(new).map_err(at("write", path))?;
    file.sync_all().map_err(at("sync", path))?;
    private::sync_name(path).map_err(at("sync", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deleted(account: u64, record: u64) -> DeletedAccount {
        DeletedAccount { epoch: Epoch::from_u64(7), record, account: AccountId(account), moment_ms: -5, world: 9 }
    }

    #[test]
    fn where_there_are_no_backups_nothing_is_listed_beside_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let backups = folder.path().join("backups");
        let mut list = DeletionList::of_backups(&backups, "world-0");
        list.add(deleted(3, 1));
        list.write().expect("there is nothing to write");
        assert!(!backups.exists(), "the folder is for backups to make");
    }

    #[test]
    fn deletions_are_listed_once_and_a_torn_entry_is_written_anew() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().join("archive");
        let path = list_file(&folder, "world-0");
        assert_eq!(read_list(&path).ok(), Some(None), "there is no list before the first deletion");
        for times in 0..2 {
            let mut list = DeletionList::of_archive(&folder, "world-0");
            list.add(deleted(3, 1));
            list.write().expect("it can be written");
            assert_eq!(read_list(&path).ok(), Some(Some([deleted(3, 1)].into())), "written {times} times before");
        }
        let mut torn = std::fs::read(&path).expect("it can be read");
        torn.extend([1; 20]);
        std::fs::write(&path, &torn).expect("it can be written");
        let mut list = DeletionList::of_archive(&folder, "world-0");
        list.add(deleted(4, 2));
        list.write().expect("it can be written");
        assert_eq!(read_list(&path).ok(), Some(Some([deleted(3, 1), deleted(4, 2)].into())));
        torn[0] ^= 1;
        std::fs::write(&path, &torn).expect("it can be written");
        let told = read_list(&path).map_err(|error| error.to_string());
        assert!(told.is_err_and(|told| told.contains("world-0.deleted") && told.contains("byte 0")), "a flip is found");
    }
}
