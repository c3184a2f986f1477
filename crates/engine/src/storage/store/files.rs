//! Where the files of a world are: in a folder, in a folder that must not change, or on simulated disks.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Database, StorageBackend};

use crate::private;
use crate::storage::StorageError;
use crate::storage::disk::Disks;
use crate::storage::folder::{LEGACY_LOG_SUFFIX, LOG_SUFFIX, MARK_SUFFIX, ROWS_SUFFIX};
use crate::storage::store::overlay::Overlay;
use crate::storage::store::{failed, io_failed};

/// The files of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileRole {
    Rows,
    Log,
    Mark,
}

impl FileRole {
    fn suffix(self) -> &'static str {
        match self {
            Self::Rows => ROWS_SUFFIX,
            Self::Log => LOG_SUFFIX,
            Self::Mark => MARK_SUFFIX,
        }
    }
}

const LEGACY_LOG_CACHE_BYTES: usize = 16 << 20;

/// The files of one world.
pub(super) trait Files {
    /// What people call a file.
    fn name(&self, role: FileRole) -> String;
    /// Its length in bytes; 0 when it does not exist.
    fn length(&self, role: FileRole) -> Result<u64, StorageError>;
    /// Opens it, and makes it if it does not exist.
    fn open(&self, role: FileRole) -> Result<Box<dyn StorageBackend>, StorageError>;
    /// Waits until the names of files that were made or put aside are on disk.
    fn sync_names(&self) -> Result<(), StorageError>;
    /// Gives a file another name, under which nothing looks for it; returns that name.
    fn put_aside(&self, role: FileRole) -> Result<PathBuf, StorageError>;

    /// The log of an earlier program.
    fn legacy_log(&self) -> Result<Option<Database>, StorageError> {
        Ok(None)
    }

    /// Removes the log of an earlier program, once its records are in the rows.
    fn remove_legacy_log(&self) -> Result<(), StorageError> {
        Ok(())
    }

    /// The database of a file cannot be opened.
    fn cannot_open(&self, role: FileRole, error: redb::DatabaseError) -> StorageError {
        let path = self.name(role);
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StorageError::InUse { path },
            error => StorageError::Open { path, source: Box::new(error.into()) },
        }
    }
}

/// The files in a folder.
pub(super) struct Folder {
    folder: PathBuf,
    name: String,
}

impl Folder {
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        Self { folder: folder.to_owned(), name: name.to_owned() }
    }

    fn path(&self, suffix: &str) -> PathBuf {
        self.folder.join(format!("{}{suffix}", self.name))
    }

    /// Refuses rows that somebody has open, such as a copy that is being made: they may look damaged meanwhile, and change
    /// when they are closed.
    pub(super) fn refuse_open_rows(&self) -> Result<(), StorageError> {
        let rows = self.open(FileRole::Rows)?;
        let is_locked = matches!(rows.try_lock_range(Bound::Unbounded, Bound::Unbounded), Ok(false));
        let _ = rows.close();
        if is_locked { Err(StorageError::InUse { path: self.name(FileRole::Rows) }) } else { Ok(()) }
    }

    fn unusable(path: &Path) -> impl Fn(std::io::Error) -> StorageError {
        move |source| StorageError::Folder { path: format!("file {}", path.display()), source }
    }
}

fn length_of(path: &Path) -> Result<u64, StorageError> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Folder::unusable(path)(error)),
    }
}

impl Files for Folder {
    fn name(&self, role: FileRole) -> String {
        self.path(role.suffix()).display().to_string()
    }

    fn length(&self, role: FileRole) -> Result<u64, StorageError> {
        length_of(&self.path(role.suffix()))
    }

    fn open(&self, role: FileRole) -> Result<Box<dyn StorageBackend>, StorageError> {
        let path = self.path(role.suffix());
        let opened = private::options().create(true).truncate(false).read(true).write(true).open(&path);
        let file = opened.map_err(Self::unusable(&path))?;
        Ok(Box::new(FileBackend::new(file).map_err(|error| self.cannot_open(role, error))?))
    }

