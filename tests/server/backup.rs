//! Backups: a copy of a running world starts as a server by itself, passes verify, and holds everything that was
//! answered.

use crate::process;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Host, OPERATOR, PROGRAM, copy_folder};
use raidkeep::engine::storage::RowStore;
use raidkeep::engine::storage::proof::verify_copy;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::verify::verify;
use raidkeep::game;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::json;

fn server_with_backups(folder: Option<PathBuf>) -> TestServer {
    let mut setup = TestSetup::default();
    setup.settings.backups.folder = folder;
    TestServer::with(setup)
}

fn breaches_in(folder: &Path) -> usize {
    let app = game::build_app(&TestSetup::default().settings);
    let store = Store::read_folder(folder, "world-0").expect("a copy should open");
    verify(&app, &store.rows.into()).expect("a copy should be readable").len()
}

#[test]
fn a_copy_holds_everything_answered_before_it_and_is_consistent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = server_with_backups(Some(folder.path().to_owned()));
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    let made = server.operate("backup", json!({"name": "first"}));
    assert_eq!(made["status"], 0, "{made}");
    let copy = folder.path().join("first");
    assert_eq!(made["data"]["file"], json!(copy.join("world-0.rows.redb").display().to_string()));
    let rows = made["data"]["rows"].as_u64();
    assert_eq!(verify_copy(&copy, "world-0").ok(), rows, "it is what the world had");
    let store = Store::read_folder(&copy, "world-0").expect("a copy should open");
    assert_eq!(json!(store.recovered.last_batch), made["data"]["last_batch"], "the copy says how far it goes");
    let energy = store.rows.get("energy", &1_u64.to_be_bytes()).expect("readable");
    assert_eq!(energy, server.rows().get("energy", &1_u64.to_be_bytes()).expect("readable"), "unfolded changes too");
    drop(store);
    assert_eq!(breaches_in(&copy), 0, "a copy passes verify");
}

#[test]
fn a_backup_is_never_replaced_and_an_interrupted_one_is_made_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = server_with_backups(Some(folder.path().to_owned()));
    server.player("ann");
    let broken = folder.path().join("night");
    std::fs::create_dir_all(&broken).expect("writable");
    std::fs::write(broken.join("world-0.rows.unfinished"), b"half a copy").expect("writable");
    assert_eq!(server.operate("backup", json!({"name": "night"}))["status"], 0);
    assert_eq!(breaches_in(&broken), 0, "leftovers of a crash are not in it");
    assert!(!broken.join("world-0.rows.unfinished").exists(), "and their files are gone");
    let again = server.operate("backup", json!({"name": "night"}));
    assert_eq!(again["status"], 97, "an earlier backup stays as it is: {again}");
    assert_eq!(server.operate("backup", json!({}))["status"], 0, "without a name it is named after its moment");
}

#[test]
fn a_damaged_backup_is_found_by_whoever_asks() {
    let host = Host::new(&[]);
    let backups = host.path("backups");
    let host = host.with(&["--set", &format!("backups={}", backups.display())]);
    let server = host.start();
    server.guest("ann").ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(server.operate("backup", json!({"name": "night"}))["status"], 0);
    let (night, rows) = (backups.join("night"), backups.join("night/world-0.rows.redb"));
    let verify = || {
        let told = Command::new(PROGRAM).args(["backup", "--verify"]).arg(&night).output().expect("the program runs");
        (told.status.code(), String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned())
    };
    let (code, told) = verify();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("world-0: as it was copied"), "{told}");
    let whole = std::fs::read(&rows).expect("it can be read");
    let used: Vec<usize> = (4096..whole.len()).filter(|at| whole[*at] != 0).collect();
    for at in used.iter().step_by(used.len() / 12) {
        let mut flipped = whole.clone();
        flipped[*at] ^= 1;
        std::fs::write(&rows, &flipped).expect("it can be written");
        let (code, told) = verify();
        // A bit between the rows is read by nobody.
        if code == Some(0) {
            continue;
        }
        assert!(told.contains("world-0.rows.redb is damaged") && !told.contains("panicked"), "byte {at}: {told}");
        assert_eq!(std::fs::read(&rows).expect("it can be read"), flipped, "checking changes nothing");
    }
    let (key, value) = ("玩家#1".as_bytes(), "玩家#7".as_bytes());
    let mut changed = whole.clone();
    let name = whole.windows(key.len()).position(|window| window == key).expect("the player's name is in it");
    changed[name..name + value.len()].copy_from_slice(value);
    std::fs::write(&rows, &changed).expect("it can be written");
    assert_eq!(verify().0, Some(1), "a row that says something else is found");
    std::fs::write(&rows, &whole).expect("it can be written");
    assert_eq!(verify().0, Some(0), "what was put back is whole");
    std::fs::remove_file(night.join("world-0.backup.json")).expect("it can be deleted");
    let (code, told) = verify();
    assert_eq!(code, Some(1));
    assert!(told.contains("world-0.backup.json is missing"), "what cannot be proven is told: {told}");
}

