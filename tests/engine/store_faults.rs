//! The files of a world under loss of power, torn writes, kills, and disks that fail, fill up or are slow: what was
//! acknowledged is never lost, and an unacknowledged group is either complete or absent.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::numbers::{BatchNumber, QueryId};
use raidkeep::engine::storage::disk::{Disk, Disks};
use raidkeep::engine::storage::store::{LogRecord, Store};
use raidkeep::engine::storage::worker::{StorageEvent, StorageListener, StorageWorker};
use raidkeep::engine::storage::{Batch, PlayerTables, RowQuery, RowStore, StorageError, StoredWorld};

/// Each batch writes its number under these keys, so that a torn one would show.
const KEYS: [&[u8]; 3] = [b"one", b"two", b"three"];

fn batch(number: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 1000 + number.cast_signed());
    for key in KEYS {
        batch.put("numbers", key, |value| value.extend_from_slice(&number.to_le_bytes()));
    }
    batch
}

/// The number of the last batch according to the rows; all keys have to agree.
fn last_in_rows(store: &Store) -> u64 {
    let values = KEYS.map(|key| {
        let value = store.rows.get("numbers", key).expect("a recovered disk should be readable");
        value.map_or(0, |value| u64::from_le_bytes(value.try_into().expect("a value should be a number")))
    });
    assert!(values.iter().all(|value| *value == values[0]), "a batch is either complete or absent: {values:?}");
    values[0]
}

#[derive(Debug, Clone)]
enum Step {
    /// Commits this many batches as one group.
    Commit(u8),
    /// Folds what was committed.
    Fold,
    /// The disks fail after this many more writes; then power is lost.
    Fail(u8, u8),
    /// Power is lost.
    LosePower,
    /// Power is lost while writes are in flight, some sectors of which reach the disks; the number seeds which.
    Tear(u64),
    /// The process is killed.
    Kill,
    /// Both disks are full after this many more writes. Space is freed, and after a while the process is restarted.
    FillUp(u8, u8),
    /// The process is killed, and a restart fails because the disks have space for this many writes only.
    StartOnFullDisks(u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (1_u8..5).prop_map(Step::Commit),
        2 => Just(Step::Fold),
        2 => (0_u8..40, 0_u8..40).prop_map(|(log, rows)| Step::Fail(log, rows)),
        1 => Just(Step::LosePower),
        2 => any::<u64>().prop_map(Step::Tear),
        1 => Just(Step::Kill),
        1 => (0_u8..40, 0_u8..40).prop_map(|(log, rows)| Step::FillUp(log, rows)),
        1 => (0_u8..60, 0_u8..60).prop_map(|(log, rows)| Step::StartOnFullDisks(log, rows)),
    ];
    proptest::collection::vec(step, 1..40)
}

struct Harness {
    disks: Disks,
    store: Store,
    unfolded: Vec<LogRecord>,
    folded_record: u64,
    next: u64,
    acknowledged: u64,
}

