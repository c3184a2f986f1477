//! Compares the files of two asset folders, list by list: entries by what identifies them, runs stage by stage.

use std::collections::BTreeSet;

use crate::diff::goals::with_subject;
use crate::diff::names::{Names, Nouns, nouns, topic};
use crate::diff::plain::Plain;
use crate::diff::values::{ChangedValue, changes, contents, identity};
use crate::diff::{AssetChange, ChangeKind, ChangedEntry, ChangedIds};
use crate::schema::AssetShape;
use raidkeep_engine::rules::Table;
use raidkeep_game::goals::Goals;

/// The fields that say which numbers a run is for.
const RUN: [&str; 2] = ["from", "to"];
/// Runs with formulas that are longer are compared as they are written.
const CURVE_MAX: u32 = 10_000;

/// The same file of both folders; `None` where it is missing.
pub(super) struct Pair<'a> {
    /// The table's path.
    pub(super) table: &'a str,
    /// The file to name.
    pub(super) file: &'a str,
    pub(super) before: Option<&'a Plain>,
    pub(super) after: Option<&'a Plain>,
    pub(super) shape: Option<AssetShape<'a>>,
}

impl Pair<'_> {
    /// Everything that differs.
    pub(super) fn changes(&self, names: &Names) -> Vec<AssetChange> {
        let mut found = Vec::new();
        let lists = self.lists();
        let is_stages = self.table.ends_with('/') && lists.iter().any(|list| self.is_runs(list));
        if !self.is_present_on_both_sides() && !is_stages {
            let kind = if self.before.is_none() { ChangeKind::Added } else { ChangeKind::Removed };
            return vec![self.change(&topic(self.table), self.whole(), kind, Vec::new())];
        }
        let empty = Plain::Fields(String::new(), Default::default());
        let (before, after) = (self.before.unwrap_or(&empty), self.after.unwrap_or(&empty));
        let mut settings = changes(before, after, self.shape, &lists, names);
        if !self.is_present_on_both_sides() {
            settings.clear();
        }
        if !settings.is_empty() {
            found.push(self.change(&topic(self.table), self.whole(), ChangeKind::Changed, settings));
        }
        for list in lists {
            let (before, after) = (self.entries_of(before, list), self.entries_of(after, list));
            match (self.is_runs(list), identity(&before, &after)) {
                (true, _) => self.runs(list, &before, &after, names, &mut found),
                (false, Some(id)) => self.entries(list, id, &before, &after, names, &mut found),
                (false, None) => {
                    let pack = |entries| {
                        Plain::Fields(String::new(), [(list.to_owned(), Plain::List(String::new(), entries))].into())
                    };
                    let values = changes(&pack(before), &pack(after), self.shape, &[], names);
                    if !values.is_empty() {
                        found.push(self.change(&topic(self.table), self.whole(), ChangeKind::Changed, values));
                    }
                }
            }
        }
        found
    }

    fn is_present_on_both_sides(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }

    /// The file as a whole.
    fn whole(&self) -> String {
        let mode = self.after.or(self.before).and_then(|root| root.field("mode")).and_then(Plain::bare);
        let stem = self.file.rsplit('/').next().unwrap_or(self.file).trim_end_matches(".ron");
        match mode.filter(|_| self.table == "stages/") {
            Some(mode) => format!("{mode} stages"),
            None if self.table.ends_with('/') => format!("{} {stem}", nouns(self.table, "").one),
            None => stem.replace('_', " "),
        }
    }

    fn change(&self, topic: &str, subject: String, kind: ChangeKind, values: Vec<ChangedValue>) -> AssetChange {
        AssetChange { topic: topic.to_owned(), subject, kind, file: self.file.to_owned(), values, entry: None }
    }

    /// The lists of structs.
    fn lists(&self) -> Vec<&str> {
        let sides = [self.before, self.after].into_iter().flatten();
        let fields = sides.filter_map(|side| if let Plain::Fields(_, fields) = side { Some(fields) } else { None });
        let of_structs = |list: &Plain| match list {
            Plain::List(_, entries) => {
                !entries.is_empty() && entries.iter().all(|entry| matches!(entry, Plain::Fields(..)))
            }
            Plain::Word(_) | Plain::Text(_) | Plain::Fields(..) => false,
        };
        let lists: BTreeSet<&str> =
            fields.flatten().filter(|(_, value)| of_structs(value)).map(|(key, _)| key.as_str()).collect();
        lists.into_iter().collect()
    }

    fn entries_of(&self, side: &Plain, list: &str) -> Vec<Plain> {
        let entries = side.field(list).map_or(&[][..], Plain::elements);
        match self.table {
            Goals::PATH => entries.iter().map(with_subject).collect(),
            _ => entries.to_vec(),
        }
    }

    fn entry_shape(&self, list: &str) -> Option<AssetShape<'_>> {
        self.shape?.field(list)?.element()
    }

    /// Whether a list holds runs: entries for all numbers `from` one `to` another.
    fn is_runs(&self, list: &str) -> bool {
        let shape = self.entry_shape(list);
        shape.and_then(|shape| shape.field("to")).is_some_and(|to| to.is("integer"))
    }

    fn entries(
        &self,
        list: &str,
        key: &str,
        before: &[Plain],
        after: &[Plain],
        names: &Names,
        found: &mut Vec<AssetChange>,
    ) {
        let Nouns { topic, one, many } = nouns(self.table, list);
        let shape = self.entry_shape(list);
        let same = |a: &Plain, b: &Plain| a.field(key) == b.field(key);
        let subject = |entry: &Plain| match entry.field(key) {
            Some(id) => format!("{one} {}", names.entry(key, id, entry)),
            None => one.clone(),
        };
        let change = |entry: &Plain, kind, values| {
            let id = entry.field(key).and_then(Plain::bare).unwrap_or_default().to_owned();
            let entry_of = |ids| ChangedEntry { table: self.table.to_owned(), list: list.to_owned(), ids };
            AssetChange {
                entry: Some(entry_of(ChangedIds::One(id))),
                ..self.change(&topic, subject(entry), kind, values)
            }
        };
        let mut common = Vec::new();
        for entry in after {
            match before.iter().find(|earlier| same(earlier, entry)) {
                Some(earlier) => {
                    common.push(entry.field(key));
                    let values = changes(earlier, entry, shape, &[key], names);
                    if !values.is_empty() {
                        found.push(change(entry, ChangeKind::Changed, values));
                    }
                }
                None => {
                    let values = contents(entry, &[key, "name"], true);
                    found.push(change(entry, ChangeKind::Added, values));
                }
            }
        }
        for entry in before.iter().filter(|entry| !after.iter().any(|later| same(entry, later))) {
            let values = contents(entry, &[key, "name"], false);
            found.push(change(entry, ChangeKind::Removed, values));
        }
        let earlier_order = before.iter().map(|entry| entry.field(key)).filter(|id| common.contains(id));
        if !earlier_order.eq(common.iter().copied()) {
            let shown = |ids: &mut dyn Iterator<Item = Option<&Plain>>| {
                let ids: Vec<&str> = ids.flatten().filter_map(Plain::bare).collect();
                Some(ids.join(", "))
            };
            let order = ChangedValue {
                key: "order".to_owned(),
                before: shown(&mut before.iter().map(|entry| entry.field(key))),
                after: shown(&mut after.iter().map(|entry| entry.field(key))),
            };
            found.push(self.change(&topic, many, ChangeKind::Changed, vec![order]));
        }
    }

    fn runs(&self, list: &str, before: &[Plain], after: &[Plain], names: &Names, found: &mut Vec<AssetChange>) {
        let shape = self.entry_shape(list);
        let (before, after) = (Runs::of(before, shape), Runs::of(after, shape));
        let mut told: Vec<Told> = Vec::new();
        for (first, last) in before.pieces(&after) {
            let (kind, values) = match (before.at(first, shape), after.at(first, shape)) {
                (Some(before), Some(after)) => (ChangeKind::Changed, changes(&before, &after, shape, &RUN, names)),
                (None, Some(after)) => (ChangeKind::Added, contents(&after, &RUN, true)),
                (Some(before), None) => (ChangeKind::Removed, contents(&before, &RUN, false)),
                (None, None) => continue,
            };
            let has_formula = before.has_formula(first) || after.has_formula(first);
            let piece = Told { first, last, kind, values, has_formula };
            let says_nothing = kind == ChangeKind::Changed && piece.values.is_empty();
            if !says_nothing && !told.last_mut().is_some_and(|earlier| earlier.takes(&piece)) {
                told.push(piece);
            }
        }
        let Nouns { topic, one, many } = nouns(self.table, list);
        for Told { first, last, kind, values, .. } in told {
            let subject = if first == last { format!("{one} {first}") } else { format!("{many} {first} to {last}") };
            let ids = ChangedIds::Run(first, last);
            let entry = Some(ChangedEntry { table: self.table.to_owned(), list: list.to_owned(), ids });
            found.push(AssetChange { entry, ..self.change(&topic, subject, kind, values) });
        }
    }
}

