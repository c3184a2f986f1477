//! Seasons: gifts and rewards that come exactly once, months that begin exactly once, and a ranking
//! that is right, whatever happens to the server and its clock.

use std::time::Duration;

use raidkeep::engine::clock::{ClockMode, time_zone};
use raidkeep::game::boss::{Season, SeasonArchive};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

const DAY: i64 = 86_400;
/// Seconds from the tests' noon of March 10th to midnight of April 1st, in Shanghai.
const TO_APRIL: i64 = 21 * DAY + DAY / 2;
const GIFT_OF_BOSS_0: &str = "史莱姆王讨伐成功";
const GIFT_OF_BOSS_1: &str = "血月狼王讨伐成功";
const SEASON_MAIL: &str = "世界首领赛季奖励";

/// Tokens that outlast the test, and this clock and zone.
fn setup(clock: ClockMode, zone: &str) -> TestSetup {
    let mut setup = TestSetup::default();
    setup.settings.clock = clock;
    setup.settings.zone = time_zone(zone).expect("the zone should be known");
    setup.settings.identity.token_seconds = 100 * 366 * DAY;
    setup
}

fn long_lived() -> TestServer {
    TestServer::with(setup(ClockMode::Manual, "Asia/Shanghai"))
}

/// Sends a request on a new connection, as a returning player does.
fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = json!(player.token);
    server.ask_on(connection, function, data)
}

/// Sends a request that has to succeed; returns its `data`.
pub(crate) fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let mut reply = ask(server, player, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply["data"].take()
}

/// One challenge in the legacy room, whose surplus carries over.
fn strike(server: &mut TestServer, player: &TestPlayer, damage: i64) -> Value {
    succeed(server, player, "enter_stage", json!({"stage": 3000}));
    succeed(server, player, "pass_stage", json!({"stage": 3000, "damage": damage}))
}

fn mails(server: &mut TestServer, player: &TestPlayer, subject: &str) -> Vec<Value> {
    let data = succeed(server, player, "get_all_mail", json!({}));
    let mails = data["mail"].as_array().expect("a box should be a list").clone();
    mails.into_iter().filter(|mail| mail["subj"] == subject).collect()
}

fn count(server: &mut TestServer, player: &TestPlayer, subject: &str) -> usize {
    mails(server, player, subject).len()
}

fn bosses(server: &mut TestServer, player: &TestPlayer) -> Value {
    succeed(server, player, "stage_refresh_boss", json!({}))
}

/// Damages and numbers of a page, and the own rank.
fn page(server: &mut TestServer, player: &TestPlayer, page: i64) -> (Vec<(i64, i64)>, i64) {
    let data = succeed(server, player, "stage_damage_ranking", json!({"page": page}));
    let rows = data["rank"].as_array().expect("a page should be a list");
    let number = |row: &Value, field: &str| row[field].as_i64().expect("a row should hold numbers");
    let rows = rows.iter().map(|row| (number(row, "NO"), number(row, "damage"))).collect();
    (rows, data["ranking"].as_i64().expect("the own rank should be a number"))
}

/// Every player sends a request, and so is in memory.
fn wake(server: &mut TestServer, players: &[TestPlayer]) {
    for player in players {
        succeed(server, player, "get_player_info", json!({}));
    }
}

/// The names of a page, best first.
fn names(server: &mut TestServer, player: &TestPlayer) -> Vec<String> {
    let data = succeed(server, player, "stage_damage_ranking", json!({"page": 1}));
    let rows = data["rank"].as_array().expect("a page should be a list");
    rows.iter().map(|row| row["name"].as_str().expect("everybody should have a name").to_owned()).collect()
}

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let info = succeed(server, player, "get_player_info", json!({}));
    info["name"].as_str().expect("everybody should have a name").to_owned()
}

fn season(server: &mut TestServer) -> u32 {
    server.simulation().world().resource::<Season>().number
}

fn put_everybody_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "idle players should be evicted after a fold");
}

/// Players who deal the given damages, which give their order in the ranking.
fn ranked(server: &mut TestServer, damages: impl IntoIterator<Item = i64>) -> Vec<TestPlayer> {
    let mut players = Vec::new();
    for (number, damage) in damages.into_iter().enumerate() {
        let player = server.player(&format!("raider {number}"));
        strike(server, &player, damage);
        players.push(player);
    }
    players
}

