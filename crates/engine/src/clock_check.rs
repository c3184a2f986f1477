//! Whether the system clock of a start can be right, given when the world's last change was stored.
//!
//! A world is stored at least once a day while it runs, so a clock that is far ahead of the last change means that the
//! server stood still for long, or that the clock is wrong. Nothing of a world can be later than its last change, so a
//! clock behind it is wrong, or was when the change was stored.

use crate::clock::{Clock, ClockMode, ClockSettings};

/// How far the clock of a start may be from the last stored moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockBounds {
    /// Hours ahead of it.
    pub ahead_hours: u32,
    /// Minutes behind it.
    pub behind_minutes: u32,
}

/// A clock that is too far from the last stored moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "world {world}: the system clock says {now}, {distance} the last stored change of {stored}; {allowed}. Nothing was \
     changed. If the clock is wrong, set it and start again. If it is right, {}: start once with --accept-clock",
    if_right(*is_ahead)
)]
pub struct ClockTooFar {
    world: u32,
    is_ahead: bool,
    now: Box<str>,
    stored: Box<str>,
    distance: Box<str>,
    /// The setting, and what it allows.
    allowed: Box<str>,
}

fn if_right(is_ahead: bool) -> &'static str {
    match is_ahead {
        true => "the server stood still for that long",
        false => "the change was stored under a wrong one (`raidkeep clock mend` brings back what that has left)",
    }
}

impl ClockBounds {
    /// Checks the clock of a start; a clock that is not the system's continues from the last stored moment anyway.
    ///
    /// # Errors
    /// When it is too far from the last stored moment.
    pub fn check(
        self,
        world: u32,
        settings: &ClockSettings,
        wall_ms: i64,
        stored_ms: Option<i64>,
    ) -> Result<(), ClockTooFar> {
        let Some(stored_ms) = stored_ms.filter(|_| settings.mode == ClockMode::Real) else {
            return Ok(());
        };
        let ahead_seconds = wall_ms.saturating_sub(stored_ms) / 1000;
        let Self { ahead_hours, behind_minutes } = self;
        let is_ahead = ahead_seconds > i64::from(ahead_hours) * 3600;
        let is_behind = ahead_seconds < -(i64::from(behind_minutes) * 60);
        if !is_ahead && !is_behind {
            return Ok(());
        }
        let (direction, allowed) = match is_ahead {
            true => ("ahead of", format!("clock_jump_max_hours allows {ahead_hours}")),
            false => ("behind", format!("clock_back_max_minutes allows {behind_minutes}")),
        };
        let shown = |ms: i64| {
            let clock = Clock::start(ClockMode::Real, settings.zone.clone(), ms, None);
            format!("{} ({})", clock.local_time(clock.now()), settings.zone.iana_name().unwrap_or("UTC")).into()
        };
        let distance = format!("{} {direction}", distance(ahead_seconds.saturating_abs())).into();
        let (now, stored) = (shown(wall_ms), shown(stored_ms));
        Err(ClockTooFar { world, is_ahead, now, stored, distance, allowed: allowed.into() })
    }
}

/// In the largest unit of which there are two or more.
fn distance(seconds: i64) -> String {
    let units = [(86_400, "days"), (3600, "hours"), (60, "minutes")];
    let largest = units.into_iter().find(|(length, _)| seconds >= 2 * length);
    largest.map_or_else(|| format!("{seconds} seconds"), |(length, name)| format!("{} {name}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: ClockBounds = ClockBounds { ahead_hours: 168, behind_minutes: 60 };
    const STORED_MS: i64 = 1_773_115_200_000;

    fn told(seconds: i64, mode: ClockMode) -> Option<String> {
        let settings = ClockSettings { mode, ..ClockSettings::default() };
        let checked = BOUNDS.check(1, &settings, STORED_MS + seconds * 1000, Some(STORED_MS));
        checked.err().map(|error| error.to_string())
    }

    #[test]
    fn a_clock_within_the_bounds_is_right_and_one_beyond_is_told_with_both_moments() {
        for seconds in [0, 3600, 168 * 3600, -3600] {
            assert_eq!(told(seconds, ClockMode::Real), None, "{seconds} s");
        }
        let ahead = told(30 * 86_400, ClockMode::Real).expect("a month is too far");
        for part in
            ["world 1", "2026-04-09 12:00:00", "2026-03-10 12:00:00", "30 days ahead of", "clock_jump_max_hours"]
        {
            assert!(ahead.contains(part), "{part}: {ahead}");
        }
        let behind = told(-3601, ClockMode::Real).expect("more than an hour");
        for part in ["60 minutes behind", "clock_back_max_minutes", "--accept-clock", "raidkeep clock mend"] {
            assert!(behind.contains(part), "{part}: {behind}");
        }
    }

    #[test]
    fn a_clock_of_its_own_and_a_new_world_are_never_too_far() {
        assert_eq!(told(-30 * 86_400, ClockMode::Manual), None);
        assert_eq!(told(30 * 86_400, ClockMode::Times(60.0)), None);
        assert_eq!(BOUNDS.check(0, &ClockSettings::default(), 0, None), Ok(()));
    }
}