/// A change of the numbers from one to another.
struct Told {
    first: u32,
    last: u32,
    kind: ChangeKind,
    values: Vec<ChangedValue>,
    has_formula: bool,
}

impl Told {
    /// Takes in the change of the numbers that follow, if it is the same; where formulas make the values, if it is of the
    /// same values.
    fn takes(&mut self, next: &Self) -> bool {
        let follows = self.last.checked_add(1) == Some(next.first) && self.kind == next.kind;
        if follows && self.values == next.values {
            self.last = next.last;
            return true;
        }
        let keys = |told: &Self| told.values.iter().map(|value| value.key.clone()).collect::<Vec<_>>();
        let is_curve = follows && self.has_formula && next.has_formula && keys(self) == keys(next);
        if is_curve {
            self.last = next.last;
            for (value, next) in self.values.iter_mut().zip(&next.values) {
                extend(&mut value.before, next.before.as_deref());
                extend(&mut value.after, next.after.as_deref());
            }
        }
        is_curve
    }
}

/// Between the first and the last value of a curve.
const UP_TO: &str = "..";

fn extend(range: &mut Option<String>, next: Option<&str>) {
    if let (Some(range), Some(next)) = (range, next) {
        let first = range.split(UP_TO).next().unwrap_or_default().to_owned();
        *range = if first == next && *range == first { first } else { format!("{first}{UP_TO}{next}") };
    }
}

