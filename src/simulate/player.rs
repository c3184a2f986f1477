//! A virtual player: comes at its times, goes through its habits request by request, and reads of the replies what it needs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde_json::Value;

use crate::request::SignIn;
use crate::request::status::SUCCESS;
use crate::simulate::policy::{Archetype, Habit, read_time};
use crate::stages::{Mode, StageRules, SweepRules};

/// What players know of the rules.
#[derive(Debug)]
pub struct Knowledge {
    /// The first stage of each mode.
    first_stages: Vec<(Mode, u32)>,
    /// Runs of stages that can be swept: from, to, energy of one sweep.
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

    /// The highest stage up to `highest` that can be swept, and the energy of it.
    fn sweepable(&self, highest: u32) -> Option<(u32, i64)> {
        let runs = self.sweeps.iter().filter(|(from, _, energy)| *from <= highest && *energy > 0);
        runs.map(|(_, to, energy)| ((*to).min(highest), *energy)).max()
    }
}

/// A request that a player wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Which function.
    pub function: String,
    /// The arguments, as JSON.
    pub data: String,
}

impl Wish {
    fn new(function: impl Into<String>, data: impl Into<String>) -> Self {
        Self { function: function.into(), data: data.into() }
    }

    fn of_stage(function: String, stage: u32) -> Self {
        Self::new(function, format!(r#"{{"stage":{stage}}}"#))
    }
}

/// What of a reply any player may want to know.
#[derive(Debug, Default, Deserialize)]
struct Heard {
    status: i32,
    #[serde(default)]
    data: Option<HeardData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HeardData {
    energy: Option<HeardEnergy>,
    exp_info: Option<HeardExp>,
    level: Option<u32>,
    stages: Option<HeardStages>,
    hang_up: Option<HeardHangUp>,
    mail: Option<Vec<HeardMail>>,
}

#[derive(Debug, Deserialize)]
struct HeardEnergy {
    remain: i64,
}

#[derive(Debug, Deserialize)]
struct HeardExp {
    level: u32,
}

/// The highest stage passed in each mode; 0 = none.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
struct HeardStages {
    general: u32,
    endless: u32,
    boss: u32,
    coin: u32,
    exp: u32,
}

impl HeardStages {
    fn of(&mut self, mode: Mode) -> Option<&mut u32> {
        match mode {
            Mode::General => Some(&mut self.general),
            Mode::Endless => Some(&mut self.endless),
            Mode::Boss => Some(&mut self.boss),
            Mode::Coin => Some(&mut self.coin),
            Mode::Exp => Some(&mut self.exp),
            Mode::Activity => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct HeardHangUp {
    hang_stage: u32,
}

#[derive(Debug, Deserialize)]
struct HeardMail {
    key: String,
    #[serde(default)]
    claimed: Option<u8>,
}

/// What a player remembers of itself.
#[derive(Debug, Default)]
struct Facts {
    level: u32,
    energy: i64,
    stages: HeardStages,
    hang_stage: u32,
}

/// Where a visit stands.
#[derive(Debug)]
struct Visit {
    /// Which habit.
    habit: usize,
    /// How often the habit has led to something.
    tried: u32,
    phase: Phase,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// To be begun, in the stage that a fight goes for if it has found one.
    Ready { stage: Option<u32> },
    /// In a stage.
    Fighting { stage: u32 },
    /// Mails to be claimed.
    Claiming { keys: Vec<String> },
    /// Refused; on to the next habit.
    Done,
}

const READY: Phase = Phase::Ready { stage: None };

/// One virtual player.
#[derive(Debug)]
pub struct VirtualPlayer {
    /// The number among all players, from 0.
    pub number: u32,
    /// The place of its archetype in the policy.
    pub archetype: usize,
    /// Once it has an account.
    pub sign_in: Option<SignIn>,
    /// Whether it has left for good.
    pub has_left: bool,
    /// When it comes.
    plans: ChaCha8Rng,
    /// What it does then. It is apart, so that a player comes at the same times whatever the rules make of its visits.
    chance: ChaCha8Rng,
    facts: Facts,
    visit: Option<Visit>,
    /// What it asked for and has not heard of.
    asked: Option<Wish>,
}

impl VirtualPlayer {
    /// A player who has not come yet.
    pub fn new(number: u32, archetype: usize, seed: u64) -> Self {
        // Stream 0 is the world's.
        let stream = |index: u64| {
            let mut source = ChaCha8Rng::seed_from_u64(seed);
            source.set_stream(2 * u64::from(number) + index);
            source
        };
        Self {
            number,
            archetype,
            sign_in: None,
            has_left: false,
            plans: stream(1),
            chance: stream(2),
            facts: Facts::default(),
            visit: None,
            asked: None,
        }
    }

    /// The moments of one day at which the player comes, in order. `midnight` is the day's first moment, in unix seconds.
    pub fn plan_day(&mut self, archetype: &Archetype, midnight: i64) -> Vec<i64> {
        let mut moments = Vec::new();
        for visits in &archetype.visits {
            // Chance is always drawn, so that a day's plan does not depend on the days before.
            let (comes, part) = (self.plans.random_bool(visits.chance), self.plans.random::<f64>());
            let seconds = |text: &str| {
                read_time(text).map_or(0, |time| i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60)
            };
            let (from, to) = (seconds(&visits.from), seconds(&visits.to));
            if comes {
                moments.push(midnight + from + (part * (to - from) as f64) as i64);
            }
        }
        if self.plans.random_bool(archetype.leaves_per_day) && self.sign_in.is_some() {
            self.has_left = true;
        }
        moments.sort_unstable();
        moments
    }

    /// Whether a visit is under way.
    pub fn is_here(&self) -> bool {
        self.visit.is_some()
    }

    /// The next request of the visit; `None` ends it.
    pub fn next_wish(&mut self, archetype: &Archetype, knowledge: &Knowledge) -> Option<Wish> {
        let wish = self.find_wish(archetype, knowledge);
        if wish.is_none() {
            self.visit = None;
        }
        self.asked.clone_from(&wish);
        wish
    }

    fn find_wish(&mut self, archetype: &Archetype, knowledge: &Knowledge) -> Option<Wish> {
        if self.sign_in.is_none() {
            return Some(Wish::new("login_unique", format!(r#"{{"unique_id":"virtual-{}"}}"#, self.number)));
        }
        let Some(visit) = &mut self.visit else {
            self.visit = Some(Visit { habit: 0, tried: 0, phase: READY });
            return Some(Wish::new("get_player_info", "{}"));
        };
        while let Some(habit) = archetype.habits.get(visit.habit) {
            let mut turn = Turn { visit, facts: &self.facts, chance: &mut self.chance, archetype, knowledge };
            if let Some(wish) = turn.wish_of(habit) {
                return Some(wish);
            }
            *visit = Visit { habit: visit.habit + 1, tried: 0, phase: READY };
        }
        None
    }

    /// Takes the reply to the last request; returns how many seconds the player takes until the next, and whether the
    /// request was granted.
    pub fn hear(&mut self, text: &str, sign_in: Option<SignIn>, archetype: &Archetype) -> (i64, bool) {
        self.sign_in = sign_in.or(self.sign_in);
        let heard: Heard = serde_json::from_str(text).unwrap_or_default();
        let is_refused = heard.status != SUCCESS && heard.data.is_none();
        if let Some(data) = heard.data {
            self.remember(data);
        }
        if let (Some(asked), Some(visit)) = (self.asked.take(), &mut self.visit) {
            let habit = archetype.habits.get(visit.habit);
            if asked.function != "get_player_info"
                && let Some(habit) = habit
            {
                visit.follow(habit, is_refused, &mut self.facts);
            }
        }
        let fights = matches!(self.visit, Some(Visit { phase: Phase::Fighting { .. }, .. }));
        let (from, to) = if fights { archetype.fight_seconds } else { archetype.pause_seconds };
        (self.chance.random_range(from..=to), !is_refused)
    }

    fn remember(&mut self, data: HeardData) {
        let facts = &mut self.facts;
        facts.level = data.exp_info.map(|exp| exp.level).or(data.level).unwrap_or(facts.level);
        facts.energy = data.energy.map_or(facts.energy, |energy| energy.remain);
        facts.stages = data.stages.unwrap_or(facts.stages);
        facts.hang_stage = data.hang_up.map_or(facts.hang_stage, |hang_up| hang_up.hang_stage);
        if let (Some(mails), Some(visit)) = (data.mail, &mut self.visit) {
            let keys = mails.into_iter().filter(|mail| mail.claimed == Some(0)).map(|mail| mail.key).collect();
            visit.phase = Phase::Claiming { keys };
        }
    }
}

impl Visit {
    /// What a reply means for the habit that asked.
    fn follow(&mut self, habit: &Habit, is_refused: bool, facts: &mut Facts) {
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
            // The next stage is not to be had: the highest that was passed will do.
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
struct Turn<'a> {
    visit: &'a mut Visit,
    facts: &'a Facts,
    chance: &'a mut ChaCha8Rng,
    archetype: &'a Archetype,
    knowledge: &'a Knowledge,
}

impl Turn<'_> {
    /// The next request of a habit; `None` when it is over for this visit.
    fn wish_of(&mut self, habit: &Habit) -> Option<Wish> {
        if self.visit.phase == Phase::Done {
            return None;
        }
        let tried = self.visit.tried;
        match habit {
            Habit::HangUp => (tried == 0).then(|| self.hang_up()),
            Habit::Mail => self.mail(),
            Habit::Purchase { offer, chance } => {
                let data = serde_json::json!({ "offer": offer }).to_string();
                self.comes_to_it(1, *chance).then(|| Wish::new("simulated_purchase", data))
            }
            Habit::Tickets { mode, at_most } => {
                let data = serde_json::json!({ "mode": mode, "pay_with": "diamond" }).to_string();
                (tried < *at_most).then(|| Wish::new("buy_ticket", data))
            }
            Habit::Fight { mode, at_most, win_chance } => self.fight(*mode, *at_most, *win_chance),
            Habit::Sweep { keep_energy } => self.sweep(*keep_energy),
            Habit::Ask { function, data, at_most, chance } => {
                self.comes_to_it(*at_most, *chance).then(|| Wish::new(function, Value::to_string(data)))
            }
        }
    }

    /// Whether a habit that is not always followed is, which the first try decides.
    fn comes_to_it(&mut self, at_most: u32, chance: f64) -> bool {
        self.visit.tried < at_most && (self.visit.tried > 0 || self.chance.random_bool(chance))
    }

    fn hang_up(&self) -> Wish {
        let highest = self.facts.stages.general;
        match self.facts.hang_stage == highest {
            true => Wish::new("get_hang_up_reward", "{}"),
            false => Wish::of_stage("start_hang_up".to_owned(), highest),
        }
    }

    fn mail(&mut self) -> Option<Wish> {
        match &mut self.visit.phase {
            Phase::Claiming { keys } => {
                keys.pop().map(|key| Wish::new("claim_mail", serde_json::json!({ "key": key }).to_string()))
            }
            _ => Some(Wish::new("get_all_mail", "{}")),
        }
    }

    fn fight(&mut self, mode: Mode, at_most: u32, win_chance: f64) -> Option<Wish> {
        if let Phase::Fighting { stage } = self.visit.phase {
            if self.chance.random_bool(win_chance) {
                return Some(self.victory(mode, stage));
            }
            // A fight that is lost is not reported; the next entry ends it.
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
        Some(Wish::of_stage(format!("enter_stage_{}", name_of(mode)), stage))
    }

    fn next_stage(&self, mode: Mode) -> u32 {
        let mut stages = self.facts.stages;
        let highest = stages.of(mode).map_or(0, |highest| *highest);
        let first = self.knowledge.first_stage(mode);
        if mode == Mode::Boss { first } else { (highest + 1).max(first) }
    }

    fn victory(&mut self, mode: Mode, stage: u32) -> Wish {
        let function = format!("victory_stage_{}", name_of(mode));
        if mode != Mode::Boss {
            return Wish::of_stage(function, stage);
        }
        let damage = self.archetype.damage;
        let usual = damage.base.saturating_add(damage.per_level.saturating_mul(i64::from(self.facts.level)));
        let factor = 1.0 + damage.spread * self.chance.random_range(-1.0..=1.0);
        let damage = (usual as f64 * factor).max(0.0) as i64;
        Wish::new(function, format!(r#"{{"stage":{stage},"damage":{damage}}}"#))
    }

    fn sweep(&self, keep_energy: i64) -> Option<Wish> {
        let (stage, energy) = self.knowledge.sweepable(self.facts.stages.general).filter(|_| self.visit.tried == 0)?;
        let count = (self.facts.energy - keep_energy) / energy;
        (count > 0).then(|| Wish::new("mopping_up_stage", format!(r#"{{"stage":{stage},"count":{count}}}"#)))
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
