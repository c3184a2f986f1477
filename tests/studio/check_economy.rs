//! `check` on numbers that are legal and give something away, lead nowhere, or are over: a warning at the line of the slip,
//! and nowhere else.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use raidkeep::engine::rules::{AsOf, AssetSource, Problem, Severity};
use raidkeep::game::{self, GameSettings};
use raidkeep::studio::testing::edit_assets;

/// While the windows of the shipped assets are still to come.
const NOW: &str = "2026-12-01T12:00:00Z";

/// What is told of the shipped assets with some edits, at a moment.
fn told_at(now: &str, edits: &[(&str, &str, &str)]) -> Vec<Problem> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (at, (file, from, to)) in edits.iter().enumerate() {
        if at == 0 {
            edit_assets(folder.path(), file, from, to);
            continue;
        }
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the file was written");
        assert!(text.contains(from), "{file} should contain {from}");
        std::fs::write(path, text.replacen(from, to, 1)).expect("the folder is writable");
    }
    let source = match edits {
        [] => game::shipped_assets(),
        _ => AssetSource::Folder(folder.path().to_owned()),
    };
    let moment = now.parse::<Timestamp>().expect("a moment").as_second();
    let catalogue = game::catalogue(&GameSettings::default());
    catalogue.study_at(&source, AsOf { moment, zone: &TimeZone::UTC }).problems.into_iter().collect()
}

