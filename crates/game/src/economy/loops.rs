//! Combinations of trades that end with more of something and with less of nothing.
//!
//! Whether there is one is a linear program: how often to make each trade for the largest gain, if nothing may become less.
//! It is asked twice. Of what can be made as often as one likes, energy is a good like others. Beside goods that do not
//! come back by themselves, energy is not counted, and what is limited by the day counts too: a ticket that earns its own
//! price earns it every day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::economy::Oddity;
use crate::economy::names::GoodNames;
use crate::trade::{Frequency, Good, Quantity, Trade, TradeKind};
use raidkeep_engine::linear::{Limit, maximize};

/// Loops that are told; the others are found once these are mended.
const LOOPS_MAX: usize = 5;
/// The most rounds of a loop that are told as one.
const ROUNDS_MAX: u32 = 30;
/// Gains below this are rounding, as parts of the largest quantity of the good.
const LEAST_GAIN: f64 = 1e-6;

pub(super) fn find(trades: &[&Trade], names: &GoodNames<'_>) -> Vec<Oddity> {
    let mut found = Vec::new();
    for energy_counts in [true, false] {
        let mut columns: Vec<Column<'_>> = trades.iter().filter_map(|trade| Column::of(trade, energy_counts)).collect();
        keep_first_of_equals(&mut columns);
        while found.len() < LOOPS_MAX {
            keep_payable(&mut columns);
            let Some(steps) = shortest_loop(&columns) else {
                break;
            };
            let told = culprit(&columns, &steps);
            found.extend(tell(&columns, &steps, told, names));
            columns = without(&columns, told);
        }
    }
    found
}

/// A trade as far as it may be part of a loop.
#[derive(Clone)]
struct Column<'t> {
    trade: &'t Trade,
    /// What it gives (positive) and takes (negative), in sum.
    changes: BTreeMap<Good, f64>,
    takes: BTreeSet<Good>,
    /// Whether other entries are just like this one, which stands for them.
    has_equals: bool,
}

impl<'t> Column<'t> {
    /// `None` for what is no step of a loop: what takes nothing is income, and what comes seldom is no habit.
    fn of(trade: &'t Trade, energy_counts: bool) -> Option<Self> {
        let is_often = match trade.frequency {
            Frequency::Always => true,
            Frequency::PerDay(_) => !energy_counts,
            Frequency::EverySeconds(_) | Frequency::Seldom => false,
        };
        let counts = |good: Good| energy_counts || good != Good::Energy;
        let takes: BTreeSet<Good> = trade.takes.iter().map(|part| part.good).filter(|good| counts(*good)).collect();
        if !is_often || takes.is_empty() {
            return None;
        }
        let mut changes = BTreeMap::new();
        trade.gives.iter().for_each(|part| *changes.entry(part.good).or_default() += part.quantity);
        trade.takes.iter().for_each(|part| *changes.entry(part.good).or_default() -= part.quantity);
        changes.retain(|good, _| counts(*good));
        Some(Self { trade, changes, takes, has_equals: false })
    }

    fn change(&self, good: Good) -> f64 {
        self.changes.get(&good).copied().unwrap_or(0.0)
    }
}

/// Entries that are alike are one column.
fn keep_first_of_equals(columns: &mut Vec<Column<'_>>) {
    let mut counts: HashMap<_, usize> = HashMap::new();
    let key = |column: &Column<'_>| {
        let changes = column.changes.iter().map(|(good, change)| (*good, change.to_bits()));
        (column.trade.kind, changes.collect::<Vec<_>>())
    };
    columns.iter().for_each(|column| *counts.entry(key(column)).or_default() += 1);
    columns.retain_mut(|column| {
        let count = counts.remove(&key(column));
        column.has_equals = count.is_some_and(|count| count > 1);
        count.is_some()
    });
}

/// Leaves out, again and again, what takes something that no other gives.
fn keep_payable(columns: &mut Vec<Column<'_>>) {
    loop {
        let given: BTreeSet<Good> = columns
            .iter()
            .flat_map(|column| column.changes.iter().filter(|(_, change)| **change > 0.0).map(|(good, _)| *good))
            .collect();
        let before = columns.len();
        columns.retain(|column| column.takes.is_subset(&given));
        if columns.len() == before {
            return;
        }
    }
}

/// The columns but for those of the same entry of the files as one of them.
fn without<'t>(columns: &[Column<'t>], index: usize) -> Vec<Column<'t>> {
    let place = &columns[index].trade.place;
    columns.iter().filter(|column| column.trade.place != *place).cloned().collect()
}

/// A step of a loop: the index of its column, and how often it is made in a round.
type Step = (usize, f64);

