//! The continuous archive: a world can be brought to any moment, from a folder that outlives the data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::process::{Client, Host, OPERATOR, PROGRAM, Server, wait_for};

/// A server with a manual clock and an archive beside its data.
fn archived_host(arguments: &[&str]) -> Host {
    let host = Host::new(&["--clock", "manual"]);
    let (archive, backups) = (archive_of(&host), host.path("backups"));
    let backups = format!("backups={}", backups.display());
    host.with(&["--archive", &archive.display().to_string(), "--set", &backups]).with(arguments)
}

fn archive_of(host: &Host) -> PathBuf {
    host.path("archive")
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let ran = Command::new(PROGRAM).args(arguments).output().expect("the program runs");
    (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
}

fn restore(host: &Host, to: Option<&str>, into: &Path) -> (Option<i32>, String) {
    let (archive, into) = (archive_of(host).display().to_string(), into.display().to_string());
    let mut arguments = vec!["restore", "--archive", &archive, "--data", &into];
    arguments.extend(to.iter().flat_map(|to| ["--to", to]));
    run(&arguments)
}

/// A server on a folder that was restored, with nothing but that.
fn serve_restored(folder: &Path) -> (Host, Server) {
    let host = Host::new(&["--clock", "manual"]);
    crate::process::copy_folder(folder, &host.data());
    let server = host.start();
    (host, server)
}

fn enter(client: &mut Client) {
    let entered = client.ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
}

fn energy(client: &mut Client) -> Value {
    client.ask("get_player_info", json!({}))["data"]["energy"]["remain"].clone()
}

/// Lets the game's clock go on; returns the moment that it then shows, in UTC.
fn pass(server: &Server, seconds: u64) -> String {
    let passed = server.operate("clock_advance", json!({"seconds": seconds}));
    assert_eq!(passed["status"], 0, "{passed}");
    let now = server.connect_operator().ask("server_time", json!({}));
    let now = now["data"]["now"].as_i64().or_else(|| now["data"]["time"].as_i64()).unwrap_or_else(|| panic!("{now}"));
    jiff::Timestamp::from_second(now).expect("a moment").to_string()
}

/// The files of the archive of the first world that end like this, sorted.
fn files(host: &Host, suffix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(archive_of(host).join("world-0")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(suffix));
    files.sort();
    files
}

fn wait_for_base(host: &Host, count: usize) {
    wait_for("a base", || (files(host, ".rows.redb").len() >= count).then_some(()));
}

#[test]
fn a_world_is_restored_to_the_moment_between_two_requests() {
    let host = archived_host(&[]);
    let server = host.start();
    wait_for_base(&host, 1);
    let mut ann = server.guest("ann");
    enter(&mut ann);
    let before = energy(&mut ann);
    let between = pass(&server, 10);
    pass(&server, 10);
    enter(&mut ann);
    let after = energy(&mut ann);
    assert_ne!(before, after, "the second request shows");
    drop(ann);
    server.signal("TERM");
    let mut server = server;
    assert!(server.process.wait().success(), "it stops in order: {}", server.process.stderr());
    for (to, expected) in [(Some(&between[..]), &before), (None, &after)] {
        let into = host.path(&format!("restored-{}", to.is_some()));
        let (code, told) = restore(&host, to, &into);
        assert_eq!(code, Some(0), "{told}");
        let (_host, server) = serve_restored(&into);
        assert_eq!(&energy(&mut server.guest("ann")), expected, "the state of then, no more and no less: {told}");
    }
    let (code, told) = restore(&host, None, &host.path("restored-true"));
    assert_eq!(code, Some(1), "a folder that is in use is no place for a restore: {told}");
    assert!(told.contains("is not empty"), "{told}");
}
