//! A visit of a virtual player: its habits in order, each a series of requests.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::simulate::heard::Facts;
use crate::simulate::policy::{Archetype, Habit};
use raidkeep_game::stages::{Mode, StageRules, SweepRules};

/// What players know of the rules.
#[derive(Debug)]
pub struct Knowledge {
    /// The first stage of each mode.
    first_stages: Vec<(Mode, u32)>,
    /// Ranges of stages that can be swept: from, to, energy per sweep.
    sweeps: Vec<(u32, u32, i64)>,
}

impl Knowledge {
    /// From the rules.
    pub fn new(stages: &StageRules, sweep: &SweepRules) -> Self {
        let modes = [Mode::General, Mode::Endless, Mode::Activity, Mode::Boss, Mode::Coin, Mode::Exp];
        let first_stages = modes.into_iter().filter_map(|mode| Some((mode, stages.mode(mode)?.first))).collect();
        Self { first_stages, sweeps: sweep.stages.iter().map(|run| (run.from, run.to, run.energy)).collect() }
    }

    fn first_stage(&self, mode: Mode) -> u32 {
        self.first_stages.iter().find(|(known, _)| *known == mode).map_or(0, |(_, first)| *first)
    }

    /// The highest stage up to `highest` that can be swept, and its energy.
    fn sweepable(&self, highest: u32) -> Option<(u32, i64)> {
        let runs = self.sweeps.iter().filter(|(from, _, energy)| *from <= highest && *energy > 0);
        runs.map(|(_, to, energy)| ((*to).min(highest), *energy)).max()
    }
}

/// A request that a player wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRequest {
    /// Which function.
    pub function: String,
    /// The arguments, as JSON.
    pub data: String,
}

impl PlannedRequest {
    pub(super) fn new(function: impl Into<String>, data: impl Into<String>) -> Self {
        Self { function: function.into(), data: data.into() }
    }

    fn of_stage(function: String, stage: u32) -> Self {
        Self::new(function, format!(r#"{{"stage":{stage}}}"#))
    }
}

/// The progress of a visit.
#[derive(Debug)]
pub(super) struct Visit {
    /// Index of the current habit.
    pub(super) habit: usize,
    /// How often the habit has been carried out.
    pub(super) tried: u32,
    pub(super) phase: Phase,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not started; for a fight, with the chosen stage.
    Ready { stage: Option<u32> },
    /// In a stage.
    Fighting { stage: u32 },
    /// Mails to be claimed.
    Claiming { keys: Vec<String> },
    /// Refused; the next habit follows.
    Done,
}

const READY: Phase = Phase::Ready { stage: None };

impl Visit {
    /// At the start of a habit.
    pub(super) fn at(habit: usize) -> Self {
        Self { habit, tried: 0, phase: READY }
    }

    /// Updates the habit with the reply to its request.
    pub(super) fn follow(&mut self, habit: &Habit, is_refused: bool, facts: &mut Facts) {
        match (habit, &self.phase) {
            (Habit::Fight { mode, .. }, Phase::Fighting { stage }) => {
                if let Some(highest) = facts.stages.of(*mode).filter(|_| !is_refused) {
                    *highest = (*stage).max(*highest);
                }
                self.phase = READY;
                self.tried += 1;
            }
            (Habit::Fight { .. }, Phase::Ready { stage: Some(stage) }) if !is_refused => {
                self.phase = Phase::Fighting { stage: *stage };
            }
            // The next stage was refused: fall back to the highest passed one.
            (Habit::Fight { mode, .. }, Phase::Ready { stage: Some(stage) }) => {
                let highest = facts.stages.of(*mode).map_or(0, |highest| *highest);
                let has_other = highest > 0 && *stage > highest && *mode != Mode::Endless;
                self.phase = if has_other { Phase::Ready { stage: Some(highest) } } else { Phase::Done };
            }
            (Habit::Mail, Phase::Claiming { .. }) => {}
            _ if is_refused => self.phase = Phase::Done,
            _ => self.tried += 1,
        }
    }
}

/// One decision of a visit.
pub(super) struct Turn<'a> {
    pub(super) visit: &'a mut Visit,
    pub(super) facts: &'a Facts,
    pub(super) chance: &'a mut ChaCha8Rng,
    pub(super) whims: &'a mut ChaCha8Rng,
    pub(super) archetype: &'a Archetype,
    pub(super) knowledge: &'a Knowledge,
}

impl Turn<'_> {
    /// The next request of a habit; `None` if it is finished for this visit.
    pub(super) fn wish_of(&mut self, habit: &Habit) -> Option<PlannedRequest> {
        if self.visit.phase == Phase::Done {
            return None;
        }
        let tried = self.visit.tried;
        match habit {
            Habit::HangUp => (tried == 0).then(|| self.hang_up()),
            Habit::Mail => self.mail(),
            Habit::Purchase { offer, chance } => {
                let data = serde_json::json!({ "offer": offer }).to_string();
                self.comes_to_it(1, *chance).then(|| PlannedRequest::new("simulated_purchase", data))
            }
            Habit::Tickets { mode, at_most } => {
                let data = serde_json::json!({ "mode": mode, "pay_with": "diamond" }).to_string();
                (tried < *at_most).then(|| PlannedRequest::new("buy_ticket", data))
            }
            Habit::Fight { mode, at_most, win_chance } => self.fight(*mode, *at_most, *win_chance),
            Habit::Sweep { keep_energy } => self.sweep(*keep_energy),
            Habit::Ask { function, data, at_most, chance } => {
                self.comes_to_it(*at_most, *chance).then(|| PlannedRequest::new(function, self.filled_in(data)))
            }
        }
    }

