//! The times and dates of windows, as designers write them.

use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Deserializer};

use crate::schedule::Weekday;

/// A day of every year, such as "12-24". "02-29" is March 1st in a year without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearDay {
    pub(super) month: i8,
    pub(super) day: i8,
}

impl YearDay {
    /// The date in a year; `None` beyond the last year there is.
    pub(super) fn of(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).or_else(|_| Date::new(year, 3, 1)).ok()
    }
}

impl<'de> Deserialize<'de> for YearDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // A leap year has all days.
        let date =
            text.split_once('-').and_then(|(month, day)| Date::new(2000, month.parse().ok()?, day.parse().ok()?).ok());
        let date = date.ok_or_else(|| {
            serde::de::Error::custom(format!("\"{text}\" cannot be read, expected month and day such as \"12-24\""))
        })?;
        Ok(Self { month: date.month(), day: date.day() })
    }
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
    /// The local time at which a window closes that belongs to a date.
    pub(super) fn on(self, date: Date) -> Option<DateTime> {
        match self {
            Self::At(time) => Some(date.to_datetime(time)),
            Self::DayEnd => Some(date.tomorrow().ok()?.into()),
        }
    }

    /// When a window closes that opens at a local time: on the first such day on which that is later.
    pub(super) fn after(self, opens: DateTime, to_day: Option<Weekday>) -> Option<DateTime> {
        let mut dates = opens.date().series(1.day()).take(8);
        dates.find_map(|date| {
            let is_day = to_day.is_none_or(|day| day.is(date.weekday()));
            self.on(date).filter(|closes| is_day && *closes > opens)
        })
    }
}

pub(super) fn parsed<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    parse(&String::deserialize(deserializer)?)
}

fn parse<T: FromStr, E: serde::de::Error>(text: &str) -> Result<T, E> {
    let expected = "expected a time such as \"10:00\" or a date such as \"2026-12-24\"";
    text.parse().map_err(|_| E::custom(format!("\"{text}\" cannot be read, {expected}")))
}
