//! Drop tables beyond stages and sweeps: battles, tasks and hang-up roll them too (docs/contract/drops.md).

use crate::duel::{self, Duelist};
use crate::replayed::replayed;
use crate::tale::{self, Hero};
use raidkeep::engine::rules::AssetSource;
use raidkeep::game::crafting::CraftKind;
use raidkeep::studio::testing::{TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Coin comes, or after two draws without it a rarity for certain.
const TABLES: &str = r#"(tables: [
    (id: "spoils", name: "战利品", guaranteed_after: 2, entries: [
        (weight: 999999, items: ["3:2:1"]), (weight: 1, items: ["3:5:7"], guaranteed: true),
    ]),
])"#;

/// Assets in which the winner of a battle, a task, a fighter and each minute of hang-up roll the table.
fn assets() -> (TempDir, AssetSource) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "drops/weekend.ron", "(", "(");
    std::fs::write(folder.path().join("drops/weekend.ron"), TABLES).expect("the folder should be writable");
    edit_asset(folder.path(), "stages/activity.ron", "            drops: [\"weekend_spoils\"],\n", "");
    edit_asset(folder.path(), "battles.ron", "exp: 60)", "exp: 60, drops: [\"spoils\"])");
    edit_asset(folder.path(), "fighters.ron", "winner: (", "winner: (drops: [\"spoils:2\"], ");
    edit_asset(folder.path(), "tasks/elder_riddles.ron", "reward: (", "drops: [\"spoils\"],\n        reward: (");
    let hang_up = "(stage: 1, items: [(amount: \"3:11:1\", numerator: 12, denominator: 100)]";
    let drops = ", drops: [(drops: [\"spoils\"], numerator: 1, denominator: 1)]";
    edit_asset(folder.path(), "hang_up.ron", hang_up, &format!("{hang_up}{drops}"));
    edit_asset(folder.path(), "tasks.ron", "queue_size: 3", "queue_size: 13");
    (folder, assets)
}

fn server() -> (TempDir, TestServer) {
    let (folder, assets) = assets();
    (folder, TestServer::with(TestSetup { journals: true, assets, ..TestSetup::default() }))
}

fn misses(server: &mut TestServer, who: &Duelist) -> Value {
    let shown = who.succeed(server, "get_drop_rates", json!({"table": "spoils"}));
    shown["tables"][0]["guarantee"]["misses"].clone()
}

fn owned(server: &mut TestServer, who: &Duelist, item: &str) -> i64 {
    let items = who.succeed(server, "get_player_info", json!({}))["items"].to_string();
    let quantity = items.split('"').find_map(|amount| amount.strip_prefix(item)?.parse().ok());
    quantity.unwrap_or(0)
}

/// Fights to the end; returns the last message to the winner.
fn battle(server: &mut TestServer, winner: &Duelist, loser: &Duelist) -> Value {
    let (won, told) = duel::fight_out(server, winner, loser);
    assert_eq!(told["reward"], json!(["3:51:1"]), "the loser rolls nothing");
    won
}

#[test]
fn the_winner_of_a_battle_is_told_what_it_drew_and_its_misses_count_on() {
    let (_folder, mut server) = server();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    ann.equip(&mut server, CraftKind::Equipment, "屠龙刀", 5000);
    for (number, drawn) in [(1, "3:2:1"), (2, "3:2:1"), (3, "3:5:7")] {
        let won = battle(&mut server, &ann, &bob);
        assert_eq!(won["reward"], json!(["3:51:2", "3:52:2", drawn]), "battle {number}");
        assert_eq!(misses(&mut server, &ann), number % 3, "battle {number}");
    }
    assert_eq!(misses(&mut server, &bob), 0);
}

