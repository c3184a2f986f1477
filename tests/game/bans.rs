//! Bans: while one holds, nothing of the player is answered but status 17 (docs/contract/identity.md#bans-and-mutes).

use crate::desk::{Client, help, helped, refused, server, server_of};
use crate::replayed::replayed;
use crate::traveller::{PASSWORD, delete, export, import};
use raidkeep::engine::request::reply::Dismissal;
use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{NOON_MS, TestServer, TestSetup};
use serde_json::{Value, json};

const NOON: i64 = NOON_MS / 1000;

fn log_in(server: &mut TestServer, client: &Client) -> Value {
    let connection = server.connect();
    let data = json!({"email": format!("{}@mail.example", client.name), "password": PASSWORD, "ip": ""});
    server.ask_on(connection, "login", data)
}

fn banned(until: Option<i64>) -> Value {
    match until {
        Some(until) => json!({"status": 17, "message": "You used a bot.", "data": {"until": until}}),
        None => json!({"status": 17, "message": "You used a bot."}),
    }
}

/// Bans Ann for an hour.
fn ban(server: &mut TestServer, ann: &Client) {
    helped(server, "player_ban", ann, json!({"until": NOON + 3600, "message": "You used a bot."}));
}

/// Whatever Ann tries is answered with 17.
fn is_out(server: &mut TestServer, ann: &Client, until: Option<i64>) {
    assert_eq!(ann.ask(server, "get_player_info", json!({})), banned(until), "with the token");
    let same = server.ask_on(ann.player.connection, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(same, banned(until), "on the connection that has logged in");
    assert_eq!(log_in(server, ann), banned(until), "at a log-in");
}

#[test]
fn a_ban_answers_every_function_and_log_in_and_ends_by_itself() {
    let (mut server, ann, bob) = server();
    ban(&mut server, &ann);
    is_out(&mut server, &ann, Some(NOON + 3600));
    assert_eq!(bob.ask(&mut server, "get_player_info", json!({}))["status"], 0, "nobody else is banned");
    server.advance_seconds(3599);
    is_out(&mut server, &ann, Some(NOON + 3600));
    server.advance_seconds(1);
    let over = ann.ask(&mut server, "get_player_info", json!({}));
    assert_eq!((&over["status"], &over["data"]["reason"]), (&json!(11), &json!("expired")), "the token has ended");
    assert_eq!(log_in(&mut server, &ann)["data"]["status_code"], 200, "and a log-in gives another");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_wrong_password_does_not_tell_of_a_ban() {
    let (mut server, ann, _) = server();
    ban(&mut server, &ann);
    let connection = server.connect();
    let data = json!({"email": "Ann@mail.example", "password": "another", "ip": ""});
    assert_eq!(server.ask_on(connection, "login", data)["data"]["status_code"], 401);
}

#[test]
fn a_guest_is_kept_out_by_its_device_and_does_not_begin_anew() {
    let mut server = TestServer::new();
    server.connect();
    let guest = server.player("device");
    let reply = server.operate("player_ban", json!({"player": 1, "reason": "bot", "message": "You used a bot."}));
    assert_eq!(reply, json!({"status": 0, "message": "success"}));
    server.advance_seconds(30 * 86_400);
    for connection in [guest.connection, server.connect()] {
        assert_eq!(server.ask_on(connection, "login_unique", json!({"unique_id": "device"})), banned(None));
    }
}

#[test]
fn open_connections_are_told_and_closed() {
    let (mut server, ann, bob) = server();
    let second = server.connect();
    assert_eq!(server.ask_on(second, "get_player_info", json!({"token": ann.player.token}))["status"], 0);
    ban(&mut server, &ann);
    let told = json!({"event": "banned", "data": {"message": "You used a bot.", "until": NOON + 3600}});
    for connection in [ann.player.connection, second] {
        assert_eq!(server.events(connection), std::slice::from_ref(&told));
        assert_eq!(server.dismissal(connection), Some(Dismissal::Banned));
    }
    assert_eq!(server.events(bob.player.connection), [] as [Value; 0]);
    assert_eq!(server.dismissal(bob.player.connection), None);
}

#[test]
fn a_route_answers_with_403_and_says_until_when() {
    let (mut server, ann, _) = server();
    let body = json!({"role": "Ann"}).to_string();
    let authorization = format!("Bearer {}", ann.player.token);
    assert_eq!(server.http("/bag", Some(&authorization), &body).0, 200);
    ban(&mut server, &ann);
    let error = json!({"code": 17, "message": "You used a bot.", "data": {"until": NOON + 3600}});
    let (status, body) = server.http("/bag", Some(&authorization), &body);
    assert_eq!((status, &body["error"]), (403, &error));
    let log_in = json!({"email": "Ann@mail.example", "password": PASSWORD, "ip": ""}).to_string();
    let (status, body) = server.http("/login", None, &log_in);
    assert_eq!((status, &body["error"], &body["status_code"]), (403, &error, &json!(403)));
}

#[test]
fn a_ban_survives_restarts_and_a_replay_ends_in_the_same_state() {
    let setup = TestSetup { journals: true, ..TestSetup::default() };
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    helped(&mut server, "player_ban", &ann, json!({"message": "You used a bot."}));
    helped(&mut server, "note_add", &ann, json!({"text": "Third time."}));
    let hash = server.state_hash();
    let mut played = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(played.simulation().world_mut()), hash, "the journal gives the same state");
    let mut server = server.crash_and_reopen();
    server.connect();
    let connection = server.connect();
    let ann = Client { player: raidkeep::studio::testing::TestPlayer { connection, ..ann.player.clone() }, ..ann };
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({})), banned(None));
    assert_eq!(log_in(&mut server, &ann), banned(None));
}

