//! Rows and records that were changed, deleted or made older by SQL: whoever reads them learns it, as of a damaged file.

use raidkeep::engine::account::AccountId;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::proof::{CopyError, verify_copy};
use raidkeep::engine::storage::store::{LogRecord, Store};
use raidkeep::engine::storage::{
    Batch, IndexKey, PlayerTables, RowStore, Rows, StorageError, StoredWorld, encode_value,
};
use raidkeep::postgres::Node;

use crate::cluster::database::{Database, try_take};

const WORLD: &str = "world-0";
const PLAYERS: [&str; 2] = ["accounts", "energy"];

fn players() -> PlayerTables {
    PlayerTables { tables: PLAYERS.to_vec(), identity: "accounts" }
}

fn name(number: u64) -> IndexKey {
    IndexKey::new("name", format!("player {number}").as_bytes())
}

fn put(batch: &mut Batch, table: &str, key: &[u8], value: u64) {
    batch.put(table, key, |out| encode_value(1, &value, out));
}

/// Three players with names, a row of the world, and an archive.
fn round(number: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 1000);
    for account in 1..=3_u64 {
        put(&mut batch, "accounts", &account.to_be_bytes(), account);
        put(&mut batch, "energy", &account.to_be_bytes(), number * 10);
        put(&mut batch, "index", name(account).as_bytes(), account);
        put(&mut batch, "archive", &account.to_be_bytes(), number);
    }
    put(&mut batch, "season", b"", number);
    batch
}

fn fold(stored: &mut StoredWorld, batch: Batch) {
    let record: LogRecord = stored.log.append(&[batch], 0).expect("the world is ours");
    stored.rows.fold(stored.log.epoch(), &[record]).expect("the world is ours");
}

fn world(node: &Node) -> StoredWorld {
    let mut stored = node.take(WORLD, None).expect("nobody has it");
    stored.rows.know_players(&PLAYERS).expect("the world is ours");
    fold(&mut stored, round(1));
    fold(&mut stored, round(2));
    stored
}

/// Ways to damage a row, and to mend it.
const DAMAGES: [(&str, &str); 3] = [
    ("changed", "UPDATE raidkeep.rows SET value = set_byte(value, 2, get_byte(value, 2) # 1)"),
    ("deleted", "DELETE FROM raidkeep.rows"),
    ("made older", "UPDATE raidkeep.rows SET value = old.value FROM old"),
];

