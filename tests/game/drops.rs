//! Drop tables through the protocol: rewards by chance, chances told to players, guarantees that nothing forgets.

use std::path::Path;

use crate::replayed::replayed;
use crate::traveller;
use raidkeep::engine::rules::{AssetSource, Problems, Severity};
use raidkeep::game;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: &str = "drops/weekend.ron";

/// Coin comes, or after two draws without it for certain; chests hold a scroll or nothing.
const TABLES: &str = r#"(
    tables: [
        (id: "spoils", name: "战利品", guaranteed_after: 2, entries: [
            (weight: 999999, items: ["3:2:1"]),
            (weight: 1, items: ["3:5:7"], guaranteed: true),
        ]),
        (id: "chest", name: "宝箱", draws: 3, entries: [
            (weight: 1, table: "scrolls"),
            (weight: 3),
        ]),
        (id: "scrolls", name: "卷轴", draws: 2, replacement: false, entries: [
            (weight: 1, items: ["3:6:1"]),
            (weight: 1, items: ["3:7:1"]),
            (weight: 2, items: ["3:8:1"]),
        ]),
    ],
    chests: [(item: "3:16", drops: ["chest"])],
)"#;

fn write(folder: &Path, file: &str, text: &str) {
    std::fs::write(folder.join(file), text).expect("the test's folder should be writable");
}

/// Assets in which stage 8, its sweep and a chest that everybody has roll tables.
fn assets(tables: &str) -> (TempDir, AssetSource) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), FILE, "(", "(");
    write(folder.path(), FILE, tables);
    edit_asset(folder.path(), "stages/activity.ron", "            drops: [\"weekend_spoils\"],\n", "");
    let stage = "from: 8,\n            to: 9,\n";
    edit_asset(folder.path(), "stages/general.ron", stage, &format!("{stage}            drops: [\"spoils\"],\n"));
    edit_asset(folder.path(), "sweep.ron", "exp: 120", "drops: [\"spoils:2\"], exp: 120");
    edit_asset(folder.path(), "items.ron", r#"newcomer: ["3:1:0","#, r#"newcomer: ["3:16:2000000", "3:1:0","#);
    let energy = ["newcomer: 120", "maximum: 120"];
    energy.iter().for_each(|line| edit_asset(folder.path(), "energy.ron", line, &line.replace("120", "100000")));
    (folder, assets)
}

fn server() -> (TempDir, TestServer) {
    let (folder, assets) = assets(TABLES);
    (folder, TestServer::with(TestSetup { assets, ..TestSetup::default() }))
}

fn win(server: &mut TestServer, player: &TestPlayer) -> Value {
    traveller::succeed(server, player, "enter_stage_general", json!({"stage": 8}));
    traveller::succeed(server, player, "victory_stage_general", json!({"stage": 8}))
}

/// Whether a victory has brought what is guaranteed.
fn hits(won: &Value) -> bool {
    let reward = won["reward"].as_array().expect("a list");
    let brings = |item: &str| reward.iter().any(|amount| amount == item);
    assert!(brings("3:5:7") != brings("3:2:1"), "each draw brings one of the two: {won}");
    brings("3:5:7")
}

fn misses(server: &mut TestServer, player: &TestPlayer) -> Value {
    let shown = traveller::succeed(server, player, "get_drop_rates", json!({"table": "spoils"}));
    let guarantee = &shown["tables"][0]["guarantee"];
    assert_eq!(guarantee["within"], 3 - guarantee["misses"].as_i64().expect("a number"), "{shown}");
    guarantee["misses"].clone()
}

#[test]
fn a_victory_rolls_the_tables_of_its_stage_beside_its_rewards() {
    let (_folder, mut server) = server();
    let ann = server.player("ann");
    let won = win(&mut server, &ann);
    let (reward, remain) = (won["reward"].as_array().expect("a list"), won["remain"].as_array().expect("a list"));
    assert_eq!(reward.len(), 5, "four rewards and what was drawn: {won}");
    assert_eq!(reward[..2], [json!("3:9:125"), json!("3:2:125")], "the rewards are what they were");
    assert_eq!((reward[4].clone(), remain.len()), (json!("3:2:1"), 5), "{won}");
    assert_eq!(remain[4], "3:2:126", "what is left counts both");
}

