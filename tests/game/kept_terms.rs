//! A session in a stage keeps the rules of its entry, whatever happens to the files while it is open
//! (docs/contract/stages.md#rules-that-change).

use std::path::Path;
use std::time::Duration;

use raidkeep::engine::in_force::KeptRules;
use raidkeep::engine::storage::{PlayerEntity, WorldEntity, encode_value};
use raidkeep::game::stages::StageSession;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;

const GENERAL: &str = "stages/general.ron";
/// The rewards of stages 8 and 9, and better ones.
const REWARDS: &str = "to: 9,\n            energy: 6,\n            rewards: [\"3:9:125\"";
const BETTER: &str = "to: 9,\n            energy: 6,\n            rewards: [\"3:9:200\"";

/// A server whose assets can be edited.
fn server() -> (TempDir, TestServer) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), GENERAL, REWARDS, REWARDS);
    let mut setup = TestSetup { assets, ..TestSetup::default() };
    setup.settings.identity.token_seconds = 1000 * 86_400;
    (folder, TestServer::with(setup))
}

/// Edits one file and reloads.
fn change(server: &mut TestServer, folder: &Path, file: &str, from: &str, to: &str) {
    edit_asset(folder, file, from, to);
    let reply = server.operate("rules_reload", json!({}));
    assert_eq!((&reply["status"], &reply["data"]["changed"]), (&json!(0), &json!(true)), "{reply}");
}

/// Asks on a fresh connection, also after a restart.
fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = json!(player.token);
    let mut reply = server.ask_on(connection, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} {data}: {reply}");
    reply["data"].take()
}

fn enter(server: &mut TestServer, player: &TestPlayer, stage: u32) {
    ask(server, player, "enter_stage_general", json!({"stage": stage}));
}

/// The first reward of a victory.
fn win(server: &mut TestServer, player: &TestPlayer, stage: u32) -> Value {
    ask(server, player, "victory_stage_general", json!({"stage": stage}))["reward"][0].clone()
}

/// How many sets of rules are kept on disk, that in force among them.
fn kept(server: &mut TestServer) -> usize {
    let mut count = 0;
    server.rows().scan(KeptRules::TABLE, &mut |_, _| count += 1).expect("the disk is readable");
    count
}

#[test]
fn a_victory_pays_by_the_rules_of_the_entry_and_the_next_entry_is_under_those_of_now() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    enter(&mut server, &ann, 8);
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    assert_eq!(win(&mut server, &ann, 8), "3:9:125", "what was announced at the entry is paid");
    enter(&mut server, &ann, 8);
    assert_eq!(win(&mut server, &ann, 8), "3:9:200");
}

#[test]
fn a_stage_that_is_removed_while_players_are_inside_pays_them_in_new_and_legacy_functions() {
    let (folder, mut server) = server();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    for player in [&ann, &bob] {
        enter(&mut server, player, 8);
    }
    let path = folder.path().join(GENERAL);
    let text = std::fs::read_to_string(&path).expect("the asset");
    let from = text.find("        (\n            from: 8,").expect("stage 8");
    let end = text.rfind("    ],").expect("the end of the stages");
    std::fs::write(&path, format!("{}{}", &text[..from], &text[end..])).expect("writable");
    edit_asset(folder.path(), GENERAL, "last: 999", "last: 7");
    std::fs::write(folder.path().join("sweep.ron"), "(stages: [])").expect("writable");
    std::fs::remove_dir_all(folder.path().join("events")).expect("the events that change these stages");
    let reply = server.operate("rules_reload", json!({}));
    assert_eq!(reply["data"]["changed"], true, "{reply}");
    let refused = server.ask(&ann, "enter_stage_general", json!({"stage": 9}))["status"].clone();
    assert_eq!(refused, 91, "the mode ends at 7 now");
    assert_eq!(win(&mut server, &ann, 8), "3:9:125", "who is inside is paid");
    let passed = ask(&mut server, &bob, "pass_stage", json!({"stage": 8}));
    assert_eq!(passed["p_exp"]["reward"], 500, "{passed}");
    assert_eq!((&passed["p_stage"]["finally"], &passed["p_stage"]["vary"]), (&json!(8), &json!(1)), "{passed}");
    assert_eq!(passed["pass_stages"].as_array().map(Vec::len), Some(4), "{passed}");
}

#[test]
fn it_pays_by_the_rules_of_its_entry_after_a_crash_and_a_restart_with_other_assets() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    enter(&mut server, &ann, 8);
    edit_asset(folder.path(), GENERAL, REWARDS, BETTER);
    let mut server = server.crash_and_reopen();
    let bob = server.player("bob");
    enter(&mut server, &bob, 8);
    let mut server = server.crash_and_reopen();
    assert_eq!(win(&mut server, &ann, 8), "3:9:125");
    assert_eq!(win(&mut server, &bob, 8), "3:9:200");
    assert_eq!(server.verify(), []);
}

#[test]
fn it_pays_by_the_rules_of_its_entry_when_its_player_was_not_in_memory() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    enter(&mut server, &ann, 8);
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "idle players are evicted after a fold");
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    assert_eq!(kept(&mut server), 2, "the rules of a session on disk are kept too");
    assert_eq!(win(&mut server, &ann, 8), "3:9:125");
}

