//! Operators with names: what they may do follows from their role, and they log in with a password and a second factor.

use std::time::Duration;

use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

const PASSWORD: &str = "a long password";

fn server() -> TestServer {
    TestServer::with(TestSetup::default().with_realm())
}

/// Asks as the operator with this token.
pub(crate) fn ask(server: &mut TestServer, token: &str, function: &str, mut data: Value) -> Value {
    data["token"] = token.into();
    server.ask_on(0, function, data)
}

fn log_in(server: &mut TestServer, name: &str, password: &str) -> Value {
    server.connect();
    server.ask_on(0, "operator_login", json!({"name": name, "password": password}))
}

/// Adds an operator who has logged in and changed the password; returns the session's token.
pub(crate) fn operator(server: &mut TestServer, name: &str, role: &str) -> String {
    let added = server.operate("operator_add", json!({"name": name, "role": role, "password": "first password"}));
    assert_eq!(added["status"], 0, "{added}");
    let reply = log_in(server, name, "first password");
    assert_eq!((&reply["status"], &reply["data"]["must_change_password"]), (&json!(0), &json!(true)), "{reply}");
    let token = reply["data"]["token"].as_str().expect("a token").to_owned();
    let changed = ask(server, &token, "operator_password", json!({"password": "first password", "new": PASSWORD}));
    assert_eq!(changed["status"], 0, "{changed}");
    token
}

#[test]
fn an_operator_may_do_what_the_role_allows_and_nothing_else() {
    let mut server = server();
    let viewer = operator(&mut server, "vera", "viewer");
    assert_eq!(ask(&mut server, &viewer, "audit_list", json!({}))["status"], 0);
    let refused = ask(&mut server, &viewer, "player_delete", json!({"name": "Ann"}));
    assert_eq!(refused["status"], 20, "{refused}");
    assert_eq!(refused["message"], "role viewer does not have the right \"data\", which player_delete needs");
    let shown = ask(&mut server, &viewer, "operator_self", json!({}));
    assert_eq!(
        shown["data"],
        json!({"name": "vera", "role": "viewer", "rights": ["view"], "must_change_password": false, "has_totp": false})
    );
    assert_eq!(server.operate("operator_role", json!({"name": "vera", "role": "admin"}))["status"], 0);
    let allowed = ask(&mut server, &viewer, "player_delete", json!({"name": "Ann"}));
    assert_eq!(allowed["status"], 99, "a role holds from the next request: {allowed}");
}

