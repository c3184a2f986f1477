//! Experience and the level it amounts to (docs/contract/items-and-levels.md#levels).

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::timed_events::{Changeable, EventChange, Numbers, check_changes};
use raidkeep_engine::rules::{CurvedNumber, Place, Report, Rules, RulesApp, Table, Tables, only};
use raidkeep_engine::storage::{Arrival, PlayerRow, StorageApp, Unfit};

/// A player's total experience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Experience {
    /// Everything ever earned.
    pub total: i64,
}

impl Experience {
    /// Adds what was earned.
    pub fn earn(&mut self, exp: i64) {
        self.total = self.total.saturating_add(exp.max(0));
    }
}

impl PlayerRow for Experience {
    const TABLE: &'static str = "experience";

    fn newcomer(world: &World) -> Self {
        Self { total: world.resource::<Rules<LevelRules>>().newcomer_exp }
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        if self.total < 0 { Err(Unfit::at("total", "expected 0 or more")) } else { Ok(()) }
    }
}

/// The position of a total on the level curve.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The total.
    pub exp: i64,
    /// The level.
    pub level: u32,
    /// Experience missing to the next level; 0 at the top.
    pub need: i64,
}

/// `levels.ron`: the level curve.
#[derive(Debug, Clone)]
pub struct LevelRules {
    file: LevelFile,
    /// Ascending; level n ends at `thresholds[n]`.
    thresholds: Vec<i64>,
    newcomer_exp: i64,
}

/// The contents of `levels.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelFile {
    /// Experience of a new player.
    #[schemars(range(min = 0, max = 1_000_000_000_000_000_000_i64), extend("unit" = "experience"))]
    newcomer_exp: i64,
    /// Pieces of the curve in ascending order: up to threshold `to`, threshold n lies `step` x n, or `need`, above the one
    /// before.
    curve: Vec<CurvePiece>,
}

/// A part of the curve of levels.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CurvePiece {
    /// The last level of this part.
    #[schemars(range(min = 1, max = 100_000), extend("unit" = "level"))]
    to: u32,
    /// Level n needs n times this more experience than the one before.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_000_i64), extend("unit" = "experience"))]
    step: Option<i64>,
    /// In place of `step`: what level n needs more than the one before, such as `"100 + 20 * n"`.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_000_i64), extend("unit" = "experience"))]
    need: Option<CurvedNumber<i64>>,
}

impl CurvePiece {
    /// What level n needs more than the one before.
    fn need(&self, n: u32) -> Result<i64, String> {
        match (&self.need, self.step) {
            (Some(need), _) => need.at(n),
            (None, step) => Ok(step.unwrap_or(0).saturating_mul(i64::from(n))),
        }
    }

    fn check(&self, first: u32, place: &Place, report: &mut Report) {
        match (self.step, &self.need) {
            (Some(_), Some(_)) => {
                report.error(place.clone().key("need"), "stands beside `step`, expected one of both");
            }
            (None, None) => {
                report.error(place, "expected `step` or `need`");
            }
            (Some(_), None) | (None, Some(CurvedNumber::Constant(_))) => {}
            (None, Some(CurvedNumber::Formula(_))) => {
                let wrong = (first..=self.to.min(LEVELS_MAX)).find_map(|n| match self.need(n) {
                    Ok(need) if need > 0 => None,
                    Ok(need) => Some(format!("is {need} at n = {n}, expected 1 or more, so that levels ascend")),
                    Err(message) => Some(message),
                });
                if let Some(message) = wrong {
                    report.error(place.clone().key("need"), message);
                }
            }
        }
    }
}

/// The most levels.
const LEVELS_MAX: u32 = 100_000;

impl LevelRules {
    /// The level of a total, and how much is missing to the next.
    pub fn standing(&self, exp: i64) -> Standing {
        let level = self.thresholds.partition_point(|threshold| *threshold <= exp);
        let need = self.thresholds.get(level).map_or(0, |threshold| threshold - exp);
        Standing { exp, level: u32::try_from(level).unwrap_or(u32::MAX), need }
    }