#[test]
fn a_gift_reaches_who_was_online_and_who_was_away_and_nobody_who_came_later_and_is_claimed_once() {
    let mut server = long_lived();
    let away = server.player("away");
    put_everybody_away(&mut server);
    let ann = server.player("ann");
    strike(&mut server, &ann, 10_000);
    server.advance_seconds(3599);
    let early = server.player("early");
    for player in [&ann, &away, &early] {
        assert_eq!(count(&mut server, player, GIFT_OF_BOSS_0), 0, "the gift takes an hour");
    }
    server.advance_seconds(1);
    server.advance_seconds(20 * DAY);
    let late = server.player("late");
    for player in [&early, &late] {
        assert_eq!(mails(&mut server, player, GIFT_OF_BOSS_0), Vec::<Value>::new(), "created after the boss died");
    }
    for player in [&ann, &away] {
        let gifts = mails(&mut server, player, GIFT_OF_BOSS_0);
        assert_eq!(gifts.len(), 1, "everybody gets one gift: {gifts:?}");
        assert_eq!(gifts[0]["items"], json!(["3:1:2000", "3:10:1"]), "with what the asset says");
        let key = &gifts[0]["key"];
        let claimed = succeed(&mut server, player, "claim_mail", json!({"key": key}));
        assert_eq!(claimed["reward"], json!(["3:1:2000", "3:10:1"]), "its items are handed out");
        let again = ask(&mut server, player, "claim_mail", json!({"key": key}));
        assert_eq!(again["status"], 97, "once only: {again}");
        succeed(&mut server, player, "delete_mail", json!({"key": key}));
        assert_eq!(count(&mut server, player, GIFT_OF_BOSS_0), 0, "what was deleted does not come again");
    }
}

#[test]
fn a_gift_is_announced_to_who_was_there_and_not_to_who_came_later() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    strike(&mut server, &ann, 10_000);
    server.advance_seconds(3599);
    let early = server.player("early");
    server.advance_seconds(1);
    let event = json!({"event": "mail_received", "data": {"subj": GIFT_OF_BOSS_0, "from": "系统"}});
    let told = server.told(ann.connection);
    assert!(told.contains(&event), "ann is notified: {told:?}");
    let told = server.told(early.connection);
    assert!(!told.contains(&event), "a gift for others is not announced to a player created later: {told:?}");
}

/// What may happen between a death and the reading of its gift.
type Mishap = fn(TestServer) -> TestServer;

#[test]
fn a_gift_comes_exactly_once_whenever_the_server_dies() {
    let nothing: Mishap = |server| server;
    let crash: Mishap = TestServer::crash_and_reopen;
    let fold_and_crash: Mishap = |mut server| {
        server.fold();
        server.crash_and_reopen()
    };
    let put_away: Mishap = |mut server| {
        put_everybody_away(&mut server);
        server
    };
    let mishaps = [("nothing", nothing), ("crash", crash), ("fold, crash", fold_and_crash), ("away", put_away)];
    for (first, (before, before_delivery)) in mishaps.into_iter().enumerate() {
        for (second, (between, between_delivery_and_reading)) in mishaps.into_iter().enumerate() {
            // Any two mishaps meet at any two of the three moments.
            let (after, after_reading) = mishaps[(first + second) % mishaps.len()];
            let at = format!("{before} before delivery, {between} before reading, {after} after");
            let mut server = long_lived();
            let (ann, bob) = (server.player("ann"), server.player("bob"));
            strike(&mut server, &ann, 110_000);
            server = before_delivery(server);
            server.advance_seconds(3600);
            server = between_delivery_and_reading(server);
            for round in ["first", "second"] {
                for player in [&ann, &bob] {
                    let counts = [GIFT_OF_BOSS_0, GIFT_OF_BOSS_1].map(|gift| count(&mut server, player, gift));
                    assert_eq!(counts, [1, 1], "{at}: each of two deaths brings one gift, {round} look");
                }
                server = after_reading(server);
            }
            let late = server.player("late");
            assert_eq!(count(&mut server, &late, GIFT_OF_BOSS_0), 0, "{at}: none for a player created now");
        }
    }
}