/// The runs of a list, with their numbers.
struct Runs<'a> {
    runs: Vec<(u32, u32, &'a Plain)>,
    /// Where each of the runs with formulas begins, and its last number.
    curves: Vec<(u32, u32)>,
}

impl<'a> Runs<'a> {
    /// A run without `from` begins where the one before it ends.
    fn of(entries: &'a [Plain], shape: Option<AssetShape<'_>>) -> Self {
        let (mut runs, mut curves): (Vec<(u32, u32, &Plain)>, _) = (Vec::new(), Vec::new());
        for entry in entries {
            let to = entry.field("to").and_then(Plain::number);
            let next = runs.last().map_or(1, |(_, last, _)| last.saturating_add(1));
            let first = entry.field("from").and_then(Plain::number).unwrap_or(next);
            let last = to.unwrap_or(first);
            runs.push((first, last, entry));
            if last.saturating_sub(first) < CURVE_MAX && entry.at(first, shape) != entry.at(first, None) {
                curves.push((first, last));
            }
        }
        Self { runs, curves }
    }

    /// The values of a number, those of formulas computed.
    fn at(&self, number: u32, shape: Option<AssetShape<'_>>) -> Option<Plain> {
        let run = self.runs.iter().find(|(first, last, _)| (*first..=*last).contains(&number));
        run.map(|(.., entry)| if self.has_formula(number) { entry.at(number, shape) } else { (*entry).clone() })
    }

    fn has_formula(&self, number: u32) -> bool {
        self.curves.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }

    /// The numbers from the lowest to the highest, cut wherever a run of either list begins or ends.
    fn pieces(&self, other: &Runs<'_>) -> Vec<(u32, u32)> {
        let mut cuts = BTreeSet::new();
        for (first, last, _) in self.runs.iter().chain(&other.runs) {
            cuts.insert(u64::from(*first));
            cuts.insert(u64::from(*last) + 1);
        }
        for (first, last) in self.curves.iter().chain(&other.curves) {
            cuts.extend(u64::from(*first)..=u64::from(*last));
        }
        let cuts: Vec<u64> = cuts.into_iter().collect();
        let number = |cut: u64| u32::try_from(cut).unwrap_or(u32::MAX);
        cuts.windows(2).map(|cut| (number(cut[0]), number(cut[1] - 1))).collect()
    }
}
