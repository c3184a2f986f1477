//! What operators do about how a player gets in: `player_kick`, `tokens_end`, `password_once`, `device_unbind`.

use crate::desk::{Client, helped, refused, server, server_of};
use crate::replayed::replayed;
use crate::traveller::{PASSWORD, export};
use raidkeep::engine::request::reply::Dismissal;
use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

const NEW_PASSWORD: &str = "AnotherThatNobodyMayRead";

fn log_in(server: &mut TestServer, email: &str, data: Value) -> Value {
    let connection = server.connect();
    let mut data = data;
    data["email"] = email.into();
    server.ask_on(connection, "login", data)["data"]["status_code"].clone()
}

#[test]
fn a_kick_closes_the_connections_and_leaves_the_token() {
    let (mut server, ann, bob) = server();
    helped(&mut server, "player_kick", &ann, json!({}));
    server.step(1);
    assert_eq!(server.dismissal(ann.player.connection), Some(Dismissal::Kicked));
    assert_eq!(server.dismissal(bob.player.connection), None);
    let connection = server.connect();
    let reply = server.ask_on(connection, "get_player_info", json!({"token": ann.player.token}));
    assert_eq!(reply["status"], 0, "the token is valid");
}

#[test]
fn ending_all_tokens_signs_the_player_out_everywhere() {
    let (mut server, ann, _) = server();
    helped(&mut server, "tokens_end", &ann, json!({}));
    server.step(1);
    assert_eq!(server.dismissal(ann.player.connection), Some(Dismissal::SignedOut));
    let connection = server.connect();
    let reply = server.ask_on(connection, "get_player_info", json!({"token": ann.player.token}));
    assert_eq!((&reply["status"], &reply["data"]["reason"]), (&json!(11), &json!("revoked")));
    assert_eq!(log_in(&mut server, "Ann@mail.example", json!({"password": PASSWORD})), 200, "the password is the same");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_password_for_one_log_in_sets_a_new_one_and_is_used_up() {
    let (mut server, ann, _) = server();
    let made = helped(&mut server, "password_once", &ann, json!({}));
    let once = made["password"].as_str().expect("a password").to_owned();
    server.step(1);
    assert_eq!(server.dismissal(ann.player.connection), Some(Dismissal::SignedOut));
    let email = "Ann@mail.example";
    assert_eq!(log_in(&mut server, email, json!({"password": PASSWORD})), 401, "the one before has ended");
    assert_eq!(log_in(&mut server, email, json!({"password": once})), 401, "it is no password of its own");
    let given = json!({"password": NEW_PASSWORD, "once_password": once});
    let short = json!({"password": "short", "once_password": once});
    assert_eq!(log_in(&mut server, email, short), 422, "the new one is too short");
    let wrong = json!({"password": NEW_PASSWORD, "once_password": "AAAA-AAAA-AAAA-AAAA"});
    assert_eq!(log_in(&mut server, email, wrong), 401);
    assert_eq!(log_in(&mut server, email, given.clone()), 200);
    assert_eq!(log_in(&mut server, email, given), 401, "it is used up");
    assert_eq!(log_in(&mut server, email, json!({"password": NEW_PASSWORD})), 200, "the new password stays");
}

#[test]
fn a_password_for_one_log_in_is_valid_for_a_day() {
    for (seconds, code) in [(86_399, 200), (86_400, 401)] {
        let (mut server, ann, _) = server();
        let once = helped(&mut server, "password_once", &ann, json!({}))["password"].clone();
        let mut server = server.crash_and_reopen();
        server.connect();
        server.advance_seconds(seconds);
        let given = json!({"password": NEW_PASSWORD, "once_password": once});
        assert_eq!(log_in(&mut server, "Ann@mail.example", given), code, "after {seconds} s");
    }
}

#[test]
fn of_two_log_ins_at_the_same_time_one_uses_the_password_up() {
    let (mut server, ann, _) = server();
    let once = helped(&mut server, "password_once", &ann, json!({}))["password"].clone();
    let request = json!({"world": 0, "function": "login",
        "data": {"email": "Ann@mail.example", "password": NEW_PASSWORD, "once_password": once}});
    let connections = [server.connect(), server.connect()];
    connections.iter().for_each(|connection| server.post(*connection, &request.to_string()));
    server.step(8);
    let code = |text: &String| serde_json::from_str::<Value>(text).expect("JSON")["data"]["status_code"].clone();
    let codes: Vec<Value> =
        connections.iter().flat_map(|connection| server.collect(*connection)).map(|text| code(&text)).collect();
    assert_eq!(codes, [200, 401]);
}

#[test]
fn neither_journal_nor_disk_nor_a_repeat_tells_the_password() {
    let setup = TestSetup { journals: true, ..TestSetup::default() };
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    let request = json!({"world": 0, "function": "password_once", "once": "key",
        "data": {"token": raidkeep::studio::testing::OPERATOR_TOKEN, "player": ann.number, "reason": "ticket 17"}});
    let told: Value = serde_json::from_str(&server.send(&request.to_string())).expect("JSON");
    let once = told["data"]["password"].as_str().expect("a password").to_owned();
    let again: Value = serde_json::from_str(&server.send(&request.to_string())).expect("JSON");
    assert_eq!((&again["status"], again.get("data")), (&json!(0), None), "it is told once: {again}");
    let given = json!({"password": NEW_PASSWORD, "once_password": once});
    assert_eq!(log_in(&mut server, "Ann@mail.example", given), 200, "and the repeat has made no other");
    let journal = server.journals[0].bytes();
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds(&journal, &once) && !holds(&journal, NEW_PASSWORD), "the journal has no password");
    let hash = server.state_hash();
    assert_eq!(
        state_hash(replayed(&server, &journal).simulation().world_mut()),
        hash,
        "it gives the same state all the same"
    );
    assert!(!export(&mut server, "Ann").to_string().contains(&once));
}

#[test]
fn a_guest_gets_an_address_first_and_may_then_lose_the_device() {
    let (mut server, ..) = server();
    let player = server.player("phone");
    let guest = Client { player, name: "guest", number: 3 };
    let ask = |email: Value| json!({"email": email});
    assert_eq!(refused(&mut server, "password_once", &guest, json!({})).0, 98, "it has no e-mail address");
    assert_eq!(refused(&mut server, "password_once", &guest, ask("no address".into())).0, 13);
    assert_eq!(refused(&mut server, "password_once", &guest, ask("Ann@MAIL.example".into())).0, 96, "Ann's");
    assert_eq!(refused(&mut server, "device_unbind", &guest, json!({})).0, 97, "the only way in");
    let once = helped(&mut server, "password_once", &guest, ask("guest@mail.example".into()))["password"].clone();
    assert_eq!(refused(&mut server, "password_once", &guest, ask("other@mail.example".into())).0, 97);
    let given = json!({"password": NEW_PASSWORD, "once_password": once});
    assert_eq!(log_in(&mut server, "guest@mail.example", given), 200);
    assert_eq!(refused(&mut server, "device_unbind", &guest, json!({"device": "sha256:other"})).0, 98);
    helped(&mut server, "device_unbind", &guest, json!({}));
    assert_eq!(refused(&mut server, "device_unbind", &guest, json!({})).0, 98, "it has none");
    let connection = server.connect();
    let anew = server.ask_on(connection, "login_unique", json!({"unique_id": "phone"}));
    assert_eq!(anew["status"], 1, "whoever has the device begins anew: {anew}");
    assert_eq!(log_in(&mut server, "guest@mail.example", json!({"password": NEW_PASSWORD})), 200);
    assert_eq!(server.verify(), []);
}
