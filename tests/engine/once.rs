//! Idempotency keys: a keyed request is carried out once, no matter how often it is sent.

use std::time::Duration;

use raidkeep::game::stages::StageCounts;
use raidkeep::studio::testing::{TestPlayer, TestServer};
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

const MISUSED: &str = r#"{"status":13,"message":"once: this key was used for another request"}"#;

#[test]
fn a_repeated_key_changes_nothing_and_answers_the_same_text() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let first = server.send_on(ann.connection, &enter(&ann, "k1"));
    let before = server.state_hash();
    server.advance_seconds(100);
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
fn refusals_are_remembered_like_successes() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let victory = keyed(&ann, "victory_stage_general", 8, "v", "");
    let refused = server.send_on(ann.connection, &victory);
    assert_eq!(refused, r#"{"status":94,"message":"stage mismatch"}"#, "no session is open");
    server.send_on(ann.connection, &enter(&ann, "e"));
    assert_eq!(server.send_on(ann.connection, &victory), refused, "the first answer stands");
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.send_on(connection, &victory), refused, "even after a crash");
    let other = server.send_on(connection, &keyed(&ann, "victory_stage_general", 8, "v2", ""));
    assert_eq!(status(&other), 0, "under another key it is another victory");
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
    let forgotten = server.send_on(connection, &hang(34));
    assert_ne!(forgotten, answers[34], "an older key is forgotten, the request is a new one");
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
