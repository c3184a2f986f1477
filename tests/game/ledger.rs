//! The ledger: whatever moves items or points leaves a row, and the rows add up to what the player has.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::storage::{Stored, Touched};
use raidkeep::game::items::{Amount, Cause, Inventory};
use raidkeep::game::mail::{Broadcast, Broadcasts, MailAudience};
use raidkeep::studio::testing::{NOON_MS, TestPlayer, TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};

const NOON: i64 = NOON_MS / 1000;

/// Prices for what is free in the shipped assets, so that every function moves something.
const PRICES: [(&str, &str, &str); 5] = [
    ("stages/general.ron", "to: 9,\n            energy: 6,", "to: 9, energy: 6, cost: [\"3:1:10\", \"3:2:1\"],"),
    (
        "stages/general.ron",
        r#"legacy: (energy: 6, cost: ["3:2:0", "3:1:0"])"#,
        r#"legacy: (energy: 6, cost: ["3:1:7"])"#,
    ),
    ("stages/boss.ron", "energy: 6,", "energy: 6, cost: [\"3:1:2\"],"),
    ("sweep.ron", "energy: 6,", "energy: 6, cost: [\"3:1:5\"],"),
    ("world_boss.ron", "legacy_entry: (energy: 10, cost: [])", "legacy_entry: (energy: 10, cost: [\"3:1:3\"])"),
];

fn server_with(newcomer: &str, entries_per_player: u64) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "items.ron", r#"newcomer: ["3:1:0", "3:2:0", "3:5:0","#, newcomer);
    PRICES.iter().for_each(|(file, from, to)| edit_asset(folder.path(), file, from, to));
    let mut setup = TestSetup { assets, ..TestSetup::default() };
    setup.settings.ledger.entries_per_player = entries_per_player;
    TestServer::with(setup)
}

/// A server whose newcomers have 5000 of 3:1, 100 of 3:2 and 500 of 3:5, and where everything has its price.
fn rich() -> TestServer {
    server_with(r#"newcomer: ["3:1:5000", "3:2:100", "3:5:500","#, 1000)
}

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let info = server.ask(player, "get_player_info", json!({}));
    info["data"]["name"].as_str().expect("everybody has a name").to_owned()
}

/// What the player has, as `get_player_info` shows it.
fn owned(server: &mut TestServer, player: &TestPlayer) -> BTreeMap<String, i64> {
    let info = server.ask(player, "get_player_info", json!({}));
    let items = info["data"]["items"].as_array().unwrap_or_else(|| panic!("a list of items: {info}")).iter();
    let amounts = items.map(|item| item.as_str().and_then(|text| text.parse().ok()).expect("an amount"));
    amounts.map(|amount: Amount| (amount.item.to_string(), amount.quantity)).collect()
}

fn page(server: &mut TestServer, name: &str, limit: i64, before: Value) -> (Vec<Value>, Value) {
    let mut reply = server.operate("ledger_list", json!({"name": name, "limit": limit, "before": before}));
    assert_eq!((&reply["status"], &reply["message"]), (&json!(0), &json!("success")), "{reply}");
    let entries = reply["data"]["entries"].as_array().expect("a list of movements").clone();
    (entries, reply["data"]["next"].take())
}

/// All movements, oldest first.
fn ledger(server: &mut TestServer, name: &str) -> Vec<Value> {
    let (mut all, mut next) = page(server, name, 500, Value::Null);
    while !next.is_null() {
        let (older, further) = page(server, name, 500, next);
        all.extend(older);
        next = further;
    }
    all.reverse();
    all
}

fn changes(movement: &Value) -> impl Iterator<Item = (String, i64, i64)> {
    let read = |change: &Value| {
        let number = |key: &str| change[key].as_i64().expect("a number");
        (change["item"].as_str().expect("an item").to_owned(), number("change"), number("after"))
    };
    movement["changes"].as_array().expect("a list of changes").iter().map(read)
}

/// Asserts that each change starts from its item's last balance, and that the player has the final balances.
fn check_sums(movements: &[Value], owned: &BTreeMap<String, i64>) {
    let mut balances: BTreeMap<String, i64> = BTreeMap::new();
    for (at, movement) in movements.iter().enumerate() {
        assert_eq!(movement["number"], json!(at + 1), "movements are numbered without a gap");
        for (item, change, after) in changes(movement) {
            assert_ne!(change, 0, "a change of nothing is not recorded: {movement}");
            let balance = balances.entry(item).or_default();
            assert_eq!(*balance + change, after, "the balance continues: {movement}");
            *balance = after;
        }
    }
    let something: BTreeMap<String, i64> = owned
        .iter()
        .filter(|(_, quantity)| **quantity != 0)
        .map(|(item, quantity)| (item.clone(), *quantity))
        .collect();
    balances.retain(|_, balance| *balance != 0);
    assert_eq!(balances, something, "the ledger ends with what get_player_info shows");
}