    /// Thresholds saturate; the levels above that cannot be told apart.
    fn warn_of_unreachable_levels(&self, place: &Place, report: &mut Report) {
        let lost = self.thresholds.partition_point(|threshold| *threshold < i64::MAX);
        let piece = self.file.curve.iter().position(|piece| lost <= piece.to as usize);
        if let Some(index) = piece.filter(|_| lost < self.thresholds.len()) {
            let place = place.clone().key("curve").index(index);
            let key = if self.file.curve[index].need.is_some() { "need" } else { "step" };
            report.warning(
                place.key(key),
                format!("no experience reaches the levels above {lost}: no number is that large"),
            );
        }
    }

    /// The least experience of a level; `None` when there is no such level.
    pub fn exp_of(&self, level: u32) -> Option<i64> {
        self.thresholds.get(usize::try_from(level).ok()?.checked_sub(1)?).copied()
    }

    /// The highest level there is.
    pub fn top(&self) -> u32 {
        u32::try_from(self.thresholds.len()).unwrap_or(u32::MAX)
    }
}

impl Table for LevelRules {
    const PATH: &'static str = "levels.ron";
    type File = LevelFile;

    fn assemble(files: Vec<(String, LevelFile)>, _: &mut Report) -> Self {
        let file = only(files);
        let mut thresholds = vec![0_i64];
        for piece in &file.curve {
            let first = u32::try_from(thresholds.len()).unwrap_or(u32::MAX);
            for n in first..=piece.to.min(LEVELS_MAX) {
                let last = thresholds.last().copied().unwrap_or(0);
                // What cannot be computed is told by `check`.
                thresholds.push(last.saturating_add(piece.need(n).unwrap_or(0)));
            }
        }
        let newcomer_exp = file.newcomer_exp;
        Self { file, thresholds, newcomer_exp }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        self.warn_of_unreachable_levels(&place, report);
        if self.file.curve.is_empty() {
            report.error(place.clone().key("curve"), "is empty, expected at least one piece");
        }
        let mut reached = 0_u32;
        for (index, piece) in self.file.curve.iter().enumerate() {
            let place = place.clone().key("curve").index(index);
            piece.check(reached.saturating_add(1), &place, report);
            if piece.to <= reached {
                let message = format!("expected more than {reached}, where the piece before ends");
                report.error(place.clone().key("to"), message);
            }
            reached = piece.to;
        }
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl LevelRules {
    fn check_changed(&self, _: &Tables, report: &mut Report) {
        if let Some(level) = self.thresholds.windows(2).position(|pair| pair[0] >= pair[1] && pair[0] < i64::MAX) {
            let message = format!("level {} needs nothing more than level {}", level + 2, level + 1);
            report.error(Place::file(Self::PATH).key("curve"), message);
        }
    }
}

impl Changeable for LevelRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::LevelNeeds { .. })
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let (selector, mut changed) = (change.of.selector(), 0);
        let (mut before, mut threshold) = (0, 0_i64);
        for (n, known) in (0..).zip(&mut self.thresholds) {
            let mut need = *known - before;
            before = *known;
            if n > 0 && selector.has(n) {
                change.change(&mut need, i64::MAX);
                changed += 1;
            }
            threshold = threshold.saturating_add(need);
            *known = threshold;
        }
        changed
    }
}

/// Experience and levels.
pub struct LevelsPlugin;

impl Plugin for LevelsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<LevelRules>().add_player_rows::<Experience>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;

    #[test]
    fn the_shipped_curve_gives_the_documented_levels() {
        let rules = shipped_rules::<LevelRules>();
        for (exp, level, need) in [(180, 2, 180), (30_000, 22, 360), (37_340, 25, 1660), (39_340, 26, 2780)] {
            assert_eq!(rules.standing(exp), Standing { exp, level, need });
        }
        assert_eq!(rules.standing(0).level, 1);
        assert_eq!(rules.standing(119).need, 1);
        assert_eq!(rules.standing(120).level, 2, "a threshold that is reached is passed");
    }

    #[test]
    fn each_level_begins_where_its_least_experience_says() {
        let rules = shipped_rules::<LevelRules>();
        for level in 1..=rules.top() {
            let exp = rules.exp_of(level).expect("every level up to the top begins somewhere");
            assert_eq!(rules.standing(exp).level, level);
        }
        assert_eq!((rules.exp_of(0), rules.exp_of(rules.top() + 1)), (None, None));
    }

    #[test]
    fn level_300_is_the_top() {
        let rules = shipped_rules::<LevelRules>();
        assert_eq!(rules.top(), 300);
        let Standing { level, need, .. } = rules.standing(i64::MAX);
        assert_eq!((level, need), (300, 0));
    }
}
