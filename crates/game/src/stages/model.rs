//! How far a player has come, and the stage it is in.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platforms::sud::RoundId;
use crate::stages::rules::{ModeRules, Reset, StageRules};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

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
    /// Stage, and when the window opened that it paid out in last.
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

    /// Notes that a stage was passed; returns how many stages more are passed than before.
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

    /// Notes that it has.
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
        // Before modes were reset, only the highest stages were kept.
        let highest: [u32; Mode::COUNT] = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        Some(Self { modes: highest.map(|highest| Passed { highest, month: 0 }), paid_windows: Vec::new() })
    }
}

/// The highest stage passed in each mode whose progress lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HighestStages {
    general: u32,
    endless: u32,
    boss: u32,
    coin: u32,
    exp: u32,
}

/// The stage a player is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenSession {
    /// Its number.
    pub stage: u32,
    /// Its mode.
    pub mode: Mode,
    /// Unix seconds.
    pub entered_at: i64,
}

/// A session against the world bosses that is over and may have to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedBossSession {
    /// The round it was reported as, unless it began in this very tick.
    pub round: Option<RoundId>,
    /// The damage at its end; `None` when the player went away.
    pub damage: Option<u64>,
}

/// Sessions of one tick that may have to be reported; an honest client has one.
const ENDED_MAX: usize = 16;

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
    /// The round that the open session is reported as, if it is.
    round: Option<RoundId>,
    /// The damage that the open session has come to.
    #[serde(skip)]
    damage: Option<u64>,
    #[serde(skip)]
    ended: Vec<EndedBossSession>,
}

impl StageSession {
    /// The open session.
    pub fn open(&self) -> Option<OpenSession> {
        self.open
    }

    /// Opens a session; an earlier one is abandoned.
    pub fn enter(&mut self, stage: u32, mode: Mode, now: i64) {
        self.end();
        self.open = Some(OpenSession { stage, mode, entered_at: now });
        self.entered_count = self.entered_count.saturating_add(1);
    }

    /// Notes a blow at the bosses, with which the open session is about to be left.
    pub fn strike(&mut self, damage: u64) {
        self.damage = Some(damage);
    }

    /// The open session is over; one against the bosses may have to be reported.
    fn end(&mut self) {
        let (round, damage) = (self.round.take(), self.damage.take());
        let over = self.open.take().filter(|open| open.mode == Mode::Boss && self.ended.len() < ENDED_MAX);
        self.ended.extend(over.map(|_| EndedBossSession { round, damage }));
    }

    /// Notes as which round the open session is reported.
    pub fn note_round(&mut self, round: RoundId) {
        self.round = Some(round).filter(|_| self.open.is_some());
    }

    /// The sessions that are over and were not looked at yet.
    pub fn take_ended(&mut self) -> Vec<EndedBossSession> {
        std::mem::take(&mut self.ended)
    }

    /// Whether something is to be reported.
    pub fn has_news(&self) -> bool {
        !self.ended.is_empty() || self.round.is_none() && self.open.is_some_and(|open| open.mode == Mode::Boss)
    }

    /// Closes the session of this stage; `false`, and nothing changes, when it is not the open one.
    pub fn leave(&mut self, stage: u32) -> bool {
        let is_open = self.open.is_some_and(|open| open.stage == stage);
        if is_open {
            self.end();
            self.left_count = self.left_count.saturating_add(1);
        }
        is_open
    }

    /// Ends the session because its player leaves for ever.
    pub fn abandon(&mut self) {
        self.end();
    }

    /// Notes data that an honest client does not send, and clears the session. The counters stay
    /// for operators.
    pub fn note_anomaly(&mut self) {
        self.end();
        self.anomaly_count = self.anomaly_count.saturating_add(1);
    }

    /// Notes abnormal data that leaves the session open.
    pub fn count_anomaly(&mut self) {
        self.anomaly_count = self.anomaly_count.saturating_add(1);
    }

    /// How often stages were entered and left, and how often the data was abnormal.
    pub fn counts(&self) -> (u64, u64, u32) {
        (self.entered_count, self.left_count, self.anomaly_count)
    }
}

impl PlayerRow for StageSession {
    const TABLE: &'static str = "sessions";
    const VERSION: u16 = 2;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        /// Before sessions were reported as rounds.
        #[derive(Deserialize)]
        struct Version1 {
            open: Option<(u32, Mode, i64)>,
            entered_count: u64,
            left_count: u64,
            anomaly_count: u32,
        }
        let before: Version1 = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let Version1 { open, entered_count, left_count, anomaly_count } = before;
        let open = open.map(|(stage, mode, entered_at)| OpenSession { stage, mode, entered_at });
        Some(Self { open, entered_count, left_count, anomaly_count, ..Self::default() })
    }

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    /// The number of the round means nothing to who reads it.
    fn depart(&mut self) {
        self.round = None;
    }

    /// Nobody arrives in the middle of a stage.
    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        (self.open, self.round) = (None, None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;

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
    fn a_session_against_the_bosses_is_told_of_when_it_ends_in_whatever_way() {
        let mut session = StageSession::default();
        session.enter(3001, Mode::Boss, 5);
        session.note_round(RoundId(7));
        session.enter(8, Mode::General, 6);
        session.enter(3001, Mode::Boss, 7);
        session.strike(500);
        assert!(session.leave(3001));
        session.enter(3001, Mode::Boss, 8);
        session.note_anomaly();
        let ended: Vec<_> = session.take_ended().iter().map(|ended| (ended.round, ended.damage)).collect();
        assert_eq!(ended, [(Some(RoundId(7)), None), (None, Some(500)), (None, None)]);
        assert!(!session.has_news(), "each is told once");
    }

    #[test]
    fn sessions_from_before_rounds_are_read() {
        let before = postcard::to_stdvec(&(Some((8_u32, Mode::General, 5_i64)), 3_u64, 2_u64, 1_u32));
        let session = StageSession::upgrade(1, &before.expect("plain data")).expect("version 1 has a way up");
        assert_eq!(session.open().map(|open| open.stage), Some(8));
        assert_eq!(session.counts(), (3, 2, 1));
    }

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
        let progress = Progress::upgrade(1, &before).expect("version 1 has a way up");
        assert_eq!(progress.highest_general(), 8);
    }
}
