//! The rows file as of one moment, for whoever checks its rows.

use std::ops::Bound;

use redb::{ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTableMetadata, TableError, TableHandle};

use crate::storage::store::redb_fold::{DIGESTS, rows_of};
use crate::storage::store::{META, Reached, RowsFile, failed};
use crate::storage::stored::{EachStored, Group, RowDamage, StoredRows, behind_prefix};
use crate::storage::{RowQuery, StorageError};

type StoredTable = ReadOnlyTable<&'static [u8], &'static [u8]>;
type KeyRange<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

const ALL: KeyRange<'static> = (Bound::Unbounded, Bound::Unbounded);

/// A read transaction on a rows file.
pub(in crate::storage) struct RedbMoment<'a> {
    file: &'a RowsFile,
    read: ReadTransaction,
}

/// In which order, and how many.
#[derive(Clone, Copy)]
struct Order {
    newest_first: bool,
    limit: usize,
}

impl Order {
    const ALL: Self = Self { newest_first: false, limit: usize::MAX };
}

impl<'a> RedbMoment<'a> {
    pub(in crate::storage) fn begin(file: &'a RowsFile) -> Result<Self, StorageError> {
        let read = file.guarded(|| file.database().begin_read().map_err(failed("read the rows")))?;
        Ok(Self { file, read })
    }

    /// Where a page is damaged, this may panic.
    fn open(&self, table: &str) -> Result<Option<StoredTable>, StorageError> {
        match self.read.open_table(rows_of(table)) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(failed("open a table")(error)),
        }
    }

    /// Calls `each` with the few rows of a range. Where a page is damaged, this may panic.
    fn few(&self, (at, name): (usize, &str), range: KeyRange<'_>, each: EachStored<'_>) -> Result<(), StorageError> {
        let action = "read rows";
        let Some(table) = self.open(name)? else {
            return Ok(());
        };
        for entry in table.range::<&[u8]>(range).map_err(failed(action))? {
            let (key, stored) = entry.map_err(failed(action))?;
            each(at, key.value(), stored.value())?;
        }
        Ok(())
    }

    /// Calls `each` with rows of a table. Their keys must be in order: damaged pages may form a circle.
    fn each(
        &self,
        (at, name): (usize, &str),
        range: KeyRange<'_>,
        order: Order,
        each: EachStored<'_>,
    ) -> Result<(), StorageError> {
        let action = "read a table";
        let Some(table) = self.file.guarded(|| self.open(name))? else {
            return Ok(());
        };
        let mut range = self.file.guarded(|| table.range::<&[u8]>(range).map_err(failed(action)))?;
        let mut last: Option<Vec<u8>> = None;
        for _ in 0..order.limit {
            let entry = self.file.guarded(|| {
                let Some(entry) = (if order.newest_first { range.next_back() } else { range.next() }) else {
                    return Ok(None);
                };
                let (key, stored) = entry.map_err(failed(action))?;
                // Where a page is damaged, this may panic.
                let _ = (key.value(), stored.value());
                Ok(Some((key, stored)))
            })?;
            let Some((key, stored)) = entry else {
                return Ok(());
            };
            let in_order = |last: &[u8]| if order.newest_first { last > key.value() } else { last < key.value() };
            if !last.as_deref().is_none_or(in_order) {
                let what = "its rows are in disorder".to_owned();
                let damage = RowDamage { table: name.to_owned(), key: key.value().to_vec(), account: None, what };
                return Err(self.file.damaged(damage));
            }
            let kept = last.get_or_insert_default();
            kept.clear();
            kept.extend_from_slice(key.value());
            each(at, key.value(), stored.value())?;
        }
        Ok(())
    }
}

impl StoredRows for RedbMoment<'_> {
    fn reached(&self) -> Result<Reached, StorageError> {
        let meta = self.file.guarded(|| self.file.meta_in(&self.read))?;
        let folded = meta.folded();
        Ok(Reached {
            world: meta.world,
            record: folded.record,
            batch: folded.batch,
            moment_ms: folded.moment_ms,
            epoch: folded.epoch,
        })
    }

    fn group(&self, group: &Group<'_>, tables: &[&str], each: EachStored<'_>) -> Result<Option<Vec<u8>>, StorageError> {
        match group {
            Group::Table(name) => self.each((0, name), ALL, Order::ALL, each)?,
            Group::Bucket(_) | Group::Account(_) => {
                let from = group.prefix();
                let until = behind_prefix(&from);
                let until = until.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
                let range: KeyRange<'_> = (Bound::Included(&from), until);
                let mut tables = tables.iter().enumerate();
                self.file.guarded(|| tables.try_for_each(|(at, name)| self.few((at, name), range, each)))?;
            }
        }
        self.get(DIGESTS.name(), &group.key())
    }

    fn range(&self, query: &RowQuery, each: EachStored<'_>) -> Result<(), StorageError> {
        let range: KeyRange<'_> = (Bound::Included(&query.from), Bound::Excluded(&query.until));
        let order = Order { newest_first: query.newest_first, limit: query.limit };
        self.each((0, query.table), range, order, each)
    }

    fn get(&self, table: &str, stored_key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.file.guarded(|| {
            let Some(open) = self.open(table)? else {
                return Ok(None);
            };
            let found = open.get(stored_key).map_err(failed("read a row"))?;
            Ok(found.map(|stored| stored.value().to_vec()))
        })
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        self.file.guarded(|| {
            let names = self.read.list_tables().map_err(failed("list the tables"))?;
            let names = names.map(|table| table.name().to_owned());
            Ok(names.filter(|name| ![META.name(), DIGESTS.name()].contains(&name.as_str())).collect())
        })
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        self.file.guarded(|| self.open(table)?.map_or(Ok(0), |table| table.len().map_err(failed("count rows"))))
    }
}
