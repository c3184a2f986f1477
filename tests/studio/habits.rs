//! What virtual players do besides fighting, and which functions they reach.

use raidkeep::game::items::ItemId;
use raidkeep::game::shipped_assets;
use raidkeep::studio::simulate::study::load;
use raidkeep::studio::simulate::{Coverage, Crowd, Measure, Policy, Run, SimulationPlan, policy, simulate};

fn read(text: &str) -> Policy {
    policy::read("test.ron", text).unwrap_or_else(|problems| panic!("a valid policy:\n{problems}")).content
}

/// Players who all come within a minute of noon, when the activity stages are open. They accept every challenge, or none.
fn at_noon(habits: &str, accepts_challenges: f64) -> Policy {
    read(&format!(
        r#"(starts_on: "2026-03-30", moment_seconds: 5, joining_days: 1, archetypes: [(
            name: "daily", share: 1, leaves_per_day: 0.0, accepts_challenges: {accepts_challenges:.1},
            visits: [(from: "12:00", to: "12:01", chance: 1.0)],
            fight_seconds: (30, 30), pause_seconds: (5, 5),
            damage: (base: 6000, per_level: 0, spread: 0.0),
            habits: [{habits}],
        )])"#
    ))
}

fn run(policy: &Policy, players: u32, days: u32) -> Run {
    let rules = load(&shipped_assets()).unwrap_or_else(|troubles| panic!("valid assets:\n{troubles}"));
    let plan = SimulationPlan { players, days, seed: 1, policy };
    simulate(&plan, &rules, |_| {}).unwrap_or_else(|troubles| panic!("{troubles}"))
}

/// Requests that were granted.
fn granted(coverage: &Coverage, function: &str) -> u64 {
    let calls = coverage.calls(function);
    calls.answered - calls.refused
}

/// What all players gained (`+`) or spent (`-`) of an item for a reason, over all days.
fn sum(run: &Run, item: &str, line: &str) -> f64 {
    let item: ItemId = item.parse().expect("an item");
    let measure = match line.split_once(' ') {
        Some(("+", why)) => Measure::Gained(item, why.into()),
        Some(("-", why)) => Measure::Spent(item, why.into()),
        _ => panic!("{line} begins with + or -"),
    };
    run.figures.sum_until(&measure, Crowd::Everybody, u32::MAX)
}

#[test]
fn tasks_are_taken_and_played_to_their_end_with_words_that_fit() {
    let run = run(
        &at_noon("Tasks(kind: public, at_most: 2, chance: 1.0), Tasks(kind: personal, at_most: 1, chance: 1.0)", 0.0),
        6,
        3,
    );
    let [begun, asked, personal, said] =
        ["select", "task_request", "select_personal", "feedback"].map(|function| granted(&run.coverage, function));
    assert_eq!(begun, 36, "two public tasks in each of eighteen visits");
    assert!(asked > 10 && personal > 10, "and a personal one that the player asked for: {asked}, {personal}");
    assert_eq!(run.coverage.calls("feedback").refused, 0, "who is in a task may go on");
    let each = said as f64 / (begun + personal) as f64;
    assert!((2.0..9.0).contains(&each), "words that fit bring a task to its end before its turns run out: {each}");
    assert!(sum(&run, "3:51", "+ task") > 20.0, "and many of them succeed: {}", sum(&run, "3:51", "+ task"));
}

#[test]
fn what_tasks_bring_is_crafted_with() {
    let habits = "Tasks(kind: public, at_most: 2, chance: 1.0), Craft(kind: skill, spend: 2, at_most: 50)";
    let run = run(&at_noon(habits, 0.0), 4, 4);
    let (gained, spent) = (sum(&run, "3:51", "+ task"), sum(&run, "3:51", "- crafting"));
    assert!(spent > 0.0 && gained - spent < 2.0 * 4.0, "of {gained} each player has at most one left: {spent}");
    assert_eq!(granted(&run.coverage, "merge") as f64 * 2.0, spent, "every grant takes two");
    assert_eq!(run.coverage.calls("merge").refused, 16, "and the material runs out at the end of each visit");
}

