//! The columns of a table: which values they hold, how they are headed, and which values a heading means.

use crate::schema::AssetShape;
use crate::sheet::kinds::Kind;
use crate::sheet::table::{Table, amount};
use raidkeep_engine::rules::RonValue;

/// The heading of the column that says which entry of the file a row is.
pub(super) const ENTRY: &str = "#";
/// The heading of the keys of a map.
const KEY: &str = "(key)";
/// Columns with such a heading are for reading only.
const READ_ONLY: char = '(';
/// Structs within structs are columns of the same table down to this depth.
const DEPTH_MAX: usize = 4;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) target: Target,
    /// What is shown below the heading: meaning, limits, whether it may be empty.
    pub(super) note: String,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Which entry of the file the row is, counted from 1.
    Entry,
    /// The key of the entry of a map.
    Key,
    /// A value.
    Field { path: Vec<String>, kind: Kind },
    /// The quantity of the nth amount of an item in a list of amounts.
    Amount { path: Vec<String>, item: String, nth: usize },
    /// For reading only.
    Shown(String),
}

impl Target {
    /// The heading without the names that are beside ids.
    pub(super) fn heading(&self) -> String {
        match self {
            Self::Entry => ENTRY.to_owned(),
            Self::Key => KEY.to_owned(),
            Self::Field { path, .. } => path.join("."),
            Self::Amount { path, item, nth } => {
                let count = if *nth == 0 { String::new() } else { format!("#{}", nth + 1) };
                format!("{} {item}{count}", path.join("."))
            }
            Self::Shown(what) => format!("{READ_ONLY}{what})"),
        }
    }
}

/// What a heading of a sheet means.
pub(super) enum Heading {
    Target(Target),
    ReadOnly,
    Unknown,
}

/// Finds the column that a heading means. An amount of an item that no entry has yet is a column of its own.
pub(super) fn read_heading(heading: &str, columns: &[Column]) -> Heading {
    let heading = heading.trim();
    let mut words = heading.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    let same = |column: &&Column| {
        let known = column.target.heading();
        known == first || second.is_some_and(|second| known == format!("{first} {second}"))
    };
    if let Some(column) = columns.iter().find(same).filter(|column| !matches!(column.target, Target::Shown(_))) {
        return Heading::Target(column.target.clone());
    }
    if heading.starts_with([READ_ONLY, '（']) {
        return Heading::ReadOnly;
    }
    let holds_amounts = |column: &Column| match &column.target {
        Target::Amount { path, .. } | Target::Field { path, .. } => path.join(".") == first,
        _ => false,
    };
    let item = second.filter(|item| amount(&format!("\"{item}:1\"")).is_some());
    match item {
        Some(item) if columns.iter().any(holds_amounts) => {
            let path = first.split('.').map(str::to_owned).collect();
            Heading::Target(Target::Amount { path, item: item.to_owned(), nth: 0 })
        }
        _ => Heading::Unknown,
    }
}

/// The columns of a table, in the order in which the file usually writes them.
pub(super) fn columns_of(table: &Table<'_>) -> Vec<Column> {
    let mut columns = vec![Column { target: Target::Entry, note: "//".to_owned() }];
    if table.is_map() {
        columns.push(Column { target: Target::Key, note: "the word that names it; change it in the file".to_owned() });
    }
    let entries: Vec<&RonValue> = table.entries().iter().map(|part| &part.value).collect();
    add_fields(table, &entries, table.shape, &[], &mut columns);
    columns
}

fn add_fields(
    table: &Table<'_>,
    structs: &[&RonValue],
    shape: Option<AssetShape<'_>>,
    path: &[String],
    columns: &mut Vec<Column>,
) {
    for key in usual_order(structs, shape) {
        let here: Vec<String> = path.iter().cloned().chain([key.clone()]).collect();
        if table.is_elsewhere(&here) {
            continue;
        }
        let values: Vec<&RonValue> = structs.iter().filter_map(|entry| entry.field(&key)).collect();
        let inner = shape.and_then(|shape| shape.field(&key));
        let is_plain =
            |value: &&RonValue| value.is_struct() && value.group.as_ref().is_some_and(|group| group.name.is_empty());
        let is_struct = inner.is_some_and(|inner| inner.fields().next().is_some() && !inner.is_choice());
        let note = note(shape, &key);
        if is_struct && here.len() < DEPTH_MAX && values.iter().all(is_plain) {
            add_fields(table, &values, inner, &here, columns);
        } else if let Some(items) = amounts(table.text, &values) {
            let amount = |(item, nth): (String, usize)| Target::Amount { path: here.clone(), item, nth };
            columns.extend(items.into_iter().map(amount).map(|target| Column { target, note: note.clone() }));
        } else {
            let kind = Kind::of(table.text, inner, values.into_iter());
            columns.push(Column { target: Target::Field { path: here, kind }, note });
        }
    }
}

/// The names of the fields: those that entries have in their order, then those that the schema knows.
pub(super) fn usual_order(structs: &[&RonValue], shape: Option<AssetShape<'_>>) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    for entry in structs {
        let mut after = 0;
        for key in entry.parts().iter().filter_map(|part| part.key.as_ref()) {
            match order.iter().position(|known| known == key) {
                Some(at) => after = at + 1,
                None => {
                    order.insert(after, key.clone());
                    after += 1;
                }
            }
        }
    }
    let known = shape.into_iter().flat_map(AssetShape::fields).map(str::to_owned);
    let further: Vec<String> = known.filter(|key| !order.contains(key)).collect();
    order.extend(further);
    order
}

/// The items of lists of amounts, each as often as a list has it; `None` if these are no such lists.
fn amounts(text: &str, lists: &[&RonValue]) -> Option<Vec<(String, usize)>> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for list in lists {
        if !list.is_list() {
            return None;
        }
        let mut after = 0;
        let mut seen: Vec<String> = Vec::new();
        for part in list.parts() {
            let (item, _) = amount(&text[part.value.span.clone()])?;
            let nth = seen.iter().filter(|known| **known == item).count();
            seen.push(item.clone());
            match found.iter().position(|known| *known == (item.clone(), nth)) {
                Some(at) => after = at + 1,
                None => {
                    found.insert(after, (item, nth));
                    after += 1;
                }
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Meaning, limits and default of a field, in a line.
pub(super) fn note(shape: Option<AssetShape<'_>>, key: &str) -> String {
    let Some(shape) = shape else { return String::new() };
    let mut parts: Vec<String> =
        shape.meaning_of(key).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).into_iter().collect();
    let unit = shape.field(key).and_then(AssetShape::unit).map(|unit| format!(" {unit}")).unwrap_or_default();
    let limits = shape.field(key).map(AssetShape::limits).unwrap_or_default();
    match limits {
        (Some(least), Some(greatest)) => parts.push(format!("[{least} to {greatest}{unit}]")),
        (Some(least), None) => parts.push(format!("[{least} or more{unit}]")),
        (None, Some(greatest)) => parts.push(format!("[at most {greatest}{unit}]")),
        (None, None) => {}
    }
    if !shape.requires(key) {
        let default = shape.default_of(key).map(ToString::to_string).filter(|default| default != "[]");
        parts.push(default.map_or_else(|| "[may be empty]".to_owned(), |default| format!("[empty = {default}]")));
    }
    parts.join(" ")
}
