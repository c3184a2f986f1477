//! The real program when its disk is full: what clients, probes and the operator see, and what is left once there is
//! space again. A limit on the size of files simulates the full disk.

use std::process::Command;

use crate::process::{Client, Host, OPERATOR, PROGRAM, Server, wait_for};
use serde_json::{Value, json};

/// Less than any database.
const FULL: Option<u64> = Some(4096);

impl Server {
    /// Limits the size of the files of a [`Host::on_a_small_disk`] server, in bytes; `None` = unlimited.
    fn limit_files(&self, limit: Option<u64>) {
        let limit = limit.map_or("unlimited".to_owned(), |limit| limit.to_string());
        let arguments = ["--pid", &self.process.id().to_string(), &format!("--fsize={limit}:")];
        let status = Command::new("prlimit").args(arguments).status().expect("prlimit should be there");
        assert!(status.success(), "prlimit {arguments:?} should work");
    }
}

fn host() -> Host {
    let host = Host::new(&["--clock", "manual"]);
    let backups = host.path("backups").display().to_string();
    host.with(&["--set", &format!("backups={backups}")]).on_a_small_disk(None)
}

fn enter(client: &mut Client, once: &str) -> Value {
    let data = json!({"token": client.token, "stage": 8});
    let request = json!({"world": 0, "function": "enter_stage_general", "data": data, "once": once});
    client.try_ask(&request.to_string()).expect("a request should be answered")
}

fn remain(server: &Server, token: &str) -> Value {
    server.connect().ask("get_player_info", json!({"token": token}))["data"]["energy"]["remain"].clone()
}

#[test]
fn a_full_disk_stops_the_world_loudly_and_with_space_it_goes_on_by_itself() {
    let host = host();
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(enter(&mut ann, "a")["data"]["energy"]["remain"], 114);
    server.limit_files(FULL);
    let without_storage = json!({"status": 16, "message": "server cannot store changes at the moment, retry later"});
    assert_eq!(enter(&mut ann, "b")["status"], -2, "nobody knows what of a change is on a disk that has failed");
    assert_eq!(enter(&mut ann, "b"), without_storage, "after that, changes are refused");
    for function in ["get_player_info", "server_time", "get_all_mail"] {
        assert_eq!(ann.ask(function, json!({})), without_storage, "nothing is answered any more, {function}");
    }
    let (status, reply) = server.http("GET", "/readyz", &[]);
    assert_eq!(status, 503, "a probe takes it out of service: {reply}");
    assert!(reply.contains("world 0: server cannot store changes"), "and it says which world: {reply}");
    assert_eq!(server.http("GET", "/healthz", &[]).0, 200, "the process is alive");
    let metrics = server.metrics();
    let failures = metrics.lines().find_map(|line| line.strip_prefix("raidkeep_storage_failures_total{world=\"0\"} "));
    assert!(failures.is_some_and(|count| count != "0"), "an alarm can watch it");
    let log = server.process.stderr();
    for told in ["storage failed: this world answers nothing more", "cannot write the log", "disk full?"] {
        assert!(log.contains(told), "the log should say {told:?}: {log}");
    }
    wait_for("an attempt in vain", || server.process.stderr().contains("cannot be opened again").then_some(()));
    assert_eq!(enter(&mut ann, "b"), without_storage, "without space it stays stopped");
    server.limit_files(None);
    wait_for("the world to go on", || (server.http("GET", "/readyz", &[]).0 == 200).then_some(()));
    let log = server.process.stderr();
    assert!(log.contains("the world goes on"), "the operator reads it: {log}");
    let metrics = server.metrics();
    assert!(metrics.contains("raidkeep_storage_revivals_total{world=\"0\"} 1"), "and an alarm can end");
    assert_eq!(ann.ask("get_player_info", json!({}))["data"]["energy"]["remain"], 114, "what was answered is there");
    assert_eq!(enter(&mut ann, "a")["data"]["energy"]["remain"], 114, "the first entry is not made again");
    for _ in 0..2 {
        assert_eq!(enter(&mut ann, "b")["data"]["energy"]["remain"], 108, "the other one is made once, now");
    }
    server.signal("TERM");
    assert_eq!(server.process.wait().code(), Some(0), "it stops in an orderly way");
    assert_eq!(remain(&host.start(), &ann.token), 108, "and all of it outlives the server");
}

