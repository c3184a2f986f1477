//! What is stored: exact to the second across crashes, folds and eviction; nothing unconfirmed is ever revealed or
//! kept; the same inputs give the same game.

use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::login::{Login, TokenEnd};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

fn without_storage() -> Value {
    json!({"status": 16, "message": "server cannot store changes at the moment, retry later"})
}

fn unconfirmed() -> Value {
    json!({"status": -2, "message": "the disk failed before it confirmed this, retry with the same once key"})
}

/// Asks on a new connection, as a returning player does.
fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = json!(player.token);
    server.ask_on(connection, function, data)
}

fn energy(server: &mut TestServer, player: &TestPlayer) -> Value {
    ask(server, player, "get_player_info", json!({}))["data"]["energy"]["remain"].clone()
}

fn quantity(info: &Value, item: &str) -> i64 {
    let items = info["data"]["items"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let quantity = items.filter_map(|amount| amount.strip_prefix(item)?.strip_prefix(':')?.parse().ok()).next();
    quantity.unwrap_or_else(|| panic!("{item} should be among the items: {info}"))
}

fn put_everybody_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "an idle player whose rows are folded leaves memory");
}

#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    Enter,
    Hang(i64),
    Settle,
    Look,
    Crash,
    Fold,
    PutAway,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => prop_oneof![0_i64..400, 0_i64..20_000, 358_i64..363, 59_i64..62].prop_map(Step::Wait),
        6 => Just(Step::Enter),
        2 => (1_i64..8).prop_map(Step::Hang),
        2 => Just(Step::Settle),
        1 => Just(Step::Look),
        1 => Just(Step::Crash),
        1 => Just(Step::Fold),
        1 => Just(Step::PutAway),
    ];
    prop::collection::vec(step, 1..60)
}

const SECONDS_PER_POINT: i64 = 360;
const FULL: i64 = 120 * SECONDS_PER_POINT;

/// A player's possessions in closed form: energy counted in seconds of regeneration, and coin as the whole minutes that
/// each stage has hung until its last settlement.
struct Expected {
    now: i64,
    energy_seconds: i64,
    hanging: Option<Hanging>,
    coin: i64,
}

struct Hanging {
    stage: i64,
    since: i64,
    paid_minutes: i64,
}

impl Expected {
    fn wait(&mut self, seconds: i64) {
        self.now += seconds;
        self.energy_seconds = (self.energy_seconds + seconds).min(FULL);
    }

    fn enter(&mut self) -> bool {
        let can = self.energy_seconds >= 6 * SECONDS_PER_POINT;
        self.energy_seconds -= if can { 6 * SECONDS_PER_POINT } else { 0 };
        can
    }

    fn settle(&mut self) -> Option<i64> {
        let hanging = self.hanging.as_mut()?;
        let minutes = (self.now - hanging.since) / 60 - hanging.paid_minutes;
        hanging.paid_minutes += minutes;
        self.coin += 30 * hanging.stage * minutes;
        Some(30 * hanging.stage * minutes)
    }

    fn hang(&mut self, stage: i64) -> i64 {
        match &self.hanging {
            Some(hanging) if hanging.stage == stage => 2,
            earlier => {
                let status = i64::from(earlier.is_some());
                self.settle();
                // The seconds left over from the settlement stay on the timer.
                let leftover = self.hanging.as_ref().map_or(0, |hanging| (self.now - hanging.since) % 60);
                self.hanging = Some(Hanging { stage, since: self.now - leftover, paid_minutes: 0 });
                status
            }
        }
    }

    /// The expected reply of `get_player_info`: energy, which stage hangs and for how long, coin and iron.
    fn overview(&self) -> Value {
        let is_full = self.energy_seconds == FULL;
        let cooling = if is_full { -1 } else { SECONDS_PER_POINT - self.energy_seconds % SECONDS_PER_POINT };
        let (stage, time) = self
            .hanging
            .as_ref()
            .map_or((0, 0), |hanging| (hanging.stage, self.now - hanging.since - 60 * hanging.paid_minutes));
        let time = format!("{}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
        json!({
            "energy": {"cooling": cooling, "remain": self.energy_seconds / SECONDS_PER_POINT},
            "hang_up": {"hang_stage": stage, "time": time},
            "coin": self.coin,
            "iron": self.coin / 3,
        })
    }
}

fn overview(server: &mut TestServer, player: &TestPlayer) -> Value {
    let info = ask(server, player, "get_player_info", json!({}));
    json!({
        "energy": info["data"]["energy"],
        "hang_up": info["data"]["hang_up"],
        "coin": quantity(&info, "3:1"),
        "iron": quantity(&info, "3:2"),
    })
}

fn quick(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(quick(48))]

