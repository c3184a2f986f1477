//! A copy of a world's rows, made while the world runs, and proven to be what the world has.
//!
//! Both sides are counted and hashed table by table: the source while it is read, the copy when it is complete and read
//! back. The counts and hashes lie beside the copy, so that it can be checked again at any time ([`verify_copy`]).

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{
    Database, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition, TableHandle,
    WriteTransaction,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::numbers::BatchNumber;
use crate::private;
use crate::storage::StorageError;
use crate::storage::folder::{PROOF_SUFFIX, ROWS_SUFFIX};
use crate::storage::store::{META, META_COPY, META_LAST_BATCH, Overlay, Rows, failed, unless_it_panics};

/// The copy is written once from front to back; more memory would not help it.
const COPY_CACHE_BYTES: usize = 16 << 20;

/// A complete copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The file.
    pub path: PathBuf,
    /// The last batch in it.
    pub last_batch: BatchNumber,
    /// How many rows there are.
    pub rows: u64,
}

/// Why there is no copy, or none to rely on.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The disk or the database failed.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// The folder cannot be used.
    #[error("cannot use {path}: {source}")]
    Unusable {
        /// The file or folder.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The world that was to be copied is damaged.
    #[error(
        "{world} is damaged: {what}. No copy was made of it, and earlier copies stay as they are; stop the server, check \
         the disk, and put the world back from a copy"
    )]
    SourceDamaged {
        /// The world.
        world: String,
        /// Which table, and what is wrong with it.
        what: String,
    },
    /// The copy does not hold what was written into it.
    #[error("the copy {path} is damaged: {what}. Check the disk it lies on; do not restore from it")]
    Damaged {
        /// The file.
        path: String,
        /// Which table, and what is wrong with it.
        what: String,
    },
    /// There is nothing to compare the copy with.
    #[error("{path} is missing, which says what the copy holds: {remedy}")]
    Unproven {
        /// The file with the counts and hashes.
        path: String,
        /// What to do.
        remedy: &'static str,
    },
}

fn unusable(path: &Path) -> impl Fn(std::io::Error) -> CopyError {
    move |source| CopyError::Unusable { path: path.display().to_string(), source }
}

/// How many rows a table has, and the hash of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TableProof {
    rows: u64,
    sha256: String,
}

/// What a copy holds, as counted in the world that it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CopyProof {
    last_batch: BatchNumber,
    tables: BTreeMap<String, TableProof>,
}

impl CopyProof {
    fn rows(&self) -> u64 {
        self.tables.iter().filter(|(name, _)| *name != META.name()).map(|(_, table)| table.rows).sum()
    }

    /// What another proof says differently, table by table.
    fn differences(&self, other: &Self) -> Vec<String> {
        let names = self.tables.keys().chain(other.tables.keys().filter(|name| !self.tables.contains_key(*name)));
        let told = names.filter_map(|name| match (self.tables.get(name), other.tables.get(name)) {
            (Some(here), Some(there)) if here == there => None,
            (Some(here), Some(there)) if here.rows == there.rows => {
                Some(format!("table {name} has other contents in its {} rows", here.rows))
            }
            (Some(here), Some(there)) => {
                Some(format!("table {name} has {} rows in place of {}", there.rows, here.rows))
            }
            (Some(_), None) => Some(format!("table {name} is missing")),
            (None, _) => Some(format!("table {name} should not be there")),
        });
        told.collect()
    }
}

/// Counts and hashes the rows of a table.
#[derive(Default)]
struct Prover {
    rows: u64,
    hash: Sha256,
    last_key: Option<Vec<u8>>,
}

impl Prover {
    /// Takes the next row in. Errs when it is out of order, which no intact table is.
    fn take_in(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        if self.last_key.as_deref().is_some_and(|last| last >= key) {
            return Err("its rows are out of order".to_owned());
        }
        for part in [key, value] {
            self.hash.update((part.len() as u64).to_le_bytes());
            self.hash.update(part);
        }
        self.rows += 1;
        let last_key = self.last_key.get_or_insert_default();
        last_key.clear();
        last_key.extend_from_slice(key);
        Ok(())
    }

    /// Errs when the table claims to have another number of rows.
    fn finish(self, claimed: u64) -> Result<TableProof, String> {
        if self.rows != claimed {
            return Err(format!("it has {} rows but should have {claimed}", self.rows));
        }
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(TableProof { rows: self.rows, sha256 })
    }
}

/// A table cannot be read, or is damaged.
enum TableFault {
    Storage(StorageError),
    Damaged(String),
}

impl From<StorageError> for TableFault {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Failed { source, .. } if matches!(*source, redb::Error::Corrupted(_)) => {
                Self::Damaged(source.to_string())
            }
            error => Self::Storage(error),
        }
    }
}

impl TableFault {
    fn of(table: &str) -> impl Fn(String) -> Self {
        move |what| Self::Damaged(format!("table {table}: {what}"))
    }
}

