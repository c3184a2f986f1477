//! Maintenance: planned in the realm, told to players, and the game is closed while it lasts (docs/operating.md#maintenance).

use crate::desk::{Client, server_of};
use crate::duel::{battle, fight};
use crate::payer::{DECIDED, diamonds, paid, pass, post, rich};
use crate::replayed::replayed;
use crate::reports::query;
use crate::traveller::{PASSWORD, sign_up};
use raidkeep::engine::clock::ClockMode;
use raidkeep::engine::request::reply::Dismissal;
use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{NOON_MS, Network, TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};
use std::time::Duration;

const NOON: i64 = NOON_MS / 1000;
/// Longer than players stay in memory after the last check.
const SWEEP: Duration = Duration::from_secs(30);

fn server() -> (TestServer, Client, Client) {
    server_of(TestServer::with(TestSetup::default().with_realm()))
}

fn plan(server: &mut TestServer, from: i64, until: i64, allow: Value) -> u64 {
    let data = json!({"from": from, "until": until, "message": "Back soon.", "allow": allow});
    let reply = server.operate("maintenance", data);
    assert_eq!(reply["status"], 0, "{reply}");
    server.settle();
    reply["data"]["number"].as_u64().expect("a number")
}

fn told(phase: &str, from: i64, until: i64) -> Value {
    json!({"event": "maintenance", "data": {"phase": phase, "from": from, "until": until, "message": "Back soon."}})
}

fn closed(until: i64) -> Value {
    json!({"status": 18, "message": "Back soon.", "data": {"until": until}})
}

fn log_in(server: &mut TestServer, name: &str, password: &str) -> Value {
    let connection = server.connect();
    let data = json!({"email": format!("{name}@mail.example"), "password": password, "ip": ""});
    server.ask_on(connection, "login", data)
}

/// The player on a connection of its own to a server that has restarted.
fn again(server: &mut TestServer, client: Client) -> Client {
    // The first connection is the operator's.
    server.connect();
    let player = TestPlayer { connection: server.connect(), ..client.player };
    Client { player, ..client }
}

#[test]
fn players_are_warned_in_steps_and_then_refused_until_the_end() {
    let (mut server, ann, _) = server();
    let (from, until) = (NOON + 3600, NOON + 7200);
    plan(&mut server, from, until, json!([]));
    let connection = ann.player.connection;
    assert_eq!(server.events(connection), [] as [Value; 0], "an hour before nobody is told");
    for minutes_left in [30, 15, 10, 5, 1] {
        let now = server.now_ms() / 1000;
        server.advance_seconds(from - 60 * minutes_left - now - 1);
        assert_eq!(server.events(connection), [] as [Value; 0], "not before {minutes_left} minutes are left");
        server.advance_seconds(1);
        assert_eq!(server.events(connection), [told("planned", from, until)], "{minutes_left} minutes are left");
    }
    server.advance_seconds(59);
    ann.succeed(&mut server, "get_player_info", json!({}));
    server.advance_seconds(1);
    assert_eq!(server.events(connection), [told("begun", from, until)]);
    assert_eq!(server.dismissal(connection), Some(Dismissal::Maintenance), "the connection ends");
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({})), closed(until), "with the token");
    let newcomer = server.connect();
    let device = json!({"unique_id": "a new device"});
    assert_eq!(server.ask_on(newcomer, "login_unique", device), closed(until), "nobody is let in who is new");
    let signup = json!({"email": "new@mail.example", "username": "New", "password": PASSWORD});
    assert_eq!(server.ask_on(newcomer, "signup", signup), closed(until));
    assert_eq!(log_in(&mut server, "Bob", PASSWORD), closed(until), "at a log-in");
    assert_eq!(log_in(&mut server, "Bob", "another")["data"]["status_code"], 401, "a stranger learns nothing of Bob");
    assert_eq!(server.ask_on(newcomer, "server_time", json!({}))["status"], 0, "what needs no player goes on");
    server.advance_seconds(until - from);
    ann.succeed(&mut server, "get_player_info", json!({}));
    assert_eq!(sign_up(&mut server, "New"), 200);
    assert_eq!(server.events(connection), [told("over", from, until)]);
    assert_eq!(server.verify(), []);
}

#[test]
fn over_http_a_closed_game_is_unavailable() {
    let (mut server, ann, _) = server();
    plan(&mut server, NOON, NOON + 600, json!([]));
    let body = json!({"token": ann.player.token, "role": "Ann"}).to_string();
    let (status, reply) = server.http("/bag", None, &body);
    assert_eq!((status, &reply["error"]["code"]), (503, &json!(18)), "{reply}");
    assert_eq!(reply["error"]["data"], json!({"until": NOON + 600}), "{reply}");
}

