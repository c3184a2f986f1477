//! A stamp of a folder of assets, cheap enough to compute every few seconds.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::rules::DEEPEST_FOLDER;

/// Identity, size and times of everything in a folder, with links followed. Equal stamps mean that nothing was written,
/// replaced, added or removed in between.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp(BTreeMap<PathBuf, Option<FileStamp>>);

#[derive(Debug, PartialEq, Eq)]
struct FileStamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl From<Metadata> for FileStamp {
    fn from(file: Metadata) -> Self {
        Self {
            device: file.dev(),
            inode: file.ino(),
            bytes: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

impl Stamp {
    /// The stamp of the folder now. Unreadable entries are part of it too: they may become readable.
    pub(super) fn of(folder: &Path) -> Self {
        let mut stamp = Self(BTreeMap::new());
        stamp.add(folder, 0);
        stamp
    }

    fn add(&mut self, path: &Path, depth: usize) {
        let metadata = fs::metadata(path).ok();
        let is_folder = metadata.as_ref().is_some_and(Metadata::is_dir);
        self.0.insert(path.to_owned(), metadata.map(FileStamp::from));
        if !is_folder || depth > DEEPEST_FOLDER {
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                self.add(&entry.path(), depth + 1);
            }
        }
    }
}
