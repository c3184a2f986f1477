//! The results of simulations: a run is one seed under one asset folder, a study is all seeds of one folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::simulate::coverage::Coverage;
use crate::simulate::figures::{Crowd, Measure, MeasureKind, RunFigures, Spread, rounded};
use crate::statistics::Estimate;
use raidkeep_engine::rules::Tables;
use raidkeep_game::boss::BossRules;
use raidkeep_game::items::{ItemId, ItemRules};
use raidkeep_game::tickets::TicketRules;

/// All seeds of one asset folder: what goals are judged on, reports show and comparisons compare.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Study {
    /// What was simulated.
    pub about: StudySubject,
    /// The runs, by rising seed. Runs of two studies with the same subject are pairs: the same seed has the same players,
    /// who visit at the same times.
    pub runs: Vec<Run>,
    /// How items, tickets, bosses and refusals are called.
    #[serde(skip)]
    pub words: Words,
}

/// What was simulated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudySubject {
    /// How the assets are called: their folder.
    pub assets: String,
    /// The fingerprint of the assets, in hexadecimal.
    pub fingerprint: String,
    /// The policy's file name without its folder.
    pub policy: String,
    /// The names of the archetypes, in the order of the policy. [`Crowd::Archetype`] is an index of it.
    pub archetypes: Vec<String>,
    /// How many players in each run.
    pub players: u32,
    /// How many days.
    pub days: u32,
}

/// One seed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The random seed.
    pub seed: u64,
    /// How many requests were answered.
    pub requests: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// What was measured.
    pub figures: RunFigures,
    /// Bosses that died, in order.
    pub kills: Vec<Kill>,
    /// The functions that were called.
    pub coverage: Coverage,
    /// The message of each refusal that occurred, by function and status.
    #[serde(skip)]
    pub messages: BTreeMap<(Arc<str>, i32), String>,
}

/// A boss that died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kill {
    /// The day, from 1.
    pub day: u32,
    /// The boss's id.
    pub boss: String,
    /// For readers.
    pub name: String,
}

impl Study {
    /// The crowds, everybody first.
    pub fn crowds(&self) -> impl Iterator<Item = Crowd> {
        std::iter::once(Crowd::Everybody).chain((0..self.about.archetypes.len()).map(Crowd::Archetype))
    }

    /// The name of a crowd.
    pub fn crowd_name(&self, crowd: Crowd) -> &str {
        match crowd {
            Crowd::Everybody => "all players",
            Crowd::Archetype(index) => self.about.archetypes.get(index).map_or("", String::as_str),
        }
    }

    /// The measures that occurred in any run, in the order of reports.
    pub fn measures(&self) -> Vec<&Measure> {
        let mut measures: Vec<&Measure> = self.runs.iter().flat_map(|run| run.figures.measures()).collect();
        measures.sort_unstable();
        measures.dedup();
        measures
    }

    /// The mean over the seeds of what [`Run::reading`] says.
    pub fn estimate(&self, measure: &Measure, crowd: Crowd, day: u32) -> Estimate {
        let readings: Vec<f64> = self.runs.iter().map(|run| run.reading(measure, crowd, day)).collect();
        Estimate::of(&readings, 0.0)
    }

    /// The mean over the seeds of a spread when a day ends, each of its percentiles for itself; `None` for other
    /// measures.
    pub fn spread(&self, measure: &Measure, crowd: Crowd, day: u32) -> Option<Spread> {
        if measure.kind() != MeasureKind::Spread {
            return None;
        }
        let spreads: Vec<Spread> =
            self.runs.iter().filter_map(|run| run.figures.spread(measure, crowd, day)).copied().collect();
        let count = self.runs.len().max(1) as f64;
        let mean = |of: fn(&Spread) -> f64| rounded(spreads.iter().map(of).sum::<f64>() / count);
        Some(Spread {
            players: mean(|spread| f64::from(spread.players)) as u32,
            mean: mean(|spread| spread.mean),
            lowest: mean(|spread| spread.lowest),
            p10: mean(|spread| spread.p10),
            p25: mean(|spread| spread.p25),
            median: mean(|spread| spread.median),
            p75: mean(|spread| spread.p75),
            p90: mean(|spread| spread.p90),
            highest: mean(|spread| spread.highest),
        })
    }

    /// Days that reports show side by side: 1, 7, 30, and the last.
    pub fn checkpoints(&self) -> Vec<u32> {
        let mut days: Vec<u32> = [1, 7, 30].into_iter().filter(|day| *day < self.about.days).collect();
        days.push(self.about.days);
        days
    }
}

impl Run {
    /// One number for a measure in a crowd on a day: the mean over the players of a spread; a flow from the first day to
    /// this one, divided by the players who have joined; a state. 0 if it did not occur.
    pub fn reading(&self, measure: &Measure, crowd: Crowd, day: u32) -> f64 {
        let figures = &self.figures;
        match measure.kind() {
            MeasureKind::Spread => figures.spread(measure, crowd, day).map_or(0.0, |spread| spread.mean),
            MeasureKind::Flow => figures.sum_until(measure, crowd, day) / figures.joined_by(crowd, day).max(1.0),
            MeasureKind::State => figures.number(measure, crowd, day),
        }
    }
}

