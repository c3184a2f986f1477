//! When something is open: on weekdays at certain hours, or between two dates, once or every year.

mod meeting;
mod occurrences;
mod times;
mod words;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::schedule::Weekday;
use crate::windows::times::parsed;
use raidkeep_engine::calendar::{date_number, first_moment};
use raidkeep_engine::rules::{Place, Report};

pub use meeting::first_meeting;
pub use occurrences::{Occurrence, Opening, check_all};
pub use times::{Closing, YearDay};

/// When something is open or in force, in the world's zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Window {
    /// On these weekdays from one time of day to another.
    Weekly {
        /// Tells it apart from the other windows beside it, also when its times change; absent = its place among them.
        #[serde(default)]
        name: Option<String>,
        /// On which days it opens.
        weekdays: Vec<Weekday>,
        /// Local time, such as "10:00".
        #[serde(deserialize_with = "parsed")]
        #[schemars(with = "String")]
        from: Time,
        /// Local time, not included; "24:00" is the end of the day. Before `from`, it is a time of the next day: from
        /// "22:00" to "02:00" is open over midnight.
        #[schemars(with = "String")]
        to: Closing,
        /// The weekday to which `to` belongs, for a window of several days; absent = the day on which it opens, or the next.
        #[serde(default)]
        to_day: Option<Weekday>,
    },
    /// From one date to another, once.
    Dates {
        /// As of a weekly window. A named one is one occurrence, also when its dates change.
        #[serde(default)]
        name: Option<String>,
        /// Local date, such as "2026-12-24".
        #[serde(deserialize_with = "parsed")]
        #[schemars(with = "String")]
        from: Date,
        /// Local date, exclusive.
        #[serde(deserialize_with = "parsed")]
        #[schemars(with = "String")]
        to: Date,
    },
    /// From one date to another, every year.
    Yearly {
        /// As of a weekly window.
        #[serde(default)]
        name: Option<String>,
        /// Month and day, such as "12-24".
        #[schemars(with = "String")]
        from: YearDay,
        /// Month and day, exclusive. Before `from`, it is a day of the next year.
        #[schemars(with = "String")]
        to: YearDay,
    },
}

/// A piece of time for which a window is open, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenSpan {
    /// When it opens.
    pub opens: i64,
    /// When it closes, not included.
    pub closes: i64,
    /// The number of the local date on which it opens.
    pub date: i32,
}

const DAY_SECONDS: i64 = 86_400;

impl Window {
    /// Its own name, if it has one.
    pub fn name(&self) -> Option<&str> {
        let (Self::Weekly { name, .. } | Self::Dates { name, .. } | Self::Yearly { name, .. }) = self;
        name.as_deref()
    }

    /// The same window beside those of something else: its name, or place, follows whose it is.
    pub fn named_after(&self, owner: &str, place: usize) -> Self {
        let own = match (self.name(), self) {
            (Some(name), _) => name.to_owned(),
            // Other dates are another occurrence, as long as nothing names them.
            (None, Self::Dates { from, .. }) => from.to_string(),
            (None, _) => (place + 1).to_string(),
        };
        let mut named = self.clone();
        let (Self::Weekly { name, .. } | Self::Dates { name, .. } | Self::Yearly { name, .. }) = &mut named;
        *name = Some(format!("{owner}/{own}"));
        named
    }

    /// What tells its occurrences apart: for a named range of dates nothing does.
    pub fn has_one_occurrence(&self) -> bool {
        matches!(self, Self::Dates { name: Some(_), .. })
    }

    /// The times for which it is open that overlap or touch these (unix seconds), in order. It opens and closes once for
    /// each of its days, also where clocks go forward or back.
    pub fn between(&self, from: i64, until: i64, zone: &TimeZone) -> impl Iterator<Item = OpenSpan> {
        self.opening_dates(from, until, zone).into_iter().filter_map(move |date| {
            let (opens, closes) = self.on(date)?;
            let span = OpenSpan {
                opens: first_moment(opens, zone),
                closes: first_moment(closes, zone),
                date: date_number(date),
            };
            (span.closes >= from && span.opens <= until).then_some(span)
        })
    }

    /// The local times at which it opens and closes on a day.
    fn on(&self, date: Date) -> Option<(DateTime, DateTime)> {
        match self {
            Self::Weekly { from, to, to_day, .. } => {
                let opens = date.to_datetime(*from);
                Some((opens, to.after(opens, *to_day)?))
            }
            Self::Dates { to, .. } => Some((date.into(), (*to).into())),
            Self::Yearly { to, .. } => {
                let closes = to.of(date.year()).filter(|closes| *closes > date).or_else(|| to.of(date.year() + 1))?;
                Some((date.into(), closes.into()))
            }
        }
    }

