//! A data folder: its lock, and the worlds in it.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::outside::{REALM, world_name, world_number};
use crate::private;
use crate::storage::StorageError;
use crate::storage::store::Store;

/// The suffix of a log.
pub(super) const LOG_SUFFIX: &str = ".log";
/// The suffix of a mark.
pub(super) const MARK_SUFFIX: &str = ".mark";
/// The suffix of the database in which earlier programs kept the log.
pub(super) const LEGACY_LOG_SUFFIX: &str = ".log.redb";
/// The suffix of a rows file.
pub(super) const ROWS_SUFFIX: &str = ".rows.redb";

/// The suffix of the file that says what a copy holds.
pub(super) const PROOF_SUFFIX: &str = ".backup.json";

/// Suffixes of files that hold a part of a world, so that where one is, there is a world, whatever else is missing.
const WORLD_SUFFIXES: [&str; 4] = [ROWS_SUFFIX, LOG_SUFFIX, LEGACY_LOG_SUFFIX, MARK_SUFFIX];

/// The file that a server locks.
const LOCK: &str = "lock";

/// The file that is there while the first worlds of a folder are made, so that a crash in between leaves no folder that
/// has some of them.
const MAKING: &str = "making";

/// What a server leaves in a folder besides worlds and logs, and what a file system puts into an empty one. Each may have a
/// temporary file beside it.
const LEFTOVERS: [&str; 7] =
    [LOCK, MAKING, "operator_token", "sandbox.json", "addresses.json", "session_keys", "lost+found"];

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The disk, or the files of a world.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// There is no world, and the operator does not want new ones.
    #[error(
        "there is no world in the data folder {folder}, and data_must_exist is true, so none is made. If --data names the \
         right folder and its disk is mounted, make the worlds with `raidkeep init --data {folder}`"
    )]
    MustExist {
        /// The folder.
        folder: String,
    },
    /// The folder belongs to something else.
    #[error(
        "the data folder {folder} holds other things, such as {other}, but no world. --data takes a folder with worlds, or an \
         empty one for new worlds"
    )]
    OtherContent {
        /// The folder.
        folder: String,
        /// Something in it.
        other: String,
    },
    /// The folder has worlds, but not this one.
    #[error(
        "the data folder {folder} has no world {number}, only {known}. If it should be a new world, make it with \
         `raidkeep init --data {folder} --world {number}`; otherwise set `worlds` to those that there are"
    )]
    NoSuchWorld {
        /// The folder.
        folder: String,
        /// The world that is missing.
        number: u32,
        /// The worlds that are there.
        known: String,
    },
    /// The worlds are in a database, and there are others in the folder.
    #[error(
        "the data folder {folder} holds worlds, but cluster.database says that the worlds are in a database. Bring them there with \
         `raidkeep migrate --to database --data {folder}`, or give this node another --data folder"
    )]
    HasWorlds {
        /// The folder.
        folder: String,
    },
    /// The world that was to be made is there.
    #[error("the data folder {folder} has a world {number} already; nothing was changed")]
    IsThere {
        /// The folder.
        folder: String,
        /// The world.
        number: u32,
    },
    /// A world has an empty file for rows, and nothing else.
    #[error(
        "{file} is empty, and there are no other files of its world. Put the world back from a copy; if there never was one, \
         delete the file"
    )]
    Empty {
        /// The file.
        file: String,
    },
}

/// The path of the log of a world with this name.
pub fn log_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{LOG_SUFFIX}"))
}

/// The path of the rows of a world with this name.
pub fn rows_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{ROWS_SUFFIX}"))
}

fn failed(folder: &Path) -> impl Fn(std::io::Error) -> StorageError {
    let path = format!("data folder {}", folder.display());
    move |source| StorageError::Folder { path: path.clone(), source }
}

/// What the name of a file ends with whose world is elsewhere now.
const ASIDE: &str = ".migrated";

