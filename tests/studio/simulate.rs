//! Simulations: the same seed gives the same bytes, and the figures say what happened.

use std::process::{Command, Output};

use raidkeep::engine::rules::{AssetSource, Single};
use raidkeep::game::items::ItemId;
use raidkeep::game::shipped_assets;
use raidkeep::game::stages::Mode;
use raidkeep::studio::report::export::{series_csv, series_json};
use raidkeep::studio::report::{simulation, summary};
use raidkeep::studio::simulate::study::{load, study_on};
use raidkeep::studio::simulate::{Crowd, Measure, Policy, Run, SimulationPlan, Study, StudyPlan, policy, simulate};
use raidkeep::studio::testing::edit_assets;

const MIXED: &str = include_str!("../../policies/mixed.ron");
const ALL: Crowd = Crowd::Everybody;

fn read(text: &str) -> Single<Policy> {
    policy::read("test.ron", text).unwrap_or_else(|problems| panic!("a valid policy:\n{problems}"))
}

/// One archetype that comes each day at noon.
fn daily(habits: &str) -> Single<Policy> {
    read(&format!(
        r#"(starts_on: "2026-03-30", moment_seconds: 10, joining_days: 1, archetypes: [(
            name: "daily", share: 1, leaves_per_day: 0.0,
            visits: [(from: "12:00", to: "12:05", chance: 1.0)],
            fight_seconds: (30, 30), pause_seconds: (5, 5),
            damage: (base: 6000, per_level: 0, spread: 0.0),
            habits: [{habits}],
        )])"#
    ))
}

fn run_with(policy: &Single<Policy>, players: u32, days: u32, seed: u64, assets: &AssetSource) -> Run {
    let rules = load(assets).unwrap_or_else(|troubles| panic!("valid assets:\n{troubles}"));
    let plan = SimulationPlan { players, days, seed, policy: &policy.content };
    simulate(&plan, &rules, |_| {}).unwrap_or_else(|troubles| panic!("{troubles}"))
}

fn run(policy: &Single<Policy>, players: u32, days: u32) -> Run {
    run_with(policy, players, days, 1, &shipped_assets())
}

fn studied(policy: &Single<Policy>, (players, days, seeds): (u32, u32, u32), cores: usize) -> Study {
    let plan = StudyPlan { players, days, first_seed: 5, seeds, policy, policy_name: "test.ron" };
    let folders = [("shipped".to_owned(), load(&shipped_assets()).expect("valid assets"))];
    let mut studies = study_on(cores, &plan, &folders, || {}).unwrap_or_else(|troubles| panic!("{troubles}"));
    studies.pop().expect("one folder")
}

/// A flow or state on each day.
fn numbers(run: &Run, measure: &Measure, days: u32) -> Vec<f64> {
    (1..=days).map(|day| run.figures.number(measure, ALL, day)).collect()
}

/// The median of all players on each day.
fn medians(run: &Run, measure: &Measure, days: u32) -> Vec<f64> {
    let median = |day| run.figures.spread(measure, ALL, day).map_or(f64::NAN, |spread| spread.median);
    (1..=days).map(median).collect()
}

fn gained(item: u32, why: &str) -> Measure {
    Measure::Gained(ItemId::item(item), why.into())
}

#[test]
fn the_same_seeds_give_the_same_bytes_on_any_number_of_cores_and_others_do_not() {
    let policy = read(MIXED);
    let outputs = |cores| {
        let study = studied(&policy, (8, 2, 3), cores);
        let page = simulation::page(&study, None).html();
        [series_csv(&study).text().to_owned(), series_json(&study), summary::text(&study), page]
    };
    assert_eq!(outputs(1), outputs(3), "all output follows from the seeds");
    let study = studied(&policy, (8, 2, 2), 2);
    assert_eq!(study.runs.iter().map(|run| run.seed).collect::<Vec<_>>(), [5, 6], "seeds follow the first");
    assert_ne!(study.runs[0].figures, study.runs[1].figures, "another seed is another world");
}

