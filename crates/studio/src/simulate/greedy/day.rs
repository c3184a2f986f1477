//! A day of a greedy player: planned by what moves are worth, then played.

use std::collections::BTreeMap;

use crate::simulate::greedy::DAY_SECONDS;
use crate::simulate::greedy::holding::{Holding, Resource};
use crate::simulate::greedy::life::Life;
use crate::simulate::greedy::moves::Move;
use raidkeep_engine::linear::{Limit, maximize};

/// What a move brings (positive) and takes (negative) each time, and how long it takes.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    pub(super) changes: BTreeMap<Resource, f64>,
    pub(super) seconds: f64,
    /// How often it can be made in a day, if something limits it that no reply shows.
    most: Option<f64>,
}

impl Value {
    /// The mean of a few times; `None` of none.
    pub(super) fn mean(samples: &[(BTreeMap<Resource, f64>, i64)]) -> Option<Self> {
        let count = samples.len() as f64;
        let mut value = Self::default();
        for (changes, seconds) in samples {
            value.seconds += *seconds as f64 / count;
            for (resource, change) in changes {
                *value.changes.entry(*resource).or_default() += change / count;
            }
        }
        (!samples.is_empty()).then_some(value)
    }

    pub(super) fn of(&self, resource: Resource) -> f64 {
        self.changes.get(&resource).copied().unwrap_or(0.0)
    }
}

/// What limits a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Time,
    Of(Resource),
    /// Of the move with this index, because it pays once a day or is limited in a way that no reply shows.
    Move(usize),
}

/// A day.
#[derive(Debug)]
pub(super) struct Day {
    /// How often to make each move.
    pub(super) times: Vec<f64>,
    /// How much of the wanted that should bring.
    pub(super) planned: f64,
    /// What each move is expected to bring and to take.
    expected: Vec<BTreeMap<Resource, f64>>,
    /// What keeps the player from more.
    pub(super) bounds: Vec<Bound>,
    /// How often each move was made, and how often it was refused.
    pub(super) done: Vec<u32>,
    refused: Vec<u32>,
    /// What each move brought, all times together.
    sums: Vec<BTreeMap<Resource, f64>>,
    /// What the day brought.
    change: BTreeMap<Resource, f64>,
}

/// A move that was made.
struct Made {
    index: usize,
    before: Holding,
    /// Whether it was one request.
    is_look: bool,
}

/// A move that was refused is tried again after so many seconds.
const REFUSED_SECONDS: i64 = 120;

impl Day {
    /// The day that brings most of the wanted, if nothing else is to become less.
    pub(super) fn plan(
        wanted: Resource,
        moves: &[Move],
        values: &[Option<Value>],
        morning: &Holding,
        energy_a_day: f64,
    ) -> Self {
        let value = |resource: Resource| move |value: &Option<Value>| value.as_ref().map_or(0.0, |v| v.of(resource));
        let mut limits = vec![(
            Bound::Time,
            Limit {
                weights: values
                    .iter()
                    .map(|value| value.as_ref().map_or(1.0, |value| value.seconds.max(1.0)))
                    .collect(),
                most: DAY_SECONDS as f64,
            },
        )];
        let mut resources: Vec<Resource> =
            values.iter().flatten().flat_map(|value| value.changes.keys().copied()).collect();
        resources.sort_unstable();
        resources.dedup();
        for resource in resources.into_iter().filter(|resource| *resource != wanted) {
            let most = match resource {
                Resource::Energy => energy_a_day,
                Resource::Ticket(_) => morning.of(resource) as f64,
                Resource::Item(_) | Resource::Experience => 0.0,
            };
            let weights = values.iter().map(value(resource)).map(|change| -change).collect();
            limits.push((Bound::Of(resource), Limit { weights, most }));
        }
        for (index, (known, value)) in moves.iter().zip(values).enumerate() {
            let most = match value {
                None => Some(0.0),
                Some(_) if known.is_daily => Some(1.0),
                Some(value) => value.most,
            };
            if let Some(most) = most {
                let weights = (0..moves.len()).map(|other| f64::from(u8::from(other == index))).collect();
                limits.push((Bound::Move(index), Limit { weights, most }));
            }
        }
        let gains: Vec<f64> = values.iter().map(value(wanted)).collect();
        let bare: Vec<Limit> = limits.iter().map(|(_, limit)| limit.clone()).collect();
        let times = maximize(&gains, &bare);
        let planned = gains.iter().zip(&times).map(|(gain, times)| gain * times).sum();
        let reached = limits.iter().filter(|(_, limit)| limit.is_reached(&times));
        let bounds = reached.map(|(bound, _)| *bound).collect();
        let count = moves.len();
        Self {
            times,
            planned,
            expected: values
                .iter()
                .map(|value| value.as_ref().map(|v| v.changes.clone()).unwrap_or_default())
                .collect(),
            bounds,
            done: vec![0; count],
            refused: vec![0; count],
            sums: vec![BTreeMap::new(); count],
            change: BTreeMap::new(),
        }
    }

