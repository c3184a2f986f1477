//! `sud_bind`: one account per uid, and only with a session of that uid.

use crate::traveller::{delete, export, import, join, operate};
use raidkeep::engine::storage::{IndexKey, encode_value};
use raidkeep::sandbox::{REPORT_PATH, USER_INFO_PATH};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

fn bind(server: &mut TestServer, player: &TestPlayer, uid: &str, ss_token: &str) -> Value {
    server.ask(player, "sud_bind", json!({"uid": uid, "ss_token": ss_token}))
}

/// The player on a new connection, after a restart.
fn back(server: &mut TestServer, player: TestPlayer) -> TestPlayer {
    TestPlayer { connection: server.connect(), ..player }
}

fn server() -> TestServer {
    let mut server = TestServer::new();
    server.connect();
    server
}

const BOUND: &str = "another account is bound to this uid";

#[test]
fn a_uid_belongs_to_one_account() {
    let mut server = server();
    let (ann, bob) = (join(&mut server, "Ann"), join(&mut server, "Bob"));
    assert_eq!(bind(&mut server, &ann, "u1", "session")["status"], 0);
    let refused = json!({"status": 98, "message": BOUND});
    assert_eq!(bind(&mut server, &bob, "u1", "session"), refused, "it is Ann's");
    assert_eq!(bind(&mut server, &ann, "u1", "another-session")["status"], 0, "its owner may name a new session");
    assert_eq!(bind(&mut server, &bob, "U1", "session")["status"], 0, "the platform's ids are case-sensitive");
    let mut server = server.crash_and_reopen();
    let (ann, bob) = (back(&mut server, ann), back(&mut server, bob));
    assert_eq!(bind(&mut server, &bob, "u1", "session"), refused, "also after a crash");
    assert_eq!(bind(&mut server, &ann, "u2", "session")["status"], 0);
    assert_eq!(bind(&mut server, &bob, "u1", "session")["status"], 0, "Ann has left it");
    assert_eq!(server.verify(), []);
    delete(&mut server, "Bob");
    assert_eq!(bind(&mut server, &ann, "u1", "session")["status"], 0, "a deleted player has none");
    assert_eq!(server.verify(), []);
}

#[test]
fn two_who_bind_one_uid_at_once_do_not_both_get_it() {
    let mut server = checking_server();
    let (ann, bob) = (join(&mut server, "Ann"), join(&mut server, "Bob"));
    let frame =
        json!({"world": 0, "function": "sud_bind", "data": {"uid": "u1", "ss_token": "u1:session"}}).to_string();
    server.post(ann.connection, &frame);
    server.post(bob.connection, &frame);
    server.settle();
    let mut statuses: Vec<Value> = [&ann, &bob]
        .iter()
        .flat_map(|player| server.collect(player.connection))
        .map(|reply| serde_json::from_str::<Value>(&reply).expect("a reply is JSON")["status"].clone())
        .collect();
    statuses.sort_by_key(Value::as_i64);
    assert_eq!(statuses, [0, 98], "the second is refused though it asked before the first was bound");
}

#[test]
fn nobody_binds_the_number_by_which_another_account_is_reported() {
    let mut server = server();
    let ann = join(&mut server, "Ann");
    join(&mut server, "Bob");
    assert_eq!(bind(&mut server, &ann, "2", "session")["message"], BOUND, "Bob goes by it until he binds his own");
    delete(&mut server, "Bob");
    assert_eq!(bind(&mut server, &ann, "2", "session")["message"], BOUND, "he has been reported under it");
    for uid in ["1", "02", "1000001"] {
        assert_eq!(bind(&mut server, &ann, uid, "session")["status"], 0, "{uid} is nobody else's");
    }
}

#[test]
fn a_bound_number_is_not_given_to_the_account_that_would_have_had_it() {
    let mut server = server();
    let ann = join(&mut server, "Ann");
    assert_eq!(bind(&mut server, &ann, "2", "session")["status"], 0, "nobody goes by it yet");
    let mut server = server.crash_and_reopen();
    join(&mut server, "Bob");
    let document = export(&mut server, "Bob");
    assert_eq!(document["parts"]["accounts"]["uid"], "2~2", "account 2 is known to SUD by another id than Ann");
    assert_eq!(server.verify(), []);
}

#[test]
fn what_sud_cannot_have_given_is_refused() {
    let mut server = server();
    let ann = join(&mut server, "Ann");
    let long = "u".repeat(65);
    for uid in ["", "a b", "u\n", "用户", "u\u{200b}", "1@2", "u~1", &long] {
        let reply = bind(&mut server, &ann, uid, "session");
        assert_eq!(reply["status"], 13, "{uid:?}: {reply}");
        assert!(reply["message"].as_str().is_some_and(|message| message.starts_with("data.uid")), "{reply}");
    }
    let long = "s".repeat(513);
    for token in ["", " ", "a\u{0}", "令牌", &long] {
        let reply = bind(&mut server, &ann, "u1", token);
        assert_eq!(reply["status"], 13, "{token:?}: {reply}");
        assert!(reply["message"].as_str().is_some_and(|message| message.starts_with("data.ss_token")), "{reply}");
    }
    assert_eq!(bind(&mut server, &ann, &"u".repeat(64), &"s".repeat(512))["status"], 0);
}