    /// All dates on which it opens, of which some may be open from one moment to another.
    fn opening_dates(&self, from: i64, until: i64, zone: &TimeZone) -> Vec<Date> {
        let local = |moment| Timestamp::from_second(moment).map(|moment| moment.to_zoned(zone.clone()).date());
        let (first, last) = match (self, local(from), local(until)) {
            (Self::Dates { from, .. }, ..) => return vec![*from],
            (_, Ok(first), Ok(last)) => (first, last),
            _ => return Vec::new(),
        };
        match self {
            Self::Weekly { weekdays, to_day, .. } => {
                // One that opened yesterday, or a week ago, may close today; where clocks go back over midnight, one may
                // open tomorrow.
                let days = if to_day.is_some() { 8 } else { 1 };
                let last = last.saturating_add(1.day());
                let dates = first.saturating_sub(days.days()).series(1.day()).take_while(|date| *date <= last);
                dates.filter(|date| weekdays.iter().any(|weekday| weekday.is(date.weekday()))).collect()
            }
            Self::Yearly { from, .. } => {
                (first.year().saturating_sub(1)..=last.year()).filter_map(|year| from.of(year)).collect()
            }
            Self::Dates { from, .. } => vec![*from],
        }
    }

    /// The time around `moment` for which it is open then; `None` while it is closed.
    pub fn open_at(&self, moment: i64, zone: &TimeZone) -> Option<OpenSpan> {
        self.between(moment, moment, zone).filter(|span| (span.opens..span.closes).contains(&moment)).last()
    }

    /// The next moment (unix seconds) at which it opens or closes; `None` when it never does again.
    pub fn next_change(&self, moment: i64, zone: &TimeZone) -> Option<i64> {
        // Nothing that comes again stays away for longer.
        let days = match self {
            Self::Weekly { .. } => 9,
            Self::Yearly { .. } => 400,
            Self::Dates { .. } => 4_000_000,
        };
        let spans = self.between(moment, moment.saturating_add(days * DAY_SECONDS), zone);
        spans.flat_map(|span| [span.opens, span.closes]).filter(|change| *change > moment).min()
    }

