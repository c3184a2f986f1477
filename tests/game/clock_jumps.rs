//! A server on the wall clock, which is set forward or back while it runs and while it is down: nothing is granted
//! twice, nothing that was paid for is lost, and nobody waits for the clock to catch up.

use crate::duel::{self, Duelist};
use crate::payer::{diamonds, faults, paid, post, reply, rich};
use raidkeep::engine::clock::{ClockMode, time_zone};
use raidkeep::sandbox::Misbehavior;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

/// A month forward, an hour back and a year back, each with the server running and with the server down.
const JUMPS: [(i64, bool); 6] =
    [(31 * DAY, false), (31 * DAY, true), (-HOUR, false), (-HOUR, true), (-YEAR, false), (-YEAR, true)];

/// On the wall clock, with tokens that outlast the test.
fn server() -> TestServer {
    let mut setup = TestSetup::default();
    setup.settings.clock = ClockMode::Real;
    setup.settings.identity.token_seconds = 100 * YEAR;
    TestServer::with(setup)
}

/// Sets the wall clock.
fn jump(mut server: TestServer, (seconds, is_down): (i64, bool)) -> TestServer {
    if is_down {
        server = server.crash_and_reopen_after(seconds);
        server.connect();
    } else {
        server.advance_seconds(seconds);
    }
    server.settle();
    server
}

fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = player.token.clone().into();
    server.ask_on(connection, function, data)
}

fn coin(server: &mut TestServer, player: &TestPlayer) -> i64 {
    let info = ask(server, player, "get_player_info", json!({}));
    let items = info["data"]["items"].as_array().unwrap_or_else(|| panic!("a list of items: {info}"));
    items.iter().filter_map(|item| item.as_str()?.strip_prefix("3:1:")?.parse::<i64>().ok()).sum()
}

#[test]
fn hanging_up_is_paid_once_for_each_minute_that_the_wall_has_shown() {
    for (seconds, is_down) in JUMPS {
        let mut server = server();
        let ann = server.player("ann");
        ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
        server.advance_seconds(600);
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        assert_eq!(coin(&mut server, &ann), 300, "ten minutes of 30 coins");
        let mut server = jump(server, (seconds, is_down));
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        let after_jump = coin(&mut server, &ann);
        assert!((300..=300 + 30 * seconds.max(0) / 60).contains(&after_jump), "{seconds} s: {after_jump}");
        let mut server = jump(server, (-seconds, is_down));
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        let back = coin(&mut server, &ann);
        assert_eq!(back, after_jump, "{seconds} s and back: no minute is paid twice");
    }
}

#[test]
fn tickets_of_a_day_are_given_once_however_the_day_comes_and_goes() {
    for (seconds, is_down) in JUMPS {
        let mut server = server();
        let ann = server.player("ann");
        let strike = |server: &mut TestServer| {
            let entered = ask(server, &ann, "enter_stage_boss", json!({"stage": 3001}))["status"].clone();
            ask(server, &ann, "victory_stage_boss", json!({"stage": 3001, "damage": 1}));
            entered == 0
        };
        assert_eq!((0..5).filter(|_| strike(&mut server)).count(), 3, "three a day");
        let mut server = jump(server, (seconds, is_down));
        let more = (0..5).filter(|_| strike(&mut server)).count();
        assert_eq!(
            more,
            if seconds > DAY { 3 } else { 0 },
            "{seconds} s: a later day brings three, an earlier one none"
        );
        let mut server = jump(server, (-seconds, is_down));
        assert_eq!((0..5).filter(|_| strike(&mut server)).count(), 0, "{seconds} s and back: that day is used up");
    }
}

#[test]
fn an_order_in_doubt_is_settled_although_the_clock_was_set_back() {
    for (seconds, is_down) in JUMPS {
        let mut server = server();
        let (ann, _) = rich(&mut server, "ann", 100);
        faults(&mut server, "Pay", &[Misbehavior::LoseAnswer]);
        post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), Some("k"));
        let mut server = jump(server, (seconds, is_down));
        for _ in 0..4 {
            server.settle();
            server.advance_seconds(5);
        }
        server.settle();
        if !is_down {
            assert_eq!(reply(&mut server, &ann)["status"], 0, "{seconds} s: the waiting request is answered");
        }
        let again = server.player("ann");
        assert_eq!(diamonds(&mut server, &again), 60, "{seconds} s, down: {is_down}: a paid order is granted soon");
        assert_eq!(paid(&mut server), 1, "{seconds} s: and was paid once");
    }
}

