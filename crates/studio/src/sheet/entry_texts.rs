//! The texts of a table's entries, with single values changed.

use raidkeep_engine::rules::{RonGroup, RonValue};

use crate::schema::AssetShape;
use crate::sheet::columns::{Target, usual_order};
use crate::sheet::edits::{insert_part, line_end_mark, remove_field, remove_part, replaced, set_field};
use crate::sheet::kinds::{Kind, Reading};
use crate::sheet::table::{Table, amount_at, value_at};

impl Table<'_> {
    pub(super) fn apply(&self, entry: &str, target: &Target, reading: Reading) -> Result<String, String> {
        let order = |path: &[&str]| self.order(path);
        match (target, reading) {
            (Target::Field { path, kind }, Reading::Cleared) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                match (self.requires(&path), kind) {
                    (true, Kind::Text) => Ok(set_field(entry, &path, "\"\"", &order)),
                    (true, _) => Err("must not be empty".to_owned()),
                    (false, _) => Ok(remove_field(entry, &path)),
                }
            }
            (Target::Field { path, kind }, Reading::Literal(literal)) => {
                let literal = if *kind == Kind::Number { in_style(entry, path, literal) } else { literal };
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                Ok(set_field(entry, &path, &literal, &order))
            }
            (Target::Amount { path, item, nth }, reading) => {
                Ok(self.with_amount(entry, path, (item, *nth), reading).unwrap_or_else(|| entry.to_owned()))
            }
            _ => Ok(entry.to_owned()),
        }
    }

    fn with_amount(
        &self,
        entry: &str,
        path: &[String],
        (item, nth): (&str, usize),
        reading: Reading,
    ) -> Option<String> {
        let root = RonValue::read(entry)?;
        let list = value_at(&root, path);
        let found = amount_at(entry, &root, path, item, nth);
        match (reading, found) {
            (Reading::Literal(quantity), Some((_, _, span))) => {
                Some(replaced(entry, span, &format!("\"{item}:{quantity}\"")))
            }
            (Reading::Cleared, Some((index, ..))) => Some(remove_part(entry, list?.group.as_ref()?, index)),
            (Reading::Literal(quantity), None) => {
                let literal = format!("\"{item}:{quantity}\"");
                let Some(group) = list.and_then(|list| list.group.as_ref()) else {
                    let path: Vec<&str> = path.iter().map(String::as_str).collect();
                    return Some(set_field(entry, &path, &format!("[{literal}]"), &|path| self.order(path)));
                };
                // Behind the nearest of the columns before that the list has.
                let columns = self.columns.iter().filter_map(|column| match &column.target {
                    Target::Amount { path: other, item, nth } if other == path => Some((item.as_str(), *nth)),
                    _ => None,
                });
                let before = columns.take_while(|column| *column != (item, nth));
                let after = before
                    .filter_map(|(item, nth)| amount_at(entry, &root, path, item, nth))
                    .map(|(index, ..)| index)
                    .max();
                Some(insert_part(
                    entry,
                    group,
                    after.or(group.parts.len().checked_sub(1).filter(|_| after.is_none() && self.is_new(item, path))),
                    &literal,
                ))
            }
            (Reading::Same, _) | (Reading::Cleared, None) => None,
        }
    }

    /// Whether no entry has this item yet.
    fn is_new(&self, wanted: &str, path: &[String]) -> bool {
        !self.columns.iter().any(|column| matches!(&column.target, Target::Amount { path: other, item, .. } if other == path && item == wanted))
    }

    fn requires(&self, path: &[&str]) -> bool {
        let Some((last, way)) = path.split_last() else { return false };
        let holder = way.iter().try_fold(self.shape, |shape, key| Some(shape.and_then(|shape| shape.field(key))));
        holder.flatten().is_some_and(|holder: AssetShape<'_>| holder.requires(last))
    }

    /// The fields of the structs at a path, in their usual order.
    fn order(&self, path: &[&str]) -> Vec<String> {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        let structs: Vec<&RonValue> = self.entries().iter().filter_map(|entry| value_at(&entry.value, &path)).collect();
        let shape = path.iter().try_fold(self.shape, |shape, key| Some(shape.and_then(|shape| shape.field(key))));
        usual_order(&structs, shape.flatten())
    }

    /// The text of a run as it is for some of its numbers.
    pub(super) fn run_text(&self, entry: usize, from: u32, to: u32) -> String {
        let text = &self.text[self.entries()[entry].value.span.clone()];
        let order = |path: &[&str]| self.order(path);
        let text = set_field(text, &["from"], &from.to_string(), &order);
        if to > from { set_field(&text, &["to"], &to.to_string(), &order) } else { remove_field(&text, &["to"]) }
    }

    pub(super) fn laid_out(&self, text: &str, above: Option<usize>) -> String {
        let model = self.entries().get(above.unwrap_or(0)).map(|part| part.value.span.clone());
        let model = model.map(|span| (&self.text[span.clone()], span.start));
        let Some((model, start)) = model.filter(|(model, _)| model.contains('\n')) else {
            return text.to_owned();
        };
        let Some(value) = RonValue::read(text) else { return text.to_owned() };
        let line_start = self.text[..start].rfind('\n').map_or(0, |found| found + 1);
        let line = &self.text[line_start..start];
        let outer = &line[..line.len() - line.trim_start().len()];
        let inner = model.lines().nth(1).unwrap_or_default();
        let inner = &inner[..inner.len() - inner.trim_start().len()];
        let end = line_end_mark(self.text);
        let fields = value.parts().iter().map(|part| format!("{end}{inner}{},", &text[part.span.clone()]));
        format!("({}{end}{outer})", fields.collect::<String>())
    }

    pub(super) fn in_list(&self, text: &str, change: impl FnOnce(&str, &RonGroup) -> String) -> String {
        let root = RonValue::read(text);
        let list = root.as_ref().and_then(|root| value_at(root, &self.path));
        list.and_then(|list| list.group.as_ref()).map_or_else(|| text.to_owned(), |group| change(text, group))
    }
}

/// A number with a point if the one that it replaces has one: a sheet shows 4.0 as 4.
fn in_style(entry: &str, path: &[String], literal: String) -> String {
    let root = RonValue::read(entry);
    let before = root.as_ref().and_then(|root| value_at(root, path)).map(|value| &entry[value.span.clone()]);
    let is_whole = literal.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
    let has_point = before.is_some_and(|before| before.parse::<f64>().is_ok() && before.contains('.'));
    if has_point && is_whole { format!("{literal}.0") } else { literal }
}
