//! When something in the rules starts over (docs/contract/time.md#schedules).
//!
//! Everything is due at a local midnight, so schedules count in days; the [`Clock`] knows when a day begins and how
//! long it is.

use jiff::civil::{Date, Weekday as CivilWeekday};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use raidkeep_engine::calendar::{date_number, date_of};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::rules::{Place, Report};

/// When something starts over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// At every local midnight.
    Daily,
    /// At the local midnight that begins this day of the week: `weekly(monday)`.
    Weekly(Weekday),
    /// At local midnight of the 1st.
    Monthly,
    /// At the local midnights that begin these dates: `dates(["2026-12-24", "2027-02-06"])`.
    Dates(
        #[serde(deserialize_with = "dates")]
        #[schemars(with = "Vec<String>")]
        Vec<Date>,
    ),
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// As the rules write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// Whether this is the day.
    pub fn is(self, day: CivilWeekday) -> bool {
        self as i8 == day.to_monday_zero_offset()
    }

    /// How many days before the day of that number it last was: 0 to 6.
    fn days_since(self, day: i32) -> i32 {
        // Day 0 was a Thursday.
        let weekday = (i64::from(day) + 3 - self as i64).rem_euclid(7);
        i32::try_from(weekday).unwrap_or(0)
    }
}

fn dates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: String| {
        text.parse().map_err(|_| {
            serde::de::Error::custom(format!("\"{text}\" cannot be read, expected a date such as \"2026-12-24\""))
        })
    };
    texts.into_iter().map(read).collect()
}

impl Schedule {
    /// The latest day, today included, on which it was due; `None` before the first.
    pub fn last_due(&self, clock: &Clock) -> Option<i32> {
        let today = clock.date_number();
        match self {
            Self::Daily => Some(today),
            Self::Weekly(weekday) => Some(today - weekday.days_since(today)),
            Self::Monthly => Some(clock.first_date_of_month()),
            Self::Dates(dates) => dates.iter().copied().map(date_number).filter(|due| *due <= today).max(),
        }
    }

    /// The first day after `day` on which it is due; `None` after the last.
    pub fn next_due(&self, day: i32) -> Option<i32> {
        match self {
            Self::Daily => day.checked_add(1),
            Self::Weekly(weekday) => day.checked_add(7 - weekday.days_since(day)),
            Self::Monthly => date_of(day).last_of_month().tomorrow().ok().map(date_number),
            Self::Dates(dates) => dates.iter().copied().map(date_number).filter(|due| *due > day).min(),
        }
    }

    /// Reports a list of dates that is empty or out of order.
    pub fn check(&self, place: &Place, report: &mut Report) {
        let Self::Dates(dates) = self else {
            return;
        };
        if dates.is_empty() {
            report.error(place, "is empty, expected at least one date");
        }
        if let Some(at) = dates.windows(2).position(|pair| pair[0] >= pair[1]) {
            let message = format!("{} does not come after {}, expected dates in order", dates[at + 1], dates[at]);
            report.error(place, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use raidkeep_engine::clock::{ClockMode, time_zone};

    fn clock(zone: &str, moment: &str) -> Clock {
        let moment: Timestamp = moment.parse().expect("a moment");
        Clock::start(ClockMode::Manual, time_zone(zone).expect("a known zone"), moment.as_millisecond(), None)
    }

    fn day(date: &str) -> i32 {
        date_number(date.parse().expect("a date"))
    }

    fn dates(dates: &[&str]) -> Schedule {
        Schedule::Dates(dates.iter().map(|date| date.parse().expect("a date")).collect())
    }

    #[test]
    fn each_schedule_knows_when_it_was_due_and_when_it_is_next() {
        // A Wednesday in Shanghai; in UTC it is still Tuesday.
        let clock = clock("Asia/Shanghai", "2026-03-10T16:00:00Z");
        let both = |schedule: &Schedule| (schedule.last_due(&clock), schedule.next_due(clock.day()));
        assert_eq!(both(&Schedule::Daily), (Some(day("2026-03-11")), Some(day("2026-03-12"))));
        assert_eq!(both(&Schedule::Weekly(Weekday::Wednesday)), (Some(day("2026-03-11")), Some(day("2026-03-18"))));
        assert_eq!(both(&Schedule::Weekly(Weekday::Thursday)), (Some(day("2026-03-05")), Some(day("2026-03-12"))));
        assert_eq!(both(&Schedule::Monthly), (Some(day("2026-03-01")), Some(day("2026-04-01"))));
        let holidays = dates(&["2026-02-17", "2026-03-12"]);
        assert_eq!(both(&holidays), (Some(day("2026-02-17")), Some(day("2026-03-12"))));
        assert_eq!(both(&dates(&["2027-01-01"])), (None, Some(day("2027-01-01"))), "it was never due");
        assert_eq!(both(&dates(&["2025-01-01"])), (Some(day("2025-01-01")), None), "it will never be due again");
    }

    #[test]
    fn what_is_due_is_due_at_local_midnight_also_where_clocks_change() {
        // Clocks go forward in the night before this Monday.
        let clock = clock("Europe/Berlin", "2026-03-28T12:00:00Z");
        let due = Schedule::Weekly(Weekday::Monday).next_due(clock.day()).expect("there is always a next Monday");
        let expected: Timestamp = "2026-03-29T22:00:00Z".parse().expect("a moment");
        assert_eq!(clock.midnight_of(due), expected.as_second());
    }

    proptest! {
        #[test]
        fn the_next_day_is_the_first_that_is_due(today in 0_i64..80_000, which in 0_usize..4) {
            let schedule = [
                Schedule::Daily,
                Schedule::Weekly(Weekday::Friday),
                Schedule::Monthly,
                dates(&["1999-12-31", "2040-02-29"]),
            ][which].clone();
            let at = |day: i64| Clock::start(ClockMode::Manual, jiff::tz::TimeZone::UTC, day * 86_400_000, None);
            let clock = at(today);
            prop_assert!(schedule.last_due(&clock).is_none_or(|due| due <= clock.day()));
            if let Some(next) = schedule.next_due(clock.day()) {
                prop_assert!(next > clock.day());
                prop_assert_eq!(schedule.last_due(&at(i64::from(next))), Some(next));
                prop_assert_eq!(schedule.last_due(&at(i64::from(next) - 1)), schedule.last_due(&clock));
            }
        }
    }
}
