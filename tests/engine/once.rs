//! Idempotency keys: a keyed request is carried out once, no matter how often it is sent.

use std::time::Duration;

use raidkeep::engine::request::once::ReplyBudget;
use raidkeep::game::stages::StageCounts;
use raidkeep::studio::testing::{OPERATOR_TOKEN, TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

/// A request with a key, with its token, and with an `id` or none.
fn keyed(player: &TestPlayer, function: &str, stage: i64, once: &str, id: &str) -> String {
    let id = if id.is_empty() { String::new() } else { format!(",\"id\":{id}") };
    let token = &player.token;
    format!(r#"{{"world":0,"function":"{function}","data":{{"token":"{token}","stage":{stage}}},"once":"{once}"{id}}}"#)
}

fn enter(player: &TestPlayer, once: &str) -> String {
    keyed(player, "enter_stage_general", 8, once, "")
}

fn status(reply: &str) -> Value {
    let reply: Value = serde_json::from_str(reply).unwrap_or_else(|error| panic!("should be JSON, {error}: {reply}"));
    reply["status"].clone()
}

fn energy(server: &mut TestServer, player: &TestPlayer) -> Value {
    let connection = server.connect();
    server.ask_on(connection, "get_player_info", json!({"token": player.token}))["data"]["energy"]["remain"].clone()
}

const MISUSED: &str =
    r#"{"status":13,"message":"once: this key was used for another request","data":{"reason":"mismatch"}}"#;
const USED: &str =
    r#"{"status":13,"message":"once: used before, its reply is no longer kept","data":{"reason":"used"}}"#;

#[test]
fn a_repeated_key_changes_nothing_and_answers_the_same_text() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let first = server.send_on(ann.connection, &enter(&ann, "k1"));
    server.advance_seconds(100);
    let before = server.state_hash();
    assert_eq!(server.send_on(ann.connection, &enter(&ann, "k1")), first, "the same text, though time has passed");
    assert_eq!(server.state_hash(), before, "nothing was changed");
    let with_id = server.send_on(ann.connection, &keyed(&ann, "enter_stage_general", 8, "k1", "\"again\""));
    let expected = format!("{},\"id\":\"again\"}}", &first[..first.len() - 1]);
    assert_eq!(with_id, expected, "the reply is the same, the id is that of the retry");
    let other = server.connect();
    assert_eq!(server.send_on(other, &enter(&ann, "k1")), first, "even on another connection");
    assert_eq!(energy(&mut server, &ann), 114, "the entry was paid once");
    let second = server.send_on(ann.connection, &enter(&ann, "k2"));
    assert_ne!(second, first, "another key is another request");
    assert_eq!(energy(&mut server, &ann), 108, "which is paid");
}

#[test]
fn a_key_is_remembered_across_crash_eviction_and_new_login() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let first = server.send_on(ann.connection, &enter(&ann, "k1"));
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &enter(&ann, "k1")), first, "after a crash");
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "the player is evicted");
    assert_eq!(server.send_on(connection, &enter(&ann, "k1")), first, "after eviction");
    let again = server.player("ann");
    assert_eq!(server.send_on(again.connection, &enter(&again, "k1")), first, "with another token");
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &enter(&again, "k1")), first, "after a crash that follows a fold");
    assert_eq!(energy(&mut server, &again), 114, "the entry was paid once");
}

#[test]
fn a_key_used_for_something_else_is_refused() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let first = server.send_on(ann.connection, &enter(&ann, "k1"));
    let before = server.state_hash();
    for (function, stage) in
        [("enter_stage_general", 7), ("victory_stage_general", 8), ("enter_stage", 8), ("mopping_up_stage", 8)]
    {
        let reply = server.send_on(ann.connection, &keyed(&ann, function, stage, "k1", ""));
        assert_eq!(reply, MISUSED, "{function} of {stage} is not what the key was used for");
    }
    assert_eq!(server.state_hash(), before, "a misused key changes nothing");
    let token = &ann.token;
    let same = format!(
        r#"{{"once":"k1","data":{{"stage":"8","random":1,"token":"{token}"}},"world":"s0","function":"enter_stage_general"}}"#
    );
    assert_eq!(server.send_on(ann.connection, &same), first, "the same request in another notation is the same");
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    let reply = server.send_on(connection, &keyed(&ann, "victory_stage_general", 8, "k1", ""));
    assert_eq!(reply, MISUSED, "even after a crash");
}

