//! Opening a world again in the process that had it open: what is on the disk must be what was answered.

use std::path::Path;

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::store::{Answering, Store};
use raidkeep::engine::storage::{Batch, RowStore, StorageError};
use tempfile::tempdir;

const WORLD: &str = "world-0";

fn batch(number: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 1);
    batch.put("test", &number.to_be_bytes(), |out| out.push(1));
    batch
}

/// Makes a world, or goes on with it, and commits these batches. Returns what it has answered.
fn commit(folder: &Path, batches: std::ops::RangeInclusive<u64>) -> Answering {
    let mut store = Store::open_folder(folder, WORLD).expect("a writable folder");
    let world = store.rows.reached().expect("the rows can be read").world.unwrap_or_default();
    let last = BatchNumber(*batches.end());
    for number in batches {
        store.log.append(&[batch(number)], 0).expect("the log is writable");
    }
    Answering { world, last }
}

fn refused(folder: &Path, answering: Answering) -> String {
    Store::reopen(folder, WORLD, answering).expect_err("these are not the files that were open").to_string()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

#[test]
fn what_was_answered_is_there_and_what_was_not_may_be() {
    let folder = tempdir().expect("a folder");
    let answering = commit(folder.path(), 1..=5);
    for answered in [3, 5] {
        let answering = Answering { last: BatchNumber(answered), ..answering };
        let store = Store::reopen(folder.path(), WORLD, answering).expect("nothing is missing");
        assert_eq!(store.recovered.last_batch, BatchNumber(5));
    }
}

#[test]
fn files_of_before_are_refused_with_both_numbers() {
    let (folder, older) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    commit(folder.path(), 1..=5);
    copy(folder.path(), older.path());
    let answering = commit(folder.path(), 6..=9);
    let told = refused(older.path(), answering);
    assert!(told.contains("ends with change 5") && told.contains("up to change 9"), "{told}");
    assert!(Store::reopen(folder.path(), WORLD, answering).is_ok(), "with the right ones it goes on");
}

#[test]
fn another_world_in_its_place_is_refused() {
    let (folder, other) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    let answering = commit(folder.path(), 1..=5);
    commit(other.path(), 1..=9);
    let told = refused(other.path(), answering);
    assert!(told.contains("another world than the one that was here"), "{told}");
}

#[test]
fn an_empty_folder_in_its_place_is_refused_and_stays_empty() {
    let (folder, empty) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    let answering = commit(folder.path(), 1..=5);
    let told = refused(empty.path(), answering);
    assert!(told.contains("world-0.rows.redb is missing or empty"), "{told}");
    let made = std::fs::read_dir(empty.path()).expect("a folder").count();
    assert_eq!(made, 0, "no new world is begun where one with players was");
}

/// While something in this process still had a world open, such as a copy that was being made, its files looked damaged to
/// whoever opened them.
#[test]
fn rows_that_somebody_still_reads_are_in_use_and_not_damaged() {
    let folder = tempdir().expect("a folder");
    let answering = commit(folder.path(), 1..=5);
    let reader = Store::open_folder(folder.path(), WORLD).expect("a writable folder").rows;
    let told = refused(folder.path(), answering);
    assert!(told.contains("in use"), "{told}");
    let refused = Store::open_folder(folder.path(), WORLD).expect_err("its rows are still read");
    assert!(matches!(refused, StorageError::InUse { .. }) && refused.may_pass(), "it may be tried again: {refused}");
    drop(reader);
    assert!(Store::reopen(folder.path(), WORLD, answering).is_ok(), "once it has ended, the world goes on");
}
