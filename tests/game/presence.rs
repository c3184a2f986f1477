//! Who is online, through the protocol.

use crate::duel;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

fn role_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let reply = server.ask(player, "get_player_info", json!({}));
    reply["data"]["name"].as_str().expect("a name").to_owned()
}

/// The names that a player sees, sorted.
fn online(server: &mut TestServer, player: &TestPlayer, role: &str) -> Vec<String> {
    let reply = server.ask(player, "get_list", json!({"role": role}));
    let roles = reply["data"]["roles"].as_array().unwrap_or_else(|| panic!("a list: {reply}"));
    let mut names: Vec<String> = roles.iter().map(|role| role.as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_connected_player_is_online_however_long_it_is_silent() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let (ann_role, bob_role) = (role_of(&mut server, &ann), role_of(&mut server, &bob));
    server.advance_seconds(3600);
    assert_eq!(online(&mut server, &ann, &ann_role), [ann_role.clone(), bob_role.clone()]);
    server.disconnect(bob.connection);
    assert_eq!(online(&mut server, &ann, &ann_role), [ann_role], "an hour of silence, and no connection");
}

#[test]
fn without_a_connection_a_player_is_online_for_thirty_seconds_after_each_request() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let (ann_role, bob_role) = (role_of(&mut server, &ann), role_of(&mut server, &bob));
    let both = [ann_role.clone(), bob_role.clone()];
    server.disconnect(bob.connection);
    server.advance_seconds(29);
    assert_eq!(online(&mut server, &ann, &ann_role), both);
    online(&mut server, &bob, &bob_role);
    server.disconnect(bob.connection);
    server.advance_seconds(29);
    assert_eq!(online(&mut server, &ann, &ann_role), both, "it was heard from in between");
    server.advance_seconds(1);
    assert_eq!(online(&mut server, &ann, &ann_role), [ann_role], "30 seconds are over");
}

#[test]
fn who_has_logged_in_and_asked_for_nothing_is_online() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = role_of(&mut server, &ann);
    let bob = server.player("bob");
    assert_eq!(online(&mut server, &ann, &role).len(), 2, "a login is presence");
    server.advance_seconds(3600);
    assert_eq!(online(&mut server, &ann, &role).len(), 2, "and so is the connection that it opened");
    server.disconnect(bob.connection);
    server.advance_seconds(60);
    assert_eq!(online(&mut server, &ann, &role), [role]);
}

#[test]
fn who_has_logged_in_over_http_can_be_challenged_at_once() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = role_of(&mut server, &ann);
    let known = json!({"email": "bob@x.org", "username": "bob", "password": "hashed", "ip": "127.0.0.1:1"}).to_string();
    assert_eq!(server.http("/signup", None, &known).1["status_code"], 200);
    let challenge = |server: &mut TestServer| {
        let data = json!({"role1": role, "role2": "bob", "image_data": null});
        server.ask(&ann, "challenge", data)["data"]["status_code"].clone()
    };
    assert_eq!(challenge(&mut server), 410, "a player who has only signed up is offline");
    assert_eq!(server.http("/login", None, &known).1["username"], "bob");
    assert_eq!(challenge(&mut server), 200);
    server.advance_seconds(61);
    assert_eq!(challenge(&mut server), 410, "30 seconds of silence are over, and the challenge has ended");
}

#[test]
fn who_comes_back_is_online_again() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let (ann_role, bob_role) = (role_of(&mut server, &ann), role_of(&mut server, &bob));
    server.disconnect(bob.connection);
    server.advance_seconds(60);
    assert_eq!(online(&mut server, &ann, &ann_role).len(), 1);
    let both = [ann_role, bob_role.clone()];
    assert_eq!(online(&mut server, &bob, &bob_role), both);
}

#[test]
fn after_a_crash_only_who_returns_is_online() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.player("bob");
    let role = role_of(&mut server, &ann);
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    let shown = online(&mut server, &ann, &role);
    assert_eq!(shown, [role]);
}

#[test]
fn the_list_is_asked_for_with_the_own_role() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = role_of(&mut server, &ann);
    let reply = server.ask(&ann, "get_list", json!({"role": "somebody"}));
    assert_eq!(reply, json!({"status": 403, "message": "role: expected your own username"}));
    assert_eq!(server.ask(&ann, "get_list", json!({}))["status"], Value::from(13), "the contract names a role");
    assert_eq!(online(&mut server, &ann, &role), [role]);
}

#[test]
fn who_acts_again_without_waiting_has_its_waiting_request_answered_and_stays_until_the_round_ends() {
    let mut server = duel::server();
    let (ann, bob, id) = duel::battle(&mut server);
    let waiting = server.connect();
    let mut turn = ann.turn(&id, "刺");
    turn["token"] = ann.player.token.clone().into();
    server.post(waiting, &json!({"world": 0, "function": "battle", "data": turn}).to_string());
    server.step(4);
    server.advance_seconds(15);
    let mut again = ann.turn(&id, "刺");
    again["wait"] = false.into();
    ann.succeed(&mut server, "battle", again);
    server.step(1);
    assert_eq!(server.collect(waiting).len(), 1, "one request of a player waits at most, and none does now");
    server.disconnect(waiting);
    server.disconnect(ann.player.connection);
    server.advance_seconds(22);
    bob.succeed(&mut server, "battle", bob.turn(&id, "挡"));
    bob.events(&mut server);
    let is_over = |server: &mut TestServer| bob.events(server).iter().any(|(_, told)| told["status"] == true);
    server.advance_seconds(23);
    assert!(!is_over(&mut server), "having acted, ann counts as present until the round ends, at 60 seconds");
    server.advance_seconds(1);
    assert!(is_over(&mut server), "the verdict for bob at 37 seconds was no sign of life from her");
}