fn hex(key: &[u8]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Damages a row, tells what its readers say, and puts it back.
fn with_damage(database: &Database, table: &str, key: &[u8], each: impl Fn(&str)) {
    let place = format!("rows.world = '{WORLD}' AND rows.name = '{table}' AND rows.key = '\\x{}'", hex(key));
    for (kind, damage) in DAMAGES {
        let story = format!("{kind} in {table}");
        let same = if kind == "made older" { " AND old.name = rows.name AND old.key = rows.key" } else { "" };
        database.sql("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS TABLE raidkeep.rows");
        database.sql(&format!("{damage} WHERE {place}{same}"));
        each(&story);
        database.sql("DELETE FROM raidkeep.rows; INSERT INTO raidkeep.rows TABLE kept");
    }
}

fn told<T>(read: Result<T, StorageError>, story: &str) -> String {
    let error = read.err().unwrap_or_else(|| panic!("{story}: whoever reads it learns it"));
    assert!(matches!(error, StorageError::RowsDamaged { .. }), "{story}: {error}");
    let told = error.to_string();
    assert!(told.contains(WORLD) && told.contains("from a copy"), "{story}: world and remedy: {told}");
    told
}

/// A check of everything finds it, and no copy is made of it.
fn found(rows: &Rows, story: &str) {
    assert!(!rows.damages().expect("readable").is_empty(), "{story}: it is found when everything is checked");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = rows.copy_to(folder.path()).expect_err(story);
    assert!(matches!(refused, CopyError::SourceDamaged { .. }), "{story}: {refused}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn whoever_reads_a_row_that_sql_has_changed_learns_it() {
    let database = Database::start();
    let node = database.node("a");
    let mut stored = node.take(WORLD, None).expect("nobody has it");
    stored.rows.know_players(&PLAYERS).expect("the world is ours");
    fold(&mut stored, round(1));
    database.sql("CREATE TABLE old AS TABLE raidkeep.rows");
    let mut second = round(2);
    put(&mut second, "accounts", &2_u64.to_be_bytes(), 22);
    put(&mut second, "index", name(2).as_bytes(), 22);
    fold(&mut stored, second);
    let rows = stored.rows.clone();
    assert_eq!(rows.damages().expect("readable"), []);
    for table in PLAYERS {
        with_damage(&database, table, &2_u64.to_be_bytes(), |story| {
            let error = told(rows.load_player(&players(), AccountId(2)), story);
            assert!(error.contains("account 2"), "{story}: the player is named: {error}");
            assert!(rows.load_player(&players(), AccountId(1)).expect("not concerned").is_some(), "{story}");
            assert_eq!(rows.load_player(&players(), AccountId(4)).expect("readable"), None, "nobody is absent");
            found(&rows, story);
        });
    }
    with_damage(&database, "season", b"", |story| {
        told(rows.only_row("season"), story);
        found(&rows, story);
    });
    with_damage(&database, "archive", &2_u64.to_be_bytes(), |story| {
        told(rows.scan("archive", &mut |_, _| {}), story);
        found(&rows, story);
    });
    let index = database.sql("SELECT encode(key, 'hex') FROM raidkeep.rows WHERE name = 'index'");
    let of_two = index.lines().find(|key| key.ends_with(&hex(name(2).as_bytes()))).expect("it is there");
    let key: Vec<u8> =
        (0..of_two.len()).step_by(2).map(|at| u8::from_str_radix(&of_two[at..at + 2], 16).expect("hex")).collect();
    with_damage(&database, "index", &key, |story| {
        told(rows.look_up(&name(2)), story);
        assert_eq!(rows.look_up(&name(1)).expect("readable"), Some(AccountId(1)), "{story}: others are found");
        assert_eq!(rows.look_up(&name(9)).expect("readable"), None, "{story}: a free name is free");
        found(&rows, story);
    });
    assert_eq!(rows.damages().expect("readable"), [], "everything was put back");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_log_that_sql_has_changed_is_not_taken_over() {
    let damages = [
        ("UPDATE raidkeep.log SET bytes = set_byte(bytes, 30, get_byte(bytes, 30) # 1) WHERE record = 3", "record 3"),
        ("UPDATE raidkeep.log SET epoch = epoch - 1 WHERE record = 4", "record 4"),
        ("DELETE FROM raidkeep.log WHERE record = 4", "record 4"),
        ("DELETE FROM raidkeep.log WHERE record = 3", "record 3"),
        ("DELETE FROM raidkeep.log", "record 3"),
        ("DELETE FROM raidkeep.worlds", "the world is missing"),
        ("DELETE FROM raidkeep.folds", "what it says of the rows is missing"),
        ("DELETE FROM raidkeep.worlds; DELETE FROM raidkeep.leases", "that nobody has begun"),
        ("DELETE FROM raidkeep.worlds; DELETE FROM raidkeep.leases; DELETE FROM raidkeep.log", "that nobody has begun"),
        (
            "DELETE FROM raidkeep.worlds; DELETE FROM raidkeep.leases; DELETE FROM raidkeep.rows",
            "that nobody has begun",
        ),
        ("UPDATE raidkeep.worlds SET last_record = 3", "what it says of the world"),
        ("UPDATE raidkeep.worlds SET epoch = 1", "what it says of the world"),
        ("UPDATE raidkeep.folds SET record = 3", "what it says of the world"),
        ("UPDATE raidkeep.folds SET moment_ms = 3", "what it says of the world"),
    ];
    let database = Database::start();
    for (damage, expected) in damages {
        database.sql("DROP SCHEMA IF EXISTS raidkeep CASCADE");
        let node = database.node("a");
        let mut stored = world(&node);
        for number in 3..=4 {
            stored.log.append(&[round(number)], 0).expect("the world is ours");
        }
        drop(stored);
        database.sql(&format!("UPDATE raidkeep.leases SET is_free = true; {damage}"));
        let refused = try_take(&node, WORLD).map(drop).expect_err(damage).to_string();
        assert!(refused.contains(expected), "{damage}: {refused}");
    }
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_copy_of_a_world_in_a_database_is_a_world_in_files() {
    let database = Database::start();
    let node = database.node("a");
    let stored = world(&node);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copied = stored.rows.copy_to(folder.path()).expect("it can be copied");
    assert_eq!((copied.last_batch, copied.rows), (BatchNumber(2), 13));
    assert_eq!(verify_copy(folder.path(), WORLD).expect("it is proven"), 13);
    let copy = Store::open_folder(folder.path(), WORLD).expect("a world in files");
    assert_eq!((copy.recovered.last_batch, copy.recovered.was_copy), (BatchNumber(2), true));
    assert_eq!(copy.rows.damages().expect("readable"), []);
    assert_eq!(copy.rows.look_up(&name(2)).expect("readable"), Some(AccountId(2)));
    assert_eq!(
        copy.rows.load_player(&players(), AccountId(3)).expect("readable"),
        stored.rows.load_player(&players(), AccountId(3)).expect("readable")
    );
}
