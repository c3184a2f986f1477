//! A player's progress.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::stages::rules::{ModeRules, StageRules};
use crate::windows::{Occurrence, Opening};
use raidkeep_engine::calendar::first_date_of;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::mend::{Mend, Moments};
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

    /// All of them, in the order of their stages.
    pub const ALL: [Self; Self::COUNT] =
        [Self::General, Self::Endless, Self::Activity, Self::Boss, Self::Coin, Self::Exp];

    /// As the rules and the protocol write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Endless => "endless",
            Self::Activity => "activity",
            Self::Boss => "boss",
            Self::Coin => "coin",
            Self::Exp => "exp",
        }
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// The highest stage a player has passed in each mode, and the activity windows that have paid out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Progress {
    modes: [Passed; Mode::COUNT],
    /// From before windows had names: each stage, and the opening time of the last window in which it paid out.
    paid_windows: Vec<(u32, i64)>,
    /// The last occurrence of each window in which each stage paid out.
    #[serde(default)]
    paid: Vec<(u32, Occurrence)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
struct Passed {
    /// 0 = none.
    highest: u32,
    /// The number of the calendar day on which it was passed.
    day: i32,
}

impl Passed {
    /// From rows that stored only the calendar month: as if passed on its 1st, because progress was reset monthly or
    /// never.
    fn in_month(highest: u32, month: i32) -> Self {
        Self { highest, day: first_date_of(month) }
    }
}

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// In a document, which may be from when months were stored.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Told {
            OnDay { highest: u32, day: i32 },
            InMonth { highest: u32, month: i32 },
        }
        if deserializer.is_human_readable() {
            return Ok(match Told::deserialize(deserializer)? {
                Told::OnDay { highest, day } => Self { highest, day },
                Told::InMonth { highest, month } => Self::in_month(highest, month),
            });
        }
        let (highest, day) = Deserialize::deserialize(deserializer)?;
        Ok(Self { highest, day })
    }
}

impl Progress {
    /// The highest stage passed in a mode; 0 = none, or none since the mode's last reset.
    pub fn highest(&self, rules: &ModeRules, clock: &Clock) -> u32 {
        let Passed { highest, day } = self.modes[rules.mode.index()];
        let reset_on = rules.resets.as_ref().and_then(|resets| resets.last_due(clock));
        let is_reset = reset_on.is_some_and(|reset_on| reset_on > day);
        if is_reset { 0 } else { highest }
    }

    /// The highest general stage passed.
    pub fn highest_general(&self) -> u32 {
        self.modes[Mode::General.index()].highest
    }

    /// Records that a stage was passed; returns by how many the highest stage rose.
    pub fn pass(&mut self, rules: &ModeRules, stage: u32, clock: &Clock) -> u32 {
        let before = self.highest(rules, clock).max(rules.first - 1);
        let rise = stage.saturating_sub(before);
        if rise > 0 {
            let passed = &mut self.modes[rules.mode.index()];
            *passed = Passed { highest: stage, day: clock.date_number().max(passed.day) };
        }
        rise
    }

    /// Whether the stage has paid out in what is open.
    pub fn has_paid(&self, stage: u32, opening: &Opening) -> bool {
        self.paid_windows.iter().any(|(paid, opened)| *paid == stage && opening.has_begun_by(*opened))
            || self.paid.iter().any(|(paid, occurrence)| *paid == stage && opening.is_paid_by(occurrence))
    }

    /// Records that it has. From then on the names of its windows count.
    pub fn note_paid(&mut self, stage: u32, opening: &Opening) {
        self.paid_windows.retain(|(paid, _)| *paid != stage);
        for open in opening.occurrences() {
            self.paid.retain(|(paid, occurrence)| *paid != stage || occurrence.name != open.name);
            self.paid.push((stage, open.clone()));
        }
    }

    /// As `get_player_info` shows it.
    pub fn highest_stages(&self, rules: &StageRules, clock: &Clock) -> HighestStages {
        let highest = |mode| rules.mode(mode).map_or(0, |rules| self.highest(rules, clock));
        HighestStages {
            general: highest(Mode::General),
            endless: highest(Mode::Endless),
            boss: highest(Mode::Boss),
            coin: highest(Mode::Coin),
            exp: highest(Mode::Exp),
        }
    }
}

impl Moments for Progress {
    /// A window that paid out under the wrong clock counts as paid if it is open at the mend.
    fn mend(&mut self, mend: &Mend) {
        self.modes.iter_mut().for_each(|passed| passed.day = mend.begun_date(passed.day));
        self.paid_windows.iter_mut().for_each(|(_, opened)| *opened = mend.past(*opened));
        self.paid.iter_mut().for_each(|(_, occurrence)| occurrence.mend(mend));
    }
}

impl PlayerRow for Progress {
    const TABLE: &'static str = "progress";
    const VERSION: u16 = 4;

    fn newcomer(world: &World) -> Self {
        let mut progress = Self::default();
        progress.modes[Mode::General.index()].highest = world.resource::<Rules<StageRules>>().newcomer_passed();
        progress
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        match version {
            // Before modes could be reset, only the highest stages were stored.
            1 => {
                let highest: [u32; Mode::COUNT] = postcard::from_bytes(bytes).ok()?;
                Some(Self { modes: highest.map(|highest| Passed { highest, day: 0 }), ..Self::default() })
            }
            // Before there were resets other than monthly, the month was stored.
            2 => {
                let (modes, paid_windows) = postcard::from_bytes(bytes).ok()?;
                let modes: [(u32, i32); Mode::COUNT] = modes;
                let modes = modes.map(|(highest, month)| Passed::in_month(highest, month));
                Some(Self { modes, paid_windows, paid: Vec::new() })
            }
            // Before windows had names.
            3 => {
                let (modes, paid_windows) = postcard::from_bytes(bytes).ok()?;
                Some(Self { modes, paid_windows, paid: Vec::new() })
            }
            _ => None,
        }
    }
}

