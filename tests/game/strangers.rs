//! What strangers can do to others: guess their passwords, lock them out, fill the server with accounts.

use std::net::IpAddr;
use std::time::Duration;

use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

/// Addresses of documentation networks.
fn address(number: usize) -> IpAddr {
    let [.., high, low] = u32::try_from(number).expect("a small number").to_be_bytes();
    IpAddr::from([198, 18, high, low])
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// A connection from somewhere.
fn from(server: &mut TestServer, address: IpAddr) -> usize {
    server.connect_from(Some(address))
}

fn sign_up(server: &mut TestServer, connection: usize, name: &str) -> Value {
    let data = json!({"email": format!("{name}@mail.example"), "username": name, "password": "secret"});
    server.ask_on(connection, "signup", data)["data"]["status_code"].clone()
}

fn log_in(server: &mut TestServer, connection: usize, name: &str, password: &str) -> Value {
    let data = json!({"email": format!("{name}@mail.example"), "password": password});
    server.ask_on(connection, "login", data)["data"]["status_code"].clone()
}

/// How many of so many guesses were answered as wrong; all others were refused unread.
fn guess(server: &mut TestServer, connection: usize, name: &str, guesses: usize) -> usize {
    let mut answered = 0;
    for _ in 0..guesses {
        match log_in(server, connection, name, "guess!").as_u64() {
            Some(401 | 404) => answered += 1,
            Some(429) => {}
            code => panic!("a wrong password is 401, 404 or 429, not {code:?}"),
        }
    }
    answered
}

// Passwords.

#[test]
fn an_owner_at_a_known_place_gets_in_at_once_while_the_world_guesses_its_password() {
    let mut server = TestServer::new();
    let home = from(&mut server, ip("203.0.113.7"));
    assert_eq!(sign_up(&mut server, home, "Ann"), 200);
    let guess_100 = [r#"{"world":0,"function":"login","data":{"email":"ann@mail.example","password":"guess!"}}"#; 100];
    let mut answered = 0;
    for attacker in 0..100 {
        let attacker = from(&mut server, address(attacker));
        let replies = server.send_all_on(attacker, &guess_100);
        answered += replies.iter().filter(|reply| !reply.contains("429")).count();
    }
    assert_eq!(answered, 100, "10,000 guesses from 100 addresses: the account's limit lets 100 through");
    assert_eq!(log_in(&mut server, home, "Ann", "secret"), 200, "the place of the sign-up is known");
    let elsewhere = from(&mut server, ip("203.0.113.8"));
    assert_eq!(log_in(&mut server, elsewhere, "Ann", "secret"), 429, "an unknown place is slowed down");
    server.pass_real_time(Duration::from_secs(6));
    assert_eq!(log_in(&mut server, elsewhere, "Ann", "secret"), 200, "and never closed");
    for attacker in 100..120 {
        let attacker = from(&mut server, address(attacker));
        guess(&mut server, attacker, "Ann", 10);
    }
    assert_eq!(log_in(&mut server, elsewhere, "Ann", "secret"), 200, "it has become a known place");
}

#[test]
fn a_known_place_is_remembered_across_restarts_and_evictions_and_the_oldest_is_forgotten() {
    let mut server = TestServer::new();
    let home = from(&mut server, ip("203.0.113.7"));
    sign_up(&mut server, home, "Ann");
    let close = |server: &mut TestServer| {
        let attackers: usize = (0..200)
            .map(|n| {
                let attacker = from(server, address(n));
                guess(server, attacker, "Ann", 2)
            })
            .sum();
        assert!(attackers <= 100, "unknown places are slowed down");
    };
    let mut server = server.crash_and_reopen();
    close(&mut server);
    let home = from(&mut server, ip("203.0.113.7"));
    assert_eq!(log_in(&mut server, home, "Ann", "secret"), 200, "after a crash");
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "she is evicted");
    close(&mut server);
    let home = from(&mut server, ip("203.0.113.7"));
    assert_eq!(log_in(&mut server, home, "Ann", "secret"), 200, "after an eviction");
    server.pass_real_time(Duration::from_secs(600));
    for place in 0..8 {
        let place = from(&mut server, address(5000 + place));
        assert_eq!(log_in(&mut server, place, "Ann", "secret"), 200);
    }
    close(&mut server);
    let home = from(&mut server, ip("203.0.113.7"));
    assert_eq!(log_in(&mut server, home, "Ann", "secret"), 429, "eight places later the first is forgotten");
}

#[test]
fn a_guesser_gets_ten_guesses_a_window_from_one_address_and_a_hundred_from_all() {
    let mut server = TestServer::new();
    let home = from(&mut server, ip("203.0.113.7"));
    sign_up(&mut server, home, "Ann");
    let attacker = from(&mut server, address(1));
    assert_eq!(guess(&mut server, attacker, "Ann", 50), 10, "one address");
    let data = json!({"email": "ann@mail.example", "password": "guess!"});
    let refused = server.ask_on(attacker, "login", data.clone());
    let told = json!({"status_code": 429, "username": "", "retry_after_ms": 60_000});
    assert_eq!(refused["data"], told, "and is told how long to wait");
    let (status, refused) = server.http("/login", None, &data.to_string());
    assert_eq!((status, &refused["status_code"]), (200, &json!(401)), "a place of its own: {refused}");
    let others: usize = (2..40)
        .map(|n| {
            let attacker = from(&mut server, address(n));
            guess(&mut server, attacker, "Ann", 12)
        })
        .sum();
    assert_eq!(others, 89, "all addresses together");
    server.pass_real_time(Duration::from_secs(60));
    let again: usize = (1..40)
        .map(|n| {
            let attacker = from(&mut server, address(n));
            guess(&mut server, attacker, "Ann", 12)
        })
        .sum();
    assert_eq!(again, 10, "a tenth of the window brings back a tenth");
}

#[test]
fn an_ipv6_guesser_with_a_whole_subnet_is_one_place() {
    let mut server = TestServer::new();
    let home = from(&mut server, ip("2001:db8:1::7"));
    sign_up(&mut server, home, "Ann");
    let answered: usize = (0..50)
        .map(|n| {
            let attacker = from(&mut server, ip(&format!("2001:db8:666::{n:x}")));
            guess(&mut server, attacker, "Ann", 5)
        })
        .sum();
    assert_eq!(answered, 10, "all addresses of a /64 are one");
    let tomorrow = from(&mut server, ip("2001:db8:1::1234"));
    for _ in 0..30 {
        let attacker = from(&mut server, ip("2001:db8:667::1"));
        guess(&mut server, attacker, "Ann", 5);
    }
    assert_eq!(log_in(&mut server, tomorrow, "Ann", "secret"), 200, "home is known by its /64");
}

#[test]
fn everybody_else_behind_the_address_of_a_guesser_gets_in() {
    let mut server = TestServer::new();
    let shared = ip("203.0.113.7");
    let (ann, dormitory) = (from(&mut server, ip("192.0.2.1")), from(&mut server, shared));
    sign_up(&mut server, ann, "Ann");
    for name in ["Bob", "Cid"] {
        assert_eq!(sign_up(&mut server, dormitory, name), 200);
    }
    for n in 0..20 {
        let guesser = from(&mut server, shared);
        guess(&mut server, guesser, &format!("nobody{n}"), 10);
    }
    let newcomer = from(&mut server, shared);
    assert_eq!(log_in(&mut server, newcomer, "Ann", "secret"), 200, "200 wrong guesses hold up no newcomer");
    let guesser = from(&mut server, shared);
    guess(&mut server, guesser, "nobody", 10);
    for n in 0..2000 {
        guess(&mut server, guesser, &format!("nobody{n}"), 1);
    }
    for name in ["Ann", "Bob", "Cid"] {
        let own = from(&mut server, shared);
        assert_eq!(log_in(&mut server, own, name, "secret"), 200, "{name} is known there, whatever others do");
    }
}

#[test]
fn guesses_that_are_sent_together_are_no_way_around_the_limits() {
    let mut server = TestServer::new();
    let home = from(&mut server, ip("203.0.113.7"));
    sign_up(&mut server, home, "Ann");
    let attacker = from(&mut server, address(1));
    let guess = r#"{"world":0,"function":"login","data":{"email":"ann@mail.example","password":"guess!"}}"#;
    let replies = server.send_all_on(attacker, &[guess; 60]);
    let answered = replies.iter().filter(|reply| reply.contains("401")).count();
    assert_eq!((answered, replies.len()), (10, 60), "{replies:?}");
}

#[test]
fn a_new_password_has_at_least_six_bytes() {
    let mut server = TestServer::new();
    let connection = server.connect();
    let mut sign_up = |name: &str, password: &str| {
        let data = json!({"email": format!("{name}@mail.example"), "username": name, "password": password});
        server.ask_on(connection, "signup", data)
    };
    let answer = |code: u16| json!({"status": 0, "message": "success", "data": {"status_code": code}});
    for short in ["x", "12345", "12 4 ", "密"] {
        assert_eq!(sign_up("Ann", short), answer(422), "{short:?} is too short");
    }
    assert_eq!(sign_up("Ann", "123456"), answer(200));
    assert_eq!(sign_up("Bob", "密码"), answer(200), "bytes count, not characters");
}

// Accounts.

#[test]
fn one_address_makes_a_hundred_accounts_and_then_waits() {
    let mut server = TestServer::new();
    let attacker = from(&mut server, address(1));
    let enter = |server: &mut TestServer, connection: usize, id: String| {
        server.ask_on(connection, "login_unique", json!({"unique_id": id}))
    };
    let made = (0..300).filter(|n| enter(&mut server, attacker, format!("device-{n}"))["status"] == 1).count();
    assert_eq!(made, 100);
    let reply = enter(&mut server, attacker, "one-more".to_owned());
    let told = json!({"status": 15, "message": "too many new accounts", "data": {"retry_after_ms": 6000}});
    assert_eq!(reply, told);
    assert_eq!(sign_up(&mut server, attacker, "Ann"), 429, "signing up is counted with it");
    let known = enter(&mut server, attacker, "device-7".to_owned());
    assert_eq!(known["status"], 0, "an account that exists is opened all the same: {known}");
    let other = from(&mut server, address(2));
    assert_eq!(enter(&mut server, other, "elsewhere".to_owned())["status"], 1, "other addresses are not held up");
    server.pass_real_time(Duration::from_secs(6));
    assert_eq!(enter(&mut server, attacker, "one-more".to_owned())["status"], 1, "after the wait there is room");
    let subnet = (0..300).filter(|n| {
        let attacker = from(&mut server, ip(&format!("2001:db8:666::{n:x}")));
        enter(&mut server, attacker, format!("v6-{n}"))["status"] == 1
    });
    assert_eq!(subnet.count(), 100, "a /64 is one address");
}

const DAY: i64 = 86_400;

fn is_there(server: &mut TestServer, player: &TestPlayer) -> bool {
    server.ask(player, "get_player_info", json!({}))["status"] == 0
}

fn evict(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
}

#[test]
fn a_guest_who_never_played_is_forgotten_with_everything_it_had() {
    let mut server = TestServer::with(TestSetup { journals: true, ..TestSetup::default() });
    server.connect();
    let idle = server.player("idle");
    let player = server.player("player");
    let entered = server.ask(&player, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
    assert!(is_there(&mut server, &idle), "looking around is not playing");
    server.advance_seconds(6 * DAY);
    assert!(is_there(&mut server, &idle), "six days are too few");
    let idle = server.player("idle");
    server.advance_seconds(6 * DAY);
    assert!(is_there(&mut server, &idle), "a log-in begins the week anew");
    server.advance_seconds(2 * DAY);
    assert!(is_there(&mut server, &idle), "who is connected stays");
    server.reconnect_all();
    server.advance_seconds(7 * DAY);
    server.settle();
    let gone = server.ask(&idle, "get_player_info", json!({}));
    assert_eq!(gone["status"], 11, "its token is gone: {gone}");
    assert!(is_there(&mut server, &player), "who has played stays");
    let anew = server.ask_on(0, "login_unique", json!({"unique_id": "idle"}));
    assert_eq!(anew["status"], 1, "the device begins anew");
    assert_eq!(server.verify(), [], "nothing is left of it");
}

#[test]
fn guests_who_are_only_on_disk_are_forgotten_too() {
    let mut server = TestServer::new();
    server.connect();
    let player = server.player("player");
    server.ask(&player, "enter_stage_general", json!({"stage": 8}));
    for n in 0..600 {
        server.player(&format!("idle-{n}"));
    }
    evict(&mut server);
    assert_eq!(server.players_in_memory(), 0, "all are on disk only");
    let mut server = server.crash_and_reopen_after(8 * DAY);
    server.advance_seconds(8 * DAY);
    server.settle();
    server.fold();
    assert_eq!(server.players_in_memory(), 0, "they were loaded and deleted");
    let connection = server.connect();
    let anew = server.ask_on(connection, "login_unique", json!({"unique_id": "idle-599"}));
    assert_eq!(anew["status"], 1, "the device begins anew");
    let again = server.ask_on(connection, "login_unique", json!({"unique_id": "player"}));
    assert_eq!(again["status"], 0, "who has played stays");
    assert_eq!(server.verify(), [], "nothing is left of them");
}

#[test]
fn whoever_has_played_or_paid_stays_for_good_also_after_a_crash() {
    let mut server = TestServer::new();
    server.connect();
    let (entered, charged) = (server.player("entered"), server.player("charged"));
    server.ask(&entered, "enter_stage_general", json!({"stage": 8}));
    let card = json!({"ctype": 1, "cnum": crate::payer::CARD.0, "cpwd": crate::payer::CARD.1});
    assert_eq!(server.ask(&charged, "charge", card)["status"], 0);
    let mut server = server.crash_and_reopen();
    server.advance_seconds(30 * DAY);
    server.settle();
    server.connect();
    for device in ["entered", "charged"] {
        let again = server.ask_on(0, "login_unique", json!({"unique_id": device}));
        assert_eq!(again["status"], 0, "{device} stays");
    }
}

#[test]
fn with_zero_days_no_guest_is_forgotten() {
    let mut setup = TestSetup::default();
    setup.settings.identity.forget_guests_seconds = 0;
    let mut server = TestServer::with(setup);
    server.connect();
    server.player("idle");
    server.advance_seconds(400 * DAY);
    server.settle();
    assert_eq!(server.ask_on(0, "login_unique", json!({"unique_id": "idle"}))["status"], 0);
}
