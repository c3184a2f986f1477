//! Rules that change while the server runs: first in memory, step by step, then with the real program under load.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::process::{Client, Ended, Host, OPERATOR, edited_assets, wait_for};
use raidkeep::studio::long_run::setting;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// A server whose assets can be edited.
fn server() -> (TempDir, TestServer) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "energy.ron", "maximum: 120", "maximum: 120");
    (folder, TestServer::with(TestSetup { assets, ..TestSetup::default() }))
}

fn reload(server: &mut TestServer) -> Value {
    server.operate("rules_reload", json!({}))
}

/// Edits one file and reloads.
fn change(server: &mut TestServer, folder: &Path, file: &str, from: &str, to: &str) {
    edit_asset(folder, file, from, to);
    let reply = reload(server);
    assert_eq!((&reply["status"], &reply["data"]["changed"]), (&json!(0), &json!(true)), "{reply}");
}

/// The energy shown to a player.
fn energy_of(server: &mut TestServer, player: &TestPlayer) -> Value {
    server.ask(player, "get_player_info", json!({}))["data"]["energy"].clone()
}

#[test]
fn changed_rules_apply_from_the_next_request_and_operators_get_an_event() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    let before = server.operate("rules_status", json!({}))["data"].clone();
    assert_eq!(
        (&before["changed_at"], &before["refused"], &before["watched"]),
        (&json!(null), &json!(null), &json!(false))
    );

    edit_asset(
        folder.path(),
        "stages/general.ron",
        "from: 8,\n            to: 9,\n            energy: 6",
        "from: 8,\n            to: 9,\n            energy: 10",
    );
    assert_eq!(
        server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["data"]["energy"]["reward"],
        -6,
        "it was not reloaded yet"
    );
    let reply = reload(&mut server);
    assert_eq!(reply["data"]["changed"], true, "{reply}");
    assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["data"]["energy"]["reward"], -10);

    let after = server.operate("rules_status", json!({}))["data"].clone();
    assert_eq!(after["fingerprint"], reply["data"]["fingerprint"]);
    assert_ne!(after["fingerprint"], before["fingerprint"]);
    assert_eq!(after["changed_at"], server.now_ms() / 1000);
    let events = server.events(0);
    assert_eq!(events[0]["event"], "rules_changed", "{events:?}");
    assert_eq!(events[0]["data"]["fingerprint"], after["fingerprint"]);
    assert_eq!(server.events(ann.connection), Vec::<Value>::new(), "players get no events");
    assert_eq!(reload(&mut server)["data"]["changed"], false, "the same files change nothing");
}

#[test]
fn broken_assets_are_refused_as_a_whole_until_they_are_fixed() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    edit_asset(folder.path(), "energy.ron", "maximum: 120", "maximum: 300");
    edit_asset(folder.path(), "shop.ron", "price: 6,", "price: 0,");
    edit_asset(folder.path(), "stages/general.ron", "layout: \"meadow\"", "layout: \"meadov\"");
    let reply = reload(&mut server);
    assert_eq!((&reply["status"], &reply["data"]["changed"]), (&json!(99), &json!(false)), "{reply}");
    let problems = reply["data"]["problems"].as_array().expect("the errors are listed");
    let files: Vec<&str> = problems.iter().filter_map(|problem| problem["file"].as_str()).collect();
    assert!(files.contains(&"shop.ron") && files.contains(&"stages/general.ron"), "all of them at once: {reply}");
    assert!(problems.iter().any(|problem| problem["hint"] == "did you mean \"meadow\"?"), "with their hints: {reply}");
    assert_eq!(energy_of(&mut server, &ann)["cooling"], -1, "the one good file is not applied either");

    let status = server.operate("rules_status", json!({}))["data"].clone();
    assert_eq!(status["refused"]["problems"], reply["data"]["problems"]);
    let events = server.events(0);
    assert_eq!(events.last().map(|event| &event["event"]), Some(&json!("rules_refused")), "{events:?}");

    edit_asset(folder.path(), "shop.ron", "price: 0,", "price: 6,");
    change(&mut server, folder.path(), "stages/general.ron", "layout: \"meadov\"", "layout: \"meadow\"");
    assert_eq!(server.operate("rules_status", json!({}))["data"]["refused"], json!(null));
    assert_eq!(energy_of(&mut server, &ann)["cooling"], 360, "now 120 of 300 are not full");
}