/// The highest stage passed in each mode that keeps progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HighestStages {
    /// Of 1 to 999.
    general: u32,
    /// Of 1001 to 1999.
    endless: u32,
    /// Of 3001 to 3999.
    boss: u32,
    /// Of 4001 to 4149.
    coin: u32,
    /// Of 4151 to 4199.
    exp: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Schedule, Weekday};
    use crate::shipped_rules;
    use raidkeep_engine::clock::{ClockMode, time_zone};

    /// Noon of a date, in Shanghai.
    fn on(date: &str) -> Clock {
        let moment: jiff::Timestamp = format!("{date}T04:00:00Z").parse().expect("a date");
        let zone = time_zone("Asia/Shanghai").expect("a known zone");
        Clock::start(ClockMode::Manual, zone, moment.as_millisecond(), None)
    }

    #[test]
    fn passing_a_lower_stage_changes_nothing() {
        let rules = shipped_rules::<StageRules>();
        let general = rules.mode(Mode::General).expect("general stages are shipped");
        let mut progress = Progress::default();
        assert_eq!(progress.pass(general, 8, &on("2026-03-10")), 8);
        assert_eq!(progress.pass(general, 3, &on("2026-03-10")), 0);
        assert_eq!(progress.highest_general(), 8);
    }

    #[test]
    fn the_tower_begins_anew_when_its_schedule_says_and_not_when_the_clock_jumps_back() {
        let rules = shipped_rules::<StageRules>();
        let mut tower = rules.mode(Mode::Endless).expect("endless stages are shipped").clone();
        let cases = [
            (Schedule::Daily, "2026-03-10", "2026-03-11"),
            // The 10th is a Tuesday.
            (Schedule::Weekly(Weekday::Monday), "2026-03-15", "2026-03-16"),
            (Schedule::Monthly, "2026-03-31", "2026-04-01"),
            (Schedule::Dates(vec!["2026-05-01".parse().expect("a date")]), "2026-04-30", "2026-05-01"),
        ];
        for (schedule, last, first) in cases {
            tower.resets = Some(schedule.clone());
            let mut progress = Progress::default();
            assert_eq!(progress.pass(&tower, 1001, &on("2026-03-10")), 1, "one stage more than before");
            assert_eq!(progress.highest(&tower, &on(last)), 1001, "{schedule:?} has not come");
            assert_eq!(progress.highest(&tower, &on(first)), 0, "{schedule:?} has come");
            assert_eq!(progress.highest(&tower, &on("2026-03-09")), 1001, "{schedule:?} was before");
        }
    }

    #[test]
    fn rows_from_before_resets_are_read() {
        let before = postcard::to_stdvec(&[8_u32, 0, 0, 0, 0, 0]).expect("plain data");
        let progress = Progress::upgrade(1, &before).expect("version 1 can be upgraded");
        assert_eq!(progress.highest_general(), 8);
    }

    #[test]
    fn rows_and_documents_from_before_days_were_noted_keep_the_tower_until_the_month_ends() {
        let march = 2026 * 12 + 2;
        let modes = [(8_u32, 0_i32), (1003, march), (0, 0), (0, 0), (0, 0), (0, 0)];
        let row = postcard::to_stdvec(&(modes, vec![(2001_u32, 5_i64)])).expect("plain data");
        let of_row = Progress::upgrade(2, &row).expect("version 2 can be upgraded");
        let modes = modes.map(|(highest, month)| serde_json::json!({"highest": highest, "month": month}));
        let document = serde_json::json!({"modes": modes, "paid_windows": [[2001, 5]]});
        let of_document: Progress = serde_json::from_value(document).expect("an earlier document");
        let rules = shipped_rules::<StageRules>();
        let tower = rules.mode(Mode::Endless).expect("endless stages are shipped");
        for progress in [of_row, of_document] {
            assert_eq!(progress.highest(tower, &on("2026-03-31")), 1003);
            assert_eq!(progress.highest(tower, &on("2026-04-01")), 0);
            assert_eq!(progress.paid_windows, [(2001, 5)], "and what has paid");
            let told = serde_json::to_value(&progress).expect("plain data");
            assert_eq!(serde_json::from_value::<Progress>(told).expect("a document"), progress);
        }
    }

    #[test]
    fn what_paid_before_windows_had_names_counts_until_the_stage_pays_again() {
        let rules = shipped_rules::<StageRules>();
        let activity = rules.mode(Mode::Activity).expect("activity stages are shipped");
        let opening = |date| activity.stage(2001).and_then(|block| block.opening(on(date).now(), &on(date)));
        let opening = |date| opening(date).expect("it is open at noon");
        let row = postcard::to_stdvec(&([(0_u32, 0_i32); 6], vec![(2001_u32, on("2026-03-10").now())]));
        let mut progress = Progress::upgrade(3, &row.expect("plain data")).expect("version 3 can be upgraded");
        assert!(progress.has_paid(2001, &opening("2026-03-10")), "the window in which it paid");
        assert!(progress.has_paid(2001, &opening("2026-03-09")), "and those before, where the clock jumps back");
        assert!(!progress.has_paid(2001, &opening("2026-03-11")));
        progress.note_paid(2001, &opening("2026-03-11"));
        assert!(progress.has_paid(2001, &opening("2026-03-11")) && progress.paid_windows.is_empty());
    }
}
