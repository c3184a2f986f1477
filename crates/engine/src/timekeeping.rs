//! The clock's functions for clients and operators: `server_time` and `clock_advance`.

use std::time::Instant;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::days_ahead;
use crate::clock::{Clock, ClockMode, ClockSettings, time_zone};
use crate::dispatch::RequestApp;
use crate::operators::Right;
use crate::request;
use crate::request::lenient::Integer;
use crate::request::{Answer, Call, Operator, Refusal, Success};
use crate::schedule::{Surroundings, Tick, TickSystems};
use crate::storage::WorldRow;
use crate::storage::rows::Persistence;

/// How the days of a world are counted. A restart with a zone further west must not repeat a day that was counted
/// (docs/contract/time.md#days-and-months), because rows remember days by their number.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct DayCount {
    /// IANA name of the zone of the last start; empty before the first.
    zone: String,
    /// How far the count is ahead of the date in that zone.
    ahead: i32,
}

impl WorldRow for DayCount {
    const TABLE: &'static str = "day_count";
}

impl DayCount {
    /// Continues in the clock's zone, after a last moment (unix seconds) in the previous zone. Returns whether anything
    /// has changed.
    fn go_on(&mut self, clock: &mut Clock, last_moment: Option<i64>) -> bool {
        let before = time_zone(&self.zone).ok().zip(last_moment);
        let ahead = before.map_or(0, |(before, moment)| days_ahead(clock.zone(), &before, self.ahead, moment));
        let zone = clock.zone().iana_name().unwrap_or("UTC").to_owned();
        let went_on = Self { zone, ahead };
        clock.count_ahead(ahead);
        let is_changed = *self != went_on;
        *self = went_on;
        is_changed
    }
}

/// Starts to count the days of a world whose rows are restored and whose last change was at `last_moment` (unix seconds).
/// Returns whether the row has to be stored.
pub fn begin_day_count(world: &mut World, last_moment: Option<i64>) -> bool {
    world.resource_scope(|world, mut clock: Mut<Clock>| {
        let count = world.get_resource_mut::<DayCount>();
        count.is_some_and(|mut count| count.bypass_change_detection().go_on(&mut clock, last_moment))
    })
}

/// Brings a self-running clock up to the present, and tells when the system clock was set.
pub fn follow_system_clock(world: &mut World, wall_ms: i64, real: Instant) {
    let mut clock = world.resource_mut::<Clock>();
    let before = clock.now();
    let set_seconds = clock.compare(wall_ms, real);
    clock.update(wall_ms);
    if let Some(seconds) = set_seconds {
        let (from, to) = (clock.local_time(before), clock.local_time(clock.now()));
        let direction = if seconds < 0 { "back" } else { "forward" };
        tracing::warn!(seconds, from, to, "the system clock was set {direction}; the game's time follows it");
    }
}

/// Stores the moment once a day, also of a world that nobody plays in, so that the next start can tell whether its clock
/// is right.
fn keep_moment_daily(
    clock: Res<Clock>,
    mut persistence: ResMut<Persistence>,
    mut surroundings: ResMut<Surroundings>,
    mut kept_on: Local<Option<i32>>,
) {
    if clock.mode() != ClockMode::Real {
        return;
    }
    let today = clock.date_number();
    if kept_on.replace(today).is_some_and(|kept_on| kept_on != today) {
        persistence.keep_moment();
    }
    surroundings.wake_at(clock.next_day_at(), &clock);
}

/// Registers `server_time`, and `clock_advance` where the clock is manual.
#[derive(Default)]
pub struct ClockPlugin {
    /// How time passes, and where midnight is.
    pub settings: ClockSettings,
}

impl Plugin for ClockPlugin {
    fn build(&self, app: &mut App) {
        app.add_request::<ServerTime, _>(server_time);
        app.insert_resource(self.settings.clone());
        app.add_systems(Tick, keep_moment_daily.after(TickSystems::Calendar).before(TickSystems::Platforms));
        if self.settings.mode == ClockMode::Manual {
            app.add_request::<ClockAdvance, _>(clock_advance);
        }
    }
}

/// `server_time {}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ServerTime {}

/// The game's time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TimeTold {
    /// Unix seconds.
    pub now: i64,
    /// Local date and time, `YYYY-MM-DD HH:MM:SS`.
    pub time: String,
    /// IANA name of the zone.
    pub zone: String,
    /// Seconds to the daily reset.
    pub cd: i64,
    /// Seconds to the monthly reset.
    pub mcd: i64,
    /// The same as points in time.
    pub at: ResetMoments,
}

/// When the resets happen, unix seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResetMoments {
    /// The next daily reset.
    pub next_reset_at: i64,
    /// The next monthly reset.
    pub next_month_at: i64,
}

request!(crate::request::Anyone, "server_time", ServerTime => TimeTold);

/// `clock_advance {seconds}`: moves a manual clock, backwards with a negative number.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClockAdvance {
    /// By how many seconds.
    #[serde(deserialize_with = "crate::request::lenient::integer")]
    #[schemars(with = "Integer")]
    pub(crate) seconds: i64,
}

request!(Operator, "clock_advance", ClockAdvance => TimeTold, RIGHT = Right::CLOCK);

fn server_time(In(_): In<Call<ServerTime>>, clock: Res<Clock>) -> Answer<TimeTold> {
    Ok(Success::with(tell(&clock)))
}

fn clock_advance(
    In(call): In<Call<ClockAdvance>>,
    mut clock: ResMut<Clock>,
    mut persistence: ResMut<Persistence>,
) -> Answer<TimeTold> {
    let from = clock.local_time(clock.now());
    if !clock.move_by_hand(call.request.seconds) {
        return Err(Refusal::malformed("data.seconds", "a number that stays between the years 1970 and 9000"));
    }
    persistence.keep_moment();
    let to = clock.local_time(clock.now());
    tracing::info!(seconds = call.request.seconds, from, to, "an operator has set the clock");
    Ok(Success::with(tell(&clock)))
}

fn tell(clock: &Clock) -> TimeTold {
    TimeTold {
        now: clock.now(),
        time: clock.local_time(clock.now()),
        zone: clock.zone().iana_name().unwrap_or("UTC").to_owned(),
        cd: clock.seconds_to_next_day(),
        mcd: clock.seconds_to_next_month(),
        at: ResetMoments { next_reset_at: clock.next_day_at(), next_month_at: clock.next_month_at() },
    }
}