/// A loop of which no step can be left out; `None` if there is no loop.
fn shortest_loop(columns: &[Column<'_>]) -> Option<Vec<Step>> {
    let mut steps = best_loop(columns)?;
    // What is made most often is most likely to be only what becomes of the gain.
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by(|one, other| steps[*other].1.total_cmp(&steps[*one].1));
    for index in order.into_iter().map(|at| steps[at].0).collect::<Vec<_>>() {
        let others: Vec<usize> = steps.iter().map(|(other, _)| *other).filter(|other| *other != index).collect();
        let kept: Vec<Column<'_>> = others.iter().map(|other| columns[*other].clone()).collect();
        if let Some(shorter) = best_loop(&kept) {
            steps = shorter.into_iter().map(|(at, times)| (others[at], times)).collect();
        }
    }
    Some(in_whole_numbers(steps))
}

/// Steps of a round that is repeated until each is made a whole number of times, if that is soon.
fn in_whole_numbers(mut steps: Vec<Step>) -> Vec<Step> {
    let is_whole = |times: f64| (times - times.round()).abs() < 1e-6;
    let rounds = (1..=ROUNDS_MAX).map(f64::from).find(|rounds| steps.iter().all(|(_, times)| is_whole(times * rounds)));
    steps.iter_mut().for_each(|(_, times)| *times *= rounds.unwrap_or(1.0));
    steps
}

/// The loop that gains most, with as many steps as it likes; `None` if there is no loop.
fn best_loop(columns: &[Column<'_>]) -> Option<Vec<Step>> {
    let taken: BTreeSet<Good> = columns.iter().flat_map(|column| column.takes.iter().copied()).collect();
    let mut sizes: BTreeMap<Good, f64> = BTreeMap::new();
    for (good, change) in columns.iter().flat_map(|column| &column.changes) {
        let size = sizes.entry(*good).or_default();
        *size = size.max(change.abs());
    }
    // A good is worth as much as any other: the most of it that a trade gives or takes counts 1.
    let gain = |column: &Column<'_>| column.changes.iter().map(|(good, change)| change / sizes[good]).sum();
    let gains: Vec<f64> = columns.iter().map(gain).collect();
    let mut limits: Vec<Limit> = taken
        .iter()
        .map(|good| Limit { weights: columns.iter().map(|column| -column.change(*good)).collect(), most: 0.0 })
        .collect();
    limits.push(Limit { weights: vec![1.0; columns.len()], most: 1.0 });
    let times = maximize(&gains, &limits);
    let gained: f64 = gains.iter().zip(&times).map(|(gain, times)| gain * times).sum();
    let least = times.iter().copied().filter(|times| *times > LEAST_GAIN).fold(f64::INFINITY, f64::min);
    let steps = times.into_iter().enumerate().filter(|(_, times)| *times > LEAST_GAIN);
    (gained > LEAST_GAIN).then(|| steps.map(|(index, times)| (index, times / least)).collect())
}

/// The step that is probably the mistake: without its entry no loop is left; of several, a stage rather than a price, and a
/// price rather than a potion.
fn culprit(columns: &[Column<'_>], steps: &[Step]) -> usize {
    let is_left_without = |index: usize| {
        if columns[index].has_equals {
            return true;
        }
        let mut others = without(columns, index);
        keep_payable(&mut others);
        best_loop(&others).is_some()
    };
    let rank = |index: usize| match columns[index].trade.kind {
        TradeKind::Stage | TradeKind::LegacyStage | TradeKind::Sweep => 0,
        TradeKind::Offer | TradeKind::Craft | TradeKind::Ticket => 1,
        _ => 2,
    };
    let steps = steps.iter().map(|(index, _)| *index);
    steps.min_by_key(|index| (is_left_without(*index), rank(*index))).unwrap_or(0)
}

fn tell(columns: &[Column<'_>], steps: &[Step], told: usize, names: &GoodNames<'_>) -> Option<Oddity> {
    // What the mistake gives to the others comes first, then they follow in their order.
    let begin = steps.iter().position(|(index, _)| *index == told)?;
    let round = steps[begin..].iter().chain(&steps[..begin]);
    let words = round.map(|(index, times)| {
        let trade = columns[*index].trade;
        let (takes, gives) = (names.list(&trade.takes, *times), names.list(&trade.gives, *times));
        let count = if (*times - 1.0).abs() < 1e-6 { String::new() } else { format!("{} x ", Quantity(*times)) };
        format!("{count}{} ({takes} -> {gives})", trade.name)
    });
    let words: Vec<String> = words.collect();
    let mut sums: BTreeMap<Good, f64> = BTreeMap::new();
    for (index, times) in steps {
        columns[*index].changes.iter().for_each(|(good, change)| *sums.entry(*good).or_default() += change * times);
    }
    let gained = sums.iter().filter(|(_, sum)| **sum > LEAST_GAIN);
    let gained: Vec<String> = gained.map(|(good, sum)| format!("{} {}", Quantity(*sum), names.name(*good))).collect();
    let is_daily = steps.iter().any(|(index, _)| columns[*index].trade.frequency != Frequency::Always);
    let how_often = if is_daily { "gains every day" } else { "gains without end" };
    let message = format!("{how_often}: {}; each round brings {} more", words.join(", then "), gained.join(" + "));
    let trade = columns[told].trade;
    let needed = |good: Good| steps.iter().any(|(index, _)| columns[*index].takes.contains(&good));
    let part = trade.gives.iter().find(|part| needed(part.good));
    let place = part.map_or_else(|| trade.cost_place(), |part| trade.place_of(part));
    Some(Oddity { place, message, hint: "is a digit too many or missing?" })
}
