//! The files of an archive and their names.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::outside::world_number;
use crate::private;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::owner::{Owner, SegmentName};
use crate::storage::continuous::segment::damaged;
use crate::storage::folder::{PROOF_SUFFIX, ROWS_SUFFIX};

const BASE_PREFIX: &str = "base-";
/// The folder in which a base is written.
const UNFINISHED: &str = "base.unfinished";
const NEWEST: &str = "newest";
const NEWEST_SUFFIX: &str = ".json";

/// The archive of one world.
#[derive(Debug, Clone)]
pub(super) struct WorldFolder {
    pub(super) path: PathBuf,
}

/// A base: a copy of the rows, named after where it stands in the archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Base {
    /// The line whose records follow it.
    pub(super) line: u32,
    /// The last record in it.
    pub(super) record: u64,
    /// The world's clock at that record, in unix milliseconds.
    pub(super) moment_ms: i64,
}

impl Base {
    /// The name that its file begins with.
    pub(super) fn name(&self) -> String {
        format!("{BASE_PREFIX}{:06}-{:020}-{}", self.line, self.record, self.moment_ms)
    }

    fn parse(file: &str) -> Option<Self> {
        let mut parts = file.strip_prefix(BASE_PREFIX)?.strip_suffix(ROWS_SUFFIX)?.splitn(3, '-');
        let mut next = || parts.next();
        let base =
            Self { line: next()?.parse().ok()?, record: next()?.parse().ok()?, moment_ms: next()?.parse().ok()? };
        (format!("{}{ROWS_SUFFIX}", base.name()) == file).then_some(base)
    }
}

/// The newest segment of an owner, so that its loss is noticed as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) sequence: u64,
    pub(super) first_record: u64,
    /// The last record, once it is closed.
    pub(super) last_record: Option<u64>,
}

impl WorldFolder {
    /// The archive of the world with this name, such as `world-0`.
    pub(super) fn new(archive: &Path, world: &str) -> Self {
        Self { path: archive.join(world) }
    }

    /// What people call it.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Makes it if it does not exist.
    pub(super) fn make(&self) -> Result<(), ArchiveError> {
        private::make_folder(&self.path).map_err(at("make", &self.path))
    }

    pub(super) fn segment(&self, name: SegmentName) -> PathBuf {
        self.path.join(name.file())
    }

    pub(super) fn base(&self, base: &Base) -> PathBuf {
        self.path.join(format!("{}{ROWS_SUFFIX}", base.name()))
    }

    /// What says what a base holds.
    pub(super) fn base_proof(&self, base: &Base) -> PathBuf {
        self.path.join(format!("{}{PROOF_SUFFIX}", base.name()))
    }

    /// What an owner has noted of its newest segment; `None` = nothing.
    pub(super) fn newest(&self, owner: Option<Owner>) -> Result<Option<Newest>, ArchiveError> {
        let path = self.note(owner);
        match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at("read", &path)(error)),
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| damaged(&path, 0)),
        }
    }

    fn note(&self, owner: Option<Owner>) -> PathBuf {
        self.path.join(named_after(NEWEST, owner) + NEWEST_SUFFIX)
    }

    /// The owners who have noted which segment is their newest, ascending; `None` = an earlier program.
    pub(super) fn noted_by(&self) -> Result<Vec<Option<Owner>>, ArchiveError> {
        self.list(|name| parse_owner(NEWEST, name.strip_suffix(NEWEST_SUFFIX)?))
    }

    /// Notes which segment of an owner is the newest. What earlier ones have noted is of no use any more.
    pub(super) fn note_newest(&self, owner: Owner, newest: &Newest) -> Result<(), ArchiveError> {
        let path = self.note(Some(owner));
        private::replace(&path, serde_json::json!(newest).to_string().as_bytes()).map_err(at("write", &path))?;
        for earlier in self.noted_by()?.into_iter().filter(|noted| *noted < Some(owner)) {
            let path = self.note(earlier);
            std::fs::remove_file(&path).map_err(at("delete", &path))?;
        }
        Ok(())
    }

    /// Where an owner writes a base.
    pub(super) fn unfinished_base(&self, owner: Owner) -> PathBuf {
        self.path.join(named_after(UNFINISHED, Some(owner)))
    }

    /// What an owner or those before it have left of bases that were not finished.
    pub(super) fn unfinished_bases(&self, owner: Owner) -> Result<Vec<PathBuf>, ArchiveError> {
        let left = self.list(|name| parse_owner(UNFINISHED, name))?;
        let left = left.into_iter().filter(|left| *left <= Some(owner));
        Ok(left.map(|left| self.path.join(named_after(UNFINISHED, left))).collect())
    }

    /// The names of the segments, ascending.
    pub(super) fn segments(&self) -> Result<Vec<SegmentName>, ArchiveError> {
        self.list(SegmentName::parse)
    }

    /// The bases, the oldest first.
    pub(super) fn bases(&self) -> Result<Vec<Base>, ArchiveError> {
        self.list(Base::parse)
    }

    fn list<T: Ord>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ArchiveError> {
        let entries = match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(at("list", &self.path))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(at("list", &self.path))?.file_name();
            found.extend(name.to_str().and_then(&parse));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Waits until the names of files that were made, renamed or deleted are on disk.
    pub(super) fn sync(&self) -> Result<(), ArchiveError> {
        private::sync_folder(&self.path).map_err(at("sync", &self.path))
    }
}

/// A name, with its owner behind it.
fn named_after(name: &str, owner: Option<Owner>) -> String {
    owner.map_or_else(|| name.to_owned(), |owner| format!("{name}-{owner}"))
}

fn parse_owner(name: &str, file: &str) -> Option<Option<Owner>> {
    match file.strip_prefix(name)? {
        "" => Some(None),
        owner => Owner::parse(owner.strip_prefix('-')?).map(Some),
    }
}

/// Opens a file for writing, and makes it if it does not exist.
pub(super) fn open_private(path: &Path) -> Result<File, ArchiveError> {
    let opened = private::options().create(true).truncate(false).read(true).write(true).open(path);
    opened.map_err(at("open", path))
}

/// The names of the worlds in an archive, sorted.
///
/// # Errors
/// When there is none, or the folder cannot be read.
pub fn worlds(archive: &Path) -> Result<Vec<String>, ArchiveError> {
    let mut names = Vec::new();
    let nothing = || ArchiveError::Nothing { folder: archive.display().to_string() };
    for entry in std::fs::read_dir(archive).map_err(|_| nothing())? {
        let entry = entry.map_err(at("list", archive))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if world_number(&name).is_some() && entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort_unstable();
    if names.is_empty() { Err(nothing()) } else { Ok(names) }
}
