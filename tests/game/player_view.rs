//! `player_view`: everything of one player in one reply, or page by page.

use std::net::IpAddr;
use std::time::Duration;

use raidkeep::studio::testing::{NOON_MS, TestPlayer, TestServer};
use serde_json::{Value, json};

use crate::traveller::{delete, join, operate, succeed};

const NOON: i64 = NOON_MS / 1000;

fn view(server: &mut TestServer, data: Value) -> Value {
    operate(server, "player_view", data)
}

fn part(server: &mut TestServer, player: u64, part: &str) -> Value {
    view(server, json!({"player": player, "part": part}))["parts"][part].clone()
}

fn put_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "everybody should be evicted");
}

#[test]
fn all_parts_come_in_one_reply_and_one_when_it_is_asked_for() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let viewed = view(&mut server, json!({"player": 1}));
    let names: Vec<&String> = viewed["parts"].as_object().expect("parts by name").keys().collect();
    let all = [
        "account",
        "battles",
        "log_ins",
        "mail",
        "movements",
        "notes",
        "orders",
        "overview",
        "records",
        "sanctions",
        "sud",
    ];
    assert!(all.iter().all(|part| names.contains(&&(*part).to_owned())), "{names:?}");
    let account = json!({
        "email": null, "is_guest": true, "made_at": NOON, "wname": "玩家#1", "uid": "1", "is_online": true,
        "token_until": NOON + 30 * 86_400,
    });
    let only = view(&mut server, json!({"player": "1", "part": "account"}));
    assert_eq!(only, json!({"player": 1, "name": "玩家#1", "parts": {"account": account}}));
    let overview = succeed(&mut server, &ann, "get_player_info", json!({}));
    assert_eq!(part(&mut server, 1, "overview"), overview, "operators see what the player sees");
    assert_eq!(part(&mut server, 1, "records"), json!({"season": 1, "best": 0, "rank": null, "last_season": 0}));
    assert_eq!(part(&mut server, 1, "battles"), json!({"entries": [], "next": null}));
    assert_eq!(part(&mut server, 1, "sud"), json!({"bound_uid": null}));
}

#[test]
fn sanctions_are_shown_while_they_hold_and_notes_page_by_page() {
    let mut server = TestServer::new();
    server.player("ann");
    assert_eq!(part(&mut server, 1, "sanctions"), json!({"ban": null, "mute": null}));
    assert_eq!(part(&mut server, 1, "notes"), json!({"entries": [], "next": null}));
    let [ban_end, mute_end] = [NOON + 60, NOON + 120];
    let ban = json!({"player": 1, "until": ban_end, "reason": "ticket 17", "message": "for cheating"});
    operate(&mut server, "player_ban", ban);
    operate(&mut server, "player_mute", json!({"player": 1, "until": mute_end, "reason": "ticket 18"}));
    let by = "token";
    let ban = json!({"at": NOON, "until": ban_end, "message": "for cheating", "reason": "ticket 17", "by": by});
    let mute = json!({"at": NOON, "until": mute_end, "reason": "ticket 18", "by": by});
    assert_eq!(part(&mut server, 1, "sanctions"), json!({"ban": ban, "mute": mute}));
    server.advance_seconds(60);
    assert_eq!(part(&mut server, 1, "sanctions"), json!({"ban": null, "mute": mute}), "the ban is over");
    server.advance_seconds(60);
    assert_eq!(part(&mut server, 1, "sanctions"), json!({"ban": null, "mute": null}), "so is the mute");

    for text in ["first", "second", "third"] {
        operate(&mut server, "note_add", json!({"player": 1, "text": text}));
    }
    let page = view(&mut server, json!({"player": 1, "part": "notes", "limit": 2}))["parts"]["notes"].clone();
    let texts: Vec<&Value> = page["entries"].as_array().expect("a list").iter().map(|note| &note["text"]).collect();
    assert_eq!(texts, ["third", "second"], "newest first");
    assert_eq!(page["next"], 2);
    let rest = view(&mut server, json!({"player": 1, "part": "notes", "after": 2}))["parts"]["notes"].clone();
    let first = json!({"number": 1, "at": NOON + 120, "text": "first", "by": by});
    assert_eq!(rest, json!({"entries": [first], "next": null}));
}

