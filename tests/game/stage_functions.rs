//! The functions of every mode, the bosses and the ranking: the documented samples in shape and types, and every code
//! they refuse with, each leaving the state as it was.

use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

/// A server whose newcomers are at the highest level, with items and energy for everything.
fn rich_with(edits: &[(&str, &str, &str)]) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "levels.ron", "newcomer_exp: 180", "newcomer_exp: 1000000000");
    let items = [("\"3:1:0\"", "\"3:1:100000\""), ("\"3:2:0\"", "\"3:2:100000\""), ("\"3:5:0\"", "\"3:5:1000\"")];
    let items = items.map(|(from, to)| ("items.ron", from, to));
    let energy = [("energy.ron", "newcomer: 120", "newcomer: 5000")];
    for (file, from, to) in items.iter().chain(&energy).chain(edits) {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the asset should be there");
        assert!(text.contains(from), "{file} should hold {from:?}");
        std::fs::write(path, text.replacen(from, to, 1)).expect("the copy should be writable");
    }
    TestServer::with(TestSetup { assets, ..TestSetup::default() })
}

fn rich() -> TestServer {
    rich_with(&[])
}

/// Whether a value has the types of the sample; `at` and the numbers of a ratio's keys may be added.
fn has_shape(sample: &Value, actual: &Value) -> Result<(), String> {
    match (sample, actual) {
        (Value::Object(sample), Value::Object(actual)) => {
            for (key, value) in sample {
                let found = actual.get(key).ok_or_else(|| format!("{key} is missing"))?;
                has_shape(value, found).map_err(|error| format!("{key}: {error}"))?;
            }
            let added = actual.keys().find(|key| !sample.contains_key(*key) && *key != "at");
            added.map_or(Ok(()), |key| Err(format!("{key} is not documented")))
        }
        (Value::Array(sample), Value::Array(actual)) => {
            let first = sample.first().into_iter().cycle();
            actual.iter().zip(first).try_for_each(|(actual, sample)| has_shape(sample, actual))
        }
        (Value::Number(_), Value::Number(_)) | (Value::String(_), Value::String(_)) => Ok(()),
        _ => Err(format!("{sample} and {actual} are of different types")),
    }
}

fn check_sample(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, sample: Value) -> Value {
    let reply = server.ask(player, function, data);
    has_shape(&sample, &reply["data"]).unwrap_or_else(|error| panic!("{function}: {error} in {reply}"));
    assert_eq!(reply["status"], 0, "{function} should succeed: {reply}");
    reply
}

fn eleven(prefix: &str) -> Value {
    (0..11).map(|number| (format!("{prefix}{number}"), json!("1.00"))).collect::<serde_json::Map<_, _>>().into()
}

fn energy() -> Value {
    json!({"cooling": -1, "remain": 4916, "reward": -6})
}

fn won(boss: Value) -> Value {
    let exp_info = json!({"exp": 39340, "level": 26, "need": 2780, "reward": 0});
    json!({"boss": boss, "remain": ["3:1:100064875"], "reward": ["3:1:5000"], "exp_info": exp_info})
}

#[test]
fn each_mode_is_entered_and_won_as_documented() {
    let mut server = rich();
    let ann = server.player("ann");
    let modes = [
        ("endless", 1001, None, json!({"energy": energy()})),
        ("coin", 4001, Some(("COIN", json!({"19": 1, "20": 2}))), json!({"energy": energy()})),
        ("exp", 4151, Some(("EXP", json!({"21": 1, "22": 2}))), json!({"energy": energy()})),
        ("boss", 3001, Some(("BOSS", json!({"18": 2}))), json!({"energy": energy()})),
    ];
    for (mode, stage, tickets, mut sample) in modes {
        if let Some((key, limits)) = &tickets {
            sample[*key] = json!({"limits": limits, "cd": 30471});
        }
        let entered = check_sample(&mut server, &ann, &format!("enter_stage_{mode}"), json!({"stage": stage}), sample);
        if let Some((key, limits)) = tickets {
            assert_eq!(entered["data"][key]["limits"], limits, "the state after the entry");
        }
        let boss = if mode == "boss" { json!({"ratio": eleven(""), "record": 0, "damage": 100000}) } else { json!({}) };
        let data = json!({"stage": stage, "damage": 100_000});
        let reply = check_sample(&mut server, &ann, &format!("victory_stage_{mode}"), data, won(boss));
        assert_eq!(reply["message"], "success");
        let again = server.ask(&ann, &format!("victory_stage_{mode}"), json!({"stage": stage, "damage": 1}));
        assert_eq!(again, json!({"status": 94, "message": "stage mismatch"}), "a reward comes once");
    }
}

