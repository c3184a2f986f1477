//! Which files of journals are old enough to be deleted.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::journal::file::part_path;
use crate::journal::frames::Head;

/// A day of real time.
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes the parts of a world's journals that were last written more than `keep_days` days before `newest` was, and
/// returns how many; 0 days keep all. Part 0 says what all others of its journal mean, so it goes with the last of them.
pub(super) fn delete_old(folder: &Path, name: &str, keep_days: u32, newest: &Path) -> io::Result<usize> {
    if keep_days == 0 {
        return Ok(0);
    }
    let now = fs::metadata(newest)?.modified()?;
    let keep = DAY * keep_days;
    let is_old = |written: SystemTime| now.duration_since(written).is_ok_and(|age| age > keep);
    let mut deleted = 0;
    for (id, parts) in journals(folder, name)? {
        let has_ended = parts.values().all(|written| is_old(*written));
        for (part, written) in parts {
            if is_old(written) && (part != 0 || has_ended) {
                fs::remove_file(part_path(folder, name, Head { id, part }))?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

/// The first part of a journal after this one that is there, where this one is not.
pub fn part_after_deleted(folder: &Path, name: &str, missing: Head) -> io::Result<Option<u32>> {
    let parts = journals(folder, name)?.remove(&missing.id).unwrap_or_default();
    let later = parts.into_keys().find(|part| *part >= missing.part);
    Ok(later.filter(|part| *part != missing.part))
}

/// The parts of each journal of a world, by the journal's id, with when each was last written.
pub(super) fn journals(folder: &Path, name: &str) -> io::Result<BTreeMap<i64, BTreeMap<u32, SystemTime>>> {
    let mut journals: BTreeMap<i64, BTreeMap<u32, SystemTime>> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(head) = head_of(&path, name) {
            journals.entry(head.id).or_default().insert(head.part, fs::metadata(&path)?.modified()?);
        }
    }
    Ok(journals)
}

/// The opposite of [`part_path`]; `None` for anything else.
fn head_of(path: &PathBuf, name: &str) -> Option<Head> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".journal")?;
    let (id, part) = stem.strip_prefix(name)?.strip_prefix('-')?.rsplit_once('-')?;
    let head = Head { id: id.parse().ok()?, part: part.parse().ok()? };
    (part_path(path.parent()?, name, head) == *path).then_some(head)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// A folder with parts of journals, each as old as said, in days.
    fn folder_of(parts: &[(&str, i64, u32, u32)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let now = File::create(folder.path().join("now")).expect("a writable folder");
        let now = now.metadata().and_then(|found| found.modified()).expect("a moment");
        for (name, id, part, days) in parts {
            let path = part_path(folder.path(), name, Head { id: *id, part: *part });
            let file = File::create(path).expect("a writable folder");
            file.set_modified(now - DAY * *days).expect("the moment can be set");
        }
        folder
    }

    fn left(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a readable folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name != "now").collect();
        names.sort();
        names
    }

    #[test]
    fn a_journal_that_ended_long_ago_is_deleted_and_one_that_runs_loses_its_old_parts_but_the_first() {
        let folder = folder_of(&[
            ("world-1", 100, 0, 40),
            ("world-1", 100, 1, 31),
            ("world-1", 200, 0, 31),
            ("world-1", 200, 1, 31),
            ("world-1", 200, 2, 29),
            ("world-1", 300, 0, 0),
        ]);
        let deleted = delete_old(folder.path(), "world-1", 30, &folder.path().join("now"));
        assert_eq!(deleted.expect("a writable folder"), 3);
        assert_eq!(
            left(folder.path()),
            ["world-1-200-0000.journal", "world-1-200-0002.journal", "world-1-300-0000.journal"],
            "part 0 says what the others mean, so it stays with them"
        );
    }

    #[test]
    fn what_is_no_journal_of_the_world_is_left_alone() {
        let folder = folder_of(&[("world-10", 100, 0, 99), ("world-1", -5, 0, 99)]);
        for name in ["rules-0123", "world-1-100-0000.journal.gz", "world-1-100-00.journal", "world-1-x-0000.journal"] {
            let file = File::create(folder.path().join(name)).expect("a writable folder");
            file.set_modified(SystemTime::UNIX_EPOCH).expect("the moment can be set");
        }
        let deleted = delete_old(folder.path(), "world-1", 30, &folder.path().join("now"));
        assert_eq!(deleted.expect("a writable folder"), 1, "only world-1--5-0000.journal, of a clock before 1970");
        assert_eq!(left(folder.path()).len(), 5);
    }

    #[test]
    fn without_a_number_of_days_all_are_kept() {
        let folder = folder_of(&[("world-0", 100, 0, 4000)]);
        let deleted = delete_old(folder.path(), "world-0", 0, &folder.path().join("now"));
        assert_eq!((deleted.expect("nothing to do"), left(folder.path()).len()), (0, 1));
    }

    #[test]
    fn a_missing_part_is_told_from_the_end_of_a_journal() {
        let folder = folder_of(&[("world-0", 100, 0, 2), ("world-0", 100, 3, 1), ("world-0", 200, 0, 0)]);
        let after = |part| part_after_deleted(folder.path(), "world-0", Head { id: 100, part });
        assert_eq!(after(1).expect("a readable folder"), Some(3), "the journal goes on there");
        assert_eq!(after(4).expect("a readable folder"), None, "it ends there");
    }
}
