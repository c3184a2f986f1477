//! Regained energy is announced to the second, to players who listen for it, and nothing is written for it.

use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::storage::rows::Persistence;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

/// From the shipped rules.
const SECONDS_PER_POINT: i64 = 360;

fn energy(server: &mut TestServer, player: &TestPlayer) -> Value {
    server.ask(player, "get_player_info", json!({}))["data"]["energy"].clone()
}

/// The events `energy` received since the last call: how many points came back, and how many there are now.
fn returned(server: &mut TestServer, player: &TestPlayer) -> Vec<(i64, i64)> {
    let events = server.events(player.connection);
    let energy =
        events.into_iter().filter(|event| event["event"] == "energy").map(|event| event["data"]["energy"].clone());
    energy
        .map(|energy| (energy["reward"].as_i64().unwrap_or_default(), energy["remain"].as_i64().unwrap_or_default()))
        .collect()
}

fn listening(server: &mut TestServer, device: &str) -> TestPlayer {
    let player = server.player(device);
    let reply = server.ask(&player, "listen", json!({"events": ["energy", "energy"]}));
    assert_eq!((&reply["status"], &reply["data"]), (&json!(0), &json!({"events": ["energy"]})));
    player
}

#[test]
fn a_point_is_told_of_at_its_second_to_who_has_asked() {
    let mut server = TestServer::new();
    let ann = listening(&mut server, "ann");
    let bob = server.player("bob");
    for player in [&ann, &bob] {
        server.ask(player, "enter_stage_general", json!({"stage": 8}));
    }
    server.advance_seconds(SECONDS_PER_POINT - 1);
    assert_eq!(returned(&mut server, &ann), [], "the point is still to come");
    server.advance_seconds(1);
    assert_eq!(returned(&mut server, &ann), [(1, 115)]);
    server.advance_seconds(2 * SECONDS_PER_POINT);
    assert_eq!(returned(&mut server, &ann), [(2, 117)], "one event covers a whole jump of the clock");
    assert_eq!(returned(&mut server, &bob), [], "players who do not listen get nothing");
}

#[test]
fn nothing_is_written_for_a_point() {
    let batches = |listens: bool| {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        let events = if listens { json!(["energy"]) } else { json!([]) };
        server.ask(&ann, "listen", json!({"events": events}));
        server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
        for _ in 0..5 {
            server.advance_seconds(SECONDS_PER_POINT);
        }
        let told = returned(&mut server, &ann).len();
        (told, server.simulation().world().resource::<Persistence>().last_batch())
    };
    let ((told, with), (untold, without)) = (batches(true), batches(false));
    assert_eq!((told, untold), (5, 0));
    assert_eq!(with, without, "a world in which nobody listens writes the same batches");
}

#[test]
fn who_listens_to_nothing_more_or_is_gone_is_told_nothing() {
    let mut server = TestServer::new();
    let ann = listening(&mut server, "ann");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(server.ask(&ann, "listen", json!({"events": []}))["data"], json!({"events": []}));
    server.advance_seconds(SECONDS_PER_POINT);
    assert_eq!(returned(&mut server, &ann), []);
    server.ask(&ann, "listen", json!({"events": ["energy"]}));
    server.disconnect(ann.connection);
    let again = server.player("ann");
    server.advance_seconds(SECONDS_PER_POINT);
    assert_eq!(returned(&mut server, &again), [], "a player who returns has to listen again");
}

#[test]
fn what_cannot_be_listened_to_is_refused_with_what_can() {
    let mut server = TestServer::new();
    let ann = listening(&mut server, "ann");
    for unknown in ["energy_full", "nonsense"] {
        let reply = server.ask(&ann, "listen", json!({"events": ["energy", unknown]}));
        let message = "data.events: expected names of events that can be asked for: energy";
        assert_eq!((&reply["status"], &reply["message"]), (&json!(13), &json!(message)));
    }
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(SECONDS_PER_POINT);
    assert_eq!(returned(&mut server, &ann), [(1, 115)], "a refusal keeps the earlier subscription");
}

#[test]
fn a_clock_that_is_set_back_brings_its_points_a_second_time() {
    let mut server = TestServer::new();
    let ann = listening(&mut server, "ann");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(SECONDS_PER_POINT + 10);
    assert_eq!(returned(&mut server, &ann), [(1, 115)]);
    server.advance_seconds(-20);
    assert_eq!(energy(&mut server, &ann)["remain"], 114);
    server.advance_seconds(10);
    assert_eq!(returned(&mut server, &ann), [(1, 115)], "the system follows the formula, whatever the clock does");
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Spend,
    Pass(i64),
    Crash,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        2 => Just(Act::Spend),
        6 => (1_i64..1000).prop_map(Act::Pass),
        1 => Just(Act::Crash),
    ];
    proptest::collection::vec(act, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(8), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_system_tells_of_each_point_in_the_second_in_which_the_formula_has_it(acts in acts()) {
        let mut server = TestServer::new();
        let mut ann = listening(&mut server, "ann");
        let mut points = energy(&mut server, &ann)["remain"].as_i64().expect("points");
        for act in acts {
            match act {
                Act::Spend => {
                    let reply = server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
                    if reply["status"] == 0 {
                        points = reply["data"]["energy"]["remain"].as_i64().expect("points");
                    }
                }
                Act::Crash => {
                    server = server.crash_and_reopen();
                    ann = listening(&mut server, "ann");
                }
                Act::Pass(seconds) => {
                    let cooling = energy(&mut server, &ann)["cooling"].as_i64().expect("a cooling time");
                    if cooling > 0 && cooling <= seconds {
                        server.advance(Duration::from_secs((cooling - 1).unsigned_abs()));
                        prop_assert_eq!(returned(&mut server, &ann), [], "not a second early");
                        server.advance(Duration::from_secs(1));
                        points += 1;
                        prop_assert_eq!(returned(&mut server, &ann), [(1, points)], "and not one late");
                    } else {
                        server.advance(Duration::from_secs(seconds.unsigned_abs()));
                        prop_assert_eq!(returned(&mut server, &ann), []);
                    }
                }
            }
            prop_assert_eq!(energy(&mut server, &ann)["remain"].as_i64(), Some(points), "the formula says the same");
        }
    }
}