impl Harness {
    fn new() -> Self {
        let disks = Disks::default();
        let store = Store::open_disks(&disks).expect("new disks should open");
        Self { disks, store, unfolded: Vec::new(), folded_record: 0, next: 1, acknowledged: 0 }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Commit(count) => self.commit(*count),
            Step::Fold => self.fold(),
            Step::Fail(log, rows) => {
                self.fill_up(*log, *rows);
                self.lose_power();
            }
            Step::LosePower => self.lose_power(),
            Step::Tear(seed) => {
                // Only writes in flight when power is lost can be torn.
                self.fill_up((*seed % 7) as u8, (*seed % 11) as u8);
                self.tear(*seed);
            }
            Step::Kill => self.reopen(self.disks.after_kill()),
            Step::FillUp(log, rows) => {
                self.fill_up(*log, *rows);
                self.disks.mend();
                self.commit(1);
                self.fold();
                self.reopen(self.disks.after_kill());
            }
            Step::StartOnFullDisks(log, rows) => {
                let disks = self.disks.after_kill();
                disks.log.fail_after((*log).into());
                disks.rows.fail_after((*rows).into());
                drop(Store::open_disks(&disks));
                self.reopen(disks.after_kill());
            }
        }
    }

    /// Lets the disks accept this many more writes, and continues beyond that.
    fn fill_up(&mut self, log: u8, rows: u8) {
        self.disks.log.fail_after(log.into());
        self.disks.rows.fail_after(rows.into());
        self.commit(2);
        self.fold();
        self.commit(1);
    }

    fn tear(&mut self, seed: u64) {
        let mut state = seed;
        let mut survives = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 63 == 1
        };
        let disks = self.disks.after_torn_power_loss(&mut survives);
        self.reopen(disks);
    }

    fn commit(&mut self, count: u8) {
        let group: Vec<Batch> = (self.next..self.next + u64::from(count)).map(batch).collect();
        let last = self.next + u64::from(count) - 1;
        if let Ok(record) = self.store.log.append(&group, self.folded_record) {
            self.unfolded.push(record);
            self.acknowledged = last;
            self.next = last + 1;
        }
    }

    fn fold(&mut self) {
        let Some(last) = self.unfolded.last().map(|record| record.number) else {
            return;
        };
        if self.store.rows.fold(&self.unfolded).is_ok() {
            self.unfolded.clear();
            self.folded_record = last;
        }
    }

    fn lose_power(&mut self) {
        self.reopen(self.disks.after_power_loss());
    }

    fn reopen(&mut self, disks: Disks) {
        self.disks = disks;
        self.store = Store::open_disks(&self.disks).expect("the disks should recover");
        self.unfolded.clear();
        let found = last_in_rows(&self.store);
        assert_eq!(self.store.recovered.last_batch, BatchNumber(found), "rows and progress agree");
        assert!(found >= self.acknowledged, "batch {} was acknowledged, the rows are at {found}", self.acknowledged);
        assert!(found < self.next + 5, "no batch exists that was never sent");
        self.acknowledged = found;
        self.next = found + 1;
        self.folded_record = 0;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn acknowledged_batches_survive_any_sequence_of_faults(steps in steps()) {
        let mut harness = Harness::new();
        for step in &steps {
            harness.take(step);
        }
        harness.lose_power();
    }
}

#[test]
fn a_disk_that_lies_about_syncing_is_noticed() {
    let mut harness = Harness::new();
    harness.commit(3);
    // The ghost of an empty disk is what a lying sync would leave behind.
    harness.disks = Disks::default();
    let lost = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harness.lose_power()));
    assert!(lost.is_err(), "a harness that cannot see a loss proves nothing");
}

#[test]
fn the_log_is_trimmed_as_it_is_folded() {
    let mut harness = Harness::new();
    for _ in 0..2000 {
        harness.commit(4);
        if harness.unfolded.len() >= 50 {
            harness.fold();
        }
    }
    let size_bytes = harness.disks.log.size_bytes();
    assert!(size_bytes < 4 << 20, "steady load does not grow the log without bound: {size_bytes} bytes");
}

/// Three times thirty batches, of which all but the last thirty are folded.
fn busy_world() -> Harness {
    let mut harness = Harness::new();
    for _ in 0..2 {
        (0..30).for_each(|_| harness.commit(1));
        harness.fold();
    }
    (0..30).for_each(|_| harness.commit(1));
    harness
}

fn refusal(disks: &Disks) -> StorageError {
    Store::open_disks(disks).map(|_| ()).expect_err("files that do not fit together are refused")
}

