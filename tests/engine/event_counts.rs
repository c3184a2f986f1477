//! The counts of events, by which a client sees that it missed one.

use std::time::Duration;

use raidkeep::studio::testing::{OPERATOR_TOKEN, TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// Asks on a connection with the player's token, which names the player if none was used there before.
fn look(server: &mut TestServer, player: &TestPlayer) -> Value {
    let reply = server.ask(player, "get_player_info", json!({}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply
}

/// The count that a new connection of the player is told.
fn count_of(server: &mut TestServer, player: &TestPlayer) -> u64 {
    let there = TestPlayer { connection: server.connect(), ..player.clone() };
    look(server, &there);
    let n = server.event_count(there.connection).expect("the first reply should have a count");
    assert!((1..1 << 53).contains(&n), "a count is a whole number in every language: {n}");
    server.disconnect(there.connection);
    n
}

fn counts(server: &mut TestServer, connection: usize) -> Vec<u64> {
    server.step(1);
    server.collect(connection);
    let events = server.told_counted(connection);
    events.iter().map(|event| event["n"].as_u64().unwrap_or_else(|| panic!("not counted: {event}"))).collect()
}

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    look(server, player)["data"]["name"].as_str().expect("everybody should have a name").to_owned()
}

fn write_to(server: &mut TestServer, from: &TestPlayer, name: &str) {
    let reply = server.ask(from, "send_mail", json!({"gn_target": name, "subj": "hello", "body": "text"}));
    assert_eq!(reply["status"], 0, "{reply}");
}

/// Kills the first boss, of which everybody is told.
fn kill(server: &mut TestServer, player: &TestPlayer) {
    for (function, data) in
        [("enter_stage", json!({"stage": 3000})), ("pass_stage", json!({"stage": 3000, "damage": 10_000}))]
    {
        assert_eq!(server.ask(player, function, data)["status"], 0, "{function}");
    }
}

#[test]
fn the_first_reply_that_names_the_player_has_the_count_and_the_next_event_the_next() {
    let mut server = TestServer::new();
    let connection = server.connect();
    let login = server.ask_on(connection, "login_unique", json!({"unique_id": "ann"}));
    let n = server.event_count(connection).expect("a login tells the count beside its status");
    let ann = TestPlayer { connection, token: login["data"]["token"].as_str().expect("a token").to_owned() };
    let name = name_of(&mut server, &ann);
    let bob = server.player("bob");
    (0..3).for_each(|_| write_to(&mut server, &bob, &name));
    look(&mut server, &ann);
    assert_eq!(server.event_count(connection), Some(n), "later replies have none");
    assert_eq!(counts(&mut server, ann.connection), [n + 1, n + 2, n + 3], "each event has the next number");
    assert_eq!(count_of(&mut server, &ann), n + 3, "a token used on another connection tells the count too");
    kill(&mut server, &bob);
    assert_eq!(counts(&mut server, ann.connection), [n + 4], "an event for everybody counts for everybody");
}

#[test]
fn events_missed_between_two_connections_show_in_the_count() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let (name, n) = (name_of(&mut server, &ann), count_of(&mut server, &ann));
    server.disconnect(ann.connection);
    assert_eq!(count_of(&mut server, &ann), n, "nothing was missed");
    write_to(&mut server, &bob, &name);
    kill(&mut server, &bob);
    assert_eq!(count_of(&mut server, &ann), n + 2, "two events were");
}

#[test]
fn an_event_that_did_not_fit_into_the_queue_is_a_gap() {
    let mut setup = TestSetup::default();
    setup.settings.identity.token_seconds = 1000 * DAY;
    let mut server = TestServer::with(setup);
    // The connection on which the clock is moved.
    server.connect();
    let ann = server.player("ann");
    let n = count_of(&mut server, &ann);
    // Each day begins with an event, each month with another.
    (0..260).for_each(|_| server.advance_seconds(DAY));
    let queued: Vec<u64> = (n + 1..=n + 256).collect();
    assert_eq!(counts(&mut server, ann.connection), queued, "a queue holds 256 events");
    let missed = count_of(&mut server, &ann) - (n + 256);
    assert!(missed >= 4, "the others were dropped: {missed}");
    server.advance_seconds(DAY);
    assert_eq!(counts(&mut server, ann.connection)[0], n + 256 + missed + 1, "the next one shows the gap");
}

#[test]
fn a_count_never_repeats_after_the_player_was_put_away_or_the_server_restarted() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let (name, mut n) = (name_of(&mut server, &ann), count_of(&mut server, &ann));
    for round in 0..3 {
        server.fold();
        server.reconnect_all();
        server.pass_real_time(Duration::from_secs(700));
        assert_eq!(server.players_in_memory(), 0, "everybody is put away");
        if round > 0 {
            write_to(&mut server, &bob, &name);
        }
        let now = count_of(&mut server, &ann);
        assert!(now > n, "whoever was away asks again: {n}, then {now}");
        n = now;
        server = server.crash_and_reopen();
        server.connect();
        let now = count_of(&mut server, &ann);
        assert!(now > n, "and so does everybody after a restart: {n}, then {now}");
        n = now;
    }
}

