//! The one clock of a world, and its calendar. Nothing else reads the time of day (docs/contract/time.md#one-clock).

use std::str::FromStr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bevy_ecs::prelude::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::calendar::{Day, date_of, first_date_of, first_moment};
use crate::schema::{schema_by_hand, text_of};

/// Game time stays between the years 1970 and 9000, so that calendar sums never overflow.
const LATEST_SECONDS: i64 = 221_845_392_000;

/// Longest sleep; what is due later is scheduled again on waking.
const MONTH_SECONDS: f64 = 2_592_000.0;

/// How the time of a world passes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ClockMode {
    /// At wall-clock speed.
    #[default]
    Real,
    /// Only when the operator function `clock_advance` moves it.
    Manual,
    /// At a multiple of wall-clock speed.
    Times(f64),
}

impl FromStr for ClockMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "real" => Ok(Self::Real),
            "manual" => Ok(Self::Manual),
            _ => {
                let factor = text.strip_prefix('x').and_then(|factor| factor.parse::<f64>().ok());
                let sane = factor.filter(|factor| (0.001..=1_000_000.0).contains(factor));
                sane.map(Self::Times).ok_or_else(|| {
                    format!("\"{text}\" is no clock; expected real, manual, or xN such as x60 (60 times as fast)")
                })
            }
        }
    }
}

/// How the time of a world passes, and in which zone its midnight is.
#[derive(Debug, Clone, Resource)]
pub struct ClockSettings {
    /// How time passes.
    pub mode: ClockMode,
    /// The zone of midnight.
    pub zone: TimeZone,
}

impl Default for ClockSettings {
    /// Wall-clock time in Shanghai, where the contract's days begin.
    fn default() -> Self {
        Self { mode: ClockMode::Real, zone: time_zone("Asia/Shanghai").unwrap_or(TimeZone::UTC) }
    }
}

/// Wall-clock time in unix milliseconds.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time of day")]
pub fn wall_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// A moment in unix milliseconds as people read it, in UTC.
pub fn shown_utc(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).map_or_else(|_| format!("{unix_ms} ms"), |moment| moment.to_string())
}

/// A time zone by its IANA name.
pub fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("\"{name}\" is no known time zone; expected a name such as Asia/Shanghai"))
}

/// The present moment of a world and the calendar day around it. The moment does not change within a tick.
#[derive(Debug, Resource)]
pub struct Clock {
    now_ms: i64,
    mode: ClockMode,
    zone: TimeZone,
    day: Day,
    /// How far the count of days is ahead of the dates of the zone.
    days_ahead: i32,
    /// World time and wall-clock time at the start, for an accelerated clock.
    started: (i64, i64),
    moved_by_hand: bool,
    /// The wall clock (unix milliseconds) and the monotonic one when they were last compared.
    compared: Option<(i64, Instant)>,
}

/// From this difference on, in milliseconds, the system clock was set, and not just slowed down or sped up.
const SET_FROM_MS: i64 = 2000;

impl Clock {
    /// A clock that starts now; a manual or accelerated one continues from `stored_ms`.
    pub fn start(mode: ClockMode, zone: TimeZone, wall_ms: i64, stored_ms: Option<i64>) -> Self {
        let now_ms = match mode {
            ClockMode::Real => wall_ms,
            ClockMode::Manual => stored_ms.unwrap_or(wall_ms - wall_ms.rem_euclid(1000)),
            ClockMode::Times(_) => stored_ms.unwrap_or(wall_ms),
        };
        let now_ms = now_ms.clamp(0, LATEST_SECONDS * 1000);
        let day = Day::around(now_ms / 1000, &zone);
        Self {
            now_ms,
            mode,
            zone,
            day,
            days_ahead: 0,
            started: (now_ms, wall_ms),
            moved_by_hand: false,
            compared: None,
        }
    }

    /// Compares the system clock with a monotonic one. Returns by how many seconds it was set since the last call, if it
    /// was; negative = back.
    pub fn compare(&mut self, wall_ms: i64, real: Instant) -> Option<i64> {
        let (before_ms, before) = self.compared.replace((wall_ms, real))?;
        let passed_ms = i64::try_from(real.saturating_duration_since(before).as_millis()).unwrap_or(i64::MAX);
        let set_ms = wall_ms.saturating_sub(before_ms).saturating_sub(passed_ms);
        let is_followed = self.mode != ClockMode::Manual;
        (is_followed && set_ms.saturating_abs() >= SET_FROM_MS).then_some(set_ms / 1000)
    }