#[test]
fn a_death_that_could_not_be_stored_brings_no_gift() {
    let mut server = long_lived();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    server.disks().log.fail_after(0);
    let reply = ask(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 10_000}));
    assert_eq!(reply["status"], -2, "the blow is not confirmed: {reply}");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(DAY);
    assert_eq!(count(&mut server, &ann, GIFT_OF_BOSS_0), 0, "nothing of it has happened");
    assert_eq!(bosses(&mut server, &ann)["ratio"]["0"], "1.00", "the boss is at full life");
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 10_000}));
    server.advance_seconds(DAY);
    assert_eq!(count(&mut server, &ann, GIFT_OF_BOSS_0), 1, "the blow that was stored brings one");
}

#[test]
fn a_boss_that_dies_again_in_the_next_season_brings_a_gift_again() {
    let mut server = long_lived();
    let ann = server.player("ann");
    strike(&mut server, &ann, 10_000);
    server.advance_seconds(TO_APRIL);
    strike(&mut server, &ann, 10_000);
    server.advance_seconds(DAY);
    assert_eq!(count(&mut server, &ann, GIFT_OF_BOSS_0), 2, "two deaths in two seasons, two gifts");
}

#[test]
fn a_gift_that_is_due_after_the_end_of_the_season_comes_nevertheless() {
    let mut server = long_lived();
    let ann = server.player("ann");
    server.advance_seconds(TO_APRIL - 60);
    strike(&mut server, &ann, 10_000);
    server.advance_seconds(120);
    assert_eq!(bosses(&mut server, &ann)["ratio"]["0"], "1.00", "the boss is at full life again");
    assert_eq!(count(&mut server, &ann, GIFT_OF_BOSS_0), 0, "the hour is not over");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(3600);
    assert_eq!(count(&mut server, &ann, GIFT_OF_BOSS_0), 1, "the death of the old season is not forgotten");
}

#[test]
fn a_season_ends_at_local_midnight_of_the_1st_to_the_second() {
    let mut server = long_lived();
    let players = ranked(&mut server, [9_000, 500]);
    let mcd = bosses(&mut server, &players[0])["mcd"].clone();
    assert_eq!(mcd, TO_APRIL, "clients are told when it ends");
    server.advance_seconds(TO_APRIL - 1);
    let last = bosses(&mut server, &players[0]);
    assert_eq!((&last["mcd"], &last["damage"]), (&json!(1), &json!(9_000)), "the last second belongs to the season");
    assert_eq!(last["ratio"]["0"], "0.05", "9500 of 10000 are gone until then");
    assert_eq!(page(&mut server, &players[1], 1), (vec![(1, 9_000), (2, 500)], 2), "the ranking stands until then");
    server.advance_seconds(1);
    let first = bosses(&mut server, &players[0]);
    assert_eq!((&first["mcd"], &first["damage"]), (&json!(30 * DAY), &json!(0)), "April has 30 days, no record yet");
    let ratios = first["ratio"].as_object().expect("ratios should be an object");
    assert!(ratios.len() == 11 && ratios.values().all(|ratio| ratio == "1.00"), "bosses are at full life: {first}");
    for (function, no_rows) in [("stage_damage_ranking", 88), ("get_top_damage", 98), ("damage_ranking", 98)] {
        let reply = ask(&mut server, &players[0], function, json!({"page": 1}));
        assert_eq!(reply["status"], no_rows, "{function}: nobody is ranked in a new season: {reply}");
    }
    let world = server.simulation().world();
    let archive = &world.resource::<SeasonArchive>().0;
    let best: Vec<u64> = archive[0].best.iter().map(|(_, damage)| *damage).collect();
    assert_eq!((archive.len(), archive[0].number, best), (1, 1, vec![9_000, 500]), "the season is archived");
    strike(&mut server, &players[1], 400);
    assert_eq!(page(&mut server, &players[0], 1), (vec![(1, 400)], -1), "less than last month's is a record again");
}