#[test]
fn a_password_that_somebody_else_has_set_is_changed_before_anything_else() {
    let mut server = server();
    server.operate("operator_add", json!({"name": "ann", "role": "support", "password": "first password"}));
    let token = log_in(&mut server, "ann", "first password")["data"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(ask(&mut server, &token, "audit_list", json!({}))["status"], 20);
    assert_eq!(ask(&mut server, &token, "operator_self", json!({}))["data"]["must_change_password"], true);
    let short = ask(&mut server, &token, "operator_password", json!({"password": "first password", "new": "short"}));
    assert_eq!(short["message"], "data.new: expected 10 characters or more");
    let wrong = ask(&mut server, &token, "operator_password", json!({"password": "another one", "new": PASSWORD}));
    assert_eq!(wrong["status"], 97);
    let right = ask(&mut server, &token, "operator_password", json!({"password": "first password", "new": PASSWORD}));
    assert_eq!(right["status"], 0);
    assert_eq!(ask(&mut server, &token, "audit_list", json!({}))["status"], 0);
    assert_eq!(log_in(&mut server, "ann", "first password")["status"], 97, "the first password is used up");
}

#[test]
fn guesses_are_slowed_down_and_tell_nothing_of_names() {
    let mut server = server();
    operator(&mut server, "ann", "support");
    let nobody = log_in(&mut server, "nobody", "some password");
    assert_eq!(nobody, log_in(&mut server, "ann", "some password"), "names cannot be guessed one by one");
    for _ in 0..9 {
        assert_eq!(log_in(&mut server, "ann", "some password")["status"], 97);
    }
    assert_eq!(log_in(&mut server, "ann", PASSWORD)["status"], 95, "also the right one has to wait");
    server.pass_real_time(Duration::from_secs(601));
    assert_eq!(log_in(&mut server, "ann", PASSWORD)["status"], 0);
}

#[test]
fn a_session_ends_with_its_time_by_logging_out_and_when_an_admin_ends_it() {
    let mut server = server();
    let first = operator(&mut server, "ann", "support");
    let second = log_in(&mut server, "ann", PASSWORD)["data"]["token"].as_str().expect("a token").to_owned();
    let looks = |server: &mut TestServer, token: &str| ask(server, token, "operator_self", json!({}))["status"].clone();
    assert_eq!(ask(&mut server, &first, "operator_logout", json!({}))["status"], 0);
    assert_eq!((looks(&mut server, &first), looks(&mut server, &second)), (json!(11), json!(0)));
    server.advance_seconds(12 * 3600 + 1);
    server.step(1);
    assert_eq!(looks(&mut server, &second), 11, "a session lasts twelve hours");
    for (function, data) in [
        ("operator_reset", json!({"name": "ann", "password": "another password"})),
        ("operator_remove", json!({"name": "ann"})),
    ] {
        let password = if function == "operator_reset" { PASSWORD } else { "another password" };
        let token = log_in(&mut server, "ann", password)["data"]["token"].as_str().expect(function).to_owned();
        assert_eq!(server.operate(function, data)["status"], 0);
        assert_eq!(looks(&mut server, &token), 11, "{function} ends what is open");
    }
    assert_eq!(log_in(&mut server, "ann", "another password")["status"], 97, "she is no operator any more");
}

#[test]
fn operators_and_sessions_outlive_a_loss_of_power() {
    let mut server = server();
    let token = operator(&mut server, "ann", "support");
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(ask(&mut server, &token, "operator_self", json!({}))["data"]["name"], "ann");
    assert_eq!(server.verify(), Vec::new());
}

#[test]
fn what_is_done_with_a_name_is_in_the_audit_under_it_without_passwords() {
    let mut server = server();
    let admin = operator(&mut server, "王主管", "admin");
    let added =
        ask(&mut server, &admin, "operator_add", json!({"name": "bob", "role": "viewer", "password": PASSWORD}));
    assert_eq!(added["status"], 0, "{added}");
    let entries = server.operate("audit_list", json!({"operator": "王主管"}))["data"]["entries"].take();
    assert_eq!(entries[0]["function"], "operator_add");
    assert!(!entries.to_string().contains(PASSWORD), "{entries}");
}

#[test]
fn nobody_asks_in_the_name_of_a_world() {
    let mut server = server();
    let hello = json!({"world": 0, "epoch": 1, "number": 0});
    assert_eq!(server.operate("world_hello", hello)["status"], 20);
}

#[test]
fn a_second_factor_is_asked_for_and_no_code_works_twice() {
    let mut server = server();
    let token = operator(&mut server, "ann", "support");
    // The secret of the examples in RFC 6238, and its codes at the test's moment.
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let code = |server: &TestServer| totp(secret, server.now_ms() / 1000);
    let wrong = ask(&mut server, &token, "operator_totp", json!({"secret": secret, "code": "000000"}));
    assert_eq!(wrong["status"], 97, "whoever mistypes the secret is not locked out");
    let set = json!({"secret": secret, "code": code(&server)});
    assert_eq!(ask(&mut server, &token, "operator_totp", set)["status"], 0);
    server.advance_seconds(60);
    assert_eq!(log_in(&mut server, "ann", PASSWORD)["status"], 96);
    let with_code = json!({"name": "ann", "password": PASSWORD, "totp": code(&server)});
    assert_eq!(server.ask_on(0, "operator_login", with_code.clone())["status"], 0);
    assert_eq!(server.ask_on(0, "operator_login", with_code)["status"], 97, "a code that was seen is worth nothing");
}

/// The code of a secret in base32 at a moment.
fn totp(secret: &str, now: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let totp = totp_rs::Builder::new().with_secret(secret).build().expect("a valid secret");
    totp.generate(now.unsigned_abs()).to_string()
}
