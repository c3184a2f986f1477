//! Formulas in runs: what they stand for, and what is told of wrong ones.

use raidkeep::engine::rules::{AssetSource, LoadedRules, Problems, Severity};
use raidkeep::game::levels::LevelRules;
use raidkeep::game::stages::Mode;
use raidkeep::game::stages::rules::{StageBlock, StageRules};
use raidkeep::game::stages::sweep::SweepRules;
use raidkeep::game::{GameSettings, load_rules, shipped_assets};
use raidkeep::studio::testing::{TestServer, TestSetup, edit_assets};
use serde_json::json;

fn with(file: &str, text: String) -> Result<LoadedRules, Problems> {
    let above = AssetSource::Texts([(file.to_owned(), text)].into());
    load_rules(&GameSettings::default(), &AssetSource::Layers(vec![shipped_assets(), above]))
}

/// A shipped file with an edit.
fn edited(file: &str, from: &str, to: &str) -> Result<LoadedRules, Problems> {
    let texts = shipped_assets().text_files().expect("the shipped assets can be read");
    assert!(texts[file].contains(from), "{file} should hold {from:?}");
    with(file, texts[file].replacen(from, to, 1))
}

/// What is said of a stage, whichever entry of the file says it.
fn stage(rules: &LoadedRules, mode: Mode, number: u32) -> String {
    let stages = rules.tables.get::<StageRules>().and_then(|stages| stages.mode(mode)).expect("the mode");
    let block = stages.stage(number).expect("the stage").clone();
    format!("{:?}", StageBlock { entry: 0, from: number, to: None, ..block })
}

/// The endless stages as they were written before there were formulas.
fn written_out() -> String {
    let common = "energy: 6, rewards: [\"3:9:125\", \"3:2:125\", \"3:1:375\", \"3:10:1\"], exp: 500";
    let costs = [
        "\"3:1:3\"",
        "\"3:1:3\"",
        "\"3:1:3\"",
        "\"3:2:210\", \"3:1:220\"",
        "\"3:2:240\", \"3:1:260\"",
        "\"3:2:280\", \"3:1:310\"",
        "\"3:2:330\", \"3:1:370\"",
        "\"3:2:390\", \"3:1:440\"",
    ];
    let floor = |(floor, cost): (usize, &str)| {
        format!("(from: {}, {common}, legacy: (energy: 2, cost: [{cost}]), layout: \"tower_{floor}\"),", 1000 + floor)
    };
    let floors: String = (1..).zip(costs).map(floor).collect();
    format!("(mode: endless, first: 1001, last: 1999, repeatable: false, resets: monthly, stages: [{floors}])")
}

#[test]
fn the_shipped_formulas_stand_for_the_numbers_that_were_written_out_before() {
    let before = with("stages/endless.ron", written_out()).expect("valid");
    let shipped = load_rules(&GameSettings::default(), &shipped_assets()).expect("valid");
    for number in 1001..=1008 {
        assert_eq!(stage(&shipped, Mode::Endless, number), stage(&before, Mode::Endless, number));
    }
    for (number, layout) in [(3001, "world_boss_1"), (3002, "world_boss_2")] {
        assert!(stage(&shipped, Mode::Boss, number).contains(&format!("layout: Some(\"{layout}\")")));
    }
}

#[test]
fn a_player_pays_and_gets_what_the_formula_says_of_its_stage() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "from: 8,\n            to: 9,\n            energy: 6,";
    let curve = "from: 8,\n            to: 9,\n            energy: \"6 + 4 * (n - 8)\",";
    let assets = edit_assets(folder.path(), "stages/general.ron", run, curve);
    let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    let ann = server.player("ann");
    for (number, left) in [(8, 114), (9, 104)] {
        let reply = server.ask(&ann, "enter_stage_general", json!({"stage": number}));
        assert_eq!(reply["data"]["energy"]["remain"], left, "stage {number}: {reply}");
        server.ask(&ann, "victory_stage_general", json!({"stage": number}));
    }
}

#[test]
fn sweeps_and_levels_have_formulas_too() {
    let growing = "rewards: [\"3:9:100\", \"3:1:200 + 10 * (n - 8)\", \"3:2:200 + 10 * (n - 8)\"],";
    let text = format!("(stages: [(from: 8, to: 27, energy: 6, {growing} exp: 120)])");
    let curved = with("sweep.ron", text).expect("valid");
    let shipped = load_rules(&GameSettings::default(), &shipped_assets()).expect("valid");
    let rewards = |rules: &LoadedRules, stage| {
        rules.tables.get::<SweepRules>().expect("there").rewards_of(stage).expect("a sweep")
    };
    for stage in 8..=27 {
        assert_eq!(rewards(&curved, stage), rewards(&shipped, stage), "stage {stage}: a formula says what growth says");
    }
    let levels = edited("levels.ron", "(to: 118, step: 120)", "(to: 118, need: \"120 * n\")").expect("valid");
    let exp = |rules: &LoadedRules, level| rules.tables.get::<LevelRules>().and_then(|levels| levels.exp_of(level));
    assert!((1..=300).all(|level| exp(&levels, level) == exp(&shipped, level)));
}

#[test]
fn a_wrong_formula_is_told_once_at_its_place() {
    let exp = |formula: &str| format!("to: 9,\n            exp: \"{formula}\",");
    let told = |formula: &str| {
        let wrong = edited("stages/general.ron", "to: 9,", &exp(formula).replace("exp:", "level:"));
        let wrong = wrong.expect_err("wrong");
        let errors = wrong.iter().filter(|problem| problem.severity == Severity::Error);
        errors.map(ToString::to_string).collect::<Vec<_>>()
    };
    for (formula, message) in [
        ("500 + m", "at \"m\": there is no such name, expected n, min(a, b) or max(a, b)"),
        ("n - 9", "\"n - 9\" is -1 at n = 8, which is out of range"),
        ("9223372036854775807 * n", "has no value at n = 8: it divides by 0, or a number is too large"),
        ("100 / (n - 9)", "\"100 / (n - 9)\" is -100 at n = 8"),
        ("2 * (n", "expected )"),
    ] {
        let found = told(formula);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(message) && found[0].contains("level:"), "{found:?}");
    }
    let amount = edited("stages/general.ron", "to: 9,", "to: 9,\n            cost: [\"3:1:9 - n\", \"3:1:n - 9\"],");
    let found = amount.expect_err("negative").to_string();
    assert!(found.contains("cost[1]: \"n - 9\" is -1 at n = 8") && !found.contains("cost[0]: \"9"), "{found}");
    let both = with(
        "sweep.ron",
        "(stages: [(from: 8, to: 9, energy: \"n\", rewards: [\"3:1:2\"], growth: [\"3:1:2\"], exp: 1)])".to_owned(),
    );
    assert!(both.expect_err("both").to_string().contains("growth: grows beside formulas, expected one of both"));
    let endless = edited("stages/general.ron", "to: 9,", "to: 4000000000,\n            level: \"n\",");
    assert!(endless.expect_err("too long").to_string().contains("a run with formulas has at most 10000 stages"));
}