#[test]
fn a_winner_who_is_not_in_memory_draws_once_it_was_loaded_and_once() {
    let (_folder, mut server) = server();
    let (mut ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let id = duel::fight(&mut server, &ann, &bob);
    duel::end_out_of_memory(&mut server, &ann, &bob);
    let mut server = server.crash_and_reopen();
    server.step(5);
    server.connect();
    ann.rejoin(&mut server);
    assert_eq!((misses(&mut server, &ann), owned(&mut server, &ann, "3:2:")), (json!(1), 1));
    let told = ann.succeed(&mut server, "battle", ann.turn(&id, "我回来了"));
    assert_eq!(told["reward"], json!(["3:51:2", "3:52:2", "3:2:1"]), "and it is told what it drew");
    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    assert_eq!((misses(&mut server, &ann), owned(&mut server, &ann, "3:2:")), (json!(1), 1), "once");
}

#[test]
fn a_task_that_is_done_rolls_its_tables_beside_its_reward() {
    let (_folder, mut server) = server();
    let ann = tale::hero(&mut server, "ann");
    let told = solve_riddles(&mut server, &ann);
    assert_eq!(told["drops"], json!(["3:2:1"]), "{told}");
    assert!(told["reward"]["经验值"].as_i64().is_some_and(|exp| exp > 0), "the reward is what it was: {told}");
    let ann = Duelist { player: ann.player, role: ann.role, account: ann.account, device: "ann" };
    assert_eq!((misses(&mut server, &ann), owned(&mut server, &ann, "3:2:")), (json!(1), 1));
}

const RIDDLES: &str = "村口的谜语";

/// Answers the three riddles; returns what the last brings.
fn solve_riddles(server: &mut TestServer, hero: &Hero) -> Value {
    tale::succeed(server, hero, "select", json!({"task_name": RIDDLES}));
    let answers = ["是雨吧", "桌子", "影子"].map(|text| {
        tale::succeed(server, hero, "feedback", json!({"text": text, "items": [], "skills": [], "roles": []}))
    });
    answers[2].clone()
}

#[test]
fn hang_up_rolls_for_each_minute_once_whoever_looks_and_forgets_no_miss() {
    let (_folder, mut server) = server();
    let ann = Duelist::join(&mut server, "ann");
    ann.succeed(&mut server, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(60 * 61);
    let drawn = |told: &Value| -> (i64, i64) {
        let of = |id: &str| {
            let mut amounts = told.as_array().expect("a list").iter();
            let amount = amounts.rfind(|amount| amount["iid"] == id);
            amount.and_then(|amount| amount["reward"].as_i64()).unwrap_or(0)
        };
        (of("2"), of("5"))
    };
    let looked = ann.succeed(&mut server, "get_hang_up_info", json!({}))["get_hang_up_info"].clone();
    assert_eq!(drawn(&looked), (61 - 20, 20 * 7), "every third roll hits");
    assert_eq!(misses(&mut server, &ann), 1, "and one has missed since");
    let mut server = server.crash_and_reopen();
    let mut ann = ann;
    server.connect();
    ann.rejoin(&mut server);
    assert_eq!(misses(&mut server, &ann), 1, "what was shown stays, misses and all");
    let settled = ann.succeed(&mut server, "get_hang_up_reward", json!({}))["get_hang_up_rewards"].clone();
    assert_eq!(settled, looked);
    server.advance_seconds(60 * 2);
    let settled = ann.succeed(&mut server, "get_hang_up_reward", json!({}))["get_hang_up_rewards"].clone();
    assert_eq!(drawn(&settled), (1, 7), "the miss of before counts");
}

#[test]
fn players_are_told_where_each_table_is_rolled() {
    let (_folder, mut server) = server();
    let ann = Duelist::join(&mut server, "ann");
    let shown = ann.succeed(&mut server, "get_drop_rates", json!({}))["tables"][0]["rolled_by"].clone();
    let places = shown.as_array().expect("a list");
    for expected in [
        json!({"by": "hang_up", "times": 1, "from": 1, "to": 1, "chance": "1.000000"}),
        json!({"by": "battle", "times": 1, "outcome": "winner"}),
        json!({"by": "task", "times": 1, "name": RIDDLES}),
    ] {
        assert!(places.contains(&expected), "{expected} should be in {shown}");
    }
    let fighter = places.iter().find(|place| place["by"] == "fighter").expect("a fighter");
    assert_eq!((&fighter["times"], &fighter["outcome"]), (&json!(2), &json!("winner")));
    assert_eq!(places.len(), 4, "{shown}");
}

#[test]
fn what_battles_tasks_and_hang_up_drew_is_drawn_again_in_a_replay() {
    let (_folder, mut server) = server();
    let hero = tale::hero(&mut server, "ann");
    solve_riddles(&mut server, &hero);
    let (cid, bob) = (Duelist::join(&mut server, "cid"), Duelist::join(&mut server, "bob"));
    duel::fight(&mut server, &bob, &cid);
    server.disconnect(cid.player.connection);
    server.advance_seconds(31);
    assert_eq!(misses(&mut server, &bob), 1, "who stays wins and rolls");
    bob.succeed(&mut server, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(60 * 100);
    bob.succeed(&mut server, "get_hang_up_reward", json!({}));
    let hash = server.state_hash();
    let mut replay = replayed(&server, &server.journals[0].bytes());
    assert_eq!(raidkeep::engine::tick::state_hash(replay.simulation().world_mut()), hash, "the same was drawn");
}