impl Rows {
    /// Writes all rows, as of one moment, to a file of this world's name in `folder`; a folder with nothing else in it
    /// is one that a server can be started on. The file gets its name only when all of it is on disk and was read back,
    /// so that a partial copy never looks complete. An existing copy is not replaced.
    ///
    /// # Errors
    /// When the world or the copy is damaged, or the folder cannot be written to.
    pub fn copy_to(&self, folder: &Path) -> Result<Copied, CopyError> {
        let path = folder.join(format!("{}{ROWS_SUFFIX}", self.world_name()));
        if path.exists() {
            return Err(unusable(folder)(std::io::ErrorKind::AlreadyExists.into()));
        }
        private::make_folder(folder).map_err(unusable(folder))?;
        let unfinished = path.with_extension("unfinished");
        if unfinished.exists() {
            std::fs::remove_file(&unfinished).map_err(unusable(folder))?;
        }
        let written = unless_it_panics(|| self.write_copy(&unfinished));
        let damaged = |what| CopyError::SourceDamaged { world: self.world_name().to_owned(), what };
        let proof = match written {
            Some(Ok(proof)) => proof,
            Some(Err(TableFault::Storage(error))) => return Err(error.into()),
            Some(Err(TableFault::Damaged(what))) => return Err(damaged(what)),
            None => return Err(damaged("its database cannot be read".to_owned())),
        };
        File::open(&unfinished).and_then(|file| file.sync_all()).map_err(unusable(&unfinished))?;
        check(&unfinished, &proof)?;
        let beside = proof_path(folder, self.world_name());
        let told = serde_json::to_vec_pretty(&proof).map_err(std::io::Error::other);
        told.and_then(|told| private::replace(&beside, &told)).map_err(unusable(&beside))?;
        private::rename(&unfinished, &path).map_err(unusable(&path))?;
        Ok(Copied { path, last_batch: proof.last_batch, rows: proof.rows() })
    }

    /// One read transaction sees one moment. It pins the pages that folds replace meanwhile; folds are seconds apart,
    /// so the file grows by a few of them at most.
    fn write_copy(&self, path: &Path) -> Result<CopyProof, TableFault> {
        let action = "write a copy of the rows";
        let io = |error: std::io::Error| failed(action)(redb::Error::Io(error));
        let file = private::options().create_new(true).read(true).write(true).open(path).map_err(io)?;
        let read = self.database().begin_read().map_err(failed(action))?;
        let copy = Database::builder().set_cache_size(COPY_CACHE_BYTES).create_file(file).map_err(failed(action))?;
        let write = copy.begin_write().map_err(failed(action))?;
        let mut tables = BTreeMap::new();
        for table in read.list_tables().map_err(failed(action))? {
            if table.name() != META.name() {
                tables.insert(table.name().to_owned(), copy_table(&read, &write, table.name())?);
            }
        }
        let (meta, last_batch) = copy_meta(&read, &write)?;
        tables.insert(META.name().to_owned(), meta);
        write.commit().map_err(failed(action))?;
        Ok(CopyProof { last_batch, tables })
    }
}

fn proof_path(folder: &Path, world: &str) -> PathBuf {
    folder.join(format!("{world}{PROOF_SUFFIX}"))
}

fn copy_table(read: &ReadTransaction, write: &WriteTransaction, name: &str) -> Result<TableProof, TableFault> {
    let action = "copy a table";
    let definition = TableDefinition::<&[u8], &[u8]>::new(name);
    let from = read.open_table(definition).map_err(failed(action))?;
    let mut to = write.open_table(definition).map_err(failed(action))?;
    let mut prover = Prover::default();
    for entry in from.iter().map_err(failed(action))? {
        let (key, value) = entry.map_err(failed(action))?;
        prover.take_in(key.value(), value.value()).map_err(TableFault::of(name))?;
        to.insert(key.value(), value.value()).map_err(failed(action))?;
    }
    prover.finish(from.len().map_err(failed(action))?).map_err(TableFault::of(name))
}

/// Copies how far the rows go, and notes that this is a copy; returns the proof and the number of the last batch.
fn copy_meta(read: &ReadTransaction, write: &WriteTransaction) -> Result<(TableProof, BatchNumber), TableFault> {
    let action = "copy how far the rows go";
    let from = read.open_table(META).map_err(failed(action))?;
    let mut to = write.open_table(META).map_err(failed(action))?;
    let mut values = BTreeMap::from([(META_COPY.to_owned(), 1)]);
    for entry in from.iter().map_err(failed(action))? {
        let (name, value) = entry.map_err(failed(action))?;
        values.insert(name.value().to_owned(), value.value());
    }
    let mut prover = Prover::default();
    for (name, value) in &values {
        to.insert(name.as_str(), value).map_err(failed(action))?;
        prover.take_in(name.as_bytes(), &value.to_le_bytes()).map_err(TableFault::of(META.name()))?;
    }
    let proof = prover.finish(values.len() as u64).map_err(TableFault::of(META.name()))?;
    Ok((proof, BatchNumber(values.get(META_LAST_BATCH).copied().unwrap_or_default())))
}