/// Sends a request; asserts that its movements have these reasons and add up to exactly how the items changed.
fn moves(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, whys: &[&str]) {
    let name = name_of(server, player);
    let (before, noted) = (owned(server, player), ledger(server, &name).len());
    let reply = server.ask(player, function, data);
    assert!(reply["status"].as_i64().is_some_and(|status| (0..=1).contains(&status)), "{function}: {reply}");
    let (after, movements) = (owned(server, player), ledger(server, &name));
    let told: Vec<&Value> = movements[noted..].iter().map(|movement| &movement["why"]).collect();
    assert_eq!(told, whys, "{function}");
    let mut expected = before;
    for (item, change, _) in movements[noted..].iter().flat_map(changes) {
        *expected.entry(item).or_default() += change;
    }
    assert_eq!(expected, after, "{function}: the movements are what changed");
    check_sums(&movements, &after);
}

fn gift(items: &[&str]) -> Broadcast {
    Broadcast {
        deliver_at: NOON,
        expires_at: i64::MAX,
        from: "系统".to_owned(),
        subj: "gift".to_owned(),
        body: String::new(),
        items: items.iter().map(|item| item.parse().expect("an amount")).collect(),
        audience: MailAudience::UpTo(AccountId(1)),
    }
}

fn announce(server: &mut TestServer, broadcast: Broadcast) {
    server.simulation().world_mut().resource_mut::<Broadcasts>().announce(broadcast);
    server.step(1);
}

fn put_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "everybody should be evicted");
}

#[test]
fn what_a_newcomer_starts_with_is_its_first_movement() {
    let mut server = rich();
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    let reply = server.operate("ledger_list", json!({"name": name}));
    let changes = json!([
        {"item": "3:1", "change": 5000, "after": 5000},
        {"item": "3:2", "change": 100, "after": 100},
        {"item": "3:5", "change": 500, "after": 500},
    ]);
    let entry = json!({"number": 1, "at": NOON, "time": "2026-03-10 12:00:00", "why": "newcomer", "changes": changes});
    let expected = json!({"status": 0, "message": "success", "data": {"entries": [entry], "next": null}});
    assert_eq!(reply, expected);
}

#[test]
fn every_function_that_moves_items_leaves_its_row() {
    let mut server = rich();
    let ann = server.player("ann");
    let stage = |stage: i64| json!({"stage": stage});
    let damage = |stage: i64| json!({"stage": stage, "damage": 100});
    moves(&mut server, &ann, "enter_stage_general", stage(8), &["enter_stage"]);
    moves(&mut server, &ann, "victory_stage_general", stage(8), &["victory"]);
    moves(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 2}), &["sweep", "sweep"]);
    moves(&mut server, &ann, "enter_stage", stage(8), &["enter_stage"]);
    moves(&mut server, &ann, "pass_stage", stage(8), &["victory"]);
    moves(&mut server, &ann, "enter_stage_boss", stage(3001), &["enter_stage"]);
    moves(&mut server, &ann, "victory_stage_boss", damage(3001), &["victory"]);
    moves(&mut server, &ann, "use_item", json!({"item": "3:10"}), &["use_item"]);
    moves(&mut server, &ann, "enter_stage", stage(3000), &["enter_stage"]);
    moves(&mut server, &ann, "pass_stage", damage(3000), &[]);
    moves(&mut server, &ann, "buy_ticket", json!({"mode": "coin", "pay_with": "diamond"}), &["buy_ticket"]);
    moves(&mut server, &ann, "start_hang_up", stage(1), &[]);
    server.advance_seconds(600);
    moves(&mut server, &ann, "start_hang_up", stage(2), &["hang_up"]);
    server.advance_seconds(600);
    moves(&mut server, &ann, "get_hang_up_reward", json!({}), &["hang_up"]);
    announce(&mut server, gift(&["3:1:7", "3:12:2"]));
    moves(&mut server, &ann, "get_all_mail", json!({}), &[]);
    moves(&mut server, &ann, "claim_mail", json!({"key": "1"}), &["mail"]);
}

