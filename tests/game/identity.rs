//! Identity: signing up, logging in, guests, and that no secret is on disk in clear text.

use std::time::Duration;

use raidkeep::engine::account::AccountId;
use raidkeep::engine::storage::Rows;
use raidkeep::engine::storage::encode_value;
use raidkeep::studio::testing::TestServer;
use redb::StorageBackend;
use serde_json::{Value, json};

fn sign_up(server: &mut TestServer, email: &str, username: &str, password: &str) -> Value {
    let connection = server.connect();
    let data = json!({"email": email, "username": username, "password": password, "ip": "10.0.0.1:5000"});
    server.ask_on(connection, "signup", data)
}

fn log_in(server: &mut TestServer, email: &str, password: &str) -> Value {
    let connection = server.connect();
    server.ask_on(connection, "login", json!({"email": email, "password": password, "ip": "10.0.0.1:5000"}))
}

/// A sign-up's answer.
fn code(code: u16) -> Value {
    json!({"status": 0, "message": "success", "data": {"status_code": code}})
}

/// A refused login's answer.
fn refused(code: u16) -> Value {
    json!({"status": 0, "message": "success", "data": {"status_code": code, "username": ""}})
}

fn token(reply: &Value) -> String {
    let token = reply["data"]["token"].as_str();
    token.unwrap_or_else(|| panic!("a token should be granted: {reply}")).to_owned()
}

/// The overview of the player with this token.
fn overview(server: &mut TestServer, token: &str) -> Value {
    let connection = server.connect();
    server.ask_on(connection, "get_player_info", json!({"token": token}))
}

fn name(server: &mut TestServer, token: &str) -> Value {
    overview(server, token)["data"]["name"].clone()
}

#[test]
fn who_signed_up_logs_in_under_the_name_it_chose() {
    let mut server = TestServer::new();
    assert_eq!(sign_up(&mut server, "ann@mail.example", "Ann", "secret"), code(200), "the account is made");
    let reply = log_in(&mut server, "ann@mail.example", "secret");
    assert_eq!((&reply["data"]["status_code"], &reply["data"]["username"]), (&json!(200), &json!("Ann")));
    let info = overview(&mut server, &token(&reply));
    assert_eq!((&info["data"]["name"], &info["data"]["exp"]), (&json!("Ann"), &json!(180)), "a newcomer named Ann");
}

#[test]
fn a_connection_acts_for_whom_it_logged_in() {
    let mut server = TestServer::new();
    let connection = server.connect();
    let ann = json!({"email": "ann@mail.example", "username": "Ann", "password": "secret"});
    assert_eq!(server.ask_on(connection, "signup", ann.clone()), code(200), "ip may be left out");
    let reply = server.ask_on(connection, "get_player_info", json!({}));
    assert_eq!(reply["status"], 12, "signing up logs nobody in");
    server.ask_on(connection, "login", ann);
    let reply = server.ask_on(connection, "get_player_info", json!({}));
    assert_eq!(reply["data"]["name"], "Ann", "logging in does");
}

#[test]
fn illegal_and_taken_names_and_addresses_have_their_codes() {
    let mut server = TestServer::new();
    assert_eq!(sign_up(&mut server, "ann@mail.example", "Ann", "secret"), code(200));
    let long = "x".repeat(17);
    let far = format!("{}@mail.example", "x".repeat(250));
    let cases = [
        ("bob@mail.example", "", 422),
        ("bob@mail.example", "B", 422),
        ("bob@mail.example", "Bob Ross", 422),
        ("bob@mail.example", "Bob\n", 422),
        ("bob@mail.example", "系统消息", 422),
        ("bob@mail.example", "SuperAdmin", 422),
        ("bob@mail.example", &long, 422),
        ("", "Bob", 422),
        ("bob", "Bob", 422),
        ("@mail.example", "Bob", 422),
        ("bob@", "Bob", 422),
        ("bob@@mail.example", "Bob", 422),
        ("bob ross@mail.example", "Bob", 422),
        (&far, "Bob", 422),
        ("ann@mail.example", "x", 422),
        ("bob@mail.example", "Ann", 409),
        ("ann@mail.example", "Ann", 409),
        ("ann@mail.example", "Bob", 410),
        ("ANN@Mail.Example", "Bob", 410),
    ];
    for (email, username, expect) in cases {
        let before = server.state_hash();
        assert_eq!(sign_up(&mut server, email, username, "others"), code(expect), "{email:?} as {username:?}");
        assert_eq!(server.state_hash(), before, "a refused sign-up makes nothing: {email:?} as {username:?}");
    }
    assert_eq!(sign_up(&mut server, "bob@mail.example", "Bob", "secret"), code(200), "nothing refused was reserved");
    assert_eq!(log_in(&mut server, "ann@mail.example", "others"), refused(401), "nobody's password was changed");
}

