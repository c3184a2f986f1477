//! The archive of nodes that share a folder: whoever takes a world over carries it on, and what a node that hung writes into it
//! afterwards counts for nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::continuous::check::verify_archive;
use raidkeep::engine::storage::continuous::restore::restore_world;
use raidkeep::engine::storage::continuous::{ArchiveSettings, ArchiveTask, ArchivedTables, Archivist};
use raidkeep::engine::storage::worker::{StorageEvent, StorageListener, StorageWorker, Stores};
use raidkeep::engine::storage::{Batch, PlayerTables, RowStore, StoredWorld};

use crate::cluster::database::{Database, take, wait_for};

const WORLD: &str = "world-0";
const TABLE: &str = "numbers";
/// More than one of these segments is filled by the records of a test.
const SEGMENT_BYTES: u64 = 65_536;

/// A world as a node runs it, with an archive.
struct Life {
    worker: StorageWorker,
    events: Receiver<StorageEvent>,
    next: u64,
}

impl Life {
    fn begin(store: StoredWorld, archive: &Path) -> Self {
        let settings = ArchiveSettings {
            folder: archive.display().to_string(),
            segment_bytes: SEGMENT_BYTES,
            queue_bytes: 64 << 20,
            base_hours: 24,
            keep_days: 0,
        };
        let tables = ArchivedTables { players: vec![TABLE.to_owned()], identity: TABLE.to_owned() };
        let next = store.recovered.last_batch.0 + 1;
        let shipper = Archivist::start(ArchiveTask { settings, backups: None, tables }, &store);
        let (sender, events) = channel();
        let listener: StorageListener = Arc::new(move |event| drop(sender.send(event)));
        let stores = Stores::archived(store, shipper.expect("the archive is of this world"));
        let worker = StorageWorker::start(stores, PlayerTables::default(), listener).expect("threads start");
        Self { worker, events, next }
    }

    /// Commits batches, each of which writes a row of its own.
    fn commit(&mut self, count: u64) {
        for _ in 0..count {
            assert!(self.try_commit(), "batch {} is committed", self.next - 1);
        }
    }

    /// Whether a batch was committed.
    fn try_commit(&mut self) -> bool {
        let mut batch = Batch::new(BatchNumber(self.next), 1000 * self.next.cast_signed());
        batch.put(TABLE, &self.next.to_be_bytes(), |out| out.extend([1; 300]));
        self.worker.commit(batch);
        self.next += 1;
        loop {
            match self.events.recv().expect("the storage answers") {
                StorageEvent::Committed(last) if last.0 + 1 == self.next => return true,
                StorageEvent::Failed { .. } => return false,
                _ => {}
            }
        }
    }
}

fn all(rows: &dyn RowStore) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut found = BTreeMap::new();
    rows.scan(TABLE, &mut |key, value| drop(found.insert(key.to_vec(), value.to_vec()))).expect("the rows are sound");
    found
}

/// How many files of the world's archive end like this.
fn count(archive: &Path, suffix: &str) -> usize {
    let entries = std::fs::read_dir(archive.join(WORLD)).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(suffix)).count()
}

/// A restore is what the database has, and nothing is damaged or missing.
fn check(database: &Database, archive: &Path, story: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let verified = verify_archive(archive, WORLD).expect("the archive can be read");
    assert_eq!((verified.damages, verified.gaps), (vec![], vec![]), "{story}");
    let (rows, _) = restore_world(archive, WORLD, None, folder.path()).expect(story);
    let (found, expected) = (all(&rows), all(&*database.node("checker").peek(WORLD)));
    assert_eq!(found.len(), expected.len(), "{story}");
    assert!(found == expected, "{story}: what is restored is what the database has");
}

/// As if the lease of whoever has the world had ended while its node stood still.
fn end_lease(database: &Database) {
    database.sql("UPDATE raidkeep.leases SET is_free = true");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn what_a_node_that_hung_writes_into_the_archive_afterwards_counts_for_nothing() {
    let database = Database::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path();
    let nodes = ["a", "b"].map(|name| database.node(name));
    let mut life = Life::begin(take(&nodes[0], WORLD), archive);
    life.commit(20);
    wait_for("a base", || count(archive, ".rows.redb") == 1);
    for round in 1..=4 {
        // Less than a second ago: the archivist has not written all of it, and goes on with that when it wakes.
        life.commit(60);
        end_lease(&database);
        let mut later = Life::begin(take(&nodes[round % 2], WORLD), archive);
        later.commit(100);
        assert!(!life.try_commit(), "the node was fenced");
        drop(life);
        later.commit(100);
        life = later;
        assert_eq!(count(archive, ".rows.redb"), 1, "round {round}: the archive is carried on without another base");
    }
    drop(life);
    check(&database, archive, "after four nodes that hung");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn an_archive_that_lacks_more_than_the_log_holds_begins_anew() {
    let database = Database::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path();
    let mut life = Life::begin(take(&database.node("a"), WORLD), archive);
    life.commit(20);
    wait_for("a base", || count(archive, ".rows.redb") == 1);
    drop(life);
    let away = folder.path().join("elsewhere");
    let mut without = Life::begin(take(&database.node("a"), WORLD), &away);
    without.commit(20);
    drop(without);
    // As after a minute.
    database.sql("DELETE FROM raidkeep.log WHERE record <= 30");
    let mut life = Life::begin(take(&database.node("b"), WORLD), archive);
    wait_for("another base", || count(archive, ".rows.redb") == 2);
    life.commit(20);
    drop(life);
    let verified = verify_archive(archive, WORLD).expect("the archive can be read");
    assert_eq!((verified.damages, verified.gaps.len(), verified.ranges.len()), (vec![], 1, 2), "{:?}", verified.gaps);
    let restored = tempfile::tempdir().expect("a temporary folder");
    let (rows, _) = restore_world(archive, WORLD, None, restored.path()).expect("it can be restored");
    assert!(all(&rows) == all(&*database.node("checker").peek(WORLD)), "what is restored is what the database has");
}
