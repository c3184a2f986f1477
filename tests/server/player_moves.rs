//! Players who move from one world to another, between worlds and a realm of their own: kills, and worlds that are put back. The
//! real program.

use serde_json::{Value, json};

use crate::files::copy_folder;
use crate::gift_codes::put_back;
use crate::process::{Client, Host, OPERATOR, Server, wait_for};

const PASSWORD: &str = "0123456789";

fn account(name: &str) -> Value {
    json!({"email": format!("{name}@mail.example"), "username": name, "password": PASSWORD, "ip": ""})
}

fn sign_up(server: &Server, world: u32, name: &str) -> Client {
    let mut client = server.connect();
    let reply = client.ask_in(world, "signup", account(name));
    assert_eq!(reply["data"]["status_code"], 200, "{reply}");
    log_in(server, world, name).expect("who has signed up can log in").0
}

/// A player who has logged in to a world, with its token; `None` where it is unknown.
fn log_in(server: &Server, world: u32, name: &str) -> Option<(Client, String)> {
    let mut client = server.connect();
    let reply = client.ask_in(world, "login", account(name));
    let token = reply["data"]["token"].as_str()?.to_owned();
    Some((client, token))
}

fn info(client: &mut Client, world: u32) -> Value {
    client.ask_in(world, "get_player_info", json!({}))
}

/// Gives the player something that newcomers do not have.
fn play(client: &mut Client, world: u32) {
    for function in ["enter_stage_general", "victory_stage_general"] {
        let reply = client.ask_in(world, function, json!({"stage": 8}));
        assert_eq!(reply["status"], 0, "{function}: {reply}");
    }
}

fn operate(server: &Server, world: u32, function: &str, mut data: Value) -> Value {
    data["token"] = OPERATOR.into();
    let reply = server.connect_operator().ask_in(world, function, data);
    assert_eq!(reply["status"], 0, "{function}: {reply}");
    reply["data"].clone()
}

/// The players of a world, by name, each with its number.
fn players(server: &Server, world: u32) -> Vec<(String, u64)> {
    let listed = operate(server, world, "player_list", json!({}));
    let players = listed["players"].as_array().expect("players").iter();
    let told = |player: &Value| Some((player["name"].as_str()?.to_owned(), player["player"].as_u64()?));
    players.filter_map(told).collect()
}

fn number(server: &Server, world: u32, name: &str) -> Option<u64> {
    players(server, world).into_iter().find(|(found, _)| found == name).map(|(_, number)| number)
}

/// Orders a move; its number.
fn order(server: &Server, from: u32, player: u64, to: u32) -> u64 {
    let data = json!({"from": from, "player": player, "to": to, "reason": "joins friends"});
    operate(server, 0, "player_move", data)["number"].as_u64().expect("a number")
}

fn entry(server: &Server, number: u64) -> Value {
    let listed = operate(server, 0, "player_move_list", json!({"before": number + 1}));
    listed["moves"][0].clone()
}

fn wait_for_state(server: &Server, number: u64, state: &str) -> Value {
    wait_for("the move", || Some(entry(server, number)).filter(|entry| entry["state"] == state))
}

/// Moves a player who is to arrive; its number there.
fn moved(server: &Server, from: u32, name: &str, to: u32) -> u64 {
    let player = number(server, from, name).expect("the player is there");
    let entry = wait_for_state(server, order(server, from, player, to), "arrived");
    wait_for("the first world to drop the player", || number(server, from, name).is_none().then_some(()));
    assert_eq!(number(server, to, name), entry["arrived_as"].as_u64(), "{entry}");
    entry["arrived_as"].as_u64().expect("a number")
}

/// What the audit of a world says of moves, the oldest first.
fn audited(server: &Server, world: u32) -> Vec<Value> {
    let listed = operate(server, world, "audit_list", json!({"function": "player_move"}));
    listed["entries"].as_array().expect("entries").iter().rev().cloned().collect()
}

