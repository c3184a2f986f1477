//! A list of an asset file as a table: an entry a row, a value a column.

use std::collections::BTreeMap;
use std::ops::Range;

use raidkeep_engine::rules::{Formula, RonBracket, RonGroup, RonPart, RonValue};

use crate::schema::AssetShape;
use crate::sheet::columns::{Column, Target, columns_of};
use crate::sheet::grid::SheetCell;
use crate::sheet::kinds;

/// Where a list is in a file: the fields that lead to it.
pub(super) type ListPath = Vec<String>;

/// What stands behind the name of a file in that of the sheet of what is outside of its lists.
const SETTINGS: &str = "settings";

/// The most rows of a run with formulas.
const RUN_MAX: u32 = 10_000;

/// A row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableRow {
    /// The entry of the file.
    pub(super) entry: usize,
    /// Of a run with formulas, the number that the row is for.
    pub(super) n: Option<u32>,
}

/// A list of a file.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// The file, below the assets.
    pub(super) file: String,
    /// The file's text.
    pub(super) text: &'a str,
    /// Where the list is in it.
    pub(super) path: ListPath,
    pub(super) list: RonValue,
    pub(super) columns: Vec<Column>,
    /// What is known of the entries.
    pub(super) shape: Option<AssetShape<'a>>,
    /// Values that have sheets of their own.
    elsewhere: Vec<ListPath>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        file: &str,
        text: &'a str,
        path: ListPath,
        list: RonValue,
        shape: Option<AssetShape<'a>>,
    ) -> Self {
        let elsewhere = Vec::new();
        let mut table = Self { file: file.to_owned(), text, path, list, columns: Vec::new(), shape, elsewhere };
        table.columns = columns_of(&table);
        table
    }

    /// What a file holds outside of its lists, as a table with one entry.
    pub(super) fn settings(file: &str, text: &'a str, root: RonValue, shape: Option<AssetShape<'a>>) -> Self {
        let elsewhere = lists_of(&root, shape, &[]).into_iter().map(|(path, ..)| path).collect();
        let whole = root.span.clone();
        let part = RonPart { span: whole.clone(), key: None, value: root, comma: None };
        let (bracket, name) = (RonBracket::Square, String::new());
        let group = RonGroup { bracket, name, open: whole.start, close: whole.end, parts: vec![part] };
        let list = RonValue { span: whole, group: Some(group) };
        let (file, path) = (file.to_owned(), ListPath::new());
        let mut table = Self { file, text, path, list, columns: Vec::new(), shape, elsewhere };
        table.columns = columns_of(&table);
        table
    }

    /// Whether it is of settings.
    pub(super) fn is_settings(&self) -> bool {
        self.path.is_empty()
    }

    /// Whether the value at a path has a sheet of its own.
    pub(super) fn is_elsewhere(&self, path: &[String]) -> bool {
        self.elsewhere.iter().any(|list| list == path)
    }

    pub(super) fn entries(&self) -> &[RonPart] {
        self.list.parts()
    }

    pub(super) fn is_map(&self) -> bool {
        self.list.group.as_ref().is_some_and(|group| group.bracket == RonBracket::Curly)
    }

    /// The rows: an entry each, or of a run with formulas a number each.
    pub(super) fn rows(&self) -> Vec<TableRow> {
        let rows = (0..self.entries().len()).map(|entry| match self.run_of(entry) {
            Some((from, to)) => (from..=to).map(|n| TableRow { entry, n: Some(n) }).collect(),
            None => vec![TableRow { entry, n: None }],
        });
        rows.flatten().collect::<Vec<_>>()
    }

    /// From which number to which an entry is a run, if any of its values is a formula.
    pub(super) fn run_of(&self, entry: usize) -> Option<(u32, u32)> {
        let value = &self.entries().get(entry)?.value;
        let number = |key: &str| self.text[value.field(key)?.span.clone()].replace('_', "").parse::<u32>().ok();
        let from = number("from")?;
        let to = number("to").unwrap_or(from);
        let is_run = to >= from && to - from < RUN_MAX && !self.formulas(entry).is_empty();
        is_run.then_some((from, to))
    }

    /// The numbers for which an entry with formulas holds; where entries have no `from`, they follow each other from 1.
    pub(super) fn numbers_of(&self, entry: usize) -> Option<(u32, u32)> {
        let field = |entry: usize, key: &str| {
            let value = self.entries().get(entry)?.value.field(key)?;
            self.text[value.span.clone()].replace('_', "").parse::<u32>().ok()
        };
        if self.shape?.field("from").is_some() {
            return self.run_of(entry);
        }
        let before = entry.checked_sub(1).map_or(Some(0), |before| field(before, "to"))?;
        let (from, to) = (before.checked_add(1)?, field(entry, "to")?);
        (to >= from && to - from < RUN_MAX && !self.formulas(entry).is_empty()).then_some((from, to))
    }

    /// The formulas of an entry, each behind what it is of.
    pub(super) fn formulas(&self, entry: usize) -> Vec<String> {
        self.columns.iter().filter_map(|column| self.formula(entry, column)).collect()
    }

    /// The formula of a value, behind what it is of.
    pub(super) fn formula(&self, entry: usize, column: &Column) -> Option<String> {
        let part = self.entries().get(entry)?;
        match &column.target {
            Target::Field { path, kind } => {
                let written = &self.text[value_at(&part.value, path)?.span.clone()];
                let text = ron::from_str::<String>(written).ok()?;
                kind.is_formula(written).then(|| format!("{} = {text}", path.join(".")))
            }
            Target::Amount { path, item, nth } => {
                let (_, quantity, _) = amount_at(self.text, &part.value, path, item, *nth)?;
                let is_plain = quantity.parse::<i64>().is_ok();
                (!is_plain).then(|| format!("{} {item} = {quantity}", path.join(".")))
            }
            Target::Entry | Target::Key | Target::Shown(_) => None,
        }
    }

    /// A cell of a row, and where its value is in the file.
    pub(super) fn cell(&self, TableRow { entry, n }: TableRow, column: &Column) -> (SheetCell, Option<Range<usize>>) {
        let Some(part) = self.entries().get(entry) else {
            return (SheetCell::Empty, None);
        };
        let number = |number: usize| SheetCell::Number((number + 1).to_string());
        match &column.target {
            Target::Entry => (number(entry), Some(part.span.clone())),
            Target::Key => (SheetCell::text(part.key.clone().unwrap_or_default()), None),
            Target::Field { path, kind } => match value_at(&part.value, path) {
                Some(value) => {
                    let cell = match (n, path.as_slice()) {
                        (Some(n), [key]) if key == "from" => SheetCell::Number(n.to_string()),
                        (Some(_), [key]) if key == "to" => SheetCell::Empty,
                        _ => kind.shown(&self.text[value.span.clone()], n),
                    };
                    (cell, Some(value.span.clone()))
                }
                None => (SheetCell::Empty, None),
            },
            Target::Amount { path, item, nth } => match amount_at(self.text, &part.value, path, item, *nth) {
                Some((_, quantity, span)) => {
                    let value = n.and_then(|n| kinds::value_at(&quantity, n));
                    let is_number = value.is_some() || quantity.parse::<i64>().is_ok();
                    let shown = value.unwrap_or(quantity);
                    (if is_number { SheetCell::Number(shown) } else { SheetCell::Text(shown) }, Some(span))
                }
                None => (SheetCell::Empty, None),
            },
            Target::Shown(_) => (SheetCell::Empty, None),
        }
    }

    /// The comment lines right above an entry, and the comment behind it.
    pub(super) fn comment(&self, entry: usize) -> String {
        self.entries().get(entry).map(|part| self.comment_at(part)).unwrap_or_default()
    }

    /// The comment on the value of a target in the first entry.
    pub(super) fn comment_of(&self, target: &Target) -> String {
        let (Target::Field { path, .. } | Target::Amount { path, .. }) = target else {
            return String::new();
        };
        let Some((key, way)) = path.split_last() else { return String::new() };
        let holder = self.entries().first().and_then(|entry| value_at(&entry.value, way));
        let part = holder.and_then(|holder| holder.parts().iter().find(|part| part.key.as_ref() == Some(key)));
        // The comment above a line is on the first value of it.
        let is_first = |part: &&RonPart| !self.text[..part.span.start].lines().last().unwrap_or_default().contains(',');
        part.filter(is_first).map(|part| self.comment_at(part)).unwrap_or_default()
    }

    fn comment_at(&self, part: &RonPart) -> String {
        let (before, after) = (&self.text[..part.span.start], part.comma.map_or(part.span.end, |comma| comma + 1));
        let mut lines: Vec<&str> =
            before.lines().rev().skip(1).map(str::trim).take_while(|line| line.starts_with("//")).collect();
        lines.reverse();
        let behind = self.text[after..].lines().next().map(str::trim).filter(|rest| rest.starts_with("//"));
        let comment = |line: &str| line.trim_start_matches('/').trim().to_owned();
        lines.into_iter().chain(behind).map(comment).collect::<Vec<_>>().join("\n")
    }
}