/// Gives the files of a world names under which no server finds them, because the world is elsewhere now. Returns these.
///
/// # Errors
/// When they cannot be renamed.
pub fn put_aside(folder: &Path, name: &str) -> Result<Vec<PathBuf>, StorageError> {
    let files = WORLD_SUFFIXES.iter().map(|suffix| folder.join(format!("{name}{suffix}")));
    let mut kept = Vec::new();
    for file in files.filter(|file| file.exists()) {
        let aside = folder.join(format!("{}{ASIDE}", file.file_name().unwrap_or_default().to_string_lossy()));
        private::rename(&file, &aside).map_err(failed(folder))?;
        kept.push(aside);
    }
    Ok(kept)
}

/// Locks a folder, created if missing, against other processes until the file is dropped.
pub fn lock(folder: &Path) -> Result<File, StorageError> {
    private::make_folder(folder).map_err(failed(folder))?;
    let opened = private::options().create(true).truncate(false).write(true).open(folder.join(LOCK));
    let lock = opened.map_err(failed(folder))?;
    held(lock.try_lock(), folder).map(|()| lock)
}

fn held(lock: Result<(), TryLockError>, folder: &Path) -> Result<(), StorageError> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: folder.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(folder)(source)),
    }
}

/// Keeps servers out of a folder while it is read, without changing it; `None` when no server has ever used it.
pub fn lock_for_reading(folder: &Path) -> Result<Option<File>, StorageError> {
    let lock = match File::open(folder.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(folder)(error)),
    };
    held(lock.try_lock_shared(), folder).map(|()| Some(lock))
}

/// The names of the worlds in an existing folder, sorted.
pub fn worlds(folder: &Path) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let name = entry.map_err(failed(folder))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(ROWS_SUFFIX)).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// What a folder holds.
enum Contents {
    /// Nothing but leftovers, or it does not exist.
    Nothing,
    /// The worlds of these numbers.
    Worlds(BTreeSet<u32>),
    /// No world, but something with this name.
    Other(String),
}

impl Contents {
    fn of(folder: &Path) -> Result<Self, StorageError> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::Nothing),
            Err(error) => return Err(failed(folder)(error)),
        };
        let (mut worlds, mut other, mut is_making) = (BTreeSet::new(), None, false);
        for entry in entries {
            let name = entry.map_err(failed(folder))?.file_name().to_string_lossy().into_owned();
            is_making |= name == MAKING;
            match world_of(&name) {
                Some(number) => drop(worlds.insert(number)),
                None if is_leftover(&name) => {}
                None => other = Some(name),
            }
        }
        Ok(match other {
            _ if !worlds.is_empty() && !is_making => Self::Worlds(worlds),
            Some(other) if worlds.is_empty() => Self::Other(other),
            _ => Self::Nothing,
        })
    }
}

/// The number of the world that a file is part of.
fn world_of(file: &str) -> Option<u32> {
    world_number(WORLD_SUFFIXES.iter().find_map(|suffix| file.strip_suffix(suffix))?)
}

