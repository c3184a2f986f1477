//! What the log of the real program warns of becomes incidents of the realm.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::process::{Host, PROGRAM, Server, edited_assets, wait_for};
use raidkeep::studio::testing::edit_asset;

/// The incidents of a kind whose words contain this.
fn incidents(server: &Server, kind: &str, what: &str) -> Vec<Value> {
    let reply = server.operate("incident_list", json!({"kind": kind, "limit": 500}));
    let list = reply["data"]["incidents"].as_array().unwrap_or_else(|| panic!("a list: {reply}")).clone();
    list.into_iter().filter(|entry| entry["what"].as_str().is_some_and(|words| words.contains(what))).collect()
}

fn incident(server: &Server, kind: &str, what: &str) -> Value {
    wait_for(what, || incidents(server, kind, what).pop())
}

/// `raidkeep_incidents_open`, as `/metrics` has it.
fn open(server: &Server) -> u64 {
    let page = server.metrics();
    let count = page.lines().find_map(|line| line.strip_prefix("raidkeep_incidents_open{world=\"realm\"} "));
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("the metric is there: {page}"))
}

#[test]
fn a_warning_of_the_log_is_an_incident_that_is_counted_at_each_start() {
    let host = Host::new(&[]);
    let server = host.start();
    let entry = incident(&server, "log_warning", "platforms are SANDBOXED");
    assert_eq!(
        (&entry["world"], &entry["count"], &entry["state"]),
        (&json!(null), &json!(1), &json!("open")),
        "{entry}"
    );
    assert_eq!(entry["source"], "raidkeep_server::net::server", "{entry}");
    assert!(entry["detail"].as_str().is_some_and(|fields| fields.contains("platforms=mcrmb, sud")), "{entry}");
    let before = open(&server);
    assert!(before >= 1);
    let close = json!({"incident": entry["incident"], "reason": "a machine for tests"});
    assert_eq!(server.operate("incident_close", close)["status"], 0);
    assert_eq!(open(&server), before - 1);
    drop(server);

    let server = host.start();
    let again = wait_for("the warning of the second start", || {
        incidents(&server, "log_warning", "platforms are SANDBOXED").pop().filter(|entry| entry["count"] == 2)
    });
    assert_eq!((&again["state"], &again["incident"]), (&json!("open"), &entry["incident"]), "{again}");
    assert_eq!(again["note"], "a machine for tests", "what was known of it is kept");
}

#[test]
fn what_a_world_reports_itself_is_not_told_by_the_log_too() {
    let host = Host::new(&["--worlds", "2"]);
    let assets = edited_assets(&host, &[]);
    let host = host.with(&["--assets", &assets, "--set", "assets_watch=false"]);
    let server = host.start();
    let mut ann = server.connect();
    assert_eq!(ann.ask_in(1, "login_unique", json!({"unique_id": "ann"}))["status"], 1, "a new account");
    assert_eq!(ann.ask_in(1, "enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    let cheat = json!({"stage": 3001, "damage": 999_999_999_999_i64});
    assert_eq!(ann.ask_in(1, "victory_stage_boss", cheat)["status"], 93);
    assert_eq!(incident(&server, "abnormal_data", "reports damage")["world"], 1);
    edit_asset(Path::new(&assets), "shop.ron", "price: 6,", "price: 0,");
    assert_eq!(server.operate("rules_reload", json!({}))["status"], 99);
    let entry = incident(&server, "rules", "price");
    assert!(entry["source"].as_str().is_some_and(|place| place.starts_with("shop.ron:")), "{entry}");
    // A warning that is written later has been told, so what came before it would have been, too.
    let reply = server.connect_operator().ask("rules_status", json!({"token": "a guess"}));
    assert_eq!(reply["status"], 11, "{reply}");
    incident(&server, "log_warning", "operator functions are called with a wrong token");
    let logged = server.operate("incident_list", json!({"kind": "log_error"}));
    assert_eq!(logged["data"]["incidents"], json!([]), "the errors of the rules are incidents once");
    assert_eq!(incidents(&server, "log_warning", "abnormal data"), [] as [Value; 0]);
}

#[test]
fn a_world_that_has_told_the_realm_of_an_incident_is_replayed_to_the_same_rows() {
    let host = Host::new(&[]);
    let journals = host.path("journals");
    let host = host.with(&["--journal", &journals.to_string_lossy()]);
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    assert_eq!(ann.ask("victory_stage_boss", json!({"stage": 3001, "damage": 999_999_999_999_i64}))["status"], 93);
    incident(&server, "abnormal_data", "reports damage");
    server.stop();
    let files = std::fs::read_dir(&journals).expect("the folder of the journals").flatten().map(|entry| entry.path());
    let parts: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "journal")).collect();
    assert_eq!(parts.len(), 2, "one of the world and one of the realm: {parts:?}");
    for part in parts {
        let replayed = Command::new(PROGRAM).arg("replay").arg(&part).arg("--against").arg(host.data()).output();
        let replayed = replayed.expect("the program should be there");
        assert!(replayed.status.success(), "{}: {}", part.display(), String::from_utf8_lossy(&replayed.stderr));
    }
}