/// The value at a path of fields.
pub(super) fn value_at<'v>(entry: &'v RonValue, path: &[String]) -> Option<&'v RonValue> {
    path.iter().try_fold(entry, |value, key| value.field(key))
}

/// The nth amount of an item in a list: its place in the list, its quantity, and where it is in the text.
pub(super) fn amount_at(
    text: &str,
    entry: &RonValue,
    path: &[String],
    item: &str,
    nth: usize,
) -> Option<(usize, String, Range<usize>)> {
    let list = value_at(entry, path)?;
    let amounts = list.parts().iter().enumerate().filter_map(|(index, part)| {
        let (found, quantity) = amount(&text[part.value.span.clone()])?;
        (found == item).then(|| (index, quantity, part.value.span.clone()))
    });
    amounts.into_iter().nth(nth)
}

/// The item and the quantity of an amount, `"3:1:500"`; the quantity may be a formula.
pub(super) fn amount(written: &str) -> Option<(String, String)> {
    let text = ron::from_str::<String>(written).ok()?;
    let mut parts = text.splitn(3, ':');
    let (group, id, quantity) = (parts.next()?, parts.next()?, parts.next()?.trim());
    group.parse::<u8>().ok().zip(id.parse::<u32>().ok())?;
    let is_amount = quantity.parse::<i64>().is_ok() || quantity.parse::<Formula>().is_ok();
    is_amount.then(|| (format!("{group}:{id}"), quantity.to_owned()))
}

