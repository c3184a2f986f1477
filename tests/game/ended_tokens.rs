//! Why a token is no longer valid, the `reason` of status 11: for each way in which tokens end.

use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::traveller::{delete, export, join, log_in, operate};

const DAY: i64 = 86_400;

/// What status 11 says about a token: on a connection of its own, and over HTTP.
fn fault(server: &mut TestServer, token: &str) -> Value {
    let connection = server.connect();
    let reply = server.ask_on(connection, "get_player_info", json!({"token": token}));
    let refused = (reply["status"].clone(), reply["message"].clone());
    assert_eq!(refused, (json!(11), json!("invalid token")), "the token is not valid: {reply}");
    let body = json!({"token": token, "role": "whoever"}).to_string();
    let (status, body) = server.http("/bag", None, &body);
    assert_eq!((status, &body["error"]["code"]), (401, &json!(11)), "nor is it over HTTP: {body}");
    assert_eq!(body["error"]["data"], reply["data"], "HTTP says the same in error.data");
    reply["data"]["reason"].clone()
}

/// What status 11 says on a connection that has acted for the player.
fn fault_on(server: &mut TestServer, player: &TestPlayer) -> Value {
    let reply = server.ask_on(player.connection, "get_player_info", json!({}));
    assert_eq!(reply["status"], 11, "the connection's token has ended: {reply}");
    reply["data"]["reason"].clone()
}

/// A server that was killed, whose players were all put away.
fn killed(server: TestServer) -> TestServer {
    let mut server = server.crash_and_reopen();
    server.connect();
    server
}

fn says(server: &mut TestServer, token: &str, reason: &str) {
    assert_eq!(fault(server, token), reason);
    assert_eq!(server.verify(), [], "the index fits what is remembered");
}

#[test]
fn a_token_that_nobody_was_given_is_unknown() {
    let mut server = TestServer::new();
    for token in ["", "no token at all"] {
        says(&mut server, token, "unknown");
    }
}

#[test]
fn a_token_whose_time_is_over_has_expired_and_a_login_makes_it_unknown() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.advance_seconds(30 * DAY - 1);
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 0, "it is valid for 30 days");
    server.advance_seconds(1);
    assert_eq!(fault_on(&mut server, &ann), "expired");
    says(&mut server, &ann.token, "expired");
    let mut server = killed(server);
    says(&mut server, &ann.token, "expired");
    server.player("ann");
    says(&mut server, &ann.token, "unknown");
}

#[test]
fn a_login_elsewhere_replaces_the_token_until_it_would_have_expired() {
    let mut server = TestServer::new();
    server.connect();
    let ann = join(&mut server, "Ann");
    server.advance_seconds(DAY);
    let other = log_in(&mut server, "Ann").0;
    assert_eq!(fault_on(&mut server, &ann), "replaced");
    says(&mut server, &ann.token, "replaced");
    let mut server = killed(server);
    says(&mut server, &ann.token, "replaced");
    server.advance_seconds(29 * DAY - 1);
    says(&mut server, &ann.token, "replaced");
    server.advance_seconds(1);
    says(&mut server, &ann.token, "unknown");
    let back = TestPlayer { connection: server.connect(), ..other };
    assert_eq!(server.ask(&back, "get_player_info", json!({}))["status"], 0, "the later token is valid a day longer");
}

#[test]
fn the_last_four_tokens_of_an_account_are_remembered() {
    let mut server = TestServer::new();
    let logins: Vec<TestPlayer> = (0..7).map(|_| server.player("ann")).collect();
    let mut server = killed(server);
    for (at, login) in logins[..6].iter().enumerate() {
        says(&mut server, &login.token, if at < 2 { "unknown" } else { "replaced" });
    }
}

#[test]
fn a_connection_whose_token_is_long_forgotten_still_knows_that_others_followed() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    (0..7).for_each(|_| drop(server.player("ann")));
    assert_eq!(fault_on(&mut server, &ann), "replaced", "another token of the account is valid");
}

