//! Figures: what is counted of each day, told exactly, whatever happens to the server and its clock.

use std::collections::BTreeMap;

use crate::payer::rich;
use crate::replayed::replayed;
use proptest::prelude::*;
use raidkeep::game::figures::{CountsToday, DetailsToday};
use raidkeep::game::items::Amount;
use raidkeep::studio::testing::{NOON_MS, TestPlayer, TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};

const DAY: i64 = 86_400;
const NOON: i64 = NOON_MS / 1000;
/// The date on which the tests begin, a Tuesday.
const TUESDAY: &str = "2026-03-10";

/// With tokens and guests that outlast every test.
fn setup() -> TestSetup {
    let mut setup = TestSetup::default();
    setup.settings.identity.forget_guests_seconds = 0;
    setup.settings.identity.token_seconds = 3650 * DAY;
    setup
}

fn server() -> TestServer {
    let mut server = TestServer::with(setup());
    // The first connection is the operator's.
    server.connect();
    server
}

/// The days from one date to another.
fn days(server: &mut TestServer, from: &str, to: &str, details: bool) -> Vec<Value> {
    let reply = server.operate("figures", json!({"from": from, "to": to, "details": details}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["days"].as_array().expect("a list of days").clone()
}

fn day(server: &mut TestServer, date: &str) -> Value {
    let mut days = days(server, date, date, true);
    assert_eq!(days.len(), 1, "one day");
    days.remove(0)
}

/// Some of a day's numbers.
fn some(day: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| day[name].as_u64().unwrap_or_else(|| panic!("{name} is a number: {day}"))).collect()
}

/// Sends a request on a new connection, as a returning player does, and closes that again.
fn visit(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = player.token.clone().into();
    let reply = server.ask_on(connection, function, data);
    assert_eq!(reply["status"], 0, "{function}: {reply}");
    server.disconnect(connection);
    reply
}

fn play(server: &mut TestServer, player: &TestPlayer, stage: u32) {
    visit(server, player, "enter_stage_general", json!({"stage": stage}));
    visit(server, player, "victory_stage_general", json!({"stage": stage}));
}

#[test]
fn a_day_tells_who_was_there_and_what_they_did() {
    let mut server = server();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    server.reconnect_all();
    play(&mut server, &ann, 8);
    visit(&mut server, &bob, "enter_stage_general", json!({"stage": 8}));
    visit(&mut server, &bob, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(30);
    let today = day(&mut server, TUESDAY);
    let names = ["active_day", "active_week", "active_month", "new", "online_most"];
    assert_eq!(some(&today, &names), [2, 2, 2, 2, 2], "{today}");
    let names = ["sessions", "sessions_ended", "session_seconds"];
    assert_eq!(some(&today, &names), [2, 2, 60], "both stay for the 30 seconds in which they may come back");
    assert_eq!(some(&today, &["stages_entered", "stages_won", "levels_reached"]), [3, 1, 1], "180 and 500 are level 3");
    assert_eq!(today["retained"], json!({"day_1": null, "day_3": null, "day_7": null, "day_30": null}), "not yet");
    let details = &today["details"];
    assert_eq!(details["stages"], json!([{"mode": "general", "stage": 8, "entered": 3, "won": 1}]));
    assert_eq!(details["levels"], json!([{"level": 3, "players": 1}]));
    let flow =
        |item: &str, gained: u64| json!({"item": item, "why": "victory", "gained": gained, "spent": 0, "movements": 1});
    assert_eq!(
        details["items"],
        json!([flow("3:1", 375), flow("3:2", 125), flow("3:9", 125), flow("3:10", 1)]),
        "in the order of the items"
    );
    visit(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 2}));
    let swept = day(&mut server, TUESDAY)["details"]["items"].as_array().expect("a list").clone();
    assert!(swept.iter().any(|flow| flow["why"] == "sweep" && flow["item"] == "3:1"), "{swept:?}");
    let brief = days(&mut server, TUESDAY, TUESDAY, false).remove(0);
    assert_eq!(
        (brief["stages_entered"].clone(), brief.get("details")),
        (json!(3), None),
        "details are told when asked for"
    );
}