#[test]
fn bosses_and_ranking_are_shown_as_documented() {
    let mut server = rich();
    let ann = server.player("ann");
    let world_boss = json!({"time": "23:20:00", "remaining": 2});
    let room = json!({
        "energy": 9960, "cooling_time": -1, "consume": -10, "times": 1, "cd_time": 5565, "world_boss": world_boss,
    });
    for (enter, pass, field) in
        [("enter_stage", "pass_stage", "damange"), ("enter_world_boss_stage", "leave_world_boss_stage", "damage")]
    {
        let entered = check_sample(&mut server, &ann, enter, json!({"stage": 3000}), room.clone());
        assert_eq!(entered["message"], "enter world boss success");
        let left = json!({"new_record": 0, "highest_damage": 110000, "boss_life_ratio": eleven("boss")});
        let data = json!({"stage": 3000, field: 110_000});
        let reply = check_sample(&mut server, &ann, pass, data, left);
        let ratios = &reply["data"]["boss_life_ratio"];
        assert_eq!((&ratios["boss0"], &ratios["boss1"]), (&json!("0.00"), &json!("0.00")), "the surplus carries over");
        assert_eq!(reply["data"]["highest_damage"], 110_000);
    }
    let shown = json!({"damage": 100000, "limit": 2, "cd": 27227, "mcd": 459227, "ratio": eleven("")});
    let reply = check_sample(&mut server, &ann, "stage_refresh_boss", json!({}), shown);
    assert_eq!(reply["message"], "Successfully get hook information");
    assert_eq!(reply["data"]["limit"], 1, "two of three challenges are used");
    let challenges = json!({"remaining": 3, "time": 32393, "month_time": 1933193});
    let status = json!({"damage": 0, "world_boss": challenges, "boss_life_ratio": eleven("boss")});
    check_sample(&mut server, &ann, "check_boss_status", json!({}), status);
    let row = json!({"NO": 11, "name": "name_1", "damage": 112, "fid": "", "level": 1});
    let page = json!({"page": 2, "damage": 4872, "ranking": 5, "rank": [row]});
    for function in ["stage_damage_ranking", "get_top_damage", "damage_ranking"] {
        let reply = check_sample(&mut server, &ann, function, json!({"page": "1"}), page.clone());
        assert_eq!((&reply["data"]["ranking"], &reply["data"]["rank"][0]["NO"]), (&json!(1), &json!(1)));
    }
    let config = server.ask(&ann, "get_config_boss", json!({}))["data"]["config"].clone();
    assert_eq!((&config["max_enter_time"], &config["max_upload_damage"]), (&json!(3), &json!(200_000)));
    assert_eq!(config["boss1"], json!({"life_value": 10_000}));
    assert_eq!(config["boss11"], json!({"life_value": 100_000_000_000_i64}));
}

#[test]
fn tickets_are_bought_up_to_the_days_allowance() {
    let mut server = rich();
    let ann = server.player("ann");
    for (mode, ticket, allowance) in [("coin", "19", "20"), ("exp", "21", "22")] {
        let data = json!({"mode": mode, "pay_with": "diamond"});
        let reply = server.ask(&ann, "buy_ticket", data.clone());
        assert_eq!(reply["data"]["limits"], json!({ticket: 3, allowance: 1}), "{reply}");
        assert_eq!(reply["data"]["reward"], json!(["3:5:-50"]));
        server.ask(&ann, "buy_ticket", data.clone());
        refuse(&mut server, &ann, "buy_ticket", data.clone(), (92, "no more ticket, try tomorrow"));
        server.advance_seconds(86_400);
        assert_eq!(server.ask(&ann, "buy_ticket", data)["status"], 0, "a new day, a new allowance");
    }
    let mut poor = TestServer::new();
    let bob = poor.player("bob");
    let data = json!({"mode": "coin", "pay_with": "diamond"});
    refuse(&mut poor, &bob, "buy_ticket", data, (95, "materials insufficient"));
}

