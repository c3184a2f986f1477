//! Players who are to move to another world, as the world that they leave and the realm check them. How they arrive is in the tests
//! of the server.

use bevy_ecs::prelude::*;
use raidkeep::engine::dispatch::RequestApp;
use raidkeep::engine::operators::Right;
use raidkeep::engine::outside::WorldPlace;
use raidkeep::engine::request::{Answer, Call, Operator, Success};
use raidkeep::game::portability::moving::{EndMove, MoveId, MoveOrder};
use raidkeep::realm::messages::RealmMessages;
use raidkeep::sandbox::Misbehavior;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::desk::{Client, server_of};
use crate::payer;
use crate::traveller::{PASSWORD, operate};

/// World 0 of two; the other one is not here, so whoever leaves stays on the way.
fn setup() -> TestSetup {
    let place = WorldPlace { number: 0, worlds: 2 };
    TestSetup { place, ..TestSetup::default() }.with_realm()
}

fn of_two_worlds() -> (TestServer, Client, Client) {
    server_of(TestServer::with(setup()))
}

fn wish(from: u32, player: u64, to: u32) -> Value {
    json!({"from": from, "player": player, "to": to, "reason": "joins friends"})
}

/// Lets worlds and realm speak to each other, and returns the newest move.
fn newest(server: &mut TestServer) -> Value {
    for _ in 0..3 {
        server.step(5);
        server.settle();
        server.advance_seconds(1);
        server.settle();
    }
    operate(server, "player_move_list", json!({}))["moves"][0].clone()
}

fn log_in(server: &mut TestServer, name: &str) -> Value {
    let connection = server.connect();
    server.ask_on(connection, "login", json!({"email": format!("{name}@mail.example"), "password": PASSWORD, "ip": ""}))
}

#[test]
fn a_move_names_two_worlds_that_there_are_and_an_account() {
    let (mut server, ..) = of_two_worlds();
    for (data, field) in [
        (wish(2, 1, 1), "data.from"),
        (wish(0, 1, 2), "data.to"),
        (wish(0, 1, 0), "data.to"),
        (wish(0, 0, 1), "data.player"),
    ] {
        let reply = server.operate("player_move", data);
        assert_eq!(reply["status"], 13);
        assert!(reply["message"].as_str().is_some_and(|message| message.starts_with(field)), "{field}: {reply}");
    }
    assert_eq!(server.operate("player_move", json!({"from": 0, "player": 1, "to": 1, "reason": ""}))["status"], 13);
    let again = json!({"number": 1, "reason": "it is missing"});
    assert_eq!(server.operate("player_move_again", again)["status"], 99);
}

#[test]
fn nobody_acts_for_a_player_or_reaches_it_while_it_is_on_the_way() {
    let (mut server, ann, bob) = of_two_worlds();
    operate(&mut server, "player_move", wish(0, ann.number, 1));
    assert_eq!(server.operate("player_move", wish(0, ann.number, 1))["status"], 97, "it moves already");
    let entry = newest(&mut server);
    assert_eq!((&entry["state"], &entry["name"]), (&json!("left"), &json!("Ann")), "{entry}");
    let moving = json!({"status": 16, "message": "the player is moving to another world, retry later"});
    let mut server = server.crash_and_reopen();
    assert_eq!(log_in(&mut server, "Ann"), moving, "also after a restart");
    let bob = Client { player: crate::traveller::log_in(&mut server, "Bob").0, ..bob };
    let letter = json!({"gn_target": "Ann", "subj": "hello", "body": "text"});
    assert_eq!(bob.ask(&mut server, "send_mail", letter)["status"], 98, "it would not come along");
    let deleted = server.operate("player_delete", json!({"name": "Ann"}));
    assert_eq!(
        deleted,
        json!({"status": 98, "message": "the player is moving to another world, see move 1 in player_move_list"})
    );
    assert_eq!(server.verify(), []);
}

/// A guest with an order that is not settled, and the order's number.
fn with_order(setup: TestSetup) -> (TestServer, TestPlayer, String) {
    let mut server = TestServer::with(setup);
    let (ann, _) = payer::rich(&mut server, "ann", 0);
    let now_ms = server.now_ms();
    server.platforms.sandbox.grant("玩家#1@0", 1000, now_ms).expect("points may be granted");
    payer::faults(&mut server, "Pay", &[Misbehavior::LoseAnswer]);
    payer::post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), None);
    let listed = operate(&mut server, "order_list", json!({}));
    let order = listed["orders"][0]["order"].as_str().expect("an order is there").to_owned();
    (server, ann, order)
}