#[test]
fn a_stopped_world_whose_files_are_gone_says_so_and_makes_no_new_ones() {
    let host = host();
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(enter(&mut ann, "a")["data"]["energy"]["remain"], 114);
    server.limit_files(FULL);
    assert_eq!(enter(&mut ann, "b")["status"], -2);
    let (data, elsewhere) = (host.data(), host.path("elsewhere"));
    std::fs::rename(&data, &elsewhere).expect("a folder can be moved");
    std::fs::create_dir(&data).expect("an empty folder, as under a disk that is not mounted");
    server.limit_files(None);
    let told = "world-0.rows.redb is missing or empty";
    wait_for("what is wrong", || server.process.stderr().contains(told).then_some(()));
    let made = std::fs::read_dir(&data).expect("the folder is there").count();
    assert_eq!(made, 0, "a world that has players is never begun anew");
    std::fs::remove_dir(&data).expect("it is empty");
    std::fs::rename(&elsewhere, &data).expect("the folder can be moved back");
    wait_for("the world to go on", || (server.http("GET", "/readyz", &[]).0 == 200).then_some(()));
    assert_eq!(enter(&mut ann, "b")["data"]["energy"]["remain"], 108, "once its files are back, it goes on");
    server.signal("TERM");
    assert_eq!(server.process.wait().code(), Some(0));
}

#[test]
fn a_full_disk_may_be_left_by_stopping_the_server() {
    let host = host();
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(enter(&mut ann, "a")["status"], 0);
    server.limit_files(FULL);
    assert_eq!(enter(&mut ann, "b")["status"], -2);
    server.signal("TERM");
    assert_eq!(server.process.wait().code(), Some(0), "a world that waits for space holds up no stop");
    let server = host.start();
    assert_eq!(remain(&server, &ann.token), 114, "answered changes are stored");
}

#[test]
fn a_start_on_a_full_disk_is_refused_with_a_reason_and_loses_nothing() {
    let host = host();
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(enter(&mut ann, "a")["status"], 0);
    server.process.kill();
    let host = host.on_a_small_disk(Some(8));
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    for told in [" in ", &host.data().display().to_string(), "disk full?", "No answered change is lost"] {
        assert!(stderr.contains(told), "{told:?} should be reported: {stderr}");
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
    let host = host.on_a_small_disk(None);
    assert_eq!(remain(&host.start(), &ann.token), 114, "with space it starts with all that was answered");
}

#[test]
fn a_backup_without_space_is_refused_and_the_world_keeps_running() {
    let host = host();
    let server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(enter(&mut ann, "a")["status"], 0);
    // It folds; from here on only the copy is written for a backup.
    assert_eq!(server.operate("backup", json!({"name": "before"}))["status"], 0);
    // And so does this: the backup is in the audit.
    assert_eq!(server.operate("audit_list", json!({}))["status"], 0);
    server.limit_files(FULL);
    let url = format!("ws://{}", server.operators);
    let backup = |name: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(["backup", "--admin-url", &url, "--name", name]).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
        command.output().expect("the program should run")
    };
    let refused = backup("night");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("no backup of world 0"), "{told}");
    let folder = host.path("backups").join("night");
    assert!(!folder.join("world-0.rows.redb").exists(), "a partial copy does not have the name of a complete one");
    let log = server.process.stderr();
    assert!(log.contains("a backup failed"), "the operator reads it in the log too: {log}");
    assert_eq!(server.http("GET", "/readyz", &[]).0, 200, "the world keeps running");
    server.limit_files(None);
    assert_eq!(enter(&mut ann, "b")["data"]["energy"]["remain"], 108, "and takes changes");
    let made = backup("night");
    assert!(made.status.success(), "with space the same name works: {}", String::from_utf8_lossy(&made.stderr));
    assert!(folder.join("world-0.rows.redb").exists());
}

#[test]
fn pauses_that_make_no_sense_are_refused_with_their_key() {
    let settings =
        [("reopen_first_seconds=0", "expected 1 to 86400"), ("reopen_most_seconds=0", "expected storage.reopen_")];
    for (setting, told) in settings {
        let (code, stderr) = host().with(&["--set", &format!("storage.{setting}")]).start_in_vain();
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains(told) && stderr.contains("storage.reopen_"), "{setting}: {stderr}");
    }
}

#[test]
fn the_realm_goes_on_by_itself_too() {
    let host = host();
    let server = host.start();
    let add =
        |name: &str| server.operate("operator_add", json!({"name": name, "role": "viewer", "password": "0123456789"}));
    assert_eq!(add("ann")["status"], 0);
    server.limit_files(FULL);
    assert_ne!(add("bob")["status"], 0, "nothing is stored on a full disk");
    wait_for("an attempt in vain", || server.process.stderr().contains("cannot be opened again").then_some(()));
    server.limit_files(None);
    let told = "the world goes on";
    wait_for("the realm to go on", || server.process.stderr().contains(told).then_some(()));
    wait_for("operators to be added again", || (add("cleo")["status"] == 0).then_some(()));
}
