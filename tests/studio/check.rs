//! `raidkeep check` as designers and CI run it: the real program, its output and its exit codes.

use std::path::Path;
use std::process::{Command, Output};

use raidkeep::studio::testing::edit_assets;
use serde_json::Value;
use tempfile::TempDir;

/// As of a day before the dates of the shipped assets are over, whenever the test runs.
fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    command.args(["check", "--at", "2026-12-01 12:00:00"]).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.output().expect("the program should be there")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The shipped assets with one edit, and their folder's name.
fn edited(file: &str, from: &str, to: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    edit_assets(folder.path(), file, from, to);
    let name = folder.path().display().to_string();
    (folder, name)
}

fn line_of(folder: &str, file: &str, part: &str) -> usize {
    let text = std::fs::read_to_string(Path::new(folder).join(file)).expect("the file was written");
    text.lines().position(|line| line.contains(part)).expect("the file holds it") + 1
}

#[test]
fn the_shipped_assets_have_neither_errors_nor_warnings() {
    let output = check(&["--deny-warnings"]);
    assert_eq!(text(&output), "0 errors, 0 warnings in the folder assets\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_error_is_reported_with_its_place_and_the_intended_name_and_fails_the_check() {
    let (_folder, name) = edited("energy.ron", "maximum:", "maximun:");
    let output = check(&[&name]);
    let line = line_of(&name, "energy.ron", "maximun:");
    let told = text(&output);
    let expected = format!("{name}/energy.ron:{line}:5: error: maximun: unknown field `maximun`");
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("(did you mean \"maximum\"?)"), "{told}");
    assert!(told.ends_with(&format!("1 error, 0 warnings in the folder {name}\n")), "{told}");
    assert_eq!(output.status.code(), Some(1), "a build should stop");
}