#[test]
fn a_renamed_file_that_the_game_needs_is_missed_on_reload_too() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    let general = folder.path().join("stages/general.ron");
    std::fs::rename(&general, folder.path().join("stages/general.ron.txt")).expect("the test's folder is writable");
    let reply = reload(&mut server);
    assert_eq!((&reply["status"], &reply["data"]["changed"]), (&json!(99), &json!(false)), "{reply}");
    let problems = reply["data"]["problems"].to_string();
    assert!(problems.contains("no file has `mode: general`"), "what is missing is told: {reply}");
    assert!(problems.contains("stages/general.ron.txt"), "and so is the file that is not read: {reply}");
    let won = server.ask(&ann, "victory_stage_general", json!({"stage": 8}));
    assert_eq!(won["status"], 0, "a battle under way is won as before: {won}");
    let bob = server.player("bob");
    assert_eq!(
        server.ask(&bob, "enter_stage_general", json!({"stage": 8}))["status"],
        0,
        "who signs up now has passed the first stages as ever"
    );
}

#[test]
fn a_file_that_goes_back_to_what_it_was_is_no_longer_refused() {
    let (folder, mut server) = server();
    edit_asset(folder.path(), "energy.ron", "maximum: 120", "maximum: -1");
    assert_eq!(reload(&mut server)["status"], 99);
    edit_asset(folder.path(), "energy.ron", "maximum: -1", "maximum: 120");
    assert_eq!(reload(&mut server)["status"], 0);
    assert_eq!(server.operate("rules_status", json!({}))["data"]["refused"], json!(null));
}

#[test]
fn only_operators_may_ask() {
    let (_folder, mut server) = server();
    let ann = server.player("ann");
    for function in ["rules_status", "rules_reload"] {
        assert_eq!(server.ask(&ann, function, json!({}))["status"], 11, "{function}");
    }
}

#[test]
fn a_session_keeps_what_was_paid_and_brings_what_the_rules_of_its_entry_say() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    let general = "from: 8,\n            to: 9,\n            energy: 6,\n            rewards: [\"3:9:125\"";
    let dearer = "from: 8,\n            to: 9,\n            energy: 60,\n            rewards: [\"3:9:200\"";
    change(&mut server, folder.path(), "stages/general.ron", general, dearer);
    assert_eq!(energy_of(&mut server, &ann)["remain"], 114, "what was paid stays paid, and no more is taken");
    let won = server.ask(&ann, "victory_stage_general", json!({"stage": 8}));
    assert_eq!((&won["status"], &won["data"]["reward"][0]), (&json!(0), &json!("3:9:125")), "{won}");
}

#[test]
fn a_higher_maximum_fills_nobody_at_once_whether_in_memory_or_not() {
    let (folder, mut server) = server();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    for player in [&ann, &bob] {
        // A guest who never played would be forgotten.
        server.ask(player, "enter_stage_general", json!({"stage": 8}));
    }
    server.advance(Duration::from_secs(10 * 86_400));
    server.ask(&ann, "get_player_info", json!({}));
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "both are evicted");
    assert_eq!(energy_of(&mut server, &ann)["remain"], 120);
    change(&mut server, folder.path(), "energy.ron", "maximum: 120", "maximum: 200");
    for player in [&ann, &bob] {
        assert_eq!(
            energy_of(&mut server, player),
            json!({"cooling": 360, "remain": 120}),
            "ten full days bring nothing"
        );
    }
    server.advance(Duration::from_secs(720));
    for player in [&ann, &bob] {
        assert_eq!(
            energy_of(&mut server, player)["remain"],
            122,
            "from the change on energy regenerates by the new rules"
        );
    }
    let mut server = server.crash_and_reopen();
    server.connect();
    let bob = TestPlayer { connection: 0, ..bob };
    assert_eq!(energy_of(&mut server, &bob)["remain"], 122, "even after a restart");
}