#[test]
fn a_player_on_disk_is_loaded_and_one_who_does_not_exist_is_refused() {
    let mut server = TestServer::new();
    server.player("ann");
    join(&mut server, "Bob");
    put_away(&mut server);
    let account = part(&mut server, 2, "account");
    assert_eq!((&account["email"], &account["is_online"]), (&json!("Bob@mail.example"), &json!(false)));
    delete(&mut server, "Bob");
    let gone = json!({"status": 99, "message": "no such player"});
    for round in ["at once", "after a crash"] {
        for player in [json!(2), json!(3), json!(0), json!(-1), json!(i64::MAX)] {
            assert_eq!(server.operate("player_view", json!({"player": player})), gone, "{round}: {player}");
        }
        server = server.crash_and_reopen();
    }
}

#[test]
fn a_view_is_refused_where_it_asks_for_what_there_is_not() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let refused = |server: &mut TestServer, data: Value| {
        let reply = server.operate("player_view", data);
        (reply["status"].clone(), reply["message"].as_str().unwrap_or_default().to_owned())
    };
    let (status, message) = refused(&mut server, json!({"player": 1, "part": "luck"}));
    assert_eq!(status, 98);
    assert!(message.starts_with("no such part; there are ") && message.contains("movements"), "{message}");
    let cases = [
        (json!({"player": 1, "part": "mail", "limit": 0}), "data.limit: expected an integer from 1 to 500"),
        (json!({"player": 1, "after": 7}), "data.part: expected the part whose next page this is"),
        (
            json!({"player": 1, "part": "mail", "after": -7}),
            "data.after: expected the next of the page before, 0 or more",
        ),
    ];
    for (data, message) in cases {
        assert_eq!(refused(&mut server, data), (json!(13), message.to_owned()));
    }
    assert_eq!(server.ask(&ann, "player_view", json!({"player": 1}))["status"], 11, "players view nobody");
}

#[test]
fn log_ins_are_told_with_address_and_moment_and_outlast_a_crash() {
    let mut server = TestServer::new();
    let address: IpAddr = "203.0.113.9".parse().expect("an address");
    let connection = server.connect_from(Some(address));
    server.ask_on(connection, "login_unique", json!({"unique_id": "ann"}));
    server.advance_seconds(60);
    server.player("ann");
    let mut server = server.crash_and_reopen();
    let told = json!({"entries": [
        {"at": NOON + 60, "time": "2026-03-10 12:01:00", "address": null, "way": "device"},
        {"at": NOON, "time": "2026-03-10 12:00:00", "address": "203.0.113.9", "way": "device"},
    ]});
    assert_eq!(part(&mut server, 1, "log_ins"), told);
    let later = view(&mut server, json!({"player": 1, "part": "log_ins", "from": NOON + 1}));
    assert_eq!(later["parts"]["log_ins"]["entries"].as_array().map(Vec::len), Some(1), "of a span");
    join(&mut server, "Bob");
    assert_eq!(part(&mut server, 2, "log_ins")["entries"][0]["way"], "password");
}

/// Ann has won a stage after one, two and three minutes.
fn moved() -> (TestServer, TestPlayer) {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for _ in 0..3 {
        server.advance_seconds(60);
        succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
        succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
    }
    (server, ann)
}

fn movements(server: &mut TestServer, filter: Value) -> (Vec<u64>, Value) {
    let mut data = json!({"player": 1, "part": "movements"});
    data.as_object_mut().expect("an object").extend(filter.as_object().expect("an object").clone());
    let shown = view(server, data)["parts"]["movements"].clone();
    let numbers = shown["entries"].as_array().expect("a list").iter();
    (numbers.map(|entry| entry["number"].as_u64().expect("a number")).collect(), shown["next"].clone())
}

