//! Rows that were changed behind the server's back: whoever reads them learns it, a player who lost rows is no newcomer, a
//! lost name is not free, and `verify` and a copy find the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::RowStore;
use raidkeep::engine::storage::disk::Disks;
use raidkeep::engine::storage::proof::CopyError;
use raidkeep::engine::storage::store::{LogRecord, RowsFile, Store};
use raidkeep::engine::storage::stored::RowDamage;
use raidkeep::engine::storage::{Batch, IndexKey, PlayerTables, RowQuery, StorageError, decode_value, encode_value};
use raidkeep::studio::testing::TestServer;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::json;

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

fn commit(store: &mut Store, number: u64, fill: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::new(BatchNumber(number), 1000);
    fill(&mut batch);
    let record = store.log.append(&[batch], number - 1).expect("the simulated disk is writable");
    store.rows.fold(&[record]).expect("the simulated disk is writable");
}

/// Three players with names, a row of the world, and an archive; every row was written twice.
fn world() -> Disks {
    let disks = Disks::default();
    let mut store = Store::open_disks(&disks).expect("new disks open");
    store.rows.know_players(&PLAYERS).expect("the simulated disk is writable");
    for round in 1..=2 {
        commit(&mut store, round, |batch| {
            for number in 1..=3_u64 {
                put(batch, "accounts", &number.to_be_bytes(), number);
                put(batch, "energy", &number.to_be_bytes(), round * 10);
                put(batch, "index", name(number).as_bytes(), number);
                put(batch, "archive", &number.to_be_bytes(), round);
            }
            put(batch, "season", b"", round);
        });
    }
    disks
}

type Raw<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// A row as it is in the database, whose key may begin with more than the row's own.
fn raw_row(disks: &Disks, table: &str, key: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let database = Database::builder().create_with_backend(disks.rows.clone()).expect("the rows open");
    let read = database.begin_read().expect("the rows are readable");
    let table = read.open_table(Raw::new(table)).expect("the table is there");
    let rows = table.iter().expect("the table is readable").map(|row| row.expect("the row is readable"));
    let mut rows = rows.map(|(key, value)| (key.value().to_vec(), value.value().to_vec()));
    rows.find(|(stored, _)| stored.ends_with(key)).expect("the row is there")
}

fn edit_raw(disks: &Disks, edit: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::builder().create_with_backend(disks.rows.clone()).expect("the rows open");
    let write = database.begin_write().expect("the rows are writable");
    edit(&write);
    write.commit().expect("the rows are writable");
}

fn put_raw(disks: &Disks, table: &str, key: &[u8], value: Option<&[u8]>) {
    edit_raw(disks, |write| {
        let mut table = write.open_table(Raw::new(table)).expect("the table is there");
        match value {
            Some(value) => drop(table.insert(key, value).expect("the table is writable")),
            None => drop(table.remove(key).expect("the table is writable")),
        }
    });
}

#[derive(Debug, Clone, Copy)]
enum Damage {
    Deleted,
    Older,
    Flipped,
}

const DAMAGES: [Damage; 3] = [Damage::Deleted, Damage::Older, Damage::Flipped];

/// The world in which this row was damaged. What an older row was, the same world of before tells.
fn damaged(table: &str, key: &[u8], damage: Damage) -> Store {
    let disks = world();
    let (stored_key, mut stored) = raw_row(&disks, table, key);
    match damage {
        Damage::Deleted => put_raw(&disks, table, &stored_key, None),
        Damage::Older => {
            let mut store = Store::open_disks(&disks).expect("the disks open");
            commit(&mut store, 3, |batch| put(batch, table, key, 77));
            drop(store);
            put_raw(&disks, table, &stored_key, Some(&stored));
        }
        Damage::Flipped => {
            stored[2] ^= 1;
            put_raw(&disks, table, &stored_key, Some(&stored));
        }
    }
    Store::open_disks(&disks).expect("the disks open: only rows are damaged")
}

fn told<T: std::fmt::Debug>(read: Result<T, StorageError>, story: &str) -> String {
    let error = read.expect_err(story);
    assert!(matches!(error, StorageError::RowsDamaged { .. }), "{story}: {error}");
    names_file_and_remedy(&error, story)
}

