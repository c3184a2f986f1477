//! Simulations and comparisons: the same seed gives the same bytes, and the series say what happened.

use std::process::{Command, Output};

use raidkeep::engine::rules::AssetSource;
use raidkeep::game::shipped_assets;
use raidkeep::studio::compare::compare;
use raidkeep::studio::report::{page, summary};
use raidkeep::studio::simulate::{Policy, Run, SimulationPlan, Troubles, policy, simulate};
use raidkeep::studio::testing::edit_assets;

const MIXED: &str = include_str!("../../policies/mixed.ron");

fn read(text: &str) -> Policy {
    policy::read("test.ron", text).unwrap_or_else(|problems| panic!("a valid policy:\n{problems}"))
}

/// One archetype that comes each day at noon.
fn daily(habits: &str) -> Policy {
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

fn run_with(policy: &Policy, players: u32, days: u32, seed: u64, assets: &AssetSource) -> Result<Run, Troubles> {
    simulate(&SimulationPlan { players, days, seed, policy, policy_name: "test.ron" }, assets, |_| {})
}

fn run(policy: &Policy, players: u32, days: u32) -> Run {
    run_with(policy, players, days, 1, &shipped_assets()).unwrap_or_else(|troubles| panic!("{troubles}"))
}

fn values<'r>(run: &'r Run, chart: &str, line: &str) -> &'r [f64] {
    let chart = run.charts.iter().find(|known| known.id == chart).unwrap_or_else(|| panic!("a chart {chart}"));
    let found = chart.lines.iter().find(|known| known.name.starts_with(line));
    &found.unwrap_or_else(|| panic!("a line {line} in {chart:?}")).values
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_does_not() {
    let policy = read(MIXED);
    let outputs = |seed| {
        let run = run_with(&policy, 24, 3, seed, &shipped_assets()).expect("a run");
        [run.to_csv(), run.to_json(), summary::text(&run), page::simulation(&run)]
    };
    let first = outputs(5);
    assert_eq!(first, outputs(5), "all output follows from the seed");
    assert_ne!(first[0], outputs(6)[0], "another seed is another world");
}

#[test]
fn nobody_spends_what_nobody_has() {
    let run = run(&read(MIXED), 30, 4);
    let items = run.charts.iter().filter(|chart| chart.id.starts_with("item "));
    let mut count = 0;
    for chart in items {
        let mut owned = 0.0;
        for day in 0..4 {
            let came = chart.lines.iter().map(|line| match line.name.starts_with('+') {
                true => line.values[day],
                false => -line.values[day],
            });
            owned += came.sum::<f64>();
            assert!(owned >= 0.0, "{}: more went than came by day {}", chart.title, day + 1);
        }
        count += 1;
    }
    assert!(count > 5, "items move");
}

#[test]
fn who_does_nothing_wastes_all_energy_and_tickets() {
    let run = run(&daily(""), 3, 3);
    let wasted = values(&run, "energy_wasted", "wasted");
    assert_eq!(wasted[1..], [240.0, 240.0], "a point every six minutes does not come");
    assert!((119.0..=120.0).contains(&wasted[0]), "on the first day since noon: {wasted:?}");
    assert_eq!(values(&run, "tickets_unused", "世界首领挑战"), [3.0; 3]);
    assert_eq!(values(&run, "players", "came today"), [3.0; 3]);
    assert_eq!(values(&run, "players", "new today"), [3.0, 0.0, 0.0]);
    assert_eq!(run.about.requests, 3 * (1 + 3), "a login, and a look at each visit");
}

#[test]
fn fights_use_energy_and_tickets_and_bring_what_the_rules_say() {
    let run = run(&daily("Fight(mode: general, at_most: 5, win_chance: 1.0)"), 2, 1);
    assert_eq!(values(&run, "item 3:10", "+ victory"), [10.0], "each victory brings a potion: five for each of two");
    assert_eq!(values(&run, "levels", "median"), [7.0], "180 and five times 500 is level 7");
    let lost = self::run(&daily("Fight(mode: general, at_most: 5, win_chance: 0.0)"), 2, 1);
    assert!(lost.charts.iter().all(|chart| chart.id != "item 3:10"), "who loses gets nothing");
    assert_eq!(lost.about.refused, 0, "to lose is not to be refused");
}

#[test]
fn boss_kills_are_told_with_their_day_and_the_season_ends_with_the_month() {
    let run = run(&daily("Fight(mode: boss, at_most: 3, win_chance: 1.0)"), 5, 3);
    let kills: Vec<(u32, u32)> = run.kills.iter().map(|kill| (kill.day, kill.boss)).collect();
    // Five players deal 15 times 6000 a day. The last blow at the first boss is partly lost, two blows kill it.
    assert_eq!(kills, [(1, 0), (2, 1), (3, 0)]);
    assert_eq!(values(&run, "bosses_dead", "dead"), [1.0, 2.0, 1.0], "the third day is the 1st of April");
    assert_eq!(values(&run, "ranking", "rank 1"), [6000.0; 3]);
    assert_eq!(values(&run, "tickets_unused", "世界首领挑战"), [0.0; 3]);
}

