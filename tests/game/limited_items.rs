//! Limited-time items end to the second, and potions are drunk.

use std::time::Duration;

use crate::duel::Duelist;
use proptest::prelude::*;
use raidkeep::engine::players::Players;
use raidkeep::engine::rules::AssetSource;
use raidkeep::engine::storage::Touched;
use raidkeep::game::identity::note_played;
use raidkeep::game::items::{Amount, Cause, Inventory};
use raidkeep::studio::testing::{NOON_MS, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const NOON: i64 = NOON_MS / 1000;
const DAY: i64 = 86_400;

fn server_with(assets: Option<AssetSource>) -> TestServer {
    let mut setup = TestSetup::default();
    setup.assets = assets.unwrap_or(setup.assets);
    setup.settings.identity.token_seconds = 100 * 366 * DAY;
    TestServer::with(setup)
}

/// Gives a player who is in memory an item.
fn give(server: &mut TestServer, who: &Duelist, amount: &str) {
    let amount: Amount = amount.parse().expect("an amount");
    let world = server.simulation().world_mut();
    let entity = world.resource::<Players>().entity(who.account).expect("the player should be in memory");
    world.get_mut::<Inventory>(entity).expect("everybody has one").grant(&[amount], Cause::new("test"));
    world.resource_mut::<Touched>().push(entity);
    note_played(world, who.account);
    server.step(1);
}

fn info(server: &mut TestServer, who: &Duelist) -> Value {
    who.succeed(server, "get_player_info", json!({}))
}

fn quantity(server: &mut TestServer, who: &Duelist, item: &str) -> i64 {
    let items = info(server, who)["items"].clone();
    let amounts = items.as_array().expect("a list").iter().filter_map(|item| item.as_str()?.parse::<Amount>().ok());
    amounts.filter(|amount| amount.item.to_string() == item).map(|amount| amount.quantity).sum()
}

/// Item, how many end next, and after how many days; as `get_player_info` shows it.
fn expiring(server: &mut TestServer, who: &Duelist) -> Vec<(String, i64, i64)> {
    let shown = info(server, who)["expiring"].clone();
    let number = |item: &Value, key: &str| item[key].as_i64().expect("a number");
    let shown = shown.as_array().expect("a list").iter();
    shown
        .map(|item| {
            (item["item"].as_str().unwrap_or_default().to_owned(), number(item, "quantity"), number(item, "cd") / DAY)
        })
        .collect()
}

/// Coin tickets that may still be bought: 3 for a VIP, else 2.
fn allowance(server: &mut TestServer, who: &Duelist) -> Value {
    info(server, who)["limits"]["20"].clone()
}

#[test]
fn a_month_card_and_a_year_card_end_each_at_its_second_and_with_them_the_effect() {
    for (card, days) in [("3:26", 30), ("3:27", 90), ("3:28", 365)] {
        let mut server = server_with(None);
        let ann = Duelist::join(&mut server, "ann");
        assert_eq!((allowance(&mut server, &ann), expiring(&mut server, &ann)), (json!(2), vec![]));
        give(&mut server, &ann, &format!("{card}:1"));
        assert_eq!(allowance(&mut server, &ann), 3, "{card}: VIP from then on");
        let shown = info(&mut server, &ann)["expiring"].clone();
        let ends_at = NOON + days * DAY;
        let expected = json!([{
            "item": card, "quantity": 1, "cd": days * DAY, "expires_at": ends_at, "last_expires_at": ends_at,
        }]);
        assert_eq!(shown, expected);
        server.advance_seconds(days * DAY - 1);
        assert_eq!((quantity(&mut server, &ann, card), allowance(&mut server, &ann)), (1, json!(3)), "the last second");
        server.advance_seconds(1);
        assert_eq!(
            (quantity(&mut server, &ann, card), allowance(&mut server, &ann)),
            (0, json!(2)),
            "{card} has ended"
        );
        assert_eq!(expiring(&mut server, &ann), []);
        server.advance_seconds(-10 * DAY);
        assert_eq!(allowance(&mut server, &ann), 2, "a clock that jumps back brings nothing back");
        let ledger = server.operate("ledger_list", json!({"name": ann.role}));
        let last = &ledger["data"]["entries"][0];
        assert_eq!(last["why"], "expired", "the ledger records it: {last}");
        assert_eq!(last["changes"], json!([{"item": card, "change": -1, "after": 0}]));
        assert_eq!(server.verify(), []);
    }
}

#[test]
fn the_time_of_cards_adds_up_whichever_they_are() {
    let mut server = server_with(None);
    let ann = Duelist::join(&mut server, "ann");
    give(&mut server, &ann, "3:26:2");
    server.advance_seconds(DAY);
    give(&mut server, &ann, "3:28:1");
    let month = ("3:26".to_owned(), 1, 29);
    assert_eq!(
        expiring(&mut server, &ann),
        [month, ("3:28".to_owned(), 1, 59 + 365)],
        "the year begins after the months"
    );
    server.advance_seconds(29 * DAY);
    assert_eq!((quantity(&mut server, &ann, "3:26"), allowance(&mut server, &ann)), (1, json!(3)), "card 2 runs");
    server.advance_seconds(30 * DAY);
    assert_eq!((quantity(&mut server, &ann, "3:26"), allowance(&mut server, &ann)), (0, json!(3)), "now the year runs");
    server.advance_seconds(365 * DAY - 1);
    assert_eq!(allowance(&mut server, &ann), 3);
    server.advance_seconds(1);
    assert_eq!(allowance(&mut server, &ann), 2);
}

#[test]
fn what_ends_while_its_owner_is_away_or_the_server_is_down_is_gone_when_they_are_back() {
    let mut server = server_with(None);
    let (mut ann, mut bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    give(&mut server, &ann, "3:26:1");
    give(&mut server, &bob, "3:26:1");
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "both are evicted");
    server.advance_seconds(30 * DAY - 1);
    ann.rejoin(&mut server);
    assert_eq!(allowance(&mut server, &ann), 3, "one second is left, and no second was lost");
    server.advance_seconds(1);
    assert_eq!(allowance(&mut server, &ann), 2);
    bob.rejoin(&mut server);
    assert_eq!(
        (allowance(&mut server, &bob), quantity(&mut server, &bob, "3:26")),
        (json!(2), 0),
        "at the first request"
    );
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    assert_eq!((allowance(&mut server, &ann), quantity(&mut server, &ann, "3:26")), (json!(2), 0), "and for good");
    assert_eq!(server.verify(), []);
}

#[test]
fn cards_from_before_they_ended_begin_their_time_once() {
    let mut server = server_with(None);
    let mut ann = Duelist::join(&mut server, "ann");
    give(&mut server, &ann, "3:26:1");
    server.fold();
    // The rows of an earlier program have no terms.
    let key = ann.account.to_key();
    server.damage(|batch| batch.delete("item_terms", &key));
    server.fold();
    let mut server = server.crash_and_reopen();
    server.advance_seconds(100 * DAY);
    ann.rejoin(&mut server);
    assert_eq!(allowance(&mut server, &ann), 3, "its time begins when its owner returns");
    server.advance_seconds(DAY);
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    assert_eq!(expiring(&mut server, &ann), [("3:26".to_owned(), 1, 29)], "and continues from there");
}

#[test]
fn items_without_a_turn_end_each_when_its_own_time_is_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let limited =
        r#"(id: "3:33", identifier: "energy_potion_50", name: "体力药水(+50)", energy: 50, expires_after: "2d")"#;
    let potion = r#"(id: "3:33", identifier: "energy_potion_50", name: "体力药水(+50)", energy: 50)"#;
    let mut server = server_with(Some(edit_assets(folder.path(), "items.ron", potion, limited)));
    let ann = Duelist::join(&mut server, "ann");
    give(&mut server, &ann, "3:33:5");
    server.advance_seconds(DAY);
    give(&mut server, &ann, "3:33:2");
    assert_eq!(expiring(&mut server, &ann), [("3:33".to_owned(), 5, 1)]);
    ann.succeed(&mut server, "use_item", json!({"item": "3:33", "count": 4}));
    assert_eq!(expiring(&mut server, &ann), [("3:33".to_owned(), 1, 1)], "those that end first are drunk first");
    server.advance_seconds(DAY);
    assert_eq!(quantity(&mut server, &ann, "3:33"), 2);
    server.advance_seconds(DAY);
    assert_eq!(quantity(&mut server, &ann, "3:33"), 0);
}