/// Asserts the refusal, and that it has changed nothing.
fn refuse(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, (status, message): (i64, &str)) {
    let before = server.state_hash();
    let reply = server.ask(player, function, data.clone());
    assert_eq!(reply, json!({"status": status, "message": message}), "{function} {data}");
    assert_eq!(server.state_hash(), before, "{function} {data}: a refusal changes nothing");
}

const STAGE: (i64, &str) = (91, "stage error");
const NOT_CONFIGURED: (i64, &str) = (98, "There is no configuration information for this stage");
const ENERGY: (i64, &str) = (97, "energy insufficient");
const MATERIALS: (i64, &str) = (95, "materials insufficient");
const TICKET: (i64, &str) = (92, "no more ticket, try tomorrow");

/// Mode, its first stage, and its last.
const MODES: [(&str, i64, i64); 4] =
    [("endless", 1001, 1999), ("boss", 3001, 3999), ("coin", 4001, 4149), ("exp", 4151, 4199)];

#[test]
fn every_entry_refuses_stages_out_of_range_or_reach_levels_energy_and_materials() {
    for (mode, first, last) in MODES {
        let function = format!("enter_stage_{mode}");
        let file = format!("stages/{mode}.ron");
        let mut server = rich();
        let ann = server.player("ann");
        for stage in [0, -1, first - 1, first + 1, last, last + 1, i64::MAX] {
            refuse(&mut server, &ann, &function, json!({"stage": stage}), STAGE);
        }
        for stage in [0, -1, first - 1, last + 1] {
            refuse(&mut server, &ann, &format!("victory_stage_{mode}"), json!({"stage": stage}), STAGE);
        }
        refuse(&mut server, &ann, &format!("victory_stage_{mode}"), json!({"stage": first}), (94, "stage mismatch"));
        let mut server = rich_with(&[("energy.ron", "newcomer: 5000", "newcomer: 5")]);
        let ann = server.player("ann");
        refuse(&mut server, &ann, &function, json!({"stage": first}), ENERGY);
        let cost = "energy: 6,\n            cost: [\"3:4:1\"],";
        let mut server = rich_with(&[(&file, "energy: 6,", cost)]);
        let ann = server.player("ann");
        refuse(&mut server, &ann, &function, json!({"stage": first}), MATERIALS);
    }
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for (function, stage) in [("enter_stage_coin", 4001), ("enter_stage_exp", 4151)] {
        refuse(&mut server, &ann, function, json!({"stage": stage}), (90, "level insufficient"));
    }
}

#[test]
fn a_stage_that_follows_the_last_configured_one_is_98() {
    let mut server = rich();
    let ann = server.player("ann");
    for stage in 1001..=1008 {
        assert_eq!(server.ask(&ann, "enter_stage_endless", json!({"stage": stage}))["status"], 0);
        assert_eq!(server.ask(&ann, "victory_stage_endless", json!({"stage": stage}))["status"], 0);
    }
    refuse(&mut server, &ann, "enter_stage_endless", json!({"stage": 1009}), NOT_CONFIGURED);
    refuse(&mut server, &ann, "enter_stage_endless", json!({"stage": 1008}), (94, "stage mismatch"));
    server.advance_seconds(22 * 86_400);
    assert_eq!(server.ask(&ann, "enter_stage_endless", json!({"stage": 1001}))["status"], 0, "the next month");
}