    /// Reports a window that makes no sense.
    pub fn check(&self, place: &Place, report: &mut Report) {
        match self {
            Self::Weekly { weekdays, from, to, to_day, .. } => {
                if weekdays.is_empty() {
                    report.error(place.clone().key("weekdays"), "is empty, expected at least one day");
                }
                if to_day.is_none() && *to == Closing::At(*from) {
                    let message = "expected another time than from; a whole day is from \"00:00\" to \"24:00\"";
                    report.error(place.clone().key("to"), message);
                }
            }
            Self::Dates { from, to, .. } => {
                if from >= to {
                    report.error(place.clone().key("to"), "expected a date after from");
                } else if to.since(*from).is_ok_and(|span| span.get_days() > 3660) {
                    report.warning(place.clone().key("to"), "the window is open for more than ten years");
                }
            }
            Self::Yearly { from, to, .. } if from == to => {
                report.error(place.clone().key("to"), "expected another day than from");
            }
            Self::Yearly { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use raidkeep_engine::clock::time_zone;

    fn weekly(from: &str, to: &str) -> Window {
        let text = format!("Weekly(weekdays: [monday, saturday], from: \"{from}\", to: \"{to}\")");
        ron::from_str(&text).expect("a window")
    }

    fn opened(window: &Window, zone: &str, local: &str) -> Option<String> {
        let zone = time_zone(zone).expect("a known zone");
        let moment = first_moment(local.parse().expect("a local time"), &zone);
        let opened = Timestamp::from_second(window.open_at(moment, &zone)?.opens).expect("a moment");
        Some(opened.to_zoned(zone).datetime().to_string())
    }

    #[test]
    fn a_window_may_end_with_the_day() {
        let window = weekly("20:00", "24:00");
        let open = |local| opened(&window, "Asia/Shanghai", local);
        assert_eq!(open("2026-03-09T19:59:59"), None);
        assert_eq!(open("2026-03-09T23:59:59").as_deref(), Some("2026-03-09T20:00:00"), "a monday");
        assert_eq!(open("2026-03-10T00:00:00"), None);
        let all_day = weekly("00:00", "24:00");
        assert_eq!(opened(&all_day, "Asia/Shanghai", "2026-03-09T00:00:00").as_deref(), Some("2026-03-09T00:00:00"));
        assert_eq!(opened(&all_day, "Asia/Shanghai", "2026-03-10T00:00:00"), None, "a tuesday");
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_on_which_it_opened() {
        let window = weekly("22:00", "02:00");
        let open = |local| opened(&window, "Asia/Shanghai", local);
        assert_eq!(open("2026-03-09T01:00:00"), None, "it does not open on sundays");
        assert_eq!(open("2026-03-09T22:00:00").as_deref(), Some("2026-03-09T22:00:00"));
        assert_eq!(open("2026-03-10T01:59:59").as_deref(), Some("2026-03-09T22:00:00"), "also when it is tuesday");
        assert_eq!(open("2026-03-10T02:00:00"), None);
        assert_eq!(open("2026-03-10T22:00:00"), None);
    }

    #[test]
    fn a_window_of_several_days_is_one() {
        let text = "Weekly(weekdays: [friday], from: \"18:00\", to: \"24:00\", to_day: sunday)";
        let window: Window = ron::from_str(&text.replace("sunday", "Some(sunday)")).expect("a window");
        let open = |local| opened(&window, "Europe/Berlin", local);
        assert_eq!(open("2026-03-27T17:59:59"), None);
        assert_eq!(
            open("2026-03-29T23:59:59").as_deref(),
            Some("2026-03-27T18:00:00"),
            "clocks went forward that sunday"
        );
        assert_eq!(open("2026-03-30T00:00:00"), None);
    }

    #[test]
    fn a_window_of_every_year_may_go_on_into_the_next() {
        let window: Window = ron::from_str("Yearly(from: \"12-24\", to: \"01-04\")").expect("a window");
        let open = |local| opened(&window, "Asia/Shanghai", local);
        assert_eq!(open("2026-12-23T23:59:59"), None);
        assert_eq!(open("2027-01-03T23:59:59").as_deref(), Some("2026-12-24T00:00:00"));
        assert_eq!(open("2027-01-04T00:00:00"), None);
        assert_eq!(open("2027-12-24T00:00:00").as_deref(), Some("2027-12-24T00:00:00"));
        let leap: Window = ron::from_str("Yearly(from: \"02-29\", to: \"03-02\")").expect("a window");
        assert_eq!(opened(&leap, "UTC", "2027-03-01T12:00:00").as_deref(), Some("2027-03-01T00:00:00"), "no leap year");
        assert!(ron::from_str::<Window>("Yearly(from: \"13-01\", to: \"03-02\")").is_err());
    }

    proptest! {
        #[test]
        fn between_two_changes_a_window_stays_as_it_is(
            which in 0_usize..4, zone in prop::sample::select(vec!["Europe/Berlin", "America/St_Johns", "Asia/Shanghai"]),
            start in 1_700_000_000_i64..1_900_000_000,
        ) {
            let zone = time_zone(zone).expect("a known zone");
            let text = [
                "Weekly(weekdays: [monday, friday], from: \"22:00\", to: \"02:00\")",
                "Weekly(weekdays: [saturday], from: \"00:00\", to: \"24:00\", to_day: Some(sunday))",
                "Yearly(from: \"12-24\", to: \"01-04\")",
                "Dates(from: \"2026-02-06\", to: \"2026-02-20\")",
            ][which];
            let window: Window = ron::from_str(text).expect("a window");
            let until = window.next_change(start, &zone).unwrap_or(start + 1000);
            prop_assert!(until > start);
            let is_open = |moment| window.open_at(moment, &zone).is_some();
            for step in 0..50 {
                prop_assert_eq!(is_open(start), is_open(start + (until - 1 - start) * step / 49), "until {}", until);
            }
            if window.next_change(start, &zone).is_some() {
                prop_assert_ne!(is_open(start), is_open(until), "it changes at {}", until);
            }
        }
    }

    #[test]
    fn only_the_end_of_a_window_is_24_00() {
        let read = |text: &str| ron::from_str::<Window>(text).map(drop).map_err(|error| error.to_string());
        let wrong = read("Weekly(weekdays: [monday], from: \"24:00\", to: \"10:00\")").expect_err("no time to open");
        assert!(wrong.contains("\"24:00\" cannot be read, expected a time"), "{wrong}");
        assert!(read("Weekly(weekdays: [monday], from: \"10:00\", to: \"24:01\")").is_err());
    }

    proptest! {
        #[test]
        fn each_day_of_a_window_is_open_once_and_in_one_piece_wherever_clocks_change(
            zone in prop::sample::select(vec!["Europe/Berlin", "America/St_Johns", "America/Sao_Paulo", "Asia/Amman"]),
            day in 12_000_i64..20_000, from in 0_i8..24, to in 0_i8..24,
        ) {
            prop_assume!(from != to);
            let zone = time_zone(zone).expect("a known zone");
            let times = [from, to].map(|hour| Time::constant(hour, 0, 0, 0));
            let every = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday,
                Weekday::Saturday, Weekday::Sunday];
            let to = Closing::At(times[1]);
            let window = Window::Weekly { name: None, weekdays: every.to_vec(), from: times[0], to, to_day: None };
            let mut pieces: Vec<i64> = Vec::new();
            let mut was_open = None;
            for moment in (day * 86_400..(day + 4) * 86_400).step_by(300) {
                let open = window.open_at(moment, &zone).map(|span| span.opens);
                if let Some(since) = open.filter(|_| open != was_open) {
                    prop_assert!(since <= moment && !pieces.contains(&since), "a window that has closed stays closed");
                    pieces.push(since);
                }
                was_open = open;
            }
            prop_assert!((2..=5).contains(&pieces.len()), "about one a day: {:?}", pieces);
        }
    }
}