#[test]
fn a_backup_goes_to_the_configured_folder_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = server_with_backups(Some(folder.path().join("inside")));
    for name in ["../outside", "/tmp/outside", "", "a.b"] {
        assert_eq!(server.operate("backup", json!({"name": name}))["status"], 13, "{name:?} is not a plain name");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing was written");
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "backup", json!({"name": "mine"}))["status"], 11, "players make none");
    let mut without = server_with_backups(None);
    assert_eq!(without.operate("backup", json!({"name": "x"}))["status"], 99);
}

#[test]
fn the_program_copies_a_running_world_and_the_copy_verifies_and_serves() {
    let host = Host::new(&[]);
    let backups = host.path("backups");
    let host = host.with(&["--set", &format!("backups={}", backups.display())]);
    let server = host.start();
    let (url, operators) = (format!("ws://{}", server.address), format!("ws://{}", server.operators));
    let play = |function: &str, data: &str| {
        let played = Command::new(PROGRAM).args(["call", "--url", &url, function, data]).output();
        let played = played.expect("the program should run");
        assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    };
    play("enter_stage_general", r#"{"stage":8}"#);
    let backup = |name: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(["backup", "--admin-url", &operators, "--name", name]).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
        command.output().expect("the program should run")
    };
    let made = backup("copy");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let verify = |folder: &Path| {
        let output = Command::new(PROGRAM).args(["verify", "--format", "json", "--data"]).arg(folder).output();
        output.expect("the program should run")
    };
    assert_eq!(verify(&host.data()).status.code(), Some(1), "a folder in use is not checked");
    let verified = verify(&backups.join("copy"));
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    let told: serde_json::Value = serde_json::from_slice(&verified.stdout).expect("JSON");
    let [rows, of_realm] = [1, 0].map(|at| &told["worlds"][at]["rows"]);
    assert!(rows.as_u64() > Some(20), "it says how much it has looked at: {told}");
    assert_eq!(
        told,
        json!({"worlds": [
            {"world": "realm", "accounts": 0, "rows": of_realm, "breaches": []},
            {"world": "world-0", "accounts": 1, "rows": rows, "breaches": []},
        ]})
    );
    let restored = Host::new(&[]);
    copy_folder(&backups.join("copy"), &restored.data());
    let restored_server = restored.start();
    let level =
        |server: &process::Server| server.guest("raidkeep-call").ask("get_player_info", json!({}))["data"].clone();
    let (there, here) = (level(&server), level(&restored_server));
    assert_eq!((&here["name"], &here["items"]), (&there["name"], &there["items"]), "the same player is there");
    assert_eq!(here["energy"]["remain"], json!(114), "and what it did: {here}");
    assert_eq!(backup("copy").status.code(), Some(1), "an earlier backup is not replaced");
    assert_eq!(verify(&backups).status.code(), Some(1), "a folder without worlds does not pass");
}
