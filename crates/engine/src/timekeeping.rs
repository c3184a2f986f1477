//! The clock's functions for clients and operators: `server_time` and `clock_advance`.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, ClockMode, ClockSettings};
use crate::dispatch::RequestApp;
use crate::request;
use crate::request::lenient::Integer;
use crate::request::{Answer, Call, Operator, Refusal, Success};
use crate::storage::rows::Persistence;

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
    #[serde(deserialize_with = "crate::request::lenient::integer")]
    #[schemars(with = "Integer")]
    seconds: i64,
}

request!(Operator, "clock_advance", ClockAdvance => TimeTold);

fn server_time(In(_): In<Call<ServerTime>>, clock: Res<Clock>) -> Answer<TimeTold> {
    Ok(Success::with(tell(&clock)))
}

fn clock_advance(
    In(call): In<Call<ClockAdvance>>,
    mut clock: ResMut<Clock>,
    mut persistence: ResMut<Persistence>,
) -> Answer<TimeTold> {
    if !clock.move_by_hand(call.request.seconds) {
        return Err(Refusal::malformed("data.seconds", "a number that stays between the years 1970 and 9000"));
    }
    persistence.keep_moment();
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
