//! One archive and several who write it: those of earlier epochs, those who had the world and do not know that it was taken over, and
//! earlier programs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use raidkeep::engine::storage::Tenure;
use raidkeep::engine::storage::continuous::check::{ArchiveVerified, verify_archive};
use raidkeep::engine::storage::continuous::past::PastWorld;

use crate::archive::{DAY_MS, Running, TABLE, WORLD, World, batch, expected, moment_of, wait_for};

/// The folder of a world as it is now, at another place: as if another node had the log.
fn copy(world: &World, name: &str) -> PathBuf {
    let to = world.folder.path().join(name);
    std::fs::create_dir(&to).expect("a writable folder");
    for entry in std::fs::read_dir(world.data()).expect("it can be listed").flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
    }
    to
}

fn verified(world: &World) -> ArchiveVerified {
    verify_archive(&world.archive(), WORLD).expect("it can be read")
}

/// Commits batches up to this one, the values of which are their numbers and something more.
fn commit(running: &mut Running, until: u64, more: u64) {
    while running.next <= until {
        let number = running.next;
        running.commit(batch(number, moment_of(number), number + more));
    }
}

/// Two lives of a world after ten batches: one that hangs, and one that has taken over.
fn two_lives(world: &World) -> [Running; 2] {
    let mut first = world.start(&world.data());
    commit(&mut first, 10, 0);
    wait_for("a base", || !world.files(".rows.redb").is_empty());
    let second = world.start(&copy(world, "second"));
    assert_eq!(second.next, 11, "it has all that was committed");
    [first, second]
}

#[test]
fn what_a_life_writes_after_it_was_taken_over_counts_for_nothing() {
    let world = World::new();
    let [mut hung, mut running] = two_lives(&world);
    commit(&mut running, 15, 0);
    // It fills its segment, begins others, and closes the last one.
    commit(&mut hung, 40, 1000);
    commit(&mut running, 20, 0);
    drop(hung);
    commit(&mut running, 25, 0);
    drop(running);
    let found = verified(&world);
    assert_eq!((found.records, found.damages, found.gaps), (25, vec![], vec![]));
    assert!(found.left > 1, "segments that only the one has written that hung: {}", found.left);
    for number in 1..=25 {
        let found = world.values(Some(moment_of(number))).expect("every moment is there");
        assert_eq!(found, expected(number), "as of batch {number}");
        let mut past = PastWorld::open(&world.archive(), WORLD, Some(moment_of(number))).expect("it is there");
        for account in 1..=3 {
            let account = raidkeep::engine::account::AccountId(account);
            past.bring(account, &[TABLE]).expect("the archive is sound");
            let value = past.store().rows.get(TABLE, &account.to_key()).expect("it can be read");
            let value = value.map_or(0, |value| u64::from_le_bytes(value.try_into().expect("a number")));
            assert_eq!(value, expected(number)[account.0 as usize - 1], "{account} as of batch {number}");
        }
    }
    assert_eq!(world.values(None).expect("the last moment"), expected(25));
    let mut later = world.start(&world.folder.path().join("second"));
    commit(&mut later, 30, 0);
    drop(later);
    assert_eq!(world.values(None).expect("and it goes on"), expected(30));
    assert_eq!(world.files(".rows.redb").len(), 1, "nobody needed another base");
}

#[test]
fn what_does_not_count_goes_with_what_is_no_longer_kept() {
    let mut world = World::new();
    let [mut hung, mut running] = two_lives(&world);
    commit(&mut running, 20, 0);
    commit(&mut hung, 40, 1000);
    drop((hung, running));
    assert!(verified(&world).left > 0);
    world.settings.keep_days = 1;
    world.settings.base_hours = 0;
    for day in 1..=3 {
        let mut running = world.start(&world.folder.path().join("second"));
        for _ in 0..20 {
            let number = running.next;
            running.commit(batch(number, day * DAY_MS, number));
        }
        drop(running);
        drop(world.start(&world.folder.path().join("second")));
        let running = world.start(&world.folder.path().join("second"));
        wait_for("a base", || world.files(".rows.redb").iter().any(|base| named(base, &format!("-{}", day * DAY_MS))));
        drop(running);
    }
    let found = verified(&world);
    assert_eq!((found.left, found.damages), (0, vec![]), "it goes with the rest");
    assert_eq!(world.values(None).expect("the last moment"), expected(80));
}

fn named(path: &Path, part: &str) -> bool {
    path.to_string_lossy().contains(part)
}

/// A world that somebody else has.
#[derive(Debug)]
struct Lost;

impl Tenure for Lost {
    fn holds(&self) -> bool {
        false
    }
}

