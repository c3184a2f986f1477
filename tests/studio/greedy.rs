//! A greedy player finds what pays too much, in assets with a mistake in them.

use std::process::Command;

use raidkeep::engine::rules::AssetSource;
use raidkeep::game::shipped_assets;
use raidkeep::studio::simulate::study::load;
use raidkeep::studio::simulate::{Greedy, GreedyPlan, GreedyStep, greedy, policy};
use raidkeep::studio::testing::edit_assets;

/// A player who takes two minutes for everything, so that a day has few moves.
const SLOW: &str = r#"(starts_on: "2026-03-01", moment_seconds: 60, joining_days: 1, archetypes: [(
    name: "slow", share: 1, leaves_per_day: 0.0, visits: [],
    fight_seconds: (120, 120), pause_seconds: (120, 120),
    damage: (base: 6000, per_level: 0, spread: 0.0), habits: [],
)])"#;

fn look_for(wanted: &str, assets: &AssetSource) -> Greedy {
    let policy = policy::read("slow.ron", SLOW).expect("a valid policy").content;
    let plan = GreedyPlan { wanted, days: 2, seed: 1, policy: &policy };
    greedy(&plan, &load(assets).expect("valid assets")).unwrap_or_else(|troubles| panic!("{troubles}"))
}

fn step<'g>(found: &'g Greedy, words: &str) -> &'g GreedyStep {
    let step = found.steps.iter().find(|step| step.words.starts_with(words));
    step.unwrap_or_else(|| panic!("{words} should be a step of\n{found}"))
}

#[test]
fn in_the_shipped_game_energy_is_what_coins_cost() {
    let found = look_for("coin", &shipped_assets());
    assert!(found.wanted == "金币 (3:1)" && found.per_hour > 14_000.0, "the hang-up alone brings 14,400:\n{found}");
    assert!(found.limits.iter().any(|limit| limit == "energy"), "{found}");
    let free = found.steps.iter().filter(|step| step.takes.is_empty()).map(|step| step.words.as_str());
    assert_eq!(free.collect::<Vec<_>>(), ["collect the hang-up"], "nothing else is free:\n{found}");
}

#[test]
fn a_sweep_without_energy_is_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let free = edit_assets(folder.path(), "sweep.ron", "energy: 6", "energy: 0");
    let found = look_for("3:1", &free);
    let sweep = step(&found, "sweep stage ");
    assert!(sweep.takes.is_empty() && sweep.times > 500, "again and again, for nothing:\n{found}");
    assert!(found.limits.iter().any(|limit| limit == "the player's time"), "nothing else limits it:\n{found}");
    assert!(found.per_hour > 250_000.0, "{found}");
}

#[test]
fn a_ticket_that_costs_less_than_its_stage_brings_is_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cheap = edit_assets(folder.path(), "stages/coin.ron", r#""3:1:5000""#, r#""3:5:500""#);
    let found = look_for("diamond", &cheap);
    let ticket = step(&found, "buy a ticket 金币挑战 (19)");
    assert_eq!(ticket.times, 2, "as often as a day allows:\n{found}");
    assert!(ticket.takes.iter().any(|(name, quantity)| name == "钻石 (3:5)" && *quantity == 50.0), "{found}");
    assert_eq!(step(&found, "win stage 4001").times, 4, "with the two free ones:\n{found}");
    assert_eq!(found.per_hour, (4.0 * 500.0 - 2.0 * 50.0) / 24.0, "{found}");
    assert!(found.limits.iter().any(|limit| limit.contains("(20)")), "what may be bought is the limit:\n{found}");
}

#[test]
fn a_loop_of_two_moves_that_feed_each_other_is_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Ten sweeps take 60 energy and bring ten potions of 100.
    let endless = edit_assets(folder.path(), "sweep.ron", r#"rewards: ["#, r#"rewards: ["3:34:1", "#);
    let found = look_for("铁矿", &endless);
    let (sweep, drink) = (step(&found, "sweep stage "), step(&found, "drink 体力药水(+100) (3:34)"));
    assert!(sweep.times > 250 && drink.times > 125, "far more than a day's energy pays for:\n{found}");
    assert!(found.limits.iter().any(|limit| limit == "the player's time"), "{found}");
}

#[test]
fn what_nothing_brings_is_said_to_be_unobtainable() {
    let found = look_for("3:5", &shipped_assets());
    assert!(found.steps.is_empty() && found.to_string().contains("No move brings any"), "{found}");
}

#[test]
fn the_command_prints_the_loop_and_explains_an_item_that_is_not_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let policy = folder.path().join("slow.ron");
    std::fs::write(&policy, SLOW).expect("a writable folder");
    let run = |wanted: &str| {
        let program = env!("CARGO_BIN_EXE_raidkeep");
        let arguments = ["simulate", "--greedy", wanted, "--days", "1", "--policy"];
        Command::new(program).args(arguments).arg(&policy).output().expect("the program should start")
    };
    let output = run("3:52");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("x ask for a personal task and play it: "), "{text}");
    let output = run("dimond");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(r#"no item dimond (did you mean "diamond"?)"#), "{text}");
}
