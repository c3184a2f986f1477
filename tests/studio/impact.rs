//! What players of a running server have of what a new folder changes or removes.

use raidkeep::engine::rules::AssetSource;
use raidkeep::game::shipped_assets;
use raidkeep::studio::impact::{Impact, RulesInUse};
use raidkeep::studio::testing::TestServer;
use serde_json::json;

/// A server with a player inside stage 9, who owns what stage 8 brings.
fn in_use() -> RulesInUse {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for (function, stage) in [("enter", 8), ("victory", 8), ("enter", 9)] {
        let reply = server.ask(&ann, &format!("{function}_stage_general"), json!({"stage": stage}));
        assert_eq!(reply["status"], 0, "{reply}");
    }
    let mut reply = server.operate("rules_usage", json!({"files": true}));
    assert_eq!(reply["status"], 0, "{reply}");
    serde_json::from_value(reply["data"].take()).expect("the reply has what is needed")
}

/// The impact of the shipped assets with some edits: file, part, replacement.
fn impact(edits: &[(&str, &str, &str)]) -> Impact {
    let mut files = shipped_assets().text_files().expect("the shipped assets can be read");
    for (file, from, to) in edits {
        let text = files.get_mut(*file).expect("a shipped file");
        assert!(text.contains(from), "{file} should hold {from:?}");
        *text = text.replacen(from, to, 1);
    }
    Impact::of("the server", in_use(), &AssetSource::Texts(files)).expect("both can be compared")
}

const POTION: &str = "(id: \"3:10\"";

#[test]
fn the_same_assets_touch_nothing() {
    let impact = impact(&[]);
    assert_eq!((impact.changes, impact.removals(), impact.touched.len()), (0, 0, 0));
    assert_eq!(impact.text(), "0 changes against the server, 0 of what is in use, 0 that remove it\n");
}

#[test]
fn a_removed_item_that_somebody_owns_is_told_with_its_owners() {
    let files = shipped_assets().text_files().expect("the shipped assets can be read");
    let items = &files["items.ron"];
    let from = items.find(POTION).expect("the potion");
    let line = &items[from..from + items[from..].find('\n').expect("the end of its line")];
    let impact = impact(&[("items.ron", line, "")]);
    assert_eq!((impact.changes, impact.removals()), (1, 1), "{}", impact.text());
    assert!(impact.text().contains("  3:10: owned: 1 player\n"), "{}", impact.text());
}

#[test]
fn a_changed_stage_is_told_with_who_is_inside_and_one_that_nobody_is_in_is_not() {
    let stage = "from: 8,\n            to: 9,\n            energy: 6,";
    let impact = impact(&[
        ("stages/general.ron", stage, &stage.replace("energy: 6", "energy: 7")),
        ("stages/coin.ron", "level: 12,", "level: 13,"),
    ]);
    assert_eq!((impact.changes, impact.touched.len(), impact.removals()), (2, 1, 0), "{}", impact.text());
    let text = impact.text();
    assert!(text.starts_with("stages 8 to 9: energy 6 to 7\n  9: inside: 1 player\n"), "{text}");
    let told = serde_json::to_value(&impact).expect("plain data");
    assert_eq!(told["touched"][0]["uses"][0]["id"], "9", "the same for programs: {told}");
}