fn names_file_and_remedy(error: &dyn std::error::Error, story: &str) -> String {
    let told = error.to_string();
    assert!(told.contains("world-0.rows.redb") && told.contains("from a copy"), "{story}: file and remedy: {told}");
    told
}

fn found(rows: &RowsFile, story: &str) -> Vec<RowDamage> {
    let damages = rows.damages().expect("the rows can be read");
    assert!(!damages.is_empty(), "{story}: it is found when everything is checked");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = rows.copy_to(folder.path()).expect_err(story);
    assert!(matches!(refused, CopyError::SourceDamaged { .. }), "{story}: {refused}");
    names_file_and_remedy(&refused, story);
    let copies = std::fs::read_dir(folder.path()).expect("it can be listed").flatten();
    assert!(
        copies.into_iter().all(|file| file.path().extension().is_some_and(|end| end == "unfinished")),
        "{story}: no copy of it looks complete"
    );
    damages
}

#[test]
fn a_player_of_whom_a_row_is_damaged_is_refused_alone_and_is_no_newcomer() {
    for (table, damage) in PLAYERS.into_iter().flat_map(|table| DAMAGES.map(|damage| (table, damage))) {
        let story = format!("{damage:?} in {table}");
        let store = damaged(table, &2_u64.to_be_bytes(), damage);
        let error = told(store.rows.load_player(&players(), AccountId(2)), &story);
        assert!(error.contains("account 2"), "{story}: the player is named: {error}");
        let given = store.rows.load_for_world(&players(), AccountId(2)).expect("the world goes on");
        let rows = given.expect("a player whose rows vanished is not told to be new");
        assert!(decode_value::<u64>(1, &rows[0][0].1, |_, _| None).is_err(), "{story}: the world cannot read it");
        for sound in [1, 3] {
            let loaded = store.rows.load_player(&players(), AccountId(sound)).expect("others are not concerned");
            assert!(loaded.is_some(), "{story}");
        }
        assert_eq!(store.rows.load_player(&players(), AccountId(4)).expect("readable"), None, "nobody is absent");
        let damages = found(&store.rows, &story);
        assert!(damages.iter().any(|damage| damage.account == Some(AccountId(2))), "{story}: {damages:?}");
        assert!(damages.iter().all(|damage| damage.account.is_none_or(|who| who == AccountId(2))), "{damages:?}");
    }
}

#[test]
fn a_player_whose_rows_are_all_gone_is_no_newcomer() {
    let disks = world();
    for table in PLAYERS {
        put_raw(&disks, table, &2_u64.to_be_bytes(), None);
    }
    let store = Store::open_disks(&disks).expect("the disks open");
    told(store.rows.load_player(&players(), AccountId(2)), "all rows deleted");
    found(&store.rows, "all rows deleted");
}

#[test]
fn a_lost_name_is_not_free() {
    for damage in DAMAGES {
        let story = format!("{damage:?}");
        let store = damaged("index", name(2).as_bytes(), damage);
        told(store.rows.look_up(&name(2)), &story);
        assert_eq!(store.rows.look_up(&name(1)).expect("readable"), Some(AccountId(1)), "{story}: others are found");
        assert_eq!(store.rows.look_up(&name(9)).expect("readable"), None, "{story}: a free name is free");
        let damages = found(&store.rows, &story);
        assert!(damages.iter().all(|damage| damage.table == "index"), "{story}: {damages:?}");
    }
}

#[test]
fn a_row_of_the_world_and_a_table_that_lost_a_row_are_found_when_they_are_read() {
    for damage in DAMAGES {
        let story = format!("{damage:?}");
        let store = damaged("season", b"", damage);
        told(store.rows.only_row("season"), &story);
        found(&store.rows, &story);
        let key = 2_u64.to_be_bytes();
        let store = damaged("archive", &key, damage);
        let error = told(store.rows.scan("archive", &mut |_, _| {}), &story);
        assert!(error.contains("table archive"), "{story}: the table is named: {error}");
        found(&store.rows, &story);
        if let Damage::Flipped = damage {
            told(store.rows.read(&RowQuery::one("archive", &key)), &story);
            told(store.rows.get("archive", &key), &story);
        }
    }
}

