//! Files that were damaged, lost or exchanged behind the server's back: the start is refused, names the file and says
//! what to do, and nothing but `accept-loss` goes on without what is missing.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use raidkeep::engine::storage::store::Store;
use serde_json::json;

use crate::process::{Host, copy_folder, wait_for};
use crate::program::raidkeep_told;

const ROWS: &str = "world-0.rows.redb";
const LOG: &str = "world-0.log";
const MARK: &str = "world-0.mark";

/// A world whose process was killed after it had answered a guest's entries, the last of them not yet in the rows.
fn killed_host() -> Host {
    let host = Host::new(&[]);
    let mut server = host.start();
    let mut ann = server.guest("ann");
    for _ in 0..9 {
        assert_eq!(ann.ask("enter_stage_general", json!({"stage": 8}))["status"], 0);
    }
    server.process.kill();
    host
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder can be listed").flatten();
    entries.map(|entry| (entry.path(), fs::read(entry.path()).unwrap_or_default())).collect()
}

/// The start is refused, without a panic, naming the file and a remedy.
fn assert_refused(host: &Host, file: &str, story: &str) {
    let before = contents(&host.data());
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{story}: the start is refused: {told}");
    assert!(told.contains(file), "{story}: the file is named: {told}");
    assert!(told.contains("copy") || told.contains("own names"), "{story}: the remedy is named: {told}");
    assert!(!told.contains("panicked"), "{story}: no panic: {told}");
    for (path, bytes) in before.iter().filter(|(path, _)| path.to_string_lossy().contains("world-0")) {
        assert!(fs::read(path).is_ok_and(|now| now == *bytes), "{story}: {} is left as it was", path.display());
    }
}

fn run(arguments: &[&str], data: &Path) -> (Option<i32>, String) {
    raidkeep_told(&[arguments, &["--data", &data.display().to_string()]].concat())
}

/// 600 answered changes were gone when the log was deleted after a kill, and `verify` was content.
#[test]
fn a_world_whose_log_was_lost_after_a_kill_does_not_start_without_it() {
    let host = killed_host();
    let (log, safe) = (host.data().join(LOG), host.path("safe"));
    copy_folder(&host.data(), &safe);
    fs::remove_file(&log).expect("it can be deleted");
    assert_refused(&host, LOG, "deleted");
    fs::write(&log, b"").expect("it can be written");
    assert_refused(&host, LOG, "cut to nothing");
    fs::copy(safe.join(LOG), &log).expect("it can be copied");
    let length = fs::metadata(&log).expect("it is there").len();
    OpenOptions::new().write(true).open(&log).and_then(|file| file.set_len(length / 2)).expect("it can be cut");
    assert_refused(&host, LOG, "cut to half");
    fs::copy(safe.join(LOG), &log).expect("it can be copied");
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("victory_stage_general", json!({"stage": 8}))["status"], 0, "what was put back has everything");
    server.process.kill();
}

#[test]
fn files_of_other_times_and_of_other_worlds_are_refused() {
    let host = killed_host();
    let early = host.path("early");
    copy_folder(&host.data(), &early);
    let mut server = host.start();
    let mut ann = server.guest("ann");
    for _ in 0..9 {
        assert_eq!(ann.ask("enter_stage_general", json!({"stage": 8}))["status"], 0);
    }
    server.process.kill();
    let (late, data) = (host.path("late"), host.data());
    copy_folder(&data, &late);
    let other = killed_host();
    let exchange = |file: &str, from: &Path| fs::copy(from.join(file), data.join(file)).expect("it can be copied");
    for (file, from, named, story) in [
        (LOG, &early, LOG, "an older log"),
        (LOG, &other.data(), LOG, "the log of another world"),
        (ROWS, &other.data(), MARK, "the rows of another world"),
    ] {
        exchange(file, from);
        assert_refused(&host, named, story);
        exchange(file, &late);
    }
    exchange(ROWS, &early);
    let mut server = host.start();
    let info = server.guest("ann").ask("get_player_info", json!({}));
    assert_eq!(
        info["data"]["energy"]["remain"], 12,
        "older rows lose nothing while the log has what they lack: {info}"
    );
    server.process.kill();
    fs::remove_file(data.join(ROWS)).expect("it can be deleted");
    assert_refused(&host, ROWS, "rows that are gone");
    fs::write(data.join(ROWS), b"").expect("it can be written");
    assert_refused(&host, ROWS, "an empty file in place of the rows");
}

