//! Who has a world: leases that end, and memories of how far a world went.

use std::time::{Duration, Instant};

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::{Batch, StorageError};

use crate::cluster::database::{Database, LEASE, take, try_take};

const WORLD: &str = "world-0";

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_lease_that_is_renewed_is_never_taken_and_one_that_is_not_ends_before_it_is() {
    let database = Database::start();
    let (first, second) = (database.node("a"), database.node("b"));
    let held = first.take(WORLD, None).expect("nobody has it");
    let began = Instant::now();
    while began.elapsed() < LEASE.length * 3 {
        let refused = second.take(WORLD, None).expect_err("its lease is renewed");
        assert!(matches!(refused, StorageError::Elsewhere { .. }), "{refused}");
        assert!(held.tenure.holds(), "its lease is renewed");
        std::thread::sleep(Duration::from_millis(50));
    }
    // From now on this node cannot renew.
    database.sql("ALTER TABLE raidkeep.leases ADD CONSTRAINT still CHECK (node <> 'a') NOT VALID");
    let began = Instant::now();
    let taken = take(&second, WORLD);
    assert!(!held.tenure.holds(), "a node that cannot renew stops answering before another one begins");
    assert!(began.elapsed() < LEASE.length * 2, "and nobody waits longer than for the lease: {:?}", began.elapsed());
    database.sql("ALTER TABLE raidkeep.leases DROP CONSTRAINT still");
    std::thread::sleep(LEASE.length);
    assert!(!held.tenure.holds() && taken.tenure.holds(), "a lease that has ended does not come back");
    assert!(held.log.epoch() < taken.log.epoch());
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_world_that_lacks_what_a_node_has_seen_is_not_served() {
    let database = Database::start();
    let (first, second) = (database.node("a"), database.node("b"));
    let mut held = first.take(WORLD, None).expect("nobody has it");
    let commit = |number: u64, held: &mut raidkeep::engine::storage::StoredWorld| {
        let mut batch = Batch::new(BatchNumber(number), 0);
        batch.put("changes", b"key", |out| out.push(1));
        held.log.append(&[batch], 0).expect("the world is ours");
    };
    commit(1, &mut held);
    // A copy of the whole database as it is now.
    database.sql(
        "CREATE TABLE worlds AS TABLE raidkeep.worlds; CREATE TABLE folds AS TABLE raidkeep.folds; \
         CREATE TABLE leases AS TABLE raidkeep.leases; CREATE TABLE log AS TABLE raidkeep.log",
    );
    commit(2, &mut held);
    std::thread::sleep(LEASE.length);
    drop(held);
    database.sql(
        "BEGIN; DELETE FROM raidkeep.worlds; DELETE FROM raidkeep.folds; DELETE FROM raidkeep.leases; \
         DELETE FROM raidkeep.log; INSERT INTO raidkeep.worlds TABLE worlds; INSERT INTO raidkeep.folds TABLE folds; \
         INSERT INTO raidkeep.leases TABLE leases; INSERT INTO raidkeep.log TABLE log; COMMIT",
    );
    let refused = try_take(&second, WORLD).expect_err("it lacks a record");
    assert!(
        matches!(&refused, StorageError::LogIncomplete { missing: 2, answered: 2, .. }),
        "everything fits together, but this node remembers more: {refused}"
    );
}