/// A rows file that is older than the log (or gone) once started as an empty world, and players became strangers.
#[test]
fn files_of_different_times_are_refused() {
    let mut harness = Harness::new();
    (0..30).for_each(|_| harness.commit(1));
    harness.fold();
    let early = harness.disks.after_kill();
    (0..30).for_each(|_| harness.commit(1));
    harness.fold();
    (0..30).for_each(|_| harness.commit(1));
    let late = harness.disks.after_kill();

    let error = refusal(&Disks { rows: Disk::default(), ..late.after_kill() });
    assert!(matches!(&error, StorageError::Missing { file } if file.contains("rows")), "rows that are gone: {error}");
    let error = refusal(&Disks { log: Disk::default(), ..late.after_kill() });
    assert!(matches!(&error, StorageError::Missing { file } if file.contains("log")), "a log that is gone: {error}");
    let error = refusal(&Disks { mark: Disk::default(), ..late.after_kill() });
    assert!(matches!(&error, StorageError::Missing { file } if file.contains("mark")), "a mark that is gone: {error}");
    let error = refusal(&Disks { log: early.log.clone(), ..late.after_kill() });
    assert!(matches!(error, StorageError::Lost { last: 60, answered: 90, .. }), "a log that is an older copy: {error}");
    assert!(error.to_string().contains("older copy"), "the operator is told what to do: {error}");
    let error = refusal(&Disks { log: early.log.clone(), rows: early.rows.clone(), ..late.after_kill() });
    assert!(matches!(error, StorageError::Lost { answered: 90, .. }), "log and rows of an older copy: {error}");
}

/// The log was cut to nothing, or deleted, with 600 answered changes in it, and the server started without them.
#[test]
fn a_log_that_was_cut_is_refused() {
    let harness = busy_world();
    let whole = harness.disks.after_kill();
    let length = whole.log.size_bytes();
    for kept in [1, 512, 4096, length / 2, length - 512] {
        let cut = whole.after_kill();
        cut.log.damage(|bytes| bytes.truncate(kept));
        let error = refusal(&cut);
        assert!(matches!(error, StorageError::Cut { .. }), "{kept} of {length} bytes: {error}");
    }
}

#[test]
fn files_of_two_worlds_beside_each_other_are_refused() {
    let (one, other) = (busy_world().disks.after_kill(), busy_world().disks.after_kill());
    let error = refusal(&Disks { rows: other.rows.clone(), ..one.after_kill() });
    assert!(matches!(error, StorageError::OfAnotherWorld { .. }), "rows of another world: {error}");
    let error = refusal(&Disks { log: other.log.clone(), ..one.after_kill() });
    assert!(matches!(error, StorageError::OfAnotherWorld { .. }), "a log of another world: {error}");
}

/// Of 50 bits flipped in the tail of the log, 7 once cost the last answered commit, silently.
#[test]
fn every_flipped_bit_in_the_unfolded_log_is_found() {
    let harness = busy_world();
    let whole = harness.disks.after_kill();
    let used: Vec<usize> = whole.log.read_bytes(|bytes| {
        (0..bytes.len()).step_by(512).filter(|at| bytes[*at..at + 512].iter().any(|byte| *byte != 0)).collect()
    });
    // The first sector is the identity; the records that the rows have are no loss.
    let unfolded = &used[used.len() - 30..];
    for (sector, at) in unfolded.iter().enumerate() {
        for bit in [0, 33, 70, 200, 300, 1111, 4095] {
            for after in [Disks::after_kill, Disks::after_power_loss] {
                let flipped = after(&harness.disks);
                flipped.log.damage(|bytes| bytes[at + bit / 8] ^= 1 << (bit % 8));
                let error = refusal(&flipped);
                assert!(
                    matches!(error, StorageError::Damaged { at: found, .. } if found as usize == *at),
                    "bit {bit} of sector {sector}: {error}"
                );
            }
        }
    }
    let flipped = whole.after_kill();
    flipped.log.damage(|bytes| bytes[used[1] + 5] ^= 4);
    let store = Store::open_disks(&flipped).expect("what the rows have is not needed any more");
    assert_eq!(last_in_rows(&store), harness.acknowledged, "and nothing is lost");
}

/// A lost record, which at the beginning of the unfolded log looks like rows that are too old.
fn is_loss(error: &StorageError) -> bool {
    matches!(error, StorageError::Lost { answered: 90, .. } | StorageError::Gap { folded: 60, .. })
}