#[test]
fn bosses_of_a_running_season_follow_the_rules_and_keep_their_wounds() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    let fight = |server: &mut TestServer, damage: u64| {
        server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}));
        server.ask(&ann, "victory_stage_boss", json!({"stage": 3001, "damage": damage}))
    };
    fight(&mut server, 5000);
    change(&mut server, folder.path(), "world_boss.ron", "life_value: 10000,", "life_value: 20000,");
    let ratios = server.ask(&ann, "stage_refresh_boss", json!({}))["data"]["ratio"].clone();
    assert_eq!(ratios["0"], "0.75", "5000 of 20000 were dealt");

    let text = std::fs::read_to_string(folder.path().join("world_boss.ron")).expect("the asset");
    let first_end = text.find("        (\n            id: \"blood_moon_wolf\",").expect("the second boss");
    let list_end = text.find("    ],\n\n    // What the ranks").expect("the end of the roster");
    let fewer = format!("{}{}", &text[..first_end], &text[list_end..]);
    std::fs::write(folder.path().join("world_boss.ron"), fewer).expect("writable");
    assert_eq!(reload(&mut server)["data"]["changed"], true);
    let shown = server.ask(&ann, "stage_refresh_boss", json!({}))["data"]["ratio"].clone();
    assert_eq!(shown, json!({"0": "0.75"}), "the other bosses are gone");

    std::fs::write(folder.path().join("world_boss.ron"), text).expect("writable");
    assert_eq!(reload(&mut server)["data"]["changed"], true);
    let shown = server.ask(&ann, "stage_refresh_boss", json!({}))["data"]["ratio"].clone();
    assert_eq!((&shown["0"], &shown["1"], &shown["10"]), (&json!("0.75"), &json!("1.00"), &json!("1.00")));
    let mut server = server.crash_and_reopen();
    server.connect();
    let ann = TestPlayer { connection: 0, ..ann };
    assert_eq!(server.ask(&ann, "stage_refresh_boss", json!({}))["data"]["ratio"], shown, "and on disk too");
}

#[test]
fn lowered_limits_remove_nothing() {
    let (folder, mut server) = server();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = server.ask(&ann, "get_player_info", json!({}))["data"]["name"].clone();
    for number in 0..3 {
        let reply = server.ask(&bob, "send_mail", json!({"gn_target": name, "subj": number.to_string(), "body": "hi"}));
        assert_eq!(reply["status"], 0, "{reply}");
    }
    server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}));
    change(&mut server, folder.path(), "mail.ron", "box_max: 100", "box_max: 1");
    edit_asset(folder.path(), "tickets.ron", "daily: 3", "daily: 0");
    change(&mut server, folder.path(), "world_boss.ron", "max_enter_time: 3", "max_enter_time: 0");
    let mail = server.ask(&ann, "get_all_mail", json!({}))["data"].clone();
    assert_eq!(mail["mail"].as_array().map(Vec::len), Some(3), "no mail is lost: {mail}");
    let full = server.ask(&bob, "send_mail", json!({"gn_target": name, "subj": "4", "body": "hi"}));
    assert_eq!(full["status"], 97, "but no more comes in: {full}");
    let info = server.ask(&ann, "get_player_info", json!({}));
    assert_eq!(info["data"]["limits"]["18"], 0, "one of zero is used: {info}");
}

/// Clients that send requests all the time, each on its own connection.
const CLIENTS: usize = 64;
/// How often the rules change; every other change is a broken one. `RAIDKEEP_RELOADS` says another number.
const RELOADS: u64 = 12;

/// The difference between the two sets of rules: a time in layouts.ron and a life in monsters.ron, both shown in one
/// reply.
const SETS: [(i64, i64); 2] = [(15, 60), (25, 70)];

/// Replaces the current set by one of the two, or by a broken one.
fn write_rules(folder: &Path, (time, life): (i64, i64)) {
    for (file, before, number, after) in [
        ("layouts.ron", "(time: ", time, ", cool_down: 1.0, enemies: [(monster: \"slime\", count: 6"),
        ("monsters.ron", "(id: \"slime\", name: \"史莱姆\", life: ", life, ", attack: 8"),
    ] {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).expect("the asset should be there");
        let end = text.find(after).expect("the asset should hold what is behind the number");
        let start = text[..end].rfind(before).expect("the asset should hold what is before the number") + before.len();
        let text = format!("{}{number}{}", &text[..start], &text[end..]);
        std::fs::write(path, text).expect("the folder should be writable");
    }
}

/// The time and the life in a reply to `enter_stage`.
fn shown(reply: &Value) -> (i64, i64) {
    let data = &reply["data"];
    let number = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("the reply should show it: {reply}"));
    (number(&data["enemy_layout"][1]["time"]), number(&data["monster"][0]["life"]))
}

