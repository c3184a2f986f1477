//! Studies of rule sets, which the real program has done by a process beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Host, OPERATOR, PROGRAM, Server, edited_assets, wait_for};

/// Players, days and seeds of a study.
type Size = (u32, u32, u32);
/// It takes a moment.
const SHORT: Size = (4, 1, 1);
/// A study gets the time that nobody else wants, which is little while other tests run.
const STUDY_PATIENCE: Duration = Duration::from_secs(600);
/// It takes longer than any of these tests.
const LONG: Size = (2000, 90, 16);

/// A host with assets of its own, which nobody watches, and a journal.
fn host() -> (Host, PathBuf) {
    let host = Host::new(&["--set", "assets_watch=false"]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let journal = host.path("journal").display().to_string();
    (host.with(&["--assets", &folder.display().to_string(), "--journal", &journal]), folder)
}

/// Replaces what a file of the folder has once.
fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let file = folder.join(file);
    let text = fs::read_to_string(&file).expect("the asset is there");
    assert!(text.contains(from), "{from} is in the asset");
    fs::write(&file, text.replacen(from, to, 1)).expect("a writable folder");
}

fn begin(server: &Server, (players, days, seeds): Size, mut more: Value) -> Value {
    let size = json!({"players": players, "days": days, "seeds": seeds});
    let fields = size.as_object().cloned().unwrap_or_default();
    more.as_object_mut().expect("an object").extend(fields);
    server.operate("rules_study", more)
}

fn begun(server: &Server, size: Size, more: Value) -> u64 {
    let reply = begin(server, size, more);
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["study"].as_u64().expect("a number")
}

