//! `drops/*.ron`.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::drops::check;
use crate::drops::rates::TableRates;
use crate::drops::reference::Drops;
use crate::items::{Amount, ItemId};
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{Place, Report, Table, Tables};

/// What a weight, the draws of a roll and a guarantee may be. A weight of 0 is told in words of its own.
pub(super) const WEIGHT: RangeInclusive<u32> = 0..=1_000_000;
pub(super) const DRAWS: RangeInclusive<u32> = 1..=100;
pub(super) const GUARANTEED_AFTER: RangeInclusive<u32> = 1..=1000;

/// All drop tables.
#[derive(Debug, Clone, Default)]
pub struct DropRules {
    /// In the order of their files.
    tables: Vec<Placed>,
    chests: Vec<(Chest, Place)>,
    /// Their indices, each before those of the tables that it names.
    order: Vec<usize>,
    /// The indices of tables that name themselves, directly or through others, with the entry that closes the circle.
    circles: Vec<(usize, usize)>,
    /// Of all tables, once somebody asks.
    rates: OnceLock<Vec<TableRates>>,
}

/// A table and where it is written.
#[derive(Debug, Clone)]
struct Placed {
    table: DropTable,
    place: Place,
    /// For each entry, the index of the table that it names.
    named: Vec<Option<usize>>,
    /// How many draws one roll makes at most, in this table and those that it names.
    draws_at_most: u64,
}

/// One file in `drops/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropFile {
    /// Its tables. Those of all files may name each other.
    pub tables: Vec<DropTable>,
    /// Items that players open with `use_item`. So what has no `drops` of its own, such as a mail or an offer, can grant chances.
    #[serde(default)]
    pub chests: Vec<Chest>,
}

/// An item that players open.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chest {
    /// The item, `group:id`.
    pub item: ItemId,
    /// The drop tables that opening one of it rolls.
    pub drops: Drops,
}

/// A table of what may come, by weight.
// It is stored with the history of hang-up: a change of its fields needs a new version of that row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropTable {
    /// How lists of rewards and other tables name it: lowercase letters, digits and `_`. A player's misses belong to it.
    pub id: String,
    /// The name that players read beside the chances.
    pub name: String,
    /// How many entries one roll draws, 1 to 100.
    #[serde(default = "once")]
    #[schemars(range(min = *DRAWS.start(), max = *DRAWS.end()), extend("unit" = "draws"))]
    pub draws: u32,
    /// Whether one roll may draw an entry more than once. If not, a table has at most 12 entries.
    #[serde(default = "yes")]
    pub replacement: bool,
    /// After so many draws in a row without an entry that is `guaranteed`, the next draw brings one of them. It is counted for
    /// each player, over all rolls of this table wherever they are. 1 to 1000; absent = nothing is guaranteed.
    #[serde(default)]
    #[schemars(range(min = *GUARANTEED_AFTER.start(), max = *GUARANTEED_AFTER.end()), extend("unit" = "misses"))]
    pub guaranteed_after: Option<u32>,
    /// What may come.
    pub entries: Vec<DropEntry>,
}

fn once() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// What a draw may bring; without `items` and `table` it brings nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropEntry {
    /// Its chance is this in the sum of the weights of the table, 1 to 1000000.
    #[schemars(range(min = *WEIGHT.start(), max = *WEIGHT.end()), extend("unit" = "weight"))]
    pub weight: u32,
    /// What it grants.
    #[serde(default)]
    pub items: Vec<Amount>,
    /// Another table, which is rolled once.
    #[serde(default)]
    pub table: Option<String>,
    /// Whether it is among those that `guaranteed_after` guarantees.
    #[serde(default)]
    pub guaranteed: bool,
}

impl DropTable {
    /// The weights of its entries.
    pub(super) fn weights(&self) -> Vec<u64> {
        self.entries.iter().map(|entry| u64::from(entry.weight)).collect()
    }

    /// The chance that a draw without a guarantee brings an entry that is guaranteed.
    pub(super) fn luck(&self) -> f64 {
        let sum = |wanted: bool| -> u64 {
            let entries = self.entries.iter().filter(|entry| entry.guaranteed == wanted);
            entries.map(|entry| u64::from(entry.weight)).sum()
        };
        let (wanted, others) = (sum(true), sum(false));
        wanted as f64 / (wanted + others).max(1) as f64
    }
}

