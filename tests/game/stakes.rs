//! The stake of a battle and its commission (docs/contract/role-play.md#stake).

use crate::duel::{Duelist, fight};
use crate::reports::query;
use crate::tale::edited;
use crate::traveller;
use raidkeep::game::crafting::CraftKind;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};
use std::time::Duration;

/// What was reported to SUD, in the order in which it was sent.
pub(crate) fn reports(server: &mut TestServer) -> Vec<Value> {
    server.step(5);
    let bodies = server.platforms.sent.iter().filter_map(|sent| serde_json::from_slice::<Value>(&sent.body).ok());
    bodies.filter(|body| body.get("report_type").is_some()).collect()
}

/// The results in the only report of an end.
pub(crate) fn settled(server: &mut TestServer) -> Vec<Value> {
    let reports = reports(server);
    let mut settled = reports.iter().filter(|report| report["report_type"] == "game_settle");
    let results = settled.next().unwrap_or_else(|| panic!("an end was reported: {reports:?}"));
    assert_eq!(settled.next(), None, "a battle is settled once");
    results["report_msg"]["results"].as_array().expect("a list").clone()
}

/// A server whose newcomers have this many coins, and whose first connection is the operator's.
pub(crate) fn server_with_coins(coins: i64) -> TestServer {
    let mut server = edited("items.ron", r#"newcomer: ["3:1:0""#, &format!(r#"newcomer: ["3:1:{coins}""#));
    server.connect();
    server
}

/// The coins that a player owns.
pub(crate) fn coins(server: &mut TestServer, who: &Duelist) -> i64 {
    let info = who.succeed(server, "get_player_info", json!({}));
    let items = info["items"].as_array().expect("a list of items");
    items.iter().find_map(|item| item.as_str()?.strip_prefix("3:1:")?.parse().ok()).unwrap_or(0)
}

/// Why a player's coins have moved, oldest first.
fn causes(server: &mut TestServer, who: &Duelist) -> Vec<(String, i64)> {
    let reply = server.operate("ledger_list", json!({"name": who.role}));
    let entries = reply["data"]["entries"].as_array().expect("a list of movements");
    let coin = |entry: &Value| {
        let change = entry["changes"].as_array()?.iter().find(|change| change["item"] == "3:1")?;
        Some((entry["why"].as_str()?.to_owned(), change["change"].as_i64()?))
    };
    let mut causes: Vec<_> = entries.iter().filter_map(coin).filter(|(why, _)| why.starts_with("battle")).collect();
    causes.reverse();
    causes
}

/// Ann is so strong that she wins every round.
fn strong_ann(server: &mut TestServer) -> (Duelist, Duelist) {
    let (ann, bob) = (Duelist::join(server, "ann"), Duelist::join(server, "bob"));
    ann.equip(server, CraftKind::Equipment, "屠龙刀", 5000);
    (ann, bob)
}

/// Both act three times, and Ann wins; returns what each was told last.
fn win(server: &mut TestServer, ann: &Duelist, bob: &Duelist, id: &str) -> (Value, Value) {
    let mut told = (Value::Null, Value::Null);
    for _ in 0..3 {
        ann.post(server, "battle", ann.turn(id, "一剑刺去"));
        let bob_told = bob.succeed(server, "battle", bob.turn(id, "举盾格挡"));
        told = (ann.replies(server).remove(0)["data"].clone(), bob_told);
    }
    told
}

/// What SUD learns about the players of a finished round.
fn results(server: &mut TestServer, key: &str) -> Value {
    let reply = query(server, key, json!({"report_game_info_key": key}));
    assert_eq!(reply["data"]["status"], "CLOSED", "{reply}");
    reply["data"]["results"].clone()
}

#[test]
fn both_put_in_the_stake_and_the_winner_gets_the_pot_less_the_commission() {
    let mut server = server_with_coins(100);
    let (ann, bob) = strong_ann(&mut server);
    let id = fight(&mut server, &ann, &bob);
    assert_eq!((coins(&mut server, &ann), coins(&mut server, &bob)), (90, 90), "10 of each are in the pot");
    let (told_ann, told_bob) = win(&mut server, &ann, &bob, &id);
    assert_eq!((coins(&mut server, &ann), coins(&mut server, &bob)), (108, 90), "2 of 20 are the commission");
    assert_eq!(told_ann["stake"], json!({"paid": "3:1:10", "returned": "3:1:18", "commission": "3:1:2"}), "{told_ann}");
    assert_eq!(told_bob["stake"], json!({"paid": "3:1:10", "returned": "3:1:0", "commission": "3:1:0"}), "{told_bob}");
    let (stake, pot) = (("battle stake".to_owned(), -10), ("battle pot".to_owned(), 18));
    assert_eq!(causes(&mut server, &ann), [stake.clone(), pot], "the ledger says why");
    assert_eq!(causes(&mut server, &bob), [stake]);
    let results = results(&mut server, &id);
    let shown: Vec<_> =
        (0..2).map(|seat| (results[seat]["remain_score"].clone(), results[seat]["commission_score"].clone())).collect();
    assert_eq!(shown, [(json!(108), json!(2)), (json!(90), json!(0))], "what is left, and what was taken off");
}

#[test]
fn in_a_draw_each_gets_its_own_back() {
    let mut server = server_with_coins(100);
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let id = fight(&mut server, &ann, &bob);
    for _ in 0..15 {
        server.advance_seconds(60);
    }
    assert_eq!((coins(&mut server, &ann), coins(&mut server, &bob)), (100, 100), "nobody has acted");
    let results = results(&mut server, &id);
    assert_eq!((&results[0]["remain_score"], &results[0]["commission_score"]), (&json!(100), &json!(0)));
    assert_eq!(causes(&mut server, &bob).last(), Some(&("battle pot".to_owned(), 10)));
}

#[test]
fn the_stake_is_what_both_can_pay_and_nobody_falls_below_zero() {
    let mut server = server_with_coins(7);
    let (ann, bob) = strong_ann(&mut server);
    for (round, expected) in [(7, 0), (13, 0)].into_iter().enumerate() {
        let id = fight(&mut server, &ann, &bob);
        win(&mut server, &ann, &bob, &id);
        let left = (coins(&mut server, &ann), coins(&mut server, &bob));
        assert_eq!(left, (13, expected.1), "battle {round}: a pot of 14 less 1, then of nothing");
    }
    let stakes = causes(&mut server, &bob);
    assert_eq!(stakes, [("battle stake".to_owned(), -7)], "a player with nothing puts in nothing");
}

#[test]
fn the_pot_is_paid_once_whenever_the_server_is_killed() {
    let mut server = server_with_coins(100);
    let (mut ann, mut bob) = strong_ann(&mut server);
    let id = fight(&mut server, &ann, &bob);
    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    assert_eq!((coins(&mut server, &ann), coins(&mut server, &bob)), (90, 90), "taken once, with the battle");
    win(&mut server, &ann, &bob, &id);
    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    server.advance_seconds(400);
    assert_eq!((coins(&mut server, &ann), coins(&mut server, &bob)), (108, 90), "paid once, with the end");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_winner_who_is_not_in_memory_gets_the_pot_and_the_report_knows_what_is_left() {
    let mut server = server_with_coins(100);
    let (mut ann, bob) = strong_ann(&mut server);
    let id = fight(&mut server, &ann, &bob);
    server.fold();
    let mut server = server.crash_and_reopen();
    server.connect();
    server.pass_real_time(Duration::from_secs(700));
    // Ann returns, Bob does not, and loses as escaped.
    ann.rejoin(&mut server);
    (0..3).for_each(|_| server.advance_seconds(31));
    assert_eq!(coins(&mut server, &ann), 108);
    let results = results(&mut server, &id);
    assert_eq!(results[0]["remain_score"], 108, "{results}");
    assert_eq!(results[1]["remain_score"], 90, "Bob was not loaded for it: {results}");
}

#[test]
fn the_pot_of_a_deleted_player_goes_to_the_opponent() {
    let mut server = server_with_coins(100);
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    fight(&mut server, &ann, &bob);
    traveller::delete(&mut server, &ann.role);
    assert_eq!(coins(&mut server, &bob), 108);
    assert_eq!(server.verify(), []);
}

#[test]
fn without_a_stake_in_the_rules_nothing_is_taken() {
    let mut server = edited("battles.ron", r#"stake: (each: "3:1:10", commission_percent: 10),"#, "");
    server.connect();
    let (ann, bob) = strong_ann(&mut server);
    let id = fight(&mut server, &ann, &bob);
    let (told, _) = win(&mut server, &ann, &bob, &id);
    assert_eq!(told.get("stake"), None, "{told}");
}
