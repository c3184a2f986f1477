//! Compares two values and tells what differs, down to the single number.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diff::goals::GOAL;
use crate::diff::names::Names;
use crate::diff::plain::Plain;
use crate::schema::AssetShape;

/// Keys that identify an entry of a list, the best first.
const IDENTITIES: [&str; 13] =
    ["id", "key", GOAL, "from", "stage", "mode", "ticket", "name", "identifier", "monster", "item", "amount", "to"];

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedValue {
    /// Its path below the entry, with the names of items: `energy`, `rewards 金币 (3:1)`, `legacy.energy`.
    pub key: String,
    /// What it was; absent = it was not there.
    pub before: Option<String>,
    /// What it is; absent = it is gone.
    pub after: Option<String>,
}

impl ChangedValue {
    /// In words: `energy 6 to 8`.
    pub fn words(&self) -> String {
        let key = &self.key;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{key} {before} to {after}"),
            (None, Some(after)) => format!("{key} {after} added"),
            (Some(before), None) => format!("{key} {before} removed"),
            (None, None) => key.clone(),
        }
    }
}

/// Everything that differs between two values.
pub(super) struct Comparison<'a> {
    names: &'a Names,
    found: Vec<ChangedValue>,
}

/// Compares two entries. Fields named in `except` are left out.
pub(super) fn changes(
    before: &Plain,
    after: &Plain,
    shape: Option<AssetShape<'_>>,
    except: &[&str],
    names: &Names,
) -> Vec<ChangedValue> {
    let mut comparison = Comparison { names, found: Vec::new() };
    match (before, after) {
        (Plain::Fields(_, before), Plain::Fields(_, after)) => comparison.fields("", before, after, shape, except),
        _ => comparison.values("value", before, after, shape),
    }
    comparison.found
}

/// The fields of an entry that is only on one side, each as a change.
pub(super) fn contents(entry: &Plain, except: &[&str], added: bool) -> Vec<ChangedValue> {
    let Plain::Fields(_, fields) = entry else {
        return Vec::new();
    };
    let shown = |(key, value): (&String, &Plain)| {
        let value = Some(value.to_string());
        let (before, after) = if added { (None, value) } else { (value, None) };
        ChangedValue { key: key.clone(), before, after }
    };
    fields.iter().filter(|(key, _)| !except.contains(&key.as_str())).map(shown).collect()
}

/// The key that identifies the entries of both lists.
pub(super) fn identity(before: &[Plain], after: &[Plain]) -> Option<&'static str> {
    let identifies = |key: &&str| {
        [before, after].into_iter().all(|list| {
            let ids: Option<BTreeSet<&str>> = list.iter().map(|entry| entry.field(key)?.bare()).collect();
            ids.is_some_and(|ids| ids.len() == list.len())
        })
    };
    IDENTITIES.into_iter().find(|key| identifies(key))
}

