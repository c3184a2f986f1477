//! Goals: what designers want is read with the rules, judged over the seeds of a simulation, and decides an exit code.

use std::path::Path;
use std::process::{Command, Output};

use raidkeep::engine::rules::AssetSource;
use raidkeep::game;
use raidkeep::studio::goals::{fit, judge, open, open_of};
use raidkeep::studio::report::goals::{GoalOutcome, GoalVerdict};
use raidkeep::studio::simulate::study::load;
use raidkeep::studio::simulate::{StudyPlan, policy, study};
use raidkeep::studio::testing::edit_assets;

/// Everybody comes at noon, and wins five fights in general stages and one at a boss.
const DAILY: &str = r#"(starts_on: "2026-03-01", moment_seconds: 10, joining_days: 1, archetypes: [(
    name: "daily", share: 1, leaves_per_day: 0.0,
    visits: [(from: "12:00", to: "12:30", chance: 1.0)],
    fight_seconds: (30, 30), pause_seconds: (5, 5),
    damage: (base: 6000, per_level: 0, spread: 0.0),
    habits: [Fight(mode: general, at_most: 5, win_chance: 1.0), Fight(mode: boss, at_most: 1, win_chance: 1.0)],
)])"#;

/// The shipped assets with these goals.
fn with_goals(folder: &Path, goals: &str) -> AssetSource {
    let assets = edit_assets(folder, "energy.ron", "newcomer: 120", "newcomer: 120");
    std::fs::write(folder.join("goals.ron"), format!("(goals: [\n{goals}\n])")).expect("a writable folder");
    assets
}

/// What four seeds of four players and six days say of goals, one a line.
fn judged(goals: &str) -> Vec<GoalOutcome> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = with_goals(folder.path(), goals);
    let policy = policy::read("daily.ron", DAILY).expect("a valid policy");
    let rules = load(&assets).unwrap_or_else(|troubles| panic!("{troubles}"));
    let goals = open_of(&assets).expect("valid goals").expect("the folder has goals");
    fit(&goals, &policy.content, 6).expect("goals of what is simulated");
    let plan = StudyPlan { players: 4, days: 6, first_seed: 1, seeds: 4, policy: &policy, policy_name: "daily.ron" };
    let studies = study(&plan, &[("edited".to_owned(), rules)], || {}).unwrap_or_else(|troubles| panic!("{troubles}"));
    judge(&goals, &studies[0])
}

#[test]
fn each_kind_of_goal_measures_what_it_says() {
    use GoalVerdict::{Broken, Held};
    let goals = [
        // 180 and six times 500 a day: 3180 on the first day.
        ("(of: Level(median), day: 1, at_least: 6, at_most: 8)", Held),
        ("(of: Level(median), day: 1, archetype: \"daily\", at_least: 9)", Broken),
        ("(of: Stages(general, lowest), day: 2, at_least: 16, at_most: 18)", Held),
        // A potion for each of six victories a day.
        ("(of: Stock(\"3:10\", mean), day: 3, at_least: 18, at_most: 18.5)", Held),
        ("(of: Gained(\"3:10\"), at_least: 5.9, at_most: 6.1)", Held),
        ("(of: Spent(\"3:10\"), at_most: 0)", Held),
        ("(of: Growth(item: \"3:10\", days: 1), day: 2, at_least: 99, at_most: 101)", Held),
        ("(of: Growth(item: \"3:10\", days: 1), day: 2, at_most: 10)", Broken),
        // 36 of 240 points are used, and the first half day is full from the start.
        ("(of: EnergyWasted, at_least: 60, at_most: 95)", Held),
        ("(of: EnergyWasted, at_most: 5)", Broken),
        ("(of: TicketsLeft(18), at_least: 1.9, at_most: 2.1)", Held),
        ("(of: Finished, day: 3, at_most: 5)", Held),
        ("(of: IdleDays(highest), at_most: 2)", Held),
        ("(of: Stayed, at_least: 100)", Held),
        ("(of: Points, at_most: 0)", Held),
        ("(of: Refused, at_most: 50)", Held),
        // 24,000 a day, of which what kills a boss is partly lost: 10,000 on the first, and 100,000 on the fifth or sixth.
        ("(of: BossDies(\"slime_king\"), at_most: 2)", Held),
        ("(of: BossDies(\"blood_moon_wolf\"), at_least: 4, at_most: 7)", Held),
        ("(of: BossDies(\"lava_fiend\"), at_most: 6)", Broken),
    ];
    let text: Vec<&str> = goals.iter().map(|(goal, _)| *goal).collect();
    let outcomes = judged(&text.join(",\n"));
    for ((goal, expected), outcome) in goals.iter().zip(&outcomes) {
        assert_eq!(outcome.verdict, *expected, "{goal}: {outcome:?}");
    }
    assert_eq!(outcomes[0].goal, "median level of all players on day 1: 6 to 8");
    assert_eq!(outcomes[3].goal, "mean stock of 小体力药水 (3:10) of all players on day 3: 18 to 18.5");
    assert_eq!(outcomes[18].found, "never in 6 days", "a boss that nobody kills");
    assert!(outcomes[1].place.ends_with("goals.ron:3:1"), "it leads to its line: {}", outcomes[1].place);
}