#[test]
fn the_ranked_are_rewarded_by_rank_once_and_nobody_else_is() {
    let mut server = long_lived();
    let players = ranked(&mut server, (0..12).map(|number| 700 - 10 * number));
    let unranked = server.player("watches only");
    let harmless = server.player("hits the air");
    strike(&mut server, &harmless, 0);
    server.advance_seconds(TO_APRIL);
    let newcomer = server.player("newcomer");
    let diamonds = [2000, 1200, 1200, 600, 600, 600, 600, 600, 600, 600, 200, 200];
    for round in ["first", "after a crash", "after a put-away"] {
        for (player, diamonds) in players.iter().zip(diamonds) {
            let mails = mails(&mut server, player, SEASON_MAIL);
            assert_eq!(mails.len(), 1, "{round}: each of the ranked has one mail: {mails:?}");
            assert_eq!(mails[0]["items"][0], format!("3:5:{diamonds}"), "{round}: with the reward of its rank");
        }
        for player in [&unranked, &harmless, &newcomer] {
            assert_eq!(count(&mut server, player, SEASON_MAIL), 0, "{round}: nobody else has one");
        }
        if round == "first" {
            server = server.crash_and_reopen();
        } else {
            put_everybody_away(&mut server);
        }
    }
    let key = mails(&mut server, &players[0], SEASON_MAIL)[0]["key"].clone();
    let claimed = succeed(&mut server, &players[0], "claim_mail", json!({"key": key}));
    assert_eq!(claimed["reward"], json!(["3:5:2000", "3:13:5", "3:12:5", "3:1:500000"]), "the whole of it");
    assert_eq!(ask(&mut server, &players[0], "claim_mail", json!({"key": key}))["status"], 97, "once only");
    server.advance_seconds(31 * DAY);
    for player in &players {
        assert_eq!(count(&mut server, player, SEASON_MAIL), 1, "a season without a blow rewards nobody");
    }
}

#[test]
fn a_server_that_was_down_over_the_end_of_a_month_ends_the_season_at_its_start_once() {
    for months in [1, 3] {
        let mut server = TestServer::with(setup(ClockMode::Real, "Asia/Shanghai"));
        let players = ranked(&mut server, [9_000, 500]);
        server.advance_seconds(TO_APRIL - 1);
        // From here on nothing is stored: for the disk the server is down.
        server.disks().log.fail_after(0);
        server.advance_seconds(DAY + (months - 1) * 31 * DAY);
        let mut server = server.crash_and_reopen();
        server.step(1);
        assert_eq!(season(&mut server), 2, "{months} months down: one new season");
        let first = bosses(&mut server, &players[0]);
        assert_eq!((&first["damage"], &first["ratio"]["0"]), (&json!(0), &json!("1.00")), "{months} months: anew");
        assert_eq!(ask(&mut server, &players[0], "damage_ranking", json!({"page": 1}))["status"], 98, "nobody ranked");
        let mut server = server.crash_and_reopen();
        server.step(1);
        assert_eq!(season(&mut server), 2, "{months} months down: another start begins no other season");
        let counts = [0, 1].map(|at| count(&mut server, &players[at], SEASON_MAIL));
        assert_eq!(counts, [1, 1], "{months} months down: one reward for each of the ranked");
    }
}

#[test]
fn a_reset_that_dies_at_any_write_happens_once_in_the_end() {
    for writes in 0..12 {
        let mut server = TestServer::with(setup(ClockMode::Real, "Asia/Shanghai"));
        let ann = server.player("ann");
        strike(&mut server, &ann, 9_000);
        server.disks().log.fail_after(writes);
        server.advance_seconds(TO_APRIL);
        let mut server = server.crash_and_reopen();
        let first = bosses(&mut server, &ann);
        assert_eq!(first["ratio"]["0"], "1.00", "{writes} writes: bosses are at full life");
        assert_eq!((season(&mut server), &first["damage"]), (2, &json!(0)), "{writes} writes: one season, no record");
        assert_eq!(count(&mut server, &ann, SEASON_MAIL), 1, "{writes} writes: one reward");
    }
}

#[test]
fn a_clock_that_jumps_about_the_end_of_a_month_ends_it_once() {
    let mut server = long_lived();
    let players = ranked(&mut server, [9_000, 500]);
    server.advance_seconds(TO_APRIL);
    server.step(1);
    assert_eq!(season(&mut server), 2, "April is the second season");
    strike(&mut server, &players[1], 300);
    for jump in [-1, 1, -3600, 3600, -40 * DAY, 39 * DAY, DAY] {
        server.advance_seconds(jump);
        wake(&mut server, &players);
        assert_eq!(season(&mut server), 2, "a jump of {jump} s begins no season");
        assert_eq!(page(&mut server, &players[1], 1), (vec![(1, 300)], 1), "a jump of {jump} s forgets no record");
        server = server.crash_and_reopen();
        wake(&mut server, &players);
        assert_eq!(season(&mut server), 2, "nor does a start after a jump of {jump} s");
        assert_eq!(page(&mut server, &players[1], 1), (vec![(1, 300)], 1), "nor is a record forgotten then");
    }
    let counts = [0, 1].map(|at| count(&mut server, &players[at], SEASON_MAIL));
    assert_eq!(counts, [1, 1], "March was rewarded once");
    server.advance_seconds(30 * DAY);
    let counts = [0, 1].map(|at| count(&mut server, &players[at], SEASON_MAIL));
    assert_eq!((season(&mut server), counts), (3, [1, 2]), "May begins the third and rewards April's best");
}

