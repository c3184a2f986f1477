//! Which functions virtual players called, and which they did not.

use std::collections::BTreeMap;

use serde::Serialize;

use raidkeep_engine::request::Access;
use raidkeep_engine::request::registry::RequestKind;

/// How often virtual players called each function that players have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Coverage(BTreeMap<&'static str, FunctionCalls>);

/// The calls of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FunctionCalls {
    /// Requests that were answered.
    pub answered: u64,
    /// Those of them that were refused.
    pub refused: u64,
}

impl Coverage {
    /// No calls so far. Functions of operators do not count.
    pub fn of<'k>(functions: impl IntoIterator<Item = &'k RequestKind>) -> Self {
        let players = functions.into_iter().filter(|kind| kind.access != Access::Operator);
        Self(players.map(|kind| (kind.function, FunctionCalls::default())).collect())
    }

    /// Notes an answered request.
    pub fn note(&mut self, function: &str, is_granted: bool) {
        if let Some(calls) = self.0.get_mut(function) {
            calls.answered += 1;
            calls.refused += u64::from(!is_granted);
        }
    }

    /// Adds the calls of another run.
    pub fn add(&mut self, other: &Self) {
        for (function, calls) in &other.0 {
            let sum = self.0.entry(function).or_default();
            sum.answered += calls.answered;
            sum.refused += calls.refused;
        }
    }

    /// The calls of a function.
    pub fn calls(&self, function: &str) -> FunctionCalls {
        self.0.get(function).copied().unwrap_or_default()
    }

    /// The functions that were called, with their calls, by name.
    pub fn called(&self) -> impl Iterator<Item = (&'static str, FunctionCalls)> {
        self.0.iter().map(|(function, calls)| (*function, *calls)).filter(|(_, calls)| calls.answered > 0)
    }

    /// The functions that nobody called, by name.
    pub fn not_called(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter(|(_, calls)| calls.answered == 0).map(|(function, _)| *function)
    }

    /// Functions that only ever refused, by name: they were reached, but nothing behind their checks was played.
    pub fn only_refused(&self) -> impl Iterator<Item = &'static str> {
        self.called().filter(|(_, calls)| calls.refused == calls.answered).map(|(function, _)| function)
    }

    /// For a report.
    pub fn text(&self) -> String {
        let (called, all) = (self.called().count(), self.0.len());
        let mut text = format!("{called} of {all} functions of players were called.\n");
        let lists =
            [("Not called", self.not_called().collect::<Vec<_>>()), ("Always refused", self.only_refused().collect())];
        for (title, functions) in lists.into_iter().filter(|(_, functions)| !functions.is_empty()) {
            text.push_str(&format!("{title}: {}.\n", functions.join(", ")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_was_not_called_and_what_was_always_refused() {
        let mut coverage = Coverage(["a", "b", "c"].map(|function| (function, FunctionCalls::default())).into());
        for (function, is_granted) in [("a", true), ("a", false), ("b", false), ("operators_only", true)] {
            coverage.note(function, is_granted);
        }
        assert_eq!(coverage.calls("a"), FunctionCalls { answered: 2, refused: 1 });
        let expected = "2 of 3 functions of players were called.\nNot called: c.\nAlways refused: b.\n";
        assert_eq!(coverage.text(), expected);
        coverage.add(&coverage.clone());
        assert_eq!(coverage.calls("a"), FunctionCalls { answered: 4, refused: 2 }, "several seeds are added up");
    }
}
