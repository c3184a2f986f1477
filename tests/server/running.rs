//! What an operator sees while running the program: the log, signals, environment.

use std::path::PathBuf;

use serde_json::json;

use crate::process::{Host, OPERATOR, edited_assets, wait_for};

#[test]
fn a_misspelt_log_level_is_refused_instead_of_silencing_every_error() {
    let host = Host::new(&[]).with_variable("RAIDKEEP_LOG", "warning");
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("RAIDKEEP_LOG: \"warning\" is no level"), "{stderr}");
}

#[test]
fn the_log_begins_with_what_runs_where_and_on_what() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    let log = server.process.stderr();
    let line = log.lines().find(|line| line.contains("raidkeep starts")).expect("a start line");
    let data = host.data().display().to_string();
    for part in [
        "version=",
        "commit=",
        "profile=",
        "configuration=",
        "assets=",
        &data,
        "zone=",
        "worlds=2",
        "mcrmb=Sandbox",
        "sud=Sandbox",
    ] {
        assert!(line.contains(part), "{part} is missing: {line}");
    }
}

#[test]
fn an_environment_variable_that_nothing_reads_is_told() {
    let host = Host::new(&[]).with_variable("RAIDKEEP_MCRMB_KEE", "secret-value");
    let server = host.start();
    let log = server.process.stderr();
    assert!(log.contains("RAIDKEEP_MCRMB_KEE; did you mean RAIDKEEP_MCRMB_KEY?"), "{log}");
    assert!(!log.contains("secret-value"), "its value is not");
}

#[test]
fn with_a_json_log_nothing_but_the_addresses_stands_on_stdout() {
    let host = Host::new(&["--log-json"]);
    let mut server = host.start();
    server.stop();
    assert_eq!(server.process.stdout(), "", "a program that reads the addresses finds nothing else");
    for line in server.process.stderr().lines() {
        assert!(line.starts_with('{'), "every line of the log is JSON: {line}");
    }
}

#[test]
fn sighup_opens_the_log_anew_and_reads_the_rules_again_instead_of_killing_the_server() {
    let host = Host::new(&[]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let (log, moved) = (host.path("raidkeep.log"), host.path("raidkeep.log.1"));
    let setting = format!("log.file={}", log.display());
    let host =
        host.with(&["--assets", &folder.display().to_string(), "--set", "assets_watch=false", "--set", &setting]);
    let server = host.start();
    let before = server.operate("rules_status", json!({}))["data"]["fingerprint"].clone();

    let energy = folder.join("energy.ron");
    let text = std::fs::read_to_string(&energy).expect("the asset is there");
    std::fs::write(&energy, text.replacen("maximum: 120", "maximum: 130", 1)).expect("a writable folder");
    std::fs::rename(&log, &moved).expect("the log is where it was asked to be");
    server.signal("HUP");
    wait_for("the rules to be read again", || {
        let now = server.operate("rules_status", json!({}))["data"]["fingerprint"].clone();
        (now != before).then_some(())
    });
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    wait_for("the log to continue in a new file", || read(&log).contains("the rules have changed").then_some(()));
    assert!(read(&moved).contains("raidkeep starts"), "what was moved away is kept: {}", read(&moved));
    assert_eq!(server.process.stderr(), "", "a log in a file goes nowhere else");
}

#[test]
fn refused_rules_that_are_put_back_are_told_as_mended_and_not_as_changed() {
    let host = Host::new(&[]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let host = host.with(&["--assets", &folder.display().to_string(), "--set", "assets_watch=false"]);
    let server = host.start();
    let mut operator = server.connect_operator();
    let reload = |operator: &mut crate::process::Client| operator.ask("rules_reload", json!({"token": OPERATOR}));
    let energy = folder.join("energy.ron");
    let text = std::fs::read_to_string(&energy).expect("the asset is there");
    std::fs::write(&energy, "(").expect("a writable folder");
    assert_eq!(reload(&mut operator)["status"], 99);
    std::fs::write(&energy, text).expect("a writable folder");
    let reply = reload(&mut operator);
    assert_eq!((&reply["status"], &reply["data"]["changed"]), (&json!(0), &json!(false)), "{reply}");
    let log = server.process.stderr();
    assert!(!log.contains("the rules have changed"), "they have not: {log}");
    assert!(log.contains("no errors any more"), "{log}");
    let status = operator.ask("rules_status", json!({"token": OPERATOR}));
    assert_eq!(status["data"]["refused"], json!(null), "{status}");
}
