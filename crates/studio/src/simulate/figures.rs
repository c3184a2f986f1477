//! What a simulation measures: figures, each by day and by crowd.
//!
//! There are three kinds. A *spread* says how a value is distributed over the players of a crowd when a day ends
//! ([`Measure::Level`], [`Measure::Stock`]). A *flow* is a sum over a day ([`Measure::Gained`], [`Measure::Refused`]). A
//! *state* is one number when a day ends ([`Measure::FinishedAll`], [`Measure::BossesDead`]).
//!
//! Days are those of the simulation, counted from 1. Spreads cover the players who have joined and are not gone for
//! good; flows cover everybody who was there on the day.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use raidkeep_game::items::ItemId;
use raidkeep_game::stages::Mode;

/// What is measured. The order is that of reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Flow: players who came at least once.
    Came,
    /// Flow: players who came for the first time.
    Joined,
    /// State: players who have joined and are not gone for good.
    Stayed,
    /// Spread: the level.
    Level,
    /// Spread: how many stages of a mode are passed, counted from its first; 0 again when the mode has been reset.
    Stages(Mode),
    /// State: % of the players who have passed every stage of a mode.
    FinishedMode(Mode),
    /// State: % of the players who have passed every stage of all modes that their archetype fights in. World bosses,
    /// which all players fight together, and stages that open at certain times do not count.
    FinishedAll,
    /// Spread: days so far on which a player came and was granted nothing that is play ([`Habit::plays`]).
    ///
    /// [`Habit::plays`]: crate::simulate::policy::Habit::plays
    IdleDays,
    /// Spread: points of energy that did not come on the day because it was full.
    EnergyWasted,
    /// Spread: the same in % of what would have come on the day.
    EnergyWastedPercent,
    /// Spread: tickets of a kind that are left when the day ends.
    TicketsLeft(u16),
    /// Spread: the best damage of the season at the world bosses; 0 = none.
    BestDamage,
    /// State: world bosses that are dead. Of all players only.
    BossesDead,
    /// State: % of its life that the boss that is fought has left. Of all players only.
    BossLife,
    /// Flow: points that were paid in the shop.
    Points,
    /// Spread: pieces of an item that players own.
    Stock(ItemId),
    /// Flow: pieces of an item that players got, by cause as in the ledger.
    Gained(ItemId, Arc<str>),
    /// Flow: pieces of an item that players gave, by cause as in the ledger.
    Spent(ItemId, Arc<str>),
    /// Flow: requests, granted or refused.
    Requests,
    /// Flow: requests to a function that were refused with a status.
    Refused(Arc<str>, i32),
}

/// How the values of a measure are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// The distribution over players when a day ends.
    Spread,
    /// A sum over the day.
    Flow,
    /// One number when the day ends.
    State,
}

impl Measure {
    /// How its values are to be read.
    pub fn kind(&self) -> MeasureKind {
        match self {
            Self::Level
            | Self::Stages(_)
            | Self::IdleDays
            | Self::EnergyWasted
            | Self::EnergyWastedPercent
            | Self::TicketsLeft(_)
            | Self::BestDamage
            | Self::Stock(_) => MeasureKind::Spread,
            Self::Came
            | Self::Joined
            | Self::Points
            | Self::Gained(..)
            | Self::Spent(..)
            | Self::Requests
            | Self::Refused(..) => MeasureKind::Flow,
            Self::Stayed | Self::FinishedMode(_) | Self::FinishedAll | Self::BossesDead | Self::BossLife => {
                MeasureKind::State
            }
        }
    }
}

