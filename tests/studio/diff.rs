//! `raidkeep diff`: two asset folders, compared in the game's words.

use std::path::Path;
use std::process::{Command, Output};

use raidkeep::game::shipped_assets;
use raidkeep::studio::diff::{AssetDiff, AssetFiles, ChangeKind, diff};
use raidkeep::studio::testing::edit_assets;
use serde_json::Value;

fn shipped() -> AssetFiles {
    AssetFiles::read("before", &shipped_assets()).expect("the shipped assets can be read")
}

/// The shipped assets against the same with some edits: file, part, replacement.
fn with(edits: &[(&str, &str, &str)]) -> AssetDiff {
    let mut after = shipped();
    after.name = "after".to_owned();
    for (file, from, to) in edits {
        let text = after.texts.get_mut(*file).expect("a shipped file");
        assert!(text.contains(from), "{file} should hold {from:?}");
        *text = text.replacen(from, to, 1);
    }
    diff(&shipped(), &after).expect("both are well-formed")
}

fn told(edits: &[(&str, &str, &str)]) -> Vec<String> {
    with(edits).changes.iter().map(|change| format!("{}: {}", change.subject, change.words())).collect()
}

#[test]
fn a_changed_number_is_told_by_stage_and_name() {
    let stage_12 = "from: 12,\n            energy: 6,\n            rewards: [\"3:9:125\", \"3:2:125\", \"3:1:375\"";
    let edited = "from: 12,\n            energy: 8,\n            rewards: [\"3:9:125\", \"3:2:125\", \"3:1:400\"";
    assert_eq!(
        told(&[("stages/general.ron", stage_12, edited)]),
        ["stage 12: energy 6 to 8; rewards 金币 (3:1) 375 to 400"],
        "one line tells the stage, and the item by its name"
    );
}

#[test]
fn layout_comments_defaults_and_the_place_in_the_file_make_no_difference() {
    let coin = "(id: \"3:1\", identifier: \"coin\", name: \"金币\"),\n";
    let edits = [
        ("energy.ron", "maximum: 120,", "maximum: 1_20, // the same"),
        ("stages/general.ron", "first: 1,", "repeatable: true,\n    limits: [],    first: 1,"),
        ("stages/general.ron", "            from: 10,\n", "            from: 10, to: 10, level: 0,\n"),
    ];
    assert_eq!(told(&edits), Vec::<String>::new(), "layout, comments and defaults say nothing");
    let moved = [
        ("items.ron", coin, ""),
        ("items.ron", "(id: \"3:3\"", "(id: \"3:1\", identifier: \"coin\", name: \"金币\"),\n(id: \"3:3\""),
    ];
    let changes = with(&moved).changes;
    assert!(changes.iter().all(|change| change.values.iter().all(|value| value.key == "order")), "{changes:?}");
}

#[test]
fn a_goal_is_told_by_what_it_is_about() {
    assert_eq!(
        told(&[
            ("goals.ron", "at_least: 25, at_most: 35", "at_least: 20, at_most: 35"),
            ("goals.ron", "Finished, day: 30", "Finished, day: 25"),
        ]),
        [
            "goal Level(median) of regular on day 7: at_least 25 to 20",
            "goal Finished on day 25: added (at_most 5)",
            "goal Finished on day 30: removed (at_most 5)",
        ]
    );
}

#[test]
fn runs_are_compared_stage_by_stage_and_told_as_ranges() {
    let split = [(
        "stages/general.ron",
        "from: 1,\n            to: 7,\n            energy: 6,",
        "from: 1,\n            to: 3,\n            energy: 6,\n        ),\n        (from: 4, to: 7, energy: 5,",
    )];
    let told_of = told(&split);
    assert_eq!(told_of.len(), 2, "{told_of:?}");
    assert!(told_of[0].starts_with("stages 1 to 3: layout \"meadow\" removed"), "{told_of:?}");
    assert_eq!(told_of[1], "stages 4 to 7: energy 6 to 5", "stages that did not change are not told");
    let longer = told(&[("sweep.ron", "to: 27,", "to: 29,")]);
    assert_eq!(longer.len(), 1);
    assert!(longer[0].starts_with("sweep of stages 28 to 29: added (energy 6, exp 120, "), "{longer:?}");
    assert_eq!(
        told(&[("levels.ron", "(to: 118, step: 120)", "(to: 100, step: 120)")]),
        ["levels 101 to 118: step 120 to 240"]
    );
}

