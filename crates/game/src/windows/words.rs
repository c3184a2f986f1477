//! Windows in words, for people who look at a calendar.

use std::fmt;

use crate::windows::{Closing, Window, YearDay};

impl fmt::Display for YearDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for Closing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => write!(out, "{:02}:{:02}", time.hour(), time.minute()),
            Self::DayEnd => out.write_str("24:00"),
        }
    }
}

/// Such as `friday 18:00 to sunday 24:00`.
impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name() {
            write!(out, "{name}: ")?;
        }
        match self {
            Self::Weekly { weekdays, from, to, to_day, .. } => {
                let days: Vec<&str> = weekdays.iter().map(|weekday| weekday.name()).collect();
                let days = if days.len() == 7 { "every day".to_owned() } else { days.join(", ") };
                write!(out, "{days} {} to ", Closing::At(*from))?;
                if let Some(day) = to_day {
                    write!(out, "{} ", day.name())?;
                }
                write!(out, "{to}")
            }
            Self::Dates { from, to, .. } => write!(out, "{from} to {to}"),
            Self::Yearly { from, to, .. } => write!(out, "every year {from} to {to}"),
        }
    }
}