#[test]
fn equal_damage_ranks_who_reached_it_first_also_after_a_crash() {
    let mut server = long_lived();
    let everybody = ["ann", "bob", "eve"].map(|id| server.player(id));
    let [ann, bob, eve] = everybody.clone();
    let [ann_name, bob_name, eve_name] = [&ann, &bob, &eve].map(|player| name_of(&mut server, player));
    strike(&mut server, &eve, 500);
    strike(&mut server, &bob, 500);
    strike(&mut server, &ann, 400);
    let expect = |server: &mut TestServer, order: [&String; 3], rule: &str| {
        wake(server, &everybody);
        assert_eq!(names(server, &ann).iter().collect::<Vec<_>>(), order, "{rule}");
    };
    expect(&mut server, [&eve_name, &bob_name, &ann_name], "on a tie, the first to reach it leads");
    assert_eq!(strike(&mut server, &eve, 500)["new_record"], 0, "equal damage is not a record");
    strike(&mut server, &ann, 600);
    strike(&mut server, &bob, 600);
    let order = [&ann_name, &bob_name, &eve_name];
    expect(&mut server, order, "the first to reach the higher damage leads");
    for _ in 0..2 {
        server = server.crash_and_reopen();
        expect(&mut server, order, "a crash changes no rank");
        put_everybody_away(&mut server);
        expect(&mut server, order, "nor does leaving memory");
    }
    assert_eq!(strike(&mut server, &eve, 600)["new_record"], 1, "600 is above 500");
    server = server.crash_and_reopen();
    expect(&mut server, order, "a later tie ranks behind, also after a crash");
}

#[test]
fn pages_have_ten_rows_numbers_count_across_them_and_who_is_absent_has_rank_minus_one() {
    let mut server = long_lived();
    let absent = server.player("absent");
    for page in [json!(1), json!("1")] {
        let reply = ask(&mut server, &absent, "stage_damage_ranking", json!({"page": page}));
        assert_eq!(reply["status"], 88, "an empty ranking has no first page: {reply}");
    }
    let players = ranked(&mut server, (1..=23).map(|number| 10 * number));
    let numbered = |numbers: std::ops::RangeInclusive<i64>| numbers.map(|at| (at, 240 - 10 * at)).collect::<Vec<_>>();
    for round in ["as struck", "after a crash"] {
        wake(&mut server, &players);
        for (number, rows) in [(1, 1..=10), (2, 11..=20), (3, 21..=23)] {
            let shown = page(&mut server, &absent, number);
            assert_eq!(shown, (numbered(rows), -1), "{round}: page {number}, for somebody without a rank");
        }
        assert_eq!(page(&mut server, &players[0], 1).1, 23, "{round}: every page shows the player's own rank");
        assert_eq!(page(&mut server, &players[22], 3).1, 1, "{round}: every page shows the player's own rank");
        for (function, no_page, no_rows) in
            [("stage_damage_ranking", 89, 88), ("get_top_damage", 99, 98), ("damage_ranking", 99, 98)]
        {
            for beyond in [json!(4), json!(i64::MAX)] {
                let reply = ask(&mut server, &absent, function, json!({"page": beyond}));
                assert_eq!(reply["status"], no_rows, "{round}: {function} has no page {beyond}: {reply}");
            }
            for wrong in [json!(0), json!(-1), json!(i64::MIN), json!("first"), json!(null), json!(1.5)] {
                let reply = ask(&mut server, &absent, function, json!({"page": wrong}));
                assert_eq!(reply["status"], no_page, "{round}: {function}: {wrong} is no page: {reply}");
            }
        }
        server = server.crash_and_reopen();
    }
}

