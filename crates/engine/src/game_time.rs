//! Game time for other people's plugins: bevy_time's clocks follow [`Clock`].
//!
//! [`Clock`] is the one source of moment, day and zone. It drives [`Time<Game>`], which is copied to [`Time`] at the
//! beginning of each tick, so that timers, `on_timer` and anything else a Bevy plugin builds on `Time` run on game
//! time. A skip of hours is one delta. `Time` cannot go back: after the clock was set back its delta is zero until the
//! earlier moment is passed.
//!
//! Never accumulate deltas into stored state; store the moment itself.

use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_time::Time;
use jiff::tz::TimeZone;

use crate::clock::{Clock, ClockMode};

/// The context of game time: the clock's readings besides elapsed time.
#[derive(Debug, Clone)]
pub struct Game {
    /// Unix milliseconds.
    pub now_ms: i64,
    /// The highest value of `now_ms` so far; the sum of all deltas ends there.
    pub reached_ms: Option<i64>,
    /// The number of the calendar day; a later day has a higher one.
    pub day: i32,
    /// The number of the calendar month; a later month has a higher one.
    pub month: i32,
    /// The zone of midnight.
    pub zone: TimeZone,
    /// Whether time passes in real time, by hand, or accelerated.
    pub mode: ClockMode,
}

impl Default for Game {
    fn default() -> Self {
        Self { now_ms: 0, reached_ms: None, day: 0, month: 0, zone: TimeZone::UTC, mode: ClockMode::Real }
    }
}

/// Advances game time to the clock's moment.
pub fn follow(world: &mut World) {
    let clock = world.resource::<Clock>();
    let (now_ms, day, month, mode) = (clock.now_ms(), clock.day(), clock.month(), clock.mode());
    let mut game = world.resource_mut::<Time<Game>>();
    let reached_ms = game.context().reached_ms;
    let context = game.context_mut();
    context.now_ms = now_ms;
    context.reached_ms = Some(reached_ms.map_or(now_ms, |reached| reached.max(now_ms)));
    (context.day, context.month, context.mode) = (day, month, mode);
    let delta_ms = now_ms.saturating_sub(reached_ms.unwrap_or(now_ms)).max(0);
    game.advance_by(Duration::from_millis(delta_ms.unsigned_abs()));
    let generic = game.as_generic();
    *world.resource_mut::<Time>() = generic;
    if reached_ms.is_none() {
        let zone = world.resource::<Clock>().zone().clone();
        world.resource_mut::<Time<Game>>().context_mut().zone = zone;
    }
}