#[test]
fn a_purchase_that_is_under_way_comes_to_its_end_in_a_closed_game() {
    let mut server = TestServer::with(TestSetup::default().with_realm());
    let (ann, _) = rich(&mut server, "ann", 10);
    server.platforms.network = Network::HoldsRequests;
    post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), None);
    let number = plan(&mut server, NOON, NOON + 3600, json!([]));
    server.platforms.network = Network::Carries;
    pass(&mut server, &DECIDED);
    assert_eq!(paid(&mut server), 1, "what was asked of the platform is not given up");
    assert_eq!(server.operate("maintenance_cancel", json!({"number": number}))["status"], 0);
    server.settle();
    let fresh = TestPlayer { connection: server.connect(), ..ann };
    assert_eq!(diamonds(&mut server, &fresh), 60, "what was paid is there when the game is open again");
    assert_eq!(server.verify(), []);
}

#[test]
fn whoever_is_admitted_plays_on() {
    let (mut server, ann, bob) = server();
    let allow = json!([{"world": 0, "player": ann.number}, {"world": 7, "player": bob.number}]);
    let number = plan(&mut server, NOON, NOON + 600, allow);
    ann.succeed(&mut server, "get_player_info", json!({}));
    assert_eq!(server.dismissal(ann.player.connection), None);
    assert_eq!(log_in(&mut server, "Ann", PASSWORD)["data"]["status_code"], 200);
    assert_eq!(bob.ask(&mut server, "get_player_info", json!({})), closed(NOON + 600), "the other is of another world");
    let allow = json!([{"player": bob.number}]);
    assert_eq!(server.operate("maintenance_change", json!({"number": number, "allow": allow}))["status"], 0);
    server.settle();
    bob.succeed(&mut server, "get_player_info", json!({}));
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 18, "she is no longer admitted");
    assert_eq!(server.dismissal(ann.player.connection), Some(Dismissal::Maintenance));
}

#[test]
fn the_world_becomes_quiet() {
    let (mut server, ann, bob) = server();
    plan(&mut server, NOON + 60, NOON + 600, json!([]));
    let state = |server: &mut TestServer| server.operate("maintenance_state", json!({}))["data"].clone();
    let open = state(&mut server);
    assert_eq!((&open["running"], &open["is_quiet"]), (&Value::Null, &json!(false)));
    server.advance_seconds(60);
    for client in [&ann, &bob] {
        server.disconnect(client.player.connection);
    }
    server.reconnect_all();
    assert!(server.players_in_memory() > 0);
    server.fold();
    server.pass_real_time(SWEEP);
    server.fold();
    server.pass_real_time(SWEEP);
    assert_eq!(server.players_in_memory(), 0, "who cannot play is not kept in memory");
    server.fold();
    let quiet = state(&mut server);
    assert_eq!((&quiet["running"]["number"], &quiet["players_in_memory"]), (&json!(1), &json!(0)));
    assert_eq!((&quiet["unfolded_batches"], &quiet["is_quiet"]), (&json!(0), &json!(true)), "{quiet}");
    let refused = server.ask(&ann.player, "get_player_info", json!({}));
    assert_eq!((refused["status"].as_i64(), server.players_in_memory()), (Some(18), 0), "a refusal loads nobody");
}