#[test]
fn players_who_come_back_are_told_at_the_day_on_which_they_were_made() {
    let mut server = server();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    server.player("cid");
    server.reconnect_all();
    for (days, who) in [(1, &[&ann, &bob][..]), (2, &[&ann]), (4, &[&ann, &ann]), (23, &[&bob])] {
        server.advance_seconds(days * DAY);
        for player in who {
            visit(&mut server, player, "get_player_info", json!({}));
        }
    }
    // They came after 1, 3, 7 and 30 days.
    let first = day(&mut server, TUESDAY);
    assert_eq!(first["new"], 3);
    assert_eq!(first["retained"], json!({"day_1": 2, "day_3": 1, "day_7": 1, "day_30": 1}), "each player once a day");
    let days = days(&mut server, "2026-03-09", "2026-04-09", false);
    let active: Vec<_> = days
        .iter()
        .filter(|day| day["active_day"] != 0)
        .map(|day| (day["date"].as_str().expect("a date"), some(day, &["active_day", "active_week", "active_month"])))
        .collect();
    let expected = [
        ("2026-03-10", vec![3, 3, 3]),
        ("2026-03-11", vec![2, 3, 3]),
        ("2026-03-13", vec![1, 3, 3]),
        ("2026-03-17", vec![1, 1, 3]),
        ("2026-04-09", vec![1, 1, 1]),
    ];
    assert_eq!(active, expected, "a week begins on Monday, a month on the 1st");
    let idle = &days[3];
    assert_eq!((&idle["date"], &idle["active_week"]), (&json!("2026-03-12"), &json!(3)), "the week goes on");
    assert_eq!(days.len(), 32, "each day, whether anything happened or not");
    assert_eq!(days[9]["retained"]["day_1"], 0, "nobody was new, and nobody came back");
}

#[test]
fn days_that_have_not_begun_are_left_out() {
    let mut server = server();
    server.player("ann");
    assert_eq!(days(&mut server, TUESDAY, "2026-03-20", false).len(), 1);
    assert_eq!(days(&mut server, "2026-03-11", "2026-03-20", true), Vec::<Value>::new());
}

#[test]
fn energy_that_cannot_come_back_is_wasted_and_counted_when_it_is_used() {
    let mut server = server();
    let ann = server.player("ann");
    server.advance_seconds(3600);
    assert_eq!(day(&mut server, TUESDAY)["energy_wasted"], 0, "nobody looks at those who do nothing");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(day(&mut server, TUESDAY)["energy_wasted"], 10, "an hour at the maximum");
    server.advance_seconds(8 * 360);
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(day(&mut server, TUESDAY)["energy_wasted"], 12, "six of eight points came back");
}

#[test]
fn a_boss_that_dies_is_told_with_the_time_that_it_took() {
    let mut server = server();
    let ann = server.player("ann");
    server.advance_seconds(100);
    server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}));
    server.ask(&ann, "victory_stage_boss", json!({"stage": 3001, "damage": 10_000}));
    let today = day(&mut server, TUESDAY);
    let kill = json!({"boss": "slime_king", "season": 1, "at": NOON + 100, "after_seconds": 12 * 3600 + 100});
    assert_eq!((&today["bosses_killed"], &today["details"]["bosses"]), (&json!(1), &json!([kill])));
}

#[test]
fn orders_are_told_with_their_ends_and_the_points_they_moved() {
    let mut server = TestServer::with(setup());
    let (ann, _) = rich(&mut server, "ann", 10);
    assert_eq!(server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}))["data"]["state"], "granted");
    assert_ne!(server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}))["status"], 0, "4 points are too few");
    let today = day(&mut server, TUESDAY);
    assert_eq!(some(&today, &["orders", "orders_granted", "orders_refused"]), [2, 1, 1], "{today}");
    assert_eq!(some(&today, &["points_gained", "points_spent"]), [0, 6]);
    let why = "bought with points";
    assert_eq!(today["details"]["points"], json!([{"why": why, "gained": 0, "spent": 6, "movements": 1}]));
    assert_eq!(
        today["details"]["items"],
        json!([{"item": "3:5", "why": why, "gained": 60, "spent": 0, "movements": 1}])
    );
}

/// Two days on which something happens.
fn two_days(server: &mut TestServer) {
    server.connect();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    play(server, &ann, 8);
    server.reconnect_all();
    server.advance_seconds(DAY);
    play(server, &bob, 8);
    play(server, &ann, 9);
}

