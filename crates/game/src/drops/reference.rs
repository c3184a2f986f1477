//! How lists of rewards name drop tables.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use raidkeep_engine::rules::{Naming, Place, Report};
use raidkeep_engine::schema::{schema_by_hand, text_of};

/// The ids of drop tables.
pub const DROP: Naming = Naming { what: "drop table", given_in: "the tables in drops/" };

/// The most times that one list may roll one table.
const TIMES_MAX: u32 = 100;

/// Drop tables that are rolled beside a list of rewards.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Drops(Vec<DropRoll>);

/// A drop table and how many times it is rolled: `"scrolls"`, or `"scrolls:2"` for two times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropRoll {
    /// The table's id.
    pub table: String,
    /// How many times.
    pub times: u32,
}

impl Drops {
    /// Each table, in order.
    pub fn rolls(&self) -> &[DropRoll] {
        &self.0
    }

    /// Whether nothing is rolled.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many times a table is rolled.
    pub fn times(&self, table: &str) -> u32 {
        self.0.iter().filter(|roll| roll.table == table).map(|roll| roll.times).fold(0, u32::saturating_add)
    }

    /// Reports tables that do not exist, and numbers of times out of range. `place` is that of the list.
    pub fn check(&self, place: &Place, report: &mut Report) {
        for (index, roll) in self.0.iter().enumerate() {
            let place = place.clone().index(index);
            if !(1..=TIMES_MAX).contains(&roll.times) {
                let message = format!("{} times is out of range, expected 1 to {TIMES_MAX}", roll.times);
                report.error(&place, message).hint("for more, let the table draw more: `draws`");
            }
            report.name_used(DROP, roll.table.clone(), &place);
        }
    }
}

impl FromIterator<DropRoll> for Drops {
    fn from_iter<I: IntoIterator<Item = DropRoll>>(rolls: I) -> Self {
        Self(rolls.into_iter().collect())
    }
}

impl FromStr for DropRoll {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (table, times) = match text.split_once(':') {
            None => (text, Some(1)),
            Some((table, times)) => (table, times.parse().ok()),
        };
        match times {
            Some(times) if !table.is_empty() => Ok(Self { table: table.to_owned(), times }),
            _ => {
                Err(format!("\"{text}\" is no drop table; expected \"table\" or \"table:times\" such as \"scrolls:2\""))
            }
        }
    }
}

impl fmt::Display for DropRoll {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.times {
            1 => out.write_str(&self.table),
            times => write!(out, "{}:{times}", self.table),
        }
    }
}

impl Serialize for DropRoll {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DropRoll {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

schema_by_hand!(DropRoll, "DropRoll", |_| {
    text_of("A drop table and how many times it is rolled, `table` or `table:times`.", "^[a-z][a-z0-9_]*(:[0-9]+)?$")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_alone_or_with_how_many_times() {
        let read =
            |text: &str| text.parse::<DropRoll>().ok().map(|roll| (roll.table.clone(), roll.times, roll.to_string()));
        assert_eq!(read("scrolls"), Some(("scrolls".to_owned(), 1, "scrolls".to_owned())));
        assert_eq!(read("scrolls:2"), Some(("scrolls".to_owned(), 2, "scrolls:2".to_owned())));
        assert_eq!(read("scrolls:1"), Some(("scrolls".to_owned(), 1, "scrolls".to_owned())));
        for wrong in ["", ":2", "scrolls:", "scrolls:x", "scrolls:-1", "scrolls:1:2"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
