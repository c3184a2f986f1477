//! A greedy player: looks for the most of an item per hour, and says how it is got.
//!
//! A player first lives as players do, for some days. Then everything that it can do is tried out with real requests, by a
//! twin who is given the means: what each move takes, brings and how long it takes. A linear program makes of this the
//! day that brings most without using up anything ([`raidkeep_engine::linear`]), and another twin, without gifts, plays that day request
//! by request. Where it brings less than it should (a daily limit that no reply shows), the moves are valued by what they
//! really brought, and the day is planned anew. What is reported was played.
//!
//! Left out are what costs real money, and battles of a player against a friend.

mod day;
mod holding;
mod life;
mod moves;
mod told;

use std::collections::BTreeMap;

use crate::simulate::driver;
use crate::simulate::greedy::day::{Day, Value};
use crate::simulate::greedy::holding::{Holding, Resource};
use crate::simulate::greedy::life::Life;
use crate::simulate::greedy::moves::{Move, moves, with_habits};
use crate::simulate::policy::{Archetype, Habit, Policy};
use crate::simulate::run::{Troubles, midnights};
use raidkeep_engine::rules::{LoadedRules, nearest};
use raidkeep_game::GameSettings;
use raidkeep_game::items::ItemRules;
use raidkeep_game::stages::Mode;

pub use told::GreedyStep;

/// What to look for.
#[derive(Debug)]
pub struct GreedyPlan<'p> {
    /// An item's id, identifier or name; or `exp`.
    pub wanted: &'p str,
    /// Days that the player lives before.
    pub days: u32,
    /// The random seed.
    pub seed: u64,
    /// How quick and how strong players are: as the quickest archetype of this policy.
    pub policy: &'p Policy,
}

/// What a greedy player found.
#[derive(Debug, Clone, PartialEq)]
pub struct Greedy {
    /// What was looked for: `金币 (3:1)`.
    pub wanted: String,
    /// How much of it a day of 24 hours brought, divided by 24.
    pub per_hour: f64,
    /// What was done in that day, the most frequent first.
    pub steps: Vec<GreedyStep>,
    /// What kept the player from more.
    pub limits: Vec<String>,
    /// The player: days before, level, highest general stage.
    pub player: (u32, u32, u32),
    /// How many moves were tried out.
    pub tried: usize,
}

/// Days that are planned and played at most. Each brings the values of moves closer to what they are.
const DAYS_PLAYED: usize = 5;
/// A day that brings so much of what was planned is as good as planned.
const AS_PLANNED: f64 = 0.95;
/// A day that brings hardly more than the one before is the last.
const WORTH_IT: f64 = 1.02;
/// Hours between visits in the days before.
const VISIT_HOURS: i64 = 8;
const DAY_SECONDS: i64 = 86_400;
/// Times that a move is tried out for its mean, and attempts to do so.
const SAMPLES: usize = 3;
const ATTEMPTS: usize = 7;
/// What the twin who tries things out is given before each: of each item, and energy.
const GIFT: (i64, i64) = (1_000_000, 1_000_000);

/// Looks for the most of an item per hour.
///
/// # Errors
/// When there is no such item, or the world cannot run.
pub fn greedy(plan: &GreedyPlan, rules: &LoadedRules) -> Result<Greedy, Troubles> {
    let settings = driver::settings()?;
    let wanted = find_wanted(plan.wanted, rules)?;
    let hands = plan.policy.archetypes.iter().min_by_key(|archetype| archetype.pause_seconds);
    let Some(hands) = hands else {
        return Ok(told::nothing(plan, rules, wanted));
    };
    Search { plan, settings: &settings, rules, hands, wanted }.run()
}

fn find_wanted(wanted: &str, rules: &LoadedRules) -> Result<Resource, Troubles> {
    if wanted == "exp" {
        return Ok(Resource::Experience);
    }
    let items = || rules.tables.get::<ItemRules>().into_iter().flat_map(|rules| &rules.items);
    let names = |item: &raidkeep_game::items::Item| {
        [Some(item.id.to_string()), item.identifier.clone(), Some(item.name.clone())].into_iter().flatten()
    };
    if let Some(item) = items().find(|item| names(item).any(|name| name == wanted)) {
        return Ok(Resource::Item(item.id));
    }
    let known: Vec<String> = items().flat_map(names).collect();
    let nearest = nearest(wanted, known.iter().map(String::as_str)).map(str::to_owned);
    Err(Troubles::UnknownItem { wanted: wanted.to_owned(), nearest })
}