#[test]
fn a_power_cut_loses_no_figure() {
    let mut server = TestServer::with(setup());
    two_days(&mut server);
    let before = days(&mut server, TUESDAY, "2026-03-11", true);
    assert_eq!(some(&before[1], &["active_day", "stages_won"]), [2, 2], "{before:?}");
    let mut server = server.crash_and_reopen();
    assert_eq!(days(&mut server, TUESDAY, "2026-03-11", true), before, "what was answered was counted and is on disk");
    let cid = server.player("cid");
    play(&mut server, &cid, 8);
    let after = days(&mut server, TUESDAY, "2026-03-11", true);
    assert_eq!(after[0], before[0], "a day that is over stays as it was");
    assert_eq!(some(&after[1], &["active_day", "new", "stages_won"]), [3, 1, 3], "and the day goes on where it was");
    assert_eq!(server.verify(), [], "the rows can be read");
}

#[test]
fn a_journal_gives_the_same_figures() {
    let mut server = TestServer::with(TestSetup { journals: true, ..setup() });
    two_days(&mut server);
    let mut server = server.crash_and_reopen();
    let cid = server.player("cid");
    play(&mut server, &cid, 8);
    for at in 0..server.journals.len() {
        let journal = server.journals[at].bytes();
        let mut replay = replayed(&server, &journal);
        let world = replay.simulation().world();
        let counts = &world.resource::<CountsToday>().0;
        assert_eq!((counts.active, counts.new), if at == 0 { (2, 0) } else { (3, 1) }, "journal {at}");
        let sums = world.resource::<DetailsToday>().sums();
        assert_eq!(sums.stages_won, if at == 0 { 2 } else { 3 }, "what the world read at its start is in journal {at}");
    }
}

#[test]
fn a_date_that_begins_again_is_counted_beside_what_was_there() {
    let mut server = server();
    let ann = server.player("ann");
    play(&mut server, &ann, 8);
    server.advance_seconds(DAY);
    visit(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(-DAY);
    visit(&mut server, &ann, "enter_stage_general", json!({"stage": 9}));
    server.player("bob");
    let again = days(&mut server, TUESDAY, TUESDAY, true).remove(0);
    assert_eq!(some(&again, &["active_day", "new", "stages_entered"]), [2, 2, 2], "nobody is active twice: {again}");
    assert_eq!(again["details"]["stages"].as_array().map(Vec::len), Some(2), "both parts together");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(DAY);
    let wednesday = day(&mut server, "2026-03-11");
    assert_eq!(some(&wednesday, &["active_day", "stages_entered"]), [1, 1], "what was counted ahead is kept");
}

#[test]
fn imported_and_deleted_players_are_told_as_that_and_are_not_new() {
    let mut server = server();
    let ann = server.player("ann");
    play(&mut server, &ann, 8);
    let info = server.ask(&ann, "get_player_info", json!({}));
    let name = info["data"]["name"].clone();
    let document = server.operate("player_export", json!({"name": name}))["data"].take();
    let before = day(&mut server, TUESDAY);
    let reply = server.operate("player_import", json!({"document": document["document"], "replace": true}));
    assert_eq!(reply["status"], 0, "{reply}");
    let after = day(&mut server, TUESDAY);
    assert_eq!(some(&after, &["new", "imported", "deleted", "active_day"]), [1, 1, 1, 1], "{after}");
    assert_eq!(after["details"], before["details"], "what a player brings or takes with it is no movement");
}

#[test]
fn ranges_that_cannot_be_told_are_refused_by_name() {
    let mut server = server();
    let mut refused = |from: &str, to: &str, details: bool| {
        let reply = server.operate("figures", json!({"from": from, "to": to, "details": details}));
        (reply["status"].as_i64().expect("a status"), reply["message"].as_str().expect("a message").to_owned())
    };
    let too_many = (98, "at most 366 days at a time, 31 with details".to_owned());
    assert_eq!(refused("2026-03-11", TUESDAY, false), (99, "from is later than to".to_owned()));
    assert_eq!(refused("2025-03-09", TUESDAY, false), too_many);
    assert_eq!(refused("2025-03-10", TUESDAY, false).0, 0, "366 days");
    assert_eq!(refused("2026-02-07", TUESDAY, true), too_many);
    assert_eq!(refused("2026-02-08", TUESDAY, true).0, 0, "31 days");
    for date in ["", "2026-3-10", "2026-02-30", "20260310", "yesterday", "2026-03-10T00:00:00", "-009999-01-01"] {
        let expected = "data.from: expected a date such as 2026-03-10".to_owned();
        assert_eq!(refused(date, TUESDAY, false), (13, expected), "{date}");
    }
    assert_eq!(refused("0000-01-01", "0000-12-31", false).0, 0, "the first year of the calendar");
    assert_eq!(refused("9999-12-01", "9999-12-31", true).0, 0, "and the last");
}

/// What a player does next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Play(usize),
    Sweep(usize),
    Buy(usize),
    Hang(usize),
    Wait(i64),
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0_usize..3;
    let step = prop_oneof![
        4 => who.clone().prop_map(Step::Play),
        4 => who.clone().prop_map(Step::Sweep),
        2 => who.clone().prop_map(Step::Buy),
        2 => who.prop_map(Step::Hang),
        2 => (1_i64..2 * DAY).prop_map(Step::Wait),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..25)
}

