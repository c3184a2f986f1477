//! The continuous archive of a world: every moment comes back exactly, whatever happened to the process, and damage is
//! refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::continuous::check::verify_archive;
use raidkeep::engine::storage::continuous::deleted::{list_file, read_list};
use raidkeep::engine::storage::continuous::past::PastWorld;
use raidkeep::engine::storage::continuous::restore::{highest_account, restore_world};
use raidkeep::engine::storage::continuous::{ArchiveError, ArchiveSettings, ArchiveTask, ArchivedTables, Archivist};
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::storage::worker::{StorageEvent, StorageListener, StorageWorker, Stores};
use raidkeep::engine::storage::{Batch, PlayerTables, RowStore, StoredWorld};

pub(crate) const WORLD: &str = "world-0";
pub(crate) const TABLE: &str = "numbers";
const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const DAY_MS: i64 = 86_400_000;

/// A second passes from batch to batch.
pub(crate) fn moment_of(number: u64) -> i64 {
    1_000 * number.cast_signed()
}

/// Each account has the number of the last batch that touched it; the batches take turns.
fn account_of(number: u64) -> AccountId {
    AccountId(1 + number % 3)
}

pub(crate) fn batch(number: u64, moment_ms: i64, value: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), moment_ms);
    batch.put(TABLE, &account_of(number).to_key(), |out| out.extend_from_slice(&value.to_le_bytes()));
    batch
}

/// A world in a folder, with an archive beside it.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) settings: ArchiveSettings,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = ArchiveSettings {
            folder: folder.path().join("archive").display().to_string(),
            segment_bytes: 8192,
            queue_bytes: 1 << 20,
            base_hours: 24,
            keep_days: 0,
        };
        Self { folder, settings }
    }

    pub(crate) fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The files of the world's archive that end like this.
    pub(crate) fn files(&self, suffix: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.archive().join(WORLD)).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.retain(|path| path.to_string_lossy().ends_with(suffix));
        files.sort();
        files
    }

    pub(crate) fn start(&self, data: &Path) -> Running {
        let mut store = self.open(data);
        store.begin_epoch(7).expect("an epoch begins");
        self.serve(store)
    }

    pub(crate) fn open(&self, data: &Path) -> StoredWorld {
        std::fs::create_dir_all(data).expect("a writable folder");
        Store::open_folder(data, WORLD).expect("the world opens").into()
    }

    /// Runs a world whose epoch has begun.
    pub(crate) fn serve(&self, store: StoredWorld) -> Running {
        let next = store.recovered.last_batch.0 + 1;
        let tables = ArchivedTables { players: vec![TABLE.to_owned()], identity: TABLE.to_owned() };
        let task = ArchiveTask { settings: self.settings.clone(), backups: None, tables };
        let shipper = Archivist::start(task, &store).expect("the archive is of this world");
        let (sender, events) = channel();
        let listener: StorageListener = Arc::new(move |event| drop(sender.send(event)));
        let worker = StorageWorker::start(Stores::archived(store, shipper), PlayerTables::default(), listener);
        Running { worker: worker.expect("threads start"), events, next }
    }

    /// Runs the world for some batches.
    pub(crate) fn run(&self, count: u64) {
        let mut running = self.start(&self.data());
        for _ in 0..count {
            let number = running.next;
            running.commit(batch(number, moment_of(number), number));
        }
        wait_for("a base", || !self.files(".rows.redb").is_empty());
    }

    /// What the accounts have as of a moment.
    pub(crate) fn values(&self, until_ms: Option<i64>) -> Result<[u64; 3], ArchiveError> {
        let into = tempfile::tempdir().expect("a temporary folder");
        let (rows, _) = restore_world(&self.archive(), WORLD, until_ms, into.path())?;
        Ok([1, 2, 3].map(|account| {
            let value = rows.get(TABLE, &AccountId(account).to_key()).expect("a restored world can be read");
            value.map_or(0, |value| u64::from_le_bytes(value.try_into().expect("a number")))
        }))
    }
}

pub(crate) struct Running {
    worker: StorageWorker,
    events: Receiver<StorageEvent>,
    pub(crate) next: u64,
}

impl Running {
    pub(crate) fn commit(&mut self, batch: Batch) {
        let number = batch.number;
        self.worker.commit(batch);
        self.next = number.0 + 1;
        while !matches!(self.events.recv_timeout(PATIENCE), Ok(StorageEvent::Committed(last)) if last == number) {}
    }
}

pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited too long for: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What the accounts have after a batch.
pub(crate) fn expected(last: u64) -> [u64; 3] {
    [1, 2, 3]
        .map(|account| (1..=last).rev().find(|number| account_of(*number) == AccountId(account)).unwrap_or_default())
}

#[test]
fn every_moment_comes_back_exactly_over_restarts() {
    let world = World::new();
    world.run(20);
    world.run(1);
    world.run(19);
    assert_eq!(world.files(".rows.redb").len(), 1, "a restart is no reason for a base");
    assert!(world.files(".segment").len() > 1, "segments are closed when they are full");
    for number in 1..=40 {
        let found = world.values(Some(moment_of(number))).expect("every moment is there");
        assert_eq!(found, expected(number), "as of batch {number}");
        let between = world.values(Some(moment_of(number) + 999)).expect("and every one between two batches");
        assert_eq!(between, found, "before batch {}", number + 1);
    }
    assert_eq!(world.values(None).expect("the last moment"), expected(40));
    let verified = verify_archive(&world.archive(), WORLD).expect("it can be read");
    assert_eq!((verified.records, verified.damages, verified.gaps), (40, vec![], vec![]));
    assert_eq!(highest_account(&world.archive(), WORLD).ok(), Some(AccountId(3)));
}