#[test]
fn the_last_day_of_a_run_equals_the_same_day_of_a_longer_run() {
    let leaving = MIXED.replace("leaves_per_day: 0.02", "leaves_per_day: 0.3");
    let policy = read(&leaving);
    let (short, long) = (run(&policy, 16, 3), run(&policy, 16, 6));
    for (measure, crowd, _) in short.figures.iter() {
        for day in 1..=3 {
            let of =
                |run: &Run| (run.figures.spread(measure, crowd, day).copied(), run.figures.number(measure, crowd, day));
            assert_eq!(of(&short), of(&long), "{measure} of {crowd:?} on day {day}");
        }
    }
    let later: Vec<_> =
        long.figures.iter().filter(|(measure, crowd, _)| short.figures.by_day(measure, *crowd).is_none()).collect();
    for (measure, crowd, _) in later {
        assert_eq!(long.figures.sum_until(measure, crowd, 3), 0.0, "{measure} occurs only later");
    }
}

#[test]
fn nobody_spends_what_nobody_has() {
    let run = run(&read(MIXED), 16, 3);
    let mut items = 0;
    for (measure, crowd, _) in run.figures.iter() {
        let Measure::Stock(item) = measure else {
            continue;
        };
        for day in 1..=3 {
            let flow = |of: fn(&Measure) -> Option<ItemId>| -> f64 {
                let flows = run.figures.measures().filter(|measure| of(measure) == Some(*item));
                flows.map(|measure| run.figures.sum_until(measure, crowd, day)).sum()
            };
            let came = flow(|measure| if let Measure::Gained(item, _) = measure { Some(*item) } else { None });
            let went = flow(|measure| if let Measure::Spent(item, _) = measure { Some(*item) } else { None });
            assert!(came >= went, "{item}: more went than came by day {day}");
        }
        items += 1;
    }
    assert!(items > 5, "items move");
}

#[test]
fn who_does_nothing_wastes_all_energy_and_tickets_and_has_nothing_to_do() {
    let run = run(&daily(""), 3, 3);
    let wasted = medians(&run, &Measure::EnergyWasted, 3);
    assert_eq!(wasted[1..], [240.0, 240.0], "a point every six minutes does not come");
    assert!((119.0..=120.0).contains(&wasted[0]), "on the first day since noon: {wasted:?}");
    assert_eq!(medians(&run, &Measure::EnergyWastedPercent, 3), [100.0; 3]);
    assert_eq!(medians(&run, &Measure::TicketsLeft(18), 3), [3.0; 3]);
    assert_eq!(numbers(&run, &Measure::Came, 3), [3.0; 3]);
    assert_eq!(numbers(&run, &Measure::Joined, 3), [3.0, 0.0, 0.0]);
    assert_eq!(medians(&run, &Measure::IdleDays, 3), [1.0, 2.0, 3.0], "each day without anything to do counts");
    assert_eq!(run.requests, 3 * (1 + 3), "a login, and a look at each visit");
}

#[test]
fn fights_use_energy_and_tickets_and_bring_what_the_rules_say() {
    let run = run(&daily("Fight(mode: general, at_most: 5, win_chance: 1.0)"), 2, 1);
    assert_eq!(
        run.figures.number(&gained(10, "victory"), ALL, 1),
        10.0,
        "each victory brings a potion: five for each of two"
    );
    assert_eq!(medians(&run, &Measure::Level, 1), [7.0], "180 and five times 500 is level 7");
    assert_eq!(medians(&run, &Measure::Stages(Mode::General), 1), [12.0], "seven were passed before");
    assert_eq!(medians(&run, &Measure::Stock(ItemId::item(10)), 1), [5.0]);
    assert_eq!(medians(&run, &Measure::IdleDays, 1), [0.0], "to fight is something to do");
    let lost = self::run(&daily("Fight(mode: general, at_most: 5, win_chance: 0.0)"), 2, 1);
    assert!(lost.figures.by_day(&gained(10, "victory"), ALL).is_none(), "who loses gets nothing");
    assert_eq!(lost.refused, 0, "to lose is not to be refused");
}

