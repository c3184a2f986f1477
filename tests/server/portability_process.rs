//! `raidkeep export`, `delete` and `import` against a running server, and `export --data` against a stopped one.

use std::path::Path;

use crate::process::Host;
use crate::program::raidkeep;
use serde_json::{Value, json};

fn succeed(arguments: &[&str]) -> String {
    let output = raidkeep(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program writes text")
}

fn fail(arguments: &[&str]) -> String {
    let output = raidkeep(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?} should fail");
    String::from_utf8(output.stderr).expect("the program writes text")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("a document is JSON")
}

#[test]
fn the_program_exports_deletes_and_imports_a_player() {
    // Frames are so small that a document takes several.
    let host = Host::new(&["--set", "limits.frame_bytes=40000"]);
    let mut server = host.start();
    let url = format!("ws://{}", server.operators);
    let mut guest = server.guest("ann");
    for _ in 0..19 {
        assert_eq!(guest.ask("enter_stage_general", json!({"stage": 8}))["status"], 0);
        assert_eq!(guest.ask("victory_stage_general", json!({"stage": 8}))["status"], 0);
    }
    let file = host.path("ann.json");
    let path = file.to_str().expect("a plain path");
    succeed(&["export", "玩家#1", "--admin-url", &url, "--out", path]);
    let document = read(&file);
    let device = document["parts"]["accounts"]["unique_id"].as_str().unwrap_or_default();
    assert!(device.starts_with("sha256:"), "a device logs its guest in, so only its hash leaves the world: {device}");
    assert!(document["parts"]["inventory"]["ledger"].as_array().is_some_and(|ledger| ledger.len() >= 19));
    let there = fail(&["export", "玩家#1", "--admin-url", &url, "--out", path]);
    assert!(there.contains("cannot write"), "a file is never replaced: {there}");
    let taken = fail(&["import", path, "--admin-url", &url]);
    assert!(taken.contains("its unique_id is taken in this world (status 98)"), "{taken}");
    let unsure = raidkeep(&["delete", "玩家#1", "--admin-url", &url]);
    assert!(!unsure.status.success(), "nobody is deleted without --yes");
    assert_eq!(succeed(&["delete", "玩家#1", "--admin-url", &url, "--yes"]), "deleted 玩家#1, account 1\n");
    assert_eq!(guest.ask("get_player_info", json!({}))["status"], 11, "its connection is signed out");
    let nobody = fail(&["delete", "玩家#1", "--admin-url", &url, "--yes"]);
    assert!(nobody.contains("no such player (status 99)"), "{nobody}");
    assert_eq!(succeed(&["import", path, "--admin-url", &url]), "imported 玩家#2 as account 2\n");
    let again: Value = serde_json::from_str(&succeed(&["export", "玩家#2", "--admin-url", &url])).expect("JSON");
    assert_eq!(again["parts"]["inventory"], document["parts"]["inventory"]);
    let data = host.data();
    let data = data.to_str().expect("a plain path");
    let in_use = fail(&["export", "玩家#2", "--data", data]);
    assert!(in_use.contains("in use by another server"), "{in_use}");
    drop(guest);
    server.signal("TERM");
    server.process.wait();
    let at_rest: Value = serde_json::from_str(&succeed(&["export", "玩家#2", "--data", data])).expect("JSON");
    assert_eq!(at_rest["parts"], again["parts"], "the folder has the same content");
    let nobody = fail(&["export", "玩家#1", "--data", data]);
    assert!(nobody.contains("there is no player 玩家#1 in world-0"), "{nobody}");
    let verified = succeed(&["verify", "--data", data]);
    assert!(verified.contains("\nworld-0: consistent (1 account, "), "{verified}");
}

#[test]
fn import_replaces_a_player_in_one_step_or_leaves_it_as_it_was() {
    let host = Host::new(&[]);
    let server = host.start();
    let url = format!("ws://{}", server.operators);
    server.guest("ann");
    let (good, bad) = (host.path("ann.json"), host.path("bad.json"));
    let path = |file: &Path| file.display().to_string();
    succeed(&["export", "玩家#1", "--admin-url", &url, "--out", &path(&good)]);
    let mut broken = read(&good);
    broken["parts"]["energy"]["points"] = json!(-1);
    std::fs::write(&bad, broken.to_string()).expect("writable");
    fail(&["import", &path(&bad), "--admin-url", &url, "--replace"]);
    succeed(&["export", "玩家#1", "--admin-url", &url]);
    let would = succeed(&["import", &path(&good), "--admin-url", &url, "--replace", "--dry-run"]);
    assert_eq!(would, "would have replaced account 1 by 玩家#1, account 2\n");
    let would = succeed(&["delete", "玩家#1", "--admin-url", &url, "--dry-run"]);
    assert_eq!(would, "would have deleted 玩家#1, account 1\n");
    let done = succeed(&["import", &path(&good), "--admin-url", &url, "--replace"]);
    assert_eq!(done, "replaced account 1 by 玩家#2, account 2\n");
    let log = server.process.stderr();
    for line in ["an operator has exported a player", "an operator has replaced a player by a document"] {
        assert!(log.contains(line), "{line}: {log}");
    }
}