    /// Plays it.
    pub(super) fn play(&mut self, life: &mut Life, moves: &[Move]) {
        let daily = |index: usize| moves[index].is_daily;
        let chosen: Vec<usize> = (0..moves.len()).filter(|index| self.times[*index] >= 0.5).collect();
        // What pays for time gone by pays for this day alone.
        chosen.iter().filter(|index| daily(**index)).for_each(|index| drop(life.play(&moves[*index].archetype, true)));
        let morning = life.look();
        let ends_at = life.now + DAY_SECONDS - 60;
        let mut again_at = vec![0; moves.len()];
        let mut last: Option<Made> = None;
        let mut known = morning.clone();
        while life.now < ends_at {
            let is_due = |index: &&usize| {
                let index = **index;
                let is_left = f64::from(self.done[index]) + 0.5 <= self.times[index];
                !daily(index) && is_left && again_at[index] <= life.now && self.can_pay(index, &known)
            };
            let share = |index: usize| f64::from(self.done[index]) / self.times[index];
            let due = chosen.iter().filter(is_due).min_by(|a, b| share(**a).total_cmp(&share(**b))).copied();
            let Some(index) = due else {
                life.now += 60;
                known = life.look();
                continue;
            };
            let played = life.play(&moves[index].archetype, false);
            if let Some(idle) = last.take().and_then(|last| self.note(last, &played.before)) {
                again_at[idle] = life.now + REFUSED_SECONDS;
            }
            known = self.after(index, &played.before);
            if played.refused > 0 || played.granted == 0 {
                self.refused[index] += 1;
                again_at[index] = life.now + REFUSED_SECONDS;
            } else {
                self.done[index] += 1;
                last = Some(Made { index, before: played.before, is_look: played.granted == 1 });
            }
        }
        let evening = life.look();
        if let Some(last) = last {
            self.note(last, &evening);
        }
        for index in chosen.into_iter().filter(|index| daily(*index)) {
            let played = life.play(&moves[index].archetype, true);
            self.done[index] += 1;
            let after = life.look();
            self.note(Made { index, before: played.before, is_look: false }, &after);
        }
        self.change = life.look().since(&morning);
    }

    /// Whether a player who has this much can make a move, as far as is known.
    fn can_pay(&self, index: usize, known: &Holding) -> bool {
        let mut takes = self.expected[index].iter().filter(|(_, change)| **change < 0.0);
        takes.all(|(resource, change)| known.of(*resource) as f64 + change >= 0.0)
    }

    /// What a player should have after a move.
    fn after(&self, index: usize, before: &Holding) -> Holding {
        let mut after = before.clone();
        for (resource, change) in &self.expected[index] {
            *after.amounts.entry(*resource).or_default() += *change as i64;
        }
        after
    }

    /// Notes what a move brought: the difference to what the player has now. A single request that brought nothing was a
    /// look at an empty list, and does not count; then the move's index is returned.
    fn note(&mut self, Made { index, before, is_look }: Made, now: &Holding) -> Option<usize> {
        let changes = now.since(&before);
        if is_look && changes.keys().all(|resource| *resource == Resource::Energy) {
            self.done[index] -= 1;
            self.refused[index] += 1;
            return Some(index);
        }
        for (resource, change) in changes {
            *self.sums[index].entry(resource).or_default() += change;
        }
        None
    }

    /// How much of something the day brought.
    pub(super) fn brought(&self, resource: Resource) -> f64 {
        self.change.get(&resource).copied().unwrap_or(0.0)
    }

    /// What a move brought each time. Energy is left out: it comes back meanwhile.
    pub(super) fn each_time(&self, index: usize) -> BTreeMap<Resource, f64> {
        let done = f64::from(self.done[index].max(1));
        let changes = self.sums[index].iter().filter(|(resource, _)| **resource != Resource::Energy);
        changes.map(|(resource, sum)| (*resource, sum / done)).collect()
    }

    /// Values the moves by what they really brought.
    pub(super) fn learn(&self, values: &mut [Option<Value>]) {
        for (index, value) in values.iter_mut().enumerate().filter(|(index, _)| self.times[*index] >= 0.5) {
            let Some(value) = value else {
                continue;
            };
            let done = f64::from(self.done[index]);
            if self.refused[index] > 0 && done < 0.9 * self.times[index] {
                value.most = Some(done);
            }
            if self.done[index] > 0 {
                let kept = |resource: &Resource| matches!(resource, Resource::Energy | Resource::Ticket(_));
                value.changes.retain(|resource, _| kept(resource));
                let changes = self.each_time(index);
                value.changes.extend(changes.into_iter().filter(|(resource, _)| !kept(resource)));
            }
        }
    }
}