fn problems_of(goals: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = with_goals(folder.path(), goals);
    load(&assets).map_or_else(|troubles| troubles.to_string(), |rules| rules.warnings.to_string())
}

#[test]
fn goals_are_checked_with_the_rules_and_a_folder_needs_none() {
    let settings = game::GameSettings::default();
    let without = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(without.path(), "energy.ron", "newcomer: 120", "newcomer: 120");
    let _ = std::fs::remove_file(without.path().join("goals.ron"));
    assert!(game::load_rules(&settings, &assets).is_ok(), "a folder of before has no goals");
    for (goal, expected) in [
        ("(of: Level(median))", "goals.ron:2:1: error: goals[0]: wants nothing, expected at_least or at_most"),
        ("(of: Level(median), at_least: 9, at_most: 8)", "goals[0].at_most: 8 is less than at_least"),
        ("(of: EnergyWasted, at_most: 500)", "goals[0].at_most: 500 is out of range, expected 0 to 100 (%)"),
        ("(of: Points, at_least: -1)", "goals[0].at_least: -1 is out of range, expected 0 or more"),
        ("(of: Level(median), day: 0, at_least: 1)", "goals[0].day: 0 is out of range, expected 1"),
        (
            "(of: Stock(\"3:99\", mean), at_least: 1)",
            "goals[0].of[0]: unknown item 3:99, expected one of the items in items.ron",
        ),
        ("(of: TicketsLeft(17), at_most: 1)", "unknown ticket kind 17, expected one of the kinds in tickets.ron"),
        (
            "(of: BossDies(\"slime_kin\"), at_most: 9)",
            "goals.ron:2:15: error: goals[0].of[0]: unknown boss \"slime_kin\", expected one of the bosses in \
             world_boss.ron (did you mean \"slime_king\"?)",
        ),
        ("(of: BossDies(\"slime_king\"), day: 3, at_most: 9)", "goals[0].day: is what is measured"),
        ("(of: Growth(item: \"3:1\", days: 7), day: 7, at_most: 10)", "7 is too early to say what has grown in 7 days"),
        ("(of: Growth(item: \"3:1\", days: 0), at_most: 10)", "0 is out of range, expected 1"),
    ] {
        let problems = problems_of(goal);
        assert!(problems.contains(expected), "{goal}: {expected}\nshould be reported in\n{problems}");
    }
}

fn raidkeep(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_raidkeep")).args(arguments).output().expect("the program should start")
}

/// The exit code and the output of `simulate --goals` with these goals.
fn simulated(goals: &str, seeds: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    with_goals(&folder.path().join("assets"), goals);
    std::fs::write(path("policy.ron"), DAILY).expect("a writable folder");
    let output = raidkeep(&[
        "simulate",
        "--goals",
        "--assets",
        &path("assets"),
        "--policy",
        &path("policy.ron"),
        "--out",
        &path("out"),
        "--players",
        "3",
        "--days",
        "2",
        "--seeds",
        seeds,
    ]);
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    if output.status.code() == Some(0) {
        let page = std::fs::read_to_string(path("out/report.html")).expect("a report");
        assert!(page.contains("median level of all players on day 1"), "goals come first on the page");
    }
    (output.status.code(), text)
}

#[test]
fn the_shipped_game_has_goals_for_the_policy_that_is_used_by_default() {
    let goals = open_of(&game::shipped_assets()).expect("valid goals").expect("they are shipped");
    assert!(goals.content.goals.len() >= 10, "a few");
    let policy = policy::open(Path::new("policies/mixed.ron")).expect("the default policy");
    assert!(fit(&goals, &policy.content, 30).is_ok(), "by default, 30 days of it are simulated");
}

