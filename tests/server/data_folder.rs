//! Which folders a server takes for its own, who makes worlds in them, and who may read what it writes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::process::Host;
use crate::program::raidkeep_told;

const NEW_WORLDS: &str = "new worlds are made";

fn init(host: &Host, arguments: &[&str]) -> (Option<i32>, String) {
    raidkeep_told(&[&["init", "--data", &host.data().display().to_string()], arguments].concat())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

/// All files and folders in a folder, and itself.
fn all_below(path: &Path) -> Vec<PathBuf> {
    let below = fs::read_dir(path).into_iter().flatten().flatten().flat_map(|entry| all_below(&entry.path()));
    below.chain([path.to_owned()]).collect()
}

/// A folder whose disk was not mounted once became a new, empty world for everybody.
#[test]
fn worlds_are_made_in_a_missing_or_empty_folder_unless_it_must_have_some() {
    let host = Host::new(&[]);
    let strict = ["--set", "data_must_exist=true"];
    let strict_host = Host::new(&strict);
    let (code, told) = strict_host.start_in_vain();
    assert_eq!(code, Some(1), "a missing folder is refused: {told}");
    assert!(told.contains("data_must_exist") && told.contains("raidkeep init --data"), "the remedy is named: {told}");
    assert!(!strict_host.data().exists(), "and nothing is made in it");
    fs::create_dir(strict_host.data()).expect("a writable folder");
    assert_eq!(strict_host.start_in_vain().0, Some(1), "so is an empty one");
    let mut server = host.start();
    assert_eq!(server.process.stderr().matches(NEW_WORLDS).count(), 1, "it is told in one line");
    server.process.kill();
    let host = host.with(&strict);
    let mut server = host.start();
    assert!(!server.process.stderr().contains(NEW_WORLDS), "the world is known now, after a kill too");
    server.process.kill();
}

#[test]
fn a_folder_of_something_else_is_refused_and_leftovers_of_a_server_are_not_something_else() {
    let host = Host::new(&[]);
    fs::create_dir(host.data()).expect("a writable folder");
    fs::write(host.data().join("letter.txt"), b"dear Ann").expect("a writable folder");
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("letter.txt") && told.contains("no world"), "it says what is there: {told}");
    let (code, told) = init(&host, &[]);
    assert_eq!(code, Some(1), "no command makes worlds there either: {told}");
    assert_eq!(names(&host.data()), ["letter.txt"], "nothing was added to it");
    fs::remove_file(host.data().join("letter.txt")).expect("it is ours");
    for leftover in ["lock", "operator_token", "sandbox.json.tmp", "addresses.json"] {
        fs::write(host.data().join(leftover), b"").expect("a writable folder");
    }
    let mut server = host.start();
    assert!(server.process.stderr().contains(NEW_WORLDS), "these come from a server: the folder counts as empty");
    server.process.kill();
}

#[test]
fn a_world_that_the_folder_does_not_know_is_made_by_init_only() {
    let host = Host::new(&[]);
    let mut server = host.start();
    server.guest("ann");
    server.process.kill();
    let host = host.with(&["--worlds", "2"]);
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("raidkeep init") && told.contains("--world 1"), "the command is named: {told}");
    let (code, told) = init(&host, &["--world", "0"]);
    assert_eq!(code, Some(1), "a world is not made anew: {told}");
    assert_eq!(init(&host, &["--world", "1"]).0, Some(0));
    let mut server = host.start();
    assert_eq!(server.guest("ann").ask_in(1, "server_time", json!({}))["status"], 0, "world 1 is there");
    server.process.kill();
    let strict = Host::new(&["--set", "data_must_exist=true"]);
    let (code, told) = init(&strict, &[]);
    assert_eq!(code, Some(0), "without a number, all worlds of the configuration are made: {told}");
    assert!(told.contains("made world-0"), "{told}");
    assert!(init(&strict, &[]).1.contains("already"), "a second time there is nothing to do");
    strict.start().process.kill();
}

#[test]
fn an_empty_file_in_place_of_all_of_a_world_is_no_new_world() {
    let host = Host::new(&[]);
    fs::create_dir(host.data()).expect("a writable folder");
    fs::write(host.data().join("world-0.rows.redb"), b"").expect("a writable folder");
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("world-0.rows.redb is empty") && told.contains("copy"), "{told}");
}

/// Databases, backups and the sandbox's books could be read by every user of the machine.
#[test]
fn nobody_else_can_read_what_a_server_writes() {
    let host = Host::new(&[]);
    let [backups, journals, log] = ["deep/backups", "deep/journals", "log"].map(|name| host.path(name));
    let set = [format!("backups={}", backups.display()), format!("log.file={}", log.display())];
    let host = host.with(&["--set", &set[0], "--set", &set[1], "--journal", &journals.display().to_string()]);
    let host = host.without_operator_variable();
    let mut server = host.start();
    server.guest("ann").ask("enter_stage_general", json!({"stage": 8}));
    let token = fs::read_to_string(host.data().join("operator_token")).expect("it is made");
    let made = server.connect_operator().ask("backup", json!({"name": "night", "token": token}));
    assert_eq!(made["status"], 0, "{made}");
    server.signal("TERM");
    server.process.wait();
    let written =
        [host.data(), host.path("deep"), log.clone()].iter().flat_map(|path| all_below(path)).collect::<Vec<_>>();
    assert!(written.len() > 20, "data, backup, journal with its rules, log: {written:?}");
    for path in &written {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(path), expected, "{} is only the server's", path.display());
    }
    // As an earlier version has left them.
    let loose = [backups.join("night"), backups.join("night/world-0.rows.redb"), host.data().join("world-0.rows.redb")];
    loose.iter().for_each(|path| set_mode(path, if path.is_dir() { 0o755 } else { 0o644 }));
    set_mode(&host.data(), 0o750);
    set_mode(&host.data().join("world-0.log"), 0o640);
    host.start().process.kill();
    for path in &loose {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(path), expected, "{} is tightened at the start", path.display());
    }
    let told = fs::read_to_string(&log).expect("the log is there");
    assert_eq!(told.matches("were open to others").count(), 1, "in one line: {told}");
    assert_eq!((mode(&host.data()), mode(&host.data().join("world-0.log"))), (0o750, 0o640), "a group may read");
}

#[test]
fn keys_of_sessions_are_made_once_are_in_no_backup_and_are_never_replaced() {
    let host = Host::new(&[]);
    let backups = host.path("backups");
    let host = host.with(&["--set", &format!("backups={}", backups.display())]);
    let file = host.data().join("session_keys");
    let mut server = host.start();
    let made = fs::read_to_string(&file).expect("the first start makes a key");
    assert_eq!(server.operate("backup", json!({"name": "night"}))["status"], 0);
    assert_eq!(names(&backups.join("night")), ["world-0.backup.json", "world-0.rows.redb"]);
    server.process.kill();
    host.start().process.kill();
    assert_eq!(fs::read_to_string(&file).expect("it is there"), made, "the next start uses it");
    fs::write(&file, b"").expect("it is ours");
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "an empty file is not a reason for a new key: {told}");
    assert!(told.contains("session_keys: expected keys"), "{told}");
    let host = host.with_variable("RAIDKEEP_SESSION_KEYS", "secret-but-no-key");
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("RAIDKEEP_SESSION_KEYS: expected") && !told.contains("secret-but-no-key"), "{told}");
}

#[test]
fn what_cannot_be_tightened_is_refused_with_what_to_do() {
    let host = Host::new(&["--set", "backups=/proc/sys"]);
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("/proc/sys has the permissions 0555") && told.contains("chown"), "{told}");
}
