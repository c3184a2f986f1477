//! A clock that was a month ahead, under which the world was played, and that is right again: an operator mends what it
//! has left. Nothing is granted twice, and nobody waits longer than the rules say.

use proptest::prelude::*;
use raidkeep::engine::clock::ClockMode;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
const MONTH: i64 = 31 * DAY;
/// Points of energy regenerate in this many seconds (energy.ron).
const POINT: i64 = 360;

/// On the wall clock, with tokens that outlast every test.
fn server() -> TestServer {
    let mut setup = TestSetup::default();
    setup.settings.clock = ClockMode::Real;
    setup.settings.identity.token_seconds = 3650 * DAY;
    TestServer::with(setup)
}

fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = player.token.clone().into();
    server.ask_on(connection, function, data)
}

fn info(server: &mut TestServer, player: &TestPlayer) -> Value {
    ask(server, player, "get_player_info", json!({}))["data"].clone()
}

/// Seconds to the next point of energy; -1 when it is full.
fn cooling(server: &mut TestServer, player: &TestPlayer) -> i64 {
    info(server, player)["energy"]["cooling"].as_i64().expect("energy is shown")
}

fn coin(server: &mut TestServer, player: &TestPlayer) -> i64 {
    let info = info(server, player);
    let items = info["items"].as_array().expect("a list of items").clone();
    items.iter().filter_map(|item| item.as_str()?.strip_prefix("3:1:")?.parse::<i64>().ok()).sum()
}

/// Fights bosses as long as there are tickets; returns how often.
fn strikes(server: &mut TestServer, player: &TestPlayer) -> usize {
    let mut strike = || {
        let entered = ask(server, player, "enter_stage_boss", json!({"stage": 3001}))["status"].clone();
        ask(server, player, "victory_stage_boss", json!({"stage": 3001, "damage": 1}));
        entered == 0
    };
    (0..5).filter(|_| strike()).count()
}

fn mend(server: &mut TestServer) -> Value {
    let mended = server.operate("clock_mend", json!({}));
    assert_eq!(mended["status"], 0, "{mended}");
    mended["data"].clone()
}

/// Restarts the server with the wall clock moved, and every player out of memory.
fn restart(server: TestServer, seconds: i64) -> TestServer {
    let mut server = server.crash_and_reopen_after(seconds);
    server.connect();
    server
}

#[test]
fn energy_and_tickets_of_a_clock_that_was_ahead_come_back_when_an_operator_mends_it() {
    for is_loaded in [true, false] {
        let mut server = server();
        let ann = server.player("ann");
        server.advance_seconds(MONTH);
        assert_eq!(strikes(&mut server, &ann), 3, "under the wrong clock");
        let mut server = restart(server, -MONTH);
        if is_loaded {
            assert!(cooling(&mut server, &ann) > 30 * DAY, "the wrong moment is stored");
        }
        let told = mend(&mut server);
        assert_eq!((&told["mend"], &told["players_in_memory"]), (&json!(1), &json!(usize::from(is_loaded))));
        assert!((1..=POINT).contains(&cooling(&mut server, &ann)), "a point takes as long as ever");
        assert_eq!(strikes(&mut server, &ann), 0, "the day's tickets are used up");
        let mut server = restart(server, DAY);
        assert_eq!(strikes(&mut server, &ann), 3, "and tomorrow there are new ones");
        assert_eq!(server.verify(), []);
    }
}

#[test]
fn a_player_who_comes_back_weeks_after_the_mend_has_waited_and_one_made_since_is_left_alone() {
    let mut server = server();
    let ann = server.player("ann");
    server.advance_seconds(MONTH);
    strikes(&mut server, &ann);
    let mut server = restart(server, -MONTH);
    mend(&mut server);
    server.advance_seconds(HOUR);
    let bob = server.player("bob");
    strikes(&mut server, &bob);
    let before = cooling(&mut server, &bob);
    let mut server = restart(server, 0);
    assert_eq!(cooling(&mut server, &bob), before, "bob has never seen the wrong clock");
    let mut server = restart(server, 14 * DAY);
    assert_eq!(cooling(&mut server, &ann), -1, "ann's energy has regenerated since the mend");
    let used = strikes(&mut server, &ann);
    assert_eq!(used, 3);
    let mut server = restart(server, 0);
    assert_eq!(strikes(&mut server, &ann), 0, "she is mended once: what she uses from then on stays used");
}

#[test]
fn the_season_of_a_clock_that_was_ahead_ends_when_the_calendar_says() {
    let mut server = server();
    let ann = server.player("ann");
    let left = |server: &mut TestServer| {
        ask(server, &ann, "stage_refresh_boss", json!({}))["data"]["mcd"].as_i64().expect("a time")
    };
    let before = left(&mut server);
    server.advance_seconds(2 * MONTH);
    left(&mut server);
    server.advance_seconds(-2 * MONTH);
    mend(&mut server);
    assert_eq!(left(&mut server), before, "the month ends when it did before");
    let season =
        |server: &mut TestServer| server.simulation().world().resource::<raidkeep::game::boss::Season>().number;
    let number = season(&mut server);
    server.advance_seconds(before);
    server.settle();
    assert_eq!(season(&mut server), number + 1, "and the next season begins then");
}