#[test]
fn a_keyed_request_that_is_refused_changes_nothing_and_uses_up_no_key() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let victory = keyed(&ann, "victory_stage_general", 8, "v", "");
    let refused = server.send_on(ann.connection, &victory);
    assert_eq!(refused, r#"{"status":94,"message":"stage mismatch"}"#, "no session is open");
    server.send_on(ann.connection, &enter(&ann, "e"));
    let won = server.send_on(ann.connection, &victory);
    assert_eq!(status(&won), 0, "now it is possible, and carried out");
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &victory), won, "once");
}

#[test]
fn an_attempt_that_is_counted_is_counted_once_under_its_key() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.send_on(ann.connection, &keyed(&ann, "enter_stage_boss", 3001, "e", ""));
    let blow = keyed(&ann, "victory_stage_boss", 3001, "b", "").replace(":3001}", r#":3001,"damage":-1}"#);
    let refused = server.send_on(ann.connection, &blow);
    assert_eq!(status(&refused), 93, "abnormal damage: {refused}");
    assert_eq!(server.send_on(ann.connection, &blow), refused, "the same answer");
    let world = server.simulation().world_mut();
    let counts = world.query::<&StageCounts>().single(world).map(StageCounts::counts);
    assert_eq!(counts.ok(), Some((1, 0, 1)), "one anomaly");
}

#[test]
fn a_request_that_never_reached_the_world_uses_up_no_key() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let good = enter(&ann, "k1");
    for bad in [good.replace(":8}", ":true}"), good.replace(&ann.token, "wrong"), good.replace("enter", "entre")] {
        assert_ne!(status(&server.send_on(ann.connection, &bad)), 0, "{bad} is refused on the way in");
    }
    assert_eq!(status(&server.send_on(ann.connection, &good)), 0, "the corrected request is the first of its key");
    assert_eq!(energy(&mut server, &ann), 114);
}

#[test]
fn every_player_has_keys_of_its_own() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    server.send_on(ann.connection, &enter(&ann, "k1"));
    let reply = server.send_on(bob.connection, &keyed(&bob, "enter_stage_general", 7, "k1", ""));
    assert_eq!(status(&reply), 0, "ann's key means nothing for bob");
    assert_eq!((energy(&mut server, &ann), energy(&mut server, &bob)), (json!(114), json!(114)));
}

#[test]
fn the_last_64_keys_are_remembered() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let hang = |key: usize| keyed(&ann, "start_hang_up", 1 + (key % 2) as i64, &format!("k{key}"), "");
    let mut answers = Vec::new();
    for key in 0..100 {
        server.advance_seconds(60);
        answers.push(server.send_on(ann.connection, &hang(key)));
    }
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    for (key, answer) in answers.iter().enumerate().skip(36) {
        assert_eq!(server.send_on(connection, &hang(key)), *answer, "key {key} is among the last 64");
    }
    server.advance_seconds(60);
    let hanging = server.ask_on(connection, "get_player_info", json!({}))["data"]["hang_up"].clone();
    assert_eq!(hanging, json!({"hang_stage": 2, "time": "0:01:00"}), "the repetitions changed nothing");
    let before = server.state_hash();
    for key in 0..36 {
        assert_eq!(server.send_on(connection, &hang(key)), USED, "key {key} was used, its reply is gone");
    }
    assert_eq!(server.state_hash(), before, "nothing is carried out again");
    let other = server.send_on(connection, &hang(70).replace("\"stage\":1", "\"stage\":2"));
    assert_eq!(other, MISUSED, "a key with its reply tells what it was used for");
}

fn sweep(player: &TestPlayer, once: &str) -> String {
    keyed(player, "mopping_up_stage", 8, once, "").replace("\"stage\":8", "\"stage\":8,\"count\":1")
}

