//! A whole simulation: which player acts when, day by day.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::simulate::coverage::Coverage;
use crate::simulate::driver::{self, Driver};
use crate::simulate::figures::Measure;
use crate::simulate::knowledge::Knowledge;
use crate::simulate::measure::{Book, Measured, Today};
use crate::simulate::player::{AnsweredRequest, VirtualPlayer};
use crate::simulate::policy::{Archetype, Policy};
use crate::simulate::results::Run;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::reply::ReplyPort;
use raidkeep_engine::request::status;
use raidkeep_engine::rules::{LoadedRules, Problems};
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::{RowError, StorageError};
use raidkeep_server::config::ConfigError;

/// The parameters of a simulation.
#[derive(Debug)]
pub struct SimulationPlan<'p> {
    /// How many players.
    pub players: u32,
    /// How many days.
    pub days: u32,
    /// The random seed.
    pub seed: u64,
    /// How the players behave.
    pub policy: &'p Policy,
}

/// Why a simulation failed.
#[derive(Debug, thiserror::Error)]
pub enum Troubles {
    /// The assets are not valid, or the policy does not fit them.
    #[error("{0}")]
    Files(#[from] Problems),
    /// The shipped configuration is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The world could not start.
    #[error(transparent)]
    World(#[from] StorageError),
    /// The ledger of the simulated world could not be read.
    #[error("the ledger of the simulated world: {0}")]
    Ledger(#[from] RowError),
    /// Nothing is called like what a greedy player should look for.
    #[error("there is no item {wanted}{}; expected an item's id, identifier or name, or exp", .nearest.as_ref().map_or(String::new(), |name| format!(" (did you mean {name:?}?)")))]
    UnknownItem {
        /// As it was asked for.
        wanted: String,
        /// The closest known name.
        nearest: Option<String>,
    },
    /// The simulation would exceed the range of the calendar.
    #[error("the simulation would go beyond the end of the calendar; expected fewer days or an earlier start")]
    Calendar,
}

/// Runs a simulation; `progress` is called after each day with the number of days completed.
///
/// # Errors
/// When the world cannot run.
pub fn simulate(plan: &SimulationPlan, rules: &LoadedRules, progress: impl FnMut(u32)) -> Result<Run, Troubles> {
    let settings = driver::settings()?;
    let midnights = midnights(plan.policy.first_day(), plan.days, &settings.zone).ok_or(Troubles::Calendar)?;
    let start = Start::alone(midnights[0] * 1000, plan.seed);
    let world = Driver::new(&settings, rules, start)?;
    let mut life = Life::begin(plan, world, midnights);
    life.live(progress)?;
    Ok(life.finish())
}

/// The midnights at which the days begin, and the one after the last day, unix seconds.
pub(super) fn midnights(first: Date, days: u32, zone: &TimeZone) -> Option<Vec<i64>> {
    let midnight = |day: u32| {
        let date = first.checked_add(i64::from(day).days()).ok()?;
        Some(date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp().as_second())
    };
    (0..=days).map(midnight).collect()
}

/// A running simulation.
struct Life<'p> {
    plan: &'p SimulationPlan<'p>,
    world: Driver,
    midnights: Vec<i64>,
    knowledge: Knowledge,
    players: Vec<VirtualPlayer>,
    /// The planned visits of each player, the next one last.
    planned: Vec<Vec<i64>>,
    /// When each player acts next: at most one entry per player.
    due: BinaryHeap<Reverse<(i64, u32)>>,
    /// By player number, connections of online players.
    links: Vec<Option<Arc<dyn ReplyPort>>>,
    /// By player number, players who have an account.
    measured: Vec<Option<Measured>>,
    /// The archetype of each account.
    archetypes: HashMap<AccountId, usize>,
    /// By player number, the day of the last visit, from 1; 0 = none.
    last_active: Vec<u32>,
    /// By player number, the day on which the player leaves for good, from 1; 0 = not planned so far.
    leaves_on: Vec<u32>,
    messages: BTreeMap<(Arc<str>, i32), String>,
    today: Today,
    book: Book,
    coverage: Coverage,
    requests: u64,
    refused: u64,
}

impl<'p> Life<'p> {
    fn begin(plan: &'p SimulationPlan<'p>, mut world: Driver, midnights: Vec<i64>) -> Self {
        let knowledge = Knowledge::of(world.simulation().world());
        let count = plan.players as usize;
        let players = (0..plan.players).map(|number| VirtualPlayer::new(number, archetype_of(number, plan), plan.seed));
        let coverage = Coverage::of(world.functions());
        let mut life = Self {
            plan,
            world,
            midnights,
            knowledge,
            players: players.collect(),
            planned: vec![Vec::new(); count],
            due: BinaryHeap::with_capacity(count),
            links: vec![None; count],
            measured: vec![None; count],
            archetypes: HashMap::with_capacity(count),
            last_active: vec![0; count],
            leaves_on: vec![0; count],
            messages: BTreeMap::new(),
            today: Today::default(),
            book: Book::new(plan.policy),
            coverage,
            requests: 0,
            refused: 0,
        };
        for number in 0..plan.players {
            let joins_on = u64::from(number) * u64::from(plan.policy.joining_days) / u64::from(plan.players.max(1));
            life.plan_from(number, usize::try_from(joins_on).unwrap_or(usize::MAX));
        }
        life
    }

    fn archetype(&self, number: u32) -> &'p Archetype {
        &self.plan.policy.archetypes[self.players[number as usize].archetype]
    }

    /// Plans the player's visits for the first day from `first_day` on that has any.
    fn plan_from(&mut self, number: u32, first_day: usize) {
        let archetype = self.archetype(number);
        for day in first_day..self.plan.days as usize {
            let player = &mut self.players[number as usize];
            if player.has_left {
                break;
            }
            let mut moments = player.plan_day(archetype, self.midnights[day]);
            if player.has_left {
                self.leaves_on[number as usize] = u32::try_from(day + 1).unwrap_or(u32::MAX);
            }
            moments.reverse();
            self.planned[number as usize] = moments;
            if self.await_visit(number) {
                return;
            }
        }
    }

    fn await_visit(&mut self, number: u32) -> bool {
        let next = self.planned[number as usize].pop();
        next.map(|at| self.wake(number, at)).is_some()
    }

    fn wake(&mut self, number: u32, at: i64) {
        let step = self.plan.policy.moment_seconds;
        self.due.push(Reverse((next_moment(at, step), number)));
    }

    fn live(&mut self, mut progress: impl FnMut(u32)) -> Result<(), Troubles> {
        for day in 1..=self.plan.days {
            let ends_at = self.midnights[day as usize];
            while let Some(Reverse((at, _))) = self.due.peek().copied().filter(|Reverse((at, _))| *at < ends_at) {
                self.act(at, day)?;
            }
            self.close_day(ends_at - 1, day)?;
            progress(day);
        }
        Ok(())
    }

    /// Every player due at this moment makes a request.
    fn act(&mut self, now: i64, day: u32) -> Result<(), Troubles> {
        while let Some(Reverse((_, number))) = self.due.peek().copied().filter(|Reverse((at, _))| *at == now) {
            self.due.pop();
            self.begin_request(number, now, day);
        }
        self.run_moment(now)?;
        for (serial, reply) in self.world.take_replies() {
            let number = u32::try_from(serial).unwrap_or(u32::MAX);
            self.end_request(number, &reply.text, reply.names.map(|named| named.sign_in), now);
        }
        self.settle_accounts();
        for (number, challenge) in self.world.take_invitations() {
            let player = usize::try_from(number).ok().and_then(|number| self.players.get_mut(number));
            player.into_iter().for_each(|player| player.invite(challenge.clone()));
        }
        Ok(())
    }

    fn begin_request(&mut self, number: u32, now: i64, day: u32) {
        let at = number as usize;
        let archetype = self.archetype(number);
        if self.last_active[at] != day {
            self.last_active[at] = day;
            self.today.count(Measure::Came, self.players[at].archetype);
        }
        if let Some(measured) = &mut self.measured[at] {
            measured.note_presence(self.world.simulation().world(), now);
        }
        let player = &mut self.players[at];
        let Some(wish) = player.next_wish(archetype, &self.knowledge) else {
            return self.end_visit(number, now);
        };
        let sign_in = player.sign_in;
        let function: Option<RequestKind> = self.world.function(&wish.function);
        let link = self.links[at].get_or_insert_with(|| self.world.connect(u64::from(number))).clone();
        let asker = (u64::from(number), link);
        let asked = function.is_some_and(|function| self.world.ask(asker, function, &wish.data, sign_in));
        if !asked {
            let refusal = format!(r#"{{"status":{}}}"#, status::MALFORMED);
            self.end_request(number, &refusal, None, now);
        }
    }

    fn end_request(&mut self, number: u32, text: &str, sign_in: Option<raidkeep_engine::request::SignIn>, now: i64) {
        let archetype = self.archetype(number);
        let at = number as usize;
        let AnsweredRequest { function, refused, is_play, pause_seconds } =
            self.players[at].hear(text, sign_in, archetype, &self.knowledge);
        self.coverage.note(&function, refused.is_none());
        self.requests += 1;
        self.refused += u64::from(refused.is_some());
        let archetype = self.players[at].archetype;
        self.today.count_request(archetype, &function, refused);
        if let Some(status) = refused {
            self.messages.entry((function.into(), status)).or_insert_with(|| message_of(text));
        }
        if let (None, Some(sign_in)) = (self.measured[at], self.players[at].sign_in) {
            let entity = self.world.simulation().world().resource::<Players>().entity(sign_in.account);
            self.measured[at] = entity.map(|entity| Measured::joining(entity, archetype, now));
            self.archetypes.insert(sign_in.account, archetype);
            self.today.count(Measure::Joined, archetype);
        }
        if let Some(measured) = self.measured[at].as_mut().filter(|_| is_play && refused.is_none()) {
            measured.note_play();
        }
        // No player acts twice in one moment.
        self.wake(number, now + pause_seconds.max(1));
    }

    /// Ends the visit. Planned visits that would have started during it are skipped.
    fn end_visit(&mut self, number: u32, now: i64) {
        self.links[number as usize] = None;
        let planned = &mut self.planned[number as usize];
        while planned.pop_if(|at| *at <= now).is_some() {}
        if !self.await_visit(number) {
            let tomorrow = self.midnights.partition_point(|midnight| *midnight <= now);
            self.plan_from(number, tomorrow);
        }
    }

    fn run_moment(&mut self, now: i64) -> Result<(), Troubles> {
        let accounts = &mut self.today.accounts;
        let mut outcome = Ok(());
        self.world.run_moment(now * 1000, |batch| {
            if let Err(error) = accounts.take(batch) {
                outcome = Err(error);
            }
        });
        Ok(outcome?)
    }

    fn settle_accounts(&mut self) {
        let archetypes = &self.archetypes;
        self.today.accounts.settle(|account| archetypes.get(&account).copied());
    }

    fn close_day(&mut self, last_second: i64, day: u32) -> Result<(), Troubles> {
        self.run_moment(last_second)?;
        self.settle_accounts();
        let has_left = self.leaves_on.iter().map(|leaves_on| (1..=day).contains(leaves_on));
        let players = self.measured.iter_mut().zip(has_left);
        let players = players.filter_map(|(measured, has_left)| Some((measured.as_mut()?, has_left)));
        self.book.close_day(self.world.simulation().world_mut(), players, &mut self.today, last_second);
        Ok(())
    }

    fn finish(self) -> Run {
        let (figures, kills) = self.book.finish();
        Run {
            seed: self.plan.seed,
            requests: self.requests,
            refused: self.refused,
            figures,
            kills,
            coverage: self.coverage,
            messages: self.messages,
        }
    }
}

/// The message of a reply.
fn message_of(text: &str) -> String {
    #[derive(Deserialize)]
    struct Told {
        #[serde(default)]
        message: String,
    }
    serde_json::from_str(text).map_or(String::new(), |Told { message }| message)
}

/// The archetype of a player: shares are spread evenly over the numbers, so that they hold on every day of joining.
fn archetype_of(number: u32, plan: &SimulationPlan) -> usize {
    let archetypes = &plan.policy.archetypes;
    let all: u64 = archetypes.iter().map(|archetype| u64::from(archetype.share)).sum();
    // Steps of the golden ratio hit each part of the whole about as often as it is wide.
    let spread = f64::from(number) * 0.618_033_988_749_894_9;
    let mut ticket = (spread.fract() * all as f64) as u64;
    for (index, archetype) in archetypes.iter().enumerate() {
        let share = u64::from(archetype.share);
        if ticket < share {
            return index;
        }
        ticket -= share;
    }
    archetypes.len().saturating_sub(1)
}

/// The first multiple of `step` that is not before `at`.
fn next_moment(at: i64, step: i64) -> i64 {
    let step = step.max(1);
    at.saturating_add(step - 1).div_euclid(step).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_multiples_that_are_not_before() {
        assert_eq!([0, 1, 10, 11, -1].map(|at| next_moment(at, 10)), [0, 10, 10, 20, 0]);
    }
}