#[test]
fn letter_case_makes_no_other_name_and_no_other_address() {
    let mut server = TestServer::new();
    assert_eq!(sign_up(&mut server, "Ann@Mail.example", "Ann", "secret"), code(200));
    assert_eq!(sign_up(&mut server, "ann2@mail.example", "ann", "secret"), code(409), "ann is the same name as Ann");
    for email in ["ann@mail.example", "ANN@MAIL.EXAMPLE", " Ann@Mail.example "] {
        let reply = log_in(&mut server, email, "secret");
        assert_eq!(reply["data"]["username"], "Ann", "{email:?} is the address that signed up");
    }
    assert_eq!(log_in(&mut server, "ann@mail.example", "SECRET"), refused(401), "passwords are case-sensitive");
}

#[test]
fn wrong_passwords_and_unknown_addresses_have_their_codes() {
    let mut server = TestServer::new();
    sign_up(&mut server, "ann@mail.example", "Ann", "secret");
    for password in ["", "x".repeat(257).as_str()] {
        let reply = log_in(&mut server, "ann@mail.example", password);
        let message = "data.password: expected a string of 1 to 256 bytes";
        assert_eq!(reply, json!({"status": 13, "message": message}), "a password has a length");
    }
    for password in ["secre", "secret ", "s", &"x".repeat(256)] {
        assert_eq!(log_in(&mut server, "ann@mail.example", password), refused(401), "{password:?} is wrong");
    }
    assert_eq!(log_in(&mut server, "bob@mail.example", "secret"), refused(404), "nobody has signed up with it");
    assert_eq!(log_in(&mut server, "Ann", "secret"), refused(404), "the name is no address");
    let guest = server.player("device-1");
    assert_eq!(log_in(&mut server, "device-1", "secret"), refused(404), "a guest has no password");
    assert_eq!(name(&mut server, &guest.token), json!("玩家#2"), "and is still a guest");
}

#[test]
fn too_many_wrong_passwords_from_nowhere_slow_the_account_down() {
    let mut server = TestServer::new();
    sign_up(&mut server, "ann@mail.example", "Ann", "secret");
    sign_up(&mut server, "bob@mail.example", "Bob", "secret");
    for _ in 0..9 {
        assert_eq!(log_in(&mut server, "ann@mail.example", "wrong"), refused(401));
    }
    assert_eq!(log_in(&mut server, "ann@mail.example", "secret")["data"]["status_code"], 200, "nine are allowed");
    for attempt in 0..10 {
        assert_eq!(log_in(&mut server, "ann@mail.example", "wrong"), refused(401), "attempt {attempt} after a success");
    }
    for password in ["wrong", "secret"] {
        let reply = log_in(&mut server, "ANN@mail.example", password);
        assert_eq!(reply["data"]["status_code"], 429, "{password}: ten are too many");
    }
    assert_eq!(log_in(&mut server, "bob@mail.example", "secret")["data"]["status_code"], 200, "others are not held up");
    server.advance_seconds(3600);
    let reply = log_in(&mut server, "ann@mail.example", "secret");
    assert_eq!(reply["data"]["status_code"], 429, "game time does not lift it");
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(600));
    assert_eq!(log_in(&mut server, "ann@mail.example", "secret")["data"]["status_code"], 200, "the window is over");
}

#[test]
fn addresses_that_nobody_has_are_limited_too() {
    let mut server = TestServer::new();
    for _ in 0..10 {
        assert_eq!(log_in(&mut server, "no@body.example", "x"), refused(404));
    }
    let reply = log_in(&mut server, "no@body.example", "x");
    assert_eq!(reply["data"]["status_code"], 429, "unknown addresses are limited too");
}

