//! `raidkeep check` as designers and CI run it: the real program, its output and its exit codes.

use std::path::Path;
use std::process::{Command, Output};

use raidkeep::studio::testing::edit_assets;
use serde_json::Value;
use tempfile::TempDir;

fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    command.arg("check").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
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
