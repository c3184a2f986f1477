//! One player as of a moment: a base, and only the records that touch the player.

use std::path::Path;

use crate::account::AccountId;
use crate::outside::Epoch;
use crate::storage::batch::batches;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::folder::WorldFolder;
use crate::storage::continuous::plan::Chain;
use crate::storage::continuous::restore::until;
use crate::storage::continuous::segment::Segment;
use crate::storage::continuous::touches::TouchKey;
use crate::storage::directory::{INDEX_TABLE, IndexKey, decode_entry};
use crate::storage::store::{LogRecord, Store};
use crate::storage::{Batch, StoredWorld};

/// A world as of a moment, of which single players are read.
#[derive(Debug)]
pub struct PastWorld {
    chain: Chain,
    /// The base, read through an overlay that keeps changes in memory.
    store: StoredWorld,
}

impl PastWorld {
    /// The world as of a moment (unix milliseconds; `None` = the last one).
    ///
    /// # Errors
    /// When the archive does not have that moment, or the base cannot be read.
    pub fn open(archive: &Path, world: &str, until_ms: Option<i64>) -> Result<Self, ArchiveError> {
        let folder = WorldFolder::new(archive, world);
        let chain = Chain::of(&folder, until_ms)?;
        let store = Store::read_folder(&folder.path, &chain.base.name())?;
        Ok(Self { chain, store: store.into() })
    }

    /// The base, with what [`Self::bring`] has added to it.
    pub fn store(&self) -> &StoredWorld {
        &self.store
    }

    /// The account that had a name then.
    ///
    /// # Errors
    /// When the archive is damaged.
    pub fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, ArchiveError> {
        for segment in self.chain.segments.iter().rev() {
            let mut last = None;
            for record in segment.touching(&[TouchKey::name(key.as_bytes())])? {
                let (bytes, _) = until(&record, self.chain.until_ms);
                for row in batches(bytes).flat_map(|batch| batch.rows()) {
                    if row.table == INDEX_TABLE && row.key == key.as_bytes() {
                        last = Some(row.value.and_then(decode_entry));
                    }
                }
            }
            if let Some(last) = last {
                return Ok(last);
            }
        }
        Ok(self.store.rows.look_up(key)?)
    }

    /// Brings the rows of an account in these tables to the moment; returns how many records that took.
    ///
    /// # Errors
    /// When the archive is damaged.
    pub fn bring(&mut self, account: AccountId, tables: &[&str]) -> Result<u64, ArchiveError> {
        let (mut records, mut group) = (0, Vec::new());
        let base = self.chain.base.record;
        for segment in &self.chain.segments {
            records += gather(segment, account, tables, (base, self.chain.until_ms), &mut group)?;
        }
        let number = self.store.rows.reached()?.record + 1;
        let mut bytes = Vec::new();
        group.iter().for_each(|batch: &Batch| batch.encode(&mut bytes));
        if !bytes.is_empty() {
            self.store.rows.fold(self.epoch(), &[LogRecord { number, bytes: bytes.into() }])?;
        }
        Ok(records)
    }

    /// The last epoch that the base knows.
    pub fn epoch(&self) -> Epoch {
        self.store.log.epoch()
    }
}

/// The changes of an account's rows in a segment, as batches of their own.
fn gather(
    segment: &Segment,
    account: AccountId,
    tables: &[&str],
    (base, until_ms): (u64, Option<i64>),
    group: &mut Vec<Batch>,
) -> Result<u64, ArchiveError> {
    let mut records = 0;
    for record in segment.touching(&[TouchKey::account(account)])? {
        if record.number <= base {
            continue;
        }
        records += 1;
        let (bytes, _) = until(&record, until_ms);
        for batch in batches(bytes) {
            let mut own = Batch::new(batch.number, batch.moment_ms);
            let is_own = |table: &str, key: &[u8]| tables.contains(&table) && key.starts_with(&account.to_key());
            for row in batch.rows().filter(|row| is_own(row.table, row.key)) {
                match row.value {
                    Some(value) => own.put(row.table, row.key, |out| out.extend_from_slice(value)),
                    None if row.is_prefix => own.delete_all(row.table, row.key),
                    None => own.delete(row.table, row.key),
                }
            }
            if own.row_count() > 0 {
                group.push(own);
            }
        }
    }
    Ok(records)
}