#[test]
fn a_sector_that_was_zeroed_or_is_of_another_time_is_found() {
    let harness = busy_world();
    let whole = harness.disks.after_kill();
    let last = whole.log.read_bytes(|bytes| bytes.chunks(512).rposition(|sector| sector.iter().any(|byte| *byte != 0)));
    let last = last.expect("the log has records") * 512;
    for behind in [0, 3, 29] {
        let zeroed = whole.after_kill();
        zeroed.log.damage(|bytes| bytes[last - behind * 512..][..512].fill(0));
        let error = refusal(&zeroed);
        assert!(is_loss(&error), "zeroed, {behind} from the end: {error}");
        let older = whole.after_kill();
        older.log.damage(|bytes| bytes.copy_within(4096..4096 + 512, last - behind * 512));
        let error = refusal(&older);
        assert!(is_loss(&error), "of another time, {behind} from the end: {error}");
    }
}

#[test]
fn the_mark_says_nothing_that_is_not_on_disk_and_never_too_little_after_a_kill() {
    let mut harness = busy_world();
    let lost = harness.disks.after_power_loss();
    let store = Store::open_disks(&lost).expect("a mark that lags behind is no damage");
    assert_eq!(last_in_rows(&store), harness.acknowledged, "the log tells more than the mark");
    harness.disks.mark.damage(|bytes| bytes[40] ^= 1);
    let error = refusal(&harness.disks.after_kill());
    assert!(matches!(&error, StorageError::Damaged { file, .. } if file.contains("mark")), "{error}");
    harness.disks.mark.damage(|bytes| bytes[40] ^= 1);
    harness.commit(1);
    harness.lose_power();
}

/// The storage threads on simulated disks, and their reports to the world.
fn worker(disks: &Disks) -> (StorageWorker, Receiver<StorageEvent>) {
    let store = StoredWorld::from(Store::open_disks(disks).expect("the disks should open"));
    let (sender, events) = channel();
    let listener: StorageListener = Arc::new(move |event| drop(sender.send(event)));
    (StorageWorker::start(store, PlayerTables::default(), listener).expect("threads should start"), events)
}

fn next(events: &Receiver<StorageEvent>) -> StorageEvent {
    events.recv_timeout(Duration::from_secs(60)).expect("the storage should say something")
}

#[test]
fn a_slow_disk_confirms_nothing_until_it_has_written_and_then_everything() {
    let disks = Disks::default();
    let (worker, events) = worker(&disks);
    disks.log.hold();
    for number in 1..=100 {
        worker.commit(batch(number));
    }
    let before = disks.after_power_loss();
    assert!(matches!(events.try_recv(), Err(TryRecvError::Empty)), "an unwritten batch is not confirmed");
    let store = Store::open_disks(&before).expect("the disks should recover");
    assert_eq!(store.recovered.last_batch, BatchNumber(0), "and does not survive a loss of power");
    disks.log.release();
    while !matches!(next(&events), StorageEvent::Committed(BatchNumber(100))) {}
    let store = Store::open_disks(&disks.after_power_loss());
    assert_eq!(last_in_rows(&store.expect("the disks should recover")), 100, "a confirmed batch is on disk");
}

#[test]
fn a_slow_fold_holds_up_no_commit() {
    let disks = Disks::default();
    let (worker, events) = worker(&disks);
    disks.rows.hold();
    worker.commit(batch(1));
    // A query forces a fold of everything before it.
    worker.query(QueryId(1), RowQuery::range("numbers", KEYS[0], b"onf").first(1));
    for number in 2..=50 {
        worker.commit(batch(number));
    }
    while !matches!(next(&events), StorageEvent::Committed(BatchNumber(50))) {}
    assert_eq!(worker.folded_batch(), BatchNumber(0), "the rows wait for their disk");
    disks.rows.release();
    assert!(matches!(next(&events), StorageEvent::Read(QueryId(1), _)), "a query for rows is answered in the end");
}

