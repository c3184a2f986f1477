//! Scenarios: the shipped ones pass, and failures are reported with their place.

use std::process::{Command, Output};

use raidkeep::game::shipped_assets;
use raidkeep::studio::scenario::{self, ScenarioOutcome, ScenarioRunner, StepVerdict};
use raidkeep::studio::testing::edit_assets;

fn play(text: &str) -> ScenarioOutcome {
    let scenario = scenario::read("test.ron", text).unwrap_or_else(|problems| panic!("a valid scenario:\n{problems}"));
    ScenarioRunner::new(&shipped_assets()).expect("the shipped assets are valid").play(&scenario)
}

fn raidkeep(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_raidkeep");
    Command::new(program).args(arguments).output().expect("the program should start")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_shipped_scenario_holds() {
    let runner = ScenarioRunner::new(&shipped_assets()).expect("the shipped assets are valid");
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")).expect("scenarios are shipped");
    let mut count = 0;
    for file in folder {
        let path = file.expect("a readable folder").path();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let scenario = scenario::read(&path.display().to_string(), &text);
        let outcome = runner.play(&scenario.unwrap_or_else(|problems| panic!("{problems}")));
        assert!(outcome.passed(), "{outcome}");
        count += 1;
    }
    assert!(count >= 8, "{count} scenarios are shipped, fewer than promised");
}

#[test]
fn a_failed_expectation_is_reported_with_its_line_and_later_steps_are_not_run() {
    let outcome = play(
        r#"(name: "n", players: [(name: "ann")], steps: [
            Ask(by: "ann", function: "get_player_info", expect: [
                Equals("data.level", 2),
                AtLeast("data.energy.remain", 500),
                Absent("data.nothing"),
                Equals("data.items.3:1", 1),
            ]),
            Wait("1s"),
        ])"#,
    );
    let (_, failure) = outcome.failures().next().expect("two expectations do not hold");
    let told = outcome.describe(failure);
    assert_eq!(told[0], "test.ron:4: expected data.energy.remain: at least 500; found 120");
    assert_eq!(told[1], "test.ron:6: expected data.items.3:1: 1; found 0");
    assert!(told[2].starts_with("it was {"), "the whole reply is shown: {told:?}");
    assert!(matches!(outcome.steps[1].verdict, StepVerdict::NotRun));
}