#[test]
fn entries_are_matched_by_what_identifies_them() {
    let boss = "        (\n            id: \"slime_king\",\n            life_value: 10000,";
    let above = format!(
        "        (id: \"new_king\", life_value: 5, name: \"新王\", gift: (delay_hours: 1, subject: \"a\", body: \"b\", items: [])),\n{boss}"
    );
    let changes = with(&[("world_boss.ron", boss, &above)]).changes;
    assert_eq!(changes.len(), 1, "a boss above another does not change the other: {changes:?}");
    assert_eq!((changes[0].subject.as_str(), changes[0].kind), ("boss new_king 新王", ChangeKind::Added));
    let gone = "        (id: \"starter\", name: \"新手礼包\", price: 1, items: [\"3:5:30\", \"3:1:5000\", \"3:2:1000\", \"3:10:2\"]),\n";
    let removed = told(&[("shop.ron", gone, "")]);
    assert_eq!(removed.len(), 1, "{removed:?}");
    assert!(removed[0].starts_with("offer starter 新手礼包: removed (items ["), "{removed:?}");
    assert_eq!(told(&[("shop.ron", "price: 78", "price: 88")]), ["offer vip_season VIP季卡: price 78 to 88"]);
}

#[test]
fn formulas_are_compared_by_what_they_make_of_each_stage() {
    let costs = "3:2:210 + 25 * (n - 1004) + 5 * (n - 1004) ^ 2";
    assert_eq!(
        told(&[("stages/endless.ron", costs, "3:2:210 + 30 * (n - 1004) + 5 * (n - 1004) ^ 2")]),
        ["stages 1005 to 1008: legacy.cost 铁矿 (3:2) 240..390 to 245..410"],
        "the first floor of the run costs the same"
    );
    assert!(told(&[("stages/endless.ron", costs, "3:2:5 * (n - 1004) ^ 2 + 25 * (n - 1004) + 210")]).is_empty());
}

#[test]
fn a_renamed_file_of_stages_is_the_same_and_a_missing_one_is_told_by_its_stages() {
    let mut after = shipped();
    let general = after.texts.remove("stages/general.ron").expect("a shipped file");
    let without = diff(&shipped(), &after).expect("both are well-formed");
    assert!(
        without.changes.iter().any(|change| change.subject == "stages 1 to 7" && change.kind == ChangeKind::Removed)
    );
    after.texts.insert("stages/z.ron".to_owned(), general);
    assert!(diff(&shipped(), &after).expect("both are well-formed").is_empty(), "only the file's name differs");
}

#[test]
fn every_shipped_file_is_the_same_as_itself_and_differs_from_none() {
    assert!(with(&[]).is_empty());
    let mut nothing = shipped();
    nothing.texts.clear();
    let all = diff(&nothing, &shipped()).expect("both are well-formed");
    for file in shipped().texts.keys() {
        assert!(all.changes.iter().any(|change| change.file == *file), "{file}");
    }
}

#[test]
fn what_is_not_well_formed_is_named_and_not_compared() {
    let mut after = shipped();
    after.texts.insert("energy.ron".to_owned(), "(maximum: 1".to_owned());
    let error = diff(&shipped(), &after).expect_err("a bracket is open").to_string();
    assert!(error.starts_with("before/energy.ron is not well-formed RON"), "{error}");
}

fn program(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    command.arg("diff").args(arguments).current_dir(folder).output().expect("the program should be there")
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.invalid"]).args(arguments).current_dir(folder);
    assert!(command.output().expect("git should be there").status.success(), "{arguments:?}");
}

#[test]
fn folders_and_revisions_are_compared_as_text_markdown_and_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path();
    edit_assets(&place.join("assets"), "energy.ron", "maximum: 120", "maximum: 120");
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "before"]] {
        git(place, arguments);
    }
    edit_assets(&place.join("assets"), "shop.ron", "price: 6,", "price: 7,");
    let output = program(place, &["git:HEAD", "assets", "--exit-code"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(text, "Offers\n  offer diamonds_60 60钻石: price 6 to 7\n1 change from git:HEAD to assets.\n");
    assert_eq!(output.status.code(), Some(2), "CI can stop at it");
    assert_eq!(program(place, &["git:HEAD", "git:HEAD", "--exit-code"]).status.code(), Some(0));
    let markdown = program(place, &["git:HEAD", "assets", "--format", "markdown"]).stdout;
    let markdown = String::from_utf8_lossy(&markdown).into_owned();
    assert!(markdown.contains("**Offers**\n\n- **offer diamonds\\_60 60钻石**: price 6 to 7\n"), "{markdown}");
    let json = program(place, &["git:HEAD", "assets", "--format", "json"]).stdout;
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["changes"][0]["values"][0]["before"], "6");
    let unknown = program(place, &["git:nowhere", "assets"]);
    assert_eq!(unknown.status.code(), Some(1), "a revision that is not there is an error");
}