#[test]
fn former_rules_are_kept_once_until_the_last_session_under_them_closes() {
    let (folder, mut server) = server();
    let players = ["ann", "bob", "eve"].map(|id| server.player(id));
    assert_eq!(kept(&mut server), 1, "those in force");
    players[..2].iter().for_each(|player| enter(&mut server, player, 8));
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    assert_eq!(kept(&mut server), 2, "once for both players");
    change(&mut server, folder.path(), "energy.ron", "maximum: 120", "maximum: 121");
    assert_eq!(kept(&mut server), 2, "a change that no session follows keeps nothing more");
    change(&mut server, folder.path(), GENERAL, BETTER, REWARDS);
    assert_eq!(kept(&mut server), 1, "nobody is in a session under the rules between");
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    win(&mut server, &players[0], 8);
    assert_eq!(kept(&mut server), 2, "one is still inside");
    enter(&mut server, &players[2], 7);
    assert_eq!(win(&mut server, &players[1], 8), "3:9:125");
    assert_eq!(kept(&mut server), 1, "with the last session they go");
    let mut server = server.crash_and_reopen();
    assert_eq!(kept(&mut server), 1);
    assert_eq!(server.verify(), []);
}

#[test]
fn former_rules_go_with_sessions_that_are_abandoned_cleared_or_deleted_with_their_player() {
    let (folder, mut server) = server();
    let players = ["ann", "bob", "eve"].map(|id| server.player(id));
    players.iter().for_each(|player| enter(&mut server, player, 8));
    let name = server.ask(&players[2], "get_player_info", json!({}))["data"]["name"].clone();
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    enter(&mut server, &players[0], 7);
    assert_eq!(server.ask(&players[1], "pass_stage", json!({"stage": 7}))["status"], 98, "abnormal data");
    assert_eq!(kept(&mut server), 2, "one is left");
    assert_eq!(server.operate("player_delete", json!({"name": name}))["status"], 0);
    assert_eq!(kept(&mut server), 1);
}

#[test]
fn a_blow_is_believed_by_the_rules_of_the_entry_in_both_boss_functions() {
    for (enter, victory, stage) in [
        ("enter_stage_boss", "victory_stage_boss", 3001),
        ("enter_stage", "pass_stage", 3000),
        ("enter_stage", "pass_stage", 3001),
    ] {
        let (folder, mut server) = server();
        let ann = server.player("ann");
        ask(&mut server, &ann, enter, json!({"stage": stage}));
        change(&mut server, folder.path(), "world_boss.ron", "max_upload_damage: 200000", "max_upload_damage: 100");
        let won = ask(&mut server, &ann, victory, json!({"stage": stage, "damage": 5000}));
        assert!(won.to_string().contains("5000"), "{victory} {stage}: {won}");
        ask(&mut server, &ann, enter, json!({"stage": stage}));
        let refused = server.ask(&ann, victory, json!({"stage": stage, "damage": 5000}));
        assert!([93, 99].contains(&refused["status"].as_i64().unwrap_or(0)), "{refused}");
    }
}

/// Noon, when the first window opens.
#[test]
fn an_activity_stage_whose_window_is_moved_pays_who_is_inside() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    ask(&mut server, &ann, "enter_stage", json!({"stage": 2001}));
    let path = folder.path().join("stages/activity.ron");
    let text = std::fs::read_to_string(&path).expect("the asset");
    std::fs::write(&path, text.replace("from: \"12:00\", to: \"14:00\"", "from: \"15:00\", to: \"16:00\""))
        .expect("writable");
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
    let passed = ask(&mut server, &ann, "pass_stage", json!({"stage": 2001}));
    assert_eq!(passed["p_exp"]["reward"], 300, "the window of the entry counts: {passed}");
}

/// The rows as the program before this one left them: sessions without terms, and no rules kept.
fn as_an_earlier_program_left_it(server: &mut TestServer, sessions: &[u64]) {
    let mut rows = Vec::new();
    for table in [KeptRules::TABLE, "in_force"] {
        server.rows().scan(table, &mut |key, _| rows.push((table, key.to_vec()))).expect("the disk is readable");
    }
    server.damage(|batch| {
        rows.iter().for_each(|(table, key)| batch.delete(table, key));
        for account in sessions {
            let key = [account.to_be_bytes(), 0_u64.to_be_bytes()].concat();
            let general = raidkeep::game::stages::Mode::General;
            let session = ((8_u32, general, 1_773_115_200_i64), None::<u64>);
            batch.put(StageSession::TABLE, &key, |out| encode_value(1, &session, out));
        }
    });
}

#[test]
fn sessions_of_an_earlier_program_keep_the_rules_of_the_first_start_of_this_one() {
    let (folder, mut server) = server();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    for player in [&ann, &bob] {
        enter(&mut server, player, 8);
    }
    server.fold();
    as_an_earlier_program_left_it(&mut server, &[1, 2]);
    let mut server = server.crash_and_reopen();
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    assert_eq!(win(&mut server, &ann, 8), "3:9:125", "nobody knows better rules for it");
    let mut server = server.crash_and_reopen();
    assert_eq!(win(&mut server, &bob, 8), "3:9:125", "also after the next start");
    assert_eq!(kept(&mut server), 1, "then they go");
    enter(&mut server, &ann, 8);
    assert_eq!(win(&mut server, &ann, 8), "3:9:200");
}

#[test]
fn a_backup_that_is_put_back_has_the_rules_of_the_sessions_in_it() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    enter(&mut server, &ann, 8);
    change(&mut server, folder.path(), GENERAL, REWARDS, BETTER);
    let copy = server.copy();
    assert_eq!(win(&mut server, &ann, 8), "3:9:125");
    assert_eq!(kept(&mut server), 1);
    let mut server = server.put_back(copy);
    assert_eq!(kept(&mut server), 2);
    assert_eq!(win(&mut server, &ann, 8), "3:9:125");
}
