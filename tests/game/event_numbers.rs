//! Every kind of number that an event changes, and chances that events change (docs/contract/events.md).

use crate::duel::{self, Duelist};
use crate::timed_events::{Events, ask, at_one};
use raidkeep::engine::rules::Severity;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

/// What `get_drop_rates` tells of the amounts of the shipped table, in its order.
fn rates(server: &mut TestServer, player: &TestPlayer, table: &str) -> Vec<(String, String)> {
    let shown = ask(server, player, "get_drop_rates", json!({"table": table}));
    let rates = shown["data"]["tables"][0]["rates"].as_array().unwrap_or_else(|| panic!("rates: {shown}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    rates.iter().map(|rate| (text(&rate["item"]), text(&rate["base"]))).collect()
}

fn rate_of(server: &mut TestServer, player: &TestPlayer, item: &str) -> String {
    let all = rates(server, player, "weekend_spoils");
    let found = all.iter().find(|(known, _)| known == item).unwrap_or_else(|| panic!("{item}: {all:?}"));
    found.1.clone()
}

#[test]
fn an_event_changes_the_chances_that_players_read_and_a_players_own_days_change_its_own() {
    // Weights 60, 30, 8 and 2: rarities of 10 in 100.
    let rare = "changes: [(of: drop_weights(table: \"weekend_spoils\", item: \"3:12\"), add: 100)]";
    let own = "player_days: (from: 2, to: 2), intended: \"a test\", changes: [
        (of: drop_weights(table: \"weekend_spoils\", leads_to: \"weekend_supplies\"), set: 140),
        (of: drop_guarantee(), set: 4), (of: drop_draws(table: \"weekend_spoils\"), multiply: 2)]";
    let events = Events::new(&[("rare", &at_one(rare)), ("second_day", own)]);
    let (mut server, ann) = events.serve();
    assert_eq!(rate_of(&mut server, &ann, "3:12:1"), "0.080000");
    server.advance_seconds(3600);
    assert_eq!(rate_of(&mut server, &ann, "3:12:1"), "0.540000", "108 of 200 while it runs");
    server.advance_seconds(23 * 3600);
    assert_eq!(rate_of(&mut server, &ann, "3:12:1"), "0.076190", "two draws of 8 in 210 on her second day");
    let shown = ask(&mut server, &ann, "get_drop_rates", json!({"table": "weekend_spoils"}));
    let table = &shown["data"]["tables"][0];
    assert_eq!((&table["draws"], &table["guarantee"]["after"]), (&json!(2), &json!(4)), "{shown}");
    let bob = server.player("bob");
    assert_eq!(rate_of(&mut server, &bob, "3:12:1"), "0.080000", "bob's second day is to come");
    server.advance_seconds(24 * 3600);
    assert_eq!(rate_of(&mut server, &ann, "3:12:1"), "0.080000", "and hers is over");
}

#[test]
fn draws_follow_the_chances_in_force() {
    let coins_only = "changes: [(of: drop_weights(table: \"weekend_spoils\", item: \"3:1\"), set: 1000000),
        (of: drop_weights(table: \"weekend_spoils\", leads_to: \"weekend_supplies\"), set: 1),
        (of: drop_weights(table: \"weekend_spoils\", item: \"3:12\"), set: 1),
        (of: drop_weights(table: \"weekend_spoils\", item: \"3:13\"), set: 1), (of: drop_guarantee(), set: 1000)]";
    let events = Events::new(&[("coins", &at_one(coins_only))]);
    let folder = "(tables: [], chests: [(item: \"3:16\", drops: [\"weekend_spoils\"])])";
    events.write_file("drops/chests.ron", folder);
    events.edit("items.ron", "newcomer: [\"3:1:0\"", "newcomer: [\"3:16:2000\", \"3:1:0\"");
    let (mut server, ann) = events.serve();
    let open = |server: &mut TestServer| {
        ask(server, &ann, "use_item", json!({"item": 16, "count": 500}))["data"]["reward"].clone()
    };
    let usual = open(&mut server);
    assert!(usual.as_array().is_some_and(|won| won.len() > 3), "everything comes: {usual}");
    server.advance_seconds(3600);
    assert_eq!(open(&mut server), json!(["3:16:-500", "3:1:1000000"]), "coins alone while the event runs");
}

/// A change while an event runs, from one to two o'clock, and what shows it: before, during it and afterwards.
fn shows<T: PartialEq + std::fmt::Debug>(
    change: &str,
    look: impl Fn(&mut TestServer, &TestPlayer) -> T,
    usual: &T,
    changed: &T,
) {
    let events = Events::new(&[("change", &at_one(&format!("intended: \"a test\", changes: [{change}]")))]);
    let (mut server, ann) = events.serve();
    for expected in [usual, changed, usual] {
        assert_eq!(&look(&mut server, &ann), expected, "{change}");
        server.advance_seconds(3600);
    }
}

#[test]
fn crafting_potions_and_levels_follow_an_event() {
    let potion = |server: &mut TestServer, ann: &TestPlayer| {
        let shown = ask(server, ann, "use_item", json!({"item": 33, "count": 1}));
        (shown["status"].clone(), shown["data"]["energy"]["reward"].clone())
    };
    let level = |server: &mut TestServer, ann: &TestPlayer| {
        let shown = ask(server, ann, "get_player_info", json!({}))["data"].clone();
        shown["level"].as_i64().unwrap_or_else(|| panic!("a level: {shown}"))
    };
    shows("(of: level_needs(from: 1), set: 1000000)", level, &2, &1);
    let events = Events::new(&[("strong", &at_one("changes: [(of: potion_energy(item: \"3:33\"), add: 7)]"))]);
    events.edit("items.ron", "newcomer: [\"3:1:0\"", "newcomer: [\"3:33:9\", \"3:1:0\"");
    let (mut server, ann) = events.serve();
    let (status, usual) = potion(&mut server, &ann);
    assert_eq!(status, 0);
    server.advance_seconds(3600);
    let usual = usual.as_i64().expect("a number");
    assert_eq!(potion(&mut server, &ann), (json!(0), json!(usual + 7)));
    server.advance_seconds(3600);
    assert_eq!(potion(&mut server, &ann), (json!(0), json!(usual)));
}

#[test]
fn what_crafting_brings_and_takes_follows_an_event() {
    let changes = "changes: [(of: craft_strength_per_unit(recipe: \"skill\"), multiply: 2), (of: craft_spend(recipe: \"equipment\"), set: 1)]";
    let events = Events::new(&[("forge", &at_one(changes))]);
    events.edit("items.ron", "newcomer: [\"3:1:0\"", "newcomer: [\"3:51:900\", \"3:52:900\", \"3:1:0\"");
    let (mut server, _) = events.serve();
    let ann = Duelist::join(&mut server, "ann");
    let merge = |server: &mut TestServer, mode: i64, des: &str| {
        ann.ask(server, "merge", json!({"role": ann.role, "mode": mode, "num": 3, "des": des}))
    };
    let told = |reply: Value| reply["data"]["text"].as_str().unwrap_or_default().to_owned();
    let usual = told(merge(&mut server, 0, "火球：烧"));
    assert_eq!(merge(&mut server, 1, "青锋剑：砍")["status"], 0);
    server.advance_seconds(3600);
    let strong = told(merge(&mut server, 0, "火球：烧"));
    assert_ne!(usual, strong, "twice the strength of each unit");
    let refused = merge(&mut server, 1, "长柄刀：砍");
    assert!(refused["message"].as_str().is_some_and(|told| told.contains("an integer from 1 to 1")), "{refused}");
}

#[test]
fn the_rewards_of_battles_tasks_and_fighters_follow_an_event() {
    let changes = "intended: \"a test\", changes: [(of: battle_exp(), multiply: 3), (of: battle_stake(), set: 0),
        (of: battles_rewarded(), set: 1), (of: task_exp(), multiply: 2), (of: task_rewards(task: \"村口的谜语\"), set: 9),
        (of: personal_task_rewards(task: \"hunt\"), add: 1), (of: personal_task_exp(), add: 1),
        (of: tasks_personal_daily(), set: 1), (of: fighter_exp(), add: 5), (of: fighter_rewards(), multiply: 2)]";
    let told = problems(changes, &|_| {});
    assert_eq!(told.len(), 1, "fighters grant no items: {told:?}");
    assert!(told[0].contains("changes[9].of") && told[0].contains("there are no such numbers"), "{told:?}");
    let changes = changes.replace(", (of: fighter_rewards(), multiply: 2)", "");
    assert_eq!(problems(&changes, &|_| {}), [""; 0]);
    let events = Events::new(&[("all", &at_one(&changes))]);
    let (mut server, _) = events.serve();
    server.advance_seconds(3600);
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    duel::fight(&mut server, &ann, &bob);
    server.disconnect(bob.player.connection);
    let before = ann.attribute(&mut server, "exp");
    server.advance_seconds(31);
    assert_eq!(ann.attribute(&mut server, "exp") - before, 180, "three times 60");
}

#[test]
fn own_days_of_hang_up_are_paid_by_the_files_of_each_minute() {
    let own = |factor: &str| {
        format!(
            "player_days: (from: 1, to: 2), changes: [(of: hang_up_rates(from: 1, item: \"3:1\"), multiply: {factor})]"
        )
    };
    let events = Events::new(&[("own", &own("2"))]);
    let (mut server, ann) = events.serve();
    ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(3600);
    events.write("own", &own("10"));
    server.operate("rules_reload", json!({}));
    server.advance_seconds(3600);
    events.remove("own");
    let mut server = server.crash_and_reopen_after(0);
    server.advance_seconds(3600);
    let settled = ask(&mut server, &ann, "get_hang_up_reward", json!({}));
    let rewards = settled["data"]["get_hang_up_rewards"].as_array().expect("rewards").clone();
    let coins = rewards.iter().find(|reward| reward["iid"] == "1").expect("coins");
    assert_eq!(coins["reward"], 60 * 30 * 2 + 60 * 30 * 10 + 60 * 30, "twice, ten times, and as usual");
}

#[test]
fn each_minute_of_hang_up_rolls_the_tables_as_the_events_of_then_made_them() {
    let swap = "changes: [(of: drop_weights(table: \"idle\", item: \"3:12\"), set: 1000000),
        (of: drop_weights(table: \"idle\", item: \"3:13\"), set: 1)]";
    let events = Events::new(&[("swap", &at_one(swap))]);
    let table = "(id: \"idle\", name: \"i\", entries: [
        (weight: 1, items: [\"3:12:1\"]), (weight: 1000000, items: [\"3:13:1\"])])";
    events.write_file("drops/idle.ron", &format!("(tables: [{table}])"));
    let items = "items: [(amount: \"3:11:1\", numerator: 12, denominator: 100)]";
    let drops = "drops: [(drops: [\"idle\"], numerator: 1, denominator: 1)]";
    events.edit("hang_up.ron", items, &format!("{items}, {drops}"));
    let (mut server, ann) = events.serve();
    ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(1800);
    let mut server = server.crash_and_reopen_after(2 * 3600 + 1800);
    let settled = ask(&mut server, &ann, "get_hang_up_reward", json!({}));
    let rewards = settled["data"]["get_hang_up_rewards"].as_array().expect("rewards").clone();
    let of = |item: &str| rewards.iter().find(|reward| reward["iid"] == item).map(|reward| reward["reward"].clone());
    assert_eq!((of("12"), of("13")), (Some(json!(60)), Some(json!(120))), "an hour of the event, two of the usual");
}

/// What `check` tells of an event with these changes.
fn problems(text: &str, edit: &dyn Fn(&Events)) -> Vec<String> {
    let events = Events::new(&[("change", &at_one(text))]);
    edit(&events);
    match TestSetup::default().catalogue().load(&events.assets()) {
        Ok(rules) => rules.warnings.iter().map(ToString::to_string).collect(),
        Err(problems) => {
            let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
            errors.map(ToString::to_string).collect()
        }
    }
}

#[test]
fn each_change_that_cannot_be_is_told_at_its_place() {
    let cases = [
        ("drop_weights(table: \"weekend_spoil\", item: \"3:12\"), add: 1", "(did you mean \"weekend_spoils\"?)"),
        ("drop_weights(item: \"3:999\"), add: 1", "there are no such numbers"),
        ("drop_weights(table: \"weekend_spoils\"), multiply: 2", "all weights of a table grow or shrink alike"),
        ("drop_weights(item: \"3:12\"), set: 2000000", "2000000 is out of range, expected 0 to 1000000"),
        ("drop_weights(item: \"3:12\"), set: 0", "a weight of 0 never comes"),
        ("drop_draws(table: \"weekend_spoils\"), set: 101", "101 is out of range, expected 1 to 100"),
        (
            "drop_draws(table: \"weekend_supplies\"), set: 9",
            "9 draws without replacement, but there are only 4 entries",
        ),
        ("drop_guarantee(), set: 0", "0 is out of range, expected 1 to 1000"),
        (
            "craft_strength_max(recipe: \"skil\"), set: 5",
            "there is no \"skil\" in crafting.ron (did you mean \"skill\"?)",
        ),
        ("craft_spend(), set: 0", "0 is out of range, expected 1 to 1000000"),
        ("craft_owned(), set: 2000", "2000 is out of range, expected 1 to 1000"),
        ("task_exp(), set: -1", "-1 is out of range, expected 0 to 1000000"),
        ("potion_energy(), set: 0", "0 is out of range, expected 1 to 1000000"),
        ("potion_energy(item: \"3:1\"), set: 5", "there are no such numbers"),
        ("battle_exp(), set: -5", "-5 is out of range, expected 0 to 1000000"),
        ("level_needs(from: 5, to: 9), set: 0", "level 6 needs nothing more than level 5"),
        ("fighter_exp(fighter: \"nobody\"), set: 5", "there is no \"nobody\" in fighters.ron"),
        ("offer_price(offer: \"diamonds_6\"), add: 1", "there is no \"diamonds_6\" in shop.ron (did you mean"),
        ("boss_life(boss: \"slime_kin\"), add: 1", "(did you mean \"slime_king\"?)"),
        ("task_exp(task: \"村口谜语\"), add: 1", "(did you mean \"村口的谜语\"?)"),
        (
            "stage_rewards(from: 8, to: 2000000000), set: 5",
            "2000000000 is out of range, expected 1 to 1000000000 (stage number)",
        ),
    ];
    for (change, expected) in cases {
        let told = problems(&format!("intended: \"a test\", changes: [(of: {change})]"), &|_| {});
        assert!(told.len() == 1 && told[0].contains(expected), "{change}: {expected:?} should be told: {told:#?}");
        assert!(told[0].contains("events/change.ron:1"), "{change} at its line: {told:?}");
    }
    let own = "player_days: (from: 1, to: 7), changes: [(of: level_needs(), multiply: 2)]";
    let events = Events::new(&[("own", own)]);
    let problems = TestSetup::default().catalogue().load(&events.assets()).expect_err("levels are the same for all");
    assert!(problems.to_string().contains("is the same for everybody"), "{problems}");
}

#[test]
fn levels_that_fall_back_are_a_warning_unless_it_is_meant() {
    let told = problems("changes: [(of: level_needs(), multiply: 0.5)]", &|_| {});
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("players fall back to the levels of before when the event ends"), "{told:?}");
    assert_eq!(problems("intended: \"a test\", changes: [(of: level_needs(), multiply: 0.5)]", &|_| {}), [""; 0]);
}