    fn sync_names(&self) -> Result<(), StorageError> {
        private::sync_folder(&self.folder).map_err(Self::unusable(&self.folder))
    }

    fn put_aside(&self, role: FileRole) -> Result<PathBuf, StorageError> {
        let path = self.path(role.suffix());
        let free =
            (1..).map(|number| self.path(&format!("{}.lost-{number}", role.suffix()))).find(|path| !path.exists());
        let aside = free.unwrap_or_else(|| self.path(".lost"));
        std::fs::rename(&path, &aside).map_err(Self::unusable(&path))?;
        Ok(aside)
    }

    fn legacy_log(&self) -> Result<Option<Database>, StorageError> {
        let path = self.path(LEGACY_LOG_SUFFIX);
        if length_of(&path)? == 0 {
            return Ok(None);
        }
        let log = Database::builder().set_cache_size(LEGACY_LOG_CACHE_BYTES).open(&path);
        log.map(Some).map_err(failed("open the log of an earlier program"))
    }

    fn remove_legacy_log(&self) -> Result<(), StorageError> {
        let path = self.path(LEGACY_LOG_SUFFIX);
        match std::fs::remove_file(&path) {
            Ok(()) => self.sync_names(),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Self::unusable(&path)(error)),
        }
    }
}

/// The files in a folder, of which nothing is changed.
pub(super) struct ReadOnlyFolder(Folder);

impl ReadOnlyFolder {
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        Self(Folder::new(folder, name))
    }

    fn overlay(path: &Path) -> Result<Overlay, StorageError> {
        match File::open(path) {
            Ok(file) => Overlay::over(file).map_err(Folder::unusable(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Overlay::default()),
            Err(error) => Err(Folder::unusable(path)(error)),
        }
    }
}

impl Files for ReadOnlyFolder {
    fn name(&self, role: FileRole) -> String {
        self.0.name(role)
    }

    fn length(&self, role: FileRole) -> Result<u64, StorageError> {
        self.0.length(role)
    }

    fn open(&self, role: FileRole) -> Result<Box<dyn StorageBackend>, StorageError> {
        Ok(Box::new(Self::overlay(&self.0.path(role.suffix()))?))
    }

    fn sync_names(&self) -> Result<(), StorageError> {
        Ok(())
    }

    fn put_aside(&self, role: FileRole) -> Result<PathBuf, StorageError> {
        let path = self.0.path(role.suffix());
        Err(Folder::unusable(&path)(ErrorKind::ReadOnlyFilesystem.into()))
    }

    fn legacy_log(&self) -> Result<Option<Database>, StorageError> {
        let path = self.0.path(LEGACY_LOG_SUFFIX);
        if length_of(&path)? == 0 {
            return Ok(None);
        }
        let log = Database::builder().create_with_backend(Self::overlay(&path)?);
        log.map(Some).map_err(failed("open the log of an earlier program"))
    }
}

impl Files for Disks {
    fn name(&self, role: FileRole) -> String {
        format!("simulated{}", role.suffix())
    }

    fn length(&self, role: FileRole) -> Result<u64, StorageError> {
        Ok(self.disk(role).size_bytes() as u64)
    }

    fn open(&self, role: FileRole) -> Result<Box<dyn StorageBackend>, StorageError> {
        Ok(Box::new(self.disk(role).clone()))
    }

    fn sync_names(&self) -> Result<(), StorageError> {
        let synced = [FileRole::Rows, FileRole::Log, FileRole::Mark]
            .into_iter()
            .try_for_each(|role| self.disk(role).sync_name());
        synced.map_err(io_failed("sync a folder"))
    }

    fn put_aside(&self, role: FileRole) -> Result<PathBuf, StorageError> {
        self.disk(role).put_aside().map_err(io_failed("rename a file"))?;
        Ok(PathBuf::from(format!("{}.lost", self.name(role))))
    }
}

impl Disks {
    fn disk(&self, role: FileRole) -> &crate::storage::disk::Disk {
        match role {
            FileRole::Rows => &self.rows,
            FileRole::Log => &self.log,
            FileRole::Mark => &self.mark,
        }
    }
}
