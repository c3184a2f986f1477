//! Expectations about single values of replies and events.

use serde::Deserialize;
use serde_json::Value;
use wildmatch::WildMatch;

use raidkeep_game::items::Amount;

/// One expectation. The first part is a path into the reply: `data.energy.remain`, `data.mail[0].subj`,
/// `data.limits.18`. In a list of amounts such as `["3:1:500"]` an item's id selects its quantity: `data.items.3:1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum Expectation {
    /// Exactly this value.
    Equals(String, Value),
    /// Any other value.
    Differs(String, Value),
    /// This number or a higher one.
    AtLeast(String, i64),
    /// This number or a lower one.
    AtMost(String, i64),
    /// A number from the first to the second, both included.
    Between(String, i64, i64),
    /// A text matching this pattern: `*` stands for any characters, `?` for one.
    Matches(String, String),
    /// A list with this element, or a text containing this part.
    Contains(String, Value),
    /// A list, an object or a text of this many elements, entries or characters.
    Length(String, usize),
    /// Any value at all.
    Present(String),
    /// No value.
    Absent(String),
}

/// What was expected at a path, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Such as `data.energy.remain: at least 3`.
    pub expected: String,
    /// The value as JSON, or why there is none.
    pub found: String,
}

impl Expectation {
    /// Compares the expectation with a reply.
    pub fn compare(&self, reply: &Value) -> Result<(), Mismatch> {
        let found = look_up(reply, self.path());
        let holds = match (self, &found) {
            (Self::Absent(_), found) => found.is_none(),
            (_, None) => false,
            (Self::Present(_), Some(_)) => true,
            (Self::Equals(_, value), Some(found)) => value == found,
            (Self::Differs(_, value), Some(found)) => value != found,
            (Self::AtLeast(_, least), Some(found)) => found.as_i64().is_some_and(|found| found >= *least),
            (Self::AtMost(_, most), Some(found)) => found.as_i64().is_some_and(|found| found <= *most),
            (Self::Between(_, least, most), Some(found)) => {
                found.as_i64().is_some_and(|found| (*least..=*most).contains(&found))
            }
            (Self::Matches(_, pattern), Some(found)) => {
                found.as_str().is_some_and(|text| WildMatch::new(pattern).matches(text))
            }
            (Self::Contains(_, part), Some(found)) => contains(found, part),
            (Self::Length(_, length), Some(found)) => length_of(found) == Some(*length),
        };
        if holds { Ok(()) } else { Err(self.mismatch(found.as_ref())) }
    }

    /// Whether it is about the status of a reply.
    pub fn is_about_status(&self) -> bool {
        self.path() == "status"
    }

    fn path(&self) -> &str {
        match self {
            Self::Equals(path, _)
            | Self::Differs(path, _)
            | Self::AtLeast(path, _)
            | Self::AtMost(path, _)
            | Self::Between(path, ..)
            | Self::Matches(path, _)
            | Self::Contains(path, _)
            | Self::Length(path, _)
            | Self::Present(path)
            | Self::Absent(path) => path,
        }
    }

    fn mismatch(&self, found: Option<&Value>) -> Mismatch {
        let wanted = match self {
            Self::Equals(_, value) => value.to_string(),
            Self::Differs(_, value) => format!("anything but {value}"),
            Self::AtLeast(_, least) => format!("at least {least}"),
            Self::AtMost(_, most) => format!("at most {most}"),
            Self::Between(_, least, most) => format!("{least} to {most}"),
            Self::Matches(_, pattern) => format!("a text like {pattern:?}"),
            Self::Contains(_, part) => format!("something with {part} in it"),
            Self::Length(_, length) => format!("a length of {length}"),
            Self::Present(_) => "a value".to_owned(),
            Self::Absent(_) => "no value".to_owned(),
        };
        let found = found.map_or_else(|| "nothing there".to_owned(), Value::to_string);
        Mismatch { expected: format!("{}: {wanted}", self.path()), found }
    }
}