#[test]
fn whoever_opens_the_archive_too_late_writes_nothing() {
    let world = World::new();
    let mut first = world.start(&world.data());
    commit(&mut first, 10, 0);
    wait_for("a base", || !world.files(".rows.redb").is_empty());
    let [early, late] = ["early", "late"].map(|name| copy(&world, name));
    drop(first);
    let mut hung = world.open(&early);
    hung.begin_epoch(5).expect("an epoch begins");
    hung.tenure = Arc::new(Lost);
    let mut running = world.start(&late);
    commit(&mut running, 20, 0);
    drop(running);
    let before = world.files("");
    let mut hung = world.serve(hung);
    commit(&mut hung, 15, 1000);
    drop(hung);
    assert_eq!(world.files(""), before, "its epoch is earlier, and it does not have the world");
    assert_eq!(world.values(None).expect("the last moment"), expected(20));
}

#[test]
fn a_world_that_was_put_back_behind_its_epochs_counts_all_the_same() {
    let world = World::new();
    world.run(10);
    let old = copy(&world, "old");
    for _ in 0..3 {
        world.run(5);
    }
    let mut store = world.open(&old);
    let epoch = store.begin_epoch(3).expect("an epoch begins");
    let later = raidkeep::engine::outside::Epoch::BEFORE.next(7).next(7).next(7);
    assert!(epoch < later, "the archive knows later epochs: {epoch}");
    let mut running = world.serve(store);
    for number in 11..=20 {
        running.commit(batch(number, moment_of(30 + number), 1_000 + number));
    }
    drop(running);
    let mut running = world.start(&old);
    for number in 21..=23 {
        running.commit(batch(number, moment_of(30 + number), 1_000 + number));
    }
    drop(running);
    assert_eq!(world.values(None).expect("the second past is there"), [1_021, 1_022, 1_023]);
    assert_eq!(world.values(Some(moment_of(22))).expect("the first past stays"), expected(22));
    let found = verified(&world);
    assert_eq!((found.damages, found.left, found.ranges.len()), (vec![], 0, 2), "{:?}", found.gaps);
    assert!(found.gaps.iter().any(|gap| gap.contains("put back")), "{:?}", found.gaps);
}

#[test]
fn an_archive_of_an_earlier_program_is_carried_on() {
    let world = World::new();
    world.run(20);
    world.run(5);
    make_older(&world);
    assert!(world.files(".segment").iter().all(|file| !named(file, "-E")), "nobody is named");
    for number in [1, 10, 20, 25] {
        assert_eq!(world.values(Some(moment_of(number))).expect("it can be read"), expected(number), "batch {number}");
    }
    assert_eq!(world.values(None).expect("the last moment"), expected(25));
    world.run(15);
    assert_eq!(world.values(None).expect("the last moment"), expected(40));
    assert_eq!(world.values(Some(moment_of(12))).expect("an earlier one"), expected(12));
    let found = verified(&world);
    assert_eq!((found.records, found.left, found.damages, found.gaps), (40, 0, vec![], vec![]));
    assert_eq!(world.files(".rows.redb").len(), 1, "it is no reason for a base");
    assert_eq!(world.files(".json").iter().filter(|file| named(file, "newest")).count(), 1, "one note is left");
}

/// Writes the archive as it was before segments named their owners.
fn make_older(world: &World) {
    for file in world.files(".segment") {
        let mut bytes = std::fs::read(&file).expect("it can be read");
        let (block, _) = bytes.split_first_chunk_mut::<4096>().expect("a head");
        let length = usize::from(u16::from_le_bytes([block[16], block[17]]));
        type Name = (u64, Option<(u32, u64)>);
        let content = block[18..18 + length].to_vec();
        let (((sequence, _), _), rest) =
            postcard::take_from_bytes::<(Name, Option<Name>)>(&content).expect("who has written it");
        let (id, rest) = postcard::take_from_bytes::<u64>(rest).expect("the id of the world");
        let mut older = postcard::to_stdvec(&(id, sequence)).expect("plain data");
        older.extend_from_slice(rest);
        block[..16].copy_from_slice(b"raidkeep seg 01\n");
        block[16..18].copy_from_slice(&u16::try_from(older.len()).expect("short").to_le_bytes());
        block[18..].fill(0);
        block[18..18 + older.len()].copy_from_slice(&older);
        let checksum = crc(&block[..4092]);
        block[4092..].copy_from_slice(&checksum.to_le_bytes());
        std::fs::write(file.with_file_name(format!("{sequence:010}.segment")), bytes).expect("it can be written");
        std::fs::remove_file(file).expect("it can be deleted");
    }
    for file in world.files(".json").iter().filter(|file| named(file, "newest")) {
        std::fs::rename(file, file.with_file_name("newest.json")).expect("it can be renamed");
    }
}

/// CRC-32.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1));
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