#[test]
fn a_player_leaves_one_world_and_goes_on_in_the_other() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    let bob = sign_up(&server, 1, "Bob");
    drop(bob);
    sign_up(&server, 0, "Sword");
    let (mut sword, token) = log_in(&server, 0, "Sword").expect("it has signed up");
    play(&mut sword, 0);
    let before = info(&mut sword, 0)["data"].clone();
    assert_eq!(moved(&server, 0, "Sword", 1), 2, "the second player of world 1");
    let mut late = server.connect();
    let refused = late.ask_in(0, "get_player_info", json!({"token": token}));
    assert_eq!((&refused["status"], &refused["data"]["reason"]), (&json!(11), &json!("revoked")), "{refused}");
    assert!(log_in(&server, 0, "Sword").is_none(), "world 0 knows it no longer");
    let (mut sword, _) = log_in(&server, 1, "Sword").expect("the same e-mail address and password");
    let after = info(&mut sword, 1)["data"].clone();
    for field in ["name", "items", "exp", "stages"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let entry = entry(&server, 1);
    let expected = json!({"from": 0, "player": 1, "to": 1, "state": "arrived", "name": "Sword", "arrived_as": 2,
        "reason": "joins friends", "by": "token", "message": null});
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(entry[field], *value, "{field}: {entry}");
    }
    let told: Vec<Value> = [0, 1].iter().flat_map(|world| audited(&server, *world)).collect();
    let words: Vec<&Value> = told.iter().map(|entry| &entry["changes"][0]).collect();
    let expected = [
        "it is held, to go to world 1",
        "Sword is in the other world, and no longer here",
        "Sword has come from world 0",
    ];
    assert_eq!(json!(words), json!(expected));
    assert!(told.iter().all(|entry| entry["operator"] == "token" && entry["reason"] == "joins friends"), "{told:?}");
    assert_eq!(moved(&server, 1, "Sword", 0), 2, "and back, under a new number");
}

#[test]
fn a_guest_moves_with_its_device_and_is_named_after_its_new_number() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    let join = |world: u32, device: &str| {
        let mut client = server.connect();
        client.ask_in(world, "login_unique", json!({"unique_id": device}));
        info(&mut client, world)["data"]["name"].clone()
    };
    assert_eq!((join(1, "other"), join(0, "ann")), (json!("玩家#1"), json!("玩家#1")));
    let entry = wait_for_state(&server, order(&server, 0, 1, 1), "arrived");
    assert_eq!(entry["name"], "玩家#2", "{entry}");
    assert_eq!(join(1, "ann"), "玩家#2");
}

#[test]
fn a_player_whom_the_other_world_refuses_is_where_it_was() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    sign_up(&server, 1, "Sword");
    let mut sword = sign_up(&server, 0, "Sword");
    play(&mut sword, 0);
    let before = info(&mut sword, 0)["data"].clone();
    let entry = wait_for_state(&server, order(&server, 0, 1, 1), "refused");
    assert_eq!((&entry["refused_by"], &entry["status"]), (&json!(1), &json!(98)), "{entry}");
    assert!(entry["message"].as_str().is_some_and(|why| why.ends_with("is taken in this world")), "{entry}");
    let (mut sword, _) = wait_for("the hold to end", || log_in(&server, 0, "Sword"));
    let after = info(&mut sword, 0)["data"].clone();
    for field in ["name", "items", "exp", "stages"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!((players(&server, 0).len(), players(&server, 1).len()), (1, 1));
    let nobody = json!({"from": 0, "player": 77, "to": 1, "reason": "joins friends"});
    assert_eq!(server.operate("player_move", nobody), json!({"status": 99, "message": "no such player"}));
}

#[test]
fn each_player_arrives_once_through_kills() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    let names: Vec<String> = (0..8).map(|number| format!("Knight{number}")).collect();
    for name in &names {
        play(&mut sign_up(&server, 0, name), 0);
    }
    sign_up(&server, 1, "Knight3");
    for number in 1..=8 {
        order(&server, 0, number, 1);
        // Each may be anywhere between the two worlds.
        server.process.kill();
        server = host.start();
    }
    for number in 1..=8 {
        let state = if number == 4 { "refused" } else { "arrived" };
        let entry = wait_for_state(&server, number, state);
        assert_eq!(entry["name"], names[number as usize - 1], "{entry}");
    }
    wait_for("world 0 to drop all but one", || (players(&server, 0).len() == 1).then_some(()));
    wait_for("the hold to end", || log_in(&server, 0, "Knight3"));
    let mut there: Vec<String> = players(&server, 1).into_iter().map(|(name, _)| name).collect();
    there.sort_unstable();
    assert_eq!(there, names, "each once");
    for name in names.iter().filter(|name| *name != "Knight3") {
        let (mut knight, _) = log_in(&server, 1, name).expect("it has arrived");
        let passed = info(&mut knight, 1);
        assert!(passed["data"]["items"].as_array().is_some_and(|items| !items.is_empty()), "{passed}");
    }
    server.stop();
}