#[test]
fn no_more_challenges_a_day_than_tickets() {
    for (mode, stage, daily) in [("boss", 3001, 3), ("coin", 4001, 2), ("exp", 4151, 2)] {
        let mut server = rich();
        let ann = server.player("ann");
        let enter = format!("enter_stage_{mode}");
        for _ in 0..daily {
            assert_eq!(server.ask(&ann, &enter, json!({"stage": stage}))["status"], 0, "{mode}");
        }
        refuse(&mut server, &ann, &enter, json!({"stage": stage}), TICKET);
        let mut server = server.crash_and_reopen();
        let ann = server.player("ann");
        refuse(&mut server, &ann, &enter, json!({"stage": stage}), TICKET);
        server.advance_seconds(86_400);
        assert_eq!(server.ask(&ann, &enter, json!({"stage": stage}))["status"], 0, "{mode}: full again the next day");
    }
}

#[test]
fn the_boss_room_refuses_with_its_own_codes() {
    let bosses = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/world_boss.ron"));
    let bosses = bosses.expect("the bosses are shipped");
    let lives: Vec<String> =
        bosses.lines().filter(|line| line.contains("life_value:")).map(|line| line.trim().to_owned()).collect();
    let frail: Vec<(&str, &str, &str)> =
        lives.iter().map(|life| ("world_boss.ron", life.as_str(), "life_value: 1,")).collect();
    let mut server = rich_with(&frail);
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage", json!({"stage": 3000}));
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 100}))["status"], 0);
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 3000}), (99, "all bosses are dead"));
    refuse(&mut server, &ann, "enter_stage_boss", json!({"stage": 3001}), TICKET);
    let mut server = rich();
    let ann = server.player("ann");
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 3500}), (99, "stage error"));
    server.ask(&ann, "enter_stage", json!({"stage": 3000}));
    let abnormal = server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 200_000}));
    assert_eq!(abnormal, json!({"status": 99, "message": "abnormal data"}));
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 5}))["status"], 0, "the session is open");
    for _ in 0..2 {
        server.ask(&ann, "enter_stage", json!({"stage": 3000}));
        server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 5}));
    }
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 3000}), (98, "no more ticket, try tomorrow"));
    let mut server = rich_with(&[("energy.ron", "newcomer: 5000", "newcomer: 9")]);
    let ann = server.player("ann");
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 3000}), ENERGY);
}

#[test]
fn pages_of_the_ranking_are_refused_with_the_codes_of_the_name_that_was_called() {
    let mut server = rich();
    let ann = server.player("ann");
    let names = [("stage_damage_ranking", 89, 88), ("get_top_damage", 99, 98), ("damage_ranking", 99, 98)];
    for (function, page, rows) in names {
        for wrong in [json!({}), json!({"page": 0}), json!({"page": -1}), json!({"page": "x"}), json!({"page": 1.5})] {
            refuse(&mut server, &ann, function, wrong, (page, "Page number error"));
        }
        for empty in [1, 2, i64::MAX] {
            refuse(&mut server, &ann, function, json!({"page": empty}), (rows, "No data for this page"));
        }
    }
}

#[test]
fn an_activity_stage_pays_once_in_each_window() {
    let mut server = rich();
    let ann = server.player("ann");
    let coin = |server: &mut TestServer| server.ask(&ann, "get_player_info", json!({}))["data"]["items"][0].clone();
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 2003}), (99, "stage error"));
    let before = coin(&mut server);
    assert_eq!(server.ask(&ann, "enter_stage", json!({"stage": 2001}))["status"], 0, "open from 12:00 to 14:00");
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 2001}))["status"], 0);
    let paid = coin(&mut server);
    assert_ne!(paid, before, "the victory pays");
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 2001}), (99, "stage error"));
    server.advance_seconds(3 * 3600);
    refuse(&mut server, &ann, "enter_stage", json!({"stage": 2002}), (99, "stage error"));
    server.advance_seconds(5 * 3600);
    assert_eq!(server.ask(&ann, "enter_stage", json!({"stage": 2001}))["status"], 0, "open again from 20:00");
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 2001}))["status"], 0);
    assert_ne!(coin(&mut server), paid, "and it pays again");
}
