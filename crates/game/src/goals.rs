//! `goals.ron`: what designers want of the game. Simulations judge it; a running world does not look at it.

use bevy_app::{App, Plugin};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::boss::BOSS;
use crate::items::{ITEM, ItemId};
use crate::stages::Mode;
use crate::tickets::TICKET;
use raidkeep_engine::rules::{Naming, Place, Report, RulesApp, Table, Tables};

/// What designers want of the game.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goals {
    /// In the order of reports.
    pub goals: Vec<Goal>,
}

/// One thing that is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What is measured.
    pub of: GoalMeasure,
    /// When: the end of this day of the simulation, whose first is 1; absent = of its last.
    #[serde(default)]
    #[schemars(range(min = 1, max = 36_500), extend("unit" = "day of the simulation"))]
    pub day: Option<u32>,
    /// Of whom: the name of an archetype of the policy; absent = of all players.
    #[serde(default)]
    pub archetype: Option<String>,
    /// The lowest value that is as wanted.
    #[serde(default)]
    #[schemars(range(min = -1_000_000_000_000_000_i64, max = 1_000_000_000_000_000_i64), extend("unit" = "what is measured"))]
    pub at_least: Option<f64>,
    /// The highest value that is as wanted.
    #[serde(default)]
    #[schemars(range(min = -1_000_000_000_000_000_i64, max = 1_000_000_000_000_000_i64), extend("unit" = "what is measured"))]
    pub at_most: Option<f64>,
}

/// What a goal is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum GoalMeasure {
    /// The level: `Level(median)`.
    Level(Average),
    /// How many stages of a mode are passed, counted from its first: `Stages(general, p10)`.
    Stages(Mode, Average),
    /// Pieces of an item that a player owns: `Stock("3:1", median)`.
    Stock(ItemId, Average),
    /// By how many % the pieces of an item that players own grow within so many days, the last of which is `day`.
    Growth {
        /// Which item.
        item: ItemId,
        /// Over how many days; 7 = a week.
        #[schemars(range(min = 1, max = 36_500), extend("unit" = "days"))]
        days: u32,
    },
    /// Pieces of an item that a player gets in a day, from whatever source: the mean of the days so far.
    Gained(ItemId),
    /// Pieces of an item that a player gives in a day, for whatever: the mean of the days so far.
    Spent(ItemId),
    /// % of the energy of a day that did not come because it was full: the mean of the days so far.
    EnergyWasted,
    /// Tickets of a kind that are left when a day ends: the mean of the days so far.
    TicketsLeft(u16),
    /// % of the players who have passed every stage of all modes that they fight in.
    Finished,
    /// Days so far on which a player came and found nothing to do.
    IdleDays(Average),
    /// % of those who have joined who are not gone for good.
    Stayed,
    /// Points that a player has paid in the shop so far.
    Points,
    /// % of all requests so far that were refused.
    Refused,
    /// The day on which a boss first dies: `BossDies("lava_fiend")`, by its id.
    BossDies(String),
}

/// Which of the players' values counts. `p10` is the value that 10 % of the players do not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Average {
    Mean,
    Lowest,
    P10,
    P25,
    Median,
    P75,
    P90,
    Highest,
}

impl Average {
    /// As a goal says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Lowest => "lowest",
            Self::P10 => "10th percentile of the",
            Self::P25 => "25th percentile of the",
            Self::Median => "median",
            Self::P75 => "75th percentile of the",
            Self::P90 => "90th percentile of the",
            Self::Highest => "highest",
        }
    }
}

impl GoalMeasure {
    /// Whether values are % of something that cannot be more than all of it.
    pub fn is_share(&self) -> bool {
        matches!(self, Self::EnergyWasted | Self::Finished | Self::Stayed | Self::Refused)
    }

    /// The item, boss or kind of ticket that is measured, and the place of its name.
    fn name_used(&self, of: Place) -> Option<(Naming, String, Place)> {
        match self {
            Self::Stock(item, _) | Self::Gained(item) | Self::Spent(item) => {
                Some((ITEM, item.to_string(), of.index(0)))
            }
            Self::Growth { item, .. } => Some((ITEM, item.to_string(), of.key("item"))),
            Self::TicketsLeft(kind) => Some((TICKET, kind.to_string(), of.index(0))),
            Self::BossDies(boss) => Some((BOSS, boss.clone(), of.index(0))),
            _ => None,
        }
    }
}

impl Goals {
    /// The place of a goal, by its place in the list.
    pub fn place_of(file: &Place, index: usize) -> Place {
        file.clone().key("goals").index(index)
    }
}

impl Goal {
    fn check_bounds(&self, place: &Place, report: &mut Report) {
        if self.at_least.is_none() && self.at_most.is_none() {
            report.error(place, "wants nothing, expected at_least or at_most, or both");
        }
        if let (Some(least), Some(most)) = (self.at_least, self.at_most)
            && least > most
        {
            let message = format!("{most} is less than at_least, so that no value is both");
            report.error(place.clone().key("at_most"), message);
        }
        let highest = if self.of.is_share() { 100.0 } else { f64::MAX };
        for (key, bound) in [("at_least", self.at_least), ("at_most", self.at_most)] {
            let Some(bound) = bound else {
                continue;
            };
            let can_fall = matches!(self.of, GoalMeasure::Growth { .. });
            if !bound.is_finite() || bound < 0.0 && !can_fall || bound > highest {
                let expected = if self.of.is_share() { "0 to 100 (%)" } else { "0 or more" };
                report.error(place.clone().key(key), format!("{bound} is out of range, expected {expected}"));
            }
        }
    }

    fn check_day(&self, place: &Place, report: &mut Report) {
        match (&self.of, self.day) {
            (GoalMeasure::BossDies(_), Some(_)) => {
                let message = "is what is measured, leave it out; at_least and at_most are the days";
                report.error(place.clone().key("day"), message);
            }
            (GoalMeasure::Growth { days, .. }, Some(day)) if *days >= day => {
                let message =
                    format!("{day} is too early to say what has grown in {days} days, expected {} or more", days + 1);
                report.error(place.clone().key("day"), message);
            }
            _ => {}
        }
        if matches!(self.of, GoalMeasure::BossDies(_)) && self.archetype.is_some() {
            report.error(place.clone().key("archetype"), "all players fight the bosses together, leave it out");
        }
    }
}

impl Table for Goals {
    const PATH: &'static str = "goals.ron";
    const IS_NEEDED: bool = false;
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _: &mut Report) -> Self {
        files.into_iter().next().map(|(_, goals)| goals).unwrap_or_default()
    }

    fn validate(&self, _: &Tables, report: &mut Report) {
        for (index, goal) in self.goals.iter().enumerate() {
            let place = Self::place_of(&Place::file(Self::PATH), index);
            goal.check_bounds(&place, report);
            goal.check_day(&place, report);
            if let Some((naming, name, place)) = goal.of.name_used(place.key("of")) {
                report.name_used(naming, name, &place);
            }
        }
    }
}

/// Reads the goals with the rules, so that their mistakes are found like all others.
pub struct GoalsPlugin;

impl Plugin for GoalsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<Goals>();
    }
}