fn take(server: &mut TestServer, player: &TestPlayer, step: Step) {
    let mut ask = |function: &str, mut data: Value| {
        let connection = server.connect();
        data["token"] = player.token.clone().into();
        server.ask_on(connection, function, data);
    };
    match step {
        Step::Play(_) => {
            ask("enter_stage_general", json!({"stage": 8}));
            ask("victory_stage_general", json!({"stage": 8}));
        }
        Step::Sweep(_) => ask("mopping_up_stage", json!({"stage": 8, "count": 3})),
        Step::Buy(_) => ask("buy_ticket", json!({"mode": "coin", "pay_with": "diamond"})),
        Step::Hang(_) => {
            ask("get_hang_up_reward", json!({}));
            ask("start_hang_up", json!({"stage": 8}));
        }
        Step::Wait(_) | Step::Crash => {}
    }
}

/// What the players have of each item.
fn owned(server: &mut TestServer, players: &[TestPlayer]) -> BTreeMap<String, i64> {
    let mut owned = BTreeMap::new();
    for player in players {
        let info = visit(server, player, "get_player_info", json!({}));
        for item in info["data"]["items"].as_array().expect("a list of items") {
            let amount: Amount = item.as_str().and_then(|text| text.parse().ok()).expect("an amount");
            *owned.entry(amount.item.to_string()).or_default() += amount.quantity;
        }
    }
    owned.retain(|_, quantity| *quantity != 0);
    owned
}

/// What was gained of each item, less what was spent, on all days.
fn flowed(server: &mut TestServer) -> BTreeMap<String, i64> {
    let mut flowed = BTreeMap::new();
    for (from, to) in [("2026-03-10", "2026-04-09"), ("2026-04-10", "2026-05-10")] {
        for day in days(server, from, to, true) {
            for flow in day["details"]["items"].as_array().expect("a list of flows") {
                let number = |name: &str| flow[name].as_i64().expect("a number");
                let item = flow["item"].as_str().expect("an item").to_owned();
                *flowed.entry(item).or_default() += number("gained") - number("spent");
            }
        }
    }
    flowed.retain(|_, quantity| *quantity != 0);
    flowed
}

/// A world in which newcomers own something and stages have a price.
fn with_prices() -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let newcomer = r#"newcomer: ["3:1:0", "3:2:0", "3:5:0","#;
    let assets = edit_assets(folder.path(), "items.ron", newcomer, r#"newcomer: ["3:1:50", "3:2:20", "3:5:40","#);
    let (free, priced) = ("to: 9,\n            energy: 6,", "to: 9, energy: 6, cost: [\"3:1:30\", \"3:2:1\"],");
    edit_asset(folder.path(), "stages/general.ron", free, priced);
    TestServer::with(TestSetup { assets, ..setup() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(10), ..ProptestConfig::default() })]

    #[test]
    fn what_items_gained_and_spent_is_what_players_have(steps in steps()) {
        let mut server = with_prices();
        let players: Vec<TestPlayer> = ["ann", "bob", "cid"].map(|name| rich(&mut server, name, 0).0).into();
        for step in steps {
            match step {
                Step::Play(who) | Step::Sweep(who) | Step::Buy(who) | Step::Hang(who) => {
                    take(&mut server, &players[who], step);
                }
                Step::Wait(seconds) => server.advance_seconds(seconds),
                Step::Crash => server = server.crash_and_reopen(),
            }
        }
        prop_assert_eq!(flowed(&mut server), owned(&mut server, &players));
    }
}
