//! A player's progress.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stages::rules::{ModeRules, Reset, StageRules};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::PlayerRow;

/// The modes of stages, each with a range of stage numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 1-999; may be entered and left at will, repeated, swept and hung up.
    General,
    /// 1001-1999; in sequence, not repeatable. The legacy name is tower.
    Endless,
    /// 2001-2999; open at certain times.
    Activity,
    /// 3001-3999; against the world bosses.
    Boss,
    /// 4001-4149; with coin tickets.
    Coin,
    /// 4151-4199; with exp tickets.
    Exp,
}

impl Mode {
    const COUNT: usize = 6;

    fn index(self) -> usize {
        self as usize
    }
}

/// The highest stage a player has passed in each mode, and the activity windows that have paid out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Progress {
    modes: [Passed; Mode::COUNT],
    /// Each stage, and the opening time of the last window in which it paid out.
    paid_windows: Vec<(u32, i64)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Passed {
    /// 0 = none.
    highest: u32,
    /// The calendar month in which it was passed.
    month: i32,
}

impl Progress {
    /// The highest stage passed in a mode; 0 = none, or none since the mode's last reset.
    pub fn highest(&self, rules: &ModeRules, month: i32) -> u32 {
        let Passed { highest, month: passed_in } = self.modes[rules.mode.index()];
        let is_reset = rules.resets == Some(Reset::Monthly) && month > passed_in;
        if is_reset { 0 } else { highest }
    }

    /// The highest general stage passed.
    pub fn highest_general(&self) -> u32 {
        self.modes[Mode::General.index()].highest
    }

    /// Records that a stage was passed; returns by how many the highest stage rose.
    pub fn pass(&mut self, rules: &ModeRules, stage: u32, month: i32) -> u32 {
        let before = self.highest(rules, month).max(rules.first - 1);
        let rise = stage.saturating_sub(before);
        if rise > 0 {
            let passed = &mut self.modes[rules.mode.index()];
            *passed = Passed { highest: stage, month: month.max(passed.month) };
        }
        rise
    }

    /// Whether the window that opened at this moment has paid out for the stage.
    pub fn has_paid(&self, stage: u32, window: i64) -> bool {
        self.paid_windows.iter().any(|(paid, opened)| *paid == stage && *opened >= window)
    }

    /// Records that it has.
    pub fn note_paid(&mut self, stage: u32, window: i64) {
        self.paid_windows.retain(|(paid, _)| *paid != stage);
        self.paid_windows.push((stage, window));
    }

    /// As `get_player_info` shows it.
    pub fn highest_stages(&self, rules: &StageRules, month: i32) -> HighestStages {
        let highest = |mode| rules.mode(mode).map_or(0, |rules| self.highest(rules, month));
        HighestStages {
            general: highest(Mode::General),
            endless: highest(Mode::Endless),
            boss: highest(Mode::Boss),
            coin: highest(Mode::Coin),
            exp: highest(Mode::Exp),
        }
    }
}

impl PlayerRow for Progress {
    const TABLE: &'static str = "progress";
    const VERSION: u16 = 2;

    fn newcomer(world: &World) -> Self {
        let mut progress = Self::default();
        progress.modes[Mode::General.index()].highest = world.resource::<Rules<StageRules>>().newcomer_passed();
        progress
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        // Before modes could be reset, only the highest stages were stored.
        let highest: [u32; Mode::COUNT] = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        Some(Self { modes: highest.map(|highest| Passed { highest, month: 0 }), paid_windows: Vec::new() })
    }
}

/// The highest stage passed in each mode that keeps progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HighestStages {
    general: u32,
    endless: u32,
    boss: u32,
    coin: u32,
    exp: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;

    #[test]
    fn passing_a_lower_stage_changes_nothing() {
        let rules = shipped_rules::<StageRules>();
        let general = rules.mode(Mode::General).expect("general stages are shipped");
        let mut progress = Progress::default();
        assert_eq!(progress.pass(general, 8, 0), 8);
        assert_eq!(progress.pass(general, 3, 0), 0);
        assert_eq!(progress.highest_general(), 8);
    }

    #[test]
    fn the_tower_begins_anew_with_the_month_and_not_when_the_clock_jumps_back() {
        let rules = shipped_rules::<StageRules>();
        let tower = rules.mode(Mode::Endless).expect("endless stages are shipped");
        let mut progress = Progress::default();
        assert_eq!(progress.pass(tower, 1001, 100), 1, "one stage more than before");
        assert_eq!(progress.highest(tower, 100), 1001);
        assert_eq!(progress.highest(tower, 101), 0);
        assert_eq!(progress.highest(tower, 99), 1001);
    }

    #[test]
    fn rows_from_before_resets_are_read() {
        let before = postcard::to_stdvec(&[8_u32, 0, 0, 0, 0, 0]).expect("plain data");
        let progress = Progress::upgrade(1, &before).expect("version 1 can be upgraded");
        assert_eq!(progress.highest_general(), 8);
    }
}
