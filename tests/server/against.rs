//! `raidkeep check --against`: what new assets would take from the players of a running server.

use std::process::{Command, Output};

use crate::process::{Host, OPERATOR, PROGRAM, Server, edited_assets};
use serde_json::{Value, json};

fn check(server: &Server, assets: &str, more: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(["check", assets, "--against", &format!("ws://{}", server.operators)]);
    command.args(more).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR).output().expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn what_players_have_of_a_removal_is_told_before_it_is_published_and_ends_with_2() {
    let host = Host::new(&[]);
    let server = host.start();
    let mut ann = server.guest("ann");
    for (function, stage) in [("enter", 8), ("victory", 8), ("enter", 8)] {
        assert_eq!(ann.ask(&format!("{function}_stage_general"), json!({"stage": stage}))["status"], 0);
    }
    let stage = "from: 8,\n            to: 9,\n            energy: 6,";
    let dearer = edited_assets(&host, &[("stages/general.ron", stage, &stage.replace("energy: 6", "energy: 7"))]);
    let changed = check(&server, &dearer, &[]);
    assert_eq!(changed.status.code(), Some(0), "nothing is taken: {}", told(&changed));
    assert!(told(&changed).contains("8: inside: 1 player"), "but it is told: {}", told(&changed));

    let shorter = [("sweep.ron", "to: 27", "to: 26"), ("stages/endless.ron", "\"3:10:1\"", "\"3:10:2\"")];
    let unused = check(&server, &edited_assets(&host, &shorter), &["--format", "json"]);
    let report: Value = serde_json::from_slice(&unused.stdout).expect("JSON");
    assert_eq!((unused.status.code(), &report["impact"]["touched"]), (Some(0), &json!([])), "{report}");

    let general = "last: 999";
    let removed = edited_assets(&host, &[("stages/general.ron", general, "last: 7")]);
    let path = std::path::Path::new(&removed).join("stages/general.ron");
    let text = std::fs::read_to_string(&path).expect("the asset");
    let (from, end) =
        (text.find("        (\n            from: 8,").expect("8"), text.rfind("    ],").expect("the end"));
    std::fs::write(&path, format!("{}{}", &text[..from], &text[end..])).expect("writable");
    std::fs::write(std::path::Path::new(&removed).join("sweep.ron"), "(stages: [])").expect("writable");
    std::fs::remove_dir_all(std::path::Path::new(&removed).join("events"))
        .expect("the events that change these stages");
    let taken = check(&server, &removed, &[]);
    assert_eq!(taken.status.code(), Some(2), "{}", told(&taken));
    assert!(told(&taken).contains("that remove it"), "{}", told(&taken));

    let broken = edited_assets(&host, &[("energy.ron", "maximum: 120", "maximum: -1")]);
    let refused = check(&server, &broken, &[]);
    assert_eq!(refused.status.code(), Some(1), "mistakes come first: {}", told(&refused));
}

#[test]
fn without_a_token_or_a_server_it_says_so() {
    let host = Host::new(&[]);
    let server = host.start();
    let wrong = check(&server, "assets", &["--token", "wrong"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(told(&wrong).contains("does not say what is in use"), "{}", told(&wrong));
    let nobody =
        Command::new(PROGRAM).args(["check", "assets", "--against", "ws://127.0.0.1:1", "--token", "t"]).output();
    let nobody = nobody.expect("the program runs");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(told(&nobody).contains("127.0.0.1:1"), "{}", told(&nobody));
}