#[test]
fn a_document_takes_the_time_of_items_along() {
    let mut server = server_with(None);
    server.connect();
    let ann = Duelist::join(&mut server, "ann");
    give(&mut server, &ann, "3:26:1");
    server.advance_seconds(DAY);
    let mut document = server.operate("player_export", json!({"name": ann.role}))["data"]["document"].clone();
    assert_eq!(document["parts"]["item_terms"]["lots"][0]["item"], "3:26", "{document}");
    let mut other = server_with(None);
    other.advance_seconds(DAY);
    let imported = other.operate("player_import", json!({"document": document}));
    assert_eq!(imported["status"], 0, "{imported}");
    let ann = Duelist::join(&mut other, "ann");
    assert_eq!(expiring(&mut other, &ann), [("3:26".to_owned(), 1, 29)]);
    document["parts"]["item_terms"]["lots"][0]["quantity"] = json!(0);
    let refused = server_with(None).operate("player_import", json!({"document": document}));
    assert_eq!(refused["status"], 13, "{refused}");
}

#[test]
fn potions_are_drunk_beyond_the_maximum_and_leave_the_timer_alone() {
    let mut server = server_with(None);
    let ann = Duelist::join(&mut server, "ann");
    for potion in ["3:10:4", "3:33:1", "3:34:2"] {
        give(&mut server, &ann, potion);
    }
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(100);
    let drunk = ann.succeed(&mut server, "use_item", json!({"item": "3:10", "count": "1"}));
    let expected = json!({
        "energy": {"cooling": 260, "remain": 119, "reward": 5}, "remain": ["3:10:3"], "reward": ["3:10:-1"],
        "at": {"full_at": NOON + 360},
    });
    assert_eq!(drunk, expected, "the seconds of the next point stay");
    let drunk = ann.succeed(&mut server, "use_item", json!({"item": 33}));
    assert_eq!(drunk["energy"], json!({"cooling": -1, "remain": 169, "reward": 50}), "one, without a count");
    let drunk = ann.succeed(&mut server, "use_item", json!({"item": "3:34", "count": 2}));
    assert_eq!((&drunk["energy"]["remain"], &drunk["remain"]), (&json!(369), &json!(["3:34:0"])));
    let ledger = server.operate("ledger_list", json!({"name": ann.role}));
    let last = &ledger["data"]["entries"][0];
    assert_eq!((&last["why"], &last["changes"][0]["change"]), (&json!("use_item"), &json!(-2)), "{last}");
}