/// The value at a path.
fn look_up(value: &Value, path: &str) -> Option<Value> {
    let mut at = value;
    let mut steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty());
    while let Some(step) = steps.next() {
        at = match at {
            Value::Object(map) => map.get(step)?,
            Value::Array(list) => match step.parse::<usize>() {
                Ok(index) => list.get(index)?,
                Err(_) if steps.next().is_none() => return quantity(list, step),
                Err(_) => return None,
            },
            _ => return None,
        };
    }
    Some(at.clone())
}

/// The quantity of an item in a list of amounts.
fn quantity(amounts: &[Value], item: &str) -> Option<Value> {
    let amounts = amounts.iter().filter_map(|amount| amount.as_str()?.parse::<Amount>().ok());
    amounts.into_iter().find(|amount| amount.item.to_string() == item).map(|amount| amount.quantity.into())
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Array(list), part) => list.contains(part),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}

fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::Array(list) => Some(list.len()),
        Value::Object(map) => Some(map.len()),
        Value::String(text) => Some(text.chars().count()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn reply() -> Value {
        json!({"status": 0, "data": {"limits": {"18": 3}, "items": ["3:1:500", "3:10:2"], "mail": [{"subj": "体力"}]}})
    }

    #[test]
    fn paths_lead_into_objects_lists_and_amounts() {
        let cases = [
            ("status", Some(json!(0))),
            ("data.limits.18", Some(json!(3))),
            ("data.mail[0].subj", Some(json!("体力"))),
            ("data.items[1]", Some(json!("3:10:2"))),
            ("data.items.3:10", Some(json!(2))),
            ("data.items.3:11", None),
            ("data.items.3:10.more", None),
            ("data.mail[1]", None),
            ("status.deeper", None),
        ];
        for (path, value) in cases {
            assert_eq!(look_up(&reply(), path), value, "{path}");
        }
    }

    #[test]
    fn each_comparison_holds_where_it_should_and_only_there() {
        let path = || "data.limits.18".to_owned();
        let holds = [
            Expectation::Equals(path(), json!(3)),
            Expectation::Differs(path(), json!(4)),
            Expectation::AtLeast(path(), 3),
            Expectation::AtMost(path(), 3),
            Expectation::Between(path(), 3, 5),
            Expectation::Matches("data.mail[0].subj".to_owned(), "体?".to_owned()),
            Expectation::Contains("data.items".to_owned(), json!("3:1:500")),
            Expectation::Length("data.items".to_owned(), 2),
            Expectation::Present(path()),
            Expectation::Absent("data.energy".to_owned()),
        ];
        for check in holds {
            assert_eq!(check.compare(&reply()), Ok(()), "{check:?}");
        }
        let fails = [
            Expectation::Equals(path(), json!("3")),
            Expectation::Differs(path(), json!(3)),
            Expectation::AtLeast(path(), 4),
            Expectation::AtMost(path(), 2),
            Expectation::Between(path(), 4, 9),
            Expectation::AtLeast("data.mail[0].subj".to_owned(), 0),
            Expectation::Matches(path(), "*".to_owned()),
            Expectation::Contains("data.items".to_owned(), json!("3:1")),
            Expectation::Length(path(), 1),
            Expectation::Present("data.energy".to_owned()),
            Expectation::Differs("data.energy".to_owned(), json!(1)),
            Expectation::Absent(path()),
        ];
        for check in fails {
            assert!(check.compare(&reply()).is_err(), "{check:?}");
        }
    }

    #[test]
    fn a_mismatch_says_what_was_expected_and_found() {
        let mismatch = Expectation::AtLeast("data.limits.18".to_owned(), 4).compare(&reply());
        let expected = "data.limits.18: at least 4".to_owned();
        assert_eq!(mismatch, Err(Mismatch { expected, found: "3".to_owned() }));
    }

    proptest! {
        #[test]
        fn every_text_matches_itself_and_what_stars_stand_for(parts in proptest::collection::vec("[ab]{0,4}", 1..5)) {
            let text = parts.concat();
            let matches = |pattern: String| {
                Expectation::Matches("text".to_owned(), pattern).compare(&json!({"text": text})).is_ok()
            };
            prop_assert!(matches(text.clone()));
            prop_assert!(matches(parts.join("*")));
            prop_assert!(matches("?".repeat(text.len())));
            let longer = text.clone() + "c";
            prop_assert!(!matches(longer));
        }
    }
}
