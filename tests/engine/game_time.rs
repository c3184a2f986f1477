//! Third-party plugins use bevy's `Time`, which follows the game's clock.

use std::time::Duration;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::common_conditions::on_timer;
use bevy_time::{Time, Timer, TimerMode};
use raidkeep::engine::clock::{Clock, ClockMode};
use raidkeep::engine::game_time::Game;
use raidkeep::engine::schedule::{Tick, TickSystems};
use raidkeep::studio::testing::{TestServer, TestSetup};

const MINUTE: Duration = Duration::from_secs(60);

/// The counters of a third-party plugin.
#[derive(Resource)]
struct Foreign {
    timer: Timer,
    rung: u32,
    runs: u32,
}

fn foreign_plugin(app: &mut App) {
    app.insert_resource(Foreign { timer: Timer::new(MINUTE, TimerMode::Repeating), rung: 0, runs: 0 });
    let by_timer = |time: Res<Time>, mut foreign: ResMut<Foreign>| {
        let finished = foreign.timer.tick(time.delta()).times_finished_this_tick();
        foreign.rung += finished;
    };
    let by_condition = (|mut foreign: ResMut<Foreign>| foreign.runs += 1).run_if(on_timer(MINUTE));
    app.add_systems(Tick, (by_timer, by_condition).chain().before(TickSystems::Handle).after(TickSystems::Platforms));
}

fn server(clock: ClockMode) -> TestServer {
    let mut setup = TestSetup { extend: vec![foreign_plugin], ..TestSetup::default() };
    setup.settings.clock = clock;
    let mut server = TestServer::with(setup);
    server.step(1);
    server
}

fn counted(server: &mut TestServer) -> (u32, u32) {
    let foreign = server.simulation().world().resource::<Foreign>();
    (foreign.rung, foreign.runs)
}

fn elapsed(server: &mut TestServer) -> Duration {
    server.simulation().world().resource::<Time<Game>>().elapsed()
}

#[test]
fn third_party_timers_and_run_conditions_follow_game_time() {
    let mut server = server(ClockMode::Manual);
    server.advance(MINUTE - Duration::from_secs(1));
    assert_eq!(counted(&mut server), (0, 0), "a second is missing");
    server.advance(Duration::from_secs(1));
    assert_eq!(counted(&mut server), (1, 1));
    server.advance(MINUTE * 60 * 24 * 31);
    assert_eq!(counted(&mut server), (1 + 31 * 24 * 60, 2), "a month is one step, and none of it is cut off");
    assert_eq!(elapsed(&mut server), MINUTE * (1 + 31 * 24 * 60));
}

#[test]
fn an_accelerated_clock_carries_time_along() {
    let mut server = server(ClockMode::Times(60.0));
    server.advance_seconds(1);
    assert_eq!(counted(&mut server), (1, 1), "a second of real time is a minute of game time");
    assert_eq!(elapsed(&mut server), MINUTE);
}

#[test]
fn time_stands_still_until_a_clock_that_was_set_back_is_where_it_was() {
    let mut server = server(ClockMode::Manual);
    server.advance(MINUTE);
    server.advance_seconds(-3600);
    assert_eq!(elapsed(&mut server), MINUTE, "time cannot go back");
    server.advance_seconds(3600);
    assert_eq!((elapsed(&mut server), counted(&mut server)), (MINUTE, (1, 1)), "no second counts twice");
    server.advance(MINUTE);
    assert_eq!((elapsed(&mut server), counted(&mut server)), (2 * MINUTE, (2, 2)));
}

#[test]
fn the_context_says_what_the_clock_says() {
    let mut server = server(ClockMode::Manual);
    server.advance(MINUTE * 60 * 24);
    let world = server.simulation().world();
    let (game, clock) = (world.resource::<Time<Game>>().context(), world.resource::<Clock>());
    assert_eq!((game.now_ms, game.day, game.month), (clock.now_ms(), clock.day(), clock.month()));
    assert_eq!((game.mode, &game.zone), (ClockMode::Manual, clock.zone()));
    assert_eq!(world.resource::<Time>().elapsed(), world.resource::<Time<Game>>().elapsed());
}
