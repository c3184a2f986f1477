//! What operators find out about a player's past, from archive and journal: the real program, which reads them in a
//! process of its own.

use std::process::Command;

use serde_json::{Value, json};

use crate::archive::wait_for_base;
use crate::process::{Client, Host, PROGRAM, Server, wait_for};

/// A server with a manual clock, an archive and a journal.
fn host() -> Host {
    let host = Host::new(&["--clock", "manual"]);
    let (archive, journal) = (host.path("archive").display().to_string(), host.path("journal").display().to_string());
    host.with(&["--archive", &archive, "--journal", &journal])
}

fn enter(client: &mut Client) {
    let entered = client.ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
}

/// Lets the game's clock go on; returns the moment that it then shows, unix seconds.
fn pass(server: &Server, seconds: i64) -> i64 {
    let passed = server.operate("clock_advance", json!({"seconds": seconds}));
    passed["data"]["now"].as_i64().unwrap_or_else(|| panic!("a moment: {passed}"))
}

/// Asks until archive and journal, which are written a moment after the reply, have what is expected.
fn wait_until<T>(what: &str, mut ask: impl FnMut() -> Value, expected: impl Fn(&Value) -> Option<T>) -> T {
    wait_for(what, || expected(&ask()["data"]))
}

fn energy_then(server: &Server, player: u64, at: i64, expected: i64) {
    let ask = || server.operate("player_as_of", json!({"player": player, "at": at}));
    let energy = |data: &Value| data["view"]["parts"]["overview"]["energy"]["remain"].as_i64();
    wait_until("the archive", ask, |data| (energy(data) == Some(expected)).then_some(()));
}

fn requests(server: &Server, data: Value) -> Vec<Value> {
    let mut rest = data;
    let mut found = Vec::new();
    loop {
        let reply = server.operate("player_requests", rest.clone());
        assert_eq!(reply["status"], 0, "{reply}");
        found.extend(reply["data"]["requests"].as_array().cloned().unwrap_or_default());
        match reply["data"]["next"].clone() {
            Value::Null => return found,
            next => rest["after"] = next,
        }
    }
}

fn functions(requests: &[Value]) -> Vec<&str> {
    requests.iter().filter_map(|request| request["function"].as_str()).collect()
}

#[test]
fn a_player_is_shown_as_of_a_moment_before_and_after_a_change() {
    let host = host();
    let server = host.start();
    wait_for_base(&host, 1);
    let mut ann = server.guest("ann");
    let before = pass(&server, 10);
    let after = pass(&server, 10);
    enter(&mut ann);
    let now = pass(&server, 10);
    energy_then(&server, 1, after, 114);
    energy_then(&server, 1, before, 120);
    let then = server.operate("player_as_of", json!({"player": 1, "at": before}));
    assert_eq!(then["data"]["at"], before, "{then}");
    assert_eq!(then["data"]["view"]["name"], "玩家#1", "{then}");
    let parts = then["data"]["view"]["parts"].as_object().expect("parts by name");
    assert!(!parts.contains_key("movements"), "what is a list anyway is not read twice: {then}");
    let refused = |data: Value| server.operate("player_as_of", data);
    assert_eq!(
        refused(json!({"player": 1, "at": 0}))["status"],
        99,
        "nobody existed before the world, and the archive says so"
    );
    assert_eq!(refused(json!({"player": 2, "at": before}))["status"], 99, "nobody has that number");
    assert_eq!(refused(json!({"player": 1, "at": now + 1}))["status"], 13, "nobody knows the future");
    server.guest("bob");
    assert_eq!(refused(json!({"player": 2, "at": before}))["status"], 99, "bob did not exist then");
}

#[test]
fn a_moment_before_the_archive_began_is_refused() {
    let host = Host::new(&["--clock", "manual"]);
    let mut server = host.start();
    let mut ann = server.guest("ann");
    enter(&mut ann);
    let before = pass(&server, 10);
    pass(&server, 10);
    enter(&mut ann);
    drop(ann);
    server.stop();
    let archive = host.path("archive").display().to_string();
    let host = host.with(&["--archive", &archive]);
    let server = host.start();
    wait_for_base(&host, 1);
    let reply = server.operate("player_as_of", json!({"player": 1, "at": before}));
    assert_eq!(reply["status"], 98, "{reply}");
    let reply = server.operate("player_requests", json!({"player": 1, "from": before, "to": before + 1}));
    assert_eq!(reply["message"], "there is no journal: the setting journal.folder names no folder", "{reply}");
}