/// Sends requests until stopped, and counts which set of rules the replies show.
fn play(mut client: Client, is_over: &AtomicBool, seen: &[AtomicUsize; 2]) {
    while !is_over.load(Ordering::Relaxed) {
        let reply = client.ask("enter_stage", json!({"stage": 1}));
        assert_eq!(reply["status"], 0, "no request fails because of new rules: {reply}");
        let set = SETS.iter().position(|set| *set == shown(&reply));
        let set =
            set.unwrap_or_else(|| panic!("a reply shows one set of rules, not parts of two: {:?}", shown(&reply)));
        seen[set].fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn under_the_load_of_64_clients_no_request_fails_and_no_reply_mixes_two_sets_of_rules() {
    let host = Host::new(&["--worlds", "2"]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let limits = ["per_connection", "per_player", "per_address"];
    let settings: Vec<String> = limits.iter().map(|limit| format!("limits.requests_per_second_{limit}=0")).collect();
    let host = host.with(&["--assets", &folder.display().to_string(), "--set", "assets_watch=false"]);
    let host = settings.iter().fold(host, |host, setting| host.with(&["--set", setting]));
    let server = host.start();
    let (is_over, seen) = (AtomicBool::new(false), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (client, is_over, seen) = (server.guest(&format!("client-{number}")), &is_over, &seen);
            scope.spawn(move || play(client, is_over, seen));
        }
        let over = OnDrop(&is_over);
        for round in 0..setting("RAIDKEEP_RELOADS", RELOADS) {
            let (set, status) = match round % 4 {
                1 | 3 => ((-5, 70), 99),
                0 => (SETS[1], 0),
                _ => (SETS[0], 0),
            };
            write_rules(&folder, set);
            let reply = server.operate("rules_reload", json!({}));
            assert_eq!((&reply["status"], &reply["data"]["changed"]), (&json!(status), &json!(status == 0)), "{reply}");
        }
        drop(over);
    });
    let seen = seen.map(AtomicUsize::into_inner);
    assert!(seen.iter().all(|count| *count > 0), "replies were given under both sets: {seen:?}");
}

/// Sets a flag when the scope ends, even by a failed assertion, so that the clients end too.
struct OnDrop<'f>(&'f AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_changed_file_is_detected_and_operators_get_an_event() {
    let host = Host::new(&["--worlds", "2"]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let host = host.with(&["--assets", &folder.display().to_string()]);
    let server = host.start();
    let mut operator = server.connect_operator();
    let status = operator.ask("rules_status", json!({"token": OPERATOR}));
    assert_eq!(status["data"]["watched"], true, "{status}");

    write_rules(&folder, SETS[1]);
    let event = operator.read_json().expect("an operator should get an event");
    assert_eq!(event["event"], "rules_changed", "{event}");
    let mut player = server.guest("ann");
    assert_eq!(shown(&player.ask("enter_stage", json!({"stage": 1}))), SETS[1]);
    let other = server.connect_operator().ask_in(1, "rules_status", json!({"token": OPERATOR}));
    wait_for("the other world to have the same rules", || {
        let other = server.connect_operator().ask_in(1, "rules_status", json!({"token": OPERATOR}));
        (other["data"]["fingerprint"] == event["data"]["fingerprint"]).then_some(())
    });
    assert_eq!(other["status"], 0, "{other}");

    write_rules(&folder, (-5, 70));
    let event = operator.read_json().expect("an operator should get an event");
    assert_eq!(event["event"], "rules_refused", "{event}");
    assert_eq!(event["data"]["first"]["file"], "layouts.ron", "{event}");
    assert_eq!(shown(&player.ask("enter_stage", json!({"stage": 1}))), SETS[1], "the rules stay as they are");
    let metrics = server.metrics();
    assert!(metrics.contains("raidkeep_rules_reloads_total{outcome=\"refused\"} 1"), "{metrics}");
    assert!(server.process.stderr().contains("layouts.ron:"), "the log says where: {}", server.process.stderr());
}

#[test]
fn an_operator_who_only_shows_the_token_stays_connected_and_hears_of_refused_rules() {
    let host = Host::new(&["--set", "limits.login_seconds=1"]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let host = host.with(&["--assets", &folder.display().to_string()]);
    let server = host.start();
    let mut operator = server.connect_operator();
    let mut guesser = server.connect_operator();
    assert_eq!(operator.ask("rules_status", json!({"token": OPERATOR}))["status"], 0);
    assert_eq!(guesser.ask("rules_status", json!({"token": "a guessed token"}))["status"], 11);
    assert_eq!(guesser.read_to_end(), Ended::Closed(CloseCode::Policy), "a wrong token keeps no connection open");

    write_rules(&folder, (-5, 70));
    let event = operator.read_json().expect("the operator's connection should be open after the time to log in");
    assert_eq!(event["event"], "rules_refused", "{event}");
}

#[test]
fn watching_can_be_switched_off() {
    let host = Host::new(&[]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let host = host.with(&["--assets", &folder.display().to_string(), "--set", "assets_watch=false"]);
    let server = host.start();
    let status = server.operate("rules_status", json!({}));
    assert_eq!(status["data"]["watched"], false, "{status}");
    write_rules(&folder, SETS[1]);
    let reply = server.operate("rules_reload", json!({}));
    assert_eq!(reply["data"]["changed"], true, "it was not read before: {reply}");
}
