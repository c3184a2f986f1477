//! When activity stages are open: on weekdays at certain hours, or between two dates.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::schedule::Weekday;
use raidkeep_engine::rules::{Place, Report};

/// One opening schedule of a stage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Window {
    /// On these weekdays from one time of day to another.
    Weekly {
        /// On which days.
        weekdays: Vec<Weekday>,
        /// Local time, such as "10:00".
        #[serde(deserialize_with = "parsed")]
        #[schemars(with = "String")]
        from: Time,
        /// Local time, exclusive.
        #[serde(deserialize_with = "parsed")]
        #[schemars(with = "String")]
        to: Time,
    },
    /// From one date to another.
    Dates {
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

fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr,
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    let expected = "expected a time such as \"10:00\" or a date such as \"2026-12-24\"";
    text.parse().map_err(|_| serde::de::Error::custom(format!("\"{text}\" cannot be read, {expected}")))
}

impl Window {
    /// When the window that is open at `moment` opened, unix seconds; `None` while it is closed.
    pub fn open_since(&self, moment: i64, zone: &TimeZone) -> Option<i64> {
        let now = Timestamp::from_second(moment).ok()?.to_zoned(zone.clone());
        let local = now.datetime();
        let opened = match self {
            Self::Weekly { weekdays, from, to } => {
                let is_day = weekdays.iter().any(|weekday| weekday.is(local.weekday()));
                (is_day && (*from..*to).contains(&local.time())).then(|| local.date().to_datetime(*from))
            }
            Self::Dates { from, to } => {
                (*from..*to).contains(&local.date()).then(|| from.to_datetime(Time::midnight()))
            }
        };
        opened.and_then(|opened: DateTime| Some(opened.to_zoned(zone.clone()).ok()?.timestamp().as_second()))
    }

    /// Reports a window that makes no sense.
    pub fn check(&self, place: &Place, report: &mut Report) {
        match self {
            Self::Weekly { weekdays, from, to } => {
                if weekdays.is_empty() {
                    report.error(place.clone().key("weekdays"), "is empty, expected at least one day");
                }
                if from >= to {
                    report.error(place.clone().key("to"), "expected a time after from; split a window at midnight");
                }
            }
            Self::Dates { from, to } => {
                if from >= to {
                    report.error(place.clone().key("to"), "expected a date after from");
                } else if to.since(*from).is_ok_and(|span| span.get_days() > 3660) {
                    report.warning(place.clone().key("to"), "the window is open for more than ten years");
                }
            }
        }
    }
}