#[test]
fn a_guest_is_created_once_and_opened_ever_after() {
    let mut server = TestServer::new();
    let open = |server: &mut TestServer, id: &str| {
        let connection = server.connect();
        let reply = server.ask_on(connection, "login_unique", json!({"unique_id": id}));
        (reply["status"].clone(), token(&reply))
    };
    let (status, first) = open(&mut server, "device-1");
    assert_eq!((status, name(&mut server, &first)), (json!(1), json!("玩家#1")), "created at the first use");
    let (status, second) = open(&mut server, "device-1");
    assert_eq!((status, name(&mut server, &second)), (json!(0), json!("玩家#1")), "the same account at the next");
    assert_eq!(overview(&mut server, &first)["status"], 11, "the earlier token is revoked");
    let long = "d".repeat(256);
    for (id, number) in [("DEVICE-1", 2), ("device-1 ", 3), ("设备", 4), (long.as_str(), 5), (&long[1..], 6)] {
        let (status, token) = open(&mut server, id);
        let expected = json!(format!("玩家#{number}"));
        assert_eq!((status, name(&mut server, &token)), (json!(1), expected), "{id:?} is another device");
    }
    let mut server = server.crash_and_reopen();
    let (status, token) = open(&mut server, &long);
    assert_eq!((status, name(&mut server, &token)), (json!(0), json!("玩家#5")), "long ids are found again");
}

#[test]
fn accounts_and_tokens_survive_a_crash_and_being_put_away() {
    let mut server = TestServer::new();
    sign_up(&mut server, "ann@mail.example", "Ann", "secret");
    let revoked = token(&log_in(&mut server, "ann@mail.example", "secret"));
    let ann = token(&log_in(&mut server, "ann@mail.example", "secret"));
    let bob = server.player("bob").token;
    let before = [overview(&mut server, &ann), overview(&mut server, &bob)];
    let check = |server: &mut TestServer, when: &str| {
        assert_eq!(overview(server, &ann), before[0], "{when}: the token of a log-in");
        assert_eq!(overview(server, &bob), before[1], "{when}: the token of a guest");
        assert_eq!(overview(server, &revoked)["status"], 11, "{when}: a revoked token stays revoked");
        assert_eq!(sign_up(server, "ann@mail.example", "Bob", "secret"), code(410), "{when}: the address stays taken");
        assert_eq!(sign_up(server, "x@mail.example", "Ann", "secret"), code(409), "{when}: the name stays taken");
        assert_eq!(log_in(server, "ann@mail.example", "wrong"), refused(401), "{when}: the password is still known");
    };
    let mut server = server.crash_and_reopen();
    check(&mut server, "after a crash");
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "idle players are evicted");
    check(&mut server, "after an eviction");
    let mut server = server.crash_and_reopen();
    check(&mut server, "after both");
    let relogged = token(&log_in(&mut server, "ann@mail.example", "secret"));
    assert_eq!(name(&mut server, &relogged), json!("Ann"), "logging in still works");
}

#[test]
fn no_secret_lies_on_the_disks_in_clear() {
    let mut server = TestServer::new();
    sign_up(&mut server, "ann@mail.example", "Ann", "password-in-clear");
    let ann = token(&log_in(&mut server, "ann@mail.example", "password-in-clear"));
    log_in(&mut server, "ann@mail.example", "wrong-but-secret");
    let player = server.player("device-of-bob");
    let bound = server.ask(&player, "sud_bind", json!({"uid": "u9", "ss_token": "session-in-clear"}));
    assert_eq!(bound["status"], 0, "{bound}");
    let bob = player.token;
    server.fold();
    let mut bytes = Vec::new();
    for disk in [&server.disks().log, &server.disks().rows] {
        let length = disk.len().expect("a simulated disk should have a length");
        let mut content = vec![0; usize::try_from(length).expect("a simulated disk should be small")];
        disk.read(0, &mut content).expect("a simulated disk should be readable");
        bytes.push(content);
    }
    let holds = |disk: &[u8], text: &str| disk.windows(text.len()).any(|window| window == text.as_bytes());
    for disk in &bytes {
        assert!(holds(disk, "ann@mail.example"), "the account is on the disk, or this test would show nothing");
        assert!(holds(disk, "$argon2id$"), "the password is kept as an Argon2id hash");
        for secret in ["password-in-clear", "wrong-but-secret", "device-of-bob", "session-in-clear", &ann, &bob] {
            assert!(!holds(disk, secret), "{secret} is a secret");
        }
    }
}