fn newest(server: &Server) -> Value {
    let reply = server.operate("rules_studies", json!({}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["studies"][0].clone()
}

fn report(server: &Server, study: u64) -> Value {
    let started = Instant::now();
    let shown = loop {
        let shown = newest(server);
        if shown["state"] != "running" {
            break shown;
        }
        assert!(started.elapsed() < STUDY_PATIENCE, "waited too long for the study to end: {shown}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!((&shown["state"], &shown["percent"]), (&json!("done"), &json!(100)), "{shown}");
    let reply = server.operate("rules_study_report", json!({"study": study}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].clone()
}

/// Whether a process studies.
fn studies(process: u32) -> bool {
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|words| words.ends_with(b"\0study\0"))
}

/// The process that studies for a server.
fn studying(server: &Server) -> u32 {
    let parent = format!("PPid:\t{}\n", server.process.id());
    wait_for("the process of the study", || {
        let processes = fs::read_dir("/proc").expect("the system's processes");
        let mut numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        numbers.find(|process| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            status.contains(&parent) && studies(*process)
        })
    })
}

fn wait_for_end_of(process: u32) {
    wait_for("the end of the process of the study", || (!studies(process)).then_some(()));
}

fn refusal(reply: &Value) -> (&Value, &str) {
    (&reply["status"], reply["message"].as_str().unwrap_or_default())
}

#[test]
fn what_the_folder_would_change_is_studied_and_its_report_says_what_was_edited() {
    let (host, folder) = host();
    let server = host.start();
    edit(&folder, "energy.ron", "maximum: 120", "maximum: 60");
    let study = begun(&server, SHORT, json!({}));
    assert_eq!(study, 1);
    let told = report(&server, study);
    let shown = &told["study"];
    let sides = (&shown["kind"], &shown["from"], &shown["to"]);
    assert_eq!(sides, (&json!("compare"), &json!("running"), &json!("folder")), "{shown}");
    assert_eq!((&shown["by"], &shown["failure"]), (&json!("token"), &json!(null)), "{shown}");
    let edits = &told["tables"][0];
    assert_eq!(edits["title"], "What was edited", "{told}");
    assert!(edits["rows"].to_string().contains("120 to 60"), "{edits}");
    let verdict = told["verdict"].as_str().expect("a sentence");
    assert!(verdict.contains("between running and folder"), "{told}");
    assert_eq!(told["page"], json!(null), "nobody asked for the page");
    let paged = server.operate("rules_study_report", json!({"study": study, "page": true}));
    let page = paged["data"]["page"].as_str().expect("a page");
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("what was edited"),
        "{}",
        &page[..page.len().min(200)]
    );
    assert!(!page.contains("<script"), "a console may show it");

    let asked =
        json!({"world": "realm", "function": "audit_list", "data": {"token": OPERATOR, "function": "rules_study"}});
    let audited = server.connect_operator().try_ask(&asked.to_string()).unwrap_or_else(|ended| panic!("{ended:?}"));
    let entry = &audited["data"]["entries"][0];
    assert_eq!(entry["changes"], json!(["study 1 has begun, of running and folder"]), "{audited}");
}

#[test]
fn a_set_of_the_history_is_simulated_without_another() {
    let (host, folder) = host();
    let server = host.start();
    let first = wait_for("the set of the start to be kept", || {
        let reply = server.operate("rules_history", json!({}));
        reply["data"]["sets"][0]["fingerprint"].as_str().map(str::to_owned)
    });
    edit(&folder, "energy.ron", "maximum: 120", "maximum: 130");
    assert_eq!(server.operate("rules_reload", json!({}))["status"], 0);
    let told = report(&server, begun(&server, SHORT, json!({"kind": "simulate", "to": first, "seed": 3})));
    let (shown, verdict) = (&told["study"], told["verdict"].as_str().expect("a sentence"));
    assert_eq!((&shown["kind"], &shown["from"], &shown["to"]), (&json!("simulate"), &json!(null), &json!(first)));
    assert!(verdict.contains(&format!("seed 3, assets {first} ({first})")), "its files are those of then: {verdict}");
    assert_eq!(told["tables"][0]["columns"], json!(["what", "of", "day 1"]), "{told}");
}

#[test]
fn a_study_is_refused_for_what_is_wrong_with_its_order_or_with_the_folder() {
    let (host, folder) = host();
    let server = host.start();
    let unknown = begin(&server, SHORT, json!({"from": "0000000000000000"}));
    assert_eq!(refusal(&unknown), (&json!(96), "no such rule set in the history"));
    let sided = begin(&server, SHORT, json!({"kind": "simulate", "from": "running"}));
    assert_eq!(sided["status"], 13, "a simulation compares with nothing: {sided}");
    for size in [(0, 1, 1), (2001, 1, 1), (1, 91, 1), (1, 1, 0), (1, 1, 17)] {
        assert_eq!(begin(&server, size, json!({}))["status"], 13, "{size:?} is out of range");
    }
    edit(&folder, "energy.ron", "maximum: 120", "maximum: \"many\"");
    let refused = begin(&server, SHORT, json!({}));
    let (status, message) = refusal(&refused);
    let told = message.starts_with("the folder has errors, the first of which is energy.ron:");
    assert!(status == 99 && told, "{refused}");
    let problem = &refused["data"]["problems"][0];
    assert_eq!(problem["file"], "energy.ron", "{refused}");
    let places = [&problem["line"], &problem["column"]].map(|place| place.as_u64().expect("a number"));
    assert!(places[0] > 1 && places[1] > 1, "the mistake is told at its place: {problem}");
    assert!(refused["data"].get("study").is_none(), "nothing has begun: {refused}");
    assert_eq!(newest(&server), json!(null), "and nothing is listed");
    for function in ["rules_study_report", "rules_study_stop"] {
        let reply = server.operate(function, json!({"study": 1}));
        assert_eq!(refusal(&reply), (&json!(95), "no such study"), "{function}");
    }
}

#[test]
fn one_study_is_under_way_at_a_time_until_it_is_stopped() {
    let (host, _) = host();
    let server = host.start();
    let study = begun(&server, LONG, json!({}));
    let process = studying(&server);
    let nice = Command::new("ps").args(["-o", "nice=", "-p", &process.to_string()]).output().expect("ps");
    assert_eq!(String::from_utf8_lossy(&nice.stdout).trim(), "10", "the worlds come first");
    let second = begin(&server, SHORT, json!({}));
    assert_eq!(refusal(&second), (&json!(97), "study 1 is under way; wait for it, or stop it"));
    let early = server.operate("rules_study_report", json!({"study": study}));
    assert_eq!(refusal(&early), (&json!(97), "the study has no report"));
    assert_eq!(server.operate("rules_study_stop", json!({"study": study}))["status"], 0);
    wait_for_end_of(process);
    assert_eq!(newest(&server)["state"], "stopped");
    let again = server.operate("rules_study_stop", json!({"study": study}));
    assert_eq!(refusal(&again), (&json!(97), "the study is over"));
    let third = begun(&server, SHORT, json!({"kind": "simulate", "to": "running"}));
    assert_eq!(third, 2, "the refused one had no number");
    report(&server, third);
}

#[test]
fn a_study_does_not_outlive_its_server() {
    let (host, _) = host();
    let mut server = host.start();
    begun(&server, LONG, json!({}));
    let process = studying(&server);
    server.process.kill();
    wait_for_end_of(process);

    let mut server = host.start();
    assert_eq!(newest(&server), json!(null), "a restart forgets the studies");
    assert_eq!(begun(&server, LONG, json!({})), 1);
    let process = studying(&server);
    server.stop();
    wait_for_end_of(process);
}

#[test]
fn the_journal_of_a_realm_with_studies_replays() {
    let (host, _) = host();
    let mut server = host.start();
    let study = begun(&server, SHORT, json!({"kind": "simulate"}));
    report(&server, study);
    assert_eq!(server.operate("rules_study_stop", json!({"study": study}))["status"], 97);
    server.stop();
    let files = fs::read_dir(host.path("journal")).expect("the folder of the journals").flatten();
    let mut paths = files.map(|entry| entry.path());
    let realm = paths.find(|path| path.to_string_lossy().contains("/realm-")).expect("the realm's journal");
    let replayed = Command::new(PROGRAM).arg("replay").arg(&realm).arg("--against").arg(host.data()).output();
    let replayed = replayed.expect("the program should be there");
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
}