/// So many days, midnight by midnight. Returns how many days and seasons began.
fn live_through(zone: &str, days: usize) -> (usize, usize) {
    let mut server = TestServer::with(setup(ClockMode::Manual, zone));
    let (ann, watcher) = (server.player("ann"), server.player("watcher"));
    let (mut resets, mut seasons) = (0, 0);
    for day in 0..days {
        for _ in 0..3 {
            let entered = server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}));
            assert_eq!(entered["status"], 0, "{zone}, day {day}: three challenges a day: {entered}");
        }
        let fourth = server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}));
        assert_eq!(fourth["status"], 92, "{zone}, day {day}: and no fourth: {fourth}");
        let won = server.ask(&ann, "victory_stage_boss", json!({"stage": 3001, "damage": 100}));
        assert_eq!(won["status"], 0, "{zone}, day {day}: the blow is accepted: {won}");
        let before = server.ask(&ann, "stage_refresh_boss", json!({}))["data"].take();
        assert_eq!((&before["limit"], &before["damage"]), (&json!(0), &json!(100)), "{zone}, day {day}");
        let left = before["cd"].as_i64().expect("seconds to midnight should be told");
        let is_last_of_month = before["mcd"] == left;
        server.advance_seconds(left - 1);
        let last = server.ask(&ann, "stage_refresh_boss", json!({}))["data"].take();
        assert_eq!((&last["limit"], &last["cd"]), (&json!(0), &json!(1)), "{zone}, day {day}: a second early");
        server.advance_seconds(1);
        let after = server.ask(&ann, "stage_refresh_boss", json!({}))["data"].take();
        assert_eq!(after["limit"], 3, "{zone}, day {day}: midnight brings the tickets back");
        let best = if is_last_of_month { 0 } else { 100 };
        assert_eq!(after["damage"], best, "{zone}, day {day}: records end with the month and only then");
        assert_eq!(after["ratio"]["0"] == "1.00", is_last_of_month, "{zone}, day {day}: so does the damage to bosses");
        let events = server.events(watcher.connection);
        let told = |name: &str| events.iter().filter(|event| event["event"] == name).count();
        assert_eq!(told("tickets_reset"), 1, "{zone}, day {day}: a day is announced once");
        assert_eq!(told("season_reset"), usize::from(is_last_of_month), "{zone}, day {day}: a month once");
        resets += 1;
        if is_last_of_month {
            seasons += 1;
            let mails = mails(&mut server, &ann, SEASON_MAIL);
            assert_eq!(mails.len(), 1, "{zone}, day {day}: the month is rewarded once: {mails:?}");
            let key = &mails[0]["key"];
            succeed(&mut server, &ann, "claim_mail", json!({"key": key}));
            succeed(&mut server, &ann, "delete_mail", json!({"key": key}));
            if seasons % 3 == 0 {
                server.fold();
            }
        }
    }
    assert_eq!(count(&mut server, &watcher, SEASON_MAIL), 0, "{zone}: a player who never fights is never rewarded");
    let info = succeed(&mut server, &ann, "get_player_info", json!({}));
    let diamonds = format!("3:5:{}", 2000 * seasons);
    let items = info["items"].as_array().expect("items should be a list");
    assert!(items.contains(&json!(diamonds)), "{zone}: one first prize a month: {items:?}");
    let archived = server.simulation().world().resource::<SeasonArchive>().0.len();
    assert!(archived <= 12, "{zone}: the archive does not grow for ever, not to {archived}");
    assert_eq!(season(&mut server) as usize, 1 + seasons, "{zone}: seasons are numbered one by one");
    (resets, seasons)
}

#[test]
fn two_years_in_shanghai_have_a_reset_each_day_and_a_season_each_month() {
    assert_eq!(live_through("Asia/Shanghai", 731), (731, 24));
}

#[test]
fn a_year_in_berlin_with_its_short_and_long_days_has_as_many() {
    assert_eq!(live_through("Europe/Berlin", 366), (366, 12));
}

fn highest_endless(server: &mut TestServer, player: &TestPlayer) -> Value {
    succeed(server, player, "get_player_info", json!({}))["stages"]["endless"].clone()
}

fn climb(server: &mut TestServer, player: &TestPlayer, stage: i64) {
    succeed(server, player, "enter_stage_endless", json!({"stage": stage}));
    succeed(server, player, "victory_stage_endless", json!({"stage": stage}));
}