#[test]
fn the_game_masters_fighters_are_fought_to_the_end() {
    let run = run(
        &at_noon(r#"Battles(fighter: "系统木人", at_most: 2, chance: 1.0), Battles(at_most: 1, chance: 1.0)"#, 0.0),
        2,
        2,
    );
    assert_eq!(granted(&run.coverage, "challenge"), 12, "three battles in each of four visits");
    let rounds = granted(&run.coverage, "battle");
    assert!((12 * 3..=12 * 15).contains(&rounds), "each has 3 to 15 rounds: {rounds}");
    assert_eq!(run.coverage.calls("battle").refused, 0);
}

#[test]
fn players_challenge_those_who_are_online_and_fight_who_accepts() {
    let run = run(&at_noon("Challenges(at_most: 1, chance: 1.0), Letters(at_most: 3, chance: 1.0)", 1.0), 6, 4);
    let accepted = granted(&run.coverage, "accept_c");
    assert!(accepted >= 4, "at noon somebody is there: {accepted}");
    assert!(granted(&run.coverage, "battle") > accepted * 3, "both act in each round");
    assert!(sum(&run, "3:51", "+ battle") >= accepted as f64, "and battles between players are rewarded");
}

#[test]
fn whoever_wants_no_battle_says_so() {
    let run = run(&at_noon("Challenges(at_most: 1, chance: 1.0)", 0.0), 6, 2);
    assert!(granted(&run.coverage, "reject_challenge") > 0, "{}", run.coverage.text());
    assert_eq!(run.coverage.calls("battle").answered, 0);
}

#[test]
fn letters_are_written_read_and_deleted() {
    let run = run(&at_noon("Letters(at_most: 2, chance: 1.0), ReadMail", 0.0), 5, 3);
    let [written, read, deleted] =
        ["send_mail", "mark_read_mail", "delete_read_mail"].map(|function| granted(&run.coverage, function));
    assert!(written > 5 && read > 0 && read <= written, "{written} letters, {read} read");
    assert_eq!(deleted, 15, "at each visit, what has been read goes");
}

#[test]
fn a_shopper_buys_the_dearest_offer_that_is_not_too_dear() {
    let run = run(&at_noon("Shop(points: 70, chance: 1.0)", 0.0), 2, 1);
    assert_eq!(sum(&run, "3:5", "+ purchase"), 1360.0, "680 diamonds for 68 points, each");
    assert_eq!((granted(&run.coverage, "get_shop"), granted(&run.coverage, "simulated_purchase")), (2, 2));
}

#[test]
fn activity_stages_are_fought_in_while_they_are_open_and_who_loses_logs_in_again() {
    let once = run(&at_noon("Activity(at_most: 9, win_chance: 1.0)", 0.0), 2, 1);
    let twice =
        run(&at_noon("Activity(at_most: 9, win_chance: 1.0), Activity(at_most: 9, win_chance: 1.0)", 0.0), 2, 1);
    let won = granted(&once.coverage, "pass_stage");
    assert!(won >= 2, "2001 is open at noon on a monday: {won}");
    assert_eq!(won, granted(&twice.coverage, "pass_stage"), "each stage pays once");
    let lost = run(&at_noon("Activity(at_most: 1, win_chance: 0.0), Activity(at_most: 1, win_chance: 1.0)", 0.0), 2, 1);
    let logins = lost.coverage.calls("login_unique").answered;
    assert_eq!(logins, 4, "whoever is still inside a lost stage is logged out by the next legacy entry");
    assert_eq!(granted(&lost.coverage, "pass_stage"), 2, "and then goes on where it was");
}

/// Functions that no virtual player calls, and why.
const NOT_CALLED: &[(&str, &str)] = &[
    ("hear", "the server asks it for connections"),
    ("world_node", "there are no nodes"),
    ("login", "virtual players are guests"),
    ("signup", "virtual players are guests"),
    ("buy_item", "there is no platform: `simulated_purchase` stands for it"),
    ("check_card", "there is no platform"),
    ("check_money", "there is no platform"),
    ("check_record", "there is no platform"),
    ("card_types", "there is no platform"),
    ("charge", "there is no platform"),
    ("sud_bind", "there is no platform"),
    ("query_match_base", "platforms ask it"),
    ("redeem_code", "there are no operators to make one"),
    ("delete_mail", "`delete_read_mail` deletes them all"),
    ("accept_challenge", "`accept_c` is the same"),
    ("challenge_info", "the event says the same"),
    ("refrash", "`refresh` is the same"),
    ("enter_world_boss_stage", "`enter_stage` is the same"),
    ("leave_world_boss_stage", "`pass_stage` is the same"),
];

#[test]
fn the_policy_with_all_habits_reaches_every_function_but_those_with_a_reason() {
    let policy = read(include_str!("../../policies/all_habits.ron"));
    let coverage = run(&policy, 40, 6).coverage;
    let mut expected: Vec<&str> = NOT_CALLED.iter().map(|(function, _)| *function).collect();
    expected.sort_unstable();
    assert_eq!(coverage.not_called().collect::<Vec<_>>(), expected, "a function of players has a habit, or a reason");
    assert_eq!(coverage.only_refused().count(), 0, "a habit that is always refused plays nothing: {}", coverage.text());
}
