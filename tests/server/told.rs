//! What the log tells an operator while the server runs: each thing once, and not once for each call.

use crate::bank::Bank;
use crate::process::{Host, Server, wait_for};
use serde_json::{Value, json};

/// The lines of a JSON log with this message.
fn lines(server: &Server, message: &str) -> Vec<Value> {
    let log = server.process.stderr();
    let lines =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("one object a line: {line}")));
    lines.filter(|line: &Value| line["fields"]["message"].as_str().is_some_and(|told| told.contains(message))).collect()
}

/// Waits for a line, and returns its fields.
fn told(server: &Server, message: &str) -> Value {
    wait_for(message, || lines(server, message).pop())["fields"].clone()
}

#[test]
fn a_platform_that_is_gone_for_an_hour_is_told_once_with_the_reason_and_once_when_it_is_back() {
    let host = Host::new(&["--log-json", "--clock", "manual", "--set", "platforms.sud.report_boss_sessions=true"]);
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let server = host.start();
    bank.post("/faults", &json!([{"platform": "sud", "call": "report", "fault": {"http_status": 503}}]));
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    assert_eq!(ann.ask("victory_stage_boss", json!({"stage": 3001, "damage": 100}))["status"], 0);
    let begun = told(&server, "a platform fails");
    assert_eq!((&begun["platform"], &begun["why"]), (&json!("sud reports"), &json!("HTTP status 503")), "{begun}");
    let failed = "raidkeep_reports_total{world=\"0\",outcome=\"failed\"}";
    let await_failures = |calls: u32| {
        wait_for("the report to fail again", || {
            let page = server.metrics();
            let count = page.lines().find_map(|line| line.strip_prefix(failed)?.trim().parse::<u32>().ok())?;
            (count >= calls).then_some(())
        });
    };
    // The clock moves only while no call is in flight: it would miss its deadline.
    for calls in 1..=4 {
        await_failures(calls);
        assert_eq!(server.operate("clock_advance", json!({"seconds": 900}))["status"], 0);
    }
    await_failures(5);
    bank.post("/faults", &json!([]));
    assert_eq!(server.operate("clock_advance", json!({"seconds": 900}))["status"], 0);
    let ended = told(&server, "a platform answers again");
    assert_eq!(ended["platform"], "sud reports", "{ended}");
    assert_eq!((&ended["seconds"], &ended["failed_calls"]), (&json!(4500), &json!(5)), "it says how long: {ended}");
    assert_eq!(lines(&server, "a platform fails").len(), 1, "not one for each call");
    assert_eq!(lines(&server, "a platform answers again").len(), 1);
}

#[test]
fn the_months_change_and_a_clock_that_was_set_are_told() {
    let host = Host::new(&["--log-json", "--clock", "manual"]);
    let server = host.start();
    assert_eq!(told(&server, "a season begins")["season"], 1);
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    assert_eq!(ann.ask("victory_stage_boss", json!({"stage": 3001, "damage": 100}))["status"], 0);
    assert_eq!(server.operate("clock_advance", json!({"seconds": 32 * 86_400}))["status"], 0);
    let set = told(&server, "an operator has set the clock");
    assert_eq!(set["seconds"], 32 * 86_400, "{set}");
    let ended = told(&server, "a season has ended; its ranking is archived");
    assert_eq!((&ended["season"], &ended["players"]), (&json!(1), &json!(1)), "{ended}");
    wait_for("the next season", || (lines(&server, "a season begins").len() == 2).then_some(()));
}

#[test]
fn abnormal_damage_is_told_with_the_player_and_counted() {
    let host = Host::new(&["--log-json"]);
    let server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    let reply = ann.ask("victory_stage_boss", json!({"stage": 3001, "damage": 999_999_999_999_i64}));
    assert_eq!(reply["status"], 93, "{reply}");
    let line = told(&server, "a client sends abnormal data");
    assert_eq!((&line["player"], &line["what"]), (&json!("玩家#1"), &json!("damage")), "{line}");
    let page = server.metrics();
    assert!(page.contains("raidkeep_abnormal_data_total{world=\"0\",what=\"damage\"} 1"), "{page}");
}

#[test]
fn exports_imports_and_deletions_are_told() {
    let host = Host::new(&["--log-json"]);
    let server = host.start();
    server.guest("ann");
    let document = server.operate("player_export", json!({"name": "玩家#1"}))["data"]["document"].clone();
    assert_eq!(server.operate("player_delete", json!({"name": "玩家#1"}))["status"], 0);
    assert_eq!(server.operate("player_import", json!({"document": document}))["status"], 0);
    for what in ["has exported", "has deleted", "has imported"] {
        let line = told(&server, what);
        assert!(line["player"].as_str().is_some_and(|player| player.starts_with("玩家#")), "{line}");
    }
}
