//! What a copy of the rows holds, and whether it still does.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableHandle};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::numbers::BatchNumber;
use crate::private;
use crate::storage::StorageError;
use crate::storage::copy::COPY_CACHE_BYTES;
use crate::storage::folder::{self, PROOF_SUFFIX};
use crate::storage::store::{META, META_LAST_BATCH, Overlay, RedbMoment, RowsFile, failed, guarded};
use crate::storage::stored::{DIGEST_TABLE, StoredRows};

/// Why there is no copy, or none to rely on.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The disk or the database failed.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// The folder cannot be used.
    #[error("cannot use the {path}: {source}")]
    Unusable {
        /// The file or folder.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The world that was to be copied is damaged.
    #[error(
        "{file} is damaged: {what}. No copy was made of it, and earlier copies stay as they are; stop the server, check \
         the disk, and put the world back from a copy"
    )]
    SourceDamaged {
        /// The file with its rows.
        file: String,
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

pub(super) fn unusable(path: &Path) -> impl Fn(std::io::Error) -> CopyError {
    move |source| CopyError::Unusable { path: format!("file {}", path.display()), source }
}

/// How many rows a table has, and the hash of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableProof {
    rows: u64,
    sha256: String,
}

/// What a copy holds, as counted in the world that it was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CopyProof {
    pub(super) last_batch: BatchNumber,
    pub(super) tables: BTreeMap<String, TableProof>,
}

impl CopyProof {
    /// How many rows of the world there are.
    pub(super) fn rows(&self) -> u64 {
        let own = [META.name(), DIGEST_TABLE];
        self.tables.iter().filter(|(name, _)| !own.contains(&name.as_str())).map(|(_, table)| table.rows).sum()
    }

    /// Writes it beside the copy of a world.
    pub(super) fn keep(&self, folder: &Path, world: &str) -> Result<(), CopyError> {
        let beside = proof_path(folder, world);
        let told = serde_json::to_vec_pretty(self).map_err(std::io::Error::other);
        told.and_then(|told| private::replace(&beside, &told)).map_err(unusable(&beside))
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
pub(super) struct Prover {
    rows: u64,
    hash: Sha256,
}

impl Prover {
    /// Takes the next row in.
    pub(super) fn take_in(&mut self, key: &[u8], value: &[u8]) {
        for part in [key, value] {
            self.hash.update((part.len() as u64).to_le_bytes());
            self.hash.update(part);
        }
        self.rows += 1;
    }

    pub(super) fn finish(self) -> TableProof {
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        TableProof { rows: self.rows, sha256 }
    }
}

/// Adds what the database says of itself.
pub(super) fn prove_meta(read: &ReadTransaction, proof: &mut CopyProof) -> Result<(), StorageError> {
    let action = "read how far the rows go";
    let meta = read.open_table(META).map_err(failed(action))?;
    let mut prover = Prover::default();
    for entry in meta.iter().map_err(failed(action))? {
        let (name, value) = entry.map_err(failed(action))?;
        prover.take_in(name.value().as_bytes(), &value.value().to_le_bytes());
    }
    proof.tables.insert(META.name().to_owned(), prover.finish());
    let last_batch = meta.get(META_LAST_BATCH).map_err(failed(action))?;
    proof.last_batch = BatchNumber(last_batch.map_or(0, |value| value.value()));
    Ok(())
}

fn proof_path(folder: &Path, world: &str) -> PathBuf {
    folder.join(format!("{world}{PROOF_SUFFIX}"))
}

/// Checks a copy that was made earlier, without changing anything: its pages, and all rows against what the world had
/// when the copy was made. Returns how many rows there are.
///
/// # Errors
/// When it is damaged, or nothing says what it should hold.
pub fn verify_copy(folder: &Path, world: &str) -> Result<u64, CopyError> {
    let beside = proof_path(folder, world);
    let unproven = |remedy| CopyError::Unproven { path: beside.display().to_string(), remedy };
    if folder::log_file(folder, world).exists() {
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
    check(&folder::rows_file(folder, world), world, &proof)?;
    Ok(proof.rows())
}

/// Reads a copy from the disk. The database repairs what it can while it checks, which stays in memory.
pub(super) fn check(path: &Path, world: &str, expected: &CopyProof) -> Result<(), CopyError> {
    let damaged = |what| CopyError::Damaged { path: path.display().to_string(), what };
    let file = File::open(path).and_then(Overlay::over).map_err(unusable(path))?;
    let read = guarded(|| read_back(file, world));
    let unreadable = || Err(ReadBack::Damaged("its database cannot be read".to_owned()));
    let found = read.unwrap_or_else(unreadable).map_err(|fault| match fault {
        ReadBack::Damaged(what) => damaged(what),
        ReadBack::Storage(StorageError::RowsDamaged { damage, .. }) => damaged(damage.to_string()),
        ReadBack::Storage(error) => damaged(format!("it cannot be read: {error}")),
    })?;
    let differences = expected.differences(&found);
    if differences.is_empty() { Ok(()) } else { Err(damaged(differences.join("; "))) }
}

/// Why a copy cannot be read back.
enum ReadBack {
    Storage(StorageError),
    Damaged(String),
}

impl From<StorageError> for ReadBack {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

fn read_back(file: Overlay, world: &str) -> Result<CopyProof, ReadBack> {
    let action = "read a copy back";
    let opened = Database::builder().set_cache_size(COPY_CACHE_BYTES).create_with_backend(file);
    let mut database = opened.map_err(failed(action))?;
    if !database.check_integrity().map_err(failed(action))? {
        return Err(ReadBack::Damaged("a page has another checksum than it should".to_owned()));
    }
    let rows = RowsFile::new(world, database);
    let moment = RedbMoment::begin(&rows)?;
    let mut proof = CopyProof::default();
    let names = moment.tables()?.into_iter().chain([DIGEST_TABLE.to_owned()]);
    for name in names {
        let mut prover = Prover::default();
        moment.walk(&name, &mut |key, stored| {
            prover.take_in(key, stored);
            Ok(())
        })?;
        proof.tables.insert(name, prover.finish());
    }
    let read = rows.database().begin_read().map_err(failed(action))?;
    prove_meta(&read, &mut proof)?;
    Ok(proof)
}
