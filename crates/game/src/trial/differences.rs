//! What is different between two views of a player.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something of the view of a player that is different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The part of `player_view`.
    part: String,
    /// What of it: the fields that lead there, and entries of lists in brackets. Empty for the part as a whole.
    what: String,
    /// What it was; null = there was none.
    before: Value,
    /// What it is; null = there is none.
    after: Value,
}

/// Fields that tell the entries of a list apart, the first that all of them have.
const KEYS: [&str; 6] = ["number", "id", "item", "key", "kind", "name"];

/// What is different between the parts of two views.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for (part, before, after) in both(&members(before), &members(after)) {
        compare(&mut Place { part, what: String::new(), found: &mut found }, before, after);
    }
    found
}

/// Where two values are compared.
struct Place<'a> {
    part: &'a str,
    what: String,
    found: &'a mut Vec<Difference>,
}

impl Place<'_> {
    fn note(&mut self, before: &Value, after: &Value) {
        let (part, what) = (self.part.to_owned(), self.what.clone());
        self.found.push(Difference { part, what, before: before.clone(), after: after.clone() });
    }

    /// The place of something in it.
    fn within(&mut self, step: &str) -> Place<'_> {
        Place { part: self.part, what: format!("{}{step}", self.what), found: &mut *self.found }
    }
}

fn compare(place: &mut Place<'_>, before: &Value, after: &Value) {
    match (before, after) {
        (before, after) if before == after => {}
        (Value::Object(_), Value::Object(_)) => {
            for (name, before, after) in both(&members(before), &members(after)) {
                let dot = if place.what.is_empty() { "" } else { "." };
                compare(&mut place.within(&format!("{dot}{name}")), before, after);
            }
        }
        (Value::Array(before), Value::Array(after)) => compare_lists(place, before, after),
        (before, after) => place.note(before, after),
    }
}

/// Entries are compared by what tells them apart, else as wholes, whatever their order.
fn compare_lists(place: &mut Place<'_>, before: &[Value], after: &[Value]) {
    if let Some((before, after)) = entries(before).zip(entries(after)) {
        for (entry, before, after) in both(&before, &after) {
            compare(&mut place.within(&format!("[{entry}]")), before, after);
        }
        return;
    }
    let mut added: Vec<&Value> = after.iter().collect();
    for gone in before {
        match added.iter().position(|value| *value == gone) {
            Some(at) => drop(added.remove(at)),
            None => place.note(gone, &Value::Null),
        }
    }
    added.into_iter().for_each(|value| place.note(&Value::Null, value));
}

/// The entries of a list by what tells them apart; `None` if nothing does.
fn entries(list: &[Value]) -> Option<BTreeMap<String, Value>> {
    let by = |tell: &dyn Fn(&Value) -> Option<(String, Value)>| -> Option<BTreeMap<String, Value>> {
        let found: BTreeMap<String, Value> = list.iter().map(tell).collect::<Option<_>>()?;
        (found.len() == list.len()).then_some(found)
    };
    let named = |key: &str, entry: &Value| match entry.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    KEYS.iter().find_map(|key| by(&|entry| Some((named(key, entry)?, entry.clone())))).or_else(|| by(&amount))
}

/// An item and how many, such as `3:1:7`.
fn amount(entry: &Value) -> Option<(String, Value)> {
    let (item, quantity) = entry.as_str()?.rsplit_once(':')?;
    Some((item.to_owned(), quantity.parse::<i64>().ok()?.into()))
}

fn members(value: &Value) -> BTreeMap<String, Value> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The members of two maps, side by side.
fn both<'v>(
    before: &'v BTreeMap<String, Value>,
    after: &'v BTreeMap<String, Value>,
) -> impl Iterator<Item = (&'v str, &'v Value, &'v Value)> {
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    let of = |members: &'v BTreeMap<String, Value>, name: &str| members.get(name).unwrap_or(&Value::Null);
    names.into_iter().map(move |name| (name, of(before, name), of(after, name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<(String, Value, Value)> {
        let found = differences(&before, &after).into_iter();
        found.map(|found| (format!("{}: {}", found.part, found.what), found.before, found.after)).collect()
    }

    #[test]
    fn a_number_that_changed_is_told_with_the_way_to_it() {
        let view = |energy: i64| json!({"overview": {"energy": {"remain": energy, "maximum": 120}, "level": 1}});
        let expected = vec![("overview: energy.remain".to_owned(), json!(100), json!(150))];
        assert_eq!(told(view(100), view(150)), expected);
        assert_eq!(told(view(100), view(100)), [], "what is the same is not told");
    }

    #[test]
    fn items_are_told_one_by_one_whatever_their_order() {
        let before = json!({"overview": {"items": ["3:1:7", "3:5:100"]}});
        let after = json!({"overview": {"items": ["3:5:90", "4:2:1", "3:1:7"]}});
        let expected = vec![
            ("overview: items[3:5]".to_owned(), json!(100), json!(90)),
            ("overview: items[4:2]".to_owned(), Value::Null, json!(1)),
        ];
        assert_eq!(told(before, after), expected);
    }

    #[test]
    fn a_new_entry_of_a_list_is_told_alone() {
        let entry = |number: u64, why: &str| json!({"number": number, "why": why});
        let before = json!({"movements": {"entries": [entry(1, "sweep")], "next": null}});
        let after = json!({"movements": {"entries": [entry(2, "operator"), entry(1, "sweep")], "next": null}});
        let expected = vec![("movements: entries[2]".to_owned(), Value::Null, entry(2, "operator"))];
        assert_eq!(told(before, after), expected);
    }

    #[test]
    fn entries_that_nothing_tells_apart_are_compared_as_wholes() {
        let before = json!({"log_ins": [{"at": 1}, {"at": 2}, {"at": 2}]});
        let after = json!({"log_ins": [{"at": 2}, {"at": 3}]});
        let expected = vec![
            ("log_ins: ".to_owned(), json!({"at": 1}), Value::Null),
            ("log_ins: ".to_owned(), json!({"at": 2}), Value::Null),
            ("log_ins: ".to_owned(), Value::Null, json!({"at": 3})),
        ];
        assert_eq!(told(before, after), expected, "one of two equal ones is gone");
    }

    #[test]
    fn what_was_not_there_is_null() {
        let expected = vec![("ban: ".to_owned(), Value::Null, json!({"until": 5}))];
        assert_eq!(told(json!({"ban": null}), json!({"ban": {"until": 5}})), expected);
        assert_eq!(told(json!({}), json!({"ban": {"until": 5}})), expected);
    }
}