impl Comparison<'_> {
    fn push(&mut self, key: &str, before: Option<&Plain>, after: Option<&Plain>) {
        let shown = |value: Option<&Plain>| value.map(Plain::to_string);
        self.found.push(ChangedValue { key: key.to_owned(), before: shown(before), after: shown(after) });
    }

    fn values(&mut self, key: &str, before: &Plain, after: &Plain, shape: Option<AssetShape<'_>>) {
        match (before, after) {
            (same, other) if same == other => {}
            (Plain::Fields(was, before), Plain::Fields(is, after)) if was == is => {
                let shape = shape.and_then(|shape| shape.variant(was).or(Some(shape)));
                self.fields(key, before, after, shape, &[]);
            }
            (Plain::List(was, before), Plain::List(is, after)) if was == is => {
                self.lists(key, before, after, shape.and_then(AssetShape::element));
            }
            _ => self.push(key, Some(before), Some(after)),
        }
    }

    fn fields(
        &mut self,
        prefix: &str,
        before: &BTreeMap<String, Plain>,
        after: &BTreeMap<String, Plain>,
        shape: Option<AssetShape<'_>>,
        except: &[&str],
    ) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys.into_iter().filter(|key| !except.contains(&key.as_str())) {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            let default = shape.and_then(|shape| shape.default_of(key)).map(Plain::of_default);
            let of = |fields: &BTreeMap<String, Plain>| fields.get(key).cloned().or_else(|| default.clone());
            match (of(before), of(after)) {
                (Some(before), Some(after)) => {
                    let inner = shape.and_then(|shape| shape.field(key).or_else(|| shape.entry()));
                    self.values(&path, &before, &after, inner);
                }
                (before, after) => self.push(&path, before.as_ref(), after.as_ref()),
            }
        }
    }

    fn lists(&mut self, key: &str, before: &[Plain], after: &[Plain], shape: Option<AssetShape<'_>>) {
        if let (Some(before), Some(after)) = (amounts(before), amounts(after)) {
            return self.amounts(key, &before, &after);
        }
        let is_fields = |entry: &Plain| matches!(entry, Plain::Fields(..));
        if before.iter().chain(after).all(is_fields) {
            match identity(before, after) {
                Some(id) => self.entries(key, id, before, after, shape),
                None => self.positions(key, before, after, shape),
            }
        } else if before.iter().chain(after).all(|entry| entry.bare().is_some()) {
            self.elements(key, before, after);
        } else {
            self.positions(key, before, after, shape);
        }
    }

    fn amounts(&mut self, key: &str, before: &[(String, String)], after: &[(String, String)]) {
        let quantities = |list: &[(String, String)]| list.iter().cloned().collect::<BTreeMap<String, String>>();
        let (was, is) = (quantities(before), quantities(after));
        let count = self.found.len();
        let mut items: Vec<&String> = before.iter().map(|(item, _)| item).collect();
        items.extend(after.iter().map(|(item, _)| item).filter(|item| !was.contains_key(*item)));
        for item in items.into_iter().filter(|item| was.get(*item) != is.get(*item)) {
            let key = format!("{key} {}", self.names.item(item));
            self.found.push(ChangedValue { key, before: was.get(item).cloned(), after: is.get(item).cloned() });
        }
        if self.found.len() == count {
            self.push(&format!("{key} in another order"), None, None);
        }
    }

    fn entries(&mut self, key: &str, id: &str, before: &[Plain], after: &[Plain], shape: Option<AssetShape<'_>>) {
        let count = self.found.len();
        let ids = |list: &[Plain]| list.iter().map(|entry| entry.field(id).cloned()).collect::<Vec<_>>();
        let (was, is) = (ids(before), ids(after));
        let at = |list: &[Option<Plain>], wanted: &Option<Plain>| list.iter().position(|found| found == wanted);
        let named = |id: &Option<Plain>| format!("{key} {}", id.as_ref().map(Plain::to_string).unwrap_or_default());
        for (entry, id) in before.iter().zip(&was) {
            match at(&is, id) {
                Some(index) => self.values(&named(id), entry, &after[index], shape),
                None => self.push(&named(id), Some(entry), None),
            }
        }
        for (entry, id) in after.iter().zip(&is).filter(|(_, id)| at(&was, id).is_none()) {
            self.push(&named(id), None, Some(entry));
        }
        if self.found.len() == count && was != is {
            self.push(&format!("{key} in another order"), None, None);
        }
    }

    fn elements(&mut self, key: &str, before: &[Plain], after: &[Plain]) {
        let left_over = |list: &[Plain], other: &[Plain]| {
            let mut other = other.to_vec();
            let is_left = |element: &&Plain| match other.iter().position(|found| found == *element) {
                Some(index) => {
                    other.remove(index);
                    false
                }
                None => true,
            };
            list.iter().filter(is_left).cloned().collect::<Vec<_>>()
        };
        let (gone, new) = (left_over(before, after), left_over(after, before));
        match (gone.as_slice(), new.as_slice()) {
            ([], []) => self.push(&format!("{key} in another order"), None, None),
            (gone, new) if gone.len() == new.len() => {
                gone.iter().zip(new).for_each(|(gone, new)| self.push(key, Some(gone), Some(new)));
            }
            (gone, new) => {
                gone.iter().for_each(|gone| self.push(key, Some(gone), None));
                new.iter().for_each(|new| self.push(key, None, Some(new)));
            }
        }
    }

    /// Entries that nothing identifies: what both lists begin and end with is the same, the rest is compared in order.
    fn positions(&mut self, key: &str, before: &[Plain], after: &[Plain], shape: Option<AssetShape<'_>>) {
        let start = before.iter().zip(after).take_while(|(before, after)| before == after).count();
        let (before, after) = (&before[start..], &after[start..]);
        let end = before.iter().rev().zip(after.iter().rev()).take_while(|(before, after)| before == after).count();
        let (before, after) = (&before[..before.len() - end], &after[..after.len() - end]);
        for index in 0..before.len().max(after.len()) {
            let key = format!("{key} #{}", start + index + 1);
            match (before.get(index), after.get(index)) {
                (Some(before), Some(after)) => self.values(&key, before, after, shape),
                (before, after) => self.push(&key, before, after),
            }
        }
    }
}

/// The items and quantities of a list of amounts, each item once; `None` for any other list.
fn amounts(list: &[Plain]) -> Option<Vec<(String, String)>> {
    let amount = |entry: &Plain| {
        let Plain::Text(text) = entry else { return None };
        let mut parts = text.splitn(3, ':');
        let (group, id, quantity) = (parts.next()?, parts.next()?, parts.next()?);
        group.parse::<u8>().ok().zip(id.parse::<u32>().ok())?;
        Some((format!("{group}:{id}"), quantity.to_owned()))
    };
    let amounts = list.iter().map(amount).collect::<Option<Vec<_>>>()?;
    let items: BTreeSet<&String> = amounts.iter().map(|(item, _)| item).collect();
    (items.len() == amounts.len()).then_some(amounts)
}
