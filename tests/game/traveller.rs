//! Players who are exported, deleted and imported, for the tests of documents.

use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

/// The password of everybody who signs up here.
pub(crate) const PASSWORD: &str = "PasswordThatNobodyMayRead";

/// Signs a player up.
pub(crate) fn sign_up(server: &mut TestServer, name: &str) -> Value {
    let connection = server.connect();
    let email = format!("{name}@mail.example");
    let data = json!({"email": email, "username": name, "password": PASSWORD, "ip": ""});
    server.ask_on(connection, "signup", data)["data"]["status_code"].clone()
}

/// Logs in a player who has signed up; returns the reply's data too.
pub(crate) fn log_in(server: &mut TestServer, name: &str) -> (TestPlayer, Value) {
    let connection = server.connect();
    let data = json!({"email": format!("{name}@mail.example"), "password": PASSWORD, "ip": ""});
    let reply = server.ask_on(connection, "login", data)["data"].clone();
    let token = reply["token"].as_str().unwrap_or_default().to_owned();
    (TestPlayer { connection, token }, reply)
}

/// A player who has signed up and logged in.
pub(crate) fn join(server: &mut TestServer, name: &str) -> TestPlayer {
    assert_eq!(sign_up(server, name), 200, "{name} should be free");
    log_in(server, name).0
}

/// A server on which Ann has done a bit of everything, and Bob is her friend.
pub(crate) fn played() -> (TestServer, TestPlayer) {
    let mut server = TestServer::new();
    server.connect();
    let ann = join(&mut server, "Ann");
    join(&mut server, "Bob");
    play(&mut server, &ann, "Bob");
    (server, ann)
}

/// Sends a request that has to succeed.
pub(crate) fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let reply = server.ask(player, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply["data"].clone()
}

/// Calls an operator function that has to succeed; returns the reply's data.
pub(crate) fn operate(server: &mut TestServer, function: &str, data: Value) -> Value {
    let reply = server.operate(function, data.clone());
    assert_eq!(reply["status"], 0, "{function} should succeed: {reply}");
    reply["data"].clone()
}

pub(crate) fn export(server: &mut TestServer, name: &str) -> Value {
    operate(server, "player_export", json!({"name": name}))["document"].clone()
}

pub(crate) fn delete(server: &mut TestServer, name: &str) -> Value {
    operate(server, "player_delete", json!({"name": name}))
}

pub(crate) fn import(server: &mut TestServer, document: &Value) -> Value {
    operate(server, "player_import", json!({"document": document}))
}

/// The part of a document that is the same wherever the player is: without the time and place of writing, and without
/// the open stage, which does not travel.
pub(crate) fn essence(document: &Value) -> Value {
    let mut essence = document["parts"].clone();
    essence["sessions"]["open"] = Value::Null;
    essence
}

/// Does a bit of everything, some of it with a key.
pub(crate) fn play(server: &mut TestServer, player: &TestPlayer, friend: &str) {
    succeed(server, player, "enter_stage_general", json!({"stage": 8}));
    succeed(server, player, "victory_stage_general", json!({"stage": 8}));
    succeed(server, player, "start_hang_up", json!({"stage": 8}));
    succeed(server, player, "enter_stage_boss", json!({"stage": 3001}));
    // This kills the first boss, so a gift for everybody is on its way.
    succeed(server, player, "victory_stage_boss", json!({"stage": 3001, "damage": 20_000}));
    succeed(server, player, "sud_bind", json!({"uid": "uid-7", "ss_token": "SessionThatNobodyMayRead"}));
    succeed(server, player, "send_mail", json!({"gn_target": friend, "subj": "hello", "body": "from afar"}));
    let mut keyed = json!({"world": 0, "function": "enter_stage_general", "data": {"stage": 9}, "once": "key-1"});
    keyed["data"]["token"] = player.token.clone().into();
    let reply = server.send_on(player.connection, &keyed.to_string());
    assert!(reply.contains(r#""status":0"#), "{reply}");
}
