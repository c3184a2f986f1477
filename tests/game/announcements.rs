//! Announcements: what operators say to everybody who is connected (docs/operating.md#announcements).

use crate::desk::{Client, server_of};
use crate::replayed::replayed;
use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{NOON_MS, TestServer, TestSetup};
use serde_json::{Value, json};

const NOON: i64 = NOON_MS / 1000;

fn server() -> (TestServer, Client, Client) {
    server_of(TestServer::with(TestSetup::default().with_realm()))
}

fn announce(server: &mut TestServer, data: Value) -> u64 {
    let reply = server.operate("announce", data);
    assert_eq!(reply["status"], 0, "{reply}");
    server.settle();
    reply["data"]["number"].as_u64().expect("a number")
}

fn told(number: u64, text: &str) -> Value {
    json!({"event": "announcement", "data": {"number": number, "text": text}})
}

const NOTHING: [Value; 0] = [];

#[test]
fn everybody_who_is_connected_is_told_at_once_and_who_comes_later_is_not() {
    let (mut server, ann, bob) = server();
    let number = announce(&mut server, json!({"text": "The dragon wakes."}));
    for client in [&ann, &bob] {
        assert_eq!(server.events(client.player.connection), [told(number, "The dragon wakes.")]);
    }
    let late = server.player("a late guest");
    server.advance_seconds(599);
    assert_eq!(server.events(late.connection), NOTHING);
    assert_eq!(server.events(ann.player.connection), NOTHING, "it is told once");
    assert_eq!(server.verify(), []);
}

#[test]
fn one_with_a_moment_waits_for_it_and_one_that_is_repeated_ends() {
    let (mut server, ann, _) = server();
    let connection = ann.player.connection;
    let once = announce(&mut server, json!({"text": "At one.", "at": NOON + 3600}));
    let often = announce(
        &mut server,
        json!({"text": "Again.", "at": NOON + 60, "repeat_minutes": 10, "until": NOON + 60 + 1200}),
    );
    assert_eq!(server.events(connection), NOTHING);
    server.advance_seconds(60);
    assert_eq!(server.events(connection), [told(often, "Again.")]);
    let late = server.player("a late guest");
    server.advance_seconds(599);
    assert_eq!(server.events(connection), NOTHING);
    server.advance_seconds(1);
    assert_eq!(server.events(connection), [told(often, "Again.")]);
    assert_eq!(server.events(late.connection), [told(often, "Again.")], "who has come meanwhile hears the next time");
    server.advance_seconds(600);
    assert_eq!(server.events(connection), NOTHING, "it is over");
    server.advance_seconds(3600 - 1260);
    assert_eq!(server.events(connection), [told(once, "At one.")]);
}

#[test]
fn they_are_listed_and_withdrawn() {
    let (mut server, ann, _) = server();
    let data = json!({"text": "Again.", "at": NOON + 60, "repeat_minutes": 1, "until": NOON + 600, "worlds": [0]});
    let number = announce(&mut server, data);
    let list = server.operate("announce_list", json!({}));
    let entry = json!({
        "number": number, "text": "Again.", "at": NOON + 60, "repeat_minutes": 1, "until": NOON + 600, "worlds": [0],
        "by": "token",
    });
    assert_eq!(list["data"]["announcements"], json!([entry]));
    assert_eq!(server.operate("announce_withdraw", json!({"number": number}))["status"], 0);
    server.settle();
    server.advance_seconds(60);
    assert_eq!(server.events(ann.player.connection), NOTHING);
    assert_eq!(server.operate("announce_list", json!({}))["data"]["announcements"], json!([]));
    assert_eq!(server.operate("announce_withdraw", json!({"number": number}))["status"], 99);
}

#[test]
fn a_restart_neither_repeats_nor_forgets_one() {
    let (mut server, ..) = server();
    announce(&mut server, json!({"text": "Once."}));
    let later = announce(&mut server, json!({"text": "Later.", "at": NOON + 60}));
    let mut server = server.crash_and_reopen();
    server.connect();
    let guest = server.player("a guest");
    server.settle();
    assert_eq!(server.events(guest.connection), NOTHING, "what was told is not told again");
    server.advance_seconds(60);
    assert_eq!(server.events(guest.connection), [told(later, "Later.")]);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let (mut server, ..) = server();
    let refused = [
        json!({"text": ""}),
        json!({"text": "x", "at": NOON - 3600}),
        json!({"text": "x", "at": -1}),
        json!({"text": "x", "until": NOON + 60}),
        json!({"text": "x", "repeat_minutes": 0, "until": NOON + 60}),
        json!({"text": "x", "repeat_minutes": 5}),
        json!({"text": "x", "repeat_minutes": 5, "until": NOON}),
        json!({"text": "x", "at": NOON + 60, "repeat_minutes": 5, "until": NOON + 60}),
        json!({"text": "x", "worlds": [1]}),
    ];
    for data in refused {
        let before = server.state_hash();
        let reply = server.operate("announce", data.clone());
        assert_eq!(reply["status"], 13, "{data}: {reply}");
        assert_eq!(server.state_hash(), before, "{data}");
    }
    for number in 0..50 {
        announce(&mut server, json!({"text": format!("Number {number}."), "at": NOON + 60}));
    }
    assert_eq!(server.operate("announce", json!({"text": "x"}))["status"], 97);
}

#[test]
fn a_journal_played_again_announces_at_the_same_moments() {
    let setup = TestSetup { journals: true, ..TestSetup::default().with_realm() };
    let (mut server, ..) = server_of(TestServer::with(setup));
    announce(&mut server, json!({"text": "Every minute.", "repeat_minutes": 1, "until": NOON + 150}));
    let last = announce(&mut server, json!({"text": "Later.", "at": NOON + 90}));
    for seconds in [30, 30, 30] {
        server.advance_seconds(seconds);
    }
    assert_eq!(server.operate("announce_withdraw", json!({"number": last}))["status"], 99, "it has been told");
    let mut played = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(played.simulation().world_mut()), server.state_hash());
}