#[test]
fn it_can_be_changed_and_cancelled() {
    let (mut server, ann, _) = server();
    let (from, until) = (NOON + 600, NOON + 1200);
    let number = plan(&mut server, from, until, json!([]));
    let connection = ann.player.connection;
    assert_eq!(server.events(connection), [told("planned", from, until)], "what is near is told at once");
    let change = json!({"number": number, "from": from + 60});
    assert_eq!(server.operate("maintenance_change", change)["status"], 0);
    server.settle();
    assert_eq!(server.events(connection), [told("planned", from + 60, until)]);
    let list = server.operate("maintenance_list", json!({}));
    let entry = json!({
        "number": number, "from": from + 60, "until": until, "is_running": false, "message": "Back soon.",
        "allow": [], "by": "token",
    });
    assert_eq!(list["data"]["maintenance"], json!([entry]));
    assert_eq!(server.operate("maintenance_cancel", json!({"number": number}))["status"], 0);
    server.settle();
    assert_eq!(server.events(connection), [told("cancelled", from + 60, until)]);
    server.advance_seconds(700);
    ann.succeed(&mut server, "get_player_info", json!({}));
    let running = plan(&mut server, NOON + 700, NOON + 9000, json!([]));
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 18);
    assert_eq!(server.operate("maintenance_cancel", json!({"number": running}))["status"], 0);
    server.settle();
    ann.succeed(&mut server, "get_player_info", json!({}));
    let audit = server.operate("audit_list", json!({}));
    let functions: Vec<&str> = audit["data"]["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entry| entry["function"].as_str())
        .collect();
    let expected = ["maintenance_cancel", "maintenance", "maintenance_cancel", "maintenance_change", "maintenance"];
    let asked: Vec<&str> = functions.into_iter().filter(|function| function.starts_with("maintenance")).collect();
    assert_eq!(asked, expected, "everything is in the audit, the newest first");
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let (mut server, ..) = server();
    plan(&mut server, NOON + 600, NOON + 1200, json!([]));
    let refusals = [
        ("maintenance", json!({"from": NOON + 10, "until": NOON + 10, "message": "x"}), 13),
        ("maintenance", json!({"from": NOON - 20, "until": NOON - 10, "message": "x"}), 13),
        ("maintenance", json!({"until": NOON + 100, "message": " "}), 13),
        ("maintenance", json!({"until": NOON + 700, "message": "x"}), 98),
        ("maintenance_change", json!({"number": 1, "until": NOON}), 13),
        ("maintenance_change", json!({"number": 2}), 99),
        ("maintenance_cancel", json!({"number": 2}), 99),
        ("maintenance_cancel", json!({"number": -1}), 99),
    ];
    for (function, data, status) in refusals {
        let before = server.state_hash();
        let reply = server.operate(function, data.clone());
        assert_eq!(reply["status"], status, "{function} {data}: {reply}");
        assert_eq!(server.state_hash(), before, "{function} {data}");
    }
    server.advance_seconds(1200);
    assert_eq!(server.operate("maintenance_cancel", json!({"number": 1}))["status"], 99, "it is over");
    assert_eq!(server.operate("maintenance_list", json!({}))["data"]["maintenance"], json!([]));
}

#[test]
fn a_restart_keeps_the_game_closed_and_opens_it_in_time() {
    let (mut server, ann, _) = server();
    plan(&mut server, NOON + 60, NOON + 600, json!([]));
    server.advance_seconds(60);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 18);
    let mut server = server.crash_and_reopen();
    let ann = again(&mut server, ann);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({})), closed(NOON + 600), "from the first request on");
    server.advance_seconds(539);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 18);
    server.advance_seconds(1);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 0);
}

#[test]
fn a_restart_after_the_end_finds_the_game_open() {
    let mut setup = TestSetup::default().with_realm();
    setup.settings.clock = ClockMode::Real;
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    plan(&mut server, NOON + 60, NOON + 600, json!([]));
    server.advance_seconds(60);
    let mut server = server.crash_and_reopen_after(3600);
    let ann = again(&mut server, ann);
    assert_eq!(ann.ask(&mut server, "get_player_info", json!({}))["status"], 0);
}

#[test]
fn a_journal_played_again_closes_and_opens_the_game_at_the_same_moments() {
    let setup = TestSetup { journals: true, ..TestSetup::default().with_realm() };
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    plan(&mut server, NOON + 60, NOON + 600, json!([]));
    for seconds in [30, 30, 300, 240] {
        server.advance_seconds(seconds);
        ann.ask(&mut server, "get_player_info", json!({}));
    }
    let mut played = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(played.simulation().world_mut()), server.state_hash());
}

#[test]
fn a_battle_ends_by_the_clock_in_a_closed_game_and_both_fight_again_afterwards() {
    let mut server = TestServer::with(TestSetup::default().with_realm());
    let (mut ann, mut bob, id) = battle(&mut server);
    plan(&mut server, NOON, NOON + 3600, json!([]));
    server.reconnect_all();
    let turn = ann.turn(&id, "a blow");
    assert_eq!(ann.ask(&mut server, "battle", turn)["status"], 18);
    server.advance_seconds(3600);
    for duelist in [&mut ann, &mut bob] {
        duelist.rejoin(&mut server);
    }
    let turn = ann.turn(&id, "a blow");
    assert_ne!(ann.ask(&mut server, "battle", turn)["status"], 0, "nobody waits for a turn that could not be taken");
    fight(&mut server, &ann, &bob);
    assert_eq!(server.verify(), []);
}

#[test]
fn platforms_are_answered_while_the_game_is_closed() {
    let (mut server, ..) = server();
    plan(&mut server, NOON, NOON + 600, json!([]));
    let open = query(&mut server, "nonce-1", json!({"match_id": "unknown"}));
    assert_eq!(open["ret_code"], 70420, "{open}");
}