#[test]
fn movements_are_those_of_the_ledger_filtered_by_time_item_and_cause_page_by_page() {
    let (mut server, _) = moved();
    let listed = operate(&mut server, "ledger_list", json!({"name": "玩家#1"}));
    assert_eq!(part(&mut server, 1, "movements"), listed, "the same movements");
    let all: Vec<u64> =
        listed["entries"].as_array().expect("a list").iter().filter_map(|e| e["number"].as_u64()).collect();
    assert!(all.len() >= 3, "there is something to page through: {all:?}");
    let (first, next) = movements(&mut server, json!({"limit": 1}));
    assert_eq!((&first, &next), (&all[..1].to_vec(), &json!(all[0])));
    assert_eq!(movements(&mut server, json!({"after": next})), (all[1..].to_vec(), Value::Null));
    let span = json!({"from": NOON + 60, "to": NOON + 120});
    let (of_span, _) = movements(&mut server, span);
    let entries = listed["entries"].as_array().expect("a list");
    let expected = |keep: &dyn Fn(&Value) -> bool| -> Vec<u64> {
        entries.iter().filter(|entry| keep(entry)).filter_map(|entry| entry["number"].as_u64()).collect()
    };
    assert_eq!(of_span, expected(&|entry| entry["at"] == NOON + 60), "the end is not part of a span");
    let why = entries[0]["why"].as_str().expect("a cause");
    assert_eq!(movements(&mut server, json!({"cause": why})).0, expected(&|entry| entry["why"] == why));
    let item = entries[0]["changes"][0]["item"].as_str().expect("an item");
    let has_item = |entry: &Value| {
        entry["changes"].as_array().is_some_and(|changes| changes.iter().any(|change| change["item"] == item))
    };
    assert_eq!(movements(&mut server, json!({"item": item})).0, expected(&has_item));
    assert_eq!(movements(&mut server, json!({"item": "4:999"})), (Vec::new(), Value::Null));
}

#[test]
fn mail_is_shown_with_its_state_and_what_waits() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    join(&mut server, "Bob");
    succeed(&mut server, &ann, "send_mail", json!({"gn_target": "Bob", "subj": "hello", "body": "text"}));
    let mail = json!({"key": "1", "is_read": false, "is_claimed": false, "at": NOON, "from": "玩家#1", "subj": "hello",
        "body": "text", "items": []});
    assert_eq!(part(&mut server, 2, "mail"), json!({"entries": [mail], "next": null, "waiting": []}));
}

#[test]
fn orders_are_shown_newest_first_while_they_are_pending_and_when_they_are_closed() {
    let mut server = TestServer::new();
    let (ann, _) = (server.player("ann"), server.player("bob"));
    let now_ms = server.now_ms();
    server.platforms.sandbox.grant("玩家#1", 10_000, now_ms).expect("points may be granted");
    for _ in 0..3 {
        let bought = server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}));
        assert_eq!(bought["status"], 0, "{bought}");
    }
    server.settle();
    let listed = operate(&mut server, "order_list", json!({}))["orders"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    for round in ["at once", "after a crash"] {
        assert_eq!(part(&mut server, 1, "orders"), json!({"entries": listed, "next": null}), "{round}");
        assert_eq!(part(&mut server, 2, "orders"), json!({"entries": [], "next": null}), "{round}: not of another");
        let first = view(&mut server, json!({"player": 1, "part": "orders", "limit": 2}))["parts"]["orders"].clone();
        assert_eq!(first["entries"].as_array().map(Vec::len), Some(2));
        let rest = view(&mut server, json!({"player": 1, "part": "orders", "after": first["next"]}));
        assert_eq!(rest["parts"]["orders"], json!({"entries": [listed[2]], "next": null}), "{round}: the next page");
        let order = listed[0]["order"].as_str().expect("a number");
        let buyer = json!([{"player": 1, "name": "玩家#1", "by": ["order"]}]);
        let found = operate(&mut server, "player_find", json!({"text": order}))["players"].clone();
        assert_eq!(found, buyer, "{round}: and the buyer is found by it");
        server = server.crash_and_reopen();
    }
    assert_eq!(server.verify(), []);
}

#[test]
fn orders_that_closed_under_an_earlier_program_are_found_after_a_start() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let now_ms = server.now_ms();
    server.platforms.sandbox.grant("玩家#1", 10_000, now_ms).expect("points may be granted");
    let bought = server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(bought["status"], 0, "{bought}");
    server.settle();
    let key = [1_u64.to_be_bytes(), 1_u64.to_be_bytes()].concat();
    server.damage(|batch| {
        batch.delete("orders_of_players", &key);
        batch.delete("orders_of_players_state", b"");
    });
    let mut server = server.crash_and_reopen();
    assert_eq!(part(&mut server, 1, "orders")["entries"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.verify(), []);
}
