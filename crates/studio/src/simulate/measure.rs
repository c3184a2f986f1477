//! Measurements of the world at the end of each day.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use crate::simulate::accounts::DayAccounts;
use crate::simulate::figures::{Crowd, Measure, RunFigures, Spread, rounded};
use crate::simulate::policy::{Habit, Policy};
use crate::simulate::results::Kill;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::rules::Rules;
use raidkeep_game::boss::{BossRecord, BossRules, Roster, Season, WorldBoss};
use raidkeep_game::energy::{Energy, EnergyRules};
use raidkeep_game::items::{Inventory, ItemId};
use raidkeep_game::levels::{Experience, LevelRules};
use raidkeep_game::stages::{Mode, Progress, StageRules};
use raidkeep_game::tickets::{TicketRules, Tickets};

/// A player who has joined, as seen by the measurements.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Its entity in the world.
    pub entity: Entity,
    /// Index of its archetype in the policy.
    pub archetype: usize,
    /// Its wasted energy is counted from here on the current day, unix seconds.
    counted_from: i64,
    /// Its wasted energy is counted up to here, unix seconds.
    counted_until: i64,
    /// Seconds of the current day in which no energy regenerated because it was full.
    full_seconds: i64,
    /// Days on which it came and found nothing to do.
    idle_days: u32,
    /// Whether it came on the current day.
    came: bool,
    /// Whether it was granted something that is play on the current day.
    played: bool,
    /// Whether it has left for good.
    has_left: bool,
}

impl Measured {
    /// A player who joins at `now`.
    pub fn joining(entity: Entity, archetype: usize, now: i64) -> Self {
        Self {
            entity,
            archetype,
            counted_from: now,
            counted_until: now,
            full_seconds: 0,
            idle_days: 0,
            came: true,
            played: false,
            has_left: false,
        }
    }

    /// Notes that the player is there, before a request changes its energy: until now, only its own requests have.
    pub fn note_presence(&mut self, world: &World, now: i64) {
        self.came = true;
        self.count_full_energy(world, now);
    }

    /// Notes that something that is play was granted.
    pub fn note_play(&mut self) {
        self.played = true;
    }

    fn count_full_energy(&mut self, world: &World, now: i64) {
        let since = std::mem::replace(&mut self.counted_until, now);
        let rules = world.resource::<Rules<EnergyRules>>();
        let full_at = world.get::<Energy>(self.entity).map(|energy| energy.full_at(since, rules).unwrap_or(since));
        self.full_seconds += full_at.map_or(0, |full_at| (now - full_at.max(since)).max(0));
    }

    fn begin_day(&mut self, now: i64) {
        self.idle_days += u32::from(self.came && !self.played);
        (self.came, self.played) = (false, false);
        (self.counted_from, self.full_seconds) = (now, 0);
    }
}

/// Counters of the current day.
#[derive(Debug, Default)]
pub struct Today {
    /// Items and points that moved.
    pub accounts: DayAccounts,
    counts: BTreeMap<(Measure, usize), f64>,
    requests: Vec<u64>,
    refused: BTreeMap<(String, i32, usize), u64>,
}

impl Today {
    /// Adds 1 to a flow of an archetype.
    pub fn count(&mut self, measure: Measure, archetype: usize) {
        *self.counts.entry((measure, archetype)).or_default() += 1.0;
    }

    /// Counts an answered request of an archetype; `refused` is the status of a refusal.
    pub fn count_request(&mut self, archetype: usize, function: &str, refused: Option<i32>) {
        if self.requests.len() <= archetype {
            self.requests.resize(archetype + 1, 0);
        }
        self.requests[archetype] += 1;
        if let Some(status) = refused {
            *self.refused.entry((function.to_owned(), status, archetype)).or_default() += 1;
        }
    }