    /// Whether an optional habit is followed, decided once per visit at the first try.
    fn comes_to_it(&mut self, at_most: u32, chance: f64) -> bool {
        self.visit.tried < at_most && (self.visit.tried > 0 || self.whims.random_bool(chance))
    }

    /// The arguments with `{name}` replaced by the player's name. Guests' names need no JSON escaping.
    fn filled_in(&self, data: &Value) -> String {
        data.to_string().replace("{name}", &self.facts.name)
    }

    fn hang_up(&self) -> PlannedRequest {
        let highest = self.facts.stages.general;
        match self.facts.hang_stage == highest {
            true => PlannedRequest::new("get_hang_up_reward", "{}"),
            false => PlannedRequest::of_stage("start_hang_up".to_owned(), highest),
        }
    }

    fn mail(&mut self) -> Option<PlannedRequest> {
        match &mut self.visit.phase {
            Phase::Claiming { keys } => {
                keys.pop().map(|key| PlannedRequest::new("claim_mail", serde_json::json!({ "key": key }).to_string()))
            }
            _ => Some(PlannedRequest::new("get_all_mail", "{}")),
        }
    }

    fn fight(&mut self, mode: Mode, at_most: u32, win_chance: f64) -> Option<PlannedRequest> {
        if let Phase::Fighting { stage } = self.visit.phase {
            if self.chance.random_bool(win_chance) {
                return Some(self.victory(mode, stage));
            }
            // A lost fight is not reported; the next entry ends it.
            self.visit.phase = READY;
            self.visit.tried += 1;
        }
        let Phase::Ready { stage } = self.visit.phase else {
            return None;
        };
        if self.visit.tried >= at_most {
            return None;
        }
        let stage = stage.unwrap_or_else(|| self.next_stage(mode));
        self.visit.phase = Phase::Ready { stage: Some(stage) };
        Some(PlannedRequest::of_stage(format!("enter_stage_{}", name_of(mode)), stage))
    }

    fn next_stage(&self, mode: Mode) -> u32 {
        let mut stages = self.facts.stages;
        let highest = stages.of(mode).map_or(0, |highest| *highest);
        let first = self.knowledge.first_stage(mode);
        if mode == Mode::Boss { first } else { (highest + 1).max(first) }
    }

    fn victory(&mut self, mode: Mode, stage: u32) -> PlannedRequest {
        let function = format!("victory_stage_{}", name_of(mode));
        if mode != Mode::Boss {
            return PlannedRequest::of_stage(function, stage);
        }
        let damage = self.archetype.damage;
        let usual = damage.base.saturating_add(damage.per_level.saturating_mul(i64::from(self.facts.level)));
        let factor = 1.0 + damage.spread * self.chance.random_range(-1.0..=1.0);
        let damage = (usual as f64 * factor).max(0.0) as i64;
        PlannedRequest::new(function, format!(r#"{{"stage":{stage},"damage":{damage}}}"#))
    }

    fn sweep(&self, keep_energy: i64) -> Option<PlannedRequest> {
        let (stage, energy) = self.knowledge.sweepable(self.facts.stages.general).filter(|_| self.visit.tried == 0)?;
        let count = (self.facts.energy - keep_energy) / energy;
        (count > 0).then(|| PlannedRequest::new("mopping_up_stage", format!(r#"{{"stage":{stage},"count":{count}}}"#)))
    }
}

/// As the functions of a mode are called.
fn name_of(mode: Mode) -> &'static str {
    match mode {
        Mode::General => "general",
        Mode::Endless => "endless",
        Mode::Activity => "activity",
        Mode::Boss => "boss",
        Mode::Coin => "coin",
        Mode::Exp => "exp",
    }
}