#[test]
fn one_account_is_read_without_the_others() {
    let world = World::new();
    world.run(40);
    for number in [1, 2, 17, 39, 40] {
        let mut past = PastWorld::open(&world.archive(), WORLD, Some(moment_of(number))).expect("the moment is there");
        let account = account_of(number);
        let records = past.bring(account, &[TABLE]).expect("the archive is sound");
        assert!(records <= 40 / 3 + 40 / 8, "closed segments are read by their index: {records} records");
        let value = past.store().rows.get(TABLE, &account.to_key()).expect("it can be read").expect("it is there");
        assert_eq!(value, number.to_le_bytes(), "as of batch {number}");
    }
}

#[test]
fn a_world_that_was_put_back_begins_a_line_and_both_pasts_stay() {
    let world = World::new();
    world.run(30);
    let back = world.folder.path().join("back");
    std::fs::create_dir(&back).expect("a writable folder");
    let (rows, restored) = restore_world(&world.archive(), WORLD, Some(moment_of(10)), &back).expect("it is there");
    let epoch = rows.begin_epoch_after(restored.last_epoch).expect("it can be written");
    assert!(epoch > restored.last_epoch, "the epoch is new to the archive too");
    drop(rows);
    let mut running = world.start(&back);
    assert_eq!(running.next, 11, "it goes on from there");
    for number in 11..=20 {
        running.commit(batch(number, moment_of(30 + number), 1_000 + number));
    }
    drop(running);
    assert_eq!(world.values(Some(moment_of(25))).expect("the first past stays"), expected(25));
    assert_eq!(world.values(None).expect("the second one is there"), [1_018, 1_019, 1_020]);
    let verified = verify_archive(&world.archive(), WORLD).expect("it can be read");
    assert_eq!(verified.damages, Vec::<String>::new());
    assert_eq!(verified.ranges.len(), 2, "each line is told: {verified:?}");
    assert!(verified.gaps.iter().any(|gap| gap.contains("put back")), "{verified:?}");
}

/// The moment in the name of a base.
fn moment_in(base: &Path) -> i64 {
    let name = base.to_string_lossy();
    let moment = name.strip_suffix(".rows.redb").and_then(|name| name.rsplit('-').next());
    moment.and_then(|moment| moment.parse().ok()).expect("a base's name has its moment")
}

#[test]
fn what_is_older_than_the_days_to_keep_goes_when_a_base_covers_the_rest() {
    let mut world = World::new();
    world.settings = ArchiveSettings { base_hours: 0, keep_days: 2, ..world.settings };
    for day in 1..=6 {
        let mut running = world.start(&world.data());
        for _ in 0..9 {
            let number = running.next;
            running.commit(batch(number, day * DAY_MS, number));
        }
        drop(running);
        // What a stop has folded is in the base of the next start.
        let running = world.start(&world.data());
        wait_for("a base", || world.files(".rows.redb").iter().any(|base| moment_in(base) == day * DAY_MS));
        wait_for("the end of older ones", || {
            world.files(".rows.redb").iter().all(|base| moment_in(base) >= (day - 2) * DAY_MS)
        });
        drop(running);
    }
    let verified = verify_archive(&world.archive(), WORLD).expect("it can be read");
    assert_eq!(verified.damages, Vec::<String>::new(), "what is left fits together");
    assert_eq!(world.values(Some(4 * DAY_MS)).ok(), Some(expected(36)), "the days to keep are there");
    assert!(world.values(Some(DAY_MS)).is_err(), "older ones are not");
}

#[test]
fn deleted_accounts_are_listed_also_those_that_the_log_still_holds() {
    let world = World::new();
    world.run(5);
    let list = list_file(&world.archive(), WORLD);
    assert_eq!(read_list(&list).expect("no list"), None);
    let mut running = world.start(&world.data());
    let mut deletion = Batch::new(BatchNumber(running.next), moment_of(6));
    deletion.delete_all(TABLE, &AccountId(2).to_key());
    running.commit(deletion);
    drop(running);
    for story in ["it is listed", "a lost list is written anew from the log"] {
        let listed = read_list(&list).expect("it can be read").unwrap_or_default();
        let accounts: Vec<AccountId> = listed.iter().map(|deleted| deleted.account).collect();
        assert_eq!(accounts, [AccountId(2)], "{story}");
        std::fs::remove_file(&list).expect("it can be deleted");
        drop(world.start(&world.data()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens to a file of the archive, a restore gives the right state or an error.
    #[test]
    fn a_damaged_archive_is_refused_or_restored_right(file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), kind in 0..4, number in 1_u64..=24) {
        let world = World::new();
        world.run(24);
        let files: Vec<PathBuf> = [world.files(".segment"), world.files(".rows.redb"), world.files(".json")].concat();
        let file = file.get(&files);
        let mut bytes = std::fs::read(file).expect("it can be read");
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] ^= 1 << (at % 8),
            1 => bytes.truncate(at),
            2 => bytes[at / 512 * 512..].iter_mut().take(512).for_each(|byte| *byte = 0),
            _ => bytes.clear(),
        }
        if kind == 3 {
            std::fs::remove_file(file).expect("it can be deleted");
        } else {
            std::fs::write(file, bytes).expect("it can be written");
        }
        if let Ok(found) = world.values(Some(moment_of(number))) {
            prop_assert_eq!(found, expected(number), "kind {} in {} at {}", kind, file.display(), at);
        }
        let _ = verify_archive(&world.archive(), WORLD);
    }
}