    /// All flows of the day; afterwards the next day begins.
    fn close(&mut self) -> BTreeMap<(Measure, usize), f64> {
        let mut counts = std::mem::take(&mut self.counts);
        for (archetype, requests) in self.requests.iter_mut().enumerate() {
            counts.insert((Measure::Requests, archetype), std::mem::take(requests) as f64);
        }
        for ((function, status, archetype), count) in std::mem::take(&mut self.refused) {
            counts.insert((Measure::Refused(function.into(), status), archetype), count as f64);
        }
        let (flows, points) = self.accounts.close();
        for flow in flows {
            let measure = match flow.is_gain {
                true => Measure::Gained(flow.item, flow.why),
                false => Measure::Spent(flow.item, flow.why),
            };
            counts.insert((measure, flow.archetype), flow.quantity as f64);
        }
        counts.extend(points.into_iter().map(|(archetype, paid)| ((Measure::Points, archetype), paid as f64)));
        counts
    }
}

/// A mode of stages that is measured.
#[derive(Debug)]
struct Ladder {
    mode: Mode,
    /// Indices of the archetypes that fight in it.
    fighters: Vec<usize>,
}

/// The figures so far.
#[derive(Debug)]
pub struct Book {
    figures: RunFigures,
    kills: Vec<Kill>,
    archetypes: usize,
    ladders: Vec<Ladder>,
    day: u32,
    /// The season, and the bosses that had died in it by the end of the last day.
    dead: (u32, Vec<u32>),
}

/// One value of each player, by archetype.
type Columns = Vec<Vec<f64>>;

impl Book {
    /// An empty book about players with this policy.
    pub fn new(policy: &Policy) -> Self {
        // World bosses have their own figures, and activity stages are no ladder.
        let ladder = |mode: Mode| {
            let fights = |habit: &Habit| matches!(habit, Habit::Fight { mode: fought, .. } if *fought == mode);
            let archetypes = policy.archetypes.iter().enumerate();
            let fighters = archetypes.filter(|(_, archetype)| archetype.habits.iter().any(fights));
            Ladder { mode, fighters: fighters.map(|(index, _)| index).collect() }
        };
        let ladders = [Mode::General, Mode::Endless, Mode::Coin, Mode::Exp].map(ladder).into_iter();
        Self {
            figures: RunFigures::default(),
            kills: Vec::new(),
            archetypes: policy.archetypes.len(),
            ladders: ladders.filter(|ladder| !ladder.fighters.is_empty()).collect(),
            day: 0,
            dead: (0, Vec::new()),
        }
    }

    /// Measures the world at the end of a day, which is `now`. Players who left on the day are not there any more.
    pub fn close_day<'p>(
        &mut self,
        world: &mut World,
        players: impl Iterator<Item = (&'p mut Measured, bool)>,
        today: &mut Today,
        now: i64,
    ) {
        self.day += 1;
        let mut here: Vec<&mut Measured> = Vec::new();
        for (player, has_left) in players {
            player.has_left |= has_left;
            if !player.has_left {
                player.count_full_energy(world, now);
                here.push(player);
            }
        }
        self.note_flows(today.close());
        self.measure_levels(world, &here);
        self.measure_progress(world, &here);
        self.measure_energy(world, &here, now);
        self.measure_tickets(world, &here);
        self.measure_stocks(world, &here);
        self.measure_bosses(world, &here);
        here.iter_mut().for_each(|player| player.begin_day(now));
        let idle = here.iter().map(|player| (player.archetype, f64::from(player.idle_days)));
        let idle = self.columns(idle);
        self.note_columns(Measure::IdleDays, idle);
    }

    /// All figures and kills.
    pub fn finish(mut self) -> (RunFigures, Vec<Kill>) {
        self.figures.pad(self.day);
        (self.figures, self.kills)
    }

    fn note_flows(&mut self, flows: BTreeMap<(Measure, usize), f64>) {
        let mut all: BTreeMap<Measure, f64> = BTreeMap::new();
        for ((measure, archetype), flow) in flows {
            *all.entry(measure.clone()).or_default() += flow;
            self.figures.note_number(measure, Crowd::Archetype(archetype), self.day, flow);
        }
        for (measure, flow) in all {
            self.figures.note_number(measure, Crowd::Everybody, self.day, flow);
        }
    }