#[test]
fn a_reply_without_expectations_has_to_be_a_success() {
    let ask = |more: &str| {
        let step = format!(r#"Ask(by: "ann", function: "enter_stage_general", data: {{"stage": 99}}{more})"#);
        play(&format!(r#"(name: "n", players: [(name: "ann")], steps: [{step}])"#)).passed()
    };
    assert!(!ask(""), "a refusal that nobody expected is a failure");
    assert!(ask(", status: 91"));
    assert!(ask(r#", expect: [Between("status", 90, 92)]"#));
    assert!(ask(r#", reply: {"status": 91, "message": "stage error"}"#));
    assert!(!ask(r#", reply: {"status": 91, "message": "stage error", "more": 1}"#), "the whole reply counts");
    assert!(!ask(", status: 92"));
}

#[test]
fn what_is_given_is_what_the_player_has() {
    let outcome = play(
        r#"(name: "n", seed: 3, starts_at: "2027-02-05 23:59:59",
            players: [(name: "ann", state: (
                level: 30, energy: 7, items: ["3:5:9"], passed: {general: 20, coin: 4002}, tickets: {18: 1}, vip: true,
            ))],
            steps: [
                Ask(by: "ann", function: "get_player_info", expect: [
                    Equals("data.level", 30), Equals("data.energy.remain", 7), Equals("data.items.3:5", 9),
                    Equals("data.stages.general", 20), Equals("data.stages.coin", 4002),
                    Equals("data.limits.18", 1), Equals("data.limits.20", 3),
                ]),
                Ask(by: "ann", function: "server_time", expect: [Equals("data.time", "2027-02-05 23:59:59")]),
                Change(player: "ann", state: (items: ["3:5:2"])),
                Ask(by: "ann", function: "get_player_info", expect: [
                    Equals("data.items.3:5", 2), Equals("data.level", 30),
                ]),
            ])"#,
    );
    assert!(outcome.passed(), "{outcome}");
}

#[test]
fn what_cannot_be_given_is_explained_at_the_player() {
    let wrong = [
        ("level: 301", "there is no level 301, expected 1 to 300"),
        ("level: 3, exp: 5", "expected one of the two"),
        (r#"items: ["3:99:1"]"#, "3:99 is no item of items.ron"),
        (r#"items: ["3:1:-1"]"#, "is negative"),
        ("energy: -1", "is negative"),
        ("passed: {coin: 8}", "8 is no stage of that mode"),
        ("tickets: {7: 1}", "7 is no kind of tickets.ron"),
    ];
    for (state, message) in wrong {
        let text = format!("(name: \"n\", players: [\n(name: \"ann\", state: ({state}))], steps: [Wait(\"1s\")])");
        let outcome = play(&text);
        let (step, failure) = outcome.failures().next().unwrap_or_else(|| panic!("{state} cannot be given"));
        assert_eq!(step.line, 2, "{state}");
        assert!(failure.context.contains(message), "{state}: {}", failure.context);
        assert!(matches!(outcome.steps[1].verdict, StepVerdict::NotRun), "{state}");
    }
}

#[test]
fn events_are_expected_once_and_time_does_not_run_backwards() {
    let steps = |steps: &str| {
        play(&format!(r#"(name: "n", starts_at: "2026-03-10 23:59:00", players: [(name: "a")], steps: [{steps}])"#))
    };
    assert!(
        steps(r#"Wait("1m"), Event(to: "a", event: "tickets_reset"), NoEvent(to: "a", event: "tickets_reset")"#)
            .passed()
    );
    assert!(!steps(r#"Event(to: "a", event: "tickets_reset")"#).passed(), "nothing has happened yet");
    assert!(!steps(r#"Wait("1m"), NoEvent(to: "a", event: "tickets_reset")"#).passed());
    assert!(!steps(r#"WaitUntil("2026-03-10 23:58:59")"#).passed(), "that moment is over");
}

#[test]
fn a_missing_reply_is_a_failure_and_a_late_one_can_be_expected() {
    let steps = |steps: &str| play(&format!(r#"(name: "n", players: [(name: "a"), (name: "b")], steps: [{steps}])"#));
    let early = r#"Start(by: "a", function: "ping"), Ask(by: "a", function: "get_shop"), Reply(to: "a", expect: [Absent("data")])"#;
    assert!(steps(early).passed(), "replies are matched to requests by their order: {}", steps(early));
    let none = steps(r#"Reply(to: "b")"#);
    let (_, failure) = none.failures().next().expect("nothing was started");
    assert!(failure.mismatches[0].1.contains("sent with Start"), "{none}");
}

#[test]
fn a_long_wait_skips_no_day() {
    let outcome = play(
        r#"(name: "n", players: [(name: "a")], steps: [
            Wait("3d"),
            Event(to: "a", event: "tickets_reset"), Event(to: "a", event: "tickets_reset"),
            Event(to: "a", event: "tickets_reset"), NoEvent(to: "a", event: "tickets_reset"),
            Ask(by: "a", function: "server_time", expect: [Equals("data.time", "2026-03-13 12:00:00")]),
            WaitUntil("2126-03-13 12:00:00"),
        ])"#,
    );
    let (step, failure) = outcome.failures().next().expect("a century is too long");
    assert_eq!((step.line, failure.mismatches.len()), (6, 1), "{outcome}");
    assert!(failure.mismatches[0].1.contains("within 3660 days"), "{outcome}");
}

#[test]
fn all_mistakes_in_a_file_are_reported_with_their_place() {
    let text = r#"(name: "", starts_at: "noon", players: [(name: "ann"), (name: "ann")], steps: [
        Ask(by: "anne", function: "ping", data: 5),
        WaitUntil("tomorrow"),
    ])"#;
    let problems = scenario::read("t.ron", text).expect_err("six mistakes").to_string();
    for expected in [
        "t.ron:1:8: error: name: is empty",
        "t.ron:1:23: error: starts_at: \"noon\" is not a date and time",
        "players[1].name: duplicate player name \"ann\"",
        "t.ron:2:17: error: steps[0].by: unknown player \"anne\", expected one of the names in players (did you mean \"ann\"?)",
        "steps[0].data: expected arguments",
        "steps[1]: \"tomorrow\" is not a date and time",
    ] {
        assert!(problems.contains(expected), "{expected}\nshould be reported in\n{problems}");
    }
}

#[test]
fn the_program_reports_like_a_test_runner_and_its_exit_code_fits_ci() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("a writable folder");
    write("good.ron", r#"(name: "good one", players: [(name: "a")], steps: [Ask(by: "a", function: "ping")])"#);
    write("bad.ron", r#"(name: "bad one", players: [(name: "a")], steps: [Ask(by: "a", function: "pong")])"#);
    let (all, junit) = (folder.path().display().to_string(), path("report.xml"));

    let output = raidkeep(&["scenario", &all, "--junit", &junit]);
    assert_eq!(output.status.code(), Some(1), "a scenario has failed");
    let (text, xml) = (stdout(&output), std::fs::read_to_string(&junit).expect("the JUnit file is written"));
    assert!(text.contains("bad.ron:1: expected status: 0; found 10"), "{text}");
    assert!(text.contains("2 scenarios: 1 passed, 1 failed; 2 steps"), "{text}");
    assert!(xml.contains("failures=\"1\"") && xml.ends_with("</testsuites>\n"), "{xml}");

    let output = raidkeep(&["scenario", &all, "--filter", "good one"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));

    write("bad.ron", "(name: 5)");
    let output = raidkeep(&["scenario", &path("bad.ron")]);
    assert_eq!(output.status.code(), Some(2), "the file cannot be used");
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.ron:1:8: error"), "the mistake is reported");
    assert_eq!(raidkeep(&["scenario", &all, "--filter", "neither"]).status.code(), Some(2), "nothing was run");
}

#[test]
fn scenarios_run_with_the_given_assets() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    edit_assets(folder.path(), "energy.ron", "newcomer: 120", "newcomer: 77");
    let file = folder.path().join("s.scenario");
    let text = r#"(name: "n", players: [(name: "a")], steps: [
        Ask(by: "a", function: "get_player_info", expect: [Equals("data.energy.remain", 77)])])"#;
    std::fs::write(&file, text).expect("a writable folder");
    let (file, assets) = (file.display().to_string(), folder.path().display().to_string());
    let output = raidkeep(&["scenario", &file, "--assets", &assets]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn zone_and_points_can_be_given() {
    let outcome = play(
        r#"(name: "n", zone: "Europe/Berlin", starts_at: "2026-03-28 23:59:59",
            players: [(name: "ann", state: (points: 60)), (name: "bob", state: (points: 0))],
            steps: [
                Ask(by: "ann", function: "server_time", expect: [Equals("data.time", "2026-03-28 23:59:59")]),
                Ask(by: "ann", function: "check_money", expect: [Equals("data[0].money", "60")]),
                Ask(by: "ann", function: "buy_item", data: {"offer": "diamonds_60"}),
                Ask(by: "ann", function: "get_player_info", expect: [Equals("data.items.3:5", 60)]),
                Ask(by: "bob", function: "buy_item", data: {"offer": "diamonds_60"}, status: 95),
                Change(player: "bob", state: (points: 6)),
                Ask(by: "bob", function: "buy_item", data: {"offer": "diamonds_60"}),
                // The night to Sunday has 23 hours where clocks change.
                Wait("23h"),
                Ask(by: "ann", function: "server_time", expect: [Equals("data.time", "2026-03-29 23:59:59")]),
            ])"#,
    );
    assert!(outcome.passed(), "{outcome}");
    let problems = scenario::read("t.ron", r#"(name: "n", zone: "Europe/Berlim", players: [], steps: [])"#);
    let told = problems.expect_err("no such zone").to_string();
    assert!(told.starts_with("t.ron:1:19: error: zone: "), "{told}");
}

#[test]
fn a_scenario_is_read_as_assets_are_and_warnings_of_the_assets_are_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let text = r#"(name: "n", players: [(name: "a")], steps: [Ask(by: "a", function: "ping")])"#;
    let write = |name: &str, bytes: &[u8]| std::fs::write(path(name), bytes).expect("a writable folder");
    write("bom.ron", format!("\u{feff}{text}").as_bytes());
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("utf16.ron", &utf16);
    write("gbk.ron", b"(\nname: \"\xbd\xf0\xb1\xd2\", players: [], steps: [])");

    assert_eq!(raidkeep(&["scenario", &path("bom.ron")]).status.code(), Some(0), "a byte order mark is no content");
    for (name, place) in [("utf16.ron", "utf16.ron:1:1: error: "), ("gbk.ron", "gbk.ron:2:8: error: ")] {
        let output = raidkeep(&["scenario", &path(name)]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(place) && told.contains("expected a RON file saved as UTF-8"), "{told}");
        let output = raidkeep(&["simulate", "--policy", &path(name), "--out", &path("out")]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(place), "a policy is told alike: {told}");
    }

    let assets = folder.path().join("assets");
    edit_assets(&assets, "shop.ron", "price: 68", "price: 6800");
    let output = raidkeep(&["scenario", &path("bom.ron"), "--assets", &assets.display().to_string()]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains("shop.ron:") && told.contains("warning: offers["), "{told}");
}
