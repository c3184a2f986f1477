//! A visit of a virtual player: its habits in order, each a series of requests.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::simulate::duel::Duel;
use crate::simulate::heard::{Facts, Heard};
use crate::simulate::knowledge::Knowledge;
use crate::simulate::policy::{Archetype, Habit};
use raidkeep_game::stages::Mode;

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

    pub(super) fn of_stage(function: impl Into<String>, stage: u32) -> Self {
        Self::new(function, format!(r#"{{"stage":{stage}}}"#))
    }

    /// Of a function that wants the caller's own name and nothing else.
    pub(super) fn of_role(function: &str, name: &str) -> Self {
        Self::new(function, serde_json::json!({ "role": name }).to_string())
    }

    pub(super) fn purchase(offer: &str) -> Self {
        Self::new("simulated_purchase", serde_json::json!({ "offer": offer }).to_string())
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
    /// The battle that the player is in, or is about to be.
    pub(super) duel: Option<Duel>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not started; for a fight, with the chosen stage.
    Ready { stage: Option<u32> },
    /// In a stage.
    Fighting { stage: u32 },
    /// Requests that a list has led to, the next one last.
    Prepared { left: Vec<PlannedRequest> },
    /// A wish for a personal task was told; the list comes next.
    Wished,
    /// A task was chosen from the list.
    Chosen { task: String },
    /// In a task, and in which of its scenes if the player knows.
    Telling { task: String, scene: Option<usize> },
    /// Refused; the next habit follows.
    Done,
}

pub(super) const READY: Phase = Phase::Ready { stage: None };

impl Visit {
    /// At the start of a habit.
    pub(super) fn at(habit: usize) -> Self {
        Self { habit, tried: 0, phase: READY, duel: None }
    }
}

/// One decision of a visit.
pub(super) struct Turn<'a> {
    pub(super) visit: &'a mut Visit,
    pub(super) facts: &'a mut Facts,
    pub(super) chance: &'a mut ChaCha8Rng,
    pub(super) whims: &'a mut ChaCha8Rng,
    pub(super) archetype: &'a Archetype,
    pub(super) knowledge: &'a Knowledge,
}

impl Turn<'_> {
    /// The next request of a habit; `None` if it is finished for this visit.
    pub(super) fn wish_of(&mut self, habit: &Habit) -> Option<PlannedRequest> {
        if let Some(wish) = self.visit.duel.as_ref().and_then(|duel| duel.wish(self.facts)) {
            return Some(wish);
        }
        self.visit.duel = None;
        if self.visit.phase == Phase::Done {
            return None;
        }
        let tried = self.visit.tried;
        match habit {
            Habit::HangUp => (tried == 0).then(|| self.hang_up()),
            Habit::Mail | Habit::ReadMail | Habit::Letters { .. } | Habit::Shop { .. } => self.errand(habit),
            Habit::Purchase { offer, chance } => self.comes_to_it(1, *chance).then(|| PlannedRequest::purchase(offer)),
            Habit::Tickets { mode, at_most } => {
                let data = serde_json::json!({ "mode": mode, "pay_with": "diamond" }).to_string();
                (tried < *at_most).then(|| PlannedRequest::new("buy_ticket", data))
            }
            Habit::Fight { mode, stage, at_most, win_chance } => self.fight((*mode, *stage), *at_most, *win_chance),
            Habit::Activity { at_most, win_chance } => self.activity(*at_most, *win_chance),
            Habit::Sweep { keep_energy, at_most } => self.sweep(*keep_energy, i64::from(*at_most)),
            Habit::Tasks { kind, at_most, chance } => self.task(*kind, *at_most, *chance),
            Habit::Craft { kind, spend, at_most } => (tried < *at_most).then(|| self.craft(*kind, *spend)),
            Habit::Battles { fighter, at_most, chance } => {
                self.comes_to_it(*at_most, *chance).then(|| self.battle(fighter.as_deref()))?
            }
            Habit::Challenges { at_most, chance } => {
                self.comes_to_it(*at_most, *chance).then(|| PlannedRequest::of_role("get_list", &self.facts.name))
            }
            Habit::Ask { function, data, at_most, chance } => {
                self.comes_to_it(*at_most, *chance).then(|| PlannedRequest::new(function, self.filled_in(data)))
            }
        }
    }

    /// Goes on with the reply to the request of a habit.
    pub(super) fn follow(&mut self, habit: &Habit, heard: &Heard) {
        if let Some(duel) = &mut self.visit.duel {
            *duel = duel.after(heard);
            return;
        }
        let is_refused = heard.is_refused();
        match (habit, &self.visit.phase) {
            (Habit::Fight { mode, .. }, Phase::Fighting { stage }) => {
                if let Some(highest) = self.facts.stages.of(*mode).filter(|_| !is_refused) {
                    *highest = (*stage).max(*highest);
                }
                self.visit.phase = READY;
                self.visit.tried += 1;
            }
            (Habit::Fight { .. }, Phase::Ready { stage: Some(stage) }) if !is_refused => {
                self.visit.phase = Phase::Fighting { stage: *stage };
            }
            // The next stage was refused: fall back to the highest passed one.
            (Habit::Fight { mode, stage: wanted, .. }, Phase::Ready { stage: Some(stage) }) => {
                let highest = self.facts.stages.of(*mode).map_or(0, |highest| *highest);
                let has_other = wanted.is_none() && highest > 0 && *stage > highest && *mode != Mode::Endless;
                self.visit.phase = if has_other { Phase::Ready { stage: Some(highest) } } else { Phase::Done };
            }
            (Habit::Activity { .. }, _) => self.follow_activity(heard),
            (Habit::Tasks { kind, .. }, _) => self.follow_task(*kind, heard),
            (_, Phase::Prepared { .. }) => {}
            _ if is_refused => self.visit.phase = Phase::Done,
            (Habit::Mail | Habit::ReadMail | Habit::Letters { .. } | Habit::Shop { .. }, _) => {
                let left = heard.data.as_ref().map(|data| self.prepared(habit, data)).unwrap_or_default();
                self.visit.phase = Phase::Prepared { left };
            }
            (Habit::Craft { kind, .. }, _) => self.note_craft(*kind),
            (Habit::Challenges { .. }, _) => self.choose_opponent(heard),
            _ => self.visit.tried += 1,
        }
    }

    /// Whether an optional habit is followed, decided once per visit at the first try.
    pub(super) fn comes_to_it(&mut self, at_most: u32, chance: f64) -> bool {
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
            false => PlannedRequest::of_stage("start_hang_up", highest),
        }
    }

    fn fight(&mut self, (mode, wanted): (Mode, Option<u32>), at_most: u32, win_chance: f64) -> Option<PlannedRequest> {
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
        let stage = stage.or(wanted).unwrap_or_else(|| self.next_stage(mode));
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

    fn sweep(&self, keep_energy: i64, at_most: i64) -> Option<PlannedRequest> {
        let (stage, energy) = self.knowledge.sweepable(self.facts.stages.general).filter(|_| self.visit.tried == 0)?;
        // A sweep that takes no energy is made as often as a player can be bothered.
        let count = (self.facts.energy - keep_energy).checked_div(energy).map_or(at_most, |count| count.min(at_most));
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
