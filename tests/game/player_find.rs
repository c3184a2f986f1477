//! `player_find` and `player_list`: every player is found by what it can tell about itself, at once and whatever happened.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::storage::Batch;
use raidkeep::game::spelling::folded;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

use crate::traveller::{delete, export, import, join, operate, succeed};

fn server() -> TestServer {
    let mut server = TestServer::new();
    server.connect();
    server
}

fn put_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "everybody should be evicted");
}

fn find(server: &mut TestServer, text: &str) -> Value {
    operate(server, "player_find", json!({"text": text}))
}

fn find_by(server: &mut TestServer, by: &str, text: &str) -> Value {
    operate(server, "player_find", json!({"text": text, "by": by}))["players"].clone()
}

/// The names that a text finds.
fn names(server: &mut TestServer, text: &str) -> Vec<String> {
    let found = find_by(server, "name", text);
    let players = found.as_array().expect("a list of players");
    players.iter().map(|player| player["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_player_is_found_by_each_of_its_own_things_in_memory_on_disk_and_after_a_crash() {
    let mut server = server();
    join(&mut server, "Sword");
    let guest = server.player("a device");
    succeed(&mut server, &guest, "sud_bind", json!({"uid": "sud-77", "ss_token": "token"}));
    let sword = |by: &str| json!([{"player": 1, "name": "Sword", "by": [by]}]);
    let device = |by: &str| json!([{"player": 2, "name": "玩家#2", "by": [by]}]);
    for round in ["at once", "put away", "after a crash"] {
        match round {
            "put away" => put_away(&mut server),
            "after a crash" => server = server.crash_and_reopen(),
            _ => {}
        }
        for (by, text, expected) in [
            ("number", "1", sword("number")),
            ("name", "sw", sword("name")),
            ("name", "ＳＷＯＲＤ", sword("name")),
            ("email", " SWORD@mail.example ", sword("email")),
            ("device", "a device", device("device")),
            ("uid", "sud-77", device("uid")),
            ("uid", "1", sword("uid")),
            ("name", "玩家#", device("name")),
            ("number", "3", json!([])),
            ("email", "sword@", json!([])),
            ("device", "a dev", json!([])),
            ("uid", "sud-7", json!([])),
            ("order", "1", json!([])),
            ("name", "word", json!([])),
        ] {
            assert_eq!(find_by(&mut server, by, text), expected, "{round}: {text} by {by}");
        }
    }
}

#[test]
fn without_a_kind_a_text_is_looked_for_among_all_but_devices() {
    let mut server = server();
    join(&mut server, "1stSword");
    join(&mut server, "2ndSword");
    let one = json!({"player": 1, "name": "1stSword", "by": ["number", "uid", "name"]});
    assert_eq!(find(&mut server, "1"), json!({"players": [one], "has_more": false}), "each player once");
    put_away(&mut server);
    assert_eq!(find(&mut server, "1"), json!({"players": [one], "has_more": false}), "also from disk");
    let by_email = json!([{"player": 2, "name": "2ndSword", "by": ["email"]}]);
    assert_eq!(find(&mut server, "2ndSword@mail.example")["players"], by_email);
    server.player("my device");
    assert_eq!(find(&mut server, "my device")["players"], json!([]), "a device is a secret, and no guess");
}

#[test]
fn names_come_in_order_and_the_reply_says_whether_there_are_more() {
    let mut server = server();
    for name in ["Swords", "sworn", "Swan", "SWORDFISH", "Sword", "Axe"] {
        join(&mut server, name);
    }
    assert_eq!(names(&mut server, "sw"), ["Swan", "Sword", "SWORDFISH", "Swords", "sworn"]);
    assert_eq!(names(&mut server, "SWORD"), ["Sword", "SWORDFISH", "Swords"]);
    let first = |server: &mut TestServer, limit: i64| {
        let found = operate(server, "player_find", json!({"text": "sword", "by": "name", "limit": limit}));
        (found["players"].as_array().map(Vec::len), found["has_more"].clone())
    };
    for round in ["at once", "folded"] {
        assert_eq!(first(&mut server, 2), (Some(2), json!(true)), "{round}");
        assert_eq!(first(&mut server, 3), (Some(3), json!(false)), "{round}");
        server.fold();
    }
}

#[test]
fn a_search_forces_no_fold_and_knows_what_is_not_folded() {
    let mut server = server();
    join(&mut server, "Sword");
    server.fold();
    join(&mut server, "Swords");
    delete(&mut server, "Sword");
    let rows = |server: &TestServer| server.disks().rows.read_bytes(<[u8]>::to_vec);
    let before = rows(&server);
    assert_eq!(names(&mut server, "sw"), ["Swords"], "the one is new and the other gone, both only in the log");
    assert!(rows(&server) == before, "nothing was folded for it");
}

#[test]
fn a_search_is_refused_where_it_looks_for_nothing() {
    let mut server = server();
    let refused = |server: &mut TestServer, data: Value| server.operate("player_find", data);
    let text = json!({"status": 13, "message": "data.text: expected a string of 1 to 256 bytes"});
    assert_eq!(refused(&mut server, json!({"text": " "})), text);
    assert_eq!(refused(&mut server, json!({"text": "x".repeat(257)})), text);
    let limit = json!({"status": 13, "message": "data.limit: expected an integer from 1 to 500"});
    assert_eq!(refused(&mut server, json!({"text": "x", "limit": 0})), limit);
    let ann = server.player("ann");
    let reply = server.ask(&ann, "player_find", json!({"text": "x"}));
    assert_eq!(reply["status"], 11, "players find nobody: {reply}");
}

#[test]
fn a_world_of_before_is_put_in_order_when_it_starts() {
    let mut server = server();
    for name in ["Sword", "Swan"] {
        join(&mut server, name);
    }
    let key = |name: &str, number: u64| [folded(name).as_bytes(), &[0], &number.to_be_bytes()].concat();
    server.damage(|batch: &mut Batch| {
        batch.delete("ordered_names_state", b"");
        batch.delete("ordered_names", &key("Sword", 1));
        batch.delete("ordered_names", &key("Swan", 2));
    });
    for _ in 0..2 {
        server = server.crash_and_reopen();
        assert_eq!(names(&mut server, "sw"), ["Swan", "Sword"], "a crash at the start changes nothing");
    }
    assert_eq!(server.verify(), []);
}

#[test]
fn all_accounts_are_paged_through_in_the_order_of_their_numbers() {
    let mut server = server();
    join(&mut server, "Sword");
    let made_at = server.now_ms() / 1000;
    server.player("device");
    join(&mut server, "Axe");
    let one = json!({"player": 1, "name": "Sword", "is_guest": false, "made_at": made_at});
    let two = json!({"player": 2, "name": "玩家#2", "is_guest": true, "made_at": made_at});
    let three = json!({"player": 3, "name": "Axe", "is_guest": false, "made_at": made_at});
    let list = |server: &mut TestServer, data: Value| operate(server, "player_list", data);
    assert_eq!(list(&mut server, json!({"limit": 2})), json!({"players": [one, two], "next": 2}));
    assert_eq!(list(&mut server, json!({"limit": 2, "after": 2})), json!({"players": [three], "next": null}));
    delete(&mut server, "Sword");
    assert_eq!(list(&mut server, json!({})), json!({"players": [two, three], "next": null}));
    let refused = server.operate("player_list", json!({"after": -1}));
    assert_eq!(refused["message"], "data.after: expected the number of an account, 0 or more");
    let refused = server.operate("player_list", json!({"limit": 501}));
    assert_eq!(refused["message"], "data.limit: expected an integer from 1 to 500");
}

/// Something that happens to a world with players.
#[derive(Debug, Clone)]
enum Step {
    Join(usize),
    Guest(u8),
    Delete(usize),
    Return(usize),
    Fold,
    PutAway,
    Crash,
}

const NAMES: [&str; 8] = ["Sword", "Swords", "sWan", "Axe", "Äxte", "Straße", "Straw", "SW"];

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..NAMES.len()).prop_map(Step::Join),
        1 => (0..3_u8).prop_map(Step::Guest),
        3 => (0..NAMES.len()).prop_map(Step::Delete),
        2 => (0..NAMES.len()).prop_map(Step::Return),
        2 => Just(Step::Fold),
        1 => Just(Step::PutAway),
        1 => Just(Step::Crash),
    ]
}