fn is_leftover(name: &str) -> bool {
    let name = [".tmp", ".unfinished"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    LEFTOVERS.contains(&name) || [PROOF_SUFFIX, ".rows", LOG_SUFFIX].iter().any(|suffix| name.ends_with(suffix))
}

/// The locked data folder of a server.
#[derive(Debug)]
pub struct DataFolder {
    folder: PathBuf,
    /// How many new worlds are to be made in it.
    new_worlds: u32,
    /// There while they are being made.
    making: Option<PathBuf>,
    _lock: File,
}

impl DataFolder {
    /// Locks the folder of a server with this many worlds. If it is missing or empty, and need not hold any, the worlds may
    /// be made in it.
    ///
    /// # Errors
    /// When it holds something else, or not all of the worlds, or another server uses it.
    pub fn open(folder: &Path, worlds: u32, must_exist: bool) -> Result<Self, FolderError> {
        let shown = || folder.display().to_string();
        // What another server is about to make in it is none of the operator's mistakes.
        drop(lock_for_reading(folder)?);
        let new_worlds = match Contents::of(folder)? {
            Contents::Nothing if must_exist => return Err(FolderError::MustExist { folder: shown() }),
            Contents::Nothing => worlds,
            Contents::Worlds(known) => {
                if let Some(number) = (0..worlds).find(|number| !known.contains(number)) {
                    let known = known.iter().filter(|known| **known != REALM).map(u32::to_string);
                    let known = known.collect::<Vec<_>>().join(", ");
                    return Err(FolderError::NoSuchWorld { folder: shown(), number, known });
                }
                known.iter().try_for_each(|number| refuse_empty(folder, *number))?;
                0
            }
            Contents::Other(other) => return Err(FolderError::OtherContent { folder: shown(), other }),
        };
        Ok(Self { folder: folder.to_owned(), new_worlds, making: None, _lock: lock(folder)? })
    }

    /// Locks the folder of a server whose worlds are in a database.
    ///
    /// # Errors
    /// When it holds worlds, or another server uses it.
    pub fn without_worlds(folder: &Path) -> Result<Self, FolderError> {
        if let Contents::Worlds(_) = Contents::of(folder)? {
            return Err(FolderError::HasWorlds { folder: folder.display().to_string() });
        }
        Ok(Self { folder: folder.to_owned(), new_worlds: 0, making: None, _lock: lock(folder)? })
    }

    /// Says that new worlds are made, if the folder has none. Until [`Self::note_made`], a world that is missing was not
    /// made yet.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn begin_worlds(&mut self) -> Result<(), FolderError> {
        if self.new_worlds > 0 {
            let (folder, worlds) = (self.folder.display(), self.new_worlds);
            tracing::info!(%folder, worlds, "there is no world in the data folder: new worlds are made");
            self.making = Some(begin_making(&self.folder)?);
        }
        Ok(())
    }

    /// Notes that all worlds are there. From now on, one that is missing was lost.
    pub fn note_made(&self) {
        if let Some(Err(error)) = self.making.as_deref().map(end_making) {
            tracing::warn!(%error, "cannot note that the worlds are made; the next start takes the folder for a new one");
        }
    }
}

fn begin_making(folder: &Path) -> Result<PathBuf, StorageError> {
    let making = folder.join(MAKING);
    private::replace(&making, b"").map_err(failed(&making))?;
    Ok(making)
}

fn end_making(making: &Path) -> std::io::Result<()> {
    std::fs::remove_file(making).and_then(|()| private::sync_name(making))
}

/// Makes one world, or those of all that are missing. Returns the names of those that were made.
///
/// # Errors
/// When the folder holds something else, the one world is there, or a server uses the folder.
pub fn init(folder: &Path, worlds: u32, one: Option<u32>) -> Result<Vec<String>, FolderError> {
    let shown = || folder.display().to_string();
    let known = match Contents::of(folder)? {
        Contents::Nothing => BTreeSet::new(),
        Contents::Worlds(known) => known,
        Contents::Other(other) => return Err(FolderError::OtherContent { folder: shown(), other }),
    };
    if let Some(number) = one.filter(|number| known.contains(number)) {
        return Err(FolderError::IsThere { folder: shown(), number });
    }
    let _lock = lock(folder)?;
    let wanted = one.map_or_else(|| (0..worlds).collect(), |number| vec![number]);
    let missing: Vec<u32> = wanted.into_iter().filter(|number| !known.contains(number)).collect();
    let making = known.is_empty().then(|| begin_making(folder)).transpose()?;
    for number in &missing {
        drop(Store::open_folder(folder, &world_name(*number))?);
    }
    making.as_deref().map_or(Ok(()), end_making).map_err(failed(folder))?;
    Ok(missing.into_iter().map(world_name).collect())
}

/// Rows that were emptied, with nothing beside them that tells of it, are no new world.
fn refuse_empty(folder: &Path, number: u32) -> Result<(), FolderError> {
    let path = |suffix| folder.join(format!("{}{suffix}", world_name(number)));
    let [rows, others @ ..] = WORLD_SUFFIXES.map(path);
    let is_empty = std::fs::metadata(&rows).is_ok_and(|found| found.len() == 0);
    if is_empty && others.iter().all(|other| !other.exists()) {
        return Err(FolderError::Empty { file: rows.display().to_string() });
    }
    Ok(())
}