#[test]
fn an_item_that_is_not_there_is_told_as_that_and_compared_with_nothing() {
    for (from, to) in [
        (r#"loser: (items: ["3:51:1"]"#, r#"loser: (items: ["3:987654:1"]"#),
        (r#"winner: (items: ["3:51:2", "#, r#"winner: (items: ["3:987654:2", "#),
    ] {
        let (_folder, name) = edited("battles.ron", from, to);
        let told = text(&check(&[&name]));
        assert!(told.contains("unknown item 3:987654"), "{told}");
        assert!(
            told.ends_with(&format!("1 error, 0 warnings in the folder {name}\n")),
            "one mistake, one error: {told}"
        );
    }
}

#[test]
fn the_mistakes_of_all_files_are_reported_at_once() {
    let (folder, name) = edited("energy.ron", "maximum: 120", "maximum: -1");
    let shop = std::fs::read_to_string(folder.path().join("shop.ron")).expect("the file was written");
    std::fs::write(folder.path().join("shop.ron"), shop.replacen("price: 6,", "price: 0,", 1)).expect("writable");
    std::fs::remove_file(folder.path().join("mail.ron")).expect("the file was written");
    let told = text(&check(&[&name]));
    for file in ["energy.ron", "shop.ron", "mail.ron"] {
        assert!(told.contains(&format!("{name}/{file}:")), "{file} is wrong too: {told}");
    }
}

#[test]
fn warnings_fail_the_check_only_where_they_are_denied() {
    let (_folder, name) = edited("energy.ron", "newcomer: 120", "newcomer: 500");
    let output = check(&[&name]);
    assert!(text(&output).contains("warning: newcomer: a new player starts above the maximum"), "{}", text(&output));
    assert_eq!(output.status.code(), Some(0), "the assets can be used");
    assert_eq!(check(&[&name, "--deny-warnings"]).status.code(), Some(1));
}

#[test]
fn json_has_every_part_of_a_problem() {
    let (_folder, name) = edited("stages/general.ron", "layout: \"meadow\"", "layout: \"meadov\"");
    let output = check(&[&name, "--format", "json"]);
    let found: Value = serde_json::from_str(&text(&output)).expect("JSON and nothing else");
    let errors: Vec<&Value> = found["problems"].as_array().into_iter().flatten().collect();
    let problem = errors.iter().find(|problem| problem["severity"] == "error").expect("an error");
    assert_eq!(problem["file"], "stages/general.ron");
    assert_eq!(problem["line"], line_of(&name, "stages/general.ron", "\"meadov\""));
    assert_eq!(problem["key"], "stages[0].layout");
    assert_eq!(problem["hint"], "did you mean \"meadow\"?");
    assert_eq!((found["errors"].as_u64(), found["warnings"].as_u64()), (Some(1), Some(1)), "the layout is unused now");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn github_shows_a_problem_at_its_line() {
    let (_folder, name) = edited("tickets.ron", "ticket: 19", "ticket: 99");
    let told = text(&check(&[&name, "--format", "github"]));
    let line = line_of(&name, "tickets.ron", "ticket: 99");
    assert!(told.starts_with(&format!("::error file={name}/tickets.ron,line={line},col=")), "{told}");
}

#[test]
fn a_missing_folder_is_an_error() {
    let output = check(&["no/such/folder"]);
    assert!(text(&output).contains("cannot read the folder no/such/folder"), "{}", text(&output));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_file_that_the_game_needs_is_missed_and_the_one_in_its_stead_is_named() {
    let cases = [
        ("stages/general.ron", "stages/general.ron.txt", "no file has `mode: general`, expected stages/general.ron"),
        ("stages/general.ron", "stages/general.RON", "no file has `mode: general`, expected stages/general.ron"),
        ("stages/coin.ron", "stage/coin.ron", "no file has `mode: coin`, expected stages/coin.ron"),
        ("energy.ron", "energy.ron.txt", "this file is missing, expected energy.ron"),
        ("items.ron", "item.ron", "this file is missing, expected items.ron"),
        ("shop.ron", "old/shop.ron", "this file is missing, expected shop.ron"),
    ];
    for (needed, named, expected) in cases {
        let (folder, name) = edited("energy.ron", "maximum:", "maximum:");
        let renamed = folder.path().join(named);
        std::fs::create_dir_all(renamed.parent().expect("a file lies in a folder")).expect("writable");
        std::fs::rename(folder.path().join(needed), renamed).expect("the file was written");
        let output = check(&[&name]);
        let told = text(&output);
        assert!(told.lines().any(|line| line.contains(": error: ") && line.contains(expected)), "{named}: {told}");
        let warning = format!("{name}/{named}:1:1: warning: ");
        let warned = told.lines().find(|line| line.starts_with(&warning)).unwrap_or_else(|| panic!("{named}: {told}"));
        assert!(warned.contains(&format!("\"{needed}\"")), "its right name is told: {warned}");
        assert_eq!(output.status.code(), Some(1), "{named}");
        assert!(told.contains("1 error, 1 warning in"), "and nothing follows from it: {told}");
    }
}

#[test]
fn what_looks_like_an_asset_and_is_not_read_is_named_and_notes_beside_the_assets_are_not() {
    let (folder, name) = edited("energy.ron", "maximum:", "maximum:");
    for file in ["README.md", "stages/notes.md", "items.csv", "energy.ron~", ".energy.ron.swp"] {
        std::fs::write(folder.path().join(file), "?").expect("writable");
    }
    assert_eq!(text(&check(&[&name])), format!("0 errors, 0 warnings in the folder {name}\n"));
    for file in ["tasks/new.txt", "enrgy.ron", "images/portraits/fox.jpg", "stages/boss.ron.bak"] {
        std::fs::write(folder.path().join(file), "?").expect("writable");
        let told = text(&check(&[&name]));
        assert!(told.contains(&format!("{name}/{file}:1:1: warning: ")), "{file}: {told}");
        std::fs::remove_file(folder.path().join(file)).expect("writable");
    }
}

#[test]
fn the_folder_above_or_below_the_assets_is_answered_with_theirs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    edit_assets(&folder.path().join("assets"), "energy.ron", "maximum:", "maximum:");
    let assets = folder.path().join("assets").canonicalize().expect("it was written");
    for wrong in [folder.path().to_owned(), assets.join("stages")] {
        let output = check(&[&wrong.display().to_string()]);
        let told = text(&output);
        assert!(told.contains("this folder holds none of the game's files"), "{told}");
        assert!(told.contains("assets/?)") && told.contains("did you mean"), "{told}");
        assert!(told.contains("1 error, 0 warnings"), "not one for each file: {told}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn one_file_is_checked_within_its_folder() {
    let (folder, name) = edited("stages/general.ron", "3:9:125", "3:987:125");
    std::fs::write(folder.path().join("energy.ron"), "(maximum: 1").expect("writable");
    let file = format!("{name}/stages/general.ron");
    let output = check(&[&file]);
    let told = text(&output);
    let line = line_of(&name, "stages/general.ron", "3:987:125");
    assert!(told.starts_with(&format!("{file}:{line}:")), "{told}");
    assert!(told.contains("unknown item 3:987"), "the items of the folder count: {told}");
    assert!(told.ends_with(&format!("1 error, 0 warnings in {file} (1 error in other files)\n")), "{told}");
    assert_eq!(output.status.code(), Some(1));
    let other = check(&[&format!("{name}/shop.ron")]);
    assert_eq!(other.status.code(), Some(0), "that file itself is right: {}", text(&other));
}

#[test]
fn a_wrong_id_is_told_once_at_its_definition_instead_of_at_its_uses() {
    let (_folder, name) = edited("items.ron", "(id: \"3:1\",", "(id: \"3:1001\",");
    let told = text(&check(&[&name]));
    let line = line_of(&name, "items.ron", "3:1001");
    assert!(told.starts_with(&format!("{name}/items.ron:{line}:")), "{told}");
    assert!(told.contains("places use item 3:1, which is not defined"), "{told}");
    assert!(told.contains("1 error, "), "{told}");

    let (_folder, name) = edited("tickets.ron", "key: 19", "key: 29");
    let told = text(&check(&[&name]));
    let line = line_of(&name, "tickets.ron", "key: 29");
    assert!(told.starts_with(&format!("{name}/tickets.ron:{line}:")), "{told}");
}

#[test]
fn what_is_legal_but_probably_unintended_is_a_warning() {
    let slips = [
        ("stages/coin.ron", "3:1:10000", "3:1:100000", "is a digit too many or missing?"),
        ("stages/coin.ron", "level: 200", "level: 2000", "the highest level is 300"),
        ("stages/boss.ron", "energy: 6", "energy: 600", "the maximum is 120"),
        ("tickets.ron", "daily: 2, daily_vip: 3", "daily: 0", "nobody can ever buy this"),
        (
            "tickets.ron",
            "name: \"世界首领挑战\", daily: 3",
            "name: \"世界首领挑战\", daily: 0",
            "nobody can ever enter",
        ),
        ("shop.ron", "price: 648", "price: 6", "for 1000 points"),
        ("levels.ron", "step: 360", "step: 360000000000000000", "no experience reaches the levels above 239"),
        ("world_boss.ron", "from: 11, to: 100", "from: 12, to: 100", "the ranks 11 to 11 get nothing"),
        ("world_boss.ron", "\"3:5:600\"", "\"3:5:1300\"", "more than the better ranks get"),
        ("hang_up.ron", "numerator: 12,", "numerator: 0,", "this item never comes"),
        (
            "monsters.ron",
            "(id: \"slime\"",
            "(id: \"nobody\", name: \"?\", life: 1, attack: 1, defense: 1, speed: 1.0),\n(id: \"slime\"",
            "appears in no layout",
        ),
    ];
    for (file, from, to, expected) in slips {
        let (_folder, name) = edited(file, from, to);
        let told = text(&check(&[&name]));
        let is_told = told.lines().any(|line| line.contains(": warning: ") && line.contains(expected));
        assert!(is_told, "{file} with {to}: expected a warning with {expected:?}, found:\n{told}");
    }
}