#[test]
fn the_third_draw_hits_after_two_misses_wherever_the_player_was_meanwhile() {
    let (_folder, mut server) = server();
    let ann = traveller::join(&mut server, "ann");
    let bob = server.player("bob");
    assert_eq!((hits(&win(&mut server, &ann)), misses(&mut server, &ann)), (false, json!(1)));
    assert_eq!(
        (hits(&win(&mut server, &bob)), misses(&mut server, &bob)),
        (false, json!(1)),
        "each has misses of its own"
    );
    let mut server = server.crash_and_reopen();
    let (ann, _) = traveller::log_in(&mut server, "ann");
    assert_eq!(misses(&mut server, &ann), 1, "the crash took no miss");
    assert_eq!((hits(&win(&mut server, &ann)), misses(&mut server, &ann)), (false, json!(2)));
    let document = traveller::export(&mut server, "ann");
    traveller::delete(&mut server, "ann");
    traveller::import(&mut server, &document);
    let (ann, _) = traveller::log_in(&mut server, "ann");
    assert_eq!(misses(&mut server, &ann), 2, "misses travel with the player");
    assert_eq!((hits(&win(&mut server, &ann)), misses(&mut server, &ann)), (true, json!(0)), "the third hits");
    assert!(!hits(&win(&mut server, &ann)), "and the count begins anew");
}

#[test]
fn a_document_with_impossible_misses_is_refused() {
    let (_folder, mut server) = server();
    let ann = traveller::join(&mut server, "ann");
    win(&mut server, &ann);
    let mut document = traveller::export(&mut server, "ann");
    traveller::delete(&mut server, "ann");
    for wrong in [json!([["spoils", 0]]), json!([["spoils", 1], ["spoils", 1]]), json!([["b", 1], ["a", 1]])] {
        document["parts"]["inventory"]["misses"] = wrong;
        let reply = server.operate("player_import", json!({"document": document}));
        assert_ne!(reply["status"], 0, "{reply}");
        assert!(reply["message"].as_str().is_some_and(|message| message.contains("misses[")), "{reply}");
    }
}

#[test]
fn a_sweep_draws_for_each_time_and_a_count_that_is_too_large_changes_nothing() {
    let (folder, mut server) = server();
    let ann = server.player("ann");
    win(&mut server, &ann);
    let swept = traveller::succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 15_000}));
    let drawn = |swept: &Value, item: &str| -> i64 {
        let reward = swept["reward"].as_array().expect("a list").last_chunk::<2>().expect("two more than before");
        let of_it = reward.iter().filter_map(|amount| amount.as_str()?.strip_prefix(item)?.parse::<i64>().ok());
        of_it.sum()
    };
    // One miss was left of the victory, so 30,000 draws hit 10,000 times, and by luck a little more often.
    let hits = drawn(&swept, "3:5:") / 7;
    assert!((10_000..10_020).contains(&hits), "{swept}");
    assert_eq!(drawn(&swept, "3:2:") + hits, 30_000, "two rolls for each of the times: {swept}");

    edit_asset(folder.path(), "sweep.ron", "energy: 6", "energy: 0");
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
    let before = server.state_hash();
    let refused = server.ask(&ann, "mopping_up_stage", json!({"stage": 8, "count": 1_000_000_000_000_000_i64}));
    assert_eq!(refused["status"], 96, "{refused}");
    assert_eq!(server.state_hash(), before, "a refusal changes nothing, not even the misses");
}

#[test]
fn a_chest_is_opened_with_use_item_one_or_a_million_at_once() {
    let (_folder, mut server) = server();
    let ann = server.player("ann");
    let opened = traveller::succeed(&mut server, &ann, "use_item", json!({"item": 16}));
    assert_eq!((&opened["reward"][0], &opened["remain"][0]), (&json!("3:16:-1"), &json!("3:16:1999999")));
    let opened = traveller::succeed(&mut server, &ann, "use_item", json!({"item": "3:16", "count": 1_000_000}));
    let reward = opened["reward"].as_array().expect("a list");
    let scrolls: Vec<i64> =
        reward[1..].iter().filter_map(|amount| amount.as_str()?.rsplit(':').next()?.parse().ok()).collect();
    let sum: i64 = scrolls.iter().sum();
    assert!((1_490_000..1_510_000).contains(&sum), "3 of 4 draws bring nothing, the others two scrolls each: {opened}");
    let refused = server.ask(&ann, "use_item", json!({"item": 16, "count": 1_000_000}));
    assert_eq!(refused["status"], 95, "{refused}");
    assert_eq!(opened["energy"]["reward"], 0, "a chest gives no energy: {opened}");
}

