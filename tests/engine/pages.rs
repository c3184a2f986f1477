//! Every page of the rows is checked by `verify`, and at a start after a crash.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::store::{LogRecord, Store};
use raidkeep::engine::storage::worker::StorageWorker;
use raidkeep::engine::storage::{Batch, PlayerTables, StorageError};
use tempfile::{TempDir, tempdir};

const WORLD: &str = "world-0";
const ROWS: &str = "world-0.rows.redb";
/// What stands in every row.
const NEEDLE: &[u8] = b"something that a disk may change";

fn batch(number: u64, rows: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 1);
    for row in 0..rows {
        let key = (number * rows + row).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        batch.put("test", &key, |out| out.extend_from_slice(&[&key[..], NEEDLE].concat().repeat(5)));
    }
    batch
}

fn open(folder: &Path) -> StoredWorld {
    let mut store = StoredWorld::from(Store::open_folder(folder, WORLD).expect("a writable folder"));
    store.begin_epoch(7).expect("a writable folder");
    store
}

/// A world with rows, and a copy of its files from the moment of a kill.
fn killed() -> TempDir {
    let (folder, copy) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    let mut store = open(folder.path());
    let folded: Vec<LogRecord> =
        (1..=50).map(|number| store.log.append(&[batch(number, 20)], 0).expect("the log is writable")).collect();
    store.rows.fold(store.log.epoch(), &folded).expect("the rows are writable");
    for entry in std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry")) {
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
    }
    copy
}

fn flip(path: &Path, at: usize, bit: u8) {
    let mut bytes = std::fs::read(path).expect("the file is there");
    bytes[at] ^= 1 << bit;
    std::fs::write(path, bytes).expect("a writable file");
}

fn places_of_needle(path: &Path) -> Vec<usize> {
    let bytes = std::fs::read(path).expect("the file is there");
    bytes.windows(NEEDLE.len()).enumerate().filter(|(_, found)| *found == NEEDLE).map(|(at, _)| at).collect()
}

#[test]
fn an_orderly_stop_is_told_from_a_kill_and_from_the_stop_before_it() {
    let folder = tempdir().expect("a folder");
    let was_cut_off = || Store::was_cut_off(folder.path(), WORLD).expect("the files can be read");
    let start = || {
        let worker = StorageWorker::start(open(folder.path()), PlayerTables::default(), Arc::new(|_| {}));
        worker.expect("threads should start")
    };
    assert!(!was_cut_off(), "where there is no world, none was cut off");
    let worker = start();
    worker.commit(batch(1, 1));
    drop(worker);
    assert!(!was_cut_off(), "it was closed with everything in its rows");
    drop(open(folder.path()));
    assert!(was_cut_off(), "a start that did nothing was not closed either");
    drop(start());
    assert!(!was_cut_off());
    assert!(Store::was_cut_off(killed().path(), WORLD).expect("the files can be read"), "a kill is none");
}

#[test]
fn rows_after_a_kill_are_sound_and_stay_as_they_are() {
    let folder = killed();
    let before = std::fs::read(folder.path().join(ROWS)).expect("the file is there");
    Store::check_pages(folder.path(), WORLD).expect("nothing is damaged");
    let after = std::fs::read(folder.path().join(ROWS)).expect("the file is there");
    assert!(before == after, "what the database's library repairs stays in memory");
}

#[test]
fn a_bit_that_flips_in_a_page_is_found_wherever_a_row_lies() {
    let places = places_of_needle(&killed().path().join(ROWS));
    let mut found = 0;
    for at in places.iter().step_by(places.len() / 20) {
        let folder = killed();
        let path = folder.path().join(ROWS);
        flip(&path, *at + 3, 5);
        match Store::check_pages(folder.path(), WORLD) {
            Err(StorageError::RowsDamaged { file, .. }) => {
                assert!(file.ends_with(ROWS), "the file is named: {file}");
                found += 1;
            }
            // A page that a later fold has replaced.
            Ok(()) => {}
            Err(error) => panic!("it is damage: {error}"),
        }
    }
    assert!(found >= 10, "most pages with rows are in use, {found} were found");
}

/// `RAIDKEEP_ROWS_MB=1000 cargo test --test engine pages::measure -- --ignored --nocapture`
#[test]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
#[ignore = "a measurement, which takes minutes and a gigabyte of disk"]
fn measure_the_check_of_many_rows() {
    let megabytes: u64 = std::env::var("RAIDKEEP_ROWS_MB").map_or(100, |text| text.parse().expect("a number"));
    let folder = tempdir().expect("a folder");
    let store = open(folder.path());
    let path = folder.path().join(ROWS);
    let mut row_bytes = 0;
    for number in 1.. {
        let mut bytes = Vec::new();
        batch(number, 400_000).encode(&mut bytes);
        row_bytes += bytes.len() as u64;
        let record = LogRecord { number, bytes: bytes.into() };
        store.rows.fold(store.log.epoch(), &[record]).expect("the rows are writable");
        if row_bytes >> 20 >= megabytes {
            break;
        }
    }
    let rows = store.rows.count_all().expect("the rows can be counted");
    drop(store);
    let file = std::fs::metadata(&path).map_or(0, |found| found.len() >> 20);
    for (round, cache) in [(1, "none"), (2, "all"), (3, "all")] {
        if cache == "none" {
            // Takes the file out of the system's memory.
            let forgotten =
                Command::new("dd").arg(format!("if={}", path.display())).args(["iflag=nocache", "count=0"]).output();
            assert!(forgotten.is_ok_and(|ran| ran.status.success()), "dd should be there");
        }
        let started = Instant::now();
        Store::check_pages(folder.path(), WORLD).expect("nothing is damaged");
        let took = started.elapsed();
        println!(
            "round {round}, {cache} of it cached: {} MiB in {rows} rows, file {file} MiB: {took:.2?}",
            row_bytes >> 20
        );
    }
}
