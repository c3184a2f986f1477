//! Any damage to any file of a world: it is refused with an error that names the file, or every answer is the one of the
//! undamaged world. Nothing is served wrong, and no panic escapes.
//!
//! `RAIDKEEP_DAMAGE_CASES` sets how many cases there are, `RAIDKEEP_DAMAGE_SEED` which is the first.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use raidkeep::engine::account::AccountId;
use raidkeep::engine::storage::disk::{Disk, Disks};
use raidkeep::engine::storage::rows::Persistence;
use raidkeep::engine::storage::store::{Recovered, RowsFile, Store};
use raidkeep::engine::storage::{FoundRows, IndexKey, LoadedPlayer, PlayerTables, RowStore, StorageError};
use raidkeep::studio::long_run::setting;
use raidkeep::studio::testing::damage::FileDamage;
use raidkeep::studio::testing::{TestPlayer, TestServer};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

const NAMES: [&str; 6] = ["ann", "bob", "cid", "dan", "eve", "nobody"];

/// A world as it is after a kill, with copies of its files from earlier and those of another world.
struct Subject {
    now: Disks,
    earlier: Disks,
    other: Disks,
    players: PlayerTables,
    tables: Vec<String>,
    answers: Answers,
}

/// Everything that a world is asked for.
#[derive(Debug, PartialEq)]
struct Answers {
    recovered: (u64, Option<i64>),
    players: BTreeMap<u64, Option<LoadedPlayer>>,
    names: BTreeMap<IndexKeyText, Option<AccountId>>,
    tables: BTreeMap<String, FoundRows>,
}

type IndexKeyText = Vec<u8>;

fn play(server: &mut TestServer, players: &[TestPlayer], round: u64) {
    for (at, player) in players.iter().enumerate() {
        server.ask(player, "enter_stage_boss", json!({"stage": 3001}));
        server.ask(player, "victory_stage_boss", json!({"stage": 3001, "damage": 400 + at}));
        server.ask(player, "enter_stage_general", json!({"stage": 8}));
        let subject = format!("round {round}");
        let sent = server.ask(player, "send_mail", json!({"gn_target": "玩家#1", "subj": subject, "body": "there"}));
        assert_eq!(sent["status"], 0, "{sent}");
    }
    server.ask(&players[0], "buy_item", json!({"offer": "diamonds_60"}));
    server.ask(&players[1], "create_family", json!({"name": "青云门"}));
    server.ask(&players[0], "challenge", json!({"role1": "玩家#1", "role2": "玩家#2"}));
    server.settle();
}

impl Subject {
    fn new() -> Self {
        let played = |names: &[&str]| {
            let mut server = TestServer::new();
            let players: Vec<TestPlayer> = names.iter().map(|name| server.player(name)).collect();
            let now_ms = server.now_ms();
            server.platforms.sandbox.grant("玩家#1", 1000, now_ms).expect("points may be granted");
            play(&mut server, &players, 1);
            server.fold();
            (server, players)
        };
        let (mut server, players) = played(&NAMES[..5]);
        let earlier = server.copy();
        server.advance_seconds(60);
        play(&mut server, &players, 2);
        server.fold();
        // The last changes are in the log alone.
        play(&mut server, &players, 3);
        let now = server.disks().after_kill();
        let other = played(&NAMES[..4]).0.copy();
        let tables = server.simulation().world().resource::<Persistence>().player_rows();
        let mut subject = Self {
            now,
            earlier,
            other,
            players: tables,
            tables: Vec::new(),
            answers: Answers {
                recovered: (0, None),
                players: BTreeMap::new(),
                names: BTreeMap::new(),
                tables: BTreeMap::new(),
            },
        };
        subject.answers = subject.undamaged();
        subject
    }

    fn undamaged(&mut self) -> Answers {
        let store = Store::open_disks(&self.now.after_kill()).expect("the undamaged world opens");
        let rows = &store.rows;
        rows.know_players(&self.players.tables).expect("writable");
        self.tables = rows.tables().expect("readable");
        let mut names = Vec::new();
        rows.scan("index", &mut |key, _| names.push(key.to_vec())).expect("readable");
        names.push(IndexKey::new("name", "玩家#99".as_bytes()).as_bytes().to_vec());
        Answers {
            recovered: recovered(store.recovered),
            players: (1..=7).map(|number| (number, self.load(rows, number).expect("sound"))).collect(),
            names: names.into_iter().map(|name| (name.clone(), look_up(rows, &name).expect("sound"))).collect(),
            tables: self.tables.iter().map(|table| (table.clone(), scan(rows, table).expect("sound"))).collect(),
        }
    }

    fn load(&self, rows: &RowsFile, number: u64) -> Result<Option<LoadedPlayer>, StorageError> {
        rows.load_player(&self.players, AccountId(number))
    }

