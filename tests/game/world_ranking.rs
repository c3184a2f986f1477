//! `world_ranking`: the best of all worlds, as one world with a realm, or without one, shows them.

use std::time::Duration;

use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::desk::server_of;
use crate::replayed::replayed;

const FORTY_DAYS: i64 = 40 * 86_400;

fn with_realm() -> TestServer {
    let mut setup = TestSetup { journals: true, ..TestSetup::default() };
    setup.settings.identity.token_seconds = 1000 * 86_400;
    TestServer::with(setup.with_realm())
}

fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = json!(player.token);
    server.ask_on(connection, function, data)
}

fn strike(server: &mut TestServer, player: &TestPlayer, damage: i64) {
    for (function, data) in
        [("enter_stage", json!({"stage": 3000})), ("pass_stage", json!({"stage": 3000, "damage": damage}))]
    {
        assert_eq!(ask(server, player, function, data)["status"], 0, "{function} should succeed");
    }
}

/// Lets the world tell the realm what has changed, and forget what it was told.
fn pass_on(server: &mut TestServer) {
    server.settle();
    for _ in 0..2 {
        server.advance_seconds(5);
        server.settle();
    }
}

fn page(server: &mut TestServer, player: &TestPlayer, page: Value) -> Value {
    ask(server, player, "world_ranking", json!({"page": page}))
}

fn damages(reply: &Value) -> Vec<i64> {
    let rows = reply["data"]["rank"].as_array().unwrap_or_else(|| panic!("rows: {reply}"));
    rows.iter().map(|row| row["damage"].as_i64().expect("a number")).collect()
}

#[test]
fn a_world_without_a_realm_shows_its_own_ranking() {
    let (mut server, ann, bob) = server_of(TestServer::new());
    assert_eq!(page(&mut server, &ann.player, json!(1))["status"], 88, "nobody has struck");
    strike(&mut server, &ann.player, 300);
    strike(&mut server, &bob.player, 500);
    let reply = page(&mut server, &ann.player, json!("1"));
    let expected = json!({
        "page": 1, "damage": 300, "ranking": 2,
        "rank": [
            {"NO": 1, "name": "Bob", "damage": 500, "fid": "", "level": 2, "world": 0},
            {"NO": 2, "name": "Ann", "damage": 300, "fid": "", "level": 2, "world": 0},
        ],
    });
    assert_eq!((&reply["status"], &reply["data"]), (&json!(0), &expected));
}

#[test]
fn a_page_that_is_none_and_one_without_rows_are_refused_as_those_of_one_world_are() {
    for mut server in [TestServer::new(), with_realm()] {
        let ann = server.player("ann");
        strike(&mut server, &ann, 300);
        pass_on(&mut server);
        for none in [json!(0), json!(-1), json!("x"), Value::Null, json!(i64::MIN)] {
            let reply = page(&mut server, &ann, none.clone());
            assert_eq!(reply, json!({"status": 89, "message": "Page number error"}), "{none}");
        }
        for empty in [json!(2), json!(i64::MAX)] {
            let reply = page(&mut server, &ann, empty.clone());
            assert_eq!(reply, json!({"status": 88, "message": "No data for this page"}), "{empty}");
        }
    }
}

#[test]
fn the_realm_is_told_of_a_record_within_seconds_and_of_those_who_are_away() {
    let (mut server, ann, bob) = server_of(with_realm());
    let more: Vec<TestPlayer> = (0..10).map(|number| server.player(&format!("raider {number}"))).collect();
    for (damage, player) in (100..).zip(&more) {
        strike(&mut server, player, damage);
    }
    strike(&mut server, &bob.player, 500);
    pass_on(&mut server);
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "everybody is away");
    strike(&mut server, &ann.player, 300);
    pass_on(&mut server);
    let first = page(&mut server, &ann.player, json!(1));
    assert_eq!(damages(&first), [500, 300, 109, 108, 107, 106, 105, 104, 103, 102]);
    assert_eq!((&first["data"]["ranking"], &first["data"]["damage"]), (&json!(2), &json!(300)));
    let second = page(&mut server, &bob.player, json!(2));
    assert_eq!((damages(&second), &second["data"]["ranking"]), (vec![101, 100], &json!(1)));
    assert_eq!(second["data"]["rank"][0]["NO"], 11);
}

#[test]
fn the_list_is_there_again_after_a_loss_of_power_and_empty_in_a_new_season() {
    let mut server = with_realm();
    let ann = server.player("ann");
    strike(&mut server, &ann, 300);
    pass_on(&mut server);
    let mut server = server.crash_and_reopen();
    assert_eq!(damages(&page(&mut server, &ann, json!(1))), [300], "the realm has kept it");
    server.advance_seconds(FORTY_DAYS);
    assert_eq!(
        page(&mut server, &ann, json!(1))["status"],
        88,
        "before the world has told the realm of its new season"
    );
    pass_on(&mut server);
    assert_eq!(page(&mut server, &ann, json!(1))["status"], 88);
    strike(&mut server, &ann, 20);
    pass_on(&mut server);
    assert_eq!(damages(&page(&mut server, &ann, json!(1))), [20]);
}

#[test]
fn who_is_deleted_leaves_and_who_has_another_name_has_it_when_the_list_is_old() {
    let (mut server, ann, bob) = server_of(with_realm());
    strike(&mut server, &ann.player, 300);
    strike(&mut server, &bob.player, 500);
    pass_on(&mut server);
    let renamed = json!({"player": ann.number, "name": "Anna", "reason": "she asked"});
    assert_eq!(server.operate("player_rename", renamed)["status"], 0);
    server.advance_seconds(600);
    page(&mut server, &ann.player, json!(1));
    pass_on(&mut server);
    assert_eq!(page(&mut server, &ann.player, json!(1))["data"]["rank"][1]["name"], "Anna");
    let deleted = server.operate("player_delete", json!({"name": "Bob"}));
    assert_eq!(deleted["status"], 0, "{deleted}");
    pass_on(&mut server);
    assert_eq!(damages(&page(&mut server, &ann.player, json!(1))), [300]);
    assert_eq!(server.verify(), []);
}

#[test]
fn a_journal_with_the_best_of_all_worlds_comes_out_the_same() {
    let (mut server, ann, _) = server_of(with_realm());
    strike(&mut server, &ann.player, 300);
    pass_on(&mut server);
    assert_eq!(damages(&page(&mut server, &ann.player, json!(1))), [300]);
    let hash = server.state_hash();
    let mut replay = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(replay.simulation().world_mut()), hash);
}