#[test]
fn a_repeated_request_on_a_new_connection_has_the_count_and_events_follow() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &ann);
    let n = count_of(&mut server, &ann);
    let data = json!({"token": ann.token, "stage": 8});
    let keyed = json!({"world": 0, "function": "enter_stage_general", "data": data, "once": "k#1"}).to_string();
    let first = server.send_on(ann.connection, &keyed);
    let back = server.connect();
    assert_eq!(server.send_on(back, &keyed), first, "the stored reply");
    assert_eq!(server.event_count(back), Some(n), "and the count beside it");
    write_to(&mut server, &bob, &name);
    assert_eq!(counts(&mut server, back), [n + 1], "the connection acts for the player");
    let misused = json!({"world": 0, "function": "get_player_info", "data": {"token": ann.token}, "once": "k#1"});
    let third = server.connect();
    let refused: Value = serde_json::from_str(&server.send_on(third, &misused.to_string())).expect("JSON");
    assert_eq!((&refused["status"], &refused["data"]), (&json!(13), &json!({"reason": "mismatch"})), "{refused}");
    assert_eq!(server.event_count(third), Some(n + 1), "a refusal names the player too");
}

#[test]
fn no_event_overtakes_the_reply_that_tells_the_count_before_it() {
    let mut server = TestServer::new();
    let (ann, bob, cid) = (server.player("ann"), server.player("bob"), server.player("cid"));
    let name = name_of(&mut server, &bob);
    server.disconnect(bob.connection);
    server.fold();
    server.pass_real_time(Duration::from_secs(700));
    let n = count_of(&mut server, &ann);
    let cid_too = count_of(&mut server, &cid);
    assert_ne!(cid_too, n, "each player's count begins at another number");
    let back = server.connect();
    server.hold_reads();
    let mail = json!({"token": ann.token, "gn_target": name, "subj": "hello", "body": "text"});
    server.post(back, &json!({"world": 0, "function": "send_mail", "data": mail}).to_string());
    let data = json!({"token": ann.token});
    server.post(back, &json!({"world": 0, "function": "get_player_info", "data": data}).to_string());
    server.step(3);
    kill(&mut server, &cid);
    server.step(3);
    assert_eq!(server.collect(back), [""; 0], "the first request waits for the disk, and the second for the first");
    assert!(server.told_counted(back).is_empty(), "the event waits for the reply that names the player");
    server.release_reads();
    server.step(10);
    assert_eq!(server.collect(back).len(), 2, "both are answered");
    assert_eq!(server.event_count(back), Some(n), "the count before the event");
    assert_eq!(counts(&mut server, back), [n + 1], "which follows");
}

#[test]
fn http_asked_events_and_operators_events_carry_no_count() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = name_of(&mut server, &ann);
    let (status, body) = server.http("/bag", None, &json!({"token": ann.token, "role": role}).to_string());
    assert_eq!((status, body.get("n")), (200, None), "HTTP has no events: {body}");
    assert_eq!(server.ask(&ann, "listen", json!({"events": ["energy"]}))["status"], 0);
    assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    let n = count_of(&mut server, &ann);
    server.advance_seconds(360);
    server.step(1);
    server.collect(ann.connection);
    let events = server.told_counted(ann.connection);
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((&events[0]["event"], events[0].get("n")), (&json!("energy"), None), "asked for, so not counted");
    assert_eq!(count_of(&mut server, &ann), n, "and no gap either");
    let operator = server.connect();
    let reply = server.ask_on(operator, "rules_status", json!({"token": OPERATOR_TOKEN}));
    assert_eq!(reply["status"], 0, "{reply}");
    assert_eq!(server.event_count(operator), None, "operators have no count");
}

#[test]
fn who_logs_in_again_on_a_connection_is_told_the_count_again() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &ann);
    write_to(&mut server, &bob, &name);
    let n = counts(&mut server, ann.connection)[0];
    server.ask_on(ann.connection, "login_unique", json!({"unique_id": "ann"}));
    assert_eq!(server.event_count(ann.connection), Some(n), "a new login names the player again");
}