impl DropRules {
    /// All tables, in the order of their files.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = &DropTable> {
        self.tables.iter().map(|placed| &placed.table)
    }

    /// The table with this id.
    pub fn table(&self, id: &str) -> Option<&DropTable> {
        self.index(id).map(|index| &self.tables[index].table)
    }

    /// How often what comes from the table with this id.
    pub fn rates(&self, id: &str) -> Option<&TableRates> {
        self.index(id).and_then(|index| self.rates.get_or_init(|| TableRates::of_all(self)).get(index))
    }

    /// What opening an item rolls; `None` if it is no chest.
    pub fn chest(&self, item: ItemId) -> Option<&Drops> {
        self.chests.iter().find(|(chest, _)| chest.item == item).map(|(chest, _)| &chest.drops)
    }

    /// All tables, for whoever [measures](Self::measure) them anew afterwards.
    pub(super) fn tables_mut(&mut self) -> impl Iterator<Item = &mut DropTable> {
        self.tables.iter_mut().map(|placed| &mut placed.table)
    }

    /// The chests.
    pub fn all_chests(&self) -> impl Iterator<Item = &Chest> {
        self.chests.iter().map(|(chest, _)| chest)
    }

    /// The chests, each with its place.
    pub(super) fn chests(&self) -> &[(Chest, Place)] {
        &self.chests
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.tables.iter().position(|placed| placed.table.id == id)
    }

    pub(super) fn at(&self, index: usize) -> &DropTable {
        &self.tables[index].table
    }

    pub(super) fn place(&self, index: usize) -> &Place {
        &self.tables[index].place
    }

    /// The index of the table that an entry names.
    pub(super) fn named(&self, index: usize, entry: usize) -> Option<usize> {
        self.tables[index].named.get(entry).copied().flatten()
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn circles(&self) -> &[(usize, usize)] {
        &self.circles
    }

    /// How many draws one roll of a table makes at most, with those of the tables that it names.
    pub(super) fn draws_at_most(&self, index: usize) -> u64 {
        self.tables[index].draws_at_most
    }

    /// These tables and those that they lead to, in order.
    pub fn reached_from<'t>(&self, ids: impl Iterator<Item = &'t str>) -> Vec<DropTable> {
        let mut reached: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = ids.filter_map(|id| self.index(id)).collect();
        while let Some(index) = open.pop() {
            if reached.insert(index) {
                open.extend(self.tables[index].named.iter().flatten());
            }
        }
        reached.into_iter().map(|index| self.tables[index].table.clone()).collect()
    }

    /// Rules of these tables alone.
    pub fn of_tables(tables: Vec<DropTable>) -> Self {
        Self::of(vec![(String::new(), DropFile { tables, chests: Vec::new() })])
    }

    /// Builds the tables of files, in the order of the files.
    pub(super) fn of(files: Vec<(String, DropFile)>) -> Self {
        let mut rules = Self::default();
        for (file, DropFile { tables, chests }) in files {
            let place = |key: &str, index: usize| Place::file(file.clone()).key(key).index(index);
            for (index, table) in tables.into_iter().enumerate() {
                let place = place("tables", index);
                rules.tables.push(Placed { table, place, named: Vec::new(), draws_at_most: 0 });
            }
            for (index, chest) in chests.into_iter().enumerate() {
                rules.chests.push((chest, place("chests", index)));
            }
        }
        for index in 0..rules.tables.len() {
            let entries = &rules.tables[index].table.entries;
            let named = entries.iter().map(|entry| rules.index(entry.table.as_deref()?)).collect();
            rules.tables[index].named = named;
        }
        rules.sort();
        rules.measure();
        rules
    }

    /// Takes down what follows from the numbers of the tables.
    pub(super) fn measure(&mut self) {
        for index in self.order.clone().into_iter().rev() {
            let named = self.tables[index].named.iter().flatten();
            let below = named.map(|named| self.tables[*named].draws_at_most).max().unwrap_or(0);
            let draws = u64::from(self.tables[index].table.draws);
            self.tables[index].draws_at_most = draws.saturating_mul(below.saturating_add(1));
        }
        self.rates = OnceLock::new();
    }

    /// Orders the tables, each before those that it names; notes the circles.
    fn sort(&mut self) {
        let mut state = vec![Visit::Unseen; self.tables.len()];
        let mut finished = Vec::new();
        for start in 0..self.tables.len() {
            // The tables under way, each with its next entry: a stack, so that no nesting is too deep.
            let mut path = vec![(start, 0)];
            while let Some((index, entry)) = path.pop() {
                if entry == 0 && state[index] != Visit::Unseen {
                    continue;
                }
                state[index] = Visit::UnderWay;
                let Some(named) = self.tables[index].named.get(entry) else {
                    state[index] = Visit::Done;
                    finished.push(index);
                    continue;
                };
                path.push((index, entry + 1));
                match named.map(|named| (named, state[named])) {
                    Some((_, Visit::UnderWay)) => self.circles.push((index, entry)),
                    Some((named, Visit::Unseen)) => path.push((named, 0)),
                    Some((_, Visit::Done)) | None => {}
                }
            }
        }
        finished.reverse();
        self.order = finished;
        // Rules with a circle are refused; until then nothing may follow it.
        for (index, entry) in &self.circles {
            self.tables[*index].named[*entry] = None;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    Unseen,
    UnderWay,
    Done,
}

impl Table for DropRules {
    const PATH: &'static str = "drops/";
    const IS_NEEDED: bool = false;
    type File = DropFile;

    fn assemble(files: Vec<(String, DropFile)>, _: &mut Report) -> Self {
        Self::of(files)
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        check::check(self, tables, report);
        check_changes(self, tables, report, check::check_changed);
    }
}