#[test]
fn players_read_the_exact_chances_with_nested_and_guaranteed_ones() {
    let (_folder, mut server) = server();
    let ann = server.player("ann");
    let all = traveller::succeed(&mut server, &ann, "get_drop_rates", json!({}))["tables"].clone();
    let ids: Vec<&str> = all.as_array().expect("a list").iter().filter_map(|table| table["id"].as_str()).collect();
    assert_eq!(ids, ["spoils", "chest", "scrolls"]);
    assert_eq!(
        all[0],
        json!({
            "id": "spoils", "name": "战利品", "draws": 1, "replacement": true,
            "guarantee": {"after": 2, "misses": 0, "within": 3, "items": ["3:5:7"], "tables": []},
            "rates": [
                {"item": "3:2:1", "base": "0.999999", "rate": "0.666666"},
                {"item": "3:5:7", "base": "0.000001", "rate": "0.333334"},
            ],
            "rolled_by": [
                {"by": "stage", "times": 1, "from": 8, "to": 9},
                {"by": "sweep", "times": 2, "from": 8, "to": 27},
            ],
        })
    );
    // One draw of four brings a roll of the scrolls, which are drawn two of three: 1/4 + 1/4 * 1/3 + 1/2 * 1/2 for each of the first.
    let scrolls = &all[2]["rates"];
    assert_eq!(
        [&scrolls[0]["rate"], &scrolls[1]["rate"], &scrolls[2]["rate"]],
        ["0.583333", "0.583333", "0.833333"],
        "{scrolls}"
    );
    assert_eq!(
        all[1]["rates"][0],
        json!({"item": "3:6:1", "base": "0.437500", "rate": "0.437500"}),
        "three draws of it"
    );
    assert_eq!(all[1]["nothing"], json!({"base": "2.250000", "rate": "2.250000"}));
    let unknown = server.ask(&ann, "get_drop_rates", json!({"table": "spoil"}));
    assert_eq!((&unknown["status"], &unknown["message"]), (&json!(99), &json!("no such drop table")));
}

#[test]
fn what_was_drawn_is_drawn_again_in_a_replay_and_not_twice_after_a_restart() {
    let (_folder, assets) = assets(TABLES);
    let mut server = TestServer::with(TestSetup { journals: true, assets, ..TestSetup::default() });
    let ann = server.player("ann");
    for _ in 0..5 {
        win(&mut server, &ann);
        traveller::succeed(&mut server, &ann, "use_item", json!({"item": 16, "count": 7}));
        traveller::succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 3}));
    }
    let keyed = format!(
        r#"{{"world":0,"function":"use_item","data":{{"token":"{}","item":16,"count":9}},"once":"chests"}}"#,
        ann.token
    );
    let opened = server.send_on(ann.connection, &keyed);
    let hash = server.state_hash();
    let mut replay = replayed(&server, &server.journals[0].bytes());
    assert_eq!(raidkeep::engine::tick::state_hash(replay.simulation().world_mut()), hash, "the same was drawn");

    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(server.send_on(0, &keyed), opened, "the same request is answered with what it brought");
    assert_eq!(server.state_hash(), hash, "and brings nothing more");
}

fn problems(tables: &str, more: impl FnOnce(&Path)) -> Vec<String> {
    let (folder, source) = assets(tables);
    more(folder.path());
    let loaded = TestSetup::default().catalogue().load(&source);
    let told = |problems: &Problems| problems.iter().map(ToString::to_string).collect();
    match loaded {
        Ok(rules) => told(&rules.warnings),
        Err(problems) => {
            assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
            told(&problems)
        }
    }
}

/// The one error of these tables, with one part replaced. A table that nobody names any more may be told besides.
fn only_error(from: &str, to: &str) -> String {
    assert!(TABLES.contains(from), "the tables should hold {from:?}");
    let mut told = problems(&TABLES.replacen(from, to, 1), |_| {});
    told.retain(|problem| !problem.contains("warning: "));
    assert_eq!(told.len(), 1, "one mistake is one error: {told:#?}");
    told[0].clone()
}