/// How things are called, for readers: always with their ids beside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    items: BTreeMap<ItemId, String>,
    tickets: BTreeMap<u16, String>,
    /// In the order of the roster, by id.
    bosses: Vec<(String, String)>,
    messages: BTreeMap<(Arc<str>, i32), String>,
}

impl Words {
    /// From the rules.
    pub fn new(tables: &Tables) -> Self {
        let items = tables.get::<ItemRules>().into_iter().flat_map(|rules| &rules.items);
        let kinds = tables.get::<TicketRules>().into_iter().flat_map(|rules| &rules.kinds);
        let bosses = tables.get::<BossRules>().into_iter().flat_map(|rules| &rules.bosses);
        Self {
            items: items.map(|item| (item.id, item.name.clone())).collect(),
            tickets: kinds.map(|kind| (kind.key, kind.name.clone())).collect(),
            bosses: bosses.map(|boss| (boss.id().to_owned(), boss.name.clone())).collect(),
            messages: BTreeMap::new(),
        }
    }

    /// Learns what refusals say.
    pub fn learn(&mut self, run: &Run) {
        self.messages.extend(run.messages.iter().map(|(key, message)| (key.clone(), message.clone())));
    }

    /// An item: `金币 (3:1)`.
    pub fn item(&self, item: ItemId) -> String {
        self.items.get(&item).map_or_else(|| item.to_string(), |name| format!("{name} ({item})"))
    }

    /// A kind of ticket: `世界首领挑战 (18)`.
    pub fn ticket(&self, kind: u16) -> String {
        self.tickets.get(&kind).map_or_else(|| kind.to_string(), |name| format!("{name} ({kind})"))
    }

    /// A boss: `史莱姆王 (slime_king)`.
    pub fn boss(&self, boss: &str) -> String {
        let known = self.bosses.iter().find(|(id, _)| id == boss);
        known.map_or_else(|| boss.to_owned(), |(id, name)| format!("{name} ({id})"))
    }

    /// The ids of the bosses, in the order of the roster.
    pub fn roster(&self) -> impl Iterator<Item = &str> {
        self.bosses.iter().map(|(id, _)| id.as_str())
    }

    /// What a refusal says; empty if it is not known.
    pub fn message(&self, function: &Arc<str>, status: i32) -> &str {
        self.messages.get(&(Arc::clone(function), status)).map_or("", String::as_str)
    }

    /// A measure, for the head of a chart or a row.
    pub fn title(&self, measure: &Measure) -> String {
        match measure {
            Measure::Came => "Players who came".to_owned(),
            Measure::Joined => "New players".to_owned(),
            Measure::Stayed => "Players not gone for good".to_owned(),
            Measure::Level => "Level".to_owned(),
            Measure::Stages(mode) => format!("Stages passed: {}", mode.name()),
            Measure::FinishedMode(mode) => format!("Has passed every stage: {}", mode.name()),
            Measure::FinishedAll => "Has passed every stage of all modes it fights in".to_owned(),
            Measure::IdleDays => "Days without anything to do so far".to_owned(),
            Measure::EnergyWasted => "Energy that did not come because it was full".to_owned(),
            Measure::EnergyWastedPercent => "Share of energy that did not come because it was full".to_owned(),
            Measure::TicketsLeft(kind) => format!("Tickets left when the day ends: {}", self.ticket(*kind)),
            Measure::BestDamage => "Best damage of the season".to_owned(),
            Measure::BossesDead => "World bosses killed in the season".to_owned(),
            Measure::BossLife => "Life left of the boss that is fought".to_owned(),
            Measure::Points => "Points paid in the shop".to_owned(),
            Measure::Stock(item) => format!("{}: owned", self.item(*item)),
            Measure::Gained(item, why) => format!("{}: gained by {why}", self.item(*item)),
            Measure::Spent(item, why) => format!("{}: spent on {why}", self.item(*item)),
            Measure::Requests => "Requests".to_owned(),
            Measure::Refused(function, status) => {
                format!("Refused: {function}, {status} {}", self.message(function, *status)).trim_end().to_owned()
            }
        }
    }
}

impl Measure {
    /// The unit of one value: of a player for a spread, of the whole crowd for a flow or a state.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Came | Self::Joined | Self::Stayed => "players",
            Self::Level => "level",
            Self::Stages(_) => "stages",
            Self::FinishedMode(_) | Self::FinishedAll => "% of players",
            Self::IdleDays => "days",
            Self::EnergyWasted => "points a day",
            Self::EnergyWastedPercent => "% of a day's energy",
            Self::TicketsLeft(_) => "tickets",
            Self::BestDamage => "damage",
            Self::BossesDead => "bosses",
            Self::BossLife => "% of its life",
            Self::Points => "points",
            Self::Stock(_) | Self::Gained(..) | Self::Spent(..) => "pieces",
            Self::Requests | Self::Refused(..) => "requests",
        }
    }
}
