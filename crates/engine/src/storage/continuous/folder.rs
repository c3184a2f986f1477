//! The files of an archive and their names.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::outside::world_number;
use crate::private;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::segment::damaged;
use crate::storage::folder::{PROOF_SUFFIX, ROWS_SUFFIX};

const SEGMENT_SUFFIX: &str = ".segment";
const BASE_PREFIX: &str = "base-";
const NEWEST: &str = "newest.json";

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

/// The newest segment, so that its loss is noticed as well.
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

    pub(super) fn segment(&self, sequence: u64) -> PathBuf {
        self.path.join(format!("{sequence:010}{SEGMENT_SUFFIX}"))
    }

    pub(super) fn base(&self, base: &Base) -> PathBuf {
        self.path.join(format!("{}{ROWS_SUFFIX}", base.name()))
    }

    /// What says what a base holds.
    pub(super) fn base_proof(&self, base: &Base) -> PathBuf {
        self.path.join(format!("{}{PROOF_SUFFIX}", base.name()))
    }

    /// The newest segment that was ever begun; `None` when nothing says so.
    pub(super) fn newest(&self) -> Result<Option<Newest>, ArchiveError> {
        let path = self.path.join(NEWEST);
        match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at("read", &path)(error)),
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| damaged(&path, 0)),
        }
    }

    /// Notes which segment is the newest.
    pub(super) fn note_newest(&self, newest: &Newest) -> Result<(), ArchiveError> {
        let path = self.path.join(NEWEST);
        private::replace(&path, serde_json::json!(newest).to_string().as_bytes()).map_err(at("write", &path))
    }

    /// The sequence numbers of the segments, ascending.
    pub(super) fn segments(&self) -> Result<Vec<u64>, ArchiveError> {
        let parse = |name: &str| {
            let sequence = name.strip_suffix(SEGMENT_SUFFIX)?.parse().ok()?;
            self.segment(sequence).ends_with(name).then_some(sequence)
        };
        self.list(parse)
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
