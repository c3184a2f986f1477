//! An open stage session is an entity of its own: there from the entry to its end, never without its player, and kept.

use std::time::Duration;

use bevy_ecs::entity::Entity;
use proptest::prelude::*;
use raidkeep::engine::storage::{PlayerEntity, Stored, encode_value};
use raidkeep::game::stages::{CurrentSession, SessionOf, StageSession};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

/// The session entities in memory, each with its account and stage, by account.
///
/// Asserts that each belongs to a player in memory that knows of it, and that no player has two.
fn sessions(server: &mut TestServer) -> Vec<(Entity, u64, u32)> {
    let world = server.simulation().world_mut();
    let mut query = world.query::<(Entity, &StageSession, Option<&SessionOf>)>();
    let mut found = Vec::new();
    for (entity, session, owner) in query.iter(world) {
        let player = owner.map(|owner| owner.0).expect("every session has a player");
        let account = world.get::<Stored>(player).map(|stored| stored.account().0);
        let current = world.get::<CurrentSession>(player).map(CurrentSession::entity);
        assert_eq!(current, Some(entity), "the player knows of its session, and has no other");
        found.push((entity, account.expect("no session is there without its player"), session.open().stage));
    }
    found.sort_unstable_by_key(|(_, account, _)| *account);
    let mut players = world.query::<&CurrentSession>();
    assert_eq!(players.iter(world).count(), found.len(), "no player refers to a missing session");
    found
}

/// The accounts and stages of the session entities in memory.
fn in_memory(server: &mut TestServer) -> Vec<(u64, u32)> {
    sessions(server).into_iter().map(|(_, account, stage)| (account, stage)).collect()
}

/// The accounts and stages of the sessions on disk.
fn on_disk(server: &mut TestServer) -> Vec<(u64, u32)> {
    let mut rows = Vec::new();
    let read = &mut |key: &[u8], value: &[u8]| {
        let account =
            key.first_chunk().map(|account| u64::from_be_bytes(*account)).expect("keys begin with the account");
        rows.push((account, StageSession::read(value).expect("rows can be decoded").open().stage));
    };
    server.rows().scan(<StageSession as PlayerEntity>::TABLE, read).expect("the disk is readable");
    rows
}

fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) {
    let reply = server.ask(player, function, data);
    assert_eq!(reply["status"], 0, "{function} should succeed: {reply}");
}

fn put_everybody_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "idle players are evicted after a fold");
}

#[test]
fn a_session_is_there_from_the_entry_to_the_victory() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    assert_eq!(sessions(&mut server), [], "nobody has entered anything");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(in_memory(&mut server), [(1, 8)]);
    assert_eq!(on_disk(&mut server), [(1, 8)], "it has a row of its own");
    succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
    assert_eq!(sessions(&mut server), [], "the victory ends it");
    assert_eq!(on_disk(&mut server), [], "and its row");
}

#[test]
fn another_entry_replaces_the_session() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    succeed(&mut server, &ann, "enter_stage_boss", json!({"stage": 3001}));
    assert_eq!(in_memory(&mut server), [(1, 3001)], "the one before is abandoned");
    assert_eq!(on_disk(&mut server), [(1, 3001)]);
}

#[test]
fn requests_of_one_tick_see_each_others_sessions() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let ask = |what: &str, stage: u32| {
        json!({"world": 0, "function": format!("{what}_stage_general"), "data": {"stage": stage, "token": ann.token}})
            .to_string()
    };
    let texts = [ask("enter", 8), ask("victory", 8), ask("victory", 8), ask("enter", 7), ask("enter", 6)];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let replies = server.send_all_on(ann.connection, &texts);
    let statuses: Vec<_> =
        replies.iter().map(|reply| serde_json::from_str::<Value>(reply).expect("JSON")["status"].clone()).collect();
    assert_eq!(statuses, [0, 0, 94, 0, 0], "a session ends at once: a second victory in the tick is refused");
    assert_eq!(in_memory(&mut server), [(1, 6)]);
    assert_eq!(on_disk(&mut server), [(1, 6)], "what ended in the tick leaves no row, what was opened last does");
}