#[test]
fn nobody_leaves_with_an_order_that_is_not_settled() {
    let (mut server, ann, order) = with_order(setup());
    let refused = server.operate("player_move", wish(0, 1, 1));
    assert_eq!(refused["status"], 98);
    assert!(refused["message"].as_str().is_some_and(|why| why.contains(&order)), "the order is named: {refused}");
    assert_eq!(newest(&mut server), Value::Null);
    assert_eq!(server.operate("player_move", wish(0, 7, 1))["status"], 99);
    server.collect(ann.connection);
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 0, "it plays on with its token");
}

#[test]
fn a_player_whose_document_is_too_long_stays() {
    let mut setup = setup();
    setup.settings.portability.export_bytes_max = 1000;
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    operate(&mut server, "player_move", wish(0, ann.number, 1));
    let entry = newest(&mut server);
    assert_eq!((&entry["state"], &entry["refused_by"], &entry["status"]), (&json!("refused"), &json!(0), &json!(97)));
    assert_eq!(log_in(&mut server, "Ann")["status"], 0);
    let changes = |entry: &Value| entry["changes"][0].clone();
    let listed = operate(&mut server, "audit_list", json!({"function": "player_move"}));
    let told: Vec<Value> = listed["entries"].as_array().expect("entries").iter().rev().map(changes).collect();
    let expected = ["move 1: player 1 is to go from world 0 to 1", "it is held, to go to world 1"];
    assert_eq!(json!(told), json!(expected), "of the realm and of the world, which are one here");
}

/// `end_move {made_at}`: tells world 0 that its player 1 is in the other world, as the realm does to a world that is put back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct EndMoveNow {
    made_at: i64,
}

raidkeep::engine::request!(Operator, "end_move", EndMoveNow => (), RIGHT = Right::EVERYBODY, IN_REALM = true);

fn end_move(In(call): In<Call<EndMoveNow>>, mut messages: RealmMessages) -> Answer<()> {
    let (by, role, reason) = ("ann".to_owned(), "admin".to_owned(), "joins friends".to_owned());
    let order = MoveOrder { id: MoveId::default(), from: 0, player: 1, came_by: None, to: 1, by, role, reason };
    messages.send(0, &EndMove { order, made_at: call.request.made_at, is_gone: true });
    Ok(Success::empty())
}

fn with_ends() -> TestSetup {
    let mut setup = setup();
    setup.extend.push(|app| {
        app.add_request::<EndMoveNow, _>(end_move);
    });
    setup
}

#[test]
fn who_has_left_stays_shut_out_of_a_world_that_was_put_back_to_an_open_order_until_it_is_deleted() {
    let (mut server, _, order) = with_order(with_ends());
    let made_at = operate(&mut server, "player_list", json!({}))["players"][0]["made_at"].clone();
    operate(&mut server, "end_move", json!({"made_at": made_at}));
    newest(&mut server);
    let connection = server.connect();
    let shut_out = json!({"status": 16, "message": "the player has moved to another world"});
    assert_eq!(server.ask_on(connection, "login_unique", json!({"unique_id": "ann"})), shut_out);
    let incidents = operate(&mut server, "incident_list", json!({}))["incidents"].to_string();
    assert!(incidents.contains("has moved to another world cannot be dropped here"), "{incidents}");
    assert!(incidents.contains(&order), "{incidents}");
    payer::pass(&mut server, &payer::DECIDED);
    for _ in 0..40 {
        payer::pass(&mut server, &[3600]);
    }
    assert_eq!(payer::state_of(&mut server, &json!(order)), "granted");
    operate(&mut server, "player_delete", json!({"name": "玩家#1"}));
    assert_eq!(server.verify(), []);
}

#[test]
fn an_account_that_was_made_since_is_not_taken_for_one_that_has_left() {
    let (mut server, ann, _) = server_of(TestServer::with(with_ends()));
    operate(&mut server, "end_move", json!({"made_at": 1}));
    newest(&mut server);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 0);
    let made_at = operate(&mut server, "player_list", json!({}))["players"][0]["made_at"].clone();
    operate(&mut server, "end_move", json!({"made_at": made_at}));
    newest(&mut server);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 11);
    assert_eq!(server.verify(), []);
}