struct Search<'a> {
    plan: &'a GreedyPlan<'a>,
    settings: &'a GameSettings,
    rules: &'a LoadedRules,
    hands: &'a Archetype,
    wanted: Resource,
}

impl Search<'_> {
    fn run(&self) -> Result<Greedy, Troubles> {
        let mut twin = self.grown_up()?;
        let holding = twin.look();
        let moves = moves(twin.world(), &holding, self.hands);
        let mut values: Vec<Option<Value>> = moves.iter().map(|known| try_out(&mut twin, known)).collect();
        let mut best: Option<Day> = None;
        for _ in 0..DAYS_PLAYED {
            let mut day = Day::plan(self.wanted, &moves, &values, &holding, energy_a_day(&mut twin));
            let mut life = self.grown_up()?;
            day.play(&mut life, &moves);
            let brought = day.brought(self.wanted);
            let before = best.as_ref().map_or(0.0, |best| best.brought(self.wanted));
            let is_final = brought >= AS_PLANNED * day.planned || brought <= before * WORTH_IT;
            day.learn(&mut values);
            if brought > before {
                best = Some(day);
            }
            if is_final {
                break;
            }
        }
        Ok(told::tell(self, &holding, &moves, best, &values))
    }

    /// A player who has lived the days before, at the first moment of the next day.
    fn grown_up(&self) -> Result<Life, Troubles> {
        let midnights = midnights(self.plan.policy.first_day(), self.plan.days, &self.settings.zone);
        let midnights = midnights.ok_or(Troubles::Calendar)?;
        let mut life = Life::begin((self.settings, self.rules), midnights[0], self.plan.seed)?;
        let fight = |mode, at_most| Habit::Fight { mode, stage: None, at_most, win_chance: 1.0 };
        let habits = vec![
            Habit::Mail,
            Habit::HangUp,
            fight(Mode::General, 100),
            fight(Mode::Endless, 20),
            fight(Mode::Exp, 10),
            fight(Mode::Coin, 10),
        ];
        let archetype = with_habits(self.hands, habits);
        for days in midnights.windows(2) {
            for visit in (days[0]..days[1]).step_by((VISIT_HOURS * 3600) as usize) {
                life.now = life.now.max(visit);
                life.play(&archetype, false);
            }
            life.now = life.now.max(days[1]);
        }
        // Without days before, this is the first log-in.
        life.play(&with_habits(self.hands, Vec::new()), true);
        Ok(life)
    }
}

/// Points of energy that come back in a day.
fn energy_a_day(life: &mut Life) -> f64 {
    let rules = life.world().resource::<raidkeep_engine::rules::Rules<raidkeep_game::energy::EnergyRules>>();
    DAY_SECONDS as f64 / rules.seconds_per_point.max(1) as f64
}

/// What a move is worth: the mean of a few times; `None` if the player cannot make it.
fn try_out(twin: &mut Life, known: &Move) -> Option<Value> {
    let mut samples: Vec<(BTreeMap<Resource, f64>, i64)> = Vec::new();
    for attempt in 0..ATTEMPTS {
        if samples.len() == SAMPLES {
            break;
        }
        twin.give(GIFT.0, GIFT.1);
        let (before, seconds, is_done) = once(twin, known);
        let change = twin.look().since(&before);
        if is_done && !change.is_empty() {
            samples.push((change, seconds));
        } else {
            // Tasks come back after minutes, tickets after a day, and some stages are open at noon or in the evening.
            twin.now += if attempt % 2 == 0 { 1800 } else { DAY_SECONDS / 2 + 3600 };
        }
    }
    Value::mean(&samples)
}

/// Makes a move once, while the clock stands still; what pays for time gone by, after a day.
fn once(twin: &mut Life, known: &Move) -> (Holding, i64, bool) {
    if known.is_daily {
        twin.play(&known.archetype, true);
        twin.now += DAY_SECONDS;
    }
    let played = twin.play(&known.archetype, true);
    (played.before, played.seconds, played.refused == 0 && played.granted > 0)
}