#[test]
fn what_the_rows_say_of_themselves_is_checked() {
    let disks = world();
    edit_raw(&disks, |write| {
        let mut meta = write.open_table(TableDefinition::<&str, u64>::new("meta")).expect("it is there");
        meta.insert("moment_ms", 1001).expect("it is writable");
    });
    told(Store::open_disks(&disks), "another moment");
}

#[test]
fn damaged_rows_get_no_new_digests_when_other_tables_hold_players() {
    let store = damaged("energy", &2_u64.to_be_bytes(), Damage::Deleted);
    told(store.rows.know_players(&["accounts"]), "a table less");
    let store = Store::open_disks(&world()).expect("the disks open");
    store.rows.know_players(&["accounts", "archive", "energy"]).expect("the rows are sound");
    assert_eq!(store.rows.damages().expect("readable"), [], "every player has a digest of the tables of now");
    let tables = PlayerTables { tables: vec!["accounts", "archive", "energy"], identity: "accounts" };
    let loaded = store.rows.load_player(&tables, AccountId(1)).expect("readable").expect("there");
    assert!(loaded.iter().all(|rows| rows.len() == 1), "{loaded:?}");
}

#[test]
fn rows_of_an_earlier_program_get_checksums_once() {
    let disks = Disks::default();
    let value = |number: u64| {
        let mut out = Vec::new();
        encode_value(1, &number, &mut out);
        out
    };
    edit_raw(&disks, |write| {
        for number in 1..=3_u64 {
            let key = number.to_be_bytes();
            let entry = name(number);
            for (table, key) in [("accounts", &key[..]), ("energy", &key), ("index", entry.as_bytes())] {
                let mut table = write.open_table(Raw::new(table)).expect("the table is writable");
                table.insert(key, &value(number)[..]).expect("the table is writable");
            }
        }
        let mut meta = write.open_table(TableDefinition::<&str, u64>::new("meta")).expect("it is writable");
        for (name, value) in [("format", 2), ("folded_record", 5), ("last_batch", 7), ("moment_ms", 9)] {
            meta.insert(name, value).expect("it is writable");
        }
    });
    for _ in 0..2 {
        let store = Store::open_disks(&disks).expect("a world of format 2 opens");
        assert_eq!(store.recovered.last_batch, BatchNumber(7));
        store.rows.know_players(&PLAYERS).expect("the rows are writable");
        assert_eq!(store.rows.damages().expect("readable"), [], "every row has its checksum");
        for number in 1..=3_u64 {
            let row = || vec![(number.to_be_bytes().to_vec(), value(number))];
            let loaded = store.rows.load_player(&players(), AccountId(number)).expect("readable");
            assert_eq!(loaded, Some(vec![row(), row()]));
            assert_eq!(store.rows.look_up(&name(number)).expect("readable"), Some(AccountId(number)));
        }
    }
    put_raw(&disks, "energy", &2_u64.to_be_bytes(), None);
    let store = Store::open_disks(&disks).expect("the disks open");
    told(store.rows.load_player(&players(), AccountId(2)), "deleted after the migration");
}

/// What a player is told, through the protocol.
#[test]
fn a_damaged_player_is_refused_by_a_world_that_serves_the_others() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    server.fold();
    let copy = server.copy();
    let (key, mut stored) = raw_row(&copy, "energy", &1_u64.to_be_bytes());
    stored[2] ^= 1;
    put_raw(&copy, "energy", &key, Some(&stored));
    let mut server = server.put_back(copy);
    let connection = server.connect();
    let refused = server.ask_on(connection, "login_unique", json!({"unique_id": "ann"}));
    assert_ne!(refused["status"], 0, "nobody is shown damaged rows, or taken for a newcomer: {refused}");
    let bob = raidkeep::studio::testing::TestPlayer { connection: server.connect(), ..bob };
    assert_eq!(server.ask(&bob, "get_player_info", json!({}))["status"], 0, "the others play on");
    let breaches = server.verify();
    let named = |breach: &raidkeep::engine::verify::Breach| breach.account == Some(1) && breach.table == "energy";
    assert!(breaches.iter().any(named), "the player and the table are named: {breaches:?}");
}