#[test]
fn refusals_are_told_by_function_and_reason() {
    let policy = daily("Fight(mode: general, at_most: 60, win_chance: 1.0)");
    let study = studied(&policy, (2, 3, 1), 1);
    let run = &study.runs[0];
    let refused: Vec<&Measure> =
        run.figures.measures().filter(|measure| matches!(measure, Measure::Refused(..))).collect();
    let energy = Measure::Refused("enter_stage_general".into(), 97);
    assert!(refused.contains(&&energy), "energy runs out: {refused:?}");
    assert_eq!(study.words.title(&energy), "Refused: enter_stage_general, 97 energy insufficient");
    let sum: f64 = refused.iter().map(|measure| run.figures.sum_until(measure, ALL, 3)).sum();
    assert_eq!(sum, run.refused as f64, "each refusal has its reason");
}

#[test]
fn who_has_passed_every_stage_of_the_modes_it_fights_in_has_finished() {
    let policy = daily("Fight(mode: endless, at_most: 8, win_chance: 1.0)");
    let run = run(&policy, 2, 3);
    assert_eq!(numbers(&run, &Measure::FinishedMode(Mode::Endless), 2), [100.0; 2], "the tower has eight stages");
    assert_eq!(numbers(&run, &Measure::FinishedAll, 2), [100.0; 2], "no other mode is fought in");
    assert_eq!(medians(&run, &Measure::IdleDays, 3), [0.0, 1.0, 1.0], "nothing is left until the month ends on day 2");
}

#[test]
fn boss_kills_are_told_with_their_day_and_the_season_ends_with_the_month() {
    let run = run(&daily("Fight(mode: boss, at_most: 3, win_chance: 1.0)"), 5, 3);
    let kills: Vec<(u32, &str)> = run.kills.iter().map(|kill| (kill.day, kill.boss.as_str())).collect();
    // Five players deal 15 times 6000 a day. The last blow at the first boss is partly lost, two blows kill it.
    assert_eq!(kills, [(1, "slime_king"), (2, "blood_moon_wolf"), (3, "slime_king")]);
    assert_eq!(numbers(&run, &Measure::BossesDead, 3), [1.0, 2.0, 1.0], "the third day is the 1st of April");
    assert_eq!(medians(&run, &Measure::BestDamage, 3), [6000.0; 3]);
    assert_eq!(medians(&run, &Measure::TicketsLeft(18), 3), [0.0; 3]);
}

#[test]
fn purchases_are_paid_in_points_and_what_they_bring_is_spent() {
    let run = run(
        &daily(r#"Purchase(offer: "diamonds_60", chance: 1.0), Tickets(mode: coin, at_most: 3), Mail, HangUp"#),
        2,
        2,
    );
    assert_eq!(numbers(&run, &Measure::Points, 2), [12.0, 12.0], "6 points for each of two players");
    assert_eq!(numbers(&run, &gained(5, "purchase"), 2), [120.0, 120.0]);
    let tickets = Measure::Spent(ItemId::item(5), "buy_ticket".into());
    assert_eq!(numbers(&run, &tickets, 2), [100.0, 100.0], "one ticket for 50 diamonds each");
    let hang_up = numbers(&run, &gained(1, "hang_up"), 2);
    assert!(hang_up[1] > 0.0, "the hang-up of the first day is taken on the second");
}

#[test]
fn the_shipped_policies_can_be_simulated() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).expect("policies are shipped") {
        let path = entry.expect("a readable folder").path();
        let policy = read(&std::fs::read_to_string(&path).expect("a readable file"));
        let run = run(&policy, 8, 2);
        assert!(run.requests > 20, "{} keeps its players busy", path.display());
    }
}

#[test]
fn a_report_needs_nothing_but_itself_and_holds_its_numbers() {
    let study = studied(&daily("HangUp, Fight(mode: general, at_most: 3, win_chance: 1.0)"), (2, 2, 2), 1);
    let page = simulation::page(&study, None);
    let html = page.html();
    for outside in ["http:", "https:", "src=", "url(", "@import", "<script"] {
        assert!(!html.contains(outside), "{outside} would need something else");
    }
    let links = html.matches("href=").count();
    assert_eq!(links, html.matches("href=\"data:text/csv;").count(), "every link is to a part of the page");
    assert_eq!(links, page.tables().len(), "each picture and table has its numbers");
    assert!(html.matches("<svg").count() > 10 && html.ends_with("</html>\n"), "pictures are part of the page");
    assert!(html.contains("金币 (3:1)"), "names stand beside ids");
}