/// A player who has won stage 8 and has energy for many sweeps.
fn sweeper() -> (TestServer, TestPlayer) {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for function in ["enter_stage_general", "victory_stage_general"] {
        server.send_on(ann.connection, &keyed(&ann, function, 8, function, ""));
    }
    (server, ann)
}

fn coins(server: &mut TestServer, player: &TestPlayer) -> Value {
    let connection = server.connect();
    let info = server.ask_on(connection, "get_player_info", json!({"token": player.token}));
    info["data"]["items"].clone()
}

#[test]
fn keyed_sweeps_that_are_repeated_are_paid_once_however_many_there_were() {
    let (mut server, ann) = sweeper();
    let keys: Vec<String> = (0..200).map(|n| format!("k{n}")).collect();
    for key in &keys {
        server.advance_seconds(6 * 360);
        let reply = server.send_on(ann.connection, &sweep(&ann, key));
        assert_eq!(status(&reply), 0, "{key}: {reply}");
    }
    let paid = coins(&mut server, &ann);
    for round in 0..2 {
        server.advance_seconds(200 * 360);
        for key in &keys {
            let reply = server.send_on(ann.connection, &sweep(&ann, key));
            assert!(reply == USED || status(&reply) == 0, "round {round}, {key}: {reply}");
        }
        assert_eq!(coins(&mut server, &ann), paid, "round {round}: no sweep is paid again");
        server = server.crash_and_reopen();
        server.reconnect_all();
    }
}

#[test]
fn a_number_of_a_series_is_never_carried_out_again_however_old_it_is() {
    let (mut server, ann) = sweeper();
    server.advance_seconds(6 * 360);
    assert_eq!(status(&server.send_on(ann.connection, &sweep(&ann, "sweep#1"))), 0);
    for n in 0..1300 {
        server.send_on(ann.connection, &keyed(&ann, "start_hang_up", 1 + n % 2, &format!("h{n}"), ""));
    }
    let mut server = server.crash_and_reopen();
    server.advance_seconds(6 * 360);
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &sweep(&ann, "sweep#1")), USED, "1,300 keyed requests later");
    assert_eq!(server.send_on(connection, &sweep(&ann, "sweep#0")), USED, "and those below");
    assert_eq!(status(&server.send_on(connection, &sweep(&ann, "sweep#2"))), 0, "the series goes on");
}

#[test]
fn asking_under_fresh_keys_keeps_nothing() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let bob = server.player("bob");
    for n in 0..20 {
        let data = json!({"gn_target": "玩家#1", "subj": format!("{n}"), "body": "x".repeat(500)});
        server.ask(&bob, "send_mail", data);
    }
    let asks = [
        ("get_all_mail", json!({})),
        ("get_new_mail", json!({})),
        ("mark_read_mail", json!({"key": "99"})),
        ("delete_read_mail", json!({})),
        ("get_player_info", json!({})),
        ("get_shop", json!({})),
        ("list_orders", json!({})),
        ("card_types", json!({})),
        ("stage_damage_ranking", json!({"page": 1})),
        ("get_config_boss", json!({})),
        ("stage_refresh_boss", json!({})),
        ("get_list", json!({"role": "玩家#1"})),
        ("bag", json!({"role": "玩家#1"})),
        ("skill", json!({"role": "玩家#1"})),
        ("status", json!({"role": "玩家#1"})),
        ("time", json!({"role": "玩家#1"})),
    ];
    // The first of each may take in what was due.
    asks.iter().for_each(|(function, data)| drop(server.ask(&ann, function, data.clone())));
    let before = server.state_hash();
    for (round, (function, data)) in (0..3).flat_map(|round| asks.iter().map(move |ask| (round, ask))) {
        let mut data = data.clone();
        data["token"] = ann.token.clone().into();
        let once = format!("{function} {round}");
        let frame = json!({"world": 0, "function": function, "data": data, "once": once});
        let reply = server.send_on(ann.connection, &frame.to_string());
        assert_ne!(status(&reply), 10, "{function} exists");
        assert_eq!(server.state_hash(), before, "{function} changes nothing and leaves nothing: {reply}");
    }
}

