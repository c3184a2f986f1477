//! Days and months in a zone, including those with clock changes (docs/contract/time.md#days-and-months).

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, Unit};

/// One calendar day, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// Days since 1970-01-01 in the zone.
    pub(crate) number: i32,
    /// Months since January of year 0.
    pub(crate) month: i32,
    starts_at: i64,
    pub(crate) ends_at: i64,
    pub(crate) month_ends_at: i64,
}

impl Day {
    /// The day around a moment (unix seconds).
    pub(crate) fn around(now: i64, zone: &TimeZone) -> Self {
        let date = date_at(now, zone);
        let first_of_next_month = date.last_of_month().tomorrow().unwrap_or(date);
        Self {
            number: date_number(date),
            month: i32::from(date.year()) * 12 + i32::from(date.month()) - 1,
            starts_at: first_moment(date.into(), zone),
            ends_at: first_moment(date.tomorrow().unwrap_or(date).into(), zone),
            month_ends_at: first_moment(first_of_next_month.into(), zone),
        }
    }

    /// Whether a moment (unix seconds) is on this day.
    pub(crate) fn contains(&self, now: i64) -> bool {
        (self.starts_at..self.ends_at).contains(&now)
    }
}

/// The date of the game day around a moment. Where clocks go back across midnight, the new day stays.
fn date_at(now: i64, zone: &TimeZone) -> Date {
    let stamp = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut date = stamp.to_zoned(zone.clone()).date();
    while let Ok(next) = date.tomorrow()
        && first_moment(next.into(), zone) <= now
    {
        date = next;
    }
    date
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The number of a date: days since 1970-01-01.
pub fn date_number(date: Date) -> i32 {
    date.since((Unit::Day, EPOCH)).map_or(0, |span| span.get_days())
}

/// The date of a number; the last date there is for one out of range.
pub fn date_of(number: i32) -> Date {
    Span::new().try_days(number).map_or(Date::MAX, |days| EPOCH.saturating_add(days))
}

/// The number of the week around a date: later weeks have higher numbers, and each begins on Monday.
pub fn week_of(date: i32) -> i32 {
    // 1970-01-01 was a Thursday.
    date.saturating_add(3).div_euclid(7)
}

/// The number of the 1st of a month: months since January of year 0.
pub fn first_date_of(month: i32) -> i32 {
    let year = i16::try_from(month.div_euclid(12)).ok();
    let date = year.zip(i8::try_from(month.rem_euclid(12) + 1).ok());
    date.and_then(|(year, month)| Date::new(year, month, 1).ok()).map_or(0, date_number)
}

/// How far the day count must be ahead of the dates in `zone` to continue from the previous zone, where it was `ahead`
/// at that moment (unix seconds). Further west the date may be earlier, but a day that has begun is not counted again,
/// and the next midnight begins the next one.
pub fn days_ahead(zone: &TimeZone, before: &TimeZone, ahead: i32, moment: i64) -> i32 {
    let counted = date_number(date_at(moment, before)) + ahead;
    (counted - date_number(date_at(moment, zone))).max(0)
}

/// The first moment (unix seconds) at which clocks in a zone show a local time. If that time is skipped, the moment at
/// which they go forward.
pub fn first_moment(local: DateTime, zone: &TimeZone) -> i64 {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let is_skipped = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    let Ok(moment) = ambiguous.earlier() else {
        return 0;
    };
    let transition = is_skipped.then(|| zone.following(moment).next()).flatten();
    transition.map_or(moment, |transition| transition.timestamp()).as_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tests::clock_at;
    use crate::clock::{Clock, ClockMode, time_zone};
    use proptest::prelude::*;

    #[test]
    fn dates_are_found_again_by_their_number() {
        for number in [i32::MIN, -1, 0, i32::MAX] {
            assert!(date_of(number) <= Date::MAX, "every number maps to a date");
        }
        assert_eq!(date_number(date_of(20_000)), 20_000);
        assert_eq!(date_of(first_date_of(2026 * 12 + 2)).to_string(), "2026-03-01");
    }

    #[test]
    fn weeks_begin_on_monday() {
        for number in -1000..30_000 {
            let is_monday = date_of(number).weekday() == jiff::civil::Weekday::Monday;
            assert_eq!(week_of(number) > week_of(number - 1), is_monday, "{}", date_of(number));
        }
    }

    #[test]
    fn a_local_time_that_is_skipped_comes_when_the_clocks_go_forward_and_one_that_is_repeated_comes_first() {
        let berlin = time_zone("Europe/Berlin").expect("a known zone");
        let moment = |text: &str| text.parse::<Timestamp>().expect("a moment").as_second();
        let first = |text: &str| first_moment(text.parse().expect("a local time"), &berlin);
        assert_eq!(first("2026-03-29T02:30:00"), moment("2026-03-29T01:00:00Z"));
        assert_eq!(first("2026-10-25T02:30:00"), moment("2026-10-25T00:30:00Z"));
        let apia = time_zone("Pacific/Apia").expect("a known zone");
        let skipped = first_moment("2011-12-30T08:00:00".parse().expect("a local time"), &apia);
        assert_eq!(skipped, moment("2011-12-30T10:00:00Z"), "a whole day was skipped");
    }

    #[test]
    fn in_the_hour_that_is_repeated_over_midnight_the_day_has_begun_and_does_not_end_again() {
        // At 0:01 of November 7 the clocks of Newfoundland went back to 23:01 of the 6th.
        let mut clock = clock_at("America/St_Johns", "2010-11-07T02:30:30Z");
        let (day, ends_at) = (clock.day(), clock.next_day_at());
        clock.set((clock.now() + 1800) * 1000);
        assert_eq!(&clock.local_time(clock.now())[..16], "2010-11-06 23:30", "the clocks show the 6th again");
        assert_eq!((clock.day(), clock.next_day_at()), (day, ends_at));
        assert_eq!(clock.seconds_to_next_day(), 24 * 3600 + 3600 - 1830);
    }

    #[test]
    fn further_west_the_count_of_days_goes_on_at_the_next_midnight() {
        let (shanghai, berlin) = (time_zone("Asia/Shanghai"), time_zone("Europe/Berlin"));
        let (shanghai, berlin) = (shanghai.expect("a known zone"), berlin.expect("a known zone"));
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment").as_second();
        let (morning, evening) = (at("2026-05-02T23:00:00Z"), at("2026-05-03T04:00:00Z"));
        assert_eq!(
            days_ahead(&berlin, &shanghai, 0, at("2026-05-02T17:00:00Z")),
            1,
            "one o'clock on the 3rd is the 2nd"
        );
        assert_eq!(days_ahead(&berlin, &shanghai, 0, morning), 0, "on the 3rd in both");
        assert_eq!(days_ahead(&shanghai, &berlin, 1, at("2026-05-02T17:00:00Z")), 0, "and back");
        assert_eq!(days_ahead(&shanghai, &berlin, 1, evening), 1, "a day that was counted stays counted");
    }

    proptest! {
        #[test]
        fn the_next_day_is_always_to_come_and_days_never_go_back(
            zone in prop::sample::select(vec![
                "America/St_Johns", "America/Sao_Paulo", "Asia/Amman", "Pacific/Apia", "Europe/Berlin", "Africa/Cairo",
                "Asia/Shanghai", "Australia/Lord_Howe", "Antarctica/Troll",
            ]),
            start in 0_i64..2_000_000_000,
            steps in prop::collection::vec(prop_oneof![1_i64..7200, 1_i64..200_000], 1..60),
        ) {
            let mut clock = clock_at(zone, "1970-01-01T00:00:00Z");
            clock.set(start * 1000);
            for step in steps {
                let (day, month, ends_at) = (clock.day(), clock.month(), clock.next_day_at());
                clock.set((clock.now() + step) * 1000);
                prop_assert!((1..=49 * 3600).contains(&clock.seconds_to_next_day()), "cd {}", clock.seconds_to_next_day());
                prop_assert!(clock.seconds_to_next_month() >= clock.seconds_to_next_day());
                prop_assert!(clock.day() >= day && clock.month() >= month);
                prop_assert_eq!(clock.day() > day, clock.now() >= ends_at, "a day begins when the previous one ends");
                let around = Day::around(clock.now(), clock.zone());
                prop_assert!(around.contains(clock.now()) && around.ends_at == clock.next_day_at(), "whenever it is asked for");
            }
        }

        #[test]
        fn every_midnight_begins_a_day_wherever_the_world_moves(
            zones in prop::collection::vec(prop::sample::select(vec![
                "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Pacific/Honolulu", "UTC",
            ]), 1..6),
            start in 1_500_000_000_i64..2_000_000_000,
            waits in prop::collection::vec(0_i64..200_000, 6),
        ) {
            let (mut now, mut ahead, mut counted) = (start, 0, None::<i32>);
            let mut before = time_zone("UTC").expect("a known zone");
            for (name, wait) in zones.into_iter().zip(waits) {
                let zone = time_zone(name).expect("a known zone");
                ahead = days_ahead(&zone, &before, ahead, now);
                let mut clock = Clock::start(ClockMode::Manual, zone.clone(), now * 1000, None);
                clock.count_ahead(ahead);
                prop_assert!(counted.is_none_or(|counted| clock.day() >= counted), "no day is counted twice in {}", name);
                for _ in 0..3 {
                    let day = clock.day();
                    clock.set(clock.next_day_at() * 1000);
                    prop_assert!(clock.day() > day, "no midnight is missed in {}", name);
                }
                clock.set((clock.now() + wait) * 1000);
                (now, before, counted) = (clock.now(), zone, Some(clock.day()));
            }
        }
    }
}