/// The id of a measure in CSV and JSON: `level`, `stages.general`, `gained.3:1.victory`, `refused.buy_ticket.95`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Came => f.write_str("came"),
            Self::Joined => f.write_str("joined"),
            Self::Stayed => f.write_str("stayed"),
            Self::Level => f.write_str("level"),
            Self::Stages(mode) => write!(f, "stages.{}", mode.name()),
            Self::FinishedMode(mode) => write!(f, "finished.{}", mode.name()),
            Self::FinishedAll => f.write_str("finished.all"),
            Self::IdleDays => f.write_str("idle_days"),
            Self::EnergyWasted => f.write_str("energy_wasted"),
            Self::EnergyWastedPercent => f.write_str("energy_wasted_percent"),
            Self::TicketsLeft(kind) => write!(f, "tickets_left.{kind}"),
            Self::BestDamage => f.write_str("best_damage"),
            Self::BossesDead => f.write_str("bosses_dead"),
            Self::BossLife => f.write_str("boss_life"),
            Self::Points => f.write_str("points"),
            Self::Stock(item) => write!(f, "stock.{item}"),
            Self::Gained(item, why) => write!(f, "gained.{item}.{why}"),
            Self::Spent(item, why) => write!(f, "spent.{item}.{why}"),
            Self::Requests => f.write_str("requests"),
            Self::Refused(function, status) => write!(f, "refused.{function}.{status}"),
        }
    }
}

/// Whom a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crowd {
    /// All players.
    Everybody,
    /// The players of one archetype, by its index in the policy.
    Archetype(usize),
}

/// How a value is distributed over players. Percentiles are values that occur: the smallest that so many % of the
/// players do not exceed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spread {
    /// How many players.
    pub players: u32,
    /// The sum over the players, divided by their number.
    pub mean: f64,
    /// The lowest value.
    pub lowest: f64,
    /// The 10th percentile.
    pub p10: f64,
    /// The 25th percentile.
    pub p25: f64,
    /// The 50th percentile.
    pub median: f64,
    /// The 75th percentile.
    pub p75: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The highest value.
    pub highest: f64,
}

impl Spread {
    /// Of values in ascending order, and of `zeros` further players who have 0; none of the values is negative.
    pub fn of_sorted(values: &[f64], zeros: usize) -> Self {
        let count = values.len() + zeros;
        let at = |percent: usize| {
            let index = (count * percent).div_ceil(100).saturating_sub(1);
            index.checked_sub(zeros).and_then(|index| values.get(index)).copied().unwrap_or(0.0)
        };
        Self {
            players: u32::try_from(count).unwrap_or(u32::MAX),
            mean: if count == 0 { 0.0 } else { rounded(values.iter().sum::<f64>() / count as f64) },
            lowest: at(0),
            p10: at(10),
            p25: at(25),
            median: at(50),
            p75: at(75),
            p90: at(90),
            highest: at(100),
        }
    }
}

/// The values of a figure by day, the first day first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ByDay {
    /// Of a spread.
    Spreads(Vec<Spread>),
    /// Of a flow or a state.
    Numbers(Vec<f64>),
}

/// The figures of one run: each measure that occurred, for each crowd in which it did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunFigures(BTreeMap<Measure, BTreeMap<Crowd, ByDay>>);

