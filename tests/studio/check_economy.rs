//! `check` on numbers that are legal and give something away: a warning at the line of the slip, and nowhere else.

use raidkeep::engine::rules::{AssetSource, Problem, Severity};
use raidkeep::game::{GameSettings, load_rules};
use raidkeep::studio::testing::edit_assets;

/// The warnings about the shipped assets with one edit, and the line of the edit.
fn warnings(file: &str, from: &str, to: &str) -> (Vec<Problem>, u32) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    edit_assets(folder.path(), file, from, to);
    let text = std::fs::read_to_string(folder.path().join(file)).expect("the file was written");
    // Edits that are more than one line long end with the line that matters.
    let end = text.find(to).expect("the edit is in the file") + to.trim_end().len();
    let line = u32::try_from(text[..end].lines().count()).expect("a small file");
    let source = AssetSource::Folder(folder.path().to_owned());
    let problems = match load_rules(&GameSettings::default(), &source) {
        Ok(rules) => rules.warnings,
        Err(problems) => problems,
    };
    (problems.into_iter().collect(), line)
}

fn expect_only(file: &str, from: &str, to: &str, expected: &str) {
    let (found, line) = warnings(file, from, to);
    let shown: Vec<String> = found.iter().map(Problem::to_string).collect();
    assert_eq!(shown.len(), 1, "{file} with {to}: expected one warning, found:\n{}", shown.join("\n"));
    assert_eq!(found[0].severity, Severity::Warning, "{}", shown[0]);
    assert_eq!((found[0].file.as_str(), found[0].line), (file, line), "the line of the slip: {}", shown[0]);
    assert!(shown[0].contains(expected), "expected {expected:?} in {}", shown[0]);
}

#[test]
fn what_is_free_and_can_be_repeated_is_told() {
    expect_only("sweep.ron", "energy: 6,", "energy: 0,", "is free: it takes neither energy nor items");
    let tenth = "from: 10,\n            energy: ";
    expect_only("stages/general.ron", &format!("{tenth}6,"), &format!("{tenth}0,"), "stages[2].energy: is free");
    let legacy = "exp: 500,\n            legacy: (energy: ";
    expect_only(
        "stages/general.ron",
        &format!("{legacy}6,"),
        &format!("{legacy}0,"),
        "stages[1].legacy.energy: is free",
    );
}

#[test]
fn what_takes_nothing_and_pays_once_is_no_slip() {
    let first = "from: 1001,\n            to: 1003,\n            energy: ";
    let (tower, _) = warnings("stages/endless.ron", &format!("{first}6,"), &format!("{first}0,"));
    assert!(tower.is_empty(), "a floor of the tower pays once a month: {tower:?}");
    let (meadow, _) = warnings("stages/general.ron", "energy: 6,", "energy: 0,");
    assert!(meadow.is_empty(), "stages 1 to 7 bring nothing: {meadow:?}");
}

#[test]
fn a_cost_that_comes_back_with_the_rewards_is_told() {
    let tenth = "from: 10,\n            energy: 6,";
    let costly = format!("{tenth} cost: [\"3:1:10\"],");
    let expected = "stages[2].cost[0]: comes back: it takes 10 of 3:1 (金币) and brings 375";
    expect_only("stages/general.ron", tenth, &costly, expected);
    let fair = format!("{tenth} cost: [\"3:1:400\"],");
    assert!(warnings("stages/general.ron", tenth, &fair).0.is_empty(), "400 are more than come back");
    // The run grows by 10 coins a stage: the last one brings 390.
    expect_only("sweep.ron", "energy: 6,", "energy: 6, cost: [\"3:1:390\"],", "comes back: it takes 390");
}

#[test]
fn a_stage_that_brings_the_price_of_its_ticket_is_told() {
    let rich = "rewards: [\"3:1:5000\", \"3:18:1\", \"3:5:500\"]";
    let expected = "pays for its own ticket: brings 500 of 3:5 (钻石), and the ticket is sold for 50";
    expect_only("stages/coin.ron", "rewards: [\"3:1:5000\", \"3:18:1\"]", rich, expected);
}

#[test]
fn a_larger_pack_that_is_dearer_by_the_piece_and_a_vip_who_gets_less_are_told() {
    let expected = "dearer by the piece than the smaller pack \"diamonds_60\"";
    expect_only("shop.ron", "price: 30, items: [\"3:5:300\"]", "price: 40, items: [\"3:5:300\"]", expected);
    let fewer = "fewer than the 2 a day of those without VIP";
    expect_only("tickets.ron", "daily: 2, daily_vip: 3", "daily: 2, daily_vip: 1", fewer);
}

#[test]
fn a_boss_that_no_world_can_kill_within_a_season_is_told() {
    let immortal = "no world kills \"混沌之主\" within a season";
    expect_only("world_boss.ron", "life_value: 100000000000,", "life_value: 100000000000000,", immortal);
    let (capped, _) = warnings("world_boss.ron", "max_upload_damage: 200000,", "max_upload_damage: 20,");
    let told = capped.iter().any(|problem| problem.message.contains("no world kills \"深渊九头蛇\""));
    assert!(told, "with 19 damage a blow the eighth outlives the season: {capped:?}");
}
