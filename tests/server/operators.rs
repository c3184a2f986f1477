//! What an operator does with a server: the commands that call it, and those that look before it starts.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::process::{Host, OPERATOR, PROGRAM};
use crate::program::raidkeep;
use raidkeep::engine::storage::folder;
use serde_json::{Value, json};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every file below a folder, with its content.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path.display().to_string();
        if path.is_dir() {
            files.extend(content(&path));
            files.insert(name, Vec::new());
        } else {
            files.insert(name, std::fs::read(&path).expect("a readable file"));
        }
    }
    files
}

#[test]
fn a_second_server_on_a_folder_writes_nothing_before_it_is_refused() {
    let host = Host::new(&[]).without_operator_variable();
    let data = host.data();
    let lock = folder::lock(&data).expect("a writable folder");
    let log = data.join("raidkeep.log");
    std::fs::write(&log, "the log of the first server\n").expect("a writable folder");
    let setting = |key: &str, name: &str| format!("{key}={}", data.join(name).display());
    let (log, backups) = (setting("log.file", "raidkeep.log"), setting("backups", "backups"));
    let journal = data.join("journal").display().to_string();
    let host = host.with(&["--set", &log, "--set", &backups, "--journal", &journal]);
    let before = content(&data);
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("in use by another server"), "{stderr}");
    assert_eq!(content(&data), before, "the folder is as it was, byte for byte");
    drop(lock);
}

#[test]
fn an_operator_token_that_can_be_guessed_is_refused_wherever_it_comes_from() {
    let host = Host::new(&[]).without_operator_variable().with_variable("RAIDKEEP_OPERATOR_TOKEN", "x");
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("RAIDKEEP_OPERATOR_TOKEN is 1 characters long, expected 16 or more"), "{stderr}");
    let host = Host::new(&[]).without_operator_variable();
    std::fs::create_dir_all(host.data()).expect("a writable folder");
    std::fs::write(host.data().join("operator_token"), "fifteen letters\n").expect("a writable folder");
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("operator_token is 15 characters long"), "the file is named: {stderr}");
}

