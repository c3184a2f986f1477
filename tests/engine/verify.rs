//! Verification: any played world is consistent, and every single kind of damage is found and named.

use proptest::prelude::*;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::storage::{Batch, IndexKey, WorldEntity, encode_value};
use raidkeep::engine::verify::Breach;
use raidkeep::game::challenges::model::Challenge;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

fn server_with_players() -> (TestServer, Vec<TestPlayer>) {
    let mut server = TestServer::new();
    let players = ["ann", "bob", "cid"].map(|name| server.player(name)).to_vec();
    (server, players)
}

fn grant_points(server: &mut TestServer, points: i64) {
    let now_ms = server.now_ms();
    server.platforms.sandbox.grant("玩家#1", points, now_ms).expect("points may be granted");
}

/// A world with some state of every kind.
fn played() -> TestServer {
    let (mut server, players) = server_with_players();
    for (player, damage) in players.iter().zip([500, 700, 700]) {
        let entered = server.ask(player, "enter_stage_boss", json!({"stage": 3001}));
        assert_eq!(entered["status"], 0, "{entered}");
        let won = server.ask(player, "victory_stage_boss", json!({"stage": 3001, "damage": damage}));
        assert_eq!(won["status"], 0, "{won}");
    }
    grant_points(&mut server, 1000);
    let bought = server.ask(&players[0], "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(bought["status"], 0, "{bought}");
    server.ask(&players[0], "enter_stage_general", json!({"stage": 8}));
    let names = json!({"role1": "玩家#1", "role2": "玩家#2"});
    let challenged = server.ask(&players[0], "challenge", names);
    assert_eq!(challenged["status"], 0, "{challenged}");
    server.settle();
    assert_eq!(server.verify(), [], "a played world is consistent");
    server
}

fn account(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// The only breach, in a world that was consistent before the damage.
fn only_breach(damage: impl FnOnce(&mut TestServer, &mut Batch)) -> Breach {
    let mut server = played();
    let mut batch = Batch::default();
    damage(&mut server, &mut batch);
    server.damage(|written| written.append(&mut batch));
    let breaches = server.verify();
    let [breach] = <[Breach; 1]>::try_from(breaches).unwrap_or_else(|all| panic!("one breach expected: {all:?}"));
    breach
}

fn row(server: &mut TestServer, table: &str, key: &[u8]) -> Vec<u8> {
    let found = server.rows().get(table, key).expect("the disk is readable");
    found.unwrap_or_else(|| panic!("{table} should have that row"))
}

#[test]
fn a_name_that_is_not_in_the_index_is_found() {
    let breach = only_breach(|_, batch| batch.delete("index", IndexKey::new("name", "玩家#2".as_bytes()).as_bytes()));
    assert_eq!((breach.check, breach.table.as_str()), ("accounts and their names", "index"));
    assert_eq!((breach.account, breach.player.as_deref()), (Some(2), Some("玩家#2")));
}

/// The key of a guest's name among the names in order.
fn in_order(number: u64) -> Vec<u8> {
    [format!("玩家#{number}").as_bytes(), &[0], &account(number)].concat()
}

#[test]
fn a_name_that_is_not_in_order_or_not_its_accounts_is_found() {
    let breach = only_breach(|_, batch| batch.delete("ordered_names", &in_order(2)));
    assert_eq!((breach.check, breach.table.as_str(), breach.account), ("names in order", "ordered_names", Some(2)));
    let breach =
        only_breach(|_, batch| batch.put("ordered_names", &in_order(9), |out| encode_value(1, &"玩家#9", out)));
    assert_eq!((breach.check, breach.account, breach.player), ("names in order", Some(9), None));
}

#[test]
fn an_order_that_is_not_found_under_its_player_is_found() {
    let key = [account(1), account(1)].concat();
    let breach = only_breach(|_, batch| batch.delete("orders_of_players", &key));
    assert_eq!((breach.check, breach.account), ("orders of players", Some(1)));
    let stray = [account(2), account(1)].concat();
    let breach = only_breach(|_, batch| batch.put("orders_of_players", &stray, |out| encode_value(1, &(), out)));
    assert!(breach.what.contains("names no closed order"), "{}", breach.what);
}

#[test]
fn a_past_ranking_that_is_not_whole_is_found() {
    let stray = [1_u32.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    let ranked = vec![(1_u64, 500_u64)];
    let breach = only_breach(|_, batch| batch.put("season_rankings", &stray, |out| encode_value(1, &ranked, out)));
    assert_eq!((breach.check, breach.table.as_str()), ("past seasons", "season_rankings"));
    let mut server = played();
    server.advance_seconds(31 * 86_400);
    assert_eq!(server.verify(), [], "a season has ended");
    server.damage(|batch| batch.delete("season_rankings", &stray));
    let [breach] = <[Breach; 1]>::try_from(server.verify()).expect("one breach");
    assert_eq!(breach.what, "the ranking of season 1 has 0 players, and had 3");
}

#[test]
fn an_index_entry_without_an_account_is_found() {
    let key = IndexKey::new("name", b"ghost");
    let breach = only_breach(|_, batch| batch.put("index", key.as_bytes(), |out| encode_value(1, &99_u64, out)));
    assert_eq!((breach.account, breach.player), (Some(99), None));
    assert!(breach.what.contains("does not exist"), "{}", breach.what);
}

#[test]
fn a_name_that_also_points_to_another_account_is_found() {
    let key = IndexKey::new("name", b"second");
    let breach = only_breach(|_, batch| batch.put("index", key.as_bytes(), |out| encode_value(1, &1_u64, out)));
    assert!(breach.what.contains("neither this name"), "{}", breach.what);
}

#[test]
fn a_row_of_nobody_is_found() {
    let breach = only_breach(|server, batch| {
        let row = row(server, "energy", &account(1));
        batch.put("energy", &account(99), |out| out.extend(row));
    });
    assert_eq!((breach.check, breach.table.as_str(), breach.account), ("rows", "energy", Some(99)));
}

#[test]
fn rows_that_cannot_be_read_are_found() {
    let breach = only_breach(|_, batch| batch.put("experience", &account(2), |out| out.push(1)));
    assert_eq!((breach.table.as_str(), breach.player.as_deref()), ("experience", Some("玩家#2")));
    assert!(breach.what.contains("damaged"), "{}", breach.what);
    let breach = only_breach(|_, batch| batch.put("experience", &account(2), |out| encode_value(99, &7_i64, out)));
    assert!(breach.what.contains("later program"), "{}", breach.what);
    let breach = only_breach(|_, batch| batch.put("season", b"", |out| out.push(1)));
    assert_eq!(breach.table, "season");
}

#[test]
fn an_unknown_table_is_found() {
    let breach = only_breach(|_, batch| batch.put("strange", b"key", |out| out.push(1)));
    assert_eq!((breach.table.as_str(), breach.account), ("strange", None));
}

#[test]
fn a_sum_that_is_wrong_is_found() {
    let breach = only_breach(|_, batch| {
        let keys = (1..=4).map(|number| [account(3), account(number)].concat());
        keys.for_each(|key| batch.delete("ledger", &key));
        let four = vec![(3_u8, 1_u32, 4_i64)];
        batch.put("inventory", &account(3), |out| encode_value(2, &(four, 0_u64, 0_u64), out));
    });
    assert_eq!((breach.check, breach.table.as_str(), breach.account), ("ledgers", "inventory", Some(3)));
    assert!(breach.what.contains("ends with 0") && breach.what.contains("has 4"), "{}", breach.what);
}

#[test]
fn a_gap_in_a_ledger_is_found() {
    let mut server = played();
    let all = |server: &mut TestServer| {
        let mut keys = Vec::new();
        server.rows().scan("ledger", &mut |key, _| keys.push(key.to_vec())).expect("the disk is readable");
        keys
    };
    let keys = all(&mut server);
    let first = keys.first().expect("something was moved").clone();
    server.damage(|batch| batch.delete("ledger", &first));
    let breaches = server.verify();
    assert!(!breaches.is_empty() && breaches.iter().all(|breach| breach.account == Some(1)), "{breaches:?}");
    assert!(breaches.iter().any(|breach| breach.what.contains("movement 1 should come next")), "{breaches:?}");
}

#[test]
fn two_records_with_one_number_are_found() {
    let breach = only_breach(|server, batch| {
        let row = row(server, "boss_records", &account(2));
        batch.put("boss_records", &account(3), |out| out.extend(row));
    });
    assert_eq!((breach.check, breach.account), ("records and their ranking", Some(3)));
    assert!(breach.what.contains("rank is not certain"), "{}", breach.what);
}

#[test]
fn an_order_that_is_open_and_closed_is_found() {
    let mut server = played();
    let closed = row(&mut server, "orders_closed", &account(1));
    server.damage(|batch| batch.put("orders", &account(1), |out| out.extend(closed)));
    let breaches = server.verify();
    let whats: Vec<&str> = breaches.iter().map(|breach| breach.what.as_str()).collect();
    assert!(whats.iter().any(|what| what.contains("both open and closed")), "{whats:?}");
    assert!(breaches.iter().all(|breach| breach.check == "orders" && breach.account == Some(1)), "{breaches:?}");
}

#[test]
fn a_challenge_without_a_player_is_found() {
    let breach = only_breach(|server, batch| {
        let mut challenge = Challenge::read(&row(server, "challenges", &account(1))).expect("a challenge");
        challenge.challenged = AccountId(99);
        batch.put("challenges", &account(1), |out| encode_value(Challenge::VERSION, &challenge, out));
    });
    assert_eq!((breach.check, breach.account), ("challenges", Some(99)));
    assert!(breach.what.starts_with("the challenged"), "{}", breach.what);
}

#[test]
fn a_family_with_a_member_who_is_in_another_and_one_who_does_not_exist_is_found() {
    let member = |account: u64| (account, format!("玩家#{account}"), 0_i64);
    let mut server = played();
    server.damage(|batch| {
        batch.put("last_family", b"", |out| encode_value(1, &2_u64, out));
        batch.put("families", &account(1), |out| encode_value(1, &(1_u64, "青云门", 0_i64, vec![member(1)]), out));
        let other = (2_u64, "逍遥派", 0_i64, vec![member(1), member(99)]);
        batch.put("families", &account(2), |out| encode_value(1, &other, out));
    });
    let breaches = server.verify();
    let told: Vec<_> = breaches.iter().map(|breach| (breach.check, breach.account)).collect();
    assert_eq!(told, [("families", Some(1)), ("families", Some(99))], "{breaches:?}");
    assert!(breaches[0].what.contains("member of families 1 and 2"), "{breaches:?}");
}

#[test]
fn two_families_of_one_name_are_found() {
    let breach = only_breach(|_, batch| {
        batch.put("last_family", b"", |out| encode_value(1, &2_u64, out));
        for id in [1_u64, 2] {
            let family = (id, "青云门", 0_i64, vec![(id, format!("玩家#{id}"), 0_i64)]);
            batch.put("families", &account(id), |out| encode_value(1, &family, out));
        }
    });
    assert_eq!((breach.check, breach.account), ("families", None));
    assert!(breach.what.contains("families 1 and 2 are both called"), "{}", breach.what);
}

/// The row of a report about the end of a round.
fn settle_report(round: u64, game_round_id: &str) -> (u64, String, String, u32, Option<i64>, String, i64) {
    (round * 2 + 1, game_round_id.to_owned(), "{}".to_owned(), 0, None, String::new(), 0)
}

#[test]
fn a_report_about_a_round_that_never_was_is_found() {
    let breach = only_breach(|_, batch| {
        batch.put("reports", &account(19), |out| encode_value(1, &settle_report(9, "RK-9"), out));
    });
    assert_eq!((breach.check, breach.table.as_str()), ("rounds and reports", "reports"));
    assert!(breach.what.contains("round 9, and 0 have begun"), "{}", breach.what);
}

#[test]
fn the_end_of_an_open_round_and_an_unknown_player_of_it_are_found() {
    let mut server = played();
    let seats: Vec<(Option<u64>, &str)> = vec![(Some(1), "1"), (Some(99), "99"), (None, "")];
    let round = (1_u64, "RK-1", "room", 0_i32, 0_i64, seats, "", "", "");
    server.damage(|batch| {
        batch.put("round_numbers", b"", |out| encode_value(1, &1_u64, out));
        batch.put("rounds", &account(1), |out| encode_value(1, &round, out));
        batch.put("reports", &account(3), |out| encode_value(1, &settle_report(1, "RK-1"), out));
    });
    let breaches = server.verify();
    let told: Vec<(&str, Option<u64>)> = breaches.iter().map(|found| (found.table.as_str(), found.account)).collect();
    assert_eq!(told, [("rounds", Some(99)), ("reports", None)], "{breaches:?}");
    assert!(breaches[1].what.contains("end of round 1, which goes on"), "{breaches:?}");
}

#[test]
fn negative_energy_is_found() {
    let breach = only_breach(|_, batch| {
        batch.put("energy", &account(1), |out| encode_value(1, &(-3_i64, 0_i64), out));
    });
    assert_eq!((breach.check, breach.account), ("energy", Some(1)));
}

/// Requests that change much; some of them are refused, which must not matter.
const REQUESTS: [(&str, &str); 12] = [
    ("enter_stage_general", r#"{"stage":8}"#),
    ("victory_stage_general", r#"{"stage":8}"#),
    ("enter_stage_boss", r#"{"stage":3001}"#),
    ("victory_stage_boss", r#"{"stage":3001,"damage":1200}"#),
    ("enter_stage", r#"{"stage":3000}"#),
    ("pass_stage", r#"{"stage":3000,"damage":900}"#),
    ("buy_item", r#"{"offer":"diamonds_60"}"#),
    ("get_all_hang_up_reward", "{}"),
    ("challenge", r#"{"role1":"玩家#1","role2":"玩家#2"}"#),
    ("send_mail", r#"{"to":"玩家#1","subj":"hi","body":"there"}"#),
    ("login_unique", r#"{"unique_id":"ann"}"#),
    ("get_all_mail", "{}"),
];

#[derive(Debug, Clone)]
enum Step {
    Ask(usize, usize),
    Wait(i64),
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (0..3_usize, 0..REQUESTS.len()).prop_map(|(player, request)| Step::Ask(player, request)),
        2 => (0_i64..90_000).prop_map(Step::Wait),
        1 => Just(Step::Crash),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_played_fits_together(steps in steps()) {
        let (mut server, mut players) = server_with_players();
        grant_points(&mut server, 150);
        for step in steps {
            match step {
                Step::Ask(player, request) => {
                    let (function, data) = REQUESTS[request];
                    let data: Value = serde_json::from_str(data).expect("JSON");
                    server.ask(&players[player], function, data);
                }
                Step::Wait(seconds) => server.advance_seconds(seconds),
                Step::Crash => {
                    server = server.crash_and_reopen();
                    players = ["ann", "bob", "cid"].map(|name| server.player(name)).to_vec();
                }
            }
        }
        prop_assert_eq!(server.verify(), []);
    }
}