/// What a guest's device calls itself is all that the guest logs in with, and once lay on the disks as it was sent.
#[test]
fn devices_that_an_earlier_program_has_stored_in_clear_are_hashed_at_the_next_start() {
    #[derive(serde::Serialize)]
    struct Former<'a>(&'a str, Option<String>, Option<&'a str>, Option<String>, i64, &'a str, Option<String>);
    let former = Former("玩家#1", None, Some("device-in-clear"), None, 0, "玩家#1", None);
    let mut server = TestServer::new();
    server.player("device-in-clear");
    let hashed = keys_of(server.rows(), b"unique_id:");
    server.damage(|batch| {
        hashed.iter().for_each(|key| batch.delete("index", key));
        batch.put("index", b"device:device-in-clear", |out| encode_value(1, &AccountId(1), out));
        batch.put("accounts", &AccountId(1).to_key(), |out| encode_value(2, &former, out));
        batch.delete("device_index", b"");
    });
    assert_eq!(server.verify(), [], "such a world is consistent");
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    let reply = server.ask_on(connection, "login_unique", json!({"unique_id": "device-in-clear"}));
    assert_eq!(reply["status"], 0, "the guest is found, and no second one is made: {reply}");
    server.fold();
    assert_eq!(server.verify(), [], "nor after");
    assert!(keys_of(server.rows(), b"device:").is_empty(), "the entry in clear is gone");
    let row = server.rows().get("accounts", &AccountId(1).to_key()).expect("readable").expect("it is there");
    assert!(!row.windows(15).any(|window| window == b"device-in-clear"), "and the row has a hash");
}

fn keys_of(rows: &Rows, kind: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    rows.scan("index", &mut |key, _| keys.extend(key.starts_with(kind).then(|| key.to_vec()))).expect("readable");
    keys
}

/// A hash that somebody has read in a backup or a journal must not open the account.
#[test]
fn nobody_logs_in_with_the_hash_of_a_device() {
    let mut server = TestServer::new();
    server.player("device-of-bob");
    let document = server.operate("player_export", json!({"name": "玩家#1"}));
    let hash = document["data"]["document"]["parts"]["accounts"]["unique_id"].clone();
    assert!(hash.as_str().is_some_and(|hash| hash.starts_with("sha256:")), "{document}");
    let connection = server.connect();
    let reply = server.ask_on(connection, "login_unique", json!({"unique_id": hash}));
    assert_eq!(reply["status"], 1, "it is the name of another device: {reply}");
}

/// Each amount of space around an address once began a new count, which made the limit useless.
#[test]
fn spaces_around_an_address_do_not_begin_a_new_count_of_attempts() {
    let mut server = TestServer::new();
    let connection = server.connect();
    let data = json!({"email": "ann@mail.example", "username": "Ann", "password": "secret"});
    server.ask_on(connection, "signup", data);
    let mut log_in = |email: &str, password: &str| {
        let connection = server.connect();
        let data = json!({"email": email, "password": password});
        server.ask_on(connection, "login", data)["data"]["status_code"].clone()
    };
    for _ in 0..10 {
        assert_eq!(log_in("ann@mail.example", "wrong"), 401);
    }
    assert_eq!(log_in(" ann@mail.example", "wrong"), 429, "it is the same account");
}

/// A guest once took the name, and its place in the index, from somebody who had signed up under it.
#[test]
fn no_two_players_have_the_same_name() {
    let mut server = TestServer::new();
    let guest = server.player("device");
    let name = server.ask(&guest, "get_player_info", json!({}))["data"]["name"].clone();
    let connection = server.connect();
    let data = json!({"email": "ann@mail.example", "username": name, "password": "secret"});
    let code = server.ask_on(connection, "signup", data)["data"]["status_code"].clone();
    assert_eq!(code, 422, "the name of a guest, {name}, is not one that can be signed up");
}

#[test]
fn one_address_cannot_try_many_accounts() {
    let mut server = TestServer::new();
    let address = Some(std::net::IpAddr::from([127, 0, 0, 9]));
    let mut attempt = |n: usize| {
        let connection = server.connect_from(address);
        let data = json!({"email": format!("nobody-{n}@mail.example"), "password": "x"});
        server.ask_on(connection, "login", data)["data"]["status_code"].clone()
    };
    for n in 0..1000 {
        assert_eq!(attempt(n), 404);
    }
    assert_eq!(attempt(1000), 429, "1000 failures from one address are enough");
}