/// The damaged rows once ended in a panic with a backtrace.
#[test]
fn rows_that_were_cut_are_refused_with_a_remedy() {
    let host = killed_host();
    let rows = host.data().join(ROWS);
    let length = fs::metadata(&rows).expect("they are there").len();
    OpenOptions::new().write(true).open(&rows).and_then(|file| file.set_len(length / 2)).expect("they can be cut");
    assert_refused(&host, ROWS, "rows cut to half");
    let (code, told) = run(&["verify"], &host.data());
    assert_eq!(code, Some(1), "verify refuses them too: {told}");
    assert!(told.contains(ROWS) && !told.contains("panicked"), "{told}");
}

/// `verify` made files as whoever ran it, folded the log, and left a folder that the service's user could not use.
#[test]
fn verify_changes_nothing_in_the_folder_that_it_checks() {
    let host = killed_host();
    fs::remove_file(host.data().join("lock")).expect("it can be deleted");
    let before = contents(&host.data());
    let (code, told) = run(&["verify"], &host.data());
    assert_eq!(code, Some(0), "what a kill leaves is consistent: {told}");
    assert_eq!(contents(&host.data()), before, "every byte is as it was, and no file was added");
    assert!(told.contains("1 account"), "it says what it has looked at: {told}");
}

#[test]
fn a_loss_is_accepted_only_when_asked_and_what_is_left_goes_on() {
    let host = killed_host();
    let (code, told) = run(&["accept-loss", "--world", "0"], &host.data());
    assert_eq!(code, Some(1), "nothing is wrong yet: {told}");
    let log = OpenOptions::new().write(true).open(host.data().join(LOG)).expect("it can be opened");
    let bytes = fs::read(host.data().join(LOG)).expect("it can be read");
    let last =
        bytes.chunks(512).rposition(|sector| sector.iter().any(|byte| *byte != 0)).expect("it has records") * 512;
    log.write_all_at(&[bytes[last + 40] ^ 1], last as u64 + 40).expect("it can be damaged");
    assert_refused(&host, LOG, "a flipped bit in the last answer");
    let (code, told) = run(&["accept-loss", "--world", "0"], &host.data());
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("goes on from batch") && told.contains("lost-1"),
        "it says from when, and what is kept: {told}"
    );
    let mut server = host.start();
    let info = server.guest("ann").ask("get_player_info", json!({}));
    assert_eq!(info["status"], 0, "the world goes on: {info}");
    wait_for("the epoch that begins", || server.process.stderr().contains("an epoch begins").then_some(()));
    server.process.kill();
}

/// A page in which no row of today lies is read by nobody until a fold needs it.
#[test]
fn a_damaged_page_is_found_by_verify_and_at_the_start_after_a_kill() {
    let host = killed_host();
    let rows = host.data().join(ROWS);
    let sound = fs::read(&rows).expect("they can be read");
    let used: Vec<usize> = (4096..sound.len()).step_by(97).filter(|at| sound[*at] != 0).collect();
    let is_found = |at: &usize| {
        let mut damaged = sound.clone();
        damaged[*at] ^= 4;
        fs::write(&rows, damaged).expect("they can be damaged");
        Store::check_pages(&host.data(), "world-0").is_err() && Store::read_folder(&host.data(), "world-0").is_ok()
    };
    assert!(used.iter().any(is_found), "some page in use is read by no start");
    let (code, told) = run(&["verify"], &host.data());
    assert_eq!(code, Some(2), "verify finds it: {told}");
    assert!(told.contains("a page has another checksum than it should"), "{told}");
    assert_refused(&host, ROWS, "a page of the rows");
    let host = host.with(&["--set", "storage.check_after_crash=false"]);
    let mut server = host.start();
    assert!(!server.process.stderr().contains("every page"), "an operator who is in a hurry may do without");
    server.process.kill();
    fs::write(&rows, &sound).expect("they can be put back");
}