    /// Starts the world on these disks and asks for everything.
    fn ask(&self, disks: &Disks, is_checked: bool) -> Outcome {
        let mut outcome = Outcome::default();
        let mut store = match Store::open_disks(disks) {
            Ok(store) => store,
            Err(error) => {
                outcome.refuse("the start", &error);
                return outcome;
            }
        };
        if !is_checked {
            store.rows = store.rows.without_checks();
        }
        let rows = &store.rows;
        if let Err(error) = rows.know_players(&self.players.tables) {
            outcome.refuse("the start", &error);
            return outcome;
        }
        outcome.compare("the moment", Ok(recovered(store.recovered)), &self.answers.recovered);
        for (number, expected) in &self.answers.players {
            outcome.compare(&format!("player {number}"), self.load(rows, *number), expected);
        }
        for (name, expected) in &self.answers.names {
            let story = String::from_utf8_lossy(name).into_owned();
            outcome.compare(&story, look_up(rows, name), expected);
        }
        for (table, expected) in &self.answers.tables {
            outcome.compare(table, scan(rows, table), expected);
        }
        match rows.damages() {
            Ok(damages) => outcome.is_found = !damages.is_empty(),
            Err(error) => outcome.refuse("verify", &error),
        }
        outcome
    }
}

fn recovered(found: Recovered) -> (u64, Option<i64>) {
    (found.last_batch.0, found.moment_ms)
}

fn look_up(rows: &RowsFile, name: &[u8]) -> Result<Option<AccountId>, StorageError> {
    rows.look_up(&IndexKey::from_bytes(name.to_vec()))
}

fn scan(rows: &RowsFile, table: &str) -> Result<FoundRows, StorageError> {
    let mut found = Vec::new();
    rows.scan(table, &mut |key, value| found.push((key.to_vec(), value.to_vec())))?;
    Ok(found)
}

#[derive(Debug, Default)]
struct Outcome {
    refused: Vec<String>,
    wrong: Vec<String>,
    /// Whether a check of everything has found something.
    is_found: bool,
}

impl Outcome {
    fn refuse(&mut self, story: &str, error: &StorageError) {
        self.refused.push(format!("{story}: {error}"));
    }

    fn compare<T: PartialEq>(&mut self, story: &str, answer: Result<T, StorageError>, expected: &T) {
        match answer {
            Err(error) => self.refuse(story, &error),
            Ok(answer) if answer == *expected => {}
            Ok(_) => self.wrong.push(story.to_owned()),
        }
    }
}

fn bytes_of(disk: &Disk) -> Vec<u8> {
    disk.read_bytes(<[u8]>::to_vec)
}

/// The world's disks, one of which was damaged, and how.
fn damaged(subject: &Subject, seed: u64) -> (Disks, String) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let disks = subject.now.after_kill();
    if random.random_bool(0.5) {
        // After a clean stop, everything is in the rows.
        drop(Store::open_disks(&disks).expect("the undamaged world opens"));
    }
    let roles = [
        ("rows", &disks.rows, &subject.earlier.rows, &subject.other.rows),
        ("log", &disks.log, &subject.earlier.log, &subject.other.log),
        ("mark", &disks.mark, &subject.earlier.mark, &subject.other.mark),
    ];
    let (file, disk, earlier, other) = roles[[0, 0, 0, 1, 1, 2][random.random_range(0..6)]];
    let damage = FileDamage::ALL[random.random_range(0..FileDamage::ALL.len())];
    let (earlier, other) = (bytes_of(earlier), bytes_of(other));
    let mut done = String::new();
    disk.damage(|bytes| done = damage.strike(bytes, &earlier, &other, &mut random));
    (disks.clone(), format!("seed {seed}: the {file}: {done}"))
}

/// What one case shows: what was served wrong, and whether a panic escaped.
fn faults(subject: &Subject, seed: u64, is_checked: bool) -> (Vec<String>, Outcome) {
    let (disks, story) = damaged(subject, seed);
    let asked = catch_unwind(AssertUnwindSafe(|| subject.ask(&disks, is_checked)));
    let Ok(outcome) = asked else {
        return (vec![format!("{story}: a panic escaped")], Outcome::default());
    };
    let names_a_file = |error: &&String| ["world-0.", "simulated."].iter().any(|name| error.contains(name));
    let wrong = outcome.wrong.iter().map(|what| format!("{story}: {what} is served wrong"));
    let unnamed = outcome.refused.iter().filter(|error| !names_a_file(error));
    let faults = wrong.chain(unnamed.map(|error| format!("{story}: no file is named: {error}"))).collect();
    (faults, outcome)
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are what a long run is for")]
fn whatever_is_damaged_is_refused_or_served_right() {
    let subject = Subject::new();
    let first = setting("RAIDKEEP_DAMAGE_SEED", 1);
    let mut faults_of_all = Vec::new();
    let (mut refused, mut found) = (0, 0);
    let cases = setting("RAIDKEEP_DAMAGE_CASES", 300);
    for seed in first..first + cases {
        let (faults, outcome) = faults(&subject, seed, true);
        faults_of_all.extend(faults);
        refused += u64::from(!outcome.refused.is_empty());
        found += u64::from(outcome.is_found);
    }
    assert!(faults_of_all.is_empty(), "{} faults:\n{}", faults_of_all.len(), faults_of_all.join("\n"));
    eprintln!("{cases} cases: {refused} refused something, in {found} a check of everything found damage");
    assert!(refused > cases / 4, "a damage that nobody notices at all is rare: {refused} of {cases}");
}

/// A harness that cannot see a fault proves nothing.
#[test]
fn without_the_checks_damage_is_served() {
    let subject = Subject::new();
    let wrong = (1..=200).filter(|seed| !faults(&subject, *seed, false).0.is_empty()).count();
    assert!(wrong > 0, "with the checks of rows switched off something is served wrong");
}
