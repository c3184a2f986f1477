//! Goals have no ids: what each is about identifies it.

use crate::diff::plain::Plain;

/// The field that says what a goal is about.
pub(super) const GOAL: &str = "goal";

/// A goal with what it measures, of whom and when in one field: `Level(median) of regular on day 7`.
pub(super) fn with_subject(goal: &Plain) -> Plain {
    let Plain::Fields(name, fields) = goal else { return goal.clone() };
    let mut fields = fields.clone();
    let mut subject = fields.remove("of").map(|of| of.to_string()).unwrap_or_default();
    for (key, before) in [("archetype", "of"), ("day", "on day")] {
        if let Some(value) = fields.remove(key).as_ref().and_then(Plain::bare) {
            subject.push_str(&format!(" {before} {value}"));
        }
    }
    fields.insert(GOAL.to_owned(), Plain::Text(subject));
    Plain::Fields(name.clone(), fields)
}
