//! Online copies of the rows: a complete, openable database, written while the world goes on.

use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, TableDefinition, WriteTransaction};

use crate::numbers::BatchNumber;
use crate::private;
use crate::storage::StorageError;
use crate::storage::folder::rows_file;
use crate::storage::proof::{CopyError, CopyProof, Prover, TableProof, check, prove_meta, unusable};
use crate::storage::store::{failed, file_name, write_meta};
use crate::storage::stored::{DIGEST_TABLE, Recount, StoredRows, read_player_tables};

/// The copy is written once from front to back; more memory would not help it.
pub(super) const COPY_CACHE_BYTES: usize = 16 << 20;

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The file.
    pub path: PathBuf,
    /// The number of the last batch in it.
    pub last_batch: BatchNumber,
    /// How many rows it has.
    pub rows: u64,
}

/// Checks all rows and writes them, as of one moment, to a file of this world's name in `folder`; a folder with nothing
/// else in it is one that a server can be started on. The file gets its name only when all of it is on disk and was
/// read back, so that a partial copy never looks complete. An existing copy is not replaced.
///
/// # Errors
/// When the world or the copy is damaged, or the folder cannot be written to.
pub fn copy_rows(stored: &dyn StoredRows, world: &str, folder: &Path) -> Result<Copied, CopyError> {
    let path = rows_file(folder, world);
    let unusable_folder = |source| CopyError::Unusable { path: format!("backup folder {}", folder.display()), source };
    if path.exists() {
        return Err(unusable_folder(std::io::ErrorKind::AlreadyExists.into()));
    }
    private::make_folder(folder).map_err(unusable_folder)?;
    let unfinished = path.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(unusable_folder)?;
    }
    let proof = write_copy(stored, world, &unfinished).map_err(|error| match error {
        StorageError::RowsDamaged { file, damage } => CopyError::SourceDamaged { file, what: damage.to_string() },
        error => error.into(),
    })?;
    File::open(&unfinished).and_then(|file| file.sync_all()).map_err(unusable(&unfinished))?;
    check(&unfinished, world, &proof)?;
    proof.keep(folder, world)?;
    private::rename(&unfinished, &path).map_err(unusable(&path))?;
    Ok(Copied { path, last_batch: proof.last_batch, rows: proof.rows() })
}

/// One transaction of a rows file sees one moment. It pins the pages that folds replace meanwhile; folds are seconds apart,
/// so the file grows by a few of them at most.
fn write_copy(stored: &dyn StoredRows, world: &str, path: &Path) -> Result<CopyProof, StorageError> {
    let action = "write a copy of the rows";
    let io = |error: std::io::Error| failed(action)(redb::Error::Io(error));
    let file = private::options().create_new(true).read(true).write(true).open(path).map_err(io)?;
    let copy = Database::builder().set_cache_size(COPY_CACHE_BYTES).create_file(file).map_err(failed(action))?;
    let write = copy.begin_write().map_err(failed(action))?;
    let mut proof = CopyProof::default();
    let mut recount = Recount::new(read_player_tables(stored, &file_name(world))?);
    let damaged = |damage| StorageError::RowsDamaged { file: file_name(world), damage };
    for table in stored.tables()? {
        let proven = copy_table(stored, &write, &table, &mut |key, stored| {
            recount.take_in(&table, key, stored).map_err(damaged)
        })?;
        proof.tables.insert(table, proven);
    }
    // What is damaged is not copied: the copy would look like a sound one.
    if let Some(damage) = recount.compare(stored)?.into_iter().next() {
        return Err(damaged(damage));
    }
    let digests = copy_table(stored, &write, DIGEST_TABLE, &mut |_, _| Ok(()))?;
    proof.tables.insert(DIGEST_TABLE.to_owned(), digests);
    write_meta(stored.reached()?, &write)?;
    write.commit().map_err(failed(action))?;
    let written = copy.begin_read().map_err(failed(action))?;
    prove_meta(&written, &mut proof)?;
    Ok(proof)
}

/// Copies the rows as they are stored.
fn copy_table(
    from: &dyn StoredRows,
    write: &WriteTransaction,
    name: &str,
    each: &mut dyn FnMut(&[u8], &[u8]) -> Result<(), StorageError>,
) -> Result<TableProof, StorageError> {
    let action = "copy a table";
    let mut to = write.open_table(TableDefinition::<&[u8], &[u8]>::new(name)).map_err(failed(action))?;
    let mut prover = Prover::default();
    from.walk(name, &mut |key, stored| {
        each(key, stored)?;
        prover.take_in(key, stored);
        to.insert(key, stored).map_err(failed(action))?;
        Ok(())
    })?;
    Ok(prover.finish())
}