/// All lists and maps of structs in a file that are not within another list, with the fields that lead to them.
pub(super) fn lists_of<'a>(
    root: &RonValue,
    shape: Option<AssetShape<'a>>,
    path: &[String],
) -> Vec<(ListPath, RonValue, Option<AssetShape<'a>>)> {
    let mut found = Vec::new();
    for part in root.parts() {
        let Some(key) = &part.key else { continue };
        let here: ListPath = path.iter().cloned().chain([key.clone()]).collect();
        let inner = shape.and_then(|shape| shape.field(key));
        let of_structs = |value: &RonValue| {
            !value.parts().is_empty()
                && value.parts().iter().all(|part| part.value.is_struct() && plain_name(&part.value))
        };
        let is_map = part.value.group.as_ref().is_some_and(|group| group.bracket == RonBracket::Curly);
        if (part.value.is_list() || is_map) && of_structs(&part.value) {
            let element = inner.and_then(|inner| inner.element().or_else(|| inner.entry()));
            found.push((here, part.value.clone(), element));
        } else if part.value.is_struct() && plain_name(&part.value) {
            found.extend(lists_of(&part.value, inner, &here));
        }
    }
    found
}

/// Whether it is a struct and not a variant, whose name would be lost in a table.
pub(super) fn plain_name(value: &RonValue) -> bool {
    value.group.as_ref().is_some_and(|group| group.name.is_empty())
}

/// The names of the sheets of all tables: short where that is clear.
pub(super) fn sheet_names(tables: &[(String, ListPath)]) -> Vec<String> {
    let stem = |file: &str| file.rsplit('/').next().unwrap_or(file).trim_end_matches(".ron").to_owned();
    let mut per_file: BTreeMap<&str, usize> = BTreeMap::new();
    let mut per_stem: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (file, path) in tables {
        *per_file.entry(file).or_default() += usize::from(!path.is_empty());
        let files = per_stem.entry(stem(file)).or_default();
        if !files.contains(&file.as_str()) {
            files.push(file);
        }
    }
    let mut names: Vec<String> = Vec::new();
    for (file, path) in tables {
        let stem = stem(file);
        let is_shared = per_stem.get(&stem).is_some_and(|files| files.len() > 1);
        let base = if is_shared { file.trim_end_matches(".ron").replace('/', ".") } else { stem };
        let lists = per_file.get(file.as_str()).copied().unwrap_or_default();
        let name = match path.as_slice() {
            [] if lists > 0 => format!("{base}.{SETTINGS}"),
            path if lists > 1 => format!("{base}.{}", path.join(".")),
            _ => base,
        };
        names.push(unique(&name, &names));
    }
    names
}

/// Excel allows 31 characters, and compares names without their case.
fn unique(name: &str, taken: &[String]) -> String {
    const CHARS_MAX: usize = 31;
    let cut = |chars: usize| name.chars().take(chars).collect::<String>();
    let is_free = |name: &String| !taken.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let plain = Some(cut(CHARS_MAX)).filter(is_free);
    plain.or_else(|| (2..1000).map(|count| format!("{}~{count}", cut(CHARS_MAX - 4))).find(is_free)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_have_short_names_that_differ() {
        let table = |file: &str, list: &str| (file.to_owned(), vec![list.to_owned()]);
        let tables = [
            table("stages/general.ron", "stages"),
            table("tickets.ron", "kinds"),
            table("tickets.ron", "purchases"),
            table("tasks/hunt.ron", "steps"),
            table("personal_tasks/hunt.ron", "steps"),
            ("stages/general.ron".to_owned(), Vec::new()),
            ("energy.ron".to_owned(), Vec::new()),
        ];
        let lists = ["general", "tickets.kinds", "tickets.purchases", "tasks.hunt", "personal_tasks.hunt"];
        assert_eq!(sheet_names(&tables), [&lists[..], &["general.settings", "energy"]].concat());
        let long = "a".repeat(40);
        let names = sheet_names(&[table(&format!("x/{long}b.ron"), "s"), table(&format!("x/{long}c.ron"), "s")]);
        assert!(names[0] != names[1] && names.iter().all(|name| name.len() <= 31), "{names:?}");
    }
}
