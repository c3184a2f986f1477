//! Journals and rows: sessions under former rules, and rows of another layout.

use std::sync::Arc;
use std::time::Duration;

use crate::journal::{IDS, before_entities, played, read, replay, replay_under, server};
use raidkeep::engine::account::AccountId;
use raidkeep::engine::journal::record::RowLayout;
use raidkeep::engine::journal::revive::Library;
use raidkeep::engine::journal::rows::{RowComparison, RowKeeper};
use raidkeep::engine::journal::{Record, Replay};
use raidkeep::engine::rules::AssetSource;
use raidkeep::engine::tick::Simulation;
use raidkeep::game;
use raidkeep::game::boss::WorldBoss;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::json;

#[test]
fn a_session_under_former_rules_is_replayed_also_from_the_start_that_read_them_from_their_row() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let rewards = "rewards: [\"3:9:125\"";
    let assets = edit_assets(folder.path(), "stages/general.ron", rewards, rewards);
    let mut server = TestServer::with(TestSetup { journals: true, assets, ..TestSetup::default() });
    let before = Arc::new(server.rules().clone());
    let players = ["ann", "bob"].map(|id| server.player(id));
    for player in &players {
        assert_eq!(server.ask(player, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    }
    edit_assets(folder.path(), "stages/general.ron", rewards, &rewards.replace("125", "200"));
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
    let win = |server: &mut TestServer, player: &TestPlayer| {
        let connection = server.connect();
        let won = server.ask_on(connection, "victory_stage_general", json!({"stage": 8, "token": player.token}));
        assert_eq!(won["data"]["reward"][0], "3:9:125", "by the rules of the entry: {won}");
    };
    win(&mut server, &players[0]);
    let hash = server.state_hash();
    let mut server = server.crash_and_reopen();
    win(&mut server, &players[1]);
    let after = Arc::new(server.rules().clone());
    let hashes = [hash, server.state_hash()];
    for (start, hash) in hashes.into_iter().enumerate() {
        let (records, _) = read(&server.journals[start].bytes());
        let changed = Arc::clone(&after);
        let library: Library = Box::new(move |_| Some(Arc::clone(&changed)));
        let rules = if start == 0 { &before } else { &after };
        assert_eq!(replay_under(records, &server, rules, library).expect("the replay should go the same way").0, hash);
    }
}

#[test]
fn a_journal_of_a_program_with_other_rows_is_replayed_by_its_replies() {
    let mut play = played();
    let (mut records, _) = read(&play.server.journals[0].bytes());
    for record in &mut records {
        match record {
            Record::Start(start) => start.layout = RowLayout::BEFORE,
            Record::Checkpoint { hash, .. } => *hash ^= 1,
            Record::Tick(tick) => tick.before.batch_bytes = tick.before.batch_bytes.saturating_mul(2),
            _ => {}
        }
    }
    let (hash, checkpoints) = replay(records, &play.server).expect("the ticks lead to the same replies");
    assert_eq!((hash, checkpoints), (play.server.state_hash(), 0), "hashes of other rows are not compared");
}

/// The bosses' lives, by their numbers.
fn lives(simulation: &mut Simulation) -> Vec<(u32, u64)> {
    let world = simulation.world_mut();
    let mut lives: Vec<_> = world
        .query::<&WorldBoss>()
        .iter(world)
        .filter(|boss| boss.number < 3)
        .map(|boss| (boss.number, boss.left))
        .collect();
    lives.sort_unstable();
    lives
}

#[test]
fn a_journal_of_before_bosses_had_ids_is_replayed_with_rows_and_rules_by_place() {
    let mut server = TestServer::with(TestSetup { journals: true, ..TestSetup::default() });
    let strike = |server: &mut TestServer, player: &TestPlayer, damage: u64| {
        assert_eq!(server.ask(player, "enter_stage", json!({"stage": 3000}))["status"], 0);
        let left = server.ask(player, "pass_stage", json!({"stage": 3000, "damage": damage}));
        assert_eq!(left["status"], 0, "{left}");
    };
    let ann = server.player("ann");
    strike(&mut server, &ann, 15_000);
    server.damage(|batch| {
        batch.delete_all("boss_numbers", &[]);
        batch.delete_all("kept_rules", &[]);
    });
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    strike(&mut server, &ann, 1000);
    assert_eq!(lives(server.simulation()), [(0, 0), (1, 94_000), (2, 1_000_000)], "the first is dead, the second hurt");

    let mut texts = game::shipped_assets().text_files().expect("the shipped assets");
    let roster = texts.get_mut("world_boss.ron").expect("the roster");
    let is_id = |line: &&str| line.trim_start().starts_with("id: ");
    *roster = roster.lines().filter(|line| !is_id(line)).map(|line| format!("{line}\n")).collect();
    let nameless = AssetSource::Texts(texts);
    assert!(game::load_rules(server.settings(), &nameless).is_err(), "no server starts under such rules any more");
    let rules = game::load_former_rules(server.settings(), &nameless).expect("every table can be read");
    let (mut records, _) = read(&server.journals[1].bytes());
    if let Some(Record::Start(start)) = records.first_mut() {
        (start.layout, start.rules) = (RowLayout::BEFORE, rules.fingerprint);
    }
    let mut records = records.into_iter();
    let app = game::build_app(server.settings());
    let (mut replay, first) = Replay::start(&mut records, app, &rules, Box::new(|_| None)).expect("a world");
    for record in first.into_iter().chain(records) {
        replay.play(record, &mut |_, _, _| false).expect("the ticks lead to the same replies");
    }
    assert_eq!(lives(replay.simulation()), lives(server.simulation()));
}

/// Replays a journal and compares the resulting rows with those of the server.
fn compare(records: Vec<Record>, server: &mut TestServer) -> RowComparison {
    let library: Library = Box::new(|_| None);
    let mut records = records.into_iter();
    let (mut replay, first) = Replay::start(&mut records, game::build_app(server.settings()), server.rules(), library)
        .expect("the journal should be playable");
    let mut keeper = RowKeeper::new(&mut replay).expect("a simulated disk should open");
    for record in first.into_iter().chain(records) {
        keeper.play(&mut replay, record).expect("the replay should go the same way");
    }
    keeper.compare(replay.simulation().world_mut(), server.rows()).expect("every row can be read")
}

#[test]
fn the_rows_of_a_replay_are_compared_table_by_table() {
    let mut server = server();
    let players = IDS.map(|id| server.player(id));
    for player in &players {
        server.ask(player, "enter_stage_general", json!({"stage": 8}));
    }
    // An evicted player is loaded again, and its session continues.
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(100));
    assert_eq!(server.players_in_memory(), 0);
    server.ask(&players[0], "victory_stage_general", json!({"stage": 8}));
    server.ask(&players[1], "get_player_info", json!({}));
    let (records, _) = read(&server.journals[0].bytes());
    let mut earlier = records.clone();
    before_entities(&mut earlier);
    // The earlier program has not noted the terms of the session that it stored.
    for (records, without_terms) in [(records, vec![]), (earlier, vec![AccountId(2)])] {
        let RowComparison { players, mut tables } = compare(records, &mut server);
        assert_eq!(players, 3);
        assert!(tables.contains_key("ledger"), "all tables are compared");
        assert_eq!(tables.remove("stage_sessions"), Some(without_terms));
        assert!(tables.values().all(Vec::is_empty), "everybody has the same rows: {tables:?}");
    }
    server.damage(|batch| batch.delete_all("stage_sessions", &2_u64.to_be_bytes()));
    let (records, _) = read(&server.journals[0].bytes());
    let tables = compare(records, &mut server).tables;
    let differing: Vec<_> = tables.iter().filter(|(_, accounts)| !accounts.is_empty()).collect();
    assert_eq!(differing, [(&"stage_sessions", &vec![AccountId(2)])], "the player whose rows differ is named");
}