#[test]
fn how_many_tokens_are_remembered_is_a_setting() {
    let mut setup = TestSetup::default();
    setup.settings.identity.former_tokens = 0;
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    server.player("ann");
    says(&mut server, &ann.token, "unknown");
}

#[test]
fn abnormal_data_revokes_the_token() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let (enter, pass) = (json!({"stage": 3000}), json!({"stage": 9}));
    assert_eq!(server.ask(&ann, "enter_stage", enter.clone())["status"], 0);
    assert_eq!(server.ask(&ann, "enter_stage", enter)["status"], 95, "still inside");
    assert_eq!(fault_on(&mut server, &ann), "revoked");
    says(&mut server, &ann.token, "revoked");
    let mut server = killed(server);
    says(&mut server, &ann.token, "revoked");
    let again = server.player("ann");
    says(&mut server, &ann.token, "revoked");
    assert_eq!(server.ask(&again, "pass_stage", pass)["status"], 98, "not entered");
    assert_eq!(fault_on(&mut server, &again), "revoked");
    says(&mut server, &again.token, "revoked");
}

#[test]
fn the_tokens_of_a_deleted_player_are_revoked_until_they_would_have_expired() {
    let mut server = TestServer::new();
    server.connect();
    let earlier = join(&mut server, "Ann");
    server.advance_seconds(DAY);
    let ann = log_in(&mut server, "Ann").0;
    delete(&mut server, "Ann");
    assert_eq!(fault_on(&mut server, &ann), "revoked");
    for token in [&earlier.token, &ann.token] {
        says(&mut server, token, "revoked");
    }
    let mut server = killed(server);
    server.advance_seconds(29 * DAY);
    says(&mut server, &ann.token, "revoked");
    says(&mut server, &earlier.token, "unknown");
    server.advance_seconds(DAY);
    says(&mut server, &ann.token, "unknown");
    server.step(1);
    let mut left = 0;
    server.rows().scan("revoked_tokens", &mut |_, _| left += 1).expect("rows");
    assert_eq!(left, 0, "nothing of the player is left");
}

#[test]
fn the_tokens_of_a_replaced_player_are_revoked() {
    let mut server = TestServer::new();
    server.connect();
    let ann = join(&mut server, "Ann");
    let document = export(&mut server, "Ann");
    assert!(!document.to_string().contains("hash\":["), "a document has no hash of a token: {document}");
    operate(&mut server, "player_import", json!({"document": document, "replace": true}));
    assert_eq!(fault_on(&mut server, &ann), "revoked");
    says(&mut server, &ann.token, "revoked");
    let mut server = killed(server);
    says(&mut server, &ann.token, "revoked");
    let again = log_in(&mut server, "Ann").0;
    assert_eq!(server.ask(&again, "get_player_info", json!({}))["status"], 0, "the imported player logs in");
}

#[test]
fn the_token_of_a_forgotten_guest_is_unknown_so_that_its_client_logs_in_again() {
    let mut server = TestServer::new();
    server.connect();
    let ann = server.player("ann");
    server.disconnect(ann.connection);
    server.advance_seconds(8 * DAY);
    server.settle();
    says(&mut server, &ann.token, "unknown");
}

#[test]
fn a_players_token_is_unknown_to_operator_functions() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let reply = server.ask(&ann, "player_export", json!({"name": "Ann"}));
    assert_eq!((&reply["status"], &reply["data"]["reason"]), (&json!(11), &json!("unknown")), "{reply}");
}

#[test]
fn whose_clock_was_mended_remembers_tokens_no_longer_than_new_ones() {
    let mut server = TestServer::new();
    server.connect();
    server.advance_seconds(1000 * DAY);
    let ann = server.player("ann");
    server.player("ann");
    server.advance_seconds(-1000 * DAY);
    operate(&mut server, "clock_mend", json!({}));
    says(&mut server, &ann.token, "replaced");
    server.advance_seconds(30 * DAY);
    says(&mut server, &ann.token, "unknown");
}