#[test]
fn without_archive_and_journal_the_refusal_says_so() {
    let host = Host::new(&[]);
    let server = host.start();
    server.guest("ann");
    for (function, data) in [
        ("player_as_of", json!({"player": 1, "at": 0})),
        ("player_requests", json!({"player": 1, "from": 0, "to": 10})),
        ("player_scenario", json!({"player": 1, "from": 0, "to": 10})),
    ] {
        let reply = server.operate(function, data);
        let expected = json!({"status": 98, "message": "this world has neither an archive nor a journal"});
        assert_eq!((&reply["status"], &reply["message"]), (&expected["status"], &expected["message"]), "{reply}");
    }
}

#[test]
fn requests_of_a_player_are_found_in_the_journal_by_whatever_way_they_came() {
    let host = host();
    let server = host.start();
    let from = pass(&server, 0);
    let (mut ann, mut bob) = (server.guest("ann"), server.guest("bob"));
    enter(&mut ann);
    enter(&mut bob);
    let token = ann.token.clone();
    let told = server.connect().ask("get_player_info", json!({"token": token}));
    assert_eq!(told["status"], 0, "{told}");
    let grant = json!({"player": 1, "items": ["3:1:7"], "reason": "a complaint"});
    assert_eq!(server.operate("player_grant", grant)["status"], 0);
    server.operate("player_view", json!({"player": 1}));
    let later = pass(&server, 100);
    enter(&mut ann);
    let to = pass(&server, 1);
    let of_ann = |from: i64, to: i64, limit: u32| json!({"player": 1, "from": from, "to": to, "limit": limit});
    wait_for("the journal", || {
        functions(&requests(&server, of_ann(later, to, 50))).contains(&"enter_stage_general").then_some(())
    });
    let all = requests(&server, of_ann(from, to, 50));
    let expected = ["login_unique", "enter_stage_general", "get_player_info", "player_grant", "enter_stage_general"];
    assert_eq!(functions(&all), expected, "those of ann and those that changed her, not those that looked: {all:?}");
    assert_eq!(all[1]["by"], "player", "{all:?}");
    assert_eq!(all[1]["arguments"]["stage"], 8, "{all:?}");
    assert_eq!((&all[1]["at"], &all[4]["at"]), (&json!(from), &json!(later)), "on the game's clock");
    assert_eq!((&all[0]["by"], &all[3]["by"]), (&json!("stranger"), &json!("token")), "{all:?}");
    let text = Value::from(all.clone()).to_string();
    assert!(!text.contains(&token) && !text.contains("\"ann\""), "neither tokens nor devices: {text}");
    assert_eq!(requests(&server, of_ann(from, to, 2)), all, "page by page the same");
    assert_eq!(functions(&requests(&server, of_ann(later, to, 50))), ["enter_stage_general"], "from that moment on");
    for wrong in [of_ann(to, to, 50), of_ann(from, from + 8 * 86_400, 50), of_ann(from, to, 501)] {
        assert_eq!(server.operate("player_requests", wrong)["status"], 13);
    }
    assert_eq!(server.operate("player_requests", json!({"player": 9, "from": from, "to": to}))["status"], 99);
    drop((ann, bob));
    let mut server = server;
    server.stop();
    let server = host.start();
    assert_eq!(requests(&server, of_ann(from, to, 50)), all, "a journal before the last start is read too");
}

#[test]
fn what_a_player_asked_becomes_a_scenario_that_begins_with_what_the_player_had() {
    let host = host();
    let server = host.start();
    wait_for_base(&host, 1);
    let mut ann = server.guest("ann");
    let grant = json!({"player": 1, "items": ["3:1:77"], "reason": "a complaint"});
    assert_eq!(server.operate("player_grant", grant)["status"], 0);
    let from = pass(&server, 50);
    enter(&mut ann);
    pass(&server, 30);
    assert_eq!(ann.ask("victory_stage_general", json!({"stage": 8}))["status"], 0);
    let to = pass(&server, 10);
    let ask = || server.operate("player_scenario", json!({"player": 1, "from": from, "to": to}));
    let reply = wait_until("the journal", ask, |data| (data["requests"] == 2).then(|| data.clone()));
    assert_eq!(reply["file"], format!("player-1-{from}.ron"));
    let text = reply["text"].as_str().expect("a text");
    assert!(text.contains("3:1:77") && text.contains("Wait(\"30s\")"), "what was there before, and the pauses: {text}");
    let path = host.path("made.ron");
    std::fs::write(&path, text).expect("a writable folder");
    let run = Command::new(PROGRAM).arg("scenario").arg(&path).output().expect("the program is there");
    assert!(run.status.success(), "it runs as it is: {}\n{text}", String::from_utf8_lossy(&run.stdout));
    assert_eq!(text.matches("Ask(by: \"玩家#1\"").count(), 2, "{text}");
}