#[test]
fn abnormal_data_ends_the_session() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 8}));
    assert_eq!(in_memory(&mut server), [(1, 8)]);
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 7}))["status"], 98, "another stage is abnormal");
    assert_eq!(sessions(&mut server), []);
    assert_eq!(on_disk(&mut server), []);
}

#[test]
fn a_session_leaves_memory_with_its_player_and_comes_back_with_it() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    succeed(&mut server, &bob, "enter_stage_general", json!({"stage": 7}));
    put_everybody_away(&mut server);
    assert_eq!(sessions(&mut server), [], "no session is in memory without its player");
    assert_eq!(on_disk(&mut server), [(1, 8), (2, 7)], "but both are kept");
    let info = server.ask(&bob, "get_player_info", json!({}));
    assert_eq!(info["data"]["session"]["stage"], 7, "it continues: {info}");
    assert_eq!(in_memory(&mut server), [(2, 7)], "the other player is not loaded");
    succeed(&mut server, &bob, "victory_stage_general", json!({"stage": 7}));
    assert_eq!(on_disk(&mut server), [(1, 8)]);
}

#[test]
fn a_session_survives_a_crash() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    let before = server.ask(&ann, "get_player_info", json!({}));
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(server.ask(&ann, "get_player_info", json!({})), before, "where and since when");
    assert_eq!(in_memory(&mut server), [(1, 8)]);
    succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(server.ask(&ann, "victory_stage_general", json!({"stage": 8}))["status"], 94, "it does not come back");
    assert_eq!(server.verify(), []);
}

#[test]
fn who_is_deleted_leaves_no_session() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    let name = server.ask(&ann, "get_player_info", json!({}))["data"]["name"].clone();
    assert_eq!(server.operate("player_delete", json!({"name": name}))["status"], 0);
    assert_eq!((sessions(&mut server), on_disk(&mut server)), (Vec::new(), Vec::new()));
    assert_eq!(server.verify(), []);
}

/// A row of the table `sessions` as earlier versions wrote it: with the open session and its round.
fn write_earlier_row(server: &mut TestServer, account: u64, open: Option<(u32, &str, i64)>, version: u16) {
    let mode = |name: &str| serde_json::from_value::<raidkeep::game::stages::Mode>(name.into()).expect("a mode");
    let open = open.map(|(stage, name, entered_at)| (stage, mode(name), entered_at));
    server.damage(|batch| {
        batch.put("sessions", &account.to_be_bytes(), |out| match version {
            1 => encode_value(1, &(open, 5_u64, 3_u64, 2_u32), out),
            _ => encode_value(2, &(open, 5_u64, 3_u64, 2_u32, None::<u64>), out),
        });
    });
}

#[test]
fn the_session_in_a_row_of_an_earlier_program_becomes_an_entity_when_its_player_is_loaded() {
    for version in [1, 2] {
        let mut server = TestServer::new();
        let (ann, bob) = (server.player("ann"), server.player("bob"));
        put_everybody_away(&mut server);
        write_earlier_row(&mut server, 1, Some((8, "general", 1_773_115_200)), version);
        write_earlier_row(&mut server, 2, None, version);
        assert_eq!(server.verify(), [], "earlier rows are valid");
        for player in [&ann, &bob] {
            succeed(&mut server, player, "get_player_info", json!({}));
        }
        let info = server.ask(&ann, "get_player_info", json!({}));
        let open = json!({"stage": 8, "mode": "general", "entered_at": 1_773_115_200});
        assert_eq!(info["data"]["session"], open, "nothing of it is lost");
        assert_eq!(in_memory(&mut server), [(1, 8)], "and bob, who had none, gets none");
        assert_eq!(on_disk(&mut server), [(1, 8)], "it has its own row at once, without any change of the player");
        let counts = |server: &mut TestServer| {
            let world = server.simulation().world_mut();
            let mut players = world.query::<(&Stored, &raidkeep::game::stages::StageCounts)>();
            let mut counts: Vec<_> =
                players.iter(world).map(|(stored, counts)| (stored.account(), counts.counts())).collect();
            counts.sort_unstable();
            counts.into_iter().map(|(_, counts)| counts).collect::<Vec<_>>()
        };
        assert_eq!(counts(&mut server), [(5, 3, 2), (5, 3, 2)], "the counters stay with the players");
        succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
        let mut server = server.crash_and_reopen();
        server.connect();
        let info = server.ask(&ann, "get_player_info", json!({}));
        assert_eq!(info["data"]["session"], Value::Null, "it was moved once, and what has ended does not come back");
        assert_eq!(counts(&mut server), [(5, 4, 2)]);
        assert_eq!(server.verify(), []);
    }
}

