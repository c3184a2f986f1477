//! When activity stages are open: on weekdays at certain hours, or between two dates.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::schedule::Weekday;
use raidkeep_engine::calendar::{date_number, first_moment};
use raidkeep_engine::rules::{Place, Report};

/// One opening schedule of a stage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Window {
    /// On these weekdays from one time of day to another.
    Weekly {
        /// Tells it apart from the other windows of the stage, also when its times change; absent = its place among them.
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
    },
    /// From one date to another.
    Dates {
        /// As of a weekly window. A named one pays once, also when its dates change.
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
}

/// When a weekly window closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// At this local time.
    At(Time),
    /// At the end of the day.
    DayEnd,
}

impl<'de> Deserialize<'de> for Closing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "24:00" { Ok(Self::DayEnd) } else { parse(&text).map(Self::At) }
    }
}

impl Closing {
    /// When a window closes that opens on a date.
    fn after(self, opens: DateTime) -> Option<DateTime> {
        match self {
            Self::At(time) if time > opens.time() => Some(opens.date().to_datetime(time)),
            Self::At(time) => Some(opens.date().tomorrow().ok()?.to_datetime(time)),
            Self::DayEnd => Some(opens.date().tomorrow().ok()?.into()),
        }
    }
}

fn parsed<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    parse(&String::deserialize(deserializer)?)
}

fn parse<T: FromStr, E: serde::de::Error>(text: &str) -> Result<T, E> {
    let expected = "expected a time such as \"10:00\" or a date such as \"2026-12-24\"";
    text.parse().map_err(|_| E::custom(format!("\"{text}\" cannot be read, {expected}")))
}

/// A piece of time for which a window is open, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The number of the local date on which it opens.
    pub date: i32,
    /// When it opens.
    pub opens: i64,
    /// When it closes, not included.
    pub closes: i64,
}

impl Window {
    /// Its own name, if it has one.
    pub fn name(&self) -> Option<&str> {
        let (Self::Weekly { name, .. } | Self::Dates { name, .. }) = self;
        name.as_deref()
    }

    /// What tells its occurrences apart: for a named range of dates nothing does.
    pub fn has_one_occurrence(&self) -> bool {
        matches!(self, Self::Dates { name: Some(_), .. })
    }

    /// When it is open around a moment (unix seconds): at it, or on the days beside it. It opens and closes once for each
    /// of its days, also where clocks go forward or back.
    pub fn around(&self, moment: i64, zone: &TimeZone) -> impl Iterator<Item = Span> {
        let (dates, opens) = match self {
            Self::Weekly { weekdays, from, .. } => {
                let date = Timestamp::from_second(moment).map(|moment| moment.to_zoned(zone.clone()).date()).ok();
                // One that opened yesterday may close today; where clocks go back over midnight, one may open tomorrow.
                let dates =
                    date.map(|date| [date.tomorrow().ok(), Some(date), date.yesterday().ok()]).unwrap_or_default();
                (dates.map(|date| date.filter(|date| weekdays.iter().any(|weekday| weekday.is(date.weekday())))), *from)
            }
            Self::Dates { from, .. } => ([Some(*from), None, None], Time::midnight()),
        };
        dates.into_iter().flatten().filter_map(move |date| {
            let opens = date.to_datetime(opens);
            let closes = match self {
                Self::Weekly { to, .. } => to.after(opens)?,
                Self::Dates { to, .. } => (*to).into(),
            };
            Some(Span { date: date_number(date), opens: first_moment(opens, zone), closes: first_moment(closes, zone) })
        })
    }

    /// The time around `moment` for which it is open then; `None` while it is closed.
    pub fn open_at(&self, moment: i64, zone: &TimeZone) -> Option<Span> {
        self.around(moment, zone).find(|span| (span.opens..span.closes).contains(&moment))
    }

    /// Reports a window that makes no sense.
    pub fn check(&self, place: &Place, report: &mut Report) {
        match self {
            Self::Weekly { weekdays, from, to, .. } => {
                if weekdays.is_empty() {
                    report.error(place.clone().key("weekdays"), "is empty, expected at least one day");
                }
                if *to == Closing::At(*from) {
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
            let window = Window::Weekly { name: None, weekdays: every.to_vec(), from: times[0], to };
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