#[test]
fn purchases_are_paid_in_points_and_what_they_bring_is_spent() {
    let run = run(
        &daily(r#"Purchase(offer: "diamonds_60", chance: 1.0), Tickets(mode: coin, at_most: 3), Mail, HangUp"#),
        2,
        2,
    );
    assert_eq!(values(&run, "points", "points"), [12.0, 12.0], "6 points for each of two players");
    assert_eq!(values(&run, "item 3:5", "+ purchase"), [120.0, 120.0]);
    assert_eq!(values(&run, "item 3:5", "- buy_ticket"), [100.0, 100.0], "one ticket for 50 diamonds each");
    assert!(values(&run, "item 3:1", "+ hang_up")[1] > 0.0, "the hang-up of the first day is taken on the second");
}

#[test]
fn any_function_of_players_can_be_a_habit_and_one_that_is_not_there_is_explained() {
    let asks = |function: &str| daily(&format!(r#"Ask(function: "{function}", data: {{}}, at_most: 2, chance: 1.0)"#));
    assert_eq!(run(&asks("stage_refresh_boss"), 1, 1).about.requests, 4);
    let troubles = run_with(&asks("stage_refresh_bos"), 1, 1, 1, &shipped_assets()).expect_err("no such function");
    let expected = "archetype \"daily\": there is no function stage_refresh_bos (did you mean \"stage_refresh_boss\"?)";
    assert_eq!(troubles.to_string(), expected);
}

#[test]
fn the_shipped_policies_can_be_simulated() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).expect("policies are shipped") {
        let path = entry.expect("a readable folder").path();
        let policy = read(&std::fs::read_to_string(&path).expect("a readable file"));
        let run = run(&policy, 20, 2);
        assert!(run.about.requests > 50, "{} keeps its players busy", path.display());
    }
}

#[test]
fn a_report_needs_nothing_but_itself() {
    let html = page::simulation(&run(&daily("HangUp"), 1, 2));
    for outside in ["href", "src=", "url(", "@import", "<script"] {
        assert!(!html.contains(outside), "{outside} would need something else");
    }
    assert!(html.matches("<svg").count() > 5 && html.ends_with("</html>\n"), "charts are part of the page");
}

fn raidkeep(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_raidkeep");
    Command::new(program).args(arguments).output().expect("the program should start")
}

#[test]
fn faster_energy_shows_in_a_comparison_and_the_same_assets_do_not_differ() {
    let policy = daily("Fight(mode: general, at_most: 100, win_chance: 1.0)");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let faster = edit_assets(folder.path(), "energy.ron", "seconds_per_point: 360", "seconds_per_point: 180");
    let [shipped, again, faster] =
        [shipped_assets(), shipped_assets(), faster].map(|assets| run_with(&policy, 3, 3, 1, &assets).expect("a run"));
    assert!(compare(("a", &shipped), ("b", &again)).differences.is_empty());
    let comparison = compare(("shipped", &shipped), ("faster", &faster));
    assert!(comparison.differences.iter().any(|difference| difference.line == "would come in a day"));
    assert!(comparison.differences.iter().all(|difference| difference.title != "Players"), "players come alike");
    let sorted = comparison.differences.is_sorted_by(|a, b| a.apart_percent >= b.apart_percent);
    assert!(sorted, "the worst comes first");
    assert!(comparison.markdown().contains("| 240 | 480 | +100.0 % | 50.0 % |"), "{}", comparison.markdown());
    assert!(comparison.html().contains("stroke-dasharray"), "both curves are drawn");
}

#[test]
fn the_program_writes_its_reports_and_explains_what_it_cannot_use() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    edit_assets(&folder.path().join("assets"), "energy.ron", "newcomer: 120", "newcomer: 60");
    std::fs::write(path("policy.ron"), MIXED).expect("a writable folder");
    let subject = ["--players", "6", "--days", "2", "--policy", &path("policy.ron")];
    let run = |arguments: &[&str]| raidkeep(&[arguments, &subject].concat());

    let output = run(&["simulate", "--out", &path("out"), "--assets", &path("assets")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("6 players, 2 days, policy policy.ron, seed 1"));
    for file in ["summary.txt", "series.csv", "series.json", "report.html"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file} is written");
    }
    let output = run(&["compare", &path("assets"), &path("assets"), "--out", &path("compared")]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing differs"), "the same folder twice");
    assert!(folder.path().join("compared/compare.html").is_file());

    let output = run(&["simulate", "--out", &path("out"), "--assets", &path("nowhere")]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("nowhere"));
}