#[test]
fn a_document_tells_of_the_session_in_a_row_of_an_earlier_program() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let name = server.ask(&ann, "get_player_info", json!({}))["data"]["name"].clone();
    put_everybody_away(&mut server);
    write_earlier_row(&mut server, 1, Some((8, "general", 1_773_115_200)), 2);
    let document = server.operate("player_export", json!({"name": name}))["data"]["document"].clone();
    let part = &document["parts"]["sessions"];
    assert_eq!((&part["open"]["stage"], &part["left_count"]), (&json!(8), &json!(3)), "{part}");
    assert_eq!(server.players_in_memory(), 0, "without moving it");
}

#[derive(Debug, Clone)]
enum Step {
    Enter(usize, u32),
    Win(usize, u32),
    Look(usize),
    PutAway,
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let stage = prop::sample::select(vec![7, 8, 3001_u32]);
    let step = prop_oneof![
        6 => (0..3_usize, stage.clone()).prop_map(|(who, stage)| Step::Enter(who, stage)),
        5 => (0..3_usize, stage).prop_map(|(who, stage)| Step::Win(who, stage)),
        2 => (0..3_usize).prop_map(Step::Look),
        1 => Just(Step::PutAway),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..40)
}

fn function(what: &str, stage: u32) -> String {
    format!("{what}_stage_{}", if stage > 3000 { "boss" } else { "general" })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(10), ..ProptestConfig::default() })]
    #[test]
    fn nobody_has_two_sessions_and_no_session_is_without_its_player(steps in steps()) {
        let mut setup = TestSetup::default();
        let sud = setup.settings.platforms.sud.as_mut().expect("the tests' sandbox has SUD");
        sud.reports_boss_sessions = true;
        let mut server = TestServer::with(setup);
        let players = ["ann", "bob", "eve"].map(|id| server.player(id));
        let mut open: [Option<u32>; 3] = [None; 3];
        for step in steps {
            match step {
                Step::Enter(who, stage) => {
                    if server.ask(&players[who], &function("enter", stage), json!({"stage": stage}))["status"] == 0 {
                        open[who] = Some(stage);
                    }
                }
                Step::Win(who, stage) => {
                    let data = json!({"stage": stage, "damage": 5});
                    let status = server.ask(&players[who], &function("victory", stage), data)["status"].clone();
                    let expected = if open[who] == Some(stage) { 0 } else { 94 };
                    prop_assert_eq!(status, expected, "only a player in the stage can win it");
                    open[who] = open[who].filter(|_| expected != 0);
                }
                Step::Look(who) => {
                    let info = server.ask(&players[who], "get_player_info", json!({}));
                    let shown = info["data"]["session"]["stage"].as_u64();
                    prop_assert_eq!(shown, open[who].map(u64::from), "{}", info);
                }
                Step::PutAway => put_everybody_away(&mut server),
                Step::Crash => {
                    server = server.crash_and_reopen();
                    for _ in 0..3 {
                        server.connect();
                    }
                }
            }
            let expected: Vec<(u64, u32)> = (1..).zip(open).filter_map(|(account, open)| Some((account, open?))).collect();
            prop_assert!(in_memory(&mut server).iter().all(|session| expected.contains(session)));
            prop_assert_eq!(on_disk(&mut server), expected, "each has its row, whoever is in memory");
        }
        prop_assert_eq!(server.verify(), []);
    }
}