/// Checks a copy that was made earlier, without changing anything: its pages, and all rows against what the world had
/// when the copy was made. Returns how many rows there are.
///
/// # Errors
/// When it is damaged, or nothing says what it should hold.
pub fn verify_copy(folder: &Path, world: &str) -> Result<u64, CopyError> {
    let beside = proof_path(folder, world);
    let unproven = |remedy| CopyError::Unproven { path: beside.display().to_string(), remedy };
    if folder.join(format!("{world}.log")).exists() {
        return Err(unproven("a server has run on this folder since; check it with `raidkeep verify`"));
    }
    let told = match std::fs::read(&beside) {
        Ok(told) => told,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(unproven(
                "an earlier version made the copy, or the file was not copied with it. `raidkeep verify` checks the rest",
            ));
        }
        Err(error) => return Err(unusable(&beside)(error)),
    };
    let proof: CopyProof = serde_json::from_slice(&told)
        .map_err(|error| CopyError::Damaged { path: beside.display().to_string(), what: error.to_string() })?;
    check(&folder.join(format!("{world}{ROWS_SUFFIX}")), &proof)?;
    Ok(proof.rows())
}

/// Reads a copy from the disk. The database repairs what it can while it checks, which stays in memory.
fn check(path: &Path, expected: &CopyProof) -> Result<(), CopyError> {
    let damaged = |what| CopyError::Damaged { path: path.display().to_string(), what };
    let file = File::open(path).and_then(Overlay::over).map_err(unusable(path))?;
    let read = unless_it_panics(|| read_back(file));
    let found = match read {
        Some(Ok(found)) => found,
        Some(Err(TableFault::Storage(StorageError::Failed { source, .. })))
            if matches!(*source, redb::Error::Io(_)) =>
        {
            return Err(damaged(format!("it cannot be read: {source}")));
        }
        Some(Err(TableFault::Storage(error))) => return Err(damaged(error.to_string())),
        Some(Err(TableFault::Damaged(what))) => return Err(damaged(what)),
        None => return Err(damaged("its database cannot be read".to_owned())),
    };
    let differences = expected.differences(&found);
    if differences.is_empty() { Ok(()) } else { Err(damaged(differences.join("; "))) }
}

fn read_back(file: Overlay) -> Result<CopyProof, TableFault> {
    let action = "read a copy back";
    let mut copy =
        Database::builder().set_cache_size(COPY_CACHE_BYTES).create_with_backend(file).map_err(failed(action))?;
    if !copy.check_integrity().map_err(failed(action))? {
        return Err(TableFault::Damaged("a page has another checksum than it should".to_owned()));
    }
    let read = copy.begin_read().map_err(failed(action))?;
    let mut tables = BTreeMap::new();
    for table in read.list_tables().map_err(failed(action))? {
        let mut prover = Prover::default();
        let name = table.name();
        let rows = if name == META.name() {
            let table = read.open_table(META).map_err(failed(action))?;
            for entry in table.iter().map_err(failed(action))? {
                let (name, value) = entry.map_err(failed(action))?;
                let taken = prover.take_in(name.value().as_bytes(), &value.value().to_le_bytes());
                taken.map_err(TableFault::of(META.name()))?;
            }
            table.len().map_err(failed(action))?
        } else {
            let table = read.open_table(TableDefinition::<&[u8], &[u8]>::new(name)).map_err(failed(action))?;
            for entry in table.iter().map_err(failed(action))? {
                let (key, value) = entry.map_err(failed(action))?;
                prover.take_in(key.value(), value.value()).map_err(TableFault::of(name))?;
            }
            table.len().map_err(failed(action))?
        };
        tables.insert(name.to_owned(), prover.finish(rows).map_err(TableFault::of(name))?);
    }
    let meta = read.open_table(META).map_err(failed(action))?;
    let last_batch = meta.get(META_LAST_BATCH).map_err(failed(action))?.map_or(0, |value| value.value());
    Ok(CopyProof { last_batch: BatchNumber(last_batch), tables })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_lost_rows_or_their_order_is_damaged() {
        let taken = |keys: &[&[u8]]| {
            let mut prover = Prover::default();
            keys.iter().try_for_each(|key| prover.take_in(key, b"value")).map(|()| prover)
        };
        let whole = taken(&[b"a", b"b"]).and_then(|prover| prover.finish(2));
        assert_eq!(whole.map(|proof| proof.rows), Ok(2));
        let lost = taken(&[b"a"]).and_then(|prover| prover.finish(2));
        assert_eq!(lost, Err("it has 1 rows but should have 2".to_owned()), "a row vanished");
        for keys in [[b"b".as_slice(), b"a".as_slice()], [b"a".as_slice(), b"a".as_slice()]] {
            assert!(taken(&keys).is_err(), "{keys:?} are out of order");
        }
    }
}