    #[test]
    fn energy_and_hang_up_are_exact_to_the_second_whatever_happens_to_the_server(steps in steps()) {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        let mut expected = Expected { now: 0, energy_seconds: FULL, hanging: None, coin: 0 };
        for step in steps {
            match step {
                Step::Wait(seconds) => {
                    server.advance_seconds(seconds);
                    expected.wait(seconds);
                }
                Step::Enter => {
                    let reply = ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
                    let status = if expected.enter() { 0 } else { 97 };
                    prop_assert_eq!(&reply["status"], status, "an entry takes six points: {}", reply);
                }
                Step::Hang(stage) => {
                    let reply = ask(&mut server, &ann, "start_hang_up", json!({"stage": stage}));
                    prop_assert_eq!(&reply["status"], expected.hang(stage), "{}", reply);
                }
                Step::Settle => {
                    let reply = ask(&mut server, &ann, "get_hang_up_reward", json!({}));
                    match expected.settle() {
                        None => prop_assert_eq!(&reply["status"], 99, "nothing hangs: {}", reply),
                        Some(coin) => {
                            let rewards = &reply["data"]["get_hang_up_rewards"];
                            prop_assert_eq!(&rewards[1]["reward"], coin, "whole minutes are paid: {}", reply);
                        }
                    }
                }
                Step::Look => {
                    ask(&mut server, &ann, "get_hang_up_info", json!({}));
                }
                Step::Crash => server = server.crash_and_reopen(),
                Step::Fold => server.fold(),
                Step::PutAway => put_everybody_away(&mut server),
            }
            prop_assert_eq!(overview(&mut server, &ann), expected.overview(), "after this step");
        }
    }

    #[test]
    fn a_clock_that_jumps_about_grants_no_second_twice(
        moves in prop::collection::vec((-5000_i64..5000, any::<bool>(), any::<bool>(), any::<bool>()), 1..40),
    ) {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        let mut spent = 0;
        for _ in 0..20 {
            ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
            spent += 6;
        }
        ask(&mut server, &ann, "start_hang_up", json!({"stage": 2}));
        let (mut now, mut latest) = (0, 0);
        for (by, enters, settles, crashes) in moves {
            server.advance_seconds(by);
            now += by;
            latest = latest.max(now);
            if enters && ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}))["status"] == 0 {
                spent += 6;
            }
            if settles {
                ask(&mut server, &ann, "get_hang_up_reward", json!({}));
            }
            if crashes {
                server = server.crash_and_reopen();
            }
            let told = overview(&mut server, &ann);
            let points = told["energy"]["remain"].as_i64().unwrap_or(i64::MAX);
            let (coin, minutes) = (told["coin"].as_i64().unwrap_or(i64::MAX), latest / 60);
            prop_assert!(points + spent <= 120 + latest / SECONDS_PER_POINT, "{} points, {} spent", points, spent);
            prop_assert!(coin <= 60 * minutes, "{} coin for {} minutes", coin, minutes);
        }
        server.advance_seconds(latest - now);
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        let told = overview(&mut server, &ann);
        prop_assert_eq!(&told["coin"], latest / 60 * 60, "back at the latest moment each minute was paid, once");
    }
}

#[test]
fn a_clock_that_jumps_back_takes_nothing_and_grants_nothing() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for _ in 0..10 {
        ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    }
    ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(3600);
    ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    ask(&mut server, &ann, "get_hang_up_reward", json!({}));
    let expected = (json!(64), json!(1800));
    for by in [-3600, 3600, -100_000, 100_000] {
        server.advance_seconds(by);
        let told = overview(&mut server, &ann);
        assert_eq!((told["energy"]["remain"].clone(), told["coin"].clone()), expected, "after {by} seconds");
        let reply = ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        assert_eq!(reply["data"]["get_hang_up_rewards"][1]["reward"], 0, "after {by} seconds: paid already");
        server = server.crash_and_reopen();
    }
}

#[test]
fn a_server_that_was_down_for_a_while_goes_on_from_its_last_moment() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(359);
    let before = overview(&mut server, &ann);
    let mut server = server.crash_and_reopen();
    assert_eq!(overview(&mut server, &ann), before, "the moment of the manual clock is kept with the rows");
    server.advance_seconds(1);
    assert_eq!(energy(&mut server, &ann), 115, "the next second brings the point");
}

