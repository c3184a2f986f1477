//! Queries as SUD signs them: with milliseconds or seconds, each of them once, whatever happens in between.

use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::SudAuth;
use raidkeep::game::platforms::sud::query::QUERY_PATH;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

const BODY: &str = r#"{"match_id": "x"}"#;

/// A header that was signed with this timestamp.
fn signed(timestamp: i64, nonce: &str) -> String {
    let secret = Secret::new("test-app-secret");
    SudAuth::sign("1461564080052506636", timestamp, nonce, BODY.as_bytes(), &secret).to_header()
}

fn ask(server: &mut TestServer, header: &str) -> (u16, Value) {
    told(server, Some(header), BODY)
}

/// HTTP status, and the fields of the document.
fn told(server: &mut TestServer, header: Option<&str>, body: &str) -> (u16, Value) {
    let (status, reply) = server.http(QUERY_PATH, header, body);
    (status, json!({"ret_code": reply["ret_code"], "ret_msg": reply["ret_msg"]}))
}

/// The body of a refused query.
fn refused(why: &str) -> (u16, Value) {
    (401, json!({"ret_code": 401, "ret_msg": why}))
}

fn unknown() -> (u16, Value) {
    (200, json!({"ret_code": 70420, "ret_msg": "no such match"}))
}

const USED: &str = "the nonce was used before";
const STALE: &str = "the timestamp is too far from the present; expected Unix milliseconds or seconds";

#[test]
fn a_timestamp_may_be_in_milliseconds_or_in_seconds() {
    let mut server = TestServer::new();
    let now_ms = server.now_ms();
    assert_eq!(ask(&mut server, &signed(now_ms, "n1")), unknown());
    let seconds = signed(now_ms / 1000, "n2");
    assert!(seconds.contains(&format!("timestamp=\"{}\"", now_ms / 1000)), "ten digits: {seconds}");
    assert_eq!(ask(&mut server, &seconds), unknown());
    assert_eq!(ask(&mut server, &seconds), refused(USED), "a nonce counts once in seconds too");
    assert_eq!(ask(&mut server, &signed(now_ms / 1000 - 301, "n3")), refused(STALE));
    assert_eq!(ask(&mut server, &signed(now_ms / 1000 + 302, "n4")), refused(STALE));
}

#[test]
fn a_refused_query_has_the_shape_of_an_answer() {
    let mut server = TestServer::new();
    let unsigned = told(&mut server, None, BODY);
    let scheme = r#"expected the header Authorization: Sud-Auth app_id="..",timestamp="..",nonce="..",signature="..""#;
    assert_eq!(unsigned, refused(scheme));
    let good = signed(server.now_ms(), "n1");
    assert_eq!(told(&mut server, Some(&good), "{}"), refused("the signature does not fit"));
    let mut setup = TestSetup::default();
    setup.settings.platforms.sud = None;
    let mut off = TestServer::with(setup);
    assert_eq!(ask(&mut off, &good), refused("questions are not answered on this server"));
}

#[test]
fn a_query_cannot_be_sent_again_after_a_restart() {
    let mut server = TestServer::new();
    let (first, second) = (signed(server.now_ms(), "n1"), signed(server.now_ms(), "n2"));
    assert_eq!(ask(&mut server, &first), unknown());
    let mut server = server.crash_and_reopen();
    assert_eq!(ask(&mut server, &first), refused(USED), "what was answered is on disk");
    assert_eq!(ask(&mut server, &second), unknown());
    let mut server = server.crash_and_reopen_after(200).crash_and_reopen();
    assert_eq!(ask(&mut server, &first), refused(USED));
    assert_eq!(ask(&mut server, &second), refused(USED));
}

#[test]
fn a_clock_that_jumps_lets_no_query_be_sent_again() {
    let mut server = TestServer::new();
    let (first, spare) = (signed(server.now_ms(), "n1"), signed(server.now_ms(), "spare"));
    assert_eq!(ask(&mut server, &first), unknown());
    server.advance_seconds(86_400);
    // A query of the later time forgets the first one.
    let later = signed(server.now_ms(), "n2");
    assert_eq!(ask(&mut server, &later), unknown());
    server.advance_seconds(-86_400);
    assert_eq!(ask(&mut server, &first), refused(USED), "its timestamp is fresh again");
    assert_eq!(ask(&mut server, &spare), refused(USED), "it may have been used, which nobody knows any more");
    let mut server = server.crash_and_reopen();
    assert_eq!(ask(&mut server, &first), refused(USED), "also after a restart");
    server.advance_seconds(2);
    let fresh = signed(server.now_ms(), "n3");
    assert_eq!(ask(&mut server, &fresh), unknown(), "what is signed from now on is answered");
    server.advance_seconds(86_398);
    assert_eq!(ask(&mut server, &later), refused(USED), "the later query is still known");
}

#[test]
fn old_nonces_leave_memory_and_disk() {
    let mut server = TestServer::new();
    let count = |server: &mut TestServer| {
        let mut count = 0;
        server.settle();
        server.rows().scan("nonces", &mut |_, _| count += 1).expect("the disk is readable");
        count
    };
    for number in 0..3 {
        let header = signed(server.now_ms(), &format!("n{number}"));
        assert_eq!(ask(&mut server, &header), unknown());
    }
    assert_eq!(count(&mut server), 3);
    server.advance_seconds(301);
    let header = signed(server.now_ms(), "n3");
    assert_eq!(ask(&mut server, &header), unknown());
    assert_eq!(count(&mut server), 1, "those that are too old to be accepted need not be remembered");
}