#[test]
fn replies_are_bounded_in_bytes_for_each_player_and_for_all_of_them() {
    let mut setup = TestSetup::default();
    setup.settings.once.reply_bytes_per_player = 1000;
    setup.settings.once.reply_bytes_per_world = 2500;
    let mut server = TestServer::with(setup);
    server.connect();
    let players = ["ann", "bob", "cid"].map(|device| server.player(device));
    for n in 0..30 {
        for player in &players {
            server.send_on(player.connection, &keyed(player, "start_hang_up", 1 + n % 2, &format!("k{n}"), ""));
        }
    }
    let kept = |server: &mut TestServer| server.simulation().world().resource::<ReplyBudget>().bytes();
    assert!((1..=2500).contains(&kept(&mut server)), "{} bytes are kept", kept(&mut server));
    let last = keyed(&players[2], "start_hang_up", 2, "k29", "");
    assert_eq!(status(&server.send_on(players[2].connection, &last)), 1, "the last reply is kept");
    let first = keyed(&players[2], "start_hang_up", 1, "k0", "");
    assert_eq!(server.send_on(players[2].connection, &first), USED, "an early one is not, and its key is remembered");
    let mut server = server.crash_and_reopen();
    for player in &players {
        let connection = server.connect();
        let reply = server.send_on(connection, &keyed(player, "start_hang_up", 1, "k0", ""));
        assert_eq!(reply, USED, "also after a restart");
    }
    assert!(kept(&mut server) <= 3000, "each has at most its own share");
}

fn advance(seconds: i64, once: &str) -> String {
    let data = json!({"token": OPERATOR_TOKEN, "seconds": seconds});
    json!({"world": 0, "function": "clock_advance", "data": data, "once": once}).to_string()
}

#[test]
fn an_operators_request_is_carried_out_once_under_its_key_also_after_a_crash() {
    let mut server = TestServer::new();
    let connection = server.connect();
    let first = server.send_on(connection, &advance(60, "a"));
    assert_eq!(status(&first), 0, "{first}");
    let moved = server.now_ms();
    assert_eq!(server.send_on(connection, &advance(60, "a")), first, "the same answer");
    assert_eq!(server.send_on(connection, &advance(61, "a")), MISUSED);
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &advance(60, "a")), first, "also after a crash");
    assert_eq!(server.now_ms(), moved, "the clock was moved once");
    for n in 0..70 {
        assert_eq!(status(&server.send_on(connection, &advance(1, &format!("more {n}")))), 0);
    }
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &advance(60, "a")), USED, "also long after");
    assert_eq!(server.verify(), []);
}

#[test]
fn keys_of_up_to_64_bytes_are_told_apart_to_the_last_byte() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let long = "长".repeat(21);
    let (first, second) = (format!("{long}a"), format!("{long}b"));
    for key in [&first, &second, &first, &second] {
        assert_eq!(status(&server.send_on(ann.connection, &enter(&ann, key))), 0, "64 bytes are allowed");
    }
    assert_eq!(energy(&mut server, &ann), 108, "two keys, two entries");
}

#[test]
fn repeats_sent_at_once_are_carried_out_once() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    let text = enter(&ann, "k1");
    let replies = server.send_all_on(connection, &[text.as_str(); 30]);
    assert_eq!(replies, vec![replies[0].clone(); 30], "all have the same answer, even with a token not checked before");
    assert_eq!(status(&replies[0]), 0);
    assert_eq!(energy(&mut server, &ann), 114, "the entry was paid once");
}

#[test]
fn a_thousand_repeats_with_crashes_in_between_are_one_request() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let text = keyed(&ann, "enter_stage_general", 8, "k1", "7");
    let first = server.send_on(ann.connection, &text);
    for round in 0..20 {
        server = server.crash_and_reopen();
        let connection = server.connect();
        for repetition in 0..50 {
            assert_eq!(server.send_on(connection, &text), first, "round {round}, repetition {repetition}");
        }
        if round % 7 == 3 {
            server.fold();
        }
        server.advance_seconds(1);
    }
    assert_eq!(energy(&mut server, &ann), 114, "the entry was paid once");
    let world = server.simulation().world_mut();
    let counts = world.query::<&StageCounts>().single(world).map(StageCounts::counts);
    assert_eq!(counts.ok(), Some((1, 0, 0)), "and counted once");
}
