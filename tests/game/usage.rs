//! What players and the world have of what the assets name: `rules_usage` (docs/protocol.md#operators).

use std::time::Duration;

use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let mut reply = server.ask(player, function, data);
    assert_eq!(reply["status"], 0, "{function} should succeed: {reply}");
    reply["data"].take()
}

/// How many players, and how many times, an entry is used in some way; `None` if it is not.
fn used(told: &Value, table: &str, list: &str, id: &str, how: &str) -> Option<(u64, i64)> {
    let uses = told["uses"].as_array().expect("a list of uses");
    let is_it = |used: &&Value| {
        (&used["table"], &used["list"], &used["id"], &used["how"])
            == (&json!(table), &json!(list), &json!(id), &json!(how))
    };
    let found = uses.iter().find(is_it)?;
    Some((found["players"].as_u64()?, found["count"].as_i64()?))
}

fn usage(server: &mut TestServer) -> Value {
    let mut reply = server.operate("rules_usage", json!({}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].take()
}

#[test]
fn who_owns_stands_in_and_hangs_up_is_counted_whether_in_memory_or_not() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    for player in [&ann, &bob] {
        succeed(&mut server, player, "enter_stage_general", json!({"stage": 8}));
        succeed(&mut server, player, "victory_stage_general", json!({"stage": 8}));
        succeed(&mut server, player, "start_hang_up", json!({"stage": 7}));
    }
    succeed(&mut server, &bob, "enter_stage_general", json!({"stage": 9}));
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0);
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 9}));
    let told = usage(&mut server);
    assert_eq!(used(&told, "items.ron", "items", "3:10", "owned"), Some((2, 2)), "one potion each");
    assert_eq!(used(&told, "items.ron", "items", "3:2", "owned"), Some((2, 250)));
    assert_eq!(used(&told, "stages/", "stages", "9", "inside"), Some((2, 2)), "also who has entered just now");
    assert_eq!(used(&told, "stages/", "stages", "8", "inside"), None, "nobody is there any more");
    let hanging = "hanging up a stage that it pays";
    assert_eq!(used(&told, "hang_up.ron", "rates", "7", hanging), Some((2, 2)));
    assert_eq!(used(&told, "hang_up.ron", "chances", "2", hanging), Some((2, 2)), "the nearest lower chances count");
    assert!(told.get("files").is_none(), "the files come only when they are asked for");
}

#[test]
fn dead_bosses_gifts_and_orders_are_counted() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 15_000}));
    let told = usage(&mut server);
    let bosses: Vec<_> =
        told["uses"].as_array().expect("uses").iter().filter(|used| used["list"] == "bosses").collect();
    let how: Vec<&Value> = bosses.iter().map(|used| &used["how"]).collect();
    assert_eq!(how, ["dead", "hurt"], "the first is dead, what was left has hurt the second: {told}");
    let gifts = "in mails to everybody that players may still receive";
    let gift = told["uses"].as_array().expect("uses").iter().find(|used| used["how"] == gifts).cloned();
    assert!(gift.is_some(), "the gift is announced: {told}");
    server.advance_seconds(2 * 86_400);
    succeed(&mut server, &ann, "get_all_mail", json!({}));
    let told = usage(&mut server);
    let id = gift.and_then(|gift| gift["id"].as_str().map(str::to_owned)).unwrap_or_default();
    let unclaimed = used(&told, "items.ron", "items", &id, "in mails that are not claimed");
    assert!(unclaimed.is_some_and(|(players, _)| players == 1), "{told}");
}

#[test]
fn only_operators_may_ask() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "rules_usage", json!({}))["status"], 11);
}
