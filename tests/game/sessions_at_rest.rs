//! Players' sessions with SUD are encrypted on disk, and reach the platform as they were bound.

use crate::reports::{fault, fight, reports, server, well};
use raidkeep::game::platforms::sud::sessions::SessionKeys;
use raidkeep::studio::testing::TestServer;
use serde_json::json;

fn sent_reports(server: &TestServer) -> usize {
    server.platforms.sent.iter().filter(|sent| sent.url.contains("/sud/report")).count()
}

/// What lies on the simulated disks.
fn is_on_disk(server: &mut TestServer, text: &str) -> bool {
    server.fold();
    let disks = [&server.disks().log, &server.disks().rows];
    disks.iter().any(|disk| disk.read_bytes(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes())))
}

/// The session with the platform once lay in clear in the player's row, in each round, and in each report.
#[test]
fn a_session_is_on_disk_encrypted_and_reaches_the_platform_as_it_was_bound() {
    let mut server = server();
    let ann = server.player("ann");
    server.ask(&ann, "sud_bind", json!({"uid": "u1", "ss_token": "session-in-clear"}));
    fault(&mut server, json!({"platform": "sud", "call": "report", "fault": {"http_status": 503}}));
    fight(&mut server, &ann, 500);
    assert!(is_on_disk(&mut server, "sealed:"), "the report and its round are on disk, or this would show nothing");
    assert!(!is_on_disk(&mut server, "session-in-clear"), "the session is not");
    well(&mut server);
    let mut server = server.crash_and_reopen();
    server.advance_seconds(60);
    server.settle();
    let told = reports(&mut server);
    assert_eq!(told.len(), 2, "{told:?}");
    let sent = server.platforms.sent.iter().rfind(|sent| sent.url.contains("/sud/report"));
    let body = sent.map(|sent| String::from_utf8_lossy(&sent.body).into_owned()).unwrap_or_default();
    assert!(body.ends_with(r#""ss_token":"session-in-clear"}"#), "{body}");
    assert!(!is_on_disk(&mut server, "session-in-clear"), "and it never was on disk");
}

#[test]
fn without_the_key_reports_wait_and_are_listed_and_none_goes_out_empty() {
    let mut server = server();
    let keys = server.settings().platforms.session_keys.clone();
    let ann = server.player("ann");
    server.ask(&ann, "sud_bind", json!({"uid": "u1", "ss_token": "a-session"}));
    fault(&mut server, json!({"platform": "sud", "call": "report", "fault": {"http_status": 503}}));
    fight(&mut server, &ann, 500);
    well(&mut server);
    let mut server = server.crash_and_reopen_set(|settings| settings.platforms.session_keys = SessionKeys::default());
    let sent = sent_reports(&server);
    server.advance_seconds(100_000);
    server.settle();
    assert_eq!(sent_reports(&server), sent, "nothing is sent");
    let listed = server.operate("report_list", json!({}));
    let first = &listed["data"]["reports"][0];
    assert_eq!((&first["state"], &first["attempts"]), (&json!("waiting"), &json!(1)), "it waits: {listed}");
    let why = first["last_error"].as_str().unwrap_or_default();
    assert!(why.contains("RAIDKEEP_SESSION_KEYS"), "the operator is told what is missing: {why}");
    let mut server = server.crash_and_reopen_set(|settings| settings.platforms.session_keys = keys);
    server.advance_seconds(60);
    server.settle();
    assert_eq!(reports(&mut server).len(), 2, "with the key, both go out");
}