#[test]
fn a_later_ban_replaces_the_one_before_and_unban_lifts_it() {
    let (mut server, ann, bob) = server();
    ban(&mut server, &ann);
    helped(&mut server, "player_ban", &ann, json!({"message": "You used a bot."}));
    is_out(&mut server, &ann, None);
    helped(&mut server, "player_unban", &ann, json!({}));
    assert_eq!(log_in(&mut server, &ann)["data"]["status_code"], 200);
    for client in [&ann, &bob] {
        let refusal = refused(&mut server, "player_unban", client, json!({}));
        assert_eq!(refusal, (98, "the player is not banned".to_owned()));
    }
}

#[test]
fn a_ban_travels_with_the_player() {
    let (mut server, ann, _) = server();
    helped(&mut server, "player_ban", &ann, json!({"message": "You used a bot."}));
    helped(&mut server, "note_add", &ann, json!({"text": "Third time."}));
    let document = export(&mut server, "Ann");
    let file = &document["parts"]["case_files"];
    assert_eq!(
        (&file["ban"]["message"], &file["notes"][0]["text"]),
        (&json!("You used a bot."), &json!("Third time."))
    );
    delete(&mut server, "Ann");
    import(&mut server, &document);
    assert_eq!(log_in(&mut server, &ann), banned(None), "nobody gets rid of a ban by moving");
    assert_eq!(export(&mut server, "Ann")["parts"]["case_files"], *file);
}

#[test]
fn what_an_operator_asks_for_must_make_sense() {
    let (mut server, ann, _) = server();
    let nobody = Client { number: 99, ..ann.clone() };
    let message = json!({"message": "You used a bot."});
    for number in [0, 3, 99, u64::MAX] {
        let nobody = Client { number, ..nobody.clone() };
        assert_eq!(refused(&mut server, "player_ban", &nobody, message.clone()), (99, "no such player".to_owned()));
    }
    for (field, value) in [
        ("until", json!(NOON)),
        ("message", json!(" ")),
        ("message", json!("x".repeat(501))),
        ("message", json!("hidden \u{202e}")),
        ("message", json!(null)),
        ("player", json!("Ann")),
    ] {
        let mut data = message.clone();
        data[field] = value.clone();
        let mut asked = json!({"player": 1, "reason": "bot", "message": data["message"], "until": data["until"]});
        asked[field] = value;
        let before = server.state_hash();
        let reply = server.operate("player_ban", asked);
        assert_eq!(reply["status"], 13, "{field}: {reply}");
        assert!(reply["message"].as_str().is_some_and(|text| text.contains(field)), "{reply}");
        assert_eq!(server.state_hash(), before);
    }
    for reason in [json!(""), json!("x".repeat(201)), json!(null)] {
        let reply = server.operate("player_ban", json!({"player": 1, "reason": reason, "message": "You used a bot."}));
        assert_eq!(reply["status"], 13, "{reply}");
    }
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 0, "Ann was not banned");
}

#[test]
fn a_deleted_player_is_no_such_player_also_after_a_restart() {
    let (mut server, ann, _) = server();
    delete(&mut server, "Ann");
    let gone = (json!(99), json!("no such player"));
    let answer = |reply: Value| (reply["status"].clone(), reply["message"].clone());
    assert_eq!(answer(help(&mut server, "player_kick", &ann, json!({}))), gone);
    let mut server = server.crash_and_reopen();
    server.connect();
    for _ in 0..2 {
        assert_eq!(answer(help(&mut server, "player_kick", &ann, json!({}))), gone);
    }
}