    fn measure_levels(&mut self, world: &World, here: &[&mut Measured]) {
        let rules = world.resource::<Rules<LevelRules>>();
        let level = |player: &&mut Measured| {
            let total = world.get::<Experience>(player.entity).map_or(0, |experience| experience.total);
            (player.archetype, f64::from(rules.standing(total).level))
        };
        let columns = self.columns(here.iter().map(level));
        for (archetype, column) in columns.iter().enumerate() {
            self.figures.note_number(Measure::Stayed, Crowd::Archetype(archetype), self.day, column.len() as f64);
        }
        self.figures.note_number(Measure::Stayed, Crowd::Everybody, self.day, here.len() as f64);
        self.note_columns(Measure::Level, columns);
    }

    fn measure_progress(&mut self, world: &World, here: &[&mut Measured]) {
        let (rules, clock) = (world.resource::<Rules<StageRules>>(), world.resource::<Clock>());
        let mut finished_all = vec![true; here.len()];
        for ladder in std::mem::take(&mut self.ladders) {
            let Some(mode) = rules.mode(ladder.mode) else {
                continue;
            };
            let highest = |player: &&mut Measured| {
                world.get::<Progress>(player.entity).map_or(0, |progress| progress.highest(mode, clock))
            };
            let highest: Vec<u32> = here.iter().map(highest).collect();
            let last = mode.stages.iter().map(|block| block.to.unwrap_or(block.from)).max();
            let finished: Vec<bool> = highest.iter().map(|highest| last.is_some_and(|last| *highest >= last)).collect();
            for ((all, finished), player) in finished_all.iter_mut().zip(&finished).zip(here) {
                *all &= *finished || !ladder.fighters.contains(&player.archetype);
            }
            let passed = |highest: &u32| f64::from((highest + 1).saturating_sub(mode.first));
            let columns = self.columns(here.iter().map(|player| player.archetype).zip(highest.iter().map(passed)));
            self.note_columns(Measure::Stages(ladder.mode), columns);
            self.note_share(Measure::FinishedMode(ladder.mode), here, &finished);
            self.ladders.push(ladder);
        }
        let fights =
            |player: &&mut Measured| self.ladders.iter().any(|ladder| ladder.fighters.contains(&player.archetype));
        let finished_all: Vec<bool> =
            finished_all.iter().zip(here).map(|(finished, player)| *finished && fights(player)).collect();
        self.note_share(Measure::FinishedAll, here, &finished_all);
    }

    fn measure_energy(&mut self, world: &World, here: &[&mut Measured], now: i64) {
        let per_point = world.resource::<Rules<EnergyRules>>().seconds_per_point.max(1) as f64;
        let points = self.columns(here.iter().map(|player| (player.archetype, player.full_seconds as f64 / per_point)));
        let percent = |player: &&mut Measured| {
            let seconds = (now - player.counted_from).max(1);
            (player.archetype, player.full_seconds as f64 * 100.0 / seconds as f64)
        };
        let percent = self.columns(here.iter().map(percent));
        self.note_columns(Measure::EnergyWasted, points);
        self.note_columns(Measure::EnergyWastedPercent, percent);
    }

    fn measure_tickets(&mut self, world: &World, here: &[&mut Measured]) {
        let (rules, today) = (world.resource::<Rules<TicketRules>>(), world.resource::<Clock>().day());
        for kind in &rules.kinds {
            let left = |player: &&mut Measured| {
                let (tickets, inventory) =
                    (world.get::<Tickets>(player.entity)?, world.get::<Inventory>(player.entity)?);
                Some((player.archetype, f64::from(tickets.left(kind, rules.is_vip(inventory), today))))
            };
            let columns = self.columns(here.iter().filter_map(left));
            self.note_columns(Measure::TicketsLeft(kind.key), columns);
        }
    }

    fn measure_stocks(&mut self, world: &World, here: &[&mut Measured]) {
        let mut counts = vec![0; self.archetypes];
        let mut stocks: BTreeMap<ItemId, Columns> = BTreeMap::new();
        for player in here {
            counts[player.archetype] += 1;
            let amounts = world.get::<Inventory>(player.entity).into_iter().flat_map(Inventory::amounts);
            for amount in amounts.filter(|amount| amount.quantity > 0) {
                let columns = stocks.entry(amount.item).or_insert_with(|| vec![Vec::new(); self.archetypes]);
                columns[player.archetype].push(amount.quantity as f64);
            }
        }
        for (item, columns) in stocks {
            self.note_partial_columns(Measure::Stock(item), columns, &counts);
        }
    }