#[test]
fn call_tells_a_refusal_by_its_exit_code_and_prints_nothing_but_the_reply() {
    let host = Host::new(&[]);
    let server = host.start();
    let url = format!("ws://{}", server.address);
    let call = |arguments: &[&str]| raidkeep(&[&["call", "--url", &url], arguments].concat());
    let done = call(&["start_hang_up", r#"{"stage":5}"#]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let again = call(&["start_hang_up", r#"{"stage":5}"#]);
    let reply: Value = serde_json::from_slice(&again.stdout).expect("one reply, and nothing else");
    assert_eq!((again.status.code(), &reply["status"]), (Some(0), &json!(2)), "0, 1 and 2 are successes");
    let refused = call(&["enter_stage_general", r#"{"stage":999999}"#]);
    let reply: Value = serde_json::from_slice(&refused.stdout).expect("one reply, and nothing else");
    assert_eq!(refused.status.code(), Some(2), "a script sees the refusal: {reply}");
    assert_eq!(call(&["no_such_function"]).status.code(), Some(2));
    let away = raidkeep(&["call", "--url", "ws://127.0.0.1:1", "ping"]);
    assert_eq!(away.status.code(), Some(1), "nobody was asked");
    assert!(text(&away.stderr).contains("raidkeep serve"), "it says what to do: {}", text(&away.stderr));
}

#[test]
fn call_takes_the_operators_token_from_the_variable_of_all_commands_and_for_operator_functions_only() {
    let host = Host::new(&[]);
    let server = host.start();
    let (url, admin_url) = (format!("ws://{}", server.address), format!("ws://{}", server.operators));
    let operator = raidkeep(&["call", "--admin-url", &admin_url, "rules_status"]);
    assert_eq!(operator.status.code(), Some(0), "{}{}", text(&operator.stdout), text(&operator.stderr));
    let player = raidkeep(&["call", "--url", &url, "get_player_info"]);
    assert_eq!(player.status.code(), Some(0), "a player's function is called as a guest: {}", text(&player.stdout));
    let mut without = Command::new(PROGRAM);
    without.args(["call", "--admin-url", &admin_url, "rules_status"]).env_remove("RAIDKEEP_OPERATOR_TOKEN");
    let without = without.output().expect("the program should run");
    assert_eq!(without.status.code(), Some(1));
    assert!(text(&without.stderr).contains("RAIDKEEP_OPERATOR_TOKEN"), "{}", text(&without.stderr));
}

#[test]
fn a_backup_copies_every_world_and_says_which_one_it_could_not() {
    let host = Host::new(&["--worlds", "3"]);
    let backups = host.path("backups");
    let host = host.with(&["--set", &format!("backups={}", backups.display())]);
    let server = host.start();
    let url = format!("ws://{}", server.operators);
    let backup = |arguments: &[&str]| raidkeep(&[&["backup", "--admin-url", &url], arguments].concat());
    let all = backup(&["--name", "all"]);
    assert_eq!(all.status.code(), Some(0), "{}", text(&all.stderr));
    for world in 0..3 {
        let file = backups.join(format!("all/world-{world}.rows.redb"));
        assert!(file.is_file() && text(&all.stdout).contains(&file.display().to_string()), "world {world} is copied");
    }
    assert_eq!(backup(&["--name", "some", "--world", "1"]).status.code(), Some(0));
    let again = backup(&["--name", "some"]);
    let told = text(&again.stderr);
    assert_eq!(again.status.code(), Some(1), "one that fails fails the command: {told}");
    assert!(told.contains("no backup of world 1:") && !told.contains("world 0"), "{told}");
    assert!(backups.join("some/world-2.rows.redb").is_file(), "the others are copied all the same");
    let none = backup(&["--name", "none", "--world", "0,7"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("world 7: the server has no such world"), "{}", text(&none.stderr));
}

#[test]
fn a_backup_folder_that_cannot_be_written_is_called_so() {
    let host = Host::new(&[]);
    let file = host.path("a file");
    std::fs::write(&file, "").expect("a writable folder");
    let host = host.with(&["--set", &format!("backups={}", file.display())]);
    let server = host.start();
    let reply = server.operate("backup", json!({"name": "copy"}));
    let message = reply["message"].as_str().unwrap_or_default();
    assert_eq!(reply["status"], 97, "{reply}");
    assert!(message.contains("backup folder") && !message.contains("data folder"), "{message}");
}

#[test]
fn check_config_shows_what_would_run_and_no_secret() {
    let host = Host::new(&[]);
    let file = host.path("server.ron");
    let settings = r#"(worlds: 2, platforms: (narrator: (url: "http://me:pass-word@127.0.0.1:1/v1")))"#;
    std::fs::write(&file, settings).expect("a writable folder");
    let (file, data) = (file.display().to_string(), host.path("never").display().to_string());
    let output = raidkeep(&["check-config", "--config", &file, "--data", &data, "--set", "limits.connections=7"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let settings = &shown["configuration"];
    assert_eq!((&settings["worlds"], &settings["limits"]["connections"]), (&json!(2), &json!(7)));
    assert_eq!(settings["limits"]["idle_seconds"], 600, "defaults are shown too");
    assert_eq!(shown["environment"]["RAIDKEEP_OPERATOR_TOKEN"], "(hidden)", "which variables are set is said");
    let text = text(&output.stdout);
    assert!(!text.contains(OPERATOR) && !text.contains("pass-word"), "no secret is shown: {text}");
    assert!(!Path::new(&data).exists(), "nothing is made");
}

#[test]
fn check_config_tells_every_mistake_with_its_place() {
    let host = Host::new(&[]);
    let file = host.path("server.ron");
    let settings = "(\n  worlds: 0,\n  clok: \"real\",\n  zone: \"Asia/Nowhere\",\n  limits: (frame_bytes: 5),\n)";
    std::fs::write(&file, settings).expect("a writable folder");
    let file = file.display().to_string();
    let mut command = Command::new(PROGRAM);
    let arguments = ["--config", &file, "--set", "limits.conections=5", "--set", "platforms.sud.mode=maybe"];
    command.arg("check-config").args(arguments).env("RAIDKEEP_OPERATOR_TOKEN", "short").env("RAIDKEEP_LOG", "loud");
    let output = command.output().expect("the program should run");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for mistake in [
        format!("{file}:3:9: error: clok: unknown key"),
        "--set limits.conections=5: unknown key".to_owned(),
        "--set platforms.sud.mode=maybe: error: platforms.sud.mode: found \"maybe\"".to_owned(),
        "RAIDKEEP_LOG: \"loud\" is no level".to_owned(),
    ] {
        assert!(told.contains(&mistake), "{mistake} is missing: {told}");
    }
    let values = "(\n  worlds: 0,\n  zone: \"Asia/Nowhere\",\n  limits: (frame_bytes: 5),\n)";
    std::fs::write(&file, values).expect("a writable folder");
    let told = text(&raidkeep(&["check-config", "--config", &file, "--clock", "fast"]).stderr);
    for (place, mistake) in [
        (format!("{file}:2:11"), "worlds: 0 is out of range"),
        (format!("{file}:3:9"), "zone: \"Asia/Nowhere\""),
        (format!("{file}:4:25"), "limits.frame_bytes: expected 1024 or more"),
        ("--set clock=fast".to_owned(), "clock: \"fast\" is no clock"),
    ] {
        let line = told.lines().find(|line| line.contains(mistake)).unwrap_or_else(|| panic!("{mistake}: {told}"));
        assert!(line.contains(&place), "{place} is its place: {line}");
    }
}

#[test]
fn who_runs_the_program_through_cargo_is_told_nothing_of_cargos_variables() {
    let told = text(&raidkeep(&["check-config"]).stderr);
    assert!(!told.contains("environment variable"), "only what a person may have set is worth a warning: {told}");
}

#[test]
fn a_syntax_error_in_the_configuration_has_one_position() {
    let host = Host::new(&[]);
    let file = host.path("server.ron");
    std::fs::write(&file, "(\n  worlds: 2\n  data: \"d\",\n)").expect("a writable folder");
    let file = file.display().to_string();
    let told = text(&raidkeep(&["check-config", "--config", &file]).stderr);
    assert!(told.contains(&format!("{file}:3:3: error")), "{told}");
    assert_eq!(told.matches("line ").count() + told.matches(&file).count(), 1, "and no other: {told}");
}

#[test]
fn every_help_says_what_relative_paths_are_relative_to() {
    for command in ["serve", "check-config", "backup", "verify", "export", "import", "load", "replay"] {
        let help = text(&raidkeep(&[command, "--help"]).stdout);
        assert!(help.contains("relative to the working directory"), "{command}: {help}");
    }
}
