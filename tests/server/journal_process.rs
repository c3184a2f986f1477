//! A real server writes a journal; `raidkeep replay` replays it, shows a player, and turns its requests into a
//! scenario.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use crate::process::{Client, Host, PROGRAM, Server, wait_for};
use raidkeep::engine::journal::file::rules_folder;
use raidkeep::engine::journal::frames::encode_frame;
use raidkeep::engine::journal::record::RowLayout;
use raidkeep::engine::journal::{Frames, Record};
use raidkeep::engine::rules::AssetSource;
use raidkeep::game::{GameSettings, load_former_rules, load_rules};
use serde_json::{Value, json};

fn host(more: &[&str]) -> Host {
    let host = Host::new(more);
    let folder = host.path("journals").display().to_string();
    host.with(&["--journal", &folder, "--set", "journal.checkpoint_seconds=0"])
}

fn ask(client: &mut Client, function: &str, mut data: Value) -> Value {
    data["token"] = client.token.clone().into();
    client.ask(function, data)
}

fn play(server: &Server) {
    let (mut ann, mut bob) = (server.guest("ann"), server.guest("bob"));
    for _ in 0..3 {
        assert_eq!(ask(&mut ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
        assert_eq!(ask(&mut bob, "enter_stage_general", json!({"stage": 8}))["status"], 0);
        assert_eq!(ask(&mut ann, "victory_stage_general", json!({"stage": 8}))["status"], 0);
    }
    assert_ne!(ask(&mut ann, "victory_stage_general", json!({"stage": 8}))["status"], 0, "nobody wins twice");
}

fn stop(mut server: Server) {
    server.signal("TERM");
    server.process.wait();
}

/// The first parts of the journals, in order of time.
fn journals(host: &Host) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(host.path("journals")).expect("the journal's folder should be there");
    let paths = entries.map(|entry| entry.expect("the folder should be readable").path());
    // The realm has journals of its own.
    let is_first = |name: &str| name.contains("world-0") && name.ends_with("-0000.journal");
    let mut first: Vec<_> = paths.filter(|path| is_first(&path.display().to_string())).collect();
    first.sort();
    first
}

/// Another part of the journal with this first part.
fn part(first: &Path, number: u32) -> PathBuf {
    PathBuf::from(first.display().to_string().replace("-0000.", &format!("-{number:04}.")))
}

/// Plays until the journal has this part. How much a journal holds depends on how many ticks the requests take.
fn play_until(server: &Server, first: &Path, number: u32) {
    wait_for("a part of the journal", || {
        play(server);
        part(first, number).is_file().then_some(())
    });
}

fn replay(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).arg("replay").args(arguments).output().expect("the program should be there")
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_journal_on_disk_is_replayed_and_shows_a_player_and_its_scenario() {
    let host = host(&[]);
    let server = host.start();
    play(&server);
    stop(server);
    let journal = journals(&host).pop().expect("a journal should be there").display().to_string();
    let scenario = host.path("ann.ron").display().to_string();
    let all = told(&replay(&[&journal, "--player", "玩家#1", "--scenario", &scenario]));
    assert!(all.contains("checkpoints equal") && !all.contains(" 0 checkpoints"), "{all}");
    assert!(all.contains("\"remain\": 102"), "three stages took 18 of 120 points: {all}");
    let text = std::fs::read_to_string(&scenario).expect("the scenario should be written");
    assert_eq!(text.matches("victory_stage_general").count(), 4, "only what ann did: {text}");
    assert_eq!(text.matches("Ask(by: \"玩家#1\"").count(), 7, "{text}");
    assert!(text.contains("data: {\"stage\":8}") && text.contains("status: 0"), "{text}");
    assert!(text.contains("energy: 120"), "the state before its first request: {text}");
}

#[test]
fn a_replay_stops_where_it_is_told_to() {
    let host = host(&[]);
    let server = host.start();
    play(&server);
    stop(server);
    let journal = journals(&host).pop().expect("a journal should be there").display().to_string();
    let early = told(&replay(&[&journal, "--until", "2"]));
    assert!(early.starts_with("2 ticks in"), "{early}");
    let output = replay(&[&journal, "--until", "soon"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected the number of a tick"), "{output:?}");
    let output = replay(&[&journal, "--player", "nobody"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("\"nobody\" does not occur in the journal"), "{output:?}");
}

/// Ann enters a stage, and again 1000 s later, on a manual clock. Returns the moment of the second entry.
fn play_with_a_pause(server: &Server) -> String {
    let mut ann = server.guest("ann");
    let enter = |ann: &mut Client| assert_eq!(ask(ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    enter(&mut ann);
    let moved = server.operate("clock_advance", json!({"seconds": 1000}));
    enter(&mut ann);
    assert_eq!(ask(&mut ann, "victory_stage_general", json!({"stage": 8}))["status"], 0);
    assert_eq!(ask(&mut ann, "victory_stage_general", json!({"stage": 8}))["status"], 94, "nobody wins twice");
    moved["data"]["time"].as_str().expect("the time should be in the reply").to_owned()
}

#[test]
fn a_replay_until_a_moment_shows_the_player_at_that_moment() {
    let host = host(&["--clock", "manual"]);
    let server = host.start();
    let moment = play_with_a_pause(&server);
    stop(server);
    let journal = journals(&host).pop().expect("a journal should be there").display().to_string();
    let energy = |until: &[&str]| {
        let told = told(&replay(&[&[journal.as_str(), "--player", "玩家#1"], until].concat()));
        let (_, player) = told.split_once('{').expect("the player should be shown");
        let player: Value = serde_json::from_str(&format!("{{{player}")).expect("it should be JSON");
        (player["energy"].clone(), player["session"]["stage"].clone())
    };
    let before = (json!({"cooling": 80, "remain": 116}), json!(8));
    assert_eq!(
        energy(&["--until", &moment]),
        before,
        "6 points are spent, and 1000 s have brought 2 and 280 s of the next"
    );
    let after = (json!({"cooling": 80, "remain": 110}), Value::Null);
    assert_eq!(energy(&[]), after, "at the end 6 more are spent, and the stage is won");
}

#[test]
fn a_scenario_of_a_journal_passes_and_fails_on_different_answers() {
    let host = host(&["--clock", "manual"]);
    let server = host.start();
    play_with_a_pause(&server);
    stop(server);
    let journal = journals(&host).pop().expect("a journal should be there").display().to_string();
    let path = host.path("ann.ron");
    let scenario = path.display().to_string();
    told(&replay(&[&journal, "--player", "玩家#1", "--scenario", &scenario]));
    let run = || Command::new(PROGRAM).args(["scenario", &scenario]).output().expect("the program should be there");
    let passed = run();
    assert!(passed.status.success(), "{}", String::from_utf8_lossy(&passed.stdout));
    let text = std::fs::read_to_string(&path).expect("the scenario should be written");
    assert!(text.contains("Wait(\"1000s\")") && text.contains("status: 94"), "pauses and refusals are in it: {text}");
    std::fs::write(&path, text.replace("status: 94", "status: 0")).expect("the scenario should be writable");
    assert_eq!(run().status.code(), Some(1), "the second victory is refused in the scenario too");
}

#[test]
fn a_killed_server_leaves_a_journal_and_the_next_start_begins_another_from_the_disk() {
    let host = host(&["--set", "journal.file_bytes=1000"]);
    let mut server = host.start();
    play_until(&server, &journals(&host)[0], 1);
    server.process.kill();
    let server = host.start();
    play_until(&server, &journals(&host)[1], 1);
    stop(server);
    let journals = journals(&host);
    assert_eq!(journals.len(), 2, "one for each start: {journals:?}");
    for journal in &journals {
        let played = told(&replay(&[&journal.display().to_string()]));
        assert!(played.contains("checkpoints equal"), "{played}");
    }
    let parts = std::fs::read_dir(host.path("journals")).expect("the folder should be there").count();
    assert!(parts > 4, "the journal is split into small files: {parts}");
    let later = part(&journals[1], 1).display().to_string();
    let output = replay(&[&later]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("begins with part 0"), "{output:?}");
}

#[test]
fn old_files_of_journals_are_deleted_at_a_start_and_a_replay_says_what_is_missing() {
    let host = host(&["--set", "journal.file_bytes=1000", "--set", "journal.keep_days=30"]);
    let server = host.start();
    let first = journals(&host).remove(0);
    play_until(&server, &first, 3);
    stop(server);
    let age = |path: &Path, days: u64| {
        let file = std::fs::File::options().write(true).open(path).expect("the part should be there");
        let written = file.metadata().and_then(|found| found.modified()).expect("it was written");
        file.set_modified(written - Duration::from_secs(days * 24 * 60 * 60)).expect("it is ours");
    };
    (0..3).for_each(|number| age(&part(&first, number), 31));
    stop(host.start());
    assert!(
        first.is_file() && !part(&first, 1).exists() && !part(&first, 2).exists(),
        "part 0 says what the others mean"
    );
    assert!(part(&first, 3).is_file(), "it was written in the last 30 days");
    let played = told(&replay(&[&first.display().to_string()]));
    assert!(
        played.contains("part 0001 is not there any more") && played.contains("part 0003 and what follows"),
        "{played}"
    );
}

#[test]
fn a_server_that_is_killed_before_the_journal_is_written_leaves_one_with_its_beginning() {
    let host = host(&["--set", "journal.write_every_ms=60000"]);
    let mut server = host.start();
    play(&server);
    server.process.kill();
    let journal = journals(&host).pop().expect("a journal should be there").display().to_string();
    let played = told(&replay(&[&journal]));
    assert!(played.contains("checkpoints equal"), "it is readable, though nearly empty: {played}");
}

/// Makes of a journal what a server of before bosses had ids left behind: rules that give none.
fn before_boss_ids(journal: &Path) {
    let bytes = std::fs::read(journal).expect("the journal should be readable");
    let (head, frames) = Frames::open(&bytes[..]).expect("it should begin as a journal does");
    let mut records: Vec<Record> = frames.collect();
    let Some(Record::Start(start)) = records.first_mut() else { panic!("a journal begins with a start") };
    let beside = journal.parent().expect("a folder");
    let kept = rules_folder(beside, start.rules);
    let roster = kept.join("world_boss.ron");
    let text = std::fs::read_to_string(&roster).expect("the rules are kept");
    let nameless = text.lines().filter(|line| !line.trim_start().starts_with("id: ")).map(|line| format!("{line}\n"));
    std::fs::write(&roster, nameless.collect::<String>()).expect("writable");
    let source = AssetSource::Folder(kept.clone());
    assert!(load_rules(&GameSettings::default(), &source).is_err(), "no server starts under such rules any more");
    start.layout = RowLayout::BEFORE;
    start.rules = load_former_rules(&GameSettings::default(), &source).expect("every table can be read").fingerprint;
    std::fs::rename(kept, rules_folder(beside, start.rules)).expect("renamed");
    let mut bytes = head.encode();
    for record in &records {
        let mut frame = Vec::new();
        encode_frame(&postcard::to_stdvec(record).expect("a record can be written"), &mut frame);
        bytes.extend(frame);
    }
    std::fs::write(journal, bytes).expect("writable");
}

#[test]
fn a_journal_of_before_bosses_had_ids_is_replayed_with_its_bosses_by_place() {
    let host = host(&[]);
    let server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ask(&mut ann, "enter_stage", json!({"stage": 3000}))["status"], 0);
    assert_eq!(ask(&mut ann, "pass_stage", json!({"stage": 3000, "damage": 15_000}))["status"], 0);
    let ratios = ask(&mut ann, "stage_refresh_boss", json!({}))["data"]["ratio"].clone();
    assert_eq!((&ratios["0"], &ratios["1"]), (&json!("0.00"), &json!("0.95")), "the first is dead, the second hurt");
    stop(server);
    let journal = journals(&host).pop().expect("a journal should be there");
    before_boss_ids(&journal);
    let path = journal.display().to_string();
    let all = told(&replay(&[&path, "--player", "玩家#1"]));
    assert!(all.contains("\"remain\": 110"), "the room took 10 of 120 points: {all}");

    let (_, mut frames) = Frames::open(std::fs::File::open(&journal).expect("readable")).expect("a journal");
    let Some(Record::Start(start)) = frames.next() else { panic!("a journal begins with a start") };
    let energy = rules_folder(journal.parent().expect("a folder"), start.rules).join("energy.ron");
    std::fs::write(energy, "(pace: 3)").expect("writable");
    let refused = replay(&[&path]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    for part in ["this program cannot read the rules of the journal", "replay it with raidkeep", "energy.ron:1:"] {
        assert!(why.contains(part), "{part}: {why}");
    }
}