    fn measure_bosses(&mut self, world: &mut World, here: &[&mut Measured]) {
        let roster = &world.resource::<Roster>().0;
        let bosses: Vec<&WorldBoss> = roster.iter().filter_map(|entity| world.get(*entity)).collect();
        let places = (0..).zip(&bosses);
        let dead: Vec<u32> = places.filter(|(_, boss)| !boss.is_alive()).map(|(place, _)| place).collect();
        let rules = world.resource::<Rules<BossRules>>();
        let season = world.resource::<Season>().number;
        let was_dead = |boss: &u32| self.dead.0 == season && self.dead.1.contains(boss);
        for boss in dead.iter().copied().filter(|boss| !was_dead(boss)) {
            if let Some(boss) = rules.bosses.get(boss as usize) {
                self.kills.push(Kill { day: self.day, boss: boss.id().to_owned(), name: boss.name.clone() });
            }
        }
        let fought = bosses.iter().find(|boss| boss.is_alive());
        let left = fought.map_or(0.0, |boss| rounded(boss.left as f64 * 100.0 / boss.life.max(1) as f64));
        self.figures.note_number(Measure::BossesDead, Crowd::Everybody, self.day, dead.len() as f64);
        self.figures.note_number(Measure::BossLife, Crowd::Everybody, self.day, left);
        self.dead = (season, dead);
        let best = |player: &&mut Measured| {
            let best = world.get::<BossRecord>(player.entity).map_or(0, |record| record.best(season));
            (player.archetype, best as f64)
        };
        let columns = self.columns(here.iter().map(best));
        self.note_columns(Measure::BestDamage, columns);
    }

    fn columns(&self, values: impl Iterator<Item = (usize, f64)>) -> Columns {
        let mut columns = vec![Vec::new(); self.archetypes];
        values.for_each(|(archetype, value)| columns[archetype].push(value));
        columns
    }

    fn note_columns(&mut self, measure: Measure, columns: Columns) {
        let counts: Vec<usize> = columns.iter().map(Vec::len).collect();
        self.note_partial_columns(measure, columns, &counts);
    }

    /// The same, where `counts` are the players of each archetype, and those without a value have 0.
    fn note_partial_columns(&mut self, measure: Measure, mut columns: Columns, counts: &[usize]) {
        let mut all = Vec::new();
        for (archetype, (column, count)) in columns.iter_mut().zip(counts).enumerate() {
            column.sort_unstable_by(f64::total_cmp);
            all.extend_from_slice(column);
            let spread = Spread::of_sorted(column, count - column.len());
            self.figures.note_spread(measure.clone(), Crowd::Archetype(archetype), self.day, spread);
        }
        all.sort_by(f64::total_cmp);
        let spread = Spread::of_sorted(&all, counts.iter().sum::<usize>() - all.len());
        self.figures.note_spread(measure, Crowd::Everybody, self.day, spread);
    }

    /// Notes the share of players for whom something holds, in %.
    fn note_share(&mut self, measure: Measure, here: &[&mut Measured], holds: &[bool]) {
        let share = |crowd: Crowd| {
            let is_in = |player: &Measured| crowd == Crowd::Everybody || crowd == Crowd::Archetype(player.archetype);
            let of_it = here.iter().zip(holds).filter(|(player, _)| is_in(player));
            let (count, sum) =
                of_it.fold((0_u32, 0_u32), |(count, sum), (_, holds)| (count + 1, sum + u32::from(*holds)));
            rounded(f64::from(sum) * 100.0 / f64::from(count.max(1)))
        };
        let crowds = (0..self.archetypes).map(Crowd::Archetype).chain([Crowd::Everybody]);
        for (crowd, share) in crowds.map(|crowd| (crowd, share(crowd))).collect::<Vec<_>>() {
            self.figures.note_number(measure.clone(), crowd, self.day, share);
        }
    }
}