impl RunFigures {
    /// Every measure, in the order of reports.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.0.keys()
    }

    /// The values of a measure; `None` if it did not occur in that crowd.
    pub fn by_day(&self, measure: &Measure, crowd: Crowd) -> Option<&ByDay> {
        self.0.get(measure)?.get(&crowd)
    }

    /// Every figure.
    pub fn iter(&self) -> impl Iterator<Item = (&Measure, Crowd, &ByDay)> {
        self.0.iter().flat_map(|(measure, crowds)| crowds.iter().map(move |(crowd, days)| (measure, *crowd, days)))
    }

    /// A spread at the end of a day.
    pub fn spread(&self, measure: &Measure, crowd: Crowd, day: u32) -> Option<&Spread> {
        match self.by_day(measure, crowd)? {
            ByDay::Spreads(days) => days.get(index_of(day)?),
            ByDay::Numbers(_) => None,
        }
    }

    /// A flow of one day, or a state at its end; 0 if it did not occur.
    pub fn number(&self, measure: &Measure, crowd: Crowd, day: u32) -> f64 {
        let at = |days: &[f64]| days.get(index_of(day)?).copied();
        self.numbers(measure, crowd).and_then(at).unwrap_or(0.0)
    }

    /// A flow of the days from the first to this one.
    pub fn sum_until(&self, measure: &Measure, crowd: Crowd, day: u32) -> f64 {
        self.numbers(measure, crowd).map_or(0.0, |days| days.iter().take(day as usize).sum())
    }

    /// How many players have joined by the end of a day, those who are gone for good included.
    pub fn joined_by(&self, crowd: Crowd, day: u32) -> f64 {
        self.sum_until(&Measure::Joined, crowd, day)
    }

    fn numbers(&self, measure: &Measure, crowd: Crowd) -> Option<&[f64]> {
        match self.by_day(measure, crowd)? {
            ByDay::Numbers(days) => Some(days),
            ByDay::Spreads(_) => None,
        }
    }

    /// Notes a spread at the end of a day; days on which the figure was not noted have spreads of nothing.
    pub fn note_spread(&mut self, measure: Measure, crowd: Crowd, day: u32, spread: Spread) {
        let days = self.0.entry(measure).or_default().entry(crowd).or_insert_with(|| ByDay::Spreads(Vec::new()));
        if let (ByDay::Spreads(days), Some(index)) = (days, index_of(day)) {
            days.resize(index, Spread::default());
            days.push(spread);
        }
    }

    /// Notes the flow of a day or the state at its end; days on which the figure was not noted have 0.
    pub fn note_number(&mut self, measure: Measure, crowd: Crowd, day: u32, number: f64) {
        let days = self.0.entry(measure).or_default().entry(crowd).or_insert_with(|| ByDay::Numbers(Vec::new()));
        if let (ByDay::Numbers(days), Some(index)) = (days, index_of(day)) {
            days.resize(index, 0.0);
            days.push(number);
        }
    }

    /// Makes every figure as long as the run.
    pub fn pad(&mut self, days: u32) {
        for values in self.0.values_mut().flat_map(BTreeMap::values_mut) {
            match values {
                ByDay::Spreads(spreads) => spreads.resize(days as usize, Spread::default()),
                ByDay::Numbers(numbers) => numbers.resize(days as usize, 0.0),
            }
        }
    }
}

fn index_of(day: u32) -> Option<usize> {
    usize::try_from(day).ok()?.checked_sub(1)
}

/// As a list of `{measure, crowd, days}`; `crowd` is the index of an archetype, or null for everybody.
impl Serialize for RunFigures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'f> {
            measure: String,
            crowd: Option<usize>,
            days: &'f ByDay,
        }
        let mut list = serializer.serialize_seq(None)?;
        for (measure, crowd, days) in self.iter() {
            let crowd = match crowd {
                Crowd::Everybody => None,
                Crowd::Archetype(index) => Some(index),
            };
            list.serialize_element(&Entry { measure: measure.to_string(), crowd, days })?;
        }
        list.end()
    }
}

/// Rounds to thousandths, so that files are short and identical on every machine.
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occur_and_players_who_have_nothing_count() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let spread = Spread::of_sorted(&values, 0);
        assert_eq!((spread.lowest, spread.p10, spread.median, spread.p90, spread.highest), (1.0, 1.0, 5.0, 9.0, 10.0));
        let with_zeros = Spread::of_sorted(&values, 10);
        assert_eq!((with_zeros.players, with_zeros.median, with_zeros.p75, with_zeros.mean), (20, 0.0, 5.0, 2.75));
        assert_eq!(Spread::of_sorted(&[], 0), Spread::default(), "nobody has nothing");
        assert_eq!(Spread::of_sorted(&[7.0], 0).p10, 7.0);
    }

    #[test]
    fn a_figure_that_begins_late_or_ends_early_has_nothing_on_the_other_days() {
        let mut figures = RunFigures::default();
        let gained = Measure::Gained(ItemId::item(1), "victory".into());
        figures.note_number(gained.clone(), Crowd::Everybody, 2, 5.0);
        figures.pad(3);
        let values = [1, 2, 3].map(|day| figures.number(&gained, Crowd::Everybody, day));
        assert_eq!(values, [0.0, 5.0, 0.0]);
        assert_eq!(figures.sum_until(&gained, Crowd::Everybody, 3), 5.0);
        assert_eq!(figures.number(&gained, Crowd::Archetype(0), 2), 0.0, "a figure that did not occur is 0");
    }
}