/// Enters stage 8 again and again on a failing disk. Returns how many entries were confirmed.
fn enter_until_it_fails(server: &mut TestServer, ann: &TestPlayer, writes: u64) -> i64 {
    let mut confirmed = 0;
    loop {
        let reply = server.ask(ann, "enter_stage_general", json!({"stage": 8}));
        if reply["status"] != 0 {
            assert_eq!(reply, unconfirmed(), "after {writes} writes: whether the change was stored is not known");
            return confirmed;
        }
        confirmed += 1;
        let remain = &reply["data"]["energy"]["remain"];
        assert_eq!(*remain, 120 - 6 * confirmed, "after {writes} writes: a confirmed entry is visible");
        assert!(confirmed < 20, "the disk should fail before the energy is gone");
    }
}

#[test]
fn a_disk_that_fails_at_any_write_loses_nothing_that_was_confirmed() {
    let (mut most_confirmed, mut in_doubt) = (0, Vec::new());
    for writes in 0..=30 {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        let bob = server.player("bob");
        let seen_before = server.ask(&bob, "get_player_info", json!({}));
        server.disks().log.fail_after(writes);
        let confirmed = enter_until_it_fails(&mut server, &ann, writes);
        most_confirmed = most_confirmed.max(confirmed);
        for player in [&ann, &bob] {
            for function in ["get_player_info", "enter_stage_general", "get_hang_up_info"] {
                let reply = server.ask(player, function, json!({"stage": 8}));
                assert_eq!(reply, without_storage(), "after {writes} writes: {function} gets no other answer");
            }
        }
        let elsewhere = server.connect();
        for function in ["ping", "server_time", "login_unique"] {
            let reply = server.ask_on(elsewhere, function, json!({"unique_id": "ann"}));
            assert_eq!(reply, without_storage(), "after {writes} writes: the world gives no other answer, {function}");
        }
        let mut server = server.crash_and_reopen();
        let survived = (120 - energy(&mut server, &ann).as_i64().unwrap_or_default()) / 6;
        assert!(
            survived >= confirmed,
            "after {writes} writes: all {confirmed} confirmed entries survive, not {survived}"
        );
        in_doubt.extend((survived > confirmed).then_some((writes, survived - confirmed)));
        assert_eq!(ask(&mut server, &bob, "get_player_info", json!({})), seen_before, "nobody else is affected");
        let reply = ask(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
        assert_eq!(reply["status"], 0, "after {writes} writes: on a sound disk the game continues: {reply}");
    }
    assert!(most_confirmed >= 2, "some disks should fail only after a few entries");
    let is_rare = in_doubt.len() <= 1 && in_doubt.iter().all(|(_, entries)| *entries == 1);
    assert!(
        is_rare,
        "only a disk that fails between a commit and its clean-up keeps the entry it failed at: {in_doubt:?}"
    );
}

#[test]
fn a_keyed_request_that_could_not_be_stored_is_carried_out_once_on_retry() {
    for writes in 0..=12 {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        server.disks().log.fail_after(writes);
        let text = |key: i64| {
            let token = &ann.token;
            format!(
                r#"{{"world":0,"function":"enter_stage_general","data":{{"token":"{token}","stage":8}},"once":"{key}"}}"#
            )
        };
        let mut key = 0;
        let unconfirmed = loop {
            let reply = server.send_on(ann.connection, &text(key));
            if reply.starts_with(r#"{"status":-2"#) {
                break key;
            }
            key += 1;
        };
        let mut server = server.crash_and_reopen();
        let connection = server.connect();
        for repetition in 0..3 {
            for key in 0..=unconfirmed {
                let reply: Value = serde_json::from_str(&server.send_on(connection, &text(key))).unwrap_or_default();
                let remain = &reply["data"]["energy"]["remain"];
                assert_eq!(
                    *remain,
                    120 - 6 * (key + 1),
                    "{writes} writes, key {key}, repetition {repetition}: {reply}"
                );
            }
        }
        assert_eq!(energy(&mut server, &ann), 120 - 6 * (unconfirmed + 1), "{writes} writes: each key counts once");
    }
}

#[test]
fn a_change_confirmed_too_late_times_out_and_counts_once_on_retry() {
    for is_lost in [false, true] {
        let mut server = TestServer::new();
        let (ann, bob) = (server.player("ann"), server.player("bob"));
        let text = format!(
            r#"{{"world":0,"function":"enter_stage_general","data":{{"token":"{}","stage":8}},"once":"k"}}"#,
            ann.token
        );
        server.hold_commits();
        server.post(ann.connection, &text);
        server.step(3);
        assert_eq!(server.collect(ann.connection), Vec::<String>::new(), "nothing leaves before it is on disk");
        let other = server.ask(&bob, "get_hang_up_info", json!({}));
        assert_eq!(other["status"], 99, "a reply that reveals nothing of the change does not wait for it: {other}");
        server.give_up_commits();
        let told = server.collect(ann.connection);
        let unclear = json!({"status": -2, "message": "timed out, retry with the same once key"});
        let told: Vec<Value> = told.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
        assert_eq!(told, [unclear], "after a while the client is told that the result is unknown");
        let connection = if is_lost {
            server = server.crash_and_reopen();
            server.connect()
        } else {
            server.release_commits();
            ann.connection
        };
        let again: Value = serde_json::from_str(&server.send_on(connection, &text)).expect("JSON");
        assert_eq!(again["data"]["energy"]["remain"], 114, "the same key gets the reply of the one entry: {again}");
        assert_eq!(energy(&mut server, &TestPlayer { connection, ..ann }), 114, "and it counts once");
    }
}

#[test]
fn a_change_that_could_not_be_stored_is_visible_to_nobody() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let seen_before = server.ask(&bob, "get_player_info", json!({}));
    server.disks().log.fail_after(0);
    let request = |function: &str, data: Value| json!({"world": 0, "function": function, "data": data}).to_string();
    let texts = [
        request("enter_stage_general", json!({"token": ann.token, "stage": 8})),
        request("get_player_info", json!({"token": ann.token})),
        request("server_time", json!({})),
        request("get_player_info", json!({"token": bob.token})),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let replies = server.send_all_on(ann.connection, &texts);
    let replies: Vec<Value> = replies.iter().map(|reply| serde_json::from_str(reply).unwrap_or_default()).collect();
    assert_eq!(replies[0], unconfirmed(), "the entry could not be stored");
    assert_eq!(replies[1], unconfirmed(), "so nobody sees its effects, not even the caller");
    assert_eq!(replies[2], unconfirmed(), "nor is anything revealed of the world that contains them");
    assert_eq!(replies[3], seen_before, "a player who is not affected may see his stored state");
    let mut server = server.crash_and_reopen();
    assert_eq!(energy(&mut server, &ann), 120, "it never happened");
}

#[test]
fn a_name_that_could_not_be_stored_is_taken_by_nobody() {
    let mut server = TestServer::new();
    let ann = json!({"email": "ann@mail.example", "username": "Ann", "password": "secret"});
    let connection = server.connect();
    server.disks().log.fail_after(0);
    for attempt in 0..2 {
        let reply = server.ask_on(connection, "signup", ann.clone());
        assert_eq!(reply, without_storage(), "attempt {attempt}: neither created nor reported as taken");
    }
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    assert_eq!(server.ask_on(connection, "signup", ann.clone())["data"]["status_code"], 200, "the name is free");
    assert_eq!(server.ask_on(connection, "signup", ann)["data"]["status_code"], 409, "and now it is taken");
}

#[test]
fn changes_only_in_the_log_survive_a_crash() {
    let mut server = TestServer::new();
    let players: Vec<TestPlayer> = (0..5).map(|number| server.player(&format!("player-{number}"))).collect();
    for (index, player) in players.iter().enumerate() {
        for _ in 0..=index {
            server.ask(player, "enter_stage_general", json!({"stage": 8}));
        }
        if index == 2 {
            server.fold();
        }
    }
    for _ in 0..3 {
        server = server.crash_and_reopen();
        for (points, player) in [114, 108, 102, 96, 90].iter().zip(&players) {
            assert_eq!(energy(&mut server, player), json!(points), "folded or not, confirmed is confirmed");
        }
    }
}

/// The hash of the stored state without the tokens, which are different every time by design.
fn hash_without_tokens(server: &mut TestServer) -> u64 {
    let world = server.simulation().world_mut();
    let mut logins = world.query::<&mut Login>();
    for mut login in logins.iter_mut(world) {
        login.end(TokenEnd::Revoked, i64::MAX, 0);
    }
    server.state_hash()
}

type Action = (usize, usize, i64);

/// Plays the actions on a new world; returns every reply, and the hash of the final state.
fn play(seed: u64, actions: &[Action]) -> (Vec<String>, u64) {
    let mut server = TestServer::with(TestSetup { seed, ..TestSetup::default() });
    let mut players: Vec<TestPlayer> = ["ann", "bob", "cid"].iter().map(|id| server.player(id)).collect();
    let mut replies = Vec::new();
    for (index, (who, what, number)) in actions.iter().enumerate() {
        let stage = 1 + number % 9;
        let (function, data) = match what {
            0 => ("enter_stage_general", json!({"stage": stage})),
            1 => ("victory_stage_general", json!({"stage": stage})),
            2 => ("mopping_up_stage", json!({"stage": 8, "count": number % 3})),
            3 => ("start_hang_up", json!({"stage": stage})),
            4 => ("get_hang_up_reward", json!({})),
            5 => ("get_hang_up_info", json!({})),
            6 => ("enter_stage", json!({"stage": stage})),
            7 => {
                server.advance_seconds(*number);
                continue;
            }
            8 => {
                server.fold();
                continue;
            }
            9 => {
                server = server.crash_and_reopen();
                for player in &mut players {
                    player.connection = server.connect();
                }
                continue;
            }
            _ => ("get_player_info", json!({})),
        };
        let player = &players[*who];
        let mut data = data;
        data["token"] = json!(player.token);
        let mut request = json!({"world": 0, "function": function, "data": data, "id": index});
        if number % 4 == 0 {
            request["once"] = json!(format!("key-{}", number % 16));
        }
        replies.push(server.send_on(player.connection, &request.to_string()));
    }
    for player in &players {
        replies.push(ask(&mut server, player, "get_player_info", json!({})).to_string());
    }
    (replies, hash_without_tokens(&mut server))
}

proptest! {
    #![proptest_config(quick(24))]

    #[test]
    fn the_same_inputs_and_seed_give_the_same_game(
        actions in prop::collection::vec((0_usize..3, 0_usize..11, 0_i64..50_000), 1..80),
    ) {
        let (first, second) = (play(7, &actions), play(7, &actions));
        prop_assert_eq!(first.0, second.0, "every reply is the same");
        prop_assert_eq!(first.1, second.1, "and so is the stored state");
    }
}

#[test]
fn another_seed_is_another_game() {
    let actions: Vec<Action> = (0..10).flat_map(|_| [(0, 3, 1), (0, 7, 50_000), (0, 4, 1)]).collect();
    let (first, other) = (play(7, &actions), play(8, &actions));
    assert_ne!(first.0, other.0, "the seed decides every random outcome");
}

/// The stage was changed under a clock that had jumped back, and the same minutes were paid on both stages.
#[test]
fn changing_the_hung_stage_under_a_clock_that_jumped_back_pays_no_minute_twice() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.ask(&ann, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(6000);
    server.ask(&ann, "get_hang_up_reward", json!({}));
    server.advance_seconds(-6000);
    server.ask(&ann, "start_hang_up", json!({"stage": 2}));
    server.advance_seconds(6000);
    let reply = server.ask(&ann, "get_hang_up_reward", json!({}));
    assert_eq!(reply["data"]["get_hang_up_rewards"][1]["reward"], 0, "these 100 minutes were paid on stage 1");
}

#[test]
fn a_login_in_flight_when_the_storage_fails_is_answered() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.disks().log.fail_after(0);
    let texts = [
        r#"{"world":0,"function":"enter_stage_general","data":{"stage":8}}"#,
        r#"{"world":0,"function":"login","data":{"email":"no@body.example","password":"x"}}"#,
    ];
    let replies = server.send_all_on(ann.connection, &texts);
    assert_eq!(replies.len(), 2, "every request has its reply: {replies:?}");
}

/// The seed was once drawn again at each start, so that orders of one world began with different prefixes.
#[test]
fn a_world_keeps_its_seed_over_restarts() {
    let mut server = TestServer::new();
    server.player("ann");
    let first = server.simulation().world().resource::<raidkeep::engine::random::WorldSeed>().0;
    let mut server = server.crash_and_reopen();
    assert_eq!(
        server.simulation().world().resource::<raidkeep::engine::random::WorldSeed>().0,
        first,
        "read from the log"
    );
    server.fold();
    let mut server = server.crash_and_reopen();
    assert_eq!(
        server.simulation().world().resource::<raidkeep::engine::random::WorldSeed>().0,
        first,
        "read from the rows"
    );
}