#[test]
fn a_key_drinks_once_also_after_a_crash() {
    let mut server = server_with(None);
    let mut ann = Duelist::join(&mut server, "ann");
    give(&mut server, &ann, "3:33:2");
    let ask = |server: &mut TestServer, ann: &Duelist| {
        let data = json!({"token": ann.player.token, "item": "3:33"});
        let request = json!({"world": 0, "function": "use_item", "data": data, "once": "potion"}).to_string();
        serde_json::from_str::<Value>(&server.send_on(ann.player.connection, &request)).expect("JSON")
    };
    let first = ask(&mut server, &ann);
    assert_eq!(first["data"]["energy"]["remain"], 170, "{first}");
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    assert_eq!(ask(&mut server, &ann), first, "the same reply again");
    assert_eq!(quantity(&mut server, &ann, "3:33"), 1, "and nothing is drunk");
}

#[test]
fn what_cannot_be_drunk_is_refused_and_changes_nothing() {
    let mut server = server_with(None);
    let ann = Duelist::join(&mut server, "ann");
    give(&mut server, &ann, "3:10:3");
    let count = (96, "Can only be a positive integer");
    let cases = [
        (json!({"item": "3:10", "count": 0}), count),
        (json!({"item": "3:10", "count": -1}), count),
        (json!({"item": "3:10", "count": "many"}), count),
        (json!({"item": "3:10", "count": 4}), (95, "materials insufficient")),
        (json!({"item": "3:10", "count": i64::MAX}), (95, "materials insufficient")),
        (json!({"item": "3:33"}), (95, "materials insufficient")),
        (json!({"item": "3:1"}), (98, "this item cannot be used")),
        (json!({"item": "0:10"}), (99, "no such item")),
        (json!({"item": 4_000_000_000_u32}), (99, "no such item")),
    ];
    for (data, expect) in cases {
        crate::duel::refuse(&mut server, &ann, "use_item", data, expect);
    }
    for item in [json!("potion"), json!(-1), json!(null), json!([])] {
        let reply = ann.ask(&mut server, "use_item", json!({"item": item}));
        assert!(reply["status"] == 13 && reply["message"].to_string().contains("item"), "{item}: {reply}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(6), ..ProptestConfig::default() })]

    /// Cards of any kind, got at any time: their owner is VIP for exactly the sum of their days.
    #[test]
    fn cards_last_for_the_sum_of_their_time(
        cards in proptest::collection::vec((0_usize..3, 1_i64..4, 0_i64..40 * DAY), 1..6),
        crash in any::<bool>(),
    ) {
        let mut server = server_with(None);
        let mut ann = Duelist::join(&mut server, "ann");
        let (mut now, mut vip_until) = (0, 0);
        for (kind, quantity, pause) in cards {
            let (card, days) = [("3:26", 30), ("3:27", 90), ("3:28", 365)][kind];
            give(&mut server, &ann, &format!("{card}:{quantity}"));
            vip_until = now.max(vip_until) + days * quantity * DAY;
            server.advance_seconds(pause);
            now += pause;
            if crash {
                server = server.crash_and_reopen();
                ann.rejoin(&mut server);
            }
            let expected = if now < vip_until { 3 } else { 2 };
            prop_assert_eq!(allowance(&mut server, &ann), expected);
        }
        if now < vip_until {
            server.advance_seconds(vip_until - now - 1);
            prop_assert_eq!(allowance(&mut server, &ann), 3);
            server.advance_seconds(1);
            prop_assert_eq!(allowance(&mut server, &ann), 2);
        }
        prop_assert_eq!(server.verify(), []);
    }
}