/// The names that begin with a text, in order, as they should be found.
fn expected(names: &BTreeMap<u64, String>, text: &str) -> Vec<String> {
    let mut found: Vec<(String, u64, String)> =
        names.iter().map(|(number, name)| (folded(name), *number, name.clone())).collect();
    found.retain(|(folded_name, ..)| folded_name.starts_with(&folded(text)));
    found.sort();
    found.into_iter().map(|(_, _, name)| name).collect()
}

fn number_of(server: &mut TestServer, by: &str, text: &str) -> u64 {
    find_by(server, by, text)[0]["player"].as_u64().expect("the player is found")
}

fn take(
    mut server: TestServer,
    step: Step,
    there: &mut BTreeMap<u64, String>,
    left: &mut BTreeMap<usize, Value>,
) -> TestServer {
    let is_there = |name: &str| there.values().any(|other| other == name);
    match step {
        Step::Join(at) if !is_there(NAMES[at]) && !left.contains_key(&at) => {
            join(&mut server, NAMES[at]);
            let email = format!("{}@mail.example", NAMES[at]);
            there.insert(number_of(&mut server, "email", &email), NAMES[at].to_owned());
        }
        Step::Guest(device) => {
            let TestPlayer { .. } = server.player(&format!("device {device}"));
            let number = number_of(&mut server, "device", &format!("device {device}"));
            there.insert(number, format!("玩家#{number}"));
        }
        Step::Delete(at) if is_there(NAMES[at]) => {
            left.insert(at, export(&mut server, NAMES[at]));
            delete(&mut server, NAMES[at]);
            there.retain(|_, name| name != NAMES[at]);
        }
        Step::Return(at) => {
            if let Some(document) = left.remove(&at) {
                let imported = import(&mut server, &document);
                there.insert(imported["account"].as_u64().expect("a number"), NAMES[at].to_owned());
            }
        }
        Step::Fold => server.fold(),
        Step::PutAway => put_away(&mut server),
        Step::Crash => server = server.crash_and_reopen(),
        Step::Join(_) | Step::Delete(_) => {}
    }
    server
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(6), ..ProptestConfig::default() })]

    #[test]
    fn the_names_in_order_are_those_of_the_accounts(steps in proptest::collection::vec(any_step(), 1..25)) {
        let (mut server, mut there, mut left) = (server(), BTreeMap::new(), BTreeMap::new());
        for step in steps {
            server = take(server, step, &mut there, &mut left);
            for text in ["s", "SW", "strass", "a", "玩"] {
                prop_assert_eq!(names(&mut server, text), expected(&there, text), "{}", text);
            }
        }
        prop_assert_eq!(server.verify(), []);
    }
}