#[test]
fn the_tower_is_climbed_once_a_month() {
    let mut server = long_lived();
    let (ann, away) = (server.player("ann"), server.player("away"));
    for player in [&ann, &away] {
        climb(&mut server, player, 1001);
        climb(&mut server, player, 1002);
        let again = ask(&mut server, player, "enter_stage_endless", json!({"stage": 1002}));
        assert_eq!(again["status"], 94, "no stage of the tower is repeated within a month: {again}");
    }
    succeed(&mut server, &ann, "enter_stage_endless", json!({"stage": 1003}));
    put_everybody_away(&mut server);
    server.advance_seconds(TO_APRIL - 1);
    assert_eq!(highest_endless(&mut server, &ann), 1002, "progress lasts until the month ends");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(1);
    for player in [&ann, &away] {
        assert_eq!(highest_endless(&mut server, player), 0, "a month begins at the foot of the tower");
        let too_high = ask(&mut server, player, "enter_stage_endless", json!({"stage": 1003}));
        assert_eq!(too_high["status"], 91, "what was passed last month opens nothing: {too_high}");
        climb(&mut server, player, 1001);
    }
    server.advance_seconds(-3600);
    assert_eq!(highest_endless(&mut server, &ann), 1001, "a clock that jumps back brings nothing back");
    let again = ask(&mut server, &ann, "enter_stage_endless", json!({"stage": 1001}));
    assert_eq!(again["status"], 94, "nor is a stage paid again then: {again}");
    server.advance_seconds(3600);
    assert_eq!(highest_endless(&mut server, &ann), 1001, "and nothing is reset again");
}

/// Enters the activity stage and wins it. Returns the reward.
fn hunt(server: &mut TestServer, player: &TestPlayer) -> Value {
    succeed(server, player, "enter_stage", json!({"stage": 2001}));
    succeed(server, player, "pass_stage", json!({"stage": 2001}))["pass_stages"].clone()
}

fn is_refused(server: &mut TestServer, player: &TestPlayer, rule: &str) {
    succeed(server, player, "get_player_info", json!({}));
    // A player who is not in memory is loaded first, which would change the hash.
    ask(server, player, "get_player_info", json!({}));
    let before = server.state_hash();
    let reply = ask(server, player, "enter_stage", json!({"stage": 2001}));
    assert_eq!(reply["status"], 99, "{rule}: {reply}");
    assert_eq!(server.state_hash(), before, "{rule}: a refusal changes nothing");
}

#[test]
fn an_activity_stage_pays_once_per_window() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let reward = json!([
        {"iid": "1", "remaining": 1000, "reward": 1000},
        {"iid": "9", "remaining": 200, "reward": 200},
        {"iid": "10", "remaining": 1, "reward": 1},
    ]);
    let brought = hunt(&mut server, &ann);
    assert_eq!(brought.as_array().map(Vec::len), reward.as_array().map(Vec::len), "noon pays: {brought}");
    is_refused(&mut server, &ann, "and only once");
    server = server.crash_and_reopen();
    is_refused(&mut server, &ann, "also after a crash");
    hunt(&mut server, &bob);
    server.advance_seconds(2 * 3600 - 1);
    is_refused(&mut server, &ann, "the last second is still the same window");
    let eve = server.player("eve");
    hunt(&mut server, &eve);
    server.advance_seconds(1);
    let late = server.player("late");
    is_refused(&mut server, &late, "at two it is closed");
    server.advance_seconds(6 * 3600 - 1);
    is_refused(&mut server, &late, "it is closed until eight");
    server.advance_seconds(1);
    hunt(&mut server, &ann);
    is_refused(&mut server, &ann, "the evening pays once, too");
    server.advance_seconds(-8 * 3600);
    is_refused(&mut server, &ann, "a clock that jumps back to noon pays nothing twice");
    server.advance_seconds(24 * 3600);
    hunt(&mut server, &ann);
    is_refused(&mut server, &ann, "the next noon pays once");
}

#[test]
fn who_entered_while_the_window_was_open_is_paid_after_it_has_closed_once() {
    let mut server = long_lived();
    let ann = server.player("ann");
    server.advance_seconds(2 * 3600 - 1);
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 2001}));
    server.advance_seconds(600);
    server = server.crash_and_reopen();
    let won = succeed(&mut server, &ann, "pass_stage", json!({"stage": 2001}));
    assert_eq!(won["pass_stages"][0]["reward"], 1000, "a player who entered in time is paid: {won}");
    server.advance_seconds(-700);
    is_refused(&mut server, &ann, "and not again for the same window");
}