fn raidkeep(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_raidkeep");
    Command::new(program).args(arguments).output().expect("the program should start")
}

#[test]
fn the_program_writes_its_reports_and_explains_what_it_cannot_use() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    edit_assets(&folder.path().join("assets"), "energy.ron", "newcomer: 120", "newcomer: 60");
    std::fs::write(path("policy.ron"), MIXED).expect("a writable folder");
    let subject = ["--players", "6", "--days", "2", "--seeds", "2", "--policy", &path("policy.ron")];
    let run = |arguments: &[&str]| raidkeep(&[arguments, &subject].concat());

    let output = run(&["simulate", "--out", &path("out"), "--assets", &path("assets")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("6 players, 2 days, policy policy.ron, seeds 1 to 2"));
    for file in ["summary.txt", "series.csv", "series.json", "report.html", "csv/level.csv"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file} is written");
    }
    let output = run(&["compare", &path("assets"), &path("assets"), "--out", &path("compared")]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing differs"), "the same folder twice");
    assert!(folder.path().join("compared/compare.html").is_file());

    let output = run(&["simulate", "--out", &path("out"), "--assets", &path("nowhere")]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("nowhere"));
}

/// What is said of a policy that does not fit the rules.
fn misfit(habits: &str, assets: AssetSource) -> String {
    let policy = daily(habits);
    let plan = StudyPlan { players: 1, days: 1, first_seed: 1, seeds: 1, policy: &policy, policy_name: "test.ron" };
    let folders = [("edited".to_owned(), load(&assets).expect("valid assets"))];
    study_on(1, &plan, &folders, || {}).map(drop).expect_err("the policy should not fit").to_string()
}

#[test]
fn a_policy_that_asks_for_what_is_not_there_is_told_at_its_line() {
    let cases = [
        (
            r#"Purchase(offer: "diamonds_61", chance: 0.1)"#,
            "test.ron:6:38: error: archetypes[0].habits[0].offer: unknown offer \"diamonds_61\", expected an id from \
             shop.ron (did you mean \"diamonds_60\"?)",
        ),
        (
            r#"HangUp, Ask(function: "stage_refresh_bos", data: {}, at_most: 1, chance: 1.0)"#,
            "habits[1].function: there is no function stage_refresh_bos (did you mean \"stage_refresh_boss\"?)",
        ),
        (
            r#"Ask(function: "manual", data: {}, at_most: 1, chance: 1.0)"#,
            "habits[0].function: manual is a function of operators, expected one of players",
        ),
        (
            r#"Ask(function: "enter_stage_general", data: {"stage": "eight"}, at_most: 1, chance: 1.0)"#,
            "habits[0].data: data.stage: invalid value: string \"eight\", expected an integer",
        ),
        (
            r#"Battles(fighter: "Nobody", at_most: 1, chance: 1.0)"#,
            "habits[0].fighter: unknown fighter \"Nobody\", expected a name from fighters.ron",
        ),
        ("Shop(points: 0, chance: 1.0)", "habits[0].points: 0 buys nothing, expected 1 or more"),
    ];
    for (habits, expected) in cases {
        let told = misfit(habits, shipped_assets());
        assert!(told.contains(expected), "{habits}: {expected}\nshould be told, and not\n{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn a_policy_that_buys_an_offer_that_is_gone_is_told_at_its_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let edited = edit_assets(folder.path(), "shop.ron", "\"vip_month\"", "\"vip_moon\"");
    let told = misfit(r#"Purchase(offer: "vip_month", chance: 0.1)"#, edited);
    assert!(told.contains("unknown offer \"vip_month\"") && told.contains("did you mean"), "{told}");
}