#[test]
fn a_refused_request_leaves_none() {
    let mut server = server_with(r#"newcomer: ["3:1:9", "3:2:100", "3:5:49","#, 1000);
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    let refused = [
        ("enter_stage_general", json!({"stage": 8}), 95),
        ("enter_stage_general", json!({"stage": 9}), 91),
        ("victory_stage_general", json!({"stage": 8}), 94),
        ("mopping_up_stage", json!({"stage": 8, "count": 1}), 99),
        ("buy_ticket", json!({"mode": "coin", "pay_with": "diamond"}), 95),
        ("get_hang_up_reward", json!({}), 99),
        ("claim_mail", json!({"key": "1"}), 99),
    ];
    for (function, data, status) in refused {
        assert_eq!(server.ask(&ann, function, data)["status"], status, "{function}");
        assert_eq!(ledger(&mut server, &name).len(), 1, "{function}: a refusal moves nothing");
    }
}

#[test]
fn the_ledger_is_told_page_by_page() {
    let mut server = rich();
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    for _ in 0..4 {
        assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    }
    let mut numbers = |limit, before: Value| {
        let (entries, next) = page(&mut server, &name, limit, before);
        (entries.iter().map(|entry| entry["number"].as_i64()).collect::<Option<Vec<_>>>().expect("numbers"), next)
    };
    assert_eq!(numbers(2, Value::Null), (vec![5, 4], json!(4)));
    assert_eq!(numbers(2, json!(4)), (vec![3, 2], json!(2)));
    assert_eq!(numbers(2, json!("2")), (vec![1], Value::Null));
    assert_eq!(numbers(5, Value::Null), (vec![5, 4, 3, 2, 1], Value::Null), "a full page can be the last");
    assert_eq!(numbers(5, json!(1)), (vec![], Value::Null));
    assert_eq!(numbers(5, json!(0)), (vec![], Value::Null));
    assert_eq!(numbers(2, json!(i64::MAX)), (vec![5, 4], json!(4)));
}

#[test]
fn a_list_holds_the_movements_of_its_player_only() {
    let mut server = rich();
    let players = ["ann", "bob", "cem"].map(|device| server.player(device));
    assert_eq!(server.ask(&players[1], "enter_stage_general", json!({"stage": 8}))["status"], 0);
    let counts = players.map(|player| {
        let name = name_of(&mut server, &player);
        ledger(&mut server, &name).len()
    });
    assert_eq!(counts, [1, 2, 1]);
}

#[test]
fn the_list_refuses_what_it_does_not_know() {
    let mut server = rich();
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    let refusals = [
        (json!({"name": "nobody"}), 99, "no such player"),
        (json!({"name": name, "limit": 0}), 13, "data.limit: expected an integer from 1 to 500"),
        (json!({"name": name, "limit": 501}), 13, "data.limit: expected an integer from 1 to 500"),
        (json!({"name": name, "limit": -1}), 13, "data.limit: expected an integer from 1 to 500"),
        (json!({"name": name, "before": -1}), 13, "data.before: expected the number of a movement, 0 or more"),
    ];
    for (data, status, message) in refusals {
        let reply = server.operate("ledger_list", data.clone());
        assert_eq!(reply, json!({"status": status, "message": message}), "{data}");
    }
    assert_eq!(server.ask(&ann, "ledger_list", json!({"name": name}))["status"], 11, "it is for operators");
}

#[test]
fn the_ledger_of_a_player_who_is_put_away_is_listed_and_the_player_stays_away() {
    let mut server = rich();
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    let (owned, before) = (owned(&mut server, &ann), ledger(&mut server, &name));
    put_away(&mut server);
    assert_eq!(ledger(&mut server, &name), before);
    assert_eq!(server.players_in_memory(), 0, "nobody has to be loaded for it");
    let mut server = server.crash_and_reopen();
    assert_eq!(ledger(&mut server, &name), before, "and after a crash");
    check_sums(&before, &owned);
}

#[test]
fn old_movements_are_dropped_at_the_number_the_operator_has_set() {
    let mut server = server_with(r#"newcomer: ["3:1:5000", "3:2:100", "3:5:500","#, 3);
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    let numbers = |server: &mut TestServer| -> Vec<Value> {
        ledger(server, &name).iter().map(|movement| movement["number"].clone()).collect()
    };
    let enter = |server: &mut TestServer| {
        let ann = server.player("ann");
        assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    };
    enter(&mut server);
    enter(&mut server);
    assert_eq!(numbers(&mut server), [1, 2, 3]);
    enter(&mut server);
    assert_eq!(numbers(&mut server), [2, 3, 4]);
    let mut server = server.crash_and_reopen();
    assert_eq!(numbers(&mut server), [2, 3, 4], "dropped movements stay dropped");
    enter(&mut server);
    assert_eq!(numbers(&mut server), [3, 4, 5], "numbering continues");
}

#[test]
fn points_and_orders_are_told_with_their_movement() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let name = name_of(&mut server, &ann);
    let world = server.simulation().world_mut();
    let entity = world.query_filtered::<bevy_ecs::entity::Entity, bevy_ecs::query::With<Stored>>().iter(world).next();
    let entity = entity.expect("ann is in memory");
    let mut inventory = world.get_mut::<Inventory>(entity).expect("everybody has an inventory");
    let purchase = Cause::new("shop").of_order(raidkeep::engine::outside::Number::bare(12_345_678_901_234_567_890));
    inventory.note_points(-100, Some(900), purchase);
    inventory.note_points(50, None, Cause::new("refund"));
    world.resource_mut::<Touched>().push(entity);
    let movements = ledger(&mut server, &name);
    let at = json!({"number": 1, "at": NOON, "time": "2026-03-10 12:00:00"});
    let entry = |number: u64, rest: Value| {
        let mut entry = at.clone();
        entry["number"] = json!(number);
        rest.as_object().expect("fields").iter().for_each(|(key, value)| entry[key] = value.clone());
        entry
    };
    let shop = json!({"why": "shop", "order": "12345678901234567890", "changes": [],
        "points": {"change": -100, "after": 900}});
    let refund = json!({"why": "refund", "changes": [], "points": {"change": 50, "after": null}});
    assert_eq!(movements, [entry(1, shop), entry(2, refund)]);
}

#[derive(Debug, Clone)]
enum Step {
    Fight(i64),
    Boss(i64),
    BossLegacy(i64),
    Sweep(i64, i64),
    Hang(i64),
    Settle,
    Buy(&'static str),
    Announce(i64),
    Claim(usize),
    Wait(i64),
    Crash,
    PutAway,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (6_i64..11).prop_map(Step::Fight),
        2 => (0_i64..30_000).prop_map(Step::Boss),
        1 => (0_i64..30_000).prop_map(Step::BossLegacy),
        2 => (7_i64..10, 0_i64..4).prop_map(|(stage, count)| Step::Sweep(stage, count)),
        2 => (0_i64..9).prop_map(Step::Hang),
        2 => Just(Step::Settle),
        2 => prop_oneof![Just("coin"), Just("exp"), Just("nothing")].prop_map(Step::Buy),
        1 => (0_i64..1000).prop_map(Step::Announce),
        4 => (1_usize..6).prop_map(Step::Claim),
        3 => (0_i64..20_000).prop_map(Step::Wait),
        1 => Just(Step::Crash),
        1 => Just(Step::PutAway),
    ];
    prop::collection::vec(step, 1..40)
}

/// Takes the step; a refusal is as good as a success here.
fn carry_out(mut server: TestServer, step: &Step) -> TestServer {
    if matches!(step, Step::Crash) {
        return server.crash_and_reopen();
    }
    let ann = server.player("ann");
    let mut ask = |function: &str, data: Value| {
        let reply = server.ask(&ann, function, data);
        assert!(reply["status"].as_i64().is_some_and(|status| status >= 0), "{function}: {reply}");
    };
    match *step {
        Step::Fight(stage) => {
            ask("enter_stage_general", json!({"stage": stage}));
            ask("victory_stage_general", json!({"stage": stage}));
        }
        Step::Boss(damage) => {
            ask("enter_stage_boss", json!({"stage": 3001}));
            ask("victory_stage_boss", json!({"stage": 3001, "damage": damage}));
        }
        Step::BossLegacy(damage) => {
            ask("enter_stage", json!({"stage": 3000}));
            ask("pass_stage", json!({"stage": 3000, "damage": damage}));
        }
        Step::Sweep(stage, count) => ask("mopping_up_stage", json!({"stage": stage, "count": count})),
        Step::Hang(stage) => ask("start_hang_up", json!({"stage": stage})),
        Step::Settle => ask("get_hang_up_reward", json!({})),
        Step::Buy(mode) => ask("buy_ticket", json!({"mode": mode, "pay_with": "diamond"})),
        Step::Announce(quantity) => announce(&mut server, gift(&[&format!("3:5:{quantity}"), "3:1:1", "3:1:2"])),
        Step::Claim(key) => {
            ask("get_all_mail", json!({}));
            ask("claim_mail", json!({"key": key.to_string()}));
        }
        Step::Wait(seconds) => server.advance_seconds(seconds),
        Step::PutAway => put_away(&mut server),
        Step::Crash => {}
    }
    server
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(8), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_movements_add_up_to_what_the_player_has_whatever_happens(steps in steps()) {
        let mut server = rich();
        let ann = server.player("ann");
        let name = name_of(&mut server, &ann);
        for step in &steps {
            server = carry_out(server, step);
        }
        let mut server = server.crash_and_reopen();
        let ann = server.player("ann");
        let owned = owned(&mut server, &ann);
        check_sums(&ledger(&mut server, &name), &owned);
    }
}