#[test]
fn a_challenge_that_nobody_answers_ends_although_the_clock_was_set_back() {
    for (seconds, is_down) in JUMPS {
        let mut server = server();
        let (mut ann, mut bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
        ann.challenge(&mut server, &bob);
        // A guest who never played would be forgotten by a clock that is a month ahead.
        bob.succeed(&mut server, "start_hang_up", json!({"stage": 1}));
        let mut server = jump(server, (seconds, is_down));
        ann.rejoin(&mut server);
        bob.rejoin(&mut server);
        server.advance_seconds(60);
        server.settle();
        let shown = bob.succeed(&mut server, "refrash", json!({"role": bob.role}));
        assert_eq!(shown["id_list"], json!([]), "{seconds} s, down: {is_down}: its minute is over");
    }
}

#[test]
fn a_round_of_a_battle_ends_although_the_clock_was_set_back() {
    for (seconds, is_down) in JUMPS.into_iter().filter(|(seconds, _)| *seconds < 0) {
        let mut server = server();
        let (mut ann, mut bob, id) = duel::battle(&mut server);
        let mut turn = ann.turn(&id, "一剑刺去");
        turn["wait"] = false.into();
        ann.succeed(&mut server, "battle", turn);
        let mut server = jump(server, (seconds, is_down));
        ann.rejoin(&mut server);
        bob.rejoin(&mut server);
        // The clock cannot tell a round from an ended battle, which is kept for longer.
        server.advance_seconds(300);
        server.settle();
        let rounds = ann.events(&mut server).into_iter().filter(|(name, _)| name == "battle_verdict").count();
        assert!(rounds >= 1, "{seconds} s, down: {is_down}: a silent player guards in the end");
    }
}

#[test]
fn the_queue_of_tasks_changes_although_the_clock_was_set_back() {
    for (seconds, is_down) in JUMPS {
        let mut server = server();
        let ann = server.player("ann");
        let role = ask(&mut server, &ann, "get_player_info", json!({}))["data"]["name"].clone();
        let filling = |server: &mut TestServer| {
            server.simulation().world().resource::<raidkeep::game::tasks::TaskQueue>().filling()
        };
        ask(&mut server, &ann, "task_info", json!({"role": role}));
        let mut server = jump(server, (seconds, is_down));
        let before = filling(&mut server);
        server.advance_seconds(600);
        ask(&mut server, &ann, "task_info", json!({"role": role}));
        assert_eq!(filling(&mut server), before + 1, "{seconds} s, down: {is_down}: ten minutes are over");
    }
}

#[test]
fn a_world_that_moves_west_has_its_tickets_again_at_the_next_midnight_and_not_before() {
    let mut setup = TestSetup::default();
    setup.settings.identity.token_seconds = 100 * YEAR;
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    server.advance_seconds(13 * HOUR);
    let left = |server: &mut TestServer| {
        let shown = ask(server, &ann, "stage_refresh_boss", json!({}));
        (shown["data"]["limit"].clone(), shown["data"]["cd"].clone())
    };
    for _ in 0..3 {
        ask(&mut server, &ann, "enter_stage_boss", json!({"stage": 3001}));
        ask(&mut server, &ann, "victory_stage_boss", json!({"stage": 3001, "damage": 1}));
    }
    assert_eq!(left(&mut server), (json!(0), json!(23 * HOUR)), "one o'clock in Shanghai");
    let mut server = server.crash_and_reopen_set(|settings| {
        settings.zone = time_zone("Europe/Berlin").expect("a known zone");
    });
    server.connect();
    assert_eq!(
        left(&mut server),
        (json!(0), json!(6 * HOUR)),
        "six in the evening before in Berlin, the same day of play"
    );
    let mut server = server.crash_and_reopen();
    server.connect();
    server.advance_seconds(6 * HOUR - 1);
    assert_eq!(left(&mut server), (json!(0), json!(1)));
    server.advance_seconds(1);
    assert_eq!(
        left(&mut server),
        (json!(3), json!(DAY)),
        "midnight in Berlin, although it is the date that Shanghai had"
    );
}