#[test]
fn signed_queries_are_answered_again_after_a_mend() {
    use raidkeep::game::platforms::secret::Secret;
    use raidkeep::game::platforms::signature::SudAuth;
    use raidkeep::game::platforms::sud::query::QUERY_PATH;
    let mut server = server();
    let query = |server: &mut TestServer, nonce: &str| {
        let secret = Secret::new("test-app-secret");
        let body = r#"{"match_id": "x"}"#;
        let auth = SudAuth::sign("1461564080052506636", server.now_ms(), nonce, body.as_bytes(), &secret);
        server.http(QUERY_PATH, Some(&auth.to_header()), body).0
    };
    server.advance_seconds(MONTH);
    assert_eq!(query(&mut server, "ahead"), 200);
    server.advance_seconds(HOUR);
    assert_eq!(query(&mut server, "later"), 200, "the first is forgotten");
    let mut server = restart(server, -MONTH);
    assert_eq!(query(&mut server, "back"), 401, "nobody knows what was used before");
    mend(&mut server);
    server.advance_seconds(1);
    assert_eq!(query(&mut server, "mended"), 200, "what is signed from now on is answered");
    assert_eq!(query(&mut server, "mended"), 401);
    server.advance_seconds(MONTH - 2);
    assert_eq!(query(&mut server, "later"), 401, "a nonce of the wrong time is known until that time is over");
}

#[test]
fn a_mend_is_an_operators_and_a_replay_goes_the_same_way() {
    let mut server = TestServer::with(TestSetup { journals: true, ..TestSetup::default() });
    let ann = server.player("ann");
    server.operate("clock_advance", json!({"seconds": MONTH}));
    strikes(&mut server, &ann);
    server.operate("clock_advance", json!({"seconds": -MONTH}));
    assert_eq!(ask(&mut server, &ann, "clock_mend", json!({}))["status"], 11, "players have no such function");
    mend(&mut server);
    assert!(cooling(&mut server, &ann) <= POINT, "a clock that is moved by hand can be mended too");
    assert_eq!(mend(&mut server)["mend"], 2, "a second mend finds nothing to do");
    let mut server = server.crash_and_reopen();
    server.connect();
    assert!(cooling(&mut server, &ann) <= POINT, "it is on disk");
}

/// What a player does between two jumps.
#[derive(Debug, Clone, Copy)]
enum Act {
    Strike,
    Hang,
    Settle,
    Wait(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![Just(Act::Strike), Just(Act::Hang), Just(Act::Settle), (60_i64..DAY).prop_map(Act::Wait),];
    proptest::collection::vec(act, 1..6)
}

/// Plays; returns how many boss fights were granted and how many seconds have passed.
fn play(server: &mut TestServer, player: &TestPlayer, acts: &[Act]) -> i64 {
    let mut passed = 0;
    for act in acts {
        match act {
            Act::Strike => drop(strikes(server, player)),
            Act::Hang => drop(ask(server, player, "start_hang_up", json!({"stage": 1}))),
            Act::Settle => drop(ask(server, player, "get_hang_up_reward", json!({}))),
            Act::Wait(seconds) => {
                server.advance_seconds(*seconds);
                passed += seconds;
            }
        }
    }
    passed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(10), ..ProptestConfig::default() })]

    #[test]
    fn after_a_jump_ahead_and_a_mend_nothing_is_paid_twice_and_nobody_waits_longer_than_the_rules_say(
        before in acts(),
        ahead in acts(),
        jump in (DAY..400 * DAY),
        is_down in any::<bool>(),
    ) {
        let mut server = server();
        let ann = server.player("ann");
        // A guest who never played would be forgotten under the wrong clock.
        strikes(&mut server, &ann);
        play(&mut server, &ann, &before);
        if is_down {
            server = restart(server, jump);
        } else {
            server.advance_seconds(jump);
        }
        let passed = play(&mut server, &ann, &ahead);
        strikes(&mut server, &ann);
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        let paid = coin(&mut server, &ann);
        let back = -jump - passed;
        if is_down {
            server = restart(server, back);
        } else {
            server.advance_seconds(back);
        }
        mend(&mut server);
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        prop_assert_eq!(coin(&mut server, &ann), paid, "no minute is paid a second time");
        prop_assert_eq!(strikes(&mut server, &ann), 0, "no ticket of the day comes back");
        let wait = cooling(&mut server, &ann);
        prop_assert!(wait <= POINT, "a point takes at most {} s: {}", POINT, wait);
        ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
        server.advance_seconds(120);
        ask(&mut server, &ann, "get_hang_up_reward", json!({}));
        let earned = coin(&mut server, &ann) - paid;
        prop_assert!((30..=90).contains(&earned), "two minutes pay two, with the seconds left over three: {}", earned);
        server.advance_seconds(DAY);
        prop_assert_eq!(strikes(&mut server, &ann), 3, "the next day brings its tickets");
        prop_assert_eq!(server.verify(), []);
    }
}