    /// Brings a self-running clock up to the present.
    pub fn update(&mut self, wall_ms: i64) {
        match self.mode {
            ClockMode::Real => self.set(wall_ms),
            ClockMode::Manual => {}
            ClockMode::Times(factor) => {
                let passed = (wall_ms - self.started.1) as f64 * factor;
                self.set(self.started.0.saturating_add(passed as i64));
            }
        }
    }

    pub(crate) fn set(&mut self, now_ms: i64) {
        self.now_ms = now_ms.clamp(0, LATEST_SECONDS * 1000);
        let now = self.now();
        if !self.day.contains(now) {
            self.day = Day::around(now, &self.zone);
        }
    }

    /// Real time until the clock reaches `moment` (unix seconds); `None` for a clock that does not run by itself.
    pub fn real_time_until(&self, moment: i64) -> Option<std::time::Duration> {
        let left_ms = moment.saturating_mul(1000).saturating_sub(self.now_ms).max(0) as f64;
        let real_ms = match self.mode {
            ClockMode::Real => left_ms,
            ClockMode::Manual => return None,
            ClockMode::Times(factor) => left_ms / factor,
        };
        Some(std::time::Duration::from_secs_f64((real_ms / 1000.0).min(MONTH_SECONDS)))
    }

    /// Moves the clock by this many seconds, backwards if negative. Returns false and changes nothing when that would
    /// leave the years 1970 to 9000.
    pub fn move_by_hand(&mut self, seconds: i64) -> bool {
        let target = self.now().checked_add(seconds).filter(|at| (0..=LATEST_SECONDS).contains(at));
        let Some(target) = target else {
            return false;
        };
        self.set(target * 1000 + self.now_ms % 1000);
        self.moved_by_hand = true;
        true
    }

    /// Whether the clock was moved by hand since the last call.
    pub fn take_moved_by_hand(&mut self) -> bool {
        std::mem::take(&mut self.moved_by_hand)
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.now_ms / 1000
    }

    /// How time passes.
    pub fn mode(&self) -> ClockMode {
        self.mode
    }

    /// The game's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A moment in unix seconds as `YYYY-MM-DD HH:MM:SS` in the game's zone.
    pub fn local_time(&self, at: i64) -> String {
        let moment = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone());
        moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The number of the day; later days have higher numbers. It is the number of the date, or ahead of it in a world
    /// whose zone has moved west.
    pub fn day(&self) -> i32 {
        self.day.number + self.days_ahead
    }

    /// The number of the date: days since 1970-01-01 in the zone. Calendar schedules use dates.
    pub fn date_number(&self) -> i32 {
        self.day.number
    }

    /// Counts days ahead of the date.
    pub fn count_ahead(&mut self, days: i32) {
        self.days_ahead = days;
    }

    /// The number of the calendar month; a later month has a higher one.
    pub fn month(&self) -> i32 {
        self.day.month
    }

    /// The number of the date of the 1st of this month.
    pub fn first_date_of_month(&self) -> i32 {
        first_date_of(self.day.month)
    }

    /// The local midnight that begins the date of that number, unix seconds.
    pub fn midnight_of(&self, date: i32) -> i64 {
        first_moment(date_of(date).into(), &self.zone)
    }

    /// The next local midnight, unix seconds.
    pub fn next_day_at(&self) -> i64 {
        self.day.ends_at
    }

    /// The next local midnight of a 1st, unix seconds.
    pub fn next_month_at(&self) -> i64 {
        self.day.month_ends_at
    }

    /// Whole seconds to the next local midnight: `cd`, `cd_time`, `world_boss.time`.
    pub fn seconds_to_next_day(&self) -> i64 {
        self.next_day_at() - self.now()
    }

    /// Whole seconds to the next 1st: `mcd`, `month_time`.
    pub fn seconds_to_next_month(&self) -> i64 {
        self.next_month_at() - self.now()
    }
}

/// Seconds, written `H:MM:SS` (docs/contract/time.md#durations).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoursMinutesSeconds(pub i64);

impl std::fmt::Display for HoursMinutesSeconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.max(0);
        write!(f, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

impl Serialize for HoursMinutesSeconds {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == 0 { serializer.serialize_str("0:00:00") } else { serializer.collect_str(self) }
    }
}

