//! Old clients: below the minimum of its name a client gets status 19 (docs/contract/envelope.md#client-versions).

use crate::replayed::replayed;
use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

const URL: &str = "https://play.example.org/get";

fn server() -> TestServer {
    let mut server = TestServer::with(TestSetup::default().with_realm());
    server.connect();
    server
}

fn set_minimum(server: &mut TestServer, version: &str) {
    let reply = server.operate("client_minimum", json!({"name": "fox", "version": version, "url": URL}));
    assert_eq!(reply["status"], 0, "{reply}");
}

/// A guest's log-in with a client that says this of itself.
fn log_in(server: &mut TestServer, client: Value) -> Value {
    let connection = server.connect();
    server.ask_on(connection, "login_unique", json!({"unique_id": "device", "client": client}))
}

fn fox(version: &str) -> Value {
    json!({"name": "fox", "version": version})
}

fn too_old(minimum: &str) -> Value {
    let message = format!("fox has to be updated to {minimum} or later");
    json!({"status": 19, "message": message, "data": {"minimum": minimum, "url": URL}})
}

#[test]
fn an_old_client_is_told_where_to_get_a_newer_one_and_every_other_is_served() {
    let mut server = server();
    assert_eq!(log_in(&mut server, fox("1.0"))["status"], 1, "without a minimum every version is served");
    set_minimum(&mut server, "1.10");
    assert_eq!(log_in(&mut server, fox("1.9.9")), too_old("1.10"), "from the next request on");
    let clients = [
        fox("1.10"),
        fox("2"),
        json!({"name": "owl", "version": "0.1"}),
        json!({"name": "fox"}),
        json!({"version": "0.1"}),
        json!("fox"),
        Value::Null,
    ];
    for client in clients {
        assert_eq!(log_in(&mut server, client.clone())["status"], 0, "{client}");
    }
    let malformed = "data.client.version: expected numbers with dots between them, such as 1.4.2";
    assert_eq!(log_in(&mut server, fox("newest")), json!({"status": 13, "message": malformed}));
}

#[test]
fn a_request_that_names_its_client_is_checked_whatever_the_function() {
    let mut server = server();
    set_minimum(&mut server, "2");
    let player = server.player("device");
    let asked = server.ask(&player, "get_player_info", json!({"client": fox("1")}));
    assert_eq!(asked, too_old("2"));
    assert_eq!(server.ask(&player, "get_player_info", json!({}))["status"], 0, "who says nothing is served");
    let operator = server.operate("client_minimum_list", json!({"client": fox("1")}));
    assert_eq!(operator["status"], 0, "operators may use what they like");
    let body = json!({"token": player.token, "role": "x", "client": fox("1")}).to_string();
    let (status, reply) = server.http("/bag", None, &body);
    assert_eq!((status, &reply["error"]["code"]), (426, &json!(19)), "{reply}");
    assert_eq!(reply["error"]["data"], json!({"minimum": "2", "url": URL}), "{reply}");
}

#[test]
fn the_minimum_can_be_raised_lowered_and_removed_and_outlives_a_restart() {
    let mut server = server();
    set_minimum(&mut server, "3");
    assert_eq!(log_in(&mut server, fox("2")), too_old("3"));
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(log_in(&mut server, fox("2")), too_old("3"), "after a restart too");
    let list = server.operate("client_minimum_list", json!({}));
    let entry = json!({"name": "fox", "version": "3", "url": URL, "by": "token"});
    assert_eq!(list["data"]["clients"], json!([entry]));
    set_minimum(&mut server, "2");
    assert_eq!(log_in(&mut server, fox("2"))["status"], 1);
    assert_eq!(server.operate("client_minimum_remove", json!({"name": "fox"}))["status"], 0);
    assert_eq!(log_in(&mut server, fox("0.1"))["status"], 0);
    let audit = server.operate("audit_list", json!({}));
    let changes: Vec<&Value> =
        audit["data"]["entries"].as_array().expect("a list").iter().map(|entry| &entry["changes"][0]).collect();
    let expected = ["minimum of fox 2 -> none", "minimum of fox 3 -> 2", "minimum of fox none -> 3"];
    assert_eq!(json!(changes), json!(expected), "the audit says what was changed");
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut server = server();
    server.settle();
    let refused = [
        ("client_minimum", json!({"name": "fox", "version": "newest", "url": URL}), 13),
        ("client_minimum", json!({"name": "", "version": "1", "url": URL}), 13),
        ("client_minimum", json!({"name": "fox", "version": "1", "url": ""}), 13),
        ("client_minimum_remove", json!({"name": "fox"}), 99),
    ];
    for (function, data, status) in refused {
        let before = server.state_hash();
        let reply = server.operate(function, data.clone());
        assert_eq!(reply["status"], status, "{function} {data}: {reply}");
        assert_eq!(server.state_hash(), before, "{function} {data}");
    }
    for number in 0..100 {
        let data = json!({"name": format!("client {number}"), "version": "1", "url": URL});
        assert_eq!(server.operate("client_minimum", data)["status"], 0);
    }
    let more = json!({"name": "fox", "version": "1", "url": URL});
    assert_eq!(server.operate("client_minimum", more)["status"], 97);
}

#[test]
fn a_journal_with_clients_that_were_too_old_comes_out_the_same() {
    let mut server = TestServer::with(TestSetup { journals: true, ..TestSetup::default().with_realm() });
    server.connect();
    set_minimum(&mut server, "2");
    assert_eq!(log_in(&mut server, fox("1")), too_old("2"));
    assert_eq!(log_in(&mut server, fox("2"))["status"], 1);
    set_minimum(&mut server, "3");
    assert_eq!(log_in(&mut server, fox("2")), too_old("3"));
    let mut played = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(played.simulation().world_mut()), server.state_hash());
}
