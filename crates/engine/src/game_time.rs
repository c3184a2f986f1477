//! Game time for plugins of others: bevy_time's clocks follow [`Clock`].
//!
//! [`Clock`] is the one source of moment, day and zone. [`Time<Game>`] is driven by it and copied to [`Time`] at the beginning
//! of each tick, so that timers, `on_timer` and whatever else a Bevy plugin hangs on `Time` go by the game. A skip of hours is
//! one delta. `Time` cannot go back: after the clock was set back its delta is zero until the earlier moment is passed.
//!
//! Nothing that is kept may be summed up from it; what is kept is the moment itself.

use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_time::Time;
use jiff::tz::TimeZone;

use crate::clock::{Clock, ClockMode};

/// The context of game time: what the clock says beside how long it has run.
#[derive(Debug, Clone)]
pub struct Game {
    /// Unix milliseconds.
    pub now_ms: i64,
    /// The highest that `now_ms` has been; the sum of all deltas ends there.
    pub reached_ms: Option<i64>,
    /// The number of the calendar day; a later day has a higher one.
    pub day: i32,
    /// The number of the calendar month; a later month has a higher one.
    pub month: i32,
    /// Where midnight is.
    pub zone: TimeZone,
    /// Whether time passes as on the wall, by hand, or faster.
    pub mode: ClockMode,
}

impl Default for Game {
    fn default() -> Self {
        Self { now_ms: 0, reached_ms: None, day: 0, month: 0, zone: TimeZone::UTC, mode: ClockMode::Real }
    }
}

/// Brings game time to the clock's moment.
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
