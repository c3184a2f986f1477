//! By what a player's minutes are paid: the rules that were in force, and the player's own days.

use std::borrow::Cow;

use crate::hang_up::rules::HangUpRules;
use crate::timed_events::{Change, Changeable, EventRules, Numbers};
use raidkeep_engine::history::History;

/// The rates of a player.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'r> {
    /// The rules for everybody, as of when.
    pub history: &'r History<HangUpRules>,
    own: Option<(&'r EventRules, i64)>,
}

impl<'r> From<&'r History<HangUpRules>> for Rates<'r> {
    fn from(history: &'r History<HangUpRules>) -> Self {
        Self { history, own: None }
    }
}

impl<'r> Rates<'r> {
    /// Those of a player whose account was made at that moment (unix seconds). Its own days are by the events of now.
    pub fn of_player(history: &'r History<HangUpRules>, events: &'r EventRules, made_at: i64) -> Self {
        let has_own = events.own_windows(made_at, is_of_hang_up).next().is_some();
        Self { history, own: has_own.then_some((events, made_at)) }
    }

    /// When own days begin or end between two moments (unix seconds), both not included.
    pub(super) fn cuts(&self, from: i64, until: i64) -> Vec<i64> {
        let Some((events, made_at)) = self.own else {
            return Vec::new();
        };
        let ends = events.own_windows(made_at, is_of_hang_up).flat_map(|(begins, ends)| [begins, ends]);
        let mut cuts: Vec<i64> = ends.filter(|cut| from < *cut && *cut < until).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// What the player's own days change at a moment (unix seconds).
    pub(super) fn own_changes(&self, at: i64) -> Vec<&'r Change> {
        let changes =
            self.own.map(|(events, made_at)| events.own_changes(made_at, at).filter(|change| is_of_hang_up(change)));
        changes.into_iter().flatten().collect()
    }
}

fn is_of_hang_up(change: &Change) -> bool {
    matches!(change.of, Numbers::HangUpRates { .. } | Numbers::HangUpChances { .. })
}

/// The rules as changes make them, in their order.
pub(super) fn under<'h>(rules: &'h HangUpRules, changes: &[&Change]) -> Cow<'h, HangUpRules> {
    let mut rules = Cow::Borrowed(rules);
    for change in changes {
        rules.to_mut().apply(change);
    }
    rules
}
