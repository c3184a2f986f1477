//! The continuous archive: a world can be brought to any moment, from a folder that outlives the data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::process::{Client, Host, PROGRAM, Server, wait_for};
use crate::program::raidkeep_told;

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

fn restore(host: &Host, to: Option<&str>, into: &Path) -> (Option<i32>, String) {
    let (archive, into) = (archive_of(host).display().to_string(), into.display().to_string());
    let mut arguments = vec!["restore", "--archive", &archive, "--data", &into];
    arguments.extend(to.iter().flat_map(|to| ["--to", to]));
    raidkeep_told(&arguments)
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

pub(crate) fn wait_for_base(host: &Host, count: usize) {
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
    let mut server = server;
    server.stop();
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

/// Flips a bit in the middle of the records of a segment.
fn flip(segment: &Path) {
    let mut bytes = fs::read(segment).expect("a segment can be read");
    bytes[4096 + 100] ^= 4;
    fs::write(segment, bytes).expect("a segment can be written");
}

/// Small segments, so that a few requests fill some.
const SMALL_SEGMENTS: [&str; 2] = ["--set", "archive.segment_bytes=65536"];

/// Lets another player log in until there are more segments than this.
fn fill_segments(host: &Host, server: &Server, count: usize) {
    let mut zoe = server.guest("zoe");
    wait_for("segments", || {
        for _ in 0..50 {
            zoe.ask("login_unique", json!({"unique_id": "zoe"}));
        }
        (files(host, ".segment").len() > count).then_some(())
    });
}

#[test]
fn a_flipped_bit_and_a_missing_segment_are_found_and_never_restored() {
    let host = archived_host(&SMALL_SEGMENTS);
    let mut server = host.start();
    wait_for_base(&host, 1);
    fill_segments(&host, &server, 3);
    server.stop();
    let archive = archive_of(&host).display().to_string();
    let (code, told) = raidkeep_told(&["archive", "verify", &archive]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("can be restored from"), "it says from when to when: {told}");
    let segments = files(&host, ".segment");
    let safe = fs::read(&segments[1]).expect("it can be read");
    flip(&segments[1]);
    let name = segments[1].file_name().and_then(|name| name.to_str()).expect("a name");
    for (story, named) in [("flipped", "damaged at byte 4096"), ("missing", "missing")] {
        let (code, told) = raidkeep_told(&["archive", "verify", &archive]);
        assert_eq!(code, Some(2), "{story}: {told}");
        assert!(told.contains(name) && told.contains(named), "{story}: verify names file and place: {told}");
        let into = host.path(story);
        let (code, told) = restore(&host, None, &into);
        assert_eq!(code, Some(1), "{story}: it is not restored from: {told}");
        assert!(told.contains(named) && told.contains("raidkeep archive verify"), "{story}: with a remedy: {told}");
        assert!(!into.exists(), "{story}: nothing looks restored");
        let _ = fs::remove_file(&segments[1]);
    }
    fs::write(&segments[1], safe).expect("it can be put back");
    let last = segments.last().expect("there are some");
    let safe = fs::read(last).expect("it can be read");
    fs::remove_file(last).expect("it can be deleted");
    let (code, told) = restore(&host, None, &host.path("last"));
    assert_eq!(code, Some(1), "also the loss of the newest one is noticed: {told}");
    assert_eq!(raidkeep_told(&["archive", "verify", &archive]).0, Some(2));
    fs::write(last, safe).expect("it can be put back");
    assert_eq!(restore(&host, None, &host.path("whole")).0, Some(0), "put back, it is as good as before");
}

#[test]
fn an_idle_world_archives_nothing() {
    let host = archived_host(&["--set", "archive.base_hours=1"]);
    let mut server = host.start();
    wait_for_base(&host, 1);
    enter(&mut server.guest("ann"));
    server.stop();
    let listed = || (files(&host, ".segment"), files(&host, ".rows.redb"));
    let before = listed();
    for _ in 0..2 {
        let mut server = host.start();
        drop(server.connect());
        assert!(
            server.metrics().contains("raidkeep_archive_failing{world=\"0\"} 0"),
            "it works, and has nothing to do"
        );
        server.stop();
        assert_eq!(listed(), before, "a start is no reason for a segment or a base");
    }
}

#[test]
fn an_account_that_was_deleted_stays_deleted() {
    let host = archived_host(&[]);
    let server = host.start();
    wait_for_base(&host, 1);
    let mut ann = server.guest("ann");
    enter(&mut ann);
    let name = ann.ask("get_player_info", json!({}))["data"]["name"].as_str().unwrap_or_default().to_owned();
    enter(&mut server.guest("bob"));
    let backed_up = server.operate("backup", json!({"name": "night"}));
    assert_eq!(backed_up["status"], 0, "{backed_up}");
    let before = pass(&server, 10);
    pass(&server, 10);
    let deleted = server.operate("player_delete", json!({"name": name}));
    assert_eq!(deleted["status"], 0, "{deleted}");
    let mut server = server;
    server.stop();
    let [of_archive, of_backup] = ["of-archive", "of-backup"].map(|name| host.path(name));
    let (code, told) = restore(&host, Some(&before), &of_archive);
    assert_eq!(code, Some(0), "{told}");
    let (from, into) = (host.path("backups/night").display().to_string(), of_backup.display().to_string());
    let (code, again) = raidkeep_told(&["restore", "--backup", &from, "--data", &into]);
    assert_eq!(code, Some(0), "{again}");
    for (folder, told) in [(of_archive, told), (of_backup, again)] {
        assert!(told.contains("deleted again"), "it says so: {told}");
        let (code, checked) = raidkeep_told(&["verify", "--data", &folder.display().to_string()]);
        assert_eq!(code, Some(0), "what is left is consistent: {checked}");
        assert!(checked.contains("1 account,"), "only the other one is there: {checked}");
        let (_host, server) = serve_restored(&folder);
        let gone = server.operate("player_export", json!({"name": name}));
        assert_eq!(gone["status"], 99, "nobody brings back who was deleted: {gone}");
        let bob = server.guest("bob").ask("get_player_info", json!({}));
        assert_eq!(bob["status"], 0, "others are there: {bob}");
    }
}

#[test]
fn a_kill_while_archiving_leaves_an_archive_that_is_carried_on() {
    let host = archived_host(&SMALL_SEGMENTS);
    let mut server = host.start();
    wait_for_base(&host, 1);
    for round in 0..4 {
        let mut ann = server.guest("ann");
        for _ in 0..=round {
            enter(&mut ann);
        }
        fill_segments(&host, &server, round);
        server.process.kill();
        server = host.start();
    }
    let expected = energy(&mut server.guest("ann"));
    server.process.kill();
    // What the kill left in the log only gets into the archive with the next start.
    let mut server = host.start();
    server.stop();
    let (code, told) = raidkeep_told(&["archive", "verify", &archive_of(&host).display().to_string()]);
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("gap:"), "kills are no gaps: {told}");
    assert_eq!(files(&host, ".rows.redb").len(), 1, "and no reason for a base");
    let into = host.path("restored");
    let (code, told) = restore(&host, None, &into);
    assert_eq!(code, Some(0), "{told}");
    let (_host, server) = serve_restored(&into);
    assert_eq!(energy(&mut server.guest("ann")), expected, "everything answered is in the archive");
}

#[test]
fn an_archive_that_cannot_be_written_holds_up_nobody_and_goes_on_with_a_base() {
    let host = archived_host(&SMALL_SEGMENTS);
    let server = host.start();
    wait_for_base(&host, 1);
    let (world, away) = (archive_of(&host).join("world-0"), host.path("away"));
    fs::rename(&world, &away).expect("it can be moved");
    fs::write(&world, b"a file where the folder was").expect("it can be written");
    let mut ann = server.guest("ann");
    wait_for("a failure", || {
        for _ in 0..50 {
            assert_eq!(ann.ask("login_unique", json!({"unique_id": "ann"}))["status"], 0, "the world goes on");
        }
        server.metrics().contains("raidkeep_archive_failing{world=\"0\"} 1").then_some(())
    });
    assert!(server.process.stderr().contains("the archive cannot be written"), "the log says so");
    pass(&server, 10);
    assert_eq!(ann.ask("enter_stage_general", json!({"stage": 8}))["status"], 0, "the world goes on");
    let within = pass(&server, 10);
    pass(&server, 10);
    fs::remove_file(&world).expect("it can be deleted");
    fs::rename(&away, &world).expect("it can be moved back");
    wait_for_base(&host, 2);
    wait_for("the end of the failure", || {
        server.metrics().contains("raidkeep_archive_failing{world=\"0\"} 0").then_some(())
    });
    let expected = energy(&mut ann);
    drop(ann);
    let mut server = server;
    server.stop();
    let (code, told) = raidkeep_told(&["archive", "verify", &archive_of(&host).display().to_string()]);
    assert_eq!(code, Some(0), "a gap is no damage: {told}");
    assert!(told.contains("gap: after"), "and it is told: {told}");
    assert_eq!(told.matches("world-0: can be restored from").count(), 2, "before it and after it: {told}");
    let into = host.path("restored");
    let (code, refused) = restore(&host, Some(&within), &into);
    assert_eq!(code, Some(1), "nobody knows what was in the gap: {refused}");
    assert!(refused.contains("has a gap from") && refused.contains("outside of it"), "with a remedy: {refused}");
    let (code, told) = restore(&host, None, &into);
    assert_eq!(code, Some(0), "{told}");
    let (_host, server) = serve_restored(&into);
    assert_eq!(energy(&mut server.guest("ann")), expected, "the newest state is there");
}

#[test]
fn a_player_is_shown_as_of_a_moment() {
    let host = archived_host(&SMALL_SEGMENTS);
    let server = host.start();
    wait_for_base(&host, 1);
    let mut ann = server.guest("ann");
    enter(&mut ann);
    fill_segments(&host, &server, 1);
    let between = pass(&server, 10);
    pass(&server, 10);
    enter(&mut ann);
    let name = ann.ask("get_player_info", json!({}))["data"]["name"].as_str().unwrap_or_default().to_owned();
    drop(ann);
    let mut server = server;
    server.stop();
    let archive = archive_of(&host).display().to_string();
    let shown = |at: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(["archive", "player", &name, "--at", at, "--archive", &archive]);
        let ran = command.output().expect("the program runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice::<Value>(&ran.stdout).expect("a document")
    };
    let restored = |at: &str| {
        let into = host.path("restored");
        assert_eq!(restore(&host, Some(at), &into).0, Some(0));
        let mut command = Command::new(PROGRAM);
        let exported = command.args(["export", &name, "--data"]).arg(&into).output().expect("the program runs");
        fs::remove_dir_all(&into).expect("it can be deleted");
        serde_json::from_slice::<Value>(&exported.stdout).expect("a document")
    };
    let (then, now) = (shown(&between), shown("2100-01-01 00:00:00"));
    assert_ne!(then["parts"]["energy"], now["parts"]["energy"], "each moment has its state");
    assert_eq!(then["parts"], restored(&between)["parts"], "the same as in the whole world of then");
}