#[test]
fn goals_of_a_file_of_their_own_are_checked_as_those_of_the_assets_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("mine.ron");
    std::fs::write(&file, "(goals: [\n(of: Gained(\"3:99\"), at_least: 1),\n(of: BossDies(\"slime_kin\"), day: 0)])")
        .expect("a writable folder");
    let told = open(&file, &game::shipped_assets()).expect_err("two wrong names, and a day").to_string();
    for expected in [
        "mine.ron:2:13: error: goals[0].of[0]: unknown item 3:99",
        "mine.ron:3:15: error: goals[1].of[0]: unknown boss \"slime_kin\"",
        "goals[1].day: 0 is out of range, expected 1",
    ] {
        assert!(told.contains(expected), "{expected}\nshould be reported in\n{told}");
    }
}

#[test]
fn without_the_option_goals_that_are_not_simulated_are_counted_and_the_others_judged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let goals = "(of: Level(median), day: 1, at_least: 5),\n(of: Level(median), day: 7, at_least: 5)";
    with_goals(&folder.path().join("assets"), goals);
    std::fs::write(path("policy.ron"), DAILY).expect("a writable folder");
    let few = ["--players", "2", "--days", "1", "--seeds", "2", "--policy", &path("policy.ron")];
    let folders = ["simulate", "--assets", &path("assets"), "--out", &path("out")];
    let output = raidkeep(&[&folders[..], &few].concat());
    let [told, warned] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert_eq!(output.status.code(), Some(0), "nobody asked for them: {warned}");
    assert!(warned.contains("1 of 2 goals ask for what is not simulated"), "{warned}");
    assert!(told.contains("goals.ron:2:1: ") && !told.contains("goals.ron:3:1: "), "the other is judged: {told}");
}

#[test]
fn the_exit_code_says_whether_goals_are_held_broken_or_not_certain() {
    let held = "(of: Level(median), day: 1, at_least: 5, at_most: 9)";
    let (code, text) = simulated(held, "3");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("goals: 1 held, 0 broken, 0 not certain"), "{text}");
    let (code, text) = simulated(&format!("{held},\n(of: Level(median), day: 2, at_least: 100)"), "3");
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("goals.ron:3:1: broken: median level of all players on day 2: at least 100; found 10"),
        "{text}"
    );
    let (code, text) = simulated(held, "1");
    assert_eq!(code, Some(3), "one seed says nothing about chance: {text}");
}

#[test]
fn goals_of_what_is_not_simulated_are_told_at_their_lines() {
    let (code, text) = simulated("(of: Level(median), day: 7, at_least: 5)", "1");
    assert_eq!(code, Some(1));
    assert!(
        text.contains("goals.ron:2:26: error: goals[0].day: day 7 is not simulated, expected 1 to 2, or --days 7"),
        "{text}"
    );
    let (code, text) = simulated("(of: Level(median), archetype: \"dayly\", at_least: 5)", "1");
    assert_eq!(code, Some(1));
    assert!(text.contains("the policy has no archetype \"dayly\" (did you mean \"daily\"?)"), "{text}");
    let (_, text) = simulated("(of: Growth(item: \"3:1\", days: 7), at_most: 10)", "1");
    assert!(text.contains("2 days are simulated, expected fewer than that, or --days 8 or more"), "{text}");
}

#[test]
fn a_comparison_fails_if_the_edited_assets_break_a_goal_and_not_if_those_before_did() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    edit_assets(&folder.path().join("slow"), "stages/general.ron", "exp: 500", "exp: 50");
    edit_assets(&folder.path().join("usual"), "energy.ron", "newcomer: 120", "newcomer: 120");
    std::fs::write(path("goals.ron"), "(goals: [(of: Level(mean), day: 1, at_least: 6.5)])")
        .expect("a writable folder");
    std::fs::write(path("policy.ron"), DAILY).expect("a writable folder");
    let compared = |folders: [&str; 2]| {
        let [base, other] = folders.map(path);
        let goals = format!("--goals={}", path("goals.ron"));
        let output = raidkeep(&[
            "compare",
            &base,
            &other,
            &goals,
            "--policy",
            &path("policy.ron"),
            "--out",
            &path("out"),
            "--players",
            "3",
            "--days",
            "1",
            "--seeds",
            "3",
        ]);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = compared(["slow", "usual"]);
    assert_eq!(code, Some(0), "what was broken before is mended: {text}");
    assert!(text.contains("### Goals") && text.contains("| broken |") && text.contains("| held |"), "{text}");
    let (code, text) = compared(["usual", "slow"]);
    assert_eq!(code, Some(1), "{text}");
}