fn shown(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// Expects one warning, at the line on which the last edit ends.
fn expect_only(edits: &[(&str, &str, &str)], expected: &str) {
    let found = told_at(NOW, edits);
    let all = shown(&found);
    let (file, from, to) = edits.last().expect("an edit");
    let shipped = game::shipped_assets().text_files().expect("the shipped assets are readable")[*file].clone();
    let at = shipped.find(from).expect("the edit is in the file");
    let line = shipped[..at].matches('\n').count() + to.trim_end().matches('\n').count() + 1;
    assert_eq!(found.len(), 1, "{file} with {to}: expected one warning, found:\n{all}");
    assert_eq!(found[0].severity, Severity::Warning, "{all}");
    assert_eq!((found[0].file.as_str(), found[0].line as usize), (*file, line), "the line of the slip: {all}");
    assert!(all.contains(expected), "expected {expected:?} in {all}");
}

fn expect_nothing(edits: &[(&str, &str, &str)], why: &str) {
    let found = told_at(NOW, edits);
    assert!(found.is_empty(), "{why}, but found:\n{}", shown(&found));
}

#[test]
fn the_shipped_assets_have_nothing_odd_that_they_do_not_explain() {
    expect_nothing(&[], "every oddity of the documents has its reason in the file");
}

#[test]
fn what_is_free_and_can_be_repeated_is_told() {
    let free = "is free: it takes neither energy nor items";
    expect_only(&[("sweep.ron", "energy: 6,", "energy: 0,")], free);
    let tenth = "from: 10,\n            energy: ";
    let edit = (format!("{tenth}6,"), format!("{tenth}0,"));
    let found = told_at(NOW, &[("stages/general.ron", &edit.0, &edit.1)]);
    assert!(shown(&found).contains(&format!("stages[2].energy: {free}")), "{}", shown(&found));
    let legacy = "exp: 500,\n            legacy: (energy: ";
    let edit = (format!("{legacy}6,"), format!("{legacy}0,"));
    expect_only(&[("stages/general.ron", &edit.0, &edit.1)], "stages[1].legacy.energy: is free");
}

#[test]
fn what_takes_nothing_and_pays_once_is_no_slip() {
    let first = "from: 1001,\n            to: 1003,\n            energy: ";
    let edit = (format!("{first}6,"), format!("{first}0,"));
    expect_nothing(&[("stages/endless.ron", &edit.0, &edit.1)], "a floor of the tower pays once a month");
    expect_nothing(&[("stages/general.ron", "energy: 6,", "energy: 0,")], "stages 1 to 7 bring nothing");
}

#[test]
fn a_cost_that_comes_back_with_the_rewards_is_told() {
    let tenth = "from: 10,\n            energy: 6,";
    let costly = format!("{tenth} cost: [\"3:1:10\"],");
    let expected = "stages[2].cost[0]: comes back: it takes 10 of 金币 (3:1) and brings 375";
    expect_only(&[("stages/general.ron", tenth, &costly)], expected);
    let fair = format!("{tenth} cost: [\"3:1:800\"],");
    expect_nothing(&[("stages/general.ron", tenth, &fair)], "800 are more than come back, also with twice the coins");
    // The run grows by 10 coins a stage: the last one brings 390.
    expect_only(&[("sweep.ron", "energy: 6,", "energy: 6, cost: [\"3:1:390\"],")], "comes back: it takes 390");
}

#[test]
fn a_stage_that_brings_the_price_of_its_ticket_is_told_with_the_whole_round() {
    let rich = "rewards: [\"3:1:5000\", \"3:18:1\", \"3:5:500\"]";
    expect_only(
        &[("stages/coin.ron", "rewards: [\"3:1:5000\", \"3:18:1\"]", rich)],
        "rewards[2]: gains every day: stage 4001 (6 energy + 1 ticket 金币挑战 (19) -> 5000 金币 (3:1) + 1 金币卡 (3:18) + 500 \
         钻石 (3:5)), then buying a ticket 金币挑战 (19) (50 钻石 (3:5) -> 1 ticket 金币挑战 (19)); each round brings",
    );
}

#[test]
fn a_potion_that_pays_for_the_stages_that_bring_it_is_told_instead_of_the_stages() {
    let strong = [("items.ron", "name: \"小体力药水\", energy: 5", "name: \"小体力药水\", energy: 7")];
    expect_only(
        &strong,
        "items[9].energy: gains without end: 6 x drinking 小体力药水 (3:10) (6 小体力药水 (3:10) -> 42 energy), then 7 x stages 8 to 9",
    );
    let tenth = "rewards: [\"3:9:125\", \"3:2:125\", \"3:1:375\", \"3:10:1\"],\n            exp: 500,\n            legacy: (energy: 6, cost: [\"3:2:0\", \"3:1:0\"]),\n            layout: \"old_road_ambush\"";
    let two = tenth.replace("3:10:1", "3:10:2");
    let found = told_at(NOW, &[("stages/general.ron", tenth, &two)]);
    let all = shown(&found);
    assert!(found.iter().all(|problem| problem.key.starts_with("stages[2].rewards")), "the stage alone: {all}");
    assert!(all.contains("gains without end: 5 x stage 10 (30 energy -> "), "{all}");
}

#[test]
fn a_loop_of_several_steps_is_told_step_by_step_with_the_amounts_of_each() {
    let chests = "(\n    chests: [\n        (item: \"3:16\", drops: [\"a\"]),\n        (item: \"3:17\", drops: [\"b\"]),\n    ],\n    tables: [
        (id: \"a\", name: \"a\", entries: [(weight: 1, items: [\"3:17:3\"])]),
        (id: \"b\", name: \"b\", entries: [(weight: 1, items: [\"3:16:1\"]), (weight: 1)]),";
    let found = told_at(NOW, &[("drops/weekend.ron", "(\n    tables: [", chests)]);
    let loops: Vec<String> = found.iter().map(Problem::to_string).filter(|told| told.contains("gains")).collect();
    assert_eq!(loops.len(), 1, "one loop: {}", shown(&found));
    // A chest brings three of the other, and each of these brings half a chest back.
    let steps = "opening 好友礼物 (3:16) (1 好友礼物 (3:16) -> 3 万能碎片 (3:17))";
    assert!(loops[0].contains(steps) && loops[0].contains("opening 万能碎片 (3:17)"), "{}", loops[0]);
    let fair = chests.replace("3:17:3", "3:17:2").replace("(weight: 1)]", "(weight: 2)]");
    let found = told_at(NOW, &[("drops/weekend.ron", "(\n    tables: [", &fair)]);
    assert!(!shown(&found).contains("gains"), "two thirds of a chest come back: {}", shown(&found));
}

#[test]
fn what_is_given_away_only_while_an_event_runs_is_told_at_the_event() {
    let double = "(of: stage_rewards(from: 8, to: 24, item: \"3:1\"), multiply: 2),";
    let potions = "(of: stage_rewards(from: 8, to: 24, item: \"3:10\"), multiply: 2),";
    let found = told_at(NOW, &[("events/spring_festival.ron", double, potions)]);
    let all = shown(&found);
    assert!(
        all.starts_with("events/spring_festival.ron:18:14: warning: changes: while it runs, items.ron:21: gains "),
        "{all}"
    );
    assert!(found.len() == 1 && all.contains("6 x drinking 小体力药水 (3:10)"), "{all}");
}

#[test]
fn an_item_without_a_source_or_without_a_sink_is_told() {
    let silent = "name: \"食物\", intended: \"document 1 lists it and has no function that gives or takes it\"";
    expect_only(&[("items.ron", silent, "name: \"食物\"")], "nothing gives 食物 (3:3), and nothing takes it");
    let material = ("crafting.ron", "material: \"3:52\"", "material: \"3:51\"");
    let found = told_at(NOW, &[material]);
    assert!(
        shown(&found).contains("nothing takes 凤羽 (3:52): players get it, for example by a challenge"),
        "{found:?}"
    );
    let food = ("crafting.ron", "material: \"3:52\"", "material: \"3:15\"");
    let unpayable = shown(&told_at(
        NOW,
        &[
            food,
            (
                "items.ron",
                "fortune_wheel_pro\", name: \"高级转盘券\", intended: \"document 1 lists it and has no function that gives or takes it\"",
                "fortune_wheel_pro\", name: \"高级转盘券\"",
            ),
        ],
    ));
    assert!(
        unpayable.contains("nothing gives 高级转盘券 (3:15): nobody can ever pay for crafting equipment"),
        "{unpayable}"
    );
}

#[test]
fn the_outlier_is_told_and_not_its_neighbour() {
    let hint = "is a digit too many or missing?";
    expect_only(&[("stages/coin.ron", "\"3:1:10000\"", "\"3:1:100000\"")], hint);
    expect_only(
        &[("stages/coin.ron", "\"3:1:5000\"", "\"3:1:500\"")],
        "500 金币 (3:1), where the entry beside it has 10000",
    );
    let tenth = "\"3:10:1\"],\n            exp: 500,\n            legacy: (energy: 6, cost: [\"3:2:0\", \"3:1:0\"]),\n            layout: \"old_road_ambush\"";
    let more = tenth.replace("exp: 500", "exp: 5000");
    let found = told_at(NOW, &[("stages/general.ron", tenth, &more)]);
    assert!(found.iter().all(|problem| problem.key == "stages[2].exp") && !found.is_empty(), "{}", shown(&found));
    let none = tenth.replace("exp: 500,", "");
    let found = told_at(NOW, &[("stages/general.ron", tenth, &none)]);
    assert!(
        shown(&found).contains("stages[2].exp: no experience, where the entries around it have 500 and 500"),
        "{found:?}"
    );
    expect_only(
        &[("hang_up.ron", "\"3:1:90\"", "\"3:1:900\"")],
        "900 金币 (3:1), where the entries around it have 60 and 120",
    );
    expect_only(&[("shop.ron", "price: 648", "price: 6")], "for 1000 points");
    expect_only(&[("world_boss.ron", "\"3:1:8000\"", "\"3:1:800000\"")], "the entries around it have 5000 and 10000");
}

#[test]
fn a_pack_out_of_order_and_a_vip_who_gets_less_are_told() {
    let dearer = "dearer by the piece than the smaller pack \"diamonds_60\" for 6 points, by 33 %";
    expect_only(&[("shop.ron", "price: 30, items: [\"3:5:300\"]", "price: 40, items: [\"3:5:300\"]")], dearer);
    let cheaper = "cheaper by the piece than the larger pack \"diamonds_300\" for 30 points";
    expect_only(&[("shop.ron", "price: 6, items: [\"3:5:60\"]", "price: 4, items: [\"3:5:60\"]")], cheaper);
    let by_the_day = "dearer by the piece than the smaller pack \"vip_month\"";
    expect_only(&[("shop.ron", "price: 78, items", "price: 100, items")], by_the_day);
    let fewer = "fewer than the 2 a day of those without VIP";
    expect_only(&[("tickets.ron", "daily: 2, daily_vip: 3", "daily: 2, daily_vip: 1")], fewer);
}

#[test]
fn a_boss_that_no_world_can_kill_within_a_season_is_told() {
    let immortal = "no world kills \"混沌之主\" within a season";
    expect_only(&[("world_boss.ron", "life_value: 100000000000,", "life_value: 100000000000000,")], immortal);
    let capped = told_at(NOW, &[("world_boss.ron", "max_upload_damage: 200000,", "max_upload_damage: 20,")]);
    let told = capped.iter().any(|problem| problem.message.contains("no world kills \"深渊九头蛇\""));
    assert!(told, "with 19 damage a blow the eighth outlives the season: {capped:?}");
}

#[test]
fn windows_that_are_over_are_told_from_the_moment_on_at_which_they_close() {
    assert!(told_at("2027-02-19T23:59:59Z", &[]).iter().all(|told| told.message.contains("2027-01-04")), "still open");
    let over = told_at("2027-02-20T00:00:00Z", &[]);
    let all = shown(&over);
    assert_eq!(over.len(), 5, "two windows of two stages, and the event:\n{all}");
    assert!(all.contains("stages[4].windows[1]: is over since 2027-02-20 and never opens again"), "{all}");
    assert!(all.contains("events/spring_festival.ron:17:15: warning: windows[0]: is over"), "{all}");
    let seasons = ("world_boss.ron", "season: monthly,", "season: dates([\"2026-11-01\"]),");
    expect_only(&[seasons], "all its dates are over on 2026-12-01: it never starts anew");
}

#[test]
fn windows_that_overlap_are_told_at_the_later_one() {
    let evening = "from: \"20:00\", to: \"22:00\",";
    let afternoon = "from: \"13:00\", to: \"22:00\",";
    let found = told_at(NOW, &[("stages/activity.ron", evening, afternoon)]);
    let all = shown(&found);
    assert!(
        all.contains("stages[0].windows[1]: is open at the same time as \"noon\", for example on a monday"),
        "{all}"
    );
    assert_eq!(found.len(), 1, "{all}");
    expect_nothing(&[("stages/activity.ron", evening, "from: \"14:00\", to: \"22:00\",")], "windows may touch");
}

#[test]
fn what_is_intended_is_silent_and_a_reason_without_a_warning_is_told() {
    let free = "energy: 0, intended: \"a present of the first week\",";
    expect_nothing(&[("sweep.ron", "energy: 6,", free)], "the file gives a reason");
    let idle = "energy: 6, intended: \"a present of the first week\",";
    expect_only(&[("sweep.ron", "energy: 6,", idle)], "stages[0].intended: nothing to silence here");
    let other = shown(&told_at(
        NOW,
        &[("sweep.ron", "energy: 6,", free), ("tickets.ron", "daily: 2, daily_vip: 3", "daily: 2, daily_vip: 1")],
    ));
    assert!(other.starts_with("tickets.ron") && other.lines().count() == 1, "of this entry and no other: {other}");
    let empty = told_at(NOW, &[("sweep.ron", "energy: 6,", "energy: 0, intended: \"\",")]);
    assert_eq!(empty[0].severity, Severity::Error, "{}", shown(&empty));
    assert!(empty[0].message.contains("expected the reason in quotes"), "{}", shown(&empty));
}

fn program(arguments: &[&str]) -> (String, bool) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    let output = command.arg("check").args(arguments).current_dir(env!("CARGO_TARGET_TMPDIR")).output();
    let output = output.expect("the program should be there");
    (String::from_utf8(output.stdout).expect("text"), output.status.success())
}

/// The row of a table that begins with a name, its words separated by one space.
fn row(table: &str, name: &str) -> String {
    let row = table.lines().find(|line| line.trim_start().starts_with(name));
    let row = row.unwrap_or_else(|| panic!("no row {name} in:\n{table}"));
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_program_prints_what_everything_takes_and_brings_per_energy_and_per_hour() {
    let (table, is_fine) = program(&["--economy", "--at", "2026-12-01 12:00:00"]);
    assert!(is_fine && table.ends_with("0 errors, 0 warnings in the files built into the program\n"), "{table}");
    for (name, expected) in [
        ("stages 8 to 9 ", "stages 8 to 9 any time 6 energy 125 经验点 (3:9) 20.83 208.33"),
        ("stage 10 ", "stage 10 the same"),
        ("stage 4008 ", "stage 4008 any time, level 200 6 energy 50000 金币 (3:1) 8333.33 4166.67"),
        ("sweep of stage 8 ", "sweep of stage 8 any time 6 energy 100 经验点 (3:9) 16.67 166.67"),
        ("a minute on stage 1 ", "a minute on stage 1 and above every 1 min 10 铁矿 (3:2) 600"),
        (
            "buying a ticket 金币挑战 (19) ",
            "buying a ticket 金币挑战 (19) 3 a day 50 钻石 (3:5) 1 ticket 金币挑战 (19) 0.13",
        ),
        ("offer 60钻石", "offer 60钻石 (diamonds_60) any time 6 points 60 钻石 (3:5)"),
        ("drinking 小体力药水", "drinking 小体力药水 (3:10) any time 1 小体力药水 (3:10) 5 energy"),
        ("crafting a skill", "crafting a skill any time 1 龙眼 (3:51)"),
        (
            "a challenge between",
            "a challenge between players, half of them won 20 a day 1 金币 (3:1) 1.50 龙眼 (3:51) 1.25",
        ),
        ("task 走失的小羊", "task 走失的小羊 every 50 min 1.50 龙眼 (3:51) 1.80"),
        ("gift of boss 史莱姆王", "gift of boss 史莱姆王 (slime_king) now and then 2000 金币 (3:1)"),
        ("食物 (3:3)", "食物 (3:3): from nothing; to nothing"),
    ] {
        assert_eq!(row(&table, name), expected);
    }
    // A quarter of all draws brings supplies, of which two are drawn: what comes by chance counts with its mean.
    assert!(row(&table, "stage 2004 by enter_stage").contains("5128.62 金币 (3:1)"), "{table}");
    let (festival, _) = program(&["--economy", "--at", "2027-02-10 12:00:00"]);
    let stage = festival.split("stages 8 to 9 ").nth(1).expect("the stage");
    assert!(
        stage.split("stage 10").next().expect("its rows").contains("750 金币 (3:1)"),
        "twice the coins: {festival}"
    );
}

#[test]
fn tools_read_the_economy_as_json() {
    let (json, is_fine) = program(&["--economy", "--format", "json", "--at", "2026-12-01 12:00:00"]);
    let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(is_fine && found["warnings"] == 0, "{json}");
    let trades = found["economy"]["trades"].as_array().expect("trades");
    let sweep = trades.iter().find(|trade| trade["name"] == "sweep of stage 8").expect("the sweep");
    assert_eq!((&sweep["kind"], &sweep["frequency"]), (&"sweep".into(), &"always".into()));
    assert_eq!(sweep["takes"][0]["name"], "energy");
    assert_eq!(sweep["gives"][1]["name"], "金币 (3:1)");
    assert_eq!(
        sweep["gives"][1]["per_hour"].as_f64().map(f64::round),
        Some(333.0),
        "200 coins for 6 energy, 10 energy an hour"
    );
    let items = found["economy"]["items"].as_array().expect("items");
    let material = items.iter().find(|item| item["id"] == "3:51").expect("the item");
    assert_eq!((&material["name"], &material["sinks"][0]), (&"龙眼".into(), &"crafting a skill".into()));
    let (bare, _) = program(&["--format", "json"]);
    assert!(!bare.contains("\"economy\""), "only on request");
}

#[test]
fn the_program_takes_the_moment_from_its_clock_or_from_the_argument() {
    let (later, _) = program(&["--at", "2027-03-01 00:00:00"]);
    assert!(later.contains("activity.ron") && later.contains("is over since 2027-02-20"), "{later}");
    let (_, is_fine) = program(&["--at", "2026-12-01 00:00:00", "--deny-warnings"]);
    assert!(is_fine, "nothing is over yet");
    assert!(!program(&["--at", "soon"]).1, "no moment");
}