#[test]
fn a_query_of_what_is_folded_forces_no_fold() {
    let (worker, events) = worker(&Disks::default());
    worker.commit(batch(1));
    worker.query(QueryId(1), RowQuery::range("numbers", KEYS[0], b"onf").as_folded());
    while !matches!(next(&events), StorageEvent::Read(QueryId(1), rows) if rows.is_empty()) {}
    assert_eq!(worker.folded_batch(), BatchNumber(0), "the batch is only in the log");
}

#[test]
fn a_disk_that_fills_up_during_a_fold_stops_the_world_and_loses_nothing_that_was_confirmed() {
    for writes in 0..12 {
        let disks = Disks::default();
        let (worker, events) = worker(&disks);
        disks.rows.fail_after(writes);
        for number in 1..=20 {
            worker.commit(batch(number));
        }
        // The last fold comes when the worker ends.
        drop(worker);
        let events: Vec<StorageEvent> = events.try_iter().collect();
        let confirmed = events.iter().filter_map(|event| match event {
            StorageEvent::Committed(BatchNumber(number)) => Some(*number),
            _ => None,
        });
        let confirmed = confirmed.max().unwrap_or_default();
        let failures = events.iter().filter(|event| matches!(event, StorageEvent::Failed { .. })).count();
        assert_eq!((confirmed, failures), (20, 1), "after {writes} writes: the failure is reported to the world once");
        let store = Store::open_disks(&disks.after_power_loss());
        let store = store.expect("with space the disks should open");
        assert_eq!(
            last_in_rows(&store),
            confirmed,
            "after {writes} writes: the log still has what could not be folded"
        );
    }
}

/// A change of rows whose keys have one or two letters.
#[derive(Debug, Clone)]
enum Change {
    Put(Vec<u8>, u8),
    Delete(Vec<u8>),
    DeleteAll(Vec<u8>),
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let key = || proptest::collection::vec(prop::sample::select(vec![b'a', b'b', u8::MAX]), 1..=2);
    let change = prop_oneof![
        5 => (key(), any::<u8>()).prop_map(|(key, value)| Change::Put(key, value)),
        1 => key().prop_map(Change::Delete),
        1 => key().prop_map(Change::DeleteAll),
    ];
    proptest::collection::vec(proptest::collection::vec(change, 0..6), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_are_what_the_changes_lead_to_one_by_one_however_they_are_folded(
        batches in changes(),
        folds in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let mut store = Store::open_disks(&Disks::default()).expect("new disks should open");
        let mut expected = std::collections::BTreeMap::new();
        let mut unfolded = Vec::new();
        for ((number, changes), is_folded) in (1..).zip(&batches).zip(folds) {
            let mut batch = Batch::new(BatchNumber(number), 1000);
            batch.keep_moment();
            for change in changes {
                match change {
                    Change::Put(key, value) => {
                        batch.put("rows", key, |out| out.push(*value));
                        expected.insert(key.clone(), vec![*value]);
                    }
                    Change::Delete(key) => {
                        batch.delete("rows", key);
                        expected.remove(key);
                    }
                    Change::DeleteAll(prefix) => {
                        batch.delete_all("rows", prefix);
                        expected.retain(|key, _| !key.starts_with(prefix));
                    }
                }
            }
            unfolded.push(store.log.append(&[batch], 0).expect("a sound disk should be writable"));
            if is_folded {
                store.rows.fold(&unfolded).expect("a sound disk should be writable");
                // Folding the same records again is allowed, as after a crash.
                store.rows.fold(&std::mem::take(&mut unfolded)).expect("a sound disk should be writable");
            }
        }
        store.rows.fold(&unfolded).expect("a sound disk should be writable");
        let mut found = std::collections::BTreeMap::new();
        let put = &mut |key: &[u8], value: &[u8]| drop(found.insert(key.to_vec(), value.to_vec()));
        store.rows.scan("rows", put).expect("a sound disk should be readable");
        prop_assert_eq!(found, expected);
    }
}