#[test]
fn each_mistake_in_a_drop_table_is_told_once_at_its_line() {
    assert_eq!(problems(TABLES, |_| {}), Vec::<String>::new());
    let cases = [
        ("weight: 999999", "weight: 0", ["weekend.ron:4:", "tables[0].entries[0].weight", "a weight of 0 never comes"]),
        (
            "(weight: 3),",
            "(weight: 3, table: \"chest\"),",
            ["weekend.ron:9:", "\"chest\" names itself", "might never end"],
        ),
        (
            "\"3:8:1\"]",
            "\"3:6:1\"], table: \"chest\"",
            ["weekend.ron:14:", "leads back to this one, \"scrolls\"", "table"],
        ),
        (
            "\"scrolls\"),",
            "\"scrols\"),",
            ["weekend.ron:8:", "unknown drop table \"scrols\"", "did you mean \"scrolls\"?"],
        ),
        ("\"3:7:1\"", "\"3:777:1\"", ["weekend.ron:13:", "unknown item 3:777", "expected"]),
        (
            "id: \"chest\"",
            "id: \"scrolls\"",
            ["weekend.ron", "drop table \"scrolls\" is listed twice", "first time in"],
        ),
        (
            "guaranteed_after: 2, ",
            "",
            ["weekend.ron:5:", "does not say after how many misses", "type guaranteed_after: 10"],
        ),
        (", guaranteed: true", "", ["weekend.ron:3:", "no entry is guaranteed", "type guaranteed: true"]),
        ("guaranteed_after: 2", "guaranteed_after: 0", ["weekend.ron:3:", "0 is out of range", "1 to 1000 (misses)"]),
        ("draws: 2", "draws: 4", ["weekend.ron:11:", "4 draws without replacement", "only 3 entries"]),
        ("draws: 3", "draws: 0", ["weekend.ron:7:", "0 is out of range", "1 to 100"]),
        ("\"chest\"])]", "])]", ["weekend.ron", "the chest is empty", "at least one drop table"]),
        ("[\"chest\"]", "[\"chest:0\"]", ["weekend.ron:17:", "0 times is out of range", "1 to 100"]),
        ("\"3:16\"", "\"3:1600\"", ["weekend.ron:17:", "unknown item 3:1600", "expected"]),
    ];
    for (from, to, parts) in cases {
        let told = only_error(from, to);
        for part in parts {
            assert!(told.contains(part), "{to}: {part:?} should be in {told}");
        }
    }
}

#[test]
fn a_table_that_nobody_rolls_and_a_list_that_rolls_an_unknown_one_are_told() {
    let told = problems(TABLES, |folder| edit_asset(folder, "sweep.ron", "spoils:2", "spoil:2"));
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["sweep.ron:", "unknown drop table \"spoil\"", "did you mean \"spoils\"?"] {
        assert!(told[0].contains(part), "{part:?} should be in {told:?}");
    }
    let chests = "    chests: [(item: \"3:16\", drops: [\"chest\"])],\n";
    let told = problems(&TABLES.replace(chests, ""), |_| {});
    assert_eq!(told.len(), 1, "what it leads to is used by it: {told:?}");
    for part in ["weekend.ron:7:", "warning", "nothing uses drop table \"chest\", so nobody can get what it holds"] {
        assert!(told[0].contains(part), "{part:?} should be in {told:?}");
    }
}

#[test]
fn a_folder_of_assets_without_drop_tables_is_complete() {
    let (folder, source) = assets(TABLES);
    for file in ["stages/general.ron", "sweep.ron"] {
        let shipped = game::shipped_assets().text_files().expect("the shipped assets should be readable");
        write(folder.path(), file, &shipped[file]);
    }
    std::fs::remove_dir_all(folder.path().join("drops")).expect("the folder should be there");
    let mut server = TestServer::with(TestSetup { assets: source, ..TestSetup::default() });
    let ann = server.player("ann");
    assert_eq!(traveller::succeed(&mut server, &ann, "get_drop_rates", json!({})), json!({"tables": []}));
}