schema_by_hand!(HoursMinutesSeconds, "HoursMinutesSeconds", |_| text_of(
    "A duration, `H:MM:SS`.",
    "^[0-9]+:[0-9]{2}:[0-9]{2}$"
));

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;

    pub(crate) fn clock_at(zone: &str, moment: &str) -> Clock {
        let zone = time_zone(zone).expect("a known zone");
        let stamp: Timestamp = moment.parse().expect("a moment");
        Clock::start(ClockMode::Manual, zone, stamp.as_millisecond(), None)
    }

    #[test]
    fn a_system_clock_that_is_set_is_noticed_and_one_that_runs_a_little_fast_is_not() {
        let mut clock = Clock::start(ClockMode::Real, TimeZone::UTC, 0, None);
        let began = Instant::now();
        let mut compare = |wall_ms, after_ms| clock.compare(wall_ms, began + Duration::from_millis(after_ms));
        assert_eq!(compare(1_000_000, 0), None, "there is nothing to compare it with");
        assert_eq!(compare(1_061_900, 60_000), None, "it was slewed");
        assert_eq!(compare(1_062_900 - 3_600_000, 61_000), Some(-3600));
        assert_eq!(compare(1_063_900 - 3_600_000, 62_000), None, "it is told once");
        assert_eq!(compare(1_064_900, 63_000), Some(3600));
        let mut manual = Clock::start(ClockMode::Manual, TimeZone::UTC, 0, None);
        manual.compare(0, began);
        assert_eq!(manual.compare(1_000_000, began), None, "a manual clock does not follow it");
    }

    #[test]
    fn days_and_months_end_at_local_midnight() {
        let clock = clock_at("Asia/Shanghai", "2026-01-31T15:59:58Z");
        assert_eq!((clock.seconds_to_next_day(), clock.seconds_to_next_month()), (2, 2));
        let clock = clock_at("Asia/Shanghai", "2026-01-31T16:00:00Z");
        assert_eq!(clock.seconds_to_next_day(), 86_400, "midnight belongs to the new day");
        assert_eq!(clock.seconds_to_next_month(), 28 * 86_400);
    }

    #[test]
    fn days_have_23_or_25_hours_where_clocks_change() {
        let spring = clock_at("Europe/Berlin", "2026-03-28T23:00:00Z");
        assert_eq!(spring.seconds_to_next_day(), 23 * 3600);
        let autumn = clock_at("Europe/Berlin", "2026-10-24T22:00:00Z");
        assert_eq!(autumn.seconds_to_next_day(), 25 * 3600);
    }

    #[test]
    fn each_moment_belongs_to_exactly_one_day_for_two_years() {
        for zone in ["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"] {
            let mut clock = clock_at(zone, "2018-01-01T12:00:00Z");
            for _ in 0..731 {
                let (day, ends_at) = (clock.day(), clock.next_day_at());
                clock.set((ends_at - 1) * 1000);
                assert_eq!(clock.day(), day, "{zone}: the last second is still the same day");
                clock.set(ends_at * 1000);
                assert_eq!(clock.day(), day + 1, "{zone}: days follow each other");
            }
        }
    }

    #[test]
    fn days_are_numbered_and_found_again_by_their_number() {
        let clock = clock_at("Asia/Shanghai", "2026-03-10T04:00:00Z");
        assert_eq!(date_of(clock.date_number()).to_string(), "2026-03-10");
        assert_eq!(date_of(clock.first_date_of_month()).to_string(), "2026-03-01");
        assert_eq!(clock.midnight_of(clock.date_number() + 1), clock.next_day_at());
    }

    #[test]
    fn an_accelerated_clock_goes_on_from_the_stored_moment() {
        let zone = time_zone("UTC").expect("UTC exists");
        let mut clock = Clock::start(ClockMode::Times(60.0), zone, 10_000, Some(1_000_000));
        clock.update(11_000);
        assert_eq!(clock.now_ms(), 1_060_000);
    }

    #[test]
    fn clock_modes_are_read_or_explained() {
        assert_eq!("x60".parse(), Ok(ClockMode::Times(60.0)));
        assert!("fast".parse::<ClockMode>().is_err_and(|error| error.contains("xN")));
        assert!("x0".parse::<ClockMode>().is_err());
    }

    #[test]
    fn durations_read_as_in_the_documents() {
        assert_eq!(HoursMinutesSeconds(62_057).to_string(), "17:14:17");
        assert_eq!(HoursMinutesSeconds(36_000).to_string(), "10:00:00");
    }
}