#[derive(Debug, Clone)]
enum Change {
    Put(usize, u8, u8),
    Delete(usize, u8),
    DeleteAll(usize, u8),
}

#[derive(Debug, Clone)]
enum Step {
    Fold(Vec<Change>),
    /// Folds the last record once more.
    FoldAgain,
    Restart,
    KnowPlayers(bool),
}

const TABLES: [&str; 4] = ["accounts", "energy", "index", "archive"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = prop_oneof![
        4 => (0..TABLES.len(), 0_u8..12, any::<u8>()).prop_map(|(table, key, value)| Change::Put(table, key, value)),
        1 => (0..TABLES.len(), 0_u8..12).prop_map(|(table, key)| Change::Delete(table, key)),
        1 => (0..TABLES.len(), 0_u8..4).prop_map(|(table, key)| Change::DeleteAll(table, key)),
    ];
    let step = prop_oneof![
        6 => proptest::collection::vec(change, 0..20).prop_map(Step::Fold),
        2 => Just(Step::FoldAgain),
        1 => Just(Step::Restart),
        1 => any::<bool>().prop_map(Step::KnowPlayers),
    ];
    proptest::collection::vec(step, 1..25)
}

/// Four accounts with three rows each.
fn key(number: u8) -> Vec<u8> {
    [&u64::from(number / 3).to_be_bytes()[..], &[number % 3]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn digests_are_what_a_count_of_all_rows_says_after_any_changes(steps in steps()) {
        let disks = Disks::default();
        let mut store = Store::open_disks(&disks).expect("new disks open");
        let mut model: BTreeMap<(usize, Vec<u8>), u8> = BTreeMap::new();
        let mut last: Option<LogRecord> = None;
        let mut number = 0;
        for step in steps {
            match step {
                Step::Fold(changes) => {
                    number += 1;
                    let mut batch = Batch::new(BatchNumber(number), 1000);
                    for change in changes {
                        match change {
                            Change::Put(table, at, value) => {
                                batch.put(TABLES[table], &key(at), |out| out.push(value));
                                model.insert((table, key(at)), value);
                            }
                            Change::Delete(table, at) => {
                                batch.delete(TABLES[table], &key(at));
                                model.remove(&(table, key(at)));
                            }
                            Change::DeleteAll(table, account) => {
                                let prefix = u64::from(account).to_be_bytes();
                                batch.delete_all(TABLES[table], &prefix);
                                model.retain(|(at, key), _| *at != table || !key.starts_with(&prefix));
                            }
                        }
                    }
                    let record = store.log.append(&[batch], number - 1).expect("writable");
                    store.rows.fold(std::slice::from_ref(&record)).expect("writable");
                    last = Some(record);
                }
                Step::FoldAgain => {
                    if let Some(record) = &last {
                        store.rows.fold(std::slice::from_ref(record)).expect("writable");
                    }
                }
                Step::Restart => {
                    drop(store);
                    store = Store::open_disks(&disks.after_power_loss()).expect("the disks open");
                    drop(store);
                    store = Store::open_disks(&disks).expect("the disks open");
                }
                Step::KnowPlayers(both) => {
                    let tables = if both { &TABLES[..2] } else { &TABLES[..1] };
                    store.rows.know_players(tables).expect("writable");
                }
            }
            prop_assert_eq!(store.rows.damages().expect("readable"), []);
        }
        for (at, table) in TABLES.into_iter().enumerate() {
            let mut rows = BTreeMap::new();
            store.rows.scan(table, &mut |key, value| _ = rows.insert(key.to_vec(), value[0])).expect("sound");
            let expected: BTreeMap<Vec<u8>, u8> =
                model.iter().filter(|((table, _), _)| *table == at).map(|((_, key), value)| (key.clone(), *value)).collect();
            prop_assert_eq!(rows, expected, "table {}", table);
        }
        for account in 0..5 {
            let rows = store.rows.load_player(&players(), AccountId(account)).expect("sound");
            let is_there = model.keys().any(|(table, key)| *table == 0 && key.starts_with(&account.to_be_bytes()));
            prop_assert_eq!(rows.is_some(), is_there);
        }
    }
}
