//! A third-party feature is stored, replayed and reloaded like those of the game.

use std::path::{Path, PathBuf};
use std::process::Command;

use raidkeep::engine::journal::{Frames, Replay};
use raidkeep::engine::rules::AssetSource;
use raidkeep::game::shipped_assets;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::json;

use crate::process::{Host, PROGRAM};

#[expect(dead_code, reason = "its main function is that of a program")]
#[path = "../../examples/daily_check_in/main.rs"]
mod daily_check_in;

use daily_check_in::check_in_plugin;

const RULES: &str = include_str!("../../examples/daily_check_in/assets/check_in.ron");
const EXAMPLE: &str = include_str!("../../examples/daily_check_in/main.rs");
const GUIDE: &str = include_str!("../../docs/extending.md");

/// The game with the feature, whose rules are in `folder`.
fn server(folder: &Path) -> TestServer {
    std::fs::write(folder.join("check_in.ron"), RULES).expect("the test's folder should be writable");
    TestServer::with(TestSetup {
        extend: vec![check_in_plugin],
        assets: AssetSource::Layers(vec![shipped_assets(), AssetSource::Folder(folder.to_owned())]),
        journals: true,
        ..TestSetup::default()
    })
}

#[test]
fn a_check_in_is_there_once_and_survives_a_loss_of_power() {
    let folder = tempfile::tempdir().expect("a temporary folder should be possible");
    let mut server = server(folder.path());
    let ann = server.player("ann");
    let first = server.ask(&ann, "check_in", json!({}));
    assert_eq!(first["data"], json!({"streak": 1, "reward": ["3:1:100"]}), "{first}");
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "check_in", json!({}))["status"], 97, "the day is already used");
    server.advance_seconds(12 * 3600);
    let told = server.events(ann.connection);
    assert!(told.iter().any(|event| event["event"] == "check_in_open"), "midnight reminds after a restart: {told:?}");
    assert_eq!(server.ask(&ann, "check_in", json!({}))["data"]["streak"], 2);
    assert_eq!(server.verify(), [], "the stored state is consistent");
}

#[test]
fn an_offline_player_is_not_reminded_and_an_unknown_name_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder should be possible");
    let mut server = server(folder.path());
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    server.ask(&ann, "check_in", json!({}));
    server.ask(&bob, "get_player_info", json!({}));
    server.disconnect(ann.connection);
    server.advance_seconds(12 * 3600);
    let reminded = |events: &[serde_json::Value]| events.iter().any(|event| event["event"] == "check_in_open");
    assert!(!reminded(&server.events(ann.connection)), "ann has hung up");
    assert!(reminded(&server.events(bob.connection)), "bob has never checked in");
    assert_eq!(server.operate("check_in_set", json!({"name": "nobody", "streak": 3}))["status"], 99);
}

#[test]
fn its_journal_replays_to_the_same_state() {
    let folder = tempfile::tempdir().expect("a temporary folder should be possible");
    let mut server = server(folder.path());
    let ann = server.player("ann");
    for day in 1..=8 {
        assert_eq!(server.ask(&ann, "check_in", json!({}))["data"]["streak"], day);
        server.advance_seconds(86_400);
    }
    let journal = server.journals[0].bytes();
    let (_, mut records) = Frames::open(&journal[..]).expect("it should begin as a journal does");
    let (mut replay, first) =
        Replay::start(&mut records, server.app(), server.rules(), Box::new(|_| None)).expect("it can be played");
    for record in first.into_iter().chain(records) {
        replay.play(record, &mut |_, _, _| false).expect("the replay goes the same way");
    }
    assert!(replay.checkpoints() > 0);
    assert_eq!(raidkeep::engine::tick::state_hash(replay.simulation().world_mut()), server.state_hash());
}

#[test]
fn its_rules_change_while_the_world_runs_and_a_mistake_in_them_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder should be possible");
    let mut server = server(folder.path());
    let ann = server.player("ann");
    let edit = |from: &str, to: &str| std::fs::write(folder.path().join("check_in.ron"), RULES.replace(from, to));
    edit("3:1:100", "3:999:100").expect("the test's folder should be writable");
    let refused = server.operate("rules_reload", json!({}));
    assert_eq!(refused["data"]["problems"][0]["file"], "check_in.ron", "{refused}");
    edit("3:1:100", "3:1:250").expect("the test's folder should be writable");
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
    assert_eq!(server.ask(&ann, "check_in", json!({}))["data"]["reward"], json!(["3:1:250"]));
}

/// The example next to the program. `cargo test` has built it, unless only this test was built.
pub(crate) fn example() -> PathBuf {
    let beside = Path::new(PROGRAM).parent().expect("a program should lie in a folder");
    let profile = beside.file_name().and_then(|name| name.to_str()).map_or("dev", |name| match name {
        "debug" => "dev",
        profile => profile,
    });
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--example", "daily_check_in", "--profile", profile]);
    // What cargo tells a test of itself would let build scripts of dependencies run again, here and in the next build elsewhere.
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") || told == "OUT_DIR" {
            cargo.env_remove(&name);
        }
    }
    assert!(cargo.status().is_ok_and(|status| status.success()), "{cargo:?} should build the example");
    beside.join("examples/daily_check_in")
}

#[test]
fn answered_changes_survive_a_kill_of_the_program() {
    let host = Host::new(&[]).running(example());
    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("check_in", json!({}))["data"]["streak"], 1);
    server.process.kill();
    let server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("check_in", json!({}))["status"], 97, "the check-in was answered, so it is stored");
    let info = ann.ask("get_player_info", json!({}));
    let items = info["data"]["items"].as_array().expect("a player has items");
    assert!(items.contains(&json!("3:1:100")), "and was paid once: {info}");
}

#[test]
fn the_guide_quotes_the_example() {
    let blocks = GUIDE.split("```rust\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let mut count = 0;
    for (block, _) in blocks {
        assert!(EXAMPLE.contains(block), "this is in docs/extending.md but not in the example:\n{block}");
        count += 1;
    }
    assert!(EXAMPLE.lines().count() <= 210, "the example should stay small");
    assert!(count >= 8, "the guide should walk through the example, but quotes only {count} pieces");
}
