//! How far a player has come, and the stage it is in.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::rules::Rules;
use crate::stages::rules::StageRules;
use crate::storage::PlayerRow;

/// The modes of stages, each with a range of stage numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// The highest stage a player has passed in each mode; 0 = none.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Progress {
    highest: [u32; Mode::COUNT],
}

impl Progress {
    /// The highest stage passed in a mode.
    pub fn highest(&self, mode: Mode) -> u32 {
        self.highest[mode.index()]
    }

    /// Notes that a stage was passed.
    pub fn pass(&mut self, mode: Mode, stage: u32) {
        let highest = &mut self.highest[mode.index()];
        *highest = stage.max(*highest);
    }

    /// As `get_player_info` shows it.
    pub fn highest_stages(&self) -> HighestStages {
        HighestStages {
            general: self.highest(Mode::General),
            endless: self.highest(Mode::Endless),
            boss: self.highest(Mode::Boss),
            coin: self.highest(Mode::Coin),
            exp: self.highest(Mode::Exp),
        }
    }
}

impl PlayerRow for Progress {
    const TABLE: &'static str = "progress";

    fn newcomer(world: &World) -> Self {
        let mut progress = Self::default();
        progress.pass(Mode::General, world.resource::<Rules<StageRules>>().newcomer_passed());
        progress
    }
}

/// The highest stage passed in each mode whose progress lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HighestStages {
    general: u32,
    endless: u32,
    boss: u32,
    coin: u32,
    exp: u32,
}

/// The stage a player is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// Its number.
    pub stage: u32,
    /// Its mode.
    pub mode: Mode,
    /// Unix seconds.
    pub entered_at: i64,
}

/// The one stage session of a player, open or not, and how often it entered and left.
///
/// It is a component of the player and no entity of its own: a player never has two, and opening
/// and closing one is the most frequent change there is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct StageSession {
    open: Option<OpenSession>,
    entered_count: u64,
    left_count: u64,
    anomaly_count: u32,
}

impl StageSession {
    /// The open session.
    pub fn open(&self) -> Option<OpenSession> {
        self.open
    }

    /// Opens a session; an earlier one is abandoned.
    pub fn enter(&mut self, stage: u32, mode: Mode, now: i64) {
        self.open = Some(OpenSession { stage, mode, entered_at: now });
        self.entered_count += 1;
    }

    /// Closes the session of this stage; `false`, and nothing changes, when it is not the open one.
    pub fn leave(&mut self, stage: u32) -> bool {
        let is_open = self.open.is_some_and(|open| open.stage == stage);
        if is_open {
            self.open = None;
            self.left_count += 1;
        }
        is_open
    }

    /// Notes data that an honest client does not send, and clears the session. The counters stay
    /// for operators.
    pub fn note_anomaly(&mut self) {
        self.open = None;
        self.anomaly_count += 1;
    }

    /// How often stages were entered and left, and how often the data was abnormal.
    pub fn counts(&self) -> (u64, u64, u32) {
        (self.entered_count, self.left_count, self.anomaly_count)
    }
}

impl PlayerRow for StageSession {
    const TABLE: &'static str = "sessions";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_left_once_and_only_by_its_own_stage() {
        let mut session = StageSession::default();
        session.enter(8, Mode::General, 5);
        assert!(!session.leave(9), "another stage");
        assert!(session.leave(8));
        assert!(!session.leave(8), "a second victory");
        assert_eq!(session.counts(), (1, 1, 0));
    }

    #[test]
    fn passing_a_lower_stage_changes_nothing() {
        let mut progress = Progress::default();
        progress.pass(Mode::General, 8);
        progress.pass(Mode::General, 3);
        assert_eq!((progress.highest(Mode::General), progress.highest(Mode::Endless)), (8, 0));
    }
}