/// A server whose platform says whose session it is.
fn checking_server() -> TestServer {
    let mut setup = TestSetup::default();
    if let Some(sud) = &mut setup.settings.platforms.sud {
        sud.user_info = sud.callback.replace(REPORT_PATH, USER_INFO_PATH);
    }
    let mut server = TestServer::with(setup);
    server.connect();
    server
}

#[test]
fn a_session_is_checked_where_the_platform_offers_it() {
    let mut server = checking_server();
    let ann = join(&mut server, "Ann");
    for (uid, token) in [("u1", "u2:session"), ("u1", "nonsense"), ("u2", "u22:session")] {
        let refused = bind(&mut server, &ann, uid, token);
        assert_eq!(refused, json!({"status": 97, "message": "SUD knows no such session of this uid"}), "{uid} {token}");
    }
    assert_eq!(bind(&mut server, &ann, "u1", "u1:session")["status"], 0, "the session belongs to u1");
    let down = json!([{"platform": "sud", "call": "get_user_info", "fault": {"http_status": 503}}]);
    server.platforms.sandbox.set_faults(serde_json::from_value(down).expect("faults")).expect("the sandbox takes it");
    assert_eq!(bind(&mut server, &ann, "u3", "u3:session")["status"], 16, "what cannot be checked is not bound");
    assert_eq!(export(&mut server, "Ann")["parts"]["sud_identity"]["uid"], "u1");
}

#[test]
fn a_binding_travels_with_its_player_and_its_session_does_not() {
    let mut server = server();
    let (ann, bob) = (join(&mut server, "Ann"), join(&mut server, "Bob"));
    bind(&mut server, &ann, "u1", "session");
    let document = export(&mut server, "Ann");
    delete(&mut server, "Ann");
    bind(&mut server, &bob, "u1", "session");
    let refused = server.operate("player_import", json!({"document": document}));
    assert_eq!(refused, json!({"status": 98, "message": "the SUD uid u1 is taken in this world"}));
    bind(&mut server, &bob, "u2", "session");
    import(&mut server, &document);
    assert_eq!(bind(&mut server, &bob, "u1", "session")["message"], BOUND, "it is Ann's again");
    let again = operate(&mut server, "player_export", json!({"name": "Ann"}))["document"].clone();
    assert_eq!(again["parts"]["sud_identity"], json!({"uid": "u1", "ss_token": ""}));
    assert_eq!(server.verify(), []);
}

/// Of a player who is in memory when they are sealed, and of one who is not.
#[test]
fn sessions_that_an_earlier_program_has_kept_in_clear_are_sealed_after_the_first_start() {
    let mut server = server();
    let (ann, _) = (join(&mut server, "Ann"), join(&mut server, "Bob"));
    server.damage(|batch| {
        batch.put("sud_identity", &1_u64.to_be_bytes(), |out| encode_value(1, &("u1", "session-of-ann"), out));
        batch.put("sud_identity", &2_u64.to_be_bytes(), |out| encode_value(1, &("u2", "session-of-bob"), out));
        batch.delete("sud_uid_index", b"");
        batch.delete("sud_sessions_sealed", b"");
    });
    let mut server = server.crash_and_reopen();
    let ann = back(&mut server, ann);
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 0);
    server.settle();
    for account in [1_u64, 2] {
        let row = server.rows().get("sud_identity", &account.to_be_bytes()).expect("readable").expect("it is there");
        let text = String::from_utf8_lossy(&row).into_owned();
        assert!(text.contains("sealed:") && !text.contains("session-of"), "account {account}: {text}");
    }
    assert_eq!(server.verify(), []);
}

#[test]
fn two_accounts_that_an_earlier_program_bound_to_one_uid_are_told_of() {
    let mut server = server();
    let (ann, bob) = (join(&mut server, "Ann"), join(&mut server, "Bob"));
    bind(&mut server, &ann, "u1", "session");
    server.damage(|batch| {
        batch.put("sud_identity", &2_u64.to_be_bytes(), |out| encode_value(1, &("u1", "session"), out));
        batch.delete("index", IndexKey::new("sud_uid", b"u1").as_bytes());
        batch.delete("sud_uid_index", b"");
    });
    let mut server = server.crash_and_reopen();
    let (ann, bob) = (back(&mut server, ann), back(&mut server, bob));
    assert_eq!(bind(&mut server, &bob, "u1", "new")["message"], BOUND, "it counts for the first of them");
    let breaches = server.verify();
    assert_eq!(breaches.len(), 1, "{breaches:?}");
    assert_eq!((breaches[0].check, breaches[0].account), ("uids and accounts", Some(2)));
    assert!(breaches[0].what.contains("bound to the uid u1, which belongs to"), "{}", breaches[0].what);
    assert_eq!(bind(&mut server, &bob, "u2", "new")["status"], 0);
    assert_eq!(server.verify(), [], "binding again repairs it");
    assert_eq!(bind(&mut server, &ann, "u1", "new")["status"], 0, "and the first has kept its own");
}