#[test]
fn a_world_that_is_put_back_drops_who_has_left_and_gets_again_who_has_come() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    play(&mut sign_up(&server, 0, "Sword"), 0);
    sign_up(&server, 0, "Shield");
    sign_up(&server, 1, "Late");
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    assert_eq!(moved(&server, 0, "Sword", 1), 2);
    server.stop();
    put_back(&host, "copy", "world-0");
    let mut server = host.start();
    wait_for("world 0 to drop it again", || number(&server, 0, "Sword").is_none().then_some(()));
    assert_eq!(number(&server, 0, "Shield"), Some(2));
    assert_eq!(number(&server, 1, "Sword"), Some(2), "no second one has come");
    assert_eq!(players(&server, 1).len(), 2);
    server.stop();

    put_back(&host, "copy", "world-1");
    let mut server = host.start();
    wait_for("world 1 to get it again", || number(&server, 1, "Sword"));
    let (mut sword, _) = log_in(&server, 1, "Sword").expect("it is there");
    assert!(info(&mut sword, 1)["data"]["items"].as_array().is_some_and(|items| !items.is_empty()));
    wait_for_state(&server, 1, "arrived");
    assert_eq!((number(&server, 0, "Sword"), players(&server, 1).len()), (None, 2));
    server.stop();
}

#[test]
fn who_has_moved_on_does_not_stay_behind_in_a_world_that_is_put_back() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    sign_up(&server, 0, "Sword");
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    sign_up(&server, 1, "Lost");
    assert_eq!(moved(&server, 0, "Sword", 1), 2);
    assert_eq!(moved(&server, 1, "Sword", 0), 2);
    server.stop();
    put_back(&host, "copy", "world-");
    let mut server = host.start();
    // Where Lost has never been, it comes as number 1 and leaves as that.
    wait_for("both worlds to go on", || (number(&server, 0, "Sword") == Some(2)).then_some(()));
    wait_for("world 1 to drop it", || players(&server, 1).is_empty().then_some(()));
    assert_eq!(players(&server, 0).len(), 1);
    server.stop();
}

#[test]
fn a_world_that_refused_a_player_does_not_keep_it_when_it_is_put_back() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    sign_up(&server, 0, "Sword");
    sign_up(&server, 1, "Bob");
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    sign_up(&server, 1, "Sword");
    wait_for_state(&server, order(&server, 0, 1, 1), "refused");
    wait_for("the hold to end", || log_in(&server, 0, "Sword"));
    server.stop();
    put_back(&host, "copy", "world-");
    let mut server = host.start();
    let has_both = |words: &[Value]| words.len() == 2;
    wait_for("world 1 to take and drop it", || has_both(&audited(&server, 1)).then_some(()));
    assert_eq!((number(&server, 0, "Sword"), number(&server, 1, "Sword")), (Some(1), None));
    wait_for("the hold to end", || log_in(&server, 0, "Sword"));
    server.stop();
}

#[test]
fn a_player_whom_a_world_that_was_put_back_refuses_is_sent_again_when_there_is_room() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    sign_up(&server, 0, "Sword");
    sign_up(&server, 1, "Sword");
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    operate(&server, 1, "player_delete", json!({"name": "Sword"}));
    assert_eq!(moved(&server, 0, "Sword", 1), 2);
    let early = json!({"number": 1, "reason": "it is missing", "token": OPERATOR});
    assert_eq!(server.connect_operator().ask("player_move_again", early)["status"], 98);
    server.stop();
    put_back(&host, "copy", "world-1");
    let mut server = host.start();
    let entry = wait_for_state(&server, 1, "stranded");
    assert_eq!((&entry["refused_by"], &entry["status"]), (&json!(1), &json!(98)), "{entry}");
    operate(&server, 1, "player_delete", json!({"name": "Sword"}));
    operate(&server, 0, "player_move_again", json!({"number": 1, "reason": "there is room"}));
    wait_for_state(&server, 1, "arrived");
    assert_eq!((number(&server, 0, "Sword"), number(&server, 1, "Sword")), (None, Some(2)));
    server.stop();
}
