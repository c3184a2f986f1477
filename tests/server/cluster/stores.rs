//! The log and the rows of a world in a database: what was answered is there, once, whatever fails.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use raidkeep::engine::account::AccountId;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::{Batch, PlayerTables, RowQuery, Rows, StorageError, StoredWorld};
use raidkeep::postgres::Node;
use raidkeep::studio::store_life::{CHANGES, ChangeOutcome, StoreLife};

use crate::cluster::database::{self, Database, LEASE, settings_of, wait_for};

const WORLD: &str = "world-0";

fn take(node: &Node) -> StoredWorld {
    database::take(node, WORLD)
}

fn all(rows: &Rows) -> BTreeMap<u64, u8> {
    let mut found = BTreeMap::new();
    let mut note = |key: &[u8], value: &[u8]| {
        found.insert(u64::from_be_bytes(key.try_into().expect("eight bytes")), value[0]);
    };
    rows.scan(CHANGES, &mut note).expect("the rows are sound");
    found
}

/// A batch of one change.
fn batch(number: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 1);
    batch.put(CHANGES, &number.to_be_bytes(), |out| out.push(1));
    batch
}

/// Begins a world whose first batch has so many rows, and gives it back.
fn begin(node: &Node, world: &str, rows: u64) {
    let mut stored = database::take(node, world);
    let mut batch = Batch::new(BatchNumber(1), 1);
    (0..rows).for_each(|number| batch.put(CHANGES, &number.to_be_bytes(), |out| out.push(1)));
    stored.log.append(&[batch], 0).expect("the world is ours");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_world_goes_on_where_it_stopped_and_one_that_was_given_back_is_had_at_once() {
    let database = Database::start();
    let (first, second) = (database.node("a"), database.node("b"));
    let mut life = StoreLife::begin(take(&first), 1);
    for _ in 0..3 {
        life.send();
        assert_eq!(life.outcome(), ChangeOutcome::Answered);
    }
    let refused = second.take(WORLD, None).expect_err("another node has it");
    assert!(matches!(&refused, StorageError::Elsewhere { node, .. } if node == "a"), "{refused}");
    let newest = RowQuery { newest_first: true, limit: 2, ..RowQuery::range(CHANGES, &[0; 8], &[255; 8]) };
    let keys: Vec<_> = life.read(newest).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [3_u64.to_be_bytes(), 2_u64.to_be_bytes()], "a query finds what was changed before it");
    drop(life);
    let began = Instant::now();
    let taken = take(&second);
    assert!(began.elapsed() < LEASE.length, "nobody waits for the end of a lease that was given back");
    assert_eq!((taken.recovered.last_batch, taken.recovered.was_cut_off), (BatchNumber(3), false));
    assert_eq!(taken.recovered.moment_ms, Some(1000));
    assert_eq!(all(&taken.rows), BTreeMap::from([(1, 1), (2, 1), (3, 1)]));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn whoever_takes_a_world_over_need_not_wait_for_what_its_log_keeps_for_the_archive() {
    let database = Database::start();
    let mut stored = take(&database.node("a"));
    for number in 1..=3 {
        stored.log.append(&[batch(number)], 0).expect("the world is ours");
    }
    drop(stored);
    let mut stored = take(&database.node("b"));
    let mut read = stored.log.held().expect("it can be read later");
    stored.log.append(&[batch(4)], 0).expect("the world is ours");
    database.sql("DELETE FROM raidkeep.log WHERE record = 1");
    let numbers: Vec<u64> = read().expect("it can be read").iter().map(|(_, record)| record.number).collect();
    assert_eq!(numbers, [2, 3], "it is read when somebody has time, as far as the log went when it was taken over");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn tables_of_an_earlier_format_are_brought_to_this_one_and_those_of_a_later_one_refused() {
    let database = Database::start();
    let mut life = StoreLife::begin(take(&database.node("a")), 1);
    life.send();
    assert_eq!(life.outcome(), ChangeOutcome::Answered);
    drop(life);
    let mark = "FROM raidkeep.rows WHERE name = 'fold_mark'";
    database.sql(&format!("DELETE {mark}; UPDATE raidkeep.format SET format = 1"));
    let taken = take(&database.node("b"));
    assert_eq!(all(&taken.rows).len(), 1, "its rows are there");
    assert_eq!(database.sql(&format!("SELECT count(*) {mark}")), "1");
    assert_eq!(database.sql("SELECT format FROM raidkeep.format"), "2");
    drop(taken);
    database.sql("UPDATE raidkeep.format SET format = 3");
    let refused =
        Node::start("c", settings_of(&database.url()), LEASE).map(drop).expect_err("it is of a later version");
    assert!(refused.to_string().contains('3'), "{refused}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn what_the_rows_lack_is_folded_by_whoever_takes_the_world_over() {
    let database = Database::start();
    let first = database.node("a");
    let mut stored = take(&first);
    for number in 1..=300_u64 {
        let mut batch = Batch::new(BatchNumber(number), number as i64);
        batch.put(CHANGES, &number.to_be_bytes(), |out| out.push(1));
        if number % 100 == 0 {
            batch.delete_all(CHANGES, &[0, 0, 0, 0, 0, 0, 0]);
        }
        stored.log.append(&[batch], 0).expect("the world is ours");
    }
    drop(stored);
    let taken = take(&database.node("b"));
    let recovered = taken.recovered;
    assert_eq!((recovered.last_batch.0, recovered.folded_at_start, recovered.was_cut_off), (300, 300, true));
    let kept: Vec<u64> = all(&taken.rows).into_keys().collect();
    assert_eq!(kept, (256..=300).collect::<Vec<_>>(), "rows that were deleted by the beginning of their keys are gone");
    assert_eq!(taken.rows.damages().expect("readable"), [], "rows and digests fit");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_check_may_think_about_a_row_for_longer_than_a_node_may_hang_in_a_change() {
    let database = Database::start();
    // More than are read at once.
    begin(&database.node("a"), WORLD, 5000);
    let taken = take(&database.node("b"));
    let mut seen = 0;
    let mut look = |_: &[u8], _: &[u8]| {
        if seen == 0 {
            std::thread::sleep(Duration::from_millis(2500));
        }
        seen += 1;
    };
    taken.rows.scan_sound(CHANGES, &mut look).expect("it stands in nobody's way");
    assert_eq!(seen, 5000);
}

/// How many entries of the rows' index have been read by connections that are closed.
fn read_of_index(database: &Database) -> u64 {
    let read = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE relname = 'rows'";
    database.sql(read).parse().expect("a number")
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_large_world_of_which_the_database_knows_nothing_yet_is_read_and_changed_by_its_keys() {
    let database = Database::start();
    begin(&database.node("a"), "world-1", 20_000);
    drop(database::take(&database.node("b"), "world-1"));
    // What it learns now is all that it knows, as in the minutes after a migration.
    database.sql("ALTER TABLE raidkeep.rows SET (autovacuum_enabled = false); ANALYZE raidkeep.rows");
    begin(&database.node("c"), WORLD, 20_000);
    drop(take(&database.node("d")));
    let before = read_of_index(&database);
    let mut taken = take(&database.node("e"));
    let mut batch = Batch::new(BatchNumber(2), 2);
    batch.put(CHANGES, &7_u64.to_be_bytes(), |out| out.push(2));
    batch.delete(CHANGES, &8_u64.to_be_bytes());
    taken.log.append(&[batch], 0).expect("the world is ours");
    drop(taken);
    let taken = take(&database.node("f"));
    let players = PlayerTables { tables: vec![CHANGES], identity: CHANGES };
    let ninth = taken.rows.load_player(&players, AccountId(9)).expect("readable").expect("it is there");
    assert_eq!(ninth, [vec![(9_u64.to_be_bytes().to_vec(), vec![1])]]);
    drop(taken);
    wait_for("what was read is known", || read_of_index(&database) > before);
    let read = read_of_index(&database) - before;
    assert!(read < 5000, "a change or a player costs a few rows, not all of the world's: {read}");
    let changed = all(&take(&database.node("g")).rows);
    assert_eq!((changed.len(), changed[&7], changed.get(&8)), (19_999, 2, None));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn what_a_node_has_given_up_ends_in_the_database_too() {
    let database = Database::start();
    let mut life = StoreLife::begin(take(&database.node("a")), 1);
    life.send();
    assert_eq!(life.outcome(), ChangeOutcome::Answered);
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    std::thread::scope(|scope| {
        let hinder = "BEGIN; SELECT 1 FROM raidkeep.worlds FOR UPDATE; SELECT pg_sleep(8); COMMIT";
        scope.spawn(|| database.sql(hinder));
        wait_for("somebody is in the way", || database.has_sleeper());
        life.send();
        assert!(matches!(life.outcome(), ChangeOutcome::Stopped { .. }), "a commit that takes too long is unknown");
        drop(life);
        wait_for("nobody waits any more for a client that has gone", || database.sql(waiting) == "0");
        assert!(database.has_sleeper(), "and before what was in the way has gone");
    });
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_world_that_was_taken_over_is_fenced_in_log_and_rows() {
    let database = Database::start();
    let (first, second) = (database.node("a"), database.node("b"));
    let mut life = StoreLife::begin(take(&first), 1);
    life.send();
    assert_eq!(life.outcome(), ChangeOutcome::Answered);
    // As if the lease had ended while the node stood still.
    database.sql("UPDATE raidkeep.leases SET is_free = true");
    let later = take(&second);
    life.send();
    assert_eq!(
        life.outcome(),
        ChangeOutcome::Stopped { may_pass: true },
        "another node has it, until that one is gone"
    );
    let refused = life.rows.fold(raidkeep::engine::outside::Epoch::BEFORE.next(0), &[]);
    assert!(matches!(refused, Err(StorageError::Fenced { by, .. }) if by == later.log.epoch()), "{refused:?}");
    drop(life);
    assert_eq!(all(&later.rows), BTreeMap::from([(1, 1)]), "what was fenced is not there");
    assert_eq!(database.sql("SELECT is_free FROM raidkeep.leases"), "f", "who was fenced gives nothing back");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn connections_that_break_at_any_moment_lose_nothing_that_was_answered() {
    let database = Database::start();
    let node = database.node("a");
    let breaks = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
         AND backend_type = 'client backend'";
    let (mut number, mut answered) = (0_u8, BTreeMap::new());
    let mut possible = BTreeMap::new();
    for (changes, delay_ms) in [(1, 0), (20, 1), (50, 3), (200, 8), (200, 20), (400, 40)] {
        number += 1;
        let mut life = StoreLife::begin(take(&node), number);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                std::thread::sleep(Duration::from_millis(delay_ms));
                database.sql(breaks)
            });
            for _ in 0..changes {
                let change = life.send();
                possible.insert(change, number);
                if life.outcome() != ChangeOutcome::Answered {
                    break;
                }
                answered.insert(change, number);
            }
        });
        drop(life);
        let began = Instant::now();
        let taken = take(&node);
        assert!(began.elapsed() < LEASE.length, "a process waits for no lease of its own: {:?}", began.elapsed());
        let found = all(&taken.rows);
        for (change, made_by) in &answered {
            assert_eq!(found.get(change), Some(made_by), "change {change} was answered");
        }
        for (change, made_by) in &found {
            assert_eq!(possible.get(change), Some(made_by), "change {change} was made");
        }
        // What was not answered and is there all the same counts from now on.
        answered = found;
        possible.clone_from(&answered);
        drop(StoreLife::begin(taken, number));
    }
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_commit_whose_wait_for_a_standby_was_cancelled_is_no_answer() {
    let database = Database::with_standbys();
    let node = database.node("a");
    let mut life = StoreLife::begin(take(&node), 1);
    life.send();
    assert_eq!(life.outcome(), ChangeOutcome::Answered);
    database.freeze(1);
    database.freeze(2);
    life.send();
    wait_for("the append waits for a standby", || {
        database.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%owner%'")
            == "1"
    });
    database.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    assert_eq!(life.outcome(), ChangeOutcome::Stopped { may_pass: true }, "only the primary has it for certain");
    database.thaw(1);
    database.thaw(2);
    drop(life);
    let kept = all(&take(&node).rows);
    assert!([BTreeMap::from([(1, 1)]), BTreeMap::from([(1, 1), (2, 1)])].contains(&kept), "{kept:?}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_frozen_primary_is_given_up_in_time_and_the_promoted_standby_is_found() {
    let mut database = Database::with_standbys();
    let node = database.node("a");
    let mut life = StoreLife::begin(take(&node), 1);
    for _ in 0..20 {
        life.send();
        assert_eq!(life.outcome(), ChangeOutcome::Answered);
    }
    database.freeze(0);
    let began = Instant::now();
    life.send();
    assert_eq!(life.outcome(), ChangeOutcome::Stopped { may_pass: true }, "it accepts connections and says nothing");
    assert!(began.elapsed() < Duration::from_secs(10), "took {:?}", began.elapsed());
    drop(life);
    database.promote(1);
    let taken = take(&node);
    assert_eq!(all(&taken.rows).range(..=20).count(), 20, "a standby had all that was answered");
    database.thaw(0);
    let mut life = StoreLife::begin(taken, 2);
    for _ in 0..20 {
        life.send();
        assert_eq!(life.outcome(), ChangeOutcome::Answered, "the old primary is not asked");
    }
    drop(life);
    database.kill(0);
}
